//! The template language for whoever types it: what is what, and what could stand at a place.

use crate::gateway::vtl;
use crate::gateway::vtl::HighlightKind;
use crate::session::lab::Lab;
use crate::session::lab::RowKind;
use crate::session::lab::outline::Outline;
use crate::session::lab::story::one_line;
use crate::session::lab::story::reference_start;
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
/// With larger templates and bodies no keys are looked for: it must not be felt while typing.
const LARGEST_PROBED: usize = 64 * 1024;

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
                let value = self.shown().rows.iter().rev().find(|row| {
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
        if offers.is_empty() {
            offers = self.keys(text, offset);
        }
        let complete = |offer: &Offer| offer.span.of(text) == offer.insert;
        if wish == Wish::Typing && offers.iter().any(complete) && offers.len() == 1 {
            offers.clear();
        }
        offers
    }
}

impl Lab {
    /// The keys of what a reference before a dot stands for, from what it is with the present input.
    fn keys(&self, text: &str, offset: usize) -> Vec<Offer> {
        let in_name =
            |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
        let before = text.get(..offset).unwrap_or_default();
        let start = before.trim_end_matches(in_name).len();
        let typed = before.get(start..).unwrap_or_default();
        let Some(owner) = before.get(..start).and_then(|text| text.strip_suffix('.')) else {
            return Vec::new();
        };
        let from = reference_start(text, owner.len());
        let reference = owner.get(from..).unwrap_or_default();
        let order = self.order();
        if !reference.starts_with('$')
            || reference.contains(['{', '!'])
            || order.size() > LARGEST_PROBED
        {
            return Vec::new();
        }
        let outline = Outline::of(text, &vtl::tokens(text));
        let loops = outline.loops_around(owner.len()).into_iter();
        let loops = loops.filter_map(|index| outline.loops.get(index));
        let heads: Vec<&str> = loops.map(|one| one.head.of(text)).collect();
        let keys = order.keys_of(&self.shown().template, reference, &heads);
        let fits = keys.into_iter().filter(|key| {
            key.starts_with(|letter: char| letter.is_ascii_alphabetic())
                && key.chars().all(in_name)
                && key.starts_with(typed)
        });
        let offers = fits.take(MOST_OFFERS).map(|key| Offer {
            label: key.clone(),
            detail: format!("A member of {}", one_line(reference)),
            insert: key,
            span: Span::new(start, offset),
        });
        offers.collect()
    }
}

/// Why a list of offers is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Typing,
    /// A person has asked for it.
    Asked,
}
