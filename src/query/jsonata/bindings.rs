//! What one state binds for its expressions, converted at most once however many use it.

use std::cell::OnceCell;
use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;
use jsonata_core::evaluator::CancelToken;
use jsonata_core::value::JValue;

use crate::query::Chance;
use crate::query::Value;
use crate::query::jsonata::convert::from_value;

/// The values an expression can see, what chance and the clock say, and how far it may go.
///
/// Not `Send`; see the room's charter.
pub struct Bindings {
    pub limits: Limits,
    pub dialect: Dialect,
    /// What `$now()` and `$millis()` say, in milliseconds since 1970; the real time if absent.
    pub clock: Option<i64>,
    pub(crate) chance: Rc<RefCell<Chance>>,
    input: Option<Entry>,
    names: IndexMap<String, Entry>,
    /// The members of `$states`, where they are given one by one.
    states: RefCell<Vec<(&'static str, Entry)>>,
}

/// Whether AWS's restrictions hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Dialect {
    /// JSONata of Step Functions, where `$eval` does not exist.
    #[default]
    StepFunctions,
    /// All of JSONata.
    Full,
}

/// Where an evaluation is stopped.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Milliseconds of real time; ends with D1012.
    pub time_ms: Option<u64>,
    /// Levels of nested evaluation; ends with D1011. 30,000 at most, U1001.
    pub depth: Option<usize>,
    /// Items of a sequence; ends with D2015.
    pub sequence: Option<usize>,
    /// Ends with U1003 once cancelled.
    pub cancel: Option<Cancel>,
}

/// Stops the evaluations that hold a clone of it, from any thread.
#[derive(Clone, Debug, Default)]
pub struct Cancel(pub(crate) CancelToken);

struct Entry {
    value: Value,
    whole: OnceCell<JValue>,
    members: RefCell<IndexMap<String, JValue>>,
}

impl Bindings {
    /// No values yet; the seed decides `$random()`, `$uuid()` and `$shuffle()`.
    pub fn new(seed: u64) -> Bindings {
        Bindings {
            limits: Limits::default(),
            dialect: Dialect::default(),
            clock: None,
            chance: Rc::new(RefCell::new(Chance::seeded(seed))),
            input: None,
            names: IndexMap::new(),
            states: RefCell::new(Vec::new()),
        }
    }

    /// Binds `$name`; `states` is the object of the state's own data.
    pub fn bind(&mut self, name: impl Into<String>, value: Value) {
        self.names.insert(name.into(), Entry::new(value));
    }

    /// Adds a member to `$states`, made only where it is not there yet.
    pub fn add_state(&self, name: &'static str, make: impl FnOnce() -> Value) {
        let mut states = self.states.borrow_mut();
        if !states.iter().any(|(known, _)| *known == name) {
            states.push((name, Entry::new(make())));
        }
    }

    /// The input document `$`, which Step Functions leaves undefined.
    pub fn set_input(&mut self, value: Value) {
        self.input = Some(Entry::new(value));
    }

    pub(crate) fn input(&self) -> JValue {
        match &self.input {
            Some(entry) => entry.whole(),
            None => JValue::Undefined,
        }
    }

    /// The value of `$name`.
    pub(crate) fn value(&self, name: &str) -> Option<Value> {
        if name == "states" && !self.states.borrow().is_empty() {
            return None;
        }
        self.names.get(name).map(|entry| entry.value.clone())
    }

    /// The value of `$states.name`, where the members of `$states` are given one by one.
    pub(crate) fn state(&self, name: &str) -> Option<Value> {
        let states = self.states.borrow();
        let found = states.iter().find(|(known, _)| *known == name);
        found.map(|(_, entry)| entry.value.clone())
    }

    /// Every binding's name with its value; of `states` only the members asked for, where the
    /// expression reads no more than those.
    pub(crate) fn converted<'a>(
        &'a self,
        state_fields: Option<&'a [String]>,
        uses: impl Fn(&str) -> bool + 'a,
    ) -> impl Iterator<Item = (&'a str, JValue)> + 'a {
        let states = self.states(state_fields, uses("states"));
        self.names
            .iter()
            .filter(move |(name, _)| uses(name))
            .map(move |(name, entry)| {
                let value = match state_fields {
                    Some(fields) if name == "states" => entry.part(fields),
                    _ => entry.whole(),
                };
                (name.as_str(), value)
            })
            .chain(states)
    }

    fn states(&self, fields: Option<&[String]>, used: bool) -> Option<(&str, JValue)> {
        let states = self.states.borrow();
        if !used || states.is_empty() {
            return None;
        }
        let members: IndexMap<String, JValue> = states
            .iter()
            .filter(|(name, _)| {
                fields.is_none_or(|fields| fields.iter().any(|field| field == name))
            })
            .map(|(name, entry)| ((*name).to_owned(), entry.whole()))
            .collect();
        Some(("states", JValue::object(members)))
    }
}

impl Cancel {
    pub fn new() -> Cancel {
        Cancel::default()
    }

    pub fn cancel(&self) {
        self.0.cancel();
    }
}

impl Default for Limits {
    /// Four seconds, the evaluator's own depth, ten million items.
    fn default() -> Limits {
        Limits {
            time_ms: Some(4_000),
            depth: None,
            sequence: Some(10_000_000),
            cancel: None,
        }
    }
}

impl Entry {
    fn new(value: Value) -> Entry {
        Entry {
            value,
            whole: OnceCell::new(),
            members: RefCell::new(IndexMap::new()),
        }
    }

    fn whole(&self) -> JValue {
        self.whole.get_or_init(|| from_value(&self.value)).clone()
    }

    fn part(&self, fields: &[String]) -> JValue {
        let Value::Object(all) = &self.value else {
            return self.whole();
        };
        if let Some(whole) = self.whole.get() {
            return whole.clone();
        }
        let mut members = self.members.borrow_mut();
        let mut part = IndexMap::new();
        for (name, value) in all
            .iter()
            .filter(|(name, _)| fields.iter().any(|field| field == name.as_ref()))
        {
            let converted = members
                .entry(name.to_string())
                .or_insert_with(|| from_value(value));
            part.insert(name.to_string(), converted.clone());
        }
        JValue::object(part)
    }
}
