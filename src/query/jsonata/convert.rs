//! Between our values and the evaluator's, keeping key order and whole numbers whole.

use std::sync::Arc;

use indexmap::IndexMap;
use jsonata_core::value::JValue;
use jsonata_core::value::with_stack;

use crate::query::Map;
use crate::query::Number;
use crate::query::Value;

/// A result nested deeper than this is refused: everything after the evaluation recurses over it.
const NESTING: usize = 512;

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
/// objects and become null in arrays. Nothing if it is nested too deep.
pub fn to_value(value: &JValue) -> Option<Value> {
    to_value_within(value, NESTING)
}

fn to_value_within(value: &JValue, depth: usize) -> Option<Value> {
    Some(match value {
        JValue::Null => Value::Null,
        JValue::Bool(flag) => Value::Bool(*flag),
        JValue::Number(float) if !float.is_finite() => Value::Null,
        JValue::Number(float) => Value::Number(Number::from_f64(*float)),
        JValue::String(text) => Value::string(text),
        JValue::Array(items) => {
            let depth = depth.checked_sub(1)?;
            let items: Option<Vec<Value>> = items
                .iter()
                .map(|item| to_value_within(item, depth))
                .collect();
            Value::array(items?)
        }
        JValue::Object(members) => {
            let depth = depth.checked_sub(1)?;
            let mut object = Map::new();
            for (key, member) in members.iter() {
                if !member.is_undefined() && !member.is_function() {
                    object.insert(Arc::from(key.as_str()), to_value_within(member, depth)?);
                }
            }
            Value::Object(Arc::new(object))
        }
        JValue::Undefined | JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => {
            Value::Null
        }
    })
}
