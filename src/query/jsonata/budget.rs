//! How much one evaluation may allocate, and the account it keeps of that.
//!
//! The evaluator bounds time, depth and the length of a sequence, not memory. `guard.rs` therefore
//! sends whatever makes a text, an array or an object through [`Budget::weigh`]. Texts of some size
//! are followed until they are dropped, since joining them one by one is common and leaves most of
//! them dead; everything else counts for good. A container also has the weight it would have with
//! nothing shared, because paths flatten and JSON spells out what an evaluation holds only once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::rc::Weak;

use jsonata_core::evaluator::EvaluatorError;
use jsonata_core::value::JValue;
use jsonata_core::value::with_stack;

/// The code of an evaluation that wants more memory or more steps of a pattern than it may have.
pub const EXHAUSTED: &str = "U1004";
/// Bytes of arrays, objects and short texts one evaluation may make.
const MADE: u64 = 1 << 30;
/// Bytes of longer texts that may be alive together.
const TEXTS: u64 = 512 << 20;
/// The longest text, in bytes.
pub const TEXT: u64 = 64 << 20;
/// The heaviest value with everything shared in it counted as often as it occurs, in bytes.
const SPREAD: u64 = 256 << 20;
/// Texts from this length on are followed, in bytes.
const FOLLOWED: usize = 1024;
/// Containers that took so many looks to weigh are remembered, so that weighing them again takes one.
const REMEMBERED: u64 = 200;
/// Bytes that remembering may keep alive.
const HELD: u64 = 128 << 20;
/// Steps all patterns with look-around or back-references, and lists of positions, may take.
const STEPS: u64 = 20_000_000;

const ITEM: u64 = 24;
const MEMBER: u64 = 112;

/// What one evaluation has made so far; shared by the functions that make it.
pub type Account = Rc<RefCell<Budget>>;

/// See [`Account`].
#[derive(Default)]
pub struct Budget {
    made: u64,
    texts: Vec<(Weak<str>, u64)>,
    texts_weigh: u64,
    steps: u64,
    looks: u64,
    /// Weights by the address of the contents; the value is kept, so the address stays its own.
    heavy: HashMap<usize, (u64, JValue)>,
    /// Bytes that may be alive only because they are in `heavy`.
    held: u64,
}

type Checked = Result<(), EvaluatorError>;

/// An account with nothing on it.
pub fn account() -> Account {
    Rc::new(RefCell::new(Budget::default()))
}

/// The error of an evaluation that wants more than it may have.
pub fn exhausted(what: &str) -> EvaluatorError {
    EvaluatorError::EvaluationError(format!("{EXHAUSTED}: {what}"))
}

impl Budget {
    /// Charges a container just made, and refuses one that is too heavy spread out.
    pub fn weigh(&mut self, value: &JValue) -> Checked {
        match value {
            JValue::Array(items) => self.charge(64 + ITEM * items.len() as u64)?,
            JValue::Object(members) => {
                let keys: u64 = members.keys().map(|key| key.len() as u64).sum();
                self.charge(128 + MEMBER * members.len() as u64 + keys)?;
            }
            _ => return Ok(()),
        }
        match self.spread(value, SPREAD) {
            Some(_) => Ok(()),
            None => Err(exhausted(
                "A value of the evaluation has more than 256 MiB when nothing in it is shared",
            )),
        }
    }

    /// Charges a container just made, and so many levels of arrays in it that came with it.
    pub fn weigh_nested(&mut self, value: &JValue, levels: usize) -> Checked {
        if let (JValue::Array(items), Some(levels)) = (value, levels.checked_sub(1)) {
            for item in items {
                if let JValue::Array(inner) = item {
                    self.charge(64 + ITEM * inner.len() as u64)?;
                    if levels > 0 {
                        with_stack(|| self.weigh_nested(item, levels))?;
                    }
                }
            }
        }
        self.weigh(value)
    }

