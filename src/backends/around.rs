//! What lies around one execution: answers on their way, tasks that wait, and the executions it has started.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::resource::Pattern;
use crate::backends::Mocks;
use crate::backends::flight::Ticket;
use crate::backends::nested::Child;
use crate::backends::nested::Shared;
use crate::backends::out::Out;
use crate::backends::real;
use crate::backends::service;
use crate::backends::service::Description;
use crate::backends::service::Request;
use crate::backends::workflows::Workflow;
use crate::engine::Answer;
use crate::engine::Call;
use crate::engine::CallId;
use crate::engine::Demand;
use crate::engine::Due;
use crate::engine::Execution;
use crate::engine::ExecutionKind;
use crate::engine::Fault;
use crate::engine::Millis;
use crate::engine::Outcome;
use crate::engine::Program;
use crate::engine::Start;
use crate::engine::Workers;
use crate::query::Value;
use crate::sidecar::Backend;
use crate::trace::Hand;
use crate::trace::NestedRun;
use crate::trace::TaskKey;
use crate::trace::WaitingTask;

/// Executions that start each other go no deeper than this.
const DEEPEST: usize = 16;

/// What lies around one execution.
#[derive(Clone, Debug, Default)]
pub(crate) struct Around {
    /// The call that started the execution; empty for the run itself.
    pub key: TaskKey,
    pub mocks: Mocks,
    /// Answers on their way, by the time they arrive.
    due: Due,
    /// Keeps answers of one moment in the order in which they were given.
    given: usize,
    waiting: BTreeMap<CallId, Waiting>,
    /// Calls that are made for real.
    pub(crate) out: BTreeMap<CallId, Out>,
    /// Executions that still run, or inside which one does.
    pub(crate) children: Vec<Child>,
    /// Executions started so far, by workflow.
    starts: BTreeMap<Arc<str>, usize>,
    /// Calls that wait for an execution which was running already, by its ARN.
    joined: Vec<(CallId, Request, Arc<str>)>,
}

/// A call nobody has promised an answer to.
#[derive(Clone, Debug)]
struct Waiting {
    call: Call,
    since: Millis,
    held: bool,
}

impl Around {
    pub(crate) fn new(key: TaskKey, mocks: Mocks) -> Around {
        Around {
            key,
            mocks,
            ..Around::default()
        }
    }

    /// Serves what the execution wants.
    pub(crate) fn serve(
        &mut self,
        demand: Demand,
        now: Millis,
        program: &Program,
        shared: &mut Shared,
    ) {
        match demand {
            Demand::Call(call) => self.call(call, now, program, shared),
            // What started executions write stays with them.
            Demand::Store(_) => {}
            Demand::Cancel(call) => {
                self.forget(call);
                self.call_off(call);
                let child = self.children.iter_mut().find(|child| child.call == call);
                if let Some(child) = child.filter(|child| child.is_awaited()) {
                    child.cancel(now, shared);
                }
            }
        }
    }

    /// Nothing more comes of a call.
    pub(crate) fn forget(&mut self, call: CallId) {
        self.due.cancel(call);
        self.waiting.remove(&call);
        self.joined.retain(|(joined, _, _)| *joined != call);
    }

    /// Ends every execution further in, and waits for nothing any more.
    pub(crate) fn end_inside(&mut self, now: Millis, shared: &mut Shared) {
        let cause = "The server that ran this execution ended";
        self.stop(now, cause, shared);
        *self = Around {
            starts: std::mem::take(&mut self.starts),
            ..Around::new(
                std::mem::take(&mut self.key),
                std::mem::take(&mut self.mocks),
            )
        };
        shared.sent.clear();
    }

