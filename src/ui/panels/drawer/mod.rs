//! The bottom drawer: its tabs with counts, one filter field, and the list that is in front.
//!
//! Never: changes the session; every click becomes an intent.
//! Add a list as a file here, a variant of `DrawerTab` and its row in `TABS`.

pub mod endpoint;
pub mod events;
pub mod problems;
pub mod run;
pub mod scenarios;
pub mod scrubber;
mod table;

use egui::Rect;
use egui::Ui;
use egui::pos2;
use egui::vec2;

use crate::scene::Icon;
use crate::scene::Role;
use crate::session::DrawerTab;
use crate::session::Intent;
use crate::session::Session;
use crate::ui::panels::drawer::events::EventsView;
use crate::ui::panels::drawer::problems::ProblemsView;
use crate::ui::panels::drawer::run::RunTableView;
use crate::ui::panels::drawer::scenarios::ScenariosView;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::widgets::TabSpec;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::panel_tabs;
use crate::ui::widgets::search_field;

/// The height of the tabs, and of the whole drawer while it is closed.
pub const HEAD_HEIGHT: f32 = 36.0;

/// What the drawer remembers of itself.
#[derive(Clone, Debug, Default)]
pub struct DrawerView {
    /// Only the tabs are shown.
    pub closed: bool,
    pub run: RunTableView,
    pub events: EventsView,
    pub problems: ProblemsView,
    pub scenarios: ScenariosView,
    pub endpoint_filter: String,
}

/// The drawer in the whole available space; while closed it needs `HEAD_HEIGHT`.
pub fn show(ui: &mut Ui, session: &Session, view: &mut DrawerView, out: &mut Vec<Intent>) {
    let skin = Skin::of(ui.ctx());
    let area = ui.available_rect_before_wrap();
    let head = Rect::from_min_size(area.min, vec2(area.width(), HEAD_HEIGHT));
    ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
    show_head(ui, head, session, view, out);
    if !view.closed {
        let line = skin.stroke(1.0, Role::Line);
        ui.painter()
            .hline(head.x_range(), head.bottom() - 0.5, line);
        let body = Rect::from_min_max(head.left_bottom(), area.max);
        put_at(ui, body, |ui| {
            ui.set_clip_rect(ui.clip_rect().intersect(body));
            match session.drawer {
                DrawerTab::Run => run::show(ui, session, &mut view.run, out),
                DrawerTab::Events => events::show(ui, session, &mut view.events, out),
                DrawerTab::Problems => problems::show(ui, session, &mut view.problems, out),
                DrawerTab::Scenarios => scenarios::show(ui, session, &mut view.scenarios, out),
                DrawerTab::Endpoint => endpoint::show(ui, session, &view.endpoint_filter, out),
                // The workspace takes the middle of the window.
                DrawerTab::Api => {}
            }
        });
    }
    ui.advance_cursor_after_rect(area);
}

fn show_head(
    ui: &mut Ui,
    head: Rect,
    session: &Session,
    view: &mut DrawerView,
    out: &mut Vec<Intent>,
) {
    let right = Rect::from_min_max(
        pos2(
            (head.right() - 16.0 - 28.0).max(head.left()),
            head.top() + 4.0,
        ),
        pos2(head.right() - 16.0, head.bottom() - 4.0),
    );
    let filter_width = (head.width() * 0.16).clamp(120.0, 200.0);
    let filter = Rect::from_min_max(
        pos2(right.left() - 12.0 - filter_width, right.top()),
        pos2(right.left() - 12.0, right.bottom()),
    );
    let tabs = Rect::from_min_max(
        pos2(head.left() + 16.0, head.top()),
        pos2(filter.left() - 16.0, head.bottom()),
    );
    put_at(ui, tabs, |ui| {
        let in_front = session.drawer == DrawerTab::Api;
        let current = (!view.closed || in_front).then_some(session.drawer);
        if let Some(tab) = panel_tabs(ui, current, &tab_specs(session)) {
            view.closed = tab == DrawerTab::Api;
            out.push(Intent::SetDrawer(tab));
        }
    });
    if !view.closed {
        let id = egui::Id::unique(("drawer filter", session.drawer as u8));
        let text = match session.drawer {
            DrawerTab::Run | DrawerTab::Api => &mut view.run.filter,
            DrawerTab::Events => &mut view.events.filter,
            DrawerTab::Problems => &mut view.problems.filter,
            DrawerTab::Scenarios => &mut view.scenarios.filter,
            DrawerTab::Endpoint => &mut view.endpoint_filter,
        };
        put_at(ui, filter, |ui| {
            search_field(ui, id, text, "Filter", "", filter_width);
        });
    }
    put_at(ui, right, |ui| {
        let (icon, name) = if view.closed {
            (Icon::EXPAND_LESS, "Open the drawer")
        } else {
            (Icon::EXPAND_MORE, "Close the drawer")
        };
        if icon_button(ui, icon, name).clicked() {
            view.closed = !view.closed;
            if session.drawer == DrawerTab::Api {
                out.push(Intent::SetDrawer(DrawerTab::Run));
            }
        }
    });
}

/// Counts are of what there is to look at, not of what the filter leaves.
fn tab_specs(session: &Session) -> [TabSpec<'static, DrawerTab>; 6] {
    let tab = session.active();
    let run = tab.and_then(|tab| tab.run.as_ref());
    let problems = tab.map_or(0, |tab| {
        tab.revision.diagnostics.len() + tab.sidecar.problems.len()
    });
    DrawerTab::ALL.map(|tab_of| {
        let spec = TabSpec::new(tab_of, tab_of.title());
        match tab_of {
            DrawerTab::Run | DrawerTab::Api => spec,
            DrawerTab::Events => spec.count(run.map_or(0, |run| run.events.len())),
            DrawerTab::Problems => spec.count(problems),
            DrawerTab::Scenarios => spec.count(tab.map_or(0, |tab| tab.sidecar.scenarios.len())),
            DrawerTab::Endpoint => spec.count(session.endpoint.guests.len()),
        }
    })
}
