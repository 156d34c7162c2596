//! What answers a task when it runs: mocks, this machine, AWS; and how its function is called here.

use egui::Id;
use egui::Ui;

use crate::asl::StatePath;
use crate::scene::Icon;
use crate::session::BackendPlace;
use crate::session::FunctionSetting;
use crate::session::Intent;
use crate::session::Session;
use crate::session::Tab;
use crate::sidecar::Backend;
use crate::sidecar::BackendPlan;
use crate::sidecar::Backends;
use crate::sidecar::TaskCall;
use crate::ui::view::Outbox;
use crate::ui::widgets::Field;
use crate::ui::widgets::combo_with_icon;
use crate::ui::widgets::field_label;
use crate::ui::widgets::help_text;
use crate::ui::widgets::segments;
use crate::ui::widgets::text_field;

/// How a function can be called on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Handler,
    Command,
    Endpoint,
}

/// The choice for a task, and below it what that means.
pub fn show(ui: &mut Ui, session: &Session, tab: &Tab, path: &StatePath, out: &mut Outbox) {
    let revision = &tab.revision;
    let params = &tab.sidecar.params;
    let task = TaskCall::of(&revision.tree, &revision.machine, params, path);
    let Some(task) = task else { return };
    let plan = session.backend_plan(tab, tab.input.scenario());
    let shown = choice(ui, session, tab, &plan, Some(path), out);
    meaning(ui, session, tab, &plan, &task, shown, out);
    ui.add_space(6.0);
}

/// What answers the tasks of which nothing else is said.
pub fn for_all(ui: &mut Ui, session: &Session, tab: &Tab, out: &mut Outbox) {
    let plan = session.backend_plan(tab, tab.input.scenario());
    choice(ui, session, tab, &plan, None, out);
    help_text(ui, "A state may have an answer of its own");
    ui.add_space(6.0);
}

/// Who answers, by the word of the place that is shown; what another place says of it stands below. The answer by that
/// word.
fn choice(
    ui: &mut Ui,
    session: &Session,
    tab: &Tab,
    plan: &BackendPlan,
    state: Option<&StatePath>,
    out: &mut Outbox,
) -> Backend {
    let label = match state {
        Some(_) => "Answered by",
        None => "Tasks answered by",
    };
    field_label(ui, label);
    let width = ui.available_width();
    let places = places(session, tab);
    let first = decides(session, tab, &places, state);
    let usual = places
        .iter()
        .position(|place| *place == BackendPlace::Workflow);
    let key = Id::unique(("backend place", tab.id.0, state.map(StatePath::as_str)));
    let kept = ui.data(|data| data.get_temp::<BackendPlace>(key));
    let kept = kept.and_then(|kept| places.iter().position(|place| *place == kept));
    let mut index = kept.or(first).or(usual).unwrap_or_default();
    if places.len() > 1 {
        let choices: Vec<(usize, &str)> = places
            .iter()
            .map(|place| named(*place))
            .enumerate()
            .collect();
        if let Some(picked) = segments(ui, "Said for", index, &choices, Some(width)) {
            index = picked;
            if let Some(place) = places.get(index) {
                ui.data_mut(|data| data.insert_temp(key, *place));
            }
        }
        ui.add_space(4.0);
    }
    let place = places.get(index).copied().unwrap_or(BackendPlace::Workflow);
    let elsewhere = answer(&below(plan, index, state), state);
    let shown = answer(&from(plan, index), state);
    let choices = Backend::ALL.map(|one| (one, title(one).to_owned()));
    let id = Id::unique(("answered by", tab.id.0, state.map(StatePath::as_str)));
    let chosen = combo_with_icon(ui, id, label, Some(icon(shown)), &shown, &choices, width);
    if let Some(chosen) = chosen.filter(|chosen| *chosen != shown) {
        out.push(Intent::ChooseBackend {
            place,
            state: state.cloned(),
            // What holds anyway needs no word here.
            choice: (chosen != elsewhere).then_some(chosen),
        });
    }
    let last_word = answer(plan, state);
    let here = places.get(index..).unwrap_or_default();
    let here = decides(session, tab, here, state).and_then(|at| here.get(at));
    if let Some(nearer) = first.filter(|first| *first < index && last_word != shown) {
        let who = places.get(nearer).map(|place| whole(tab, *place));
        let who = who.unwrap_or_default();
        let last_word = title(last_word);
        help_text(
            ui,
            &format!("{who} says otherwise, and counts first: {last_word}"),
        );
    } else if let Some(other) = here.filter(|here| **here != place) {
        let whose = named(*other).to_lowercase();
        help_text(ui, &format!("Taken from the {whose}"));
    } else if let Some(next) = after_mocks(plan, state) {
        help_text(ui, &format!("Where there is no mock: {}", title(next)));
    }
    if place == BackendPlace::Folder {
        help_text(
            ui,
            "Kept in stepwright.backends.json, for all workflows of the folder",
        );
    }
    shown
}