    /// Asks the backends that are to answer a call, the first that can.
    fn call(&mut self, call: Call, now: Millis, program: &Program, shared: &mut Shared) {
        let Some(reach) = shared.reach.clone() else {
            return self.mocked(call, now, program, shared);
        };
        let chain = reach.plan.of(&call.state, &call.name).to_vec();
        let mut instead = None;
        let last = chain.len().saturating_sub(1);
        for (place, backend) in chain.into_iter().enumerate() {
            let has_mock = self.mocks.knows(&call.state, &call.name);
            match backend {
                Backend::Mock if has_mock || place == last => {
                    if let Some(reason) = instead.filter(|_| has_mock) {
                        shared.say_once(format!("Its mock answers \"{}\": {reason}", call.name));
                    }
                    return self.mocked(call, now, program, shared);
                }
                Backend::Mock => instead = Some("there is no mock for it".to_owned()),
                Backend::Local if !has_mock && is_nested(&call) => {
                    return self.mocked(call, now, program, shared);
                }
                Backend::Local | Backend::Aws => match real::route(&call, backend, &reach.plan) {
                    Ok(route) => {
                        let ticket = Ticket {
                            key: self.key.inner(call.id),
                            call,
                            route,
                            instead,
                        };
                        return self.send(ticket, now, shared);
                    }
                    Err(fault) if place == last && shared.answers_by_hand(&call) => {
                        shared
                            .notes
                            .extend(fault.cause.as_deref().map(str::to_owned));
                        return self.wait(call, now, true);
                    }
                    Err(fault) if place == last => {
                        return self.give(call.id, Outcome::Failed(fault), now);
                    }
                    Err(fault) => instead = fault.cause.as_deref().map(real::reason),
                },
            }
        }
        self.mocked(call, now, program, shared);
    }

    /// Answers a call from the mocks, by another execution, or by hand.
    fn mocked(&mut self, call: Call, now: Millis, program: &Program, shared: &mut Shared) {
        if let Some(answers) = self.mocks.take(&call) {
            let promised = answers.iter().any(|answer| is_final(&answer.outcome));
            let polled = shared.hand.workers() == Workers::Polling && call.is_of_activity();
            let is_start = |answer: &Answer| matches!(answer.outcome, Outcome::Started { .. });
            // Its mock is there already: it takes the task at once.
            if promised && polled && !answers.iter().any(is_start) {
                self.give(call.id, Outcome::Started { worker: None }, now);
            }
            for Answer { after, outcome } in answers {
                self.give(call.id, outcome, now.saturating_add(after));
            }
            if !promised {
                self.wait(call, now, false);
            }
            return;
        }
        let request = Request::of(&call).filter(|_| !self.mocks.knows(&call.state, &call.name));
        match request {
            Some(Request::Send(sending)) => shared.send(&self.key, call, sending),
            Some(request @ (Request::Start(_) | Request::SdkStart(_) | Request::SdkStartSync)) => {
                self.start(call, request, now, program, shared)
            }
            None if shared.answers_by_hand(&call) => self.wait(call, now, true),
            None => {
                let fault = self.mocks.unanswered(&call);
                self.give(call.id, Outcome::Failed(fault), now);
            }
        }
    }

    /// Lets an outcome arrive. The latest one given of a moment arrives last.
    pub(crate) fn give(&mut self, call: CallId, outcome: Outcome, at: Millis) {
        self.given += 1;
        if is_final(&outcome) {
            self.waiting.remove(&call);
        }
        self.due.insert(at, call, self.given, outcome);
    }

    pub(crate) fn wait(&mut self, call: Call, since: Millis, held: bool) {
        let waiting = Waiting { call, since, held };
        self.waiting.insert(waiting.call.id, waiting);
    }

    /// Makes the next copies cheap.
    pub(crate) fn share(&mut self) {
        self.due.share();
        self.children
            .iter_mut()
            .for_each(|child| child.around.share());
    }

    /// The next outcome that has arrived.
    pub(crate) fn take(&mut self, now: Millis) -> Option<(CallId, Outcome)> {
        self.due.next().filter(|at| *at <= now)?;
        self.due.pop().map(|(_, call, outcome)| (call, outcome))
    }

    pub(crate) fn is_waiting(&self, call: CallId) -> bool {
        self.waiting.contains_key(&call)
    }

    /// Lets the timeouts of a waiting task go on.
    pub(crate) fn release(&mut self, call: CallId) {
        if let Some(waiting) = self.waiting.get_mut(&call) {
            waiting.held = false;
        }
    }

