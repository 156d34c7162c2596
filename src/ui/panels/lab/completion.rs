//! Completion while typing a template, and the colours of the template language.

use std::collections::BTreeSet;

use egui::CornerRadius;
use egui::Key;
use egui::Modifiers;
use egui::Rect;
use egui::Role as A11y;
use egui::ScrollArea;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::scene::CodeRole;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Ink;
use crate::session::Lab;
use crate::session::Offer;
use crate::session::Wish;
use crate::session::ink;
use crate::text::Span;
use crate::ui::code::CodeTyped;
use crate::ui::code::json_roles;
use crate::ui::panels::lab::LabView;
use crate::ui::panels::lab::template_field;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;

/// Rows that are seen at once.
const SEEN: usize = 8;
const ROW: f32 = 24.0;

/// The list of offers while it is open.
#[derive(Clone, Debug, Default)]
pub struct CompletionView {
    offers: Vec<Offer>,
    chosen: usize,
    /// Where the cursor was when the list was made, and the template's revision.
    made_for: Option<(usize, u64)>,
    /// The list was wanted by a key and not only by typing.
    wanted: bool,
    /// The place at which the list was sent away.
    dismissed: Option<usize>,
}

impl CompletionView {
    /// Takes the keys of an open list before the editor sees them.
    pub fn take_keys(&mut self, ui: &Ui, lab: &Lab, view: &mut LabView) {
        let focused = ui.memory(|memory| memory.has_focus(template_field(lab.side)));
        if !focused {
            self.offers.clear();
            return;
        }
        let press = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if ui.input_mut(|input| input.consume_key(Modifiers::CTRL, Key::Space)) {
            self.wanted = true;
            self.made_for = None;
            self.dismissed = None;
        }
        if self.offers.is_empty() {
            if press(Key::Tab) {
                let at = Span::at(view.cursor);
                view.code(lab.side).insert(at, "  ");
            }
            return;
        }
        let count = self.offers.len();
        if press(Key::ArrowDown) {
            self.chosen = (self.chosen + 1) % count;
        }
        if press(Key::ArrowUp) {
            self.chosen = (self.chosen + count - 1) % count;
        }
        if press(Key::PageDown) {
            self.chosen = (self.chosen + SEEN).min(count - 1);
        }
        if press(Key::PageUp) {
            self.chosen = self.chosen.saturating_sub(SEEN);
        }
        if press(Key::Escape) {
            self.dismissed = Some(view.cursor);
            self.offers.clear();
        } else if press(Key::Enter) || press(Key::Tab) {
            self.accept(self.chosen, lab, view);
        }
    }

    fn accept(&mut self, index: usize, lab: &Lab, view: &mut LabView) {
        if let Some(offer) = self.offers.get(index) {
            let end = offer.span.start + offer.insert.len();
            view.code(lab.side).insert(offer.span, offer.insert.clone());
            self.dismissed = Some(end);
        }
        self.offers.clear();
        self.wanted = false;
    }

    /// Makes the list anew where the cursor has moved, and shows it below the cursor.
    pub fn follow(&mut self, ui: &mut Ui, lab: &Lab, typed: &CodeTyped, view: &mut LabView) {
        if !typed.focused {
            return;
        }
        let Some((cursor, caret)) = typed.cursor.zip(typed.caret) else {
            return;
        };
        let typing = typed.edit.is_some();
        let text = match &typed.edit {
            Some(edit) => edit.apply(&lab.template().text),
            None => lab.template().text.to_string(),
        };
        let now = (cursor, lab.template().revision + u64::from(typing));
        if self.dismissed.is_some_and(|at| at != cursor) {
            self.dismissed = None;
        }
        if self.made_for != Some(now) {
            let moved =
                self.made_for.is_some_and(|(_, revision)| revision == now.1) && !self.wanted;
            self.made_for = Some(now);
            if moved && !typing {
                // The cursor was moved without typing: the list is not wanted any more.
                self.offers.clear();
            } else if typing || self.wanted {
                let wish = match std::mem::take(&mut self.wanted) {
                    true => Wish::Asked,
                    false => Wish::Typing,
                };
                self.offers = if self.dismissed.is_some() && wish == Wish::Typing {
                    Vec::new()
                } else {
                    lab.offers(&text, cursor, wish)
                };
                self.chosen = 0;
            }
        }
        if self.offers.is_empty() {
            return;
        }
        if let Some(index) = self.list(ui, caret) {
            self.accept(index, lab, view);
            ui.memory_mut(|memory| memory.request_focus(template_field(lab.side)));
        }
    }

