//! What no recording of the service shows, built from the specification and AWS's documentation.

mod common;

use serde_json::Value as Json;
use serde_json::json;
use stepwright::engine::Event;
use stepwright::engine::EventDetail;
use stepwright::engine::ExecutionKind;
use stepwright::engine::Simulation;
use stepwright::engine::Start;
use stepwright::engine::Status;
use stepwright::query::Value;

use common::LAMBDA;
use common::ended;
use common::error;
use common::one;
use common::output;
use common::run;
use common::run_as;
use common::run_with;
use common::types;

const STANDARD: ExecutionKind = ExecutionKind::Standard;

fn task() -> Json {
    json!({"Type": "Task", "Resource": LAMBDA, "Parameters": {"FunctionName": "f"}, "End": true})
}

/// Seconds after the start of each event of a type.
fn moments(simulation: &Simulation, kind: &str) -> Vec<f64> {
    let of_kind = |event: &&Event| event.type_name() == kind;
    simulation
        .events
        .iter()
        .filter(of_kind)
        .map(|event| (event.at - Start::default().at) as f64 / 1_000.0)
        .collect()
}

/// A Parallel around a state, whose Catcher for `name` leads to a state that hands on the error.
fn caught_around(state: Json, name: &str) -> Json {
    json!({"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Branches": [one(state)], "End": true,
            "Catch": [{"ErrorEquals": [name], "Next": "C"}]},
        "C": {"Type": "Pass", "End": true}}})
}

#[test]
fn a_choice_without_a_match_or_default_fails_and_can_be_caught_around_it() {
    let choice = json!({"Type": "Choice", "Choices": [{"Variable": "$.a", "NumericEquals": 1, "Next": "B"}]});
    let mut definition = one(choice);
    definition["States"]["B"] = json!({"Type": "Succeed"});
    let simulation = run_with(&definition, &json!({}), json!({"a": 2}));
    let (name, cause) = error(&simulation);
    assert_eq!(name, "States.NoChoiceMatched");
    assert!(
        cause.contains("the state 'A' (entered at the event id #2)"),
        "{cause}"
    );
    assert_eq!(types(&simulation).last().unwrap(), "ExecutionFailed");

    let around = json!({"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Branches": [definition], "End": true,
            "Catch": [{"ErrorEquals": ["States.NoChoiceMatched"], "Next": "C"}]},
        "C": {"Type": "Pass", "End": true}}});
    let caught = run_with(&around, &json!({}), json!({"a": 2}));
    assert_eq!(output(&caught)["Error"], "States.NoChoiceMatched");
}

#[test]
fn an_intrinsic_that_fails_can_be_caught() {
    let pass =
        json!({"Type": "Pass", "Parameters": {"n.$": "States.ArrayLength($.text)"}, "End": true});
    let failed = run_with(&one(pass.clone()), &json!({}), json!({"text": "x"}));
    assert_eq!(error(&failed).0, "States.IntrinsicFailure");
    let caught = run_with(
        &caught_around(pass, "States.IntrinsicFailure"),
        &json!({}),
        json!({"text": "x"}),
    );
    assert_eq!(output(&caught)["Error"], "States.IntrinsicFailure");
}

#[test]
fn a_failed_branch_matches_the_documented_name_and_keeps_its_own() {
    let mut failing = task();
    failing["Retry"] = json!([{"ErrorEquals": ["States.BranchFailed"]}]);
    let answers = json!({"A": [{"throw": {"error": "Own", "cause": "c"}, "repeat": true}]});
    // Within the branch the name means nothing.
    let caught = run(&caught_around(failing, "States.BranchFailed"), &answers);
    assert_eq!(output(&caught), json!({"Error": "Own", "Cause": "c"}));
    assert_eq!(moments(&caught, "TaskScheduled"), [0.0]);
}

#[test]
fn a_path_of_parameters_that_finds_nothing_is_a_runtime_error_unless_asked_for_by_name() {
    let mut state = task();
    state["Parameters"] = json!({"FunctionName": "f", "x.$": "$.missing"});
    let plain = run(&one(state.clone()), &json!({}));
    assert_eq!(error(&plain).0, "States.Runtime");

    let mut all = one(state.clone());
    all["States"]["A"]["Catch"] = json!([{"ErrorEquals": ["States.ALL"], "Next": "C"}]);
    all["States"]["C"] = json!({"Type": "Pass", "End": true});
    assert_eq!(error(&run(&all, &json!({}))).0, "States.Runtime");

    let mut named = all;
    named["States"]["A"]["Catch"][0]["ErrorEquals"] = json!(["States.ParameterPathFailure"]);
    let caught = run(&named, &json!({}));
    assert_eq!(output(&caught)["Error"], "States.ParameterPathFailure");
    assert!(
        output(&caught)["Cause"]
            .as_str()
            .unwrap()
            .contains("'$.missing'")
    );
}

