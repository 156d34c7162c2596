//! The template language for whoever types it: what is what, and what could stand at a place.

use crate::gateway::vtl;
use crate::gateway::vtl::HighlightKind;
use crate::session::lab::Lab;
use crate::session::lab::RowKind;
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
    /// What does not fit where it stands.
    Wrong,
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

/// The most that is offered.
const MOST_OFFERS: usize = 200;

/// The parts of a template that belong to the language, in order; what is between them is text.
pub fn ink(text: &str) -> Vec<(Span, Ink)> {
    let tokens = vtl::tokens(text);
    tokens
        .iter()
        .filter_map(|token| {
            let ink = match token.kind {
                HighlightKind::Text => return None,
                HighlightKind::Comment => Ink::Comment,
                HighlightKind::Directive => Ink::Directive,
                HighlightKind::Reference | HighlightKind::Member | HighlightKind::Method => {
                    Ink::Reference
                }
                HighlightKind::Quoted => Ink::Text,
                HighlightKind::Number => Ink::Number,
                HighlightKind::Keyword => Ink::Keyword,
                HighlightKind::Operator | HighlightKind::Punctuation | HighlightKind::Escape => {
                    Ink::Punctuation
                }
                HighlightKind::Error => Ink::Wrong,
            };
            Some((token.span, ink))
        })
        .collect()
}

impl Lab {
    /// What could stand at a byte of the template. Unless it is `Wish::Asked`, nothing is offered where the word is
    /// complete already.
    pub fn offers(&self, text: &str, offset: usize, wish: Wish) -> Vec<Offer> {
        let mut offers: Vec<Offer> = vtl::completions(text, offset)
            .into_iter()
            .take(MOST_OFFERS)
            .map(|one| {
                let name = format!("${}", one.insert);
                let value = self.sight.rows.iter().rev().find(|row| {
                    matches!(row.kind, RowKind::Set | RowKind::Loop) && row.label == name
                });
                Offer {
                    label: one.insert.clone(),
                    detail: value.map_or(one.documentation, |row| row.value.words(40)),
                    insert: one.insert,
                    span: one.span,
                }
            })
            .collect();
        let complete = |offer: &Offer| offer.span.of(text) == offer.insert;
        if wish == Wish::Typing && offers.iter().any(complete) && offers.len() == 1 {
            offers.clear();
        }
        offers
    }
}

/// Why a list of offers is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Typing,
    /// A person has asked for it.
    Asked,
}
