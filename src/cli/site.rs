//! What `serve` and `load` are asked to serve: read from a path, with the mocks that answer.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::backends::Real;
use crate::cli::Source;
use crate::cli::SourceArgs;
use crate::cli::backends::BackendArgs;
use crate::cli::backends::Named;
use crate::cli::backends::Said;
use crate::cli::complaints::around_all;
use crate::cli::complaints::note_all;
use crate::cli::complaints::strangers;
use crate::cli::output::note;
use crate::cli::run::companion;
use crate::cli::run::kind_of;
use crate::cli::source::parameters;
use crate::cli::source::read_text;
use crate::cli::within;
use crate::cli::within::Opened;
use crate::debugger::Clock;
use crate::driver::endpoint::Edge;
use crate::driver::endpoint::EdgeOptions;
use crate::driver::endpoint::GivenMocks;
use crate::driver::endpoint::MachineText;
use crate::driver::endpoint::Site;
use crate::driver::endpoint::SiteText;
use crate::driver::endpoint::StoreOptions;
use crate::project::Place;
use crate::query::Value;

/// What is served, and what answers.
#[derive(clap::Args, Debug)]
pub struct SiteArgs {
    /// A template, an OpenAPI document, a folder with one, cdk.out, serverless.yml, or a definition
    pub path: String,
    /// The value of a parameter or of a `${NAME}` placeholder
    #[arg(long = "param", value_name = "NAME=VALUE")]
    param: Vec<String>,
    /// A JSON file with such values: {"NAME": "value"}, or CloudFormation's list of parameters
    #[arg(long, value_name = "FILE")]
    params: Option<String>,
    #[command(flatten)]
    backends: BackendArgs,
    /// Answers of tasks and routes: FILE in the list form, a companion, or a MockConfigFile.json as FILE#CASE
    #[arg(long, value_name = "FILE[#CASE]")]
    mocks: Option<String>,
    /// The scenario whose mocks answer, where a request names none
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    #[arg(long, value_enum, default_value_t = SiteClock::Virtual)]
    clock: SiteClock,
    /// Where ids and the chance of executions come from; new each time without it
    #[arg(long)]
    seed: Option<u64>,
}

/// What outlives the server, and for how long.
#[derive(clap::Args, Debug)]
pub struct KeepArgs {
    /// The file that keeps definitions, activities and executions; without it one of the application's own for PATH
    #[arg(long, value_name = "FILE", conflicts_with = "no_store")]
    store: Option<PathBuf>,
    /// Keep everything in memory only
    #[arg(long)]
    no_store: bool,
    /// Executions that are kept; the oldest that have ended go first
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    keep_executions: u32,
    /// Days that an execution is kept after its end
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..))]
    keep_days: u32,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum SiteClock {
    Virtual,
    Real,
}

/// Reads everything. What is wrong with parts of it is told on stderr; they answer by name.
///
/// # Errors
/// Nothing can be served: one sentence.
pub fn open(arguments: &SiteArgs) -> Result<Arc<Edge>, String> {
    let (site, options) = prepare(arguments)?;
    Ok(Edge::new(site, options))
}

/// The same, with what outlives the server in a store.
///
/// # Errors
/// Nothing can be served, or the store that was named cannot be used: one sentence.
pub fn open_stored(arguments: &SiteArgs, keep: &KeepArgs) -> Result<Arc<Edge>, String> {
    let (site, options) = prepare(arguments)?;
    if keep.no_store {
        return Ok(Edge::new(site, options));
    }
    let usual = || crate::workspace::store_path(Path::new(&arguments.path));
    let Some(path) = keep.store.clone().or_else(usual) else {
        note(
            "note: the system names no folder for data: nothing outlives this server; name a file with --store",
        );
        return Ok(Edge::new(site, options));
    };
    let store = StoreOptions {
        path,
        keep: usize::try_from(keep.keep_executions).unwrap_or(usize::MAX),
        days: keep.keep_days,
    };
    match Edge::with_store(site, options.clone(), &store) {
        Ok(edge) => Ok(edge),
        Err(refused) if keep.store.is_some() => Err(refused.error.to_string()),
        // Nobody has asked for this one by name, and serving goes without it.
        Err(refused) => {
            let error = &refused.error;
            note(&format!("note: {error}; nothing outlives this server"));
            Ok(Edge::new(refused.site, options))
        }
    }
}

fn prepare(arguments: &SiteArgs) -> Result<(Site, EdgeOptions), String> {
    let mut text = read(arguments)?;
    text.given = arguments.mocks.as_deref().map(read_mocks).transpose()?;
    text.scenario.clone_from(&arguments.scenario);
    let site = Site::new(text);
    if let Some(name) = arguments.scenario.as_deref()
        && !site.knows_scenario(name)
    {
        let known = site.scenarios();
        return Err(match known.as_slice() {
            [] => format!("there is no scenario {name}, nor any other"),
            known => format!(
                "there is no scenario {name}; there are: {}",
                known.join(", ")
            ),
        });
    }
    for problem in &site.problems {
        note(&format!("note: {problem}"));
    }
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let chance = since.map_or(1, |since| {
        since.as_secs() ^ u64::from(since.subsec_nanos()) << 32
    });
    let options = EdgeOptions {
        clock: match arguments.clock {
            SiteClock::Virtual => Clock::Virtual,
            SiteClock::Real => Clock::Real,
        },
        seed: arguments.seed.unwrap_or(chance),
        real: Real::new(),
    };
    Ok((site, options))
}

