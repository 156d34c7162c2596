//! The contract of the command line: exit codes, what goes to stdout and stderr, shapes of JSON.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use serde_json::Value;
use serde_json::json;

const GOOD: &str = r#"{
  "StartAt": "Check",
  "States": {
    "Check": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericGreaterThan": 1, "Next": "Call"}], "Default": "Done"},
    "Call": {"Type": "Task", "Resource": "${Function}", "ResultPath": "$.answer", "Next": "Done"},
    "Done": {"Type": "Succeed"}
  }
}
"#;
const PARAM: &str = "Function=arn:aws:lambda:us-east-1:111111111111:function:f";

fn stepwright(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(arguments)
        .output()
        .unwrap()
}

fn fed(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A process that refuses its arguments does not read.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout_json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stdout)))
}

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_string_lossy().into_owned()
}

/// Refused: code 2, nothing on stdout, a sentence on stderr that holds the words.
fn refused(output: &Output, words: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(code(output), 2, "{said}");
    assert!(output.stdout.is_empty());
    assert!(said.contains(words), "{said}");
}

#[test]
fn every_verb_explains_itself_with_an_example() {
    let verbs = [
        "run",
        "check",
        "layout",
        "render",
        "fmt",
        "edit",
        "eval",
        "test",
        "diff",
        "replay",
        "export",
        "forecast",
        "bench",
        "serve",
        "remote",
        "consent",
        "completions",
    ];
    for verb in verbs {
        let output = stepwright(&["help", verb]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(code(&output), 0, "{verb}");
        assert!(text.contains("Example:"), "{verb}");
        assert!(text.contains(&format!("stepwright {verb}")), "{verb}");
    }
    assert!(!stepwright(&["completions", "bash"]).stdout.is_empty());
}

#[test]
fn verbs_of_later_say_so() {
    for verb in ["diff", "replay", "forecast", "remote"] {
        refused(
            &stepwright(&[verb, "a", "--format", "json"]),
            "not built yet",
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "w.asl.json", GOOD);
    for format in [
        "sam",
        "cloudformation",
        "cdk",
        "terraform",
        "serverless",
        "openapi",
        "iam",
        "html",
    ] {
        refused(
            &stepwright(&["export", &path, "--to", format]),
            "not built yet",
        );
    }
}

#[test]
fn templates_are_rendered_with_a_request() {
    let request = r#"{"method": "POST", "path": "/x", "headers": {"A": "1"}, "query": {"q": "2"}, "pathParameters": {"p": "3"},
        "body": {"name": "gopher"}, "context": {"stage": "dev"}, "stageVariables": {"s": "4"}}"#;
    let template = "$input.json('$.name') $input.params('A')$input.params('q')$input.params('p')$stageVariables.s \
        $context.stage $context.httpMethod#set($context.responseOverride.status = 404)";
    let vtl = ["eval", "--language", "vtl"];
    let shown = stepwright(&[&vtl[..], &[template, "--request", request]].concat());
    let out = String::from_utf8_lossy(&shown.stdout);
    assert_eq!(out, "\"gopher\" 1234 dev POST\n");
    assert!(String::from_utf8_lossy(&shown.stderr).contains("404"));
    assert_eq!(code(&shown), 0);
    let grouped = r#"{"params": {"path": {"id": "7"}}, "body": "raw"}"#;
    let shown = stepwright(
        &[
            &vtl[..],
            &[
                "$input.params('id') $input.body",
                "--request",
                grouped,
                "--direction",
                "response",
            ],
        ]
        .concat(),
    );
    assert_eq!(String::from_utf8_lossy(&shown.stdout), "7 raw\n");
    let broken = stepwright(&[&vtl[..], &["a\n#if(", "--request", "{}"]].concat());
    assert_eq!(code(&broken), 1);
    assert!(String::from_utf8_lossy(&broken.stderr).contains("line 2, column 5"));
    assert!(broken.stdout.is_empty());
    refused(
        &stepwright(&[&vtl[..], &["x", "--request", "[]"]].concat()),
        "JSON object",
    );
    refused(
        &stepwright(&[&vtl[..], &["@no-such-file.vtl"]].concat()),
        "no-such-file.vtl",
    );
    let lines = concat!(
        r##"{"id": 1, "language": "vtl", "steps": [{"phase": "request", "template": "#set($context.responseOverride.header.A = 'b')x", "body": ""}, {"phase": "response", "template": "$input.body $context.responseOverride.header.A", "bodyFromPreviousOutput": true}]}"##,
        "\n",
        r##"{"id": 2, "language": "vtl", "steps": [{"template": "\\n#end"}]}"##,
        "\n",
        r##"{"id": 3, "language": "vtl", "steps": [{"template": "$n $nope", "dialect": "velocity"}], "bindings": {"n": 5}}"##,
        "\n",
        r##"{"id": 4, "language": "vtl"}"##,
    );
    let batch = fed(&["eval", "--batch"], lines);
    let answers: Vec<Value> = String::from_utf8_lossy(&batch.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        answers[0],
        json!({"id": 1, "value": "x b", "headers": {"A": "b"}})
    );
    assert_eq!(answers[1]["error"]["code"], "ParseError");
    assert_eq!(answers[1]["error"]["line"], 1);
    assert_eq!(answers[2]["value"], "5 $nope");
    assert_eq!(answers[3]["error"]["code"], "Usage");
}

#[test]
fn what_holds_no_definition_says_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let sam = "AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-2016-10-31\nResources: {}\n";
    let cases = [
        ("template.yaml", sam, "SAM"),
        ("t.json", r#"{"Resources": {"M": {}}}"#, "CloudFormation"),
        (
            "serverless.yml",
            "service: x\nprovider:\n  name: aws\n",
            "Serverless",
        ),
    ];
    for (name, text, words) in cases {
        let path = file(folder.path(), name, text);
        for verb in [
            vec!["run", &path],
            vec!["layout", &path],
            vec!["edit", &path, "--apply", "[]"],
        ] {
            let output = stepwright(&verb);
            refused(&output, words);
            refused(&output, "no state machine was found");
        }
    }
    let empty = folder.path().join("cdk.out");
    std::fs::create_dir(&empty).unwrap();
    for verb in ["layout", "check"] {
        let output = stepwright(&[verb, &empty.to_string_lossy()]);
        refused(&output, "a folder without a template");
    }
    refused(
        &stepwright(&["check", "no-such-file.asl.json"]),
        "cannot be read",
    );
}

#[test]
fn a_machine_is_picked_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "w.asl.json", GOOD);
    assert_eq!(code(&stepwright(&["layout", &format!("{path}#w")])), 0);
    refused(
        &stepwright(&["layout", &format!("{path}#other")]),
        "there is w",
    );
}

