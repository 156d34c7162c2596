//! Choice rules: data-test expressions and their combination.

use std::sync::Arc;

use crate::engine::environment::Environment;
use crate::engine::expression::JsonataField;
use crate::engine::instant::parse_instant;
use crate::engine::program::StateIndex;
use crate::engine::template::Assignment;
use crate::engine::template::Template;
use crate::engine::trouble::Trouble;
use crate::query::Value;
use crate::query::jsonpath::Path;

/// An entry of `Choices`.
#[derive(Debug)]
pub(crate) struct ChoiceRule {
    pub test: Test,
    pub next: StateIndex,
    pub assign: Vec<Assignment>,
    pub output: Option<Template>,
}

/// What has to hold.
#[derive(Debug)]
pub(crate) enum Test {
    And(Vec<Test>),
    Or(Vec<Test>),
    Not(Box<Test>),
    Compare {
        variable: Path,
        comparison: Comparison,
    },
    /// JSONata's `Condition`, an expression or a constant.
    Condition(Box<ConditionTest>),
}

#[derive(Debug)]
pub(crate) enum ConditionTest {
    Constant(bool),
    Expression(JsonataField),
}

#[derive(Debug)]
pub(crate) enum Comparison {
    Is {
        what: Kind,
        expected: bool,
    },
    Order {
        type_: Compared,
        relation: Relation,
        operand: Operand,
    },
    /// A pattern with `*`, `\*` and `\\`.
    Matches(Vec<Glob>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Present,
    Numeric,
    String,
    Boolean,
    Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    String,
    Numeric,
    Timestamp,
    Boolean,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Equals,
    Less,
    Greater,
    LessEquals,
    GreaterEquals,
}

#[derive(Debug)]
pub(crate) enum Operand {
    Literal(Value),
    Path { path: Path, field: Arc<str> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Glob {
    Text(char),
    Any,
}

impl Comparison {
    /// The data-test operator of this name, `…Path` forms included; `literal` is the operand as it is written.
    pub fn parse(
        name: &str,
        literal: &Value,
        parse_path: impl FnOnce(&str) -> Option<Path>,
    ) -> Option<Comparison> {
        if let Some(what) = Kind::parse(name) {
            return Some(Comparison::Is {
                what,
                expected: literal.as_bool()?,
            });
        }
        if name == "StringMatches" {
            return Some(Comparison::Matches(parse_pattern(literal.as_str()?)));
        }
        let (bare, by_path) = match name.strip_suffix("Path") {
            Some(bare) => (bare, true),
            None => (name, false),
        };
        let (type_, rest) = [
            ("String", Compared::String),
            ("Numeric", Compared::Numeric),
            ("Timestamp", Compared::Timestamp),
            ("Boolean", Compared::Boolean),
        ]
        .into_iter()
        .find_map(|(prefix, type_)| Some((type_, bare.strip_prefix(prefix)?)))?;
        let relation = match rest {
            "Equals" => Relation::Equals,
            "LessThan" => Relation::Less,
            "GreaterThan" => Relation::Greater,
            "LessThanEquals" => Relation::LessEquals,
            "GreaterThanEquals" => Relation::GreaterEquals,
            _ => return None,
        };
        if type_ == Compared::Boolean && relation != Relation::Equals {
            return None;
        }
        let operand = if by_path {
            Operand::Path {
                path: parse_path(literal.as_str()?)?,
                field: Arc::from(name),
            }
        } else {
            Operand::Literal(literal.clone())
        };
        Some(Comparison::Order {
            type_,
            relation,
            operand,
        })
    }
}

impl Kind {
    fn parse(name: &str) -> Option<Kind> {
        match name {
            "IsNull" => Some(Kind::Null),
            "IsPresent" => Some(Kind::Present),
            "IsNumeric" => Some(Kind::Numeric),
            "IsString" => Some(Kind::String),
            "IsBoolean" => Some(Kind::Boolean),
            "IsTimestamp" => Some(Kind::Timestamp),
            _ => None,
        }
    }

    fn holds(self, value: &Value) -> bool {
        match self {
            Kind::Null => value.is_null(),
            Kind::Present => true,
            Kind::Numeric => value.as_number().is_some(),
            Kind::String => value.as_str().is_some(),
            Kind::Boolean => value.as_bool().is_some(),
            Kind::Timestamp => value.as_str().and_then(parse_instant).is_some(),
        }
    }
}

impl Test {
    pub fn holds(&self, environment: &Environment<'_>) -> Result<bool, Trouble> {
        match self {
            Test::And(tests) => {
                for test in tests {
                    if !test.holds(environment)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Test::Or(tests) => {
                for test in tests {
                    if test.holds(environment)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Test::Not(test) => Ok(!test.holds(environment)?),
            Test::Compare {
                variable,
                comparison,
            } => compare(variable, comparison, environment),
            Test::Condition(condition) => match condition.as_ref() {
                ConditionTest::Constant(flag) => Ok(*flag),
                ConditionTest::Expression(expression) => {
                    let value = expression.evaluate(environment)?;
                    value
                        .as_bool()
                        .ok_or_else(|| expression.unexpected("boolean", &value))
                }
            },
        }
    }
}

fn compare(
    variable: &Path,
    comparison: &Comparison,
    environment: &Environment<'_>,
) -> Result<bool, Trouble> {
    let value = match environment.read(variable) {
        Ok(value) => value,
        Err(_) => {
            return match comparison {
                Comparison::Is {
                    what: Kind::Present,
                    expected,
                } => Ok(!expected),
                _ => Err(Trouble::runtime(format!(
                    "Invalid path '{}': The choice state's condition path references an invalid value.",
                    variable.text()
                ))
                .at_field("/Choices")),
            };
        }
    };
    match comparison {
        Comparison::Is { what, expected } => Ok(what.holds(&value) == *expected),
        Comparison::Matches(pattern) => Ok(value
            .as_str()
            .is_some_and(|text| glob_matches(pattern, text))),
        Comparison::Order {
            type_,
            relation,
            operand,
        } => match operand {
            Operand::Literal(literal) => Ok(relate(*type_, *relation, &value, literal)),
            Operand::Path { path, field } => {
                let other = environment.read(path).map_err(|_| {
                    Trouble::runtime(format!(
                        "Invalid path '{}': The choice state's condition path references an invalid value.",
                        path.text()
                    ))
                    .at_field(format!("/Choices/{field}"))
                })?;
                Ok(relate(*type_, *relation, &value, &other))
            }
        },
    }
}

/// Values of another type than the operator's never satisfy it.
fn relate(type_: Compared, relation: Relation, left: &Value, right: &Value) -> bool {
    let ordering = match type_ {
        Compared::String => match (left.as_str(), right.as_str()) {
            (Some(left), Some(right)) => Some(compare_utf16(left, right)),
            _ => None,
        },
        Compared::Numeric => match (left.as_number(), right.as_number()) {
            (Some(left), Some(right)) if left == right => Some(std::cmp::Ordering::Equal),
            (Some(left), Some(right)) => left.as_f64().partial_cmp(&right.as_f64()),
            _ => None,
        },
        Compared::Timestamp => {
            let instant = |value: &Value| value.as_str().and_then(parse_instant);
            match (instant(left), instant(right)) {
                (Some(left), Some(right)) => Some(left.cmp(&right)),
                _ => None,
            }
        }
        Compared::Boolean => match (left.as_bool(), right.as_bool()) {
            (Some(left), Some(right)) => Some(left.cmp(&right)),
            _ => None,
        },
    };
    ordering.is_some_and(|ordering| match relation {
        Relation::Equals => ordering.is_eq(),
        Relation::Less => ordering.is_lt(),
        Relation::Greater => ordering.is_gt(),
        Relation::LessEquals => ordering.is_le(),
        Relation::GreaterEquals => ordering.is_ge(),
    })
}

/// Java's order of strings, by UTF-16 units.
fn compare_utf16(left: &str, right: &str) -> std::cmp::Ordering {
    left.encode_utf16().cmp(right.encode_utf16())
}

fn parse_pattern(text: &str) -> Vec<Glob> {
    let mut pattern = Vec::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        pattern.push(match character {
            '*' => Glob::Any,
            '\\' => Glob::Text(characters.next().unwrap_or('\\')),
            other => Glob::Text(other),
        });
    }
    pattern
}

/// Matches without backtracking over more than the latest `*`, so in at most quadratic time.
fn glob_matches(pattern: &[Glob], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some(Glob::Any) => {
                star = Some((at, from));
                at += 1;
            }
            Some(Glob::Text(wanted)) if text.get(from) == Some(wanted) => {
                at += 1;
                from += 1;
            }
            _ => match star {
                Some((star_at, star_from)) => {
                    star = Some((star_at, star_from + 1));
                    at = star_at + 1;
                    from = star_from + 1;
                }
                None => return false,
            },
        }
    }
    pattern
        .get(at..)
        .is_some_and(|rest| rest.iter().all(|glob| *glob == Glob::Any))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, text, expected) in [
            ("foo*.log", "foo23.log", true),
            ("*.log", "zebra.log", true),
            ("foo*.*", "foobar.zebra", true),
            ("foo", "foobar", false),
            (r"a\*b", "a*b", true),
            (r"a\*b", "axb", false),
            ("*", "", true),
            ("a*b*c", "aXbXbc", true),
        ] {
            assert_eq!(
                glob_matches(&parse_pattern(pattern), text),
                expected,
                "{pattern} {text}"
            );
        }
    }

    #[test]
    fn other_types_satisfy_nothing() {
        let one = Value::from(1);
        let text = Value::from("1");
        assert!(!relate(Compared::String, Relation::Equals, &one, &text));
        assert!(relate(
            Compared::Numeric,
            Relation::Equals,
            &one,
            &Value::from(1.0)
        ));
        assert!(relate(
            Compared::Timestamp,
            Relation::Less,
            &Value::from("2020-01-01T00:00:00Z"),
            &Value::from("2020-01-01T00:00:00.5Z")
        ));
    }
}
