//! Redrive behind the Step Functions endpoint: after a restart of the server as before it, and what Map Runs count.

#[path = "common/server.rs"]
mod server;

use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;

use server::Server;

const LAMBDA: &str = "arn:aws:states:::lambda:invoke";

/// A folder with machines, mocks and a store, and the server that has it.
struct Place {
    folder: tempfile::TempDir,
    clock: &'static str,
    more: &'static [&'static str],
    server: Option<Server>,
}

impl Place {
    fn new(machines: &[(&str, Value)], mocks: &Value) -> Place {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("work")).unwrap();
        for (name, definition) in machines {
            let path = folder.path().join(format!("work/{name}.asl.json"));
            std::fs::write(path, definition.to_string()).unwrap();
        }
        let mut place = Place {
            folder,
            clock: "virtual",
            more: &[],
            server: None,
        };
        place.write_mocks(mocks);
        place.start();
        place
    }

    fn write_mocks(&self, mocks: &Value) {
        std::fs::write(self.folder.path().join("mocks.json"), mocks.to_string()).unwrap();
    }

    fn start(&mut self) {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        let (store, mocks) = (path("store.redb"), path("mocks.json"));
        let mut more = vec!["--store", &store, "--clock", self.clock];
        if self.more.is_empty() {
            more.extend(["--mocks", &mocks]);
        }
        more.extend(self.more);
        self.server = Some(Server::start(self.folder.path(), &more));
    }

    fn restart(&mut self) {
        self.server.take().unwrap().interrupt();
        self.start();
    }

    fn kill(&mut self) {
        self.server.take().unwrap().kill();
        self.start();
    }

    fn ask(&self, action: &str, body: &Value) -> Value {
        self.server.as_ref().unwrap().ask(action, body)
    }

    /// Starts an execution; its ARN.
    fn begin(&self, machine: &str, input: &Value) -> String {
        let body =
            json!({"stateMachineArn": arn(machine), "name": "one", "input": input.to_string()});
        let answer = self.ask("StartExecution", &body);
        let execution = answer["executionArn"].as_str();
        execution.unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    fn describe(&self, execution: &str) -> Value {
        self.ask("DescribeExecution", &json!({"executionArn": execution}))
    }

    fn redrive(&self, execution: &str) -> Value {
        let answer = self.ask("RedriveExecution", &json!({"executionArn": execution}));
        assert!(answer["redriveDate"].is_number(), "{answer}");
        answer
    }

    fn refusal(&self, execution: &str) -> String {
        let answer = self.ask("RedriveExecution", &json!({"executionArn": execution}));
        let kind = answer["__type"].as_str().unwrap_or_default();
        assert!(kind.ends_with("ExecutionNotRedrivable"), "{answer}");
        let told = self.describe(execution);
        assert_eq!(told["redriveStatus"], "NOT_REDRIVABLE", "{told}");
        told["redriveStatusReason"].as_str().unwrap().to_owned()
    }

    /// Waits for the end of an execution.
    fn ended(&self, execution: &str) -> Value {
        let begun = Instant::now();
        loop {
            let told = self.describe(execution);
            if told["status"] != "RUNNING" {
                return told;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{told}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn history(&self, execution: &str) -> Vec<Value> {
        let body = json!({"executionArn": execution, "maxResults": 1000});
        let answer = self.ask("GetExecutionHistory", &body);
        answer["events"].as_array().unwrap().clone()
    }

    /// Everything that is told of an execution, to be compared before and after a restart.
    fn everything(&self, execution: &str) -> Value {
        let machine = execution.replace(":execution:", ":stateMachine:");
        let machine = machine.rsplit_once(':').unwrap().0;
        let runs = self.ask("ListMapRuns", &json!({"executionArn": execution}));
        let details: Vec<Value> = runs["mapRuns"]
            .as_array()
            .unwrap()
            .iter()
            .map(|run| self.ask("DescribeMapRun", &json!({"mapRunArn": run["mapRunArn"]})))
            .collect();
        let asked = json!({"executionArn": execution});
        let mut machine_then = self.ask("DescribeStateMachineForExecution", &asked);
        // A machine of a file is as old as the server.
        machine_then.as_object_mut().unwrap().remove("updateDate");
        json!({
            "told": self.describe(execution),
            "history": self.history(execution),
            "list": self.ask("ListExecutions", &json!({"stateMachineArn": machine})),
            "machine": machine_then,
            "runs": runs,
            "details": details,
        })
    }

    /// The token of the task that waits with it: the last one scheduled.
    fn tokens(&self, events: &[Value]) -> Vec<String> {
        let scheduled = events.iter().filter_map(|event| {
            let parameters = event["taskScheduledEventDetails"]["parameters"].as_str()?;
            let parameters: Value = serde_json::from_str(parameters).unwrap();
            Some(parameters["Payload"]["token"].as_str()?.to_owned())
        });
        scheduled.collect()
    }
}

fn arn(name: &str) -> String {
    format!("arn:aws:states:us-east-1:123456789012:stateMachine:{name}")
}

fn types(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect()
}

fn task(next: Option<&str>) -> Value {
    let mut task = json!({"Type": "Task", "Resource": LAMBDA, "ResultPath": "$.last",
        "Parameters": {"FunctionName": "f", "Payload.$": "$"}, "ResultSelector": {"r.$": "$.Payload"}});
    match next {
        Some(next) => task["Next"] = json!(next),
        None => task["End"] = json!(true),
    }
    task
}

/// Two tasks with chance between them, so that only the same seed gives the same history.
fn chain() -> Value {
    json!({"StartAt": "A", "States": {
        "A": task(Some("Id")),
        "Id": {"Type": "Pass", "Parameters": {"id.$": "States.UUID()"}, "ResultPath": "$.id", "Next": "B"},
        "B": task(Some("C")),
        "C": task(None)}})
}

fn fails() -> Value {
    json!({"throw": {"error": "Broken", "cause": "as was said"}})
}

fn returns(value: &Value) -> Value {
    json!({"return": {"Payload": value}})
}

/// The answers before a restart and after it are the same; a redrive goes on in the same history.
fn grows(place: &Place, execution: &str, before: &[Value], redrives: usize) -> Vec<Value> {
    let after = place.history(execution);
    assert_eq!(&after[..before.len()], before);
    let next = &after[before.len()];
    assert_eq!(next["type"], "ExecutionRedriven", "{next}");
    assert_eq!(next["id"], before.len() + 1);
    assert_eq!(
        next["executionRedrivenEventDetails"]["redriveCount"],
        redrives
    );
    let told = place.describe(execution);
    assert_eq!(told["redriveCount"], redrives, "{told}");
    let at = told["redriveDate"].as_f64().unwrap();
    assert_eq!(next["timestamp"].as_f64().unwrap(), at);
    after
}

#[test]
fn a_failed_execution_goes_on_after_a_clean_restart_and_after_another() {
    let mocks = json!({"A": [returns(&json!(1))], "B": [fails(), fails(), returns(&json!(2))], "C": [returns(&json!(3))]});
    let mut place = Place::new(&[("chain", chain())], &mocks);
    let execution = place.begin("chain", &json!({"n": 1.50, "text": "é"}));
    let told = place.describe(&execution);
    assert_eq!(told["status"], "FAILED", "{told}");
    assert_eq!(told["redriveStatus"], "REDRIVABLE");
    let first = place.everything(&execution);
    place.restart();
    assert_eq!(place.everything(&execution), first);
    place.redrive(&execution);
    let told = place.describe(&execution);
    assert_eq!(told["status"], "FAILED", "{told}");
    let second = grows(&place, &execution, first["history"].as_array().unwrap(), 1);
    let everything = place.everything(&execution);
    // The store has what came of the redrive, and what goes on from there.
    place.restart();
    assert_eq!(place.everything(&execution), everything);
    place.redrive(&execution);
    let told = place.describe(&execution);
    assert_eq!(told["status"], "SUCCEEDED", "{told}");
    assert_eq!(told["redriveStatus"], "NOT_REDRIVABLE");
    let third = grows(&place, &execution, &second, 2);
    let entered = types(&third);
    let entered = entered
        .iter()
        .filter(|kind| **kind == "TaskStateEntered")
        .count();
    assert_eq!(entered, 3, "no state that was left is run again");
    let output: Value = serde_json::from_str(told["output"].as_str().unwrap()).unwrap();
    assert_eq!(output["n"], 1.5);
    assert_eq!(output["last"]["r"], 3);
    let everything = place.everything(&execution);
    place.restart();
    assert_eq!(place.everything(&execution), everything);
    let reason = place.refusal(&execution);
    assert_eq!(reason, "Execution is SUCCEEDED and cannot be redriven");
    let filter =
        json!({"stateMachineArn": arn("chain"), "redriveFilter": "REDRIVEN", "maxResults": 10});
    let list = place.ask("ListExecutions", &filter);
    assert_eq!(list["executions"][0]["redriveCount"], 2, "{list}");
}

#[test]
fn on_the_real_clock_too_and_after_kill_9_once_the_end_is_known() {
    let mut definition = chain();
    definition["States"]["A"]["Next"] = json!("Pause");
    definition["States"]["Pause"] = json!({"Type": "Wait", "Seconds": 1, "Next": "Id"});
    let mocks = json!({"A": [returns(&json!(1))], "B": [fails(), fails(), returns(&json!(2))], "C": [returns(&json!(3))]});
    let mut place = Place::new(&[("chain", definition)], &mocks);
    place.clock = "real";
    place.restart();
    let execution = place.begin("chain", &json!({}));
    let told = place.ended(&execution);
    assert_eq!(told["status"], "FAILED", "{told}");
    let first = place.everything(&execution);
    place.kill();
    assert_eq!(place.everything(&execution), first);
    place.redrive(&execution);
    let told = place.ended(&execution);
    assert_eq!(told["status"], "FAILED", "{told}");
    let history = place.history(&execution);
    let redriven = first["history"].as_array().unwrap().len();
    assert_eq!(&history[..redriven], first["history"].as_array().unwrap());
    assert_eq!(history[redriven]["type"], "ExecutionRedriven");
    let everything = place.everything(&execution);
    place.kill();
    assert_eq!(place.everything(&execution), everything);
    // The clock may be another one by then.
    place.clock = "virtual";
    place.restart();
    place.redrive(&execution);
    let told = place.ended(&execution);
    assert_eq!(told["status"], "SUCCEEDED", "{told}");
    grows(&place, &execution, &history, 2);
}

#[test]
fn the_definition_and_the_version_it_was_started_with_count() {
    let mocks = json!({"A": [returns(&json!(1))], "B": [fails(), returns(&json!(2))], "C": [returns(&json!(3))],
        "Other": [returns(&json!(9))]});
    let mut place = Place::new(&[("chain", chain())], &mocks);
    let execution = place.begin("chain", &json!({}));
    let machine = place.everything(&execution)["machine"].clone();
    let other = json!({"StartAt": "Other", "States": {"Other": task(None)}});
    let body = json!({"stateMachineArn": arn("chain"), "definition": other.to_string()});
    let answer = place.ask("UpdateStateMachine", &body);
    assert!(answer["updateDate"].is_number(), "{answer}");
    place.restart();
    place.redrive(&execution);
    let told = place.describe(&execution);
    assert_eq!(told["status"], "SUCCEEDED", "{told}");
    let history = place.history(&execution);
    let left = types(&history);
    let left = left.iter().filter(|kind| **kind == "TaskStateExited");
    assert_eq!(left.count(), 3);
    let now = place.everything(&execution)["machine"].clone();
    assert_eq!(now["definition"], machine["definition"]);
}

#[test]
fn mended_answers_count_and_what_was_answered_by_hand_is_not_asked_again() {
    let mut asks = task(Some("B"));
    asks["Resource"] = json!("arn:aws:states:::lambda:invoke.waitForTaskToken");
    asks["Parameters"] = json!({"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}});
    asks["ResultSelector"] = json!({"r.$": "$"});
    let definition = json!({"StartAt": "Ask", "States": {"Ask": asks, "B": task(None)}});
    let mut place = Place::new(&[("asks", definition)], &json!({"B": [fails()]}));
    let execution = place.begin("asks", &json!({}));
    let tokens = place.tokens(&place.history(&execution));
    let answer = json!({"taskToken": tokens[0], "output": json!({"by": "hand"}).to_string()});
    place.ask("SendTaskSuccess", &answer);
    let told = place.describe(&execution);
    assert_eq!(told["status"], "FAILED", "{told}");
    let before = place.history(&execution);
    // Not the answers count with which it was mocked then, but what came of them.
    place.write_mocks(&json!({"B": [returns(&json!("mended"))], "Ask": [fails()]}));
    place.restart();
    place.redrive(&execution);
    let told = place.describe(&execution);
    // The one entry of B has been used up.
    assert_eq!(told["status"], "FAILED", "{told}");
    let after = grows(&place, &execution, &before, 1);
    place.write_mocks(&json!({"B": [{"return": {"Payload": "mended"}, "repeat": true}]}));
    place.restart();
    place.redrive(&execution);
    let told = place.describe(&execution);
    assert_eq!(told["status"], "SUCCEEDED", "{told}");
    grows(&place, &execution, &after, 2);
}

#[test]
fn stopped_and_timed_out_ones_go_on_and_so_does_what_a_clean_end_has_aborted() {
    let mut asks = task(None);
    asks["Resource"] = json!("arn:aws:states:::lambda:invoke.waitForTaskToken");
    asks["Parameters"] = json!({"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}});
    asks["ResultSelector"] = json!({"r.$": "$"});
    let asks = json!({"StartAt": "Before", "States": {"Before": {"Type": "Pass", "Next": "Ask"}, "Ask": asks}});
    let mut slow = asks.clone();
    slow["TimeoutSeconds"] = json!(1);
    let mut place = Place::new(&[("asks", asks), ("slow", slow)], &json!({}));
    for clock in ["virtual", "real"] {
        place.clock = clock;
        place.restart();
        let body = json!({"stateMachineArn": arn("asks"), "name": format!("stop-{clock}")});
        let stopped = place.ask("StartExecution", &body)["executionArn"].clone();
        let stopped = stopped.as_str().unwrap();
        let body = json!({"stateMachineArn": arn("asks"), "name": format!("lost-{clock}")});
        let lost = place.ask("StartExecution", &body)["executionArn"].clone();
        let lost = lost.as_str().unwrap();
        let stop = json!({"executionArn": stopped, "error": "Enough", "cause": "of it"});
        place.ask("StopExecution", &stop);
        let mut known = vec![
            (stopped.to_owned(), "ABORTED"),
            (lost.to_owned(), "ABORTED"),
        ];
        if clock == "real" {
            let slow = place.begin("slow", &json!({}));
            assert_eq!(place.ended(&slow)["status"], "TIMED_OUT");
            known.push((slow, "TIMED_OUT"));
        }
        place.restart();
        for (execution, status) in known {
            let told = place.describe(&execution);
            assert_eq!(told["status"], status, "{told}");
            assert_eq!(told["redriveStatus"], "REDRIVABLE", "{told}");
            let before = place.history(&execution);
            place.redrive(&execution);
            let begun = Instant::now();
            let tokens = loop {
                let tokens = place.tokens(&place.history(&execution));
                if tokens.len() == 2 {
                    break tokens;
                }
                assert!(begun.elapsed() < Duration::from_secs(10), "{execution}");
            };
            assert_ne!(tokens[0], tokens[1]);
            let answer = json!({"taskToken": tokens[1], "output": "1"});
            let answer = place.ask("SendTaskSuccess", &answer);
            assert_eq!(answer, json!({}));
            let told = place.ended(&execution);
            assert_eq!(told["status"], "SUCCEEDED", "{told}");
            let after = place.history(&execution);
            assert_eq!(&after[..before.len()], &before[..]);
            assert_eq!(told["redriveCount"], 1);
        }
    }
}

#[test]
fn a_map_run_goes_on_with_what_did_not_succeed() {
    let definition = json!({"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "MaxConcurrency": 1,
        "ItemsPath": "$.items", "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "T", "States": {"T": {"Type": "Task", "Resource": LAMBDA, "End": true,
                "Parameters": {"FunctionName": "f", "Payload.$": "$"}, "OutputPath": "$.Payload"}}}}}});
    let mocks = json!({"T": [returns(&json!("a")), fails(), fails(), returns(&json!("b")), returns(&json!("c"))]});
    let mut place = Place::new(&[("each", definition)], &mocks);
    let execution = place.begin("each", &json!({"items": [1, 2, 3]}));
    let told = place.describe(&execution);
    assert_eq!(told["status"], "FAILED", "{told}");
    let first = place.everything(&execution);
    let counts = &first["details"][0]["executionCounts"];
    let named = |names: &[&str]| -> Vec<u64> {
        names
            .iter()
            .map(|name| counts[name].as_u64().unwrap())
            .collect()
    };
    assert_eq!(
        named(&["succeeded", "failed", "pending", "total"]),
        [1, 1, 1, 3]
    );
    assert_eq!(named(&["pendingRedrive", "failuresNotRedrivable"]), [0, 0]);
    let run = first["details"][0]["mapRunArn"].clone();
    let children = |place: &Place| {
        let list = place.ask("ListExecutions", &json!({"mapRunArn": run}));
        list["executions"].as_array().unwrap().clone()
    };
    let failed = children(&place)[0].clone();
    assert_eq!(failed["status"], "FAILED");
    let failed = failed["executionArn"].as_str().unwrap();
    assert_eq!(
        place.describe(failed)["redriveStatus"],
        "REDRIVABLE_BY_MAP_RUN"
    );
    place.restart();
    assert_eq!(place.everything(&execution), first);
    assert_eq!(
        place.describe(failed)["redriveStatus"],
        "REDRIVABLE_BY_MAP_RUN"
    );
    place.redrive(&execution);
    assert_eq!(place.describe(&execution)["status"], "FAILED");
    let second = grows(&place, &execution, first["history"].as_array().unwrap(), 1);
    let everything = place.everything(&execution);
    place.kill();
    assert_eq!(place.everything(&execution), everything);
    place.redrive(&execution);
    let told = place.describe(&execution);
    assert_eq!(told["status"], "SUCCEEDED", "{told}");
    assert_eq!(told["output"], r#"["a","b","c"]"#);
    grows(&place, &execution, &second, 2);
    let details = &place.everything(&execution)["details"];
    assert_eq!(details.as_array().unwrap().len(), 1);
    assert_eq!(details[0]["redriveCount"], 2, "{details}");
    assert_eq!(details[0]["status"], "SUCCEEDED");
    assert_eq!(details[0]["executionCounts"]["succeeded"], 3);
    assert_eq!(details[0]["itemCounts"]["succeeded"], 3);
    assert_eq!(children(&place).len(), 5);
    let replaced = place.describe(failed);
    assert_eq!(replaced["redriveStatus"], "NOT_REDRIVABLE", "{replaced}");
}

#[test]
fn a_map_run_counts_what_still_waits_for_its_redrive() {
    let mut asks = task(None);
    asks["Resource"] = json!("arn:aws:states:::lambda:invoke.waitForTaskToken");
    asks["Parameters"] = json!({"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}});
    asks["ResultPath"] = json!("$");
    asks["ResultSelector"] = json!({"r.$": "$"});
    let definition = json!({"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "MaxConcurrency": 3,
        "ItemBatcher": {"MaxItemsPerBatch": 2}, "ItemsPath": "$.items", "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "T", "States": {"T": asks}}}}});
    let mut place = Place::new(&[("each", definition)], &json!({}));
    let execution = place.begin("each", &json!({"items": [1, 2, 3, 4, 5, 6, 7]}));
    let run =
        place.ask("ListMapRuns", &json!({"executionArn": execution}))["mapRuns"][0]["mapRunArn"]
            .clone();
    let counts = |place: &Place, which: &str| {
        let told = place.ask("DescribeMapRun", &json!({"mapRunArn": run}));
        let counts = &told[which];
        let names = [
            "pending",
            "running",
            "succeeded",
            "failed",
            "aborted",
            "pendingRedrive",
        ];
        let found: Vec<u64> = names
            .iter()
            .map(|name| counts[name].as_u64().unwrap())
            .collect();
        assert_eq!(counts["total"].as_u64(), Some(found.iter().sum()), "{told}");
        assert_eq!(counts["failuresNotRedrivable"], 0, "{told}");
        found
    };
    let token = |place: &Place, index: usize| {
        let list = place.ask("ListExecutions", &json!({"mapRunArn": run}));
        let list = list["executions"].as_array().unwrap().clone();
        let child = &list[list.len() - 1 - index]["executionArn"];
        let events = place.history(child.as_str().unwrap());
        place.tokens(&events).last().unwrap().clone()
    };
    assert_eq!(counts(&place, "executionCounts"), [1, 3, 0, 0, 0, 0]);
    assert_eq!(counts(&place, "itemCounts"), [1, 6, 0, 0, 0, 0]);
    let answer = json!({"taskToken": token(&place, 0), "output": "1"});
    assert_eq!(place.ask("SendTaskSuccess", &answer), json!({}));
    let change = json!({"mapRunArn": run, "maxConcurrency": 1});
    assert_eq!(place.ask("UpdateMapRun", &change), json!({}));
    let answer = json!({"taskToken": token(&place, 1), "error": "Broken"});
    assert_eq!(place.ask("SendTaskFailure", &answer), json!({}));
    assert_eq!(place.describe(&execution)["status"], "FAILED");
    assert_eq!(counts(&place, "executionCounts"), [0, 0, 1, 1, 2, 0]);
    assert_eq!(counts(&place, "itemCounts"), [0, 0, 2, 2, 3, 0]);
    let before = place.everything(&execution);
    place.restart();
    assert_eq!(place.everything(&execution), before);
    place.redrive(&execution);
    // One at a time, as it was told.
    assert_eq!(counts(&place, "executionCounts"), [0, 1, 1, 0, 0, 2]);
    assert_eq!(counts(&place, "itemCounts"), [0, 2, 2, 0, 0, 3]);
    for done in 0..3 {
        let answer = json!({"taskToken": token(&place, 4 + done), "output": "1"});
        assert_eq!(place.ask("SendTaskSuccess", &answer), json!({}));
    }
    assert_eq!(place.describe(&execution)["status"], "SUCCEEDED");
    assert_eq!(counts(&place, "executionCounts"), [0, 0, 4, 0, 0, 0]);
    assert_eq!(counts(&place, "itemCounts"), [0, 0, 7, 0, 0, 0]);
}

#[test]
fn failures_a_map_run_has_tolerated_are_not_redrivable() {
    let definition = json!({"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "MaxConcurrency": 1,
        "ToleratedFailureCount": 1, "ItemsPath": "$.items", "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
            "StartAt": "T", "States": {"T": task(None)}}}}});
    let mocks = json!({"T": [fails(), returns(&json!("b"))]});
    let place = Place::new(&[("each", definition)], &mocks);
    let execution = place.begin("each", &json!({"items": [{}, {}]}));
    assert_eq!(place.describe(&execution)["status"], "SUCCEEDED");
    let details = &place.everything(&execution)["details"][0];
    let counts = &details["executionCounts"];
    assert_eq!(counts["failed"], 1, "{details}");
    assert_eq!(counts["failuresNotRedrivable"], 1, "{details}");
    assert_eq!(counts["pendingRedrive"], 0, "{details}");
}

#[test]
fn an_execution_starts_others_anew_after_a_restart() {
    let outer = json!({"StartAt": "Inner", "States": {"Inner": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": arn("inner"), "Input": {}}}}});
    let inner = json!({"StartAt": "T", "States": {"T": task(None)}});
    let mocks = json!({"$nested": {"inner": [{"T": [fails()]}, {"T": [returns(&json!("well"))]}]}});
    let mut place = Place::new(&[("outer", outer), ("inner", inner)], &mocks);
    let execution = place.begin("outer", &json!({}));
    let told = place.describe(&execution);
    assert_eq!(told["status"], "FAILED", "{told}");
    let before = place.history(&execution);
    place.restart();
    place.redrive(&execution);
    let told = place.describe(&execution);
    assert_eq!(told["status"], "SUCCEEDED", "{told}");
    assert!(told["output"].as_str().unwrap().contains("well"), "{told}");
    let after = grows(&place, &execution, &before, 1);
    let started: Vec<&str> = after
        .iter()
        .filter_map(|event| event["taskSubmittedEventDetails"]["output"].as_str())
        .collect();
    let names: Vec<Value> = started
        .iter()
        .map(|text| serde_json::from_str::<Value>(text).unwrap()["ExecutionArn"].clone())
        .collect();
    assert_eq!(names.len(), 2, "{started:?}");
    assert_ne!(names[0], names[1]);
}

#[test]
fn what_was_called_for_real_is_not_called_again() {
    let call = |name: &str, next: Option<&str>| {
        let mut call = task(next);
        call["Parameters"]["FunctionName"] = json!(name);
        call
    };
    let definition =
        json!({"StartAt": "A", "States": {"A": call("f", Some("B")), "B": call("g", None)}});
    let mut place = Place::new(&[("calls", definition)], &json!({}));
    let shell = |script: &str| json!({"command": ["sh", "-c", script]});
    let companion = json!({"stepwright": 1, "backends": {"default": "local", "functions": {
        "f": shell("echo called >> calls.txt; echo 1 >&3"),
        "g": shell("test -e mended.txt && echo 2 >&3")}}});
    let work = place.folder.path().join("work");
    std::fs::write(work.join("calls.stepwright.json"), companion.to_string()).unwrap();
    place.more = &["--backend", "local", "--allow", "command"];
    for clock in ["virtual", "real"] {
        place.clock = clock;
        place.restart();
        let body = json!({"stateMachineArn": arn("calls"), "name": clock});
        let execution = place.ask("StartExecution", &body)["executionArn"].clone();
        let execution = execution.as_str().unwrap();
        let told = place.ended(execution);
        assert_eq!(told["status"], "FAILED", "{told}");
        let before = place.history(execution);
        assert!(types(&before).contains(&"TaskSucceeded"), "{before:?}");
        let calls = std::fs::read_to_string(work.join("calls.txt")).unwrap();
        place.kill();
        std::fs::write(work.join("mended.txt"), "").unwrap();
        place.redrive(execution);
        let told = place.ended(execution);
        assert_eq!(told["status"], "SUCCEEDED", "{told}");
        let after = place.history(execution);
        assert_eq!(&after[..before.len()], &before[..]);
        let again = std::fs::read_to_string(work.join("calls.txt")).unwrap();
        assert_eq!(again, calls);
        std::fs::remove_file(work.join("mended.txt")).unwrap();
    }
}

#[test]
fn what_does_not_come_to_its_history_again_is_refused_and_says_why() {
    let definition = json!({"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true,
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket": "b", "Key": "k"}},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "T", "States": {"T": task(None)}}}}});
    let with = |body: &str| json!({"T": [fails()], "$resources": {"s3": [{"bucket": "b", "key": "k", "body": body}]}});
    let mut place = Place::new(&[("each", definition)], &with(r#"[{"a": 1}]"#));
    let execution = place.begin("each", &json!({}));
    assert_eq!(place.describe(&execution)["status"], "FAILED");
    let before = place.history(&execution);
    place.write_mocks(&with(r#"[{"a": 1}, {"a": 2}]"#));
    place.restart();
    assert_eq!(place.describe(&execution)["redriveStatus"], "REDRIVABLE");
    let reason = place.refusal(&execution);
    assert!(
        reason.contains("no longer comes to the history"),
        "{reason}"
    );
    assert_eq!(place.history(&execution), before);
    // As before, it can.
    place.write_mocks(&with(r#"[{"a": 1}]"#));
    place.restart();
    place.redrive(&execution);
    grows(&place, &execution, &before, 1);
}

#[test]
fn killed_in_the_middle_of_a_redrive_it_says_so_and_keeps_its_history() {
    let mut asks = task(None);
    asks["Resource"] = json!("arn:aws:states:::lambda:invoke.waitForTaskToken");
    asks["Parameters"] = json!({"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}});
    let asks = json!({"StartAt": "Ask", "States": {"Ask": asks}});
    let mut place = Place::new(&[("asks", asks)], &json!({}));
    let execution = place.begin("asks", &json!({}));
    place.ask("StopExecution", &json!({"executionArn": execution}));
    let before = place.history(&execution);
    place.restart();
    place.redrive(&execution);
    assert_eq!(place.describe(&execution)["status"], "RUNNING");
    place.kill();
    let told = place.describe(&execution);
    assert_eq!(told["status"], "ABORTED", "{told}");
    assert_eq!(told["error"], "Stepwright.ServerEnded");
    let after = grows(&place, &execution, &before, 1);
    assert_eq!(after.len(), before.len() + 2);
    assert_eq!(after[before.len() + 1]["type"], "ExecutionAborted");
    let reason = place.refusal(&execution);
    assert!(reason.contains("Stepwright.ServerEnded"), "{reason}");
}
