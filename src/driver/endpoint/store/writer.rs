//! The one thread that writes: whatever has come meanwhile goes to the disk together, so that many starts cost few waits.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use redb::Database;
use redb::ReadableTable;
use redb::WriteTransaction;
use tokio::sync::mpsc;

use crate::driver::endpoint::edge::now_millis;
use crate::driver::endpoint::store::ACTIVITIES;
use crate::driver::endpoint::store::Change;
use crate::driver::endpoint::store::DEFINITIONS;
use crate::driver::endpoint::store::EXECUTIONS;
use crate::driver::endpoint::store::HISTORIES;
use crate::driver::endpoint::store::JOURNALS;
use crate::driver::endpoint::store::MACHINES;
use crate::driver::endpoint::store::NAMES;
use crate::driver::endpoint::store::Write;
use crate::driver::endpoint::store::retention::Retention;
use crate::engine::Millis;

/// Writes that go to the disk together.
const GROUP: usize = 1_024;

/// Milliseconds between two looks at what has grown too old.
const SWEEP: Millis = 600_000;

pub(crate) struct Writer {
    pub database: Arc<Database>,
    pub retention: Retention,
    pub evicted: Arc<Mutex<Vec<String>>>,
}

impl Writer {
    /// Writes until nobody can ask for it any more.
    pub(crate) fn run(mut self, mut queue: mpsc::Receiver<Write>) {
        let mut swept = now_millis();
        while let Some(first) = queue.blocking_recv() {
            let mut group = vec![first];
            while group.len() < GROUP
                && let Ok(next) = queue.try_recv()
            {
                group.push(next);
            }
            let now = now_millis();
            let sweep = self.retention.is_full() || now - swept > SWEEP;
            if sweep {
                swept = now;
            }
            let made = self
                .make(&group, sweep)
                .map_err(|error| format!("the store cannot be written: {error}"));
            for write in group {
                // Whoever asked may have gone; the change is made all the same.
                let _ = write.done.send(made.clone());
            }
        }
    }

    fn make(&mut self, group: &[Write], sweep: bool) -> Result<(), redb::Error> {
        let write = self.database.begin_write()?;
        for change in group.iter().flat_map(|write| &write.changes) {
            self.apply(&write, change)?;
        }
        let gone = match sweep {
            true => self.retention.sweep(&write, now_millis())?,
            false => Vec::new(),
        };
        write.commit()?;
        let mut evicted = self.evicted.lock().unwrap_or_else(PoisonError::into_inner);
        evicted.extend(gone);
        Ok(())
    }

    fn apply(&mut self, write: &WriteTransaction, change: &Change) -> Result<(), redb::Error> {
        let json = |value: Result<Vec<u8>, serde_json::Error>| value.unwrap_or_default();
        match change {
            Change::Machine(machine) => {
                let bytes = json(serde_json::to_vec(machine));
                let mut machines = write.open_table(MACHINES)?;
                machines.insert(machine.arn.as_str(), bytes.as_slice())?;
            }
            Change::NoMachine(arn) => {
                write.open_table(MACHINES)?.remove(arn.as_str())?;
            }
            Change::Activity(activity) => {
                let bytes = json(serde_json::to_vec(activity));
                let mut activities = write.open_table(ACTIVITIES)?;
                activities.insert(activity.arn.as_str(), bytes.as_slice())?;
            }
            Change::NoActivity(arn) => {
                write.open_table(ACTIVITIES)?.remove(arn.as_str())?;
            }
            Change::Definition { fingerprint, text } => {
                let mut definitions = write.open_table(DEFINITIONS)?;
                if definitions.get(fingerprint.as_str())?.is_none() {
                    definitions.insert(fingerprint.as_str(), text.as_ref())?;
                }
            }
            Change::Execution(execution) => {
                let arn = execution.facts.arn.as_str();
                let mut names = write.open_table(NAMES)?;
                let known = names.get(arn)?.map(|found| found.value());
                let number = known.unwrap_or_else(|| self.retention.next());
                names.insert(arn, number)?;
                let bytes = json(serde_json::to_vec(execution));
                write
                    .open_table(EXECUTIONS)?
                    .insert(number, bytes.as_slice())?;
                let ended = execution.end.as_ref().map(|end| end.at);
                self.retention.enter(number, arn, ended);
            }
            Change::History {
                arn,
                packed,
                journal,
            } => {
                let names = write.open_table(NAMES)?;
                let known = names.get(arn.as_str())?.map(|found| found.value());
                if let Some(number) = known {
                    let mut histories = write.open_table(HISTORIES)?;
                    histories.insert(number, packed.as_slice())?;
                    let mut journals = write.open_table(JOURNALS)?;
                    match journal {
                        Some(journal) => journals.insert(number, journal.as_slice())?,
                        None => journals.remove(number)?,
                    };
                }
            }
            Change::NoExecution(arn) => {
                let mut names = write.open_table(NAMES)?;
                let known = names.remove(arn.as_str())?.map(|found| found.value());
                if let Some(number) = known {
                    write.open_table(EXECUTIONS)?.remove(number)?;
                    write.open_table(HISTORIES)?.remove(number)?;
                    write.open_table(JOURNALS)?.remove(number)?;
                    self.retention.leave(number);
                }
            }
        }
        Ok(())
    }
}
