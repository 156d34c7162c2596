//! Shows every widget in one window: `cargo run --example gallery -- dark`.

use stepwright::scene::Theme;
use stepwright::ui::theme;
use stepwright::ui::widgets::gallery;

struct Window {
    gallery: gallery::Gallery,
    theme: Theme,
}

impl eframe::App for Window {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        theme::apply(ui.ctx(), self.theme, false);
        egui::CentralPanel::default_margins().show(ui, |ui| gallery::show(ui, &mut self.gallery));
    }
}

fn main() -> eframe::Result {
    let chosen = std::env::args().nth(1).unwrap_or_default();
    let theme = Theme::parse(&chosen).unwrap_or_default();
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([1280.0, 800.0]),
        ..eframe::NativeOptions::default()
    };
    eframe::run_native(
        "Stepwright widgets",
        options,
        Box::new(move |context| {
            theme::install_fonts(&context.egui_ctx);
            let gallery = gallery::Gallery::default();
            Ok(Box::new(Window { gallery, theme }))
        }),
    )
}
