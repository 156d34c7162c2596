//! Text: spans, lines and columns, splices, and the style in which a file is written.
//!
//! Never: knows what the text means.
//! Add here what can be said of any text without parsing it.

use std::ops::Range;

/// A range of bytes of a text, always on character borders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

/// A place for people: both counted from one, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineColumn {
    pub line: usize,
    pub column: usize,
}

/// Where the lines of a text begin.
#[derive(Clone, Debug, Default)]
pub struct LineIndex {
    starts: Vec<usize>,
}

/// One replacement: the bytes of `span` give way to `insert`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splice {
    pub span: Span,
    pub insert: String,
}

/// Replacements that do not overlap, in the order of the text. Bytes outside them never change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextEdit {
    splices: Vec<Splice>,
}

/// Two splices of one edit overlap.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("two changes of one edit overlap at byte {0}")]
pub struct Overlap(pub usize);

/// How a file is written, so that what is inserted looks like what stands around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// One level of indentation: spaces or a tab.
    pub indent: String,
    /// `"\n"` or `"\r\n"`, whichever the text uses more often.
    pub newline: &'static str,
    pub byte_order_mark: bool,
    pub final_newline: bool,
}

impl Span {
    pub const fn new(start: usize, end: usize) -> Span {
        Span { start, end }
    }

    pub const fn at(offset: usize) -> Span {
        Span::new(offset, offset)
    }

    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    pub fn contains(self, offset: usize) -> bool {
        (self.start..self.end).contains(&offset)
    }

    pub fn encloses(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// The text of the span; empty where the span does not fit the text.
    pub fn of(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or_default()
    }
}

impl LineIndex {
    pub fn new(text: &str) -> LineIndex {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        LineIndex {
            starts: std::iter::once(0)
                .chain(newlines.map(|(offset, _)| offset + 1))
                .collect(),
        }
    }

    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// The byte at which a line (counted from one) begins.
    pub fn line_start(&self, line: usize) -> Option<usize> {
        self.starts.get(line.checked_sub(1)?).copied()
    }

    /// Line and column of a byte offset; an offset past the end is taken as the end.
    pub fn locate(&self, text: &str, offset: usize) -> LineColumn {
        let offset = offset.min(text.len());
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let column = Span::new(start, offset).of(text).chars().count() + 1;
        LineColumn { line, column }
    }
}

impl TextEdit {
    /// Sorts the splices; insertions at one place keep the order given.
    pub fn new(mut splices: Vec<Splice>) -> Result<TextEdit, Overlap> {
        splices.sort_by_key(|splice| (splice.span.start, splice.span.end));
        let overlap = splices.windows(2).find_map(|pair| match pair {
            [a, b] if b.span.start < a.span.end => Some(Overlap(b.span.start)),
            _ => None,
        });
        match overlap {
            Some(overlap) => Err(overlap),
            None => Ok(TextEdit { splices }),
        }
    }

    pub fn replace(span: Span, insert: impl Into<String>) -> TextEdit {
        TextEdit {
            splices: vec![Splice {
                span,
                insert: insert.into(),
            }],
        }
    }

    pub fn splices(&self) -> &[Splice] {
        &self.splices
    }

    pub fn is_empty(&self) -> bool {
        self.splices.is_empty()
    }

    /// The text after the edit. A splice that does not fit the text is left out.
    pub fn apply(&self, text: &str) -> String {
        let mut result = String::with_capacity(text.len());
        let mut done = 0;
        for splice in &self.splices {
            if let Some(kept) = text.get(done..splice.span.start)
                && text.is_char_boundary(splice.span.end)
            {
                result.push_str(kept);
                result.push_str(&splice.insert);
                done = splice.span.end;
            }
        }
        result.push_str(text.get(done..).unwrap_or_default());
        result
    }

    /// This edit and then `next`, which refers to the text after this one, as one edit of the first text.
    #[must_use]
    pub fn then(&self, next: &TextEdit) -> TextEdit {
        if self.is_empty() {
            return next.clone();
        }
        let mut pieces = Pieces::of(self);
        for splice in next.splices.iter().rev() {
            pieces.splice(splice);
        }
        pieces.into_edit()
    }

