//! Calls that are out: each is carried by a task of its own, and what comes of it is kept until it is looked for.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Instant;

use tokio::sync::Notify;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::backends::real::Real;
use crate::backends::real::Route;
use crate::backends::real::Way;
use crate::engine::Call;
use crate::engine::Millis;
use crate::engine::Outcome;
use crate::sidecar::BackendPlan;
use crate::trace::BROKEN_OFF;
use crate::trace::CallRecord;
use crate::trace::TaskKey;

/// How a run makes calls for real. Copies share everything.
#[derive(Clone, Debug)]
pub(crate) struct Reach {
    pub plan: Arc<BackendPlan>,
    real: Arc<Real>,
    board: Arc<Board>,
}

/// What all calls of a run have to tell.
#[derive(Debug, Default)]
struct Board {
    /// Something has come of a call.
    news: Notify,
    records: Mutex<Vec<CallRecord>>,
}

/// A call that is out, or was. Copies of the world around it share it, so that going back finds what came of it.
#[derive(Debug)]
pub(crate) struct Flight {
    state: Arc<Mutex<Flown>>,
    /// None of a function: one that was called runs to its end or its timeout, as in Lambda, whoever still waits for it.
    task: Option<AbortHandle>,
}

#[derive(Debug, Default)]
struct Flown {
    outcomes: Vec<Outcome>,
    over: bool,
    /// It ended before anything final came of it.
    broken: bool,
}

/// What one look at a flight finds.
#[derive(Debug)]
pub(crate) struct Seen {
    pub outcomes: Vec<Outcome>,
    /// Nothing more will come of it.
    pub over: bool,
}

/// Around the call: who makes it.
#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    pub key: TaskKey,
    pub call: Call,
    pub route: Route,
    /// Why a backend did not answer that comes first.
    pub instead: Option<String>,
}

impl Reach {
    pub(crate) fn new(plan: Arc<BackendPlan>, real: Arc<Real>) -> Reach {
        Reach {
            plan,
            real,
            board: Arc::default(),
        }
    }

    /// Makes a call.
    pub(crate) fn begin(&self, ticket: &Ticket, now: Millis) -> Arc<Flight> {
        let state = Arc::new(Mutex::new(Flown::default()));
        let carried = carry(self.clone(), ticket.clone(), now, state.clone());
        let task = tokio::spawn(carried).abort_handle();
        let task = match ticket.route.way {
            Way::Function(..) => None,
            Way::Http | Way::Service => Some(task),
        };
        Arc::new(Flight { state, task })
    }

    /// Returns when something has come of a call since the last time.
    pub(crate) async fn news(&self) {
        self.board.news.notified().await;
    }

    /// What calls have told since the last time.
    pub(crate) fn take_records(&self) -> Vec<CallRecord> {
        std::mem::take(&mut lock(&self.board.records))
    }
}

impl Flight {
    /// What has come of it beyond the first outcomes that are known already.
    pub(crate) fn look(&self, known: usize) -> Seen {
        let flown = lock(&self.state);
        Seen {
            outcomes: flown.outcomes.iter().skip(known).cloned().collect(),
            over: flown.over,
        }
    }

    /// Nobody waits for it any more: it is broken off, unless it is the call of a function.
    pub(crate) fn break_off(&self) {
        if let Some(task) = &self.task {
            task.abort();
            break_off(&self.state);
        }
    }

    /// Whether it ended before anything final came of it.
    pub(crate) fn is_broken(&self) -> bool {
        lock(&self.state).broken
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.break_off();
    }
}

async fn carry(reach: Reach, ticket: Ticket, now: Millis, state: Arc<Mutex<Flown>>) {
    let Ticket {
        key,
        call,
        route,
        instead,
    } = ticket;
    let record = CallRecord {
        number: reach.real.next_number(),
        key,
        state: call.state.clone(),
        name: call.name.clone(),
        lane: call.lane.clone(),
        attempt: call.attempt,
        backend: route.backend.word(),
        target: route.target.clone(),
        began: now,
        took: None,
        start: None,
        log: Arc::from(""),
        instead,
        error: None,
    };
    lock(&reach.board.records).push(record.clone());
    // Whoever waits looks again however this ends.
    let mut bell = Bell {
        board: reach.board.clone(),
        state: state.clone(),
        began: Instant::now(),
        record,
        outcome: None,
        over: false,
    };
    reach.board.news.notify_one();
    let (interim, mut door) = mpsc::channel(4);
    let made = {
        let making = reach.real.make(&call, &route, &reach.plan, now, &interim);
        tokio::pin!(making);
        loop {
            tokio::select! {
                biased;
                Some(outcome) = door.recv() => {
                    lock(&state).outcomes.push(outcome);
                    reach.board.news.notify_one();
                }
                made = &mut making => break made,
            }
        }
    };
    while let Ok(outcome) = door.try_recv() {
        lock(&state).outcomes.push(outcome);
    }
    bell.record.start = made.start;
    bell.record.log = Arc::from(made.log);
    bell.record.error = match &made.outcome {
        Some(Outcome::Failed(fault)) => fault.error.clone(),
        Some(_) | None => None,
    };
    bell.outcome = made.outcome;
    bell.over = true;
}

/// Tells how a call ended when it is dropped.
struct Bell {
    board: Arc<Board>,
    state: Arc<Mutex<Flown>>,
    began: Instant,
    record: CallRecord,
    outcome: Option<Outcome>,
    /// False of one that is broken off.
    over: bool,
}

impl Drop for Bell {
    fn drop(&mut self) {
        let mut record = self.record.clone();
        record.took = Some(self.began.elapsed().as_secs_f64() * 1_000.0);
        if !self.over {
            record.error = Some(Arc::from(BROKEN_OFF));
        }
        // Told before its outcome, so that a run that ends with it has heard of it.
        lock(&self.board.records).push(record);
        {
            let mut flown = lock(&self.state);
            flown.outcomes.extend(self.outcome.take());
            flown.over = self.over;
        }
        break_off(&self.state);
        self.board.news.notify_one();
    }
}

/// Nothing more comes of a call, where it was not over yet.
fn break_off(state: &Mutex<Flown>) {
    let mut flown = lock(state);
    flown.broken = !flown.over;
}

/// A task that panicked while it held the lock has left whole entries behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
