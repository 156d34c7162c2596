//! `EMPTY_LIST`: `States`, `Choices`, `Branches`, `And`, `Or`, `CSVHeaders` or `ErrorEquals` with nothing in it.

use crate::asl::lints::document::Document;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::syntax::NodeKind;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for (_, field, member) in document.fields() {
        let lacks = match field.name {
            "States" => "A state machine without states has nowhere to start",
            "Choices" => "A Choice state without rules decides nothing",
            "Branches" => "A Parallel state without branches has nothing to run",
            "And" | "Or" => "There is nothing to combine here",
            "CSVHeaders" => "Headers that are GIVEN name at least one column",
            "ErrorEquals" => "Without the name of an error this never applies",
            _ => continue,
        };
        let empty = match document.tree.kind(member.value) {
            NodeKind::Array(items) => items.is_empty(),
            NodeKind::Object(members) => members.is_empty(),
            _ => false,
        };
        if empty {
            findings.push(
                Finding::error(document, "EMPTY_LIST", member.value, lacks)
                    .service(SCHEMA, "Value cannot be empty"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;

    #[test]
    fn nothing_is_not_enough() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Parallel",
  "Branches": [],
//            ^^ error EMPTY_LIST: A Parallel state without branches has nothing to run
  "Catch": [{"Next": "B", "ErrorEquals": []}],
//                                       ^^ error EMPTY_LIST: Without the name of an error this never applies
  "End": true}, "B": {"Type": "Succeed"}}}"#,
        );
    }
}
