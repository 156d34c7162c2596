//! The value that flows through a run: JSON with key order kept, shared instead of copied.
//!
//! Strings, arrays and objects sit behind `Arc`, so handing a payload to the next state costs one
//! reference count however large it is; changing one goes through `Arc::make_mut`, which copies
//! only the level that changes.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::query::Map;

/// A JSON value, cheap to clone.
///
/// Equality is that of JSON data: key order does not count and `1` equals `1.0`.
#[derive(Clone, Debug, Default)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    String(Arc<str>),
    Array(Arc<Vec<Value>>),
    Object(Arc<Map>),
}

/// A JSON number: an integer of up to 64 bits or a double, as Jackson reads it on AWS.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    Int(i64),
    /// Integers above `i64::MAX`.
    Unsigned(u64),
    Float(f64),
}

/// Text that is not one JSON value; the message names line and column.
#[derive(Debug, Clone, thiserror::Error)]
#[error("not valid JSON: {0}")]
pub struct ValueError(pub String);

impl Value {
    /// Reads one JSON value. Nesting is limited to 128 levels, as `serde_json` has it.
    pub fn parse(text: &str) -> Result<Value, ValueError> {
        serde_json::from_str(text).map_err(|error| ValueError(error.to_string()))
    }

    pub fn string(text: impl AsRef<str>) -> Value {
        Value::String(Arc::from(text.as_ref()))
    }

    pub fn array(items: Vec<Value>) -> Value {
        Value::Array(Arc::new(items))
    }

    pub fn object<K: AsRef<str>>(members: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::Object(Arc::new(
            members
                .into_iter()
                .map(|(key, value)| (Arc::from(key.as_ref()), value))
                .collect(),
        ))
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    pub fn as_number(&self) -> Option<Number> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub fn as_f64(&self) -> Option<f64> {
        self.as_number().map(Number::as_f64)
    }

    /// The number as an integer when it has no fraction and fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number().and_then(Number::as_i64)
    }

