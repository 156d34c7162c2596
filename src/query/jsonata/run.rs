//! Parsing and evaluating, with the evaluator's failures turned into errors.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Arc;

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::Context;
use jsonata_core::evaluator::Evaluator;
use jsonata_core::evaluator::EvaluatorError;
use jsonata_core::evaluator::EvaluatorOptions;
use jsonata_core::parser;
use jsonata_core::value::JValue;

use crate::query::Chance;
use crate::query::jsonata::Bindings;
use crate::query::jsonata::CRASH;
use crate::query::jsonata::Expression;
use crate::query::jsonata::JsonataError;
use crate::query::jsonata::Outcome;
use crate::query::jsonata::UNSUPPORTED;
use crate::query::jsonata::blame;
use crate::query::jsonata::blame::Blame;
use crate::query::jsonata::blame::MARK;
use crate::query::jsonata::blame::Marks;
use crate::query::jsonata::blame::leave;
use crate::query::jsonata::blame::marked;
use crate::query::jsonata::budget;
use crate::query::jsonata::checks;
use crate::query::jsonata::convert::to_value;
use crate::query::jsonata::direct::Direct;
use crate::query::jsonata::function;
use crate::query::jsonata::guard;
use crate::query::jsonata::message;
use crate::query::jsonata::pattern::Patterns;
use crate::query::jsonata::position;
use crate::query::jsonata::text;
use crate::query::jsonata::tree;

/// See [`Expression::parse`].
pub fn parse(text: &str) -> Result<Expression, JsonataError> {
    let parsed = catch_unwind(|| parser::parse(text)).map_err(crashed)?;
    let mut tree =
        parsed.map_err(|error| position::locate(text, message::syntax(&error.to_string())))?;
    let names = tree::names(&tree, text);
    let direct = Direct::of(&tree).map(Arc::new);
    let mut patterns = Patterns::default();
    let ours = guard::rewrite(&mut tree, &mut patterns);
    Ok(Expression {
        text: Arc::from(text),
        tree: Arc::new(tree),
        names: Arc::new(names),
        patterns: Arc::new(patterns),
        ours: Arc::new(ours),
        direct,
    })
}

/// See [`Expression::evaluate`].
pub fn evaluate(expression: &Expression, bindings: &Bindings) -> Result<Outcome, JsonataError> {
    if let Some(feature) = expression.unsupported() {
        return Err(JsonataError {
            code: UNSUPPORTED.to_string(),
            message: feature.to_string(),
            position: None,
            token: None,
        });
    }
    let direct = expression.direct.as_ref();
    if let Some(outcome) = direct.and_then(|direct| direct.evaluate(bindings)) {
        return Ok(outcome);
    }
    let chance = bindings.chance.borrow().clone();
    let result = execute(
        expression,
        &expression.tree,
        bindings,
        bindings.limits.time_ms,
        None,
    )
    .map_err(|failure| match failure {
        Failure::Crashed(error) => error,
        Failure::Said(text) => {
            let mut error = message::evaluation(&text);
            if let Some(blame) = blame(expression, bindings, chance, &error.code) {
                message::fill(&mut error, &text, &blame);
            }
            error
        }
    })?;
    match result {
        JValue::Undefined => Ok(Outcome::Undefined),
        value if value.is_function() => Ok(Outcome::Function),
        value => to_value(&value).map(Outcome::Value),
    }
}

/// How long the search for an error's place may take, in milliseconds.
const BLAME: u64 = 500;

enum Failure {
    Crashed(JsonataError),
    Said(String),
}

fn execute(
    expression: &Expression,
    tree: &AstNode,
    bindings: &Bindings,
    time_ms: Option<u64>,
    marks: Option<&Marks>,
) -> Result<JValue, Failure> {
    let limits = &bindings.limits;
    let options = EvaluatorOptions {
        timeout_ms: time_ms,
        cancel: limits.cancel.as_ref().map(|cancel| cancel.0.clone()),
        max_stack_depth: limits.depth,
        max_sequence_length: limits.sequence,
    };
    let names = &expression.names;
    let mut context = Context::new();
    for (name, value) in
        bindings.converted(names.state_fields.as_deref(), |name| names.mentions(name))
    {
        context.bind(name.to_string(), value);
    }
    let said = |error: EvaluatorError| Failure::Said(error.message().to_string());
    let mut evaluator = Evaluator::with_options(context, options);
    function::register(&mut evaluator, bindings, |name| names.mentions(name)).map_err(said)?;
    let ours = &expression.ours;
    if !ours.is_empty() {
        let account = budget::account();
        let uses = |name: &str| ours.contains(name);
        checks::register(&mut evaluator, &account, uses).map_err(said)?;
        text::register(&mut evaluator, &expression.patterns, &account, uses).map_err(said)?;
    }
    if let Some(marks) = marks {
        let marks = Marks::clone(marks);
        evaluator
            .register_fn(MARK, move |arguments: &[JValue]| {
                Ok(leave(&marks, arguments))
            })
            .map_err(said)?;
    }
    let input = bindings.input();
    catch_unwind(AssertUnwindSafe(|| {
        evaluator
            .evaluate(tree, &input)
            .map(JValue::unwrap_sequence)
    }))
    .map_err(|panic| Failure::Crashed(crashed(panic)))?
    .map_err(said)
}

/// Evaluates once more to find what the error came from, where its text needs that.
///
/// Chance gives the same values again, and is afterwards where it was before.
fn blame(
    expression: &Expression,
    bindings: &Bindings,
    chance: Chance,
    code: &str,
) -> Option<Blame> {
    let calls = match code {
        "T2001" | "T2002" | "T2003" | "T2004" | "T2006" | "T2009" | "T2010" | "D1001" | "D2014" => {
            false
        }
        "T1006" => return None,
        "D1004" => true,
        _ if code.starts_with("T04") || code.starts_with("T10") || code.starts_with("D3") => true,
        _ => return None,
    };
    let marked = marked(&expression.tree, calls);
    let marks = blame::marks();
    let after = bindings.chance.replace(chance);
    let time_ms = bindings.limits.time_ms.unwrap_or(BLAME).min(BLAME);
    let again = execute(
        expression,
        &marked.tree,
        bindings,
        Some(time_ms),
        Some(&marks),
    );
    bindings.chance.replace(after);
    match again {
        Err(Failure::Said(text)) if message::code_of(&text) == Some(code) => {
            blame::blame(&marked, &marks, expression.text())
        }
        _ => None,
    }
}

fn crashed(panic: Box<dyn std::any::Any + Send>) -> JsonataError {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| text.to_string())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "unknown".to_string());
    JsonataError {
        code: CRASH.to_string(),
        message: format!("The JSONata evaluator failed inside itself: {text}"),
        position: None,
        token: None,
    }
}
