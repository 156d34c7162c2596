//! Executions that an execution has started: they run on its clock, with mocks and a history of their own.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::resource::Pattern;
use crate::backends::Workflows;
use crate::backends::around::Around;
use crate::backends::around::Order;
use crate::backends::around::Taken;
use crate::backends::flight::Reach;
use crate::backends::service::Request;
use crate::backends::service::Sending;
use crate::engine::Call;
use crate::engine::CallId;
use crate::engine::Execution;
use crate::engine::Millis;
use crate::engine::Outcome;
use crate::engine::Signal;
use crate::engine::Step;
use crate::query::Value;
use crate::trace::Hand;
use crate::trace::NestedRun;
use crate::trace::TaskKey;

/// What all executions of a run have in common.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub workflows: Workflows,
    pub hand: Hand,
    /// How calls are made for real; none where only mocks answer.
    pub reach: Option<Reach>,
    /// The clock does not pass timeouts of tasks that wait for a hand.
    pub holds: bool,
    pub stages: bool,
    /// What happens has happened before, calls made for real too.
    pub repeats: bool,
    /// Standard executions by ARN.
    pub names: BTreeMap<Arc<str>, Taken>,
    /// Executions that have ended, in the order of their ends.
    pub ended: Vec<Arc<NestedRun>>,
    /// What a person should know of the run, as sentences without a full stop.
    pub notes: Vec<String>,
    /// Requests to answer a task by its token, to be served by the run.
    pub sent: Vec<Sent>,
    started: usize,
    seed: u64,
}

/// A state answers another one's task.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// The call that asks for it.
    pub from: TaskKey,
    pub call: Call,
    pub sending: Sending,
}

impl Shared {
    /// Executions one run may start.
    pub(crate) const MOST: usize = 1_000;

    pub(crate) fn new(workflows: Workflows, hand: Hand, seed: u64) -> Shared {
        Shared {
            workflows,
            hand,
            reach: None,
            holds: false,
            stages: false,
            repeats: false,
            names: BTreeMap::new(),
            ended: Vec::new(),
            notes: Vec::new(),
            sent: Vec::new(),
            started: 0,
            seed,
        }
    }

    pub(crate) fn is_exhausted(&self) -> bool {
        self.started >= Shared::MOST
    }

    /// Whether a person answers a call that has no mock.
    pub(crate) fn answers_by_hand(&self, call: &Call) -> bool {
        match self.hand {
            Hand::Nobody => false,
            Hand::Callbacks | Hand::Workers => call.token.is_some(),
            Hand::All => true,
        }
    }

    /// A note of something that may happen over and over again.
    pub(crate) fn say_once(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    pub(crate) fn send(&mut self, around: &TaskKey, call: Call, sending: Sending) {
        let from = around.inner(call.id);
        self.sent.push(Sent {
            from,
            call,
            sending,
        });
    }

    /// The next number of chance. The same run gives the same numbers.
    pub(crate) fn chance(&mut self) -> u64 {
        let mut chance = fastrand::Rng::with_seed(self.seed);
        self.seed = chance.u64(..);
        chance.u64(..)
    }

    /// Lets the next numbers be other ones than a run had that began in the same way.
    pub(crate) fn stir(&mut self, now: Millis) {
        self.seed = self.chance() ^ now.unsigned_abs();
    }

    /// A random UUID, version 4.
    pub(crate) fn uuid(&mut self) -> String {
        let (high, low) = (self.chance(), self.chance());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            (low >> 48) & 0x3fff | 0x8000,
            low & 0xffff_ffff_ffff
        )
    }
}

/// An execution that was started, and what lies around it.
#[derive(Clone, Debug)]
pub(crate) struct Child {
    /// The call that started it.
    pub call: CallId,
    request: Request,
    pub run: NestedRun,
    taken: Taken,
    execution: Execution,
    pub around: Around,
    /// The call waits for its end.
    awaited: bool,
}

impl Child {
    pub(crate) fn new(
        outer: &TaskKey,
        call: &Call,
        request: Request,
        order: Order,
        now: Millis,
        shared: &mut Shared,
    ) -> Child {
        shared.started += 1;
        let start = order.start(now, shared);
        let key = outer.inner(call.id);
        let program = &order.workflow.program;
        let taken = Taken {
            program: program.clone(),
            name: order.name.clone(),
            arn: order.arn.clone(),
            input: order.input,
            started_at: now,
            ended: None,
        };
        shared.names.insert(order.arn.clone(), taken.clone());
        Child {
            call: call.id,
            request,
            execution: Execution::new(program.clone(), start),
            run: NestedRun {
                key: key.clone(),
                state: call.state.clone(),
                lane: call.lane.clone(),
                workflow: order.workflow.name.clone(),
                path: order.workflow.path.clone(),
                text: order.workflow.text.clone(),
                name: order.name,
                arn: order.arn,
                input: order.value,
                started_at: now,
                events: Arc::default(),
                stages: Arc::default(),
                ended: None,
            },
            taken,
            around: Around::new(key, order.mocks),
            awaited: true,
        }
    }

