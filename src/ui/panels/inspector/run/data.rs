//! Input and output side by side, what differs between them, and each step from one to the other.

use egui::CornerRadius;
use egui::Frame;
use egui::Margin;
use egui::Rect;
use egui::Role as A11y;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::asl::QueryLanguage;
use crate::asl::StateKind;
use crate::query::Value;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Run;
use crate::trace::Visit;
use crate::trace::VisitStatus;
use crate::ui::panels::inspector::run::Shown;
use crate::ui::panels::inspector::run::stations::Standing;
use crate::ui::panels::inspector::run::stations::Station;
use crate::ui::panels::inspector::run::stations::stations;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::widgets::Button;
use crate::ui::widgets::JsonTree;
use crate::ui::widgets::JsonTreeState;
use crate::ui::widgets::check_box;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::search_field;
use crate::ui::widgets::section_head;
use crate::ui::widgets::sentence;

/// What this tab remembers.
#[derive(Clone, Debug, Default)]
pub struct DataView {
    pub search: String,
    pub diff: bool,
    pub advanced: bool,
    station: Option<&'static str>,
    input: JsonTreeState,
    output: JsonTreeState,
    at_station: JsonTreeState,
}

/// A value to be shown under a title.
struct Side<'a> {
    title: &'a str,
    value: &'a Value,
    compare: Option<&'a Value>,
    root: &'a str,
}

/// The data of a visit.
pub(crate) fn show(ui: &mut Ui, shown: Shown<'_>, visit: &Visit, view: &mut DataView) {
    tools(ui, view, true);
    let area = ui.available_rect_before_wrap();
    let root = match shown.state.map(|state| state.query_language) {
        Some(QueryLanguage::Jsonata) => "$states.input",
        Some(QueryLanguage::JsonPath) | None => "$",
    };
    let (left, right) = halves(ui, area);
    if view.advanced {
        show_stations(ui, shown, visit, view, (left, right));
        return;
    }
    let input = Side {
        title: "Input",
        value: &visit.input,
        compare: None,
        root,
    };
    show_side(ui, left, &input, &view.search, &mut view.input);
    match &visit.output {
        Some(value) => {
            let side = Side {
                title: "Output",
                value,
                compare: view.diff.then_some(&visit.input),
                root: "$",
            };
            show_side(ui, right, &side, &view.search, &mut view.output);
        }
        None => within(ui, right, |ui| {
            let (status, title, why) = absence(shown, visit);
            no_output(ui, status, title, &why);
            // A Fail state works on nothing; where it stopped is where it stands.
            if matches!(visit.kind, StateKind::Fail | StateKind::Succeed) {
                return;
            }
            let title = if status == Status::Running {
                "Came to"
            } else {
                "Stopped at"
            };
            section_head(ui, title);
            let skip = |station: &Station| station.label == "Input";
            for station in stations(shown, visit)
                .iter()
                .filter(|station| !skip(station))
            {
                station_row(ui, station, false, Sense::hover());
            }
        }),
    }
}

/// The data of the run as a whole.
pub(crate) fn show_whole(ui: &mut Ui, run: &Run, view: &mut DataView) {
    tools(ui, view, false);
    let area = ui.available_rect_before_wrap();
    let (left, right) = halves(ui, area);
    let Some(value) = &run.trace.input else {
        empty_state(ui, Icon::HOURGLASS_EMPTY, "The run begins", "");
        return;
    };
    let input = Side {
        title: "Input",
        value,
        compare: None,
        root: "$",
    };
    show_side(ui, left, &input, &view.search, &mut view.input);
    let output = run.ended.as_ref().and_then(|ended| ended.output.as_ref());
    match output {
        Some(output) => {
            let side = Side {
                title: "Output",
                value: output,
                compare: view.diff.then_some(value),
                root: "$",
            };
            show_side(ui, right, &side, &view.search, &mut view.output);
        }
        None => within(ui, right, |ui| {
            let (status, why) = match (&run.reason, run.is_live()) {
                (_, true) => (Status::Running, "The run goes on".to_owned()),
                (Some(reason), false) => (Status::Failed, reason.why.clone()),
                (None, false) => (Status::Failed, "The run came to no good end".to_owned()),
            };
            let title = if run.is_live() {
                "No output yet"
            } else {
                "No output"
            };
            no_output(ui, status, title, &why);
        }),
    }
}

