//! `stepwright test`: runs the scenarios of companion files and says which hold.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::analyze::Coverage;
use crate::analyze::Tally;
use crate::analyze::coverage;
use crate::backends::Mocks;
use crate::cli::Source;
use crate::cli::SourceArgs;
use crate::cli::asked::asked;
use crate::cli::backends::BackendArgs;
use crate::cli::backends::Named;
use crate::cli::backends::Said;
use crate::cli::complaints::around_all;
use crate::cli::complaints::complaints;
use crate::cli::complaints::misread;
use crate::cli::complaints::note_all;
use crate::cli::complaints::strangers;
use crate::cli::fail;
use crate::cli::live::Person;
use crate::cli::live::RunOutcome;
use crate::cli::live::drive;
use crate::cli::output::say;
use crate::cli::run::companion;
use crate::cli::run::compile_source;
use crate::cli::run::kind_of;
use crate::cli::run::neighbors;
use crate::cli::run::scenario_mocks;
use crate::cli::within::Opened;
use crate::debugger::Clock;
use crate::debugger::Pace;
use crate::debugger::RunOrder;
use crate::debugger::scenario_start;
use crate::debugger::summarize;
use crate::engine::Program;
use crate::engine::Start;
use crate::project::ProjectKind;
use crate::query::Value;
use crate::sidecar::Expectation;
use crate::trace::Hand;
use crate::trace::Trace;

#[derive(clap::Args, Debug)]
pub struct TestArgs {
    /// Definitions, templates, or folders that are searched for them
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = TestFormat::Text)]
    format: TestFormat,
    /// Count what the scenarios touch; always printed in the text format
    #[arg(long)]
    coverage: bool,
    #[command(flatten)]
    backends: BackendArgs,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum TestFormat {
    Text,
    Json,
    Junit,
}

/// The outcome of a scenario, or of a saved request.
pub(crate) struct Tried {
    pub file: String,
    pub scenario: String,
    pub expected: Value,
    /// Of the execution, or of the HTTP answer.
    pub status: String,
    pub difference: Option<String>,
    /// What a person should know besides: mocks left over, workflows that are missing.
    pub notes: Vec<String>,
    pub duration_ms: f64,
}

/// Exit 0 when all scenarios hold, 1 when one does not, 2 when none was found or a file cannot be read.
pub fn test(arguments: &TestArgs) -> u8 {
    let mut files = Vec::new();
    for path in &arguments.paths {
        if let Err(error) = find(path, &mut files) {
            return fail(&format!("{} cannot be read: {error}", path.display()));
        }
    }
    files.sort();
    files.dedup();
    let mut tried = Vec::new();
    let mut covered = Vec::new();
    for file in &files {
        match test_file(file, &files, &arguments.backends, &mut tried) {
            Ok(Some(coverage)) => covered.push((file.display().to_string(), coverage)),
            Ok(None) => {}
            Err(reason) => return fail(&reason),
        }
    }
    if tried.is_empty() {
        return fail(
            "no scenario was found; scenarios live in NAME.stepwright.json beside NAME.asl.json",
        );
    }
    match arguments.format {
        TestFormat::Text => print_text(&tried, &covered),
        TestFormat::Json => print_json(&tried, arguments.coverage.then_some(covered.as_slice())),
        TestFormat::Junit => print_junit(&tried),
    }
    u8::from(tried.iter().any(|one| one.difference.is_some()))
}

/// Definitions that have a companion, and mock files of Step Functions Local.
fn find(path: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let named = path.to_string_lossy();
    let is_machine = named
        .rsplit_once('#')
        .is_some_and(|(file, _)| Path::new(file).exists() && !path.exists());
    if path.is_file() || is_machine {
        found.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let hidden = name.starts_with('.') || name == "node_modules" || name == "target";
        if path.is_dir() && !hidden {
            find(&path, found)?;
        } else if (is_definition(&name) || is_root(&name))
            && crate::sidecar::path_beside(&path).is_file()
            || is_api(&name)
            || name == "MockConfigFile.json"
        {
            found.push(path);
        }
    }
    Ok(())
}

