//! The words on an edge: a Choice rule in infix form, a Catcher's errors, cut to what a label holds.

use crate::asl::State;
use crate::asl::TransitionKind;
use crate::asl::schema;
use crate::syntax::NodeId;
use crate::syntax::NodeKind;
use crate::syntax::Tree;

/// The most characters the picture has room for.
pub const LABEL_LENGTH: usize = 28;
/// Rules nested deeper than this are written as `…`.
const DEEPEST: usize = 24;

/// What an edge says: in full for a tooltip, and cut for the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub full: String,
    /// At most `LABEL_LENGTH` characters.
    pub short: String,
}

/// The labels of a state's transitions, in their order; `Next` has none.
pub fn transition_labels(tree: &Tree, state: &State) -> Vec<Option<Label>> {
    let choices: Vec<NodeId> = state
        .transitions
        .iter()
        .filter(|transition| matches!(transition.kind, TransitionKind::Choice(_)))
        .map(|transition| transition.holder)
        .collect();
    let mut rules = rule_labels(tree, &choices).into_iter();
    state
        .transitions
        .iter()
        .map(|transition| match transition.kind {
            TransitionKind::Next => None,
            TransitionKind::Choice(_) => rules.next(),
            TransitionKind::Default => Some(Label::of("Default".to_owned())),
            TransitionKind::Catch(_) => Some(catch_label(tree, transition.holder)),
        })
        .collect()
}

/// The labels of the rules of one Choice state. A left side that all of them share is written once.
pub fn rule_labels(tree: &Tree, rules: &[NodeId]) -> Vec<Label> {
    let terms: Vec<Term> = rules.iter().map(|rule| rule_term(tree, *rule)).collect();
    let shared = shared_left(&terms);
    terms
        .iter()
        .enumerate()
        .map(|(index, term)| {
            let full = term.infix(&Cut::Nothing);
            let short = match (&shared, term) {
                (
                    Some(shared),
                    Term::Compare {
                        relation, right, ..
                    },
                ) if index > 0 => {
                    if shared.relation {
                        right.clone().unwrap_or_else(|| relation.clone())
                    } else {
                        join_right(relation, right.as_deref())
                    }
                }
                _ => shorten(term, full.clone()),
            };
            Label {
                short: cut_end(&short),
                full,
            }
        })
        .collect()
}

/// The label of one rule by itself.
pub fn rule_label(tree: &Tree, rule: NodeId) -> Label {
    rule_labels(tree, &[rule])
        .pop()
        .unwrap_or_else(|| Label::of(String::new()))
}

/// The errors a Catcher takes: `Payment.Declined, +2`.
pub fn catch_label(tree: &Tree, catcher: NodeId) -> Label {
    let names: Vec<&str> = tree
        .get(catcher, "ErrorEquals")
        .map(|list| tree.items(list))
        .unwrap_or_default()
        .iter()
        .filter_map(|name| tree.str(*name))
        .collect();
    let full = names.join(", ");
    let short = if full.chars().count() <= LABEL_LENGTH {
        full.clone()
    } else {
        match names.as_slice() {
            [first, rest @ ..] if !rest.is_empty() => {
                let more = format!(", +{}", rest.len());
                let room = LABEL_LENGTH.saturating_sub(more.len());
                format!("{}{more}", cut_front(first, room))
            }
            _ => cut_front(&full, LABEL_LENGTH),
        }
    };
    Label { full, short }
}

impl Label {
    fn of(full: String) -> Label {
        Label {
            short: cut_end(&full),
            full,
        }
    }
}

/// A rule as something to be written.
#[derive(Clone, Debug)]
enum Term {
    /// Words to be taken as they are: a comment, or a condition that is no plain comparison.
    Words(String),
    /// `left relation right`; the tests of a type have no right side.
    Compare {
        left: String,
        relation: String,
        right: Option<String>,
        right_is_path: bool,
    },
    And(Vec<Term>),
    Or(Vec<Term>),
    Not(Box<Term>),
}

/// How paths are cut.
enum Cut {
    Nothing,
    /// Every path to its last step.
    LastStep,
}

