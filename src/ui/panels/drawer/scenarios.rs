//! The scenarios of the companion file: what each is for, how it last went, and what all of them reach.

use egui::CornerRadius;
use egui::Rect;
use egui::Role as A11y;
use egui::ScrollArea;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::analyze::Coverage;
use crate::analyze::Tally;
use crate::editor::Command;
use crate::query::Value;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Action;
use crate::session::InputChoice;
use crate::session::Intent;
use crate::session::Session;
use crate::session::Tab;
use crate::sidecar::Scenario;
use crate::ui::panels::words::count;
use crate::ui::panels::words::paint_sentence;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::widgets::Button;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::link;
use crate::ui::widgets::separator_line;
use crate::ui::widgets::spoken;
use crate::ui::widgets::status_icon;

const ROW: f32 = 48.0;

/// What the list remembers.
#[derive(Clone, Debug, Default)]
pub struct ScenariosView {
    pub filter: String,
    coverage: Option<(CoverageKey, Option<Coverage>)>,
}

/// Document, revision, and the verdicts by place, revision and length of their path.
type CoverageKey = (u64, u64, Vec<(usize, u64, usize)>);

/// The whole panel below the tabs of the drawer.
pub fn show(ui: &mut Ui, session: &Session, view: &mut ScenariosView, out: &mut Vec<Intent>) {
    let Some(tab) = session.active() else {
        empty_state(
            ui,
            Icon::SCIENCE,
            "Open a workflow to see its scenarios",
            "",
        );
        return;
    };
    if tab.sidecar.scenarios.is_empty() {
        let more = "A scenario is an input, the answers of the tasks, and what should come of them";
        empty_state(ui, Icon::SCIENCE, "No scenarios yet", more);
        ui.vertical_centered(|ui| {
            ui.add_space(76.0);
            if ui
                .add(Button::new("Keep this input as a scenario"))
                .clicked()
            {
                out.extend(keep_input(tab));
            }
        });
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let coverage = view.coverage(tab);
    show_head(ui, session, tab, coverage.as_ref(), out);
    separator_line(ui);
    let words = view.filter.trim().to_lowercase();
    let hit = |scenario: &Scenario| {
        words.is_empty()
            || scenario.name.to_lowercase().contains(&words)
            || scenario.description.to_lowercase().contains(&words)
    };
    let shown: Vec<(usize, &Scenario)> = tab
        .sidecar
        .scenarios
        .iter()
        .enumerate()
        .filter(|(_, scenario)| hit(scenario))
        .collect();
    if shown.is_empty() {
        let text = format!("No scenario contains “{}”", view.filter);
        empty_state(ui, Icon::SEARCH, &text, "");
        return;
    }
    ScrollArea::vertical()
        .id_salt(("scenarios", tab.id.0))
        .auto_shrink([false, false])
        .show_rows(ui, ROW, shown.len(), |ui, range| {
            for (index, scenario) in shown.get(range).unwrap_or_default() {
                row(ui, tab, *index, scenario, out);
            }
        });
}

impl ScenariosView {
    fn coverage(&mut self, tab: &Tab) -> Option<Coverage> {
        let verdicts = tab.verdicts.iter();
        let key = (
            tab.id.0,
            tab.revision.id,
            verdicts
                .map(|(place, verdict)| (*place, verdict.revision, verdict.trace.visits.len()))
                .collect(),
        );
        match &self.coverage {
            Some((known, coverage)) if *known == key => coverage.clone(),
            _ => {
                let coverage = tab.coverage();
                self.coverage = Some((key, coverage.clone()));
                coverage
            }
        }
    }
}

fn show_head(
    ui: &mut Ui,
    session: &Session,
    tab: &Tab,
    coverage: Option<&Coverage>,
    out: &mut Vec<Intent>,
) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 44.0));
    let button = Rect::from_min_max(
        pos2(rect.right() - 16.0 - 104.0, rect.top() + 8.0),
        pos2(rect.right() - 16.0, rect.bottom() - 8.0),
    );
    put_at(ui, button, |ui| {
        let enabled = Action::RunScenarios.is_available(session) && tab.trying.is_empty();
        ui.add_enabled_ui(enabled, |ui| {
            let run_all = Button::new("Run all").icon(Icon::PLAY_ARROW).width(104.0);
            if ui.add(run_all).clicked() {
                out.push(Intent::Perform(Action::RunScenarios));
            }
        });
    });
    let area = Rect::from_min_max(
        pos2(rect.left() + 16.0, rect.top()),
        pos2(button.left() - 16.0, rect.bottom()),
    );
    let weak = skin.color(Role::SecondText);
    let Some(coverage) = coverage else {
        let words = "Run them to see which states and ways they reach";
        Text::Body.paint(ui, area, words, weak);
        return;
    };
    let words = coverage_words(coverage);
    let passed = tab
        .verdicts
        .values()
        .filter(|verdict| verdict.difference.is_none());
    let line = format!(
        "{} of {} passed  ·  {words}",
        passed.count(),
        tab.verdicts.len()
    );
    let id = egui::Id::unique(("coverage", tab.id.0));
    let response = ui.interact(area, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(A11y::Label, true, &line));
    let used = Text::Body.paint(ui, area, &line, skin.color(Role::Text));
    if let [first, rest @ ..] = coverage.missed.as_slice() {
        let more = match rest.len() {
            0 => format!("Not reached: {}", first.name()),
            others => format!("Not reached: {} and {others} more", first.name()),
        };
        let place = Rect::from_min_max(
            pos2(
                (area.left() + used + 20.0).min(area.right()),
                rect.center().y - 10.0,
            ),
            pos2(area.right(), rect.center().y + 10.0),
        );
        if place.width() > 60.0 {
            put_at(ui, place, |ui| {
                let names: Vec<String> = coverage
                    .missed
                    .iter()
                    .take(24)
                    .map(|path| path.name())
                    .collect();
                if link(ui, &more, Text::Body)
                    .on_hover_text(names.join("\n"))
                    .clicked()
                {
                    out.push(Intent::Select(crate::editor::Selection::states(
                        coverage.missed.clone(),
                    )));
                }
            });
        }
    }
}

