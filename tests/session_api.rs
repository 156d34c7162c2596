//! Projects and their APIs without a screen: intents in, arrivals carried by hand, effects and state looked at.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use stepwright::gateway::Response;
use stepwright::gateway::StepKind;
use stepwright::gateway::TraceStep;
use stepwright::gateway::Verdict;
use stepwright::session::Action;
use stepwright::session::Answered;
use stepwright::session::ApiIntent;
use stepwright::session::Arrival;
use stepwright::session::Dialog;
use stepwright::session::DialogAnswer;
use stepwright::session::DrawerTab;
use stepwright::session::Effect;
use stepwright::session::FileContents;
use stepwright::session::Home;
use stepwright::session::Intent;
use stepwright::session::LoadNews;
use stepwright::session::LoadStage;
use stepwright::session::LoadState;
use stepwright::session::Outcome;
use stepwright::session::OutcomeSource;
use stepwright::session::ProjectContents;
use stepwright::session::ProjectId;
use stepwright::session::SaveFailure;
use stepwright::session::Serving;
use stepwright::session::Session;
use stepwright::session::Settings;
use stepwright::session::Stamp;

/// A template with an inline machine, a machine in a file, and an API.
const TEMPLATE: &str = r#"# A shop.
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  TableName:
    Type: String
Resources:
  Refunds:   # inline, and commented
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: EXPRESS
      Definition:
        StartAt: Check
        States:
          Check: { Type: Pass, Next: Done }   # first
          Done: { Type: Succeed }
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: EXPRESS
      DefinitionUri: orders.asl.json
      DefinitionSubstitutions:
        Table: !Ref TableName
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
            get:
              x-amazon-apigateway-integration:
                type: mock
                requestTemplates: { application/json: '{"statusCode": 200}' }
                responses: { default: { statusCode: "200" } }
              responses: { "200": { description: ok } }
"#;

const COMPANION: &str = r#"{
  "params": { "TableName": "orders" },
  "requests": [
    { "name": "One order", "method": "POST", "path": "/orders", "body": {"a": 1}, "scenario": "Good", "expect": {"status": 200} },
    { "name": "Look", "method": "GET", "path": "/orders/7" }
  ],
  "machines": { "Refunds": { "scenarios": [ { "name": "Usual", "input": {} } ] } }
}
"#;

const ORDERS: &str =
    r#"{ "StartAt": "Take", "States": { "Take": { "Type": "Fail", "Error": "Sold.Out" } } }"#;

type Texts = BTreeMap<String, Arc<str>>;

/// A session over files in memory: readings and savings are carried out, the rest is kept to be looked at.
struct World {
    session: Session,
    disk: Texts,
    effects: Vec<Effect>,
    clock: u64,
}

impl World {
    fn new() -> World {
        let files = [
            ("template.yaml", TEMPLATE),
            ("template.stepwright.json", COMPANION),
            ("orders.asl.json", ORDERS),
            (
                "orders.stepwright.json",
                r#"{"type":"EXPRESS","scenarios":[{"name":"Good","input":{"a":1}},{"name":"Other","input":{}}]}"#,
            ),
        ];
        let disk = files.map(|(file, text)| (file.to_owned(), Arc::from(text)));
        World {
            session: Session::new(Settings::default(), Vec::new()),
            disk: disk.into(),
            effects: Vec::new(),
            clock: 1_767_225_600_000,
        }
    }

    fn opened() -> World {
        let mut world = World::new();
        world.receive(Arrival::IsProject {
            path: PathBuf::from("shop/template.yaml"),
            root: "template.yaml".into(),
        });
        world
    }

    fn intend(&mut self, intent: Intent) {
        self.clock += 1_000;
        let effects = self.session.handle(intent, self.clock);
        self.execute(effects);
    }

    fn ask(&mut self, wish: ApiIntent) {
        self.intend(Intent::Api(wish));
    }

