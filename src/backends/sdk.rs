//! Calls of AWS services: signed requests to AWS or to any endpoint, and the wait for what they begin.

use std::sync::Arc;
use std::time::Duration;
use std::time::SystemTime;

use tokio::sync::OnceCell;
use tokio::sync::mpsc;

use crate::asl::resource;
use crate::asl::resource::Pattern;
use crate::asl::resource::Target;
use crate::aws;
use crate::aws::HttpResponse;
use crate::aws::Job;
use crate::aws::Operation;
use crate::aws::Output;
use crate::aws::Progress;
use crate::backends::sdk_credentials;
use crate::backends::sdk_credentials::Keys;
use crate::backends::sdk_sign;
use crate::backends::sdk_sign::Signed;
use crate::backends::web;
use crate::backends::web::Fetcher;
use crate::engine::Call;
use crate::engine::Fault;
use crate::engine::Outcome;
use crate::query::Value;

/// How often a question about a job is asked again where the service is busy.
const PATIENCE: u32 = 8;

/// How AWS services are reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SdkSettings {
    /// Scheme and host of something that speaks for every service; none for AWS itself.
    pub endpoint: Option<String>,
    /// None for that of the environment or the profile, then us-east-1.
    pub region: Option<String>,
    pub profile: Option<String>,
    /// The wait before the first question about a job; it grows by half each time.
    pub poll: Duration,
    /// Where that wait stops growing.
    pub slowest_poll: Duration,
}

impl Default for SdkSettings {
    fn default() -> SdkSettings {
        SdkSettings {
            endpoint: None,
            region: None,
            profile: None,
            poll: Duration::from_secs(1),
            slowest_poll: Duration::from_secs(20),
        }
    }
}

/// Calls AWS services. Clones share connections and credentials.
#[derive(Clone, Debug)]
pub struct SdkClient(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: SdkSettings,
    http: reqwest::Client,
    keys: Keys,
    region: OnceCell<String>,
}

impl SdkClient {
    /// A client for these settings, or why the endpoint cannot be one. Nothing is looked up or sent yet.
    pub fn new(mut settings: SdkSettings) -> Result<SdkClient, String> {
        if let Some(endpoint) = &mut settings.endpoint {
            *endpoint = endpoint.trim_end_matches('/').to_owned();
            let url = reqwest::Url::parse(endpoint).ok();
            if url.is_none_or(|url| !matches!(url.scheme(), "http" | "https") || !url.has_host()) {
                return Err(format!(
                    "\"{endpoint}\" is no endpoint; write a scheme and a host, as in http://127.0.0.1:4566"
                ));
            }
        }
        let local = settings.endpoint.as_deref().is_some_and(web::is_loopback);
        Ok(SdkClient(Arc::new(Inner {
            http: web::client().map_err(web::reason)?,
            keys: Keys::new(settings.profile.clone(), local),
            region: OnceCell::new(),
            settings,
        })))
    }

    /// Where the calls of a `Resource` go, for people: `http://127.0.0.1:4566`, `dynamodb.eu-central-1.amazonaws.com`.
    pub async fn destination(&self, resource: &str) -> Result<String, Fault> {
        if let Some(endpoint) = &self.0.settings.endpoint {
            return Ok(endpoint.clone());
        }
        let operation = operation_of(&resource::read(resource).target)?;
        Ok(operation.place(self.region().await).0)
    }

    /// Carries a call out. `Outcome::Submitted` of `.sync` and `.waitForTaskToken` calls goes through `interim`;
    /// none is returned where somebody else answers, with the token. Dropping the future calls a job off.
    pub async fn call(&self, call: &Call, interim: &mpsc::Sender<Outcome>) -> Option<Outcome> {
        match self.carry_out(call, interim).await {
            Ok(Some(value)) => Some(Outcome::Succeeded(value)),
            Ok(None) => None,
            Err(fault) => Some(Outcome::Failed(fault)),
        }
    }

