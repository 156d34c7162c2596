//! What came of a call, read as an answer of the integration.

use crate::engine::Status;
use crate::gateway::Executed;
use crate::gateway::HttpAnswer;
use crate::gateway::Integration;
use crate::gateway::IntegrationResult;
use crate::gateway::LambdaCall;
use crate::gateway::Response;
use crate::gateway::ServiceCall;
use crate::gateway::StartCall;
use crate::gateway::StepKind;
use crate::gateway::TraceStep;
use crate::gateway::Verdict;
use crate::gateway::exchange::Clock;
use crate::gateway::exchange::Exchange;
use crate::gateway::exchange::Failed;
use crate::gateway::integration::Outbound;
use crate::gateway::integration::http;
use crate::gateway::integration::json_answer;
use crate::gateway::integration::lambda;
use crate::gateway::integration::lambda_proxy;
use crate::gateway::integration::lambda_proxy::Form;
use crate::gateway::integration::service;
use crate::gateway::integration::states;
use crate::gateway::outward;
use crate::gateway::refusal::Failure;
use crate::gateway::wire::shown;
use crate::query::Value;

/// What a call under way is, to read its result.
#[derive(Clone, Debug)]
pub(crate) enum Waiting {
    States(StartCall),
    Lambda(LambdaCall),
    Service(ServiceCall),
    Http,
    /// A function or an endpoint that says the whole answer, and whether the client takes bytes.
    Proxy(Form),
}

/// Reads the result of a call and makes the answer.
pub(crate) fn proceed(
    exchange: &mut Exchange,
    waiting: Waiting,
    result: IntegrationResult,
    clock: Clock<'_>,
) -> Result<Response, Failed> {
    let request_id = exchange.inbound.request_id.clone();
    let outcome = match result {
        IntegrationResult::TimedOut => return Err(timed_out(exchange, &waiting, clock)),
        IntegrationResult::Unreachable(words) => {
            // What is missing here is nothing that the service would keep to itself.
            let message = Some(words.clone());
            finish(exchange, Verdict::Failed, clock, |step| {
                step.words.insert(0, words)
            });
            return Err(Failed {
                message,
                ..Failed::of(Failure::Integration)
            });
        }
        other => read(&waiting, other, &request_id),
    };
    let read = match outcome {
        Ok(read) => read,
        Err(words) => {
            finish(exchange, Verdict::Failed, clock, |step| {
                step.words.insert(0, words)
            });
            let failure = match waiting {
                Waiting::Proxy(_) => Failure::BadGateway,
                Waiting::States(_) | Waiting::Lambda(_) | Waiting::Service(_) | Waiting::Http => {
                    Failure::InternalError
                }
            };
            return Err(Failed::of(failure));
        }
    };
    finish(exchange, read.verdict, clock, |step| {
        step.output = Some(shown(&read.answer.body));
        step.words.splice(0..0, read.words);
        step.execution = read.execution;
    });
    match waiting {
        Waiting::Proxy(_) => outward::passed(exchange, read.answer, clock),
        Waiting::Lambda(_) => {
            let message = lambda::error_message(&String::from_utf8_lossy(&read.answer.body));
            outward::respond(exchange, read.answer, message, clock)
        }
        Waiting::States(_) | Waiting::Service(_) | Waiting::Http => {
            outward::respond(exchange, read.answer, None, clock)
        }
    }
}

/// An integration's answer, and what to say of it.
struct Read {
    answer: HttpAnswer,
    verdict: Verdict,
    words: Vec<String>,
    execution: Option<String>,
}

/// # Errors
/// The result is none of this call, or a proxy's answer has another shape.
fn read(waiting: &Waiting, result: IntegrationResult, request_id: &str) -> Result<Read, String> {
    let plain = |answer: HttpAnswer| {
        let verdict = if answer.status < 400 {
            Verdict::Passed
        } else {
            Verdict::Failed
        };
        let words = vec![format!("the answer has status {}", answer.status)];
        Read {
            answer,
            verdict,
            words,
            execution: None,
        }
    };
    Ok(match (waiting, result) {
        (Waiting::States(call), IntegrationResult::Executed(executed)) => {
            let (verdict, words) = told(&executed);
            Read {
                answer: states::executed(call, &executed, request_id),
                verdict,
                words,
                execution: Some(call.express_arn()),
            }
        }
        (Waiting::States(_), IntegrationResult::Started { execution_arn, at }) => Read {
            answer: states::started(&execution_arn, at, request_id),
            verdict: Verdict::Passed,
            words: vec!["the execution has started; its end is not waited for".to_owned()],
            execution: Some(execution_arn),
        },
        (Waiting::States(call), IntegrationResult::Refused(refusal)) => {
            let error = states::refused(refusal, call);
            Read {
                answer: error.answer(request_id),
                verdict: Verdict::Failed,
                words: vec![
                    error.words.clone(),
                    format!("Step Functions answers with status 400, {}", error.name()),
                ],
                execution: None,
            }
        }
        (Waiting::Lambda(call), IntegrationResult::Returned(value)) => {
            plain(lambda::returned(call, &value, request_id))
        }
        (Waiting::Lambda(_), IntegrationResult::Threw { error, cause }) => Read {
            answer: lambda::threw(&error, &cause, request_id),
            verdict: Verdict::Failed,
            words: vec![format!(
                "the function failed with {error}; the invocation itself has status 200"
            )],
            execution: None,
        },
        (Waiting::Service(call), IntegrationResult::Returned(value)) => {
            plain(service::returned(call, &value, request_id))
        }
        (Waiting::Service(call), IntegrationResult::Threw { error, cause }) => {
            plain(service::threw(call, &error, &cause, request_id))
        }
        (Waiting::Http, IntegrationResult::Returned(value)) => {
            plain(http::returned(&value, request_id))
        }
        (Waiting::Proxy(taken), IntegrationResult::Returned(value)) => {
            plain(lambda_proxy::answer(&value, *taken)?)
        }
        (Waiting::Proxy(_), IntegrationResult::Threw { error, .. }) => {
            return Err(format!(
                "the function failed with {error}, and API Gateway tells the client nothing of it"
            ));
        }
        (Waiting::Http, IntegrationResult::Threw { error, cause }) => {
            let body = Value::object([
                ("error", Value::string(&error)),
                ("message", Value::string(&cause)),
            ]);
            plain(json_answer(
                500,
                "application/json",
                body.to_json(),
                request_id,
            ))
        }
        (_, IntegrationResult::Http(answer)) if (100..600).contains(&answer.status) => {
            plain(answer)
        }
        (_, IntegrationResult::Http(answer)) => {
            return Err(format!("{} is no status of HTTP", answer.status));
        }
        (_, other) => {
            return Err(format!(
                "the result does not belong to this call: {other:?}"
            ));
        }
    })
}

