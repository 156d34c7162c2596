//! Events as JSON: the shape of `GetExecutionHistory`, and a flat one for comparing recordings.

use std::sync::Arc;

use serde_json::Map as JsonMap;
use serde_json::Value as Json;

use crate::engine::Event;
use crate::engine::EventDetail;
use crate::engine::Millis;
use crate::engine::TaskEvent;
use crate::query::Value;

/// One member of an event's details.
enum Part {
    Text(Arc<str>),
    Integer(i64),
    /// JSON that AWS writes as text.
    Payload(Value),
    Assigned(Vec<(Arc<str>, Value)>),
    Role(Arc<str>),
}

/// The type's name, the key of its details, and the details.
type Parts = (String, Option<&'static str>, Vec<(&'static str, Part)>);

impl Event {
    /// The event as `aws stepfunctions get-execution-history` prints it: payloads as JSON text,
    /// the time with microseconds and offset.
    pub fn to_json(&self) -> Json {
        let (name, key, parts) = parts(&self.detail);
        let mut event = JsonMap::new();
        event.insert("timestamp".to_owned(), timestamp(self.at).into());
        event.insert("type".to_owned(), name.into());
        event.insert("id".to_owned(), self.id.into());
        event.insert("previousEventId".to_owned(), self.previous.into());
        if let Some(key) = key {
            let mut details = JsonMap::new();
            for (name, part) in parts {
                insert_detail(&mut details, name, part);
            }
            event.insert(key.to_owned(), Json::Object(details));
        }
        Json::Object(event)
    }

    /// `{"id","prev","type", …}` with the details beside them and payloads as values, without times:
    /// the form in which recorded cases are compared.
    pub fn flattened(&self) -> Json {
        let (name, _, parts) = parts(&self.detail);
        let without_resource = name.starts_with("Lambda") || name.starts_with("Activity");
        let mut event = JsonMap::new();
        event.insert("id".to_owned(), self.id.into());
        event.insert("prev".to_owned(), self.previous.into());
        event.insert("type".to_owned(), name.into());
        for (name, part) in parts {
            let name = match name {
                "name" => "state",
                "roleArn" => continue,
                "region" => continue,
                "resource" if without_resource => continue,
                name => name,
            };
            let json = match part {
                Part::Text(text) => Json::from(text.as_ref()),
                Part::Integer(integer) => integer.into(),
                Part::Payload(value) => Json::from(&value),
                Part::Role(role) => serde_json::json!({ "roleArn": role.as_ref() }),
                Part::Assigned(assigned) => Json::Object(
                    assigned
                        .iter()
                        .map(|(name, value)| (name.to_string(), Json::from(value)))
                        .collect(),
                ),
            };
            event.insert(name.to_owned(), json);
        }
        Json::Object(event)
    }

    /// The type as AWS names it: `PassStateEntered`.
    pub fn type_name(&self) -> String {
        parts(&self.detail).0
    }
}

/// A whole history: `{"events":[…]}`, indented. `child` is the name of a child execution of a distributed Map;
/// without it the history is that of the execution itself.
pub fn history_json(events: &[Event], child: Option<&str>) -> String {
    history_pieces(events, child).collect()
}

/// The same in pieces, one for each event, so that a long history need not be in memory as text.
pub fn history_pieces(events: &[Event], child: Option<&str>) -> impl Iterator<Item = String> {
    let belongs =
        move |event: &&Event| event.child.as_ref().map(|child| child.name.as_ref()) == child;
    let count = events.iter().filter(belongs).count();
    let begin = if count == 0 {
        "{\n  \"events\": []\n}"
    } else {
        "{\n  \"events\": ["
    };
    let own = events.iter().filter(belongs);
    let pieces = own.enumerate().map(move |(index, event)| {
        let text = serde_json::to_string_pretty(&event.to_json()).unwrap_or_default();
        let end = if index + 1 < count { "," } else { "\n  ]\n}" };
        // Line breaks inside strings are escaped.
        format!("\n{text}").replace('\n', "\n    ") + end
    });
    std::iter::once(begin.to_owned()).chain(pieces)
}

/// A moment as the context object writes it: `2026-01-01T00:00:00.000Z`.
pub fn moment_text(at: Millis) -> String {
    let (text, millis) = seconds_text(at);
    format!("{text}.{millis:03}Z")
}

/// A moment as the command line of AWS prints it: `2026-01-01T00:00:00.000000+00:00`.
pub fn timestamp(at: Millis) -> String {
    let (text, millis) = seconds_text(at);
    format!("{text}.{millis:03}000+00:00")
}

