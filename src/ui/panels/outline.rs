//! The outline: every state in reading order, with its status; the accessible list of all states.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use egui::Sense;
use egui::Ui;

use crate::asl::Machine;
use crate::asl::ScopeId;
use crate::asl::Severity;
use crate::asl::StateId;
use crate::asl::StatePath;
use crate::asl::TransitionKind;
use crate::scene::Face;
use crate::scene::Icon;
use crate::scene::RunPicture;
use crate::scene::Status;
use crate::session::Intent;
use crate::session::Session;
use crate::session::Tab;
use crate::ui::view::Outbox;
use crate::ui::view::View;
use crate::ui::widgets::Row;
use crate::ui::widgets::RowEnd;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::section_head;

/// More rows than this are not shown at once; the search finds the rest.
const MOST_ROWS: usize = 2_000;

struct Rows<'a> {
    tab: &'a Tab,
    faces: &'a BTreeMap<StatePath, Face>,
    picture: Option<&'a RunPicture>,
    search: String,
    closed: &'a BTreeSet<String>,
    toggled: Option<String>,
    count: usize,
    /// The pointers of errors, in order.
    wrong: Vec<&'a str>,
}

/// The tree of states: the happy path first, what only errors lead to under a head of its own.
pub fn show(ui: &mut Ui, session: &Session, view: &mut View, out: &mut Outbox) {
    let Some(tab) = session.active() else {
        empty_state(ui, Icon::LIST, "No workflow is open", "");
        return;
    };
    let faces = view.faces(&tab.revision);
    let picture = tab.run.as_ref().map(|run| view.picture(run));
    let machine = &tab.revision.machine;
    let mut rows = Rows {
        tab,
        faces: &faces,
        picture: picture.as_deref(),
        search: view.search.to_lowercase(),
        closed: &view.open,
        toggled: None,
        count: 0,
        wrong: wrong(tab),
    };
    if machine.states.is_empty() {
        empty_state(
            ui,
            Icon::LIST,
            "No states yet",
            "Drag one from Actions or Flow",
        );
    } else if let Some((plain, errors)) = split(machine, ScopeId(0)) {
        for state in plain {
            rows.state(ui, machine, state, 0, out);
        }
        if !errors.is_empty() {
            ui.add_space(8.0);
            section_head(ui, "Error handling");
            for state in errors {
                rows.state(ui, machine, state, 0, out);
            }
        }
        if rows.count == 0 {
            let text = format!("No state contains “{}”", view.search);
            empty_state(ui, Icon::SEARCH, &text, "");
        }
    }
    if let Some(key) = rows.toggled
        && !view.open.remove(&key)
    {
        view.open.insert(key);
    }
}

/// Where the errors are; sorted, so that those of a state stand together.
fn wrong(tab: &Tab) -> Vec<&str> {
    let errors = tab.revision.diagnostics.iter();
    let mut pointers: Vec<&str> = errors
        .filter(|problem| problem.severity == Severity::Error)
        .map(|problem| problem.pointer.as_str())
        .collect();
    pointers.sort_unstable();
    pointers
}

impl Rows<'_> {
    /// An error lies on a state or inside it.
    fn is_wrong(&self, path: &str) -> bool {
        if self.wrong.is_empty() {
            return false;
        }
        let below = format!("{path}/");
        let place = self
            .wrong
            .partition_point(|pointer| *pointer < below.as_str());
        self.wrong.binary_search(&path).is_ok()
            || self
                .wrong
                .get(place)
                .is_some_and(|pointer| pointer.starts_with(&below))
    }

    fn state(
        &mut self,
        ui: &mut Ui,
        machine: &Machine,
        id: StateId,
        depth: usize,
        out: &mut Outbox,
    ) {
        let Some(state) = machine.state(id) else {
            return;
        };
        if self.count >= MOST_ROWS || depth > 64 {
            return;
        }
        let face = self.faces.get(&state.path);
        let hit = self.search.is_empty() || state.name.to_lowercase().contains(&self.search);
        let key = format!("outline {}", state.path);
        let container = !state.scopes.is_empty();
        let open = !self.closed.contains(&key) || !self.search.is_empty();
        if hit {
            self.count += 1;
            let status = self
                .picture
                .map(|picture| picture.status(&state.path))
                .map(|status| paused(self.tab, &state.path).unwrap_or(status));
            let problem = self.is_wrong(state.path.as_str());
            let end = match status {
                Some(status) => RowEnd::Status(status),
                None if problem && !container => RowEnd::Status(Status::Failed),
                None => RowEnd::Nothing,
            };
            let words = status.map_or("", Status::word);
            let type_line = face.map_or("", |face| face.type_line.as_str());
            let name = match words {
                "" => format!("{}, {type_line}", state.name),
                words => format!("{}, {type_line}, {words}", state.name),
            };
            let row = Row {
                tile: face.map(|face| (face.family, face.icon)),
                end,
                selected: self.tab.selection.contains(&state.path),
                dim: status == Some(Status::NotReached),
                indent: depth,
                name: Some(&name),
                ..Row::new(&state.name)
            };
            let (response, arrow) = row.show(
                ui,
                egui::Id::unique(("outline", state.path.as_str())),
                Sense::click(),
            );
            if response.clicked() {
                let intent = if ui.input(|input| input.modifiers.shift || input.modifiers.command) {
                    Intent::ToggleSelected(state.path.clone())
                } else {
                    Intent::Reveal(state.path.clone())
                };
                out.push(intent);
            }
            if arrow || response.double_clicked() && container {
                self.toggled = Some(key);
            }
        }
        if open {
            for scope in &state.scopes {
                let (plain, errors) = split(machine, *scope).unwrap_or_default();
                for inner in plain.into_iter().chain(errors) {
                    self.state(ui, machine, inner, depth + 1, out);
                }
            }
        }
    }
}

fn paused(tab: &Tab, path: &StatePath) -> Option<Status> {
    let pause = tab.run.as_ref()?.paused.as_ref()?;
    (pause.state == *path).then_some(Status::Paused)
}

/// The states of a scope as they are reached, and those that only a Catcher leads to.
fn split(machine: &Machine, scope: ScopeId) -> Option<(Vec<StateId>, Vec<StateId>)> {
    let scope_data = machine.scope(scope)?;
    let mut plain = Vec::new();
    let mut seen = BTreeSet::new();
    let start = scope_data
        .start_at
        .as_deref()
        .and_then(|name| machine.in_scope(scope, name));
    let mut queue: Vec<StateId> = start.into_iter().collect();
    // Depth first along Next and Default, so that the happy path reads from top to bottom.
    while let Some(id) = queue.pop() {
        if !seen.insert(id) {
            continue;
        }
        plain.push(id);
        let Some(state) = machine.state(id) else {
            continue;
        };
        let mut next: Vec<StateId> = state
            .transitions
            .iter()
            .filter(|way| !matches!(way.kind, TransitionKind::Catch(_)))
            .filter_map(|way| machine.in_scope(scope, &way.target))
            .collect();
        next.reverse();
        queue.extend(next);
    }
    let rest = scope_data
        .states
        .iter()
        .copied()
        .filter(|id| !seen.contains(id))
        .collect();
    Some((plain, rest))
}
