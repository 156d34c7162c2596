//! Executions from definition to end: limits, clocks, retries, Maps that tolerate failures.

mod common;

use std::sync::Arc;

use serde_json::Value as Json;
use serde_json::json;
use stepwright::engine::CompileOptions;
use stepwright::engine::EventDetail;
use stepwright::engine::Execution;
use stepwright::engine::ExecutionKind;
use stepwright::engine::Signal;
use stepwright::engine::Start;
use stepwright::engine::Status;
use stepwright::engine::compile;
use stepwright::engine::simulate;
use stepwright::query::Value;
use stepwright::syntax::Format;

use common::LAMBDA;
use common::ended;
use common::one;
use common::run;
use common::run_as;
use common::types;

#[test]
fn an_endless_loop_ends_at_the_limit_of_the_history() {
    let lap = one(json!({"Type": "Pass", "Next": "A"}));
    let standard = run(&lap, &json!({}));
    assert_eq!(standard.events.len(), 25_000);
    assert!(ended(&standard).cause.as_deref().unwrap().contains("25000"));
    let express = run_as(
        ExecutionKind::Express,
        &lap,
        &json!({}),
        Start {
            history: false,
            ..Start::default()
        },
    );
    assert!(
        ended(&express)
            .cause
            .as_deref()
            .unwrap()
            .contains("endless loop")
    );
}

#[test]
fn payloads_and_variables_stop_growing_at_256_kib() {
    let doubled = one(json!({"Type": "Pass", "Parameters": {"a.$": "$", "b.$": "$"}, "Next": "A"}));
    assert_eq!(
        ended(&run(&doubled, &json!({}))).error.as_deref(),
        Some("States.DataLimitExceeded")
    );
    let variable = json!({"StartAt": "S", "States": {
        "S": {"Type": "Pass", "Assign": {"v": "seed"}, "Next": "A"},
        "A": {"Type": "Pass", "Assign": {"v": {"a.$": "$v", "b.$": "$v"}}, "Next": "A"}}});
    assert_eq!(
        ended(&run(&variable, &json!({}))).error.as_deref(),
        Some("States.DataLimitExceeded")
    );
}

#[test]
fn nesting_stops_at_a_thousand_levels() {
    let deeper = one(json!({"Type": "Pass", "Parameters": {"a.$": "$"}, "Next": "A"}));
    let simulation = run(&deeper, &json!({}));
    assert!(
        ended(&simulation)
            .cause
            .as_deref()
            .unwrap()
            .contains("nesting depth")
    );
    assert!(simulation.events.len() < 2_100);
}

