//! The functions on text.

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::GeneralPurposeConfig;

use crate::query::Value;
use crate::query::digest::ALGORITHMS;
use crate::query::digest::hex_digest;
use crate::query::java_text;

/// The most characters that are encoded, decoded or hashed.
const LENGTH: usize = 10_000;

/// The longest text a call makes, in bytes; a state can hand on much less.
pub const LARGEST: usize = 16 << 20;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The template with each `{}` replaced; `\'`, `\{`, `\}` and `\\` mean the character itself.
pub fn format(template: &str, values: &[Value]) -> Result<Value, String> {
    let mut out = String::with_capacity(template.len());
    let mut rest = values.iter();
    let mut chars = template.chars().peekable();
    let mut places = 0usize;
    while let Some(char) = chars.next() {
        match (char, chars.peek()) {
            ('\\', Some(escaped @ ('\'' | '{' | '}' | '\\'))) => {
                out.push(*escaped);
                chars.next();
            }
            ('{', Some('}')) => {
                chars.next();
                places += 1;
                if let Some(value) = rest.next()
                    && out.len() <= LARGEST
                {
                    out.push_str(&java_text(value));
                }
            }
            _ => out.push(char),
        }
    }
    if out.len() > LARGEST {
        return Err("The text has more than 16 MiB".to_string());
    }
    if places != values.len() {
        return Err(format!(
            "The number of arguments ({}) does not match the occurrences of {{}} ({places})",
            values.len()
        ));
    }
    Ok(Value::from(out))
}

/// The pieces between the delimiter characters; empty pieces vanish.
pub fn split(value: &Value, delimiters: &Value) -> Result<Value, String> {
    let text = string(value, "The first argument")?;
    let delimiters = string(delimiters, "The second argument")?;
    Ok(Value::array(
        text.split(|char| delimiters.contains(char))
            .filter(|piece| !piece.is_empty())
            .map(Value::from)
            .collect(),
    ))
}

pub fn base64_encode(value: &Value) -> Result<Value, String> {
    let text = short(value)?;
    Ok(Value::from(BASE64.encode(text)))
}

pub fn base64_decode(value: &Value) -> Result<Value, String> {
    let text = short(value)?;
    let bytes = BASE64
        .decode(text)
        .map_err(|error| format!("The text is not Base64: {error}"))?;
    Ok(Value::from(String::from_utf8_lossy(&bytes).into_owned()))
}

/// The digest of a text, or of the JSON text of any other value.
pub fn hash(data: &Value, algorithm: &Value) -> Result<Value, String> {
    let algorithm = string(algorithm, "The algorithm")?;
    let text = match data {
        Value::String(_) => short(data)?.to_string(),
        other => {
            let text = other.to_json();
            short(&Value::from(text.as_str()))?;
            text
        }
    };
    hex_digest(&text, algorithm)
        .map(Value::from)
        .ok_or_else(|| {
            format!(
                "'{algorithm}' is not one of the algorithms {}",
                ALGORITHMS.join(", ")
            )
        })
}

pub fn string<'a>(value: &'a Value, what: &str) -> Result<&'a str, String> {
    value
        .as_str()
        .ok_or_else(|| format!("{what} must be text but is of type {}", value.type_name()))
}

fn short(value: &Value) -> Result<&str, String> {
    let text = string(value, "The argument")?;
    if text.chars().count() > LENGTH {
        return Err(format!("The text has more than {LENGTH} characters"));
    }
    Ok(text)
}
