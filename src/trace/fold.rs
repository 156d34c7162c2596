//! The fold from events to visits.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::asl::StatePath;
use crate::engine::Event;
use crate::engine::EventDetail;
use crate::engine::Lane;
use crate::engine::LaneStep;
use crate::engine::Millis;
use crate::query::Value;
use crate::trace::AttemptStatus;
use crate::trace::MapRun;
use crate::trace::Visit;
use crate::trace::VisitStatus;
use crate::trace::attempt::apply_task;
use crate::trace::attempt::begin_attempt;
use crate::trace::attempt::close;
use crate::trace::attempt::end_attempt;
use crate::trace::attempt::fail;

/// What happened in one execution so far.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// In the order entered.
    pub visits: Vec<Visit>,
    /// The ways taken between states, each once.
    pub passages: BTreeSet<Passage>,
    /// Starts of distributed Maps, in order.
    pub map_runs: Vec<MapRun>,
    /// States a scope ended with.
    pub scope_ends: BTreeSet<StatePath>,
    pub started_at: Option<Millis>,
    /// The time of the latest event.
    pub latest: Millis,
    pub input: Option<Value>,
    pub ended: bool,
    /// The visit that made the execution fail.
    pub failed_visit: Option<usize>,
    /// Events so far.
    applied: usize,
    by_state: BTreeMap<StatePath, Vec<usize>>,
    /// The latest visit of each branch or iteration.
    current: BTreeMap<Lane, usize>,
}

/// A way taken from one state to the next of the same scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Passage {
    /// None where the scope began.
    pub from: Option<StatePath>,
    pub to: StatePath,
    /// By a Catcher.
    pub caught: bool,
}

impl Trace {
    pub fn of(events: &[Event]) -> Trace {
        let mut trace = Trace::default();
        events.iter().for_each(|event| trace.apply(event));
        trace
    }

    pub fn visit(&self, index: usize) -> Option<&Visit> {
        self.visits.get(index)
    }

    /// The visits of a state in the order entered.
    pub fn visits_of(&self, state: &StatePath) -> impl DoubleEndedIterator<Item = &Visit> {
        self.by_state
            .get(state)
            .into_iter()
            .flatten()
            .filter_map(|index| self.visits.get(*index))
    }

    pub fn has_visited(&self, state: &StatePath) -> bool {
        self.by_state.contains_key(state)
    }

    /// The states visited, in the order of their paths.
    pub fn visited(&self) -> impl Iterator<Item = &StatePath> {
        self.by_state.keys()
    }

    /// The visits of the execution itself, without those of its child executions.
    pub fn own_visits(&self) -> impl Iterator<Item = &Visit> {
        self.visits.iter().filter(|visit| visit.child.is_none())
    }

    /// Names of the states in the order entered; those of child executions are not among them.
    pub fn path(&self) -> Vec<String> {
        self.own_visits().map(|visit| visit.name.clone()).collect()
    }

    /// The status that stands for all visits of a state: what still runs or failed outweighs what went well.
    pub fn status_of(&self, state: &StatePath) -> Option<VisitStatus> {
        let weight = |status: &VisitStatus| match status {
            VisitStatus::Running => 4,
            VisitStatus::Failed => 3,
            VisitStatus::Caught => 2,
            VisitStatus::Aborted => 1,
            VisitStatus::Succeeded => 0,
        };
        self.visits_of(state)
            .map(|visit| visit.status)
            .max_by_key(weight)
    }

    /// The visit to show first: the one that failed, else one that runs, else the latest.
    pub fn telling_visit(&self, state: &StatePath) -> Option<&Visit> {
        let failed = self.failed_visit.and_then(|index| self.visits.get(index));
        failed.filter(|visit| visit.state == *state).or_else(|| {
            let status = self.status_of(state)?;
            self.visits_of(state).rfind(|visit| visit.status == status)
        })
    }

    pub fn apply(&mut self, event: &Event) {
        self.take(event);
        self.applied += 1;
    }