#[test]
fn retries_wait_on_the_virtual_clock() {
    let task = one(json!({"Type": "Task", "Resource": LAMBDA, "End": true,
        "Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 1, "BackoffRate": 2}]}));
    let mocks = json!({"A": [{"throw": {"error": "E"}}, {"throw": {"error": "E"}}, {"return": 7}]});
    let simulation = run(&task, &mocks);
    assert_eq!(ended(&simulation).output, Some(Value::from(7)));
    assert_eq!(
        ended(&simulation).at - simulation.execution.started_at(),
        3_000
    );
}

#[test]
fn a_heartbeat_that_stays_away_is_a_timeout() {
    let task = one(
        json!({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "HeartbeatSeconds": 5, "TimeoutSeconds": 60, "Parameters": {"MessageBody.$": "$$.Task.Token"},
        "Catch": [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "B"}], "End": true}),
    );
    let mut definition = task;
    definition["States"]["B"] = json!({"Type": "Succeed"});
    let simulation = run(
        &definition,
        &json!({"A": [{"pending": true, "submitted": {}}]}),
    );
    assert_eq!(ended(&simulation).status, Status::Succeeded);
    assert_eq!(
        ended(&simulation).at - simulation.execution.started_at(),
        5_000
    );
    assert!(types(&simulation).contains(&"TaskTimedOut".to_owned()));
}

#[test]
fn a_machine_times_out_as_a_whole() {
    let mut definition = one(json!({"Type": "Wait", "Seconds": 100, "End": true}));
    definition["TimeoutSeconds"] = json!(10);
    let simulation = run(&definition, &json!({}));
    assert_eq!(ended(&simulation).status, Status::TimedOut);
    assert_eq!(types(&simulation).last().unwrap(), "ExecutionTimedOut");
}

#[test]
fn a_failing_branch_aborts_the_others() {
    let definition = one(json!({"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 50, "End": true}}},
        {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Own", "Cause": "why"}}}]}));
    let simulation = run(&definition, &json!({}));
    assert_eq!(ended(&simulation).error.as_deref(), Some("Own"));
    let found = types(&simulation);
    assert!(
        found.contains(&"WaitStateAborted".to_owned())
            && found.contains(&"ParallelStateFailed".to_owned())
    );
    assert!(simulation.execution.open_lanes().is_empty());
}

#[test]
fn a_task_without_an_answer_says_how_to_give_one() {
    let simulation = run(
        &one(json!({"Type": "Task", "Resource": LAMBDA, "End": true})),
        &json!({}),
    );
    let cause = ended(&simulation).cause.clone().unwrap();
    for word in ["\"A\"", "mock file", "local backend", "AWS"] {
        assert!(cause.contains(word), "{cause}");
    }
}

#[test]
fn a_fault_knows_its_place() {
    let definition = one(json!({"Type": "Pass", "Parameters": {"x.$": "$.nowhere"}, "End": true}));
    let simulation = run(&definition, &json!({}));
    let origin = ended(&simulation).fault.clone().unwrap().origin.unwrap();
    assert_eq!(
        (origin.state.as_str(), origin.field.as_str()),
        ("/States/A", "/Parameters/x.$")
    );
    let jsonata = one(
        json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"x": "{% $nothing %}"}, "End": true}),
    );
    let simulation = run(&jsonata, &json!({}));
    let origin = ended(&simulation).fault.clone().unwrap().origin.unwrap();
    assert_eq!(origin.field, "/Output/x");
}

#[test]
fn everything_wrong_is_told_at_once_and_in_order() {
    let definition = json!({"StartAt": "X", "States": {
        "A": {"Type": "Pass", "InputPath": "a", "Next": "Nowhere"},
        "B": {"Type": "Pass", "Parameters": {"x.$": "States.Nothing("}, "End": true},
        "C": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 1 + %}", "End": true}}});
    let text = definition.to_string();
    let tree = stepwright::syntax::parse(&text, Format::Json).tree;
    let machine = stepwright::asl::read(&tree);
    let problems = compile(&tree, &machine, &CompileOptions::default()).unwrap_err();
    let places: Vec<&str> = problems
        .iter()
        .map(|problem| problem.pointer.as_str())
        .collect();
    assert_eq!(
        places,
        [
            "/StartAt",
            "/States/A/InputPath",
            "/States/A/Next",
            "/States/B/Parameters/x.$",
            "/States/C/Output"
        ]
    );
}

#[test]
fn placeholders_are_filled_in() {
    let mut options = CompileOptions::default();
    options.params.insert("Table".into(), "orders".into());
    let text = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"t": "x-${Table}-${Other}"}, "End": true}}}).to_string();
    let tree = stepwright::syntax::parse(&text, Format::Json).tree;
    let program = Arc::new(compile(&tree, &stepwright::asl::read(&tree), &options).unwrap());
    let simulation = simulate(&program, Start::default(), &mut |_| Vec::new());
    assert_eq!(
        ended(&simulation).output,
        Some(Value::from(&json!({"t": "x-orders-${Other}"})))
    );
}

