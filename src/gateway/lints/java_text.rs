//! `API_JAVA_TEXT`: an object that is printed by itself comes out as Java writes a map, `{a=1, b=x}`, which is no JSON.
//!
//! Only what the template can be seen to print so is reported: all of what `$input.path` or `$util.parseJson` found, and
//! members of it that the template prints as a value of their own, outside quotation marks. What Step Functions always
//! answers with a text or a number, as the `output` of an execution, is no such member.

use crate::asl::Severity;
use crate::gateway::StatesAction;
use crate::gateway::lints::EdgeFinding;
use crate::gateway::lints::edge::Edge;
use crate::gateway::lints::template::Parts;
use crate::gateway::lints::template::input_path;
use crate::gateway::lints::template::only_reference;
use crate::gateway::lints::template::parts;
use crate::gateway::vtl::ast::ExpressionKind;
use crate::gateway::vtl::ast::Reference;
use crate::gateway::vtl::ast::Step;
use crate::text::Span;
use crate::text::TextEdit;

const CODE: &str = "API_JAVA_TEXT";

/// Where an object of a template comes from.
enum Source<'a> {
    /// `$input.path('PATH')`, or the same parsed again: `$util.parseJson($input.json('PATH'))`.
    Path(&'a str),
    /// `$util.parseJson($input.path('PATH'))`: JSON in a text.
    Parsed(Option<&'a str>),
}

pub(crate) fn check(edge: &Edge<'_>, found: &mut Vec<EdgeFinding>) {
    let requests = edge.integration.request_templates.values();
    let requests = requests.map(|source| (source, None));
    let responses = edge
        .integration
        .responses
        .iter()
        .flat_map(|response| response.templates.values())
        .map(|source| (source, edge.action));
    for (source, answered_by) in requests.chain(responses) {
        let Some(written) = edge.written(source) else {
            continue;
        };
        let parts = parts(&written.template);
        for reference in &parts.printed {
            let Some((origin, rest)) = origin_of(&parts, reference) else {
                continue;
            };
            let whole = rest.is_empty();
            let members: Option<Vec<&str>> = rest
                .iter()
                .map(|step| match step {
                    Step::Member { name, .. } => Some(name.as_ref()),
                    Step::Method { .. } | Step::Index { .. } => None,
                })
                .collect();
            let Some(members) = members else {
                continue;
            };
            if is_scalar(answered_by, &origin, &members) {
                continue;
            }
            let alone = stands_alone(&written.text, reference.span);
            if !alone
                || !(whole && is_object(&origin)
                    || !whole && is_json_place(&written.text, reference.span))
            {
                continue;
            }
            let name = reference.span.of(&written.text);
            let severity = if whole {
                Severity::Warning
            } else {
                Severity::Info
            };
            let message = match whole {
                true => format!(
                    "{name} is an object, and printing it writes Java's text {{a=1, b=x}} instead of JSON"
                ),
                false => format!(
                    "if {name} is an object, printing it writes Java's text {{a=1, b=x}} instead of JSON"
                ),
            };
            let (fix, hint) = mend(&origin, &members, reference.span);
            let mut finding = written.finding(CODE, severity, reference.span, message, fix);
            finding.diagnostic.hints.push(hint);
            found.push(finding);
        }
    }
}

fn mend<'a>(
    origin: &Source<'_>,
    members: &[&str],
    span: Span,
) -> (Option<(&'a str, TextEdit)>, String) {
    let path = |path: &str| {
        members
            .iter()
            .fold(path.to_owned(), |path, member| format!("{path}.{member}"))
    };
    match origin {
        Source::Path(base) => {
            let insert = format!("$input.json('{}')", path(base));
            let hint = format!("{insert} writes JSON");
            (Some(("Write it as JSON", TextEdit::replace(span, insert))), hint)
        }
        Source::Parsed(Some(base)) if members.is_empty() => {
            let insert = format!("$input.path('{base}')");
            let hint = format!("{insert} is JSON text already; parsing it is only needed to look inside");
            (Some(("Print the JSON text as it came", TextEdit::replace(span, insert))), hint)
        }
        Source::Parsed(_) => (
            None,
            "API Gateway has nothing that writes a parsed object as JSON: let the workflow hand this member out as JSON text, with States.JsonToString or $string, and print that".to_owned(),
        ),
    }
}

/// What a printed reference begins with, and the steps behind that.
fn origin_of<'a>(parts: &Parts<'a>, reference: &'a Reference) -> Option<(Source<'a>, &'a [Step])> {
    if let Some(found) = direct(reference) {
        return Some(found);
    }
    let value = parts
        .assigned
        .iter()
        .rev()
        .find(|(target, _)| target.root == reference.root && target.steps.is_empty())
        .map(|(_, value)| *value)?;
    let assigned = match &value.kind {
        ExpressionKind::Reference(_) => only_reference(value)?,
        _ => return None,
    };
    match direct(assigned)? {
        (source, []) => Some((source, reference.steps.as_slice())),
        _ => None,
    }
}

