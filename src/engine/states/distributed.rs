//! Distributed Map: a Map Run and its child executions, whose events are in histories of their own.

use std::sync::Arc;

use crate::engine::EventDetail;
use crate::engine::Execution;
use crate::engine::MapRunChange;
use crate::engine::MapRunLimits;
use crate::engine::StageKind;
use crate::engine::child::ChildEnd;
use crate::engine::child::EndedChild;
use crate::engine::lanes::Container;
use crate::engine::lanes::DistributedRun;
use crate::engine::lanes::MapRun;
use crate::engine::lanes::Parent;
use crate::engine::lanes::Stand;
use crate::engine::lanes::ThreadId;
use crate::engine::measure::Measure;
use crate::engine::measure::PAYLOAD_LIMIT;
use crate::engine::pages::Pages;
use crate::engine::program::BatcherWork;
use crate::engine::program::DistributedWork;
use crate::engine::program::MapWork;
use crate::engine::program::StateProgram;
use crate::engine::states::map::MapPlan;
use crate::engine::trouble::Trouble;
use crate::query::Value;

/// Child executions that run at a time where `MaxConcurrency` sets no limit.
const CONCURRENCY: usize = 10_000;

impl Execution {
    pub(crate) fn begin_distributed(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        map: &MapWork,
        distributed: &DistributedWork,
        plan: MapPlan,
        items: Arc<Vec<Value>>,
    ) -> Result<(), Trouble> {
        let label = distributed
            .label
            .clone()
            .unwrap_or_else(|| state.name.clone());
        let number = self.draw(|chance| chance.uuid());
        let machine: Arc<str> = Arc::from(format!("{}/{label}", self.program.name));
        let arn: Arc<str> = Arc::from(self.program.arn("mapRun", &format!("{machine}:{number}")));
        let prepared = self.prepare(id, state, map, distributed, &plan, items);
        let total = prepared.as_ref().ok();
        let limits = MapRunLimits {
            items: total.map_or(0, |(items, ..)| items.len()),
            executions: total.map_or(0, |(_, inputs, _)| inputs.len()),
            max_concurrency: plan.limit,
            tolerated_failure_count: plan.tolerated_count,
            tolerated_failure_percentage: plan.tolerated_percentage,
            writes_results: distributed
                .writer
                .as_ref()
                .is_some_and(|writer| writer.resource.is_some()),
        };
        self.emit(
            id,
            state,
            EventDetail::MapRunStarted {
                map_run_arn: arn.clone(),
                limits: Some(limits),
            },
        );
        let (items, inputs, batches) = match prepared {
            Ok(prepared) => prepared,
            Err(trouble) => {
                self.emit(
                    id,
                    state,
                    EventDetail::MapRunFailed {
                        error: trouble.error.clone(),
                        cause: trouble.cause.clone(),
                    },
                );
                return Err(trouble);
            }
        };
        let bound = self.bound_of_inputs(map, plan.measure, &inputs);
        let limit = match plan.limit {
            0 => CONCURRENCY,
            limit => limit,
        };
        let mut container = Container::new(inputs.len(), limit, Value::Null, bound);
        container.map = Some(MapRun {
            distributed: Some(DistributedRun {
                arn,
                machine,
                batches,
                failed_items: 0,
                tolerated_count: plan.tolerated_count,
                tolerated_percentage: plan.tolerated_percentage,
                ended: Pages::filled(inputs.len(), None),
                redrives: 0,
            }),
            items,
            inputs,
        });
        self.open(id, state, container);
        Ok(())
    }

    #[allow(clippy::type_complexity)]
    fn prepare(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        map: &MapWork,
        distributed: &DistributedWork,
        plan: &MapPlan,
        items: Arc<Vec<Value>>,
    ) -> Result<(Arc<Vec<Value>>, Arc<Vec<Value>>, Option<Arc<Vec<usize>>>), Trouble> {
        let (items, source): (_, Arc<str>) = match &distributed.reader {
            Some(reader) => {
                let read = self.read_items(id, state, reader, plan)?;
                (Arc::new(read.items), read.source)
            }
            None => (items, Arc::from("STATE_DATA")),
        };
        let inputs = self.select_items(id, state, map, plan, &items, Some(source))?;
        match &distributed.batcher {
            None => Ok((items, inputs, None)),
            Some(batcher) => {
                let (inputs, sizes) = self.batch(id, state, batcher, plan, &inputs)?;
                Ok((items, Arc::new(inputs), Some(Arc::new(sizes))))
            }
        }
    }

