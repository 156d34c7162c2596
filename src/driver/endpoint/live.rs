//! Executions that are driven: each by a task of its own until it ends or everything does. They are those on the real
//! clock, and those that somebody watches.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::sync::watch;

use crate::backends::Real;
use crate::debugger::Clock;
use crate::debugger::Control;
use crate::debugger::Pace;
use crate::debugger::RunNews;
use crate::debugger::RunOrder;
use crate::driver::endpoint::books::Books;
use crate::driver::endpoint::edge::now_millis;
use crate::driver::endpoint::ledger::Course;
use crate::driver::endpoint::ledger::Entry;
use crate::driver::endpoint::ledger::Remains;
use crate::driver::endpoint::machine::Prepared;
use crate::driver::endpoint::perform::MOST_WORDS;
use crate::driver::endpoint::revive::Revived;
use crate::driver::endpoint::store::End;
use crate::driver::endpoint::watch::Attached;
use crate::driver::endpoint::watch::Beginning;
use crate::driver::live::drive_on;
use crate::driver::standing::Standing;
use crate::engine::Ended;
use crate::engine::Event;
use crate::engine::EventDetail;
use crate::engine::Journal;
use crate::engine::Millis;
use crate::engine::Stage;
use crate::engine::Status;
use crate::engine::TaskEvent;
use crate::trace::is_unanswered;

/// News on their way to one watcher.
const QUEUE: usize = 64;

/// What is driven.
#[derive(Debug, Default)]
pub(crate) struct Live {
    runs: Arc<Mutex<Runs>>,
}

#[derive(Debug, Default)]
struct Runs {
    /// By ARN. They leave when they end.
    running: BTreeMap<String, LiveRun>,
    /// Everything is to end.
    stopping: bool,
    /// Those that were ended with everything else.
    aborted: Vec<String>,
}

/// One of them, as whoever started it sees it. The run goes on for as long as somebody holds one.
#[derive(Clone, Debug)]
pub(crate) struct LiveRun {
    pub controls: mpsc::Sender<Control>,
    order: Arc<RunOrder>,
    journal: Option<Arc<Mutex<Journal>>>,
    ended: watch::Receiver<Option<Ended>>,
    seen: Arc<Mutex<Seen>>,
}

/// What has come of a run so far.
#[derive(Debug, Default)]
struct Seen {
    events: Arc<Vec<Event>>,
    stages: Arc<Vec<Stage>>,
    notes: Vec<String>,
    tasks: Option<RunNews>,
    nested: Option<RunNews>,
    /// The latest word on each call that was made for real.
    called: BTreeMap<u64, RunNews>,
    /// That it is paused, waits, or has ended.
    rest: Option<RunNews>,
    watchers: Vec<mpsc::Sender<RunNews>>,
}

impl Live {
    /// Starts one. What happens is also written to its entry, where it has one.
    pub(crate) fn begin(
        &self,
        books: &Arc<Books>,
        real: &Arc<Real>,
        arn: &str,
        prepared: &Prepared,
        clock: Clock,
        entry: Option<Arc<Entry>>,
    ) -> LiveRun {
        let mut order = prepared.order(clock);
        order.start.stages = books.watch.is_watched();
        if books.watch.beginning() == Beginning::Paused {
            order.pace = Pace::Next;
        }
        let standing = Standing::at_start(&order, prepared.mocks.clone(), real.clone());
        let mut standing = Box::new(standing);
        if entry.is_some() && books.store.is_some() {
            standing.journal = Some(Arc::default());
        }
        let (run, road) = LiveRun::new(order, standing, Seen::default());
        self.follow(books, arn, prepared, entry, run.clone(), road);
        run
    }

    /// Redrives one that was brought back from the store, at this moment.
    pub(crate) fn begin_again(
        &self,
        books: &Arc<Books>,
        entry: &Arc<Entry>,
        revived: Revived,
        now: Millis,
    ) {
        let Revived {
            prepared,
            order,
            mut standing,
            brought,
            journal,
            ..
        } = revived;
        standing.now = standing.now.max(now);
        standing.journal = Some(Arc::new(Mutex::new(journal)));
        let seen = Seen {
            events: Arc::new(brought.events),
            stages: Arc::new(brought.stages),
            ..Seen::default()
        };
        let (run, road) = LiveRun::new(order, Box::new(standing), seen);
        // The channel is new, so there is room.
        let _ = run.controls.try_send(Control::Redrive);
        let arn = &entry.facts.arn;
        self.follow(books, arn, &prepared, Some(entry.clone()), run, road);
    }