impl Term {
    fn infix(&self, cut: &Cut) -> String {
        match self {
            Term::Words(words) => words.clone(),
            Term::Compare {
                left,
                relation,
                right,
                right_is_path,
            } => {
                let path = |text: &str| match cut {
                    Cut::Nothing => text.to_owned(),
                    Cut::LastStep => last_step(text),
                };
                let right = right.as_deref().map(|right| {
                    if *right_is_path {
                        path(right)
                    } else {
                        right.to_owned()
                    }
                });
                format!("{} {}", path(left), join_right(relation, right.as_deref()))
            }
            Term::And(terms) => join_terms(terms, " and ", cut),
            Term::Or(terms) => join_terms(terms, " or ", cut),
            Term::Not(term) => format!("not ({})", term.infix(cut)),
        }
    }
}

fn join_terms(terms: &[Term], word: &str, cut: &Cut) -> String {
    let parts: Vec<String> = terms
        .iter()
        .map(|term| match term {
            Term::And(_) | Term::Or(_) if terms.len() > 1 => format!("({})", term.infix(cut)),
            _ => term.infix(cut),
        })
        .collect();
    parts.join(word)
}

fn join_right(relation: &str, right: Option<&str>) -> String {
    match right {
        Some(right) => format!("{relation} {right}"),
        None => relation.to_owned(),
    }
}

fn rule_term(tree: &Tree, rule: NodeId) -> Term {
    if let Some(comment) = tree
        .get_str(rule, "Comment")
        .map(str::trim)
        .filter(|comment| !comment.is_empty())
    {
        let line: Vec<&str> = comment.split_whitespace().collect();
        return Term::Words(line.join(" "));
    }
    match tree.get(rule, "Condition") {
        Some(condition) => condition_term(tree, condition),
        None => choice_term(tree, rule, 0),
    }
}

fn choice_term(tree: &Tree, rule: NodeId, depth: usize) -> Term {
    if depth > DEEPEST {
        return Term::Words("…".to_owned());
    }
    let inner = |list: NodeId| -> Vec<Term> {
        tree.items(list)
            .iter()
            .map(|item| choice_term(tree, *item, depth + 1))
            .collect()
    };
    if let Some(list) = tree.get(rule, "And") {
        return Term::And(inner(list));
    }
    if let Some(list) = tree.get(rule, "Or") {
        return Term::Or(inner(list));
    }
    if let Some(negated) = tree.get(rule, "Not") {
        return Term::Not(Box::new(choice_term(tree, negated, depth + 1)));
    }
    let operator = tree
        .members(rule)
        .iter()
        .find_map(|member| Some((schema::comparison(&member.key)?, member.value)));
    let left = tree.get_str(rule, "Variable").unwrap_or("…").to_owned();
    let Some((comparison, value)) = operator else {
        return Term::Words("…".to_owned());
    };
    if comparison.family == "Is" {
        let not = if matches!(tree.kind(value), NodeKind::Bool(false)) {
            "not "
        } else {
            ""
        };
        let what = match comparison.relation {
            "Null" => "null",
            "Present" => "present",
            "Numeric" => "a number",
            "String" => "a string",
            "Boolean" => "a boolean",
            _ => "a timestamp",
        };
        return Term::Compare {
            left,
            relation: format!("is {not}{what}"),
            right: None,
            right_is_path: false,
        };
    }
    let relation = match comparison.relation {
        "LessThan" => "<",
        "LessThanEquals" => "<=",
        "GreaterThan" => ">",
        "GreaterThanEquals" => ">=",
        "Matches" => "matches",
        _ => "==",
    };
    Term::Compare {
        left,
        relation: relation.to_owned(),
        right: Some(if comparison.by_path {
            tree.str(value).unwrap_or("…").to_owned()
        } else {
            literal(tree, value)
        }),
        right_is_path: comparison.by_path,
    }
}

fn literal(tree: &Tree, value: NodeId) -> String {
    match tree.kind(value) {
        NodeKind::Null => "null".to_owned(),
        NodeKind::Bool(flag) => flag.to_string(),
        NodeKind::Number(spelling) => spelling.to_string(),
        NodeKind::String(text) => format!("\"{text}\""),
        NodeKind::Hole(name) => format!("${{{name}}}"),
        NodeKind::Array(_) | NodeKind::Object(_) | NodeKind::Missing => "…".to_owned(),
    }
}

