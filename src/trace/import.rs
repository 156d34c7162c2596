//! Reading a recorded history (`aws stepfunctions get-execution-history`) back into events.
//!
//! A history names states but not where they lie; `lanes.rs` finds that again.

use std::sync::Arc;

use crate::asl::Machine;
use crate::asl::StateKind;
use crate::engine::CallId;
use crate::engine::Event;
use crate::engine::EventDetail;
use crate::engine::Millis;
use crate::engine::TaskEvent;
use crate::query::Value;
use crate::trace::lanes::Lanes;

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
    let mut lanes = Lanes::new(machine);
    let mut events = Vec::new();
    for (position, event) in list.iter().enumerate() {
        events.extend(read(position, event, &mut lanes)?);
    }
    Ok(events)
}

fn read(
    position: usize,
    event: &Value,
    lanes: &mut Lanes<'_>,
) -> Result<Option<Event>, ImportError> {
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
    let Some(detail) = read_detail(kind, &details) else {
        lanes.pass_over(id, previous);
        return Ok(None);
    };
    let Some((lane, state)) = lanes.place(id, previous, &detail) else {
        let state = details.text("name").unwrap_or_default().to_string();
        return Err(ImportError::UnknownState { id, state });
    };
    Ok(Some(Event {
        child: None,
        id,
        previous,
        at,
        lane,
        state,
        detail,
    }))
}

