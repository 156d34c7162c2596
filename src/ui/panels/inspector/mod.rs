//! The inspector: what is selected, as forms while designing and as data while a run is shown.
//!
//! Never: changes the session; every field hands in one edit when it is left.
//! Add a tab as a file here and a variant of `DesignTab`.

pub mod backend;
pub mod choice;
pub mod configuration;
pub mod data;
pub mod errors;
pub mod run;
pub mod workflow;

use egui::Popup;
use egui::Rect;
use egui::ScrollArea;
use egui::Ui;
use egui::pos2;
use egui::vec2;

use crate::asl::QueryLanguage;
use crate::asl::State;
use crate::asl::schema::Place;
use crate::scene::Icon;
use crate::scene::Role;
use crate::session::Intent;
use crate::session::Session;
use crate::session::Tab;
use crate::ui::panels::forms::Form;
use crate::ui::panels::menus;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::view::DesignTab;
use crate::ui::view::Outbox;
use crate::ui::view::View;
use crate::ui::widgets::TabSpec;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::link;
use crate::ui::widgets::panel_tabs;
use crate::ui::widgets::separator_line;
use crate::ui::widgets::tile;

/// The panel on the right.
pub fn show(ui: &mut Ui, session: &Session, view: &mut View, out: &mut Outbox) {
    let Some(tab) = session.active() else {
        empty_state(
            ui,
            Icon::SCHEMA,
            "No workflow is open",
            "Open or begin one under Files",
        );
        return;
    };
    ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
    if view.run.is_wanted(tab) {
        run::show(ui, session, &mut view.run, out);
        return;
    }
    back_to_run(ui, tab, view);
    let state = tab
        .selected()
        .and_then(|path| tab.revision.machine.find(path));
    match state {
        Some(state) => show_state(ui, session, tab, state, view, out),
        None => workflow::show(ui, session, tab, view, out),
    }
}

/// While a run is shown and its states are edited, the way back.
fn back_to_run(ui: &mut Ui, tab: &Tab, view: &mut View) {
    if tab.run.is_some() {
        ui.horizontal(|ui| {
            ui.add_space(16.0);
            ui.set_height(32.0);
            if link(ui, "Back to what the run did", Text::Body).clicked() {
                view.run.designing = None;
            }
        });
        separator_line(ui);
    }
}

fn show_state(
    ui: &mut Ui,
    session: &Session,
    tab: &Tab,
    state: &State,
    view: &mut View,
    out: &mut Outbox,
) {
    head(ui, session, tab, state, view, out);
    tabs(ui, state, view);
    let place = state.kind.map(Place::State);
    let current = view.design;
    let mut form = Form {
        tab,
        state: Some(state),
        view,
        out,
    };
    body(ui, (current as u8, state.path.as_str()), |ui| {
        let Some(place) = place else {
            configuration::untyped(ui, &mut form);
            return;
        };
        match current {
            DesignTab::Configuration => {
                backend::show(ui, session, tab, &state.path, form.out);
                configuration::show(ui, &mut form, place);
            }
            DesignTab::Data => data::show(ui, &mut form, place),
            DesignTab::Variables => data::variables(ui, &mut form, place),
            DesignTab::Errors => errors::show(ui, &mut form, place),
            DesignTab::Definition => data::definition(ui, &mut form),
        }
    });
}

