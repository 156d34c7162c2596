//! From a state's result to the next state: selection, placement, assignments, transition.

use std::sync::Arc;

use crate::asl::QueryLanguage;
use crate::engine::Ended;
use crate::engine::EventDetail;
use crate::engine::Execution;
use crate::engine::StageKind;
use crate::engine::Status;
use crate::engine::environment::Environment;
use crate::engine::lanes::ThreadId;
use crate::engine::lanes::Visit;
use crate::engine::measure::Measure;
use crate::engine::program::Next;
use crate::engine::program::Placement;
use crate::engine::program::Selection;
use crate::engine::program::StateProgram;
use crate::engine::template::Assignment;
use crate::engine::template::Template;
use crate::engine::template::invalid_path;
use crate::engine::trouble::Trouble;
use crate::query::Value;

/// What a state hands on.
pub(crate) struct Departure {
    pub output: Value,
    pub measure: Measure,
    pub assigned: Vec<(Arc<str>, Value)>,
    pub next: Next,
}

/// A state's input before and after `InputPath`.
pub(crate) struct SeenInput<'a> {
    pub raw: &'a Value,
    /// What `InputPath` selected, where it is not the whole.
    pub selected: Option<Value>,
    pub measure: Measure,
}

/// The input where there is no thread, which does not happen.
static NOTHING: Value = Value::Null;

impl SeenInput<'_> {
    /// What `$` means in the state's other fields.
    pub fn effective(&self) -> &Value {
        self.selected.as_ref().unwrap_or(self.raw)
    }

    pub fn into_effective(self) -> Value {
        self.selected.unwrap_or_else(|| self.raw.clone())
    }
}

impl Departure {
    /// What a state hands on, unless it is larger than a state may hand on.
    pub(crate) fn within_limit(
        state: &StateProgram,
        output: Value,
        measure: Measure,
        assigned: Vec<(Arc<str>, Value)>,
        next: Next,
    ) -> Result<Departure, Trouble> {
        let measure = measure
            .check(&output)
            .map_err(|excess| Trouble::excess(excess, &state.name))?;
        Ok(Departure {
            output,
            measure,
            assigned,
            next,
        })
    }
}

impl Execution {
    /// The state's input after `InputPath`.
    pub(crate) fn effective_input(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
    ) -> Result<(Value, Value, Measure), Trouble> {
        self.stage_input(id, state)?;
        let seen = self.seen_input(id, state)?;
        Ok((seen.raw.clone(), seen.effective().clone(), seen.measure))
    }

    /// Stages the input after `InputPath`. Comes before `seen_input`, which borrows what it sees.
    pub(crate) fn stage_input(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
    ) -> Result<(), Trouble> {
        if self.stages && state.language == QueryLanguage::JsonPath {
            let effective = self.seen_input(id, state)?.effective().clone();
            self.stage(id, state, StageKind::AfterInputPath, &effective);
        }
        Ok(())
    }