    fn take(&mut self, event: &Event) {
        self.latest = self.latest.max(event.at);
        if let Some(child) = &event.child
            && self.apply_to_child(child, event)
        {
            return;
        }
        self.note_map_run(event);
        match &event.detail {
            EventDetail::ExecutionStarted { input, .. } => {
                self.started_at = Some(event.at);
                self.input = Some(input.clone());
            }
            EventDetail::StateEntered { kind, name, input } => {
                let Some(state) = event.state.clone() else {
                    return;
                };
                self.enter(event, state, *kind, name, input);
            }
            EventDetail::StateExited {
                output, assigned, ..
            } => {
                self.change(event, |visit| {
                    visit.status = if visit.failing {
                        VisitStatus::Caught
                    } else {
                        VisitStatus::Succeeded
                    };
                    visit.failing = false;
                    visit.ended_at = Some(event.at);
                    visit.output = Some(output.clone());
                    visit.assigned = assigned.clone();
                });
            }
            EventDetail::Task { event: task, .. } => {
                self.change(event, |visit| apply_task(visit, event.at, task))
            }
            EventDetail::MapStateStarted { length } => {
                self.change(event, |visit| {
                    visit.length = Some(*length);
                    begin_attempt(visit, event.at, None);
                });
            }
            EventDetail::ParallelStateStarted | EventDetail::MapRunStarted { .. } => {
                self.change(event, |visit| {
                    if visit
                        .attempts
                        .last()
                        .is_none_or(|attempt| attempt.ended_at.is_some() || visit.failing)
                    {
                        begin_attempt(visit, event.at, None);
                    }
                });
            }
            EventDetail::MapIterationFailed {
                index,
                error,
                cause,
                ..
            } => {
                self.end_iteration(event, *index, VisitStatus::Failed, error, cause);
                self.change(event, |visit| fail(visit, event.at, error, cause));
            }
            EventDetail::MapIterationAborted { index, .. } => {
                self.end_iteration(event, *index, VisitStatus::Aborted, &None, &None);
            }
            EventDetail::MapStateFailed { error, cause }
            | EventDetail::MapRunFailed { error, cause }
            | EventDetail::ParallelStateFailed { error, cause } => {
                let container = self.open_visit(event);
                self.change(event, |visit| fail(visit, event.at, error, cause));
                if let Some(container) = container {
                    self.end_inside(container, event.at);
                }
            }
            EventDetail::MapStateSucceeded
            | EventDetail::MapRunSucceeded
            | EventDetail::ParallelStateSucceeded => self.change(event, |visit| {
                end_attempt(visit, event.at, AttemptStatus::Succeeded, &None, &None);
            }),
            EventDetail::EvaluationFailed { error, cause, .. } => {
                self.change(event, |visit| {
                    visit.failing = true;
                    visit.error.clone_from(error);
                    visit.cause.clone_from(cause);
                });
            }
            EventDetail::MapStateAborted
            | EventDetail::MapRunAborted
            | EventDetail::ParallelStateAborted
            | EventDetail::WaitStateAborted
            | EventDetail::TaskStateAborted => self.change(event, |visit| {
                // The service also writes it for the task whose failure aborts the others.
                if visit.is_open() && !visit.failing {
                    close(visit, event.at, VisitStatus::Aborted, &None, &None);
                }
            }),
            EventDetail::InputEdited { input, .. } => self.change(event, |visit| {
                visit.input = input.clone();
                visit.edited = true;
            }),
            EventDetail::ExecutionFailed { error, cause }
            | EventDetail::ExecutionTimedOut { error, cause } => {
                self.end_failed(event.at, error, cause);
            }
            EventDetail::ExecutionAborted { .. } => {
                self.ended = true;
                self.close_open(event.at, VisitStatus::Aborted);
            }
            EventDetail::ExecutionSucceeded { .. } => {
                self.ended = true;
                self.close_open(event.at, VisitStatus::Aborted);
                self.note_scope_end(&event.lane);
            }
            EventDetail::ExecutionRedriven { .. } => self.reopen(),
            EventDetail::MapRunRedriven { .. } => {
                self.change(event, |visit| begin_attempt(visit, event.at, None));
            }
            EventDetail::MapIterationStarted { .. } => {}
            EventDetail::MapIterationSucceeded { index, .. } => {
                self.note_iteration_end(event, *index)
            }
        }
    }

