//! Opening, reading again, saving and closing projects; undo in their files.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::editor::Command;
use crate::session::Dialog;
use crate::session::DrawerTab;
use crate::session::Effect;
use crate::session::Intent;
use crate::session::SaveFailure;
use crate::session::Session;
use crate::session::Stamp;
use crate::session::Tab;
use crate::session::TabId;
use crate::session::Toast;
use crate::session::ToastKind;
use crate::session::api::ApiIntent;
use crate::session::api::Home;
use crate::session::api::OpenProject;
use crate::session::api::ProjectContents;
use crate::session::api::ProjectId;
use crate::session::api::ProjectSource;
use crate::sidecar::path_beside;
use crate::text::TextEdit;

/// A document that holds a file of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// As its definition.
    Text(TabId),
    /// As its companion.
    Companion(TabId),
}

impl Session {
    /// A folder, a template or an API document was opened: it is a project.
    pub(crate) fn project_at(&mut self, path: &Path, root: &str) -> Vec<Effect> {
        let folder = match root {
            "" => path.to_owned(),
            _ => path.parent().map(Path::to_owned).unwrap_or_default(),
        };
        let home = Home::Folder(folder);
        if let Some(open) = self.api.projects.iter_mut().find(|one| one.home == home) {
            open.stale = true;
            open.by_itself = false;
            let first = open.routes().next();
            if let Some(key) = first {
                self.api.choose_route(key);
                self.drawer = DrawerTab::Api;
            }
            return Vec::new();
        }
        let id = ProjectId(self.next_number());
        let source = ProjectSource {
            home: home.clone(),
            root: root.to_owned(),
            overlay: Arc::default(),
        };
        let project = OpenProject::new(id, home, root.to_owned(), false);
        self.api.opening.push(project);
        vec![Effect::ReadProject {
            project: id,
            source,
        }]
    }

    /// Takes in what a project holds.
    pub(crate) fn project_read(
        &mut self,
        id: ProjectId,
        result: Result<ProjectContents, String>,
        at: u64,
    ) -> Vec<Effect> {
        let place = self.api.opening.iter().position(|one| one.id == id);
        let mut opening = place.map(|place| self.api.opening.remove(place));
        match (result, &mut opening) {
            (Err(reason), Some(project)) => {
                let path = project.path();
                self.settings
                    .recent
                    .retain(|one| Some(one) != path.as_ref());
                self.tell_error(reason);
                vec![Effect::Remember]
            }
            (Err(reason), None) => {
                if let Some(project) = self.api.project_mut(id) {
                    project.reading = false;
                }
                self.tell_error(reason);
                Vec::new()
            }
            (Ok(contents), Some(_)) => match opening {
                Some(project) => self.add_project(project, contents, at),
                None => Vec::new(),
            },
            (Ok(contents), None) => {
                if let Some(project) = self.api.project_mut(id) {
                    project.take(contents, at);
                }
                self.insets_follow(id);
                self.api.settle_route();
                self.files_changed()
            }
        }
    }

    /// An API was found beside a definition or in a bundled sample.
    pub(crate) fn project_found(
        &mut self,
        home: Home,
        root: String,
        contents: ProjectContents,
        at: u64,
    ) -> Vec<Effect> {
        if self.api.project_at(&home).is_some() {
            return Vec::new();
        }
        let id = ProjectId(self.next_number());
        let project = OpenProject::new(id, home, root, true);
        if !self.has_document_of(&project) {
            return Vec::new();
        }
        self.add_project(project, contents, at)
    }

    fn add_project(
        &mut self,
        mut project: OpenProject,
        contents: ProjectContents,
        at: u64,
    ) -> Vec<Effect> {
        project.take(contents, at);
        let id = project.id;
        let asked_for = !project.by_itself;
        if let (true, Some(path)) = (asked_for, project.path()) {
            self.settings.note_recent(path);
        }
        let first_machine = project.project.machines.first();
        let first_machine = first_machine.map(|machine| machine.logical_id.clone());
        let first_route = project.routes().next();
        let has_route = first_route.is_some();
        self.api.projects.push(project);
        if let Some(key) = first_route {
            self.api.choose_route(key);
            self.api.shown = None;
            self.api.step = None;
        }
        let mut effects = self.files_changed();
        match first_machine.filter(|_| asked_for) {
            _ if asked_for && has_route => self.drawer = DrawerTab::Api,
            Some(machine) => effects.extend(self.open_machine(id, &machine)),
            None => {}
        }
        effects
    }

