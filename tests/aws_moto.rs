//! The signed client against a moto server: services of every protocol, their errors, and time per call.
//!
//! With `STEPWRIGHT_AWS_TABLE` set it prints the rows of `docs/aws-services.md`.

#[path = "common/moto.rs"]
mod moto;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use moto::Moto;
use serde_json::Value as Json;
use serde_json::json;
use stepwright::asl::StatePath;
use stepwright::asl::resource;
use stepwright::aws;
use stepwright::backends::SdkClient;
use stepwright::backends::SdkSettings;
use stepwright::engine::Call;
use stepwright::engine::CallId;
use stepwright::engine::Fault;
use stepwright::engine::Lane;
use stepwright::engine::Outcome;
use stepwright::query::Value;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

/// The longest median of a service, in milliseconds, on this machine alone.
const MEDIAN: f64 = 10.0;

struct Lab {
    runtime: Runtime,
    client: SdkClient,
    /// By service and protocol, the time of each call in milliseconds.
    times: BTreeMap<(String, &'static str), Vec<f64>>,
}

impl Lab {
    fn new(moto: &Moto) -> Lab {
        let settings = SdkSettings {
            endpoint: Some(moto.endpoint.clone()),
            region: Some("us-east-1".to_owned()),
            poll: Duration::from_millis(20),
            slowest_poll: Duration::from_millis(100),
            ..SdkSettings::default()
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        Lab {
            runtime: runtime.unwrap(),
            client: SdkClient::new(settings).unwrap(),
            times: BTreeMap::new(),
        }
    }

    /// The result of a call, with what it has submitted.
    fn full(&mut self, resource: &str, payload: Json) -> (Option<Outcome>, Vec<Outcome>) {
        let resource = format!("arn:aws:states:::{resource}");
        let call = call(&resource, &payload);
        let (sender, mut receiver) = mpsc::channel(4);
        let begun = Instant::now();
        let outcome = self.runtime.block_on(self.client.call(&call, &sender));
        let time = begun.elapsed().as_secs_f64() * 1000.0;
        if let Ok(operation) = aws::find(&resource::read(&resource).target) {
            let key = (operation.service.key.to_owned(), operation.protocol());
            self.times.entry(key).or_default().push(time);
        }
        let mut interim = Vec::new();
        while let Ok(outcome) = receiver.try_recv() {
            interim.push(outcome);
        }
        (outcome, interim)
    }

    fn ok(&mut self, resource: &str, payload: Json) -> Json {
        match self.full(resource, payload).0 {
            Some(Outcome::Succeeded(value)) => serde_json::from_str(&value.to_json()).unwrap(),
            other => panic!("{resource}: {other:?}"),
        }
    }

    fn fault(&mut self, resource: &str, payload: Json) -> (String, String) {
        match self.full(resource, payload).0 {
            Some(Outcome::Failed(Fault { error, cause, .. })) => (
                error.unwrap_or_default().to_string(),
                cause.unwrap_or_default().to_string(),
            ),
            other => panic!("{resource}: {other:?}"),
        }
    }
}

fn call(resource: &str, payload: &Json) -> Call {
    Call {
        id: CallId(1),
        state: StatePath::top("Task"),
        name: Arc::from("Task"),
        lane: Lane::default(),
        resource: Arc::from(resource),
        payload: Value::from(payload),
        attempt: 0,
        iteration: None,
        token: None,
    }
}

#[test]
fn services_of_every_protocol_answer() {
    let Some(moto) = Moto::start() else { return };
    let mut lab = Lab::new(&moto);
    // The first call of a connection is not what is measured.
    lab.ok("aws-sdk:sts:getCallerIdentity", json!({}));
    lab.times.clear();

    dynamodb(&mut lab);
    queues_and_topics(&mut lab);
    buckets(&mut lab);
    gateway(&mut lab);
    workflows(&mut lab);
    lambda_and_iam(&mut lab);
    others(&mut lab);
    refusals(&mut lab);

    let mut slow = Vec::new();
    for ((service, protocol), times) in &mut lab.times {
        times.sort_by(f64::total_cmp);
        let median = times[times.len() / 2];
        if std::env::var_os("STEPWRIGHT_AWS_TABLE").is_some() {
            println!("| {service} | {protocol} | {} | {median:.1} |", times.len());
        }
        slow.extend((median > MEDIAN).then(|| format!("{service}: {median:.1} ms")));
    }
    // Tests that run beside this one slow it down, so that this is told and not judged.
    if !slow.is_empty() {
        println!("above {MEDIAN} ms per call: {}", slow.join(", "));
    }
    let protocols: Vec<&str> = lab.times.keys().map(|(_, protocol)| *protocol).collect();
    for protocol in ["json", "rest-json", "rest-xml", "query", "ec2"] {
        assert!(protocols.contains(&protocol), "{protocol}");
    }
}

fn dynamodb(lab: &mut Lab) {
    let made = lab.ok(
        "aws-sdk:dynamodb:createTable",
        json!({
            "TableName": "keys",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        }),
    );
    let since = made["TableDescription"]["CreationDateTime"]
        .as_str()
        .unwrap();
    assert!(since.ends_with('Z'), "{since}");
    let item = json!({"id": {"S": "one"}, "lower": {"N": "5"}});
    let put = json!({"TableName": "keys", "Item": item, "ConditionExpression": "attribute_not_exists(id)"});
    let answer = lab.ok("dynamodb:putItem", put.clone());
    let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["SdkHttpMetadata", "SdkResponseMetadata"]);
    let metadata = &answer["SdkHttpMetadata"];
    assert_eq!(metadata["HttpStatusCode"], 200);
    assert_eq!(
        metadata["HttpHeaders"]["Content-Type"],
        "application/x-amz-json-1.0"
    );
    assert!(metadata["AllHttpHeaders"]["Content-Length"].is_array());
    let (error, cause) = lab.fault("dynamodb:putItem", put.clone());
    assert_eq!(error, "DynamoDB.ConditionalCheckFailedException");
    assert!(cause.starts_with("The conditional request failed (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ConditionalCheckFailedException; Request ID: "), "{cause}");
    let (error, cause) = lab.fault("aws-sdk:dynamodb:putItem", put);
    assert_eq!(error, "DynamoDb.ConditionalCheckFailedException");
    assert!(
        cause.starts_with(
            "The conditional request failed (Service: DynamoDb, Status Code: 400, Request ID: "
        ),
        "{cause}"
    );
    let key = json!({"TableName": "keys", "Key": {"id": {"S": "one"}}});
    assert_eq!(lab.ok("dynamodb:getItem", key.clone())["Item"], item);
    assert_eq!(
        lab.ok("aws-sdk:dynamodb:getItem", key.clone()),
        json!({"Item": item})
    );
    for _ in 0..10 {
        lab.ok("aws-sdk:dynamodb:getItem", key.clone());
    }
    let (error, _) = lab.fault(
        "aws-sdk:dynamodb:getItem",
        json!({"TableName": "none", "Key": {}}),
    );
    assert_eq!(error, "DynamoDb.ResourceNotFoundException");
}

fn queues_and_topics(lab: &mut Lab) {
    let queue = lab.ok("aws-sdk:sqs:createQueue", json!({"QueueName": "q"}));
    let url = queue["QueueUrl"].as_str().unwrap().to_owned();
    let sent = lab.ok(
        "sqs:sendMessage",
        json!({"QueueUrl": url, "MessageBody": {"a": 1}}),
    );
    assert!(sent["MD5OfMessageBody"].is_string() && sent["MessageId"].is_string());
    let received = lab.ok("aws-sdk:sqs:receiveMessage", json!({"QueueUrl": url}));
    assert_eq!(received["Messages"][0]["Body"], "{\"a\":1}");
    assert!(
        received["Messages"][0]["Md5OfBody"].is_string(),
        "{received}"
    );
    for index in 0..8 {
        let body = json!({"QueueUrl": url, "MessageBody": format!("m{index}")});
        lab.ok("aws-sdk:sqs:sendMessage", body);
    }
    let (outcome, interim) = lab.full(
        "sqs:sendMessage.waitForTaskToken",
        json!({"QueueUrl": url, "MessageBody": {"TaskToken": "t"}}),
    );
    assert!(outcome.is_none(), "{outcome:?}");
    assert!(
        matches!(&interim[..], [Outcome::Submitted(value)] if value.get("MessageId").is_some())
    );
    let (error, _) = lab.fault(
        "sqs:sendMessage",
        json!({"QueueUrl": "http://x/1/none", "MessageBody": "m"}),
    );
    assert_eq!(error, "SQS.QueueDoesNotExistException");

    let topic = lab.ok(
        "aws-sdk:sns:createTopic",
        json!({"Name": "t", "Attributes": {"DisplayName": "T <&> t"}}),
    );
    let arn = topic["TopicArn"].as_str().unwrap().to_owned();
    let attributes = lab.ok("aws-sdk:sns:getTopicAttributes", json!({"TopicArn": arn}));
    assert_eq!(attributes["Attributes"]["DisplayName"], "T <&> t");
    let message = json!({
        "TopicArn": arn,
        "Message": {"hello": "world"},
        "MessageAttributes": {"kind": {"DataType": "String", "StringValue": "x"}},
    });
    let published = lab.ok("sns:publish", message);
    assert!(published["MessageId"].is_string());
    assert_eq!(published["SdkHttpMetadata"]["HttpStatusCode"], 200);
    for _ in 0..8 {
        lab.ok("aws-sdk:sns:listTopics", json!({}));
    }
    let nowhere = json!({"TopicArn": format!("{arn}x"), "Message": "m"});
    let (error, cause) = lab.fault("sns:publish", nowhere.clone());
    assert_eq!(error, "SNS.NotFoundException");
    assert!(
        cause.contains("(Service: AmazonSNS; Status Code: 404; Error Code: NotFound; "),
        "{cause}"
    );
    assert_eq!(
        lab.fault("aws-sdk:sns:publish", nowhere).0,
        "Sns.NotFoundException"
    );

    let entry = json!({"Detail": {"a": 1}, "DetailType": "d", "Source": "own"});
    let put = lab.ok("events:putEvents", json!({"Entries": [entry]}));
    assert_eq!(put["FailedEntryCount"], 0);
    assert!(put["Entries"][0]["EventId"].is_string());
    let bad = json!({"Detail": "{no json", "DetailType": "d", "Source": "own"});
    let (error, cause) = lab.fault("events:putEvents", json!({"Entries": [bad]}));
    assert_eq!(error, "EventBridge.FailedEntry");
    assert!(
        cause.starts_with("{\"Entries\":[{\"ErrorCode\":\"MalformedDetail\""),
        "{cause}"
    );
    for index in 0..6 {
        let rule = json!({"Name": format!("r{index}"), "ScheduleExpression": "rate(5 minutes)"});
        lab.ok("aws-sdk:eventbridge:putRule", rule);
    }
}

fn buckets(lab: &mut Lab) {
    lab.ok("aws-sdk:s3:createBucket", json!({"Bucket": "bucket"}));
    let put = json!({
        "Bucket": "bucket", "Key": "a folder/ä+b.json", "Body": ["List", "Data"],
        "ContentType": "application/json", "Metadata": {"Color": "red"},
    });
    let put = lab.ok("aws-sdk:s3:putObject", put);
    assert_eq!(put["ETag"], "\"6b23860357f6e63a0272b7f1143a663a\"");
    let object = json!({"Bucket": "bucket", "Key": "a folder/ä+b.json"});
    let got = lab.ok("aws-sdk:s3:getObject", object.clone());
    assert_eq!(got["Body"], "[\"List\",\"Data\"]");
    assert_eq!(got["ContentLength"], 15);
    assert_eq!(got["Metadata"], json!({"color": "red"}));
    assert!(
        got["LastModified"].as_str().unwrap().ends_with('Z'),
        "{got}"
    );
    assert_eq!(got.as_object().unwrap().keys().next_back().unwrap(), "Body");
    for _ in 0..8 {
        lab.ok("aws-sdk:s3:headObject", object.clone());
    }
    let listed = lab.ok(
        "aws-sdk:s3:listObjectsV2",
        json!({"Bucket": "bucket", "Prefix": "a folder/"}),
    );
    assert_eq!(listed["Contents"][0]["Key"], "a folder/ä+b.json");
    assert_eq!(listed["KeyCount"], 1);
    let rules = json!({"Rules": [{
        "Id": "old", "Status": "Enabled", "Filter": {"Prefix": "x"}, "Expiration": {"Days": 3},
    }]});
    let life = json!({"Bucket": "bucket", "LifecycleConfiguration": {
        "Rules": [{"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "x"}, "Expiration": {"Days": 3}}],
    }});
    lab.ok("aws-sdk:s3:putBucketLifecycleConfiguration", life);
    let life = lab.ok(
        "aws-sdk:s3:getBucketLifecycleConfiguration",
        json!({"Bucket": "bucket"}),
    );
    assert_eq!(life["Rules"], rules["Rules"]);
    let gone = lab.ok(
        "aws-sdk:s3:deleteObjects",
        json!({"Bucket": "bucket", "Delete": {"Objects": [{"Key": "a folder/ä+b.json"}]}}),
    );
    assert_eq!(gone["Deleted"][0]["Key"], "a folder/ä+b.json");
    let (error, cause) = lab.fault("aws-sdk:s3:getObject", object);
    assert_eq!(error, "S3.NoSuchKeyException");
    assert!(
        cause.starts_with(
            "The specified key does not exist. (Service: S3, Status Code: 404, Request ID: "
        ),
        "{cause}"
    );
    let (error, _) = lab.fault("aws-sdk:s3:listObjects", json!({"Bucket": "none"}));
    assert_eq!(error, "S3.NoSuchBucketException");
    let (error, _) = lab.fault(
        "aws-sdk:s3:headObject",
        json!({"Bucket": "bucket", "Key": "none"}),
    );
    assert_eq!(error, "S3.NoSuchKeyException");
    lab.ok("aws-sdk:s3:listBuckets", json!({}));
}

/// The calls of the published workflow that makes API keys.
fn gateway(lab: &mut Lab) {
    let api = lab.ok("aws-sdk:apigateway:createRestApi", json!({"Name": "api"}));
    assert!(
        api["Id"].is_string() && api["CreatedDate"].is_string(),
        "{api}"
    );
    let plan = json!({"Name": "plan", "Throttle": {"BurstLimit": 5, "RateLimit": 2.5}});
    let plan = lab.ok("aws-sdk:apigateway:createUsagePlan", plan);
    let plan = plan["Id"].clone();
    let key = json!({"Name": "key", "Enabled": true, "Tags": {"lower": "kept"}});
    let key = lab.ok("aws-sdk:apigateway:createApiKey", key);
    assert_eq!(key["Tags"], json!({"lower": "kept"}));
    let id = key["Id"].clone();
    let shown = lab.ok(
        "aws-sdk:apigateway:getApiKey",
        json!({"ApiKey": id, "IncludeValue": true}),
    );
    assert!(shown["Value"].is_string(), "{shown}");
    let listed = lab.ok(
        "aws-sdk:apigateway:getApiKeys",
        json!({"NameQuery": "key", "IncludeValues": true}),
    );
    assert_eq!(listed["Items"][0]["Id"], id);
    let link = json!({"UsagePlanId": plan, "KeyId": id, "KeyType": "API_KEY"});
    lab.ok("aws-sdk:apigateway:createUsagePlanKey", link);
    let linked = lab.ok(
        "aws-sdk:apigateway:getUsagePlanKeys",
        json!({"UsagePlanId": plan}),
    );
    assert_eq!(linked["Items"][0]["Id"], id);
    let changes = json!({"ApiKey": id, "PatchOperations": [{"Op": "replace", "Path": "/name", "Value": "new"}]});
    assert_eq!(
        lab.ok("aws-sdk:apigateway:updateApiKey", changes)["Name"],
        "new"
    );
    lab.ok(
        "aws-sdk:apigateway:deleteUsagePlanKey",
        json!({"UsagePlanId": plan, "KeyId": id}),
    );
    lab.ok("aws-sdk:apigateway:deleteApiKey", json!({"ApiKey": id}));
    let (error, cause) = lab.fault("aws-sdk:apigateway:getApiKey", json!({"ApiKey": id}));
    assert_eq!(error, "ApiGateway.NotFoundException");
    assert!(
        cause.contains("(Service: ApiGateway, Status Code: 404, Request ID: "),
        "{cause}"
    );
}

fn workflows(lab: &mut Lab) {
    let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}});
    let machine = lab.ok(
        "aws-sdk:sfn:createStateMachine",
        json!({"Name": "m", "Definition": definition.to_string(), "RoleArn": "arn:aws:iam::123456789012:role/r"}),
    );
    let arn = machine["StateMachineArn"].clone();
    let described = lab.ok(
        "aws-sdk:sfn:describeStateMachine",
        json!({"StateMachineArn": arn}),
    );
    assert_eq!(described["Definition"], definition.to_string());
    let started = lab.ok(
        "states:startExecution",
        json!({"StateMachineArn": arn, "Input": {"a": 1}, "Name": "one"}),
    );
    assert!(
        started["StartDate"].as_i64().unwrap() > 1_600_000_000_000,
        "{started}"
    );
    let started = lab.ok(
        "aws-sdk:sfn:startExecution",
        json!({"StateMachineArn": arn, "Name": "two"}),
    );
    assert!(started["StartDate"].as_str().unwrap().ends_with('Z'));
    for _ in 0..6 {
        lab.ok(
            "aws-sdk:sfn:listExecutions",
            json!({"StateMachineArn": arn}),
        );
    }
    // Unless it is asked to, moto runs nothing, so that the job is still running and can be called off.
    let arn_text = arn.as_str().unwrap().to_owned();
    let waiting = call(
        "arn:aws:states:::states:startExecution.sync:2",
        &json!({"StateMachineArn": arn_text, "Name": "three"}),
    );
    let client = lab.client.clone();
    lab.runtime.block_on(async {
        let (sender, mut receiver) = mpsc::channel(4);
        let job = client.call(&waiting, &sender);
        let outcome = tokio::time::timeout(Duration::from_millis(300), job).await;
        assert!(outcome.is_err(), "{outcome:?}");
        assert!(matches!(receiver.try_recv(), Ok(Outcome::Submitted(_))));
        // Dropped, it is stopped.
        tokio::time::sleep(Duration::from_millis(300)).await;
    });
    let name = arn_text.replace(":stateMachine:", ":execution:") + ":three";
    let execution = lab.ok(
        "aws-sdk:sfn:describeExecution",
        json!({"ExecutionArn": name}),
    );
    assert_eq!(execution["Status"], "ABORTED");
    let (error, _) = lab.fault(
        "states:startExecution",
        json!({"StateMachineArn": format!("{arn_text}x")}),
    );
    assert_eq!(error, "StepFunctions.StateMachineDoesNotExistException");
}

