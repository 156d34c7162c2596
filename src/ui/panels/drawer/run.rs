//! The table of a run: a row per visit with type, status, times and a bar on a timeline.

use egui::CornerRadius;
use egui::Rect;
use egui::Role as A11y;
use egui::ScrollArea;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::debugger::Pause;
use crate::scene::Face;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::scene::visit_status;
use crate::session::Intent;
use crate::session::Run;
use crate::session::RunId;
use crate::session::Session;
use crate::session::Tab;
use crate::trace::AttemptStatus;
use crate::trace::Visit;
use crate::ui::panels::drawer::scrubber;
use crate::ui::panels::drawer::scrubber::ScrubberView;
use crate::ui::panels::drawer::table::Entry;
use crate::ui::panels::drawer::table::Rows;
use crate::ui::panels::drawer::table::TableRow;
use crate::ui::panels::faces::FaceCache;
use crate::ui::panels::faces::mark_of;
use crate::ui::panels::words::count;
use crate::ui::panels::words::paint_right;
use crate::ui::panels::words::put_at;
use crate::ui::panels::words::strip;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::widgets::TimeScale;
use crate::ui::widgets::TimelineBar;
use crate::ui::widgets::duration_text;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::status_icon;
use crate::ui::widgets::tile;
use crate::ui::widgets::timeline_bars;

const ROW: f32 = 28.0;

/// What the table remembers: folding, filter, where it is scrolled to.
#[derive(Clone, Debug, Default)]
pub struct RunTableView {
    pub filter: String,
    rows: Rows,
    scrubber: ScrubberView,
    faces: FaceCache,
    /// The selection the table has last scrolled to.
    followed: Option<(RunId, Option<usize>, Option<usize>)>,
    /// Offset and height of the list in the last frame.
    window: (f32, f32),
}

/// Where the columns stand, from left to right.
#[derive(Clone, Copy, Debug)]
struct Columns {
    name: f32,
    kind: Option<f32>,
    status: f32,
    /// Right edges.
    duration: f32,
    after: f32,
    time: Option<TimeScale>,
}

impl Columns {
    fn new(area: Rect, span: f64) -> Columns {
        let width = area.width();
        let name = area.left() + 16.0;
        let first = (width * 0.195).clamp(150.0, 320.0);
        let kind = (width > 720.0).then_some(area.left() + first);
        let status = area.left() + first + if kind.is_some() { 100.0 } else { 0.0 };
        let duration = status + 130.0 + 84.0;
        let after = duration + 84.0;
        let left = after + 24.0;
        let room = area.right() - 24.0 - left;
        Columns {
            name,
            kind,
            status,
            duration,
            after,
            time: (room > 120.0).then(|| TimeScale::new(left, room, span)),
        }
    }

    fn name_end(self) -> f32 {
        self.kind.unwrap_or(self.status) - 12.0
    }
}

/// The whole panel below the tabs of the drawer.
pub fn show(ui: &mut Ui, session: &Session, view: &mut RunTableView, out: &mut Vec<Intent>) {
    let Some((tab, run)) = session
        .active()
        .and_then(|tab| Some((tab, tab.run.as_ref()?)))
    else {
        empty_state(ui, Icon::PLAY_CIRCLE, "Press Run to watch it", "");
        return;
    };
    if scrubber::is_wanted(run) {
        scrubber::show(ui, run, &mut view.scrubber, out);
    }
    if run.waiting {
        strip(
            ui,
            Status::Paused,
            Icon::HOURGLASS_BOTTOM,
            &waiting_words(run),
        );
    }
    if let [first, rest @ ..] = run.notes.as_slice() {
        let text = match rest.len() {
            0 => first.clone(),
            others => format!("{first}, and {}", count(others, "more note")),
        };
        strip(ui, Status::Aborted, Icon::INFO, &text);
    }
    if let Some(difference) = &run.difference {
        let name = run
            .scenario
            .and_then(|index| tab.sidecar.scenarios.get(index))
            .map_or("The scenario", |scenario| scenario.name.as_str());
        let text = format!("{name} expects something else: {difference}");
        strip(ui, Status::Caught, Icon::WARNING, &text);
    }
    table(ui, tab, run, view, out);
}