#[test]
fn a_result_path_that_cannot_be_applied_fails_and_can_be_caught() {
    let mut state = task();
    state["ResultPath"] = json!("$.list[0].x");
    state["Catch"] = json!([{"ErrorEquals": ["States.ResultPathMatchFailure"], "Next": "C"}]);
    let mut definition = one(state);
    definition["States"]["C"] = json!({"Type": "Pass", "End": true});
    let answers = json!({"A": [{"return": 1}]});
    let caught = run_with(&definition, &answers, json!({"list": []}));
    assert_eq!(output(&caught)["Error"], "States.ResultPathMatchFailure");
    assert!(
        output(&caught)["Cause"]
            .as_str()
            .unwrap()
            .contains("$.list[0].x")
    );
}

#[test]
fn a_missing_heartbeat_matches_both_of_its_names_but_not_a_failure_of_the_task() {
    let with = |name: &str| {
        let mut state = json!({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}, "HeartbeatSeconds": 5,
            "TimeoutSeconds": 60, "End": true});
        state["Catch"] = json!([{"ErrorEquals": [name], "Next": "C"}]);
        let mut definition = one(state);
        definition["States"]["C"] = json!({"Type": "Pass", "End": true});
        run(
            &definition,
            &json!({"A": [{"submitted": {}, "pending": true}]}),
        )
    };
    for name in ["States.HeartbeatTimeout", "States.Timeout", "States.ALL"] {
        let caught = with(name);
        assert_eq!(output(&caught)["Error"], "States.Timeout", "{name}");
        assert_eq!(moments(&caught, "TaskTimedOut"), [5.0]);
    }
    assert_eq!(ended(&with("States.TaskFailed")).status, Status::Failed);
}

#[test]
fn a_timeout_of_the_task_is_no_missing_heartbeat() {
    let mut state = task();
    state["TimeoutSeconds"] = json!(7);
    state["Retry"] = json!([{"ErrorEquals": ["States.HeartbeatTimeout"]}]);
    let simulation = run(&one(state), &json!({"A": [{"pending": true}]}));
    assert_eq!(error(&simulation).0, "States.Timeout");
    assert_eq!(ended(&simulation).status, Status::Failed);
}

#[test]
fn a_machine_times_out_whatever_is_open_and_nothing_catches_it() {
    let mut definition = caught_around(
        json!({"Type": "Wait", "Seconds": 100, "End": true}),
        "States.ALL",
    );
    definition["TimeoutSeconds"] = json!(30);
    let simulation = run(&definition, &json!({}));
    let end = ended(&simulation);
    assert_eq!(
        (end.status, end.error.as_deref()),
        (Status::TimedOut, Some("States.Timeout"))
    );
    assert_eq!(moments(&simulation, "ExecutionTimedOut"), [30.0]);
}

#[test]
fn express_workflows_end_after_five_minutes_and_standard_ones_do_not() {
    let wait = one(json!({"Type": "Wait", "Seconds": 400, "End": true}));
    let express = run_as(ExecutionKind::Express, &wait, &json!({}), Start::default());
    assert_eq!(ended(&express).status, Status::TimedOut);
    assert_eq!(moments(&express, "ExecutionTimedOut"), [300.0]);
    let standard = run(&wait, &json!({}));
    assert_eq!(ended(&standard).status, Status::Succeeded);
}

#[test]
fn express_and_standard_contexts_differ() {
    let pass = one(
        json!({"Type": "Pass", "Parameters": {"id.$": "$$.Execution.Id", "all.$": "$$.Execution"}, "End": true}),
    );
    let of = |kind| output(&run_as(kind, &pass, &json!({}), Start::default()));
    let (standard, express) = (of(STANDARD), of(ExecutionKind::Express));
    assert!(standard["id"].as_str().unwrap().contains(":execution:"));
    assert!(express["id"].as_str().unwrap().contains(":express:"));
    assert_eq!(standard["all"]["RedriveCount"], 0);
    assert_eq!(express["all"].get("RedriveCount"), None);
}

#[test]
fn histories_end_at_25_000_events_and_payloads_at_256_kib() {
    let lap = one(json!({"Type": "Pass", "Next": "A"}));
    let full = run(&lap, &json!({}));
    assert_eq!(full.events.len(), 25_000);
    assert_eq!(
        error(&full),
        (
            "States.Runtime".to_owned(),
            "The execution reached the maximum number of history events (25000).".to_owned()
        )
    );
    let grows = one(json!({"Type": "Pass", "Parameters": {"a.$": "$", "b.$": "$"}, "Next": "A"}));
    let (name, cause) = error(&run_with(&grows, &json!({}), json!("x".repeat(1_000))));
    assert_eq!(name, "States.DataLimitExceeded");
    assert!(cause.contains("'A'"), "{cause}");
    let large = json!({"A": [{"return": "x".repeat(262_143)}]});
    assert_eq!(
        error(&run(&one(task()), &large)).0,
        "States.DataLimitExceeded"
    );
    let just = json!({"A": [{"return": "x".repeat(262_142)}]});
    assert_eq!(ended(&run(&one(task()), &just)).status, Status::Succeeded);
}

