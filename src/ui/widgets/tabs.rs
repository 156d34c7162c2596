//! Tabs with an underline, and segments for two to four exclusive choices.

use egui::CornerRadius;
use egui::Rect;
use egui::Role as A11y;
use egui::Sense;
use egui::StrokeKind;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::scene::Icon;
use crate::scene::Role;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::widgets::button::focus_ring;
use crate::ui::widgets::chip::count_chip;

/// One tab: what it stands for and what it says.
#[derive(Clone, Debug)]
pub struct TabSpec<'a, T> {
    pub value: T,
    pub label: &'a str,
    /// A number behind the word, where there is something to count.
    pub count: Option<usize>,
    /// An icon instead of the word; the word is then the tooltip.
    pub icon: Option<Icon>,
}

impl<'a, T> TabSpec<'a, T> {
    pub fn new(value: T, label: &'a str) -> TabSpec<'a, T> {
        TabSpec {
            value,
            label,
            count: None,
            icon: None,
        }
    }

    #[must_use]
    pub fn count(mut self, count: usize) -> TabSpec<'a, T> {
        self.count = (count > 0).then_some(count);
        self
    }

    #[must_use]
    pub fn icon(mut self, icon: Icon) -> TabSpec<'a, T> {
        self.icon = Some(icon);
        self
    }
}

/// A row of tabs, 36 high, the first word at the left edge of the available space.
/// Returns the tab that was chosen. Where the words do not fit, the space between them shrinks.
pub fn panel_tabs<T: Copy + PartialEq>(
    ui: &mut Ui,
    current: Option<T>,
    tabs: &[TabSpec<'_, T>],
) -> Option<T> {
    let skin = Skin::of(ui.ctx());
    let widths_in = |role: Text| -> Vec<f32> {
        tabs.iter()
            .map(|tab| {
                let word = match tab.icon {
                    Some(_) => 18.0,
                    None => role.width(ui, tab.label),
                };
                word + tab.count.map_or(0.0, |count| {
                    8.0 + (Text::Caption.width(ui, &count.to_string()) + 10.0).max(18.0)
                })
            })
            .collect()
    };
    let gaps = tabs.len().saturating_sub(1).max(1) as f32;
    let gap_of = |widths: &[f32]| (ui.available_width() - widths.iter().sum::<f32>()) / gaps;
    let mut widths = widths_in(Text::LabelStrong);
    if gap_of(&widths) < 8.0 {
        widths = widths_in(Text::Label);
    }
    let gap = gap_of(&widths).clamp(3.0, 20.0);
    let mut chosen = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        for (tab, width) in tabs.iter().zip(&widths) {
            let (rect, response) = ui.allocate_exact_size(vec2(*width, 36.0), Sense::click());
            let on = current == Some(tab.value);
            response.widget_info(|| WidgetInfo::selected(A11y::Tab, true, on, tab.label));
            let color = if on || response.hovered() {
                skin.color(Role::Text)
            } else {
                skin.color(Role::SecondText)
            };
            let mut x = rect.left();
            match tab.icon {
                Some(icon) => {
                    paint_icon(ui, pos2(x + 9.0, rect.center().y), icon, 16.0, color);
                    x += 18.0;
                }
                None => {
                    let role = if on { Text::LabelStrong } else { Text::Label };
                    x += role.paint(
                        ui,
                        rect.expand2(vec2(1.0, 0.0)).translate(vec2(1.0, 0.0)),
                        tab.label,
                        color,
                    );
                }
            }
            if let Some(count) = tab.count {
                count_chip(ui, pos2(x + 8.0, rect.center().y), count);
            }
            if on {
                let bar = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 2.0), rect.max);
                ui.painter()
                    .rect_filled(bar, CornerRadius::ZERO, skin.color(Role::Accent));
            }
            focus_ring(ui, rect.expand2(vec2(3.0, -6.0)), &response, 4);
            if response.clicked() {
                chosen = Some(tab.value);
            }
            if tab.icon.is_some() {
                response.on_hover_text(tab.label);
            }
        }
    });
    chosen
}

/// Exclusive choices in one track, 28 high. With `width` they share it evenly, otherwise each is
/// as wide as its word. Returns the one that was chosen.
pub fn segments<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    current: T,
    choices: &[(T, &str)],
    width: Option<f32>,
) -> Option<T> {
    let skin = Skin::of(ui.ctx());
    let each: Vec<f32> = choices
        .iter()
        .map(|(_, label)| match width {
            Some(width) => width / choices.len().max(1) as f32,
            None => Text::LabelStrong.width(ui, label) + 24.0,
        })
        .collect();
    let (track, group) = ui.allocate_exact_size(vec2(each.iter().sum(), 28.0), Sense::hover());
    group.widget_info(|| WidgetInfo::labeled(A11y::RadioGroup, true, name));
    let line = skin.stroke(1.0, Role::Line);
    ui.painter().rect(
        track,
        CornerRadius::same(6),
        skin.color(Role::Sunken),
        line,
        StrokeKind::Inside,
    );
    let mut chosen = None;
    let mut x = track.left();
    for ((value, label), width) in choices.iter().zip(&each) {
        let rect = Rect::from_min_size(pos2(x, track.top()), vec2(*width, 28.0));
        x += width;
        let response = ui.interact(rect, group.id.with(*label), Sense::click());
        let on = *value == current;
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::selected(A11y::RadioButton, enabled, on, *label));
        if on {
            ui.painter().rect(
                rect,
                CornerRadius::same(6),
                skin.color(Role::Raised),
                skin.stroke(1.0, Role::Border),
                StrokeKind::Inside,
            );
        }
        let (role, color) = match (on, response.hovered()) {
            (true, _) => (Text::LabelStrong, Role::Text),
            (false, true) => (Text::Label, Role::Text),
            (false, false) => (Text::Label, Role::SecondText),
        };
        let words = role.width(ui, label).min(rect.width() - 8.0);
        let area = Rect::from_center_size(rect.center(), vec2(words + 1.0, 20.0));
        role.paint(ui, area, label, skin.color(color));
        focus_ring(ui, rect, &response, 6);
        if response.clicked() && !on {
            chosen = Some(*value);
        }
    }
    chosen
}
