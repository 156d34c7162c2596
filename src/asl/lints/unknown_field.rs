//! `UNKNOWN_FIELD`: a field that nothing reads, most often a slip of the pen.

use crate::asl::lints::document::Document;
use crate::asl::lints::document::Object;
use crate::asl::lints::document::has_hole;
use crate::asl::lints::document::quoted;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::nearest::nearest;
use crate::asl::schema;
use crate::asl::schema::Place;
use crate::syntax::Member;
use crate::text::upper_first;

const CODE: &str = "UNKNOWN_FIELD";

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for object in &document.objects {
        for member in document.tree.members(object.node) {
            if schema::field(object.place, &member.key).is_none() && !has_hole(&member.key) {
                findings.push(unknown(document, object, member));
            }
        }
    }
}

fn unknown(document: &Document<'_>, object: &Object, member: &Member) -> Finding {
    let present = |name: &str| document.tree.get(object.node, name).is_some();
    let inner_next =
        object.place == Place::InnerRule && schema::field(Place::ChoiceRule, &member.key).is_some();
    let message = if inner_next {
        format!(
            "{} belongs to the whole rule, not inside And, Or or Not",
            member.key
        )
    } else {
        format!(
            "{} has no field {}",
            upper_first(object.place.name()),
            quoted(&member.key)
        )
    };
    let finding = Finding::error(document, CODE, member.value, message)
        .at(member.key_span)
        .service_at(
            document,
            object.node,
            SCHEMA,
            format!("Field '{}' is not supported", member.key),
        );
    let candidates = schema::fields(object.place)
        .filter(|field| field.is_in(object.language) && !present(field.name))
        .map(|field| field.name);
    match nearest(&member.key, candidates) {
        Some(name) if !inner_next => finding.hint(format!("Did you mean {name}?")).fix(
            format!("Change to {name}"),
            document.respell(member.key_span, name),
        ),
        _ => finding,
    }
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;
    use crate::asl::lints::tests::fixed;

    #[test]
    fn a_slip_is_found_and_mended() {
        check(
            r#"{"StartAt": "A", "States": {"A": {
  "Type": "Pass",
  "InputPaht": "$.a",
//^^^^^^^^^^^ error UNKNOWN_FIELD: A Pass state has no field “InputPaht”
  "${Any}": 1,
  "End": true
}}}"#,
        );
        assert_eq!(
            fixed(
                r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B","comment":""},"B":{"Type":"Succeed"}}}"#
            ),
            r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B","Comment":""},"B":{"Type":"Succeed"}}}"#
        );
    }

    #[test]
    fn next_stands_at_the_top_of_a_rule() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Choice", "Default": "B", "Choices": [{"Next": "B", "Not":
  {"Variable": "$.a", "IsNull": true, "Next": "B"}
//                                    ^^^^^^ error UNKNOWN_FIELD: Next belongs to the whole rule, not inside And, Or or Not
}]}, "B": {"Type": "Succeed"}}}"#,
        );
    }
}
