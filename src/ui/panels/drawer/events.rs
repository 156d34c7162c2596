//! The events of a run as AWS lists them; only the rows in sight are built.

use egui::CornerRadius;
use egui::Rect;
use egui::Role as A11y;
use egui::ScrollArea;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::engine::Event;
use crate::engine::EventDetail;
use crate::engine::TaskEvent;
use crate::query::Value;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Intent;
use crate::session::Run;
use crate::session::RunId;
use crate::session::Session;
use crate::ui::code::code_block;
use crate::ui::panels::drawer::scrubber::mark_of;
use crate::ui::panels::drawer::scrubber::state_name;
use crate::ui::panels::words::paint_right;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::widgets::duration_text;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::one_line;

const ROW: f32 = 28.0;
/// More of an event's text than this is not set; copying gives all of it.
const MOST_TEXT: usize = 20_000;

/// What the list remembers.
#[derive(Clone, Debug, Default)]
pub struct EventsView {
    pub filter: String,
    list: EventList,
    found: Found,
}

/// The places of the events that hold the words, kept up as events come.
#[derive(Clone, Debug, Default)]
struct Found {
    of: Option<(RunId, String)>,
    looked_at: usize,
    places: Vec<usize>,
}

/// A list of events with the one that is open, wherever it is shown.
#[derive(Clone, Debug, Default)]
pub struct EventList {
    chosen: Option<EventKey>,
    text: Option<(RunId, EventKey, usize, String)>,
}

/// The whole panel below the tabs of the drawer.
pub fn show(ui: &mut Ui, session: &Session, view: &mut EventsView, out: &mut Vec<Intent>) {
    let run = session.active().and_then(|tab| tab.run.as_ref());
    let Some(run) = run.filter(|run| !run.events.is_empty()) else {
        empty_state(ui, Icon::LIST, "Events appear here during a run", "");
        return;
    };
    let places = view.found.places(run, &view.filter);
    if places.is_some_and(<[usize]>::is_empty) {
        let text = format!("No event contains “{}”", view.filter);
        empty_state(ui, Icon::SEARCH, &text, "");
        return;
    }
    view.list.show(ui, run, places, out);
}

impl Found {
    /// None while there is nothing to look for: then every event is meant.
    fn places(&mut self, run: &Run, filter: &str) -> Option<&[usize]> {
        let words = filter.trim().to_lowercase();
        if words.is_empty() {
            *self = Found::default();
            return None;
        }
        let of = Some((run.id, words));
        if self.of != of || self.looked_at > run.events.len() {
            *self = Found {
                of,
                ..Found::default()
            };
        }
        let words = self.of.as_ref().map_or("", |(_, words)| words.as_str());
        for (place, event) in run.events.iter().enumerate().skip(self.looked_at) {
            let hit = event.type_name().to_lowercase().contains(words)
                || state_name(event).to_lowercase().contains(words)
                || brief(&event.detail).to_lowercase().contains(words);
            if hit {
                self.places.push(place);
            }
        }
        self.looked_at = run.events.len();
        Some(&self.places)
    }
}

