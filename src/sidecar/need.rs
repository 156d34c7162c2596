//! What a task would do for real, and what has to be agreed to before.

use std::collections::BTreeMap;

use crate::asl::Machine;
use crate::asl::StatePath;
use crate::asl::resource;
use crate::asl::resource::Target;
use crate::sidecar::Backend;
use crate::sidecar::BackendPlan;
use crate::sidecar::Consent;
use crate::sidecar::FunctionPlan;
use crate::sidecar::FunctionRun;
use crate::syntax::Tree;

/// A call of a task for real.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    pub consent: Consent,
    /// What is called, in words: `function pay (index.handler in functions/pay)`.
    pub target: String,
}

/// What nobody has agreed to yet: the agreement, and what would be called, each once.
pub type NotAgreed = BTreeMap<Consent, Vec<String>>;

/// Adds what something else would do, each target once; true where that is more than was known.
pub fn also_not_agreed(known: &mut NotAgreed, more: NotAgreed) -> bool {
    let mut is_more = false;
    for (kind, targets) in more {
        let known = known.entry(kind).or_default();
        for target in targets {
            if !known.contains(&target) {
                known.push(target);
                is_more = true;
            }
        }
    }
    is_more
}

/// What a task calls, as far as its definition tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskCall {
    pub state: StatePath,
    pub resource: String,
    /// The name of the function, without its ARN.
    pub function: Option<String>,
    /// The address of an HTTP task.
    pub address: Option<String>,
}

impl TaskCall {
    /// None where the state is no Task.
    pub fn of(
        tree: &Tree,
        machine: &Machine,
        params: &BTreeMap<String, String>,
        path: &StatePath,
    ) -> Option<TaskCall> {
        let state = machine.find(path)?;
        let filled = |text: &str| {
            let mut text = text.to_owned();
            for (name, value) in params {
                text = text.replace(&format!("${{{name}}}"), value);
            }
            text
        };
        let resource = filled(state.resource.as_deref()?);
        let object = state.node;
        let argument = |name: &str| {
            let fields = ["Parameters", "Arguments"].into_iter();
            let mut found = fields.filter_map(|field| {
                let arguments = tree.get(object, field)?;
                tree.get_str(arguments, name).map(filled)
            });
            found.next().filter(|text| !text.contains("{%"))
        };
        let function = match resource::read(&resource).target {
            Target::Lambda { function, .. } => Some(function),
            target if is_invoke(&target) => argument("FunctionName")
                .map(|address| resource::function_name(&address).0.to_owned()),
            Target::Optimized { .. }
            | Target::Sdk { .. }
            | Target::Activity { .. }
            | Target::StandIn { .. }
            | Target::Other { .. } => None,
        };
        Some(TaskCall {
            state: path.clone(),
            address: argument("ApiEndpoint"),
            resource,
            function,
        })
    }

    /// Whether it calls a function.
    pub fn is_function(&self) -> bool {
        let target = resource::read(&self.resource).target;
        matches!(target, Target::Lambda { .. }) || is_invoke(&target)
    }

    /// All tasks of a definition.
    pub fn all(tree: &Tree, machine: &Machine, params: &BTreeMap<String, String>) -> Vec<TaskCall> {
        let states = machine.states.iter();
        states
            .filter_map(|state| TaskCall::of(tree, machine, params, &state.path))
            .collect()
    }
}

impl BackendPlan {
    /// What these tasks would do outside that nobody has agreed to yet.
    pub fn not_agreed<'a>(&self, calls: impl IntoIterator<Item = &'a TaskCall>) -> NotAgreed {
        let mut wanted = NotAgreed::new();
        for call in calls {
            for backend in self.of(&call.state, &call.state.name()) {
                let need = self.need(call, *backend);
                let need = need.filter(|need| !self.allowed.contains(&need.consent));
                if let Some(need) = need {
                    let one = NotAgreed::from([(need.consent, vec![need.target])]);
                    also_not_agreed(&mut wanted, one);
                }
            }
        }
        wanted
    }

    /// What a call would do outside. None where it does nothing there, or nothing says how.
    pub fn need(&self, call: &TaskCall, backend: Backend) -> Option<Need> {
        let read = resource::read(&call.resource);
        let is_http =
            matches!(&read.target, Target::Optimized { service, .. } if service == "http");
        let is_nested = matches!(read.service(), Some("states" | "sfn"));
        let function = call.function.as_deref();
        match (&read.target, backend) {
            (_, Backend::Mock) | (Target::Activity { .. } | Target::StandIn { .. }, _) => None,
            (_, Backend::Local) if call.is_function() => {
                let plan = self.function(function.unwrap_or("*"))?;
                Some(Need {
                    consent: consent_of(&plan),
                    target: words_of(&plan, function),
                })
            }
            (_, Backend::Local) if is_nested => None,
            _ if is_http => Some(Need {
                consent: Consent::Http,
                target: format!(
                    "API {}",
                    call.address
                        .as_deref()
                        .unwrap_or("that is named when it runs")
                ),
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

fn is_invoke(target: &Target) -> bool {
    match target {
        Target::Optimized { service, action } | Target::Sdk { service, action } => {
            service == "lambda" && action == "invoke"
        }
        Target::Lambda { .. }
        | Target::Activity { .. }
        | Target::StandIn { .. }
        | Target::Other { .. } => false,
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
        let invoke = "arn:aws:states:::lambda:invoke";
        let need = |resource: &str, function: Option<&str>, backend| {
            let call = TaskCall {
                state: StatePath::top("Pay"),
                resource: resource.to_owned(),
                function: function.map(str::to_owned),
                address: None,
            };
            let need = plan.need(&call, backend);
            need.map(|need| (need.consent, need.target))
        };
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
