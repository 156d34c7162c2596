//! Edits of the active document: plan, splice, reparse, note in the history.

use std::sync::Arc;

use crate::asl::Diagnostic;
use crate::asl::StatePath;
use crate::editor::Command;
use crate::editor::Document;
use crate::editor::Place;
use crate::editor::Plan;
use crate::editor::Revision;
use crate::editor::Selection;
use crate::editor::Snapshot;
use crate::editor::Step;
use crate::editor::plan;
use crate::query::Value;
use crate::session::Effect;
use crate::session::LabIntent;
use crate::session::Session;
use crate::session::Tab;
use crate::session::TabId;
use crate::session::api::HostEdit;
use crate::text::Span;
use crate::text::TextEdit;

impl Session {
    /// Plans and carries out a command; a refusal is told in its own words.
    pub(crate) fn edit(&mut self, command: &Command, at: u64) -> Vec<Effect> {
        let Some(tab) = self.active() else {
            return Vec::new();
        };
        match plan(&tab.revision, command) {
            Ok(plan) => self.carry_out(&plan, command, at),
            Err(refusal) => {
                self.tell_error(refusal.to_string());
                Vec::new()
            }
        }
    }

    fn carry_out(&mut self, plan: &Plan, command: &Command, at: u64) -> Vec<Effect> {
        let Some(tab) = self.active() else {
            return Vec::new();
        };
        let before = snapshot(tab);
        let last = tab.revision.clone();
        let old = &last.document;
        let document = Document {
            text: if plan.edit.is_empty() {
                old.text.clone()
            } else {
                Arc::from(plan.edit.apply(&old.text))
            },
            sidecar: match &plan.sidecar_edit {
                Some(edit) => Arc::from(edit.apply(&old.sidecar)),
                None => old.sidecar.clone(),
            },
            ..old.clone()
        };
        let host = match self.host_of(tab, &plan.edit) {
            Ok(host) => host,
            Err(refusal) => {
                self.tell_error(refusal);
                return Vec::new();
            }
        };
        let id = tab.id;
        let follows = tab.selection.follow(&plan.moved);
        let revision = self.new_revision(Some(&last), document);
        let selection = match &plan.select {
            Some(path) => Selection::state(path.clone()),
            None => follows.within(&revision.machine),
        };
        let Some(tab) = self.active_mut() else {
            return Vec::new();
        };
        tab.selection = selection;
        for (from, to) in &plan.moved {
            if tab.collapsed.remove(from) {
                tab.collapsed.insert(to.clone());
            }
        }
        tab.set_revision(revision);
        let step = Step {
            label: plan.label.clone(),
            before,
            after: snapshot(tab),
        };
        match command {
            Command::Type(edit) => tab.history.record_typing(step, edit, at),
            _ => tab.history.record(step),
        }
        self.follow_host(id, host, &last, at);
        self.redraw()
    }

    /// What an edit of this document does to the file of a project it stands in; none where it stands alone.
    fn host_of(&self, tab: &Tab, edit: &TextEdit) -> Result<Option<HostEdit>, String> {
        match &tab.inset {
            Some(place) if !edit.is_empty() => self.host_edit(place, tab.text(), edit).map(Some),
            Some(_) | None => Ok(None),
        }
    }

    /// Does to the project what was done to a document inside one of its files.
    fn follow_host(&mut self, id: TabId, host: Option<HostEdit>, before: &Revision, at: u64) {
        if let Some(host) = host {
            self.edit_host(id, host);
        }
        let Some(tab) = self.tab(id) else { return };
        let sidecar = tab.revision.document.sidecar.clone();
        if let Some(inset) = tab.inset.clone()
            && before.document.sidecar != sidecar
        {
            self.machine_companion_changed(&inset, &sidecar, at);
        }
    }

    /// What undo would take back now, in words.
    pub fn undo_label(&self) -> Option<&str> {
        if self.lab_in_front() {
            return self.lab.template().history.undo_label();
        }
        let project = self.project_in_front().and_then(|one| one.undo_label());
        project.or_else(|| self.active()?.history.undo_label())
    }