fn lambda_and_iam(lab: &mut Lab) {
    let trust = json!({"Version": "2012-10-17", "Statement": []}).to_string();
    let role = lab.ok(
        "aws-sdk:iam:createRole",
        json!({"RoleName": "r", "AssumeRolePolicyDocument": trust}),
    );
    let arn = role["Role"]["Arn"].clone();
    assert!(
        role["Role"]["CreateDate"].as_str().unwrap().ends_with('Z'),
        "{role}"
    );
    for _ in 0..6 {
        lab.ok("aws-sdk:iam:getRole", json!({"RoleName": "r"}));
    }
    let (error, _) = lab.fault("aws-sdk:iam:getRole", json!({"RoleName": "none"}));
    assert_eq!(error, "Iam.NoSuchEntityException");
    let function = json!({
        "FunctionName": "f", "Role": arn, "PackageType": "Image",
        "Code": {"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/f:1"},
    });
    let (outcome, _) = lab.full("aws-sdk:lambda:createFunction", function);
    // moto looks the image up and knows none; that it understood the request is what counts here.
    assert!(outcome.is_some());
    for _ in 0..6 {
        assert!(lab.ok("aws-sdk:lambda:listFunctions", json!({}))["Functions"].is_array());
    }
    let (error, cause) = lab.fault(
        "lambda:invoke",
        json!({"FunctionName": "none", "Payload": {}}),
    );
    assert_eq!(error, "Lambda.ResourceNotFoundException");
    assert!(
        cause.contains(
            "(Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; "
        ),
        "{cause}"
    );
}