    /// The state's input before and after `InputPath`.
    pub(crate) fn seen_input(
        &self,
        id: ThreadId,
        state: &StateProgram,
    ) -> Result<SeenInput<'_>, Trouble> {
        let (raw, measure) = self
            .threads
            .get(id)
            .map_or((&NOTHING, Measure::default()), |thread| {
                (&thread.visit.input, thread.visit.measure)
            });
        let selected = match &state.input_path {
            Selection::Whole => None,
            selection => {
                let environment = self.environment(id, state, raw, raw);
                Some(select(selection, "InputPath", &environment)?)
            }
        };
        Ok(SeenInput {
            raw,
            selected,
            measure,
        })
    }

    /// The effective payload: `Parameters` or `Arguments`, else the effective input.
    pub(crate) fn payload(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
    ) -> Result<(Value, Measure), Trouble> {
        self.stage_input(id, state)?;
        let seen = self.seen_input(id, state)?;
        let (payload, measure) = match &state.arguments {
            None => {
                let measure = seen.measure;
                (seen.into_effective(), measure)
            }
            Some(template) => {
                let environment = self.environment(id, state, seen.effective(), seen.raw);
                let payload = template.evaluate(&environment)?;
                let measure = template.measure(&payload, seen.measure);
                (payload, measure)
            }
        };
        let kind = match state.language {
            QueryLanguage::JsonPath => StageKind::AfterParameters,
            QueryLanguage::Jsonata => StageKind::AfterArguments,
        };
        self.stage(id, state, kind, &payload);
        Ok((payload, measure))
    }

    /// Leaves a state with its result.
    pub(crate) fn exit(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        result: Value,
        measure: Measure,
    ) -> Result<(), Trouble> {
        let departure = match state.language {
            QueryLanguage::JsonPath => self.depart_jsonpath(id, state, result, measure)?,
            QueryLanguage::Jsonata => self.depart_jsonata(
                id,
                state,
                Some(&result),
                measure,
                state.output.as_ref(),
                &state.assign,
                state.next,
            )?,
        };
        self.leave(id, state, departure);
        Ok(())
    }

    fn depart_jsonpath(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        result: Value,
        measure: Measure,
    ) -> Result<Departure, Trouble> {
        let mut stages = Vec::new();
        let departure = self.departure_jsonpath(id, state, result, measure, &mut stages);
        for (kind, value) in stages {
            self.stage(id, state, kind, &value);
        }
        departure
    }

    fn departure_jsonpath(
        &self,
        id: ThreadId,
        state: &StateProgram,
        result: Value,
        measure: Measure,
        stages: &mut Vec<(StageKind, Value)>,
    ) -> Result<Departure, Trouble> {
        let staged = self.stages && state.has_result();
        if state.hands_on_result() && !staged {
            return Departure::within_limit(state, result, measure, Vec::new(), state.next);
        }
        let (raw, input_measure) = self
            .threads
            .get(id)
            .map_or((&NOTHING, Measure::default()), |thread| {
                (&thread.visit.input, thread.visit.measure)
            });
        let (selected, selected_measure) = match &state.result_selector {
            None => (result, measure),
            Some(template) => {
                let environment = self.environment(id, state, &result, raw);
                let selected = template.evaluate(&environment)?;
                let measure = template.measure(&selected, measure);
                (selected, measure)
            }
        };
        if staged {
            stages.push((StageKind::AfterResultSelector, selected.clone()));
        }
        let assigned = match state.assign.as_slice() {
            [] => Vec::new(),
            assignments => assign(assignments, &self.environment(id, state, &selected, raw))?,
        };
        let (placed, placed_measure) = place(
            &state.result_path,
            raw,
            input_measure,
            selected,
            selected_measure,
        )?;
        if staged {
            stages.push((StageKind::AfterResultPath, placed.clone()));
        }
        let output = match &state.output_path {
            Selection::Whole => placed,
            selection => {
                let environment = self.environment(id, state, &placed, raw);
                select(selection, "OutputPath", &environment)?
            }
        };
        Departure::within_limit(state, output, placed_measure, assigned, state.next)
    }

    /// The output of a JSONata state: `Output`, else the result, else the input.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn depart_jsonata(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        result: Option<&Value>,
        measure: Measure,
        output: Option<&Template>,
        assignments: &[Assignment],
        next: Next,
    ) -> Result<Departure, Trouble> {
        let (raw, input_measure) = self.raw_input(id);
        let mut environment = self.environment(id, state, &raw, &raw);
        environment.result = result.filter(|_| state.has_retry_count());
        let assigned = assign(assignments, &environment)?;
        let (output, measure) = match (output, result) {
            (Some(template), _) => {
                let output = template.evaluate(&environment)?;
                let measure = template.measure(&output, measure);
                (output, measure)
            }
            (None, Some(result)) => (result.clone(), measure),
            (None, None) => (raw, input_measure),
        };
        Departure::within_limit(state, output, measure, assigned, next)
    }

    pub(crate) fn raw_input(&self, id: ThreadId) -> (Value, Measure) {
        self.threads
            .get(id)
            .map(|thread| (thread.visit.input.clone(), thread.visit.measure))
            .unwrap_or_default()
    }

    /// Writes `*StateExited`, sets the variables and goes to the next state.
    pub(crate) fn leave(&mut self, id: ThreadId, state: &StateProgram, departure: Departure) {
        let Departure {
            output,
            measure,
            assigned,
            next,
        } = departure;
        self.emit(
            id,
            state,
            EventDetail::StateExited {
                kind: state.kind,
                name: state.name.clone(),
                output: output.clone(),
                assigned: assigned.clone(),
            },
        );
        let Some(thread) = self.threads.get_mut(id) else {
            return;
        };
        for (name, value) in assigned {
            thread.assign(&name, value);
        }
        match next {
            Next::State(index) => {
                thread.visit = Visit::new(index, output, measure);
                self.queue.push_back(id);
            }
            Next::End => self.complete(id, output, measure),
        }
    }

    /// A scope has come to its end.
    fn complete(&mut self, id: ThreadId, output: Value, measure: Measure) {
        let parent = self.threads.get(id).and_then(|thread| thread.parent);
        match parent {
            Some(parent) => self.complete_lane(id, parent, output, measure),
            None => self.finish(Ended {
                status: Status::Succeeded,
                output: Some(output),
                error: None,
                cause: None,
                fault: None,
                at: self.now,
            }),
        }
    }
}

