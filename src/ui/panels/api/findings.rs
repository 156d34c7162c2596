//! What will not go as meant across the edge, each with its place and its mend.

use egui::Rect;
use egui::Role as A11y;
use egui::ScrollArea;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::project::Origin;
use crate::scene::Icon;
use crate::scene::Role;
use crate::session::ApiIntent;
use crate::session::Finding;
use crate::session::Intent;
use crate::session::OpenProject;
use crate::text::LineIndex;
use crate::ui::panels::api::words::row_ground;
use crate::ui::panels::words::paint_sentence;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::view::Outbox;
use crate::ui::widgets::Button;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::severity_icon;
use crate::ui::widgets::spoken;

const ROW: f32 = 32.0;

/// The list below its tabs.
pub fn show(ui: &mut Ui, project: &OpenProject, findings: &[(usize, &Finding)], out: &mut Outbox) {
    if findings.is_empty() {
        empty_state(
            ui,
            Icon::CHECK_CIRCLE,
            "Nothing was found across this route",
            "",
        );
        return;
    }
    ui.add_space(4.0);
    ScrollArea::vertical()
        .id_salt("findings")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            for (place, finding) in findings {
                one(ui, project, *place, finding, out);
            }
        });
}

fn one(ui: &mut Ui, project: &OpenProject, index: usize, finding: &Finding, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let id = egui::Id::unique(("finding", project.id.0, index));
    let response = ui.interact(rect, id, Sense::click());
    let said = &finding.diagnostic;
    let (icon, status) = severity_icon(said.severity);
    let place = {
        let text = project.text(&finding.file).map_or("", |text| text);
        let line = LineIndex::new(text).locate(text, said.span.start).line;
        let file = finding.file.rsplit('/').next().unwrap_or(&finding.file);
        format!("{file}:{line}")
    };
    let name = format!(
        "{}: {}, {place}",
        said.severity.name(),
        spoken(&said.message)
    );
    response.widget_info(|| WidgetInfo::labeled(A11y::ListItem, true, &name));
    row_ground(ui, rect, &response, false);
    let color = skin.color(Role::StatusText(status));
    paint_icon(
        ui,
        pos2(rect.left() + 24.0, rect.center().y),
        icon,
        18.0,
        color,
    );
    let fix = said.fix.as_ref().map(|fix| {
        let width = (Text::Label.width(ui, &fix.label) + 20.0).min(rect.width() * 0.3);
        let area = Rect::from_min_max(
            pos2(rect.right() - 16.0 - width, rect.center().y - 12.0),
            pos2(rect.right() - 16.0, rect.center().y + 12.0),
        );
        (fix, area)
    });
    let right = fix
        .as_ref()
        .map_or(rect.right() - 16.0, |(_, area)| area.left() - 12.0);
    let wide = Text::Small.width(ui, &place).min(rect.width() * 0.24);
    let at = Rect::from_min_max(
        pos2(right - wide - 1.0, rect.top()),
        pos2(right, rect.bottom()),
    );
    Text::Small.paint(ui, at, &place, skin.color(Role::WeakText));
    let words = Rect::from_min_max(
        pos2(rect.left() + 44.0, rect.top()),
        pos2(at.left() - 12.0, rect.bottom()),
    );
    let used = paint_sentence(ui, words, &said.message, Text::Body, skin.color(Role::Text));
    if let Some((fix, area)) = fix {
        put_at(ui, area, |ui| {
            let button = Button::new(&fix.label).small().width(area.width());
            if ui.add(button).clicked() {
                out.push(Intent::Api(ApiIntent::FixFinding {
                    project: project.id,
                    finding: index,
                }));
            }
        });
    }
    if response.clicked() {
        out.push(Intent::Api(ApiIntent::OpenPlace {
            project: project.id,
            origin: Origin {
                file: finding.file.as_str().into(),
                span: said.span,
            },
        }));
    }
    if used > words.width() - 1.0 || !said.hints.is_empty() {
        response.on_hover_ui_at_pointer(|ui| {
            ui.set_max_width(440.0);
            ui.label(Text::Strong.rich(spoken(&said.message)));
            for hint in &said.hints {
                ui.label(Text::Small.rich(spoken(hint)));
            }
        });
    }
}
