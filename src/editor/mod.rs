//! Editing: a document, the commands that change it, the plan of each change, and the history of them.
//!
//! A change is a value that is planned before it is made: `plan` answers both "may I?" and "what
//! would change?". The text is the truth; a plan is splices on it, and nothing else is ever written.
//!
//! Never: touches a file, a clock or a screen, or prints a tree.
//! Add an edit as a file in `command/` and a variant of `Command`.

mod command;
mod copy;
mod document;
mod draft;
mod fields;
mod history;
mod json;
mod names;
mod place;
mod plan;
mod rewire;
mod selection;
mod template;
mod words;

pub use command::{Command, Target, Way};
pub use copy::copy;
pub use document::{Document, Revision};
pub use history::{History, Snapshot, Step};
pub use json::{CommandError, read_command, write_command};
pub use place::{Place, accepts, places};
pub use plan::{Plan, Refusal, plan};
pub use selection::Selection;
pub use template::StateTemplate;
