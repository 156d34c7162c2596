//! Where parts of a text stand on the screen, and what is painted there.

use egui::CornerRadius;
use egui::Galley;
use egui::Id;
use egui::Pos2;
use egui::Rect;
use egui::Ui;
use egui::epaint::text::CharIndex;
use egui::pos2;
use egui::vec2;

use crate::scene::Role;
use crate::scene::Status;
use crate::text::LineIndex;
use crate::text::Span;
use crate::ui::code::editor::CodeMark;
use crate::ui::code::editor::LINE;
use crate::ui::code::find::Find;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::widgets::severity_icon;

/// Where parts of the text stand on the screen. Lines never wrap, so a row is a line.
pub(crate) struct Place<'a> {
    pub galley: &'a Galley,
    pub origin: Pos2,
    pub lines: &'a LineIndex,
    pub text: &'a str,
}

impl Place<'_> {
    /// The rectangle of a span on its first line.
    pub fn rect(&self, span: Span) -> Rect {
        let start = self.lines.locate(self.text, span.start);
        let end = self.lines.locate(self.text, span.end);
        let x = |column: usize| {
            self.galley
                .rows
                .get(start.line - 1)
                .map_or(0.0, |row| row.x_offset(CharIndex(column - 1)) + row.pos.x)
        };
        let left = x(start.column);
        let right = if end.line == start.line {
            x(end.column)
        } else {
            self.galley
                .rows
                .get(start.line - 1)
                .map_or(left, |row| row.rect().right())
        };
        let y = (start.line as f32 - 1.0) * LINE;
        Rect::from_min_max(
            pos2(self.origin.x + left, self.origin.y + y),
            pos2(
                self.origin.x + right.max(left + 6.0),
                self.origin.y + y + LINE,
            ),
        )
    }

    /// What lies under a span, line by line, as far as it can be seen.
    pub fn ground(&self, ui: &Ui, span: Span, color: egui::Color32) -> Vec<egui::Shape> {
        let first = self.lines.locate(self.text, span.start).line;
        let last = self.lines.locate(self.text, span.end).line;
        let mut shapes = Vec::new();
        for line in first..=last {
            let Some(start) = self.lines.line_start(line) else {
                break;
            };
            let end = match self.lines.line_start(line + 1) {
                Some(next) => next - 1,
                None => self.text.len(),
            };
            let part = Span::new(span.start.max(start), span.end.min(end));
            if part.end < part.start || part.is_empty() && !span.is_empty() {
                continue;
            }
            let rect = self
                .rect(part)
                .shrink2(vec2(0.0, 1.0))
                .expand2(vec2(1.0, 0.0));
            if ui.is_rect_visible(rect) {
                shapes.push(egui::Shape::rect_filled(rect, CornerRadius::same(3), color));
            }
        }
        shapes
    }

    /// The byte under a point, and where it stands; none beside the text.
    pub fn byte_at(&self, point: Pos2) -> Option<(usize, Rect)> {
        let inside = point - self.origin;
        let row = (inside.y / LINE).floor();
        if row < 0.0 {
            return None;
        }
        let line = row as usize + 1;
        let start = self.lines.line_start(line)?;
        let width = self.galley.rows.get(line - 1)?.rect().right();
        if inside.x < 0.0 || inside.x > width {
            return None;
        }
        let column = self.galley.rows.get(line - 1)?.char_at(inside.x).0;
        let rest = self.text.get(start..)?;
        let byte = rest
            .char_indices()
            .nth(column)
            .map_or(self.text.len(), |(at, _)| start + at);
        // The border nearest to the point may be the one behind the character under it.
        let before = self.rect(Span::at(byte)).left() > point.x;
        let byte = if before {
            self.text.get(..byte)?.char_indices().next_back()?.0
        } else {
            byte
        };
        Some((byte, self.rect(Span::at(byte))))
    }

    /// Words behind the end of a line, cut where the view ends.
    pub fn note(&self, ui: &Ui, line: usize, words: &str, color: egui::Color32) {
        let Some(row) = line
            .checked_sub(1)
            .and_then(|index| self.galley.rows.get(index))
        else {
            return;
        };
        let top = self.origin.y + (line as f32 - 1.0) * LINE;
        let left = self.origin.x + row.rect().right() + 20.0;
        let right = ui.clip_rect().right() - 8.0;
        if right - left < 40.0 {
            return;
        }
        let area = Rect::from_min_max(pos2(left, top), pos2(right, top + LINE));
        if ui.is_rect_visible(area) {
            Text::Code.paint(ui, area, words, color);
        }
    }

    /// A dotted line under the span, and what is wrong as a tooltip.
    pub fn underline(&self, ui: &Ui, mark: &CodeMark, skin: Skin) {
        let rect = self.rect(mark.span);
        if !ui.is_rect_visible(rect) {
            return;
        }
        let (_, status) = severity_icon(mark.severity);
        let stroke = egui::Stroke::new(2.0, skin.color(Role::StatusLine(status)));
        let y = rect.bottom() - 2.0;
        ui.painter().extend(egui::Shape::dotted_line(
            &[pos2(rect.left() + 1.0, y), pos2(rect.right(), y)],
            stroke.color,
            3.5,
            1.0,
        ));
        if ui.rect_contains_pointer(rect) {
            let id = Id::unique(("mark", mark.span.start, mark.span.end));
            egui::Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), id, rect)
                .gap(4.0)
                .show(|ui| {
                    ui.label(&mark.message);
                });
        }
    }

    pub fn matches(&self, ui: &Ui, find: &Find, skin: Skin) -> Vec<egui::Shape> {
        let mut shapes = Vec::new();
        for (index, span) in find.matches.iter().enumerate() {
            let rect = self.rect(*span);
            if !ui.is_rect_visible(rect) {
                continue;
            }
            let role = if index == find.current {
                Role::AccentLine
            } else {
                Role::StatusFill(Status::Paused)
            };
            let radius = CornerRadius::same(3);
            let rect = rect.shrink2(vec2(0.0, 1.0));
            shapes.push(egui::Shape::rect_filled(rect, radius, skin.color(role)));
        }
        shapes
    }
}
