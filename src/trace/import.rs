//! Reading a recorded history (`aws stepfunctions get-execution-history`) back into events.
//!
//! A history names states but not where they lie, so branches and iterations are found again by
//! following `previousEventId` through the machine.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::Machine;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::engine::CallId;
use crate::engine::Event;
use crate::engine::EventDetail;
use crate::engine::Lane;
use crate::engine::LaneStep;
use crate::engine::Millis;
use crate::engine::TaskEvent;
use crate::query::Value;

/// Why a history cannot be read: which event, and what about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    #[error("there is no list of events; a history has the form {{\"events\": [...]}}")]
    NoEvents,
    #[error("event {position} has no {member}")]
    Incomplete {
        position: usize,
        member: &'static str,
    },
    #[error("event {id} enters {state}, which the definition does not have there")]
    UnknownState { id: u64, state: String },
}

/// The events of a recorded history of a machine, in order. Types of event nobody knows are passed over.
pub fn import(history: &Value, machine: &Machine) -> Result<Vec<Event>, ImportError> {
    let list = history
        .get("events")
        .or(Some(history))
        .and_then(Value::as_array)
        .ok_or(ImportError::NoEvents)?;
    let mut reader = Reader {
        machine,
        lanes: BTreeMap::new(),
        open: BTreeMap::new(),
        branches: BTreeMap::new(),
        attempts: BTreeMap::new(),
        events: Vec::new(),
    };
    for (position, event) in list.iter().enumerate() {
        reader.read(position, event)?;
    }
    Ok(reader.events)
}

struct Reader<'a> {
    machine: &'a Machine,
    /// The lane that goes on from each event.
    lanes: BTreeMap<u64, Lane>,
    /// The latest visit of each lane: its state, its kind and the event that entered it.
    open: BTreeMap<Lane, (StatePath, StateKind, u64)>,
    /// Branches begun behind each `ParallelStateStarted`.
    branches: BTreeMap<u64, Vec<usize>>,
    /// Starts of each container visit.
    attempts: BTreeMap<u64, u32>,
    events: Vec<Event>,
}