    fn receive(&mut self, arrival: Arrival) {
        let effects = self.session.receive(arrival, self.clock);
        self.execute(effects);
    }

    fn execute(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::ReadProject { project, source } => {
                    let mut texts = self.disk.clone();
                    texts.extend((*source.overlay).clone());
                    let result = Ok(ProjectContents::read(&source.root, &texts));
                    self.receive(Arrival::ProjectRead { project, result });
                }
                Effect::Read { path } => {
                    let name = path.file_name().unwrap().to_string_lossy().into_owned();
                    let beside = name.replace(".asl.json", ".stepwright.json");
                    let contents = FileContents {
                        text: self.disk[&name].to_string(),
                        sidecar: self.disk.get(&beside).map(|text| text.to_string()),
                        stamp: Stamp(String::new()),
                        sample: None,
                    };
                    self.receive(Arrival::FileRead {
                        path,
                        result: Ok(contents),
                    });
                }
                Effect::SaveFile {
                    project,
                    file,
                    text,
                    ..
                } => {
                    self.disk.insert(file.clone(), text.clone());
                    self.receive(Arrival::FileSaved {
                        project,
                        file,
                        result: Ok((Stamp("new".into()), text)),
                    });
                }
                other => self.effects.push(other),
            }
        }
    }

    fn project(&self) -> &stepwright::session::OpenProject {
        &self.session.api.projects[0]
    }

    fn id(&self) -> ProjectId {
        self.project().id
    }

    fn titles(&self) -> Vec<&str> {
        self.session
            .tabs
            .iter()
            .map(|tab| tab.title.as_str())
            .collect()
    }

    fn answer(&mut self, status: u16) {
        let sent = self
            .effects
            .iter()
            .rev()
            .find_map(|effect| match effect {
                Effect::SendRequest { sent, .. } => Some(*sent),
                _ => None,
            })
            .unwrap();
        let result = Ok(answered(status));
        self.receive(Arrival::Answered { sent, result });
    }

    fn errors(&self) -> Vec<&str> {
        self.session
            .toasts
            .iter()
            .map(|toast| toast.text.as_str())
            .collect()
    }
}

fn answered(status: u16) -> Answered {
    let step = |kind, verdict, words: &str| TraceStep {
        kind,
        verdict,
        at: 0,
        took: 1_000,
        input: Some("{\"a\":1}".into()),
        output: Some("{\"b\":2}".into()),
        words: vec![words.to_owned()],
        pointer: None,
        execution: None,
        inspection: None,
    };
    let failed = if status < 500 {
        Verdict::Passed
    } else {
        Verdict::Failed
    };
    Answered {
        response: Response {
            status,
            headers: vec![("content-type".into(), "application/json".into())],
            body: b"{\"b\":2}".to_vec(),
        },
        trace: vec![
            step(StepKind::Received, Verdict::Passed, "POST /orders, 7 bytes"),
            step(
                StepKind::Integration,
                failed,
                "the execution failed with Sold.Out",
            ),
            step(StepKind::Answer, Verdict::Passed, "it leaves"),
        ],
        runs: Vec::new(),
        took: 3_000,
    }
}

#[test]
fn a_template_opens_as_a_project_with_its_first_route() {
    let world = World::opened();
    let project = world.project();
    assert!(
        project.project.problems.is_empty(),
        "{:?}",
        project.project.problems
    );
    let routes: Vec<String> = project
        .routes()
        .map(|key| format!("{} {}", key.method, key.path))
        .collect();
    assert_eq!(routes, ["POST /orders", "GET /orders/{id}"]);
    assert_eq!(project.project.machines.len(), 2);
    assert!(world.titles().is_empty());
    assert_eq!(world.session.drawer, DrawerTab::Api);
    let draft = &world.session.api.draft;
    assert_eq!((draft.saved, draft.path.as_str()), (Some(0), "/orders"));
    assert_eq!(draft.scenario.as_deref(), Some("Good"));
    assert!(
        world
            .session
            .settings
            .recent
            .contains(&PathBuf::from("shop/template.yaml"))
    );
    assert!(
        world
            .session
            .settings
            .open
            .contains(&PathBuf::from("shop/template.yaml"))
    );
}