impl StateProgram {
    /// The types whose result differs from their input.
    pub fn has_result(&self) -> bool {
        match self.kind {
            crate::asl::StateKind::Task
            | crate::asl::StateKind::Map
            | crate::asl::StateKind::Parallel
            | crate::asl::StateKind::Pass => true,
            crate::asl::StateKind::Choice
            | crate::asl::StateKind::Wait
            | crate::asl::StateKind::Succeed
            | crate::asl::StateKind::Fail => false,
        }
    }

    /// Nothing stands between the result and the output; JSONPath only.
    fn hands_on_result(&self) -> bool {
        self.result_selector.is_none()
            && self.assign.is_empty()
            && matches!(self.result_path, Placement::Whole)
            && matches!(self.output_path, Selection::Whole)
    }

    /// The types whose Context Object counts retries.
    pub fn has_retry_count(&self) -> bool {
        matches!(
            self.kind,
            crate::asl::StateKind::Task
                | crate::asl::StateKind::Map
                | crate::asl::StateKind::Parallel
        )
    }
}

/// Evaluates `Assign`: all values see the variables as they were before. Each may be as large as a payload.
pub(crate) fn assign(
    assignments: &[Assignment],
    environment: &Environment<'_>,
) -> Result<Vec<(Arc<str>, Value)>, Trouble> {
    assignments
        .iter()
        .map(|assignment| {
            let value = assignment.value.evaluate(environment)?;
            if assignment.value.as_constant().is_none() {
                Measure::of(&value)
                    .check(&value)
                    .map_err(|excess| Trouble::excess(excess, &environment.state.name))?;
            }
            Ok((assignment.name.clone(), value))
        })
        .collect()
}

/// Applies `InputPath` or `OutputPath`.
pub(crate) fn select(
    selection: &Selection,
    field: &str,
    environment: &Environment<'_>,
) -> Result<Value, Trouble> {
    match selection {
        Selection::Whole => Ok(environment.input.clone()),
        Selection::Nothing => Ok(Value::object::<&str>([])),
        Selection::Path(path) => environment
            .read(path)
            .map_err(|error| invalid_path(path, field, &error)),
    }
}

/// Applies `ResultPath`.
pub(crate) fn place(
    placement: &Placement,
    input: &Value,
    input_measure: Measure,
    result: Value,
    measure: Measure,
) -> Result<(Value, Measure), Trouble> {
    match placement {
        Placement::Whole => Ok((result, measure)),
        Placement::Discard => Ok((input.clone(), input_measure)),
        Placement::At(path) => {
            let text = path.text();
            let output = path.written(input, result).map_err(|_| {
                Trouble::named(
                    "States.ResultPathMatchFailure",
                    format!(
                        "Unable to apply step \"{text}\" to input {}",
                        input.to_json()
                    ),
                )
                .at_field("/ResultPath")
            })?;
            let levels = text
                .bytes()
                .filter(|byte| matches!(byte, b'.' | b'['))
                .count();
            let measure = input_measure.joined(measure, text.len() * 6 + 8, levels);
            Ok((output, measure))
        }
    }
}
