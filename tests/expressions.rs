//! The expressions of `tests/data/query`: each with the answer of the language's own implementation.

use stepwright::query::Value;
use stepwright::query::jsonata::Bindings;
use stepwright::query::jsonata::Expression;
use stepwright::query::jsonata::Outcome;
use stepwright::query::jsonpath::Path;

/// The document in the file's head and its blocks of expression and answer.
fn blocks(text: &str, head: &str) -> (Value, Vec<(String, String)>) {
    let document = text
        .lines()
        .find_map(|line| line.strip_prefix(head))
        .map(|json| Value::parse(json).unwrap())
        .unwrap();
    let mut lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("# ") && !line.starts_with(head));
    let mut blocks = Vec::new();
    while let (Some(expression), Some(answer)) = (lines.next(), lines.next()) {
        let answer = answer.strip_prefix("=> ").expect("an answer");
        blocks.push((expression.to_string(), answer.to_string()));
    }
    (document, blocks)
}

fn check(blocks: &[(String, String)], answer: impl Fn(&str) -> Result<Value, String>) {
    let mut wrong = Vec::new();
    for (expression, expected) in blocks {
        let right = match answer(expression) {
            Ok(value) => Value::parse(expected).is_ok_and(|expected| expected == value),
            Err(words) => words == *expected,
        };
        if !right {
            wrong.push(format!(
                "{expression}\n  expected {expected}\n  got      {:?}",
                answer(expression)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn jsonata() {
    let (states, blocks) = blocks(include_str!("data/query/jsonata.txt"), "$states = ");
    let mut bindings = Bindings::new(1);
    bindings.bind("states", states);
    check(&blocks, |text| {
        match Expression::parse(text).and_then(|expression| expression.evaluate(&bindings)) {
            Ok(Outcome::Value(value)) => Ok(value),
            Ok(Outcome::Undefined) => Err("undefined".to_string()),
            Ok(Outcome::Function) => Err("function".to_string()),
            Err(error) => Err(error.to_string()),
        }
    });
}

#[test]
fn jsonpath() {
    let (document, blocks) = blocks(include_str!("data/query/jsonpath.txt"), "$ = ");
    check(&blocks, |text| {
        Path::parse(text)
            .and_then(|path| path.read(&document))
            .map_err(|error| format!("{}: {error}", error.code()))
    });
}
