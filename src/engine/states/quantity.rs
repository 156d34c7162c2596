//! Whole numbers from fields that are literal, given by path, or computed: timeouts, limits.

use crate::engine::environment::Environment;
use crate::engine::program::Quantity;
use crate::engine::template::invalid_path;
use crate::engine::trouble::Trouble;
use crate::query::Value;

impl Quantity {
    /// The value; none where the field is absent.
    pub fn value(&self, environment: &Environment<'_>) -> Result<Option<Value>, Trouble> {
        match self {
            Quantity::Absent => Ok(None),
            Quantity::Literal(value) => Ok(Some(value.clone())),
            Quantity::Path { path, field } => environment
                .read(path)
                .map(Some)
                .map_err(|error| invalid_path(path, field, &error)),
            Quantity::Template(template) => template.evaluate(environment).map(Some),
        }
    }

    /// The value as a whole number.
    pub fn integer(&self, environment: &Environment<'_>) -> Result<Option<i64>, Trouble> {
        let Some(value) = self.value(environment)? else {
            return Ok(None);
        };
        let integer = match &value {
            Value::Number(_) => value.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        integer
            .map(Some)
            .ok_or_else(|| self.unfit("integer", &value))
    }

    /// The value as a number that may have a fraction.
    pub fn float(&self, environment: &Environment<'_>) -> Result<Option<f64>, Trouble> {
        let Some(value) = self.value(environment)? else {
            return Ok(None);
        };
        let float = match &value {
            Value::Number(number) => Some(number.as_f64()),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        float.map(Some).ok_or_else(|| self.unfit("float", &value))
    }

    fn unfit(&self, wanted: &str, value: &Value) -> Trouble {
        let shown = match value {
            Value::Object(_) => "{}".to_owned(),
            Value::Array(_) => "[]".to_owned(),
            Value::String(text) => text.to_string(),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.to_json(),
        };
        match self {
            Quantity::Path { path, field } => Trouble::runtime(format!(
                "The {field} field refers to value \"{shown}\" which is not a valid {wanted}: {}",
                path.text()
            ))
            .at_field(format!("/{field}")),
            Quantity::Template(template) => template.unexpected_type("number", value),
            Quantity::Absent | Quantity::Literal(_) => {
                Trouble::runtime(format!("\"{shown}\" is not a valid {wanted}"))
            }
        }
    }
}
