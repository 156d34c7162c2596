//! The left column: the caller's request, and before a response template the integration's answer.

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
use crate::session::AnswerFrom;
use crate::session::EXAMPLES;
use crate::session::FieldProblem;
use crate::session::Intent;
use crate::session::Lab;
use crate::session::LabAnswer;
use crate::session::LabField;
use crate::session::LabIntent;
use crate::session::LabRequest;
use crate::session::LabSide;
use crate::session::Session;
use crate::text::Span;
use crate::ui::code::CodeEditor;
use crate::ui::code::CodeExtras;
use crate::ui::code::CodeMark;
use crate::ui::panels::lab::LabView;
use crate::ui::panels::lab::column_head;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::view::Outbox;
use crate::ui::widgets::Button;
use crate::ui::widgets::Field;
use crate::ui::widgets::MenuItem;
use crate::ui::widgets::combo;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::menu_row;
use crate::ui::widgets::text_field;

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// The parts that fold, in their order.
const FOLDS: [LabField; 5] = [
    LabField::Headers,
    LabField::Query,
    LabField::PathParameters,
    LabField::Context,
    LabField::StageVariables,
];

/// The column.
pub fn show(ui: &mut Ui, session: &Session, view: &mut LabView, out: &mut Outbox) {
    let lab = &session.lab;
    ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
    match lab.side {
        LabSide::Request => {
            column_head(ui, "Request", "of the caller", |ui| examples(ui, out));
            method_and_path(ui, lab, out);
            folds(ui, lab, view, out);
            body(ui, lab, LabField::Body, view, out);
        }
        LabSide::Response => {
            column_head(ui, "Answer", "of the integration", |ui| examples(ui, out));
            sources(ui, session, out);
            folds(ui, lab, view, out);
            body(ui, lab, LabField::AnswerBody, view, out);
        }
    }
}

fn examples(ui: &mut Ui, out: &mut Outbox) {
    let button = icon_button(ui, Icon::SCIENCE, "Examples");
    egui::Popup::menu(&button).width(240.0).show(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (index, example) in EXAMPLES.iter().enumerate() {
            let item = MenuItem {
                text: example.title,
                enabled: true,
                ..MenuItem::default()
            };
            if menu_row(ui, item) {
                out.push(Intent::Lab(LabIntent::Example(index)));
            }
        }
    });
}

fn method_and_path(ui: &mut Ui, lab: &Lab, out: &mut Outbox) {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 28.0));
    let inner = rect.shrink2(vec2(16.0, 0.0)).with_max_y(rect.top() + 28.0);
    let mut request = lab.request.clone();
    let layout = egui::Layout::left_to_right(egui::Align::Min);
    ui.scope_builder(
        egui::UiBuilder::new().max_rect(inner).layout(layout),
        |ui| {
            let methods: Vec<(String, String)> = METHODS
                .iter()
                .map(|method| ((*method).to_owned(), (*method).to_owned()))
                .collect();
            let id = egui::Id::unique("lab method");
            if let Some(method) = combo(ui, id, "Method", &request.method, &methods, 92.0) {
                request.method = method;
            }
            let field = Field {
                hint: "Path",
                code: true,
                ..Field::default()
            };
            text_field(ui, egui::Id::unique("lab path"), &mut request.path, field);
        },
    );
    ui.add_space(8.0);
    if request != lab.request {
        out.push(Intent::Lab(LabIntent::Request(Box::new(request))));
    }
}

