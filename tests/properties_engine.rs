//! What holds for every execution: it repeats, a copy goes on alike, and nothing panics.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value as Json;
use serde_json::json;
use stepwright::engine::Answer;
use stepwright::engine::Call;
use stepwright::engine::CompileOptions;
use stepwright::engine::Demand;
use stepwright::engine::Event;
use stepwright::engine::EventDetail;
use stepwright::engine::Execution;
use stepwright::engine::Fault;
use stepwright::engine::Outcome;
use stepwright::engine::Program;
use stepwright::engine::Signal;
use stepwright::engine::Start;
use stepwright::engine::compile;
use stepwright::engine::history_json;
use stepwright::engine::simulate;
use stepwright::engine::simulate_redrive;
use stepwright::query::Value;
use stepwright::syntax::Format;
use stepwright::trace::Trace;
use stepwright::trace::import;

/// A state of a random machine, before it has a name and a target.
fn state(depth: u32) -> BoxedStrategy<Json> {
    let leaf = prop_oneof![
        (0..5i64).prop_map(|n| json!({"Type": "Pass", "Parameters": {"n": n, "all.$": "$"}})),
        Just(json!({"Type": "Pass", "Parameters": {"id.$": "States.UUID()"}, "ResultPath": "$.made"})),
        Just(json!({"Type": "Pass", "Assign": {"seen.$": "$"}, "ResultPath": null})),
        (0..4i64).prop_map(|n| json!({"Type": "Wait", "Seconds": n})),
        (1..4i64, any::<bool>()).prop_map(|(attempts, caught)| {
            let mut task = json!({
                "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 3,
                "Parameters": {"FunctionName": "f", "Payload.$": "$"}, "ResultPath": "$.result",
                "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": attempts, "JitterStrategy": "FULL"}],
            });
            if caught {
                task["Catch"] = json!([{"ErrorEquals": ["States.ALL"], "Next": "Last", "ResultPath": "$.error"}]);
            }
            task
        }),
        Just(json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% {'r': $random(), 'in': $states.input} %}"})),
        Just(json!({"Type": "Pass", "InputPath": "$.missing"})),
        (1..4i64).prop_map(|beat| json!({
            "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "HeartbeatSeconds": beat,
            "TimeoutSeconds": 5, "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}, "ResultPath": "$.answer",
        })),
        Just(json!({"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"n": "{% $exists($n) ? $n + 1 : 0 %}"}})),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    prop_oneof![
        4 => leaf,
        1 => (machine(depth - 1), 0..3i64, any::<bool>()).prop_map(|(inner, limit, retried)| {
            let mut map = json!({
                "Type": "Map", "ItemProcessor": inner, "MaxConcurrency": limit,
                "ItemSelector": {"item.$": "$$.Map.Item.Value", "items.$": "$.items"},
                "ItemsPath": "$.items", "ResultPath": "$.mapped",
            });
            if retried {
                map["Retry"] = json!([{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1, "JitterStrategy": "FULL"}]);
            }
            map
        }),
        1 => (machine(depth - 1), 0..4i64, 0..3i64, any::<bool>(), any::<bool>()).prop_map(
            |(inner, tolerated, batch, written, express)| {
                let mut inner = inner;
                let kind = if express { "EXPRESS" } else { "STANDARD" };
                inner["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED", "ExecutionType": kind});
                let mut map = json!({
                    "Type": "Map", "ItemProcessor": inner, "ToleratedFailureCount": tolerated, "MaxConcurrency": 2,
                    "ItemSelector": {"id.$": "States.UUID()", "items.$": "$.items"},
                    "ItemsPath": "$.items", "ResultPath": "$.distributed",
                });
                if batch > 0 {
                    map["ItemBatcher"] = json!({"MaxItemsPerBatch": batch, "BatchInput": {"items.$": "$.items"}});
                }
                if written {
                    map["ResultWriter"] = json!({"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"}});
                }
                map
            }
        ),
        1 => (machine(depth - 1), machine(depth - 1), any::<bool>()).prop_map(|(one, two, caught)| {
            let mut parallel = json!({"Type": "Parallel", "Branches": [one, two], "ResultPath": "$.parallel"});
            if caught {
                parallel["Catch"] = json!([{"ErrorEquals": ["States.ALL"], "Next": "Last", "ResultPath": "$.error"}]);
            }
            parallel
        }),
    ]
    .boxed()
}

fn machine(depth: u32) -> BoxedStrategy<Json> {
    proptest::collection::vec(state(depth), 1..4)
        .prop_map(|states| {
            let count = states.len();
            let mut members = serde_json::Map::new();
            for (index, mut state) in states.into_iter().enumerate() {
                let next = if index + 1 == count {
                    "Last".to_owned()
                } else {
                    format!("S{}", index + 1)
                };
                state["Next"] = json!(next);
                members.insert(format!("S{index}"), state);
            }
            members.insert("Last".to_owned(), json!({"Type": "Pass", "End": true}));
            json!({"StartAt": "S0", "States": members})
        })
        .boxed()
}

