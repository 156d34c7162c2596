//! Code in a block that is only read, and JSON in a field of a form.

use egui::CornerRadius;
use egui::Frame;
use egui::Id;
use egui::Margin;
use egui::ScrollArea;
use egui::TextEdit as TextField;
use egui::Ui;

use crate::scene::Role;
use crate::scene::Status;
use crate::ui::code::highlight::code_job;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;

/// Code that is only read: coloured, selectable, in a block with rounded corners.
pub fn code_block(ui: &mut Ui, id: Id, text: &str, height: Option<f32>) {
    let skin = Skin::of(ui.ctx());
    Frame::new()
        .fill(skin.color(Role::CodeGround))
        .stroke(skin.stroke(1.0, Role::Line))
        .corner_radius(6)
        .inner_margin(Margin::same(8))
        .show(ui, |ui| {
            let height = height.unwrap_or(f32::INFINITY);
            ScrollArea::both()
                .id_salt(id)
                .max_height(height)
                .auto_shrink([false, true])
                .show(ui, |ui| {
                    let job = code_job(text, skin, Text::Code);
                    ui.add(egui::Label::new(job).selectable(true).extend());
                });
        });
}

/// JSON or an expression in a field of several lines with colours. Returns the field's response.
pub fn json_field(
    ui: &mut Ui,
    id: Id,
    name: &str,
    text: &mut String,
    rows: usize,
    wrong: bool,
) -> egui::Response {
    let skin = Skin::of(ui.ctx());
    let width = ui.available_width();
    let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, wrap: f32| {
        let mut job = code_job(text.as_str(), skin, Text::Code);
        job.wrap.max_width = wrap;
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    };
    let response = ui.add(
        TextField::multiline(text)
            .id(id)
            .code_editor()
            .frame(
                Frame::new()
                    .fill(skin.color(Role::CodeGround))
                    .corner_radius(6)
                    .inner_margin(Margin::symmetric(9, 4)),
            )
            .desired_width(width)
            .desired_rows(rows)
            .layouter(&mut layouter),
    );
    let response = response.accessible_name(name.to_owned());
    let stroke = if response.has_focus() {
        skin.stroke(2.0, Role::Accent)
    } else if wrong {
        skin.stroke(1.5, Role::StatusLine(Status::Failed))
    } else {
        skin.stroke(1.0, Role::Border)
    };
    ui.painter().rect_stroke(
        response.rect,
        CornerRadius::same(6),
        stroke,
        egui::StrokeKind::Inside,
    );
    response
}