fn told(executed: &Executed) -> (Verdict, Vec<String>) {
    let took = executed.stopped.saturating_sub(executed.started).max(0);
    let error = executed.error.as_deref().unwrap_or("no error name");
    match executed.status {
        Status::Succeeded => (Verdict::Passed, vec![format!("the execution succeeded after {took} ms")]),
        Status::Failed | Status::Aborted => (
            Verdict::Failed,
            vec![
                format!("the execution failed with {error} after {took} ms"),
                "StartSyncExecution answers with status 200 even so: only the response template can tell the client".to_owned(),
            ],
        ),
        Status::TimedOut => (
            Verdict::Failed,
            vec![
                format!("the execution ran into its own TimeoutSeconds after {took} ms"),
                "StartSyncExecution answers with status 200 even so: only the response template can tell the client".to_owned(),
            ],
        ),
    }
}

/// Completes the step of the call that was under way.
fn finish(
    exchange: &mut Exchange,
    verdict: Verdict,
    clock: Clock<'_>,
    fill: impl FnOnce(&mut TraceStep),
) {
    if let Some(step) = exchange.trace.last_mut()
        && step.verdict == Verdict::Waiting
    {
        step.verdict = verdict;
        step.took = clock().saturating_sub(step.at).max(0);
        fill(step);
    }
}

fn timed_out(exchange: &mut Exchange, waiting: &Waiting, clock: Clock<'_>) -> Failed {
    let limit = exchange.timeout();
    let synchronous = matches!(waiting, Waiting::States(_));
    let arn = match waiting {
        Waiting::States(call) => Some(call.express_arn()),
        Waiting::Lambda(_) | Waiting::Service(_) | Waiting::Http | Waiting::Proxy(_) => None,
    };
    finish(exchange, Verdict::Failed, clock, |step| {
        step.execution = arn;
        let seconds = limit as f64 / 1000.0;
        let mut words = vec![format!(
            "nothing came back within the {seconds} s that the integration has, so the client gets 504"
        )];
        if synchronous {
            words.push(
                "the workflow takes too long to be waited for: start it with StartExecution, answer with its executionArn, and let the client ask for the result".to_owned(),
            );
        }
        step.words.splice(0..0, words);
    });
    Failed::of(Failure::IntegrationTimeout)
}

/// A MOCK integration: its request template says the status, and that is all it does.
pub(crate) fn mock(
    exchange: &mut Exchange,
    integration: &Integration,
    outbound: &Outbound,
    clock: Clock<'_>,
) -> Result<Response, Failed> {
    let at = clock();
    let text = outbound.text();
    let status = mock_status(&text);
    let verdict = if status.is_some() {
        Verdict::Passed
    } else {
        Verdict::Failed
    };
    exchange.note(StepKind::Integration, verdict, at, clock, |_, step| {
        step.input = Some(text);
        step.pointer = Some(integration.pointer.clone());
        step.words.push(match status {
            Some(status) => format!("a mock integration calls nobody: the request template says status {status}"),
            None => "a mock integration needs a request template that makes {\"statusCode\": 200}, and this one does not".to_owned(),
        });
    });
    match status {
        Some(status) => {
            let answer = HttpAnswer {
                status,
                headers: Vec::new(),
                body: Vec::new(),
            };
            outward::respond(exchange, answer, None, clock)
        }
        None => Err(Failed::of(Failure::InternalError)),
    }
}

/// The number after `statusCode`; quotation marks may be missing, as on the service.
fn mock_status(text: &str) -> Option<u16> {
    let (_, rest) = text.split_once("statusCode")?;
    let rest = rest
        .trim_start_matches(['"', '\''])
        .trim_start()
        .strip_prefix(':')?;
    let rest = rest.trim_start().trim_start_matches(['"', '\'']);
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits
        .parse()
        .ok()
        .filter(|status| (100..600).contains(status))
}
