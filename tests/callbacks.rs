//! Tasks that wait: answered by mocks, by lines, by other states; workflows that run nested; runs broken off.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use serde_json::Value;
use serde_json::json;

fn write(folder: &Path, name: &str, value: &Value) -> String {
    let path = folder.join(name);
    std::fs::write(&path, serde_json::to_string_pretty(value).unwrap()).unwrap();
    path.to_string_lossy().into_owned()
}

fn stepwright(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(arguments)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn result(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", said(output)))
}

fn task(resource: &str, parameters: &Value) -> Value {
    json!({"Type": "Task", "Resource": resource, "Parameters": parameters, "End": true})
}

fn machine(state: &Value) -> Value {
    json!({"StartAt": "A", "States": {"A": state}})
}

const ASK: &str = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";

/// A task that hands out its token and gives up after 60 seconds, or 30 without a heartbeat.
fn ask() -> Value {
    let mut state = task(
        ASK,
        &json!({"QueueUrl": "q", "MessageBody": {"Token.$": "$$.Task.Token"}}),
    );
    state["TimeoutSeconds"] = json!(60);
    state["HeartbeatSeconds"] = json!(30);
    state
}

#[test]
fn a_mock_sends_heartbeats_until_it_answers() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "w.asl.json", &machine(&ask()));
    let run = |mocks: Value| {
        let mocks = write(folder.path(), "mocks.json", &mocks);
        stepwright(&["run", &file, "--mocks", &mocks, "--format", "json"])
    };
    let late = run(json!({"A": [{"return": {"ok": true}, "after": 50}]}));
    assert_eq!(result(&late)["error"], "States.Timeout");
    assert_eq!(result(&late)["duration_ms"], 30_000);
    let alive = run(json!({"A": [{"return": {"ok": true}, "after": 50, "heartbeats": [25]}]}));
    assert_eq!(result(&alive)["status"], "SUCCEEDED");
    assert_eq!(result(&alive)["duration_ms"], 50_000);
    let too_late = run(json!({"A": [{"return": 1, "after": 70, "heartbeats": [25, 50]}]}));
    assert_eq!(result(&too_late)["duration_ms"], 60_000);
}

#[test]
fn a_worker_is_named_where_an_activity_starts() {
    let folder = tempfile::tempdir().unwrap();
    let mut pack = json!({
        "Type": "Task", "End": true, "HeartbeatSeconds": 10,
        "Resource": "arn:aws:states:us-east-1:123456789012:activity:pack"
    });
    let history = |state: &Value, mocks: Value| {
        let file = write(folder.path(), "w.asl.json", &machine(state));
        let mocks = write(folder.path(), "mocks.json", &mocks);
        result(&stepwright(&[
            "run", &file, "--mocks", &mocks, "--format", "history",
        ]))
    };
    let types = |history: &Value| -> Vec<String> {
        let events = history["events"].as_array().unwrap();
        let types = events.iter().map(|event| event["type"].as_str().unwrap());
        types.map(str::to_owned).collect()
    };
    let done = history(
        &pack,
        json!({"A": [{"return": 1, "worker": "press-3", "after": 4}]}),
    );
    let started = &done["events"][3];
    assert_eq!(started["type"], "ActivityStarted");
    assert_eq!(
        started["activityStartedEventDetails"]["workerName"],
        "press-3"
    );
    assert_eq!(
        types(&done)[2..5],
        ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]
    );
    let dead = history(
        &pack,
        json!({"A": [{"pending": true, "worker": "press-3", "heartbeats": [8]}]}),
    );
    assert_eq!(types(&dead)[3..5], ["ActivityStarted", "ActivityTimedOut"]);
    pack["Catch"] = json!([{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "B"}]);
    let caught = json!({"StartAt": "A", "States": {"A": pack, "B": {"Type": "Succeed"}}});
    let file = write(folder.path(), "caught.asl.json", &caught);
    let mocks = write(
        folder.path(),
        "mocks.json",
        &json!({"A": [{"pending": true}]}),
    );
    let run = stepwright(&["run", &file, "--mocks", &mocks, "--format", "json"]);
    assert_eq!(result(&run)["path"], json!(["A", "B"]));
}

