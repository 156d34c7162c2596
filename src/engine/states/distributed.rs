//! Distributed Map: a Map Run with child executions, whose events are not in this history.

use std::sync::Arc;

use crate::engine::EventDetail;
use crate::engine::Execution;
use crate::engine::StageKind;
use crate::engine::lanes::Container;
use crate::engine::lanes::MapRun;
use crate::engine::lanes::Parent;
use crate::engine::lanes::Stand;
use crate::engine::lanes::ThreadId;
use crate::engine::measure::Measure;
use crate::engine::measure::PAYLOAD_LIMIT;
use crate::engine::program::BatcherWork;
use crate::engine::program::DistributedWork;
use crate::engine::program::MapWork;
use crate::engine::program::StateProgram;
use crate::engine::program::Work;
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
        let run = self.draw(|chance| chance.uuid());
        let arn: Arc<str> = Arc::from(format!(
            "arn:aws:states:{}:{}:mapRun:{}/{label}:{run}",
            self.program.region, self.program.account, self.program.name
        ));
        self.emit(
            id,
            state,
            EventDetail::MapRunStarted {
                map_run_arn: arn.clone(),
            },
        );
        let prepared = self.prepare(id, state, map, distributed, &plan, items);
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
            items,
            inputs,
            distributed: true,
            arn: Some(arn),
            batches,
            failed_items: 0,
            tolerated_count: plan.tolerated_count,
            tolerated_percentage: plan.tolerated_percentage,
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
        let items = match &distributed.reader {
            Some(reader) => Arc::new(self.read_items(id, state, reader, plan)?),
            None => items,
        };
        let inputs = self.select_items(id, state, map, plan, &items)?;
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

    /// A child execution failed; the Map Run goes on while its tolerance lasts.
    pub(crate) fn fail_child(
        &mut self,
        id: ThreadId,
        parent: Parent,
        state: &StateProgram,
        _trouble: Trouble,
    ) {
        self.abort_lane(id, 0);
        let Some(outer) = self.threads.get_mut(parent.thread) else {
            return;
        };
        let Stand::Container(container) = &mut outer.visit.stand else {
            return;
        };
        container.running.remove(&parent.index);
        container.finished += 1;
        container.failed += 1;
        let Some(map) = &mut container.map else {
            return;
        };
        let batch = map
            .batches
            .as_ref()
            .and_then(|sizes| sizes.get(parent.index).copied());
        map.failed_items += batch.unwrap_or(1);
        let total = map.items.len().max(1) as f64;
        let failed = map.failed_items;
        let within_count = map
            .tolerated_count
            .is_some_and(|count| failed as i64 <= count);
        let within_percentage = map
            .tolerated_percentage
            .is_some_and(|percentage| failed as f64 * 100.0 / total <= percentage);
        // Of two limits the one that is exceeded first counts.
        let tolerated = match (map.tolerated_count, map.tolerated_percentage) {
            (Some(_), Some(_)) => within_count && within_percentage,
            _ => within_count || within_percentage,
        };
        if tolerated {
            self.begin_lanes(parent.thread, state);
            self.close_if_done(parent.thread, state);
            return;
        }
        let running = std::mem::take(&mut container.running);
        for sibling in running.into_values() {
            self.abort_lane(sibling, 0);
        }
        let trouble = threshold_exceeded();
        self.emit(
            parent.thread,
            state,
            EventDetail::MapRunFailed {
                error: trouble.error.clone(),
                cause: trouble.cause.clone(),
            },
        );
        self.fall(parent.thread, state, trouble);
    }

    pub(crate) fn close_distributed(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        container: &Container,
        results: Vec<Value>,
    ) -> Result<(), Trouble> {
        let written = self.written(id, state, container)?;
        let succeeded = self.emit_leaf(id, state, EventDetail::MapRunSucceeded);
        self.write(id, succeeded, Some(state), EventDetail::MapStateSucceeded);
        match written {
            Some(details) => {
                let measure = Measure::of(&details);
                self.stage(id, state, StageKind::Result, &details);
                self.conclude(id, details, measure);
            }
            None => self.conclude_results(id, state, results, container.bound),
        }
        Ok(())
    }

    /// What a Map with a ResultWriter gives instead of its results: where they would have been written.
    fn written(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        container: &Container,
    ) -> Result<Option<Value>, Trouble> {
        let Work::Map(map) = &state.work else {
            return Ok(None);
        };
        let writer = map
            .distributed
            .as_ref()
            .and_then(|distributed| distributed.writer.as_ref());
        let (Some(writer), Some(run)) = (writer, &container.map) else {
            return Ok(None);
        };
        let (Some(_), Some(arguments)) = (&writer.resource, &writer.arguments) else {
            return Ok(None);
        };
        let (raw, effective, _) = self.effective_input(id, state)?;
        let environment = self.environment(id, state, &effective, &raw);
        let target = arguments.evaluate(&environment)?;
        let text = |name: &str| target.get(name).and_then(Value::as_str).unwrap_or_default();
        let arn = run.arn.as_deref().unwrap_or_default();
        let number = arn.rsplit(':').next().unwrap_or_default();
        let prefix = text("Prefix");
        let folder = if prefix.is_empty() {
            String::new()
        } else {
            format!("{prefix}/")
        };
        Ok(Some(Value::object([
            ("MapRunArn", Value::from(arn)),
            (
                "ResultWriterDetails",
                Value::object([
                    ("Bucket", Value::from(text("Bucket"))),
                    (
                        "Key",
                        Value::from(format!("{folder}{number}/manifest.json")),
                    ),
                ]),
            ),
        ])))
    }
}

pub(crate) fn threshold_exceeded() -> Trouble {
    Trouble::named(
        "States.ExceedToleratedFailureThreshold",
        "The specified tolerated failure threshold was exceeded",
    )
}
