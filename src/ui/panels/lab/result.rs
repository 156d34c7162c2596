//! The right column: what the template came to.

use egui::Frame;
use egui::Rect;
use egui::Role as A11y;
use egui::ScrollArea;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::asl::Severity;
use crate::query::Value;
use crate::scene::CodeRole;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Intent;
use crate::session::Lab;
use crate::session::LabIntent;
use crate::session::LabSide;
use crate::session::Meaning;
use crate::session::Override;
use crate::session::Session;
use crate::session::Sight;
use crate::text::Span;
use crate::ui::code::CodeEditor;
use crate::ui::code::CodeExtras;
use crate::ui::code::CodeMark;
use crate::ui::panels::lab::LabView;
use crate::ui::panels::lab::Lit;
use crate::ui::panels::lab::ResultTab;
use crate::ui::panels::lab::column_head;
use crate::ui::panels::lab::note;
use crate::ui::panels::lab::template::sight_number;
use crate::ui::panels::words::paint_right;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::view::Outbox;
use crate::ui::widgets::Button;
use crate::ui::widgets::JsonTree;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::section_head;
use crate::ui::widgets::size_text;
use crate::ui::widgets::tone_chip;

/// What the name of an overridden header of the answer begins with.
const HEADER: &str = "responseOverride.header.";

/// The column.
pub fn show(ui: &mut Ui, session: &Session, view: &mut LabView, out: &mut Outbox) {
    let lab = &session.lab;
    let sight = &lab.sight;
    ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
    let weak = match lab.side {
        LabSide::Request => "to the integration",
        LabSide::Response => "to the caller",
    };
    column_head(ui, "Result", weak, |ui| {
        if icon_button(ui, Icon::CONTENT_COPY, "Copy the result").clicked() {
            ui.ctx().copy_text(sight.output.to_string());
        }
        if matches!(sight.meaning, Meaning::Json(_)) {
            let (icon, name, next) = match view.result {
                ResultTab::Text => (Icon::ACCOUNT_TREE, "Show as a tree", ResultTab::Tree),
                ResultTab::Tree => (Icon::TEXT_SNIPPET, "Show as text", ResultTab::Text),
            };
            if icon_button(ui, icon, name).clicked() {
                view.result = next;
            }
        }
    });
    verdict(ui, lab, sight);
    notices(ui, lab, sight);
    let below = below_height(sight, lab.side, ui.available_height());
    let height = (ui.available_height() - below).max(60.0);
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height));
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(rect));
        output(ui, lab, view);
    });
    ScrollArea::vertical()
        .id_salt("lab below")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            overrides(ui, lab, sight);
            if lab.side == LabSide::Request {
                start_request(ui, session, sight, view, out);
            }
        });
}

/// How much room what stands below the output needs, at most half of all.
fn below_height(sight: &Sight, side: LabSide, available: f32) -> f32 {
    let mut height = match side {
        LabSide::Request => 0.0,
        LabSide::Response if sight.trouble.is_some() => 0.0,
        LabSide::Response => 64.0,
    };
    if !sight.overrides.is_empty() {
        height += 36.0 + 24.0 * sight.overrides.len() as f32;
    }
    if side == LabSide::Request && start_of(sight).is_some() {
        height += available * 0.5;
    }
    height.min(available * 0.62)
}

/// Status and size.
fn verdict(ui: &mut Ui, lab: &Lab, sight: &Sight) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 28.0));
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    ui.scope_builder(
        egui::UiBuilder::new().max_rect(inner).layout(layout),
        |ui| {
            let (status, icon, words) = match (&sight.trouble, lab.side) {
                (Some(_), _) => (
                    Status::Failed,
                    Icon::CANCEL,
                    "500 Template error".to_owned(),
                ),
                (None, LabSide::Response) => {
                    let code = sight.status.unwrap_or(lab.status);
                    let words = format!("{code} {}", crate::session::status_words(code));
                    match code {
                        ..=399 => (Status::Succeeded, Icon::CHECK_CIRCLE, words),
                        400..=499 => (Status::Caught, Icon::ERROR, words),
                        500.. => (Status::Failed, Icon::CANCEL, words),
                    }
                }
                (None, LabSide::Request) => match &sight.meaning {
                    Meaning::Json(_) => (Status::Succeeded, Icon::CHECK_CIRCLE, "JSON".to_owned()),
                    Meaning::Broken { .. } => (Status::Failed, Icon::CANCEL, "Not JSON".to_owned()),
                    Meaning::Text => (Status::Aborted, Icon::TEXT_SNIPPET, "Text".to_owned()),
                    Meaning::Nothing => (Status::Aborted, Icon::BLOCK, "Nothing".to_owned()),
                },
            };
            let words = words.trim_end().to_owned();
            tone_chip(ui, status, icon, &words);
            let mut size = size_text(sight.output.len());
            if lab.is_behind() {
                size.push_str(", of an earlier text");
            }
            ui.label(Text::Small.rich(size).color(skin.color(Role::WeakText)));
        },
    );
    ui.add_space(4.0);
}

