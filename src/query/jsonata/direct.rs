//! What most fields of a workflow say (a path, texts joined, a comparison, `$merge` of objects), read straight
//! from our own values.
//!
//! The evaluator works on values of its own, so it converts whatever an expression touches, there and back. The
//! few forms here need none of that. Wherever the two could differ in the slightest (a list on the way of a path,
//! a number only the evaluator would round, an error) there is no answer here, and the evaluator is asked.

use std::collections::BTreeSet;
use std::sync::Arc;

use jsonata_core::ast::AstNode;
use jsonata_core::ast::BinaryOp;
use jsonata_core::ast::PathStep;
use jsonata_core::ast::Stage;

use crate::query::Map;
use crate::query::Number;
use crate::query::Value;
use crate::query::jsonata::Bindings;
use crate::query::jsonata::Outcome;

/// Levels an expression may have; a deeper one is the evaluator's.
const NESTING: usize = 32;
/// Levels of a value, and what one may hold: values, and bytes of text.
const DEPTH: usize = 100;
const SIZE: usize = 1 << 20;
/// Whole numbers beyond this are rounded when they become text (fifteen digits), so they are not written here.
const DIGITS: u64 = 1_000_000_000_000_000;

/// An expression of the forms this file knows.
#[derive(Debug)]
pub(crate) enum Direct {
    Constant(Value),
    /// `$name.member[0].member`
    Path {
        name: String,
        steps: Vec<Step>,
    },
    Object(Vec<(Arc<str>, Direct)>),
    Binary(BinaryOp, Box<[Direct; 2]>),
    Condition(Box<[Direct; 3]>),
    /// A function of one value, by its name without the `$`.
    Unary(Unary, Box<Direct>),
    Contains(Box<[Direct; 2]>),
    Merge(Vec<Direct>),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Unary {
    Count,
    Exists,
    Lowercase,
    Not,
    String,
    Uppercase,
}

#[derive(Debug)]
pub(crate) enum Step {
    Member(Box<str>),
    Item(usize),
}

impl Direct {
    /// The expression, if it has one of the forms.
    pub fn of(tree: &AstNode) -> Option<Direct> {
        compile(tree, NESTING)
    }

    /// What the evaluator would give; nothing where that is not certain.
    pub fn evaluate(&self, bindings: &Bindings) -> Option<Outcome> {
        let found = self.value(bindings)?;
        if let Outcome::Value(value) = &found
            && !keeps(value, DEPTH, &mut SIZE.clone())
        {
            return None;
        }
        Some(found)
    }

    fn value(&self, bindings: &Bindings) -> Option<Outcome> {
        match self {
            Direct::Constant(value) => Some(Outcome::Value(value.clone())),
            Direct::Path { name, steps } => read(bindings, name, steps),
            Direct::Object(members) => {
                let mut object = Map::with_capacity(members.len());
                for (key, member) in members {
                    if let Some(value) = defined(member.value(bindings)?) {
                        object.insert(key.clone(), value);
                    }
                }
                Some(Outcome::Value(Value::Object(Arc::new(object))))
            }
            Direct::Binary(op, sides) => {
                let [left, right] = sides.as_ref();
                binary(*op, left, right, bindings)
            }
            Direct::Condition(parts) => {
                let [condition, then, otherwise] = parts.as_ref();
                match flag(condition.value(bindings)?)? {
                    true => then.value(bindings),
                    false => otherwise.value(bindings),
                }
            }
            Direct::Unary(function, operand) => {
                builtin(bindings, function.name())?;
                function.of(operand.value(bindings)?)
            }
            Direct::Contains(sides) => {
                builtin(bindings, "contains")?;
                let [text, part] = sides.as_ref();
                let (text, part) = (text.value(bindings)?, part.value(bindings)?);
                truth(defined(text)?.as_str()?.contains(defined(part)?.as_str()?))
            }
            Direct::Merge(parts) => {
                builtin(bindings, "merge")?;
                let mut merged = Map::new();
                for part in parts {
                    match part.value(bindings)? {
                        Outcome::Undefined => {}
                        Outcome::Value(Value::Object(members)) => {
                            for (key, value) in members.iter() {
                                merged.insert(key.clone(), value.clone());
                            }
                        }
                        Outcome::Value(_) | Outcome::Function => return None,
                    }
                }
                Some(Outcome::Value(Value::Object(Arc::new(merged))))
            }
        }
    }
}

impl Unary {
    const ALL: [Unary; 6] = [
        Unary::Count,
        Unary::Exists,
        Unary::Lowercase,
        Unary::Not,
        Unary::String,
        Unary::Uppercase,
    ];

