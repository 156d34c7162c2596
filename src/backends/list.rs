//! The entries of one state: who takes which, and which nobody took.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::backends::entry::Entry;
use crate::backends::entry::MockError;
use crate::backends::entry::kind;
use crate::query::Value;

/// Entries of a list that no call has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOver {
    pub state: String,
    /// Calls the state has made.
    pub calls: usize,
    /// Counted from 0.
    pub entries: Vec<usize>,
}

/// The entries of one state. A copy goes on from where the original stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct List {
    entries: Arc<Vec<Entry>>,
    /// The places of entries that say `when` they answer: for whoever fits, as often as they come.
    guarded: Arc<Vec<usize>>,
    /// The other entries of each iteration, and under none those for any.
    places: Arc<BTreeMap<Option<usize>, Vec<usize>>>,
    /// How many of those have been taken, always the first ones.
    taken: BTreeMap<Option<usize>, usize>,
    calls: usize,
}

impl List {
    pub(crate) fn new(entries: Vec<Entry>) -> List {
        let mut places: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
        let mut guarded = Vec::new();
        for (place, entry) in entries.iter().enumerate() {
            match entry.when {
                Some(_) => guarded.push(place),
                None => places.entry(entry.iteration).or_default().push(place),
            }
        }
        List {
            entries: Arc::new(entries),
            guarded: Arc::new(guarded),
            places: Arc::new(places),
            ..List::default()
        }
    }

    /// Calls so far.
    pub(crate) const fn calls(&self) -> usize {
        self.calls
    }

    /// "1 mock", "3 mocks, none of whose 2 `when` fits"
    pub(crate) fn counts(&self) -> String {
        let entries = counted(self.entries.len(), "mock");
        match self.guarded.len() {
            0 => entries,
            guarded => format!("{entries}, none of whose {guarded} \"when\" fits its arguments"),
        }
    }

    /// The entry for a call with these arguments: the first whose `when` they contain, else the next in order.
    pub(crate) fn take(&mut self, iteration: Option<usize>, payload: &Value) -> Option<Entry> {
        self.calls += 1;
        let fits = |entry: &&Entry| {
            let when = entry.when.as_ref();
            when.is_some_and(|when| payload.includes(when))
                && (entry.iteration.is_none() || entry.iteration == iteration)
        };
        let guarded = self.guarded.iter();
        let guarded = guarded.filter_map(|place| self.entries.get(*place));
        if let Some(entry) = guarded.clone().find(fits) {
            return Some(entry.clone());
        }
        let mut found = iteration.and_then(|_| self.next_of(iteration));
        if found.is_none() {
            found = self.next_of(None);
        }
        if found.is_none() && iteration.is_none() {
            // Outside a Map the entries of iterations serve too, in the order of the list.
            let open =
                |iteration: &Option<usize>| self.open(*iteration).map(|place| (place, *iteration));
            let first = self.places.keys().filter_map(open).min();
            found = first.and_then(|(_, iteration)| self.next_of(iteration));
        }
        let Some(index) = found else {
            return self
                .entries
                .iter()
                .rev()
                .filter(|entry| entry.repeat && entry.when.is_none())
                .find(|entry| entry.iteration.is_none() || entry.iteration == iteration)
                .cloned();
        };
        self.entries.get(index).cloned()
    }

    /// The first entry of an iteration that has not been taken.
    fn open(&self, iteration: Option<usize>) -> Option<usize> {
        let taken = self.taken.get(&iteration).copied().unwrap_or_default();
        self.places.get(&iteration)?.get(taken).copied()
    }

    /// Takes that entry.
    fn next_of(&mut self, iteration: Option<usize>) -> Option<usize> {
        let place = self.open(iteration)?;
        *self.taken.entry(iteration).or_default() += 1;
        Some(place)
    }

    /// The entries that nobody took; those that repeat or say `when` are there for whoever comes.
    pub(crate) fn left_over(&self) -> Vec<usize> {
        let open = |(iteration, places): (&Option<usize>, &Vec<usize>)| {
            let taken = self.taken.get(iteration).copied().unwrap_or_default();
            places.iter().skip(taken).copied().collect::<Vec<_>>()
        };
        let waits = |index: &usize| self.entries.get(*index).is_some_and(|entry| !entry.repeat);
        let mut left: Vec<usize> = self.places.iter().flat_map(open).filter(waits).collect();
        left.sort_unstable();
        left
    }
}

impl std::fmt::Display for LeftOver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let calls = match self.calls {
            0 => "was never called".to_owned(),
            calls => format!("was called {}", counted(calls, "time")),
        };
        let (word, verb) = match self.entries.len() {
            1 => ("mock", "is"),
            _ => ("mocks", "are"),
        };
        let numbers: Vec<String> = self.entries.iter().map(usize::to_string).collect();
        let numbers = numbers.join(", ");
        write!(
            f,
            "\"{}\" {calls}: {word} {numbers} {verb} left over",
            self.state
        )
    }
}

/// Reads the list of a state.
///
/// # Errors
/// One sentence that names the state, the entry and the field.
pub(crate) fn entries(name: &str, list: &Value) -> Result<Vec<Entry>, MockError> {
    let items = list.as_array().ok_or_else(|| {
        let words = format!("the mocks of \"{name}\" must be a list, not {}", kind(list));
        MockError::at(&[name], words)
    })?;
    let read = |(index, item): (usize, &Value)| {
        Entry::read(item).map_err(|(field, reason)| {
            let number = index.to_string();
            let place: &[&str] = match field {
                "" => &[name, &number],
                field => &[name, &number, field],
            };
            MockError::at(place, format!("mock {index} of \"{name}\": {reason}"))
        })
    };
    items.iter().enumerate().map(read).collect()
}

/// "1 mock", "3 mocks"
fn counted(number: usize, word: &str) -> String {
    match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> List {
        List::new(entries("A", &Value::parse(text).unwrap()).unwrap())
    }

    fn taken(list: &mut List, iteration: Option<usize>, payload: &str) -> Option<String> {
        let entry = list.take(iteration, &Value::parse(payload).unwrap())?;
        match entry.reply {
            crate::backends::entry::Reply::Return(value) => Some(value.to_json()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_entry_with_when_comes_first_and_is_not_used_up() {
        let mut list = list(
            r#"[{"return":0},{"when":{"Key":{"id":"b"}},"return":"b"},{"when":{"Key":{}},"return":"any key"}]"#,
        );
        for _ in 0..2 {
            let with_b = r#"{"TableName":"t","Key":{"id":"b","sort":1}}"#;
            assert_eq!(taken(&mut list, None, with_b).unwrap(), r#""b""#);
            let other = taken(&mut list, None, r#"{"Key":{"id":"c"}}"#);
            assert_eq!(other.unwrap(), r#""any key""#);
        }
        assert_eq!(list.left_over(), [0]);
        assert_eq!(taken(&mut list, None, "{}").unwrap(), "0");
        assert_eq!(taken(&mut list, None, "{}"), None);
        assert!(list.left_over().is_empty());
        assert!(list.counts().contains("none of whose 2 \"when\" fits"));
    }

    #[test]
    fn when_and_iteration_have_to_fit_both() {
        let mut list = list(r#"[{"when":{"a":1},"iteration":1,"return":"one"},{"return":"rest"}]"#);
        assert_eq!(taken(&mut list, Some(1), r#"{"a":1}"#).unwrap(), r#""one""#);
        assert_eq!(
            taken(&mut list, Some(0), r#"{"a":1}"#).unwrap(),
            r#""rest""#
        );
        assert_eq!(taken(&mut list, Some(0), r#"{"a":1}"#), None);
    }
}
