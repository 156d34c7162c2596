//! The text pane: egui's text field with our own layout, gutter, problem marks and find bar.

use egui::CornerRadius;
use egui::Frame;
use egui::Galley;
use egui::Id;
use egui::Key;
use egui::Margin;
use egui::Modifiers;
use egui::Pos2;
use egui::Rect;
use egui::ScrollArea;
use egui::TextEdit as TextField;
use egui::Ui;
use egui::epaint::text::CharIndex;
use egui::pos2;
use egui::text::CCursor;
use egui::text::CCursorRange;
use egui::vec2;

use crate::asl::Severity;
use crate::scene::Role;
use crate::scene::Status;
use crate::text::LineIndex;
use crate::text::Span;
use crate::text::Splice;
use crate::text::TextEdit;
use crate::ui::code::find::Find;
use crate::ui::code::find::Found;
use crate::ui::code::highlight::code_job;
use crate::ui::code::lines::LineCache;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::widgets::severity_icon;

/// Something wrong at a place of the text.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeMark {
    pub span: Span,
    pub severity: Severity,
    pub message: String,
}

/// What the pane remembers between frames.
#[derive(Clone, Debug, Default)]
pub struct CodeState {
    buffer: String,
    revision: Option<u64>,
    laid_out: LineCache,
    lines: LineIndex,
    /// Counts what was typed here, so that the colours follow before the revision does.
    typed: u64,
    pub find: Find,
    reveal: Option<Span>,
    /// A place to be scrolled to; the keyboard stays where it is.
    look_at: Option<usize>,
    offset: egui::Vec2,
}

/// A text to be shown and edited.
#[derive(Clone, Copy, Debug)]
pub struct CodeEditor<'a> {
    pub text: &'a str,
    /// Changes whenever the text does.
    pub revision: u64,
    pub marks: &'a [CodeMark],
    /// The part that belongs to what is selected; marked in the gutter.
    pub selected: Option<Span>,
    pub read_only: bool,
    pub name: &'a str,
}

/// What a person did in the pane.
#[derive(Clone, Debug, Default)]
pub struct CodeTyped {
    pub edit: Option<TextEdit>,
    /// The cursor was moved to this byte.
    pub cursor: Option<usize>,
    /// Line and column of the cursor, counted from one.
    pub place: Option<(usize, usize)>,
    pub focused: bool,
}

const GUTTER: f32 = 60.0;
const LINE: f32 = 20.0;

impl CodeState {
    /// Brings a place into view and puts the cursor there with the next frame.
    pub fn reveal(&mut self, span: Span) {
        self.reveal = Some(span);
    }
}

impl CodeState {
    /// Scrolls to a place with the next frame and leaves the cursor where it is.
    pub fn look_at(&mut self, offset: usize) {
        self.look_at = Some(offset);
    }
}

