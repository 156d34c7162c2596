//! What each action of the menus does.

use crate::asl::StateKind;
use crate::debugger::Control;
use crate::debugger::Pace;
use crate::editor::Command;
use crate::editor::Selection;
use crate::editor::StateTemplate;
use crate::editor::copy;
use crate::session::Action;
use crate::session::Effect;
use crate::session::Intent;
use crate::session::LabIntent;
use crate::session::Session;
use crate::session::StepKind;
use crate::session::Tab;
use crate::trace::Hand;

impl Session {
    pub(crate) fn perform(&mut self, action: Action, at: u64) -> Vec<Effect> {
        if !action.is_available(self) {
            return Vec::new();
        }
        let id = self.active_id();
        let selected = self
            .active()
            .map(|tab| tab.selection.states.clone())
            .unwrap_or_default();
        let one = selected.last().cloned();
        match action {
            Action::New => self.open_blank(),
            Action::CoolFunctions => vec![Effect::CoolFunctions],
            Action::Agreements => {
                self.dialog = Some(crate::session::Dialog::Agreements);
                Vec::new()
            }
            Action::OpenFile => vec![Effect::ChooseFile],
            Action::OpenFolder => vec![Effect::ChooseFolder],
            Action::SendRequest => self.send_draft(at),
            Action::Save => match self.project_in_front().filter(|one| one.is_modified()) {
                Some(project) => {
                    let project = project.id;
                    self.save_project(project)
                }
                None => id.map(|id| self.save(id)).unwrap_or_default(),
            },
            Action::SaveAs => id.map(|id| self.save_as(id)).unwrap_or_default(),
            Action::SaveAll => {
                let modified: Vec<_> = self
                    .tabs
                    .iter()
                    .filter(|tab| tab.is_modified() && tab.inset.is_none())
                    .map(|tab| tab.id)
                    .collect();
                let projects = self.api.projects.iter().filter(|one| one.is_modified());
                let projects: Vec<_> = projects.map(|one| one.id).collect();
                let mut effects: Vec<Effect> = projects
                    .into_iter()
                    .flat_map(|id| self.save_project(id))
                    .collect();
                effects.extend(modified.into_iter().flat_map(|id| self.save(id)));
                effects
            }
            Action::CloseTab if self.lab_in_front() => self.lab_intent(LabIntent::Close, at),
            Action::CloseTab => id.map(|id| self.close(id)).unwrap_or_default(),
            Action::Quit => self.quit(),
            Action::Export(kind) => self.export(kind),
            Action::Undo => self.undo(at),
            Action::Redo => self.redo(at),
            Action::Copy => self.copied(),
            Action::Cut => {
                let mut effects = self.copied();
                effects.extend(self.edit(&Command::Delete { states: selected }, at));
                effects
            }
            Action::Delete => self.edit(&Command::Delete { states: selected }, at),
            Action::Duplicate => self.edit(&Command::Duplicate { states: selected }, at),
            Action::Rename => self.change(|tab| tab.renaming += 1),
            Action::SelectAll => {
                let all = self.active().map(|tab| {
                    tab.revision
                        .machine
                        .states
                        .iter()
                        .map(|state| state.path.clone())
                        .collect()
                });
                self.select(Selection::states(all.unwrap_or_default()))
            }
            Action::WrapInParallel => self.wrap(selected, StateKind::Parallel, at),
            Action::WrapInMap => self.wrap(selected, StateKind::Map, at),
            Action::Unwrap => match one {
                Some(state) => self.edit(&Command::Unwrap { state }, at),
                None => Vec::new(),
            },
            Action::Append(kind) => match self.active().and_then(Tab::append_place) {
                Some(place) => {
                    let state = StateTemplate::new(kind);
                    self.edit(&Command::Insert { state, at: place }, at)
                }
                None => Vec::new(),
            },
            Action::View(view) => self.handle(Intent::SetView(view), at),
            Action::Theme(theme) => self.handle(Intent::SetTheme(theme), at),
            Action::ToggleErrorHandling => {
                self.change(|tab| tab.show_error_handling = !tab.show_error_handling);
                self.redraw()
            }
            Action::Show(tab) => self.handle(Intent::SetDrawer(tab), at),
            Action::Run => self.start(Pace::Run, Hand::Callbacks, at),
            Action::Debug => self.start(Pace::Next, Hand::Callbacks, at),
            Action::RunByHand => self.start(Pace::Run, Hand::All, at),
            Action::RunScenarios => {
                let count = self.active().map_or(0, |tab| tab.sidecar.scenarios.len());
                self.try_scenarios((0..count).collect(), at)
            }
            Action::Redrive => self.control(Control::Redrive),
            Action::Stop => self.control(Control::Stop),
            Action::Pause => self.control(Control::Go(Pace::Next)),
            Action::Continue => self.step(StepKind::Continue),
            Action::StepOver => self.step(StepKind::Over),
            Action::StepInto => self.step(StepKind::Into),
            Action::StepOut => self.step(StepKind::Out),
            Action::StepBack => self.step(StepKind::Back),
            Action::RunToHere => one.map(|path| self.run_to(path, at)).unwrap_or_default(),
            Action::ToggleBreakpoint => one
                .map(|path| self.toggle_breakpoint(&path, at))
                .unwrap_or_default(),
            Action::ClearRun => self.change(|tab| tab.run = None),
            Action::NextProblem => self.next_problem(),
            Action::TemplateLab => self.lab_intent(LabIntent::Show, at),
        }
    }

    fn copied(&mut self) -> Vec<Effect> {
        let text = self
            .active()
            .map(|tab| copy(&tab.revision, &tab.selection.states));
        text.map(Effect::CopyText).into_iter().collect()
    }

    fn wrap(
        &mut self,
        states: Vec<crate::asl::StatePath>,
        container: StateKind,
        at: u64,
    ) -> Vec<Effect> {
        self.edit(&Command::Wrap { states, container }, at)
    }

    fn next_problem(&mut self) -> Vec<Effect> {
        let Some(tab) = self.active() else {
            return Vec::new();
        };
        let here = tab.reveal_text.1;
        let starts = tab
            .revision
            .diagnostics
            .iter()
            .map(|diagnostic| diagnostic.span.start);
        let next = starts
            .clone()
            .filter(|start| *start > here)
            .min()
            .or_else(|| starts.min());
        match next {
            Some(offset) => self.reveal_text(offset),
            None => Vec::new(),
        }
    }
}
