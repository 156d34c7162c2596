//! Projects: templates, `cdk.out`, `serverless.yml` and OpenAPI documents, read from files of ours and from a published system.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use serde_json::json;
use stepwright::asl::MachineType;
use stepwright::project;
use stepwright::project::ApiKey;
use stepwright::project::DefinitionPlace;
use stepwright::project::Inset;
use stepwright::project::KeyGrant;
use stepwright::project::Options;
use stepwright::project::ParameterFrom;
use stepwright::project::Project;
use stepwright::project::ProjectKind;
use stepwright::project::QuotaPeriod;
use stepwright::project::Throttle;
use stepwright::project::UsagePlan;
use stepwright::project::Writing;
use stepwright::project::Written;
use stepwright::workspace::Folder;

fn read(folder: &str, params: &[(&str, &str)]) -> Project {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/project")
        .join(folder);
    read_folder(&path, params)
}

fn read_folder(path: &Path, params: &[(&str, &str)]) -> Project {
    let files = Folder::open(path).unwrap();
    let root = project::find_root(&files).unwrap();
    project::read(&root, &files, &options(params))
}

fn options(params: &[(&str, &str)]) -> Options {
    let params = params.iter();
    Options {
        params: params
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
    }
}

/// A project of texts in memory.
fn of(files: &[(&str, &str)]) -> Project {
    let shelf: BTreeMap<String, Arc<str>> = files
        .iter()
        .map(|(path, text)| (path.to_string(), Arc::from(*text)))
        .collect();
    project::read(files[0].0, &shelf, &Options::default())
}

fn read_text(file: &str, text: &str, params: &[(&str, &str)]) -> Project {
    let shelf = BTreeMap::from([(file.to_owned(), Arc::<str>::from(text))]);
    project::read(file, &shelf, &options(params))
}

fn problems(project: &Project) -> Vec<String> {
    let problems = project.problems.iter();
    problems.map(|problem| problem.message.clone()).collect()
}

fn names(project: &Project) -> Vec<String> {
    let unresolved = project.unresolved.iter();
    let mut names: Vec<String> = unresolved.map(|one| one.name.clone()).collect();
    names.dedup();
    names
}

/// The text of a machine with its placeholders put in.
fn filled(project: &Project, name: &str) -> String {
    let machine = project.machine(name).unwrap();
    let text = project.definition(machine).unwrap().text.to_string();
    machine
        .substitutions
        .iter()
        .fold(text, |text, (name, value)| {
            text.replace(&format!("${{{name}}}"), value)
        })
}

#[test]
fn a_template_of_the_serverless_application_model() {
    let project = read("sam", &[]);
    assert_eq!(problems(&project), Vec::<String>::new());
    assert_eq!(names(&project), Vec::<String>::new());
    assert_eq!(project.kind, ProjectKind::Sam);
    let orders = project.machine("Orders").unwrap();
    assert_eq!(orders.name, "orders-test");
    assert_eq!(orders.kind, MachineType::Express);
    assert_eq!(
        orders.arn,
        "arn:aws:states:us-east-1:123456789012:stateMachine:orders-test"
    );
    assert_eq!(
        orders.definition,
        DefinitionPlace::File {
            path: "flows/orders.asl.json".to_owned()
        }
    );
    assert_eq!(orders.substitutions["Table"], "orders");
    assert_eq!(
        orders.substitutions["PackArn"],
        "arn:aws:lambda:us-east-1:123456789012:function:Pack"
    );
    let parameters: Vec<(&str, Option<&str>, ParameterFrom)> = project
        .parameters
        .iter()
        .map(|one| (one.name.as_str(), one.value.as_deref(), one.from))
        .collect();
    assert_eq!(
        parameters,
        [
            ("TableName", Some("orders"), ParameterFrom::Companion),
            ("StageName", Some("test"), ParameterFrom::Default),
        ]
    );
    let pack = &project.functions[0];
    assert_eq!(pack.code.as_deref(), Some("code/pack"));
    assert_eq!(pack.runtime.as_deref(), Some("nodejs20.x"));
    assert_eq!(pack.environment["SHARED"], "yes please");
    assert_eq!(
        pack.environment["QUEUE"],
        "https://sqs.us-east-1.amazonaws.com/123456789012/Parcels"
    );
    assert_eq!(
        project.queues[0].arn,
        "arn:aws:sqs:us-east-1:123456789012:Parcels"
    );
    assert_eq!(
        project.topics[0].arn,
        "arn:aws:sns:us-east-1:123456789012:news"
    );
    assert_eq!(project.tables[0].partition_key.as_deref(), Some("sku"));
}

