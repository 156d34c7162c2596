//! Lints across the edge: what is found, and that the fix mends what a request shows.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;
use serde_json::json;
use stepwright::engine::Status;
use stepwright::gateway;
use stepwright::gateway::EdgeFinding;
use stepwright::gateway::Exchange;
use stepwright::gateway::Executed;
use stepwright::gateway::IntegrationCall;
use stepwright::gateway::IntegrationResult;
use stepwright::gateway::Meters;
use stepwright::gateway::Recording;
use stepwright::gateway::Request;
use stepwright::gateway::Response;
use stepwright::gateway::Step;
use stepwright::gateway::Surroundings;
use stepwright::project;
use stepwright::project::Options;
use stepwright::project::Project;
use stepwright::query::Value;
use stepwright::workspace::Folder;

type Shelf = BTreeMap<String, Arc<str>>;

const TEMPLATE: &str = r#"Transform: AWS::Serverless-2016-10-31
Resources:
  Order:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: EXPRESS
      DefinitionUri: order.asl.json
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: dev
      DefinitionBody:
        Fn::Transform: {Name: AWS::Include, Parameters: {Location: api.yaml}}
"#;

const MACHINE: &str = r#"{
  "StartAt": "Get",
  "States": {
    "Get": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "Parameters": {"TableName": "t", "Key": {}}, "Next": "Bad"},
    "Bad": {"Type": "Fail", "Error": "Declined", "Cause": "no"}
  }
}
"#;

fn api(request: &str, response: &str) -> String {
    let indented = |text: &str| {
        let lines: Vec<String> = text
            .lines()
            .map(|line| format!("              {line}\n"))
            .collect();
        lines.concat()
    };
    format!(
        r#"openapi: 3.0.1
info: {{title: t, version: "1"}}
paths:
  /orders:
    post:
      responses: {{200: {{description: ok}}}}
      x-amazon-apigateway-integration:
        type: aws
        httpMethod: POST
        uri:
          Fn::Sub: arn:aws:apigateway:${{AWS::Region}}:states:action/StartSyncExecution
        requestTemplates:
          application/json:
            Fn::Sub: |-
{}        responses:
          default:
            statusCode: 200
            responseTemplates:
              application/json: |-
{}"#,
        indented(request),
        indented(response).replace("              ", "                ")
    )
}

fn shelf(api: &str, machine: &str) -> Shelf {
    [
        ("template.yaml", TEMPLATE),
        ("api.yaml", api),
        ("order.asl.json", machine),
    ]
    .map(|(path, text)| (path.to_owned(), Arc::from(text)))
    .into()
}

fn root_of(shelf: &Shelf) -> &'static str {
    match shelf.contains_key("template.json") {
        true => "template.json",
        false => "template.yaml",
    }
}

fn open(shelf: &Shelf) -> Project {
    let project = project::read(root_of(shelf), shelf, &Options::default());
    assert!(project.problems.is_empty(), "{:?}", project.problems);
    project
}

fn found(shelf: &Shelf) -> Vec<EdgeFinding> {
    gateway::lints(&open(shelf))
}

fn codes(findings: &[EdgeFinding]) -> Vec<&str> {
    findings
        .iter()
        .map(|finding| finding.diagnostic.code)
        .collect()
}

/// The shelf after the fix of the first finding with this code; the text the finding points at.
fn fixed(shelf: &Shelf, code: &str) -> (Shelf, String) {
    let findings = found(shelf);
    let finding = findings
        .iter()
        .find(|finding| finding.diagnostic.code == code)
        .unwrap_or_else(|| panic!("no {code} in {findings:?}"));
    let host = &shelf[&finding.file];
    let place = finding.diagnostic.span.of(host).to_owned();
    let fix = finding
        .diagnostic
        .fix
        .as_ref()
        .unwrap_or_else(|| panic!("{finding:?} has no fix"));
    let mut shelf = shelf.clone();
    let text = fix.edit.apply(host);
    shelf.insert(finding.file.clone(), Arc::from(text.as_str()));
    (shelf, place)
}