/// "Waits for an answer: Ask, Pack in child"
fn waiting_words(run: &Run) -> String {
    let shown = run.tasks.iter().take(4);
    let names: Vec<String> = shown.map(|task| run.task_title(task)).collect();
    let more = match run.tasks.len().saturating_sub(names.len()) {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    format!(
        "The run waits for an answer: {}{more}; give it in the inspector, or stop the run",
        names.join(", ")
    )
}

fn table(ui: &mut Ui, tab: &Tab, run: &Run, view: &mut RunTableView, out: &mut Vec<Intent>) {
    let skin = Skin::of(ui.ctx());
    let faces = view.faces.of(&run.revision);
    let area = ui.available_rect_before_wrap();
    let columns = Columns::new(area, run.duration() as f64);
    let head = Rect::from_min_size(area.min, vec2(area.width(), ROW));
    show_head(ui, head, columns);
    let body = Rect::from_min_max(head.left_bottom(), area.max);
    let now = columns
        .time
        .filter(|_| run.paused.is_some() || run.is_live())
        .map(|scale| scale.x(run.duration() as f64));
    if let Some(scale) = columns.time {
        scale.paint_grid(ui, body);
    }
    if let Some(x) = now {
        ui.painter()
            .circle_filled(pos2(x, head.bottom() - 9.0), 5.0, skin.color(Role::Accent));
    }
    follow_selection(run, view);
    let selected = run.shown_visit().map(|visit| visit.index);
    let rows = view.rows.of(run, &view.filter).to_vec();
    if rows.is_empty() {
        put_at(ui, body, |ui| {
            if view.filter.is_empty() {
                empty_state(ui, Icon::HOURGLASS_EMPTY, "The run begins", "");
            } else {
                let text = format!("No visit contains “{}”", view.filter);
                empty_state(ui, Icon::SEARCH, &text, "");
            }
        });
        return;
    }
    let target = scroll_target(run, view, &rows, selected);
    let mut turned = None;
    put_at(ui, body, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut scroll = ScrollArea::vertical()
            .id_salt(("run table", run.id.0))
            .auto_shrink([false, false]);
        if let Some(offset) = target {
            scroll = scroll.vertical_scroll_offset(offset);
        }
        let shown = scroll.show_rows(ui, ROW, rows.len(), |ui, range| {
            for row in rows.get(range).unwrap_or_default() {
                let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
                let line = Line {
                    tab,
                    run,
                    columns,
                    rect,
                    row: *row,
                    faces: &faces,
                };
                match row.entry {
                    Entry::Visit(index) => {
                        if let Some(visit) = run.trace.visit(index)
                            && line.visit(ui, visit, selected == Some(index), out)
                        {
                            turned = Some((index, row.open == Some(false)));
                        }
                    }
                    Entry::Paused => line.paused(ui, out),
                }
            }
        });
        view.window = (shown.state.clamped_offset().y, shown.inner_rect.height());
        if let Some(x) = now {
            let line = skin.stroke(1.5, Role::Accent);
            ui.painter().vline(x, body.y_range(), line);
        }
    });
    if let Some((index, open)) = turned {
        view.rows.fold(index, open);
    }
}

