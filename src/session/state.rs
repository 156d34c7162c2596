//! The session itself and the two doors into it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::debugger::Control;
use crate::debugger::RunNews;
use crate::editor::Document;
use crate::editor::Revision;
use crate::session::ApiDesk;
use crate::session::Arrival;
use crate::session::BackendDesk;
use crate::session::Dialog;
use crate::session::DrawerTab;
use crate::session::Effect;
use crate::session::Endpoint;
use crate::session::Intent;
use crate::session::Lab;
use crate::session::ProjectId;
use crate::session::RunId;
use crate::session::Settings;
use crate::session::Standing;
use crate::session::Tab;
use crate::session::TabId;
use crate::session::Toast;
use crate::session::ToastKind;
use crate::session::api::RunToShow;
use crate::session::lab::Awaited;
use crate::session::nested::Showing;

/// Everything that changes while the program runs.
#[derive(Debug, Default)]
pub struct Session {
    pub tabs: Vec<Tab>,
    pub settings: Settings,
    pub drawer: DrawerTab,
    pub dialog: Option<Dialog>,
    pub toasts: Vec<Toast>,
    /// The template lab.
    pub lab: Lab,
    /// Bundled samples: name and what each shows.
    pub samples: Vec<(String, String)>,
    /// Open projects and the requests to their APIs.
    pub api: ApiDesk,
    /// What answers tasks for real, and what was agreed to.
    pub backends: BackendDesk,
    /// Executions from outside.
    pub endpoint: Endpoint,
    /// The time of the latest intent or arrival, in milliseconds since 1970.
    pub now: u64,
    pub(crate) active: Option<TabId>,
    pub(crate) counter: u64,
    pub(crate) quitting: bool,
    /// A nested run to be shown once its workflow has been read.
    pub(crate) showing: Option<Showing>,
    /// Documents to close once they are saved.
    pub(crate) closing: BTreeSet<TabId>,
    /// Projects to close once their files are saved.
    pub(crate) closing_projects: BTreeSet<ProjectId>,
    /// An execution to be shown once its machine has been read.
    pub(crate) run_to_show: Option<RunToShow>,
}

/// More toasts than this are not shown at once.
const MOST_TOASTS: usize = 3;

impl Session {
    pub fn new(settings: Settings, samples: Vec<(String, String)>) -> Session {
        Session {
            settings,
            samples,
            ..Session::default()
        }
    }

    /// The document in front.
    pub fn active(&self) -> Option<&Tab> {
        self.tabs.get(self.active_index()?)
    }

    /// The template lab is what the middle of the window shows.
    pub fn lab_in_front(&self) -> bool {
        self.lab.standing == Standing::Front && self.drawer != DrawerTab::Api
    }

    pub fn active_id(&self) -> Option<TabId> {
        self.active
    }

    pub fn tab(&self, id: TabId) -> Option<&Tab> {
        self.tabs.iter().find(|tab| tab.id == id)
    }

    /// Carries out what a person wants. `at` is the time in milliseconds since 1970.
    pub fn handle(&mut self, intent: Intent, at: u64) -> Vec<Effect> {
        self.now = at;
        let mut effects = self.carry(intent, at);
        effects.extend(self.follow_projects());
        effects.extend(self.follow_endpoint());
        effects
    }

