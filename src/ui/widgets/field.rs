//! Form parts: label above, field, help or error below; combo box, search field, check box.

use egui::CornerRadius;
use egui::Frame;
use egui::Margin;
use egui::Rect;
use egui::Response;
use egui::Role as A11y;
use egui::Sense;
use egui::StrokeKind;
use egui::TextEdit;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::widgets::button::focus_ring;
use crate::ui::widgets::chip::key_cap;

/// A text field with all that belongs to it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Field<'a> {
    /// Above the field and its accessible name.
    pub label: &'a str,
    /// Shown while the field is empty.
    pub hint: &'a str,
    /// Below the field.
    pub help: &'a str,
    /// Below the field instead of the help; the field is framed in the failed colour.
    pub error: Option<&'a str>,
    /// A unit at the right end inside the field.
    pub suffix: &'a str,
    /// In the code font.
    pub code: bool,
    /// More than one line.
    pub rows: usize,
}

impl Field<'_> {
    /// Label, field and help, at the full available width.
    pub fn show(self, ui: &mut Ui, id: egui::Id, text: &mut String) -> Response {
        ui.spacing_mut().item_spacing.y = 4.0;
        if !self.label.is_empty() {
            field_label(ui, self.label);
        }
        let response = text_field(ui, id, text, self);
        match self.error {
            Some(error) => error_text(ui, error),
            None if !self.help.is_empty() => help_text(ui, self.help),
            None => {}
        }
        response
    }
}

/// The label above a field.
pub fn field_label(ui: &mut Ui, text: &str) {
    let skin = Skin::of(ui.ctx());
    ui.label(Text::Label.rich(text).color(skin.color(Role::SecondText)));
}

/// Help below a field, 12 in the weak colour.
pub fn help_text(ui: &mut Ui, text: &str) {
    let skin = Skin::of(ui.ctx());
    ui.label(Text::Small.rich(text).color(skin.color(Role::WeakText)));
}

fn error_text(ui: &mut Ui, text: &str) {
    let skin = Skin::of(ui.ctx());
    let color = skin.color(Role::StatusText(Status::Failed));
    ui.label(Text::Small.rich(text).color(color));
}

/// The field alone: 28 high, or as many code lines as it has rows.
pub fn text_field(ui: &mut Ui, id: egui::Id, text: &mut String, field: Field<'_>) -> Response {
    let skin = Skin::of(ui.ctx());
    let role = if field.code { Text::Code } else { Text::Body };
    let rows = field.rows.max(1);
    let suffix = if field.suffix.is_empty() {
        0.0
    } else {
        Text::Small.width(ui, field.suffix) + 8.0
    };
    let width = ui.available_width();
    let hint = role.rich(field.hint).color(skin.color(Role::WeakText));
    let margin = Margin {
        left: 9,
        right: (9.0 + suffix) as i8,
        top: 4,
        bottom: 4,
    };
    let edit = if rows > 1 {
        TextEdit::multiline(text).desired_rows(rows)
    } else {
        TextEdit::singleline(text)
    };
    let response = ui.add(
        edit.id(id)
            .font(role.font())
            .hint_text(hint)
            .text_color(skin.color(Role::Text))
            .frame(
                Frame::new()
                    .fill(skin.color(Role::Raised))
                    .corner_radius(6)
                    .inner_margin(margin),
            )
            .min_size(vec2(0.0, 28.0))
            .align(if rows > 1 {
                egui::Align2::LEFT_TOP
            } else {
                egui::Align2::LEFT_CENTER
            })
            .desired_width(width),
    );
    let name = if field.label.is_empty() {
        field.hint
    } else {
        field.label
    };
    let response = response.accessible_name(name);
    frame(ui, &response, field.error.is_some());
    if !field.suffix.is_empty() {
        let area = Rect::from_min_max(
            pos2(response.rect.right() - suffix - 2.0, response.rect.top()),
            response.rect.max,
        );
        Text::Small.paint(ui, area, field.suffix, skin.color(Role::WeakText));
    }
    response
}

