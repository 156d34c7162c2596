//! The formats of items in an object: JSON, JSON Lines and CSV.

use std::sync::Arc;

use crate::engine::program::ReaderWork;
use crate::engine::states::reader::failed;
use crate::engine::trouble::Trouble;
use crate::query::Value;

/// The items in the text of an object; `kind` is the reader's `InputType`, JSON without one.
pub(crate) fn parse_items(
    body: &str,
    kind: Option<&str>,
    reader: &ReaderWork,
) -> Result<Vec<Value>, Trouble> {
    match kind.unwrap_or("JSON") {
        "JSON" => {
            let json =
                Value::parse(body).map_err(|error| failed(format!("The object is {error}")))?;
            json_items(&json, reader.items_pointer.as_deref())
        }
        "JSONL" => read_lines(body),
        "CSV" => read_csv(body, reader),
        other => Err(failed(format!(
            "InputType {other} is not supported by this executor; CSV, JSON, JSONL and MANIFEST are"
        ))),
    }
}

/// The list a JSON pointer leads to.
pub(crate) fn json_items(json: &Value, pointer: Option<&str>) -> Result<Vec<Value>, Trouble> {
    let found = match pointer {
        None => Some(json),
        Some(pointer) => json.pointer(pointer),
    };
    match found {
        Some(Value::Array(items)) => Ok(items.to_vec()),
        _ => Err(failed("Attempting to map over non-iterable node.")),
    }
}

fn read_lines(body: &str) -> Result<Vec<Value>, Trouble> {
    body.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| Value::parse(line).map_err(|error| failed(format!("A line is {error}"))))
        .collect()
}

fn read_csv(body: &str, reader: &ReaderWork) -> Result<Vec<Value>, Trouble> {
    let delimiter = match reader.delimiter.as_deref() {
        Some("PIPE") => '|',
        Some("SEMICOLON") => ';',
        Some("SPACE") => ' ',
        Some("TAB") => '\t',
        _ => ',',
    };
    let mut rows = csv_rows(body, delimiter).into_iter();
    let headers: Vec<Arc<str>> = if reader.header_location.as_deref() == Some("GIVEN") {
        reader.headers.clone()
    } else {
        rows.next()
            .unwrap_or_default()
            .into_iter()
            .map(Arc::from)
            .collect()
    };
    let mut sorted = headers.clone();
    sorted.sort();
    if sorted.windows(2).any(|pair| pair.first() == pair.get(1)) {
        return Err(failed("CSV headers cannot contain duplicates."));
    }
    Ok(rows
        .map(|row| {
            let mut cells = row.into_iter();
            Value::object(headers.iter().map(|header| {
                let cell = cells.next().unwrap_or_default();
                (header.clone(), Value::from(cell))
            }))
        })
        .collect())
}

/// Rows and cells (RFC 4180): quoted cells may hold delimiters, line ends and doubled quotes.
pub(crate) fn csv_rows(body: &str, delimiter: char) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut cell = String::new();
    let mut quoted = false;
    let mut begun = false;
    let mut characters = body.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => {
                quoted = true;
                begun = true;
            }
            '\r' if !quoted && characters.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                if begun {
                    row.push(std::mem::take(&mut cell));
                    rows.push(std::mem::take(&mut row));
                }
                begun = false;
            }
            other if other == delimiter && !quoted => {
                row.push(std::mem::take(&mut cell));
                begun = true;
            }
            other => {
                cell.push(other);
                begun = true;
            }
        }
    }
    if begun {
        row.push(cell);
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_keeps_quoted_cells_and_blank_ones() {
        assert_eq!(
            csv_rows("a,b\n\"x,\"\"y\",\n   \n\n,,\n", ','),
            vec![
                vec!["a".to_owned(), "b".to_owned()],
                vec!["x,\"y".to_owned(), String::new()],
                vec!["   ".to_owned()],
                vec![String::new(), String::new(), String::new()],
            ]
        );
    }
}
