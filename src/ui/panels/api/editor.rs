//! The parts of a request as forms: its body, and names with values.

use egui::Rect;
use egui::ScrollArea;
use egui::Ui;
use egui::vec2;

use crate::query::Value;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::ApiIntent;
use crate::session::Draft;
use crate::session::Intent;
use crate::session::Line;
use crate::session::Session;
use crate::ui::code::json_field;
use crate::ui::panels::api::RequestPart;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::view::Outbox;
use crate::ui::widgets::Button;
use crate::ui::widgets::Field;
use crate::ui::widgets::check_box;
use crate::ui::widgets::help_text;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::size_text;
use crate::ui::widgets::text_field;

/// The editor of one part in the available space.
pub fn show(ui: &mut Ui, session: &Session, part: RequestPart, out: &mut Outbox) {
    let area = ui.available_rect_before_wrap();
    let inner = area.shrink2(vec2(16.0, 10.0));
    let draft = &session.api.draft;
    put_at(ui, inner, |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(area));
        let changed = match part {
            RequestPart::Body => body(ui, draft),
            RequestPart::Query => {
                lines(ui, "query", "Name", draft.query.clone()).map(|query| Draft {
                    query,
                    ..draft.clone()
                })
            }
            RequestPart::Headers => {
                lines(ui, "headers", "Header", draft.headers.clone()).map(|headers| Draft {
                    headers,
                    ..draft.clone()
                })
            }
            RequestPart::Path => path(ui, draft),
        };
        if let Some(draft) = changed {
            out.push(Intent::Api(ApiIntent::SetDraft(draft)));
        }
    });
    ui.advance_cursor_after_rect(area);
}

fn body(ui: &mut Ui, draft: &Draft) -> Option<Draft> {
    let skin = Skin::of(ui.ctx());
    let problem = draft.body_problem();
    let area = ui.available_rect_before_wrap();
    let foot = Rect::from_min_max(egui::pos2(area.left(), area.bottom() - 24.0), area.max);
    let field = Rect::from_min_max(area.min, egui::pos2(area.right(), foot.top() - 4.0));
    let mut text = draft.body.clone();
    let mut changed = false;
    put_at(ui, field, |ui| {
        ScrollArea::vertical()
            .id_salt("request body")
            .auto_shrink([false, false])
            .show(ui, |ui| {
                // The field counts its rows in the height of its font.
                let row = ui.text_style_height(&egui::TextStyle::Monospace);
                let rows = ((field.height() - 10.0) / row).floor().max(1.0) as usize;
                let id = egui::Id::unique("request body text");
                let response = json_field(ui, id, "Body", &mut text, rows, problem.is_some());
                changed = response.changed();
            });
    });
    put_at(ui, foot, |ui| {
        ui.horizontal(|ui| {
            match &problem {
                Some(problem) => {
                    let color = skin.color(Role::StatusText(Status::Failed));
                    let (_, place) = ui.allocate_space(vec2(16.0, 24.0));
                    paint_icon(ui, place.center(), Icon::CANCEL, 14.0, color);
                    let words = format!("No JSON: {problem}");
                    ui.add(egui::Label::new(Text::Small.rich(words).color(color)).truncate());
                }
                None if draft.body.trim().is_empty() => {
                    help_text(ui, "No body is sent");
                }
                None => {
                    help_text(ui, &size_text(draft.body.len()));
                    let tidy = Value::parse(&draft.body).ok();
                    let tidy = tidy.map(|value| value.to_json_pretty());
                    if let Some(tidy) = tidy.filter(|tidy| *tidy != draft.body)
                        && ui.add(Button::quiet("Format").small()).clicked()
                    {
                        text = tidy;
                        changed = true;
                    }
                }
            };
        });
    });
    changed.then(|| Draft {
        body: text,
        ..draft.clone()
    })
}

fn path(ui: &mut Ui, draft: &Draft) -> Option<Draft> {
    if draft.parameters.is_empty() {
        help_text(
            ui,
            "The path has no parameters; names in braces such as {id} have values here",
        );
        return None;
    }
    let mut parameters = draft.parameters.clone();
    let mut changed = false;
    ScrollArea::vertical()
        .id_salt("request path")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            for (name, value) in &mut parameters {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 8.0;
                    let skin = Skin::of(ui.ctx());
                    let (_, label) = ui.allocate_space(vec2(160.0, 28.0));
                    Text::Code.paint(ui, label, &format!("{{{name}}}"), skin.color(Role::Text));
                    let field = Field {
                        hint: "Value",
                        code: true,
                        ..Field::default()
                    };
                    let id = egui::Id::unique(("path parameter", &*name));
                    let width = (ui.available_width() - 8.0).min(480.0);
                    ui.allocate_ui(vec2(width, 28.0), |ui| {
                        changed |= text_field(ui, id, value, field).changed();
                    });
                });
            }
        });
    changed.then(|| Draft {
        parameters,
        ..draft.clone()
    })
}

/// Names with values, each of which can be left out. Returns them where something has changed.
fn lines(ui: &mut Ui, what: &str, hint: &str, mut lines: Vec<Line>) -> Option<Vec<Line>> {
    let mut changed = false;
    let mut gone = None;
    ScrollArea::vertical()
        .id_salt(("request lines", what))
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            for (place, line) in lines.iter_mut().enumerate() {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 8.0;
                    let label = format!("Send {} {}", what_one(what), line.name);
                    let mark = ui
                        .allocate_ui(vec2(18.0, 28.0), |ui| {
                            check_mark(ui, !line.left_out, &label)
                        })
                        .inner;
                    if mark {
                        line.left_out = !line.left_out;
                        changed = true;
                    }
                    let rest = (ui.available_width() - 48.0).min(820.0);
                    let name_width = (rest * 0.34).max(96.0);
                    let id = egui::Id::unique(("request line", what, place));
                    let field = |hint| Field {
                        hint,
                        code: true,
                        ..Field::default()
                    };
                    ui.allocate_ui(vec2(name_width, 28.0), |ui| {
                        changed |= text_field(ui, id, &mut line.name, field(hint)).changed();
                    });
                    ui.allocate_ui(vec2((rest - name_width).max(96.0), 28.0), |ui| {
                        let id = id.with("value");
                        changed |= text_field(ui, id, &mut line.value, field("Value")).changed();
                    });
                    let name = format!("Remove {} {}", what_one(what), line.name);
                    if icon_button(ui, Icon::CLOSE, &name).clicked() {
                        gone = Some(place);
                    }
                });
            }
            let add = match what {
                "headers" => "Add header",
                _ => "Add query parameter",
            };
            if ui.add(Button::quiet(add).icon(Icon::ADD).small()).clicked() {
                lines.push(Line::default());
                changed = true;
            }
        });
    if let Some(place) = gone.filter(|place| *place < lines.len()) {
        lines.remove(place);
        changed = true;
    }
    changed.then_some(lines)
}

fn what_one(what: &str) -> &str {
    match what {
        "headers" => "header",
        other => other,
    }
}

/// A check box whose words are for screen readers only.
fn check_mark(ui: &mut Ui, on: bool, name: &str) -> bool {
    let response = check_box(ui, on, "");
    let enabled = ui.is_enabled();
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, enabled, on, name));
    response.clicked()
}