fn frame(ui: &Ui, response: &Response, wrong: bool) {
    let skin = Skin::of(ui.ctx());
    let stroke = if response.has_focus() {
        skin.stroke(2.0, Role::Accent)
    } else if wrong {
        skin.stroke(1.5, Role::StatusLine(Status::Failed))
    } else if response.hovered() {
        skin.stroke(1.0, Role::Outline)
    } else {
        skin.stroke(1.0, Role::Border)
    };
    ui.painter().rect_stroke(
        response.rect,
        CornerRadius::same(6),
        stroke,
        StrokeKind::Inside,
    );
}

/// A search field with a magnifying glass and, while empty, the key that leads to it.
pub fn search_field(
    ui: &mut Ui,
    id: egui::Id,
    text: &mut String,
    hint: &str,
    key: &str,
    width: f32,
) -> Response {
    let skin = Skin::of(ui.ctx());
    let empty = text.is_empty();
    let response = ui.add(
        TextEdit::singleline(text)
            .id(id)
            .font(Text::Body.font())
            .hint_text(Text::Body.rich(hint).color(skin.color(Role::WeakText)))
            .frame(
                Frame::new()
                    .fill(skin.color(Role::Raised))
                    .corner_radius(6)
                    .inner_margin(Margin {
                        left: 32,
                        right: 28,
                        top: 4,
                        bottom: 4,
                    }),
            )
            .min_size(vec2(0.0, 28.0))
            .align(egui::Align2::LEFT_CENTER)
            .desired_width(width),
    );
    let response = response.accessible_name(hint);
    frame(ui, &response, false);
    let rect = response.rect;
    let glass = pos2(rect.left() + 17.0, rect.center().y);
    paint_icon(ui, glass, Icon::SEARCH, 16.0, skin.color(Role::SecondText));
    let right = pos2(rect.right() - 6.0, rect.center().y);
    if empty && !key.is_empty() {
        key_cap(ui, right, key);
    } else if !empty {
        let cross = Rect::from_center_size(pos2(rect.right() - 15.0, right.y), vec2(20.0, 20.0));
        let clear = ui.interact(cross, id.with("clear"), Sense::click());
        clear.widget_info(|| WidgetInfo::labeled(A11y::Button, true, "Clear the search"));
        paint_icon(
            ui,
            cross.center(),
            Icon::CLOSE,
            14.0,
            skin.color(Role::SecondText),
        );
        if clear.clicked() {
            text.clear();
            ui.ctx().request_repaint();
        }
    }
    response
}

/// A choice from a list that drops down, 28 high. Returns the one that was chosen.
pub fn combo<T: Clone + PartialEq>(
    ui: &mut Ui,
    id: egui::Id,
    name: &str,
    current: &T,
    choices: &[(T, String)],
    width: f32,
) -> Option<T> {
    combo_with_icon(ui, id, name, None, current, choices, width)
}

