//! The five systems behind their APIs, over real HTTP: the samples, and the same as other tools write them.

#[path = "common/seeds.rs"]
mod seeds;
#[path = "common/served.rs"]
mod served;

use std::path::Path;
use std::time::Instant;

use serde_json::json;
use stepwright::sidecar::SavedRequest;

use served::Served;
use served::repository;

const SAMPLES: [&str; 5] = [
    "order-processing",
    "api-key-registration",
    "ticket-generation",
    "correlated-api",
    "support-intake",
];

/// The requests that a companion keeps.
fn saved(companion: &Path) -> Vec<SavedRequest> {
    let text = std::fs::read_to_string(companion).unwrap();
    let sidecar = stepwright::sidecar::read(&text);
    assert!(sidecar.problems.is_empty(), "{:?}", sidecar.problems);
    sidecar.requests
}

fn sample(name: &str) -> (Served, Vec<SavedRequest>) {
    let folder = repository("sample-workflows").join(name);
    let requests = saved(&folder.join(format!("{name}.stepwright.json")));
    (Served::start(&folder), requests)
}

/// What is wrong with the answers.
fn differences(served: &Served, requests: &[SavedRequest]) -> Vec<String> {
    let judged = requests.iter().filter_map(|request| served.judge(request));
    judged.collect()
}

