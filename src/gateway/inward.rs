//! From a request to the call of its integration: route, access, validation, mapping, template.

use std::sync::Arc;

use crate::gateway::Api;
use crate::gateway::Integration;
use crate::gateway::IntegrationKind;
use crate::gateway::Meters;
use crate::gateway::Passthrough;
use crate::gateway::Step;
use crate::gateway::StepKind;
use crate::gateway::TemplateSource;
use crate::gateway::Verdict;
use crate::gateway::access;
use crate::gateway::binary;
use crate::gateway::calling;
use crate::gateway::exchange::Clock;
use crate::gateway::exchange::Exchange;
use crate::gateway::exchange::Failed;
use crate::gateway::integration::Outbound;
use crate::gateway::integration::http;
use crate::gateway::mapping;
use crate::gateway::mapping::Sources;
use crate::gateway::refusal::Failure;
use crate::gateway::render;
use crate::gateway::route;
use crate::gateway::route::Found;
use crate::gateway::validate;
use crate::gateway::wire;

/// Bytes a body may have.
pub(crate) const LARGEST_BODY: usize = 10 * 1024 * 1024;

/// Takes a new exchange to its integration, or to its answer where that needs nobody.
pub(crate) fn proceed(
    exchange: &mut Exchange,
    meters: &Meters,
    clock: Clock<'_>,
) -> Result<Step, Failed> {
    find(exchange, clock)?;
    access::authorize(exchange, meters, clock)?;
    check(exchange, clock)?;
    let api = Arc::clone(&exchange.api);
    let Some(route) = exchange.route.and_then(|index| api.routes.get(index)) else {
        return Err(Failed::of(Failure::InternalError));
    };
    let Some(integration) = &route.integration else {
        let at = clock();
        let words = "the method has no integration".to_owned();
        calling::no_call(exchange, at, clock, words, &route.pointer);
        return Err(Failed::of(Failure::ApiConfigurationError));
    };
    match integration.kind {
        IntegrationKind::AwsProxy => {
            calling::proxy_function(exchange, &api, route, integration, clock)
        }
        IntegrationKind::HttpProxy => {
            let mut outbound = http::passed(&exchange.inbound);
            let words = map_parameters(exchange, &api, integration, &mut outbound);
            let at = clock();
            exchange.note(
                StepKind::RequestTemplate,
                Verdict::Skipped,
                at,
                clock,
                |_, step| {
                    step.words = words;
                    step.words.insert(
                        0,
                        "an http_proxy integration hands the request on as it is".to_owned(),
                    );
                },
            );
            calling::call(exchange, integration, outbound, clock)
        }
        IntegrationKind::Aws | IntegrationKind::Http | IntegrationKind::Mock => {
            let outbound = transform(exchange, &api, integration, clock)?;
            calling::call(exchange, integration, outbound, clock)
        }
    }
}

fn find(exchange: &mut Exchange, clock: Clock<'_>) -> Result<(), Failed> {
    let at = exchange.inbound.at;
    let found = route::find(
        &exchange.api,
        &exchange.inbound.method,
        &exchange.inbound.path,
    );
    let (words, failure) = match found {
        Found::Route { index, parameters } => {
            exchange.inbound.path_parameters = parameters;
            exchange.route = Some(index);
            (Vec::new(), None)
        }
        Found::OtherStage => {
            let stage = &exchange.api.stage;
            let words = vec![format!(
                "the path does not begin with the stage: /{stage}/…"
            )];
            (words, Some(Failure::Forbidden))
        }
        Found::OtherMethod { path, methods } => {
            let words = vec![
                format!("{path} has no method {}, only {}", exchange.inbound.method, methods.join(", ")),
                "API Gateway answers a path or method that does not exist with 403 Missing Authentication Token, not with 404".to_owned(),
            ];
            (words, Some(Failure::MissingAuthenticationToken))
        }
        Found::Nothing => {
            let words = vec![
                format!("no resource of the API fits the path {}", exchange.inbound.path),
                "API Gateway answers a path or method that does not exist with 403 Missing Authentication Token, not with 404".to_owned(),
            ];
            (words, Some(Failure::MissingAuthenticationToken))
        }
    };
    let too_large = exchange.inbound.body.len() > LARGEST_BODY;
    let failure = failure.or(too_large.then_some(Failure::RequestTooLarge));
    let verdict = if failure.is_some() {
        Verdict::Failed
    } else {
        Verdict::Passed
    };
    exchange.note(StepKind::Received, verdict, at, clock, |exchange, step| {
        step.input = Some(wire::request_as_http(&exchange.inbound));
        step.words = words;
        if let Some(route) = exchange.found() {
            step.words
                .push(format!("route {} {}", route.method, route.path));
            for (name, value) in &exchange.inbound.path_parameters {
                step.words.push(format!("path parameter {name} = {value}"));
            }
            step.pointer = Some(route.pointer.clone());
        }
        if too_large {
            step.words
                .push("the body has more than 10 MB, which API Gateway does not take".to_owned());
        }
    });
    match failure {
        Some(failure) => Err(Failed::of(failure)),
        None => Ok(()),
    }
}

fn check(exchange: &mut Exchange, clock: Clock<'_>) -> Result<(), Failed> {
    let at = clock();
    let Some(route) = exchange.found() else {
        return Ok(());
    };
    let outcome = validate::validate(route, &exchange.inbound);
    let verdict = match &outcome {
        Ok(_) if route.validator.is_none() => Verdict::Skipped,
        Ok(_) => Verdict::Passed,
        Err(_) => Verdict::Failed,
    };
    exchange.note(StepKind::Validated, verdict, at, clock, |exchange, step| {
        step.pointer = exchange.found().map(|route| route.pointer.clone());
        step.words = match &outcome {
            Ok(words) => words.clone(),
            Err(failed) => failed
                .validation
                .iter()
                .chain(&failed.message)
                .cloned()
                .collect(),
        };
    });
    outcome.map(|_| ())
}

