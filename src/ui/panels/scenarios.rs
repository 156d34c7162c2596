//! Scenarios: inputs with mocks and expectations; run one or all, and see which hold.

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
use crate::session::Action;
use crate::session::InputChoice;
use crate::session::Intent;
use crate::session::Session;
use crate::session::Tab;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::view::Outbox;
use crate::ui::view::View;
use crate::ui::widgets::Button;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::status_icon;

const ROW: f32 = 32.0;

/// The list with verdicts, and the button that runs them all.
pub fn show(ui: &mut Ui, session: &Session, _view: &mut View, out: &mut Outbox) {
    let Some(tab) = session.active() else {
        return;
    };
    if tab.sidecar.scenarios.is_empty() {
        empty_state(
            ui,
            Icon::CHECKLIST,
            "No scenarios yet",
            "A scenario is an input with mocks and what should come of it, kept beside the definition",
        );
        return;
    }
    head(ui, session, tab, out);
    ScrollArea::vertical()
        .id_salt("scenarios")
        .auto_shrink([false, false])
        .show_rows(ui, ROW, tab.sidecar.scenarios.len(), |ui, range| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for index in range {
                row(ui, tab, index, out);
            }
        });
}

fn head(ui: &mut Ui, session: &Session, tab: &Tab, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    ui.horizontal(|ui| {
        ui.set_height(40.0);
        ui.add_space(16.0);
        let all = Button::new("Run all").icon(Icon::PLAY_ARROW);
        let enabled = Action::RunScenarios.is_available(session) && tab.trying.is_empty();
        if ui.add_enabled(enabled, all).clicked() {
            out.push(Intent::Perform(Action::RunScenarios));
        }
        let fresh: Vec<bool> = tab
            .verdicts
            .values()
            .filter(|verdict| verdict.revision == tab.revision.id)
            .map(|verdict| verdict.difference.is_none())
            .collect();
        let held = fresh.iter().filter(|held| **held).count();
        let words = if !tab.trying.is_empty() {
            format!("{} running", tab.trying.len())
        } else if fresh.is_empty() {
            "Not run since the last change".to_owned()
        } else {
            format!("{held} of {} hold", fresh.len())
        };
        ui.label(Text::Small.rich(words).color(skin.color(Role::WeakText)));
        if let Some(coverage) = tab.coverage() {
            let text = format!(
                "· {} of {} states visited",
                coverage.states.taken, coverage.states.existing
            );
            ui.label(Text::Small.rich(text).color(skin.color(Role::WeakText)));
        }
    });
}

fn row(ui: &mut Ui, tab: &Tab, index: usize, out: &mut Outbox) {
    let Some(scenario) = tab.sidecar.scenarios.get(index) else {
        return;
    };
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let id = egui::Id::unique(("scenario", index));
    let response = ui.interact(rect, id, Sense::click());
    let verdict = tab.verdicts.get(&index);
    let stale = verdict.is_some_and(|verdict| verdict.revision != tab.revision.id);
    let (icon, role, words) = if tab.trying.contains(&index) {
        (
            status_icon(Status::Running),
            Role::StatusText(Status::Running),
            "Running".to_owned(),
        )
    } else {
        match verdict.map(|verdict| verdict.difference.as_deref()) {
            None => (Icon::RADIO_BUTTON_UNCHECKED, Role::WeakText, String::new()),
            Some(None) => (
                status_icon(Status::Succeeded),
                Role::StatusText(Status::Succeeded),
                "Holds".to_owned(),
            ),
            Some(Some(difference)) => (
                status_icon(Status::Failed),
                Role::StatusText(Status::Failed),
                difference.to_owned(),
            ),
        }
    };
    let role = if stale { Role::WeakText } else { role };
    let chosen = tab.input == InputChoice::Scenario(index);
    let name = format!("{}: {words}", scenario.name);
    response.widget_info(|| WidgetInfo::selected(A11y::ListItem, true, chosen, &name));
    let shown = rect.shrink2(vec2(8.0, 1.0));
    let ground = if chosen {
        Some(Role::AccentFill)
    } else if response.hovered() || response.has_focus() {
        Some(Role::Hover)
    } else {
        None
    };
    if let Some(ground) = ground {
        let fill = skin.color(ground);
        ui.painter().rect_filled(shown, CornerRadius::same(6), fill);
    }
    let y = rect.center().y;
    let ink = skin.color(role);
    paint_icon(ui, pos2(rect.left() + 24.0, y), icon, 16.0, ink);
    let buttons = 152.0;
    let middle = rect.left() + rect.width() * 0.56;
    let area = |left: f32, right: f32| {
        Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()))
    };
    let title = if chosen { Text::Strong } else { Text::Body };
    let used = title.paint(
        ui,
        area(rect.left() + 44.0, middle - 16.0),
        &scenario.name,
        skin.color(Role::Text),
    );
    let left = rect.left() + 44.0 + used + 12.0;
    if left + 40.0 < middle {
        Text::Small.paint(
            ui,
            area(left, middle - 16.0),
            &scenario.description,
            skin.color(Role::WeakText),
        );
    }
    let words = if stale && !words.is_empty() {
        format!("{words} (before the last change)")
    } else {
        words
    };
    Text::Small.paint(ui, area(middle, rect.right() - buttons - 24.0), &words, ink);
    let mut right = rect.right() - 16.0;
    let watch = Rect::from_min_max(
        pos2(right - 68.0, rect.top() + 4.0),
        pos2(right, rect.bottom() - 4.0),
    );
    right = watch.left() - 8.0;
    let watch_name = format!("Watch {}", scenario.name);
    let button = Button::new("Watch").small().width(68.0).name(&watch_name);
    if ui.place(watch, button).clicked() {
        out.push(Intent::ChooseScenario(index));
        out.push(Intent::Perform(Action::Run));
    }
    let check = Rect::from_min_max(
        pos2(right - 68.0, rect.top() + 4.0),
        pos2(right, rect.bottom() - 4.0),
    );
    let check_name = format!("Check {}", scenario.name);
    let button = Button::new("Check").small().width(68.0).name(&check_name);
    if ui.place(check, button).clicked() {
        out.push(Intent::TryScenario(index));
    }
    if response.clicked() {
        out.push(Intent::ChooseScenario(index));
    }
    if !words.is_empty() {
        response.on_hover_text(words);
    }
}
