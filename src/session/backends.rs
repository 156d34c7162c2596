//! What answers tasks for real: the choice for each state, what a run would do outside, and the person's agreement.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use crate::asl::StatePath;
use crate::asl::resource;
use crate::asl::resource::Target;
use crate::debugger::Pace;
use crate::editor::Command;
use crate::query::Value;
use crate::session::Dialog;
use crate::session::Effect;
use crate::session::Home;
use crate::session::Session;
use crate::session::Tab;
use crate::session::TabId;
use crate::sidecar::Backend;
use crate::sidecar::BackendPlan;
use crate::sidecar::Backends;
use crate::sidecar::Consent;
use crate::sidecar::Consents;
use crate::sidecar::FunctionPlan;
use crate::sidecar::FunctionRun;
use crate::syntax::Pointer;
use crate::trace::Hand;

/// What a folder says of backends, read beside the window.
#[derive(Clone, Debug, Default)]
pub struct FolderSaid {
    /// Its one name, under which agreements are kept.
    pub place: PathBuf,
    /// Its own file, then the functions of its project.
    pub layers: Vec<Backends>,
    /// What could not be understood, as sentences.
    pub problems: Vec<String>,
}

/// What is known of backends besides the documents.
#[derive(Clone, Debug, Default)]
pub struct BackendDesk {
    /// By the folder as documents name it.
    pub folders: BTreeMap<PathBuf, FolderSaid>,
    pub consents: Consents,
}

/// A run that waits for the person's agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    pub tab: TabId,
    pub folder: PathBuf,
    /// What would be called, by the agreement it needs.
    pub wanted: BTreeMap<Consent, Vec<String>>,
    pub pace: Pace,
    pub hand: Hand,
}

/// How the function of a task is set by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FunctionSetting {
    /// `index.handler` of a folder.
    Handler {
        folder: String,
        handler: String,
    },
    /// A program with its arguments, as a shell would take them apart.
    Command {
        folder: String,
        line: String,
    },
    Endpoint {
        url: String,
    },
}

impl Session {
    /// What answers the tasks of a document in a scenario.
    pub fn backend_plan(&self, tab: &Tab, scenario: Option<usize>) -> BackendPlan {
        let folder = self.folder_of(tab).unwrap_or_default();
        let said = self.backends.folders.get(&folder);
        let own = scenario.and_then(|index| tab.sidecar.scenarios.get(index));
        let near = own.map(|scenario| &scenario.backends).into_iter();
        let far = said.into_iter().flat_map(|said| &said.layers);
        let layers = near.chain([&tab.sidecar.backends]).chain(far);
        let place = said.map_or(folder.as_path(), |said| said.place.as_path());
        let layers = layers.map(|layer| (place.to_owned(), layer.clone()));
        BackendPlan {
            allowed: self.backends.consents.of(place),
            layers: layers.collect(),
            folder: place.to_owned(),
            forced: Backends::default(),
        }
    }

    /// The folder whose files a document belongs to; none of a new document or a sample.
    pub(crate) fn folder_of(&self, tab: &Tab) -> Option<PathBuf> {
        if let Some(inset) = &tab.inset {
            return match &self.api.project(inset.project)?.home {
                Home::Folder(folder) => Some(folder.clone()),
                Home::Sample(_) => None,
            };
        }
        tab.path
            .as_deref()
            .and_then(Path::parent)
            .map(Path::to_owned)
    }

    /// Reads what the folder of a document says of backends.
    pub(crate) fn read_folder(&self, id: TabId) -> Option<Effect> {
        let folder = self.folder_of(self.tab(id)?)?;
        Some(Effect::ReadFolder { folder })
    }

    pub(crate) fn folder_read(&mut self, folder: PathBuf, said: FolderSaid) {
        let known = self.backends.folders.get(&folder);
        let is_news = known.is_none_or(|known| known.problems != said.problems);
        if is_news && let Some(problem) = said.problems.first() {
            self.tell_error(problem.clone());
        }
        self.backends.folders.insert(folder, said);
    }

    /// What a run would do that nobody has agreed to yet.
    pub(crate) fn not_agreed(
        &self,
        tab: &Tab,
        plan: &BackendPlan,
    ) -> BTreeMap<Consent, Vec<String>> {
        let mut wanted: BTreeMap<Consent, Vec<String>> = BTreeMap::new();
        for state in &tab.revision.machine.states {
            let Some(task) = TaskCall::of(tab, &state.path) else {
                continue;
            };
            for backend in plan.of(&state.path, &state.name) {
                let need = plan.need(
                    &task.resource,
                    task.function.as_deref(),
                    task.address.as_deref(),
                    *backend,
                );
                let Some(need) = need.filter(|need| !plan.allowed.contains(&need.consent)) else {
                    continue;
                };
                let targets = wanted.entry(need.consent).or_default();
                if !targets.contains(&need.target) {
                    targets.push(need.target);
                }
            }
        }
        wanted
    }

    /// Asks for agreement where a run needs some; true where it has to wait for that.
    pub(crate) fn asks_first(&mut self, plan: &BackendPlan, pace: &Pace, hand: Hand) -> bool {
        let Some(tab) = self.active() else {
            return false;
        };
        let wanted = self.not_agreed(tab, plan);
        if wanted.is_empty() || plan.folder.as_os_str().is_empty() {
            return false;
        }
        self.dialog = Some(Dialog::Consent(Asking {
            tab: tab.id,
            folder: plan.folder.clone(),
            wanted,
            pace: pace.clone(),
            hand,
        }));
        true
    }

