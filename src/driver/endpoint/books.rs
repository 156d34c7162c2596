//! What is known of executions beyond the run itself: the ledger, the store, the tasks that wait, and who watches.

use std::sync::Arc;

use crate::driver::endpoint::chronicle::Chronicle;
use crate::driver::endpoint::desk::Desk;
use crate::driver::endpoint::ledger::Course;
use crate::driver::endpoint::ledger::Entry;
use crate::driver::endpoint::ledger::Ledger;
use crate::driver::endpoint::ledger::Remains;
use crate::driver::endpoint::ledger::map_runs;
use crate::driver::endpoint::perform::Performance;
use crate::driver::endpoint::store::Change;
use crate::driver::endpoint::store::End;
use crate::driver::endpoint::store::Store;
use crate::driver::endpoint::store::fingerprint;
use crate::driver::endpoint::watch::Watch;
use crate::engine::Ended;
use crate::engine::Event;
use crate::engine::Status;

/// Events up to which a history is packed on the thread that has it.
const SMALL: usize = 500;

#[derive(Debug)]
pub(crate) struct Books {
    pub ledger: Ledger,
    pub store: Option<Store>,
    pub desk: Desk,
    pub watch: Watch,
}

impl Books {
    /// Writes changes; nothing is done where there is no store.
    pub(crate) async fn write(&self, changes: Vec<Change>) -> Result<(), String> {
        let Some(store) = &self.store else {
            return Ok(());
        };
        store.write(changes).await?;
        self.ledger.remove(&store.evicted());
        Ok(())
    }

    /// An execution has been started: comes back once that is on the disk.
    pub(crate) async fn open(&self, entry: &Arc<Entry>) -> Result<(), String> {
        if self.store.is_none() {
            return Ok(());
        }
        let mut changes = definition_of(entry);
        changes.push(Change::Execution(Box::new(entry.record(None, Vec::new()))));
        self.write(changes).await
    }

    /// Puts away what came of a performance: its end, or the point at which it waits.
    pub(crate) async fn settle(
        &self,
        entry: &Arc<Entry>,
        mut performance: Performance,
    ) -> Result<(), String> {
        let stop = match &mut entry.progress().course {
            Course::Computing { stop } => stop.take(),
            Course::Driven(_) | Course::Waiting(_) | Course::Ended { .. } | Course::Past { .. } => {
                None
            }
        };
        if let Some(stop) = stop {
            performance.stop(performance.now(), stop.error, stop.cause);
        }
        let Some(ended) = performance.ended().cloned() else {
            let waiting = performance.waiting();
            let running = entry.record(None, map_runs(performance.events()));
            entry.progress().course = Course::Waiting(Box::new(performance));
            self.desk.update(entry, waiting);
            let mut changes = definition_of(entry);
            changes.push(Change::Execution(Box::new(running)));
            return self.write(changes).await;
        };
        let events = Arc::new(performance.events().to_vec());
        let remains = match ended.status {
            Status::Succeeded => Remains::Nothing,
            Status::Failed | Status::TimedOut | Status::Aborted => {
                Remains::Performed(Box::new(performance))
            }
        };
        self.close(entry, ended, events, remains).await
    }

    /// An execution has ended. Its end is on the disk before anybody can see it.
    pub(crate) async fn close(
        &self,
        entry: &Arc<Entry>,
        ended: Ended,
        events: Arc<Vec<Event>>,
        remains: Remains,
    ) -> Result<(), String> {
        self.desk.update(entry, Vec::new());
        let mut written = Ok(());
        if self.store.is_some() {
            let role = entry.facts.role.clone();
            let kept = events.clone();
            let pack = move || Chronicle::of(&kept, &role).pack();
            let packed = match events.len() {
                0..=SMALL => pack(),
                _ => tokio::task::spawn_blocking(pack).await.unwrap_or_default(),
            };
            let record = entry.record(Some(End::of(&ended)), map_runs(&events));
            let mut changes = definition_of(entry);
            changes.push(Change::Execution(Box::new(record)));
            changes.push(Change::History {
                arn: entry.facts.arn.clone(),
                packed,
            });
            written = self.write(changes).await;
        }
        entry.progress().course = Course::Ended {
            ended,
            events,
            remains,
        };
        self.watch.tell(entry);
        written
    }

    /// What an execution has left behind, wherever it is.
    pub(crate) fn chronicle(&self, entry: &Entry) -> Chronicle {
        if let Some(events) = entry.events() {
            return Chronicle::of(&events, &entry.facts.role);
        }
        let stored = self.store.as_ref().and_then(|store| {
            let packed = store.history(&entry.facts.arn);
            match packed {
                Some(packed) => Chronicle::unpack(&packed),
                None => {
                    let record = store.execution(&entry.facts.arn)?;
                    Some(Chronicle::of_lost(&record.facts, &record.end?))
                }
            }
        });
        stored.unwrap_or_default()
    }
}

fn definition_of(entry: &Entry) -> Vec<Change> {
    let definition = entry.machine.iter().map(|machine| Change::Definition {
        fingerprint: fingerprint(&machine.text),
        text: machine.text.clone(),
    });
    definition.collect()
}
