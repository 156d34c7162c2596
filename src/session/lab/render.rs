//! From a template and what it is rendered against to a sight of what happened.

use std::sync::Arc;

use crate::gateway::vtl;
use crate::gateway::vtl::Environment;
use crate::gateway::vtl::Limits;
use crate::gateway::vtl::Parameters;
use crate::gateway::vtl::Rendering;
use crate::gateway::vtl::Template;
use crate::gateway::vtl::VtlError;
use crate::gateway::vtl::Watch;
use crate::query::Map;
use crate::query::Value;
use crate::session::lab::LabAnswer;
use crate::session::lab::LabField;
use crate::session::lab::LabRequest;
use crate::session::lab::LabSide;
use crate::session::lab::Override;
use crate::session::lab::Sight;
use crate::session::lab::Trouble;
use crate::session::lab::lint::lints;
use crate::session::lab::meaning::meaning_of;
use crate::session::lab::meaning::start_input;
use crate::session::lab::pairs;
use crate::session::lab::story;
use crate::text::LineColumn;

/// A template to be rendered. It holds all that is needed, so it can be done anywhere.
#[derive(Clone, Debug)]
pub struct LabOrder {
    pub number: u64,
    pub side: LabSide,
    pub template: Arc<str>,
    pub request: LabRequest,
    pub answer: LabAnswer,
    /// The request template, whose overrides of the response count before a response template begins.
    pub before: Option<Arc<str>>,
}

/// Steps that take a small part of a frame; a template that needs more is rendered beside the window.
const STEPS_IN_FRAME: u64 = 20_000;

impl LabOrder {
    /// Bytes that are to be read.
    pub fn size(&self) -> usize {
        self.template.len() + self.request.body.len() + self.answer.body.len()
    }

    /// The sight, or nothing where it would take longer than a frame has time for.
    pub fn render_within_frame(&self) -> Option<Sight> {
        let sight = self.render_with(frame_limits());
        let short = sight.limit != Some("steps") && sight.limit != Some("output");
        (short && !sight.short_of_context).then_some(sight)
    }

    /// Renders the template, however long it takes; the language itself bounds that.
    pub fn render(&self) -> Sight {
        self.render_with(Limits::default())
    }

