//! Choosers: which visit of a state is shown, and for a Map or Parallel which iteration or branch.

use std::collections::BTreeMap;

use egui::Popup;
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
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::scene::visit_status;
use crate::session::Intent;
use crate::session::Run;
use crate::trace::Visit;
use crate::trace::VisitStatus;
use crate::ui::panels::inspector::run::Shown;
use crate::ui::panels::words::count;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::widgets::Row;
use crate::ui::widgets::RowEnd;
use crate::ui::widgets::duration_text;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::status_icon;

/// One that can be chosen.
struct Choice {
    words: String,
    weak: String,
    status: Status,
    intent: Intent,
}

/// A row for the visits of the state where there are several, one for what lies inside a container.
pub(crate) fn show(ui: &mut Ui, shown: Shown<'_>, path: &StatePath, out: &mut Vec<Intent>) {
    let visits: Vec<&Visit> = shown.run.trace.visits_of(path).collect();
    let pending = shown
        .run
        .paused
        .as_ref()
        .filter(|pause| pause.state == *path);
    if visits.len() + usize::from(pending.is_some()) > 1 {
        let mut choices: Vec<Choice> = Vec::with_capacity(visits.len() + 1);
        choices.extend(visits.iter().enumerate().map(|(place, visit)| Choice {
            words: visit_words(shown.run, visit, place, visits.len()),
            weak: duration_text(visit.duration(shown.run.trace.latest) as f64),
            status: visit_status(visit.status),
            intent: Intent::SelectVisit(visit.index),
        }));
        if pending.is_some() {
            choices.push(Choice {
                words: "Before the next visit".to_owned(),
                weak: String::new(),
                status: Status::Paused,
                intent: Intent::Reveal(path.clone()),
            });
        }
        let current = match shown.visit {
            Some(visit) => visits.iter().position(|known| known.index == visit.index),
            None => Some(choices.len() - 1),
        };
        chooser(ui, "visit", &choices, current, None, out);
    }
    if let Some(visit) = shown.visit
        && visit.kind.is_container()
    {
        let inside = inside(shown.run, visit);
        if !inside.is_empty() {
            let summary = summary(visit.kind, &inside);
            chooser(ui, "inside", &inside, None, Some(&summary), out);
        }
    }
}

fn visit_words(run: &Run, visit: &Visit, place: usize, of: usize) -> String {
    let container = visit.parent.and_then(|parent| run.trace.visit(parent));
    match (
        container.map(|container| container.kind),
        visit.lane_index(),
    ) {
        (Some(StateKind::Map), Some(index)) => format!("Iteration #{index}"),
        _ => format!("Visit {} of {of}", place + 1),
    }
}

/// The iterations or branches of one visit of a container, with the status of each.
fn inside(run: &Run, container: &Visit) -> Vec<Choice> {
    let mut lanes: BTreeMap<(u32, usize), Vec<&Visit>> = BTreeMap::new();
    let within = run.trace.visits.iter().skip(container.index + 1);
    for visit in within.filter(|visit| visit.parent == Some(container.index)) {
        let step = visit.lane.0.last();
        let key = step.map_or((0, 0), |step| (step.attempt, step.index));
        lanes.entry(key).or_default().push(visit);
    }
    let last_attempt = lanes
        .keys()
        .map(|(attempt, _)| *attempt)
        .max()
        .unwrap_or_default();
    lanes
        .into_iter()
        .filter(|((attempt, _), _)| *attempt == last_attempt)
        .filter_map(|((_, index), visits)| {
            let telling = visits
                .iter()
                .rfind(|visit| visit.status == VisitStatus::Failed)
                .or_else(|| visits.iter().rfind(|visit| visit.is_open()))
                .or(visits.last())?;
            let begun = visits.first()?.entered_at;
            let words = match container.kind {
                StateKind::Parallel => format!("Branch {}, {}", index + 1, visits.first()?.name),
                _ => format!("Iteration #{index}"),
            };
            let end = telling.ended_at.unwrap_or(run.trace.latest);
            let status = match telling.status {
                VisitStatus::Caught => Status::Succeeded,
                status => visit_status(status),
            };
            Some(Choice {
                words,
                weak: duration_text((end - begun).max(0) as f64),
                status,
                intent: Intent::SelectVisit(telling.index),
            })
        })
        .collect()
}

/// "3 iterations: 2 succeeded, 1 failed"
fn summary(kind: StateKind, choices: &[Choice]) -> String {
    let number = choices.len();
    let what = match kind {
        StateKind::Parallel if number == 1 => "1 branch".to_owned(),
        StateKind::Parallel => format!("{number} branches"),
        _ => count(number, "iteration"),
    };
    let parts: Vec<String> = [
        Status::Running,
        Status::Failed,
        Status::Aborted,
        Status::Succeeded,
    ]
    .into_iter()
    .filter_map(|status| {
        let alike = choices
            .iter()
            .filter(|choice| choice.status == status)
            .count();
        (alike > 0).then(|| format!("{alike} {}", status.word().to_lowercase()))
    })
    .collect();
    format!("{what}: {}", parts.join(", "))
}