#[test]
fn run_ends_as_its_status_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "w.asl.json", GOOD);
    let answers = r#"{"Call": [{"return": {"ok": true}}]}"#;
    let mocks = file(folder.path(), "mocks.json", answers);
    let input = file(folder.path(), "input.json", r#"{"n": 2}"#);
    let given = format!("@{input}");
    let common = [
        "run",
        &path,
        "--param",
        PARAM,
        "--start",
        "2026-01-01T00:00:00Z",
        "--input",
    ];
    let run = |more: &[&str]| stepwright(&[&common[..], more].concat());

    let output = run(&[&given, "--mocks", &mocks, "--format", "json"]);
    assert_eq!(code(&output), 0);
    let said = stdout_json(&output);
    assert_eq!(said["status"], "SUCCEEDED");
    assert_eq!(said["output"], json!({"n": 2, "answer": {"ok": true}}));
    assert_eq!(said["path"], json!(["Check", "Call", "Done"]));
    assert_eq!(said["transitions"], 3);
    assert!(
        said["startDate"]
            .as_str()
            .unwrap()
            .starts_with("2026-01-01T00:00:00")
    );
    assert!(said["stopDate"].is_string() && said["duration_ms"].is_number());
    assert!(said["variables"].is_object());

    let unanswered = run(&[&given, "--format", "json"]);
    assert_eq!(code(&unanswered), 1);
    let said = stdout_json(&unanswered);
    assert_eq!(said["status"], "FAILED");
    assert!(said["error"].is_string());
    assert!(said["cause"].as_str().unwrap().contains("Call"));

    let history = stdout_json(&run(&[&given, "--mocks", &mocks, "--format", "history"]));
    let events = history["events"].as_array().unwrap();
    assert_eq!(events[0]["type"], "ExecutionStarted");
    assert_eq!(events[0]["id"], 1);
    assert_eq!(events[0]["previousEventId"], 0);
    assert!(events[0]["executionStartedEventDetails"]["input"].is_string());
    assert!(events.iter().all(|event| event["timestamp"].is_string()));
    assert_eq!(events.last().unwrap()["type"], "ExecutionSucceeded");

    let paused = run(&[&given, "--breakpoint", "Call", "--format", "json"]);
    assert_eq!(stdout_json(&paused)["pausedBefore"], "/States/Call");
    refused(&run(&[&given, "--breakpoint", "Nope"]), "Nope");
    refused(&run(&["{", "--format", "json"]), "");
    refused(&run(&["@missing.json"]), "missing.json");
    refused(
        &stepwright(&["run", &path, "--start", "yesterday"]),
        "yesterday",
    );
    refused(
        &stepwright(&["run", &path, "--scenario", "x"]),
        "no scenario",
    );
    refused(&stepwright(&["run", &path, "--param", "x"]), "NAME=VALUE");
    refused(&stepwright(&["run"]), "");

    let piped = fed(
        &[
            "run",
            "-",
            "--param",
            PARAM,
            "--input",
            r#"{"n":0}"#,
            "--format",
            "json",
        ],
        GOOD,
    );
    assert_eq!(stdout_json(&piped)["path"], json!(["Check", "Done"]));
    let params = file(
        folder.path(),
        "params.json",
        r#"{"Function": "arn:aws:lambda:us-east-1:111111111111:function:f"}"#,
    );
    let output = stepwright(&[
        "run", &path, "--params", &params, "--mocks", &mocks, "--input", &given,
    ]);
    assert_eq!(code(&output), 0);
}

