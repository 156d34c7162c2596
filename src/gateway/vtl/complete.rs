//! What may follow in a template: the members API Gateway offers, the directives, the variables.

use std::collections::BTreeSet;

use crate::text::Span;

/// One proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is written instead of `span`.
    pub insert: String,
    pub span: Span,
    /// One sentence.
    pub documentation: String,
}

/// A member: what it belongs to, how it is written, what it is.
struct Member(&'static str, &'static str, &'static str);

const MEMBERS: [Member; 60] = [
    Member(
        "input",
        "body",
        "The payload as it arrived, as text; {} when it is empty",
    ),
    Member(
        "input",
        "json('$')",
        "The JSON text of what a JSONPath finds in the payload",
    ),
    Member(
        "input",
        "path('$')",
        "What a JSONPath finds in the payload, as an object to work with",
    ),
    Member(
        "input",
        "params()",
        "All parameters: maps named path, querystring and header",
    ),
    Member(
        "input",
        "params('name')",
        "One parameter, looked for in path, query string and headers in this order",
    ),
    Member(
        "util",
        "escapeJavaScript()",
        "Escapes a text for a JSON string; also ' and /, so replaceAll(\"\\\\'\", \"'\") has to follow",
    ),
    Member("util", "parseJson()", "The object a JSON text stands for"),
    Member(
        "util",
        "urlEncode()",
        "The text as application/x-www-form-urlencoded",
    ),
    Member("util", "urlDecode()", "The text an encoded one stands for"),
    Member("util", "base64Encode()", "The text as Base64"),
    Member(
        "util",
        "base64Decode()",
        "The text a Base64 text stands for",
    ),
    Member("context", "accountId", "The AWS account of the API's owner"),
    Member("context", "apiId", "The identifier of the API"),
    Member(
        "context",
        "authorizer",
        "What the authorizer handed over: principalId, claims, its own context",
    ),
    Member(
        "context",
        "awsEndpointRequestId",
        "The request id of the AWS endpoint",
    ),
    Member(
        "context",
        "deploymentId",
        "The identifier of the deployment",
    ),
    Member("context", "domainName", "The full domain name of the call"),
    Member(
        "context",
        "domainPrefix",
        "The first label of the domain name",
    ),
    Member(
        "context",
        "error",
        "Of a gateway response: message, messageString, responseType, validationErrorString",
    ),
    Member(
        "context",
        "extendedRequestId",
        "The extended request id, the x-amz-apigw-id of the answer",
    ),
    Member("context", "httpMethod", "The HTTP method"),
    Member(
        "context",
        "identity",
        "Who calls: sourceIp, userAgent, caller, user, apiKey and others",
    ),
    Member(
        "context",
        "isCanaryRequest",
        "Whether the request went to the canary",
    ),
    Member(
        "context",
        "path",
        "The path of the request, the stage included",
    ),
    Member("context", "protocol", "The protocol, such as HTTP/1.1"),
    Member(
        "context",
        "requestId",
        "The request id, the x-amzn-RequestId of the answer",
    ),
    Member(
        "context",
        "requestOverride",
        "What replaces parts of the integration request: header, path, querystring; each once",
    ),
    Member(
        "context",
        "requestTime",
        "When the request arrived, as 09/Apr/2026:12:34:56 +0000",
    ),
    Member(
        "context",
        "requestTimeEpoch",
        "When the request arrived, in milliseconds since 1970",
    ),
    Member("context", "resourceId", "The identifier of the resource"),
    Member(
        "context",
        "resourcePath",
        "The path of the resource, with its parameters in braces",
    ),
    Member(
        "context",
        "responseOverride",
        "What replaces parts of the answer: status, header; each once",
    ),
    Member("context", "stage", "The stage the request went to"),
    Member("context", "wafResponseCode", "What AWS WAF decided"),
    Member("context", "webaclArn", "The web ACL that decided"),
    Member("context", "xrayTraceId", "The X-Ray trace of the request"),
    Member(
        "context.identity",
        "accessKey",
        "The access key that signed the request",
    ),
    Member("context.identity", "accountId", "The account of the caller"),
    Member("context.identity", "apiKey", "The API key of the request"),
    Member("context.identity", "apiKeyId", "The identifier of that key"),
    Member(
        "context.identity",
        "caller",
        "The principal that signed the request",
    ),
    Member(
        "context.identity",
        "cognitoIdentityId",
        "The Cognito identity of the caller",
    ),
    Member(
        "context.identity",
        "sourceIp",
        "The address the request came from",
    ),
    Member(
        "context.identity",
        "user",
        "The principal that is authorized",
    ),
    Member(
        "context.identity",
        "userAgent",
        "The User-Agent of the caller",
    ),
    Member("context.identity", "userArn", "The ARN of the caller"),
    Member(
        "context.requestOverride",
        "header",
        "Headers of the integration request",
    ),
    Member(
        "context.requestOverride",
        "path",
        "Path parameters of the integration request",
    ),
    Member(
        "context.requestOverride",
        "querystring",
        "Query parameters of the integration request",
    ),
    Member(
        "context.responseOverride",
        "header",
        "Headers of the answer",
    ),
    Member(
        "context.responseOverride",
        "status",
        "The status of the answer, from 100 to 599",
    ),
    Member(
        "context.error",
        "message",
        "The message of the gateway response, without quotes",
    ),
    Member("context.error", "messageString", "The message in quotes"),
    Member(
        "context.error",
        "responseType",
        "The type of the gateway response",
    ),
    Member(
        "context.error",
        "validationErrorString",
        "What request validation found",
    ),
    Member("foreach", "index", "Which item this is, from zero"),
    Member("foreach", "count", "Which item this is, from one"),
    Member("foreach", "hasNext", "Whether another item follows"),
    Member("foreach", "first", "Whether this is the first item"),
    Member("foreach", "last", "Whether this is the last item"),
];

const DIRECTIVES: [(&str, &str); 11] = [
    ("set($ = )", "Assigns a value; null changes nothing"),
    ("if()", "Renders what follows if the condition holds"),
    ("elseif()", "Another condition"),
    ("else", "What is rendered if no condition held"),
    ("end", "Ends a block"),
    (
        "foreach($item in )",
        "Renders what follows for each item of a list or each value of a map",
    ),
    ("break", "Leaves the loop"),
    ("stop", "Ends the template here"),
    (
        "define($block)",
        "Names what follows, to be rendered where the name is printed",
    ),
    ("macro(name $argument)", "Defines a directive of one's own"),
    ("evaluate()", "Renders a text as a template"),
];

const ROOTS: [(&str, &str); 4] = [
    ("input", "The request, or the answer of the integration"),
    ("util", "Functions for JSON, URLs and Base64"),
    (
        "context",
        "What API Gateway knows of the call; also where overrides are set",
    ),
    ("stageVariables", "The variables of the stage"),
];

/// Whether API Gateway's object has this member, or this method.
pub fn is_member(of: &str, name: &str, method: bool) -> bool {
    MEMBERS.iter().any(|Member(owner, written, _)| {
        let (known, called) = match written.split_once('(') {
            Some((known, _)) => (known, true),
            None => (*written, false),
        };
        *owner == of && known == name && called == method
    })
}

/// What may be written at `offset`: members behind `$input.` and its like, references behind `$`,
/// directives behind `#`.
pub fn completions(text: &str, offset: usize) -> Vec<Completion> {
    let before = text.get(..offset).unwrap_or_default();
    let start = before
        .rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))
        .map_or(0, |at| at + 1);
    let typed = before.get(start..).unwrap_or_default();
    let ahead = before.get(..start.saturating_sub(1)).unwrap_or_default();
    let span = Span::new(start, before.len());
    let proposal = |insert: &str, documentation: &str| Completion {
        insert: insert.to_string(),
        span,
        documentation: documentation.to_string(),
    };
    let mut found: Vec<Completion> = match before.get(..start).and_then(|head| head.chars().last())
    {
        Some('.') => {
            let owner = ahead
                .rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')))
                .map_or(ahead, |at| ahead.get(at + 1..).unwrap_or_default());
            MEMBERS
                .iter()
                .filter(|Member(of, _, _)| *of == owner)
                .map(|Member(_, written, documentation)| proposal(written, documentation))
                .collect()
        }
        Some('$' | '!' | '{') => {
            let variables = assigned(text);
            ROOTS
                .iter()
                .map(|(name, documentation)| proposal(name, documentation))
                .chain(
                    variables
                        .iter()
                        .map(|name| proposal(name, "A variable of this template")),
                )
                .collect()
        }
        Some('#') => DIRECTIVES
            .iter()
            .map(|(written, documentation)| proposal(written, documentation))
            .collect(),
        _ => Vec::new(),
    };
    found.retain(|completion| completion.insert.starts_with(typed));
    found
}

/// The names behind `#set($`, `#foreach($` and `#define($`, also where the template is not valid.
fn assigned(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for word in ["#set", "#foreach", "#define"] {
        for (at, _) in text.match_indices(word) {
            let tail = text.get(at + word.len()..).unwrap_or_default();
            let name = tail
                .trim_start()
                .strip_prefix('(')
                .map(|tail| tail.trim_start().trim_start_matches(['$', '!', '{']))
                .unwrap_or_default();
            let end = name
                .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))
                .unwrap_or(name.len());
            names.extend(
                name.get(..end)
                    .filter(|name| !name.is_empty())
                    .map(str::to_string),
            );
        }
    }
    names
}
