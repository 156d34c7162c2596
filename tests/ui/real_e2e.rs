//! A state is switched from its mock to a function of this machine, agreed to and run; an execution is started from
//! outside and stepped: in the real window, over files of a folder of its own.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use stepwright::engine::Status;
use stepwright::session::DrawerTab;

use crate::window::Window;
use crate::window::ask;

const DEFINITION: &str = r#"{
  "StartAt": "Charge card",
  "States": {
    "Charge card": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": { "FunctionName": "charge-card", "Payload.$": "$" },
      "OutputPath": "$.Payload",
      "Next": "Done"
    },
    "Done": { "Type": "Succeed" }
  }
}
"#;

const COMPANION: &str = r#"{
  "stepwright": 1,
  "scenarios": [
    {"name": "Paid", "input": {"amount": 42}, "mocks": {"Charge card": [{"return": {"Payload": "mock"}}]}}
  ]
}
"#;

const FUNCTION: &str = "def handler(event, context):\n    print('charging', event['amount'])\n    return {'charged': event['amount']}\n";

fn window() -> Window {
    Window::of(&[
        ("checkout.asl.json", DEFINITION),
        ("checkout.stepwright.json", COMPANION),
        ("pay/app.py", FUNCTION),
    ])
}

fn fill(window: &mut Window, label: &str, text: &str) {
    let field = window.harness.get_by_role_and_label(Role::TextInput, label);
    field.focus();
    window.settle();
    let field = window.harness.get_by_role_and_label(Role::TextInput, label);
    field.type_text(text);
    window.settle();
    window.press(egui::Modifiers::NONE, egui::Key::Enter);
}

fn ended(window: &Window) -> Option<Status> {
    let run = window.tab().run.as_ref()?;
    run.ended.as_ref().map(|ended| ended.status)
}

