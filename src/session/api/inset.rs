//! Documents that stand inside a file of a project: machines written into their template.
//!
//! What is typed in such a document is typed into the template at once, so that nothing else of it moves.

use std::sync::Arc;

use crate::editor::Snapshot;
use crate::editor::Step;
use crate::project::DefinitionPlace;
use crate::project::Inset;
use crate::project::Writing;
use crate::session::Effect;
use crate::session::Session;
use crate::session::Tab;
use crate::session::TabId;
use crate::session::api::ProjectId;
use crate::text::Span;
use crate::text::TextEdit;

/// Where a document stands inside a file of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsetPlace {
    pub project: ProjectId,
    /// The logical id of the machine.
    pub machine: String,
    pub file: String,
    pub span: Span,
    pub writing: Writing,
}

/// What an edit of an inner text makes of the file around it.
#[derive(Clone, Debug)]
pub(crate) struct HostEdit {
    place: InsetPlace,
    text: Arc<str>,
    edit: TextEdit,
}

impl Session {
    /// Plans what an edit of a document does to the file around it.
    ///
    /// # Errors
    /// A sentence: the edit touches what is not written out there, or the file has changed.
    pub(crate) fn host_edit(
        &self,
        place: &InsetPlace,
        inner: &str,
        edit: &TextEdit,
    ) -> Result<HostEdit, String> {
        let project = self.api.project(place.project);
        let host = project.and_then(|project| project.text(&place.file));
        let host = host.ok_or_else(|| format!("{} is no longer open", place.file))?;
        let inset = Inset::read(host, &place.file, place.span, place.writing)?;
        if inset.text != inner {
            return Err(format!(
                "{} has changed around this definition; open the machine again",
                place.file
            ));
        }
        let edit = inset.splice(edit)?;
        let text = edit.apply(host);
        let end = (place.span.end + text.len()).saturating_sub(host.len());
        Ok(HostEdit {
            place: InsetPlace {
                span: Span::new(place.span.start, end),
                ..place.clone()
            },
            text: Arc::from(text),
            edit,
        })
    }

    /// Carries out what was planned; other documents in the same file move with it.
    pub(crate) fn edit_host(&mut self, tab: TabId, host: HostEdit) {
        let HostEdit { place, text, edit } = host;
        for other in &mut self.tabs {
            let Some(inset) = &mut other.inset else {
                continue;
            };
            if inset.project != place.project || inset.file != place.file {
                continue;
            }
            if other.id == tab {
                inset.span = place.span;
            } else {
                inset.span = moved(inset.span, &edit);
            }
        }
        if let Some(project) = self.api.project_mut(place.project) {
            project.set_text(&place.file, text);
        }
    }

    /// A file of a project has changed, not through a document in it: the documents show what is there now.
    pub(crate) fn host_changed(
        &mut self,
        id: ProjectId,
        file: &str,
        before: &Arc<str>,
    ) -> Vec<Effect> {
        let after = self.api.project(id).and_then(|project| project.text(file));
        let Some(after) = after.cloned() else {
            return Vec::new();
        };
        let whole = TextEdit::replace(Span::new(0, before.len()), after.to_string());
        let edit = whole.trimmed(before);
        let inside: Vec<TabId> = self
            .tabs
            .iter_mut()
            .filter_map(|tab| {
                let inset = tab.inset.as_mut()?;
                if inset.project != id || inset.file != file {
                    return None;
                }
                inset.span = moved(inset.span, &edit);
                Some(tab.id)
            })
            .collect();
        self.companion_follows(id);
        inside
            .into_iter()
            .flat_map(|tab| self.refresh_inset(tab, &after))
            .collect()
    }

    fn refresh_inset(&mut self, id: TabId, host: &str) -> Vec<Effect> {
        let Some(tab) = self.tab(id) else {
            return Vec::new();
        };
        let Some(place) = &tab.inset else {
            return Vec::new();
        };
        let Ok(inset) = Inset::read(host, &place.file, place.span, place.writing) else {
            return Vec::new();
        };
        if *inset.text == **tab.text() {
            return Vec::new();
        }
        let label = format!("Edit in {}", place.file);
        let last = tab.revision.clone();
        let document = crate::editor::Document {
            text: Arc::from(inset.text),
            ..last.document.clone()
        };
        let before = taken(tab);
        let revision = self.new_revision(Some(&last), document);
        let Some(tab) = self.tab_mut(id) else {
            return Vec::new();
        };
        tab.selection = tab.selection.clone().within(&revision.machine);
        tab.set_revision(revision);
        let after = taken(tab);
        tab.history.record(Step {
            label,
            before,
            after,
        });
        self.in_tab(id, Session::redraw)
    }

    /// After a reading, documents in files stand where the reading has found their machines.
    pub(crate) fn insets_follow(&mut self, id: ProjectId) {
        let Some(project) = self.api.projects.iter().find(|one| one.id == id) else {
            return;
        };
        for tab in &mut self.tabs {
            let Some(inset) = tab.inset.as_mut().filter(|inset| inset.project == id) else {
                continue;
            };
            let current = project.text(&inset.file) == project.project.files.get(&inset.file);
            let machine = project.project.machine(&inset.machine);
            if let Some(machine) = machine.filter(|_| current)
                && let DefinitionPlace::Inline { origin, writing } = &machine.definition
                && *origin.file == *inset.file
            {
                inset.span = origin.span;
                inset.writing = *writing;
            }
        }
    }

    /// The file around documents was saved, and they with it.
    pub(crate) fn insets_saved(&mut self, id: ProjectId, file: &str) {
        let saved = self
            .api
            .project(id)
            .is_some_and(|one| !one.is_file_modified(file));
        for tab in &mut self.tabs {
            let inside = tab
                .inset
                .as_ref()
                .is_some_and(|inset| inset.project == id && inset.file == file);
            if inside && saved {
                tab.saved_text = tab.revision.document.text.clone();
            }
        }
    }

    /// Documents inside a template have their scenarios from the template's companion.
    pub(crate) fn companion_follows(&mut self, id: ProjectId) {
        let inside: Vec<(TabId, String)> = self
            .tabs
            .iter()
            .filter_map(|tab| {
                let inset = tab.inset.as_ref().filter(|inset| inset.project == id)?;
                Some((tab.id, inset.machine.clone()))
            })
            .collect();
        for (tab, machine) in inside {
            let text = self.machine_companion(id, &machine);
            let Some(last) = self.tab(tab).map(|tab| tab.revision.clone()) else {
                continue;
            };
            if last.document.sidecar == text {
                continue;
            }
            let document = crate::editor::Document {
                sidecar: text.clone(),
                ..last.document.clone()
            };
            let revision = self.new_revision(Some(&last), document);
            if let Some(tab) = self.tab_mut(tab) {
                tab.set_revision(revision);
                tab.saved_sidecar = text;
            }
        }
    }
}

fn moved(span: Span, edit: &TextEdit) -> Span {
    let start = edit.map_offset(span.start);
    Span::new(start, edit.map_offset(span.end).max(start))
}

fn taken(tab: &Tab) -> Snapshot {
    Snapshot {
        text: tab.revision.document.text.clone(),
        sidecar: tab.revision.document.sidecar.clone(),
        selection: tab.selection.clone(),
    }
}
