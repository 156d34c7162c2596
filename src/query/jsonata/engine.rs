//! What the rest of the program asks of a JSONata engine, whichever it is.
//!
//! Everything outside this room goes through [`Expression`], which asks the engine named here.
//! Another engine is another implementation of the trait, and the one line in `ENGINE`.

use crate::query::jsonata::Bindings;
use crate::query::jsonata::Expression;
use crate::query::jsonata::JsonataError;
use crate::query::jsonata::Outcome;
use crate::query::jsonata::run;

/// A JSONata engine: parses once, evaluates with the bindings of one state.
pub trait QueryEngine {
    /// An expression as the engine keeps it, shared between threads.
    type Parsed: Clone + Send + Sync;

    /// Reads an expression, without the `{% %}` around it. Errors have a position.
    fn parse(&self, text: &str) -> Result<Self::Parsed, JsonataError>;

    /// Evaluates within the limits of the bindings. Never panics; a failure inside the engine is an error.
    fn evaluate(&self, parsed: &Self::Parsed, bindings: &Bindings)
    -> Result<Outcome, JsonataError>;
}

/// The engine in use.
pub const ENGINE: Core = Core;

/// The crate `jsonata-core`, with AWS's functions and the guards it lacks.
#[derive(Clone, Copy, Debug)]
pub struct Core;

impl QueryEngine for Core {
    type Parsed = Expression;

    fn parse(&self, text: &str) -> Result<Expression, JsonataError> {
        run::parse(text)
    }

    fn evaluate(&self, parsed: &Expression, bindings: &Bindings) -> Result<Outcome, JsonataError> {
        run::evaluate(parsed, bindings)
    }
}
