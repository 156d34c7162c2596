//! Small windows of the workspace: a name for a request, a `curl` command to read.

use egui::Context;
use egui::Key;

use crate::scene::Role;
use crate::scene::Status;
use crate::session::ApiIntent;
use crate::session::Intent;
use crate::session::Sent;
use crate::session::Session;
use crate::session::parse_curl;
use crate::ui::panels::api::ApiView;
use crate::ui::panels::dialogs::buttons;
use crate::ui::panels::dialogs::title;
use crate::ui::panels::dialogs::window;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::view::Outbox;
use crate::ui::widgets::Button;
use crate::ui::widgets::Field;
use crate::ui::widgets::check_box;
use crate::ui::widgets::help_text;
use crate::ui::widgets::text_field;

/// The window that is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ApiSheet {
    #[default]
    None,
    /// A name for the request, and whether the status it was answered with is expected from now on.
    Name { name: String, expect: bool },
    /// The text of a command.
    Curl(String),
}

impl ApiSheet {
    pub fn naming(session: &Session) -> ApiSheet {
        let draft = &session.api.draft;
        ApiSheet::Name {
            name: format!("{} {}", draft.method, draft.path),
            expect: session.api.shown().and_then(Sent::status).is_some(),
        }
    }

    pub fn is_open(&self) -> bool {
        *self != ApiSheet::None
    }
}

/// Shows the window that is open.
pub fn show(ctx: &Context, session: &Session, view: &mut ApiView, out: &mut Outbox) {
    match view.sheet.clone() {
        ApiSheet::None => {}
        ApiSheet::Name { name, expect } => naming(ctx, session, view, name, expect, out),
        ApiSheet::Curl(text) => curl(ctx, view, text, out),
    }
}

fn naming(
    ctx: &Context,
    session: &Session,
    view: &mut ApiView,
    mut name: String,
    mut expect: bool,
    out: &mut Outbox,
) {
    let status = session.api.shown().and_then(Sent::status);
    let taken = session.api.current().is_some_and(|project| {
        let mut requests = project.companion.requests.iter();
        requests.any(|saved| saved.name == name.trim())
    });
    let mut done = false;
    let mut close = window(ctx, "save request", 440.0, |ui| {
        title(ui, "Save this request");
        let file = session
            .api
            .current()
            .map_or("", |project| &project.companion_file);
        help_text(ui, &format!("It is kept in {file}"));
        ui.add_space(12.0);
        let field = Field {
            label: "Name",
            error: taken.then_some("There is a saved request of this name already"),
            ..Field::default()
        };
        let id = egui::Id::unique("request name");
        let first = !ui.memory(|memory| memory.has_focus(id))
            && ui.memory(|memory| memory.focused().is_none());
        let response = field.show(ui, id, &mut name);
        if first {
            response.request_focus();
        }
        done = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if let Some(status) = status {
            ui.add_space(8.0);
            let words = format!("Expect status {status} from now on");
            if check_box(ui, expect, &words).clicked() {
                expect = !expect;
            }
        }
        ui.add_space(16.0);
        buttons(ui, |ui| {
            let ready = !name.trim().is_empty() && !taken;
            if ui.add_enabled(ready, Button::primary("Save")).clicked() {
                done = true;
            }
            if ui.add(Button::new("Cancel")).clicked() {
                done = false;
                view.sheet = ApiSheet::None;
            }
        });
    });
    if view.sheet == ApiSheet::None {
        return;
    }
    if done && !name.trim().is_empty() && !taken {
        out.push(Intent::Api(ApiIntent::SaveRequest {
            name: name.clone(),
            status: status.filter(|_| expect),
        }));
        close = true;
    }
    view.sheet = match close {
        true => ApiSheet::None,
        false => ApiSheet::Name { name, expect },
    };
}

fn curl(ctx: &Context, view: &mut ApiView, mut text: String, out: &mut Outbox) {
    let mut done = false;
    let read = parse_curl(&text);
    let mut close = window(ctx, "curl", 560.0, |ui| {
        title(ui, "Paste a curl command");
        help_text(
            ui,
            "As browsers, articles and shells write it; the host does not matter",
        );
        ui.add_space(12.0);
        let field = Field {
            hint: "curl -X POST …",
            label: "Command",
            code: true,
            rows: 8,
            ..Field::default()
        };
        egui::ScrollArea::vertical()
            .max_height(240.0)
            .show(ui, |ui| {
                let id = egui::Id::unique("curl command");
                let response = text_field(ui, id, &mut text, field);
                if text.is_empty() {
                    response.request_focus();
                }
            });
        ui.add_space(6.0);
        let skin = Skin::of(ui.ctx());
        match &read {
            Ok(command) => {
                let left_out = match command.ignored.as_slice() {
                    [] => String::new(),
                    ignored => format!("; left out: {}", ignored.join(" ")),
                };
                help_text(ui, &format!("{} {}{left_out}", command.method, command.url));
            }
            Err(_) if text.trim().is_empty() => help_text(ui, " "),
            Err(reason) => {
                let color = skin.color(Role::StatusText(Status::Failed));
                ui.label(Text::Small.rich(reason).color(color));
            }
        }
        ui.add_space(12.0);
        buttons(ui, |ui| {
            if ui
                .add_enabled(read.is_ok(), Button::primary("Use"))
                .clicked()
            {
                done = true;
            }
            if ui.add(Button::new("Cancel")).clicked() {
                view.sheet = ApiSheet::None;
            }
        });
    });
    if view.sheet == ApiSheet::None {
        return;
    }
    if done {
        out.push(Intent::Api(ApiIntent::ImportCurl(text.clone())));
        close = true;
    }
    view.sheet = match close {
        true => ApiSheet::None,
        false => ApiSheet::Curl(text),
    };
}
