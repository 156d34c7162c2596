//! Runs of the active document: starting, steering, and what they tell.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::analyze::Reason;
use crate::analyze::reason;
use crate::asl::StatePath;
use crate::debugger::Clock;
use crate::debugger::Control;
use crate::debugger::Pace;
use crate::debugger::Pause;
use crate::debugger::RunNews;
use crate::debugger::RunOrder;
use crate::debugger::execution_kind;
use crate::debugger::scenario_start;
use crate::debugger::summarize;
use crate::editor::Revision;
use crate::editor::Selection;
use crate::engine::CompileOptions;
use crate::engine::Ended;
use crate::engine::Event;
use crate::engine::EventDetail;
use crate::engine::Lane;
use crate::engine::Stage;
use crate::engine::Start;
use crate::engine::Status;
use crate::engine::compile;
use crate::query::Value;
use crate::session::DrawerTab;
use crate::session::Effect;
use crate::session::InputChoice;
use crate::session::RunId;
use crate::session::Session;
use crate::session::StepKind;
use crate::session::Tab;
use crate::trace::Trace;
use crate::trace::Visit;

/// A run as it is shown: live, paused or over.
#[derive(Debug)]
pub struct Run {
    pub id: RunId,
    /// The revision that runs; later edits do not touch it.
    pub revision: Arc<Revision>,
    pub events: Vec<Event>,
    pub stages: Vec<Stage>,
    pub trace: Trace,
    pub paused: Option<Pause>,
    pub ended: Option<Ended>,
    /// Why it failed, in plain words.
    pub reason: Option<Reason>,
    /// It waits for an answer nobody has promised.
    pub waiting: bool,
    /// Started by *Debug*.
    pub debugging: bool,
    pub scenario: Option<usize>,
    /// What differs from the scenario's expectation.
    pub difference: Option<String>,
    /// Workflow variables at the end.
    pub variables: Vec<(String, Value)>,
    pub selected_visit: Option<usize>,
    pub selected_attempt: Option<usize>,
}

impl Run {
    /// The visit the inspector shows.
    pub fn shown_visit(&self) -> Option<&Visit> {
        self.trace.visit(self.selected_visit?)
    }

    /// Ended, and not as failed, timed out or aborted.
    pub fn has_succeeded(&self) -> bool {
        self.ended
            .as_ref()
            .is_some_and(|ended| ended.status == Status::Succeeded)
    }

    pub fn is_live(&self) -> bool {
        self.ended.is_none()
    }

    /// Milliseconds from its start to its latest event.
    pub fn duration(&self) -> i64 {
        self.trace
            .started_at
            .map_or(0, |start| self.trace.latest - start)
    }

    pub(crate) fn follow_selection(&mut self, path: &StatePath) {
        // Before the state it waits at, what is about to happen is shown, not an earlier visit.
        if self
            .paused
            .as_ref()
            .is_some_and(|pause| pause.state == *path)
        {
            self.selected_visit = None;
            self.selected_attempt = None;
            return;
        }
        let shown = self.shown_visit().is_some_and(|visit| visit.state == *path);
        if !shown {
            self.selected_visit = self.trace.telling_visit(path).map(|visit| visit.index);
            self.selected_attempt = None;
        }
    }
}

impl Session {
    /// Starts a run of the active document with the chosen input.
    pub(crate) fn start(&mut self, pace: Pace, at: u64) -> Vec<Effect> {
        let Some(tab) = self.active() else {
            return Vec::new();
        };
        let scenario = match tab.input {
            InputChoice::Scenario(index) => Some(index),
            InputChoice::Custom => None,
        };
        let (order, mocks) = match Session::order(tab, scenario, pace, at, self.settings.tempo) {
            Ok(order) => order,
            Err(problem) => {
                self.tell_error(problem);
                self.drawer = DrawerTab::Problems;
                return Vec::new();
            }
        };
        let run = RunId(self.next_number());
        self.drawer = DrawerTab::Run;
        let Some(tab) = self.active_mut() else {
            return Vec::new();
        };
        tab.run = Some(Run {
            id: run,
            revision: tab.revision.clone(),
            events: Vec::new(),
            stages: Vec::new(),
            trace: Trace::default(),
            paused: None,
            ended: None,
            reason: None,
            waiting: false,
            debugging: order.pace != Pace::Run,
            scenario,
            difference: None,
            variables: Vec::new(),
            selected_visit: None,
            selected_attempt: None,
        });
        vec![Effect::StartRun {
            run,
            order: Box::new(order),
            mocks,
        }]
    }

    /// What a driver needs to run a document. The error is a sentence for the person.
    pub(crate) fn order(
        tab: &Tab,
        scenario: Option<usize>,
        pace: Pace,
        at: u64,
        tempo: u64,
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
            tempo,
        };
        let mocks = chosen
            .map(|scenario| scenario.mocks.clone())
            .unwrap_or_default();
        Ok((order, mocks))
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
            self.start(Pace::To(path), at)
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
                run.events.truncate(events);
                run.trace = Trace::of(&run.events);
                let entered: BTreeSet<(&Lane, u64)> = run
                    .events
                    .iter()
                    .filter(|event| matches!(event.detail, EventDetail::StateEntered { .. }))
                    .map(|event| (&event.lane, event.id))
                    .collect();
                run.stages
                    .retain(|stage| entered.contains(&(&stage.lane, stage.entered)));
                run.ended = None;
                run.reason = None;
                run.difference = None;
                run.waiting = false;
            }
            RunNews::Waiting { .. } => run.waiting = true,
            RunNews::Ended { ended, variables } => {
                run.variables = variables;
                run.paused = None;
                run.waiting = false;
                run.reason = reason(
                    &run.revision.tree,
                    &run.revision.machine,
                    &run.trace,
                    &ended,
                );
                run.difference = run
                    .scenario
                    .and_then(|index| tab.sidecar.scenarios.get(index))
                    .and_then(|scenario| {
                        let summary = summarize(&ended, &run.trace);
                        scenario.expect.judge(&summary).err()
                    })
                    .map(|difference| difference.to_string());
                run.ended = Some(*ended);
                if let Some(failed) = run.trace.failed_visit
                    && let Some(visit) = run.trace.visit(failed)
                {
                    tab.selection = Selection::state(visit.state.clone());
                    tab.reveals += 1;
                    run.selected_visit = Some(failed);
                } else if let Some(path) = tab.selection.states.last() {
                    run.selected_visit = run.trace.telling_visit(path).map(|visit| visit.index);
                }
            }
            RunNews::Stored(_) | RunNews::Lost(_) => {}
        }
        Vec::new()
    }
}
