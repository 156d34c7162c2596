//! What Step Functions itself answers: requests to start an execution or to answer a task, and their results.

use crate::asl::resource;
use crate::asl::resource::Pattern;
use crate::asl::resource::Target;
use crate::aws::http_date;
use crate::engine::Call;
use crate::engine::Ended;
use crate::engine::Fault;
use crate::engine::Millis;
use crate::engine::Outcome;
use crate::engine::Program;
use crate::engine::Status;
use crate::engine::moment_text;
use crate::query::Value;

/// The longest cause the service keeps, in characters.
const LONGEST_CAUSE: usize = 32_768;

/// What a Task asks of Step Functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// `states:startExecution`, in one of its patterns.
    Start(Pattern),
    /// `aws-sdk:sfn:startExecution`, which waits for a token or for nothing.
    SdkStart(Pattern),
    /// `aws-sdk:sfn:startSyncExecution`.
    SdkStartSync,
    /// `aws-sdk:sfn:sendTaskSuccess`, `sendTaskFailure` and `sendTaskHeartbeat`.
    Send(Sending),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sending {
    Success,
    Failure,
    Heartbeat,
}

impl Request {
    /// Reads a call; none where it asks another service.
    pub(crate) fn of(call: &Call) -> Option<Request> {
        let resource = resource::read(&call.resource);
        let pattern = resource.pattern;
        match &resource.target {
            Target::Optimized { service, action } => {
                let starts = service == "states" && action == "startExecution";
                starts.then_some(Request::Start(pattern))
            }
            Target::Sdk { service, action } => match (service.as_str(), action.as_str()) {
                ("sfn", "startExecution") => Some(Request::SdkStart(pattern)),
                ("sfn", "startSyncExecution") => Some(Request::SdkStartSync),
                ("sfn", "sendTaskSuccess") => Some(Request::Send(Sending::Success)),
                ("sfn", "sendTaskFailure") => Some(Request::Send(Sending::Failure)),
                ("sfn", "sendTaskHeartbeat") => Some(Request::Send(Sending::Heartbeat)),
                _ => None,
            },
            Target::Lambda { .. }
            | Target::Activity { .. }
            | Target::StandIn { .. }
            | Target::Other { .. } => None,
        }
    }

    /// The failure with an error code of the service, named as this integration names it.
    pub(crate) fn refusal(self, code: &str, message: &str, id: &str) -> Fault {
        let (error, cause) = match self {
            Request::Start(_) => (
                format!("StepFunctions.{code}Exception"),
                format!(
                    "{message} (Service: AWSStepFunctions; Status Code: 400; Error Code: {code}; \
                     Request ID: {id}; Proxy: null)"
                ),
            ),
            Request::SdkStart(_) | Request::SdkStartSync | Request::Send(_) => (
                format!("Sfn.{code}Exception"),
                format!("{message} (Service: Sfn, Status Code: 400, Request ID: {id})"),
            ),
        };
        Fault::new(error, cause)
    }
}

/// The machine's name in an ARN, with or without a version or alias, or the name itself.
pub(crate) fn machine_name(arn: &str) -> &str {
    let mut parts = arn.splitn(8, ':').skip(5);
    match (parts.next(), parts.next()) {
        (Some("stateMachine"), Some(name)) => name,
        _ => arn.rsplit(':').next().unwrap_or(arn),
    }
}

/// The input of an execution as the text the service keeps: nothing is `{}`, text stays, other JSON becomes text.
pub(crate) fn input_text(payload: &Value) -> String {
    match payload.get("Input") {
        None | Some(Value::Null) => "{}".to_owned(),
        Some(Value::String(text)) => text.to_string(),
        Some(other) => other.to_json(),
    }
}

/// The service takes a name of 1 to 80 characters without white space, brackets, wildcards and the like.
pub(crate) fn is_name(name: &str) -> bool {
    let banned =
        |c: char| c.is_whitespace() || c.is_control() || "<>{}[]?*\"#%\\^|~`$&,;:/".contains(c);
    (1..=80).contains(&name.chars().count()) && !name.contains(banned)
}

/// An execution as `DescribeExecution` tells of it.
pub(crate) struct Description<'a> {
    pub program: &'a Program,
    pub name: &'a str,
    pub arn: &'a str,
    pub input: &'a str,
    pub started_at: Millis,
    pub ended: &'a Ended,
}

/// The answer to `StartExecution`.
pub(crate) fn started(request: Request, arn: &str, at: Millis, id: &str) -> Value {
    match request {
        Request::Start(_) => {
            let body = format!(
                "{{\"executionArn\":\"{arn}\",\"startDate\":{:.3}}}",
                at as f64 / 1000.0
            );
            let length = Value::from(body.len().to_string());
            let date = Value::from(http_date(at));
            let list = |value: Value| Value::array(vec![value]);
            let kind = Value::from("application/x-amz-json-1.0");
            let all = Value::object([
                ("x-amzn-RequestId", list(Value::from(id))),
                ("connection", list(Value::from("keep-alive"))),
                ("Content-Length", list(length.clone())),
                ("Date", list(date.clone())),
                ("Content-Type", list(kind.clone())),
            ]);
            let first = Value::object([
                ("connection", Value::from("keep-alive")),
                ("Content-Length", length),
                ("Content-Type", kind),
                ("Date", date),
                ("x-amzn-RequestId", Value::from(id)),
            ]);
            Value::object([
                ("ExecutionArn", Value::from(arn)),
                (
                    "SdkHttpMetadata",
                    Value::object([
                        ("AllHttpHeaders", all),
                        ("HttpHeaders", first),
                        ("HttpStatusCode", Value::from(200)),
                    ]),
                ),
                (
                    "SdkResponseMetadata",
                    Value::object([("RequestId", Value::from(id))]),
                ),
                ("StartDate", Value::from(at)),
            ])
        }
        Request::SdkStart(_) | Request::SdkStartSync | Request::Send(_) => Value::object([
            ("ExecutionArn", Value::from(arn)),
            ("StartDate", Value::from(moment_text(at))),
        ]),
    }
}

