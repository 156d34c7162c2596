//! What answers a task is chosen for one scenario and for a whole folder; scenarios that are tried and requests that are
//! sent ask for agreement as a run does: in the real window, over files of a folder of its own.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;

use crate::window::Window;

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

#[test]
fn a_request_asks_before_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let orders = COMPANION.replace("\"functions\"", "\"default\": \"local\", \"functions\"");
    std::fs::write(folder.path().join("template.yaml"), TEMPLATE).unwrap();
    std::fs::write(folder.path().join("orders.asl.json"), DEFINITION).unwrap();
    std::fs::write(folder.path().join("orders.stepwright.json"), orders).unwrap();
    let mut window = Window::over(folder, "template.yaml");
    window.until("the project is read", |session| {
        session.api.current().is_some() && session.api.route.is_some()
    });
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
