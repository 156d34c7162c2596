//! Brings an execution back to where it stood at its end, from what the store has of it: it is fed once more with everything
//! it was fed with, and has to come to the same history.

use std::sync::Arc;

use crate::debugger::Clock;
use crate::debugger::RunOrder;
use crate::driver::endpoint::chronicle::Chronicle;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::ledger::Course;
use crate::driver::endpoint::ledger::Entry;
use crate::driver::endpoint::ledger::Remains;
use crate::driver::endpoint::machine::Prepared;
use crate::driver::endpoint::store::ExecutionRecord;
use crate::driver::endpoint::store::Kept;
use crate::driver::endpoint::store::Store;
use crate::driver::endpoint::store::unpack;
use crate::driver::endpoint::store::unpack_text;
use crate::driver::standing::Standing;
use crate::engine::Journal;
use crate::engine::Start;
use crate::engine::Step;
use crate::query::Value;

/// An execution that stands at its end again.
#[derive(Debug)]
pub(crate) struct Revived {
    pub prepared: Prepared,
    pub order: RunOrder,
    /// The clock of the task of its own that has to drive it; none where it is performed at once.
    pub driven: Option<Clock>,
    pub standing: Standing,
    /// Everything that has happened so far.
    pub brought: Step,
    pub journal: Journal,
}

/// What the store has of an execution that can be redriven.
struct Found {
    record: ExecutionRecord,
    definition: String,
    journal: Journal,
    /// As it was written.
    history: Vec<u8>,
}

impl Edge {
    /// The execution with what a redrive goes on from, where only the store has that; the same one where it is in memory.
    ///
    /// # Errors
    /// It cannot be brought back: the reason, which holds for as long as the server runs.
    pub(crate) async fn revived(self: &Arc<Edge>, entry: Arc<Entry>) -> Result<Arc<Entry>, String> {
        if !matches!(entry.progress().course, Course::Past { .. }) {
            return Ok(entry);
        }
        match self.revive(&entry).await {
            Ok(revived) => Ok(self.books.ledger.replace(&entry, Arc::new(revived))),
            Err(reason) => {
                entry.progress().kept = Kept::Refused(reason.clone());
                Err(reason)
            }
        }
    }

    async fn revive(self: &Arc<Edge>, entry: &Entry) -> Result<Entry, String> {
        let store = self.books.store.as_ref();
        let found = store.and_then(|store| Found::of(store, entry));
        let found =
            found.ok_or("what the store has of it cannot be read; start a new execution")?;
        let facts = &found.record.facts;
        let origin = facts.origin.clone();
        let origin = origin.ok_or("the store does not have what it began with")?;
        let machine = match &entry.machine {
            Some(machine) => Some(machine.clone()),
            None => self
                .catalog
                .of_text(&self.site, &facts.machine_arn, &found.definition),
        };
        let machine = machine.ok_or("its state machine is no longer there")?;
        let input = Value::parse(&facts.input).map_err(|error| error.to_string())?;
        let chosen = machine.choose(origin.scenario.as_deref(), &input)?;
        let start = Start {
            input,
            at: facts.started,
            seed: origin.seed,
            name: facts.name.clone(),
            missing_activities: origin.missing_activities,
            ..Start::default()
        };
        let mut prepared = machine.prepare(start, chosen)?;
        prepared.start.variables = origin.variables;
        let driven = self.driven(&prepared);
        let mut order = prepared.order(driven.unwrap_or(Clock::Virtual));
        order.start.stages = self.books.watch.is_watched();
        let real = self.real.clone();
        let Found {
            record,
            journal,
            history,
            ..
        } = found;
        let work = move || {
            let mocks = prepared.mocks.clone();
            let (standing, brought) = Standing::replayed(&order, mocks, real, &journal);
            let again = Chronicle::of(&brought.events, &record.facts.role);
            let same = serde_json::to_vec(&again).is_ok_and(|again| again == history);
            let revived = Revived {
                prepared,
                order,
                driven,
                standing,
                brought,
                journal,
            };
            (revived, record, same)
        };
        let (revived, record, same) = self
            .pool
            .run(work)
            .await
            .ok_or("bringing it back broke off")?;
        let ended = revived.standing.execution.ended().cloned();
        let ended = ended.filter(|_| same).ok_or(
            "fed with what it was fed with, it no longer comes to the history it had: its objects in buckets, values of \
             placeholders or Stepwright itself have changed; start a new execution",
        )?;
        let course = Course::Ended {
            ended,
            events: Arc::new(revived.brought.events.clone()),
            remains: Remains::Revived(Box::new(revived)),
        };
        Ok(Entry::revived(record, machine, course))
    }
}

impl Found {
    fn of(store: &Store, entry: &Entry) -> Option<Found> {
        let arn = &entry.facts.arn;
        let record = store.execution(arn)?;
        Some(Found {
            definition: store.definition(&record.definition)?,
            journal: unpack(&store.journal(arn)?)?,
            history: unpack_text(&store.history(arn)?)?,
            record,
        })
    }
}
