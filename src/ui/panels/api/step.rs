//! The step of a trace that is chosen: what happened in words, what went in, what came out.

use egui::Rect;
use egui::ScrollArea;
use egui::Ui;
use egui::pos2;
use egui::vec2;

use crate::gateway::StepKind;
use crate::gateway::TraceStep;
use crate::query::Value;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Answered;
use crate::session::ApiIntent;
use crate::session::Intent;
use crate::session::Sent;
use crate::session::SentId;
use crate::session::Session;
use crate::session::status_words;
use crate::ui::code::code_block;
use crate::ui::panels::api::trace::title_of;
use crate::ui::panels::api::words::http_status;
use crate::ui::panels::api::words::verdict_status;
use crate::ui::panels::lab;
use crate::ui::panels::lab::LabView;
use crate::ui::panels::words::capital;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::view::Outbox;
use crate::ui::widgets::Button;
use crate::ui::widgets::JsonTree;
use crate::ui::widgets::JsonTreeState;
use crate::ui::widgets::empty_state;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::sentence;
use crate::ui::widgets::size_text;
use crate::ui::widgets::status_icon;
use crate::ui::widgets::tone_chip;

/// What the part remembers: the texts of the step as values, and what is folded.
#[derive(Default)]
pub struct StepView {
    shown: Option<(SentId, usize)>,
    input: Side,
    output: Side,
}

/// A text that went in or came out.
#[derive(Default)]
struct Side {
    text: String,
    value: Option<Value>,
    tree: JsonTreeState,
}

impl Side {
    fn of(text: Option<&str>) -> Side {
        let text = text.unwrap_or_default().to_owned();
        let value = Value::parse(&text).ok();
        // A number or a text alone is no tree.
        let value = value.filter(|value| value.as_object().is_some() || value.as_array().is_some());
        Side {
            text,
            value,
            tree: JsonTreeState::default(),
        }
    }
}

/// The step in the available space; a template is looked at in the lab.
pub fn show(
    ui: &mut Ui,
    session: &Session,
    view: &mut StepView,
    lab_view: &mut LabView,
    out: &mut Outbox,
) {
    if session.lab_follows() {
        in_lab(ui, session, lab_view, out);
        return;
    }
    let skin = Skin::of(ui.ctx());
    let area = ui.available_rect_before_wrap();
    let chosen = session.api.shown().and_then(|sent| {
        let answered = sent.answered()?;
        let place = session.api.step?;
        Some((sent, answered, place, answered.trace.get(place)?))
    });
    let Some((sent, answered, place, step)) = chosen else {
        let words = match session.api.shown() {
            None => "The steps of the answer are looked at here",
            Some(_) => "",
        };
        empty_state(ui, Icon::DATA_OBJECT, words, "");
        return;
    };
    view.follow(sent, place, step, answered);
    let head = Rect::from_min_size(area.min, vec2(area.width(), 44.0));
    // What is too long to stand beside the title stands below it, whole.
    let first = step.words.first().map(String::as_str).unwrap_or_default();
    let fits = Text::Body.width(ui, first) < area.width() - BESIDE;
    let (beside, below) = match fits {
        true => (first, step.words.get(1..).unwrap_or_default()),
        false => ("", step.words.as_slice()),
    };
    header(ui, head, step, answered, beside);
    let top = match below {
        [] => head.bottom(),
        below => words(ui, area, head.bottom(), below) + 4.0,
    };
    let line = skin.stroke(1.0, Role::Line);
    ui.painter().hline(area.x_range(), top + 0.5, line);
    let body = Rect::from_min_max(pos2(area.left(), top + 1.0), area.max);
    let middle = body.left() + (body.width() / 2.0).round();
    let left = Rect::from_min_max(body.min, pos2(middle, body.bottom()));
    let right = Rect::from_min_max(pos2(middle + 1.0, body.top()), body.max);
    ui.painter().vline(middle + 0.5, body.y_range(), line);
    match sides(step.kind) {
        Some((before, after)) => {
            side(ui, left, "input", before, &mut view.input);
            side(ui, right, "output", after, &mut view.output);
        }
        None => answer(ui, left, right, answered, &mut view.output),
    }
    ui.advance_cursor_after_rect(area);
}

/// Points a title and its status take.
const BESIDE: f32 = 260.0;

