//! The executor's side of testing one state: standing at it, and containers that do not run.

use std::sync::Arc;

use crate::engine::Execution;
use crate::engine::Fault;
use crate::engine::Stage;
use crate::engine::StageKind;
use crate::engine::lanes::Stand;
use crate::engine::lanes::Visit;
use crate::engine::measure::Measure;
use crate::engine::program::MapWork;
use crate::engine::program::StateIndex;
use crate::engine::program::StateProgram;
use crate::engine::program::Work;
use crate::engine::states::map::MapPlan;
use crate::engine::trouble::Trouble;
use crate::query::Value;

impl Execution {
    /// Begins at another state than the machine's first.
    pub(crate) fn stand_at(&mut self, index: StateIndex) {
        let root = self.root;
        if let Some(thread) = self.threads.get_mut(root) {
            let visit = &thread.visit;
            thread.visit = Visit::new(index, visit.input.clone(), visit.measure);
        }
    }

    /// Pretends that every Retrier has been used so often.
    pub(crate) fn set_retries(&mut self, state: &StateProgram, retries: u32) {
        let root = self.root;
        if let Some(thread) = self.threads.get_mut(root) {
            thread.visit.retries = retries;
            thread.visit.retries_by = vec![retries; state.retry.len()];
        }
    }

    pub(crate) fn root_stand(&self) -> Option<&Stand> {
        self.threads
            .get(self.root)
            .map(|thread| &thread.visit.stand)
    }

    /// The first state has been left for another, or for itself again.
    pub(crate) fn has_moved_on(&self) -> bool {
        self.moved_on_to().is_some()
    }

    /// The state that comes next, and what it would be entered with.
    pub(crate) fn moved_on_to(&self) -> Option<(Arc<str>, Value)> {
        let thread = self.threads.get(self.root)?;
        if self.transitions() == 0 || !matches!(thread.visit.stand, Stand::Enter) {
            return None;
        }
        let state = self.program.state(thread.visit.state)?;
        Some((state.name.clone(), thread.visit.input.clone()))
    }

    /// Lets a Map or Parallel end with a mocked result or fault, its own fields evaluated as ever.
    pub(crate) fn mock_container(
        &mut self,
        state: &StateProgram,
        mock: Result<Value, Fault>,
        failures: u64,
        reader_data: Option<&str>,
    ) -> Vec<Stage> {
        let root = self.root;
        self.queue.clear();
        let done = match &state.work {
            Work::Map(map) => self.mock_map(state, map, failures, reader_data),
            _ => self.payload(root, state).map(|_| ()),
        };
        let done = done.and_then(|()| mock.map_err(Trouble::of_fault));
        match done {
            Ok(result) => {
                let measure = Measure::of(&result);
                self.conclude(root, result, measure);
            }
            Err(trouble) => self.fall(root, state, trouble),
        }
        std::mem::take(&mut self.out.stages)
    }

    fn mock_map(
        &mut self,
        state: &StateProgram,
        map: &MapWork,
        failures: u64,
        reader_data: Option<&str>,
    ) -> Result<(), Trouble> {
        let root = self.root;
        let (raw, effective, measure) = self.effective_input(root, state)?;
        let has_reader = map
            .distributed
            .as_ref()
            .is_some_and(|distributed| distributed.reader.is_some());
        let items = if has_reader {
            let data = reader_data.and_then(|data| Value::parse(data).ok());
            match data {
                Some(Value::Array(items)) => items,
                _ => Arc::default(),
            }
        } else {
            self.items(root, state, map, &effective, &raw)?
        };
        let environment = self.environment(root, state, &effective, &raw);
        let limit = map
            .max_concurrency
            .integer(&environment)?
            .unwrap_or_default();
        let (tolerated_count, tolerated_percentage) =
            crate::engine::states::map::tolerance(map, &environment)?;
        self.stage(root, state, StageKind::MaxConcurrency, &Value::from(limit));
        self.stage_tolerance(root, state, tolerated_count, tolerated_percentage);
        let plan = MapPlan {
            raw,
            effective,
            measure,
            limit: 0,
            tolerated_count,
            tolerated_percentage,
        };
        let total = items.len().max(1) as f64;
        self.select_items(root, state, map, &plan, &items, None)?;
        let over_count = tolerated_count
            .is_some_and(|count| i64::try_from(failures).unwrap_or(i64::MAX) > count);
        let over_percentage = tolerated_percentage
            .is_some_and(|percentage| failures as f64 * 100.0 / total > percentage);
        if over_count || over_percentage {
            return Err(crate::engine::states::distributed::threshold_exceeded());
        }
        Ok(())
    }
}
