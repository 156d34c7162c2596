//! The template lab: what comes in at the left, the template in the middle, what comes out at the right.
//!
//! It stands alone in the middle of the window or beside the trace of a request; it needs nothing but the
//! session's [`Lab`](crate::session::Lab) and its own view.
//!
//! Never: renders a template or changes the session.
//! Add a part as a file here.

mod completion;
mod input;
mod problems;
mod result;
mod template;
mod values;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use egui::CornerRadius;
use egui::Frame;
use egui::Panel;
use egui::Rect;
use egui::Ui;
use egui::pos2;
use egui::vec2;

use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::Intent;
use crate::session::Lab;
use crate::session::LabField;
use crate::session::LabIntent;
use crate::session::LabSide;
use crate::session::Live;
use crate::session::Session;
use crate::text::Span;
use crate::ui::code::CodeState;
use crate::ui::panels::lab::completion::CompletionView;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::view::Outbox;
use crate::ui::widgets::Button;
use crate::ui::widgets::JsonTreeState;
use crate::ui::widgets::check_box;
use crate::ui::widgets::segments;

/// What the lab's part of the window remembers.
#[derive(Clone, Debug, Default)]
pub struct LabView {
    request_code: CodeState,
    response_code: CodeState,
    input_code: CodeState,
    output_code: CodeState,
    completion: CompletionView,
    values: ValuesTab,
    result: ResultTab,
    tree: JsonTreeState,
    input_tree: JsonTreeState,
    open: BTreeSet<LabField>,
    /// Where the cursor stands in the template.
    cursor: usize,
    /// The pass of each loop that is looked at, counted from one; all of a loop that is not here.
    passes: BTreeMap<usize, usize>,
    lit: Lit,
}

/// A part of the template and what it has written, both marked; only as long as the sight has this number.
#[derive(Clone, Debug, Default)]
struct Lit {
    number: u64,
    template: Option<Span>,
    output: Vec<Span>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ValuesTab {
    #[default]
    Line,
    All,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ResultTab {
    #[default]
    Text,
    Tree,
}

const HEAD: f32 = 44.0;
const COLUMN_HEAD: f32 = 36.0;

impl LabView {
    fn code(&mut self, side: LabSide) -> &mut CodeState {
        match side {
            LabSide::Request => &mut self.request_code,
            LabSide::Response => &mut self.response_code,
        }
    }

    /// Brings a place of the template into view and puts the cursor there.
    fn go_to(&mut self, side: LabSide, span: Span) {
        self.cursor = span.start;
        self.code(side).reveal(span);
    }
}

/// The id of the field in which the template of a side is typed.
pub fn template_field(side: LabSide) -> egui::Id {
    template_id(side).with("text")
}

fn template_id(side: LabSide) -> egui::Id {
    egui::Id::unique(("lab template", side))
}

/// Shows the lab in the whole available space.
pub fn show(ui: &mut Ui, session: &Session, view: &mut LabView, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let lab = &session.lab;
    let area = ui.available_rect_before_wrap();
    ui.painter()
        .rect_filled(area, CornerRadius::ZERO, skin.color(Role::Panel));
    ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
    let top = Rect::from_min_size(area.min, vec2(area.width(), HEAD));
    head(ui, top, lab, out);
    let line = skin.stroke(1.0, Role::Line);
    ui.painter().hline(area.x_range(), top.bottom() - 0.5, line);
    let body = Rect::from_min_max(top.left_bottom(), area.max);
    ui.scope_builder(egui::UiBuilder::new().max_rect(body), |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(body));
        columns(ui, session, view, out);
    });
    ui.allocate_rect(area, egui::Sense::hover());
}

fn columns(ui: &mut Ui, session: &Session, view: &mut LabView, out: &mut Outbox) {
    let width = ui.available_width();
    let bare = Frame::new();
    let side = Panel::left("lab input")
        .resizable(true)
        .default_size((width * 0.27).clamp(200.0, 420.0))
        .size_range(180.0..=(width * 0.45).max(200.0))
        .frame(bare);
    side.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        input::show(ui, session, view, out);
    });
    let side = Panel::right("lab result")
        .resizable(true)
        .default_size((width * 0.28).clamp(220.0, 460.0))
        .size_range(180.0..=(width * 0.45).max(200.0))
        .frame(bare);
    side.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        result::show(ui, session, view, out);
    });
    egui::CentralPanel::no_frame().show(ui, |ui| {
        template::show(ui, session, view, out);
    });
}

