//! What a request would do outside, told before it is answered.

use crate::asl::StatePath;
use crate::driver::endpoint::carry::is_states;
use crate::driver::endpoint::edge::Asked;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::edge::SCENARIO;
use crate::driver::endpoint::edge::Slice;
use crate::gateway::IntegrationCall;
use crate::gateway::Meters;
use crate::gateway::Recording;
use crate::gateway::Request;
use crate::gateway::Step;
use crate::sidecar::NotAgreed;
use crate::sidecar::TaskCall;

impl Edge {
    /// What answering a request would do outside that nobody has agreed to yet. Nothing is done or counted.
    pub fn not_agreed(&self, request: &Request) -> NotAgreed {
        let meters = Meters::default();
        let Some((_, api, exchange, step)) = self.begin(request.clone(), Recording::Off, &meters)
        else {
            return NotAgreed::new();
        };
        let Step::Call(call) = step else {
            return NotAgreed::new();
        };
        let asked = Asked {
            route: exchange.route().and_then(|route| api.routes.get(route)),
            scenario: request.header(SCENARIO),
            limit: exchange.timeout(),
            slice: Slice::Short,
        };
        self.needed(&call, asked).unwrap_or_default()
    }

    /// None where nothing will be called.
    fn needed(&self, call: &IntegrationCall, asked: Asked<'_>) -> Option<NotAgreed> {
        let resource = match call {
            IntegrationCall::Start(call) => {
                let machine = self.machine_of(call, asked)?.served;
                let prepared = self.prepared(&machine, call, asked).ok()?;
                return Some(prepared.not_agreed());
            }
            IntegrationCall::Lambda(call) => call.function_arn.clone(),
            IntegrationCall::Service(call) if is_states(&call.service) => return None,
            IntegrationCall::Service(call) => call.as_sdk(),
            IntegrationCall::Http(_) => return None,
        };
        let route = asked.route?;
        let key = format!("{} {}", route.method, route.path);
        let function = match call {
            IntegrationCall::Lambda(call) => Some(call.function.clone()),
            IntegrationCall::Start(_) | IntegrationCall::Service(_) | IntegrationCall::Http(_) => {
                None
            }
        };
        let call = TaskCall {
            state: StatePath::top(&key),
            resource,
            function,
            address: None,
        };
        Some(self.site.backends.not_agreed([&call]))
    }
}
