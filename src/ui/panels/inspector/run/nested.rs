//! The executions a state has started: how each stands, and the way to it.

use egui::CornerRadius;
use egui::Rect;
use egui::Role as A11y;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::asl::StatePath;
use crate::engine::Status as EndStatus;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Intent;
use crate::session::Run;
use crate::trace::NestedRun;
use crate::trace::Visit;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::widgets::duration_text;
use crate::ui::widgets::link;
use crate::ui::widgets::status_icon;

/// More rows than this push what the state got off the screen.
const MOST: usize = 4;

/// A row for each execution that the shown visit has started.
pub(crate) fn show(
    ui: &mut Ui,
    run: &Run,
    path: &StatePath,
    visit: Option<&Visit>,
    out: &mut Vec<Intent>,
) {
    let started = run.nested.iter().filter(|nested| {
        let here = nested.key.depth() == 0 && nested.state == *path;
        let then = |visit: &Visit| {
            let end = visit.ended_at.unwrap_or(i64::MAX);
            nested.lane == visit.lane && (visit.entered_at..=end).contains(&nested.started_at)
        };
        here && visit.is_some_and(then)
    });
    for nested in started.take(MOST) {
        row(ui, nested, out);
    }
}

fn row(ui: &mut Ui, nested: &NestedRun, out: &mut Vec<Intent>) {
    let skin = Skin::of(ui.ctx());
    let (status, word) = standing(nested);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 32.0), Sense::hover());
    let duration = nested
        .ended
        .as_ref()
        .map(|ended| duration_text((ended.at - nested.started_at) as f64));
    let words = match duration {
        Some(duration) => format!("{} · {word} in {duration}", nested.workflow),
        None => format!("{} · {word}", nested.workflow),
    };
    response.widget_info(|| WidgetInfo::labeled(A11y::Label, true, &words));
    let fill = skin.color(Role::StatusFill(status));
    ui.painter().rect_filled(rect, CornerRadius::ZERO, fill);
    let color = skin.color(Role::StatusText(status));
    let at = pos2(rect.left() + 24.0, rect.center().y);
    paint_icon(ui, at, status_icon(status), 16.0, color);
    let label = match nested.ended {
        Some(_) => "Open this run",
        None => "Open workflow",
    };
    let width = Text::Body.width(ui, label) + 4.0;
    let area = Rect::from_min_max(
        pos2(rect.left() + 40.0, rect.top()),
        pos2(rect.right() - width - 28.0, rect.bottom()),
    );
    Text::Body.paint(ui, area, &words, skin.color(Role::Text));
    let place = Rect::from_min_size(
        pos2(rect.right() - width - 16.0, rect.center().y - 10.0),
        vec2(width, 20.0),
    );
    let opens = put_at(ui, place, |ui| link(ui, label, Text::Body));
    if opens.clicked() {
        out.push(Intent::OpenNested(nested.key.clone()));
    }
    response.on_hover_ui(|ui| {
        ui.label(Text::Strong.rich(nested.name.as_ref()));
        ui.label(Text::Small.rich(nested.arn.as_ref()));
        let ended = nested.ended.as_ref();
        if let Some(error) = ended.and_then(|ended| ended.error.as_deref()) {
            ui.label(Text::Small.rich(error));
        }
    });
}

fn standing(nested: &NestedRun) -> (Status, &'static str) {
    match nested.ended.as_ref().map(|ended| ended.status) {
        Some(EndStatus::Succeeded) => (Status::Succeeded, "Succeeded"),
        Some(EndStatus::Failed) => (Status::Failed, "Failed"),
        Some(EndStatus::TimedOut) => (Status::Failed, "Timed out"),
        Some(EndStatus::Aborted) => (Status::Aborted, "Aborted"),
        None => (Status::Running, "Running"),
    }
}
