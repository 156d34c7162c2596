//! An execution: a value that moves one micro-step at a time.

use std::cell::Cell;
use std::sync::Arc;

use crate::asl::StatePath;
use crate::engine::CallId;
use crate::engine::Demand;
use crate::engine::Ended;
use crate::engine::EventDetail;
use crate::engine::ExecutionKind;
use crate::engine::Lane;
use crate::engine::Millis;
use crate::engine::Phase;
use crate::engine::Program;
use crate::engine::Ready;
use crate::engine::Signal;
use crate::engine::StageKind;
use crate::engine::Start;
use crate::engine::Status;
use crate::engine::Step;
use crate::engine::StoredObject;
use crate::engine::Workers;
use crate::engine::chance::Chance;
use crate::engine::child::ChildEnd;
use crate::engine::child::Children;
use crate::engine::environment::Fixed;
use crate::engine::environment::fixed_context;
use crate::engine::environment::role_arn;
use crate::engine::environment::visible_variables;
use crate::engine::guard::Standstill;
use crate::engine::lanes::Stand;
use crate::engine::lanes::Thread;
use crate::engine::lanes::ThreadId;
use crate::engine::lanes::Threads;
use crate::engine::lanes::Visit;
use crate::engine::ledger::Ledger;
use crate::engine::measure::Measure;
use crate::engine::pages::Queue;
use crate::engine::pages::Share;
use crate::engine::program::StateProgram;
use crate::engine::timer::Alarm;
use crate::engine::timer::Timers;
use crate::engine::trouble::TIMEOUT;
use crate::engine::trouble::Trouble;
use crate::query::Value;

/// What an Express workflow may last (quota "Maximum execution time").
pub(crate) const EXPRESS_LIMIT: Millis = 300_000;

/// One run of a program. A copy goes on as the original would; `checkpoint` makes many of them cheaply.
#[derive(Clone, Debug)]
pub struct Execution {
    pub(crate) program: Arc<Program>,
    pub(crate) fixed: Fixed,
    /// Replaces the Context Object.
    pub(crate) context: Option<Value>,
    pub(crate) threads: Threads,
    pub(crate) queue: Queue<ThreadId>,
    pub(crate) timers: Timers,
    pub(crate) calls: Ledger<CallId, ThreadId>,
    /// The child executions that run.
    pub(crate) children: Children,
    /// The threads as they stood when the failure that ended the execution came up inside a branch or iteration.
    pub(crate) wreck: Option<Arc<Threads>>,
    pub(crate) redrives: i64,
    pub(crate) chance: Cell<Chance>,
    pub(crate) now: Millis,
    pub(crate) out: Step,
    pub(crate) objects: Arc<Vec<StoredObject>>,
    pub(crate) tokens: Vec<(String, String)>,
    pub(crate) missing_activities: Arc<[String]>,
    pub(crate) workers: Workers,
    /// The state machine is no more: no state is entered any more.
    machine_deleted: bool,
    pub(crate) next_call: u64,
    pub(crate) root: ThreadId,
    /// Causes do not name the state (TestState).
    pub(crate) bare_causes: bool,
    begun: bool,
    name: Arc<str>,
    input: Value,
    started_at: Millis,
    pub(crate) next_event: u64,
    transitions: u64,
    pub(crate) standstill: Standstill,
    pub(crate) history: bool,
    pub(crate) stages: bool,
    ended: Option<Ended>,
}

impl Execution {
    pub fn new(program: Arc<Program>, start: Start) -> Execution {
        let measure = Measure::of(&start.input);
        let first = program
            .scope_start(crate::engine::program::ScopeIndex(0))
            .unwrap_or(crate::engine::program::StateIndex(0));
        let mut threads = Threads::default();
        let root = threads.insert(Thread {
            lane: Lane::default(),
            parent: None,
            child: None,
            isolated: false,
            item: None,
            variables: start
                .variables
                .into_iter()
                .map(|(name, value)| (Arc::from(name), value))
                .collect(),
            last: 0,
            visit: Visit::new(first, start.input.clone(), measure),
        });
        let mut queue = Queue::default();
        queue.push_back(root);
        let fixed = fixed_context(&program, &start.name, &start.input, start.at);
        Execution {
            fixed,
            context: None,
            threads,
            queue,
            timers: Timers::default(),
            calls: Ledger::default(),
            children: Children::default(),
            wreck: None,
            redrives: 0,
            chance: Cell::new(Chance::new(start.seed)),
            now: start.at,
            out: Step::default(),
            objects: Arc::new(start.objects),
            tokens: start.tokens,
            missing_activities: Arc::from(start.missing_activities),
            workers: start.workers,
            machine_deleted: false,
            next_call: 1,
            root,
            bare_causes: false,
            begun: false,
            name: Arc::from(start.name),
            input: start.input,
            started_at: start.at,
            next_event: 1,
            transitions: 0,
            standstill: Standstill::at(start.at),
            history: start.history,
            stages: start.stages,
            ended: None,
            program,
        }
    }

    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The input it was started with.
    pub fn input(&self) -> &Value {
        &self.input
    }

