//! What a route comes to: a row for each saved request and each scenario, expected and last status side by side.

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
use crate::session::ApiIntent;
use crate::session::Intent;
use crate::session::OpenProject;
use crate::session::OutcomeRow;
use crate::session::OutcomeSource;
use crate::session::Session;
use crate::ui::panels::api::words::http_status;
use crate::ui::panels::api::words::row_ground;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::view::Outbox;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::status_icon;

const ROW: f32 = 28.0;

/// The table below its tabs.
pub fn show(
    ui: &mut Ui,
    session: &Session,
    project: &OpenProject,
    rows: &[OutcomeRow],
    out: &mut Outbox,
) {
    if rows.is_empty() {
        empty_state(
            ui,
            Icon::BOOKMARK,
            "No saved requests for this route",
            "Save a request, or give the workflow scenarios, to see what the route comes to",
        );
        return;
    }
    let skin = Skin::of(ui.ctx());
    let (_, head) = ui.allocate_space(vec2(ui.available_width(), 28.0));
    let columns = Columns::new(head);
    for (place, words) in [
        (columns.name, "Outcome"),
        (columns.condition, "Condition"),
        (columns.expected, "Status"),
        (columns.last, "Last result"),
        (columns.finding, "Finding"),
    ] {
        Text::Label.paint(ui, place, words, skin.color(Role::WeakText));
    }
    let line = skin.stroke(1.0, Role::Line);
    ui.painter()
        .hline(head.x_range(), head.bottom() - 0.5, line);
    ScrollArea::vertical()
        .id_salt("outcomes")
        .auto_shrink([false, false])
        .show_rows(ui, ROW, rows.len(), |ui, range| {
            for row in rows.get(range).unwrap_or_default() {
                outcome(ui, session, project, row, out);
            }
        });
}

fn outcome(
    ui: &mut Ui,
    session: &Session,
    project: &OpenProject,
    row: &OutcomeRow,
    out: &mut Outbox,
) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let id = egui::Id::unique(("outcome", project.id.0, format!("{:?}", row.source)));
    let response = ui.interact(rect, id, Sense::click());
    let selected = match &row.source {
        OutcomeSource::Saved(place) => session.api.draft.saved == Some(*place),
        OutcomeSource::Scenario(name) => {
            session.api.draft.saved.is_none() && session.api.draft.scenario.as_ref() == Some(name)
        }
    };
    let status = status_of(row);
    let expected = row.expected.map(|status| status.to_string());
    let last = match (row.waiting, row.status) {
        (true, _) => "…".to_owned(),
        (false, Some(status)) => status.to_string(),
        (false, None) => "–".to_owned(),
    };
    let name = format!(
        "{}, expected {}, last {last}{}",
        row.name,
        expected.as_deref().unwrap_or("anything"),
        row.difference
            .as_ref()
            .map(|words| format!(". {words}"))
            .unwrap_or_default()
    );
    response.widget_info(|| WidgetInfo::selected(A11y::ListItem, true, selected, &name));
    row_ground(ui, rect, &response, selected);
    let columns = Columns::new(rect);
    let ink = match status {
        Status::NotReached => Role::WeakText,
        status => Role::StatusText(status),
    };
    let icon = pos2(columns.name.left() + 8.0, rect.center().y);
    paint_icon(ui, icon, status_icon(status), 16.0, skin.color(ink));
    let words = Rect::from_min_max(columns.name.min + vec2(24.0, 0.0), columns.name.max);
    let role = if selected { Text::Strong } else { Text::Body };
    role.paint(ui, words, &row.name, skin.color(Role::Text));
    let second = skin.color(Role::SecondText);
    Text::Body.paint(ui, columns.condition, &row.condition, second);
    let expected = expected.as_deref().unwrap_or("–");
    Text::Body.paint(ui, columns.expected, expected, skin.color(Role::Text));
    let differs = row.difference.is_some();
    let (role, ink) = match differs {
        true => (Text::Strong, Role::StatusText(Status::Failed)),
        false => (Text::Body, Role::Text),
    };
    role.paint(ui, columns.last, &last, skin.color(ink));
    let finding = row.difference.clone().unwrap_or_default();
    let ink = skin.color(Role::StatusText(Status::Failed));
    let used = Text::Body.paint(ui, columns.finding, &finding, ink);
    if response.hovered() || response.has_focus() || selected {
        let button = Rect::from_min_max(
            pos2(rect.right() - 44.0, rect.top()),
            pos2(rect.right() - 16.0, rect.bottom()),
        );
        put_at(ui, button, |ui| {
            let name = format!("Send {}", row.name);
            if icon_button(ui, Icon::PLAY_ARROW, &name).clicked() {
                out.push(Intent::Api(send(project, row)));
            }
        });
    }
    if response.double_clicked() {
        out.push(Intent::Api(send(project, row)));
    } else if response.clicked() {
        match (&row.source, row.sent) {
            (OutcomeSource::Saved(request), _) => out.push(Intent::Api(ApiIntent::ChooseSaved {
                project: project.id,
                request: *request,
            })),
            (OutcomeSource::Scenario(_), Some(sent)) => {
                out.push(Intent::Api(ApiIntent::Reuse(sent)));
            }
            (OutcomeSource::Scenario(_), None) => out.push(Intent::Api(send(project, row))),
        }
    }
    if used > columns.finding.width() - 1.0 && !finding.is_empty() {
        response.on_hover_text(finding);
    }
}

fn send(project: &OpenProject, row: &OutcomeRow) -> ApiIntent {
    match &row.source {
        OutcomeSource::Saved(request) => ApiIntent::SendSaved {
            project: project.id,
            request: *request,
        },
        OutcomeSource::Scenario(name) => ApiIntent::SendScenario(name.clone()),
    }
}

fn status_of(row: &OutcomeRow) -> Status {
    match (row.waiting, &row.difference, row.status) {
        (true, _, _) => Status::Running,
        (false, Some(_), _) => Status::Failed,
        (false, None, Some(status)) => http_status(status),
        (false, None, None) => Status::NotReached,
    }
}

struct Columns {
    name: Rect,
    condition: Rect,
    expected: Rect,
    last: Rect,
    finding: Rect,
}

impl Columns {
    fn new(row: Rect) -> Columns {
        let inner = row.shrink2(vec2(16.0, 0.0));
        let at = |part: f32| inner.left() + inner.width() * part;
        let cell = |from: f32, to: f32| {
            Rect::from_min_max(
                pos2(from, row.top()),
                pos2((to - 12.0).max(from), row.bottom()),
            )
        };
        Columns {
            name: cell(inner.left(), at(0.27)),
            condition: cell(at(0.27), at(0.50)),
            expected: cell(at(0.50), at(0.58)),
            last: cell(at(0.58), at(0.69)),
            finding: cell(at(0.69), inner.right() - 16.0),
        }
    }
}
