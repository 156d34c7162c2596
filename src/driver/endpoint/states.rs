//! The API of Step Functions for the machines of a site: AWS JSON 1.0, as far as it is served.

use std::sync::Arc;

use serde_json::Value as Json;
use serde_json::json;

use crate::driver::endpoint::edge::Asked;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::edge::Slice;
use crate::driver::endpoint::edge::now_millis;
use crate::driver::endpoint::ledger::Course;
use crate::driver::endpoint::ledger::Entry;
use crate::driver::endpoint::ledger::Stop;
use crate::driver::endpoint::machine::Served;
use crate::engine::Event;
use crate::engine::ExecutionKind;
use crate::engine::Millis;
use crate::gateway::HttpAnswer;
use crate::gateway::IntegrationResult;
use crate::gateway::Synchrony;
use crate::gateway::step_functions;
use crate::query::Chance;

/// Milliseconds: more than an Express execution may last.
const EXPRESS: Millis = 310_000;

const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

/// What the service answers with status 400.
struct Refused {
    code: &'static str,
    message: String,
}

type Answer = Result<Json, Refused>;

impl Edge {
    /// Answers one action: `StartExecution`, `DescribeExecution`, …; the body is its JSON.
    pub(crate) async fn states(self: &Arc<Edge>, action: &str, body: &[u8]) -> HttpAnswer {
        let mut chance = Chance::seeded(self.next_seed());
        let text = String::from_utf8_lossy(body);
        let starts = match action {
            "StartExecution" => Some(Synchrony::Asynchronous),
            "StartSyncExecution" => Some(Synchrony::Synchronous),
            _ => None,
        };
        if let Some(synchrony) = starts {
            return self.start_from(&text, synchrony, &mut chance).await;
        }
        let id = chance.uuid();
        let request: Json = match serde_json::from_str(text.trim()) {
            Ok(request @ Json::Object(_)) => request,
            Ok(_) | Err(_) if text.trim().is_empty() => json!({}),
            Ok(_) | Err(_) => {
                let words = "the request is not a JSON object";
                return answered(refuse("SerializationException", words), &id);
            }
        };
        let answer = match action {
            "ListStateMachines" => self.list_machines(&request),
            "DescribeStateMachine" => self.describe_machine(&request),
            "ListExecutions" => self.list_executions(&request),
            "DescribeExecution" => self.describe_execution(&request),
            "DescribeStateMachineForExecution" => self.machine_of_execution(&request),
            "GetExecutionHistory" => self.history(&request),
            "StopExecution" => self.stop_execution(&request),
            other => refuse("UnknownOperationException", unknown(other)),
        };
        answered(answer, &id)
    }

    async fn start_from(
        self: &Arc<Edge>,
        body: &str,
        synchrony: Synchrony,
        chance: &mut Chance,
    ) -> HttpAnswer {
        let call = match step_functions::start(body, synchrony, chance) {
            Ok(call) => call,
            Err(error) => return error.answer(&chance.uuid()),
        };
        let id = chance.uuid();
        let asked = Asked {
            route: None,
            scenario: None,
            limit: EXPRESS,
            slice: Slice::Short,
        };
        let carried = self.start(call.clone(), asked).await;
        match carried.result {
            IntegrationResult::Executed(executed) => {
                step_functions::executed(&call, &executed, &id)
            }
            IntegrationResult::Started { execution_arn, at } => {
                step_functions::started(&execution_arn, at, &id)
            }
            IntegrationResult::Refused(refusal) => {
                step_functions::refused(refusal, &call).answer(&id)
            }
            IntegrationResult::Unreachable(words) => {
                answered(refuse("ValidationException", words), &id)
            }
            IntegrationResult::TimedOut
            | IntegrationResult::Returned(_)
            | IntegrationResult::Threw { .. }
            | IntegrationResult::Http(_) => {
                let words = carried.explanation.unwrap_or_default();
                answered(refuse("ValidationException", words), &id)
            }
        }
    }

    fn list_machines(&self, request: &Json) -> Answer {
        let machines = self.site.machines.iter().map(|machine| {
            json!({
                "stateMachineArn": machine.arn.as_ref(),
                "name": machine.name,
                "type": machine.kind.name(),
                "creationDate": seconds(self.since),
            })
        });
        page(request, machines.collect(), "stateMachines", 1_000)
    }

    fn describe_machine(&self, request: &Json) -> Answer {
        let machine = self.machine_named(request)?;
        Ok(self.machine_facts(machine))
    }

