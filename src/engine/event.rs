//! Events in the shape of AWS's execution history (`GetExecutionHistory`).

use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::engine::CallId;
use crate::query::Value;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// One line of a history.
#[derive(Clone, Debug)]
pub struct Event {
    /// Counted from one within its history.
    pub id: u64,
    /// `previousEventId`: 0 for the first events.
    pub previous: u64,
    pub at: Millis,
    /// The branch or iteration it happened in.
    pub lane: Lane,
    /// The child execution to whose history it belongs; none in the execution's own.
    pub child: Option<Arc<ChildExecution>>,
    /// The state it belongs to, where it belongs to one.
    pub state: Option<StatePath>,
    pub detail: EventDetail,
}

/// A child execution of a distributed Map, which has a history of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct ChildExecution {
    /// Counted from one within the execution, in the order of starting.
    pub number: u32,
    /// The last part of its ARN.
    pub name: Arc<str>,
    pub arn: Arc<str>,
    /// The Map Run it belongs to.
    pub map_run_arn: Arc<str>,
    /// Which item or batch of the Map Run it works on, counted from zero.
    pub index: usize,
    /// How many items that is: 1 where they are not batched.
    pub items: usize,
}

/// What a Map Run was started with, beyond what its event tells on AWS.
#[derive(Clone, Debug, PartialEq)]
pub struct MapRunLimits {
    /// Items in all.
    pub items: usize,
    /// Child executions in all: fewer than the items where these are batched.
    pub executions: usize,
    /// Child executions at a time; 0 is no limit of its own.
    pub max_concurrency: usize,
    pub tolerated_failure_count: Option<i64>,
    pub tolerated_failure_percentage: Option<f64>,
    /// A result writer writes what comes of the child executions.
    pub writes_results: bool,
}

/// The chain of branches and iterations from the outside in; empty in the outermost scope.
/// Shared, because every event carries it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Lane(pub Arc<[LaneStep]>);

impl Lane {
    /// The lane one step further in.
    #[must_use]
    pub fn inner(&self, step: LaneStep) -> Lane {
        Lane(self.0.iter().cloned().chain([step]).collect())
    }
}

/// One step inwards: into a branch or iteration of one visit of a container.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LaneStep {
    /// The container.
    pub state: StatePath,
    /// Id of the `MapStateEntered` / `ParallelStateEntered` event of this visit.
    pub entered: u64,
    /// Which start of the container this is: 0, and one more for each retry of it.
    pub attempt: u32,
    /// Branch or iteration.
    pub index: usize,
}

/// The type of an event and what comes with it.
#[derive(Clone, Debug, PartialEq)]
pub enum EventDetail {
    ExecutionStarted {
        input: Value,
        role: Arc<str>,
    },
    ExecutionSucceeded {
        output: Value,
    },
    ExecutionFailed {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    ExecutionTimedOut {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    ExecutionAborted {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    /// An unsuccessful execution goes on where it failed.
    ExecutionRedriven {
        redrive_count: i64,
    },
    /// `PassStateEntered`, `TaskStateEntered` and so on.
    StateEntered {
        kind: StateKind,
        name: Arc<str>,
        input: Value,
    },
    /// `PassStateExited` and so on; `assigned` in the order of the definition.
    StateExited {
        kind: StateKind,
        name: Arc<str>,
        output: Value,
        assigned: Vec<(Arc<str>, Value)>,
    },
    /// Task, Lambda-function and activity events.
    Task {
        call: CallId,
        /// Boxed, because most events of a history are smaller.
        event: Box<TaskEvent>,
    },
    MapStateStarted {
        length: usize,
    },
    MapStateSucceeded,
    MapStateFailed {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    MapStateAborted,
    MapIterationStarted {
        name: Arc<str>,
        index: usize,
    },
    MapIterationSucceeded {
        name: Arc<str>,
        index: usize,
    },
    MapIterationFailed {
        name: Arc<str>,
        index: usize,
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    MapIterationAborted {
        name: Arc<str>,
        index: usize,
    },
    MapRunStarted {
        map_run_arn: Arc<str>,
        /// Not known of recorded runs.
        limits: Option<MapRunLimits>,
    },
    /// A redrive starts the unsuccessful child executions again.
    MapRunRedriven {
        map_run_arn: Arc<str>,
        redrive_count: i64,
    },
    MapRunSucceeded,
    MapRunFailed {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    MapRunAborted,
    ParallelStateStarted,
    ParallelStateSucceeded,
    ParallelStateFailed {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    ParallelStateAborted,
    WaitStateAborted,
    TaskStateAborted,
    EvaluationFailed {
        name: Arc<str>,
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
        location: Option<Arc<str>>,
    },
    /// Not in AWS's list: the input of a paused state was changed by hand.
    InputEdited {
        name: Arc<str>,
        input: Value,
    },
}

/// Events of one call. The prefix of the type name (`Task`, `LambdaFunction`, `Activity`) follows from the resource.
#[derive(Clone, Debug, PartialEq)]
pub enum TaskEvent {
    LambdaScheduled {
        resource: Arc<str>,
        input: Value,
        timeout_seconds: Option<i64>,
        /// `RoleArn` of the state's `Credentials`.
        role: Option<Arc<str>>,
    },
    LambdaStarted,
    LambdaSucceeded {
        output: Value,
    },
    LambdaFailed {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    LambdaTimedOut {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    ActivityScheduled {
        resource: Arc<str>,
        input: Value,
        timeout_seconds: Option<i64>,
        heartbeat_seconds: Option<i64>,
    },
    ActivityStarted {
        worker: Option<Arc<str>>,
    },
    ActivitySucceeded {
        output: Value,
    },
    ActivityFailed {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    ActivityTimedOut {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    /// `resource` is the action (`invoke`), `resource_type` the service (`lambda`).
    Scheduled {
        resource_type: Arc<str>,
        resource: Arc<str>,
        parameters: Value,
        region: Arc<str>,
        timeout_seconds: Option<i64>,
        heartbeat_seconds: Option<i64>,
        /// `RoleArn` of the state's `Credentials`.
        role: Option<Arc<str>>,
    },
    Started {
        resource_type: Arc<str>,
        resource: Arc<str>,
    },
    Submitted {
        resource_type: Arc<str>,
        resource: Arc<str>,
        output: Value,
    },
    Succeeded {
        resource_type: Arc<str>,
        resource: Arc<str>,
        output: Value,
    },
    Failed {
        resource_type: Arc<str>,
        resource: Arc<str>,
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    TimedOut {
        resource_type: Arc<str>,
        resource: Arc<str>,
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
}