    async fn carry_out(
        &self,
        call: &Call,
        interim: &mpsc::Sender<Outcome>,
    ) -> Result<Option<Value>, Fault> {
        let resource = resource::read(&call.resource);
        let seed = seed(call);
        let waits = matches!(resource.pattern, Pattern::Sync | Pattern::Sync2);
        let (result, job) = match &resource.target {
            Target::Optimized { service, action }
                if service == "apigateway" && action == "invoke" =>
            {
                (self.invoke_api(&call.payload).await?, None)
            }
            Target::Lambda { .. } => {
                let result = self.invoke(&call.resource, &call.payload, seed).await;
                return result.map(Some);
            }
            target => {
                let operation = operation_of(target)?;
                if waits && !Job::can_be_waited_for(&operation) {
                    let cause = format!("{} begins no job to wait for", call.resource);
                    return Err(Fault::new("States.Runtime", cause));
                }
                let result = self.perform(&operation, &call.payload, seed).await?;
                let job = Job::begun(&operation, &call.payload, &result);
                (result, job.filter(|_| waits))
            }
        };
        if let Some(job) = job {
            // From here on whoever drops the call stops the job.
            let called_off = CallOff::of(self, &job);
            submitted(interim, result).await;
            let output = match resource.pattern {
                Pattern::Sync2 => Output::Json,
                Pattern::Sync | Pattern::RequestResponse | Pattern::WaitForTaskToken => {
                    Output::Text
                }
            };
            let end = self.wait(&job, output).await;
            called_off.ended();
            return end.map(Some);
        }
        if resource.pattern == Pattern::WaitForTaskToken {
            submitted(interim, result).await;
            return Ok(None);
        }
        Ok(Some(result))
    }

    /// Calls an operation with the parameters of a state, and reads what it answers.
    pub async fn perform(
        &self,
        operation: &Operation,
        parameters: &Value,
        seed: u64,
    ) -> Result<Value, Fault> {
        let response = self.exchange(operation, parameters, seed).await?;
        aws::read(operation, &response)
    }

    async fn exchange(
        &self,
        operation: &Operation,
        parameters: &Value,
        seed: u64,
    ) -> Result<HttpResponse, Fault> {
        let request = aws::build(operation, parameters, seed)?;
        let (host, region) = operation.place(self.region().await);
        let base = match &self.0.settings.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => {
                let prefix = request.host_prefix.as_deref().unwrap_or_default();
                format!("https://{prefix}{host}")
            }
        };
        let url = format!("{base}{}", request.target());
        let message = Message {
            method: &request.method,
            url: &url,
            headers: request.headers,
            body: request.body,
            signed: request
                .signed
                .then_some((operation.signing_name(), region.as_str())),
        };
        let sent = self.send(message).await;
        sent.map_err(|reason| aws::client_fault(operation, &reason))
    }

    /// Sends a request that is whole but for its signature, to the host of its address or to the endpoint that stands
    /// for AWS.
    ///
    /// # Errors
    /// Nothing answers, or the endpoint cannot stand for a host such as `bucket.s3`: one sentence.
    pub(crate) async fn relay(&self, relay: Relay<'_>) -> Result<HttpResponse, String> {
        let address = relay
            .url
            .split_once("://")
            .map_or(relay.url, |(_, rest)| rest);
        let (host, target) = address.split_at(address.find('/').unwrap_or(address.len()));
        let url = match &self.0.settings.endpoint {
            None => relay.url.to_owned(),
            Some(_) if !host.starts_with(&format!("{}.", relay.service)) => {
                return Err(format!(
                    "{host} is a host of its own, which an endpoint cannot stand for; name the service alone and put the \
                     rest into the path"
                ));
            }
            Some(endpoint) => format!("{endpoint}{target}"),
        };
        let message = Message {
            method: relay.method,
            url: &url,
            headers: relay.headers,
            body: relay.body,
            signed: Some((aws::signing_name(relay.service), relay.region)),
        };
        self.send(message).await
    }

    async fn send(&self, message: Message<'_>) -> Result<HttpResponse, String> {
        let mut headers = message.headers;
        if let Some((service, region)) = message.signed {
            let fetcher = Fetcher(self.0.http.clone());
            let credentials = self.0.keys.get(fetcher, self.region().await).await;
            let signed = Signed {
                method: message.method,
                url: message.url,
                headers: &headers,
                body: &message.body,
                service,
                region,
            };
            let made = sdk_sign::headers(&signed, credentials?, SystemTime::now())?;
            headers.extend(made);
        }
        let method = message.method.parse::<reqwest::Method>();
        let method = method.map_err(|error| error.to_string())?;
        let mut builder = self.0.http.request(method, message.url);
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        let failed = |error| format!("Unable to execute HTTP request: {}", web::reason(error));
        let response = builder.body(message.body).send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        });
        Ok(HttpResponse {
            status,
            headers: headers.collect(),
            body: response.bytes().await.map_err(failed)?.to_vec(),
        })
    }

    /// A function named by its ARN: the payload is the input, its answer the result.
    async fn invoke(&self, function: &str, payload: &Value, seed: u64) -> Result<Value, Fault> {
        let target = Target::Optimized {
            service: "lambda".to_owned(),
            action: "invoke".to_owned(),
        };
        let parameters = Value::object([
            ("FunctionName", Value::from(function)),
            // A text is sent as JSON too; as it stands it would be taken for JSON already.
            ("Payload", Value::from(payload.to_json())),
        ]);
        let result = self
            .perform(&operation_of(&target)?, &parameters, seed)
            .await?;
        Ok(result.get("Payload").cloned().unwrap_or_default())
    }

    async fn invoke_api(&self, parameters: &Value) -> Result<Value, Fault> {
        let request = aws::api_request(parameters)?;
        let host = request
            .endpoint
            .split_once("://")
            .map_or(request.endpoint.as_str(), |(_, host)| host);
        let local = web::is_loopback(&format!("http://{host}"));
        if let Some(endpoint) = self.0.settings.endpoint.as_ref().filter(|_| !local) {
            let cause = format!(
                "The API at {host} is not called: services are reached at {endpoint}, and nothing goes to AWS beside it"
            );
            return Err(Fault::new("States.Runtime", cause));
        }
        let scheme = match request.endpoint.starts_with("http://")
            || (local && host.len() == request.endpoint.len())
        {
            true => "http",
            false => "https",
        };
        let url = format!("{scheme}://{host}{}", request.target);
        let region = self.region().await;
        let message = Message {
            method: &request.method,
            url: &url,
            headers: request.headers,
            body: request.body,
            signed: request.signed.then_some(("execute-api", region)),
        };
        let response = self.send(message).await;
        let response =
            response.map_err(|reason| Fault::new("ApiGateway.SdkClientException", reason))?;
        aws::api_result(&response)
    }

    /// Asks about a job until it has ended.
    async fn wait(&self, job: &Job, output: Output) -> Result<Value, Fault> {
        let (ask, parameters) = job.ask()?;
        let mut pause = self.0.settings.poll;
        let mut troubles = 0;
        loop {
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(self.0.settings.slowest_poll);
            let progress = match self.exchange(&ask, &parameters, 0).await {
                Ok(response) if response.is_passing_trouble() && troubles < PATIENCE => {
                    troubles += 1;
                    continue;
                }
                Ok(response) => match job.gone().filter(|_| response.says_gone(&ask)) {
                    Some(gone) => gone,
                    None => match aws::read(&ask, &response) {
                        Ok(answer) => job.progress(&answer, output),
                        Err(fault) => Progress::Failed(fault),
                    },
                },
                Err(_) if troubles < PATIENCE => {
                    troubles += 1;
                    continue;
                }
                Err(fault) => Progress::Failed(fault),
            };
            match progress {
                Progress::Running => troubles = 0,
                Progress::Succeeded(value) => return Ok(value),
                Progress::Failed(fault) => return Err(fault),
            }
        }
    }

    async fn region(&self) -> &str {
        let settings = &self.0.settings;
        let find =
            || sdk_credentials::region(settings.region.as_deref(), settings.profile.as_deref());
        self.0.region.get_or_init(find).await
    }
}

