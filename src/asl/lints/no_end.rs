//! `NO_END`: the states of a scope lead on and on, and none of those reached ends it.

use crate::asl::Severity;
use crate::asl::State;
use crate::asl::lints::document::Document;
use crate::asl::lints::finding::Audience;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::unreachable_state::has_terminal;
use crate::asl::lints::unreachable_state::reachable;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    findings.extend(refused(document));
    for (id, scope) in document.machine.scope_ids().zip(&document.machine.scopes) {
        let Some(reached) = reachable(document, id, scope) else {
            continue;
        };
        let states: Vec<&State> = reached
            .iter()
            .filter_map(|state| document.machine.state(*state))
            .collect();
        // A state that leads nowhere has its own diagnostic.
        let ends = |state: &State| state.end || state.kind.is_none_or(|kind| kind.is_terminal());
        let broken = |state: &State| {
            let leads = state.transitions.iter();
            leads.clone().count() == 0
                || leads
                    .clone()
                    .any(|t| document.machine.in_scope(id, &t.target).is_none())
                || document
                    .tree
                    .get(state.node, "End")
                    .is_some_and(|end| document.is_open(end))
        };
        if states.iter().any(|state| ends(state) || broken(state)) {
            continue;
        }
        let span = scope.start_at_span.unwrap_or_default();
        findings.push(
            Finding::new(
                document,
                "NO_END",
                // The service does not look inside: there it only never ends.
                match id.0 {
                    0 => Severity::Error,
                    _ => Severity::Warning,
                },
                scope.node,
                span,
                "From here no state that ends the flow is ever reached",
            )
            .hint("Give a state \"End\": true, or lead to a Succeed or Fail state")
            .only(Audience::Here),
        );
    }
}

/// The service asks whether a state at the top ends the flow, not whether one is reached.
fn refused(document: &Document<'_>) -> Option<Finding> {
    let scope = document.machine.scopes.first()?;
    let mut states = scope
        .states
        .iter()
        .filter_map(|state| document.machine.state(*state));
    // A state that says nothing about where it leads is told as such.
    let leads_on = states.all(|state| !state.transitions.is_empty());
    if scope.states.is_empty() || !leads_on || has_terminal(document, scope) {
        return None;
    }
    let said = "Workflow has no terminal state";
    let finding = Finding::error(document, "NO_END", scope.node, said);
    Some(
        finding
            .service_without_place("MISSING_END_STATE", said)
            .only(Audience::Service),
    )
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;

    #[test]
    fn a_ring_without_a_way_out() {
        check(
            r#"{
  "StartAt": "A", "States": {
//           ^^^ error NO_END: From here no state that ends the flow is ever reached
  "A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}}"#,
        );
    }
}
