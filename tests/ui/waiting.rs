//! Tasks that wait are answered in the inspector; nested runs are seen and opened from there.

use crate::desk::Desk;
use crate::desk::harness;
use crate::window::Window;
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT;
use egui_kittest::kittest::Queryable;
use serde_json::json;
use stepwright::asl::StatePath;
use stepwright::engine::EventDetail;
use stepwright::engine::TaskEvent;
use stepwright::query::Value;
use stepwright::session::Action;
use stepwright::session::Intent;
use stepwright::session::Run;
use stepwright::session::Session;
use stepwright::ui::panels::drawer;
use stepwright::ui::panels::drawer::DrawerView;
use stepwright::ui::panels::inspector::run;
use stepwright::ui::panels::inspector::run::RunInspectorView;

const ASK: &str = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";

fn asking(timeout: Option<i64>) -> serde_json::Value {
    let mut state = json!({
        "Type": "Task", "Resource": ASK, "End": true,
        "Parameters": {"QueueUrl": "q", "MessageBody": {"Token.$": "$$.Task.Token"}}
    });
    if let Some(seconds) = timeout {
        state["TimeoutSeconds"] = json!(seconds);
    }
    state
}

fn desk(definition: &serde_json::Value) -> Desk {
    let mut desk = Desk::new();
    desk.open("approval", &definition.to_string(), None);
    desk
}

fn one(timeout: Option<i64>) -> Desk {
    let mut desk = desk(&json!({"StartAt": "Ask", "States": {"Ask": asking(timeout)}}));
    desk.ask(Intent::Perform(Action::Run));
    desk
}

fn show(desk: Desk) -> Harness<'static, (Desk, RunInspectorView)> {
    let size = egui::vec2(440.0, 900.0);
    harness(desk, RunInspectorView::default(), size, run::show)
}

fn current(desk: &Desk) -> &Run {
    desk.session.active().unwrap().run.as_ref().unwrap()
}

fn ended(desk: &Desk) -> (&'static str, Option<Value>) {
    let ended = current(desk).ended.as_ref().unwrap();
    (ended.status.name(), ended.output.clone())
}

#[test]
fn a_waiting_task_is_answered_with_json_that_is_checked_while_typing() {
    let desk = one(Some(60));
    assert!(current(&desk).waiting);
    assert_eq!(
        desk.session.active().unwrap().selected(),
        Some(&StatePath::top("Ask"))
    );
    let mut harness = show(desk);
    harness.get_by_label("Waits for: Its task token to come back");
    harness.get_by_label_contains("Task token: ");
    harness.get_by_label("Copy task token");
    let field = |harness: &mut Harness<'_, (Desk, RunInspectorView)>, text: &str| {
        let field =
            harness.get_by_role_and_label(egui::accesskit::Role::MultilineTextInput, "Output");
        field.focus();
        harness.run();
        harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        harness.run();
        harness
            .get_by_role_and_label(egui::accesskit::Role::MultilineTextInput, "Output")
            .type_text(text);
        harness.run();
    };
    field(&mut harness, "{\"ok\": ");
    harness.get_by_label_contains("The output is ");
    assert!(
        harness
            .get_by_label("Send success")
            .accesskit_node()
            .is_disabled()
    );
    harness.get_by_label("Send heartbeat").click();
    harness.run();
    assert!(current(&harness.state().0).waiting);
    field(&mut harness, "{\"ok\": true}");
    harness.get_by_label("Send success").click();
    harness.run();
    let output = Value::parse("{\"ok\": true}").unwrap();
    assert_eq!(ended(&harness.state().0), ("SUCCEEDED", Some(output)));
    assert!(harness.query_by_label("Send success").is_none());
}

#[test]
fn a_failure_has_error_and_cause_and_time_may_pass() {
    let mut harness = show(one(Some(60)));
    harness.get_by_label("Failure").click();
    harness.run();
    let input = egui::accesskit::Role::TextInput;
    harness.get_by_role_and_label(input, "Error").focus();
    harness.run();
    harness
        .get_by_role_and_label(input, "Error")
        .type_text("Refused");
    harness.run();
    harness.get_by_label("Send failure").click();
    harness.run();
    let end = current(&harness.state().0).ended.clone().unwrap();
    assert_eq!((end.error.as_deref(), end.cause), (Some("Refused"), None));

    let mut harness = show(one(Some(60)));
    harness.get_by_label("Let time pass").click();
    harness.run();
    let run = current(&harness.state().0);
    let end = run.ended.as_ref().unwrap();
    assert_eq!(end.error.as_deref(), Some("States.Timeout"));
    assert_eq!(run.duration(), 60_000);
}

