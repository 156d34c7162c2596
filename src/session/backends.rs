//! What answers tasks for real: the choice for each state, what a run would do outside, and the person's agreement.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use crate::asl::StatePath;
use crate::debugger::Pace;
use crate::editor::Command;
use crate::query::Value;
use crate::session::Dialog;
use crate::session::Effect;
use crate::session::Home;
use crate::session::LoadId;
use crate::session::SentId;
use crate::session::Session;
use crate::session::Tab;
use crate::session::TabId;
use crate::session::shell_words::quoted;
use crate::session::shell_words::split;
use crate::sidecar::Backend;
use crate::sidecar::BackendPlan;
use crate::sidecar::Backends;
use crate::sidecar::Consent;
use crate::sidecar::ConsentChange;
use crate::sidecar::Consents;
use crate::sidecar::FunctionPlan;
use crate::sidecar::FunctionRun;
use crate::sidecar::NotAgreed;
use crate::sidecar::TaskCall;
use crate::sidecar::also_not_agreed;
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

/// Something that waits for the person's agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    pub folder: PathBuf,
    pub wanted: NotAgreed,
    pub waiting: Waiting,
}

/// What goes on once it is agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    Run {
        tab: TabId,
        pace: Pace,
        hand: Hand,
    },
    /// Scenarios of a document, for their verdicts.
    Scenarios {
        tab: TabId,
        which: Vec<usize>,
    },
    /// Requests to an API.
    Requests(Vec<SentId>),
    Load(LoadId),
    /// The next request from outside.
    Served,
}

/// What of an API was not done for want of an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// A request of the window.
    Request(SentId),
    Load(LoadId),
    /// A request or an execution from outside, whose calls fail.
    Served,
}

