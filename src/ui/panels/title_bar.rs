//! The title bar: menus, the open files, the field to go anywhere, theme and settings.

use egui::CornerRadius;
use egui::Popup;
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
use crate::session::Action;
use crate::session::Intent;
use crate::session::LabIntent;
use crate::session::Session;
use crate::session::Standing;
use crate::session::Tab;
use crate::session::ThemeChoice;
use crate::ui::panels::menus;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::view::Outbox;
use crate::ui::view::PaletteState;
use crate::ui::view::View;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::key_cap;

/// The bar, 36 high.
pub fn show(ui: &mut Ui, session: &Session, view: &mut View, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let area = ui.available_rect_before_wrap();
    ui.painter()
        .rect_filled(area, CornerRadius::ZERO, skin.color(Role::Sunken));
    let right = right_end(ui, area, session, view, out);
    let left = Rect::from_min_max(area.min, pos2(right, area.bottom()));
    ui.scope_builder(egui::UiBuilder::new().max_rect(left), |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(left));
        ui.horizontal_centered(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            let (_, mark) = ui.allocate_space(vec2(44.0, 36.0));
            logo(ui, Rect::from_center_size(mark.center(), vec2(20.0, 20.0)));
            menus::show(ui, session, view, out);
            ui.add_space(20.0);
            tabs(ui, session, out);
        });
    });
}

fn tabs(ui: &mut Ui, session: &Session, out: &mut Outbox) {
    let lab = session.lab.standing;
    let front = session.lab_in_front();
    let count = session.tabs.len() + usize::from(lab != Standing::Closed);
    let room = (ui.available_width() - 36.0) / count.max(1) as f32;
    for tab in &session.tabs {
        let current = !front && session.active_id() == Some(tab.id);
        file_tab(ui, tab, current, room, out);
    }
    if lab != Standing::Closed {
        lab_tab(ui, front, room, out);
    }
    ui.add_space(4.0);
    if icon_button(ui, Icon::ADD, "New workflow").clicked() {
        out.push(Intent::Perform(Action::New));
    }
}

fn file_tab(ui: &mut Ui, tab: &Tab, current: bool, room: f32, out: &mut Outbox) {
    let hint = match &tab.path {
        Some(path) => path.display().to_string(),
        None => format!("{}, not saved to a file yet", tab.title),
    };
    let look = TabLook {
        title: &tab.title,
        icon: Icon::SCHEMA,
        hint: &hint,
        current,
        modified: tab.is_modified(),
    };
    match look.show(ui, room) {
        Some(TabClick::Close) => out.push(Intent::CloseTab(tab.id)),
        Some(TabClick::Select) => out.push(Intent::SelectTab(tab.id)),
        None => {}
    }
}

fn lab_tab(ui: &mut Ui, current: bool, room: f32, out: &mut Outbox) {
    let look = TabLook {
        title: "Template lab",
        icon: Icon::SCIENCE,
        hint: "Templates of API Gateway, rendered while they are typed",
        current,
        modified: false,
    };
    match look.show(ui, room) {
        Some(TabClick::Close) => out.push(Intent::Lab(LabIntent::Close)),
        Some(TabClick::Select) => out.push(Intent::Lab(LabIntent::Show)),
        None => {}
    }
}

/// A tab of the title bar as it is seen.
#[derive(Clone, Copy, Debug)]
struct TabLook<'a> {
    title: &'a str,
    icon: Icon,
    hint: &'a str,
    current: bool,
    modified: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TabClick {
    Select,
    Close,
}

