//! Running one state and telling how it went.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::QueryLanguage;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::engine::Demand;
use crate::engine::Execution;
use crate::engine::Outcome;
use crate::engine::Program;
use crate::engine::Signal;
use crate::engine::Stage;
use crate::engine::StageKind;
use crate::engine::Start;
use crate::engine::history::moment_text;
use crate::engine::lanes::Stand;
use crate::engine::program::StateProgram;
use crate::engine::retry::matches;
use crate::engine::testing::request::Refusal;
use crate::engine::testing::request::StateTest;
use crate::engine::testing::request::TestMock;
use crate::engine::testing::request::check;
use crate::engine::trouble::Trouble;
use crate::query::Value;

/// Micro-steps one state may take: far more than any needs.
const STEPS: usize = 1_000;

/// The name a state on its own has in the Context Object.
const STATE_NAME: &str = "StateName";

/// What the TestState API answers.
#[derive(Clone, Debug)]
pub struct StateTestAnswer {
    pub status: TestStatus,
    pub output: Option<Value>,
    pub error: Option<Arc<str>>,
    pub cause: Option<Arc<str>>,
    pub next_state: Option<Arc<str>>,
    /// `inspectionData`, by the names of its members, without `errorDetails`.
    pub inspection: BTreeMap<&'static str, Value>,
    pub error_details: Option<ErrorDetails>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestStatus {
    Succeeded,
    Failed,
    Retriable,
    CaughtError,
}

/// Which Retrier or Catcher took the error.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ErrorDetails {
    pub catch_index: Option<usize>,
    pub retry_index: Option<usize>,
    pub retry_backoff_seconds: Option<i64>,
}

impl TestStatus {
    /// As AWS writes it.
    pub const fn name(self) -> &'static str {
        match self {
            TestStatus::Succeeded => "SUCCEEDED",
            TestStatus::Failed => "FAILED",
            TestStatus::Retriable => "RETRIABLE",
            TestStatus::CaughtError => "CAUGHT_ERROR",
        }
    }
}

/// Runs one state of a program.
///
/// # Errors
/// What AWS refuses before running anything: mocks where there can be none, a wrong Context Object,
/// a mocked result that the service could not have given.
pub fn test_state(
    program: &Arc<Program>,
    path: &StatePath,
    test: &StateTest,
) -> Result<StateTestAnswer, Refusal> {
    let index = program
        .find(path)
        .ok_or_else(|| Refusal::validation("State not found in definition"))?;
    let state = program
        .state(index)
        .ok_or_else(|| Refusal::validation("State not found in definition"))?;
    check(state, test)?;
    let mut execution = Execution::new(
        program.clone(),
        Start {
            input: test.input.clone(),
            at: test.at,
            name: "TestState".to_owned(),
            variables: test.variables.clone(),
            history: false,
            stages: true,
            ..Start::default()
        },
    );
    execution.stand_at(index);
    execution.context = Some(context(program, state, test));
    execution.bare_causes = true;
    let retries = test.configuration.retrier_retry_count.unwrap_or_default();
    let mut probe = Probe {
        execution,
        state,
        test,
        retries,
        stages: Vec::new(),
        trouble: None,
    };
    Ok(probe.run())
}

/// The Context Object of a state on its own, with what the request replaces.
fn context(program: &Program, state: &StateProgram, test: &StateTest) -> Value {
    let time = Value::from(moment_text(test.at));
    let role = if test.mock.is_some() || test.has_role {
        Value::from(crate::engine::environment::role_arn(program))
    } else {
        Value::Null
    };
    let name = "TestState";
    let id = format!(
        "arn:aws:states:{}:{}:express:{}:{name}",
        program.region, program.account, program.name
    );
    let mut own = vec![
        ("EnteredTime", time.clone()),
        ("Name", Value::from(STATE_NAME)),
    ];
    if state.has_retry_count() {
        let retries = test.configuration.retrier_retry_count.unwrap_or_default();
        own.push(("RetryCount", Value::from(i64::from(retries))));
    }
    let parts = [
        (
            "Execution",
            Value::object([
                ("Id", Value::from(id)),
                ("Input", test.input.clone()),
                ("Name", Value::from(name)),
                ("RoleArn", role),
                ("StartTime", time),
            ]),
        ),
        (
            "StateMachine",
            Value::object([
                ("Id", Value::from(program.machine_arn())),
                ("Name", Value::String(program.name.clone())),
            ]),
        ),
        ("State", Value::object(own)),
    ];
    let given = |name: &str| test.context.as_ref().and_then(|context| context.get(name));
    let mut members: Vec<(&str, Value)> = parts
        .into_iter()
        .map(|(name, part)| (name, given(name).cloned().unwrap_or(part)))
        .collect();
    for name in ["Task", "Map"] {
        members.extend(given(name).cloned().map(|part| (name, part)));
    }
    Value::object(members)
}

struct Probe<'a> {
    execution: Execution,
    state: &'a StateProgram,
    test: &'a StateTest,
    retries: u32,
    stages: Vec<Stage>,
    /// The fault that is about to be handled.
    trouble: Option<Trouble>,
}