    /// Groups items into `{"BatchInput", "Items"}`.
    fn batch(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        batcher: &BatcherWork,
        plan: &MapPlan,
        items: &[Value],
    ) -> Result<(Vec<Value>, Vec<usize>), Trouble> {
        let environment = self.environment(id, state, &plan.effective, &plan.raw);
        let most_items = batcher.max_items.integer(&environment)?;
        let most_bytes = batcher.max_bytes.integer(&environment)?;
        let shared = match &batcher.input {
            Some(template) => Some(template.evaluate(&environment)?),
            None => None,
        };
        let most_items = most_items
            .and_then(|most| usize::try_from(most).ok())
            .filter(|most| *most > 0)
            .unwrap_or(usize::MAX);
        let most_bytes = most_bytes
            .and_then(|most| usize::try_from(most).ok())
            .filter(|most| *most > 0)
            .unwrap_or(PAYLOAD_LIMIT);
        let overhead = shared.as_ref().map_or(0, Value::json_len) + 30;
        let mut batches: Vec<Vec<Value>> = Vec::new();
        let mut bytes = overhead;
        for item in items {
            let size = item.json_len() + 1;
            match batches.last_mut() {
                Some(batch) if batch.len() < most_items && bytes + size <= most_bytes => {
                    bytes += size;
                    batch.push(item.clone());
                }
                _ => {
                    bytes = overhead + size;
                    batches.push(vec![item.clone()]);
                }
            }
        }
        let sizes = batches.iter().map(Vec::len).collect();
        let inputs: Vec<Value> = batches
            .into_iter()
            .map(|batch| {
                let mut members = Vec::new();
                if let Some(shared) = &shared {
                    members.push(("BatchInput", shared.clone()));
                }
                members.push(("Items", Value::array(batch)));
                Value::object(members)
            })
            .collect();
        let staged = Value::array(inputs.clone());
        self.stage(id, state, StageKind::AfterItemBatcher, &staged);
        Ok((inputs, sizes))
    }

    /// A child execution ended without success; the Map Run goes on while its tolerance lasts. That counts what failed or
    /// timed out, and not what somebody has stopped (AWS guide, "Setting failure thresholds for Distributed Map states").
    pub(crate) fn fail_child(&mut self, id: ThreadId, end: ChildEnd) {
        let program = self.program.clone();
        let Some(parent) = self.threads.get(id).and_then(|thread| thread.parent) else {
            return;
        };
        let Some(state) = self
            .threads
            .get(parent.thread)
            .and_then(|outer| program.state(outer.visit.state))
        else {
            return;
        };
        let is_stopped = matches!(end, ChildEnd::Aborted { .. });
        let ended = self.end_child(id, end);
        self.abort_lane(id, 0);
        self.keep_ended(parent, ended);
        let Some(container) = self.container_mut(parent.thread) else {
            return;
        };
        container.running.remove(&parent.index);
        container.finished += 1;
        let total = container.map.as_ref().map_or(0, |map| map.items.len());
        let Some(run) = container
            .map
            .as_mut()
            .and_then(|map| map.distributed.as_mut())
        else {
            return;
        };
        if !is_stopped {
            run.failed_items += run.items_of(parent.index);
        }
        if is_stopped || run.tolerates(total) {
            self.begin_lanes(parent.thread, state);
            self.close_if_done(parent.thread, state);
            return;
        }
        self.abort_children(parent.thread);
        let trouble = self
            .write_results(parent.thread, state)
            .err()
            .unwrap_or_else(threshold_exceeded);
        self.emit(
            parent.thread,
            state,
            EventDetail::MapRunFailed {
                error: trouble.error.clone(),
                cause: trouble.cause.clone(),
            },
        );
        if let Some(thread) = self.threads.get_mut(parent.thread)
            && let Stand::Container(container) =
                std::mem::replace(&mut thread.visit.stand, Stand::Work)
        {
            thread.visit.remains = Some(container);
        }
        self.fall(parent.thread, state, trouble);
    }

