//! HTTP endpoints.

use crate::gateway::HttpAnswer;
use crate::gateway::HttpCall;
use crate::gateway::inbound::Inbound;
use crate::gateway::integration::Outbound;
use crate::gateway::integration::json_answer;
use crate::query::Value;

/// Headers that belong to the connection and are not handed on.
const OWN: [&str; 8] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "te",
    "upgrade",
    "keep-alive",
    "expect",
];

/// Builds the request: path parameters into the address, the query behind it.
pub(crate) fn call(url: &str, method: &str, outbound: &Outbound) -> HttpCall {
    let mut url = fill(url, &outbound.path);
    for (index, (key, value)) in outbound.query.iter().enumerate() {
        url.push(if index == 0 && !url.contains('?') {
            '?'
        } else {
            '&'
        });
        url.push_str(&encode(key));
        url.push('=');
        url.push_str(&encode(value));
    }
    HttpCall {
        method: method.to_owned(),
        url,
        headers: outbound.headers.clone(),
        body: outbound.body.clone(),
    }
}

/// What a proxy hands on: headers, query and body as they arrived.
pub(crate) fn passed(inbound: &Inbound) -> Outbound {
    let own = |name: &str| OWN.iter().any(|own| own.eq_ignore_ascii_case(name));
    Outbound {
        headers: inbound
            .headers
            .iter()
            .filter(|(name, _)| !own(name))
            .cloned()
            .collect(),
        path: Vec::new(),
        query: inbound.query.clone(),
        body: inbound.body.clone(),
    }
}

/// The answer for a value: `{"statusCode","headers","body"}`, or with the members of `http:invoke`, or a JSON body.
pub(crate) fn returned(value: &Value, request_id: &str) -> HttpAnswer {
    let either = |lower: &str, upper: &str| value.get(lower).or_else(|| value.get(upper));
    let status = either("statusCode", "StatusCode")
        .and_then(Value::as_i64)
        .and_then(|status| u16::try_from(status).ok());
    let Some(status) = status.filter(|status| (100..600).contains(status)) else {
        return json_answer(200, "application/json", value.to_json(), request_id);
    };
    let mut headers = Vec::new();
    for (name, header) in either("headers", "Headers")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(|map| map.iter())
    {
        let values: Vec<&Value> = match header {
            Value::Array(list) => list.iter().collect(),
            other => vec![other],
        };
        for value in values {
            headers.push((
                name.to_string(),
                value
                    .as_str()
                    .map_or_else(|| value.to_json(), str::to_owned),
            ));
        }
    }
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("Content-Type"))
    {
        headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    }
    let body = match either("body", "ResponseBody") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.to_string(),
        Some(other) => other.to_json(),
    };
    HttpAnswer {
        status,
        headers,
        body: body.into_bytes(),
    }
}

/// Replaces `{name}` by path parameters.
pub(crate) fn fill(text: &str, parameters: &[(String, String)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            break;
        };
        let plain = name.trim_end_matches('+');
        match parameters.iter().rev().find(|(key, _)| key == plain) {
            Some((_, value)) => {
                let parts: Vec<String> = value.split('/').map(encode).collect();
                out.push_str(&parts.join("/"));
            }
            None => {
                out.push('{');
                out.push_str(name);
                out.push('}');
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Percent-encoded but for letters, digits and `-._~`.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
