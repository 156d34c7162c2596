//! Which rows the table of a run has: visits as a tree, folded and filtered, and the place of a pause.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::session::Run;
use crate::session::RunId;
use crate::trace::Visit;

/// A container with more visits inside is closed at first.
const OPEN_UP_TO: usize = 40;
/// Visits deeper than this are shown at this depth.
const DEEPEST: usize = 12;

/// What a row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry {
    /// The n-th visit.
    Visit(usize),
    /// The state before which the run is paused.
    Paused,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableRow {
    pub entry: Entry,
    pub depth: usize,
    /// Open or closed, where visits lie inside.
    pub open: Option<bool>,
}

/// The rows of a run, made anew when events have come or the folding has changed.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// What was opened or closed by hand.
    folding: BTreeMap<usize, bool>,
    rows: Vec<TableRow>,
    key: Option<Key>,
}

#[derive(Clone, Debug, PartialEq)]
struct Key {
    run: RunId,
    events: usize,
    visits: usize,
    latest: i64,
    paused: bool,
    filter: String,
    folding: Vec<(usize, bool)>,
}

type Inside = BTreeMap<Option<usize>, Vec<(u32, usize, Entry)>>;

impl Rows {
    /// The rows now shown.
    pub fn of(&mut self, run: &Run, filter: &str) -> &[TableRow] {
        if self.key.as_ref().is_some_and(|key| key.run != run.id) {
            self.folding.clear();
        }
        let key = Key {
            run: run.id,
            events: run.events.len(),
            visits: run.trace.visits.len(),
            latest: run.trace.latest,
            paused: run.paused.is_some(),
            filter: filter.to_lowercase(),
            folding: self
                .folding
                .iter()
                .map(|(visit, open)| (*visit, *open))
                .collect(),
        };
        if self.key.as_ref() != Some(&key) {
            self.rows = rows(run, &key.filter, &self.folding);
            self.key = Some(key);
        }
        &self.rows
    }

    /// Opens or closes what lies inside a visit.
    pub fn fold(&mut self, visit: usize, open: bool) {
        self.folding.insert(visit, open);
    }

    /// Opens every container around a visit.
    pub fn uncover(&mut self, run: &Run, visit: usize) {
        let mut inner = run.trace.visit(visit).and_then(|visit| visit.parent);
        while let Some(container) = inner.and_then(|index| run.trace.visit(index)) {
            self.folding.insert(container.index, true);
            inner = container.parent.filter(|parent| *parent < container.index);
        }
    }
}

fn rows(run: &Run, filter: &str, folding: &BTreeMap<usize, bool>) -> Vec<TableRow> {
    let inside = inside(run);
    let kept = (!filter.is_empty()).then(|| matching(run, filter));
    let mut rows = Vec::new();
    let mut open: Vec<(Entry, usize)> = Vec::new();
    let push = |parent: Option<usize>, depth: usize, open: &mut Vec<(Entry, usize)>| {
        let entries = inside.get(&parent).into_iter().flatten().rev();
        open.extend(entries.map(|(_, _, entry)| (*entry, depth)));
    };
    push(None, 0, &mut open);
    while let Some((entry, depth)) = open.pop() {
        match entry {
            Entry::Paused => rows.push(TableRow {
                entry,
                depth,
                open: None,
            }),
            Entry::Visit(visit) => {
                if kept.as_ref().is_some_and(|kept| !kept.contains(&visit)) {
                    continue;
                }
                let count = inside.get(&Some(visit)).map_or(0, Vec::len);
                let is_open =
                    folding.get(&visit).copied().unwrap_or(count <= OPEN_UP_TO) || kept.is_some();
                rows.push(TableRow {
                    entry,
                    depth,
                    open: (count > 0).then_some(is_open),
                });
                if is_open {
                    push(Some(visit), (depth + 1).min(DEEPEST), &mut open);
                }
            }
        }
    }
    rows
}

/// What lies in each container, by its retries, then by branch or iteration, then in the order entered.
fn inside(run: &Run) -> Inside {
    let mut inside = Inside::new();
    for visit in &run.trace.visits {
        let step = visit.lane.0.last();
        inside.entry(visit.parent).or_default().push((
            step.map_or(0, |step| step.attempt),
            step.map_or(0, |step| step.index),
            Entry::Visit(visit.index),
        ));
    }
    if let Some(pause) = &run.paused {
        let step = pause.lane.0.last();
        let container = step.and_then(|step| {
            let holds = |visit: &&Visit| {
                visit.entered_event == step.entered
                    && visit.lane.0.len() + 1 == pause.lane.0.len()
                    && pause.lane.0.starts_with(&visit.lane.0)
            };
            let visit = run.trace.visits_of(&step.state).rev().find(holds)?;
            Some(visit.index)
        });
        inside.entry(container).or_default().push((
            step.map_or(0, |step| step.attempt),
            step.map_or(0, |step| step.index),
            Entry::Paused,
        ));
    }
    for entries in inside.values_mut() {
        entries.sort();
    }
    inside
}

/// The visits that hold the words, and the containers around them.
fn matching(run: &Run, filter: &str) -> BTreeSet<usize> {
    let mut kept = BTreeSet::new();
    for visit in run.trace.visits.iter().filter(|visit| holds(visit, filter)) {
        let mut next = Some(visit.index);
        while let Some(index) = next
            && kept.insert(index)
        {
            next = run
                .trace
                .visit(index)
                .and_then(|visit| visit.parent)
                .filter(|parent| *parent < index);
        }
    }
    kept
}

fn holds(visit: &Visit, filter: &str) -> bool {
    let texts = [
        visit.name.as_str(),
        visit.kind.name(),
        visit.status.word(),
        visit.error.as_deref().unwrap_or_default(),
        visit.cause.as_deref().unwrap_or_default(),
    ];
    texts
        .iter()
        .any(|text| text.to_lowercase().contains(filter))
}
