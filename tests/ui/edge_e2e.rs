//! The job of the edge, from end to end, in the real window: a request that fails is sent and followed to the red
//! state, the template is mended in the lab, and the same request is sent again.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use stepwright::engine::Status;
use stepwright::session::Session;

use crate::window::Window;

/// A template whose request template asks for a field that no request has.
const TEMPLATE: &str = r##"# A shop that only takes orders of customers it knows.
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: EXPRESS
      Definition:
        StartAt: Known customer?
        States:
          Known customer?:
            Type: Choice
            Choices:
              - { Variable: $.customerId, StringMatches: "cus_*", Next: Accepted }
            Default: No customer
          Accepted: { Type: Pass, Result: { status: accepted }, End: true }
          No customer: { Type: Fail, Error: NoCustomer, Cause: The order names no customer }
  Shop:
    Type: AWS::Serverless::Api
    Properties:
      StageName: dev
      DefinitionBody:
        openapi: 3.0.1
        info: { title: Shop, version: "1" }
        paths:
          /orders:
            post:
              x-amazon-apigateway-integration:
                type: aws
                httpMethod: POST
                uri: !Sub arn:aws:apigateway:${AWS::Region}:states:action/StartSyncExecution
                requestTemplates:
                  application/json: !Sub |
                    {"stateMachineArn": "${Orders}", "input": "{\"customerId\": \"$input.path('$.customer')\"}"}
                responses:
                  default:
                    statusCode: "200"
                    responseTemplates:
                      application/json: |
                        #if($input.path('$.status') == "FAILED")
                        #set($context.responseOverride.status = 400)
                        {"error": "$input.path('$.error')"}
                        #else
                        $input.path('$.output')
                        #end
              responses: { "200": { description: accepted } }
"##;

const COMPANION: &str = r#"{
  "requests": [
    { "name": "One order", "method": "POST", "path": "/orders", "body": {"customerId": "cus_7"}, "expect": {"status": 200} }
  ]
}
"#;

fn status(session: &Session) -> Option<u16> {
    session.api.shown()?.status()
}

fn sends(window: &mut Window, expected: u16) {
    window.click(Role::Button, "Send");
    window.until("the answer", |session| status(session) == Some(expected));
}

#[test]
fn a_failure_is_followed_to_its_state_and_mended_in_the_lab() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("template.yaml"), TEMPLATE).unwrap();
    std::fs::write(folder.path().join("template.stepwright.json"), COMPANION).unwrap();
    let mut window = Window::over(folder, "template.yaml");
    window.until("the project is read", |session| {
        session.api.current().is_some() && session.api.route.is_some()
    });

    sends(&mut window, 400);
    window.says("Integration", "Failed");
    window.says("Why 400", "NoCustomer");

    // From the trace to the red state, which is in view and selected.
    window.click(Role::Button, "Open run");
    window.until("the workflow is open", |session| session.active().is_some());
    window.settle();
    let run = window.tab().run.as_ref().unwrap();
    assert_eq!(run.ended.as_ref().unwrap().status, Status::Failed);
    window.says("No customer, Fail", "Failed");
    assert_eq!(window.tab().selected().unwrap().name(), "No customer");

    // Back, and into the lab: the field is one no request has.
    window.click(Role::Tab, "API");
    let step = window.harness.get_by_label_contains("Request template, ");
    step.click();
    window.settle();
    window.harness.get_by_label("Template").focus();
    window.settle();
    window.press(egui::Modifiers::COMMAND, egui::Key::End);
    let template = window.harness.get_by_label("Template");
    let text = template.value().unwrap();
    let mended = text.replace("$input.path('$.customer')", "$input.path('$.customerId')");
    assert_ne!(text, mended);
    window.press(egui::Modifiers::COMMAND, egui::Key::A);
    window.harness.get_by_label("Template").type_text(&mended);
    window.settle();

    sends(&mut window, 200);
    window.says("Answer", "Succeeded");
    window.click(Role::Button, "Open run");
    window.settle();
    let run = window.tab().run.as_ref().unwrap();
    assert_eq!(run.ended.as_ref().unwrap().status, Status::Succeeded);
    window.says("Accepted, Pass", "Succeeded");

    // Saved, the file differs in that one word.
    window.click(Role::Tab, "API");
    window.press(egui::Modifiers::COMMAND, egui::Key::S);
    let file = window.folder.path().join("template.yaml");
    window.until("the file is saved", |_| {
        std::fs::read_to_string(&file).unwrap()
            == TEMPLATE.replace("'$.customer'", "'$.customerId'")
    });
}