/// Starts `child` by its ARN, with an input.
fn nest(resource: &str, more: Value) -> Value {
    let mut parameters = json!({
        "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child",
        "Input": {"n": 1}
    });
    for (key, value) in more.as_object().unwrap() {
        parameters[key] = value.clone();
    }
    task(resource, &parameters)
}

/// A workflow `child` that waits five seconds, calls a function, and answers with what it says.
fn with_child(folder: &Path) {
    let child = json!({"StartAt": "Rest", "States": {
        "Rest": {"Type": "Wait", "Seconds": 5, "Next": "Call"},
        "Call": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true}
    }});
    write(folder, "child.asl.json", &child);
    let companion = json!({"stepwright": 1, "scenarios": [
        {"name": "first", "input": {}, "mocks": {"Call": [{"return": {"from": "companion"}}]}}
    ]});
    write(folder, "child.stepwright.json", &companion);
}

const SYNC: &str = "arn:aws:states:::states:startExecution.sync";
const SYNC_2: &str = "arn:aws:states:::states:startExecution.sync:2";

#[test]
fn a_nested_workflow_runs_on_the_same_clock_and_answers_in_the_shapes_of_the_service() {
    let folder = tempfile::tempdir().unwrap();
    with_child(folder.path());
    let run = |state: Value| {
        let file = write(folder.path(), "parent.asl.json", &machine(&state));
        let start = ["--start", "2026-01-01T00:00:00Z"];
        let output = stepwright(&["run", &file, "--format", "json", start[0], start[1]]);
        result(&output)
    };
    let named = json!({"Name": "run-7"});
    let sync = run(nest(SYNC, named.clone()));
    assert_eq!(
        sync["output"],
        json!({
            "ExecutionArn": "arn:aws:states:us-east-1:123456789012:execution:child:run-7",
            "Input": "{\"n\":1}", "InputDetails": {"Included": true}, "Name": "run-7",
            "Output": "{\"from\":\"companion\"}", "OutputDetails": {"Included": true},
            "RedriveCount": 0, "RedriveStatus": "NOT_REDRIVABLE",
            "RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
            "StartDate": 1_767_225_600_000_i64,
            "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child",
            "Status": "SUCCEEDED", "StopDate": 1_767_225_605_000_i64
        })
    );
    assert_eq!(sync["duration_ms"], 5_000);
    assert_eq!(sync["nested"][0]["path"], json!(["Rest", "Call"]));
    let parsed = run(nest(SYNC_2, named.clone()));
    assert_eq!(parsed["output"]["Output"], json!({"from": "companion"}));
    assert_eq!(parsed["output"]["Input"], json!({"n": 1}));
    let begun = run(nest(
        "arn:aws:states:::states:startExecution",
        named.clone(),
    ));
    let keys: Vec<&String> = begun["output"].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "ExecutionArn",
            "SdkHttpMetadata",
            "SdkResponseMetadata",
            "StartDate"
        ]
    );
    assert_eq!(begun["duration_ms"], 0);
    assert_eq!(begun["nested"][0]["status"], "SUCCEEDED");
    let sdk = run(nest("arn:aws:states:::aws-sdk:sfn:startExecution", named));
    assert_eq!(sdk["output"]["StartDate"], "2026-01-01T00:00:00.000Z");
    let standard = run(nest(
        "arn:aws:states:::aws-sdk:sfn:startSyncExecution",
        json!({}),
    ));
    assert_eq!(
        standard["error"],
        "Sfn.StateMachineTypeNotSupportedException"
    );
}

