//! `$context`: what API Gateway knows about a request besides what was sent.

use crate::gateway::Api;
use crate::gateway::ApiKey;
use crate::gateway::Micros;
use crate::gateway::Route;
use crate::gateway::inbound::Inbound;
use crate::query::Value;

/// What `$context.error` holds once something failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ErrorWords {
    pub message: String,
    /// `BAD_REQUEST_BODY`
    pub response_type: &'static str,
    /// `[…, …]`, from validation.
    pub validation: Option<String>,
}

/// The members in the order in which `$context.keySet()` lists them.
pub(crate) fn build(
    api: &Api,
    inbound: &Inbound,
    route: Option<&Route>,
    key: Option<&ApiKey>,
) -> Value {
    let text = |text: &str| Value::string(text);
    let nothing = || Value::object::<&str>([]);
    let mut members: Vec<(&str, Value)> = Vec::with_capacity(20);
    if let Some(route) = route {
        members.push(("resourceId", text(&resource_id(&route.path))));
        if let Some(name) = &route.operation_name {
            members.push(("operationName", text(name)));
        }
        members.push(("resourcePath", text(&route.path)));
    }
    members.extend([
        ("httpMethod", text(&inbound.method)),
        ("extendedRequestId", text(&inbound.extended_id)),
        ("requestTime", text(&request_time(inbound.at))),
        ("path", text(&inbound.path)),
        ("accountId", text(&api.account)),
        ("protocol", text("HTTP/1.1")),
        (
            "requestOverride",
            Value::object([
                ("path", nothing()),
                ("header", nothing()),
                ("querystring", nothing()),
            ]),
        ),
        ("stage", text(&api.stage)),
        ("domainPrefix", text(&api.id)),
        ("requestTimeEpoch", Value::from(inbound.at / 1_000)),
        ("requestId", text(&inbound.request_id)),
        ("identity", identity(inbound, key)),
        ("domainName", text(&api.domain())),
        ("deploymentId", text("local1")),
        ("responseOverride", Value::object([("header", nothing())])),
        ("apiId", text(&api.id)),
    ]);
    Value::object(members)
}

/// With `$context.error`, as gateway responses see it.
pub(crate) fn with_error(context: &Value, error: &ErrorWords) -> Value {
    let mut members = vec![
        ("message", Value::string(&error.message)),
        (
            "messageString",
            Value::string(Value::string(&error.message).to_json()),
        ),
        ("responseType", Value::string(error.response_type)),
    ];
    members.extend(
        error
            .validation
            .as_ref()
            .map(|words| ("validationErrorString", Value::string(words))),
    );
    let error = Value::object(members);
    match context {
        Value::Object(map) => {
            let mut map = (**map).clone();
            map.insert("error".into(), error);
            Value::Object(map.into())
        }
        _ => Value::object([("error", error)]),
    }
}

fn identity(inbound: &Inbound, key: Option<&ApiKey>) -> Value {
    let unset = || Value::Null;
    let mut members = vec![
        ("cognitoIdentityPoolId", unset()),
        ("accountId", unset()),
        ("cognitoIdentityId", unset()),
        ("caller", unset()),
        ("sourceIp", Value::string(&inbound.source_ip)),
        ("principalOrgId", unset()),
        ("accessKey", unset()),
        ("cognitoAuthenticationType", unset()),
        ("cognitoAuthenticationProvider", unset()),
        ("userArn", unset()),
        (
            "userAgent",
            inbound
                .header("User-Agent")
                .map_or_else(unset, Value::string),
        ),
        ("user", unset()),
    ];
    if let Some(key) = key {
        members.push(("apiKey", Value::string(&key.value)));
        members.push(("apiKeyId", Value::string(&key.name)));
    }
    Value::object(members)
}

/// Six letters and digits that stay the same for a path; the root has ten on the service as well.
fn resource_id(path: &str) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in path.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let mut id = String::with_capacity(6);
    for _ in 0..6 {
        id.extend(char::from_digit((hash % 36) as u32, 36));
        hash /= 36;
    }
    id
}

/// `26/Nov/2026:04:22:43 +0000`
fn request_time(at: Micros) -> String {
    jiff::Timestamp::from_microsecond(at)
        .map(|moment| moment.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string())
        .unwrap_or_default()
}

/// The value of `a.b.c` below an object, as text: texts as they are, others as JSON, nothing for nothing.
pub(crate) fn lookup(root: &Value, path: &str) -> Option<String> {
    let found = path
        .split('.')
        .try_fold(root, |value, key| value.get(key))?;
    match found {
        Value::Null => None,
        Value::String(text) => Some(text.to_string()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Some(found.to_json())
        }
    }
}
