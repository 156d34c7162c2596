//! Amazon States Language: a typed view over a tree, and what can be said about it without running it.
//!
//! Never: holds a value of a run, or changes a text.
//! Add a state type or a field as a row of `schema.rs`, a lint as a file in `lints/`.

mod address;
mod diagnostic;
mod kind;
pub mod labels;
mod machine;
pub mod resource;
pub mod schema;
pub mod services;
mod transition;

pub use address::{ScopeSlot, StatePath};
pub use diagnostic::{Diagnostic, Fix, Severity};
pub use kind::{QueryLanguage, StateKind};
pub use machine::{Machine, Scope, ScopeId, State, StateId, read};
pub use transition::{Transition, TransitionKind};
