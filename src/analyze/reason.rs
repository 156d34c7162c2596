//! Why a run failed, in words for somebody who has not read the specification.

use crate::analyze::nearest;
use crate::asl::Fix;
use crate::asl::Machine;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::engine::Ended;
use crate::engine::Status;
use crate::query::Value;
use crate::syntax::NodeId;
use crate::syntax::Pointer;
use crate::syntax::Tree;
use crate::text::TextEdit;
use crate::trace::MapRun;
use crate::trace::Trace;
use crate::trace::Visit;
use crate::trace::is_unanswered;

/// A failure explained.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The state to look at.
    pub state: Option<StatePath>,
    /// The state's name, or "The workflow".
    pub what: String,
    /// The error's name.
    pub error: Option<String>,
    /// One sentence in plain words.
    pub why: String,
    /// The cause as the service gives it, where it says more.
    pub cause: Option<String>,
    /// The field to blame in the definition.
    pub field: Option<Pointer>,
    pub fix: Option<Fix>,
}

/// Explains how a run ended; nothing for one that succeeded.
pub fn reason(tree: &Tree, machine: &Machine, trace: &Trace, ended: &Ended) -> Option<Reason> {
    if ended.status == Status::Succeeded {
        return None;
    }
    let origin = ended.fault.as_ref().and_then(|fault| fault.origin.as_ref());
    let visit = trace.failed_visit.and_then(|index| trace.visit(index));
    let state = visit
        .map(|visit| visit.state.clone())
        .or_else(|| origin.map(|origin| origin.state.clone()));
    let error = ended.error.as_deref().map(str::to_owned);
    let cause = ended.cause.as_deref().map(str::to_owned);
    let field = origin
        .filter(|origin| !origin.field.is_empty())
        .map(|origin| {
            let pointer = format!("{}{}", origin.state, origin.field);
            Pointer::parse(&pointer)
        });
    let mut reason = Reason {
        what: state
            .as_ref()
            .map_or_else(|| "The workflow".to_owned(), StatePath::name),
        state,
        error: error.clone(),
        why: String::new(),
        cause: cause.clone(),
        field,
        fix: None,
    };
    let text = cause.as_deref().unwrap_or_default();
    let missing = visit.and_then(|visit| missing_value(visit, text));
    if let Some(missing) = missing {
        reason.why = missing.words();
        reason.fix = missing.fix(tree, reason.state.as_ref(), reason.field.as_ref());
    } else {
        reason.why = by_error(machine, visit, ended, text);
    }
    if let Some(inner) = visit.filter(|visit| visit.child.is_some()) {
        tell_child(&mut reason, trace, inner);
    }
    Some(reason)
}

/// A Map Run failed of what happened in its child executions: tells how many, and of what the one shown.
fn tell_child(reason: &mut Reason, trace: &Trace, inner: &Visit) {
    let run = inner.child.as_ref().and_then(|child| {
        let of = |run: &&MapRun| run.arn == child.map_run_arn;
        trace.map_runs.iter().rfind(of)
    });
    let Some(run) = run else { return };
    let badly = |status| matches!(status, Some(Status::Failed | Status::TimedOut));
    let failed = run.children.values().filter(|child| badly(child.status));
    let (failed, all) = (failed.count(), run.children.len());
    let what = match (&inner.error, &inner.cause) {
        (Some(error), Some(cause)) => format!(" with `{error}`: {cause}"),
        (Some(error), None) => format!(" with `{error}`"),
        (None, _) => String::new(),
    };
    reason.why = format!(
        "{}: {failed} of {all} child executions so far; {} failed{what}",
        reason.why, inner.name
    );
    let mut outer = Some(inner);
    while let Some(visit) = outer.filter(|visit| visit.child.is_some()) {
        outer = visit.parent.and_then(|parent| trace.visit(parent));
    }
    if let Some(map) = outer {
        reason.what.clone_from(&map.name);
    }
}

/// A path that leads nowhere in the data.
struct Missing {
    /// As written, up to the name that is missing.
    path: String,
    name: String,
    nearest: Option<String>,
    /// What the data has instead.
    others: Vec<String>,
}

