//! What becomes of executions behind the Step Functions endpoint: activities that wait for a worker, child executions that
//! are stopped, machines that are deleted while something runs.

#[path = "common/server.rs"]
mod server;

use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;

use server::Server;

const PLACE: &str = "arn:aws:states:us-east-1:123456789012";
const CALLBACK: &str = "arn:aws:states:::lambda:invoke.waitForTaskToken";

/// A folder with machines, mocks and a store, and the server that has it.
struct Place {
    folder: tempfile::TempDir,
    clock: &'static str,
    server: Option<Server>,
}

impl Place {
    fn new(clock: &'static str, machines: &[(&str, Value)], mocks: &Value) -> Place {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("work")).unwrap();
        for (name, definition) in machines {
            let path = folder.path().join(format!("work/{name}.asl.json"));
            std::fs::write(path, definition.to_string()).unwrap();
        }
        std::fs::write(folder.path().join("mocks.json"), mocks.to_string()).unwrap();
        let mut place = Place {
            folder,
            clock,
            server: None,
        };
        place.start();
        place
    }

    fn start(&mut self) {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        let (store, mocks) = (path("store.redb"), path("mocks.json"));
        let more = ["--store", &store, "--clock", self.clock, "--mocks", &mocks];
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

    fn ask(&self, action: &str, body: Value) -> Value {
        self.server.as_ref().unwrap().ask(action, &body)
    }

    fn refused(&self, code: &str, action: &str, body: Value) -> Value {
        let answer = self.ask(action, body);
        let kind = answer["__type"].as_str().unwrap_or_default();
        assert!(kind.ends_with(code), "{action}: {answer}");
        answer
    }

    fn begin(&self, machine: &str, name: &str) -> String {
        let body = json!({"stateMachineArn": arn(machine), "name": name, "input": "{}"});
        let answer = self.ask("StartExecution", body);
        let execution = answer["executionArn"].as_str();
        execution.unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    fn describe(&self, execution: &str) -> Value {
        self.ask("DescribeExecution", json!({"executionArn": execution}))
    }

    fn ended(&self, execution: &str) -> Value {
        self.until(
            || self.describe(execution),
            |told| told["status"] != "RUNNING",
        )
    }

    /// Asks until the answer is as it should be.
    fn until(&self, ask: impl Fn() -> Value, fits: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let told = ask();
            if fits(&told) {
                return told;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{told}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn history(&self, execution: &str) -> Vec<Value> {
        let body = json!({"executionArn": execution, "maxResults": 1000});
        let answer = self.ask("GetExecutionHistory", body);
        answer["events"].as_array().unwrap().clone()
    }

    fn token(&self, execution: &str) -> String {
        let history = self.history(execution);
        let scheduled = history.iter().rev().find_map(|event| {
            let parameters = event["taskScheduledEventDetails"]["parameters"].as_str()?;
            let parameters: Value = serde_json::from_str(parameters).unwrap();
            Some(parameters["Payload"]["token"].as_str()?.to_owned())
        });
        scheduled.unwrap()
    }

    fn succeed(&self, token: &str) {
        let answer = self.ask(
            "SendTaskSuccess",
            json!({"taskToken": token, "output": "1"}),
        );
        assert_eq!(answer, json!({}));
    }

    fn take(&self) -> String {
        let body = json!({"activityArn": activity(), "workerName": "me"});
        let task = self.ask("GetActivityTask", body);
        task["taskToken"].as_str().unwrap().to_owned()
    }
}

fn arn(machine: &str) -> String {
    format!("{PLACE}:stateMachine:{machine}")
}

fn activity() -> String {
    format!("{PLACE}:activity:work")
}

fn types(events: &[Value]) -> Vec<&str> {
    let types = events.iter().map(|event| event["type"].as_str().unwrap());
    types.collect()
}

fn moment(events: &[Value], kind: &str) -> f64 {
    let event = events.iter().rev().find(|event| event["type"] == kind);
    event.unwrap()["timestamp"].as_f64().unwrap()
}

fn callback(next: Value) -> Value {
    let mut task = json!({"Type": "Task", "Resource": CALLBACK,
        "Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}});
    let members = task.as_object_mut().unwrap();
    members.extend(next.as_object().unwrap().clone());
    task
}

#[test]
fn the_time_of_an_activity_begins_with_its_worker_and_a_redrive_finds_the_same_history() {
    let task = |next: Value| {
        let mut task = json!({"Type": "Task", "Resource": activity(), "End": true});
        let members = task.as_object_mut().unwrap();
        members.extend(next.as_object().unwrap().clone());
        task
    };
    let asks = json!({"StartAt": "T", "States": {
        "T": task(json!({"TimeoutSeconds": 3, "HeartbeatSeconds": 1}))}});
    let limited = json!({"StartAt": "T", "TimeoutSeconds": 1, "States": {
        "T": task(json!({"TimeoutSeconds": 1}))}});
    let mocked = json!({"StartAt": "M", "States": {"M": task(json!({"TimeoutSeconds": 1}))}});
    let machines = [("asks", asks), ("limited", limited), ("mocked", mocked)];
    let mocks = json!({"M": [{"return": 1, "after": 20, "repeat": true}]});
    let mut place = Place::new("real", &machines, &mocks);
    place.ask("CreateActivity", json!({"name": "work"}));

    let execution = place.begin("asks", "one");
    // One that nobody asks for waits, but not longer than its execution may take.
    let limited = place.ended(&place.begin("limited", "one"));
    assert_eq!(limited["status"], "TIMED_OUT", "{limited}");
    let mocked = place.begin("mocked", "one");
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(
        types(&place.history(&execution)),
        ["ExecutionStarted", "TaskStateEntered", "ActivityScheduled"]
    );
    place.take();
    let told = place.ended(&execution);
    assert_eq!(told["status"], "FAILED", "{told}");
    assert_eq!(told["error"], "States.Timeout");
    let history = place.history(&execution);
    assert_eq!(
        types(&history)[3..],
        ["ActivityStarted", "ActivityTimedOut", "ExecutionFailed"]
    );
    assert_eq!(
        history[3]["activityStartedEventDetails"],
        json!({"workerName": "me"})
    );
    assert_eq!(
        history[4]["activityTimedOutEventDetails"],
        json!({"error": "States.Timeout"})
    );
    let took = moment(&history, "ActivityTimedOut") - moment(&history, "ActivityStarted");
    assert!((0.99..3.0).contains(&took), "{took}");
    // A mock has the task at once.
    let told = place.ended(&mocked);
    assert_eq!(told["error"], "States.Timeout", "{told}");

    place.restart();
    assert_eq!(place.history(&execution), history);
    let answer = place.ask("RedriveExecution", json!({"executionArn": execution}));
    assert!(answer["redriveDate"].is_number(), "{answer}");
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(place.describe(&execution)["status"], "RUNNING");
    // Heartbeats put off their own limit, and not the other one.
    let token = place.take();
    for _ in 0..8 {
        std::thread::sleep(Duration::from_millis(500));
        place.ask("SendTaskHeartbeat", json!({"taskToken": token}));
    }
    let told = place.ended(&execution);
    assert_eq!(told["error"], "States.Timeout", "{told}");
    let history = place.history(&execution);
    let took = moment(&history, "ActivityTimedOut") - moment(&history, "ActivityStarted");
    assert!((2.99..4.5).contains(&took), "{took}");
    place.restart();
    assert_eq!(place.history(&execution), history);
    place.ask("RedriveExecution", json!({"executionArn": execution}));
    place.succeed(&place.take());
    assert_eq!(place.ended(&execution)["status"], "SUCCEEDED");
}

#[test]
fn a_child_execution_is_stopped_alone_and_counts_as_aborted() {
    let many = json!({"StartAt": "Many", "States": {
        "Many": {"Type": "Map", "Label": "many", "Next": "After", "ItemsPath": "$.items",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Ask", "States": {"Ask": callback(json!({"End": true}))}}},
        "After": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "f", "Payload.$": "$"}, "OutputPath": "$.Payload", "End": true}}});
    let mocks = json!({"After": [{"throw": {"error": "Broken"}}, {"return": {"Payload": "done"}}]});
    let mut place = Place::new("virtual", &[("many", many)], &mocks);
    let body =
        json!({"stateMachineArn": arn("many"), "name": "one", "input": r#"{"items":[1,2,3]}"#});
    let execution = place.ask("StartExecution", body)["executionArn"]
        .as_str()
        .unwrap()
        .to_owned();
    let runs = place.ask("ListMapRuns", json!({"executionArn": execution}));
    let run = runs["mapRuns"][0]["mapRunArn"].clone();
    let listed = place.ask("ListExecutions", json!({"mapRunArn": run}));
    let children: Vec<&str> = listed["executions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|child| child["executionArn"].as_str().unwrap())
        .collect();
    assert_eq!(children.len(), 3);
    let stop = json!({"executionArn": children[0], "error": "Mine", "cause": "enough"});
    let stopped = place.ask("StopExecution", stop.clone());
    assert!(stopped["stopDate"].is_number(), "{stopped}");
    let told = place.describe(children[0]);
    assert_eq!(told["status"], "ABORTED", "{told}");
    assert_eq!(
        (&told["error"], &told["cause"]),
        (&json!("Mine"), &json!("enough"))
    );
    assert_eq!(told["stopDate"], stopped["stopDate"]);
    let history = place.history(children[0]);
    let last = history.last().unwrap();
    assert_eq!(last["type"], "ExecutionAborted");
    assert_eq!(
        last["executionAbortedEventDetails"],
        json!({"error": "Mine", "cause": "enough"})
    );
    // It is over: stopping it once more changes nothing.
    assert_eq!(place.ask("StopExecution", stop), stopped);
    let counts = |place: &Place| {
        let told = place.ask("DescribeMapRun", json!({"mapRunArn": run}));
        let counts = &told["executionCounts"];
        (
            told["status"].clone(),
            counts["aborted"].clone(),
            counts["running"].clone(),
            counts["succeeded"].clone(),
        )
    };
    assert_eq!(
        counts(&place),
        (json!("RUNNING"), json!(1), json!(2), json!(0))
    );
    assert_eq!(place.describe(&execution)["status"], "RUNNING");
    let token = place.token(children[0]);
    place.refused(
        "TaskTimedOut",
        "SendTaskSuccess",
        json!({"taskToken": token, "output": "1"}),
    );
    for child in &children[1..] {
        place.succeed(&place.token(child));
    }
    // What was stopped has neither failed nor timed out: no tolerance is asked for.
    assert_eq!(
        counts(&place),
        (json!("SUCCEEDED"), json!(1), json!(0), json!(2))
    );
    let told = place.describe(&execution);
    assert_eq!(told["error"], "Broken", "{told}");
    let history = place.history(&execution);
    place.restart();
    assert_eq!(place.history(&execution), history);
    assert_eq!(
        counts(&place),
        (json!("SUCCEEDED"), json!(1), json!(0), json!(2))
    );
    place.ask("RedriveExecution", json!({"executionArn": execution}));
    let told = place.ended(&execution);
    assert_eq!(told["output"], "\"done\"", "{told}");
}

#[test]
fn a_machine_that_is_deleted_goes_with_its_last_execution() {
    let hold = json!({"StartAt": "A", "States": {"A": callback(json!({"Next": "B"})), "B": {"Type": "Pass", "End": true}}});
    let mut place = Place::new("virtual", &[("hold", hold.clone())], &json!({}));
    let machine = json!({"stateMachineArn": arn("hold")});
    let one = place.begin("hold", "one");
    let two = place.begin("hold", "two");
    assert_eq!(place.ask("DeleteStateMachine", machine.clone()), json!({}));
    let told = place.ask("DescribeStateMachine", machine.clone());
    assert_eq!(told["status"], "DELETING", "{told}");
    let listed = place.ask("ListStateMachines", json!({}));
    assert_eq!(listed["stateMachines"][0]["name"], "hold", "{listed}");
    let role = "arn:aws:iam::123456789012:role/r";
    let starts = json!({"stateMachineArn": arn("hold"), "name": "three"});
    let update = json!({"stateMachineArn": arn("hold"), "roleArn": role});
    let create = json!({"name": "hold", "roleArn": role, "definition": hold.to_string()});
    for (action, body) in [
        ("StartExecution", starts),
        ("UpdateStateMachine", update),
        ("PublishStateMachineVersion", machine.clone()),
        ("CreateStateMachine", create.clone()),
    ] {
        let refusal = place.refused("StateMachineDeleting", action, body);
        assert_eq!(refusal["message"], "State Machine is being deleted");
    }
    assert_eq!(place.ask("DeleteStateMachine", machine.clone()), json!({}));
    // The executions hear of it a moment later.
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(place.describe(&one)["status"], "RUNNING");
    place.succeed(&place.token(&one));
    let told = place.ended(&one);
    assert_eq!(told["error"], "States.Runtime", "{told}");
    assert_eq!(told["cause"], "State machine hold has been deleted.");
    assert_eq!(told["redriveStatus"], "NOT_REDRIVABLE");
    let redrive = json!({"executionArn": one});
    place.refused("ExecutionNotRedrivable", "RedriveExecution", redrive);
    let told = place.ask("DescribeStateMachine", machine.clone());
    assert_eq!(told["status"], "DELETING", "{told}");
    place.ask("StopExecution", json!({"executionArn": two}));
    let gone = |place: &Place, machine: &Value| {
        place.until(
            || place.ask("DescribeStateMachine", machine.clone()),
            |told| {
                told["__type"]
                    .as_str()
                    .is_some_and(|kind| kind.ends_with("StateMachineDoesNotExist"))
            },
        );
    };
    gone(&place, &machine);
    place.refused(
        "ExecutionDoesNotExist",
        "DescribeExecution",
        json!({"executionArn": one}),
    );

    // What was being deleted when the server was killed is gone, too.
    let made = place.ask("CreateStateMachine", create);
    assert!(made["stateMachineArn"].is_string(), "{made}");
    let one = place.begin("hold", "one");
    place.ask("DeleteStateMachine", machine.clone());
    let told = place.ask("DescribeStateMachine", machine.clone());
    assert_eq!(told["status"], "DELETING", "{told}");
    std::fs::remove_file(place.folder.path().join("work/hold.asl.json")).unwrap();
    let rest = json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 2, "Next": "P"}, "P": {"Type": "Pass", "End": true}}});
    std::fs::write(
        place.folder.path().join("work/rest.asl.json"),
        rest.to_string(),
    )
    .unwrap();
    place.clock = "real";
    place.kill();
    gone(&place, &machine);
    place.refused(
        "ExecutionDoesNotExist",
        "DescribeExecution",
        json!({"executionArn": one}),
    );

    // On the real clock as well.
    let one = place.begin("rest", "one");
    let rest = json!({"stateMachineArn": arn("rest")});
    place.ask("DeleteStateMachine", rest.clone());
    assert_eq!(place.describe(&one)["status"], "RUNNING");
    gone(&place, &rest);
}

#[test]
fn no_machine_is_made_with_a_pattern_that_its_service_does_not_have() {
    let place = Place::new(
        "virtual",
        &[(
            "some",
            json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}),
        )],
        &json!({}),
    );
    for (resource, kind) in [
        (
            "arn:aws:states:::dynamodb:putItem.waitForTaskToken",
            "STANDARD",
        ),
        ("arn:aws:states:::lambda:invoke.sync", "STANDARD"),
        ("arn:aws:states:::aws-sdk:ecs:runTask.sync", "STANDARD"),
        (
            "arn:aws:lambda:us-east-1:123456789012:function:f.waitForTaskToken",
            "STANDARD",
        ),
        ("arn:aws:states:::ecs:runTask.sync", "EXPRESS"),
        (
            "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "EXPRESS",
        ),
    ] {
        let task = json!({"Type": "Task", "Resource": resource, "End": true,
            "Parameters": {"TableName": "t", "Item": {}, "FunctionName": "f", "TaskDefinition": "d",
                "QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}});
        let definition = json!({"StartAt": "A", "States": {"A": task}}).to_string();
        let create = json!({"name": "made", "roleArn": "arn:aws:iam::123456789012:role/r", "definition": definition, "type": kind});
        place.refused("InvalidDefinition", "CreateStateMachine", create);
        let validate = json!({"definition": definition, "type": kind});
        let told = place.ask("ValidateStateMachineDefinition", validate);
        assert_eq!(told["result"], "FAIL", "{told}");
        let first = &told["diagnostics"][0];
        assert_eq!(first["code"], "SCHEMA_VALIDATION_FAILED", "{told}");
        assert_eq!(first["location"], "/States/A/Resource", "{told}");
    }
}
