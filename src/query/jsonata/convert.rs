//! Between our values and the evaluator's, keeping key order and whole numbers whole.

use std::sync::Arc;

use indexmap::IndexMap;
use jsonata_core::value::JValue;
use jsonata_core::value::with_stack;

use crate::query::Map;
use crate::query::Number;
use crate::query::Value;
use crate::query::jsonata::JsonataError;
use crate::query::jsonata::budget::EXHAUSTED;

/// A result nested deeper than this is refused: everything after the evaluation recurses over it.
const NESTING: usize = 512;
/// Bytes a result may take, and what an item of it takes.
const LARGEST: usize = 256 << 20;
const SLOT: usize = 24;

/// Every number becomes a double, as in JavaScript.
pub fn from_value(value: &Value) -> JValue {
    match value {
        Value::Null => JValue::Null,
        Value::Bool(flag) => JValue::Bool(*flag),
        Value::Number(number) => JValue::Number(number.as_f64()),
        Value::String(text) => JValue::string(text.as_ref()),
        Value::Array(items) => with_stack(|| JValue::array(items.iter().map(from_value).collect())),
        Value::Object(members) => with_stack(|| {
            let members: IndexMap<String, JValue> = members
                .iter()
                .map(|(key, member)| (key.to_string(), from_value(member)))
                .collect();
            JValue::object(members)
        }),
    }
}

/// The JSON of a result as `JSON.stringify` has it: functions and undefined members vanish from
/// objects and become null in arrays. Refused if it is nested too deep, or too large with nothing
/// in it shared.
pub fn to_value(value: &JValue) -> Result<Value, JsonataError> {
    let mut left = LARGEST;
    convert(value, NESTING, &mut left)
}

fn convert(value: &JValue, depth: usize, left: &mut usize) -> Result<Value, JsonataError> {
    let mut draw = |bytes: usize| {
        *left = left.checked_sub(bytes)?;
        Some(())
    };
    Ok(match value {
        JValue::Null => Value::Null,
        JValue::Bool(flag) => Value::Bool(*flag),
        JValue::Number(float) if !float.is_finite() => Value::Null,
        JValue::Number(float) => Value::Number(Number::from_f64(*float)),
        JValue::String(text) => {
            draw(text.len()).ok_or_else(too_large)?;
            Value::string(text)
        }
        JValue::Array(items) => {
            let depth = depth.checked_sub(1).ok_or_else(too_deep)?;
            draw(SLOT * (1 + items.len())).ok_or_else(too_large)?;
            let items: Result<Vec<Value>, JsonataError> = items
                .iter()
                .map(|item| with_stack(|| convert(item, depth, left)))
                .collect();
            Value::array(items?)
        }
        JValue::Object(members) => {
            let depth = depth.checked_sub(1).ok_or_else(too_deep)?;
            draw(4 * SLOT * (1 + members.len())).ok_or_else(too_large)?;
            let mut object = Map::with_capacity(members.len());
            for (key, member) in members.iter() {
                if !member.is_undefined() && !member.is_function() {
                    *left = left.checked_sub(key.len()).ok_or_else(too_large)?;
                    let member = with_stack(|| convert(member, depth, left))?;
                    object.insert(Arc::from(key.as_str()), member);
                }
            }
            Value::Object(Arc::new(object))
        }
        JValue::Undefined | JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => {
            Value::Null
        }
    })
}

fn too_deep() -> JsonataError {
    refused("U1001", "The result is nested too deep")
}

fn too_large() -> JsonataError {
    refused(EXHAUSTED, "The result is larger than 256 MiB")
}

fn refused(code: &str, message: &str) -> JsonataError {
    JsonataError {
        code: code.to_string(),
        message: message.to_string(),
        position: None,
        token: None,
    }
}