    fn carry(&mut self, intent: Intent, at: u64) -> Vec<Effect> {
        match intent {
            Intent::Perform(action) => self.perform(action, at),
            Intent::Open(path) => self.open(path),
            Intent::OpenSample(name) => vec![Effect::ReadSample { name }],
            Intent::SelectTab(id) => {
                if self.tab(id).is_some() {
                    self.bring_to_front(id);
                }
                Vec::new()
            }
            Intent::CloseTab(id) => self.close(id),
            Intent::Answer(answer) => self.answer(answer, at),
            Intent::ChooseBackend {
                place,
                state,
                choice,
            } => self.choose_backend(place, state.as_ref(), choice, at),
            Intent::SetFunction { name, setting } => self.set_function(&name, &setting, at),
            Intent::Endpoint(intent) => self.endpoint_intent(intent),
            Intent::Withdraw { folder, kind } => self.withdraw(folder, kind),
            Intent::PathTyped(path) => self.path_typed(path),
            Intent::DismissToast(id) => {
                self.toasts.retain(|toast| toast.id != id);
                Vec::new()
            }
            Intent::Edit(command) => self.edit(&command, at),
            Intent::Paste(text) => self.paste(text, at),
            Intent::Select(selection) => self.select(selection),
            Intent::ToggleSelected(path) => {
                let mut selection = self
                    .active()
                    .map(|tab| tab.selection.clone())
                    .unwrap_or_default();
                selection.toggle(path);
                self.select(selection)
            }
            Intent::Reveal(path) => {
                let effects = self.select(crate::editor::Selection::state(path));
                if let Some(tab) = self.active_mut() {
                    tab.reveals += 1;
                }
                effects
            }
            Intent::RevealText(offset) => self.reveal_text(offset),
            Intent::SetView(view) => {
                self.leave_workspace();
                self.lab.step_behind();
                self.change(|tab| tab.view = view)
            }
            Intent::SetDrawer(drawer) => {
                self.drawer = drawer;
                Vec::new()
            }
            Intent::SetTheme(theme) => {
                self.settings.theme = theme;
                vec![Effect::Remember]
            }
            Intent::ShowErrorHandling(show) => {
                self.change(|tab| tab.show_error_handling = show);
                self.redraw()
            }
            Intent::ToggleCollapsed(path) => {
                self.change(|tab| {
                    if !tab.collapsed.remove(&path) {
                        tab.collapsed.insert(path);
                    }
                });
                self.redraw()
            }
            Intent::SetInput(text) => self.change(|tab| {
                tab.input = crate::session::InputChoice::Custom;
                tab.input_text = text;
            }),
            Intent::ChooseScenario(index) => self.choose_scenario(index),
            Intent::Step(step) => self.step(step),
            Intent::RunTo(path) => self.run_to(path, at),
            Intent::ToggleBreakpoint(path) => self.toggle_breakpoint(&path, at),
            Intent::EditPendingInput(text) => self.edit_pending_input(&text),
            Intent::SelectVisit(index) => self.select_visit(index),
            Intent::SelectAttempt(index) => {
                self.change_run(|run| run.selected_attempt = Some(index))
            }
            Intent::GoBackTo(checkpoint) => self.control(Control::BackTo(checkpoint)),
            Intent::AnswerTask { task, outcome } => self.control(Control::Answer {
                task,
                outcome,
                after: 0,
            }),
            Intent::ReleaseTask(task) => self.control(Control::Release(Some(task))),
            Intent::OpenNested(key) => self.open_nested(&key),
            Intent::TryScenario(index) => self.try_scenarios(vec![index], at),
            Intent::Export(kind) => self.export(kind),
            Intent::FixProblem(index) => self.fix_problem(index, at),
            Intent::FixFailure => self.fix_failure(at),
            Intent::Lab(intent) => self.lab_intent(intent, at),
            Intent::Api(wish) => self.api_wish(wish, at),
        }
    }

    /// Takes in what has happened outside.
    pub fn receive(&mut self, arrival: Arrival, at: u64) -> Vec<Effect> {
        self.now = at;
        let mut effects = self.take_in(arrival, at);
        effects.extend(self.follow_projects());
        effects
    }