    /// What redo would do again now, in words.
    pub fn redo_label(&self) -> Option<&str> {
        if self.lab_in_front() {
            return self.lab.template().history.redo_label();
        }
        let project = self.project_in_front().and_then(|one| one.redo_label());
        project.or_else(|| self.active()?.history.redo_label())
    }

    pub(crate) fn undo(&mut self, at: u64) -> Vec<Effect> {
        if self.lab_in_front() {
            return self.lab_intent(LabIntent::Undo, at);
        }
        if let Some(effects) = self.undo_project() {
            return effects;
        }
        let snapshot = self
            .active_mut()
            .and_then(|tab| tab.history.undo().map(|step| step.before.clone()));
        self.restore(snapshot, at)
    }

    pub(crate) fn redo(&mut self, at: u64) -> Vec<Effect> {
        if self.lab_in_front() {
            return self.lab_intent(LabIntent::Redo, at);
        }
        if let Some(effects) = self.redo_project() {
            return effects;
        }
        let snapshot = self
            .active_mut()
            .and_then(|tab| tab.history.redo().map(|step| step.after.clone()));
        self.restore(snapshot, at)
    }

    fn restore(&mut self, snapshot: Option<Snapshot>, at: u64) -> Vec<Effect> {
        let (Some(snapshot), Some(tab)) = (snapshot, self.active()) else {
            return Vec::new();
        };
        let (id, last) = (tab.id, tab.revision.clone());
        let whole = Span::new(0, tab.text().len());
        let edit = TextEdit::replace(whole, snapshot.text.to_string()).trimmed(tab.text());
        let host = match self.host_of(tab, &edit) {
            Ok(host) => host,
            Err(refusal) => {
                self.tell_error(refusal);
                return Vec::new();
            }
        };
        let document = Document {
            text: snapshot.text,
            sidecar: snapshot.sidecar,
            ..last.document.clone()
        };
        let revision = self.new_revision(Some(&last), document);
        let Some(tab) = self.active_mut() else {
            return Vec::new();
        };
        tab.selection = snapshot.selection.within(&revision.machine);
        tab.set_revision(revision);
        self.follow_host(id, host, &last, at);
        self.redraw()
    }

    /// Lets the picture follow the revision and the view's switches.
    pub(crate) fn redraw(&mut self) -> Vec<Effect> {
        let Some(tab) = self.active_mut() else {
            return Vec::new();
        };
        let revision = tab.revision.clone();
        let request = tab
            .picture
            .follow(&revision, &tab.collapsed, !tab.show_error_handling);
        let id = tab.id;
        let layout = request.map(|request| Effect::Layout {
            tab: id,
            revision: revision.id,
            request: Box::new(request),
        });
        layout.into_iter().chain(self.check_later(id)).collect()
    }

    /// Has a document checked whose revision is not. One check at a time: while someone types, every
    /// text but the last would be checked in vain.
    pub(crate) fn check_later(&mut self, id: TabId) -> Option<Effect> {
        let tab = self.tab_mut(id)?;
        if tab.revision.checked || tab.checking {
            return None;
        }
        tab.checking = true;
        Some(Effect::Check {
            tab: id,
            revision: tab.revision.clone(),
        })
    }

    /// Takes in what a check has found, or asks for another where the text has changed since.
    pub(crate) fn checked(
        &mut self,
        id: TabId,
        revision: u64,
        diagnostics: Vec<Diagnostic>,
    ) -> Vec<Effect> {
        let Some(tab) = self.tab_mut(id) else {
            return Vec::new();
        };
        tab.checking = false;
        if tab.revision.id == revision {
            let checked = Arc::new(tab.revision.with_diagnostics(diagnostics));
            if tab.picture.revision.id == revision {
                tab.picture.revision = checked.clone();
            }
            tab.revision = checked;
        }
        self.check_later(id).into_iter().collect()
    }

    pub(crate) fn select(&mut self, selection: Selection) -> Vec<Effect> {
        self.change(|tab| {
            tab.selection = selection;
            if let Some(path) = tab.selection.states.last().cloned()
                && let Some(run) = &mut tab.run
            {
                run.follow_selection(&path);
            }
        })
    }

