//! What a Task asks of the outside, and what it gets back.

use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

use crate::asl::StatePath;
use crate::engine::Fault;
use crate::engine::Lane;
use crate::engine::program::Service;
use crate::query::Value;

/// The number of a call within its execution, counted from one in the order of scheduling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CallId(pub u64);

/// A task was scheduled: whoever drives the execution has it carried out and signals the outcome.
#[derive(Clone, Debug)]
pub struct Call {
    pub id: CallId,
    pub state: StatePath,
    /// The state's name, the key of mocks.
    pub name: Arc<str>,
    pub lane: Lane,
    /// `Resource` as the definition has it, placeholders resolved.
    pub resource: Arc<str>,
    /// The effective payload: `Parameters` or `Arguments` after evaluation.
    pub payload: Value,
    /// Retries of this visit before this call: 0 for the first.
    pub attempt: u32,
    /// Index of the innermost Map iteration the call belongs to.
    pub iteration: Option<usize>,
    /// The token to answer `.waitForTaskToken` calls and activities by.
    pub token: Option<Arc<str>>,
}

impl Call {
    /// Whether it is the task of an activity.
    pub fn is_of_activity(&self) -> bool {
        Service::of(&self.resource) == Service::Activity
    }
}

/// What came of a call, or of one phase of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// The service took a `.sync` or `.waitForTaskToken` call; the result is still to come.
    Submitted(Value),
    Succeeded(Value),
    Failed(Fault),
    Heartbeat,
    /// A worker has taken an activity task.
    Started {
        worker: Option<Arc<str>>,
    },
}