    fn name(self) -> &'static str {
        match self {
            Unary::Count => "count",
            Unary::Exists => "exists",
            Unary::Lowercase => "lowercase",
            Unary::Not => "not",
            Unary::String => "string",
            Unary::Uppercase => "uppercase",
        }
    }

    fn of(self, operand: Outcome) -> Option<Outcome> {
        match self {
            Unary::Exists => truth(defined(operand).is_some()),
            Unary::Not => truth(!flag(operand)?),
            Unary::Count => match defined(operand)? {
                Value::Array(items) => sum(items.len() as f64),
                _ => None,
            },
            Unary::String => {
                let mut text = String::new();
                defined(operand.clone())?;
                join(&mut text, operand)?;
                Some(Outcome::Value(Value::from(text)))
            }
            Unary::Lowercase => cased(operand, str::to_ascii_lowercase),
            Unary::Uppercase => cased(operand, str::to_ascii_uppercase),
        }
    }
}

/// A text in other letters; beyond ASCII the evaluator decides.
fn cased(operand: Outcome, change: fn(&str) -> String) -> Option<Outcome> {
    let text = defined(operand)?;
    let text = text.as_str().filter(|text| text.is_ascii())?;
    Some(Outcome::Value(Value::from(change(text))))
}

fn compile(node: &AstNode, levels: usize) -> Option<Direct> {
    let levels = levels.checked_sub(1)?;
    let part = |node: &AstNode| compile(node, levels);
    Some(match node {
        AstNode::String(text) => Direct::Constant(Value::string(text)),
        AstNode::Number(number) if number.is_finite() => {
            Direct::Constant(Value::Number(Number::from_f64(*number)))
        }
        AstNode::Boolean(flag) => Direct::Constant(Value::Bool(*flag)),
        AstNode::Null => Direct::Constant(Value::Null),
        AstNode::Variable(name) if !name.is_empty() => Direct::Path {
            name: name.clone(),
            steps: Vec::new(),
        },
        AstNode::Path { steps } => path(steps)?,
        AstNode::Object(members) => {
            let mut keys = BTreeSet::new();
            let mut object = Vec::with_capacity(members.len());
            for (key, member) in members {
                let AstNode::String(key) = key else {
                    return None;
                };
                if !keys.insert(key) {
                    return None;
                }
                object.push((Arc::from(key.as_str()), part(member)?));
            }
            Direct::Object(object)
        }
        AstNode::Binary { op, lhs, rhs } if is_known(*op) => {
            Direct::Binary(*op, Box::new([part(lhs)?, part(rhs)?]))
        }
        AstNode::Conditional {
            condition,
            then_branch,
            else_branch: Some(otherwise),
        } => Direct::Condition(Box::new([
            part(condition)?,
            part(then_branch)?,
            part(otherwise)?,
        ])),
        AstNode::Block(nodes) => match nodes.as_slice() {
            [node] => part(node)?,
            _ => return None,
        },
        AstNode::Function {
            name,
            args,
            is_builtin: true,
        } => match (name.as_str(), args.as_slice()) {
            ("contains", [text, wanted]) => {
                Direct::Contains(Box::new([part(text)?, part(wanted)?]))
            }
            ("merge", [AstNode::Array(parts)]) if !parts.is_empty() => {
                Direct::Merge(parts.iter().map(part).collect::<Option<Vec<Direct>>>()?)
            }
            (name, [operand]) => {
                let mut known = Unary::ALL.into_iter();
                let function = known.find(|function| function.name() == name)?;
                Direct::Unary(function, Box::new(part(operand)?))
            }
            _ => return None,
        },
        _ => return None,
    })
}

