//! The tool bar: undo, views, what the run is doing, its input, and the buttons that move it.

use egui::Align;
use egui::CornerRadius;
use egui::Layout;
use egui::Rect;
use egui::Role as A11y;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::asl::Severity;
use crate::engine::Status as EndStatus;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Action;
use crate::session::ApiIntent;
use crate::session::DrawerTab;
use crate::session::InputChoice;
use crate::session::Intent;
use crate::session::OpenProject;
use crate::session::Run;
use crate::session::Session;
use crate::session::Tab;
use crate::session::ViewMode;
use crate::ui::panels::menus::action_icon;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::view::Outbox;
use crate::ui::view::Sheet;
use crate::ui::view::View;
use crate::ui::widgets::Button;
use crate::ui::widgets::combo_with_icon;
use crate::ui::widgets::duration_text;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::link;
use crate::ui::widgets::segments;
use crate::ui::widgets::severity_icon;
use crate::ui::widgets::status_chip;

/// The bar, 44 high.
pub fn show(ui: &mut Ui, session: &Session, view: &mut View, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let area = ui.available_rect_before_wrap();
    ui.painter()
        .rect_filled(area, CornerRadius::ZERO, skin.color(Role::Panel));
    let line = skin.stroke(1.0, Role::Line);
    ui.painter()
        .hline(area.x_range(), area.bottom() - 0.5, line);
    let area = area.shrink2(vec2(8.0, 0.0));
    let Some(tab) = session.active() else {
        if let Some(project) = session.api.current() {
            project_part(ui, area, project, out);
        }
        return;
    };
    let narrow = area.width() < 1200.0;
    let mut right_edge = area.right();
    ui.scope_builder(
        egui::UiBuilder::new()
            .max_rect(area)
            .layout(Layout::right_to_left(Align::Center)),
        |ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            problems(ui, tab, view, out);
            divider(ui);
            let live = tab.run.as_ref().filter(|run| run.is_live());
            match live {
                Some(run) => run_buttons(ui, session, run, narrow, out),
                None => start_buttons(ui, session, tab, view, narrow, out),
            }
            right_edge = ui.min_rect().left();
        },
    );
    let left = Rect::from_min_max(area.min, pos2(right_edge - 12.0, area.bottom()));
    ui.scope_builder(
        egui::UiBuilder::new()
            .max_rect(left)
            .layout(Layout::left_to_right(Align::Center)),
        |ui| {
            ui.set_clip_rect(ui.clip_rect().intersect(left));
            ui.spacing_mut().item_spacing.x = 8.0;
            left_part(ui, session, tab, out);
        },
    );
}

/// What stands in the bar while a project is open and none of its definitions: its name, and a way to each of them.
fn project_part(ui: &mut Ui, area: Rect, project: &OpenProject, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let bar = egui::UiBuilder::new()
        .max_rect(area.shrink2(vec2(8.0, 0.0)))
        .layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(bar, |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(area));
        ui.spacing_mut().item_spacing.x = 12.0;
        let (icon, _) = ui.allocate_exact_size(vec2(20.0, 20.0), Sense::hover());
        let color = skin.color(Role::SecondText);
        paint_icon(ui, icon.center(), Icon::FOLDER_OPEN, 18.0, color);
        let title = Text::Strong.rich(project.title());
        ui.label(title.color(skin.color(Role::Text)));
        let machines = &project.project.machines;
        if machines.is_empty() {
            return;
        }
        divider(ui);
        let words = if machines.len() == 1 {
            "Workflow"
        } else {
            "Workflows"
        };
        ui.label(Text::Body.rich(words).color(skin.color(Role::WeakText)));
        for machine in machines {
            if ui.available_width() < 80.0 {
                break;
            }
            if link(ui, &machine.logical_id, Text::Body).clicked() {
                out.push(Intent::Api(ApiIntent::OpenMachine {
                    project: project.id,
                    machine: machine.logical_id.clone(),
                }));
            }
        }
    });
}

fn left_part(ui: &mut Ui, session: &Session, tab: &Tab, out: &mut Outbox) {
    ui.spacing_mut().item_spacing.x = 4.0;
    let undo = session
        .undo_label()
        .map_or_else(|| "Undo".to_owned(), |label| format!("Undo: {label}"));
    let redo = session
        .redo_label()
        .map_or_else(|| "Redo".to_owned(), |label| format!("Redo: {label}"));
    action_icon_button(ui, session, Action::Undo, &undo, out);
    action_icon_button(ui, session, Action::Redo, &redo, out);
    ui.spacing_mut().item_spacing.x = 8.0;
    divider(ui);
    let choices = [
        (ViewMode::Design, "Design"),
        (ViewMode::Split, "Split"),
        (ViewMode::Code, "Code"),
    ];
    if let Some(mode) = segments(ui, "View", tab.view, &choices, None) {
        out.push(Intent::SetView(mode));
    }
    divider(ui);
    match &tab.run {
        Some(run) => run_state(ui, run, out),
        None => {
            action_icon_button(ui, session, Action::Copy, "Copy states", out);
            action_icon_button(ui, session, Action::Delete, "Delete states", out);
        }
    }
}

