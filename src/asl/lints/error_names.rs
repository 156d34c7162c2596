//! `STATES_ALL`, `UNKNOWN_ERROR_NAME`, `NEVER_MATCHES`: the names in `ErrorEquals`
//! (specification, "Errors"; "Fallback States").

use std::collections::BTreeSet;

use crate::asl::lints::document::Document;
use crate::asl::lints::document::has_hole;
use crate::asl::lints::document::quoted;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::nearest::nearest;
use crate::asl::schema::Place;
use crate::syntax::NodeId;

/// The names the service reserves.
pub(crate) const RESERVED: &[&str] = &[
    "States.ALL",
    "States.BranchFailed",
    "States.DataLimitExceeded",
    "States.ExceedToleratedFailureThreshold",
    "States.HeartbeatTimeout",
    "States.IntrinsicFailure",
    "States.ItemReaderFailed",
    "States.NoChoiceMatched",
    "States.ParameterPathFailure",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.ResultPathMatchFailure",
    "States.ResultWriterFailed",
    "States.Runtime",
    "States.TaskFailed",
    "States.Timeout",
];

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for object in &document.objects {
        if !matches!(object.place, Place::State(_)) {
            continue;
        }
        for field in ["Retry", "Catch"] {
            if let Some(list) = document.tree.get(object.node, field) {
                entries(document, field, list, findings);
            }
        }
    }
}

const ALL_LAST: &str = "States.ALL must appear alone and at end of list";

/// The list a name stands in.
fn list_of(document: &Document<'_>, name: NodeId) -> NodeId {
    let parent = document.tree.node(name).and_then(|node| node.parent);
    parent.unwrap_or(name)
}

fn entries(document: &Document<'_>, field: &str, list: NodeId, findings: &mut Vec<Finding>) {
    let items = document.tree.items(list);
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for (index, item) in items.iter().enumerate() {
        let names: Vec<(NodeId, &str)> = document
            .tree
            .get(*item, "ErrorEquals")
            .map(|names| document.tree.items(names))
            .unwrap_or_default()
            .iter()
            .filter_map(|name| Some((*name, document.tree.str(*name)?)))
            .collect();
        for (node, name) in &names {
            if *name == "States.ALL" {
                if names.len() > 1 {
                    findings.push(
                        Finding::error(
                            document,
                            "STATES_ALL",
                            *node,
                            "States.ALL stands alone: it takes every error by itself",
                        )
                        .service_at(
                            document,
                            list_of(document, *node),
                            SCHEMA,
                            ALL_LAST,
                        ),
                    );
                } else if index + 1 < items.len() {
                    findings.push(
                        Finding::error(
                            document,
                            "STATES_ALL",
                            *node,
                            format!(
                                "States.ALL comes last in {field}: nothing behind it is ever tried"
                            ),
                        )
                        .service_at(
                            document,
                            list_of(document, *node),
                            SCHEMA,
                            ALL_LAST,
                        ),
                    );
                }
            } else {
                unknown(document, *node, name, findings);
            }
            if !seen.insert(name) && !has_hole(name) {
                findings.push(Finding::warning(
                    document,
                    "NEVER_MATCHES",
                    *node,
                    format!("{} is already taken further up", quoted(name)),
                ));
            }
        }
    }
}

fn unknown(document: &Document<'_>, node: NodeId, name: &str, findings: &mut Vec<Finding>) {
    let raised = || {
        let states = document.machine.states.iter();
        let mut errors = states.filter_map(|state| document.tree.get_str(state.node, "Error"));
        errors.any(|error| error == name)
    };
    let known = RESERVED.contains(&name) || name.starts_with("States.Http.") || raised();
    if !name.starts_with("States.") || known || has_hole(name) {
        return;
    }
    let finding = Finding::warning(
        document,
        "UNKNOWN_ERROR_NAME",
        node,
        format!(
            "{} is not an error of Step Functions, and names that begin with States. are its own",
            quoted(name)
        ),
    );
    findings.push(match nearest(name, RESERVED.iter().copied()) {
        Some(near) => finding.fix(
            format!("Change to {near}"),
            document.respell(document.tree.span(node), near),
        ),
        None => finding,
    });
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;

    #[test]
    fn states_all_is_alone_and_last() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${R}", "Retry": [
  {"ErrorEquals": ["States.ALL", "Mine"]},
//                 ^^^^^^^^^^^^ error STATES_ALL: States.ALL stands alone: it takes every error by itself
  {"ErrorEquals": ["States.Timeuot", "Mine"]}], "Catch": [
//                 ^^^^^^^^^^^^^^^^ warning UNKNOWN_ERROR_NAME: “States.Timeuot” is not an error of Step Functions, and names that begin with States. are its own
//                                   ^^^^^^ warning NEVER_MATCHES: “Mine” is already taken further up
  {"ErrorEquals": ["States.ALL"], "Next": "B"},
//                 ^^^^^^^^^^^^ error STATES_ALL: States.ALL comes last in Catch: nothing behind it is ever tried
  {"ErrorEquals": ["States.Http.StatusCode.404"], "Next": "B"}],
  "End": true}, "B": {"Type": "Fail"}}}"#,
        );
    }
}
