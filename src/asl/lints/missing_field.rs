//! `MISSING_FIELD`, `MISSING_NEXT`: something has to be there and is not.

use crate::asl::Severity;
use crate::asl::lints::document::Document;
use crate::asl::lints::document::Object;
use crate::asl::lints::document::has_hole;
use crate::asl::lints::document::listed;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::schema;
use crate::asl::schema::Need;
use crate::asl::schema::Place;
use crate::text::upper_first;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for object in &document.objects {
        check_object(document, object, findings);
    }
    for state in &document.machine.states {
        if document.tree.get(state.node, "Type").is_none() {
            findings.push(
                Finding::new(
                    document,
                    "MISSING_FIELD",
                    Severity::Error,
                    state.node,
                    state.name_span,
                    "A state needs Type",
                )
                .hint("Type is one of Task, Choice, Parallel, Map, Pass, Wait, Succeed and Fail")
                .service(SCHEMA, "These fields are required: [Type]"),
            );
        }
    }
}

fn check_object(document: &Document<'_>, object: &Object, findings: &mut Vec<Finding>) {
    let members = document.tree.members(object.node);
    if members.iter().any(|member| has_hole(&member.key)) {
        return;
    }
    let has = |name: &&str| members.iter().any(|member| member.key.as_ref() == *name);
    let mut required: Vec<&str> = Vec::new();
    for field in schema::fields(object.place).filter(|field| field.is_in(object.language)) {
        match field.need {
            Need::Optional => {}
            Need::Required if has(&field.name) => {}
            Need::Required => required.push(field.name),
            Need::OneOf(names) => {
                let possible: Vec<&str> = names
                    .iter()
                    .copied()
                    .filter(|name| {
                        schema::field(object.place, name)
                            .is_some_and(|other| other.is_in(object.language))
                    })
                    .collect();
                if possible.first() == Some(&field.name) && !names.iter().any(has) {
                    findings.push(none_of(document, object, &possible));
                }
            }
        }
    }
    if required.is_empty() {
        return;
    }
    let words = format!(
        "{} needs {}",
        upper_first(object.place.name()),
        listed(&required, "and")
    );
    let mut finding = new(document, object, "MISSING_FIELD", words);
    for name in &required {
        if let Some(field) = schema::field(object.place, name) {
            finding = finding.hint(format!("{name}: {}", field.doc));
        }
    }
    findings.push(finding.service(
        SCHEMA,
        format!(
            "These fields are required: [{}]",
            as_listed(&required).join(", ")
        ),
    ));
}

fn none_of(document: &Document<'_>, object: &Object, names: &[&str]) -> Finding {
    if names.contains(&"Next") {
        let finding = new(
            document,
            object,
            "MISSING_NEXT",
            "This state says neither where to go next nor that it ends".to_owned(),
        )
        .hint("Give it Next with the name of a state, or \"End\": true")
        .service(
            SCHEMA,
            "This object should have only one of the following fields: [Next, End]",
        );
        return match document.add_member(object.node, "End", "true") {
            Some(edit) => finding.fix("End the flow here", edit),
            None => finding,
        };
    }
    let shown: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| *name != "Iterator")
        .collect();
    let place = upper_first(object.place.name());
    new(
        document,
        object,
        "MISSING_FIELD",
        format!("{place} needs {}", listed(&shown, "or")),
    )
    .service(
        SCHEMA,
        format!(
            "This object should have only one of the following fields: [{}]",
            as_listed(names).join(", ")
        ),
    )
}

fn new(document: &Document<'_>, object: &Object, code: &'static str, message: String) -> Finding {
    let span = match (object.place, document.state(object)) {
        (Place::State(_), Some(state)) => state.name_span,
        _ => document.head_span(object.node),
    };
    Finding::new(document, code, Severity::Error, object.node, span, message)
}

/// Names in the service's order.
pub(crate) fn as_listed<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut listed = names.to_vec();
    listed.sort_by_key(|name| java_bucket(name));
    listed
}

/// The service lists names in the order of a Java hash set of few elements.
fn java_bucket(name: &str) -> u32 {
    let hash = name.encode_utf16().fold(0u32, |hash, unit| {
        hash.wrapping_mul(31).wrapping_add(u32::from(unit))
    });
    (hash ^ (hash >> 16)) & 15
}

#[cfg(test)]
mod tests {
    use crate::asl::MachineType;
    use crate::asl::lints::tests::check;
    use crate::asl::lints::tests::fixed;
    use crate::asl::service_diagnostics;

    #[test]
    fn what_is_needed_is_named() {
        check(
            r#"{"StartAt": "A", "States": {
  "A": {"Type": "Task", "Next": "B"},
//^^^ error MISSING_FIELD: A Task state needs Resource
  "B": {"Type": "Wait", "Next": "C"},
//^^^ error MISSING_FIELD: A Wait state needs Seconds, SecondsPath, Timestamp or TimestampPath
  "C": {"Type": "Pass"},
//^^^ error MISSING_NEXT: This state says neither where to go next nor that it ends
  "D": {"End": true}
//^^^ error MISSING_FIELD: A state needs Type
//^^^ error UNREACHABLE_STATE: Nothing leads to D
}}"#,
        );
    }

    #[test]
    fn an_end_is_put_behind_the_last_member() {
        assert_eq!(
            fixed("{\"StartAt\":\"A\",\"States\":{\"A\":{\n    \"Type\": \"Pass\"\n}}}"),
            "{\"StartAt\":\"A\",\"States\":{\"A\":{\n    \"Type\": \"Pass\",\n    \"End\": true\n}}}"
        );
    }

    #[test]
    fn the_service_names_what_the_machine_needs() {
        let said = service_diagnostics("{}", MachineType::Standard);
        let first = said.first().unwrap();
        assert_eq!(
            first.message,
            "These fields are required: [States, StartAt]"
        );
        assert_eq!(first.location.as_deref(), Some("/"));
        assert_eq!(said.len(), 1);
    }
}
