//! Reconnect: a transition to another state, to the end, or away; and another first state.

use crate::asl::State;
use crate::asl::StatePath;
use crate::asl::Transition;
use crate::asl::TransitionKind;
use crate::editor::Refusal;
use crate::editor::Target;
use crate::editor::command::delete::LooseEnds;
use crate::editor::draft::Draft;
use crate::editor::place::Onward;
use crate::editor::plan::Outcome;
use crate::editor::rewire;
use crate::editor::words::no_such_state;
use crate::editor::words::nothing_can_follow;
use crate::editor::words::refuse;
use crate::syntax::Fragment;
use crate::syntax::Spot;

pub(crate) fn reconnect(
    draft: &mut Draft<'_>,
    from: &StatePath,
    kind: TransitionKind,
    to: &Target,
) -> Result<Outcome, Refusal> {
    let state = draft.state(from)?;
    let sheet = draft.sheet();
    let way = state.transitions.iter().find(|way| way.kind == kind);
    let (splices, label) = match to {
        Target::State(path) => {
            let target = target_of(draft, state, path)?;
            let splices = match way {
                Some(way) => vec![sheet.replace_string(way.target_span, &target)],
                None if kind == TransitionKind::Next && rewire::goes_on(state) => {
                    let onward = Onward::To(target.as_str().into());
                    rewire::lead_onward(&sheet, state.node, &onward)
                }
                None => return Err(nothing_can_follow(state)),
            };
            (splices, format!("Connect {} to {target}", state.name))
        }
        Target::End => {
            if kind != TransitionKind::Next {
                return refuse(
                    format!("This way out of {} cannot lead to the end", state.name),
                    "Rules, Defaults and Catchers lead to a state; add a Succeed state",
                );
            }
            if !rewire::goes_on(state) {
                return Err(nothing_can_follow(state));
            }
            let splices = rewire::lead_onward(&sheet, state.node, &Onward::End);
            (splices, format!("End after {}", state.name))
        }
    };
    let select = state.path.clone();
    draft.finish(splices)?;
    Ok(Outcome::new(label, Some(select)))
}

pub(crate) fn remove_transition(
    draft: &mut Draft<'_>,
    from: &StatePath,
    kind: TransitionKind,
) -> Result<Outcome, Refusal> {
    let state = draft.state(from)?;
    find(state, kind)?;
    let splices = crate::editor::command::delete::close(draft, state, &[kind], LooseEnds::Remove)?;
    let label = format!("Disconnect {}", state.name);
    let select = state.path.clone();
    draft.finish(splices)?;
    Ok(Outcome::new(label, Some(select)))
}

pub(crate) fn start_at(draft: &mut Draft<'_>, path: &StatePath) -> Result<Outcome, Refusal> {
    let state = draft.state(path)?;
    let scope = draft.scope(state.scope)?;
    let sheet = draft.sheet();
    let value = Fragment::string(&state.name);
    let splices = match (&scope.start_at, scope.start_at_span) {
        (Some(_), Some(span)) => vec![sheet.replace_string(span, &state.name)],
        _ => match draft.tree.get(scope.node, "StartAt") {
            Some(node) => sheet.replace_value(node, &value),
            None => sheet.insert_member(scope.node, Spot::First, "StartAt", &value),
        },
    };
    let label = format!("Start at {}", state.name);
    let select = state.path.clone();
    draft.finish(splices)?;
    Ok(Outcome::new(label, Some(select)))
}

/// The name to lead to, if that lies in the same scope.
pub(crate) fn target_of(
    draft: &Draft<'_>,
    from: &State,
    to: &StatePath,
) -> Result<String, Refusal> {
    let target = draft.machine.find(to).ok_or_else(|| no_such_state(to))?;
    if target.scope != from.scope {
        let what = format!("{} cannot lead to {}", from.name, target.name);
        let why = if target.path.is_inside(&from.path) {
            "That state lies inside it"
        } else {
            "A transition stays in its branch; the other state lies in another one"
        };
        return refuse(what, why);
    }
    Ok(target.name.to_string())
}

fn find(state: &State, kind: TransitionKind) -> Result<&Transition, Refusal> {
    let way = state.transitions.iter().find(|way| way.kind == kind);
    way.map_or_else(
        || {
            refuse(
                format!("{} has no such transition", state.name),
                "It may have been removed meanwhile",
            )
        },
        Ok,
    )
}
