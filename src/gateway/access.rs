//! Who may call a method: its API key, and what the key's usage plan still allows.

use std::sync::Arc;

use crate::gateway::ApiKey;
use crate::gateway::KeySource;
use crate::gateway::Meters;
use crate::gateway::Micros;
use crate::gateway::Route;
use crate::gateway::StepKind;
use crate::gateway::Verdict;
use crate::gateway::context;
use crate::gateway::exchange::Clock;
use crate::gateway::exchange::Exchange;
use crate::gateway::exchange::Failed;
use crate::gateway::refusal::Failure;
use crate::gateway::usage;
use crate::gateway::usage::Admission;
use crate::project::KeyGrant;

pub(crate) fn authorize(
    exchange: &mut Exchange,
    meters: &Meters,
    clock: Clock<'_>,
) -> Result<(), Failed> {
    let at = clock();
    let api = Arc::clone(&exchange.api);
    let Some(route) = exchange.route.and_then(|index| api.routes.get(index)) else {
        return Ok(());
    };
    let mut words = Vec::new();
    if let Some(name) = &route.authorizer {
        words.push(format!(
            "{name} is not asked here: the request goes on as if it were allowed"
        ));
    }
    if !route.key_required {
        exchange.context = context::build(&api, &exchange.inbound, Some(route), None);
        let verdict = if words.is_empty() {
            Verdict::Skipped
        } else {
            Verdict::Doubtful
        };
        exchange.note(StepKind::Authorized, verdict, at, clock, |_, step| {
            step.words = words;
            step.words.push("the method asks for no API key".to_owned());
        });
        return Ok(());
    }
    let given = exchange.inbound.header("x-api-key").map(str::to_owned);
    let key: Option<&ApiKey> = given
        .as_ref()
        .and_then(|given| api.keys.iter().find(|key| key.value == *given));
    exchange.context = context::build(&api, &exchange.inbound, Some(route), key);
    let no_key = |words: &str| {
        Err(Refusal {
            failure: Failure::InvalidApiKey,
            words: words.to_owned(),
        })
    };
    let outcome = match (key, &given) {
        (Some(key), _) => {
            words.push(format!("the API key is {}", key.name));
            admit(meters, key, route, &api.stage, exchange.inbound.at)
        }
        (None, Some(_)) if api.keys.is_empty() => {
            no_key("the method asks for an API key, and the project has none")
        }
        (None, Some(_)) => no_key("the header x-api-key holds none of the project's keys"),
        (None, None) => {
            no_key("the method asks for an API key in the header x-api-key, and there is none")
        }
    };
    let (verdict, said, failure) = match outcome {
        Ok(said) => (Verdict::Passed, said, None),
        Err(refusal) => (Verdict::Failed, Some(refusal.words), Some(refusal.failure)),
    };
    exchange.note(StepKind::Authorized, verdict, at, clock, |_, step| {
        // What refuses a request comes first.
        match failure {
            Some(_) => step.words = said.into_iter().chain(words).collect(),
            None => step.words = words.into_iter().chain(said).collect(),
        }
        if api.key_source == KeySource::Authorizer {
            step.words
                .push("on AWS an authorizer would hand out the key".to_owned());
        }
    });
    match failure {
        Some(failure) => Err(Failed::of(failure)),
        None => Ok(()),
    }
}

/// Why a request is not let in.
struct Refusal {
    failure: Failure,
    words: String,
}

/// What is to be said of a key that is let in.
fn admit(
    meters: &Meters,
    key: &ApiKey,
    route: &Route,
    stage: &str,
    at: Micros,
) -> Result<Option<String>, Refusal> {
    let plan = match &key.grant {
        KeyGrant::Unlimited => return Ok(None),
        KeyGrant::Plan(plan) => plan,
        KeyGrant::NoPlan => {
            return Err(Refusal {
                failure: Failure::InvalidApiKey,
                words: format!(
                    "the API key {} belongs to no usage plan of the stage {stage}; API Gateway refuses it until an \
                     AWS::ApiGateway::UsagePlanKey links it to a plan whose ApiStages name this API",
                    key.name
                ),
            });
        }
    };
    let method = format!("{}/{}", route.path, route.method);
    match meters.admit(plan, &key.value, &method, at) {
        Admission::Admitted { left } => {
            let allowed = usage::allowance(plan, &method);
            let left = left.map(|left| format!("; {left} of them are left"));
            Ok(Some(format!(
                "the usage plan {} allows {allowed}{}",
                plan.name,
                left.unwrap_or_default()
            )))
        }
        Admission::Throttled(throttle) => Err(Refusal {
            failure: Failure::Throttled,
            words: format!(
                "the usage plan {} allows {}, and this request is one too many",
                plan.name,
                usage::speed(throttle)
            ),
        }),
        Admission::QuotaExceeded { quota, until } => Err(Refusal {
            failure: Failure::QuotaExceeded,
            words: format!(
                "the usage plan {} allows {}, and they are used up until {until} (UTC)",
                plan.name,
                usage::share(quota)
            ),
        }),
    }
}
