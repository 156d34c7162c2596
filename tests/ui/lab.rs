//! The template lab by the names of its parts.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use stepwright::session::Intent;
use stepwright::session::LabIntent;
use stepwright::session::LabSide;
use stepwright::ui::panels::lab;
use stepwright::ui::panels::lab::LabView;

use crate::desk::Desk;
use crate::desk::harness;

type Lab<'a> = Harness<'a, (Desk, LabView)>;

fn open(side: LabSide) -> Lab<'static> {
    let mut desk = Desk::new();
    desk.ask(Intent::Lab(LabIntent::Show));
    desk.ask(Intent::Lab(LabIntent::Side(side)));
    harness(
        desk,
        LabView::default(),
        egui::vec2(1280.0, 760.0),
        lab::show,
    )
}

/// Replaces the template by typing.
fn write(harness: &mut Lab<'_>, text: &str) {
    harness.get_by_label("Template").focus();
    harness.run();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.run();
    harness.get_by_label("Template").type_text(text);
    harness.run();
}

fn output(harness: &Lab<'_>) -> String {
    harness.state().0.session.lab.sight.output.to_string()
}

#[test]
fn a_template_is_typed_and_its_result_is_seen() {
    let mut harness = open(LabSide::Request);
    write(&mut harness, "{\"who\": \"$input.path('$.customerId')\"}");
    assert_eq!(output(&harness), "{\"who\": \"cus_91aa\"}");
    assert_eq!(
        harness.get_by_label("Result").value().as_deref(),
        Some("{\"who\": \"cus_91aa\"}")
    );
    harness.get_by_label("JSON");
}

#[test]
fn a_broken_template_shows_line_and_column() {
    let mut harness = open(LabSide::Request);
    write(&mut harness, "{}\n#set($a = )");
    let place = harness
        .state()
        .0
        .session
        .lab
        .sight
        .trouble
        .clone()
        .unwrap()
        .place;
    assert_eq!(place.line, 2);
    harness.get_by_label_contains(&format!("Line 2, column {} of the template", place.column));
    harness.get_by_label("500 Template error");
}

#[test]
fn a_branch_not_taken_is_named() {
    let mut harness = open(LabSide::Response);
    harness.get_by_label("All values").click();
    harness.run();
    harness
        .get_by_label_contains("#if($input.path('$.status') != \"SUCCEEDED\") is false, not taken");
    harness.get_by_label_contains("#elseif($output.status == \"error\") is true, taken");
    harness.get_by_label_contains("#else, not taken");
    harness.get_by_label("400 Bad request");
    harness.get_by_label_contains("responseOverride.status: 400");
}

#[test]
fn an_undefined_reference_says_that_it_prints_nothing() {
    let mut harness = open(LabSide::Request);
    write(&mut harness, "$nobody");
    harness.get_by_label_contains("$nobody is undefined, prints nothing");
}

#[test]
fn values_at_the_line_follow_the_cursor() {
    let mut harness = open(LabSide::Request);
    write(&mut harness, "#set($one = 1)\n#set($two = 2)");
    harness.get_by_label("Values at line 2");
    harness.get_by_label("Line 2: $two is 2");
    harness.key_press(egui::Key::ArrowUp);
    harness.run();
    harness.get_by_label("Line 1: $one is 1");
    assert!(harness.query_by_label("Line 2: $two is 2").is_none());
}

#[test]
fn a_value_leads_to_its_place() {
    let mut harness = open(LabSide::Request);
    write(&mut harness, "#set($one = 1)\n\n\n#set($two = 2)");
    harness.get_by_label("All values").click();
    harness.run();
    harness.get_by_label("Line 1: $one is 1").click();
    harness.run();
    harness.get_by_label("Values at line 1");
}

#[test]
fn a_pass_of_a_loop_is_chosen() {
    let mut harness = open(LabSide::Request);
    write(&mut harness, "#foreach($i in [5, 6, 7])#set($j = $i)#end");
    harness.get_by_label("Next pass").click();
    harness.run();
    harness.get_by_label("Next pass").click();
    harness.run();
    harness.get_by_label("Line 1: $j, before 5 is 6");
    assert!(
        harness
            .query_by_label("Line 1: $j, before 6 is 7")
            .is_none()
    );
}

#[test]
fn what_is_offered_is_taken_with_the_keyboard() {
    let mut harness = open(LabSide::Request);
    write(&mut harness, "");
    harness.get_by_label("Template").type_text("$inp");
    harness.run();
    harness.get_by_label("input");
    harness.key_press(egui::Key::Enter);
    harness.run();
    assert_eq!(&*harness.state().0.session.lab.template().text, "$input");
    harness.get_by_label("Template").type_text(".bo");
    harness.run();
    harness.key_press(egui::Key::Tab);
    harness.run();
    assert_eq!(
        &*harness.state().0.session.lab.template().text,
        "$input.body"
    );
    assert!(output(&harness).contains("cus_91aa"));
}

#[test]
fn the_result_of_a_run_feeds_the_response_side() {
    let mut desk = Desk::sample("order-processing");
    desk.ask(Intent::Perform(stepwright::session::Action::Run));
    desk.ask(Intent::Lab(LabIntent::Show));
    desk.ask(Intent::Lab(LabIntent::Side(LabSide::Response)));
    let size = egui::vec2(1280.0, 760.0);
    let mut harness = harness(desk, LabView::default(), size, lab::show);
    harness
        .get_by_label("Use the last execution's result")
        .click();
    harness.run();
    let answer = &harness.state().0.session.lab.answer;
    let body = stepwright::query::Value::parse(&answer.body).unwrap();
    assert!(body.get("status").is_some(), "{}", answer.body);
    assert!(body.get("executionArn").is_some(), "{}", answer.body);
    // What scenarios answer can be had as well.
    harness.get_by_label("Result of a scenario with its mocks");
}

#[test]
fn a_remark_is_mended_and_the_mend_undone() {
    let mut harness = open(LabSide::Request);
    write(
        &mut harness,
        "{\"note\": \"$util.escapeJavaScript($input.path('$.note'))\"}",
    );
    harness.get_by_label_contains("Not JSON at line 1");
    harness
        .get_by_label("Put the apostrophe back with replaceAll")
        .click();
    harness.run();
    assert_eq!(output(&harness), "{\"note\": \"Ring at the neighbour's\"}");
    harness
        .get_by_label("Undo in the template (Ctrl+Z)")
        .click();
    harness.run();
    let template = &harness.state().0.session.lab.template().text;
    assert!(!template.contains("replaceAll"));
}

#[test]
fn it_fits_into_a_narrow_place() {
    let mut desk = Desk::new();
    desk.ask(Intent::Lab(LabIntent::Show));
    let size = egui::vec2(700.0, 420.0);
    let mut harness = harness(desk, LabView::default(), size, lab::show);
    harness.run();
    harness.get_by_label("Template");
    harness.get_by_label("Result");
}
