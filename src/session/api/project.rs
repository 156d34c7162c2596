//! An open project: what was read, what is changed in its files and not saved yet, and the way back.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::asl::Diagnostic;
use crate::gateway::Api;
use crate::gateway::EdgeFinding;
use crate::gateway::Route;
use crate::gateway::Surroundings;
use crate::project::ApiDocument;
use crate::project::DefinitionPlace;
use crate::project::Files;
use crate::project::Options;
use crate::project::Project;
use crate::project::ProjectKind;
use crate::project::companion_path;
use crate::session::Stamp;
use crate::session::api::draft::method_fits;
use crate::session::api::files::companion_beside;
use crate::session::api::place::Home;
use crate::session::api::place::ProjectId;
use crate::session::api::place::RouteKey;
use crate::session::api::place::path_fits;
use crate::sidecar::SavedRequest;
use crate::sidecar::Sidecar;
use crate::syntax::file_stem;

/// A project with its APIs.
#[derive(Debug)]
pub struct OpenProject {
    pub id: ProjectId,
    pub home: Home,
    /// The file to begin with, as it was opened; empty for whatever the folder holds.
    pub root: String,
    pub project: Arc<Project>,
    /// One for each of [`Project::apis`].
    pub apis: Vec<Arc<Api>>,
    pub findings: Vec<Finding>,
    /// The companion beside the root, by its path within the folder, and what it says.
    pub companion_file: String,
    pub companion: Sidecar,
    /// The companions, by their paths, and what they say.
    companions: BTreeMap<String, Arc<str>>,
    pub(crate) beside: BTreeMap<String, Sidecar>,
    /// When it was read last, in milliseconds since 1970.
    pub read_at: u64,
    /// It is being read again.
    pub reading: bool,
    /// It came with a definition and goes with it.
    pub by_itself: bool,
    pub(crate) drafts: BTreeMap<String, FileDraft>,
    pub(crate) stamps: BTreeMap<String, Stamp>,
    pub(crate) read_with: Arc<BTreeMap<String, Arc<str>>>,
    /// Something has changed on disk since it was read.
    pub(crate) stale: bool,
    done: Vec<FileStep>,
    undone: Vec<FileStep>,
}

/// What a project holds, read beside the window.
#[derive(Clone, Debug, Default)]
pub struct ProjectContents {
    pub project: Arc<Project>,
    pub apis: Vec<Arc<Api>>,
    pub findings: Vec<Finding>,
    pub companion_file: String,
    /// The texts of companions, by path.
    pub companions: BTreeMap<String, Arc<str>>,
    /// What each file was on disk.
    pub stamps: BTreeMap<String, Stamp>,
}

impl ProjectContents {
    /// Reads a project from its root, with its APIs and its companions. What is wrong is listed in it.
    pub fn read(root: &str, files: &dyn Files) -> ProjectContents {
        let project = crate::project::read(root, files, &Options::default());
        let mut companions = BTreeMap::new();
        let definitions = project
            .machines
            .iter()
            .filter_map(|one| match &one.definition {
                DefinitionPlace::File { path } => Some(companion_beside(path)),
                DefinitionPlace::Inline { .. } | DefinitionPlace::Unreadable { .. } => None,
            });
        let usual = companion_path(root);
        // An API document that was written for one definition shares its companion.
        let stem = file_stem(root).trim_end_matches(".openapi");
        let shared = format!("{stem}.stepwright.json");
        for file in definitions.chain([shared.clone(), usual.clone()]) {
            if let Ok(text) = files.text(&file) {
                companions.insert(file, text);
            }
        }
        let companion_file = match companions.contains_key(&usual) {
            false if project.kind == ProjectKind::OpenApi => shared,
            _ => usual,
        };
        let apis = project.apis.iter().map(|document| {
            let surroundings = Surroundings::of(document, &project.place);
            crate::gateway::read(&document.document, surroundings)
        });
        let findings = crate::gateway::lints(&project).into_iter();
        ProjectContents {
            apis: apis.collect(),
            findings: findings.map(Finding::of).collect(),
            companion_file,
            companions,
            stamps: BTreeMap::new(),
            project: Arc::new(project),
        }
    }

    /// The paths of everything that was read.
    pub fn files(&self) -> impl Iterator<Item = &String> {
        self.project.files.keys().chain(self.companions.keys())
    }
}

