//! What is known of executions beyond the run itself: the ledger, the store, the tasks that wait, and who watches.

use std::sync::Arc;

use tokio::sync::Notify;

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
use crate::driver::endpoint::store::Kept;
use crate::driver::endpoint::store::SERVER_ENDED;
use crate::driver::endpoint::store::Store;
use crate::driver::endpoint::store::fingerprint;
use crate::driver::endpoint::store::pack;
use crate::driver::endpoint::store::unpack;
use crate::driver::endpoint::watch::Watch;
use crate::engine::Ended;
use crate::engine::Event;
use crate::engine::Journal;
use crate::engine::RedriveRefusal;
use crate::engine::Status;

/// Events up to which a history is packed on the thread that has it.
const SMALL: usize = 500;

#[derive(Debug)]
pub(crate) struct Books {
    pub ledger: Ledger,
    pub store: Option<Store>,
    pub desk: Desk,
    pub watch: Watch,
    /// Some execution has ended.
    pub ended: Arc<Notify>,
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
        let (remains, journal) = match ended.status {
            Status::Succeeded => (Remains::Nothing, None),
            Status::Failed | Status::TimedOut | Status::Aborted => {
                let journal = performance.journal().cloned();
                (Remains::Performed(Box::new(performance)), journal)
            }
        };
        self.close(entry, ended, events, remains, journal).await
    }

    /// An execution has ended. Its end is on the disk before anybody can see it, and the journal of one that can be redriven.
    pub(crate) async fn close(
        &self,
        entry: &Arc<Entry>,
        ended: Ended,
        events: Arc<Vec<Event>>,
        remains: Remains,
        journal: Option<Journal>,
    ) -> Result<(), String> {
        self.desk.update(entry, Vec::new());
        let mut written = Ok(());
        if self.store.is_some() {
            let role = entry.facts.role.clone();
            let (kept, journal) = kept_of(&events, journal);
            entry.progress().kept = kept;
            let told = events.clone();
            let pack = move || {
                (
                    pack(&Chronicle::of(&told, &role)),
                    journal.as_ref().map(pack),
                )
            };
            let (packed, journal) = match events.len() {
                0..=SMALL => pack(),
                _ => tokio::task::spawn_blocking(pack).await.unwrap_or_default(),
            };
            let record = entry.record(Some(End::of(&ended)), map_runs(&events));
            let mut changes = definition_of(entry);
            changes.push(Change::Execution(Box::new(record)));
            changes.push(Change::History {
                arn: entry.facts.arn.clone(),
                packed,
                journal,
            });
            written = self.write(changes).await;
        }
        entry.progress().course = Course::Ended {
            ended,
            events,
            remains,
        };
        self.watch.tell(entry);
        self.ended.notify_waiters();
        written
    }

    /// What an execution has left behind, wherever it is.
    pub(crate) fn chronicle(&self, entry: &Entry) -> Chronicle {
        if let Some(events) = entry.events() {
            return Chronicle::of(&events, &entry.facts.role);
        }
        let stored = self.store.as_ref().and_then(|store| {
            let arn = &entry.facts.arn;
            let history: Option<Chronicle> = match store.history(arn) {
                Some(packed) => Some(unpack(&packed)?),
                None => None,
            };
            let end = entry.end();
            let lost = end.is_some_and(|end| end.error.as_deref() == Some(SERVER_ENDED));
            if history.is_some() && !lost {
                return history;
            }
            let record = store.execution(arn)?;
            let end = record.end.as_ref()?;
            match history {
                Some(mut history) => {
                    history.lose(&record, end);
                    Some(history)
                }
                None => Some(Chronicle::of_lost(&record.facts, end)),
            }
        });
        stored.unwrap_or_default()
    }
}

/// Whether an execution can be redriven, and what has to be kept for that.
fn kept_of(events: &[Event], journal: Option<Journal>) -> (Kept, Option<Journal>) {
    match (journal, redrivable_history(events)) {
        (None, _) => (Kept::Nothing, None),
        (Some(journal), Ok(())) => (Kept::Journal, Some(journal)),
        (Some(_), Err(refusal)) => (Kept::Refused(refusal.to_string()), None),
    }
}

/// Whether a history has room for a redrive.
pub(crate) fn redrivable_history(events: &[Event]) -> Result<(), RedriveRefusal> {
    let own = events.iter().rev().find(|event| event.child.is_none());
    RedriveRefusal::of_history(own.map_or(0, |event| event.id))
}

fn definition_of(entry: &Entry) -> Vec<Change> {
    let definition = entry.machine.iter().map(|machine| Change::Definition {
        fingerprint: fingerprint(&machine.text),
        text: machine.text.clone(),
    });
    definition.collect()
}