    /// Sets one going, and keeps an eye on it.
    fn follow(
        &self,
        books: &Arc<Books>,
        arn: &str,
        prepared: &Prepared,
        entry: Option<Arc<Entry>>,
        run: LiveRun,
        road: Road,
    ) {
        lock(&self.runs).running.insert(arn.to_owned(), run.clone());
        if let Some(entry) = &entry {
            let course = &mut entry.progress().course;
            let stop = match course {
                Course::Computing { stop } => stop.take(),
                Course::Driven(_)
                | Course::Waiting(_)
                | Course::Ended { .. }
                | Course::Past { .. } => None,
            };
            if let Some(stop) = stop {
                let (error, cause) = (stop.error, stop.cause);
                let _ = run.controls.try_send(Control::Abort { error, cause });
            }
            *course = Course::Driven(run.clone());
        } else {
            books.watch.tell_express(arn, prepared, None);
        }
        let (sender, news) = mpsc::channel(64);
        let order = run.order.as_ref().clone();
        tokio::spawn(drive_on(road.standing, order, road.door, sender));
        let watched = Watched {
            arn: arn.to_owned(),
            seen: run.seen.clone(),
            run: Some(run),
            prepared: prepared.clone(),
            entry,
            runs: self.runs.clone(),
            books: books.clone(),
            end: road.end,
        };
        tokio::spawn(watched.follow(news));
    }

    pub(crate) fn find(&self, arn: &str) -> Option<LiveRun> {
        lock(&self.runs).running.get(arn).cloned()
    }

    /// Stops all of them and waits a moment for their ends.
    pub(crate) async fn stop(&self) {
        let running: Vec<LiveRun> = {
            let mut runs = lock(&self.runs);
            runs.stopping = true;
            runs.running.values().cloned().collect()
        };
        for run in running {
            let cause = Some("stepwright serve has ended".to_owned());
            let _ = run.controls.try_send(Control::Abort { error: None, cause });
        }
        for _ in 0..150 {
            if lock(&self.runs).running.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) fn aborted(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.runs).aborted)
    }
}

/// What a run that is about to be driven needs besides what is seen of it.
struct Road {
    standing: Box<Standing>,
    door: mpsc::Receiver<Control>,
    end: watch::Sender<Option<Ended>>,
}

impl LiveRun {
    fn new(order: RunOrder, standing: Box<Standing>, seen: Seen) -> (LiveRun, Road) {
        let (controls, door) = mpsc::channel(16);
        let (end, ended) = watch::channel(None);
        let run = LiveRun {
            controls,
            order: Arc::new(order),
            journal: standing.journal.clone(),
            ended,
            seen: Arc::new(Mutex::new(seen)),
        };
        let road = Road {
            standing,
            door,
            end,
        };
        (run, road)
    }

    /// Its end, if it comes within the limit.
    pub(crate) async fn wait(&self, limit: Millis) -> Option<Ended> {
        let mut ended = self.ended.clone();
        let limit = Duration::from_millis(u64::try_from(limit).unwrap_or_default());
        let end = tokio::time::timeout(limit, ended.wait_for(Option::is_some)).await;
        end.ok()?.ok()?.clone()
    }

    pub(crate) fn events(&self) -> Arc<Vec<Event>> {
        lock(&self.seen).events.clone()
    }

    pub(crate) fn event_count(&self) -> usize {
        lock(&self.seen).events.len()
    }

    pub(crate) fn notes(&self) -> Vec<String> {
        lock(&self.seen).notes.clone()
    }

    /// Joins it: what has happened, and a channel with everything that comes after.
    pub(crate) fn attach(&self) -> Attached {
        let (sender, news) = mpsc::channel(QUEUE);
        let mut seen = lock(&self.seen);
        seen.watchers.push(sender);
        let standing = [&seen.tasks, &seen.nested, &seen.rest];
        Attached {
            order: self.order.as_ref().clone(),
            events: seen.events.clone(),
            stages: seen.stages.clone(),
            standing: standing
                .into_iter()
                .flatten()
                .chain(seen.called.values())
                .cloned()
                .collect(),
            news,
            controls: self.controls.clone(),
        }
    }
}

impl Seen {
    /// Takes a piece in; tells who else is to get it.
    fn take(&mut self, piece: &RunNews) -> Vec<mpsc::Sender<RunNews>> {
        match piece {
            RunNews::Happened { events, stages } => {
                let words = events.iter().filter_map(unanswered).map(str::to_owned);
                let room = MOST_WORDS.saturating_sub(self.notes.len());
                self.notes.extend(words.take(room));
                Arc::make_mut(&mut self.events).extend(events.iter().cloned());
                Arc::make_mut(&mut self.stages).extend(stages.iter().cloned());
            }
            RunNews::Rewound { events } => {
                Arc::make_mut(&mut self.events).truncate(*events);
                self.rest = None;
                self.tasks = None;
                self.nested = None;
            }
            RunNews::Resumed | RunNews::Redriven => self.rest = None,
            RunNews::Paused(_)
            | RunNews::Waiting { .. }
            | RunNews::Ended { .. }
            | RunNews::Lost(_) => self.rest = Some(piece.clone()),
            RunNews::Tasks(_) => self.tasks = Some(piece.clone()),
            RunNews::Nested(_) => self.nested = Some(piece.clone()),
            RunNews::Called(record) => {
                self.called.insert(record.number, piece.clone());
            }
            RunNews::NotRedriven(_) | RunNews::Stored(_) => {}
        }
        self.watchers.retain(|watcher| !watcher.is_closed());
        self.watchers.clone()
    }
}

