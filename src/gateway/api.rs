//! An API as API Gateway holds it after an import: routes, validators, models, integrations, gateway responses.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::gateway::pattern::Pattern;
use crate::gateway::route::Segment;
use crate::gateway::schema::Schema;
use crate::gateway::vtl::Template;
use crate::gateway::vtl::VtlError;
use crate::project::KeyGrant;
use crate::query::Value;

/// A REST API with one stage. Read by [`crate::gateway::read`], never changed.
#[derive(Debug)]
pub struct Api {
    /// Ten letters and digits, made from the name.
    pub id: String,
    pub name: String,
    /// Without slashes: `dev`.
    pub stage: String,
    pub stage_variables: BTreeMap<String, String>,
    /// The same as templates see them.
    pub(crate) stage_values: Value,
    pub account: String,
    pub region: String,
    /// In the order of the document.
    pub routes: Vec<Route>,
    /// By response type in upper case: `BAD_REQUEST_BODY`, `DEFAULT_4XX`.
    pub gateway_responses: BTreeMap<String, GatewayResponse>,
    /// Content types whose bodies are bytes, `*/*` for all.
    pub binary_media_types: Vec<String>,
    pub key_source: KeySource,
    /// The keys of the project, those first that open the routes which ask for one.
    pub keys: Vec<ApiKey>,
    /// What of the document is not as API Gateway wants it, or is not supported here.
    pub problems: Vec<Problem>,
}

/// Something about the document, with its place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// JSON pointer into the document.
    pub pointer: String,
    /// One sentence without a full stop.
    pub message: String,
    /// Line and column inside the text at the pointer, counted from 1: of templates.
    pub place: Option<Place>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ApiKey {
    /// The value clients send.
    pub value: String,
    pub name: String,
    pub grant: KeyGrant,
}

/// Where the API key of a request stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeySource {
    /// In the header `x-api-key`.
    #[default]
    Header,
    /// Handed out by an authorizer, which has none here.
    Authorizer,
}

/// A method of a resource.
#[derive(Debug)]
pub struct Route {
    /// In upper case, or `ANY`.
    pub method: String,
    /// The resource's path with its parameters, without the stage: `/api-keys/{name}`.
    pub path: String,
    /// JSON pointer of the operation.
    pub pointer: String,
    /// `summary` or `operationId` of the operation.
    pub summary: Option<String>,
    /// `operationId`
    pub operation_name: Option<String>,
    /// `path` taken apart.
    pub segments: Vec<Segment>,
    /// Of the operation and its path, the operation's first.
    pub parameters: Vec<Parameter>,
    pub validator: Option<Validator>,
    /// By content type, in the order of the document.
    pub models: IndexMap<String, BodyModel>,
    pub key_required: bool,
    /// The name of an authorizer or of IAM, which is not asked here.
    pub authorizer: Option<String>,
    /// By status in text.
    pub method_responses: IndexMap<String, MethodResponse>,
    pub integration: Option<Integration>,
    /// An example of a body from the document.
    pub example: Option<String>,
}

/// A parameter a request may or must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub place: Direction,
    pub required: Required,
}

/// Where a parameter stands; the words of mapping expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    Path,
    Querystring,
    Header,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Required {
    Yes,
    No,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validator {
    pub name: String,
    pub checks: Checks,
}

/// What a validator looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checks {
    Nothing,
    Parameters,
    Body,
    Both,
}

/// What a method may answer with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MethodResponse {
    /// Headers that integration responses may map to, as written.
    pub headers: Vec<String>,
}

/// What stands behind a method.
#[derive(Debug)]
pub struct Integration {
    pub kind: IntegrationKind,
    pub target: Target,
    /// `uri` as the document has it.
    pub uri: String,
    /// The method the integration is called with: `POST`.
    pub http_method: String,
    pub passthrough: Passthrough,
    pub request_parameters: Vec<Mapping>,
    /// By content type.
    pub request_templates: IndexMap<String, TemplateSource>,
    /// In the order of the document.
    pub responses: Vec<IntegrationResponse>,
    /// 50 to 29,000 unless the account's limit was raised.
    pub timeout_millis: i64,
    pub content_handling: Option<ContentHandling>,
    /// JSON pointer of the integration.
    pub pointer: String,
}

/// The `type` of an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntegrationKind {
    Aws,
    AwsProxy,
    Http,
    HttpProxy,
    Mock,
}

/// What an integration calls, read off its `uri`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    States(StatesAction),
    /// A function by its ARN, with a version or alias where one is given.
    Lambda {
        function: String,
    },
    /// `arn:aws:apigateway:REGION:SERVICE:action/ACTION`.
    Action {
        service: String,
        action: String,
    },
    /// `arn:aws:apigateway:REGION:[HOST.]SERVICE:path/PATH`.
    Path {
        service: String,
        host: Option<String>,
        path: String,
    },
    Http {
        url: String,
    },
    Mock,
    /// An address that is none; the gateway answers with an error.
    Unknown,
}

