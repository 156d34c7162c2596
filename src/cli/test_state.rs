//! One state on its own: requests of the TestState API as JSON, and their answers.

use std::sync::Arc;

use serde_json::Map as JsonMap;
use serde_json::Value as Json;
use serde_json::json;

use crate::asl::State;
use crate::asl::StateKind;
use crate::backends::Mocks;
use crate::backends::is_unanswered;
use crate::cli::Source;
use crate::cli::output::say;
use crate::engine::Call;
use crate::engine::CallId;
use crate::engine::Fault;
use crate::engine::Lane;
use crate::engine::Outcome;
use crate::engine::Program;
use crate::engine::Start;
use crate::engine::testing::Configuration;
use crate::engine::testing::FieldValidation;
use crate::engine::testing::Refusal;
use crate::engine::testing::StateTest;
use crate::engine::testing::StateTestAnswer;
use crate::engine::testing::TestMock;
use crate::engine::testing::TestStatus;
use crate::engine::testing::test_definition;
use crate::engine::testing::test_state;
use crate::query::Value;

/// Runs a recorded `test_state` case.
pub(crate) fn test_state_case(case: &Json) -> Json {
    match answer(case) {
        Ok(line) => line,
        Err(refusal) => json!({
            "rejected": true,
            "code": refusal.code,
            "message": refusal.message,
        }),
    }
}

fn answer(case: &Json) -> Result<Json, Refusal> {
    let member = |name: &str| case.get(name).filter(|value| !value.is_null());
    let state_name = member("state_name").and_then(Json::as_str);
    if state_name == Some("") {
        return Err(Refusal {
            code: "ParamValidationError",
            message: "Parameter validation failed:\nInvalid length for parameter stateName, value: 0, valid min length: 1".to_owned(),
        });
    }
    let text = crate::cli::cases::definition_text(case);
    let options = crate::cli::cases::options(case);
    let test = StateTest {
        input: Value::from(case.get("input").unwrap_or(&json!({}))),
        variables: match member("variables").map(Value::from) {
            Some(Value::Object(members)) => members
                .iter()
                .map(|(name, value)| (name.to_string(), value.clone()))
                .collect(),
            _ => Vec::new(),
        },
        mock: member("mock").map(mock).transpose()?,
        context: member("context").map(Value::from),
        configuration: member("state_configuration")
            .map(configuration)
            .unwrap_or_default(),
        has_role: false,
        at: Start::default().at,
    };
    let answer = test_definition(&text, state_name, &options, &test)?;
    let level = member("inspection_level")
        .and_then(Json::as_str)
        .unwrap_or("INFO");
    Ok(answer_json(&answer, level != "INFO"))
}

/// `run --test-state`: prints the API's answer, payloads as JSON text. Exit 0 when the state SUCCEEDED.
pub(crate) fn run_one(
    program: &Arc<Program>,
    source: &Source,
    name: &str,
    mut mocks: Mocks,
    start: Start,
    inspect: bool,
) -> Result<u8, String> {
    let state = source
        .machine
        .states
        .iter()
        .find(|state| state.name.as_ref() == name || state.path.as_str() == name)
        .ok_or_else(|| format!("--test-state {name}: there is no such state"))?;
    let test = StateTest {
        input: start.input,
        variables: start.variables,
        mock: mocked(&mut mocks, state),
        context: None,
        configuration: Configuration::default(),
        has_role: false,
        at: start.at,
    };
    let answer = test_state(program, &state.path, &test).map_err(|refusal| match refusal {
        refusal if state.kind == Some(StateKind::Task) && test.mock.is_none() => {
            format!("{}: give the task an answer with --mocks", refusal.message)
        }
        refusal => refusal.message,
    })?;
    let text = |json: &Json| Json::from(json.to_string());
    let mut line = answer_json(&answer, inspect);
    if let Some(members) = line.as_object_mut() {
        if let Some(output) = members.get_mut("output") {
            *output = text(output);
        }
        if let Some(Json::Object(mut data)) = members.remove("inspection") {
            for (name, value) in &mut data {
                if name != "errorDetails" && !value.is_number() {
                    *value = text(value);
                }
            }
            members.insert("inspectionData".to_owned(), Json::Object(data));
        }
    }
    say(&serde_json::to_string_pretty(&line).unwrap_or_default());
    Ok(u8::from(answer.status != TestStatus::Succeeded))
}

