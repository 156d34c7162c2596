//! `stepwright run`: executes a definition and prints what happened.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use crate::asl::MachineType;
use crate::backends::MockError;
use crate::backends::Mocks;
use crate::cli::Source;
use crate::cli::SourceArgs;
use crate::cli::answers::open_answers;
use crate::cli::backends::BackendArgs;
use crate::cli::backends::Named;
use crate::cli::backends::Said;
use crate::cli::buckets::BucketArgs;
use crate::cli::complaints::complaints;
use crate::cli::complaints::note_all;
use crate::cli::fail;
use crate::cli::json_argument;
use crate::cli::live::Person;
use crate::cli::live::drive;
use crate::cli::output::note;
use crate::cli::report::print;
use crate::cli::source::filled;
use crate::cli::source::read_text;
use crate::cli::within::Within;
use crate::debugger::Clock;
use crate::debugger::Neighbors;
use crate::debugger::Pace;
use crate::debugger::RunOrder;
use crate::debugger::execution_kind;
use crate::debugger::scenario_start;
use crate::engine::CompileOptions;
use crate::engine::ExecutionKind;
use crate::engine::Program;
use crate::engine::Start;
use crate::engine::compile;
use crate::query::Value;
use crate::sidecar::BackendPlan;
use crate::sidecar::Scenario;
use crate::sidecar::Sidecar;
use crate::sidecar::WorkflowText;
use crate::syntax::Format;
use crate::syntax::Pointer;
use crate::text::Span;
use crate::trace::Hand;

/// What `stepwright help run` says below the options.
pub const HELP: &str = r#"Mocks: {"STATE": [ENTRY, …], …}, one entry for each call in order. An entry has
  "return": VALUE, "throw": {"error", "cause"} or "pending": true (never answers), and with it
  "after": SECONDS         until the answer, in virtual time
  "heartbeats": [SECONDS]  heartbeats before it, counted from the call
  "submitted": VALUE       what .sync and .waitForTaskToken are answered with at once
  "worker": NAME           who takes an activity's task
  "iteration": N           only in this iteration of a Map
  "repeat": true           for all further calls too
  "when": {…}              for every call whose arguments contain this; looked at first, never used up
Mocks left over, missing or malformed are named with their state and entry.

Buckets: "$resources": {"s3": [{"bucket", "key", "body"} or {"bucket", "folder"}, …]} beside the states, or --s3.

Nested workflows: a state that starts another workflow and has no mock runs NAME.asl.json (or .asl.yaml) of the
same folder, with the mocks below "$nested": {"NAME": MOCKS} (a list of MOCKS: one for each execution), else with
the same test case of a MockConfigFile.json, else with those of the first scenario of its own companion file.

Backends: "backends" of the companion or of a scenario, and stepwright.backends.json of the folder, say what answers
tasks for real: {"default": "local", "states": {"STATE": "aws" or ["mock", "local"]}, "functions": {"NAME": {"handler",
"folder", "runtime"} or {"command": [PROGRAM, …]} or {"endpoint": URL}, with "env" and "timeout"}, "aws": {"endpoint",
"region", "profile"}, "connections": FILE}. --backend stands for "default". Nothing is done for real before you agree,
in the window for the folder or with --allow for this run; `stepwright consent` lists and withdraws.

Answers: with --answers every task without a mock waits, and is told on standard error as
  {"waiting": {"state", "taskToken", "resource", "input"}}
A line answers it, at the present virtual moment or "after" so many seconds:
  {"sendTaskSuccess": {"taskToken" or "state", "output": VALUE}}
  {"sendTaskFailure": {"taskToken" or "state", "error", "cause"}}
  {"sendTaskHeartbeat": {"taskToken" or "state"}}
Once the lines have ended, timeouts go on; a task that still waits then stops the run as ABORTED.

