//! JSONata as Step Functions runs it: parsed once, evaluated with the bindings of one state.
//!
//! The language itself comes from a crate that only the files of this room name; around it stand
//! AWS's functions, JavaScript's regular expressions, the reference's error texts, limits of time, depth
//! and memory, and values without conversion loss. The forms most fields have are read without it (`direct.rs`).
//! Evaluation is synchronous and its bindings are not `Send`: make them, evaluate, and drop them
//! in one place. An [`Expression`] can be shared between threads.
//!
//! Never: knows what a state or a run is; reads a clock or rolls dice of its own.
//! Add a function of AWS in `function.rs`, an error text in `message.rs`.

mod bindings;
mod blame;
mod budget;
mod checks;
mod convert;
mod direct;
mod engine;
mod function;
mod guard;
mod message;
mod modest;
mod pattern;
mod position;
mod run;
mod text;
mod token;
mod tree;
mod walk;
mod weigh;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use jsonata_core::ast::AstNode;

use crate::query::Value;
use crate::query::jsonata::direct::Direct;
use crate::query::jsonata::engine::ENGINE;
use crate::query::jsonata::pattern::Patterns;
use crate::query::jsonata::tree::Names;

pub use crate::query::jsonata::bindings::Bindings;
pub use crate::query::jsonata::bindings::Cancel;
pub use crate::query::jsonata::bindings::Dialect;
pub use crate::query::jsonata::bindings::Limits;
pub use crate::query::jsonata::engine::QueryEngine;
pub use crate::query::jsonata::function::FUNCTIONS;
pub use crate::query::jsonata::message::CRASH;
pub use crate::query::jsonata::message::UNSUPPORTED;

/// A parsed expression; cheap to clone, `Send` and `Sync`.
#[derive(Clone)]
pub struct Expression {
    text: Arc<str>,
    tree: Arc<AstNode>,
    names: Arc<Names>,
    patterns: Arc<Patterns>,
    /// The functions of ours its tree calls, by names no expression can spell.
    ours: Arc<BTreeSet<String>>,
    /// The same without the evaluator, if it is of a simple form.
    direct: Option<Arc<Direct>>,
}

/// What an expression gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Value(Value),
    /// No value at all, which is not null.
    Undefined,
    /// A function, which JSON cannot hold.
    Function,
}

/// A name an expression uses without binding it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameUse {
    /// The name without `$`.
    pub name: String,
    /// Where the name's `$` stands, in characters.
    pub position: usize,
}

/// An error of JSONata, or of this evaluator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonataError {
    /// The code of the reference implementation, such as `T2001`; [`CRASH`] and [`UNSUPPORTED`] are our own.
    pub code: String,
    /// The text without the code.
    pub message: String,
    /// Where in the text, in characters; syntax errors have it.
    pub position: Option<usize>,
    /// The piece of the text that is in the way.
    pub token: Option<String>,
}

impl Expression {
    /// Parses an expression, without the `{% %}` around it.
    pub fn parse(text: &str) -> Result<Expression, JsonataError> {
        ENGINE.parse(text)
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The workflow variables the expression uses, each place once, in the order written.
    ///
    /// Names the expression binds itself, `$states`, and functions are not among them.
    pub fn variables(&self) -> &[NameUse] {
        &self.names.variables
    }

    /// Functions that are called and exist neither in JSONata, nor on AWS, nor in the expression.
    pub fn unknown_functions(&self) -> &[NameUse] {
        &self.names.unknown_functions
    }

    /// The members of `$states` the expression reads directly (`input`, `context` …); nothing if
    /// it uses `$states` as a whole.
    pub fn state_fields(&self) -> Option<&[String]> {
        self.names.state_fields.as_deref()
    }

    /// What the expression looks up in its context item, which a state does not have: `phone` of
    /// `phone.number`, `$`, and `$$`; each name once, in the order written.
    pub fn context_reads(&self) -> &[NameUse] {
        &self.names.context_reads
    }

    /// What of valid JSONata this evaluator cannot run here, in words.
    pub fn unsupported(&self) -> Option<&str> {
        self.names.unsupported.as_deref()
    }

    /// Evaluates against the bindings of one state.
    pub fn evaluate(&self, bindings: &Bindings) -> Result<Outcome, JsonataError> {
        ENGINE.evaluate(self, bindings)
    }
}

impl JsonataError {
    /// Whether the evaluator failed inside itself.
    pub fn is_crash(&self) -> bool {
        self.code == CRASH
    }
}

impl fmt::Display for JsonataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for JsonataError {}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.text).finish()
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Expression) -> bool {
        self.text == other.text
    }
}

#[cfg(test)]
mod tests;