    /// The person agrees, and what was waiting for it begins.
    pub(crate) fn agree(&mut self, asking: Asking, at: u64) -> Vec<Effect> {
        let kinds = asking.wanted.into_keys();
        let date = date_of(at);
        self.backends.consents.give(&asking.folder, kinds, &date);
        let mut effects = vec![Effect::RememberConsents];
        if self.active_id() == Some(asking.tab) {
            effects.extend(self.start(asking.pace, asking.hand, at));
        }
        effects
    }

    /// Takes an agreement back.
    pub(crate) fn withdraw(&mut self, folder: &Path, kind: Consent) -> Vec<Effect> {
        match self.backends.consents.withdraw(folder, Some(kind)) {
            true => vec![Effect::RememberConsents],
            false => Vec::new(),
        }
    }

    /// Chooses what answers a state of the active document; without a choice what holds for all answers it.
    pub(crate) fn choose_backend(
        &mut self,
        state: &StatePath,
        choice: Option<Backend>,
        at: u64,
    ) -> Vec<Effect> {
        let Some(tab) = self.active() else {
            return Vec::new();
        };
        let named: Vec<&StatePath> = tab
            .revision
            .machine
            .states
            .iter()
            .filter(|one| *one.name == *state.name())
            .map(|one| &one.path)
            .collect();
        let states = &tab.sidecar.backends.states;
        // A name says it where only one state has it.
        let key = match named.len() {
            1 if !states.contains_key(state.as_str()) => state.name(),
            _ => state.as_str().to_owned(),
        };
        let pointer = Pointer::parse("/backends/states").child(&key).to_string();
        let value = choice.map(|choice| Value::from(choice.word()).to_json());
        if value.is_none() && !states.contains_key(&key) {
            return Vec::new();
        }
        self.edit(&Command::SidecarSet { pointer, value }, at)
    }

    /// Says how a function of the active document is called here.
    pub(crate) fn set_function(
        &mut self,
        name: &str,
        setting: &FunctionSetting,
        at: u64,
    ) -> Vec<Effect> {
        let text = |text: &str| Value::string(text);
        let folder = |folder: &str| {
            let folder = Some(folder.trim()).filter(|folder| !folder.is_empty());
            folder.map(|folder| ("folder", text(folder)))
        };
        let value = match setting {
            FunctionSetting::Handler {
                folder: at,
                handler,
            } => {
                let own = [("handler", text(handler.trim()))];
                Value::object(own.into_iter().chain(folder(at)))
            }
            FunctionSetting::Command { folder: at, line } => {
                let words = line.split_whitespace().map(text).collect();
                let own = [("command", Value::array(words))];
                Value::object(own.into_iter().chain(folder(at)))
            }
            FunctionSetting::Endpoint { url } => Value::object([("endpoint", text(url.trim()))]),
        };
        let pointer = Pointer::parse("/backends/functions")
            .child(name)
            .to_string();
        let value = Some(value.to_json());
        self.edit(&Command::SidecarSet { pointer, value }, at)
    }
}

/// What a task calls, as far as its definition tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskCall {
    pub resource: String,
    /// The name of the function, without its ARN.
    pub function: Option<String>,
    /// Whether it calls a function at all.
    pub is_function: bool,
    /// The address of an HTTP task.
    pub address: Option<String>,
}

impl TaskCall {
    /// None where the state is no Task.
    pub fn of(tab: &Tab, path: &StatePath) -> Option<TaskCall> {
        let revision = &tab.revision;
        let state = revision.machine.find(path)?;
        let filled = |text: &str| {
            let mut text = text.to_owned();
            for (name, value) in &tab.sidecar.params {
                text = text.replace(&format!("${{{name}}}"), value);
            }
            text
        };
        let resource = filled(state.resource.as_deref()?);
        let read = resource::read(&resource);
        let tree = &revision.tree;
        let object = state.node;
        let argument = |name: &str| {
            let fields = ["Parameters", "Arguments"].into_iter();
            let mut found = fields.filter_map(|field| {
                let arguments = tree.get(object, field)?;
                tree.get_str(arguments, name).map(filled)
            });
            found.next().filter(|text| !text.contains("{%"))
        };
        let (is_function, function) = match &read.target {
            Target::Lambda { function, .. } => (true, Some(function.clone())),
            Target::Optimized { service, action } | Target::Sdk { service, action }
                if service == "lambda" && action == "invoke" =>
            {
                (true, argument("FunctionName").map(|name| bare(&name)))
            }
            Target::Optimized { .. }
            | Target::Sdk { .. }
            | Target::Activity { .. }
            | Target::StandIn { .. }
            | Target::Other { .. } => (false, None),
        };
        Some(TaskCall {
            address: argument("ApiEndpoint"),
            resource,
            function,
            is_function,
        })
    }
}

impl FunctionSetting {
    /// What a plan says of a function, in the fields of a form.
    pub fn of(plan: &FunctionPlan, base: &Path) -> FunctionSetting {
        let folder = plan.folder.strip_prefix(base).unwrap_or(&plan.folder);
        let folder = folder.display().to_string();
        match &plan.run {
            FunctionRun::Command(words) => FunctionSetting::Command {
                folder,
                line: words.join(" "),
            },
            FunctionRun::Handler { handler, .. } => FunctionSetting::Handler {
                folder,
                handler: handler.clone(),
            },
            FunctionRun::Endpoint { url, .. } => FunctionSetting::Endpoint { url: url.clone() },
        }
    }
}

/// The name of a function without the ARN around it.
fn bare(address: &str) -> String {
    let tail = address
        .rsplit_once("function:")
        .map_or(address, |(_, tail)| tail);
    tail.split(':').next().unwrap_or(tail).to_owned()
}

/// RFC 3339, of milliseconds since 1970.
fn date_of(at: u64) -> String {
    let at = i64::try_from(at).unwrap_or_default();
    crate::engine::timestamp(at)
}
