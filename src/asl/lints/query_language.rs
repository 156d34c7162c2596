//! `WRONG_QUERY_LANGUAGE`, `QUERY_LANGUAGE_DOWNGRADE`, `JSONATA_IN_JSONPATH`: the two query languages mixed up.

use crate::asl::QueryLanguage;
use crate::asl::lints::document::Document;
use crate::asl::lints::document::Object;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::schema::Field;
use crate::asl::schema::Place;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    let whole = document
        .objects
        .first()
        .map(|object| object.language)
        .unwrap_or_default();
    for (object, field, member) in document.fields() {
        if let Some(only) = field.language
            && only != object.language
            && !downgraded(document, object, whole)
        {
            findings.push(
                Finding::error(
                    document,
                    "WRONG_QUERY_LANGUAGE",
                    member.value,
                    format!(
                        "{} belongs to {only}, but this state uses {}",
                        field.name, object.language
                    ),
                )
                .at(member.key_span)
                .hint(instead(field, object.language))
                .service_at(
                    document,
                    object.node,
                    SCHEMA,
                    format!(
                        "The QueryLanguage is set to '{}', but field '{}' is only supported for the '{only}' QueryLanguage",
                        object.language, field.name
                    ),
                ),
            );
        }
        if field.name == "QueryLanguage"
            && matches!(object.place, Place::State(_))
            && downgraded(document, object, whole)
        {
            findings.push(
                Finding::error(
                    document,
                    "QUERY_LANGUAGE_DOWNGRADE",
                    member.value,
                    "A state may not go back to JSONPath in a state machine that uses JSONata",
                )
                .hint("Leave QueryLanguage out of the state machine and set JSONata state by state")
                .service_at(
                    document,
                    object.node,
                    SCHEMA,
                    "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
                ),
            );
        }
    }
}

/// A state that goes back to JSONPath in a machine of JSONata; what its fields would be is then open.
fn downgraded(document: &Document<'_>, object: &Object, whole: QueryLanguage) -> bool {
    whole == QueryLanguage::Jsonata
        && document.state(object).is_some_and(|state| {
            document.tree.get_str(state.node, "QueryLanguage") == Some("JSONPath")
        })
}

/// What the other language has instead.
fn instead(field: &Field, language: QueryLanguage) -> String {
    match (language, field.name) {
        (QueryLanguage::Jsonata, "InputPath" | "Parameters") => {
            "Use Arguments: it builds what is handed on with {% %} expressions".to_owned()
        }
        (QueryLanguage::Jsonata, "OutputPath" | "ResultPath" | "ResultSelector" | "Result") => {
            "Use Output, or Assign to keep data for later states".to_owned()
        }
        (QueryLanguage::Jsonata, "ItemsPath") => "Use Items with a {% %} expression".to_owned(),
        (QueryLanguage::Jsonata, name) => match name.strip_suffix("Path") {
            Some(bare) if !bare.ends_with("Equals") && !bare.ends_with("Than") => {
                format!("Use {bare} with a {{% %}} expression")
            }
            _ => "Use Condition with a {% %} expression".to_owned(),
        },
        (QueryLanguage::JsonPath, "Arguments") => {
            "Use Parameters, or set QueryLanguage to JSONata".to_owned()
        }
        (QueryLanguage::JsonPath, "Output") => {
            "Use ResultSelector, ResultPath and OutputPath, or set QueryLanguage to JSONata"
                .to_owned()
        }
        (QueryLanguage::JsonPath, "Items") => {
            "Use ItemsPath, or set QueryLanguage to JSONata".to_owned()
        }
        (QueryLanguage::JsonPath, "Condition") => {
            "Use Variable with an operator, or set QueryLanguage to JSONata".to_owned()
        }
        (QueryLanguage::JsonPath, _) => "Set QueryLanguage to JSONata".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;

    #[test]
    fn fields_of_the_other_language() {
        check(
            r#"{"StartAt": "A", "QueryLanguage": "JSONata", "States": {"A": {"Type": "Pass",
  "ResultPath": "$.a", "Output": 1,
//^^^^^^^^^^^^ error WRONG_QUERY_LANGUAGE: ResultPath belongs to JSONPath, but this state uses JSONata
  "Next": "B"}, "B": {"Type": "Pass",
  "QueryLanguage": "JSONPath",
//                 ^^^^^^^^^^ error QUERY_LANGUAGE_DOWNGRADE: A state may not go back to JSONPath in a state machine that uses JSONata
  "Output": 1,
  "End": true}}}"#,
        );
    }
}
