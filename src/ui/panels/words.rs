//! Words several panels share: sentences with code in them, strips that tell something, counts.

use egui::CornerRadius;
use egui::Rect;
use egui::Role as A11y;
use egui::Sense;
use egui::Ui;
use egui::UiBuilder;
use egui::WidgetInfo;
use egui::pos2;
use egui::text::TextWrapping;
use egui::vec2;

use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::text::upper_first;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::widgets::sentence;
use crate::ui::widgets::spoken;

/// Content at a place that is allocated already; what follows stands where it would without it.
pub fn put_at<R>(ui: &mut Ui, rect: Rect, content: impl FnOnce(&mut Ui) -> R) -> R {
    content(&mut ui.new_child(UiBuilder::new().max_rect(rect)))
}

/// Paints a sentence on one line, centred in the height of `rect` and cut with `…`. Returns its width.
pub fn paint_sentence(ui: &Ui, rect: Rect, text: &str, role: Text, color: egui::Color32) -> f32 {
    let mut job = sentence(text, role, color);
    job.wrap = TextWrapping::truncate_at_width(rect.width().max(0.0));
    let galley = ui.painter().layout_job(job);
    let size = galley.size();
    let at = pos2(rect.left(), rect.center().y - size.y / 2.0);
    ui.painter().galley(at, galley, color);
    size.x
}

/// Paints words that end at the right edge of `rect`.
pub fn paint_right(ui: &Ui, rect: Rect, text: &str, role: Text, color: egui::Color32) -> f32 {
    let width = role.width(ui, text).min(rect.width());
    let area = Rect::from_min_max(pos2(rect.right() - width - 0.5, rect.top()), rect.max);
    role.paint(ui, area.expand2(vec2(0.5, 0.0)), text, color);
    width
}

/// A strip across a panel, 32 high, in the colours of a status: an icon and a sentence.
pub fn strip(ui: &mut Ui, status: Status, icon: Icon, text: &str) {
    let skin = Skin::of(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 32.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(A11y::Status, true, spoken(text)));
    ui.painter().rect_filled(
        rect,
        CornerRadius::ZERO,
        skin.color(Role::StatusFill(status)),
    );
    let color = skin.color(Role::StatusText(status));
    paint_icon(
        ui,
        pos2(rect.left() + 24.0, rect.center().y),
        icon,
        16.0,
        color,
    );
    let area = Rect::from_min_max(
        pos2(rect.left() + 40.0, rect.top()),
        pos2(rect.right() - 16.0, rect.bottom()),
    );
    let width = paint_sentence(ui, area, text, Text::Body, skin.color(Role::Text));
    if width > area.width() - 1.0 {
        response.on_hover_text(spoken(text));
    }
}

/// "1 state", "3 states".
pub fn count(number: usize, word: &str) -> String {
    match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    }
}

/// A sentence of a trace as it stands on the screen: with a capital, unless it begins with a name.
pub fn capital(text: &str) -> String {
    let first = text.split([' ', ',', ':']).next().unwrap_or_default();
    let is_word = first.chars().all(|c| c.is_ascii_lowercase() || c == '\'');
    match is_word {
        true => upper_first(text),
        false => text.to_owned(),
    }
}