/// A whole machine, which may have a time limit.
fn whole(depth: u32) -> BoxedStrategy<Json> {
    (machine(depth), prop::option::of(1..20i64))
        .prop_map(|(mut machine, limit)| {
            if let Some(seconds) = limit {
                machine["TimeoutSeconds"] = json!(seconds);
            }
            machine
        })
        .boxed()
}

fn program(definition: &Json) -> Arc<Program> {
    let text = definition.to_string();
    let tree = stepwright::syntax::parse(&text, Format::Json).tree;
    let machine = stepwright::asl::read(&tree);
    let compiled = compile(&tree, &machine, &CompileOptions::default());
    Arc::new(compiled.unwrap_or_else(|problems| panic!("{problems:?}\n{text}")))
}

fn start(seed: u64) -> Start {
    Start {
        input: Value::from(&json!({"items": [1, {"a": 2}, "x"]})),
        seed,
        ..Start::default()
    }
}

/// Answers that depend on the call alone.
fn answer(call: &Call) -> Vec<Answer> {
    let outcome = match call.id.0 % 4 {
        0 => Outcome::Succeeded(call.payload.clone()),
        1 => Outcome::Failed(Fault::new("Odd", "because")),
        2 => Outcome::Succeeded(Value::from(call.id.0 as i64)),
        _ => return Vec::new(),
    };
    let after = (call.id.0 as i64 * 37) % 900;
    vec![Answer { after, outcome }]
}

/// Events as text, each with the history it belongs to.
fn lines(events: &[Event]) -> Vec<String> {
    let history = |event: &Event| event.child.as_ref().map_or(0, |child| child.number);
    events
        .iter()
        .map(|event| format!("{} {} {}", history(event), event.at, event.to_json()))
        .collect()
}

/// The own history of an execution, read back, has the same events at the same places.
fn check_read_back(definition: &Json, events: &[Event]) -> Result<(), TestCaseError> {
    let text = definition.to_string();
    let machine = stepwright::asl::read(&stepwright::syntax::parse(&text, Format::Json).tree);
    let history = Value::parse(&history_json(events, None)).expect("a history is JSON");
    let imported = import(&history, &machine);
    let imported = imported.map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
    let place = |event: &Event| {
        let json = event.to_json();
        format!("{json} in {:?} at {:?}", event.lane, event.state)
    };
    let own = events.iter().filter(|event| event.child.is_none());
    prop_assert_eq!(imported.len(), own.clone().count());
    for (imported, own) in imported.iter().zip(own) {
        prop_assert_eq!(place(imported), place(own), "{}", text);
    }
    Ok(())
}

/// Gives every state of a scope, and of those inside it, a name of its own, as the language wants it: where several
/// lanes go on from one event, nothing else tells them apart.
fn name_apart(scope: &mut Json, prefix: &str) {
    let rename = |name: &mut Json| {
        if let Some(old) = name.as_str() {
            *name = json!(format!("{prefix}{old}"));
        }
    };
    rename(&mut scope["StartAt"]);
    let states = std::mem::take(&mut scope["States"]);
    let mut renamed = serde_json::Map::new();
    for (name, mut state) in states.as_object().cloned().unwrap_or_default() {
        let name = format!("{prefix}{name}");
        for catcher in state["Catch"].as_array_mut().into_iter().flatten() {
            rename(&mut catcher["Next"]);
        }
        if state.get("Next").is_some() {
            rename(&mut state["Next"]);
        }
        if let Some(processor) = state.get_mut("ItemProcessor") {
            name_apart(processor, &format!("{name}."));
        }
        for (index, branch) in state["Branches"]
            .as_array_mut()
            .into_iter()
            .flatten()
            .enumerate()
        {
            name_apart(branch, &format!("{name}.{index}."));
        }
        if let Some(state) = state.as_object_mut() {
            state.retain(|_, value| !value.is_null());
        }
        renamed.insert(name, state);
    }
    scope["States"] = Json::Object(renamed);
}

