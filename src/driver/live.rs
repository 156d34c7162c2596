//! The loop that drives one execution: signals in, events out, one micro-step at a time.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::sync::mpsc::Sender;
use tokio::time::Instant;

use crate::backends::Mocks;
use crate::backends::Outside;
use crate::backends::Real;
use crate::debugger::Checkpoint;
use crate::debugger::Clock;
use crate::debugger::Control;
use crate::debugger::Pace;
use crate::debugger::Pause;
use crate::debugger::PauseReason;
use crate::debugger::Recording;
use crate::debugger::RunNews;
use crate::debugger::RunOrder;
use crate::driver::standing::Standing;
use crate::engine::Demand;
use crate::engine::Event;
use crate::engine::Execution;
use crate::engine::Journal;
use crate::engine::JournalMark;
use crate::engine::Lane;
use crate::engine::Millis;
use crate::engine::Phase;
use crate::engine::Signal;
use crate::engine::Stage;
use crate::engine::Step;
use crate::trace::NestedRun;
use crate::trace::TaskKey;

/// Events are sent on in batches of at most this many.
const BATCH: usize = 256;

/// Drives a run to its end and then stays, so that the person can go back to an earlier moment.
/// Returns when nobody listens any more.
///
/// While calls are out that are made for real, the virtual clock goes as fast as the real one.
/// The channel is bounded: a window that falls behind slows the run, the run never slows the window.
pub async fn drive(
    order: RunOrder,
    mocks: Mocks,
    real: Arc<Real>,
    controls: Receiver<Control>,
    news: Sender<RunNews>,
) {
    let standing = Box::new(Standing::at_start(&order, mocks, real));
    drive_on(standing, order, controls, news).await;
}

/// The same from where a run stands.
pub(crate) async fn drive_on(
    standing: Box<Standing>,
    order: RunOrder,
    mut controls: Receiver<Control>,
    news: Sender<RunNews>,
) {
    let mut run = Run::new(standing, order, news);
    // An error here only means that nobody listens any more.
    let _ = run.live(&mut controls).await;
}

/// What belongs to a moment besides the execution itself.
#[derive(Clone, Debug)]
struct World {
    outside: Outside,
    now: Millis,
    /// Where the journal ended.
    fed: JournalMark,
}

struct Run {
    order: RunOrder,
    execution: Execution,
    world: World,
    journal: Option<Arc<Mutex<Journal>>>,
    recording: Recording<World>,
    /// The real moment that corresponds to `opened_at`.
    opened: Instant,
    opened_at: Millis,
    events_sent: usize,
    events: Vec<Event>,
    stages: Vec<Stage>,
    first_reason: Option<PauseReason>,
    /// States entered so far, to quicken the tempo of long runs.
    entered: u64,
    /// The waiting tasks as they were last told, and whether their timeouts are held.
    tasks: Vec<(TaskKey, bool)>,
    /// How many of the started executions that have ended have been told.
    nested: usize,
    news: Sender<RunNews>,
}

/// Nobody listens any more.
struct Gone;

/// What to do after a person's word at a pause.
enum After {
    Enter,
    /// Another moment or another input: look again.
    Again,
}

impl Run {
    fn new(standing: Box<Standing>, order: RunOrder, news: Sender<RunNews>) -> Run {
        let now = standing.now;
        Run {
            execution: standing.execution,
            world: World {
                outside: standing.outside,
                now,
                fed: JournalMark::default(),
            },
            journal: standing.journal,
            tasks: Vec::new(),
            nested: 0,
            recording: Recording::default(),
            opened: Instant::now(),
            opened_at: now,
            events_sent: standing.events,
            events: Vec::new(),
            stages: Vec::new(),
            first_reason: (order.pace == Pace::Next).then_some(PauseReason::Start),
            entered: 0,
            order,
            news,
        }
    }

