//! The table of visits with a bar for each, and while debugging the scrubber over its moments.

use std::collections::BTreeMap;

use egui::CornerRadius;
use egui::Rect;
use egui::Role as A11y;
use egui::ScrollArea;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::scene::visit_status;
use crate::session::Action;
use crate::session::Intent;
use crate::session::Run;
use crate::session::Session;
use crate::session::Tab;
use crate::trace::AttemptStatus;
use crate::trace::Visit;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::view::Outbox;
use crate::ui::view::View;
use crate::ui::widgets::Button;
use crate::ui::widgets::TimeScale;
use crate::ui::widgets::TimelineBar;
use crate::ui::widgets::duration_text;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::status_icon;
use crate::ui::widgets::tile;
use crate::ui::widgets::timeline_bars;

const ROW: f32 = 28.0;

/// Where the columns stand.
#[derive(Clone, Copy)]
struct Columns {
    name: f32,
    kind: f32,
    status: f32,
    duration: f32,
    after: f32,
    scale: TimeScale,
}

/// The table, or what to do to get one.
pub fn show(ui: &mut Ui, session: &Session, view: &mut View, out: &mut Outbox) {
    let Some(tab) = session.active() else {
        return;
    };
    let Some(run) = &tab.run else {
        empty_state(ui, Icon::PLAY_CIRCLE, "Press Run to watch it", "");
        return;
    };
    if run.debugging && run.is_live() {
        scrubber(ui, session, run, out);
    }
    difference(ui, run);
    let area = ui.available_rect_before_wrap();
    let columns = columns(area, run);
    head(ui, area, &columns);
    let rows = rows(run, view);
    let faces = view.faces(&run.revision);
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut turned = None;
    ScrollArea::vertical()
        .id_salt("run table")
        .auto_shrink([false, false])
        .stick_to_bottom(run.is_live())
        .show_rows(ui, ROW, rows.len(), |ui, range| {
            let top = ui.cursor().top();
            let grid = Rect::from_min_size(
                pos2(area.left(), top),
                vec2(area.width(), range.len() as f32 * ROW),
            );
            columns.scale.paint_grid(ui, grid);
            for (visit, depth) in rows.get(range).unwrap_or_default() {
                let face = faces.get(&visit.state);
                let tile = face.map(|face| (face.family, face.icon));
                if let Some(key) = row(ui, tab, run, visit, *depth, tile, &columns, view, out) {
                    turned = Some(key);
                }
            }
            if let Some(pause) = &run.paused {
                now_line(ui, grid, &columns, run, pause.now);
            }
        });
    if let Some(key) = turned
        && !view.open.remove(&key)
    {
        view.open.insert(key);
    }
}

fn columns(area: Rect, run: &Run) -> Columns {
    let width = area.width();
    let timeline = (width * 0.455).max(360.0).min(width - 300.0);
    let left = area.left() + timeline;
    let span = run.duration().max(1) as f64;
    Columns {
        name: area.left() + 16.0,
        kind: area.left() + (timeline * 0.428).max(170.0),
        status: area.left() + (timeline * 0.565).max(230.0),
        duration: left - 108.0,
        after: left - 24.0,
        scale: TimeScale::new(left, area.right() - left - 32.0, span),
    }
}

fn head(ui: &mut Ui, area: Rect, columns: &Columns) {
    let skin = Skin::of(ui.ctx());
    let rect = Rect::from_min_size(
        pos2(area.left(), ui.cursor().top()),
        vec2(area.width(), ROW),
    );
    ui.allocate_rect(rect, Sense::hover());
    let weak = skin.color(Role::WeakText);
    let cell = |left: f32, right: f32| {
        Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()))
    };
    Text::Label.paint(ui, cell(columns.name, columns.kind), "Name", weak);
    Text::Label.paint(ui, cell(columns.kind, columns.status), "Type", weak);
    Text::Label.paint(ui, cell(columns.status, columns.duration), "Status", weak);
    right_text(ui, columns.duration, rect, "Duration", weak);
    right_text(ui, columns.after, rect, "After", weak);
    columns.scale.paint_head(ui, rect);
    let line = skin.stroke(1.0, Role::Line);
    ui.painter()
        .hline(area.x_range(), rect.bottom() - 0.5, line);
}

