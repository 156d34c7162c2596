//! Move: a state to another place, its bytes as they are.

use std::collections::BTreeSet;

use crate::asl::StatePath;
use crate::editor::Place;
use crate::editor::Refusal;
use crate::editor::command::delete::LooseEnds;
use crate::editor::command::delete::detach;
use crate::editor::command::graft::Dangling;
use crate::editor::command::graft::Piece;
use crate::editor::command::graft::graft;
use crate::editor::draft::Draft;
use crate::editor::place::Beside;
use crate::editor::place::Landing;
use crate::editor::place::id_of;
use crate::editor::place::landing;
use crate::editor::place::prepare;
use crate::editor::plan::Outcome;
use crate::editor::rewire;
use crate::editor::words::refuse;

pub(crate) fn relocate(
    draft: &mut Draft<'_>,
    path: &StatePath,
    at: &Place,
) -> Result<Outcome, Refusal> {
    let state = draft.state(path)?;
    let name = state.name.to_string();
    check_not_itself(path, &name, at)?;
    let piece = Piece::of(draft, &[state], None);
    let led_to: BTreeSet<String> = rewire::reachable(draft, state.scope, &[])
        .into_iter()
        .map(str::to_owned)
        .collect();
    let old_prefix = draft.prefix(state.scope);
    let ids = BTreeSet::from([id_of(draft, state)?]);
    let gap = detach(draft, &ids, LooseEnds::Refuse)?;
    draft.apply(gap)?;
    let place = prepare(draft, at)?;
    let landing = landing(draft, &place)?;
    if !matches!(place, Place::AtStart(_)) {
        check_led_to(draft, &landing, &name, &led_to)?;
    }
    let grafted = graft(draft, &piece, &landing, None, Dangling::Refuse)?;
    draft.finish(grafted.splices)?;
    let moved = grafted.paths.into_iter().filter_map(|(old, new)| {
        let old = StatePath::new(&format!("{old_prefix}{old}"));
        (old != new).then_some((old, new))
    });
    Ok(Outcome {
        moved: moved.collect(),
        ..Outcome::new(format!("Move {name}"), Some(grafted.entry))
    })
}

/// A place to which only the state itself led is no place for it.
fn check_led_to(
    draft: &Draft<'_>,
    landing: &Landing,
    name: &str,
    before: &BTreeSet<String>,
) -> Result<(), Refusal> {
    let beside = match landing.beside {
        Beside::After(id) | Beside::Before(id) => draft.machine.state(id),
        Beside::Last => None,
    };
    let now = rewire::reachable(draft, landing.scope, &[]);
    match beside {
        Some(state)
            if before.contains(state.name.as_ref()) && !now.contains(state.name.as_ref()) =>
        {
            refuse(
                format!("{name} cannot go there"),
                format!("Only {name} leads to {}", state.name),
            )
        }
        _ => Ok(()),
    }
}

fn check_not_itself(path: &StatePath, name: &str, at: &Place) -> Result<(), Refusal> {
    let (named, within) = match at {
        Place::OnEdge(state, _)
        | Place::Before(state)
        | Place::After(state)
        | Place::NewRule(state) => (state, false),
        Place::EmptyBranch(state, _) | Place::NewBranch(state) => (state, true),
        Place::AtStart(Some((state, _))) => (state, true),
        Place::AtStart(None) | Place::EmptyMachine => return Ok(()),
    };
    if named.is_inside(path) || (within && named == path) {
        return refuse(
            format!("{name} cannot go there"),
            "A state cannot be put inside itself",
        );
    }
    if named == path {
        return refuse(format!("{name} stays where it is"), "It is there already");
    }
    Ok(())
}
