//! Calls of routes that no mock answers, made for real where the site says so and the person has agreed.

use std::sync::Arc;

use crate::asl::StatePath;
use crate::aws;
use crate::backends::Relay;
use crate::driver::endpoint::edge::Asked;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::edge::now_millis;
use crate::engine::Call;
use crate::engine::CallId;
use crate::engine::Fault;
use crate::engine::Lane;
use crate::engine::Outcome;
use crate::gateway::HttpAnswer;
use crate::gateway::IntegrationCall;
use crate::gateway::IntegrationResult;
use crate::gateway::LambdaCall;
use crate::gateway::ServiceCall;
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
        let limit =
            std::time::Duration::from_millis(u64::try_from(asked.limit).unwrap_or_default());
        let made = async {
            match call {
                IntegrationCall::Lambda(call) => self.function(call, key, backend).await,
                IntegrationCall::Service(call) => self.service(call, key, backend).await,
                IntegrationCall::Http(call) => Err(format!(
                    "{} {} is an HTTP integration, which is answered by mocks only",
                    call.method, call.url
                )),
                IntegrationCall::Start(call) => Err(format!("{} is started here", call.machine)),
            }
        };
        let made = tokio::time::timeout(limit, made).await;
        Some(made.unwrap_or(Ok(IntegrationResult::TimedOut)))
    }

    async fn function(
        &self,
        call: &LambdaCall,
        key: &str,
        backend: Backend,
    ) -> Result<IntegrationResult, String> {
        let task = self.as_task(key, call.function_arn.clone(), call.event.clone());
        let plan = &self.site.backends;
        match self.real.answer(&task, backend, plan, now_millis()).await {
            Outcome::Succeeded(value) => Ok(IntegrationResult::Returned(value)),
            Outcome::Failed(fault) => match fault.cause.as_deref() {
                Some(cause) if crate::trace::is_unanswered(cause) => Err(cause.to_owned()),
                _ => Ok(thrown(fault)),
            },
            Outcome::Submitted(_) | Outcome::Heartbeat | Outcome::Started { .. } => {
                Ok(IntegrationResult::TimedOut)
            }
        }
    }

    /// The request goes to the service as the API makes it, and the answer is the service's own.
    async fn service(
        &self,
        call: &ServiceCall,
        key: &str,
        backend: Backend,
    ) -> Result<IntegrationResult, String> {
        let task = self.as_task(key, call.as_sdk(), call.parameters.clone());
        let mut headers = call.http.headers.clone();
        if call.takes_form() {
            headers.retain(|(name, _)| !name.eq_ignore_ascii_case("accept"));
            headers.push(("accept".to_owned(), "application/json".to_owned()));
        }
        let relay = Relay {
            service: &call.service,
            region: &call.region,
            method: &call.http.method,
            url: &call.http.url,
            headers,
            body: call.http.body.clone(),
        };
        let plan = &self.site.backends;
        let response = self.real.relay(&task, backend, plan, relay).await?;
        let body = String::from_utf8_lossy(&response.body);
        // What stands for AWS may answer in XML whatever it is asked for.
        let json = call.takes_form().then(|| aws::as_json(&body)).flatten();
        Ok(IntegrationResult::Http(match json {
            Some(json) => {
                let mut headers = response.headers;
                headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
                headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
                HttpAnswer {
                    status: response.status,
                    headers,
                    body: json.to_json().into_bytes(),
                }
            }
            None => HttpAnswer {
                status: response.status,
                headers: response.headers,
                body: response.body,
            },
        }))
    }

    /// A call as a task would make it.
    fn as_task(&self, key: &str, resource: String, payload: Value) -> Call {
        Call {
            id: CallId(self.next_seed()),
            state: StatePath::top(key),
            name: Arc::from(key),
            lane: Lane::default(),
            resource: Arc::from(resource),
            payload,
            attempt: 0,
            iteration: None,
            token: None,
        }
    }
}

/// The name of the error without that of the service.
fn thrown(fault: Fault) -> IntegrationResult {
    let error = fault.error.as_deref().unwrap_or_default();
    let error = error.split_once('.').map_or(error, |(_, own)| own);
    IntegrationResult::Threw {
        error: error.to_owned(),
        cause: fault.cause.as_deref().unwrap_or_default().to_owned(),
    }
}
