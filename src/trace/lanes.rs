//! Where the events of a recorded history lie: in which branch or iteration, and at which state.
//!
//! A history tells neither. Each lane is a thread of events that follow one another, so the lane is the one whose
//! latest event comes before, or one around that. What a failure aborts follows the failure instead of its own
//! lane; it is told in the order in which the engine aborts: the failed lane, then its siblings by index, each
//! from the inside out.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::Machine;
use crate::asl::ScopeId;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::engine::EventDetail;
use crate::engine::Lane;
use crate::engine::LaneStep;

/// The lane of an event, and its state where it belongs to one.
pub(crate) type Place = (Lane, Option<StatePath>);

/// The lanes that are open, as far as a history has been read.
pub(crate) struct Lanes<'a> {
    machine: &'a Machine,
    threads: BTreeMap<Lane, Thread>,
    /// The lanes that go on from an event. Several begin behind the start of a Parallel, and a redrive lets all go on.
    onward: BTreeMap<u64, Vec<Lane>>,
    /// Events that were passed over, with the one that stands for them.
    passed: BTreeMap<u64, u64>,
    /// What the threads were before the failure that is being told, the latest change last: a redrive goes on there.
    fallen: Vec<(Lane, Thread)>,
}

#[derive(Clone, Default)]
struct Thread {
    /// The latest event of the lane.
    last: u64,
    /// The latest visit; none before the first.
    visit: Option<Visit>,
}

#[derive(Clone)]
struct Visit {
    state: StatePath,
    kind: StateKind,
    /// The event before `*StateEntered`.
    before: u64,
    /// Id of `*StateEntered`.
    entered: u64,
    /// It has not been left.
    open: bool,
    /// What the lanes inside a container have as their attempt.
    attempt: u32,
    /// The attempt has a start of its own in the history.
    started: bool,
    /// A container that told its failure.
    failed: bool,
}

impl Visit {
    fn is(&self, name: &str) -> bool {
        self.open && self.state.name() == name
    }

    /// A container that runs.
    fn runs(&self, kind: StateKind) -> bool {
        self.open && self.kind == kind && !self.failed
    }

    fn step(&self, index: usize) -> LaneStep {
        LaneStep {
            state: self.state.clone(),
            entered: self.entered,
            attempt: self.attempt,
            index,
        }
    }
}

