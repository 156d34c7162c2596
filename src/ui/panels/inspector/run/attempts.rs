//! The attempts of a Task, or the starts of a Map or Parallel: each with its error and the wait after it.

use egui::CornerRadius;
use egui::Rect;
use egui::Role as A11y;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::asl::StateKind;
use crate::query::Value;
use crate::scene::Icon;
use crate::scene::Role;
use crate::session::Intent;
use crate::trace::Attempt;
use crate::trace::CallRecord;
use crate::trace::Visit;
use crate::ui::code::code_block;
use crate::ui::panels::drawer::events::shortened;
use crate::ui::panels::drawer::run::attempt_status;
use crate::ui::panels::inspector::body;
use crate::ui::panels::inspector::run::Shown;
use crate::ui::panels::inspector::run::details::failure;
use crate::ui::panels::words::capital;
use crate::ui::panels::words::paint_right;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::widgets::duration_text;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::field_label;
use crate::ui::widgets::help_text;
use crate::ui::widgets::status_icon;

/// More attempts than this are not listed; the last ones are what counts.
const MOST: usize = 200;

/// The texts of the attempt that is open.
#[derive(Clone, Debug, Default)]
pub struct AttemptsView {
    texts: Option<((u64, usize, usize, u64), Texts)>,
}

#[derive(Clone, Debug, Default)]
struct Texts {
    parameters: Option<String>,
    submitted: Option<String>,
    result: Option<String>,
}

/// The attempts of a visit.
pub(crate) fn show(
    ui: &mut Ui,
    shown: Shown<'_>,
    visit: &Visit,
    view: &mut AttemptsView,
    out: &mut Vec<Intent>,
) {
    if visit.attempts.is_empty() {
        let more = match visit.kind {
            StateKind::Task => "The state ended before it called the task",
            StateKind::Map | StateKind::Parallel => "Nothing inside was started",
            _ => "Only Task, Map and Parallel are tried again",
        };
        empty_state(ui, Icon::REPLAY, "No attempts", more);
        return;
    }
    let last = visit.attempts.len() - 1;
    let current = shown.run.selected_attempt.unwrap_or(last).min(last);
    body(ui, ("run attempts", visit.index), |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let skipped = visit.attempts.len().saturating_sub(MOST);
        if skipped > 0 {
            help_text(ui, &format!("{skipped} earlier attempts are not listed"));
        }
        let latest = shown.run.trace.latest;
        for (place, attempt) in visit.attempts.iter().enumerate().skip(skipped) {
            if attempt_row(ui, place, attempt, place == current, latest) {
                out.push(Intent::SelectAttempt(place));
            }
            if let Some(next) = visit.attempts.get(place + 1) {
                wait_row(ui, attempt, next);
            }
        }
        ui.spacing_mut().item_spacing.y = 4.0;
        if let Some(attempt) = visit.attempts.get(current) {
            let key = (shown.run.id.0, visit.index, current, visit.last_event);
            let texts = view.texts(key, attempt);
            ui.add_space(8.0);
            if let Some(call) = shown.run.call_of(visit, current) {
                made_for_real(ui, call);
            }
            block(ui, "Sent", texts.parameters.as_deref());
            block(ui, "Submission answered with", texts.submitted.as_deref());
            block(ui, "Result", texts.result.as_deref());
            failure(ui, attempt.error.as_deref(), attempt.cause.as_deref(), None);
        }
        retriers(ui, shown);
    });
}

impl AttemptsView {
    fn texts(&mut self, key: (u64, usize, usize, u64), attempt: &Attempt) -> Texts {
        if let Some((known, texts)) = &self.texts
            && *known == key
        {
            return texts.clone();
        }
        let text = |value: &Option<Value>| {
            let text = value.as_ref().map(Value::to_json_pretty)?;
            Some(shortened(&text).into_owned())
        };
        let texts = Texts {
            parameters: text(&attempt.parameters),
            submitted: text(&attempt.submitted),
            result: text(&attempt.result),
        };
        self.texts = Some((key, texts.clone()));
        texts
    }
}

