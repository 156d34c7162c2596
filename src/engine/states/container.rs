//! What Map and Parallel share: lanes that begin, end and make up one result.

use std::sync::Arc;

use crate::asl::StateKind;
use crate::engine::EventDetail;
use crate::engine::Execution;
use crate::engine::LaneStep;
use crate::engine::child::ChildEnd;
use crate::engine::child::ChildStart;
use crate::engine::lanes::Container;
use crate::engine::lanes::Item;
use crate::engine::lanes::Parent;
use crate::engine::lanes::Running;
use crate::engine::lanes::Stand;
use crate::engine::lanes::Thread;
use crate::engine::lanes::ThreadId;
use crate::engine::lanes::Visit;
use crate::engine::measure::Measure;
use crate::engine::measure::PAYLOAD_LIMIT;
use crate::engine::pages::Pages;
use crate::engine::program::StateProgram;
use crate::engine::program::Work;
use crate::engine::trouble::Trouble;
use crate::query::Value;

impl Execution {
    /// Begins a container's lanes. The container's own start has been written.
    pub(crate) fn open(&mut self, id: ThreadId, state: &StateProgram, container: Container) {
        if let Some(thread) = self.threads.get_mut(id) {
            thread.visit.stand = Stand::Container(Box::new(container));
        }
        self.begin_lanes(id, state);
        self.close_if_done(id, state);
    }

    /// Begins as many lanes as the concurrency limit lets.
    pub(crate) fn begin_lanes(&mut self, id: ThreadId, state: &StateProgram) {
        loop {
            let Some(thread) = self.threads.get(id) else {
                return;
            };
            let Stand::Container(container) = &thread.visit.stand else {
                return;
            };
            let index = container.next;
            if index >= container.length || container.running.len() >= container.limit {
                return;
            }
            if container.results.get(index).is_some_and(Option::is_some) {
                // It ended well before a redrive.
                self.skip_lane(id);
                continue;
            }
            let child = child_start(state, container, index);
            let Some(mut lane) = self.lane_of(id, thread, state, container, index) else {
                return;
            };
            if state.kind == StateKind::Map && !lane.isolated {
                lane.last = self.emit_leaf(
                    id,
                    state,
                    EventDetail::MapIterationStarted {
                        name: state.name.clone(),
                        index,
                    },
                );
            }
            let input = lane.visit.input.clone();
            let inner = self.threads.insert(lane);
            self.queue.push_back(inner);
            if let Some(start) = child {
                self.start_child(inner, start, input);
            }
            if let Some(thread) = self.threads.get_mut(id)
                && let Stand::Container(container) = &mut thread.visit.stand
            {
                container.next += 1;
                container.running.insert(index, inner);
            }
        }
    }

    fn skip_lane(&mut self, id: ThreadId) {
        if let Some(thread) = self.threads.get_mut(id)
            && let Stand::Container(container) = &mut thread.visit.stand
        {
            container.next += 1;
        }
    }

    fn lane_of(
        &self,
        id: ThreadId,
        outer: &Thread,
        state: &StateProgram,
        container: &Container,
        index: usize,
    ) -> Option<Thread> {
        let (scope, input, item) = match (&state.work, &container.map) {
            (Work::Parallel { branches }, _) => {
                (*branches.get(index)?, container.input.clone(), None)
            }
            (Work::Map(map), Some(run)) => {
                let input = run.inputs.get(index)?.clone();
                let item = run.items.get(index).map(|value| Item {
                    index,
                    value: value.clone(),
                    source: None,
                });
                (map.processor, input, item)
            }
            _ => return None,
        };
        let start = self.program.scope_start(scope)?;
        let isolated = container.is_distributed();
        let lane = outer.lane.inner(LaneStep {
            state: state.path.clone(),
            entered: outer.visit.entered,
            attempt: outer.visit.retries,
            index,
        });
        Some(Thread {
            lane,
            parent: Some(Parent { thread: id, index }),
            child: outer.child,
            isolated,
            item: item.filter(|_| !isolated),
            variables: Vec::new(),
            last: if isolated { 0 } else { outer.last },
            visit: Visit::new(start, input, container.measure),
        })
    }

