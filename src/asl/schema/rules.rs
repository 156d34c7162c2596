//! Fields of Choice rules: the condition and its operators.

use crate::asl::schema::Field;
use crate::asl::schema::Holds::{
    Assignments, Condition, Flag, JsonataTemplate, Number, Part, Parts, Path, StateName, Text,
    Timestamp,
};
use crate::asl::schema::JsonType;
use crate::asl::schema::Place;
use crate::asl::schema::table;

const RULE: &[Place] = &[Place::ChoiceRule];
const RULES: &[Place] = &[Place::ChoiceRule, Place::InnerRule];

const ANY: &[JsonType] = &[JsonType::Any];
const STRING: &[JsonType] = &[JsonType::String];
const NUMBER: &[JsonType] = &[JsonType::Number];
const FLAG: &[JsonType] = &[JsonType::Boolean];
const OBJECT: &[JsonType] = &[JsonType::Object];
const ARRAY: &[JsonType] = &[JsonType::Array];

/// What an operator such as `NumericLessThanEqualsPath` compares, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// `String`, `Numeric`, `Boolean`, `Timestamp`, or `Is` for the tests of a type.
    pub family: &'static str,
    /// `Equals`, `LessThan`, `LessThanEquals`, `GreaterThan`, `GreaterThanEquals`, `Matches`,
    /// or what an `Is` test asks: `Null`, `Present`, `Numeric`, `String`, `Boolean`, `Timestamp`.
    pub relation: &'static str,
    /// The right side is a path.
    pub by_path: bool,
}

/// Reads the name of a comparison operator; `And`, `Or` and `Not` are none.
pub fn comparison(name: &str) -> Option<Comparison> {
    const RELATIONS: &[&str] = &[
        "Equals",
        "LessThan",
        "LessThanEquals",
        "GreaterThan",
        "GreaterThanEquals",
    ];
    const TESTS: &[&str] = &[
        "Null",
        "Present",
        "Numeric",
        "String",
        "Boolean",
        "Timestamp",
    ];
    let pick =
        |list: &'static [&'static str], word: &str| list.iter().copied().find(|w| *w == word);
    if let Some(relation) = name.strip_prefix("Is").and_then(|word| pick(TESTS, word)) {
        return Some(Comparison {
            family: "Is",
            relation,
            by_path: false,
        });
    }
    if name == "StringMatches" {
        return Some(Comparison {
            family: "String",
            relation: "Matches",
            by_path: false,
        });
    }
    let (bare, by_path) = match name.strip_suffix("Path") {
        Some(bare) => (bare, true),
        None => (name, false),
    };
    ["String", "Numeric", "Boolean", "Timestamp"]
        .into_iter()
        .find_map(|family| {
            let relation = pick(RELATIONS, bare.strip_prefix(family)?)?;
            (family != "Boolean" || relation == "Equals").then_some(Comparison {
                family,
                relation,
                by_path,
            })
        })
}