/// What aws-sam-translator 1.x makes of the same events, with its functions worked out.
#[test]
fn events_become_the_api_that_the_model_itself_generates() {
    let project = read("sam", &[]);
    let shop = project.apis.iter().find(|api| api.id == "Shop").unwrap();
    assert_eq!(shop.stage, "test");
    assert_eq!(shop.stage_variables["color"], "green");
    assert_eq!(
        shop.api_keys[0].value.as_deref(),
        Some("abcdefghijklmnopqrstuvwxyz")
    );
    let paths = &shop.document["paths"];
    assert_eq!(
        paths["/orders"]["post"],
        json!({
            "responses": {"200": {"description": "OK"}, "400": {"description": "Bad Request"}},
            "x-amazon-apigateway-integration": {
                "type": "aws",
                "httpMethod": "POST",
                "uri": "arn:aws:apigateway:us-east-1:states:action/StartExecution",
                "credentials": "arn:aws:iam::123456789012:role/OrdersPlaceRole",
                "responses": {"200": {"statusCode": "200"}, "400": {"statusCode": "400"}},
                "requestTemplates": {
                    "application/json": "{\"input\": \"$util.escapeJavaScript($input.json('$'))\", \"stateMachineArn\": \"arn:aws:states:us-east-1:123456789012:stateMachine:orders-test\"}"
                },
            },
        })
    );
    let headers = &paths["/orders"]["options"]["x-amazon-apigateway-integration"]["responses"]["default"]
        ["responseParameters"];
    assert_eq!(
        *headers,
        json!({
            "method.response.header.Access-Control-Allow-Origin": "'*'",
            "method.response.header.Access-Control-Allow-Headers": "'Content-Type'",
            "method.response.header.Access-Control-Allow-Methods": "'OPTIONS,POST'",
        })
    );
    let look = &paths["/parcels/{id}"]["get"];
    assert_eq!(look["security"], json!([{"api_key": []}]));
    assert_eq!(
        look["parameters"],
        json!([
            {"name": "page", "in": "query", "required": false, "type": "string"},
            {"name": "X-Shop", "in": "header", "required": true, "type": "string"},
        ])
    );
    assert_eq!(
        look["x-amazon-apigateway-integration"]["uri"],
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:Pack/invocations"
    );
    assert_eq!(
        shop.document["x-amazon-apigateway-gateway-responses"]["BAD_REQUEST_BODY"],
        json!({
            "statusCode": 422,
            "responseParameters": {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"},
            "responseTemplates": {"application/json": "{\"message\": $context.error.messageString}"},
        })
    );
    let implicit = project
        .apis
        .iter()
        .find(|api| api.id == "ServerlessRestApi")
        .unwrap();
    assert_eq!(implicit.stage, "Prod");
    let template = &implicit.document["paths"]["/quick"]["post"]["x-amazon-apigateway-integration"]
        ["requestTemplates"]["application/json"];
    assert_eq!(
        template.as_str().unwrap(),
        "{\"input\": \"$util.escapeJavaScript($input.json('$')).replaceAll(\"\\\\'\",\"'\")\", \"stateMachineArn\": \"arn:aws:states:us-east-1:123456789012:stateMachine:orders-test\"}"
    );
}

#[test]
fn a_definition_inside_a_template_is_a_document_of_its_own() {
    let project = read("sam", &[]);
    let machine = project.machine("Inline").unwrap();
    let definition = project.definition(machine).unwrap();
    assert_eq!(
        &*definition.text,
        "StartAt: Pack   # first\nStates:\n  Pack:\n    Type: Task\n    Resource: \"${Pack.Arn}\"\n    Next: Note\n  Note:\n    Type: Task\n    Resource: arn:aws:states:::sqs:sendMessage\n    Parameters:\n      QueueUrl:\n        \"${Parcels}\"\n      MessageBody: !Sub 'packed in ${AWS::Region}'\n    End: true\n"
    );
    assert_eq!(machine.substitutions["AWS::Region"], "us-east-1");
    assert!(filled(&project, "Inline").contains("\"https://sqs.us-east-1"));
}

#[test]
fn a_template_of_cloudformation() {
    let project = read("cloudformation", &[]);
    assert_eq!(
        problems(&project),
        [
            "the definition of Away cannot be read: it lies in a bucket of S3; name a file inside the project's folder"
        ]
    );
    assert_eq!(names(&project), ["Secret"]);
    assert!(project.queues.is_empty());
    assert_eq!(project.tables[0].name, "orders-small");
    assert_eq!(project.tables[0].sort_key.as_deref(), Some("sk"));
    assert_eq!(
        project.functions[0].inline_code.as_deref(),
        Some("exports.handler = async () => 1")
    );
    let joined: Value = serde_json::from_str(&filled(&project, "Joined")).unwrap();
    assert_eq!(
        joined["States"]["Call"]["Resource"],
        "arn:aws:lambda:us-east-1:123456789012:function:worker-us-east-1"
    );
    assert_eq!(joined["States"]["Wait"]["Seconds"], 3);
    let written: Value = serde_json::from_str(&filled(&project, "Written")).unwrap();
    assert_eq!(written["States"]["Say \"hi\""]["Result"], "good day");
    let sub: Value = serde_json::from_str(&filled(&project, "Filled")).unwrap();
    assert_eq!(sub["States"]["A"]["Result"], "b small ${Secret} at last");
    let large = read(
        "cloudformation",
        &[("Mode", "large"), ("AWS::Region", "eu-west-1")],
    );
    assert_eq!(large.tables[0].name, "orders-large");
    assert_eq!(large.functions[0].name, "worker-eu-west-1");
}

#[test]
fn resources_of_api_gateway_become_one_document() {
    let project = read("cloudformation", &[("Secret", "s")]);
    let [api] = project.apis.as_slice() else {
        panic!("one API");
    };
    assert_eq!(
        (api.name.as_str(), api.stage.as_str()),
        ("hand made", "live")
    );
    assert_eq!(api.stage_variables["mode"], "small");
    let [key, stray] = api.api_keys.as_slice() else {
        panic!("two keys: {:?}", api.api_keys);
    };
    assert_eq!(key.value.as_deref(), Some("secretsecretsecretsecret"));
    let plan = plan(key);
    assert_eq!((plan.id.as_str(), plan.name.as_str()), ("Plan", "basic"));
    let limits = |throttle: Option<Throttle>| throttle.map(|one| (one.rate, one.burst));
    assert_eq!(limits(plan.throttle), Some((20.0, 40)));
    assert_eq!(
        limits(plan.methods.get("/things/{id}/POST").copied()),
        Some((0.5, 1))
    );
    let quota = plan.quota.unwrap();
    assert_eq!((quota.limit, quota.offset), (1000, 0));
    assert_eq!(quota.period, QuotaPeriod::Week);
    // With plans a key that is in none of them is refused.
    assert_eq!(
        (stray.id.as_str(), &stray.grant, &stray.value),
        ("Stray", &KeyGrant::NoPlan, &None)
    );
    let told = read(
        "cloudformation",
        &[("Secret", "s"), ("apiKey.Stray", "said by hand")],
    );
    assert_eq!(
        told.apis[0].api_keys[1].value.as_deref(),
        Some("said by hand")
    );
    let operation = &api.document["paths"]["/things/{id}"]["post"];
    assert_eq!(
        operation["x-amazon-apigateway-integration"],
        json!({
            "uri": "arn:aws:apigateway:us-east-1:states:action/StartSyncExecution",
            "httpMethod": "POST",
            "requestTemplates": {"application/json": "{\"input\": \"$util.escapeJavaScript($input.body)\", \"stateMachineArn\": \"arn:aws:states:us-east-1:123456789012:stateMachine:joined\"}"},
            "timeoutInMillis": 5000,
            "type": "aws",
            "passthroughBehavior": "never",
            "responses": {
                "default": {
                    "statusCode": "200",
                    "responseTemplates": {"application/json": "$input.path('$.output')"},
                    "responseParameters": {"method.response.header.X-Seen": "'yes'"},
                },
                "4\\d{2}": {"statusCode": "400"},
            },
        })
    );
    assert_eq!(
        operation["parameters"],
        json!([
            {"name": "X-Id", "in": "header", "required": true, "schema": {"type": "string"}},
            {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
        ])
    );
    assert_eq!(
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/Thing"
    );
    assert_eq!(
        api.document["components"]["schemas"]["Thing"]["required"],
        json!(["name"])
    );
    let validator = operation["x-amazon-apigateway-request-validator"]
        .as_str()
        .unwrap();
    assert_eq!(
        api.document["x-amazon-apigateway-request-validators"][validator],
        json!({"validateRequestBody": true, "validateRequestParameters": false})
    );
    assert_eq!(
        api.document["x-amazon-apigateway-gateway-responses"]["MISSING_AUTHENTICATION_TOKEN"]["statusCode"],
        "404"
    );
    // A template written out in one piece can be found in its file.
    let pointer = "/paths/~1things~1{id}/post/x-amazon-apigateway-integration/responses/default/responseTemplates/application~1json";
    let origin = &api.origins[pointer];
    assert_eq!(origin.written, Written::Literally);
    let text = project.text(&origin.origin.file);
    assert_eq!(origin.origin.span.of(text), "\"$input.path('$.output')\"");
}

#[test]
fn the_output_of_the_cdk() {
    let project = read("cdk.out", &[]);
    assert_eq!(problems(&project), Vec::<String>::new());
    assert_eq!(names(&project), Vec::<String>::new());
    assert_eq!(project.kind, ProjectKind::CdkOut);
    let [function] = project.functions.as_slice() else {
        panic!("one function");
    };
    assert_eq!(function.code.as_deref(), Some("asset.1"));
    // The stack that exports it comes later in the manifest.
    assert_eq!(function.environment["TABLE"], "products");
    let machine: Value = serde_json::from_str(&filled(&project, "Machine7B")).unwrap();
    assert_eq!(
        machine["States"]["V"]["Arguments"]["FunctionName"],
        "arn:aws:lambda:us-east-1:123456789012:function:Validate5A"
    );
    assert_eq!(
        machine["States"]["V"]["Resource"],
        "arn:aws:states:::lambda:invoke"
    );
}

#[test]
fn a_configuration_of_the_serverless_framework() {
    let project = read("serverless", &[]);
    assert_eq!(problems(&project), Vec::<String>::new());
    assert_eq!(names(&project), ["env:SHOP_TOKEN"]);
    assert_eq!(project.place.region, "eu-west-1");
    let parameters: Vec<(&str, Option<&str>)> = project
        .parameters
        .iter()
        .map(|one| (one.name.as_str(), one.value.as_deref()))
        .collect();
    assert_eq!(
        parameters,
        [("env:SHOP_TOKEN", None), ("opt:stage", Some("dev"))]
    );
    let checkout = project.machine("checkout-dev").unwrap();
    assert_eq!(checkout.kind, MachineType::Express);
    assert_eq!(
        checkout.definition,
        DefinitionPlace::File {
            path: "flows/checkout.asl.json".to_owned()
        }
    );
    assert!(filled(&project, "checkout-dev").contains("\"Result\": \"small\""));
    let inside = filled(&project, "InsideStepFunctionsStateMachine");
    assert!(
        inside.contains("arn:aws:lambda:eu-west-1:123456789012:function:shop-flow-dev-hello-world"),
        "{inside}"
    );
    assert!(inside.contains("Result: shop-flow-dev-orders"), "{inside}");
    assert_eq!(project.tables[0].name, "shop-flow-dev-orders");
    let functions = project
        .apis
        .iter()
        .find(|api| api.id == "ApiGatewayRestApi")
        .unwrap();
    assert_eq!(
        (functions.name.as_str(), functions.stage.as_str()),
        ("dev-shop-flow", "dev")
    );
    assert!(functions.document["paths"]["/hello/{name}"]["get"].is_object());
    let prod = read("serverless", &[("opt:stage", "prod"), ("SHOP_TOKEN", "t")]);
    assert_eq!(names(&prod), Vec::<String>::new());
    assert_eq!(prod.functions[0].environment["SIZE"], "large");
    assert_eq!(prod.functions[0].environment["TOKEN"], "t");
}

fn plan(key: &ApiKey) -> &UsagePlan {
    match &key.grant {
        KeyGrant::Plan(plan) => plan,
        KeyGrant::Unlimited | KeyGrant::NoPlan => panic!("no plan: {key:?}"),
    }
}

/// As the documentation of the framework has them: each key under the name of its plan.
#[test]
fn named_plans_of_the_framework_have_their_keys() {
    let text = r#"
service: s
provider:
  name: aws
  apiGateway:
    apiKeys:
      - free:
          - name: one
            value: value-of-one
      - paid:
          - name: two
            value: value-of-two
      - name: three
        value: value-of-three
    usagePlan:
      - free:
          quota: {limit: 10, period: DAY}
      - paid:
          throttle: {burstLimit: 7, rateLimit: 3}
functions:
  hello:
    handler: h.handler
    events:
      - http: {path: hello, method: get, private: true}
"#;
    let project = read_text("serverless.yml", text, &[]);
    assert_eq!(project.problems, []);
    let [one, two, three] = project.apis[0].api_keys.as_slice() else {
        panic!("{:?}", project.apis[0].api_keys);
    };
    assert_eq!(plan(one).quota.map(|quota| quota.limit), Some(10));
    assert_eq!(plan(one).throttle, None);
    assert_eq!(plan(two).throttle.map(|throttle| throttle.burst), Some(7));
    assert_eq!(
        (three.name.as_str(), &three.grant),
        ("three", &KeyGrant::NoPlan)
    );
    // Without plans the framework makes one that has no limits.
    let (before, _) = text.split_once("      - free:").unwrap();
    let (_, after) = text.split_once("functions:").unwrap();
    let text = format!("{before}      - three\nfunctions:{after}");
    let project = read_text("serverless.yml", &text, &[]);
    let keys = &project.apis[0].api_keys;
    assert_eq!(keys[0].name, "three", "{keys:?}");
    assert_eq!(
        (plan(&keys[0]).throttle, plan(&keys[0]).quota),
        (None, None)
    );
}

/// `Auth.UsagePlan` adds a plan and a key, whose value only a parameter can say.
#[test]
fn the_serverless_application_model_generates_plans() {
    let template = |create: &str| {
        format!(
            r#"
Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      Auth:
        ApiKeyRequired: true
        UsagePlan:
          CreateUsagePlan: {create}
          Quota: {{Limit: 7, Period: DAY}}
          Throttle: {{RateLimit: 3}}
      DefinitionBody: {{openapi: 3.0.1, paths: {{/a: {{get: {{}}}}}}}}
  Own:
    Type: AWS::ApiGateway::ApiKey
    Properties: {{Value: value-of-own, Enabled: true}}
  Link:
    Type: AWS::ApiGateway::UsagePlanKey
    Properties: {{KeyId: !GetAtt Own.APIKeyId, KeyType: API_KEY, UsagePlanId: !Ref ShopUsagePlan}}
"#
        )
    };
    let given = [("apiKey.ShopApiKey", "said-by-hand")];
    let project = read_text("template.yaml", &template("PER_API"), &given);
    assert_eq!(project.problems, []);
    assert_eq!(project.unresolved, []);
    let [own, made] = project.apis[0].api_keys.as_slice() else {
        panic!("{:?}", project.apis[0].api_keys);
    };
    assert_eq!(plan(own).id, "ShopUsagePlan");
    assert_eq!(
        (made.id.as_str(), made.value.as_deref()),
        ("ShopApiKey", Some("said-by-hand"))
    );
    let throttle = plan(made).throttle.unwrap();
    // The account's limit stands in for what a plan leaves out.
    assert_eq!((throttle.rate, throttle.burst), (3.0, 5_000));
    let shared = read_text("template.yaml", &template("SHARED"), &[]);
    assert_eq!(plan(&shared.apis[0].api_keys[0]).id, "ServerlessUsagePlan");
    let wrong = read_text("template.yaml", &template("SOMETIMES"), &[]);
    assert!(
        wrong
            .problems
            .iter()
            .any(|one| one.message.contains("PER_API")),
        "{:?}",
        wrong.problems
    );
    let limits = template("PER_API").replace("Limit: 7", "Limit: many");
    let wrong = read_text("template.yaml", &limits, &[]);
    assert!(
        wrong
            .problems
            .iter()
            .any(|one| one.message.contains("a quota needs")),
        "{:?}",
        wrong.problems
    );
}

/// What serverless-step-functions 3.x deploys for the same events.
#[test]
fn events_of_state_machines_become_what_the_plugin_deploys() {
    let project = read("serverless", &[]);
    let api = project
        .apis
        .iter()
        .find(|api| api.id == "ApiGatewayRestApiStepFunctions")
        .unwrap();
    assert_eq!(api.name, "dev-shop-flow-stepfunctions");
    assert_eq!(
        api.api_keys[0].value.as_deref(),
        Some("abcdefghijklmnopqrst")
    );
    let plan = plan(&api.api_keys[0]);
    let throttle = plan.throttle.unwrap();
    assert_eq!((throttle.rate, throttle.burst), (100.0, 200));
    let quota = plan.quota.unwrap();
    assert_eq!((quota.limit, quota.offset), (5000, 2));
    assert_eq!(quota.period, QuotaPeriod::Month);
    let paths = &api.document["paths"];
    // With an action and no template the client has to send the call itself.
    let sync = &paths["/my-end-point"]["post"]["x-amazon-apigateway-integration"];
    assert_eq!(sync["requestTemplates"], json!({}));
    assert_eq!(sync["passthroughBehavior"], "when_no_templates");
    assert_eq!(
        sync["uri"],
        "arn:aws:apigateway:eu-west-1:states:action/StartSyncExecution"
    );
    assert_eq!(
        sync["responses"],
        json!({
            "default": {"statusCode": "200", "responseParameters": {"method.response.header.Access-Control-Allow-Origin": "'*'"}},
            "400": {"statusCode": "400", "responseParameters": {"method.response.header.Access-Control-Allow-Origin": "'*'"}},
        })
    );
    let options = &paths["/my-end-point"]["options"]["x-amazon-apigateway-integration"];
    assert_eq!(
        options["responses"]["default"]["responseParameters"],
        json!({
            "method.response.header.Access-Control-Allow-Origin": "'*'",
            "method.response.header.Access-Control-Allow-Headers": "'Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token,X-Amz-User-Agent'",
            "method.response.header.Access-Control-Allow-Methods": "'OPTIONS,POST'",
            "method.response.header.Access-Control-Allow-Credentials": "'false'",
        })
    );
    let later = &paths["/later"]["post"];
    assert_eq!(later["security"], json!([{"api_key": []}]));
    let integration = &later["x-amazon-apigateway-integration"];
    assert_eq!(integration["passthroughBehavior"], "never");
    assert_eq!(
        integration["requestTemplates"]["application/json"],
        "\n#set( $body = $util.escapeJavaScript($input.json('$')).replaceAll(\"\\\\'\", \"'\") )\n{\"input\": \"$body\", \"name\": \"$context.requestId\", \"stateMachineArn\":\"arn:aws:states:eu-west-1:123456789012:stateMachine:checkout-dev\"}"
    );
    assert_eq!(
        integration["responses"]["default"],
        json!({
            "statusCode": "200",
            "responseTemplates": {"application/json": "$input.path(\"$\")"},
            "responseParameters": {"method.response.header.X-Seen": "'yes'"},
        })
    );
    let any = &paths["/proxy"]["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"];
    let template = any["requestTemplates"]["application/json"]
        .as_str()
        .unwrap();
    assert!(template.contains("\"accountId\": \"123456789012\""));
    assert!(template.contains(":stateMachine:InsideStepFunctionsStateMachine\""));
}

#[test]
fn an_openapi_document_beside_definitions() {
    let project = read("openapi", &[]);
    assert_eq!(problems(&project), Vec::<String>::new());
    assert_eq!(project.machines[0].name, "order-processing");
    assert_eq!(project.machines[0].kind, MachineType::Express);
    let api = &project.apis[0];
    assert_eq!((api.id.as_str(), api.stage.as_str()), ("shop", "dev"));
    let template = &api.document["paths"]["/orders"]["post"]["x-amazon-apigateway-integration"]["requestTemplates"]
        ["application/json"];
    assert!(
        template
            .as_str()
            .unwrap()
            .contains("\"arn:aws:states:us-east-1:123456789012:stateMachine:order-processing\"")
    );
}

#[test]
fn the_published_system_is_read_whole() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/systems/api-key-registration");
    if !path.exists() {
        println!("the published system is not here; nothing was checked");
        return;
    }
    let given = [
        ("ApiId", "abc"),
        ("ApiStageName", "dev"),
        ("DynamoTableName", "keys"),
    ];
    let project = read_folder(&path, &given);
    assert_eq!(problems(&project), Vec::<String>::new());
    assert_eq!(names(&project), Vec::<String>::new());
    let machines: Vec<(&str, MachineType)> = project
        .machines
        .iter()
        .map(|machine| (machine.logical_id.as_str(), machine.kind))
        .collect();
    assert_eq!(
        machines,
        [
            ("AddApiKeyStateMachine", MachineType::Express),
            ("DeleteApiKeyStateMachine", MachineType::Standard),
            ("RotateApiKeyStateMachine", MachineType::Express),
        ]
    );
    for machine in &project.machines {
        let text = filled(&project, &machine.logical_id);
        assert!(serde_json::from_str::<Value>(&text).is_ok());
        assert!(
            !text.contains("${"),
            "{} has a placeholder left",
            machine.name
        );
    }
    assert_eq!(
        project.machines[1].substitutions["DeadLetterQueueUrl"],
        "https://sqs.us-east-1.amazonaws.com/123456789012/DeleteApiKeyDeadLetterQueue"
    );
    let [api] = project.apis.as_slice() else {
        panic!("one API");
    };
    assert_eq!(api.stage, "dev");
    assert_eq!(api.document["info"]["title"], "Api Key Registration ()");
    let mut routes = Vec::new();
    for (path, item) in api.document["paths"].as_object().unwrap() {
        for method in item
            .as_object()
            .unwrap()
            .keys()
            .filter(|key| *key != "parameters")
        {
            routes.push(format!("{method} {path}"));
        }
    }
    routes.sort();
    assert_eq!(
        routes,
        [
            "delete /api-keys/{name}",
            "get /api-keys",
            "get /api-keys/{name}",
            "options /api-keys",
            "options /api-keys/{name}",
            "options /api-keys/{name}/rotate",
            "post /api-keys",
            "post /api-keys/{name}/rotate",
        ]
    );
    let integration =
        &api.document["paths"]["/api-keys"]["post"]["x-amazon-apigateway-integration"];
    assert_eq!(
        integration["credentials"],
        "arn:aws:iam::123456789012:role/AddApiKeyRole"
    );
    let template = integration["requestTemplates"]["application/json"]
        .as_str()
        .unwrap();
    assert!(template.starts_with("#set($context.responseOverride.header"));
    assert!(
        template.contains(
            "\"arn:aws:states:us-east-1:123456789012:stateMachine:AddApiKeyStateMachine\""
        )
    );
    let pointer =
        "/paths/~1api-keys/post/x-amazon-apigateway-integration/requestTemplates/application~1json";
    let origin = &api.origins[pointer];
    assert_eq!(origin.written, Written::WithPlaceholders);
    assert_eq!(&*origin.origin.file, "api-key-registration-openapi.yaml");
    let host = project.text(&origin.origin.file);
    let inset = Inset::read(host, &origin.origin.file, origin.origin.span, Writing::Text).unwrap();
    assert_eq!(
        inset.text.replace(
            "${StateMachine}",
            "arn:aws:states:us-east-1:123456789012:stateMachine:AddApiKeyStateMachine"
        ),
        template
    );
    let without = read_folder(&path, &[]);
    assert_eq!(
        names(&without),
        ["ApiId", "ApiStageName", "DynamoTableName"]
    );
}

#[test]
fn paths_that_leave_the_folder_are_refused_by_name() {
    for path in [
        "/etc/passwd",
        "../../etc/passwd",
        "a/../../b",
        "~/x",
        "C:\\x",
        "..\\x",
    ] {
        let text = format!(
            "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      DefinitionUri: '{path}'\n  A:\n    Type: AWS::Serverless::Api\n    Properties:\n      DefinitionBody:\n        Fn::Transform: {{Name: 'AWS::Include', Parameters: {{Location: '{path}'}}}}\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {{CodeUri: '{path}'}}\n"
        );
        let project = of(&[("template.yaml", &text)]);
        assert_eq!(
            project.problems.len(),
            3,
            "{path}: {:?}",
            problems(&project)
        );
        for problem in problems(&project) {
            assert!(problem.contains(path), "{problem}");
        }
        assert_eq!(project.functions[0].code, None);
        let text = format!(
            "service: s\nprovider: {{name: aws}}\ncustom: ${{file({path}.yml)}}\nfunctions:\n  f: {{handler: ${{self:custom.x}}}}\n"
        );
        let project = of(&[("serverless.yml", &text)]);
        assert!(
            problems(&project)
                .iter()
                .any(|problem| problem.contains(path))
        );
    }
}

#[test]
fn hostile_files_have_an_end() {
    // Aliases that stand for a billion values.
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let inner = format!("*a{}, ", level - 1).repeat(10);
        bomb.push_str(&format!(
            "a{level}: &a{level} [{}]\n",
            inner.trim_end_matches(", ")
        ));
    }
    bomb.push_str("Resources: {}\n");
    let project = of(&[("template.yaml", &bomb)]);
    assert!(
        problems(&project)[0].contains("aliases"),
        "{:?}",
        problems(&project)
    );
    // Aliases that nest without end, and one inside itself.
    let mut deep = "Resources: {}\nb0: &b0 x\n".to_owned();
    for level in 1..3000 {
        deep.push_str(&format!("b{level}: &b{level} [*b{}]\n", level - 1));
    }
    assert!(!of(&[("template.yaml", &deep)]).problems.is_empty());
    let project = of(&[("template.yaml", "Resources: &r\n  A: *r\n")]);
    assert!(
        problems(&project)[0].contains("lies in"),
        "{:?}",
        problems(&project)
    );
    // Deep nesting of either notation.
    for text in [
        format!(
            "{{\"Resources\": {}1{}}}",
            "[".repeat(5000),
            "]".repeat(5000)
        ),
        format!("Resources: {}", "{a: ".repeat(3000)),
        format!("Resources: {}", "!Sub ".repeat(3000)),
    ] {
        assert!(!of(&[("template.yaml", &text)]).problems.is_empty());
    }
    // References that multiply one another.
    let mut doubling =
        "service: s\nprovider: {name: aws}\ncustom:\n  c0: xxxxxxxxxxxxxxxx\n".to_owned();
    for level in 1..40 {
        let inner = level - 1;
        doubling.push_str(&format!(
            "  c{level}: ${{self:custom.c{inner}}}${{self:custom.c{inner}}}\n"
        ));
    }
    doubling.push_str("functions:\n  f: {handler: '${self:custom.c39}'}\n");
    let project = of(&[("serverless.yml", &doubling)]);
    assert!(
        problems(&project)
            .iter()
            .any(|problem| problem.contains("grows without end")
                || problem.contains("leads to itself")),
        "{:?}",
        problems(&project)
    );
    // A file that is too large.
    let large = " ".repeat(project::LARGEST_FILE + 1);
    let project = of(&[("template.yaml", &large)]);
    assert!(problems(&project)[0].contains("larger than"));
}

