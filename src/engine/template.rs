//! Payload templates: JSON with paths, intrinsics or expressions in it, parsed once.

use std::sync::Arc;

use crate::engine::environment::Environment;
use crate::engine::expression::JsonataField;
use crate::engine::measure::Measure;
use crate::engine::trouble::Trouble;
use crate::query::Map;
use crate::query::Value;
use crate::query::intrinsics::Intrinsic;
use crate::query::jsonpath::Path;

/// A payload template (specification, "Payload Template"; for JSONata "Data transformation").
#[derive(Clone, Debug)]
pub(crate) enum Template {
    /// Nothing in it to evaluate.
    Constant(Value, Measure),
    Object(Vec<(Arc<str>, Template)>),
    Array(Vec<Template>),
    /// A member `"field.$": "$.path"`; `place` is its pointer below the state.
    Path {
        path: Path,
        field: Arc<str>,
        place: Arc<str>,
    },
    /// A member `"field.$": "States.Format(…)"`.
    Intrinsic {
        intrinsic: Intrinsic,
        place: Arc<str>,
    },
    /// A `{% … %}` string.
    Expression(JsonataField),
}

/// A variable and the value `Assign` gives it.
#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    pub name: Arc<str>,
    pub value: Template,
}

impl Template {
    pub fn constant(value: Value) -> Template {
        let measure = Measure::of(&value);
        Template::Constant(value, measure)
    }

    pub fn as_constant(&self) -> Option<&Value> {
        match self {
            Template::Constant(value, _) => Some(value),
            _ => None,
        }
    }

    pub fn evaluate(&self, environment: &Environment<'_>) -> Result<Value, Trouble> {
        match self {
            Template::Constant(value, _) => Ok(value.clone()),
            Template::Object(members) => {
                let mut object = Map::with_capacity(members.len());
                for (key, member) in members {
                    object.insert(key.clone(), member.evaluate(environment)?);
                }
                Ok(Value::Object(Arc::new(object)))
            }
            Template::Array(items) => {
                let items: Result<Vec<Value>, Trouble> = items
                    .iter()
                    .map(|item| item.evaluate(environment))
                    .collect();
                Ok(Value::array(items?))
            }
            Template::Path { path, field, place } => environment
                .read(path)
                .map_err(|_| not_found(path, field, environment.input).at_field(place.as_ref())),
            Template::Intrinsic { intrinsic, place } => {
                crate::engine::expression::evaluate_intrinsic(intrinsic, place, environment)
            }
            Template::Expression(expression) => expression.evaluate(environment),
        }
    }

    /// An upper bound of what this evaluates to, given the bound of everything it can refer to;
    /// none where only measuring tells.
    pub fn bound(&self, input: Measure) -> Option<Measure> {
        match self {
            Template::Constant(_, measure) => Some(*measure),
            Template::Path { path, .. } => match path.root() {
                crate::query::jsonpath::Root::Input if path.is_definite() => Some(input),
                _ => None,
            },
            Template::Object(members) => members
                .iter()
                .try_fold(Measure { bytes: 2, depth: 1 }, |sum, (key, member)| {
                    Some(sum.joined(member.bound(input)?, key.len() * 6 + 4, 1))
                }),
            Template::Array(items) => items
                .iter()
                .try_fold(Measure { bytes: 2, depth: 1 }, |sum, item| {
                    Some(sum.joined(item.bound(input)?, 1, 1))
                }),
            Template::Intrinsic { .. } | Template::Expression(_) => None,
        }
    }

    /// The bound, or the truth where there is no bound.
    pub fn measure(&self, value: &Value, input: Measure) -> Measure {
        self.bound(input).unwrap_or_else(|| Measure::of(value))
    }

    /// Calls `visit` for every path and expression inside.
    pub fn for_each_leaf(&self, visit: &mut dyn FnMut(&Template)) {
        match self {
            Template::Object(members) => members
                .iter()
                .for_each(|(_, member)| member.for_each_leaf(visit)),
            Template::Array(items) => items.iter().for_each(|item| item.for_each_leaf(visit)),
            Template::Constant(..)
            | Template::Path { .. }
            | Template::Intrinsic { .. }
            | Template::Expression(_) => visit(self),
        }
    }
}

/// What the service says when a path of a template finds nothing.
pub(crate) fn not_found(path: &Path, field: &str, input: &Value) -> Trouble {
    let mut trouble = Trouble::runtime(format!(
        "The JSONPath '{}' specified for the field '{field}' could not be found in the input '{}'",
        path.text(),
        input.to_json()
    ));
    trouble.path_not_found = true;
    trouble
}

/// What the service says when a path that stands alone finds nothing: `InputPath`, `TimeoutSecondsPath`.
pub(crate) fn invalid_path(
    path: &Path,
    field: &str,
    error: &crate::query::jsonpath::PathError,
) -> Trouble {
    Trouble::runtime(format!("Invalid path '{}' : {error}", path.text()))
        .at_field(format!("/{field}"))
}