/// Mapping expressions of the request; what could not be mapped, in words.
fn map_parameters(
    exchange: &Exchange,
    api: &Api,
    integration: &Integration,
    outbound: &mut Outbound,
) -> Vec<String> {
    let sources = Sources {
        api,
        inbound: &exchange.inbound,
        context: &exchange.context,
    };
    let mut words = Vec::new();
    for mapping in &integration.request_parameters {
        let value = match mapping::request_value(&mapping.expression, &sources) {
            Ok(Some(value)) => value,
            Ok(None) => {
                words.push(format!(
                    "{} is not set: {} has no value",
                    mapping.target, mapping.expression
                ));
                continue;
            }
            Err(error) => {
                words.push(error);
                continue;
            }
        };
        let place = mapping
            .target
            .strip_prefix("integration.request.")
            .and_then(|rest| rest.split_once('.'));
        match place {
            Some(("header", name)) => Outbound::set(&mut outbound.headers, name, value),
            Some(("path", name)) => Outbound::set(&mut outbound.path, name, value),
            Some(("querystring", name)) => Outbound::set(&mut outbound.query, name, value),
            Some(_) | None => {
                words.push(format!(
                    "{} is no place in an integration request",
                    mapping.target
                ));
                continue;
            }
        }
        words.push(format!(
            "{} comes from {}",
            mapping.target, mapping.expression
        ));
    }
    words
}

/// The template for a content type, with that type.
fn template<'a>(
    integration: &'a Integration,
    content_type: &str,
) -> Result<Option<(&'a str, &'a TemplateSource)>, Failure> {
    let templates = &integration.request_templates;
    let found = templates
        .iter()
        .find(|(kind, _)| kind.eq_ignore_ascii_case(content_type))
        .or_else(|| templates.get_key_value("$default"));
    match (found, integration.passthrough) {
        (Some((kind, source)), _) => Ok(Some((kind.as_str(), source))),
        (None, Passthrough::WhenNoMatch) => Ok(None),
        (None, Passthrough::WhenNoTemplates) if templates.is_empty() => Ok(None),
        (None, Passthrough::WhenNoTemplates | Passthrough::Never) => {
            Err(Failure::UnsupportedMediaType)
        }
    }
}

/// Parameters mapped, the template rendered, overrides put in.
fn transform(
    exchange: &mut Exchange,
    api: &Api,
    integration: &Integration,
    clock: Clock<'_>,
) -> Result<Outbound, Failed> {
    let at = clock();
    let content_type = exchange.inbound.content_type();
    let mut outbound = Outbound::default();
    let mut words = map_parameters(exchange, api, integration, &mut outbound);
    let body = binary::inward(
        &api.binary_media_types,
        &content_type,
        integration.content_handling,
        &exchange.inbound.body,
    )
    .map_err(|()| Failed::of(Failure::InternalError))?;
    let chosen = match template(integration, &content_type) {
        Ok(chosen) => chosen,
        Err(failure) => {
            exchange.note(StepKind::RequestTemplate, Verdict::Failed, at, clock, |_, step| {
                let kinds: Vec<&str> = integration.request_templates.keys().map(String::as_str).collect();
                step.words = vec![match kinds.is_empty() {
                    true => "the integration has no request template and passes nothing through".to_owned(),
                    false => format!(
                        "no request template is for {content_type}, only for {}, and the integration passes nothing else through",
                        kinds.join(", ")
                    ),
                }];
                step.pointer = Some(integration.pointer.clone());
            });
            return Err(Failed::of(failure));
        }
    };
    let Some((kind, source)) = chosen else {
        exchange.note(StepKind::RequestTemplate, Verdict::Skipped, at, clock, |_, step| {
            words.insert(0, match integration.request_templates.is_empty() {
                true => "the integration has no request template, so the body goes on as it is".to_owned(),
                false => format!("no request template is for {content_type}, so the body goes on as it is"),
            });
            step.words = words;
            step.input = Some(String::from_utf8_lossy(&body).into_owned());
            step.output = step.input.clone();
            step.pointer = Some(integration.pointer.clone());
        });
        outbound.body = body;
        return Ok(outbound);
    };
    let rendered = render::render(exchange, source, &String::from_utf8_lossy(&body));
    let failed = rendered.error.is_some();
    if !failed {
        let set = rendered.overrides;
        for (place, fields, values) in [
            ("header", &mut outbound.headers, set.request_header),
            ("path parameter", &mut outbound.path, set.path),
            ("query parameter", &mut outbound.query, set.querystring),
        ] {
            for (name, value) in values {
                words.push(format!("the template set the {place} {name} to {value}"));
                Outbound::set(fields, &name, value);
            }
        }
    }
    let verdict = if failed {
        Verdict::Failed
    } else {
        Verdict::Passed
    };
    exchange.note(StepKind::RequestTemplate, verdict, at, clock, |_, step| {
        step.input = Some(String::from_utf8_lossy(&body).into_owned());
        step.output = Some(rendered.output.clone());
        step.words = rendered.error.into_iter().chain(words).collect();
        if kind.eq_ignore_ascii_case(&content_type) {
            step.words.push(format!("the template for {kind}"));
        } else {
            step.words.push(format!(
                "the template {kind}, because none is for {content_type}"
            ));
        }
        step.pointer = Some(source.pointer.clone());
        step.inspection = rendered.inspection;
    });
    if failed {
        return Err(Failed::of(Failure::InternalError));
    }
    outbound.body = rendered.output.into_bytes();
    Ok(outbound)
}