fn direct(reference: &Reference) -> Option<(Source<'_>, &[Step])> {
    if let Some((path, rest)) = input_path(reference, "path") {
        return Some((Source::Path(path), rest));
    }
    if reference.root.as_ref() != "util" {
        return None;
    }
    let (first, rest) = reference.steps.split_first()?;
    match first {
        Step::Method {
            name, arguments, ..
        } if name.as_ref() == "parseJson" => {
            let inner = arguments.first().and_then(only_reference);
            let source = match inner.and_then(document) {
                Some(path) => Source::Path(path),
                None => Source::Parsed(
                    inner
                        .and_then(|inner| input_path(inner, "path"))
                        .map(|(path, _)| path),
                ),
            };
            Some((source, rest))
        }
        Step::Method { .. } | Step::Member { .. } | Step::Index { .. } => None,
    }
}

/// The place in the body whose JSON a reference is: `$input.json('PATH')`, or all of it, `$input.body`.
fn document(reference: &Reference) -> Option<&str> {
    match reference.steps.as_slice() {
        [Step::Member { name, .. }] if reference.root.as_ref() == "input" => {
            (name.as_ref() == "body").then_some("$")
        }
        _ => match input_path(reference, "json")? {
            (path, []) => Some(path),
            _ => None,
        },
    }
}

/// Whether this is, or lies in, a member that an action of Step Functions answers with a text or a number.
fn is_scalar(action: Option<StatesAction>, source: &Source<'_>, members: &[&str]) -> bool {
    let (Some(action), Source::Path(path)) = (action, source) else {
        return false;
    };
    let first = match path.strip_prefix('$').unwrap_or(path) {
        "" => members.first().copied(),
        inner => inner
            .trim_start_matches(['.', '[', '\'', '"'])
            .split(['.', '[', ']', '\'', '"'])
            .next(),
    };
    first.is_some_and(|name| scalars(action).contains(&name))
}

/// Members of an answer that are no objects.
const fn scalars(action: StatesAction) -> &'static [&'static str] {
    match action {
        StatesAction::StartSyncExecution => &[
            "executionArn",
            "stateMachineArn",
            "name",
            "startDate",
            "stopDate",
            "status",
            "error",
            "cause",
            "input",
            "output",
            "traceHeader",
        ],
        StatesAction::StartExecution => &["executionArn", "startDate"],
        StatesAction::StopExecution => &["stopDate"],
        StatesAction::DescribeExecution => &[
            "executionArn",
            "stateMachineArn",
            "stateMachineVersionArn",
            "stateMachineAliasArn",
            "mapRunArn",
            "name",
            "status",
            "startDate",
            "stopDate",
            "input",
            "output",
            "error",
            "cause",
            "traceHeader",
            "redriveCount",
            "redriveDate",
            "redriveStatus",
            "redriveStatusReason",
        ],
    }
}

/// All of the input, or of a parsed text, is an object as a rule.
fn is_object(source: &Source<'_>) -> bool {
    match source {
        Source::Path(path) => *path == "$",
        Source::Parsed(_) => true,
    }
}

/// No quotation mark stands before and behind it.
fn stands_alone(text: &str, span: Span) -> bool {
    let before = text.get(..span.start).unwrap_or_default().trim_end();
    let behind = text.get(span.end..).unwrap_or_default().trim_start();
    !before.ends_with(['"', '\\', '\'']) && !behind.starts_with(['"', '\''])
}

/// It is all that the template prints, or the value of a member called as objects are.
fn is_json_place(text: &str, span: Span) -> bool {
    let before = text.get(..span.start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default().trim();
    let printed: String = before
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect();
    if line.is_empty() && printed.is_empty() {
        return true;
    }
    let key = before
        .trim_end()
        .strip_suffix(':')
        .map(|before| before.trim_end().trim_end_matches('"'));
    let key = key
        .and_then(|before| before.rsplit('"').next())
        .unwrap_or_default();
    matches!(
        key,
        "body"
            | "data"
            | "detail"
            | "details"
            | "item"
            | "items"
            | "output"
            | "payload"
            | "result"
            | "response"
    )
}
