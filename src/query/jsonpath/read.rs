//! Walking a document along the steps of a path.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use crate::query::Map;
use crate::query::Value;
use crate::query::java::java_class;
use crate::query::java::java_text;
use crate::query::jsonpath::PathError;
use crate::query::jsonpath::filter::accepts;
use crate::query::jsonpath::function;
use crate::query::jsonpath::step::Step;
use crate::query::jsonpath::step::spell;
use crate::query::jsonpath::step::spell_place;

/// Reading visits this many values at most.
const VISITS: usize = 5_000_000;
/// `..` looks this many levels down.
const SCAN_DEPTH: usize = 1_000;

pub fn is_definite(steps: &[Step]) -> bool {
    steps
        .iter()
        .enumerate()
        .all(|(index, step)| step.is_definite(index + 1 == steps.len()))
}

/// What all the paths of one reading share.
pub struct Scope<'a> {
    /// What `$` means in filters.
    pub document: &'a Value,
    visits: Rc<Cell<usize>>,
}

impl<'a> Scope<'a> {
    /// The same reading with another document.
    pub fn at<'b>(&self, document: &'b Value) -> Scope<'b> {
        Scope {
            document,
            visits: Rc::clone(&self.visits),
        }
    }

    /// Counts values looked at.
    pub fn visit(&self, count: usize) {
        self.visits.set(self.visits.get().saturating_add(count));
    }

    /// Whether more values were looked at than one reading may.
    pub fn is_exhausted(&self) -> bool {
        self.visits.get() > VISITS
    }
}

/// Reads the steps from the document they are rooted at.
pub fn read(steps: &[Step], document: &Value) -> Result<Value, PathError> {
    if let Some(value) = straight(steps, document) {
        return Ok(value.clone());
    }
    let scope = Scope {
        document,
        visits: Rc::new(Cell::new(0)),
    };
    let result = read_in(steps, document, &scope);
    if scope.is_exhausted() {
        return Err(too_much());
    }
    result
}

fn too_much() -> PathError {
    PathError::TooMuch(format!("The path visits more than {VISITS} values"))
}

/// Reads from `from`.
pub fn read_in(steps: &[Step], from: &Value, scope: &Scope) -> Result<Value, PathError> {
    if let Some(value) = straight(steps, from) {
        return Ok(value.clone());
    }
    let mut walk = Walk::new(steps, scope, false);
    let result = walk.step(0, from);
    if let Err(limit @ PathError::TooMuch(_)) = result {
        return Err(limit);
    }
    if !is_definite(steps) {
        return Ok(match result {
            Ok(()) => Value::array(walk.found),
            Err(_) => Value::array(Vec::new()),
        });
    }
    result?;
    walk.found
        .pop()
        .ok_or_else(|| PathError::NotFound(format!("No results for path: ${}", spell(steps))))
}

/// The value where nothing but members and indexes lead to it and all of them are there, as nearly always.
pub fn straight<'v>(steps: &[Step], from: &'v Value) -> Option<&'v Value> {
    steps.iter().try_fold(from, |value, step| match step {
        Step::Properties { names, .. } => match (names.as_slice(), value) {
            ([name], Value::Object(members)) => members.get(name),
            _ => None,
        },
        Step::Indexes(indexes) => match (indexes.as_slice(), value) {
            ([index], Value::Array(items)) => items.get(usize::try_from(*index).ok()?),
            _ => None,
        },
        Step::Slice { .. }
        | Step::Wildcard
        | Step::Scan
        | Step::Filter(_)
        | Step::Function { .. } => None,
    })
}

/// Whether the path leads somewhere, with every member on its way required.
pub fn exists(steps: &[Step], from: &Value, scope: &Scope) -> bool {
    let mut walk = Walk::new(steps, scope, true);
    let result = walk.step(0, from);
    result.is_ok() && (!walk.found.is_empty() || !is_definite(steps))
}

struct Walk<'a> {
    steps: &'a [Step],
    scope: &'a Scope<'a>,
    /// A missing member fails even where the path is indefinite.
    required: bool,
    /// How many steps at the start name one value each.
    definite: usize,
    found: Vec<Value>,
    /// The step behind a `..` that has gone through an array, and the index it saw last. Jayway
    /// keeps that index, and the members such a step finds at the end of a path count only where
    /// the step before spells the same index.
    passed: Option<(usize, usize)>,
}

