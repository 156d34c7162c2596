//! ItemReader: items from objects in a bucket, JSON, JSON Lines or CSV.

use std::sync::Arc;

use crate::engine::Execution;
use crate::engine::StageKind;
use crate::engine::lanes::ThreadId;
use crate::engine::program::ReaderWork;
use crate::engine::program::StateProgram;
use crate::engine::states::map::MapPlan;
use crate::engine::trouble::Trouble;
use crate::query::Value;

const READER_FAILED: &str = "States.ItemReaderFailed";

/// Items a Map Run may have.
const MOST_ITEMS: i64 = 100_000_000;

impl Execution {
    pub(crate) fn read_items(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        reader: &ReaderWork,
        plan: &MapPlan,
    ) -> Result<Vec<Value>, Trouble> {
        let environment = self.environment(id, state, &plan.effective, &plan.raw);
        let arguments = match &reader.arguments {
            Some(template) => template.evaluate(&environment)?,
            None => Value::Null,
        };
        let most = reader.max_items.integer(&environment)?.unwrap_or_default();
        if most < 0 {
            return Err(Trouble::named(
                READER_FAILED,
                "field MaxItems must be positive",
            ));
        }
        let input_type = reader.input_type.value(&environment)?;
        let most = match most.min(MOST_ITEMS) {
            0 => usize::MAX,
            most => usize::try_from(most).unwrap_or(usize::MAX),
        };
        let member = |name: &str| {
            arguments
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let (bucket, key) = (member("Bucket"), member("Key"));
        let kind = input_type
            .as_ref()
            .and_then(Value::as_str)
            .unwrap_or("JSON");
        let mut items = if reader.resource.ends_with(":listObjectsV2") {
            self.list_objects(bucket, member("Prefix"))
        } else if reader.resource.ends_with(":getObject") {
            let body = self
                .objects
                .iter()
                .find(|object| object.bucket == bucket && object.key == key)
                .map(|object| object.body.clone())
                .ok_or_else(|| missing(bucket, key))?;
            match kind {
                "JSON" => read_json(&body, reader.items_pointer.as_deref())?,
                "JSONL" => read_lines(&body)?,
                "CSV" => read_csv(&body, reader)?,
                other => {
                    return Err(Trouble::named(
                        READER_FAILED,
                        format!("InputType {other} is not supported by this executor"),
                    ));
                }
            }
        } else {
            return Err(Trouble::named(
                READER_FAILED,
                format!(
                    "The item reader '{}' is not supported by this executor",
                    reader.resource
                ),
            ));
        };
        items.truncate(most);
        let staged = Value::array(items.clone());
        self.stage(id, state, StageKind::AfterItemsPointer, &staged);
        Ok(items)
    }

    fn list_objects(&self, bucket: &str, prefix: &str) -> Vec<Value> {
        self.objects
            .iter()
            .filter(|object| object.bucket == bucket && object.key.starts_with(prefix))
            .map(|object| {
                Value::object([
                    ("Key", Value::from(object.key.as_str())),
                    ("Size", Value::from(object.body.len() as i64)),
                    ("StorageClass", Value::from("STANDARD")),
                ])
            })
            .collect()
    }
}

fn missing(bucket: &str, key: &str) -> Trouble {
    Trouble::named(
        READER_FAILED,
        format!(
            "The object '{key}' in the bucket '{bucket}' does not exist; list it under \"s3\" of the mocks' \"$resources\""
        ),
    )
}

fn read_json(body: &str, pointer: Option<&str>) -> Result<Vec<Value>, Trouble> {
    let json = Value::parse(body)
        .map_err(|error| Trouble::named(READER_FAILED, format!("The object is {error}")))?;
    let found = match pointer {
        None => Some(&json),
        Some(pointer) => json.pointer(pointer),
    };
    match found {
        Some(Value::Array(items)) => Ok(items.to_vec()),
        _ => Err(Trouble::named(
            READER_FAILED,
            "Attempting to map over non-iterable node.",
        )),
    }
}

fn read_lines(body: &str) -> Result<Vec<Value>, Trouble> {
    body.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            Value::parse(line)
                .map_err(|error| Trouble::named(READER_FAILED, format!("A line is {error}")))
        })
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
        return Err(Trouble::named(
            READER_FAILED,
            "CSV headers cannot contain duplicates.",
        ));
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
fn csv_rows(body: &str, delimiter: char) -> Vec<Vec<String>> {
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