Example: stepwright run order.asl.json --input '{"id":1}' --mocks mocks.json --format json
Example: stepwright run order.asl.json --backend local --allow command
Example: stepwright run template.yaml#Orders --backend aws --endpoint-url http://127.0.0.1:5000 --allow aws,command
Example: stepwright run approval.asl.json --answers - < answers.jsonl"#;

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
    /// Answers of waiting tasks as JSON lines from a file, or from standard input as `-`
    #[arg(long, value_name = "FILE")]
    answers: Option<String>,
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
    #[command(flatten)]
    backends: BackendArgs,
    /// The execution's name
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    buckets: BucketArgs,
    /// Redrive the execution as often as this while it does not succeed; mocks go on where they stand
    #[arg(long, value_name = "N", default_value_t = 0)]
    redrive: u32,
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
pub enum FormatArg {
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
    let named = arguments
        .source
        .as_ref()
        .ok_or("name a definition to run, or a directory of cases with --cases")?;
    let source = Source::read(named)?;
    let sidecar = companion(&source);
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
        .map_or(kind_of(&source, &sidecar), ExecutionKind::from);
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
        (Some(file), _) => read_mocks(file, source.mocks_name())?,
        (None, Some(scenario)) => scenario_mocks(&source, &sidecar, scenario)?,
        (None, None) => Mocks::default(),
    };
    if let Some(name) = &arguments.test_state {
        let inspect = arguments.inspection_level != InspectionArg::Info;
        return crate::cli::test_state::run_one(&program, &source, name, mocks, start, inspect);
    }
    start.objects.extend(arguments.buckets.objects()?);
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
        hand: match arguments.answers {
            Some(_) => Hand::All,
            None => Hand::Nobody,
        },
        neighbors: neighbors(&source),
        backends: arguments.plan(&source, &sidecar, scenario)?,
    };
    let person = Person {
        interrupts: arguments.answers.is_some()
            || order.clock == Clock::Real
            || order.backends.is_real(),
        answers: arguments.answers.as_deref().map(open_answers).transpose()?,
        redrives: arguments.redrive,
    };
    let outcome = drive(order, mocks, person)?;
    if let (None, None, Some(reason)) = (&outcome.ended, &outcome.paused, &outcome.broken_off) {
        return Err(reason.clone());
    }
    for text in &outcome.notes {
        note(&format!("note: {text}"));
    }
    arguments.buckets.lay_down(&outcome.stored)?;
    let child = arguments.buckets.child(&outcome.events)?;
    let code = print(arguments.format, &outcome, &source, child);
    if let Some(broken_off) = &outcome.broken_off {
        note(&format!("stepwright: {broken_off}"));
    }
    Ok(code)
}

impl RunArgs {
    /// What answers tasks besides mocks.
    fn plan(
        &self,
        source: &Source,
        sidecar: &Sidecar,
        scenario: Option<&Scenario>,
    ) -> Result<Arc<BackendPlan>, String> {
        note_all(&complaints(source, sidecar));
        let named = match self.mocks.is_some() || scenario.is_some() {
            true => Named::Mocks,
            false => Named::Nothing,
        };
        let own = scenario.map(|scenario| &scenario.backends);
        let said = Said::of(source, own, &sidecar.backends);
        self.backends.plan(said, named).map(Arc::new)
    }
}

/// The companion of a definition; empty where there is none.
pub fn companion(source: &Source) -> Sidecar {
    crate::sidecar::read(&source.companion().text)
}

/// What an execution is: what the template says, else the companion.
pub fn kind_of(source: &Source, sidecar: &Sidecar) -> ExecutionKind {
    execution_kind(source.kind().unwrap_or(sidecar.kind))
}

/// Where a run of a definition finds the workflows it starts: its own text, and the folder it lies in.
pub fn neighbors(source: &Source) -> Neighbors {
    let path = (source.file != "-").then(|| PathBuf::from(&source.file));
    let folder = path.as_ref().and_then(|path| path.parent());
    let own = WorkflowText {
        text: Arc::from(source.text.as_str()),
        companion: Arc::from(source.companion().text),
        path: path.clone(),
    };
    let mut texts = siblings(source);
    texts.insert(source.name.clone(), own);
    Neighbors {
        folders: folder.map(Path::to_owned).into_iter().collect(),
        texts,
        params: source.params.clone(),
    }
}

/// The other machines of a project by their names, with the values of their placeholders put in.
pub fn siblings(source: &Source) -> BTreeMap<String, WorkflowText> {
    let Some(within) = &source.within else {
        return BTreeMap::new();
    };
    let project = &within.project;
    let readable = project.machines.iter().filter_map(|machine| {
        let definition = project.definition(machine).ok()?;
        let sibling = Within {
            project: project.clone(),
            folder: within.folder.clone(),
            machine: machine.clone(),
            definition,
        };
        let text = filled(&sibling.definition.text, &machine.substitutions);
        let text = WorkflowText {
            text: Arc::from(text),
            companion: Arc::from(with_kind(&sibling.companion().text, machine.kind)),
            // A part of a file has no path of its own.
            path: sibling.definition.inset.is_none().then(|| sibling.path()),
        };
        Some((machine.name.clone(), text))
    });
    readable.collect()
}