/// Drives an execution by hand, recording signals; answers come at once.
fn step(execution: &mut Execution, waiting: &mut Vec<Call>) -> Option<(Signal, Vec<Event>)> {
    let now = execution.now();
    let signal = if execution.ready().is_some() {
        Signal::Proceed { now }
    } else if let Some(call) = waiting.pop() {
        let outcome = answer(&call)
            .pop()
            .map_or(Outcome::Succeeded(Value::Null), |answer| answer.outcome);
        Signal::Answer {
            call: call.id,
            outcome,
            now: now + 1,
        }
    } else {
        Signal::Time {
            now: execution.next_timer()?,
        }
    };
    let step = execution.advance(signal.clone());
    for demand in step.demands {
        match demand {
            Demand::Call(call) => waiting.push(call),
            Demand::Cancel(id) => waiting.retain(|call| call.id != id),
            Demand::Store(_) => {}
        }
    }
    Some((signal, step.events))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn the_same_start_gives_the_same_events(definition in whole(2), seed in any::<u64>()) {
        let program = program(&definition);
        let one = simulate(&program, start(seed), &mut answer);
        let two = simulate(&program, start(seed), &mut answer);
        prop_assert!(one.ended.is_some());
        prop_assert_eq!(lines(&one.events), lines(&two.events));
    }

    #[test]
    fn a_copy_goes_on_as_the_original_does(definition in whole(2), seed in any::<u64>(), cut in 0..60usize) {
        let program = program(&definition);
        let mut execution = Execution::new(program, start(seed));
        let mut waiting = Vec::new();
        for _ in 0..cut {
            if execution.ended().is_some() || step(&mut execution, &mut waiting).is_none() {
                break;
            }
        }
        let mut copy = execution.clone();
        let mut signals = Vec::new();
        let mut rest = Vec::new();
        while execution.ended().is_none() {
            let Some((signal, events)) = step(&mut execution, &mut waiting) else { break };
            signals.push(signal);
            rest.extend(events);
        }
        let mut again = Vec::new();
        for signal in signals {
            again.extend(copy.advance(signal).events);
        }
        prop_assert_eq!(lines(&rest), lines(&again));
        prop_assert_eq!(execution.ended(), copy.ended());
    }

    #[test]
    fn ids_run_on_in_each_history_and_follow_earlier_ones(definition in whole(2), seed in any::<u64>()) {
        let run = simulate(&program(&definition), start(seed), &mut answer);
        let mut next: BTreeMap<u32, u64> = BTreeMap::new();
        for event in &run.events {
            let history = event.child.as_ref().map_or(0, |child| child.number);
            let expected = next.entry(history).or_insert(1);
            prop_assert_eq!(event.id, *expected);
            prop_assert!(event.previous < event.id);
            *expected += 1;
        }
    }

    #[test]
    fn a_history_is_read_back_with_every_event_in_its_place(mut definition in whole(2), seed in any::<u64>()) {
        name_apart(&mut definition, "");
        let run = simulate(&program(&definition), start(seed), &mut answer);
        check_read_back(&definition, &run.events)?;
    }

    #[test]
    fn what_was_entered_is_told_once_and_ends(definition in whole(2), seed in any::<u64>()) {
        let run = simulate(&program(&definition), start(seed), &mut answer);
        let trace = Trace::of(&run.events);
        prop_assert!(trace.ended);
        prop_assert!(trace.visits.iter().all(|visit| !visit.is_open()));
        let entered = run.events.iter().filter(|event| matches!(event.detail, EventDetail::StateEntered { .. }));
        prop_assert_eq!(trace.visits.len(), entered.count());
        for map_run in &trace.map_runs {
            prop_assert!(map_run.children.values().all(|child| child.status.is_some()));
        }
    }

    #[test]
    fn a_redrive_repeats_too_and_never_runs_anew_what_succeeded(definition in whole(2), seed in any::<u64>()) {
        let program = program(&definition);
        let run = || {
            let first = simulate(&program, start(seed), &mut answer);
            let at = first.execution.now() + 1_000;
            let before = first.events.len();
            simulate_redrive(first, at, &mut answer).ok().map(|second| (before, second))
        };
        if let (Some((before, one)), Some((_, two))) = (run(), run()) {
            prop_assert_eq!(lines(&one.events), lines(&two.events));
            prop_assert!(one.ended.is_some());
            // Own states that were left before the redrive are entered again only by a loop, and there are none.
            let left = |event: &&Event| event.child.is_none() && event.lane.0.is_empty();
            let exited: Vec<_> = one.events[..before].iter().filter(left).filter_map(|event| match &event.detail {
                EventDetail::StateExited { name, .. } => Some(name.clone()),
                _ => None,
            }).collect();
            for event in one.events[before..].iter().filter(left) {
                if let EventDetail::StateEntered { name, .. } = &event.detail {
                    prop_assert!(!exited.contains(name));
                }
            }
        }
    }

    #[test]
    fn stopping_at_any_moment_ends_it(definition in whole(2), cut in 0..40usize) {
        let mut execution = Execution::new(program(&definition), start(1));
        let mut waiting = Vec::new();
        for _ in 0..cut {
            if execution.ended().is_some() || step(&mut execution, &mut waiting).is_none() {
                break;
            }
        }
        let now = execution.now();
        execution.advance(Signal::Stop { now, error: None, cause: None });
        prop_assert!(execution.ended().is_some());
        prop_assert!(execution.ready().is_none() && execution.next_timer().is_none());
    }

    #[test]
    fn broken_definitions_are_refused_not_feared(definition in machine(1), at in any::<prop::sample::Index>(), with in "[\\[\\]{}\",:$a-z0-9%]{0,4}") {
        let text = definition.to_string();
        let mut place = at.index(text.len());
        while !text.is_char_boundary(place) {
            place -= 1;
        }
        let broken = format!("{}{with}{}", &text[..place], &text[place..]);
        let tree = stepwright::syntax::parse(&broken, Format::Json).tree;
        let machine = stepwright::asl::read(&tree);
        if let Ok(program) = compile(&tree, &machine, &CompileOptions::default()) {
            simulate(&Arc::new(program), start(1), &mut answer);
        }
    }
}