fn others(lab: &mut Lab) {
    lab.ok(
        "aws-sdk:ssm:putParameter",
        json!({"Name": "/p", "Value": "v", "Type": "String"}),
    );
    for _ in 0..6 {
        assert_eq!(
            lab.ok("aws-sdk:ssm:getParameter", json!({"Name": "/p"}))["Parameter"]["Value"],
            "v"
        );
    }
    let (error, _) = lab.fault("aws-sdk:ssm:getParameter", json!({"Name": "/none"}));
    assert_eq!(error, "Ssm.ParameterNotFoundException");
    lab.ok(
        "aws-sdk:secretsmanager:createSecret",
        json!({"Name": "s", "SecretString": "hidden"}),
    );
    for _ in 0..6 {
        let secret = lab.ok(
            "aws-sdk:secretsmanager:getSecretValue",
            json!({"SecretId": "s"}),
        );
        assert_eq!(secret["SecretString"], "hidden");
    }
    let (error, _) = lab.fault(
        "aws-sdk:secretsmanager:getSecretValue",
        json!({"SecretId": "none"}),
    );
    assert_eq!(error, "SecretsManager.ResourceNotFoundException");
    lab.ok(
        "aws-sdk:kinesis:createStream",
        json!({"StreamName": "k", "ShardCount": 1}),
    );
    let put = json!({"StreamName": "k", "PartitionKey": "p", "Data": {"a": "ä"}});
    let put = lab.ok("aws-sdk:kinesis:putRecord", put);
    let shard =
        json!({"StreamName": "k", "ShardId": put["ShardId"], "ShardIteratorType": "TRIM_HORIZON"});
    let iterator = lab.ok("aws-sdk:kinesis:getShardIterator", shard);
    for _ in 0..6 {
        let records = json!({"ShardIterator": iterator["ShardIterator"]});
        let records = lab.ok("aws-sdk:kinesis:getRecords", records);
        assert_eq!(records["Records"][0]["Data"], "{\"a\":\"ä\"}");
    }
    for _ in 0..6 {
        let me = lab.ok("aws-sdk:sts:getCallerIdentity", json!({}));
        assert_eq!(me["Account"], "123456789012");
    }
    let filter =
        json!({"Filters": [{"Name": "zone-name", "Values": ["us-east-1a", "us-east-1b"]}]});
    for _ in 0..6 {
        let zones = lab.ok("aws-sdk:ec2:describeAvailabilityZones", filter.clone());
        assert_eq!(
            zones["AvailabilityZones"].as_array().unwrap().len(),
            2,
            "{zones}"
        );
    }
    let vpc = lab.ok("aws-sdk:ec2:createVpc", json!({"CidrBlock": "10.0.0.0/16"}));
    assert_eq!(vpc["Vpc"]["CidrBlock"], "10.0.0.0/16");
    assert!(vpc["Vpc"]["IsDefault"].is_boolean(), "{vpc}");
    let (error, _) = lab.fault("aws-sdk:ec2:describeVpcs", json!({"VpcIds": ["vpc-1"]}));
    assert_eq!(error, "Ec2.Ec2Exception");
    let group = json!({"LogGroupName": "g"});
    lab.ok("aws-sdk:cloudwatchlogs:createLogGroup", group);
    let groups = lab.ok("aws-sdk:cloudwatchlogs:describeLogGroups", json!({}));
    assert_eq!(groups["LogGroups"][0]["LogGroupName"], "g");
}

