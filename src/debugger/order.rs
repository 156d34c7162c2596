//! What a run is started with, and the news it sends.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::asl::StatePath;
use crate::debugger::Pace;
use crate::debugger::Pause;
use crate::engine::Ended;
use crate::engine::Event;
use crate::engine::ExecutionKind;
use crate::engine::Millis;
use crate::engine::Program;
use crate::engine::RedriveRefusal;
use crate::engine::Stage;
use crate::engine::Start;
use crate::engine::StoredObject;
use crate::query::Value;
use crate::sidecar::BackendPlan;
use crate::sidecar::RunSummary;
use crate::sidecar::Scenario;
use crate::sidecar::WorkflowKind;
use crate::sidecar::WorkflowText;
use crate::trace::CallRecord;
use crate::trace::Hand;
use crate::trace::NestedRun;
use crate::trace::Trace;
use crate::trace::WaitingTask;

/// Everything needed to bring an execution to life.
#[derive(Clone, Debug)]
pub struct RunOrder {
    pub program: Arc<Program>,
    pub start: Start,
    pub breakpoints: BTreeSet<StatePath>,
    pub pace: Pace,
    pub clock: Clock,
    /// Real milliseconds a state is shown before the next one is entered; 0 as fast as it goes.
    pub tempo: u64,
    /// Which calls without a mock wait for a person.
    pub hand: Hand,
    pub neighbors: Neighbors,
    /// What answers tasks besides mocks.
    pub backends: Arc<BackendPlan>,
}

/// Where a run finds the workflows that its states start by name.
#[derive(Clone, Debug, Default)]
pub struct Neighbors {
    /// Texts that count before any file, by the workflow's name.
    pub texts: BTreeMap<String, WorkflowText>,
    /// Folders that are looked at in order.
    pub folders: Vec<PathBuf>,
    /// Values of placeholders that a workflow's own companion says nothing of.
    pub params: BTreeMap<String, String>,
}

/// What time is for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Waits, back-off and timeouts take no real time.
    Virtual,
    Real,
}

/// News of a run, in order.
#[derive(Clone, Debug)]
pub enum RunNews {
    Happened {
        events: Vec<Event>,
        stages: Vec<Stage>,
    },
    /// It waits before a state.
    Paused(Box<Pause>),
    Resumed,
    /// It went back: only the first `events` events hold.
    Rewound {
        events: usize,
    },
    /// The tasks that wait for an answer nobody has promised have changed: these do now.
    Tasks(Vec<WaitingTask>),
    /// Executions that states have started: those that are new or have gone on.
    Nested(Vec<Arc<NestedRun>>),
    /// A call is made for real, or is over.
    Called(Box<CallRecord>),
    /// Nothing goes on until one of the waiting tasks is answered.
    Waiting {
        now: Millis,
    },
    /// An execution that had ended goes on where it failed.
    Redriven,
    /// It was to be redriven and cannot be.
    NotRedriven(RedriveRefusal),
    /// A result writer wrote an object.
    Stored(Box<StoredObject>),
    Ended {
        ended: Box<Ended>,
        /// Workflow variables of the outermost scope.
        variables: Vec<(String, Value)>,
        /// What a person should know: mocks left over, workflows that are missing.
        notes: Vec<String>,
    },
    /// It could not be started, or broke off: the reason.
    Lost(String),
}

/// What came of a run, as an expectation judges it.
pub fn summarize(ended: &Ended, trace: &Trace) -> RunSummary {
    RunSummary {
        status: ended.status.name().to_owned(),
        output: ended.output.clone(),
        error: ended.error.as_deref().map(str::to_owned),
        cause: ended.cause.as_deref().map(str::to_owned),
        path: trace.path(),
    }
}

/// The start of a scenario: its input and its variables, everything else as usual.
pub fn scenario_start(scenario: &Scenario) -> Start {
    let variables = scenario.variables.as_object();
    Start {
        input: scenario.input.clone(),
        variables: variables
            .into_iter()
            .flat_map(|members| members.iter())
            .map(|(name, value)| (name.to_string(), value.clone()))
            .collect(),
        ..Start::default()
    }
}

/// The kind of execution a companion file asks for.
pub const fn execution_kind(kind: WorkflowKind) -> ExecutionKind {
    match kind {
        WorkflowKind::Standard => ExecutionKind::Standard,
        WorkflowKind::Express => ExecutionKind::Express,
    }
}