    pub fn started_at(&self) -> Millis {
        self.started_at
    }

    /// The time of the latest signal.
    pub fn now(&self) -> Millis {
        self.now
    }

    /// States entered so far.
    pub fn transitions(&self) -> u64 {
        self.transitions
    }

    /// How it ended, once it has.
    pub fn ended(&self) -> Option<&Ended> {
        self.ended.as_ref()
    }

    /// The micro-step the next `Signal::Proceed` does; none while it waits for an answer or a timer.
    pub fn ready(&self) -> Option<Ready<'_>> {
        let thread = self.threads.get(*self.queue.front()?)?;
        let state = self.program.state(thread.visit.state)?;
        let phase = match &thread.visit.stand {
            Stand::Enter => Phase::Enter,
            Stand::Work => Phase::Work,
            Stand::Exit(..) => Phase::Exit,
            Stand::Fault(_) => Phase::Fault,
            Stand::Call(_) | Stand::Wait(_) | Stand::BackOff(_) | Stand::Container(_) => {
                return None;
            }
        };
        Some(Ready {
            lane: &thread.lane,
            state: &state.path,
            phase,
            input: &thread.visit.input,
        })
    }

    /// When the earliest wait, back-off, timeout or heartbeat is over.
    pub fn next_timer(&self) -> Option<Millis> {
        self.timers.next()
    }

    /// The earliest moment at which one of these calls, or the execution as a whole, times out.
    pub fn deadline(&self, calls: impl IntoIterator<Item = CallId>) -> Option<Millis> {
        let of_calls = calls.into_iter().filter_map(|call| {
            let thread = self.threads.get(*self.calls.get(&call)?)?;
            match &thread.visit.stand {
                Stand::Call(open) => open.deadline(),
                Stand::Enter
                | Stand::Work
                | Stand::Exit(..)
                | Stand::Fault(_)
                | Stand::Wait(_)
                | Stand::BackOff(_)
                | Stand::Container(_) => None,
            }
        });
        of_calls.chain(self.timers.of_execution()).min()
    }

    /// The variables visible in a branch or iteration; none where the lane is not open.
    pub fn variables(&self, lane: &Lane) -> Vec<(String, Value)> {
        self.threads
            .iter()
            .find(|(_, thread)| thread.lane == *lane)
            .map(|(id, _)| visible_variables(&self.threads, id))
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| (name.to_string(), value))
            .collect()
    }

    /// The branches and iterations that are open, each with the state it stands in.
    pub fn open_lanes(&self) -> Vec<(Lane, StatePath)> {
        if self.ended.is_some() {
            return Vec::new();
        }
        let mut open: Vec<(Lane, StatePath)> = self
            .threads
            .iter()
            .filter_map(|(_, thread)| {
                let state = self.program.state(thread.visit.state)?;
                Some((thread.lane.clone(), state.path.clone()))
            })
            .collect();
        open.sort();
        open
    }

    /// Does one micro-step. Signals to an ended execution change nothing.
    pub fn advance(&mut self, signal: Signal) -> Step {
        let mut step = Step::default();
        self.advance_into(signal, &mut step);
        step
    }

    /// Does one micro-step and adds what it brings to `step`, so that many steps share their memory.
    pub fn advance_into(&mut self, signal: Signal, step: &mut Step) {
        let program = self.program.clone();
        self.advance_in(&program, signal, step);
    }

    /// The same for one who holds the execution's program, which then need not be counted as held at each step.
    pub(crate) fn advance_in(&mut self, program: &Program, signal: Signal, step: &mut Step) {
        if self.ended.is_some() && !matches!(signal, Signal::Redrive { .. }) {
            return;
        }
        std::mem::swap(&mut self.out, step);
        self.now = self.now.max(signal.now());
        self.begin();
        match signal {
            Signal::Proceed { .. } => self.proceed(program),
            Signal::Answer { call, outcome, .. } => self.answer(call, outcome),
            Signal::Time { .. } => self.ring(),
            Signal::Redrive { .. } => self.redrive(),
            Signal::StopChild {
                execution_arn,
                error,
                cause,
                ..
            } => self.stop_child(&execution_arn, error, cause),
            Signal::MachineDeleted { .. } => self.machine_deleted = true,
            Signal::ChangeMapRun {
                map_run_arn,
                change,
                ..
            } => self.change_map_run(&map_run_arn, change),
            Signal::Stop { error, cause, .. } => {
                self.finish(Ended {
                    status: Status::Aborted,
                    output: None,
                    error: error.map(Arc::from),
                    cause: cause.map(Arc::from),
                    fault: None,
                    at: self.now,
                });
            }
            Signal::EditInput {
                lane, state, input, ..
            } => self.edit_input(&lane, &state, input),
        }
        self.guard();
        self.drop_ended();
        std::mem::swap(&mut self.out, step);
    }

    /// A copy that shares whatever neither of the two has changed since. Costs little however many
    /// branches and iterations are open.
    pub fn checkpoint(&mut self) -> Execution {
        self.threads.share();
        self.queue.share();
        self.calls.share();
        self.timers.share();
        self.children.share();
        self.clone()
    }

    /// How much a checkpoint holds that others may not share, counted in units of some hundred bytes.
    pub fn weight(&self) -> usize {
        // Pages are shared, the lists of pages are not; calls and timers are, but for the latest.
        1 + (self.threads.places()
            + self.children.places()
            + 4 * (self.calls.len() + self.timers.len()))
            / 64
    }

    /// Takes threads from the front of the queue that have been aborted meanwhile.
    fn drop_ended(&mut self) {
        while self
            .queue
            .front()
            .is_some_and(|id| self.threads.get(*id).is_none())
        {
            self.queue.pop_front();
        }
    }

    fn begin(&mut self) {
        if self.begun {
            return;
        }
        self.begun = true;
        self.limit_time(self.started_at);
        let role = Arc::from(role_arn(&self.program));
        let detail = EventDetail::ExecutionStarted {
            input: self.input.clone(),
            role,
        };
        self.write(self.root, 0, None, detail);
    }

    /// Sets the end of the time the whole execution may take.
    fn limit_time(&mut self, from: Millis) {
        let limit = match (self.program.timeout_seconds, self.program.kind) {
            (Some(seconds), _) => seconds.saturating_mul(1_000),
            (None, ExecutionKind::Express) => EXPRESS_LIMIT,
            (None, ExecutionKind::Standard) => return,
        };
        self.timers
            .set(from.saturating_add(limit), Alarm::Execution);
    }

    /// Takes back the end of the execution; its time begins anew, and the redrive counts as a transition.
    pub(crate) fn reopen(&mut self) {
        self.ended = None;
        self.transitions += 1;
        self.limit_time(self.now);
    }

    fn proceed(&mut self, program: &Program) {
        let Some(id) = self.queue.pop_front() else {
            return;
        };
        let Some(thread) = self.threads.get_mut(id) else {
            return;
        };
        let Some(state) = program.state(thread.visit.state) else {
            return;
        };
        let stand = std::mem::replace(&mut thread.visit.stand, Stand::Work);
        let done = match stand {
            Stand::Enter => {
                self.enter(id, state);
                Ok(())
            }
            Stand::Work => self.work(id, state),
            Stand::Exit(result, measure) => self.exit(id, state, result, measure),
            Stand::Fault(trouble) => {
                self.handle(id, state, trouble);
                Ok(())
            }
            Stand::Call(_) | Stand::Wait(_) | Stand::BackOff(_) | Stand::Container(_) => {
                thread.visit.stand = stand;
                Ok(())
            }
        };
        if let Err(trouble) = done {
            self.fall(id, state, trouble);
        }
    }

    /// Lets a thread go on with a fault as its next micro-step.
    pub(crate) fn fall(&mut self, id: ThreadId, state: &StateProgram, trouble: Trouble) {
        if let Some(thread) = self.threads.get_mut(id) {
            let entered = (!self.bare_causes).then_some(thread.visit.entered);
            let trouble = trouble.in_state(state, entered);
            thread.visit.stand = Stand::Fault(trouble);
            self.queue.push_front(id);
        }
    }

    /// Lets a thread go on with its result as its next micro-step.
    pub(crate) fn conclude(&mut self, id: ThreadId, result: Value, measure: Measure) {
        if let Some(thread) = self.threads.get_mut(id) {
            thread.visit.stand = Stand::Exit(result, measure);
            self.queue.push_front(id);
        }
    }

    fn enter(&mut self, id: ThreadId, state: &StateProgram) {
        if self.machine_deleted {
            let words = format!("State machine {} has been deleted.", self.program.name);
            self.end_failed(Trouble::runtime(words));
            return;
        }
        let Some(thread) = self.threads.get_mut(id) else {
            return;
        };
        let visit = &mut thread.visit;
        visit.before = thread.last;
        visit.entered_at = self.now;
        let input = visit.input.clone();
        let edited = std::mem::take(&mut visit.edited).then(|| input.clone());
        self.transitions += 1;
        if let Err(trouble) = self.count_entry(id) {
            match self.threads.get(id).and_then(|thread| thread.child) {
                Some(_) => self.fall(id, state, trouble),
                None => self.end_failed(trouble),
            }
            return;
        }
        self.stage(id, state, StageKind::Input, &input);
        let entered = self.emit(
            id,
            state,
            EventDetail::StateEntered {
                kind: state.kind,
                name: state.name.clone(),
                input,
            },
        );
        if let Some(thread) = self.threads.get_mut(id) {
            thread.visit.entered = entered;
            thread.visit.stand = Stand::Work;
        }
        if let Some(input) = edited {
            self.note_edit(id, state, input);
        }
        self.queue.push_front(id);
    }

    fn edit_input(&mut self, lane: &Lane, state: &StatePath, input: Value) {
        let program = self.program.clone();
        let found = self.threads.iter().find_map(|(id, thread)| {
            let program_state = program.state(thread.visit.state)?;
            (thread.lane == *lane && program_state.path == *state).then_some((id, program_state))
        });
        let Some((id, state)) = found else {
            return;
        };
        let Some(thread) = self.threads.get_mut(id) else {
            return;
        };
        let before_entering = matches!(thread.visit.stand, Stand::Enter);
        if !before_entering && !matches!(thread.visit.stand, Stand::Work) {
            return;
        }
        thread.visit.measure = Measure::of(&input);
        thread.visit.input = input.clone();
        thread.visit.edited = before_entering;
        if !before_entering {
            self.note_edit(id, state, input);
        }
    }

    fn note_edit(&mut self, id: ThreadId, state: &StateProgram, input: Value) {
        self.emit_leaf(
            id,
            state,
            EventDetail::InputEdited {
                name: state.name.clone(),
                input,
            },
        );
    }

    /// Lets all timers that are due go off.
    fn ring(&mut self) {
        while let Some((key, alarm)) = self.timers.pop_due(self.now) {
            match alarm {
                Alarm::Wake(id) => self.wake(id, key),
                Alarm::Timeout(id) => self.time_out(id, false),
                Alarm::Heartbeat(id) => self.time_out(id, true),
                Alarm::Child(number) => self.time_out_child(number),
                Alarm::Execution => {
                    self.finish(Ended {
                        status: Status::TimedOut,
                        output: None,
                        error: Some(Arc::from(TIMEOUT)),
                        cause: None,
                        fault: None,
                        at: self.now,
                    });
                    return;
                }
            }
        }
    }

    /// Ends the execution with a fault nothing has dealt with.
    pub(crate) fn end_failed(&mut self, trouble: Trouble) {
        self.finish(Ended {
            status: Status::Failed,
            output: None,
            error: trouble.error.clone(),
            cause: trouble.cause.clone(),
            fault: Some(trouble.fault()),
            at: self.now,
        });
    }

    pub(crate) fn finish(&mut self, ended: Ended) {
        for child in self.children.roots() {
            let parent = self.threads.get(child).and_then(|thread| thread.parent);
            let ended = self.end_child(child, ChildEnd::ABORTED);
            if let Some(parent) = parent {
                self.keep_ended(parent, ended);
            }
        }
        let (error, cause) = (ended.error.clone(), ended.cause.clone());
        let detail = match ended.status {
            Status::Succeeded => EventDetail::ExecutionSucceeded {
                output: ended.output.clone().unwrap_or_default(),
            },
            Status::Failed => EventDetail::ExecutionFailed { error, cause },
            Status::TimedOut => EventDetail::ExecutionTimedOut { error, cause },
            Status::Aborted => EventDetail::ExecutionAborted { error, cause },
        };
        let previous = match ended.status {
            Status::Succeeded | Status::Failed => {
                self.threads.get(self.root).map_or(0, |root| root.last)
            }
            Status::TimedOut | Status::Aborted => self.next_event - 1,
        };
        self.write(self.root, previous, None, detail);
        let open = std::mem::take(&mut self.calls);
        self.out.demands.extend(open.keys().map(Demand::Cancel));
        self.queue.clear();
        self.timers = Timers::default();
        self.ended = Some(ended);
    }
}
