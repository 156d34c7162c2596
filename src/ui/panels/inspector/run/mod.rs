//! The inspector while a run is shown: what came into a state, what went out, and how it got there.
//!
//! Never: changes the session, or reads the definition as it is now where the run has one of its own.
//! Add a tab as a file here and a variant of `RunTab`.

mod attempts;
mod data;
mod details;
mod nested;
mod pending;
mod stations;
mod visits;
mod waiting;

use egui::Rect;
use egui::Role as A11y;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::asl::State;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::debugger::Pause;
use crate::engine::Status as RunStatus;
use crate::scene::Face;
use crate::scene::Family;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::scene::visit_status;
use crate::session::Intent;
use crate::session::Run;
use crate::session::RunId;
use crate::session::Session;
use crate::session::Tab;
use crate::session::ViewMode;
use crate::trace::Visit;
use crate::ui::code::code_block;
use crate::ui::panels::drawer::events::EventList;
use crate::ui::panels::drawer::events::shortened;
use crate::ui::panels::faces::FaceCache;
use crate::ui::panels::faces::mark_of;
use crate::ui::panels::inspector::body;
use crate::ui::panels::inspector::run::attempts::AttemptsView;
use crate::ui::panels::inspector::run::data::DataView;
use crate::ui::panels::inspector::run::details::DetailsView;
use crate::ui::panels::inspector::run::pending::PendingView;
use crate::ui::panels::inspector::run::waiting::WaitingView;
use crate::ui::panels::inspector::tab_row;
use crate::ui::panels::words::count;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::widgets::TabSpec;
use crate::ui::widgets::duration_text;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::help_text;
use crate::ui::widgets::link;
use crate::ui::widgets::panel_tabs;
use crate::ui::widgets::status_icon;
use crate::ui::widgets::tile;
use crate::ui::widgets::tone_chip;

/// The tabs of this inspector. *Input* and *Output* are one: they are seen side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunTab {
    #[default]
    Data,
    Details,
    Definition,
    Events,
    Retry,
    /// The answer to a task that waits.
    Answer,
}

/// What this inspector remembers.
#[derive(Clone, Debug, Default)]
pub struct RunInspectorView {
    pub tab: RunTab,
    /// The run during which the designing inspector was asked for.
    pub designing: Option<RunId>,
    data: DataView,
    details: DetailsView,
    attempts: AttemptsView,
    pending: PendingView,
    waiting: WaitingView,
    events: EventList,
    found: Option<(RunId, usize, usize, Vec<usize>)>,
    faces: FaceCache,
}

/// What is shown of a run.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub tab: &'a Tab,
    pub run: &'a Run,
    /// The state, as the definition had it when the run began.
    pub state: Option<&'a State>,
    pub visit: Option<&'a Visit>,
    /// The run waits before this state.
    pub pause: Option<&'a Pause>,
}

impl RunInspectorView {
    /// Whether a run, where there is one, is what the inspector should show.
    pub fn is_wanted(&self, tab: &Tab) -> bool {
        tab.run
            .as_ref()
            .is_some_and(|run| self.designing != Some(run.id))
    }

    /// Shows input and output, with the values that hold some words marked.
    pub fn search(&mut self, words: &str) {
        self.tab = RunTab::Data;
        self.designing = None;
        self.data.search = words.to_owned();
        self.data.advanced = false;
    }
}

/// The panel on the right while a run is shown.
pub fn show(ui: &mut Ui, session: &Session, view: &mut RunInspectorView, out: &mut Vec<Intent>) {
    let Some((tab, run)) = session
        .active()
        .and_then(|tab| Some((tab, tab.run.as_ref()?)))
    else {
        return;
    };
    ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
    let Some(path) = tab.selected() else {
        show_whole(ui, tab, run, view, out);
        return;
    };
    let visit = run.shown_visit().filter(|visit| visit.state == *path);
    let pause = run
        .paused
        .as_ref()
        .filter(|pause| pause.state == *path && visit.is_none());
    let shown = Shown {
        tab,
        run,
        state: run.revision.machine.find(path),
        visit: visit.or_else(|| match pause {
            Some(_) => None,
            None => run.trace.telling_visit(path),
        }),
        pause,
    };
    show_state(ui, shown, path, view, out);
}