/// Search, *Diff* and *Advanced* in a row of 44.
fn tools(ui: &mut Ui, view: &mut DataView, steps: bool) {
    let skin = Skin::of(ui.ctx());
    let (_, row) = ui.allocate_space(vec2(ui.available_width(), 44.0));
    let line = skin.stroke(1.0, Role::Line);
    ui.painter().hline(row.x_range(), row.bottom() - 0.5, line);
    let inner = row.shrink2(vec2(12.0, 8.0));
    let tail = if steps {
        84.0 + 8.0 + 98.0 + 8.0
    } else {
        84.0 + 8.0
    };
    put_at(ui, inner, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            let id = egui::Id::unique("run data search");
            let width = (inner.width() - tail).max(80.0);
            search_field(ui, id, &mut view.search, "Search values", "", width);
            let diff = Button::new("Diff")
                .icon(Icon::COMPARE_ARROWS)
                .selected(view.diff)
                .width(84.0);
            if ui
                .add(diff)
                .on_hover_text("Mark what the output has new or other than the input")
                .clicked()
            {
                view.diff = !view.diff;
            }
            if steps && check_box(ui, view.advanced, "Advanced").clicked() {
                view.advanced = !view.advanced;
            }
        });
    });
}

/// Two columns with a line between them; where it is narrow, one above the other.
fn halves(ui: &Ui, area: Rect) -> (Rect, Rect) {
    let skin = Skin::of(ui.ctx());
    let line = skin.stroke(1.0, Role::Line);
    if area.width() >= 300.0 {
        let (left, right) = area.split_left_right_at_fraction(0.5);
        ui.painter().vline(right.left(), area.y_range(), line);
        (left, right)
    } else {
        let (top, bottom) = area.split_top_bottom_at_fraction(0.5);
        ui.painter().hline(area.x_range(), bottom.top(), line);
        (top, bottom)
    }
}

fn within(ui: &mut Ui, rect: Rect, content: impl FnOnce(&mut Ui)) {
    put_at(ui, rect.shrink2(vec2(8.0, 4.0)), |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(rect));
        ui.spacing_mut().item_spacing.y = 0.0;
        content(ui);
    });
}

/// A titled value with a button to copy it, and its tree below.
fn show_side(ui: &mut Ui, rect: Rect, side: &Side<'_>, search: &str, state: &mut JsonTreeState) {
    let skin = Skin::of(ui.ctx());
    within(ui, rect, |ui| {
        let (_, head) = ui.allocate_space(vec2(ui.available_width(), 28.0));
        let words = Rect::from_min_max(pos2(head.left() + 4.0, head.top()), head.max);
        Text::LabelStrong.paint(ui, words, side.title, skin.color(Role::SecondText));
        let place = Rect::from_min_max(pos2(head.right() - 28.0, head.top()), head.max);
        put_at(ui, place, |ui| {
            let name = format!("Copy {}", side.title);
            if icon_button(ui, Icon::CONTENT_COPY, &name).clicked() {
                ui.ctx().copy_text(side.value.to_json_pretty());
            }
        });
        let tree = JsonTree {
            search,
            compare: side.compare,
            root: side.root,
            ..JsonTree::new(side.value)
        };
        tree.show(ui, egui::Id::unique(("run data", side.title)), state);
    });
}

/// The stations on the left, the value at the chosen one on the right.
fn show_stations(
    ui: &mut Ui,
    shown: Shown<'_>,
    visit: &Visit,
    view: &mut DataView,
    (left, right): (Rect, Rect),
) {
    let stations = stations(shown, visit);
    let chosen = stations
        .iter()
        .find(|station| Some(station.label) == view.station)
        .or_else(|| {
            stations
                .iter()
                .find(|station| station.standing == Standing::Failed)
        })
        .or_else(|| stations.iter().rfind(|station| station.value.is_some()));
    within(ui, left, |ui| {
        section_head(ui, "Step by step");
        for station in &stations {
            let on = chosen.is_some_and(|chosen| chosen.label == station.label);
            if station_row(ui, station, on, Sense::click()) {
                view.station = Some(station.label);
            }
        }
    });
    let Some(station) = chosen else {
        return;
    };
    match (&station.value, station.standing) {
        (Some(value), _) => {
            let before = stations
                .iter()
                .take_while(|known| known.label != station.label)
                .filter_map(|known| known.value.as_ref())
                .last();
            let side = Side {
                title: station.label,
                value,
                compare: before.filter(|_| view.diff),
                root: "$",
            };
            show_side(ui, right, &side, &view.search, &mut view.at_station);
        }
        (None, Standing::Failed) => within(ui, right, |ui| {
            let (status, _, why) = absence(shown, visit);
            let words = format!("{} failed", station.label);
            no_output(ui, status, &words, &why);
        }),
        (None, Standing::Done | Standing::Open) => within(ui, right, |ui| {
            empty_state(
                ui,
                Icon::RADIO_BUTTON_UNCHECKED,
                "The state did not come so far",
                "",
            );
        }),
    }
}

