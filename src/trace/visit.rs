//! One stay in a state, from entering to leaving it.

use std::sync::Arc;

use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::engine::ChildExecution;
use crate::engine::Lane;
use crate::engine::Millis;
use crate::query::Value;

/// One stay in a state.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Position within the trace, in the order entered.
    pub index: usize,
    pub state: StatePath,
    pub name: String,
    pub kind: StateKind,
    pub lane: Lane,
    /// The child execution it happened in, if in one.
    pub child: Option<Arc<ChildExecution>>,
    /// The visit of the container it lies in.
    pub parent: Option<usize>,
    pub status: VisitStatus,
    pub entered_at: Millis,
    pub ended_at: Option<Millis>,
    /// Ids within the history it belongs to.
    pub entered_event: u64,
    pub last_event: u64,
    /// Places of the same events among all events, those of child executions included, counted from zero.
    pub entered_place: usize,
    pub last_place: usize,
    pub input: Value,
    pub output: Option<Value>,
    /// Variables assigned on leaving, in the order of the definition.
    pub assigned: Vec<(Arc<str>, Value)>,
    /// Calls of a Task; starts of a Map or Parallel.
    pub attempts: Vec<Attempt>,
    pub error: Option<Arc<str>>,
    pub cause: Option<Arc<str>>,
    /// Iterations of a Map.
    pub length: Option<usize>,
    /// The input was changed by hand at a pause.
    pub edited: bool,
    /// Something inside has failed and nothing has dealt with it yet.
    pub(crate) failing: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VisitStatus {
    Running,
    Succeeded,
    Failed,
    /// Failed, and a Catcher took over.
    Caught,
    Aborted,
}

/// One try of a Task, or one start of a Map or Parallel.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub status: AttemptStatus,
    pub started_at: Millis,
    pub ended_at: Option<Millis>,
    /// What was sent to the service.
    pub parameters: Option<Value>,
    /// What a `.sync` or `.waitForTaskToken` submission was answered with.
    pub submitted: Option<Value>,
    /// What came back, before any selection.
    pub result: Option<Value>,
    pub error: Option<Arc<str>>,
    pub cause: Option<Arc<str>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AttemptStatus {
    Running,
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
}

impl Visit {
    /// Milliseconds from entering to leaving; while it lasts, up to `now`.
    pub fn duration(&self, now: Millis) -> Millis {
        (self.ended_at.unwrap_or(now) - self.entered_at).max(0)
    }

    /// Branch or iteration it lies in, counted from zero.
    pub fn lane_index(&self) -> Option<usize> {
        self.lane.0.last().map(|step| step.index)
    }

    /// Tries after the first one.
    pub fn retries(&self) -> usize {
        self.attempts.len().saturating_sub(1)
    }

    /// Each try that failed, with the one after it.
    pub fn tries(&self) -> impl Iterator<Item = (&Attempt, &Attempt)> {
        self.attempts.iter().zip(self.attempts.iter().skip(1))
    }

    pub fn is_open(&self) -> bool {
        self.status == VisitStatus::Running
    }
}

impl VisitStatus {
    /// The word that goes with the icon.
    pub const fn word(self) -> &'static str {
        match self {
            VisitStatus::Running => "Running",
            VisitStatus::Succeeded => "Succeeded",
            VisitStatus::Failed => "Failed",
            VisitStatus::Caught => "Caught error",
            VisitStatus::Aborted => "Aborted",
        }
    }
}

impl AttemptStatus {
    pub const fn word(self) -> &'static str {
        match self {
            AttemptStatus::Running => "Running",
            AttemptStatus::Succeeded => "Succeeded",
            AttemptStatus::Failed => "Failed",
            AttemptStatus::TimedOut => "Timed out",
            AttemptStatus::Aborted => "Aborted",
        }
    }
}
