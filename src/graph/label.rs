//! The words on an edge that stands for several transitions.

use crate::asl::TransitionKind;
use crate::graph::FlowTransition;

/// One label for transitions that share their ends; nothing for a plain `Next`.
pub(crate) fn combined(transitions: &[FlowTransition]) -> Option<String> {
    if let [single] = transitions {
        return single.label.clone();
    }
    let count = |matches: fn(TransitionKind) -> bool| {
        transitions.iter().filter(|one| matches(one.kind)).count()
    };
    let rules = count(|kind| matches!(kind, TransitionKind::Choice(_)));
    let catchers = count(|kind| matches!(kind, TransitionKind::Catch(_)));
    let default = count(|kind| kind == TransitionKind::Default) > 0;
    let first = || transitions.iter().find_map(|one| one.label.clone());
    match (catchers, rules, default) {
        (0, 0 | 1, false) | (0, 0, true) | (1, 0, false) => first(),
        (0, 1, true) => Some("1 rule or Default".to_owned()),
        (0, _, true) => Some(format!("{rules} rules or Default")),
        (0, _, false) => Some(format!("{rules} rules")),
        (_, _, _) => Some(format!("{catchers} catchers")),
    }
}