impl EventList {
    /// Shows events of a run, all or those at some places, and beside them the text of the open one.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        run: &Run,
        places: Option<&[usize]>,
        out: &mut Vec<Intent>,
    ) {
        let area = ui.available_rect_before_wrap();
        let open = self
            .chosen
            .and_then(|id| run.events.iter().find(|event| key_of(event) == id));
        let wide = area.width() > 760.0;
        let (list, side) = match open {
            None => (area, None),
            Some(_) if wide => {
                let x = area.right() - (area.width() * 0.4).clamp(320.0, 620.0);
                let (list, side) = area.split_left_right_at_x(x);
                (list, Some(side))
            }
            Some(_) => {
                let (list, side) = area.split_top_bottom_at_y(area.top() + area.height() * 0.45);
                (list, Some(side))
            }
        };
        put_at(ui, list, |ui| {
            ui.set_clip_rect(ui.clip_rect().intersect(list));
            self.rows(ui, run, places, out);
        });
        if let (Some(event), Some(side)) = (open, side) {
            let skin = Skin::of(ui.ctx());
            let line = skin.stroke(1.0, Role::Line);
            if wide {
                ui.painter().vline(side.left(), side.y_range(), line);
            } else {
                ui.painter().hline(side.x_range(), side.top(), line);
            }
            put_at(ui, side.shrink2(vec2(16.0, 8.0)), |ui| {
                self.details(ui, run, event);
            });
        }
        ui.advance_cursor_after_rect(area);
    }

    fn rows(&mut self, ui: &mut Ui, run: &Run, places: Option<&[usize]>, out: &mut Vec<Intent>) {
        let count = places.map_or(run.events.len(), <[usize]>::len);
        let start = run.trace.started_at.unwrap_or_default();
        let wide = ui.available_width() > 520.0;
        ui.spacing_mut().item_spacing.y = 0.0;
        if wide {
            let (_, head) = ui.allocate_space(vec2(ui.available_width(), ROW));
            head_row(ui, head);
        }
        let salt = (run.id.0, places.is_some(), wide);
        ScrollArea::vertical()
            .id_salt(("events", salt))
            .auto_shrink([false, false])
            .show_rows(ui, ROW, count, |ui, range| {
                for row in range {
                    let place = match places {
                        Some(places) => places.get(row).copied(),
                        None => Some(row),
                    };
                    if let Some(event) = place.and_then(|place| run.events.get(place)) {
                        self.row(ui, run, event, start, out);
                    }
                }
            });
    }

    fn row(&mut self, ui: &mut Ui, run: &Run, event: &Event, start: i64, out: &mut Vec<Intent>) {
        let skin = Skin::of(ui.ctx());
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
        let id = ui.scope_id().with(("event", run.id.0, key_of(event)));
        let response = ui.interact(rect, id, Sense::click());
        let selected = self.chosen == Some(key_of(event));
        let kind = event.type_name();
        let state = state_name(event);
        let number = number_of(event);
        let name = match state.as_str() {
            "" => format!("Event {number}, {kind}"),
            state => format!("Event {number}, {kind}, {state}"),
        };
        response.widget_info(|| WidgetInfo::selected(A11y::ListItem, true, selected, &name));
        let ground = match (selected, response.hovered() || response.has_focus()) {
            (true, _) => Some(Role::AccentFill),
            (false, true) => Some(Role::Hover),
            (false, false) => None,
        };
        if let Some(ground) = ground {
            let rect = rect.shrink2(vec2(4.0, 0.0));
            ui.painter()
                .rect_filled(rect, CornerRadius::same(6), skin.color(ground));
        }
        let columns = EventColumns::new(rect);
        let weak = skin.color(Role::WeakText);
        paint_right(ui, columns.number, &number, Text::Code, weak);
        let time = duration_text((event.at - start) as f64);
        paint_right(ui, columns.time, &time, Text::Small, weak);
        let color = match mark_of(&event.detail) {
            Some(status @ (Status::Failed | Status::Caught | Status::Aborted | Status::Paused)) => {
                Role::StatusText(status)
            }
            Some(Status::Succeeded | Status::Running | Status::NotReached) | None => Role::Text,
        };
        let role = if selected { Text::Strong } else { Text::Body };
        role.paint(ui, columns.kind, &kind, skin.color(color));
        if let Some(area) = columns.state {
            Text::Body.paint(ui, area, &state, skin.color(Role::SecondText));
        }
        if let Some(area) = columns.brief {
            Text::Code.paint(ui, area, &brief(&event.detail), weak);
        }
        if response.clicked() {
            self.chosen = (!selected).then_some(key_of(event));
        }
        if response.double_clicked()
            && let Some(state) = &event.state
        {
            out.push(Intent::Reveal(state.clone()));
        }
    }

    fn details(&mut self, ui: &mut Ui, run: &Run, event: &Event) {
        let skin = Skin::of(ui.ctx());
        let key = (run.id, key_of(event), run.events.len());
        let fresh = self
            .text
            .as_ref()
            .is_some_and(|(run, event, events, _)| (*run, *event, *events) == key);
        if !fresh {
            let text = serde_json::to_string_pretty(&event.flattened()).unwrap_or_default();
            self.text = Some((key.0, key.1, key.2, text));
        }
        let text = self
            .text
            .as_ref()
            .map_or("", |(_, _, _, text)| text.as_str());
        let mut close = false;
        ui.horizontal(|ui| {
            let width = (ui.available_width() - 72.0).max(40.0);
            let (_, rect) = ui.allocate_space(vec2(width, 28.0));
            let title = format!("{} · {}", number_of(event), event.type_name());
            Text::Strong.paint(ui, rect, &title, skin.color(Role::Text));
            if icon_button(ui, Icon::CONTENT_COPY, "Copy the event").clicked() {
                let whole = serde_json::to_string_pretty(&event.to_json()).unwrap_or_default();
                ui.ctx().copy_text(whole);
            }
            close = icon_button(ui, Icon::CLOSE, "Close the event").clicked();
        });
        ui.add_space(4.0);
        let height = (ui.available_height() - 20.0).max(60.0);
        let id = egui::Id::unique(("event text", run.id.0, key_of(event)));
        code_block(ui, id, shortened(text).as_ref(), Some(height));
        if close {
            self.chosen = None;
        }
    }
}

