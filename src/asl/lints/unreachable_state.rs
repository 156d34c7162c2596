//! `UNREACHABLE_STATE`: no way leads from `StartAt` to the state.

use std::collections::BTreeSet;

use crate::asl::Scope;
use crate::asl::ScopeId;
use crate::asl::Severity;
use crate::asl::StateId;
use crate::asl::lints::document::Document;
use crate::asl::lints::document::has_hole;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::TRANSITION;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for (id, scope) in document.machine.scope_ids().zip(&document.machine.scopes) {
        let Some(reached) = reachable(document, id, scope) else {
            continue;
        };
        let lost: Vec<StateId> = scope
            .states
            .iter()
            .copied()
            .filter(|state| !reached.contains(state))
            .collect();
        for state in &lost {
            let Some(own) = document.machine.state(*state) else {
                continue;
            };
            let led_to = lost.iter().filter(|other| *other != state).any(|other| {
                document.machine.state(*other).is_some_and(|other| {
                    let mut targets = other.transitions.iter().map(|t| t.target.as_ref());
                    targets.any(|target| target == own.name.as_ref())
                })
            });
            let message = if led_to {
                format!(
                    "Only states that are never reached themselves lead to {}",
                    own.name
                )
            } else {
                format!("Nothing leads to {}", own.name)
            };
            findings.push(
                Finding::new(
                    document,
                    "UNREACHABLE_STATE",
                    Severity::Error,
                    own.node,
                    own.name_span,
                    message,
                )
                .hint("Let another state's Next lead here, or remove this state")
                .service(
                    TRANSITION,
                    format!("State \"{}\" is not reachable.", own.name),
                ),
            );
        }
    }
}

/// The states of a scope that can be reached; nothing where that cannot be said.
pub(crate) fn reachable(
    document: &Document<'_>,
    id: ScopeId,
    scope: &Scope,
) -> Option<BTreeSet<StateId>> {
    let start = document.machine.in_scope(id, scope.start_at.as_deref()?)?;
    let mut reached = BTreeSet::from([start]);
    let mut waiting = vec![start];
    while let Some(state) = waiting
        .pop()
        .and_then(|state| document.machine.state(state))
    {
        for transition in &state.transitions {
            if has_hole(&transition.target) {
                return None;
            }
            if let Some(next) = document.machine.in_scope(id, &transition.target)
                && reached.insert(next)
            {
                waiting.push(next);
            }
        }
    }
    Some(reached)
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;

    #[test]
    fn detached_states_and_cycles() {
        check(
            r#"{"StartAt": "A", "States": {
  "A": {"Type": "Succeed"},
  "B": {"Type": "Pass", "Next": "C"},
//^^^ error UNREACHABLE_STATE: Only states that are never reached themselves lead to B
  "C": {"Type": "Pass", "Next": "B"},
//^^^ error UNREACHABLE_STATE: Only states that are never reached themselves lead to C
  "D": {"Type": "Pass", "Next": "A"}
//^^^ error UNREACHABLE_STATE: Nothing leads to D
}}"#,
        );
    }
}
