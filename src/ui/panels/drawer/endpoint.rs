//! Executions that are started from outside: the address, and each of them with the way into its document.

use egui::ScrollArea;
use egui::Sense;
use egui::Ui;

use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::EndpointIntent;
use crate::session::EndpointState;
use crate::session::Guest;
use crate::session::Intent;
use crate::session::Session;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::widgets::check_box;
use crate::ui::widgets::duration_text;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::separator_line;
use crate::ui::widgets::status_icon;

const ROW: f32 = 32.0;

/// The whole panel below the tabs of the drawer.
pub fn show(ui: &mut Ui, session: &Session, filter: &str, out: &mut Vec<Intent>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    head(ui, session, out);
    separator_line(ui);
    let endpoint = &session.endpoint;
    let words = filter.trim().to_lowercase();
    let hit = |guest: &&Guest| {
        let all = [&guest.name, &guest.machine, &guest.status];
        all.iter().any(|text| text.to_lowercase().contains(&words))
    };
    let shown: Vec<&Guest> = endpoint.guests.iter().filter(hit).collect();
    if shown.is_empty() {
        match (endpoint.address(), endpoint.guests.is_empty()) {
            (_, false) => {
                let text = format!("No execution contains “{filter}”");
                empty_state(ui, Icon::SEARCH, &text, "");
            }
            (Some(address), true) => {
                let machine = session
                    .active()
                    .map(|tab| tab.revision.document.name.clone());
                let machine = machine.unwrap_or_else(|| "NAME".to_owned());
                let more = format!(
                    "aws stepfunctions start-execution --endpoint-url {address} --state-machine-arn \
                     arn:aws:states:us-east-1:123456789012:stateMachine:{machine}"
                );
                empty_state(ui, Icon::LAN, "Nothing was started from outside yet", &more);
            }
            (None, true) => {
                let more = "The AWS CLI and every SDK can start the open workflows; they appear here and can be stepped";
                empty_state(ui, Icon::LAN, "No executions are accepted", more);
            }
        }
        return;
    }
    ScrollArea::vertical()
        .id_salt("guests")
        .auto_shrink([false, false])
        .show_rows(ui, ROW, shown.len(), |ui, range| {
            for guest in shown.get(range).unwrap_or_default() {
                row(ui, session, guest, out);
            }
        });
}

fn head(ui: &mut Ui, session: &Session, out: &mut Vec<Intent>) {
    let (_, rect) = ui.allocate_space(egui::vec2(ui.available_width(), 40.0));
    put_at(ui, rect.shrink2(egui::vec2(16.0, 6.0)), |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            let state = &session.endpoint.state;
            let (on, words) = match state {
                EndpointState::Off => (false, "Accept executions on 127.0.0.1:8083".to_owned()),
                EndpointState::Starting => (true, "Starting…".to_owned()),
                EndpointState::On { address } => {
                    let address = address.trim_start_matches("http://");
                    (true, format!("Accepting executions on {address}"))
                }
            };
            let response = check_box(ui, on, &words);
            let clicked = response.clicked();
            response.on_hover_text(
                "Programs on this machine can start the workflows that are open here",
            );
            if clicked {
                out.push(Intent::Endpoint(match on {
                    true => EndpointIntent::Stop,
                    false => EndpointIntent::Start,
                }));
            }
            if session.endpoint.address().is_some()
                && icon_button(ui, Icon::CONTENT_COPY, "Copy the address").clicked()
            {
                out.push(Intent::Endpoint(EndpointIntent::CopyAddress));
            }
            ui.add_space(16.0);
            let paused = session.endpoint.begin_paused;
            let response = check_box(ui, paused, "Pause each before its first state");
            if response.clicked() {
                out.push(Intent::Endpoint(EndpointIntent::BeginPaused(!paused)));
            }
        });
    });
}

fn row(ui: &mut Ui, session: &Session, guest: &Guest, out: &mut Vec<Intent>) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(egui::vec2(ui.available_width(), ROW));
    let id = ui.scope_id().with(("guest", guest.arn.as_str()));
    let response = ui.interact(rect, id, Sense::click());
    let name = format!("{}, {}, {}", guest.name, guest.machine, guest.status);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ListItem, true, &name));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 0.0, skin.color(Role::Hover));
    }
    let status = status_of(&guest.status);
    let middle = rect.center().y;
    let at = |left: f32, right: f32| {
        egui::Rect::from_min_max(
            egui::pos2(rect.left() + left, middle - 9.0),
            egui::pos2((rect.left() + right).min(rect.right() - 16.0), middle + 9.0),
        )
    };
    let spot = egui::pos2(rect.left() + 26.0, middle);
    let color = skin.color(Role::StatusText(status));
    paint_icon(ui, spot, status_icon(status), 16.0, color);
    Text::Strong.paint(ui, at(44.0, 330.0), &guest.name, skin.color(Role::Text));
    Text::Body.paint(
        ui,
        at(346.0, 560.0),
        &guest.machine,
        skin.color(Role::SecondText),
    );
    Text::Body.paint(
        ui,
        at(576.0, 700.0),
        words_of(&guest.status),
        skin.color(Role::StatusText(status)),
    );
    let now = i64::try_from(session.now).unwrap_or_default();
    let lasted = guest.stopped.unwrap_or(now) - guest.started;
    let lasted = duration_text(lasted.max(0) as f64);
    Text::Body.paint(ui, at(716.0, 820.0), &lasted, skin.color(Role::SecondText));
    if response.clicked() {
        out.push(Intent::Endpoint(EndpointIntent::Open(guest.arn.clone())));
    }
}

fn status_of(status: &str) -> Status {
    match status {
        "SUCCEEDED" => Status::Succeeded,
        "RUNNING" => Status::Running,
        "ABORTED" => Status::Aborted,
        _ => Status::Failed,
    }
}

/// As the rest of the window says it.
fn words_of(status: &str) -> &str {
    match status {
        "SUCCEEDED" => "Succeeded",
        "RUNNING" => "Running",
        "ABORTED" => "Aborted",
        "FAILED" => "Failed",
        "TIMED_OUT" => "Timed out",
        other => other,
    }
}
