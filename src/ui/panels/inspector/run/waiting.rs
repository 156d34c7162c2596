//! Tasks that wait for an answer: what they were called with, their tokens, and the answer by hand.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use egui::ScrollArea;
use egui::Ui;
use egui::vec2;

use crate::asl::StatePath;
use crate::engine::Fault;
use crate::engine::Outcome;
use crate::query::Value;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Intent;
use crate::session::Run;
use crate::session::RunId;
use crate::trace::TaskKey;
use crate::trace::WaitingTask;
use crate::ui::code::code_block;
use crate::ui::code::json_field;
use crate::ui::panels::drawer::events::shortened;
use crate::ui::panels::inspector::run::Shown;
use crate::ui::panels::inspector::run::details::fact;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::widgets::Button;
use crate::ui::widgets::Field;
use crate::ui::widgets::duration_text;
use crate::ui::widgets::field_label;
use crate::ui::widgets::help_text;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::link;
use crate::ui::widgets::segments;

/// More links than this are no help.
const MOST_LINKS: usize = 12;

/// What is being written.
#[derive(Clone, Debug, Default)]
pub struct WaitingView {
    /// Tasks that have been brought to the front once.
    offered: BTreeSet<(RunId, TaskKey)>,
    chosen: Option<TaskKey>,
    drafts: BTreeMap<StatePath, Draft>,
}

/// The answer to a task of one state; it stays for the next one, as a run is often gone through again.
#[derive(Clone, Debug)]
struct Draft {
    kind: Kind,
    output: String,
    error: String,
    cause: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Success,
    Failure,
}

impl Default for Draft {
    fn default() -> Draft {
        Draft {
            kind: Kind::Success,
            output: "{}".to_owned(),
            error: String::new(),
            cause: String::new(),
        }
    }
}

/// The tasks that wait in a state, or in a workflow the state has started.
pub(crate) fn tasks_of<'a>(run: &'a Run, path: &StatePath) -> Vec<&'a WaitingTask> {
    run.tasks
        .iter()
        .filter(|task| run.state_of(task).as_ref() == Some(path))
        .collect()
}

impl WaitingView {
    /// Whether a task waits that has not been shown yet; from then on it counts as shown.
    pub fn offers(&mut self, run: RunId, tasks: &[&WaitingTask]) -> bool {
        let mut fresh = false;
        for task in tasks {
            fresh |= self.offered.insert((run, task.key.clone()));
        }
        fresh
    }
}

/// The answer to the task of the shown visit, and where others wait.
pub(crate) fn show(
    ui: &mut Ui,
    shown: Shown<'_>,
    path: &StatePath,
    tasks: &[&WaitingTask],
    view: &mut WaitingView,
    out: &mut Vec<Intent>,
) {
    let run = shown.run;
    let seen = shown.visit.map(|visit| visit.index);
    let visit_of = |task: &WaitingTask| run.visit_of(task).map(|visit| visit.index);
    let here: Vec<&WaitingTask> = tasks
        .iter()
        .copied()
        .filter(|task| visit_of(task) == seen)
        .collect();
    let chosen = here
        .iter()
        .find(|task| Some(&task.key) == view.chosen.as_ref())
        .or(here.first())
        .copied();
    if let Some(task) = chosen {
        if here.len() > 1 {
            field_label(ui, "Waiting here");
            for other in here.iter().filter(|other| other.key != task.key) {
                if link(ui, &run.task_title(other), Text::Body).clicked() {
                    view.chosen = Some(other.key.clone());
                }
            }
            ui.add_space(8.0);
        }
        facts(ui, run, task);
        let draft = view.drafts.entry(task.state.clone()).or_default();
        answer(ui, run, task, draft, out);
        ui.add_space(12.0);
        field_label(ui, "Called with");
        let payload = task.payload.to_json_pretty();
        let id = egui::Id::unique(("waiting payload", task.since));
        code_block(ui, id, shortened(&payload).as_ref(), Some(220.0));
    } else {
        help_text(ui, "This visit waits for nothing any more");
    }
    let others: Vec<&WaitingTask> = tasks
        .iter()
        .copied()
        .filter(|task| visit_of(task) != seen)
        .collect();
    if !others.is_empty() {
        ui.add_space(12.0);
        field_label(ui, "Waiting in other visits");
        for other in others.iter().take(MOST_LINKS) {
            let clicked = link(ui, &run.task_title(other), Text::Body).clicked();
            if let Some(visit) = visit_of(other).filter(|_| clicked) {
                out.push(Intent::SelectVisit(visit));
            }
        }
    }
    waiting_states(ui, run, Some(path), out);
}

/// What it waits for, since when, and its token.
fn facts(ui: &mut Ui, run: &Run, task: &WaitingTask) {
    fact(ui, "Waits for", kind_words(task));
    if let Some(workflow) = &task.workflow {
        fact(ui, "In workflow", workflow);
        fact(ui, "State", &task.name);
    }
    let start = run.trace.started_at.unwrap_or(task.since);
    fact(ui, "Since", &duration_text((task.since - start) as f64));
    if let Some(token) = &task.token {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let width = ui.available_width() - 32.0;
            ui.allocate_ui(vec2(width, 24.0), |ui| fact(ui, "Task token", token));
            if icon_button(ui, Icon::CONTENT_COPY, "Copy task token").clicked() {
                ui.ctx().copy_text(token.to_string());
            }
        });
    }
    ui.add_space(8.0);
}