/// The moment down to seconds, and its milliseconds.
fn seconds_text(at: Millis) -> (String, i64) {
    let days = at.div_euclid(86_400_000);
    let of_day = at.rem_euclid(86_400_000);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (
        of_day / 3_600_000,
        of_day / 60_000 % 60,
        of_day / 1_000 % 60,
    );
    (
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"),
        of_day % 1_000,
    )
}

/// Days since 1970-01-01 as a date of the Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

fn insert_detail(details: &mut JsonMap<String, Json>, name: &'static str, part: Part) {
    match part {
        Part::Text(text) => {
            details.insert(name.to_owned(), text.as_ref().into());
        }
        Part::Integer(integer) => {
            details.insert(name.to_owned(), integer.into());
        }
        Part::Payload(value) => {
            details.insert(name.to_owned(), value.to_json().into());
            if name != "parameters" {
                details.insert(
                    format!("{name}Details"),
                    serde_json::json!({ "truncated": false }),
                );
            }
        }
        Part::Role(role) => {
            details.insert(
                name.to_owned(),
                serde_json::json!({ "roleArn": role.as_ref() }),
            );
        }
        Part::Assigned(assigned) => {
            let texts = assigned
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_json().into()))
                .collect();
            details.insert(name.to_owned(), Json::Object(texts));
            details.insert(
                "assignedVariablesDetails".to_owned(),
                serde_json::json!({ "truncated": false }),
            );
        }
    }
}

fn failure(error: &Option<Arc<str>>, cause: &Option<Arc<str>>) -> Vec<(&'static str, Part)> {
    let mut parts = Vec::new();
    if let Some(error) = error {
        parts.push(("error", Part::Text(error.clone())));
    }
    if let Some(cause) = cause {
        parts.push(("cause", Part::Text(cause.clone())));
    }
    parts
}

fn iteration(name: &Arc<str>, index: usize) -> Vec<(&'static str, Part)> {
    vec![
        ("name", Part::Text(name.clone())),
        ("index", Part::Integer(index as i64)),
    ]
}