    /// The state that started it waits for its end.
    pub(crate) fn is_awaited(&self) -> bool {
        self.awaited && self.run.ended.is_none() && self.is_waited_for()
    }

    fn is_waited_for(&self) -> bool {
        match self.request {
            Request::Start(Pattern::Sync | Pattern::Sync2) | Request::SdkStartSync => true,
            Request::Start(Pattern::RequestResponse | Pattern::WaitForTaskToken)
            | Request::SdkStart(_)
            | Request::Send(_) => false,
        }
    }

    /// Nothing of it, nor inside it, goes on.
    pub(crate) fn is_over(&self) -> bool {
        self.run.ended.is_some() && self.around.is_empty()
    }

    /// When it, or an execution inside it, can go on.
    pub(crate) fn next(&self, shared: &Shared) -> Option<Millis> {
        if self.run.ended.is_some() {
            return self.around.next_inside(shared);
        }
        if self.execution.ready().is_some() {
            return Some(self.execution.now());
        }
        let timer = self.around.timer(&self.execution, shared);
        timer.into_iter().chain(self.around.next(shared)).min()
    }

    /// Does everything that is due up to a moment.
    pub(crate) fn advance(&mut self, now: Millis, shared: &mut Shared) {
        while self.run.ended.is_none() {
            let signal = if self.execution.ready().is_some() {
                Signal::Proceed { now }
            } else {
                self.around.advance(now, shared);
                let timer = self.around.timer(&self.execution, shared);
                match self.around.take(now) {
                    Some((call, outcome)) => Signal::Answer { call, outcome, now },
                    None if timer.is_some_and(|timer| timer <= now) => Signal::Time { now },
                    None => return,
                }
            };
            self.signal(signal, now, shared);
        }
        self.around.advance(now, shared);
    }

    fn signal(&mut self, signal: Signal, now: Millis, shared: &mut Shared) {
        let Step {
            events,
            demands,
            stages,
        } = self.execution.advance(signal);
        Arc::make_mut(&mut self.run.events).extend(events);
        Arc::make_mut(&mut self.run.stages).extend(stages);
        for demand in demands {
            let program = self.taken.program.clone();
            self.around.serve(demand, now, &program, shared);
        }
        if let Some(ended) = self.execution.ended() {
            self.run.ended = Some(ended.clone());
            self.taken.ended = Some(ended.clone());
            shared
                .names
                .insert(self.run.arn.clone(), self.taken.clone());
            shared.ended.push(Arc::new(self.run.clone()));
            let left = self.around.mocks.left_over();
            let workflow = &self.run.workflow;
            let notes = left
                .iter()
                .map(|left| format!("in the nested workflow \"{workflow}\" {left}"));
            shared.notes.extend(notes);
        }
    }

    /// What the state gets that waits for its end; none before, and never twice.
    pub(crate) fn outcome(&mut self) -> Option<Outcome> {
        if !self.awaited || self.run.ended.is_none() {
            return None;
        }
        self.awaited = false;
        self.taken.finish(self.request)
    }

    /// The state no longer waits for it, so the service stops it.
    pub(crate) fn cancel(&mut self, now: Millis, shared: &mut Shared) {
        let cause = "The Task state which was managing this resource was aborted";
        self.awaited = false;
        self.halt(now, cause, shared);
    }

    /// Ends it and everything inside it.
    pub(crate) fn stop(&mut self, now: Millis, cause: &str, shared: &mut Shared) {
        self.halt(now, cause, shared);
        self.around.stop(now, cause, shared);
    }

    fn halt(&mut self, now: Millis, cause: &str, shared: &mut Shared) {
        if self.run.ended.is_none() {
            let stop = Signal::Stop {
                now,
                error: None,
                cause: Some(cause.to_owned()),
            };
            self.signal(stop, now, shared);
        }
    }
}

impl Sent {
    /// What becomes of the task: its outcome, or what is wrong with the request, as code and message.
    pub(crate) fn outcome(&self) -> Result<Outcome, (&'static str, String)> {
        let text = |field: &str| self.call.payload.get(field).and_then(Value::as_str);
        match self.sending {
            Sending::Heartbeat => Ok(Outcome::Heartbeat),
            Sending::Failure => Ok(Outcome::Failed(crate::engine::Fault {
                error: text("Error").map(Arc::from),
                cause: text("Cause").map(Arc::from),
                origin: None,
            })),
            Sending::Success => match self.call.payload.get("Output") {
                Some(Value::String(text)) => Value::parse(text)
                    .map(Outcome::Succeeded)
                    .map_err(|error| ("InvalidOutput", format!("Invalid Output: '{error}'"))),
                Some(value) => Ok(Outcome::Succeeded(value.clone())),
                None => Err(("InvalidOutput", "Invalid Output: ''".to_owned())),
            },
        }
    }

    pub(crate) fn token(&self) -> &str {
        let token = self.call.payload.get("TaskToken");
        token.and_then(Value::as_str).unwrap_or_default()
    }
}
