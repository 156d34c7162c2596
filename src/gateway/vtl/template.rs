//! A parsed template, what it is rendered with, and what comes of it.

use std::sync::Arc;

use crate::gateway::vtl::ast::Block;
use crate::gateway::vtl::ast::Macro;
use crate::gateway::vtl::ast::Macros;
use crate::gateway::vtl::cursor::ParseFailure;
use crate::gateway::vtl::objects::context_value;
use crate::gateway::vtl::origin::Origin;
use crate::gateway::vtl::parser::parse;
use crate::gateway::vtl::record::Moment;
use crate::gateway::vtl::record::Piece;
use crate::gateway::vtl::record::Recorder;
use crate::gateway::vtl::render::Failure;
use crate::gateway::vtl::render::Halt;
use crate::gateway::vtl::render::Renderer;
use crate::query::Map;
use crate::query::Value;
use crate::query::java_text;
use crate::text::LineIndex;
use crate::text::Span;

/// Whose Velocity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// As the service renders: what is undefined prints nothing and equals `""`; a member that is missing
    /// is an empty text; lists from JSON print as JSON; no `.class`, no properties of a text.
    #[default]
    ApiGateway,
    /// Stock Velocity 1.7, without `$input` and its like.
    Velocity,
}

/// How far a rendering may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Statements, iterations and calls; long texts and lists count more than once.
    pub steps: u64,
    /// Bytes of the output, and of any text on the way.
    pub output: usize,
    /// Blocks, macros and values within each other.
    pub depth: usize,
}

/// Whether a rendering keeps what happens, which costs time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Watch {
    #[default]
    Off,
    On,
}

/// `$input.params()`: objects of texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    pub path: Value,
    pub querystring: Value,
    pub header: Value,
}

/// All a template sees.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    pub dialect: Dialect,
    /// The payload as text; empty for none.
    pub body: Arc<str>,
    pub parameters: Parameters,
    /// The members of `$context`, those an earlier template left included.
    pub context: Value,
    pub stage_variables: Value,
    /// Further references, by name without `$`.
    pub variables: Map,
    pub limits: Limits,
    pub watch: Watch,
}

/// A template that can be rendered.
#[derive(Debug)]
pub struct Template {
    source: Arc<str>,
    block: Block,
    macros: Macros,
}

/// What is wrong with a template or came up while it was rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (line {line}, column {column})")]
pub struct VtlError {
    /// `ParseError`, `RenderError` or `LimitReached`.
    pub code: &'static str,
    /// One sentence, without the place.
    pub message: String,
    /// Bytes of the template.
    pub span: Span,
    /// Both from one, the column in characters.
    pub line: usize,
    pub column: usize,
    /// The bound that was reached: `steps`, `output`, `text`, `depth`, `macro depth`, `range`, `number` or `pattern`.
    pub limit: Option<&'static str>,
}

/// What a rendering wrote into `$context.requestOverride` and `$context.responseOverride`, earlier ones included.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    pub path: Vec<(String, String)>,
    pub querystring: Vec<(String, String)>,
    pub request_header: Vec<(String, String)>,
    /// As it was set; API Gateway looks at whole numbers only, see [`Overrides::status_code`].
    pub status: Option<Value>,
    pub response_header: Vec<(String, String)>,
    /// What this template set more than once, such as `responseOverride.status`: API Gateway answers
    /// with a 5XX then.
    pub set_again: Vec<String>,
}

/// What came of a rendering.
#[derive(Clone, Debug, Default)]
pub struct Rendering {
    /// All that was written, up to the error if there is one.
    pub output: String,
    pub error: Option<VtlError>,
    pub overrides: Overrides,
    /// `$context` at the end, for the template that comes next.
    pub context: Value,
    /// What happened, if it was watched.
    pub inspection: Vec<Moment>,
    /// Moments beyond those kept.
    pub left_out: usize,
    /// Which piece of the template wrote which piece of the output, if it was watched; in the order of the output.
    pub pieces: Vec<Piece>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            steps: 2_000_000,
            output: 10 << 20,
            depth: 150,
        }
    }
}

impl Template {
    /// Parses a template.
    pub fn parse(source: &str) -> Result<Template, VtlError> {
        match parse(source, &Origin::default(), 0) {
            Ok(parsed) => Ok(Template {
                source: Arc::from(source),
                block: parsed.block,
                macros: parsed.macros,
            }),
            Err(ParseFailure { span, message }) => {
                Err(located("ParseError", source, span, message, None))
            }
        }
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    pub(in crate::gateway) fn block(&self) -> &Block {
        &self.block
    }

    pub(in crate::gateway::vtl) fn macros(&self) -> impl Iterator<Item = &Macro> {
        self.macros.values().map(AsRef::as_ref)
    }
}

impl Overrides {
    /// The status if it is one: a whole number from 100 to 599.
    pub fn status_code(&self) -> Option<u16> {
        let status = java_text(self.status.as_ref()?);
        let code: u16 = status.trim().parse().ok()?;
        (100..=599).contains(&code).then_some(code)
    }

    /// What stands in `$context`, whoever set it.
    pub fn of(context: &Value) -> Overrides {
        let group = |side: &str, name: &str| {
            let pointer = format!("/{side}/{name}");
            let members = context.pointer(&pointer).and_then(Value::as_object);
            members
                .into_iter()
                .flat_map(|members| members.iter())
                .map(|(name, value)| (name.to_string(), java_text(value)))
                .collect()
        };
        Overrides {
            path: group("requestOverride", "path"),
            querystring: group("requestOverride", "querystring"),
            request_header: group("requestOverride", "header"),
            status: context.pointer("/responseOverride/status").cloned(),
            response_header: group("responseOverride", "header"),
            set_again: Vec::new(),
        }
    }
}

/// Renders a template. What it does to `$context` is part of the answer; nothing else remains.
pub fn render(template: &Template, environment: &Environment) -> Rendering {
    let mut renderer = Renderer::new(&template.macros, environment);
    if environment.watch == Watch::On {
        renderer.recorder = Some(Recorder::default());
    }
    let error = match renderer.block(&template.block) {
        Ok(()) | Err(Halt::Stop | Halt::Break(_)) => None,
        Err(Halt::Failed(Failure {
            span,
            message,
            limit,
        })) => {
            let code = match limit {
                Some(_) => "LimitReached",
                None => "RenderError",
            };
            Some(located(code, &template.source, span, message, limit))
        }
    };
    let context = match environment.dialect {
        Dialect::ApiGateway => context_value(&renderer.context, &environment.context),
        Dialect::Velocity => environment.context.clone(),
    };
    let mut overrides = Overrides::of(&context);
    overrides.set_again = renderer
        .overrides
        .iter()
        .filter(|(_, times)| **times > 1)
        .map(|(name, _)| name.clone())
        .collect();
    let recorder = renderer.recorder.take().unwrap_or_default();
    Rendering {
        output: std::mem::take(&mut renderer.out),
        error,
        overrides,
        context,
        inspection: recorder.moments,
        left_out: recorder.left_out,
        pieces: recorder.pieces,
    }
}

fn located(
    code: &'static str,
    source: &str,
    span: Span,
    message: String,
    limit: Option<&'static str>,
) -> VtlError {
    let place = LineIndex::new(source).locate(source, span.start);
    VtlError {
        code,
        message,
        span,
        line: place.line,
        column: place.column,
        limit,
    }
}