fn show_state(
    ui: &mut Ui,
    shown: Shown<'_>,
    path: &StatePath,
    view: &mut RunInspectorView,
    out: &mut Vec<Intent>,
) {
    let faces = view.faces.of(&shown.run.revision);
    let face = faces.get(path);
    let (status, words) = match (shown.visit, shown.pause) {
        (Some(visit), _) => {
            let status = visit_status(visit.status);
            (status, status.word())
        }
        (None, Some(_)) => (Status::Paused, Status::Paused.word()),
        (None, None) => (Status::NotReached, Status::NotReached.word()),
    };
    let name = path.name();
    let kind = shown.state.and_then(|state| state.kind);
    let mark = kind.map(|kind| mark_of(face, kind));
    if head(ui, mark, &name, &type_line(face, kind), (status, words)) {
        view.designing = Some(shown.run.id);
    }
    visits::show(ui, shown, path, out);
    if let Some(pause) = shown.pause {
        pending::show(ui, shown, pause, &mut view.pending, out);
        return;
    }
    nested::show(ui, shown.run, path, shown.visit, out);
    let waiting = waiting::tasks_of(shown.run, path);
    if view.waiting.offers(shown.run.id, &waiting) {
        view.tab = RunTab::Answer;
    }
    if waiting.is_empty() && view.tab == RunTab::Answer {
        view.tab = RunTab::Data;
    }
    let attempts = shown.visit.map_or(0, |visit| visit.attempts.len());
    let answer = TabSpec::new(RunTab::Answer, "Answer").count(match waiting.len() {
        1 => 0,
        several => several,
    });
    let answer = (!waiting.is_empty()).then_some(answer);
    let tabs = [
        TabSpec::new(RunTab::Data, "Input"),
        TabSpec::new(RunTab::Data, "Output"),
        TabSpec::new(RunTab::Details, "Details"),
        TabSpec::new(RunTab::Definition, "Definition"),
        TabSpec::new(RunTab::Events, "Events"),
        TabSpec::new(RunTab::Retry, "Retry").count(if attempts > 1 { attempts } else { 0 }),
    ];
    let tabs: Vec<TabSpec<'_, RunTab>> = answer.into_iter().chain(tabs).collect();
    tab_row(ui, |ui| {
        if let Some(tab) = panel_tabs(ui, Some(view.tab), &tabs) {
            view.tab = tab;
        }
    });
    match (view.tab, shown.visit) {
        (RunTab::Answer, _) => body(ui, ("run answer", path.as_str()), |ui| {
            waiting::show(ui, shown, path, &waiting, &mut view.waiting, out);
        }),
        (RunTab::Definition, _) => definition(ui, shown, path, out),
        (RunTab::Data | RunTab::Details | RunTab::Events | RunTab::Retry, None) => {
            let (text, more) = if shown.run.is_live() {
                (
                    "Not reached yet",
                    "Its input appears when the run comes here",
                )
            } else {
                ("Not reached", "This run did not come to this state")
            };
            empty_state(ui, Icon::RADIO_BUTTON_UNCHECKED, text, more);
        }
        (RunTab::Data, Some(visit)) => data::show(ui, shown, visit, &mut view.data),
        (RunTab::Details, Some(visit)) => body(ui, ("run details", visit.index), |ui| {
            details::show(ui, shown, visit, &mut view.details);
        }),
        (RunTab::Events, Some(visit)) => {
            let places = events_of(&mut view.found, shown.run, visit);
            view.events.show(ui, shown.run, Some(&places), out);
        }
        (RunTab::Retry, Some(visit)) => attempts::show(ui, shown, visit, &mut view.attempts, out),
    }
}

/// The run as a whole: nothing is selected.
fn show_whole(
    ui: &mut Ui,
    tab: &Tab,
    run: &Run,
    view: &mut RunInspectorView,
    out: &mut Vec<Intent>,
) {
    let status = run_status(run);
    let line = format!(
        "{} · {}",
        count(run.trace.visits.len(), "visit"),
        duration_text(run.duration() as f64)
    );
    let mark = Some((Family::Flow, Icon::ACCOUNT_TREE));
    if head(ui, mark, &tab.title, &line, status) {
        view.designing = Some(run.id);
    }
    let tabs = [
        TabSpec::new(RunTab::Data, "Input"),
        TabSpec::new(RunTab::Data, "Output"),
        TabSpec::new(RunTab::Details, "Details"),
    ];
    let current = match view.tab {
        RunTab::Details => RunTab::Details,
        RunTab::Data | RunTab::Definition | RunTab::Events | RunTab::Retry | RunTab::Answer => {
            RunTab::Data
        }
    };
    tab_row(ui, |ui| {
        if let Some(tab) = panel_tabs(ui, Some(current), &tabs) {
            view.tab = tab;
        }
    });
    if current == RunTab::Details {
        body(ui, ("run details", "whole"), |ui| {
            details::show_whole(ui, run, &mut view.details, out);
        });
    } else {
        data::show_whole(ui, run, &mut view.data);
    }
}

/// How a run stands: status and word.
pub fn run_status(run: &Run) -> (Status, &'static str) {
    match (&run.ended, &run.paused) {
        (Some(ended), _) => match ended.status {
            RunStatus::Succeeded => (Status::Succeeded, "Succeeded"),
            RunStatus::Failed => (Status::Failed, "Failed"),
            RunStatus::TimedOut => (Status::Failed, "Timed out"),
            RunStatus::Aborted => (Status::Aborted, "Aborted"),
        },
        (None, Some(_)) => (Status::Paused, "Paused"),
        (None, None) => (Status::Running, "Running"),
    }
}

