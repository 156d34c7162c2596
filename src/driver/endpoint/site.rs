//! Everything there is to serve: machines, APIs, and what answers the routes that call something else than a machine.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::backends::Mocks;
use crate::debugger::Neighbors;
use crate::debugger::execution_kind;
use crate::driver::endpoint::choice::GivenMocks;
use crate::driver::endpoint::choice::Saying;
use crate::driver::endpoint::choice::Shelf;
use crate::driver::endpoint::choice::read_mocks;
use crate::driver::endpoint::machine::MachineText;
use crate::driver::endpoint::machine::Served;
use crate::driver::endpoint::machine::Surroundings;
use crate::gateway;
use crate::gateway::Api;
use crate::project::ApiDocument;
use crate::project::Definition;
use crate::project::Machine;
use crate::project::Project;
use crate::project::companion_path;
use crate::query::Value;
use crate::sidecar::BackendPlan;
use crate::sidecar::SavedRequest;
use crate::sidecar::Sidecar;

/// What is served, before it is read.
#[derive(Clone, Debug, Default)]
pub struct SiteText {
    pub machines: Vec<MachineText>,
    pub apis: Vec<ApiDocument>,
    /// What the companion of the whole says: its `mocks` answer routes, and tasks of any machine.
    pub companion: Sidecar,
    /// Mocks that count before all companions.
    pub given: Option<GivenMocks>,
    /// The scenario of requests that name none.
    pub scenario: Option<String>,
    /// The folder of it all; empty where nothing lies on a disk.
    pub folder: PathBuf,
    /// Where states look for workflows that are not among the machines.
    pub folders: Vec<PathBuf>,
    /// What answers besides mocks, for all machines: what the command line and the folder say, and what was agreed to.
    pub backends: BackendPlan,
}

/// What is served.
#[derive(Debug)]
pub struct Site {
    pub machines: Vec<Arc<Served>>,
    pub apis: Vec<Arc<Api>>,
    pub requests: Vec<SavedRequest>,
    /// What is not as it should be, as sentences.
    pub problems: Vec<String>,
    /// Answers of routes, in the order in which they are asked.
    routes: Vec<Mocks>,
    companion: Shelf,
    /// What answers routes besides mocks.
    pub(crate) backends: Arc<BackendPlan>,
    around: Arc<Surroundings>,
    text: SiteText,
}

impl SiteText {
    /// A project. `companion` gives the text of a machine's own companion, empty where there is none.
    pub fn of_project(
        project: &Project,
        folder: &Path,
        companion: &dyn Fn(&Machine, &Definition) -> String,
    ) -> SiteText {
        let whole = project.text(&companion_path(&project.root));
        let whole = crate::sidecar::read(whole);
        let mut machines = Vec::new();
        for machine in &project.machines {
            let Ok(definition) = project.definition(machine) else {
                continue;
            };
            let own = crate::sidecar::read(&companion(machine, &definition));
            let entry = whole.machines.get(&machine.logical_id);
            let entry = entry.or_else(|| whole.machines.get(&machine.name));
            let mut params = own.params.clone();
            params.extend(entry.map(|entry| entry.params.clone()).unwrap_or_default());
            params.extend(machine.substitutions.clone());
            let path = folder.join(&definition.file);
            machines.push(MachineText {
                backends: None,
                id: machine.logical_id.clone(),
                name: machine.name.clone(),
                arn: machine.arn.clone(),
                kind: execution_kind(machine.kind),
                text: definition.text.clone(),
                format: definition.format,
                params,
                place: path.display().to_string(),
                path: definition.inset.is_none().then_some(path),
                companions: std::iter::once(own).chain(entry.cloned()).collect(),
            });
        }
        SiteText {
            machines,
            apis: project.apis.clone(),
            companion: whole,
            folder: folder.to_owned(),
            ..SiteText::default()
        }
    }
}

