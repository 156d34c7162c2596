//! Changes of the companion beside a project's root: saved requests and parameters. And mends of findings.

use std::sync::Arc;

use crate::editor::Command;
use crate::query::Value;
use crate::session::Effect;
use crate::session::Session;
use crate::session::ToastKind;
use crate::session::api::Draft;
use crate::session::api::InsetPlace;
use crate::session::api::ProjectId;
use crate::session::api::files::Held;

impl Session {
    pub(crate) fn save_request(&mut self, name: &str, status: Option<u16>, at: u64) -> Vec<Effect> {
        let Some(project) = self.api.current() else {
            return Vec::new();
        };
        let name = name.trim();
        let taken = project.companion.requests.iter();
        if name.is_empty() || taken.clone().any(|saved| saved.name == name) {
            self.tell_error(match name {
                "" => "A saved request needs a name".to_owned(),
                name => format!("There is a saved request “{name}” already"),
            });
            return Vec::new();
        }
        let (id, place) = (project.id, taken.count());
        let value = self.api.draft.to_saved(name, status);
        // The list does not come into being by itself.
        let (pointer, value) = match place {
            0 => ("/requests", format!("[{value}]")),
            _ => ("/requests/-", value),
        };
        let effects = self.change_companion(id, pointer, Some(value), "Save request", at);
        self.api.draft.saved = Some(place);
        effects
    }

    pub(crate) fn update_saved(&mut self, at: u64) -> Vec<Effect> {
        let Some((id, saved, place)) = self.saved_of_draft() else {
            return Vec::new();
        };
        let value = self.api.draft.to_saved(&saved.name, None);
        let Ok(value) = Value::parse(&value) else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        // Member by member, so that what the form does not know stays: descriptions, expectations.
        for member in ["method", "path", "query", "headers", "body", "scenario"] {
            let there = match member {
                "query" => !saved.query.is_empty(),
                "headers" => !saved.headers.is_empty(),
                "body" => saved.body.is_some(),
                "scenario" => saved.scenario.is_some(),
                _ => true,
            };
            let new = value.get(member).map(Value::to_json);
            if new.is_none() && !there {
                continue;
            }
            let pointer = format!("/requests/{place}/{member}");
            effects.extend(self.change_companion(id, &pointer, new, "Change request", at));
        }
        effects
    }

    fn saved_of_draft(&self) -> Option<(ProjectId, crate::sidecar::SavedRequest, usize)> {
        let project = self.api.current()?;
        let place = self.api.draft.saved?;
        let saved = project.companion.requests.get(place)?;
        Some((project.id, saved.clone(), place))
    }

    /// Whether the request under construction differs from the saved one it came from.
    pub fn is_draft_changed(&self) -> bool {
        let draft = &self.api.draft;
        self.saved_of_draft().is_some_and(|(_, saved, place)| {
            let mut saved = Draft::of_saved(&saved, place);
            let values = (Value::parse(&saved.body), Value::parse(&draft.body));
            // The companion may write the same body in another layout.
            if matches!(&values, (Ok(saved), Ok(typed)) if saved == typed) {
                saved.body.clone_from(&draft.body);
            }
            saved != *draft
        })
    }

    pub(crate) fn remove_saved(&mut self, id: ProjectId, place: usize, at: u64) -> Vec<Effect> {
        let pointer = format!("/requests/{place}");
        let effects = self.change_companion(id, &pointer, None, "Remove request", at);
        if self.api.draft.saved == Some(place) {
            self.api.draft.saved = None;
        }
        // Places behind it move up, so what was last answered to them is no longer theirs.
        self.api.last.retain(|key, _| key.project != id);
        effects
    }