    /// The same edit without the bytes that a splice replaces by themselves.
    #[must_use]
    pub fn trimmed(&self, text: &str) -> TextEdit {
        let splices = self.splices.iter().filter_map(|splice| {
            let old = splice.span.of(text);
            if old.len() != splice.span.len() {
                return Some(splice.clone());
            }
            let new = splice.insert.as_str();
            let ahead = common_prefix(old, new);
            let (old_rest, new_rest) = (
                old.get(ahead..).unwrap_or_default(),
                new.get(ahead..).unwrap_or_default(),
            );
            let behind = common_suffix(old_rest, new_rest);
            let span = Span::new(splice.span.start + ahead, splice.span.end - behind);
            let insert = new_rest
                .get(..new_rest.len() - behind)
                .unwrap_or_default()
                .to_owned();
            (!span.is_empty() || !insert.is_empty()).then_some(Splice { span, insert })
        });
        TextEdit {
            splices: splices.collect(),
        }
    }

    /// Every splice lies within the text and on character borders.
    pub fn fits(&self, text: &str) -> bool {
        self.splices
            .iter()
            .all(|splice| text.get(splice.span.range()).is_some())
    }

    /// Where a byte of the old text stands in the new one; inside a replaced span, its new end.
    pub fn map_offset(&self, offset: usize) -> usize {
        let mut shift = 0isize;
        for splice in &self.splices {
            if splice.span.end <= offset {
                shift += splice.insert.len() as isize - splice.span.len() as isize;
            } else if splice.span.start < offset {
                return (splice.span.start as isize + shift) as usize + splice.insert.len();
            }
        }
        (offset as isize + shift).max(0) as usize
    }
}

/// A text as kept stretches of an older one with new text between them.
struct Pieces(Vec<Piece>);

enum Piece {
    /// Bytes of the older text; the last stretch is open towards the end.
    Kept(Span),
    New(String),
}

impl Pieces {
    fn of(edit: &TextEdit) -> Pieces {
        let mut pieces = Vec::new();
        let mut done = 0;
        for splice in &edit.splices {
            pieces.push(Piece::Kept(Span::new(done, splice.span.start)));
            pieces.push(Piece::New(splice.insert.clone()));
            done = splice.span.end;
        }
        pieces.push(Piece::Kept(Span::new(done, usize::MAX)));
        Pieces(pieces)
    }

    fn splice(&mut self, splice: &Splice) {
        let mut result = Vec::new();
        let mut at = 0;
        let mut inserted = false;
        for piece in self.0.drain(..) {
            let length = piece.len();
            let end = at + length.min(usize::MAX - at);
            let (head, rest) = piece.split(splice.span.start.clamp(at, end) - at);
            let dropped = splice.span.end.clamp(at, end) - splice.span.start.clamp(at, end);
            let (_, tail) = rest.split(dropped);
            result.push(head);
            if !inserted && splice.span.start <= end {
                result.push(Piece::New(splice.insert.clone()));
                inserted = true;
            }
            result.push(tail);
            at = end;
        }
        result.retain(|piece| piece.len() > 0);
        self.0 = result;
    }

    fn into_edit(self) -> TextEdit {
        let mut splices = Vec::new();
        let mut insert = String::new();
        let mut done = 0;
        for piece in self.0 {
            match piece {
                Piece::New(text) => insert.push_str(&text),
                Piece::Kept(span) => {
                    if span.start > done || !insert.is_empty() {
                        splices.push(Splice {
                            span: Span::new(done, span.start),
                            insert: std::mem::take(&mut insert),
                        });
                    }
                    done = span.end;
                }
            }
        }
        TextEdit { splices }
    }
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Piece::Kept(span) => span.len(),
            Piece::New(text) => text.len(),
        }
    }

    fn split(self, at: usize) -> (Piece, Piece) {
        match self {
            Piece::Kept(span) => {
                let middle = (span.start + at).min(span.end);
                (
                    Piece::Kept(Span::new(span.start, middle)),
                    Piece::Kept(Span::new(middle, span.end)),
                )
            }
            Piece::New(mut text) => {
                let tail = if text.is_char_boundary(at) {
                    text.split_off(at)
                } else {
                    String::new()
                };
                (Piece::New(text), Piece::New(tail))
            }
        }
    }
}

/// How many bytes two texts share at their beginning, in whole characters.
fn common_prefix(a: &str, b: &str) -> usize {
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b);
    same.map(|(c, _)| c.len_utf8()).sum()
}