/// Tile, name, type line and status, 68 high. True when *Edit* was clicked.
fn head(
    ui: &mut Ui,
    mark: Option<(Family, Icon)>,
    name: &str,
    line: &str,
    (status, words): (Status, &str),
) -> bool {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 68.0));
    let (family, icon) = mark.unwrap_or((Family::Flow, Icon::HELP));
    let square = Rect::from_min_size(
        pos2(rect.left() + 16.0, rect.center().y - 16.0),
        vec2(32.0, 32.0),
    );
    tile(ui, square, family, icon, status == Status::NotReached);
    let left = square.right() + 12.0;
    let chip = Text::LabelStrong.width(ui, words) + 30.0;
    let right = rect.right() - 16.0 - chip;
    let middle = rect.center().y;
    let place = Rect::from_min_max(
        pos2(right, middle - 10.0),
        pos2(right + chip, middle + 10.0),
    );
    put_at(ui, place, |ui| {
        tone_chip(ui, status, status_icon(status), words);
    });
    let upper = Rect::from_min_max(pos2(left, middle - 20.0), pos2(right - 12.0, middle));
    let color = skin.color(Role::Text);
    let cut = Text::Title.width(ui, name) > upper.width();
    Text::Title.paint(ui, upper, name, color);
    let id = egui::Id::unique("run inspector name");
    let heading = ui.interact(upper, id, egui::Sense::hover());
    heading.widget_info(|| WidgetInfo::labeled(A11y::Heading, true, name));
    if cut {
        heading.on_hover_text(name);
    }
    let edit = Text::Small.width(ui, "Edit") + 4.0;
    let lower = Rect::from_min_max(pos2(left, middle), pos2(right - 20.0 - edit, middle + 18.0));
    let used = Text::Small.paint(ui, lower, line, skin.color(Role::WeakText));
    let place = Rect::from_min_size(pos2(left + used + 12.0, middle - 1.0), vec2(edit, 20.0));
    put_at(ui, place, |ui| {
        link(ui, "Edit", Text::Small)
            .on_hover_text("Show the form of this state while the run stays on the canvas")
            .clicked()
    })
}

fn type_line(face: Option<&Face>, kind: Option<StateKind>) -> String {
    let name = kind.map_or("Unknown type", StateKind::name);
    match face {
        Some(face) if kind == Some(StateKind::Task) && face.type_line != name => {
            format!("{name} · {}", face.type_line)
        }
        Some(face) if face.type_line.starts_with(name) => face.type_line.clone(),
        Some(_) | None => name.to_owned(),
    }
}

/// The state's text in the definition that ran.
fn definition(ui: &mut Ui, shown: Shown<'_>, path: &StatePath, out: &mut Vec<Intent>) {
    body(ui, ("run definition", path.as_str()), |ui| {
        let Some(state) = shown.state else {
            help_text(ui, "The definition that ran had no such state");
            return;
        };
        let ran = &shown.run.revision;
        let same = ran.id == shown.tab.revision.id;
        if same {
            if link(ui, "Show in the code", Text::Body).clicked() {
                if shown.tab.view == ViewMode::Design {
                    out.push(Intent::SetView(ViewMode::Split));
                }
                out.push(Intent::RevealText(state.name_span.start));
            }
        } else {
            help_text(
                ui,
                "As it was when the run began; the text has changed since",
            );
        }
        ui.add_space(4.0);
        let text = outdented(ran.tree.span(state.node).of(ran.text()));
        let id = egui::Id::unique(("run definition text", path.as_str()));
        code_block(ui, id, shortened(&text).as_ref(), None);
    });
}

/// A part of a file without the indent its first line does not have.
fn outdented(text: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let rest = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    let Some(least) = rest.map(indent).min() else {
        return text.to_owned();
    };
    let lines = text.lines().enumerate().map(|(number, line)| match number {
        0 => line,
        _ => line.get(least..).unwrap_or(line.trim_start()),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The places of the events of one visit, without those of what lies inside it.
fn events_of(
    found: &mut Option<(RunId, usize, usize, Vec<usize>)>,
    run: &Run,
    visit: &Visit,
) -> Vec<usize> {
    let key = (run.id, visit.index, run.events.len());
    if let Some((id, index, events, places)) = found
        && (*id, *index, *events) == key
    {
        return places.clone();
    }
    let count = (visit.last_place + 1).saturating_sub(visit.entered_place);
    let places: Vec<usize> = run
        .events
        .iter()
        .enumerate()
        .skip(visit.entered_place)
        .take(count)
        .filter(|(_, event)| event.lane == visit.lane && event.state.as_ref() == Some(&visit.state))
        .map(|(place, _)| place)
        .collect();
    *found = Some((key.0, key.1, key.2, places.clone()));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_file_loses_its_indent() {
        assert_eq!(outdented("{\n      \"a\": 1\n    }"), "{\n  \"a\": 1\n}");
        assert_eq!(outdented("{}"), "{}");
    }
}
