//! Between the session and the canvas: what the session knows becomes a model, wishes become intents.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use egui::Ui;

use crate::asl::Severity;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::editor::Revision;
use crate::scene;
use crate::scene::Face;
use crate::scene::Marks;
use crate::scene::Outside;
use crate::scene::RunPicture;
use crate::scene::StateRun;
use crate::scene::Status;
use crate::session::Action;
use crate::session::Intent;
use crate::session::Run;
use crate::session::RunId;
use crate::session::Session;
use crate::session::Tab;
use crate::sidecar::Backend;
use crate::ui::canvas::CanvasModel;
use crate::ui::canvas::CanvasView;
use crate::ui::canvas::Wish;
use crate::ui::canvas::frame::show_model;

/// What a picture of a run was made from: events, and the states that wait for an answer.
type Told = (usize, BTreeSet<StatePath>);

/// What is derived from a revision or a run and kept until either changes.
#[derive(Debug, Default)]
pub struct Derived {
    /// Its number, and whether it has been checked.
    revision: Option<(u64, bool)>,
    faces: Arc<BTreeMap<StatePath, Face>>,
    problems: Arc<BTreeMap<StatePath, Severity>>,
    run: Option<(RunId, Told, Arc<RunPicture>)>,
}

/// Shows the document in front. The answer is whether the inspector is wanted.
pub fn show(ui: &mut Ui, session: &Session, view: &mut CanvasView, out: &mut Vec<Intent>) -> bool {
    let Some(tab) = session.active() else {
        return false;
    };
    view.derived.follow(&tab.picture.revision);
    let (faces, problems) = (view.derived.faces.clone(), view.derived.problems.clone());
    let run = tab.run.as_ref().map(|run| view.derived.run(run));
    let marks = marks(tab, problems.as_ref().clone(), real(session, tab));
    let model = CanvasModel {
        document: tab.id.0,
        title: &tab.title,
        revision: &tab.picture.revision,
        flow: &tab.picture.flow,
        layout: &tab.picture.layout,
        faces: &faces,
        run: run.as_deref(),
        marks: &marks,
        error_handling: tab.show_error_handling,
        broken: tab.picture.broken.as_deref(),
        reveals: tab.reveals,
        reduced_motion: ui.style().animation_time == 0.0,
    };
    let mut inspector = false;
    for wish in show_model(ui, &model, view) {
        match intent(wish) {
            Some(intent) => out.push(intent),
            None => inspector = true,
        }
    }
    inspector
}

/// The intent of a wish; none for the inspector, which is the window's own.
fn intent(wish: Wish) -> Option<Intent> {
    Some(match wish {
        Wish::Select(selection) => Intent::Select(selection),
        Wish::ToggleSelected(path) => Intent::ToggleSelected(path),
        Wish::OpenInspector => return None,
        Wish::ToggleCollapsed(path) => Intent::ToggleCollapsed(path),
        Wish::ToggleBreakpoint(path) => Intent::ToggleBreakpoint(path),
        Wish::RunTo(path) => Intent::RunTo(path),
        Wish::ShowErrorHandling(show) => Intent::ShowErrorHandling(show),
        Wish::Edit(command) => Intent::Edit(command),
        Wish::Rename => Intent::Perform(Action::Rename),
        Wish::Copy => Intent::Perform(Action::Copy),
        Wish::Delete => Intent::Perform(Action::Delete),
        Wish::Duplicate => Intent::Perform(Action::Duplicate),
    })
}

impl Derived {
    fn follow(&mut self, revision: &Arc<Revision>) {
        let shown = (revision.id, revision.checked);
        if self.revision == Some(shown) {
            return;
        }
        self.revision = Some(shown);
        self.faces = Arc::new(scene::faces(&revision.tree, &revision.machine));
        self.problems = Arc::new(problems(revision));
    }