    pub(crate) fn reveal_text(&mut self, offset: usize) -> Vec<Effect> {
        self.change(|tab| {
            if let Some(state) = tab.revision.machine.state_at(&tab.revision.tree, offset) {
                tab.selection = Selection::state(state.path.clone());
                tab.reveals += 1;
            }
            tab.reveal_text = (tab.reveal_text.0 + 1, offset);
        })
    }

    pub(crate) fn paste(&mut self, text: String, at: u64) -> Vec<Effect> {
        let Some(place) = self.active().and_then(Tab::append_place) else {
            return Vec::new();
        };
        self.edit(&Command::Paste { text, at: place }, at)
    }

    pub(crate) fn toggle_breakpoint(&mut self, path: &StatePath, at: u64) -> Vec<Effect> {
        let Some(tab) = self.active() else {
            return Vec::new();
        };
        let mut breakpoints = tab.breakpoints();
        if !breakpoints.remove(path) {
            breakpoints.insert(path.clone());
        }
        let list = breakpoints
            .iter()
            .map(|path| Value::string(path.as_str()))
            .collect();
        let command = Command::SidecarSet {
            pointer: "/breakpoints".to_owned(),
            value: Some(Value::array(list).to_json()),
        };
        let mut effects = self.edit(&command, at);
        effects.extend(self.control(crate::debugger::Control::Breakpoints(breakpoints)));
        effects
    }

    pub(crate) fn fix_problem(&mut self, index: usize, at: u64) -> Vec<Effect> {
        let fix = self
            .active()
            .and_then(|tab| tab.revision.diagnostics.get(index))
            .and_then(|diagnostic| diagnostic.fix.clone());
        match fix {
            Some(fix) => self.edit(&Command::ApplyFix(fix.edit), at),
            None => Vec::new(),
        }
    }

    pub(crate) fn fix_failure(&mut self, at: u64) -> Vec<Effect> {
        let fix = self.active().and_then(|tab| {
            let run = tab.run.as_ref()?;
            // The fix was made for the text that ran.
            (run.revision.id == tab.revision.id)
                .then(|| run.reason.as_ref()?.fix.clone())
                .flatten()
        });
        match fix {
            Some(fix) => self.edit(&Command::ApplyFix(fix.edit), at),
            None => {
                self.tell_error("The text has changed since this run; run it again first");
                Vec::new()
            }
        }
    }
}

impl Tab {
    pub(crate) fn set_revision(&mut self, revision: Arc<Revision>) {
        let changed = revision.document.sidecar != self.revision.document.sidecar;
        // A choice for a state depends on whether the state is there.
        if changed || self.sidecar.chooses() {
            let text = &revision.document.sidecar;
            self.sidecar = crate::sidecar::read_with(text, &revision.machine);
        }
        if changed && self.scenario().is_none() {
            self.input = crate::session::InputChoice::Custom;
        }
        self.revision = revision;
    }

    /// Where a state without a place of its own goes: behind the selected one, else at the end of the happy path.
    pub fn append_place(&self) -> Option<Place> {
        let machine = &self.revision.machine;
        if let Some(selected) = self.selected().filter(|path| machine.find(path).is_some()) {
            return Some(Place::After(selected.clone()));
        }
        let root = machine.root()?;
        let mut current = root.start_at.as_deref().map(StatePath::top);
        let mut last = None;
        for _ in 0..=machine.states.len() {
            let Some(state) = current.as_ref().and_then(|path| machine.find(path)) else {
                break;
            };
            if state.kind.is_some_and(|kind| kind.has_next()) {
                last = Some(state.path.clone());
            }
            let next = state.transitions.iter().find(|way| {
                matches!(
                    way.kind,
                    crate::asl::TransitionKind::Next | crate::asl::TransitionKind::Default
                )
            });
            current = next.map(|way| state.path.sibling(&way.target));
        }
        Some(match last {
            Some(path) => Place::After(path),
            None => Place::EmptyMachine,
        })
    }
}

fn snapshot(tab: &Tab) -> Snapshot {
    Snapshot {
        text: tab.revision.document.text.clone(),
        sidecar: tab.revision.document.sidecar.clone(),
        selection: tab.selection.clone(),
    }
}