/// What a task that waits for an execution gets at its end; none where it does not wait for it.
pub(crate) fn finished(request: Request, execution: &Description<'_>) -> Option<Outcome> {
    match request {
        Request::Start(pattern @ (Pattern::Sync | Pattern::Sync2)) => {
            let document = described(execution, pattern);
            Some(match execution.ended.status {
                Status::Succeeded => Outcome::Succeeded(document),
                Status::Failed | Status::TimedOut | Status::Aborted => {
                    // The cause holds text in text in both forms.
                    let cause = described(execution, Pattern::Sync).to_json();
                    let cause: String = cause.chars().take(LONGEST_CAUSE).collect();
                    Outcome::Failed(Fault::new("States.TaskFailed", cause))
                }
            })
        }
        Request::SdkStartSync => Some(Outcome::Succeeded(sync_answer(execution))),
        Request::Start(Pattern::RequestResponse | Pattern::WaitForTaskToken)
        | Request::SdkStart(_)
        | Request::Send(_) => None,
    }
}

/// `DescribeExecution`, keys in the order of the alphabet; `.sync:2` has input and output as JSON.
fn described(execution: &Description<'_>, pattern: Pattern) -> Value {
    let payload = |text: &str| match pattern {
        Pattern::Sync2 => Value::parse(text).unwrap_or_else(|_| Value::from(text)),
        Pattern::Sync | Pattern::RequestResponse | Pattern::WaitForTaskToken => Value::from(text),
    };
    let included = || Value::object([("Included", Value::Bool(true))]);
    let ended = execution.ended;
    let mut members = Vec::new();
    members.extend(ended.cause.as_deref().map(|cause| ("Cause", cause.into())));
    members.extend(ended.error.as_deref().map(|error| ("Error", error.into())));
    members.push(("ExecutionArn", Value::from(execution.arn)));
    members.push(("Input", payload(execution.input)));
    members.push(("InputDetails", included()));
    members.push(("Name", Value::from(execution.name)));
    if let Some(output) = &ended.output {
        members.push(("Output", payload(&output.to_json())));
        members.push(("OutputDetails", included()));
    }
    members.push(("RedriveCount", Value::from(0)));
    match ended.status {
        Status::Succeeded => {
            members.push(("RedriveStatus", "NOT_REDRIVABLE".into()));
            let reason = "Execution is SUCCEEDED and cannot be redriven";
            members.push(("RedriveStatusReason", reason.into()));
        }
        Status::Failed | Status::TimedOut | Status::Aborted => {
            members.push(("RedriveStatus", "REDRIVABLE".into()));
        }
    }
    members.push(("StartDate", Value::from(execution.started_at)));
    members.push((
        "StateMachineArn",
        Value::from(execution.program.machine_arn()),
    ));
    members.push(("Status", ended.status.name().into()));
    members.push(("StopDate", Value::from(ended.at)));
    Value::object(members)
}

/// The answer to `StartSyncExecution`, which succeeds even where the execution does not.
fn sync_answer(execution: &Description<'_>) -> Value {
    let ended = execution.ended;
    let included = || Value::object([("Included", Value::Bool(true))]);
    let duration = ended.at - execution.started_at;
    // Billed in steps of 100 ms and 64 MB.
    let billed = (duration.max(0) + 99) / 100 * 100;
    let billing = Value::object([
        ("BilledDurationInMilliseconds", Value::from(billed)),
        ("BilledMemoryUsedInMB", Value::from(64)),
    ]);
    let mut members = vec![("BillingDetails", billing)];
    members.extend(ended.cause.as_deref().map(|cause| ("Cause", cause.into())));
    members.extend(ended.error.as_deref().map(|error| ("Error", error.into())));
    members.push(("ExecutionArn", Value::from(execution.arn)));
    members.push(("Input", Value::from(execution.input)));
    members.push(("InputDetails", included()));
    members.push(("Name", Value::from(execution.name)));
    if let Some(output) = &ended.output {
        members.push(("Output", Value::from(output.to_json())));
        members.push(("OutputDetails", included()));
    }
    members.push(("StartDate", Value::from(moment_text(execution.started_at))));
    let machine = execution.program.machine_arn();
    members.push(("StateMachineArn", Value::from(machine)));
    let status = match ended.status {
        Status::Succeeded => "SUCCEEDED",
        // A synchronous execution knows no other end.
        Status::Failed | Status::Aborted => "FAILED",
        Status::TimedOut => "TIMED_OUT",
    };
    members.push(("Status", status.into()));
    members.push(("StopDate", Value::from(moment_text(ended.at))));
    Value::object(members)
}
