//! What a rendering did, in the shape in which the lab shows it: rows of values, lines, branches, pieces.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::query::Value;
use crate::session::lab::FieldProblem;
use crate::session::lab::LabField;
use crate::session::lab::LabLint;
use crate::session::lab::LabSide;
use crate::text::LineColumn;
use crate::text::Span;

/// A rendering of a template and all that is known of how it came about.
#[derive(Clone, Debug, Default)]
pub struct Sight {
    pub side: LabSide,
    /// The template that was rendered; spans below are places in it.
    pub template: Arc<str>,
    /// What it printed, up to the error where there is one.
    pub output: Arc<str>,
    pub trouble: Option<Trouble>,
    /// In the order in which they happened.
    pub rows: Vec<SightRow>,
    /// The `#foreach` directives that were reached, in the order of the template.
    pub loops: Vec<SightLoop>,
    /// Branches that were not taken in any pass.
    pub skipped: Vec<Span>,
    /// Lines (counted from one) something of which was carried out.
    pub executed: BTreeSet<usize>,
    /// Which part of the output each part of the template has written, in the order of the output.
    pub pieces: Vec<Piece>,
    /// The overrides of `$context`.
    pub overrides: Vec<Override>,
    pub meaning: Meaning,
    /// The status the template has set: 100 to 599.
    pub status: Option<u16>,
    /// The input of the execution that the output asks for, read from its text; or why it is no JSON.
    pub input: Option<Result<Value, String>>,
    /// What can be said of the template by itself.
    pub lints: Vec<LabLint>,
    /// What is wrong with the fields it was rendered against.
    pub problems: BTreeMap<LabField, FieldProblem>,
    /// The rendering was cut short by a limit on what is written down of it.
    pub abridged: bool,
    /// The bound that ended the rendering, where one did.
    pub limit: Option<&'static str>,
    /// The request template before this one ran into a bound.
    pub(crate) short_of_context: bool,
}

/// Why a template could not be rendered to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub span: Span,
    pub place: LineColumn,
    /// A sentence without a full stop.
    pub message: String,
}

/// One thing that happened while rendering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SightRow {
    pub kind: RowKind,
    /// The directive or reference.
    pub span: Span,
    /// Where it begins, counted from one.
    pub line: usize,
    /// What it is: `$order.total`, `#if($total > 10)`.
    pub label: String,
    /// For a `#set`: what was there before.
    pub before: Option<Seen>,
    pub value: Seen,
    /// The passes of the loops around it: index in [`Sight::loops`], and which pass, counted from one.
    pub passes: Vec<(usize, usize)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    Set,
    /// The condition of an `#if` or `#elseif`, and whether its branch was taken.
    Condition(Taken),
    /// An `#else` that was taken or passed over.
    Else(Taken),
    /// A reference that was printed.
    Value,
    /// A reference or a call that was worked out within something else.
    Read,
    /// A reference without a value where something was to be printed.
    Undefined,
    /// An override of `$context`.
    Override,
    Loop,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Yes,
    No,
}

/// A value as one sees it: as the template would print it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    Text(String),
    /// There is none; it prints nothing.
    Undefined,
}

/// A `#foreach` that was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SightLoop {
    pub span: Span,
    pub line: usize,
    /// `#foreach($item in $order.items)`
    pub label: String,
    /// The most passes it had each time it was reached.
    pub passes: usize,
    /// The loop around it, by its index.
    pub within: Option<usize>,
}

/// A part of the output and the part of the template that wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub output: Span,
    pub template: Span,
}

/// A member of `$context.requestOverride` or `$context.responseOverride` that was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// `responseOverride.status`
    pub name: String,
    pub value: String,
}

/// What the output is as JSON, and as a request to Step Functions.
#[derive(Clone, Debug, Default)]
pub enum Meaning {
    #[default]
    Nothing,
    Json(Value),
    /// It begins as JSON would but is none.
    Broken {
        place: LineColumn,
        span: Span,
        message: String,
        /// The most likely reason, where one is known.
        reason: Option<String>,
    },
    /// It is not meant to be JSON.
    Text,
}

impl Sight {
    /// The template is none, so nothing was carried out.
    pub fn is_unread(&self) -> bool {
        self.trouble.is_some() && self.rows.is_empty() && self.output.is_empty()
    }

    /// The rows that begin in a line, each place once: the last time it happened in the chosen passes.
    pub fn at_line<'a>(
        &'a self,
        line: usize,
        chosen: &'a BTreeMap<usize, usize>,
    ) -> Vec<&'a SightRow> {
        let mut last: BTreeMap<(usize, usize, u8), &SightRow> = BTreeMap::new();
        for row in self.chosen(chosen).filter(|row| row.line == line) {
            let rank = u8::from(matches!(row.kind, RowKind::Override));
            last.insert((row.span.start, usize::MAX - row.span.end, rank), row);
        }
        last.into_values().collect()
    }

    /// The rows of the passes that were chosen: all of a loop of which none was.
    pub fn chosen<'a>(
        &'a self,
        chosen: &'a BTreeMap<usize, usize>,
    ) -> impl Iterator<Item = &'a SightRow> {
        self.rows.iter().filter(|row| {
            row.passes
                .iter()
                .all(|(index, pass)| chosen.get(index).is_none_or(|wanted| wanted == pass))
        })
    }

    /// The smallest thing with a value around a byte of the template, as it was in the chosen passes.
    pub fn at<'a>(
        &'a self,
        offset: usize,
        chosen: &'a BTreeMap<usize, usize>,
    ) -> Vec<&'a SightRow> {
        let around = |row: &&SightRow| row.span.start <= offset && offset < row.span.end;
        let smallest = self
            .chosen(chosen)
            .filter(around)
            .map(|row| row.span.len())
            .min();
        let found = self.chosen(chosen).filter(around);
        found
            .filter(|row| Some(row.span.len()) == smallest)
            .collect()
    }

    /// The part of the template that wrote a byte of the output.
    pub fn wrote(&self, output: usize) -> Option<Piece> {
        let after = self
            .pieces
            .partition_point(|piece| piece.output.end <= output);
        let piece = self.pieces.get(after)?;
        piece.output.contains(output).then_some(*piece)
    }

    /// What a part of the template has written: every piece of it that touches the span.
    pub fn written_by(&self, template: Span) -> Vec<Span> {
        let touches = |piece: &&Piece| {
            piece.template.start < template.end && template.start < piece.template.end
                || template.is_empty() && piece.template.contains(template.start)
        };
        let pieces = self.pieces.iter().filter(touches);
        pieces
            .map(|piece| piece.output)
            .filter(|span| !span.is_empty())
            .collect()
    }
}

impl Seen {
    /// The value on one line, cut to about `limit` characters.
    pub fn words(&self, limit: usize) -> String {
        let text = match self {
            Seen::Text(text) if text.is_empty() => "\"\"".to_owned(),
            Seen::Text(text) => text.replace(['\n', '\r', '\t'], " "),
            Seen::Undefined => "undefined".to_owned(),
        };
        if text.chars().count() <= limit {
            return text;
        }
        let start: String = text.chars().take(limit.saturating_sub(1)).collect();
        format!("{start}…")
    }
}
