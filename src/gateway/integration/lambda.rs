//! A function behind a mapping template.

use crate::gateway::HttpAnswer;
use crate::gateway::LambdaCall;
use crate::gateway::Synchrony;
use crate::gateway::integration::Outbound;
use crate::gateway::integration::json_answer;
use crate::query::Value;

/// The invocation; `X-Amz-Invocation-Type: Event` does not wait for it.
///
/// # Errors
/// Why the function would not be invoked: the payload is not JSON.
pub(crate) fn call(function_arn: &str, outbound: &Outbound) -> Result<LambdaCall, String> {
    let text = outbound.text();
    let payload = if text.trim().is_empty() {
        "{}".to_owned()
    } else {
        text
    };
    let event = Value::parse(&payload)
        .map_err(|error| format!("the payload of the function is {error}"))?;
    let kind = outbound.header("X-Amz-Invocation-Type").unwrap_or_default();
    let synchrony = match kind.trim_matches('\'') {
        "Event" => Synchrony::Asynchronous,
        _ => Synchrony::Synchronous,
    };
    Ok(LambdaCall {
        function_arn: function_arn.to_owned(),
        function: function_name(function_arn).to_owned(),
        payload,
        event,
        synchrony,
    })
}

/// `arn:aws:lambda:R:A:function:NAME[:QUALIFIER]`, or the name itself.
pub(crate) fn function_name(arn: &str) -> &str {
    let mut parts = arn.split(':');
    match (parts.nth(5), parts.next()) {
        (Some("function"), Some(name)) => name,
        _ => arn,
    }
}

/// The answer for what the function returned; an asynchronous one has none.
pub(crate) fn returned(call: &LambdaCall, value: &Value, request_id: &str) -> HttpAnswer {
    match call.synchrony {
        Synchrony::Synchronous => json_answer(200, "application/json", value.to_json(), request_id),
        Synchrony::Asynchronous => json_answer(202, "application/json", String::new(), request_id),
    }
}

/// The answer for a function that threw: the invocation itself succeeded.
pub(crate) fn threw(error: &str, cause: &str, request_id: &str) -> HttpAnswer {
    json_answer(
        200,
        "application/json",
        failure(error, cause).to_json(),
        request_id,
    )
}

/// What the runtime reports: a cause that is such a report already stays as it is.
pub(crate) fn failure(error: &str, cause: &str) -> Value {
    match Value::parse(cause) {
        Ok(report) if report.get("errorMessage").is_some() => report,
        Ok(_) | Err(_) => Value::object([
            ("errorMessage", Value::string(cause)),
            ("errorType", Value::string(error)),
        ]),
    }
}

/// The text that selection patterns are held against.
pub(crate) fn error_message(body: &str) -> Option<String> {
    let report = Value::parse(body).ok()?;
    match report.get("errorMessage")? {
        Value::String(text) => Some(text.to_string()),
        _ => None,
    }
}
