//! The definition of a TestState request: a machine, or one state alone.

use std::sync::Arc;

use serde_json::Map as JsonMap;
use serde_json::Value as Json;
use serde_json::json;

use crate::asl::MachineType;
use crate::asl::ServiceDiagnostic;
use crate::asl::StatePath;
use crate::engine::CompileOptions;
use crate::engine::compile;
use crate::engine::testing::Refusal;
use crate::engine::testing::StateTest;
use crate::engine::testing::StateTestAnswer;
use crate::engine::testing::test_state;
use crate::syntax::Format;

/// The name a state without a machine is given.
const STATE_NAME: &str = "StateName";

/// Runs one state of a definition, which is a machine or the state alone.
///
/// # Errors
/// What the TestState API refuses, with its code and words.
pub fn test_definition(
    text: &str,
    state_name: Option<&str>,
    options: &CompileOptions,
    test: &StateTest,
) -> Result<StateTestAnswer, Refusal> {
    let definition: Json = serde_json::from_str(text)
        .map_err(|_| Refusal::definition("Definition must be a valid JSON object"))?;
    let whole = definition.get("States").is_some();
    let machine_text = if whole {
        definition.to_string()
    } else {
        wrapped(&definition).to_string()
    };
    let complaints = crate::asl::service_diagnostics(&machine_text, MachineType::Standard);
    if !complaints.is_empty() {
        return Err(Refusal::definition(ServiceDiagnostic::refusal(&complaints)));
    }
    let parse = crate::syntax::parse(&machine_text, Format::Json);
    let machine = crate::asl::read(&parse.tree);
    let program = compile(&parse.tree, &machine, options).map_err(|problems| {
        let words: Vec<String> = problems
            .iter()
            .map(|problem| format!("{} at {}", problem.message, problem.pointer))
            .collect();
        Refusal::definition(format!(
            "Invalid State Machine Definition: '{}'",
            words.join("; ")
        ))
    })?;
    let path = if whole {
        let name = state_name.unwrap_or_default();
        machine
            .by_name(name)
            .map(|state| state.path.clone())
            .ok_or_else(|| Refusal::validation("State not found in definition"))?
    } else {
        StatePath::top(STATE_NAME)
    };
    test_state(&Arc::new(program), &path, test)
}

/// A machine around one state, with the states it goes on to.
fn wrapped(state: &Json) -> Json {
    let mut states = JsonMap::new();
    states.insert(STATE_NAME.to_owned(), state.clone());
    let mut targets: Vec<&Json> = ["Next", "Default"]
        .into_iter()
        .filter_map(|field| state.get(field))
        .collect();
    for list in ["Choices", "Catch"] {
        let items = state.get(list).and_then(Json::as_array);
        targets.extend(
            items
                .into_iter()
                .flatten()
                .filter_map(|item| item.get("Next")),
        );
    }
    for target in targets.into_iter().filter_map(Json::as_str) {
        states
            .entry(target.to_owned())
            .or_insert_with(|| json!({ "Type": "Succeed" }));
    }
    json!({ "StartAt": STATE_NAME, "States": states })
}
