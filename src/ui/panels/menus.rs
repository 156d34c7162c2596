//! The menus of the title bar and the settings: all from the one list of actions.

use egui::Popup;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::vec2;

use crate::asl::StateKind;
use crate::scene::Icon;
use crate::scene::Role;
use crate::session::Action;
use crate::session::ExportKind;
use crate::session::Intent;
use crate::session::Session;
use crate::session::ThemeChoice;
use crate::session::ViewMode;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::view::Outbox;
use crate::ui::view::PaletteState;
use crate::ui::view::Sheet;
use crate::ui::view::View;
use crate::ui::widgets::MenuItem;
use crate::ui::widgets::menu_row;
use crate::ui::widgets::separator_line;

/// File, Edit, View, Run and Help.
pub fn show(ui: &mut Ui, session: &Session, view: &mut View, out: &mut Outbox) {
    menu(ui, "File", |ui| {
        entries(
            ui,
            session,
            out,
            &[Action::New, Action::OpenFile, Action::OpenFolder],
        );
        gap(ui);
        entries(
            ui,
            session,
            out,
            &[Action::Save, Action::SaveAs, Action::SaveAll],
        );
        gap(ui);
        for kind in ExportKind::ALL {
            entries(ui, session, out, &[Action::Export(kind)]);
        }
        gap(ui);
        entries(ui, session, out, &[Action::CloseTab, Action::Quit]);
    });
    menu(ui, "Edit", |ui| {
        history(ui, session, out);
        gap(ui);
        entries(
            ui,
            session,
            out,
            &[
                Action::Cut,
                Action::Copy,
                Action::Duplicate,
                Action::Delete,
                Action::Rename,
                Action::SelectAll,
            ],
        );
        gap(ui);
        entries(
            ui,
            session,
            out,
            &[Action::WrapInParallel, Action::WrapInMap, Action::Unwrap],
        );
    });
    menu(ui, "View", |ui| {
        let current = session.active().map(|tab| tab.view);
        for mode in [ViewMode::Design, ViewMode::Split, ViewMode::Code] {
            entry(ui, session, out, Action::View(mode), current == Some(mode));
        }
        gap(ui);
        let shown = session.active().is_some_and(|tab| tab.show_error_handling);
        entry(ui, session, out, Action::ToggleErrorHandling, shown);
        let lab = session.lab_in_front();
        entry(ui, session, out, Action::TemplateLab, lab);
        toggle(ui, "Left panel", &mut view.left_open);
        toggle(ui, "Inspector", &mut view.inspector_open);
        toggle(ui, "Drawer", &mut view.drawer_open);
        gap(ui);
        themes(ui, session, out);
    });
    menu(ui, "Run", |ui| {
        entries(
            ui,
            session,
            out,
            &[
                Action::Run,
                Action::Debug,
                Action::RunByHand,
                Action::Redrive,
                Action::RunScenarios,
            ],
        );
        gap(ui);
        entries(
            ui,
            session,
            out,
            &[
                Action::Continue,
                Action::StepOver,
                Action::StepInto,
                Action::StepOut,
                Action::StepBack,
                Action::RunToHere,
            ],
        );
        gap(ui);
        entries(
            ui,
            session,
            out,
            &[
                Action::Pause,
                Action::Stop,
                Action::ToggleBreakpoint,
                Action::ClearRun,
            ],
        );
        gap(ui);
        entries(
            ui,
            session,
            out,
            &[Action::Agreements, Action::CoolFunctions],
        );
    });
    menu(ui, "Help", |ui| {
        if plain(ui, "Command palette", "Ctrl+Shift+P") {
            view.palette = Some(PaletteState::fresh(false));
        }
        if plain(ui, "Keyboard shortcuts", "") {
            view.sheet = Sheet::Shortcuts;
        }
        entry(ui, session, out, Action::NextProblem, false);
        gap(ui);
        if plain(ui, "About Stepwright", "") {
            view.sheet = Sheet::About;
        }
    });
}

/// The choices of theme, ticked.
pub fn themes(ui: &mut Ui, session: &Session, out: &mut Outbox) {
    for theme in [
        ThemeChoice::System,
        ThemeChoice::Light,
        ThemeChoice::Dark,
        ThemeChoice::HighContrast,
    ] {
        let on = session.settings.theme == theme;
        entry(ui, session, out, Action::Theme(theme), on);
    }
}

