//! The inspector while a run is shown: input and output, steps, attempts, and editing at a pause.

use crate::desk::Desk;
use crate::desk::harness;
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT;
use egui_kittest::kittest::Queryable;
use stepwright::asl::StatePath;
use stepwright::editor::Selection;
use stepwright::session::Action;
use stepwright::session::Intent;
use stepwright::ui::panels::inspector::run;
use stepwright::ui::panels::inspector::run::RunInspectorView;

fn show(desk: Desk) -> Harness<'static, (Desk, RunInspectorView)> {
    let size = egui::vec2(440.0, 760.0);
    harness(desk, RunInspectorView::default(), size, run::show)
}

fn after(scenario: &str) -> Desk {
    let mut desk = Desk::sample("order-processing");
    desk.choose(scenario);
    desk.ask(Intent::Perform(Action::Run));
    desk
}

fn reveal(desk: &mut Desk, name: &str) {
    let machine = &desk.session.active().unwrap().revision.machine;
    let path = machine.by_name(name).unwrap().path.clone();
    desk.ask(Intent::Reveal(path));
}

#[test]
fn input_and_output_stand_side_by_side() {
    let mut desk = after("Two items, Stripe");
    reveal(&mut desk, "Validate order");
    let mut harness = show(desk);
    harness.get_by_label("Succeeded");
    harness.get_by_label("Copy Input");
    harness.get_by_label("Copy Output");
    harness.get_by_label("Diff").click();
    harness.get_by_label("Advanced").click();
    harness.run();
    for station in ["Arguments, done", "Result, done", "Output, done"] {
        harness.get_by_label(station);
    }
    harness.get_by_label("Result, done").click();
    harness.run();
    harness.get_by_label("Copy Result");
}

#[test]
fn a_failed_state_says_why_it_has_no_output() {
    let desk = after("Mistyped field");
    let run = desk.session.active().unwrap().run.as_ref().unwrap();
    assert!(run.trace.failed_visit.is_some());
    let mut harness = show(desk);
    harness.get_by_label("Failed");
    assert!(harness.query_by_label("Copy Output").is_none());
    harness.get_by_label("Details").click();
    harness.run();
    harness.get_by_label("Status: Failed");
    harness.get_by_label("Definition").click();
    harness.run();
    harness.get_by_label("Show in the code");
    harness.get_by_label("Events").click();
    harness.run();
    harness.get_by_label_contains("StateEntered");
}

#[test]
fn iterations_are_chosen_with_their_status() {
    let mut desk = after("Three items, one sold out");
    reveal(&mut desk, "Reserve inventory");
    let mut harness = show(desk);
    let chooser = harness.get_by_role_and_label(egui::accesskit::Role::ComboBox, "Choose inside");
    let value = chooser.accesskit_node().value().unwrap_or_default();
    assert_eq!(value, "3 iterations: 1 failed, 2 succeeded");
    chooser.click();
    harness.run();
    harness.get_by_label("Iteration #2, Failed").click();
    harness.run();
    let visit = |harness: &Harness<'_, (Desk, RunInspectorView)>| {
        let run = harness
            .state()
            .0
            .session
            .active()
            .unwrap()
            .run
            .as_ref()
            .unwrap();
        let visit = run.shown_visit().unwrap();
        (visit.name.clone(), visit.lane_index())
    };
    assert_eq!(visit(&harness), ("Reserve item".to_owned(), Some(2)));
    harness.get_by_label("Previous visit").click();
    harness.run();
    assert_eq!(visit(&harness), ("Reserve item".to_owned(), Some(1)));
}

#[test]
fn attempts_are_listed_with_their_waits() {
    let mut desk = after("One item, PayPal, warehouse busy once");
    reveal(&mut desk, "Reserve item");
    let mut harness = show(desk);
    harness.get_by_label("Retry").click();
    harness.run();
    harness.get_by_label_contains("Attempt 1, Failed");
    harness.get_by_label_contains("waited ");
    harness
        .get_by_label_contains("Attempt 2, Succeeded")
        .click();
    harness.run();
    let run = harness
        .state()
        .0
        .session
        .active()
        .unwrap()
        .run
        .as_ref()
        .unwrap();
    assert_eq!(run.selected_attempt, Some(1));
}

#[test]
fn the_pending_input_is_edited_at_a_pause() {
    let mut desk = Desk::sample("order-processing");
    desk.choose("Two items, Stripe");
    desk.ask(Intent::Perform(Action::Debug));
    let mut harness = show(desk);
    harness.get_by_label("Paused");
    let field =
        harness.get_by_role_and_label(egui::accesskit::Role::MultilineTextInput, "Pending input");
    field.focus();
    harness.run();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.run();
    harness
        .get_by_role_and_label(egui::accesskit::Role::MultilineTextInput, "Pending input")
        .type_text("{\"order\":{\"id\":\"other\",\"items\":[]}}");
    harness.run();
    harness.get_by_label("Apply").click();
    harness.run();
    let run = |harness: &Harness<'_, (Desk, RunInspectorView)>| {
        let run = harness
            .state()
            .0
            .session
            .active()
            .unwrap()
            .run
            .as_ref()
            .unwrap();
        run.paused.as_ref().unwrap().input.to_json()
    };
    assert_eq!(run(&harness), "{\"order\":{\"id\":\"other\",\"items\":[]}}");
}

#[test]
fn what_was_not_reached_and_the_whole_run_are_shown() {
    let mut desk = after("Two items, Stripe");
    reveal(&mut desk, "Invalid order");
    let mut harness = show(desk);
    harness.get_by_label("This run did not come to this state");
    let (desk, _) = harness.state_mut();
    desk.ask(Intent::Select(Selection::none()));
    harness.run();
    harness.get_by_label("Copy Output");
    harness.get_by_label("Details").click();
    harness.run();
    harness.get_by_label_contains("Visits: ");
    let (desk, _) = harness.state_mut();
    desk.ask(Intent::Select(Selection::state(StatePath::top("nowhere"))));
    harness.run();
}