/// A station with a mark for how it stands. True when clicked.
fn station_row(ui: &mut Ui, station: &Station, selected: bool, sense: Sense) -> bool {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 28.0));
    let id = ui.scope_id().with(("station", station.label));
    let response = ui.interact(rect, id, sense);
    let (icon, role, word) = match station.standing {
        Standing::Done => (
            Icon::CHECK_CIRCLE,
            Role::StatusText(Status::Succeeded),
            "done",
        ),
        Standing::Failed => (Icon::CANCEL, Role::StatusText(Status::Failed), "failed"),
        Standing::Open => (Icon::RADIO_BUTTON_UNCHECKED, Role::WeakText, "not reached"),
    };
    let name = format!("{}, {word}", station.label);
    response.widget_info(|| WidgetInfo::selected(A11y::ListItem, true, selected, &name));
    let hovered = sense.interactive() && response.hovered();
    if selected || hovered {
        let ground = if selected {
            Role::AccentFill
        } else {
            Role::Hover
        };
        ui.painter()
            .rect_filled(rect, CornerRadius::same(6), skin.color(ground));
    }
    paint_icon(
        ui,
        pos2(rect.left() + 14.0, rect.center().y),
        icon,
        16.0,
        skin.color(role),
    );
    let area = Rect::from_min_max(pos2(rect.left() + 30.0, rect.top()), rect.max);
    let strong = selected || station.standing == Standing::Failed;
    let text = if strong { Text::Strong } else { Text::Body };
    let color = match station.standing {
        Standing::Done | Standing::Failed => Role::Text,
        Standing::Open => Role::SecondText,
    };
    text.paint(ui, area, station.label, skin.color(color));
    response.clicked()
}

/// The box that stands where there is no output.
fn no_output(ui: &mut Ui, status: Status, title: &str, why: &str) {
    let skin = Skin::of(ui.ctx());
    ui.add_space(4.0);
    Frame::new()
        .fill(skin.color(Role::StatusFill(status)))
        .corner_radius(8)
        .inner_margin(Margin::same(12))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing = vec2(8.0, 4.0);
            let color = skin.color(Role::StatusText(status));
            let line = ui.allocate_response(vec2(ui.available_width(), 20.0), Sense::hover());
            line.widget_info(|| WidgetInfo::labeled(A11y::Label, true, title));
            let head = line.rect;
            let icon = crate::ui::widgets::status_icon(status);
            paint_icon(
                ui,
                pos2(head.left() + 8.0, head.center().y),
                icon,
                16.0,
                color,
            );
            let words = Rect::from_min_max(pos2(head.left() + 24.0, head.top()), head.max);
            Text::Strong.paint(ui, words, title, color);
            let mut job = sentence(why, Text::Body, skin.color(Role::Text));
            job.wrap.max_width = ui.available_width();
            ui.add(egui::Label::new(job).wrap().selectable(true));
        });
    ui.add_space(8.0);
}

/// Why a visit has no output: status, title and a sentence.
fn absence(shown: Shown<'_>, visit: &Visit) -> (Status, &'static str, String) {
    let reason = shown.run.reason.as_ref();
    let told = reason.filter(|_| shown.run.trace.failed_visit == Some(visit.index));
    let error = visit.error.as_deref().unwrap_or("an error");
    match visit.status {
        VisitStatus::Running => {
            let why = match (visit.kind, shown.run.waiting) {
                (StateKind::Task, true) => "The task waits for an answer that no mock gives",
                (StateKind::Task, false) => "The task has not answered yet",
                (StateKind::Wait, _) => "The time has not passed yet",
                _ => "The state is still at work",
            };
            (Status::Running, "No output yet", why.to_owned())
        }
        VisitStatus::Aborted => (
            Status::Aborted,
            "No output",
            "The state was stopped, because something beside it failed or the run was stopped"
                .to_owned(),
        ),
        VisitStatus::Failed | VisitStatus::Caught | VisitStatus::Succeeded => {
            let why = match (told, visit.kind) {
                (Some(reason), _) => reason.why.clone(),
                (None, StateKind::Fail) => {
                    "A Fail state ends the workflow and hands nothing on".to_owned()
                }
                (None, StateKind::Task) if visit.attempts.is_empty() => {
                    format!("The state failed with {error} before it called the task")
                }
                (None, StateKind::Task) => format!("The task answered with {error}"),
                (None, StateKind::Map | StateKind::Parallel) => {
                    format!("What lies inside failed with {error}")
                }
                (None, _) => format!("The state failed with {error}"),
            };
            (Status::Failed, "No output", why)
        }
    }
}