    /// What lies around the execution a call belongs to.
    pub(crate) fn of(&mut self, key: &[CallId]) -> Option<&mut Around> {
        match key {
            [] => None,
            [_] => Some(self),
            [outer, inner @ ..] => {
                let child = self.children.iter_mut().find(|child| child.call == *outer);
                child?.around.of(inner)
            }
        }
    }

    /// The task, here or further in, that waits with a token.
    pub(crate) fn with_token(&self, token: &str) -> Option<TaskKey> {
        let own = self
            .waiting
            .values()
            .find(|waiting| waiting.call.token.as_deref() == Some(token));
        own.map(|waiting| self.key.inner(waiting.call.id))
            .or_else(|| {
                let mut inner = self.children.iter();
                inner.find_map(|child| child.around.with_token(token))
            })
    }

    /// The tasks that wait, here and further in, in the order of the calls.
    pub(crate) fn list_waiting(&self, workflow: Option<&str>, all: &mut Vec<WaitingTask>) {
        all.extend(self.waiting.values().map(|waiting| WaitingTask {
            key: self.key.inner(waiting.call.id),
            workflow: workflow.map(str::to_owned),
            state: waiting.call.state.clone(),
            name: waiting.call.name.clone(),
            lane: waiting.call.lane.clone(),
            resource: waiting.call.resource.clone(),
            payload: waiting.call.payload.clone(),
            token: waiting.call.token.clone(),
            since: waiting.since,
            held: waiting.held,
        }));
        for child in &self.children {
            child.around.list_waiting(Some(&child.run.workflow), all);
        }
    }

    /// The executions that run, here and further in.
    pub(crate) fn list_running(&self, all: &mut Vec<Arc<NestedRun>>) {
        for child in &self.children {
            if child.run.ended.is_none() {
                all.push(Arc::new(child.run.clone()));
            }
            child.around.list_running(all);
        }
    }

    /// When the execution's next timer goes off; none where it is held for tasks that wait for a hand.
    pub(crate) fn timer(&self, execution: &Execution, shared: &Shared) -> Option<Millis> {
        let timer = execution.next_timer()?;
        if !shared.holds {
            return Some(timer);
        }
        let held = self.held_calls();
        if held.is_empty() {
            return Some(timer);
        }
        let deadline = execution.deadline(held);
        Some(timer).filter(|timer| deadline.is_none_or(|deadline| *timer < deadline))
    }

    /// The calls whose timeouts are held: their own answer, or the one of a task inside, comes by hand.
    fn held_calls(&self) -> Vec<CallId> {
        let promised = |call: &CallId| self.due.has(*call);
        let own = self
            .waiting
            .values()
            .filter(|waiting| waiting.held && !promised(&waiting.call.id));
        let inner = self
            .children
            .iter()
            .filter(|child| child.is_awaited() && !child.around.held_calls().is_empty());
        own.map(|waiting| waiting.call.id)
            .chain(inner.map(|child| child.call))
            .collect()
    }

    /// When something arrives here, or an execution further in can go on.
    pub(crate) fn next(&self, shared: &Shared) -> Option<Millis> {
        let due = self.due.next();
        let children = self.children.iter().filter_map(|child| child.next(shared));
        let joined = self.joined.iter().filter_map(|(_, _, arn)| {
            let ended = shared.names.get(arn)?.ended.as_ref()?;
            Some(ended.at)
        });
        due.into_iter().chain(children).chain(joined).min()
    }

    /// When an execution further in can go on.
    pub(crate) fn next_inside(&self, shared: &Shared) -> Option<Millis> {
        let moments = self.children.iter().filter_map(|child| child.next(shared));
        moments.min()
    }

    /// Nothing further in runs.
    pub(crate) fn is_empty(&self) -> bool {
        self.children.is_empty()
    }