    async fn live(&mut self, controls: &mut Receiver<Control>) -> Result<(), Gone> {
        loop {
            while let Ok(control) = controls.try_recv() {
                self.obey(control).await?;
            }
            if let Some(ended) = self.execution.ended() {
                let ended = Box::new(ended.clone());
                self.outlive();
                self.rest_news().await?;
                let variables = self.execution.variables(&Lane::default());
                let notes = self.world.outside.notes();
                self.tell(RunNews::Ended {
                    ended,
                    variables,
                    notes,
                })
                .await?;
                // Only going back and a redrive lead on from here.
                let redrives = self.execution.redrives();
                while self.execution.ended().is_some() {
                    let control = self.hear(controls).await?;
                    self.obey(control).await?;
                }
                if self.execution.redrives() > redrives {
                    continue;
                }
                if let After::Again = self.pause(PauseReason::Rewound, controls).await? {
                    continue;
                }
                self.enter(controls).await?;
                continue;
            }
            match self.execution.ready().map(|ready| ready.phase) {
                Some(Phase::Enter) => {
                    self.keep();
                    if let Some(reason) = self.stop_here()
                        && let After::Again = self.pause(reason, controls).await?
                    {
                        continue;
                    }
                    self.enter(controls).await?;
                }
                Some(_) => {
                    let now = self.time();
                    self.advance(Signal::Proceed { now }).await?;
                }
                None => self.wait(controls).await?,
            }
        }
    }

    /// The person's next word. What calls tell is passed on meanwhile: a function goes on when nobody waits for it.
    async fn hear(&mut self, controls: &mut Receiver<Control>) -> Result<Control, Gone> {
        loop {
            let news = self.world.outside.news();
            tokio::select! {
                biased;
                control = controls.recv() => return control.ok_or(Gone),
                () = news => self.tell_calls().await?,
            }
        }
    }

    fn stop_here(&mut self) -> Option<PauseReason> {
        let ready = self.execution.ready()?;
        let reason = self
            .order
            .pace
            .stops(ready.lane, ready.state, &self.order.breakpoints)?;
        Some(self.first_reason.take().unwrap_or(reason))
    }

    fn keep(&mut self) -> usize {
        self.world.outside.share();
        if let Some(journal) = &self.journal {
            self.world.fed = lock(journal).mark();
        }
        self.recording.keep(Checkpoint {
            execution: self.execution.checkpoint(),
            world: self.world.clone(),
            events: self.events_sent + self.events.len(),
            paused: false,
        })
    }

