//! Mapping expressions: `method.request.path.id`, `'constant'`, `integration.response.body.a[0]`.

use crate::gateway::Api;
use crate::gateway::context;
use crate::gateway::inbound::Inbound;
use crate::query::Value;
use crate::query::jsonpath;

/// What expressions on the way in and in gateway responses can see.
pub(crate) struct Sources<'a> {
    pub api: &'a Api,
    pub inbound: &'a Inbound,
    pub context: &'a Value,
}

/// The value of an expression on the way in; several values come joined by commas where the expression asks for all.
///
/// # Errors
/// One sentence where it is no expression.
pub(crate) fn request_value(
    expression: &str,
    sources: &Sources<'_>,
) -> Result<Option<String>, String> {
    if let Some(constant) = constant(expression) {
        return Ok(Some(constant.to_owned()));
    }
    if let Some(path) = expression.strip_prefix("context.") {
        return Ok(context::lookup(sources.context, path));
    }
    if let Some(name) = expression.strip_prefix("stageVariables.") {
        return Ok(sources.api.stage_variables.get(name).cloned());
    }
    let Some(rest) = expression.strip_prefix("method.request.") else {
        return Err(unknown(expression));
    };
    let inbound = sources.inbound;
    if rest == "body" {
        return Ok(Some(inbound.text()));
    }
    let (place, name) = rest.split_once('.').ok_or_else(|| unknown(expression))?;
    let last = |fields: &[(String, String)], same: fn(&str, &str) -> bool| {
        fields
            .iter()
            .rev()
            .find(|(key, _)| same(key, name))
            .map(|(_, value)| value.clone())
    };
    let all = |fields: &[(String, String)], same: fn(&str, &str) -> bool| {
        let values: Vec<&str> = fields
            .iter()
            .filter(|(key, _)| same(key, name))
            .map(|(_, value)| value.as_str())
            .collect();
        (!values.is_empty()).then(|| values.join(","))
    };
    let exact: fn(&str, &str) -> bool = |left, right| left == right;
    let header: fn(&str, &str) -> bool = str::eq_ignore_ascii_case;
    Ok(match place {
        "path" => last(&inbound.path_parameters, exact),
        "querystring" => last(&inbound.query, exact),
        "multivaluequerystring" => all(&inbound.query, exact),
        "header" => last(&inbound.headers, header),
        "multivalueheader" => all(&inbound.headers, header),
        "body" => Value::parse(&inbound.text())
            .ok()
            .and_then(|body| inside(&body, name)),
        _ => return Err(unknown(expression)),
    })
}

/// The value of an expression on the way out.
///
/// # Errors
/// One sentence where it is no expression.
pub(crate) fn response_value(
    expression: &str,
    headers: &[(String, String)],
    body: &str,
    sources: &Sources<'_>,
) -> Result<Option<String>, String> {
    let Some(rest) = expression.strip_prefix("integration.response.") else {
        return match expression.starts_with("method.request.") {
            true => Err(unknown(expression)),
            false => request_value(expression, sources),
        };
    };
    if rest == "body" {
        return Ok(Some(body.to_owned()));
    }
    let (place, name) = rest.split_once('.').ok_or_else(|| unknown(expression))?;
    let mut values = headers
        .iter()
        .filter(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str());
    Ok(match place {
        "header" => values.next_back().map(str::to_owned),
        "multivalueheader" => {
            let values: Vec<&str> = values.collect();
            (!values.is_empty()).then(|| values.join(","))
        }
        "body" => Value::parse(body).ok().and_then(|body| inside(&body, name)),
        _ => return Err(unknown(expression)),
    })
}

/// `'text'`
pub(crate) fn constant(expression: &str) -> Option<&str> {
    expression.strip_prefix('\'')?.strip_suffix('\'')
}

fn unknown(expression: &str) -> String {
    format!("{expression:?} is no mapping expression, so it maps nothing")
}

/// What a JSON path, written without `$.`, finds: text as it is, other values as JSON.
fn inside(body: &Value, path: &str) -> Option<String> {
    let path = jsonpath::Path::parse(&format!("$.{path}")).ok()?;
    match path.read(body).ok()? {
        Value::Null => None,
        Value::String(text) => Some(text.to_string()),
        other => Some(other.to_json()),
    }
}