fn show_head(ui: &Ui, head: Rect, columns: Columns) {
    let skin = Skin::of(ui.ctx());
    let weak = skin.color(Role::WeakText);
    let word = |left: f32, text: &str| {
        let area = Rect::from_min_max(pos2(left, head.top()), pos2(left + 200.0, head.bottom()));
        Text::Label.paint(ui, area, text, weak);
    };
    word(columns.name, "Name");
    if let Some(kind) = columns.kind {
        word(kind, "Type");
    }
    word(columns.status, "Status");
    for (right, text) in [(columns.duration, "Duration"), (columns.after, "After")] {
        let area = Rect::from_min_max(pos2(right - 100.0, head.top()), pos2(right, head.bottom()));
        paint_right(ui, area, text, Text::Label, weak);
    }
    if let Some(scale) = columns.time {
        scale.paint_head(ui, head);
    }
    let line = skin.stroke(1.0, Role::Line);
    ui.painter()
        .hline(head.x_range(), head.bottom() - 0.5, line);
}

/// Opens what hides the visit that was selected elsewhere.
fn follow_selection(run: &Run, view: &mut RunTableView) {
    let selected = run.selected_visit;
    let known = view
        .followed
        .is_some_and(|(id, visit, _)| id == run.id && visit == selected);
    if !known && let Some(visit) = selected {
        view.rows.uncover(run, visit);
    }
}

/// Where to scroll when the selection, or while a run is watched its latest row, is out of sight.
fn scroll_target(
    run: &Run,
    view: &mut RunTableView,
    rows: &[TableRow],
    selected: Option<usize>,
) -> Option<f32> {
    let live = (run.is_live() && selected.is_none()).then_some(rows.len());
    let now = (run.id, run.selected_visit, live);
    // In the first frame nobody knows yet how much of the list is in sight.
    if view.followed == Some(now) || view.window.1 <= 0.0 {
        return None;
    }
    view.followed = Some(now);
    let wanted = match selected {
        Some(visit) => rows
            .iter()
            .position(|row| row.entry == Entry::Visit(visit))?,
        None => {
            let paused = rows.iter().position(|row| row.entry == Entry::Paused);
            paused.or_else(|| live.map(|_| rows.len().saturating_sub(1)))?
        }
    };
    let (offset, height) = view.window;
    let top = wanted as f32 * ROW;
    if top < offset {
        Some(top)
    } else if top + ROW > offset + height {
        Some(top + ROW - height)
    } else {
        None
    }
}

struct Line<'a> {
    tab: &'a Tab,
    run: &'a Run,
    columns: Columns,
    rect: Rect,
    row: TableRow,
    faces: &'a std::collections::BTreeMap<StatePath, Face>,
}

