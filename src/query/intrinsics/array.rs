//! The functions on arrays.

use crate::query::Value;
use crate::query::intrinsics::number::whole;

/// The most numbers `States.ArrayRange` gives.
const RANGE: i64 = 1_000;

pub fn partition(array: &Value, size: &Value) -> Result<Value, String> {
    let items = items(array)?;
    let size = usize::try_from(whole(size, "The chunk size")?)
        .ok()
        .filter(|size| *size > 0)
        .ok_or("The chunk size must be a positive number")?;
    Ok(Value::array(
        items
            .chunks(size)
            .map(|chunk| Value::array(chunk.to_vec()))
            .collect(),
    ))
}

pub fn contains(array: &Value, value: &Value) -> Result<Value, String> {
    Ok(Value::Bool(items(array)?.contains(value)))
}

pub fn range(first: &Value, last: &Value, step: &Value) -> Result<Value, String> {
    let first = whole(first, "The first value")?;
    let last = whole(last, "The last value")?;
    let step = whole(step, "The step")?;
    if step == 0 {
        return Err("The step must not be zero".to_string());
    }
    if (last - first) / step >= RANGE {
        return Err(format!("The range has more than {RANGE} items"));
    }
    let mut items = Vec::new();
    let mut next = first;
    while (step > 0 && next <= last) || (step < 0 && next >= last) {
        items.push(Value::from(next));
        next += step;
    }
    Ok(Value::array(items))
}

pub fn get_item(array: &Value, index: &Value) -> Result<Value, String> {
    let items = items(array)?;
    let index = whole(index, "The index")?;
    usize::try_from(index)
        .ok()
        .and_then(|index| items.get(index).cloned())
        .ok_or_else(|| {
            format!(
                "The index {index} is outside the array, which has {} items",
                items.len()
            )
        })
}

pub fn length(array: &Value) -> Result<Value, String> {
    Ok(Value::from(items(array)?.len() as i64))
}

pub fn unique(array: &Value) -> Result<Value, String> {
    let mut seen = std::collections::BTreeMap::<String, Vec<&Value>>::new();
    let mut unique = Vec::new();
    for item in items(array)? {
        // Values that are equal have equal sizes; comparing within one size keeps long arrays fast.
        let key = match item {
            Value::Array(items) => format!("[{}", items.len()),
            Value::Object(members) => format!("{{{}", members.len()),
            Value::Number(number) => format!("{}", number.as_f64()),
            other => other.to_json(),
        };
        let alike = seen.entry(key).or_default();
        if !alike.contains(&item) {
            alike.push(item);
            unique.push(item.clone());
        }
    }
    Ok(Value::array(unique))
}

fn items(array: &Value) -> Result<&[Value], String> {
    match array {
        Value::Array(items) => Ok(items),
        other => Err(format!(
            "The first argument must be an array but is of type {}",
            other.type_name()
        )),
    }
}
