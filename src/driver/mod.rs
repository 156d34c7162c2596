//! Brings executions to life: feeds signals, serves demands, keeps time, obeys the debugger.
//!
//! Never: decides what a definition means, or what is drawn.
//! Add a way to drive an execution as a file here, a way in over HTTP in `endpoint/`.

pub mod endpoint;
mod live;
mod load;
mod standing;

pub use live::drive;
pub use load::{LoadOrder, LoadProgress, LoadStage, LoadTarget, load, parse_stages};