    fn machine_of_execution(&self, request: &Json) -> Answer {
        let entry = self.entry(request)?;
        Ok(self.machine_facts(&entry.machine))
    }

    fn machine_facts(&self, machine: &Served) -> Json {
        json!({
            "stateMachineArn": machine.arn.as_ref(),
            "name": machine.name,
            "status": "ACTIVE",
            "definition": machine.text.as_ref(),
            "roleArn": role(machine),
            "type": machine.kind.name(),
            "creationDate": seconds(self.since),
            "loggingConfiguration": {"level": "OFF", "includeExecutionData": false},
            "tracingConfiguration": {"enabled": false},
        })
    }

    fn list_executions(&self, request: &Json) -> Answer {
        let machine = self.machine_named(request)?;
        if machine.kind == ExecutionKind::Express {
            let words = "This operation is not supported by this type of state machine";
            return refuse("StateMachineTypeNotSupported", words);
        }
        let wanted = request.get("statusFilter").and_then(Json::as_str);
        let entries = self.ledger.all();
        let entries = entries
            .iter()
            .filter(|entry| entry.machine.arn == machine.arn);
        let executions = entries.filter_map(|entry| {
            let (status, stopped) = status(entry);
            if wanted.is_some_and(|wanted| wanted != status) {
                return None;
            }
            let mut execution = json!({
                "executionArn": entry.arn.as_ref(),
                "stateMachineArn": entry.machine.arn.as_ref(),
                "name": entry.name,
                "status": status,
                "startDate": seconds(entry.started),
                "redriveCount": 0,
            });
            put(&mut execution, "stopDate", stopped.map(seconds));
            Some(execution)
        });
        page(request, executions.collect(), "executions", 1_000)
    }

    fn describe_execution(&self, request: &Json) -> Answer {
        let entry = self.entry(request)?;
        let (status, stopped) = status(&entry);
        let mut described = json!({
            "executionArn": entry.arn.as_ref(),
            "stateMachineArn": entry.machine.arn.as_ref(),
            "name": entry.name,
            "status": status,
            "startDate": seconds(entry.started),
            "input": entry.input,
            "inputDetails": {"included": true},
            "redriveCount": 0,
        });
        put(&mut described, "stopDate", stopped.map(seconds));
        put(
            &mut described,
            "traceHeader",
            entry.trace_header.clone().map(Json::from),
        );
        if let Some(ended) = entry.ended() {
            let output = ended.output.map(|output| Json::from(output.to_json()));
            let details = output.as_ref().map(|_| json!({"included": true}));
            put(&mut described, "output", output);
            put(&mut described, "outputDetails", details);
            put(
                &mut described,
                "error",
                ended.error.map(|error| Json::from(error.as_ref())),
            );
            put(
                &mut described,
                "cause",
                ended.cause.map(|cause| Json::from(cause.as_ref())),
            );
        }
        Ok(described)
    }

    fn history(&self, request: &Json) -> Answer {
        let entry = self.entry(request)?;
        let with_data = request.get("includeExecutionData") != Some(&Json::Bool(false));
        let events = entry.events();
        let written = |event: &Event| {
            let mut json = event.to_json();
            put(&mut json, "timestamp", Some(seconds(event.at)));
            if !with_data {
                leave_data_out(&mut json);
            }
            json
        };
        let backwards = request.get("reverseOrder") == Some(&Json::Bool(true));
        let (from, count) = page_of(request, 1_000)?;
        let chosen: Vec<Json> = match backwards {
            true => events
                .iter()
                .rev()
                .skip(from)
                .take(count)
                .map(written)
                .collect(),
            false => events.iter().skip(from).take(count).map(written).collect(),
        };
        let next = from + chosen.len();
        let mut answer = json!({"events": chosen});
        let more = (next < events.len()).then(|| Json::from(next.to_string()));
        put(&mut answer, "nextToken", more);
        Ok(answer)
    }

    fn stop_execution(&self, request: &Json) -> Answer {
        let entry = self.entry(request)?;
        let text = |name: &str| request.get(name).and_then(Json::as_str).map(str::to_owned);
        let stop = Stop {
            error: text("error"),
            cause: text("cause"),
        };
        let at = now_millis();
        entry.stop(stop, at);
        let (_, stopped) = status(&entry);
        Ok(json!({"stopDate": seconds(stopped.unwrap_or(at))}))
    }

    fn machine_named(&self, request: &Json) -> Result<&Arc<Served>, Refused> {
        let arn = required(request, "stateMachineArn")?;
        self.site.machine(arn).ok_or_else(|| Refused {
            code: "StateMachineDoesNotExist",
            message: format!("State Machine Does Not Exist: '{arn}'"),
        })
    }

