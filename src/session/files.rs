//! Opening, saving and closing documents.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::editor::Document;
use crate::editor::History;
use crate::editor::Selection;
use crate::session::Dialog;
use crate::session::DialogAnswer;
use crate::session::Effect;
use crate::session::FileContents;
use crate::session::Home;
use crate::session::InputChoice;
use crate::session::InsetPlace;
use crate::session::Picture;
use crate::session::SaveFailure;
use crate::session::SaveRequest;
use crate::session::Session;
use crate::session::Stamp;
use crate::session::Tab;
use crate::session::TabId;
use crate::session::TargetPurpose;
use crate::session::ToastKind;
use crate::session::ViewMode;
use crate::session::api::file_of;
use crate::sidecar::path_beside;
use crate::syntax::Format;
use crate::syntax::file_stem;

/// A new document: the smallest definition that runs.
const BLANK: &str = "{\n  \"StartAt\": \"Start here\",\n  \"States\": {\n    \"Start here\": {\n      \"Type\": \"Pass\",\n      \"End\": true\n    }\n  }\n}\n";

impl Session {
    pub(crate) fn open(&mut self, path: PathBuf) -> Vec<Effect> {
        if let Some(id) = self
            .tabs
            .iter()
            .find(|tab| tab.path.as_ref() == Some(&path))
            .map(|tab| tab.id)
        {
            self.bring_to_front(id);
            return Vec::new();
        }
        vec![Effect::Read { path }]
    }

    pub(crate) fn open_blank(&mut self) -> Vec<Effect> {
        let contents = FileContents {
            text: BLANK.to_owned(),
            sidecar: None,
            stamp: Stamp(String::new()),
            sample: None,
        };
        self.add_tab(NewTab::named("untitled.asl.json"), contents)
    }

    pub(crate) fn file_read(
        &mut self,
        path: PathBuf,
        result: Result<FileContents, String>,
    ) -> Vec<Effect> {
        let contents = match result {
            Ok(contents) => contents,
            Err(reason) => {
                self.settings.recent.retain(|known| *known != path);
                self.tell_error(reason);
                return vec![Effect::Remember];
            }
        };
        if let Some(tab) = self
            .tabs
            .iter()
            .position(|tab| tab.path.as_ref() == Some(&path))
        {
            return self.reloaded(tab, contents);
        }
        let title = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_else(|| path.display().to_string());
        if contents.sample.is_some() {
            return self.add_tab(NewTab::sample(&title), contents);
        }
        self.settings.note_recent(path.clone());
        let effects = self.add_tab(NewTab::file(path.clone(), title), contents);
        self.show_nested(&path);
        self.show_waiting_run();
        effects
    }

    pub(crate) fn add_tab(&mut self, new: NewTab, contents: FileContents) -> Vec<Effect> {
        let id = TabId(self.next_number());
        let NewTab {
            path,
            title,
            name,
            format,
            inset,
        } = new;
        let text: Arc<str> = Arc::from(contents.text);
        let sidecar: Arc<str> = Arc::from(contents.sidecar.unwrap_or_default());
        let revision = self.new_revision(
            None,
            Document {
                name,
                format: format.unwrap_or_else(|| Format::of(&title, &text)),
                text: text.clone(),
                sidecar: sidecar.clone(),
            },
        );
        let (picture, request) = Picture::begun(&revision);
        let layout = request.map(|request| Effect::Layout {
            tab: id,
            revision: revision.id,
            request: Box::new(request),
        });
        let companion = crate::sidecar::read_with(&sidecar, &revision.machine);
        let first = companion
            .scenarios
            .first()
            .map(|scenario| scenario.input.to_json_pretty());
        self.tabs.push(Tab {
            id,
            stamp: path.as_ref().map(|_| contents.stamp),
            path,
            sample: contents.sample,
            inset,
            title,
            revision,
            sidecar: companion,
            history: History::default(),
            selection: Selection::none(),
            picture,
            collapsed: Default::default(),
            show_error_handling: true,
            view: ViewMode::Design,
            input: if first.is_some() {
                InputChoice::Scenario(0)
            } else {
                InputChoice::Custom
            },
            input_text: first.unwrap_or_else(|| "{}".to_owned()),
            run: None,
            verdicts: Default::default(),
            trying: Default::default(),
            reveals: 0,
            renaming: 0,
            reveal_text: (0, 0),
            saved_text: text,
            saved_sidecar: sidecar,
            checking: false,
            saving: false,
        });
        self.bring_to_front(id);
        let mut effects = self.files_changed();
        effects.extend(layout);
        effects.extend(self.check_later(id));
        effects.extend(self.find_project(id));
        effects.extend(self.read_folder(id));
        effects
    }

