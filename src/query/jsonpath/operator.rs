//! The operators of filters and the values they compare.

use std::cmp::Ordering;

use crate::query::Number;
use crate::query::Value;
use crate::query::java::java_number;

/// A value inside a filter.
#[derive(Clone, Debug)]
pub enum Node {
    Null,
    Bool(bool),
    /// The number and how it prints, which counts when it meets a string.
    Number(f64, String),
    Text(String),
    /// An array or an object.
    Json(Value),
    Pattern(Pattern),
    /// What a path gives that leads nowhere; equal to nothing.
    Undefined,
}

/// A regular expression literal that has to match the whole text.
#[derive(Clone, Debug)]
pub struct Pattern(regex::Regex);

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    /// `===`: equal and of the same type.
    Same,
    NotSame,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
    In,
    NotIn,
    Contains,
    Size,
    Empty,
    SubsetOf,
    AnyOf,
    NoneOf,
    /// `ALL`, `TYPE`, `MATCHES`, `EXISTS`: Jayway reads them, but their right side can only be
    /// given by a Java program.
    Never,
}

impl Operator {
    pub fn from_word(word: &str) -> Option<Operator> {
        Some(match word.to_ascii_uppercase().as_str() {
            "==" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "===" => Operator::Same,
            "!==" => Operator::NotSame,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::Greater,
            ">=" => Operator::GreaterOrEqual,
            "=~" => Operator::Matches,
            "IN" => Operator::In,
            "NIN" => Operator::NotIn,
            "CONTAINS" => Operator::Contains,
            "ALL" | "TYPE" | "MATCHES" | "EXISTS" => Operator::Never,
            "SIZE" => Operator::Size,
            "EMPTY" => Operator::Empty,
            "SUBSETOF" => Operator::SubsetOf,
            "ANYOF" => Operator::AnyOf,
            "NONEOF" => Operator::NoneOf,
            _ => return None,
        })
    }

    /// Whether the comparison holds; nothing if an operand is of a kind Jayway throws at.
    pub fn holds(self, left: &Node, right: &Node) -> Option<bool> {
        Some(match self {
            Operator::Equal => left.equals(right),
            Operator::NotEqual => !left.equals(right),
            Operator::Same => left.same_kind(right) && left.equals(right),
            Operator::NotSame => !(left.same_kind(right) && left.equals(right)),
            Operator::Less => left.compare(right).is_some_and(Ordering::is_lt),
            Operator::LessOrEqual => left.compare(right).is_some_and(Ordering::is_le),
            Operator::Greater => left.compare(right).is_some_and(Ordering::is_gt),
            Operator::GreaterOrEqual => left.compare(right).is_some_and(Ordering::is_ge),
            Operator::Matches => matches(left, right),
            Operator::In => list(right)?.is_some_and(|items| holds_item(&items, left)),
            Operator::NotIn => !list(right)?.is_some_and(|items| holds_item(&items, left)),
            Operator::Contains => match (left, right) {
                (Node::Text(text), Node::Text(part)) => text.contains(part.as_str()),
                // Jayway takes a number for the text it prints as, and nothing else.
                (Node::Text(text), Node::Number(_, part)) => text.contains(part.as_str()),
                (Node::Text(_), _) => return None,
                (Node::Json(_), _) => left.items().is_some_and(|items| holds_item(&items, right)),
                _ => false,
            },
            Operator::Never => return None,
            Operator::SubsetOf => both(left, right, |left, right| {
                left.iter().all(|item| holds_item(right, item))
            })?,
            Operator::AnyOf => both(left, right, |left, right| {
                left.iter().any(|item| holds_item(right, item))
            })?,
            Operator::NoneOf => both(left, right, |left, right| {
                !left.iter().any(|item| holds_item(right, item))
            })?,
            Operator::Size => match (left, right) {
                (Node::Text(text), Node::Number(size, _)) => {
                    text.encode_utf16().count() as f64 == size.trunc()
                }
                (Node::Json(Value::Array(items)), Node::Number(size, _)) => {
                    items.len() as f64 == size.trunc()
                }
                _ => false,
            },
            Operator::Empty => {
                let empty = match left {
                    Node::Text(text) => text.is_empty(),
                    Node::Json(Value::Array(items)) => items.is_empty(),
                    _ => return Some(false),
                };
                match right {
                    Node::Bool(expected) => *expected == empty,
                    _ => return None,
                }
            }
        })
    }
}

impl Node {
    /// How many items or members it has.
    pub fn len(&self) -> usize {
        match self {
            Node::Json(Value::Array(items)) => items.len(),
            Node::Json(Value::Object(members)) => members.len(),
            _ => 0,
        }
    }