    fn entry(&self, request: &Json) -> Result<Arc<Entry>, Refused> {
        let arn = required(request, "executionArn")?;
        if arn.contains(":express:") {
            let message = format!("Invalid Arn: 'Resource type not valid in this context: {arn}'");
            return Err(Refused {
                code: "InvalidArn",
                message,
            });
        }
        self.ledger.find(arn).ok_or_else(|| Refused {
            code: "ExecutionDoesNotExist",
            message: format!("Execution Does Not Exist: '{arn}'"),
        })
    }
}

/// The word of `DescribeExecution`, and when it ended.
fn status(entry: &Entry) -> (&'static str, Option<Millis>) {
    match &*entry.course() {
        Course::Running { .. } | Course::Waiting(_) => ("RUNNING", None),
        Course::Ended { ended, .. } => (ended.status.name(), Some(ended.at)),
    }
}

/// A role that a machine of this account could have; nothing here looks at it.
fn role(machine: &Served) -> String {
    let account = machine.arn.split(':').nth(4).unwrap_or_default();
    format!("arn:aws:iam::{account}:role/stepwright-local")
}

fn required<'a>(request: &'a Json, name: &str) -> Result<&'a str, Refused> {
    request.get(name).and_then(Json::as_str).ok_or_else(|| Refused {
        code: "ValidationException",
        message: format!(
            "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
        ),
    })
}

/// Where a page begins, and how many items it may have.
fn page_of(request: &Json, most: usize) -> Result<(usize, usize), Refused> {
    let from = match request.get("nextToken").and_then(Json::as_str) {
        None => 0,
        Some(token) => token.parse().map_err(|_| Refused {
            code: "InvalidToken",
            message: format!("Invalid Token: '{token}'"),
        })?,
    };
    let count = match request.get("maxResults").and_then(Json::as_u64) {
        None | Some(0) => 100,
        Some(count) => usize::try_from(count).unwrap_or(most).min(most),
    };
    Ok((from, count))
}

fn page(request: &Json, items: Vec<Json>, name: &str, most: usize) -> Answer {
    let (from, count) = page_of(request, most)?;
    let all = items.len();
    let chosen: Vec<Json> = items.into_iter().skip(from).take(count).collect();
    let next = from + chosen.len();
    let mut answer = json!({});
    put(&mut answer, name, Some(Json::Array(chosen)));
    let more = (next < all).then(|| Json::from(next.to_string()));
    put(&mut answer, "nextToken", more);
    Ok(answer)
}

fn put(object: &mut Json, name: &str, value: Option<Json>) {
    if let (Some(members), Some(value)) = (object.as_object_mut(), value) {
        members.insert(name.to_owned(), value);
    }
}

/// `includeExecutionData: false` leaves inputs and outputs out.
fn leave_data_out(event: &mut Json) {
    let details = event
        .as_object_mut()
        .into_iter()
        .flat_map(|members| members.values_mut());
    for members in details.filter_map(Json::as_object_mut) {
        for name in ["input", "output", "parameters"] {
            members.remove(name);
        }
        for name in ["inputDetails", "outputDetails"] {
            if let Some(Json::Object(details)) = members.get_mut(name) {
                details.insert("truncated".to_owned(), Json::Bool(true));
            }
        }
    }
}

fn seconds(at: Millis) -> Json {
    Json::from(at as f64 / 1_000.0)
}

fn refuse(code: &'static str, message: impl Into<String>) -> Answer {
    Err(Refused {
        code,
        message: message.into(),
    })
}

fn unknown(action: &str) -> String {
    let served = "StartExecution, StartSyncExecution, DescribeExecution, ListExecutions, GetExecutionHistory, \
                  StopExecution, ListStateMachines, DescribeStateMachine and DescribeStateMachineForExecution";
    match action {
        "" => format!(
            "name an action in the header X-Amz-Target: AWSStepFunctions.ACTION; served are {served}"
        ),
        action => format!("{action} is not served here; served are {served}"),
    }
}

fn answered(answer: Answer, id: &str) -> HttpAnswer {
    let (status, body) = match answer {
        Ok(body) => (200, body),
        Err(Refused { code, message }) => (400, json!({"__type": code, "message": message})),
    };
    HttpAnswer {
        status,
        headers: vec![
            ("Content-Type".to_owned(), CONTENT_TYPE.to_owned()),
            ("x-amzn-RequestId".to_owned(), id.to_owned()),
        ],
        body: body.to_string().into_bytes(),
    }
}
