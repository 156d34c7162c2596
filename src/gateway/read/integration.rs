//! `x-amazon-apigateway-integration`.

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::gateway::Api;
use crate::gateway::ContentHandling;
use crate::gateway::Integration;
use crate::gateway::IntegrationKind;
use crate::gateway::IntegrationResponse;
use crate::gateway::Mapping;
use crate::gateway::MethodResponse;
use crate::gateway::Passthrough;
use crate::gateway::Target;
use crate::gateway::TemplateSource;
use crate::gateway::pattern::Cover;
use crate::gateway::pattern::Pattern;
use crate::gateway::read::target;
use crate::gateway::read::walk::Spot;
use crate::gateway::read::walk::Walk;
use crate::gateway::read::walk::below;

/// What an integration has without a word about it.
const TIMEOUT: i64 = 29_000;
const SHORTEST: i64 = 50;

/// Reads an integration; none where its type is not known.
pub(crate) fn read<'a>(
    walk: &mut Walk<'a>,
    api: &Api,
    spot: &Spot<'a>,
    method_responses: &IndexMap<String, MethodResponse>,
) -> Option<Integration> {
    let kind = kind(walk, spot)?;
    let raw = walk.text(spot, "uri").unwrap_or_default();
    let (uri, missing) = target::with_stage_variables(raw, &api.stage_variables);
    for name in missing {
        let words = format!("the stage has no variable {name}");
        walk.problem(&below(&spot.pointer, "uri"), words);
    }
    let target = match kind {
        IntegrationKind::Mock => Target::Mock,
        IntegrationKind::Aws
        | IntegrationKind::AwsProxy
        | IntegrationKind::Http
        | IntegrationKind::HttpProxy => target::read(&uri),
    };
    check_target(walk, spot, kind, &target, raw);
    let mut responses = Vec::new();
    for (pattern, response) in walk.members_of(spot, "responses") {
        responses.extend(self::response(walk, pattern, &response, method_responses));
    }
    let http_method = walk.text(spot, "httpMethod").unwrap_or_default();
    if matches!(target, Target::Lambda { .. }) && !matches!(http_method, "POST" | "") {
        let words = format!(
            "a function is invoked with POST, and with httpMethod {http_method} every request fails"
        );
        walk.problem(&below(&spot.pointer, "httpMethod"), words);
    }
    if spot.json.get("payloadFormatVersion").and_then(Json::as_str) == Some("2.0") {
        walk.problem(
            &below(&spot.pointer, "payloadFormatVersion"),
            "version 2.0 belongs to HTTP APIs; this is read as a REST API and events have version 1.0",
        );
    }
    if spot.json.get("connectionType").and_then(Json::as_str) == Some("VPC_LINK") {
        walk.problem(
            &below(&spot.pointer, "connectionType"),
            "a VPC link does not exist here; the address is called as it stands",
        );
    }
    Some(Integration {
        kind,
        target,
        uri,
        http_method: http_method.to_ascii_uppercase(),
        passthrough: passthrough(walk, spot),
        request_parameters: mappings(walk, spot, "requestParameters"),
        request_templates: templates(walk, spot, "requestTemplates"),
        responses,
        timeout_millis: timeout(walk, spot),
        content_handling: content_handling(walk, spot),
        pointer: spot.pointer.clone(),
    })
}

fn kind(walk: &mut Walk<'_>, spot: &Spot<'_>) -> Option<IntegrationKind> {
    let place = below(&spot.pointer, "type");
    let Some(text) = spot.json.get("type").and_then(Json::as_str) else {
        walk.problem(
            &place,
            "an integration needs a type: aws, aws_proxy, http, http_proxy or mock",
        );
        return None;
    };
    match text.to_ascii_lowercase().as_str() {
        "aws" => Some(IntegrationKind::Aws),
        "aws_proxy" => Some(IntegrationKind::AwsProxy),
        "http" => Some(IntegrationKind::Http),
        "http_proxy" => Some(IntegrationKind::HttpProxy),
        "mock" => Some(IntegrationKind::Mock),
        _ => {
            walk.problem(
                &place,
                format!("{text} is no integration type: there are aws, aws_proxy, http, http_proxy and mock"),
            );
            None
        }
    }
}

fn check_target(
    walk: &mut Walk<'_>,
    spot: &Spot<'_>,
    kind: IntegrationKind,
    target: &Target,
    uri: &str,
) {
    let fits = match kind {
        IntegrationKind::Mock => true,
        IntegrationKind::Aws => !matches!(target, Target::Unknown | Target::Http { .. }),
        IntegrationKind::AwsProxy => matches!(target, Target::Lambda { .. }),
        IntegrationKind::Http | IntegrationKind::HttpProxy => matches!(target, Target::Http { .. }),
    };
    if !fits {
        let words = match kind {
            IntegrationKind::Http | IntegrationKind::HttpProxy => {
                format!("{uri:?} is no address that begins with http:// or https://")
            }
            IntegrationKind::AwsProxy => {
                format!(
                    "{uri:?} is no function: arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations"
                )
            }
            IntegrationKind::Aws | IntegrationKind::Mock => {
                format!(
                    "{uri:?} is no action of a service: arn:aws:apigateway:REGION:SERVICE:action/ACTION or …:path/PATH"
                )
            }
        };
        walk.problem(&below(&spot.pointer, "uri"), words);
    }
}

