//! `WRONG_TYPE`, `UNKNOWN_WORD`, `OUT_OF_RANGE`, `EMPTY_ERROR`, `END_FALSE`: values that do not fit their field.

use crate::asl::QueryLanguage;
use crate::asl::Severity;
use crate::asl::lints::document::Document;
use crate::asl::lints::document::Object;
use crate::asl::lints::document::listed;
use crate::asl::lints::document::quoted;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::nearest::nearest;
use crate::asl::schema;
use crate::asl::schema::Field;
use crate::asl::schema::Holds;
use crate::asl::schema::JsonType;
use crate::asl::schema::Place;
use crate::syntax::NodeId;
use crate::syntax::NodeKind;
use crate::text::TextEdit;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for (object, field, member) in document.fields() {
        let value = member.value;
        if document.is_open(value) || is_expression(document, object, field, value) {
            continue;
        }
        if !field.types.iter().any(|t| fits(document, value, *t)) {
            findings.push(wrong_type(document, object, field, value));
            continue;
        }
        match field.holds {
            Holds::OneOf(words) => word(document, field.name, words, value, findings),
            Holds::Number(least, most) => {
                range(document, object, field, value, (least, most), findings);
            }
            Holds::Text if field.name == "Error" => nameless(document, value, findings),
            Holds::Parts(place) => {
                for item in document.tree.items(value) {
                    if !document.is_object(*item) && !document.is_open(*item) {
                        findings.push(
                            Finding::error(
                                document,
                                "WRONG_TYPE",
                                *item,
                                format!(
                                    "Each item of {} is an object: {}",
                                    field.name,
                                    place.name()
                                ),
                            )
                            .service(SCHEMA, "Expected value of type Object"),
                        );
                    }
                }
            }
            Holds::ErrorNames => names(document, value, findings),
            Holds::States => {
                for state in document.tree.members(value) {
                    if !document.is_object(state.value) && !document.is_open(state.value) {
                        findings.push(
                            Finding::error(
                                document,
                                "WRONG_TYPE",
                                state.value,
                                "A state is an object with a Type",
                            )
                            .service(SCHEMA, "Expected value of type Object"),
                        );
                    }
                }
            }
            Holds::Flag if field.name == "End" => end_false(document, object, value, findings),
            _ => {}
        }
    }
    for state in document.machine.states.iter().filter(|s| s.kind.is_none()) {
        let Some(value) = document.tree.get(state.node, "Type") else {
            continue;
        };
        if document.is_open(value) {
            continue;
        }
        if document.tree.str(value).is_some() {
            word(document, "Type", schema::TYPES, value, findings);
        } else {
            findings.push(Finding::error(
                document,
                "WRONG_TYPE",
                value,
                "Type takes a string",
            ));
        }
    }
}

/// A `{% %}` text in a place that takes one.
fn is_expression(document: &Document<'_>, object: &Object, field: &Field, value: NodeId) -> bool {
    field.expression
        && object.language == QueryLanguage::Jsonata
        && document
            .tree
            .str(value)
            .is_some_and(|text| text.starts_with("{%"))
}

fn fits(document: &Document<'_>, value: NodeId, wanted: JsonType) -> bool {
    match (document.tree.kind(value), wanted) {
        (_, JsonType::Any) => true,
        (NodeKind::String(_), JsonType::String)
        | (NodeKind::Number(_), JsonType::Number)
        | (NodeKind::Bool(_), JsonType::Boolean)
        | (NodeKind::Object(_), JsonType::Object)
        | (NodeKind::Array(_), JsonType::Array)
        | (NodeKind::Null, JsonType::Null) => true,
        (NodeKind::Number(_), JsonType::Integer) => document
            .number(value)
            .is_some_and(|number| number.fract() == 0.0),
        _ => false,
    }
}

fn wrong_type(document: &Document<'_>, object: &Object, field: &Field, value: NodeId) -> Finding {
    let types: Vec<&str> = field.types.iter().map(|t| t.name()).collect();
    let finding = Finding::error(
        document,
        "WRONG_TYPE",
        value,
        format!(
            "{} takes {}, not {}",
            field.name,
            listed(&types, "or"),
            actual(document, value)
        ),
    )
    .service(SCHEMA, service_type(field));
    let text = document.tree.str(value).unwrap_or_default();
    if field.expression && text.starts_with("{%") {
        return finding.hint(format!(
            "{{% %}} expressions need \"QueryLanguage\": \"JSONata\"; this state uses {}",
            object.language
        ));
    }
    let number = text.trim().parse::<f64>().is_ok_and(f64::is_finite);
    let flag = matches!(text.trim(), "true" | "false");
    let unquoted = (number
        && field
            .types
            .iter()
            .any(|t| matches!(t, JsonType::Integer | JsonType::Number)))
        || (flag && field.types.contains(&JsonType::Boolean));
    if unquoted {
        return finding.fix(
            "Remove the quotes",
            TextEdit::replace(document.tree.span(value), text.trim()),
        );
    }
    finding
}

fn service_type(field: &Field) -> String {
    let name = match field.types.first() {
        Some(JsonType::String) => "String",
        Some(JsonType::Integer) => "Integer",
        Some(JsonType::Number) => "Number",
        Some(JsonType::Boolean) => "Boolean",
        Some(JsonType::Array) => "Array",
        _ => "Object",
    };
    match field.holds {
        Holds::OneOf(_) => format!("Expected value of type [{}]", name.to_uppercase()),
        _ => format!("Expected value of type {name}"),
    }
}

