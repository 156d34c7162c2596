//! The API edge: requests through documents, with hand-made results of integrations.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;
use serde_json::json;
use stepwright::engine::Status;
use stepwright::gateway;
use stepwright::gateway::Api;
use stepwright::gateway::ApiKey;
use stepwright::gateway::Exchange;
use stepwright::gateway::Executed;
use stepwright::gateway::HttpAnswer;
use stepwright::gateway::IntegrationCall;
use stepwright::gateway::IntegrationResult;
use stepwright::gateway::Meters;
use stepwright::gateway::Recording;
use stepwright::gateway::Refusal;
use stepwright::gateway::Request;
use stepwright::gateway::Response;
use stepwright::gateway::Step;
use stepwright::gateway::StepKind;
use stepwright::gateway::Surroundings;
use stepwright::gateway::Verdict;
use stepwright::project;
use stepwright::project::KeyGrant;
use stepwright::project::Options;
use stepwright::project::Project;
use stepwright::project::Quota;
use stepwright::project::QuotaPeriod;
use stepwright::project::Throttle;
use stepwright::project::UsagePlan;
use stepwright::query::Value;
use stepwright::workspace::Folder;

const AT: i64 = 1_767_225_600_000_000;

fn clock() -> i64 {
    AT
}

fn read(document: Json) -> Arc<Api> {
    let surroundings = Surroundings {
        keys: vec![ApiKey {
            value: "secret-key-1".to_owned(),
            name: "partner".to_owned(),
            grant: KeyGrant::Unlimited,
        }],
        stage_variables: BTreeMap::from([("table".to_owned(), "orders".to_owned())]),
        ..Surroundings::default()
    };
    gateway::read(&document, surroundings)
}

/// A document with one method.
fn one(method: &str, path: &str, operation: Json) -> Json {
    json!({"openapi": "3.0.1", "info": {"title": "t"}, "paths": {path: {method: operation}}})
}

/// What was called, and the answer; the result is made of the call.
fn send(
    api: &Arc<Api>,
    request: Request,
    result: impl FnOnce(&IntegrationCall) -> IntegrationResult,
) -> (Exchange, Option<IntegrationCall>, Response) {
    let (mut exchange, step) =
        Exchange::begin(api, request, &Meters::default(), Recording::Full, &clock);
    match step {
        Step::Answer(response) => (exchange, None, response),
        Step::Call(call) => match exchange.resume(result(&call), &clock) {
            Step::Answer(response) => (exchange, Some(call), response),
            Step::Call(call) => panic!("a second call: {call:?}"),
        },
    }
}

fn nobody(call: &IntegrationCall) -> IntegrationResult {
    panic!("nobody should be called: {call:?}")
}

fn succeeded(output: Json) -> IntegrationResult {
    executed(Status::Succeeded, Some(output), None, None)
}

fn failed(error: &str, cause: &str) -> IntegrationResult {
    executed(Status::Failed, None, Some(error), Some(cause))
}

fn executed(
    status: Status,
    output: Option<Json>,
    error: Option<&str>,
    cause: Option<&str>,
) -> IntegrationResult {
    IntegrationResult::Executed(Executed {
        status,
        output: output.as_ref().map(Value::from),
        error: error.map(str::to_owned),
        cause: cause.map(str::to_owned),
        started: AT / 1_000,
        stopped: AT / 1_000 + 120,
    })
}

