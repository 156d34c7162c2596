//! What floats over the canvas: zoom bar, filters, breadcrumb, the strip of a broken text; and the legend below.

use egui::Align;
use egui::CornerRadius;
use egui::Layout as Flow;
use egui::Rect;
use egui::StrokeKind;
use egui::Ui;
use egui::UiBuilder;
use egui::pos2;
use egui::vec2;

use crate::asl::StatePath;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::scene::status_icon;
use crate::ui::canvas::CanvasModel;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::widgets::check_box;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::link;

/// Height of the legend below the canvas.
pub const FOOTER: f32 = 32.0;
const GAP: f32 = 16.0;
const BAR: f32 = 32.0;

/// What the zoom bar is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoomWish {
    Out,
    In,
    Full,
    Fit,
    ToSelection,
}

/// The zoom bar, top right.
pub fn zoom_bar(ui: &mut Ui, canvas: Rect, zoom: f32) -> Option<ZoomWish> {
    let width = 168.0;
    let rect = Rect::from_min_size(
        pos2(canvas.right() - GAP - width, canvas.top() + 12.0),
        vec2(width, BAR),
    );
    let mut wish = None;
    floating(ui, rect, "zoom bar", |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        if icon_button(ui, Icon::REMOVE, "Zoom out").clicked() {
            wish = Some(ZoomWish::Out);
        }
        let percent = format!("{} %", (zoom * 100.0).round());
        let (place, response) = ui.allocate_exact_size(vec2(48.0, 28.0), egui::Sense::click());
        response.widget_info(|| {
            egui::WidgetInfo::labeled(
                egui::Role::Button,
                true,
                format!("Zoom {percent}, set to 100 %"),
            )
        });
        let skin = Skin::of(ui.ctx());
        let role = if response.hovered() {
            Role::Text
        } else {
            Role::SecondText
        };
        let room = Text::Label.width(ui, &percent);
        let middle = Rect::from_center_size(place.center(), vec2(room + 1.0, 20.0));
        Text::Label.paint(ui, middle, &percent, skin.color(role));
        if response.clicked() {
            wish = Some(ZoomWish::Full);
        }
        if icon_button(ui, Icon::ADD, "Zoom in").clicked() {
            wish = Some(ZoomWish::In);
        }
        if icon_button(ui, Icon::FIT_SCREEN, "Fit the whole workflow").clicked() {
            wish = Some(ZoomWish::Fit);
        }
        if icon_button(ui, Icon::MY_LOCATION, "Fit the selection").clicked() {
            wish = Some(ZoomWish::ToSelection);
        }
    });
    wish
}

/// The filter, top left; the answer is the wish to show or hide error handling.
pub fn filters(ui: &mut Ui, canvas: Rect, error_handling: bool) -> Option<bool> {
    let width = Text::Body.width(ui, "Error handling") + 26.0 + 20.0;
    let rect = Rect::from_min_size(
        pos2(canvas.left() + GAP, canvas.top() + 12.0),
        vec2(width, BAR),
    );
    let mut wish = None;
    floating(ui, rect, "filters", |ui| {
        ui.add_space(8.0);
        if check_box(ui, error_handling, "Error handling").clicked() {
            wish = Some(!error_handling);
        }
    });
    wish
}

/// The containers one is in, from the outside in; the answer is the one to show.
pub fn breadcrumb(
    ui: &mut Ui,
    canvas: Rect,
    left: f32,
    title: &str,
    containers: &[StatePath],
) -> Option<Option<StatePath>> {
    if containers.is_empty() {
        return None;
    }
    let names: Vec<String> = containers.iter().map(StatePath::name).collect();
    let words: f32 = names
        .iter()
        .map(String::as_str)
        .chain([title])
        .map(|name| Text::Label.width(ui, name) + 28.0)
        .sum();
    let room = canvas.width() - left - 220.0;
    let rect = Rect::from_min_size(
        pos2(canvas.left() + left, canvas.top() + 12.0),
        vec2((words + 16.0).min(room.max(60.0)), BAR),
    );
    let mut wish = None;
    floating(ui, rect, "breadcrumb", |ui| {
        ui.add_space(8.0);
        if link(ui, title, Text::Label).clicked() {
            wish = Some(None);
        }
        for (path, name) in containers.iter().zip(&names) {
            let skin = Skin::of(ui.ctx());
            let (place, _) = ui.allocate_exact_size(vec2(12.0, 28.0), egui::Sense::hover());
            let color = skin.color(Role::WeakText);
            paint_icon(ui, place.center(), Icon::CHEVRON_RIGHT, 14.0, color);
            if link(ui, name, Text::Label).clicked() {
                wish = Some(Some(path.clone()));
            }
        }
    });
    wish
}

