//! The palette finds states, text of the definition, values of a run, and actions.

use crate::desk::Desk;
use crate::desk::harness;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use stepwright::session::Action;
use stepwright::session::Intent;
use stepwright::ui::PaletteState;
use stepwright::ui::View;
use stepwright::ui::panels::palette;
use stepwright::ui::panels::run_search::ValueSearch;

fn after_run() -> Desk {
    let mut desk = Desk::sample("order-processing");
    desk.choose("Two items, Stripe");
    desk.ask(Intent::Perform(Action::Run));
    desk
}

fn show(desk: Desk, words: &str) -> Harness<'static, (Desk, View)> {
    let mut view = View::new();
    view.palette = Some(PaletteState {
        words: words.to_owned(),
        ..PaletteState::fresh(true)
    });
    let size = egui::vec2(900.0, 600.0);
    harness(desk, view, size, |ui, session, view, out| {
        palette::show(ui.ctx(), session, view, out);
    })
}

#[test]
fn a_value_is_found_once_however_far_it_is_handed_on() {
    let desk = after_run();
    let run = desk.session.active().unwrap().run.as_ref().unwrap();
    let mut search = ValueSearch::default();
    let hits = search.hits(run, "tok_4242").to_vec();
    assert!(!hits.is_empty());
    let first = &hits[0];
    assert_eq!(first.title, "$.payment.token: \"tok_4242\"");
    assert_eq!(first.place, "Transform request, input");
    let alike = hits.iter().filter(|hit| hit.title == first.title).count();
    assert_eq!(alike, 1);
    assert!(search.hits(run, "no such words").is_empty());
}

#[test]
fn a_value_leads_to_its_visit() {
    let mut harness = show(after_run(), "tok_4242");
    harness
        .get_by_label("$.payment.token: \"tok_4242\"")
        .click();
    harness.run();
    let (desk, view) = harness.state();
    assert!(view.palette.is_none());
    let run = desk.session.active().unwrap().run.as_ref().unwrap();
    assert_eq!(run.shown_visit().unwrap().name, "Transform request");
}

#[test]
fn what_cannot_be_done_is_shown_and_not_done() {
    let mut harness = show(after_run(), "step over");
    harness.get_by_label("Step over").click();
    harness.run();
    assert!(harness.state().0.asked.is_empty());
}

#[test]
fn nothing_found_is_said_so() {
    let harness = show(after_run(), "refnd qqq");
    harness.get_by_label("No state contains “refnd qqq”");
}
