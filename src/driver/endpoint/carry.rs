//! Carries out what an exchange asks for: executions by the engine, everything else by mocks.

use std::sync::Arc;

use crate::asl::StatePath;
use crate::backends::Mocks;
use crate::debugger::Clock;
use crate::driver::endpoint::catalog::Found;
use crate::driver::endpoint::edge::Asked;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::edge::Slice;
use crate::driver::endpoint::edge::now_millis;
use crate::driver::endpoint::machine::Prepared;
use crate::driver::endpoint::machine::Served;
use crate::driver::endpoint::notebook::RequestRun;
use crate::driver::endpoint::perform::Performance;
use crate::engine::Answer;
use crate::engine::Ended;
use crate::engine::ExecutionKind;
use crate::engine::Millis;
use crate::engine::Outcome;
use crate::engine::Start;
use crate::gateway::Executed;
use crate::gateway::HttpCall;
use crate::gateway::IntegrationCall;
use crate::gateway::IntegrationResult;
use crate::gateway::Refusal;
use crate::gateway::StartCall;
use crate::gateway::Synchrony;
use crate::query::Value;
use crate::sidecar::Backend;

/// Micro-steps that are done on a thread that answers requests.
pub(crate) const SHORT: usize = 4_000;

/// Micro-steps between two looks at whether everything is to end.
const BREATH: usize = 20_000;

/// What came of a call.
#[derive(Debug)]
pub(crate) struct Carried {
    pub result: IntegrationResult,
    pub run: Option<Arc<RequestRun>>,
    /// What is missing here and how to add it.
    pub explanation: Option<String>,
}

impl Default for Carried {
    fn default() -> Carried {
        Carried::of(IntegrationResult::TimedOut)
    }
}

impl Carried {
    pub(crate) fn of(result: IntegrationResult) -> Carried {
        Carried {
            result,
            run: None,
            explanation: None,
        }
    }

    /// An execution that nobody waits for, with what is known of it by now.
    pub(crate) fn started(
        arn: String,
        prepared: Prepared,
        ended: Option<Ended>,
        notes: Vec<String>,
    ) -> Carried {
        let at = prepared.start.at;
        let lasted = ended.as_ref().map_or(0, |ended| ended.at - at);
        Carried {
            explanation: notes.first().cloned(),
            run: Some(Arc::new(RequestRun {
                arn: arn.clone(),
                prepared,
                ended,
                lasted,
                events: None,
                notes,
            })),
            result: IntegrationResult::Started {
                execution_arn: arn,
                at,
            },
        }
    }

    /// Nothing here can do it.
    pub(crate) fn missing(words: String) -> Carried {
        Carried {
            explanation: Some(words.clone()),
            ..Carried::of(IntegrationResult::Unreachable(words))
        }
    }
}

impl Edge {
    pub(crate) async fn carry_out(
        self: &Arc<Edge>,
        call: IntegrationCall,
        asked: Asked<'_>,
    ) -> Carried {
        match call {
            IntegrationCall::Start(call) => self.start(call, asked).await,
            IntegrationCall::Service(call) if is_states(&call.service) => {
                let action = call.action.clone();
                let answer = self
                    .states(&action, call.parameters.to_json().as_bytes())
                    .await;
                Carried::of(IntegrationResult::Http(answer))
            }
            IntegrationCall::Service(_) | IntegrationCall::Lambda(_) | IntegrationCall::Http(_) => {
                self.outside(&call, asked).await
            }
        }
    }

    /// Answers a call of a route from the mocks under `METHOD /path`, or makes it for real.
    async fn outside(&self, call: &IntegrationCall, asked: Asked<'_>) -> Carried {
        let (parameters, what) = told(call);
        let Some(route) = asked.route else {
            return Carried::missing(format!("{what} belongs to no route"));
        };
        if let Some(name) = asked
            .scenario
            .filter(|name| !self.site.knows_scenario(name))
        {
            return Carried::missing(format!("there is no scenario \"{name}\""));
        }
        let key = format!("{} {}", route.method, route.path);
        let mocks = self.site.route_mocks(asked.scenario);
        let answers = mocks
            .into_iter()
            .find_map(|mocks| taken(mocks, &key, &parameters));
        let chain = self.site.backends.of(&StatePath::top(&key), &key);
        let is_real_first = chain.first().is_some_and(|first| *first != Backend::Mock);
        let Some(answers) = answers.filter(|_| !is_real_first || asked.scenario.is_some()) else {
            return match self.direct(call, &key, asked).await {
                Some(Ok(result)) => Carried::of(result),
                Some(Err(words)) => Carried::missing(words),
                None => Carried::missing(format!(
                    "no mock answers the route {key}, which calls {what}: add \"{key}\": [{{\"return\": ...}}] to \
                     \"mocks\" of the companion file or of --mocks, or let a backend answer it (\"backends\", --backend)"
                )),
            };
        };
        let last = answers
            .into_iter()
            .rev()
            .find_map(|Answer { after, outcome }| {
                let result = match outcome {
                    Outcome::Succeeded(value) => IntegrationResult::Returned(value),
                    Outcome::Failed(fault) => IntegrationResult::Threw {
                        error: text(fault.error),
                        cause: text(fault.cause),
                    },
                    Outcome::Submitted(_) | Outcome::Heartbeat | Outcome::Started { .. } => {
                        return None;
                    }
                };
                Some((after, result))
            });
        let (after, result) = match last {
            Some((after, result)) if after < asked.limit => (after, result),
            Some(_) | None => (asked.limit, IntegrationResult::TimedOut),
        };
        if self.clock == Clock::Real {
            let pause = std::time::Duration::from_millis(u64::try_from(after).unwrap_or_default());
            tokio::time::sleep(pause).await;
        }
        Carried::of(result)
    }