/// Visits as rows: those inside a folded container are left out.
fn rows<'a>(run: &'a Run, view: &View) -> Vec<(&'a Visit, usize)> {
    let words = view.drawer_filter.to_lowercase();
    let mut depths: BTreeMap<usize, usize> = BTreeMap::new();
    let mut hidden: BTreeMap<usize, bool> = BTreeMap::new();
    let mut rows = Vec::new();
    for visit in &run.trace.visits {
        let parent = visit.parent;
        let depth = parent.map_or(0, |parent| depths.get(&parent).map_or(0, |depth| depth + 1));
        depths.insert(visit.index, depth);
        let folded = parent.is_some_and(|parent| {
            hidden.get(&parent).copied().unwrap_or(false)
                || view.open.contains(&fold_key(run, parent))
        });
        hidden.insert(visit.index, folded);
        let hit = words.is_empty()
            || visit.name.to_lowercase().contains(&words)
            || visit.status.word().to_lowercase().contains(&words);
        if hit && (!folded || !words.is_empty()) {
            rows.push((visit, depth));
        }
    }
    rows
}

fn fold_key(run: &Run, visit: usize) -> String {
    format!("fold {} {visit}", run.id.0)
}

#[allow(clippy::too_many_arguments)]
fn row(
    ui: &mut Ui,
    tab: &Tab,
    run: &Run,
    visit: &Visit,
    depth: usize,
    face: Option<(crate::scene::Family, Icon)>,
    columns: &Columns,
    view: &View,
    out: &mut Outbox,
) -> Option<String> {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let id = egui::Id::unique(("visit", run.id.0, visit.index));
    let response = ui.interact(rect, id, Sense::click());
    let paused = run.paused.as_ref().is_some_and(|pause| {
        visit.is_open() && pause.state == visit.state && pause.lane == visit.lane
    });
    let status = if paused {
        Status::Paused
    } else {
        visit_status(visit.status)
    };
    let selected = match run.selected_visit {
        Some(shown) => shown == visit.index,
        None => paused || tab.selection.contains(&visit.state) && run.paused.is_some(),
    };
    let name = match visit.lane_index() {
        Some(index) if visit.parent.is_some() => format!("{} #{index}", visit.name),
        _ => visit.name.clone(),
    };
    let duration = duration_text(visit.duration(run.trace.latest) as f64);
    let label = format!("{name}, {}, {duration}", status.word());
    response.widget_info(|| WidgetInfo::selected(A11y::Row, true, selected, &label));
    let ground = if selected {
        Some(Role::AccentFill)
    } else if response.hovered() || response.has_focus() {
        Some(Role::Hover)
    } else {
        None
    };
    if let Some(ground) = ground {
        ui.painter()
            .rect_filled(rect, CornerRadius::ZERO, skin.color(ground));
    }
    let y = rect.center().y;
    let container = run
        .trace
        .visits
        .iter()
        .any(|other| other.parent == Some(visit.index));
    let mut x = columns.name + 24.0 * depth as f32;
    let mut turned = None;
    if container {
        let arrow = Rect::from_center_size(pos2(x + 8.0, y), vec2(20.0, 24.0));
        let arrow_response = ui.interact(arrow, id.with("arrow"), Sense::click());
        let folded = view.open.contains(&fold_key(run, visit.index));
        let word = if folded { "Expand" } else { "Collapse" };
        arrow_response
            .widget_info(|| WidgetInfo::labeled(A11y::Button, true, format!("{word} {name}")));
        let icon = if folded {
            Icon::CHEVRON_RIGHT
        } else {
            Icon::EXPAND_MORE
        };
        paint_icon(ui, arrow.center(), icon, 16.0, skin.color(Role::SecondText));
        if arrow_response.clicked() {
            turned = Some(fold_key(run, visit.index));
        }
    }
    x += 24.0;
    if let Some((family, icon)) = face {
        let square = Rect::from_center_size(pos2(x + 10.0, y), vec2(20.0, 20.0));
        tile(ui, square, family, icon, false);
    }
    x += 28.0;
    let cell = |left: f32, right: f32| {
        Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()))
    };
    let strong = if selected { Text::Strong } else { Text::Body };
    strong.paint(
        ui,
        cell(x, columns.kind - 8.0),
        &name,
        skin.color(Role::Text),
    );
    let second = skin.color(Role::SecondText);
    Text::Small.paint(
        ui,
        cell(columns.kind, columns.status - 8.0),
        visit.kind.name(),
        second,
    );
    let ink = skin.color(Role::StatusText(status));
    paint_icon(
        ui,
        pos2(columns.status + 8.0, y),
        status_icon(status),
        16.0,
        ink,
    );
    let words_end = columns.duration - 70.0;
    Text::Body.paint(
        ui,
        cell(columns.status + 22.0, words_end),
        status.word(),
        ink,
    );
    right_text(
        ui,
        columns.duration,
        rect,
        &duration,
        skin.color(Role::Text),
    );
    let start = run.trace.started_at.unwrap_or(visit.entered_at);
    let after = duration_text((visit.entered_at - start) as f64);
    right_text(ui, columns.after, rect, &after, second);
    timeline_bars(ui, rect, columns.scale, &bars(run, visit, status, start));
    if response.clicked() {
        out.push(Intent::SelectVisit(visit.index));
    }
    if let Some(error) = &visit.error {
        let cause = visit.cause.as_deref().unwrap_or_default();
        response.on_hover_text(format!("{error}\n{cause}"));
    }
    turned
}

