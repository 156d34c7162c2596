//! The facts of a visit: times, error and cause, the variables it assigned.

use egui::Rect;
use egui::Role as A11y;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::asl::StateKind;
use crate::engine::moment_text;
use crate::query::Value;
use crate::scene::Role;
use crate::scene::Status;
use crate::scene::visit_status;
use crate::session::Intent;
use crate::session::Run;
use crate::trace::Visit;
use crate::ui::code::code_block;
use crate::ui::panels::drawer::events::shortened;
use crate::ui::panels::inspector::run::Shown;
use crate::ui::panels::inspector::run::run_status;
use crate::ui::panels::inspector::run::waiting::waiting_states;
use crate::ui::panels::words::capital;
use crate::ui::panels::words::count;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::widgets::Button;
use crate::ui::widgets::duration_text;
use crate::ui::widgets::field_label;
use crate::ui::widgets::one_line;
use crate::ui::widgets::sentence;
use crate::ui::widgets::size_text;
use crate::ui::widgets::status_icon;

/// What this tab remembers: sizes, which are costly to count.
#[derive(Clone, Debug, Default)]
pub struct DetailsView {
    sizes: Option<Sizes>,
}

/// Bytes of input and output, of a run's visit up to its latest event.
#[derive(Clone, Debug)]
struct Sizes {
    of: (u64, usize, u64),
    bytes: [Option<usize>; 2],
}

/// The details of a visit.
pub(crate) fn show(ui: &mut Ui, shown: Shown<'_>, visit: &Visit, view: &mut DetailsView) {
    let run = shown.run;
    let start = run.trace.started_at.unwrap_or(visit.entered_at);
    let status = visit_status(visit.status);
    fact_status(ui, status, status.word());
    fact(
        ui,
        "Duration",
        &duration_text(visit.duration(run.trace.latest) as f64),
    );
    fact(
        ui,
        "Entered after",
        &duration_text((visit.entered_at - start) as f64),
    );
    fact(ui, "Entered at", &moment_text(visit.entered_at));
    if let Some(ended) = visit.ended_at {
        fact(ui, "Left at", &moment_text(ended));
    }
    if let Some(resource) = shown.state.and_then(|state| state.resource.as_deref()) {
        fact(ui, "Resource", resource);
    }
    if let Some(index) = visit.lane_index() {
        let container = visit.parent.and_then(|parent| run.trace.visit(parent));
        let (word, number) = match container.map(|container| container.kind) {
            Some(StateKind::Parallel) => ("Branch", index + 1),
            Some(_) | None => ("Iteration", index),
        };
        fact(ui, word, &number.to_string());
    }
    if let Some(length) = visit.length {
        fact(ui, "Iterations", &length.to_string());
    }
    if !visit.attempts.is_empty() {
        fact(ui, "Attempts", &visit.attempts.len().to_string());
    }
    let last = visit.attempts.len().saturating_sub(1);
    let call = run.call_of(visit, last);
    if let Some(call) = call {
        fact(ui, "Answered by", &capital(&call.target));
        fact(ui, "Call", &capital(&call.timing()));
    }
    let [input, output] = view.sizes(run, visit);
    if let Some(input) = input {
        fact(ui, "Input", &size_text(input));
    }
    if let Some(output) = output {
        fact(ui, "Output", &size_text(output));
    }
    if visit.edited {
        fact(ui, "Edited", "The input was changed by hand at a pause");
    }
    let told = run
        .reason
        .as_ref()
        .filter(|_| run.trace.failed_visit == Some(visit.index));
    failure(
        ui,
        visit.error.as_deref(),
        visit.cause.as_deref(),
        told.map(|reason| reason.why.as_str()),
    );
    if let Some(call) = call.filter(|call| !call.log.is_empty()) {
        ui.add_space(8.0);
        field_label(ui, "Log");
        let id = ui.scope_id().with(("call log", visit.index));
        code_block(ui, id, call.log.trim_end(), Some(220.0));
    }
    if !visit.assigned.is_empty() {
        let variables = visit
            .assigned
            .iter()
            .map(|(name, value)| (name.as_ref(), value));
        show_variables(ui, "Variables assigned", variables);
    }
}

/// The details of the run as a whole.
pub(crate) fn show_whole(ui: &mut Ui, run: &Run, view: &mut DetailsView, out: &mut Vec<Intent>) {
    let (status, words) = run_status(run);
    fact_status(ui, status, words);
    fact(ui, "Duration", &duration_text(run.duration() as f64));
    if let Some(start) = run.trace.started_at {
        fact(ui, "Started at", &moment_text(start));
    }
    fact(ui, "Visits", &count(run.trace.visits.len(), "state"));
    fact(ui, "Events", &run.events.len().to_string());
    view.sizes = None;
    waiting_states(ui, run, None, out);
    if let Some(reason) = &run.reason {
        failure(
            ui,
            reason.error.as_deref(),
            reason.cause.as_deref(),
            Some(&reason.why),
        );
        if let Some(state) = &reason.state {
            ui.add_space(8.0);
            let label = format!("Show {}", reason.what);
            if ui.add(Button::new(&label)).clicked() {
                out.push(Intent::Reveal(state.clone()));
            }
        }
    }
    if !run.variables.is_empty() {
        let variables = run
            .variables
            .iter()
            .map(|(name, value)| (name.as_str(), value));
        show_variables(ui, "Variables at the end", variables);
    }
}