/// The places that may say something, the nearest first, as the layers of the plan are.
fn places(session: &Session, tab: &Tab) -> Vec<BackendPlace> {
    let scenario = tab.input.scenario().map(BackendPlace::Scenario);
    let all = scenario
        .into_iter()
        .chain([BackendPlace::Workflow, BackendPlace::Folder]);
    all.filter(|place| session.said_at(tab, *place).is_some())
        .collect()
}

/// Which of these places has the word: what is said of a state alone counts before what holds for all.
fn decides(
    session: &Session,
    tab: &Tab,
    places: &[BackendPlace],
    state: Option<&StatePath>,
) -> Option<usize> {
    let find = |says: &dyn Fn(&Backends) -> bool| {
        let mut places = places.iter();
        places.position(|place| session.said_at(tab, *place).is_some_and(says))
    };
    let own = state.and_then(|path| find(&|said| said.of(path, &path.name()).is_some()));
    own.or_else(|| find(&|said| !said.usual.is_empty()))
}

fn answers<'a>(plan: &'a BackendPlan, state: Option<&StatePath>) -> &'a [Backend] {
    match state {
        Some(path) => plan.of(path, &path.name()),
        None => plan.usual(),
    }
}

fn answer(plan: &BackendPlan, state: Option<&StatePath>) -> Backend {
    let first = answers(plan, state).first();
    first.copied().unwrap_or(Backend::Mock)
}

/// What answers where mocks are asked first and there is none.
fn after_mocks(plan: &BackendPlan, state: Option<&StatePath>) -> Option<Backend> {
    match answers(plan, state) {
        [Backend::Mock, rest @ ..] => rest.first().copied(),
        _ => None,
    }
}

/// What the n-th place and those after it say.
fn from(plan: &BackendPlan, index: usize) -> BackendPlan {
    let layers = plan.layers.iter().skip(index);
    BackendPlan {
        layers: layers.cloned().collect(),
        ..plan.clone()
    }
}

/// The same without the own word of that place.
fn below(plan: &BackendPlan, index: usize, state: Option<&StatePath>) -> BackendPlan {
    let mut plan = from(plan, index);
    if let Some((_, layer)) = plan.layers.first_mut() {
        match state {
            Some(path) => {
                layer.states.remove(path.as_str());
                layer.states.remove(&path.name());
            }
            None => layer.usual.clear(),
        }
    }
    plan
}

const fn named(place: BackendPlace) -> &'static str {
    match place {
        BackendPlace::Scenario(_) => "Scenario",
        BackendPlace::Workflow => "Workflow",
        BackendPlace::Folder => "Folder",
    }
}

fn whole(tab: &Tab, place: BackendPlace) -> String {
    match place {
        BackendPlace::Scenario(index) => match tab.sidecar.scenarios.get(index) {
            Some(scenario) => format!("The scenario “{}”", scenario.name),
            None => "The scenario".to_owned(),
        },
        BackendPlace::Workflow => "This workflow".to_owned(),
        BackendPlace::Folder => "The folder".to_owned(),
    }
}

pub(crate) const fn title(backend: Backend) -> &'static str {
    match backend {
        Backend::Mock => "Mocks",
        Backend::Local => "This machine",
        Backend::Aws => "AWS",
    }
}

pub(crate) const fn icon(backend: Backend) -> Icon {
    match backend {
        Backend::Mock => Icon::THEATER_COMEDY,
        Backend::Local => Icon::TERMINAL,
        Backend::Aws => Icon::CLOUD,
    }
}

fn meaning(
    ui: &mut Ui,
    session: &Session,
    tab: &Tab,
    plan: &BackendPlan,
    task: &TaskCall,
    backend: Backend,
    out: &mut Outbox,
) {
    match backend {
        Backend::Mock => {}
        Backend::Local | Backend::Aws if session.folder_of(tab).is_none() => {
            help_text(
                ui,
                "Save the workflow first: agreement is given for a folder",
            );
        }
        Backend::Local if task.is_function() => function(ui, tab, plan, task, out),
        Backend::Local | Backend::Aws => {
            let need = plan.need(task, backend);
            let words = match need {
                Some(need) => format!("Calls the {}", need.target),
                None => "Nothing is called for it".to_owned(),
            };
            help_text(ui, &words);
        }
    }
}

