//! From what came of an integration to the answer: response chosen, headers mapped, template rendered.

use std::sync::Arc;

use crate::gateway::Api;
use crate::gateway::HttpAnswer;
use crate::gateway::Integration;
use crate::gateway::IntegrationKind;
use crate::gateway::IntegrationResponse;
use crate::gateway::Response;
use crate::gateway::Route;
use crate::gateway::StepKind;
use crate::gateway::Target;
use crate::gateway::TemplateSource;
use crate::gateway::Verdict;
use crate::gateway::binary;
use crate::gateway::exchange::Clock;
use crate::gateway::exchange::Exchange;
use crate::gateway::exchange::Failed;
use crate::gateway::integration::Outbound;
use crate::gateway::mapping;
use crate::gateway::mapping::Sources;
use crate::gateway::refusal::Failure;
use crate::gateway::render;
use crate::gateway::vtl::Overrides;
use crate::gateway::wire::shown;

/// Chooses the integration response and makes the answer of it.
///
/// `message` is the error message of a function, which patterns are held against instead of the status.
pub(crate) fn respond(
    exchange: &mut Exchange,
    answer: HttpAnswer,
    message: Option<String>,
    clock: Clock<'_>,
) -> Result<Response, Failed> {
    let at = clock();
    let api = Arc::clone(&exchange.api);
    let Some(route) = exchange.route.and_then(|index| api.routes.get(index)) else {
        return Err(Failed::of(Failure::InternalError));
    };
    let Some(integration) = &route.integration else {
        return Err(Failed::of(Failure::ApiConfigurationError));
    };
    let subject = message.clone().unwrap_or_else(|| answer.status.to_string());
    let Some(chosen) = choose(integration, &subject) else {
        exchange.note(StepKind::ResponseTemplate, Verdict::Failed, at, clock, |_, step| {
            let what = if message.is_some() { "the error message" } else { "the status" };
            step.words.push(format!(
                "no integration response fits {what} {subject:?}, and there is none without a pattern (default)"
            ));
            step.pointer = Some(format!("{}/responses", integration.pointer));
        });
        return Err(Failed::of(Failure::ApiConfigurationError));
    };
    let mut words = vec![chosen_words(chosen, message.as_deref(), answer.status)];
    let body = convert(exchange, &api, chosen, &answer)?;
    let text = String::from_utf8_lossy(&body).into_owned();
    let mut headers = map_headers(exchange, &api, route, chosen, &answer, &text, &mut words);
    let mut status = chosen.status;
    if status != answer.status {
        words.push(format!(
            "the integration's status {} becomes {status}",
            answer.status
        ));
    }
    let accept = exchange.inbound.header("Accept").unwrap_or_default();
    let template = template(chosen, accept);
    let Some((kind, source)) = template else {
        let set = Overrides::of(&exchange.context);
        set_status(&set, &mut status, None, &mut words);
        set_headers(&set, &mut headers, &mut words);
        let headers = complete(exchange, headers, "application/json");
        words.push(
            "the integration response has no template, so the body goes on as it is".to_owned(),
        );
        let mock = integration.target == Target::Mock;
        let response = Response {
            status,
            headers,
            body: if mock { Vec::new() } else { body },
        };
        exchange.note(
            StepKind::ResponseTemplate,
            Verdict::Skipped,
            at,
            clock,
            |_, step| {
                step.input = Some(shown(text.as_bytes()));
                step.output = Some(shown(&response.body));
                step.words = words;
                step.pointer = Some(chosen.pointer.clone());
            },
        );
        exchange.answered(&response, clock);
        return Ok(response);
    };
    let rendered = render::render(exchange, source, &text);
    if let Some(error) = rendered.error {
        exchange.note(
            StepKind::ResponseTemplate,
            Verdict::Failed,
            at,
            clock,
            |_, step| {
                step.input = Some(shown(text.as_bytes()));
                step.output = Some(rendered.output.clone());
                step.words.push(error);
                step.words.extend(words);
                step.pointer = Some(source.pointer.clone());
                step.inspection = rendered.inspection;
            },
        );
        return Err(Failed::of(Failure::InternalError));
    }
    set_status(
        &rendered.overrides,
        &mut status,
        rendered.status_line,
        &mut words,
    );
    set_headers(&rendered.overrides, &mut headers, &mut words);
    let headers = complete(exchange, headers, kind);
    let response = Response {
        status,
        headers,
        body: rendered.output.into_bytes(),
    };
    let doubt = doubtful(kind, &response);
    let verdict = if doubt.is_some() {
        Verdict::Doubtful
    } else {
        Verdict::Passed
    };
    exchange.note(StepKind::ResponseTemplate, verdict, at, clock, |_, step| {
        step.input = Some(shown(text.as_bytes()));
        step.output = Some(shown(&response.body));
        step.words = doubt.into_iter().chain(words).collect();
        step.pointer = Some(source.pointer.clone());
        step.inspection = rendered.inspection;
    });
    exchange.answered(&response, clock);
    Ok(response)
}

