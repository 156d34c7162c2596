//! A machine inside another text, shown as a document of its own, and its edits as edits of the text around it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::project::Origin;
use crate::project::Writing;
use crate::project::decode;
use crate::project::decode::Coding;
use crate::project::decode::Ends;
use crate::project::item::Item;
use crate::project::item::Shape;
use crate::project::item::items;
use crate::project::load::format_of;
use crate::syntax::Format;
use crate::text::Span;
use crate::text::Splice;
use crate::text::TextEdit;

/// A text that stands inside another one.
///
/// `text` is what the reader of a definition sees: an object of the template without the indentation it has there,
/// or the text of a string without quotes and escapes. A function of the template (`Ref`, `Fn::Join` …) shows as a
/// placeholder, `"${Name}"`; what stands there cannot be edited from the inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inset {
    /// The text by itself.
    pub text: String,
    pub format: Format,
    runs: Vec<Run>,
    pieces: Vec<Piece>,
    /// The line break at the end of `text` is no part of the host.
    has_tail: bool,
    newline: &'static str,
}

/// A stretch of the inner text. All of them, in order, make it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    inner: Span,
    host: Span,
    kind: RunKind,
    /// The piece it belongs to.
    piece: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RunKind {
    /// The same bytes.
    Same,
    /// Bytes that are written otherwise, as an escape.
    Escaped,
    /// A function of the host, or what joins pieces.
    Function,
}

/// A part of the host that runs come from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    coding: Coding,
    host: Span,
}

