//! Map: the items, what becomes of each, and how many at a time.

use std::sync::Arc;

use crate::asl::QueryLanguage;
use crate::engine::EventDetail;
use crate::engine::Execution;
use crate::engine::StageKind;
use crate::engine::lanes::Container;
use crate::engine::lanes::Item;
use crate::engine::lanes::MapRun;
use crate::engine::lanes::ThreadId;
use crate::engine::measure::Measure;
use crate::engine::passage::select;
use crate::engine::program::MapWork;
use crate::engine::program::Selection;
use crate::engine::program::StateProgram;
use crate::engine::trouble::Trouble;
use crate::query::Value;

/// Iterations of an inline Map that run at a time at most (AWS guide, "Using Map state in Inline mode").
const INLINE_CONCURRENCY: usize = 40;

/// What a Map takes from its fields before it begins.
pub(crate) struct MapPlan {
    pub raw: Value,
    pub effective: Value,
    pub measure: Measure,
    pub limit: usize,
    pub tolerated_count: Option<i64>,
    pub tolerated_percentage: Option<f64>,
}

impl Execution {
    pub(crate) fn begin_map(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        map: &MapWork,
    ) -> Result<(), Trouble> {
        if let Some(thread) = self.threads.get_mut(id) {
            thread.visit.remains = None;
        }
        let (raw, effective, measure) = self.effective_input(id, state)?;
        let environment = self.environment(id, state, &effective, &raw);
        let limit = map.max_concurrency.integer(&environment)?;
        if limit.is_some_and(|limit| limit < 0) {
            return Err(Trouble::runtime("MaxConcurrency cannot be negative."));
        }
        let reader = map
            .distributed
            .as_ref()
            .and_then(|distributed| distributed.reader.as_ref());
        let items = match reader {
            Some(_) => Arc::new(Vec::new()),
            None => self.items(id, state, map, &effective, &raw)?,
        };
        self.stage(
            id,
            state,
            StageKind::MaxConcurrency,
            &Value::from(limit.unwrap_or_default()),
        );
        self.emit(
            id,
            state,
            EventDetail::MapStateStarted {
                length: items.len(),
            },
        );
        let environment = self.environment(id, state, &effective, &raw);
        let (tolerated_count, tolerated_percentage) = tolerance(map, &environment)?;
        self.stage_tolerance(id, state, tolerated_count, tolerated_percentage);
        let plan = MapPlan {
            raw,
            effective,
            measure,
            limit: usize::try_from(limit.unwrap_or_default()).unwrap_or_default(),
            tolerated_count,
            tolerated_percentage,
        };
        match &map.distributed {
            Some(distributed) => self.begin_distributed(id, state, map, distributed, plan, items),
            None => {
                let inputs = self.select_items(id, state, map, &plan, &items, None)?;
                let bound = self.bound_of_inputs(map, plan.measure, &inputs);
                let limit = match plan.limit {
                    0 => INLINE_CONCURRENCY,
                    limit => limit.min(INLINE_CONCURRENCY),
                };
                let mut container = Container::new(inputs.len(), limit, Value::Null, bound);
                container.map = Some(MapRun {
                    items,
                    inputs,
                    distributed: None,
                });
                self.open(id, state, container);
                Ok(())
            }
        }
    }

    pub(crate) fn stage_tolerance(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        count: Option<i64>,
        percentage: Option<f64>,
    ) {
        if let Some(count) = count {
            let count = Value::from(count);
            self.stage(id, state, StageKind::ToleratedFailureCount, &count);
        }
        if let Some(percentage) = percentage {
            let percentage = Value::from(percentage);
            self.stage(
                id,
                state,
                StageKind::ToleratedFailurePercentage,
                &percentage,
            );
        }
    }

    /// A bound of what each iteration gets: less than the whole input, unless something was added.
    pub(crate) fn bound_of_inputs(
        &self,
        map: &MapWork,
        measure: Measure,
        inputs: &[Value],
    ) -> Measure {
        if map.selector.is_none() && map.items.is_none() && map.distributed.is_none() {
            return measure;
        }
        inputs
            .iter()
            .map(Measure::of)
            .fold(Measure::default(), |most: Measure, one: Measure| Measure {
                bytes: most.bytes.max(one.bytes),
                depth: most.depth.max(one.depth),
            })
    }

    /// The array to go through.
    pub(crate) fn items(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        map: &MapWork,
        effective: &Value,
        raw: &Value,
    ) -> Result<Arc<Vec<Value>>, Trouble> {
        let environment = self.environment(id, state, effective, raw);
        let found = match (state.language, &map.items) {
            (QueryLanguage::JsonPath, _) => select(&map.items_path, "ItemsPath", &environment)?,
            (QueryLanguage::Jsonata, None) => raw.clone(),
            (QueryLanguage::Jsonata, Some(template)) => template.evaluate(&environment)?,
        };
        if let Value::Array(items) = &found {
            self.stage(id, state, StageKind::AfterItemsPath, &found);
            return Ok(items.clone());
        }
        Err(match (state.language, &map.items) {
            (QueryLanguage::JsonPath, _) => {
                let path = match &map.items_path {
                    // The service writes a path into the Context Object as if it were one into the input.
                    Selection::Path(path) => path
                        .text()
                        .strip_prefix('$')
                        .filter(|rest| rest.starts_with('$'))
                        .unwrap_or_else(|| path.text()),
                    Selection::Whole | Selection::Nothing => "$",
                };
                Trouble::runtime(format!("Reference path \"{path}\" must point to array."))
                    .at_field("/ItemsPath")
            }
            (QueryLanguage::Jsonata, Some(template)) => template.unexpected_type("array", &found),
            (QueryLanguage::Jsonata, None) => Trouble::evaluation(
                None,
                format!(
                    "Map state input must be an array but was: {}",
                    found.to_json()
                ),
            ),
        })
    }

    /// What each iteration gets.
    pub(crate) fn select_items(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        map: &MapWork,
        plan: &MapPlan,
        items: &Arc<Vec<Value>>,
        source: Option<Arc<str>>,
    ) -> Result<Arc<Vec<Value>>, Trouble> {
        let Some(selector) = &map.selector else {
            return Ok(items.clone());
        };
        let mut inputs = Vec::with_capacity(items.len());
        let context = self
            .environment(id, state, &plan.effective, &plan.raw)
            .context_object();
        for (index, value) in items.iter().enumerate() {
            let item = Item {
                index,
                value: value.clone(),
                source: source.clone(),
            };
            let mut environment = self.environment(id, state, &plan.effective, &plan.raw);
            environment.context = Some(&context);
            environment.item = Some(&item);
            inputs.push(selector.evaluate(&environment)?);
        }
        let selected = Value::Array(Arc::new(inputs));
        self.stage(id, state, StageKind::AfterItemSelector, &selected);
        match selected {
            Value::Array(inputs) => Ok(inputs),
            _ => Ok(Arc::default()),
        }
    }
}

pub(crate) fn tolerance(
    map: &MapWork,
    environment: &crate::engine::environment::Environment<'_>,
) -> Result<(Option<i64>, Option<f64>), Trouble> {
    let count = map.tolerated_count.integer(environment)?;
    if count.is_some_and(|count| count < 0) {
        return Err(Trouble::runtime(
            "ToleratedFailureCount cannot be negative.",
        ));
    }
    let percentage = map.tolerated_percentage.float(environment)?;
    if percentage.is_some_and(|percentage| !(0.0..=100.0).contains(&percentage)) {
        return Err(Trouble::runtime(
            "ToleratedFailurePercentage must be between 0 and 100.",
        ));
    }
    Ok((count, percentage))
}
