//! The text pane: egui's text field with our own layout, gutter, problem marks and find bar.

use egui::CornerRadius;
use egui::Frame;
use egui::Id;
use egui::Key;
use egui::Margin;
use egui::Modifiers;
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
use crate::text::LineIndex;
use crate::text::Span;
use crate::text::Splice;
use crate::text::TextEdit;
use crate::ui::code::find::Find;
use crate::ui::code::find::Found;
use crate::ui::code::highlight::json_roles;
use crate::ui::code::lines::LineCache;
use crate::ui::code::lines::Roles;
use crate::ui::code::place::Place;
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
    /// What takes the place of a span with the next frame, as if it had been typed.
    insertion: Option<(Span, String)>,
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
    pub extras: CodeExtras<'a>,
}

/// What an editor shows beside its text.
#[derive(Clone, Copy, Default)]
pub struct CodeExtras<'a> {
    /// Colours of another language than JSON, and a number that changes when they do although the text does not.
    pub roles: Option<(Roles<'a>, u64)>,
    /// Grounds under parts of the text, the first lowest.
    pub grounds: &'a [(Span, Role)],
    /// Lines (counted from one) with a bar before their number.
    pub bars: &'a [(usize, Role)],
    /// Words behind the end of a line (counted from one), in the colour of a role.
    pub notes: &'a [(usize, String, Role)],
    /// The column of numbers is narrow: there is little room.
    pub narrow: bool,
}

impl std::fmt::Debug for CodeExtras<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodeExtras")
            .field("grounds", &self.grounds)
            .field("bars", &self.bars)
            .finish_non_exhaustive()
    }
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
    /// The byte under the pointer, and the rectangle of its line's height there.
    pub hovered: Option<(usize, Rect)>,
    /// The byte that was clicked.
    pub clicked: Option<usize>,
    /// Where the cursor stands on the screen.
    pub caret: Option<Rect>,
}

const GUTTER: f32 = 60.0;
const NARROW_GUTTER: f32 = 40.0;
pub(crate) const LINE: f32 = 20.0;

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

    /// Puts a text in the place of a span with the next frame and the cursor behind it, as if it had been typed.
    pub fn insert(&mut self, span: Span, text: impl Into<String>) {
        self.insertion = Some((span, text.into()));
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
        if let Some((span, text)) = state.insertion.take()
            && state.buffer.get(span.range()).is_some()
        {
            state.buffer.replace_range(span.range(), &text);
            state.typed += 1;
            state.lines = LineIndex::new(&state.buffer);
            set_cursor(ui, field, &state.buffer, Span::at(span.start + text.len()));
        }
        let gutter = self.gutter_width();
        let body = Rect::from_min_max(pos2(area.left() + gutter, area.top()), area.max);
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
                let grounds = ui.painter().add(egui::Shape::Noop);
                let matches_ground = ui.painter().add(egui::Shape::Noop);
                let (roles, roles_version) = self.extras.roles.unwrap_or((&json_roles, 0));
                let version = (*version, roles_version);
                let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _width: f32| {
                    laid_out.layout(ui, text.as_str(), version, skin, roles)
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
                let shapes: Vec<egui::Shape> = self
                    .extras
                    .grounds
                    .iter()
                    .flat_map(|(span, role)| place.ground(ui, *span, skin.color(*role)))
                    .collect();
                ui.painter().set(grounds, egui::Shape::Vec(shapes));
                if response.hovered()
                    && let Some(pointer) = ui.input(|input| input.pointer.hover_pos())
                {
                    typed.hovered = place.byte_at(pointer);
                }
                if response.clicked() {
                    typed.clicked = typed.cursor;
                }
                typed.caret = typed.cursor.map(|byte| place.rect(Span::at(byte)));
                if state.find.open {
                    let shapes = place.matches(ui, &state.find, skin);
                    ui.painter().set(matches_ground, egui::Shape::Vec(shapes));
                }
                for mark in self.marks {
                    place.underline(ui, mark, skin);
                }
                for (line, words, role) in self.extras.notes {
                    place.note(ui, *line, words, skin.color(*role));
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

    const fn gutter_width(&self) -> f32 {
        if self.extras.narrow {
            NARROW_GUTTER
        } else {
            GUTTER
        }
    }

    fn gutter(&self, ui: &Ui, area: Rect, state: &CodeState, skin: Skin, current: Option<usize>) {
        let gutter = self.gutter_width();
        let painter_area = Rect::from_min_max(area.min, pos2(area.left() + gutter, area.bottom()));
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
            if let Some((_, role)) = self.extras.bars.iter().find(|(at, _)| *at == line) {
                let bar = Rect::from_min_size(
                    pos2(area.left() + gutter - 4.0, y - LINE / 2.0),
                    vec2(3.0, LINE),
                );
                clip.rect_filled(bar, CornerRadius::ZERO, skin.color(*role));
            }
            let number = line.to_string();
            let role = if current == Some(line) {
                Role::SecondText
            } else {
                Role::WeakText
            };
            clip.text(
                pos2(
                    area.left() + gutter - if self.extras.narrow { 10.0 } else { 24.0 },
                    y,
                ),
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
                let at = pos2(
                    area.left() + if self.extras.narrow { 11.0 } else { 48.0 },
                    y,
                );
                paint_icon(ui, at, icon, 14.0, skin.color(Role::StatusText(status)));
            }
        }
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