#[test]
fn the_real_clock_waits_and_the_virtual_one_does_not() {
    let text = r#"{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":1,"End":true}}}"#;
    let begun = std::time::Instant::now();
    assert_eq!(code(&fed(&["run", "-", "--clock", "real"], text)), 0);
    assert!(begun.elapsed().as_millis() >= 1_000);
    let long = text.replace("\"Seconds\":1", "\"Seconds\":100000");
    assert_eq!(code(&fed(&["run", "-"], &long)), 0);
}

#[test]
fn one_state_is_tested_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "w.asl.json", GOOD);
    let common = ["run", &path, "--param", PARAM, "--test-state"];
    let test = |more: &[&str]| stepwright(&[&common[..], more].concat());
    let said = stdout_json(&test(&["Check", "--input", r#"{"n":5}"#]));
    assert_eq!(said["status"], "SUCCEEDED");
    assert_eq!(said["nextState"], "Call");
    assert_eq!(said["output"], r#"{"n":5}"#);
    assert_eq!(said.get("inspectionData"), None);
    let said = stdout_json(&test(&[
        "Check",
        "--input",
        r#"{"n":5}"#,
        "--inspection-level",
        "DEBUG",
    ]));
    assert_eq!(said["inspectionData"]["input"], r#"{"n":5}"#);
    let mocks = file(
        folder.path(),
        "m.json",
        r#"{"Call":[{"throw":{"error":"E","cause":"c"}}]}"#,
    );
    let output = test(&["Call", "--mocks", &mocks]);
    assert_eq!(code(&output), 1);
    assert_eq!(stdout_json(&output)["error"], "E");
    refused(&test(&["Nope"]), "no such state");
    refused(
        &stepwright(&["run", &path, "--inspection-level", "DEBUG"]),
        "",
    );
}

#[test]
fn check_judges_and_places() {
    let broken = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}"#;
    let output = fed(&["check", "-", "--format", "json"], broken);
    assert_eq!(code(&output), 1);
    let all = stdout_json(&output);
    let first = &all[0];
    for key in ["file", "severity", "code", "message", "pointer"] {
        assert!(first[key].is_string(), "{key}");
    }
    for key in ["line", "column", "end_line", "end_column"] {
        assert!(first[key].is_u64(), "{key}");
    }
    let sarif = stdout_json(&fed(&["check", "-", "--format", "sarif"], broken));
    assert_eq!(sarif["version"], "2.1.0");
    let good = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#;
    let output = fed(&["check", "-", "--format", "json"], good);
    assert_eq!((code(&output), stdout_json(&output)), (0, json!([])));
    assert_eq!(code(&fed(&["check", "-", "--format", "json"], "")), 1);
}

#[test]
fn a_layout_names_its_nodes_and_edges() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "w.asl.json", GOOD);
    let all = stdout_json(&stepwright(&[
        "layout", &path, "--format", "json", "--timing",
    ]));
    assert_eq!(all["name"], "w");
    assert!(all["layout_ms"].is_number());
    let nodes = all["nodes"].as_array().unwrap();
    assert!(nodes.iter().any(|node| node["id"] == all["start"]));
    for node in nodes {
        for key in ["x", "y", "w", "h"] {
            assert!(node[key].is_number());
        }
        assert!(node.get("parent").is_some() && node["type"].is_string());
    }
    for edge in all["edges"].as_array().unwrap() {
        let kind = edge["kind"].as_str().unwrap();
        assert!(["next", "choice", "default", "catch", "start", "end"].contains(&kind));
        assert!(edge["points"].as_array().unwrap().len() >= 2);
    }
    for text in ["", "[]", "null", "{", "\u{feff}"] {
        let output = fed(&["layout", "-", "--format", "json"], text);
        assert_eq!(code(&output), 0, "{text:?}");
        assert!(stdout_json(&output)["nodes"].is_array());
    }
}

#[test]
fn a_picture_carries_the_definition_and_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "w.asl.json", GOOD);
    let history = stepwright(&[
        "run",
        &path,
        "--param",
        PARAM,
        "--input",
        r#"{"n":2}"#,
        "--format",
        "history",
    ]);
    let history = file(
        folder.path(),
        "history.json",
        &String::from_utf8_lossy(&history.stdout),
    );
    let plain = folder.path().join("a.svg").to_string_lossy().into_owned();
    let coloured = folder.path().join("b.svg").to_string_lossy().into_owned();
    let png = folder.path().join("c.png").to_string_lossy().into_owned();
    assert_eq!(code(&stepwright(&["render", &path, "-o", &plain])), 0);
    assert_eq!(
        code(&stepwright(&[
            "render", &path, "-o", &coloured, "--run", &history, "--theme", "dark"
        ])),
        0
    );
    assert_eq!(
        code(&stepwright(&[
            "render",
            &path,
            "-o",
            &png,
            "--scale",
            "0.5",
            "--direction",
            "right"
        ])),
        0
    );
    let plain = std::fs::read_to_string(plain).unwrap();
    assert!(
        plain.contains("<metadata")
            && plain.contains("NumericGreaterThan")
            && plain.contains(">Call<")
    );
    assert_ne!(plain, std::fs::read_to_string(coloured).unwrap());
    assert!(std::fs::read(png).unwrap().starts_with(b"\x89PNG"));
    refused(
        &stepwright(&["render", &path, "-o", "picture.gif"]),
        ".svg or .png",
    );
}