    pub fn from_value(value: Value) -> Node {
        match value {
            Value::Null => Node::Null,
            Value::Bool(flag) => Node::Bool(flag),
            Value::Number(number) => Node::Number(number.as_f64(), java_number(number)),
            Value::String(text) => Node::Text(text.to_string()),
            Value::Array(_) | Value::Object(_) => Node::Json(value),
        }
    }

    /// A number literal as Java's `BigDecimal` reads it.
    pub fn number(text: &str) -> Option<Node> {
        let plain = text.strip_prefix(['-', '+']).unwrap_or(text);
        if !plain.starts_with(|char: char| char.is_ascii_digit() || char == '.') {
            return None;
        }
        let number: f64 = text.parse().ok()?;
        Some(Node::Number(number, text.to_string()))
    }

    fn same_kind(&self, other: &Node) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// `==`: a string of digits equals the number, as in Jayway.
    fn equals(&self, other: &Node) -> bool {
        match (self, other) {
            (Node::Null, Node::Null) => true,
            (Node::Bool(a), Node::Bool(b)) => a == b,
            (Node::Number(a, _), Node::Number(b, _)) => a == b,
            (Node::Number(number, _), Node::Text(text)) => {
                matches!(Node::number(text), Some(Node::Number(other, _)) if other == *number)
            }
            (Node::Text(text), Node::Number(_, spelling)) => text == spelling,
            (Node::Text(a), Node::Text(b)) => a == b,
            (Node::Json(a), Node::Json(b)) => a == b,
            _ => false,
        }
    }

    fn compare(&self, other: &Node) -> Option<Ordering> {
        match (self, other) {
            (Node::Number(a, _), Node::Number(b, _)) => a.partial_cmp(b),
            (Node::Text(a), Node::Text(b)) => Some(a.encode_utf16().cmp(b.encode_utf16())),
            _ => None,
        }
    }

    fn items(&self) -> Option<Vec<Node>> {
        match self {
            Node::Json(Value::Array(items)) => {
                Some(items.iter().cloned().map(Node::from_value).collect())
            }
            _ => None,
        }
    }

    /// The text a pattern is matched against.
    fn input(&self) -> &str {
        match self {
            Node::Text(text) | Node::Number(_, text) => text,
            Node::Bool(true) => "true",
            Node::Bool(false) => "false",
            Node::Null | Node::Json(_) | Node::Pattern(_) | Node::Undefined => "",
        }
    }
}

impl Pattern {
    /// An error has words where the pattern asks for more than regular expressions here can do.
    pub fn compile(pattern: &str, flags: &str) -> Result<Pattern, Option<String>> {
        let flags: String = flags
            .chars()
            .filter(|flag| "imsxu".contains(*flag))
            .collect();
        let flags = if flags.is_empty() {
            flags
        } else {
            format!("(?{flags})")
        };
        let pattern = pattern.replace("\\/", "/");
        regex::RegexBuilder::new(&format!("^{flags}(?:{pattern})$"))
            .size_limit(1 << 22)
            .nest_limit(100)
            .build()
            .map(Pattern)
            .map_err(|_| {
                ["(?=", "(?!", "(?<=", "(?<!"]
                    .iter()
                    .any(|look| pattern.contains(look))
                    .then(|| {
                        format!("Look-around in the pattern /{pattern}/ is not supported here")
                    })
            })
    }
}

fn holds_item(items: &[Node], wanted: &Node) -> bool {
    items.iter().any(|item| wanted.equals(item))
}

/// The items of an array, none of an object; anything else is no list at all.
fn list(node: &Node) -> Option<Option<Vec<Node>>> {
    matches!(node, Node::Json(_)).then(|| node.items())
}

fn both(left: &Node, right: &Node, test: impl FnOnce(&[Node], &[Node]) -> bool) -> Option<bool> {
    let Some(right) = list(right)? else {
        return Some(false);
    };
    Some(list(left)?.is_some_and(|left| test(&left, &right)))
}

fn matches(left: &Node, right: &Node) -> bool {
    let (pattern, subject) = match (left, right) {
        (Node::Pattern(_), Node::Pattern(_)) => return false,
        (Node::Pattern(pattern), other) | (other, Node::Pattern(pattern)) => (pattern, other),
        _ => return false,
    };
    pattern.0.is_match(subject.input())
}

/// A whole number or a double, from what a function computed.
pub fn double(number: f64) -> Value {
    Value::Number(Number::Float(number))
}