impl<'a> Walk<'a> {
    fn new(steps: &'a [Step], scope: &'a Scope<'a>, required: bool) -> Walk<'a> {
        let definite = steps
            .iter()
            .enumerate()
            .take_while(|(index, step)| step.is_definite(index + 1 == steps.len()))
            .count();
        Walk {
            steps,
            scope,
            required,
            definite,
            found: Vec::new(),
            passed: None,
        }
    }

    /// Applies the steps from `index` on to `value`.
    fn step(&mut self, index: usize, value: &Value) -> Result<(), PathError> {
        self.scope.visit(1);
        if self.scope.is_exhausted() {
            return Err(too_much());
        }
        let steps = self.steps;
        let Some(step) = steps.get(index) else {
            self.found.push(value.clone());
            return Ok(());
        };
        match step {
            Step::Properties { names, .. } => self.properties(index, names, value),
            Step::Indexes(indexes) => {
                let Some(items) = self.items(index, value)? else {
                    return Ok(());
                };
                for position in indexes {
                    self.element(index, items, i64::from(*position))?;
                }
                Ok(())
            }
            Step::Slice { from, to } => {
                let Some(items) = self.items(index, value)? else {
                    return Ok(());
                };
                for position in slice(*from, *to, items.len()) {
                    self.element(index, items, position)?;
                }
                Ok(())
            }
            Step::Wildcard => {
                match value {
                    Value::Object(members) if self.counts(index) => {
                        for member in members.values() {
                            self.step(index + 1, member)?;
                        }
                    }
                    Value::Array(items) => {
                        for item in items.iter() {
                            let result = self.step(index + 1, item);
                            if self.required || matches!(result, Err(PathError::TooMuch(_))) {
                                result?;
                            }
                        }
                    }
                    _ => {}
                }
                Ok(())
            }
            Step::Scan => self.scan(index + 1, value, SCAN_DEPTH),
            Step::Filter(filter) => match value {
                Value::Object(_) => {
                    if accepts(filter, value, self.scope) {
                        self.step(index + 1, value)?;
                    }
                    Ok(())
                }
                Value::Array(items) => {
                    for item in items.iter() {
                        if accepts(filter, item, self.scope) {
                            self.step(index + 1, item)?;
                        }
                    }
                    Ok(())
                }
                _ if self.definite >= index => Err(PathError::NotFound(format!(
                    "Filter: {} can not be applied to primitives. Current context is: {}",
                    spell(steps.get(index..).unwrap_or_default()),
                    java_text(value)
                ))),
                _ => Ok(()),
            },
            Step::Function { name, parameters } => {
                let result = function::apply(name, parameters, value, self.scope)?;
                // Jayway counts the result as found even where the path goes on from it.
                self.found.push(result.clone());
                if index + 1 < steps.len() {
                    self.step(index + 1, &result)?;
                }
                Ok(())
            }
        }
    }

    fn properties(
        &mut self,
        index: usize,
        names: &'a [Arc<str>],
        value: &Value,
    ) -> Result<(), PathError> {
        let last = index + 1 == self.steps.len();
        let Value::Object(members) = value else {
            if self.definite < index {
                return Ok(());
            }
            let place = spell_place(self.steps.get(..index).unwrap_or_default());
            return Err(PathError::NotFound(format!(
                "Expected to find an object with property {} in path ${place} but found '{}'. This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonProvider'.",
                spell(self.steps.get(index..=index).unwrap_or_default()),
                java_class(value),
            )));
        };
        if names.len() > 1 && last {
            let mut merged = Map::new();
            for name in names {
                match members.get(name.as_ref()) {
                    Some(member) => {
                        merged.insert(name.clone(), member.clone());
                    }
                    None if self.required => {
                        return Err(self.missing(index, "Missing property in path "));
                    }
                    None => {}
                }
            }
            self.found.push(Value::Object(Arc::new(merged)));
            return Ok(());
        }
        for name in names {
            match members.get(name.as_ref()) {
                Some(member) if self.counts(index) => self.step(index + 1, member)?,
                Some(_) => {}
                None if last && self.required => {
                    return Err(self.missing(index, "No results for path: "));
                }
                None if last => {}
                None if self.definite > index || self.required => {
                    return Err(self.missing(index, "Missing property in path "));
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Whether what a step finds in an object counts; see [`Walk::passed`].
    fn counts(&self, index: usize) -> bool {
        match self.passed {
            Some((step, at)) if step == index && index + 1 == self.steps.len() => {
                index.checked_sub(1).and_then(|before| self.steps.get(before))
                    .is_some_and(|before| {
                        matches!(before, Step::Indexes(indexes) if matches!(indexes.as_slice(), [single] if i64::from(*single) == at as i64))
                    })
            }
            _ => true,
        }
    }

    fn missing(&self, index: usize, words: &str) -> PathError {
        let place = spell_place(self.steps.get(..=index).unwrap_or_default());
        PathError::NotFound(format!("{words}${place}"))
    }

    /// The items of an array; nothing, or a failure in a definite path, for any other value.
    fn items<'v>(&self, index: usize, value: &'v Value) -> Result<Option<&'v [Value]>, PathError> {
        if let Value::Array(items) = value {
            return Ok(Some(items));
        }
        if self.definite < index {
            return Ok(None);
        }
        Err(PathError::NotFound(if value.is_null() {
            let place = spell_place(self.steps.get(..index).unwrap_or_default());
            format!("The path ${place} is null")
        } else {
            format!(
                "Filter: {} can only be applied to arrays. Current context is: {}",
                spell(self.steps.get(index..).unwrap_or_default()),
                java_text(value)
            )
        }))
    }

    fn element(&mut self, index: usize, items: &[Value], position: i64) -> Result<(), PathError> {
        let place = if position < 0 {
            position + items.len() as i64
        } else {
            position
        };
        match usize::try_from(place)
            .ok()
            .and_then(|place| items.get(place))
        {
            Some(item) => self.step(index + 1, item),
            None => Ok(()),
        }
    }

    /// `..`: the step at `index` applied to the value and to all that is inside, outer first.
    fn scan(&mut self, index: usize, value: &Value, depth: usize) -> Result<(), PathError> {
        let Some(depth) = depth.checked_sub(1) else {
            return Ok(());
        };
        self.scope.visit(1);
        if self.scope.is_exhausted() {
            return Err(too_much());
        }
        let steps = self.steps;
        let Some(target) = steps.get(index) else {
            return Ok(());
        };
        let applies = match (target, value) {
            (_, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                return Ok(());
            }
            (Step::Properties { names, .. }, Value::Object(members)) => {
                !target.is_definite(index + 1 == steps.len())
                    || names.iter().all(|name| members.contains_key(name.as_ref()))
            }
            (Step::Properties { .. }, _) => false,
            (Step::Indexes(_) | Step::Slice { .. }, value) => value.as_array().is_some(),
            (Step::Wildcard, _) => true,
            (Step::Filter(filter), value) => accepts(filter, value, self.scope),
            (Step::Scan | Step::Function { .. }, _) => false,
        };
        match value {
            // Inside an array Jayway passes over the step itself and goes on with each item.
            Value::Array(items) if applies && index + 1 < steps.len() => {
                for (at, item) in items.iter().enumerate() {
                    self.passed = Some((index + 1, at));
                    self.step(index + 1, item)?;
                }
            }
            _ if applies => self.step(index, value)?,
            _ => {}
        }
        match value {
            Value::Array(items) => items
                .iter()
                .try_for_each(|item| self.scan(index, item, depth)),
            Value::Object(members) => members
                .values()
                .try_for_each(|member| self.scan(index, member, depth)),
            _ => Ok(()),
        }
    }
}

/// The positions of a slice. Between two bounds a negative start is not moved to the array's
/// length, as in Jayway: its positions count from the end one by one.
fn slice(from: Option<i32>, to: Option<i32>, length: usize) -> std::ops::Range<i64> {
    let length = length as i64;
    match (from.map(i64::from), to.map(i64::from)) {
        (Some(from), None) if from < 0 => (length + from).max(0)..length,
        (Some(from), None) => from..length,
        (None, Some(to)) if to < 0 => 0..length + to,
        (None, Some(to)) => 0..to.min(length),
        (Some(from), Some(to)) => from.max(-length)..to.min(length),
        (None, None) => 0..0,
    }
}