/// A combo box with an icon before the current choice.
pub fn combo_with_icon<T: Clone + PartialEq>(
    ui: &mut Ui,
    id: egui::Id,
    name: &str,
    icon: Option<Icon>,
    current: &T,
    choices: &[(T, String)],
    width: f32,
) -> Option<T> {
    let skin = Skin::of(ui.ctx());
    let (rect, _) = ui.allocate_exact_size(vec2(width, 28.0), Sense::hover());
    let response = ui.interact(rect, id, Sense::click());
    let shown = choices
        .iter()
        .find(|(value, _)| value == current)
        .map_or("", |(_, label)| label.as_str());
    let enabled = ui.is_enabled();
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(A11y::ComboBox, enabled, name);
        info.current_text_value = Some(shown.to_owned());
        info
    });
    ui.painter()
        .rect_filled(rect, CornerRadius::same(6), skin.color(Role::Raised));
    frame(ui, &response, false);
    let mut left = rect.left() + 10.0;
    if let Some(icon) = icon {
        paint_icon(
            ui,
            pos2(left + 7.0, rect.center().y),
            icon,
            16.0,
            skin.color(Role::SecondText),
        );
        left += 24.0;
    }
    let area = Rect::from_min_max(
        pos2(left, rect.top()),
        pos2(rect.right() - 28.0, rect.bottom()),
    );
    Text::Body.paint(ui, area, shown, skin.color(Role::Text));
    paint_icon(
        ui,
        pos2(rect.right() - 15.0, rect.center().y),
        Icon::EXPAND_MORE,
        16.0,
        skin.color(Role::SecondText),
    );
    let mut chosen = None;
    let popup = egui::Popup::menu(&response);
    let widest = if popup.is_open() {
        choices
            .iter()
            .map(|(_, label)| Text::Strong.width(ui, label) + 56.0)
            .fold(width.max(120.0), f32::max)
            .min(440.0)
    } else {
        width
    };
    popup.width(widest).gap(2.0).show(|ui| {
        egui::ScrollArea::vertical()
            .max_height(336.0)
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for (index, (value, label)) in choices.iter().enumerate() {
                    let on = value == current;
                    if choice_row(ui, id.with(index), label, on, widest) {
                        chosen = Some(value.clone());
                        ui.close();
                    }
                }
            });
    });
    chosen
}

fn choice_row(ui: &mut Ui, id: egui::Id, label: &str, on: bool, width: f32) -> bool {
    let skin = Skin::of(ui.ctx());
    let width = ui.available_width().max(width - 8.0);
    let (rect, _) = ui.allocate_exact_size(vec2(width, 28.0), Sense::hover());
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::selected(A11y::ListBoxOption, true, on, label));
    if response.hovered() || response.has_focus() {
        ui.painter()
            .rect_filled(rect, CornerRadius::same(4), skin.color(Role::Hover));
    }
    let area = Rect::from_min_max(
        pos2(rect.left() + 28.0, rect.top()),
        pos2(rect.right() - 8.0, rect.bottom()),
    );
    let role = if on { Text::Strong } else { Text::Body };
    role.paint(ui, area, label, skin.color(Role::Text));
    if on {
        paint_icon(
            ui,
            pos2(rect.left() + 15.0, rect.center().y),
            Icon::CHECK,
            16.0,
            skin.color(Role::Accent),
        );
    }
    response.clicked()
}

/// An 18 point box with words behind it.
pub fn check_box(ui: &mut Ui, on: bool, label: &str) -> Response {
    let skin = Skin::of(ui.ctx());
    let width = 18.0 + 8.0 + Text::Body.width(ui, label);
    let width = width.min(ui.available_width());
    let (rect, response) = ui.allocate_exact_size(vec2(width, 28.0), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(A11y::CheckBox, enabled, on, label));
    let mark =
        Rect::from_min_size(pos2(rect.left(), rect.center().y - 9.0), vec2(18.0, 18.0)).shrink(1.0);
    if on {
        ui.painter()
            .rect_filled(mark, CornerRadius::same(4), skin.color(Role::Accent));
        paint_icon(
            ui,
            mark.center(),
            Icon::CHECK,
            14.0,
            skin.color(Role::OnAccent),
        );
    } else {
        let border = if response.hovered() {
            Role::Accent
        } else {
            Role::Outline
        };
        ui.painter().rect(
            mark,
            CornerRadius::same(4),
            skin.color(Role::Raised),
            skin.stroke(1.5, border),
            StrokeKind::Inside,
        );
    }
    let area = Rect::from_min_max(pos2(rect.left() + 26.0, rect.top()), rect.max);
    Text::Body.paint(ui, area, label, skin.color(Role::Text));
    focus_ring(ui, rect.expand2(vec2(2.0, -2.0)), &response, 4);
    response
}
