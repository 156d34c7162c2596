//! `DUPLICATE_KEY`: an object has two members of one name; only the last one counts.

use std::collections::BTreeMap;

use crate::asl::Severity;
use crate::asl::lints::document::Document;
use crate::asl::lints::document::quoted;
use crate::asl::lints::finding::Finding;
use crate::text::LineIndex;
use crate::text::Span;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    let mut index: Option<LineIndex> = None;
    let states: Vec<_> = document
        .machine
        .scopes
        .iter()
        .filter_map(|scope| scope.states_node)
        .collect();
    for node in document.tree.ids() {
        let members = document.tree.members(node);
        let mut first: BTreeMap<&str, Span> = BTreeMap::new();
        for member in members {
            let Some(earlier) = first.insert(&member.key, member.key_span) else {
                continue;
            };
            if member.key.is_empty() {
                continue;
            }
            let index = index.get_or_insert_with(|| LineIndex::new(document.text));
            let line = index.locate(document.text, earlier.start).line;
            // A lost state is never meant; a lost member elsewhere is read by most as the last one.
            let severity = if states.contains(&node) {
                Severity::Error
            } else {
                Severity::Warning
            };
            findings.push(
                Finding::new(
                    document,
                    "DUPLICATE_KEY",
                    severity,
                    member.value,
                    member.key_span,
                    format!("{} already stands in line {line}", quoted(&member.key)),
                )
                .hint("Of two members with one name only the last counts"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;

    #[test]
    fn the_second_of_two_is_marked() {
        check(
            r#"{"StartAt": "A", "States": {
  "A": {"Type": "Fail"},
  "A": {"Type": "Succeed", "Comment": "a", "Comment": "b"}
//^^^ error DUPLICATE_KEY: “A” already stands in line 2
//                                         ^^^^^^^^^ warning DUPLICATE_KEY: “Comment” already stands in line 3
}}"#,
        );
    }
}
