//! The functions on JSON.

use std::sync::Arc;

use crate::query::Number;
use crate::query::Value;
use crate::query::intrinsics::text;

/// The value a text holds; blank text is null and `-0` is 0, as recorded on AWS.
pub fn from_text(value: &Value) -> Result<Value, String> {
    let text = text::string(value, "The argument")?;
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    match Value::parse(text) {
        Ok(Value::Number(Number::Float(float))) if float == 0.0 && !text.contains('.') => {
            Ok(Value::from(0))
        }
        Ok(value) => Ok(value),
        Err(error) => Err(format!("The text is {error}")),
    }
}

/// The JSON text of a value.
pub fn to_text(value: &Value) -> Result<Value, String> {
    if value.json_len() > text::LARGEST {
        return Err("The text has more than 16 MiB".to_string());
    }
    Ok(Value::from(value.to_json()))
}

/// One object with the members of both; only shallow merging exists on AWS.
pub fn merge(first: &Value, second: &Value, deep: &Value) -> Result<Value, String> {
    let (Value::Object(first), Value::Object(second)) = (first, second) else {
        return Err("The first two arguments must be objects".to_string());
    };
    if deep.as_bool() != Some(false) {
        return Err(
            "Only shallow merging is supported: the third argument must be false".to_string(),
        );
    }
    let mut merged = first.clone();
    Arc::make_mut(&mut merged).extend(
        second
            .iter()
            .map(|(key, member)| (key.clone(), member.clone())),
    );
    Ok(Value::Object(merged))
}
