//! What answers tasks for real, through the command line: functions of this machine, Lambda endpoints, HTTP tasks.

use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::process::Output;
use std::sync::Arc;
use std::sync::Mutex;

use serde_json::Value;
use serde_json::json;

/// A folder with a workflow in it, and settings of its own.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(definition: &Value, companion: &Value) -> Place {
        let folder = tempfile::tempdir().unwrap();
        let place = Place { folder };
        place.write("flow.asl.json", &definition.to_string());
        place.write("flow.stepwright.json", &companion.to_string());
        place
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn stepwright(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .args(arguments)
            .current_dir(self.path())
            .env("XDG_CONFIG_HOME", self.path().join("config"))
            .env("AWS_SECRET_ACCESS_KEY", "PLANTED-SECRET-KEY")
            .output()
            .unwrap()
    }

    /// The summary of a run with further arguments.
    fn run(&self, further: &[&str]) -> Value {
        let mut arguments = vec!["run", "flow.asl.json", "--format", "json"];
        arguments.extend(further);
        let output = self.stepwright(&arguments);
        let text = String::from_utf8_lossy(&output.stdout);
        serde_json::from_str(&text)
            .unwrap_or_else(|_| panic!("{text}\n{}", String::from_utf8_lossy(&output.stderr)))
    }
}

/// A workflow of tasks that call functions by name, one after the other.
fn functions(names: &[&str]) -> Value {
    let mut states = serde_json::Map::new();
    for (index, name) in names.iter().enumerate() {
        let mut state = json!({
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": name, "Payload.$": "$"},
            "OutputPath": "$.Payload"
        });
        match names.get(index + 1) {
            Some(next) => state["Next"] = json!(format!("Call {next} {}", index + 1)),
            None => state["End"] = json!(true),
        }
        states.insert(format!("Call {name} {index}"), state);
    }
    json!({"StartAt": format!("Call {} 0", names[0]), "States": states})
}

/// Whether a program is on this machine; says so where it is not.
fn has(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok();
    if !there {
        println!("{program} is not on this machine: what needs it is not tested");
    }
    there
}

const ALLOW: [&str; 4] = ["--backend", "local", "--allow", "command"];

fn with<'a>(base: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    base.iter().chain(more).copied().collect()
}

#[test]
fn nothing_runs_before_somebody_has_agreed() {
    let companion = json!({"backends": {"default": "local", "functions": {"f": {"command": ["touch", "ran"]}}}});
    let place = Place::new(&functions(&["f"]), &companion);
    let summary = place.run(&[]);
    assert_eq!(summary["status"], "FAILED");
    let cause = summary["cause"].as_str().unwrap();
    assert!(
        cause.contains("--allow command") && cause.contains("function f"),
        "{cause}"
    );
    assert!(!place.path().join("ran").exists());
    // An agreement of another kind is none.
    let summary = place.run(&["--allow", "aws,http,lambda"]);
    assert_eq!(summary["status"], "FAILED");
    assert!(!place.path().join("ran").exists());
}

#[test]
fn what_was_agreed_to_is_listed_and_can_be_withdrawn() {
    let companion = json!({"backends": {"default": "local", "functions": {"f": {"command": ["sh", "-c", "echo 1 >&3"]}}}});
    let place = Place::new(&functions(&["f"]), &companion);
    let here = place.path().to_str().unwrap();
    assert!(
        place
            .stepwright(&["consent", "give", here, "command"])
            .status
            .success()
    );
    assert_eq!(place.run(&[])["status"], "SUCCEEDED");
    let list = place.stepwright(&["consent", "list"]);
    let list = String::from_utf8_lossy(&list.stdout).into_owned();
    assert!(
        list.contains("command: Stepwright may run the functions"),
        "{list}"
    );
    assert!(
        place
            .stepwright(&["consent", "withdraw", here])
            .status
            .success()
    );
    assert_eq!(place.run(&[])["status"], "FAILED");
    assert_eq!(
        place
            .stepwright(&["consent", "withdraw", here])
            .status
            .code(),
        Some(1)
    );
}

