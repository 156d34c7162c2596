//! `stepwright eval --language vtl`: mapping templates with a request, or steps of a batch.

use std::sync::Arc;

use crate::cli::argument_text;
use crate::cli::eval::Direction;
use crate::cli::eval::EvalArgs;
use crate::cli::eval::Wrong;
use crate::cli::fail;
use crate::cli::json_argument;
use crate::cli::output::note;
use crate::cli::output::say;
use crate::gateway::vtl::Dialect;
use crate::gateway::vtl::Environment;
use crate::gateway::vtl::Overrides;
use crate::gateway::vtl::Parameters;
use crate::gateway::vtl::Rendering;
use crate::gateway::vtl::Template;
use crate::gateway::vtl::VtlError;
use crate::gateway::vtl::render;
use crate::query::Map;
use crate::query::Value;

/// Renders one template; what it overrides is said on standard error.
pub fn eval_template(arguments: &EvalArgs) -> u8 {
    let source = match argument_text(arguments.expression.as_deref().unwrap_or_default()) {
        Ok(source) => source,
        Err(reason) => return fail(&reason),
    };
    let json = |argument: &Option<String>| argument.as_deref().map(json_argument).transpose();
    let (request, bindings) = match (json(&arguments.request), json(&arguments.bindings)) {
        (Ok(request), Ok(bindings)) => (request, bindings),
        (Err(reason), _) | (_, Err(reason)) => return fail(&reason),
    };
    let request = match request {
        Some(request @ Value::Object(_)) => request,
        Some(_) => return fail("--request has to be a JSON object, for example {\"body\": {}}"),
        None => Value::object::<&str>([]),
    };
    let template = match Template::parse(&source) {
        Ok(template) => template,
        Err(error) => {
            note(&format!("{}: {error}", error.code));
            return 1;
        }
    };
    let environment = Environment {
        body: body(request.get("body")),
        parameters: parameters(&request),
        context: context(&request, arguments.direction),
        stage_variables: request.get("stageVariables").cloned().unwrap_or_default(),
        variables: members(bindings.as_ref()),
        ..Environment::default()
    };
    let rendering = render(&template, &environment);
    if let Some(error) = &rendering.error {
        note(&format!("{}: {error}", error.code));
        return 1;
    }
    say(&rendering.output);
    tell_overrides(&rendering.overrides);
    0
}

/// Renders templates one after the other with one `$context`; what the last one gave.
pub fn render_steps(steps: &[Value], bindings: &Map) -> Result<Vec<(&'static str, Value)>, Wrong> {
    let usage = |text: &str| Wrong::new("Usage", text.to_string());
    let mut last = Rendering::default();
    if steps.is_empty() {
        return Err(usage("The line has no \"steps\""));
    }
    for step in steps {
        let Some(source) = step.get("template").and_then(Value::as_str) else {
            return Err(usage("A step has no \"template\""));
        };
        let previous = step.get("bodyFromPreviousOutput").and_then(Value::as_bool);
        let mut context = members(Some(&last.context));
        let own = members(step.get("context"));
        context.extend(
            own.iter()
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        let dialect = match step.get("dialect").and_then(Value::as_str) {
            None => Dialect::ApiGateway,
            Some("velocity") => Dialect::Velocity,
            Some(_) => return Err(usage("The only other \"dialect\" is \"velocity\"")),
        };
        let environment = Environment {
            dialect,
            body: if previous == Some(true) {
                Arc::from(last.output.as_str())
            } else {
                body(step.get("body"))
            },
            parameters: parameters(step),
            context: Value::Object(Arc::new(context)),
            stage_variables: step.get("stageVariables").cloned().unwrap_or_default(),
            variables: bindings.clone(),
            ..Environment::default()
        };
        let template = Template::parse(source).map_err(|error| wrong(&error))?;
        last = render(&template, &environment);
        if let Some(error) = &last.error {
            return Err(wrong(error));
        }
    }
    let mut answer = vec![("value", Value::from(last.output))];
    if let Some(status) = &last.overrides.status {
        let code = last.overrides.status_code();
        let status = code.map_or_else(|| status.clone(), |code| Value::from(i64::from(code)));
        answer.push(("status", status));
    }
    if !last.overrides.response_header.is_empty() {
        let headers = last.overrides.response_header.iter();
        let headers = headers.map(|(name, value)| (name, Value::from(value.as_str())));
        answer.push(("headers", Value::object(headers)));
    }
    Ok(answer)
}

fn wrong(error: &VtlError) -> Wrong {
    Wrong {
        position: Some(error.span.start),
        line_column: Some((error.line, error.column)),
        ..Wrong::new(error.code, error.message.clone())
    }
}

/// A text as it is, other JSON as its text.
fn body(body: Option<&Value>) -> Arc<str> {
    match body {
        None | Some(Value::Null) => Arc::from(""),
        Some(Value::String(text)) => text.clone(),
        Some(json) => Arc::from(json.to_json()),
    }
}

fn members(value: Option<&Value>) -> Map {
    value
        .and_then(Value::as_object)
        .map(|members| members.as_ref().clone())
        .unwrap_or_default()
}

/// Either `params` in three groups, or each group under one of its names.
fn parameters(request: &Value) -> Parameters {
    let params = request.get("params").cloned().unwrap_or_default();
    let object = |value: Option<&Value>| value.filter(|value| value.as_object().is_some()).cloned();
    let group = |names: &[&str], within: &str| {
        names
            .iter()
            .find_map(|name| object(request.get(name)))
            .or_else(|| object(params.get(within)))
            .unwrap_or_else(|| Value::object::<&str>([]))
    };
    let mut parameters = Parameters {
        path: group(&["pathParameters"], "path"),
        querystring: group(
            &["query", "querystring", "queryStringParameters"],
            "querystring",
        ),
        header: group(&["headers", "header"], "header"),
    };
    let grouped = ["path", "querystring", "header"]
        .iter()
        .any(|name| object(params.get(name)).is_some());
    if !grouped && request.get("pathParameters").is_none() && params.as_object().is_some() {
        parameters.path = params;
    }
    parameters
}

/// `$context` of a request: what it says itself, completed by its method and path.
fn context(request: &Value, direction: Direction) -> Value {
    let mut context = members(request.get("context"));
    let mut complete = |name: &str, value: Option<&Value>| {
        if let (false, Some(value)) = (context.contains_key(name), value) {
            context.insert(Arc::from(name), value.clone());
        }
    };
    complete("httpMethod", request.get("method"));
    complete("path", request.get("path"));
    complete("resourcePath", request.get("path"));
    if direction == Direction::Response {
        complete("status", request.get("status"));
    }
    Value::Object(Arc::new(context))
}

fn tell_overrides(overrides: &Overrides) {
    let groups = [
        ("path parameter", &overrides.path),
        ("query parameter", &overrides.querystring),
        ("request header", &overrides.request_header),
        ("response header", &overrides.response_header),
    ];
    for (what, group) in groups {
        for (name, value) in group {
            note(&format!("overrides the {what} {name}: {value}"));
        }
    }
    if let Some(status) = &overrides.status {
        note(&match overrides.status_code() {
            Some(code) => format!("overrides the status: {code}"),
            None => format!("overrides the status: {status:?}, which is no status and is ignored"),
        });
    }
    for name in &overrides.set_again {
        note(&format!(
            "sets $context.{name} more than once, which API Gateway answers with a 5XX"
        ));
    }
}