/// Where the answer comes from, and the ways to get another.
fn sources(ui: &mut Ui, session: &Session, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let lab = &session.lab;
    let tab = session.active();
    let ended = tab
        .and_then(|tab| tab.run.as_ref())
        .is_some_and(|run| run.ended.is_some());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 64.0));
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let top = inner.with_max_y(inner.top() + 28.0);
    let layout = egui::Layout::left_to_right(egui::Align::Min);
    ui.scope_builder(egui::UiBuilder::new().max_rect(top).layout(layout), |ui| {
        let button = Button::new("Use the last execution's result")
            .icon(Icon::REPLAY)
            .width((top.width() - 36.0).max(60.0));
        let response = ui.add_enabled(ended, button);
        if response.clicked() {
            out.push(Intent::Lab(LabIntent::UseExecution));
        }
        response.on_disabled_hover_text("No execution has ended in the open workflow yet");
        let scenarios: Vec<&str> = tab
            .map(|tab| {
                tab.sidecar
                    .scenarios
                    .iter()
                    .map(|one| one.name.as_str())
                    .collect()
            })
            .unwrap_or_default();
        ui.add_enabled_ui(!scenarios.is_empty(), |ui| {
            let button = icon_button(
                ui,
                Icon::THEATER_COMEDY,
                "Result of a scenario with its mocks",
            );
            egui::Popup::menu(&button).width(240.0).show(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for (index, text) in scenarios.iter().enumerate() {
                    let item = MenuItem {
                        text,
                        enabled: true,
                        ..MenuItem::default()
                    };
                    if menu_row(ui, item) {
                        out.push(Intent::Lab(LabIntent::UseScenario(index)));
                    }
                }
            });
        });
    });
    let line = Rect::from_min_max(pos2(inner.left(), top.bottom() + 4.0), inner.max);
    let words = match &lab.answer.from {
        AnswerFrom::Typed => "Typed here".to_owned(),
        AnswerFrom::Example => "An example".to_owned(),
        AnswerFrom::Execution(title) => format!("Last execution of {title}"),
        AnswerFrom::Scenario(name) => format!("Scenario {name}, with its mocks"),
        AnswerFrom::Trace => "As the request met it".to_owned(),
    };
    let status = Rect::from_min_max(pos2(line.right() - 56.0, line.top()), line.max);
    let area = Rect::from_min_max(line.min, pos2(status.left() - 8.0, line.top() + 28.0));
    Text::Small.paint(ui, area, &words, skin.color(Role::WeakText));
    let mut answer = lab.answer.clone();
    ui.scope_builder(egui::UiBuilder::new().max_rect(status), |ui| {
        let problem = lab.sight.problems.get(&LabField::AnswerStatus);
        let error = problem.map(|problem| problem.message.as_str());
        let field = Field {
            label: "Status of the integration",
            hint: LabField::AnswerStatus.hint(),
            code: true,
            error,
            ..Field::default()
        };
        let id = egui::Id::unique("lab answer status");
        let response = text_field(ui, id, &mut answer.status, field);
        response.on_hover_text(error.unwrap_or("Status of the integration"));
    });
    changed(lab, answer, out);
}

fn changed(lab: &Lab, answer: LabAnswer, out: &mut Outbox) {
    if answer != lab.answer {
        let from = AnswerFrom::Typed;
        out.push(Intent::Lab(LabIntent::Answer(LabAnswer { from, ..answer })));
    }
}

/// Headers, query and the like: one row each, with a small field when open.
fn folds(ui: &mut Ui, lab: &Lab, view: &mut LabView, out: &mut Outbox) {
    let mut request = lab.request.clone();
    let any_open = FOLDS.iter().any(|field| view.open.contains(field));
    let room = if any_open {
        ui.available_height() * 0.5
    } else {
        f32::INFINITY
    };
    ScrollArea::vertical()
        .id_salt("lab folds")
        .max_height(room)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            if lab.side == LabSide::Response {
                fold(ui, lab, &mut request, LabField::Body, view);
            }
            for field in FOLDS {
                fold(ui, lab, &mut request, field, view);
            }
        });
    if request != lab.request {
        out.push(Intent::Lab(LabIntent::Request(Box::new(request))));
    }
}

