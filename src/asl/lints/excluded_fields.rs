//! `EXCLUDED_FIELDS`, `OLDER_FIELD`: two fields that may not stand together; one that has a successor.

use crate::asl::Severity;
use crate::asl::lints::document::Document;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::lints::missing_field::as_listed;
use crate::asl::schema::Field;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for (object, field, member) in document.fields() {
        let others = document.tree.members(object.node).iter();
        let other = others
            .filter(|other| field.excludes.contains(&other.key.as_ref()))
            .find(|other| other.key_span.start < member.key_span.start);
        if let Some(other) = other {
            // "End": false says nothing and takes nothing away.
            let says_nothing = |value| {
                matches!(
                    document.tree.kind(value),
                    crate::syntax::NodeKind::Bool(false)
                )
            };
            if says_nothing(member.value) || says_nothing(other.value) {
                continue;
            }
            let finding = Finding::error(
                document,
                "EXCLUDED_FIELDS",
                member.value,
                format!("{} and {} may not stand together", other.key, field.name),
            )
            .at(member.key_span)
            .hint("Keep one of them")
            .service_at(document, object.node, SCHEMA, only_one(field));
            findings.push(match document.remove_member(object.node, field.name) {
                Some(edit) => finding.fix(format!("Remove {}", field.name), edit),
                None => finding,
            });
        } else if let Some(newer) = field.replaced_by {
            findings.push(
                Finding::new(
                    document,
                    "OLDER_FIELD",
                    Severity::Info,
                    member.value,
                    member.key_span,
                    format!("{} is the older name of {newer}", field.name),
                )
                .fix(
                    format!("Change to {newer}"),
                    document.respell(member.key_span, newer),
                ),
            );
        }
    }
}

/// The service names all fields that exclude each other, whichever of them are there.
fn only_one(field: &Field) -> String {
    let mut names = vec![field.name];
    names.extend(field.excludes);
    format!(
        "There should only be one of the following fields: [{}]",
        as_listed(&names).join(", ")
    )
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;
    use crate::asl::lints::tests::fixed;

    #[test]
    fn two_ways_to_say_how_long() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 1,
  "SecondsPath": "$.s", "End": true}}}
//^^^^^^^^^^^^^ error EXCLUDED_FIELDS: Seconds and SecondsPath may not stand together"#,
        );
        assert_eq!(
            fixed(r#"{"StartAt":"A","States":{"A":{"Type":"Pass", "End": true, "Next": "A"}}}"#),
            r#"{"StartAt":"A","States":{"A":{"Type":"Pass", "End": true}}}"#
        );
    }
}
