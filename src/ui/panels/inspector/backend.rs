//! What answers a task when it runs: mocks, this machine, AWS; and how its function is called here.

use egui::Id;
use egui::Ui;

use crate::asl::StatePath;
use crate::scene::Icon;
use crate::session::FunctionSetting;
use crate::session::Intent;
use crate::session::Session;
use crate::session::Tab;
use crate::session::TaskCall;
use crate::sidecar::Backend;
use crate::sidecar::BackendPlan;
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
    let Some(task) = TaskCall::of(tab, path) else {
        return;
    };
    let scenario = match tab.input {
        crate::session::InputChoice::Scenario(index) => Some(index),
        crate::session::InputChoice::Custom => None,
    };
    let plan = session.backend_plan(tab, scenario);
    let name = path.name();
    let states = &tab.sidecar.backends.states;
    let own = states.get(path.as_str()).or_else(|| states.get(&name));
    let own = own.and_then(|chain| chain.first().copied());
    let usual = plan.of(path, &name).first().copied();
    let usual = usual.unwrap_or(Backend::Mock);
    field_label(ui, "Answered by");
    let mut choices: Vec<(Option<Backend>, String)> = Vec::new();
    if own.is_none() {
        choices.push((None, title(usual).to_owned()));
    }
    let others = Backend::ALL.into_iter();
    let others = others.filter(|backend| own.is_some() || *backend != usual);
    choices.extend(others.map(|backend| (Some(backend), title(backend).to_owned())));
    let id = Id::unique(("answered by", tab.id.0, path.as_str()));
    let width = ui.available_width();
    let shown = own.unwrap_or(usual);
    let icon = Some(icon(shown));
    if let Some(chosen) = combo_with_icon(ui, id, "Answered by", icon, &own, &choices, width) {
        // Mocks answer anyway where no place says something else.
        let needless = chosen == Some(Backend::Mock) && without_own(&plan, path) == Backend::Mock;
        out.push(Intent::ChooseBackend {
            state: path.clone(),
            choice: chosen.filter(|_| !needless),
        });
    }
    meaning(ui, session, tab, &plan, &task, shown, out);
    ui.add_space(6.0);
}

/// What would answer a state of which the companion said nothing of its own.
fn without_own(plan: &BackendPlan, path: &StatePath) -> Backend {
    let mut plan = plan.clone();
    for (_, layer) in &mut plan.layers {
        layer.states.remove(path.as_str());
        layer.states.remove(&path.name());
    }
    let chain = plan.of(path, &path.name());
    chain.first().copied().unwrap_or(Backend::Mock)
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
        Backend::Local if task.is_function => function(ui, tab, plan, task, out),
        Backend::Local | Backend::Aws => {
            let function = task.function.as_deref();
            let address = task.address.as_deref();
            let need = plan.need(&task.resource, function, address, backend);
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
            let folder = row(ui, "Code folder", "functions/pay", at);
            let handler = row(ui, "Handler", "index.handler", handler);
            let done = folder.1 || handler.1;
            (done && !handler.0.trim().is_empty()).then_some(FunctionSetting::Handler {
                folder: folder.0,
                handler: handler.0,
            })
        }
        Kind::Command => {
            let line = row(ui, "Program", "python3 pay.py", line);
            let folder = row(ui, "Folder", "where it is started", at);
            let done = folder.1 || line.1;
            (done && !line.0.trim().is_empty()).then_some(FunctionSetting::Command {
                folder: folder.0,
                line: line.0,
            })
        }
        Kind::Endpoint => {
            let url = row(ui, "Lambda endpoint", "http://127.0.0.1:3001", url);
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
