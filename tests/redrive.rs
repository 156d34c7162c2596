//! Redrive: what is run again, what is not, and what the history tells of it.

mod common;

use serde_json::Value as Json;
use serde_json::json;
use stepwright::backends::Mocks;
use stepwright::engine::Execution;
use stepwright::engine::ExecutionKind;
use stepwright::engine::RedriveRefusal;
use stepwright::engine::Signal;
use stepwright::engine::Simulation;
use stepwright::engine::Start;
use stepwright::engine::Status;
use stepwright::engine::simulate;
use stepwright::engine::simulate_redrive;
use stepwright::query::Value;
use stepwright::trace::Trace;
use stepwright::trace::VisitStatus;

use common::LAMBDA;
use common::chain;
use common::ended;
use common::one;
use common::output;
use common::program;

/// Runs, and redrives an hour later with the answers that are left.
fn run_and_redrive(definition: &Json, answers: &Json, input: Json) -> (Simulation, Simulation) {
    let mut mocks: Mocks = common::mocks(answers);
    let start = Start::with_input(Value::from(&input));
    let program = program(ExecutionKind::Standard, definition);
    let first = simulate(&program, start, &mut |call| mocks.answer(call));
    let at = first.execution.now() + 3_600_000;
    let second = simulate_redrive(first.clone(), at, &mut |call| mocks.answer(call)).unwrap();
    (first, second)
}

fn task() -> Json {
    json!({"Type": "Task", "Resource": LAMBDA, "Parameters": {"FunctionName": "f", "Payload.$": "$"},
        "ResultSelector": {"r.$": "$"}, "End": true})
}

fn fails() -> Json {
    json!({"throw": {"error": "E", "cause": "c"}})
}

#[test]
fn a_task_is_scheduled_again_within_its_visit_and_nothing_before_it() {
    let mut last = task();
    last["Retry"] = json!([{"ErrorEquals": ["E"], "MaxAttempts": 1}]);
    let definition = json!({"StartAt": "P", "States": {
        "P": {"Type": "Pass", "Next": "T"}, "T": last}});
    let answers = json!({"T": [fails(), fails(), fails(), {"return": 5}]});
    let (first, second) = run_and_redrive(&definition, &answers, json!({}));
    assert_eq!(ended(&first).status, Status::Failed);
    assert_eq!(output(&second), json!({"r": 5}));
    let before = first.events.len();
    assert_eq!(
        chain(&second)[before..],
        [
            "12<11 ExecutionRedriven",
            "13<12 TaskScheduled",
            "14<13 TaskStarted",
            "15<14 TaskFailed",
            "16<15 TaskScheduled",
            "17<16 TaskStarted",
            "18<17 TaskSucceeded",
            "19<18 TaskStateExited",
            "20<19 ExecutionSucceeded"
        ]
    );
    assert_eq!(second.events[before].at, ended(&first).at + 3_600_000);
    let trace = Trace::of(&second.events);
    assert_eq!(trace.path(), ["P", "T"]);
    assert_eq!(trace.visits[1].status, VisitStatus::Succeeded);
    assert_eq!(trace.failed_visit, None);
}

#[test]
fn branches_that_succeeded_are_not_run_again() {
    let branch = |name: &str| json!({"StartAt": name, "States": {name: task()}});
    let definition = one(
        json!({"Type": "Parallel", "Branches": [branch("X"), branch("Y"), branch("Z")], "End": true}),
    );
    let answers = json!({
        "X": [{"return": 1}],
        "Y": [{"throw": {"error": "E"}, "after": 5}, {"return": 2}],
        "Z": [{"return": 0, "after": 9}, {"return": 3}]});
    let (first, second) = run_and_redrive(&definition, &answers, json!({}));
    assert_eq!(ended(&first).status, Status::Failed);
    assert_eq!(output(&second), json!([{"r": 1}, {"r": 2}, {"r": 3}]));
    let again: Vec<String> = chain(&second)[first.events.len()..]
        .iter()
        .filter(|line| line.ends_with("TaskScheduled"))
        .cloned()
        .collect();
    assert_eq!(again.len(), 2);
    assert!(again.iter().all(|line| line.contains('<')));
}

#[test]
fn an_inline_map_goes_on_with_the_iterations_that_did_not_succeed() {
    let definition = one(json!({"Type": "Map", "MaxConcurrency": 1, "End": true,
        "ItemProcessor": {"StartAt": "T", "States": {"T": task()}}}));
    let answers = json!({"T": [{"return": 10}, fails(), {"return": 20}, {"return": 30}]});
    let (first, second) = run_and_redrive(&definition, &answers, json!([1, 2, 3]));
    assert_eq!(ended(&first).status, Status::Failed);
    assert_eq!(output(&second), json!([{"r": 10}, {"r": 20}, {"r": 30}]));
}