impl DetailsView {
    fn sizes(&mut self, run: &Run, visit: &Visit) -> [Option<usize>; 2] {
        let key = (run.id.0, visit.index, visit.last_event);
        match &self.sizes {
            Some(known) if known.of == key => known.bytes,
            _ => {
                let output = visit.output.as_ref().map(Value::json_len);
                let bytes = [Some(visit.input.json_len()), output];
                self.sizes = Some(Sizes { of: key, bytes });
                bytes
            }
        }
    }
}

/// A label and what it says, 24 high; the whole of it in the tooltip.
pub(crate) fn fact(ui: &mut Ui, label: &str, text: &str) {
    let skin = Skin::of(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    let spoken = format!("{label}: {text}");
    response.widget_info(|| WidgetInfo::labeled(A11y::Label, true, &spoken));
    Text::Small.paint(ui, rect, label, skin.color(Role::WeakText));
    let area = Rect::from_min_max(pos2(rect.left() + 104.0, rect.top()), rect.max);
    Text::Body.paint(ui, area, text, skin.color(Role::Text));
    if Text::Body.width(ui, text) > area.width() {
        response.on_hover_text(text);
    }
}

fn fact_status(ui: &mut Ui, status: Status, words: &str) {
    let skin = Skin::of(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    let spoken = format!("Status: {words}");
    response.widget_info(|| WidgetInfo::labeled(A11y::Label, true, &spoken));
    Text::Small.paint(ui, rect, "Status", skin.color(Role::WeakText));
    let color = skin.color(Role::StatusText(status));
    let left = rect.left() + 104.0;
    paint_icon(
        ui,
        pos2(left + 8.0, rect.center().y),
        status_icon(status),
        16.0,
        color,
    );
    let area = Rect::from_min_max(pos2(left + 22.0, rect.top()), rect.max);
    Text::Body.paint(ui, area, words, color);
}

/// Error, why in plain words, and the cause as it came.
pub(crate) fn failure(ui: &mut Ui, error: Option<&str>, cause: Option<&str>, why: Option<&str>) {
    let skin = Skin::of(ui.ctx());
    let color = skin.color(Role::Text);
    if error.is_none() && cause.is_none() && why.is_none() {
        return;
    }
    ui.add_space(8.0);
    if let Some(error) = error {
        field_label(ui, "Error");
        let failed = skin.color(Role::StatusText(Status::Failed));
        ui.add(
            egui::Label::new(Text::Code.rich(error).color(failed))
                .wrap()
                .selectable(true),
        );
    }
    if let Some(why) = why {
        let mut job = sentence(why, Text::Body, color);
        job.wrap.max_width = ui.available_width();
        ui.add(egui::Label::new(job).wrap().selectable(true));
    }
    if let Some(cause) = cause.filter(|cause| !cause.is_empty()) {
        ui.add_space(4.0);
        field_label(ui, "Cause");
        let json = Value::parse(cause)
            .ok()
            .filter(|value| value.as_object().is_some());
        match json {
            Some(value) => {
                let text = value.to_json_pretty();
                let id = ui.scope_id().with("cause");
                code_block(ui, id, shortened(&text).as_ref(), Some(220.0));
            }
            None => {
                let text = shortened(cause);
                ui.add(
                    egui::Label::new(Text::Body.rich(text).color(color))
                        .wrap()
                        .selectable(true),
                );
            }
        }
    }
}

/// Variables by name, one line each; the whole value in the tooltip.
pub(crate) fn show_variables<'a>(
    ui: &mut Ui,
    title: &str,
    variables: impl Iterator<Item = (&'a str, &'a Value)>,
) {
    let skin = Skin::of(ui.ctx());
    ui.add_space(8.0);
    field_label(ui, title);
    ui.spacing_mut().item_spacing.y = 0.0;
    let name_width = (ui.available_width() * 0.34).clamp(80.0, 160.0);
    for (name, value) in variables {
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::click());
        let brief = one_line(value, 120);
        let name = format!("${name}");
        let spoken = format!("{name}: {brief}");
        response.widget_info(|| WidgetInfo::labeled(A11y::ListItem, true, &spoken));
        if response.hovered() || response.has_focus() {
            ui.painter()
                .rect_filled(rect.expand2(vec2(4.0, 0.0)), 4.0, skin.color(Role::Hover));
        }
        let left = Rect::from_min_max(
            rect.min,
            pos2(rect.left() + name_width - 8.0, rect.bottom()),
        );
        let key = Role::Code(crate::scene::CodeRole::Key);
        Text::Code.paint(ui, left, &name, skin.color(key));
        let right = Rect::from_min_max(pos2(rect.left() + name_width, rect.top()), rect.max);
        Text::Code.paint(ui, right, &brief, skin.color(tone(value)));
        if response.clicked() {
            ui.ctx().copy_text(value.to_json_pretty());
        }
        response.on_hover_ui(|ui| {
            ui.set_max_width(480.0);
            let text = value.to_json_pretty();
            let text: String = text.chars().take(1_500).collect();
            ui.label(Text::Code.rich(text));
            ui.label(Text::Small.rich("Click to copy"));
        });
    }
}

const fn tone(value: &Value) -> Role {
    use crate::scene::CodeRole;
    match value {
        Value::Null | Value::Bool(_) => Role::Code(CodeRole::Keyword),
        Value::Number(_) => Role::Code(CodeRole::Number),
        Value::String(_) => Role::Code(CodeRole::String),
        Value::Array(_) | Value::Object(_) => Role::SecondText,
    }
}
