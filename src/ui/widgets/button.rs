//! Buttons: one primary per region, normal, quiet, destructive; icon buttons and links.

use egui::Color32;
use egui::CornerRadius;
use egui::Rect;
use egui::Response;
use egui::Role as A11y;
use egui::Sense;
use egui::StrokeKind;
use egui::Ui;
use egui::Vec2;
use egui::Widget;
use egui::WidgetInfo;
use egui::vec2;

use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;

/// How much a button asks to be pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonLook {
    Primary,
    #[default]
    Normal,
    /// Without frame until the pointer is over it.
    Quiet,
    /// Normal with the words in the failed colour.
    Destructive,
}

/// A button with words, an icon, or both; 28 high, 24 when small.
#[derive(Clone, Copy, Debug, Default)]
pub struct Button<'a> {
    text: &'a str,
    icon: Option<Icon>,
    look: ButtonLook,
    small: bool,
    selected: bool,
    width: Option<f32>,
    /// The accessible name where the words alone do not say enough.
    name: Option<&'a str>,
}

impl<'a> Button<'a> {
    pub fn new(text: &'a str) -> Button<'a> {
        Button {
            text,
            ..Button::default()
        }
    }

    pub fn primary(text: &'a str) -> Button<'a> {
        Button::new(text).look(ButtonLook::Primary)
    }

    pub fn quiet(text: &'a str) -> Button<'a> {
        Button::new(text).look(ButtonLook::Quiet)
    }

    #[must_use]
    pub fn look(mut self, look: ButtonLook) -> Button<'a> {
        self.look = look;
        self
    }

    #[must_use]
    pub fn icon(mut self, icon: Icon) -> Button<'a> {
        self.icon = Some(icon);
        self
    }

    #[must_use]
    pub fn small(mut self) -> Button<'a> {
        self.small = true;
        self
    }

    #[must_use]
    pub fn selected(mut self, selected: bool) -> Button<'a> {
        self.selected = selected;
        self
    }

    /// A fixed width instead of that of the words.
    #[must_use]
    pub fn width(mut self, width: f32) -> Button<'a> {
        self.width = Some(width);
        self
    }

    #[must_use]
    pub fn name(mut self, name: &'a str) -> Button<'a> {
        self.name = Some(name);
        self
    }

    fn role(&self) -> Text {
        match (self.look, self.small) {
            (ButtonLook::Primary, false) => Text::Strong,
            (ButtonLook::Primary, true) => Text::LabelStrong,
            (_, false) => Text::Body,
            (_, true) => Text::Label,
        }
    }

    fn colors(&self, skin: Skin, response: &Response) -> (Color32, Color32, Option<Role>) {
        let down = response.is_pointer_button_down_on();
        let over = response.hovered() || response.has_focus();
        let transparent = Color32::TRANSPARENT;
        let ground = if self.selected {
            skin.color(Role::AccentFill)
        } else if down {
            skin.color(Role::Press)
        } else if over {
            skin.color(Role::Hover)
        } else {
            match self.look {
                ButtonLook::Quiet => transparent,
                _ => skin.color(Role::Raised),
            }
        };
        match self.look {
            ButtonLook::Primary => {
                let role = if over || down {
                    Role::AccentHover
                } else {
                    Role::Accent
                };
                (skin.color(role), skin.color(Role::OnAccent), None)
            }
            ButtonLook::Normal => {
                let border = if response.hovered() {
                    Role::Outline
                } else {
                    Role::Border
                };
                (ground, skin.color(Role::Text), Some(border))
            }
            ButtonLook::Quiet => {
                let text = if self.selected || over {
                    Role::Text
                } else {
                    Role::SecondText
                };
                (ground, skin.color(text), None)
            }
            ButtonLook::Destructive => (
                ground,
                skin.color(Role::StatusText(Status::Failed)),
                Some(Role::Border),
            ),
        }
    }
}

