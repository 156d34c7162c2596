//! What the window shows while no workflow is open.

use egui::Ui;
use egui::vec2;

use crate::scene::Icon;
use crate::scene::Role;
use crate::session::Action;
use crate::session::Intent;
use crate::session::Session;
use crate::ui::panels::files::open_sample;
use crate::ui::panels::files::title_of;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::view::Outbox;
use crate::ui::widgets::Button;
use crate::ui::widgets::link;
use crate::ui::widgets::section_head;

/// Open, begin, or look at a sample.
pub fn show(ui: &mut Ui, session: &Session, out: &mut Outbox) {
    let skin = Skin::of(ui.ctx());
    let area = ui.available_rect_before_wrap();
    ui.painter()
        .rect_filled(area, 0.0, skin.color(Role::Canvas));
    let width = 680.0_f32.min(area.width() - 32.0);
    let height = 180.0 + 32.0 * session.samples.len() as f32;
    let place = egui::Rect::from_center_size(area.center(), vec2(width, height.min(area.height())));
    ui.scope_builder(egui::UiBuilder::new().max_rect(place), |ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 4.0);
        ui.label(
            Text::Title
                .rich("No workflow is open")
                .color(skin.color(Role::Text)),
        );
        ui.label(
            Text::Body
                .rich("Open a definition, drop one on this window, or look at a sample")
                .color(skin.color(Role::SecondText)),
        );
        ui.add_space(12.0);
        ui.horizontal(|ui| {
            if ui
                .add(Button::primary("Open…").icon(Icon::FOLDER_OPEN))
                .clicked()
            {
                out.push(Intent::Perform(Action::OpenFile));
            }
            if ui.add(Button::new("New").icon(Icon::NOTE_ADD)).clicked() {
                out.push(Intent::Perform(Action::New));
            }
        });
        ui.add_space(12.0);
        section_head(ui, "Samples");
        for (name, about) in &session.samples {
            ui.horizontal(|ui| {
                ui.add_space(8.0);
                if link(ui, &title_of(name), Text::Strong).clicked() {
                    out.push(open_sample(session, name));
                }
                ui.add(
                    egui::Label::new(Text::Small.rich(about).color(skin.color(Role::WeakText)))
                        .truncate(),
                );
            });
        }
    });
    ui.allocate_rect(area, egui::Sense::hover());
}
