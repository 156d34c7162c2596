//! The query languages as the fields of a state use them, with the service's words for what goes wrong.

use std::sync::Arc;

use crate::engine::environment::Environment;
use crate::engine::template::Template;
use crate::engine::trouble::Trouble;
use crate::query::Value;
use crate::query::intrinsics::Intrinsic;
use crate::query::jsonata::Expression;
use crate::query::jsonata::JsonataError;
use crate::query::jsonata::Outcome;
use crate::query::jsonpath::Root;
use crate::text::Span;

/// A `{% … %}` string of one field.
#[derive(Clone, Debug)]
pub(crate) struct JsonataField {
    /// The text without `{%` and `%}`.
    pub expression: Expression,
    /// Where it stands: `Output/result`, `Arguments/FunctionName`.
    pub location: Arc<str>,
}

impl JsonataField {
    /// Parses the text between the marks. The error is one sentence.
    pub fn parse(text: &str, location: &str) -> Result<JsonataField, String> {
        let expression = Expression::parse(text)
            .map_err(|error| format!("The JSONata expression cannot be parsed: {error}"))?;
        if let Some(reason) = expression.unsupported() {
            return Err(reason.to_owned());
        }
        Ok(JsonataField {
            expression,
            location: Arc::from(location),
        })
    }

    pub fn evaluate(&self, environment: &Environment<'_>) -> Result<Value, Trouble> {
        match self
            .expression
            .evaluate(environment.bindings_of(&self.expression))
        {
            Ok(Outcome::Value(value)) => Ok(value),
            Ok(Outcome::Undefined) => Err(self.complaint("returned nothing (undefined).")),
            Ok(Outcome::Function) => Err(self.complaint("returned an unsupported result type.")),
            Err(error) => {
                let words = format!("threw an error during evaluation. {error}");
                let mut trouble = self.complaint(&words);
                trouble.span = self.span(&error);
                Err(trouble)
            }
        }
    }

    /// The place an error names, in bytes of the expression.
    fn span(&self, error: &JsonataError) -> Option<Span> {
        let text = self.expression.text();
        let position = error.position?;
        let start = text
            .char_indices()
            .nth(position)
            .map_or(text.len(), |(at, _)| at);
        let length = error.token.as_deref().map_or(1, str::len);
        Some(Span::new(
            start,
            (start + length).min(text.len()).max(start),
        ))
    }

    /// The value is of another type than the field takes.
    pub fn unexpected(&self, wanted: &str, value: &Value) -> Trouble {
        self.complaint(&format!(
            "returned an unexpected result type. Expected '{wanted}', but was '{}' for value: {}",
            value.type_name(),
            value.to_json()
        ))
    }

    fn complaint(&self, words: &str) -> Trouble {
        Trouble::evaluation(
            Some(&self.location),
            format!(
                "The JSONata expression '{}' specified for the field '{}' {words}",
                self.expression.text(),
                self.location
            ),
        )
    }
}

impl Template {
    /// The value is of another type than the field takes.
    pub fn unexpected_type(&self, wanted: &str, value: &Value) -> Trouble {
        match self {
            Template::Expression(expression) => expression.unexpected(wanted, value),
            _ => Trouble::runtime(format!(
                "Expected '{wanted}', but was '{}' for value: {}",
                value.type_name(),
                value.to_json()
            )),
        }
    }
}

/// Evaluates `States.Format(…)` and its siblings.
pub(crate) fn evaluate_intrinsic(
    intrinsic: &Intrinsic,
    place: &str,
    environment: &Environment<'_>,
) -> Result<Value, Trouble> {
    let resolve = |root: &Root| match root {
        Root::Input => Some(environment.input.clone()),
        Root::Context => Some(environment.context().clone()),
        Root::Variable(name) => environment.variable(name).cloned(),
    };
    let seed = environment.draw(|chance| chance.next());
    let mut chance = crate::query::Chance::seeded(seed);
    intrinsic.evaluate(&resolve, &mut chance).map_err(|error| {
        let trouble = match error.error {
            crate::engine::trouble::RUNTIME => Trouble::runtime(&error.message),
            name => Trouble::named(name, &error.message),
        };
        trouble.at_field(place)
    })
}
