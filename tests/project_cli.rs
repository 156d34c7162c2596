//! Machines of projects on the command line: `FILE#NAME` with run, check, layout, edit and test.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

fn data(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/project")
        .join(file);
    path.to_string_lossy().into_owned()
}

/// Exit code, stdout, stderr.
fn stepwright(arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stepwright"));
    let output = command.args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// A copy of a project that may be written to.
fn copy(folder: &str) -> (tempfile::TempDir, PathBuf) {
    fn all(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap().flatten() {
            let target = to.join(entry.file_name());
            if entry.path().is_dir() {
                all(&entry.path(), &target);
            } else {
                std::fs::copy(entry.path(), target).unwrap();
            }
        }
    }
    let temporary = tempfile::tempdir().unwrap();
    all(Path::new(&data(folder)), temporary.path());
    let path = temporary.path().to_owned();
    (temporary, path)
}

#[test]
fn several_machines_are_listed() {
    let file = data("sam/template.yaml");
    let (code, out, error) = stepwright(&["layout", &file]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        error.contains("there are Orders, Inline; name one as"),
        "{error}"
    );
    let (code, _, error) = stepwright(&["run", &format!("{file}#Nobody")]);
    assert_eq!(code, 2);
    assert!(
        error.contains("no machine named Nobody; there are Orders, Inline"),
        "{error}"
    );
    let (code, out, _) = stepwright(&["layout", &format!("{file}#Inline")]);
    assert_eq!(code, 0);
    let layout: Value = serde_json::from_str(&out).unwrap();
    assert!(
        layout["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .any(|node| node["label"] == "Note")
    );
    // One machine needs no name, and a folder is as good as its root.
    let (code, out, error) = stepwright(&["run", &data("cdk.out"), "--mocks", "/dev/null"]);
    assert_ne!(code, 0, "{out}{error}");
    assert!(!error.contains("several machines"), "{error}");
}

#[test]
fn machines_run_with_what_their_template_says() {
    let folder = tempfile::tempdir().unwrap();
    let mocks = folder.path().join("mocks.json");
    std::fs::write(
        &mocks,
        r#"{"Save": [{"return": {}}], "Pack": [{"return": 1}], "V": [{"return": {"Payload": 2}}], "Hello": [{"return": 3}]}"#,
    )
    .unwrap();
    let mocks = mocks.to_string_lossy().into_owned();
    let run = |file: &str, more: &[&str]| {
        let file = data(file);
        let mut arguments = vec!["run", &file, "--format", "history", "--mocks", &mocks];
        arguments.extend(more);
        let (code, out, error) = stepwright(&arguments);
        assert_eq!(code, 0, "{file}: {error}");
        out
    };
    let history = run("sam/template.yaml#Orders", &["--input", r#"{"id": "7"}"#]);
    assert!(
        history.contains("\\\"TableName\\\":\\\"orders\\\""),
        "{history}"
    );
    assert!(history.contains("arn:aws:lambda:us-east-1:123456789012:function:Pack"));
    let history = run(
        "sam/template.yaml#Orders",
        &["--input", r#"{"id": "7"}"#, "--param", "TableName=mine"],
    );
    assert!(history.contains("\\\"TableName\\\":\\\"mine\\\""));
    let history = run(
        "cloudformation/template.json#Filled",
        &["--param", "Secret=s"],
    );
    assert!(history.contains("b small s at last"));
    let history = run("cdk.out", &[]);
    assert!(history.contains("function:Validate5A"));
    let history = run("serverless/serverless.yml#inside", &[]);
    assert!(history.contains("shop-flow-dev-orders"));
    let history = run(
        "serverless/serverless.yml#checkout",
        &["--param", "stage=prod"],
    );
    assert!(history.contains("large"));
    let history = run("openapi#order-processing", &[]);
    assert!(history.contains("ExecutionSucceeded"));
}

#[test]
fn parameters_come_from_a_file_of_cloudformation_too() {
    let folder = tempfile::tempdir().unwrap();
    let params = folder.path().join("params.json");
    std::fs::write(
        &params,
        r#"[{"ParameterKey": "Secret", "ParameterValue": "s"}]"#,
    )
    .unwrap();
    let file = format!("{}#Filled", data("cloudformation/template.json"));
    let (code, out, error) = stepwright(&["run", &file, "--params", &params.to_string_lossy()]);
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("b small s at last"), "{out}");
}

#[test]
fn scenarios_of_the_companion_of_a_project_are_tested() {
    for path in [data("sam/template.yaml"), data("sam")] {
        let (code, out, error) = stepwright(&["test", &path, "--format", "json"]);
        assert_eq!(code, 0, "{out}{error}");
        let answer: Value = serde_json::from_str(&out).unwrap();
        let names: Vec<&str> = answer["scenarios"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["scenario"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["placed", "packed"]);
    }
    let inline = format!("{}#Inline", data("sam/template.yaml"));
    let (code, _, error) = stepwright(&["run", &inline, "--scenario", "packed"]);
    assert_eq!(code, 0, "{error}");
}

#[test]
fn what_is_said_of_a_machine_stands_in_its_file() {
    let (_kept, folder) = copy("sam");
    let template = folder.join("template.yaml");
    let text = std::fs::read_to_string(&template).unwrap();
    let broken = text.replace("Next: Note", "Next: Nowhere");
    std::fs::write(&template, &broken).unwrap();
    let (code, out, _) = stepwright(&["check", &template.to_string_lossy(), "--format", "json"]);
    assert_eq!(code, 1, "{out}");
    let found: Vec<Value> = serde_json::from_str(&out).unwrap();
    let target = found
        .iter()
        .find(|one| one["message"].as_str().unwrap().contains("Nowhere"))
        .unwrap();
    let line = broken
        .lines()
        .position(|line| line.contains("Nowhere"))
        .unwrap()
        + 1;
    assert_eq!(target["line"], line);
    assert_eq!(
        target["column"],
        broken
            .lines()
            .nth(line - 1)
            .unwrap()
            .find("Nowhere")
            .unwrap()
            + 1
    );
    let (code, out, _) = stepwright(&["check", &data("cloudformation/template.json")]);
    assert_eq!(code, 1);
    assert!(
        out.contains("PROJECT_DEFINITION: the definition of Away"),
        "{out}"
    );
    assert!(
        out.contains("info PROJECT_UNRESOLVED: nothing says what Secret is"),
        "{out}"
    );
    let (code, out, error) = stepwright(&["check", &data("sam/template.yaml")]);
    assert_eq!(code, 0, "{out}{error}");
}

#[test]
fn a_machine_is_edited_where_it_stands() {
    let (_kept, folder) = copy("sam");
    let template = folder.join("template.yaml");
    let before = std::fs::read_to_string(&template).unwrap();
    let companion = std::fs::read_to_string(folder.join("template.stepwright.json")).unwrap();
    let name = |name: &str| format!("{}#{name}", template.display());
    let rename = r#"[{"rename": {"state": "Note", "to": "Tell them"}}]"#;
    let (code, out, error) = stepwright(&["edit", &name("Inline"), "--apply", rename, "--write"]);
    assert_eq!(code, 0, "{out}{error}");
    let after = std::fs::read_to_string(&template).unwrap();
    let expected = before
        .replace("Next: Note", "Next: Tell them")
        .replace("          Note:\n", "          Tell them:\n");
    assert_eq!(after, expected);
    // The mocks of the scenario follow, in the companion of the project.
    let followed = std::fs::read_to_string(folder.join("template.stepwright.json")).unwrap();
    assert_eq!(followed, companion.replace("\"Note\"", "\"Tell them\""));
    // A definition with a file of its own is edited there.
    let rename = r#"[{"rename": {"state": "Save", "to": "Keep"}}]"#;
    let (code, ..) = stepwright(&["edit", &name("Orders"), "--apply", rename, "--write"]);
    assert_eq!(code, 0);
    assert_eq!(std::fs::read_to_string(&template).unwrap(), expected);
    let flow = std::fs::read_to_string(folder.join("flows/orders.asl.json")).unwrap();
    assert!(flow.contains("\"StartAt\": \"Keep\""));
}

#[test]
fn text_inside_a_string_is_edited_with_its_escapes() {
    let (_kept, folder) = copy("cloudformation");
    let template = folder.join("template.json");
    let before = std::fs::read_to_string(&template).unwrap();
    let name = |name: &str| format!("{}#{name}", template.display());
    let commands = r#"[{"rename": {"state": "Say \"hi\"", "to": "Say \"yo\""}}, {"insert": {"type": "Wait", "after": "Say \"yo\""}}]"#;
    let (code, _, error) = stepwright(&["edit", &name("Written"), "--apply", commands, "--write"]);
    assert_eq!(code, 0, "{error}");
    let after = std::fs::read_to_string(&template).unwrap();
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (old, new) = (lines(&before), lines(&after));
    assert_eq!(old.len(), new.len(), "the text stays on its line");
    let changed: Vec<usize> = (0..old.len()).filter(|at| old[*at] != new[*at]).collect();
    assert_eq!(changed.len(), 1);
    assert!(
        new[changed[0]].contains(r#"\"Say \\\"yo\\\"\": {"#),
        "{}",
        new[changed[0]]
    );
    let (code, out, error) = stepwright(&["run", &name("Written")]);
    assert_eq!(code, 0, "{out}{error}");
    // Between the pieces of a join, and never across what stands for a function.
    let (code, _, error) = stepwright(&[
        "edit",
        &name("Joined"),
        "--apply",
        r#"[{"rename": {"state": "Call", "to": "Ring"}}]"#,
        "--write",
    ]);
    assert_eq!(code, 0, "{error}");
    let (code, out, error) = stepwright(&[
        "edit",
        &name("Joined"),
        "--apply",
        r#"[{"set": {"state": "Ring", "field": "/Resource", "value": "x"}}]"#,
    ]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(error.contains("function of the template"), "{error}");
}

#[test]
fn the_published_system_runs_by_name() {
    let template = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/systems/api-key-registration/template.yaml");
    if !template.exists() {
        println!("the published system is not here; nothing was checked");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let params = folder.path().join("params.json");
    std::fs::write(
        &params,
        r#"{"ApiId": "abc", "ApiStageName": "dev", "DynamoTableName": "keys"}"#,
    )
    .unwrap();
    let mocks = folder.path().join("mocks.json");
    std::fs::write(
        &mocks,
        r#"{"Get Api Key": [{"return": {"Item": {"pk": {"S": "x"}}}}]}"#,
    )
    .unwrap();
    let file = format!("{}#AddApiKeyStateMachine", template.display());
    let (code, out, error) = stepwright(&[
        "run",
        &file,
        "--params",
        &params.to_string_lossy(),
        "--mocks",
        &mocks.to_string_lossy(),
        "--input",
        r#"{"detail": {"name": "gopher"}}"#,
        "--format",
        "json",
    ]);
    assert_eq!(code, 1, "{out}{error}");
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["error"], "NameExists", "{out}");
    let (code, out, _) = stepwright(&[
        "check",
        &template.to_string_lossy(),
        "--params",
        &params.to_string_lossy(),
    ]);
    assert_eq!(code, 0, "{out}");
}

#[test]
fn text_in_a_block_of_yaml_keeps_its_indentation() {
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path().join("template.yaml");
    let text = "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: !Sub |-\n        {\n          \"StartAt\": \"A\",\n          \"States\": {\n            \"A\": {\n              \"Type\": \"Pass\",\n              \"Result\": \"${AWS::Region}\",\n              \"Next\": \"B\"\n            },\n            \"B\": {\n              \"Type\": \"Succeed\"\n            }\n          }\n        }\n      RoleArn: r # stays\n";
    std::fs::write(&template, text).unwrap();
    let commands = r#"[{"insert": {"type": "Wait", "on": {"from": "A", "to": "B"}}}, {"delete": {"states": ["Wait"]}}, {"insert": {"type": "Wait", "on": {"from": "A", "to": "B"}}}]"#;
    let (code, out, error) =
        stepwright(&["edit", &template.to_string_lossy(), "--apply", commands]);
    assert_eq!(code, 0, "{error}");
    let expected = text.replace(
        "\"Next\": \"B\"\n            },\n",
        "\"Next\": \"Wait\"\n            },\n            \"Wait\": {\n              \"Type\": \"Wait\",\n              \"Seconds\": 5,\n              \"Next\": \"B\"\n            },\n",
    );
    assert_eq!(out, expected);
    let (code, out, error) = stepwright(&["run", &template.to_string_lossy()]);
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("us-east-1"), "{out}");
}