/// The history an event belongs to, 0 for the execution's own, and its id there.
type EventKey = (u32, u64);

fn key_of(event: &Event) -> EventKey {
    let history = event.child.as_ref().map_or(0, |child| child.number);
    (history, event.id)
}

/// The event's id; that of a child execution behind the number of its item.
fn number_of(event: &Event) -> String {
    match &event.child {
        Some(child) => format!("#{} {}", child.index, event.id),
        None => event.id.to_string(),
    }
}

/// The beginning of a text that is too long to be set at once.
pub fn shortened(text: &str) -> std::borrow::Cow<'_, str> {
    if text.len() <= MOST_TEXT {
        return std::borrow::Cow::Borrowed(text);
    }
    let mut end = MOST_TEXT;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let start = text.get(..end).unwrap_or_default();
    let rest = crate::ui::widgets::size_text(text.len() - end);
    std::borrow::Cow::Owned(format!("{start}\n… {rest} more; copy it to see all"))
}

struct EventColumns {
    number: Rect,
    time: Rect,
    kind: Rect,
    state: Option<Rect>,
    brief: Option<Rect>,
}

impl EventColumns {
    fn new(row: Rect) -> EventColumns {
        let cell = |left: f32, right: f32| {
            Rect::from_min_max(
                pos2(row.left() + left, row.top()),
                pos2(row.left() + right, row.bottom()),
            )
        };
        let width = row.width();
        let kind_end = if width > 520.0 { 380.0 } else { width - 8.0 };
        EventColumns {
            number: cell(12.0, 60.0),
            time: cell(68.0, 144.0),
            kind: cell(160.0, kind_end),
            state: (width > 520.0).then(|| cell(392.0, (width - 16.0).min(580.0))),
            brief: (width > 720.0).then(|| cell(592.0, width - 16.0)),
        }
    }
}

fn head_row(ui: &Ui, head: Rect) {
    let skin = Skin::of(ui.ctx());
    let weak = skin.color(Role::WeakText);
    let columns = EventColumns::new(head);
    paint_right(ui, columns.number, "#", Text::Label, weak);
    paint_right(ui, columns.time, "After", Text::Label, weak);
    Text::Label.paint(ui, columns.kind, "Type", weak);
    if let Some(area) = columns.state {
        Text::Label.paint(ui, area, "State", weak);
    }
    if let Some(area) = columns.brief {
        Text::Label.paint(ui, area, "Details", weak);
    }
    let line = skin.stroke(1.0, Role::Line);
    ui.painter()
        .hline(head.x_range(), head.bottom() - 0.5, line);
}