    /// The keys of the map a reference stands for at the end of a template; `loops` are the heads of the `#foreach`
    /// around it, of which the first pass counts.
    pub(crate) fn keys_of(&self, readable: &str, reference: &str, loops: &[&str]) -> Vec<String> {
        const BEGIN: char = '\u{2}';
        const BETWEEN: char = '\u{1}';
        let mut probe = format!("{readable}{BEGIN}");
        loops.iter().for_each(|head| probe.push_str(head));
        probe.push_str(&format!(
            "#foreach($stepwrightKey in {reference}.keySet())$stepwrightKey{BETWEEN}#end"
        ));
        loops.iter().for_each(|_| probe.push_str("#break#end"));
        let Ok(template) = Template::parse(&probe) else {
            return Vec::new();
        };
        let mut environment = self.environment(frame_limits());
        if self.side == LabSide::Response {
            environment.body = Arc::from(self.answer.body.as_str());
        }
        let rendering = vtl::render(&template, &environment);
        let Some((_, keys)) = rendering.output.rsplit_once(BEGIN) else {
            return Vec::new();
        };
        keys.split(BETWEEN)
            .filter(|key| !key.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn render_with(&self, limits: Limits) -> Sight {
        let mut sight = Sight {
            side: self.side,
            template: self.template.clone(),
            problems: self.problems(),
            ..Sight::default()
        };
        let mut environment = self.environment(limits);
        if self.side == LabSide::Response
            && let Some(before) = &self.before
        {
            let rendering = self.rendered_before(before, &environment);
            sight.short_of_context = rendering.error.is_some_and(|error| error.limit.is_some());
            environment.context = rendering.context;
            environment.body = Arc::from(self.answer.body.as_str());
        }
        environment.watch = Watch::On;
        match Template::parse(&self.template) {
            Err(error) => {
                sight.trouble = Some(trouble(&error));
                sight.limit = error.limit;
            }
            Ok(template) => {
                sight.lints = lints(&self.template);
                self.tell(&mut sight, vtl::render(&template, &environment));
            }
        }
        sight
    }

    /// The request template, for what it leaves in `$context`.
    fn rendered_before(&self, before: &str, environment: &Environment) -> Rendering {
        match Template::parse(before) {
            Ok(template) => vtl::render(&template, environment),
            Err(_) => Rendering {
                context: environment.context.clone(),
                ..Rendering::default()
            },
        }
    }

    fn tell(&self, sight: &mut Sight, rendering: Rendering) {
        if let Some(error) = &rendering.error {
            sight.trouble = Some(trouble(error));
            sight.limit = error.limit;
        }
        sight.output = Arc::from(rendering.output.as_str());
        story::tell(sight, &rendering);
        let overrides = &rendering.overrides;
        sight.status = overrides.status_code();
        let mut push = |name: String, value: String| sight.overrides.push(Override { name, value });
        if let Some(status) = &overrides.status {
            push(
                "responseOverride.status".to_owned(),
                crate::query::java_text(status),
            );
        }
        for (group, pairs) in [
            ("responseOverride.header", &overrides.response_header),
            ("requestOverride.header", &overrides.request_header),
            ("requestOverride.querystring", &overrides.querystring),
            ("requestOverride.path", &overrides.path),
        ] {
            for (name, value) in pairs {
                push(format!("{group}.{name}"), value.clone());
            }
        }
        if let Some(name) = overrides.set_again.first()
            && sight.trouble.is_none()
        {
            sight.trouble = story::set_again(sight, name);
        }
        sight.meaning = meaning_of(sight);
        sight.input = start_input(&sight.meaning);
    }

    /// All that the template sees.
    fn environment(&self, limits: Limits) -> Environment {
        let request = &self.request;
        let object = |text: &str| {
            let pairs = pairs(text).unwrap_or_default();
            Value::object(
                pairs
                    .into_iter()
                    .map(|(name, value)| (name, Value::string(value))),
            )
        };
        Environment {
            body: match (self.side, &self.before) {
                (LabSide::Response, None) => Arc::from(self.answer.body.as_str()),
                (LabSide::Request, _) | (LabSide::Response, Some(_)) => {
                    Arc::from(request.body.as_str())
                }
            },
            parameters: Parameters {
                path: object(&request.path_parameters),
                querystring: object(&request.query),
                header: object(&request.headers),
            },
            context: self.context(),
            stage_variables: object(&request.stage_variables),
            limits,
            watch: Watch::Off,
            ..Environment::default()
        }
    }

    /// `$context`: what follows from the request, and over it what was typed.
    fn context(&self) -> Value {
        let request = &self.request;
        let text = |text: &str| Value::string(text);
        let nothing = || Value::object::<&str>([]);
        let mut path = request.path.clone();
        for (name, value) in pairs(&request.path_parameters).unwrap_or_default() {
            path = path.replace(&format!("{{{name}}}"), &value);
        }
        let agent = pairs(&request.headers).unwrap_or_default().into_iter();
        let agent = agent
            .rev()
            .find(|(name, _)| name.eq_ignore_ascii_case("user-agent"));
        let mut identity = vec![("sourceIp", text("127.0.0.1"))];
        identity.extend(agent.map(|(_, value)| ("userAgent", text(&value))));
        let context = Value::object([
            ("resourceId", text("lab")),
            ("resourcePath", text(&request.path)),
            ("httpMethod", text(&request.method)),
            ("extendedRequestId", text("bGFiLXJlcXVlc3Q=")),
            ("requestTime", text("26/Nov/2026:04:22:43 +0000")),
            ("path", text(&format!("/dev{path}"))),
            ("accountId", text("123456789012")),
            ("protocol", text("HTTP/1.1")),
            (
                "requestOverride",
                Value::object([
                    ("path", nothing()),
                    ("header", nothing()),
                    ("querystring", nothing()),
                ]),
            ),
            ("stage", text("dev")),
            ("domainPrefix", text("lab")),
            ("requestTimeEpoch", Value::from(1_795_666_963_000_i64)),
            ("requestId", text("7c1f0b52-5d0e-4c0a-9a55-3f1f2c9f2a10")),
            ("identity", Value::object(identity)),
            (
                "domainName",
                text("lab.execute-api.us-east-1.amazonaws.com"),
            ),
            ("responseOverride", Value::object([("header", nothing())])),
            ("apiId", text("lab")),
        ]);
        match Value::parse(&request.context) {
            Ok(over @ Value::Object(_)) => merged(&context, &over, 0),
            Ok(_) | Err(_) => context,
        }
    }

    fn problems(&self) -> std::collections::BTreeMap<LabField, crate::session::lab::FieldProblem> {
        LabField::ALL
            .into_iter()
            .filter_map(|field| {
                let problem = self.request.problem(field).or_else(|| match self.side {
                    LabSide::Response => self.answer.problem(field),
                    LabSide::Request => None,
                })?;
                Some((field, problem))
            })
            .collect()
    }
}

fn frame_limits() -> Limits {
    Limits {
        steps: STEPS_IN_FRAME,
        output: 256 * 1024,
        ..Limits::default()
    }
}

/// The members of two objects, those of the second first in rank, objects within each other likewise.
fn merged(under: &Value, over: &Value, depth: usize) -> Value {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) if depth < 32 => {
            let mut members: Map = (**under).clone();
            for (name, value) in over.iter() {
                let value = match members.get(name) {
                    Some(known) => merged(known, value, depth + 1),
                    None => value.clone(),
                };
                members.insert(name.clone(), value);
            }
            Value::Object(members.into())
        }
        _ => over.clone(),
    }
}

fn trouble(error: &VtlError) -> Trouble {
    Trouble {
        span: error.span,
        place: LineColumn {
            line: error.line,
            column: error.column,
        },
        message: error.message.clone(),
    }
}
