//! Shortcuts: those of the actions, and the few that belong to the window itself.

use egui::Event;
use egui::Key;
use egui::KeyboardShortcut;
use egui::Modifiers;
use egui::Ui;

use crate::session::Action;
use crate::session::Intent;
use crate::session::LabIntent;
use crate::session::LabSide;
use crate::session::Session;
use crate::ui::panels::lab;
use crate::ui::panels::left;
use crate::ui::view::Outbox;
use crate::ui::view::PaletteState;
use crate::ui::view::Sheet;
use crate::ui::view::View;

/// Takes the keys that belong to the window before any widget sees them.
pub fn take(ui: &Ui, session: &Session, view: &mut View, out: &mut Outbox) {
    let asked = session.dialog.is_some() || view.api.is_asking();
    if asked || view.sheet != Sheet::None || view.palette.is_some() {
        return;
    }
    let typing = ui.ctx().text_edit_focused();
    let in_code = session
        .active()
        .is_some_and(|tab| ui.memory(|memory| memory.has_focus(code_field(tab.id.0))));
    let in_template = ui.memory(|memory| {
        [LabSide::Request, LabSide::Response]
            .into_iter()
            .any(|side| memory.has_focus(lab::template_field(side)))
    });
    if in_template {
        template_history(ui, out);
    }
    let in_code = in_code || in_template;
    if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND | Modifiers::SHIFT, Key::P)) {
        view.palette = Some(PaletteState::fresh(false));
        return;
    }
    if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::K))
        || !in_code && ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::F))
    {
        view.palette = Some(PaletteState::fresh(true));
        return;
    }
    if !typing {
        let slash = ui.input_mut(|input| {
            let before = input.events.len();
            input
                .events
                .retain(|event| !matches!(event, Event::Text(text) if text == "/"));
            before != input.events.len()
        });
        if slash {
            view.left_open = true;
            view.rail_open = true;
            ui.memory_mut(|memory| memory.request_focus(left::search_id()));
        }
        clipboard(ui, session, out);
    }
    let mut actions: Vec<(KeyboardShortcut, Action)> = Action::all()
        .into_iter()
        .filter_map(|action| Some((parse(action.shortcut()?)?, action)))
        .collect();
    // The most modifiers first, so that Ctrl+Shift+S is not taken for Ctrl+S.
    actions.sort_by_key(|(shortcut, _)| std::cmp::Reverse(weight(shortcut.modifiers)));
    for (shortcut, action) in actions {
        if typing && belongs_to_text(action, in_code) {
            continue;
        }
        if matches!(action, Action::Copy | Action::Cut) {
            continue;
        }
        if ui.input_mut(|input| input.consume_shortcut(&shortcut)) && action.is_available(session) {
            out.push(Intent::Perform(action));
        }
    }
}

/// Undo and redo of the template that is being typed.
fn template_history(ui: &Ui, out: &mut Outbox) {
    let take = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    if take(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z) || take(Modifiers::COMMAND, Key::Y) {
        out.push(Intent::Lab(LabIntent::Redo));
    } else if take(Modifiers::COMMAND, Key::Z) {
        out.push(Intent::Lab(LabIntent::Undo));
    }
}

/// The id of a document's text field.
pub fn code_field(tab: u64) -> egui::Id {
    egui::Id::unique(("code", tab)).with("text")
}

/// Copy, cut and paste arrive as events of their own.
fn clipboard(ui: &Ui, session: &Session, out: &mut Outbox) {
    let events = ui.input_mut(|input| {
        let (taken, rest): (Vec<Event>, Vec<Event>) = std::mem::take(&mut input.events)
            .into_iter()
            .partition(|event| matches!(event, Event::Copy | Event::Cut | Event::Paste(_)));
        input.events = rest;
        taken
    });
    for event in events {
        match event {
            Event::Copy if Action::Copy.is_available(session) => {
                out.push(Intent::Perform(Action::Copy));
            }
            Event::Cut if Action::Cut.is_available(session) => {
                out.push(Intent::Perform(Action::Cut));
            }
            Event::Paste(text) => out.push(Intent::Paste(text)),
            _ => {}
        }
    }
}

/// Keys a text field needs for itself.
const fn belongs_to_text(action: Action, in_code: bool) -> bool {
    match action {
        Action::Copy
        | Action::Cut
        | Action::Delete
        | Action::SelectAll
        | Action::Duplicate
        | Action::Rename => true,
        Action::Undo | Action::Redo => !in_code,
        _ => false,
    }
}

const fn weight(modifiers: Modifiers) -> u8 {
    modifiers.command as u8 + modifiers.shift as u8 + modifiers.alt as u8
}

/// Reads `Ctrl+Shift+S`.
pub fn parse(text: &str) -> Option<KeyboardShortcut> {
    let mut modifiers = Modifiers::NONE;
    let mut key = None;
    for part in text.split('+') {
        match part {
            "Ctrl" => modifiers |= Modifiers::COMMAND,
            "Shift" => modifiers |= Modifiers::SHIFT,
            "Alt" => modifiers |= Modifiers::ALT,
            name => key = Key::from_name(name),
        }
    }
    Some(KeyboardShortcut::new(modifiers, key?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shortcut_can_be_read_and_none_is_used_twice() {
        let mut seen = Vec::new();
        for action in Action::all() {
            let Some(text) = action.shortcut() else {
                continue;
            };
            let shortcut = parse(text).unwrap_or_else(|| panic!("{text}"));
            assert!(!seen.contains(&shortcut), "{text} is used twice");
            seen.push(shortcut);
        }
    }
}
