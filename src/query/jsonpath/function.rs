//! The functions at the end of a path: `length()`, `sum()`, `keys()` …

use crate::query::Value;
use crate::query::java::java_text;
use crate::query::jsonpath::PathError;
use crate::query::jsonpath::operator::double;
use crate::query::jsonpath::read;
use crate::query::jsonpath::step::Parameter;

/// Applies the function to a value.
pub fn apply(
    name: &str,
    parameters: &[Parameter],
    value: &Value,
    document: &Value,
) -> Result<Value, PathError> {
    let arguments: Result<Vec<Value>, PathError> = parameters
        .iter()
        .map(|parameter| match parameter {
            Parameter::Json(value) => Ok(value.clone()),
            Parameter::Path(path) => read::read_in(&path.steps, document, document),
        })
        .collect();
    let arguments = arguments?;
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
        "length" | "size" => Ok(length(arguments.first().unwrap_or(value))),
        "keys" => Ok(match value {
            Value::Object(members) => Value::array(members.keys().map(Value::string).collect()),
            _ => Value::Null,
        }),
        "concat" => {
            let own = items(value).iter().filter(|item| item.as_str().is_some());
            let given = arguments.iter().flat_map(|argument| match argument {
                Value::Array(items) => items.to_vec(),
                Value::Null => Vec::new(),
                other => vec![other.clone()],
            });
            let text: String = own
                .cloned()
                .chain(given)
                .map(|part| java_text(&part))
                .collect();
            Ok(Value::from(text))
        }
        "append" => {
            let mut items = items(value).to_vec();
            items.extend(arguments);
            Ok(Value::array(items))
        }
        "first" => item(value, 0),
        "last" => item(value, -1),
        "index" => item(
            value,
            arguments
                .first()
                .and_then(Value::as_i64)
                .unwrap_or_default(),
        ),
        "distinct" => Ok(match value {
            Value::Array(items) => {
                let mut distinct: Vec<Value> = Vec::new();
                for item in items.iter() {
                    if !distinct.contains(item) {
                        distinct.push(item.clone());
                    }
                }
                Value::array(distinct)
            }
            _ => Value::Null,
        }),
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

fn length(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::from(items.len() as i64),
        Value::Object(members) => Value::from(members.len() as i64),
        _ => Value::Null,
    }
}

fn item(value: &Value, index: i64) -> Result<Value, PathError> {
    let items = match value {
        Value::Array(items) => items,
        _ => return Err(empty()),
    };
    let count = items.len() as i64;
    let place = if index < 0 { count + index } else { index };
    usize::try_from(place)
        .ok()
        .and_then(|place| items.get(place).cloned())
        .ok_or_else(|| {
            PathError::NotFound(format!(
                "Target index:{index} larger than object count:{count}"
            ))
        })
}

fn empty() -> PathError {
    PathError::NotFound(
        "Aggregation function attempted to calculate value using empty array".to_string(),
    )
}