fn parts(detail: &EventDetail) -> Parts {
    let plain = |name: &str| (name.to_owned(), None, Vec::new());
    match detail {
        EventDetail::ExecutionStarted { input, role } => (
            "ExecutionStarted".to_owned(),
            Some("executionStartedEventDetails"),
            vec![
                ("input", Part::Payload(input.clone())),
                ("roleArn", Part::Text(role.clone())),
            ],
        ),
        EventDetail::ExecutionSucceeded { output } => (
            "ExecutionSucceeded".to_owned(),
            Some("executionSucceededEventDetails"),
            vec![("output", Part::Payload(output.clone()))],
        ),
        EventDetail::ExecutionFailed { error, cause } => (
            "ExecutionFailed".to_owned(),
            Some("executionFailedEventDetails"),
            failure(error, cause),
        ),
        EventDetail::ExecutionTimedOut { error, cause } => (
            "ExecutionTimedOut".to_owned(),
            Some("executionTimedOutEventDetails"),
            failure(error, cause),
        ),
        EventDetail::ExecutionAborted { error, cause } => (
            "ExecutionAborted".to_owned(),
            Some("executionAbortedEventDetails"),
            failure(error, cause),
        ),
        EventDetail::StateEntered { kind, name, input } => (
            format!("{}StateEntered", kind.name()),
            Some("stateEnteredEventDetails"),
            vec![
                ("name", Part::Text(name.clone())),
                ("input", Part::Payload(input.clone())),
            ],
        ),
        EventDetail::StateExited {
            kind,
            name,
            output,
            assigned,
        } => {
            let mut parts = vec![
                ("name", Part::Text(name.clone())),
                ("output", Part::Payload(output.clone())),
            ];
            if !assigned.is_empty() {
                parts.push(("assignedVariables", Part::Assigned(assigned.clone())));
            }
            (
                format!("{}StateExited", kind.name()),
                Some("stateExitedEventDetails"),
                parts,
            )
        }
        EventDetail::Task { event, .. } => task_parts(event),
        EventDetail::MapStateStarted { length } => (
            "MapStateStarted".to_owned(),
            Some("mapStateStartedEventDetails"),
            vec![("length", Part::Integer(*length as i64))],
        ),
        EventDetail::MapStateSucceeded => plain("MapStateSucceeded"),
        EventDetail::MapStateFailed { .. } => plain("MapStateFailed"),
        EventDetail::MapStateAborted => plain("MapStateAborted"),
        EventDetail::MapIterationStarted { name, index } => (
            "MapIterationStarted".to_owned(),
            Some("mapIterationStartedEventDetails"),
            iteration(name, *index),
        ),
        EventDetail::MapIterationSucceeded { name, index } => (
            "MapIterationSucceeded".to_owned(),
            Some("mapIterationSucceededEventDetails"),
            iteration(name, *index),
        ),
        EventDetail::MapIterationFailed { name, index, .. } => (
            "MapIterationFailed".to_owned(),
            Some("mapIterationFailedEventDetails"),
            iteration(name, *index),
        ),
        EventDetail::MapIterationAborted { name, index } => (
            "MapIterationAborted".to_owned(),
            Some("mapIterationAbortedEventDetails"),
            iteration(name, *index),
        ),
        EventDetail::ExecutionRedriven { redrive_count } => (
            "ExecutionRedriven".to_owned(),
            Some("executionRedrivenEventDetails"),
            vec![("redriveCount", Part::Integer(*redrive_count))],
        ),
        EventDetail::MapRunRedriven {
            map_run_arn,
            redrive_count,
        } => (
            "MapRunRedriven".to_owned(),
            Some("mapRunRedrivenEventDetails"),
            vec![
                ("mapRunArn", Part::Text(map_run_arn.clone())),
                ("redriveCount", Part::Integer(*redrive_count)),
            ],
        ),
        EventDetail::MapRunStarted { map_run_arn, .. } => (
            "MapRunStarted".to_owned(),
            Some("mapRunStartedEventDetails"),
            vec![("mapRunArn", Part::Text(map_run_arn.clone()))],
        ),
        EventDetail::MapRunSucceeded => plain("MapRunSucceeded"),
        EventDetail::MapRunFailed { error, cause } => (
            "MapRunFailed".to_owned(),
            Some("mapRunFailedEventDetails"),
            failure(error, cause),
        ),
        EventDetail::MapRunAborted => plain("MapRunAborted"),
        EventDetail::ParallelStateStarted => plain("ParallelStateStarted"),
        EventDetail::ParallelStateSucceeded => plain("ParallelStateSucceeded"),
        EventDetail::ParallelStateFailed { .. } => plain("ParallelStateFailed"),
        EventDetail::ParallelStateAborted => plain("ParallelStateAborted"),
        EventDetail::WaitStateAborted => plain("WaitStateAborted"),
        EventDetail::TaskStateAborted => plain("TaskStateAborted"),
        EventDetail::EvaluationFailed {
            name,
            error,
            cause,
            location,
        } => {
            let mut parts = failure(error, cause);
            if let Some(location) = location {
                parts.push(("location", Part::Text(location.clone())));
            }
            parts.push(("state", Part::Text(name.clone())));
            (
                "EvaluationFailed".to_owned(),
                Some("evaluationFailedEventDetails"),
                parts,
            )
        }
        EventDetail::InputEdited { name, input } => (
            "InputEdited".to_owned(),
            Some("inputEditedEventDetails"),
            vec![
                ("name", Part::Text(name.clone())),
                ("input", Part::Payload(input.clone())),
            ],
        ),
    }
}

fn service(resource_type: &Arc<str>, resource: &Arc<str>) -> Vec<(&'static str, Part)> {
    vec![
        ("resourceType", Part::Text(resource_type.clone())),
        ("resource", Part::Text(resource.clone())),
    ]
}

