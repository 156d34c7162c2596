//! The executions that were started by name and can be asked after: those of Standard workflows.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use tokio::sync::mpsc;

use crate::debugger::Control;
use crate::driver::endpoint::machine::Served;
use crate::driver::endpoint::perform::Performance;
use crate::engine::Ended;
use crate::engine::Event;
use crate::engine::Millis;

/// Executions that are remembered; AWS remembers them for 90 days.
const MOST: usize = 10_000;

/// Events that are remembered in all.
const MOST_EVENTS: usize = 400_000;

/// One execution.
#[derive(Debug)]
pub(crate) struct Entry {
    pub arn: Arc<str>,
    pub machine: Arc<Served>,
    pub name: String,
    pub input: String,
    pub trace_header: Option<String>,
    pub started: Millis,
    course: Mutex<Course>,
}

/// How far it is.
#[derive(Debug)]
pub(crate) enum Course {
    /// It is being computed, or its clock is real.
    Running {
        controls: Option<mpsc::Sender<Control>>,
        events: Vec<Event>,
        /// Somebody has asked that it end.
        stop: Option<Stop>,
    },
    /// It waits for an answer that nobody has promised.
    Waiting(Box<Performance>),
    Ended {
        ended: Ended,
        events: Arc<Vec<Event>>,
    },
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

#[derive(Debug, Default)]
pub(crate) struct Ledger {
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    entries: BTreeMap<Arc<str>, Arc<Entry>>,
    /// In the order in which they were entered.
    order: VecDeque<Arc<str>>,
    count: u64,
}

/// What is needed to enter an execution.
#[derive(Debug)]
pub(crate) struct Entering {
    pub arn: String,
    pub machine: Arc<Served>,
    pub name: String,
    pub input: String,
    pub trace_header: Option<String>,
    pub started: Millis,
}

impl Ledger {
    /// Enters an execution that starts.
    pub(crate) fn enter(&self, entering: Entering) -> Result<Arc<Entry>, NotEntered> {
        let mut book = self.lock();
        if let Some(known) = book.entries.get(entering.arn.as_str()) {
            let same = known.input == entering.input && known.ended().is_none();
            return Err(match same {
                true => NotEntered::Same(known.clone()),
                false => NotEntered::Taken,
            });
        }
        book.forget()?;
        book.count += 1;
        let entry = Arc::new(Entry {
            arn: Arc::from(entering.arn),
            machine: entering.machine,
            name: entering.name,
            input: entering.input,
            trace_header: entering.trace_header,
            started: entering.started,
            course: Mutex::new(Course::Running {
                controls: None,
                events: Vec::new(),
                stop: None,
            }),
        });
        book.order.push_back(entry.arn.clone());
        book.entries.insert(entry.arn.clone(), entry.clone());
        Ok(entry)
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
    /// Makes room by forgetting the oldest that have ended.
    fn forget(&mut self) -> Result<(), NotEntered> {
        if self.order.len() < MOST && !self.count.is_multiple_of(256) {
            return Ok(());
        }
        let mut events: usize = self.entries.values().map(|entry| entry.event_count()).sum();
        let mut left = self.order.len();
        let mut kept = VecDeque::with_capacity(left);
        while let Some(arn) = self.order.pop_front() {
            let entry = self.entries.get(&arn);
            let full = left >= MOST || events > MOST_EVENTS;
            match entry {
                Some(entry) if full && entry.ended().is_some() => {
                    events = events.saturating_sub(entry.event_count());
                    left -= 1;
                    self.entries.remove(&arn);
                }
                Some(_) => kept.push_back(arn),
                None => left -= 1,
            }
        }
        self.order = kept;
        if left >= MOST {
            return Err(NotEntered::Full);
        }
        Ok(())
    }
}

impl Entry {
    pub(crate) fn course(&self) -> MutexGuard<'_, Course> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn ended(&self) -> Option<Ended> {
        match &*self.course() {
            Course::Ended { ended, .. } => Some(ended.clone()),
            Course::Running { .. } | Course::Waiting(_) => None,
        }
    }

    /// What has happened so far.
    pub(crate) fn events(&self) -> Arc<Vec<Event>> {
        match &*self.course() {
            Course::Running { events, .. } => Arc::new(events.clone()),
            Course::Waiting(performance) => Arc::new(performance.events().to_vec()),
            Course::Ended { events, .. } => events.clone(),
        }
    }

    fn event_count(&self) -> usize {
        match &*self.course() {
            Course::Running { events, .. } => events.len(),
            Course::Waiting(performance) => performance.events().len(),
            Course::Ended { events, .. } => events.len(),
        }
    }

    /// Puts away what came of it: its end, or the point at which it waits.
    pub(crate) fn settle(&self, mut performance: Performance) {
        let mut course = self.course();
        let stop = match &mut *course {
            Course::Running { stop, .. } => stop.take(),
            Course::Waiting(_) | Course::Ended { .. } => None,
        };
        if let Some(stop) = stop {
            performance.stop(performance.now(), stop.error, stop.cause);
        }
        *course = match performance.ended().cloned() {
            Some(ended) => Course::Ended {
                ended,
                events: Arc::new(performance.into_events()),
            },
            None => Course::Waiting(Box::new(performance)),
        };
    }

    /// Lets it end from outside at a moment; false where it has ended already.
    pub(crate) fn stop(&self, stop: Stop, at: Millis) -> bool {
        let mut course = self.course();
        match &mut *course {
            Course::Ended { .. } => false,
            Course::Running {
                controls: Some(controls),
                ..
            } => {
                let Stop { error, cause } = stop;
                // One that has so much to hear already will end in any case.
                let _ = controls.try_send(Control::Abort { error, cause });
                true
            }
            Course::Running { stop: wanted, .. } => {
                *wanted = Some(stop);
                true
            }
            Course::Waiting(performance) => {
                performance.stop(at, stop.error, stop.cause);
                if let Some(ended) = performance.ended().cloned() {
                    let events = Arc::new(performance.events().to_vec());
                    *course = Course::Ended { ended, events };
                }
                true
            }
        }
    }
}
