//! The template language for whoever types it: what is what, and what could stand at a place.

use crate::session::lab::Lab;
use crate::text::Span;

/// What a part of a template is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// `#set`, `#if`, `#end`.
    Directive,
    /// `true`, `in`, `and`.
    Keyword,
    /// `$order.total`
    Reference,
    /// A quoted text within a directive or argument.
    Text,
    Number,
    Comment,
    Punctuation,
}

/// Something that could stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub label: String,
    /// What it is for, in a few words, or the value it has.
    pub detail: String,
    /// What takes the place of `span`.
    pub insert: String,
    pub span: Span,
}

/// The parts of a template that belong to the language, in order; what is between them is text.
pub fn ink(_text: &str) -> Vec<(Span, Ink)> {
    Vec::new()
}

impl Lab {
    /// What could stand at a byte of the template. Unless it is `wanted`, nothing is offered where no name has begun.
    pub fn offers(&self, _text: &str, _offset: usize, _wanted: bool) -> Vec<Offer> {
        Vec::new()
    }
}
