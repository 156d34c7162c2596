//! Timers on the execution's own clock, in the order in which they go off.

use std::collections::BTreeMap;

use crate::engine::Millis;
use crate::engine::lanes::ChildNumber;
use crate::engine::lanes::ThreadId;

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
    queue: BTreeMap<TimerKey, Alarm>,
    next: u64,
}

impl Timers {
    pub fn set(&mut self, at: Millis, alarm: Alarm) -> TimerKey {
        self.next += 1;
        let key = TimerKey {
            at,
            number: self.next,
        };
        self.queue.insert(key, alarm);
        key
    }

    pub fn clear(&mut self, key: TimerKey) {
        self.queue.remove(&key);
    }

    pub fn next(&self) -> Option<Millis> {
        self.queue.keys().next().map(|key| key.at)
    }

    /// When the time of the whole execution is over.
    pub fn of_execution(&self) -> Option<Millis> {
        let whole = |(_, alarm): &(&TimerKey, &Alarm)| **alarm == Alarm::Execution;
        self.queue.iter().find(whole).map(|(key, _)| key.at)
    }

    /// Takes the earliest alarm that is due.
    pub fn pop_due(&mut self, now: Millis) -> Option<(TimerKey, Alarm)> {
        let entry = self.queue.first_entry()?;
        (entry.key().at <= now).then(|| entry.remove_entry())
    }
}
