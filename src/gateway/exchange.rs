//! One request on its way through an API: what it asks of the outside, and what it answers.

use std::sync::Arc;

use crate::engine::Millis;
use crate::gateway::Api;
use crate::gateway::Integration;
use crate::gateway::IntegrationCall;
use crate::gateway::IntegrationResult;
use crate::gateway::Meters;
use crate::gateway::Micros;
use crate::gateway::Recording;
use crate::gateway::Request;
use crate::gateway::Response;
use crate::gateway::Route;
use crate::gateway::StepKind;
use crate::gateway::TraceStep;
use crate::gateway::Verdict;
use crate::gateway::context;
use crate::gateway::context::ErrorWords;
use crate::gateway::inbound::Inbound;
use crate::gateway::inward;
use crate::gateway::refusal;
use crate::gateway::refusal::Failure;
use crate::gateway::results;
use crate::gateway::results::Waiting;
use crate::gateway::wire;
use crate::query::Value;

/// Tells the time when asked; called a few times for each step.
pub type Clock<'a> = &'a dyn Fn() -> Micros;

/// What an exchange wants next.
#[derive(Clone, Debug)]
pub enum Step {
    /// Carry this out within [`Exchange::timeout`] and hand the result to [`Exchange::resume`].
    Call(IntegrationCall),
    /// The end: send this.
    Answer(Response),
}

/// A request under way. It is a value: dropping it gives up.
#[derive(Debug)]
pub struct Exchange {
    pub(crate) api: Arc<Api>,
    pub(crate) inbound: Inbound,
    pub(crate) route: Option<usize>,
    /// `$context`, with what templates have set in it; null until a route is found.
    pub(crate) context: Value,
    pub(crate) recording: Recording,
    pub(crate) trace: Vec<TraceStep>,
    pub(crate) waiting: Option<Waiting>,
}

/// Why an exchange ends before its answer comes from an integration.
#[derive(Clone, Debug)]
pub(crate) struct Failed {
    pub failure: Failure,
    /// Instead of the usual message.
    pub message: Option<String>,
    pub validation: Option<String>,
}

impl Failed {
    pub(crate) fn of(failure: Failure) -> Failed {
        Failed {
            failure,
            message: None,
            validation: None,
        }
    }
}

impl Exchange {
    /// Takes a request up to its integration, or to its answer where it does not get that far.
    ///
    /// A request with an API key counts in `meters`, which are those of all exchanges of a site.
    pub fn begin(
        api: &Arc<Api>,
        request: Request,
        meters: &Meters,
        recording: Recording,
        clock: Clock<'_>,
    ) -> (Exchange, Step) {
        let mut exchange = Exchange::new(api, request, recording, clock);
        let step = match inward::proceed(&mut exchange, meters, clock) {
            Ok(step) => step,
            Err(failed) => exchange.refuse(failed, clock),
        };
        (exchange, step)
    }

    /// The answer to a request whose body is larger than API Gateway takes, and was not read.
    pub fn begin_too_large(
        api: &Arc<Api>,
        request: Request,
        recording: Recording,
        clock: Clock<'_>,
    ) -> (Exchange, Step) {
        let mut exchange = Exchange::new(api, request, recording, clock);
        let step = exchange.refuse(Failed::of(Failure::RequestTooLarge), clock);
        (exchange, step)
    }

    fn new(api: &Arc<Api>, request: Request, recording: Recording, clock: Clock<'_>) -> Exchange {
        let inbound = Inbound::new(api, request, clock());
        Exchange {
            context: Value::Null,
            api: Arc::clone(api),
            inbound,
            route: None,
            recording,
            trace: Vec::new(),
            waiting: None,
        }
    }

    /// Goes on with what came of the call. Without a call under way it answers with an internal error.
    pub fn resume(&mut self, result: IntegrationResult, clock: Clock<'_>) -> Step {
        let step = match self.waiting.take() {
            Some(waiting) => results::proceed(self, waiting, result, clock),
            None => Err(Failed::of(Failure::InternalError)),
        };
        match step {
            Ok(response) => Step::Answer(response),
            Err(failed) => self.refuse(failed, clock),
        }
    }

    /// Index in [`Api::routes`] of the route that was found.
    pub fn route(&self) -> Option<usize> {
        self.route
    }

    /// How long the call under way may take, in milliseconds.
    pub fn timeout(&self) -> Millis {
        self.integration()
            .map_or(29_000, |integration| integration.timeout_millis)
    }

    /// `$context.requestId`.
    pub fn request_id(&self) -> &str {
        &self.inbound.request_id
    }

    /// The steps so far; the last one is the answer once there is one.
    pub fn trace(&self) -> &[TraceStep] {
        &self.trace
    }

    pub(crate) fn found(&self) -> Option<&Route> {
        self.api.routes.get(self.route?)
    }

    pub(crate) fn integration(&self) -> Option<&Integration> {
        self.found()?.integration.as_ref()
    }

    /// Adds a step that began at `at` and ends now; what it says is only made up where steps are wanted.
    pub(crate) fn note(
        &mut self,
        kind: StepKind,
        verdict: Verdict,
        at: Micros,
        clock: Clock<'_>,
        fill: impl FnOnce(&Exchange, &mut TraceStep),
    ) {
        if self.recording == Recording::Off {
            return;
        }
        let mut step = TraceStep {
            kind,
            verdict,
            at,
            took: clock().saturating_sub(at).max(0),
            input: None,
            output: None,
            words: Vec::new(),
            pointer: None,
            execution: None,
            inspection: None,
        };
        fill(self, &mut step);
        self.trace.push(step);
    }

    fn refuse(&mut self, failed: Failed, clock: Clock<'_>) -> Step {
        let at = clock();
        if self.context.is_null() {
            // It got no further than the search for a route.
            self.context = context::build(&self.api, &self.inbound, None, None);
        }
        let (response_type, _, message, _) = failed.failure.facts();
        let error = ErrorWords {
            message: failed.message.unwrap_or_else(|| message.to_owned()),
            response_type,
            validation: failed.validation,
        };
        let refused = refusal::refuse(
            &self.api,
            &self.inbound,
            &self.context,
            failed.failure,
            &error,
        );
        let response = refused.response;
        self.note(
            StepKind::GatewayResponse,
            Verdict::Failed,
            at,
            clock,
            |_, step| {
                step.output = Some(response.text());
                step.words = refused.words;
                step.pointer = refused.pointer;
            },
        );
        self.answered(&response, clock);
        Step::Answer(response)
    }

    pub(crate) fn answered(&mut self, response: &Response, clock: Clock<'_>) {
        let at = clock();
        let verdict = if response.status < 400 {
            Verdict::Passed
        } else {
            Verdict::Failed
        };
        self.note(StepKind::Answer, verdict, at, clock, |exchange, step| {
            step.output = Some(wire::as_http(response));
            let took = at.saturating_sub(exchange.inbound.at);
            step.words.push(format!(
                "status {} after {}",
                response.status,
                milliseconds(took)
            ));
        });
    }
}

/// `1.5 ms`
pub(crate) fn milliseconds(micros: Micros) -> String {
    match micros {
        0..10_000 => format!("{:.2} ms", micros as f64 / 1_000.0),
        _ => format!("{} ms", micros / 1_000),
    }
}