fn actual(document: &Document<'_>, value: NodeId) -> &'static str {
    match document.tree.kind(value) {
        NodeKind::Null => "null",
        NodeKind::Bool(_) => "true or false",
        NodeKind::Number(spelling) if spelling.contains(['.', 'e', 'E']) => "a fraction",
        NodeKind::Number(_) => "a number",
        NodeKind::String(_) => "a string",
        NodeKind::Array(_) => "an array",
        NodeKind::Object(_) => "an object",
        NodeKind::Hole(_) | NodeKind::Missing => "this",
    }
}

fn word(
    document: &Document<'_>,
    name: &str,
    words: &[&'static str],
    value: NodeId,
    findings: &mut Vec<Finding>,
) {
    let Some(text) = document.tree.str(value) else {
        return;
    };
    if words.contains(&text) {
        return;
    }
    let finding = Finding::error(
        document,
        "UNKNOWN_WORD",
        value,
        format!("{name} is {}, not {}", listed(words, "or"), quoted(text)),
    )
    .service(SCHEMA, service_words(name, words));
    findings.push(match nearest(text, words.iter().copied()) {
        Some(near) => finding.fix(
            format!("Change to {near}"),
            document.respell(document.tree.span(value), near),
        ),
        None => finding,
    });
}

/// The service has words of their own for the type of a state, as recorded.
fn service_words(name: &str, words: &[&'static str]) -> String {
    let words = words.join(", ");
    match name {
        "Type" => format!("The field 'Type' should have one of these values: [{words}]"),
        _ => format!("Value should be one of the following: [{words}]"),
    }
}

fn range(
    document: &Document<'_>,
    object: &Object,
    field: &Field,
    value: NodeId,
    (least, most): (f64, f64),
    findings: &mut Vec<Finding>,
) {
    let Some(number) = document.number(value) else {
        return;
    };
    if (least..=most).contains(&number) {
        return;
    }
    // AWS takes 0 for these two, the specification asks for a positive number.
    let tolerated = number == 0.0
        && (field.name == "IntervalSeconds"
            || (field.name == "TimeoutSeconds" && object.place == Place::Machine));
    let severity = match tolerated {
        true => Severity::Warning,
        false => Severity::Error,
    };
    let bounds = if number < least {
        format!("at least {least}")
    } else {
        format!("at most {most}")
    };
    findings.push(
        Finding::new(
            document,
            "OUT_OF_RANGE",
            severity,
            value,
            document.tree.span(value),
            format!("{} is {bounds}", field.name),
        )
        .service(
            SCHEMA,
            if number < least {
                format!("Minimum value is {least}")
            } else {
                format!("Maximum value is {most}")
            },
        ),
    );
}

/// A Fail state whose error has no name.
fn nameless(document: &Document<'_>, value: NodeId, findings: &mut Vec<Finding>) {
    if document.tree.str(value) == Some("") {
        findings.push(
            Finding::warning(
                document,
                "EMPTY_ERROR",
                value,
                "An error without a name can be caught by States.ALL only",
            )
            .hint("Give the error a name, or leave Error out"),
        );
    }
}

fn end_false(document: &Document<'_>, object: &Object, value: NodeId, findings: &mut Vec<Finding>) {
    let says_no = matches!(document.tree.kind(value), NodeKind::Bool(false));
    if !says_no || document.tree.get(object.node, "Next").is_some() {
        return;
    }
    let span = document.tree.span(value);
    findings.push(
        Finding::error(
            document,
            "END_FALSE",
            value,
            "End is true or left out; this state has no Next either",
        )
        .fix("End the flow here", TextEdit::replace(span, "true")),
    );
}

fn names(document: &Document<'_>, list: NodeId, findings: &mut Vec<Finding>) {
    for item in document.tree.items(list) {
        if document.tree.str(*item).is_none() && !document.is_open(*item) {
            findings.push(
                Finding::error(
                    document,
                    "WRONG_TYPE",
                    *item,
                    "The name of an error is a string",
                )
                .service(SCHEMA, "Expected value of type String"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;
    use crate::asl::lints::tests::fixed;

    #[test]
    fn values_have_to_fit() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${R}",
  "TimeoutSeconds": "60",
//                  ^^^^ error WRONG_TYPE: TimeoutSeconds takes a whole number, not a string
  "HeartbeatSeconds": 0,
//                    ^ error OUT_OF_RANGE: HeartbeatSeconds is at least 1
  "Next": "B"}, "B": {
  "Type": "pass", "End": true}}}
//        ^^^^^^ error UNKNOWN_WORD: Type is Task, Wait, Pass, Succeed, Fail, Choice, Parallel or Map, not “pass”"#,
        );
        assert_eq!(
            fixed(r#"{"StartAt":"A","TimeoutSeconds":"60","States":{"A":{"Type":"Succeed"}}}"#),
            r#"{"StartAt":"A","TimeoutSeconds":60,"States":{"A":{"Type":"Succeed"}}}"#
        );
    }

    #[test]
    fn an_expression_may_stand_for_a_number() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "QueryLanguage": "JSONata", "Seconds": "{% 1 + 1 %}", "Next": "B"}, "B": {"Type": "Wait",
  "Seconds": "{% 1 + 1 %}", "End": true}}}
//           ^^^^^^^^^^^^^ error WRONG_TYPE: Seconds takes a whole number, not a string"#,
        );
    }
}
