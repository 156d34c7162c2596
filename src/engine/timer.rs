//! Timers on the execution's own clock, in the order in which they go off.

use crate::engine::Millis;
use crate::engine::lanes::ChildNumber;
use crate::engine::lanes::ThreadId;
use crate::engine::ledger::Ledger;

/// The moment, and a number that keeps timers of one moment in the order in which they were set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimerKey {
    pub at: Millis,
    number: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alarm {
    /// A Wait state or a back-off is over.
    Wake(ThreadId),
    Timeout(ThreadId),
    Heartbeat(ThreadId),
    /// `TimeoutSeconds` of the whole machine.
    Execution,
    /// The five minutes of an Express child execution.
    Child(ChildNumber),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Timers {
    queue: Ledger<TimerKey, Alarm>,
    next: u64,
    /// The end of the whole execution's time.
    execution: Option<TimerKey>,
}

impl Timers {
    pub fn set(&mut self, at: Millis, alarm: Alarm) -> TimerKey {
        self.next += 1;
        let key = TimerKey {
            at,
            number: self.next,
        };
        if alarm == Alarm::Execution {
            self.execution = Some(key);
        }
        self.queue.insert(key, alarm);
        key
    }

    pub fn clear(&mut self, key: TimerKey) {
        self.queue.remove(&key);
    }

    pub fn len(&self) -> usize {
        self.queue.len()
    }

    pub fn next(&self) -> Option<Millis> {
        self.queue.first_key().map(|key| key.at)
    }

    /// When the time of the whole execution is over.
    pub fn of_execution(&self) -> Option<Millis> {
        let key = self.execution?;
        self.queue.get(&key).map(|_| key.at)
    }

    /// Takes the earliest alarm that is due.
    pub fn pop_due(&mut self, now: Millis) -> Option<(TimerKey, Alarm)> {
        let due = self.queue.first_key().is_some_and(|key| key.at <= now);
        due.then(|| self.queue.pop_first())?
    }

    /// Makes the next copies cheap.
    pub fn share(&mut self) {
        self.queue.share();
    }
}