/// The answer for an execution that ended so; none where nothing was started.
fn answer(shelf: &Shelf, body: &str, ended: Result<Json, &str>) -> (Option<Json>, Response) {
    let project = open(shelf);
    let document = project.apis.first().expect("an API");
    let api = gateway::read(
        &document.document,
        Surroundings::of(document, &project.place),
    );
    let request = Request::new("POST", "/dev/orders").with_json(body);
    let clock = || 0;
    let (mut exchange, step) =
        Exchange::begin(&api, request, &Meters::default(), Recording::Full, &clock);
    match step {
        Step::Answer(response) => (None, response),
        Step::Call(IntegrationCall::Start(call)) => {
            let result = IntegrationResult::Executed(Executed {
                status: if ended.is_ok() {
                    Status::Succeeded
                } else {
                    Status::Failed
                },
                output: ended.as_ref().ok().map(Value::from),
                error: ended.as_ref().err().map(|error| (*error).to_owned()),
                cause: ended.as_ref().err().map(|_| "why".to_owned()),
                started: 0,
                stopped: 1,
            });
            let Step::Answer(response) = exchange.resume(result, &clock) else {
                panic!();
            };
            (Some(Json::from(&call.input)), response)
        }
        Step::Call(call) => panic!("{call:?}"),
    }
}

const GOOD_REQUEST: &str = r#"{
  "input": "$util.escapeJavaScript($input.json('$')).replaceAll("\\'", "'")",
  "stateMachineArn": "${Order}"
}"#;
const GOOD_RESPONSE: &str = r##"#if($input.path('$.status') != "SUCCEEDED")
#set($context.responseOverride.status = 500)
{"message": "failed"}
#else
$input.path('$.output')
#end"##;