/// A body that says it is JSON and is not.
fn doubtful(kind: &str, response: &Response) -> Option<String> {
    let text = std::str::from_utf8(&response.body).ok()?;
    if !kind.eq_ignore_ascii_case("application/json") || text.trim().is_empty() {
        return None;
    }
    let error = serde_json::from_str::<serde::de::IgnoredAny>(text).err()?;
    Some(format!("the body says it is JSON, but it is not: {error}"))
}

/// The first one whose pattern fits, else the one without a pattern.
fn choose<'a>(integration: &'a Integration, subject: &str) -> Option<&'a IntegrationResponse> {
    let responses = &integration.responses;
    responses
        .iter()
        .find(|response| response.fits(subject))
        .or_else(|| responses.iter().find(|response| response.pattern.is_none()))
}

fn chosen_words(chosen: &IntegrationResponse, message: Option<&str>, status: u16) -> String {
    match (&chosen.pattern, message) {
        (Some(pattern), Some(message)) => {
            format!(
                "the pattern {pattern:?} fits the error message {message:?}, so the method response is {}",
                chosen.status
            )
        }
        (Some(pattern), None) => {
            format!(
                "the pattern {pattern:?} fits the integration's status {status}, so the method response is {}",
                chosen.status
            )
        }
        (None, _) => format!(
            "no pattern fits, so the default response with status {} is taken",
            chosen.status
        ),
    }
}

fn convert(
    exchange: &Exchange,
    api: &Api,
    chosen: &IntegrationResponse,
    answer: &HttpAnswer,
) -> Result<Vec<u8>, Failed> {
    if api.binary_media_types.is_empty() && chosen.content_handling.is_none() {
        return Ok(answer.body.clone());
    }
    let kind = header(&answer.headers, "Content-Type").unwrap_or("application/json");
    let accept = exchange.inbound.header("Accept").unwrap_or_default();
    binary::outward(
        &api.binary_media_types,
        kind,
        accept,
        chosen.content_handling,
        answer.body.clone(),
    )
    .map_err(|()| Failed::of(Failure::InternalError))
}

/// `responseParameters`; headers that the method response does not declare do not leave.
fn map_headers(
    exchange: &Exchange,
    api: &Api,
    route: &Route,
    chosen: &IntegrationResponse,
    answer: &HttpAnswer,
    body: &str,
    words: &mut Vec<String>,
) -> Vec<(String, String)> {
    let sources = Sources {
        api,
        inbound: &exchange.inbound,
        context: &exchange.context,
    };
    let declared = route.method_responses.get(&chosen.status.to_string());
    let mut headers: Vec<(String, String)> = Vec::new();
    for mapping in &chosen.parameters {
        let Some(name) = mapping.target.strip_prefix("method.response.header.") else {
            continue;
        };
        let known = declared.is_none_or(|response| {
            response
                .headers
                .iter()
                .any(|header| header.eq_ignore_ascii_case(name))
        });
        if !known {
            words.push(format!(
                "the header {name} does not leave: the method response {} does not declare it",
                chosen.status
            ));
            continue;
        }
        match mapping::response_value(&mapping.expression, &answer.headers, body, &sources) {
            Ok(Some(value)) => Outbound::set(&mut headers, name, value),
            Ok(None) => words.push(format!(
                "the header {name} is not set: {} has no value",
                mapping.expression
            )),
            Err(error) => words.push(error),
        }
    }
    headers
}

