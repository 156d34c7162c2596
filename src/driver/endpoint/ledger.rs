//! The executions that were started by name and can be asked after: those of Standard workflows.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use crate::driver::endpoint::live::LiveRun;
use crate::driver::endpoint::machine::Served;
use crate::driver::endpoint::perform::Performance;
use crate::driver::endpoint::revive::Revived;
use crate::driver::endpoint::store::End;
use crate::driver::endpoint::store::ExecutionRecord;
use crate::driver::endpoint::store::Facts;
use crate::driver::endpoint::store::Kept;
use crate::driver::endpoint::store::fingerprint;
use crate::engine::Ended;
use crate::engine::Event;
use crate::engine::MapRunChange;
use crate::engine::Millis;

/// Executions that are remembered where there is no store; AWS remembers them for 90 days.
const MOST: usize = 10_000;

/// Events that are remembered in memory in all.
const MOST_EVENTS: usize = 400_000;

/// Starts after which all of them are looked through.
const LOOK: u64 = 256;

/// So many are looked for one by one.
const FEW: usize = 16;

/// One execution.
#[derive(Debug)]
pub(crate) struct Entry {
    pub facts: Facts,
    /// None where it is one of an earlier time.
    pub machine: Option<Arc<Served>>,
    progress: Mutex<Progress>,
}

/// How far it is, and what has been done to it.
#[derive(Debug)]
pub(crate) struct Progress {
    pub course: Course,
    pub redrives: i64,
    pub redriven: Option<Millis>,
    /// The client tokens of the latest redrives, and when each was answered.
    pub redrive_tokens: VecDeque<(String, Millis)>,
    /// What `UpdateMapRun` has changed, by the ARN of the Map Run.
    pub changes: BTreeMap<String, MapRunChange>,
    /// What the store has of it for a redrive, once it has ended.
    pub kept: Kept,
}

#[derive(Debug)]
pub(crate) enum Course {
    /// It is being computed.
    Computing {
        /// Somebody has asked that it end.
        stop: Option<Stop>,
    },
    /// A task of its own drives it.
    Driven(LiveRun),
    /// It waits for an answer that nobody has promised.
    Waiting(Box<Performance>),
    Ended {
        ended: Ended,
        events: Arc<Vec<Event>>,
        remains: Remains,
    },
    /// Only the store has its history, and its output.
    Past { end: End, map_runs: Vec<String> },
}

/// What a redrive goes on from.
#[derive(Debug)]
pub(crate) enum Remains {
    Nothing,
    Performed(Box<Performance>),
    Driven(LiveRun),
    /// It was brought back from the store.
    Revived(Box<Revived>),
}

/// Why an execution is to end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop {
    pub error: Option<String>,
    pub cause: Option<String>,
}

/// Why an execution cannot be entered.
#[derive(Debug)]
pub(crate) enum NotEntered {
    /// One of that name runs with the same input: starting it again changes nothing.
    Same(Arc<Entry>),
    /// The name was taken by another one.
    Taken,
    /// More run at once than can be remembered.
    Full,
}

#[derive(Debug)]
pub(crate) struct Ledger {
    book: Mutex<Book>,
    keep: usize,
    /// What is too much for the memory is in a store, too.
    stored: bool,
}

#[derive(Debug, Default)]
struct Book {
    entries: BTreeMap<Arc<str>, Arc<Entry>>,
    /// In the order in which they were entered.
    order: VecDeque<Arc<str>>,
    count: u64,
}

impl Ledger {
    pub(crate) fn new(keep: Option<usize>, past: Vec<ExecutionRecord>) -> Ledger {
        let mut book = Book::default();
        for record in past {
            let arn: Arc<str> = Arc::from(record.facts.arn.as_str());
            book.order.push_back(arn.clone());
            book.entries.insert(arn, Arc::new(Entry::past(record)));
        }
        Ledger {
            book: Mutex::new(book),
            keep: keep.unwrap_or(MOST),
            stored: keep.is_some(),
        }
    }

