//! Something to say about a document. A diagnostic is never an error of the program.

use crate::text::Span;
use crate::text::TextEdit;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// AWS refuses the definition, or the run is sure to fail.
    Error,
    /// Accepted, but hardly meant.
    Warning,
    Info,
}

/// What is wrong, where, in plain words, and how to mend it where there is a way.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// A stable name in upper case: `MISSING_TARGET`.
    pub code: &'static str,
    pub severity: Severity,
    pub span: Span,
    /// JSON pointer of the node the span belongs to.
    pub pointer: String,
    /// One sentence without a full stop.
    pub message: String,
    /// Further sentences: why, what to look at.
    pub hints: Vec<String>,
    pub fix: Option<Fix>,
}

/// A change that would mend it, with the words for its button.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    pub label: String,
    pub edit: TextEdit,
}

impl Severity {
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
    }
}