/// Which side, what it is a template of, and when it is rendered.
fn head(ui: &mut Ui, area: Rect, lab: &Lab, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let inner = area.shrink2(vec2(16.0, 0.0));
    let mut right_edge = inner.right();
    let right = egui::Layout::right_to_left(egui::Align::Center);
    ui.scope_builder(egui::UiBuilder::new().max_rect(inner).layout(right), |ui| {
        let on = lab.live == Live::AsTyped;
        if check_box(ui, on, "Run as I type").clicked() {
            let live = if on { Live::OnDemand } else { Live::AsTyped };
            out.push(Intent::Lab(LabIntent::Live(live)));
        }
        if !on {
            let due = lab.is_behind();
            let button = Button::primary("Render").icon(Icon::PLAY_ARROW);
            if ui.add_enabled(due, button).clicked() {
                out.push(Intent::Lab(LabIntent::Render));
            }
        }
        right_edge = ui.min_rect().left();
    });
    let left = Rect::from_min_max(inner.min, pos2(right_edge - 12.0, inner.bottom()));
    let across = egui::Layout::left_to_right(egui::Align::Center);
    ui.scope_builder(egui::UiBuilder::new().max_rect(left).layout(across), |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(left));
        let choices = [
            (LabSide::Request, "Request template"),
            (LabSide::Response, "Response template"),
        ];
        if let Some(side) = segments(ui, "Side", lab.side, &choices, None) {
            out.push(Intent::Lab(LabIntent::Side(side)));
        }
        ui.add_space(4.0);
        let words = lab.template().title.as_str();
        ui.label(Text::Small.rich(words).color(skin.color(Role::SecondText)));
    });
}

/// The head of a column: what it is, of what, and room for buttons at the right.
fn column_head(ui: &mut Ui, title: &str, weak: &str, buttons: impl FnOnce(&mut Ui)) {
    let skin = Skin::of(ui.ctx());
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), COLUMN_HEAD));
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let mut right_edge = inner.right();
    let right = egui::Layout::right_to_left(egui::Align::Center);
    ui.scope_builder(
        egui::UiBuilder::new()
            .max_rect(Rect::from_min_max(
                inner.min,
                pos2(rect.right() - 8.0, rect.bottom()),
            ))
            .layout(right),
        |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            buttons(ui);
            right_edge = right_edge.min(ui.min_rect().left() - 8.0);
        },
    );
    let area = Rect::from_min_max(inner.min, pos2(right_edge, inner.bottom()));
    let response = ui.interact(area, ui.scope_id().with(title), egui::Sense::hover());
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::Heading, true, format!("{title} {weak}"))
    });
    let used = Text::LabelStrong.paint(ui, area, title, skin.color(Role::Text));
    let rest = Rect::from_min_max(pos2(area.left() + used + 8.0, area.top()), area.max);
    if rest.width() > 24.0 {
        Text::Small.paint(ui, rest, weak, skin.color(Role::WeakText));
    }
}

/// A sentence in the colours of a status, wrapped, with an icon before it.
fn note(ui: &mut Ui, status: Status, icon: Icon, text: &str) {
    let skin = Skin::of(ui.ctx());
    Frame::new()
        .fill(skin.color(Role::StatusFill(status)))
        .corner_radius(6)
        .inner_margin(egui::Margin::symmetric(8, 6))
        .show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            let color = skin.color(Role::StatusText(status));
            let top = ui.cursor().min;
            crate::ui::theme::paint_icon(ui, top + vec2(8.0, 10.0), icon, 16.0, color);
            let inside = Rect::from_min_size(
                top + vec2(24.0, 0.0),
                vec2((ui.available_width() - 24.0).max(40.0), 20.0),
            );
            let used = ui.scope_builder(egui::UiBuilder::new().max_rect(inside), |ui| {
                let job = crate::ui::widgets::sentence(text, Text::Small, skin.color(Role::Text));
                let label = ui.add(egui::Label::new(job).wrap().selectable(true));
                let spoken = crate::ui::widgets::spoken(text);
                label.widget_info(|| {
                    egui::WidgetInfo::labeled(egui::Role::Label, true, spoken.clone())
                });
            });
            let _ = used;
        });
}
