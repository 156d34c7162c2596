//! Holds a request against the model: types first, then bounds, all of them in one answer.

use serde_json::Number;
use serde_json::Value as Json;

use crate::driver::endpoint::states::model::Kind;
use crate::driver::endpoint::states::model::Member;
use crate::driver::endpoint::states::model::Need;
use crate::driver::endpoint::states::model::Rule;
use crate::driver::endpoint::states::model::Shown;
use crate::driver::endpoint::states::model::Text;
use crate::driver::endpoint::states::trouble::Refused;

/// Violations that one answer tells.
const MOST: usize = 10;

/// A request whose members are as the model has them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a>(pub &'a Json);

impl<'a> Request<'a> {
    pub(crate) fn get(self, name: &str) -> Option<&'a Json> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn text(self, name: &str) -> Option<&'a str> {
        self.get(name)?.as_str()
    }

    /// A required text; the check has seen that it is there.
    pub(crate) fn required(self, name: &str) -> &'a str {
        self.text(name).unwrap_or_default()
    }

    pub(crate) fn is_set(self, name: &str) -> bool {
        self.get(name) == Some(&Json::Bool(true))
    }

    /// A whole number; what stands behind a point is left off.
    pub(crate) fn whole(self, name: &str) -> Option<i64> {
        whole(self.get(name)?.as_number()?)
    }

    pub(crate) fn owned(self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }
}

/// Checks the members of a request. Members that the model does not have are passed over.
///
/// # Errors
/// `SerializationException` for the first wrong type, `ValidationException` for everything out of bounds.
pub(crate) fn check(members: &[Member], request: &Json) -> Result<(), Refused> {
    let mut found = Vec::new();
    structure(members, request, "", &mut found)?;
    found.truncate(MOST);
    match found.is_empty() {
        true => Ok(()),
        false => Err(Refused::bounds(&found)),
    }
}

fn structure(
    members: &[Member],
    value: &Json,
    path: &str,
    found: &mut Vec<String>,
) -> Result<(), Refused> {
    for member in members {
        let path = match path {
            "" => member.name.to_owned(),
            path => format!("{path}.{}", member.name),
        };
        match value.get(member.name) {
            None | Some(Json::Null) if member.need == Need::Required => found.push(format!(
                "Value null at '{path}' failed to satisfy constraint: Member must not be null"
            )),
            None | Some(Json::Null) => {}
            Some(value) => one(&member.kind, value, &path, found)?,
        }
    }
    Ok(())
}

fn one(kind: &Kind, value: &Json, path: &str, found: &mut Vec<String>) -> Result<(), Refused> {
    let mut fail = |shown: String, constraint: String| {
        found.push(format!(
            "Value{shown} at '{path}' failed to satisfy constraint: {constraint}"
        ));
    };
    match (kind, value) {
        (Kind::Text(rules), Json::String(text)) => {
            if let Some(constraint) = breach(rules, text) {
                let shown = match rules.shown {
                    Shown::Yes => format!(" '{text}'"),
                    Shown::No => String::new(),
                };
                fail(shown, constraint);
            }
        }
        (Kind::Whole { least, most }, Json::Number(number)) => {
            let Some(number) = whole(number) else {
                return Err(not_a(value, "a whole number"));
            };
            if number < *least {
                let words = format!("Member must have value greater than or equal to {least}");
                fail(format!(" '{number}'"), words);
            } else if number > *most {
                let words = format!("Member must have value less than or equal to {most}");
                fail(format!(" '{number}'"), words);
            }
        }
        (Kind::Real { least, most }, Json::Number(number)) => {
            let number = number.as_f64().unwrap_or_default();
            if number < *least {
                let words = format!("Member must have value greater than or equal to {least}");
                fail(format!(" '{number}'"), words);
            } else if number > *most {
                let words = format!("Member must have value less than or equal to {most}");
                fail(format!(" '{number}'"), words);
            }
        }
        (Kind::Flag, Json::Bool(_)) => {}
        (Kind::List { least, most, item }, Json::Array(items)) => {
            if items.len() < *least {
                let words = format!("Member must have length greater than or equal to {least}");
                fail(format!(" '{value}'"), words);
            } else if items.len() > *most {
                let words = format!("Member must have length less than or equal to {most}");
                fail(format!(" '{value}'"), words);
            }
            for (index, value) in items.iter().enumerate() {
                let path = format!("{path}.{}.member", index + 1);
                one(item, value, &path, found)?;
            }
        }
        (Kind::Structure(members), Json::Object(_)) => structure(members, value, path, found)?,
        (Kind::Text(_), _) => return Err(not_a(value, "a String")),
        (Kind::Whole { .. } | Kind::Real { .. }, _) => return Err(not_a(value, "a number")),
        (Kind::Flag, _) => return Err(not_a(value, "a Boolean")),
        (Kind::List { .. }, _) => return Err(Refused::serialization("Expected list or null")),
        (Kind::Structure(_), _) => return Err(Refused::serialization("Expected map or null")),
    }
    Ok(())
}

