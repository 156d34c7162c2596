//! The events of a run as AWS lists them: only the visible rows are built; one opens beside the list.

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
use crate::query::Value;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Intent;
use crate::session::Run;
use crate::session::Session;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::view::Outbox;
use crate::ui::view::View;
use crate::ui::widgets::JsonTree;
use crate::ui::widgets::duration_text;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::one_line;

const ROW: f32 = 28.0;

/// The list, filtered by type, state or data.
pub fn show(ui: &mut Ui, session: &Session, view: &mut View, out: &mut Outbox) {
    let run = session.active().and_then(|tab| tab.run.as_ref());
    let Some(run) = run.filter(|run| !run.events.is_empty()) else {
        empty_state(ui, Icon::LIST, "Events appear here during a run", "");
        return;
    };
    let chosen = view
        .chosen_event
        .and_then(|id| run.events.iter().find(|event| event.id == id));
    let area = ui.available_rect_before_wrap();
    let list = match chosen {
        Some(_) => Rect::from_min_max(area.min, pos2(area.center().x + 80.0, area.bottom())),
        None => area,
    };
    ui.scope_builder(egui::UiBuilder::new().max_rect(list), |ui| {
        events(ui, run, view, out, &|_| true, "all events");
    });
    if let Some(event) = chosen {
        let skin = Skin::of(ui.ctx());
        let line = skin.stroke(1.0, Role::Line);
        ui.painter().vline(list.right(), area.y_range(), line);
        let side = Rect::from_min_max(
            pos2(list.right() + 12.0, area.top() + 8.0),
            pos2(area.right() - 8.0, area.bottom()),
        );
        let value = Value::parse(&event.to_json().to_string()).unwrap_or_default();
        ui.scope_builder(egui::UiBuilder::new().max_rect(side), |ui| {
            let id = egui::Id::unique("event detail");
            JsonTree::new(&value).show(ui, id, view.tree("event"));
        });
    }
}

/// The events of a run that a caller wants, as a virtualised list.
pub fn events(
    ui: &mut Ui,
    run: &Run,
    view: &mut View,
    out: &mut Outbox,
    wanted: &dyn Fn(&Event) -> bool,
    salt: &str,
) {
    let words = view.drawer_filter.to_lowercase();
    let shown: Vec<&Event> = run
        .events
        .iter()
        .filter(|event| wanted(event))
        .filter(|event| words.is_empty() || holds(event, &words))
        .collect();
    if shown.is_empty() {
        let text = format!("No event contains “{}”", view.drawer_filter);
        empty_state(ui, Icon::SEARCH, &text, "");
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical()
        .id_salt(salt)
        .auto_shrink([false, false])
        .stick_to_bottom(run.is_live())
        .show_rows(ui, ROW, shown.len(), |ui, range| {
            for event in shown.get(range).unwrap_or_default() {
                row(ui, run, event, view, out);
            }
        });
}

fn row(ui: &mut Ui, run: &Run, event: &Event, view: &mut View, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let id = ui.scope_id().with(("event", event.id));
    let response = ui.interact(rect, id, Sense::click());
    let selected = view.chosen_event == Some(event.id);
    let kind = event.type_name();
    let state = event
        .state
        .as_ref()
        .map(|path| path.name())
        .unwrap_or_default();
    let name = format!("{} {kind} {state}", event.id);
    response.widget_info(|| WidgetInfo::selected(A11y::Row, true, selected, &name));
    let ground = if selected {
        Some(Role::AccentFill)
    } else if response.hovered() || response.has_focus() {
        Some(Role::Hover)
    } else {
        None
    };
    if let Some(ground) = ground {
        let place = rect.shrink2(vec2(8.0, 0.0));
        ui.painter()
            .rect_filled(place, CornerRadius::same(6), skin.color(ground));
    }
    let width = rect.width();
    let wide = width > 560.0;
    let number_right = rect.left() + 48.0;
    let kind_left = number_right + 16.0;
    let state_left = kind_left + if wide { width * 0.22 } else { width * 0.5 };
    let detail_left = state_left + width * 0.18;
    let cell = |left: f32, right: f32| {
        Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()))
    };
    let weak = skin.color(Role::WeakText);
    let number = event.id.to_string();
    let number_width = Text::Code.width(ui, &number);
    Text::Code.paint(
        ui,
        cell(number_right - number_width, number_right + 1.0),
        &number,
        weak,
    );
    let failed = kind.ends_with("Failed") || kind.ends_with("TimedOut");
    let color = if failed {
        Role::StatusText(Status::Failed)
    } else {
        Role::Text
    };
    Text::Body.paint(
        ui,
        cell(kind_left, state_left - 8.0),
        &kind,
        skin.color(color),
    );
    let start = run.trace.started_at.unwrap_or(event.at);
    let after = duration_text((event.at - start) as f64);
    let after_width = Text::Small.width(ui, &after);
    let after_left = rect.right() - 16.0 - after_width;
    Text::Small.paint(ui, cell(after_left, rect.right() - 15.0), &after, weak);
    let second = skin.color(Role::SecondText);
    let state_end = if wide { detail_left } else { after_left };
    Text::Small.paint(ui, cell(state_left, state_end - 8.0), &state, second);
    if wide && let Some(detail) = payload(event) {
        let text = one_line(detail, 160);
        Text::Code.paint(ui, cell(detail_left, after_left - 16.0), &text, weak);
    }
    if response.clicked() {
        view.chosen_event = (!selected).then_some(event.id);
        if let Some(state) = &event.state {
            out.push(Intent::Reveal(state.clone()));
        }
    }
}

fn holds(event: &Event, words: &str) -> bool {
    event.type_name().to_lowercase().contains(words)
        || event
            .state
            .as_ref()
            .is_some_and(|state| state.name().to_lowercase().contains(words))
        || payload(event).is_some_and(|value| {
            value.json_len() < 100_000 && value.to_json().to_lowercase().contains(words)
        })
}

/// The payload an event carries, where it carries one.
fn payload(event: &Event) -> Option<&Value> {
    match &event.detail {
        EventDetail::ExecutionStarted { input, .. } | EventDetail::StateEntered { input, .. } => {
            Some(input)
        }
        EventDetail::ExecutionSucceeded { output, .. }
        | EventDetail::StateExited { output, .. } => Some(output),
        _ => None,
    }
}