    /// Brings the executions further in up to a moment; what they were awaited for arrives then.
    pub(crate) fn advance(&mut self, now: Millis, shared: &mut Shared) {
        self.land(now, shared);
        for child in &mut self.children {
            child.advance(now, shared);
        }
        let mut ended = Vec::new();
        for child in &mut self.children {
            ended.extend(child.outcome().map(|outcome| (child.call, outcome)));
        }
        self.children.retain(|child| !child.is_over());
        for (call, request, arn) in std::mem::take(&mut self.joined) {
            match shared
                .names
                .get(&arn)
                .and_then(|taken| taken.finish(request))
            {
                Some(outcome) => ended.push((call, outcome)),
                None => self.joined.push((call, request, arn)),
            }
        }
        for (call, outcome) in ended {
            self.give(call, outcome, now);
        }
    }

    /// Stops every execution further in.
    pub(crate) fn stop(&mut self, now: Millis, cause: &str, shared: &mut Shared) {
        for child in &mut self.children {
            child.stop(now, cause, shared);
        }
    }

    /// A state starts an execution of another workflow.
    fn start(
        &mut self,
        call: Call,
        request: Request,
        now: Millis,
        program: &Program,
        shared: &mut Shared,
    ) {
        let id = shared.uuid();
        let Some(order) = self.prepare(&call, request, program, shared, &id) else {
            return self.wait(call, now, true);
        };
        let order = match order {
            Ok(order) => order,
            Err(fault) => return self.give(call.id, Outcome::Failed(fault), now),
        };
        let arn = order.arn.clone();
        if let Some(taken) = shared.names.get(&arn) {
            let response = service::started(request, &arn, taken.started_at, &id);
            self.joined.push((call.id, request, arn));
            return self.respond(call, request, response, now, shared);
        }
        let response = service::started(request, &arn, now, &id);
        let child = Child::new(&self.key, &call, request, order, now, shared);
        self.children.push(child);
        self.respond(call, request, response, now, shared);
    }

    /// What the state gets at once: the answer itself, or the note that the execution has begun.
    fn respond(
        &mut self,
        call: Call,
        request: Request,
        response: Value,
        now: Millis,
        shared: &Shared,
    ) {
        match request {
            Request::Start(Pattern::RequestResponse)
            | Request::SdkStart(Pattern::RequestResponse | Pattern::Sync | Pattern::Sync2) => {
                self.joined.retain(|(joined, _, _)| *joined != call.id);
                self.give(call.id, Outcome::Succeeded(response), now);
            }
            Request::Start(Pattern::Sync | Pattern::Sync2) => {
                self.give(call.id, Outcome::Submitted(response), now);
            }
            Request::Start(Pattern::WaitForTaskToken)
            | Request::SdkStart(Pattern::WaitForTaskToken) => {
                self.joined.retain(|(joined, _, _)| *joined != call.id);
                self.give(call.id, Outcome::Submitted(response), now);
                self.wait(call, now, shared.hand != Hand::Nobody);
            }
            Request::SdkStartSync | Request::Send(_) => {}
        }
    }