#[test]
fn inner_scopes_read_outer_variables_and_keep_their_own() {
    let definition = json!({"StartAt": "S", "States": {
        "S": {"Type": "Pass", "Assign": {"v": 1}, "Next": "M"},
        "M": {"Type": "Map", "ItemsPath": "$.items", "Next": "E", "ItemProcessor": {"StartAt": "I", "States": {
            "I": {"Type": "Pass", "Parameters": {"outer.$": "$v"}, "Assign": {"w": 2}, "End": true}}}},
        "E": {"Type": "Pass", "End": true}}});
    let start = Start::with_input(Value::from(&json!({"items": [0]})));
    let simulation = run_as(ExecutionKind::Standard, &definition, &json!({}), start);
    assert_eq!(
        ended(&simulation).output,
        Some(Value::from(&json!([{"outer": 1}])))
    );
    let lane = stepwright::engine::Lane::default();
    assert_eq!(
        simulation.execution.variables(&lane),
        [("v".to_owned(), Value::from(1))]
    );
    assert!(simulation.events.iter().any(|event| matches!(&event.detail,
        EventDetail::StateExited { assigned, .. } if assigned.iter().any(|(name, _)| &**name == "w"))));
}

#[test]
fn a_checkpoint_goes_on_as_the_original_does() {
    let item = json!({"StartAt": "B", "States": {
        "B": {"Type": "Pass", "Assign": {"seen.$": "$"}, "Next": "C"},
        "C": {"Type": "Pass", "Parameters": {"n.$": "$seen"}, "End": true}
    }});
    let definition = one(json!({"Type": "Map", "ItemProcessor": item, "End": true}));
    let text = definition.to_string();
    let tree = stepwright::syntax::parse(&text, Format::Json).tree;
    let machine = stepwright::asl::read(&tree);
    let program = Arc::new(compile(&tree, &machine, &CompileOptions::default()).unwrap());
    let items = (0..200).map(Value::from).collect();
    let start = Start::with_input(Value::array(items));
    let now = start.at;
    let mut execution = Execution::new(program, start);
    let mut kept = Vec::new();
    let mut events: Vec<Json> = Vec::new();
    while execution.ended().is_none() {
        kept.push((execution.checkpoint(), events.len()));
        let step = execution.advance(Signal::Proceed { now });
        events.extend(step.events.iter().map(|event| event.to_json()));
    }
    for (mut copy, count) in kept.into_iter().step_by(97) {
        let mut repeated = events[..count].to_vec();
        while copy.ended().is_none() {
            let step = copy.advance(Signal::Proceed { now });
            repeated.extend(step.events.iter().map(|event| event.to_json()));
        }
        assert_eq!(repeated, events);
    }
}

#[test]
fn all_siblings_of_a_failed_iteration_are_aborted_in_their_order() {
    let wait = json!({"StartAt": "B", "States": {
        "B": {"Type": "Choice", "Default": "Wait", "Choices": [
            {"Variable": "$", "NumericEquals": 30, "Next": "Fail"}
        ]},
        "Wait": {"Type": "Wait", "Seconds": 60, "End": true},
        "Fail": {"Type": "Fail", "Error": "E"}
    }});
    let map = one(json!({"Type": "Map", "ItemProcessor": wait, "End": true,
        "Catch": [{"ErrorEquals": ["E"], "Next": "After"}]}));
    let mut definition = map;
    definition["States"]["After"] = json!({"Type": "Succeed"});
    let items = (0..2_000).map(Value::from).collect();
    let start = Start::with_input(Value::array(items));
    let simulation = run_as(
        ExecutionKind::Express,
        &definition,
        &json!({}),
        start.clone(),
    );
    assert_eq!(ended(&simulation).status, Status::Succeeded);
    assert_eq!(ended(&simulation).at, start.at);
    let aborted: Vec<usize> = simulation
        .events
        .iter()
        .filter_map(|event| match event.detail {
            EventDetail::MapIterationAborted { index, .. } => Some(index),
            _ => None,
        })
        .collect();
    // An inline Map has forty open at a time.
    let others: Vec<usize> = (0..40).filter(|index| *index != 30).collect();
    assert_eq!(aborted, others);
}
