//! A compiled machine: every path, intrinsic and expression parsed, every target found.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::QueryLanguage;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::engine::choice::ChoiceRule;
use crate::engine::measure::Measure;
use crate::engine::retry::Catcher;
use crate::engine::retry::Retrier;
use crate::engine::template::Assignment;
use crate::engine::template::Template;
use crate::query::Value;
use crate::query::jsonpath::Path;

/// The two types of a state machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ExecutionKind {
    #[default]
    Standard,
    Express,
}

/// What compiling needs to know beside the definition.
#[derive(Clone, Debug)]
pub struct CompileOptions {
    /// The machine's name, part of its ARN.
    pub name: String,
    pub kind: ExecutionKind,
    /// Values of `${Name}` placeholders, put in wherever one stands inside a string or in place of a value.
    pub params: BTreeMap<String, String>,
    /// Twelve digits.
    pub account: String,
    pub region: String,
}

/// A machine that can be executed, by any number of executions at once.
#[derive(Debug)]
pub struct Program {
    pub name: Arc<str>,
    pub kind: ExecutionKind,
    pub account: Arc<str>,
    pub region: Arc<str>,
    /// `TimeoutSeconds` of the machine.
    pub timeout_seconds: Option<i64>,
    pub(crate) states: Vec<StateProgram>,
    /// The first state of each scope; the outermost scope comes first.
    pub(crate) scopes: Vec<StateIndex>,
}

/// The number of a state within its program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct StateIndex(pub u32);

/// The number of a scope within its program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ScopeIndex(pub u32);

/// One state, ready to run.
#[derive(Debug)]
pub(crate) struct StateProgram {
    pub path: StatePath,
    pub name: Arc<str>,
    pub kind: StateKind,
    pub language: QueryLanguage,
    pub next: Next,
    pub input_path: Selection,
    pub output_path: Selection,
    /// `Parameters` of JSONPath, `Arguments` of JSONata.
    pub arguments: Option<Template>,
    pub result_selector: Option<Template>,
    pub result_path: Placement,
    /// `Output` of JSONata.
    pub output: Option<Template>,
    pub assign: Vec<Assignment>,
    pub retry: Vec<Retrier>,
    pub catch: Vec<Catcher>,
    pub work: Work,
}

/// Where a state goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    State(StateIndex),
    End,
}

/// `InputPath` or `OutputPath`.
#[derive(Clone, Debug)]
pub(crate) enum Selection {
    /// Absent or `$`.
    Whole,
    /// `null`: an empty object.
    Nothing,
    Path(Path),
}

/// `ResultPath`.
#[derive(Clone, Debug)]
pub(crate) enum Placement {
    /// Absent or `$`: the result replaces the input.
    Whole,
    /// `null`: the result is dropped.
    Discard,
    At(Path),
}

/// What a state does between its input and its output.
#[derive(Debug)]
pub(crate) enum Work {
    Pass {
        result: Option<(Value, Measure)>,
    },
    Task(Box<TaskWork>),
    Choice {
        rules: Vec<ChoiceRule>,
        default: Option<StateIndex>,
    },
    Wait(WaitWork),
    Succeed,
    Fail {
        error: Quantity,
        cause: Quantity,
    },
    Parallel {
        branches: Vec<ScopeIndex>,
    },
    Map(Box<MapWork>),
}

#[derive(Debug)]
pub(crate) struct TaskWork {
    pub resource: Arc<str>,
    pub service: Service,
    pub timeout: Quantity,
    pub heartbeat: Quantity,
    /// `RoleArn` of `Credentials`.
    pub role: Option<Template>,
}

/// Which family of events a Task writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// The ARN of a Lambda function.
    Lambda,
    Activity,
    /// `arn:aws:states:::lambda:invoke`: service `lambda`, action `invoke`.
    Integration {
        resource_type: Arc<str>,
        resource: Arc<str>,
    },
}

/// A scalar field that may be a literal, a path (`…Path`) or an expression.
#[derive(Clone, Debug)]
pub(crate) enum Quantity {
    Absent,
    Literal(Value),
    /// A reference path from the `…Path` field of this name.
    Path {
        path: Path,
        field: Arc<str>,
    },
    /// A template: an intrinsic or a JSONata expression.
    Template(Arc<Template>),
}

#[derive(Debug)]
pub(crate) enum WaitWork {
    Seconds(Quantity),
    Timestamp(Quantity),
}

#[derive(Debug)]
pub(crate) struct MapWork {
    pub processor: ScopeIndex,
    /// `ItemsPath`; JSONPath only.
    pub items_path: Selection,
    /// `Items`; JSONata only.
    pub items: Option<Template>,
    /// `ItemSelector`, or `Parameters` of the older form.
    pub selector: Option<Template>,
    pub max_concurrency: Quantity,
    pub tolerated_count: Quantity,
    pub tolerated_percentage: Quantity,
    /// Present where the mode is DISTRIBUTED.
    pub distributed: Option<DistributedWork>,
}

#[derive(Debug)]
pub(crate) struct DistributedWork {
    pub label: Option<Arc<str>>,
    /// `ExecutionType` of the child executions.
    pub kind: ExecutionKind,
    pub reader: Option<ReaderWork>,
    pub batcher: Option<BatcherWork>,
    pub writer: Option<WriterWork>,
}

#[derive(Debug)]
pub(crate) struct ReaderWork {
    pub resource: Arc<str>,
    pub arguments: Option<Template>,
    pub input_type: Quantity,
    pub header_location: Option<Arc<str>>,
    pub headers: Vec<Arc<str>>,
    pub delimiter: Option<Arc<str>>,
    pub max_items: Quantity,
    pub items_pointer: Option<Arc<str>>,
    pub manifest_type: Option<Arc<str>>,
    /// `Transformation` `LOAD_AND_FLATTEN`: the listed objects are read, not only named.
    pub loads: bool,
}

