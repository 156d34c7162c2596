//! `stepwright run`: executes a definition and prints what happened.

use std::sync::Arc;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use crate::backends::Mocks;
use crate::cli::Source;
use crate::cli::SourceArgs;
use crate::cli::fail;
use crate::cli::json_argument;
use crate::cli::output::say;
use crate::cli::output::write_pieces;
use crate::cli::source::read_text;
use crate::debugger::Clock;
use crate::debugger::Pace;
use crate::debugger::RunNews;
use crate::debugger::RunOrder;
use crate::debugger::execution_kind;
use crate::debugger::scenario_start;
use crate::engine::CompileOptions;
use crate::engine::Ended;
use crate::engine::Event;
use crate::engine::ExecutionKind;
use crate::engine::Program;
use crate::engine::Start;
use crate::engine::Status;
use crate::engine::compile;
use crate::query::Value;
use crate::sidecar::Sidecar;
use crate::trace::Trace;

#[derive(clap::Args, Debug)]
pub struct RunArgs {
    #[command(flatten)]
    source: Option<SourceArgs>,
    /// Run every recorded case below a directory instead, one JSON line each
    #[arg(long, value_name = "DIR", conflicts_with = "SourceArgs")]
    cases: Option<std::path::PathBuf>,
    /// The input: JSON, or @FILE
    #[arg(long)]
    input: Option<String>,
    /// Answers of tasks: FILE in the list form, or a MockConfigFile.json as FILE#CASE
    #[arg(long, value_name = "FILE[#CASE]")]
    mocks: Option<String>,
    /// A scenario of the companion file: its input and its mocks
    #[arg(long)]
    scenario: Option<String>,
    #[arg(long = "type", value_enum)]
    kind: Option<KindArg>,
    #[arg(long, value_enum, default_value_t = ClockArg::Virtual)]
    clock: ClockArg,
    /// When the execution starts, RFC 3339; now without it
    #[arg(long)]
    start: Option<String>,
    /// Where chance comes from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, value_enum, default_value_t = BackendArg::Mock)]
    backend: BackendArg,
    /// The profile of `--backend aws`
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// The execution's name
    #[arg(long)]
    name: Option<String>,
    /// Workflow variables to begin with: JSON, or @FILE
    #[arg(long)]
    variables: Option<String>,
    /// Stop before this state and print what it would be entered with
    #[arg(long)]
    breakpoint: Option<String>,
    /// Run this state alone, as the TestState API does, and print its answer
    #[arg(long, value_name = "STATE")]
    test_state: Option<String>,
    /// How much `--test-state` tells of the data inside the state
    #[arg(long, value_enum, default_value_t = InspectionArg::Info, requires = "test_state")]
    inspection_level: InspectionArg,
    #[arg(long, value_enum, default_value_t = FormatArg::Text)]
    format: FormatArg,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum InspectionArg {
    #[value(name = "INFO")]
    Info,
    #[value(name = "DEBUG")]
    Debug,
    #[value(name = "TRACE")]
    Trace,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
pub enum KindArg {
    #[value(name = "STANDARD")]
    Standard,
    #[value(name = "EXPRESS")]
    Express,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum ClockArg {
    Virtual,
    Real,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum BackendArg {
    Mock,
    Local,
    Aws,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum FormatArg {
    Text,
    Json,
    History,
}

/// Exit 0 for SUCCEEDED, 1 for any other end, 2 when it could not be started.
pub fn run(arguments: &RunArgs) -> u8 {
    if let Some(directory) = &arguments.cases {
        return crate::cli::cases::run_cases(directory);
    }
    match execute(arguments) {
        Ok(code) => code,
        Err(reason) => fail(&reason),
    }
}

fn execute(arguments: &RunArgs) -> Result<u8, String> {
    match arguments.backend {
        BackendArg::Mock if arguments.profile.is_some() => {
            return Err("--profile goes with --backend aws, which is not built yet".into());
        }
        BackendArg::Mock => {}
        BackendArg::Local => {
            return Err("--backend local is not built yet; give answers with --mocks".into());
        }
        BackendArg::Aws => {
            return Err("--backend aws is not built yet; give answers with --mocks".into());
        }
    }
    let named = arguments
        .source
        .as_ref()
        .ok_or("name a definition to run, or a directory of cases with --cases")?;
    let source = Source::read(named)?;
    let sidecar = companion(&source.file);
    let scenario = match &arguments.scenario {
        Some(name) => Some(
            sidecar
                .scenarios
                .iter()
                .find(|scenario| scenario.name == *name)
                .ok_or_else(|| unknown_scenario(name, &sidecar))?,
        ),
        None => None,
    };
    let kind = arguments
        .kind
        .map_or(execution_kind(sidecar.kind), ExecutionKind::from);
    let mut start = Start {
        at: match &arguments.start {
            Some(text) => parse_time(text)?,
            None => now(),
        },
        seed: arguments.seed,
        ..Start::default()
    };
    if let Some(name) = &arguments.name {
        start.name.clone_from(name);
    }
    if let Some(scenario) = scenario {
        let given = scenario_start(scenario);
        start.input = given.input;
        start.variables = given.variables;
    }
    if let Some(input) = &arguments.input {
        start.input = json_argument(input)?;
    }
    if let Some(variables) = &arguments.variables {
        let given = json_argument(variables)?;
        let members = given
            .as_object()
            .ok_or("--variables must be a JSON object")?;
        start.variables = members
            .iter()
            .map(|(name, value)| (name.to_string(), value.clone()))
            .collect();
    }
    let program = Arc::new(compile_source(&source, kind, &sidecar)?);
    let mocks = match (&arguments.mocks, scenario) {
        (Some(file), _) => read_mocks(file, &source.name)?,
        (None, Some(scenario)) => Mocks::from_list(&scenario.mocks)?,
        (None, None) => Mocks::default(),
    };
    if let Some(name) = &arguments.test_state {
        let inspect = arguments.inspection_level != InspectionArg::Info;
        return crate::cli::test_state::run_one(&program, &source, name, mocks, start, inspect);
    }
    let order = RunOrder {
        program,
        start,
        breakpoints: breakpoints(arguments, &source)?,
        pace: Pace::Run,
        clock: match arguments.clock {
            ClockArg::Virtual => Clock::Virtual,
            ClockArg::Real => Clock::Real,
        },
        tempo: 0,
    };
    let outcome = drive(order, mocks)?;
    Ok(print(arguments.format, &outcome))
}

/// What came of a run.
pub struct RunOutcome {
    pub events: Vec<Event>,
    pub ended: Option<Ended>,
    pub paused: Option<crate::debugger::Pause>,
    pub variables: Vec<(String, Value)>,
}

/// Drives a run to its end or to its first breakpoint.
pub fn drive(order: RunOrder, mocks: Mocks) -> Result<RunOutcome, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(|error| format!("no run can be started: {error}"))?;
    runtime.block_on(async move {
        let (_controls, control_door) = tokio::sync::mpsc::channel(1);
        let (sender, mut news) = tokio::sync::mpsc::channel(64);
        let driver = tokio::spawn(crate::driver::drive(order, mocks, control_door, sender));
        let mut outcome = RunOutcome {
            events: Vec::new(),
            ended: None,
            paused: None,
            variables: Vec::new(),
        };
        while let Some(piece) = news.recv().await {
            match piece {
                RunNews::Happened { events, .. } => outcome.events.extend(events),
                RunNews::Paused(pause) => {
                    outcome.paused = Some(*pause);
                    break;
                }
                RunNews::Ended { ended, variables } => {
                    outcome.ended = Some(*ended);
                    outcome.variables = variables;
                    break;
                }
                RunNews::Waiting { .. } => {
                    driver.abort();
                    return Err("the run waits for an answer that no mock gives: a task token or an activity".into());
                }
                RunNews::Lost(reason) => return Err(reason),
                RunNews::Resumed | RunNews::Rewound { .. } => {}
            }
        }
        driver.abort();
        Ok(outcome)
    })
}

/// The companion file of a definition; empty where there is none.
pub fn companion(file: &str) -> Sidecar {
    let path = crate::sidecar::path_beside(std::path::Path::new(file));
    let text = std::fs::read_to_string(path).unwrap_or_default();
    crate::sidecar::read(&text)
}

/// Compiles, or says what is wrong, all of it.
pub fn compile_source(
    source: &Source,
    kind: ExecutionKind,
    sidecar: &Sidecar,
) -> Result<Program, String> {
    let mut params = sidecar.params.clone();
    params.extend(source.params.clone());
    let options = CompileOptions {
        name: source.name.clone(),
        kind,
        params,
        ..CompileOptions::default()
    };
    if let Some(error) = source.parse.errors.first() {
        let index = crate::text::LineIndex::new(&source.text);
        let place = index.locate(&source.text, error.span.start);
        return Err(format!(
            "{}:{}:{}: {}",
            source.file, place.line, place.column, error.message
        ));
    }
    compile(&source.parse.tree, &source.machine, &options).map_err(|problems| {
        let index = crate::text::LineIndex::new(&source.text);
        let lines: Vec<String> = problems
            .iter()
            .map(|problem| {
                let place = index.locate(&source.text, problem.span.start);
                format!(
                    "{}:{}:{}: {}",
                    source.file, place.line, place.column, problem.message
                )
            })
            .collect();
        format!("the definition cannot run:\n{}", lines.join("\n"))
    })
}

/// Reads a mock file in either format.
pub fn read_mocks(argument: &str, machine: &str) -> Result<Mocks, String> {
    let (file, case) = match argument.rsplit_once('#') {
        Some((file, case)) => (file, Some(case)),
        None => (argument, None),
    };
    let value = Value::parse(&read_text(file)?).map_err(|error| format!("{file}: {error}"))?;
    Mocks::read(&value, machine, case).map_err(|error| format!("{file}: {error}"))
}

fn breakpoints(
    arguments: &RunArgs,
    source: &Source,
) -> Result<std::collections::BTreeSet<crate::asl::StatePath>, String> {
    let Some(name) = &arguments.breakpoint else {
        return Ok(Default::default());
    };
    source
        .machine
        .states
        .iter()
        .find(|state| state.name.as_ref() == name || state.path.as_str() == name)
        .map(|state| std::collections::BTreeSet::from([state.path.clone()]))
        .ok_or_else(|| format!("--breakpoint {name}: there is no such state"))
}

fn unknown_scenario(name: &str, sidecar: &Sidecar) -> String {
    let known: Vec<&str> = sidecar
        .scenarios
        .iter()
        .map(|scenario| scenario.name.as_str())
        .collect();
    if known.is_empty() {
        return format!("there is no scenario {name}: the companion file holds none");
    }
    format!(
        "there is no scenario {name}; there are: {}",
        known.join(", ")
    )
}

fn print(format: FormatArg, outcome: &RunOutcome) -> u8 {
    match format {
        FormatArg::History => write_pieces(crate::engine::history_pieces(&outcome.events)),
        FormatArg::Json => {
            let trace = Trace::of(&outcome.events);
            say(&summary_json(outcome, &trace).to_json_pretty());
        }
        FormatArg::Text => print_text(outcome, &Trace::of(&outcome.events)),
    }
    match &outcome.ended {
        Some(ended) if ended.status == Status::Succeeded => 0,
        Some(_) => 1,
        None => 0,
    }
}

fn summary_json(outcome: &RunOutcome, trace: &Trace) -> Value {
    let mut members: Vec<(&str, Value)> = Vec::new();
    match &outcome.ended {
        Some(ended) => {
            members.push(("status", ended.status.name().into()));
            members.extend(ended.output.clone().map(|output| ("output", output)));
            members.extend(ended.error.as_deref().map(|error| ("error", error.into())));
            members.extend(ended.cause.as_deref().map(|cause| ("cause", cause.into())));
        }
        None => members.push(("status", "PAUSED".into())),
    }
    if let Some(pause) = &outcome.paused {
        members.push(("pausedBefore", pause.state.as_str().into()));
        members.push(("input", pause.input.clone()));
    }
    let start = trace.started_at.unwrap_or_default();
    let path = trace.path().iter().map(Value::string).collect();
    let variables = match &outcome.paused {
        Some(pause) => &pause.variables,
        None => &outcome.variables,
    };
    members.push(("path", Value::array(path)));
    members.push(("transitions", Value::from(trace.visits.len() as i64)));
    members.push(("startDate", crate::engine::timestamp(start).into()));
    members.push(("stopDate", crate::engine::timestamp(trace.latest).into()));
    members.push(("duration_ms", Value::from(trace.latest - start)));
    members.push((
        "variables",
        Value::object(variables.iter().map(|(name, value)| (name, value.clone()))),
    ));
    Value::object(members)
}

fn print_text(outcome: &RunOutcome, trace: &Trace) {
    let start = trace.started_at.unwrap_or_default();
    for visit in &trace.visits {
        let indent = "  ".repeat(visit.lane.0.len());
        let place = visit
            .lane_index()
            .map(|index| format!(" #{index}"))
            .unwrap_or_default();
        let retries = match visit.retries() {
            0 => String::new(),
            1 => ", 1 retry".to_owned(),
            count => format!(", {count} retries"),
        };
        say(&format!(
            "{:>8}  {indent}{}{place}: {} in {} ms{retries}",
            format!("+{} ms", visit.entered_at - start),
            visit.name,
            visit.status.word(),
            visit.duration(trace.latest),
        ));
        if let Some(error) = visit
            .error
            .as_ref()
            .filter(|_| visit.status != crate::trace::VisitStatus::Succeeded)
        {
            say(&format!(
                "          {indent}  {error}: {}",
                visit.cause.as_deref().unwrap_or("no cause given")
            ));
        }
    }
    if let Some(pause) = &outcome.paused {
        say(&format!(
            "paused before {} with the input {}",
            pause.state.name(),
            pause.input.to_json()
        ));
    }
    if let Some(ended) = &outcome.ended {
        say(ended.status.name());
        if let Some(output) = &ended.output {
            say(&output.to_json_pretty());
        }
        if let Some(error) = &ended.error {
            say(&format!(
                "{error}: {}",
                ended.cause.as_deref().unwrap_or("no cause given")
            ));
        }
    }
}

fn parse_time(text: &str) -> Result<i64, String> {
    text.parse::<jiff::Timestamp>()
        .map(jiff::Timestamp::as_millisecond)
        .map_err(|error| format!("--start {text}: {error}"))
}

fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .unwrap_or_default()
}

impl From<KindArg> for ExecutionKind {
    fn from(kind: KindArg) -> ExecutionKind {
        match kind {
            KindArg::Standard => ExecutionKind::Standard,
            KindArg::Express => ExecutionKind::Express,
        }
    }
}