    pub(crate) fn set_parameter(
        &mut self,
        id: ProjectId,
        name: &str,
        value: Option<String>,
        at: u64,
    ) -> Vec<Effect> {
        let Some(project) = self.api.project(id) else {
            return Vec::new();
        };
        let known = project.companion.params.get(name);
        if known == value.as_ref() {
            return Vec::new();
        }
        let escaped = name.replace('~', "~0").replace('/', "~1");
        let text = value.map(|value| Value::string(value).to_json());
        let (pointer, value) = match text {
            Some(text) if project.companion.params.is_empty() => {
                let name = Value::string(name).to_json();
                ("/params".to_owned(), Some(format!("{{{name}: {text}}}")))
            }
            other => (format!("/params/{escaped}"), other),
        };
        self.change_companion(id, &pointer, value, &format!("Set {name}"), at)
    }

    /// Changes the companion by JSON pointer, in the document that holds it or in the project itself.
    pub(crate) fn change_companion(
        &mut self,
        id: ProjectId,
        pointer: &str,
        value: Option<String>,
        label: &str,
        at: u64,
    ) -> Vec<Effect> {
        let Some(project) = self.api.project(id) else {
            return Vec::new();
        };
        let file = project.companion_file.clone();
        if let Some(Held::Companion(tab)) = self.held(project, &file) {
            let command = Command::SidecarSet {
                pointer: pointer.to_owned(),
                value,
            };
            let effects = self.in_tab(tab, |session| session.edit(&command, at));
            let text = self
                .tab(tab)
                .map(|tab| tab.revision.document.sidecar.clone());
            if let (Some(text), Some(project)) = (text, self.api.project_mut(id)) {
                project.companion = crate::sidecar::read(&text);
            }
            return effects;
        }
        let before = project.text(&file).cloned().unwrap_or_default();
        match crate::sidecar::set(&before, pointer, value.as_deref()) {
            Ok(edit) => {
                let after: Arc<str> = Arc::from(edit.apply(&before));
                if let Some(project) = self.api.project_mut(id) {
                    project.change(&file, after, label);
                }
                self.companion_follows(id);
                Vec::new()
            }
            Err(reason) => {
                self.tell_error(format!("{file}: {reason}"));
                Vec::new()
            }
        }
    }

    /// The companion of a machine inside a template has changed: it is a member of the project's.
    pub(crate) fn machine_companion_changed(&mut self, place: &InsetPlace, text: &str, at: u64) {
        let Some(project) = self.api.project(place.project) else {
            return;
        };
        let name = project
            .project
            .machine(&place.machine)
            .map(|machine| &machine.name);
        let known = &project.companion.machines;
        // What is described under the machine's name stays there.
        let member = match name {
            Some(name) if !known.contains_key(&place.machine) && known.contains_key(name) => name,
            _ => &place.machine,
        };
        let value = match text.trim() {
            "" => None,
            text => Some(text.to_owned()),
        };
        let member = member.replace('~', "~0").replace('/', "~1");
        let (pointer, value) = match value {
            Some(value) if known.is_empty() => {
                let member = Value::string(&place.machine).to_json();
                (
                    "/machines".to_owned(),
                    Some(format!("{{{member}: {value}}}")),
                )
            }
            value => (format!("/machines/{member}"), value),
        };
        self.change_companion(place.project, &pointer, value, "Change scenarios", at);
    }

    pub(crate) fn fix_finding(&mut self, id: ProjectId, place: usize, at: u64) -> Vec<Effect> {
        let finding = self
            .api
            .project(id)
            .and_then(|project| project.findings.get(place));
        let fix = finding.and_then(|finding| {
            let fix = finding.diagnostic.fix.clone()?;
            Some((finding.file.clone(), fix))
        });
        let Some((file, fix)) = fix else {
            return Vec::new();
        };
        let current = self.file_text(id, &file);
        let project = self.api.project(id);
        let read = project.and_then(|project| project.read_text(&file).cloned());
        if current != read {
            self.tell_error(format!(
                "{file} is being read again; try once more in a moment"
            ));
            return Vec::new();
        }
        let effects = self.change_file(id, &file, &fix.edit, &fix.label, at);
        // It is gone at once; the next reading says what is left.
        if let Some(project) = self.api.project_mut(id)
            && place < project.findings.len()
        {
            project.findings.remove(place);
        }
        self.tell(
            ToastKind::Done,
            format!("Changed {file}; undo takes it back"),
        );
        effects
    }
}