/// Back, what is shown with a list to choose from, forward; 36 high.
fn chooser(
    ui: &mut Ui,
    what: &str,
    choices: &[Choice],
    current: Option<usize>,
    title: Option<&str>,
    out: &mut Vec<Intent>,
) {
    let skin = Skin::of(ui.ctx());
    let (_, row) = ui.allocate_space(vec2(ui.available_width(), 36.0));
    let stepping = current.is_some();
    let mut left = row.left() + 16.0;
    let mut right = row.right() - 16.0;
    if stepping {
        let step = |ui: &mut Ui, left: f32, icon: Icon, name: &str, to: Option<&Choice>| {
            let place = Rect::from_min_size(pos2(left, row.top() + 2.0), vec2(28.0, 28.0));
            put_at(ui, place, |ui| {
                ui.add_enabled_ui(to.is_some(), |ui| icon_button(ui, icon, name).clicked())
                    .inner
            })
            .then(|| to.map(|choice| choice.intent.clone()))
            .flatten()
        };
        let before = current
            .and_then(|at| at.checked_sub(1))
            .and_then(|at| choices.get(at));
        let after = current.and_then(|at| choices.get(at + 1));
        out.extend(step(ui, left, Icon::CHEVRON_LEFT, "Previous visit", before));
        out.extend(step(
            ui,
            right - 28.0,
            Icon::CHEVRON_RIGHT,
            "Next visit",
            after,
        ));
        left += 32.0;
        right -= 32.0;
    }
    let rect = Rect::from_min_max(pos2(left, row.top() + 2.0), pos2(right, row.top() + 30.0));
    let id = egui::Id::unique(("run chooser", what));
    let response = ui.interact(rect, id, Sense::click());
    let shown = current.and_then(|at| choices.get(at));
    let words = match (title, shown) {
        (Some(title), _) => title.to_owned(),
        (None, Some(choice)) => choice.words.clone(),
        (None, None) => String::new(),
    };
    let spoken = shown.map_or_else(
        || words.clone(),
        |choice| format!("{words}, {}", choice.status.word()),
    );
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(A11y::ComboBox, true, format!("Choose {what}"));
        info.current_text_value = Some(spoken.clone());
        info
    });
    let ground = if response.hovered() {
        Role::Hover
    } else {
        Role::Raised
    };
    let border = if response.has_focus() {
        skin.stroke(2.0, Role::Accent)
    } else {
        skin.stroke(1.0, Role::Border)
    };
    ui.painter().rect(
        rect,
        6.0,
        skin.color(ground),
        border,
        egui::StrokeKind::Inside,
    );
    let mut x = rect.left() + 10.0;
    if let Some(choice) = shown {
        let color = skin.color(Role::StatusText(choice.status));
        paint_icon(
            ui,
            pos2(x + 7.0, rect.center().y),
            status_icon(choice.status),
            16.0,
            color,
        );
        x += 24.0;
    }
    let area = Rect::from_min_max(
        pos2(x, rect.top()),
        pos2(rect.right() - 28.0, rect.bottom()),
    );
    Text::Body.paint(ui, area, &words, skin.color(Role::Text));
    let arrow = pos2(rect.right() - 15.0, rect.center().y);
    paint_icon(
        ui,
        arrow,
        Icon::EXPAND_MORE,
        16.0,
        skin.color(Role::SecondText),
    );
    Popup::menu(&response)
        .width(rect.width())
        .gap(2.0)
        .show(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let height = (choices.len() as f32 * 28.0).min(336.0);
            ui.set_min_size(vec2(rect.width() - 8.0, height));
            ScrollArea::vertical()
                .max_height(336.0)
                .auto_shrink([false, true])
                .show_rows(ui, 28.0, choices.len(), |ui, range| {
                    for (place, choice) in choices
                        .iter()
                        .enumerate()
                        .skip(range.start)
                        .take(range.len())
                    {
                        let name = format!("{}, {}", choice.words, choice.status.word());
                        let row = Row {
                            icon: Some((
                                status_icon(choice.status),
                                Role::StatusText(choice.status),
                            )),
                            weak: choice.status.word(),
                            end: RowEnd::Words(&choice.weak),
                            selected: current == Some(place),
                            name: Some(&name),
                            ..Row::new(&choice.words)
                        };
                        if row.show(ui, id.with(place), Sense::click()).0.clicked() {
                            out.push(choice.intent.clone());
                            ui.close();
                        }
                    }
                });
        });
}