    /// Looks for the API that a definition stands behind, where no open project has it.
    fn find_project(&self, id: TabId) -> Option<Effect> {
        let tab = self.tab(id)?;
        let known = &self.api.projects;
        if tab.inset.is_some() || known.iter().any(|one| file_of(one, tab).is_some()) {
            return None;
        }
        let home = match (&tab.path, &tab.sample) {
            (Some(path), _) => Home::Folder(path.parent()?.to_owned()),
            (None, Some(name)) => Home::Sample(name.clone()),
            (None, None) => return None,
        };
        let name = tab.path.as_ref().and_then(|path| path.file_name());
        let name = name.map(|name| name.to_string_lossy().into_owned());
        Some(Effect::FindProject {
            home,
            file: name.unwrap_or_else(|| tab.title.clone()),
        })
    }

    /// The same file, read again: its text becomes a step that can be undone.
    fn reloaded(&mut self, index: usize, contents: FileContents) -> Vec<Effect> {
        let Some(tab) = self.tabs.get(index) else {
            return Vec::new();
        };
        let (id, before) = (tab.id, tab.revision.clone());
        let text: Arc<str> = Arc::from(contents.text);
        let sidecar: Arc<str> = Arc::from(contents.sidecar.unwrap_or_default());
        self.bring_to_front(id);
        let document = Document {
            text: text.clone(),
            sidecar: sidecar.clone(),
            ..before.document.clone()
        };
        let revision = self.new_revision(Some(&before), document);
        let Some(tab) = self.tab_mut(id) else {
            return Vec::new();
        };
        let before = crate::editor::Snapshot {
            text: tab.revision.document.text.clone(),
            sidecar: tab.revision.document.sidecar.clone(),
            selection: tab.selection.clone(),
        };
        tab.selection = tab.selection.clone().within(&revision.machine);
        tab.set_revision(revision);
        tab.saved_text = text.clone();
        tab.saved_sidecar = sidecar.clone();
        tab.stamp = Some(contents.stamp);
        if before.text != text || before.sidecar != sidecar {
            let after = crate::editor::Snapshot {
                text,
                sidecar,
                selection: tab.selection.clone(),
            };
            tab.history.record(crate::editor::Step {
                label: "Reload from disk".to_owned(),
                before,
                after,
            });
        }
        self.redraw()
    }

    pub(crate) fn save(&mut self, id: TabId) -> Vec<Effect> {
        let Some(tab) = self.tab_mut(id) else {
            return Vec::new();
        };
        if let Some(inset) = tab.inset.clone() {
            return self.save_project(inset.project);
        }
        let Some(path) = tab.path.clone() else {
            return self.save_as(id);
        };
        tab.saving = true;
        vec![Effect::Save(SaveRequest {
            tab: id,
            text: tab.revision.document.text.clone(),
            sidecar: tab
                .is_sidecar_modified()
                .then(|| (path_beside(&path), tab.revision.document.sidecar.clone())),
            expected: tab.stamp.clone(),
            path,
        })]
    }

    pub(crate) fn save_as(&mut self, id: TabId) -> Vec<Effect> {
        let Some(tab) = self.tab(id) else {
            return Vec::new();
        };
        vec![Effect::ChooseTarget {
            tab: id,
            name: tab.title.clone(),
            purpose: TargetPurpose::SaveAs,
        }]
    }