/// A Task that was tried more than once shows its tries, with the back-off pale between them.
fn bars(run: &Run, visit: &Visit, status: Status, start: i64) -> Vec<TimelineBar> {
    let now = run.trace.latest;
    let at = |time: i64| (time - start) as f64;
    let end = visit.ended_at.unwrap_or(now);
    let whole = |role| TimelineBar {
        start: at(visit.entered_at),
        end: at(end),
        role,
    };
    let retried = visit.attempts.len() > 1 && !visit.kind.is_container();
    if !retried {
        return vec![whole(Role::StatusLine(status))];
    }
    let mut bars = vec![whole(Role::Ghost)];
    bars.extend(visit.attempts.iter().map(|attempt| {
        let status = match attempt.status {
            AttemptStatus::Running => Status::Running,
            AttemptStatus::Succeeded => Status::Succeeded,
            AttemptStatus::Failed | AttemptStatus::TimedOut => Status::Failed,
            AttemptStatus::Aborted => Status::Aborted,
        };
        TimelineBar {
            start: at(attempt.started_at),
            end: at(attempt.ended_at.unwrap_or(now)),
            role: Role::StatusLine(status),
        }
    }));
    bars
}

fn now_line(ui: &Ui, grid: Rect, columns: &Columns, run: &Run, now: i64) {
    let skin = Skin::of(ui.ctx());
    let start = run.trace.started_at.unwrap_or(now);
    let x = columns.scale.x((now - start) as f64);
    let stroke = egui::Stroke::new(1.5, skin.color(Role::Accent));
    ui.painter().vline(x, grid.y_range(), stroke);
    ui.painter()
        .circle_filled(pos2(x, grid.top()), 5.0, stroke.color);
}

/// What differs from the scenario's expectation, in one line over the table.
fn difference(ui: &mut Ui, run: &Run) {
    let Some(difference) = &run.difference else {
        return;
    };
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 32.0));
    let fill = skin.color(Role::StatusFill(Status::Caught));
    ui.painter().rect_filled(rect, CornerRadius::ZERO, fill);
    let ink = skin.color(Role::StatusText(Status::Caught));
    let at = pos2(rect.left() + 24.0, rect.center().y);
    paint_icon(ui, at, Icon::DIFFERENCE, 16.0, ink);
    let area = Rect::from_min_max(pos2(rect.left() + 40.0, rect.top()), rect.max);
    let text = format!("Not what the scenario expects: {difference}");
    Text::Body.paint(ui, area, &text, skin.color(Role::Text));
}