impl Probe<'_> {
    fn run(&mut self) -> StateTestAnswer {
        let now = self.test.at;
        self.execution.set_retries(self.state, self.retries);
        for _ in 0..STEPS {
            if self.execution.ended().is_some() || self.execution.has_moved_on() {
                break;
            }
            let done = match self.execution.root_stand() {
                Some(Stand::Work) if self.state.kind.is_container() => {
                    self.begin_container();
                    continue;
                }
                Some(Stand::Fault(trouble)) => {
                    self.trouble = Some(trouble.clone());
                    false
                }
                Some(Stand::BackOff(_)) => true,
                _ => false,
            };
            if done {
                break;
            }
            let signal = if self.execution.ready().is_some() {
                Signal::Proceed { now }
            } else if let Some(now) = self.execution.next_timer() {
                Signal::Time { now }
            } else {
                break;
            };
            let step = self.execution.advance(signal);
            self.stages.extend(step.stages);
            for demand in step.demands {
                if let Demand::Call(call) = demand {
                    let outcome = match &self.test.mock {
                        Some(TestMock::Result(result, _)) => Outcome::Succeeded(result.clone()),
                        Some(TestMock::Fault(fault)) => Outcome::Failed(fault.clone()),
                        None => continue,
                    };
                    let step = self.execution.advance(Signal::Answer {
                        call: call.id,
                        outcome,
                        now,
                    });
                    self.stages.extend(step.stages);
                }
            }
        }
        self.answer()
    }

    /// A Map or Parallel does not run its states; the mock is what they came to.
    fn begin_container(&mut self) {
        let configuration = &self.test.configuration;
        let failures = configuration
            .map_iteration_failure_count
            .unwrap_or_default();
        let reader_data = configuration.map_item_reader_data.as_deref();
        let mock = match &self.test.mock {
            Some(TestMock::Result(result, _)) => Ok(result.clone()),
            Some(TestMock::Fault(fault)) => Err(fault.clone()),
            None => Ok(Value::Null),
        };
        let stages = self
            .execution
            .mock_container(self.state, mock, failures, reader_data);
        self.stages.extend(stages);
    }

    fn answer(&self) -> StateTestAnswer {
        let mut answer = StateTestAnswer {
            status: TestStatus::Succeeded,
            output: None,
            error: None,
            cause: None,
            next_state: None,
            inspection: self.inspection(),
            error_details: None,
        };
        if let Some(trouble) = &self.trouble {
            answer.error.clone_from(&trouble.error);
            answer.cause.clone_from(&trouble.cause);
            answer.error_details = self.error_details(trouble);
        }
        if let Some((next, output)) = self.execution.moved_on_to() {
            answer.output = Some(output);
            answer.next_state = Some(next);
            if self.trouble.is_some() {
                answer.status = TestStatus::CaughtError;
            }
        } else if matches!(self.execution.root_stand(), Some(Stand::BackOff(_))) {
            answer.status = TestStatus::Retriable;
        } else if let Some(ended) = self.execution.ended() {
            answer.output.clone_from(&ended.output);
            if self.trouble.is_some() {
                answer.status = TestStatus::Failed;
            }
        }
        answer
    }

    fn error_details(&self, trouble: &Trouble) -> Option<ErrorDetails> {
        let retry = self
            .state
            .retry
            .iter()
            .position(|retrier| matches(&retrier.errors, trouble, self.state));
        let waits = matches!(self.execution.root_stand(), Some(Stand::BackOff(_)));
        let caught = self.execution.moved_on_to().is_some();
        let details = ErrorDetails {
            retry_index: retry.filter(|_| !caught),
            retry_backoff_seconds: waits
                .then(|| self.execution.next_timer())
                .flatten()
                .map(|at| (at - self.execution.now()) / 1_000),
            catch_index: caught
                .then(|| {
                    self.state
                        .catch
                        .iter()
                        .position(|catcher| matches(&catcher.errors, trouble, self.state))
                })
                .flatten(),
        };
        (details != ErrorDetails::default()).then_some(details)
    }

    /// The stages AWS shows for the state's type.
    fn inspection(&self) -> BTreeMap<&'static str, Value> {
        let mut data = BTreeMap::new();
        for stage in &self.stages {
            if shows(self.state, stage.kind) {
                data.insert(stage.kind.name(), stage.value.clone());
            }
        }
        if !self.test.variables.is_empty() {
            let variables = self.test.variables.iter().cloned();
            data.insert(StageKind::Variables.name(), Value::object(variables));
        }
        data
    }
}

fn shows(state: &StateProgram, stage: StageKind) -> bool {
    match state.kind {
        StateKind::Parallel => matches!(
            stage,
            StageKind::Input | StageKind::AfterResultSelector | StageKind::AfterResultPath
        ),
        StateKind::Map => {
            !matches!(stage, StageKind::Result)
                && (state.language == QueryLanguage::JsonPath
                    || !matches!(stage, StageKind::AfterItemsPath))
        }
        StateKind::Task
        | StateKind::Pass
        | StateKind::Choice
        | StateKind::Wait
        | StateKind::Succeed
        | StateKind::Fail => true,
    }
}
