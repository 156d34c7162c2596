//! When to stop, and how to go back: breakpoints, step modes and the checkpoints of a run.
//!
//! The execution itself hears nothing of this; whoever drives it asks here before each step.
//!
//! Never: advances an execution, waits, or draws.
//! Add a way to stop or step as a variant of `Pace`.

mod order;
mod pace;
mod recording;

pub use order::{Clock, Neighbors, RunNews, RunOrder, execution_kind, scenario_start, summarize};
pub use pace::{Control, Pace, Pause, PauseReason};
pub use recording::{Checkpoint, Recording};