impl<'a> Lanes<'a> {
    pub fn new(machine: &'a Machine) -> Lanes<'a> {
        Lanes {
            machine,
            threads: BTreeMap::from([(Lane::default(), Thread::default())]),
            onward: BTreeMap::from([(0, vec![Lane::default()])]),
            passed: BTreeMap::new(),
            fallen: Vec::new(),
        }
    }

    /// Lets what follows an event of unknown type follow the one before it.
    pub fn pass_over(&mut self, id: u64, previous: u64) {
        self.passed.insert(id, self.known(previous));
    }

    /// Places the next event. Nothing is told where it enters a state that the machine does not have there.
    pub fn place(&mut self, id: u64, previous: u64, detail: &EventDetail) -> Option<Place> {
        let previous = self.known(previous);
        if !tells_failure(detail) {
            self.fallen.clear();
        }
        let map = |visit: &Visit| visit.runs(StateKind::Map);
        let parallel = |visit: &Visit| visit.runs(StateKind::Parallel);
        let place = match detail {
            EventDetail::ExecutionStarted { .. }
            | EventDetail::ExecutionSucceeded { .. }
            | EventDetail::ExecutionFailed { .. }
            | EventDetail::ExecutionTimedOut { .. }
            | EventDetail::ExecutionAborted { .. } => {
                self.onward.insert(id, vec![Lane::default()]);
                (Lane::default(), None)
            }
            EventDetail::ExecutionRedriven { .. } => {
                self.redrive(id);
                (Lane::default(), None)
            }
            EventDetail::StateEntered { kind, name, .. } => {
                self.enter(id, previous, *kind, name)?
            }
            EventDetail::StateExited { name, .. } => {
                let lane = self.find(previous, |visit| visit.is(name));
                self.close_inside(&lane);
                let place = self.go_on(id, lane);
                if let Some(visit) = self.visit_mut(&place.0) {
                    visit.open = false;
                }
                place
            }
            EventDetail::Task { .. } => {
                let lane = self.find(previous, |visit| visit.runs(StateKind::Task));
                self.go_on(id, lane)
            }
            EventDetail::EvaluationFailed { name, .. } => self.fail_evaluation(id, previous, name),
            EventDetail::InputEdited { name, .. } => {
                let lane = self.find(previous, |visit| visit.is(name));
                self.leaf(id, lane)
            }
            EventDetail::MapStateStarted { .. } => self.start(id, previous, StateKind::Map),
            EventDetail::ParallelStateStarted => self.start(id, previous, StateKind::Parallel),
            EventDetail::MapIterationStarted { name, index } => {
                let lane = self.find(previous, |visit| map(visit) && visit.is(name));
                self.start_iteration(id, lane, *index)
            }
            EventDetail::MapIterationSucceeded { name, index } => {
                let lane = self.find_iterating(previous, name, *index);
                if let Some(inner) = self.inner(&lane, *index) {
                    self.threads.remove(&inner);
                }
                self.leaf(id, lane)
            }
            EventDetail::MapIterationFailed { name, index, .. } => {
                let lane = self.find_iterating(previous, name, *index);
                self.leaf(id, lane)
            }
            EventDetail::MapIterationAborted { name, index } => {
                let iterates =
                    |lane: &Lane, visit: &Visit| self.iterates(lane, visit, name, *index);
                let lane = self.find_aborted(previous, iterates);
                self.tell_aborted(id, previous, lane)
            }
            EventDetail::MapRunStarted { .. }
            | EventDetail::MapRunRedriven { .. }
            | EventDetail::MapRunFailed { .. } => {
                let lane = self.find(previous, map);
                self.go_on(id, lane)
            }
            EventDetail::MapRunSucceeded | EventDetail::MapStateSucceeded => {
                let lane = self.find(previous, map);
                self.leaf(id, lane)
            }
            EventDetail::ParallelStateSucceeded => {
                let lane = self.find(previous, parallel);
                self.leaf(id, lane)
            }
            EventDetail::MapStateFailed { .. } => self.fail(id, previous, map),
            EventDetail::ParallelStateFailed { .. } => self.fail(id, previous, parallel),
            EventDetail::MapRunAborted => {
                let lane = self.find_aborted(previous, |_, visit| map(visit));
                self.tell_aborted(id, previous, lane)
            }
            EventDetail::MapStateAborted => self.abort(id, previous, StateKind::Map),
            EventDetail::ParallelStateAborted => self.abort(id, previous, StateKind::Parallel),
            EventDetail::WaitStateAborted => self.abort(id, previous, StateKind::Wait),
            EventDetail::TaskStateAborted => self.abort(id, previous, StateKind::Task),
        };
        Some(place)
    }

    fn enter(&mut self, id: u64, previous: u64, kind: StateKind, name: &Arc<str>) -> Option<Place> {
        let bases = self.bases(previous);
        let waits = |lane: &&Lane| {
            let Some(thread) = self.threads.get(lane).filter(|it| it.last == previous) else {
                return false;
            };
            match &thread.visit {
                None => self.starts(lane, name),
                Some(visit) => !visit.open && self.leads(&visit.state, name),
            }
        };
        let around = || bases.iter().flat_map(outwards);
        let lane = bases.iter().find(waits).cloned();
        let lane = lane.or_else(|| around().find(|lane| self.path_in(lane, name).is_some()))?;
        let path = self.path_in(&lane, name)?;
        let visit = Visit {
            state: path.clone(),
            kind,
            before: previous,
            entered: id,
            open: true,
            attempt: 0,
            started: false,
            failed: false,
        };
        self.threads.entry(lane.clone()).or_default().visit = Some(visit);
        Some(self.go_on(id, lane))
    }

    /// `EvaluationFailed` follows the event before the state where the state has only just begun.
    fn fail_evaluation(&mut self, id: u64, previous: u64, name: &str) -> Place {
        let bases = self.bases(previous);
        let entered = |lane: &&Lane| {
            let thread = self.threads.get(lane)?;
            let visit = thread.visit.as_ref().filter(|visit| visit.is(name))?;
            let begun = visit.before == previous && visit.entered == thread.last;
            begun.then_some(visit.entered)
        };
        let begun = bases.iter().filter(|lane| entered(lane).is_some());
        let newest = begun.max_by_key(entered).cloned();
        let lane = newest.unwrap_or_else(|| self.find(previous, |visit| visit.is(name)));
        let place = self.go_on(id, lane);
        if let Some(visit) = self.visit_mut(&place.0) {
            // Where a container is tried again, what runs inside belongs to the next attempt.
            visit.attempt += 1;
            visit.started = false;
        }
        place
    }

    fn start(&mut self, id: u64, previous: u64, kind: StateKind) -> Place {
        let running = self.find_open(previous, |visit| visit.runs(kind));
        let lane = running
            .unwrap_or_else(|| self.find(previous, |visit| visit.open && visit.kind == kind));
        self.close_inside(&lane);
        let place = self.go_on(id, lane);
        let lane = &place.0;
        let Some(visit) = self.visit_mut(lane) else {
            return place;
        };
        if visit.started {
            visit.attempt += 1;
        }
        visit.started = true;
        visit.failed = false;
        let visit = visit.clone();
        if kind == StateKind::Parallel {
            let state = self.machine.find(&visit.state);
            let branches = 0..state.map_or(0, |state| state.scopes.len());
            for inner in branches.map(|index| lane.inner(visit.step(index))) {
                self.begin(id, inner);
            }
        }
        place
    }

    fn start_iteration(&mut self, id: u64, lane: Lane, index: usize) -> Place {
        let Some(inner) = self.inner(&lane, index) else {
            return self.leaf(id, lane);
        };
        self.begin(id, inner);
        let state = self.state(&lane);
        (lane, state)
    }

    /// A branch or iteration begins behind an event.
    fn begin(&mut self, id: u64, lane: Lane) {
        let thread = Thread {
            last: id,
            visit: None,
        };
        self.threads.insert(lane.clone(), thread);
        self.onward.entry(id).or_default().push(lane);
    }

    /// A container fails: nothing runs inside any more.
    fn fail(&mut self, id: u64, previous: u64, fits: impl Fn(&Visit) -> bool) -> Place {
        let lane = self.find(previous, fits);
        self.close_inside(&lane);
        if let Some(thread) = self.threads.get(&lane) {
            self.fallen.push((lane.clone(), thread.clone()));
        }
        if let Some(visit) = self.visit_mut(&lane) {
            visit.failed = true;
        }
        self.go_on(id, lane)
    }

    fn abort(&mut self, id: u64, previous: u64, kind: StateKind) -> Place {
        let lane = self.find_aborted(previous, |_, visit| visit.open && visit.kind == kind);
        let place = self.tell_aborted(id, previous, lane);
        if !place.0.0.is_empty() {
            self.close_inside(&place.0);
            self.close(&place.0);
        }
        place
    }

    /// What follows an abort follows the failure.
    fn tell_aborted(&mut self, id: u64, previous: u64, lane: Lane) -> Place {
        self.onward.insert(id, self.bases(previous));
        let state = self.state(&lane);
        (lane, state)
    }

    /// Everything goes on from where it stood before the failure.
    fn redrive(&mut self, id: u64) {
        for (lane, thread) in std::mem::take(&mut self.fallen).into_iter().rev() {
            self.threads.insert(lane, thread);
        }
        let mut lanes: Vec<Lane> = self.threads.keys().cloned().collect();
        let inner = lanes.iter().skip(1).map(Some).chain([None]);
        for (lane, next) in lanes.iter().zip(inner) {
            let Some(thread) = self.threads.get_mut(lane) else {
                continue;
            };
            thread.last = id;
            // The retries of what runs anew are counted from zero.
            if let Some(visit) = &mut thread.visit
                && !next.is_some_and(|next| next.0.starts_with(&lane.0))
            {
                visit.attempt = 0;
                visit.started = false;
            }
        }
        // What fails at once is told from the inside out.
        lanes.sort_by(inside_out);
        self.onward.insert(id, lanes);
    }

    /// The event is the latest of its lane, and the next one follows it.
    fn go_on(&mut self, id: u64, lane: Lane) -> Place {
        if let Some(thread) = self.threads.get_mut(&lane) {
            thread.last = id;
        }
        self.leaf(id, lane)
    }

    /// The event is followed by none of its lane, or by one of the container's own.
    fn leaf(&mut self, id: u64, lane: Lane) -> Place {
        self.onward.insert(id, vec![lane.clone()]);
        let state = self.state(&lane);
        (lane, state)
    }

    fn close_inside(&mut self, lane: &Lane) {
        let inside: Vec<Lane> = self.within(lane).map(|(inner, _)| inner.clone()).collect();
        for inner in inside.iter().filter(|inner| *inner != lane) {
            self.close(inner);
        }
    }

    fn close(&mut self, lane: &Lane) {
        if let Some(entry) = self.threads.remove_entry(lane) {
            self.fallen.push(entry);
        }
    }

    /// The lane of the first open visit that fits: one that goes on from the event before, else one around it.
    fn find(&self, previous: u64, fits: impl Fn(&Visit) -> bool) -> Lane {
        let found = self.find_open(previous, fits);
        found.unwrap_or_else(|| self.bases(previous).into_iter().next().unwrap_or_default())
    }

    /// The lane whose Map has that iteration running.
    fn find_iterating(&self, previous: u64, name: &str, index: usize) -> Lane {
        let bases = self.bases(previous);
        let iterates = |lane: &Lane| {
            let visit = self.threads.get(lane).and_then(|it| it.visit.as_ref());
            visit.is_some_and(|visit| self.iterates(lane, visit, name, index))
        };
        let mut around = bases.iter().flat_map(outwards);
        around
            .find(iterates)
            .unwrap_or_else(|| self.find(previous, |visit| visit.is(name)))
    }

    fn iterates(&self, lane: &Lane, visit: &Visit, name: &str, index: usize) -> bool {
        let inner = lane.inner(visit.step(index));
        visit.is(name) && visit.kind == StateKind::Map && self.threads.contains_key(&inner)
    }

    fn find_open(&self, previous: u64, fits: impl Fn(&Visit) -> bool) -> Option<Lane> {
        let bases = self.bases(previous);
        let fitting = |lane: &Lane| {
            let thread = self.threads.get(lane)?;
            let visit = thread.visit.as_ref()?;
            fits(visit).then_some(thread.last == previous)
        };
        let exact = bases.iter().find(|lane| fitting(lane) == Some(true));
        let around = || bases.iter().flat_map(outwards);
        exact
            .cloned()
            .or_else(|| around().find(|lane| fitting(lane).is_some()))
    }

    /// The lane an abort is told of; `previous` is the latest event of the lane that failed.
    fn find_aborted(&self, previous: u64, fits: impl Fn(&Lane, &Visit) -> bool) -> Lane {
        let bases = self.bases(previous);
        let fitting = |lane: &Lane, thread: &Thread| {
            let visit = thread.visit.as_ref();
            visit.is_some_and(|visit| visit.open && fits(lane, visit))
        };
        let failed = bases.iter().find(|lane| {
            let thread = self.threads.get(lane);
            thread.is_some_and(|thread| thread.last == previous && fitting(lane, thread))
        });
        if let Some(failed) = failed {
            return failed.clone();
        }
        for container in bases.iter().filter_map(outer) {
            let inside = self.within(&container);
            let inside =
                inside.filter(|(lane, thread)| **lane != container && fitting(lane, thread));
            // The first one, or what is inside it.
            let first = inside
                .map(|(lane, _)| lane)
                .min_by(|one, two| inside_out(one, two));
            if let Some(first) = first {
                return first.clone();
            }
        }
        let around = bases.iter().flat_map(outwards);
        let mut fits = around.filter(|lane| {
            let thread = self.threads.get(lane);
            thread.is_some_and(|thread| fitting(lane, thread))
        });
        fits.next()
            .unwrap_or_else(|| bases.first().cloned().unwrap_or_default())
    }

    fn known(&self, event: u64) -> u64 {
        self.passed.get(&event).copied().unwrap_or(event)
    }

    fn bases(&self, previous: u64) -> Vec<Lane> {
        let bases = self.onward.get(&previous).cloned();
        bases.unwrap_or_else(|| vec![Lane::default()])
    }

    /// A lane and all inside it.
    fn within(&self, lane: &Lane) -> impl Iterator<Item = (&Lane, &Thread)> {
        let from = self.threads.range(lane.clone()..);
        from.take_while(move |(inner, _)| inner.0.starts_with(&lane.0))
    }

    fn visit_mut(&mut self, lane: &Lane) -> Option<&mut Visit> {
        self.threads.get_mut(lane)?.visit.as_mut()
    }

    fn state(&self, lane: &Lane) -> Option<StatePath> {
        let visit = self.threads.get(lane)?.visit.as_ref()?;
        Some(visit.state.clone())
    }

    /// The lane of a branch or iteration of a lane's container.
    fn inner(&self, lane: &Lane, index: usize) -> Option<Lane> {
        let visit = self.threads.get(lane)?.visit.as_ref()?;
        Some(lane.inner(visit.step(index)))
    }

    /// Whether a lane begins with the state of that name.
    fn starts(&self, lane: &Lane, name: &str) -> bool {
        let scope = self.scope(lane).and_then(|id| self.machine.scope(id));
        scope.is_some_and(|scope| scope.start_at.as_deref() == Some(name))
    }

    /// Whether a state leads to the one of that name.
    fn leads(&self, state: &StatePath, name: &str) -> bool {
        let state = self.machine.find(state);
        let mut ways = state.into_iter().flat_map(|state| &state.transitions);
        ways.any(|way| *way.target == *name)
    }

    /// The scope a lane goes through.
    fn scope(&self, lane: &Lane) -> Option<ScopeId> {
        let Some(step) = lane.0.last() else {
            return self.machine.scope_ids().next();
        };
        let container = self.machine.find(&step.state)?;
        let branch = match container.kind {
            Some(StateKind::Map) => 0,
            _ => step.index,
        };
        container.scopes.get(branch).copied()
    }

    fn path_in(&self, lane: &Lane, name: &str) -> Option<StatePath> {
        let id = self.machine.in_scope(self.scope(lane)?, name)?;
        self.machine.state(id).map(|state| state.path.clone())
    }
}

/// Whether an event belongs to what a failure ends, up to the end of the execution.
fn tells_failure(detail: &EventDetail) -> bool {
    matches!(
        detail,
        EventDetail::EvaluationFailed { .. }
            | EventDetail::ExecutionFailed { .. }
            | EventDetail::ExecutionTimedOut { .. }
            | EventDetail::ExecutionAborted { .. }
            | EventDetail::ExecutionRedriven { .. }
            | EventDetail::MapIterationFailed { .. }
            | EventDetail::MapIterationAborted { .. }
            | EventDetail::MapRunAborted
            | EventDetail::MapStateFailed { .. }
            | EventDetail::MapStateAborted
            | EventDetail::ParallelStateFailed { .. }
            | EventDetail::ParallelStateAborted
            | EventDetail::WaitStateAborted
            | EventDetail::TaskStateAborted
    )
}

/// A lane and those around it, from the inside out.
fn outwards(lane: &Lane) -> impl Iterator<Item = Lane> + use<> {
    std::iter::successors(Some(lane.clone()), outer)
}

/// The lane a branch or iteration begins in; none around the outermost scope.
fn outer(lane: &Lane) -> Option<Lane> {
    let (_, around) = lane.0.split_last()?;
    Some(Lane(around.into()))
}

/// The order of branches and iterations, each behind those inside it.
fn inside_out(one: &Lane, two: &Lane) -> Ordering {
    let inner = one.0.starts_with(&two.0).cmp(&two.0.starts_with(&one.0));
    inner.reverse().then_with(|| one.cmp(two))
}