impl Inset {
    /// Takes a text out of another one. `file` is the host's name, which tells its notation.
    ///
    /// # Errors
    /// The span is not that of a value of the host; the host has changed since it was found.
    pub fn read(
        host: &str,
        file: &str,
        span: Span,
        writing: Writing,
    ) -> Result<Inset, &'static str> {
        let format = format_of(file, host);
        let parse = crate::syntax::parse_template(host, format);
        let (root, _) = items(&parse.tree, &Arc::from(file));
        let found = root.as_ref().and_then(|root| find(root, span, writing));
        let Some(item) = found else {
            return Err("the definition is not where it was; read the template again");
        };
        Ok(match writing {
            Writing::Object => Inset::of_object(host, format, &item),
            Writing::Text => Inset::of_text(host, format, &item),
            Writing::Pieces => Inset::of_pieces(host, format, &item),
        })
    }

    /// The host's edit that does to the inner text what `edit` says.
    ///
    /// # Errors
    /// A sentence for people: the edit touches something that is not written out in the host.
    pub fn splice(&self, edit: &TextEdit) -> Result<TextEdit, String> {
        let mut splices = Vec::new();
        for splice in edit.splices() {
            let Some(splice) = self.without_tail(splice) else {
                continue;
            };
            splices.extend(self.one(&splice)?);
        }
        TextEdit::new(splices).map_err(|overlap| overlap.to_string())
    }

    /// Where bytes of the inner text stand in the host; of a function the whole of it.
    pub fn host_span(&self, span: Span) -> Span {
        let start = self.host_offset(span.start);
        if span.is_empty() {
            return start;
        }
        let last = self
            .runs
            .iter()
            .rev()
            .find(|run| run.inner.start < span.end);
        let end = match last {
            Some(run) if run.kind == RunKind::Same => {
                run.host.start + (span.end.min(run.inner.end) - run.inner.start)
            }
            Some(run) => run.host.end,
            None => start.end,
        };
        Span::new(start.start, end.max(start.start))
    }

    fn host_offset(&self, offset: usize) -> Span {
        let run = self.runs.iter().find(|run| offset < run.inner.end);
        match run {
            Some(run) if run.kind == RunKind::Same => {
                Span::at(run.host.start + offset.saturating_sub(run.inner.start))
            }
            Some(run) => run.host,
            None => Span::at(self.runs.last().map_or(0, |run| run.host.end)),
        }
    }

    /// A splice that leaves the line break alone which the host does not have.
    fn without_tail(&self, splice: &Splice) -> Option<Splice> {
        let end = self.text.len() - usize::from(self.has_tail);
        if !self.has_tail || splice.span.end <= end {
            return Some(splice.clone());
        }
        let insert = splice.insert.strip_suffix('\n').unwrap_or(&splice.insert);
        let insert = insert.strip_suffix('\r').unwrap_or(insert);
        let (start, insert) = if splice.span.start > end {
            (end, format!("{}{insert}", self.newline))
        } else {
            (splice.span.start, insert.to_owned())
        };
        let empty = start == end && insert.trim_matches(['\r', '\n']).is_empty();
        (!empty).then_some(Splice {
            span: Span::new(start, end),
            insert,
        })
    }

    fn one(&self, splice: &Splice) -> Result<Vec<Splice>, String> {
        let span = splice.span;
        let touched = self
            .runs
            .iter()
            .filter(|run| run.inner.start < span.end && span.start < run.inner.end);
        let touched: Vec<&Run> = touched.collect();
        if let Some(run) = touched.iter().find(|run| run.kind == RunKind::Function) {
            return Err(format!(
                "{} stands for a function of the template; change it there",
                run.inner.of(&self.text)
            ));
        }
        let Some(first) = touched.first() else {
            return self
                .insertion(span.start, &splice.insert)
                .map(|one| vec![one]);
        };
        let mut pieces: Vec<usize> = touched.iter().map(|run| run.piece).collect();
        pieces.dedup();
        let mut splices = Vec::new();
        for piece in pieces {
            let runs = touched.iter().filter(|run| run.piece == piece);
            let inner = runs.fold(span, |all, run| {
                let all = if all == span { run.inner } else { all };
                Span::new(all.start.min(run.inner.start), all.end.max(run.inner.end))
            });
            let inner = Span::new(inner.start.max(span.start), inner.end.min(span.end));
            let host = self.host_of(inner, piece)?;
            let insert = if piece == first.piece {
                &splice.insert
            } else {
                ""
            };
            splices.push(self.written(piece, host, insert)?);
        }
        Ok(splices)
    }

    fn insertion(&self, at: usize, insert: &str) -> Result<Splice, String> {
        let before = self.runs.iter().rev().find(|run| run.inner.end == at);
        let behind = self.runs.iter().find(|run| run.inner.start == at);
        let inside = self
            .runs
            .iter()
            .find(|run| run.inner.start < at && at < run.inner.end);
        if let Some(run) = inside {
            return match run.kind {
                RunKind::Same => {
                    let host = Span::at(run.host.start + (at - run.inner.start));
                    self.written(run.piece, host, insert)
                }
                RunKind::Escaped | RunKind::Function => Err(format!(
                    "{} stands for a function of the template; change it there",
                    run.inner.of(&self.text)
                )),
            };
        }
        let editable = |run: &&Run| run.kind != RunKind::Function;
        let behind_is_near = behind
            .zip(before)
            .is_none_or(|(a, b)| a.piece == b.piece || b.kind == RunKind::Function);
        if let Some(run) = behind.filter(editable).filter(|_| behind_is_near) {
            return self.written(run.piece, Span::at(run.host.start), insert);
        }
        if let Some(run) = before.filter(editable) {
            return self.written(run.piece, Span::at(run.host.end), insert);
        }
        match self.pieces.first() {
            Some(piece) if self.runs.is_empty() => {
                self.written(0, Span::at(piece.host.end), insert)
            }
            _ => Err(
                "there is no text at this place of the template that could be changed".to_owned(),
            ),
        }
    }

    /// The bytes of the host for bytes of one piece.
    fn host_of(&self, inner: Span, piece: usize) -> Result<Span, String> {
        let cut = || "half of an escape cannot be changed".to_owned();
        let start = self
            .runs
            .iter()
            .find(|run| run.inner.start <= inner.start && inner.start < run.inner.end);
        let start = match start {
            Some(run) if run.inner.start == inner.start => run.host.start,
            Some(run) if run.kind == RunKind::Same => {
                run.host.start + (inner.start - run.inner.start)
            }
            Some(_) | None => return Err(cut()),
        };
        // What follows begins behind its indentation, so that of a line taken away goes with it.
        let next = self
            .runs
            .iter()
            .find(|run| run.inner.start <= inner.end && inner.end < run.inner.end);
        let end = match next {
            Some(run) if run.inner.start == inner.end && run.piece == piece => run.host.start,
            Some(run) if run.inner.start < inner.end && run.kind == RunKind::Same => {
                run.host.start + (inner.end - run.inner.start)
            }
            Some(run) if run.inner.start < inner.end => return Err(cut()),
            Some(_) | None => {
                let last = self
                    .runs
                    .iter()
                    .rev()
                    .find(|run| run.inner.end == inner.end);
                last.map_or(start, |run| run.host.end)
            }
        };
        Ok(Span::new(start, end.max(start)))
    }

    fn written(&self, piece: usize, host: Span, insert: &str) -> Result<Splice, String> {
        let Some(piece) = self.pieces.get(piece) else {
            return Err("there is nothing to change at this place".to_owned());
        };
        if let Coding::Fixed(reason) = piece.coding {
            return Err(reason.to_owned());
        }
        let next = self.runs.iter().find(|run| run.host.end > host.end);
        let follows = next.map(|run| {
            let from = run.host.end.saturating_sub(run.host.start);
            let skipped = host.end.saturating_sub(run.host.start).min(from);
            let at = run.inner.start + skipped;
            self.text.get(at..).unwrap_or_default()
        });
        let ends = Ends {
            at_line_start: self.line_starts_at(host.start, piece),
            has_rest: follows
                .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['\n', '\r'])),
        };
        Ok(Splice {
            span: host,
            insert: decode::encode(&piece.coding, insert, self.newline, ends),
        })
    }

    /// Whether a place of the host is the first of a line whose indentation has not come yet.
    fn line_starts_at(&self, at: usize, piece: &Piece) -> bool {
        let Coding::Lines { .. } = piece.coding else {
            return false;
        };
        let before = self.runs.iter().rev().find(|run| run.host.end <= at);
        let begins = self.runs.iter().any(|run| run.host.start == at);
        !begins
            && before
                .is_some_and(|run| run.host.end == at && run.inner.of(&self.text).ends_with('\n'))
    }

    fn of_object(host: &str, format: Format, item: &Item) -> Inset {
        let span = item.origin.span;
        let start = span.start + decode::properties(span.of(host));
        let span = Span::new(start.min(span.end), span.end);
        let column = host
            .get(..span.start)
            .and_then(|head| head.rsplit('\n').next())
            .unwrap_or_default();
        let lead = column.len() - column.trim_start_matches([' ', '\t']).len();
        let is_flow = span.of(host).starts_with('{');
        let indent = match (format, is_flow) {
            // A block begins where its first name stands, behind a dash perhaps.
            (Format::Yaml, false) => " ".repeat(column.chars().count()),
            (Format::Yaml | Format::Json, _) => column.get(..lead).unwrap_or_default().to_owned(),
        };
        let has_tail = !is_flow;
        let mut inset = Inset::empty(host, format, has_tail);
        inset.pieces.push(Piece {
            coding: Coding::Lines {
                indent: indent.clone(),
            },
            host: span,
        });
        let mut at = span.start;
        for function in shown(item, host, Writing::Object) {
            inset.lines(host, Span::new(at, function.host.start), &indent);
            match function.show {
                Show::Placeholder(name) => {
                    let text = crate::syntax::quote(&format!("${{{name}}}"));
                    inset.push(&text, function.host, RunKind::Function);
                }
                Show::Scalar(scalar) => inset.lines(host, scalar, &indent),
            }
            at = function.host.end;
        }
        inset.lines(host, Span::new(at, span.end), &indent);
        if has_tail {
            inset.text.push_str(inset.newline);
            if inset.newline.len() == 2 {
                // One sign is what an edit may pass over.
                inset.text.truncate(inset.text.len() - 2);
                inset.text.push('\n');
            }
        }
        inset
    }

    fn of_text(host: &str, format: Format, item: &Item) -> Inset {
        let mut inset = Inset::empty(host, format, false);
        inset.scalar(host, format, item);
        inset.format = Format::of_text(&inset.text);
        inset
    }

    fn of_pieces(host: &str, format: Format, item: &Item) -> Inset {
        let mut inset = Inset::empty(host, format, false);
        let mut names = Names::default();
        let delimiter = item.items().first().and_then(|one| one.scalar());
        let delimiter = delimiter.unwrap_or_default();
        let list = item.items().get(1).map(|list| list.items());
        for (index, part) in list.unwrap_or_default().iter().enumerate() {
            if index > 0 && !delimiter.is_empty() {
                inset.push(
                    &delimiter,
                    Span::at(part.origin.span.start),
                    RunKind::Function,
                );
            }
            match (&part.shape, part.scalar()) {
                (Shape::Text(_), _) => inset.scalar(host, format, part),
                (_, Some(text)) => inset.push(&text, part.origin.span, RunKind::Function),
                (_, None) => {
                    let text = format!("${{{}}}", names.of(part));
                    inset.push(&text, part.origin.span, RunKind::Function);
                }
            }
        }
        inset.format = Format::of_text(&inset.text);
        inset
    }

    fn empty(host: &str, format: Format, has_tail: bool) -> Inset {
        Inset {
            text: String::new(),
            format,
            runs: Vec::new(),
            pieces: Vec::new(),
            has_tail,
            newline: if host.contains("\r\n") { "\r\n" } else { "\n" },
        }
    }

    fn push(&mut self, text: &str, host: Span, kind: RunKind) {
        if text.is_empty() {
            return;
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.runs.push(Run {
            inner: Span::new(start, self.text.len()),
            host,
            kind,
            piece: self.pieces.len().saturating_sub(1),
        });
    }

    /// Lines of the host without their indentation; the first one begins behind it already.
    fn lines(&mut self, host: &str, span: Span, indent: &str) {
        let mut at = span.start;
        while at < span.end {
            let rest = host.get(at..span.end).unwrap_or_default();
            let length = rest.find('\n').map_or(rest.len(), |newline| newline + 1);
            if length == 0 {
                return;
            }
            let is_first = at == span.start && !host.get(..at).unwrap_or_default().ends_with('\n');
            let line = rest.get(..length).unwrap_or_default();
            let skipped = if is_first { 0 } else { common(line, indent) };
            let line = line.get(skipped..).unwrap_or_default();
            self.push(line, Span::new(at + skipped, at + length), RunKind::Same);
            at += length;
        }
    }

    fn scalar(&mut self, host: &str, format: Format, item: &Item) {
        let span = item.origin.span;
        let decoded = decode::scalar(host, format, span, item.as_text().unwrap_or_default());
        self.pieces.push(Piece {
            coding: decoded.coding,
            host: Span::at(span.end.saturating_sub(1).max(span.start)),
        });
        let mut at = 0;
        for stretch in decoded.stretches {
            let text = decoded.text.get(at..at + stretch.length);
            let kind = if stretch.is_same {
                RunKind::Same
            } else {
                RunKind::Escaped
            };
            self.push(text.unwrap_or_default(), stretch.host, kind);
            at += stretch.length;
        }
    }
}