impl Reader<'_> {
    fn read(&mut self, position: usize, event: &Value) -> Result<(), ImportError> {
        let incomplete = |member| ImportError::Incomplete { position, member };
        let kind = event
            .get("type")
            .and_then(Value::as_str)
            .ok_or(incomplete("type"))?;
        let id = event
            .get("id")
            .and_then(Value::as_i64)
            .ok_or(incomplete("id"))?;
        let id = u64::try_from(id).map_err(|_| incomplete("id"))?;
        let previous = event.get("previousEventId").and_then(Value::as_i64);
        let previous = previous
            .and_then(|id| u64::try_from(id).ok())
            .unwrap_or_default();
        let at = event.get("timestamp").map(moment).unwrap_or_default();
        let details = Details(
            event
                .as_object()
                .and_then(|members| {
                    members
                        .iter()
                        .find(|(key, _)| key.ends_with("EventDetails"))
                })
                .map(|(_, value)| value.clone())
                .unwrap_or_default(),
        );
        let base = self.lanes.get(&previous).cloned().unwrap_or_default();
        let Some((lane, state, detail, onward)) = self.place(id, previous, kind, &details, base)?
        else {
            return Ok(());
        };
        self.lanes.insert(id, onward);
        self.events.push(Event {
            child: None,
            id,
            previous,
            at,
            lane,
            state,
            detail,
        });
        Ok(())
    }

    /// Lane, state and detail of an event, and the lane that goes on from it.
    #[allow(clippy::type_complexity)]
    fn place(
        &mut self,
        id: u64,
        previous: u64,
        kind: &str,
        details: &Details,
        base: Lane,
    ) -> Result<Option<(Lane, Option<StatePath>, EventDetail, Lane)>, ImportError> {
        if let Some(state_kind) = kind.strip_suffix("StateEntered").and_then(StateKind::parse) {
            let name = details.text("name").unwrap_or_default();
            let lane = self.entered_lane(previous, &name, base);
            let path = self
                .path_in(&lane, &name)
                .ok_or_else(|| ImportError::UnknownState {
                    id,
                    state: name.to_string(),
                })?;
            self.open
                .insert(lane.clone(), (path.clone(), state_kind, id));
            let detail = EventDetail::StateEntered {
                kind: state_kind,
                name,
                input: details.json("input"),
            };
            return Ok(Some((lane.clone(), Some(path), detail, lane)));
        }
        if let Some(state_kind) = kind.strip_suffix("StateExited").and_then(StateKind::parse) {
            let name = details.text("name").unwrap_or_default();
            let (lane, path) = self.find_open(&base, |path, _| path.name() == *name);
            let assigned = details
                .0
                .get("assignedVariables")
                .and_then(Value::as_object)
                .cloned();
            let detail = EventDetail::StateExited {
                kind: state_kind,
                name,
                output: details.json("output"),
                assigned: assigned
                    .map(|members| {
                        members
                            .iter()
                            .map(|(name, value)| (name.clone(), from_text(value)))
                            .collect()
                    })
                    .unwrap_or_default(),
            };
            return Ok(Some((lane.clone(), path, detail, lane)));
        }
        Ok(self.place_other(id, kind, details, base))
    }

    fn place_other(
        &mut self,
        id: u64,
        kind: &str,
        details: &Details,
        base: Lane,
    ) -> Option<(Lane, Option<StatePath>, EventDetail, Lane)> {
        let (error, cause) = (details.text("error"), details.text("cause"));
        let name = details.text("name").unwrap_or_default();
        let index = details.number("index");
        let (detail, container) = match kind {
            "ExecutionStarted" => {
                let role = details.text("roleArn").unwrap_or_default();
                let input = details.json("input");
                (EventDetail::ExecutionStarted { input, role }, None)
            }
            "ExecutionSucceeded" => (
                EventDetail::ExecutionSucceeded {
                    output: details.json("output"),
                },
                None,
            ),
            "ExecutionFailed" => (EventDetail::ExecutionFailed { error, cause }, None),
            "ExecutionTimedOut" => (EventDetail::ExecutionTimedOut { error, cause }, None),
            "ExecutionRedriven" => {
                let redrive_count = details.count("redriveCount");
                (EventDetail::ExecutionRedriven { redrive_count }, None)
            }
            "ExecutionAborted" => (EventDetail::ExecutionAborted { error, cause }, None),
            "MapStateStarted" => {
                let length = details.number("length");
                (
                    EventDetail::MapStateStarted { length },
                    Some(StateKind::Map),
                )
            }
            "MapStateSucceeded" => (EventDetail::MapStateSucceeded, Some(StateKind::Map)),
            "MapStateFailed" => (
                EventDetail::MapStateFailed { error, cause },
                Some(StateKind::Map),
            ),
            "MapStateAborted" => (EventDetail::MapStateAborted, Some(StateKind::Map)),
            "MapIterationStarted" => (
                EventDetail::MapIterationStarted { name, index },
                Some(StateKind::Map),
            ),
            "MapIterationSucceeded" => (
                EventDetail::MapIterationSucceeded { name, index },
                Some(StateKind::Map),
            ),
            "MapIterationFailed" => {
                let detail = EventDetail::MapIterationFailed {
                    name,
                    index,
                    error,
                    cause,
                };
                (detail, Some(StateKind::Map))
            }
            "MapIterationAborted" => (
                EventDetail::MapIterationAborted { name, index },
                Some(StateKind::Map),
            ),
            "MapRunStarted" => {
                let map_run_arn = details.text("mapRunArn").unwrap_or_default();
                (
                    EventDetail::MapRunStarted {
                        map_run_arn,
                        limits: None,
                    },
                    Some(StateKind::Map),
                )
            }
            "MapRunRedriven" => {
                let map_run_arn = details.text("mapRunArn").unwrap_or_default();
                let redrive_count = details.count("redriveCount");
                (
                    EventDetail::MapRunRedriven {
                        map_run_arn,
                        redrive_count,
                    },
                    Some(StateKind::Map),
                )
            }
            "MapRunSucceeded" => (EventDetail::MapRunSucceeded, Some(StateKind::Map)),
            "MapRunFailed" => (
                EventDetail::MapRunFailed { error, cause },
                Some(StateKind::Map),
            ),
            "MapRunAborted" => (EventDetail::MapRunAborted, Some(StateKind::Map)),
            "ParallelStateStarted" => {
                (EventDetail::ParallelStateStarted, Some(StateKind::Parallel))
            }
            "ParallelStateSucceeded" => (
                EventDetail::ParallelStateSucceeded,
                Some(StateKind::Parallel),
            ),
            "ParallelStateFailed" => (
                EventDetail::ParallelStateFailed { error, cause },
                Some(StateKind::Parallel),
            ),
            "ParallelStateAborted" => {
                (EventDetail::ParallelStateAborted, Some(StateKind::Parallel))
            }
            "WaitStateAborted" => (EventDetail::WaitStateAborted, Some(StateKind::Wait)),
            "TaskStateAborted" => (EventDetail::TaskStateAborted, Some(StateKind::Task)),
            "EvaluationFailed" => {
                let name = details.text("state").unwrap_or_default();
                let location = details.text("location");
                (
                    EventDetail::EvaluationFailed {
                        name,
                        error,
                        cause,
                        location,
                    },
                    None,
                )
            }
            _ => (
                EventDetail::Task {
                    call: CallId(0),
                    event: Box::new(task_event(kind, details)?),
                },
                Some(StateKind::Task),
            ),
        };
        let (lane, state) = match (&detail, container) {
            (EventDetail::EvaluationFailed { name, .. }, _) => {
                self.find_open(&base, |path, _| path.name() == **name)
            }
            (_, Some(wanted)) => self.find_open(&base, |_, kind| kind == wanted),
            (_, None) => (Lane::default(), None),
        };
        let mut onward = lane.clone();
        let entered = self
            .open
            .get(&lane)
            .map(|(_, _, entered)| *entered)
            .unwrap_or_default();
        match (&detail, &state) {
            (EventDetail::MapStateStarted { .. } | EventDetail::ParallelStateStarted, _) => {
                self.branches.insert(id, Vec::new());
                self.attempts
                    .entry(entered)
                    .and_modify(|attempt| *attempt += 1)
                    .or_insert(0);
            }
            (EventDetail::MapIterationStarted { index, .. }, Some(state)) => {
                onward = onward.inner(self.step(state, entered, *index));
            }
            (EventDetail::Task { .. } | EventDetail::EvaluationFailed { .. }, _) => {}
            // What follows a failure or an abort inside a container is found from the event before it.
            (EventDetail::MapIterationAborted { .. } | EventDetail::TaskStateAborted, _) => {
                onward = base
            }
            _ => {}
        }
        Some((lane, state, detail, onward))
    }

    /// A state is entered in the lane of the event before it, or begins a branch.
    fn entered_lane(&mut self, previous: u64, name: &str, base: Lane) -> Lane {
        let Some(begun) = self.branches.get(&previous).cloned() else {
            return base;
        };
        let Some((state, kind, entered)) = self.open.get(&base).cloned() else {
            return base;
        };
        if kind != StateKind::Parallel {
            return base;
        }
        let scopes = self
            .machine
            .find(&state)
            .map(|state| state.scopes.clone())
            .unwrap_or_default();
        let starts = |index: usize| {
            let scope = scopes
                .get(index)
                .and_then(|scope| self.machine.scope(*scope));
            scope.is_some_and(|scope| scope.start_at.as_deref() == Some(name))
        };
        let Some(index) = (0..scopes.len()).find(|index| !begun.contains(index) && starts(*index))
        else {
            return base;
        };
        self.branches.entry(previous).or_default().push(index);
        base.inner(self.step(&state, entered, index))
    }

    fn step(&self, state: &StatePath, entered: u64, index: usize) -> LaneStep {
        LaneStep {
            state: state.clone(),
            entered,
            attempt: self.attempts.get(&entered).copied().unwrap_or_default(),
            index,
        }
    }

    fn path_in(&self, lane: &Lane, name: &str) -> Option<StatePath> {
        let Some(step) = lane.0.last() else {
            let path = StatePath::top(name);
            return self.machine.find(&path).map(|state| state.path.clone());
        };
        let container = self.machine.find(&step.state)?;
        let branch = match container.kind {
            Some(StateKind::Map) => 0,
            _ => step.index,
        };
        let scope = container.scopes.get(branch)?;
        let id = self.machine.in_scope(*scope, name)?;
        self.machine.state(id).map(|state| state.path.clone())
    }

    /// From a lane outwards, the first open visit that fits.
    fn find_open(
        &self,
        base: &Lane,
        fits: impl Fn(&StatePath, StateKind) -> bool,
    ) -> (Lane, Option<StatePath>) {
        for depth in (0..=base.0.len()).rev() {
            let lane = Lane(base.0.iter().take(depth).cloned().collect());
            if let Some((path, kind, _)) = self.open.get(&lane)
                && fits(path, *kind)
            {
                return (lane, Some(path.clone()));
            }
        }
        (base.clone(), None)
    }
}

