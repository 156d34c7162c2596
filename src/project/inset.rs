//! A machine inside another text, shown as a document of its own, and its edits as edits of the text around it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::project::Writing;
use crate::project::decode;
use crate::project::decode::Coding;
use crate::project::decode::Ends;
use crate::project::item::Item;
use crate::project::item::Shape;
use crate::project::item::items;
use crate::project::item::value_at;
use crate::project::load::format_of;
use crate::project::placeholders::Names;
use crate::project::placeholders::shown;
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
    /// The functions of an object: what they show as, and how the host writes them.
    functions: Vec<(String, String)>,
    /// It is text in a string, or made of such pieces.
    is_text: bool,
    /// It is a literal block, whose first visible line says how far it is indented.
    is_block: bool,
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

impl Piece {
    fn is_lines(&self) -> bool {
        matches!(self.coding, Coding::Lines { .. })
    }
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
        let found = root.as_ref().and_then(|root| value_at(root, span, writing));
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
        if !self.keeps_functions(edit) {
            return Err(
                "the change would make text of what stands for a function of the template"
                    .to_owned(),
            );
        }
        if self.is_block && !begins_at_margin(&edit.apply(&self.text)) {
            return Err(
                "a text written as `|` has to begin with a line without blanks before it"
                    .to_owned(),
            );
        }
        TextEdit::new(splices).map_err(|overlap| overlap.to_string())
    }

    /// Whether all that stands for a function in an object is still a value of its own after an edit. While the text
    /// cannot be read nobody can say.
    fn keeps_functions(&self, edit: &TextEdit) -> bool {
        let functions = self.runs.iter();
        let functions = functions.filter(|run| run.kind == RunKind::Function);
        let functions: Vec<&Run> = functions.collect();
        if functions.is_empty() || self.is_text {
            return true;
        }
        let parse = crate::syntax::parse(&edit.apply(&self.text), self.format);
        if !parse.errors.is_empty() {
            return true;
        }
        let tree = &parse.tree;
        let values: BTreeSet<Span> = tree.ids().map(|id| tree.span(id)).collect();
        let taken = |run: &&&Run| {
            let splices = edit.splices().iter();
            splices
                .clone()
                .any(|splice| splice.span.encloses(run.inner))
        };
        functions.iter().filter(|run| !taken(run)).all(|run| {
            let start = edit.map_offset(run.inner.start);
            values.contains(&Span::new(start, start + run.inner.len()))
        })
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
        // Of an object a function may be taken away as a whole; between the pieces of a text it may not.
        let stays = |run: &&&Run| {
            run.kind == RunKind::Function && (self.is_text || !span.encloses(run.inner))
        };
        if let Some(run) = touched.iter().find(stays) {
            return Err(format!(
                "{} stands for a function of the template; change it there",
                run.inner.of(&self.text)
            ));
        }
        let insert = self.with_functions(&splice.insert)?;
        let Some(first) = touched.first() else {
            return self.insertion(span.start, &insert).map(|one| vec![one]);
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
            let insert = if piece == first.piece { &insert } else { "" };
            splices.push(self.written(piece, host, insert)?);
        }
        Ok(splices)
    }

    /// What is put in, with the functions of the host in the place of what they show as: states that are moved take
    /// theirs along.
    fn with_functions(&self, insert: &str) -> Result<String, String> {
        let mut insert = insert.to_owned();
        for (shown, written) in &self.functions {
            if !insert.contains(shown.as_str()) {
                continue;
            }
            if written.contains('\n') || !written.starts_with(['{', '!']) {
                return Err(format!(
                    "{shown} stands for a function of the template that is written over several lines; move it there"
                ));
            }
            insert = insert.replace(shown.as_str(), written);
        }
        Ok(insert)
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
            // Before a function between pieces of text stands the end of a piece, which is not the text's.
            Some(run)
                if run.inner.start == inner.end
                    && run.piece == piece
                    && !(self.is_text && run.kind == RunKind::Function) =>
            {
                run.host.start
            }
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
            lacks: self.lacks(host.start, piece),
            has_rest: !self.indentation_follows(host.end)
                && follows.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['\n', '\r'])),
        };
        Ok(Splice {
            span: host,
            insert: decode::encode(&piece.coding, insert, self.newline, ends),
        })
    }

    /// How much of its indentation is not there before a place of the host where a line begins: an empty line has less
    /// of it than the others, or none.
    fn lacks(&self, at: usize, piece: &Piece) -> usize {
        let Coding::Lines { indent } = &piece.coding else {
            return 0;
        };
        let begins = self.runs.iter().any(|run| run.host.start == at);
        let there = self
            .line_end_before(at)
            .filter(|end| begins || *end == at)
            .map(|end| at - end);
        there.map_or(0, |there| indent.len().saturating_sub(there))
    }

    /// Whether a place of the host is the first of a line whose indentation comes behind it.
    fn indentation_follows(&self, at: usize) -> bool {
        let mut runs = self.runs.iter();
        let goes_on = runs.any(|run| run.host.start <= at && at < run.host.end);
        !goes_on && self.line_end_before(at) == Some(at)
    }

    /// Where the line break stands that is the last of the text before a place of the host.
    fn line_end_before(&self, at: usize) -> Option<usize> {
        let before = self.runs.iter().rev().find(|run| run.host.start < at)?;
        let end = before.host.end.min(at);
        let inner = match before.kind {
            // Empty lines without indentation are one run with the line before them.
            RunKind::Same => before.inner.start + (end - before.host.start),
            RunKind::Escaped | RunKind::Function => before.inner.end,
        };
        let text = self.text.get(before.inner.start..inner)?;
        text.ends_with('\n').then_some(end)
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
        // To a block belong the colon of an empty value and the comment on its last line.
        let rest = host.get(span.end..).unwrap_or_default();
        let rest = rest.split('\n').next().unwrap_or_default();
        let rest = rest.trim_end_matches('\r').len();
        let span = Span::new(span.start, span.end + if is_flow { 0 } else { rest });
        let mut inset = Inset::empty(host, format, has_tail);
        inset.is_text = false;
        inset.pieces.push(Piece {
            coding: Coding::Lines {
                indent: indent.clone(),
            },
            host: span,
        });
        let mut at = span.start;
        for function in shown(item) {
            inset.lines(host, Span::new(at, function.host.start), &indent);
            let text = crate::syntax::quote(&format!("${{{}}}", function.name));
            inset.push(&text, function.host, RunKind::Function);
            inset
                .functions
                .push((text, function.host.of(host).to_owned()));
            at = function.host.end;
        }
        inset.lines(host, Span::new(at, span.end), &indent);
        if has_tail {
            inset.text.push('\n');
        }
        inset
    }

    fn of_text(host: &str, format: Format, item: &Item) -> Inset {
        let mut inset = Inset::empty(host, format, false);
        inset.has_tail = inset.scalar(host, format, item);
        if inset.has_tail {
            inset.text.push('\n');
        }
        inset.is_block = inset.pieces.iter().any(Piece::is_lines);
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
                (Shape::Text(_), _) => {
                    if inset.scalar(host, format, part) {
                        inset.push("\n", Span::at(part.origin.span.end), RunKind::Function);
                    }
                }
                (_, Some(text)) => inset.push(&text, part.origin.span, RunKind::Function),
                (_, None) => {
                    let text = format!("${{{}}}", names.of(part));
                    inset.push(&text, part.origin.span, RunKind::Function);
                }
            }
        }
        // Where one begins is not where the text begins, which is what could be held against its indentation.
        for piece in inset.pieces.iter_mut().filter(|piece| piece.is_lines()) {
            piece.coding =
                Coding::Fixed("a piece that is written as a block cannot be changed in its place");
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
            functions: Vec::new(),
            is_text: true,
            is_block: false,
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

    /// Adds the text of a scalar; true where it ends with a line break that is not its own.
    fn scalar(&mut self, host: &str, format: Format, item: &Item) -> bool {
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
        decoded.ends_with_line
    }
}

