//! The scrubber of a debugged run: to and fro between its moments, and a track with a mark per event.

use egui::CornerRadius;
use egui::Rect;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::engine::Event;
use crate::engine::EventDetail;
use crate::engine::TaskEvent;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Intent;
use crate::session::Run;
use crate::session::StepKind;
use crate::ui::panels::words::paint_right;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::widgets::duration_text;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::separator_line;

const HEIGHT: f32 = 48.0;

/// Where the thumb is held.
#[derive(Clone, Debug, Default)]
pub struct ScrubberView {
    held: Option<usize>,
}

/// Whether a run is one to go back in.
pub fn is_wanted(run: &Run) -> bool {
    run.debugging || run.paused.is_some()
}

/// Buttons, "Event n of m", the track and the time.
pub fn show(ui: &mut Ui, run: &Run, view: &mut ScrubberView, out: &mut Vec<Intent>) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), HEIGHT));
    let still = run.paused.is_some() || run.ended.is_some();
    let paused = run.paused.is_some();
    let begun = !run.trace.visits.is_empty();
    let buttons = Rect::from_min_max(
        pos2(rect.left() + 12.0, rect.top() + 10.0),
        pos2(rect.left() + 140.0, rect.bottom() - 10.0),
    );
    put_at(ui, buttons, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let steps = [
                (
                    Icon::FIRST_PAGE,
                    "Back to the start",
                    still && begun,
                    Intent::GoBackTo(0),
                ),
                (
                    Icon::SKIP_PREVIOUS,
                    "Step back",
                    still && begun,
                    Intent::Step(StepKind::Back),
                ),
                (
                    Icon::SKIP_NEXT,
                    "Step forward",
                    paused,
                    Intent::Step(StepKind::Into),
                ),
                (
                    Icon::LAST_PAGE,
                    "Go on to the end",
                    paused,
                    Intent::Step(StepKind::Continue),
                ),
            ];
            for (icon, name, enabled, intent) in steps {
                let clicked = ui
                    .add_enabled_ui(enabled, |ui| icon_button(ui, icon, name).clicked())
                    .inner;
                if clicked {
                    out.push(intent);
                }
            }
        });
    });
    let total = run.events.len();
    let here = run
        .paused
        .as_ref()
        .map_or(total, |pause| pause.events.min(total));
    let shown = view.held.unwrap_or(here);
    let words = Rect::from_min_max(
        pos2(rect.left() + 152.0, rect.top()),
        pos2(rect.left() + 280.0, rect.bottom()),
    );
    let label = format!("Event {shown} of {total}");
    Text::Body.paint(ui, words, &label, skin.color(Role::SecondText));
    let time = Rect::from_min_max(
        pos2((rect.right() - 116.0).max(words.right()), rect.top()),
        pos2(rect.right() - 20.0, rect.bottom()),
    );
    let passed = duration_text(time_at(run, shown) as f64);
    paint_right(ui, time, &passed, Text::Body, skin.color(Role::SecondText));
    let track = Rect::from_min_max(
        pos2(words.right(), rect.top() + 8.0),
        pos2(time.left(), rect.bottom() - 8.0),
    );
    if track.width() > 40.0 {
        show_track(ui, track, run, here, view, out);
    }
    separator_line(ui);
}

fn show_track(
    ui: &mut Ui,
    rect: Rect,
    run: &Run,
    here: usize,
    view: &mut ScrubberView,
    out: &mut Vec<Intent>,
) {
    let skin = Skin::of(ui.ctx());
    let total = run.events.len();
    let still = run.paused.is_some() || run.ended.is_some();
    let id = egui::Id::unique(("scrubber", run.id.0));
    let sense = if still {
        Sense::click_and_drag()
    } else {
        Sense::hover()
    };
    let response = ui.interact(rect.expand2(vec2(8.0, 0.0)), id, sense);
    let x_of = |event: usize| rect.left() + rect.width() * event as f32 / total.max(1) as f32;
    if let Some(at) = response.interact_pointer_pos() {
        let part = ((at.x - rect.left()) / rect.width()).clamp(0.0, 1.0);
        view.held = Some((part * total as f32).round() as usize);
    }
    let shown = view.held.unwrap_or(here);
    response.widget_info(|| {
        WidgetInfo::slider(still, shown as f64, format!("Event {shown} of {total}"))
    });
    let y = rect.center().y;
    let bar =
        |from: f32, to: f32| Rect::from_min_max(pos2(from, y - 2.0), pos2(to.max(from), y + 2.0));
    let round = CornerRadius::same(2);
    ui.painter().rect_filled(
        bar(rect.left(), rect.right()),
        round,
        skin.color(Role::Press),
    );
    ui.painter().rect_filled(
        bar(rect.left(), x_of(shown)),
        round,
        skin.color(Role::Accent),
    );
    paint_marks(ui, rect, run, skin);
    ui.painter()
        .circle_filled(pos2(x_of(shown), y), 8.0, skin.color(Role::Accent));
    if response.has_focus() {
        ui.painter()
            .circle_stroke(pos2(x_of(shown), y), 11.0, skin.stroke(2.0, Role::Accent));
        lock_arrows(ui, id);
        if ui.input(|input| input.key_pressed(egui::Key::ArrowLeft)) {
            out.push(Intent::Step(StepKind::Back));
        }
        if run.paused.is_some() && ui.input(|input| input.key_pressed(egui::Key::ArrowRight)) {
            out.push(Intent::Step(StepKind::Into));
        }
    }
    if response.drag_stopped() || response.clicked() {
        if let Some(moment) = view.held.and_then(|event| moment_before(run, event, here)) {
            out.push(Intent::GoBackTo(moment));
        }
        view.held = None;
    } else if !response.is_pointer_button_down_on() && !response.dragged() {
        view.held = None;
    }
    if let Some(held) = view.held.filter(|held| *held != here) {
        let name = moment_before(run, held, here)
            .and_then(|moment| run.trace.visit(moment))
            .map(|visit| format!("Before {}", visit.name));
        if let Some(name) = name {
            response.show_tooltip_text(name);
        }
    }
}

