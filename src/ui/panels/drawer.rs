//! The bottom drawer: its tabs and the panel in front.

use egui::Rect;
use egui::Ui;
use egui::pos2;
use egui::vec2;

use crate::scene::Icon;
use crate::scene::Role;
use crate::session::DrawerTab;
use crate::session::Intent;
use crate::session::Session;
use crate::ui::panels::events;
use crate::ui::panels::problems;
use crate::ui::panels::run_table;
use crate::ui::panels::scenarios;
use crate::ui::theme::Skin;
use crate::ui::view::Outbox;
use crate::ui::view::View;
use crate::ui::widgets::TabSpec;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::panel_tabs;
use crate::ui::widgets::search_field;

/// Height of the tabs, which stay when the drawer is closed.
pub const HEAD: f32 = 36.0;

/// The row of tabs.
pub fn head(ui: &mut Ui, session: &Session, view: &mut View, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let area = ui.available_rect_before_wrap();
    let area = Rect::from_min_size(area.min, vec2(area.width(), HEAD));
    let tab = session.active();
    let tabs = [
        TabSpec::new(DrawerTab::Run, "Run"),
        TabSpec::new(DrawerTab::Events, "Events"),
        TabSpec::new(DrawerTab::Problems, "Problems")
            .count(tab.map_or(0, |tab| tab.revision.diagnostics.len())),
        TabSpec::new(DrawerTab::Scenarios, "Scenarios")
            .count(tab.map_or(0, |tab| tab.sidecar.scenarios.len())),
    ];
    let inner = Rect::from_min_max(
        pos2(area.left() + 16.0, area.top()),
        pos2(area.left() + 520.0, area.bottom()),
    );
    ui.scope_builder(egui::UiBuilder::new().max_rect(inner), |ui| {
        let current = view.drawer_open.then_some(session.drawer);
        if let Some(chosen) = panel_tabs(ui, current, &tabs) {
            if current == Some(chosen) {
                view.drawer_open = false;
            } else {
                view.drawer_open = true;
                out.push(Intent::SetDrawer(chosen));
            }
        }
    });
    let right = Rect::from_min_max(pos2(area.right() - 260.0, area.top()), area.max);
    ui.scope_builder(
        egui::UiBuilder::new()
            .max_rect(right)
            .layout(egui::Layout::right_to_left(egui::Align::Center)),
        |ui| {
            ui.add_space(12.0);
            let (icon, name) = if view.drawer_open {
                (Icon::EXPAND_MORE, "Close the drawer")
            } else {
                (Icon::EXPAND_LESS, "Open the drawer")
            };
            if icon_button(ui, icon, name).clicked() {
                view.drawer_open = !view.drawer_open;
            }
            if view.drawer_open && session.drawer != DrawerTab::Scenarios {
                let id = egui::Id::unique("drawer filter");
                search_field(ui, id, &mut view.drawer_filter, "Filter", "", 190.0);
            }
        },
    );
    if view.drawer_open {
        let line = skin.stroke(1.0, Role::Line);
        ui.painter()
            .hline(area.x_range(), area.bottom() - 0.5, line);
    }
    ui.allocate_rect(area, egui::Sense::hover());
}

/// The panel in front.
pub fn body(ui: &mut Ui, session: &Session, view: &mut View, out: &mut Outbox) {
    match session.drawer {
        DrawerTab::Run => run_table::show(ui, session, view, out),
        DrawerTab::Events => events::show(ui, session, view, out),
        DrawerTab::Problems => problems::show(ui, session, view, out),
        DrawerTab::Scenarios => scenarios::show(ui, session, view, out),
    }
}
