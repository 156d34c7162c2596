//! The executor: a machine compiled to a program, and an execution that moves one small step at a time.
//!
//! An `Execution` is a value: it can be copied at any step and continued to the same end. Time,
//! chance and the answers of tasks come in as signals; what it wants from outside goes out as demands.
//!
//! Never: awaits, sleeps, reads a clock, rolls dice, calls a task itself or hears of breakpoints.
//! Add a state type as a file in `states/`, an event as a variant of `EventDetail`.

mod call;
mod event;
mod fault;
mod signal;

pub use call::{Call, CallId, Outcome};
pub use event::{Event, EventDetail, Lane, LaneStep, Millis, TaskEvent};
pub use fault::{Fault, FaultOrigin};
pub use signal::{
    Demand, Ended, Phase, Ready, Signal, Stage, StageKind, Start, Status, Step, StoredObject,
};
