//! The intrinsic functions of JSONPath states: `States.Format('{}', $.x)` and its siblings.
//!
//! Never: knows what a state or a run is; chance comes in from outside, seeded.
//! Add a function as a variant of `Function`, its row in `table.rs`, and its meaning in the file
//! of its kind.

mod array;
mod evaluate;
mod json;
mod number;
mod parse;
mod table;
mod text;

use std::sync::Arc;

use crate::query::Value;
use crate::query::chance::Chance;
use crate::query::jsonpath::Path;
use crate::query::jsonpath::Root;

pub use crate::query::intrinsics::table::Function;

/// Calls may nest this deep.
pub const NESTING: usize = 10;

/// A parsed call with everything inside it.
#[derive(Clone, Debug)]
pub struct Intrinsic {
    call: Arc<Call>,
}

/// One call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The call as written, which AWS quotes in its causes.
    pub text: String,
    pub function: Function,
    pub arguments: Vec<Argument>,
}

/// An argument as written.
#[derive(Clone, Debug)]
pub enum Argument {
    /// A number, `true`, `false` or `null`.
    Literal(Value),
    /// Text in single quotes: with its escapes (`States.Format` reads those itself) and without.
    Text {
        written: String,
        value: Value,
    },
    Path(Path),
    Call(Call),
}

/// Why a text is no intrinsic call. `position` counts characters from its start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct IntrinsicSyntaxError {
    pub message: String,
    pub position: usize,
}

/// A failed evaluation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct IntrinsicError {
    /// `States.IntrinsicFailure`, or `States.Runtime` where an argument's path leads nowhere.
    pub error: &'static str,
    /// In AWS's form: `The function '…' had the following error: …`.
    pub message: String,
}

impl Intrinsic {
    /// Whether the text means to be a call rather than a path.
    pub fn looks_like(text: &str) -> bool {
        text.starts_with("States.")
    }

    /// Parses one call; blanks may follow it but not come before it.
    pub fn parse(text: &str) -> Result<Intrinsic, IntrinsicSyntaxError> {
        parse::call(text).map(|call| Intrinsic {
            call: Arc::new(call),
        })
    }

    pub fn text(&self) -> &str {
        &self.call.text
    }

    pub fn call(&self) -> &Call {
        &self.call
    }

    /// Every path among the arguments, nested calls included, in the order written.
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths = Vec::new();
        collect_paths(&self.call, &mut paths);
        paths
    }

    /// Evaluates with `resolve` giving what `$`, `$$` and the variables stand for.
    pub fn evaluate(
        &self,
        resolve: &dyn Fn(&Root) -> Option<Value>,
        chance: &mut Chance,
    ) -> Result<Value, IntrinsicError> {
        evaluate::call(&self.call, resolve, chance)
    }
}

fn collect_paths<'a>(call: &'a Call, paths: &mut Vec<&'a Path>) {
    for argument in &call.arguments {
        match argument {
            Argument::Path(path) => paths.push(path),
            Argument::Call(call) => collect_paths(call, paths),
            Argument::Literal(_) | Argument::Text { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests;