/// The first answer the mocks have for a state.
fn mocked(mocks: &mut Mocks, state: &State) -> Option<TestMock> {
    let call = Call {
        id: CallId(1),
        state: state.path.clone(),
        name: state.name.clone(),
        lane: Lane::default(),
        resource: state.resource.clone().unwrap_or_default(),
        payload: Value::Null,
        attempt: 0,
        iteration: None,
        token: None,
    };
    match mocks.answer(&call).pop()?.outcome {
        Outcome::Succeeded(result) => Some(TestMock::Result(result, FieldValidation::Present)),
        Outcome::Failed(fault) => {
            let cause = fault.cause.as_deref().unwrap_or_default();
            (!is_unanswered(cause)).then_some(TestMock::Fault(fault))
        }
        Outcome::Submitted(_) | Outcome::Started { .. } | Outcome::Heartbeat => None,
    }
}

fn mock(mock: &Json) -> Result<TestMock, Refusal> {
    if let Some(fault) = mock.get("errorOutput") {
        let text = |name: &str| fault.get(name).and_then(Json::as_str).map(Arc::from);
        return Ok(TestMock::Fault(Fault {
            error: text("error"),
            cause: text("cause"),
            origin: None,
        }));
    }
    let validation = mock
        .get("fieldValidationMode")
        .and_then(Json::as_str)
        .and_then(FieldValidation::parse)
        .unwrap_or_default();
    let result = match (mock.get("result"), mock.get("result_text")) {
        (Some(result), _) => Value::from(result),
        (None, Some(text)) => Value::parse(text.as_str().unwrap_or_default())
            .map_err(|_| Refusal::validation("Mocked result must be valid JSON"))?,
        (None, None) => {
            return Err(Refusal::validation(
                "A test mock should have exactly one of the following fields: [result, errorOutput].",
            ));
        }
    };
    Ok(TestMock::Result(result, validation))
}

fn configuration(json: &Json) -> Configuration {
    let number = |name: &str| json.get(name).and_then(Json::as_u64);
    let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
    Configuration {
        retrier_retry_count: number("retrierRetryCount").and_then(|n| u32::try_from(n).ok()),
        error_caused_by_state: text("errorCausedByState"),
        map_iteration_failure_count: number("mapIterationFailureCount"),
        map_item_reader_data: text("mapItemReaderData"),
    }
}

fn answer_json(answer: &StateTestAnswer, inspect: bool) -> Json {
    let mut line = JsonMap::new();
    line.insert("status".to_owned(), answer.status.name().into());
    if let Some(output) = &answer.output {
        line.insert("output".to_owned(), output.into());
    }
    let texts = [
        ("error", &answer.error),
        ("cause", &answer.cause),
        ("nextState", &answer.next_state),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            line.insert(name.to_owned(), text.as_ref().into());
        }
    }
    if inspect {
        let mut data: JsonMap<String, Json> = answer
            .inspection
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Json::from(value)))
            .collect();
        if let Some(details) = &answer.error_details {
            let mut members = JsonMap::new();
            let numbers = [
                ("catchIndex", details.catch_index.map(|n| n as i64)),
                ("retryIndex", details.retry_index.map(|n| n as i64)),
                ("retryBackoffIntervalSeconds", details.retry_backoff_seconds),
            ];
            for (name, number) in numbers {
                if let Some(number) = number {
                    members.insert(name.to_owned(), number.into());
                }
            }
            data.insert("errorDetails".to_owned(), Json::Object(members));
        }
        line.insert("inspection".to_owned(), Json::Object(data));
    }
    Json::Object(line)
}
