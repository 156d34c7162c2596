//! Answers on their way to an execution, by the time they arrive.

use crate::engine::CallId;
use crate::engine::Millis;
use crate::engine::Outcome;
use crate::engine::ledger::Ledger;

/// Answers of one moment come in the order of their calls, those of one call in the order in which they were given.
#[derive(Clone, Debug, Default)]
pub struct Due {
    answers: Ledger<(Millis, CallId, usize), Outcome>,
    /// The same by call, so that cancelling one does not look at all others.
    by_call: Ledger<CallId, Vec<(Millis, usize)>>,
}

impl Due {
    /// Adds an answer; `place` is its number among those of its call.
    pub fn insert(&mut self, at: Millis, call: CallId, place: usize, outcome: Outcome) {
        self.answers.insert((at, call, place), outcome);
        let mut places = self.by_call.remove(&call).unwrap_or_default();
        places.push((at, place));
        self.by_call.insert(call, places);
    }

    /// When the next answer arrives.
    pub fn next(&self) -> Option<Millis> {
        self.answers.first_key().map(|(at, _, _)| at)
    }

    /// Whether an answer to a call is on its way.
    pub fn has(&self, call: CallId) -> bool {
        self.by_call.get(&call).is_some()
    }

    /// Takes the next answer.
    pub fn pop(&mut self) -> Option<(Millis, CallId, Outcome)> {
        let ((at, call, place), outcome) = self.answers.pop_first()?;
        let mut places = self.by_call.remove(&call).unwrap_or_default();
        places.retain(|known| *known != (at, place));
        if !places.is_empty() {
            self.by_call.insert(call, places);
        }
        Some((at, call, outcome))
    }

    /// Drops the answers of a call that nobody waits for any more.
    pub fn cancel(&mut self, call: CallId) {
        for (at, place) in self.by_call.remove(&call).unwrap_or_default() {
            self.answers.remove(&(at, call, place));
        }
    }

    /// Makes the next copies cheap.
    pub fn share(&mut self) {
        self.answers.share();
        self.by_call.share();
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
