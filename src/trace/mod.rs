//! What happened: visits of states with their attempts, inputs and outputs, folded from engine events.
//!
//! One fold serves local runs, the debugger and imported recordings, so all are seen by one viewer.
//!
//! Never: drives an execution, or knows how it is drawn.
//! Add what a viewer wants to know of an event to the fold in `fold.rs`.

mod attempt;
mod children;
mod fold;
mod import;
mod lanes;
mod map_run;
mod outside;
mod visit;

pub(crate) use outside::BROKEN_OFF;

pub use fold::{Passage, Trace};
pub use import::{ImportError, import};
pub use map_run::{ChildRun, MapRun};
pub use outside::{
    CallRecord, Hand, NestedRun, TaskKey, UNANSWERED, WaitingTask, WorkerStart, is_unanswered,
};
pub use visit::{Attempt, AttemptStatus, Visit, VisitStatus};
