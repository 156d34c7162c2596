//! The functions at the end of a path: `length()`, `sum()`, `keys()` …

use crate::query::Value;
use crate::query::java::java_text;
use crate::query::jsonpath::PathError;
use crate::query::jsonpath::operator::double;
use crate::query::jsonpath::read;
use crate::query::jsonpath::read::Scope;
use crate::query::jsonpath::step::Parameter;
use crate::query::jsonpath::step::Step;
use crate::query::jsonpath::step::spell;

/// Applies the function to a value.
pub fn apply(
    name: &str,
    parameters: &[Parameter],
    value: &Value,
    scope: &Scope,
) -> Result<Value, PathError> {
    let mut arguments = Vec::new();
    for parameter in parameters {
        arguments.push(match parameter {
            Parameter::Json(_) if matches!(name, "length" | "size") => {
                return Err(PathError::NotFound(format!(
                    "The argument of {name} must be a path"
                )));
            }
            Parameter::Json(value) => value.clone(),
            Parameter::Path(path) if matches!(name, "length" | "size") => {
                return length_of(&path.steps, value, scope);
            }
            Parameter::Path(path) => read::read_in(&path.steps, scope.document, scope)?,
        });
    }
    match name {
        "min" => aggregate(value, &arguments, |numbers| {
            numbers.iter().copied().fold(f64::INFINITY, f64::min)
        }),
        "max" => aggregate(value, &arguments, |numbers| {
            numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max)
        }),
        "sum" => aggregate(value, &arguments, |numbers| numbers.iter().sum()),
        "avg" => aggregate(value, &arguments, mean),
        "stddev" => aggregate(value, &arguments, |numbers| {
            let squares: Vec<f64> = numbers.iter().map(|number| number * number).collect();
            (mean(&squares) - mean(numbers).powi(2)).sqrt()
        }),
        "length" | "size" => Ok(length(value)),
        "keys" => Ok(match value {
            Value::Object(members) => Value::array(members.keys().map(Value::string).collect()),
            _ => Value::Null,
        }),
        "concat" => {
            let given = arguments.iter().flat_map(|argument| match argument {
                Value::Array(items) => items.as_slice(),
                other => std::slice::from_ref(other),
            });
            let mut text: String = items(value).iter().filter_map(Value::as_str).collect();
            for given in given.filter(|given| !given.is_null()) {
                text.push_str(&java_text(given));
            }
            Ok(Value::from(text))
        }
        "append" => {
            let Value::Array(items) = value else {
                return Ok(value.clone());
            };
            let mut items = items.to_vec();
            items.extend(arguments);
            Ok(Value::array(items))
        }
        _ => Err(PathError::NotFound(format!(
            "Function with name: {name} does not exist."
        ))),
    }
}

fn items(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        _ => &[],
    }
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

fn aggregate(
    value: &Value,
    arguments: &[Value],
    fold: impl FnOnce(&[f64]) -> f64,
) -> Result<Value, PathError> {
    let mut numbers: Vec<f64> = items(value).iter().filter_map(Value::as_f64).collect();
    for argument in arguments {
        numbers.extend(argument.as_f64());
        numbers.extend(items(argument).iter().filter_map(Value::as_f64));
    }
    if numbers.is_empty() {
        return Err(empty());
    }
    Ok(double(fold(&numbers)))
}

/// `length(path)`: how many values the path with a wildcard behind it finds. Of a definite path
/// Jayway looks at the last of them only, and where that is no array, at the value itself.
fn length_of(steps: &[Step], value: &Value, scope: &Scope) -> Result<Value, PathError> {
    let scope = &scope.at(value);
    let mut inside = steps.to_vec();
    let function = matches!(steps.last(), Some(Step::Function { .. }));
    if !function && !steps.is_empty() {
        inside.push(Step::Wildcard);
    }
    let found = read::read_in(&inside, value, scope)?;
    if !read::is_definite(steps) || function || steps.is_empty() {
        return Ok(match found {
            Value::Array(_) => length(&found),
            _ => length(value),
        });
    }
    // Errors of the definite part come before an empty answer.
    read::read_in(steps, value, scope)?;
    match items(&found).last() {
        Some(last @ Value::Array(_)) => Ok(length(last)),
        Some(_) => Ok(length(value)),
        None => Err(PathError::NotFound(format!(
            "No results for path: ${}",
            spell(&inside)
        ))),
    }
}

fn length(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::from(items.len() as i64),
        Value::Object(members) => Value::from(members.len() as i64),
        _ => Value::Null,
    }
}

fn empty() -> PathError {
    PathError::NotFound(
        "Aggregation function attempted to calculate value using empty array".to_string(),
    )
}