    /// The files of projects that are watched besides the documents.
    pub(crate) fn project_files(&self) -> Vec<PathBuf> {
        let of = |project: &OpenProject| -> Vec<PathBuf> {
            let files = project.project.files.keys().take(200);
            files
                .filter_map(|file| project.home.path_of(file))
                .collect()
        };
        self.api.projects.iter().flat_map(of).collect()
    }

    /// The paths of projects that were opened as such.
    pub(crate) fn project_paths(&self) -> Vec<PathBuf> {
        let opened = self.api.projects.iter().filter(|one| !one.by_itself);
        opened.filter_map(OpenProject::path).collect()
    }

    /// Another program has changed a file: the projects that have read it read it again.
    pub(crate) fn project_file_changed(&mut self, path: &Path) {
        for project in &mut self.api.projects {
            let file = project.home.file_of(path);
            let known = file.as_ref().is_some_and(|file| {
                let saving = project.drafts.get(file).is_some_and(|draft| draft.saving);
                project.read_text(file).is_some() && !saving
            });
            project.stale |= known;
        }
    }

    /// Has projects read again whose files have changed here or on disk. One reading at a time: while someone
    /// types, every text but the last would be read in vain.
    pub(crate) fn follow_projects(&mut self) -> Vec<Effect> {
        let ids: Vec<ProjectId> = self.api.projects.iter().map(|one| one.id).collect();
        let mut effects = Vec::new();
        for id in ids {
            let Some(source) = self.source_of(id) else {
                continue;
            };
            let Some(project) = self.api.project_mut(id) else {
                continue;
            };
            if project.reading || (*source.overlay == *project.read_with && !project.stale) {
                continue;
            }
            project.reading = true;
            project.stale = false;
            project.read_with = source.overlay.clone();
            effects.push(Effect::ReadProject {
                project: id,
                source,
            });
        }
        effects
    }

    /// A project with everything in it that is changed here.
    pub(crate) fn source_of(&self, id: ProjectId) -> Option<ProjectSource> {
        let project = self.api.project(id)?;
        let mut overlay: BTreeMap<String, Arc<str>> = BTreeMap::new();
        for (file, draft) in &project.drafts {
            if draft.text != draft.saved {
                overlay.insert(file.clone(), draft.text.clone());
            }
        }
        for tab in &self.tabs {
            let Some(file) = file_of(project, tab) else {
                continue;
            };
            let document = &tab.revision.document;
            if document.text != tab.saved_text {
                overlay.insert(file.clone(), document.text.clone());
            }
            if tab.is_sidecar_modified() {
                overlay.insert(companion_beside(&file), document.sidecar.clone());
            }
        }
        Some(ProjectSource {
            home: project.home.clone(),
            root: project.root.clone(),
            overlay: Arc::new(overlay),
        })
    }

    /// The document that holds a file of a project.
    pub(crate) fn held(&self, project: &OpenProject, file: &str) -> Option<Held> {
        self.tabs.iter().find_map(|tab| {
            let its = file_of(project, tab)?;
            if its == file {
                Some(Held::Text(tab.id))
            } else if companion_beside(&its) == file {
                Some(Held::Companion(tab.id))
            } else {
                None
            }
        })
    }

    /// The file of a project that a document holds as its definition.
    pub fn file_in_project(&self, id: ProjectId, tab: &Tab) -> Option<String> {
        file_of(self.api.project(id)?, tab)
    }

    /// The text of a file of a project as it is here.
    pub fn file_text(&self, id: ProjectId, file: &str) -> Option<Arc<str>> {
        let project = self.api.project(id)?;
        let text = match self.held(project, file) {
            Some(Held::Text(tab)) => self.tab(tab).map(|tab| tab.text().clone()),
            Some(Held::Companion(tab)) => self
                .tab(tab)
                .map(|tab| tab.revision.document.sidecar.clone()),
            None => None,
        };
        text.or_else(|| project.text(file).cloned())
    }

