//! The trace of a request: each step with its verdict, its time and what happened, and why the answer is what it is.

use egui::CornerRadius;
use egui::Frame;
use egui::Margin;
use egui::Rect;
use egui::Role as A11y;
use egui::ScrollArea;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::gateway::StepKind;
use crate::gateway::TraceStep;
use crate::gateway::Verdict;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Answered;
use crate::session::ApiIntent;
use crate::session::Intent;
use crate::session::OpenProject;
use crate::session::Outcome;
use crate::session::Sent;
use crate::session::Serving;
use crate::session::Session;
use crate::session::Why;
use crate::ui::panels::api::words::http_status;
use crate::ui::panels::api::words::micros_text;
use crate::ui::panels::api::words::row_ground;
use crate::ui::panels::api::words::verdict_status;
use crate::ui::panels::words::capital;
use crate::ui::panels::words::paint_right;
use crate::ui::panels::words::paint_sentence;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::view::Outbox;
use crate::ui::widgets::Button;
use crate::ui::widgets::check_box;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::sentence;
use crate::ui::widgets::spoken;
use crate::ui::widgets::status_icon;

const ROW: f32 = 56.0;
const FOOT: f32 = 40.0;
/// Where requests from outside are taken.
const USUAL_ADDRESS: &str = "127.0.0.1:8080";

/// The column in the available space.
pub fn show(ui: &mut Ui, session: &Session, project: &OpenProject, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let area = ui.available_rect_before_wrap();
    let head = Rect::from_min_size(area.min, vec2(area.width(), 44.0));
    let foot = Rect::from_min_max(pos2(area.left(), area.bottom() - FOOT), area.max);
    let body = Rect::from_min_max(head.left_bottom(), foot.right_top());
    let inner = head.shrink2(vec2(16.0, 0.0));
    Text::Strong.paint(ui, inner, "Trace", skin.color(Role::Text));
    let shown = session.api.shown();
    if let Some(answered) = shown.and_then(Sent::answered) {
        let took = micros_text(answered.took);
        paint_right(ui, inner, &took, Text::Small, skin.color(Role::WeakText));
    }
    put_at(ui, body, |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(body));
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        match shown.map(|sent| (sent, &sent.outcome)) {
            None => empty_state(
                ui,
                Icon::PLAY_ARROW,
                "Press Send to follow a request",
                "Each step of the API shows here",
            ),
            Some((_, Outcome::Waiting)) => {
                empty_state(ui, Icon::PROGRESS_ACTIVITY, "Waiting for the answer", "");
            }
            Some((_, Outcome::Lost(reason))) => {
                empty_state(ui, Icon::CANCEL, "There was no answer", reason);
            }
            Some((sent, Outcome::Answered(answered))) => {
                ScrollArea::vertical()
                    .id_salt("trace")
                    .auto_shrink([false, false])
                    .show(ui, |ui| steps(ui, session, sent, answered, out));
            }
        }
    });
    let line = skin.stroke(1.0, Role::Line);
    ui.painter().hline(foot.x_range(), foot.top(), line);
    serving(ui, session, project, foot, out);
    ui.advance_cursor_after_rect(area);
}

fn steps(ui: &mut Ui, session: &Session, sent: &Sent, answered: &Answered, out: &mut Outbox) {
    let last = answered.trace.len().saturating_sub(1);
    for (place, step) in answered.trace.iter().enumerate() {
        let selected = session.api.step == Some(place);
        let ends = (place == 0, place == last);
        step_row(ui, sent, answered, (place, step), selected, ends, out);
    }
    if let Some(why) = answered.why() {
        ui.add_space(12.0);
        why_card(ui, answered, &why, out);
    }
    ui.add_space(12.0);
}

