//! A mapping template rendered for an exchange, and what it has set besides its output.

use std::sync::Arc;

use crate::gateway::Inspection;
use crate::gateway::Recording;
use crate::gateway::TemplateSource;
use crate::gateway::exchange::Exchange;
use crate::gateway::inbound::Inbound;
use crate::gateway::inbound::grouped;
use crate::gateway::vtl;
use crate::gateway::vtl::Environment;
use crate::gateway::vtl::Event;
use crate::gateway::vtl::Moment;
use crate::gateway::vtl::Overrides;
use crate::gateway::vtl::Parameters;
use crate::gateway::vtl::Watch;
use crate::query::Value;
use crate::text::LineIndex;

#[derive(Clone, Debug, Default)]
pub(crate) struct Rendered {
    pub output: String,
    pub overrides: Overrides,
    /// The line that has set the status, where the rendering was watched.
    pub status_line: Option<usize>,
    /// Why it failed, in one sentence with the place.
    pub error: Option<String>,
    pub inspection: Option<Inspection>,
}

/// Renders a template and keeps what it did to `$context` for the next one.
pub(crate) fn render(exchange: &mut Exchange, source: &TemplateSource, body: &str) -> Rendered {
    let template = match source.parsed() {
        Ok(template) => template,
        Err(error) => {
            return Rendered {
                error: Some(format!("the template cannot be parsed: {error}")),
                ..Rendered::default()
            };
        }
    };
    let watch = match exchange.recording {
        Recording::Full => Watch::On,
        Recording::Off | Recording::Steps => Watch::Off,
    };
    let environment = Environment {
        body: Arc::from(body),
        parameters: parameters(&exchange.inbound),
        context: exchange.context.clone(),
        stage_variables: exchange.api.stage_values.clone(),
        watch,
        ..Environment::default()
    };
    let rendering = vtl::render(template, &environment);
    let again = rendering.overrides.set_again.first().map(|name| {
        format!("the template sets $context.{name} more than once, and API Gateway answers that with an error")
    });
    let error = rendering
        .error
        .map(|error| format!("the template failed: {error}"))
        .or(again);
    let status_line = match watch {
        Watch::On => status_line(&source.text, &rendering.inspection),
        Watch::Off => None,
    };
    let inspection = (watch == Watch::On).then(|| Inspection {
        template: Arc::clone(&source.text),
        moments: rendering.inspection,
        pieces: rendering.pieces,
        left_out: rendering.left_out,
    });
    exchange.context = rendering.context;
    Rendered {
        output: rendering.output,
        overrides: rendering.overrides,
        status_line,
        error,
        inspection,
    }
}

/// The line of the last `#set` of the status.
fn status_line(text: &str, moments: &[Moment]) -> Option<usize> {
    let moment = moments.iter().rev().find(|moment| match &moment.event {
        Event::Assigned { name, .. } => name.ends_with("responseOverride.status"),
        Event::Condition { .. }
        | Event::Iteration { .. }
        | Event::Rendered { .. }
        | Event::Called { .. }
        | Event::Read { .. }
        | Event::Entered { .. } => false,
    })?;
    Some(LineIndex::new(text).locate(text, moment.span.start).line)
}

/// `$input.params()`; of several values of a name the last one.
fn parameters(inbound: &Inbound) -> Parameters {
    let last = |fields: &[(String, String)]| {
        Value::object(grouped(fields).into_iter().map(|(key, values)| {
            (
                key,
                Value::string(values.last().copied().unwrap_or_default()),
            )
        }))
    };
    Parameters {
        path: last(&inbound.path_parameters),
        querystring: last(&inbound.query),
        header: last(&inbound.headers),
    }
}
