//! Everything that was fed to an execution, in order: whoever feeds it again to a new one brings it to the same point.

use serde::Deserialize;
use serde::Serialize;

use crate::engine::Millis;
use crate::engine::Signal;

/// The signals an execution has had. They are kept cheaply: payloads are shared, and many micro-steps are one entry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Journal {
    fed: Vec<Fed>,
}

/// A point of a journal that one can go back to.
#[derive(Clone, Copy, Debug, Default)]
pub struct JournalMark {
    entries: usize,
    /// Micro-steps that the last entry counts.
    times: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Fed {
    /// So many `Signal::Proceed` of one moment.
    Proceeded { now: Millis, times: u32 },
    /// Boxed, so that the many entries of the other kind are small.
    Other(Box<Signal>),
}

impl Journal {
    /// Writes down what is fed next.
    pub fn note(&mut self, signal: &Signal) {
        let Signal::Proceed { now: at } = signal else {
            self.fed.push(Fed::Other(Box::new(signal.clone())));
            return;
        };
        match self.fed.last_mut() {
            Some(Fed::Proceeded { now, times }) if now == at && *times < u32::MAX => *times += 1,
            Some(_) | None => self.fed.push(Fed::Proceeded { now: *at, times: 1 }),
        }
    }

    /// Where it ends by now.
    pub fn mark(&self) -> JournalMark {
        JournalMark {
            entries: self.fed.len(),
            times: match self.fed.last() {
                Some(Fed::Proceeded { times, .. }) => *times,
                Some(Fed::Other(_)) | None => 0,
            },
        }
    }

    /// Forgets what came after a mark.
    pub fn go_back(&mut self, mark: JournalMark) {
        self.fed.truncate(mark.entries);
        if let Some(Fed::Proceeded { times, .. }) = self.fed.last_mut() {
            *times = mark.times;
        }
    }

    /// The signals in order.
    pub fn signals(&self) -> impl Iterator<Item = Signal> + '_ {
        self.fed.iter().flat_map(|fed| {
            let (signal, times) = match fed {
                Fed::Proceeded { now, times } => (Signal::Proceed { now: *now }, *times),
                Fed::Other(signal) => (signal.as_ref().clone(), 1),
            };
            std::iter::repeat_n(signal, times as usize)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::CallId;
    use crate::engine::Fault;
    use crate::engine::Outcome;
    use crate::query::Value;

    fn answer(outcome: Outcome) -> Signal {
        Signal::Answer {
            call: CallId(7),
            outcome,
            now: 5,
        }
    }

    fn kept() -> Journal {
        let mut journal = Journal::default();
        for now in [1, 1, 1, 2] {
            journal.note(&Signal::Proceed { now });
        }
        let value = Value::parse(r#"{"a": [1, 2.5, 18446744073709551615, null, "é"]}"#).unwrap();
        journal.note(&answer(Outcome::Succeeded(value)));
        journal.note(&answer(Outcome::Failed(Fault::new("E", "why"))));
        journal.note(&answer(Outcome::Started {
            worker: Some(Arc::from("w")),
        }));
        journal.note(&Signal::Stop {
            now: 9,
            error: None,
            cause: Some("enough".to_owned()),
        });
        journal.note(&Signal::Redrive { now: 10 });
        journal
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        let journal = kept();
        let text = serde_json::to_string(&journal).unwrap();
        let again: Journal = serde_json::from_str(&text).unwrap();
        assert_eq!(again, journal);
        assert_eq!(again.signals().count(), 9);
        assert_eq!(again.fed.len(), 7);
    }

    #[test]
    fn going_back_leaves_what_was_there_before() {
        let mut journal = Journal::default();
        journal.note(&Signal::Proceed { now: 1 });
        let mark = journal.mark();
        let before = journal.clone();
        journal.note(&Signal::Proceed { now: 1 });
        journal.note(&Signal::Time { now: 2 });
        journal.go_back(mark);
        assert_eq!(journal, before);
    }
}
