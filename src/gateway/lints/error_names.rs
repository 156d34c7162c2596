//! `API_ERROR_NOT_HANDLED`: the workflow can end with an error that no branch of the response template asks for. The
//! client then gets the status of success with an empty or broken body.

use std::collections::BTreeSet;

use crate::asl::Severity;
use crate::gateway::lints::EdgeFinding;
use crate::gateway::lints::edge::Edge;
use crate::gateway::lints::ends::ErrorName;
use crate::gateway::lints::ends::endings;
use crate::gateway::lints::template::Asked;
use crate::gateway::lints::template::Parts;
use crate::gateway::lints::template::end_of_if;
use crate::gateway::lints::template::input_path;
use crate::gateway::lints::template::literal;
use crate::gateway::lints::template::only_reference;
use crate::gateway::lints::template::parts;
use crate::gateway::vtl::ast::Expression;
use crate::gateway::vtl::ast::ExpressionKind;
use crate::gateway::vtl::ast::Node;
use crate::gateway::vtl::ast::Operator;
use crate::gateway::vtl::ast::Reference;
use crate::gateway::vtl::ast::Step;
use crate::text::Span;
use crate::text::TextEdit;

const CODE: &str = "API_ERROR_NOT_HANDLED";

/// What the branches of a template ask about the end of an execution.
#[derive(Debug, Default)]
pub(crate) struct Handled<'a> {
    /// Some branch takes every failure.
    pub all: bool,
    /// Error names that are asked for, or parts of them.
    pub names: BTreeSet<String>,
    /// The reference that is compared with names, as it is written.
    pub reference: Option<String>,
    /// The last `#if` that asks for a name.
    pub last: Option<&'a Asked<'a>>,
}

impl std::fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked").finish_non_exhaustive()
    }
}

pub(crate) fn check(edge: &Edge<'_>, found: &mut Vec<EdgeFinding>) {
    let (true, Some(behind)) = (edge.is_synchronous(), &edge.machine) else {
        return;
    };
    let endings = endings(&behind.tree, &behind.asl);
    for source in edge
        .integration
        .responses
        .iter()
        .flat_map(|response| response.templates.values())
    {
        let Some(written) = edge.written(source) else {
            continue;
        };
        let parts = parts(&written.template);
        let handled = handled(&parts, &written.text);
        let (false, Some(last)) = (handled.all, handled.last) else {
            continue;
        };
        let open: Vec<_> = endings
            .iter()
            .filter(|ending| match &ending.name {
                ErrorName::Exact(name) => !handled
                    .names
                    .iter()
                    .any(|known| !known.is_empty() && name.contains(known.as_str())),
                ErrorName::Of(_) | ErrorName::Unknown => true,
            })
            .collect();
        let Some(first) = open.first() else {
            continue;
        };
        let mut words: Vec<String> = open
            .iter()
            .map(|ending| match &ending.name {
                ErrorName::Exact(name) if name.is_empty() => {
                    format!("a failure without a name from {}", ending.state)
                }
                ErrorName::Exact(name) => format!("{name} from {}", ending.state),
                ErrorName::Of(what) => format!("an error of {what} from {}", ending.state),
                ErrorName::Unknown => format!("an error named at run time from {}", ending.state),
            })
            .collect();
        words.truncate(6);
        let _ = first;
        let span = last
            .branches
            .first()
            .map_or(Span::new(0, 0), |branch| branch.span);
        let message = format!(
            "no branch of the response template asks for {}, so the client of {} gets a success with an empty or broken body",
            words.first().map_or("", String::as_str),
            edge.name()
        );
        let fix = fix(&handled, &written.text, span);
        let mut finding = written.finding(
            CODE,
            Severity::Warning,
            span,
            message,
            fix.map(|edit| ("Add a branch for every other error", edit)),
        );
        if words.len() > 1 {
            finding
                .diagnostic
                .hints
                .push(format!("the workflow can end with {}", words.join("; ")));
        }
        found.push(finding);
    }
}

/// A branch behind the last one, for whatever is none of the names.
fn fix(handled: &Handled<'_>, text: &str, span: Span) -> Option<TextEdit> {
    let end = end_of_if(text, span.start)?;
    let reference = handled.reference.as_ref()?;
    let line = text.get(..span.start)?.rsplit('\n').next()?;
    let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
    let mut condition = format!("\"{reference}\" != \"\"");
    for name in &handled.names {
        condition.push_str(&format!(" && \"{reference}\" != \"{name}\""));
    }
    let insert = format!(
        "\n{indent}#if({condition})\n{indent}  #set($context.responseOverride.status = 500)\n{indent}  \"message\": \"Something went wrong\"\n{indent}#end"
    );
    Some(TextEdit::replace(Span::new(end, end), insert))
}

/// Reads the conditions of a template.
pub(crate) fn handled<'a>(parts: &'a Parts<'a>, text: &str) -> Handled<'a> {
    let mut handled = Handled::default();
    for asked in &parts.asked {
        let mut about_failure = false;
        for branch in asked.branches {
            about_failure |= condition(parts, &branch.condition, text, &mut handled, asked);
        }
        let sets =
            asked.otherwise.is_some_and(sets_status) || about_failure && asked.otherwise.is_some();
        handled.all |= sets;
    }
    handled
}

