//! The left panel: its tabs, one search field for all of them, and the rail it shrinks to.

use egui::Rect;
use egui::ScrollArea;
use egui::Ui;
use egui::pos2;
use egui::vec2;

use crate::scene::Icon;
use crate::scene::Role;
use crate::session::Session;
use crate::ui::panels::actions;
use crate::ui::panels::files;
use crate::ui::panels::outline;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::view::LeftTab;
use crate::ui::view::Outbox;
use crate::ui::view::View;
use crate::ui::widgets::TabSpec;
use crate::ui::widgets::key_cap;
use crate::ui::widgets::panel_tabs;
use crate::ui::widgets::search_field;
use crate::ui::widgets::separator_line;
use crate::ui::widgets::toggle_button;

const TABS: [(LeftTab, &str, Icon); 5] = [
    (LeftTab::Actions, "Actions", Icon::BOLT),
    (LeftTab::Flow, "Flow", Icon::ALT_ROUTE),
    (LeftTab::Patterns, "Patterns", Icon::DASHBOARD),
    (LeftTab::Outline, "Outline", Icon::LIST),
    (LeftTab::Files, "Files", Icon::FOLDER_OPEN),
];

/// The name of the search field, for the key that leads to it.
pub fn search_id() -> egui::Id {
    egui::Id::unique("left search")
}

/// The whole panel.
pub fn show(ui: &mut Ui, session: &Session, view: &mut View, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
    let tabs = TABS.map(|(tab, label, _)| TabSpec::new(tab, label));
    ui.scope_builder(inset(ui, 12.0, 36.0), |ui| {
        if let Some(tab) = panel_tabs(ui, Some(view.left), &tabs) {
            view.left = tab;
        }
    });
    separator_line(ui);
    ui.add_space(8.0);
    let width = ui.available_width() - 16.0;
    ui.horizontal(|ui| {
        ui.add_space(8.0);
        search_field(ui, search_id(), &mut view.search, "Search", "/", width);
    });
    ui.add_space(8.0);
    let foot = 40.0;
    let mut area = ui.available_rect_before_wrap();
    let bottom = Rect::from_min_max(pos2(area.left(), area.bottom() - foot), area.max);
    area.set_bottom(bottom.top());
    ui.scope_builder(
        egui::UiBuilder::new().max_rect(area.shrink2(vec2(8.0, 0.0))),
        |ui| {
            ui.set_clip_rect(ui.clip_rect().intersect(area));
            ScrollArea::vertical()
                .id_salt(("left", view.left as u8))
                .auto_shrink([false, false])
                .show(ui, |ui| {
                    ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
                    match view.left {
                        LeftTab::Actions => actions::show(ui, session, view, out),
                        LeftTab::Flow => actions::show_flow(ui, session, view, out),
                        LeftTab::Patterns => actions::show_patterns(ui, session, view, out),
                        LeftTab::Outline => outline::show(ui, session, view, out),
                        LeftTab::Files => files::show(ui, session, view, out),
                    }
                });
        },
    );
    ui.painter()
        .hline(bottom.x_range(), bottom.top(), skin.stroke(1.0, Role::Line));
    foot_line(ui, bottom, session, view);
}

/// The rail of icons the panel shrinks to in narrow windows.
pub fn show_rail(ui: &mut Ui, view: &mut View) {
    ui.spacing_mut().item_spacing = vec2(0.0, 4.0);
    ui.add_space(8.0);
    for (tab, label, icon) in TABS {
        ui.horizontal(|ui| {
            ui.add_space(8.0);
            let on = view.rail_open && view.left == tab;
            if toggle_button(ui, icon, label, on).clicked() {
                view.rail_open = !on;
                view.left = tab;
            }
        });
    }
}

fn inset(ui: &Ui, left: f32, height: f32) -> egui::UiBuilder {
    let area = ui.available_rect_before_wrap();
    let rect = Rect::from_min_max(
        pos2(area.left() + left, area.top()),
        pos2(area.right() - 8.0, area.top() + height),
    );
    egui::UiBuilder::new().max_rect(rect)
}

fn foot_line(ui: &Ui, rect: Rect, session: &Session, view: &View) {
    let skin = Skin::of(ui.ctx());
    let weak = skin.color(Role::WeakText);
    let area = rect.shrink2(vec2(16.0, 0.0));
    let dragging = egui::DragAndDrop::has_any_payload(ui.ctx());
    match view.left {
        LeftTab::Actions | LeftTab::Flow | LeftTab::Patterns => {
            if dragging {
                let width = key_cap(ui, pos2(area.left() + 26.0, area.center().y), "Esc");
                let rest =
                    Rect::from_min_max(pos2(area.left() + width + 8.0, area.top()), area.max);
                Text::Small.paint(ui, rest, "cancels the drag", weak);
            } else {
                let used = Text::Small.paint(ui, area, "Drag to the canvas, or press", weak);
                key_cap(ui, pos2(area.left() + used + 24.0, area.center().y), "A");
            }
        }
        LeftTab::Outline => {
            let words = session.active().map_or_else(String::new, |tab| {
                let states = &tab.revision.machine.states;
                let containers = states
                    .iter()
                    .filter(|state| state.kind.is_some_and(|kind| kind.is_container()))
                    .count();
                let plural = |count: usize, word: &str| match count {
                    1 => format!("1 {word}"),
                    count => format!("{count} {word}s"),
                };
                match &tab.run {
                    Some(run) if run.paused.is_some() => {
                        format!("Paused at event {}", run.events.len())
                    }
                    _ if containers == 0 => plural(states.len(), "state"),
                    _ => format!(
                        "{}, {}",
                        plural(states.len(), "state"),
                        plural(containers, "container")
                    ),
                }
            });
            Text::Small.paint(ui, area, &words, weak);
        }
        LeftTab::Files => {
            let words = match session.api.current() {
                Some(project) => format!("{}, {}", project.title(), project.project.kind.words()),
                None => "Or drop a file anywhere".to_owned(),
            };
            Text::Small.paint(ui, area, &words, weak);
        }
    }
}
