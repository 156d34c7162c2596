//! The words of refusals that more than one command uses.

use crate::asl::State;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::editor::Refusal;

/// One sentence without a full stop: what is refused, and why.
pub(crate) fn refuse<T>(what: impl Into<String>, why: impl Into<String>) -> Result<T, Refusal> {
    Err(refusal(what, why))
}

pub(crate) fn refusal(what: impl Into<String>, why: impl Into<String>) -> Refusal {
    Refusal {
        what: what.into(),
        why: why.into(),
    }
}

pub(crate) fn no_such_state(path: &StatePath) -> Refusal {
    refusal(
        format!("There is no state {}", path.name()),
        "It may have been renamed or deleted meanwhile",
    )
}

pub(crate) fn nothing_can_follow(state: &State) -> Refusal {
    let why = match state.kind {
        Some(StateKind::Choice) => "A Choice goes on by its rules and its Default".to_owned(),
        Some(kind) if kind.is_terminal() => ends(kind, state.path.container().is_some()),
        Some(kind) => format!("This {kind} state has no such transition"),
        None => "Its type is missing or unknown".to_owned(),
    };
    refusal(format!("Nothing can follow {}", state.name), why)
}

/// "A Succeed state ends the workflow"
pub(crate) fn ends(kind: StateKind, inner: bool) -> String {
    match (kind, inner) {
        (StateKind::Succeed, true) => "A Succeed state ends its branch".to_owned(),
        (kind, _) => format!("A {kind} state ends the workflow"),
    }
}

/// "A Choice state", "An unknown state"
pub(crate) fn kind_name(kind: Option<StateKind>) -> &'static str {
    kind.map_or("unknown", StateKind::name)
}
