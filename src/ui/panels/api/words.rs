//! Words and colours the parts of the workspace share.

use egui::Color32;
use egui::CornerRadius;
use egui::Rect;
use egui::Ui;
use egui::vec2;

use crate::gateway::Verdict;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Outcome;
use crate::session::Sent;
use crate::ui::theme::Skin;
use crate::ui::widgets::duration_text;

/// The colour of a method's word; the word itself says what it is.
pub fn method_color(skin: Skin, method: &str) -> Color32 {
    skin.color(match method {
        "GET" | "HEAD" => Role::StatusText(Status::Running),
        "POST" => Role::StatusText(Status::Succeeded),
        "PUT" | "PATCH" => Role::StatusText(Status::Caught),
        "DELETE" => Role::StatusText(Status::Failed),
        _ => Role::SecondText,
    })
}

/// A verdict as a status of the canvas.
pub const fn verdict_status(verdict: Verdict) -> Status {
    match verdict {
        Verdict::Passed => Status::Succeeded,
        Verdict::Skipped => Status::NotReached,
        Verdict::Doubtful => Status::Caught,
        Verdict::Failed => Status::Failed,
        Verdict::Waiting => Status::Running,
    }
}

/// An HTTP status as a status of the canvas: 4xx is an answer with a reason, 5xx a failure.
pub const fn http_status(status: u16) -> Status {
    match status {
        ..400 => Status::Succeeded,
        400..500 => Status::Caught,
        500.. => Status::Failed,
    }
}

/// How a request stands.
pub fn sent_status(sent: &Sent) -> Status {
    match &sent.outcome {
        Outcome::Waiting => Status::Running,
        Outcome::Answered(answered) => http_status(answered.response.status),
        Outcome::Lost(_) => Status::Failed,
    }
}

/// Microseconds in words: `0 ms`, `0.4 ms`, `214 ms`, `2 s`.
pub fn micros_text(micros: i64) -> String {
    let millis = micros.max(0) as f64 / 1000.0;
    match millis {
        0.05..9.95 => {
            let text = format!("{millis:.1}");
            let text = text.trim_end_matches(".0");
            format!("{text} ms")
        }
        _ => duration_text(millis),
    }
}

/// The ground of a row under the pointer, chosen, or reached by the keyboard.
pub fn row_ground(ui: &Ui, rect: Rect, response: &egui::Response, selected: bool) {
    let skin = Skin::of(ui.ctx());
    let rect = rect.shrink2(vec2(8.0, 0.0));
    let ground = match (selected, response.hovered()) {
        (true, _) => Some(Role::AccentFill),
        (false, true) => Some(Role::Hover),
        (false, false) => None,
    };
    let radius = CornerRadius::same(6);
    if let Some(ground) = ground {
        ui.painter().rect_filled(rect, radius, skin.color(ground));
    }
    if response.has_focus() {
        let line = skin.stroke(2.0, Role::Accent);
        ui.painter()
            .rect_stroke(rect, radius, line, egui::StrokeKind::Inside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::panels::words::capital;

    #[test]
    fn sentences_get_a_capital_and_names_stay() {
        assert_eq!(capital("the template set it"), "The template set it");
        assert_eq!(
            capital("application/json, 6 lines"),
            "application/json, 6 lines"
        );
        assert_eq!(capital("`$.a` is missing"), "`$.a` is missing");
        assert_eq!(capital(""), "");
    }

    #[test]
    fn short_times_keep_a_digit() {
        let texts = [0, 40, 412, 2_000, 2_340, 9_960, 203_000, 2_000_000].map(micros_text);
        assert_eq!(
            texts,
            [
                "0 ms", "0 ms", "0.4 ms", "2 ms", "2.3 ms", "10 ms", "203 ms", "2 s"
            ]
        );
    }
}