#[test]
fn an_express_workflow_is_started_synchronously_and_tells_its_failure() {
    let folder = tempfile::tempdir().unwrap();
    let child = machine(&json!({"Type": "Fail", "Error": "E", "Cause": "c"}));
    write(folder.path(), "child.asl.json", &child);
    write(
        folder.path(),
        "child.stepwright.json",
        &json!({"type": "EXPRESS"}),
    );
    let state = nest(
        "arn:aws:states:::aws-sdk:sfn:startSyncExecution",
        json!({"Name": "n"}),
    );
    let file = write(folder.path(), "parent.asl.json", &machine(&state));
    let output = result(&stepwright(&["run", &file, "--format", "json"]));
    assert_eq!(output["status"], "SUCCEEDED");
    let told = &output["output"];
    assert_eq!(
        (&told["Status"], &told["Error"]),
        (&json!("FAILED"), &json!("E"))
    );
    assert_eq!(told["BillingDetails"]["BilledMemoryUsedInMB"], 64);
    let arn = told["ExecutionArn"].as_str().unwrap();
    assert!(
        arn.starts_with("arn:aws:states:us-east-1:123456789012:express:child:n:"),
        "{arn}"
    );
}

#[test]
fn the_mocks_of_a_nested_workflow_are_given_by_the_one_that_starts_it() {
    let folder = tempfile::tempdir().unwrap();
    with_child(folder.path());
    let states = json!({"StartAt": "A", "States": {
        "A": nest(SYNC_2, json!({})), "B": nest(SYNC_2, json!({}))
    }});
    let mut parent = states;
    parent["States"]["A"]["Next"] = json!("B");
    parent["States"]["A"].as_object_mut().unwrap().remove("End");
    let file = write(folder.path(), "parent.asl.json", &parent);
    let mocks = json!({"$nested": {"child": [
        {"Call": [{"return": 1}, {"return": 2}]},
        {"Call": [{"throw": {"error": "Broken", "cause": "gone"}}]}
    ]}});
    let mocks = write(folder.path(), "mocks.json", &mocks);
    let output = stepwright(&["run", &file, "--mocks", &mocks, "--format", "json"]);
    let run = result(&output);
    assert_eq!(run["nested"][0]["output"], 1);
    assert_eq!(run["error"], "States.TaskFailed");
    let cause: Value = serde_json::from_str(run["cause"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&cause["Error"], &cause["Status"]),
        (&json!("Broken"), &json!("FAILED"))
    );
    assert_eq!(cause["Input"], "{\"n\":1}");
    assert!(
        said(&output).contains(
            "in the nested workflow \"child\" \"Call\" was called 1 time: mock 1 is left over"
        ),
        "{}",
        said(&output)
    );
    let config = json!({
        "StateMachines": {
            "parent": {"TestCases": {"T": {}}},
            "child": {"TestCases": {"T": {"Call": "R"}}}
        },
        "MockedResponses": {"R": {"0": {"Return": "config"}}}
    });
    let config = write(folder.path(), "MockConfigFile.json", &config);
    let case = format!("{config}#T");
    let run = result(&stepwright(&[
        "run", &file, "--mocks", &case, "--format", "json",
    ]));
    assert_eq!(run["output"]["Output"], "config");
    let tested = stepwright(&["test", &config, "--format", "json"]);
    assert_eq!(result(&tested)["passed"], 2, "{}", said(&tested));
}