impl TabLook<'_> {
    fn show(self, ui: &mut Ui, room: f32) -> Option<TabClick> {
        let skin = Skin::of(ui.ctx());
        let (role, color) = if self.current {
            (Text::LabelStrong, Role::Text)
        } else {
            (Text::Label, Role::SecondText)
        };
        let words = Text::LabelStrong.width(ui, self.title);
        let width = (words + 72.0).min(room.max(96.0)).min(240.0);
        let (rect, response) = ui.allocate_exact_size(vec2(width, 36.0), Sense::click());
        let name = match self.modified {
            true => format!("{}, modified", self.title),
            false => self.title.to_owned(),
        };
        response.widget_info(|| WidgetInfo::selected(A11y::Tab, true, self.current, &name));
        if self.current {
            ui.painter()
                .rect_filled(rect, CornerRadius::ZERO, skin.color(Role::Panel));
            let bar = Rect::from_min_size(rect.min, vec2(rect.width(), 2.0));
            ui.painter()
                .rect_filled(bar, CornerRadius::ZERO, skin.color(Role::Accent));
            let line = skin.stroke(1.0, Role::Line);
            ui.painter().vline(rect.left(), rect.y_range(), line);
            ui.painter().vline(rect.right(), rect.y_range(), line);
        } else if response.hovered() {
            ui.painter()
                .rect_filled(rect, CornerRadius::ZERO, skin.color(Role::Hover));
        }
        let y = rect.center().y;
        let icon = pos2(rect.left() + 20.0, y);
        paint_icon(ui, icon, self.icon, 16.0, skin.color(color));
        let area = Rect::from_min_max(
            pos2(rect.left() + 35.0, rect.top()),
            pos2(rect.right() - 30.0, rect.bottom()),
        );
        role.paint(ui, area, self.title, skin.color(color));
        let cross = Rect::from_center_size(pos2(rect.right() - 18.0, y), vec2(20.0, 20.0));
        let close = ui.interact(cross, response.id.with("close"), Sense::click());
        let close_name = format!("Close {}", self.title);
        close.widget_info(|| WidgetInfo::labeled(A11y::Button, true, &close_name));
        if close.hovered() {
            ui.painter()
                .rect_filled(cross, CornerRadius::same(4), skin.color(Role::Press));
        }
        if self.modified && !close.hovered() {
            ui.painter()
                .circle_filled(cross.center(), 4.0, skin.color(Role::Accent));
        } else if self.current || response.hovered() || close.hovered() {
            let ink = skin.color(Role::SecondText);
            paint_icon(ui, cross.center(), Icon::CLOSE, 14.0, ink);
        }
        let click = if close.clicked() || response.middle_clicked() {
            Some(TabClick::Close)
        } else {
            response.clicked().then_some(TabClick::Select)
        };
        response.on_hover_text(self.hint);
        click
    }
}

/// The go-to field, the theme and the settings; returns where they begin.
fn right_end(ui: &mut Ui, area: Rect, session: &Session, view: &mut View, out: &mut Outbox) -> f32 {
    let skin = Skin::of(ui.ctx());
    let icons = Rect::from_min_max(pos2(area.right() - 76.0, area.top()), area.max);
    ui.scope_builder(egui::UiBuilder::new().max_rect(icons), |ui| {
        ui.horizontal_centered(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let dark = skin.theme.is_dark();
            let (icon, name, next) = if dark {
                (Icon::LIGHT_MODE, "Light theme", ThemeChoice::Light)
            } else {
                (Icon::DARK_MODE, "Dark theme", ThemeChoice::Dark)
            };
            if icon_button(ui, icon, name).clicked() {
                out.push(Intent::SetTheme(next));
            }
            let settings = icon_button(ui, Icon::SETTINGS, "Settings");
            Popup::menu(&settings).width(240.0).show(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                menus::themes(ui, session, out);
            });
        });
    });
    let width = if area.width() < 1120.0 { 140.0 } else { 248.0 };
    let field = Rect::from_min_max(
        pos2(icons.left() - width, area.top() + 6.0),
        pos2(icons.left() - 8.0, area.bottom() - 6.0),
    );
    let id = egui::Id::unique("go to");
    let response = ui.interact(field, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(A11y::Button, true, "Go to state or command"));
    let border = if response.hovered() {
        Role::Outline
    } else {
        Role::Border
    };
    ui.painter().rect(
        field,
        CornerRadius::same(6),
        skin.color(Role::Raised),
        skin.stroke(1.0, border),
        StrokeKind::Inside,
    );
    let y = field.center().y;
    let ink = skin.color(Role::SecondText);
    paint_icon(ui, pos2(field.left() + 16.0, y), Icon::SEARCH, 16.0, ink);
    let cap = key_cap(ui, pos2(field.right() - 5.0, y), "Ctrl K");
    let words = Rect::from_min_max(
        pos2(field.left() + 31.0, field.top()),
        pos2(field.right() - cap - 10.0, field.bottom()),
    );
    Text::Small.paint(
        ui,
        words,
        "Go to state or command",
        skin.color(Role::WeakText),
    );
    if response.clicked() {
        view.palette = Some(PaletteState::fresh(true));
    }
    field.left() - 8.0
}

/// The mark of the program: three steps on a way.
fn logo(ui: &Ui, rect: Rect) {
    let skin = Skin::of(ui.ctx());
    let stroke = egui::Stroke::new(2.0, skin.color(Role::Accent));
    let point = |x: f32, y: f32| rect.min + vec2(x, y) * (rect.width() / 20.0);
    let painter = ui.painter();
    painter.line(
        vec![
            point(4.5, 6.0),
            point(4.5, 12.0),
            point(6.5, 15.0),
            point(10.0, 15.5),
            point(14.5, 15.5),
        ],
        stroke,
    );
    let node = |x: f32, y: f32| {
        Rect::from_center_size(point(x, y), vec2(5.5, 5.5) * (rect.width() / 20.0))
    };
    for place in [node(4.5, 4.0), node(15.5, 15.5)] {
        painter.rect_filled(place, CornerRadius::same(2), stroke.color);
    }
}
