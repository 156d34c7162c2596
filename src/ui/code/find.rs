//! The find bar over the code: matches, next, previous, replace.

use egui::Key;
use egui::Ui;

use crate::scene::Icon;
use crate::scene::Role;
use crate::text::Span;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::widgets::Button;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::search_field;

/// What is looked for and where it was found.
#[derive(Clone, Debug, Default)]
pub struct Find {
    pub open: bool,
    pub words: String,
    pub replacement: String,
    pub matches: Vec<Span>,
    pub current: usize,
    pub(crate) focus: bool,
    searched: Option<(String, u64)>,
}

/// What the bar asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// Bring this place into view.
    Show(Span),
    /// Replace this place.
    Replace(Span, String),
    ReplaceAll(Vec<Span>, String),
}

/// More matches than this are not listed.
const MOST_MATCHES: usize = 10_000;

impl Find {
    /// Opens the bar with the selected words.
    pub fn open(&mut self, words: &str) {
        self.open = true;
        self.focus = true;
        if !words.is_empty() && !words.contains('\n') {
            self.words = words.to_owned();
        }
    }

    /// Finds anew where words or text have changed. Upper and lower case are one where the words are all lower.
    pub fn refresh(&mut self, text: &str, revision: u64) {
        let key = (self.words.clone(), revision);
        if self.searched.as_ref() == Some(&key) {
            return;
        }
        self.searched = Some(key);
        self.matches.clear();
        if self.words.is_empty() {
            return;
        }
        let sensitive = self.words.chars().any(char::is_uppercase);
        // Only ASCII is folded, so that offsets stay those of the text.
        let (haystack, needle) = if sensitive {
            (text.to_owned(), self.words.clone())
        } else {
            (text.to_ascii_lowercase(), self.words.to_ascii_lowercase())
        };
        self.matches = haystack
            .match_indices(&needle)
            .take(MOST_MATCHES)
            .map(|(at, found)| Span::new(at, at + found.len()))
            .collect();
        self.current = self.current.min(self.matches.len().saturating_sub(1));
    }

    /// Shows the bar, 36 high.
    pub fn show(&mut self, ui: &mut Ui, id: egui::Id) -> Option<Found> {
        let skin = Skin::of(ui.ctx());
        let mut result = None;
        ui.horizontal(|ui| {
            ui.set_height(36.0);
            ui.add_space(8.0);
            let words = id.with("words");
            let field = search_field(ui, words, &mut self.words, "Find in the text", "", 180.0);
            if std::mem::take(&mut self.focus) {
                field.request_focus();
            }
            let enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let back = ui.input(|input| input.modifiers.shift);
            let count = self.matches.len();
            let words = match count {
                0 if self.words.is_empty() => String::new(),
                0 => "No match".to_owned(),
                _ => format!("{} of {count}", self.current + 1),
            };
            ui.label(Text::Small.rich(words).color(skin.color(Role::WeakText)));
            let previous = icon_button(ui, Icon::KEYBOARD_ARROW_UP, "Previous match").clicked();
            let next = icon_button(ui, Icon::KEYBOARD_ARROW_DOWN, "Next match").clicked();
            if count > 0 && (previous || next || enter || field.changed()) {
                if previous || enter && back {
                    self.current = (self.current + count - 1) % count;
                } else if !field.changed() {
                    self.current = (self.current + 1) % count;
                }
                result = self.matches.get(self.current).copied().map(Found::Show);
                if enter {
                    self.focus = true;
                }
            }
            let replacement = id.with("replacement");
            search_field(
                ui,
                replacement,
                &mut self.replacement,
                "Replace with",
                "",
                140.0,
            );
            let enabled = count > 0;
            let one = ui.add_enabled(enabled, Button::new("Replace").small());
            if one.clicked() {
                result = self
                    .matches
                    .get(self.current)
                    .map(|span| Found::Replace(*span, self.replacement.clone()));
            }
            let all = ui.add_enabled(enabled, Button::new("All").small().name("Replace all"));
            if all.clicked() {
                result = Some(Found::ReplaceAll(
                    self.matches.clone(),
                    self.replacement.clone(),
                ));
            }
            if icon_button(ui, Icon::CLOSE, "Close the find bar").clicked()
                || ui.input(|input| input.key_pressed(Key::Escape)) && field.has_focus()
            {
                self.open = false;
            }
        });
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_case_words_match_both_cases() {
        let mut find = Find {
            words: "pay".into(),
            ..Find::default()
        };
        find.refresh("Pay pay PAY", 1);
        assert_eq!(find.matches.len(), 3);
        find.words = "Pay".into();
        find.refresh("Pay pay PAY", 1);
        assert_eq!(find.matches.len(), 1);
    }
}
