//! How large a payload is at most, so that the limits cost nothing while they are far away.
//!
//! Measuring 256 KiB at every state would cost more than running it. An upper bound is carried
//! along instead and replaced by the true measure only when it comes near a limit.

use crate::query::Value;

/// Bytes of JSON text a payload may have (quota "Maximum input or result size").
pub(crate) const PAYLOAD_LIMIT: usize = 262_144;

/// Levels a payload may be nested, Jackson's own limit.
pub(crate) const NESTING_LIMIT: usize = 1_000;

/// An upper bound of the size and nesting of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Measure {
    pub bytes: usize,
    pub depth: usize,
}

/// Which limit a payload breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Excess {
    Bytes,
    Depth,
}

impl Measure {
    /// The true measure.
    pub fn of(value: &Value) -> Measure {
        let depth = depth(value, NESTING_LIMIT + 1);
        if depth > NESTING_LIMIT {
            return Measure {
                bytes: PAYLOAD_LIMIT + 1,
                depth,
            };
        }
        Measure {
            bytes: value.json_len(),
            depth,
        }
    }

    /// The bound of a value that holds both, one inside the other's members.
    pub fn joined(self, inner: Measure, key_bytes: usize, levels: usize) -> Measure {
        Measure {
            bytes: self
                .bytes
                .saturating_add(inner.bytes)
                .saturating_add(key_bytes),
            depth: self.depth.max(inner.depth.saturating_add(levels)),
        }
    }

    pub fn is_near_limit(self) -> bool {
        self.bytes > PAYLOAD_LIMIT || self.depth > NESTING_LIMIT
    }

    /// Checks a value against the limits, measuring it only when its bound does not suffice.
    pub fn check(self, value: &Value) -> Result<Measure, Excess> {
        if !self.is_near_limit() {
            return Ok(self);
        }
        let measure = Measure::of(value);
        if measure.depth > NESTING_LIMIT {
            Err(Excess::Depth)
        } else if measure.bytes > PAYLOAD_LIMIT {
            Err(Excess::Bytes)
        } else {
            Ok(measure)
        }
    }
}

/// Levels of nesting: 0 for a scalar. Stops counting at `limit`.
fn depth(value: &Value, limit: usize) -> usize {
    if limit == 0 {
        return 0;
    }
    match value {
        Value::Array(items) => {
            1 + items
                .iter()
                .map(|item| depth(item, limit - 1))
                .max()
                .unwrap_or_default()
        }
        Value::Object(members) => {
            1 + members
                .values()
                .map(|member| depth(member, limit - 1))
                .max()
                .unwrap_or_default()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_replaced_by_the_truth_when_they_come_near() {
        let value = Value::parse(r#"{"a":[1,{"b":2}]}"#).unwrap();
        let measure = Measure::of(&value);
        assert_eq!((measure.bytes, measure.depth), (17, 3));
        let bound = Measure {
            bytes: PAYLOAD_LIMIT * 2,
            depth: 3,
        };
        assert_eq!(bound.check(&value), Ok(measure));
        let text = Value::string("x".repeat(PAYLOAD_LIMIT));
        assert_eq!(Measure::of(&text).check(&text), Err(Excess::Bytes));
    }
}