/// How many bytes of a line are its part of the indentation.
fn common(line: &str, indent: &str) -> usize {
    line.bytes()
        .zip(indent.bytes())
        .take_while(|(a, b)| a == b)
        .count()
}

/// The functions in a definition and the names of the placeholders they show as.
pub(crate) fn functions(item: &Arc<Item>, writing: Writing) -> Vec<(String, Arc<Item>)> {
    let mut found = Vec::new();
    let mut names = Names::default();
    match writing {
        Writing::Text => {}
        Writing::Pieces => {
            let list = item.items().get(1).map(|list| list.items());
            for part in list.unwrap_or_default() {
                if part.scalar().is_none() {
                    found.push((names.of(part), part.clone()));
                }
            }
        }
        Writing::Object => outermost(item, &mut |function| {
            if literal_of(function).is_none() {
                found.push((names.of(function), function.clone()));
            }
        }),
    }
    found
}

/// The placeholders inside texts that are given to `Fn::Sub`, and where those stand.
pub(crate) fn placeholders(value: &Arc<Item>, writing: Writing) -> Vec<(String, Origin)> {
    let mut found = Vec::new();
    let mut collect = |text: &Item| {
        let origin = text.origin.clone();
        crate::project::placeholder::fill(text.as_text().unwrap_or_default(), |name| {
            found.push((name.to_owned(), origin.clone()));
            None
        });
    };
    match writing {
        Writing::Text => {
            let sub = value.get("Fn::Sub");
            if let Some(text) = sub.map(|sub| sub.items().first().unwrap_or(sub)) {
                collect(text);
            }
        }
        Writing::Pieces => {}
        Writing::Object => outermost(value, &mut |function| {
            if let Some(text) = literal_of(function) {
                collect(text);
            }
        }),
    }
    found
}

