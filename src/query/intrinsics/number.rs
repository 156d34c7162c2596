//! The functions on numbers.

use crate::query::Value;
use crate::query::chance::Chance;

/// The sum of both numbers, each rounded first.
pub fn add(a: &Value, b: &Value) -> Result<Value, String> {
    let (a, b) = (whole(a, "The first value")?, whole(b, "The second value")?);
    Ok(Value::from(a + b))
}

/// A whole number from `start` up to and without `end`; a seed decides it.
pub fn random(
    start: &Value,
    end: &Value,
    seed: Option<&Value>,
    chance: &mut Chance,
) -> Result<Value, String> {
    let start = whole(start, "The start value")?;
    let end = whole(end, "The end value")?;
    if start >= end {
        return Err("The start value must be less than the end value".to_string());
    }
    let number = match seed {
        Some(seed) => Chance::seeded(whole(seed, "The seed")? as u64).between(start, end),
        None => chance.between(start, end),
    };
    Ok(Value::from(number))
}

/// The number rounded to the nearest whole one, halves upward (2.5 to 3, -2.5 to -2), as AWS does.
pub fn whole(value: &Value, what: &str) -> Result<i64, String> {
    let Some(number) = value.as_f64() else {
        return Err(format!(
            "{what} must be a number but is of type {}",
            value.type_name()
        ));
    };
    let rounded = (number + 0.5).floor();
    if !(f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&rounded) {
        return Err(format!(
            "{what} must be between {} and {}",
            i32::MIN,
            i32::MAX
        ));
    }
    Ok(rounded as i64)
}
