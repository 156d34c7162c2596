//! Runs of the active document: starting, steering, and what they tell.

use crate::asl::StatePath;
use crate::debugger::Clock;
use crate::debugger::Control;
use crate::debugger::Neighbors;
use crate::debugger::Pace;
use crate::debugger::RunNews;
use crate::debugger::RunOrder;
use crate::debugger::execution_kind;
use crate::debugger::scenario_start;
use crate::debugger::summarize;
use crate::editor::Selection;
use crate::engine::CompileOptions;
use crate::engine::ExecutionKind;
use crate::engine::Start;
use crate::engine::compile;
use crate::query::Value;
use crate::session::DrawerTab;
use crate::session::Effect;
use crate::session::InputChoice;
use crate::session::RunId;
use crate::session::Session;
use crate::session::StepKind;
use crate::session::Tab;
use crate::session::ToastKind;
use crate::session::Waiting;
use crate::session::run::Run;
use crate::session::run::not_undone;
use crate::sidecar::WorkflowText;
use crate::trace::Hand;
use std::sync::Arc;

impl Session {
    /// Starts a run of the active document with the chosen input.
    /// What the run would do for real is asked about first.
    pub(crate) fn start(&mut self, pace: Pace, hand: Hand, at: u64) -> Vec<Effect> {
        let Some(tab) = self.active() else {
            return Vec::new();
        };
        let scenario = tab.input.scenario();
        let (order, mocks) = match self.order(tab, scenario, pace, at) {
            Ok((order, mocks)) => (RunOrder { hand, ..order }, mocks),
            Err(problem) => {
                self.tell_error(problem);
                self.drawer = DrawerTab::Problems;
                return Vec::new();
            }
        };
        let waiting = Waiting::Run {
            tab: tab.id,
            pace: order.pace.clone(),
            hand,
        };
        if self.asks_first(tab.id, [order.backends.as_ref()], waiting) {
            return Vec::new();
        }
        let run = RunId(self.next_number());
        self.drawer = DrawerTab::Run;
        let Some(tab) = self.active_mut() else {
            return Vec::new();
        };
        tab.run = Some(Run {
            debugging: order.pace != Pace::Run,
            scenario,
            redrivable: execution_kind(tab.sidecar.kind) == ExecutionKind::Standard,
            ..Run::new(run, tab.revision.clone())
        });
        let id = tab.id;
        let mut effects = vec![Effect::StartRun {
            run,
            order: Box::new(order),
            mocks,
        }];
        // For the next one: the folder may say something else by then.
        effects.extend(self.read_folder(id));
        effects
    }

    /// What a driver needs to run a document. The error is a sentence for the person.
    pub(crate) fn order(
        &self,
        tab: &Tab,
        scenario: Option<usize>,
        pace: Pace,
        at: u64,
    ) -> Result<(RunOrder, Value), String> {
        let chosen = scenario.and_then(|index| tab.sidecar.scenarios.get(index));
        let start = match chosen {
            Some(scenario) => scenario_start(scenario),
            None => {
                let input = Value::parse(&tab.input_text);
                Start::with_input(input.map_err(|error| format!("The input is {error}"))?)
            }
        };
        let revision = &tab.revision;
        let options = CompileOptions {
            name: revision.document.name.clone(),
            kind: execution_kind(tab.sidecar.kind),
            params: tab.sidecar.params.clone(),
            ..CompileOptions::default()
        };
        let program = compile(&revision.tree, &revision.machine, &options).map_err(|problems| {
            let first = problems
                .first()
                .map(|problem| problem.message.clone())
                .unwrap_or_default();
            match problems.len() {
                0 | 1 => format!("This workflow cannot run yet: {first}"),
                count => format!("This workflow cannot run yet, {count} problems: {first}"),
            }
        })?;
        let order = RunOrder {
            program: Arc::new(program),
            start: Start {
                at: i64::try_from(at).unwrap_or_default(),
                seed: at,
                name: format!("run-{at}"),
                stages: true,
                ..start
            },
            breakpoints: tab.breakpoints(),
            pace,
            clock: Clock::Virtual,
            tempo: self.settings.tempo,
            hand: Hand::Nobody,
            neighbors: self.neighbors(tab),
            backends: Arc::new(self.backend_plan(tab, scenario)),
        };
        let mocks = chosen
            .map(|scenario| scenario.mocks.clone())
            .unwrap_or_default();
        Ok((order, mocks))
    }

    /// Where a run finds other workflows: the open documents, and the folders they lie in.
    fn neighbors(&self, tab: &Tab) -> Neighbors {
        let mut neighbors = Neighbors {
            params: tab.sidecar.params.clone(),
            ..Neighbors::default()
        };
        let others = self.tabs.iter().filter(|other| other.id != tab.id);
        for open in std::iter::once(tab).chain(others) {
            let document = &open.revision.document;
            let text = || WorkflowText {
                path: open.path.clone(),
                text: document.text.clone(),
                companion: document.sidecar.clone(),
            };
            let name = document.name.clone();
            neighbors.texts.entry(name).or_insert_with(text);
            let folder = open.path.as_ref().and_then(|path| path.parent());
            if let Some(folder) = folder.filter(|folder| {
                let known = neighbors.folders.iter();
                known.into_iter().all(|known| known != folder)
            }) {
                neighbors.folders.push(folder.to_owned());
            }
        }
        neighbors
    }

    pub(crate) fn control(&mut self, control: Control) -> Vec<Effect> {
        let run = self
            .active()
            .and_then(|tab| tab.run.as_ref())
            .map(|run| run.id);
        run.map(|run| Effect::Control { run, control })
            .into_iter()
            .collect()
    }

