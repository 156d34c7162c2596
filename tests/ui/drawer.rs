//! The bottom drawer: the table of a run, its events, problems, scenarios, and the scrubber.

use crate::desk::Desk;
use crate::desk::harness;
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT;
use egui_kittest::kittest::Queryable;
use stepwright::session::Action;
use stepwright::session::DrawerTab;
use stepwright::session::InputChoice;
use stepwright::session::Intent;
use stepwright::ui::panels::drawer;
use stepwright::ui::panels::drawer::DrawerView;

fn show(desk: Desk) -> Harness<'static, (Desk, DrawerView)> {
    let size = egui::vec2(1400.0, 420.0);
    harness(desk, DrawerView::default(), size, drawer::show)
}

fn failed_run() -> Desk {
    let mut desk = Desk::sample("order-processing");
    desk.choose("Three items, one sold out");
    desk.ask(Intent::Perform(Action::Run));
    desk
}

#[test]
fn an_empty_drawer_says_what_to_do() {
    let mut desk = Desk::sample("order-processing");
    let mut harness = show(std::mem::replace(&mut desk, Desk::new()));
    harness.get_by_label("Press Run to watch it");
    for (tab, words) in [
        ("Events", "Events appear here during a run"),
        ("Problems", "No problems"),
    ] {
        harness.get_by_label(tab).click();
        harness.run();
        harness.get_by_label(words);
    }
}

#[test]
fn the_table_has_a_row_per_visit_and_selects() {
    let mut harness = show(failed_run());
    harness.get_by_label_contains("Validate order, Task, Succeeded");
    harness.get_by_label_contains("Reserve item #0, Task");
    harness
        .get_by_label_contains("Reserve item #2, Task, Failed")
        .click();
    harness.run();
    let (desk, _) = harness.state();
    let run = desk.session.active().unwrap().run.as_ref().unwrap();
    let visit = run.shown_visit().unwrap();
    assert_eq!(
        (visit.name.as_str(), visit.lane_index()),
        ("Reserve item", Some(2))
    );
}

#[test]
fn a_map_folds_and_the_filter_finds() {
    let mut harness = show(failed_run());
    harness.get_by_label("Collapse Reserve inventory").click();
    harness.run();
    assert!(harness.query_by_label_contains("Reserve item #0").is_none());
    harness.state_mut().1.run.filter = "item".into();
    harness.run();
    harness.get_by_label_contains("Reserve item #0");
    assert!(
        harness
            .query_by_label_contains("Validate order, Task")
            .is_none()
    );
}

#[test]
fn events_are_listed_filtered_and_opened() {
    let mut desk = failed_run();
    desk.ask(Intent::SetDrawer(DrawerTab::Events));
    let mut harness = show(desk);
    harness.get_by_label("Event 1, ExecutionStarted").click();
    harness.run();
    harness.get_by_label("Copy the event");
    harness.state_mut().1.events.filter = "MapStateStarted".into();
    harness.run();
    harness.get_by_label_contains("MapStateStarted, Reserve inventory");
    assert!(
        harness
            .query_by_label("Event 1, ExecutionStarted")
            .is_none()
    );
}

#[test]
fn twenty_five_thousand_events_scroll_at_once() {
    let mut desk = failed_run();
    let tab = &mut desk.session.tabs[0];
    let run = tab.run.as_mut().unwrap();
    let first = run.events.clone();
    while run.events.len() < 25_000 {
        let next = run.events.len();
        let mut event = first[next % first.len()].clone();
        event.id = next as u64 + 1;
        run.events.push(event);
    }
    desk.ask(Intent::SetDrawer(DrawerTab::Events));
    let mut harness = show(desk);
    let begun = std::time::Instant::now();
    for _ in 0..10 {
        harness.step();
    }
    let each = begun.elapsed() / 10;
    println!("a frame with 25,000 events takes {each:?}");
    assert!(each.as_millis() < 60, "{each:?}");
}

#[test]
fn problems_are_listed_and_mended() {
    let mut desk = Desk::new();
    let text = "{\n  \"StartAt\": \"A\",\n  \"States\": {\n    \"A\": { \"Type\": \"Pass\", \"Next\": \"Bee\" },\n    \"B\": { \"Type\": \"Succeed\" }\n  }\n}\n";
    desk.open("broken", text, Some("{\"type\":\"FAST\"}"));
    desk.ask(Intent::SetDrawer(DrawerTab::Problems));
    let count = desk.session.active().unwrap().revision.diagnostics.len();
    let mut harness = show(desk);
    harness.get_by_label_contains("in the companion file");
    if count > 0 {
        let rows: Vec<_> = harness.get_all_by_label_contains(", line ").collect();
        assert_eq!(rows.len(), count);
        rows[0].click();
        harness.run();
        assert!(matches!(
            harness.state().0.asked.last(),
            Some(Intent::RevealText(_))
        ));
    }
}

#[test]
fn scenarios_are_checked_and_chosen() {
    let mut desk = Desk::sample("order-processing");
    desk.ask(Intent::SetDrawer(DrawerTab::Scenarios));
    let mut harness = show(desk);
    harness.get_by_label("Run all").click();
    harness.run();
    harness.get_by_label("Two items, Stripe, Passed");
    harness.get_by_label_contains("passed  ·");
    harness.get_by_label("Use Card declined as input").click();
    harness.run();
    let tab = harness.state().0.session.active().unwrap();
    assert_eq!(tab.scenario().unwrap().name, "Card declined");
    assert!(matches!(tab.input, InputChoice::Scenario(_)));
}

#[test]
fn a_debugged_run_goes_to_and_fro() {
    let mut desk = Desk::sample("order-processing");
    desk.choose("Two items, Stripe");
    desk.ask(Intent::Perform(Action::Debug));
    let mut harness = show(desk);
    harness.get_by_label_contains("Transform request, Pass, Paused");
    for _ in 0..3 {
        harness.get_by_label("Step forward").click();
        harness.run();
    }
    harness.get_by_label_contains("Reserve inventory, Map, Paused");
    harness.get_by_label("Step back").click();
    harness.run();
    harness.get_by_label_contains("Validate order, Task, Paused");
    harness.get_by_label("Back to the start").click();
    harness.run();
    harness.get_by_label_contains("Transform request, Pass, Paused");
    harness.get_by_label("Go on to the end").click();
    harness.run();
    let slider = harness.get_by_role(egui::accesskit::Role::Slider);
    assert!(slider.accesskit_node().label().is_some());
    harness.get_by_label("Close the drawer").click();
    harness.run();
    harness.get_by_label("Open the drawer");
}

#[test]
fn what_failed_is_scrolled_into_view() {
    let mut desk = Desk::sample("order-processing");
    desk.choose("Three items, one sold out");
    let size = egui::vec2(1400.0, 240.0);
    let mut harness = harness(desk, DrawerView::default(), size, drawer::show);
    harness.state_mut().0.ask(Intent::Perform(Action::Run));
    harness.run();
    let row = harness.get_by_label_contains("Out of stock, Fail, Failed");
    assert!(row.rect().bottom() <= 240.0, "{:?}", row.rect());
}