    /// Changes a file of a project: in the document that holds it, else in the project; both can be undone.
    pub(crate) fn change_file(
        &mut self,
        id: ProjectId,
        file: &str,
        edit: &TextEdit,
        label: &str,
        at: u64,
    ) -> Vec<Effect> {
        let Some(project) = self.api.project(id) else {
            return Vec::new();
        };
        if let Some(Held::Text(tab)) = self.held(project, file) {
            let command = Command::ApplyFix(edit.clone());
            return self.in_tab(tab, |session| session.edit(&command, at));
        }
        let Some(before) = project.text(file).cloned() else {
            self.tell_error(format!("{file} is no longer part of the project"));
            return Vec::new();
        };
        if !edit.fits(&before) {
            self.tell_error(format!(
                "{file} has changed meanwhile; try again in a moment"
            ));
            return Vec::new();
        }
        let after: Arc<str> = Arc::from(edit.apply(&before));
        if let Some(project) = self.api.project_mut(id) {
            project.change(file, after, label);
        }
        self.host_changed(id, file, &before)
    }

    /// Typing in the file that is shown in place of the workspace.
    pub(crate) fn type_source(&mut self, edit: &TextEdit, at: u64) -> Vec<Effect> {
        let Some(place) = self.api.source.clone() else {
            return Vec::new();
        };
        let file = place.origin.file;
        let label = format!("Type in {file}");
        self.change_file(place.project, &file, edit, &label, at)
    }

    /// Does something to a document that need not be in front.
    pub(crate) fn in_tab(
        &mut self,
        tab: TabId,
        work: impl FnOnce(&mut Session) -> Vec<Effect>,
    ) -> Vec<Effect> {
        let front = self.active.replace(tab);
        let effects = work(self);
        self.active = front;
        effects
    }

    /// The project that undo and save are about: while the workspace is shown, and it has something to them.
    pub(crate) fn project_in_front(&self) -> Option<&OpenProject> {
        if self.drawer != DrawerTab::Api {
            return None;
        }
        let shown = self.api.source.as_ref().map(|place| place.project);
        match shown {
            Some(id) => self.api.project(id),
            None => self.api.current(),
        }
    }

    /// Takes back the last change of a project's files; none where there is nothing to take back.
    pub(crate) fn undo_project(&mut self) -> Option<Vec<Effect>> {
        let id = self.project_in_front()?.id;
        self.turn_project(id, OpenProject::undo)
    }

    pub(crate) fn redo_project(&mut self) -> Option<Vec<Effect>> {
        let id = self.project_in_front()?.id;
        self.turn_project(id, OpenProject::redo)
    }

    fn turn_project(
        &mut self,
        id: ProjectId,
        turn: fn(&mut OpenProject) -> Option<String>,
    ) -> Option<Vec<Effect>> {
        let before: BTreeMap<String, Arc<str>> = {
            let project = self.api.project(id)?;
            let drafts = project.drafts.iter();
            drafts
                .map(|(file, draft)| (file.clone(), draft.text.clone()))
                .collect()
        };
        let file = turn(self.api.project_mut(id)?)?;
        let before = before.get(&file).cloned().unwrap_or_default();
        Some(self.host_changed(id, &file, &before))
    }

    /// Saves every changed file of a project.
    pub(crate) fn save_project(&mut self, id: ProjectId) -> Vec<Effect> {
        let Some(project) = self.api.project(id) else {
            return Vec::new();
        };
        let changed = project
            .drafts
            .keys()
            .filter(|file| project.is_file_modified(file));
        let changed: Vec<String> = changed.cloned().collect();
        changed
            .iter()
            .flat_map(|file| self.save_file(id, file))
            .collect()
    }

    pub(crate) fn save_file(&mut self, id: ProjectId, file: &str) -> Vec<Effect> {
        let Some(project) = self.api.project_mut(id) else {
            return Vec::new();
        };
        let Some(path) = project.home.path_of(file) else {
            self.tell_error(format!(
                "{file} belongs to a bundled sample, which stays as it is; copy its folder and open that"
            ));
            return Vec::new();
        };
        let expected = project.stamps.get(file).cloned();
        let Some(draft) = project.drafts.get_mut(file) else {
            return Vec::new();
        };
        draft.saving = true;
        vec![Effect::SaveFile {
            project: id,
            file: file.to_owned(),
            path,
            text: draft.text.clone(),
            expected,
        }]
    }