#[test]
fn circles_are_named() {
    let project = of(&[(
        "template.yaml",
        "Conditions:\n  A: !Not [{Condition: B}]\n  B: !Not [{Condition: A}]\nResources:\n  Q: {Type: AWS::SQS::Queue, Condition: A, Properties: {QueueName: !GetAtt Q.QueueName}}\n  R: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt S.QueueName}}\n  S: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt R.QueueName}}\n",
    )]);
    assert!(
        problems(&project)
            .iter()
            .any(|problem| problem.contains("depends on itself"))
    );
    let include = "Fn::Transform: {Name: AWS::Include, Parameters: {Location: api.yaml}}\n";
    let template = format!(
        "Resources:\n  A:\n    Type: AWS::Serverless::Api\n    Properties:\n      StageName: x\n      DefinitionBody:\n        {include}"
    );
    let project = of(&[("template.yaml", &template), ("api.yaml", include)]);
    assert!(
        problems(&project)
            .iter()
            .any(|problem| problem.contains("in a circle")),
        "{:?}",
        problems(&project)
    );
    // A reference that leads to itself twice over, and names that follow one another a long way.
    let twice = "Resources:\n  A: {Type: AWS::Lambda::Alias, Properties: {Name: x, FunctionName: !Sub '${A}${A}'}}\n  F: {Type: AWS::Lambda::Function, Properties: {Handler: !Ref A}}\n";
    assert!(!of(&[("template.yaml", twice)]).problems.is_empty());
    let mut chain = "Resources:\n".to_owned();
    for number in 0..5_000 {
        let next = number + 1;
        chain.push_str(&format!("  Q{number}: {{Type: AWS::SQS::Queue, Properties: {{QueueName: !GetAtt Q{next}.QueueName}}}}\n"));
    }
    assert!(!of(&[("template.yaml", &chain)]).problems.is_empty());
    let nested = "Resources:\n  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: template.yaml}}\n";
    let project = of(&[("template.yaml", nested)]);
    assert!(
        problems(&project)
            .iter()
            .any(|problem| problem.contains("in a circle"))
    );
    let own = "service: s\nprovider: {name: aws}\ncustom: {a: '${self:custom.b}', b: '${self:custom.a}'}\nfunctions:\n  f: {handler: '${self:custom.a}'}\n";
    let project = of(&[("serverless.yml", own)]);
    assert!(
        problems(&project)
            .iter()
            .any(|problem| problem.contains("leads to itself")),
        "{:?}",
        problems(&project)
    );
}