    fn enter(
        &mut self,
        event: &Event,
        state: StatePath,
        kind: crate::asl::StateKind,
        name: &str,
        input: &Value,
    ) {
        let index = self.visits.len();
        let before = self.current.insert(event.lane.clone(), index);
        let before = before.and_then(|index| self.visits.get(index));
        self.passages.insert(Passage {
            from: before.map(|visit| visit.state.clone()),
            to: state.clone(),
            caught: before.is_some_and(|visit| visit.status == VisitStatus::Caught),
        });
        let parent = event
            .lane
            .0
            .split_last()
            .and_then(|(_, outer)| self.current.get(&Lane(outer.into())).copied());
        self.by_state.entry(state.clone()).or_default().push(index);
        self.visits.push(Visit {
            index,
            state,
            name: name.to_owned(),
            kind,
            lane: event.lane.clone(),
            child: event.child.clone(),
            parent,
            status: VisitStatus::Running,
            entered_at: event.at,
            ended_at: None,
            entered_event: event.id,
            last_event: event.id,
            entered_place: self.applied,
            last_place: self.applied,
            input: input.clone(),
            output: None,
            assigned: Vec::new(),
            attempts: Vec::new(),
            error: None,
            cause: None,
            length: None,
            edited: false,
            failing: false,
        });
    }

    /// The visit an event belongs to: the latest of its lane, or the container around the lane.
    fn open_visit(&self, event: &Event) -> Option<usize> {
        let fits = |index: &usize| {
            self.visits.get(*index).is_some_and(|visit| {
                event
                    .state
                    .as_ref()
                    .is_none_or(|state| visit.state == *state)
            })
        };
        (0..=event.lane.0.len()).rev().find_map(|depth| {
            let lane = Lane(event.lane.0.iter().take(depth).cloned().collect());
            self.current.get(&lane).copied().filter(fits)
        })
    }

    fn change(&mut self, event: &Event, change: impl FnOnce(&mut Visit)) {
        let place = self.applied;
        if let Some(visit) = self
            .open_visit(event)
            .and_then(|index| self.visits.get_mut(index))
        {
            visit.last_event = event.id;
            visit.last_place = place;
            change(visit);
        }
    }

    /// The latest visits of an iteration and of what lies inside it, with their lanes.
    fn iteration_lanes(&self, event: &Event, iteration: usize) -> Vec<(Lane, usize)> {
        let Some(container) = self
            .open_visit(event)
            .and_then(|index| self.visits.get(index))
        else {
            return Vec::new();
        };
        let attempts = u32::try_from(container.attempts.len()).unwrap_or(u32::MAX);
        (0..=attempts)
            .flat_map(|attempt| {
                self.lanes_inside(&container.lane.inner(LaneStep {
                    state: container.state.clone(),
                    entered: container.entered_event,
                    attempt,
                    index: iteration,
                }))
            })
            .collect()
    }

    /// The latest visit of a lane, and of each lane inside it.
    pub(crate) fn lanes_inside(&self, outer: &Lane) -> Vec<(Lane, usize)> {
        self.current
            .range(outer.clone()..)
            .take_while(|(lane, _)| lane.0.starts_with(&outer.0))
            .map(|(lane, index)| (lane.clone(), *index))
            .collect()
    }

    /// A redrive: what failed or was aborted goes on. Child executions are started anew, their visits stay as they were.
    fn reopen(&mut self) {
        self.ended = false;
        self.failed_visit = None;
        let current: Vec<usize> = self.current.values().copied().collect();
        for index in current {
            if let Some(visit) = self.visits.get_mut(index)
                && visit.child.is_none()
                && matches!(visit.status, VisitStatus::Failed | VisitStatus::Aborted)
            {
                visit.status = VisitStatus::Running;
                visit.ended_at = None;
                visit.failing = false;
                visit.error = None;
                visit.cause = None;
            }
        }
    }

