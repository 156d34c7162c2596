//! `TestState`: one state on its own.

use std::sync::Arc;

use serde_json::Value as Json;
use serde_json::json;

use crate::asl::input_fault;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::edge::now_millis;
use crate::driver::endpoint::states::arn::check_role;
use crate::driver::endpoint::states::check::Request;
use crate::driver::endpoint::states::trouble::Answer;
use crate::driver::endpoint::states::trouble::Refused;
use crate::driver::endpoint::states::trouble::put;
use crate::engine::CompileOptions;
use crate::engine::Fault;
use crate::engine::testing::Configuration;
use crate::engine::testing::FieldValidation;
use crate::engine::testing::StateTest;
use crate::engine::testing::StateTestAnswer;
use crate::engine::testing::TestMock;
use crate::engine::testing::TestStatus;
use crate::engine::testing::test_definition;
use crate::query::Value;

impl Edge {
    pub(crate) async fn test_state(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let role = request.text("roleArn");
        role.map(check_role).transpose()?;
        let parse = |name: &str, code: &str| {
            let text = request.text(name);
            let parsed = text.map(Value::parse).transpose();
            parsed.map_err(|error| {
                let words = match code {
                    "InvalidExecutionInput" => {
                        let fault = text.and_then(input_fault).unwrap_or(error.0);
                        format!("Invalid State Machine Execution Input: '{fault}'")
                    }
                    _ => format!("{name} must be valid JSON: {error}"),
                };
                Refused::model(code, words)
            })
        };
        let input = parse("input", "InvalidExecutionInput")?;
        let variables = match parse("variables", "ValidationException")? {
            None => Vec::new(),
            Some(Value::Object(members)) => members
                .iter()
                .map(|(name, value)| (name.to_string(), value.clone()))
                .collect(),
            Some(_) => {
                return Err(Refused::validation("variables must be a JSON object", None));
            }
        };
        let test = StateTest {
            input: input.unwrap_or_else(|| Value::object::<&str>([])),
            variables,
            mock: request.get("mock").map(mock).transpose()?,
            context: parse("context", "ValidationException")?,
            configuration: request
                .get("stateConfiguration")
                .map(configuration)
                .unwrap_or_default(),
            has_role: role.is_some(),
            at: now_millis(),
        };
        let definition = request.required("definition").to_owned();
        let name = request.owned("stateName");
        let options = self.test_options();
        // A state may compute for long.
        let run = move || test_definition(&definition, name.as_deref(), &options, &test);
        let answer = self.pool.run(run).await;
        let answer = answer.ok_or_else(|| Refused::internal("testing the state broke off"))?;
        let answer = answer.map_err(|refusal| match refusal.code {
            "ValidationException" => Refused::validation(refusal.message, None),
            code => Refused::model(code, refusal.message),
        })?;
        if answer.status == TestStatus::Succeeded && answer.output.is_none() {
            let message = "TestState calls no service here: say what the service answers with mock.result or \
                           mock.errorOutput";
            return Err(Refused::validation(message, None));
        }
        let level = request.text("inspectionLevel").unwrap_or("INFO");
        Ok(told(&answer, level))
    }

    fn test_options(&self) -> CompileOptions {
        let usual = CompileOptions::default();
        let arn = self.arn_of("stateMachine", "x");
        let mut parts = arn.split(':').skip(3).map(str::to_owned);
        CompileOptions {
            region: parts.next().unwrap_or(usual.region),
            account: parts.next().unwrap_or(usual.account),
            ..CompileOptions::default()
        }
    }
}

fn mock(mock: &Json) -> Result<TestMock, Refused> {
    let mock = Request(mock);
    let (result, error) = (mock.text("result"), mock.get("errorOutput"));
    let validation = mock.text("fieldValidationMode");
    let validation = validation
        .and_then(FieldValidation::parse)
        .unwrap_or_default();
    match (result, error) {
        (None, Some(fault)) => {
            let fault = Request(fault);
            Ok(TestMock::Fault(Fault {
                error: fault.text("error").map(Arc::from),
                cause: fault.text("cause").map(Arc::from),
                origin: None,
            }))
        }
        (Some(result), None) => {
            let result = Value::parse(result)
                .map_err(|_| Refused::validation("Mocked result must be valid JSON", None))?;
            Ok(TestMock::Result(result, validation))
        }
        (Some(_), Some(_)) | (None, None) => {
            let words = "A test mock should have exactly one of the following fields: [result, errorOutput].";
            Err(Refused::validation(words, None))
        }
    }
}

fn configuration(json: &Json) -> Configuration {
    let json = Request(json);
    let count = |name: &str| json.whole(name);
    Configuration {
        retrier_retry_count: count("retrierRetryCount").and_then(|n| u32::try_from(n).ok()),
        error_caused_by_state: json.owned("errorCausedByState"),
        map_iteration_failure_count: count("mapIterationFailureCount")
            .and_then(|n| u64::try_from(n).ok()),
        map_item_reader_data: json.owned("mapItemReaderData"),
    }
}

/// The answer of the service: payloads as JSON text.
fn told(answer: &StateTestAnswer, level: &str) -> Json {
    let text = |value: &Value| Json::from(value.to_json());
    let mut told = json!({"status": answer.status.name()});
    put(&mut told, "output", answer.output.as_ref().map(text));
    let texts = [
        ("error", &answer.error),
        ("cause", &answer.cause),
        ("nextState", &answer.next_state),
    ];
    for (name, text) in texts {
        put(&mut told, name, text.as_deref().map(Json::from));
    }
    if level != "INFO" {
        put(&mut told, "inspectionData", Some(inspection(answer)));
    }
    told
}

fn inspection(answer: &StateTestAnswer) -> Json {
    let mut data = json!({});
    for (name, value) in &answer.inspection {
        let value = match value {
            Value::Number(_) => Json::from(value),
            value => Json::from(value.to_json()),
        };
        put(&mut data, name, Some(value));
    }
    if let Some(details) = &answer.error_details {
        let mut told = json!({});
        let index = |index: Option<usize>| index.map(Json::from);
        put(&mut told, "catchIndex", index(details.catch_index));
        put(&mut told, "retryIndex", index(details.retry_index));
        let seconds = details.retry_backoff_seconds.map(Json::from);
        put(&mut told, "retryBackoffIntervalSeconds", seconds);
        put(&mut data, "errorDetails", Some(told));
    }
    data
}
