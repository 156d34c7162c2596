//! The whole window: which part stands where, and what gives way in narrow ones.

use egui::CentralPanel;
use egui::Frame;
use egui::Panel;
use egui::Rect;
use egui::Ui;
use egui::pos2;

use crate::scene::Role;
use crate::session::DrawerTab;
use crate::session::Session;
use crate::session::ViewMode;
use crate::ui::canvas;
use crate::ui::keys;
use crate::ui::panels::api;
use crate::ui::panels::banner;
use crate::ui::panels::code_pane;
use crate::ui::panels::dialogs;
use crate::ui::panels::drawer;
use crate::ui::panels::inspector;
use crate::ui::panels::lab;
use crate::ui::panels::left;
use crate::ui::panels::palette;
use crate::ui::panels::title_bar;
use crate::ui::panels::toasts;
use crate::ui::panels::tool_bar;
use crate::ui::panels::welcome;
use crate::ui::theme::Skin;
use crate::ui::view::Outbox;
use crate::ui::view::View;

/// Narrower windows show the left panel as a rail of icons.
const RAIL_BELOW: f32 = 1360.0;
/// In narrower windows the inspector lies over the canvas.
const OVERLAY_BELOW: f32 = 1120.0;

/// Shows everything. `now` is in milliseconds since 1970.
pub fn show(ui: &mut Ui, session: &Session, view: &mut View, now: u64, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    keys::take(ui, session, view, out);
    view.notice(session);
    let whole = ui.available_rect_before_wrap();
    let width = whole.width();
    let bare = Frame::new();
    ui.spacing_mut().item_spacing = egui::vec2(8.0, 0.0);
    fixed(Panel::top("title bar"), 36.0).show(ui, |ui| {
        title_bar::show(ui, session, view, out);
    });
    fixed(Panel::top("tool bar"), 44.0).show(ui, |ui| {
        tool_bar::show(ui, session, view, out);
    });
    let panel = bare.fill(skin.color(Role::Panel));
    let api_in_front = session.drawer == DrawerTab::Api;
    let drawer_panel = if view.drawer_open && !api_in_front {
        Panel::bottom("drawer")
            .resizable(true)
            .default_size(280.0)
            .size_range(120.0..=(whole.height() * 0.7).max(160.0))
    } else {
        Panel::bottom("drawer head")
            .resizable(false)
            .exact_size(drawer::HEAD_HEIGHT)
    };
    let shown = drawer_panel.frame(panel).show(ui, |ui| {
        ui.set_min_height(ui.available_height());
        view.lists.closed = !view.drawer_open || api_in_front;
        drawer::show(ui, session, &mut view.lists, out);
        // The workspace leaves the drawer as it was.
        if !api_in_front || !view.lists.closed {
            view.drawer_open = !view.lists.closed;
        }
    });
    let drawer_height = shown.response.rect.height();
    left_side(ui, session, view, width, panel, out);
    let mode = session.active().map_or(ViewMode::Design, |tab| tab.view);
    let in_lab = session.lab_in_front();
    let inspects = !in_lab
        && !api_in_front
        && mode == ViewMode::Design
        && view.inspector_open
        && session.active().is_some();
    if inspects && width >= OVERLAY_BELOW {
        Panel::right("inspector")
            .resizable(true)
            .default_size(376.0)
            .size_range(320.0..=560.0)
            .frame(panel)
            .show(ui, |ui| {
                ui.set_min_width(ui.available_width());
                inspector::show(ui, session, view, out);
            });
    }
    let middle = CentralPanel::no_frame().show(ui, |ui| {
        ui.spacing_mut().item_spacing = egui::vec2(8.0, 0.0);
        if in_lab {
            lab::show(ui, session, &mut view.lab, out);
            return;
        }
        if api_in_front {
            api::show(ui, session, &mut view.api, &mut view.lab, out);
            return;
        }
        if session.active().is_none() {
            welcome::show(ui, session, out);
            return;
        }
        banner::show(ui, session, view, out);
        work(ui, session, view, mode, out);
    });
    if inspects
        && width < OVERLAY_BELOW
        && session
            .active()
            .is_some_and(|tab| !tab.selection.is_empty())
    {
        overlay(ui, middle.response.rect, session, view, out);
    }
    toasts::show(ui.ctx(), session, drawer_height, now, out);
    palette::show(ui.ctx(), session, view, out);
    api::show_sheets(ui.ctx(), session, &mut view.api, out);
    dialogs::show(ui.ctx(), session, view, out);
    drop_hint(ui, whole);
    view.settle(ui.ctx(), out);
}