fn condition_term(tree: &Tree, condition: NodeId) -> Term {
    let Some(text) = tree.str(condition) else {
        return Term::Words(literal(tree, condition));
    };
    let trimmed = text.trim();
    let inner = trimmed
        .strip_prefix("{%")
        .and_then(|rest| rest.strip_suffix("%}"))
        .unwrap_or(trimmed);
    let words: Vec<&str> = inner.split_whitespace().collect();
    let expression = words.join(" ");
    split_comparison(&expression).unwrap_or(Term::Words(expression))
}

/// `a.b = "c"` taken apart where the expression is one plain comparison.
fn split_comparison(expression: &str) -> Option<Term> {
    let mut quote: Option<char> = None;
    let mut depth = 0usize;
    let mut found: Option<(usize, &str)> = None;
    for (offset, c) in expression.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, ' ') if depth == 0 => {
                let rest = expression.get(offset..).unwrap_or_default();
                if [" and ", " or ", " in ", " ? ", " & ", " ~> "]
                    .iter()
                    .any(|word| rest.starts_with(word))
                {
                    return None;
                }
                let relation = [" = ", " != ", " < ", " <= ", " > ", " >= "]
                    .into_iter()
                    .find(|relation| rest.starts_with(relation));
                if let Some(relation) = relation {
                    if found.is_some() {
                        return None;
                    }
                    found = Some((offset, relation));
                }
            }
            _ => {}
        }
    }
    let (at, relation) = found?;
    let right = expression.get(at + relation.len()..)?.to_owned();
    Some(Term::Compare {
        left: expression.get(..at)?.to_owned(),
        relation: relation.trim().to_owned(),
        right_is_path: right.starts_with('$'),
        right: Some(right),
    })
}

struct Shared {
    /// The relation is the same too, so that the right sides alone will do.
    relation: bool,
}

fn shared_left(terms: &[Term]) -> Option<Shared> {
    let mut pairs = terms.iter().map(|term| match term {
        Term::Compare { left, relation, .. } => Some((left, relation)),
        Term::Words(_) | Term::And(_) | Term::Or(_) | Term::Not(_) => None,
    });
    let (first_left, first_relation) = pairs.next()??;
    let mut shared = Shared { relation: true };
    let mut count = 1;
    for pair in pairs {
        let (left, relation) = pair?;
        if left != first_left {
            return None;
        }
        shared.relation &= relation == first_relation;
        count += 1;
    }
    (count > 1).then_some(shared)
}

fn shorten(term: &Term, full: String) -> String {
    if full.chars().count() <= LABEL_LENGTH {
        return full;
    }
    match term {
        Term::Words(words) => words.replace("$states.input.", "…"),
        Term::Compare {
            left,
            relation,
            right,
            right_is_path: false,
        } => {
            let rest = join_right(relation, right.as_deref());
            let room = LABEL_LENGTH.saturating_sub(rest.chars().count() + 1);
            format!("{} {rest}", cut_path(left, room))
        }
        Term::Compare { .. } | Term::And(_) | Term::Or(_) | Term::Not(_) => {
            term.infix(&Cut::LastStep)
        }
    }
}

/// As many last steps of a path as fit, one at least.
fn cut_path(path: &str, room: usize) -> String {
    if path.chars().count() <= room {
        return path.to_owned();
    }
    let starts = path
        .char_indices()
        .filter(|(_, c)| *c == '.')
        .map(|(at, _)| at + 1);
    starts
        .filter_map(|start| path.get(start..))
        .find(|rest| rest.chars().count() < room)
        .map_or_else(|| last_step(path), |rest| format!("…{rest}"))
}

fn last_step(path: &str) -> String {
    match path.rsplit_once('.') {
        Some((_, last)) if path.starts_with('$') && !last.is_empty() => format!("…{last}"),
        _ => path.to_owned(),
    }
}

