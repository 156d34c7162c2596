//! Actions of AWS services, called with JSON or with form fields.

use crate::gateway::HttpAnswer;
use crate::gateway::ServiceCall;
use crate::gateway::integration::Outbound;
use crate::gateway::integration::http;
use crate::gateway::integration::json_answer;
use crate::gateway::route;
use crate::query::Value;

/// Services that take form fields and wrap their results in `ActionResponse` and `ActionResult`.
const QUERY: [&str; 9] = [
    "autoscaling",
    "cloudformation",
    "elasticloadbalancing",
    "email",
    "iam",
    "monitoring",
    "sns",
    "sqs",
    "sts",
];

/// Whether a service takes form fields, and answers in JSON where it is asked to.
pub(crate) fn is_query(service: &str) -> bool {
    QUERY.contains(&service)
}

/// A call of an action by its name.
pub(crate) fn action(
    service: &str,
    action: &str,
    region: &str,
    method: &str,
    outbound: &Outbound,
) -> ServiceCall {
    // `action/GetObject&Bucket=b` brings parameters with it.
    let (action, more) = action.split_once('&').unwrap_or((action, ""));
    let mut outbound = outbound.clone();
    let filled = route::query(&http::fill(more, &outbound.path));
    outbound.query.extend(filled);
    let parameters = parameters(&outbound);
    if is_query(service) && parameters.get("Action").is_none() {
        outbound
            .query
            .push(("Action".to_owned(), action.to_owned()));
    }
    let mut http = http::call(
        &format!("https://{service}.{region}.amazonaws.com/"),
        method,
        &outbound,
    );
    if let Some(prefix) = target_prefix(service) {
        http.headers
            .push(("X-Amz-Target".to_owned(), format!("{prefix}.{action}")));
    }
    ServiceCall {
        service: service.to_owned(),
        region: region.to_owned(),
        action: action.to_owned(),
        parameters,
        http,
    }
}

/// A call of a service by a path of its own; the action is read off the form where there is one.
pub(crate) fn path(
    service: &str,
    host: Option<&str>,
    path: &str,
    region: &str,
    method: &str,
    outbound: &Outbound,
) -> ServiceCall {
    let host = host.map(|host| format!("{host}.")).unwrap_or_default();
    let url = format!("https://{host}{service}.{region}.amazonaws.com{path}");
    let http = http::call(&url, method, outbound);
    let parameters = parameters(outbound);
    let named = outbound
        .header("X-Amz-Target")
        .and_then(|target| target.trim_matches('\'').rsplit('.').next())
        .map(str::to_owned)
        .or_else(|| {
            parameters
                .get("Action")
                .and_then(Value::as_str)
                .map(str::to_owned)
        });
    ServiceCall {
        service: service.to_owned(),
        region: region.to_owned(),
        action: named.unwrap_or_else(|| format!("{method} {}", http::fill(path, &outbound.path))),
        parameters,
        http,
    }
}

/// The body as JSON where it is that, otherwise form fields; query parameters besides.
fn parameters(outbound: &Outbound) -> Value {
    let text = outbound.text();
    let mut members: Vec<(String, Value)> = outbound
        .query
        .iter()
        .map(|(key, value)| (key.clone(), Value::string(value)))
        .collect();
    match Value::parse(&text) {
        Ok(Value::Object(body)) => {
            members.extend(
                body.iter()
                    .map(|(key, value)| (key.to_string(), value.clone())),
            );
        }
        Ok(other) if members.is_empty() => return other,
        Ok(_) => {}
        Err(_) if text.contains('=') => {
            let fields = route::query(text.trim());
            members.extend(
                fields
                    .into_iter()
                    .map(|(key, value)| (key, Value::string(value))),
            );
        }
        Err(_) => {}
    }
    Value::object(members)
}

/// The answer for a result in the form the action returns it.
pub(crate) fn returned(call: &ServiceCall, value: &Value, request_id: &str) -> HttpAnswer {
    let wrapper = format!("{}Response", call.action);
    let body = match is_query(&call.service) && value.get(&wrapper).is_none() {
        true => Value::object([(
            wrapper,
            Value::object([
                (format!("{}Result", call.action), value.clone()),
                (
                    "ResponseMetadata".to_owned(),
                    Value::object([("RequestId", Value::string(request_id))]),
                ),
            ]),
        )]),
        false => value.clone(),
    };
    json_answer(200, kind(&call.service), body.to_json(), request_id)
}

/// The answer for an error named as Step Functions names it: `DynamoDB.ResourceNotFoundException`.
pub(crate) fn threw(call: &ServiceCall, error: &str, cause: &str, request_id: &str) -> HttpAnswer {
    let name = error.rsplit('.').next().unwrap_or(error);
    let (message, status) = told(cause);
    let server = name.starts_with("Internal") || name.starts_with("ServiceUnavailable");
    let status = status.unwrap_or(if server { 500 } else { 400 });
    let body = if is_query(&call.service) {
        let side = if status < 500 { "Sender" } else { "Receiver" };
        Value::object([
            (
                "Error",
                Value::object([
                    ("Code", Value::string(name)),
                    ("Message", Value::string(message)),
                    ("Type", Value::string(side)),
                ]),
            ),
            ("RequestId", Value::string(request_id)),
        ])
    } else {
        let namespace = match call.service.as_str() {
            "dynamodb" => "com.amazonaws.dynamodb.v20120810#",
            "states" => "com.amazonaws.swf.service.v2.model#",
            _ => "",
        };
        Value::object([
            ("__type", Value::string(format!("{namespace}{name}"))),
            ("message", Value::string(message)),
        ])
    };
    json_answer(status, kind(&call.service), body.to_json(), request_id)
}

/// What stands before the action in `X-Amz-Target`, for the services to which API Gateway adds it.
fn target_prefix(service: &str) -> Option<&'static str> {
    match service {
        "dynamodb" => Some("DynamoDB_20120810"),
        "kinesis" => Some("Kinesis_20131202"),
        "states" => Some("AWSStepFunctions"),
        _ => None,
    }
}

fn kind(service: &str) -> &'static str {
    match service {
        "dynamodb" | "states" => "application/x-amz-json-1.0",
        "sns" | "sqs" => "application/json",
        _ => "application/x-amz-json-1.1",
    }
}

/// A cause as Step Functions writes it, `Words (Service: X, Status Code: 400, …)`: the words and the status.
fn told(cause: &str) -> (&str, Option<u16>) {
    let Some((words, rest)) = cause.split_once(" (Service: ") else {
        return (cause, None);
    };
    let status = rest.split_once("Status Code: ").and_then(|(_, rest)| {
        let digits = rest
            .split(|c: char| !c.is_ascii_digit())
            .next()
            .unwrap_or_default();
        digits.parse().ok()
    });
    (words, status.filter(|status| (100..600).contains(status)))
}
