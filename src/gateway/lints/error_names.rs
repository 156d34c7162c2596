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
use crate::gateway::lints::template::before_else;
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
#[derive(Default)]
pub(crate) struct Handled<'a> {
    /// Some branch takes every failure.
    pub all: bool,
    /// Error names that are asked for.
    pub names: BTreeSet<String>,
    /// Parts of error names that are asked for.
    pub pieces: BTreeSet<String>,
    /// The reference that is compared with names, as it is written.
    pub reference: Option<String>,
    /// The last `#if` that asks for a name.
    pub last: Option<&'a Asked<'a>>,
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
                ErrorName::Exact(name) => {
                    let piece = |piece: &String| name.contains(piece.as_str());
                    !handled.names.contains(name) && !handled.pieces.iter().any(piece)
                }
                ErrorName::Of(_) | ErrorName::Unknown => true,
            })
            .collect();
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
        let Some(first) = words.first() else {
            continue;
        };
        let span = last
            .branches
            .first()
            .map_or(Span::new(0, 0), |branch| branch.span);
        let message = format!(
            "no branch of the response template asks for {}, so the client of {} gets a success with an empty or broken body",
            first,
            edge.name()
        );
        let fix = fix(&handled, last, &written.text);
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

/// A branch behind the last one that asks for a name, for whatever is none of the names.
fn fix(handled: &Handled<'_>, last: &Asked<'_>, text: &str) -> Option<TextEdit> {
    let first = last.branches.first()?;
    let place = before_else(text, first.span.start)?;
    let reference = handled.reference.as_ref()?;
    let line = text.get(..first.span.start)?.rsplit('\n').next()?;
    let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
    let mut condition = format!("\"{reference}\" != \"\"");
    for name in &handled.names {
        condition.push_str(&format!(" && \"{reference}\" != \"{name}\""));
    }
    for piece in &handled.pieces {
        condition.push_str(&format!(" && !{reference}.contains(\"{piece}\")"));
    }
    let message = match prints_object(&first.block) {
        true => "{\"message\": \"Something went wrong\"}",
        false => "\"message\": \"Something went wrong\"",
    };
    let insert = format!(
        "#elseif({condition})\n{indent}  #set($context.responseOverride.status = 500)\n{indent}  {message}\n{indent}"
    );
    Some(TextEdit::replace(Span::new(place, place), insert))
}

/// Whether what a block prints begins an object of its own.
fn prints_object(block: &[Node]) -> bool {
    let texts = block.iter().filter_map(|node| match node {
        Node::Text { text, .. } => Some(text.trim_start()),
        _ => None,
    });
    texts
        .filter(|text| !text.is_empty())
        .take(1)
        .any(|text| text.starts_with('{'))
}

/// Reads the conditions of a template.
pub(crate) fn handled<'a>(parts: &'a Parts<'a>, text: &str) -> Handled<'a> {
    let mut handled = Handled::default();
    for asked in &parts.asked {
        for branch in asked.branches {
            condition(parts, &branch.condition, text, &mut handled, asked);
        }
        handled.all |= asked.otherwise.is_some_and(sets_status);
    }
    handled
}

/// Looks at one condition for what it asks about the end of the execution.
fn condition<'a>(
    parts: &'a Parts<'a>,
    expression: &'a Expression,
    text: &str,
    handled: &mut Handled<'a>,
    asked: &'a Asked<'a>,
) {
    match &expression.kind {
        ExpressionKind::Not(inner) => condition(parts, inner, text, handled, asked),
        ExpressionKind::Chain { first, rest, .. } => match rest.as_slice() {
            [(operator @ (Operator::Equal | Operator::NotEqual), right)] => {
                let reference = only_reference(first).or_else(|| only_reference(right));
                let name = literal(right).or_else(|| literal(first));
                let Some((reference, member)) =
                    reference.and_then(|reference| Some((reference, about(parts, reference)?)))
                else {
                    return;
                };
                match (member, operator, name) {
                    ("error" | "cause", Operator::Equal, Some(name)) if !name.is_empty() => {
                        handled.names.insert(name.to_owned());
                        handled.reference = Some(reference.span.of(text).to_owned());
                        handled.last = Some(asked);
                    }
                    _ => handled.all = true,
                }
            }
            _ => {
                condition(parts, first, text, handled, asked);
                for (_, operand) in rest {
                    condition(parts, operand, text, handled, asked);
                }
            }
        },
        ExpressionKind::Reference(reference) if about(parts, reference).is_some() => {
            match contained(reference) {
                Some((span, word)) => {
                    let receiver = Span::new(reference.span.start, span.start);
                    let receiver = receiver.of(text).trim_end_matches('.');
                    handled.pieces.insert(word.to_owned());
                    handled.reference = (!receiver.contains('{')).then(|| receiver.to_owned());
                    handled.last = Some(asked);
                }
                None => handled.all = true,
            }
        }
        ExpressionKind::Interpolated { .. } => {
            let reference = only_reference(expression);
            handled.all |= reference
                .and_then(|reference| about(parts, reference))
                .is_some();
        }
        ExpressionKind::Reference(_)
        | ExpressionKind::Text(_)
        | ExpressionKind::Integer(_)
        | ExpressionKind::Float(_)
        | ExpressionKind::Bool(_)
        | ExpressionKind::List(_)
        | ExpressionKind::Map(_)
        | ExpressionKind::Range(..)
        | ExpressionKind::Word(_) => {}
    }
}

/// `….contains("x")`, `….equals("x")` and the like.
fn contained(reference: &Reference) -> Option<(Span, &str)> {
    match reference.steps.last()? {
        Step::Method {
            span,
            name,
            arguments,
        } => {
            let asks = matches!(
                name.as_ref(),
                "contains" | "equals" | "equalsIgnoreCase" | "startsWith" | "endsWith" | "matches"
            );
            let word = arguments.first().and_then(literal)?;
            asks.then_some((*span, word))
        }
        Step::Member { .. } | Step::Index { .. } => None,
    }
}

/// Which member of the execution's answer a reference reads: `status`, `error` or `cause`.
fn about(parts: &Parts<'_>, reference: &Reference) -> Option<&'static str> {
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
    let path = input_path(reference, "path").or_else(|| input_path(reference, "json"));
    if let Some((path, _)) = path
        && let Some(found) = path.strip_prefix("$.").and_then(pick)
    {
        return Some(found);
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