#[test]
fn what_is_not_supported_is_named() {
    let project = of(&[(
        "template.yaml",
        "Transform: [AWS::Serverless-2016-10-31, Mine]\nResources:\n  Fn::ForEach::Each: [x, [a], {}]\n  H: {Type: AWS::Serverless::HttpApi}\n  B: {Type: AWS::ApiGateway::RestApi, Properties: {BodyS3Location: {Bucket: b, Key: k}}}\n  M: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: !ImportValue x}}\n  N: {Type: AWS::StepFunctions::StateMachine, Properties: {StateMachineType: FAST}}\n",
    )]);
    let said = problems(&project).join("\n");
    for words in [
        "AWS::Serverless::HttpApi",
        "BodyS3Location",
        "Fn::ImportValue",
        "not FAST",
        "transform Mine",
        "Fn::ForEach::Each",
    ] {
        assert!(said.contains(words), "{words} in {said}");
    }
}

#[test]
fn nested_stacks_pass_parameters_and_put_out_values() {
    let project = of(&[
        (
            "template.yaml",
            "Resources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: inner.yaml\n      Parameters: {Name: box}\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Environment: {Variables: {Q: !GetAtt Inner.Outputs.Url}}\n",
        ),
        (
            "inner.yaml",
            "Parameters: {Name: {Type: String}}\nResources:\n  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Name}}\nOutputs:\n  Url: {Value: !Ref Q}\n",
        ),
    ]);
    assert_eq!(problems(&project), Vec::<String>::new());
    assert_eq!(
        project.functions[0].environment["Q"],
        "https://sqs.us-east-1.amazonaws.com/123456789012/box"
    );
}

#[test]
fn anchors_and_merge_keys_are_put_in() {
    let project = of(&[(
        "template.yaml",
        "Shared: &shared {Runtime: python3.12, Handler: a.b}\nResources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      <<: *shared\n      Handler: c.d\n",
    )]);
    let function = &project.functions[0];
    assert_eq!(function.runtime.as_deref(), Some("python3.12"));
    assert_eq!(function.handler.as_deref(), Some("c.d"));
}

#[test]
fn sections_of_a_template_can_be_included() {
    let project = of(&[
        (
            "template.yaml",
            "Resources:\n  Q: {Type: AWS::SQS::Queue}\n  Fn::Transform: {Name: AWS::Include, Parameters: {Location: more/queues.yaml}}\n",
        ),
        ("more/queues.yaml", "R: {Type: AWS::SQS::Queue}\n"),
    ]);
    assert_eq!(problems(&project), Vec::<String>::new());
    let queues: Vec<&str> = project.queues.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(queues, ["Q", "R"]);
}
