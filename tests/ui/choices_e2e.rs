//! What answers a task is chosen for one scenario and for a whole folder; scenarios that are tried and requests that are
//! sent ask for agreement as a run does: in the real window, over files of a folder of its own.

use std::io::Read;
use std::io::Write;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use stepwright::session::Serving;

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
      "End": true
    }
  }
}
"#;

const COMPANION: &str = r#"{
  "stepwright": 1,
  "scenarios": [
    {"name": "Paid", "input": {"amount": 42}, "mocks": {"Charge card": [{"return": {"Payload": "mock"}}]}}
  ],
  "backends": {"functions": {"charge-card": {"command": ["sh", "-c", "cat > /dev/null; echo '\"local\"' > $STEPWRIGHT_RESULT_FILE"]}}}
}
"#;

const TEMPLATE: &str = r#"Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: EXPRESS
      DefinitionUri: orders.asl.json
      Events:
        Order: { Type: Api, Properties: { Path: /orders, Method: post } }
"#;

fn window() -> Window {
    Window::of(&[
        ("checkout.asl.json", DEFINITION),
        ("checkout.stepwright.json", COMPANION),
    ])
}

fn choose(window: &mut Window, place: &str, answer: &str) {
    window.click(Role::RadioButton, place);
    window.click(Role::ComboBox, "Answered by");
    window.click(Role::ListBoxOption, answer);
}

fn companion(window: &Window) -> String {
    window.tab().revision.document.sidecar.to_string()
}

fn is_asked(window: &Window) -> bool {
    let question = window
        .harness
        .query_by_label_contains("act outside of Stepwright?");
    question.is_some()
}

