//! The questions of the session, and the small windows of the view: input, path, shortcuts, about.

use std::path::PathBuf;

use egui::Context;
use egui::Frame;
use egui::Key;
use egui::Margin;
use egui::Modal;
use egui::Ui;
use egui::vec2;

use crate::query::Value;
use crate::scene::Icon;
use crate::scene::Role;
use crate::session::Action;
use crate::session::Dialog;
use crate::session::DialogAnswer;
use crate::session::Intent;
use crate::session::Session;
use crate::ui::code::json_field;
use crate::ui::panels::agreements;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::view::Outbox;
use crate::ui::view::Sheet;
use crate::ui::view::View;
use crate::ui::widgets::Button;
use crate::ui::widgets::ButtonLook;
use crate::ui::widgets::Field;
use crate::ui::widgets::combo;
use crate::ui::widgets::help_text;

/// Inputs used before that are offered again.
const MOST_RECENT: usize = 10;

/// Shows whatever has to be answered first.
pub fn show(ctx: &Context, session: &Session, view: &mut View, out: &mut Outbox) {
    match &session.dialog {
        Some(Dialog::Unsaved { tab, quitting }) => {
            let title = session.tab(*tab).map_or("", |tab| tab.title.as_str());
            unsaved(ctx, title, *quitting, out);
            return;
        }
        Some(Dialog::ChangedOnDisk { tab }) => {
            let title = session.tab(*tab).map_or("", |tab| tab.title.as_str());
            changed(ctx, title, out);
            return;
        }
        Some(Dialog::UnsavedProject { project, quitting }) => {
            let project = session.api.project(*project);
            unsaved(ctx, project.map_or("", |one| one.title()), *quitting, out);
            return;
        }
        Some(Dialog::TypePath { suggestion, target }) => {
            type_path(ctx, view, suggestion, target.is_some(), out);
            return;
        }
        Some(Dialog::Consent(asking)) => {
            agreements::ask(ctx, asking, out);
            return;
        }
        Some(Dialog::Agreements) => {
            agreements::list(ctx, session, out);
            return;
        }
        None => {
            if matches!(view.sheet, Sheet::Path(_)) {
                view.sheet = Sheet::None;
            }
        }
    }
    match view.sheet.clone() {
        Sheet::None | Sheet::Path(_) => {}
        Sheet::Input(text) => input(ctx, session, view, text, out),
        Sheet::Shortcuts => shortcuts(ctx, view),
        Sheet::About => about(ctx, view),
    }
}

fn unsaved(ctx: &Context, title: &str, quitting: bool, out: &mut Outbox) {
    let head = format!("Save {title}?");
    let body = if quitting {
        "It has changes that would be lost on quitting"
    } else {
        "It has changes that would be lost on closing"
    };
    question(
        ctx,
        &head,
        body,
        out,
        &[
            ("Cancel", ButtonLook::Normal, DialogAnswer::Cancel),
            ("Discard", ButtonLook::Destructive, DialogAnswer::Discard),
            ("Save", ButtonLook::Primary, DialogAnswer::Save),
        ],
    );
}

fn changed(ctx: &Context, title: &str, out: &mut Outbox) {
    let head = format!("{title} was changed by another program");
    let body = "There are changes here as well; only one of the two can stay";
    question(
        ctx,
        &head,
        body,
        out,
        &[
            ("Take the file's", ButtonLook::Normal, DialogAnswer::Reload),
            ("Keep mine", ButtonLook::Primary, DialogAnswer::KeepMine),
        ],
    );
}

fn question(
    ctx: &Context,
    head: &str,
    body: &str,
    out: &mut Outbox,
    answers: &[(&str, ButtonLook, DialogAnswer)],
) {
    let response = window(ctx, "question", 400.0, |ui| {
        title(ui, head);
        help_text(ui, body);
        ui.add_space(16.0);
        buttons(ui, |ui| {
            for (words, look, answer) in answers.iter().rev() {
                if ui.add(Button::new(words).look(*look)).clicked() {
                    out.push(Intent::Answer(*answer));
                }
            }
        });
    });
    if response {
        out.push(Intent::Answer(DialogAnswer::Cancel));
    }
}

