//! The call of an integration, built from the request that the mapping made.

use crate::gateway::Api;
use crate::gateway::Integration;
use crate::gateway::IntegrationCall;
use crate::gateway::IntegrationKind;
use crate::gateway::Micros;
use crate::gateway::Route;
use crate::gateway::ServiceCall;
use crate::gateway::StatesAction;
use crate::gateway::Step;
use crate::gateway::StepKind;
use crate::gateway::Synchrony;
use crate::gateway::Target;
use crate::gateway::TraceStep;
use crate::gateway::Verdict;
use crate::gateway::binary;
use crate::gateway::exchange::Clock;
use crate::gateway::exchange::Exchange;
use crate::gateway::exchange::Failed;
use crate::gateway::integration::Outbound;
use crate::gateway::integration::http;
use crate::gateway::integration::lambda;
use crate::gateway::integration::lambda_proxy;
use crate::gateway::integration::service;
use crate::gateway::integration::states;
use crate::gateway::outward;
use crate::gateway::refusal::Failure;
use crate::gateway::results;
use crate::gateway::results::Waiting;
use crate::gateway::wire;

pub(crate) fn proxy_function(
    exchange: &mut Exchange,
    api: &Api,
    route: &Route,
    integration: &Integration,
    clock: Clock<'_>,
) -> Result<Step, Failed> {
    let at = clock();
    let Target::Lambda { function } = &integration.target else {
        return Err(unknown_target(exchange, integration, at, clock));
    };
    if !matches!(integration.http_method.as_str(), "POST" | "") {
        let method = &integration.http_method;
        let words = format!("a function is invoked with POST, not with {method}");
        no_call(exchange, at, clock, words, &integration.pointer);
        return Err(Failed::of(Failure::InternalError));
    }
    let inbound = &exchange.inbound;
    let binary = binary::is_binary(&api.binary_media_types, &inbound.content_type());
    let form = if binary {
        lambda_proxy::Form::Binary
    } else {
        lambda_proxy::Form::Text
    };
    let accept = inbound.header("Accept").unwrap_or_default();
    let taken = match binary::is_binary(&api.binary_media_types, accept) {
        true => lambda_proxy::Form::Binary,
        false => lambda_proxy::Form::Text,
    };
    let call = lambda_proxy::call(api, route, inbound, &exchange.context, function, form);
    exchange.note(
        StepKind::RequestTemplate,
        Verdict::Skipped,
        at,
        clock,
        |_, step| {
            step.words.push(
                "an aws_proxy integration hands the whole request to the function as an event"
                    .to_owned(),
            );
        },
    );
    wait(exchange, clock, |step| {
        step.input = Some(call.event.to_json_pretty());
        step.words
            .push(format!("the function {} is invoked", call.function));
        step.pointer = Some(integration.pointer.clone());
    });
    exchange.waiting = Some(Waiting::Proxy(taken));
    Ok(Step::Call(IntegrationCall::Lambda(call)))
}

/// Builds the call that the integration makes, or answers at once where nobody has to be called.
pub(crate) fn call(
    exchange: &mut Exchange,
    integration: &Integration,
    outbound: Outbound,
    clock: Clock<'_>,
) -> Result<Step, Failed> {
    let at = clock();
    let method = match integration.http_method.as_str() {
        "" | "ANY" => exchange.inbound.method.clone(),
        method => method.to_owned(),
    };
    let region = exchange.api.region.clone();
    match &integration.target {
        Target::Mock => results::mock(exchange, integration, &outbound, clock).map(Step::Answer),
        Target::States(action) => {
            states_call(exchange, integration, *action, outbound, &method, clock)
        }
        Target::Lambda { function } => match lambda::call(function, &outbound) {
            Ok(call) => {
                wait(exchange, clock, |step| {
                    step.input = Some(call.payload.clone());
                    step.words
                        .push(format!("the function {} is invoked", call.function));
                    step.pointer = Some(integration.pointer.clone());
                });
                exchange.waiting = Some(Waiting::Lambda(call.clone()));
                Ok(Step::Call(IntegrationCall::Lambda(call)))
            }
            Err(words) => {
                exchange.note(
                    StepKind::Integration,
                    Verdict::Failed,
                    at,
                    clock,
                    |_, step| {
                        step.input = Some(outbound.text());
                        step.words.push(words);
                        step.pointer = Some(integration.pointer.clone());
                    },
                );
                Err(Failed::of(Failure::InternalError))
            }
        },
        Target::Action { service, action } => {
            let call = service::action(service, action, &region, &method, &outbound);
            Ok(call_service(exchange, integration, call, clock))
        }
        Target::Path {
            service,
            host,
            path,
        } => {
            let call = service::path(service, host.as_deref(), path, &region, &method, &outbound);
            Ok(call_service(exchange, integration, call, clock))
        }
        Target::Http { url } => {
            let call = http::call(url, &method, &outbound);
            wait(exchange, clock, |step| {
                step.input = Some(wire::call_as_http(&call));
                step.words
                    .push(format!("{} {} is called", call.method, call.url));
                step.pointer = Some(integration.pointer.clone());
            });
            exchange.waiting = Some(match integration.kind {
                IntegrationKind::HttpProxy => Waiting::Proxy(lambda_proxy::Form::Text),
                IntegrationKind::Aws
                | IntegrationKind::AwsProxy
                | IntegrationKind::Http
                | IntegrationKind::Mock => Waiting::Http,
            });
            Ok(Step::Call(IntegrationCall::Http(call)))
        }
        Target::Unknown => Err(unknown_target(exchange, integration, at, clock)),
    }
}

