//! One request on its way through an API: what it asks of the outside, and what it answers.

use std::sync::Arc;

use crate::engine::Millis;
use crate::gateway::Api;
use crate::gateway::IntegrationCall;
use crate::gateway::IntegrationResult;
use crate::gateway::Micros;
use crate::gateway::Recording;
use crate::gateway::Request;
use crate::gateway::Response;
use crate::gateway::TraceStep;

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
    api: Arc<Api>,
    trace: Vec<TraceStep>,
}

impl Exchange {
    /// Takes a request up to its integration, or to its answer where it does not get that far.
    pub fn begin(
        api: &Arc<Api>,
        request: Request,
        recording: Recording,
        clock: Clock<'_>,
    ) -> (Exchange, Step) {
        let exchange = Exchange {
            api: Arc::clone(api),
            trace: Vec::new(),
        };
        (
            exchange,
            Step::Answer(Response {
                status: 500,
                headers: Vec::new(),
                body: Vec::new(),
            }),
        )
    }

    /// Goes on with what came of the call. Without a call under way it answers with an internal error.
    pub fn resume(&mut self, result: IntegrationResult, clock: Clock<'_>) -> Step {
        Step::Answer(Response {
            status: 500,
            headers: Vec::new(),
            body: Vec::new(),
        })
    }

    /// Index in [`Api::routes`] of the route that was found.
    pub fn route(&self) -> Option<usize> {
        None
    }

    /// How long the call under way may take, in milliseconds.
    pub fn timeout(&self) -> Millis {
        29_000
    }

    /// `$context.requestId`.
    pub fn request_id(&self) -> &str {
        ""
    }

    /// The steps so far.
    pub fn trace(&self) -> &[TraceStep] {
        &self.trace
    }
}