fn action_icon_button(
    ui: &mut Ui,
    session: &Session,
    action: Action,
    name: &str,
    out: &mut Outbox,
) {
    let Some(icon) = action_icon(action) else {
        return;
    };
    let name = match action.shortcut() {
        Some(key) => format!("{name} ({key})"),
        None => name.to_owned(),
    };
    let enabled = action.is_available(session);
    let clicked = ui
        .add_enabled_ui(enabled, |ui| icon_button(ui, icon, &name).clicked())
        .inner;
    if clicked {
        out.push(Intent::Perform(action));
    }
}

/// What the run is doing, in a chip and a few words.
fn run_state(ui: &mut Ui, run: &Run, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let (status, words) = run_words(run);
    status_chip(ui, status);
    ui.add(
        egui::Label::new(Text::Small.rich(words).color(skin.color(Role::SecondText))).truncate(),
    );
    if !run.is_live() && link(ui, "Clear run", Text::Label).clicked() {
        out.push(Intent::Perform(Action::ClearRun));
    }
}

/// The status of a run and what to say of it: "after 1.46 s · 6 transitions".
pub fn run_words(run: &Run) -> (Status, String) {
    let duration = duration_text(run.duration() as f64);
    let transitions = run.trace.own_visits().count();
    let plural = if transitions == 1 { "" } else { "s" };
    if let Some(pause) = &run.paused {
        return (Status::Paused, format!("before {}", pause.state.name()));
    }
    match &run.ended {
        None if !run.tasks.is_empty() => {
            let what = match run.tasks.as_slice() {
                [only] => format!("waits for {}", run.task_title(only)),
                several => format!("waits for {} answers", several.len()),
            };
            (Status::Running, format!("{duration} · {what}"))
        }
        None => (Status::Running, duration),
        Some(ended) => {
            let status = match ended.status {
                EndStatus::Succeeded => Status::Succeeded,
                EndStatus::Aborted => Status::Aborted,
                EndStatus::Failed | EndStatus::TimedOut => Status::Failed,
            };
            (
                status,
                format!("after {duration} · {transitions} transition{plural}"),
            )
        }
    }
}

/// While a run is live, from right to left: stop, steps, continue.
fn run_buttons(ui: &mut Ui, session: &Session, run: &Run, narrow: bool, out: &mut Outbox) {
    let mut button = |ui: &mut Ui, action: Action, words: &str, primary: bool| {
        let shown = if narrow && !primary { "" } else { words };
        let title = action.title();
        let mut button = if primary {
            Button::primary(shown)
        } else {
            Button::new(shown)
        };
        if let Some(icon) = action_icon(action) {
            button = button.icon(icon);
        }
        let hint = match action.shortcut() {
            Some(key) => format!("{title} ({key})"),
            None => title.clone(),
        };
        let enabled = action.is_available(session);
        let response = ui.add_enabled(enabled, button.name(&title));
        if response.on_hover_text(hint).clicked() {
            out.push(Intent::Perform(action));
        }
    };
    button(ui, Action::Stop, "Stop", false);
    if run.paused.is_some() {
        button(ui, Action::StepOut, "Out", false);
        button(ui, Action::StepInto, "Into", false);
        button(ui, Action::StepOver, "Step over", false);
        action_icon_button(ui, session, Action::StepBack, "Step back", out);
        let title = Action::Continue.title();
        let go = Button::primary("Continue")
            .icon(Icon::PLAY_ARROW)
            .name(&title);
        if ui.add(go).on_hover_text("Continue (F8)").clicked() {
            out.push(Intent::Perform(Action::Continue));
        }
    } else {
        if run.waiting {
            action_icon_button(ui, session, Action::StepBack, "Step back", out);
        } else {
            button(ui, Action::Pause, "Pause", false);
        }
    }
}

/// While nothing runs, from right to left: debug, run, the input.
fn start_buttons(
    ui: &mut Ui,
    session: &Session,
    tab: &Tab,
    view: &mut View,
    narrow: bool,
    out: &mut Outbox,
) {
    let skin = Skin::of(ui.ctx());
    let ready = Action::Run.is_available(session);
    let debug = Button::new(if narrow { "" } else { "Debug" })
        .icon(Icon::BUG_REPORT)
        .name("Debug");
    if ui
        .add_enabled(ready, debug)
        .on_hover_text("Run step by step (Ctrl+F5)")
        .clicked()
    {
        out.push(Intent::Perform(Action::Debug));
    }
    let (words, icon) = if tab.run.is_some() {
        ("Run again", Icon::REPLAY)
    } else {
        ("Run", Icon::PLAY_ARROW)
    };
    let run = Button::primary(words).icon(icon).name("Run");
    if ui
        .add_enabled(ready, run)
        .on_hover_text("Run with the chosen input (F5)")
        .clicked()
    {
        out.push(Intent::Perform(Action::Run));
    }
    let never_run = session.tabs.iter().all(|tab| tab.run.is_none());
    if never_run && tab.path.is_none() && !narrow {
        hint(ui, "Press Run to watch it");
    }
    let edit = icon_button(ui, Icon::EDIT, "Edit the input…");
    if edit.clicked() {
        view.sheet = Sheet::Input(tab.input_text.clone());
    }
    if let Some(choice) = input_chooser(ui, tab, if narrow { 160.0 } else { 216.0 }) {
        match choice {
            InputChoice::Scenario(index) => out.push(Intent::ChooseScenario(index)),
            InputChoice::Custom => view.sheet = Sheet::Input(tab.input_text.clone()),
        }
    }
    ui.label(Text::Small.rich("Input").color(skin.color(Role::WeakText)));
}