fn states_call(
    exchange: &mut Exchange,
    integration: &Integration,
    action: StatesAction,
    outbound: Outbound,
    method: &str,
    clock: Clock<'_>,
) -> Result<Step, Failed> {
    let at = clock();
    let synchrony = match action {
        StatesAction::StartSyncExecution => Synchrony::Synchronous,
        StatesAction::StartExecution => Synchrony::Asynchronous,
        StatesAction::StopExecution | StatesAction::DescribeExecution => {
            let region = exchange.api.region.clone();
            let call = service::action("states", action.name(), &region, method, &outbound);
            return Ok(call_service(exchange, integration, call, clock));
        }
    };
    let text = outbound.text();
    match states::start(&text, synchrony, &mut exchange.inbound.chance) {
        Ok(call) => {
            wait(exchange, clock, |step| {
                step.input = Some(text);
                step.words.push(match synchrony {
                    Synchrony::Synchronous => {
                        format!(
                            "{} starts {} and waits for its end",
                            action.name(),
                            call.machine
                        )
                    }
                    Synchrony::Asynchronous => {
                        format!(
                            "{} starts {} and does not wait",
                            action.name(),
                            call.machine
                        )
                    }
                });
                step.words
                    .push(format!("the execution is named {}", call.name));
                step.pointer = Some(integration.pointer.clone());
            });
            exchange.waiting = Some(Waiting::States(call.clone()));
            Ok(Step::Call(IntegrationCall::Start(call)))
        }
        Err(error) => {
            let answer = error.answer(&exchange.inbound.request_id);
            exchange.note(
                StepKind::Integration,
                Verdict::Failed,
                at,
                clock,
                |_, step| {
                    step.input = Some(text);
                    step.output = Some(String::from_utf8_lossy(&answer.body).into_owned());
                    step.words.push(error.words.clone());
                    step.words.push(format!(
                        "Step Functions answers with status 400, {}",
                        error.name()
                    ));
                    step.pointer = Some(integration.pointer.clone());
                },
            );
            outward::respond(exchange, answer, None, clock).map(Step::Answer)
        }
    }
}

fn call_service(
    exchange: &mut Exchange,
    integration: &Integration,
    call: ServiceCall,
    clock: Clock<'_>,
) -> Step {
    wait(exchange, clock, |step| {
        step.input = Some(call.parameters.to_json_pretty());
        step.words
            .push(format!("{} of {} is called", call.action, call.service));
        step.pointer = Some(integration.pointer.clone());
    });
    exchange.waiting = Some(Waiting::Service(call.clone()));
    Step::Call(IntegrationCall::Service(call))
}

/// Notes a call that is under way.
fn wait(exchange: &mut Exchange, clock: Clock<'_>, fill: impl FnOnce(&mut TraceStep)) {
    let at = clock();
    exchange.note(
        StepKind::Integration,
        Verdict::Waiting,
        at,
        clock,
        |_, step| fill(step),
    );
}

/// Notes that the API is written so that nothing can be called.
pub(crate) fn no_call(
    exchange: &mut Exchange,
    at: Micros,
    clock: Clock<'_>,
    words: String,
    pointer: &str,
) {
    exchange.note(
        StepKind::Integration,
        Verdict::Failed,
        at,
        clock,
        |_, step| {
            step.words.push(words);
            step.pointer = Some(pointer.to_owned());
        },
    );
}

fn unknown_target(
    exchange: &mut Exchange,
    integration: &Integration,
    at: Micros,
    clock: Clock<'_>,
) -> Failed {
    let words = format!("the uri {:?} leads nowhere", integration.uri);
    let pointer = format!("{}/uri", integration.pointer);
    no_call(exchange, at, clock, words, &pointer);
    Failed::of(Failure::ApiConfigurationError)
}
