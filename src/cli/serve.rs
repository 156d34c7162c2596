//! `stepwright serve`: the API in front of a workflow and the API of Step Functions, on this machine.

use std::net::IpAddr;
use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::json;

use crate::cli::fail;
use crate::cli::output::note;
use crate::cli::output::say;
use crate::cli::signals::Signals;
use crate::cli::site;
use crate::cli::site::KeepArgs;
use crate::cli::site::SiteArgs;
use crate::driver::endpoint::Door;
use crate::driver::endpoint::Edge;
use crate::driver::endpoint::Guests;
use crate::driver::endpoint::ListenOptions;
use crate::driver::endpoint::Listening;
use crate::driver::endpoint::RequestRecord;
use crate::driver::endpoint::RouteInfo;
use crate::driver::endpoint::listen;
use crate::driver::endpoint::routes;

/// What `stepwright help serve` says below the options.
pub const HELP: &str = "\
A request that starts an execution takes its mocks from the first of these: the scenario (or the test case of a
MockConfigFile.json) that its header X-Stepwright-Scenario names; --scenario; --mocks; the scenario whose input is
the input of the execution; \"mocks\" of the companion file; its first scenario. A route that calls a service or a
function itself is answered from the list \"METHOD /path\" of the same mocks. Where a mock is missing, the answer
says so in the header X-Stepwright-Explanation.

Only programs of this machine may ask, and pages that it serves: other names in Host and other sites in Origin are
refused.

Example: stepwright serve sample-workflows/order-processing --api-port 8080
Example: stepwright serve template.yaml --params dev.json --mocks MockConfigFile.json#HappyPath --format json";

/// Threads that answer requests; more than there are cores, so that one slow answer does not hold up the others.
const THREADS: usize = 4;

#[derive(clap::Args, Debug)]
pub struct ServeArgs {
    #[command(flatten)]
    site: SiteArgs,
    #[command(flatten)]
    keep: KeepArgs,
    /// The port of the Step Functions API; 0 takes a free one
    #[arg(long, default_value_t = 8083)]
    port: u16,
    /// The port of the API; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    api_port: u16,
    /// The address to listen at; anything but a loopback address lets other machines in
    #[arg(long, default_value = "127.0.0.1")]
    bind: IpAddr,
    /// A further name by which the endpoints may be called
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    #[arg(long, value_enum, default_value_t = ServeFormat::Text)]
    format: ServeFormat,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum ServeFormat {
    Text,
    Json,
}

/// Exit 0 once it was ended, 2 when it could not listen.
pub fn serve(arguments: &ServeArgs) -> u8 {
    let served =
        site::open_stored(&arguments.site, &arguments.keep).and_then(|edge| run(arguments, edge));
    match served {
        Ok(()) => 0,
        Err(reason) => fail(&reason),
    }
}

fn run(arguments: &ServeArgs, edge: Arc<Edge>) -> Result<(), String> {
    let cores = std::thread::available_parallelism().map_or(THREADS, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.max(THREADS))
        .enable_all()
        .build()
        .map_err(|error| format!("nothing can be served: {error}"))?;
    runtime.block_on(until_ended(arguments, edge))
}

async fn until_ended(arguments: &ServeArgs, edge: Arc<Edge>) -> Result<(), String> {
    // Asked for first: a signal that comes at once must end it cleanly, too.
    let mut signals = Signals::hear()?;
    let open = |door: Door, port: u16| {
        let options = ListenOptions {
            guests: Guests {
                hosts: arguments.allow_host.clone(),
            },
            ..ListenOptions::at(SocketAddr::new(arguments.bind, port))
        };
        let edge = edge.clone();
        async move {
            listen(edge, door, options)
                .await
                .map_err(|error| error.to_string())
        }
    };
    let step_functions = open(Door::StepFunctions, arguments.port).await?;
    let api = match edge.site().apis.is_empty() {
        true => None,
        false => Some(open(Door::Api, arguments.api_port).await?),
    };
    if !arguments.bind.is_loopback() {
        note(&format!(
            "stepwright: listening at {}, where other machines can reach it; without --bind it is 127.0.0.1 alone",
            arguments.bind
        ));
    }
    match arguments.format {
        ServeFormat::Json => say(&described(&edge, &step_functions, api.as_ref())),
        ServeFormat::Text => {
            tell(&edge, &step_functions, api.as_ref());
            tokio::spawn(follow(edge.clone()));
        }
    }
    signals.next().await;
    for listening in std::iter::once(step_functions).chain(api) {
        listening.close().await;
    }
    for words in edge.stop().await {
        note(&words);
    }
    Ok(())
}

fn address(listening: &Listening) -> String {
    format!("http://{}", listening.address)
}

/// The one line of `--format json`.
fn described(edge: &Edge, step_functions: &Listening, api: Option<&Listening>) -> String {
    let base = api.map(address);
    let routes: Vec<serde_json::Value> = routes(edge.site())
        .into_iter()
        .map(|route| {
            let mut told = json!({
                "method": route.method,
                "path": route.path,
                "url": format!("{}{}", base.as_deref().unwrap_or_default(), route.path),
            });
            if let (Some(example), Some(members)) = (route.example, told.as_object_mut()) {
                members.insert("example".to_owned(), example.into());
            }
            told
        })
        .collect();
    let machines = edge.site().machines.iter();
    let machines: Vec<serde_json::Value> = machines
        .map(|machine| json!({"name": machine.name, "arn": machine.arn.as_ref()}))
        .collect();
    let told = json!({
        "stepfunctions": address(step_functions),
        "api": base,
        "routes": routes,
        "stateMachines": machines,
    });
    told.to_string()
}

fn tell(edge: &Edge, step_functions: &Listening, api: Option<&Listening>) {
    say(&format!("Step Functions API  {}", address(step_functions)));
    for machine in &edge.site().machines {
        say(&format!("  {:<8} {}", machine.kind.name(), machine.arn));
    }
    let Some(api) = api else {
        say("no API: what is served is a workflow without one");
        return;
    };
    let base = address(api);
    say(&format!("API                 {base}"));
    for RouteInfo { method, path, .. } in routes(edge.site()) {
        say(&format!("  {method:<8} {base}{path}"));
    }
    say("Ctrl-C ends it");
}

/// Tells each exchange in a line on standard error.
async fn follow(edge: Arc<Edge>) {
    use tokio::sync::broadcast::error::RecvError;
    let mut records = edge.subscribe();
    loop {
        match records.recv().await {
            Ok(record) => note(&told(&record)),
            Err(RecvError::Lagged(missed)) => note(&format!("… {missed} more")),
            Err(RecvError::Closed) => return,
        }
    }
}

fn told(record: &RequestRecord) -> String {
    let milliseconds = record.took as f64 / 1_000.0;
    let mut line = format!(
        "{} {} → {} in {milliseconds:.1} ms",
        record.request.method, record.request.target, record.response.status
    );
    if let Some(words) = &record.explanation {
        line.push_str("\n  ");
        line.push_str(words);
    }
    line
}