/// The text of an `Fn::Sub` that can be shown as it stands.
fn literal_of(function: &Item) -> Option<&Arc<Item>> {
    match function.members() {
        [(name, text)] if name.as_ref() == "Fn::Sub" => {
            text.as_text().filter(|text| !text.contains("${!"))?;
            Some(text)
        }
        _ => None,
    }
}

/// Calls for every function that lies in no other one, in the order of the text.
fn outermost(item: &Arc<Item>, call: &mut dyn FnMut(&Arc<Item>)) {
    match &item.shape {
        Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) => {}
        Shape::List(items) => items.iter().for_each(|item| outermost(item, call)),
        Shape::Map(members) => match members.as_slice() {
            [(name, _)] if name.starts_with("Fn::") || name.as_ref() == "Ref" => call(item),
            _ => members.iter().for_each(|(_, value)| outermost(value, call)),
        },
    }
}

/// A function of the host and what the reader of the inner text sees of it.
struct Shown {
    host: Span,
    show: Show,
}

enum Show {
    Placeholder(String),
    /// The bytes of a text of the host.
    Scalar(Span),
}

fn shown(item: &Item, host: &str, writing: Writing) -> Vec<Shown> {
    let item = Arc::new(item.clone());
    let mut names = Names::default();
    let mut all = Vec::new();
    if writing != Writing::Object {
        return all;
    }
    outermost(&item, &mut |function| {
        let span = function.origin.span;
        let show = match literal_of(function) {
            // With its tag, which the reader of a definition knows.
            Some(_) if span.of(host).starts_with('!') => Show::Scalar(span),
            Some(text) => Show::Scalar(text.origin.span),
            None => Show::Placeholder(names.of(function)),
        };
        all.push(Shown { host: span, show });
    });
    // A function behind an alias stands elsewhere in the host.
    let bounds = item.origin.span;
    let mut end = bounds.start;
    all.retain(|one| {
        let fits = end <= one.host.start && one.host.end <= bounds.end;
        if fits {
            end = one.host.end;
        }
        fits
    });
    all
}

