//! The executor: a machine compiled to a program, and an execution that moves one small step at a time.
//!
//! An `Execution` is a value: it can be copied at any step and continued to the same end. Time,
//! chance and the answers of tasks come in as signals; what it wants from outside goes out as demands.
//!
//! Never: awaits, sleeps, reads a clock, rolls dice, calls a task itself or hears of breakpoints.
//! Add a state type as a file in `states/`, an event as a variant of `EventDetail`.

mod call;
mod chance;
mod child;
mod choice;
mod compile;
mod due;
mod emission;
mod environment;
mod event;
mod execution;
mod expression;
mod failure;
mod fault;
mod guard;
mod history;
mod instant;
mod journal;
mod lanes;
mod ledger;
mod measure;
mod pages;
mod passage;
mod program;
mod redrive;
mod references;
mod retry;
mod signal;
mod simulate;
mod states;
mod template;
pub mod testing;
mod timer;
mod trouble;

pub use call::{Call, CallId, Outcome};
pub use compile::compile;
pub use due::Due;
pub use event::{
    ChildExecution, Event, EventDetail, Lane, LaneStep, MapRunLimits, Millis, TaskEvent,
};
pub use execution::Execution;
pub use fault::{Fault, FaultOrigin};
pub use history::{history_json, history_pieces, moment_text, timestamp};
pub use instant::parse_millis as parse_moment;
pub use journal::{Journal, JournalMark};
pub use program::{CompileOptions, ExecutionKind, Program};
pub use redrive::RedriveRefusal;
pub use signal::{
    Demand, Ended, MapRunChange, Phase, Ready, Signal, Stage, StageKind, Start, Status, Step,
    StoredObject, Workers,
};
pub use simulate::{Answer, Simulation, simulate, simulate_redrive};
