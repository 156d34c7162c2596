//! The published API key system with nothing mocked: its workflows and its API call a moto server, and what they leave
//! behind there is looked up with moto's own API. Single states fail where a request names a scenario.

#[path = "common/moto.rs"]
mod moto;
#[path = "common/served.rs"]
mod served;

use std::cell::RefCell;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use moto::Moto;
use serde_json::Value as Json;
use serde_json::json;
use served::Answer;
use served::Served;
use served::repository;
use stepwright::asl::StatePath;
use stepwright::backends::SdkClient;
use stepwright::backends::SdkSettings;
use stepwright::engine::Call;
use stepwright::engine::CallId;
use stepwright::engine::Lane;
use stepwright::engine::Outcome;
use stepwright::query::Value;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

const WRONG: &str = "Something went wrong";

/// The services as they are beside the system.
struct Account {
    runtime: Runtime,
    client: SdkClient,
}

impl Account {
    fn new(moto: &Moto) -> Account {
        let settings = SdkSettings {
            endpoint: Some(moto.endpoint.clone()),
            region: Some("us-east-1".to_owned()),
            ..SdkSettings::default()
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        Account {
            runtime: runtime.unwrap(),
            client: SdkClient::new(settings).unwrap(),
        }
    }

    fn ask(&self, action: &str, parameters: Json) -> Json {
        let call = Call {
            id: CallId(1),
            state: StatePath::top("Task"),
            name: Arc::from("Task"),
            lane: Lane::default(),
            resource: Arc::from(format!("arn:aws:states:::aws-sdk:{action}")),
            payload: Value::from(&parameters),
            attempt: 0,
            iteration: None,
            token: None,
        };
        let (interim, _door) = mpsc::channel(4);
        match self.runtime.block_on(self.client.call(&call, &interim)) {
            Some(Outcome::Succeeded(value)) => serde_json::from_str(&value.to_json()).unwrap(),
            other => panic!("{action} {parameters}: {other:?}"),
        }
    }

    fn list(&self, action: &str, parameters: Json) -> Vec<Json> {
        let answer = self.ask(action, parameters);
        answer["Items"].as_array().cloned().unwrap_or_default()
    }

    fn items(&self) -> Vec<Json> {
        self.list("dynamodb:scan", json!({"TableName": "keys"}))
    }

    fn plans(&self) -> Vec<Json> {
        self.list("apigateway:getUsagePlans", json!({}))
    }

    fn keys(&self) -> Vec<Json> {
        self.list("apigateway:getApiKeys", json!({"IncludeValues": true}))
    }

    fn links(&self, plan: &Json) -> Vec<Json> {
        self.list(
            "apigateway:getUsagePlanKeys",
            json!({"UsagePlanId": plan["Id"]}),
        )
    }

    /// How many items, plans and keys there are.
    fn counts(&self) -> [usize; 3] {
        [self.items().len(), self.plans().len(), self.keys().len()]
    }

    fn messages(&self, queue: &str) -> Vec<Json> {
        let answer = self.ask(
            "sqs:receiveMessage",
            json!({"QueueUrl": queue, "MaxNumberOfMessages": 10}),
        );
        answer["Messages"].as_array().cloned().unwrap_or_default()
    }

    /// A table, an API with a stage called dev; the id of the API.
    fn furnish(&self) -> String {
        self.ask(
            "dynamodb:createTable",
            json!({
                "TableName": "keys",
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [
                    {"AttributeName": "pk", "AttributeType": "S"},
                    {"AttributeName": "sk", "AttributeType": "S"}
                ],
                "KeySchema": [
                    {"AttributeName": "pk", "KeyType": "HASH"},
                    {"AttributeName": "sk", "KeyType": "RANGE"}
                ]
            }),
        );
        let api = self.ask("apigateway:createRestApi", json!({"Name": "protected"}));
        let api = api["Id"].as_str().unwrap().to_owned();
        let resources = self.list("apigateway:getResources", json!({"RestApiId": api}));
        let method =
            json!({"RestApiId": api, "ResourceId": resources[0]["Id"], "HttpMethod": "GET"});
        let with = |more: Json| {
            let mut all = method.clone();
            all.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            all
        };
        let put = with(json!({"AuthorizationType": "NONE"}));
        self.ask("apigateway:putMethod", put);
        self.ask("apigateway:putIntegration", with(json!({"Type": "MOCK"})));
        let deployment = json!({"RestApiId": api, "StageName": "dev"});
        self.ask("apigateway:createDeployment", deployment);
        api
    }
}

/// The served system, and how long each of its answers took.
struct System {
    server: Served,
    times: RefCell<Vec<(String, f64)>>,
}

impl System {
    fn ask(&self, method: &str, path: &str, scenario: &str, body: Option<&str>) -> Answer {
        let named = ("X-Stepwright-Scenario".to_owned(), scenario.to_owned());
        let headers = if scenario.is_empty() {
            Vec::new()
        } else {
            vec![named]
        };
        let begun = Instant::now();
        let answer = self.server.send(method, path, &headers, body);
        let took = begun.elapsed().as_secs_f64() * 1_000.0;
        let what = format!("{method} {path} {scenario} {}", answer.status);
        self.times.borrow_mut().push((what, took));
        answer
    }