fn step_row(
    ui: &mut Ui,
    sent: &Sent,
    answered: &Answered,
    (place, step): (usize, &TraceStep),
    selected: bool,
    (first, last): (bool, bool),
    out: &mut Outbox,
) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let id = egui::Id::unique(("trace step", place));
    let response = ui.interact(rect, id, Sense::click());
    let status = step_status(step, answered);
    let took = micros_text(step.took);
    let title = title_of(step);
    let words = step
        .words
        .first()
        .map_or_else(String::new, |words| capital(words));
    let words = words.as_str();
    let name = format!(
        "{title}, {}, {took}. {}",
        status_word(step, status),
        spoken(words)
    );
    response.widget_info(|| WidgetInfo::selected(A11y::ListItem, true, selected, &name));
    row_ground(ui, rect, &response, selected);
    let center = pos2(rect.left() + 29.0, rect.top() + 18.0);
    let line = skin.stroke(1.5, Role::Border);
    if !first {
        ui.painter()
            .vline(center.x, rect.top()..=center.y - 12.0, line);
    }
    if !last {
        ui.painter()
            .vline(center.x, center.y + 12.0..=rect.bottom(), line);
    }
    let color = skin.color(match status {
        Status::NotReached => Role::WeakText,
        status => Role::StatusText(status),
    });
    paint_icon(ui, center, status_icon(status), 18.0, color);
    let left = rect.left() + 50.0;
    let right = rect.right() - 20.0;
    let run = answered.run_of(step);
    let upper = Rect::from_min_max(pos2(left, rect.top() + 8.0), pos2(right, rect.top() + 28.0));
    let used = paint_right(ui, upper, &took, Text::Small, skin.color(Role::WeakText));
    let head = Rect::from_min_max(upper.min, pos2(upper.right() - used - 8.0, upper.bottom()));
    let ink = match step.verdict {
        Verdict::Skipped => Role::WeakText,
        Verdict::Passed | Verdict::Doubtful | Verdict::Failed | Verdict::Waiting => Role::Text,
    };
    Text::Strong.paint(ui, head, &title, skin.color(ink));
    let button = if run.is_some() { 84.0 } else { 0.0 };
    let lower = Rect::from_min_max(
        pos2(left, rect.top() + 27.0),
        pos2(right - button, rect.top() + 47.0),
    );
    let ink = match status {
        Status::Failed | Status::Caught => Role::StatusText(status),
        _ => Role::WeakText,
    };
    let used = paint_sentence(ui, lower, words, Text::Small, skin.color(ink));
    if run.is_some() {
        let place_of = Rect::from_min_max(
            pos2(right - 76.0, rect.top() + 27.0),
            pos2(right, rect.top() + 51.0),
        );
        put_at(ui, place_of, |ui| {
            let button = Button::new("Open run").small().width(76.0);
            if ui
                .add(button)
                .on_hover_text("Show the execution on the canvas")
                .clicked()
            {
                out.push(Intent::Api(ApiIntent::OpenRun {
                    sent: sent.id,
                    step: place,
                }));
            }
        });
    }
    if response.clicked() {
        out.push(Intent::Api(ApiIntent::ShowStep(place)));
    }
    if response.double_clicked() && run.is_some() {
        out.push(Intent::Api(ApiIntent::OpenRun {
            sent: sent.id,
            step: place,
        }));
    }
    if used > lower.width() - 1.0 || step.words.len() > 1 {
        response.on_hover_ui_at_pointer(|ui| {
            ui.set_max_width(420.0);
            ui.label(Text::Strong.rich(&title));
            for words in &step.words {
                ui.label(Text::Small.rich(spoken(&capital(words))));
            }
        });
    }
}

/// The heading of a step; the integration says what it calls.
pub fn title_of(step: &TraceStep) -> String {
    step.kind.title().to_owned()
}

/// What became of a step; the answer has the status of what leaves.
fn step_status(step: &TraceStep, answered: &Answered) -> Status {
    let own = verdict_status(step.verdict);
    match (step.kind, own) {
        (StepKind::Answer, Status::Succeeded) => http_status(answered.response.status),
        (_, own) => own,
    }
}

fn status_word(step: &TraceStep, status: Status) -> &'static str {
    match (step.verdict, status) {
        (Verdict::Skipped, _) => "Skipped",
        (Verdict::Doubtful, _) | (Verdict::Passed, Status::Caught) => "Warning",
        (_, status) => status.word(),
    }
}

fn why_card(ui: &mut Ui, answered: &Answered, why: &Why, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let status = match http_status(answered.response.status) {
        Status::Succeeded => Status::Caught,
        status => status,
    };
    let color = skin.color(Role::StatusText(status));
    let shown = Frame::new()
        .fill(skin.color(Role::StatusFill(status)))
        .corner_radius(CornerRadius::same(8))
        .inner_margin(Margin::same(12))
        .outer_margin(Margin {
            left: 16,
            right: 16,
            top: 0,
            bottom: 0,
        })
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                let (_, place) = ui.allocate_space(vec2(18.0, 20.0));
                paint_icon(ui, place.center(), status_icon(status), 16.0, color);
                ui.label(Text::Strong.rich(&why.title).color(color));
            });
            for words in &why.words {
                let mut job = sentence(&capital(words), Text::Body, skin.color(Role::Text));
                job.wrap.max_width = ui.available_width();
                ui.label(job);
            }
        });
    let response = shown.response.interact(Sense::click());
    let name = format!("{}: {}", why.title, spoken(&why.words.join(". ")));
    response.widget_info(|| WidgetInfo::labeled(A11y::Note, true, &name));
    if response.clicked() {
        out.push(Intent::Api(ApiIntent::ShowStep(why.step)));
    }
}

fn serving(ui: &mut Ui, session: &Session, project: &OpenProject, foot: Rect, out: &mut Outbox) {
    let inner = foot.shrink2(vec2(16.0, 6.0));
    put_at(ui, inner, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let (on, words) = match &session.api.serving {
                Serving::Off => (false, format!("Serve on {USUAL_ADDRESS}")),
                Serving::Starting { .. } => (true, "Starting…".to_owned()),
                Serving::On { address, .. } => {
                    let address = address.trim_start_matches("http://");
                    (true, format!("Serving on {address}"))
                }
            };
            let elsewhere = on && session.api.serving.project() != Some(project.id);
            let response = check_box(ui, on, &words);
            let clicked = response.clicked();
            response.on_hover_text(match (elsewhere, on) {
                (true, _) => "Another project is served; stop it first",
                (false, true) => {
                    "Programs on this machine can send requests; they appear in the history"
                }
                (false, false) => "Let programs on this machine send requests to this API",
            });
            if clicked {
                out.push(Intent::Api(match on {
                    true => ApiIntent::StopServing,
                    false => ApiIntent::StartServing(project.id),
                }));
            }
            if matches!(session.api.serving, Serving::On { .. })
                && icon_button(ui, Icon::CONTENT_COPY, "Copy the address").clicked()
            {
                out.push(Intent::Api(ApiIntent::CopyAddress));
            }
        });
    });
}