impl Widget for Button<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let skin = Skin::of(ui.ctx());
        let height = if self.small { 24.0 } else { 28.0 };
        let icon_size = if self.small { 16.0 } else { 18.0 };
        let padding = if self.small || (self.text.is_empty()) {
            (if self.small { 8.0 } else { 5.0 }) as f32
        } else {
            12.0
        };
        let words = if self.text.is_empty() {
            0.0
        } else {
            self.role().width(ui, self.text)
        };
        let gap = if self.icon.is_some() && words > 0.0 {
            if self.small { 4.0 } else { 6.0 }
        } else {
            0.0
        };
        let icon = if self.icon.is_some() { icon_size } else { 0.0 };
        let content = icon + gap + words;
        let natural = if self.text.is_empty() {
            height
        } else {
            content + 2.0 * padding
        };
        let width = self
            .width
            .unwrap_or(natural)
            .min(ui.available_width().max(height));
        let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click());
        let enabled = ui.is_enabled();
        let name = self.name.unwrap_or(self.text);
        response.widget_info(|| WidgetInfo::labeled(A11y::Button, enabled, name));
        if ui.is_rect_visible(rect) {
            let (ground, text, border) = self.colors(skin, &response);
            let radius = CornerRadius::same(6);
            ui.painter().rect_filled(rect, radius, ground);
            if let Some(border) = border {
                let stroke = skin.stroke(1.0, border);
                ui.painter()
                    .rect_stroke(rect, radius, stroke, StrokeKind::Inside);
            }
            let room = (rect.width() - 2.0 * padding).max(0.0);
            let mut x = rect.left() + padding + ((room - content) / 2.0).max(0.0);
            if self.text.is_empty() {
                x = rect.center().x - icon / 2.0;
            }
            if let Some(icon_shape) = self.icon {
                let center = egui::pos2(x + icon / 2.0, rect.center().y);
                paint_icon(ui, center, icon_shape, icon_size, text);
                x += icon + gap;
            }
            if words > 0.0 {
                let area = Rect::from_min_max(
                    egui::pos2(x, rect.top()),
                    egui::pos2(rect.right() - padding + 1.0, rect.bottom()),
                );
                self.role().paint(ui, area, self.text, text);
            }
            focus_ring(ui, rect, &response, 6);
        }
        if words > width {
            response.on_hover_text(self.text)
        } else {
            response
        }
    }
}

/// The ring around what the keyboard has reached: accent, 2 points.
pub(crate) fn focus_ring(ui: &Ui, rect: Rect, response: &Response, radius: u8) {
    if response.has_focus() {
        let skin = Skin::of(ui.ctx());
        let stroke = skin.stroke(2.0, Role::Accent);
        ui.painter()
            .rect_stroke(rect, CornerRadius::same(radius), stroke, StrokeKind::Inside);
    }
}

/// A 28×28 button with an icon; its name is the tooltip and what a screen reader says.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    ui.add(Button::quiet("").icon(icon).name(name))
        .on_hover_text(name)
        .on_disabled_hover_text(name)
}

/// An icon button that stays pressed.
pub fn toggle_button(ui: &mut Ui, icon: Icon, name: &str, on: bool) -> Response {
    ui.add(Button::quiet("").icon(icon).name(name).selected(on))
        .on_hover_text(name)
}

/// Words in the accent colour that act when clicked.
pub fn link(ui: &mut Ui, text: &str, role: Text) -> Response {
    let skin = Skin::of(ui.ctx());
    let width = role.width(ui, text).min(ui.available_width());
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, role.line()), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(A11y::Link, enabled, text));
    let color = if response.hovered() {
        Role::AccentHover
    } else {
        Role::Accent
    };
    role.paint(ui, rect.expand2(vec2(0.5, 0.0)), text, skin.color(color));
    if response.hovered() {
        let y = rect.center().y + role.size() * 0.55;
        ui.painter()
            .hline(rect.x_range(), y, skin.stroke(1.0, color));
    }
    focus_ring(ui, rect.expand(2.0), &response, 4);
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}
