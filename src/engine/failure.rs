//! What becomes of a fault: a retry, a Catcher, or the end of the scope.

use std::sync::Arc;

use crate::asl::QueryLanguage;
use crate::asl::StateKind;
use crate::engine::Demand;
use crate::engine::EventDetail;
use crate::engine::Execution;
use crate::engine::child::ChildEnd;
use crate::engine::lanes::Parent;
use crate::engine::lanes::Stand;
use crate::engine::lanes::ThreadId;
use crate::engine::measure::Measure;
use crate::engine::passage::Departure;
use crate::engine::passage::assign;
use crate::engine::passage::place;
use crate::engine::program::Next;
use crate::engine::program::StateProgram;
use crate::engine::retry::Catcher;
use crate::engine::retry::PARAMETER_PATH_FAILURE;
use crate::engine::retry::documented_name;
use crate::engine::retry::matches;
use crate::engine::timer::Alarm;
use crate::engine::trouble::Class;
use crate::engine::trouble::Trouble;
use crate::query::Value;

/// What a Catcher sees: `{"Error", "Cause"}`, where a timeout without a cause has an empty one.
pub(crate) fn error_output(trouble: &Trouble) -> Value {
    let text = |text: &Option<std::sync::Arc<str>>| match text {
        Some(text) => Value::String(text.clone()),
        None if matches!(trouble.class, Class::Timeout { .. }) => Value::from(""),
        None => Value::Null,
    };
    Value::object([
        ("Error", text(&trouble.error)),
        ("Cause", text(&trouble.cause)),
    ])
}

impl Execution {
    pub(crate) fn handle(&mut self, id: ThreadId, state: &StateProgram, mut trouble: Trouble) {
        self.note_evaluation(id, state, &trouble);
        if self.retry(id, state, &trouble) {
            self.wreck = None;
            return;
        }
        self.note_container_failure(id, state, &trouble);
        let catcher = state
            .catch
            .iter()
            .find(|catcher| matches(&catcher.errors, &trouble, state));
        let Some(catcher) = catcher else {
            self.fail_scope(id, trouble);
            return;
        };
        if documented_name(&trouble, state) == Some(PARAMETER_PATH_FAILURE) {
            trouble.error = Some(Arc::from(PARAMETER_PATH_FAILURE));
        }
        match self.depart_caught(id, state, catcher, &trouble) {
            Ok(departure) => {
                self.wreck = None;
                self.leave(id, state, departure);
            }
            // A Catcher that fails itself is not tried again.
            Err(second) => {
                let entered = (!self.bare_causes).then(|| self.entered(id));
                let second = second.in_state(state, entered);
                self.note_evaluation(id, state, &second);
                self.fail_scope(id, second);
            }
        }
    }

    fn entered(&self, id: ThreadId) -> u64 {
        self.threads
            .get(id)
            .map_or(0, |thread| thread.visit.entered)
    }

    /// `EvaluationFailed`, which follows the event before the state where the state has only just begun.
    fn note_evaluation(&mut self, id: ThreadId, state: &StateProgram, trouble: &Trouble) {
        let Class::Evaluation { location, late } = &trouble.class else {
            return;
        };
        let Some(thread) = self.threads.get(id) else {
            return;
        };
        let visit = &thread.visit;
        let previous = if thread.last == visit.entered && !late {
            visit.before
        } else {
            thread.last
        };
        let event = self.write(
            id,
            previous,
            Some(state),
            EventDetail::EvaluationFailed {
                name: state.name.clone(),
                error: trouble.error.clone(),
                cause: trouble.cause.clone(),
                location: location.clone(),
            },
        );
        if let Some(thread) = self.threads.get_mut(id) {
            thread.last = event;
        }
    }

    /// Begins the back-off of the first Retrier that matches and has attempts left.
    fn retry(&mut self, id: ThreadId, state: &StateProgram, trouble: &Trouble) -> bool {
        let found = state
            .retry
            .iter()
            .enumerate()
            .find(|(_, retrier)| matches(&retrier.errors, trouble, state));
        let Some((index, retrier)) = found else {
            return false;
        };
        let Some(thread) = self.threads.get_mut(id) else {
            return false;
        };
        let counts = &mut thread.visit.retries_by;
        if counts.len() < state.retry.len() {
            counts.resize(state.retry.len(), 0);
        }
        let Some(count) = counts.get_mut(index) else {
            return false;
        };
        let retries = *count;
        if u64::from(retries) >= retrier.max_attempts {
            return false;
        }
        *count += 1;
        thread.visit.retries += 1;
        let delay = self.draw(|chance| retrier.delay(retries, chance));
        let key = self
            .timers
            .set(self.now.saturating_add(delay), Alarm::Wake(id));
        if let Some(thread) = self.threads.get_mut(id) {
            thread.visit.stand = Stand::BackOff(key);
        }
        true
    }

    /// `MapStateFailed` or `ParallelStateFailed`, for faults that did not end the execution outright.
    fn note_container_failure(&mut self, id: ThreadId, state: &StateProgram, trouble: &Trouble) {
        let own = trouble
            .origin
            .as_ref()
            .is_none_or(|origin| origin.state == state.path);
        if own && trouble.class == Class::Runtime {
            return;
        }
        let (error, cause) = (trouble.error.clone(), trouble.cause.clone());
        match state.kind {
            StateKind::Map => {
                self.emit(id, state, EventDetail::MapStateFailed { error, cause });
            }
            StateKind::Parallel => {
                self.emit(id, state, EventDetail::ParallelStateFailed { error, cause });
            }
            _ => {}
        }
    }

