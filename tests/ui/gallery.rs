//! Every widget is shown in all three themes, named, and reacts to clicks and keys.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use stepwright::scene::Theme;
use stepwright::ui::theme;
use stepwright::ui::widgets::gallery;

fn harness(theme: Theme) -> Harness<'static, gallery::Gallery> {
    let mut ready = false;
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1280.0, 800.0))
        .with_step_dt(1.0 / 60.0)
        .build_ui_state(
            move |ui, state: &mut gallery::Gallery| {
                if !std::mem::replace(&mut ready, true) {
                    theme::install_fonts(ui.ctx());
                }
                theme::apply(ui.ctx(), theme, true);
                gallery::show(ui, state);
            },
            gallery::Gallery::default(),
        );
    harness.run();
    harness
}

#[test]
fn widgets_appear_in_every_theme() {
    for theme in Theme::ALL {
        let harness = harness(theme);
        harness.get_by_label("Debug");
        harness.get_by_label("Reserve inventory");
        harness.get_by_label("order: 3 keys");
    }
}

#[test]
fn segments_tabs_and_boxes_are_chosen_by_click() {
    let mut harness = harness(Theme::Light);
    harness.get_by_label("Split").click();
    harness.run();
    assert_eq!(harness.state().choice, 1);
    harness.get_by_label("Problems").click();
    harness.get_by_label("Error handling").click();
    harness.run();
    assert_eq!(harness.state().tab, 2);
    assert!(harness.state().on);
}

#[test]
fn a_combo_box_opens_and_chooses() {
    let mut harness = harness(Theme::Dark);
    harness
        .get_by_role_and_label(egui::accesskit::Role::ComboBox, "Next state")
        .click();
    harness.run();
    harness.get_by_label("Out of stock").click();
    harness.run();
    assert_eq!(harness.state().choice, 2);
}