impl Missing {
    fn words(&self) -> String {
        match (&self.nearest, self.others.as_slice()) {
            (Some(nearest), _) => {
                format!(
                    "`{}` is not in the input; the nearest key is `{nearest}`",
                    self.path
                )
            }
            (None, []) => format!("`{}` is not in the input", self.path),
            (None, others) => format!(
                "`{}` is not in the input; there it has {}",
                self.path,
                others
                    .iter()
                    .map(|name| format!("`{name}`"))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        }
    }

    /// Replaces the misspelt name in the one field that holds it.
    fn fix(&self, tree: &Tree, state: Option<&StatePath>, field: Option<&Pointer>) -> Option<Fix> {
        let nearest = self.nearest.as_ref()?;
        let within = field
            .and_then(|pointer| tree.at(pointer))
            .or_else(|| tree.at(&state?.pointer()))?;
        let mut holders = Vec::new();
        strings_with(tree, within, &self.path, &mut holders);
        let [holder] = holders.as_slice() else {
            return None;
        };
        let content = tree.content_span(*holder);
        let at = content.start + tree.str(*holder)?.find(&self.path)?;
        let start = at + self.path.len().checked_sub(self.name.len())?;
        let span = crate::text::Span::new(start, start + self.name.len());
        Some(Fix {
            label: format!("Change to {nearest}"),
            edit: TextEdit::replace(span, nearest.clone()),
        })
    }
}

/// Strings without escapes that hold a text, below a node.
fn strings_with(tree: &Tree, node: NodeId, needle: &str, found: &mut Vec<NodeId>) {
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if let Some(text) = tree.str(node)
            && text.contains(needle)
            && text.len() == tree.content_span(node).len()
        {
            found.push(node);
        }
        open.extend(tree.items(node));
        open.extend(tree.members(node).iter().map(|member| member.value));
    }
}

/// Looks for a path of the failure's text, or of the expression it quotes, that the input does not have.
fn missing_value(visit: &Visit, cause: &str) -> Option<Missing> {
    let not_found = [
        "could not be found",
        "Invalid path",
        "returned nothing",
        "does not reference",
    ];
    if !not_found.iter().any(|words| cause.contains(words)) {
        return None;
    }
    let quoted = cause.split('\'').skip(1).step_by(2);
    quoted
        .flat_map(paths_in)
        .find_map(|path| first_missing(&visit.input, &path))
}

/// The plain paths of an expression: `$.a.b` and `$states.input.a.b`.
fn paths_in(expression: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let mut rest = expression;
    while let Some(at) = rest.find('$') {
        let tail = rest.get(at..).unwrap_or_default();
        let end = tail
            .char_indices()
            .skip(1)
            .find(|(_, c)| !(c.is_alphanumeric() || "._-".contains(*c)))
            .map_or(tail.len(), |(end, _)| end);
        let path = tail
            .get(..end)
            .unwrap_or_default()
            .trim_end_matches(['.', '-']);
        if path.starts_with("$.") || path.starts_with("$states.input.") {
            paths.push(path.to_owned());
        }
        rest = tail.get(end.max(1)..).unwrap_or_default();
    }
    paths
}

fn first_missing(input: &Value, path: &str) -> Option<Missing> {
    let root = if path.starts_with("$states.input") {
        "$states.input"
    } else {
        "$"
    };
    let mut value = input;
    let mut walked = root.to_owned();
    for name in path.strip_prefix(root)?.split('.').skip(1) {
        walked = format!("{walked}.{name}");
        match value.get(name) {
            Some(next) => value = next,
            None => {
                let keys: Vec<&str> = value
                    .as_object()
                    .map(|members| members.keys().map(AsRef::as_ref).collect())
                    .unwrap_or_default();
                return Some(Missing {
                    nearest: nearest(name, keys.iter().copied()).map(str::to_owned),
                    others: keys.iter().take(6).map(|key| (*key).to_owned()).collect(),
                    name: name.to_owned(),
                    path: walked,
                });
            }
        }
    }
    None
}