#[test]
fn the_choice_can_be_made_for_a_scenario_and_for_a_folder() {
    let mut window = window();
    window.go_to("Charge card");
    choose(&mut window, "Scenario", "This machine");
    let said = companion(&window);
    let scenario = said.split("\"mocks\"").nth(1).unwrap_or_default();
    let scenario = scenario.split("\"functions\"").next().unwrap_or_default();
    assert!(scenario.contains(r#""Charge card": "local""#), "{said}");
    window.says("Charge card", "answered by this machine");

    // The scenario counts before the folder, and the inspector says so.
    choose(&mut window, "Folder", "AWS");
    let file = window.folder.path().join("stepwright.backends.json");
    window.until("the folder says it", |_| {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        text.contains("\"Charge card\": \"aws\"")
    });
    window.settle();
    window.says("Charge card", "answered by this machine");
    let words = "The scenario “Paid” says otherwise, and counts first: This machine";
    assert!(window.harness.query_by_label(words).is_some());

    // What holds anyway needs no word: the scenario falls silent again.
    choose(&mut window, "Scenario", "AWS");
    let said = companion(&window);
    assert!(!said.contains(r#""Charge card": "local""#), "{said}");
    window.says("Charge card", "answered by AWS");
    assert!(
        window
            .harness
            .query_by_label("Taken from the folder")
            .is_some()
    );
    choose(&mut window, "Folder", "Mocks");
    window.until("the folder is silent", |_| {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        !text.contains("Charge card")
    });
}

#[test]
fn scenarios_that_are_tried_ask_before_they_act() {
    let mut window = window();
    window.go_to("Charge card");
    choose(&mut window, "Workflow", "This machine");
    window.click(Role::Tab, "Scenarios");
    window.click(Role::Button, "Run all");
    assert!(is_asked(&window) && window.tab().trying.is_empty());
    window.click(Role::Button, "Cancel");
    assert!(window.tab().verdicts.is_empty() && window.tab().trying.is_empty());
    window.click(Role::Button, "Run all");
    window.click(Role::Button, "Agree and run");
    window.until("the verdict", |session| {
        session.active().is_some_and(|tab| !tab.verdicts.is_empty())
    });
    let verdict = window.tab().verdicts.values().next().unwrap();
    let output = verdict.ended.output.as_ref().unwrap();
    assert_eq!(output.to_json(), "\"local\"");
}

/// An API whose workflow calls a function of this machine.
fn project() -> Window {
    let folder = tempfile::tempdir().unwrap();
    let orders = COMPANION.replace("\"functions\"", "\"default\": \"local\", \"functions\"");
    std::fs::write(folder.path().join("template.yaml"), TEMPLATE).unwrap();
    std::fs::write(folder.path().join("orders.asl.json"), DEFINITION).unwrap();
    std::fs::write(folder.path().join("orders.stepwright.json"), orders).unwrap();
    let mut window = Window::over(folder, "template.yaml");
    window.until("the project is read", |session| {
        session.api.current().is_some() && session.api.route.is_some()
    });
    window
}

#[test]
fn a_load_run_asks_before_it_begins() {
    let mut window = project();
    window.harness.get_by_label("Load run").click();
    window.settle();
    window.click(Role::Button, "Start the load run");
    window.until("the question", |session| session.dialog.is_some());
    window.settle();
    assert!(is_asked(&window));
    window.click(Role::Button, "Cancel");
    let state = format!("{:?}", window.session().api.load.as_ref().unwrap().state);
    assert!(state.contains("nobody has agreed"), "{state}");

    window.click(Role::Button, "Start the load run");
    window.until("the question", |session| session.dialog.is_some());
    window.settle();
    window.click(Role::Button, "Agree and run");
    window.until("requests are answered", |session| {
        let load = session.api.load.as_ref();
        load.is_some_and(|load| load.figures.requests > 0 && load.figures.failures == 0)
    });
    window.click(Role::Button, "Cancel the load run");
}

#[test]
fn a_request_from_outside_that_was_refused_brings_the_question() {
    let mut window = project();
    window.click(Role::CheckBox, "Serve on 127.0.0.1:8080");
    window.until("the address", |session| {
        matches!(session.api.serving, Serving::On { .. })
    });
    let post = |window: &Window| {
        let Serving::On { address, .. } = &window.session().api.serving else {
            panic!("nothing is served");
        };
        let host = address.trim_start_matches("http://");
        let mut stream = std::net::TcpStream::connect(host).unwrap();
        let request = format!(
            "POST /Prod/orders HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\
             Connection: close\r\n\r\n{{\"amount\": 42}}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    post(&window);
    window.until("the question", |session| session.dialog.is_some());
    window.settle();
    assert!(is_asked(&window));
    // Declined, the same is not asked again.
    window.click(Role::Button, "Cancel");
    post(&window);
    window.until("both are told", |session| session.api.history.len() == 2);
    window.settle();
    assert!(!is_asked(&window));
}

#[test]
fn an_execution_from_outside_that_may_not_call_brings_the_question() {
    let companion = COMPANION.replace("\"functions\"", "\"default\": \"local\", \"functions\"");
    let mut window = Window::of(&[
        ("checkout.asl.json", DEFINITION),
        ("checkout.stepwright.json", &companion),
    ]);
    window.go_to("Show Endpoint");
    let address = window.accept_executions();
    let start = |name: &str| {
        let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:checkout";
        let body = format!(r#"{{"stateMachineArn":"{arn}","name":"{name}"}}"#);
        ask(&address, "StartExecution", &body);
    };
    let ended = |window: &mut Window, name: &str, status: &str| {
        window.until(status, |session| {
            let guests = session.endpoint.guests.iter();
            guests
                .filter(|guest| guest.name == name && guest.status == status)
                .count()
                == 1
        });
    };
    start("refused");
    window.until("the question", |session| session.dialog.is_some());
    window.settle();
    assert!(is_asked(&window));
    ended(&mut window, "refused", "FAILED");
    window.click(Role::Button, "Agree");
    start("agreed");
    ended(&mut window, "agreed", "SUCCEEDED");
}

#[test]
fn a_request_asks_before_it_is_sent() {
    let mut window = project();
    let asked = |window: &mut Window| {
        window.click(Role::Button, "Send");
        window.until("the question", |session| session.dialog.is_some());
        window.settle();
        assert!(is_asked(window));
    };
    asked(&mut window);
    window.click(Role::Button, "Cancel");
    let sent = window.session().api.shown().unwrap();
    assert!(
        format!("{:?}", sent.outcome).contains("Not sent"),
        "{:?}",
        sent.outcome
    );

    asked(&mut window);
    window.click(Role::Button, "Agree and send");
    window.until("the answer", |session| {
        session.api.shown().and_then(|sent| sent.status()) == Some(200)
    });

    // Agreed to once, nobody is asked again; taken back, the question returns.
    window.click(Role::Button, "Send");
    window.until("the second answer", |session| {
        let answered = session
            .api
            .history
            .iter()
            .filter(|sent| sent.status() == Some(200));
        answered.count() == 2
    });
    window.go_to("Agreements");
    window.click(Role::Button, "Withdraw");
    window.click(Role::Button, "Close");
    asked(&mut window);
}

#[test]
fn a_question_about_many_functions_keeps_its_answers_in_sight() {
    let states: Vec<String> = (0..60)
        .map(|index| {
            format!(
                r#""Step {index}": {{"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f{index}", {}}}"#,
                match index {
                    59 => r#""End": true"#.to_owned(),
                    _ => format!(r#""Next": "Step {}""#, index + 1),
                }
            )
        })
        .collect();
    let definition = format!(
        r#"{{"StartAt": "Step 0", "States": {{{}}}}}"#,
        states.join(",")
    );
    let companion =
        r#"{"backends": {"default": "local", "functions": {"*": {"command": ["true"]}}}}"#;
    let mut window = Window::of(&[
        ("many.asl.json", &definition),
        ("many.stepwright.json", companion),
    ]);
    window.click(Role::Button, "Run");
    window.settle();
    assert!(is_asked(&window));
    let button = window.harness.get_by_label("Agree and run").rect();
    let screen = window.harness.ctx.content_rect();
    assert!(screen.contains_rect(button), "{button:?} in {screen:?}");
}