    fn take_in(&mut self, arrival: Arrival, at: u64) -> Vec<Effect> {
        match arrival {
            Arrival::FileChosen(path) => self.open(path),
            Arrival::TargetChosen { tab, path, purpose } => self.target_chosen(tab, path, purpose),
            Arrival::FileRead { path, result } => self.file_read(path, result),
            Arrival::Saved { tab, path, result } => self.saved(tab, path, result),
            Arrival::Exported { path, result } => {
                match result {
                    Ok(()) => self.tell(ToastKind::Done, format!("Exported {}", path.display())),
                    Err(reason) => self.tell_error(reason),
                }
                Vec::new()
            }
            Arrival::ChangedOnDisk { path } => self.changed_on_disk(&path),
            Arrival::Run { run, news } => {
                let ends = matches!(news, RunNews::Ended { .. });
                let mut effects = self.run_news(run, news);
                if ends {
                    effects.extend(self.lab_awaited(Awaited::Run(run)));
                }
                effects
            }
            Arrival::Layout {
                tab,
                revision,
                layout,
            } => {
                if let Some(tab) = self
                    .tab_mut(tab)
                    .filter(|tab| tab.picture.revision.id == revision)
                {
                    tab.picture.take(*layout);
                }
                Vec::new()
            }
            Arrival::Checked {
                tab,
                revision,
                diagnostics,
            } => self.checked(tab, revision, diagnostics),
            Arrival::Verdict {
                tab,
                scenario,
                ended,
                events,
                notes,
            } => {
                self.take_verdict(tab, scenario, ended, &events, notes);
                self.lab_awaited(Awaited::Scenario(tab, scenario))
            }
            Arrival::NoVerdict {
                tab,
                scenario,
                reason,
            } => {
                let mut name = "A scenario".to_owned();
                if let Some(tab) = self.tab_mut(tab) {
                    tab.trying.remove(&scenario);
                    if let Some(scenario) = tab.sidecar.scenarios.get(scenario) {
                        name.clone_from(&scenario.name);
                    }
                }
                self.tell_error(format!("{name}: {reason}"));
                Vec::new()
            }
            Arrival::TemplateRendered { number, sight } => self.template_rendered(number, *sight),
            Arrival::NoDialog { target } => {
                let suggestion = target
                    .as_ref()
                    .map(|(_, name, _)| name.clone())
                    .unwrap_or_default();
                self.dialog = Some(Dialog::TypePath {
                    target: target.map(|(tab, _, purpose)| (tab, purpose)),
                    suggestion,
                });
                Vec::new()
            }
            Arrival::NotAgreed {
                held,
                folder,
                wanted,
            } => {
                self.not_agreed(held, folder, wanted);
                Vec::new()
            }
            Arrival::Consents(consents) => {
                self.backends.consents = consents;
                self.follow_endpoint().into_iter().collect()
            }
            Arrival::FolderRead { folder, said } => {
                self.folder_read(folder, said);
                self.follow_endpoint().into_iter().collect()
            }
            Arrival::IsProject { path, root } => self.project_at(&path, &root),
            Arrival::ProjectRead { project, result } => {
                let mut effects = self.project_read(project, result, at);
                effects.extend(self.serve_again(project));
                effects
            }
            Arrival::ProjectFound {
                home,
                root,
                contents,
            } => self.project_found(home, root, contents, at),
            Arrival::FileSaved {
                project,
                file,
                result,
            } => self.file_saved(project, &file, result),
            Arrival::Answered { sent, result } => self.answer_arrived(sent, result, at),
            Arrival::Serving { project, result } => {
                self.serving_arrived(project, result);
                Vec::new()
            }
            Arrival::Heard {
                project,
                api,
                draft,
                answered,
            } => {
                self.heard(project, &api, draft, answered);
                Vec::new()
            }
            Arrival::Load { load, news } => {
                self.load_news(load, news);
                Vec::new()
            }
            Arrival::Dropped(paths) => paths.into_iter().flat_map(|path| self.open(path)).collect(),
            Arrival::Endpoint { result } => {
                self.endpoint_arrived(result);
                Vec::new()
            }
            Arrival::Guest(guest) => self.guest_arrived(guest),
            Arrival::GuestAttached(guest) => self.guest_attached(*guest),
            Arrival::Failed { what } => {
                self.tell_error(what);
                Vec::new()
            }
            Arrival::Lost { what } => {
                for tab in &mut self.tabs {
                    tab.checking = false;
                }
                self.tell_error(format!("{what} ended unexpectedly"));
                Vec::new()
            }
        }
    }

    pub(crate) fn active_index(&self) -> Option<usize> {
        let id = self.active?;
        self.tabs.iter().position(|tab| tab.id == id)
    }

    pub(crate) fn bring_to_front(&mut self, id: TabId) {
        self.leave_workspace();
        self.active = Some(id);
        self.lab.step_behind();
    }

    pub(crate) fn active_mut(&mut self) -> Option<&mut Tab> {
        let index = self.active_index()?;
        self.tabs.get_mut(index)
    }

    pub(crate) fn tab_mut(&mut self, id: TabId) -> Option<&mut Tab> {
        self.tabs.iter_mut().find(|tab| tab.id == id)
    }

    pub(crate) fn tab_of_run(&mut self, run: RunId) -> Option<&mut Tab> {
        self.tabs
            .iter_mut()
            .find(|tab| tab.run.as_ref().is_some_and(|current| current.id == run))
    }

    /// Changes the active document where that has no effect outside.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Tab)) -> Vec<Effect> {
        if let Some(tab) = self.active_mut() {
            change(tab);
        }
        Vec::new()
    }

    pub(crate) fn tell(&mut self, kind: ToastKind, text: impl Into<String>) {
        let id = self.next_number();
        self.toasts.push(Toast {
            id,
            kind,
            text: text.into(),
            action: None,
            at: self.now,
        });
        let surplus = self.toasts.len().saturating_sub(MOST_TOASTS);
        self.toasts.drain(..surplus);
    }

    pub(crate) fn tell_error(&mut self, text: impl Into<String>) {
        self.tell(ToastKind::Error, text);
    }

    /// Numbers for tabs, runs, revisions and toasts; none is given twice.
    pub(crate) fn next_number(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    pub(crate) fn new_revision(
        &mut self,
        before: Option<&Revision>,
        document: Document,
    ) -> Arc<Revision> {
        let id = self.next_number();
        Revision::within_frame(id, document, before)
    }
}