impl Site {
    /// Reads and compiles everything. Never fails: what is wrong is listed, and answers by name when it is asked for.
    pub fn new(text: SiteText) -> Site {
        let given = text.given.as_ref();
        let around = Arc::new(surroundings(&text));
        let standing = text.scenario.as_deref();
        let mut problems = Vec::new();
        let mut requests = text.companion.requests.clone();
        let mut routes = Vec::new();
        if let Some(GivenMocks::List(mocks)) = given {
            routes.push(mocks.clone());
        }
        let spoken = spoken(&text);
        let mut route_mocks =
            |sidecar: &Sidecar, base: &Path, place: &str, problems: &mut Vec<String>| {
                if sidecar.mocks.is_null() {
                    return;
                }
                match read_mocks(&sidecar.mocks, base, place, "/mocks") {
                    Ok(mocks) => routes.push(mocks),
                    Err(reason) => problems.push(reason),
                }
            };
        for saying in &spoken {
            route_mocks(saying.sidecar, saying.base, saying.place, &mut problems);
            problems.extend(problems_of(saying.sidecar, saying.place));
        }
        let mut machines = Vec::new();
        for machine in &text.machines {
            let place = format!("the companion of {}", machine.name);
            let base = base_of(machine, &text);
            for sidecar in &machine.companions {
                route_mocks(sidecar, &base, &place, &mut problems);
                problems.extend(problems_of(sidecar, &place));
                requests.extend(sidecar.requests.clone());
            }
            let served = serve(machine.clone(), &text, &around);
            problems.extend(served.shelf.problems());
            if let Err(reason) = &served.program {
                problems.push(format!("{} cannot run: {reason}", served.name));
            }
            machines.push(Arc::new(served));
        }
        let apis: Vec<Arc<Api>> = text.apis.iter().map(read_api).collect();
        for api in &apis {
            let told = api
                .problems
                .iter()
                .map(|problem| format!("{}: {} at {}", api.name, problem.message, problem.pointer));
            problems.extend(told);
        }
        problems.dedup();
        let companion = Shelf::new(["", ""], None, &spoken, standing);
        Site {
            machines,
            apis,
            requests,
            problems,
            routes,
            companion,
            backends: Arc::new(plan(&text.backends, &text.folder, [&text.companion])),
            around,
            text,
        }
    }

    /// The folder for which is asked whether something may be done for real; empty where there is none.
    pub fn consent_folder(&self) -> &Path {
        &self.backends.folder
    }

    /// Serves a machine that came later, with the answers that such a machine gets.
    pub(crate) fn serve(&self, machine: MachineText) -> Arc<Served> {
        Arc::new(serve(machine, &self.text, &self.around))
    }

    /// The machines as they were found.
    pub(crate) fn texts(&self) -> &[MachineText] {
        &self.text.machines
    }

    /// From now on states find these machines by name.
    pub(crate) fn surround<'a>(&self, machines: impl Iterator<Item = &'a MachineText>) {
        let texts = machines.map(|machine| (machine.name.clone(), machine.neighbor()));
        self.around.set(Neighbors {
            texts: texts.collect(),
            folders: self.text.folders.clone(),
            params: Default::default(),
        });
    }

    /// Mocks that may answer a route which calls no machine, the first to be asked first.
    pub(crate) fn route_mocks(&self, wanted: Option<&str>) -> Vec<&Mocks> {
        let wanted = wanted.or(self.text.scenario.as_deref());
        let shelves = || {
            let machines = self.machines.iter().map(|machine| &machine.shelf);
            std::iter::once(&self.companion).chain(machines)
        };
        let named = wanted
            .into_iter()
            .flat_map(|name| shelves().filter_map(move |shelf| shelf.mocks_named(name)));
        named.chain(&self.routes).collect()
    }

    /// The scenarios that requests may name, each once.
    pub fn scenarios(&self) -> Vec<String> {
        let machines = self.machines.iter().map(|machine| &machine.shelf);
        let shelves = std::iter::once(&self.companion).chain(machines);
        let mut names: Vec<String> = Vec::new();
        for name in shelves.flat_map(Shelf::scenario_names) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Whether a request may name this scenario.
    pub fn knows_scenario(&self, name: &str) -> bool {
        let machines = self.machines.iter().map(|machine| &machine.shelf);
        let mut shelves = std::iter::once(&self.companion).chain(machines);
        shelves.any(|shelf| shelf.mocks_named(name).is_some())
    }
}

fn problems_of(sidecar: &Sidecar, place: &str) -> Vec<String> {
    let problems = sidecar.problems.iter();
    problems
        .map(|problem| format!("{place}: {problem}"))
        .collect()
}