/// Looks at one condition; whether it is about how the execution ended.
fn condition<'a>(
    parts: &'a Parts<'a>,
    expression: &'a Expression,
    text: &str,
    handled: &mut Handled<'a>,
    asked: &'a Asked<'a>,
) -> bool {
    match &expression.kind {
        ExpressionKind::Not(inner) => condition(parts, inner, text, handled, asked),
        ExpressionKind::Chain { first, rest, .. } => {
            let comparison =
                rest.first()
                    .and_then(|(operator, right)| match (rest.len(), operator) {
                        (1, Operator::Equal | Operator::NotEqual) => Some((*operator, right)),
                        _ => None,
                    });
            if let Some((operator, right)) = comparison {
                let reference = only_reference(first).or_else(|| only_reference(right));
                let word = literal(right).or_else(|| literal(first));
                return match reference.and_then(|reference| about(parts, reference)) {
                    Some("status") => {
                        handled.all = true;
                        true
                    }
                    Some(_) => {
                        match (operator, word) {
                            (Operator::Equal, Some(name)) if !name.is_empty() => {
                                handled.names.insert(name.to_owned());
                                handled.reference =
                                    reference.map(|reference| reference.span.of(text).to_owned());
                                handled.last = Some(asked);
                            }
                            _ => handled.all = true,
                        }
                        true
                    }
                    None => false,
                };
            }
            let mut any = condition(parts, first, text, handled, asked);
            for (_, operand) in rest {
                any |= condition(parts, operand, text, handled, asked);
            }
            any
        }
        ExpressionKind::Reference(reference) => {
            if let Some(word) = contained(reference) {
                let about_error = about(parts, reference).is_some();
                if about_error {
                    handled.names.insert(word.to_owned());
                    handled.last = Some(asked);
                }
                return about_error;
            }
            let known = about(parts, reference).is_some();
            handled.all |= known;
            known
        }
        ExpressionKind::Interpolated { .. } => {
            let known = only_reference(expression)
                .and_then(|reference| about(parts, reference))
                .is_some();
            handled.all |= known;
            known
        }
        ExpressionKind::Text(_)
        | ExpressionKind::Integer(_)
        | ExpressionKind::Float(_)
        | ExpressionKind::Bool(_)
        | ExpressionKind::List(_)
        | ExpressionKind::Map(_)
        | ExpressionKind::Range(..)
        | ExpressionKind::Word(_) => false,
    }
}

/// `….contains("x")`, `….equals("x")` and the like.
fn contained(reference: &Reference) -> Option<&str> {
    match reference.steps.last()? {
        Step::Method {
            name, arguments, ..
        } => {
            let asks = matches!(
                name.as_ref(),
                "contains" | "equals" | "equalsIgnoreCase" | "startsWith" | "endsWith" | "matches"
            );
            asks.then(|| arguments.first().and_then(literal)).flatten()
        }
        Step::Member { .. } | Step::Index { .. } => None,
    }
}

/// Which member of the execution's answer a reference reads: `status`, `error` or `cause`.
fn about<'a>(parts: &Parts<'_>, reference: &'a Reference) -> Option<&'static str> {
    if let Some(found) = named(reference) {
        return Some(found);
    }
    let (_, value) = parts
        .assigned
        .iter()
        .rev()
        .find(|(target, _)| target.root == reference.root && target.steps.is_empty())?;
    let only_calls = reference
        .steps
        .iter()
        .all(|step| matches!(step, Step::Method { .. }));
    if !only_calls {
        return None;
    }
    named(only_reference(value)?)
}

fn named(reference: &Reference) -> Option<&'static str> {
    const KNOWN: [&str; 3] = ["status", "error", "cause"];
    let pick = |name: &str| KNOWN.iter().find(|known| **known == name).copied();
    if reference.root.as_ref() == "context" {
        return None;
    }
    if let Some((path, _)) = input_path(reference, "path").or_else(|| input_path(reference, "json"))
    {
        if let Some(found) = path.strip_prefix("$.").and_then(pick) {
            return Some(found);
        }
    }
    reference.steps.iter().rev().find_map(|step| match step {
        Step::Member { name, .. } => Some(pick(name)),
        Step::Method { .. } | Step::Index { .. } => None,
    })?
}

/// Whether a block sets the status of the answer.
pub(crate) fn sets_status(block: &[Node]) -> bool {
    block.iter().any(|node| match node {
        Node::Set { target, .. } => is_status(target),
        Node::If {
            branches,
            otherwise,
        } => {
            branches.iter().any(|branch| sets_status(&branch.block))
                || otherwise.as_deref().is_some_and(sets_status)
        }
        Node::Foreach(foreach) => foreach.body.as_deref().is_some_and(sets_status),
        Node::Text { .. }
        | Node::Reference(_)
        | Node::Define { .. }
        | Node::Call(_)
        | Node::Break { .. }
        | Node::Stop
        | Node::Evaluate { .. }
        | Node::Broken { .. } => false,
    })
}

/// `$context.responseOverride.status`
pub(crate) fn is_status(target: &Reference) -> bool {
    let mut names = target.steps.iter().map(|step| match step {
        Step::Member { name, .. } => name.as_ref(),
        Step::Method { .. } | Step::Index { .. } => "",
    });
    target.root.as_ref() == "context"
        && names.next() == Some("responseOverride")
        && names.next() == Some("status")
}