/// The actions of Step Functions that are answered here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatesAction {
    StartSyncExecution,
    StartExecution,
    StopExecution,
    DescribeExecution,
}

/// What to do with a body that no request template fits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Passthrough {
    /// Hand it on.
    #[default]
    WhenNoMatch,
    /// Hand it on where there is no template at all, otherwise 415.
    WhenNoTemplates,
    /// 415.
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentHandling {
    ConvertToBinary,
    ConvertToText,
}

/// One line of `requestParameters` or `responseParameters`: where to, and the value's expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// `integration.request.header.X`, `method.response.header.X`.
    pub target: String,
    /// `method.request.path.id`, `'constant'`, `integration.response.body.a[0]`.
    pub expression: String,
    /// JSON pointer of the expression.
    pub pointer: String,
}

/// A mapping template, parsed once, with its place.
#[derive(Clone, Debug)]
pub struct TemplateSource {
    pub text: Arc<str>,
    /// JSON pointer of the text.
    pub pointer: String,
    parsed: Result<Arc<Template>, VtlError>,
}

#[derive(Debug)]
pub struct IntegrationResponse {
    /// The regular expression a status or an error message must match, none for `default`.
    pub pattern: Option<String>,
    pub status: u16,
    pub parameters: Vec<Mapping>,
    /// By content type.
    pub templates: IndexMap<String, TemplateSource>,
    pub content_handling: Option<ContentHandling>,
    /// JSON pointer of the response.
    pub pointer: String,
    pub(crate) matcher: Option<Pattern>,
}

/// What stands in where something fails before or after the integration.
#[derive(Clone, Debug, Default)]
pub struct GatewayResponse {
    pub status: Option<u16>,
    pub parameters: Vec<Mapping>,
    /// By content type; with `$context.…` replaced, not VTL.
    pub templates: IndexMap<String, TemplateSource>,
    pub pointer: String,
}

/// A JSON schema for bodies.
#[derive(Debug)]
pub struct BodyModel {
    /// The name below `components/schemas`, where it has one.
    pub name: Option<String>,
    /// JSON pointer of the schema, which may be a reference.
    pub pointer: String,
    pub schema: Schema,
}

impl IntegrationKind {
    /// As documents write it in lower case: `aws_proxy`.
    pub const fn name(self) -> &'static str {
        match self {
            IntegrationKind::Aws => "aws",
            IntegrationKind::AwsProxy => "aws_proxy",
            IntegrationKind::Http => "http",
            IntegrationKind::HttpProxy => "http_proxy",
            IntegrationKind::Mock => "mock",
        }
    }
}

impl StatesAction {
    /// As the API of Step Functions writes it.
    pub const fn name(self) -> &'static str {
        match self {
            StatesAction::StartSyncExecution => "StartSyncExecution",
            StatesAction::StartExecution => "StartExecution",
            StatesAction::StopExecution => "StopExecution",
            StatesAction::DescribeExecution => "DescribeExecution",
        }
    }
}

impl Direction {
    /// The word in `method.request.querystring.x`.
    pub const fn name(self) -> &'static str {
        match self {
            Direction::Path => "path",
            Direction::Querystring => "querystring",
            Direction::Header => "header",
        }
    }
}

impl Api {
    /// Where the API would be reached: `abcdefghij.execute-api.us-east-1.amazonaws.com`.
    pub fn domain(&self) -> String {
        format!("{}.execute-api.{}.amazonaws.com", self.id, self.region)
    }
}

impl IntegrationResponse {
    /// Whether the pattern covers this status or message. One that cannot be read fits nothing.
    pub(crate) fn fits(&self, subject: &str) -> bool {
        self.matcher
            .as_ref()
            .is_some_and(|matcher| matcher.matches(subject))
    }
}

impl TemplateSource {
    pub(crate) fn new(text: &str, pointer: String) -> TemplateSource {
        TemplateSource {
            text: Arc::from(text),
            parsed: Template::parse(text).map(Arc::new),
            pointer,
        }
    }

    /// The template, or why it cannot be parsed.
    pub fn parsed(&self) -> Result<&Template, &VtlError> {
        match &self.parsed {
            Ok(template) => Ok(template),
            Err(error) => Err(error),
        }
    }

    /// What is wrong with it.
    pub(crate) fn problem(&self) -> Option<Problem> {
        let error = self.parsed.as_ref().err()?;
        Some(Problem {
            pointer: self.pointer.clone(),
            message: error.message.clone(),
            place: Some(Place {
                line: error.line,
                column: error.column,
            }),
        })
    }
}