/// What a project serves in virtual time, with nothing but its companions, and the same each time.
///
/// # Errors
/// The project holds neither a state machine nor an API.
pub fn of_opened(opened: &Opened, backends: &BackendArgs) -> Result<Arc<Edge>, String> {
    let options = EdgeOptions {
        clock: Clock::Virtual,
        seed: 1,
        real: Real::new(),
    };
    Ok(Edge::new(
        Site::new(of_project(opened, backends, Named::Nothing)?),
        options,
    ))
}

fn read(arguments: &SiteArgs) -> Result<SiteText, String> {
    let named = match arguments.mocks.is_some() || arguments.scenario.is_some() {
        true => Named::Mocks,
        false => Named::Nothing,
    };
    let source = SourceArgs {
        file: arguments.path.clone(),
        param: arguments.param.clone(),
        params: arguments.params.clone(),
    };
    let params = parameters(&source)?;
    if let Some(opened) = within::open(&arguments.path, &params)? {
        let machines = opened.machines()?.into_iter();
        // One that cannot be read is among the problems of its project.
        let machines = machines.filter_map(|machine| opened.within(machine).ok());
        let sources = machines.map(|within| Source::of_machine(within, params.clone()));
        complain(&sources.collect::<Vec<Source>>());
        return of_project(&opened, &arguments.backends, named);
    }
    let path = Path::new(&arguments.path);
    let files = match path.is_dir() {
        true => definitions(path)?,
        false => vec![arguments.path.clone()],
    };
    let mut text = SiteText::default();
    let sources = files.into_iter().map(|file| {
        Source::read(&SourceArgs {
            file,
            ..source.clone()
        })
    });
    let sources = sources.collect::<Result<Vec<Source>, String>>()?;
    complain(&sources);
    for source in &sources {
        text.machines.push(of_source(source));
        let folder = Path::new(&source.file).parent().map(Path::to_owned);
        text.folder = folder.unwrap_or_default();
    }
    text.folders = vec![text.folder.clone()];
    let said = Said::within(text.folder.clone(), Vec::new(), None);
    text.backends = arguments.backends.plan(said, named)?;
    Ok(text)
}

/// Says what is wrong with the files beside definitions; what is not understood in their companions is among the
/// problems of the site.
fn complain(sources: &[Source]) {
    for source in sources {
        note_all(&strangers(source, &companion(source)));
    }
    if let Some(source) = sources.first() {
        note_all(&around_all(source));
    }
}

/// The definitions of a folder that is no project.
pub(crate) fn definitions(folder: &Path) -> Result<Vec<String>, String> {
    let name = folder.display();
    let entries =
        std::fs::read_dir(folder).map_err(|error| format!("{name} cannot be read: {error}"))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_definition = |path: &PathBuf| {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        [".asl.json", ".asl.yaml", ".asl.yml"]
            .iter()
            .any(|end| file.ends_with(end))
    };
    let mut found: Vec<String> = paths
        .filter(is_definition)
        .map(|path| path.display().to_string())
        .collect();
    found.sort();
    if found.is_empty() {
        return Err(format!(
            "{name} holds nothing to serve: no template.yaml, no OpenAPI document, no serverless.yml, no cdk.out and no \
             definition (NAME.asl.json)"
        ));
    }
    Ok(found)
}

fn of_project(opened: &Opened, backends: &BackendArgs, named: Named) -> Result<SiteText, String> {
    let project = &opened.project;
    for unresolved in &project.unresolved {
        note(&format!(
            "note: {} has no value; give it with --param or --params",
            unresolved.name
        ));
    }
    for problem in &project.problems {
        note(&format!(
            "note: {}: {}",
            problem.origin.file, problem.message
        ));
    }
    let companion = |_: &crate::project::Machine, definition: &crate::project::Definition| {
        if definition.inset.is_some() {
            return String::new();
        }
        within::companion_beside(&opened.folder.join(&definition.file)).text
    };
    let mut text = SiteText::of_project(project, &opened.folder, &companion);
    let said = Said::within(opened.folder.clone(), Vec::new(), Some(project));
    text.backends = backends.plan(said, named)?;
    if opened.name.is_some() {
        let wanted = opened.machine()?;
        text.machines
            .retain(|machine| machine.id == wanted.logical_id);
    }
    if text.machines.is_empty() && text.apis.is_empty() {
        let reason = project
            .problems
            .first()
            .map(|problem| format!(": {}", problem.message));
        return Err(format!(
            "{} is {} in which neither a state machine nor an API was found{}",
            opened.file,
            project.kind.words(),
            reason.unwrap_or_default()
        ));
    }
    Ok(text)
}

fn of_source(source: &Source) -> MachineText {
    let sidecar = companion(source);
    let mut params = sidecar.params.clone();
    params.extend(source.params.clone());
    MachineText {
        id: source.name.clone(),
        arn: Place::default().machine_arn(&source.name),
        name: source.name.clone(),
        kind: kind_of(source, &sidecar),
        format: source.format(),
        text: Arc::from(source.text.as_str()),
        params,
        path: (source.file != "-").then(|| PathBuf::from(&source.file)),
        place: source.file.clone(),
        companions: vec![sidecar],
        backends: None,
    }
}

/// Reads a mock file in any of its forms.
fn read_mocks(argument: &str) -> Result<GivenMocks, String> {
    let (file, case) = match argument.rsplit_once('#') {
        Some((file, case)) => (file, Some(case)),
        None => (argument, None),
    };
    let text = read_text(file)?;
    let value = Value::parse(&text).map_err(|error| format!("{file}: {error}"))?;
    let base = Path::new(file).parent().unwrap_or(Path::new(""));
    GivenMocks::read(&value, case, base)
        .map_err(|error| crate::cli::run::located(file, &text, &error))
}