impl Line<'_> {
    /// One visit. True when its arrow was clicked.
    fn visit(&self, ui: &mut Ui, visit: &Visit, selected: bool, out: &mut Vec<Intent>) -> bool {
        let status = visit_status(visit.status);
        let name = visit_title(self.run, visit);
        let duration = duration_text(visit.duration(self.run.trace.latest) as f64);
        let start = self.run.trace.started_at.unwrap_or(visit.entered_at);
        let after = duration_text((visit.entered_at - start) as f64);
        let id = egui::Id::unique(("visit", self.run.id.0, visit.index));
        let response = ui.interact(self.rect, id, Sense::click());
        let spoken = format!(
            "{name}, {}, {}, {duration}, after {after}",
            visit.kind,
            status.word()
        );
        response.widget_info(|| WidgetInfo::selected(A11y::ListItem, true, selected, &spoken));
        self.ground(ui, &response, selected);
        let mut turned = self.arrow(ui, id, &name);
        self.name(ui, &visit.state, visit.kind, &name, selected);
        self.status(ui, status, status.word());
        self.times(ui, &duration, &after, selected);
        if let Some(scale) = self.columns.time {
            timeline_bars(ui, self.rect, scale, &bars(self.run, visit, start));
        }
        if response.clicked() {
            out.push(Intent::SelectVisit(visit.index));
        }
        turned |= response.double_clicked() && self.row.open.is_some();
        if let Some(error) = &visit.error {
            let cause = visit.cause.as_deref().unwrap_or_default();
            let cause: String = cause.chars().take(400).collect();
            response.on_hover_ui_at_pointer(|ui| {
                ui.set_max_width(420.0);
                ui.label(Text::Strong.rich(error.as_ref()));
                if !cause.is_empty() {
                    ui.label(Text::Small.rich(cause));
                }
            });
        }
        turned
    }

    /// The state before which the run waits.
    fn paused(&self, ui: &mut Ui, out: &mut Vec<Intent>) {
        let Some(pause) = &self.run.paused else {
            return;
        };
        let state = self.run.revision.machine.find(&pause.state);
        let kind = state
            .and_then(|state| state.kind)
            .unwrap_or(StateKind::Pass);
        let name = pause_title(self.run, pause);
        let start = self.run.trace.started_at.unwrap_or(pause.now);
        let after = duration_text((pause.now - start) as f64);
        let selected =
            self.run.selected_visit.is_none() && self.tab.selected() == Some(&pause.state);
        let id = egui::Id::unique(("paused row", self.run.id.0));
        let response = ui.interact(self.rect, id, Sense::click());
        let spoken = format!("{name}, {kind}, Paused, after {after}");
        response.widget_info(|| WidgetInfo::selected(A11y::ListItem, true, selected, &spoken));
        self.ground(ui, &response, selected);
        self.name(ui, &pause.state, kind, &name, selected);
        self.status(ui, Status::Paused, Status::Paused.word());
        self.times(ui, "", &after, selected);
        if let Some(scale) = self.columns.time {
            let at = (pause.now - start) as f64;
            let role = Role::StatusLine(Status::Paused);
            timeline_bars(
                ui,
                self.rect,
                scale,
                &[TimelineBar {
                    start: at,
                    end: at,
                    role,
                }],
            );
        }
        if response.clicked() {
            out.push(Intent::Reveal(pause.state.clone()));
        }
    }

    fn ground(&self, ui: &Ui, response: &egui::Response, selected: bool) {
        let skin = Skin::of(ui.ctx());
        let rect = self.rect.shrink2(vec2(4.0, 0.0));
        let role = match (selected, response.hovered()) {
            (true, _) => Some(Role::AccentFill),
            (false, true) => Some(Role::Hover),
            (false, false) => None,
        };
        if let Some(role) = role {
            ui.painter()
                .rect_filled(rect, CornerRadius::same(6), skin.color(role));
        }
        if response.has_focus() {
            let line = skin.stroke(2.0, Role::Accent);
            ui.painter()
                .rect_stroke(rect, CornerRadius::same(6), line, egui::StrokeKind::Inside);
        }
    }

    fn left(&self) -> f32 {
        self.columns.name + 20.0 * self.row.depth as f32
    }

    fn arrow(&self, ui: &Ui, id: egui::Id, name: &str) -> bool {
        let Some(open) = self.row.open else {
            return false;
        };
        let skin = Skin::of(ui.ctx());
        let place = pos2(self.left() + 8.0, self.rect.center().y);
        let response = ui.interact(
            Rect::from_center_size(place, vec2(22.0, 24.0)),
            id.with("arrow"),
            Sense::click(),
        );
        let word = if open { "Collapse" } else { "Expand" };
        response.widget_info(|| WidgetInfo::labeled(A11y::Button, true, format!("{word} {name}")));
        let icon = if open {
            Icon::EXPAND_MORE
        } else {
            Icon::CHEVRON_RIGHT
        };
        paint_icon(ui, place, icon, 16.0, skin.color(Role::SecondText));
        response.clicked()
    }

    fn name(&self, ui: &Ui, state: &StatePath, kind: StateKind, name: &str, selected: bool) {
        let skin = Skin::of(ui.ctx());
        let x = self.left() + 24.0;
        let y = self.rect.center().y;
        let (family, icon) = mark_of(self.faces.get(state), kind);
        let square = Rect::from_center_size(pos2(x + 10.0, y), vec2(20.0, 20.0));
        tile(ui, square, family, icon, false);
        let role = if selected { Text::Strong } else { Text::Body };
        let area = Rect::from_min_max(
            pos2(x + 28.0, self.rect.top()),
            pos2(self.columns.name_end(), self.rect.bottom()),
        );
        role.paint(ui, area, name, skin.color(Role::Text));
        if let Some(left) = self.columns.kind {
            let area = Rect::from_min_max(
                pos2(left, self.rect.top()),
                pos2(self.columns.status - 8.0, self.rect.bottom()),
            );
            Text::Small.paint(ui, area, kind.name(), skin.color(Role::WeakText));
        }
    }

    fn status(&self, ui: &Ui, status: Status, word: &str) {
        let skin = Skin::of(ui.ctx());
        let color = skin.color(Role::StatusText(status));
        let x = self.columns.status;
        let y = self.rect.center().y;
        paint_icon(ui, pos2(x + 8.0, y), status_icon(status), 16.0, color);
        let area = Rect::from_min_max(
            pos2(x + 22.0, self.rect.top()),
            pos2(self.columns.duration - 60.0, self.rect.bottom()),
        );
        Text::Body.paint(ui, area, word, color);
    }

    fn times(&self, ui: &Ui, duration: &str, after: &str, selected: bool) {
        let skin = Skin::of(ui.ctx());
        let area = |right: f32| {
            Rect::from_min_max(
                pos2(right - 84.0, self.rect.top()),
                pos2(right, self.rect.bottom()),
            )
        };
        let role = if selected { Text::Strong } else { Text::Body };
        let text = skin.color(Role::Text);
        paint_right(ui, area(self.columns.duration), duration, role, text);
        let weak = skin.color(Role::WeakText);
        paint_right(ui, area(self.columns.after), after, Text::Body, weak);
    }
}

