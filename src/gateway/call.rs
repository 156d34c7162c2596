//! What an exchange asks of the outside, and what may come back.

use crate::engine::Ended;
use crate::engine::Millis;
use crate::engine::Status;
use crate::gateway::integration::service;
use crate::query::Value;
use crate::text::lower_first;

#[derive(Clone, Debug)]
pub enum IntegrationCall {
    /// `StartSyncExecution` waits for the end ([`IntegrationResult::Executed`]), `StartExecution` does not
    /// ([`IntegrationResult::Started`]).
    Start(StartCall),
    Lambda(LambdaCall),
    /// An action of an AWS service, also `StopExecution` and `DescribeExecution` of Step Functions.
    Service(ServiceCall),
    Http(HttpCall),
}

/// A request to start an execution that Step Functions would take; name, input and ARN are checked.
#[derive(Clone, Debug, PartialEq)]
pub struct StartCall {
    pub synchrony: Synchrony,
    /// As the request has it, with a version or alias where there is one.
    pub machine_arn: String,
    /// The name in the ARN.
    pub machine: String,
    /// The name of the execution: the given one, or a UUID.
    pub name: String,
    /// Whether the request names the execution.
    pub named: Named,
    pub input: Value,
    /// The input as the request spells it; `{}` where there is none.
    pub input_text: String,
    pub trace_header: Option<String>,
    /// A UUID that makes the ARN of an Express execution unique.
    pub unique: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchrony {
    Synchronous,
    Asynchronous,
}

/// Who chose the name of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// The request: a Standard execution of that name may exist already.
    ByRequest,
    ByService,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LambdaCall {
    pub function_arn: String,
    /// Name of the function.
    pub function: String,
    /// The event as JSON text.
    pub payload: String,
    pub event: Value,
    pub synchrony: Synchrony,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ServiceCall {
    /// As the `uri` has it: `dynamodb`.
    pub service: String,
    /// That of the API.
    pub region: String,
    /// `Query`; for a `path/` integration the method and the path, `POST /queue`.
    pub action: String,
    /// The body as JSON, or form fields and query parameters as an object of texts.
    pub parameters: Value,
    pub http: HttpCall,
}

impl ServiceCall {
    /// Whether the service takes form fields; such a one answers in JSON where `Accept` asks for it.
    pub fn takes_form(&self) -> bool {
        service::is_query(&self.service)
    }

    /// The `Resource` of a task that makes the same call.
    pub fn as_sdk(&self) -> String {
        let action = self.action.split(' ').next().unwrap_or_default();
        let action = lower_first(action);
        format!("arn:aws:states:::aws-sdk:{}:{action}", self.service)
    }
}

/// An HTTP request of an integration.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpCall {
    pub method: String,
    /// With the query.
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum IntegrationResult {
    /// A synchronous execution ended.
    Executed(Executed),
    /// An execution was started.
    Started { execution_arn: String, at: Millis },
    /// Step Functions did not take the request.
    Refused(Refusal),
    /// A function, service or HTTP endpoint answered with this value: a mock's `return`. The exchange puts
    /// it into the form that the integration has.
    Returned(Value),
    /// It failed: a mock's `throw`, named as Step Functions names it (`DynamoDB.…Exception`) or as the function does.
    Threw { error: String, cause: String },
    /// The answer as it came over HTTP.
    Http(HttpAnswer),
    /// Nothing came within [`Exchange::timeout`].
    TimedOut,
    /// Nobody is there; one sentence.
    Unreachable(String),
}

/// How a synchronous execution ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Executed {
    pub status: Status,
    pub output: Option<Value>,
    pub error: Option<String>,
    pub cause: Option<String>,
    pub started: Millis,
    pub stopped: Millis,
}

/// Why Step Functions does not start an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `StateMachineDoesNotExist`.
    NoSuchMachine,
    /// `StateMachineDeleting`: it goes with its last execution.
    Deleting,
    /// `StateMachineTypeNotSupported`: a Standard workflow cannot be waited for.
    NotExpress,
    /// `ExecutionAlreadyExists`: a Standard execution of that name with another input, or an ended one.
    NameTaken,
}

#[derive(Clone, Debug, PartialEq)]
pub struct HttpAnswer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl StartCall {
    /// The ARN of a Standard execution.
    pub fn standard_arn(&self) -> String {
        let parts: Vec<&str> = self.machine_arn.split(':').collect();
        let part = |index: usize| parts.get(index).copied().unwrap_or_default();
        format!(
            "arn:{}:states:{}:{}:execution:{}:{}",
            part(1),
            part(3),
            part(4),
            self.machine,
            self.name
        )
    }

    /// The ARN of an Express execution: the name may come again, the UUID at the end does not.
    pub fn express_arn(&self) -> String {
        format!(
            "{}:{}",
            self.standard_arn().replacen(":execution:", ":express:", 1),
            self.unique
        )
    }
}

impl Executed {
    /// From the end of an execution that began at `started`.
    pub fn of(ended: &Ended, started: Millis) -> Executed {
        Executed {
            status: ended.status,
            output: ended.output.clone(),
            error: ended.error.as_deref().map(str::to_owned),
            cause: ended.cause.as_deref().map(str::to_owned),
            started,
            stopped: ended.at,
        }
    }
}