    /// Everything an execution is started with, or the service's refusal; none where the workflow is not
    /// there and a person answers instead.
    fn prepare(
        &mut self,
        call: &Call,
        request: Request,
        program: &Program,
        shared: &mut Shared,
        id: &str,
    ) -> Option<Result<Order, Fault>> {
        let refuse = |code: &str, message: String| Some(Err(request.refusal(code, &message, id)));
        let payload = &call.payload;
        let text = |field: &str| payload.get(field).and_then(Value::as_str);
        let machine = text("StateMachineArn").unwrap_or_default();
        let name = service::machine_name(machine);
        let workflow = match shared.workflows.find(name) {
            None if shared.answers_by_hand(call) => return None,
            None => {
                shared.notes.push(format!(
                    "\"{}\" starts the workflow \"{name}\", which is not in the folder of this one; \
                     add {name}.asl.json there, or a mock for \"{}\"",
                    call.name, call.name
                ));
                let message = format!("State Machine Does Not Exist: '{machine}'");
                return refuse("StateMachineDoesNotExist", message);
            }
            Some(Err(reason)) => {
                let cause = format!("The workflow \"{name}\" cannot run: {reason}");
                return Some(Err(Fault::new("States.TaskFailed", cause)));
            }
            Some(Ok(workflow)) => workflow,
        };
        let express = workflow.program.kind == ExecutionKind::Express;
        if request == Request::SdkStartSync && !express {
            let message = "This operation is not supported by this type of state machine";
            return refuse("StateMachineTypeNotSupported", message.to_owned());
        }
        let input = service::input_text(payload);
        let value = match Value::parse(&input) {
            Ok(value) => value,
            Err(error) => {
                let message = format!("Invalid State Machine Execution Input: '{error}'");
                return refuse("InvalidExecutionInput", message);
            }
        };
        let given = text("Name").map(str::to_owned);
        let name = given.unwrap_or_else(|| shared.uuid());
        if !service::is_name(&name) {
            return refuse("InvalidName", format!("Invalid Name: '{name}'"));
        }
        if self.key.0.len() >= DEEPEST || shared.is_exhausted() {
            let message = format!(
                "\"{}\" starts \"{}\" {} executions deep; here they go {DEEPEST} deep and are {} at most",
                program.name,
                workflow.name,
                self.key.0.len() + 1,
                Shared::MOST,
            );
            return refuse("ExecutionLimitExceeded", message);
        }
        let arn: Arc<str> = match express {
            // Names of Express executions are free; an id tells them apart.
            true => Arc::from(format!("{}:{id}", express_arn(&workflow.program, &name))),
            false => Arc::from(workflow.program.execution_arn(&name)),
        };
        if let Some(taken) = shared.names.get(&arn)
            && (taken.ended.is_some() || taken.input != input)
        {
            let message = format!("Execution Already Exists: '{arn}'");
            return refuse("ExecutionAlreadyExists", message);
        }
        let nth = self.starts.entry(workflow.name.clone()).or_default();
        let mocks = self.mocks.for_nested(&workflow.name, *nth);
        *nth += 1;
        let mocks = match mocks.unwrap_or_else(|| Mocks::from_list(&workflow.mocks)) {
            Ok(mocks) => mocks.inside(&self.mocks),
            Err(error) => {
                let cause = format!("The mocks of the workflow \"{}\": {error}", workflow.name);
                return Some(Err(Fault::new("States.TaskFailed", cause)));
            }
        };
        Some(Ok(Order {
            workflow,
            mocks,
            name: Arc::from(name),
            arn,
            input,
            value,
        }))
    }
}

/// Everything an execution is started with.
pub(crate) struct Order {
    pub workflow: Arc<Workflow>,
    pub mocks: Mocks,
    pub name: Arc<str>,
    pub arn: Arc<str>,
    /// As the service keeps it.
    pub input: String,
    pub value: Value,
}

impl Order {
    /// How its execution begins.
    pub(crate) fn start(&self, at: Millis, shared: &mut Shared) -> Start {
        Start {
            input: self.value.clone(),
            at,
            seed: shared.chance(),
            name: self.name.to_string(),
            stages: shared.stages,
            workers: shared.hand.workers(),
            objects: self.mocks.objects().to_vec(),
            ..Start::default()
        }
    }
}

/// A Standard execution's name, which is taken from then on.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub program: Arc<Program>,
    pub name: Arc<str>,
    pub arn: Arc<str>,
    pub input: String,
    pub started_at: Millis,
    pub ended: Option<crate::engine::Ended>,
}

impl Taken {
    /// What a task gets that waits for the execution; none while it runs.
    pub(crate) fn finish(&self, request: Request) -> Option<Outcome> {
        let description = Description {
            program: &self.program,
            name: &self.name,
            arn: &self.arn,
            input: &self.input,
            started_at: self.started_at,
            ended: self.ended.as_ref()?,
        };
        service::finished(request, &description)
    }
}

/// Whether a call starts another execution or answers a task, which happens within the run itself.
fn is_nested(call: &Call) -> bool {
    Request::of(call).is_some()
}

fn express_arn(program: &Program, name: &str) -> String {
    let arn = program.execution_arn(name);
    let id = format!(":{name}");
    arn.strip_suffix(&id).unwrap_or(&arn).to_owned()
}

/// Nothing comes after it.
pub(crate) const fn is_final(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Succeeded(_) | Outcome::Failed(_) => true,
        Outcome::Submitted(_) | Outcome::Heartbeat | Outcome::Started { .. } => false,
    }
}