/// Something across the edge that will not go as meant, with its place and its mend.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// By its path within the project's folder; span and fix refer to it.
    pub file: String,
    pub diagnostic: Diagnostic,
    /// Method and path of the route it is about; none where it is about a definition.
    pub route: Option<(String, String)>,
}

impl Finding {
    fn of(finding: EdgeFinding) -> Finding {
        let mut parts = finding.diagnostic.pointer.split('/').skip(1);
        let route = match (parts.next(), parts.next(), parts.next()) {
            (Some("paths"), Some(path), Some(method)) => {
                let path = path.replace("~1", "/").replace("~0", "~");
                let method = match method {
                    "x-amazon-apigateway-any-method" => "ANY".to_owned(),
                    method => method.to_uppercase(),
                };
                Some((method, path))
            }
            _ => None,
        };
        Finding {
            file: finding.file,
            diagnostic: finding.diagnostic,
            route,
        }
    }
}

/// A text of the project as it is here.
#[derive(Clone, Debug)]
pub(crate) struct FileDraft {
    pub text: Arc<str>,
    pub saved: Arc<str>,
    pub saving: bool,
}

#[derive(Clone, Debug)]
struct FileStep {
    label: String,
    file: String,
    before: Arc<str>,
    after: Arc<str>,
}

/// Steps that can be undone in a project.
const MOST_STEPS: usize = 500;

impl OpenProject {
    pub(crate) fn new(id: ProjectId, home: Home, root: String, by_itself: bool) -> OpenProject {
        OpenProject {
            id,
            home,
            root,
            project: Arc::default(),
            apis: Vec::new(),
            findings: Vec::new(),
            companion_file: String::new(),
            companion: Sidecar::default(),
            companions: BTreeMap::new(),
            beside: BTreeMap::new(),
            read_at: 0,
            reading: false,
            by_itself,
            drafts: BTreeMap::new(),
            stamps: BTreeMap::new(),
            read_with: Arc::default(),
            stale: false,
            done: Vec::new(),
            undone: Vec::new(),
        }
    }

    /// The file people know it by: `template.yaml`.
    pub fn title(&self) -> &str {
        let name = match self.root.as_str() {
            "" => &self.project.root,
            root => root,
        };
        name.rsplit('/').next().unwrap_or(name)
    }

    /// What it was opened from on disk; none for a bundled sample.
    pub fn path(&self) -> Option<PathBuf> {
        match (&self.home, self.root.as_str()) {
            (Home::Folder(folder), "") => Some(folder.clone()),
            (home, root) => home.path_of(root),
        }
    }

    /// There are changes that closing would lose.
    pub fn is_modified(&self) -> bool {
        self.drafts.values().any(|draft| draft.text != draft.saved)
    }

    /// Whether this file has changes here that are not saved.
    pub fn is_file_modified(&self, file: &str) -> bool {
        let draft = self.drafts.get(file);
        draft.is_some_and(|draft| draft.text != draft.saved)
    }

    /// The text of a file, with the changes made here.
    pub fn text(&self, file: &str) -> Option<&Arc<str>> {
        let draft = self.drafts.get(file).map(|draft| &draft.text);
        draft.or_else(|| self.read_text(file))
    }

    /// The text of a file as it was read last.
    pub(crate) fn read_text(&self, file: &str) -> Option<&Arc<str>> {
        let read = self.project.files.get(file);
        read.or_else(|| self.companions.get(file))
    }

    pub fn api(&self, id: &str) -> Option<(usize, &ApiDocument, &Arc<Api>)> {
        let place = self.project.apis.iter().position(|api| api.id == id)?;
        Some((place, self.project.apis.get(place)?, self.apis.get(place)?))
    }

    /// The route of a key, as it is now.
    pub fn route(&self, key: &RouteKey) -> Option<(&Arc<Api>, &Route)> {
        let (_, _, api) = self.api(&key.api)?;
        let same = |route: &&Route| route.method == key.method && route.path == key.path;
        Some((api, api.routes.iter().find(same)?))
    }