    fn add(&self, scenario: &str, body: &str) -> Answer {
        let answer = self.ask("POST", "/api-keys", scenario, Some(body));
        let origin = answer.header("access-control-allow-origin");
        assert_eq!(origin, Some("*"), "{scenario}: {}", answer.body);
        answer
    }

    fn step_functions(&self, action: &str, parameters: &Json) -> Json {
        let url = self.server.told["stepfunctions"].as_str().unwrap();
        let address = url.trim_start_matches("http://").trim_end_matches('/');
        let body = parameters.to_string();
        let head = format!(
            "POST / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/x-amz-json-1.0\r\n\
             x-amz-target: AWSStepFunctions.{action}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all((head + &body).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
        serde_json::from_str(body).unwrap()
    }

    /// Waits for the end of the newest execution of the workflow that deletes, and gives the types of its events.
    fn newest_deletion(&self, status: &str) -> Vec<String> {
        let machines = self.server.told["stateMachines"].as_array().unwrap();
        let machine = machines
            .iter()
            .find(|machine| machine["name"] == "DeleteApiKeyStateMachine");
        let asked = json!({"stateMachineArn": machine.unwrap()["arn"]});
        let begun = Instant::now();
        let execution = loop {
            let listed = self.step_functions("ListExecutions", &asked);
            let newest = listed["executions"][0].clone();
            if newest["status"] != "RUNNING" && newest.is_object() {
                break newest;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{listed}");
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(execution["status"], status, "{execution}");
        let asked = json!({"executionArn": execution["executionArn"], "maxResults": 1000});
        let history = self.step_functions("GetExecutionHistory", &asked);
        let events = history["events"].as_array().unwrap().iter();
        events
            .map(|event| {
                let detail = |name: &str| {
                    event[name]["name"]
                        .as_str()
                        .or_else(|| event[name]["resource"].as_str())
                };
                let what =
                    detail("stateEnteredEventDetails").or(detail("taskScheduledEventDetails"));
                format!(
                    "{} {}",
                    event["type"].as_str().unwrap(),
                    what.unwrap_or_default()
                )
            })
            .collect()
    }
}

fn template() -> Option<PathBuf> {
    let path = repository("../shared/systems/api-key-registration/template.yaml");
    if !path.is_file() {
        println!(
            "no published system at {}, so none is served",
            path.display()
        );
        return None;
    }
    Some(path)
}

#[test]
fn the_published_system_keeps_its_promises_against_services_that_answer() {
    let begun = Instant::now();
    let (Some(template), Some(moto)) = (template(), Moto::start()) else {
        return;
    };
    let account = Account::new(&moto);
    let api = account.furnish();
    let folder = tempfile::tempdir().unwrap();
    let parameters = folder.path().join("parameters.json");
    let values = json!({"ApiId": api, "ApiStageName": "dev", "DynamoTableName": "keys"});
    std::fs::write(&parameters, values.to_string()).unwrap();
    let faults = repository("tests/data/serve/api-keys-faults.json");
    let server = Served::start_with(
        &template,
        &[
            "--params",
            &parameters.display().to_string(),
            "--backend",
            "aws",
            "--endpoint-url",
            &moto.endpoint,
            "--allow",
            "aws",
            "--mocks",
            &faults.display().to_string(),
        ],
    );
    let system = System {
        server,
        times: RefCell::default(),
    };
    let ready = begun.elapsed();

    registering(&system, &account);
    failing(&system, &account);
    reading(&system, &account);
    rotating(&system, &account);
    deleting(&system, &account);
    dead_letters(&system, &account);

    let mut times = system.times.borrow().clone();
    for (what, took) in &times {
        println!("{took:7.1} ms  {what}");
    }
    times.sort_by(|one, other| one.1.total_cmp(&other.1));
    println!(
        "{} requests, median {:.1} ms; {:.1} s until all was ready, {:.1} s in all",
        times.len(),
        times[times.len() / 2].1,
        ready.as_secs_f64(),
        begun.elapsed().as_secs_f64()
    );
}

/// Scenarios 1 to 3.
fn registering(system: &System, account: &Account) {
    let created = system.add("", r#"{"name":"gopher"}"#);
    assert_eq!(created.status, 201, "{}", created.body);
    assert_eq!(account.counts(), [1, 1, 1]);
    let (item, plan, key) = (&account.items()[0], &account.plans()[0], &account.keys()[0]);
    assert_eq!(created.json(), json!({"apiKey": key["Value"]}));
    assert!(key["Value"].as_str().is_some_and(|value| value.len() >= 20));
    assert_eq!(
        (&key["Enabled"], &plan["Name"]),
        (&json!(true), &json!("gopher"))
    );
    assert_eq!(plan["ApiStages"][0]["Stage"], "dev");
    let named = format!("gopher-{}", plan["ApiStages"][0]["ApiId"].as_str().unwrap());
    assert_eq!(key["Name"], named.as_str());
    let links = account.links(plan);
    assert_eq!((links.len(), &links[0]["Id"]), (1, &key["Id"]));
    assert_eq!(item["sk"]["S"], "gopher");
    let data = &item["data"]["M"];
    assert_eq!(data["apiKeyId"]["S"], key["Id"]);
    assert_eq!(data["usagePlanId"]["S"], plan["Id"]);
    assert_eq!(data["usagePlanKeyId"]["S"], links[0]["Id"]);

    let again = system.add("", r#"{"name":"gopher"}"#);
    let message = "An API key with the provided name is already registered";
    assert_eq!(
        (again.status, again.json()),
        (400, json!({ "message": message }))
    );
    for body in [r#"{"name":"Go"}"#, "{}"] {
        let wrong = system.add("", body);
        assert_eq!(wrong.status, 400, "{}", wrong.body);
        assert!(wrong.body.contains("message"), "{}", wrong.body);
    }
    assert_eq!(account.counts(), [1, 1, 1]);
}

/// Scenarios 4 to 7: what was made before the failure is gone.
fn failing(system: &System, account: &Account) {
    for scenario in ["Link fails", "Save fails", "Key fails"] {
        let failed = system.add(scenario, r#"{"name":"marmot"}"#);
        let expected = (500, json!({ "message": WRONG }));
        assert_eq!((failed.status, failed.json()), expected, "{scenario}");
        assert_eq!(
            failed.header("x-stepwright-explanation"),
            None,
            "{scenario}"
        );
        assert_eq!(account.counts(), [1, 1, 1], "{scenario}");
        assert_eq!(account.plans()[0]["Name"], "gopher", "{scenario}");
        assert_eq!(account.links(&account.plans()[0]).len(), 1, "{scenario}");
    }
    // An error that no template asks for is answered as if all were well, which is told.
    let hole = system.add("Get fails", r#"{"name":"marmot"}"#);
    assert_eq!((hole.status, hole.json()), (201, json!({})));
    let told = hole.header("x-stepwright-explanation").unwrap();
    for word in [
        "ProvisionedThroughputExceededException",
        "201",
        "responseOverride",
    ] {
        assert!(told.contains(word), "{told}");
    }
    assert_eq!(account.counts(), [1, 1, 1]);
}

/// Scenario 8: the routes that ask DynamoDB themselves.
fn reading(system: &System, account: &Account) {
    assert_eq!(system.add("", r#"{"name":"marmot"}"#).status, 201);
    let list = system.ask("GET", "/api-keys", "", None);
    let listed = list.json();
    let stamp = |name: &str| {
        let items = account.items();
        let item = items.iter().find(|item| item["sk"]["S"] == name).unwrap();
        item["audit"]["M"]["created"]["M"]["timestamp"]["S"].clone()
    };
    let row = |name: &str| json!({"name": name, "created": {"timestamp": stamp(name)}});
    let expected = json!({"items": [row("gopher"), row("marmot")]});
    assert_eq!((list.status, listed), (200, expected));
    assert_eq!(list.header("access-control-allow-origin"), Some("*"));
    let one = system.ask("GET", "/api-keys/gopher", "", None);
    assert_eq!((one.status, one.json()), (200, row("gopher")));
    let none = system.ask("GET", "/api-keys/nobody", "", None);
    let message = "An api key with the provided name could not be found";
    assert_eq!(
        (none.status, none.json()),
        (404, json!({ "message": message }))
    );
}

fn rotating(system: &System, account: &Account) {
    let before = account.keys();
    let rotated = system.ask("POST", "/api-keys/gopher/rotate", "", Some("{}"));
    assert_eq!(rotated.status, 200, "{}", rotated.body);
    assert_eq!(account.counts(), [2, 2, 2]);
    let value = &rotated.json()["apiKey"];
    let keys = account.keys();
    let key = keys.iter().find(|key| key["Value"] == *value).unwrap();
    assert!(before.iter().all(|old| old["Id"] != key["Id"]));
    let items = account.items();
    let item = items
        .iter()
        .find(|item| item["sk"]["S"] == "gopher")
        .unwrap();
    assert_eq!(item["data"]["M"]["apiKeyId"]["S"], key["Id"]);
    let plans = account.plans();
    let plan = plans.iter().find(|plan| plan["Name"] == "gopher").unwrap();
    let links = account.links(plan);
    assert_eq!((links.len(), &links[0]["Id"]), (1, &key["Id"]));
    let one = system.ask("GET", "/api-keys/gopher", "", None).json();
    assert_eq!(one["lastUpdate"]["type"], "key-rotation", "{one}");

    let own = "a-value-of-our-own-that-is-long";
    let body = json!({ "value": own }).to_string();
    let rotated = system.ask("POST", "/api-keys/gopher/rotate", "", Some(&body));
    assert_eq!(
        (rotated.status, rotated.json()),
        (200, json!({ "apiKey": own }))
    );
    assert!(account.keys().iter().any(|key| key["Value"] == own));
    assert_eq!(account.counts(), [2, 2, 2]);
    let nobody = system.ask("POST", "/api-keys/nobody/rotate", "", Some("{}"));
    assert_eq!(nobody.status, 404, "{}", nobody.body);
}

fn deleting(system: &System, account: &Account) {
    let deleted = system.ask("DELETE", "/api-keys/gopher", "", None);
    assert_eq!((deleted.status, deleted.body.as_str()), (204, ""));
    assert_eq!(deleted.header("access-control-allow-origin"), Some("*"));
    let events = system.newest_deletion("SUCCEEDED");
    assert_eq!(account.counts(), [1, 1, 1]);
    assert_eq!(account.items()[0]["sk"]["S"], "marmot");
    for event in [
        "TaskScheduled deleteUsagePlanKey",
        "TaskScheduled updateUsagePlan",
        "TaskScheduled deleteUsagePlan",
        "TaskScheduled deleteApiKey",
        "TaskScheduled deleteItem",
        "ParallelStateSucceeded ",
        "ExecutionSucceeded ",
    ] {
        assert!(events.iter().any(|own| own == event), "{event}: {events:?}");
    }
    let none = system.ask("GET", "/api-keys/gopher", "", None);
    assert_eq!(none.status, 404);
    assert_eq!(
        system.ask("DELETE", "/api-keys/gopher", "", None).status,
        204
    );
    let events = system.newest_deletion("SUCCEEDED");
    assert!(
        events
            .iter()
            .all(|event| event != "TaskScheduled deleteItem")
    );
}

/// A key whose plan somebody has removed cannot be deleted: a message says so.
fn dead_letters(system: &System, account: &Account) {
    let name = json!({"QueueName": "DeleteApiKeyDeadLetterQueue"});
    let queue = account.ask("sqs:createQueue", name);
    let queue = queue["QueueUrl"].as_str().unwrap().to_owned();
    let plan = account.plans().remove(0);
    account.ask(
        "apigateway:updateUsagePlan",
        json!({"UsagePlanId": plan["Id"], "PatchOperations": [{"Op": "remove", "Path": "/apiStages",
            "Value": format!("{}:dev", plan["ApiStages"][0]["ApiId"].as_str().unwrap())}]}),
    );
    account.ask(
        "apigateway:deleteUsagePlan",
        json!({"UsagePlanId": plan["Id"]}),
    );
    let deleted = system.ask("DELETE", "/api-keys/marmot", "", None);
    assert_eq!(deleted.status, 204);
    let events = system.newest_deletion("FAILED");
    assert!(
        events
            .iter()
            .any(|event| event == "TaskScheduled sendMessage"),
        "{events:?}"
    );
    let messages = account.messages(&queue);
    assert_eq!(messages.len(), 1);
    let body: Json = serde_json::from_str(messages[0]["Body"].as_str().unwrap()).unwrap();
    assert_eq!(body["name"], "marmot", "{body}");
}
