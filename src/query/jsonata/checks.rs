//! The functions `guard.rs` puts around parts of a tree: they look at a value and hand it on.

use std::collections::HashMap;
use std::rc::Rc;

use jsonata_core::evaluator::Evaluator;
use jsonata_core::evaluator::EvaluatorError;
use jsonata_core::value::JValue;
use jsonata_core::value::with_stack;

use crate::query::jsonata::budget::Account;
use crate::query::jsonata::budget::exhausted;
use crate::query::jsonata::guard::NUMERAL;
use crate::query::jsonata::guard::SMALL_JSON;
use crate::query::jsonata::guard::SMALL_PICTURE;
use crate::query::jsonata::guard::SMALL_TEXT;
use crate::query::jsonata::guard::SMALL_WIDTH;
use crate::query::jsonata::guard::TRIMMED;
use crate::query::jsonata::weigh::WEIGH;
use crate::query::jsonata::weigh::WEIGH_FRAME;
use crate::query::jsonata::weigh::WEIGH_FRESH;
use crate::query::jsonata::weigh::WEIGH_KEY;
use crate::query::jsonata::weigh::WEIGH_NESTED;
use crate::query::jsonata::weigh::WEIGH_PLACES;
use crate::query::jsonata::weigh::WEIGH_RANGE;
use crate::query::jsonata::weigh::WEIGH_TUPLE;

/// Stands in for `$distinct`.
const DISTINCT: &str = "our distinct";
/// The widest text `$pad` makes, in characters.
const WIDEST: f64 = 10_000_000.0;
/// The largest number in a picture, which is a width there.
const PICTURE: u64 = 10_000;
/// The largest number written as a Roman numeral, whose length is its thousands.
const LETTERS: f64 = 1e6;
/// The longest text a function as a pattern is applied to, in bytes.
const SEARCHED: usize = 16 << 10;
/// Bytes a binding of a join takes for each item, and a key of a grouping.
const TUPLE: u64 = 1000;
const GROUP: u64 = 250;
/// Bytes a call whose function makes functions may leave behind.
const FRAME: u64 = 600;

type Answer = Result<JValue, EvaluatorError>;
type Check = fn(&Account, &JValue) -> Result<(), EvaluatorError>;

/// Gives the evaluator those of the functions the expression uses; they share an account.
pub fn register(
    evaluator: &mut Evaluator,
    account: &Account,
    uses: impl Fn(&str) -> bool,
) -> Result<(), EvaluatorError> {
    let weighing: [(&str, Check); 12] = [
        (WEIGH, |account, value| account.borrow_mut().weigh(value)),
        (WEIGH_FRESH, |account, value| {
            account.borrow_mut().weigh_fresh(value)
        }),
        (WEIGH_KEY, |account, _| account.borrow_mut().charge(GROUP)),
        (WEIGH_TUPLE, |account, value| {
            let count = match value {
                JValue::Array(items) => items.len() as u64,
                _ => 1,
            };
            account.borrow_mut().charge(TUPLE * count)
        }),
        (WEIGH_RANGE, |account, value| {
            let count = match value {
                JValue::Array(items) => items.len() as u64,
                _ => 0,
            };
            // The evaluator holds up to three copies while it makes one.
            account.borrow_mut().charge(48 * count)?;
            account.borrow_mut().weigh(value)
        }),
        (WEIGH_PLACES, |account, value| match value {
            JValue::Array(items) => account.borrow_mut().step(items.len() as u64 / 8),
            _ => Ok(()),
        }),
        (WEIGH_FRAME, |account, _| account.borrow_mut().charge(FRAME)),
        (SMALL_JSON, |account, value| {
            account.borrow_mut().json(value)
        }),
        (SMALL_WIDTH, |_, value| small_width(value)),
        (SMALL_PICTURE, |_, value| small_picture(value)),
        (SMALL_TEXT, |_, value| small_text(value)),
        (NUMERAL, |_, value| numeral(value)),
    ];
    for (name, check) in weighing.into_iter().filter(|(name, _)| uses(name)) {
        let account = Rc::clone(account);
        evaluator.register_fn(name, move |arguments: &[JValue]| {
            let value = arguments.first().unwrap_or(&JValue::Undefined);
            check(&account, value)?;
            Ok(value.clone())
        })?;
    }
    if uses(WEIGH_NESTED) {
        let nested = Rc::clone(account);
        evaluator.register_fn(WEIGH_NESTED, move |arguments: &[JValue]| {
            let (value, levels) = match arguments {
                [value, levels, ..] => (value, levels.as_f64().unwrap_or_default()),
                _ => return Ok(JValue::Undefined),
            };
            nested.borrow_mut().weigh_nested(value, levels as usize)?;
            Ok(value.clone())
        })?;
    }
    if uses(TRIMMED) {
        evaluator.register_fn(TRIMMED, trimmed)?;
    }
    if uses(DISTINCT) {
        evaluator.register_fn(DISTINCT, distinct)?;
    }
    Ok(())
}