/// Whether [`binary`] has an answer for the operator.
const fn is_known(op: BinaryOp) -> bool {
    matches!(
        op,
        BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::LessThan
            | BinaryOp::LessThanOrEqual
            | BinaryOp::GreaterThan
            | BinaryOp::GreaterThanOrEqual
            | BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Concatenate
    )
}

/// A variable, then names, each with at most one position behind it.
fn path(path: &[PathStep]) -> Option<Direct> {
    let (first, rest) = path.split_first()?;
    let AstNode::Variable(name) = &first.node else {
        return None;
    };
    if name.is_empty() {
        return None;
    }
    let mut steps = Vec::with_capacity(path.len());
    item(first, &mut steps)?;
    for step in rest {
        let AstNode::Name(name) = &step.node else {
            return None;
        };
        steps.push(Step::Member(name.as_str().into()));
        item(step, &mut steps)?;
    }
    let name = name.clone();
    Some(Direct::Path { name, steps })
}

/// What stands behind the name of a step: nothing, or one position.
fn item(step: &PathStep, steps: &mut Vec<Step>) -> Option<()> {
    let binds = step.focus.is_some() || step.index_var.is_some() || step.ancestor_label.is_some();
    if binds || step.is_tuple || step.inner_tuple {
        return None;
    }
    match step.stages.as_slice() {
        [] => Some(()),
        [Stage::Filter(filter)] => match filter.as_ref() {
            AstNode::Number(at) if at.fract() == 0.0 && (0.0..1e9).contains(at) => {
                steps.push(Step::Item(*at as usize));
                Some(())
            }
            _ => None,
        },
        _ => None,
    }
}

fn read(bindings: &Bindings, name: &str, steps: &[Step]) -> Option<Outcome> {
    let (start, steps) = match steps.split_first() {
        Some((Step::Member(field), rest)) if name == "states" => match bindings.state(field) {
            Some(value) => (value, rest),
            None => (bindings.value(name)?, steps),
        },
        _ => (bindings.value(name)?, steps),
    };
    let mut here = &start;
    for step in steps {
        let next = match (step, here) {
            (Step::Member(name), Value::Object(members)) => members.get(name),
            (Step::Member(_), Value::Array(_)) => return None,
            (Step::Member(_), _) => None,
            (Step::Item(at), Value::Array(items)) => match items.get(*at)? {
                Value::Array(_) => return None,
                item => Some(item),
            },
            (Step::Item(_), _) => return None,
        };
        match next {
            Some(value) => here = value,
            None => return Some(Outcome::Undefined),
        }
    }
    Some(Outcome::Value(here.clone()))
}

fn binary(op: BinaryOp, left: &Direct, right: &Direct, bindings: &Bindings) -> Option<Outcome> {
    if matches!(op, BinaryOp::And | BinaryOp::Or) {
        let left = flag(left.value(bindings)?)?;
        if left == matches!(op, BinaryOp::Or) {
            return truth(left);
        }
        return truth(flag(right.value(bindings)?)?);
    }
    let sides = (left.value(bindings)?, right.value(bindings)?);
    match op {
        BinaryOp::Concatenate => {
            let mut text = String::new();
            join(&mut text, sides.0)?;
            join(&mut text, sides.1)?;
            (text.len() < SIZE).then(|| Outcome::Value(Value::from(text)))
        }
        BinaryOp::Equal => truth(equal(&sides.0, &sides.1)?),
        BinaryOp::NotEqual => truth(!equal(&sides.0, &sides.1)?),
        _ => {
            let (a, b) = (number(sides.0)?, number(sides.1)?);
            match op {
                BinaryOp::LessThan => truth(a < b),
                BinaryOp::LessThanOrEqual => truth(a <= b),
                BinaryOp::GreaterThan => truth(a > b),
                BinaryOp::GreaterThanOrEqual => truth(a >= b),
                BinaryOp::Add => sum(a + b),
                BinaryOp::Subtract => sum(a - b),
                BinaryOp::Multiply => sum(a * b),
                _ => None,
            }
        }
    }
}

fn equal(left: &Outcome, right: &Outcome) -> Option<bool> {
    let (Outcome::Value(left), Outcome::Value(right)) = (left, right) else {
        return None;
    };
    match (left, right) {
        (Value::Array(_) | Value::Object(_), _) | (_, Value::Array(_) | Value::Object(_)) => None,
        (Value::Number(a), Value::Number(b)) => Some(a.as_f64() == b.as_f64()),
        _ => Some(left == right),
    }
}

