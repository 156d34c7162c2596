//! Values in the words of Java, which AWS's error texts and `States.Format` show.

use crate::query::Number;
use crate::query::Value;

/// Nesting beyond this prints as `…`.
const DEPTH: usize = 500;

/// The value as Java's `toString` prints it: `{a=1, b=[x, null]}`, strings without quotes.
pub fn java_text(value: &Value) -> String {
    let mut out = String::new();
    print(value, DEPTH, &mut out);
    out
}

/// The name of the Java class Jackson reads the value into; `null` for null.
pub fn java_class(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "java.lang.Boolean",
        Value::Number(Number::Int(integer)) if i32::try_from(*integer).is_ok() => {
            "java.lang.Integer"
        }
        Value::Number(Number::Int(_)) => "java.lang.Long",
        Value::Number(Number::Unsigned(_)) => "java.math.BigInteger",
        Value::Number(Number::Float(_)) => "java.lang.Double",
        Value::String(_) => "java.lang.String",
        Value::Array(_) => "java.util.ArrayList",
        Value::Object(_) => "java.util.LinkedHashMap",
    }
}

/// A number as Java prints it: `1`, `1.0`, `1.5E10`.
pub fn java_number(number: Number) -> String {
    let Number::Float(float) = number else {
        return number.to_string();
    };
    let size = float.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{float:?}");
    }
    let text = format!("{float:e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) if mantissa.contains('.') => format!("{mantissa}E{exponent}"),
        Some((mantissa, exponent)) => format!("{mantissa}.0E{exponent}"),
        None => text,
    }
}

fn print(value: &Value, depth: usize, out: &mut String) {
    if depth == 0 {
        out.push('…');
        return;
    }
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&java_number(*number)),
        Value::String(text) => out.push_str(text),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                print(item, depth - 1, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (key, member)) in members.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                out.push_str(key);
                out.push('=');
                print(member, depth - 1, out);
            }
            out.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_like_java() {
        for (json, text) in [
            (r#"{"a":1,"b":[null,"x",true]}"#, "{a=1, b=[null, x, true]}"),
            ("1.1", "1.1"),
            ("1.0", "1.0"),
            ("1e10", "1.0E10"),
            ("0.00015", "1.5E-4"),
            ("-12345678.5", "-1.23456785E7"),
        ] {
            assert_eq!(java_text(&Value::parse(json).unwrap()), text, "{json}");
        }
    }
}
