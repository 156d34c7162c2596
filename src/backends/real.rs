//! Calls that are made for real: which backend a task goes to, whether the person has agreed to it, and what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use tokio::sync::mpsc;

use crate::asl::resource;
use crate::asl::resource::Pattern;
use crate::asl::resource::Target;
use crate::aws;
use crate::aws::HttpResponse;
use crate::backends::Relay;
use crate::backends::SdkClient;
use crate::backends::SdkSettings;
use crate::backends::function::FunctionError;
use crate::backends::function::FunctionRequest;
use crate::backends::function::Workers;
use crate::backends::http_task;
use crate::backends::http_task::Tokens;
use crate::backends::lambda;
use crate::backends::lambda::Answered;
use crate::backends::secrets::credentials;
use crate::backends::web;
use crate::engine::Call;
use crate::engine::Fault;
use crate::engine::Millis;
use crate::engine::Outcome;
use crate::query::Chance;
use crate::query::Value;
use crate::sidecar::AwsSite;
use crate::sidecar::Backend;
use crate::sidecar::BackendPlan;
use crate::sidecar::FunctionPlan;
use crate::sidecar::FunctionRun;
use crate::sidecar::Need;
use crate::sidecar::TaskCall;
use crate::trace::UNANSWERED;
use crate::trace::WorkerStart;

/// What is kept between runs: warm workers, connections, tokens. It belongs to one tokio runtime.
#[derive(Debug, Default)]
pub struct Real {
    workers: Workers,
    web: OnceLock<Result<reqwest::Client, String>>,
    services: Mutex<BTreeMap<AwsSite, SdkClient>>,
    tokens: Tokens,
    calls: AtomicU64,
}

/// Where a call goes.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub backend: Backend,
    pub way: Way,
    /// In words.
    pub target: String,
}

#[derive(Clone, Debug)]
pub(crate) enum Way {
    Function(Box<FunctionRequest>, Box<FunctionPlan>),
    Http,
    Service,
}

/// What came of a call besides its outcome.
#[derive(Debug)]
pub(crate) struct Made {
    /// None where somebody else answers: the task waits with its token.
    pub outcome: Option<Outcome>,
    pub start: Option<WorkerStart>,
    pub log: String,
}

impl Real {
    pub fn new() -> Arc<Real> {
        Arc::new(Real::default())
    }

    /// Ends every idle worker: the next call of each function starts cold.
    pub fn cool_down(&self) {
        self.workers.cool_down();
    }

