//! What a function fails with, under the names that Lambda gives.

use std::process::ExitStatus;
use std::time::Duration;

use serde_json::Value as Json;
use serde_json::json;

/// Bytes of a result that Lambda passes on.
pub(crate) const LARGEST: usize = 6_291_556;

/// A result that Lambda would pass on.
///
/// # Errors
/// It is larger.
pub(crate) fn fitting(result: String) -> Result<String, FunctionError> {
    match result.len() > LARGEST {
        true => Err(FunctionError::too_large()),
        false => Ok(result),
    }
}

/// The payload of a failed invocation: `{"errorMessage", "errorType", …}`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FunctionError {
    pub kind: Option<String>,
    /// The whole payload as JSON.
    pub payload: String,
}

impl FunctionError {
    pub(crate) fn new(kind: &str, message: impl AsRef<str>) -> FunctionError {
        FunctionError::thrown(json!({"errorMessage": message.as_ref(), "errorType": kind}))
    }

    /// What a handler threw.
    pub(crate) fn thrown(payload: Json) -> FunctionError {
        FunctionError::of_payload(payload.to_string())
    }

    /// A payload that is marked as an error.
    pub(crate) fn of_payload(payload: String) -> FunctionError {
        let read: Json = serde_json::from_str(&payload).unwrap_or_default();
        let kind = read.get("errorType").and_then(Json::as_str);
        FunctionError {
            kind: kind.map(str::to_owned),
            payload,
        }
    }

    pub(crate) fn timed_out(id: &str, limit: Duration) -> FunctionError {
        let seconds = limit.as_secs_f64();
        FunctionError::new(
            "Sandbox.Timedout",
            format!("RequestId: {id} Error: Task timed out after {seconds:.2} seconds"),
        )
    }

    /// The process ended before it had answered.
    pub(crate) fn exited(id: &str, status: ExitStatus) -> FunctionError {
        let how = match status.code() {
            Some(0) => "without providing a reason".to_owned(),
            Some(code) => format!("with error: exit status {code}"),
            None => format!("with error: {status}"),
        };
        FunctionError::new(
            "Runtime.ExitError",
            format!("RequestId: {id} Error: Runtime exited {how}"),
        )
    }

    /// A result that Lambda would not pass on.
    pub(crate) fn too_large() -> FunctionError {
        FunctionError::new(
            "Function.ResponseSizeTooLarge",
            format!(
                "Response payload size exceeded maximum allowed payload size ({LARGEST} bytes)."
            ),
        )
    }

    pub(crate) fn not_started(program: &str, error: &std::io::Error) -> FunctionError {
        let words = match error.kind() {
            std::io::ErrorKind::NotFound => {
                format!("{program} is not on this machine: install it, or name another command")
            }
            _ => format!("{program} cannot be started: {error}"),
        };
        FunctionError::new("Runtime.InvalidEntrypoint", words)
    }

    pub(crate) fn broken(words: &str) -> FunctionError {
        FunctionError::new("Runtime.Unknown", words)
    }

    /// Names the function in the message, so that a failed state tells which one it was.
    pub(crate) fn of(self, function: &str) -> FunctionError {
        let Ok(Json::Object(mut payload)) = serde_json::from_str(&self.payload) else {
            return self;
        };
        if let Some(Json::String(message)) = payload.get_mut("errorMessage") {
            *message = format!("{message} (function {function})");
        }
        FunctionError {
            kind: self.kind,
            payload: Json::Object(payload).to_string(),
        }
    }

    /// Whether Lambda itself found fault, not the function's code.
    pub(crate) fn is_of_runtime(&self) -> bool {
        let kind = self.kind.as_deref().unwrap_or_default();
        ["Runtime.", "Sandbox.", "Function."]
            .iter()
            .any(|of_lambda| kind.starts_with(of_lambda))
    }
}