/// The icon that stands for an action, where it has one.
pub const fn action_icon(action: Action) -> Option<Icon> {
    Some(match action {
        Action::New => Icon::NOTE_ADD,
        Action::OpenFile => Icon::FILE_OPEN,
        Action::OpenFolder => Icon::FOLDER_OPEN,
        Action::SendRequest => Icon::HTTP,
        Action::Save | Action::SaveAs | Action::SaveAll => Icon::SAVE,
        Action::CloseTab => Icon::CLOSE,
        Action::Export(_) => Icon::DOWNLOAD,
        Action::Undo => Icon::UNDO,
        Action::Redo => Icon::REDO,
        Action::Copy => Icon::CONTENT_COPY,
        Action::Cut => Icon::CONTENT_CUT,
        Action::Delete => Icon::DELETE,
        Action::Rename => Icon::EDIT,
        Action::SelectAll => Icon::SELECT_ALL,
        Action::Append(kind) => crate::scene::kind_icon(kind),
        Action::Run => Icon::PLAY_ARROW,
        Action::Debug => Icon::BUG_REPORT,
        Action::RunByHand => Icon::HOURGLASS_BOTTOM,
        Action::Redrive => Icon::REPLAY,
        Action::RunScenarios => Icon::CHECKLIST,
        Action::Stop => Icon::STOP,
        Action::Pause => Icon::PAUSE,
        Action::Continue => Icon::PLAY_ARROW,
        Action::StepOver => Icon::STEP_OVER,
        Action::StepInto => Icon::STEP_INTO,
        Action::StepOut => Icon::STEP_OUT,
        Action::StepBack => Icon::SKIP_PREVIOUS,
        Action::RunToHere => Icon::MY_LOCATION,
        Action::ToggleBreakpoint => Icon::PAUSE_CIRCLE,
        Action::WrapInParallel => Icon::VIEW_COLUMN,
        Action::WrapInMap => Icon::REPEAT,
        Action::NextProblem => Icon::WARNING,
        Action::TemplateLab => Icon::SCIENCE,
        Action::Agreements => Icon::SHIELD_LOCK,
        Action::CoolFunctions => Icon::TERMINAL,
        Action::Quit
        | Action::Duplicate
        | Action::Unwrap
        | Action::View(_)
        | Action::Theme(_)
        | Action::ToggleErrorHandling
        | Action::Show(_)
        | Action::ClearRun => return None,
    })
}

/// A row that performs an action; greyed where it cannot be done now.
pub fn entry(ui: &mut Ui, session: &Session, out: &mut Outbox, action: Action, checked: bool) {
    let title = action.title();
    let item = MenuItem {
        text: &title,
        icon: action_icon(action),
        shortcut: action.shortcut().unwrap_or_default(),
        enabled: action.is_available(session),
        checked,
    };
    if menu_row(ui, item) {
        out.push(Intent::Perform(action));
    }
}

/// The context menu of states, shared by canvas and outline.
pub fn state_entries(ui: &mut Ui, session: &Session, out: &mut Outbox) {
    entries(
        ui,
        session,
        out,
        &[
            Action::Rename,
            Action::Duplicate,
            Action::Cut,
            Action::Copy,
            Action::Delete,
        ],
    );
    gap(ui);
    for kind in [
        StateKind::Task,
        StateKind::Choice,
        StateKind::Pass,
        StateKind::Wait,
    ] {
        entry(ui, session, out, Action::Append(kind), false);
    }
    gap(ui);
    entries(
        ui,
        session,
        out,
        &[Action::WrapInParallel, Action::WrapInMap, Action::Unwrap],
    );
    gap(ui);
    entries(
        ui,
        session,
        out,
        &[Action::ToggleBreakpoint, Action::RunToHere],
    );
}

fn entries(ui: &mut Ui, session: &Session, out: &mut Outbox, actions: &[Action]) {
    for action in actions {
        entry(ui, session, out, *action, false);
    }
}

fn history(ui: &mut Ui, session: &Session, out: &mut Outbox) {
    let undo = session.undo_label();
    let redo = session.redo_label();
    for (action, word, label) in [(Action::Undo, "Undo", undo), (Action::Redo, "Redo", redo)] {
        let text = match label {
            Some(label) => format!("{word}: {label}"),
            None => word.to_owned(),
        };
        let item = MenuItem {
            text: &text,
            icon: action_icon(action),
            shortcut: action.shortcut().unwrap_or_default(),
            enabled: action.is_available(session),
            checked: false,
        };
        if menu_row(ui, item) {
            out.push(Intent::Perform(action));
        }
    }
}

fn plain(ui: &mut Ui, text: &str, shortcut: &str) -> bool {
    menu_row(
        ui,
        MenuItem {
            text,
            shortcut,
            enabled: true,
            ..MenuItem::default()
        },
    )
}

fn toggle(ui: &mut Ui, text: &str, on: &mut bool) {
    let item = MenuItem {
        text,
        enabled: true,
        checked: *on,
        ..MenuItem::default()
    };
    if menu_row(ui, item) {
        *on = !*on;
    }
}

fn gap(ui: &mut Ui) {
    ui.add_space(3.0);
    separator_line(ui);
    ui.add_space(4.0);
}

fn menu(ui: &mut Ui, title: &str, content: impl FnOnce(&mut Ui)) {
    let skin = Skin::of(ui.ctx());
    let width = Text::Body.width(ui, title) + 16.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, 28.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::MenuItem, true, title));
    let popup = Popup::menu(&response);
    let open = popup.is_open();
    if open || response.hovered() || response.has_focus() {
        let radius = egui::CornerRadius::same(6);
        ui.painter()
            .rect_filled(rect, radius, skin.color(Role::Hover));
    }
    Text::Body.paint(
        ui,
        rect.shrink2(vec2(7.5, 0.0)),
        title,
        skin.color(Role::SecondText),
    );
    popup.width(240.0).gap(2.0).show(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        content(ui);
    });
    // With one menu open, the pointer opens its neighbours.
    if response.hovered() && !open && Popup::is_any_open(ui.ctx()) {
        let id = Popup::default_response_id(&response);
        let others = ui
            .data(|data| data.get_temp::<bool>(egui::Id::unique("menu open")))
            .unwrap_or(false);
        if others {
            Popup::open_id(ui.ctx(), id);
        }
    }
    if open {
        ui.data_mut(|data| data.insert_temp(egui::Id::unique("menu open"), true));
    }
}