    async fn enter(&mut self, controls: &mut Receiver<Control>) -> Result<(), Gone> {
        let now = self.time();
        self.advance(Signal::Proceed { now }).await?;
        self.entered += 1;
        // A person can follow some dozens of states; what comes after goes ever faster.
        let tempo = match self.entered {
            0..=40 => self.order.tempo,
            41..=200 => self.order.tempo / 8,
            _ => 0,
        };
        if tempo > 0 && self.order.clock == Clock::Virtual {
            self.flush().await?;
            self.rest(Duration::from_millis(tempo), controls).await?;
        } else {
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Lets real time pass, but hears what the person says.
    async fn rest(&mut self, span: Duration, controls: &mut Receiver<Control>) -> Result<(), Gone> {
        let until = Instant::now() + span;
        tokio::select! {
            () = tokio::time::sleep_until(until) => Ok(()),
            control = controls.recv() => self.obey(control.ok_or(Gone)?).await,
        }
    }

    /// Waits before a state for the person's word.
    async fn pause(
        &mut self,
        reason: PauseReason,
        controls: &mut Receiver<Control>,
    ) -> Result<After, Gone> {
        self.rest_news().await?;
        let checkpoint = self.keep();
        self.recording.mark_paused();
        let Some(ready) = self.execution.ready() else {
            return Ok(After::Again);
        };
        let pause = Pause {
            reason,
            lane: ready.lane.clone(),
            state: ready.state.clone(),
            input: ready.input.clone(),
            variables: self.execution.variables(ready.lane),
            now: self.world.now,
            checkpoint,
            events: self.events_sent,
        };
        self.tell(RunNews::Paused(Box::new(pause))).await?;
        let control = self.hear(controls).await?;
        let paused_for = Instant::now();
        match control {
            Control::Go(pace) => {
                self.order.pace = pace;
                self.opened = paused_for;
                self.opened_at = self.world.now;
                self.tell(RunNews::Resumed).await?;
                Ok(After::Enter)
            }
            Control::EditInput(input) => {
                if let Some(ready) = self.execution.ready() {
                    let signal = Signal::EditInput {
                        lane: ready.lane.clone(),
                        state: ready.state.clone(),
                        input,
                        now: self.world.now,
                    };
                    self.advance(signal).await?;
                }
                self.first_reason = Some(reason);
                self.order.pace = Pace::Next;
                Ok(After::Again)
            }
            other => {
                self.obey(other).await?;
                if self.execution.ended().is_none() {
                    self.first_reason.get_or_insert(reason);
                    self.order.pace = Pace::Next;
                }
                Ok(After::Again)
            }
        }
    }

    async fn obey(&mut self, control: Control) -> Result<(), Gone> {
        match control {
            Control::Go(pace) => self.order.pace = pace,
            Control::Breakpoints(breakpoints) => self.order.breakpoints = breakpoints,
            Control::Stop => self.stop(None, Some("Stopped by hand".to_owned())).await?,
            Control::Abort { error, cause } => self.stop(error, cause).await?,
            Control::Redrive => match self.execution.can_redrive() {
                Ok(()) => {
                    let now = self.time();
                    self.tell(RunNews::Redriven).await?;
                    self.advance(Signal::Redrive { now }).await?;
                }
                Err(refusal) => self.tell(RunNews::NotRedriven(refusal)).await?,
            },
            control @ (Control::ChangeMapRun { .. }
            | Control::StopChild { .. }
            | Control::MachineDeleted) => {
                let now = self.time();
                if let Some(signal) = control.signal(now) {
                    self.advance(signal).await?;
                }
            }
            Control::Back => {
                let latest = self.recording.latest();
                let target = latest.and_then(|latest| {
                    // At a pause the latest moment is the pause itself; after the end, and while the run
                    // goes on, it is one to go back to.
                    let here = self.events_sent + self.events.len();
                    let from = if self.recording.is_at(here) && self.execution.ended().is_none() {
                        latest
                    } else {
                        latest + 1
                    };
                    self.recording.pause_before(from)
                });
                if let Some(target) = target {
                    self.go_back(target).await?;
                }
            }
            Control::BackTo(target) => self.go_back(target).await?,
            Control::EditInput(_) => {}
            Control::Answer {
                task,
                outcome,
                after,
            } => {
                let at = self.time().saturating_add(after);
                // A task that was answered or has timed out meanwhile needs no answer.
                let _ = self.world.outside.answer(&task, outcome, at);
            }
            Control::Release(Some(task)) => self.world.outside.release(&task),
            Control::Release(None) => self.world.outside.release_all(),
        }
        Ok(())
    }

    async fn stop(&mut self, error: Option<String>, cause: Option<String>) -> Result<(), Gone> {
        let now = self.time();
        let said = cause.clone().unwrap_or_default();
        self.advance(Signal::Stop { now, error, cause }).await?;
        self.world.outside.stop(now, &said);
        Ok(())
    }

    async fn go_back(&mut self, target: usize) -> Result<(), Gone> {
        self.flush().await?;
        let Some(moment) = self.recording.go_back(target) else {
            return Ok(());
        };
        self.execution = moment.execution;
        self.world = moment.world;
        if let Some(journal) = &self.journal {
            lock(journal).go_back(self.world.fed);
        }
        self.events_sent = moment.events;
        self.opened = Instant::now();
        self.opened_at = self.world.now;
        self.first_reason = Some(PauseReason::Rewound);
        self.order.pace = Pace::Next;
        self.tasks.clear();
        self.nested = 0;
        self.world.outside.call_again(self.world.now);
        self.tell(RunNews::Rewound {
            events: moment.events,
        })
        .await
    }

    /// Executions that nobody waits for go on after the run has ended.
    fn outlive(&mut self) {
        if self.order.clock != Clock::Virtual {
            return;
        }
        let mut now = self.world.now;
        while let Some(next) = self.world.outside.next_inside() {
            now = now.max(next);
            self.world.outside.advance(now);
        }
    }

    /// Nothing can be done right now: goes to the next answer or timer.
    async fn wait(&mut self, controls: &mut Receiver<Control>) -> Result<(), Gone> {
        self.flush().await?;
        if self.world.outside.is_out() {
            return self.wait_outside(controls).await;
        }
        let Some(next) = self.world.outside.next(&self.execution) else {
            self.rest_news().await?;
            // A person sees this moment, so it is one to go back to.
            self.keep();
            self.recording.mark_paused();
            self.tell(RunNews::Waiting {
                now: self.world.now,
            })
            .await?;
            let control = self.hear(controls).await?;
            return self.obey(control).await;
        };
        if self.order.clock == Clock::Real {
            let now = self.time();
            if next > now {
                self.rest_news().await?;
                let span = Duration::from_millis(u64::try_from(next - now).unwrap_or_default());
                self.rest(span, controls).await?;
                if self.time() < next {
                    return Ok(());
                }
            }
        }
        self.world.now = self.world.now.max(next);
        self.arrive().await
    }

    /// Waits for what is made for real, or for what is due before it: real time passes.
    async fn wait_outside(&mut self, controls: &mut Receiver<Control>) -> Result<(), Gone> {
        let before = self.time();
        let began = Instant::now();
        let next = self.world.outside.next(&self.execution);
        let span = next.map(|next| u64::try_from(next - before).unwrap_or_default());
        if span != Some(0) {
            self.rest_news().await?;
        }
        let news = self.world.outside.news();
        let due = async {
            match span {
                Some(span) => tokio::time::sleep(Duration::from_millis(span)).await,
                None => std::future::pending().await,
            }
        };
        let control = tokio::select! {
            () = news => None,
            () = due => None,
            control = controls.recv() => Some(control.ok_or(Gone)?),
        };
        if self.order.clock == Clock::Virtual {
            let passed = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
            self.world.now = before.saturating_add(passed);
        }
        self.time();
        match control {
            Some(control) => self.obey(control).await,
            None => self.arrive().await,
        }
    }

    /// Takes in what has arrived by now.
    async fn arrive(&mut self) -> Result<(), Gone> {
        let now = self.world.now;
        self.world.outside.advance(now);
        if let Some((call, outcome)) = self.world.outside.take(now) {
            return self.advance(Signal::Answer { call, outcome, now }).await;
        }
        let timer = self.world.outside.timer(&self.execution);
        if timer.is_some_and(|timer| timer <= now) {
            return self.advance(Signal::Time { now }).await;
        }
        tokio::task::yield_now().await;
        Ok(())
    }

    fn time(&mut self) -> Millis {
        if self.order.clock == Clock::Real {
            let passed = i64::try_from(self.opened.elapsed().as_millis()).unwrap_or(i64::MAX);
            self.world.now = self.world.now.max(self.opened_at.saturating_add(passed));
        }
        self.world.now
    }

    async fn advance(&mut self, signal: Signal) -> Result<(), Gone> {
        if let Some(journal) = &self.journal {
            lock(journal).note(&signal);
        }
        let Step {
            events,
            demands,
            stages,
        } = self.execution.advance(signal);
        self.events.extend(events);
        self.stages.extend(stages);
        for demand in demands {
            if let Demand::Store(object) = demand {
                self.tell(RunNews::Stored(Box::new(object))).await?;
                continue;
            }
            let program = self.execution.program().clone();
            self.world.outside.serve(demand, self.world.now, &program);
        }
        if self.events.len() >= BATCH {
            self.flush().await?;
        }
        Ok(())
    }

    /// Everything there is to tell when the run rests: at a pause, while it waits, at its end.
    async fn rest_news(&mut self) -> Result<(), Gone> {
        self.flush().await?;
        let running = self.world.outside.running();
        if !running.is_empty() {
            self.tell(RunNews::Nested(running)).await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Gone> {
        self.tell_calls().await?;
        self.flush_events().await?;
        let ended: Vec<Arc<NestedRun>> = self
            .world
            .outside
            .ended()
            .iter()
            .skip(self.nested)
            .cloned()
            .collect();
        if !ended.is_empty() {
            self.nested += ended.len();
            self.tell(RunNews::Nested(ended)).await?;
        }
        let tasks = self.world.outside.waiting();
        if !tasks
            .iter()
            .map(|task| (&task.key, task.held))
            .eq(self.tasks.iter().map(|(key, held)| (key, *held)))
        {
            self.tasks = tasks
                .iter()
                .map(|task| (task.key.clone(), task.held))
                .collect();
            self.tell(RunNews::Tasks(tasks)).await?;
        }
        Ok(())
    }

    async fn tell_calls(&mut self) -> Result<(), Gone> {
        for record in self.world.outside.take_records() {
            self.tell(RunNews::Called(Box::new(record))).await?;
        }
        Ok(())
    }

    async fn flush_events(&mut self) -> Result<(), Gone> {
        if self.events.is_empty() && self.stages.is_empty() {
            return Ok(());
        }
        self.events_sent += self.events.len();
        let events = std::mem::take(&mut self.events);
        let stages = std::mem::take(&mut self.stages);
        self.tell(RunNews::Happened { events, stages }).await
    }

    async fn tell(&mut self, news: RunNews) -> Result<(), Gone> {
        self.news.send(news).await.map_err(|_| Gone)
    }
}

/// A thread that panicked while it held the lock has left whole entries behind.
fn lock(journal: &Mutex<Journal>) -> MutexGuard<'_, Journal> {
    journal.lock().unwrap_or_else(PoisonError::into_inner)
}
