//! What is asked of one state, and when it is refused.

use crate::asl::StateKind;
use crate::engine::Fault;
use crate::engine::Millis;
use crate::engine::program::StateProgram;
use crate::engine::program::Work;
use crate::engine::testing::shapes;
use crate::query::Value;

/// A request of the TestState API, without the definition.
#[derive(Clone, Debug)]
pub struct StateTest {
    pub input: Value,
    pub variables: Vec<(String, Value)>,
    /// What the task answers, or what a Map or Parallel came to.
    pub mock: Option<TestMock>,
    /// Members that replace those of the Context Object.
    pub context: Option<Value>,
    pub configuration: Configuration,
    /// Whether the caller brings a role, without which real tasks cannot be tested.
    pub has_role: bool,
    pub at: Millis,
}

#[derive(Clone, Debug)]
pub enum TestMock {
    Result(Value, FieldValidation),
    /// `errorOutput`.
    Fault(Fault),
}

/// How a mocked result is compared with what the service's own API answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldValidation {
    #[default]
    Strict,
    Present,
    None,
}

/// `stateConfiguration`.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    pub retrier_retry_count: Option<u32>,
    pub error_caused_by_state: Option<String>,
    pub map_iteration_failure_count: Option<u64>,
    pub map_item_reader_data: Option<String>,
}

/// Why a request is not served, with AWS's code and words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    pub code: &'static str,
    pub message: String,
}

impl Refusal {
    pub fn validation(message: impl Into<String>) -> Refusal {
        Refusal {
            code: "ValidationException",
            message: message.into(),
        }
    }

    pub fn definition(message: impl Into<String>) -> Refusal {
        Refusal {
            code: "InvalidDefinition",
            message: message.into(),
        }
    }
}

impl FieldValidation {
    pub fn parse(text: &str) -> Option<FieldValidation> {
        match text {
            "STRICT" => Some(FieldValidation::Strict),
            "PRESENT" => Some(FieldValidation::Present),
            "NONE" => Some(FieldValidation::None),
            _ => None,
        }
    }
}

/// Refuses what AWS refuses before it runs anything.
pub(crate) fn check(state: &StateProgram, test: &StateTest) -> Result<(), Refusal> {
    let kind = state.kind;
    let takes_mock = matches!(kind, StateKind::Task | StateKind::Map | StateKind::Parallel);
    if test.mock.is_some() && !takes_mock {
        return Err(Refusal::validation(format!(
            "State type '{kind}' is not supported when a mock is specified"
        )));
    }
    if test.mock.is_none() {
        let configuration = &test.configuration;
        let needless = [
            (
                "MapIterationFailureCount",
                configuration.map_iteration_failure_count.is_some(),
            ),
            (
                "RetrierRetryCount",
                configuration.retrier_retry_count.is_some(),
            ),
            (
                "ErrorCausedByState",
                configuration.error_caused_by_state.is_some(),
            ),
            (
                "MapItemReaderData",
                configuration.map_item_reader_data.is_some(),
            ),
        ];
        if let Some((name, _)) = needless.into_iter().find(|(_, given)| *given) {
            return Err(Refusal::validation(format!(
                "TestState does not support {name} when a mock is not specified."
            )));
        }
        if kind.is_container() {
            return Err(Refusal::definition(
                "TestState API does not support Map or Parallel states. \
                 Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]",
            ));
        }
        if kind == StateKind::Task && !test.has_role {
            return Err(Refusal::validation(
                "RoleArn must be specified when testing a Task state",
            ));
        }
    }
    if let Some(context) = &test.context {
        check_context(context, kind)?;
    }
    check_mock(state, test)
}

fn check_mock(state: &StateProgram, test: &StateTest) -> Result<(), Refusal> {
    let Some(TestMock::Result(result, validation)) = &test.mock else {
        return Ok(());
    };
    match &state.work {
        Work::Task(task) if *validation != FieldValidation::None => {
            shapes::check(&task.resource, result).map_err(|complaint| {
                Refusal::validation(format!("Mock result schema validation error: {complaint}"))
            })
        }
        Work::Map(_) | Work::Parallel { .. } if result.as_array().is_none() => {
            Err(Refusal::validation("Mocked result must be an array."))
        }
        _ => Ok(()),
    }
}

/// A field of the Context Object: its members with the types they must have; none for any type.
type ContextField = (
    &'static str,
    &'static [(&'static str, Option<&'static str>)],
);

const CONTEXT: [ContextField; 5] = [
    (
        "Execution",
        &[
            ("Id", Some("string")),
            ("Input", None),
            ("Name", Some("string")),
            ("RoleArn", Some("string")),
            ("StartTime", Some("string")),
            ("RedriveCount", Some("number")),
            ("RedriveTime", Some("string")),
        ],
    ),
    (
        "State",
        &[
            ("EnteredTime", Some("string")),
            ("Name", Some("string")),
            ("RetryCount", Some("number")),
        ],
    ),
    (
        "StateMachine",
        &[("Id", Some("string")), ("Name", Some("string"))],
    ),
    ("Task", &[("Token", Some("string"))]),
    ("Map", &[("Item", None)]),
];

fn check_context(context: &Value, kind: StateKind) -> Result<(), Refusal> {
    let refuse = |words: String| {
        Err(Refusal::validation(format!(
            "Invalid Context object provided: {words}"
        )))
    };
    let Some(members) = context.as_object() else {
        return refuse("Context must be a JSON object".to_owned());
    };
    for (field, value) in members.iter() {
        let Some((_, known)) = CONTEXT.iter().find(|(name, _)| *name == field.as_ref()) else {
            return refuse(format!("Field '{field}' is not allowed"));
        };
        if field.as_ref() == "Map" && kind != StateKind::Map {
            return refuse("'Map' field is not supported when mocking a Context object".to_owned());
        }
        let Some(inner) = value.as_object() else {
            return refuse(format!("{field} must be an object"));
        };
        for (name, value) in inner.iter() {
            match known.iter().find(|(known, _)| *known == name.as_ref()) {
                None => return refuse(format!("Field '{field}.{name}' is not allowed")),
                Some((_, Some(wanted))) if value.type_name() != *wanted => {
                    return refuse(format!("{field}.{name} must be a {wanted}"));
                }
                Some(_) => {}
            }
        }
    }
    Ok(())
}
