//! The moments of a rendering told as rows: values, branches, loops, and which lines were carried out.

use std::collections::BTreeMap;

use crate::gateway::vtl::Event;
use crate::gateway::vtl::Rendering;
use crate::gateway::vtl::tokens;
use crate::session::lab::Piece;
use crate::session::lab::RowKind;
use crate::session::lab::Seen;
use crate::session::lab::Sight;
use crate::session::lab::SightLoop;
use crate::session::lab::SightRow;
use crate::session::lab::Taken;
use crate::session::lab::Trouble;
use crate::session::lab::outline::BranchKind;
use crate::session::lab::outline::Outline;
use crate::text::LineIndex;
use crate::text::Span;

/// Fills in what happened.
pub(crate) fn tell(sight: &mut Sight, rendering: &Rendering) {
    let template = sight.template.clone();
    let text: &str = &template;
    let outline = Outline::of(text, &tokens(text));
    let mut teller = Teller {
        text,
        lines: LineIndex::new(text),
        outline: &outline,
        passes: BTreeMap::new(),
        times: BTreeMap::new(),
        taken: BTreeMap::new(),
        most: BTreeMap::new(),
        rows: Vec::new(),
    };
    for moment in &rendering.inspection {
        teller.moment(moment.span, &moment.event);
    }
    sight.pieces = rendering
        .pieces
        .iter()
        .map(|piece| Piece {
            output: piece.output,
            template: piece.source,
        })
        .collect();
    sight.abridged = rendering.left_out > 0;
    teller.finish(sight);
}

/// Why a template that sets an override twice is answered with an error, at the place of the second time.
pub(crate) fn set_again(sight: &Sight, name: &str) -> Option<Trouble> {
    let mut rows = sight.rows.iter();
    let last = rows.rfind(|row| row.kind == RowKind::Override && row.label.contains(name))?;
    let place = LineIndex::new(&sight.template).locate(&sight.template, last.span.start);
    Some(Trouble {
        span: last.span,
        place,
        message: format!(
            "$context.{name} is set more than once, and API Gateway answers that with an error"
        ),
    })
}

struct Teller<'a> {
    text: &'a str,
    lines: LineIndex,
    outline: &'a Outline,
    /// The pass each loop is in.
    passes: BTreeMap<usize, usize>,
    /// How often the first condition of each chain was asked.
    times: BTreeMap<usize, usize>,
    /// How often each branch was taken.
    taken: BTreeMap<(usize, usize), usize>,
    /// The most passes of each loop.
    most: BTreeMap<usize, usize>,
    rows: Vec<SightRow>,
}