fn fixed(panel: Panel, size: f32) -> Panel {
    panel
        .resizable(false)
        .exact_size(size)
        .show_separator_line(false)
        .frame(Frame::new())
}

fn left_side(
    ui: &mut Ui,
    session: &Session,
    view: &mut View,
    width: f32,
    panel: Frame,
    out: &mut Outbox,
) {
    let narrow = width < RAIL_BELOW;
    if narrow {
        Panel::left("rail")
            .resizable(false)
            .exact_size(44.0)
            .frame(panel)
            .show(ui, |ui| left::show_rail(ui, view));
    }
    let open = if narrow {
        view.rail_open
    } else {
        view.left_open
    };
    if open {
        Panel::left("left")
            .resizable(true)
            .default_size(264.0)
            .size_range(200.0..=400.0)
            .frame(panel)
            .show(ui, |ui| {
                ui.set_min_width(ui.available_width());
                left::show(ui, session, view, out);
            });
    }
}

/// Canvas, code, or both.
fn work(ui: &mut Ui, session: &Session, view: &mut View, mode: ViewMode, out: &mut Outbox) {
    match mode {
        ViewMode::Design => draw(ui, session, view, out),
        ViewMode::Code => code_pane::show(ui, session, view, out),
        ViewMode::Split => {
            let half = (ui.available_width() * 0.58).max(320.0);
            Panel::right("code")
                .resizable(true)
                .default_size(half)
                .size_range(320.0..=(ui.available_width() - 200.0).max(340.0))
                .frame(Frame::new())
                .show(ui, |ui| {
                    ui.set_min_width(ui.available_width());
                    code_pane::show(ui, session, view, out);
                });
            CentralPanel::no_frame().show(ui, |ui| draw(ui, session, view, out));
        }
    }
}

fn draw(ui: &mut Ui, session: &Session, view: &mut View, out: &mut Outbox) {
    if canvas::show(ui, session, &mut view.canvas, out) {
        view.inspector_open = true;
    }
}

fn overlay(ui: &mut Ui, middle: Rect, session: &Session, view: &mut View, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let width = 336.0_f32.min(middle.width() - 40.0);
    let rect = Rect::from_min_max(pos2(middle.right() - width, middle.top()), middle.max);
    egui::Area::new(egui::Id::unique("inspector overlay"))
        .order(egui::Order::Middle)
        .fixed_pos(rect.min)
        .constrain(false)
        .show(ui.ctx(), |ui| {
            Frame::new()
                .fill(skin.color(Role::Panel))
                .stroke(skin.stroke(1.0, Role::Border))
                .shadow(skin.shadow(4))
                .show(ui, |ui| {
                    ui.set_width(rect.width());
                    ui.set_height(rect.height());
                    inspector::show(ui, session, view, out);
                });
        });
}

/// While a file hangs over the window.
fn drop_hint(ui: &Ui, whole: Rect) {
    if ui.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let skin = Skin::of(ui.ctx());
    let painter = ui.ctx().layer_painter(egui::LayerId::new(
        egui::Order::Foreground,
        egui::Id::unique("drop"),
    ));
    let fill = skin.color(Role::AccentFill).gamma_multiply(0.85);
    painter.rect_filled(whole, 0.0, fill);
    let stroke = skin.stroke(2.0, Role::Accent);
    painter.rect_stroke(whole.shrink(8.0), 12.0, stroke, egui::StrokeKind::Inside);
    let font = crate::ui::theme::Text::Title.font();
    painter.text(
        whole.center(),
        egui::Align2::CENTER_CENTER,
        "Drop to open",
        font,
        skin.color(Role::Accent),
    );
}