    pub(crate) fn target_chosen(
        &mut self,
        id: TabId,
        path: PathBuf,
        purpose: TargetPurpose,
    ) -> Vec<Effect> {
        if let TargetPurpose::Export(kind) = purpose {
            return self.export_to(id, kind, path);
        }
        let Some(tab) = self.tab_mut(id) else {
            return Vec::new();
        };
        tab.saving = true;
        let sidecar = tab.revision.document.sidecar.clone();
        vec![Effect::Save(SaveRequest {
            tab: id,
            text: tab.revision.document.text.clone(),
            sidecar: (!sidecar.is_empty()).then(|| (path_beside(&path), sidecar)),
            expected: None,
            path,
        })]
    }

    pub(crate) fn saved(
        &mut self,
        id: TabId,
        path: PathBuf,
        result: Result<SavedFile, SaveFailure>,
    ) -> Vec<Effect> {
        let Some(tab) = self.tab_mut(id) else {
            return Vec::new();
        };
        tab.saving = false;
        match result {
            Ok(saved) => {
                tab.stamp = Some(saved.stamp);
                tab.saved_text = saved.text;
                if let Some(sidecar) = saved.sidecar {
                    tab.saved_sidecar = sidecar;
                }
                let title = path
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned());
                tab.title = title.unwrap_or_else(|| tab.title.clone());
                tab.path = Some(path.clone());
                // Under a name of its own it is no longer the sample, nor a part of a template.
                tab.sample = None;
                tab.inset = None;
                let text = format!("Saved {}", tab.title);
                self.settings.note_recent(path);
                self.tell(ToastKind::Done, text);
                let mut effects = self.files_changed();
                if self.closing.remove(&id) {
                    effects.extend(self.close_now(id));
                }
                effects
            }
            Err(SaveFailure::Changed) => {
                self.closing.remove(&id);
                self.quitting = false;
                self.dialog = Some(Dialog::ChangedOnDisk { tab: id });
                Vec::new()
            }
            Err(SaveFailure::Failed(reason)) => {
                self.closing.remove(&id);
                self.quitting = false;
                self.tell_error(reason);
                Vec::new()
            }
        }
    }

    pub(crate) fn changed_on_disk(&mut self, path: &Path) -> Vec<Effect> {
        self.project_file_changed(path);
        let Some(tab) = self
            .tabs
            .iter()
            .find(|tab| tab.path.as_deref() == Some(path))
        else {
            return Vec::new();
        };
        if tab.saving {
            return Vec::new();
        }
        if tab.is_modified() {
            self.dialog
                .get_or_insert(Dialog::ChangedOnDisk { tab: tab.id });
            return Vec::new();
        }
        vec![Effect::Read {
            path: path.to_owned(),
        }]
    }

    pub(crate) fn close(&mut self, id: TabId) -> Vec<Effect> {
        match self.tab(id) {
            Some(tab) if tab.is_modified() => {
                self.bring_to_front(id);
                self.dialog = Some(Dialog::Unsaved {
                    tab: id,
                    quitting: self.quitting,
                });
                Vec::new()
            }
            Some(_) => self.close_now(id),
            None => Vec::new(),
        }
    }

    pub(crate) fn close_now(&mut self, id: TabId) -> Vec<Effect> {
        let place = self.tabs.iter().position(|tab| tab.id == id);
        self.tabs.retain(|tab| tab.id != id);
        if self.active == Some(id) {
            let near = place.map(|place| place.min(self.tabs.len().saturating_sub(1)));
            self.active = near
                .and_then(|place| self.tabs.get(place))
                .map(|tab| tab.id);
        }
        if self.quitting {
            return self.quit();
        }
        let mut effects = self.drop_lonely_projects();
        effects.extend(self.files_changed());
        effects
    }

    /// Asks about each document with unsaved work, then ends.
    pub(crate) fn quit(&mut self) -> Vec<Effect> {
        if !self.quitting {
            self.settings.open = self.open_paths();
        }
        self.quitting = true;
        let document = self.tabs.iter().find(|tab| tab.is_modified());
        let project = self.api.projects.iter().find(|one| one.is_modified());
        match (document.map(|tab| tab.id), project.map(|one| one.id)) {
            (Some(id), _) => self.close(id),
            (None, Some(id)) => self.close_project(id),
            (None, None) => vec![Effect::Remember, Effect::Quit],
        }
    }

    /// What is opened again at the next start.
    fn open_paths(&self) -> Vec<PathBuf> {
        let documents = self.tabs.iter().filter_map(|tab| tab.path.clone());
        let projects = self.project_paths();
        documents.chain(projects).collect()
    }

    pub(crate) fn path_typed(&mut self, path: PathBuf) -> Vec<Effect> {
        match self.dialog.take() {
            Some(Dialog::TypePath {
                target: Some((tab, purpose)),
                ..
            }) => self.target_chosen(tab, path, purpose),
            Some(Dialog::TypePath { target: None, .. }) => self.open(path),
            other => {
                self.dialog = other;
                Vec::new()
            }
        }
    }

    pub(crate) fn answer(&mut self, answer: DialogAnswer, at: u64) -> Vec<Effect> {
        match (self.dialog.take(), answer) {
            (Some(Dialog::Unsaved { tab, .. }), DialogAnswer::Save) => {
                self.closing.insert(tab);
                self.save(tab)
            }
            (Some(Dialog::Unsaved { tab, .. }), DialogAnswer::Discard) => self.close_now(tab),
            (Some(Dialog::ChangedOnDisk { tab }), DialogAnswer::Reload) => {
                let path = self.tab(tab).and_then(|tab| tab.path.clone());
                path.map(|path| Effect::Read { path }).into_iter().collect()
            }
            (Some(Dialog::ChangedOnDisk { tab }), DialogAnswer::KeepMine) => {
                // The next save overwrites what is there now, because the person has said so.
                if let Some(tab) = self.tab_mut(tab) {
                    tab.stamp = None;
                }
                Vec::new()
            }
            (Some(Dialog::UnsavedProject { project, .. }), DialogAnswer::Save) => {
                self.closing_projects.insert(project);
                self.save_project(project)
            }
            (Some(Dialog::Consent(asking)), DialogAnswer::Agree) => self.agree(asking, at),
            (Some(Dialog::Consent(asking)), _) => {
                self.disagree(asking);
                Vec::new()
            }
            (Some(Dialog::UnsavedProject { project, .. }), DialogAnswer::Discard) => {
                self.close_project_now(project)
            }
            _ => {
                self.quitting = false;
                Vec::new()
            }
        }
    }

    pub(crate) fn files_changed(&mut self) -> Vec<Effect> {
        self.settings.open = self.open_paths();
        let documents = self.tabs.iter().filter_map(|tab| tab.path.clone());
        let mut watched: Vec<PathBuf> = documents.chain(self.project_files()).collect();
        watched.sort();
        watched.dedup();
        vec![Effect::Watch(watched), Effect::Remember]
    }
}

/// What a new document is called, and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct NewTab {
    path: Option<PathBuf>,
    title: String,
    /// The name of the workflow.
    name: String,
    format: Option<Format>,
    inset: Option<InsetPlace>,
}

impl NewTab {
    pub fn named(title: &str) -> NewTab {
        NewTab {
            path: None,
            title: title.to_owned(),
            name: file_stem(title).to_owned(),
            format: None,
            inset: None,
        }
    }

    pub fn file(path: PathBuf, title: String) -> NewTab {
        NewTab {
            path: Some(path),
            ..NewTab::named(&title)
        }
    }

    pub fn sample(file: &str) -> NewTab {
        NewTab::named(file.rsplit('/').next().unwrap_or(file))
    }

    /// A machine inside a file of a project.
    pub fn inset(title: String, format: Format, place: InsetPlace) -> NewTab {
        NewTab {
            name: place.machine.clone(),
            format: Some(format),
            inset: Some(place),
            ..NewTab::named(&title)
        }
    }
}

/// What a file holds after it was written.
#[derive(Clone, Debug)]
pub struct SavedFile {
    pub stamp: Stamp,
    pub text: Arc<str>,
    pub sidecar: Option<Arc<str>>,
}
