//! What is wrong with the definition and its companion file: a row each, with a way to mend it.

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
use crate::asl::Severity;
use crate::asl::State;
use crate::scene::Icon;
use crate::scene::Role;
use crate::session::Intent;
use crate::session::Session;
use crate::session::Tab;
use crate::text::LineIndex;
use crate::ui::panels::words::paint_sentence;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::widgets::Button;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::link;
use crate::ui::widgets::severity_icon;
use crate::ui::widgets::spoken;

const ROW: f32 = 32.0;

/// What the list remembers.
#[derive(Clone, Debug, Default)]
pub struct ProblemsView {
    pub filter: String,
    lines: Option<(u64, LineIndex)>,
    found: Option<((u64, bool), String, Vec<Problem>)>,
}

/// A row: the n-th diagnostic of the definition, or the n-th problem of the companion file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    Definition(usize),
    Companion(usize),
}

/// The whole panel below the tabs of the drawer.
pub fn show(ui: &mut Ui, session: &Session, view: &mut ProblemsView, out: &mut Vec<Intent>) {
    let Some(tab) = session.active() else {
        empty_state(ui, Icon::CHECK_CIRCLE, "No problems", "");
        return;
    };
    let rows = view.rows(tab);
    if rows.is_empty() {
        if view.filter.trim().is_empty() {
            empty_state(ui, Icon::CHECK_CIRCLE, "No problems", "");
        } else {
            let text = format!("No problem contains “{}”", view.filter);
            empty_state(ui, Icon::SEARCH, &text, "");
        }
        return;
    }
    let revision = tab.revision.id;
    if view.lines.as_ref().is_none_or(|(id, _)| *id != revision) {
        view.lines = Some((revision, LineIndex::new(tab.text())));
    }
    let Some((_, lines)) = &view.lines else {
        return;
    };
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.add_space(4.0);
    ScrollArea::vertical()
        .id_salt(("problems", tab.id.0))
        .auto_shrink([false, false])
        .show_rows(ui, ROW, rows.len(), |ui, range| {
            for row in rows.get(range).unwrap_or_default() {
                match row {
                    Problem::Definition(index) => {
                        if let Some(diagnostic) = tab.revision.diagnostics.get(*index) {
                            definition_row(ui, tab, lines, *index, diagnostic, out);
                        }
                    }
                    Problem::Companion(index) => {
                        if let Some(problem) = tab.sidecar.problems.get(*index) {
                            companion_row(ui, *index, problem);
                        }
                    }
                }
            }
        });
}

impl ProblemsView {
    fn rows(&mut self, tab: &Tab) -> Vec<Problem> {
        let words = self.filter.trim().to_lowercase();
        let shown = (tab.revision.id, tab.revision.checked);
        if let Some((revision, filter, rows)) = &self.found
            && (*revision, filter) == (shown, &words)
        {
            return rows.clone();
        }
        let hit = |text: &str| words.is_empty() || text.to_lowercase().contains(&words);
        let definition = tab.revision.diagnostics.iter().enumerate();
        let mut rows: Vec<Problem> = definition
            .filter(|(_, problem)| {
                hit(&problem.message)
                    || hit(problem.code)
                    || hit(&problem.pointer)
                    || hit(problem.severity.name())
            })
            .map(|(index, _)| Problem::Definition(index))
            .collect();
        let companion = tab.sidecar.problems.iter().enumerate();
        rows.extend(
            companion
                .filter(|(_, problem)| hit(problem))
                .map(|(index, _)| Problem::Companion(index)),
        );
        self.found = Some((shown, words, rows.clone()));
        rows
    }
}

