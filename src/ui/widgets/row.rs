//! Rows of lists and trees, section heads, menu rows, separators.

use egui::CornerRadius;
use egui::Rect;
use egui::Response;
use egui::Role as A11y;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::scene::Family;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::widgets::button::focus_ring;
use crate::ui::widgets::chip::key_cap;
use crate::ui::widgets::chip::status_icon;
use crate::ui::widgets::chip::tile;

/// What stands at the right end of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum RowEnd<'a> {
    #[default]
    Nothing,
    /// A status icon.
    Status(Status),
    /// A number or a weak word.
    Words(&'a str),
    /// An icon shown while the pointer is over the row.
    OnHover(Icon),
    /// A key, as on the keyboard.
    Key(&'a str),
}

/// A row of a list or tree: icon, words, weak words, something at the end.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    pub text: &'a str,
    pub weak: &'a str,
    pub tile: Option<(Family, Icon)>,
    pub icon: Option<(Icon, Role)>,
    pub end: RowEnd<'a>,
    pub selected: bool,
    /// The state was not reached: weak words and a neutral tile.
    pub dim: bool,
    /// Levels of 20 points.
    pub indent: usize,
    /// Open or closed, where the row has children.
    pub open: Option<bool>,
    /// Room for the disclosure arrow is kept even where there is none.
    pub tree: bool,
    /// 28 for tables, trees and menus; 32 for the palette and problems.
    pub height: f32,
    pub name: Option<&'a str>,
}

impl<'a> Row<'a> {
    pub fn new(text: &'a str) -> Row<'a> {
        Row {
            text,
            weak: "",
            tile: None,
            icon: None,
            end: RowEnd::Nothing,
            selected: false,
            dim: false,
            indent: 0,
            open: None,
            tree: false,
            height: 28.0,
            name: None,
        }
    }

    /// Shows the row at the full available width. The second value says that the arrow was clicked.
    pub fn show(self, ui: &mut Ui, id: egui::Id, sense: Sense) -> (Response, bool) {
        let skin = Skin::of(ui.ctx());
        let size = vec2(ui.available_width(), self.height);
        let (_, rect) = ui.allocate_space(size);
        let response = ui.interact(rect, id, sense);
        let name = self.name.unwrap_or(self.text);
        let selected = self.selected;
        response.widget_info(|| WidgetInfo::selected(A11y::ListItem, true, selected, name));
        let mut toggled = false;
        if !ui.is_rect_visible(rect) {
            return (response, toggled);
        }
        let ground = if self.selected {
            Some(Role::AccentFill)
        } else if response.is_pointer_button_down_on() {
            Some(Role::Press)
        } else if response.hovered() {
            Some(Role::Hover)
        } else {
            None
        };
        if let Some(ground) = ground {
            ui.painter()
                .rect_filled(rect, CornerRadius::same(6), skin.color(ground));
        }
        let mut x = rect.left() + 8.0 + 20.0 * self.indent as f32;
        let y = rect.center().y;
        if let Some(open) = self.open {
            let arrow = Rect::from_center_size(pos2(x + 8.0, y), vec2(20.0, 24.0));
            let arrow_response = ui.interact(arrow, id.with("arrow"), Sense::click());
            let word = if open { "Collapse" } else { "Expand" };
            arrow_response
                .widget_info(|| WidgetInfo::labeled(A11y::Button, true, format!("{word} {name}")));
            let icon = if open {
                Icon::EXPAND_MORE
            } else {
                Icon::CHEVRON_RIGHT
            };
            paint_icon(ui, arrow.center(), icon, 16.0, skin.color(Role::SecondText));
            toggled = arrow_response.clicked();
        }
        if self.open.is_some() || self.tree {
            x += 24.0;
        }
        if let Some((family, icon)) = self.tile {
            let square = Rect::from_center_size(pos2(x + 10.0, y), vec2(20.0, 20.0));
            tile(ui, square, family, icon, self.dim);
            x += 28.0;
        } else if let Some((icon, role)) = self.icon {
            paint_icon(ui, pos2(x + 8.0, y), icon, 16.0, skin.color(role));
            x += 24.0;
        }
        let right = self.paint_end(ui, rect, &response);
        let color = match (self.dim, self.selected) {
            (true, false) => skin.color(Role::WeakText),
            _ => skin.color(Role::Text),
        };
        let role = if self.selected {
            Text::Strong
        } else {
            Text::Body
        };
        let area = Rect::from_min_max(pos2(x, rect.top()), pos2(right, rect.bottom()));
        let used = role.paint(ui, area, self.text, color);
        if !self.weak.is_empty() {
            let left = x + used + 8.0;
            if left + 12.0 < right {
                let area = Rect::from_min_max(pos2(left, rect.top()), area.max);
                Text::Small.paint(ui, area, self.weak, skin.color(Role::WeakText));
            }
        }
        focus_ring(ui, rect, &response, 6);
        let cut = role.width(ui, self.text) > area.width() + 0.5;
        if cut {
            (response.on_hover_text(self.text), toggled)
        } else {
            (response, toggled)
        }
    }

    /// Paints the right end and returns where the words must stop.
    fn paint_end(&self, ui: &Ui, rect: Rect, response: &Response) -> f32 {
        let skin = Skin::of(ui.ctx());
        let y = rect.center().y;
        let right = rect.right() - 8.0;
        match self.end {
            RowEnd::Nothing => right,
            RowEnd::Status(status) => {
                if status != Status::NotReached {
                    let color = skin.color(Role::StatusText(status));
                    paint_icon(ui, pos2(right - 8.0, y), status_icon(status), 16.0, color);
                }
                right - 24.0
            }
            RowEnd::Words(words) => {
                let width = Text::Small.width(ui, words).min(rect.width() * 0.5);
                let area = Rect::from_min_max(
                    pos2(right - width - 0.5, rect.top()),
                    pos2(right + 1.0, rect.bottom()),
                );
                Text::Small.paint(ui, area, words, skin.color(Role::WeakText));
                right - width - 8.0
            }
            RowEnd::OnHover(icon) => {
                if response.hovered() || self.selected {
                    let color = skin.color(Role::WeakText);
                    paint_icon(ui, pos2(right - 8.0, y), icon, 16.0, color);
                }
                right - 24.0
            }
            RowEnd::Key(key) => right - key_cap(ui, pos2(right, y), key) - 8.0,
        }
    }
}

/// The head of a group of rows, 11 / 600 in the weak colour, with room above.
pub fn section_head(ui: &mut Ui, text: &str) -> Response {
    let skin = Skin::of(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(A11y::Heading, true, text));
    let area = rect.shrink2(vec2(8.0, 0.0));
    Text::Head.paint(ui, area, text, skin.color(Role::WeakText));
    response
}

/// A line of one point across the available width.
pub fn separator_line(ui: &mut Ui) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 1.0));
    let stroke = skin.stroke(1.0, Role::Line);
    ui.painter().hline(rect.x_range(), rect.center().y, stroke);
}

