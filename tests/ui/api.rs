//! The API workspace and the list of projects: found by label, worked by click, in every theme.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT;
use egui_kittest::kittest::Queryable;
use stepwright::asl::Diagnostic;
use stepwright::asl::Fix;
use stepwright::asl::Severity;
use stepwright::gateway::Response;
use stepwright::gateway::StepKind;
use stepwright::gateway::TraceStep;
use stepwright::gateway::Verdict;
use stepwright::scene::Theme;
use stepwright::session::Answered;
use stepwright::session::ApiIntent;
use stepwright::session::Arrival;
use stepwright::session::Effect;
use stepwright::session::Finding;
use stepwright::session::Intent;
use stepwright::session::LoadFigures;
use stepwright::session::LoadNews;
use stepwright::session::LoadPoint;
use stepwright::session::LoadStage;
use stepwright::session::LoadState;
use stepwright::session::ProjectContents;
use stepwright::session::Session;
use stepwright::session::Settings;
use stepwright::text::Span;
use stepwright::text::TextEdit;
use stepwright::ui::View;
use stepwright::ui::frame;
use stepwright::ui::theme;

const TEMPLATE: &str = r#"AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  TableName: { Type: String }
Resources:
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: EXPRESS
      Definition:
        StartAt: Take
        States:
          Take: { Type: Fail, Error: Sold.Out }
  Keys:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Ref TableName
      KeySchema: [ { AttributeName: pk, KeyType: HASH } ]
  ShopApi:
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
                  application/json: !Sub '{"stateMachineArn": "${Orders}", "input": "$util.escapeJavaScript($input.body)"}'
                responses: { default: { statusCode: "200" } }
              responses: { "200": { description: ok } }
          /orders/{id}:
            delete:
              x-amazon-apigateway-integration:
                type: mock
                requestTemplates: { application/json: '{"statusCode": 200}' }
                responses: { default: { statusCode: "200" } }
              responses: { "200": { description: ok } }
"#;

const COMPANION: &str = r#"{
  "requests": [
    { "name": "One order", "method": "POST", "path": "/orders", "body": {"a": 1}, "expect": {"status": 200} }
  ]
}
"#;

/// A window whose readings are carried out at once; other effects are kept.
struct Desk {
    session: Session,
    view: View,
    effects: Vec<Effect>,
    theme: Theme,
}

impl Desk {
    fn new() -> Desk {
        let mut view = View::new();
        view.still = true;
        Desk {
            session: Session::new(Settings::default(), Vec::new()),
            view,
            effects: Vec::new(),
            theme: Theme::Light,
        }
    }

    fn with_project() -> Desk {
        let mut desk = Desk::new();
        desk.receive(Arrival::IsProject {
            path: PathBuf::from("shop/template.yaml"),
            root: "template.yaml".into(),
        });
        desk
    }

    fn execute(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::ReadProject { project, source } => {
                    let files = [
                        ("template.yaml", TEMPLATE),
                        ("template.stepwright.json", COMPANION),
                    ];
                    let mut texts: BTreeMap<String, Arc<str>> = files
                        .map(|(file, text)| (file.to_owned(), Arc::from(text)))
                        .into();
                    texts.extend((*source.overlay).clone());
                    let mut contents = ProjectContents::read(&source.root, &texts);
                    contents.findings.push(finding());
                    self.receive(Arrival::ProjectRead {
                        project,
                        result: Ok(contents),
                    });
                }
                other => self.effects.push(other),
            }
        }
    }

    fn receive(&mut self, arrival: Arrival) {
        let effects = self.session.receive(arrival, 1_000_000);
        self.execute(effects);
    }

    fn ask(&mut self, wish: ApiIntent) {
        let effects = self.session.handle(Intent::Api(wish), 1_000_000);
        self.execute(effects);
    }

    fn answer(&mut self, status: u16) {
        let sent = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::SendRequest { sent, .. } => Some(*sent),
            _ => None,
        });
        let result = Ok(answered(status));
        self.receive(Arrival::Answered {
            sent: sent.unwrap(),
            result,
        });
    }
}

fn finding() -> Finding {
    Finding {
        file: "template.yaml".into(),
        diagnostic: Diagnostic {
            code: "EDGE_TEST",
            severity: Severity::Warning,
            span: Span::new(0, 10),
            pointer: "/paths/~1orders/post".into(),
            message: "Something across the edge is doubtful".into(),
            hints: vec!["It only stands here for a test".into()],
            fix: Some(Fix {
                label: "Say so".into(),
                edit: TextEdit::replace(Span::at(0), "# so\n"),
            }),
        },
        route: Some(("POST".into(), "/orders".into())),
    }
}