fn task_event(kind: &str, details: &Details) -> Option<TaskEvent> {
    let (error, cause) = (details.text("error"), details.text("cause"));
    let resource = details.text("resource").unwrap_or_default();
    let resource_type = details.text("resourceType").unwrap_or_default();
    let output = details.json("output");
    let seconds = |name: &str| details.0.get(name).and_then(Value::as_i64);
    let timeout_seconds = seconds("timeoutInSeconds");
    let heartbeat_seconds = seconds("heartbeatInSeconds");
    Some(match kind {
        "LambdaFunctionScheduled" => TaskEvent::LambdaScheduled {
            resource,
            input: details.json("input"),
            timeout_seconds,
            role: details.role(),
        },
        "LambdaFunctionStarted" => TaskEvent::LambdaStarted,
        "LambdaFunctionSucceeded" => TaskEvent::LambdaSucceeded { output },
        "LambdaFunctionFailed" => TaskEvent::LambdaFailed { error, cause },
        "LambdaFunctionTimedOut" => TaskEvent::LambdaTimedOut { error, cause },
        "ActivityScheduled" => TaskEvent::ActivityScheduled {
            resource,
            input: details.json("input"),
            timeout_seconds,
            heartbeat_seconds,
        },
        "ActivityStarted" => TaskEvent::ActivityStarted {
            worker: details.text("workerName"),
        },
        "ActivitySucceeded" => TaskEvent::ActivitySucceeded { output },
        "ActivityFailed" => TaskEvent::ActivityFailed { error, cause },
        "ActivityTimedOut" => TaskEvent::ActivityTimedOut { error, cause },
        "TaskScheduled" => TaskEvent::Scheduled {
            resource_type,
            resource,
            region: details.text("region").unwrap_or_default(),
            parameters: details.json("parameters"),
            timeout_seconds,
            heartbeat_seconds,
            role: details.role(),
        },
        "TaskStarted" => TaskEvent::Started {
            resource_type,
            resource,
        },
        "TaskSubmitted" => TaskEvent::Submitted {
            resource_type,
            resource,
            output,
        },
        "TaskSucceeded" => TaskEvent::Succeeded {
            resource_type,
            resource,
            output,
        },
        "TaskFailed" => TaskEvent::Failed {
            resource_type,
            resource,
            error,
            cause,
        },
        "TaskTimedOut" => TaskEvent::TimedOut {
            resource_type,
            resource,
            error,
            cause,
        },
        _ => return None,
    })
}