#[test]
fn a_good_edge_has_nothing_to_say() {
    let shelf = shelf(&api(GOOD_REQUEST, GOOD_RESPONSE), MACHINE);
    assert_eq!(codes(&found(&shelf)), Vec::<&str>::new());
    let (input, response) = answer(&shelf, r#"{"a": "it's"}"#, Ok(json!({"b": 1})));
    assert_eq!(input, Some(json!({"a": "it's"})));
    assert_eq!(response.text().trim(), r#"{"b":1}"#);
}

#[test]
fn apostrophes_are_put_back() {
    for request in [
        GOOD_REQUEST.replace(".replaceAll(\"\\\\'\", \"'\")", ""),
        "#set($body = \"{\"\"detail\"\": $input.json('$')}\")\n{\"input\": \"$util.escapeJavaScript($body)\", \"stateMachineArn\": \"${Order}\"}".to_owned(),
        "#set($input2 = \"$util.escapeJavaScript($input.json('$'))\")\n{\"input\": \"$input2\", \"stateMachineArn\": \"${Order}\"}".to_owned(),
    ] {
        let before = shelf(&api(&request, GOOD_RESPONSE), MACHINE);
        assert_eq!(codes(&found(&before)), ["API_APOSTROPHE_LOST"], "{request}");
        let (input, _) = answer(&before, r#"{"a": "it's"}"#, Ok(json!({})));
        assert_eq!(input, None, "{request}");
        let (after, place) = fixed(&before, "API_APOSTROPHE_LOST");
        assert!(place.contains("escapeJavaScript"), "{place}");
        assert_eq!(codes(&found(&after)), Vec::<&str>::new(), "{}", after["api.yaml"]);
        let (input, _) = answer(&after, r#"{"a": "it's"}"#, Ok(json!({})));
        assert!(input.is_some_and(|input| input.to_string().contains("it's")), "{}", after["api.yaml"]);
    }
    let later = "#set($x = $util.escapeJavaScript($input.json('$')))\n{\"input\": \"$x.replaceAll(\"\\\\'\", \"'\")\", \"stateMachineArn\": \"${Order}\"}";
    assert_eq!(
        codes(&found(&shelf(&api(later, GOOD_RESPONSE), MACHINE))),
        Vec::<&str>::new()
    );
}

#[test]
fn errors_that_no_branch_asks_for_get_one() {
    let response = r##"#set($root = $input.path('$'))
{
  #if("$root.error" == "Declined")
    #set($context.responseOverride.status = 400)
    "message": "$root.cause"
  #end
}"##;
    let before = shelf(&api(GOOD_REQUEST, response), MACHINE);
    let findings = found(&before);
    assert_eq!(codes(&findings), ["API_ERROR_NOT_HANDLED"]);
    assert!(
        findings[0]
            .diagnostic
            .message
            .contains("an error of DynamoDB from Get"),
        "{findings:?}"
    );
    let (_, answered) = answer(&before, "{}", Err("DynamoDB.Throttled"));
    assert_eq!(answered.status, 200);
    let (after, _) = fixed(&before, "API_ERROR_NOT_HANDLED");
    assert_eq!(
        codes(&found(&after)),
        Vec::<&str>::new(),
        "{}",
        after["api.yaml"]
    );
    for (error, status) in [("DynamoDB.Throttled", 500), ("Declined", 400)] {
        let (_, answered) = answer(&after, "{}", Err(error));
        assert_eq!(answered.status, status, "{error}");
        assert!(
            serde_json::from_slice::<Json>(&answered.body).is_ok(),
            "{}",
            answered.text()
        );
    }
    assert_eq!(answer(&after, "{}", Ok(json!({}))).1.status, 200);
    // As whole objects, with a branch of its own before the success.
    let whole = r##"#set($error = $input.path('$.error'))
#if($error == "Declined")
#set($context.responseOverride.status = 400)
{"message": "declined"}
#else
$input.path('$.output')
#end"##;
    let before = shelf(&api(GOOD_REQUEST, whole), MACHINE);
    assert_eq!(codes(&found(&before)), ["API_ERROR_NOT_HANDLED"]);
    let (after, _) = fixed(&before, "API_ERROR_NOT_HANDLED");
    assert_eq!(
        codes(&found(&after)),
        Vec::<&str>::new(),
        "{}",
        after["api.yaml"]
    );
    let (_, answered) = answer(&after, "{}", Err("DynamoDB.Throttled"));
    assert_eq!(
        (answered.status, answered.text().trim()),
        (500, "{\"message\": \"Something went wrong\"}")
    );
    assert_eq!(
        answer(&after, "{}", Ok(json!({"a": 1}))).1.text().trim(),
        "{\"a\":1}"
    );
    // A workflow whose only error is asked for is fine, and so is a branch for all.
    let caught = MACHINE.replace(
        "\"Next\": \"Bad\"",
        "\"Catch\": [{\"ErrorEquals\": [\"States.ALL\"], \"Next\": \"Bad\"}], \"Next\": \"Bad\"",
    );
    assert_eq!(
        codes(&found(&shelf(&api(GOOD_REQUEST, response), &caught))),
        Vec::<&str>::new()
    );
    let all = response.replace(
        "#end",
        "#elseif(\"$root.error\" != \"\")\n#set($context.responseOverride.status = 500)\n#end",
    );
    assert_eq!(
        codes(&found(&shelf(&api(GOOD_REQUEST, &all), MACHINE))),
        Vec::<&str>::new()
    );
}

#[test]
fn a_failure_gets_a_status() {
    let before = shelf(&api(GOOD_REQUEST, "$input.path('$.output')"), MACHINE);
    assert_eq!(codes(&found(&before)), ["API_FAILURE_STATUS"]);
    assert_eq!(answer(&before, "{}", Err("Declined")).1.status, 200);
    let (after, _) = fixed(&before, "API_FAILURE_STATUS");
    assert_eq!(
        codes(&found(&after)),
        Vec::<&str>::new(),
        "{}",
        after["api.yaml"]
    );
    assert_eq!(answer(&after, "{}", Err("Declined")).1.status, 500);
    assert_eq!(answer(&after, "{}", Ok(json!(1))).1.status, 200);
    // Without a template at all.
    let text = api(GOOD_REQUEST, "x");
    let (head, _) = text
        .split_once("            responseTemplates:")
        .expect("the templates");
    let before = shelf(head, MACHINE);
    assert_eq!(codes(&found(&before)), ["API_FAILURE_STATUS"]);
    let (after, _) = fixed(&before, "API_FAILURE_STATUS");
    assert_eq!(
        codes(&found(&after)),
        Vec::<&str>::new(),
        "{}",
        after["api.yaml"]
    );
    assert_eq!(answer(&after, "{}", Err("Declined")).1.status, 500);
}

#[test]
fn java_text_becomes_json() {
    for (template, printed) in [
        ("#set($root = $input.path('$'))$root", "$input.json('$')"),
        ("$input.path('$')", "$input.json('$')"),
        (
            "#set($out = $util.parseJson($input.path('$.output')))\n$out",
            "$input.path('$.output')",
        ),
    ] {
        let template = format!("#set($context.responseOverride.status = 200)\n{template}");
        let before = shelf(&api(GOOD_REQUEST, &template), MACHINE);
        assert_eq!(codes(&found(&before)), ["API_JAVA_TEXT"], "{template}");
        let (after, _) = fixed(&before, "API_JAVA_TEXT");
        assert!(after["api.yaml"].contains(printed), "{}", after["api.yaml"]);
        assert_eq!(codes(&found(&after)), Vec::<&str>::new());
        let (_, response) = answer(&after, "{}", Ok(json!({"a": {"b": [1]}})));
        assert!(
            serde_json::from_slice::<Json>(&response.body).is_ok(),
            "{}",
            response.text()
        );
    }
    let member = "#set($out = $util.parseJson($input.path('$.output')))\n#set($context.responseOverride.status = $out.status)\n$out.body";
    let findings = found(&shelf(&api(GOOD_REQUEST, member), MACHINE));
    assert_eq!(codes(&findings), ["API_JAVA_TEXT"]);
    assert!(findings[0].diagnostic.hints[0].contains("JsonToString"));
    let quoted = "#set($context.responseOverride.status = 200){\"a\": \"$input.path('$.output')\", \"count\": $input.path('$.n')}";
    assert_eq!(
        codes(&found(&shelf(&api(GOOD_REQUEST, quoted), MACHINE))),
        Vec::<&str>::new()
    );
}

#[test]
fn what_step_functions_answers_with_text_is_no_java_text() {
    let status = "#set($context.responseOverride.status = 200)\n";
    let codes_of = |template: &str| {
        let template = format!("{status}{template}");
        codes(&found(&shelf(&api(GOOD_REQUEST, &template), MACHINE)))
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<String>>()
    };
    for silent in [
        "$input.path('$.output')",
        "#set($execution = $input.path('$'))\n$execution.output",
        "#set($execution = $util.parseJson($input.body))\n$execution.output",
        "#set($execution = $util.parseJson($input.json('$')))\n{\"result\": $execution.output}",
        "#set($output = $input.path('$.output'))\n{\"output\": $output}",
        "{\"result\": $input.path('$').startDate, \"output\": $input.path(\"$['output']\")}",
        "#set($text = $util.parseJson($input.json('$.output')))\n$text",
    ] {
        assert_eq!(codes_of(silent), Vec::<&str>::new(), "{silent}");
    }
    for reported in [
        "#set($execution = $input.path('$'))\n$execution.billingDetails",
        "#set($execution = $util.parseJson($input.body))\n$execution",
        "#set($execution = $util.parseJson($input.body))\n{\"details\": $execution.outputDetails}",
        "#set($out = $util.parseJson($input.path('$.output')))\n{\"output\": $out.output}",
    ] {
        assert_eq!(codes_of(reported), ["API_JAVA_TEXT"], "{reported}");
    }
    // The same words mean something else in a request, and behind an action that does not answer with them.
    let request = format!(
        "#set($all = $input.path('$'))\n{{\"output\": $all.output, \"x\": {GOOD_REQUEST}}}"
    );
    let findings = found(&shelf(&api(&request, GOOD_RESPONSE), MACHINE));
    assert!(codes(&findings).contains(&"API_JAVA_TEXT"));
    let starts = |template: &str| {
        let text = api(GOOD_REQUEST, template);
        let text = text.replace("action/StartSyncExecution", "action/StartExecution");
        found(&shelf(&text, MACHINE))
    };
    let silent = starts("#set($started = $input.path('$'))\n{\"result\": $started.executionArn}");
    assert_eq!(codes(&silent), Vec::<&str>::new());
    let other = starts("#set($started = $input.path('$'))\n{\"result\": $started.output}");
    assert_eq!(codes(&other), ["API_JAVA_TEXT"]);
    // What is read from the body again has its fix.
    let parsed = format!(
        "{status}#set($execution = $util.parseJson($input.body))\n{{\"details\": $execution.outputDetails}}"
    );
    let (after, _) = fixed(
        &shelf(&api(GOOD_REQUEST, &parsed), MACHINE),
        "API_JAVA_TEXT",
    );
    assert!(
        after["api.yaml"].contains("{\"details\": $input.json('$.outputDetails')}"),
        "{}",
        after["api.yaml"]
    );
}

#[test]
fn a_missing_request_template_is_generated() {
    let text = api(GOOD_REQUEST, GOOD_RESPONSE);
    let (head, rest) = text
        .split_once("        requestTemplates:")
        .expect("the templates");
    let (_, rest) = rest
        .split_once("        responses:")
        .expect("the responses");
    let before = shelf(&format!("{head}        responses:{rest}"), MACHINE);
    assert_eq!(codes(&found(&before)), ["API_TEMPLATE_MISSING"]);
    assert_eq!(answer(&before, r#"{"a": 1}"#, Ok(json!({}))).0, None);
    let (after, _) = fixed(&before, "API_TEMPLATE_MISSING");
    assert_eq!(
        codes(&found(&after)),
        Vec::<&str>::new(),
        "{}",
        after["api.yaml"]
    );
    assert_eq!(
        answer(&after, r#"{"a": "it's"}"#, Ok(json!({}))).0,
        Some(json!({"a": "it's"}))
    );
}

#[test]
fn slow_workflows_are_not_waited_for() {
    let slow = r#"{"StartAt": "Wait", "States": {
        "Wait": {"Type": "Wait", "Seconds": 20, "Next": "Try"},
        "Try": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "End": true,
            "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "MaxAttempts": 3}]}}}"#;
    let before = shelf(&api(GOOD_REQUEST, GOOD_RESPONSE), slow);
    let findings = found(&before);
    assert_eq!(codes(&findings), ["API_WORKFLOW_TOO_SLOW"]);
    assert!(
        findings[0].diagnostic.message.contains("34 s"),
        "{findings:?}"
    );
    let (after, place) = fixed(&before, "API_WORKFLOW_TOO_SLOW");
    assert!(place.contains("StartSyncExecution"), "{place}");
    assert_eq!(codes(&found(&after)), Vec::<&str>::new());
    assert!(after["api.yaml"].contains("states:action/StartExecution"));
    let limited = slow.replacen('{', "{\"TimeoutSeconds\": 25, ", 1);
    assert_eq!(
        codes(&found(&shelf(&api(GOOD_REQUEST, GOOD_RESPONSE), &limited))),
        Vec::<&str>::new()
    );
    let long = MACHINE.replacen('{', "{\"TimeoutSeconds\": 60,", 1);
    let before = shelf(&api(GOOD_REQUEST, GOOD_RESPONSE), &long);
    let (after, place) = fixed(&before, "API_WORKFLOW_TOO_SLOW");
    assert_eq!(place, "60");
    assert!(after["order.asl.json"].contains("\"TimeoutSeconds\": 28"));
    assert_eq!(codes(&found(&after)), Vec::<&str>::new());
}

/// A template with a method of CloudFormation whose integration is this text.
fn method_yaml(integration: &str) -> Shelf {
    let template = format!(
        "Transform: AWS::Serverless-2016-10-31 # kept
Resources:
  Order:
    Type: AWS::Serverless::StateMachine
    Properties: {{Type: EXPRESS, DefinitionUri: order.asl.json}}
  Api: {{Type: AWS::ApiGateway::RestApi, Properties: {{Name: api}}}}
  Orders:
    Type: AWS::ApiGateway::Resource
    Properties: {{RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders}}
  Stage: {{Type: AWS::ApiGateway::Stage, Properties: {{RestApiId: !Ref Api, StageName: dev}}}}
  Post:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Orders
      HttpMethod: POST
      MethodResponses: [{{StatusCode: \"200\"}}]
      Integration:
        Type: AWS
        IntegrationHttpMethod: POST
{integration}
Parameters: {{Status: {{Type: Number, Default: 200}}}}
Conditions: {{Here: !Equals [1, 1]}} # the end"
    );
    [
        ("template.yaml", template.as_str()),
        ("order.asl.json", MACHINE),
    ]
    .map(|(path, text)| (path.to_owned(), Arc::from(text)))
    .into()
}

fn method_json(integration: &str) -> Shelf {
    let template = format!(
        r#"{{
  "Transform": "AWS::Serverless-2016-10-31",
  "Resources": {{
    "Order": {{"Type": "AWS::Serverless::StateMachine", "Properties": {{"Type": "EXPRESS", "DefinitionUri": "order.asl.json"}}}},
    "Api": {{"Type": "AWS::ApiGateway::RestApi", "Properties": {{"Name": "api"}}}},
    "Orders": {{
      "Type": "AWS::ApiGateway::Resource",
      "Properties": {{"RestApiId": {{"Ref": "Api"}}, "ParentId": {{"Fn::GetAtt": ["Api", "RootResourceId"]}}, "PathPart": "orders"}}
    }},
    "Stage": {{"Type": "AWS::ApiGateway::Stage", "Properties": {{"RestApiId": {{"Ref": "Api"}}, "StageName": "dev"}}}},
    "Post": {{
      "Type": "AWS::ApiGateway::Method",
      "Properties": {{
        "RestApiId": {{"Ref": "Api"}},
        "ResourceId": {{"Ref": "Orders"}},
        "HttpMethod": "POST",
        "MethodResponses": [{{"StatusCode": "200"}}],
        "Integration": {{
          "Type": "AWS",
          "IntegrationHttpMethod": "POST",
{integration}
        }}
      }}
    }}
  }}
}}
"#
    );
    [
        ("template.json", template.as_str()),
        ("order.asl.json", MACHINE),
    ]
    .map(|(path, text)| (path.to_owned(), Arc::from(text)))
    .into()
}

const URI_YAML: &str = r#"        Uri: !Sub arn:aws:apigateway:${AWS::Region}:states:action/StartSyncExecution
        RequestTemplates:
          application/json: !Sub |-
            {"input": "$util.escapeJavaScript($input.json('$')).replaceAll("\\'", "'")", "stateMachineArn": "${Order}"}
"#;

const URI_JSON: &str = r#"          "Uri": {"Fn::Join": ["", ["arn:aws:apigateway:", {"Ref": "AWS::Region"}, ":states:action/StartSyncExecution"]]},
          "RequestTemplates": {
            "application/json": {"Fn::Join": ["", [
              "{\"input\": \"$util.escapeJavaScript($input.json('$')).replaceAll(\"\\\\'\", \"'\")\", \"stateMachineArn\": \"",
              {"Ref": "Order"}, "\"}"
            ]]}
          },
"#;

/// Applies the fix of a finding: the finding is gone, and nothing has changed but what the fix puts in.
fn mended(shelf: &Shelf, code: &str) -> Shelf {
    let (after, _) = fixed(shelf, code);
    let root = root_of(shelf);
    let (old, new) = (&shelf[root], &after[root]);
    let same = |(left, right): &(u8, u8)| left == right;
    let head = old.bytes().zip(new.bytes()).take_while(same).count();
    let tail = old.bytes().rev().zip(new.bytes().rev());
    let tail = tail.take_while(same).count();
    assert!(head + tail >= old.len(), "{new}");
    assert_eq!(codes(&found(&after)), Vec::<&str>::new(), "{new}");
    after
}

#[test]
fn methods_of_cloudformation_get_a_response_template() {
    let yaml = |rest: &str| method_yaml(&format!("{URI_YAML}        IntegrationResponses:{rest}"));
    let json = |rest: &str| {
        method_json(&format!(
            "{URI_JSON}          \"IntegrationResponses\": [{rest}]"
        ))
    };
    for before in [
        yaml("\n          - StatusCode: \"200\""),
        yaml(
            "\n        - SelectionPattern: \"5..\"\n          StatusCode: 200\n        -\n          StatusCode: 200\n          ContentHandling: CONVERT_TO_TEXT",
        ),
        yaml(" [{StatusCode: 200}, {StatusCode: 200, SelectionPattern: '5..'}]"),
        yaml("\n          - StatusCode: 200\n            ResponseTemplates: {}"),
        yaml(
            "\n          - SelectionPattern: ''\n            ResponseParameters: {}\n            StatusCode: 200",
        ),
        yaml(" !If [Here, [{StatusCode: 200}], !Ref AWS::NoValue]"),
        yaml(
            "\n          - Fn::If:\n              - Here\n              - StatusCode: !Ref Status\n              - !Ref AWS::NoValue",
        ),
        json("{\"StatusCode\": \"200\"}"),
        json(
            "\n            {\n              \"StatusCode\": 200\n            },\n            {\"StatusCode\": 200, \"SelectionPattern\": \"5..\"}\n          ",
        ),
        json("{\"StatusCode\": \"200\", \"ResponseTemplates\": {}}"),
    ] {
        assert_eq!(codes(&found(&before)), ["API_FAILURE_STATUS"]);
        assert_eq!(answer(&before, "{}", Err("Declined")).1.status, 200);
        let after = mended(&before, "API_FAILURE_STATUS");
        assert_eq!(answer(&after, "{}", Err("Declined")).1.status, 500);
        let (input, answered) = answer(&after, r#"{"a": "it's"}"#, Ok(json!({"b": 1})));
        assert_eq!(input, Some(json!({"a": "it's"})));
        assert_eq!(
            (answered.status, answered.text().trim()),
            (200, r#"{"b":1}"#)
        );
    }
    // A status that stands elsewhere leads to no response that could get a template.
    let before = with(
        &yaml(" [{StatusCode: !FindInMap [Answers, Good, StatusCode]}]"),
        "template.yaml",
        |text| format!("Mappings: {{Answers: {{Good: {{StatusCode: 200}}}}}}\n{text}"),
    );
    let findings = found(&before);
    assert_eq!(codes(&findings), ["API_FAILURE_STATUS"]);
    assert_eq!(findings[0].diagnostic.fix, None);
}

/// The shelf with one file changed.
fn with(shelf: &Shelf, file: &str, change: impl Fn(&str) -> String) -> Shelf {
    let mut shelf = shelf.clone();
    let text = change(&shelf[file]);
    shelf.insert(file.to_owned(), Arc::from(text.as_str()));
    shelf
}

#[test]
fn response_templates_of_cloudformation_are_mended_where_they_stand() {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let written = |template: &str| {
        let indented = template.replace('\n', "\n                ");
        let yaml = |value: &str| {
            method_yaml(&format!(
                "{URI_YAML}        IntegrationResponses:\n          - StatusCode: 200\n            ResponseTemplates:\n              application/json: {value}"
            ))
        };
        let json = |value: &str| {
            method_json(&format!(
                "{URI_JSON}          \"IntegrationResponses\": [{{\"StatusCode\": \"200\", \"ResponseTemplates\": {{\"application/json\": {value}}}}}]"
            ))
        };
        [
            yaml(&format!("|\n                {indented}")),
            yaml(&format!("!Sub |-\n                {indented}")),
            yaml(&quoted(template)),
            json(&quoted(template)),
            json(&format!("{{\"Fn::Sub\": {}}}", quoted(template))),
        ]
    };
    for before in written(
        r##"#set($error = $input.path('$.error'))
#if($error == "Declined")
#set($context.responseOverride.status = 400)
{"message": "declined"}
#else
$input.path('$.output')
#end"##,
    ) {
        assert_eq!(codes(&found(&before)), ["API_ERROR_NOT_HANDLED"]);
        let after = mended(&before, "API_ERROR_NOT_HANDLED");
        for (error, status) in [("DynamoDB.Throttled", 500), ("Declined", 400)] {
            assert_eq!(answer(&after, "{}", Err(error)).1.status, status, "{error}");
        }
    }
    for before in written("$input.path('$.output')") {
        assert_eq!(codes(&found(&before)), ["API_FAILURE_STATUS"]);
        let after = mended(&before, "API_FAILURE_STATUS");
        assert_eq!(answer(&after, "{}", Err("Declined")).1.status, 500);
    }
}

#[test]
fn methods_of_cloudformation_get_a_request_template() {
    let responses = r##"{"application/json": "#set($context.responseOverride.status = 500)"}"##;
    let yaml = |uri: &str| {
        method_yaml(&format!(
            "        {uri}\n        IntegrationResponses: [{{StatusCode: 200, ResponseTemplates: {responses}}}]"
        ))
    };
    let json = |uri: &str| {
        method_json(&format!(
            "          {uri},\n          \"IntegrationResponses\": [{{\"StatusCode\": 200, \"ResponseTemplates\": {responses}}}]"
        ))
    };
    let uri = "arn:aws:apigateway:us-east-1:states:action/StartSyncExecution";
    for before in [
        yaml(&format!("Uri: {uri}")),
        yaml("Uri: !Sub arn:aws:apigateway:${AWS::Region}:states:action/StartSyncExecution"),
        yaml(
            "Uri:\n          Fn::Join: ['', [arn, ':aws:apigateway:', !Ref AWS::Region, ':states:action/StartSyncExecution']]",
        ),
        yaml(&format!("Uri: {uri}\n        RequestTemplates: {{}}")),
        json(&format!("\"Uri\": \"{uri}\"")),
        json(
            "\"Uri\": {\"Fn::Join\": [\"\", [\"arn:aws:apigateway:\", {\"Ref\": \"AWS::Region\"}, \":states:action/StartSyncExecution\"]]}",
        ),
        json(&format!("\"RequestTemplates\": {{}}, \"Uri\": \"{uri}\"")),
    ] {
        assert_eq!(codes(&found(&before)), ["API_TEMPLATE_MISSING"]);
        let after = mended(&before, "API_TEMPLATE_MISSING");
        let (input, _) = answer(&after, r#"{"a": "it's"}"#, Ok(json!({})));
        assert_eq!(input, Some(json!({"a": "it's"})));
    }
    // The address stands elsewhere, in an object that is no integration.
    let map = format!("Mappings: {{Addresses: {{Here: {{Uri: '{uri}'}}}}}}\n");
    let before = with(
        &yaml("Uri: !FindInMap [Addresses, Here, Uri]"),
        "template.yaml",
        |text| format!("{map}{text}"),
    );
    let findings = found(&before);
    assert_eq!(codes(&findings), ["API_TEMPLATE_MISSING"]);
    if let Some(fix) = &findings[0].diagnostic.fix {
        let text = fix.edit.apply(&before["template.yaml"]);
        assert!(text.starts_with(&map), "{text}");
    }
}

#[test]
fn serverless_routes_get_their_template_where_the_plugin_reads_it() {
    let text = "service: s
provider: {name: aws, region: us-east-1}
plugins: [serverless-step-functions]
stepFunctions:
  stateMachines:
    order:
      type: EXPRESS
      name: Order
      definition: ${file(./order.asl.json)}
      events:
        - http:
            path: orders
            method: post
            action: StartSyncExecution
";
    let mut shelf: Shelf = BTreeMap::from([
        ("serverless.yml".to_owned(), Arc::from(text)),
        ("order.asl.json".to_owned(), Arc::from(MACHINE)),
    ]);
    let read = |shelf: &Shelf| {
        let project = project::read("serverless.yml", shelf, &Options::default());
        (gateway::lints(&project), project)
    };
    let (findings, _) = read(&shelf);
    let missing = findings
        .iter()
        .find(|finding| finding.diagnostic.code == "API_TEMPLATE_MISSING")
        .expect("the finding");
    assert_eq!(missing.file, "serverless.yml");
    let fix = missing.diagnostic.fix.as_ref().expect("a fix");
    shelf.insert(
        "serverless.yml".to_owned(),
        Arc::from(fix.edit.apply(text).as_str()),
    );
    let (findings, project) = read(&shelf);
    assert!(
        !codes(&findings).contains(&"API_TEMPLATE_MISSING"),
        "{}",
        shelf["serverless.yml"]
    );
    // The same for the answer of a failed execution.
    let unset = findings
        .iter()
        .find(|finding| finding.diagnostic.code == "API_FAILURE_STATUS");
    let fix = unset.expect("the finding").diagnostic.fix.as_ref();
    let text = fix.expect("a fix").edit.apply(&shelf["serverless.yml"]);
    shelf.insert("serverless.yml".to_owned(), Arc::from(text.as_str()));
    let (findings, mended) = read(&shelf);
    assert!(!codes(&findings).contains(&"API_FAILURE_STATUS"), "{text}");
    let document = mended.apis.first().expect("an API");
    let api = gateway::read(
        &document.document,
        Surroundings::of(document, &mended.place),
    );
    let responses = api.routes.iter().find_map(|route| {
        (route.method == "POST").then_some(&route.integration.as_ref()?.responses)
    });
    let filled = responses.expect("responses").iter();
    let filled: Vec<u16> = filled
        .filter(|response| !response.templates.is_empty())
        .map(|response| response.status)
        .collect();
    assert_eq!(filled, [200]);
    let document = project.apis.first().expect("an API");
    let api = gateway::read(
        &document.document,
        Surroundings::of(document, &project.place),
    );
    let stage = if api.stage.is_empty() {
        String::new()
    } else {
        format!("/{}", api.stage)
    };
    let request = Request::new("POST", format!("{stage}/orders")).with_json(r#"{"a": "it's"}"#);
    let (_, step) = Exchange::begin(&api, request, &Meters::default(), Recording::Off, &|| 0);
    let Step::Call(IntegrationCall::Start(call)) = step else {
        panic!("{step:?}");
    };
    assert_eq!(Json::from(&call.input), json!({"a": "it's"}));
    assert_eq!(call.machine, "Order");
}

#[test]
fn the_published_system_is_mended_by_its_fixes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/systems/api-key-registration");
    if !path.exists() {
        println!("skipped: ../shared/systems is not here");
        return;
    }
    let files = Folder::open(&path).unwrap();
    let root = project::find_root(&files).unwrap();
    let first = project::read(&root, &files, &Options::default());
    let mut shelf: Shelf = first.files.clone();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..40 {
        let project = project::read(&root, &shelf, &Options::default());
        let findings = gateway::lints(&project);
        let Some(finding) = findings
            .iter()
            .find(|finding| finding.diagnostic.fix.is_some())
        else {
            break;
        };
        *seen.entry(finding.diagnostic.code).or_default() += 1;
        let fix = finding.diagnostic.fix.as_ref().expect("a fix");
        let text = fix.edit.apply(&shelf[&finding.file]);
        shelf.insert(finding.file.clone(), Arc::from(text.as_str()));
    }
    println!("{seen:?}");
    assert!(
        seen.get("API_APOSTROPHE_LOST")
            .is_some_and(|count| (3..9).contains(count)),
        "{seen:?}"
    );
    assert!(
        seen.get("API_ERROR_NOT_HANDLED")
            .is_some_and(|count| (1..4).contains(count)),
        "{seen:?}"
    );
    let left = gateway::lints(&project::read(&root, &shelf, &Options::default()));
    assert!(
        left.iter().all(|finding| finding.diagnostic.fix.is_none()),
        "{left:?}"
    );
    assert!(!codes(&left).contains(&"API_ERROR_NOT_HANDLED"), "{left:?}");
}