    pub(crate) fn next_number(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Makes a call. What comes before its outcome goes through `interim`.
    pub(crate) async fn make(
        &self,
        call: &Call,
        route: &Route,
        plan: &BackendPlan,
        at: Millis,
        interim: &mpsc::Sender<Outcome>,
    ) -> Made {
        let id = request_id(self.next_number(), at);
        let waits = resource::read(&call.resource).pattern == Pattern::WaitForTaskToken;
        let made = match &route.way {
            Way::Function(request, function) => match fits(call) {
                Ok(()) if request.is_event_here(function) => {
                    let accepted = request.accepted(&request.receipt(&id, at));
                    let accepted = match waits {
                        true => Outcome::Submitted(accepted),
                        false => Outcome::Succeeded(accepted),
                    };
                    // Whoever does not listen any more does not wait either.
                    let _ = interim.send(accepted).await;
                    let made = self.function(request, function, &id, at).await;
                    return Made {
                        outcome: None,
                        ..made
                    };
                }
                Ok(()) => self.function(request, function, &id, at).await,
                Err(fault) => Made::of(Outcome::Failed(fault)),
            },
            Way::Http => {
                let file = plan.connections();
                let result = match self.web() {
                    Ok(client) => {
                        http_task::invoke(client, &call.payload, file.as_deref(), &self.tokens)
                            .await
                    }
                    Err(words) => Err(Fault::new("States.Http.Socket", words)),
                };
                Made::of(result.map_or_else(Outcome::Failed, Outcome::Succeeded))
            }
            Way::Service => {
                return Made {
                    outcome: self.service(call, plan, interim).await,
                    start: None,
                    log: String::new(),
                };
            }
        };
        match made.outcome {
            // The function has taken the token; whoever it gave it to answers.
            Some(Outcome::Succeeded(value)) if waits => {
                // Whoever does not listen any more does not wait either.
                let _ = interim.send(Outcome::Submitted(value)).await;
                Made {
                    outcome: None,
                    ..made
                }
            }
            _ => made,
        }
    }

    /// Makes a call that belongs to no run and waits for what comes of it.
    pub async fn answer(
        &self,
        call: &Call,
        backend: Backend,
        plan: &BackendPlan,
        at: Millis,
    ) -> Outcome {
        let route = match route(call, backend, plan) {
            Ok(route) => route,
            Err(fault) => return Outcome::Failed(fault),
        };
        // Only what is answered before its end, an event, has an outcome among what comes before.
        let (interim, mut door) = mpsc::channel(4);
        let made = self.make(call, &route, plan, at, &interim).await;
        let early = || door.try_recv().ok();
        made.outcome.or_else(early).unwrap_or(Outcome::Heartbeat)
    }

    /// Sends a request that an API makes of a service itself, and gives the answer as it came. The call stands for it
    /// where the plan is asked.
    ///
    /// # Errors
    /// Nobody has agreed to it, or nothing answers: one sentence.
    pub(crate) async fn relay(
        &self,
        call: &Call,
        backend: Backend,
        plan: &BackendPlan,
        relay: Relay<'_>,
    ) -> Result<HttpResponse, String> {
        route(call, backend, plan)
            .map_err(|fault| fault.cause.as_deref().unwrap_or_default().to_owned())?;
        self.client_of(plan.aws())?.relay(relay).await
    }

    async fn service(
        &self,
        call: &Call,
        plan: &BackendPlan,
        interim: &mpsc::Sender<Outcome>,
    ) -> Option<Outcome> {
        match self.client_of(plan.aws()) {
            Ok(client) => client.call(call, interim).await,
            Err(words) => Some(Outcome::Failed(Fault::new("States.Runtime", words))),
        }
    }

    /// The client of a site; one for all its calls, so that connections and credentials are kept.
    fn client_of(&self, site: AwsSite) -> Result<SdkClient, String> {
        let mut services = self.services.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = services.get(&site) {
            return Ok(client.clone());
        }
        let client = SdkClient::new(SdkSettings {
            endpoint: site.endpoint.clone(),
            region: site.region.clone(),
            profile: site.profile.clone(),
            ..SdkSettings::default()
        })?;
        services.insert(site, client.clone());
        Ok(client)
    }

    fn web(&self) -> Result<&reqwest::Client, String> {
        let built = self.web.get_or_init(|| web::client().map_err(web::reason));
        built.as_ref().map_err(String::clone)
    }

    async fn function(
        &self,
        request: &FunctionRequest,
        plan: &FunctionPlan,
        id: &str,
        at: Millis,
    ) -> Made {
        let mut receipt = request.receipt(id, at);
        let veil = credentials(&plan.environment);
        let (result, start, log) = match &plan.run {
            FunctionRun::Endpoint { url, name } => {
                let name = name.as_deref().unwrap_or(&plan.name);
                let client = match self.web() {
                    Ok(client) => client,
                    Err(words) => {
                        let fault = Fault::new("Lambda.SdkClientException", words);
                        return Made::of(Outcome::Failed(fault));
                    }
                };
                match lambda::invoke(client, url, name, request, &mut receipt).await {
                    Answered::Returned(text) => (Ok(text), None, String::new()),
                    Answered::Failed(error) => (Err(error), None, String::new()),
                    Answered::Refused(fault) => {
                        let cause = fault.cause.map(|cause| Arc::from(veil.hide(&cause)));
                        return Made::of(Outcome::Failed(Fault { cause, ..fault }));
                    }
                }
            }
            FunctionRun::Command(_) | FunctionRun::Handler { .. } => {
                if let Some(fault) = request.refusal(id) {
                    return Made::of(Outcome::Failed(fault));
                }
                if request.dry_run {
                    return Made::of(Outcome::Succeeded(request.accepted(&receipt)));
                }
                let done = self.workers.invoke(plan, request, id).await;
                (done.result, done.start, done.log)
            }
        };
        let result = result.map(|text| veil.hide(&text));
        let result = result.map_err(|error| FunctionError::of_payload(veil.hide(&error.payload)));
        let mut log = veil.hide(&log);
        if let (Err(error), true) = (&result, request.fire_and_forget) {
            log.push_str(&format!(
                "… failed, which nobody hears of: {}\n",
                error.payload
            ));
        }
        let returned = |text: String| match request.fire_and_forget || request.dry_run {
            true => Ok(request.accepted(&receipt)),
            false => request
                .returned(&text, &receipt)
                .map_err(|error| error.of(&plan.name)),
        };
        // Nobody hears of what becomes of an event.
        let result = match result {
            Err(_) if request.fire_and_forget => Ok(request.accepted(&receipt)),
            result => result
                .and_then(returned)
                .or_else(|error: FunctionError| request.failed(error, &receipt)),
        };
        Made {
            outcome: Some(result.map_or_else(Outcome::Failed, Outcome::Succeeded)),
            start,
            log,
        }
    }
}

impl Made {
    fn of(outcome: Outcome) -> Made {
        Made {
            outcome: Some(outcome),
            start: None,
            log: String::new(),
        }
    }
}

/// Where a call goes with a backend, as the plan has it.
///
/// # Errors
/// The fault of a call that cannot be made: nothing says how, or the person has not agreed to it.
pub(crate) fn route(call: &Call, backend: Backend, plan: &BackendPlan) -> Result<Route, Fault> {
    let refuse = |words: String| {
        let cause = format!("{UNANSWERED}\"{}\": {words}", call.name);
        Fault::new("States.TaskFailed", cause)
    };
    let way = way(call, backend, plan).map_err(refuse)?;
    let address = call.payload.get("ApiEndpoint").and_then(Value::as_str);
    let task = TaskCall {
        state: call.state.clone(),
        resource: call.resource.to_string(),
        function: match &way {
            Way::Function(request, _) => Some(request.name.clone()),
            Way::Http | Way::Service => None,
        },
        address: address.map(str::to_owned),
    };
    let Some(Need { consent, target }) = plan.need(&task, backend) else {
        return Err(refuse("nothing is called for it".to_owned()));
    };
    if !plan.allowed.contains(&consent) {
        return Err(refuse(format!(
            "it would call the {target}, and nobody has agreed that Stepwright may {} ({}): agree in the window \
             when it asks, or run with --allow {}",
            consent.meaning(),
            plan.folder.display(),
            consent.word(),
        )));
    }
    Ok(Route {
        backend,
        way,
        target,
    })
}

/// Whether a function is called with what the service would take.
///
/// # Errors
/// The refusal of Step Functions, as before any other call of a service.
fn fits(call: &Call) -> Result<(), Fault> {
    match resource::read(&call.resource).target {
        Target::Lambda { .. } => Ok(()),
        target @ (Target::Optimized { .. }
        | Target::Sdk { .. }
        | Target::Activity { .. }
        | Target::StandIn { .. }
        | Target::Other { .. }) => {
            let operation = aws::find(&target).map_err(Fault::from)?;
            aws::build(&operation, &call.payload, 0).map(drop)
        }
    }
}

/// Why a call could not be made, from the cause of its fault.
pub(crate) fn reason(cause: &str) -> String {
    let told = cause.strip_prefix(UNANSWERED);
    let reason = told.and_then(|told| told.split_once("\": "));
    reason.map_or(cause, |(_, reason)| reason).to_owned()
}

fn way(call: &Call, backend: Backend, plan: &BackendPlan) -> Result<Way, String> {
    let function = FunctionRequest::of(call);
    match (function, resource::read(&call.resource).target) {
        (Some(request), _) if backend == Backend::Local => {
            let function = plan.function(&request.name).ok_or_else(|| {
                format!(
                    "nothing says how the function {name} runs here: add \"{name}\" to \"functions\" of \"backends\" with \
                     \"handler\" and \"folder\", \"command\", or \"endpoint\"",
                    name = request.name
                )
            })?;
            Ok(Way::Function(Box::new(request), Box::new(function)))
        }
        (_, Target::Optimized { service, .. }) if service == "http" => Ok(Way::Http),
        (_, Target::Activity { name }) => Err(format!(
            "the activity {name} is answered by a worker, through the Step Functions endpoint of `stepwright serve`"
        )),
        (_, Target::StandIn { name }) => Err(format!(
            "its Resource is the placeholder {name}: give it a value with --param or in the companion file"
        )),
        (
            _,
            Target::Lambda { .. }
            | Target::Optimized { .. }
            | Target::Sdk { .. }
            | Target::Other { .. },
        ) => {
            let near = plan
                .aws()
                .endpoint
                .is_some_and(|url| web::is_loopback(&url));
            if backend == Backend::Local && !near {
                return Err(
                    "the local backend calls services at an endpoint on this machine only: name one as \"endpoint\" of \"aws\" \
                     of \"backends\" or with --endpoint-url, or choose the backend aws"
                        .to_owned(),
                );
            }
            Ok(Way::Service)
        }
    }
}

/// The id of a request, in the form of a UUID.
fn request_id(number: u64, at: Millis) -> String {
    Chance::seeded(number ^ at.unsigned_abs().rotate_left(20)).uuid()
}
