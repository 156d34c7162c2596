//! The steps an exchange went through, in words for somebody who sees API Gateway for the first time.

use std::sync::Arc;

use crate::gateway::Micros;
use crate::gateway::vtl::Moment;
use crate::gateway::vtl::Piece;

/// How much an exchange writes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recording {
    /// Nothing but what the answer needs: for load.
    Off,
    /// The steps with their texts.
    Steps,
    /// The steps, and for each template every value and branch.
    Full,
}

/// One step of an exchange.
#[derive(Clone, Debug)]
pub struct TraceStep {
    pub kind: StepKind,
    pub verdict: Verdict,
    /// When it began.
    pub at: Micros,
    /// How long it took.
    pub took: Micros,
    /// What went in: the request's text, the body, the answer of the integration.
    pub input: Option<String>,
    /// What came out.
    pub output: Option<String>,
    /// One sentence each: what happened and why, the most important first.
    pub words: Vec<String>,
    /// JSON pointer into the API's document of what decided here: a template, a validator, a response.
    pub pointer: Option<String>,
    /// The execution a call started, to open its run.
    pub execution: Option<String>,
    /// Every value and branch of the template, with [`Recording::Full`].
    pub inspection: Option<Inspection>,
}

/// What a template did, moment by moment.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// The template that spans refer to.
    pub template: Arc<str>,
    pub moments: Vec<Moment>,
    /// Which piece of the template wrote which piece of the output.
    pub pieces: Vec<Piece>,
    /// Moments beyond those kept.
    pub left_out: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StepKind {
    /// The request, and the route it found.
    Received,
    /// API keys and limits.
    Authorized,
    /// Parameters and body against the validator.
    Validated,
    /// Parameters mapped, the request template rendered.
    RequestTemplate,
    /// The call of the integration; its answer.
    Integration,
    /// The integration response chosen, the response template rendered.
    ResponseTemplate,
    /// A gateway response stands in because something failed.
    GatewayResponse,
    /// What leaves.
    Answer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    Passed,
    /// Nothing to do here.
    Skipped,
    /// Went on, but hardly as meant.
    Doubtful,
    Failed,
    /// A call that is still under way.
    Waiting,
}

impl StepKind {
    /// The heading of the step.
    pub const fn title(self) -> &'static str {
        match self {
            StepKind::Received => "Request received",
            StepKind::Authorized => "Access checked",
            StepKind::Validated => "Request validated",
            StepKind::RequestTemplate => "Request template",
            StepKind::Integration => "Integration",
            StepKind::ResponseTemplate => "Response template",
            StepKind::GatewayResponse => "Gateway response",
            StepKind::Answer => "Answer",
        }
    }

    /// A stable word for JSON: `request-template`.
    pub const fn name(self) -> &'static str {
        match self {
            StepKind::Received => "received",
            StepKind::Authorized => "authorized",
            StepKind::Validated => "validated",
            StepKind::RequestTemplate => "request-template",
            StepKind::Integration => "integration",
            StepKind::ResponseTemplate => "response-template",
            StepKind::GatewayResponse => "gateway-response",
            StepKind::Answer => "answer",
        }
    }
}