fn refusals(lab: &mut Lab) {
    let (error, cause) = lab.fault(
        "aws-sdk:dynamodb:getItem",
        json!({"TableNam": "t", "Key": {}}),
    );
    assert_eq!(error, "States.Runtime");
    assert!(
        cause.contains("The field \"TableNam\" is not supported by Step Functions"),
        "{cause}"
    );
    let (error, cause) = lab.fault("aws-sdk:nothing:getItem", json!({}));
    assert_eq!(error, "States.Runtime");
    assert!(cause.contains("\"nothing\""), "{cause}");
}

#[test]
fn a_started_execution_is_waited_for() {
    let Some(moto) = Moto::start() else { return };
    moto.run_executions();
    let mut lab = Lab::new(&moto);
    let mut machine = |name: &str, definition: Json| {
        let made = json!({
            "Name": name, "Definition": definition.to_string(),
            "RoleArn": "arn:aws:iam::123456789012:role/r",
        });
        lab.ok("aws-sdk:sfn:createStateMachine", made)["StateMachineArn"].clone()
    };
    let good = machine(
        "good",
        json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"b": 2}, "End": true}}}),
    );
    let bad = machine(
        "bad",
        json!({"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "E", "Cause": "C"}}}),
    );
    // moto makes up one and the same name for all that have none.
    let start = |machine: &Json, name: &str| json!({"StateMachineArn": machine, "Input": {"a": 1}, "Name": name});
    let (outcome, interim) = lab.full("states:startExecution.sync:2", start(&good, "one"));
    assert!(
        matches!(&interim[..], [Outcome::Submitted(_)]),
        "{interim:?}"
    );
    let Some(Outcome::Succeeded(value)) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(value.pointer("/Output").unwrap().to_json(), r#"{"b":2}"#);
    assert_eq!(value.pointer("/Input").unwrap().to_json(), r#"{"a":1}"#);
    assert_eq!(
        value.pointer("/Status").unwrap().as_str(),
        Some("SUCCEEDED")
    );
    assert!(value.get("SdkHttpMetadata").is_none());
    let text = lab.ok("states:startExecution.sync", start(&good, "two"));
    assert_eq!(
        text["Output"],
        r#"{"b":2}"#.replace(':', ": ").as_str(),
        "{text}"
    );
    let (error, cause) = lab.fault("states:startExecution.sync", start(&bad, "three"));
    assert_eq!(error, "States.TaskFailed");
    assert!(cause.contains("\"Status\":\"FAILED\""), "{cause}");
}

/// Answers one request and returns what was asked.
fn answer_once(answer: &'static str) -> (String, std::thread::JoinHandle<String>) {
    use std::io::Read;
    use std::io::Write;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut buffer = [0; 8192];
        let read = stream.read(&mut buffer).unwrap();
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8_lossy(&buffer[..read]).into_owned()
    });
    (address, asked)
}

/// What is left of a call without the service's own time.
#[test]
fn the_client_itself_takes_little() {
    use std::io::Read;
    use std::io::Write;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let client = client_at(&format!("http://{}", listener.local_addr().unwrap()));
    // The client opens another connection where the last one is not back in its pool yet.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let mut asked = String::new();
                let mut buffer = [0; 8192];
                while let Ok(read @ 1..) = stream.read(&mut buffer) {
                    asked.push_str(&String::from_utf8_lossy(&buffer[..read]));
                    if asked.ends_with("\r\n\r\n{}") {
                        asked.clear();
                        let answer =
                            "HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n{\"TableNames\":[]}";
                        stream.write_all(answer.as_bytes()).unwrap();
                    }
                }
            });
        }
    });
    let call = call("arn:aws:states:::aws-sdk:dynamodb:listTables", &json!({}));
    let runtime = Runtime::new().unwrap();
    let (sender, _receiver) = mpsc::channel(4);
    let mut times: Vec<f64> = (0..101)
        .map(|_| {
            let begun = Instant::now();
            let outcome = runtime.block_on(client.call(&call, &sender));
            assert!(
                matches!(outcome, Some(Outcome::Succeeded(_))),
                "{outcome:?}"
            );
            begun.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("the client itself: {:.2} ms per call", times[50]);
}

fn client_at(endpoint: &str) -> SdkClient {
    let settings = SdkSettings {
        endpoint: Some(endpoint.to_owned()),
        region: Some("us-east-1".to_owned()),
        ..SdkSettings::default()
    };
    SdkClient::new(settings).unwrap()
}

fn outcome(client: &SdkClient, resource: &str, payload: Json) -> Outcome {
    let (sender, _receiver) = mpsc::channel(4);
    let runtime = Runtime::new().unwrap();
    let outcome = runtime.block_on(client.call(&call(resource, &payload), &sender));
    outcome.unwrap()
}

#[test]
fn a_function_named_by_its_arn_answers_with_its_payload() {
    let (address, asked) = answer_once("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{\"b\":\"c\"}");
    let client = client_at(&format!("http://{address}"));
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
    let outcome = outcome(&client, arn, json!("text"));
    let asked = asked.join().unwrap();
    let path = "POST /2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af/invocations ";
    assert!(asked.starts_with(path), "{asked}");
    assert!(asked.ends_with("\"text\""), "{asked}");
    assert_eq!(outcome, Outcome::Succeeded(Value::from(&json!({"b": "c"}))));
}

#[test]
fn an_api_of_this_machine_is_called_and_no_other_beside_a_local_endpoint() {
    let (address, asked) = answer_once("HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}");
    let client = client_at("http://127.0.0.1:9");
    let invoke = "arn:aws:states:::apigateway:invoke";
    let api = json!({"ApiEndpoint": address, "Method": "GET", "Stage": "dev", "Path": "p", "AuthType": "IAM_ROLE"});
    let Outcome::Succeeded(value) = outcome(&client, invoke, api) else {
        panic!()
    };
    assert_eq!(value.get("StatusText").unwrap().as_str(), Some("Created"));
    let asked = asked.join().unwrap();
    assert!(asked.starts_with("GET /dev/p "), "{asked}");
    assert!(
        asked.contains("/us-east-1/execute-api/aws4_request"),
        "{asked}"
    );
    let away = json!({"ApiEndpoint": "x.execute-api.us-east-1.amazonaws.com", "Method": "GET"});
    let Outcome::Failed(fault) = outcome(&client, invoke, away) else {
        panic!()
    };
    assert!(fault.cause.unwrap().contains("nothing goes to AWS"));
}

#[test]
fn nobody_at_the_other_end_is_a_fault_with_a_name() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let settings = SdkSettings {
        endpoint: Some(format!("http://127.0.0.1:{port}")),
        region: Some("us-east-1".to_owned()),
        ..SdkSettings::default()
    };
    let client = SdkClient::new(settings).unwrap();
    let call = call(
        "arn:aws:states:::lambda:invoke",
        &json!({"FunctionName": "f"}),
    );
    let runtime = Runtime::new().unwrap();
    let (sender, _receiver) = mpsc::channel(4);
    let outcome = runtime.block_on(client.call(&call, &sender));
    let Some(Outcome::Failed(fault)) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(fault.error.as_deref(), Some("Lambda.SdkClientException"));
    assert!(
        fault
            .cause
            .unwrap()
            .starts_with("Unable to execute HTTP request: ")
    );
}