/// The error of the template, or why the output is no JSON.
fn notices(ui: &mut Ui, lab: &Lab, sight: &Sight) {
    let mut told: Vec<(Status, Icon, String)> = Vec::new();
    if let Some(trouble) = &sight.trouble {
        let place = trouble.place;
        let words = format!(
            "Line {}, column {} of the template: {}",
            place.line, place.column, trouble.message
        );
        told.push((Status::Failed, Icon::CANCEL, words));
    } else if let Meaning::Broken {
        place,
        message,
        reason,
        ..
    } = &sight.meaning
    {
        let mut words = format!(
            "Not JSON at line {}, column {}: {message}",
            place.line, place.column
        );
        if let Some(reason) = reason {
            words.push_str(". ");
            words.push_str(reason);
        }
        told.push((Status::Caught, Icon::WARNING, words));
    }
    if lab.good.is_some() {
        let words = "Shown is what came of the last text that could be read";
        told.push((Status::Aborted, Icon::HISTORY, words.to_owned()));
    }
    if sight.abridged {
        let words = "More happened than is listed here; the result is whole";
        told.push((Status::Running, Icon::INFO, words.to_owned()));
    }
    for (status, icon, words) in told {
        Frame::new()
            .inner_margin(egui::Margin {
                left: 8,
                right: 8,
                top: 0,
                bottom: 8,
            })
            .show(ui, |ui| note(ui, status, icon, &words));
    }
}

fn output(ui: &mut Ui, lab: &Lab, view: &mut LabView) {
    let sight = lab.shown();
    let old = lab.good.is_some();
    let dimmed = |text: &str| vec![(Span::new(0, text.len()), Role::WeakText)];
    if let (Meaning::Json(value), ResultTab::Tree) = (&sight.meaning, view.result) {
        ui.add_space(4.0);
        let id = egui::Id::unique("lab result tree");
        JsonTree::new(value).show(ui, id, &mut view.tree);
        return;
    }
    let marks: Vec<CodeMark> = match &sight.meaning {
        Meaning::Broken { span, message, .. } if sight.trouble.is_none() => vec![CodeMark {
            span: *span,
            severity: Severity::Error,
            message: message.clone(),
        }],
        Meaning::Broken { .. } | Meaning::Json(_) | Meaning::Text | Meaning::Nothing => Vec::new(),
    };
    let grounds: Vec<_> = view
        .lit
        .output
        .iter()
        .map(|span| (*span, Role::AccentFill))
        .collect();
    let typed = CodeEditor {
        text: &sight.output,
        revision: sight_number(lab),
        marks: &marks,
        selected: None,
        read_only: true,
        name: "Result",
        extras: CodeExtras {
            roles: old.then_some((&dimmed as _, 1)),
            grounds: &grounds,
            narrow: true,
            ..CodeExtras::default()
        },
    }
    .show(ui, egui::Id::unique("lab output"), &mut view.output_code);
    if old {
        return;
    }
    if let Some(piece) = typed.clicked.and_then(|at| sight.wrote(at)) {
        view.lit = Lit {
            number: sight_number(lab),
            template: Some(piece.template),
            output: sight.written_by(piece.template),
        };
        view.cursor = piece.template.start;
        view.code(lab.side).look_at(piece.template.start);
    }
}