/// Points the sentences of a step may take; more are scrolled.
const WORDS: f32 = 84.0;

/// The lab, below a strip that says where a change of it is kept.
fn in_lab(ui: &mut Ui, session: &Session, view: &mut LabView, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    if let Some(file) = session.changed_template() {
        let (_, strip) = ui.allocate_space(vec2(ui.available_width(), 36.0));
        let fill = skin.color(Role::AccentFill);
        ui.painter().rect_filled(strip, 0.0, fill);
        let file = file.rsplit('/').next().unwrap_or(file);
        let label = format!("Keep in {file}");
        let width = Text::Label.width(ui, &label) + 24.0;
        let button = Rect::from_min_max(
            pos2(strip.right() - 16.0 - width, strip.top() + 6.0),
            pos2(strip.right() - 16.0, strip.bottom() - 6.0),
        );
        put_at(ui, button, |ui| {
            if ui.add(Button::new(&label).small().width(width)).clicked() {
                out.push(Intent::Api(ApiIntent::KeepTemplates));
            }
        });
        let words = Rect::from_min_max(
            pos2(strip.left() + 16.0, strip.top()),
            pos2(button.left() - 12.0, strip.bottom()),
        );
        let text = "The template is changed here; Send keeps it and tries it";
        Text::Small.paint(ui, words, text, skin.color(Role::Text));
    }
    lab::show(ui, session, view, out);
}

impl StepView {
    fn follow(&mut self, sent: &Sent, place: usize, step: &TraceStep, answered: &Answered) {
        let key = (sent.id, place);
        if self.shown != Some(key) {
            self.input = Side::of(step.input.as_deref());
            self.output = match step.kind {
                // What the step holds is the whole answer, headers and all.
                StepKind::Answer => Side::of(Some(&answered.response.text())),
                StepKind::Received
                | StepKind::Authorized
                | StepKind::Validated
                | StepKind::RequestTemplate
                | StepKind::Integration
                | StepKind::ResponseTemplate
                | StepKind::GatewayResponse => Side::of(step.output.as_deref()),
            };
            self.shown = Some(key);
        }
    }
}

/// What happened, below the title; the end of it.
fn words(ui: &mut Ui, area: Rect, top: f32, all: &[String]) -> f32 {
    let color = Skin::of(ui.ctx()).color(Role::SecondText);
    let place = Rect::from_min_max(
        pos2(area.left() + 16.0, top),
        pos2(area.right() - 16.0, top + WORDS),
    );
    let shown = ui.scope_builder(egui::UiBuilder::new().max_rect(place), |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical()
            .id_salt("words of the step")
            .max_height(WORDS)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                for one in all {
                    let job = sentence(&capital(one), Text::Small, color);
                    ui.add(egui::Label::new(job).wrap());
                }
            });
    });
    shown.response.rect.bottom().min(place.bottom())
}

fn header(ui: &mut Ui, head: Rect, step: &TraceStep, answered: &Answered, beside: &str) {
    let skin = Skin::of(ui.ctx());
    let inner = head.shrink2(vec2(16.0, 12.0));
    put_at(ui, inner, |ui| {
        ui.horizontal_centered(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            ui.label(
                Text::Strong
                    .rich(title_of(step))
                    .color(skin.color(Role::Text)),
            );
            let status = match step.kind {
                StepKind::Answer => http_status(answered.response.status),
                _ => verdict_status(step.verdict),
            };
            if !matches!(status, Status::Succeeded | Status::NotReached)
                && step.kind != StepKind::Answer
            {
                let words = match status {
                    Status::Caught => "Warning",
                    status => status.word(),
                };
                tone_chip(ui, status, status_icon(status), words);
            }
            if !beside.is_empty() {
                let job = sentence(&capital(beside), Text::Body, skin.color(Role::SecondText));
                ui.add(egui::Label::new(job).truncate());
            }
        });
    });
}

/// A title, and weaker words behind it.
type Title = (&'static str, &'static str);