fn kind_words(task: &WaitingTask) -> &'static str {
    match (&task.token, task.resource.contains(":activity:")) {
        (Some(_), true) => "A worker of the activity",
        (Some(_), false) => "Its task token to come back",
        (None, _) => "An answer by hand",
    }
}

fn answer(ui: &mut Ui, run: &Run, task: &WaitingTask, draft: &mut Draft, out: &mut Vec<Intent>) {
    let choices = [(Kind::Success, "Success"), (Kind::Failure, "Failure")];
    if let Some(kind) = segments(ui, "Answer", draft.kind, &choices, None) {
        draft.kind = kind;
    }
    ui.add_space(8.0);
    let id = egui::Id::unique(("answer", task.state.as_str()));
    let outcome = match draft.kind {
        Kind::Success => output(ui, id, draft),
        Kind::Failure => {
            let error = Field {
                label: "Error",
                hint: "The name that retriers and catchers match",
                code: true,
                ..Field::default()
            };
            error.show(ui, id.with("error"), &mut draft.error);
            ui.add_space(6.0);
            let cause = Field {
                label: "Cause",
                rows: 3,
                ..Field::default()
            };
            cause.show(ui, id.with("cause"), &mut draft.cause);
            let text = |text: &str| (!text.is_empty()).then(|| Arc::from(text));
            Some(Outcome::Failed(Fault {
                error: text(draft.error.trim()),
                cause: text(&draft.cause),
                origin: None,
            }))
        }
    };
    ui.add_space(8.0);
    let words = match draft.kind {
        Kind::Success => "Send success",
        Kind::Failure => "Send failure",
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 8.0);
        let send = |outcome: Outcome| Intent::AnswerTask {
            task: task.key.clone(),
            outcome,
        };
        let ready = outcome.is_some();
        let sent = ui.add_enabled_ui(ready, |ui| ui.add(Button::primary(words)).clicked());
        if let Some(outcome) = outcome.filter(|_| sent.inner) {
            out.push(send(outcome));
        }
        if task.token.is_some() && ui.add(Button::new("Send heartbeat")).clicked() {
            out.push(send(Outcome::Heartbeat));
        }
        if task.held && times_out(run, task) {
            let release = ui.add(Button::new("Let time pass"));
            let hint = "The clock stands still for this task; let its timeouts come";
            if release.on_hover_text(hint).clicked() {
                out.push(Intent::ReleaseTask(task.key.clone()));
            }
        }
    });
}

/// Whether letting time pass would bring a timeout, of the state or of the workflow. Of a nested workflow
/// nothing is known.
fn times_out(run: &Run, task: &WaitingTask) -> bool {
    const OF_A_STATE: [&str; 4] = [
        "TimeoutSeconds",
        "TimeoutSecondsPath",
        "HeartbeatSeconds",
        "HeartbeatSecondsPath",
    ];
    let tree = &run.revision.tree;
    let state = run.revision.machine.find(&task.state);
    let own = state.is_some_and(|state| {
        let has = |field: &str| tree.get(state.node, field).is_some();
        OF_A_STATE.into_iter().any(has)
    });
    let whole = tree
        .root()
        .and_then(|root| tree.get(root, "TimeoutSeconds"));
    task.key.depth() > 0 || own || whole.is_some()
}

/// The output as JSON; none while it is none.
fn output(ui: &mut Ui, id: egui::Id, draft: &mut Draft) -> Option<Outcome> {
    let skin = Skin::of(ui.ctx());
    field_label(ui, "Output");
    let parsed = Value::parse(&draft.output);
    let rows = draft.output.lines().count().clamp(3, 14);
    ScrollArea::vertical()
        .id_salt(id.with("scroll"))
        .max_height(14.0 * 20.0)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            let wrong = parsed.is_err();
            json_field(
                ui,
                id.with("output"),
                "Output",
                &mut draft.output,
                rows,
                wrong,
            );
        });
    match parsed {
        Ok(value) => {
            help_text(ui, "What the task returns, as JSON");
            Some(Outcome::Succeeded(value))
        }
        Err(error) => {
            let color = skin.color(Role::StatusText(Status::Failed));
            let words = format!("The output is {error}");
            ui.label(Text::Small.rich(words).color(color));
            None
        }
    }
}

/// Links to the states in which tasks wait, but for the one that is shown.
pub(crate) fn waiting_states(
    ui: &mut Ui,
    run: &Run,
    shown: Option<&StatePath>,
    out: &mut Vec<Intent>,
) {
    let mut states = run.waiting_states();
    if let Some(shown) = shown {
        states.remove(shown);
    }
    if states.is_empty() {
        return;
    }
    ui.add_space(12.0);
    field_label(
        ui,
        match shown {
            Some(_) => "Waiting elsewhere",
            None => "Waiting for an answer",
        },
    );
    for state in states {
        if link(ui, &state.name(), Text::Body).clicked() {
            out.push(Intent::Reveal(state));
        }
    }
}
