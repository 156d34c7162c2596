//! The API edge: what API Gateway does between an HTTP request and an integration, and on the way back.
//!
//! An [`Api`] is read once from an OpenAPI document; an [`Exchange`] takes one request through it, asks
//! for the integration to be called, and keeps a trace of every step in plain words.
//!
//! Never: opens a socket, reads a clock or a file, rolls dice, or carries an integration out. Time and chance are handed in.
//! Add an integration in `integration/`, a gateway response in `refusal.rs`, a lint as a file in `lints/`.

mod access;
mod api;
mod binary;
mod call;
mod calling;
mod context;
mod exchange;
mod inbound;
mod integration;
mod inward;
mod lints;
mod mapping;
mod outward;
mod pattern;
mod read;
mod refusal;
mod render;
mod request;
mod results;
mod route;
mod schema;
mod trace;
mod usage;
mod validate;
pub mod vtl;
mod wire;

pub use api::{
    Api, ApiKey, BodyModel, Checks, ContentHandling, Direction, GatewayResponse, Integration,
    IntegrationKind, IntegrationResponse, KeySource, Mapping, MethodResponse, Parameter,
    Passthrough, Place, Problem, Required, Route, StatesAction, Target, TemplateSource, Validator,
};
pub use call::{
    Executed, HttpAnswer, HttpCall, IntegrationCall, IntegrationResult, LambdaCall, Named, Refusal,
    ServiceCall, StartCall, Synchrony,
};
pub use exchange::{Clock, Exchange, Step};
pub(crate) use integration::states as step_functions;
pub use lints::{EdgeFinding, lints};
pub use read::{Surroundings, read};
pub use request::{Micros, Request, Response};
pub use route::Segment;
pub use schema::Schema;
pub use trace::{Inspection, Recording, StepKind, TraceStep, Verdict};
pub use usage::Meters;