    pub(crate) fn step(&mut self, step: StepKind) -> Vec<Effect> {
        let lane = self
            .active()
            .and_then(|tab| tab.run.as_ref()?.paused.as_ref())
            .map(|pause| pause.lane.clone())
            .unwrap_or_default();
        self.control(match step {
            StepKind::Over => Control::Go(Pace::Over(lane)),
            StepKind::Into => Control::Go(Pace::Next),
            StepKind::Out => Control::Go(Pace::Out(lane)),
            StepKind::Continue => Control::Go(Pace::Run),
            StepKind::Back => Control::Back,
        })
    }

    pub(crate) fn run_to(&mut self, path: StatePath, at: u64) -> Vec<Effect> {
        let live = self
            .active()
            .and_then(|tab| tab.run.as_ref())
            .is_some_and(Run::is_live);
        if live {
            self.control(Control::Go(Pace::To(path)))
        } else {
            self.start(Pace::To(path), Hand::Callbacks, at)
        }
    }

    pub(crate) fn edit_pending_input(&mut self, text: &str) -> Vec<Effect> {
        match Value::parse(text) {
            Ok(input) => self.control(Control::EditInput(input)),
            Err(error) => {
                self.tell_error(format!("The input is {error}"));
                Vec::new()
            }
        }
    }

    pub(crate) fn choose_scenario(&mut self, index: usize) -> Vec<Effect> {
        self.change(|tab| {
            if let Some(scenario) = tab.sidecar.scenarios.get(index) {
                tab.input_text = scenario.input.to_json_pretty();
                tab.input = InputChoice::Scenario(index);
            }
        })
    }

    pub(crate) fn select_visit(&mut self, index: usize) -> Vec<Effect> {
        self.change(|tab| {
            let Some(run) = &mut tab.run else { return };
            if let Some(visit) = run.trace.visit(index) {
                tab.selection = Selection::state(visit.state.clone());
                tab.reveals += 1;
                run.selected_visit = Some(index);
                run.selected_attempt = None;
            }
        })
    }

    pub(crate) fn change_run(&mut self, change: impl FnOnce(&mut Run)) -> Vec<Effect> {
        self.change(|tab| {
            if let Some(run) = &mut tab.run {
                change(run);
            }
        })
    }

    /// Folds news of a run; news of a run that is no longer shown are dropped.
    pub(crate) fn run_news(&mut self, id: RunId, news: RunNews) -> Vec<Effect> {
        if let RunNews::Lost(reason) = news {
            if let Some(tab) = self.tab_of_run(id) {
                tab.run = None;
            }
            self.tell_error(reason);
            return Vec::new();
        }
        let Some(tab) = self.tab_of_run(id) else {
            return Vec::new();
        };
        let Some(run) = &mut tab.run else {
            return Vec::new();
        };
        match news {
            RunNews::Happened { events, stages } => {
                run.waiting = false;
                events.iter().for_each(|event| run.trace.apply(event));
                run.events.extend(events);
                run.stages.extend(stages);
            }
            RunNews::Paused(pause) => {
                tab.selection = Selection::state(pause.state.clone());
                tab.reveals += 1;
                run.selected_visit = None;
                run.selected_attempt = None;
                run.paused = Some(*pause);
            }
            RunNews::Resumed => run.paused = None,
            RunNews::Rewound { events } => {
                let made = run.rewind(events);
                if let Some(words) = not_undone(&made) {
                    self.tell(ToastKind::Info, words);
                }
            }
            RunNews::Tasks(tasks) => run.tasks = tasks,
            RunNews::Nested(nested) => {
                for one in nested {
                    match run.nested.iter_mut().find(|known| known.key == one.key) {
                        Some(known) => *known = one,
                        None => run.nested.push(one),
                    }
                }
            }
            RunNews::Waiting { .. } => {
                // The first of the tasks is shown, as a pause shows its state; a person may look elsewhere.
                let places: Vec<(StatePath, usize)> = run
                    .tasks
                    .iter()
                    .filter_map(|task| Some((run.state_of(task)?, run.visit_of(task)?.index)))
                    .collect();
                let shown = tab.selection.states.last();
                let seen = run.selected_visit;
                let here = |(state, visit): &&(StatePath, usize)| {
                    Some(state) == shown && Some(*visit) == seen
                };
                let near = |(state, _): &&(StatePath, usize)| Some(state) == shown;
                let next = places.iter().find(near).or(places.first());
                if !run.waiting
                    && places.iter().find(here).is_none()
                    && let Some((state, visit)) = next
                {
                    run.selected_visit = Some(*visit);
                    run.selected_attempt = None;
                    tab.selection = Selection::state(state.clone());
                    tab.reveals += 1;
                }
                run.waiting = true;
            }
            RunNews::Ended {
                ended,
                variables,
                notes,
            } => {
                run.variables = variables;
                run.notes = notes;
                run.difference = run
                    .scenario
                    .and_then(|index| tab.sidecar.scenarios.get(index))
                    .and_then(|scenario| {
                        let summary = summarize(&ended, &run.trace);
                        scenario.expect.judge(&summary).err()
                    })
                    .map(|difference| difference.to_string());
                run.take_end(*ended);
                if !tab.show_failure()
                    && let Some(run) = &mut tab.run
                    && let Some(path) = tab.selection.states.last()
                {
                    run.selected_visit = run.trace.telling_visit(path).map(|visit| visit.index);
                }
            }
            RunNews::Redriven => run.reopen(),
            RunNews::NotRedriven(refusal) => {
                self.tell_error(refusal.to_string());
            }
            RunNews::Called(record) => run.note_call(*record),
            RunNews::Stored(_) | RunNews::Lost(_) => {}
        }
        Vec::new()
    }
}
