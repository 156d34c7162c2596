//! Calls of routes that no mock answers, made for real where the site says so and the person has agreed.

use std::sync::Arc;

use crate::asl::StatePath;
use crate::driver::endpoint::edge::Asked;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::edge::now_millis;
use crate::engine::Call;
use crate::engine::CallId;
use crate::engine::Fault;
use crate::engine::Lane;
use crate::engine::Outcome;
use crate::gateway::IntegrationCall;
use crate::gateway::IntegrationResult;
use crate::query::Value;
use crate::sidecar::Backend;

impl Edge {
    /// What comes of a call; none where only mocks may answer it. A call that is not agreed to, or has nothing that
    /// makes it, is an error with its reason.
    pub(crate) async fn direct(
        &self,
        call: &IntegrationCall,
        key: &str,
        asked: Asked<'_>,
    ) -> Option<Result<IntegrationResult, String>> {
        let plan = &self.site.backends;
        let chain = plan.of(&StatePath::top(key), key);
        let backend = *chain.iter().find(|backend| **backend != Backend::Mock)?;
        let (resource, payload) = match described(call) {
            Ok(described) => described,
            Err(words) => return Some(Err(words)),
        };
        let call = Call {
            id: CallId(self.next_seed()),
            state: StatePath::top(key),
            name: Arc::from(key),
            lane: Lane::default(),
            resource: Arc::from(resource),
            payload,
            attempt: 0,
            iteration: None,
            token: None,
        };
        let made = self.real.answer(&call, backend, plan, now_millis());
        let limit =
            std::time::Duration::from_millis(u64::try_from(asked.limit).unwrap_or_default());
        Some(match tokio::time::timeout(limit, made).await {
            Err(_) => Ok(IntegrationResult::TimedOut),
            Ok(Outcome::Succeeded(value)) => Ok(IntegrationResult::Returned(value)),
            Ok(Outcome::Failed(fault)) => match fault.cause.as_deref() {
                Some(cause) if crate::trace::is_unanswered(cause) => Err(cause.to_owned()),
                _ => Ok(thrown(fault)),
            },
            Ok(Outcome::Submitted(_) | Outcome::Heartbeat | Outcome::Started { .. }) => {
                Ok(IntegrationResult::TimedOut)
            }
        })
    }
}

/// A call as a task would make it: its `Resource` and its parameters.
fn described(call: &IntegrationCall) -> Result<(String, Value), String> {
    match call {
        IntegrationCall::Lambda(call) => Ok((call.function_arn.clone(), call.event.clone())),
        IntegrationCall::Service(call) => {
            let action = match call.action.contains(' ') {
                false => call.action.clone(),
                // `POST /queue`: the service's own API over HTTP, with the action among the fields.
                true => {
                    let action = call.parameters.get("Action").and_then(Value::as_str);
                    let action = action.ok_or_else(|| {
                        format!(
                            "the path integration {} of {} names no Action, and such a one is not called for real here",
                            call.action, call.service
                        )
                    })?;
                    action.to_owned()
                }
            };
            let members = call.parameters.as_object();
            let members = members.into_iter().flat_map(|members| members.iter());
            let own = members.filter(|(name, _)| !matches!(name.as_ref(), "Action" | "Version"));
            let parameters =
                Value::object(own.map(|(name, value)| (name.to_string(), value.clone())));
            let action = lower_first(&action);
            let resource = format!("arn:aws:states:::aws-sdk:{}:{action}", call.service);
            Ok((resource, parameters))
        }
        IntegrationCall::Http(call) => Err(format!(
            "{} {} is an HTTP integration, which is answered by mocks only",
            call.method, call.url
        )),
        IntegrationCall::Start(call) => Err(format!("{} is started here", call.machine)),
    }
}

/// The service's own name of the error, without that of the service.
fn thrown(fault: Fault) -> IntegrationResult {
    let error = fault.error.as_deref().unwrap_or_default();
    let error = error.split_once('.').map_or(error, |(_, own)| own);
    IntegrationResult::Threw {
        error: error.to_owned(),
        cause: fault.cause.as_deref().unwrap_or_default().to_owned(),
    }
}

fn lower_first(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(chars).collect()
    })
}
