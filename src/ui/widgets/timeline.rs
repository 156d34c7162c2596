//! The timeline of a run: a scale with round steps, bars, and durations in words.

use egui::CornerRadius;
use egui::Rect;
use egui::Ui;
use egui::pos2;
use egui::vec2;

use crate::scene::Role;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;

/// From milliseconds after the start to points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeScale {
    pub left: f32,
    pub width: f32,
    /// Milliseconds shown over the whole width; at least one.
    pub span: f64,
}

/// A part of a bar, in milliseconds after the start of the run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimelineBar {
    pub start: f64,
    pub end: f64,
    pub role: Role,
}

impl TimeScale {
    /// A scale that shows `span` milliseconds with some room behind them.
    pub fn new(left: f32, width: f32, span: f64) -> TimeScale {
        TimeScale {
            left,
            width: width.max(1.0),
            span: (span * 1.04).max(1.0),
        }
    }

    pub fn x(self, at: f64) -> f32 {
        self.left + (at / self.span) as f32 * self.width
    }

    pub fn at(self, x: f32) -> f64 {
        f64::from((x - self.left) / self.width) * self.span
    }

    /// The round times that get a line: 1, 2 or 5 times a power of ten, about 120 points apart.
    pub fn ticks(self) -> Vec<f64> {
        let wish = self.span * 120.0 / f64::from(self.width);
        let power = 10f64.powf(wish.max(0.5).log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|factor| factor * power)
            .find(|step| *step >= wish)
            .unwrap_or(power * 10.0)
            .max(1.0);
        let count = (self.span / step) as usize;
        (0..=count.min(64))
            .map(|index| index as f64 * step)
            .collect()
    }

    /// Paints the times into the head of the table.
    pub fn paint_head(self, ui: &Ui, rect: Rect) {
        let skin = Skin::of(ui.ctx());
        for tick in self.ticks() {
            let text = duration_text(tick);
            let width = Text::Label.width(ui, &text);
            let x = self.x(tick);
            if x + width > self.left + self.width + 4.0 {
                break;
            }
            let area = Rect::from_min_size(pos2(x, rect.top()), vec2(width + 1.0, rect.height()));
            Text::Label.paint(ui, area, &text, skin.color(Role::WeakText));
        }
    }

    /// Paints the lines of the round times over the height of `rect`.
    pub fn paint_grid(self, ui: &Ui, rect: Rect) {
        let skin = Skin::of(ui.ctx());
        let stroke = skin.stroke(1.0, Role::Line);
        for tick in self.ticks() {
            ui.painter().vline(self.x(tick), rect.y_range(), stroke);
        }
    }
}

/// Paints bars 12 high, at least 4 wide, on one row.
pub fn timeline_bars(ui: &Ui, row: Rect, scale: TimeScale, bars: &[TimelineBar]) {
    let skin = Skin::of(ui.ctx());
    let painter = ui.painter_at(Rect::from_min_max(
        pos2(scale.left, row.top()),
        pos2(scale.left + scale.width, row.bottom()),
    ));
    for bar in bars {
        let left = scale.x(bar.start);
        let right = scale.x(bar.end).max(left + 4.0);
        let rect = Rect::from_min_max(
            pos2(left, row.center().y - 6.0),
            pos2(right, row.center().y + 6.0),
        );
        let color = match bar.role {
            Role::Ghost => skin.color(Role::Ghost).gamma_multiply(0.55),
            role => skin.color(role),
        };
        painter.rect_filled(rect, CornerRadius::same(3), color);
    }
}

/// Milliseconds in words: `0 ms`, `142 ms`, `1.46 s`, `2 min 4 s`, `3 h 5 min`, `2 d 4 h`.
pub fn duration_text(milliseconds: f64) -> String {
    let milliseconds = milliseconds.max(0.0);
    let seconds = (milliseconds / 1000.0).round() as u64;
    if milliseconds.round() < 1000.0 {
        format!("{} ms", milliseconds.round())
    } else if milliseconds < 60_000.0 {
        let text = format!("{:.2}", milliseconds / 1000.0);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        format!("{text} s")
    } else if seconds < 3600 {
        two(seconds / 60, "min", seconds % 60, "s")
    } else if seconds < 86_400 {
        two(seconds / 3600, "h", seconds / 60 % 60, "min")
    } else {
        two(seconds / 86_400, "d", seconds / 3600 % 24, "h")
    }
}

fn two(large: u64, large_unit: &str, small: u64, small_unit: &str) -> String {
    if small == 0 {
        format!("{large} {large_unit}")
    } else {
        format!("{large} {large_unit} {small} {small_unit}")
    }
}

/// Bytes in words: `412 bytes`, `3.1 kB`, `1.2 MB`.
pub fn size_text(bytes: usize) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        0..1000 => format!("{bytes} bytes"),
        1000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1000.0),
        _ => format!("{:.1} MB", bytes as f64 / 1_000_000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_read_well() {
        let texts = [
            0.0,
            142.0,
            999.6,
            1460.0,
            3000.0,
            124_000.0,
            11_100_000.0,
            187_200_000.0,
        ]
        .map(duration_text);
        assert_eq!(
            texts,
            [
                "0 ms",
                "142 ms",
                "1 s",
                "1.46 s",
                "3 s",
                "2 min 4 s",
                "3 h 5 min",
                "2 d 4 h"
            ]
        );
        assert_eq!(size_text(412), "412 bytes");
        assert_eq!(size_text(3120), "3.1 kB");
    }

    #[test]
    fn ticks_are_round_and_few() {
        let scale = TimeScale::new(0.0, 600.0, 1540.0);
        assert_eq!(scale.ticks(), [0.0, 500.0, 1000.0, 1500.0]);
        assert!(TimeScale::new(0.0, 100.0, 0.0).ticks().len() < 4);
    }
}