fn cut_end(text: &str) -> String {
    if text.chars().count() <= LABEL_LENGTH {
        return text.to_owned();
    }
    let kept: String = text.chars().take(LABEL_LENGTH - 1).collect();
    format!("{}…", kept.trim_end())
}

fn cut_front(text: &str, room: usize) -> String {
    let length = text.chars().count();
    if length <= room {
        return text.to_owned();
    }
    let kept: String = text.chars().skip(length + 1 - room.max(1)).collect();
    format!("…{kept}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl;
    use crate::syntax::{self, Format};

    fn labels(choices: &str) -> Vec<Label> {
        let text = format!(
            r#"{{"StartAt":"C","States":{{"C":{{"Type":"Choice","Choices":{choices},"Default":"D"}},"D":{{"Type":"Succeed"}}}}}}"#
        );
        let tree = syntax::parse(&text, Format::Json).tree;
        let machine = asl::read(&tree);
        transition_labels(&tree, machine.by_name("C").unwrap())
            .into_iter()
            .flatten()
            .collect()
    }

    fn shorts(choices: &str) -> Vec<String> {
        labels(choices)
            .into_iter()
            .map(|label| label.short)
            .collect()
    }

    #[test]
    fn rules_are_written_infix() {
        assert_eq!(
            shorts(
                r#"[{"Variable":"$.total","NumericGreaterThan":100,"Next":"D"},
                {"Not":{"Variable":"$.type","StringEquals":"A"},"Next":"D"},
                {"Variable":"$.a","IsPresent":true,"Next":"D"},
                {"Variable":"$.a","IsNull":false,"Comment":"  no\n reply ","Next":"D"},
                {"And":[{"Variable":"$.a","IsPresent":true},{"Or":[{"Variable":"$.b","NumericLessThanEquals":1.50},{"Variable":"$.c","BooleanEqualsPath":"$.d"}]}],"Next":"D"}]"#
            ),
            [
                "$.total > 100",
                "not ($.type == \"A\")",
                "$.a is present",
                "no reply",
                "…a is present and (…b <= 1.…",
                "Default"
            ]
        );
        assert_eq!(
            labels(r#"[{"And":[{"Variable":"$.a","IsPresent":true},{"Or":[{"Variable":"$.b","NumericLessThanEquals":1.50},{"Variable":"$.c","BooleanEqualsPath":"$.d"}]}],"Next":"D"}]"#)
                [0]
            .full,
            "$.a is present and ($.b <= 1.50 or $.c == $.d)"
        );
    }

    #[test]
    fn a_shared_left_side_is_written_once() {
        assert_eq!(
            shorts(
                r#"[{"Variable":"$.order.payment.processor","StringEquals":"stripe","Next":"D"},
                {"Variable":"$.order.payment.processor","StringEquals":"paypal","Next":"D"}]"#
            ),
            ["…processor == \"stripe\"", "\"paypal\"", "Default"]
        );
        assert_eq!(
            shorts(
                r#"[{"Condition":"{% $states.input.n > 5 %}","Next":"D"},{"Condition":"{% $states.input.n <= 1 %}","Next":"D"}]"#
            ),
            ["$states.input.n > 5", "<= 1", "Default"]
        );
    }

    #[test]
    fn catchers_name_their_errors() {
        let text = r#"{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"x","End":true,"Catch":[
            {"ErrorEquals":["Payment.Declined","Payment.Refused","Payment.Blocked"],"Next":"T"},{"ErrorEquals":["States.ALL"],"Next":"T"},{"Next":"T"}]}}}"#;
        let tree = syntax::parse(text, Format::Json).tree;
        let machine = asl::read(&tree);
        let labels: Vec<String> = transition_labels(&tree, machine.by_name("T").unwrap())
            .into_iter()
            .flatten()
            .map(|label| label.short)
            .collect();
        assert_eq!(labels, ["Payment.Declined, +2", "States.ALL", ""]);
    }

    #[test]
    fn odd_rules_still_have_a_label() {
        let odd = shorts(
            r#"[{"Next":"D"},{"And":7,"Next":"D"},{"Variable":1,"StringEquals":[],"Next":"D"}]"#,
        );
        assert_eq!(odd, ["…", "", "… == …", "Default"]);
    }
}