#[test]
fn a_handler_of_node_starts_cold_and_stays_warm() {
    if !has("node") {
        return;
    }
    let companion = json!({"backends": {"functions": {"count": {"handler": "index.handler", "folder": "count", "env": {"STEP": "2"}}}}});
    let place = Place::new(&functions(&["count", "count"]), &companion);
    place.write(
        "count/index.js",
        "exports.handler = async (event, context) => {\n\
         console.log('was', event.n); console.error('id', context.awsRequestId.length);\n\
         return { n: (event.n ?? 0) + Number(process.env.STEP) };\n};\n",
    );
    let summary = place.run(&with(&ALLOW, &["--input", r#"{"n":1}"#]));
    assert_eq!(summary["status"], "SUCCEEDED", "{summary}");
    assert_eq!(summary["output"], json!({"n": 5}));
    let calls = summary["calls"].as_array().unwrap();
    assert_eq!(calls[0]["start"], "cold");
    assert!(calls[0]["init_ms"].as_i64().unwrap() > 0);
    assert_eq!(calls[1]["start"], "warm");
    assert_eq!(calls[0]["log"], "was 1\nid 36\n");
    assert_eq!(calls[1]["log"], "was 3\nid 36\n");
}

#[test]
fn a_handler_of_python_answers_and_throws() {
    if !has("python3") {
        return;
    }
    let companion = json!({"backends": {"functions": {"pay": {"handler": "app.handler", "folder": "pay", "runtime": "python3.12"}}}});
    let place = Place::new(&functions(&["pay"]), &companion);
    place.write(
        "pay/app.py",
        "class Declined(Exception):\n    pass\n\ndef handler(event, context):\n    print('paying', event['amount'])\n    \
         if event['amount'] > 10:\n        raise Declined('too much')\n    return {'paid': event['amount']}\n",
    );
    let paid = place.run(&with(&ALLOW, &["--input", r#"{"amount":3}"#]));
    assert_eq!(paid["output"], json!({"paid": 3}), "{paid}");
    let declined = place.run(&with(&ALLOW, &["--input", r#"{"amount":30}"#]));
    assert_eq!(declined["error"], "Declined");
    let cause: Value = serde_json::from_str(declined["cause"].as_str().unwrap()).unwrap();
    assert_eq!(cause["errorMessage"], "too much");
    assert_eq!(cause["errorType"], "Declined");
    assert_eq!(declined["calls"][0]["log"], "paying 30\n");
}

#[test]
fn crash_hang_and_garbage_are_faults_that_name_the_function() {
    let companion = json!({"backends": {"functions": {
        "crash": {"command": ["sh", "-c", "echo going >&2; exit 7"]},
        "hang": {"command": ["sleep", "60"], "timeout": 1},
        "silent": {"command": ["true"]},
        "garbage": {"command": ["sh", "-c", "echo '<html>' >&3"]},
        "gone": {"command": ["no-such-program-anywhere"]},
        "file": {"command": ["sh", "-c", "cat > \"$STEPWRIGHT_RESULT_FILE\""]},
        "ruby": {"handler": "a.b", "runtime": "ruby3.3"}
    }}});
    let failing = [
        ("crash", "Runtime.ExitError", "exit status: 7"),
        ("hang", "Sandbox.Timedout", "timed out after 1.00 seconds"),
        (
            "silent",
            "Runtime.MalformedHandlerResponse",
            "no result came",
        ),
        ("garbage", "Runtime.MalformedHandlerResponse", "is not JSON"),
        ("gone", "Runtime.InvalidEntrypoint", "not on this machine"),
        ("ruby", "Runtime.InvalidRuntime", "ruby3.3"),
    ];
    for (name, error, words) in failing {
        let place = Place::new(&functions(&[name]), &companion);
        let summary = place.run(&ALLOW);
        assert_eq!(summary["error"], error, "{name}: {summary}");
        let cause = summary["cause"].as_str().unwrap();
        assert!(cause.contains(words), "{name}: {cause}");
        assert!(
            cause.contains(&format!("function {name}")),
            "{name}: {cause}"
        );
    }
    let place = Place::new(&functions(&["file"]), &companion);
    let summary = place.run(&with(&ALLOW, &["--input", r#"{"a":[1]}"#]));
    assert_eq!(summary["output"], json!({"a": [1]}), "{summary}");
}

#[test]
fn a_worker_that_dies_or_hangs_is_replaced() {
    if !has("node") {
        return;
    }
    let mut definition = functions(&["odd"]);
    definition["States"]["Call odd 0"]["Retry"] = json!([{"ErrorEquals": ["Runtime.ExitError", "Sandbox.Timedout"], "IntervalSeconds": 1, "MaxAttempts": 3}]);
    let companion = json!({"backends": {"functions": {"odd": {"handler": "index.handler", "folder": "odd", "timeout": 1}}}});
    let place = Place::new(&definition, &companion);
    place.write(
        "odd/index.mjs",
        "import fs from 'node:fs';\nexport const handler = async () => {\n\
         const n = fs.existsSync('n') ? Number(fs.readFileSync('n')) : 0;\nfs.writeFileSync('n', String(n + 1));\n\
         console.log('try', n);\nif (n === 0) process.exit(3);\nif (n === 1) await new Promise((done) => setTimeout(done, 30000));\n\
         return 'third';\n};\n",
    );
    let summary = place.run(&ALLOW);
    assert_eq!(summary["output"], "third", "{summary}");
    let calls = summary["calls"].as_array().unwrap();
    let told: Vec<(&str, &str)> = calls
        .iter()
        .map(|call| {
            (
                call["start"].as_str().unwrap(),
                call["log"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("cold", "try 0\n"),
            ("cold", "try 1\n"),
            ("cold", "try 2\n")
        ]
    );
}

#[test]
fn mocks_that_are_named_answer_first_and_falling_back_is_said() {
    let companion = json!({
        "backends": {"states": {"Call f 0": ["mock", "local"]}, "functions": {"f": {"command": ["sh", "-c", "echo '\"real\"' >&3"]}}}
    });
    let place = Place::new(&functions(&["f"]), &companion);
    place.write(
        "mocks.json",
        r#"{"Call f 0": [{"return": {"Payload": "mock"}}]}"#,
    );
    let mocked = place.run(&["--mocks", "mocks.json", "--allow", "command"]);
    assert_eq!(mocked["output"], "mock");
    assert!(mocked.get("calls").is_none());
    let real = place.run(&["--allow", "command"]);
    assert_eq!(real["output"], "real");
    assert_eq!(real["calls"][0]["instead"], "there is no mock for it");
}

/// Answers every request with what a function makes of it; keeps what was asked.
fn server(
    answer: impl Fn(&str) -> (u16, &'static str, String) + Send + 'static,
) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut buffer = [0_u8; 4096];
            loop {
                let count = stream.read(&mut buffer).unwrap_or(0);
                request.extend_from_slice(&buffer[..count]);
                let text = String::from_utf8_lossy(&request).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else {
                    if count == 0 {
                        break;
                    }
                    continue;
                };
                let length = head.lines().find_map(|line| {
                    let (name, value) = line.split_once(':')?;
                    name.eq_ignore_ascii_case("content-length")
                        .then(|| value.trim().parse::<usize>().unwrap())
                });
                if body.len() < length.unwrap_or(0) && count > 0 {
                    continue;
                }
                let (status, headers, body) = answer(&text);
                heard.lock().unwrap().push(text);
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                break;
            }
        }
    });
    (url, asked)
}

#[test]
fn a_lambda_endpoint_is_called_and_its_refusals_keep_their_names() {
    let (url, asked) = server(|request| {
        let line = request.lines().next().unwrap().to_owned();
        match line.split('/').nth(3).unwrap() {
            "good" => (200, "", "{\"ok\":true}".to_owned()),
            "bad" => (
                200,
                "x-amz-function-error: Unhandled\r\n",
                r#"{"errorMessage":"no","errorType":"Declined"}"#.to_owned(),
            ),
            "busy" => (
                429,
                "",
                r#"{"Reason":"CallerRateLimitExceeded","message":"Rate Exceeded."}"#.to_owned(),
            ),
            _ => (
                404,
                "x-amzn-errortype: ResourceNotFoundException\r\n",
                "{}".to_owned(),
            ),
        }
    });
    let companion =
        json!({"backends": {"default": "local", "functions": {"*": {"endpoint": url}}}});
    let run = |name: &str| {
        Place::new(&functions(&[name]), &companion).run(&[
            "--allow",
            "lambda",
            "--input",
            r#"{"a":1}"#,
        ])
    };
    assert_eq!(run("good")["output"], json!({"ok": true}));
    {
        let asked = asked.lock().unwrap();
        assert!(
            asked[0].starts_with("POST /2015-03-31/functions/good/invocations"),
            "{}",
            asked[0]
        );
        assert!(asked[0].ends_with(r#"{"a":1}"#));
    }
    assert_eq!(run("bad")["error"], "Declined");
    assert_eq!(run("busy")["error"], "Lambda.TooManyRequestsException");
    assert_eq!(run("none")["error"], "Lambda.ResourceNotFoundException");
    let companion = json!({"backends": {"default": "local", "functions": {"f": {"endpoint": "http://127.0.0.1:9"}}}});
    let summary = Place::new(&functions(&["f"]), &companion).run(&["--allow", "lambda"]);
    assert_eq!(summary["error"], "Lambda.SdkClientException");
}

fn http_task(url: &str) -> Value {
    json!({"StartAt": "Ask", "States": {"Ask": {
        "Type": "Task",
        "Resource": "arn:aws:states:::http:invoke",
        "Parameters": {
            "ApiEndpoint": url,
            "Method": "POST",
            "InvocationConfig": {"ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/shop/1234"},
            "QueryParameters": {"q": "a b"},
            "RequestBody": {"item": 1}
        },
        "End": true
    }}})
}

#[test]
fn http_tasks_are_authorized_by_the_file_of_connections_and_tell_no_secret() {
    let (url, asked) = server(|request| {
        if request.starts_with("POST /token") {
            let body = r#"{"access_token":"TOKEN-OF-OAUTH","expires_in":3600}"#;
            return (200, "content-type: application/json\r\n", body.to_owned());
        }
        match request.contains("/fails") {
            true => (503, "", "out: PLANTED-PASSWORD".to_owned()),
            false => (
                200,
                "content-type: application/json\r\n",
                r#"{"echo":"PLANTED-PASSWORD"}"#.to_owned(),
            ),
        }
    });
    let connections = [
        json!({"type": "BASIC", "username": "me", "password": "PLANTED-PASSWORD"}),
        json!({"type": "API_KEY", "name": "x-key", "value": "PLANTED-PASSWORD"}),
        json!({"type": "OAUTH", "clientId": "me", "clientSecret": "PLANTED-PASSWORD", "endpoint": format!("{url}/token")}),
    ];
    let wanted = [
        "authorization: Basic bWU6UExBTlRFRC1QQVNTV09SRA==",
        "x-key: PLANTED-PASSWORD",
        "authorization: Bearer TOKEN-OF-OAUTH",
    ];
    let companion = json!({"backends": {"default": "local", "connections": "connections.json"}});
    for (connection, wanted) in connections.iter().zip(wanted) {
        let place = Place::new(&http_task(&format!("{url}/orders")), &companion);
        let file = json!({"connections": {"shop": connection}});
        place.write("connections.json", &file.to_string());
        let summary = place.run(&["--allow", "http"]);
        assert_eq!(summary["output"]["StatusCode"], 200, "{summary}");
        assert_eq!(summary["output"]["ResponseBody"], json!({"echo": "••••"}));
        let request = asked.lock().unwrap().last().unwrap().clone();
        assert!(
            request.starts_with("POST /orders?q=a+b HTTP/1.1"),
            "{request}"
        );
        assert!(request.contains(wanted), "{request}");
        for format in ["text", "json", "history"] {
            let output = place.stepwright(&[
                "run",
                "flow.asl.json",
                "--allow",
                "http",
                "--format",
                format,
            ]);
            let all = [output.stdout, output.stderr].concat();
            let all = String::from_utf8_lossy(&all);
            assert!(
                !all.contains("PLANTED-PASSWORD") && !all.contains("TOKEN-OF-OAUTH"),
                "{all}"
            );
        }
    }
    // Nothing that lies about afterwards holds a secret, the file of connections apart.
    let place = Place::new(
        &http_task(&format!("{url}/orders")),
        &companion_with_scenario(&companion),
    );
    let file = json!({"connections": {"shop": connections[2]}});
    place.write("connections.json", &file.to_string());
    let here = place.path().to_str().unwrap().to_owned();
    assert!(
        place
            .stepwright(&["consent", "give", &here, "http"])
            .status
            .success()
    );
    for format in ["text", "json", "junit"] {
        let output = place.stepwright(&["test", "flow.asl.json", "--format", format]);
        let report = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{report}");
        assert!(
            !report.contains("PLANTED") && !report.contains("TOKEN-OF"),
            "{report}"
        );
    }
    for path in files_below(place.path()) {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let may = path.ends_with("connections.json");
        assert!(
            may || !text.contains("PLANTED") && !text.contains("TOKEN-OF"),
            "{}",
            path.display()
        );
    }
    let place = Place::new(&http_task(&format!("{url}/fails")), &companion);
    let file = json!({"connections": {"shop": connections[0]}});
    place.write("connections.json", &file.to_string());
    let summary = place.run(&["--allow", "http"]);
    assert_eq!(summary["error"], "States.Http.StatusCode.503");
    assert_eq!(summary["cause"], "out: ••••");
    let place = Place::new(&http_task(&url), &companion);
    assert_eq!(place.run(&["--allow", "http"])["error"], "States.Runtime");
}

fn companion_with_scenario(companion: &Value) -> Value {
    let mut companion = companion.clone();
    companion["scenarios"] =
        json!([{"name": "asked", "input": {}, "expect": {"status": "SUCCEEDED"}}]);
    companion
}

fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(files_below(&path)),
            false => files.push(path),
        }
    }
    files
}

#[test]
fn credentials_in_the_environment_are_taken_out_of_logs() {
    let companion = json!({"backends": {"functions": {"f": {"command": ["sh", "-c", "echo $AWS_SECRET_ACCESS_KEY; echo 1 >&3"]}}}});
    let place = Place::new(&functions(&["f"]), &companion);
    let summary = place.run(&ALLOW);
    assert_eq!(summary["calls"][0]["log"], "••••\n");
    let output = place.stepwright(&with(&["run", "flow.asl.json"], &ALLOW));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("cold start") && !text.contains("PLANTED"),
        "{text}"
    );
}

#[test]
fn a_timeout_of_the_state_ends_a_call_that_is_out() {
    let mut definition = functions(&["slow"]);
    definition["States"]["Call slow 0"]["TimeoutSeconds"] = json!(1);
    let companion = json!({"backends": {"functions": {"slow": {"command": ["sleep", "30"]}}}});
    let place = Place::new(&definition, &companion);
    let began = std::time::Instant::now();
    let summary = place.run(&ALLOW);
    assert_eq!(summary["error"], "States.Timeout", "{summary}");
    assert!(began.elapsed().as_secs() < 10);
}