fn limits(
    parts: &mut Vec<(&'static str, Part)>,
    timeout_seconds: Option<i64>,
    heartbeat_seconds: Option<i64>,
    role: Option<&Arc<str>>,
) {
    if let Some(seconds) = timeout_seconds {
        parts.push(("timeoutInSeconds", Part::Integer(seconds)));
    }
    if let Some(seconds) = heartbeat_seconds {
        parts.push(("heartbeatInSeconds", Part::Integer(seconds)));
    }
    if let Some(role) = role {
        parts.push(("taskCredentials", Part::Role(role.clone())));
    }
}

fn task_parts(event: &TaskEvent) -> Parts {
    let named = |name: &str, key, parts| (name.to_owned(), Some(key), parts);
    match event {
        TaskEvent::LambdaScheduled {
            resource,
            input,
            timeout_seconds,
            role,
        } => {
            let mut parts = vec![
                ("resource", Part::Text(resource.clone())),
                ("input", Part::Payload(input.clone())),
            ];
            limits(&mut parts, *timeout_seconds, None, role.as_ref());
            named(
                "LambdaFunctionScheduled",
                "lambdaFunctionScheduledEventDetails",
                parts,
            )
        }
        TaskEvent::LambdaStarted => ("LambdaFunctionStarted".to_owned(), None, Vec::new()),
        TaskEvent::LambdaSucceeded { output } => named(
            "LambdaFunctionSucceeded",
            "lambdaFunctionSucceededEventDetails",
            vec![("output", Part::Payload(output.clone()))],
        ),
        TaskEvent::LambdaFailed { error, cause } => named(
            "LambdaFunctionFailed",
            "lambdaFunctionFailedEventDetails",
            failure(error, cause),
        ),
        TaskEvent::LambdaTimedOut { error, cause } => named(
            "LambdaFunctionTimedOut",
            "lambdaFunctionTimedOutEventDetails",
            failure(error, cause),
        ),
        TaskEvent::ActivityScheduled {
            resource,
            input,
            timeout_seconds,
            heartbeat_seconds,
        } => {
            let mut parts = vec![
                ("resource", Part::Text(resource.clone())),
                ("input", Part::Payload(input.clone())),
            ];
            limits(&mut parts, *timeout_seconds, *heartbeat_seconds, None);
            named("ActivityScheduled", "activityScheduledEventDetails", parts)
        }
        TaskEvent::ActivityStarted { worker } => named(
            "ActivityStarted",
            "activityStartedEventDetails",
            worker
                .iter()
                .map(|worker| ("workerName", Part::Text(worker.clone())))
                .collect(),
        ),
        TaskEvent::ActivitySucceeded { output } => named(
            "ActivitySucceeded",
            "activitySucceededEventDetails",
            vec![("output", Part::Payload(output.clone()))],
        ),
        TaskEvent::ActivityFailed { error, cause } => named(
            "ActivityFailed",
            "activityFailedEventDetails",
            failure(error, cause),
        ),
        TaskEvent::ActivityTimedOut { error, cause } => named(
            "ActivityTimedOut",
            "activityTimedOutEventDetails",
            failure(error, cause),
        ),
        TaskEvent::Scheduled {
            resource_type,
            resource,
            parameters,
            region,
            timeout_seconds,
            heartbeat_seconds,
            role,
        } => {
            let mut parts = service(resource_type, resource);
            parts.push(("region", Part::Text(region.clone())));
            parts.push(("parameters", Part::Payload(parameters.clone())));
            limits(
                &mut parts,
                *timeout_seconds,
                *heartbeat_seconds,
                role.as_ref(),
            );
            named("TaskScheduled", "taskScheduledEventDetails", parts)
        }
        TaskEvent::Started {
            resource_type,
            resource,
        } => named(
            "TaskStarted",
            "taskStartedEventDetails",
            service(resource_type, resource),
        ),
        TaskEvent::Submitted {
            resource_type,
            resource,
            output,
        } => {
            let mut parts = service(resource_type, resource);
            parts.push(("output", Part::Payload(output.clone())));
            named("TaskSubmitted", "taskSubmittedEventDetails", parts)
        }
        TaskEvent::Succeeded {
            resource_type,
            resource,
            output,
        } => {
            let mut parts = service(resource_type, resource);
            parts.push(("output", Part::Payload(output.clone())));
            named("TaskSucceeded", "taskSucceededEventDetails", parts)
        }
        TaskEvent::Failed {
            resource_type,
            resource,
            error,
            cause,
        } => {
            let mut parts = service(resource_type, resource);
            parts.extend(failure(error, cause));
            named("TaskFailed", "taskFailedEventDetails", parts)
        }
        TaskEvent::TimedOut {
            resource_type,
            resource,
            error,
            cause,
        } => {
            let mut parts = service(resource_type, resource);
            parts.extend(failure(error, cause));
            named("TaskTimedOut", "taskTimedOutEventDetails", parts)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Lane;

    #[test]
    fn pieces_make_up_one_document() {
        let event = |id: u64, text: &str| Event {
            id,
            previous: id - 1,
            at: 0,
            lane: Lane::default(),
            child: None,
            state: None,
            detail: EventDetail::ExecutionSucceeded {
                output: Value::from(text),
            },
        };
        for events in [
            Vec::new(),
            vec![event(1, "a\nb")],
            vec![event(1, "{\n}"), event(2, "")],
        ] {
            let whole: Vec<Json> = events.iter().map(Event::to_json).collect();
            let whole = serde_json::json!({ "events": whole });
            assert_eq!(
                history_json(&events, None),
                serde_json::to_string_pretty(&whole).unwrap()
            );
        }
    }
}
