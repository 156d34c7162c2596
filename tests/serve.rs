//! The local endpoints over real sockets: the published API key system, hostile clients, and a clean end.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;

/// A server in a process of its own; it ends with the value.
struct Server {
    child: Child,
    told: Value,
    errors: std::thread::JoinHandle<String>,
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

impl Server {
    fn start(arguments: &[&str]) -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .arg("serve")
            .args(arguments)
            .args([
                "--port",
                "0",
                "--api-port",
                "0",
                "--format",
                "json",
                "--no-store",
            ])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut errors = child.stderr.take().unwrap();
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = errors.read_to_string(&mut text);
            text
        });
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let told = serde_json::from_str(&line);
        let told = told.unwrap_or_else(|_| panic!("no line of JSON came, but {line:?}"));
        Server {
            child,
            told,
            errors,
        }
    }

    fn api(&self) -> String {
        self.told["api"]
            .as_str()
            .unwrap()
            .trim_start_matches("http://")
            .to_owned()
    }

    fn step_functions(&self, action: &str, body: &Value) -> Answer {
        let address = self.told["stepfunctions"]
            .as_str()
            .unwrap()
            .trim_start_matches("http://");
        let target = format!("AWSStepFunctions.{action}");
        let headers = [
            ("X-Amz-Target", target.as_str()),
            ("Content-Type", "application/x-amz-json-1.0"),
        ];
        ask(address, "POST", "/", &headers, &body.to_string())
    }

    fn get(&self, path: &str) -> Answer {
        ask(&self.api(), "GET", path, &[], "")
    }

    fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut all = vec![("Content-Type", "application/json")];
        all.extend(headers);
        ask(&self.api(), "POST", path, &all, body)
    }

    fn memory_kb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        kilobytes.unwrap_or_default()
    }

    /// Ctrl-C: the exit code, and what was said on standard error.
    fn interrupt(mut self) -> (i32, String) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &id])
                .status()
                .unwrap()
                .success()
        );
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        let errors = std::mem::replace(&mut self.errors, std::thread::spawn(String::new));
        (code, errors.join().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    stream
}

fn ask(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut text = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "Host") {
        text.push_str(&format!("Host: {address}\r\n"));
    }
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    text.push_str(body);
    raw(address, text.as_bytes()).unwrap_or_else(|| panic!("no answer to {method} {path}"))
}

/// Sends bytes as they are; none where nothing came back.
fn raw(address: &str, bytes: &[u8]) -> Option<Answer> {
    let mut stream = connect(address);
    // The server may have heard enough before everything is sent.
    let _ = stream.write_all(bytes);
    read_answer(&mut stream)
}

fn read_answer(stream: &mut TcpStream) -> Option<Answer> {
    let mut bytes = Vec::new();
    let mut piece = [0; 8192];
    loop {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => break,
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
        }
        if let Some(answer) = parse(&bytes, false) {
            return Some(answer);
        }
    }
    parse(&bytes, true)
}

fn parse(bytes: &[u8], ended: bool) -> Option<Answer> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let answer = Answer {
        status,
        headers,
        body: body.to_owned(),
    };
    let length = answer
        .header("content-length")
        .and_then(|length| length.parse::<usize>().ok());
    (ended || length.is_some_and(|length| body.len() >= length)).then_some(answer)
}

fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared")
        .join(path);
    if !path.exists() {
        eprintln!(
            "NOT TESTED: ../shared is not there, {} is missing",
            path.display()
        );
        return None;
    }
    Some(path)
}

// ------------------------------------------------------------------ the published API key system

fn api_keys() -> Option<Server> {
    let template = shared("systems/api-key-registration/template.yaml")?;
    Some(Server::start(&[
        &template.display().to_string(),
        "--param",
        "ApiId=a1b2c3",
        "--param",
        "ApiStageName=dev",
        "--param",
        "DynamoTableName=keys",
        "--mocks",
        "tests/data/serve/api-keys.json",
    ]))
}

