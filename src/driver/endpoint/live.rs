//! Executions on the real clock: each is driven by a task of its own until it ends or everything does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::sync::watch;

use crate::debugger::Clock;
use crate::debugger::Control;
use crate::debugger::RunNews;
use crate::driver::endpoint::ledger::Course;
use crate::driver::endpoint::ledger::Entry;
use crate::driver::endpoint::machine::Prepared;
use crate::driver::endpoint::perform::MOST_WORDS;
use crate::engine::Ended;
use crate::engine::Event;
use crate::engine::EventDetail;
use crate::engine::Millis;
use crate::engine::Status;
use crate::engine::TaskEvent;
use crate::trace::is_unanswered;

/// What runs on the real clock.
#[derive(Debug, Default)]
pub(crate) struct Live {
    runs: Arc<Mutex<Runs>>,
}

#[derive(Debug, Default)]
struct Runs {
    count: u64,
    controls: BTreeMap<u64, mpsc::Sender<Control>>,
    /// Everything is to end.
    stopping: bool,
    /// Those that were ended with everything else.
    aborted: Vec<String>,
}

/// One of them, as whoever started it sees it.
#[derive(Clone, Debug)]
pub(crate) struct LiveRun {
    ended: watch::Receiver<Option<Ended>>,
    events: Arc<Mutex<Vec<Event>>>,
    notes: Arc<Mutex<Vec<String>>>,
}

impl Live {
    /// Starts one. What happens is also written to its entry, where it has one.
    pub(crate) fn begin(
        &self,
        arn: &str,
        prepared: &Prepared,
        entry: Option<Arc<Entry>>,
    ) -> LiveRun {
        let (controls, door) = mpsc::channel(16);
        let (sender, news) = mpsc::channel(64);
        let (end, ended) = watch::channel(None);
        let number = {
            let mut runs = lock(&self.runs);
            runs.count += 1;
            let number = runs.count;
            runs.controls.insert(number, controls.clone());
            number
        };
        if let Some(entry) = &entry
            && let Course::Running { controls: door, .. } = &mut *entry.course()
        {
            *door = Some(controls.clone());
        }
        let run = LiveRun {
            ended,
            events: Arc::default(),
            notes: Arc::default(),
        };
        let order = prepared.order(Clock::Real);
        tokio::spawn(crate::driver::drive(
            order,
            prepared.mocks.clone(),
            crate::backends::Real::new(),
            door,
            sender,
        ));
        let watched = Watched {
            arn: arn.to_owned(),
            number,
            run: run.clone(),
            entry,
            runs: self.runs.clone(),
            end,
            // The run goes on for as long as somebody could speak to it.
            _controls: controls,
        };
        tokio::spawn(watched.follow(news));
        run
    }

    /// Stops all of them and waits a moment for their ends.
    pub(crate) async fn stop(&self) {
        let controls: Vec<mpsc::Sender<Control>> = {
            let mut runs = lock(&self.runs);
            runs.stopping = true;
            runs.controls.values().cloned().collect()
        };
        for controls in controls {
            let cause = Some("stepwright serve has ended".to_owned());
            let _ = controls.try_send(Control::Abort { error: None, cause });
        }
        for _ in 0..100 {
            if lock(&self.runs).controls.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) fn aborted(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.runs).aborted)
    }
}

impl LiveRun {
    /// Its end, if it comes within the limit.
    pub(crate) async fn wait(&self, limit: Millis) -> Option<Ended> {
        let mut ended = self.ended.clone();
        let limit = Duration::from_millis(u64::try_from(limit).unwrap_or_default());
        let end = tokio::time::timeout(limit, ended.wait_for(Option::is_some)).await;
        end.ok()?.ok()?.clone()
    }

    pub(crate) fn events(&self) -> Arc<Vec<Event>> {
        Arc::new(lock(&self.events).clone())
    }

    pub(crate) fn notes(&self) -> Vec<String> {
        lock(&self.notes).clone()
    }
}

struct Watched {
    arn: String,
    number: u64,
    run: LiveRun,
    entry: Option<Arc<Entry>>,
    runs: Arc<Mutex<Runs>>,
    end: watch::Sender<Option<Ended>>,
    _controls: mpsc::Sender<Control>,
}

impl Watched {
    async fn follow(self, mut news: mpsc::Receiver<RunNews>) {
        while let Some(piece) = news.recv().await {
            match piece {
                RunNews::Happened { events, .. } => self.take(events),
                RunNews::Ended { ended, .. } => {
                    self.finish(*ended);
                    return;
                }
                RunNews::Lost(_)
                | RunNews::Paused(_)
                | RunNews::Resumed
                | RunNews::Rewound { .. }
                | RunNews::Tasks(_)
                | RunNews::Nested(_)
                | RunNews::Waiting { .. }
                | RunNews::Redriven
                | RunNews::NotRedriven(_)
                | RunNews::Called(_)
                | RunNews::Stored(_) => {}
            }
        }
    }

    fn take(&self, events: Vec<Event>) {
        if let Some(entry) = &self.entry
            && let Course::Running { events: known, .. } = &mut *entry.course()
        {
            known.extend(events.iter().cloned());
        }
        let words = events.iter().filter_map(unanswered).map(str::to_owned);
        let mut notes = lock(&self.run.notes);
        let room = MOST_WORDS.saturating_sub(notes.len());
        notes.extend(words.take(room));
        drop(notes);
        lock(&self.run.events).extend(events);
    }

    fn finish(self, ended: Ended) {
        let mut runs = lock(&self.runs);
        runs.controls.remove(&self.number);
        if runs.stopping && ended.status == Status::Aborted {
            runs.aborted.push(format!("aborted: {}", self.arn));
        }
        drop(runs);
        if let Some(entry) = &self.entry {
            let events = Arc::new(lock(&self.run.events).clone());
            let ended = ended.clone();
            *entry.course() = Course::Ended { ended, events };
        }
        // Nobody may wait for it any more.
        let _ = self.end.send(Some(ended));
    }
}

/// That a call had no answer, which a catcher may hide from the end of the execution.
fn unanswered(event: &Event) -> Option<&str> {
    let EventDetail::Task { event, .. } = &event.detail else {
        return None;
    };
    let cause = match event.as_ref() {
        TaskEvent::LambdaFailed { cause, .. }
        | TaskEvent::ActivityFailed { cause, .. }
        | TaskEvent::Failed { cause, .. } => cause.as_deref()?,
        TaskEvent::LambdaScheduled { .. }
        | TaskEvent::LambdaStarted
        | TaskEvent::LambdaSucceeded { .. }
        | TaskEvent::LambdaTimedOut { .. }
        | TaskEvent::ActivityScheduled { .. }
        | TaskEvent::ActivityStarted { .. }
        | TaskEvent::ActivitySucceeded { .. }
        | TaskEvent::ActivityTimedOut { .. }
        | TaskEvent::Scheduled { .. }
        | TaskEvent::Started { .. }
        | TaskEvent::Submitted { .. }
        | TaskEvent::Succeeded { .. }
        | TaskEvent::TimedOut { .. } => return None,
    };
    is_unanswered(cause).then_some(cause)
}

/// A thread that panicked while it held the lock has left whole entries behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