fn small_width(value: &JValue) -> Result<(), EvaluatorError> {
    match value {
        JValue::Number(width) if width.abs() > WIDEST => Err(EvaluatorError::EvaluationError(
            format!("D2015: The pad function makes at most {WIDEST} characters"),
        )),
        _ => Ok(()),
    }
}

fn small_picture(value: &JValue) -> Result<(), EvaluatorError> {
    let JValue::String(picture) = value else {
        return Ok(());
    };
    // A width stands behind a comma or, the largest one, behind a hyphen.
    let wide = picture.split([',', '-']).skip(1).any(|part| {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        !digits.is_empty() && digits.parse::<u64>().unwrap_or(u64::MAX) > PICTURE
    });
    if wide || picture.len() > 64 << 10 {
        return Err(exhausted("A picture asks for more than 10,000 characters"));
    }
    Ok(())
}

fn small_text(value: &JValue) -> Result<(), EvaluatorError> {
    match value {
        JValue::String(text) if text.len() > SEARCHED => Err(exhausted(
            "A function as a pattern is applied to at most 16 KiB of text",
        )),
        _ => Ok(()),
    }
}

fn numeral(value: &JValue) -> Result<(), EvaluatorError> {
    match value {
        JValue::Number(number) if number.abs() > LETTERS => Err(exhausted(
            "The formatInteger function writes Roman numerals up to 1,000,000",
        )),
        _ => Ok(()),
    }
}

/// Whether a text is a number to JavaScript only: with blanks around it, a plus before it, or a
/// point without digits on both sides.
fn is_loose(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let open = |part: &str| !part.starts_with(|char: char| char.is_ascii_digit());
    text.trim().len() != text.len()
        || text.starts_with('+')
        || (digits.contains('.') && (open(whole) || open(fraction)))
}

/// JavaScript's conversion reads more than the reference does.
fn trimmed(arguments: &[JValue]) -> Answer {
    match arguments.first() {
        Some(JValue::String(text)) if is_loose(text) => Err(EvaluatorError::TypeError(format!(
            "D3030: Unable to convert '{text}' to a number"
        ))),
        other => Ok(other.cloned().unwrap_or(JValue::Undefined)),
    }
}

/// Each item once, at its first place; equal items have equal JSON once their members are in order.
fn distinct(arguments: &[JValue]) -> Answer {
    let items = match arguments.first() {
        Some(JValue::Array(items)) if items.len() > 1 => items,
        other => return Ok(other.cloned().unwrap_or(JValue::Undefined)),
    };
    let mut seen: HashMap<String, ()> = HashMap::with_capacity(items.len());
    let mut functions: Vec<&JValue> = Vec::new();
    let mut kept = Vec::new();
    for item in items {
        let new = if item.is_function() {
            let new = !functions.contains(&item);
            functions.push(item);
            new
        } else {
            let mut key = String::new();
            identity(item, &mut key);
            seen.insert(key, ()).is_none()
        };
        if new {
            kept.push(item.clone());
        }
    }
    Ok(JValue::Array(items.with_items(kept)))
}

fn identity(value: &JValue, key: &mut String) {
    match value {
        JValue::Number(number) => key.push_str(&format!("{}", number + 0.0)),
        JValue::String(text) => key.push_str(&format!("{text:?}")),
        JValue::Array(items) => with_stack(|| {
            key.push('[');
            for item in items {
                identity(item, key);
                key.push(',');
            }
            key.push(']');
        }),
        JValue::Object(members) => with_stack(|| {
            let mut sorted: Vec<(&String, &JValue)> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            key.push('{');
            for (name, member) in sorted {
                key.push_str(&format!("{name:?}:"));
                identity(member, key);
                key.push(',');
            }
            key.push('}');
        }),
        JValue::Bool(flag) => key.push_str(if *flag { "true" } else { "false" }),
        JValue::Null => key.push_str("null"),
        JValue::Undefined => key.push_str("undefined"),
        JValue::Lambda(function) => key.push_str(&format!("λ{:p}", Rc::as_ptr(function))),
        JValue::Builtin { name } => key.push_str(&format!("λ{name}")),
        JValue::Regex { pattern, flags } => key.push_str(&format!("/{pattern}/{flags}")),
    }
}