fn join(text: &mut String, part: Outcome) -> Option<()> {
    match part {
        Outcome::Undefined => {}
        Outcome::Value(Value::String(part)) => text.push_str(&part),
        Outcome::Value(Value::Bool(flag)) => text.push_str(if flag { "true" } else { "false" }),
        Outcome::Value(Value::Number(Number::Int(whole))) if whole.unsigned_abs() < DIGITS => {
            text.push_str(&whole.to_string());
        }
        Outcome::Value(Value::Number(Number::Float(float)))
            if float.fract() != 0.0 && float.abs() > 0.001 =>
        {
            let written = float.to_string();
            let digits = written.bytes().filter(u8::is_ascii_digit).count();
            (digits <= 15).then(|| text.push_str(&written))?;
        }
        Outcome::Value(_) | Outcome::Function => return None,
    }
    Some(())
}

fn sum(number: f64) -> Option<Outcome> {
    number
        .is_finite()
        .then(|| Outcome::Value(Value::Number(Number::from_f64(number))))
}

fn number(outcome: Outcome) -> Option<f64> {
    defined(outcome)?.as_f64()
}

fn flag(outcome: Outcome) -> Option<bool> {
    defined(outcome)?.as_bool()
}

fn truth(flag: bool) -> Option<Outcome> {
    Some(Outcome::Value(Value::Bool(flag)))
}

fn defined(outcome: Outcome) -> Option<Value> {
    match outcome {
        Outcome::Value(value) => Some(value),
        Outcome::Undefined | Outcome::Function => None,
    }
}

/// Nothing where a variable hides the function.
fn builtin(bindings: &Bindings, name: &str) -> Option<()> {
    bindings.value(name).is_none().then_some(())
}