    /// Charges a value just made, text included.
    pub fn weigh_fresh(&mut self, value: &JValue) -> Checked {
        let JValue::String(text) = value else {
            return self.weigh(value);
        };
        self.length(text.len() as u64)?;
        if text.len() < FOLLOWED {
            return self.charge(32 + text.len() as u64);
        }
        let weight = text.len() as u64;
        self.texts.push((Rc::downgrade(text), weight));
        self.texts_weigh += weight;
        if self.texts_weigh > TEXTS {
            self.texts.retain(|(text, _)| text.strong_count() > 0);
            self.texts_weigh = self.texts.iter().map(|(_, weight)| weight).sum();
            if self.texts_weigh > TEXTS / 4 * 3 {
                return Err(exhausted("The evaluation needs too much memory for texts"));
            }
        }
        Ok(())
    }

    /// Refuses a text of so many bytes before it is made.
    pub fn length(&self, bytes: u64) -> Checked {
        if bytes > TEXT {
            return Err(exhausted("A text of the evaluation has more than 64 MiB"));
        }
        Ok(())
    }

    /// Counts bytes that are made and not followed.
    pub fn charge(&mut self, bytes: u64) -> Checked {
        self.made = self.made.saturating_add(bytes);
        if self.made > MADE {
            return Err(exhausted("The evaluation makes more than 1 GiB of values"));
        }
        Ok(())
    }

    /// Counts steps of a search that the evaluator's clock does not see.
    pub fn step(&mut self, steps: u64) -> Checked {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > STEPS {
            return Err(exhausted(
                "The searches of the evaluation need too many steps",
            ));
        }
        Ok(())
    }

    /// Refuses a value whose JSON text would be too long.
    pub fn json(&mut self, value: &JValue) -> Checked {
        match value {
            JValue::Array(_) | JValue::Object(_) if self.spread(value, TEXT).is_none() => {
                self.length(TEXT + 1)
            }
            _ => Ok(()),
        }
    }

    /// The weight of a value with nothing shared; nothing if it is above the limit.
    fn spread(&mut self, value: &JValue, limit: u64) -> Option<u64> {
        let (address, own, count) = match value {
            JValue::String(text) => return within(ITEM + text.len() as u64, limit),
            JValue::Array(items) => (items.as_ptr() as usize, ITEM, items.len()),
            JValue::Object(members) => (Rc::as_ptr(members) as usize, MEMBER, members.len()),
            _ => return Some(ITEM),
        };
        let mut weight = within(64 + own * count as u64, limit)?;
        if count == 0 {
            return Some(weight);
        }
        if !self.heavy.is_empty()
            && let Some((known, _)) = self.heavy.get(&address)
        {
            return within(*known, limit);
        }
        let looks = self.looks;
        self.looks += 1 + count as u64 / 16;
        match value {
            JValue::Array(items) => {
                for item in items {
                    weight = self.with_child(weight, item, limit)?;
                }
            }
            JValue::Object(members) => {
                for (key, member) in members.iter() {
                    weight = self.with_child(weight + key.len() as u64, member, limit)?;
                }
            }
            _ => {}
        }
        if self.looks - looks >= REMEMBERED {
            // A list that grows by one item at a time leaves all its earlier states here.
            self.held += 2 * own * count as u64;
            if self.held > HELD {
                self.heavy.clear();
                self.held = 0;
            }
            self.heavy.insert(address, (weight, value.clone()));
        }
        Some(weight)
    }

    /// The weight of a container once a child is added, whose slot is counted already.
    fn with_child(&mut self, weight: u64, child: &JValue, limit: u64) -> Option<u64> {
        match child {
            JValue::String(text) => within(weight + text.len() as u64, limit),
            JValue::Array(_) | JValue::Object(_) => {
                let rest = limit.checked_sub(weight)?;
                let child = with_stack(|| self.spread(child, rest))?;
                Some(weight + child)
            }
            _ => Some(weight),
        }
    }
}

fn within(weight: u64, limit: u64) -> Option<u64> {
    (weight <= limit).then_some(weight)
}
