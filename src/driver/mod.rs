//! Brings executions to life: feeds signals, serves demands, keeps time, obeys the debugger.
//!
//! Never: decides what a definition means, or what is drawn.
//! Add a way to drive an execution as a file here.

pub mod endpoint;
mod live;

pub use live::drive;