    pub(crate) fn file_saved(
        &mut self,
        id: ProjectId,
        file: &str,
        result: Result<(Stamp, Arc<str>), SaveFailure>,
    ) -> Vec<Effect> {
        let Some(project) = self.api.project_mut(id) else {
            return Vec::new();
        };
        if let Some(draft) = project.drafts.get_mut(file) {
            draft.saving = false;
        }
        match result {
            Ok((stamp, text)) => {
                project.stamps.insert(file.to_owned(), stamp);
                if let Some(draft) = project.drafts.get_mut(file) {
                    draft.saved = text;
                }
                project.stale = true;
                let clean = !project.is_modified();
                self.insets_saved(id, file);
                self.tell(ToastKind::Done, format!("Saved {file}"));
                if clean && self.closing_projects.remove(&id) {
                    return self.close_project_now(id);
                }
            }
            Err(failure) => {
                self.closing_projects.remove(&id);
                self.quitting = false;
                match failure {
                    SaveFailure::Failed(reason) => self.tell_error(reason),
                    SaveFailure::Changed => {
                        let toast = self.next_number();
                        let wish = ApiIntent::SaveAnyway {
                            project: id,
                            file: file.to_owned(),
                        };
                        self.toasts.push(Toast {
                            id: toast,
                            kind: ToastKind::Error,
                            text: format!(
                                "{file} was changed by another program, so it was not saved"
                            ),
                            action: Some(("Save anyway".to_owned(), Intent::Api(wish))),
                            at: self.now,
                        });
                    }
                }
            }
        }
        Vec::new()
    }

    pub(crate) fn close_project(&mut self, id: ProjectId) -> Vec<Effect> {
        match self.api.project(id) {
            Some(project) if project.is_modified() => {
                self.dialog = Some(Dialog::UnsavedProject {
                    project: id,
                    quitting: self.quitting,
                });
                Vec::new()
            }
            Some(_) => self.close_project_now(id),
            None => Vec::new(),
        }
    }

    pub(crate) fn close_project_now(&mut self, id: ProjectId) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.api.serving.project() == Some(id) {
            effects.extend(self.stop_serving());
        }
        if let Some(load) = &self.api.load
            && load.route.project == id
        {
            effects.extend(load.is_running().then_some(Effect::StopLoad(load.id)));
            self.api.load = None;
        }
        self.api.projects.retain(|project| project.id != id);
        let insets: Vec<TabId> = self
            .tabs
            .iter()
            .filter(|tab| tab.inset.as_ref().is_some_and(|inset| inset.project == id))
            .map(|tab| tab.id)
            .collect();
        for tab in insets {
            effects.extend(self.close_now(tab));
        }
        self.api.history.retain(|sent| sent.route.project != id);
        let kept: Vec<_> = self.api.history.iter().map(|sent| sent.id).collect();
        self.api.last.retain(|_, sent| kept.contains(sent));
        if self.api.shown.is_some_and(|shown| !kept.contains(&shown)) {
            self.api.shown = None;
            self.api.step = None;
        }
        if self
            .api
            .source
            .as_ref()
            .is_some_and(|place| place.project == id)
        {
            self.api.source = None;
        }
        self.api.settle_route();
        if self.quitting {
            effects.extend(self.quit());
        } else {
            effects.extend(self.files_changed());
        }
        effects
    }

    /// Projects that came with a definition go with it.
    pub(crate) fn drop_lonely_projects(&mut self) -> Vec<Effect> {
        let lonely: Vec<ProjectId> = self
            .api
            .projects
            .iter()
            .filter(|project| project.by_itself && !self.has_document_of(project))
            .map(|project| project.id)
            .collect();
        lonely
            .into_iter()
            .flat_map(|id| self.close_project(id))
            .collect()
    }

    fn has_document_of(&self, project: &OpenProject) -> bool {
        self.tabs.iter().any(|tab| {
            let inset = tab
                .inset
                .as_ref()
                .is_some_and(|inset| inset.project == project.id);
            inset || file_of(project, tab).is_some()
        })
    }
}

/// The file of the project that a document holds as its definition.
pub(crate) fn file_of(project: &OpenProject, tab: &Tab) -> Option<String> {
    match (&project.home, &tab.path) {
        (Home::Sample(name), None) if tab.sample.as_ref() == Some(name) => Some(tab.title.clone()),
        (Home::Folder(_), Some(path)) => project.home.file_of(path),
        (Home::Sample(_), _) | (Home::Folder(_), None) => None,
    }
}

/// The companion of a file, by its path within the folder.
pub(crate) fn companion_beside(file: &str) -> String {
    let path = path_beside(Path::new(file));
    let parts = path.components();
    let parts = parts.map(|part| part.as_os_str().to_string_lossy().into_owned());
    parts.collect::<Vec<String>>().join("/")
}