impl CodeEditor<'_> {
    /// Shows the editor in the whole available space.
    pub fn show(self, ui: &mut Ui, id: Id, state: &mut CodeState) -> CodeTyped {
        let skin = Skin::of(ui.ctx());
        let mut typed = CodeTyped::default();
        if state.revision != Some(self.revision) {
            if state.buffer != self.text {
                state.buffer = self.text.to_owned();
                state.typed += 1;
            }
            state.revision = Some(self.revision);
            state.lines = LineIndex::new(&state.buffer);
        }
        let field = id.with("text");
        let focused = ui.memory(|memory| memory.has_focus(field));
        let find_key =
            ui.input_mut(|input| focused && input.consume_key(Modifiers::COMMAND, Key::F));
        if find_key {
            let words = selected_words(ui, field, &state.buffer);
            state.find.open(&words);
        }
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        if state.find.open {
            let version = state.typed;
            state.find.refresh(&state.buffer, version);
            match state.find.show(ui, id.with("find")) {
                Some(Found::Show(span)) => state.reveal = Some(span),
                Some(Found::Replace(span, with)) => {
                    typed.edit = Some(TextEdit::replace(span, with));
                }
                Some(Found::ReplaceAll(spans, with)) => {
                    typed.edit = TextEdit::new(
                        spans
                            .into_iter()
                            .map(|span| Splice {
                                span,
                                insert: with.clone(),
                            })
                            .collect(),
                    )
                    .ok();
                }
                None => {}
            }
        }
        let area = ui.available_rect_before_wrap();
        ui.painter()
            .rect_filled(area, CornerRadius::ZERO, skin.color(Role::CodeGround));
        let before = state.buffer.clone();
        let body = Rect::from_min_max(pos2(area.left() + GUTTER, area.top()), area.max);
        let mut child = ui.new_child(egui::UiBuilder::new().max_rect(body).id_salt(id));
        self.body(&mut child, field, state, &mut typed, skin);
        ui.allocate_rect(area, egui::Sense::hover());
        self.gutter(ui, area, state, skin, typed.place.map(|(line, _)| line));
        if state.buffer != before && typed.edit.is_none() {
            typed.edit = difference(&before, &state.buffer);
            state.typed += 1;
        }
        if self.read_only && state.buffer != before {
            state.buffer = before;
            state.lines = LineIndex::new(&state.buffer);
            typed.edit = None;
        }
        typed
    }

    fn body(
        &self,
        ui: &mut Ui,
        field: Id,
        state: &mut CodeState,
        typed: &mut CodeTyped,
        skin: Skin,
    ) {
        let reveal = state.reveal.take();
        let look_at = state.look_at.take();
        let visible = ui.available_size();
        if let Some(span) = reveal {
            set_cursor(ui, field, &state.buffer, span);
        }
        let output = ScrollArea::both()
            .id_salt("code")
            .auto_shrink([false, false])
            .show(ui, |ui| {
                let CodeState {
                    buffer,
                    laid_out,
                    typed: version,
                    ..
                } = state;
                let ground = ui.painter().add(egui::Shape::Noop);
                let matches_ground = ui.painter().add(egui::Shape::Noop);
                let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _width: f32| {
                    laid_out.layout(ui, text.as_str(), *version, skin)
                };
                let shown = TextField::multiline(buffer)
                    .id(field)
                    .code_editor()
                    .frame(Frame::new().inner_margin(Margin {
                        left: 8,
                        right: 24,
                        top: 8,
                        bottom: 8,
                    }))
                    .desired_width(visible.x)
                    .min_size(visible)
                    .layouter(&mut layouter)
                    .show(ui);
                let name = self.name.to_owned();
                let response = shown.response.response.accessible_name(name);
                typed.focused = response.has_focus();
                if response.changed() {
                    state.lines = LineIndex::new(&state.buffer);
                }
                let galley_pos = shown.galley_pos;
                if let Some(range) = shown.cursor_range {
                    let byte = byte_of(&state.buffer, range.primary.index);
                    let place = state.lines.locate(&state.buffer, byte);
                    typed.place = Some((place.line, place.column));
                    if response.has_focus() {
                        typed.cursor = Some(byte);
                        let y = galley_pos.y + (place.line as f32 - 1.0) * LINE;
                        let row = Rect::from_min_size(
                            pos2(ui.clip_rect().left(), y),
                            vec2(ui.clip_rect().width(), LINE),
                        );
                        let color = skin.color(Role::Hover);
                        ui.painter().set(
                            ground,
                            egui::Shape::rect_filled(row, CornerRadius::ZERO, color),
                        );
                    }
                }
                let place = Place {
                    galley: &shown.galley,
                    origin: galley_pos,
                    lines: &state.lines,
                    text: &state.buffer,
                };
                if state.find.open {
                    let shapes = place.matches(ui, &state.find, skin);
                    ui.painter().set(matches_ground, egui::Shape::Vec(shapes));
                }
                for mark in self.marks {
                    place.underline(ui, mark, skin);
                }
                if let Some(offset) = look_at {
                    let rect = place.rect(Span::at(offset));
                    let below = rect.with_max_y(rect.top() + 4.0 * LINE);
                    let left =
                        below.translate(egui::vec2(-below.left() + ui.clip_rect().left(), 0.0));
                    ui.scroll_to_rect(left, Some(egui::Align::Min));
                }
                if let Some(span) = reveal {
                    let rect = place.rect(span);
                    ui.scroll_to_rect(rect.expand2(vec2(40.0, 80.0)), Some(egui::Align::Center));
                    response.request_focus();
                }
            });
        state.offset = output.state.clamped_offset();
    }

    fn gutter(&self, ui: &Ui, area: Rect, state: &CodeState, skin: Skin, current: Option<usize>) {
        let painter_area = Rect::from_min_max(area.min, pos2(area.left() + GUTTER, area.bottom()));
        let first = ((state.offset.y - 8.0) / LINE).floor().max(0.0) as usize;
        let count = (area.height() / LINE) as usize + 2;
        let selected = self.selected.map(|span| {
            let start = state.lines.locate(&state.buffer, span.start).line;
            let end = state.lines.locate(&state.buffer, span.end).line;
            (start, end)
        });
        let problems: Vec<(usize, Severity)> = self
            .marks
            .iter()
            .map(|mark| {
                let line = state.lines.locate(&state.buffer, mark.span.start).line;
                (line, mark.severity)
            })
            .collect();
        let clip = ui.painter_at(painter_area);
        for line in first + 1..=(first + count).min(state.lines.line_count()) {
            let y = area.top() + 8.0 + (line as f32 - 1.0) * LINE - state.offset.y + LINE / 2.0;
            if y < area.top() - LINE || y > area.bottom() + LINE {
                continue;
            }
            if selected.is_some_and(|(start, end)| (start..=end).contains(&line)) {
                let bar = Rect::from_min_size(pos2(area.left(), y - LINE / 2.0), vec2(2.0, LINE));
                clip.rect_filled(bar, CornerRadius::ZERO, skin.color(Role::Accent));
            }
            let number = line.to_string();
            let role = if current == Some(line) {
                Role::SecondText
            } else {
                Role::WeakText
            };
            clip.text(
                pos2(area.left() + 36.0, y),
                egui::Align2::RIGHT_CENTER,
                number,
                Text::Code.font(),
                skin.color(role),
            );
            let worst = problems
                .iter()
                .filter(|(at, _)| *at == line)
                .map(|(_, severity)| *severity)
                .min();
            if let Some(severity) = worst
                && painter_area.y_range().contains(y)
            {
                let (icon, status) = severity_icon(severity);
                let at = pos2(area.left() + 48.0, y);
                paint_icon(ui, at, icon, 14.0, skin.color(Role::StatusText(status)));
            }
        }
    }
}