/// Where it is said what answers tasks, the nearest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackendPlace {
    /// The n-th scenario of the companion.
    Scenario(usize),
    /// The companion.
    Workflow,
    /// The file of the folder, for all workflows in it.
    Folder,
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
        let place = said.map_or(folder.as_path(), |said| said.place.as_path());
        let own = scenario.and_then(|index| tab.sidecar.scenarios.get(index));
        let near = own.map(|scenario| &scenario.backends).into_iter();
        let far = said.into_iter().flat_map(|said| &said.layers);
        let layers = near.chain([&tab.sidecar.backends]).chain(far);
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

    /// Asks for agreement where the tasks of a document need some; true where it has to wait for that.
    pub(crate) fn asks_first<'a>(
        &mut self,
        tab: TabId,
        plans: impl IntoIterator<Item = &'a BackendPlan>,
        waiting: Waiting,
    ) -> bool {
        let Some(tab) = self.tab(tab) else {
            return false;
        };
        let calls = tab.calls();
        let (mut folder, mut wanted) = (PathBuf::new(), NotAgreed::new());
        for plan in plans {
            folder.clone_from(&plan.folder);
            also_not_agreed(&mut wanted, plan.not_agreed(&calls));
        }
        if wanted.is_empty() || folder.as_os_str().is_empty() {
            return false;
        }
        self.dialog = Some(Dialog::Consent(Asking {
            folder,
            wanted,
            waiting,
        }));
        true
    }

    /// Something of an API would act outside. Requests that come together are asked about together.
    pub(crate) fn not_agreed(&mut self, held: Held, folder: PathBuf, wanted: NotAgreed) {
        match (&mut self.dialog, held) {
            (None, held) => {
                let waiting = match held {
                    Held::Request(sent) => Waiting::Requests(vec![sent]),
                    Held::Load(load) => Waiting::Load(load),
                    Held::Served => Waiting::Served,
                };
                self.dialog = Some(Dialog::Consent(Asking {
                    folder,
                    wanted,
                    waiting,
                }));
            }
            (
                Some(Dialog::Consent(Asking {
                    folder: asked,
                    wanted: known,
                    waiting: Waiting::Requests(others),
                })),
                Held::Request(sent),
            ) if *asked == folder => {
                others.push(sent);
                also_not_agreed(known, wanted);
            }
            (Some(_), Held::Request(sent)) => self.api.not_sent([sent]),
            (Some(_), Held::Load(load)) => self.load_not_agreed(load),
            // Its answer has told why.
            (Some(_), Held::Served) => {}
        }
    }

    /// What one place says of the tasks of a document; none where there is no such place.
    pub fn said_at<'a>(&'a self, tab: &'a Tab, place: BackendPlace) -> Option<&'a Backends> {
        match place {
            BackendPlace::Workflow => Some(&tab.sidecar.backends),
            BackendPlace::Scenario(index) => {
                let scenario = tab.sidecar.scenarios.get(index)?;
                Some(&scenario.backends)
            }
            BackendPlace::Folder => {
                let folder = self.folder_of(tab)?;
                self.backends.folders.get(&folder)?.layers.first()
            }
        }
    }

    /// The person agrees, and what was waiting for it begins.
    pub(crate) fn agree(&mut self, asking: Asking, at: u64) -> Vec<Effect> {
        let kinds = asking.wanted.into_keys();
        let change = ConsentChange::Give {
            folder: asking.folder,
            kinds: kinds.collect(),
            date: date_of(at),
        };
        self.backends.consents.change(&change);
        let mut effects = vec![Effect::ChangeConsents(change)];
        effects.extend(self.serve_with_agreements());
        let active = self.active_id();
        effects.extend(match asking.waiting {
            Waiting::Run { tab, pace, hand } if active == Some(tab) => self.start(pace, hand, at),
            Waiting::Scenarios { tab, which } if active == Some(tab) => {
                self.try_scenarios(which, at)
            }
            // Another document has come to the front meanwhile.
            Waiting::Run { .. } | Waiting::Scenarios { .. } => Vec::new(),
            Waiting::Requests(sent) => self.send_again(&sent),
            Waiting::Load(load) => self.load_again(load, at),
            // Whoever was refused asks again.
            Waiting::Served => Vec::new(),
        });
        effects
    }

    /// The person does not agree: what was waiting for it does not happen.
    pub(crate) fn disagree(&mut self, asking: Asking) {
        match asking.waiting {
            Waiting::Run { .. } | Waiting::Scenarios { .. } | Waiting::Served => {}
            Waiting::Requests(sent) => self.api.not_sent(sent),
            Waiting::Load(load) => self.load_not_agreed(load),
        }
    }

    /// Takes an agreement back.
    pub(crate) fn withdraw(&mut self, folder: PathBuf, kind: Consent) -> Vec<Effect> {
        let change = ConsentChange::Withdraw {
            folder,
            kind: Some(kind),
        };
        if !self.backends.consents.change(&change) {
            return Vec::new();
        }
        let mut effects = vec![Effect::ChangeConsents(change)];
        effects.extend(self.serve_with_agreements());
        effects
    }

    /// Chooses at one place what answers a state of the active document, or all of which nothing else is said. Without
    /// a choice that place says nothing of it.
    pub(crate) fn choose_backend(
        &mut self,
        place: BackendPlace,
        state: Option<&StatePath>,
        choice: Option<Backend>,
        at: u64,
    ) -> Vec<Effect> {
        let Some(tab) = self.active() else {
            return Vec::new();
        };
        let said = self.said_at(tab, place);
        let known = |key: &str| said.is_some_and(|said| said.states.contains_key(key));
        let own = match state {
            None => Pointer::root().child("default"),
            Some(state) => {
                let named = tab.revision.machine.states.iter();
                let named = named.filter(|one| *one.name == *state.name()).count();
                // A name says it where only one state has it.
                let key = match named {
                    1 if !known(state.as_str()) => state.name(),
                    _ => state.as_str().to_owned(),
                };
                Pointer::root().child("states").child(key)
            }
        };
        let says = said.is_some_and(|said| match state {
            None => !said.usual.is_empty(),
            Some(_) => own.last().is_some_and(known),
        });
        if choice.is_none() && !says {
            return Vec::new();
        }
        let value = choice.map(|choice| Value::from(choice.word()).to_json());
        let above = match place {
            BackendPlace::Workflow => "/backends".to_owned(),
            BackendPlace::Scenario(index) => format!("/scenarios/{index}/backends"),
            BackendPlace::Folder => {
                let folder = self.folder_of(tab).into_iter();
                let change = folder.map(|folder| Effect::ChangeFolder {
                    folder,
                    pointer: own.to_string(),
                    value: value.clone(),
                });
                return change.collect();
            }
        };
        let pointer = format!("{above}{own}");
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
                let line = match split(line) {
                    Ok(line) => line,
                    Err(reason) => {
                        self.tell_error(reason);
                        return Vec::new();
                    }
                };
                if let Some(operator) = line.operator {
                    self.tell_error(format!(
                        "Programs are started without a shell, which “{operator}” needs: write sh -c '…'"
                    ));
                    return Vec::new();
                }
                let words = line.words.iter().map(|word| text(word)).collect();
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

impl Tab {
    /// What the tasks of the document call.
    pub fn calls(&self) -> Vec<TaskCall> {
        let revision = &self.revision;
        TaskCall::all(&revision.tree, &revision.machine, &self.sidecar.params)
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
                line: words
                    .iter()
                    .map(|word| quoted(word))
                    .collect::<Vec<String>>()
                    .join(" "),
            },
            FunctionRun::Handler { handler, .. } => FunctionSetting::Handler {
                folder,
                handler: handler.clone(),
            },
            FunctionRun::Endpoint { url, .. } => FunctionSetting::Endpoint { url: url.clone() },
        }
    }
}

/// RFC 3339, of milliseconds since 1970.
fn date_of(at: u64) -> String {
    let at = i64::try_from(at).unwrap_or_default();
    crate::engine::timestamp(at)
}
