//! The command palette: every action with its shortcut, and every state to go to.

use egui::Align2;
use egui::Area;
use egui::Context;
use egui::Frame;
use egui::Key;
use egui::Margin;
use egui::Modifiers;
use egui::Order;
use egui::ScrollArea;
use egui::Sense;
use egui::vec2;

use crate::asl::StatePath;
use crate::scene::Icon;
use crate::scene::Role;
use crate::session::Action;
use crate::session::Intent;
use crate::session::Session;
use crate::ui::panels::menus::action_icon;
use crate::ui::panels::run_search::ValueHit;
use crate::ui::theme::Skin;
use crate::ui::view::Outbox;
use crate::ui::view::PaletteState;
use crate::ui::view::View;
use crate::ui::widgets::Row;
use crate::ui::widgets::RowEnd;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::search_field;

/// More entries than this are not listed; the words narrow them down.
const MOST_ENTRIES: usize = 200;

enum Entry {
    Action(Action),
    State(StatePath),
    /// An offset of the text whose line holds the words.
    Text(usize),
    /// A visit of the run whose data holds the words.
    Value(usize),
}

struct Found {
    entry: Entry,
    title: String,
    end: String,
    icon: Option<(Icon, Role)>,
    tile: Option<(crate::scene::Family, Icon)>,
    /// An action that cannot be done now is shown, but not done.
    off: bool,
    score: i32,
}

impl PaletteState {
    pub fn fresh(states_only: bool) -> PaletteState {
        PaletteState {
            states_only,
            fresh: true,
            ..PaletteState::default()
        }
    }
}

/// Shows it where it is open.
pub fn show(ctx: &Context, session: &Session, view: &mut View, out: &mut Outbox) {
    let Some(mut state) = view.palette.take() else {
        return;
    };
    let skin = Skin::of(ctx);
    let mut found = search(session, view, &mut state);
    let words_before = state.words.clone();
    let count = found.len();
    let mut close = ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    ctx.input_mut(|input| {
        if input.consume_key(Modifiers::NONE, Key::ArrowDown) {
            state.chosen = (state.chosen + 1) % count.max(1);
        }
        if input.consume_key(Modifiers::NONE, Key::ArrowUp) {
            state.chosen = (state.chosen + count.max(1) - 1) % count.max(1);
        }
    });
    state.chosen = state.chosen.min(count.saturating_sub(1));
    let mut pick = ctx
        .input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter))
        .then_some(state.chosen);
    let shown = Area::new(egui::Id::unique("palette"))
        .order(Order::Foreground)
        .anchor(Align2::CENTER_TOP, vec2(0.0, 44.0))
        .show(ctx, |ui| {
            Frame::new()
                .fill(skin.color(Role::Raised))
                .stroke(skin.stroke(1.0, Role::Border))
                .shadow(skin.shadow(8))
                .corner_radius(8)
                .inner_margin(Margin::same(8))
                .show(ui, |ui| {
                    ui.set_width(560.0);
                    let hint = if state.states_only {
                        "Go to state or command"
                    } else {
                        "Run a command, or go to a state"
                    };
                    let id = egui::Id::unique("palette words");
                    let field = search_field(ui, id, &mut state.words, hint, "", 560.0);
                    if std::mem::take(&mut state.fresh) {
                        field.request_focus();
                    }
                    if field.changed() {
                        state.chosen = 0;
                    }
                    ui.add_space(8.0);
                    ui.spacing_mut().item_spacing.y = 0.0;
                    if found.is_empty() {
                        ui.set_min_height(120.0);
                        let text = format!("No state contains “{}”", state.words);
                        let more = "Nor does a command, the definition, or the data of a run";
                        empty_state(ui, Icon::SEARCH, &text, more);
                    }
                    ScrollArea::vertical().max_height(384.0).show(ui, |ui| {
                        for (index, entry) in found.iter().enumerate() {
                            let row = Row {
                                icon: entry.icon,
                                tile: entry.tile,
                                end: RowEnd::Words(&entry.end),
                                selected: index == state.chosen,
                                dim: entry.off,
                                height: 32.0,
                                ..Row::new(&entry.title)
                            };
                            let id = egui::Id::unique(("palette", index));
                            let (response, _) = row.show(ui, id, Sense::click());
                            if response.clicked() {
                                pick = Some(index);
                            }
                            if index == state.chosen
                                && ui.input(|input| !input.keys_down.is_empty())
                            {
                                response.scroll_to_me(None);
                            }
                        }
                    });
                });
        });
    // Words and Enter may come in one frame; then Enter means what the words find.
    if pick.is_some() && state.words != words_before {
        found = search(session, view, &mut state);
        pick = Some(0);
    }
    if ctx.input(|input| input.pointer.any_pressed())
        && let Some(at) = ctx.input(|input| input.pointer.interact_pos())
        && !shown.response.rect.contains(at)
    {
        close = true;
    }
    let picked = pick.and_then(|index| found.into_iter().nth(index));
    if let Some(entry) = picked.filter(|entry| !entry.off) {
        out.push(match entry.entry {
            Entry::Action(action) => Intent::Perform(action),
            Entry::State(path) => Intent::Reveal(path),
            Entry::Text(offset) => Intent::RevealText(offset),
            Entry::Value(visit) => {
                view.run.search(&state.words);
                Intent::SelectVisit(visit)
            }
        });
        close = true;
    }
    if !close {
        view.palette = Some(state);
    }
}