/// A request of somebody else, such as an API that calls a service itself.
#[derive(Debug)]
pub(crate) struct Relay<'a> {
    /// As hosts have it: `dynamodb`, `email`.
    pub service: &'a str,
    pub region: &'a str,
    pub method: &'a str,
    pub url: &'a str,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// A request on its way.
struct Message<'a> {
    method: &'a str,
    url: &'a str,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// The name and the region of its signature.
    signed: Option<(&'a str, &'a str)>,
}

/// Stops a job that nobody waits for any more.
struct CallOff {
    client: SdkClient,
    job: Option<Job>,
}

impl CallOff {
    fn of(client: &SdkClient, job: &Job) -> CallOff {
        CallOff {
            client: client.clone(),
            job: Some(job.clone()),
        }
    }

    /// There is nothing left to stop.
    fn ended(mut self) {
        self.job = None;
    }
}

impl Drop for CallOff {
    fn drop(&mut self) {
        let stop = self.job.take().and_then(|job| job.stop());
        let runtime = tokio::runtime::Handle::try_current();
        if let (Some((operation, parameters)), Ok(runtime)) = (stop, runtime) {
            let client = self.client.clone();
            runtime.spawn(async move {
                // Nobody is left to tell whether it could be stopped.
                let _ = client.perform(&operation, &parameters, 0).await;
            });
        }
    }
}

fn operation_of(target: &Target) -> Result<Operation, Fault> {
    aws::find(target).map_err(Fault::from)
}

async fn submitted(interim: &mpsc::Sender<Outcome>, result: Value) {
    // Whoever drives the execution may have gone; then nobody waits for the result either.
    let _ = interim.send(Outcome::Submitted(result)).await;
}

/// Another one for each call, so that tokens against repeated requests differ.
fn seed(call: &Call) -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let nanos = now.map_or(0, |time| time.as_nanos() as u64);
    nanos ^ call.id.0.rotate_left(48)
}
