//! What a run has outside itself: tasks that wait for an answer, and executions it has started.

use std::path::PathBuf;
use std::sync::Arc;

use crate::asl::StatePath;
use crate::engine::CallId;
use crate::engine::Ended;
use crate::engine::Event;
use crate::engine::Lane;
use crate::engine::Millis;
use crate::engine::Stage;
use crate::engine::Workers;
use crate::query::Value;

/// A call anywhere in a run: the calls that started the executions around it from the outside in,
/// its own last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskKey(pub Arc<[CallId]>);

/// How the cause of a task begins that failed because nothing answers it.
pub const UNANSWERED: &str = "No answer is given for the task ";

/// Whether a cause tells that nothing answers a task.
pub fn is_unanswered(cause: &str) -> bool {
    cause.starts_with(UNANSWERED)
}

/// Which calls without a mock wait for a person instead of failing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hand {
    #[default]
    Nobody,
    /// Calls with a task token: `.waitForTaskToken` and activities.
    Callbacks,
    /// The same, and a task of an activity waits until a worker asks for it.
    Workers,
    All,
}

impl Hand {
    /// Who takes the tasks of activities.
    pub fn workers(self) -> Workers {
        match self {
            Hand::Workers => Workers::Polling,
            Hand::Nobody | Hand::Callbacks | Hand::All => Workers::AtHand,
        }
    }
}

/// A task that waits for an answer nobody has promised: a task token, an activity, any call that is
/// answered by hand.
#[derive(Clone, Debug)]
pub struct WaitingTask {
    pub key: TaskKey,
    /// The nested workflow it belongs to; none in the run itself.
    pub workflow: Option<String>,
    pub state: StatePath,
    pub name: Arc<str>,
    pub lane: Lane,
    pub resource: Arc<str>,
    /// What the task was called with.
    pub payload: Value,
    pub token: Option<Arc<str>>,
    pub since: Millis,
    /// The virtual clock does not pass the task's timeouts while it waits.
    pub held: bool,
}

/// The error of a call that ended when nobody waited for it any more.
pub(crate) const BROKEN_OFF: &str = "broken off";

/// A call that was made for real: what answered, how long it took, what it wrote.
#[derive(Clone, Debug)]
pub struct CallRecord {
    /// Counted through the whole process, so that a call made again has another one.
    pub number: u64,
    pub key: TaskKey,
    pub state: StatePath,
    pub name: Arc<str>,
    pub lane: Lane,
    /// Retries of the visit before it.
    pub attempt: u32,
    /// `local` or `aws`, as it is written.
    pub backend: &'static str,
    /// What is called, in words: `function reserve (node)`, `DynamoDB: PutItem at http://127.0.0.1:5000`.
    pub target: String,
    /// The virtual moment at which it began.
    pub began: Millis,
    /// Real milliseconds; none while it runs.
    pub took: Option<f64>,
    pub start: Option<WorkerStart>,
    /// What the function wrote on its standard output and error.
    pub log: Arc<str>,
    /// Why another backend did not answer that comes first.
    pub instead: Option<String>,
    /// The error it failed with.
    pub error: Option<Arc<str>>,
}

/// How the worker of a function was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WorkerStart {
    /// It was started for the call.
    Cold {
        /// Real milliseconds until its code was loaded.
        init: f64,
    },
    /// It had answered another call before.
    Warm,
}

/// An execution that a state of a run has started.
#[derive(Clone, Debug)]
pub struct NestedRun {
    /// The call that started it.
    pub key: TaskKey,
    /// The state that made the call, in the execution around this one.
    pub state: StatePath,
    pub lane: Lane,
    /// The workflow's name: its file without the ending.
    pub workflow: Arc<str>,
    /// Its file; none where it lies in no file.
    pub path: Option<PathBuf>,
    /// The definition that ran.
    pub text: Arc<str>,
    /// The execution's name.
    pub name: Arc<str>,
    pub arn: Arc<str>,
    pub input: Value,
    pub started_at: Millis,
    pub events: Arc<Vec<Event>>,
    pub stages: Arc<Vec<Stage>>,
    /// None while it runs.
    pub ended: Option<Ended>,
}

impl TaskKey {
    /// The key of a call that an execution makes which was itself started by this call.
    #[must_use]
    pub fn inner(&self, call: CallId) -> TaskKey {
        TaskKey(self.0.iter().copied().chain([call]).collect())
    }

    /// The call in the execution it belongs to; none of an empty key.
    pub fn call(&self) -> Option<CallId> {
        self.0.last().copied()
    }

    /// Executions around the one the call belongs to: 0 in the run itself.
    pub fn depth(&self) -> usize {
        self.0.len().saturating_sub(1)
    }
}

impl CallRecord {
    /// "cold start 182 ms, 194 ms in all" or "warm, 3 ms"; what is known of it.
    pub fn timing(&self) -> String {
        let took = match self.took.map(duration) {
            Some(took) if self.error.as_deref() == Some(BROKEN_OFF) => {
                format!("{BROKEN_OFF} after {took}")
            }
            Some(took) => took,
            None if self.error.as_deref() == Some(BROKEN_OFF) => BROKEN_OFF.to_owned(),
            None => "still out".to_owned(),
        };
        match self.start {
            Some(WorkerStart::Cold { init }) => {
                format!("cold start {}, {took} in all", duration(init))
            }
            Some(WorkerStart::Warm) => format!("warm, {took}"),
            None => took,
        }
    }
}

/// Real milliseconds in words.
fn duration(millis: f64) -> String {
    match millis {
        millis if millis < 10.0 => format!("{millis:.1} ms"),
        millis if millis < 10_000.0 => format!("{millis:.0} ms"),
        millis => format!("{:.1} s", millis / 1_000.0),
    }
}

impl NestedRun {
    /// As `DescribeExecution` says it.
    pub fn status(&self) -> &'static str {
        self.ended
            .as_ref()
            .map_or("RUNNING", |ended| ended.status.name())
    }
}