#[test]
fn names_are_taken_once_and_what_does_not_exist_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    with_child(folder.path());
    let twice = |second: Value| {
        let mut parent =
            json!({"StartAt": "A", "States": {"A": nest(SYNC, json!({"Name": "n"})), "B": second}});
        parent["States"]["A"]["Next"] = json!("B");
        parent["States"]["A"].as_object_mut().unwrap().remove("End");
        let file = write(folder.path(), "parent.asl.json", &parent);
        result(&stepwright(&["run", &file, "--format", "json"]))
    };
    let taken = twice(nest(SYNC, json!({"Name": "n"})));
    assert_eq!(
        taken["error"],
        "StepFunctions.ExecutionAlreadyExistsException"
    );
    let taken = twice(nest(
        "arn:aws:states:::aws-sdk:sfn:startExecution",
        json!({"Name": "n"}),
    ));
    assert_eq!(taken["error"], "Sfn.ExecutionAlreadyExistsException");
    let missing =
        json!({"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:nowhere"});
    let missing = twice(nest(SYNC, missing));
    assert_eq!(
        missing["error"],
        "StepFunctions.StateMachineDoesNotExistException"
    );
    assert_eq!(
        twice(nest(SYNC, json!({"Name": "a b"})))["error"],
        "StepFunctions.InvalidNameException"
    );
    let input = nest(SYNC, json!({"Input": "no json"}));
    assert_eq!(
        twice(input)["error"],
        "StepFunctions.InvalidExecutionInputException"
    );
    // While the first one still runs, the same name with the same input is the same execution.
    let branch =
        |name: &str| json!({"StartAt": name, "States": {name: nest(SYNC, json!({"Name": "n"}))}});
    let both = json!({"Type": "Parallel", "Branches": [branch("L"), branch("R")], "End": true});
    let file = write(folder.path(), "both.asl.json", &machine(&both));
    let run = result(&stepwright(&["run", &file, "--format", "json"]));
    assert_eq!(run["output"][0], run["output"][1]);
    assert_eq!(run["nested"].as_array().unwrap().len(), 1);
}

#[test]
fn a_workflow_that_starts_itself_comes_to_an_end() {
    let folder = tempfile::tempdir().unwrap();
    for resource in [SYNC, "arn:aws:states:::states:startExecution"] {
        let file = write(
            folder.path(),
            "child.asl.json",
            &machine(&nest(resource, json!({}))),
        );
        let output = stepwright(&["run", &file, "--format", "json"]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains("ExecutionLimitExceeded"), "{text}");
        assert!(result(&output)["nested"].as_array().unwrap().len() < 40);
    }
}

#[test]
fn a_nested_workflow_is_aborted_with_the_state_that_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    with_child(folder.path());
    let mut state = nest(SYNC, json!({}));
    state["TimeoutSeconds"] = json!(3);
    let file = write(folder.path(), "parent.asl.json", &machine(&state));
    let run = result(&stepwright(&["run", &file, "--format", "json"]));
    assert_eq!(run["error"], "States.Timeout");
    assert_eq!(run["nested"][0]["status"], "ABORTED");
    assert_eq!(run["nested"][0]["path"], json!(["Rest"]));
}

#[test]
fn a_nested_workflow_answers_the_token_it_was_given() {
    let folder = tempfile::tempdir().unwrap();
    let send = "arn:aws:states:::aws-sdk:sfn:sendTaskSuccess";
    let child = machine(&task(
        send,
        &json!({"TaskToken.$": "$.token", "Output": {"by": "child"}}),
    ));
    write(folder.path(), "child.asl.json", &child);
    let resource = "arn:aws:states:::states:startExecution.waitForTaskToken";
    let state = nest(resource, json!({"Input": {"token.$": "$$.Task.Token"}}));
    let file = write(folder.path(), "parent.asl.json", &machine(&state));
    let run = result(&stepwright(&["run", &file, "--format", "json"]));
    assert_eq!(run["output"], json!({"by": "child"}));
    assert_eq!(run["nested"][0]["output"], json!({}));
    let alone = machine(&task(
        send,
        &json!({"TaskToken": "nobody's", "Output": "1"}),
    ));
    let file = write(folder.path(), "alone.asl.json", &alone);
    let run = result(&stepwright(&["run", &file, "--format", "json"]));
    assert_eq!(run["error"], "Sfn.InvalidTokenException");
}

/// Runs with lines of answers in a file.
fn answered(file: &str, lines: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let answers = folder.path().join("answers.jsonl");
    std::fs::write(&answers, lines).unwrap();
    let answers = answers.to_string_lossy().into_owned();
    stepwright(&["run", file, "--answers", &answers, "--format", "json"])
}