/// The companion among the mocks that were named, where they are one.
fn named_companion(text: &SiteText) -> Option<&Sidecar> {
    match &text.given {
        Some(GivenMocks::Companion(sidecar)) => Some(sidecar.as_ref()),
        Some(GivenMocks::List(_) | GivenMocks::Cases { .. }) | None => None,
    }
}

/// What counts for all machines, the first counting most.
fn spoken(text: &SiteText) -> Vec<Saying<'_>> {
    let spoken = [
        named_companion(text).map(|sidecar| (sidecar, "the file of --mocks")),
        Some((&text.companion, "the companion of the project")),
    ];
    let spoken = spoken.into_iter().flatten();
    spoken
        .map(|(sidecar, place)| Saying {
            sidecar,
            base: &text.folder,
            place,
        })
        .collect()
}

/// The folder below which a machine's folders for buckets lie.
fn base_of(machine: &MachineText, text: &SiteText) -> PathBuf {
    let base = machine.path.as_deref().and_then(Path::parent);
    base.unwrap_or(&text.folder).to_owned()
}

fn serve(machine: MachineText, text: &SiteText, around: &Arc<Surroundings>) -> Served {
    let base = base_of(&machine, text);
    let place = format!("the companion of {}", machine.name);
    let spoken = spoken(text);
    let whole = named_companion(text);
    let entry = whole.and_then(|whole| {
        let by_id = whole.machines.get(&machine.id);
        by_id.or_else(|| whole.machines.get(&machine.name))
    });
    let said = |sidecar| Saying {
        sidecar,
        base: &base,
        place: &place,
    };
    // What was named in so many words counts before what lies beside the definition.
    let named = whole.into_iter().flat_map(|_| spoken.first().copied());
    let named = entry.into_iter().map(said).chain(named);
    let sayings: Vec<Saying<'_>> = named
        .chain(machine.companions.iter().map(said))
        .chain(spoken.last().copied())
        .collect();
    let names = [machine.id.as_str(), machine.name.as_str()];
    let shelf = Shelf::new(
        names,
        text.given.as_ref(),
        &sayings,
        text.scenario.as_deref(),
    );
    let companions = machine.companions.iter().chain([&text.companion]);
    let own = machine.backends.as_ref().unwrap_or(&text.backends);
    let backends = plan(own, &base, entry.into_iter().chain(whole).chain(companions));
    Served::new(machine, shelf, backends, around.clone())
}

/// What companions say of backends, the first counting most, before what holds for all.
fn plan<'a>(
    all: &BackendPlan,
    base: &Path,
    companions: impl IntoIterator<Item = &'a Sidecar>,
) -> BackendPlan {
    let said = companions.into_iter().map(|sidecar| &sidecar.backends);
    let said = said.filter(|backends| !backends.is_empty());
    let mut plan = all.clone();
    let base = if base.as_os_str().is_empty() {
        &plan.folder
    } else {
        base
    };
    let base = base.to_owned();
    let layers = said.map(|backends| (base.clone(), backends.clone()));
    plan.layers = layers.chain(plan.layers).collect();
    plan
}

fn surroundings(text: &SiteText) -> Surroundings {
    let texts = text.machines.iter();
    let texts = texts.map(|machine| (machine.name.clone(), machine.neighbor()));
    let around = Surroundings::default();
    around.set(Neighbors {
        texts: texts.collect(),
        folders: text.folders.clone(),
        params: Default::default(),
    });
    around
}

fn read_api(document: &ApiDocument) -> Arc<Api> {
    let keys = document.api_keys.iter().filter(|key| key.enabled);
    let keys = keys.filter_map(|key| {
        Some(gateway::ApiKey {
            value: key.value.clone()?,
            name: key.name.clone(),
            grant: key.grant.clone(),
        })
    });
    let usual = gateway::Surroundings::default();
    gateway::read(
        &document.document,
        gateway::Surroundings {
            name: document.name.clone(),
            stage: document.stage.clone(),
            stage_variables: document.stage_variables.clone(),
            keys: keys.collect(),
            ..usual
        },
    )
}

/// An input that works: of the first scenario.
pub(crate) fn example_input(machine: &Served) -> Option<&Value> {
    machine.shelf.first_input()
}
