//! What goes into an execution and what comes out of it, one micro-step at a time.

use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

use crate::asl::StatePath;
use crate::engine::Call;
use crate::engine::CallId;
use crate::engine::Event;
use crate::engine::Fault;
use crate::engine::Lane;
use crate::engine::Millis;
use crate::engine::Outcome;
use crate::query::Value;

/// How an execution begins.
#[derive(Clone, Debug)]
pub struct Start {
    pub input: Value,
    /// The moment at which it starts.
    pub at: Millis,
    /// Where its chance comes from: the same seed gives the same jitter, ids and random numbers.
    pub seed: u64,
    /// The execution's name, the last part of its ARN.
    pub name: String,
    /// Variables the outermost scope begins with.
    pub variables: Vec<(String, Value)>,
    /// Whether steps carry events. Ids are counted either way.
    pub history: bool,
    /// Whether steps carry the stages of data inside a state.
    pub stages: bool,
    /// Objects that item readers and result writers see.
    pub objects: Vec<StoredObject>,
    /// Tokens that tasks of a state get, by the state's name and in the order of scheduling;
    /// made up from chance where there is none (replays of recorded executions have some).
    pub tokens: Vec<(String, String)>,
    /// ARNs of activities that do not exist.
    pub missing_activities: Vec<String>,
    pub workers: Workers,
}

/// Who takes the tasks of activities, and with that when `TimeoutSeconds` and `HeartbeatSeconds` begin to count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Workers {
    /// Whoever answers has a task as soon as it is scheduled.
    #[default]
    AtHand,
    /// A task waits until a worker asks for one (`GetActivityTask`), which `Outcome::Started` tells.
    Polling,
}

/// An object in a bucket, as text.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredObject {
    pub bucket: String,
    pub key: String,
    pub body: Arc<str>,
    /// Bytes as stored, which are fewer than those of the text where the object was compressed.
    pub size: u64,
    /// When it was written last, in seconds since 1970; the start of the execution where that is not known.
    pub modified: Option<i64>,
}

/// What moves an execution on. `now` never runs backwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Signal {
    /// Do the next micro-step, the one `Execution::ready` tells.
    Proceed { now: Millis },
    /// A call was answered. Answers to calls that are no longer awaited change nothing.
    Answer {
        call: CallId,
        outcome: Outcome,
        now: Millis,
    },
    /// Time has passed: timers that are due go off.
    Time { now: Millis },
    /// Let an unsuccessful Standard execution go on where it failed; see [`crate::engine::Execution::can_redrive`].
    Redrive { now: Millis },
    /// End the execution from outside; its status becomes ABORTED.
    Stop {
        now: Millis,
        error: Option<String>,
        cause: Option<String>,
    },
    /// End a child execution of a distributed Map from outside; the Map Run goes on without it.
    StopChild {
        execution_arn: String,
        now: Millis,
        error: Option<String>,
        cause: Option<String>,
    },
    /// The state machine was deleted: the execution fails where it would enter another state.
    MachineDeleted { now: Millis },
    /// Give a Map Run that is under way other limits.
    ChangeMapRun {
        map_run_arn: String,
        change: MapRunChange,
        now: Millis,
    },
    /// Replace the input of a state that is about to be entered or has just been.
    EditInput {
        lane: Lane,
        state: StatePath,
        input: Value,
        now: Millis,
    },
}

/// Limits of a Map Run that replace those it was started with; what is absent stays (`UpdateMapRun`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MapRunChange {
    /// 0 is no limit of its own.
    pub max_concurrency: Option<usize>,
    pub tolerated_failure_count: Option<i64>,
    pub tolerated_failure_percentage: Option<f64>,
}

/// What an execution wants from outside.
#[derive(Clone, Debug)]
pub enum Demand {
    /// Carry a call out and signal its outcome.
    Call(Call),
    /// Nobody waits for this call any more.
    Cancel(CallId),
    /// A result writer wrote an object; later item readers of the execution see it already.
    Store(StoredObject),
}

/// What one micro-step brought about.
#[derive(Clone, Debug, Default)]
pub struct Step {
    pub events: Vec<Event>,
    pub demands: Vec<Demand>,
    /// Data between the fields of a state, where `Start::stages` asked for it.
    pub stages: Vec<Stage>,
}

/// The data of one state between two of its fields.
#[derive(Clone, Debug)]
pub struct Stage {
    pub lane: Lane,
    pub state: StatePath,
    /// Id of the visit's `StateEntered` event.
    pub entered: u64,
    pub kind: StageKind,
    pub value: Value,
}

