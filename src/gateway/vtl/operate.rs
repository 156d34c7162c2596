//! What operators do to values, as Velocity 1.7 has it.

use std::cell::Cell;
use std::cmp::Ordering;

use crate::gateway::vtl::ast::Operator;
use crate::gateway::vtl::item::Item;
use crate::gateway::vtl::item::Slot;
use crate::gateway::vtl::item::equals;

/// Equality: numbers by value, others by `equals`; see [`by_text`] for what comes before.
pub fn same(left: &Slot, right: &Slot, empty_is_null: bool, effort: &Cell<usize>) -> bool {
    let (left, right) = match (left, right) {
        (None, None) => return true,
        (None, Some(Item::Text(text))) | (Some(Item::Text(text)), None) => {
            return empty_is_null && text.is_empty();
        }
        (None, Some(_)) | (Some(_), None) => return false,
        (Some(left), Some(right)) => (left, right),
    };
    if let Some(order) = numbers(left, right) {
        return order == Some(Ordering::Equal);
    }
    equals(&Some(left.clone()), &Some(right.clone()), effort)
}

/// Whether two values are compared by what they print: neither both numbers nor of one class.
pub fn by_text(left: &Slot, right: &Slot) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => {
            numbers(left, right).is_none() && left.class() != right.class()
        }
        _ => false,
    }
}

/// Order of two numbers; false for anything else.
pub fn ordered(left: &Slot, right: &Slot, operator: Operator) -> bool {
    let (Some(left), Some(right)) = (left, right) else {
        return false;
    };
    let Some(Some(order)) = numbers(left, right) else {
        return false;
    };
    match operator {
        Operator::Less => order == Ordering::Less,
        Operator::LessOrEqual => order != Ordering::Greater,
        Operator::Greater => order == Ordering::Greater,
        Operator::GreaterOrEqual => order != Ordering::Less,
        _ => false,
    }
}

/// Nothing where one is no number.
fn numbers(left: &Item, right: &Item) -> Option<Option<Ordering>> {
    match (left.as_whole(), right.as_whole()) {
        (Some(a), Some(b)) => Some(Some(a.cmp(&b))),
        _ => {
            let (a, b) = (left.as_float()?, right.as_float()?);
            Some(a.partial_cmp(&b))
        }
    }
}

/// A number that does not fit.
pub struct Overflow;

/// Arithmetic on two numbers; null where one is none, and for a division by zero.
pub fn calculate(left: &Slot, right: &Slot, operator: Operator) -> Result<Slot, Overflow> {
    let (Some(left), Some(right)) = (left, right) else {
        return Ok(None);
    };
    if let (Some(a), Some(b)) = (left.as_whole(), right.as_whole()) {
        let result = match operator {
            Operator::Plus => a.checked_add(b),
            Operator::Minus => a.checked_sub(b),
            Operator::Times => a.checked_mul(b),
            Operator::Divide | Operator::Modulo if b == 0 => return Ok(None),
            Operator::Divide => a.checked_div(b),
            Operator::Modulo => a.checked_rem(b),
            _ => return Ok(None),
        };
        return match result {
            Some(whole) => Ok(Some(widened(whole, left, right))),
            None => Err(Overflow),
        };
    }
    let (Some(a), Some(b)) = (left.as_float(), right.as_float()) else {
        return Ok(None);
    };
    Ok(match operator {
        Operator::Plus => Some(a + b),
        Operator::Minus => Some(a - b),
        Operator::Times => Some(a * b),
        Operator::Divide | Operator::Modulo if b == 0.0 => None,
        Operator::Divide => Some(a / b),
        Operator::Modulo => Some(a % b),
        _ => None,
    }
    .map(Item::Float))
}

/// The result has at least the type of the larger operand.
fn widened(whole: i128, left: &Item, right: &Item) -> Item {
    let long = matches!(left, Item::Long(_)) || matches!(right, Item::Long(_));
    let big = matches!(left, Item::Big(_)) || matches!(right, Item::Big(_));
    match Item::whole(whole) {
        Item::Int(int) if long && !big => Item::Long(i64::from(int)),
        Item::Int(_) | Item::Long(_) if big => Item::Big(whole),
        item => item,
    }
}