fn whole(number: &Number) -> Option<i64> {
    let real = || number.as_f64().map(|number| number as i64);
    number.as_i64().or_else(real)
}

fn breach(rules: &Text, text: &str) -> Option<String> {
    let length = text.chars().count();
    if length < rules.least {
        let least = rules.least;
        return Some(format!(
            "Member must have length greater than or equal to {least}"
        ));
    }
    if length > rules.most {
        let most = rules.most;
        return Some(format!(
            "Member must have length less than or equal to {most}"
        ));
    }
    match rules.rule {
        Rule::Any => None,
        Rule::OneOf(values) if values.contains(&text) => None,
        Rule::OneOf(values) => Some(format!(
            "Member must satisfy enum value set: [{}]",
            values.join(", ")
        )),
        Rule::Pattern { fits, .. } if fits(text) => None,
        Rule::Pattern { words, .. } => Some(format!(
            "Member must satisfy regular expression pattern: {words}"
        )),
    }
}

fn not_a(value: &Json, wanted: &str) -> Refused {
    let words = match value {
        Json::Object(_) => "Start of structure or map found where not expected.".to_owned(),
        Json::Array(_) => "Start of list found where not expected.".to_owned(),
        Json::String(_) => format!("STRING_VALUE can not be converted to {wanted}"),
        Json::Number(_) => format!("NUMBER_VALUE can not be converted to {wanted}"),
        Json::Bool(true) => format!("TRUE_VALUE can not be converted to {wanted}"),
        Json::Bool(false) => format!("FALSE_VALUE can not be converted to {wanted}"),
        Json::Null => format!("null can not be converted to {wanted}"),
    };
    Refused::serialization(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::endpoint::states::model::ACTIONS;
    use crate::driver::endpoint::states::trouble::answered;
    use serde_json::json;

    fn said(action: &str, request: &Json) -> String {
        let action = ACTIONS.iter().find(|one| one.name == action).unwrap();
        match check(action.members, request) {
            Ok(()) => String::new(),
            Err(refused) => {
                let body = answered(Err(refused), "id").body;
                let body: Json = serde_json::from_slice(&body).unwrap();
                let words = body.get("message").or(body.get("Message")).unwrap();
                words.as_str().unwrap().to_owned()
            }
        }
    }

    #[test]
    fn bounds_are_told_together_in_the_words_of_the_service() {
        assert_eq!(
            said(
                "CreateStateMachine",
                &json!({"name": "", "definition": "{}", "type": "FAST"})
            ),
            "3 validation errors detected: Value '' at 'name' failed to satisfy constraint: Member must have length \
             greater than or equal to 1; Value null at 'roleArn' failed to satisfy constraint: Member must not be null; \
             Value 'FAST' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD, EXPRESS]"
        );
        assert_eq!(
            said("ListStateMachines", &json!({"maxResults": 1001})),
            "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have \
             value less than or equal to 1000"
        );
        let tags = json!({"resourceArn": "x", "tags": [{"key": "a"}, {"key": ""}]});
        assert!(said("TagResource", &tags).contains("Value '' at 'tags.2.member.key'"));
        let route = json!({"name": "12", "routingConfiguration": [{"stateMachineVersionArn": "x", "weight": 101}]});
        let words = said("CreateStateMachineAlias", &route);
        assert!(words.contains("regular expression pattern"), "{words}");
        assert!(
            words.contains("routingConfiguration.1.member.weight"),
            "{words}"
        );
        // What is sensitive is not repeated.
        let words = said(
            "StartExecution",
            &json!({"stateMachineArn": "x", "input": "y".repeat(262_145)}),
        );
        assert!(words.contains("Value at 'input' failed"), "{words}");
    }

    #[test]
    fn a_wrong_type_is_told_before_anything_else() {
        assert_eq!(
            said("DescribeExecution", &json!({"executionArn": 5})),
            "NUMBER_VALUE can not be converted to a String"
        );
        assert_eq!(
            said("TagResource", &json!({"resourceArn": "x", "tags": {}})),
            "Expected list or null"
        );
        assert_eq!(
            said(
                "DescribeExecution",
                &json!({"executionArn": "x", "unknown": 1})
            ),
            ""
        );
    }

    #[test]
    fn every_action_stands_once_and_in_order() {
        let names: Vec<&str> = ACTIONS.iter().map(|action| action.name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
        assert_eq!(names.len(), 37);
    }
}
