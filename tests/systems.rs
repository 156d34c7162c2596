//! Systems that other tools wrote, as projects: what is read from them is what those tools make of them.

use std::path::Path;

use serde_json::Value as Json;
use stepwright::asl::MachineType;
use stepwright::project;
use stepwright::project::Options;
use stepwright::project::Project;
use stepwright::project::ProjectKind;
use stepwright::workspace::Folder;

fn import(folder: &str) -> Project {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/systems")
        .join(folder);
    let files = Folder::open(&path).unwrap();
    let root = project::find_root(&files).unwrap();
    project::read(&root, &files, &Options::default())
}

/// What keeps a project from being whole.
fn complaints(project: &Project) -> Vec<String> {
    let problems = project.problems.iter().map(|one| one.message.clone());
    let unresolved = project.unresolved.iter().map(|one| one.name.clone());
    problems.chain(unresolved).collect()
}

#[test]
fn the_order_system_of_the_cdk_is_read_whole() {
    let project = import("cdk.out");
    assert_eq!(complaints(&project), Vec::<String>::new());
    assert_eq!(project.kind, ProjectKind::CdkOut);
    let machine = project.machine("order-workflow").unwrap();
    assert_eq!(machine.kind, MachineType::Express);
    let definition = project.definition(machine).unwrap();
    let text = machine
        .substitutions
        .iter()
        .fold(definition.text.to_string(), |text, (name, value)| {
            text.replace(&format!("${{{name}}}"), value)
        });
    let definition: Json = serde_json::from_str(&text).unwrap();
    let states = definition["States"].as_object().unwrap();
    assert_eq!(states.len(), 25);
    let function = states["Validate order"]["Arguments"]["FunctionName"].as_str();
    let prefix = "arn:aws:lambda:us-east-1:123456789012:function:ValidateOrder";
    assert!(function.unwrap().starts_with(prefix), "{function:?}");
    // Every function has its code, in a folder of the output.
    assert_eq!(project.functions.len(), 7);
    for function in &project.functions {
        let code = function.code.as_deref().unwrap();
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data/systems/cdk.out")
            .join(code)
            .join("index.mjs");
        assert!(file.is_file(), "{}: {code}", function.name);
    }
    let api = &project.apis[0];
    assert_eq!((project.apis.len(), api.stage.as_str()), (1, "prod"));
    let post = &api.document["paths"]["/orders"]["post"];
    let template = &post["x-amazon-apigateway-integration"]["requestTemplates"]["application/json"];
    let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:order-workflow";
    assert!(template.as_str().unwrap().contains(arn), "{template}");
    assert_eq!((project.tables.len(), project.topics.len()), (1, 1));
}

/// The integration of an operation, in one of the spellings that mean the same. The role is the plugin's own.
fn integration(operation: &Json) -> Json {
    let mut integration = operation["x-amazon-apigateway-integration"].clone();
    let members = integration.as_object_mut().unwrap();
    members.remove("credentials");
    for response in members["responses"].as_object_mut().unwrap().values_mut() {
        let response = response.as_object_mut().unwrap();
        let status = response["statusCode"].to_string();
        response["statusCode"] = status.trim_matches('"').into();
        response.retain(|_, value| value.as_object().is_none_or(|one| !one.is_empty()));
    }
    integration
}

/// The plugin writes resources of CloudFormation; both ways lead to the same document.
#[test]
fn a_serverless_configuration_becomes_the_api_that_the_plugin_packages() {
    let written = import("serverless");
    let packaged = import("serverless-packaged");
    assert_eq!(complaints(&written), Vec::<String>::new());
    assert_eq!(written.kind, ProjectKind::Serverless);
    let names = |project: &Project| -> Vec<String> {
        let mut names: Vec<String> = project
            .machines
            .iter()
            .map(|one| format!("{} {:?}", one.arn, one.kind))
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(&written), names(&packaged));
    let (written, packaged) = (&written.apis[0], &packaged.apis[0]);
    assert_eq!(written.stage, packaged.stage);
    let paths = |document: &Json| document["paths"].clone();
    let (written, packaged) = (paths(&written.document), paths(&packaged.document));
    for (path, item) in packaged.as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let ours = integration(&written[path][method]);
            assert_eq!(ours, integration(operation), "{method} {path}");
        }
    }
    let count = |paths: &Json| paths.as_object().unwrap().len();
    assert_eq!(count(&written), count(&packaged));
}