/// The `…EventDetails` of an event.
struct Details(Value);

impl Details {
    /// `taskCredentials.roleArn`
    fn role(&self) -> Option<Arc<str>> {
        let credentials = self.0.get("taskCredentials")?;
        credentials
            .get("roleArn")
            .and_then(Value::as_str)
            .map(Arc::from)
    }

    fn text(&self, name: &str) -> Option<Arc<str>> {
        self.0.get(name).and_then(Value::as_str).map(Arc::from)
    }

    fn number(&self, name: &str) -> usize {
        let number = self.0.get(name).and_then(Value::as_i64).unwrap_or_default();
        usize::try_from(number).unwrap_or_default()
    }

    fn count(&self, name: &str) -> i64 {
        self.0.get(name).and_then(Value::as_i64).unwrap_or_default()
    }

    /// A member that holds JSON as text.
    fn json(&self, name: &str) -> Value {
        self.0.get(name).map(from_text).unwrap_or_default()
    }
}

fn from_text(value: &Value) -> Value {
    match value.as_str() {
        Some(text) => Value::parse(text).unwrap_or_else(|_| value.clone()),
        None => value.clone(),
    }
}

/// RFC 3339 text, or seconds since 1970 as the API's JSON has them.
fn moment(value: &Value) -> Millis {
    match value.as_str() {
        Some(text) => text
            .parse::<jiff::Timestamp>()
            .map(jiff::Timestamp::as_millisecond)
            .unwrap_or_default(),
        None => value
            .as_f64()
            .map(|seconds| (seconds * 1000.0) as Millis)
            .unwrap_or_default(),
    }
}