#[test]
fn several_tasks_wait_at_once_and_each_is_answered() {
    let branch = |name: &str| json!({"StartAt": name, "States": {name: asking(None)}});
    let pack = json!({"StartAt": "Pack", "States": {"Pack": {
        "Type": "Task", "End": true, "Resource": "arn:aws:states:us-east-1:123456789012:activity:pack"
    }}});
    let parallel = json!({"Type": "Parallel", "End": true, "Branches": [branch("Ask"), pack]});
    let mut desk = desk(&json!({"StartAt": "Both", "States": {"Both": parallel}}));
    desk.ask(Intent::Perform(Action::Run));
    assert_eq!(current(&desk).tasks.len(), 2);
    let mut harness = show(desk);
    harness.get_by_label("Send success").click();
    harness.run();
    assert_eq!(current(&harness.state().0).tasks.len(), 1);
    harness.get_by_label("Pack").click();
    harness.run();
    harness.get_by_label("Waits for: A worker of the activity");
    harness.get_by_label("Send success").click();
    harness.run();
    assert_eq!(ended(&harness.state().0).0, "SUCCEEDED");
    let events = &current(&harness.state().0).events;
    assert!(events.iter().any(|event| matches!(
        &event.detail,
        EventDetail::Task { event, .. } if matches!(**event, TaskEvent::ActivityStarted { .. })
    )));
}

#[test]
fn the_iterations_of_a_map_are_answered_one_after_the_other() {
    let inner = json!({"StartAt": "Ask", "States": {"Ask": asking(None)}});
    let each = json!({"Type": "Map", "ItemProcessor": inner, "End": true});
    let companion = json!({"stepwright": 1, "scenarios": [{"name": "s", "input": [1, 2, 3]}]});
    let mut desk = Desk::new();
    let definition = json!({"StartAt": "Each", "States": {"Each": each}});
    desk.open("w", &definition.to_string(), Some(&companion.to_string()));
    desk.ask(Intent::Perform(Action::Run));
    let lane = |desk: &Desk| {
        current(desk)
            .shown_visit()
            .and_then(|visit| visit.lane_index())
    };
    assert_eq!(lane(&desk), Some(0));
    let mut harness = show(desk);
    assert!(harness.query_by_label("Let time pass").is_none());
    harness.get_by_label("Ask #2").click();
    harness.run();
    assert_eq!(lane(&harness.state().0), Some(2));
    harness.get_by_label("Send success").click();
    harness.run();
    assert_eq!(lane(&harness.state().0), Some(0));
    for _ in 0..2 {
        harness.get_by_label("Send success").click();
        harness.run();
    }
    assert_eq!(ended(&harness.state().0).0, "SUCCEEDED");
}

#[test]
fn a_run_that_is_stopped_while_it_waits_keeps_its_history() {
    let mut desk = one(None);
    desk.ask(Intent::Perform(Action::Stop));
    assert_eq!(ended(&desk).0, "ABORTED");
    let run = current(&desk);
    assert!(run.tasks.is_empty() && !run.waiting);
    let last = run.events.last().map(|event| &event.detail);
    assert!(
        matches!(last, Some(EventDetail::ExecutionAborted { .. })),
        "{last:?}"
    );
    let history: Value =
        Value::parse(&stepwright::engine::history_json(&run.events, None)).unwrap();
    let events = history.get("events").and_then(Value::as_array).unwrap();
    assert_eq!(events.len(), run.events.len());
}

