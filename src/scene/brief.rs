//! A value in a few letters, whatever its size.

use crate::query::Value;

/// No more letters of a value are written, whatever is asked for.
const LETTERS: usize = 48;

/// The first `letters` of a value in JSON; no more of it is looked at than is shown.
pub(crate) fn brief(value: &Value, letters: usize) -> String {
    let mut out = String::new();
    write(value, &mut out);
    if out.chars().count() > letters {
        out = out.chars().take(letters.saturating_sub(1)).collect();
        out.push('…');
    }
    out
}

/// Every level adds a letter at least, so the depth is bounded by the room.
fn write(value: &Value, out: &mut String) {
    if out.len() > LETTERS {
        return;
    }
    match value {
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                if out.len() > LETTERS {
                    return;
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (key, value)) in members.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                if out.len() > LETTERS {
                    return;
                }
                out.extend(key.chars().take(LETTERS));
                out.push_str(": ");
                write(value, out);
            }
            out.push('}');
        }
        Value::String(text) => {
            out.push('"');
            out.extend(text.chars().take(LETTERS));
            out.push('"');
        }
        scalar => out.push_str(&scalar.to_json()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_values_are_whole_and_large_ones_cut() {
        let value = Value::parse(r#"{"a": [1, true], "b": "x"}"#).unwrap();
        assert_eq!(brief(&value, LETTERS), r#"{a: [1, true], b: "x"}"#);
        let deep = format!("{}1{}", "[".repeat(90), "]".repeat(90));
        let cut = brief(&Value::parse(&deep).unwrap(), LETTERS);
        assert_eq!(cut.chars().count(), LETTERS);
    }
}
