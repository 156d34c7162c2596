//! Amazon States Language: a typed view over a tree, and what can be said about it without running it.
//!
//! Never: holds a value of a run, or changes a text.
//! Add a state type or a field as a row of `schema.rs`, a lint as a file in `lints/`.

mod address;
mod diagnostic;
mod kind;
pub mod labels;
mod lints;
mod machine;
pub mod nearest;
pub mod resource;
pub mod schema;
pub mod services;
mod transition;

pub use address::{ScopeSlot, StatePath};
pub use diagnostic::{Diagnostic, Fix, Severity};
pub use kind::{MachineType, QueryLanguage, StateKind};
pub use lints::{
    ServiceDiagnostic, input_fault, lint, lint_as, service_diagnostics, variable_references,
};
pub use machine::{Machine, Scope, ScopeId, State, StateId, read};
pub use transition::{Transition, TransitionKind};
