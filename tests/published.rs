//! The published API-key registration system, run from the command line with mocks of our own.
//! Its definitions are read from the shared folder; where that is absent the test says so.

use std::path::PathBuf;
use std::process::Command;

/// Values of the template's substitutions.
const PARAMS: [&str; 14] = [
    "TableName=keys",
    "ApiId=api1",
    "Stage=dev",
    "DeadLetterQueueUrl=https://sqs.us-east-1.amazonaws.com/111111111111/dead",
    "DynamoDbGetItem=arn:aws:states:::dynamodb:getItem",
    "DynamoDbPutItem=arn:aws:states:::dynamodb:putItem",
    "DynamoDbDeleteItem=arn:aws:states:::dynamodb:deleteItem",
    "DynamoDbUpdateItem=arn:aws:states:::dynamodb:updateItem",
    "SqsSendMessage=arn:aws:states:::sqs:sendMessage",
    "ApiGatewayCreateUsagePlan=arn:aws:states:::aws-sdk:apigateway:createUsagePlan",
    "ApiGatewayCreateApiKey=arn:aws:states:::aws-sdk:apigateway:createApiKey",
    "ApiGatewayUpdateUsagePlan=arn:aws:states:::aws-sdk:apigateway:updateUsagePlan",
    "ApiGatewayDeleteUsagePlan=arn:aws:states:::aws-sdk:apigateway:deleteUsagePlan",
    "ApiGatewayDeleteApiKey=arn:aws:states:::aws-sdk:apigateway:deleteApiKey",
];
const MORE_PARAMS: [&str; 2] = [
    "ApiGatewayCreateUsagePlanKey=arn:aws:states:::aws-sdk:apigateway:createUsagePlanKey",
    "ApiGatewayDeleteUsagePlanKey=arn:aws:states:::aws-sdk:apigateway:deleteUsagePlanKey",
];

fn definition(name: &str) -> Option<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let found = ["../shared", "../../shared"]
        .into_iter()
        .map(|shared| {
            here.join(shared)
                .join("systems/api-key-registration/state-machines")
                .join(name)
                .join(format!("{name}.asl.json"))
        })
        .find(|path| path.is_file());
    if found.is_none() {
        println!("the published system is not here; nothing was run");
    }
    found
}

/// Runs a definition; its exit code and what `--format json` printed.
fn run(definition: &PathBuf, input: &str, mocks: &serde_json::Value) -> (i32, serde_json::Value) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mocks.json");
    std::fs::write(&file, mocks.to_string()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_stepwright"));
    command
        .arg("run")
        .arg(definition)
        .args(["--format", "json", "--input", input]);
    command.arg("--mocks").arg(&file);
    for parameter in PARAMS.iter().chain(&MORE_PARAMS) {
        command.args(["--param", parameter]);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    let json =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text} {words}"));
    (output.status.code().unwrap(), json)
}

fn path(result: &serde_json::Value) -> Vec<&str> {
    result["path"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|name| name.as_str())
        .collect()
}

/// The answers of a registration in which everything works.
fn working() -> serde_json::Value {
    serde_json::json!({
        "Get Api Key": [{"return": {"SdkHttpMetadata": {"HttpStatusCode": 200}}}],
        "Create Usage Plan": [{"return": {"Id": "plan-1", "Name": "gopher"}}],
        "Create Api Key": [{"return": {"Id": "key-1", "Value": "SECRETVALUE", "Name": "gopher-api1"}}],
        "Link Api Key to Usage Plan": [{"return": {"Id": "link-1", "Type": "API_KEY"}}],
        "Save Api Key": [{"return": {"SdkHttpMetadata": {"HttpStatusCode": 200}}}],
        "Delete Api Key To Usage Plan Link": [{"return": {}}],
        "Remove Stage From Usage Plan": [{"return": {}}],
        "Delete Usage Plan": [{"return": {}}],
        "Delete Api Key": [{"return": {}}]
    })
}

const NEW_KEY: &str = r#"{"detail":{"name":"gopher"}}"#;

#[test]
fn a_new_name_gets_its_key() {
    let Some(add) = definition("add-api-key") else {
        return;
    };
    let (code, result) = run(&add, NEW_KEY, &working());
    assert_eq!(
        (code, &result["status"]),
        (0, &"SUCCEEDED".into()),
        "{result}"
    );
    assert_eq!(result["output"]["apiKey"], "SECRETVALUE", "{result}");
    assert_eq!(path(&result).last(), Some(&"Success"));
}