#[test]
fn lines_answer_tasks_in_any_order_and_at_any_virtual_moment() {
    let folder = tempfile::tempdir().unwrap();
    let branch = |name: &str| json!({"StartAt": name, "States": {name: ask()}});
    let both = json!({"Type": "Parallel", "Branches": [branch("L"), branch("R")], "End": true});
    let file = write(folder.path(), "w.asl.json", &machine(&both));
    let output = answered(
        &file,
        "\n{\"sendTaskHeartbeat\":{\"state\":\"L\",\"after\":20}}\n\
         {\"sendTaskSuccess\":{\"state\":\"R\",\"output\":\"r\"}}\n\
         {\"sendTaskSuccess\":{\"state\":\"L\",\"output\":{\"l\":1},\"after\":45}}\n",
    );
    let run = result(&output);
    assert_eq!(run["output"], json!([{"l": 1}, "r"]));
    assert_eq!(run["duration_ms"], 45_000);
    let announced: Vec<Value> = said(&output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(announced.len(), 2);
    let waiting = &announced[0]["waiting"];
    assert_eq!(
        (&waiting["state"], &waiting["resource"]),
        (&json!("L"), &json!(ASK))
    );
    assert_eq!(
        waiting["input"]["MessageBody"]["Token"],
        waiting["taskToken"]
    );
    let failed = answered(
        &file,
        "{\"sendTaskFailure\":{\"state\":\"R\",\"error\":\"No\",\"cause\":\"because\"}}\n",
    );
    assert_eq!(
        (&result(&failed)["error"], &result(&failed)["cause"]),
        (&json!("No"), &json!("because"))
    );
}

#[test]
fn a_run_ends_where_the_lines_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "w.asl.json", &machine(&ask()));
    let timed_out = answered(&file, "");
    assert_eq!(result(&timed_out)["error"], "States.Timeout");
    let call = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true});
    let file = write(folder.path(), "w.asl.json", &machine(&call));
    let stuck = answered(
        &file,
        "{\"sendTaskSuccess\":{\"state\":\"B\",\"output\":1}}\nnonsense\n",
    );
    assert_eq!(stuck.status.code(), Some(1));
    assert_eq!(result(&stuck)["status"], "ABORTED");
    let words = said(&stuck);
    assert!(words.contains("answers, line 2: is no JSON"), "{words}");
    assert!(
        words.contains("the answers have ended while the run waits for \"A\""),
        "{words}"
    );
    assert!(
        words.contains("answers, line 1: \"B\" did not wait"),
        "{words}"
    );
    let plain = stepwright(&["run", &file, "--format", "json"]);
    let cause = result(&plain)["cause"].as_str().unwrap().to_owned();
    assert!(
        cause.contains("No answer is given for the task \"A\""),
        "{cause}"
    );
}

