//! Gateway responses: what API Gateway answers itself where a request gets no further.

use crate::gateway::Api;
use crate::gateway::GatewayResponse;
use crate::gateway::Response;
use crate::gateway::context;
use crate::gateway::context::ErrorWords;
use crate::gateway::inbound::Inbound;
use crate::gateway::mapping;
use crate::gateway::mapping::Sources;
use crate::query::Value;

/// Why a request gets no further. The names are those of the response types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    ApiConfigurationError,
    BadRequestBody,
    BadRequestParameters,
    /// The stage does not exist, which is no type of its own.
    Forbidden,
    /// `INTEGRATION_FAILURE`
    Integration,
    IntegrationTimeout,
    /// A function's answer that no answer can be made of, or a template that fails.
    InternalError,
    /// A function of a proxy integration failed, or answered in another shape.
    BadGateway,
    InvalidApiKey,
    MissingAuthenticationToken,
    QuotaExceeded,
    RequestTooLarge,
    Throttled,
    UnsupportedMediaType,
}

/// All types that a document may give an answer for.
const TYPES: [&str; 21] = [
    "ACCESS_DENIED",
    "API_CONFIGURATION_ERROR",
    "AUTHORIZER_CONFIGURATION_ERROR",
    "AUTHORIZER_FAILURE",
    "BAD_REQUEST_BODY",
    "BAD_REQUEST_PARAMETERS",
    "DEFAULT_4XX",
    "DEFAULT_5XX",
    "EXPIRED_TOKEN",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "INVALID_API_KEY",
    "INVALID_SIGNATURE",
    "MISSING_AUTHENTICATION_TOKEN",
    "QUOTA_EXCEEDED",
    "REQUEST_TOO_LARGE",
    "RESOURCE_NOT_FOUND",
    "THROTTLED",
    "UNAUTHORIZED",
    "UNSUPPORTED_MEDIA_TYPE",
    "WAF_FILTERED",
];

pub(crate) fn is_type(name: &str) -> bool {
    TYPES.contains(&name)
}

impl Failure {
    /// Response type, status, message, and the name in `x-amzn-ErrorType`.
    pub(crate) const fn facts(self) -> (&'static str, u16, &'static str, &'static str) {
        const INTERNAL: &str = "Internal server error";
        match self {
            Failure::ApiConfigurationError => (
                "API_CONFIGURATION_ERROR",
                500,
                INTERNAL,
                "InternalServerErrorException",
            ),
            Failure::BadRequestBody => (
                "BAD_REQUEST_BODY",
                400,
                "Invalid request body",
                "BadRequestException",
            ),
            Failure::BadRequestParameters => (
                "BAD_REQUEST_PARAMETERS",
                400,
                "Missing required request parameters",
                "BadRequestException",
            ),
            Failure::Forbidden => ("DEFAULT_4XX", 403, "Forbidden", "ForbiddenException"),
            Failure::Integration => (
                "INTEGRATION_FAILURE",
                504,
                INTERNAL,
                "InternalServerErrorException",
            ),
            Failure::IntegrationTimeout => (
                "INTEGRATION_TIMEOUT",
                504,
                "Endpoint request timed out",
                "InternalServerErrorException",
            ),
            Failure::InternalError => {
                ("DEFAULT_5XX", 500, INTERNAL, "InternalServerErrorException")
            }
            Failure::BadGateway => ("DEFAULT_5XX", 502, INTERNAL, "InternalServerErrorException"),
            Failure::InvalidApiKey => ("INVALID_API_KEY", 403, "Forbidden", "ForbiddenException"),
            Failure::MissingAuthenticationToken => (
                "MISSING_AUTHENTICATION_TOKEN",
                403,
                "Missing Authentication Token",
                "MissingAuthenticationTokenException",
            ),
            Failure::QuotaExceeded => (
                "QUOTA_EXCEEDED",
                429,
                "Limit Exceeded",
                "LimitExceededException",
            ),
            Failure::RequestTooLarge => (
                "REQUEST_TOO_LARGE",
                413,
                "Request Too Long",
                "RequestTooLargeException",
            ),
            Failure::Throttled => (
                "THROTTLED",
                429,
                "Too Many Requests",
                "TooManyRequestsException",
            ),
            Failure::UnsupportedMediaType => (
                "UNSUPPORTED_MEDIA_TYPE",
                415,
                "Unsupported Media Type",
                "BadRequestException",
            ),
        }
    }
}

/// An answer, and where in the document it was said, if anywhere.
pub(crate) struct Refused {
    pub response: Response,
    pub pointer: Option<String>,
    pub words: Vec<String>,
}

