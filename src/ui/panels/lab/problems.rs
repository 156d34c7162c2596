//! Between template and values: what can be said of the template, with a mend each where there is one.

use egui::CornerRadius;
use egui::Rect;
use egui::Role as A11y;
use egui::ScrollArea;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::asl::Severity;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Intent;
use crate::session::Lab;
use crate::session::LabIntent;
use crate::text::LineIndex;
use crate::ui::code::CodeMark;
use crate::ui::panels::lab::LabView;
use crate::ui::panels::words::paint_sentence;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::view::Outbox;
use crate::ui::widgets::Button;
use crate::ui::widgets::spoken;

const ROW: f32 = 32.0;
/// Rows that are seen at once.
const SEEN: usize = 3;

/// The marks of the remarks under the template.
pub fn marks(lab: &Lab) -> Vec<CodeMark> {
    if lab.sight.template != lab.template().text {
        return Vec::new();
    }
    let lints = lab.sight.lints.iter();
    lints
        .map(|lint| CodeMark {
            span: lint.span,
            severity: Severity::Warning,
            message: lint.message.clone(),
        })
        .collect()
}

/// The room the remarks need.
pub fn height(lab: &Lab) -> f32 {
    if lab.sight.template != lab.template().text {
        return 0.0;
    }
    ROW * lab.sight.lints.len().min(SEEN) as f32
}

/// One row for each remark, in a place of [`height`].
pub fn show(ui: &mut Ui, lab: &Lab, view: &mut LabView, out: &mut Outbox) {
    if height(lab) == 0.0 {
        return;
    }
    let skin = Skin::of(ui.ctx());
    let area = ui.available_rect_before_wrap();
    ui.painter()
        .rect_filled(area, CornerRadius::ZERO, skin.color(Role::Panel));
    ScrollArea::vertical()
        .id_salt("lab remarks")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for index in 0..lab.sight.lints.len() {
                row(ui, lab, index, view, out);
            }
        });
}

fn row(ui: &mut Ui, lab: &Lab, index: usize, view: &mut LabView, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let Some(lint) = lab.sight.lints.get(index) else {
        return;
    };
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let id = ui.scope_id().with(("remark", index));
    let response = ui.interact(rect, id, Sense::click());
    let line = LineIndex::new(&lab.sight.template)
        .locate(&lab.sight.template, lint.span.start)
        .line;
    let words = spoken(&lint.message);
    response
        .widget_info(|| WidgetInfo::labeled(A11y::ListItem, true, format!("Line {line}: {words}")));
    if response.hovered() || response.has_focus() {
        let ground = rect.shrink2(vec2(8.0, 0.0));
        ui.painter()
            .rect_filled(ground, CornerRadius::same(6), skin.color(Role::Hover));
    }
    let y = rect.center().y;
    let color = skin.color(Role::StatusText(Status::Caught));
    paint_icon(ui, pos2(rect.left() + 24.0, y), Icon::WARNING, 16.0, color);
    let mut right = rect.right() - 16.0;
    if let Some((name, _)) = &lint.fix {
        let area = Rect::from_min_max(pos2(right - 56.0, y - 12.0), pos2(right, y + 12.0));
        let button = Button::new("Fix").small().width(56.0).name(name);
        let pressed = ui.put(area, button);
        if pressed.clicked() {
            out.push(Intent::Lab(LabIntent::Fix(index)));
        }
        pressed.on_hover_text(name);
        right = area.left() - 8.0;
    }
    let area = Rect::from_min_max(
        pos2(rect.left() + 40.0, rect.top()),
        pos2(right, rect.bottom()),
    );
    let width = paint_sentence(ui, area, &lint.message, Text::Body, skin.color(Role::Text));
    if response.clicked() {
        view.go_to(lab.side, lint.span);
    }
    if width > area.width() - 1.0 {
        response.on_hover_text(words);
    }
}