/// "12 of 15 states, 14 of 20 transitions, 3 of 4 choice rules, 1 of 2 catchers"
fn coverage_words(coverage: &Coverage) -> String {
    let part = |tally: Tally, word: &str| {
        (tally.existing > 0).then(|| format!("{} of {}", tally.taken, count(tally.existing, word)))
    };
    let parts = [
        part(coverage.states, "state"),
        part(coverage.transitions, "transition"),
        part(coverage.choice_rules, "choice rule"),
        part(coverage.catchers, "catcher"),
        part(coverage.retriers, "retrier"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn row(ui: &mut Ui, tab: &Tab, index: usize, scenario: &Scenario, out: &mut Vec<Intent>) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let chosen = tab.input == InputChoice::Scenario(index);
    let id = egui::Id::unique(("scenario", tab.id.0, index));
    let response = ui.interact(rect, id, Sense::click());
    let (status, word, mut more) = verdict_words(tab, index);
    let verdict = tab.verdicts.get(&index);
    if let Some(note) = verdict
        .filter(|verdict| verdict.difference.is_none())
        .and_then(|verdict| verdict.notes.first())
    {
        more = format!("{more} · {note}");
    }
    let name = format!("{}, {word}", scenario.name);
    response.widget_info(|| WidgetInfo::selected(A11y::ListItem, true, chosen, &name));
    let ground = match (chosen, response.hovered() || response.has_focus()) {
        (true, _) => Some(Role::AccentFill),
        (false, true) => Some(Role::Hover),
        (false, false) => None,
    };
    if let Some(ground) = ground {
        let rect = rect.shrink2(vec2(4.0, 1.0));
        ui.painter()
            .rect_filled(rect, CornerRadius::same(6), skin.color(ground));
    }
    let color = skin.color(match status {
        Status::NotReached => Role::WeakText,
        status => Role::StatusText(status),
    });
    paint_icon(
        ui,
        pos2(rect.left() + 26.0, rect.center().y),
        status_icon(status),
        18.0,
        color,
    );
    let buttons = 232.0;
    let right = rect.right() - 16.0 - buttons;
    let middle = rect.left() + ((right - rect.left()) * 0.46).max(200.0);
    let line = |top: f32, left: f32, right: f32| {
        Rect::from_min_max(
            pos2(left, rect.top() + top),
            pos2(right.max(left), rect.top() + top + 20.0),
        )
    };
    let left = rect.left() + 46.0;
    let role = if chosen { Text::Strong } else { Text::Body };
    role.paint(
        ui,
        line(4.0, left, middle - 16.0),
        &scenario.name,
        skin.color(Role::Text),
    );
    let weak = skin.color(Role::WeakText);
    Text::Small.paint(
        ui,
        line(23.0, left, middle - 16.0),
        &scenario.description,
        weak,
    );
    Text::Body.paint(ui, line(4.0, middle, right - 16.0), word, color);
    let area = line(23.0, middle, right - 16.0);
    let used = paint_sentence(ui, area, &more, Text::Small, skin.color(Role::SecondText));
    show_buttons(ui, rect, buttons, tab, index, chosen, out);
    if response.clicked() {
        out.push(Intent::ChooseScenario(index));
    }
    if used > area.width() - 1.0 {
        response.on_hover_text_at_pointer(spoken(&more));
    }
}

fn show_buttons(
    ui: &mut Ui,
    row: Rect,
    width: f32,
    tab: &Tab,
    index: usize,
    chosen: bool,
    out: &mut Vec<Intent>,
) {
    let area = Rect::from_min_max(
        pos2(row.right() - 16.0 - width, row.center().y - 12.0),
        pos2(row.right() - 16.0, row.center().y + 12.0),
    );
    let name = tab
        .sidecar
        .scenarios
        .get(index)
        .map_or("", |scenario| scenario.name.as_str());
    put_at(ui, area, |ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            let check = format!("Check {name}");
            let button = Button::new("Check")
                .icon(Icon::FACT_CHECK)
                .small()
                .name(&check);
            let idle = !tab.trying.contains(&index);
            if ui.add_enabled_ui(idle, |ui| ui.add(button).clicked()).inner {
                out.push(Intent::TryScenario(index));
            }
            let live = tab.run.as_ref().is_some_and(crate::session::Run::is_live);
            let run = format!("Run {name}");
            let button = Button::new("Run").icon(Icon::PLAY_ARROW).small().name(&run);
            if ui
                .add_enabled_ui(!live, |ui| ui.add(button).clicked())
                .inner
            {
                out.push(Intent::ChooseScenario(index));
                out.push(Intent::Perform(Action::Run));
            }
            let choose = format!("Use {name} as input");
            let words = if chosen { "Input" } else { "Use" };
            let button = Button::new(words)
                .icon(Icon::DATA_OBJECT)
                .small()
                .name(&choose)
                .selected(chosen);
            if ui.add(button).clicked() {
                out.push(Intent::ChooseScenario(index));
            }
        });
    });
}

