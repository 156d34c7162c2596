//! What the REST protocols put outside of the body: path, query string, headers, status.

use crate::aws::json;
use crate::aws::model::Kind;
use crate::aws::model::Member;
use crate::aws::model::Model;
use crate::aws::naming;
use crate::aws::operation::Operation;
use crate::aws::operation::Style;
use crate::aws::response::HttpResponse;
use crate::aws::wire::StructureOf;
use crate::aws::wire::Wire;
use crate::aws::wire::base64;
use crate::query::Value;

/// Percent-encodes everything but the unreserved characters of RFC 3986.
pub(crate) fn encode(text: &str) -> String {
    encode_but(text, "")
}

fn encode_but(text: &str, kept: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "-._~".contains(c) || kept.contains(c) {
            out.push(c);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The path, encoded once, and the query string of a request.
pub(crate) fn path_and_query(
    operation: &Operation,
    input: &StructureOf,
) -> (String, Vec<(String, String)>) {
    let (template, fixed) = operation
        .line
        .uri
        .split_once('?')
        .unwrap_or((operation.line.uri, ""));
    let mut path = template.to_owned();
    let mut query: Vec<(String, String)> = fixed
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    for (member, wire) in &input.members {
        if let Some(name) = member.traits.get('u') {
            let text = wire.text("iso8601");
            let label = format!("{{{name}}}");
            let greedy = format!("{{{name}+}}");
            path = path
                .replace(&label, &encode(&text))
                .replace(&greedy, &encode_but(&text, "/"));
        } else if let Some(name) = member.traits.get('q') {
            match wire {
                Wire::List(list) => query.extend(
                    list.items
                        .iter()
                        .map(|item| (name.to_owned(), item.text("iso8601"))),
                ),
                Wire::Map(map) => {
                    for (key, value) in &map.entries {
                        match value {
                            Wire::List(list) => query.extend(
                                list.items
                                    .iter()
                                    .map(|item| (key.to_string(), item.text("iso8601"))),
                            ),
                            other => query.push((key.to_string(), other.text("iso8601"))),
                        }
                    }
                }
                other => query.push((name.to_owned(), other.text("iso8601"))),
            }
        }
    }
    (path, query)
}

/// The labels of the path that nothing was given for.
pub(crate) fn missing_label(operation: &Operation, input: &StructureOf) -> Option<String> {
    let members = operation.model.members(operation.line.input);
    let labels = members.iter().filter(|member| member.traits.has('u'));
    let mut missing = labels.filter(|label| {
        let given = input
            .members
            .iter()
            .find(|(member, _)| member.name == label.name);
        given.is_none_or(|(_, wire)| wire.text("iso8601").is_empty())
    });
    missing
        .next()
        .map(|member| naming::member(member.name, operation.style))
}

/// The members that travel as headers.
pub(crate) fn headers(input: &StructureOf) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    for (member, wire) in &input.members {
        if let Some(name) = member.traits.get('h') {
            let text = match wire {
                Wire::Document(value) => base64(value.to_json().as_bytes()),
                other => other.text("rfc822"),
            };
            headers.push((name.to_lowercase(), text));
        } else if let (Some(prefix), Wire::Map(map)) = (member.traits.get('H'), wire) {
            let entries = map.entries.iter();
            headers.extend(entries.map(|(key, value)| {
                (
                    format!("{prefix}{key}").to_lowercase(),
                    value.text("rfc822"),
                )
            }));
        }
    }
    headers
}

/// Members of the result that came in the status and the headers.
pub(crate) fn read_outside(
    model: &'static Model,
    members: &[Member],
    response: &HttpResponse,
    style: Style,
) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for member in members {
        let name = || naming::member(member.name, style);
        if member.traits.has('c') {
            found.push((name(), Value::from(i64::from(response.status))));
        } else if let Some(header) = member.traits.get('h') {
            let value = response.header(header);
            found.extend(value.map(|text| (name(), header_value(model, member, text, style))));
        } else if let Some(prefix) = member.traits.get('H') {
            let prefix = prefix.to_lowercase();
            let own = response.headers.iter().filter_map(|(header, value)| {
                let header = header.to_lowercase();
                let key = header.strip_prefix(&prefix)?.to_owned();
                Some((key, Value::from(value.as_str())))
            });
            found.push((name(), Value::object(own.collect::<Vec<_>>())));
        }
    }
    found
}

fn header_value(model: &'static Model, member: &Member, text: &str, style: Style) -> Value {
    match model.shape(member.shape).kind {
        Kind::Bool => Value::Bool(text.eq_ignore_ascii_case("true")),
        Kind::Integer => text
            .parse::<i64>()
            .map_or_else(|_| Value::from(text), Value::from),
        Kind::Float => text
            .parse::<f64>()
            .map_or_else(|_| Value::from(text), Value::from),
        Kind::Time => json::moment(&Value::from(text))
            .map_or_else(|| Value::from(text), |at| json::time(at, style)),
        Kind::List(_) => Value::array(
            text.split(',')
                .map(|item| Value::from(item.trim()))
                .collect(),
        ),
        Kind::Text if member.traits.has('j') => Value::from(json::text_of_base64(text)),
        Kind::Text | Kind::Blob | Kind::Map(_, _) | Kind::Structure(_) => Value::from(text),
    }
}