/// Named as `inspectionData` of the TestState API names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StageKind {
    Input,
    AfterInputPath,
    AfterParameters,
    AfterArguments,
    Result,
    AfterResultSelector,
    AfterResultPath,
    AfterItemsPath,
    AfterItemsPointer,
    AfterItemSelector,
    AfterItemBatcher,
    MaxConcurrency,
    ToleratedFailureCount,
    ToleratedFailurePercentage,
    Variables,
}

/// The next micro-step of an execution.
#[derive(Clone, Copy, Debug)]
pub struct Ready<'a> {
    pub lane: &'a Lane,
    pub state: &'a StatePath,
    pub phase: Phase,
    /// The raw input of the state.
    pub input: &'a Value,
}

/// Which part of a state comes next. A debugger pauses at `Enter`: nothing of the state has happened yet,
/// and `Signal::EditInput` changes what it will be entered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// `*StateEntered` is about to be written.
    Enter,
    /// The input is about to be evaluated and the state's work begun; again for each retry.
    Work,
    /// The result is there: output, assignments, transition. States that wait for nothing (Pass, Choice,
    /// Succeed, Fail) do this together with their work.
    Exit,
    /// A fault is there: retry, catch or fail.
    Fault,
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    pub status: Status,
    /// Present when it succeeded.
    pub output: Option<Value>,
    pub error: Option<Arc<str>>,
    pub cause: Option<Arc<str>>,
    /// What it failed of, with its place.
    pub fault: Option<Fault>,
    pub at: Millis,
}

/// The words of `DescribeExecution`, but `RUNNING`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
}

impl Start {
    /// An execution of this input, starting at the beginning of 2026, with everything else as usual.
    pub fn with_input(input: Value) -> Start {
        Start {
            input,
            ..Start::default()
        }
    }
}

impl Default for Start {
    fn default() -> Start {
        Start {
            input: Value::object::<&str>([]),
            at: 1_767_225_600_000,
            seed: 1,
            name: "local".to_owned(),
            variables: Vec::new(),
            history: true,
            stages: false,
            objects: Vec::new(),
            tokens: Vec::new(),
            missing_activities: Vec::new(),
            workers: Workers::AtHand,
        }
    }
}

impl StoredObject {
    /// An object whose text is stored as it is.
    pub fn new(
        bucket: impl Into<String>,
        key: impl Into<String>,
        body: impl Into<Arc<str>>,
    ) -> StoredObject {
        let body = body.into();
        StoredObject {
            bucket: bucket.into(),
            key: key.into(),
            size: body.len() as u64,
            body,
            modified: None,
        }
    }
}

impl Signal {
    /// The moment the signal brings with it.
    pub const fn now(&self) -> Millis {
        match self {
            Signal::Proceed { now }
            | Signal::Answer { now, .. }
            | Signal::Time { now }
            | Signal::Redrive { now }
            | Signal::ChangeMapRun { now, .. }
            | Signal::StopChild { now, .. }
            | Signal::MachineDeleted { now }
            | Signal::Stop { now, .. }
            | Signal::EditInput { now, .. } => *now,
        }
    }
}

impl Status {
    /// As AWS writes it: `SUCCEEDED`.
    pub const fn name(self) -> &'static str {
        match self {
            Status::Succeeded => "SUCCEEDED",
            Status::Failed => "FAILED",
            Status::TimedOut => "TIMED_OUT",
            Status::Aborted => "ABORTED",
        }
    }
}

impl StageKind {
    /// The key in `inspectionData`.
    pub const fn name(self) -> &'static str {
        match self {
            StageKind::Input => "input",
            StageKind::AfterInputPath => "afterInputPath",
            StageKind::AfterParameters => "afterParameters",
            StageKind::AfterArguments => "afterArguments",
            StageKind::Result => "result",
            StageKind::AfterResultSelector => "afterResultSelector",
            StageKind::AfterResultPath => "afterResultPath",
            StageKind::AfterItemsPath => "afterItemsPath",
            StageKind::AfterItemsPointer => "afterItemsPointer",
            StageKind::AfterItemSelector => "afterItemSelector",
            StageKind::AfterItemBatcher => "afterItemBatcher",
            StageKind::MaxConcurrency => "maxConcurrency",
            StageKind::ToleratedFailureCount => "toleratedFailureCount",
            StageKind::ToleratedFailurePercentage => "toleratedFailurePercentage",
            StageKind::Variables => "variables",
        }
    }
}