    /// The list below a place. Returns the offer that was clicked.
    fn list(&self, ui: &Ui, caret: Rect) -> Option<usize> {
        let skin = Skin::of(ui.ctx());
        let mut clicked = None;
        let words = |offer: &Offer| {
            Text::Code.width(ui, &offer.label) + Text::Small.width(ui, &offer.detail) + 56.0
        };
        let width = self
            .offers
            .iter()
            .map(words)
            .fold(200.0, f32::max)
            .min(460.0);
        let rows = self.offers.len().min(SEEN) as f32;
        let below = caret.bottom() + rows * ROW + 12.0 < ui.ctx().content_rect().bottom();
        let at = if below {
            pos2(caret.left() - 12.0, caret.bottom() + 2.0)
        } else {
            pos2(caret.left() - 12.0, caret.top() - rows * ROW - 12.0)
        };
        egui::Area::new(egui::Id::unique("lab completion"))
            .order(egui::Order::Foreground)
            .fixed_pos(at)
            .constrain(true)
            .show(ui.ctx(), |ui| {
                egui::Frame::new()
                    .fill(skin.color(Role::Raised))
                    .stroke(skin.stroke(1.0, Role::Border))
                    .corner_radius(8)
                    .shadow(skin.shadow(4))
                    .inner_margin(4)
                    .show(ui, |ui| {
                        ui.set_width(width);
                        ui.spacing_mut().item_spacing.y = 0.0;
                        ScrollArea::vertical()
                            .max_height(rows * ROW)
                            .auto_shrink([false, true])
                            .show(ui, |ui| {
                                for (index, offer) in self.offers.iter().enumerate() {
                                    if offer_row(ui, offer, index == self.chosen) {
                                        clicked = Some(index);
                                    }
                                }
                            });
                    });
            });
        clicked
    }
}

fn offer_row(ui: &mut Ui, offer: &Offer, on: bool) -> bool {
    let skin = Skin::of(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(A11y::ListBoxOption, true, on, &offer.label));
    let ground = if on {
        Some(Role::AccentFill)
    } else if response.hovered() {
        Some(Role::Hover)
    } else {
        None
    };
    if let Some(ground) = ground {
        ui.painter()
            .rect_filled(rect, CornerRadius::same(4), skin.color(ground));
    }
    if on {
        ui.scroll_to_rect(rect, None);
    }
    let inner = rect.shrink2(vec2(8.0, 0.0));
    let color = skin.color(Role::Code(CodeRole::Expression));
    let used = Text::Code.paint(ui, inner, &offer.label, color);
    let rest = Rect::from_min_max(pos2(inner.left() + used + 16.0, inner.top()), inner.max);
    crate::ui::panels::words::paint_right(
        ui,
        rest,
        &offer.detail,
        Text::Small,
        skin.color(Role::WeakText),
    );
    response.clicked()
}

/// The colours of a template: the JSON around it, the template language in it, and what did not run without any.
pub fn roles(text: &str, skipped: &[Span]) -> Vec<(Span, Role)> {
    let inks = ink(text);
    let mut masked = text.to_owned().into_bytes();
    for (span, _) in &inks {
        if let Some(bytes) = masked.get_mut(span.range()) {
            for byte in bytes.iter_mut().filter(|byte| **byte != b'\n') {
                *byte = b' ';
            }
        }
    }
    // Whole characters were masked, so what is left is text still.
    let masked = String::from_utf8(masked).unwrap_or_default();
    let skeleton = json_roles(&masked);
    let over: Vec<(Span, Role)> = inks
        .iter()
        .map(|(span, ink)| (*span, ink_role(*ink)))
        .collect();
    let painted = lay_over(&skeleton, &over);
    let dim: Vec<(Span, Role)> = skipped.iter().map(|span| (*span, Role::WeakText)).collect();
    lay_over(&painted, &dim)
}

/// Roles without gaps, where those of `over` count first.
fn lay_over(under: &[(Span, Role)], over: &[(Span, Role)]) -> Vec<(Span, Role)> {
    let mut borders = BTreeSet::new();
    for (span, _) in under.iter().chain(over) {
        borders.insert(span.start);
        borders.insert(span.end);
    }
    let borders: Vec<usize> = borders.into_iter().collect();
    let mut result: Vec<(Span, Role)> = Vec::with_capacity(borders.len());
    let (mut low, mut high) = (0, 0);
    for pair in borders.windows(2) {
        let [start, end] = pair else { continue };
        while under.get(low).is_some_and(|(span, _)| span.end <= *start) {
            low += 1;
        }
        while over.get(high).is_some_and(|(span, _)| span.end <= *start) {
            high += 1;
        }
        let at = |list: &[(Span, Role)], index: usize| {
            list.get(index)
                .filter(|(span, _)| span.start <= *start && *end <= span.end)
                .map(|(_, role)| *role)
        };
        let role = at(over, high)
            .or_else(|| at(under, low))
            .unwrap_or(Role::Text);
        match result.last_mut() {
            Some((span, last)) if *last == role && span.end == *start => span.end = *end,
            _ => result.push((Span::new(*start, *end), role)),
        }
    }
    result
}

const fn ink_role(ink: Ink) -> Role {
    match ink {
        Ink::Directive | Ink::Keyword => Role::Code(CodeRole::Keyword),
        Ink::Reference => Role::Code(CodeRole::Expression),
        Ink::Text => Role::Code(CodeRole::String),
        Ink::Number => Role::Code(CodeRole::Number),
        Ink::Comment => Role::WeakText,
        Ink::Punctuation => Role::Code(CodeRole::Punctuation),
        Ink::Wrong => Role::StatusText(Status::Failed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_lie_over_one_another_without_gaps() {
        let under = [
            (Span::new(0, 4), Role::Text),
            (Span::new(4, 10), Role::WeakText),
        ];
        let over = [(Span::new(2, 6), Role::Accent)];
        assert_eq!(
            lay_over(&under, &over),
            [
                (Span::new(0, 2), Role::Text),
                (Span::new(2, 6), Role::Accent),
                (Span::new(6, 10), Role::WeakText),
            ]
        );
    }
}