#[test]
fn an_inline_machine_is_edited_in_its_template_and_nothing_else_moves() {
    let mut world = World::opened();
    let (id, machine) = (world.id(), "Refunds".to_owned());
    world.ask(ApiIntent::OpenMachine {
        project: id,
        machine,
    });
    assert_ne!(world.session.drawer, DrawerTab::Api);
    let tab = world.session.active().unwrap();
    assert!(tab.text().starts_with("StartAt: Check"), "{}", tab.text());
    assert_eq!(tab.sidecar.scenarios[0].name, "Usual");
    world.intend(Intent::Edit(stepwright::editor::Command::Rename {
        state: stepwright::asl::StatePath::top("Done"),
        to: "Finished".into(),
    }));
    assert!(world.errors().is_empty(), "{:?}", world.errors());
    let text = world.session.file_text(id, "template.yaml").unwrap();
    assert_eq!(
        *text,
        TEMPLATE
            .replace("Next: Done", "Next: Finished")
            .replace("Done: {", "Finished: {")
    );
    assert!(world.session.active().unwrap().is_modified());
    world.intend(Intent::Perform(Action::Undo));
    assert_eq!(
        *world.session.file_text(id, "template.yaml").unwrap(),
        *TEMPLATE
    );
    assert!(!world.session.active().unwrap().is_modified());
    world.intend(Intent::Perform(Action::Redo));
    world.intend(Intent::Perform(Action::Save));
    assert!(world.disk["template.yaml"].contains("Next: Finished }   # first"));
    assert!(!world.session.active().unwrap().is_modified());
    assert!(!world.project().is_modified());
}

#[test]
fn a_machine_in_a_file_opens_that_file() {
    let mut world = World::opened();
    let id = world.id();
    world.ask(ApiIntent::OpenMachine {
        project: id,
        machine: "Orders".into(),
    });
    assert_eq!(world.titles(), ["orders.asl.json"]);
    world.ask(ApiIntent::OpenMachine {
        project: id,
        machine: "Refunds".into(),
    });
    assert_eq!(world.titles().len(), 2);
    assert_eq!(
        world.session.active().unwrap().title,
        "template.yaml · Refunds"
    );
}

#[test]
fn a_request_is_sent_and_its_answer_is_followed() {
    let mut world = World::opened();
    world.intend(Intent::Perform(Action::SendRequest));
    let Some(Effect::SendRequest {
        request, source, ..
    }) = world
        .effects
        .iter()
        .rev()
        .find(|effect| matches!(effect, Effect::SendRequest { .. }))
    else {
        panic!("nothing was sent: {:?}", world.effects);
    };
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("POST", "/dev/orders")
    );
    assert_eq!(request.header("X-Stepwright-Scenario"), Some("Good"));
    assert_eq!(source.home, Home::Folder(PathBuf::from("shop")));
    assert!(matches!(
        world.session.api.shown().unwrap().outcome,
        Outcome::Waiting
    ));
    world.answer(500);
    let sent = world.session.api.shown().unwrap();
    assert_eq!(sent.status(), Some(500));
    assert_eq!(world.session.api.step, Some(1));
    let why = sent.answered().unwrap().why().unwrap();
    assert_eq!((why.title.as_str(), why.step), ("Why 500", 1));
    let rows = world.session.api.outcomes();
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["One order", "Other"]);
    assert_eq!((rows[0].expected, rows[0].status), (Some(200), Some(500)));
    assert!(rows[0].difference.as_deref().unwrap().contains("200"));
    assert_eq!(rows[1].source, OutcomeSource::Scenario("Other".into()));
    world.ask(ApiIntent::SendAll);
    assert_eq!(world.session.api.history.len(), 2);
}