#[test]
fn eval_answers_values_errors_and_batches() {
    let output = stepwright(&[
        "eval",
        "--language",
        "jsonata",
        "$sum(a)",
        "--input",
        r#"{"a":[1,2]}"#,
    ]);
    assert_eq!((code(&output), stdout_json(&output)), (0, json!(3)));
    let output = stepwright(&[
        "eval",
        "--language",
        "jsonpath",
        "$.a[0]",
        "--input",
        r#"{"a":[1,2]}"#,
    ]);
    assert_eq!(stdout_json(&output), json!(1));
    let output = stepwright(&[
        "eval",
        "--language",
        "intrinsic",
        "States.MathAdd(1,$x)",
        "--bindings",
        r#"{"x":2}"#,
    ]);
    assert_eq!(stdout_json(&output), json!(3));
    let output = stepwright(&["eval", "1 +"]);
    assert_eq!(code(&output), 1);
    assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    let lines = concat!(
        "{\"id\":1,\"language\":\"jsonata\",\"expr\":\"1+1\"}\n",
        "nonsense\n",
        "{\"id\":2,\"language\":\"jsonata\",\"expr\":\"a\"}\n",
        "{\"id\":3,\"language\":\"jsonpath\",\"expr\":\"$.a\",\"input\":{}}\n",
        "{\"id\":4,\"language\":\"jsonpath\",\"expr\":\"$[\",\"input\":{}}\n",
        "{\"id\":5,\"language\":\"jsonata\",\"expr\":\"($f:=function($x){$f($x)};$f(1))\",\"limits\":{\"time_ms\":50}}\n",
    );
    let output = fed(&["eval", "--batch"], lines);
    assert_eq!(code(&output), 0);
    assert!(!output.stderr.is_empty());
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), 5);
    assert_eq!(answers[0], json!({"id": 1, "value": 2}));
    assert_eq!(answers[1], json!({"id": 2, "undefined": true}));
    assert_eq!(answers[2]["error"]["code"], "PathNotFound");
    assert_eq!(answers[3]["error"]["code"], "InvalidPath");
    assert!(answers[4]["error"]["code"].is_string());
}