impl Teller<'_> {
    fn moment(&mut self, span: Span, event: &Event) {
        let seen = |value: &Option<String>| match value {
            Some(text) => Seen::Text(text.clone()),
            None => Seen::Undefined,
        };
        match event {
            Event::Assigned {
                name,
                before,
                after,
            } => {
                let kind = match name.starts_with("context.") {
                    true => RowKind::Override,
                    false => RowKind::Set,
                };
                let before = Some(seen(before));
                self.push(kind, span, format!("${name}"), before, seen(after));
            }
            Event::Condition { value, taken } => self.condition(span, seen(value), *taken),
            Event::Iteration { name, index, item } => {
                let pass = index + 1;
                if let Some(which) = self.outline.loop_at(span.start) {
                    self.passes.insert(which, pass);
                    let most = self.most.entry(which).or_default();
                    *most = (*most).max(pass);
                    let head = self.outline.loops.get(which).map_or(span, |one| one.head);
                    self.push(RowKind::Loop, head, format!("${name}"), None, seen(item));
                    if let Some(row) = self.rows.last_mut() {
                        row.passes.push((which, pass));
                    }
                }
            }
            Event::Rendered { reference, value } => {
                let kind = match value {
                    Some(_) => RowKind::Value,
                    None => RowKind::Undefined,
                };
                self.push(kind, span, reference.clone(), None, seen(value));
            }
            Event::Read { reference, value } => {
                self.push(RowKind::Read, span, reference.clone(), None, seen(value));
            }
            Event::Called { value, known, .. } => {
                let whole = Span::new(reference_start(self.text, span.start), span.end);
                let label = whole.of(self.text).to_owned();
                let value = match known {
                    true => seen(value),
                    false => Seen::Undefined,
                };
                self.push(RowKind::Read, whole, label, None, value);
            }
            Event::Entered { name } => {
                let text = Seen::Text("called".to_owned());
                self.push(RowKind::Read, span, format!("#{name}"), None, text);
            }
        }
    }

    fn condition(&mut self, span: Span, value: Seen, taken: bool) {
        let mut head = span;
        if let Some((chain, branch)) = self.outline.branch_at(span.start) {
            if branch == 0 {
                *self.times.entry(chain).or_default() += 1;
            }
            if taken {
                *self.taken.entry((chain, branch)).or_default() += 1;
            }
            let chain = self.outline.chains.get(chain);
            if let Some(place) = chain.and_then(|chain| chain.branches.get(branch)) {
                head = place.head;
            }
        }
        let taken = match taken {
            true => Taken::Yes,
            false => Taken::No,
        };
        let label = one_line(head.of(self.text));
        self.push(RowKind::Condition(taken), head, label, None, value);
    }

    fn push(
        &mut self,
        kind: RowKind,
        span: Span,
        label: String,
        before: Option<Seen>,
        value: Seen,
    ) {
        let passes = self.outline.loops_around(span.start).into_iter();
        let passes = passes.filter_map(|which| Some((which, *self.passes.get(&which)?)));
        self.rows.push(SightRow {
            kind,
            span,
            line: self.lines.locate(self.text, span.start).line,
            label,
            before,
            value,
            passes: passes.collect(),
        });
    }

    fn finish(mut self, sight: &mut Sight) {
        sight.loops = self.loops();
        self.branches(sight);
        for (which, place) in self.outline.loops.iter().enumerate() {
            if !self.most.contains_key(&which) {
                sight.skipped.push(place.body);
            }
        }
        // What lies in something skipped needs no mention of its own.
        sight
            .skipped
            .sort_by_key(|span| (span.start, usize::MAX - span.end));
        let mut end = 0;
        sight.skipped.retain(|span| {
            let new = span.end > end && !span.is_empty();
            end = end.max(span.end);
            new
        });
        let carried = |span: Span| self.lines.locate(self.text, span.start).line;
        sight.executed = self.rows.iter().map(|row| row.line).collect();
        for piece in &sight.pieces {
            let first = carried(piece.template);
            let last = self
                .lines
                .locate(self.text, piece.template.end.saturating_sub(1))
                .line;
            sight.executed.extend(first..=last.max(first));
        }
        sight.executed.retain(|line| {
            let start = self.lines.line_start(*line).unwrap_or(0);
            let end = self.lines.line_start(line + 1).unwrap_or(self.text.len());
            !Span::new(start, end).of(self.text).trim().is_empty()
        });
        sight.rows = self.rows;
    }

    fn loops(&self) -> Vec<SightLoop> {
        let loops = self.outline.loops.iter().enumerate();
        loops
            .map(|(which, place)| SightLoop {
                span: Span::new(place.head.start, place.body.end),
                line: self.lines.locate(self.text, place.head.start).line,
                label: one_line(place.head.of(self.text)),
                passes: self.most.get(&which).copied().unwrap_or(0),
                within: place.within,
            })
            .collect()
    }

    /// Branches that were not taken, and rows for those nobody asked a condition of.
    fn branches(&mut self, sight: &mut Sight) {
        for (which, chain) in self.outline.chains.iter().enumerate() {
            let asked = self.times.get(&which).copied().unwrap_or(0);
            let conditional: usize = (0..chain.branches.len())
                .map(|branch| self.taken.get(&(which, branch)).copied().unwrap_or(0))
                .sum();
            for (branch, place) in chain.branches.iter().enumerate() {
                let times = match place.kind {
                    BranchKind::Conditional => {
                        self.taken.get(&(which, branch)).copied().unwrap_or(0)
                    }
                    BranchKind::Else => asked.saturating_sub(conditional),
                };
                if times == 0 {
                    sight.skipped.push(place.body);
                }
                if place.kind == BranchKind::Else && asked > 0 {
                    let (taken, words) = match times {
                        0 => (Taken::No, "a branch before it was taken"),
                        _ => (Taken::Yes, "no branch before it was taken"),
                    };
                    self.else_row(place.head, taken, words);
                }
            }
        }
    }

    /// Puts a row for an `#else` behind the last row of its chain's conditions.
    fn else_row(&mut self, head: Span, taken: Taken, words: &str) {
        let row = SightRow {
            kind: RowKind::Else(taken),
            span: head,
            line: self.lines.locate(self.text, head.start).line,
            label: "#else".to_owned(),
            before: None,
            value: Seen::Text(words.to_owned()),
            passes: Vec::new(),
        };
        let place = self
            .rows
            .iter()
            .rposition(|known| known.span.start < head.start);
        self.rows.insert(place.map_or(0, |at| at + 1), row);
    }
}

/// Where the reference begins that goes on at a byte, as in `$a.b(…)` before `.c`.
pub(crate) fn reference_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let mut depth = 0usize;
    for (index, letter) in before.char_indices().rev() {
        match letter {
            ')' | ']' => depth += 1,
            '(' | '[' if depth == 0 => return at,
            '(' | '[' => depth -= 1,
            '$' if depth == 0 => return index,
            _ if depth > 0 => {}
            '.' | '_' | '-' | '{' | '!' => {}
            other if other.is_ascii_alphanumeric() => {}
            _ => return at,
        }
    }
    at
}

pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_found_from_its_steps() {
        let text = "#set($a = $b.c($d.e()).f())";
        let at = text.find(".f(").unwrap();
        assert_eq!(reference_start(text, at), text.find("$b").unwrap());
        let at = text.find(".e(").unwrap();
        assert_eq!(reference_start(text, at), text.find("$d").unwrap());
    }
}