/// Name, type line and the menu of the state.
fn head(
    ui: &mut Ui,
    session: &Session,
    tab: &Tab,
    state: &State,
    view: &mut View,
    out: &mut Outbox,
) {
    let faces = view.faces(&tab.revision);
    let face = faces.get(&state.path);
    let kind = state.kind.map_or("Unknown type", |kind| kind.name());
    let line = match face {
        Some(face) if face.type_line != kind && state.kind == Some(crate::asl::StateKind::Task) => {
            format!("{kind} · {}", face.type_line)
        }
        Some(face) if face.type_line.starts_with(kind) => face.type_line.clone(),
        Some(_) | None => kind.to_owned(),
    };
    let tile = face.map(|face| (face.family, face.icon));
    title(ui, tile, &state.name, &line, |ui| {
        let more = icon_button(ui, Icon::MORE_HORIZ, "More about this state");
        Popup::menu(&more).width(240.0).show(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            menus::state_entries(ui, session, out);
            let text = crate::ui::widgets::MenuItem {
                text: "Show in the code",
                icon: Some(Icon::CODE),
                enabled: true,
                ..Default::default()
            };
            if crate::ui::widgets::menu_row(ui, text) {
                if tab.view == crate::session::ViewMode::Design {
                    out.push(Intent::SetView(crate::session::ViewMode::Split));
                }
                out.push(Intent::RevealText(state.name_span.start));
            }
        });
    });
}

/// The head of the inspector, 64 high.
pub fn title(
    ui: &mut Ui,
    face: Option<(crate::scene::Family, Icon)>,
    name: &str,
    line: &str,
    end: impl FnOnce(&mut Ui),
) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 68.0));
    let mut left = rect.left() + 16.0;
    if let Some((family, icon)) = face {
        let square = Rect::from_min_size(pos2(left, rect.center().y - 16.0), vec2(32.0, 32.0));
        tile(ui, square, family, icon, false);
        left += 44.0;
    }
    let right = rect.right() - 56.0;
    let middle = rect.center().y;
    let upper = Rect::from_min_max(pos2(left, middle - 20.0), pos2(right, middle));
    Text::Title.paint(ui, upper, name, skin.color(Role::Text));
    let lower = Rect::from_min_max(pos2(left, middle), pos2(right, middle + 18.0));
    Text::Small.paint(ui, lower, line, skin.color(Role::WeakText));
    let place = Rect::from_min_max(pos2(rect.right() - 44.0, middle - 14.0), rect.max);
    let builder = egui::UiBuilder::new().max_rect(place).id_salt("title end");
    end(&mut ui.new_child(builder));
}

fn tabs(ui: &mut Ui, state: &State, view: &mut View) {
    // The longer words of JSONata leave room for one word less.
    let (data, errors) = match state.query_language {
        QueryLanguage::JsonPath => ("Input/Output", "Error handling"),
        QueryLanguage::Jsonata => ("Arguments & Output", "Errors"),
    };
    let tabs = [
        TabSpec::new(DesignTab::Configuration, "Configuration"),
        TabSpec::new(DesignTab::Data, data),
        TabSpec::new(DesignTab::Variables, "Variables"),
        TabSpec::new(DesignTab::Errors, errors),
        TabSpec::new(DesignTab::Definition, "Definition").icon(Icon::DATA_OBJECT),
    ];
    tab_row(ui, |ui| {
        if let Some(tab) = panel_tabs(ui, Some(view.design), &tabs) {
            view.design = tab;
        }
    });
}

/// A row of tabs with the line below it.
pub fn tab_row(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 36.0));
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let builder = egui::UiBuilder::new().max_rect(inner).id_salt("tabs");
    content(&mut ui.new_child(builder));
    let line = skin.stroke(1.0, Role::Line);
    ui.painter()
        .hline(rect.x_range(), rect.bottom() - 0.5, line);
}

/// The scrolling part with the padding of a panel.
pub fn body(
    ui: &mut Ui,
    salt: impl std::hash::Hash + std::fmt::Debug,
    content: impl FnOnce(&mut Ui),
) {
    ScrollArea::vertical()
        .id_salt(salt)
        .auto_shrink([false, false])
        .show(ui, |ui| {
            egui::Frame::new()
                .inner_margin(egui::Margin::same(16))
                .show(ui, |ui| {
                    ui.spacing_mut().item_spacing = vec2(8.0, 4.0);
                    ui.set_width(ui.available_width());
                    content(ui);
                });
        });
}