/// How many bytes two texts share at their end, in whole characters.
fn common_suffix(a: &str, b: &str) -> usize {
    let same = a.chars().rev().zip(b.chars().rev());
    same.take_while(|(a, b)| a == b)
        .map(|(c, _)| c.len_utf8())
        .sum()
}

impl Style {
    /// Reads the style off a text; an unindented text gets two spaces, a text without lines `"\n"`.
    pub fn detect(text: &str) -> Style {
        let windows = if text.contains('\r') {
            text.matches("\r\n").count()
        } else {
            0
        };
        let unix = text.bytes().filter(|byte| *byte == b'\n').count() - windows;
        Style {
            indent: detect_indent(text),
            newline: if windows > unix { "\r\n" } else { "\n" },
            byte_order_mark: text.starts_with('\u{feff}'),
            final_newline: text.ends_with('\n'),
        }
    }
}

/// The habits of a file show in its first lines; a large one is not read to its end at each keystroke.
const ENOUGH_LINES: usize = 4_000;

/// The commonest step by which one line stands deeper than the line before it.
fn detect_indent(text: &str) -> String {
    let mut votes: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    let mut previous = 0;
    for line in text.lines().take(ENOUGH_LINES) {
        let is_body = |byte: u8| !matches!(byte, b' ' | b'\t');
        let Some(lead) = line.bytes().position(is_body) else {
            continue;
        };
        if line.starts_with('\t') {
            return "\t".to_owned();
        }
        if lead > previous {
            *votes.entry(lead - previous).or_default() += 1;
        }
        previous = lead;
    }
    let width = votes
        .into_iter()
        .max_by_key(|(width, count)| (*count, usize::MAX - *width))
        .map_or(2, |(width, _)| width.min(8));
    " ".repeat(width)
}

/// With a capital at the start.
pub fn upper_first(word: &str) -> String {
    first_as(word, |first| first.to_uppercase().collect())
}

/// With a small letter at the start.
pub fn lower_first(word: &str) -> String {
    first_as(word, |first| first.to_lowercase().collect())
}

fn first_as(word: &str, change: impl Fn(char) -> String) -> String {
    let mut rest = word.chars();
    let first = rest.next().map(change).unwrap_or_default();
    first + rest.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splices_apply_from_left_to_right() {
        let edit = TextEdit::new(vec![
            Splice {
                span: Span::new(4, 5),
                insert: "E".into(),
            },
            Splice {
                span: Span::at(0),
                insert: ">".into(),
            },
        ])
        .unwrap();
        assert_eq!(edit.apply("abcdefg"), ">abcdEfg");
        assert_eq!(edit.map_offset(5), 6);
    }

    #[test]
    fn two_edits_become_one() {
        let text = "abcdefgh";
        let first = TextEdit::new(vec![
            Splice {
                span: Span::new(1, 3),
                insert: "XYZ".into(),
            },
            Splice {
                span: Span::at(6),
                insert: "--".into(),
            },
        ])
        .unwrap();
        let middle = first.apply(text);
        for start in 0..=middle.len() {
            for end in start..=middle.len() {
                let second = TextEdit::replace(Span::new(start, end), "Q");
                let both = first.then(&second);
                assert_eq!(both.apply(text), second.apply(&middle), "{start}..{end}");
                assert_eq!(both.trimmed(text).apply(text), second.apply(&middle));
            }
        }
    }

    #[test]
    fn overlapping_splices_are_refused() {
        let splice = |start, end| Splice {
            span: Span::new(start, end),
            insert: String::new(),
        };
        assert_eq!(
            TextEdit::new(vec![splice(0, 3), splice(2, 4)]),
            Err(Overlap(2))
        );
    }

    #[test]
    fn style_is_read_off_the_text() {
        let style = Style::detect("\u{feff}{\r\n\t\"a\": 1\r\n}\r\n");
        assert_eq!(style.indent, "\t");
        assert_eq!(style.newline, "\r\n");
        assert!(style.byte_order_mark && style.final_newline);
        assert_eq!(
            Style::detect("{\n    \"a\": {\n        \"b\": 1\n    }\n}").indent,
            "    "
        );
    }

    #[test]
    fn columns_count_characters() {
        let text = "é\nxé!";
        let index = LineIndex::new(text);
        assert_eq!(index.locate(text, 6), LineColumn { line: 2, column: 3 });
    }
}