#[test]
fn scenarios_are_counted_and_reported() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "w.asl.json", GOOD);
    let sidecar = json!({"stepwright": 1, "params": {"Function": "arn:aws:lambda:us-east-1:111111111111:function:f"}, "scenarios": [
        {"name": "small", "input": {"n": 0}, "expect": {"status": "SUCCEEDED"}},
        {"name": "wrong & <odd>", "input": {"n": 0}, "expect": {"status": "FAILED"}},
    ]});
    file(folder.path(), "w.stepwright.json", &sidecar.to_string());
    let place = folder.path().to_string_lossy().into_owned();
    let output = stepwright(&["test", &place, "--format", "json", "--coverage"]);
    assert_eq!(code(&output), 1);
    let all = stdout_json(&output);
    assert_eq!((&all["passed"], &all["failed"]), (&json!(1), &json!(1)));
    assert_eq!(all["scenarios"][0]["ok"], true);
    assert_eq!(all["scenarios"][1]["expected"]["status"], "FAILED");
    assert!(all["scenarios"][1]["difference"].is_string());
    assert!(all["coverage"].is_object());
    let junit =
        String::from_utf8(stepwright(&["test", &place, "--format", "junit"]).stdout).unwrap();
    assert!(
        junit.starts_with("<?xml")
            && junit.contains("failures=\"1\"")
            && junit.contains("wrong &amp; &lt;odd&gt;")
    );
    let empty = tempfile::tempdir().unwrap();
    refused(
        &stepwright(&["test", &empty.path().to_string_lossy()]),
        "no scenario",
    );
}

#[test]
fn fmt_export_and_bench_keep_their_word() {
    let folder = tempfile::tempdir().unwrap();
    let ugly = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Comment":"${Text}","End":true}}}"#;
    let path = file(folder.path(), "w.asl.json", ugly);
    assert_eq!(code(&stepwright(&["fmt", &path, "--check"])), 1);
    assert_eq!(code(&stepwright(&["fmt", &path, "--write"])), 0);
    assert_eq!(code(&stepwright(&["fmt", &path, "--check"])), 0);
    let mermaid = stepwright(&["export", &path, "--to", "mermaid"]);
    assert!(String::from_utf8_lossy(&mermaid.stdout).contains('A'));
    let yaml = stepwright(&[
        "export",
        &path,
        "--to",
        "asl-yaml",
        "--param",
        "Text=a \"b\"",
    ]);
    assert!(String::from_utf8_lossy(&yaml.stdout).contains("a \"b\""));
    let same = stepwright(&["export", &path, "--to", "asl-json"]);
    assert_eq!(same.stdout, std::fs::read(&path).unwrap());
    let output = stepwright(&[
        "bench",
        &path,
        "--runs",
        "4",
        "--threads",
        "2",
        "--format",
        "json",
    ]);
    assert_eq!(code(&output), 0);
    let said = stdout_json(&output);
    for key in [
        "runs",
        "transitions_per_s",
        "executions_per_s",
        "p50_us",
        "p95_us",
        "cpu_s_per_execution",
    ] {
        assert!(said[key].is_number(), "{key}");
    }
    assert_eq!(said["status"], "SUCCEEDED");
    assert!(said.get("output").is_some());
}

#[test]
fn a_reader_that_goes_away_is_no_crash() {
    let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"A"}}}"#;
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "w.asl.json", definition);
    let mut child = Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(["run", &path, "--format", "history"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.code().is_some_and(|code| code <= 2));
}

#[test]
fn run_tells_every_fault_of_a_definition() {
    const FIVE: &str = r#"{
  "StartAt": "A",
  "States": {
    "A": {"Type": "Pass", "Next": "Missing"},
    "B": {"Type": "Wait", "Seconds": "x", "Next": "C"},
    "C": {"Type": "Pass", "InputPath": "$.a[x", "Next": "D"},
    "D": {"Type": "Choice", "Choices": [{"Variable": "$.a", "Next": "E"}]},
    "E": {"Type": "Pass", "Parameters": {"a.$": "States.Formatt('{}')"}, "End": true}
  }
}
"#;
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "five.asl.json", FIVE);
    let ran = stepwright(&["run", &path]);
    assert_eq!(code(&ran), 2);
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    let faults: Vec<&str> = said.lines().filter(|line| line.contains(&path)).collect();
    assert_eq!(faults.len(), 5, "{said}");
    for (fault, (line, pointer)) in faults.iter().zip([
        (4, "/States/A/Next"),
        (5, "/States/B/Seconds"),
        (6, "/States/C/InputPath"),
        (7, "/States/D/Choices/0"),
        (8, "/States/E/Parameters/a.$"),
    ]) {
        assert!(fault.starts_with(&format!("{path}:{line}:")), "{fault}");
        assert!(fault.ends_with(&format!(" at {pointer}")), "{fault}");
    }
}

#[test]
fn a_reason_is_never_as_long_as_the_file() {
    let long = "x".repeat(1_000_000);
    let text = format!(r#"{{"StartAt":"A","States":{{"A":{{"Type":"Pass","Next":"{long}"}}}}}}"#);
    let output = fed(&["run", "-"], &text);
    refused(&output, "no state named");
    assert!(output.stderr.len() < 2_000);
}
