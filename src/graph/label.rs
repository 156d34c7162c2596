//! The words on an edge: what has to hold for it to be taken.

use crate::asl::State;
use crate::asl::Transition;
use crate::asl::TransitionKind;
use crate::syntax::NodeId;
use crate::syntax::NodeKind;
use crate::syntax::Tree;

/// The longest label in characters; longer ones are cut.
const LIMIT: usize = 28;

/// What one transition says; nothing for a plain `Next`.
pub(crate) fn label(tree: &Tree, _state: &State, transition: &Transition) -> Option<String> {
    match transition.kind {
        TransitionKind::Next => None,
        TransitionKind::Default => Some("Default".to_owned()),
        TransitionKind::Choice(index) => Some(
            rule(tree, transition.holder, 0)
                .filter(|text| !text.is_empty())
                .map_or_else(|| format!("Rule {}", index + 1), |text| short(&text)),
        ),
        TransitionKind::Catch(_) => Some(errors(tree, transition.holder)),
    }
}

/// One label for transitions that share their ends.
pub(crate) fn combined(labels: &[(TransitionKind, Option<String>)]) -> Option<String> {
    if let [(_, single)] = labels {
        return single.clone();
    }
    let rules = labels
        .iter()
        .filter(|(kind, _)| matches!(kind, TransitionKind::Choice(_)))
        .count();
    let catchers = labels
        .iter()
        .filter(|(kind, _)| matches!(kind, TransitionKind::Catch(_)))
        .count();
    if catchers > 0 {
        return Some(format!("{catchers} catchers"));
    }
    let default = labels
        .iter()
        .any(|(kind, _)| matches!(kind, TransitionKind::Default));
    match (rules, default) {
        (0, true) => Some("Default".to_owned()),
        (0, false) => None,
        (1, true) => Some("1 rule or Default".to_owned()),
        (_, true) => Some(format!("{rules} rules or Default")),
        (1, false) => labels.iter().find_map(|(_, text)| text.clone()),
        (_, false) => Some(format!("{rules} rules")),
    }
}

/// Cut in the middle of nowhere is worse than cut at the front of a path: the end tells paths apart.
fn short(text: &str) -> String {
    let count = text.chars().count();
    if count <= LIMIT {
        return text.to_owned();
    }
    if text.starts_with('$') {
        let tail: String = text.chars().skip(count - LIMIT + 1).collect();
        format!("…{tail}")
    } else {
        let head: String = text.chars().take(LIMIT - 1).collect();
        format!("{head}…")
    }
}

fn errors(tree: &Tree, catcher: NodeId) -> String {
    let names: Vec<&str> = tree
        .get(catcher, "ErrorEquals")
        .map(|list| tree.items(list))
        .unwrap_or_default()
        .iter()
        .filter_map(|name| tree.str(*name))
        .collect();
    match names.as_slice() {
        [] => "Catch".to_owned(),
        [only] => short(only),
        [first, rest @ ..] => format!("{} +{}", short(first), rest.len()),
    }
}

fn rule(tree: &Tree, node: NodeId, depth: usize) -> Option<String> {
    if depth > 3 {
        return Some("…".to_owned());
    }
    if let Some(condition) = tree.get_str(node, "Condition") {
        let inner = condition.trim().trim_start_matches("{%");
        return Some(inner.trim_end_matches("%}").trim().to_owned());
    }
    if let Some(inner) = tree.get(node, "Not") {
        return Some(format!("not ({})", rule(tree, inner, depth + 1)?));
    }
    for (field, word) in [("And", " and "), ("Or", " or ")] {
        if let Some(list) = tree.get(node, field) {
            let parts: Vec<String> = tree
                .items(list)
                .iter()
                .filter_map(|item| rule(tree, *item, depth + 1))
                .collect();
            return Some(parts.join(word));
        }
    }
    let variable = tree.get_str(node, "Variable").unwrap_or("?");
    tree.members(node)
        .iter()
        .find_map(|member| comparison(tree, variable, &member.key, member.value))
}

fn comparison(tree: &Tree, variable: &str, operator: &str, operand: NodeId) -> Option<String> {
    let value = match tree.kind(operand) {
        NodeKind::String(text) if operator.ends_with("Path") => text.to_string(),
        NodeKind::String(text) => format!("\"{text}\""),
        NodeKind::Number(text) => text.to_string(),
        NodeKind::Bool(value) => value.to_string(),
        NodeKind::Null
        | NodeKind::Hole(_)
        | NodeKind::Array(_)
        | NodeKind::Object(_)
        | NodeKind::Missing => "?".to_owned(),
    };
    let plain = operator.trim_end_matches("Path");
    if let Some(kind) = plain.strip_prefix("Is") {
        let not = if value == "false" { "not " } else { "" };
        return Some(format!("{variable} is {not}{}", kind.to_lowercase()));
    }
    let sign = [
        ("LessThanEquals", "<="),
        ("GreaterThanEquals", ">="),
        ("LessThan", "<"),
        ("GreaterThan", ">"),
        ("Equals", "=="),
        ("Matches", "matches"),
    ]
    .into_iter()
    .find(|(ending, _)| plain.ends_with(ending))?
    .1;
    Some(format!("{variable} {sign} {value}"))
}
