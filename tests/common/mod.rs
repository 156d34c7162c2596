//! Running a definition on the virtual clock, for tests.

#![allow(dead_code)]

use std::sync::Arc;

use serde_json::Value as Json;
use serde_json::json;
use stepwright::backends::Mocks;
use stepwright::engine::CompileOptions;
use stepwright::engine::Ended;
use stepwright::engine::ExecutionKind;
use stepwright::engine::Program;
use stepwright::engine::Simulation;
use stepwright::engine::Start;
use stepwright::engine::compile;
use stepwright::engine::simulate;
use stepwright::query::Value;
use stepwright::syntax::Format;

pub const LAMBDA: &str = "arn:aws:states:::lambda:invoke";

/// The program of a definition that compiles.
pub fn program(kind: ExecutionKind, definition: &Json) -> Arc<Program> {
    let tree = stepwright::syntax::parse(&definition.to_string(), Format::Json).tree;
    let options = CompileOptions {
        kind,
        ..CompileOptions::default()
    };
    let machine = stepwright::asl::read(&tree);
    Arc::new(compile(&tree, &machine, &options).unwrap_or_else(|problems| panic!("{problems:?}")))
}

pub fn mocks(mocks: &Json) -> Mocks {
    Mocks::from_list(&Value::from(mocks)).unwrap()
}

pub fn run_as(kind: ExecutionKind, definition: &Json, answers: &Json, start: Start) -> Simulation {
    let mut mocks = mocks(answers);
    simulate(&program(kind, definition), start, &mut |call| {
        mocks.answer(call)
    })
}

pub fn run(definition: &Json, answers: &Json) -> Simulation {
    run_as(
        ExecutionKind::Standard,
        definition,
        answers,
        Start::default(),
    )
}

/// Runs with an input.
pub fn run_with(definition: &Json, answers: &Json, input: Json) -> Simulation {
    let start = Start::with_input(Value::from(&input));
    run_as(ExecutionKind::Standard, definition, answers, start)
}

pub fn ended(simulation: &Simulation) -> &Ended {
    simulation.ended.as_ref().expect("an end")
}

pub fn output(simulation: &Simulation) -> Json {
    Json::from(ended(simulation).output.as_ref().expect("an output"))
}

pub fn error(simulation: &Simulation) -> (String, String) {
    let ended = ended(simulation);
    (
        ended.error.as_deref().unwrap_or_default().to_owned(),
        ended.cause.as_deref().unwrap_or_default().to_owned(),
    )
}

/// The types of the execution's own events.
pub fn types(simulation: &Simulation) -> Vec<String> {
    simulation
        .events
        .iter()
        .filter(|event| event.child.is_none())
        .map(|event| event.type_name())
        .collect()
}

/// `id<previous Type` of each own event, for whole histories.
pub fn chain(simulation: &Simulation) -> Vec<String> {
    simulation
        .events
        .iter()
        .filter(|event| event.child.is_none())
        .map(|event| format!("{}<{} {}", event.id, event.previous, event.type_name()))
        .collect()
}

/// A machine of one state called A.
pub fn one(state: Json) -> Json {
    json!({"StartAt": "A", "States": {"A": state}})
}