fn by_error(machine: &Machine, visit: Option<&Visit>, ended: &Ended, cause: &str) -> String {
    let error = ended.error.as_deref().unwrap_or_default();
    let kind = visit.map(|visit| visit.kind);
    if ended.status == Status::Aborted {
        return "The run was stopped before it came to an end".into();
    }
    if ended.status == Status::TimedOut {
        return "The workflow took longer than its TimeoutSeconds allows".into();
    }
    if kind == Some(StateKind::Fail) {
        return "The workflow came to this Fail state, which ends it as failed".into();
    }
    let known = match error {
        "States.NoChoiceMatched" => {
            Some("No rule of this Choice matches the input, and it has no Default")
        }
        "States.Timeout" | "States.HeartbeatTimeout" => {
            Some("The task did not answer within the time its state allows")
        }
        "States.DataLimitExceeded" => {
            Some("The data is larger than the 256 KiB a state may hand on")
        }
        "States.BranchFailed" => Some("A branch failed, and with it the whole Parallel state"),
        "States.ExceedToleratedFailureThreshold" => {
            Some("More iterations failed than the Map tolerates")
        }
        "States.ResultPathMatchFailure" => {
            Some("ResultPath points to a place the input cannot hold")
        }
        "States.ParameterPathFailure" => Some("A path in Parameters leads to nothing in the input"),
        "States.IntrinsicFailure" => {
            Some("A States function could not work with what it was given")
        }
        "States.Permissions" => Some("The role of the workflow may not call this service"),
        "States.ItemReaderFailed" => Some("The items of the Map could not be read"),
        _ => None,
    };
    if let Some(words) = known {
        return words.into();
    }
    if is_unanswered(cause) {
        // What a backend says follows the name of the state; a missing mock has its resource there.
        let said = cause
            .split_once("\": ")
            .filter(|(before, _)| !before.contains('('));
        return match said {
            Some((_, words)) => format!("Nothing answers this task: {words}"),
            None => "Nothing answers this task: there is no mock for this call".to_owned(),
        };
    }
    if error == "States.QueryEvaluationError" {
        return jsonata_words(cause);
    }
    if error == "States.Runtime" {
        return "The definition asks for something this input cannot give".into();
    }
    let handled = visit
        .and_then(|visit| machine.find(&visit.state))
        .is_some_and(|state| {
            state
                .transitions
                .iter()
                .any(|transition| matches!(transition.kind, crate::asl::TransitionKind::Catch(_)))
        });
    let answer = match error_message(cause) {
        Some(message) => format!("{error} ({message})"),
        None => error.to_owned(),
    };
    match (kind, handled) {
        (Some(StateKind::Task), false) => {
            format!("The task answered with {answer}, and no Catch of this state handles it")
        }
        (Some(StateKind::Task), true) => {
            format!("The task answered with {answer}, which none of its Catch entries names")
        }
        _ => format!("It ended with {error}"),
    }
}

/// What a Lambda function says of its error: its cause is JSON with an `errorMessage`.
fn error_message(cause: &str) -> Option<String> {
    let cause = Value::parse(cause).ok()?;
    let message = cause.get("errorMessage")?.as_str()?;
    Some(message.to_owned())
}

/// The commonest JSONata errors by their code.
fn jsonata_words(cause: &str) -> String {
    let words = [
        (
            "returned nothing",
            "The expression finds nothing in this input, where a value is needed",
        ),
        (
            "unexpected result type",
            "The expression gives a value of another type than this field takes",
        ),
        (
            "unsupported result type",
            "The expression gives a function, which cannot be handed on",
        ),
        (
            "T1006",
            "The expression calls something that is not a function; the name may be misspelt",
        ),
        (
            "T2001",
            "The left side of an arithmetic sign is not a number",
        ),
        (
            "T2002",
            "The right side of an arithmetic sign is not a number",
        ),
        ("T2009", "Two values of different types are compared"),
        ("T2010", "Only numbers and texts can be compared by size"),
        (
            "T0410",
            "A function was given an argument of a type it does not take",
        ),
        (
            "D3030",
            "A text was to become a number but does not look like one",
        ),
        ("D3137", "The expression itself raised an error by $error"),
    ];
    words
        .into_iter()
        .find(|(sign, _)| cause.contains(sign))
        .map_or(
            "The JSONata expression could not be evaluated",
            |(_, words)| words,
        )
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_path_is_traced_to_the_first_missing_name() {
        let input = Value::parse(r#"{"order":{"items":[1],"id":7}}"#).unwrap();
        let missing = first_missing(&input, "$.order.itms.size").unwrap();
        assert_eq!(
            missing.words(),
            "`$.order.itms` is not in the input; the nearest key is `items`"
        );
        assert!(first_missing(&input, "$.order.id").is_none());
        assert_eq!(
            paths_in("$states.input.order.total * $sum($.a-b) & $x"),
            ["$states.input.order.total", "$.a-b"]
        );
    }
}