/// Status, word and what there is to say about the latest verdict.
fn verdict_words(tab: &Tab, index: usize) -> (Status, &'static str, String) {
    if tab.trying.contains(&index) {
        return (Status::Running, "Running", String::new());
    }
    let Some(verdict) = tab.verdicts.get(&index) else {
        return (Status::NotReached, "Not run yet", String::new());
    };
    let stale = verdict.revision != tab.revision.id;
    let note = if stale {
        "before the latest change"
    } else {
        ""
    };
    match (&verdict.difference, stale) {
        (None, false) => {
            let path = count(verdict.trace.visits.len(), "visit");
            (Status::Succeeded, "Passed", path)
        }
        (None, true) => (Status::NotReached, "Passed", note.to_owned()),
        (Some(difference), false) => (Status::Failed, "Failed", difference.clone()),
        (Some(difference), true) => (
            Status::NotReached,
            "Failed",
            format!("{difference}, {note}"),
        ),
    }
}

/// The intent that keeps the present input as the first scenario of the companion file.
pub fn keep_input(tab: &Tab) -> Option<Intent> {
    let input = Value::parse(&tab.input_text).ok()?;
    Some(keep_as(tab, input))
}

/// The intent that adds a scenario with an input and nothing else.
pub fn keep_as(tab: &Tab, input: Value) -> Intent {
    let count = tab.sidecar.scenarios.len();
    let name = (count + 1..)
        .map(|number| format!("Scenario {number}"))
        .find(|name| tab.sidecar.scenario(name).is_none())
        .unwrap_or_default();
    let scenario = Value::object([
        ("name", Value::string(name)),
        ("description", Value::string("")),
        ("input", input),
    ]);
    let (pointer, value) = if count == 0 {
        ("/scenarios".to_owned(), Value::array(vec![scenario]))
    } else {
        (format!("/scenarios/{count}"), scenario)
    };
    Intent::Edit(Command::SidecarSet {
        pointer,
        value: Some(value.to_json()),
    })
}