/// No line up to the first visible one begins with a blank.
fn begins_at_margin(text: &str) -> bool {
    let lines = text.lines();
    let lead: Vec<&str> = lines
        .scan(false, |seen, line| {
            let go = !*seen;
            *seen = !line.trim().is_empty();
            go.then_some(line)
        })
        .collect();
    lead.iter().all(|line| !line.starts_with([' ', '\t']))
}

/// How many bytes of a line are its part of the indentation.
fn common(line: &str, indent: &str) -> usize {
    line.bytes()
        .zip(indent.bytes())
        .take_while(|(a, b)| a == b)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use crate::project::DefinitionPlace;
    use crate::project::Options;
    use proptest::prelude::*;

    /// The inset of the only machine of a template.
    fn inset_of(file: &str, host: &str) -> (Inset, Span) {
        let files = BTreeMap::from([(file.to_owned(), Arc::from(host))]);
        let project = crate::project::read(file, &files, &Options::default());
        let place = project.machines.first().map(|one| one.definition.clone());
        let Some(DefinitionPlace::Inline { origin, writing }) = place else {
            panic!("{:?}", project.problems);
        };
        (
            Inset::read(host, file, origin.span, writing).unwrap(),
            origin.span,
        )
    }

    fn yaml(definition: &str) -> String {
        format!(
            "Resources:\n  M: # a machine\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n{definition}      RoleArn: r # behind\n"
        )
    }

    const BLOCK: &str = "      Definition:\n        StartAt: A # é\n        States:\n          A:\n            Type: Task\n            Comment: |-\n              two\n\n                lines\n            Resource: {\"Ref\": F}\n            End: true\n";
    const FLOW: &str = "      Definition: {\n        \"StartAt\": \"A\",\n        \"States\": {\"A\": {\"Type\": \"Pass\", \"Result\": {\"Fn::Sub\": \"x${F}\"}, \"End\": true}}\n      }\n";
    const LITERAL: &str = "      DefinitionString: !Sub |-\n        {\n          \"StartAt\": \"A\",\n\n          \"States\": {\"A\": {\"Type\": \"Pass\", \"Result\": \"${F} é\", \"End\": true}}\n        }\n";
    const CLIPPED: &str = "      DefinitionString:\n        Fn::Sub:\n          - |\n            {\"StartAt\": \"A\",\n             \"States\": {\"A\": {\"Type\": \"Succeed\"}}}\n          - {}\n";
    const SINGLE: &str = "      DefinitionString: '{\"StartAt\": \"it''s\", \"States\": {\"it''s\": {\"Type\": \"Succeed\"}}}'\n";
    const DOUBLE: &str = "      DefinitionString: \"{\\\"StartAt\\\": \\\"A\\\",\\n \\\"States\\\": {\\\"A\\\": {\\\"Type\\\": \\\"Succeed\\\"}}}\"\n";

    fn hosts() -> Vec<(&'static str, String)> {
        let mut hosts: Vec<(&str, String)> = [BLOCK, FLOW, LITERAL, CLIPPED, SINGLE, DOUBLE]
            .into_iter()
            .map(|definition| ("template.yaml", yaml(definition)))
            .collect();
        let windows = hosts
            .iter()
            .map(|(file, host)| (*file, host.replace('\n', "\r\n")));
        hosts.extend(windows.collect::<Vec<_>>());
        let object = r#"{"Resources": {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
          "Definition": {
            "StartAt": "A",
            "States": {
              "A": { "Type": "Task", "Resource": { "Fn::GetAtt": ["F", "Arn"] }, "End": true }
            }
          },
          "RoleArn": "r" }}}}"#;
        hosts.push(("template.json", object.to_owned()));
        let text = r#"{"Resources": {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
          "DefinitionString": "{\n \"StartAt\": \"\u00e4\", \"States\": {\"\u00e4\": {\"Type\": \"Succeed\"}}}", "RoleArn": "r" }}}}"#;
        hosts.push(("template.json", text.to_owned()));
        let pieces = r#"{"Resources": {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
          "DefinitionString": {"Fn::Join": ["", ["{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Task\", \"Resource\": \"",
            {"Fn::GetAtt": ["F", "Arn"]}, "\", \"End\": true}}}"]]}, "RoleArn": "r" }}}}"#;
        hosts.push(("template.json", pieces.to_owned()));
        hosts
    }

    #[test]
    fn a_text_is_taken_out_as_its_reader_sees_it() {
        let shown: Vec<String> = hosts()
            .iter()
            .map(|(file, host)| inset_of(file, host).0.text)
            .collect();
        let block = "StartAt: A # é\nStates:\n  A:\n    Type: Task\n    Comment: |-\n      two\n\n        lines\n    Resource: \"${F}\"\n    End: true\n";
        let flow = "{\n  \"StartAt\": \"A\",\n  \"States\": {\"A\": {\"Type\": \"Pass\", \"Result\": \"${Sub1}\", \"End\": true}}\n}";
        let literal = "{\n  \"StartAt\": \"A\",\n\n  \"States\": {\"A\": {\"Type\": \"Pass\", \"Result\": \"${F} é\", \"End\": true}}\n}";
        let clipped = "{\"StartAt\": \"A\",\n \"States\": {\"A\": {\"Type\": \"Succeed\"}}}\n";
        let single = "{\"StartAt\": \"it's\", \"States\": {\"it's\": {\"Type\": \"Succeed\"}}}";
        let double = "{\"StartAt\": \"A\",\n \"States\": {\"A\": {\"Type\": \"Succeed\"}}}";
        let plain = [block, flow, literal, clipped, single, double];
        assert_eq!(shown[..6], plain);
        // A literal text has one sign for a line break, however the file writes it.
        let windows: Vec<String> = shown[6..12]
            .iter()
            .map(|text| text.replace("\r\n", "\n"))
            .collect();
        assert_eq!(windows, plain);
        assert!(
            shown[12].contains("\n  \"States\": {\n    \"A\""),
            "{}",
            shown[12]
        );
        assert!(shown[12].contains("\"Resource\": \"${F.Arn}\""));
        assert!(shown[13].contains("\"StartAt\": \"ä\""));
        assert!(shown[14].contains("\"Resource\": \"${F.Arn}\""));
    }

    #[test]
    fn a_block_goes_to_the_end_of_its_last_line() {
        let host = yaml("      Definition:\n        StartAt: A\n        Comment: # nothing yet\n");
        let (inset, _) = inset_of("template.yaml", &host);
        assert_eq!(inset.text, "StartAt: A\nComment: # nothing yet\n");
    }

    /// Editors leave empty lines without the indentation of the others, or with a part of it.
    #[test]
    fn an_empty_line_is_written_and_taken_away_like_any_other() {
        for definition in [BLOCK, LITERAL] {
            let host = yaml(definition);
            let partly = host.replace("\n\n", "\n   \n");
            let windows = [&host, &partly].map(|host| host.replace('\n', "\r\n"));
            for host in [host, partly].iter().chain(&windows) {
                let (inset, _) = inset_of("template.yaml", host);
                let newline = if inset.text.contains("\r\n") { 2 } else { 1 };
                let lines = inset.text.match_indices('\n').collect::<Vec<_>>();
                let empty = lines.windows(2).find(|two| two[1].0 - two[0].0 == newline);
                let at = empty.unwrap()[0].0 + 1;
                let next = at + newline;
                let breaks = &inset.text[at..next];
                for (span, insert) in [
                    (Span::at(at), "       x".to_owned()),
                    (Span::at(at), breaks.to_owned()),
                    (Span::at(at), format!("        x{breaks}")),
                    (Span::at(at), format!("{breaks}        x")),
                    (Span::new(at, next), String::new()),
                    (Span::new(at, next), format!("       x{breaks}")),
                    (Span::new(at, next), format!("{breaks}{breaks}")),
                    (Span::new(at, next + 4), "    ".to_owned()),
                ] {
                    let edit = TextEdit::replace(span, insert);
                    let after = inset.splice(&edit).unwrap().apply(host);
                    let again = inset_of("template.yaml", &after).0;
                    assert_eq!(again.text, edit.apply(&inset.text), "{edit:?}\n{after}");
                }
            }
        }
    }

    #[test]
    fn a_function_goes_with_its_state_and_moves_with_it() {
        let (inset, _) = inset_of("template.yaml", &yaml(FLOW));
        let host = yaml(FLOW);
        let at = |text: &str| {
            let start = inset.text.find(text).unwrap();
            Span::new(start, start + text.len())
        };
        let apply = |edit: TextEdit| inset.splice(&edit).map(|edit| edit.apply(&host));
        let gone = apply(TextEdit::replace(at(", \"Result\": \"${Sub1}\""), "")).unwrap();
        assert_eq!(
            gone,
            host.replace(", \"Result\": {\"Fn::Sub\": \"x${F}\"}", "")
        );
        let other = apply(TextEdit::replace(at("\"${Sub1}\""), "5")).unwrap();
        assert_eq!(other, host.replace("{\"Fn::Sub\": \"x${F}\"}", "5"));
        let moved = apply(TextEdit::replace(
            at("\"Result\": \"${Sub1}\", \"End\": true"),
            "\"End\": true, \"Result\": \"${Sub1}\"",
        ));
        let expected = host.replace(
            "\"Result\": {\"Fn::Sub\": \"x${F}\"}, \"End\": true",
            "\"End\": true, \"Result\": {\"Fn::Sub\": \"x${F}\"}",
        );
        assert_eq!(moved.unwrap(), expected);
    }

    #[test]
    fn what_stands_for_a_function_is_not_touched() {
        for (file, host) in hosts() {
            let (inset, _) = inset_of(file, &host);
            let Some(at) = inset.text.find("\"${").or(inset.text.find("${F.Arn}")) else {
                continue;
            };
            let edit = TextEdit::replace(Span::new(at + 1, at + 2), "y");
            let refused = inset.splice(&edit);
            if inset.text.contains("\"${F} é") {
                assert!(refused.is_ok());
            } else {
                assert!(refused.unwrap_err().contains("function of the template"));
            }
        }
    }

    proptest! {
        /// Bytes outside are untouched, and what is read again is the edited text.
        #[test]
        fn an_edit_of_the_inside_is_an_edit_of_the_host(
            which in 0usize..15,
            from in 0usize..400,
            length in 0usize..60,
            insert in "(?s)[a-z\"'é:{} \n]{0,12}",
        ) {
            let hosts = hosts();
            let (file, host) = &hosts[which];
            let (inset, span) = inset_of(file, host);
            let border = |at: usize| {
                (0..=at.min(inset.text.len()))
                    .rev()
                    .find(|at| inset.text.is_char_boundary(*at))
                    .unwrap_or_default()
            };
            let start = border(from);
            let end = border(start + length);
            let edit = TextEdit::replace(Span::new(start, end), insert);
            let Ok(outer) = inset.splice(&edit) else {
                return Ok(());
            };
            prop_assert!(outer.fits(host), "{outer:?}");
            let line_end = host[span.end..].find('\n').map_or(host.len(), |at| span.end + at + 1);
            for splice in outer.splices() {
                prop_assert!(span.start <= splice.span.start && splice.span.end <= line_end);
            }
            let after = outer.apply(host);
            let wanted = edit.apply(&inset.text);
            if inset.is_text {
                // A text is what it was to be, whatever it means; trailing blanks of a block are nobody's.
                let normal = |text: &str| {
                    let text = text.replace("\r\n", "\n");
                    let single = matches!(inset.pieces[0].coding, Coding::Single);
                    let text = if single { text.replace('\n', " ") } else { text };
                    text.trim_end().to_owned()
                };
                let files = BTreeMap::from([((*file).to_owned(), Arc::from(after.as_str()))]);
                let project = crate::project::read(file, &files, &Options::default());
                let again = project.definition(&project.machines[0]).unwrap();
                prop_assert_eq!(normal(&again.text), normal(&wanted), "{}", after);
                return Ok(());
            }
            // The edit may have made something else of it: a comment, another value, nothing.
            let parse = crate::syntax::parse_template(&after, inset_format(file));
            if !parse.errors.is_empty() {
                return Ok(());
            }
            let files = BTreeMap::from([((*file).to_owned(), Arc::from(after.as_str()))]);
            let project = crate::project::read(file, &files, &Options::default());
            let Some(machine) = project.machines.first() else {
                return Ok(());
            };
            let (Ok(again), Some(DefinitionPlace::Inline { .. })) =
                (project.definition(machine), Some(machine.definition.clone()))
            else {
                return Ok(());
            };
            let wanted_tree = crate::syntax::parse(&wanted, inset.format);
            if wanted_tree.errors.is_empty() {
                let again_tree = crate::syntax::parse(&again.text, again.format);
                prop_assert_eq!(
                    plain(&again.text, &again_tree.tree),
                    plain(&wanted, &wanted_tree.tree),
                    "{}\n---\n{}", after, wanted
                );
            }
        }
    }

    fn inset_format(file: &str) -> Format {
        if file.ends_with(".json") {
            Format::Json
        } else {
            Format::Yaml
        }
    }

    /// The values of a tree, without their places.
    fn plain(text: &str, tree: &crate::syntax::Tree) -> String {
        let mut out = String::new();
        for id in tree.ids() {
            let kind = match tree.kind(id) {
                crate::syntax::NodeKind::Object(members) => members
                    .iter()
                    .map(|member| member.key.to_string())
                    .collect::<Vec<_>>()
                    .join(","),
                crate::syntax::NodeKind::Array(items) => format!("[{}]", items.len()),
                crate::syntax::NodeKind::String(text) => format!("{text:?}"),
                _ => tree.span(id).of(text).to_owned(),
            };
            out.push_str(&format!("{} {kind}\n", tree.pointer(id)));
        }
        out
    }
}
