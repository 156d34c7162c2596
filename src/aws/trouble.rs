//! What goes wrong before, on the way and at the other end, named as Step Functions names it.

use crate::aws::naming;
use crate::aws::operation::Operation;
use crate::aws::operation::Style;
use crate::engine::Fault;
use crate::query::Value;

/// Why a Task cannot be called here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCallable {
    #[error(
        "no AWS service is called \"{0}\"; names are those of the SDK integrations, as in aws-sdk:dynamodb"
    )]
    Service(String),
    #[error("{0} has no action \"{1}\"")]
    Action(&'static str, String),
    #[error("Step Functions has no optimized integration {0}:{1}")]
    Integration(String, String),
    #[error(
        "{0}:{1} calls no AWS service API, so the AWS SDK backend cannot answer it; use a mock"
    )]
    Elsewhere(String, String),
    #[error("{0} is only spoken to in smithy-rpc-v2-cbor, which is not supported; use a mock")]
    Cbor(&'static str),
    #[error("{0} {1} sends or answers with an event stream, which is not supported; use a mock")]
    EventStream(&'static str, &'static str),
    #[error("the Resource is no call of an AWS service")]
    NoService,
}

impl From<NotCallable> for Fault {
    fn from(reason: NotCallable) -> Fault {
        Fault::new("States.Runtime", reason.to_string())
    }
}

/// What the integration refuses before it calls.
pub(crate) fn refused(parameters: &Value, reasons: &[String]) -> Fault {
    Fault::new(
        "States.Runtime",
        format!(
            "The Parameters '{}' could not be used to start the Task: [{}]",
            parameters.to_json(),
            reasons.join(", ")
        ),
    )
}

/// A call that found no service at the other end, or lost it: `Lambda.SdkClientException`.
pub fn client_fault(operation: &Operation, message: &str) -> Fault {
    Fault::new(format!("{}.SdkClientException", prefix(operation)), message)
}

/// An error as it came over the wire.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ServiceError {
    pub code: String,
    pub message: String,
    pub status: u16,
    pub request_id: String,
    /// The second id of S3.
    pub extended_id: Option<String>,
}

impl ServiceError {
    pub(crate) fn fault(&self, operation: &Operation) -> Fault {
        let prefix = prefix(operation);
        let exception = match operation.model.error(&self.code) {
            Some(shape) => naming::exception(shape, operation.style),
            None => operation.integration.map_or_else(
                || format!("{prefix}Exception"),
                |integration| integration.base.to_owned(),
            ),
        };
        Fault::new(format!("{prefix}.{exception}"), self.cause(operation))
    }

    fn cause(&self, operation: &Operation) -> String {
        let ServiceError {
            code,
            message,
            status,
            request_id: id,
            ..
        } = self;
        match (operation.style, operation.integration) {
            (Style::Optimized, Some(integration)) => format!(
                "{message} (Service: {}; Status Code: {status}; Error Code: {code}; Request ID: {id}; Proxy: null)",
                integration.name
            ),
            (Style::Sdk | Style::Optimized, _) => {
                let extended = self
                    .extended_id
                    .as_deref()
                    .map_or_else(String::new, |extended| {
                        format!(", Extended Request ID: {extended}")
                    });
                format!(
                    "{message} (Service: {}, Status Code: {status}, Request ID: {id}{extended}) (SDK Attempt Count: 1)",
                    naming::prefix(operation.service.id)
                )
            }
        }
    }
}

/// The part of an error name before the dot.
pub(crate) fn prefix(operation: &Operation) -> String {
    match operation.integration {
        Some(integration) => integration.prefix.to_owned(),
        None => naming::prefix(operation.service.id),
    }
}