fn answered(status: u16) -> Answered {
    let step = |kind, verdict, words: &str| TraceStep {
        kind,
        verdict,
        at: 0,
        took: 1_400,
        input: Some("{\"order\":{\"id\":7}}".into()),
        output: Some("{\"status\":\"error\"}".into()),
        words: vec![words.to_owned()],
        pointer: None,
        execution: None,
        inspection: None,
    };
    Answered {
        response: Response {
            status,
            headers: vec![("content-type".into(), "application/json".into())],
            body: b"{\"status\":\"error\"}".to_vec(),
        },
        trace: vec![
            step(StepKind::Received, Verdict::Passed, "POST /orders, 7 bytes"),
            step(
                StepKind::Integration,
                Verdict::Failed,
                "the execution failed with Sold.Out",
            ),
            step(StepKind::Answer, Verdict::Passed, "18 bytes leave"),
        ],
        runs: Vec::new(),
        took: 3_000,
    }
}

fn window(desk: Desk, size: egui::Vec2) -> Harness<'static, Desk> {
    let mut ready = false;
    let mut harness = Harness::builder()
        .with_size(size)
        .with_step_dt(1.0 / 60.0)
        .build_ui_state(
            move |ui, desk: &mut Desk| {
                if !std::mem::replace(&mut ready, true) {
                    theme::install_fonts(ui.ctx());
                }
                theme::apply(ui.ctx(), desk.theme, true);
                let mut out = Vec::new();
                frame::show(ui, &desk.session, &mut desk.view, 1_000_000, &mut out);
                for intent in out {
                    let effects = desk.session.handle(intent, 1_000_000);
                    desk.execute(effects);
                }
            },
            desk,
        );
    harness.run();
    harness
}

const WIDE: egui::Vec2 = egui::vec2(1600.0, 1000.0);

#[test]
fn without_an_api_the_workspace_says_what_to_open() {
    let mut harness = window(Desk::new(), WIDE);
    harness.get_by_role_and_label(Role::Tab, "API").click();
    harness.run();
    harness.get_by_label("No API here");
    harness.get_by_label("Open folder…");
}

#[test]
fn a_request_is_sent_by_click_and_its_failure_is_followed() {
    let mut harness = window(Desk::with_project(), WIDE);
    harness.get_by_label("POST /orders");
    harness.get_by_label("DELETE /orders/{id}");
    harness.get_by_label("Press Send to follow a request");
    harness.get_by_role_and_label(Role::Button, "Send").click();
    harness.run();
    harness.get_by_label("Waiting for the answer");
    harness.state_mut().answer(500);
    harness.run();
    let row = harness.get_by_label_contains("Integration, Failed");
    assert_eq!(row.accesskit_node().role(), Role::ListItem);
    harness.get_by_label_contains("Why 500: the execution failed with Sold.Out");
    harness.get_by_label_contains("One order, expected 200, last 500");
    harness.get_by_label_contains("Answer, Failed").click();
    harness.run();
    harness.get_by_label("500 Internal server error");
    assert_eq!(harness.state().session.api.step, Some(2));
}

#[test]
fn the_request_is_edited_saved_and_its_body_checked() {
    let mut harness = window(Desk::with_project(), WIDE);
    assert!(harness.query_all_by_label("Body").next().is_some());
    let mut draft = harness.state().session.api.draft.clone();
    draft.body = "{\"a\": ".into();
    harness.state_mut().ask(ApiIntent::SetDraft(draft));
    harness.run();
    harness.get_by_label_contains("No JSON");
    harness.get_by_label("Headers").click();
    harness.run();
    harness.get_by_label("Add header").click();
    harness.run();
    assert_eq!(harness.state().session.api.draft.headers.len(), 1);
    harness.get_by_label("Save as a new request…").click();
    harness.run();
    harness.get_by_label("Save this request");
    harness.get_by_role_and_label(Role::Button, "Save").click();
    harness.run();
    let requests = &harness.state().session.api.projects[0].companion.requests;
    assert_eq!(requests.len(), 2);
}

#[test]
fn curl_is_pasted_in_its_own_window() {
    let mut harness = window(Desk::with_project(), WIDE);
    harness.get_by_label("Paste a curl command…").click();
    harness.run();
    harness
        .get_by_role_and_label(Role::MultilineTextInput, "Command")
        .type_text("curl -X DELETE http://localhost/dev/orders/9");
    harness.run();
    harness.get_by_role_and_label(Role::Button, "Use").click();
    harness.run();
    let draft = &harness.state().session.api.draft;
    assert_eq!(
        (draft.method.as_str(), draft.path.as_str()),
        ("DELETE", "/orders/9")
    );
}