#[test]
fn unsaved_definitions_are_what_is_sent_to() {
    let mut world = World::opened();
    let id = world.id();
    world.ask(ApiIntent::OpenMachine {
        project: id,
        machine: "Orders".into(),
    });
    let end = world.session.active().unwrap().text().len();
    world.intend(Intent::Edit(stepwright::editor::Command::Type(
        stepwright::text::TextEdit::replace(stepwright::text::Span::at(end), "\n"),
    )));
    world.ask(ApiIntent::Send);
    let sent = world.effects.iter().rev().find_map(|effect| match effect {
        Effect::SendRequest { source, .. } => Some(source.clone()),
        _ => None,
    });
    let overlay = sent.unwrap().overlay;
    assert_eq!(*overlay["orders.asl.json"], format!("{ORDERS}\n"));
    assert_eq!(overlay.len(), 1);
}

#[test]
fn requests_are_saved_changed_and_removed_without_touching_the_rest() {
    let mut world = World::opened();
    let id = world.id();
    let file = "template.stepwright.json";
    let mut draft = world.session.api.draft.clone();
    draft.body = "{\"a\": 2}".into();
    world.ask(ApiIntent::SetDraft(draft));
    assert!(world.session.is_draft_changed());
    world.ask(ApiIntent::UpdateSaved);
    let text = world.session.file_text(id, file).unwrap();
    assert_eq!(
        *text,
        COMPANION.replace("\"body\": {\"a\": 1}", "\"body\": {\"a\": 2}")
    );
    assert!(!world.session.is_draft_changed());
    world.ask(ApiIntent::SaveRequest {
        name: "Another".into(),
        status: Some(201),
    });
    assert_eq!(world.project().companion.requests.len(), 3);
    assert_eq!(
        world.project().companion.requests[2]
            .expect
            .as_ref()
            .unwrap()
            .status,
        Some(201)
    );
    world.ask(ApiIntent::SaveRequest {
        name: "Another".into(),
        status: None,
    });
    assert!(world.errors().last().unwrap().contains("already"));
    world.ask(ApiIntent::RemoveSaved {
        project: id,
        request: 2,
    });
    for _ in 0..3 {
        world.intend(Intent::Perform(Action::Undo));
    }
    assert_eq!(*world.session.file_text(id, file).unwrap(), *COMPANION);
    world.intend(Intent::Perform(Action::Redo));
    world.intend(Intent::Perform(Action::Save));
    assert!(world.disk[file].contains("\"a\": 2"));
}

#[test]
fn parameters_are_given_values_in_the_companion() {
    let mut world = World::opened();
    let id = world.id();
    world.ask(ApiIntent::SetParameter {
        project: id,
        name: "TableName".into(),
        value: Some("other".into()),
    });
    let value = |world: &World| world.project().project.parameters[0].value.clone();
    assert_eq!(value(&world).as_deref(), Some("other"));
    world.ask(ApiIntent::SetParameter {
        project: id,
        name: "TableName".into(),
        value: None,
    });
    assert_eq!(value(&world), None);
    assert!(!world.project().project.unresolved.is_empty());
}

#[test]
fn curl_commands_are_taken_over_and_given_out() {
    let mut world = World::opened();
    world.ask(ApiIntent::ImportCurl(
        "curl -X GET 'http://127.0.0.1:8080/dev/orders/8?full=yes' -H 'x-a: b'".into(),
    ));
    let draft = &world.session.api.draft;
    assert_eq!(
        (draft.method.as_str(), draft.path.as_str()),
        ("GET", "/orders/8")
    );
    assert_eq!(
        world.session.api.route.as_ref().unwrap().path,
        "/orders/{id}"
    );
    world.ask(ApiIntent::CopyCurl);
    let Some(Effect::CopyText(text)) = world.effects.last() else {
        panic!("{:?}", world.effects.last());
    };
    assert_eq!(
        text,
        "curl 'http://127.0.0.1:8080/dev/orders/8?full=yes' \\\n  -H 'x-a: b'"
    );
    world.ask(ApiIntent::ImportCurl("wget x".into()));
    assert!(world.errors().last().unwrap().contains("curl"));
}