/// The answer for a failure; `context` is `$context` so far.
pub(crate) fn refuse(
    api: &Api,
    inbound: &Inbound,
    context: &Value,
    failure: Failure,
    error: &ErrorWords,
) -> Refused {
    let (kind, default_status, _, error_type) = failure.facts();
    let family = if default_status < 500 {
        "DEFAULT_4XX"
    } else {
        "DEFAULT_5XX"
    };
    let chosen: Option<(&str, &GatewayResponse)> = [kind, family]
        .iter()
        .find_map(|name| api.gateway_responses.get_key_value(*name))
        .map(|(name, response)| (name.as_str(), response));
    let context = context::with_error(context, error);
    let status = chosen
        .and_then(|(_, response)| response.status)
        .unwrap_or(default_status);
    let mut words = Vec::new();
    let accept = inbound.header("Accept").unwrap_or_default();
    let template = chosen.and_then(|(_, response)| {
        let templates = &response.templates;
        accept
            .split(',')
            .filter_map(|kind| {
                templates.get_key_value(kind.split(';').next().unwrap_or_default().trim())
            })
            .chain(templates.get_key_value("application/json"))
            .chain(templates.first())
            .next()
    });
    let (content_type, body) = match template {
        Some((kind, source)) => (kind.as_str(), substitute(&source.text, api, &context)),
        None => {
            let message = Value::string(&error.message).to_json();
            ("application/json", format!("{{\"message\":{message}}}"))
        }
    };
    let mut headers = vec![
        ("Content-Type".to_owned(), content_type.to_owned()),
        ("x-amzn-RequestId".to_owned(), inbound.request_id.clone()),
        ("x-amzn-ErrorType".to_owned(), error_type.to_owned()),
        ("x-amz-apigw-id".to_owned(), inbound.extended_id.clone()),
    ];
    let sources = Sources {
        api,
        inbound,
        context: &context,
    };
    for mapping in chosen
        .into_iter()
        .flat_map(|(_, response)| &response.parameters)
    {
        let Some(name) = mapping.target.strip_prefix("gatewayresponse.header.") else {
            words.push(format!(
                "{} is no header of a gateway response",
                mapping.target
            ));
            continue;
        };
        match mapping::request_value(&mapping.expression, &sources) {
            Ok(Some(value)) => {
                headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
                headers.push((name.to_owned(), value));
            }
            Ok(None) => {}
            Err(error) => words.push(error),
        }
    }
    match chosen {
        Some((name, _)) => words.insert(0, format!("the document's gateway response {name} answers with status {status}")),
        None => words.insert(
            0,
            format!("the document has no gateway response {kind} or {family}, so the built-in one answers with status {status}"),
        ),
    }
    Refused {
        response: Response {
            status,
            headers,
            body: body.into_bytes(),
        },
        pointer: chosen.map(|(_, response)| response.pointer.clone()),
        words,
    }
}

/// Simple substitution: `$context.x.y` and `$stageVariables.x`, nothing else of VTL.
///
/// Values are put in as inside a JSON string; `$context.error.messageString` brings its own quotes.
fn substitute(template: &str, api: &Api, context: &Value) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(place) = rest.find('$') {
        let (before, after) = rest.split_at(place);
        out.push_str(before);
        let braced = after.starts_with("${");
        let inner = after.trim_start_matches('$').trim_start_matches('{');
        let end = inner
            .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | '-'))
            .unwrap_or(inner.len());
        let (name, mut left) = inner.split_at(end);
        let name_without_stop = name.trim_end_matches('.');
        let stops = name.get(name_without_stop.len()..).unwrap_or_default();
        if braced {
            left = left.strip_prefix('}').unwrap_or(left);
        }
        let value = if let Some(path) = name_without_stop.strip_prefix("context.") {
            context::lookup(context, path).unwrap_or_default()
        } else if let Some(name) = name_without_stop.strip_prefix("stageVariables.") {
            api.stage_variables.get(name).cloned().unwrap_or_default()
        } else {
            out.push('$');
            rest = after.get(1..).unwrap_or_default();
            continue;
        };
        if name_without_stop == "context.error.messageString" {
            out.push_str(&value);
        } else {
            let quoted = Value::string(&value).to_json();
            out.push_str(
                quoted
                    .get(1..quoted.len().saturating_sub(1))
                    .unwrap_or_default(),
            );
        }
        out.push_str(stops);
        rest = left;
    }
    out.push_str(rest);
    out
}