#[derive(Debug)]
pub(crate) struct BatcherWork {
    pub max_items: Quantity,
    pub max_bytes: Quantity,
    pub input: Option<Template>,
}

#[derive(Debug)]
pub(crate) struct WriterWork {
    /// Absent where the results are only shaped, not written.
    pub resource: Option<Arc<str>>,
    pub arguments: Option<Template>,
    pub transformation: Option<Transformation>,
    /// `OutputType` `JSONL`.
    pub lines: bool,
}

/// `Transformation` of `WriterConfig`: what is told of each child execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transformation {
    /// The output with everything known about the execution.
    Whole,
    /// The output.
    Compact,
    /// The output, arrays item by item.
    Flatten,
}

impl Default for CompileOptions {
    fn default() -> CompileOptions {
        CompileOptions {
            name: "machine".to_owned(),
            kind: ExecutionKind::Standard,
            params: BTreeMap::new(),
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
        }
    }
}

impl ExecutionKind {
    pub fn parse(text: &str) -> Option<ExecutionKind> {
        match text {
            "STANDARD" => Some(ExecutionKind::Standard),
            "EXPRESS" => Some(ExecutionKind::Express),
            _ => None,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            ExecutionKind::Standard => "STANDARD",
            ExecutionKind::Express => "EXPRESS",
        }
    }
}

impl Program {
    /// The paths of all states, in the order of the definition.
    pub fn state_paths(&self) -> impl Iterator<Item = &StatePath> {
        self.states.iter().map(|state| &state.path)
    }

    /// ARN of the state machine.
    pub fn machine_arn(&self) -> String {
        self.arn("stateMachine", &self.name)
    }

    /// ARN of an execution of this name. Executions of Express workflows carry an id of their start besides.
    pub fn execution_arn(&self, name: &str) -> String {
        self.child_arn(&self.name, self.kind, name)
    }

    /// ARN of an execution of a state machine called `machine` here; child executions of a distributed Map
    /// have `NAME/LABEL` there.
    pub(crate) fn child_arn(&self, machine: &str, kind: ExecutionKind, name: &str) -> String {
        match kind {
            ExecutionKind::Standard => self.arn("execution", &format!("{machine}:{name}")),
            ExecutionKind::Express => self.arn("express", &format!("{machine}:{name}:{name}")),
        }
    }

    /// An ARN of Step Functions in this account and region.
    pub(crate) fn arn(&self, resource: &str, name: &str) -> String {
        format!(
            "arn:aws:states:{}:{}:{resource}:{name}",
            self.region, self.account
        )
    }

    pub(crate) fn state(&self, index: StateIndex) -> Option<&StateProgram> {
        self.states.get(index.0 as usize)
    }

    pub(crate) fn scope_start(&self, index: ScopeIndex) -> Option<StateIndex> {
        self.scopes.get(index.0 as usize).copied()
    }

    pub(crate) fn find(&self, path: &StatePath) -> Option<StateIndex> {
        self.states
            .iter()
            .position(|state| state.path == *path)
            .map(|index| StateIndex(index as u32))
    }
}

impl Transformation {
    pub fn parse(name: &str) -> Option<Transformation> {
        match name {
            "NONE" => Some(Transformation::Whole),
            "COMPACT" => Some(Transformation::Compact),
            "FLATTEN" => Some(Transformation::Flatten),
            _ => None,
        }
    }
}

impl Quantity {
    pub fn is_absent(&self) -> bool {
        matches!(self, Quantity::Absent)
    }
}

impl Service {
    /// Tells by the ARN who answers a Task.
    pub fn of(resource: &str) -> Service {
        let parts: Vec<&str> = resource.splitn(7, ':').collect();
        match parts.as_slice() {
            [_, _, "lambda", ..] => Service::Lambda,
            [_, _, "states", _, _, "activity", ..] => Service::Activity,
            [_, _, "states", _, _, first, rest] => {
                let (kind, action) = match rest.split_once(':') {
                    Some((service, action)) if *first == "aws-sdk" => {
                        (format!("{first}:{service}"), action)
                    }
                    _ => ((*first).to_owned(), *rest),
                };
                Service::Integration {
                    resource_type: Arc::from(kind),
                    resource: Arc::from(action),
                }
            }
            _ => Service::Lambda,
        }
    }

    /// The Task has a token: `.waitForTaskToken` and activities.
    pub fn has_token(&self) -> bool {
        match self {
            Service::Integration { resource, .. } => resource.ends_with(".waitForTaskToken"),
            Service::Activity => true,
            Service::Lambda => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_tell_service_and_action() {
        let integration = |kind: &str, action: &str| Service::Integration {
            resource_type: Arc::from(kind),
            resource: Arc::from(action),
        };
        assert_eq!(
            Service::of("arn:aws:states:::sqs:sendMessage.waitForTaskToken"),
            integration("sqs", "sendMessage.waitForTaskToken")
        );
        assert_eq!(
            Service::of("arn:aws:states:::aws-sdk:dynamodb:getItem"),
            integration("aws-sdk:dynamodb", "getItem")
        );
        assert_eq!(
            Service::of("arn:aws:states:::states:startExecution.sync:2"),
            integration("states", "startExecution.sync:2")
        );
        assert_eq!(
            Service::of("arn:aws:lambda:eu-west-1:123456789012:function:f"),
            Service::Lambda
        );
        assert_eq!(
            Service::of("arn:aws:states:eu-west-1:123456789012:activity:a"),
            Service::Activity
        );
    }
}