    /// Of some open visits one is to blame and has failed, with the containers around it; the others were aborted.
    pub(crate) fn fail_open(
        &mut self,
        among: &[usize],
        at: Millis,
        error: &Option<Arc<str>>,
        cause: &Option<Arc<str>>,
    ) -> Option<usize> {
        let open: Vec<&Visit> = among
            .iter()
            .filter_map(|index| self.visits.get(*index))
            .filter(|visit| visit.is_open())
            .collect();
        let culprit = open
            .iter()
            .max_by_key(|visit| {
                let told = visit.failing || visit.kind == crate::asl::StateKind::Fail;
                (told, visit.lane.0.len(), visit.index)
            })
            .map(|visit| (visit.index, visit.lane.clone()));
        let open: Vec<usize> = open.into_iter().map(|visit| visit.index).collect();
        for index in open {
            let Some(visit) = self.visits.get_mut(index) else {
                continue;
            };
            let failed = culprit.as_ref().is_some_and(|(index, lane)| {
                visit.index == *index
                    || lane.0.starts_with(&visit.lane.0) && visit.lane.0.len() < lane.0.len()
            });
            if failed {
                close(visit, at, VisitStatus::Failed, error, cause);
            } else {
                close(visit, at, VisitStatus::Aborted, &None, &None);
            }
        }
        culprit.map(|(index, _)| index)
    }

    fn end_iteration(
        &mut self,
        event: &Event,
        iteration: usize,
        status: VisitStatus,
        error: &Option<Arc<str>>,
        cause: &Option<Arc<str>>,
    ) {
        for (_, index) in self.iteration_lanes(event, iteration) {
            if let Some(visit) = self.visits.get_mut(index).filter(|visit| visit.is_open()) {
                close(visit, event.at, status, error, cause);
            }
        }
    }

    fn note_iteration_end(&mut self, event: &Event, iteration: usize) {
        let depth = self
            .open_visit(event)
            .and_then(|index| self.visits.get(index))
            .map_or(0, |container| container.lane.0.len() + 1);
        for (lane, index) in self.iteration_lanes(event, iteration) {
            if lane.0.len() == depth
                && let Some(visit) = self.visits.get(index)
            {
                self.scope_ends.insert(visit.state.clone());
            }
        }
    }

    pub(crate) fn note_scope_end(&mut self, lane: &Lane) {
        if let Some(visit) = self
            .current
            .get(lane)
            .and_then(|index| self.visits.get(*index))
        {
            self.scope_ends.insert(visit.state.clone());
        }
    }

    /// A container failed: what is still open inside it failed with it or was aborted.
    fn end_inside(&mut self, container: usize, at: Millis) {
        let Some(visit) = self.visits.get(container) else {
            return;
        };
        let (error, cause) = (visit.error.clone(), visit.cause.clone());
        let depth = visit.lane.0.len();
        let entered = visit.entered_event;
        let inside: Vec<usize> = self
            .lanes_inside(&visit.lane)
            .into_iter()
            .filter(|(lane, _)| {
                lane.0
                    .get(depth)
                    .is_some_and(|step| step.entered == entered)
            })
            .map(|(_, index)| index)
            .collect();
        self.fail_open(&inside, at, &error, &cause);
    }

    fn end_failed(&mut self, at: Millis, error: &Option<Arc<str>>, cause: &Option<Arc<str>>) {
        self.ended = true;
        let all: Vec<usize> = self.current.values().copied().collect();
        let blamed = self.fail_open(&all, at, error, cause);
        self.failed_visit = self.innermost_failure(blamed);
    }

    /// From a failed container inwards to the visit that failed first of all.
    fn innermost_failure(&self, from: Option<usize>) -> Option<usize> {
        let mut index = from?;
        while let Some(inner) = self
            .visits
            .iter()
            .rfind(|visit| visit.parent == Some(index) && visit.status == VisitStatus::Failed)
        {
            index = inner.index;
        }
        Some(index)
    }

    fn close_open(&mut self, at: Millis, status: VisitStatus) {
        for visit in self.visits.iter_mut().filter(|visit| visit.is_open()) {
            let status = if visit.kind == crate::asl::StateKind::Succeed {
                VisitStatus::Succeeded
            } else {
                status
            };
            close(visit, at, status, &None, &None);
        }
    }
}
