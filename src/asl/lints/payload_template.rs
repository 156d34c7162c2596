//! `TEMPLATE_VALUE`, `TEMPLATE_KEY`, `TEMPLATE_OBJECT`, `STATIC_RESULT`, `MISSING_DOLLAR`: payload templates, where names that end in `.$` are looked up.

use crate::asl::QueryLanguage;
use crate::asl::Severity;
use crate::asl::lints::document::Document;
use crate::asl::lints::document::quoted;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::schema::Field;
use crate::asl::schema::Holds;
use crate::asl::schema::JsonType;
use crate::syntax::Member;
use crate::syntax::NodeId;
use crate::syntax::NodeKind;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for (object, field, member) in document.fields() {
        if is_template(field, object.language) {
            template(document, member.value, findings);
            findings.extend(scalar(document, field, member));
        } else if field.name == "Result" && object.language == QueryLanguage::JsonPath {
            unread_result(document, member.value, findings);
        }
    }
}

/// The specification asks for an object; AWS takes arrays as well, and any value where nothing is looked up.
fn scalar(document: &Document<'_>, field: &Field, member: &Member) -> Option<Finding> {
    let assigned = matches!(field.holds, Holds::Assignments);
    let text = document.tree.str(member.value);
    match document.tree.kind(member.value) {
        NodeKind::Object(_) | NodeKind::Array(_) | NodeKind::Hole(_) | NodeKind::Missing => None,
        _ if assigned
            || !field.types.contains(&JsonType::Any)
            || document.is_open(member.value) =>
        {
            None
        }
        // The advice about {% %} says more.
        _ if text.is_some_and(|text| text.starts_with("{%")) => None,
        NodeKind::String(_) | NodeKind::Number(_) | NodeKind::Bool(_) | NodeKind::Null => Some(
            Finding::warning(
                document,
                "TEMPLATE_OBJECT",
                member.value,
                format!(
                    "{} is an object; this is handed on as it is written",
                    field.name
                ),
            )
            .hint(format!(
                "To look something up, write \"{}\": {{\"name.$\": \"$.path\"}}",
                field.name
            )),
        ),
    }
}

/// Paths in `Result`, which is handed on as it is written.
fn unread_result(document: &Document<'_>, root: NodeId, findings: &mut Vec<Finding>) {
    let inside = members(document, root);
    let looked_up = inside.iter().find(|(_, member)| {
        let path = document.tree.str(member.value);
        member.key.ends_with(".$") && path.is_some_and(|text| text.starts_with(['$', 'S']))
    });
    if let Some((_, member)) = looked_up {
        findings.push(
            Finding::warning(
                document,
                "STATIC_RESULT",
                member.value,
                "Result is handed on as it is written: nothing in it is looked up",
            )
            .at(member.key_span)
            .hint("Use Parameters to build a result from the input"),
        );
    }
}

/// The field holds a payload template in this query language.
pub(crate) fn is_template(field: &Field, language: QueryLanguage) -> bool {
    match field.holds {
        Holds::PayloadTemplate => true,
        Holds::Template | Holds::Assignments => language == QueryLanguage::JsonPath,
        _ => false,
    }
}

/// Every member anywhere inside a template, with the object it stands in.
pub(crate) fn members<'a>(document: &Document<'a>, template: NodeId) -> Vec<(NodeId, &'a Member)> {
    let mut found = Vec::new();
    let mut waiting = vec![template];
    while let Some(node) = waiting.pop() {
        match document.tree.kind(node) {
            NodeKind::Object(members) => {
                found.extend(members.iter().map(|member| (node, member)));
                waiting.extend(members.iter().map(|member| member.value));
            }
            NodeKind::Array(items) => waiting.extend(items),
            NodeKind::Null
            | NodeKind::Bool(_)
            | NodeKind::Number(_)
            | NodeKind::String(_)
            | NodeKind::Hole(_)
            | NodeKind::Missing => {}
        }
    }
    found
}

fn template(document: &Document<'_>, root: NodeId, findings: &mut Vec<Finding>) {
    for (object, member) in members(document, root) {
        match member.key.strip_suffix(".$") {
            Some(bare) => {
                if document.tree.str(member.value).is_none() && !document.is_open(member.value) {
                    findings.push(
                        Finding::error(
                            document,
                            "TEMPLATE_VALUE",
                            member.value,
                            format!("{} is looked up, so its value is a path or an intrinsic function in quotes", member.key),
                        )
                        .service_at(
                            document,
                            object,
                            SCHEMA,
                            format!("The value for the field '{}' must be a valid JSONPath or a valid intrinsic function call", member.key),
                        ),
                    );
                }
                if let Some(other) = document.tree.member(object, bare) {
                    let later = if other.key_span.start > member.key_span.start {
                        other
                    } else {
                        member
                    };
                    findings.push(
                        Finding::error(
                            document,
                            "TEMPLATE_KEY",
                            later.value,
                            format!("{bare} and {bare}.$ set the same field"),
                        )
                        .at(later.key_span)
                        .service_at(
                            document,
                            object,
                            SCHEMA,
                            format!("Duplicate field '{bare}'"),
                        ),
                    );
                }
            }
            None => findings.extend(missing_dollar(document, member)),
        }
    }
}

/// A text that looks like a path but is handed on as it is.
fn missing_dollar(document: &Document<'_>, member: &Member) -> Option<Finding> {
    let text = document.tree.str(member.value)?;
    let intrinsic = text
        .strip_prefix("States.")
        .and_then(|rest| rest.split_once('('))
        .is_some_and(|(name, _)| name.chars().all(char::is_alphanumeric) && text.ends_with(')'));
    let path = ["$.", "$$.", "$["]
        .iter()
        .any(|start| text.starts_with(start))
        && !text.contains(char::is_whitespace);
    if !(intrinsic || path) || document.is_open(member.value) {
        return None;
    }
    let name = format!("{}.$", member.key);
    Some(
        Finding::new(
            document,
            "MISSING_DOLLAR",
            Severity::Warning,
            member.value,
            document.tree.span(member.value),
            format!("{} is handed on as this very text", quoted(text)),
        )
        .hint(format!("To look it up, call the field {name}"))
        .fix(
            format!("Rename to {name}"),
            document.respell(member.key_span, &name),
        ),
    )
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;
    use crate::asl::lints::tests::fixed;

    #[test]
    fn names_that_end_in_a_dollar() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true, "Parameters": {
  "a.$": 5, "b": [{"c.$": "$.c",
//       ^ error TEMPLATE_VALUE: a.$ is looked up, so its value is a path or an intrinsic function in quotes
  "c": 1}],
//^^^ error TEMPLATE_KEY: c and c.$ set the same field
  "d": "$.d"}}}}
//     ^^^^^ warning MISSING_DOLLAR: “$.d” is handed on as this very text"#,
        );
        assert_eq!(
            fixed(
                r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"Parameters":{"d":"States.UUID()"}}}}"#
            ),
            r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"Parameters":{"d.$":"States.UUID()"}}}}"#
        );
    }
}