#[test]
fn stepping_back_across_an_answer_asks_again() {
    let mut desk = desk(&json!({"StartAt": "Ask", "States": {
        "Ask": {"Type": "Task", "Resource": ASK, "Next": "Done",
            "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}},
        "Done": {"Type": "Pass", "End": true}
    }}));
    desk.ask(Intent::Perform(Action::Debug));
    desk.ask(Intent::Perform(Action::StepOver));
    let answer = |desk: &mut Desk, output: i64| {
        let task = current(desk).tasks[0].key.clone();
        let outcome = stepwright::engine::Outcome::Succeeded(output.into());
        desk.ask(Intent::AnswerTask { task, outcome });
    };
    answer(&mut desk, 1);
    let paused = current(&desk).paused.as_ref().unwrap();
    assert_eq!(
        (paused.state.name(), paused.input.clone()),
        ("Done".to_owned(), 1.into())
    );
    desk.ask(Intent::Perform(Action::StepBack));
    assert!(current(&desk).waiting && current(&desk).paused.is_none());
    answer(&mut desk, 2);
    let paused = current(&desk).paused.as_ref().unwrap();
    assert_eq!(paused.input, 2.into());
    desk.ask(Intent::Perform(Action::StepBack));
    desk.ask(Intent::Perform(Action::StepBack));
    let paused = current(&desk).paused.as_ref().unwrap();
    assert_eq!(paused.state.name(), "Ask");
    assert!(current(&desk).tasks.is_empty());
}

/// The whole window over a folder with some workflows; the first is open.
fn window(files: &[(&str, serde_json::Value)]) -> Window {
    let folder = tempfile::tempdir().unwrap();
    for (name, definition) in files {
        let file = folder.path().join(format!("{name}.asl.json"));
        std::fs::write(file, definition.to_string()).unwrap();
    }
    let mut window = Window::over(folder, &format!("{}.asl.json", files[0].0));
    window.until("the file is open", |session| session.active().is_some());
    window
}

fn run_of(session: &Session) -> Option<&Run> {
    session.active()?.run.as_ref()
}

#[test]
fn a_task_without_a_mock_fails_in_words_and_can_be_answered_by_hand() {
    let call = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true});
    let definition = json!({"StartAt": "Call", "States": {"Call": call}});
    let mut window = window(&[("w", definition)]);
    window.click(egui::accesskit::Role::Button, "Run");
    window.until("no answer", |session| {
        run_of(session).is_some_and(Run::lacks_answer)
    });
    let reason = run_of(window.session()).unwrap();
    let reason = reason.reason.as_ref().unwrap();
    assert!(
        reason.why.starts_with("Nothing answers this task"),
        "{}",
        reason.why
    );
    window.harness.get_by_label("Answer by hand").click();
    window.until("it waits", |session| {
        run_of(session).is_some_and(|run| run.waiting)
    });
    window
        .harness
        .get_by_label_contains("The run waits for an answer: Call");
    window.harness.get_by_label("Waits for: An answer by hand");
    let app = window.harness.state_mut().as_mut().unwrap();
    let picture = app.view.picture(run_of(&app.session).unwrap());
    let card = &picture.states[&StatePath::top("Call")];
    assert_eq!(card.words, "Waits for an answer");
    window.harness.get_by_label("Send success").click();
    window.until("it has succeeded", |session| {
        run_of(session).is_some_and(Run::has_succeeded)
    });
}

#[test]
fn a_nested_workflow_of_the_folder_runs_and_is_opened_with_its_run() {
    let nest = json!({
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync", "End": true,
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child"}
    });
    let parent = json!({"StartAt": "Nest", "States": {"Nest": nest}});
    let child = json!({"StartAt": "Broken", "States": {"Broken": {"Type": "Fail", "Error": "E", "Cause": "c"}}});
    let mut window = window(&[("parent", parent), ("child", child)]);
    window.click(egui::accesskit::Role::Button, "Run");
    window.until("it has ended", |session| {
        run_of(session).is_some_and(|run| run.ended.is_some())
    });
    window.harness.get_by_label_contains("child · Failed in ");
    window.harness.get_by_label("Open this run").click();
    window.until("the other workflow is open", |session| {
        session
            .active()
            .is_some_and(|tab| tab.title == "child.asl.json")
    });
    let session = window.session();
    let run = run_of(session).unwrap();
    assert_eq!(run.trace.path(), ["Broken"]);
    assert_eq!(run.ended.as_ref().unwrap().error.as_deref(), Some("E"));
    assert!(run.reason.is_some());
}

#[test]
fn a_nested_run_is_seen_in_the_state_that_started_it_and_opened_from_there() {
    let mut desk = Desk::new();
    let child = json!({"StartAt": "Ask", "States": {"Ask": asking(None)}});
    desk.open("child", &child.to_string(), None);
    let nest = json!({
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true,
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child"}
    });
    let parent = json!({"StartAt": "Nest", "States": {"Nest": nest}});
    desk.open("parent", &parent.to_string(), None);
    desk.ask(Intent::Perform(Action::Run));
    let mut harness = show(desk);
    harness.get_by_label("child · Running");
    harness.get_by_label("In workflow: child");
    harness.get_by_label("Send success").click();
    harness.run();
    harness.get_by_label_contains("child · Succeeded in ");
    assert_eq!(ended(&harness.state().0).0, "SUCCEEDED");
    harness.get_by_label("Open this run").click();
    harness.run();
    let tab = harness.state().0.session.active().unwrap();
    assert_eq!(tab.title, "child.asl.json");
    let run = tab.run.as_ref().unwrap();
    assert_eq!(run.trace.path(), ["Ask"]);
    assert!(run.has_succeeded());
}

#[test]
fn mocks_left_over_are_told_below_the_run() {
    let call = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true});
    let definition = json!({"StartAt": "Call", "States": {"Call": call}});
    let companion = json!({"stepwright": 1, "scenarios": [
        {"name": "Two", "input": {}, "mocks": {"Call": [{"return": 1}, {"return": 2}]}}
    ]});
    let mut desk = Desk::new();
    desk.open("w", &definition.to_string(), Some(&companion.to_string()));
    desk.ask(Intent::Perform(Action::Run));
    let size = egui::vec2(1100.0, 300.0);
    let harness = harness(desk, DrawerView::default(), size, drawer::show);
    harness.get_by_label_contains("was called 1 time: mock 1 is left over");
}