    /// Enters an execution that starts.
    pub(crate) fn enter(
        &self,
        facts: Facts,
        machine: Arc<Served>,
    ) -> Result<Arc<Entry>, NotEntered> {
        let mut book = self.lock();
        if let Some(known) = book.entries.get(facts.arn.as_str()) {
            let same = known.facts.input == facts.input
                && known.is_running()
                && known.facts.version_arn == facts.version_arn;
            return Err(match same {
                true => NotEntered::Same(known.clone()),
                false => NotEntered::Taken,
            });
        }
        book.forget(self.keep, self.stored)?;
        book.count += 1;
        let arn: Arc<str> = Arc::from(facts.arn.as_str());
        let entry = Arc::new(Entry {
            facts,
            machine: Some(machine),
            progress: Mutex::new(Progress {
                course: Course::Computing { stop: None },
                redrives: 0,
                redriven: None,
                redrive_tokens: VecDeque::new(),
                changes: BTreeMap::new(),
                kept: Kept::Nothing,
            }),
        });
        book.order.push_back(arn.clone());
        book.entries.insert(arn, entry.clone());
        Ok(entry)
    }

    /// Puts an execution that knows more in the place of another one; tells which is there then.
    pub(crate) fn replace(&self, known: &Arc<Entry>, better: Arc<Entry>) -> Arc<Entry> {
        match self.lock().entries.get_mut(known.facts.arn.as_str()) {
            // Somebody else may have been quicker.
            Some(place) if !Arc::ptr_eq(place, known) => place.clone(),
            Some(place) => {
                *place = better.clone();
                better
            }
            None => better,
        }
    }

    /// Forgets some of them, as if they had never been.
    pub(crate) fn remove(&self, arns: &[String]) {
        let mut book = self.lock();
        let Book { entries, order, .. } = &mut *book;
        for arn in arns {
            entries.remove(arn.as_str());
        }
        // A few are the oldest as a rule, and found at once.
        match arns.len() {
            0..=FEW => {
                for arn in arns {
                    let place = order.iter().position(|one| **one == **arn);
                    place.and_then(|place| order.remove(place));
                }
            }
            _ => order.retain(|arn| entries.contains_key(arn)),
        }
    }

    pub(crate) fn find(&self, arn: &str) -> Option<Arc<Entry>> {
        self.lock().entries.get(arn).cloned()
    }

    /// All of them, the latest first.
    pub(crate) fn all(&self) -> Vec<Arc<Entry>> {
        let book = self.lock();
        let latest = book.order.iter().rev();
        latest
            .filter_map(|arn| book.entries.get(arn).cloned())
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    /// Makes room: the oldest that have ended are forgotten, or left to the store.
    fn forget(&mut self, keep: usize, stored: bool) -> Result<(), NotEntered> {
        if !self.count.is_multiple_of(LOOK) {
            self.make_room(keep);
            if self.order.len() < keep {
                return Ok(());
            }
        }
        let mut events: usize = self.entries.values().map(|entry| entry.event_count()).sum();
        let mut left = self.order.len();
        let mut kept = VecDeque::with_capacity(left);
        while let Some(arn) = self.order.pop_front() {
            let Some(entry) = self.entries.get(&arn) else {
                left -= 1;
                continue;
            };
            let many = events > MOST_EVENTS;
            if !entry.is_running() && (left >= keep || (many && !stored)) {
                events = events.saturating_sub(entry.event_count());
                left -= 1;
                self.entries.remove(&arn);
                continue;
            }
            if many && stored {
                events = events.saturating_sub(entry.leave_to_store());
            }
            kept.push_back(arn);
        }
        self.order = kept;
        if left >= keep.max(MOST) {
            return Err(NotEntered::Full);
        }
        Ok(())
    }

    /// Forgets the oldest that has ended where there is no room: not more, for it is done at every start.
    fn make_room(&mut self, keep: usize) {
        if self.order.len() < keep {
            return;
        }
        let entries = &self.entries;
        let gone = self.order.iter().position(|arn| {
            let entry = entries.get(arn);
            entry.is_none_or(|entry| !entry.is_running())
        });
        if let Some(arn) = gone.and_then(|place| self.order.remove(place)) {
            self.entries.remove(&arn);
        }
    }
}

impl Entry {
    fn past(record: ExecutionRecord) -> Entry {
        let course = Course::Past {
            end: record.end.clone().unwrap_or_else(|| End::server_ended(0)),
            map_runs: record.map_runs.clone(),
        };
        Entry::of(record, None, course)
    }