struct Watched {
    arn: String,
    /// Held until it ends, so that it goes on meanwhile.
    run: Option<LiveRun>,
    seen: Arc<Mutex<Seen>>,
    prepared: Prepared,
    entry: Option<Arc<Entry>>,
    runs: Arc<Mutex<Runs>>,
    books: Arc<Books>,
    end: watch::Sender<Option<Ended>>,
}

impl Watched {
    async fn follow(mut self, mut news: mpsc::Receiver<RunNews>) {
        while let Some(piece) = news.recv().await {
            let watchers = lock(&self.seen).take(&piece);
            match &piece {
                RunNews::Ended { ended, .. } => self.finish(ended.as_ref().clone()).await,
                RunNews::Tasks(tasks) => {
                    if let Some(entry) = &self.entry {
                        self.books.desk.update(entry, tasks.clone());
                    }
                }
                RunNews::Redriven => self.reopen(Some(now_millis())),
                RunNews::Rewound { .. } => self.reopen(None),
                RunNews::Happened { .. }
                | RunNews::Lost(_)
                | RunNews::Paused(_)
                | RunNews::Resumed
                | RunNews::Nested(_)
                | RunNews::Waiting { .. }
                | RunNews::NotRedriven(_)
                | RunNews::Called(_)
                | RunNews::Stored(_) => {}
            }
            for watcher in watchers {
                // Who has left need not know.
                let _ = watcher.send(piece.clone()).await;
            }
        }
    }

    async fn finish(&mut self, ended: Ended) {
        let events = lock(&self.seen).events.clone();
        let run = self.run.take();
        match (&self.entry, run) {
            (Some(entry), Some(run)) => {
                let watched = !lock(&self.seen).watchers.is_empty();
                let journal = run.journal.as_deref();
                let journal = match ended.status {
                    Status::Succeeded => None,
                    Status::Failed | Status::TimedOut | Status::Aborted => {
                        journal.map(|journal| lock(journal).clone())
                    }
                };
                let remains = match ended.status {
                    Status::Succeeded if !watched => Remains::Nothing,
                    Status::Succeeded | Status::Failed | Status::TimedOut | Status::Aborted => {
                        Remains::Driven(run)
                    }
                };
                // That the disk is full has been told to whoever started the next one.
                let _ = self
                    .books
                    .close(entry, ended.clone(), events, remains, journal)
                    .await;
            }
            (None, _) => {
                let end = End::of(&ended);
                self.books
                    .watch
                    .tell_express(&self.arn, &self.prepared, Some(&end));
            }
            (Some(_), None) => {}
        }
        let mut runs = lock(&self.runs);
        runs.running.remove(&self.arn);
        if runs.stopping && ended.status == Status::Aborted {
            runs.aborted.push(format!("aborted: {}", self.arn));
        }
        drop(runs);
        // Nobody may wait for it any more.
        let _ = self.end.send(Some(ended));
    }

    /// It goes on after its end: it was redriven at a moment, or somebody went back.
    fn reopen(&mut self, redriven: Option<Millis>) {
        let Some(entry) = &self.entry else {
            return;
        };
        let mut progress = entry.progress();
        let run = match &mut progress.course {
            Course::Ended { remains, .. } => match std::mem::replace(remains, Remains::Nothing) {
                Remains::Driven(run) => run,
                Remains::Nothing | Remains::Performed(_) | Remains::Revived(_) => return,
            },
            // Whoever redrove it has said so in the ledger already.
            Course::Driven(run) if self.run.is_none() => run.clone(),
            Course::Computing { .. }
            | Course::Driven(_)
            | Course::Waiting(_)
            | Course::Past { .. } => return,
        };
        if let (Course::Ended { .. }, Some(_)) = (&progress.course, redriven) {
            // Whoever watches it has done that.
            progress.redrives += 1;
            progress.redriven = redriven;
        }
        progress.course = Course::Driven(run.clone());
        drop(progress);
        let mut runs = lock(&self.runs);
        runs.running.insert(self.arn.clone(), run.clone());
        drop(runs);
        self.run = Some(run);
        self.books.watch.tell(entry);
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