/// The name of a visit; in a Map with its iteration.
pub fn visit_title(run: &Run, visit: &Visit) -> String {
    let container = visit.parent.and_then(|parent| run.trace.visit(parent));
    match (
        container.map(|container| container.kind),
        visit.lane_index(),
    ) {
        (Some(StateKind::Map), Some(index)) => format!("{} #{index}", visit.name),
        _ => visit.name.clone(),
    }
}

/// The name of the state a run waits before; in a Map with its iteration.
fn pause_title(run: &Run, pause: &Pause) -> String {
    let name = pause.state.name();
    let container = pause.state.container();
    let container = container.and_then(|path| run.revision.machine.find(&path)?.kind);
    match (container, pause.lane.0.last()) {
        (Some(StateKind::Map), Some(step)) => format!("{name} #{}", step.index),
        _ => name,
    }
}

/// The bar of a visit: its attempts where there were several, with the back-off between them.
fn bars(run: &Run, visit: &Visit, start: i64) -> Vec<TimelineBar> {
    let now = run.trace.latest;
    let at = |moment: i64| (moment - start) as f64;
    let whole = TimelineBar {
        start: at(visit.entered_at),
        end: at(visit.ended_at.unwrap_or(now)),
        role: Role::StatusLine(visit_status(visit.status)),
    };
    if visit.attempts.len() < 2 {
        return vec![whole];
    }
    let mut bars = vec![TimelineBar {
        role: Role::Ghost,
        ..whole
    }];
    bars.extend(visit.attempts.iter().map(|attempt| TimelineBar {
        start: at(attempt.started_at),
        end: at(attempt.ended_at.unwrap_or(now)),
        role: Role::StatusLine(attempt_status(attempt.status)),
    }));
    bars
}

/// The status an attempt is shown with.
pub const fn attempt_status(status: AttemptStatus) -> Status {
    match status {
        AttemptStatus::Running => Status::Running,
        AttemptStatus::Succeeded => Status::Succeeded,
        AttemptStatus::Failed | AttemptStatus::TimedOut => Status::Failed,
        AttemptStatus::Aborted => Status::Aborted,
    }
}
