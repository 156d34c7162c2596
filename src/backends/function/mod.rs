//! Functions on this machine: handlers that stay warm, and any program that reads an event and writes a result.

mod error;
mod group;
mod log;
mod once;
mod pool;
mod request;
mod side_channel;
mod worker;

pub(crate) use error::FunctionError;
pub(crate) use pool::Workers;
pub(crate) use request::FunctionRequest;
pub(crate) use request::Receipt;
pub(crate) use request::service_fault;

use crate::trace::WorkerStart;

/// What one invocation came to.
#[derive(Debug)]
pub(crate) struct Invocation {
    /// The result as JSON.
    pub result: Result<String, FunctionError>,
    pub start: Option<WorkerStart>,
    /// What was written on both outputs.
    pub log: String,
}
