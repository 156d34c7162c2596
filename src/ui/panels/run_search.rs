//! Finds words in the data of a run: in keys and values of inputs, outputs and variables.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::query::Value;
use crate::session::Run;
use crate::session::RunId;
use crate::ui::panels::drawer::run::visit_title;
use crate::ui::widgets::one_line;

/// A value that holds the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueHit {
    /// The visit in whose data it stands first.
    pub visit: usize,
    /// Path and value: `$.order.id: "ord_7F3K2"`.
    pub title: String,
    /// The state, and whether it came in or went out.
    pub place: String,
}

/// The hits for the words last asked for; the data is not walked again for the same question.
#[derive(Clone, Debug, Default)]
pub struct ValueSearch {
    of: Option<(RunId, usize, String)>,
    hits: Vec<ValueHit>,
}

/// Enough to choose from.
const MOST_HITS: usize = 60;
/// Larger runs are searched from their start up to this many values.
const MOST_VALUES: usize = 200_000;

impl ValueSearch {
    /// What a run's data holds of some words in lower case.
    pub fn hits(&mut self, run: &Run, words: &str) -> &[ValueHit] {
        let of = Some((run.id, run.events.len(), words.to_owned()));
        if self.of != of {
            self.hits = search(run, words);
            self.of = of;
        }
        &self.hits
    }
}

fn search(run: &Run, words: &str) -> Vec<ValueHit> {
    let mut hits = Vec::new();
    let mut known: BTreeSet<usize> = BTreeSet::new();
    let mut told: BTreeSet<String> = BTreeSet::new();
    let mut budget = MOST_VALUES;
    for visit in &run.trace.visits {
        let assigned = visit.assigned.iter().map(|(name, value)| {
            let root = format!("${name}");
            (value, root, "variable")
        });
        let sides = [
            Some((&visit.input, "$".to_owned(), "input")),
            visit
                .output
                .as_ref()
                .map(|output| (output, "$".to_owned(), "output")),
        ];
        for (value, root, side) in sides.into_iter().flatten().chain(assigned) {
            let place = format!("{}, {side}", visit_title(run, visit));
            let mut open = vec![(value, root, String::new())];
            while let Some((value, path, key)) = open.pop() {
                if budget == 0 || hits.len() >= MOST_HITS {
                    return hits;
                }
                budget -= 1;
                // A payload handed on from state to state is looked at once.
                if identity(value).is_some_and(|identity| !known.insert(identity)) {
                    continue;
                }
                if matches(value, &key, words) {
                    let title = format!("{path}: {}", one_line(value, 80));
                    if told.insert(title.clone()) {
                        hits.push(ValueHit {
                            visit: visit.index,
                            title,
                            place: place.clone(),
                        });
                    }
                }
                let from = open.len();
                match value {
                    Value::Object(members) => open.extend(
                        members
                            .iter()
                            .map(|(key, value)| (value, format!("{path}.{key}"), key.to_string())),
                    ),
                    Value::Array(items) => {
                        open.extend(items.iter().enumerate().map(|(index, value)| {
                            (value, format!("{path}[{index}]"), String::new())
                        }))
                    }
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
                }
                if let Some(added) = open.get_mut(from..) {
                    added.reverse();
                }
            }
        }
    }
    hits
}

fn matches(value: &Value, key: &str, words: &str) -> bool {
    let holds = |text: &str| text.to_lowercase().contains(words);
    match value {
        Value::String(text) => holds(text) || holds(key),
        Value::Number(number) => number.to_string().contains(words) || holds(key),
        Value::Null | Value::Bool(_) | Value::Object(_) | Value::Array(_) => holds(key),
    }
}

fn identity(value: &Value) -> Option<usize> {
    match value {
        Value::Object(members) => Some(Arc::as_ptr(members).addr()),
        Value::Array(items) => Some(Arc::as_ptr(items).addr()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}
