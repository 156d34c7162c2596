//! The times of a load run over its course: the median and the slow end as lines, the users as an area.

use egui::Color32;
use egui::Mesh;
use egui::Pos2;
use egui::Rect;
use egui::Role as A11y;
use egui::Sense;
use egui::Shape;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::scene::Role;
use crate::scene::Status;
use crate::session::LoadPoint;
use crate::ui::panels::api::words::micros_text;
use crate::ui::panels::words::paint_right;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::widgets::TimeScale;
use crate::ui::widgets::duration_text;

/// Paints the plot into the available space. `whole` is the length of the run in milliseconds.
pub fn show(ui: &mut Ui, points: &[LoadPoint], whole: u64) {
    let skin = Skin::of(ui.ctx());
    let area = ui.available_rect_before_wrap();
    let (_, response) = ui.allocate_exact_size(area.size(), Sense::hover());
    let last = points.last().copied().unwrap_or_default();
    let spoken = format!(
        "Latency over time, now {} median and {} p95",
        micros_text(last.median as i64),
        micros_text(last.p95 as i64)
    );
    response.widget_info(|| WidgetInfo::labeled(A11y::Image, true, &spoken));
    let legend = Rect::from_min_size(area.min, vec2(area.width(), 24.0));
    show_legend(ui, legend, skin);
    let frame = Rect::from_min_max(
        pos2(area.left() + 64.0, legend.bottom() + 6.0),
        pos2(area.right() - 12.0, area.bottom() - 22.0),
    );
    if frame.height() < 24.0 || frame.width() < 80.0 {
        return;
    }
    let top = points.iter().map(|point| point.p95).max().unwrap_or(0);
    let (step, steps) = ticks(top.max(1_000));
    let highest = (step * steps) as f32;
    let weak = skin.color(Role::WeakText);
    let grid = skin.stroke(1.0, Role::Line);
    for tick in 0..=steps {
        let y = frame.bottom() - frame.height() * (tick * step) as f32 / highest;
        ui.painter().hline(frame.x_range(), y, grid);
        let label = Rect::from_min_max(
            pos2(area.left(), y - 10.0),
            pos2(frame.left() - 8.0, y + 10.0),
        );
        let words = micros_text((tick * step) as i64);
        paint_right(ui, label, &words, Text::Caption, weak);
    }
    let scale = TimeScale {
        left: frame.left(),
        width: frame.width(),
        span: whole.max(1_000) as f64,
    };
    for tick in scale.ticks() {
        let words = duration_text(tick);
        let width = Text::Caption.width(ui, &words);
        let x = scale.x(tick);
        let left = (x - width / 2.0).clamp(frame.left(), (frame.right() - width).max(frame.left()));
        let place = Rect::from_min_size(pos2(left, frame.bottom() + 4.0), vec2(width + 1.0, 16.0));
        Text::Caption.paint(ui, place, &words, weak);
    }
    let most = points
        .iter()
        .map(|point| point.users)
        .max()
        .unwrap_or(0)
        .max(1) as f32;
    let at = |point: &LoadPoint, part: f32| {
        pos2(
            scale.x(point.at_millis as f64).min(frame.right()),
            frame.bottom() - frame.height() * part.clamp(0.0, 1.0),
        )
    };
    // Users fill the lower third, so that they never hide a line.
    let users: Vec<Pos2> = points
        .iter()
        .map(|point| at(point, point.users as f32 / most * 0.33))
        .collect();
    area_below(
        ui,
        &users,
        frame.bottom(),
        skin.color(Role::Press).gamma_multiply(0.7),
    );
    for (value, role) in LINES.map(|(value, role, _)| (value, role)) {
        let line: Vec<Pos2> = points
            .iter()
            .filter(|point| point.requests > 0)
            .map(|point| at(point, value(point) as f32 / highest))
            .collect();
        let stroke = skin.stroke(2.0, role);
        ui.painter().add(Shape::line(line, stroke));
    }
    let failures = points.iter().filter(|point| point.failures > 0);
    let mark = skin.color(Role::StatusLine(Status::Failed));
    for point in failures {
        let x = at(point, 0.0).x;
        let y = frame.bottom();
        ui.painter()
            .vline(x, y - 6.0..=y, egui::Stroke::new(2.0, mark));
    }
}

type Measure = fn(&LoadPoint) -> u64;

const LINES: [(Measure, Role, &str); 2] = [
    (|point| point.p95, Role::StatusLine(Status::Caught), "p95"),
    (|point| point.median, Role::Accent, "Median"),
];

fn show_legend(ui: &Ui, rect: Rect, skin: Skin) {
    let mut x = rect.left() + 64.0;
    let mut entry = |role: Role, words: &str, height: f32| {
        let mark = Rect::from_center_size(pos2(x + 8.0, rect.center().y), vec2(16.0, height));
        ui.painter().rect_filled(mark, 1.0, skin.color(role));
        let place = Rect::from_min_max(pos2(x + 22.0, rect.top()), rect.max);
        let color = skin.color(Role::SecondText);
        let used = Text::Caption.paint(ui, place, words, color);
        x += 22.0 + used + 16.0;
    };
    for (_, role, words) in LINES {
        entry(role, words, 2.0);
    }
    entry(Role::Press, "Users", 8.0);
    entry(Role::StatusLine(Status::Failed), "Failures", 6.0);
}

fn area_below(ui: &Ui, line: &[Pos2], bottom: f32, color: Color32) {
    let mut mesh = Mesh::default();
    for pair in line.windows(2) {
        if let [left, right] = pair {
            let base = mesh.vertices.len() as u32;
            for corner in [*left, *right, pos2(right.x, bottom), pos2(left.x, bottom)] {
                mesh.colored_vertex(corner, color);
            }
            mesh.add_triangle(base, base + 1, base + 2);
            mesh.add_triangle(base, base + 2, base + 3);
        }
    }
    ui.painter().add(Shape::mesh(mesh));
}

/// A round step and how many of them reach above a value: at most five.
fn ticks(top: u64) -> (u64, u64) {
    let mut power = 1;
    loop {
        for factor in [1, 2, 5] {
            let step: u64 = power * factor;
            let steps = top.div_ceil(step.max(1));
            if steps <= 5 {
                return (step, steps.max(1));
            }
        }
        power = match u64::checked_mul(power, 10) {
            Some(power) => power,
            None => return (top, 1),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_reach_above() {
        assert_eq!(ticks(1_000), (200, 5));
        assert_eq!(ticks(4_200), (1_000, 5));
        assert_eq!(ticks(90), (20, 5));
        for top in [1, 7, 13, 999, 123_456, u64::MAX] {
            let (step, steps) = ticks(top);
            assert!(step.saturating_mul(steps) >= top && steps <= 5, "{top}");
        }
    }
}