fn is_definition(name: &str) -> bool {
    [".asl.json", ".asl.yaml", ".asl.yml"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// Names that roots of projects have.
fn is_root(name: &str) -> bool {
    let stem = crate::syntax::file_stem(name);
    stem != name && matches!(stem, "template" | "serverless" | "manifest")
}

/// Names that OpenAPI documents have; their saved requests lie with the workflows beside them.
fn is_api(name: &str) -> bool {
    [".openapi.yaml", ".openapi.yml", ".openapi.json"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// Tests one of the files that were found. A definition beside an OpenAPI document that is among them is tested there.
fn test_file(
    file: &Path,
    files: &[PathBuf],
    backends: &BackendArgs,
    tried: &mut Vec<Tried>,
) -> Result<Option<Coverage>, String> {
    if file
        .file_name()
        .is_some_and(|name| name == "MockConfigFile.json")
    {
        test_mock_file(file, backends, tried)?;
        return Ok(None);
    }
    let name = file.display().to_string();
    if let Some(opened) = crate::cli::within::open(&name, &BTreeMap::new())? {
        test_project(&opened, files, backends, tried)?;
        tried.extend(asked(&opened, backends)?);
        return Ok(None);
    }
    test_source(prepare(&name)?, backends, tried).map(Some)
}

/// The scenarios of all machines of a project whose companion is an entry in that of the project, or a file.
fn test_project(
    opened: &Opened,
    files: &[PathBuf],
    backends: &BackendArgs,
    tried: &mut Vec<Tried>,
) -> Result<(), String> {
    for (index, machine) in opened.machines()?.into_iter().enumerate() {
        let within = opened.within(machine)?;
        let alone = files.contains(&opened.folder.join(&within.definition.file));
        if alone && opened.project.kind == ProjectKind::OpenApi {
            continue;
        }
        let source = Source::of_machine(within, BTreeMap::new());
        if index == 0 {
            note_all(&around_all(&source));
        }
        if !companion(&source).scenarios.is_empty() {
            test_source(compiled(source)?, backends, tried)?;
        }
    }
    Ok(())
}

fn test_source(
    (source, program): (Source, Arc<Program>),
    backends: &BackendArgs,
    tried: &mut Vec<Tried>,
) -> Result<Coverage, String> {
    let name = source.file.clone();
    let sidecar = companion(&source);
    if let Some(complaint) = misread(&source, &sidecar).first() {
        return Err(complaint.located());
    }
    note_all(&strangers(&source, &sidecar));
    if source.within.is_none() {
        note_all(&around_all(&source));
    }
    let mut traces = Vec::new();
    for scenario in &sidecar.scenarios {
        let start = scenario_start(scenario);
        let mocks = scenario_mocks(&source, &sidecar, scenario)?;
        let begun = Instant::now();
        let said = Said::of(&source, Some(&scenario.backends), &sidecar.backends);
        let mut order = order(&source, &program, start);
        order.backends = Arc::new(backends.plan(said, Named::Mocks)?);
        let outcome = drive(order, mocks, nobody());
        broken_off(&outcome, &name, &scenario.name)?;
        let duration_ms = begun.elapsed().as_secs_f64() * 1000.0;
        let (status, difference) = match &outcome {
            Ok(outcome) => {
                let trace = Trace::of(&outcome.events);
                let verdict = judge(outcome, &trace, &scenario.expect);
                traces.push(trace);
                verdict
            }
            Err(reason) => ("NOT RUN".to_owned(), Some(reason.clone())),
        };
        tried.push(Tried {
            file: name.clone(),
            scenario: scenario.name.clone(),
            expected: expected_value(&scenario.expect),
            status,
            difference,
            notes: outcome.map(|outcome| outcome.notes).unwrap_or_default(),
            duration_ms,
        });
    }
    Ok(coverage(&source.parse.tree, &source.machine, &traces))
}

/// The test cases of a mock file name no expectation: they hold when every call was answered.
fn test_mock_file(
    file: &Path,
    backends: &BackendArgs,
    tried: &mut Vec<Tried>,
) -> Result<(), String> {
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let config = Value::parse(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    let machines = config
        .get("StateMachines")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    for (machine, about) in machines.iter() {
        let definition = file.with_file_name(format!("{machine}.asl.json"));
        if !definition.is_file() {
            continue;
        }
        let (source, program) = prepare(&definition.display().to_string())?;
        let input = std::fs::read_to_string(file.with_file_name(format!("{machine}.input.json")))
            .ok()
            .and_then(|text| Value::parse(&text).ok())
            .unwrap_or_else(|| Value::object::<&str>([]));
        let sidecar = companion(&source);
        note_all(&complaints(&source, &sidecar));
        let cases = about
            .get("TestCases")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        for (case, _) in cases.iter() {
            let mocks = Mocks::read(&config, machine, Some(case))
                .map_err(|error| format!("{}: {error}", file.display()))?;
            let start = Start {
                input: input.clone(),
                ..Start::default()
            };
            let begun = Instant::now();
            let said = Said::of(&source, None, &sidecar.backends);
            let mut order = order(&source, &program, start);
            order.backends = Arc::new(backends.plan(said, Named::Mocks)?);
            let outcome = drive(order, mocks, nobody());
            broken_off(&outcome, machine, case)?;
            let (status, difference) = match &outcome {
                Ok(outcome) => match &outcome.ended {
                    Some(ended) => {
                        let cause = ended.cause.as_deref().unwrap_or_default();
                        let unanswered = crate::backends::is_unanswered(cause);
                        (
                            ended.status.name().to_owned(),
                            unanswered.then(|| cause.to_owned()),
                        )
                    }
                    None => ("RUNNING".to_owned(), Some("it did not end".to_owned())),
                },
                Err(reason) => ("NOT RUN".to_owned(), Some(reason.clone())),
            };
            tried.push(Tried {
                file: definition.display().to_string(),
                scenario: format!("{machine}#{case}"),
                expected: Value::object::<&str>([]),
                status,
                difference,
                notes: outcome.map(|outcome| outcome.notes).unwrap_or_default(),
                duration_ms: begun.elapsed().as_secs_f64() * 1000.0,
            });
        }
    }
    Ok(())
}

/// Who sits before a test: nobody who answers, but somebody who may break it off.
fn nobody() -> Person {
    Person {
        interrupts: true,
        ..Person::default()
    }
}

/// A run that was broken off ends the whole test: it says nothing of its scenario.
///
/// # Errors
/// It was.
fn broken_off(
    outcome: &Result<RunOutcome, String>,
    file: &str,
    scenario: &str,
) -> Result<(), String> {
    match outcome {
        Ok(RunOutcome {
            broken_off: Some(reason),
            ..
        }) => Err(format!("{file}: {reason} in the scenario {scenario}")),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn prepare(file: &str) -> Result<(Source, Arc<Program>), String> {
    compiled(Source::read(&SourceArgs {
        file: file.to_owned(),
        param: Vec::new(),
        params: None,
    })?)
}

fn compiled(source: Source) -> Result<(Source, Arc<Program>), String> {
    let sidecar = companion(&source);
    let program = compile_source(&source, kind_of(&source, &sidecar), &sidecar)?;
    Ok((source, Arc::new(program)))
}

fn expected_value(expect: &Expectation) -> Value {
    let texts = [
        ("status", &expect.status),
        ("error", &expect.error),
        ("cause", &expect.cause),
    ];
    let texts = texts
        .into_iter()
        .filter_map(|(name, text)| Some((name, Value::string(text.as_ref()?))));
    let values = [
        ("output", &expect.output),
        ("outputIncludes", &expect.output_includes),
    ];
    let values = values
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.clone()?)));
    let names = |names: &[String]| Value::array(names.iter().map(Value::string).collect());
    let path = expect.path.as_deref().map(|path| ("path", names(path)));
    let lists = [("visits", &expect.visits), ("avoids", &expect.avoids)];
    let lists = lists
        .into_iter()
        .filter(|(_, list)| !list.is_empty())
        .map(|(name, list)| (name, names(list)));
    Value::object(texts.chain(values).chain(path).chain(lists))
}

fn order(source: &Source, program: &Arc<Program>, start: Start) -> RunOrder {
    RunOrder {
        program: program.clone(),
        start,
        breakpoints: Default::default(),
        pace: Pace::Run,
        clock: Clock::Virtual,
        tempo: 0,
        hand: Hand::Nobody,
        neighbors: neighbors(source),
        backends: Arc::default(),
    }
}

fn judge(outcome: &RunOutcome, trace: &Trace, expected: &Expectation) -> (String, Option<String>) {
    match &outcome.ended {
        Some(ended) => {
            let summary = summarize(ended, trace);
            let difference = expected
                .judge(&summary)
                .err()
                .map(|difference| difference.to_string());
            (ended.status.name().to_owned(), difference)
        }
        None => ("RUNNING".to_owned(), Some("it did not end".to_owned())),
    }
}

fn print_text(tried: &[Tried], covered: &[(String, Coverage)]) {
    let mut file = "";
    for one in tried {
        if one.file != file {
            say(&one.file);
            file = &one.file;
        }
        match &one.difference {
            None => say(&format!(
                "  ok    {} ({}, {:.1} ms)",
                one.scenario, one.status, one.duration_ms
            )),
            Some(difference) => say(&format!("  FAIL  {}: {difference}", one.scenario)),
        }
        for note in &one.notes {
            say(&format!("        note: {note}"));
        }
    }
    say("");
    for (file, coverage) in covered {
        say(file);
        for (what, tally) in tallies(coverage) {
            say(&format!(
                "  {what:<13} {:>3} of {:<3} {:>3} %",
                tally.taken,
                tally.existing,
                tally.percent()
            ));
        }
        if !coverage.missed.is_empty() {
            let names: Vec<String> = coverage.missed.iter().map(|path| path.name()).collect();
            say(&format!("  never entered: {}", names.join(", ")));
        }
    }
    let failed = tried.iter().filter(|one| one.difference.is_some()).count();
    say(&format!(
        "\n{} scenarios: {} hold, {failed} do not",
        tried.len(),
        tried.len() - failed
    ));
}

fn tallies(coverage: &Coverage) -> [(&'static str, Tally); 5] {
    [
        ("states", coverage.states),
        ("transitions", coverage.transitions),
        ("choice rules", coverage.choice_rules),
        ("catchers", coverage.catchers),
        ("retriers", coverage.retriers),
    ]
}

fn print_json(tried: &[Tried], covered: Option<&[(String, Coverage)]>) {
    let scenarios = tried
        .iter()
        .map(|one| {
            let mut members = vec![
                ("file", Value::string(&one.file)),
                ("scenario", Value::string(&one.scenario)),
                ("ok", Value::Bool(one.difference.is_none())),
                ("status", Value::string(&one.status)),
                ("expected", one.expected.clone()),
            ];
            members.extend(
                one.difference
                    .as_ref()
                    .map(|text| ("difference", Value::string(text))),
            );
            if !one.notes.is_empty() {
                let notes = one.notes.iter().map(Value::string).collect();
                members.push(("notes", Value::array(notes)));
            }
            members.push(("duration_ms", Value::from(one.duration_ms)));
            Value::object(members)
        })
        .collect();
    let failed = tried.iter().filter(|one| one.difference.is_some()).count();
    let mut members = vec![
        ("scenarios", Value::array(scenarios)),
        ("passed", Value::from((tried.len() - failed) as i64)),
        ("failed", Value::from(failed as i64)),
    ];
    if let Some(covered) = covered {
        let files = covered.iter().map(|(file, coverage)| {
            let parts = tallies(coverage).map(|(what, tally)| {
                let counts = [("taken", tally.taken), ("existing", tally.existing)];
                let counts = counts.map(|(name, count)| (name, Value::from(count as i64)));
                (what.replace(' ', "_"), Value::object(counts))
            });
            (file.clone(), Value::object(parts))
        });
        members.push(("coverage", Value::object(files)));
    }
    say(&Value::object(members).to_json_pretty());
}

fn print_junit(tried: &[Tried]) {
    let failed = tried.iter().filter(|one| one.difference.is_some()).count();
    say("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    say(&format!(
        "<testsuite name=\"stepwright\" tests=\"{}\" failures=\"{failed}\">",
        tried.len()
    ));
    for one in tried {
        let seconds = one.duration_ms / 1000.0;
        let head = format!(
            "  <testcase classname=\"{}\" name=\"{}\" time=\"{seconds:.3}\"",
            escape(&one.file),
            escape(&one.scenario)
        );
        let failure = one
            .difference
            .as_ref()
            .map(|difference| format!("<failure message=\"{}\"/>", escape(difference)));
        let notes = (!one.notes.is_empty())
            .then(|| format!("<system-out>{}</system-out>", escape(&one.notes.join("\n"))));
        let body: String = failure.into_iter().chain(notes).collect();
        match body.is_empty() {
            true => say(&format!("{head}/>")),
            false => say(&format!("{head}>{body}</testcase>")),
        }
    }
    say("</testsuite>");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\n', "&#10;")
}