/// Names for functions: what they refer to, or their own with a number.
#[derive(Default)]
struct Names(BTreeMap<String, usize>);

impl Names {
    fn of(&mut self, function: &Item) -> String {
        let [(name, argument)] = function.members() else {
            return self.numbered("Value");
        };
        match (name.as_ref(), argument.as_text(), argument.items()) {
            ("Ref", Some(name), _) => name.to_owned(),
            ("Fn::GetAtt", Some(path), _) => path.to_owned(),
            ("Fn::GetAtt", None, [resource, attribute]) => format!(
                "{}.{}",
                resource.scalar().unwrap_or_default(),
                attribute.scalar().unwrap_or_default()
            ),
            (name, _, _) => self.numbered(name.strip_prefix("Fn::").unwrap_or(name)),
        }
    }

    fn numbered(&mut self, name: &str) -> String {
        let count = self.0.entry(name.to_owned()).or_default();
        *count += 1;
        format!("{name}{count}")
    }
}

/// The value at a span: the innermost one that can be written so.
fn find(item: &Arc<Item>, span: Span, writing: Writing) -> Option<Arc<Item>> {
    let inner = match &item.shape {
        Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) => None,
        Shape::List(items) => items.iter().find_map(|item| find(item, span, writing)),
        Shape::Map(members) => members
            .iter()
            .find_map(|(_, value)| find(value, span, writing)),
    };
    let fits = || match writing {
        Writing::Object => matches!(item.shape, Shape::Map(_)),
        Writing::Text => matches!(item.shape, Shape::Text(_)),
        Writing::Pieces => matches!(item.shape, Shape::List(_)),
    };
    inner.or_else(|| (item.origin.span == span && fits()).then(|| item.clone()))
}
