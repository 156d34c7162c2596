//! `UNREACHABLE_STATE`: no way leads from `StartAt` to the state.

use std::collections::BTreeSet;

use crate::asl::Scope;
use crate::asl::ScopeId;
use crate::asl::Severity;
use crate::asl::State;
use crate::asl::StateId;
use crate::asl::StateKind;
use crate::asl::lints::document::Document;
use crate::asl::lints::document::has_hole;
use crate::asl::lints::finding::Audience;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::TRANSITION;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for (id, scope) in document.machine.scope_ids().zip(&document.machine.scopes) {
        let Some(reached) = reachable(document, id, scope) else {
            nowhere_to_start(document, scope, findings);
            continue;
        };
        let endless = id.0 == 0 && !has_terminal(document, scope);
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
                .service(TRANSITION, said(own))
                .only(match endless {
                    true => Audience::Here,
                    false => Audience::Both,
                }),
            );
        }
    }
}

/// A `StartAt` that names no state is told as such; the service lists every state behind it as well.
fn nowhere_to_start(document: &Document<'_>, scope: &Scope, findings: &mut Vec<Finding>) {
    let start = scope.start_at.as_deref();
    let open = start.is_none_or(has_hole)
        || scope
            .states
            .iter()
            .filter_map(|state| document.machine.state(*state))
            .any(|state| has_hole(&state.name) || Some(state.name.as_ref()) == start);
    if open {
        return;
    }
    for own in scope
        .states
        .iter()
        .filter_map(|state| document.machine.state(*state))
    {
        findings.push(
            Finding::error(document, "UNREACHABLE_STATE", own.node, said(own))
                .service(TRANSITION, said(own))
                .only(Audience::Service),
        );
    }
}

fn said(state: &State) -> String {
    format!("State \"{}\" is not reachable.", state.name)
}

/// A state that ends the flow, reached or not. The service asks for one at the top and, without
/// it, says nothing about the way there.
pub(crate) fn has_terminal(document: &Document<'_>, scope: &Scope) -> bool {
    let states = scope.states.iter();
    states
        .filter_map(|state| document.machine.state(*state))
        .any(|state| {
            let end = document.tree.get(state.node, "End");
            state.end
                || state.kind.is_none_or(StateKind::is_terminal)
                || end.is_some_and(|end| document.is_open(end))
        })
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
