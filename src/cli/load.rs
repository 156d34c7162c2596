//! `stepwright load`: many users on one route of the local API, and how long the answers took.

use std::io::IsTerminal;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::json;
use tokio::sync::mpsc;
use tokio::sync::watch;

use crate::analyze::LoadReport;
use crate::analyze::MOST_USERS;
use crate::cli::argument_text;
use crate::cli::fail;
use crate::cli::output::note;
use crate::cli::output::say;
use crate::cli::signals::Signals;
use crate::cli::site;
use crate::cli::site::SiteArgs;
use crate::driver::LoadOrder;
use crate::driver::LoadProgress;
use crate::driver::LoadStage;
use crate::driver::LoadTarget;
use crate::driver::endpoint::Door;
use crate::driver::endpoint::Edge;
use crate::driver::endpoint::ListenOptions;
use crate::driver::endpoint::find_route;
use crate::driver::endpoint::listen;
use crate::driver::endpoint::routes;
use crate::driver::parse_stages;
use crate::gateway::Request;

/// What `stepwright help load` says below the options.
pub const HELP: &str = "\
Stages are written as DURATION:USERS; within a stage the number of users goes evenly to its end: 5s:200,25s:200,5s:0.
Each user sends the next request once it has an answer. Times are those of this machine with mocked tasks.

Example: stepwright load sample-workflows/order-processing --route 'POST /orders' --users 200
Example: stepwright load template.yaml --route 'POST /orders' --body @order.json --stages 10s:50,20s:50 --format json";

/// The line under every report.
const HONEST: &str = "These are figures of this machine with mocked tasks, not of AWS: no network, no cold start, no throttling";

#[derive(clap::Args, Debug)]
pub struct LoadArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// The route, with values for its parameters: "GET /orders/7"
    #[arg(long, value_name = "METHOD PATH")]
    route: String,
    /// The body: text, or @FILE; without it the example that `serve` names for the route
    #[arg(long)]
    body: Option<String>,
    /// A header of every request: "NAME: VALUE"
    #[arg(long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// Users at once, for half a minute with a ramp of five seconds before and after
    #[arg(long, default_value_t = 200)]
    users: usize,
    /// Stages instead: DURATION:USERS,…
    #[arg(long, conflicts_with = "users")]
    stages: Option<String>,
    /// Without a socket between: what the edge itself takes
    #[arg(long)]
    in_process: bool,
    #[arg(long, value_enum, default_value_t = LoadFormat::Text)]
    format: LoadFormat,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum LoadFormat {
    Text,
    Json,
}

/// Exit 0 when no request failed, 1 when one did, 2 when nothing could be asked.
pub fn load(arguments: &LoadArgs) -> u8 {
    match run(arguments) {
        Ok(report) => u8::from(report.failures > 0 || report.requests == 0),
        Err(reason) => fail(&reason),
    }
}

fn run(arguments: &LoadArgs) -> Result<LoadReport, String> {
    let stages = match &arguments.stages {
        Some(text) => parse_stages(text)?,
        None if arguments.users > MOST_USERS as usize => {
            return Err(format!("--users may be {MOST_USERS} at most"));
        }
        None => usual_stages(arguments.users),
    };
    let edge = site::open(&arguments.site)?;
    let request = request(arguments, &edge)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no load can be made: {error}"))?;
    let report = runtime.block_on(carry_out(arguments, edge, request, stages))?;
    match arguments.format {
        LoadFormat::Text => tell(arguments, &report),
        LoadFormat::Json => say(&described(arguments, &report)),
    }
    Ok(report)
}

fn usual_stages(users: usize) -> Vec<LoadStage> {
    [(5.0, users), (25.0, users), (5.0, 0)]
        .map(|(seconds, users)| LoadStage { seconds, users })
        .to_vec()
}

fn request(arguments: &LoadArgs, edge: &Edge) -> Result<Request, String> {
    let wanted = &arguments.route;
    let (method, path) = wanted.split_once(' ').ok_or_else(|| {
        format!("--route {wanted} must be METHOD PATH, for example \"POST /orders\"")
    })?;
    let method = method.to_uppercase();
    let (route, target) = find_route(edge.site(), &method, path.trim()).ok_or_else(|| {
        let known = routes(edge.site());
        let known: Vec<String> = known
            .iter()
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        match known.as_slice() {
            [] => "there is no API here to put load on".to_owned(),
            known => format!(
                "there is no route {wanted}; there are: {}",
                known.join(", ")
            ),
        }
    })?;
    let mut request = Request::new(method, target);
    let body = match &arguments.body {
        Some(body) => Some(argument_text(body)?),
        None => route.example,
    };
    if let Some(body) = body {
        request = request.with_json(body);
    }
    for header in &arguments.headers {
        let (name, value) = header
            .split_once(':')
            .ok_or_else(|| format!("--header {header} must be \"NAME: VALUE\""))?;
        let name = name.trim();
        request
            .headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        request = request.with_header(name, value.trim());
    }
    Ok(request)
}

