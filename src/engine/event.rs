//! Events in the shape of AWS's execution history (`GetExecutionHistory`).

use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::engine::CallId;
use crate::query::Value;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// One line of a history.
#[derive(Clone, Debug)]
pub struct Event {
    /// Counted from one.
    pub id: u64,
    /// `previousEventId`: 0 for the first events.
    pub previous: u64,
    pub at: Millis,
    /// The branch or iteration it happened in.
    pub lane: Lane,
    /// The state it belongs to, where it belongs to one.
    pub state: Option<StatePath>,
    pub detail: EventDetail,
}

/// The chain of branches and iterations from the outside in; empty in the outermost scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lane(pub Vec<LaneStep>);

/// One step inwards: into a branch or iteration of one visit of a container.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    },
    ExecutionSucceeded {
        output: Value,
    },
    ExecutionFailed {
        error: Option<String>,
        cause: Option<String>,
    },
    ExecutionTimedOut {
        error: Option<String>,
        cause: Option<String>,
    },
    ExecutionAborted {
        error: Option<String>,
        cause: Option<String>,
    },
    /// `PassStateEntered`, `TaskStateEntered` and so on.
    StateEntered {
        kind: StateKind,
        name: String,
        input: Value,
    },
    /// `PassStateExited` and so on; `assigned` in the order of the definition.
    StateExited {
        kind: StateKind,
        name: String,
        output: Value,
        assigned: Vec<(String, Value)>,
    },
    /// Task, Lambda-function and activity events.
    Task {
        call: CallId,
        event: TaskEvent,
    },
    MapStateStarted {
        length: usize,
    },
    MapStateSucceeded,
    MapStateFailed {
        error: Option<String>,
        cause: Option<String>,
    },
    MapStateAborted,
    MapIterationStarted {
        name: String,
        index: usize,
    },
    MapIterationSucceeded {
        name: String,
        index: usize,
    },
    MapIterationFailed {
        name: String,
        index: usize,
        error: Option<String>,
        cause: Option<String>,
    },
    MapIterationAborted {
        name: String,
        index: usize,
    },
    MapRunStarted {
        map_run_arn: String,
    },
    MapRunSucceeded,
    MapRunFailed {
        error: Option<String>,
        cause: Option<String>,
    },
    MapRunAborted,
    ParallelStateStarted,
    ParallelStateSucceeded,
    ParallelStateFailed {
        error: Option<String>,
        cause: Option<String>,
    },
    ParallelStateAborted,
    WaitStateAborted,
    TaskStateAborted,
    EvaluationFailed {
        name: String,
        error: Option<String>,
        cause: Option<String>,
        location: Option<String>,
    },
    /// Not in AWS's list: the input of a paused state was changed by hand.
    InputEdited {
        name: String,
        input: Value,
    },
}

/// Events of one call. The prefix of the type name (`Task`, `LambdaFunction`, `Activity`) follows from the resource.
#[derive(Clone, Debug, PartialEq)]
pub enum TaskEvent {
    LambdaScheduled {
        resource: String,
        input: Value,
        timeout_seconds: Option<i64>,
    },
    LambdaStarted,
    LambdaSucceeded {
        output: Value,
    },
    LambdaFailed {
        error: Option<String>,
        cause: Option<String>,
    },
    LambdaTimedOut {
        error: Option<String>,
        cause: Option<String>,
    },
    ActivityScheduled {
        resource: String,
        input: Value,
        timeout_seconds: Option<i64>,
        heartbeat_seconds: Option<i64>,
    },
    ActivityStarted {
        worker: Option<String>,
    },
    ActivitySucceeded {
        output: Value,
    },
    ActivityFailed {
        error: Option<String>,
        cause: Option<String>,
    },
    ActivityTimedOut {
        error: Option<String>,
        cause: Option<String>,
    },
    /// `resource` is the action (`invoke`), `resource_type` the service (`lambda`).
    Scheduled {
        resource_type: String,
        resource: String,
        parameters: Value,
        timeout_seconds: Option<i64>,
        heartbeat_seconds: Option<i64>,
    },
    Started {
        resource_type: String,
        resource: String,
    },
    Submitted {
        resource_type: String,
        resource: String,
        output: Value,
    },
    Succeeded {
        resource_type: String,
        resource: String,
        output: Value,
    },
    Failed {
        resource_type: String,
        resource: String,
        error: Option<String>,
        cause: Option<String>,
    },
    TimedOut {
        resource_type: String,
        resource: String,
        error: Option<String>,
        cause: Option<String>,
    },
}