    /// Every route, in the order of the documents.
    pub fn routes(&self) -> impl Iterator<Item = RouteKey> + '_ {
        let apis = self.project.apis.iter().zip(&self.apis);
        apis.flat_map(|(document, api)| {
            api.routes.iter().map(|route| RouteKey {
                project: self.id,
                api: document.id.clone(),
                method: route.method.clone(),
                path: route.path.clone(),
            })
        })
    }

    /// The route a method and a path would find, the one with the fewest names in braces first.
    pub fn route_for(&self, method: &str, path: &str) -> Option<RouteKey> {
        let fitting = self
            .routes()
            .filter(|key| method_fits(&key.method, method) && path_fits(&key.path, path));
        fitting.min_by_key(|key| {
            let greedy = key.path.matches("+}").count();
            (
                greedy,
                key.path.matches('{').count(),
                usize::from(key.method == "ANY"),
            )
        })
    }

    /// The saved requests that go to a route, with their places in the companion.
    pub fn requests_of(&self, key: &RouteKey) -> Vec<(usize, &SavedRequest)> {
        let requests = self.companion.requests.iter().enumerate();
        requests
            .filter(|(_, saved)| {
                self.route_for(&saved.method, &saved.path)
                    .is_some_and(|found| found.method == key.method && found.path == key.path)
            })
            .collect()
    }

    /// What there is to say about a route, with the places in [`OpenProject::findings`].
    pub fn findings_of(&self, key: &RouteKey) -> Vec<(usize, &Finding)> {
        let here = |finding: &Finding| {
            let route = finding.route.as_ref();
            route.is_none_or(|(method, path)| *method == key.method && *path == key.path)
        };
        let findings = self.findings.iter().enumerate();
        findings.filter(|(_, finding)| here(finding)).collect()
    }

    /// What undo would take back, in words.
    pub fn undo_label(&self) -> Option<&str> {
        self.done.last().map(|step| step.label.as_str())
    }

    pub fn redo_label(&self) -> Option<&str> {
        self.undone.last().map(|step| step.label.as_str())
    }

    pub(crate) fn take(&mut self, contents: ProjectContents, at: u64) {
        let ProjectContents {
            project,
            apis,
            findings,
            companion_file,
            companions,
            stamps,
        } = contents;
        self.project = project;
        self.apis = apis;
        self.findings = findings;
        self.companion_file = companion_file;
        self.beside = companions
            .iter()
            .map(|(file, text)| (file.clone(), crate::sidecar::read(text)))
            .collect();
        self.companion = self
            .beside
            .get(&self.companion_file)
            .cloned()
            .unwrap_or_default();
        self.companions = companions;
        self.read_at = at;
        self.reading = false;
        // A file with changes here keeps the stamp of the text the changes were made on.
        for (file, stamp) in stamps {
            if !self.is_file_modified(&file) {
                self.drafts.remove(&file);
                self.stamps.insert(file, stamp);
            }
        }
    }

    /// Changes a file here. Typing that goes on is one step.
    pub(crate) fn change(&mut self, file: &str, after: Arc<str>, label: &str) {
        let before = self.text(file).cloned().unwrap_or_default();
        if before == after {
            return;
        }
        self.set_text(file, after.clone());
        self.undone.clear();
        if let Some(last) = self.done.last_mut()
            && last.label == label
            && label.starts_with("Type")
            && last.file == file
        {
            last.after = after;
            return;
        }
        self.done.push(FileStep {
            label: label.to_owned(),
            file: file.to_owned(),
            before,
            after,
        });
        let surplus = self.done.len().saturating_sub(MOST_STEPS);
        self.done.drain(..surplus);
    }

    /// Sets a text without a step: the step is kept elsewhere.
    pub(crate) fn set_text(&mut self, file: &str, text: Arc<str>) {
        let saved = self.read_text(file).cloned().unwrap_or_default();
        let draft = self.drafts.entry(file.to_owned());
        let draft = draft.or_insert_with(|| FileDraft {
            text: saved.clone(),
            saved,
            saving: false,
        });
        draft.text = text;
        if file == self.companion_file {
            self.companion = crate::sidecar::read(&draft.text);
        }
    }

    /// Takes the last step back; the file it was made in.
    pub(crate) fn undo(&mut self) -> Option<String> {
        let step = self.done.pop()?;
        self.set_text(&step.file, step.before.clone());
        let file = step.file.clone();
        self.undone.push(step);
        Some(file)
    }

    pub(crate) fn redo(&mut self) -> Option<String> {
        let step = self.undone.pop()?;
        self.set_text(&step.file, step.after.clone());
        let file = step.file.clone();
        self.done.push(step);
        Some(file)
    }
}