/// Whether the evaluator gives a value back as it took it: no number it would round, nothing very large.
fn keeps(value: &Value, depth: usize, left: &mut usize) -> bool {
    let mut draw = |size: usize| match left.checked_sub(size) {
        Some(rest) => {
            *left = rest;
            true
        }
        None => false,
    };
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::Number(Number::Int(whole)) => whole.unsigned_abs() <= 1 << 53,
        Value::Number(Number::Unsigned(_)) => false,
        Value::Number(Number::Float(float)) => matches!(Number::from_f64(*float), Number::Float(_)),
        Value::String(text) => draw(text.len()),
        Value::Array(items) => {
            depth > 0 && draw(items.len()) && items.iter().all(|item| keeps(item, depth - 1, left))
        }
        Value::Object(members) => {
            depth > 0
                && draw(members.len())
                && members
                    .iter()
                    .all(|(_, member)| keeps(member, depth - 1, left))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::query::jsonata::Expression;

    fn value() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            any::<bool>().prop_map(|flag| flag.to_string()),
            (-20i64..20).prop_map(|number| number.to_string()),
            prop::sample::select(vec![
                "0.5",
                "1.0",
                "-0.0",
                "1e3",
                "29.95",
                "9007199254740993",
                "18446744073709551615",
                "1e300",
                "999999999999999",
                "1000000000000000",
                "0.1",
                "1e-7",
                "0.0012345678901234",
                "123456.789012345",
                "-2.5",
            ])
            .prop_map(str::to_owned),
            prop::sample::select(vec!["\"\"", "\"a\"", "\"1\"", "\"É\"", "\"aB\""])
                .prop_map(str::to_owned),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4)
                    .prop_map(|items| format!("[{}]", items.join(","))),
                prop::collection::btree_map("[abc]", inner, 0..4).prop_map(|members| {
                    let members: Vec<String> = members
                        .iter()
                        .map(|(key, value)| format!("\"{key}\":{value}"))
                        .collect();
                    format!("{{{}}}", members.join(","))
                }),
            ]
        })
    }

    fn expression() -> impl Strategy<Value = String> {
        let place = prop::sample::select(vec!["", "", "", "[0]", "[1]"]);
        let path = (
            prop::sample::select(vec!["$x", "$y", "$states.input", "$states.result", "$z"]),
            prop::collection::vec(("[abc]", place), 0..3),
        )
            .prop_map(|(start, steps)| {
                let steps: Vec<String> = steps
                    .iter()
                    .map(|(name, place)| format!(".{name}{place}"))
                    .collect();
                format!("{start}{}", steps.concat())
            });
        let leaf = prop_oneof![
            4 => path,
            1 => prop::sample::select(vec!["'a'", "1", "0.5", "true", "null", "-3", "$x[0]", "''"])
                .prop_map(str::to_owned),
        ];
        leaf.prop_recursive(3, 24, 3, |inner| {
            let operator = prop::sample::select(vec![
                "&", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "and", "or",
            ]);
            prop_oneof![
                (inner.clone(), operator, inner.clone())
                    .prop_map(|(a, op, b)| format!("({a} {op} {b})")),
                (inner.clone(), inner.clone(), inner.clone())
                    .prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
                (prop::sample::select(Unary::ALL.to_vec()), inner.clone())
                    .prop_map(|(function, a)| format!("${}({a})", function.name())),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("$contains({a}, {b})")),
                prop::collection::vec(inner.clone(), 1..4)
                    .prop_map(|parts| format!("$merge([{}])", parts.join(", "))),
                prop::collection::vec(inner, 0..3).prop_map(|parts| {
                    let members: Vec<String> = parts
                        .iter()
                        .zip(["a", "b", "c"])
                        .map(|(value, key)| format!("'{key}': {value}"))
                        .collect();
                    format!("{{{}}}", members.join(", "))
                }),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn an_answer_is_that_of_the_evaluator(
            text in expression(),
            values in prop::collection::vec(value(), 4),
        ) {
            let values: Vec<Value> = values.iter().map(|text| Value::parse(text).unwrap()).collect();
            let mut bindings = Bindings::new(1);
            bindings.bind("x", values[0].clone());
            bindings.bind("y", values[1].clone());
            bindings.add_state("input", || values[2].clone());
            bindings.add_state("result", || values[3].clone());
            let expression = Expression::parse(&text).unwrap();
            let Some(direct) = &expression.direct else {
                return Ok(());
            };
            if let Some(answer) = direct.evaluate(&bindings) {
                let whole = Expression { direct: None, ..expression.clone() };
                let asked = whole.evaluate(&bindings);
                prop_assert_eq!(format!("{:?}", Ok::<_, ()>(answer)), format!("{:?}", asked), "{}", text);
            }
        }
    }

    #[test]
    fn common_forms_need_no_evaluator() {
        let mut bindings = Bindings::new(1);
        bindings.bind("id", Value::from("o1"));
        bindings.add_state("input", || {
            Value::parse(r#"{"a":{"b":[1,{"c":2}]},"n":7,"s":"x"}"#).unwrap()
        });
        for (text, expected) in [
            ("$states.input", r#"{"a":{"b":[1,{"c":2}]},"n":7,"s":"x"}"#),
            ("$states.input.a.b", r#"[1,{"c":2}]"#),
            ("$states.input.a.b[1].c", "2"),
            ("'ORDER#' & $id & '-' & $states.input.n", r#""ORDER#o1-7""#),
            ("$states.input.s = 'x'", "true"),
            ("$not($exists($states.input.none))", "true"),
            ("$states.input.n > 3 ? 'many' : 'few'", r#""many""#),
            (
                "$merge([$states.input.a, {'id': $id}])",
                r#"{"b":[1,{"c":2}],"id":"o1"}"#,
            ),
        ] {
            let expression = Expression::parse(text).unwrap();
            let direct = expression.direct.as_ref().unwrap();
            let Some(Outcome::Value(value)) = direct.evaluate(&bindings) else {
                panic!("{text} was left to the evaluator");
            };
            assert_eq!(value.to_json(), expected, "{text}");
        }
    }

    #[test]
    fn a_variable_that_hides_a_function_is_left_to_the_evaluator() {
        let mut bindings = Bindings::new(1);
        bindings.bind("exists", Value::from(1));
        let expression = Expression::parse("$exists(1)").unwrap();
        assert!(expression.direct.unwrap().evaluate(&bindings).is_none());
    }
}