/// By the last `Accept`, else JSON, else the first.
fn template<'a>(
    chosen: &'a IntegrationResponse,
    accept: &str,
) -> Option<(&'a str, &'a TemplateSource)> {
    let templates = &chosen.templates;
    templates
        .get_key_value(accept.trim())
        .or_else(|| templates.get_key_value("application/json"))
        .or_else(|| templates.first())
        .map(|(kind, source)| (kind.as_str(), source))
}

/// The status that a template has set, if it is one.
fn set_status(set: &Overrides, status: &mut u16, line: Option<usize>, words: &mut Vec<String>) {
    let Some(value) = &set.status else {
        return;
    };
    match set.status_code() {
        Some(code) => {
            let place = line.map(|line| format!(", line {line}")).unwrap_or_default();
            words.insert(0, format!(
                "status changed from {status} to {code} by $context.responseOverride.status in the template{place}"
            ));
            *status = code;
        }
        None => words.insert(0, format!(
            "$context.responseOverride.status is {}, which is no whole number from 100 to 599, so the status stays {status}",
            value.to_json()
        )),
    }
}

/// Headers that templates have set go before mapped ones.
fn set_headers(set: &Overrides, headers: &mut Vec<(String, String)>, words: &mut Vec<String>) {
    for (name, value) in &set.response_header {
        words.push(format!("the template set the header {name} to {value}"));
        headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        headers.push((name.clone(), value.clone()));
    }
}

/// With the headers that API Gateway adds to every answer.
fn complete(
    exchange: &Exchange,
    mapped: Vec<(String, String)>,
    kind: &str,
) -> Vec<(String, String)> {
    let mut headers = Vec::with_capacity(mapped.len() + 4);
    if header(&mapped, "Content-Type").is_none() {
        headers.push(("Content-Type".to_owned(), kind.to_owned()));
    }
    let inbound = &exchange.inbound;
    for (name, value) in [
        ("x-amzn-RequestId", &inbound.request_id),
        ("x-amz-apigw-id", &inbound.extended_id),
        ("X-Amzn-Trace-Id", &inbound.trace_id),
    ] {
        if header(&mapped, name).is_none() {
            headers.push((name.to_owned(), value.clone()));
        }
    }
    headers.extend(mapped);
    headers
}

/// Headers that end with the connection, and those that come out under another name.
const DROPPED: [&str; 7] = [
    "connection",
    "content-length",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
const REMAPPED: [&str; 8] = [
    "authorization",
    "content-md5",
    "date",
    "expect",
    "host",
    "server",
    "user-agent",
    "www-authenticate",
];

/// The answer of a proxy, which goes out as it is.
pub(crate) fn passed(
    exchange: &mut Exchange,
    answer: HttpAnswer,
    clock: Clock<'_>,
) -> Result<Response, Failed> {
    let at = clock();
    let mut headers = Vec::with_capacity(answer.headers.len());
    for (name, value) in answer.headers {
        let among = |list: &[&str]| list.iter().any(|known| known.eq_ignore_ascii_case(&name));
        if among(&DROPPED) {
            continue;
        }
        let name = if among(&REMAPPED) {
            format!("x-amzn-Remapped-{name}")
        } else {
            name
        };
        headers.push((name, value));
    }
    let function = exchange
        .integration()
        .is_some_and(|integration| integration.kind == IntegrationKind::AwsProxy);
    let response = Response {
        status: answer.status,
        headers: complete(exchange, headers, "application/json"),
        body: answer.body,
    };
    exchange.note(
        StepKind::ResponseTemplate,
        Verdict::Skipped,
        at,
        clock,
        |_, step| {
            step.words.push(match function {
                true => "the function says status, headers and body itself".to_owned(),
                false => "the endpoint's answer goes on as it is".to_owned(),
            });
        },
    );
    exchange.answered(&response, clock);
    Ok(response)
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .rev()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}