    pub fn as_array(&self) -> Option<&Arc<Vec<Value>>> {
        match self {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_object(&self) -> Option<&Arc<Map>> {
        match self {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The member of an object, or nothing.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_object().and_then(|members| members.get(key))
    }

    /// The value a JSON pointer (RFC 6901) leads to.
    pub fn pointer(&self, pointer: &str) -> Option<&Value> {
        if pointer.is_empty() {
            return Some(self);
        }
        pointer
            .strip_prefix('/')?
            .split('/')
            .try_fold(self, |value, token| match value {
                Value::Object(members) => {
                    members.get(token.replace("~1", "/").replace("~0", "~").as_str())
                }
                Value::Array(items) => items.get(token.parse::<usize>().ok()?),
                _ => None,
            })
    }

    /// Whether this value has everything that `part` has: objects by member, lists of the same length element
    /// by element, anything else when it is equal.
    pub fn includes(&self, part: &Value) -> bool {
        match (self, part) {
            (Value::Object(whole), Value::Object(part)) => part.iter().all(|(name, part)| {
                let value = whole.get(name);
                value.is_some_and(|value| value.includes(part))
            }),
            (Value::Array(whole), Value::Array(part)) => {
                whole.len() == part.len()
                    && whole.iter().zip(part.iter()).all(|(a, b)| a.includes(b))
            }
            _ => self == part,
        }
    }

    /// The word JSON Schema uses for the type: `null`, `boolean`, `number`, `string`, `array`, `object`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }

    /// Compact JSON text.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// JSON text indented by two spaces.
    pub fn to_json_pretty(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Bytes of the compact JSON text, without building it.
    pub fn json_len(&self) -> usize {
        match self {
            Value::Null => 4,
            Value::Bool(flag) => 5 - usize::from(*flag),
            Value::Number(number) => number.json_len(),
            Value::String(text) => escaped_len(text),
            Value::Array(items) => {
                1 + items.len().max(1) + items.iter().map(Value::json_len).sum::<usize>()
            }
            Value::Object(members) => {
                1 + members.len().max(1)
                    + members
                        .iter()
                        .map(|(key, value)| escaped_len(key) + 1 + value.json_len())
                        .sum::<usize>()
            }
        }
    }
}

fn escaped_len(text: &str) -> usize {
    2 + text
        .bytes()
        .map(|byte| match byte {
            b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 8 | 12 => 2,
            0..=31 => 6,
            _ => 1,
        })
        .sum::<usize>()
}

impl Number {
    fn json_len(self) -> usize {
        let digits = |integer: u64| integer.checked_ilog10().unwrap_or_default() as usize + 1;
        match self {
            Number::Int(integer) => digits(integer.unsigned_abs()) + usize::from(integer < 0),
            Number::Unsigned(integer) => digits(integer),
            Number::Float(_) => self.to_string().len(),
        }
    }

    pub fn as_f64(self) -> f64 {
        match self {
            Number::Int(integer) => integer as f64,
            Number::Unsigned(integer) => integer as f64,
            Number::Float(float) => float,
        }
    }

    /// The integer this number is, if it has no fraction and fits 64 bits.
    pub fn as_i64(self) -> Option<i64> {
        match self {
            Number::Int(integer) => Some(integer),
            Number::Unsigned(_) => None,
            Number::Float(float)
                if float.fract() == 0.0 && float.abs() < 9_223_372_036_854_775_808.0 =>
            {
                Some(float as i64)
            }
            Number::Float(_) => None,
        }
    }

    /// A double as the integer it is wherever that loses nothing (up to 2^53), as JSONata prints numbers.
    pub fn from_f64(float: f64) -> Number {
        if float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0 {
            Number::Int(float as i64)
        } else {
            Number::Float(float)
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => a == b,
            (Number::Unsigned(a), Number::Unsigned(b)) => a == b,
            (a, b) => a.as_f64() == b.as_f64(),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Int(integer) => integer.fmt(f),
            Number::Unsigned(integer) => integer.fmt(f),
            Number::Float(float) => f.write_str(&serde_json::to_string(float).unwrap_or_default()),
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a == b,
            (Value::String(a), Value::String(b)) => a == b,
            (Value::Array(a), Value::Array(b)) => Arc::ptr_eq(a, b) || a == b,
            (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => false,
        }
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Value {
        Value::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Value {
        Value::Number(Number::Int(integer))
    }
}

impl From<f64> for Value {
    /// A double; NaN and the infinities, which JSON lacks, become null.
    fn from(float: f64) -> Value {
        if float.is_finite() {
            Value::Number(Number::Float(float))
        } else {
            Value::Null
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::string(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::String(Arc::from(text))
    }
}

impl From<&serde_json::Value> for Value {
    fn from(json: &serde_json::Value) -> Value {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(flag) => Value::Bool(*flag),
            serde_json::Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(integer), _) => Value::Number(Number::Int(integer)),
                (_, Some(integer)) => Value::Number(Number::Unsigned(integer)),
                _ => Value::from(number.as_f64().unwrap_or_default()),
            },
            serde_json::Value::String(text) => Value::string(text),
            serde_json::Value::Array(items) => {
                Value::array(items.iter().map(Value::from).collect())
            }
            serde_json::Value::Object(members) => {
                Value::object(members.iter().map(|(key, value)| (key, Value::from(value))))
            }
        }
    }
}

impl From<&Value> for serde_json::Value {
    fn from(value: &Value) -> serde_json::Value {
        match value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(flag) => (*flag).into(),
            Value::Number(Number::Int(integer)) => (*integer).into(),
            Value::Number(Number::Unsigned(integer)) => (*integer).into(),
            Value::Number(Number::Float(float)) => (*float).into(),
            Value::String(text) => text.as_ref().into(),
            Value::Array(items) => items.iter().map(serde_json::Value::from).collect(),
            Value::Object(members) => serde_json::Value::Object(
                members
                    .iter()
                    .map(|(key, value)| (key.to_string(), serde_json::Value::from(value)))
                    .collect(),
            ),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Number(Number::Int(integer)) => serializer.serialize_i64(*integer),
            Value::Number(Number::Unsigned(integer)) => serializer.serialize_u64(*integer),
            Value::Number(Number::Float(float)) => serializer.serialize_f64(*float),
            Value::String(text) => serializer.serialize_str(text),
            Value::Array(items) => {
                let mut sequence = serializer.serialize_seq(Some(items.len()))?;
                for item in items.iter() {
                    sequence.serialize_element(item)?;
                }
                sequence.end()
            }
            Value::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members.iter() {
                    map.serialize_entry(key.as_ref(), value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, integer: i64) -> Result<Value, E> {
        Ok(Value::from(integer))
    }

    fn visit_u64<E>(self, integer: u64) -> Result<Value, E> {
        Ok(Value::Number(match i64::try_from(integer) {
            Ok(integer) => Number::Int(integer),
            Err(_) => Number::Unsigned(integer),
        }))
    }

    fn visit_f64<E>(self, float: f64) -> Result<Value, E> {
        Ok(Value::from(float))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::string(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut items = Vec::with_capacity(sequence.size_hint().unwrap_or_default());
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Value::array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some((key, value)) = access.next_entry::<String, Value>()? {
            members.insert(Arc::from(key), value);
        }
        Ok(Value::Object(Arc::new(members)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_that_of_the_text() {
        for text in [
            r#"{"a":[1,2.5,-3e10,true,false,null],"b":"x\"\\\n\u0001é","c":{},"d":[]}"#,
            "[]",
            "18446744073709551615",
            "[0,9,10,-1,-10,99,100,-9223372036854775808,9223372036854775807]",
        ] {
            let value = Value::parse(text).unwrap();
            assert_eq!(value.json_len(), value.to_json().len(), "{text}");
        }
    }

    #[test]
    fn numbers_compare_by_value_and_keys_by_name() {
        assert_eq!(
            Value::parse(r#"{"a":1,"b":2}"#).unwrap(),
            Value::parse(r#"{"b":2.0,"a":1.0}"#).unwrap()
        );
    }
}
