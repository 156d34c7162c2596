//! A function that gets the request as it is and says the whole answer: event format 1.0.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::gateway::Api;
use crate::gateway::HttpAnswer;
use crate::gateway::LambdaCall;
use crate::gateway::Route;
use crate::gateway::Synchrony;
use crate::gateway::inbound::Inbound;
use crate::gateway::inbound::grouped;
use crate::gateway::integration::lambda::function_name;
use crate::query::Value;

/// Whether a body is handed on as Base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Binary,
}

pub(crate) fn call(
    api: &Api,
    route: &Route,
    inbound: &Inbound,
    context: &Value,
    function_arn: &str,
    form: Form,
) -> LambdaCall {
    let event = event(api, route, inbound, context, form);
    LambdaCall {
        function_arn: function_arn.to_owned(),
        function: function_name(function_arn).to_owned(),
        payload: event.to_json(),
        event,
        synchrony: Synchrony::Synchronous,
    }
}

fn event(api: &Api, route: &Route, inbound: &Inbound, context: &Value, form: Form) -> Value {
    let last = |fields: &[(String, String)]| {
        let single = grouped(fields).into_iter().map(|(key, values)| {
            (
                key.to_owned(),
                Value::string(values.last().copied().unwrap_or_default()),
            )
        });
        some_object(single.collect())
    };
    let all = |fields: &[(String, String)]| {
        let lists = grouped(fields).into_iter().map(|(key, values)| {
            (
                key.to_owned(),
                Value::array(values.into_iter().map(Value::string).collect()),
            )
        });
        some_object(lists.collect())
    };
    let pairs = |fields: Vec<(&String, &String)>| {
        some_object(
            fields
                .into_iter()
                .map(|(key, value)| (key.clone(), Value::string(value)))
                .collect(),
        )
    };
    let body = match (inbound.body.is_empty(), form) {
        (true, _) => Value::Null,
        (false, Form::Text) => Value::string(inbound.text()),
        (false, Form::Binary) => Value::string(STANDARD.encode(&inbound.body)),
    };
    let resource_path = inbound.path.trim_end_matches('/');
    let prefix = format!("/{}", api.stage);
    let path = resource_path
        .strip_prefix(&prefix)
        .filter(|_| !api.stage.is_empty())
        .unwrap_or(resource_path);
    Value::object([
        ("resource", Value::string(&route.path)),
        (
            "path",
            Value::string(if path.is_empty() { "/" } else { path }),
        ),
        ("httpMethod", Value::string(&inbound.method)),
        ("headers", last(&inbound.headers)),
        ("multiValueHeaders", all(&inbound.headers)),
        ("queryStringParameters", last(&inbound.query)),
        ("multiValueQueryStringParameters", all(&inbound.query)),
        (
            "pathParameters",
            pairs(
                inbound
                    .path_parameters
                    .iter()
                    .map(|(key, value)| (key, value))
                    .collect(),
            ),
        ),
        (
            "stageVariables",
            pairs(api.stage_variables.iter().collect()),
        ),
        ("requestContext", request_context(context)),
        ("body", body),
        (
            "isBase64Encoded",
            Value::Bool(form == Form::Binary && !inbound.body.is_empty()),
        ),
    ])
}

/// An object, or null where it has no members.
fn some_object(members: Vec<(String, Value)>) -> Value {
    match members.is_empty() {
        true => Value::Null,
        false => Value::object(members),
    }
}

/// `$context` without what belongs to templates.
fn request_context(context: &Value) -> Value {
    let members = context
        .as_object()
        .into_iter()
        .flat_map(|members| members.iter());
    Value::object(
        members
            .filter(|(key, _)| !matches!(key.as_ref(), "requestOverride" | "responseOverride"))
            .map(|(key, value)| (key.as_ref(), value.clone())),
    )
}

/// Makes the answer of what the function returned. A body in Base64 is only decoded for a client that takes bytes.
///
/// # Errors
/// What is wrong with the shape.
pub(crate) fn answer(value: &Value, taken: Form) -> Result<HttpAnswer, String> {
    let Some(members) = value.as_object() else {
        return Err(format!(
            "a function of a proxy integration returns an object, but this is {}",
            a(value)
        ));
    };
    if value.get("errorMessage").is_some() && value.get("statusCode").is_none() {
        return Err("the function failed".to_owned());
    }
    const KNOWN: [&str; 5] = [
        "statusCode",
        "headers",
        "multiValueHeaders",
        "body",
        "isBase64Encoded",
    ];
    if let Some((other, _)) = members
        .iter()
        .find(|(key, _)| !KNOWN.contains(&key.as_ref()))
    {
        return Err(format!(
            "the answer of the function has a member {other:?}; only {} are known",
            KNOWN.join(", ")
        ));
    }
    let status = match value.get("statusCode") {
        None | Some(Value::Null) => Some(200),
        Some(Value::String(text)) => text.parse().ok(),
        Some(other) => other.as_i64(),
    };
    let status = status
        .and_then(|status| u16::try_from(status).ok())
        .filter(|status| (100..600).contains(status))
        .ok_or_else(|| "statusCode is no number from 100 to 599".to_owned())?;
    let mut headers = Vec::new();
    for (name, header) in fields(value, "headers")? {
        headers.push((
            name,
            scalar(&header).ok_or_else(|| "a header is no text".to_owned())?,
        ));
    }
    for (name, list) in fields(value, "multiValueHeaders")? {
        let Value::Array(list) = list else {
            return Err(format!("multiValueHeaders.{name} is no list"));
        };
        headers.retain(|(key, _)| !key.eq_ignore_ascii_case(&name));
        for header in list.iter() {
            headers.push((
                name.clone(),
                scalar(header).ok_or_else(|| "a header is no text".to_owned())?,
            ));
        }
    }
    let encoded = match value.get("isBase64Encoded") {
        None | Some(Value::Null | Value::Bool(false)) => Form::Text,
        Some(Value::Bool(true)) => Form::Binary,
        Some(other) => return Err(format!("isBase64Encoded is {}", a(other))),
    };
    let body = match (value.get("body"), encoded) {
        (None | Some(Value::Null), _) => Vec::new(),
        (Some(Value::String(text)), Form::Text) => text.as_bytes().to_vec(),
        (Some(Value::String(text)), Form::Binary) if taken == Form::Text => {
            text.as_bytes().to_vec()
        }
        (Some(Value::String(text)), Form::Binary) => STANDARD
            .decode(text.as_bytes())
            .map_err(|error| format!("the body is not Base64: {error}"))?,
        (Some(other), _) => {
            return Err(format!(
                "the body is {}; it has to be text, as JSON.stringify makes it",
                a(other)
            ));
        }
    };
    if !headers
        .iter()
        .any(|(key, _)| key.eq_ignore_ascii_case("Content-Type"))
    {
        headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    }
    Ok(HttpAnswer {
        status,
        headers,
        body,
    })
}

fn fields(value: &Value, key: &str) -> Result<Vec<(String, Value)>, String> {
    match value.get(key) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(members)) => Ok(members
            .iter()
            .map(|(key, value)| (key.to_string(), value.clone()))
            .collect()),
        Some(other) => Err(format!("{key} is {}", a(other))),
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_json()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn a(value: &Value) -> String {
    match value.type_name() {
        name @ ("array" | "object") => format!("an {name}"),
        "null" => "null".to_owned(),
        name => format!("a {name}"),
    }
}