#[test]
fn the_project_panel_lists_folds_searches_and_leads_to_files() {
    let mut harness = window(Desk::with_project(), WIDE);
    harness.get_by_role_and_label(Role::ListItem, "Orders");
    harness.get_by_role_and_label(Role::Link, "Orders");
    // The template has no validators, so there is no such group.
    assert!(harness.query_by_label_contains("Validators").is_none());
    harness.get_by_label("Tables, 1").click();
    harness.run();
    assert!(
        harness
            .query_all_by_label_contains("TableName")
            .next()
            .is_some()
    );
    harness.state_mut().view.search = "delete".into();
    harness.run();
    harness.get_by_label("DELETE /orders/{id}");
    assert!(harness.query_by_label("POST /orders").is_none());
    harness.state_mut().view.search.clear();
    harness.run();
    let name = harness.state().session.api.projects[0].project.tables[0]
        .name
        .clone();
    harness.get_by_label(&name).click();
    harness.run();
    harness.get_by_label("File of the project");
    harness.get_by_label("Back to the API").click();
    harness.run();
    harness.get_by_role_and_label(Role::Button, "Send");
    harness.get_by_role_and_label(Role::Link, "Orders").click();
    harness.run();
    assert_eq!(
        harness.state().session.active().unwrap().title,
        "template.yaml · Orders"
    );
}

#[test]
fn findings_history_and_load_runs_have_their_lists() {
    let mut desk = Desk::with_project();
    desk.ask(ApiIntent::Send);
    desk.answer(200);
    let mut harness = window(desk, WIDE);
    harness.get_by_label("Findings").click();
    harness.run();
    harness.get_by_label_contains("Something across the edge is doubtful");
    harness.get_by_label("Say so").click();
    harness.run();
    let id = harness.state().session.api.projects[0].id;
    let text = harness
        .state()
        .session
        .file_text(id, "template.yaml")
        .unwrap();
    assert!(text.starts_with("# so\nAWSTemplate"), "{text}");
    harness.get_by_label("History").click();
    harness.run();
    harness.get_by_label_contains("POST /orders, 200 OK, Sent here");
    harness.get_by_label("Load run").click();
    harness.run();
    harness.get_by_label("Start the load run").click();
    harness.run();
    let load = harness.state().session.api.load.as_ref().unwrap().id;
    let points = (1..=40).map(|at| LoadPoint {
        at_millis: at * 250,
        users: 20,
        requests: 900,
        failures: u64::from(at == 20),
        median: 3_000 + at * 20,
        p95: 9_000 + at * 35,
    });
    let figures = LoadFigures {
        elapsed_millis: 10_000,
        users: 20,
        requests: 36_000,
        failures: 1,
        average: 3_600,
        median: 3_400,
        p90: 7_000,
        p95: 9_100,
        max: 41_000,
        per_second: 3_600.0,
    };
    harness.state_mut().receive(Arrival::Load {
        load,
        news: LoadNews::Progress {
            figures,
            points: points.collect(),
        },
    });
    harness.run();
    harness.get_by_label("Requests: 36000");
    harness.get_by_label("p95: 9.1 ms");
    harness.get_by_label_contains("Latency over time");
    harness.get_by_label("Cancel the load run").click();
    harness.run();
    assert!(matches!(
        harness.state().effects.last(),
        Some(Effect::StopLoad(_))
    ));
    harness.state_mut().receive(Arrival::Load {
        load,
        news: LoadNews::Ended(LoadState::Cancelled),
    });
    harness.run();
    harness.get_by_label("Aborted");
}

#[test]
fn every_size_and_theme_shows_the_workspace() {
    for theme in Theme::ALL {
        for size in [
            egui::vec2(900.0, 600.0),
            egui::vec2(1280.0, 800.0),
            egui::vec2(1920.0, 1080.0),
        ] {
            let mut desk = Desk::with_project();
            desk.theme = theme;
            desk.ask(ApiIntent::Send);
            desk.answer(400);
            let harness = window(desk, size);
            harness.get_by_role_and_label(Role::Button, "Send");
            assert!(
                harness
                    .query_all_by_label_contains("Why 400")
                    .next()
                    .is_some()
            );
        }
    }
}

#[test]
fn stages_of_a_load_run_are_checked_while_they_are_typed() {
    let mut desk = Desk::with_project();
    desk.ask(ApiIntent::StartLoad(vec![LoadStage {
        seconds: 1,
        users: 5_001,
    }]));
    assert!(desk.session.api.load.is_none());
}