/// What the two sides of a step are called; the answer has others.
fn sides(kind: StepKind) -> Option<(Title, Title)> {
    Some(match kind {
        StepKind::Received => (("Request", "as it came"), ("Route", "that was found")),
        StepKind::Authorized => (("Request", "what was shown"), ("Result", "")),
        StepKind::Validated => (("Body", "of the request"), ("Result", "")),
        StepKind::RequestTemplate => (
            ("Template", "and its input"),
            ("Result", "to the integration"),
        ),
        StepKind::Integration => (
            ("Call", "to the integration"),
            ("Result", "of the integration"),
        ),
        StepKind::ResponseTemplate => (("Input", "to this template"), ("Result", "to the caller")),
        StepKind::GatewayResponse => (("Error", "in the API"), ("Result", "to the caller")),
        StepKind::Answer => return None,
    })
}

fn side(ui: &mut Ui, rect: Rect, which: &str, (title, weak): (&str, &str), side: &mut Side) {
    let skin = Skin::of(ui.ctx());
    let head = Rect::from_min_max(
        rect.min + vec2(16.0, 4.0),
        pos2(rect.right() - 12.0, rect.top() + 36.0),
    );
    let used = Text::Strong.paint(ui, head, title, skin.color(Role::Text));
    let rest = Rect::from_min_max(
        pos2(head.left() + used + 8.0, head.top()),
        pos2(head.right() - 32.0, head.bottom()),
    );
    Text::Small.paint(ui, rest, weak, skin.color(Role::WeakText));
    if !side.text.is_empty() {
        let button = Rect::from_min_max(
            pos2(head.right() - 28.0, head.top() + 2.0),
            pos2(head.right(), head.top() + 30.0),
        );
        put_at(ui, button, |ui| {
            let name = format!("Copy {}", title.to_lowercase());
            if icon_button(ui, Icon::CONTENT_COPY, &name).clicked() {
                ui.ctx().copy_text(side.text.clone());
            }
        });
    }
    let body = Rect::from_min_max(
        pos2(rect.left() + 12.0, head.bottom() + 4.0),
        pos2(rect.right() - 8.0, rect.bottom() - 4.0),
    );
    put_at(ui, body, |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(body));
        text_or_tree(ui, which, side, body.height());
    });
}

fn text_or_tree(ui: &mut Ui, which: &str, side: &mut Side, height: f32) {
    let id = egui::Id::unique(("api step", which));
    if let Some(value) = &side.value {
        JsonTree::new(value).show(ui, id, &mut side.tree);
    } else if side.text.is_empty() {
        let skin = Skin::of(ui.ctx());
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 24.0));
        let inner = rect.shrink2(vec2(4.0, 0.0));
        Text::Small.paint(ui, inner, "Nothing", skin.color(Role::WeakText));
    } else {
        code_block(ui, id, &side.text, Some((height - 20.0).max(20.0)));
    }
}

/// The answer as it leaves: status, size and body, and beside them the headers.
fn answer(ui: &mut Ui, left: Rect, right: Rect, answered: &Answered, body: &mut Side) {
    let skin = Skin::of(ui.ctx());
    let response = &answered.response;
    side(ui, left, "answer", ("Body", ""), body);
    let chip = Rect::from_min_max(
        left.min + vec2(60.0, 4.0),
        pos2(left.right() - 44.0, left.top() + 36.0),
    );
    put_at(ui, chip, |ui| {
        ui.horizontal_centered(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            let status = http_status(response.status);
            let words = format!("{} {}", response.status, status_words(response.status));
            tone_chip(ui, status, status_icon(status), &words);
            let size = size_text(response.body.len());
            ui.label(Text::Small.rich(size).color(skin.color(Role::WeakText)));
        });
    });
    let head = Rect::from_min_max(
        right.min + vec2(16.0, 4.0),
        pos2(right.right() - 12.0, right.top() + 36.0),
    );
    Text::Strong.paint(ui, head, "Headers", skin.color(Role::Text));
    let rows = Rect::from_min_max(
        pos2(head.left(), head.bottom() + 4.0),
        pos2(head.right(), right.bottom() - 4.0),
    );
    put_at(ui, rows, |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(rows));
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical()
            .id_salt("answer headers")
            .auto_shrink([false, false])
            .show(ui, |ui| {
                for (name, value) in &response.headers {
                    ui.horizontal(|ui| {
                        ui.set_height(20.0);
                        ui.spacing_mut().item_spacing.x = 8.0;
                        ui.label(Text::Code.rich(name).color(skin.color(Role::SecondText)));
                        let value = Text::Code.rich(value).color(skin.color(Role::Text));
                        ui.add(egui::Label::new(value).truncate().selectable(true));
                    });
                }
            });
    });
}