/// Headers of the answer that come from the template besides those of the method, and other overrides.
fn overrides(ui: &mut Ui, lab: &Lab, sight: &Sight) {
    let header = |one: &Override| Some(one.name.strip_prefix(HEADER)?.to_owned());
    if lab.side == LabSide::Response && sight.trouble.is_none() {
        ui.add_space(4.0);
        head(ui, "Headers");
        let own = sight
            .overrides
            .iter()
            .filter_map(|one| Some((header(one)?, &one.value)));
        let own: Vec<(String, &String)> = own.collect();
        let kind = "content-type";
        if !own.iter().any(|(name, _)| name.eq_ignore_ascii_case(kind)) {
            pair(ui, kind, "application/json", Role::SecondText);
        }
        for (name, value) in own {
            pair(ui, &name, value, Role::Text);
        }
    }
    let rest = |one: &&Override| lab.side == LabSide::Request || header(one).is_none();
    if !sight.overrides.iter().any(|one| rest(&one)) {
        return;
    }
    ui.add_space(4.0);
    head(ui, "Overrides");
    for Override { name, value } in sight.overrides.iter().filter(rest) {
        pair(ui, name, value, Role::Text);
    }
}

fn head(ui: &mut Ui, text: &str) {
    Frame::new()
        .inner_margin(egui::Margin::symmetric(8, 0))
        .show(ui, |ui| section_head(ui, text));
}

/// A name at the left and its value at the right.
fn pair(ui: &mut Ui, name: &str, value: &str, role: Role) {
    let skin = Skin::of(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(A11y::Label, true, format!("{name}: {value}")));
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let names = Text::Code.width(ui, name).min(inner.width() * 0.6);
    let left = Rect::from_min_max(inner.min, pos2(inner.left() + names + 1.0, inner.bottom()));
    Text::Code.paint(ui, left, name, skin.color(Role::SecondText));
    let right = Rect::from_min_max(pos2(left.right() + 12.0, inner.top()), inner.max);
    paint_right(ui, right, value, Text::Code, skin.color(role));
    if Text::Code.width(ui, value) > right.width() {
        response.on_hover_text(Text::Code.rich(value));
    }
}

/// The output as a request to start an execution, where it is one.
fn start_of(sight: &Sight) -> Option<(&Value, &Value)> {
    match &sight.meaning {
        Meaning::Json(value) if value.get("stateMachineArn").is_some() => {
            Some((value, value.get("input").unwrap_or(&Value::Null)))
        }
        Meaning::Json(_) | Meaning::Nothing | Meaning::Broken { .. } | Meaning::Text => None,
    }
}

fn start_request(
    ui: &mut Ui,
    session: &Session,
    sight: &Sight,
    view: &mut LabView,
    out: &mut Outbox,
) {
    let Some((request, input)) = start_of(sight) else {
        return;
    };
    ui.add_space(4.0);
    head(ui, "Request to Step Functions");
    for name in ["stateMachineArn", "name", "traceHeader"] {
        if let Some(value) = request.get(name) {
            let words = match value.as_str() {
                Some(text) => text.to_owned(),
                None => value.to_json(),
            };
            pair(ui, name, &words, Role::Code(CodeRole::String));
        }
    }
    head(ui, "Input of the execution");
    match &sight.input {
        Some(Ok(value)) => {
            let tree = JsonTree::new(value);
            let height = tree.height(&mut view.input_tree).clamp(20.0, 400.0);
            let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height + 4.0));
            let inside = Rect::from_min_max(pos2(rect.left() + 8.0, rect.top()), rect.max);
            ui.scope_builder(egui::UiBuilder::new().max_rect(inside), |ui| {
                let id = egui::Id::unique("lab input tree");
                tree.show(ui, id, &mut view.input_tree);
            });
        }
        Some(Err(problem)) => {
            let words = format!("The input is no JSON: {problem}");
            Frame::new()
                .inner_margin(egui::Margin::symmetric(8, 4))
                .show(ui, |ui| note(ui, Status::Failed, Icon::CANCEL, &words));
        }
        None => {
            let words = if input.is_null() {
                "Without an input the execution gets {}"
            } else {
                "The input must be a text that holds JSON"
            };
            Frame::new()
                .inner_margin(egui::Margin::symmetric(8, 4))
                .show(ui, |ui| note(ui, Status::Caught, Icon::WARNING, words));
        }
    }
    if session.active().is_some() && matches!(sight.input, Some(Ok(_))) {
        Frame::new()
            .inner_margin(egui::Margin::symmetric(16, 8))
            .show(ui, |ui| {
                let button = Button::new("Run the open workflow with this").icon(Icon::PLAY_ARROW);
                if ui.add(button).clicked() {
                    out.push(Intent::Lab(LabIntent::RunWorkflow));
                }
            });
    }
}
