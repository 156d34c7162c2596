//! `DUPLICATE_STATE_NAME`: names are unique within the whole machine (specification, "States").

use std::collections::BTreeMap;

use crate::asl::Severity;
use crate::asl::StatePath;
use crate::asl::lints::document::Document;
use crate::asl::lints::document::quoted;
use crate::asl::lints::finding::Finding;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    let mut first: BTreeMap<&str, &StatePath> = BTreeMap::new();
    for state in &document.machine.states {
        let Some(other) = first.get(state.name.as_ref()) else {
            first.insert(&state.name, &state.path);
            continue;
        };
        let place = match other.container() {
            Some(container) => format!("inside {}", quoted(&container.name())),
            None => "at the top".to_owned(),
        };
        findings.push(
            Finding::new(
                document,
                "DUPLICATE_STATE_NAME",
                Severity::Error,
                state.node,
                state.name_span,
                format!("A state {place} is called {} too", quoted(&state.name)),
            )
            .hint("Names are unique within the whole state machine, across branches and Maps")
            .service(
                "DUPLICATE_STATE_NAME",
                format!("Duplicate State name: {}", state.name),
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;

    #[test]
    fn names_are_unique_across_scopes() {
        check(
            r#"{"StartAt": "M", "States": {"A": {"Type": "Succeed"}, "M": {"Type": "Map", "Next": "A", "ItemProcessor": {"StartAt": "A", "States": {
  "A": {"Type": "Succeed"}
//^^^ error DUPLICATE_STATE_NAME: A state at the top is called “A” too
}}}}}"#,
        );
    }
}