fn search(session: &Session, view: &mut View, state: &mut PaletteState) -> Vec<Found> {
    let words = state.words.to_lowercase();
    let mut found = Vec::new();
    if let Some(tab) = session.active() {
        let faces = view.faces(&tab.revision);
        for machine_state in &tab.revision.machine.states {
            let Some(score) = score(&machine_state.name, &words) else {
                continue;
            };
            let face = faces.get(&machine_state.path);
            let container = machine_state.path.container();
            found.push(Found {
                entry: Entry::State(machine_state.path.clone()),
                title: machine_state.name.to_string(),
                end: container.map(|path| path.name()).unwrap_or_default(),
                icon: None,
                tile: face.map(|face| (face.family, face.icon)),
                off: false,
                score: score + if state.states_only { 1000 } else { 0 },
            });
        }
        if words.len() >= 3 {
            found.extend(text_hits(tab.text(), &words));
            if let Some(run) = &tab.run {
                found.extend(state.values.hits(run, &words).iter().map(value_entry));
            }
        }
    }
    for action in Action::all() {
        let title = action.title();
        let available = action.is_available(session);
        let Some(score) = score(&title, &words) else {
            continue;
        };
        if state.states_only && words.is_empty() {
            continue;
        }
        found.push(Found {
            entry: Entry::Action(action),
            title,
            end: action.shortcut().unwrap_or_default().to_owned(),
            icon: Some((
                action_icon(action).unwrap_or(Icon::CHEVRON_RIGHT),
                Role::SecondText,
            )),
            tile: None,
            off: !available,
            score: score + if state.states_only { 0 } else { 1000 }
                - if available { 0 } else { 500 },
        });
    }
    found.sort_by_key(|entry| -entry.score);
    found.truncate(MOST_ENTRIES);
    found
}

/// Lines of the definition that hold the words inside an expression or value.
fn text_hits(text: &str, words: &str) -> Vec<Found> {
    let mut offset = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(at) = line.to_ascii_lowercase().find(words)
            && line.contains(':')
        {
            let title = line.trim().trim_end_matches(',').to_owned();
            found.push(Found {
                entry: Entry::Text(offset + at),
                title,
                end: "in the text".to_owned(),
                icon: Some((Icon::CODE, Role::WeakText)),
                tile: None,
                off: false,
                score: -10,
            });
        }
        offset += line.len();
        if found.len() >= 40 {
            break;
        }
    }
    found
}

fn value_entry(hit: &ValueHit) -> Found {
    Found {
        entry: Entry::Value(hit.visit),
        title: hit.title.clone(),
        end: hit.place.clone(),
        icon: Some((Icon::DATA_OBJECT, Role::WeakText)),
        tile: None,
        off: false,
        score: -20,
    }
}

/// How well a title fits the words: every letter in order; together and at the start is best.
fn score(title: &str, words: &str) -> Option<i32> {
    if words.is_empty() {
        return Some(0);
    }
    let title = title.to_lowercase();
    if let Some(at) = title.find(words) {
        let start = at == 0 || title.get(..at).is_some_and(|before| before.ends_with(' '));
        return Some(if start { 300 } else { 200 } - at as i32);
    }
    let mut rest = title.chars();
    let all = words
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .all(|letter| rest.any(|other| other == letter));
    all.then_some(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_come_before_scattered_letters() {
        let whole = score("Process payment", "payment").unwrap();
        let inside = score("Repayments", "payment").unwrap();
        let scattered = score("Put away my tent", "payment");
        assert!(whole > inside);
        assert!(scattered.is_none() || scattered.unwrap() < inside);
        assert!(score("Run", "xyz").is_none());
    }
}