#[test]
fn a_failure_that_was_caught_leaves_nothing_behind() {
    let definition = json!({"StartAt": "M", "States": {
        "M": {"Type": "Map", "Next": "T", "ItemProcessor": {"StartAt": "I", "States": {"I": task()}},
            "Catch": [{"ErrorEquals": ["E"], "Next": "T", "ResultPath": null}]},
        "T": task()}});
    let answers = json!({"I": [fails(), {"return": 0}], "T": [fails(), {"return": 1}]});
    let (_, second) = run_and_redrive(&definition, &answers, json!([1]));
    assert_eq!(output(&second), json!({"r": 1}));
    assert_eq!(Trace::of(&second.events).path(), ["M", "I", "T"]);
}

#[test]
fn a_map_run_starts_its_unsuccessful_children_again() {
    let processor = json!({"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "T", "States": {"T": task()}});
    let definition =
        one(json!({"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": processor, "End": true}));
    let answers = json!({"T": [{"return": 10}, fails(), {"return": 20}, {"return": 30}]});
    let (first, second) = run_and_redrive(&definition, &answers, json!([1, 2, 3]));
    assert_eq!(ended(&first).status, Status::Failed);
    assert_eq!(output(&second), json!([{"r": 10}, {"r": 20}, {"r": 30}]));
    assert_eq!(
        chain(&second)[7..],
        [
            "8<7 ExecutionRedriven",
            "9<8 MapRunRedriven",
            "10<9 MapRunSucceeded",
            "11<10 MapStateSucceeded",
            "12<9 MapStateExited",
            "13<12 ExecutionSucceeded"
        ]
    );
    let trace = Trace::of(&second.events);
    let statuses: Vec<VisitStatus> = trace.visits.iter().map(|visit| visit.status).collect();
    let (well, badly) = (VisitStatus::Succeeded, VisitStatus::Failed);
    assert_eq!(statuses, [well, well, badly, well, well]);
    let described = trace.map_runs[0].describe("arn");
    assert_eq!(described["redriveCount"], 1);
    assert_eq!(described["executionCounts"]["succeeded"], 3);
}

#[test]
fn the_context_counts_redrives_and_the_time_begins_anew() {
    let mut definition = one(task());
    definition["TimeoutSeconds"] = json!(10);
    definition["States"]["A"]["Parameters"] =
        json!({"FunctionName": "f", "n.$": "$$.Execution.RedriveCount"});
    let answers = json!({"A": [{"return": 0, "after": 20}, {"return": 1, "after": 9}]});
    let (first, second) = run_and_redrive(&definition, &answers, json!({}));
    assert_eq!(ended(&first).status, Status::TimedOut);
    assert_eq!(output(&second), json!({"r": 1}));
    assert_eq!(second.execution.redrives(), 1);
    let parameters = second.events.iter().rev().find_map(|event| {
        let json = event.flattened();
        (json["type"] == "TaskScheduled").then(|| json["parameters"]["n"].clone())
    });
    assert_eq!(parameters, Some(json!(1)));
}

#[test]
fn what_cannot_be_redriven_says_why() {
    let definition = one(task());
    let refused = |kind: ExecutionKind, answers: Json| {
        let simulation = common::run_as(kind, &definition, &answers, Start::default());
        simulation.execution.can_redrive().unwrap_err()
    };
    let standard = ExecutionKind::Standard;
    assert_eq!(
        refused(standard, json!({"A": [{"return": 1}]})),
        RedriveRefusal::Succeeded
    );
    assert_eq!(
        refused(ExecutionKind::Express, json!({"A": [fails()]})),
        RedriveRefusal::Express
    );
    assert_eq!(
        refused(standard, json!({"A": [{"pending": true}]})),
        RedriveRefusal::Running
    );
    let lap = one(json!({"Type": "Pass", "Next": "A"}));
    let full = common::run(&lap, &json!({}));
    assert_eq!(
        full.execution.can_redrive(),
        Err(RedriveRefusal::HistoryFull)
    );
}

#[test]
fn a_stopped_execution_can_be_redriven_too() {
    let program = program(
        ExecutionKind::Standard,
        &one(json!({"Type": "Wait", "Seconds": 60, "End": true})),
    );
    let start = Start::default();
    let now = start.at;
    let mut execution = Execution::new(program, start);
    while execution.ready().is_some() {
        execution.advance(Signal::Proceed { now });
    }
    execution.advance(Signal::Stop {
        now,
        error: None,
        cause: None,
    });
    assert_eq!(execution.ended().unwrap().status, Status::Aborted);
    execution.advance(Signal::Redrive { now: now + 1_000 });
    while execution.ready().is_some() {
        execution.advance(Signal::Proceed { now: now + 1_000 });
    }
    assert_eq!(execution.next_timer(), Some(now + 61_000));
}