    /// Starts an execution, and waits for its end where that is asked.
    pub(crate) async fn start(self: &Arc<Edge>, call: StartCall, asked: Asked<'_>) -> Carried {
        let Some(found) = self.machine_of(&call, asked) else {
            let all = self.catalog.all();
            let known: Vec<&str> = all.iter().map(|one| one.record.name.as_str()).collect();
            return Carried {
                explanation: Some(format!(
                    "there is no state machine {}; there are: {}",
                    call.machine,
                    known.join(", ")
                )),
                ..Carried::of(IntegrationResult::Refused(Refusal::NoSuchMachine))
            };
        };
        if found.machine.record.deleting {
            return Carried::of(IntegrationResult::Refused(Refusal::Deleting));
        }
        let machine = found.served.clone();
        if call.synchrony == Synchrony::Synchronous && machine.kind == ExecutionKind::Standard {
            return Carried::of(IntegrationResult::Refused(Refusal::NotExpress));
        }
        let prepared = match self.prepared(&machine, &call, asked) {
            Ok(prepared) => prepared,
            Err(words) => return Carried::missing(words),
        };
        match (call.synchrony, machine.kind) {
            (Synchrony::Synchronous, _) => self.wait_for(prepared, &call, asked).await,
            (Synchrony::Asynchronous, ExecutionKind::Express) => self.launch(prepared, &call).await,
            (Synchrony::Asynchronous, ExecutionKind::Standard) => {
                self.enter(found, prepared, &call, asked).await
            }
        }
    }

    /// The machine that a call starts, by its ARN; for a route by its name as well.
    pub(crate) fn machine_of(&self, call: &StartCall, asked: Asked<'_>) -> Option<Found> {
        let roll = self.next_seed() >> 16;
        let found = self.catalog.find(&self.site, &call.machine_arn, roll);
        let by_name = || {
            // A route may name its machine without the account it is served under.
            let machine = asked.route.and(self.catalog.named(&call.machine))?;
            Some(Found {
                served: machine.served.clone(),
                machine,
                version: None,
                alias: None,
            })
        };
        found.or_else(by_name)
    }

    pub(crate) fn prepared(
        &self,
        machine: &Arc<Served>,
        call: &StartCall,
        asked: Asked<'_>,
    ) -> Result<Prepared, String> {
        let chosen = machine.choose(asked.wanted(call), &call.input)?;
        let mut start = Start {
            input: call.input.clone(),
            at: now_millis(),
            seed: self.next_seed(),
            name: call.name.clone(),
            history: machine.kind == ExecutionKind::Standard,
            ..Start::default()
        };
        for asks in &machine.activities {
            let mocked = chosen.mocks.knows(&asks.state, &asks.name);
            if !mocked && self.catalog.activity(&asks.activity).is_none() {
                start.missing_activities.push(asks.activity.to_string());
            }
        }
        machine.prepare(start, chosen)
    }

    /// The clock of an execution that a task of its own has to drive; none where it is performed at once.
    pub(crate) fn driven(&self, prepared: &Prepared) -> Option<Clock> {
        match self.clock {
            Clock::Real => Some(Clock::Real),
            // Somebody may want to step it, or calls take real time.
            Clock::Virtual => {
                let driven = self.books.watch.is_watched() || prepared.backends.is_real();
                driven.then_some(Clock::Virtual)
            }
        }
    }