    /// A branch or iteration has come to its end.
    pub(crate) fn complete_lane(
        &mut self,
        id: ThreadId,
        parent: Parent,
        output: Value,
        measure: Measure,
    ) {
        let program = self.program.clone();
        let Some((last, isolated)) = self
            .threads
            .get(id)
            .map(|thread| (thread.last, thread.isolated))
        else {
            return;
        };
        let Some(state) = self
            .threads
            .get(parent.thread)
            .and_then(|outer| program.state(outer.visit.state))
        else {
            return;
        };
        if isolated {
            let ended = self.end_child(id, ChildEnd::Succeeded(output.clone()));
            self.keep_ended(parent, ended);
        }
        self.threads.remove(id);
        let Some(outer) = self.threads.get_mut(parent.thread) else {
            return;
        };
        let Stand::Container(container) = &mut outer.visit.stand else {
            return;
        };
        container.running.remove(&parent.index);
        container.finished += 1;
        container.bound.bytes = container.bound.bytes.saturating_add(measure.bytes + 1);
        container.bound.depth = container.bound.depth.max(measure.depth + 1);
        if let Some(slot) = container.results.get_mut(parent.index) {
            *slot = Some(output);
        }
        let done = container.finished >= container.length;
        if !isolated {
            outer.last = last;
            if state.kind == StateKind::Map {
                let succeeded = self.emit_leaf(
                    parent.thread,
                    state,
                    EventDetail::MapIterationSucceeded {
                        name: state.name.clone(),
                        index: parent.index,
                    },
                );
                // Only the last iteration's own event is followed by others.
                if done && let Some(outer) = self.threads.get_mut(parent.thread) {
                    outer.last = succeeded;
                }
            }
        }
        self.begin_lanes(parent.thread, state);
        self.close_if_done(parent.thread, state);
    }

    /// Makes the result once every lane has ended.
    pub(crate) fn close_if_done(&mut self, id: ThreadId, state: &StateProgram) {
        let Some(thread) = self.threads.get_mut(id) else {
            return;
        };
        let Stand::Container(container) = &mut thread.visit.stand else {
            return;
        };
        if container.finished < container.length {
            return;
        }
        let bound = container.bound;
        let results = std::mem::take(&mut container.results);
        if container.is_distributed() {
            if let Err(trouble) = self.close_distributed(id, state, results) {
                self.fall(id, state, trouble);
            }
            return;
        }
        let detail = match state.kind {
            StateKind::Parallel => EventDetail::ParallelStateSucceeded,
            _ => EventDetail::MapStateSucceeded,
        };
        self.emit_leaf(id, state, detail);
        let results = results.iter().flatten().cloned().collect();
        self.conclude_results(id, state, results, bound);
    }

    pub(crate) fn conclude_results(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        results: Vec<Value>,
        bound: Measure,
    ) {
        self.conclude_result(id, state, Value::Array(Arc::new(results)), bound);
    }

    /// Lets a container go on with its result, unless that is too large.
    pub(crate) fn conclude_result(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        result: Value,
        bound: Measure,
    ) {
        self.stage(id, state, crate::engine::StageKind::Result, &result);
        match bound.check(&result) {
            Ok(measure) => self.conclude(id, result, measure),
            Err(excess) => self.fall(id, state, Trouble::excess(excess, &state.name)),
        }
    }
}

/// What the child execution of an item or batch is started with; nothing in an inline Map.
fn child_start(state: &StateProgram, container: &Container, index: usize) -> Option<ChildStart> {
    let run = container.map.as_ref()?.distributed.as_ref()?;
    let Work::Map(map) = &state.work else {
        return None;
    };
    Some(ChildStart {
        map_run_arn: run.arn.clone(),
        machine: run.machine.clone(),
        kind: map.distributed.as_ref()?.kind,
        index,
        items: run.items_of(index),
    })
}

impl Container {
    /// Its lanes are child executions.
    pub fn is_distributed(&self) -> bool {
        self.map
            .as_ref()
            .is_some_and(|map| map.distributed.is_some())
    }

    pub fn new(length: usize, limit: usize, input: Value, measure: Measure) -> Container {
        Container {
            length,
            next: 0,
            limit: if limit == 0 { usize::MAX } else { limit },
            running: Running::default(),
            results: Pages::filled(length, None),
            bound: Measure { bytes: 2, depth: 1 },
            finished: 0,
            input,
            // What an iteration gets is part of its container's input.
            measure: Measure {
                bytes: measure.bytes.min(PAYLOAD_LIMIT),
                depth: measure.depth,
            },
            map: None,
        }
    }
}