#[test]
fn a_state_is_switched_to_a_function_of_this_machine() {
    if std::process::Command::new("python3")
        .arg("--version")
        .output()
        .is_err()
    {
        println!("Python is not on this machine: its functions are not tested in the window");
        return;
    }
    let mut window = window();
    window.go_to("Charge card");
    window.click(Role::ComboBox, "Answered by");
    window.click(Role::ListBoxOption, "This machine");
    window.says("Charge card", "answered by this machine");
    fill(&mut window, "Code folder", "pay");
    fill(&mut window, "Handler", "app.handler");

    // Nothing runs before the person has agreed, and the question says what would.
    window.click(Role::Button, "Run");
    assert!(window.tab().run.is_none());
    assert!(
        window
            .harness
            .query_by_label_contains("function charge-card (app.handler in")
            .is_some()
    );
    window.click(Role::Button, "Cancel");
    assert!(window.tab().run.is_none());
    window.click(Role::Button, "Run");
    window.click(Role::Button, "Agree and run");
    window.until("the run has ended", |session| {
        let run = session.active().and_then(|tab| tab.run.as_ref());
        run.is_some_and(|run| run.ended.is_some())
    });
    assert_eq!(ended(&window), Some(Status::Succeeded));
    let run = window.tab().run.as_ref().unwrap();
    let output = run.ended.as_ref().unwrap().output.as_ref().unwrap();
    assert_eq!(output.to_json(), r#"{"charged":42}"#);

    // The log and the cold start stand with the state.
    window.go_to("Charge card");
    window.click(Role::Tab, "Details");
    assert!(
        window
            .harness
            .query_by_label_contains("Cold start")
            .is_some()
    );
    assert!(run_log(&window).contains("charging 42"));
    assert!(
        window
            .harness
            .query_by_label_contains("charging 42")
            .is_some()
    );

    // The second run finds the worker warm, and nobody is asked again.
    window.press(egui::Modifiers::NONE, egui::Key::F5);
    window.until("the second run has ended", |session| {
        let run = session.active().and_then(|tab| tab.run.as_ref());
        run.is_some_and(|run| {
            run.ended.is_some() && run.calls.iter().any(|call| call.took.is_some())
        })
    });
    window.settle();
    assert!(
        window
            .harness
            .query_by_label_contains("Call: Warm")
            .is_some()
    );

    // Stepping back takes the run back, not the call, and says so.
    for modifiers in [egui::Modifiers::COMMAND, egui::Modifiers::NONE] {
        let key = match modifiers.is_none() {
            true => egui::Key::F10,
            false => egui::Key::F5,
        };
        window.press(modifiers, key);
        window.until("a pause", |session| {
            let run = session.active().and_then(|tab| tab.run.as_ref());
            run.is_some_and(|run| run.paused.is_some())
        });
        window.settle();
    }
    let paused = |window: &Window| {
        let run = window.tab().run.as_ref().unwrap();
        run.paused.as_ref().map(|pause| pause.state.name())
    };
    assert_eq!(paused(&window).as_deref(), Some("Done"));
    window.press(egui::Modifiers::SHIFT, egui::Key::F10);
    window.until("the first pause", |session| {
        let run = session.active().and_then(|tab| tab.run.as_ref());
        let pause = run.and_then(|run| run.paused.as_ref());
        pause.is_some_and(|pause| pause.state.name() == "Charge card")
    });
    window.settle();
    let told = "Going back does not undo what was called for real: function charge-card";
    assert!(
        window
            .session()
            .toasts
            .iter()
            .any(|toast| toast.text.starts_with(told)),
        "{:?}",
        window.session().toasts
    );

    // Withdrawn, it asks again.
    window.press(egui::Modifiers::SHIFT, egui::Key::F5);
    window.until("the run is stopped", |session| {
        let run = session.active().and_then(|tab| tab.run.as_ref());
        run.is_some_and(|run| run.ended.is_some())
    });
    window.go_to("Agreements");
    window.click(Role::Button, "Withdraw");
    window.click(Role::Button, "Close");
    assert!(window.session().backends.consents.folders.is_empty());
    window.press(egui::Modifiers::NONE, egui::Key::F5);
    assert!(window.harness.query_by_label("Agree and run").is_some());
}

fn run_log(window: &Window) -> String {
    let run = window.tab().run.as_ref().unwrap();
    run.calls.iter().map(|call| call.log.to_string()).collect()
}

#[test]
fn an_execution_from_outside_is_shown_and_stepped() {
    let mut window = window();
    window.go_to("Show Endpoint");
    assert_eq!(window.session().drawer, DrawerTab::Endpoint);
    window.click(Role::CheckBox, "Pause each before its first state");
    let address = window.accept_executions();

    let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:checkout";
    let body = format!(
        r#"{{"stateMachineArn":"{arn}","name":"from-outside","input":"{{\"amount\":7}}"}}"#
    );
    let started = ask(&address, "StartExecution", &body);
    assert!(
        started.contains("execution:checkout:from-outside"),
        "{started}"
    );
    window.until("it is shown, paused", |session| {
        let run = session.active().and_then(|tab| tab.run.as_ref());
        run.is_some_and(|run| run.paused.is_some())
    });
    let pause = window.tab().run.as_ref().unwrap().paused.as_ref().unwrap();
    assert_eq!(pause.state.name(), "Charge card");
    assert_eq!(pause.input.to_json(), r#"{"amount":7}"#);
    window.press(egui::Modifiers::NONE, egui::Key::F10);
    window.until("it stands before the next state", |session| {
        let run = session.active().and_then(|tab| tab.run.as_ref());
        run.and_then(|run| run.paused.as_ref())
            .is_some_and(|pause| pause.state.name() == "Done")
    });
    let execution = arn.replace(":stateMachine:", ":execution:") + ":from-outside";
    let body = format!(r#"{{"executionArn":"{execution}"}}"#);
    assert!(ask(&address, "DescribeExecution", &body).contains("RUNNING"));
    window.press(egui::Modifiers::NONE, egui::Key::F8);
    window.until("it has ended", |session| {
        session
            .endpoint
            .guests
            .first()
            .is_some_and(|guest| guest.status == "SUCCEEDED")
    });
    assert!(ask(&address, "DescribeExecution", &body).contains("SUCCEEDED"));
    assert_eq!(ended(&window), Some(Status::Succeeded));
}
