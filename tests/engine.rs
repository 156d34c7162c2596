//! Executions from definition to end: limits, clocks, retries, Maps that tolerate failures.

mod common;

use std::sync::Arc;

use serde_json::Value as Json;
use serde_json::json;
use stepwright::engine::CompileOptions;
use stepwright::engine::EventDetail;
use stepwright::engine::Execution;
use stepwright::engine::ExecutionKind;
use stepwright::engine::Outcome;
use stepwright::engine::Signal;
use stepwright::engine::Start;
use stepwright::engine::Status;
use stepwright::engine::Workers;
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

/// Does whatever can be done at a moment; the types of its events.
fn proceed(execution: &mut Execution, now: i64) -> Vec<String> {
    let mut types = Vec::new();
    while execution.ready().is_some() {
        let step = execution.advance(Signal::Proceed { now });
        types.extend(step.events.iter().map(|event| event.type_name()));
    }
    types
}

#[test]
fn the_time_of_an_activity_begins_when_a_worker_takes_its_task() {
    let definition = one(
        json!({"Type": "Task", "End": true, "TimeoutSeconds": 20, "HeartbeatSeconds": 5,
        "Resource": "arn:aws:states:us-east-1:123456789012:activity:work"}),
    );
    let program = common::program(ExecutionKind::Standard, &definition);
    let begun = |workers: Workers| {
        let start = Start {
            workers,
            ..Start::default()
        };
        let at = start.at;
        let mut execution = Execution::new(program.clone(), start);
        proceed(&mut execution, at);
        (execution, at)
    };
    let (at_hand, at) = begun(Workers::AtHand);
    assert_eq!(at_hand.next_timer(), Some(at + 5_000));
    let (mut polled, at) = begun(Workers::Polling);
    assert_eq!(polled.next_timer(), None);
    let tell = |execution: &mut Execution, outcome: Outcome, now: i64| {
        let call = stepwright::engine::CallId(1);
        execution.advance(Signal::Answer { call, outcome, now })
    };
    // Nothing that comes before a worker has it sets a clock going.
    tell(&mut polled, Outcome::Heartbeat, at + 1_000);
    assert_eq!(polled.next_timer(), None);
    let taken = at + 100_000;
    let worker = Some(Arc::from("w"));
    tell(&mut polled, Outcome::Started { worker }, taken);
    assert_eq!(polled.next_timer(), Some(taken + 5_000));
    // Heartbeats put off their own limit, never the other.
    for beat in [4_000, 8_000, 12_000, 16_000] {
        tell(&mut polled, Outcome::Heartbeat, taken + beat);
    }
    assert_eq!(polled.next_timer(), Some(taken + 20_000));
    let now = taken + 20_000;
    let step = polled.advance(Signal::Time { now });
    let event = step.events.first().unwrap();
    assert_eq!(event.type_name(), "ActivityTimedOut");
    assert_eq!(
        event.to_json()["activityTimedOutEventDetails"],
        json!({"error": "States.Timeout"})
    );
    proceed(&mut polled, now);
    assert_eq!(polled.ended().unwrap().status, Status::Failed);
}

#[test]
fn what_runs_when_its_machine_is_deleted_enters_no_other_state() {
    let wait = |next: Json| {
        let mut state = json!({"Type": "Wait", "Seconds": 9});
        state
            .as_object_mut()
            .unwrap()
            .extend(next.as_object().unwrap().clone());
        json!({"StartAt": "A", "States": {"A": state, "B": {"Type": "Pass", "End": true}}})
    };
    let end = |definition: &Json| {
        let program = common::program(ExecutionKind::Standard, definition);
        let start = Start::default();
        let at = start.at;
        let mut execution = Execution::new(program, start);
        proceed(&mut execution, at);
        execution.advance(Signal::MachineDeleted { now: at });
        assert_eq!(execution.ended(), None);
        let now = at + 9_000;
        execution.advance(Signal::Time { now });
        proceed(&mut execution, now);
        execution.ended().unwrap().clone()
    };
    let failed = end(&wait(json!({"Next": "B"})));
    assert_eq!(failed.status, Status::Failed);
    assert_eq!(failed.error.as_deref(), Some("States.Runtime"));
    let words = failed.cause.as_deref().unwrap();
    assert!(
        words.starts_with("State machine ") && words.ends_with(" has been deleted."),
        "{words}"
    );
    assert_eq!(end(&wait(json!({"End": true}))).status, Status::Succeeded);
}

#[test]
fn no_definition_compiles_with_a_pattern_that_is_not_offered() {
    let problems = |resource: &str, kind: ExecutionKind| -> Vec<&'static str> {
        let definition = one(json!({"Type": "Task", "Resource": resource, "End": true}));
        let tree = stepwright::syntax::parse(&definition.to_string(), Format::Json).tree;
        let options = CompileOptions {
            kind,
            ..CompileOptions::default()
        };
        match compile(&tree, &stepwright::asl::read(&tree), &options) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.iter().map(|problem| problem.code).collect(),
        }
    };
    for resource in [
        "arn:aws:states:::dynamodb:putItem.waitForTaskToken",
        "arn:aws:states:::sqs:sendMessage.sync",
        "arn:aws:states:::aws-sdk:glue:startJobRun.sync",
    ] {
        let found = problems(resource, ExecutionKind::Standard);
        assert_eq!(found, ["RESOURCE_PATTERN"], "{resource}");
    }
    for resource in [
        "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "arn:aws:states:::glue:startJobRun.sync",
    ] {
        assert!(problems(resource, ExecutionKind::Standard).is_empty());
        let found = problems(resource, ExecutionKind::Express);
        assert_eq!(found, ["EXPRESS_PATTERN"], "{resource}");
    }
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