/// The one thing to know of an event: its payload, its error, its count.
pub fn brief(detail: &EventDetail) -> String {
    match detail {
        EventDetail::ExecutionStarted { input, .. }
        | EventDetail::StateEntered { input, .. }
        | EventDetail::InputEdited { input, .. } => value_words(input),
        EventDetail::ExecutionSucceeded { output } | EventDetail::StateExited { output, .. } => {
            value_words(output)
        }
        EventDetail::ExecutionFailed { error, cause }
        | EventDetail::ExecutionTimedOut { error, cause }
        | EventDetail::ExecutionAborted { error, cause }
        | EventDetail::MapStateFailed { error, cause }
        | EventDetail::MapIterationFailed { error, cause, .. }
        | EventDetail::MapRunFailed { error, cause }
        | EventDetail::ParallelStateFailed { error, cause }
        | EventDetail::EvaluationFailed { error, cause, .. } => error_words(error, cause),
        EventDetail::MapStateStarted { length } => format!("{length} iterations"),
        EventDetail::MapIterationStarted { index, .. }
        | EventDetail::MapIterationSucceeded { index, .. }
        | EventDetail::MapIterationAborted { index, .. } => format!("iteration {index}"),
        EventDetail::MapRunStarted { map_run_arn, .. }
        | EventDetail::MapRunRedriven { map_run_arn, .. } => map_run_arn.to_string(),
        EventDetail::ExecutionRedriven { redrive_count } => format!("redrive {redrive_count}"),
        EventDetail::Task { event, .. } => task_words(event),
        EventDetail::MapStateSucceeded
        | EventDetail::MapStateAborted
        | EventDetail::MapRunSucceeded
        | EventDetail::MapRunAborted
        | EventDetail::ParallelStateStarted
        | EventDetail::ParallelStateSucceeded
        | EventDetail::ParallelStateAborted
        | EventDetail::WaitStateAborted
        | EventDetail::TaskStateAborted => String::new(),
    }
}

fn task_words(event: &TaskEvent) -> String {
    match event {
        TaskEvent::LambdaScheduled { input, .. } | TaskEvent::ActivityScheduled { input, .. } => {
            value_words(input)
        }
        TaskEvent::Scheduled { parameters, .. } => value_words(parameters),
        TaskEvent::LambdaSucceeded { output }
        | TaskEvent::ActivitySucceeded { output }
        | TaskEvent::Submitted { output, .. }
        | TaskEvent::Succeeded { output, .. } => value_words(output),
        TaskEvent::LambdaFailed { error, cause }
        | TaskEvent::LambdaTimedOut { error, cause }
        | TaskEvent::ActivityFailed { error, cause }
        | TaskEvent::ActivityTimedOut { error, cause }
        | TaskEvent::Failed { error, cause, .. }
        | TaskEvent::TimedOut { error, cause, .. } => error_words(error, cause),
        TaskEvent::Started {
            resource_type,
            resource,
        } => format!("{resource_type}:{resource}"),
        TaskEvent::LambdaStarted | TaskEvent::ActivityStarted { .. } => String::new(),
    }
}

type Word = Option<std::sync::Arc<str>>;

fn error_words(error: &Word, cause: &Word) -> String {
    let error = error.as_deref().unwrap_or_default();
    let cause: String = cause
        .as_deref()
        .unwrap_or_default()
        .chars()
        .take(200)
        .collect();
    match (error, cause.as_str()) {
        (error, "") => error.to_owned(),
        ("", cause) => cause.to_owned(),
        (error, cause) => format!("{error}: {cause}"),
    }
}

fn value_words(value: &Value) -> String {
    one_line(value, 160)
}