fn input_chooser(ui: &mut Ui, tab: &Tab, width: f32) -> Option<InputChoice> {
    let mut choices: Vec<(InputChoice, String)> = tab
        .sidecar
        .scenarios
        .iter()
        .enumerate()
        .map(|(index, scenario)| (InputChoice::Scenario(index), scenario.name.clone()))
        .collect();
    choices.push((InputChoice::Custom, "Own input…".to_owned()));
    combo_with_icon(
        ui,
        egui::Id::unique("input"),
        "Input",
        Some(Icon::DATA_OBJECT),
        &tab.input,
        &choices,
        width,
    )
}

fn hint(ui: &mut Ui, text: &str) {
    let skin = Skin::of(ui.ctx());
    let words = Text::LabelStrong.width(ui, text);
    let (rect, response) = ui.allocate_exact_size(vec2(words + 44.0, 28.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(A11y::Label, true, text));
    let fill = skin.color(Role::AccentFill);
    ui.painter().rect_filled(rect, CornerRadius::same(6), fill);
    let ink = skin.color(Role::Accent);
    let area = rect.shrink2(vec2(12.0, 0.0));
    Text::LabelStrong.paint(ui, area, text, ink);
    let at = pos2(rect.right() - 18.0, rect.center().y);
    paint_icon(ui, at, Icon::ARROW_FORWARD, 16.0, ink);
}

/// Errors and warnings counted; a click brings the list.
fn problems(ui: &mut Ui, tab: &Tab, view: &mut View, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let count = |severity: Severity| {
        let diagnostics = tab.revision.diagnostics.iter();
        let own = diagnostics.filter(|problem| problem.severity == severity);
        own.count()
            + match severity {
                // As the list has them.
                Severity::Warning => tab.sidecar.problems.len(),
                Severity::Error | Severity::Info => 0,
            }
    };
    let shown: Vec<(Severity, usize)> = [Severity::Error, Severity::Warning]
        .into_iter()
        .map(|severity| (severity, count(severity)))
        .filter(|(_, count)| *count > 0)
        .collect();
    let name = match shown.as_slice() {
        [] => "No problems".to_owned(),
        some => some
            .iter()
            .map(|(severity, count)| match count {
                1 => format!("1 {}", severity.name()),
                count => format!("{count} {}s", severity.name()),
            })
            .collect::<Vec<_>>()
            .join(", "),
    };
    let width = if shown.is_empty() {
        Text::Body.width(ui, "No problems") + 40.0
    } else {
        shown
            .iter()
            .map(|(_, count)| 32.0 + Text::Body.width(ui, &count.to_string()))
            .sum::<f32>()
            + 12.0
    };
    let (rect, response) = ui.allocate_exact_size(vec2(width, 28.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(A11y::Button, true, &name));
    if response.hovered() || response.has_focus() {
        let fill = skin.color(Role::Hover);
        ui.painter().rect_filled(rect, CornerRadius::same(6), fill);
    }
    let y = rect.center().y;
    let mut x = rect.left() + 8.0;
    if shown.is_empty() {
        let ink = skin.color(Role::StatusText(Status::Succeeded));
        paint_icon(ui, pos2(x + 8.0, y), Icon::CHECK_CIRCLE, 16.0, ink);
        let area = Rect::from_min_max(pos2(x + 24.0, rect.top()), rect.max);
        Text::Body.paint(ui, area, "No problems", skin.color(Role::Text));
    }
    for (severity, count) in shown {
        let (icon, status) = severity_icon(severity);
        let ink = skin.color(Role::StatusText(status));
        paint_icon(ui, pos2(x + 8.0, y), icon, 16.0, ink);
        x += 22.0;
        let area = Rect::from_min_max(pos2(x, rect.top()), rect.max);
        x += Text::Body.paint(ui, area, &count.to_string(), skin.color(Role::Text)) + 10.0;
    }
    if response.clicked() {
        view.drawer_open = true;
        out.push(Intent::SetDrawer(DrawerTab::Problems));
    }
}

fn divider(ui: &mut Ui) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(9.0, 20.0));
    ui.painter().vline(
        rect.center().x,
        rect.y_range(),
        skin.stroke(1.0, Role::Line),
    );
}