    /// One that was brought back from the store.
    pub(crate) fn revived(record: ExecutionRecord, machine: Arc<Served>, course: Course) -> Entry {
        Entry::of(record, Some(machine), course)
    }

    fn of(record: ExecutionRecord, machine: Option<Arc<Served>>, course: Course) -> Entry {
        Entry {
            facts: record.facts,
            machine,
            progress: Mutex::new(Progress {
                course,
                redrives: record.redrives,
                redriven: record.redriven,
                redrive_tokens: VecDeque::new(),
                changes: record.changes,
                kept: record.kept,
            }),
        }
    }

    pub(crate) fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_running(&self) -> bool {
        self.end().is_none()
    }

    /// Waits for the end of one that was told to end: one that is driven ends a moment later.
    pub(crate) async fn until_ended(&self) {
        for _ in 0..400 {
            if !self.is_running() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    /// Its end; without the output where only the store has it.
    pub(crate) fn end(&self) -> Option<End> {
        match &self.progress().course {
            Course::Ended { ended, .. } => Some(End::of(ended)),
            Course::Past { end, .. } => Some(end.clone()),
            Course::Computing { .. } | Course::Driven(_) | Course::Waiting(_) => None,
        }
    }

    /// The word of `DescribeExecution`, and when it ended.
    pub(crate) fn status(&self) -> (String, Option<Millis>) {
        match &self.progress().course {
            Course::Ended { ended, .. } => (ended.status.name().to_owned(), Some(ended.at)),
            Course::Past { end, .. } => (end.status.clone(), Some(end.at)),
            Course::Computing { .. } | Course::Driven(_) | Course::Waiting(_) => {
                ("RUNNING".to_owned(), None)
            }
        }
    }

    /// What has happened so far; none where only the store knows.
    pub(crate) fn events(&self) -> Option<Arc<Vec<Event>>> {
        match &self.progress().course {
            Course::Computing { .. } => Some(Arc::default()),
            Course::Driven(run) => Some(run.events()),
            Course::Waiting(performance) => Some(Arc::new(performance.events().to_vec())),
            Course::Ended { events, .. } => Some(events.clone()),
            Course::Past { .. } => None,
        }
    }

    fn event_count(&self) -> usize {
        match &self.progress().course {
            Course::Computing { .. } | Course::Past { .. } => 0,
            Course::Driven(run) => run.event_count(),
            Course::Waiting(performance) => performance.events().len(),
            Course::Ended { events, .. } => events.len(),
        }
    }

    /// How it is written: while it runs, or with its end.
    pub(crate) fn record(&self, end: Option<End>, map_runs: Vec<String>) -> ExecutionRecord {
        let progress = self.progress();
        ExecutionRecord {
            facts: self.facts.clone(),
            definition: self
                .machine
                .as_ref()
                .map(|machine| fingerprint(&machine.text))
                .unwrap_or_default(),
            kept: match &end {
                Some(_) => progress.kept.clone(),
                None => Kept::Nothing,
            },
            changes: progress.changes.clone(),
            end,
            redrives: progress.redrives,
            redriven: progress.redriven,
            map_runs,
        }
    }

    /// Forgets the events of an execution that the store has; tells how many.
    fn leave_to_store(&self) -> usize {
        let mut progress = self.progress();
        let Course::Ended { ended, events, .. } = &progress.course else {
            return 0;
        };
        let count = events.len();
        let map_runs = map_runs(events);
        let mut end = End::of(ended);
        end.output = None;
        progress.course = Course::Past { end, map_runs };
        count
    }
}

/// The ARNs of the Map Runs among events.
pub(crate) fn map_runs(events: &[Event]) -> Vec<String> {
    use crate::engine::EventDetail;
    let mut found = Vec::new();
    for event in events {
        if let EventDetail::MapRunStarted { map_run_arn, .. } = &event.detail {
            found.push(map_run_arn.to_string());
        }
    }
    found
}
