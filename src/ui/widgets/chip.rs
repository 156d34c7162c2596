//! Small marks: chips, status chips, icon tiles, key caps.

use egui::CornerRadius;
use egui::Rect;
use egui::Response;
use egui::Role as A11y;
use egui::Sense;
use egui::StrokeKind;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::asl::Severity;
use crate::scene::Family;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;

/// The icon of a status; each status has one besides its word.
pub const fn status_icon(status: Status) -> Icon {
    match status {
        Status::Succeeded => Icon::CHECK_CIRCLE,
        Status::Failed => Icon::CANCEL,
        Status::Running => Icon::PROGRESS_ACTIVITY,
        Status::Caught => Icon::ERROR,
        Status::Aborted => Icon::BLOCK,
        Status::Paused => Icon::PAUSE_CIRCLE,
        Status::NotReached => Icon::RADIO_BUTTON_UNCHECKED,
    }
}

/// Icon and status colours of a problem.
pub const fn severity_icon(severity: Severity) -> (Icon, Status) {
    match severity {
        Severity::Error => (Icon::CANCEL, Status::Failed),
        Severity::Warning => (Icon::WARNING, Status::Caught),
        Severity::Info => (Icon::INFO, Status::Running),
    }
}

/// A word in a rounded frame, 20 high.
pub fn chip(ui: &mut Ui, text: &str) -> Response {
    let skin = Skin::of(ui.ctx());
    let width = Text::Caption.width(ui, text) + 16.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, 20.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(A11y::Label, true, text));
    ui.painter().rect(
        rect,
        CornerRadius::same(10),
        skin.color(Role::Panel),
        skin.stroke(1.0, Role::Border),
        StrokeKind::Inside,
    );
    Text::Caption.paint(
        ui,
        rect.shrink2(vec2(7.5, 0.0)),
        text,
        skin.color(Role::SecondText),
    );
    response
}

/// A number behind a word, 18 high; painted at a place, returns its width.
pub fn count_chip(ui: &Ui, left_center: egui::Pos2, count: usize) -> f32 {
    let skin = Skin::of(ui.ctx());
    let text = count.to_string();
    let width = (Text::Caption.width(ui, &text) + 10.0).max(18.0);
    let rect = Rect::from_min_size(pos2(left_center.x, left_center.y - 9.0), vec2(width, 18.0));
    ui.painter()
        .rect_filled(rect, CornerRadius::same(9), skin.color(Role::Press));
    let words = Text::Caption.width(ui, &text);
    let area = Rect::from_center_size(rect.center(), vec2(words + 1.0, 16.0));
    Text::Caption.paint(ui, area, &text, skin.color(Role::SecondText));
    width
}

/// The status with icon and word, 20 high.
pub fn status_chip(ui: &mut Ui, status: Status) -> Response {
    tone_chip(ui, status, status_icon(status), status.word())
}

/// A chip in the colours of a status with words of its own.
pub fn tone_chip(ui: &mut Ui, status: Status, icon: Icon, text: &str) -> Response {
    let skin = Skin::of(ui.ctx());
    let words = Text::LabelStrong.width(ui, text);
    let (rect, response) = ui.allocate_exact_size(vec2(words + 30.0, 20.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(A11y::Label, true, text));
    let color = skin.color(Role::StatusText(status));
    let fill = skin.color(Role::StatusFill(status));
    ui.painter().rect_filled(rect, CornerRadius::same(10), fill);
    if skin.theme.extra_stroke() > 0.0 {
        let stroke = skin.stroke(0.5, Role::StatusLine(status));
        ui.painter()
            .rect_stroke(rect, CornerRadius::same(10), stroke, StrokeKind::Inside);
    }
    paint_icon(
        ui,
        pos2(rect.left() + 12.0, rect.center().y),
        icon,
        16.0,
        color,
    );
    let area = Rect::from_min_max(pos2(rect.left() + 22.0, rect.top()), rect.max);
    Text::LabelStrong.paint(ui, area, text, color);
    response
}

/// The icon tile of a state: 20, 24 or 32 square. `dim` greys it where the state was not reached.
pub fn tile(ui: &Ui, rect: Rect, family: Family, icon: Icon, dim: bool) {
    let skin = Skin::of(ui.ctx());
    let (ground, ink) = if dim {
        (Role::KindTile(Family::Flow), Role::WeakText)
    } else {
        (Role::KindTile(family), Role::KindIcon(family))
    };
    let radius = if rect.width() > 22.0 { 6 } else { 5 };
    ui.painter()
        .rect_filled(rect, CornerRadius::same(radius), skin.color(ground));
    let size = if rect.width() >= 30.0 {
        20.0
    } else {
        rect.width() * 0.7
    };
    paint_icon(ui, rect.center(), icon, size, skin.color(ink));
}

/// A key as it stands on the keyboard, 18 high; painted with its right centre at a point, returns its width.
pub fn key_cap(ui: &Ui, right_center: egui::Pos2, text: &str) -> f32 {
    let skin = Skin::of(ui.ctx());
    let words = Text::Caption.width(ui, text);
    let width = (words + 8.0).max(18.0);
    let rect = Rect::from_min_size(
        pos2(right_center.x - width, right_center.y - 9.0),
        vec2(width, 18.0),
    );
    ui.painter().rect(
        rect,
        CornerRadius::same(4),
        skin.color(Role::Panel),
        skin.stroke(1.0, Role::Border),
        StrokeKind::Inside,
    );
    let area = Rect::from_center_size(rect.center(), vec2(words + 1.0, 16.0));
    Text::Caption.paint(ui, area, text, skin.color(Role::SecondText));
    width
}