fn fold(ui: &mut Ui, lab: &Lab, request: &mut LabRequest, field: LabField, view: &mut LabView) {
    let skin = Skin::of(ui.ctx());
    let problem = lab
        .sight
        .problems
        .get(&field)
        .map(|problem| problem.message.as_str());
    let Some(text) = request.text_mut(field) else {
        return;
    };
    let open = view.open.contains(&field);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::click());
    let title = match field {
        LabField::Body => "Body of the request",
        other => other.title(),
    };
    response.widget_info(|| WidgetInfo::selected(A11y::CheckBox, true, open, title));
    if response.hovered() || response.has_focus() {
        let row = rect.shrink2(vec2(8.0, 0.0));
        ui.painter()
            .rect_filled(row, CornerRadius::same(6), skin.color(Role::Hover));
    }
    let arrow = if open {
        Icon::EXPAND_MORE
    } else {
        Icon::CHEVRON_RIGHT
    };
    let y = rect.center().y;
    let ink = skin.color(Role::SecondText);
    paint_icon(ui, pos2(rect.left() + 22.0, y), arrow, 16.0, ink);
    let area = Rect::from_min_max(
        pos2(rect.left() + 36.0, rect.top()),
        pos2(rect.right() - 16.0, rect.bottom()),
    );
    let used = Text::Label.paint(ui, area, title, ink);
    let rest = Rect::from_min_max(pos2(area.left() + used + 8.0, area.top()), area.max);
    if problem.is_some() {
        let color = skin.color(Role::StatusText(Status::Failed));
        paint_icon(ui, pos2(rest.left() + 8.0, y), Icon::CANCEL, 14.0, color);
    } else if !open {
        let brief: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        Text::Small.paint(ui, rest, &brief.join(" · "), skin.color(Role::WeakText));
    }
    if response.clicked() && !view.open.remove(&field) {
        view.open.insert(field);
    }
    if !open {
        return;
    }
    let rows = text.lines().count().clamp(2, 8);
    egui::Frame::new()
        .inner_margin(egui::Margin {
            left: 16,
            right: 16,
            top: 0,
            bottom: 8,
        })
        .show(ui, |ui| {
            let id = egui::Id::unique(("lab field", field));
            let form = Field {
                hint: field.hint(),
                code: true,
                rows,
                error: problem,
                ..Field::default()
            };
            let response = form.show(ui, id, text);
            let _ = response.accessible_name(title);
        });
}

/// The text that fills the rest of the column.
fn body(ui: &mut Ui, lab: &Lab, field: LabField, view: &mut LabView, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let text = match field {
        LabField::AnswerBody => &lab.answer.body,
        other => match lab.request.text(other) {
            Some(text) => text,
            None => return,
        },
    };
    let problem = lab.sight.problems.get(&field);
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 28.0));
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let title = match field {
        LabField::AnswerBody => "Body of the answer",
        other => other.title(),
    };
    Text::Label.paint(ui, inner, title, skin.color(Role::SecondText));
    let size = crate::ui::widgets::size_text(text.len());
    crate::ui::panels::words::paint_right(
        ui,
        inner,
        &size,
        Text::Small,
        skin.color(Role::WeakText),
    );
    let marks: Vec<CodeMark> = problem
        .and_then(|problem| mark(text, problem))
        .into_iter()
        .collect();
    let height = match &problem {
        Some(_) => (ui.available_height() - 48.0).max(40.0),
        None => ui.available_height(),
    };
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height));
    let typed = ui
        .scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
            ui.set_clip_rect(ui.clip_rect().intersect(rect));
            CodeEditor {
                text,
                revision: lab.number,
                marks: &marks,
                selected: None,
                read_only: false,
                name: title,
                extras: CodeExtras {
                    narrow: true,
                    ..CodeExtras::default()
                },
            }
            .show(
                ui,
                egui::Id::unique(("lab body", field)),
                &mut view.input_code,
            )
        })
        .inner;
    if let Some(problem) = problem {
        egui::Frame::new()
            .inner_margin(egui::Margin::symmetric(8, 4))
            .show(ui, |ui| {
                crate::ui::panels::lab::note(ui, Status::Failed, Icon::CANCEL, &problem.message);
            });
    }
    let Some(edit) = typed.edit else { return };
    let new = edit.apply(text);
    if field == LabField::AnswerBody {
        changed(
            lab,
            LabAnswer {
                body: new,
                ..lab.answer.clone()
            },
            out,
        );
    } else {
        let request = LabRequest {
            body: new,
            ..lab.request.clone()
        };
        out.push(Intent::Lab(LabIntent::Request(Box::new(request))));
    }
}

fn mark(text: &str, problem: &FieldProblem) -> Option<CodeMark> {
    let span = problem.span?;
    let end = span.end.max(span.start + 1).min(text.len());
    Some(CodeMark {
        span: Span::new(span.start.min(end), end),
        severity: crate::asl::Severity::Error,
        message: problem.message.clone(),
    })
}