fn type_path(ctx: &Context, view: &mut View, suggestion: &str, saving: bool, out: &mut Outbox) {
    let mut text = match &view.sheet {
        Sheet::Path(text) => text.clone(),
        _ => suggestion.to_owned(),
    };
    let mut done = false;
    let cancelled = window(ctx, "path", 480.0, |ui| {
        title(ui, if saving { "Save as" } else { "Open a workflow" });
        help_text(
            ui,
            "This system offers no file dialog, so the path has to be typed",
        );
        ui.add_space(12.0);
        let id = egui::Id::unique("typed path");
        let field = Field {
            label: "Path",
            code: true,
            ..Field::default()
        };
        let response = field.show(ui, id, &mut text);
        if !matches!(view.sheet, Sheet::Path(_)) {
            response.request_focus();
        }
        done = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        ui.add_space(16.0);
        buttons(ui, |ui| {
            let words = if saving { "Save" } else { "Open" };
            let ready = !text.trim().is_empty();
            if ui.add_enabled(ready, Button::primary(words)).clicked() {
                done = true;
            }
            if ui.add(Button::new("Cancel")).clicked() {
                out.push(Intent::Answer(DialogAnswer::Cancel));
            }
        });
    });
    if done && !text.trim().is_empty() {
        out.push(Intent::PathTyped(PathBuf::from(text.trim())));
    } else if cancelled {
        out.push(Intent::Answer(DialogAnswer::Cancel));
    }
    view.sheet = Sheet::Path(text);
}

fn input(ctx: &Context, session: &Session, view: &mut View, mut text: String, out: &mut Outbox) {
    let mut close = false;
    let parsed = Value::parse(&text);
    let cancelled = window(ctx, "input", 640.0, |ui| {
        title(ui, "Input of the next run");
        if let Some(tab) = session.active()
            && !tab.sidecar.scenarios.is_empty()
        {
            help_text(
                ui,
                "A changed input runs without the mocks of a scenario; choose a scenario to have them",
            );
        }
        ui.add_space(8.0);
        if let Some(start) = start_from(ui, session, &view.recent_inputs) {
            text = start;
        }
        ui.add_space(8.0);
        egui::ScrollArea::vertical()
            .max_height(400.0)
            .show(ui, |ui| {
                let id = egui::Id::unique("input text");
                json_field(ui, id, "Input", &mut text, 14, parsed.is_err());
            });
        ui.add_space(4.0);
        match &parsed {
            Ok(value) => {
                help_text(ui, &crate::ui::widgets::size_text(value.json_len()));
            }
            Err(error) => {
                let skin = Skin::of(ui.ctx());
                let color = skin.color(Role::StatusText(crate::scene::Status::Failed));
                ui.label(
                    Text::Small
                        .rich(format!("The input is {error}"))
                        .color(color),
                );
            }
        }
        ui.add_space(12.0);
        buttons(ui, |ui| {
            let ready = parsed.is_ok();
            let run = Button::primary("Run with it").icon(Icon::PLAY_ARROW);
            if ui.add_enabled(ready, run).clicked() {
                out.push(Intent::SetInput(text.clone()));
                out.push(Intent::Perform(Action::Run));
                close = true;
            }
            if ui.add_enabled(ready, Button::new("Use")).clicked() {
                out.push(Intent::SetInput(text.clone()));
                close = true;
            }
            if ui.add(Button::new("Cancel")).clicked() {
                close = true;
            }
        });
    });
    view.sheet = if close || cancelled {
        Sheet::None
    } else {
        Sheet::Input(text)
    };
    let used = out.iter().find_map(|intent| match intent {
        Intent::SetInput(text) => Some(text.clone()),
        _ => None,
    });
    if let Some(used) = used {
        view.recent_inputs.retain(|known| *known != used);
        view.recent_inputs.insert(0, used);
        view.recent_inputs.truncate(MOST_RECENT);
    }
}