#[test]
fn a_stage_whose_name_has_no_value_can_be_asked_for() {
    let Some(template) = shared("systems/api-key-registration/template.yaml") else {
        return;
    };
    let template = template.display().to_string();
    let server = Server::start(&[&template, "--mocks", "tests/data/serve/api-keys.json"]);
    let answer = server.post("/dev/api-keys", &[], r#"{"name":"gopher"}"#);
    assert_eq!(answer.status, 201, "{answer:?}");
}

#[test]
fn the_published_system_passes_its_scenarios() {
    let Some(server) = api_keys() else { return };
    let routes = server.told["routes"].as_array().unwrap();
    let listed: Vec<String> = routes
        .iter()
        .map(|route| {
            format!(
                "{} {}",
                route["method"].as_str().unwrap(),
                route["path"].as_str().unwrap()
            )
        })
        .collect();
    for route in [
        "POST /dev/api-keys",
        "GET /dev/api-keys",
        "GET /dev/api-keys/{name}",
        "DELETE /dev/api-keys/{name}",
        "POST /dev/api-keys/{name}/rotate",
    ] {
        assert!(listed.iter().any(|listed| listed == route), "{listed:?}");
    }
    let machines = server.told["stateMachines"].as_array().unwrap();
    assert_eq!(machines.len(), 3, "{machines:?}");
    let add = |scenario: &str, body: &str| {
        let headers: &[(&str, &str)] = match scenario {
            "" => &[],
            scenario => &[("X-Stepwright-Scenario", scenario)],
        };
        let answer = server.post("/dev/api-keys", headers, body);
        let origin = answer.header("access-control-allow-origin");
        assert_eq!(origin, Some("*"), "{answer:?}");
        answer
    };

    let created = add("", r#"{"name":"gopher"}"#);
    assert_eq!(
        (created.status, created.json()),
        (201, json!({"apiKey": "the-secret-value"}))
    );
    assert_eq!(created.header("content-type"), Some("application/json"));
    let again = add("", r#"{"name":"taken"}"#);
    let message = "An API key with the provided name is already registered";
    assert_eq!(
        (again.status, again.json()),
        (400, json!({ "message": message }))
    );
    for body in [r#"{"name":"Go"}"#, "{}"] {
        let wrong = add("", body);
        assert_eq!(wrong.status, 400, "{wrong:?}");
        assert!(wrong.body.contains("message"), "{wrong:?}");
    }
    for scenario in ["Link fails", "Save fails", "Key fails"] {
        let failed = add(scenario, r#"{"name":"gopher"}"#);
        let expected = (500, json!({"message": "Something went wrong"}));
        assert_eq!((failed.status, failed.json()), expected, "{scenario}");
    }
    // The published hole: an error that no template handles is answered as if all were well.
    let hole = add("Get fails", r#"{"name":"gopher"}"#);
    assert_eq!((hole.status, hole.json()), (201, json!({})));

    let list = server.get("/dev/api-keys");
    assert_eq!(list.status, 200);
    assert_eq!(list.json()["items"][1]["name"], "marmot");
    let one = server.get("/dev/api-keys/gopher");
    assert_eq!(one.json()["created"]["timestamp"], "2026-01-02T03:04:05Z");
    let none = server.get("/dev/api-keys/nobody");
    assert_eq!(none.status, 404);
    assert!(none.body.contains("could not be found"), "{none:?}");
    let deleted = ask(&server.api(), "DELETE", "/dev/api-keys/gopher", &[], "");
    assert_eq!((deleted.status, deleted.body.as_str()), (204, ""));
    let rotated = server.post("/dev/api-keys/gopher/rotate", &[], "{}");
    assert_eq!(
        (rotated.status, rotated.json()),
        (200, json!({"apiKey": "rotated"}))
    );
    let nobody = server.post("/dev/api-keys/nobody/rotate", &[], "{}");
    assert_eq!(nobody.status, 404, "{nobody:?}");
    let preflight = ask(&server.api(), "OPTIONS", "/dev/api-keys", &[], "");
    assert_eq!(preflight.status, 200);
    assert!(
        preflight
            .header("access-control-allow-methods")
            .unwrap()
            .contains("DELETE")
    );

    // The workflow behind DELETE ran to its end and can be asked after.
    let machine = machines
        .iter()
        .find(|machine| machine["name"] == "DeleteApiKeyStateMachine")
        .unwrap();
    let asked = json!({"stateMachineArn": machine["arn"]});
    let executions = server.step_functions("ListExecutions", &asked).json();
    let execution = &executions["executions"][0];
    assert_eq!(execution["status"], "SUCCEEDED", "{executions}");
    let history = json!({"executionArn": execution["executionArn"]});
    let history = server
        .step_functions("GetExecutionHistory", &history)
        .json();
    let types: Vec<&str> = history["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(types.first(), Some(&"ExecutionStarted"));
    assert_eq!(types.last(), Some(&"ExecutionSucceeded"));
}

#[test]
fn what_takes_too_long_or_is_not_mocked_says_so() {
    let Some(server) = api_keys() else { return };
    let begun = Instant::now();
    let slow = [("X-Stepwright-Scenario", "Takes half a minute")];
    let slow = server.post("/dev/api-keys", &slow, r#"{"name":"gopher"}"#);
    assert_eq!(
        (slow.status, slow.json()),
        (504, json!({"message": "Endpoint request timed out"}))
    );
    assert!(
        slow.header("x-stepwright-explanation")
            .unwrap()
            .contains("StartExecution")
    );
    assert_eq!(server.get("/dev/api-keys/slow").status, 504);
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "virtual time takes none"
    );

    let missing = [("X-Stepwright-Scenario", "No mock for the plan")];
    let missing = server.post("/dev/api-keys", &missing, r#"{"name":"gopher"}"#);
    assert!(missing.status >= 500, "{missing:?}");
    assert!(
        missing
            .header("x-stepwright-explanation")
            .unwrap()
            .contains("\"Create Usage Plan\"")
    );
    let unknown = [("X-Stepwright-Scenario", "Nonsense")];
    let unknown = server.post("/dev/api-keys", &unknown, r#"{"name":"gopher"}"#);
    assert!(unknown.status >= 500, "{unknown:?}");
    assert!(
        unknown
            .header("x-stepwright-explanation")
            .unwrap()
            .contains("Link fails")
    );
    let without_stage = server.get("/api-keys");
    assert_eq!(without_stage.status, 403);
    assert!(
        without_stage
            .header("x-stepwright-explanation")
            .unwrap()
            .contains("/dev")
    );
}

// ------------------------------------------------------------------ a small system of our own

const MACHINE: &str = r#"{"StartAt":"Ask","States":{
  "Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
    "Parameters":{"FunctionName":"ask","Payload.$":"$"},"OutputPath":"$.Payload","End":true}}}"#;

const WAITING: &str = r#"{"StartAt":"Wait for word","States":{
  "Wait for word":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "Parameters":{"QueueUrl":"https://sqs.example/q","MessageBody":{"token.$":"$$.Task.Token"}},"End":true}}}"#;

const DOCUMENT: &str = r##"openapi: 3.0.1
info: {title: small, version: "1"}
servers: [{url: "/{basePath}", variables: {basePath: {default: v1}}}]
paths:
  /ask:
    post:
      responses: {"200": {description: yes}}
      x-amazon-apigateway-integration: &states
        type: aws
        httpMethod: POST
        uri: arn:aws:apigateway:us-east-1:states:action/StartSyncExecution
        requestTemplates:
          application/json: |-
            {"input": "$util.escapeJavaScript($input.json('$')).replaceAll("\\'", "'")",
             "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:small"}
        responses:
          default:
            statusCode: 200
            responseTemplates: {application/json: "$input.path('$.output')"}
  /bomb:
    get:
      responses: {"200": {description: no}}
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates:
          application/json: |-
            #set($list = [1..1000])
            #foreach($a in $list)#foreach($b in $list)#foreach($c in $list)#set($x = "$!x$c")#end#end#end
            {"statusCode": 200}
        responses: {default: {statusCode: 200}}
  /elsewhere:
    get:
      responses: {"200": {description: no}}
      x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: "http://example.com/x"}
  /ping:
    get:
      responses: {"200": {description: yes}}
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: {application/json: "{\"statusCode\": 200}"}
        responses: {default: {statusCode: 200, responseTemplates: {application/json: "{\"pong\": true}"}}}
"##;

const COMPANION: &str = r#"{"stepwright":1,"type":"EXPRESS",
  "mocks":{"Ask":[{"when":{"Payload":{"q":"slow"}},"after":1.5,"return":{"Payload":{"a":"late"}}},{"return":{"Payload":{"a":42}}}]},
  "scenarios":[{"name":"by input","input":{"q":"known"},"mocks":{"Ask":[{"return":{"Payload":{"a":"known"}}}]}}],
  "requests":[{"name":"ask","method":"POST","path":"/ask","body":{"q":"x"}}]}"#;

