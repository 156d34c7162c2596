//! The templates of API Gateway: Velocity 1.7, with what the service does differently.
//!
//! A [`Template`] is parsed once and rendered often. Whatever a template says, parsing and rendering end:
//! depth, steps and the size of texts are bounded, and the bound that was reached is named.
//!
//! Never: knows of routes, of documents or of a server; a template sees nothing but its [`Environment`].
//! Add a method of a Java type in `texts.rs`, `lists.rs` or `numbers.rs`, one of `$input` or `$util` in
//! `objects.rs` and in the table of `complete.rs`.

mod access;
pub(in crate::gateway) mod ast;
mod complete;
mod cursor;
mod directive;
mod evaluate;
mod expression;
mod frame;
mod item;
mod lexer;
mod lists;
mod numbers;
mod objects;
mod operate;
mod origin;
mod parser;
mod pattern;
mod pattern_java;
mod problem;
mod record;
mod render;
mod template;
mod texts;
mod tokens;
mod walk;

pub use complete::{Completion, completions};
pub use problem::{Problem, Severity, problems};
pub use record::{Event, Moment, Piece};
pub use template::{
    Dialect, Environment, Limits, Overrides, Parameters, Rendering, Template, VtlError, Watch,
    render,
};
pub use tokens::{HighlightKind, Token, tokens};