/// The number of the moment before the state in which an event happened: a moment is kept before
/// each state, so its number is the number of the visit.
fn moment_before(run: &Run, event: usize, here: usize) -> Option<usize> {
    if event >= here && run.paused.is_some() {
        return None;
    }
    let entered = run
        .trace
        .visits
        .partition_point(|visit| visit.entered_place < event.max(1));
    (!run.trace.visits.is_empty()).then(|| entered.saturating_sub(1))
}

/// Milliseconds from the start to the n-th event.
fn time_at(run: &Run, event: usize) -> i64 {
    let start = run.trace.started_at.unwrap_or_default();
    event
        .checked_sub(1)
        .and_then(|index| run.events.get(index))
        .map_or(0, |event| event.at - start)
}

/// One mark per event that tells something, the worst where several fall on one place.
fn paint_marks(ui: &Ui, rect: Rect, run: &Run, skin: Skin) {
    let total = run.events.len();
    let places = (rect.width() / 3.0).max(1.0) as usize;
    let mut marks: Vec<Option<Status>> = vec![None; places.min(total) + 1];
    let rank = |status: Option<Status>| match status {
        None => 0,
        Some(Status::Failed) => 3,
        Some(Status::Caught) => 2,
        Some(_) => 1,
    };
    let last = marks.len() - 1;
    for (index, event) in run.events.iter().enumerate() {
        let status = mark_of(&event.detail);
        let place = (index + 1) * last / total.max(1);
        if let Some(mark) = marks.get_mut(place)
            && rank(status) > rank(*mark)
        {
            *mark = status;
        }
    }
    for (place, mark) in marks.iter().enumerate() {
        if let Some(status) = mark {
            let x = rect.left() + rect.width() * place as f32 / last.max(1) as f32;
            let line = skin.stroke(2.0, Role::StatusLine(*status));
            let y = rect.center().y;
            ui.painter().vline(x, y - 10.0..=y + 10.0, line);
        }
    }
}

/// What an event means for the run; none where it is only on its way.
pub fn mark_of(detail: &EventDetail) -> Option<Status> {
    match detail {
        EventDetail::ExecutionSucceeded { .. }
        | EventDetail::StateExited { .. }
        | EventDetail::MapStateSucceeded
        | EventDetail::MapIterationSucceeded { .. }
        | EventDetail::MapRunSucceeded
        | EventDetail::ParallelStateSucceeded => Some(Status::Succeeded),
        EventDetail::ExecutionFailed { .. }
        | EventDetail::ExecutionTimedOut { .. }
        | EventDetail::MapStateFailed { .. }
        | EventDetail::MapIterationFailed { .. }
        | EventDetail::MapRunFailed { .. }
        | EventDetail::ParallelStateFailed { .. }
        | EventDetail::EvaluationFailed { .. } => Some(Status::Failed),
        EventDetail::ExecutionAborted { .. }
        | EventDetail::MapStateAborted
        | EventDetail::MapIterationAborted { .. }
        | EventDetail::MapRunAborted
        | EventDetail::ParallelStateAborted
        | EventDetail::WaitStateAborted
        | EventDetail::TaskStateAborted => Some(Status::Aborted),
        EventDetail::InputEdited { .. } => Some(Status::Paused),
        EventDetail::Task { event, .. } => match event.as_ref() {
            TaskEvent::LambdaFailed { .. }
            | TaskEvent::LambdaTimedOut { .. }
            | TaskEvent::ActivityFailed { .. }
            | TaskEvent::ActivityTimedOut { .. }
            | TaskEvent::Failed { .. }
            | TaskEvent::TimedOut { .. } => Some(Status::Caught),
            TaskEvent::LambdaSucceeded { .. }
            | TaskEvent::ActivitySucceeded { .. }
            | TaskEvent::Succeeded { .. } => Some(Status::Succeeded),
            TaskEvent::LambdaScheduled { .. }
            | TaskEvent::LambdaStarted
            | TaskEvent::ActivityScheduled { .. }
            | TaskEvent::ActivityStarted { .. }
            | TaskEvent::Scheduled { .. }
            | TaskEvent::Started { .. }
            | TaskEvent::Submitted { .. } => None,
        },
        EventDetail::ExecutionStarted { .. }
        | EventDetail::StateEntered { .. }
        | EventDetail::MapStateStarted { .. }
        | EventDetail::MapIterationStarted { .. }
        | EventDetail::ExecutionRedriven { .. }
        | EventDetail::MapRunStarted { .. }
        | EventDetail::MapRunRedriven { .. }
        | EventDetail::ParallelStateStarted => None,
    }
}

/// The state an event belongs to, as its own name.
pub fn state_name(event: &Event) -> String {
    event
        .state
        .as_ref()
        .map(crate::asl::StatePath::name)
        .unwrap_or_default()
}

fn lock_arrows(ui: &Ui, id: egui::Id) {
    ui.memory_mut(|memory| {
        memory.set_focus_lock_filter(
            id,
            egui::EventFilter {
                horizontal_arrows: true,
                ..egui::EventFilter::default()
            },
        );
    });
}