fn response<'a>(
    walk: &mut Walk<'a>,
    pattern: &str,
    spot: &Spot<'a>,
    method_responses: &IndexMap<String, MethodResponse>,
) -> Option<IntegrationResponse> {
    let status = match walk.status(spot, "statusCode") {
        Some(status) => status,
        None => {
            walk.problem(&spot.pointer, "an integration response needs a statusCode");
            return None;
        }
    };
    let method_response = method_responses.get(&status.to_string());
    if method_response.is_none() {
        walk.problem(
            &below(&spot.pointer, "statusCode"),
            format!("the method has no response {status}, so API Gateway does not import this"),
        );
    }
    let parameters = mappings(walk, spot, "responseParameters");
    for mapping in &parameters {
        let Some(header) = mapping.target.strip_prefix("method.response.header.") else {
            let words = format!(
                "{} is no header of the response: method.response.header.NAME",
                mapping.target
            );
            walk.problem(&mapping.pointer, words);
            continue;
        };
        let declared = method_response.is_some_and(|response| {
            response
                .headers
                .iter()
                .any(|name| name.eq_ignore_ascii_case(header))
        });
        if method_response.is_some() && !declared {
            walk.problem(
                &mapping.pointer,
                format!("the method's response {status} does not declare the header {header}, so API Gateway does not import this"),
            );
        }
    }
    let pattern = (pattern != "default" && !pattern.is_empty()).then(|| pattern.to_owned());
    let mut matcher = None;
    match pattern
        .as_deref()
        .map(|text| Pattern::new(text, Cover::Whole))
    {
        Some(Ok(pattern)) => matcher = Some(pattern),
        Some(Err(error)) => {
            walk.problem(
                &spot.pointer,
                format!("the pattern is no regular expression: {error}"),
            );
        }
        None => {}
    }
    Some(IntegrationResponse {
        pattern,
        status,
        parameters,
        templates: templates(walk, spot, "responseTemplates"),
        content_handling: content_handling(walk, spot),
        pointer: spot.pointer.clone(),
        matcher,
    })
}

fn passthrough<'a>(walk: &mut Walk<'a>, spot: &Spot<'a>) -> Passthrough {
    let text = walk.text(spot, "passthroughBehavior").unwrap_or_default();
    match text.to_ascii_lowercase().as_str() {
        "" | "when_no_match" => Passthrough::WhenNoMatch,
        "when_no_templates" => Passthrough::WhenNoTemplates,
        "never" => Passthrough::Never,
        _ => {
            walk.problem(
                &below(&spot.pointer, "passthroughBehavior"),
                format!("{text} is none of when_no_match, when_no_templates and never"),
            );
            Passthrough::WhenNoMatch
        }
    }
}

fn content_handling<'a>(walk: &mut Walk<'a>, spot: &Spot<'a>) -> Option<ContentHandling> {
    let text = walk.text(spot, "contentHandling")?;
    match text.to_ascii_uppercase().as_str() {
        "CONVERT_TO_BINARY" => Some(ContentHandling::ConvertToBinary),
        "CONVERT_TO_TEXT" => Some(ContentHandling::ConvertToText),
        _ => {
            walk.problem(
                &below(&spot.pointer, "contentHandling"),
                format!("{text} is neither CONVERT_TO_BINARY nor CONVERT_TO_TEXT"),
            );
            None
        }
    }
}

fn timeout(walk: &mut Walk<'_>, spot: &Spot<'_>) -> i64 {
    let Some(json) = spot.json.get("timeoutInMillis") else {
        return TIMEOUT;
    };
    let millis = json
        .as_i64()
        .or_else(|| json.as_str().and_then(|text| text.parse().ok()));
    match millis {
        Some(millis) if (SHORTEST..=TIMEOUT).contains(&millis) => millis,
        Some(millis) if millis > TIMEOUT => {
            walk.problem(
                &below(&spot.pointer, "timeoutInMillis"),
                format!("{millis} ms are more than the 29000 a REST API has unless its account's limit was raised"),
            );
            millis.min(300_000)
        }
        Some(_) | None => {
            walk.problem(
                &below(&spot.pointer, "timeoutInMillis"),
                format!("{json} is no number of milliseconds from 50 to 29000"),
            );
            TIMEOUT
        }
    }
}

/// A map from targets to expressions.
pub(crate) fn mappings<'a>(walk: &mut Walk<'a>, spot: &Spot<'a>, key: &str) -> Vec<Mapping> {
    let mut list = Vec::new();
    for (target, expression) in walk.members_of(spot, key) {
        match expression.json {
            Json::String(text) => list.push(Mapping {
                target: target.to_owned(),
                expression: text.clone(),
                pointer: expression.pointer,
            }),
            // A boolean stands for "declared, without a value" in the console's exports.
            Json::Bool(_) => {}
            _ => walk.problem(&expression.pointer, "a mapping expression is text"),
        }
    }
    list
}

/// A map from content types to templates.
pub(crate) fn templates<'a>(
    walk: &mut Walk<'a>,
    spot: &Spot<'a>,
    key: &str,
) -> IndexMap<String, TemplateSource> {
    let mut map = IndexMap::new();
    for (kind, template) in walk.members_of(spot, key) {
        match template.json {
            Json::String(text) => {
                let source = TemplateSource::new(text, template.pointer.clone());
                map.insert(kind.to_owned(), source);
            }
            // The console writes a template that passes everything through as null.
            Json::Null => {}
            _ => walk.problem(&template.pointer, "a mapping template is text"),
        }
    }
    map
}