#[test]
fn a_person_answers_by_the_token_that_was_announced() {
    let folder = tempfile::tempdir().unwrap();
    let child = machine(&ask());
    write(folder.path(), "child.asl.json", &child);
    let file = write(
        folder.path(),
        "parent.asl.json",
        &machine(&nest(SYNC_2, json!({}))),
    );
    let mut process = Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(["run", &file, "--answers", "-", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut heard = BufReader::new(process.stderr.take().unwrap());
    let mut line = String::new();
    heard.read_line(&mut line).unwrap();
    let waiting: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(waiting["waiting"]["workflow"], "child");
    let answer =
        json!({"sendTaskSuccess": {"taskToken": waiting["waiting"]["taskToken"], "output": 5}});
    let mut stdin = process.stdin.take().unwrap();
    writeln!(stdin, "{answer}").unwrap();
    let output = process.wait_with_output().unwrap();
    drop(stdin);
    let run: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(run["output"]["Output"], 5);
}

#[test]
fn a_run_that_waits_without_lines_names_what_it_waits_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = ask();
    state
        .as_object_mut()
        .unwrap()
        .retain(|key, _| !key.ends_with("Seconds"));
    let file = write(folder.path(), "w.asl.json", &machine(&state));
    let mocks = write(
        folder.path(),
        "mocks.json",
        &json!({"A": [{"pending": true}]}),
    );
    let output = stepwright(&["run", &file, "--mocks", &mocks]);
    assert_eq!(output.status.code(), Some(2));
    let words = said(&output);
    assert!(
        words.contains("waits for an answer that no mock gives: \"A\""),
        "{words}"
    );
    // Nobody waits for the execution that was started, and nobody answers it.
    write(folder.path(), "child.asl.json", &machine(&ask()));
    write(
        folder.path(),
        "child.stepwright.json",
        &json!({"scenarios": [{"name": "s", "mocks": {"A": [{"return": 1, "after": 9}]}}]}),
    );
    let state = nest("arn:aws:states:::states:startExecution", json!({}));
    let file = write(folder.path(), "parent.asl.json", &machine(&state));
    let run = result(&stepwright(&["run", &file, "--format", "json"]));
    assert_eq!(run["nested"][0]["output"], 1);
    assert_eq!(run["duration_ms"], 0);
}

#[test]
fn answers_work_on_the_real_clock_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = ask();
    state["TimeoutSeconds"] = json!(1);
    state.as_object_mut().unwrap().remove("HeartbeatSeconds");
    let file = write(folder.path(), "w.asl.json", &machine(&state));
    let lines = folder.path().join("answers.jsonl");
    std::fs::write(
        &lines,
        "{\"sendTaskSuccess\":{\"state\":\"A\",\"output\":7,\"after\":0.2}}\n",
    )
    .unwrap();
    let lines = lines.to_string_lossy().into_owned();
    let run = stepwright(&[
        "run",
        &file,
        "--answers",
        &lines,
        "--clock",
        "real",
        "--format",
        "json",
    ]);
    assert_eq!(result(&run)["output"], 7);
    assert!(result(&run)["duration_ms"].as_i64().unwrap() >= 200);
}

#[cfg(unix)]
#[test]
fn a_run_that_is_broken_off_leaves_its_whole_history() {
    let folder = tempfile::tempdir().unwrap();
    with_child(folder.path());
    let file = write(
        folder.path(),
        "parent.asl.json",
        &machine(&nest(SYNC, json!({}))),
    );
    let process = Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(["run", &file, "--clock", "real", "--format", "history"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(700));
    let killed = Command::new("kill")
        .args(["-INT", &process.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let output = process.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let history = result(&output);
    let events = history["events"].as_array().unwrap();
    assert_eq!(events.last().unwrap()["type"], "ExecutionAborted");
    assert!(
        said(&output).contains("the run was stopped"),
        "{}",
        said(&output)
    );
}

#[test]
fn mocks_that_are_wrong_or_left_over_are_named_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let call = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true});
    let file = write(folder.path(), "w.asl.json", &machine(&call));
    let mocks = folder.path().join("mocks.json");
    std::fs::write(
        &mocks,
        "{\n  \"A\": [\n    {\"return\": 1},\n    {\"return\": 2, \"after\": \"soon\"}\n  ]\n}\n",
    )
    .unwrap();
    let path = mocks.to_string_lossy().into_owned();
    let wrong = stepwright(&["run", &file, "--mocks", &path]);
    assert_eq!(wrong.status.code(), Some(2));
    let words = said(&wrong);
    assert!(words.contains("mocks.json:4:"), "{words}");
    assert!(
        words.contains("mock 1 of \"A\": \"after\" must be seconds"),
        "{words}"
    );
    let companion = json!({"stepwright": 1, "scenarios": [
        {"name": "more than enough", "input": {}, "mocks": {"A": [{"return": 1}, {"return": 2}]},
         "expect": {"status": "SUCCEEDED"}}
    ]});
    write(folder.path(), "w.stepwright.json", &companion);
    let run = stepwright(&["run", &file, "--scenario", "more than enough"]);
    assert!(
        said(&run).contains("note: \"A\" was called 1 time: mock 1 is left over"),
        "{}",
        said(&run)
    );
    let tested = stepwright(&["test", &file, "--format", "json"]);
    let scenario = &result(&tested)["scenarios"][0];
    assert_eq!(scenario["ok"], true);
    assert_eq!(
        scenario["notes"],
        json!(["\"A\" was called 1 time: mock 1 is left over"])
    );
}