    /// Ends the child execution of a thread from outside.
    pub(crate) fn abort_child(&mut self, id: ThreadId) {
        let parent = self.threads.get(id).and_then(|thread| thread.parent);
        let ended = self.end_child(id, ChildEnd::ABORTED);
        self.abort_lane(id, 0);
        if let Some(parent) = parent {
            self.keep_ended(parent, ended);
        }
    }

    fn abort_children(&mut self, id: ThreadId) {
        let Some(container) = self.container_mut(id) else {
            return;
        };
        for child in std::mem::take(&mut container.running).into_values() {
            self.abort_child(child);
        }
    }

    /// Notes how a child execution ended, for the results and the tally.
    pub(crate) fn keep_ended(&mut self, parent: Parent, ended: Option<EndedChild>) {
        let run = self
            .container_mut(parent.thread)
            .and_then(|container| container.map.as_mut())
            .and_then(|map| map.distributed.as_mut());
        if let (Some(run), Some(ended)) = (run, ended)
            && let Some(slot) = run.ended.get_mut(parent.index)
        {
            *slot = Some(Arc::new(ended));
        }
    }

    fn container_mut(&mut self, id: ThreadId) -> Option<&mut Container> {
        match &mut self.threads.get_mut(id)?.visit.stand {
            Stand::Container(container) => Some(container),
            _ => None,
        }
    }

    /// Gives a Map Run other limits; more concurrency lets child executions begin at once.
    pub(crate) fn change_map_run(&mut self, arn: &str, change: MapRunChange) {
        let program = self.program.clone();
        let found = self.threads.iter().find_map(|(id, thread)| {
            let Stand::Container(container) = &thread.visit.stand else {
                return None;
            };
            let run = container.map.as_ref()?.distributed.as_ref()?;
            (run.arn.as_ref() == arn).then_some((id, thread.visit.state))
        });
        let Some((id, state)) = found else {
            return;
        };
        let thread = self.threads.get_mut(id);
        if let Some(Stand::Container(container)) = thread.map(|thread| &mut thread.visit.stand) {
            match change.max_concurrency {
                Some(0) => container.limit = CONCURRENCY,
                Some(limit) => container.limit = limit,
                None => {}
            }
            let run = container
                .map
                .as_mut()
                .and_then(|map| map.distributed.as_mut());
            if let Some(run) = run {
                run.tolerated_count = change.tolerated_failure_count.or(run.tolerated_count);
                run.tolerated_percentage = change
                    .tolerated_failure_percentage
                    .or(run.tolerated_percentage);
            }
        }
        if let Some(state) = program.state(state) {
            self.begin_lanes(id, state);
        }
    }

    /// All child executions have ended, and no more failed than are tolerated.
    pub(crate) fn close_distributed(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        results: Pages<Option<Value>>,
    ) -> Result<(), Trouble> {
        let written = self.write_results(id, state);
        if let Err(trouble) = &written {
            let (error, cause) = (trouble.error.clone(), trouble.cause.clone());
            self.emit(id, state, EventDetail::MapRunFailed { error, cause });
        }
        let written = written?;
        let result = match written {
            Some(details) => details,
            None => self.shape_results(id, state, results),
        };
        let bound = Measure::of(&result);
        let succeeded = self.emit_leaf(id, state, EventDetail::MapRunSucceeded);
        self.write(id, succeeded, Some(state), EventDetail::MapStateSucceeded);
        self.conclude_result(id, state, result, bound);
        Ok(())
    }
}

impl DistributedRun {
    /// Whether the failures so far are within the tolerance; of two limits the one exceeded first counts.
    fn tolerates(&self, total: usize) -> bool {
        let failed = self.failed_items;
        let within_count = self
            .tolerated_count
            .map(|count| i64::try_from(failed).is_ok_and(|failed| failed <= count));
        let within_percentage = self
            .tolerated_percentage
            .map(|percentage| failed as f64 * 100.0 / total.max(1) as f64 <= percentage);
        match (within_count, within_percentage) {
            (None, None) => false,
            (count, percentage) => count.unwrap_or(true) && percentage.unwrap_or(true),
        }
    }
}

pub(crate) fn threshold_exceeded() -> Trouble {
    Trouble::named(
        "States.ExceedToleratedFailureThreshold",
        "The specified tolerated failure threshold was exceeded",
    )
}