/// The inputs there are to begin with: those of the scenarios, and those used lately.
fn start_from(ui: &mut Ui, session: &Session, recent: &[String]) -> Option<String> {
    let scenarios = session.active().map(|tab| &tab.sidecar.scenarios);
    let mut texts = Vec::new();
    let mut choices = vec![(0, "Choose an input to start from…".to_owned())];
    for scenario in scenarios.into_iter().flatten() {
        texts.push(scenario.input.to_json_pretty());
        choices.push((texts.len(), scenario.name.clone()));
    }
    for text in recent {
        let value = Value::parse(text).unwrap_or_default();
        texts.push(text.clone());
        let brief = crate::ui::widgets::one_line(&value, 60);
        choices.push((texts.len(), format!("Used before: {brief}")));
    }
    if texts.is_empty() {
        return None;
    }
    let id = egui::Id::unique("input start");
    let width = ui.available_width();
    let chosen = combo(ui, id, "Start from", &0, &choices, width)?;
    texts.into_iter().nth(chosen.checked_sub(1)?)
}

fn shortcuts(ctx: &Context, view: &mut View) {
    let mut close = false;
    let cancelled = window(ctx, "shortcuts", 460.0, |ui| {
        title(ui, "Keyboard shortcuts");
        ui.add_space(8.0);
        egui::ScrollArea::vertical()
            .max_height(440.0)
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                let more = [
                    ("Command palette", "Ctrl+Shift+P"),
                    ("Go to state", "Ctrl+K"),
                    ("Search the list on the left", "/"),
                    ("Append a state", "A"),
                    ("Fit the picture", "Ctrl+1"),
                    ("Actual size", "Ctrl+0"),
                ];
                let actions = Action::all();
                let all = actions
                    .iter()
                    .filter_map(|action| Some((action.title(), action.shortcut()?)))
                    .chain(more.into_iter().map(|(title, key)| (title.to_owned(), key)));
                for (title, key) in all {
                    let row = crate::ui::widgets::Row {
                        end: crate::ui::widgets::RowEnd::Key(key),
                        ..crate::ui::widgets::Row::new(&title)
                    };
                    let id = egui::Id::unique(("shortcut", title.as_str()));
                    row.show(ui, id, egui::Sense::hover());
                }
            });
        ui.add_space(12.0);
        buttons(ui, |ui| {
            close = ui.add(Button::primary("Close")).clicked();
        });
    });
    if close || cancelled {
        view.sheet = Sheet::None;
    }
}

fn about(ctx: &Context, view: &mut View) {
    let mut close = false;
    let cancelled = window(ctx, "about", 400.0, |ui| {
        title(ui, &format!("Stepwright {}", env!("CARGO_PKG_VERSION")));
        help_text(
            ui,
            "Opens, draws, edits, runs and debugs Amazon States Language workflows, offline. \
             Tasks are answered by mocks; nothing runs or leaves this machine before you agree",
        );
        ui.add_space(8.0);
        help_text(ui, "Inter (OFL 1.1), Hack, Material Symbols (Apache 2.0)");
        ui.add_space(16.0);
        buttons(ui, |ui| {
            close = ui.add(Button::primary("Close")).clicked();
        });
    });
    if close || cancelled {
        view.sheet = Sheet::None;
    }
}

/// A modal window; true when it was closed by Escape or a click beside it.
pub(crate) fn window(ctx: &Context, id: &str, width: f32, content: impl FnOnce(&mut Ui)) -> bool {
    let skin = Skin::of(ctx);
    let response = Modal::new(egui::Id::unique(("dialog", id)))
        .backdrop_color(skin.color(Role::StrongShadow))
        .frame(
            Frame::new()
                .fill(skin.color(Role::Raised))
                .stroke(skin.stroke(1.0, Role::Border))
                .shadow(skin.shadow(8))
                .corner_radius(8)
                .inner_margin(Margin::same(16)),
        )
        .show(ctx, |ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing = vec2(8.0, 4.0);
            content(ui);
        });
    response.should_close()
}

pub(crate) fn title(ui: &mut Ui, text: &str) {
    let skin = Skin::of(ui.ctx());
    ui.label(Text::Title.rich(text).color(skin.color(Role::Text)));
}

pub(crate) fn buttons(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let size = vec2(ui.available_width(), 28.0);
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        content(ui);
    });
}