/// Event n of m with marks where states ended, and the ways back.
fn scrubber(ui: &mut Ui, session: &Session, run: &Run, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 44.0));
    let inner = rect.shrink2(vec2(12.0, 8.0));
    let mut left = inner.left();
    ui.scope_builder(
        egui::UiBuilder::new()
            .max_rect(inner)
            .layout(egui::Layout::left_to_right(egui::Align::Center)),
        |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let paused = run.paused.is_some();
            let mut step = |ui: &mut Ui, icon, name: &str, enabled: bool, intent: Intent| {
                let button = Button::quiet("").icon(icon).name(name);
                if ui
                    .add_enabled(enabled, button)
                    .on_hover_text(name)
                    .clicked()
                {
                    out.push(intent);
                }
            };
            step(
                ui,
                Icon::FIRST_PAGE,
                "Back to the start",
                paused,
                Intent::GoBackTo(0),
            );
            let back = Action::StepBack.is_available(session);
            let step_back = Intent::Perform(Action::StepBack);
            step(
                ui,
                Icon::SKIP_PREVIOUS,
                "Step back (Shift+F10)",
                back,
                step_back,
            );
            let over = Action::StepOver.is_available(session);
            let step_over = Intent::Perform(Action::StepOver);
            step(ui, Icon::SKIP_NEXT, "Step over (F10)", over, step_over);
            let run_on = Intent::Perform(Action::Continue);
            step(ui, Icon::LAST_PAGE, "To the end (F8)", paused, run_on);
            let text = format!("Event {0} of {0}", run.events.len());
            ui.label(Text::Body.rich(text).color(skin.color(Role::SecondText)));
            left = ui.min_rect().right() + 16.0;
        },
    );
    let track = Rect::from_min_max(
        pos2(left, rect.center().y - 2.0),
        pos2(rect.right() - 120.0, rect.center().y + 2.0),
    );
    if track.width() > 40.0 {
        track_of(ui, track, run);
    }
    let words = duration_text(run.duration() as f64);
    right_text(
        ui,
        rect.right() - 40.0,
        rect,
        &words,
        skin.color(Role::SecondText),
    );
    let line = skin.stroke(1.0, Role::Line);
    ui.painter()
        .hline(rect.x_range(), rect.bottom() - 0.5, line);
}

fn track_of(ui: &Ui, track: Rect, run: &Run) {
    let skin = Skin::of(ui.ctx());
    let radius = CornerRadius::same(2);
    let painter = ui.painter();
    painter.rect_filled(track, radius, skin.color(Role::Press));
    let start = run.trace.started_at.unwrap_or_default();
    let span = (run.duration().max(1)) as f64 * 1.08;
    let x = |time: i64| track.left() + ((time - start) as f64 / span) as f32 * track.width();
    let now = run
        .paused
        .as_ref()
        .map_or(run.trace.latest, |pause| pause.now);
    let done = Rect::from_min_max(track.min, pos2(x(now), track.bottom()));
    painter.rect_filled(done, radius, skin.color(Role::Accent));
    for visit in &run.trace.visits {
        let Some(ended) = visit.ended_at else {
            continue;
        };
        let color = skin.color(Role::StatusLine(visit_status(visit.status)));
        let mark = Rect::from_center_size(pos2(x(ended), track.center().y), vec2(2.0, 20.0));
        painter.rect_filled(mark, CornerRadius::ZERO, color);
    }
    painter.circle_filled(
        pos2(x(now), track.center().y),
        8.0,
        skin.color(Role::Accent),
    );
}

fn right_text(ui: &Ui, right: f32, rect: Rect, text: &str, color: egui::Color32) {
    let width = Text::Small.width(ui, text);
    let area = Rect::from_min_max(
        pos2(right - width - 0.5, rect.top()),
        pos2(right + 1.0, rect.bottom()),
    );
    Text::Small.paint(ui, area, text, color);
}
