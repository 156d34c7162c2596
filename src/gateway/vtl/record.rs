//! What a rendering did, for somebody who wants to watch: kept only where it is asked for.

use crate::text::Span;

/// More moments than this are only counted.
pub const MOMENTS: usize = 5_000;
/// Longer values are cut.
const SHOWN: usize = 400;

/// One thing that happened, in the order in which it happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Where in the template. What happens in a text of `#evaluate` belongs to that directive.
    pub span: Span,
    pub event: Event,
}

/// Values are as the template would print them; nothing stands for null and for what is not defined.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// `#set`. Null is not assigned: the reference keeps what it has.
    Assigned {
        name: String,
        before: Option<String>,
        after: Option<String>,
    },
    /// `#if` or `#elseif`.
    Condition { value: Option<String>, taken: bool },
    /// `#foreach`, before each time its block is rendered; the index begins at zero.
    Iteration {
        name: String,
        index: usize,
        item: Option<String>,
    },
    /// A reference was printed.
    Rendered {
        reference: String,
        value: Option<String>,
    },
    /// A reference was worked out within an expression.
    Read {
        reference: String,
        value: Option<String>,
    },
    /// A method was called; `known` says whether there is such a method for these arguments.
    Called {
        method: String,
        on: String,
        arguments: Vec<Option<String>>,
        value: Option<String>,
        known: bool,
    },
    /// A macro was called.
    Entered { name: String },
}

/// A piece of the template that wrote a piece of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub output: Span,
    pub source: Span,
}

#[derive(Default)]
pub struct Recorder {
    pub moments: Vec<Moment>,
    pub pieces: Vec<Piece>,
    pub left_out: usize,
}

impl Recorder {
    pub fn note(&mut self, span: Span, event: Event) {
        if self.moments.len() < MOMENTS {
            self.moments.push(Moment { span, event });
        } else {
            self.left_out += 1;
        }
    }

    pub fn wrote(&mut self, output: Span, source: Span) {
        if output.is_empty() {
            return;
        }
        if self.pieces.len() < MOMENTS * 20 {
            self.pieces.push(Piece { output, source });
        }
    }
}

/// A value short enough to be shown.
pub fn shown(text: String) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