fn definition_row(
    ui: &mut Ui,
    tab: &Tab,
    lines: &LineIndex,
    index: usize,
    problem: &Diagnostic,
    out: &mut Vec<Intent>,
) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let id = egui::Id::unique(("problem", tab.id.0, index));
    let response = ui.interact(rect, id, Sense::click());
    let place = lines.locate(tab.text(), problem.span.start);
    let place = format!("{}:{}", place.line, place.column);
    let state = state_of(tab, problem);
    let name = format!(
        "{}: {}, line {place}",
        problem.severity.name(),
        spoken(&problem.message)
    );
    response.widget_info(|| WidgetInfo::labeled(A11y::ListItem, true, &name));
    ground(ui, rect, &response);
    let columns = Columns::new(rect);
    let (icon, status) = severity_icon(problem.severity);
    let color = skin.color(Role::StatusText(status));
    paint_icon(
        ui,
        pos2(rect.left() + 24.0, rect.center().y),
        icon,
        18.0,
        color,
    );
    let used = paint_sentence(
        ui,
        columns.message,
        &problem.message,
        Text::Body,
        skin.color(Role::Text),
    );
    Text::Small.paint(ui, columns.place, &place, skin.color(Role::WeakText));
    if let Some(state) = state {
        put_at(ui, columns.state, |ui| {
            ui.add_space(6.0);
            if link(ui, &state.name, Text::Body).clicked() {
                out.push(Intent::Reveal(state.path.clone()));
            }
        });
    }
    if let Some(fix) = &problem.fix {
        let width = Text::Label.width(ui, &fix.label) + 20.0;
        let width = width.min(columns.fix.width());
        let area = Rect::from_min_max(
            pos2(columns.fix.right() - width, rect.center().y - 12.0),
            pos2(columns.fix.right(), rect.center().y + 12.0),
        );
        put_at(ui, area, |ui| {
            let button = Button::new(&fix.label).small().width(width);
            if ui.add(button).clicked() {
                out.push(Intent::FixProblem(index));
            }
        });
    }
    if response.clicked() {
        out.push(Intent::RevealText(problem.span.start));
    }
    let cut = used > columns.message.width() - 1.0;
    if cut || !problem.hints.is_empty() {
        response.on_hover_ui_at_pointer(|ui| {
            ui.set_max_width(420.0);
            ui.label(Text::Strong.rich(spoken(&problem.message)));
            for hint in &problem.hints {
                ui.label(Text::Small.rich(spoken(hint)));
            }
        });
    }
}

fn companion_row(ui: &mut Ui, index: usize, problem: &str) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let id = egui::Id::unique(("companion problem", index));
    let response = ui.interact(rect, id, Sense::hover());
    let name = format!("warning: {problem}, in the companion file");
    response.widget_info(|| WidgetInfo::labeled(A11y::ListItem, true, &name));
    ground(ui, rect, &response);
    let columns = Columns::new(rect);
    let (icon, status) = severity_icon(Severity::Warning);
    let color = skin.color(Role::StatusText(status));
    paint_icon(
        ui,
        pos2(rect.left() + 24.0, rect.center().y),
        icon,
        18.0,
        color,
    );
    paint_sentence(
        ui,
        columns.message,
        problem,
        Text::Body,
        skin.color(Role::Text),
    );
    Text::Small.paint(
        ui,
        columns.state,
        "Companion file",
        skin.color(Role::WeakText),
    );
}

struct Columns {
    message: Rect,
    state: Rect,
    place: Rect,
    fix: Rect,
}

impl Columns {
    fn new(row: Rect) -> Columns {
        let at = |part: f32| row.left() + row.width() * part;
        let cell = |from: f32, to: f32| {
            Rect::from_min_max(pos2(from, row.top()), pos2(to.max(from), row.bottom()))
        };
        Columns {
            message: cell(row.left() + 44.0, at(0.52) - 16.0),
            state: cell(at(0.52), at(0.68) - 12.0),
            place: cell(at(0.68), at(0.75)),
            fix: cell(at(0.75), row.right() - 16.0),
        }
    }
}

fn ground(ui: &Ui, rect: Rect, response: &egui::Response) {
    if response.hovered() || response.has_focus() {
        let skin = Skin::of(ui.ctx());
        let rect = rect.shrink2(vec2(4.0, 0.0));
        ui.painter()
            .rect_filled(rect, CornerRadius::same(6), skin.color(Role::Hover));
        if response.has_focus() {
            let line = skin.stroke(2.0, Role::Accent);
            ui.painter()
                .rect_stroke(rect, CornerRadius::same(6), line, egui::StrokeKind::Inside);
        }
    }
}

fn state_of<'a>(tab: &'a Tab, problem: &Diagnostic) -> Option<&'a State> {
    let revision = &tab.revision;
    revision
        .machine
        .state_at(&revision.tree, problem.span.start)
}

/// How many problems there are of each severity, errors first.
pub fn tally(tab: &Tab) -> Vec<(Severity, usize)> {
    [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .map(|severity| {
            let alike = tab.revision.diagnostics.iter();
            let companion = match severity {
                Severity::Warning => tab.sidecar.problems.len(),
                Severity::Error | Severity::Info => 0,
            };
            let count = alike.filter(|problem| problem.severity == severity).count();
            (severity, count + companion)
        })
        .filter(|(_, count)| *count > 0)
        .collect()
}