/// One line over the picture: why it is an old one.
pub fn broken_strip(ui: &Ui, canvas: Rect, words: &str) {
    let skin = Skin::of(ui.ctx());
    let rect = Rect::from_min_size(canvas.min, vec2(canvas.width(), BAR));
    let role = Status::Caught;
    ui.painter()
        .rect_filled(rect, 0.0, skin.color(Role::StatusFill(role)));
    ui.painter().hline(
        rect.x_range(),
        rect.bottom(),
        skin.stroke(1.0, Role::StatusLine(role)),
    );
    let color = skin.color(Role::StatusText(role));
    paint_icon(
        ui,
        pos2(rect.left() + 24.0, rect.center().y),
        Icon::WARNING,
        16.0,
        color,
    );
    let area = Rect::from_min_max(
        pos2(rect.left() + 40.0, rect.top()),
        pos2(rect.right() - 16.0, rect.bottom()),
    );
    Text::Label.paint(ui, area, words, skin.color(Role::Text));
}

/// The legend of a run: the statuses that occur, and how much was visited.
pub fn footer(ui: &Ui, rect: Rect, model: &CanvasModel) {
    let Some(run) = model.run else {
        return;
    };
    let skin = Skin::of(ui.ctx());
    ui.painter().rect_filled(rect, 0.0, skin.color(Role::Panel));
    ui.painter()
        .hline(rect.x_range(), rect.top(), skin.stroke(1.0, Role::Line));
    let total = model.faces.len();
    let visited = run
        .states
        .keys()
        .filter(|path| model.faces.contains_key(*path))
        .count();
    let words = format!("{visited} of {total} states visited");
    let width = Text::Small.width(ui, &words);
    let right = Rect::from_min_max(
        pos2(rect.right() - 16.0 - width - 1.0, rect.top()),
        pos2(rect.right() - 15.0, rect.bottom()),
    );
    Text::Small.paint(ui, right, &words, skin.color(Role::WeakText));
    let mut x = rect.left() + 14.0;
    for status in Status::ALL {
        let occurs = match status {
            Status::NotReached => visited < total,
            _ => run.states.values().any(|state| state.status == status),
        };
        let width = Text::Small.width(ui, status.word());
        if !occurs || x + 24.0 + width > right.left() - 16.0 {
            continue;
        }
        let center = pos2(x + 8.0, rect.center().y);
        match status_icon(status) {
            Some(icon) => {
                let color = skin.color(Role::StatusText(status));
                paint_icon(ui, center, icon, 16.0, color);
            }
            None => {
                ui.painter().rect_stroke(
                    Rect::from_center_size(center, vec2(13.0, 9.0)),
                    CornerRadius::same(2),
                    skin.stroke(1.0, Role::Outline),
                    StrokeKind::Middle,
                );
            }
        }
        let area = Rect::from_min_max(
            pos2(x + 22.0, rect.top()),
            pos2(x + 23.0 + width, rect.bottom()),
        );
        Text::Small.paint(ui, area, status.word(), skin.color(Role::SecondText));
        x += 22.0 + width + 18.0;
    }
}

/// A raised bar with a shadow, and its contents in a row.
fn floating(ui: &mut Ui, rect: Rect, name: &str, contents: impl FnOnce(&mut Ui)) {
    let skin = Skin::of(ui.ctx());
    let radius = CornerRadius::same(8);
    ui.painter().add(skin.shadow(2).as_shape(rect, radius));
    ui.painter().rect(
        rect,
        radius,
        skin.color(Role::Raised),
        skin.stroke(1.0, Role::Border),
        StrokeKind::Inside,
    );
    // Nothing below the bar gets its clicks.
    ui.interact(
        rect,
        ui.scope_id().with((name, "ground")),
        egui::Sense::click_and_drag(),
    );
    let builder = UiBuilder::new()
        .id_salt(name)
        .max_rect(rect.shrink2(vec2(2.0, 2.0)))
        .layout(Flow::left_to_right(Align::Center));
    let mut inner = ui.new_child(builder);
    contents(&mut inner);
}