async fn carry_out(
    arguments: &LoadArgs,
    edge: Arc<Edge>,
    request: Request,
    stages: Vec<LoadStage>,
) -> Result<LoadReport, String> {
    let mut listening = None;
    let target = if arguments.in_process {
        LoadTarget::Edge(edge)
    } else {
        let options = ListenOptions::at(SocketAddr::from(([127, 0, 0, 1], 0)));
        let opened = listen(edge, Door::Api, options)
            .await
            .map_err(|error| error.to_string())?;
        let address = opened.address;
        listening = Some(opened);
        LoadTarget::Address(address)
    };
    let (progress, told) = mpsc::channel(4);
    let (cancel, cancelled) = watch::channel(false);
    let mut signals = Signals::hear()?;
    tokio::spawn(async move {
        signals.next().await;
        // An error only means that the run is over.
        let _ = cancel.send(true);
        std::future::pending::<()>().await;
    });
    let follower = tokio::spawn(follow(told));
    let order = LoadOrder {
        target,
        request,
        stages,
    };
    let report = crate::driver::load(order, progress, cancelled).await;
    // What is told of a run that is over matters to nobody.
    let _ = follower.await;
    if let Some(listening) = listening {
        listening.close().await;
    }
    Ok(report)
}

/// Shows how far it is, on a terminal.
async fn follow(mut progress: mpsc::Receiver<LoadProgress>) {
    let shows = std::io::stderr().is_terminal();
    while let Some(piece) = progress.recv().await {
        if shows {
            let mut out = std::io::stderr().lock();
            // Progress that cannot be shown is no reason to end.
            let _ = write!(
                out,
                "\r{:>4.0} of {:.0} s, {} users, {} requests, {} failed   ",
                piece.elapsed,
                piece.total,
                piece.users,
                piece.so_far.requests,
                piece.so_far.failures
            );
            let _ = out.flush();
        }
    }
    if shows {
        note("");
    }
}

fn tell(arguments: &LoadArgs, report: &LoadReport) {
    let share = 100.0 * report.failures as f64 / (report.requests.max(1)) as f64;
    say(&format!("{} for {:.1} s", arguments.route, report.seconds));
    say(&format!(
        "requests   {} ({:.0} per second)",
        report.requests, report.per_second
    ));
    say(&format!("failures   {} ({share:.2} %)", report.failures));
    let statuses: Vec<String> = report
        .statuses
        .iter()
        .map(|(status, count)| format!("{status}: {count}"))
        .collect();
    say(&format!("statuses   {}", statuses.join(", ")));
    for (name, value) in times(report) {
        say(&format!("{name:<10} {value:.2} ms"));
    }
    say(HONEST);
}

fn times(report: &LoadReport) -> [(&'static str, f64); 5] {
    [
        ("average", report.average),
        ("median", report.median),
        ("p90", report.p90),
        ("p95", report.p95),
        ("max", report.max),
    ]
}

fn described(arguments: &LoadArgs, report: &LoadReport) -> String {
    let statuses: serde_json::Map<String, serde_json::Value> = report
        .statuses
        .iter()
        .map(|(status, count)| (status.to_string(), (*count).into()))
        .collect();
    let course: Vec<serde_json::Value> = report
        .course
        .iter()
        .map(|column| {
            json!({"at_s": column.at, "requests": column.requests, "failures": column.failures,
                "median_ms": column.median, "p95_ms": column.p95, "max_ms": column.max})
        })
        .collect();
    json!({
        "route": arguments.route,
        "requests": report.requests,
        "failures": report.failures,
        "statuses": statuses,
        "seconds": report.seconds,
        "requests_per_s": report.per_second,
        "average_ms": report.average,
        "median_ms": report.median,
        "p90_ms": report.p90,
        "p95_ms": report.p95,
        "max_ms": report.max,
        "course": course,
        "note": HONEST,
    })
    .to_string()
}