#[test]
fn serving_and_load_runs_are_asked_for_and_told() {
    let mut world = World::opened();
    let id = world.id();
    world.ask(ApiIntent::StartServing(id));
    assert!(matches!(
        world.effects.last(),
        Some(Effect::StartServing { .. })
    ));
    let address = "http://127.0.0.1:8080".to_owned();
    world.receive(Arrival::Serving {
        project: id,
        result: Ok(address.clone()),
    });
    assert_eq!(
        world.session.api.serving,
        Serving::On {
            project: id,
            address
        }
    );
    let draft = world.session.api.draft.clone();
    world.receive(Arrival::Heard {
        project: id,
        api: "ShopApi".into(),
        draft,
        answered: answered(200),
    });
    assert!(world.session.api.history[0].from_outside);
    world.ask(ApiIntent::StopServing);
    assert_eq!(world.session.api.serving, Serving::Off);
    world.ask(ApiIntent::StartLoad(vec![LoadStage {
        seconds: 5,
        users: 3,
    }]));
    let load = world.session.api.load.as_ref().unwrap().id;
    world.receive(Arrival::Load {
        load,
        news: LoadNews::Ended(LoadState::Done),
    });
    assert!(!world.session.api.load.as_ref().unwrap().is_running());
    world.ask(ApiIntent::StartLoad(vec![LoadStage {
        seconds: 5,
        users: 0,
    }]));
    assert!(world.errors().last().unwrap().contains("one user"));
}

#[test]
fn closing_a_changed_project_asks_first() {
    let mut world = World::opened();
    let id = world.id();
    world.ask(ApiIntent::SetParameter {
        project: id,
        name: "TableName".into(),
        value: Some("other".into()),
    });
    world.ask(ApiIntent::CloseProject(id));
    assert_eq!(
        world.session.dialog,
        Some(Dialog::UnsavedProject {
            project: id,
            quitting: false
        })
    );
    world.intend(Intent::Answer(DialogAnswer::Save));
    assert!(world.session.api.projects.is_empty());
    assert!(world.session.tabs.is_empty());
    assert!(world.disk["template.stepwright.json"].contains("other"));
}

#[test]
fn a_file_changed_by_another_program_is_not_overwritten() {
    let mut world = World::opened();
    let id = world.id();
    world.receive(Arrival::FileSaved {
        project: id,
        file: "template.yaml".into(),
        result: Err(SaveFailure::Changed),
    });
    let toast = world.session.toasts.last().unwrap();
    assert!(toast.text.contains("another program"));
    assert_eq!(toast.action.as_ref().unwrap().0, "Save anyway");
}

#[test]
fn the_api_of_a_definition_comes_and_goes_with_it() {
    let mut world = World::new();
    let path = PathBuf::from("shop/orders.asl.json");
    world.execute(vec![Effect::Read { path }]);
    let asked = world.effects.iter().any(
        |effect| matches!(effect, Effect::FindProject { file, .. } if file == "orders.asl.json"),
    );
    assert!(asked, "{:?}", world.effects);
    let contents = ProjectContents::read("template.yaml", &world.disk);
    world.receive(Arrival::ProjectFound {
        home: Home::Folder(PathBuf::from("shop")),
        root: "template.yaml".into(),
        contents,
    });
    assert!(world.project().by_itself);
    assert!(world.session.api.route.is_some());
    assert_ne!(world.session.drawer, DrawerTab::Api);
    let tab = world.session.active_id().unwrap();
    world.intend(Intent::CloseTab(tab));
    assert!(world.session.api.projects.is_empty());
    assert!(world.session.api.route.is_none());
}
