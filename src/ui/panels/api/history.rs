//! Requests that were sent, and those that came from outside; the latest first.

use egui::Rect;
use egui::Role as A11y;
use egui::ScrollArea;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::ApiIntent;
use crate::session::Intent;
use crate::session::Outcome;
use crate::session::Sent;
use crate::session::Session;
use crate::session::status_words;
use crate::ui::panels::api::method_color;
use crate::ui::panels::api::words::micros_text;
use crate::ui::panels::api::words::row_ground;
use crate::ui::panels::api::words::sent_status;
use crate::ui::panels::words::paint_right;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::view::Outbox;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::status_icon;

const ROW: f32 = 28.0;

/// The list below its tabs.
pub fn show(ui: &mut Ui, session: &Session, out: &mut Outbox) {
    let history = &session.api.history;
    if history.is_empty() {
        empty_state(ui, Icon::HISTORY, "Requests you send appear here", "");
        return;
    }
    ui.add_space(4.0);
    let last = history.len().saturating_sub(1);
    ScrollArea::vertical()
        .id_salt("request history")
        .auto_shrink([false, false])
        .show_rows(ui, ROW, history.len(), |ui, range| {
            for row in range {
                if let Some(sent) = history.get(last.saturating_sub(row)) {
                    one(ui, session, sent, out);
                }
            }
        });
}

fn one(ui: &mut Ui, session: &Session, sent: &Sent, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let id = egui::Id::unique(("sent", sent.id.0));
    let response = ui.interact(rect, id, Sense::click());
    let selected = session.api.shown == Some(sent.id);
    let status = sent_status(sent);
    let (result, took) = match &sent.outcome {
        Outcome::Waiting => ("Waiting".to_owned(), String::new()),
        Outcome::Lost(reason) => (reason.clone(), String::new()),
        Outcome::Answered(answered) => {
            let status = answered.response.status;
            let words = format!("{status} {}", status_words(status));
            (words, micros_text(answered.took))
        }
    };
    let from = if sent.from_outside {
        "From outside"
    } else {
        "Sent here"
    };
    let name = format!(
        "{} {}, {result}, {from}",
        sent.draft.method,
        sent.draft.address()
    );
    response.widget_info(|| WidgetInfo::selected(A11y::ListItem, true, selected, &name));
    row_ground(ui, rect, &response, selected);
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let at = |part: f32| inner.left() + inner.width() * part;
    let cell = |from: f32, to: f32| {
        Rect::from_min_max(
            pos2(from, rect.top()),
            pos2((to - 12.0).max(from), rect.bottom()),
        )
    };
    let ink = match status {
        Status::NotReached => Role::WeakText,
        status => Role::StatusText(status),
    };
    let icon = pos2(inner.left() + 8.0, rect.center().y);
    paint_icon(ui, icon, status_icon(status), 16.0, skin.color(ink));
    let weak = skin.color(Role::WeakText);
    let time = clock_text(sent.at);
    Text::Code.paint(
        ui,
        cell(inner.left() + 24.0, inner.left() + 100.0),
        &time,
        weak,
    );
    let method = cell(inner.left() + 100.0, inner.left() + 172.0);
    Text::LabelStrong.paint(
        ui,
        method,
        &sent.draft.method,
        method_color(skin, &sent.draft.method),
    );
    let address = cell(inner.left() + 168.0, at(0.56));
    Text::Body.paint(ui, address, &sent.draft.address(), skin.color(Role::Text));
    let words = cell(at(0.56), at(0.78));
    Text::Body.paint(ui, words, &result, skin.color(ink));
    let place = cell(at(0.78), at(0.9));
    Text::Small.paint(ui, place, from, weak);
    paint_right(
        ui,
        cell(at(0.9), inner.right() + 12.0),
        &took,
        Text::Small,
        weak,
    );
    if response.clicked() {
        out.push(Intent::Api(ApiIntent::Reuse(sent.id)));
    }
}

/// The time of day, in UTC: `12:04:11`.
pub fn clock_text(millis: u64) -> String {
    let seconds = millis / 1000 % 86_400;
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}