fn small() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("small.openapi.yaml", DOCUMENT);
    write("small.asl.json", MACHINE);
    write("small.stepwright.json", COMPANION);
    write("waiting.asl.json", WAITING);
    write(
        "waiting.stepwright.json",
        r#"{"mocks":{"Wait for word":[{"pending":true}]}}"#,
    );
    folder
}

fn path(folder: &tempfile::TempDir) -> String {
    folder.path().display().to_string()
}

#[test]
fn a_folder_is_served_and_mocks_are_chosen() {
    let folder = small();
    let server = Server::start(&[&path(&folder)]);
    let ask = |body: &str| server.post("/v1/ask", &[], body).json();
    assert_eq!(ask(r#"{"q":"other"}"#), json!({"a": 42}));
    assert_eq!(ask(r#"{"q":"known"}"#), json!({"a": "known"}));
    assert_eq!(ask(r#"{"q":"it's"}"#), json!({"a": 42}));
    let example = server.told["routes"][0]["example"].as_str();
    assert_eq!(example, Some(r#"{"q":"x"}"#));
    let elsewhere = server.get("/v1/elsewhere");
    assert!(elsewhere.status >= 500, "{elsewhere:?}");
    let words = elsewhere.header("x-stepwright-explanation").unwrap();
    assert!(
        words.contains("GET /elsewhere") && words.contains("example.com"),
        "{words}"
    );
}

/// What a workflow makes of a task without a mock says nothing about it, so its Catch does not answer here.
#[test]
fn a_task_without_a_mock_is_named_even_where_the_workflow_catches_it() {
    let folder = small();
    let catching = r#"{"StartAt":"Ask","States":{
      "Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"ask-fn"},
        "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Sorry"}],"End":true},
      "Sorry":{"Type":"Pass","Result":{"sorry":true},"End":true}}}"#;
    let companion =
        |mocks: &str| format!(r#"{{"stepwright":1,"type":"EXPRESS","mocks":{{{mocks}}}}}"#);
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let runtime = runtime();
    let ask = |clock| {
        let request = Request::new("POST", "/v1/ask").with_json("{}");
        runtime.block_on(edge_of(folder.path(), clock).answer(request, Keep::All))
    };
    // Also where the workflow then waits for longer than the request does.
    let waiting = catching.replace(
        r#""Type":"Pass","Result":{"sorry":true}"#,
        r#""Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"late"}"#,
    );
    let pending = companion(r#""Sorry":[{"pending":true}]"#);
    let short = DOCUMENT.replacen(
        "        httpMethod:",
        "        timeoutInMillis: 300\n        httpMethod:",
        1,
    );
    assert_ne!(short, DOCUMENT);
    write("small.openapi.yaml", &short);
    for (definition, companion, clock) in [
        (catching, &companion(""), Clock::Virtual),
        (catching, &companion(""), Clock::Real),
        (&waiting, &pending, Clock::Virtual),
        (&waiting, &pending, Clock::Real),
    ] {
        write("small.asl.json", definition);
        write("small.stepwright.json", companion);
        let answered = ask(clock);
        assert_eq!(answered.response.status, 504, "{clock:?}");
        let body: Value = serde_json::from_str(&answered.response.text()).unwrap();
        let record = answered.record.unwrap();
        let step = record
            .steps
            .iter()
            .find(|step| step.kind == StepKind::Integration);
        for words in [
            body["message"].as_str().unwrap(),
            &step.unwrap().words[0],
            answered
                .response
                .header("x-stepwright-explanation")
                .unwrap(),
        ] {
            assert!(
                words.contains(
                    r#"task "Ask" (arn:aws:states:::lambda:invoke, the function ask-fn)"#
                ) && words.contains(r#"add "Ask": [{"return": ...}] to "mocks""#),
                "{clock:?} {words}"
            );
        }
    }
    // A mock that fails is the workflow's to catch.
    write(
        "small.stepwright.json",
        &companion(r#""Ask":[{"throw":{"Error":"Down"}}]"#),
    );
    write("small.asl.json", catching);
    for clock in [Clock::Virtual, Clock::Real] {
        let caught = ask(clock).response;
        assert_eq!(
            (caught.status, caught.text().as_str()),
            (200, r#"{"sorry":true}"#),
            "{clock:?}"
        );
    }
}

#[test]
fn step_functions_answers_over_its_own_port() {
    let folder = small();
    let server = Server::start(&[&path(&folder)]);
    let arn = |name: &str| format!("arn:aws:states:us-east-1:123456789012:stateMachine:{name}");
    let listed = server
        .step_functions("ListStateMachines", &json!({}))
        .json();
    assert_eq!(listed["stateMachines"].as_array().unwrap().len(), 2);
    let described = json!({"stateMachineArn": arn("small")});
    let described = server
        .step_functions("DescribeStateMachine", &described)
        .json();
    assert_eq!(described["type"], "EXPRESS");
    assert_eq!(described["definition"], MACHINE);
    let start = json!({"stateMachineArn": arn("small"), "input": "{\"q\":\"known\"}"});
    let done = server.step_functions("StartSyncExecution", &start);
    assert_eq!(
        done.header("content-type"),
        Some("application/x-amz-json-1.0")
    );
    assert_eq!(done.json()["status"], "SUCCEEDED");
    assert_eq!(done.json()["output"], "{\"a\":\"known\"}");

    let start = json!({"stateMachineArn": arn("waiting"), "name": "one", "input": "{}"});
    let started = server.step_functions("StartExecution", &start).json();
    let execution = json!({"executionArn": started["executionArn"]});
    let waits = server
        .step_functions("DescribeExecution", &execution)
        .json();
    assert_eq!(
        (&waits["status"], &waits["name"]),
        (&json!("RUNNING"), &json!("one"))
    );
    // The same name with the same input is the same execution; with another input it is taken.
    assert_eq!(
        server.step_functions("StartExecution", &start).json(),
        started
    );
    let other = json!({"stateMachineArn": arn("waiting"), "name": "one", "input": "{\"a\":1}"});
    let taken = server.step_functions("StartExecution", &other);
    assert_eq!(taken.status, 400);
    assert!(taken.body.contains("ExecutionAlreadyExists"), "{taken:?}");
    let stop =
        json!({"executionArn": started["executionArn"], "error": "Enough", "cause": "no need"});
    assert!(server.step_functions("StopExecution", &stop).json()["stopDate"].is_number());
    let stopped = server
        .step_functions("DescribeExecution", &execution)
        .json();
    assert_eq!(
        (&stopped["status"], &stopped["error"]),
        (&json!("ABORTED"), &json!("Enough"))
    );
    let sync = json!({"stateMachineArn": arn("waiting")});
    let sync = server.step_functions("StartSyncExecution", &sync);
    assert!(
        sync.body.contains("StateMachineTypeNotSupported"),
        "{sync:?}"
    );
    let unknown = server.step_functions("PaintResource", &json!({}));
    assert_eq!(unknown.status, 400);
    let kind = unknown.json()["__type"].as_str().unwrap().to_owned();
    assert!(kind.ends_with("#UnknownOperationException"), "{kind}");
    // The protocol knows POST alone.
    let address = server.told["stepfunctions"].as_str().unwrap();
    let address = address.trim_start_matches("http://");
    let target = [("X-Amz-Target", "AWSStepFunctions.ListStateMachines")];
    for method in ["GET", "PUT", "OPTIONS"] {
        let answer = ask(address, method, "/", &target, "{}");
        assert_eq!(answer.status, 400, "{method}");
    }
    assert!(unknown.body.contains("PaintResource"));
    for (arn, error) in [
        ("arn:aws:states:x", "InvalidArn"),
        (
            "arn:aws:states:us-east-1:123456789012:execution:waiting:none",
            "ExecutionDoesNotExist",
        ),
    ] {
        let missing = server.step_functions("DescribeExecution", &json!({"executionArn": arn}));
        assert!(missing.body.contains(error), "{missing:?}");
    }
}

#[test]
fn a_plain_definition_has_no_api() {
    let folder = small();
    let server = Server::start(&[&folder.path().join("small.asl.json").display().to_string()]);
    assert_eq!(server.told["api"], Value::Null);
    assert_eq!(server.told["routes"], json!([]));
    assert_eq!(server.told["stateMachines"][0]["name"], "small");
}

#[test]
fn a_real_clock_waits() {
    let folder = small();
    let server = Server::start(&[&path(&folder), "--clock", "real"]);
    let begun = Instant::now();
    let late = server.post("/v1/ask", &[], r#"{"q":"slow"}"#);
    assert_eq!(late.json(), json!({"a": "late"}));
    assert!(begun.elapsed() >= Duration::from_millis(1_500));
}

#[test]
fn an_interrupt_ends_it_cleanly() {
    for clock in ["virtual", "real"] {
        let folder = small();
        let server = Server::start(&[&path(&folder), "--clock", clock]);
        let waiting = "arn:aws:states:us-east-1:123456789012:stateMachine:waiting";
        let start = json!({"stateMachineArn": waiting, "name": "left"});
        assert_eq!(server.step_functions("StartExecution", &start).status, 200);
        let (code, errors) = server.interrupt();
        assert_eq!(code, 0, "{errors}");
        let aborted = "aborted: arn:aws:states:us-east-1:123456789012:execution:waiting:left";
        assert_eq!(errors.matches(aborted).count(), 1, "{clock}: {errors}");
    }
}

#[test]
fn what_cannot_be_served_is_said() {
    let folder = small();
    let fails = |arguments: &[&str], words: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .arg("serve")
            .args(arguments)
            .args(["--port", "0", "--api-port", "0"])
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(words), "{errors}");
    };
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args([
            "serve",
            &path(&folder),
            "--port",
            &port,
            "--api-port",
            "0",
            "--no-store",
        ])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be listened at"));
    fails(&["nothing-here"], "nothing-here");
    fails(&[&path(&folder), "--scenario", "Nonsense"], "by input");
    let empty = tempfile::tempdir().unwrap();
    fails(&[&path(&empty)], "holds nothing to serve");
}

#[test]
fn mock_configuration_files_choose_by_case() {
    let folder = small();
    let file = folder.path().join("MockConfigFile.json");
    let config = json!({
        "StateMachines": {"small": {"TestCases": {"Good": {"Ask": "Yes"}, "Bad": {"Ask": "No"}}}},
        "MockedResponses": {
            "Yes": {"0": {"Return": {"Payload": {"a": "good"}}}},
            "No": {"0-9": {"Throw": {"Error": "Broken", "Cause": "c"}}}
        }
    });
    std::fs::write(&file, config.to_string()).unwrap();
    let mocks = format!("{}#Good", file.display());
    let server = Server::start(&[&path(&folder), "--mocks", &mocks]);
    assert_eq!(
        server.post("/v1/ask", &[], "{}").json(),
        json!({"a": "good"})
    );
    // Step Functions Local takes the case from the end of the ARN; here a header does it, too.
    let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:small#Bad";
    let bad = server
        .step_functions("StartSyncExecution", &json!({ "stateMachineArn": arn }))
        .json();
    assert_eq!(bad["error"], "Broken", "{bad}");
}

// ------------------------------------------------------------------ hostile clients

#[test]
fn malformed_requests_are_answered_with_400() {
    let folder = small();
    let server = Server::start(&[&path(&folder)]);
    let address = server.api();
    for bytes in [
        &b"GARBAGE\r\n\r\n"[..],
        b"GET /v1/ping HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GET /v1/ping\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: abc\r\n\r\n",
        b"GET /v1/ping HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n",
        b"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ] {
        let said = String::from_utf8_lossy(bytes).into_owned();
        // Nobody waits for an end that does not come.
        let mut stream = connect(&address);
        stream.write_all(bytes).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let answer = read_answer(&mut stream);
        let status = answer.map(|answer| answer.status);
        assert!(matches!(status, Some(400 | 505)), "{said:?}: {status:?}");
        assert_eq!(server.get("/v1/ping").status, 200);
    }
    let long = format!(
        "GET /v1/ping HTTP/1.1\r\nHost: localhost\r\nX-Long: {}\r\n\r\n",
        "x".repeat(300_000)
    );
    let answer = raw(&address, long.as_bytes());
    assert!(answer.is_none_or(|answer| answer.status == 431));
    let many: String = (0..2_000)
        .map(|index| format!("X-{index}: 1\r\n"))
        .collect();
    let many = format!("GET /v1/ping HTTP/1.1\r\nHost: localhost\r\n{many}\r\n");
    assert_eq!(
        raw(&address, many.as_bytes()).map(|answer| answer.status),
        Some(431)
    );
    assert_eq!(server.get("/v1/ping").json(), json!({"pong": true}));
}

#[test]
fn bodies_of_fifty_megabytes_are_refused_in_bounded_memory() {
    const SIZE: usize = 50 * 1024 * 1024;
    let folder = small();
    let server = Server::start(&[&path(&folder)]);
    let address = server.api();
    assert_eq!(server.post("/v1/ask", &[], r#"{"q":"x"}"#).status, 200);
    let before = server.memory_kb();
    let upload = |chunked: bool| {
        let mut stream = connect(&address);
        let head = "POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
        let length = match chunked {
            true => "Transfer-Encoding: chunked\r\n\r\n".to_owned(),
            false => format!("Content-Length: {SIZE}\r\n\r\n"),
        };
        stream
            .write_all(format!("{head}{length}").as_bytes())
            .unwrap();
        let piece = vec![b'x'; 1024 * 1024];
        for _ in 0..SIZE / piece.len() {
            if chunked {
                let _ = stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes());
            }
            let _ = stream.write_all(&piece);
            if chunked {
                let _ = stream.write_all(b"\r\n");
            }
        }
        let _ = stream.write_all(if chunked { b"0\r\n\r\n" } else { b"" });
        read_answer(&mut stream).unwrap()
    };
    std::thread::scope(|scope| {
        let uploads: Vec<_> = (0..8)
            .map(|index| scope.spawn(move || upload(index % 2 == 0)))
            .collect();
        let begun = Instant::now();
        assert_eq!(server.get("/v1/ping").status, 200);
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "other requests go on"
        );
        for upload in uploads {
            let answer = upload.join().unwrap();
            assert_eq!(
                (answer.status, answer.json()),
                (413, json!({"message": "Request Too Long"}))
            );
        }
    });
    // A client that asks first need not send anything.
    let expects = format!(
        "POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: {SIZE}\r\n\r\n"
    );
    assert_eq!(raw(&address, expects.as_bytes()).unwrap().status, 413);
    let grown = server.memory_kb().saturating_sub(before);
    assert!(grown < 180_000, "grown by {grown} kB");
}

#[test]
fn pages_of_other_sites_are_refused() {
    let folder = small();
    let server = Server::start(&[&path(&folder)]);
    let step_functions = server.told["stepfunctions"]
        .as_str()
        .unwrap()
        .trim_start_matches("http://")
        .to_owned();
    for address in [server.api(), step_functions] {
        let status = |headers: &[(&str, &str)]| ask(&address, "GET", "/v1/ping", headers, "");
        for headers in [
            [("Host", "evil.example"), ("X-A", "1")],
            [("Host", "127.0.0.1.evil.example:8080"), ("X-A", "1")],
            [("Host", "localhost"), ("Origin", "https://evil.example")],
            [("Host", "localhost"), ("Origin", "null")],
            [("Host", "localhost"), ("Sec-Fetch-Site", "cross-site")],
        ] {
            let refused = status(&headers);
            assert_eq!(refused.status, 403, "{headers:?}");
            assert!(
                refused.json()["message"].as_str().unwrap().len() > 30,
                "{refused:?}"
            );
            assert_eq!(refused.header("access-control-allow-origin"), None);
        }
        let own = status(&[("Host", "localhost"), ("Origin", "http://localhost:3000")]);
        assert_ne!(own.status, 403, "{own:?}");
    }
    let named = Server::start(&[&path(&folder), "--allow-host", "dev.example.test"]);
    let named = ask(
        &named.api(),
        "GET",
        "/v1/ping",
        &[("Host", "dev.example.test:80")],
        "",
    );
    assert_eq!(named.status, 200);
}

#[test]
fn a_template_that_computes_for_ever_is_ended_and_others_go_on() {
    let folder = small();
    let server = Server::start(&[&path(&folder)]);
    std::thread::scope(|scope| {
        let bombs: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| server.get("/v1/bomb")))
            .collect();
        for _ in 0..20 {
            let begun = Instant::now();
            assert_eq!(server.get("/v1/ping").status, 200);
            assert!(
                begun.elapsed() < Duration::from_secs(3),
                "{:?}",
                begun.elapsed()
            );
        }
        for bomb in bombs {
            let answer = bomb.join().unwrap();
            assert!(answer.status >= 500, "{answer:?}");
        }
    });
    let memory = server.memory_kb();
    assert!(memory < 400_000, "{memory} kB");
}

#[test]
fn files_outside_of_the_project_and_yaml_bombs_are_refused_by_name() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.asl.json"), MACHINE).unwrap();
    let folder = tempfile::tempdir_in(outside.path()).unwrap();
    let template = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Bad:\n    Type: AWS::Serverless::StateMachine\n    \
                    Properties: {DefinitionUri: ../secret.asl.json}\n  Good:\n    Type: AWS::Serverless::StateMachine\n    \
                    Properties: {Definition: {StartAt: A, States: {A: {Type: Succeed}}}}\n";
    std::fs::write(folder.path().join("template.yaml"), template).unwrap();
    let server = Server::start(&[&path(&folder)]);
    assert_eq!(server.told["stateMachines"].as_array().unwrap().len(), 1);
    let (_, errors) = server.interrupt();
    assert!(errors.contains("../secret.asl.json"), "{errors}");

    let mut bomb = "Resources:\n  a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let inner = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb.push_str(&format!("  a{level}: &a{level} [{inner}]\n"));
    }
    std::fs::write(folder.path().join("template.yaml"), bomb).unwrap();
    let begun = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args([
            "serve",
            &path(&folder),
            "--port",
            "0",
            "--api-port",
            "0",
            "--no-store",
        ])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn ten_thousand_idle_connections_do_not_hold_up_others() {
    let allowed = rlimit::increase_nofile_limit(65_536).unwrap_or(1_024);
    let wanted = usize::try_from(allowed.saturating_sub(500))
        .unwrap()
        .min(10_000);
    if wanted < 10_000 {
        eprintln!(
            "REDUCED: this process may open {allowed} files, so {wanted} connections instead of 10,000"
        );
    }
    let folder = small();
    let server = Server::start(&[&path(&folder)]);
    let address = server.api();
    let mut idle = Vec::new();
    for index in 0..wanted {
        let mut stream = connect(&address);
        // Some say nothing, some begin and never end.
        if index % 3 == 0 {
            let _ = stream.write_all(b"GET /v1/ping HTTP/1.1\r\nHost: loc");
        }
        idle.push(stream);
    }
    for _ in 0..50 {
        let begun = Instant::now();
        assert_eq!(server.get("/v1/ping").status, 200);
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{:?}",
            begun.elapsed()
        );
    }
    let memory = server.memory_kb();
    assert!(
        memory < 500_000,
        "{memory} kB with {} idle connections",
        idle.len()
    );
}

// ------------------------------------------------------------------ with little patience, inside this process

use std::sync::Arc;

use stepwright::debugger::Clock;
use stepwright::driver::endpoint::Door;
use stepwright::driver::endpoint::Edge;
use stepwright::driver::endpoint::EdgeOptions;
use stepwright::driver::endpoint::Keep;
use stepwright::driver::endpoint::ListenOptions;
use stepwright::driver::endpoint::Site;
use stepwright::driver::endpoint::SiteText;
use stepwright::driver::endpoint::listen;
use stepwright::gateway::Request;
use stepwright::gateway::StepKind;
use stepwright::workspace::Folder;

fn edge(folder: &Path) -> Arc<Edge> {
    edge_of(folder, Clock::Virtual)
}

fn edge_of(folder: &Path, clock: Clock) -> Arc<Edge> {
    let files = Folder::open(folder).unwrap();
    let root = stepwright::project::find_root(&files).unwrap();
    let project = stepwright::project::read(&root, &files, &Default::default());
    let companion = |machine: &stepwright::project::Machine,
                     _: &stepwright::project::Definition| {
        let file = folder.join(format!("{}.stepwright.json", machine.name));
        std::fs::read_to_string(file).unwrap_or_default()
    };
    let site = Site::new(SiteText::of_project(&project, folder, &companion));
    assert!(site.problems.is_empty(), "{:?}", site.problems);
    Edge::new(
        site,
        EdgeOptions {
            clock,
            seed: 1,
            real: stepwright::backends::Real::new(),
        },
    )
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn slow_clients_are_cut_off() {
    let folder = small();
    let runtime = runtime();
    let options = ListenOptions {
        head: Duration::from_millis(400),
        body: Duration::from_millis(400),
        ..ListenOptions::at("127.0.0.1:0".parse().unwrap())
    };
    let edge = edge(folder.path());
    let listening = runtime.block_on(listen(edge, Door::Api, options)).unwrap();
    let address = listening.address.to_string();
    let begun = Instant::now();
    let mut head = connect(&address);
    head.write_all(b"GET /v1/ping HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        .unwrap();
    let mut body = connect(&address);
    body.write_all(b"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n{")
        .unwrap();
    let answer = read_answer(&mut body).unwrap();
    assert_eq!(answer.status, 408, "{answer:?}");
    let cut = read_answer(&mut head);
    assert!(cut.is_none_or(|answer| answer.status == 408));
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(ask(&address, "GET", "/v1/ping", &[], "").status, 200);
    runtime.block_on(listening.close());
}

#[test]
fn requests_are_answered_without_a_socket_and_leave_records() {
    let folder = small();
    let runtime = runtime();
    let edge = edge(folder.path());
    let mut news = edge.subscribe();
    let request = Request::new("POST", "/v1/ask").with_json(r#"{"q":"known"}"#);
    let answered = runtime.block_on(edge.answer(request, Keep::All));
    assert_eq!(answered.response.text(), r#"{"a":"known"}"#);
    let record = answered.record.unwrap();
    assert_eq!(record.route, Some((0, 0)));
    assert!(record.steps.len() >= 5, "{:?}", record.steps);
    let run = record.run.as_ref().unwrap();
    assert_eq!(run.prepared.scenario.as_deref(), Some("by input"));
    // The run can be had again, event for event.
    let again = run.prepared.repeat();
    assert_eq!(again.ended, run.ended);
    assert!(again.events.len() > 4);
    assert_eq!(news.try_recv().unwrap().id, record.id);
    for _ in 0..500 {
        let request = Request::new("GET", "/v1/ping");
        assert_eq!(
            runtime
                .block_on(edge.answer(request, Keep::All))
                .response
                .status,
            200
        );
    }
    assert_eq!(edge.records().len(), 200);
}

#[test]
fn a_load_run_counts_what_it_sends() {
    use stepwright::driver::LoadOrder;
    use stepwright::driver::LoadTarget;
    use stepwright::driver::load;
    use stepwright::driver::parse_stages;
    let folder = small();
    let runtime = runtime();
    let edge = edge(folder.path());
    let options = ListenOptions::at("127.0.0.1:0".parse().unwrap());
    let listening = runtime
        .block_on(listen(edge.clone(), Door::Api, options))
        .unwrap();
    for target in [
        LoadTarget::Edge(edge.clone()),
        LoadTarget::Address(listening.address),
    ] {
        let order = LoadOrder {
            target,
            request: Request::new("POST", "/v1/ask").with_json(r#"{"q":"x"}"#),
            stages: parse_stages("200ms:10,500ms:10,100ms:0").unwrap(),
        };
        let (progress, mut told) = tokio::sync::mpsc::channel(64);
        let (_cancel, cancelled) = tokio::sync::watch::channel(false);
        let report = runtime.block_on(load(order, progress, cancelled));
        assert!(report.requests > 20, "{report:?}");
        assert_eq!(report.failures, 0, "{report:?}");
        assert_eq!(report.statuses.get(&200), Some(&report.requests));
        assert!(report.median <= report.p90 && report.p95 <= report.max);
        assert!(told.try_recv().is_ok());
    }
    // Cancelled at once.
    let order = LoadOrder {
        target: LoadTarget::Edge(edge),
        request: Request::new("GET", "/v1/ping"),
        stages: parse_stages("60s:5").unwrap(),
    };
    let (progress, _told) = tokio::sync::mpsc::channel(1);
    let (cancel, cancelled) = tokio::sync::watch::channel(false);
    cancel.send(true).unwrap();
    let begun = Instant::now();
    runtime.block_on(load(order, progress, cancelled));
    assert!(begun.elapsed() < Duration::from_secs(5));
    runtime.block_on(listening.close());
}

/// Keys, and plans for them: one that is slow, one that is nearly used up, and a key without a plan.
const PLANS: &str = r#"
Resources:
  Shop:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: shop
      Body:
        openapi: 3.0.1
        components: {securitySchemes: {key: {type: apiKey, in: header, name: x-api-key}}}
        paths:
          /things:
            get:
              security: [{key: []}]
              responses: {"200": {description: ok}}
              x-amazon-apigateway-integration:
                type: mock
                requestTemplates: {application/json: '{"statusCode": 200}'}
                responses: {default: {statusCode: "200"}}
  Live: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Shop, StageName: live}}
  Slow: {Type: AWS::ApiGateway::ApiKey, Properties: {Value: value-of-slow, Enabled: true}}
  Few: {Type: AWS::ApiGateway::ApiKey, Properties: {Value: value-of-few, Enabled: true}}
  Stray: {Type: AWS::ApiGateway::ApiKey, Properties: {Value: value-of-stray, Enabled: true}}
  SlowPlan:
    Type: AWS::ApiGateway::UsagePlan
    Properties:
      ApiStages: [{ApiId: !Ref Shop, Stage: !Ref Live}]
      Throttle: {RateLimit: 0.01, BurstLimit: 20}
  FewPlan:
    Type: AWS::ApiGateway::UsagePlan
    Properties:
      ApiStages: [{ApiId: !Ref Shop, Stage: !Ref Live}]
      Quota: {Limit: 2, Period: MONTH}
  A: {Type: AWS::ApiGateway::UsagePlanKey, Properties: {KeyId: !Ref Slow, KeyType: API_KEY, UsagePlanId: !Ref SlowPlan}}
  B: {Type: AWS::ApiGateway::UsagePlanKey, Properties: {KeyId: !Ref Few, KeyType: API_KEY, UsagePlanId: !Ref FewPlan}}
"#;

#[test]
fn usage_plans_hold_over_http_and_under_load() {
    use stepwright::driver::LoadOrder;
    use stepwright::driver::LoadTarget;
    use stepwright::driver::load;
    use stepwright::driver::parse_stages;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("template.yaml"), PLANS).unwrap();
    let runtime = runtime();
    let edge = edge(folder.path());
    let options = ListenOptions::at("127.0.0.1:0".parse().unwrap());
    let listening = runtime
        .block_on(listen(edge.clone(), Door::Api, options))
        .unwrap();
    let address = listening.address.to_string();
    let get = |key: &str| ask(&address, "GET", "/live/things", &[("x-api-key", key)], "");
    assert_eq!(ask(&address, "GET", "/live/things", &[], "").status, 403);
    let stray = get("value-of-stray");
    assert_eq!(
        (stray.status, stray.json()),
        (403, json!({"message": "Forbidden"}))
    );
    let access = |index: usize| {
        let records = edge.records();
        let step = records[index]
            .steps
            .iter()
            .find(|step| step.kind == StepKind::Authorized);
        step.unwrap().words.join("; ")
    };
    assert!(access(1).contains("no usage plan of the stage live"));
    assert_eq!(get("value-of-few").status, 200);
    assert_eq!(get("value-of-few").status, 200);
    let over = get("value-of-few");
    assert_eq!(
        (over.status, over.json()),
        (429, json!({"message": "Limit Exceeded"}))
    );
    assert_eq!(
        over.header("x-amzn-errortype"),
        Some("LimitExceededException")
    );
    assert!(access(4).starts_with("the usage plan FewPlan allows 2 requests per month"));

    let order = LoadOrder {
        target: LoadTarget::Address(listening.address),
        request: Request::new("GET", "/live/things").with_header("x-api-key", "value-of-slow"),
        stages: parse_stages("200ms:10,300ms:10").unwrap(),
    };
    let (progress, _told) = tokio::sync::mpsc::channel(64);
    let (_cancel, cancelled) = tokio::sync::watch::channel(false);
    let report = runtime.block_on(load(order, progress, cancelled));
    assert_eq!(report.statuses.get(&200), Some(&20), "{report:?}");
    let throttled = report.statuses.get(&429).copied().unwrap_or_default();
    assert_eq!(throttled + 20, report.requests, "{report:?}");
    assert!(throttled > 0, "{report:?}");
    let slow = get("value-of-slow");
    assert_eq!(
        (slow.status, slow.json()),
        (429, json!({"message": "Too Many Requests"}))
    );
    runtime.block_on(listening.close());
}