#[test]
fn a_name_that_exists_is_refused() {
    let Some(add) = definition("add-api-key") else {
        return;
    };
    let mut mocks = working();
    mocks["Get Api Key"] =
        serde_json::json!([{"return": {"Item": {"pk": {"S": "apikey#"}, "sk": {"S": "gopher"}}}}]);
    let (code, result) = run(&add, NEW_KEY, &mocks);
    assert_eq!(
        (code, &result["error"]),
        (1, &"NameExists".into()),
        "{result}"
    );
    assert_eq!(
        path(&result),
        [
            "Get Api Key",
            "Does Api Key Already Exist?",
            "Api Key Already Exists"
        ]
    );
}

#[test]
fn a_failing_link_removes_what_was_created() {
    let Some(add) = definition("add-api-key") else {
        return;
    };
    let mut mocks = working();
    mocks["Link Api Key to Usage Plan"] = serde_json::json!([{"throw": {"error": "ApiGateway.TooManyRequestsException", "cause": "slow down"}}]);
    let (code, result) = run(&add, NEW_KEY, &mocks);
    assert_eq!(
        (code, &result["error"]),
        (1, &"UnhandledError".into()),
        "{result}"
    );
    let path = path(&result);
    for state in [
        "Setup Removal Object",
        "Remove Stage From Usage Plan",
        "Delete Usage Plan",
        "Delete Api Key",
    ] {
        assert!(path.contains(&state), "{state} is missing in {path:?}");
    }
    assert!(!path.contains(&"Save Api Key"));
}

#[test]
fn a_table_that_is_not_reachable_ends_the_run_with_its_error() {
    let Some(add) = definition("add-api-key") else {
        return;
    };
    let mut mocks = working();
    mocks["Get Api Key"] = serde_json::json!([{"throw": {"error": "DynamoDB.ProvisionedThroughputExceededException", "cause": "busy"}}]);
    let (code, result) = run(&add, NEW_KEY, &mocks);
    assert_eq!(code, 1);
    assert_eq!(
        result["error"],
        "DynamoDB.ProvisionedThroughputExceededException"
    );
}

#[test]
fn a_key_is_deleted_and_one_that_is_not_there_is_no_failure() {
    let Some(delete) = definition("delete-api-key") else {
        return;
    };
    let gone = serde_json::json!({"Get API Key": [{"return": {}}]});
    let (code, result) = run(&delete, r#"{"name":"gopher"}"#, &gone);
    assert_eq!(
        (code, path(&result).last().copied()),
        (0, Some("API Key Not Present")),
        "{result}"
    );
}

const ROTATION: &str = r#"{"name":"gopher","detail":{"name":"gopher"}}"#;

/// The answers of a rotation in which everything works.
fn rotating() -> serde_json::Value {
    serde_json::json!({
        "Get Registered API Key": [{"return": {"Item": {
            "pk": {"S": "apikey#"}, "sk": {"S": "gopher"},
            "data": {"M": {"apiKeyId": {"S": "key-1"}, "usagePlanId": {"S": "plan-1"}, "usagePlanKeyId": {"S": "link-1"}}}
        }}}],
        "Create Generated API Key": [{"return": {"Id": "key-2", "Value": "NEWVALUE"}}],
        "Link API Key to Usage Plan": [{"return": {"Id": "link-2"}}],
        "Update Registered API Key With New Ids": [{"return": {}}],
        "Unlink Current API Key": [{"return": {}}],
        "Delete Current API Key": [{"return": {}}],
        "Delete New API Key": [{"return": {}}]
    })
}

#[test]
fn a_key_is_rotated() {
    let Some(rotate) = definition("rotate-api-key") else {
        return;
    };
    let (code, result) = run(&rotate, ROTATION, &rotating());
    assert_eq!(
        (code, path(&result).last().copied()),
        (0, Some("Success")),
        "{result}"
    );
}

#[test]
fn a_rotation_whose_link_fails_deletes_the_new_key() {
    let Some(rotate) = definition("rotate-api-key") else {
        return;
    };
    let mut mocks = rotating();
    mocks["Link API Key to Usage Plan"] =
        serde_json::json!([{"throw": {"error": "ApiGateway.BadRequestException", "cause": "no"}}]);
    let (code, result) = run(&rotate, ROTATION, &mocks);
    assert_eq!(
        (code, &result["error"]),
        (1, &"UnhandledError".into()),
        "{result}"
    );
    assert!(path(&result).contains(&"Delete New API Key"), "{result}");
}