    /// A synchronous execution: what came of it within the limit.
    async fn wait_for(
        self: &Arc<Edge>,
        prepared: Prepared,
        call: &StartCall,
        asked: Asked<'_>,
    ) -> Carried {
        let started = prepared.start.at;
        let arn = call.express_arn();
        let (ended, lasted, notes, events) = match self.driven(&prepared) {
            None => {
                let Some(performance) = self.run(prepared.performance(), asked.slice).await else {
                    return Carried::missing("the execution broke off".to_owned());
                };
                let done = performance.finish();
                let lasted = done.execution.now() - started;
                (done.ended, lasted, done.unanswered, None)
            }
            Some(clock) => {
                let run = self
                    .live
                    .begin(&self.books, &self.real, &arn, &prepared, clock, None);
                let ended = run.wait(asked.limit).await;
                let lasted = match (clock, &ended) {
                    (Clock::Virtual, Some(ended)) => ended.at - started,
                    (Clock::Virtual, None) | (Clock::Real, _) => now_millis() - started,
                };
                (ended, lasted, run.notes(), Some(run.events()))
            }
        };
        let mut explanation = notes.first().cloned();
        let result = match (&explanation, &ended) {
            // What a workflow makes of a task that nothing answered says nothing about the workflow.
            (Some(words), _) => IntegrationResult::Unreachable(words.clone()),
            (None, Some(ended)) if ended.at - started < asked.limit => {
                IntegrationResult::Executed(Executed::of(ended, started))
            }
            (None, Some(ended)) => {
                explanation = Some(too_long(call, ended.at - started, asked.limit));
                IntegrationResult::TimedOut
            }
            (None, None) => {
                explanation = Some(waits(call, asked.limit));
                IntegrationResult::TimedOut
            }
        };
        Carried {
            result,
            run: Some(Arc::new(RequestRun {
                arn,
                prepared,
                ended,
                lasted,
                events,
                notes,
            })),
            explanation,
        }
    }

    /// An Express execution that nobody waits for and nobody can ask after.
    async fn launch(self: &Arc<Edge>, prepared: Prepared, call: &StartCall) -> Carried {
        let arn = call.express_arn();
        let mut ended = None;
        let mut notes = Vec::new();
        match self.driven(&prepared) {
            None => {
                let mut performance = prepared.performance();
                if performance.run(SHORT) {
                    let done = performance.finish();
                    ended = done.ended;
                    notes = done.unanswered;
                } else {
                    let edge = self.clone();
                    tokio::spawn(async move { edge.run(performance, Slice::Short).await });
                }
            }
            Some(clock) => {
                drop(
                    self.live
                        .begin(&self.books, &self.real, &arn, &prepared, clock, None),
                )
            }
        }
        Carried::started(arn, prepared, ended, notes)
    }

    /// Runs to the end or to where nothing goes on; none where it broke off.
    pub(crate) async fn run(
        self: &Arc<Edge>,
        mut performance: Performance,
        slice: Slice,
    ) -> Option<Performance> {
        if slice == Slice::Short {
            if performance.run(SHORT) {
                return Some(performance);
            }
            let edge = self.clone();
            let work = move || {
                edge.breathe(&mut performance);
                performance
            };
            return self.pool.run(work).await;
        }
        self.breathe(&mut performance);
        Some(performance)
    }

    /// Runs to the end, unless everything is to end.
    pub(crate) fn breathe(&self, performance: &mut Performance) {
        while !performance.run(BREATH) {
            if self.pool.is_stopping() {
                let cause = "stepwright serve has ended".to_owned();
                performance.stop(performance.now(), None, Some(cause));
            }
        }
    }
}

/// Each request starts at the first entry of the list again.
fn taken(mocks: &Mocks, key: &str, parameters: &Value) -> Option<Vec<Answer>> {
    mocks
        .has(key)
        .then(|| mocks.clone())?
        .take_named(key, parameters)
}

pub(crate) fn is_states(service: &str) -> bool {
    matches!(service, "states" | "sync-states")
}

/// What mocks are matched against, and words for the call.
fn told(call: &IntegrationCall) -> (Value, String) {
    match call {
        IntegrationCall::Service(call) => {
            let what = format!("{} {}", call.service, call.action);
            (call.parameters.clone(), what)
        }
        IntegrationCall::Lambda(call) => (
            call.event.clone(),
            format!("the function {}", call.function),
        ),
        IntegrationCall::Http(call) => {
            let what = format!("{} {}", call.method, call.url);
            (parameters_of(call), what)
        }
        IntegrationCall::Start(call) => (call.input.clone(), call.machine.clone()),
    }
}

fn parameters_of(call: &HttpCall) -> Value {
    let headers = call.headers.iter();
    let headers = headers.map(|(name, value)| (name.as_str(), Value::string(value)));
    let body = String::from_utf8_lossy(&call.body);
    let body = Value::parse(&body).unwrap_or_else(|_| Value::string(&body));
    Value::object([
        ("method", Value::string(&call.method)),
        ("url", Value::string(&call.url)),
        ("headers", Value::object(headers)),
        ("body", body),
    ])
}

fn text(text: Option<Arc<str>>) -> String {
    text.as_deref().unwrap_or_default().to_owned()
}

fn too_long(call: &StartCall, lasted: Millis, limit: Millis) -> String {
    format!(
        "the execution of {} took {} s, and the integration waits for {} s at most: start it with StartExecution and let \
         the client ask for the result later",
        call.machine,
        seconds(lasted),
        seconds(limit)
    )
}

fn waits(call: &StartCall, limit: Millis) -> String {
    format!(
        "the execution of {} still waits for an answer after {} s: a mock that is pending, or a callback nobody makes",
        call.machine,
        seconds(limit)
    )
}

fn seconds(millis: Millis) -> f64 {
    millis as f64 / 1_000.0
}
