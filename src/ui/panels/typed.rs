//! What is typed into a field, as the JSON text of its value or a sentence on what is wrong with it.

use crate::query::Value;
use crate::syntax::Format;

/// Why a text is not a value, as a sentence; or what it sets.
pub type Checked = Result<Option<String>, String>;

/// Text; empty is no value.
pub fn string_value(text: &str, nullable: bool) -> Checked {
    let text = text.trim();
    Ok(match text {
        "" => None,
        "null" if nullable => Some("null".to_owned()),
        text => Some(Value::string(text).to_json()),
    })
}

/// A number, a JSONata expression or a placeholder.
pub fn number_value(text: &str) -> Checked {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.starts_with("{%") {
        return Ok(Some(Value::string(text).to_json()));
    }
    if text.starts_with("${") {
        return Ok(Some(text.to_owned()));
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && Value::parse(text).is_ok() => Ok(Some(text.to_owned())),
        _ => Err("A number is needed here".to_owned()),
    }
}

/// Error names with commas between them.
pub fn names_value(text: &str) -> Checked {
    let names: Vec<Value> = text
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(Value::string)
        .collect();
    if names.is_empty() {
        return Err("At least one error name is needed, such as States.ALL".to_owned());
    }
    Ok(Some(Value::array(names).to_json()))
}

/// Any JSON value, or a JSONata expression.
pub fn json_value(text: &str) -> Checked {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.starts_with("{%") && text.ends_with("%}") {
        return Ok(Some(Value::string(text).to_json()));
    }
    let parse = crate::syntax::parse(text, Format::Json);
    match parse.errors.first() {
        None => Ok(Some(text.to_owned())),
        Some(error) => {
            let line = crate::text::LineIndex::new(text)
                .locate(text, error.span.start)
                .line;
            Err(format!("Line {line}: {}", error.message))
        }
    }
}

/// Takes the indentation that all lines but the first share off them.
pub fn outdent(text: &str) -> String {
    let shared = text
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = text
        .lines()
        .enumerate()
        .map(|(index, line)| match index {
            0 => line,
            _ => line.get(shared..).unwrap_or_else(|| line.trim_start()),
        })
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_values() {
        assert_eq!(string_value(" ", false), Ok(None));
        assert_eq!(string_value("null", true), Ok(Some("null".into())));
        assert_eq!(string_value("a\"b", false), Ok(Some("\"a\\\"b\"".into())));
        assert_eq!(number_value("30"), Ok(Some("30".into())));
        assert_eq!(number_value("{% $n %}"), Ok(Some("\"{% $n %}\"".into())));
        assert!(number_value("soon").is_err());
        assert_eq!(names_value("A, B"), Ok(Some("[\"A\",\"B\"]".into())));
        assert!(json_value("{\"a\": }").is_err());
    }

    #[test]
    fn indentation_is_taken_off() {
        assert_eq!(outdent("{\n      \"a\": 1\n    }"), "{\n  \"a\": 1\n}");
    }
}