    fn run(&mut self, run: &Run) -> Arc<RunPicture> {
        let key = (run.events.len(), run.waiting_states());
        let picture = match &self.run {
            Some((id, known, picture)) if *id == run.id && *known == key => picture.clone(),
            _ => {
                let mut picture = scene::run_picture(&run.trace);
                picture.mark_waiting(&key.1);
                let picture = Arc::new(picture);
                self.run = Some((run.id, key, picture.clone()));
                picture
            }
        };
        match &run.paused {
            None => picture,
            Some(pause) => {
                let mut paused = (*picture).clone();
                let words = format!("{} · before it runs", Status::Paused.word());
                let state = StateRun {
                    status: Status::Paused,
                    words,
                    input: Some(pause.input.clone()),
                    output: None,
                };
                paused.states.insert(pause.state.clone(), state);
                Arc::new(paused)
            }
        }
    }
}

fn marks(
    tab: &Tab,
    problems: BTreeMap<StatePath, Severity>,
    real: BTreeMap<StatePath, Outside>,
) -> Marks {
    let transition = tab.selection.transition.as_ref();
    let edited = tab.run.iter().flat_map(|run| &run.trace.visits);
    Marks {
        selected: tab.selection.states.iter().cloned().collect(),
        selected_edge: transition
            .and_then(|(from, kind)| tab.picture.flow.edge_of(from, *kind))
            .map(|edge| edge.key.clone()),
        breakpoints: tab.breakpoints(),
        hit: tab
            .run
            .as_ref()
            .and_then(|run| run.paused.as_ref())
            .map(|pause| pause.state.clone()),
        problems,
        mocked: mocked(tab, &real),
        real,
        edited: edited
            .filter(|visit| visit.edited)
            .map(|visit| visit.state.clone())
            .collect(),
        collapsed: tab.collapsed.clone(),
        ..Marks::default()
    }
}

/// States that something outside answers.
fn real(session: &Session, tab: &Tab) -> BTreeMap<StatePath, Outside> {
    let plan = session.backend_plan(tab, tab.input.scenario());
    if !plan.is_real() {
        return BTreeMap::new();
    }
    let states = tab.picture.revision.machine.states.iter();
    let tasks = states.filter(|state| state.kind == Some(StateKind::Task));
    let outside = tasks.filter_map(|state| {
        let first = plan.of(&state.path, &state.name).first()?;
        let outside = match first {
            Backend::Mock => return None,
            Backend::Local => Outside::Local,
            Backend::Aws => Outside::Aws,
        };
        Some((state.path.clone(), outside))
    });
    outside.collect()
}

/// States that the chosen scenario answers for, by their names.
fn mocked(tab: &Tab, real: &BTreeMap<StatePath, Outside>) -> std::collections::BTreeSet<StatePath> {
    let Some(mocks) = tab
        .scenario()
        .and_then(|scenario| scenario.mocks.as_object())
    else {
        return std::collections::BTreeSet::new();
    };
    let names: std::collections::BTreeSet<&str> =
        mocks.iter().map(|(name, _)| name.as_ref()).collect();
    let states = tab.picture.revision.machine.states.iter();
    states
        .filter(|state| names.contains(state.name.as_ref()) && !real.contains_key(&state.path))
        .map(|state| state.path.clone())
        .collect()
}

/// The worst problem of each state.
fn problems(revision: &Revision) -> BTreeMap<StatePath, Severity> {
    let mut worst: BTreeMap<StatePath, Severity> = BTreeMap::new();
    for diagnostic in &revision.diagnostics {
        let Some(path) = state_of(revision, &diagnostic.pointer) else {
            continue;
        };
        worst
            .entry(path)
            .and_modify(|severity| *severity = (*severity).min(diagnostic.severity))
            .or_insert(diagnostic.severity);
    }
    worst
}

/// The innermost state whose object holds a pointer.
fn state_of(revision: &Revision, pointer: &str) -> Option<StatePath> {
    let mut end = pointer.len();
    loop {
        let path = StatePath::new(pointer.get(..end)?);
        if revision.machine.find(&path).is_some() {
            return Some(path);
        }
        end = pointer.get(..end)?.rfind('/')?;
    }
}
