//! Paste and Duplicate: states from text, under names that are free.

use crate::asl::State;
use crate::asl::StatePath;
use crate::editor::Place;
use crate::editor::Refusal;
use crate::editor::command::graft::Dangling;
use crate::editor::command::graft::Piece;
use crate::editor::command::graft::graft;
use crate::editor::command::wrap::of_one_scope;
use crate::editor::draft::Draft;
use crate::editor::names;
use crate::editor::place::Beside;
use crate::editor::place::Landing;
use crate::editor::place::Onward;
use crate::editor::place::id_of;
use crate::editor::place::landing;
use crate::editor::place::prepare;
use crate::editor::plan::Outcome;
use crate::editor::plan::some_states;
use crate::editor::rewire;
use crate::editor::words::refusal;

pub(crate) fn paste(draft: &mut Draft<'_>, text: &str, at: &Place) -> Result<Outcome, Refusal> {
    let piece = Piece::read(text, draft.manner.style.newline)?;
    let place = prepare(draft, at)?;
    let landing = landing(draft, &place)?;
    let taken = names::taken(&draft.machine);
    let grafted = graft(draft, &piece, &landing, Some(taken), Dangling::Mend)?;
    let names: Vec<&State> = piece.root_states().collect();
    let label = match names.as_slice() {
        [only] => format!("Paste {}", only.name),
        all => format!("Paste {} states", all.len()),
    };
    draft.finish(grafted.splices)?;
    Ok(Outcome::new(label, Some(grafted.entry)))
}

pub(crate) fn duplicate(draft: &mut Draft<'_>, paths: &[StatePath]) -> Result<Outcome, Refusal> {
    let states = of_one_scope(draft, paths)?;
    let last = states
        .last()
        .ok_or_else(|| refusal("Nothing to duplicate", "No state is selected"))?;
    let leads_out = |state: &&&State| {
        let next = state
            .transitions
            .iter()
            .find(|way| matches!(way.kind, crate::asl::TransitionKind::Next));
        let selected = |name: &str| states.iter().any(|other| other.name.as_ref() == name);
        match next {
            Some(way) => !selected(&way.target),
            None => rewire::goes_on(state) && state.end,
        }
    };
    let exit = states.iter().find(leads_out);
    let alone = Landing {
        scope: last.scope,
        beside: Beside::After(id_of(draft, last)?),
        arrivals: Vec::new(),
        onward: Onward::End,
    };
    let landing = match exit {
        Some(state) => landing(draft, &Place::After(state.path.clone()))?,
        // A Choice can be followed on its Default; a state that ends everything cannot.
        None if states.len() == 1 => {
            let after = Place::After(last.path.clone());
            let has_default = draft.tree.get(last.node, "Default").is_some();
            if has_default {
                landing(draft, &after)?
            } else {
                alone
            }
        }
        None => alone,
    };
    let landing = Landing {
        beside: Beside::After(id_of(draft, last)?),
        ..landing
    };
    let piece = Piece::of(draft, &states, None);
    let taken = names::taken(&draft.machine);
    let grafted = graft(draft, &piece, &landing, Some(taken), Dangling::Mend)?;
    draft.finish(grafted.splices)?;
    Ok(Outcome::new(
        format!("Duplicate {}", some_states(paths)),
        Some(grafted.entry),
    ))
}