/// Where parts of the text stand on the screen. Lines never wrap, so a row is a line.
struct Place<'a> {
    galley: &'a Galley,
    origin: Pos2,
    lines: &'a LineIndex,
    text: &'a str,
}

impl Place<'_> {
    /// The rectangle of a span on its first line.
    fn rect(&self, span: Span) -> Rect {
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

    /// A dotted line under the span, and what is wrong as a tooltip.
    fn underline(&self, ui: &Ui, mark: &CodeMark, skin: Skin) {
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

    fn matches(&self, ui: &Ui, find: &Find, skin: Skin) -> Vec<egui::Shape> {
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

/// The one replacement that leads from one text to another.
fn difference(before: &str, after: &str) -> Option<TextEdit> {
    if before == after {
        return None;
    }
    let mut start = before
        .bytes()
        .zip(after.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    while !before.is_char_boundary(start) || !after.is_char_boundary(start) {
        start -= 1;
    }
    let rest = before.len().min(after.len()) - start;
    let mut tail = before
        .bytes()
        .rev()
        .zip(after.bytes().rev())
        .take(rest)
        .take_while(|(a, b)| a == b)
        .count();
    while !before.is_char_boundary(before.len() - tail)
        || !after.is_char_boundary(after.len() - tail)
    {
        tail -= 1;
    }
    let span = Span::new(start, before.len() - tail);
    let insert = after.get(start..after.len() - tail).unwrap_or_default();
    Some(TextEdit::replace(span, insert))
}

fn byte_of(text: &str, index: CharIndex) -> usize {
    if text.is_ascii() {
        return index.0.min(text.len());
    }
    text.char_indices()
        .nth(index.0)
        .map_or(text.len(), |(at, _)| at)
}

fn char_of(text: &str, byte: usize) -> usize {
    text.get(..byte).map_or(0, |start| start.chars().count())
}

fn set_cursor(ui: &Ui, field: Id, text: &str, span: Span) {
    let mut state = TextField::load_state(ui.ctx(), field).unwrap_or_default();
    let start = CCursor::new(char_of(text, span.start));
    let end = CCursor::new(char_of(text, span.end));
    state
        .cursor
        .set_char_range(Some(CCursorRange::two(start, end)));
    TextField::store_state(ui.ctx(), field, state);
}

fn selected_words(ui: &Ui, field: Id, text: &str) -> String {
    TextField::load_state(ui.ctx(), field)
        .and_then(|state| state.cursor.char_range())
        .map(|range| range.slice_str(text).to_owned())
        .unwrap_or_default()
}

/// Code that is only read: coloured, selectable, in a block with rounded corners.
pub fn code_block(ui: &mut Ui, id: Id, text: &str, height: Option<f32>) {
    let skin = Skin::of(ui.ctx());
    Frame::new()
        .fill(skin.color(Role::CodeGround))
        .stroke(skin.stroke(1.0, Role::Line))
        .corner_radius(6)
        .inner_margin(Margin::same(8))
        .show(ui, |ui| {
            let height = height.unwrap_or(f32::INFINITY);
            ScrollArea::both()
                .id_salt(id)
                .max_height(height)
                .auto_shrink([false, true])
                .show(ui, |ui| {
                    let job = code_job(text, skin, Text::Code);
                    ui.add(egui::Label::new(job).selectable(true).extend());
                });
        });
}

/// JSON or an expression in a field of several lines with colours. Returns the field's response.
pub fn json_field(
    ui: &mut Ui,
    id: Id,
    name: &str,
    text: &mut String,
    rows: usize,
    wrong: bool,
) -> egui::Response {
    let skin = Skin::of(ui.ctx());
    let width = ui.available_width();
    let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, wrap: f32| {
        let mut job = code_job(text.as_str(), skin, Text::Code);
        job.wrap.max_width = wrap;
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    };
    let response = ui.add(
        TextField::multiline(text)
            .id(id)
            .code_editor()
            .frame(
                Frame::new()
                    .fill(skin.color(Role::CodeGround))
                    .corner_radius(6)
                    .inner_margin(Margin::symmetric(9, 4)),
            )
            .desired_width(width)
            .desired_rows(rows)
            .layouter(&mut layouter),
    );
    let response = response.accessible_name(name.to_owned());
    let stroke = if response.has_focus() {
        skin.stroke(2.0, Role::Accent)
    } else if wrong {
        skin.stroke(1.5, Role::StatusLine(Status::Failed))
    } else {
        skin.stroke(1.0, Role::Border)
    };
    ui.painter().rect_stroke(
        response.rect,
        CornerRadius::same(6),
        stroke,
        egui::StrokeKind::Inside,
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_is_the_smallest_replacement() {
        let edit = difference("abcdef", "abXdef").unwrap();
        assert_eq!(edit, TextEdit::replace(Span::new(2, 3), "X"));
        let edit = difference("aa", "aaa").unwrap();
        assert_eq!(edit.apply("aa"), "aaa");
        let edit = difference("é", "è").unwrap();
        assert_eq!(edit.apply("é"), "è");
        assert!(difference("a", "a").is_none());
    }
}