/// How the function of a task is called on this machine, to be changed.
fn function(ui: &mut Ui, tab: &Tab, plan: &BackendPlan, task: &TaskCall, out: &mut Outbox) {
    let Some(name) = &task.function else {
        help_text(
            ui,
            "The function is named when it runs; \"functions\" of the companion file says how each is called",
        );
        return;
    };
    let known = plan.function(name);
    let setting = match &known {
        Some(known) => FunctionSetting::of(known, &plan.folder),
        None => FunctionSetting::Handler {
            folder: String::new(),
            handler: String::new(),
        },
    };
    let kind = match &setting {
        FunctionSetting::Handler { .. } => Kind::Handler,
        FunctionSetting::Command { .. } => Kind::Command,
        FunctionSetting::Endpoint { .. } => Kind::Endpoint,
    };
    let key = Id::unique(("function kind", tab.id.0, name.as_str()));
    let chosen = ui.data(|data| data.get_temp::<Kind>(key)).unwrap_or(kind);
    let kinds = [
        (Kind::Handler, "Handler"),
        (Kind::Command, "Program"),
        (Kind::Endpoint, "Endpoint"),
    ];
    ui.add_space(4.0);
    let width = ui.available_width();
    let picked = segments(ui, "How it is called", chosen, &kinds, Some(width));
    if let Some(picked) = picked {
        ui.data_mut(|data| data.insert_temp(key, picked));
    }
    let chosen = picked.unwrap_or(chosen);
    let row = |ui: &mut Ui, label: &'static str, hint: &'static str, source: &str| {
        let id = Id::unique(("function", tab.id.0, name.as_str(), label));
        typed(ui, id, label, hint, source)
    };
    let (at, handler, line, url) = match &setting {
        FunctionSetting::Handler { folder, handler } => (folder.as_str(), handler.as_str(), "", ""),
        FunctionSetting::Command { folder, line } => (folder.as_str(), "", line.as_str(), ""),
        FunctionSetting::Endpoint { url } => ("", "", "", url.as_str()),
    };
    let changed = match chosen {
        Kind::Handler => {
            let folder = row(ui, "Code folder", "e.g. functions/pay", at);
            let handler = row(ui, "Handler", "e.g. index.handler", handler);
            let done = folder.1 || handler.1;
            (done && !handler.0.trim().is_empty()).then_some(FunctionSetting::Handler {
                folder: folder.0,
                handler: handler.0,
            })
        }
        Kind::Command => {
            let line = row(ui, "Program", "e.g. python3 pay.py", line);
            let folder = row(ui, "Folder", "where it is started", at);
            let done = folder.1 || line.1;
            (done && !line.0.trim().is_empty()).then_some(FunctionSetting::Command {
                folder: folder.0,
                line: line.0,
            })
        }
        Kind::Endpoint => {
            let url = row(ui, "Lambda endpoint", "e.g. http://127.0.0.1:3001", url);
            let done = url.1 && url.0.trim().starts_with("http");
            done.then_some(FunctionSetting::Endpoint { url: url.0 })
        }
    };
    if let Some(setting) = changed {
        ui.data_mut(|data| data.remove::<Kind>(key));
        out.push(Intent::SetFunction {
            name: name.clone(),
            setting,
        });
    }
    if known.is_none() {
        help_text(ui, &format!("Nothing says yet how {name} is called here"));
    }
}

/// A field that holds what is typed until it is left; the text, and whether it has just been given.
fn typed(ui: &mut Ui, id: Id, label: &str, hint: &str, source: &str) -> (String, bool) {
    field_label(ui, label);
    let key = id.with("typed");
    let mut text = ui
        .data(|data| data.get_temp::<String>(key))
        .unwrap_or_else(|| source.to_owned());
    let field = Field {
        label,
        hint,
        code: true,
        ..Field::default()
    };
    let response = text_field(ui, id, &mut text, field);
    let given = response.lost_focus() && text != source;
    if response.has_focus() || text != source {
        ui.data_mut(|data| data.insert_temp(key, text.clone()));
    } else {
        ui.data_mut(|data| data.remove::<String>(key));
    }
    (text, given)
}
