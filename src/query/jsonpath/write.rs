//! Writing where a Reference Path points.

use std::sync::Arc;

use crate::query::Map;
use crate::query::Value;
use crate::query::jsonpath::Path;
use crate::query::jsonpath::PathError;
use crate::query::jsonpath::step::Step;

/// See [`Path::write`].
pub fn write(path: &Path, document: &mut Value, value: Value) -> Result<(), PathError> {
    if !path.is_reference() {
        return Err(PathError::invalid(format!(
            "{path} is not a Reference Path: only fields and array indexes are allowed"
        )));
    }
    let mut place = document;
    for (index, step) in path.steps.iter().enumerate() {
        place = match step {
            Step::Properties { names, .. } => {
                let Some(name) = names.first() else {
                    return Err(mismatch(path, place));
                };
                if place.as_object().is_none() {
                    if index == 0 || place.as_array().is_some() {
                        return Err(mismatch(path, place));
                    }
                    *place = Value::Object(Arc::new(Map::new()));
                }
                let Value::Object(members) = place else {
                    return Err(PathError::invalid(path.text()));
                };
                let last = index + 1 == path.steps.len();
                let fresh = || match last {
                    true => Value::Null,
                    false => Value::Object(Arc::new(Map::new())),
                };
                match Arc::make_mut(members).get_or_insert_with(name, fresh) {
                    Some(member) => member,
                    None => return Err(PathError::invalid(path.text())),
                }
            }
            Step::Indexes(indexes) => {
                let position = indexes
                    .first()
                    .and_then(|index| usize::try_from(*index).ok())
                    .filter(|position| {
                        place
                            .as_array()
                            .is_some_and(|items| *position < items.len())
                    });
                let Some(position) = position else {
                    return Err(mismatch(path, place));
                };
                let Value::Array(items) = place else {
                    return Err(PathError::invalid(path.text()));
                };
                match Arc::make_mut(items).get_mut(position) {
                    Some(item) => item,
                    None => return Err(PathError::invalid(path.text())),
                }
            }
            Step::Slice { .. }
            | Step::Wildcard
            | Step::Scan
            | Step::Filter(_)
            | Step::Function { .. } => return Err(mismatch(path, place)),
        };
    }
    *place = value;
    Ok(())
}

fn mismatch(path: &Path, place: &Value) -> PathError {
    PathError::NotFound(format!(
        "Unable to apply ReferencePath {path} to input {}",
        place.to_json()
    ))
}
