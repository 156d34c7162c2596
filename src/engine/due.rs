//! Answers on their way to an execution, by the time they arrive.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::engine::CallId;
use crate::engine::Millis;
use crate::engine::Outcome;

/// Answers of one moment come in the order of their calls, those of one call in the order in which they were given.
#[derive(Clone, Debug, Default)]
pub struct Due {
    answers: BTreeMap<(Millis, CallId, usize), Outcome>,
    /// The same by call, so that cancelling one does not look at all others.
    by_call: BTreeSet<(CallId, Millis, usize)>,
}

impl Due {
    /// Adds an answer; `place` is its number among those of its call.
    pub fn insert(&mut self, at: Millis, call: CallId, place: usize, outcome: Outcome) {
        self.answers.insert((at, call, place), outcome);
        self.by_call.insert((call, at, place));
    }

    /// When the next answer arrives.
    pub fn next(&self) -> Option<Millis> {
        self.answers.keys().next().map(|(at, _, _)| *at)
    }

    /// Takes the next answer.
    pub fn pop(&mut self) -> Option<(Millis, CallId, Outcome)> {
        let ((at, call, place), outcome) = self.answers.pop_first()?;
        self.by_call.remove(&(call, at, place));
        Some((at, call, outcome))
    }

    /// Drops the answers of a call that nobody waits for any more.
    pub fn cancel(&mut self, call: CallId) {
        let all = (call, Millis::MIN, 0)..=(call, Millis::MAX, usize::MAX);
        while let Some((_, at, place)) = self.by_call.range(all.clone()).next().copied() {
            self.by_call.remove(&(call, at, place));
            self.answers.remove(&(at, call, place));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cancelling_a_call_drops_its_answers_only() {
        let mut due = Due::default();
        for (at, call, place) in [(5, 2, 0), (5, 1, 0), (7, 1, 1), (0, 3, 0)] {
            due.insert(at, CallId(call), place, Outcome::Heartbeat);
        }
        due.cancel(CallId(1));
        assert_eq!(due.next(), Some(0));
        let order: Vec<_> = std::iter::from_fn(|| due.pop())
            .map(|(at, call, _)| (at, call.0))
            .collect();
        assert_eq!(order, [(0, 3), (5, 2)]);
    }
}
