//! What is wrong with the definition, with the way to it and, where there is one, the fix.

use egui::CornerRadius;
use egui::Rect;
use egui::Role as A11y;
use egui::ScrollArea;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::asl::Diagnostic;
use crate::scene::Icon;
use crate::scene::Role;
use crate::session::Intent;
use crate::session::Session;
use crate::session::Tab;
use crate::text::LineIndex;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::view::Outbox;
use crate::ui::view::View;
use crate::ui::widgets::Button;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::severity_icon;

const ROW: f32 = 32.0;

/// The list, errors first in the order of the text.
pub fn show(ui: &mut Ui, session: &Session, view: &mut View, out: &mut Outbox) {
    let Some(tab) = session.active() else {
        empty_state(ui, Icon::CHECK_CIRCLE, "No problems", "");
        return;
    };
    let words = view.drawer_filter.to_lowercase();
    let found: Vec<(usize, &Diagnostic)> = tab
        .revision
        .diagnostics
        .iter()
        .enumerate()
        .filter(|(_, problem)| words.is_empty() || problem.message.to_lowercase().contains(&words))
        .collect();
    if found.is_empty() {
        let text = if words.is_empty() {
            "No problems".to_owned()
        } else {
            format!("No problem contains “{}”", view.drawer_filter)
        };
        empty_state(ui, Icon::CHECK_CIRCLE, &text, "");
        return;
    }
    let lines = LineIndex::new(tab.text());
    ui.add_space(4.0);
    ScrollArea::vertical()
        .id_salt("problems")
        .auto_shrink([false, false])
        .show_rows(ui, ROW, found.len(), |ui, range| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (index, problem) in found.get(range).unwrap_or_default() {
                row(ui, tab, &lines, *index, problem, out);
            }
        });
}

fn row(
    ui: &mut Ui,
    tab: &Tab,
    lines: &LineIndex,
    index: usize,
    problem: &Diagnostic,
    out: &mut Outbox,
) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let id = egui::Id::unique(("problem", index));
    let response = ui.interact(rect, id, Sense::click());
    let name = format!("{}: {}", problem.severity.name(), problem.message);
    response.widget_info(|| WidgetInfo::labeled(A11y::ListItem, true, &name));
    let shown = rect.shrink2(vec2(8.0, 1.0));
    if response.hovered() || response.has_focus() {
        let fill = skin.color(Role::Hover);
        ui.painter().rect_filled(shown, CornerRadius::same(6), fill);
    }
    let y = rect.center().y;
    let (icon, status) = severity_icon(problem.severity);
    let ink = skin.color(Role::StatusText(status));
    paint_icon(ui, pos2(rect.left() + 24.0, y), icon, 16.0, ink);
    let place = lines.locate(tab.text(), problem.span.start);
    let fix = problem.fix.as_ref();
    let fix_width = fix.map_or(0.0, |fix| Text::Label.width(ui, &fix.label) + 24.0);
    let right = rect.right() - 16.0 - fix_width;
    let place_left = (rect.left() + rect.width() * 0.66).min(right - 72.0);
    let state_left = (rect.left() + rect.width() * 0.51).min(place_left - 120.0);
    let area = |left: f32, right: f32| {
        Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()))
    };
    let message = area(rect.left() + 44.0, state_left - 16.0);
    Text::Body.paint(ui, message, &problem.message, skin.color(Role::Text));
    let state = tab
        .revision
        .machine
        .state_at(&tab.revision.tree, problem.span.start);
    let state_words = state.map_or("Workflow", |state| state.name.as_ref());
    Text::Label.paint(
        ui,
        area(state_left, place_left - 16.0),
        state_words,
        skin.color(Role::Accent),
    );
    Text::Small.paint(
        ui,
        area(place_left, right - 8.0),
        &format!("{}:{}", place.line, place.column),
        skin.color(Role::WeakText),
    );
    if let Some(fix) = fix {
        let place = Rect::from_min_max(
            pos2(right, rect.top() + 4.0),
            pos2(rect.right() - 16.0, rect.bottom() - 4.0),
        );
        let button = Button::new(&fix.label).small().width(place.width());
        if ui.place(place, button).clicked() {
            out.push(Intent::FixProblem(index));
        }
    }
    if response.clicked() {
        out.push(Intent::RevealText(problem.span.start));
    }
    let mut hover = problem.message.clone();
    for hint in &problem.hints {
        hover.push('\n');
        hover.push_str(hint);
    }
    response.on_hover_text(hover);
}