#[test]
fn an_inline_map_runs_forty_iterations_at_a_time_at_most() {
    let map = |limit: Option<i64>| {
        let mut state = json!({"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "W", "States": {
            "W": {"Type": "Wait", "Seconds": 10, "End": true}}}});
        if let Some(limit) = limit {
            state["MaxConcurrency"] = json!(limit);
        }
        let items: Vec<i64> = (0..100).collect();
        let simulation = run_with(&one(state), &json!({}), json!(items));
        let open = |event: &Event| match &event.detail {
            EventDetail::MapIterationStarted { .. } => 1,
            EventDetail::MapIterationSucceeded { .. } => -1,
            _ => 0,
        };
        let most = simulation
            .events
            .iter()
            .scan(0, |count, event| {
                *count += open(event);
                Some(*count)
            })
            .max();
        (
            most.unwrap(),
            (ended(&simulation).at - Start::default().at) / 1_000,
        )
    };
    assert_eq!(map(None), (40, 30));
    assert_eq!(map(Some(0)), (40, 30));
    assert_eq!(map(Some(1_000)), (40, 30));
    assert_eq!(map(Some(50)), (40, 30));
    assert_eq!(map(Some(7)), (7, 150));
}

#[test]
fn delays_of_retries_grow_stop_growing_and_are_spread() {
    let retried = |retrier: Json, seed: u64| {
        let mut state = task();
        state["Retry"] = json!([retrier]);
        let answers = json!({"A": [{"throw": {"error": "E"}, "repeat": true}]});
        let start = Start {
            seed,
            ..Start::default()
        };
        moments(
            &run_as(STANDARD, &one(state), &answers, start),
            "TaskScheduled",
        )
    };
    let plain = json!({"ErrorEquals": ["E"], "IntervalSeconds": 3, "BackoffRate": 2, "MaxAttempts": 4, "MaxDelaySeconds": 10});
    assert_eq!(retried(plain.clone(), 1), [0.0, 3.0, 9.0, 19.0, 29.0]);
    let default = json!({"ErrorEquals": ["E"]});
    assert_eq!(retried(default, 1), [0.0, 1.0, 3.0, 7.0]);
    assert_eq!(
        retried(json!({"ErrorEquals": ["E"], "MaxAttempts": 0}), 1),
        [0.0]
    );

    let mut spread = plain;
    spread["JitterStrategy"] = json!("FULL");
    let mut seen = Vec::new();
    for seed in 1..20 {
        let times = retried(spread.clone(), seed);
        assert_eq!(
            times,
            retried(spread.clone(), seed),
            "the same seed gives the same delays"
        );
        let delays: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        for (delay, most) in delays.iter().zip([3.0, 6.0, 10.0, 10.0]) {
            assert!((0.0..=most).contains(delay), "{delays:?}");
        }
        seen.push(delays[0]);
    }
    assert!(seen.iter().any(|delay| *delay < 1.0) && seen.iter().any(|delay| *delay > 2.0));
}

#[test]
fn each_retrier_counts_for_itself() {
    let mut state = task();
    state["Retry"] = json!([
        {"ErrorEquals": ["E"], "MaxAttempts": 1, "IntervalSeconds": 1},
        {"ErrorEquals": ["F"], "MaxAttempts": 1, "IntervalSeconds": 1}]);
    let throw = |name: &str| json!({"throw": {"error": name}});
    let answers = json!({"A": [throw("E"), throw("F"), throw("E")]});
    let simulation = run(&one(state), &answers);
    assert_eq!(moments(&simulation, "TaskScheduled").len(), 3);
    assert_eq!(error(&simulation).0, "E");
}

#[test]
fn states_task_failed_stands_for_failures_of_tasks_only() {
    let caught = |name: &str| {
        let mut state = task();
        state["Catch"] = json!([{"ErrorEquals": ["States.TaskFailed"], "Next": "C"}]);
        let mut definition = one(state);
        definition["States"]["C"] = json!({"Type": "Pass", "End": true});
        let answers = json!({"A": [{"throw": {"error": name}}]});
        ended(&run(&definition, &answers)).status == Status::Succeeded
    };
    for name in [
        "Own",
        "Lambda.Unknown",
        "States.TaskFailed",
        "States.Http.StatusCode.500",
    ] {
        assert!(caught(name), "{name}");
    }
    for name in ["States.Timeout", "States.DataLimitExceeded"] {
        assert!(!caught(name), "{name}");
    }
}

#[test]
fn an_input_is_never_changed_by_what_fails_after_it() {
    let mut state = task();
    state["Catch"] = json!([{"ErrorEquals": ["States.ALL"], "Next": "C", "ResultPath": "$.error"}]);
    let mut definition = one(state);
    definition["States"]["C"] = json!({"Type": "Pass", "End": true});
    let answers = json!({"A": [{"throw": {"error": "E", "cause": "c"}}]});
    let simulation = run_with(&definition, &answers, json!({"kept": true}));
    assert_eq!(
        ended(&simulation).output,
        Some(Value::from(
            &json!({"kept": true, "error": {"Error": "E", "Cause": "c"}})
        ))
    );
}