    fn depart_caught(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        catcher: &Catcher,
        trouble: &Trouble,
    ) -> Result<Departure, Trouble> {
        let error_output = error_output(trouble);
        let measure = Measure::of(&error_output);
        let (raw, input_measure) = self.raw_input(id);
        let next = Next::State(catcher.next);
        match state.language {
            QueryLanguage::JsonPath => {
                let environment = self.environment(id, state, &error_output, &raw);
                let assigned = assign(&catcher.assign, &environment)?;
                let (output, measure) = place(
                    &catcher.result_path,
                    &raw,
                    input_measure,
                    error_output,
                    measure,
                )?;
                Departure::within_limit(state, output, measure, assigned, next)
            }
            QueryLanguage::Jsonata => {
                let mut environment = self.environment(id, state, &raw, &raw);
                environment.error_output = Some(&error_output);
                let assigned = assign(&catcher.assign, &environment)?;
                let output = match &catcher.output {
                    Some(template) => template.evaluate(&environment)?,
                    None => error_output.clone(),
                };
                let measure = Measure::of(&output);
                Departure::within_limit(state, output, measure, assigned, next)
            }
        }
    }

    /// Nothing has dealt with the fault: the scope fails, and with it what holds the scope.
    fn fail_scope(&mut self, id: ThreadId, trouble: Trouble) {
        let parent = self.threads.get(id).and_then(|thread| thread.parent);
        match parent {
            Some(parent) => self.fail_lane(id, parent, trouble),
            None => self.end_failed(trouble),
        }
    }

    /// A branch or iteration failed.
    fn fail_lane(&mut self, id: ThreadId, parent: Parent, trouble: Trouble) {
        let program = self.program.clone();
        let Some(outer) = self.threads.get(parent.thread) else {
            return;
        };
        let Some(state) = program.state(outer.visit.state) else {
            return;
        };
        let Stand::Container(container) = &outer.visit.stand else {
            return;
        };
        if container.is_distributed() {
            self.fail_child(id, ChildEnd::from(&trouble));
            return;
        }
        let last = self.threads.get(id).map_or(0, |thread| thread.last);
        let running = container.running.clone();
        self.keep_wreck(id);
        if let Some(outer) = self.threads.get_mut(parent.thread) {
            outer.last = last;
        }
        if state.kind == StateKind::Map {
            self.emit_leaf(
                parent.thread,
                state,
                EventDetail::MapIterationFailed {
                    name: state.name.clone(),
                    index: parent.index,
                    error: trouble.error.clone(),
                    cause: trouble.cause.clone(),
                },
            );
        }
        self.abort_lane(id, last);
        for sibling in running.into_values().filter(|sibling| *sibling != id) {
            self.abort_sibling(sibling, parent.thread, state, last);
        }
        let mut trouble = trouble;
        if matches!(trouble.class, Class::Evaluation { .. }) {
            trouble.class = Class::Named;
        }
        if let Some(outer) = self.threads.get_mut(parent.thread) {
            outer.visit.stand = Stand::Fault(trouble);
            self.queue.push_front(parent.thread);
        }
    }

    pub(crate) fn abort_sibling(
        &mut self,
        sibling: ThreadId,
        container: ThreadId,
        state: &StateProgram,
        last: u64,
    ) {
        let index = self
            .threads
            .get(sibling)
            .and_then(|thread| thread.parent)
            .map_or(0, |parent| parent.index);
        if self
            .threads
            .get(sibling)
            .is_some_and(|thread| thread.isolated)
        {
            self.abort_child(sibling);
            return;
        }
        if state.kind == StateKind::Map {
            self.emit_leaf(
                container,
                state,
                EventDetail::MapIterationAborted {
                    name: state.name.clone(),
                    index,
                },
            );
        }
        self.abort_lane(sibling, last);
    }

    /// Ends a thread and all inside it: its open state is aborted, its calls and timers are cancelled.
    pub(crate) fn abort_lane(&mut self, id: ThreadId, last: u64) {
        let program = self.program.clone();
        let Some(thread) = self.threads.get_mut(id) else {
            return;
        };
        thread.last = last;
        let state = program.state(thread.visit.state);
        let stand = std::mem::replace(&mut thread.visit.stand, Stand::Work);
        match stand {
            Stand::Container(container) => {
                let distributed = container.is_distributed();
                for inner in container.running.into_values() {
                    match state {
                        Some(state) => self.abort_sibling(inner, id, state, last),
                        None => self.abort_lane(inner, last),
                    }
                }
                if distributed {
                    self.write(id, last, state, EventDetail::MapRunAborted);
                }
            }
            Stand::Call(open) => {
                if self.calls.remove(&open.id).is_some() {
                    self.out.demands.push(Demand::Cancel(open.id));
                }
                open.timers().for_each(|key| self.timers.clear(key));
            }
            Stand::Wait(key) | Stand::BackOff(key) => self.timers.clear(key),
            Stand::Enter => {
                self.forget(id);
                return;
            }
            Stand::Work | Stand::Exit(..) | Stand::Fault(_) => {}
        }
        if let Some(state) = state {
            let aborted = match state.kind {
                StateKind::Task => Some(EventDetail::TaskStateAborted),
                StateKind::Wait => Some(EventDetail::WaitStateAborted),
                StateKind::Map => Some(EventDetail::MapStateAborted),
                StateKind::Parallel => Some(EventDetail::ParallelStateAborted),
                StateKind::Pass | StateKind::Choice | StateKind::Succeed | StateKind::Fail => None,
            };
            if let Some(detail) = aborted {
                self.write(id, last, Some(state), detail);
            }
        }
        self.forget(id);
    }

    /// Removes a thread. Where it is queued its number leads nowhere from now on.
    pub(crate) fn forget(&mut self, id: ThreadId) {
        self.threads.remove(id);
    }
}