/// A companion that says what its template says the machine is.
fn with_kind(companion: &str, kind: MachineType) -> String {
    let value = serde_json::from_str(companion).ok();
    let mut members = match value {
        Some(serde_json::Value::Object(members)) => members,
        Some(_) | None => serde_json::Map::new(),
    };
    members.insert("type".to_owned(), kind.name().into());
    serde_json::Value::Object(members).to_string()
}

/// The mocks of a scenario; what is wrong with them stands at its line of the companion file.
pub fn scenario_mocks(
    source: &Source,
    sidecar: &Sidecar,
    scenario: &crate::sidecar::Scenario,
) -> Result<Mocks, String> {
    let read = Mocks::from_list(&scenario.mocks)
        .and_then(|mut mocks| mocks.load_folders(folder_of(&source.file)).map(|()| mocks));
    read.map_err(|error| {
        let named = |other: &crate::sidecar::Scenario| other.name == scenario.name;
        let index = sidecar.scenarios.iter().position(named).unwrap_or_default();
        let companion = source.companion();
        let place = format!("{}/scenarios/{index}/mocks", companion.pointer);
        let path = companion.path.display().to_string();
        let said = located(&path, &companion.whole, &error.below(&place));
        format!("{said} (scenario {})", scenario.name)
    })
}

/// What is wrong with a mock file, with the line where it stands.
pub fn located(file: &str, text: &str, error: &MockError) -> String {
    let tree = crate::syntax::parse(text, Format::Json).tree;
    let mut pointer = Some(Pointer::parse(&error.pointer));
    let node = loop {
        let Some(current) = pointer else { break None };
        if let Some(node) = tree.at(&current) {
            break Some(node);
        }
        pointer = current.parent();
    };
    match node {
        Some(node) => {
            let index = crate::text::LineIndex::new(text);
            let place = index.locate(text, tree.span(node).start);
            format!("{file}:{}:{}: {error}", place.line, place.column)
        }
        None => format!("{file}: {error}"),
    }
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
    let errors = &source.parse.errors;
    if !errors.is_empty() {
        let told = errors.iter().map(|error| {
            let node = source.parse.tree.node_at(error.span.start);
            let pointer = node.map(|node| source.parse.tree.pointer(node).to_string());
            (
                error.span,
                error.message.as_str(),
                pointer.unwrap_or_default(),
            )
        });
        return Err(cannot_run(source, told));
    }
    compile(&source.parse.tree, &source.machine, &options).map_err(|problems| {
        let told = problems.iter().map(|problem| {
            (
                problem.span,
                problem.message.as_str(),
                problem.pointer.clone(),
            )
        });
        cannot_run(source, told)
    })
}

/// Every fault in a line of its own: file, line, column, what is wrong, and the pointer to it.
fn cannot_run<'a>(
    source: &Source,
    faults: impl Iterator<Item = (Span, &'a str, String)>,
) -> String {
    let mut said = "the definition cannot run:".to_owned();
    for (span, message, pointer) in faults {
        let place = source.locate(span.start);
        let message = message.trim_end();
        said.push_str(&format!(
            "\n{}:{}:{}: {message}",
            source.file, place.line, place.column
        ));
        if !pointer.is_empty() {
            said.push_str(&format!(" at {pointer}"));
        }
    }
    said
}

/// Reads a mock file in either format.
pub fn read_mocks(argument: &str, machine: &str) -> Result<Mocks, String> {
    let (file, case) = match argument.rsplit_once('#') {
        Some((file, case)) => (file, Some(case)),
        None => (argument, None),
    };
    let text = read_text(file)?;
    let value = Value::parse(&text).map_err(|error| format!("{file}: {error}"))?;
    let mut mocks =
        Mocks::read(&value, machine, case).map_err(|error| located(file, &text, &error))?;
    mocks
        .load_folders(folder_of(file))
        .map_err(|error| located(file, &text, &error))?;
    Ok(mocks)
}

/// The folder a file lies in.
fn folder_of(file: &str) -> &Path {
    Path::new(file).parent().unwrap_or(Path::new(""))
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