/// What an event tells; nothing where its type is unknown.
fn read_detail(kind: &str, details: &Details) -> Option<EventDetail> {
    let (error, cause) = (details.text("error"), details.text("cause"));
    let name = details.text("name").unwrap_or_default();
    if let Some(kind) = kind.strip_suffix("StateEntered").and_then(StateKind::parse) {
        let input = details.json("input");
        return Some(EventDetail::StateEntered { kind, name, input });
    }
    if let Some(kind) = kind.strip_suffix("StateExited").and_then(StateKind::parse) {
        let assigned = details.0.get("assignedVariables");
        let assigned = assigned.and_then(Value::as_object).into_iter();
        return Some(EventDetail::StateExited {
            kind,
            name,
            output: details.json("output"),
            assigned: assigned
                .flat_map(|members| members.iter())
                .map(|(name, value)| (name.clone(), from_text(value)))
                .collect(),
        });
    }
    let index = details.number("index");
    let map_run_arn = details.text("mapRunArn").unwrap_or_default();
    let redrive_count = details.count("redriveCount");
    Some(match kind {
        "ExecutionStarted" => EventDetail::ExecutionStarted {
            input: details.json("input"),
            role: details.text("roleArn").unwrap_or_default(),
        },
        "ExecutionSucceeded" => EventDetail::ExecutionSucceeded {
            output: details.json("output"),
        },
        "ExecutionFailed" => EventDetail::ExecutionFailed { error, cause },
        "ExecutionTimedOut" => EventDetail::ExecutionTimedOut { error, cause },
        "ExecutionAborted" => EventDetail::ExecutionAborted { error, cause },
        "ExecutionRedriven" => EventDetail::ExecutionRedriven { redrive_count },
        "MapStateStarted" => EventDetail::MapStateStarted {
            length: details.number("length"),
        },
        "MapStateSucceeded" => EventDetail::MapStateSucceeded,
        "MapStateFailed" => EventDetail::MapStateFailed { error, cause },
        "MapStateAborted" => EventDetail::MapStateAborted,
        "MapIterationStarted" => EventDetail::MapIterationStarted { name, index },
        "MapIterationSucceeded" => EventDetail::MapIterationSucceeded { name, index },
        "MapIterationFailed" => EventDetail::MapIterationFailed {
            name,
            index,
            error,
            cause,
        },
        "MapIterationAborted" => EventDetail::MapIterationAborted { name, index },
        "MapRunStarted" => EventDetail::MapRunStarted {
            map_run_arn,
            limits: None,
        },
        "MapRunRedriven" => EventDetail::MapRunRedriven {
            map_run_arn,
            redrive_count,
        },
        "MapRunSucceeded" => EventDetail::MapRunSucceeded,
        "MapRunFailed" => EventDetail::MapRunFailed { error, cause },
        "MapRunAborted" => EventDetail::MapRunAborted,
        "ParallelStateStarted" => EventDetail::ParallelStateStarted,
        "ParallelStateSucceeded" => EventDetail::ParallelStateSucceeded,
        "ParallelStateFailed" => EventDetail::ParallelStateFailed { error, cause },
        "ParallelStateAborted" => EventDetail::ParallelStateAborted,
        "WaitStateAborted" => EventDetail::WaitStateAborted,
        "TaskStateAborted" => EventDetail::TaskStateAborted,
        "EvaluationFailed" => EventDetail::EvaluationFailed {
            name: details.text("state").unwrap_or_default(),
            error,
            cause,
            location: details.text("location"),
        },
        "InputEdited" => EventDetail::InputEdited {
            name,
            input: details.json("input"),
        },
        _ => EventDetail::Task {
            call: CallId(0),
            event: Box::new(task_event(kind, details)?),
        },
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Answer;
    use crate::engine::Call;
    use crate::engine::CompileOptions;
    use crate::engine::Execution;
    use crate::engine::Fault;
    use crate::engine::Outcome;
    use crate::engine::Program;
    use crate::engine::Signal;
    use crate::engine::Start;
    use crate::engine::compile;
    use crate::engine::history_json;
    use crate::engine::simulate;
    use crate::syntax::Format;
    use crate::syntax::parse;

    /// Each event with where it lies.
    fn lines(events: &[Event]) -> Vec<String> {
        let line = |event: &Event| {
            let json = event.to_json();
            format!("{json} in {:?} at {:?}", event.lane, event.state)
        };
        events.iter().map(line).collect()
    }

    fn read_back(events: &[Event], machine: &Machine) -> Vec<Event> {
        let history = Value::parse(&history_json(events, None)).unwrap();
        import(&history, machine).unwrap()
    }

    fn prepare(definition: &str) -> (Machine, Arc<Program>, Start) {
        let tree = parse(definition, Format::Json).tree;
        let machine = crate::asl::read(&tree);
        let program = compile(&tree, &machine, &CompileOptions::default()).unwrap();
        let start = Start {
            input: Value::parse(r#"{"items": [1, 2, 3]}"#).unwrap(),
            ..Start::default()
        };
        (machine, Arc::new(program), start)
    }

    /// Runs a definition whose tasks fail for the item 2 and never answer for the item 3.
    fn check(definition: &str) -> Vec<Event> {
        let (machine, program, start) = prepare(definition);
        let mut answer = |call: &Call| {
            let outcome = match call.payload.to_json().contains('2') {
                true => Outcome::Failed(Fault::new("Odd", "because")),
                false => Outcome::Succeeded(call.payload.clone()),
            };
            match call.payload.to_json().contains('3') {
                true => Vec::new(),
                false => vec![Answer { after: 5, outcome }],
            }
        };
        let run = simulate(&program, start, &mut answer);
        assert_eq!(
            lines(&read_back(&run.events, &machine)),
            lines(&run.events),
            "{definition}"
        );
        run.events
    }

    #[test]
    fn an_expression_that_fails_stays_in_its_branch() {
        let events = check(
            r#"{"QueryLanguage":"JSONata","StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
            {"StartAt":"S","States":{"S":{"Type":"Fail","Cause":"{% $count($states.input.items) %}"}}}]}}}"#,
        );
        let failed = |event: &&Event| matches!(event.detail, EventDetail::EvaluationFailed { .. });
        assert_eq!(events.iter().filter(failed).count(), 1);
    }

    #[test]
    fn what_follows_a_failed_expression_stays_in_its_branch_too() {
        check(
            r#"{"QueryLanguage":"JSONata","StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
            {"StartAt":"M","States":{"M":{"Type":"Map","Items":"{% $missing %}","ItemProcessor":{"StartAt":"S",
            "States":{"S":{"Type":"Succeed"}}},"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Z"}],"End":true},
            "Z":{"Type":"Pass","End":true}}}]}}}"#,
        );
    }

    #[test]
    fn an_expression_that_fails_stays_in_its_iteration() {
        check(
            r#"{"QueryLanguage":"JSONata","StartAt":"M","States":{"M":{"Type":"Map","Items":"{% [1, 2, 3] %}","End":true,
            "Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":1}],"ItemProcessor":{"StartAt":"A","States":{
            "A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","End":true,
            "Output":"{% $states.input = 2 ? $missing : 1 %}"}}}}}}"#,
        );
    }

    #[test]
    fn a_map_begun_anew_after_a_failed_expression_counts_its_attempts() {
        check(
            r#"{"QueryLanguage":"JSONata","StartAt":"M","States":{"M":{"Type":"Map","End":true,
            "Items":"{% $states.context.State.RetryCount = 0 ? $missing : [1] %}",
            "Output":"{% $states.context.State.RetryCount = 1 ? $missing : 1 %}",
            "Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":3}],
            "ItemProcessor":{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}}}}"#,
        );
    }

    #[test]
    fn the_failure_of_an_outer_container_follows_that_of_an_inner_one() {
        check(
            r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[{"StartAt":"Q","States":{"Q":{"Type":"Parallel",
            "End":true,"Branches":[{"StartAt":"F","States":{"F":{"Type":"Fail"}}}]}}}],"End":true,
            "Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":1}],
            "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Z"}]},"Z":{"Type":"Pass","End":true}}}"#,
        );
    }

    #[test]
    fn what_a_failure_aborts_is_told_from_the_inside_out() {
        let task = r#"{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
            "Parameters":{"FunctionName":"f","Payload.$":"$"},"End":true}"#;
        let map = format!(
            r#"{{"Type":"Map","ItemsPath":"$.items","End":true,"ItemProcessor":{{"StartAt":"T","States":{{"T":{task}}}}}}}"#
        );
        let waits = r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":9,"End":true}}}"#;
        let slow = map.replace(r#""T""#, r#""V""#);
        let late = r#"{"StartAt":"X","States":{"X":{"Type":"Wait","Seconds":9,"End":true}}}"#;
        check(&format!(
            r#"{{"StartAt":"P","States":{{"P":{{"Type":"Parallel","End":true,"Branches":[{waits},
            {{"StartAt":"N","States":{{"N":{{"Type":"Parallel","End":true,"Branches":[{late},
            {{"StartAt":"Y","States":{{"Y":{task}}}}}]}}}}}},
            {{"StartAt":"M","States":{{"M":{map}}}}},{{"StartAt":"L","States":{{"L":{slow}}}}}]}}}}}}"#
        ));
    }

    #[test]
    fn a_redrive_goes_on_in_the_lanes_that_were_open() {
        let (machine, program, start) = prepare(
            r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
            {"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":9,"Next":"V"},"V":{"Type":"Pass","End":true}}},
            {"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.items","End":true,"ItemProcessor":{"StartAt":"T",
            "States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Next":"U",
            "Parameters":{"FunctionName":"f","Payload.$":"$"}},"U":{"Type":"Pass","End":true}}}}}}]}}}"#,
        );
        let mut answer = |call: &Call| {
            let outcome = match call.id.0 == 2 {
                true => Outcome::Failed(Fault::new("Odd", "because")),
                false => Outcome::Succeeded(call.payload.clone()),
            };
            vec![Answer { after: 5, outcome }]
        };
        let first = simulate(&program, start, &mut answer);
        let at = first.execution.now() + 1_000;
        let run = crate::engine::simulate_redrive(first, at, &mut answer).unwrap();
        assert_eq!(lines(&read_back(&run.events, &machine)), lines(&run.events));
        let end = run.events.last().map(Event::type_name);
        assert_eq!(end.as_deref(), Some("ExecutionSucceeded"));
    }

    #[test]
    fn an_edit_by_hand_is_read_back() {
        let (machine, program, start) = prepare(
            r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
            {"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}},
            {"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}]}}}"#,
        );
        let mut execution = Execution::new(program, start);
        let mut events = Vec::new();
        while let Some(ready) = execution.ready() {
            if *ready.state.name() == *"B" {
                let edit = Signal::EditInput {
                    lane: ready.lane.clone(),
                    state: ready.state.clone(),
                    input: Value::string("edited"),
                    now: 1,
                };
                events.extend(execution.advance(edit).events);
            }
            events.extend(execution.advance(Signal::Proceed { now: 1 }).events);
        }
        let edited = |event: &&Event| matches!(event.detail, EventDetail::InputEdited { .. });
        assert!(events.iter().filter(edited).count() > 0);
        assert_eq!(lines(&read_back(&events, &machine)), lines(&events));
    }

    #[test]
    fn what_follows_an_unknown_event_follows_the_one_before_it() {
        let machine = crate::asl::read(
            &parse(
                r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"A","States":{
                "A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","End":true}}}]}}}"#,
                Format::Json,
            )
            .tree,
        );
        let history = Value::parse(
            r#"{"events":[
            {"id":1,"previousEventId":0,"type":"ParallelStateEntered","stateEnteredEventDetails":{"name":"P"}},
            {"id":2,"previousEventId":1,"type":"ParallelStateStarted"},
            {"id":3,"previousEventId":2,"type":"PassStateEntered","stateEnteredEventDetails":{"name":"A"}},
            {"id":4,"previousEventId":3,"type":"SomethingNew"},
            {"id":5,"previousEventId":4,"type":"PassStateExited","stateExitedEventDetails":{"name":"A"}},
            {"id":6,"previousEventId":5,"type":"PassStateEntered","stateEnteredEventDetails":{"name":"B"}}]}"#,
        )
        .unwrap();
        let events = import(&history, &machine).unwrap();
        assert_eq!(events.len(), 5);
        assert!(events.iter().skip(2).all(|event| event.lane.0.len() == 1));
    }
}