/// What answered, how long it took, and what it wrote.
fn made_for_real(ui: &mut Ui, call: &CallRecord) {
    field_label(ui, "Answered by");
    let target = call.target.as_str();
    let skin = Skin::of(ui.ctx());
    let words = format!("The {target}");
    ui.add(egui::Label::new(Text::Body.rich(&words).color(skin.color(Role::Text))).wrap());
    help_text(ui, &capital(&call.timing()));
    if let Some(instead) = &call.instead {
        help_text(ui, &format!("Not by what comes first: {instead}"));
    }
    ui.add_space(8.0);
    if !call.log.is_empty() {
        block(ui, "Log", Some(call.log.trim_end()));
    }
}

fn block(ui: &mut Ui, title: &str, text: Option<&str>) {
    if let Some(text) = text {
        field_label(ui, title);
        let id = ui.scope_id().with(("attempt", title));
        code_block(ui, id, text, Some(260.0));
        ui.add_space(8.0);
    }
}

fn attempt_row(ui: &mut Ui, place: usize, attempt: &Attempt, selected: bool, latest: i64) -> bool {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 28.0));
    let id = ui.scope_id().with(("attempt", place));
    let response = ui.interact(rect, id, Sense::click());
    let status = attempt_status(attempt.status);
    let word = attempt.status.word();
    let took = (attempt.ended_at.unwrap_or(latest) - attempt.started_at).max(0);
    let took = duration_text(took as f64);
    let title = format!("Attempt {}", place + 1);
    let name = format!("{title}, {word}, {took}");
    response.widget_info(|| WidgetInfo::selected(A11y::ListItem, true, selected, &name));
    if selected || response.hovered() || response.has_focus() {
        let ground = if selected {
            Role::AccentFill
        } else {
            Role::Hover
        };
        let rect = rect.expand2(vec2(8.0, 0.0));
        ui.painter()
            .rect_filled(rect, CornerRadius::same(6), skin.color(ground));
    }
    let color = skin.color(Role::StatusText(status));
    paint_icon(
        ui,
        pos2(rect.left() + 8.0, rect.center().y),
        status_icon(status),
        16.0,
        color,
    );
    let cell = |left: f32, right: f32| {
        Rect::from_min_max(
            pos2(rect.left() + left, rect.top()),
            pos2(right, rect.bottom()),
        )
    };
    let text = if selected { Text::Strong } else { Text::Body };
    text.paint(
        ui,
        cell(24.0, rect.left() + 100.0),
        &title,
        skin.color(Role::Text),
    );
    let error = attempt.error.as_deref().unwrap_or(word);
    Text::Body.paint(ui, cell(104.0, rect.right() - 72.0), error, color);
    paint_right(ui, rect, &took, Text::Body, skin.color(Role::WeakText));
    response.clicked()
}

/// The back-off between two attempts.
fn wait_row(ui: &mut Ui, attempt: &Attempt, next: &Attempt) {
    let skin = Skin::of(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
    let end = attempt.ended_at.unwrap_or(attempt.started_at);
    let words = format!(
        "waited {}",
        duration_text((next.started_at - end).max(0) as f64)
    );
    response.widget_info(|| WidgetInfo::labeled(A11y::Label, true, &words));
    let weak = skin.color(Role::WeakText);
    let x = rect.left() + 8.0;
    ui.painter()
        .vline(x, rect.shrink(3.0).y_range(), skin.stroke(1.5, Role::Ghost));
    let area = Rect::from_min_max(pos2(rect.left() + 24.0, rect.top()), rect.max);
    Text::Small.paint(ui, area, &words, weak);
}

/// The Retry field the state had.
fn retriers(ui: &mut Ui, shown: Shown<'_>) {
    let tree = &shown.run.revision.tree;
    let text = shown
        .state
        .and_then(|state| tree.get(state.node, "Retry"))
        .map(|node| tree.span(node).of(shown.run.revision.text()));
    ui.add_space(8.0);
    match text {
        Some(text) => {
            field_label(ui, "Retry in the definition");
            let id = ui.scope_id().with("retry text");
            let text = crate::ui::panels::inspector::run::outdented(text);
            code_block(ui, id, shortened(&text).as_ref(), None);
        }
        None => help_text(ui, "This state has no Retry, so it is tried once"),
    }
}