/// An entry of a menu.
#[derive(Clone, Copy, Debug, Default)]
pub struct MenuItem<'a> {
    pub text: &'a str,
    pub icon: Option<Icon>,
    pub shortcut: &'a str,
    pub enabled: bool,
    pub checked: bool,
}

/// A menu row: 28 high, icon, words, shortcut in the weak colour at the right. True when chosen.
pub fn menu_row(ui: &mut Ui, item: MenuItem<'_>) -> bool {
    let skin = Skin::of(ui.ctx());
    let words = Text::Body.width(ui, item.text) + Text::Small.width(ui, item.shortcut) + 80.0;
    let width = ui.available_width().max(words);
    let clicked = ui
        .add_enabled_ui(item.enabled, |ui| {
            let (rect, response) = ui.allocate_exact_size(vec2(width, 28.0), Sense::click());
            response.widget_info(|| WidgetInfo::labeled(A11y::MenuItem, item.enabled, item.text));
            if response.hovered() || response.has_focus() {
                ui.painter()
                    .rect_filled(rect, CornerRadius::same(4), skin.color(Role::Hover));
            }
            let y = rect.center().y;
            let icon = if item.checked {
                Some(Icon::CHECK)
            } else {
                item.icon
            };
            if let Some(icon) = icon {
                let color = skin.color(Role::SecondText);
                paint_icon(ui, pos2(rect.left() + 15.0, y), icon, 16.0, color);
            }
            let area = Rect::from_min_max(
                pos2(rect.left() + 32.0, rect.top()),
                pos2(rect.right() - 8.0, rect.bottom()),
            );
            Text::Body.paint(ui, area, item.text, skin.color(Role::Text));
            if !item.shortcut.is_empty() {
                let width = Text::Small.width(ui, item.shortcut);
                let area = Rect::from_min_max(
                    pos2(rect.right() - 8.0 - width, rect.top()),
                    pos2(rect.right() - 7.0, rect.bottom()),
                );
                Text::Small.paint(ui, area, item.shortcut, skin.color(Role::WeakText));
            }
            response.clicked()
        })
        .inner;
    if clicked {
        ui.close();
    }
    clicked
}