#[test]
fn every_saved_request_of_every_sample_is_answered_as_it_should_be() {
    let mut wrong = Vec::new();
    for name in SAMPLES {
        let (served, requests) = sample(name);
        assert!(requests.len() >= 8, "{name}");
        assert!(
            requests.iter().all(|request| request.expect.is_some()),
            "{name}"
        );
        let found = differences(&served, &requests);
        wrong.extend(found.into_iter().map(|words| format!("{name}, {words}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn orders_are_placed_or_refused_with_the_reason() {
    let (served, requests) = sample("order-processing");
    let orders: Vec<&SavedRequest> = requests
        .iter()
        .filter(|request| request.path == "/orders" && request.method == "POST")
        .collect();
    let mut statuses = Vec::new();
    for request in orders.iter().take(10) {
        let answer = served.ask(request);
        assert_eq!(
            answer.header("content-type"),
            Some("application/json"),
            "{}",
            request.name
        );
        let body = answer.json();
        if answer.status != 200 {
            assert_eq!(body["status"], "error", "{}", request.name);
            assert_ne!(body["message"], "", "{}", request.name);
        }
        statuses.push(answer.status);
    }
    assert_eq!(statuses, [200, 200, 200, 400, 400, 400, 400, 400, 400, 400]);
}

#[test]
fn an_execution_is_named_after_its_customer() {
    let (served, _) = sample("order-processing");
    let order = |customer: &str| {
        json!({"order": {"id": "o", "items": [{"sku": "SKU-118", "quantity": 1}]},
            "customer": {"id": customer}, "payment": {"processor": "stripe", "token": "t"}})
    };
    // Two at once and one after the other: Express executions may share a name.
    for _ in 0..2 {
        let answer = served.post("/orders", &order("cus_07bc"));
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.header("x-execution-name"), Some("cus_07bc"));
    }
    let answer = served.post("/orders", &order("d'Arc"));
    assert_eq!(answer.header("x-execution-name"), Some("d'Arc"));
    for refused in ["d Arc", "a/b", "a:b", "a*", &"x".repeat(81)] {
        let answer = served.post("/orders", &order(refused));
        assert_eq!(answer.status, 400, "{refused}: {}", answer.body);
        assert_eq!(answer.json()["error"], "NotStarted", "{refused}");
        assert_ne!(answer.json()["message"], "", "{refused}");
    }
    let answer = served.post("/orders", &order(&"x".repeat(80)));
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[test]
fn what_is_missing_in_an_order_is_named() {
    let (served, _) = sample("order-processing");
    for (order, word) in [
        (
            json!({"payment": {"processor": "stripe", "token": "t"}}),
            "order",
        ),
        (
            json!({"order": {"id": "o"}, "payment": {"processor": "stripe", "token": "t"}}),
            "items",
        ),
        (
            json!({"order": {"id": "o", "items": []}, "payment": {"token": "t"}}),
            "processor",
        ),
        (
            json!({"order": {"id": "o", "items": [{"sku": "a"}]}, "payment": {"processor": "p", "token": "t"}}),
            "quantity",
        ),
    ] {
        let answer = served.post("/orders", &order);
        assert_eq!(answer.status, 400, "{order}");
        let body = answer.json();
        assert_eq!(body["error"], "BadRequest", "{order}");
        let words = body["message"].as_str().unwrap();
        assert!(words.contains(word), "{order}: {words}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    }
}

/// The requests that the order system of the CDK answers like the sample, because both are the same system.
fn shared_orders() -> Vec<SavedRequest> {
    let companion = "sample-workflows/order-processing/order-processing.stepwright.json";
    let only_of_the_sample = ["Order saved already", "From another page"];
    let mut requests = saved(&repository(companion));
    requests.retain(|request| !only_of_the_sample.contains(&request.name.as_str()));
    requests
}

#[test]
fn the_order_system_of_the_cdk_serves_the_same_requests() {
    let served = Served::start(&repository("tests/data/systems/cdk.out"));
    let requests = shared_orders();
    assert!(requests.len() >= 15);
    let wrong = differences(&served, &requests);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let names: Vec<&str> = served.told["stateMachines"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|machine| machine["name"].as_str())
        .collect();
    assert_eq!(names, ["order-workflow"]);
    let answer = served.send("OPTIONS", "/orders", &[], None);
    assert_eq!(answer.status, 204, "{}", answer.body);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(
        answer.header("access-control-allow-methods"),
        Some("GET,POST")
    );
}

#[test]
fn the_support_system_of_the_serverless_framework_is_served() {
    let folder = repository("tests/data/systems/serverless");
    let requests = saved(&folder.join("serverless.stepwright.json"));
    let served = Served::start(&folder.join("serverless.yml"));
    let wrong = differences(&served, &requests);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // What `serverless package` makes of it is the same system.
    let mocks = folder.join("serverless.stepwright.json");
    let template = repository("tests/data/systems/serverless-packaged/template.json");
    let served = Served::start_with(&template, &["--mocks", mocks.to_str().unwrap()]);
    let wrong = differences(&served, &requests);
    assert!(wrong.is_empty(), "packaged: {}", wrong.join("\n"));
}

#[test]
fn a_slow_route_is_given_up_after_29_seconds_that_nobody_has_to_wait() {
    let (served, _) = sample("support-intake");
    let begun = Instant::now();
    let slow = json!({"customerId": "C-0007"});
    let answer = served.post("/digests", &slow);
    assert_eq!(answer.status, 504, "{}", answer.body);
    assert_eq!(
        answer.header("x-amzn-errortype"),
        Some("InternalServerErrorException")
    );
    let answer = served.post("/digests", &json!({"customerId": "C-1042"}));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = served.post("/digests/later", &slow);
    assert_eq!(answer.status, 202, "{}", answer.body);
    let arn = answer.json()["executionArn"].as_str().unwrap().to_owned();
    assert!(
        arn.starts_with("arn:aws:states:us-east-1:123456789012:express:support-digest:"),
        "{arn}"
    );
    assert!(begun.elapsed().as_secs() < 15, "the clock is virtual");
}

#[test]
fn a_request_without_a_route_is_told_as_api_gateway_tells_it() {
    let (served, _) = sample("ticket-generation");
    for (method, path) in [
        ("GET", "/tickets"),
        ("POST", "/nothing"),
        ("PUT", "/tickets"),
    ] {
        let answer = served.send(method, path, &[], None);
        assert_eq!(answer.status, 403, "{method} {path}");
        let told = json!({"message": "Missing Authentication Token"});
        assert_eq!(answer.json(), told, "{method} {path}");
    }
}

/// The words of a command line, with those in single quotes as one.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        match index % 2 {
            1 => words.push(part.to_owned()),
            _ => words.extend(part.split_whitespace().map(str::to_owned)),
        }
    }
    words
}

#[test]
fn the_requests_shown_in_the_readme_are_answered() {
    let readme = std::fs::read_to_string(repository("README.md")).unwrap();
    let shown = |verb: &str| -> Vec<Vec<String>> {
        let lines = readme.lines().filter(|line| line.starts_with(verb));
        lines.map(words).collect()
    };
    let serve = shown("stepwright serve ");
    let served = Served::start(&repository(&serve[0][2]));
    let requests = shown("curl ");
    assert_eq!(requests.len(), 2);
    for request in requests {
        let url = request
            .iter()
            .find(|word| word.starts_with("http://"))
            .unwrap();
        let path = url.strip_prefix("http://127.0.0.1:8080/prod").unwrap();
        let body = request
            .iter()
            .position(|word| word == "-d")
            .map(|at| request[at + 1].as_str());
        let method = if body.is_some() { "POST" } else { "GET" };
        let answer = served.send(method, path, &[], body);
        assert_eq!(answer.status, 200, "{url}: {}", answer.body);
        // What the README says of bitcoin.
        if let Some(body) = body {
            let answer = served.send(method, path, &[], Some(&body.replace("paypal", "bitcoin")));
            assert_eq!(answer.status, 400, "{}", answer.body);
        }
    }
}

const ECHO: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:echo";

/// An API with the published templates before a workflow that answers with its input as text.
fn echo(folder: &Path, request: &str, response: &str, status: i64) {
    let document = json!({
        "openapi": "3.0.1",
        "info": {"title": "echo", "version": "1"},
        "paths": {"/echo": {"post": {
            "responses": {"200": {"description": "It"}},
            "x-amazon-apigateway-integration": {
                "type": "aws", "httpMethod": "POST", "passthroughBehavior": "when_no_templates",
                "uri": "arn:aws:apigateway:us-east-1:states:action/StartSyncExecution",
                "requestTemplates": {"application/json": request},
                "responses": {"default": {"statusCode": "500", "responseTemplates": {"application/json": response}}}
            }
        }}}
    });
    let output = json!({"httpStatus": status, "body": "{% $string($states.input) %}"});
    let definition = json!({
        "QueryLanguage": "JSONata", "StartAt": "Echo",
        "States": {"Echo": {"Type": "Pass", "Output": output, "End": true}}
    });
    let write = |name: &str, text: String| std::fs::write(folder.join(name), text).unwrap();
    write("echo.openapi.yaml", document.to_string());
    write("echo.asl.json", definition.to_string());
    write(
        "echo.stepwright.json",
        json!({"stepwright": 1, "type": "EXPRESS"}).to_string(),
    );
}

#[test]
fn the_published_templates_flatten_the_headers_and_take_the_status_of_the_output() {
    let Some((request, response)) = seeds::published_pair(ECHO) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    echo(folder.path(), &request, &response, 404);
    let served = Served::start(folder.path());
    let headers = [
        ("x-correlation-id".to_owned(), " c0ffee-0001 ".to_owned()),
        ("X-Kind".to_owned(), "a/b".to_owned()),
    ];
    let answer = served.send("POST", "/echo", &headers, Some(r#"{"name":"gopher"}"#));
    assert_eq!(answer.status, 404, "{}", answer.body);
    let input = answer.json();
    assert_eq!(input["body"], json!({"name": "gopher"}));
    assert_eq!(input["correlationId"], "c0ffee-0001");
    assert_eq!(input["x-correlation-id"], "c0ffee-0001");
    let header = |name: &str| {
        let members = input.as_object().unwrap().iter();
        let mut found = members.filter(|(other, _)| other.eq_ignore_ascii_case(name));
        found.next().and_then(|(_, value)| value.as_str())
    };
    assert_eq!(header("X-Kind"), Some("a/b"));
    assert_eq!(header("Content-Type"), Some("application/json"));
    // An apostrophe is what they stumble over. The rendered request is no JSON, the service answers 400, and the
    // response template, which knows nothing of that, says 200 with an empty body.
    let headers = [("x-correlation-id".to_owned(), "it's".to_owned())];
    let answer = served.send("POST", "/echo", &headers, Some("{}"));
    assert_eq!((answer.status, answer.body.trim()), (200, ""));
}

#[test]
fn saved_requests_are_tested_without_a_server() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(["test", "sample-workflows", "--format", "json"])
        .current_dir(repository(""))
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (output.status.code(), &report["failed"]),
        (Some(0), &json!(0))
    );
    let scenarios = report["scenarios"].as_array().unwrap();
    let mut named = scenarios.iter();
    let asked = named.find(|one| one["scenario"] == "POST /orders · Card declined");
    let asked = asked.unwrap();
    assert_eq!(asked["status"], "400");
    assert_eq!(asked["expected"]["status"], "400");
    let file = asked["file"].as_str().unwrap();
    assert!(file.ends_with("order-processing.openapi.yaml"), "{file}");
    let names = scenarios.iter().map(|one| (&one["file"], &one["scenario"]));
    let mut names: Vec<String> = names.map(|(file, name)| format!("{file} {name}")).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count, "nothing is tested twice");
}
