//! What people say of a project's parameters: on the command line, in a file, in the companion beside the root.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::project::ParameterFrom;
use crate::project::Place;

/// Values by name, and who gave them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    pub given: BTreeMap<String, String>,
    pub companion: BTreeMap<String, String>,
}

impl Given {
    pub fn value(&self, name: &str) -> Option<String> {
        let value = self.given.get(name).or_else(|| self.companion.get(name));
        value.cloned()
    }

    /// A parameter's value and where it comes from.
    pub fn choose(&self, name: &str, default: Option<String>) -> (Option<String>, ParameterFrom) {
        if let Some(value) = self.given.get(name) {
            (Some(value.clone()), ParameterFrom::Given)
        } else if let Some(value) = self.companion.get(name) {
            (Some(value.clone()), ParameterFrom::Companion)
        } else if default.is_some() {
            (default, ParameterFrom::Default)
        } else {
            (None, ParameterFrom::Nobody)
        }
    }

    /// Every value, by name.
    pub fn all(&self) -> BTreeMap<String, String> {
        let mut all = self.companion.clone();
        all.extend(self.given.clone());
        all
    }

    /// The place the pseudo parameters say.
    pub fn place(&self) -> Place {
        let usual = Place::default();
        Place {
            partition: self.value("AWS::Partition").unwrap_or(usual.partition),
            region: self.value("AWS::Region").unwrap_or(usual.region),
            account: self.value("AWS::AccountId").unwrap_or(usual.account),
        }
    }
}

/// Reads a file of parameters: `{"Name": "value"}`, CloudFormation's
/// `[{"ParameterKey": "Name", "ParameterValue": "value"}]`, or the form of `aws cloudformation deploy`
/// (`["Name=value"]`, `{"Parameters": {…}}`).
///
/// # Errors
/// A sentence part: what the file holds instead.
pub fn parameter_values(text: &str) -> Result<BTreeMap<String, String>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value: Value =
        serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))?;
    let scalar = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match &value {
        Value::Object(members) => {
            let inner = members.get("Parameters").and_then(Value::as_object);
            let members = inner.filter(|_| members.len() <= 3).unwrap_or(members);
            Ok(members
                .iter()
                .map(|(name, value)| (name.clone(), scalar(value)))
                .collect())
        }
        Value::Array(items) => items
            .iter()
            .map(|item| {
                if let Some((name, value)) = item.as_str().and_then(|text| text.split_once('=')) {
                    return Ok((name.to_owned(), value.to_owned()));
                }
                let key = item.get("ParameterKey").and_then(Value::as_str);
                let value = item.get("ParameterValue");
                match (key, value) {
                    (Some(key), Some(value)) => Ok((key.to_owned(), scalar(value))),
                    _ => Err(
                        "must be a list of {\"ParameterKey\", \"ParameterValue\"}, or one object of names and values"
                            .to_owned(),
                    ),
                }
            })
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Err("must hold one JSON object of names and values".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_of_a_parameter_file_are_read() {
        for text in [
            r#"{"A": "1", "B": 2}"#,
            r#"[{"ParameterKey": "A", "ParameterValue": "1"}, {"ParameterKey": "B", "ParameterValue": 2}]"#,
            r#"["A=1", "B=2"]"#,
            r#"{"Parameters": {"A": "1", "B": "2"}}"#,
        ] {
            let values = parameter_values(text).unwrap();
            let values: Vec<(&str, &str)> = values
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            assert_eq!(values, [("A", "1"), ("B", "2")], "{text}");
        }
        for text in ["[1]", "3", "{", "[{\"ParameterKey\": \"A\"}]"] {
            assert!(parameter_values(text).is_err(), "{text}");
        }
    }
}