fn body(response: &Response) -> Json {
    let text = response.text();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

fn words(exchange: &Exchange) -> String {
    let all: Vec<String> = exchange
        .trace()
        .iter()
        .map(|step| format!("{}: {}", step.kind.name(), step.words.join("; ")))
        .collect();
    all.join("\n")
}

const ARN: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:Order";

fn sync(templates: Json, responses: Json) -> Json {
    json!({
        "responses": {"200": {"description": ""}, "400": {"description": ""}},
        "x-amazon-apigateway-integration": {
            "type": "aws", "httpMethod": "POST",
            "uri": "arn:aws:apigateway:us-east-1:states:action/StartSyncExecution",
            "requestTemplates": templates, "responses": responses,
        }
    })
}

fn order_template() -> String {
    format!(
        r#"{{"input": "$util.escapeJavaScript($input.json('$')).replaceAll("\\'", "'")", "stateMachineArn": "{ARN}"}}"#
    )
}

const TELLING: &str = r##"#if($input.path('$.status') == "FAILED")
#set($context.responseOverride.status = 400)
{"message": "$input.path('$.cause')"}
#else
$input.path('$.output')
#end"##;

fn order_api() -> Arc<Api> {
    read(one(
        "post",
        "/orders",
        sync(
            json!({"application/json": order_template()}),
            json!({"default": {"statusCode": 200, "responseTemplates": {"application/json": TELLING}}}),
        ),
    ))
}

#[test]
fn a_workflow_answers_through_its_templates() {
    let api = order_api();
    assert_eq!(api.problems, []);
    let request = Request::new("POST", "/dev/orders").with_json(r#"{"name": "it's"}"#);
    let (exchange, call, response) = send(&api, request, |_| succeeded(json!({"id": 7})));
    let Some(IntegrationCall::Start(start)) = call else {
        panic!("{call:?}");
    };
    assert_eq!(start.machine, "Order");
    assert_eq!(start.input, Value::from(&json!({"name": "it's"})));
    assert_eq!((response.status, body(&response)), (200, json!({"id": 7})));
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert_eq!(
        response.header("x-amzn-requestid"),
        Some(exchange.request_id())
    );
    assert!(response.header("x-amz-apigw-id").is_some());
    let kinds: Vec<StepKind> = exchange.trace().iter().map(|step| step.kind).collect();
    assert_eq!(
        kinds,
        [
            StepKind::Received,
            StepKind::Authorized,
            StepKind::Validated,
            StepKind::RequestTemplate,
            StepKind::Integration,
            StepKind::ResponseTemplate,
            StepKind::Answer
        ]
    );
    let integration = &exchange.trace()[4];
    assert_eq!(
        integration.execution.as_deref(),
        Some(start.express_arn().as_str())
    );
    assert_eq!(integration.verdict, Verdict::Passed);
}

#[test]
fn a_failure_is_told_with_the_line_that_made_the_status() {
    let request = Request::new("POST", "/dev/orders").with_json("{}");
    let (exchange, _, response) = send(&order_api(), request, |_| failed("Declined", "no money"));
    assert_eq!(
        (response.status, body(&response)),
        (400, json!({"message": "no money"}))
    );
    let words = words(&exchange);
    assert!(words.contains("status changed from 200 to 400"), "{words}");
    assert!(words.contains("line 2"), "{words}");
    assert!(words.contains("failed with Declined"), "{words}");
}

#[test]
fn what_step_functions_refuses_is_an_answer_with_400() {
    let unescaped = format!(r#"{{"input": $input.json('$'), "stateMachineArn": "{ARN}"}}"#);
    let responses = json!({"default": {"statusCode": 200}, "4\\d{2}": {"statusCode": 400}});
    let api = read(one(
        "post",
        "/orders",
        sync(json!({"application/json": unescaped}), responses),
    ));
    let (exchange, _, response) = send(
        &api,
        Request::new("POST", "/dev/orders").with_json("{}"),
        nobody,
    );
    assert_eq!(response.status, 400);
    assert_eq!(
        body(&response),
        json!({"__type": "com.amazon.coral.service#SerializationException", "Message": "Start of structure or map found where not expected."})
    );
    assert!(words(&exchange).contains("has to be text"));
    let api = order_api();
    let request = || Request::new("POST", "/dev/orders").with_json("{}");
    for (refusal, name) in [
        (Refusal::NoSuchMachine, "StateMachineDoesNotExist"),
        (Refusal::NotExpress, "StateMachineTypeNotSupported"),
        (Refusal::NameTaken, "ExecutionAlreadyExists"),
    ] {
        let (exchange, _, _) = send(&api, request(), |_| IntegrationResult::Refused(refusal));
        assert!(words(&exchange).contains(name), "{name}");
    }
}

#[test]
fn a_slow_workflow_is_504_with_advice() {
    let (exchange, _, response) = send(
        &order_api(),
        Request::new("POST", "/dev/orders").with_json("{}"),
        |_| IntegrationResult::TimedOut,
    );
    assert_eq!(response.status, 504);
    assert_eq!(
        body(&response),
        json!({"message": "Endpoint request timed out"})
    );
    assert_eq!(exchange.timeout(), 29_000);
    assert!(words(&exchange).contains("StartExecution"));
    let (_, _, response) = send(
        &order_api(),
        Request::new("POST", "/dev/orders").with_json("{}"),
        |_| IntegrationResult::Unreachable("nobody listens".to_owned()),
    );
    assert_eq!(response.status, 504);
}

#[test]
fn a_template_that_fails_is_500_and_one_that_sets_twice_too() {
    let twice =
        "#set($context.responseOverride.status = 201)#set($context.responseOverride.status = 202)";
    for (template, why) in [(twice, "more than once"), ("#if(", "cannot be parsed")] {
        let responses = json!({"default": {"statusCode": 200, "responseTemplates": {"application/json": template}}});
        let api = read(one(
            "post",
            "/orders",
            sync(json!({"application/json": order_template()}), responses),
        ));
        let (exchange, _, response) = send(
            &api,
            Request::new("POST", "/dev/orders").with_json("{}"),
            |_| succeeded(json!({})),
        );
        assert_eq!(response.status, 500, "{template}");
        assert_eq!(body(&response), json!({"message": "Internal server error"}));
        assert!(words(&exchange).contains(why), "{}", words(&exchange));
    }
}

fn mock(responses: Json) -> Json {
    json!({"type": "mock", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}, "responses": responses})
}

#[test]
fn routes_that_do_not_exist() {
    let api = order_api();
    for (method, target, status, error, message) in [
        (
            "GET",
            "/dev/orders",
            403,
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        ),
        (
            "POST",
            "/dev/other",
            403,
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        ),
        (
            "POST",
            "/prod/orders",
            403,
            "ForbiddenException",
            "Forbidden",
        ),
    ] {
        let (_, _, response) = send(&api, Request::new(method, target), nobody);
        assert_eq!(
            (response.status, body(&response)),
            (status, json!({"message": message}))
        );
        assert_eq!(response.header("x-amzn-ErrorType"), Some(error));
    }
    let mut large = Request::new("POST", "/dev/orders");
    large.body = vec![b' '; 10 * 1024 * 1024 + 1];
    assert_eq!(send(&api, large, nobody).2.status, 413);
}

#[test]
fn keys_parameters_and_bodies_are_checked_in_this_order() {
    let document = json!({
        "openapi": "3.0.1",
        "x-amazon-apigateway-request-validators": {"all": {"validateRequestBody": true, "validateRequestParameters": true}},
        "x-amazon-apigateway-gateway-responses": {
            "BAD_REQUEST_BODY": {"statusCode": 422,
                "responseParameters": {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
                                       "gatewayresponse.header.X-From": "method.request.header.X-Id"},
                "responseTemplates": {"application/json": "{\"why\": \"$context.error.validationErrorString\", \"m\": $context.error.messageString, \"p\": \"$context.resourcePath\"}"}},
            "DEFAULT_4XX": {"responseParameters": {"gatewayresponse.header.X-Default": "'yes'"}}
        },
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-api-key"}},
            "schemas": {"Pet": {"type": "object", "required": ["name"], "properties": {
                "name": {"type": "string", "minLength": 2, "nullable": true}, "parent": {"$ref": "#/components/schemas/Pet"}}}}
        },
        "paths": {"/pets/{kind}": {
            "parameters": [{"name": "kind", "in": "path", "required": true}],
            "post": {
                "security": [{"key": []}],
                "x-amazon-apigateway-request-validator": "all",
                "parameters": [
                    {"name": "q", "in": "query", "required": true},
                    {"name": "X-Id", "in": "header", "required": true},
                    {"name": "free", "in": "query"}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}},
                "responses": {"200": {"description": ""}},
                "x-amazon-apigateway-integration": mock(json!({"default": {"statusCode": 200}})),
            }
        }}
    });
    let api = read(document);
    assert_eq!(api.problems, []);
    let request = |target: &str| Request::new("POST", target).with_json("{}");
    let (_, _, response) = send(&api, request("/dev/pets/cat"), nobody);
    assert_eq!(
        (response.status, body(&response)),
        (403, json!({"message": "Forbidden"}))
    );
    assert_eq!(response.header("x-default"), Some("yes"));
    let keyed = |target: &str| request(target).with_header("x-api-key", "secret-key-1");
    let (_, _, response) = send(&api, keyed("/dev/pets/cat?q="), nobody);
    assert_eq!(response.status, 400);
    assert_eq!(
        body(&response),
        json!({"message": "Missing required request parameters: [X-Id, q]"})
    );
    let full = |body: &str| {
        let mut request = keyed("/dev/pets/cat?q=1").with_header("x-id", "me");
        request.body = body.as_bytes().to_vec();
        request
    };
    let (exchange, _, response) = send(&api, full(r#"{"name": "x", "parent": {}}"#), nobody);
    assert_eq!(response.status, 422);
    assert_eq!(
        body(&response),
        json!({"why": "[string \"x\" is too short (length: 1, required minimum: 2), object has missing required properties ([\"name\"])]", "m": "Invalid request body", "p": "/pets/{kind}"})
    );
    assert_eq!(response.header("access-control-allow-origin"), Some("*"));
    assert_eq!(response.header("x-from"), Some("me"));
    assert_eq!(response.header("x-default"), None);
    assert_eq!(
        exchange.trace().last().map(|step| step.kind),
        Some(StepKind::Answer)
    );
    assert_eq!(send(&api, full("{"), nobody).2.status, 422);
    assert_eq!(send(&api, full(""), nobody).2.status, 422);
    assert_eq!(send(&api, full(r#"{"name": null}"#), nobody).2.status, 200);
}

#[test]
fn usage_plans_throttle_and_count() {
    let document = json!({
        "openapi": "3.0.1",
        "x-amazon-apigateway-gateway-responses": {
            "THROTTLED": {"responseTemplates": {"application/json": "{\"slow\": $context.error.messageString, \"type\": \"$context.error.responseType\"}"}}
        },
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-api-key"}}},
        "paths": {"/pets": {
            "get": {"security": [{"key": []}], "responses": {"200": {}},
                "x-amazon-apigateway-integration": mock(json!({"default": {"statusCode": 200}}))},
            "put": {"responses": {"200": {}},
                "x-amazon-apigateway-integration": mock(json!({"default": {"statusCode": 200}}))}}}
    });
    let plan = |throttle, quota| {
        KeyGrant::Plan(Arc::new(UsagePlan {
            id: "Basic".to_owned(),
            name: "basic".to_owned(),
            throttle,
            methods: BTreeMap::new(),
            quota,
        }))
    };
    let slow = Throttle {
        rate: 2.5,
        burst: 2,
    };
    let few = Quota {
        limit: 1,
        offset: 0,
        period: QuotaPeriod::Month,
    };
    let key = |name: &str, grant| ApiKey {
        value: format!("value of {name}"),
        name: name.to_owned(),
        grant,
    };
    let surroundings = Surroundings {
        keys: vec![
            key("fast", plan(Some(slow), None)),
            key("poor", plan(None, Some(few))),
            key("stray", KeyGrant::NoPlan),
        ],
        ..Surroundings::default()
    };
    let api = gateway::read(&document, surroundings);
    assert_eq!(api.problems, []);
    let meters = Meters::default();
    let ask = |method: &str, key: &str, at: i64| {
        let request = Request::new(method, "/dev/pets").with_header("x-api-key", key);
        let clock = || AT + at;
        let (exchange, step) = Exchange::begin(&api, request, &meters, Recording::Steps, &clock);
        let Step::Answer(response) = step else {
            panic!("a mock needs no call")
        };
        let access = exchange
            .trace()
            .iter()
            .find(|step| step.kind == StepKind::Authorized);
        let words = access.map(|step| step.words.join("; "));
        (response, words.unwrap_or_default())
    };
    let (response, words) = ask("GET", "value of fast", 0);
    assert_eq!(response.status, 200);
    assert_eq!(
        words,
        "the API key is fast; the usage plan basic allows 2.5 requests per second and 2 at once"
    );
    assert_eq!(ask("GET", "value of fast", 0).0.status, 200);
    let (response, words) = ask("GET", "value of fast", 399_999);
    assert_eq!(response.status, 429);
    assert_eq!(
        response.header("x-amzn-errortype"),
        Some("TooManyRequestsException")
    );
    assert_eq!(
        body(&response),
        json!({"slow": "Too Many Requests", "type": "THROTTLED"})
    );
    assert_eq!(
        words,
        "the usage plan basic allows 2.5 requests per second and 2 at once, and this request is one too many; the API key is fast"
    );
    assert_eq!(ask("GET", "value of fast", 400_000).0.status, 200);
    // A method that asks for no key is not counted.
    for _ in 0..5 {
        assert_eq!(ask("PUT", "value of fast", 400_000).0.status, 200);
    }

    let (response, words) = ask("GET", "value of poor", 0);
    assert_eq!(response.status, 200);
    assert!(words.contains("1 request per month; 0 of them are left"));
    let (response, words) = ask("GET", "value of poor", 0);
    assert_eq!(
        (response.status, body(&response)),
        (429, json!({"message": "Limit Exceeded"}))
    );
    assert_eq!(
        response.header("x-amzn-errortype"),
        Some("LimitExceededException")
    );
    assert!(words.contains("used up until 2026-02-01 (UTC)"), "{words}");

    let (response, words) = ask("GET", "value of stray", 0);
    assert_eq!(
        (response.status, body(&response)),
        (403, json!({"message": "Forbidden"}))
    );
    assert!(
        words.starts_with("the API key stray belongs to no usage plan of the stage dev"),
        "{words}"
    );
}

#[test]
fn bodies_without_a_template_pass_or_do_not() {
    let http = |passthrough: &str, templates: Json| {
        read(one(
            "post",
            "/x",
            json!({
                "responses": {"200": {"description": ""}},
                "x-amazon-apigateway-integration": {
                    "type": "http", "httpMethod": "PUT", "uri": "https://example.test/x",
                    "passthroughBehavior": passthrough, "requestTemplates": templates,
                    "responses": {"default": {"statusCode": 200}}}
            }),
        ))
    };
    let xml = || {
        let mut request =
            Request::new("POST", "/dev/x").with_header("content-type", "text/xml; charset=utf-8");
        request.body = b"<a/>".to_vec();
        request
    };
    let answer = |_: &IntegrationCall| {
        IntegrationResult::Http(HttpAnswer {
            status: 200,
            headers: Vec::new(),
            body: b"ok".to_vec(),
        })
    };
    let some = || json!({"application/json": "{}"});
    for (passthrough, templates, status) in [
        ("when_no_match", some(), 200),
        ("when_no_templates", some(), 415),
        ("when_no_templates", json!({}), 200),
        ("never", json!({}), 415),
        ("never", json!({"$default": "<b/>"}), 200),
    ] {
        let api = http(passthrough, templates.clone());
        let (_, call, response) = send(&api, xml(), answer);
        assert_eq!(response.status, status, "{passthrough} {templates}");
        if let Some(IntegrationCall::Http(call)) = call {
            let sent = if templates.get("$default").is_some() {
                "<b/>"
            } else {
                "<a/>"
            };
            assert_eq!(
                (
                    call.method.as_str(),
                    String::from_utf8(call.body).unwrap().as_str()
                ),
                ("PUT", sent)
            );
        } else {
            assert_eq!(
                body(&response),
                json!({"message": "Unsupported Media Type"})
            );
        }
    }
}

#[test]
fn parameters_are_mapped_and_overridden() {
    let template = "#set($context.requestOverride.header.b = 'two')#set($context.requestOverride.querystring.q = \"$input.params('id')\"){}";
    let api = read(one(
        "get",
        "/x/{id}",
        json!({
            "responses": {"202": {"description": "", "headers": {"X-Count": {}, "X-All": {}}}},
            "x-amazon-apigateway-integration": {
                "type": "http", "httpMethod": "GET", "uri": "https://example.test/{what}/y",
                "requestParameters": {
                    "integration.request.path.what": "method.request.path.id",
                    "integration.request.header.a": "'one'",
                    "integration.request.header.b": "'three'",
                    "integration.request.header.t": "stageVariables.table",
                    "integration.request.header.s": "context.stage",
                    "integration.request.querystring.q": "method.request.querystring.missing",
                    "integration.request.header.m": "method.request.multivaluequerystring.z"
                },
                "requestTemplates": {"application/json": template},
                "responses": {"2\\d\\d": {"statusCode": "202", "responseParameters": {
                    "method.response.header.X-Count": "integration.response.body.list[1].n",
                    "method.response.header.X-All": "integration.response.header.x-all",
                    "method.response.header.X-Hidden": "'no'"}}}}
        }),
    ));
    assert_eq!(api.problems.len(), 1, "{:?}", api.problems);
    let (exchange, call, response) =
        send(&api, Request::new("GET", "/dev/x/a%2Fb?z=1&z=2"), |_| {
            IntegrationResult::Http(HttpAnswer {
                status: 200,
                headers: vec![("X-All".to_owned(), "v".to_owned())],
                body: br#"{"list": [{}, {"n": 5}]}"#.to_vec(),
            })
        });
    let Some(IntegrationCall::Http(call)) = call else {
        panic!();
    };
    assert_eq!(call.url, "https://example.test/a/b/y?q=a%2Fb");
    let header = |name: &str| {
        call.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(
        ["a", "b", "t", "s", "m"].map(header),
        [
            Some("one"),
            Some("two"),
            Some("orders"),
            Some("dev"),
            Some("1,2")
        ]
    );
    assert_eq!(response.status, 202);
    assert_eq!(response.header("x-count"), Some("5"));
    assert_eq!(response.header("x-all"), Some("v"));
    assert_eq!(response.header("x-hidden"), None);
    assert!(words(&exchange).contains("X-Hidden does not leave"));
    let (_, _, response) = send(&api, Request::new("GET", "/dev/x/1"), |_| {
        IntegrationResult::Http(HttpAnswer {
            status: 404,
            headers: Vec::new(),
            body: Vec::new(),
        })
    });
    assert_eq!(
        (response.status, body(&response)),
        (500, json!({"message": "Internal server error"}))
    );
}

#[test]
fn mocks_answer_options() {
    let cors = json!({"default": {"statusCode": 200, "responseParameters": {
        "method.response.header.Access-Control-Allow-Origin": "'*'",
        "method.response.header.Access-Control-Allow-Methods": "'POST,OPTIONS'"},
        "responseTemplates": {"application/json": "{}"}}});
    let headers = json!({"Access-Control-Allow-Origin": {}, "Access-Control-Allow-Methods": {}});
    let operation = json!({
        "responses": {"200": {"description": "", "headers": headers}},
        "x-amazon-apigateway-integration": mock(cors)});
    let api = read(one("options", "/x", operation));
    let (_, _, response) = send(&api, Request::new("OPTIONS", "/dev/x"), nobody);
    assert_eq!((response.status, response.text().as_str()), (200, "{}"));
    assert_eq!(
        response.header("access-control-allow-methods"),
        Some("POST,OPTIONS")
    );
    // By status, and without a template the body is empty.
    let template = "{\"statusCode\": $input.params('s')}";
    let api = read(one(
        "get",
        "/x",
        json!({
        "responses": {"200": {"description": ""}, "404": {"description": ""}},
        "x-amazon-apigateway-integration": {"type": "mock", "requestTemplates": {"application/json": template},
            "responses": {"default": {"statusCode": 200}, "404": {"statusCode": 404}}}}),
    ));
    for (given, status) in [("200", 200), ("404", 404), ("x", 500)] {
        let (_, _, response) = send(
            &api,
            Request::new("GET", format!("/dev/x?s={given}")),
            nobody,
        );
        assert_eq!(response.status, status);
        assert!(status == 500 || response.body.is_empty());
    }
}

fn function(kind: &str, responses: Json) -> Arc<Api> {
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
    read(one(
        "post",
        "/f/{id}",
        json!({
        "responses": {"200": {"description": ""}, "404": {"description": ""}},
        "x-amazon-apigateway-integration": {"type": kind, "httpMethod": "POST",
            "uri": format!("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"),
            "responses": responses}}),
    ))
}

#[test]
fn functions_behind_templates_are_chosen_by_their_error_message() {
    let api = function(
        "aws",
        json!({"default": {"statusCode": 200}, ".*not found.*": {"statusCode": 404}}),
    );
    let request = || Request::new("POST", "/dev/f/1").with_json(r#"{"a": 1}"#);
    let (_, call, response) = send(&api, request(), |_| {
        IntegrationResult::Returned(Value::from(&json!({"ok": true})))
    });
    let Some(IntegrationCall::Lambda(call)) = call else {
        panic!();
    };
    assert_eq!(
        (call.function.as_str(), call.payload.as_str()),
        ("f", r#"{"a": 1}"#)
    );
    assert_eq!(
        (response.status, body(&response)),
        (200, json!({"ok": true}))
    );
    let (_, _, response) = send(&api, request(), |_| IntegrationResult::Threw {
        error: "Error".to_owned(),
        cause: "pet not found here".to_owned(),
    });
    assert_eq!(
        (response.status, body(&response)),
        (
            404,
            json!({"errorMessage": "pet not found here", "errorType": "Error"})
        )
    );
}

#[test]
fn functions_that_say_the_whole_answer() {
    let api = function("aws_proxy", json!({}));
    let request = || {
        Request::new("POST", "/dev/f/7?a=1&a=2")
            .with_json("{}")
            .with_header("X-Many", "1")
            .with_header("X-Many", "2")
    };
    let good = json!({"statusCode": 201, "headers": {"X-A": "1"}, "multiValueHeaders": {"Set-Cookie": ["a", "b"]}, "body": "hi"});
    let (_, call, response) = send(&api, request(), |_| {
        IntegrationResult::Returned(Value::from(&good))
    });
    let Some(IntegrationCall::Lambda(call)) = call else {
        panic!();
    };
    let event = Json::from(&call.event);
    for (pointer, value) in [
        ("/resource", json!("/f/{id}")),
        ("/path", json!("/f/7")),
        ("/httpMethod", json!("POST")),
        ("/headers/X-Many", json!("2")),
        ("/multiValueHeaders/X-Many", json!(["1", "2"])),
        ("/queryStringParameters", json!({"a": "2"})),
        ("/multiValueQueryStringParameters", json!({"a": ["1", "2"]})),
        ("/pathParameters", json!({"id": "7"})),
        ("/stageVariables", json!({"table": "orders"})),
        ("/requestContext/stage", json!("dev")),
        ("/requestContext/path", json!("/dev/f/7")),
        ("/requestContext/identity/sourceIp", json!("127.0.0.1")),
        ("/requestContext/requestTimeEpoch", json!(AT / 1_000)),
        (
            "/requestContext/requestTime",
            json!("01/Jan/2026:00:00:00 +0000"),
        ),
        ("/body", json!("{}")),
        ("/isBase64Encoded", json!(false)),
    ] {
        assert_eq!(event.pointer(pointer), Some(&value), "{pointer}");
    }
    assert!(event.pointer("/requestContext/requestOverride").is_none());
    assert_eq!((response.status, response.text().as_str()), (201, "hi"));
    let cookies: Vec<&str> = response
        .headers
        .iter()
        .filter(|(key, _)| key == "Set-Cookie")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(cookies, ["a", "b"]);
    for bad in [
        json!("text"),
        json!({"statusCode": "x"}),
        json!({"body": {}}),
        json!({"other": 1}),
        json!(null),
    ] {
        let (exchange, _, response) = send(&api, request(), |_| {
            IntegrationResult::Returned(Value::from(&bad))
        });
        assert_eq!(
            (response.status, body(&response)),
            (502, json!({"message": "Internal server error"})),
            "{bad}"
        );
        assert!(
            exchange
                .trace()
                .iter()
                .any(|step| step.verdict == Verdict::Failed && step.kind == StepKind::Integration)
        );
    }
    let (_, _, response) = send(&api, request(), |_| IntegrationResult::Threw {
        error: "E".to_owned(),
        cause: "c".to_owned(),
    });
    assert_eq!(response.status, 502);
}

#[test]
fn services_get_parameters_and_answer_in_their_form() {
    let api = |service: &str, action: &str, template: &str| {
        read(one(
            "post",
            "/x",
            json!({
            "responses": {"200": {"description": ""}, "400": {"description": ""}},
            "x-amazon-apigateway-integration": {"type": "aws", "httpMethod": "POST",
                "uri": format!("arn:aws:apigateway:us-east-1:{service}:action/{action}"),
                "requestTemplates": {"application/json": template},
                "responses": {"default": {"statusCode": 200}, "400": {"statusCode": 400}}}}),
        ))
    };
    let request = || Request::new("POST", "/dev/x").with_json(r#"{"a": 1}"#);
    let table = api(
        "dynamodb",
        "GetItem",
        r#"{"TableName": "t", "Key": {"id": {"S": "$input.path('$.a')"}}}"#,
    );
    let (_, call, response) = send(&table, request(), |_| {
        IntegrationResult::Returned(Value::from(&json!({"Item": {}})))
    });
    let Some(IntegrationCall::Service(call)) = call else {
        panic!();
    };
    assert_eq!(
        (call.service.as_str(), call.action.as_str()),
        ("dynamodb", "GetItem")
    );
    assert_eq!(
        Json::from(&call.parameters),
        json!({"TableName": "t", "Key": {"id": {"S": "1"}}})
    );
    assert_eq!(body(&response), json!({"Item": {}}));
    let (_, _, response) = send(&table, request(), |_| IntegrationResult::Threw {
        error: "DynamoDB.ResourceNotFoundException".to_owned(),
        cause: "no table (Service: DynamoDb, Status Code: 400, Request ID: x)".to_owned(),
    });
    assert_eq!(response.status, 400);
    assert_eq!(
        body(&response),
        json!({"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "message": "no table"})
    );
    let queue = api(
        "sqs",
        "SendMessage",
        "Action=SendMessage&MessageBody=$util.urlEncode($input.body)",
    );
    let (_, call, response) = send(&queue, request(), |_| {
        IntegrationResult::Returned(Value::from(&json!({"MessageId": "m"})))
    });
    let Some(IntegrationCall::Service(call)) = call else {
        panic!();
    };
    assert_eq!(
        Json::from(&call.parameters),
        json!({"Action": "SendMessage", "MessageBody": "{\"a\": 1}"})
    );
    assert_eq!(
        body(&response).pointer("/SendMessageResponse/SendMessageResult/MessageId"),
        Some(&json!("m"))
    );
}

#[test]
fn an_execution_is_started_without_waiting() {
    let mut operation = sync(
        json!({"application/json": format!("{{\"input\": \"{{}}\", \"name\": \"n-1\", \"stateMachineArn\": \"{ARN}\"}}")}),
        json!({"default": {"statusCode": 200}}),
    );
    operation["x-amazon-apigateway-integration"]["uri"] =
        json!("arn:aws:apigateway:us-east-1:states:action/StartExecution");
    let api = read(one("post", "/x", operation));
    let (_, _, response) = send(
        &api,
        Request::new("POST", "/dev/x").with_json("{}"),
        |call| {
            let IntegrationCall::Start(call) = call else {
                panic!();
            };
            IntegrationResult::Started {
                execution_arn: call.standard_arn(),
                at: AT / 1_000,
            }
        },
    );
    assert_eq!(
        response.text(),
        r#"{"executionArn":"arn:aws:states:us-east-1:123456789012:execution:Order:n-1","startDate":1.7672256E9}"#
    );
}

#[test]
fn the_same_seed_gives_the_same_answer_and_load_keeps_no_trace() {
    let api = order_api();
    let run = |recording| {
        let request = Request::new("POST", "/dev/orders").with_json("{}");
        let (mut exchange, _) =
            Exchange::begin(&api, request, &Meters::default(), recording, &clock);
        let step = exchange.resume(succeeded(json!({"id": 1})), &clock);
        let Step::Answer(response) = step else {
            panic!();
        };
        (response, exchange.trace().len())
    };
    let (full, steps) = run(Recording::Full);
    assert_eq!(steps, 7);
    assert_eq!(run(Recording::Off), (full, 0));
}

/// The published system, where the shared data is there.
fn published() -> Option<Project> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/systems/api-key-registration");
    if !path.exists() {
        println!("skipped: ../shared/systems is not here");
        return None;
    }
    let files = Folder::open(&path).unwrap();
    let root = project::find_root(&files).unwrap();
    Some(project::read(&root, &files, &Options::default()))
}

#[test]
fn the_published_api_key_registration() {
    let Some(project) = published() else {
        return;
    };
    let document = project.apis.first().expect("an API");
    let api = gateway::read(
        &document.document,
        Surroundings::of(document, &project.place),
    );
    let own = api.routes.iter().filter(|route| route.method != "OPTIONS");
    assert_eq!(own.count(), 5, "{:?}", api.problems);
    let stage = if api.stage.is_empty() {
        String::new()
    } else {
        format!("/{}", api.stage)
    };
    let post =
        |path: &str, body: &str| Request::new("POST", format!("{stage}{path}")).with_json(body);
    let (_, call, response) = send(&api, post("/api-keys", r#"{"name": "gopher"}"#), |_| {
        succeeded(json!({"apiKey": "SECRET"}))
    });
    let Some(IntegrationCall::Start(start)) = call else {
        panic!("{call:?}");
    };
    assert_eq!(
        Json::from(&start.input),
        json!({"detail": {"name": "gopher"}})
    );
    assert_eq!(
        (response.status, body(&response)),
        (201, json!({"apiKey": "SECRET"}))
    );
    assert_eq!(response.header("access-control-allow-origin"), Some("*"));
    let words = "An API key with the provided name is already registered";
    let (_, _, response) = send(&api, post("/api-keys", r#"{"name": "gopher"}"#), |_| {
        failed("NameExists", words)
    });
    assert_eq!(
        (response.status, body(&response)),
        (400, json!({"message": words}))
    );
    let (_, _, response) = send(&api, post("/api-keys", r#"{"name": "gopher"}"#), |_| {
        failed("UnhandledError", "Something went wrong")
    });
    assert_eq!(
        (response.status, body(&response)),
        (500, json!({"message": "Something went wrong"}))
    );
    // The hole: another error is a success with nothing in it.
    let (_, _, response) = send(&api, post("/api-keys", r#"{"name": "gopher"}"#), |_| {
        failed("DynamoDB.Throttled", "slow down")
    });
    assert_eq!((response.status, body(&response)), (201, json!({})));
    for (sent, told) in [
        (
            r#"{"name": "Go"}"#,
            "ECMA 262 regex \"^[a-z]*$\" does not match input string \"Go\"",
        ),
        ("{}", "object has missing required properties ([\"name\"])"),
    ] {
        let (_, _, response) = send(&api, post("/api-keys", sent), nobody);
        assert_eq!(response.status, 400);
        assert_eq!(body(&response), json!({"message": format!("[{told}]")}));
        assert_eq!(response.header("access-control-allow-origin"), Some("*"));
    }
    let items = json!({"Items": [
        {"sk": {"S": "a"}, "audit": {"M": {"created": {"M": {"timestamp": {"S": "t1"}}}}}},
        {"sk": {"S": "b"}, "audit": {"M": {"created": {"M": {"timestamp": {"S": "t2"}}}}}}]});
    let (_, call, response) = send(
        &api,
        Request::new("GET", format!("{stage}/api-keys")),
        |_| IntegrationResult::Returned(Value::from(&items)),
    );
    assert!(matches!(call, Some(IntegrationCall::Service(call)) if call.action == "Query"));
    assert_eq!(
        body(&response),
        json!({"items": [{"name": "a", "created": {"timestamp": "t1"}}, {"name": "b", "created": {"timestamp": "t2"}}]})
    );
    let (_, _, response) = send(
        &api,
        Request::new("GET", format!("{stage}/api-keys/x")),
        |_| IntegrationResult::Returned(Value::from(&json!({}))),
    );
    assert_eq!(response.status, 404);
    assert_eq!(
        body(&response),
        json!({"message": "An api key with the provided name could not be found"})
    );
    let (_, call, response) = send(
        &api,
        Request::new("DELETE", format!("{stage}/api-keys/x")),
        |call| {
            let IntegrationCall::Start(call) = call else {
                panic!();
            };
            IntegrationResult::Started {
                execution_arn: call.standard_arn(),
                at: 0,
            }
        },
    );
    let Some(IntegrationCall::Start(start)) = call else {
        panic!();
    };
    assert_eq!(Json::from(&start.input), json!({"name": "x"}));
    assert_eq!((response.status, response.text().trim()), (204, ""));
    let (_, call, _) = send(&api, post("/api-keys/x/rotate", "{}"), |_| {
        succeeded(json!({"apiKey": "k"}))
    });
    assert!(
        matches!(call, Some(IntegrationCall::Start(call)) if Json::from(&call.input) == json!({"detail": {}, "name": "x"}))
    );
}