pub(crate) const ROWS: &[Field] = table! {
    "Comment", RULES, STRING, Text; "Says what this rule is for; the picture shows it on the edge"
    "Condition", RULE, &[JsonType::String, JsonType::Boolean], Condition, jsonata(), required(); "The expression that has to give true for this rule to hold"
    "Variable", RULES, STRING, Path, jsonpath(); "The path to the value that is compared"
    "And", RULES, ARRAY, Parts(Place::InnerRule), jsonpath(); "Holds when all of these hold"
    "Or", RULES, ARRAY, Parts(Place::InnerRule), jsonpath(); "Holds when at least one of these holds"
    "Not", RULES, OBJECT, Part(Place::InnerRule), jsonpath(); "Holds when this does not hold"
    "StringEquals", RULES, STRING, Text, jsonpath(); "Holds when the variable is a text that is equal to this one"
    "StringEqualsPath", RULES, STRING, Path, jsonpath(); "Holds when the variable is a text that is equal to the one at this path"
    "StringLessThan", RULES, STRING, Text, jsonpath(); "Holds when the variable is a text that sorts before this one"
    "StringLessThanPath", RULES, STRING, Path, jsonpath(); "Holds when the variable is a text that sorts before the one at this path"
    "StringGreaterThan", RULES, STRING, Text, jsonpath(); "Holds when the variable is a text that sorts after this one"
    "StringGreaterThanPath", RULES, STRING, Path, jsonpath(); "Holds when the variable is a text that sorts after the one at this path"
    "StringLessThanEquals", RULES, STRING, Text, jsonpath(); "Holds when the variable is a text that does not sort after this one"
    "StringLessThanEqualsPath", RULES, STRING, Path, jsonpath(); "Holds when the variable is a text that does not sort after the one at this path"
    "StringGreaterThanEquals", RULES, STRING, Text, jsonpath(); "Holds when the variable is a text that does not sort before this one"
    "StringGreaterThanEqualsPath", RULES, STRING, Path, jsonpath(); "Holds when the variable is a text that does not sort before the one at this path"
    "StringMatches", RULES, STRING, Text, jsonpath(); "Holds when the variable is a text that fits this pattern; * stands for any characters"
    "NumericEquals", RULES, NUMBER, Number(f64::MIN, f64::MAX), jsonpath(); "Holds when the variable is a number that is equal to this one"
    "NumericEqualsPath", RULES, STRING, Path, jsonpath(); "Holds when the variable is a number that is equal to the one at this path"
    "NumericLessThan", RULES, NUMBER, Number(f64::MIN, f64::MAX), jsonpath(); "Holds when the variable is a number that is less than this one"
    "NumericLessThanPath", RULES, STRING, Path, jsonpath(); "Holds when the variable is a number that is less than the one at this path"
    "NumericGreaterThan", RULES, NUMBER, Number(f64::MIN, f64::MAX), jsonpath(); "Holds when the variable is a number that is greater than this one"
    "NumericGreaterThanPath", RULES, STRING, Path, jsonpath(); "Holds when the variable is a number that is greater than the one at this path"
    "NumericLessThanEquals", RULES, NUMBER, Number(f64::MIN, f64::MAX), jsonpath(); "Holds when the variable is a number that is at most this one"
    "NumericLessThanEqualsPath", RULES, STRING, Path, jsonpath(); "Holds when the variable is a number that is at most the one at this path"
    "NumericGreaterThanEquals", RULES, NUMBER, Number(f64::MIN, f64::MAX), jsonpath(); "Holds when the variable is a number that is at least this one"
    "NumericGreaterThanEqualsPath", RULES, STRING, Path, jsonpath(); "Holds when the variable is a number that is at least the one at this path"
    "BooleanEquals", RULES, FLAG, Flag, jsonpath(); "Holds when the variable is true or false and is equal to this one"
    "BooleanEqualsPath", RULES, STRING, Path, jsonpath(); "Holds when the variable is true or false and is equal to the one at this path"
    "TimestampEquals", RULES, STRING, Timestamp, jsonpath(); "Holds when the variable is a moment that is the same moment as this one"
    "TimestampEqualsPath", RULES, STRING, Path, jsonpath(); "Holds when the variable is a moment that is the same moment as the one at this path"
    "TimestampLessThan", RULES, STRING, Timestamp, jsonpath(); "Holds when the variable is a moment that is before this one"
    "TimestampLessThanPath", RULES, STRING, Path, jsonpath(); "Holds when the variable is a moment that is before the one at this path"
    "TimestampGreaterThan", RULES, STRING, Timestamp, jsonpath(); "Holds when the variable is a moment that is after this one"
    "TimestampGreaterThanPath", RULES, STRING, Path, jsonpath(); "Holds when the variable is a moment that is after the one at this path"
    "TimestampLessThanEquals", RULES, STRING, Timestamp, jsonpath(); "Holds when the variable is a moment that is not after this one"
    "TimestampLessThanEqualsPath", RULES, STRING, Path, jsonpath(); "Holds when the variable is a moment that is not after the one at this path"
    "TimestampGreaterThanEquals", RULES, STRING, Timestamp, jsonpath(); "Holds when the variable is a moment that is not before this one"
    "TimestampGreaterThanEqualsPath", RULES, STRING, Path, jsonpath(); "Holds when the variable is a moment that is not before the one at this path"
    "IsNull", RULES, FLAG, Flag, jsonpath(); "True holds when the variable is null, false when it is not"
    "IsPresent", RULES, FLAG, Flag, jsonpath(); "True holds when the variable is there, false when it is not"
    "IsNumeric", RULES, FLAG, Flag, jsonpath(); "True holds when the variable is a number, false when it is not"
    "IsString", RULES, FLAG, Flag, jsonpath(); "True holds when the variable is a text, false when it is not"
    "IsBoolean", RULES, FLAG, Flag, jsonpath(); "True holds when the variable is true or false, false when it is not"
    "IsTimestamp", RULES, FLAG, Flag, jsonpath(); "True holds when the variable is a moment such as 2025-03-14T01:59:00Z, false when it is not"
    "Assign", RULE, OBJECT, Assignments; "Sets variables when this rule is taken"
    "Output", RULE, ANY, JsonataTemplate, jsonata(); "What is handed on when this rule is taken"
    "Next", RULE, STRING, StateName, required(); "The state to go to when this rule holds"
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_of_the_table_is_read() {
        let count = ROWS
            .iter()
            .filter(|field| comparison(field.name).is_some())
            .count();
        assert_eq!(count, 39);
        assert_eq!(comparison("BooleanLessThan"), None);
        assert_eq!(comparison("And"), None);
    }
}
