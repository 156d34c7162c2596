//! Routes that call services themselves, without a workflow: the answer a response template gets is the service's own.

#[path = "common/moto.rs"]
mod moto;
#[path = "common/served.rs"]
mod served;

use std::path::Path;

use moto::Moto;
use serde_json::Value as Json;
use serde_json::json;
use served::Served;

fn route(uri: &str, method: &str, more: Json) -> Json {
    let mut integration = json!({
        "type": "aws",
        "credentials": "arn:aws:iam::123456789012:role/api",
        "uri": format!("arn:aws:apigateway:us-east-1:{uri}"),
        "httpMethod": method,
        "responses": {
            "default": {"statusCode": 200},
            "4\\d{2}": {"statusCode": 422}
        }
    });
    let members = integration.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    let answers = json!({"200": {"description": "ok"}, "422": {"description": "no"}});
    json!({"responses": answers, "x-amazon-apigateway-integration": integration})
}

fn dynamodb(action: &str, request: &Json) -> Json {
    let templates = json!({"requestTemplates": {"application/json": request.to_string()}});
    route(&format!("dynamodb:action/{action}"), "POST", templates)
}

fn form(uri: &str, template: &str) -> Json {
    let kind = "'application/x-www-form-urlencoded'";
    let more = json!({
        "requestParameters": {"integration.request.header.Content-Type": kind},
        "requestTemplates": {"application/json": template}
    });
    route(uri, "POST", more)
}

fn document() -> Json {
    let key = json!({"k": {"S": "a"}});
    let item = json!({"k": {"S": "a"}, "flag": {"BOOL": true}, "none": {"NULL": true}, "bytes": {"B": "AAE="}});
    let table = json!({
        "TableName": "t", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}]
    });
    let publish = "Action=Publish&TopicArn=$util.urlEncode($input.path('$.topic'))&Message=hello";
    let send = "Action=SendMessage&MessageBody=$util.urlEncode($input.path('$.text'))";
    let bucket = json!({
        "requestParameters": {"integration.request.path.name": "method.request.path.name"},
        "passthroughBehavior": "when_no_match"
    });
    json!({
        "openapi": "3.0.1",
        "info": {"title": "direct", "version": "1"},
        "paths": {
            "/table": {"post": dynamodb("CreateTable", &table)},
            "/item": {
                "put": dynamodb("PutItem", &json!({"TableName": "t", "Item": item})),
                "get": dynamodb("GetItem", &json!({"TableName": "t", "Key": key}))
            },
            "/missing": {"get": dynamodb("GetItem", &json!({"TableName": "nowhere", "Key": key}))},
            "/topic": {"post": form("sns:action/CreateTopic", "Name=news")},
            "/news": {"post": form("sns:path//", publish)},
            "/queue": {"post": form("sqs:path//", "Action=CreateQueue&QueueName=line")},
            "/line": {
                "post": form("sqs:path/123456789012/line", send),
                "get": form("sqs:path/123456789012/line", "Action=ReceiveMessage")
            },
            "/nobody": {"post": form("sqs:path/123456789012/nobody", "Action=ReceiveMessage")},
            "/files/{name}": {
                "put": route("s3:path/{name}", "PUT", bucket)
            },
            "/own-host": {"get": route("bucket.s3:path/x", "GET", json!({}))}
        }
    })
}

#[test]
fn the_answer_is_the_service_s_own() {
    let Some(moto) = Moto::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("api.json");
    std::fs::write(&file, document().to_string()).unwrap();
    let server = start(&file, &moto);
    let ask = |method: &str, path: &str, body: Json| {
        let body = (method != "GET").then(|| body.to_string());
        let answer = server.send(method, path, &[], body.as_deref());
        (answer.status, answer.json())
    };
    assert_eq!(ask("POST", "/table", json!({})).0, 200);
    assert_eq!(ask("PUT", "/item", json!({})), (200, json!({})));
    let item = json!({"k": {"S": "a"}, "flag": {"BOOL": true}, "none": {"NULL": true}, "bytes": {"B": "AAE="}});
    assert_eq!(
        ask("GET", "/item", json!({})),
        (200, json!({ "Item": item }))
    );
    let (status, error) = ask("GET", "/missing", json!({}));
    assert_eq!(status, 422, "{error}");
    let kind = "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException";
    assert_eq!(error["__type"], kind, "{error}");
    assert!(error["message"].is_string(), "{error}");

    let (status, topic) = ask("POST", "/topic", json!({}));
    let topic = &topic["CreateTopicResponse"]["CreateTopicResult"]["TopicArn"];
    assert_eq!(
        (status, topic),
        (200, &json!("arn:aws:sns:us-east-1:123456789012:news"))
    );
    let (status, told) = ask("POST", "/news", json!({ "topic": topic }));
    let id = &told["PublishResponse"]["PublishResult"]["MessageId"];
    assert!(status == 200 && id.is_string(), "{told}");
    let (status, error) = ask(
        "POST",
        "/news",
        json!({"topic": "arn:aws:sns:us-east-1:123456789012:no"}),
    );
    assert_eq!(
        (status, &error["Error"]["Code"]),
        (422, &json!("NotFound")),
        "{error}"
    );

    assert_eq!(ask("POST", "/queue", json!({})).0, 200);
    let (status, sent) = ask("POST", "/line", json!({"text": "a & b"}));
    let id = &sent["SendMessageResponse"]["SendMessageResult"]["MessageId"];
    assert!(status == 200 && id.is_string(), "{sent}");
    let (_, got) = ask("GET", "/line", json!({}));
    let message = &got["ReceiveMessageResponse"]["ReceiveMessageResult"]["Message"];
    assert_eq!(
        (&message["Body"], &message["MessageId"]),
        (&json!("a & b"), id),
        "{got}"
    );
    assert_eq!(ask("POST", "/nobody", json!({})).0, 422);

    assert_eq!(
        server.send("PUT", "/files/pictures", &[], Some("")).status,
        200
    );
    let refused = server.send("GET", "/own-host", &[], None);
    let told = refused.header("x-stepwright-explanation").unwrap();
    assert!(
        refused.status >= 500 && told.contains("bucket.s3."),
        "{told}"
    );
}

fn start(file: &Path, moto: &Moto) -> Served {
    let endpoint = moto.endpoint.as_str();
    let flags = [
        "--backend",
        "aws",
        "--endpoint-url",
        endpoint,
        "--allow",
        "aws",
    ];
    Served::start_with(file, &flags)
}
