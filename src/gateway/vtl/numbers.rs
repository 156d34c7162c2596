//! Methods of numbers and of true and false; templates reach Java's static ones through a value.

use crate::gateway::vtl::access::Called;
use crate::gateway::vtl::access::known;
use crate::gateway::vtl::item::Item;
use crate::gateway::vtl::item::Slot;
use crate::gateway::vtl::render::Renderer;
use crate::text::Span;

impl Renderer<'_> {
    pub fn number_method(
        &mut self,
        owner: &Item,
        name: &str,
        arguments: &[Slot],
        span: Span,
    ) -> Called {
        if let Item::Bool(flag) = owner {
            return Ok(truth(*flag, name, arguments));
        }
        if let ("compareTo", [None]) = (name, arguments) {
            return Err(self.thrown(name, "NullPointerException", "the argument is null", span));
        }
        if let ("compareTo", [Some(other)]) = (name, arguments)
            && other.class() != owner.class()
        {
            let why = format!(
                "{} cannot be compared with {}",
                owner.class(),
                other.class()
            );
            return Err(self.thrown(name, "ClassCastException", &why, span));
        }
        if let Some(item) = converted(owner, name, arguments) {
            return known(item);
        }
        let text = match arguments {
            [Some(Item::Text(text))] => text,
            _ => return Ok(None),
        };
        let parsed = match (owner, name) {
            (Item::Int(_), "parseInt" | "valueOf" | "decode") => java_integer(text).map(Item::Int),
            (Item::Long(_), "parseLong" | "valueOf" | "decode") => {
                java_integer(text).map(Item::Long)
            }
            (Item::Float(_), "parseDouble" | "valueOf") => {
                text.trim().parse().ok().map(Item::Float)
            }
            _ => return Ok(None),
        };
        match parsed {
            Some(item) => known(item),
            None => Err(self.thrown(
                name,
                "NumberFormatException",
                &format!("{text:?} is no such number"),
                span,
            )),
        }
    }
}

/// Digits with a sign, nothing else.
fn java_integer<T: std::str::FromStr>(text: &str) -> Option<T> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn truth(flag: bool, name: &str, arguments: &[Slot]) -> Option<Slot> {
    let item = match (name, arguments) {
        ("booleanValue", []) => Item::Bool(flag),
        ("compareTo", [Some(Item::Bool(other))]) => Item::Int(i32::from(flag) - i32::from(*other)),
        ("parseBoolean" | "valueOf", [Some(Item::Text(text))]) => {
            Item::Bool(text.eq_ignore_ascii_case("true"))
        }
        ("logicalAnd", [Some(Item::Bool(a)), Some(Item::Bool(b))]) => Item::Bool(*a && *b),
        ("logicalOr", [Some(Item::Bool(a)), Some(Item::Bool(b))]) => Item::Bool(*a || *b),
        _ => return None,
    };
    Some(Some(item))
}

fn converted(owner: &Item, name: &str, arguments: &[Slot]) -> Option<Item> {
    let whole = owner.as_whole();
    let float = owner.as_float()?;
    // A double beyond the range of an int or a long becomes the nearest one.
    let long = match whole {
        Some(whole) => whole as i64,
        None => float as i64,
    };
    let int = match whole {
        Some(whole) => whole as i32,
        None => float as i32,
    };
    let is_int = matches!(owner, Item::Int(_));
    let is_long = matches!(owner, Item::Long(_));
    Some(match (name, arguments) {
        ("intValue", []) => Item::Int(int),
        ("longValue", []) => Item::Long(long),
        ("doubleValue", []) => Item::Float(float),
        ("floatValue", []) => {
            let single = float as f32;
            Item::Float(single.to_string().parse().unwrap_or(float))
        }
        ("byteValue", []) => Item::Int(i32::from(int as i8)),
        ("shortValue", []) => Item::Int(i32::from(int as i16)),
        ("compareTo", [Some(other)]) => {
            let order = match (whole, other.as_whole()) {
                (Some(a), Some(b)) => a.cmp(&b),
                _ => float.total_cmp(&other.as_float()?),
            };
            Item::Int(order as i32)
        }
        ("isNaN", []) if whole.is_none() => Item::Bool(float.is_nan()),
        ("isInfinite", []) if whole.is_none() => Item::Bool(float.is_infinite()),
        ("valueOf", [Some(same)]) if same.class() == owner.class() => same.clone(),
        ("toString", [Some(number)]) if number.class() == owner.class() => {
            Item::text(number.printed(100))
        }
        ("toString", [Some(Item::Int(number)), Some(Item::Int(radix))]) if is_int => {
            Item::text(in_radix(i64::from(*number), *radix))
        }
        ("toHexString", [Some(Item::Int(number))]) if is_int => Item::text(format!("{number:x}")),
        ("toOctalString", [Some(Item::Int(number))]) if is_int => Item::text(format!("{number:o}")),
        ("toBinaryString", [Some(Item::Int(number))]) if is_int => {
            Item::text(format!("{number:b}"))
        }
        ("max" | "min" | "sum", [Some(a), Some(b)]) if is_int || is_long || whole.is_none() => {
            both(owner, name, a, b)?
        }
        ("signum", [Some(Item::Int(number))]) if is_int => Item::Int(number.signum()),
        ("abs", []) if matches!(owner, Item::Big(_)) => Item::Big(whole?.checked_abs()?),
        _ => return None,
    })
}

/// `max`, `min` and `sum` of Integer, Long and Double.
fn both(owner: &Item, name: &str, a: &Item, b: &Item) -> Option<Item> {
    match (owner, a, b) {
        (Item::Int(_), Item::Int(a), Item::Int(b)) => Some(Item::Int(match name {
            "max" => *a.max(b),
            "min" => *a.min(b),
            _ => a.wrapping_add(*b),
        })),
        (Item::Long(_), a, b) => {
            let long = |item: &Item| item.as_whole().and_then(|whole| i64::try_from(whole).ok());
            let (a, b) = (long(a)?, long(b)?);
            Some(Item::Long(match name {
                "max" => a.max(b),
                "min" => a.min(b),
                _ => a.wrapping_add(b),
            }))
        }
        (Item::Float(_), a, b) => {
            let (a, b) = (a.as_float()?, b.as_float()?);
            Some(Item::Float(match name {
                "max" => a.max(b),
                "min" => a.min(b),
                _ => a + b,
            }))
        }
        _ => None,
    }
}

/// Java falls back to ten where the radix makes no sense.
fn in_radix(number: i64, radix: i32) -> String {
    let radix = u64::try_from(radix)
        .ok()
        .filter(|radix| (2..=36).contains(radix))
        .unwrap_or(10);
    let mut rest = number.unsigned_abs();
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(rest % radix).unwrap_or_default();
        digits.extend(char::from_digit(digit, 36));
        rest /= radix;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        digits.push('-');
    }
    digits.into_iter().rev().collect()
}
