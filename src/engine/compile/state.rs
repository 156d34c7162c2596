//! The states, each by its type.

use crate::asl::QueryLanguage;
use crate::asl::State;
use crate::asl::StateKind;
use crate::asl::resource;
use crate::asl::resource::Pattern;
use crate::engine::ExecutionKind;
use crate::engine::compile::source::Source;
use crate::engine::measure::Measure;
use crate::engine::program::Next;
use crate::engine::program::Placement;
use crate::engine::program::Quantity;
use crate::engine::program::ScopeIndex;
use crate::engine::program::Selection;
use crate::engine::program::Service;
use crate::engine::program::StateProgram;
use crate::engine::program::TaskWork;
use crate::engine::program::WaitWork;
use crate::engine::program::Work;
use crate::engine::template::Template;
use crate::query::Value;
use crate::syntax::NodeId;

pub(crate) fn compile(source: &mut Source<'_>, state: &State) -> Option<StateProgram> {
    let node = state.node;
    let Some(kind) = state.kind else {
        let place = source.field(node, "Type").unwrap_or(node);
        source.report(
            place,
            "UNKNOWN_TYPE",
            "The state's Type is missing or unknown",
        );
        return None;
    };
    let language = state.query_language;
    let jsonpath = language == QueryLanguage::JsonPath;
    let next = next(source, state, kind);
    let work = work(source, state, kind)?;
    let takes_result = matches!(
        kind,
        StateKind::Task | StateKind::Map | StateKind::Parallel | StateKind::Pass
    );
    Some(StateProgram {
        path: state.path.clone(),
        name: state.name.clone(),
        kind,
        language,
        next,
        input_path: if jsonpath && kind != StateKind::Fail {
            source.selection(node, "InputPath")
        } else {
            Selection::Whole
        },
        output_path: if jsonpath && kind != StateKind::Fail {
            source.selection(node, "OutputPath")
        } else {
            Selection::Whole
        },
        arguments: match (language, kind) {
            // A Map's Parameters are the older form of ItemSelector.
            (QueryLanguage::JsonPath, StateKind::Map) => None,
            (QueryLanguage::JsonPath, _) if takes_result => {
                source.template(node, "Parameters", language)
            }
            (QueryLanguage::JsonPath, _) => None,
            (QueryLanguage::Jsonata, _) => source.template(node, "Arguments", language),
        },
        result_selector: if jsonpath && takes_result && kind != StateKind::Pass {
            source.template(node, "ResultSelector", language)
        } else {
            None
        },
        result_path: if jsonpath && takes_result {
            source.placement(node)
        } else {
            Placement::Whole
        },
        output: if jsonpath {
            None
        } else {
            source.template(node, "Output", language)
        },
        assign: source.assignments(node, language),
        retry: source.retriers(node),
        catch: source.catchers(state),
        work,
    })
}

fn next(source: &mut Source<'_>, state: &State, kind: StateKind) -> Next {
    if !kind.has_next() {
        return Next::End;
    }
    if source.field(state.node, "Next").is_some() {
        return source
            .target(state, state.node, "Next")
            .map_or(Next::End, Next::State);
    }
    if !state.end {
        source.report(
            state.node,
            "MISSING_FIELD",
            "The state needs Next or \"End\": true",
        );
    }
    Next::End
}

fn work(source: &mut Source<'_>, state: &State, kind: StateKind) -> Option<Work> {
    let node = state.node;
    let language = state.query_language;
    Some(match kind {
        StateKind::Pass => Work::Pass {
            result: match language {
                QueryLanguage::JsonPath => source.value(node, "Result").map(measured),
                QueryLanguage::Jsonata => None,
            },
        },
        StateKind::Succeed => Work::Succeed,
        StateKind::Fail => Work::Fail {
            error: source.quantity(node, "Error", language),
            cause: source.quantity(node, "Cause", language),
        },
        StateKind::Choice => Work::Choice {
            rules: source.rules(state),
            default: source.target(state, node, "Default"),
        },
        StateKind::Wait => Work::Wait(wait(source, node, language)?),
        StateKind::Task => Work::Task(Box::new(task(source, node, language)?)),
        StateKind::Parallel => {
            if state.scopes.is_empty() {
                source.report(node, "MISSING_FIELD", "A Parallel state needs Branches");
            }
            Work::Parallel {
                branches: state.scopes.iter().map(|id| ScopeIndex(id.0)).collect(),
            }
        }
        StateKind::Map => Work::Map(Box::new(source.map(state)?)),
    })
}

fn measured(value: Value) -> (Value, Measure) {
    let measure = Measure::of(&value);
    (value, measure)
}

fn wait(source: &mut Source<'_>, node: NodeId, language: QueryLanguage) -> Option<WaitWork> {
    let seconds = source.quantity(node, "Seconds", language);
    if !seconds.is_absent() {
        if let Quantity::Literal(value) = &seconds
            && value.as_i64().is_none_or(|seconds| seconds < 0)
        {
            let place = source.field(node, "Seconds").unwrap_or(node);
            source.report(
                place,
                "WRONG_TYPE",
                "Seconds must be a whole number that is not negative",
            );
        }
        return Some(WaitWork::Seconds(seconds));
    }
    let timestamp = source.quantity(node, "Timestamp", language);
    if timestamp.is_absent() {
        source.report(
            node,
            "MISSING_FIELD",
            "A Wait state needs Seconds, Timestamp, SecondsPath or TimestampPath",
        );
        return None;
    }
    if let Quantity::Literal(value) = &timestamp
        && value
            .as_str()
            .and_then(crate::engine::instant::parse_millis)
            .is_none()
    {
        let place = source.field(node, "Timestamp").unwrap_or(node);
        source.report(
            place,
            "BAD_TIMESTAMP",
            "Timestamp must be a moment with an offset, such as 2026-01-01T00:00:00Z",
        );
    }
    Some(WaitWork::Timestamp(timestamp))
}

fn task(source: &mut Source<'_>, node: NodeId, language: QueryLanguage) -> Option<TaskWork> {
    if source.field(node, "Resource").is_none() {
        source.report(node, "MISSING_FIELD", "A Task state needs Resource");
        return None;
    }
    let resource = source.text_or_report(node, "Resource")?;
    check_pattern(source, node, &resource);
    let role = source
        .field(node, "Credentials")
        .map(|credentials| source.template_at(credentials, "Credentials", language))
        .and_then(|template| match template {
            Template::Object(members) => members
                .into_iter()
                .find(|(name, _)| name.as_ref() == "RoleArn")
                .map(|(_, role)| role),
            Template::Constant(value, _) => value
                .get("RoleArn")
                .map(|role| Template::constant(role.clone())),
            _ => None,
        });
    Some(TaskWork {
        service: Service::of(&resource),
        resource,
        timeout: source.quantity(node, "TimeoutSeconds", language),
        heartbeat: source.quantity(node, "HeartbeatSeconds", language),
        role,
    })
}

/// AWS takes no definition with a pattern that is not offered, so none runs here either.
fn check_pattern(source: &mut Source<'_>, node: NodeId, resource: &str) {
    let place = source.field(node, "Resource").unwrap_or(node);
    let read = resource::read(resource);
    let pattern = read.pattern.suffix();
    if !read.takes_pattern() {
        let message = format!("{} does not take {pattern}", read.display_name());
        source.report(place, "RESOURCE_PATTERN", message);
    } else if source.options.kind == ExecutionKind::Express
        && read.pattern != Pattern::RequestResponse
    {
        let message = format!("An Express workflow cannot wait: {pattern} is for Standard ones");
        source.report(place, "EXPRESS_PATTERN", message);
    }
}
