//! What a task would do for real, and what has to be agreed to before.

use crate::asl::resource;
use crate::asl::resource::Target;
use crate::sidecar::Backend;
use crate::sidecar::BackendPlan;
use crate::sidecar::Consent;
use crate::sidecar::FunctionPlan;
use crate::sidecar::FunctionRun;

/// A call of a task for real.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    pub consent: Consent,
    /// What is called, in words: `function pay (index.handler in functions/pay)`.
    pub target: String,
}

impl BackendPlan {
    /// What a call with this `Resource` would do. `function` is the name of the function it calls, and `address` that
    /// of an API, where they are known before it runs. None where nothing outside is called, or nothing says how.
    pub fn need(
        &self,
        resource: &str,
        function: Option<&str>,
        address: Option<&str>,
        backend: Backend,
    ) -> Option<Need> {
        let read = resource::read(resource);
        let is_function = match &read.target {
            Target::Lambda { .. } => true,
            Target::Optimized { service, action } | Target::Sdk { service, action } => {
                service == "lambda" && action == "invoke"
            }
            Target::Activity { .. } | Target::StandIn { .. } | Target::Other { .. } => false,
        };
        let is_http =
            matches!(&read.target, Target::Optimized { service, .. } if service == "http");
        let is_nested = matches!(read.service(), Some("states" | "sfn"));
        match (&read.target, backend) {
            (_, Backend::Mock) | (Target::Activity { .. } | Target::StandIn { .. }, _) => None,
            (_, Backend::Local) if is_function => {
                let plan = self.function(function.unwrap_or("*"))?;
                Some(Need {
                    consent: consent_of(&plan),
                    target: words_of(&plan, function),
                })
            }
            (_, Backend::Local) if is_nested => None,
            _ if is_http => Some(Need {
                consent: Consent::Http,
                target: format!("API {}", address.unwrap_or("that is named when it runs")),
            }),
            (_, Backend::Local | Backend::Aws) => {
                let place = self.aws().endpoint.unwrap_or_else(|| "AWS".to_owned());
                Some(Need {
                    consent: Consent::Aws,
                    target: format!("service {} at {place}", read.display_name()),
                })
            }
        }
    }
}

fn consent_of(plan: &FunctionPlan) -> Consent {
    match &plan.run {
        FunctionRun::Endpoint { .. } => Consent::Lambda,
        FunctionRun::Command(_) | FunctionRun::Handler { .. } => Consent::Command,
    }
}

fn words_of(plan: &FunctionPlan, name: Option<&str>) -> String {
    let name = name.unwrap_or("that is named when it runs");
    match &plan.run {
        FunctionRun::Endpoint { url, .. } => format!("function {name} at {url}"),
        FunctionRun::Command(words) => format!("function {name} ({})", words.join(" ")),
        FunctionRun::Handler { handler, .. } => {
            format!("function {name} ({handler} in {})", plan.folder.display())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Value;
    use crate::sidecar::Backends;

    #[test]
    fn every_kind_of_call_needs_its_own_agreement() {
        let text = r#"{"functions":{"pay":{"command":["./pay"]},"*":{"endpoint":"http://127.0.0.1:3001"}}}"#;
        let (backends, _) = Backends::read(&Value::parse(text).unwrap(), "backends");
        let plan = BackendPlan {
            layers: vec![("/p".into(), backends)],
            ..BackendPlan::default()
        };
        let need = |resource: &str, function: Option<&str>, backend| {
            let need = plan.need(resource, function, None, backend);
            need.map(|need| (need.consent, need.target))
        };
        let invoke = "arn:aws:states:::lambda:invoke";
        let local = |function| need(invoke, Some(function), Backend::Local);
        assert_eq!(
            local("pay"),
            Some((Consent::Command, "function pay (./pay)".to_owned()))
        );
        assert_eq!(local("other").map(|need| need.0), Some(Consent::Lambda));
        assert_eq!(
            need(invoke, Some("pay"), Backend::Aws).map(|need| need.0),
            Some(Consent::Aws)
        );
        let http = need("arn:aws:states:::http:invoke", None, Backend::Local);
        assert_eq!(http.map(|need| need.0), Some(Consent::Http));
        assert_eq!(need(invoke, Some("pay"), Backend::Mock), None);
        let nested = "arn:aws:states:::states:startExecution.sync";
        assert_eq!(need(nested, None, Backend::Local), None);
    }
}
