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
        ("crash", "Runtime.ExitError", "exit status 7"),
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
fn a_program_that_hangs_ends_with_what_it_has_started() {
    let program = "sleep 300 & echo $! > started; wait";
    let companion = json!({"backends": {"functions": {"hang": {"command": ["sh", "-c", program], "timeout": 1}}}});
    let place = Place::new(&functions(&["hang"]), &companion);
    let summary = place.run(&ALLOW);
    assert_eq!(summary["error"], "Sandbox.Timedout", "{summary}");
    let started = std::fs::read_to_string(place.folder.path().join("started")).unwrap();
    let told = std::fs::read_to_string(format!("/proc/{}/stat", started.trim()));
    // Who has ended and was not asked after yet is a zombie.
    let ended = told.as_ref().map_or(true, |told| told.contains(") Z "));
    assert!(ended, "{told:?}");
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

#[test]
fn a_mock_that_answers_in_the_place_of_another_backend_is_said() {
    let companion = json!({"backends": {"default": ["local", "mock"], "functions": {"f": {"command": ["sh", "-c", "echo 1 >&3"]}}}});
    let place = Place::new(&functions(&["f"]), &companion);
    place.write(
        "mocks.json",
        r#"{"Call f 0": [{"return": {"Payload": "mock"}}]}"#,
    );
    let run = |allow: &str| {
        place.stepwright(&[
            "run",
            "flow.asl.json",
            "--mocks",
            "mocks.json",
            "--allow",
            allow,
        ])
    };
    let said = String::from_utf8_lossy(&run("aws").stderr).into_owned();
    let words = "note: Its mock answers \"Call f 0\": it would call the function f";
    assert!(said.contains(words), "{said}");
    let said = String::from_utf8_lossy(&run("command").stderr).into_owned();
    assert!(!said.contains("Its mock answers"), "{said}");
}

#[test]
fn what_is_said_of_a_state_counts_before_what_is_said_of_all_of_them() {
    let companion = json!({"backends": {"default": "mock", "functions": {"f": {"command": ["sh", "-c", "echo 1 >&3"]}}}});
    let place = Place::new(&functions(&["f"]), &companion);
    place.write(
        "stepwright.backends.json",
        r#"{"states": {"Call f 0": "local"}}"#,
    );
    assert_eq!(place.run(&["--allow", "command"])["output"], 1);
}

#[test]
fn a_companion_that_cannot_be_read_is_named() {
    let place = Place::new(&functions(&["f"]), &json!({}));
    place.write("flow.stepwright.json", "{oops");
    let output = place.stepwright(&["run", "flow.asl.json"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("note: flow.stepwright.json:1:2: Line 1"),
        "{said}"
    );
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
    let summary = place.run(&["--allow", "http"]);
    assert_eq!(
        summary["error"],
        "Events.ConnectionResource.ResourceNotFound"
    );
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
fn credentials_in_the_environment_are_taken_out_of_what_functions_say() {
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
    let told = "echo \"{\\\"key\\\": \\\"$AWS_SECRET_ACCESS_KEY\\\"}\" >&3";
    let companion = json!({"backends": {"functions": {"f": {"command": ["sh", "-c", told]}}}});
    let summary = Place::new(&functions(&["f"]), &companion).run(&ALLOW);
    assert_eq!(summary["output"], json!({"key": "••••"}));
    if has("node") {
        let companion =
            json!({"backends": {"functions": {"f": {"handler": "index.handler", "folder": "f"}}}});
        let place = Place::new(&functions(&["f"]), &companion);
        place.write(
            "f/index.js",
            "exports.handler = async () => { throw new Error(process.env.AWS_SECRET_ACCESS_KEY); };",
        );
        let summary = place.run(&ALLOW);
        let cause = summary["cause"].as_str().unwrap();
        assert!(
            cause.contains("••••") && !cause.contains("PLANTED"),
            "{cause}"
        );
    }
}

#[test]
fn a_timeout_of_the_state_does_not_wait_for_a_call_that_is_out() {
    let mut definition = functions(&["slow"]);
    definition["States"]["Call slow 0"]["TimeoutSeconds"] = json!(1);
    let companion = json!({"backends": {"functions": {"slow": {"command": ["sleep", "30"]}}}});
    let place = Place::new(&definition, &companion);
    let began = std::time::Instant::now();
    let output = place.stepwright(&with(&["run", "flow.asl.json"], &ALLOW));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(began.elapsed().as_secs() < 20);
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("States.Timeout"),
        "{output:?}"
    );
    // The function would have gone on for long, and the person hears that it did not.
    assert!(
        said.contains("function slow") && said.contains("was ended"),
        "{said}"
    );
}

#[test]
fn a_function_that_nobody_waits_for_any_more_goes_on_to_its_end() {
    let work = "import json, os, sys, time; time.sleep(0.8); open('done', 'w').close(); print('finished'); \
                json.dump({}, os.fdopen(3, 'w'))";
    let companion = json!({"backends": {"default": "local", "functions": {
        "fails": {"command": ["sh", "-c", "exit 3"]},
        "works": {"command": ["python3", "-c", work]},
        "after": {"command": ["sh", "-c", "echo '{}' >&3"]}
    }}});
    let branch = |name: &str| {
        let mut branch = functions(&[name]);
        branch["States"][format!("Call {name} 0")]["Retry"] = json!([]);
        branch
    };
    let mut flow = functions(&["after"]);
    flow["StartAt"] = json!("Both");
    flow["States"]["Both"] = json!({
        "Type": "Parallel",
        "Branches": [branch("works"), branch("fails")],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Call after 0"}],
        "End": true
    });
    let place = Place::new(&flow, &companion);
    let summary = place.run(&ALLOW);
    assert_eq!(summary["status"], "SUCCEEDED", "{summary}");
    // What it did is done, and its record has all of it.
    assert!(place.path().join("done").exists(), "{summary}");
    let calls = summary["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 3, "{summary}");
    let works = calls
        .iter()
        .find(|call| call["target"].as_str().unwrap().contains("function works"))
        .unwrap();
    assert_eq!(works["log"], "finished\n", "{works}");
    assert!(works["took_ms"].as_f64().unwrap() >= 800.0, "{works}");
}

fn failing(file: &str, handler: &str, text: &str) -> (String, String) {
    let companion = json!({"backends": {"functions": {"f": {"handler": handler, "folder": "f"}}}});
    let place = Place::new(&functions(&["f"]), &companion);
    place.write(&format!("f/{file}"), text);
    let summary = place.run(&ALLOW);
    let cause = summary["cause"]
        .as_str()
        .unwrap_or_else(|| panic!("{text}: {summary}"));
    let cause: Value = serde_json::from_str(cause).unwrap();
    let error = summary["error"].as_str().unwrap().to_owned();
    assert_eq!(cause["errorType"], error.as_str(), "{summary}");
    (error, cause["errorMessage"].as_str().unwrap().to_owned())
}

#[test]
fn what_handlers_of_node_throw_has_the_names_that_lambda_gives() {
    if !has("node") {
        return;
    }
    for (text, error, words) in [
        (
            "exports.handler = async () => { throw { code: 7 }; };",
            "object",
            "[object Object]",
        ),
        (
            "exports.handler = async () => { throw 'no'; };",
            "string",
            "no",
        ),
        (
            "class E extends Error { get name() { return 'Declined'; } }\nexports.handler = async () => { throw new E('no'); };",
            "Declined",
            "no",
        ),
        (
            "exports.handler = (event, context, done) => done('no');",
            "string",
            "no",
        ),
        (
            "exports.handler = async () => 10n;",
            "Error",
            "Unable to stringify response body",
        ),
        (
            "exports.handler = () => new Promise(() => setTimeout(() => { throw new TypeError('late'); }, 5));",
            "TypeError",
            "late",
        ),
        (
            "exports.handler = async () => { Promise.reject(new Error('lost')); await new Promise((done) => setTimeout(done, 500)); };",
            "Runtime.UnhandledPromiseRejection",
            "Error: lost",
        ),
        (
            "throw new RangeError('at import');",
            "RangeError",
            "at import",
        ),
        (
            "require('nowhere');",
            "Runtime.ImportModuleError",
            "Cannot find module 'nowhere'",
        ),
        (
            "exports.handler = async () => {",
            "Runtime.UserCodeSyntaxError",
            "SyntaxError",
        ),
        (
            "exports.handler = 7;",
            "Runtime.HandlerNotFound",
            "is not a function",
        ),
    ] {
        let (kind, message) = failing("index.js", "index.handler", text);
        assert_eq!(kind, error, "{text}: {message}");
        assert!(message.contains(words), "{text}: {message}");
    }
    let (kind, _) = failing(
        "index.js",
        "../f/index.handler",
        "exports.handler = async () => 1;",
    );
    assert_eq!(kind, "Runtime.MalformedHandlerName");
}

#[test]
fn what_handlers_of_python_raise_has_the_names_that_lambda_gives() {
    if !has("python3") {
        return;
    }
    for (text, error, words) in [
        ("import os\nos.environ['NOWHERE']", "KeyError", "'NOWHERE'"),
        (
            "import nowhere",
            "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'nowhere'",
        ),
        (
            "def handler(",
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module 'app'",
        ),
        (
            "def handler(e, c):\n    return {1}",
            "Runtime.MarshalError",
            "Unable to marshal response: Object of type set",
        ),
        (
            "def handler(e, c):\n    return float('nan')",
            "Runtime.MarshalError",
            "Unable to marshal response",
        ),
        (
            "import sys\ndef handler(e, c):\n    sys.exit(4)",
            "Runtime.ExitError",
            "Runtime exited with error: exit status 4",
        ),
        ("def handler(e, c):\n    return input()", "EOFError", ""),
    ] {
        let (kind, message) = failing("app.py", "app.handler", text);
        assert_eq!(kind, error, "{text}: {message}");
        assert!(message.contains(words), "{text}: {message}");
    }
}

/// What a function returns that is called twice, and the logs of the calls.
fn twice(file: &str, function: Value, text: &str) -> (Value, Vec<(String, String)>) {
    let companion = json!({"backends": {"functions": {"f": function}}});
    let place = Place::new(&functions(&["f", "f"]), &companion);
    place.write(&format!("f/{file}"), text);
    let summary = place.run(&ALLOW);
    assert_eq!(summary["status"], "SUCCEEDED", "{text}: {summary}");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let calls = summary["calls"].as_array().unwrap().iter();
    let calls = calls.map(|call| (text(&call["start"]), text(&call["log"])));
    (summary["output"].clone(), calls.collect())
}

#[test]
fn handlers_of_node_end_as_they_do_in_lambda() {
    if !has("node") {
        return;
    }
    let handler = json!({"handler": "index.handler", "folder": "f"});
    let of = |runtime: &str| json!({"handler": "index.handler", "folder": "f", "runtime": runtime});
    let late = "setTimeout(() => console.log('late'), 100);";
    // Who calls back is waited for until nothing is left to do; what a promise leaves behind stands still until the next call.
    let (output, calls) = twice(
        "index.js",
        handler.clone(),
        &format!("exports.handler = (event, context, done) => {{ {late} done(null, 'back'); }};"),
    );
    assert_eq!(output, "back");
    assert_eq!(calls[0].1, "late\n");
    let (_, calls) = twice(
        "index.js",
        handler.clone(),
        &format!("exports.handler = async () => {{ {late} return 1; }};"),
    );
    assert_eq!(calls[0].1, "");
    // What neither promises anything nor calls back has no result; from nodejs24.x on what is returned counts.
    let sync = "exports.handler = (event) => 'sync';";
    assert_eq!(twice("index.js", of("nodejs22.x"), sync).0, Value::Null);
    assert_eq!(twice("index.js", of("nodejs24.x"), sync).0, "sync");
    assert_eq!(twice("index.js", handler.clone(), sync).0, "sync");
    let pending = "exports.handler = () => new Promise(() => {});";
    assert_eq!(twice("index.js", handler.clone(), pending).0, Value::Null);
    // A rejection that nobody handles ends the process after the answer: the next start is a cold one.
    let (output, calls) = twice(
        "index.js",
        handler.clone(),
        "exports.handler = async () => { Promise.reject(new Error('lost')); return 'answer'; };",
    );
    assert_eq!(output, "answer");
    assert_eq!((calls[0].0.as_str(), calls[1].0.as_str()), ("cold", "cold"));
    assert!(calls[0].1.contains("Error: lost"), "{}", calls[0].1);
    // A member of an export, in a folder of the folder.
    let nested = json!({"handler": "src/app.orders.create", "folder": "f"});
    let (output, _) = twice(
        "src/app.js",
        nested,
        "exports.orders = { create: async (event, context) => context.memoryLimitInMB };",
    );
    assert_eq!(output, "128");
}

#[test]
fn handlers_of_python_may_return_decimals_and_their_logs_outlive_them() {
    if !has("python3") {
        return;
    }
    let (output, calls) = twice(
        "app.py",
        json!({"handler": "app.handler", "folder": "f"}),
        "import logging\nfrom decimal import Decimal\nlogger = logging.getLogger()\nlogger.setLevel(logging.INFO)\n\
         def handler(event, context):\n    logger.info('told')\n    return {'a': Decimal('1.10'), 'b': Decimal('3')}\n",
    );
    assert_eq!(output, json!({"a": 1.1, "b": 3}));
    assert_eq!(calls[1].1, "[INFO]\ttold\n");
    let companion = json!({"backends": {"functions": {"f": {"handler": "app.handler", "folder": "f", "timeout": 1}}}});
    let place = Place::new(&functions(&["f"]), &companion);
    place.write(
        "f/app.py",
        "def handler(event, context):\n    print('round')\n    while True: pass\n",
    );
    let summary = place.run(&ALLOW);
    assert_eq!(summary["error"], "Sandbox.Timedout", "{summary}");
    assert_eq!(summary["calls"][0]["log"], "round\n");
}

#[test]
fn a_result_may_not_be_larger_than_lambda_has_it() {
    let writing = |bytes: usize| {
        format!("printf '\"' >&3; head -c {bytes} /dev/zero | tr '\\0' x >&3; printf '\"' >&3")
    };
    let companion = json!({"backends": {"functions": {
        "large": {"command": ["sh", "-c", writing(7_000_000)], "timeout": 20},
        "filed": {"command": ["sh", "-c", "head -c 7000000 /dev/zero | tr '\\0' 1 > $STEPWRIGHT_RESULT_FILE"], "timeout": 20},
    }}});
    for name in ["large", "filed"] {
        let began = std::time::Instant::now();
        let summary = Place::new(&functions(&[name]), &companion).run(&ALLOW);
        assert_eq!(
            summary["error"], "Function.ResponseSizeTooLarge",
            "{name}: {summary}"
        );
        assert!(began.elapsed().as_secs() < 10, "{name}");
    }
}

#[test]
fn what_a_program_leaves_running_does_not_hold_its_answer_back() {
    let companion = json!({"backends": {"functions": {"f": {"command": ["sh", "-c", "sleep 5 & echo 1 >&3"]}}}});
    let place = Place::new(&functions(&["f"]), &companion);
    let began = std::time::Instant::now();
    let summary = place.run(&ALLOW);
    assert_eq!(summary["output"], 1, "{summary}");
    assert!(began.elapsed().as_millis() < 4_000);
}

#[test]
fn a_call_that_lambda_would_not_take_is_refused() {
    let definition = json!({"StartAt": "A", "States": {"A": {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:lambda:invoke",
        "Parameters": {"FunctionName": "f", "Payload": "no JSON"},
        "End": true
    }}});
    let companion =
        json!({"backends": {"functions": {"f": {"command": ["sh", "-c", "echo 1 >&3"]}}}});
    let summary = Place::new(&definition, &companion).run(&ALLOW);
    assert_eq!(
        summary["error"], "Lambda.InvalidRequestContentException",
        "{summary}"
    );
    let mut misspelt = functions(&["f"]);
    misspelt["States"]["Call f 0"]["Parameters"]["Qualifer"] = json!("3");
    let summary = Place::new(&misspelt, &companion).run(&ALLOW);
    assert_eq!(summary["error"], "States.Runtime", "{summary}");
    let cause = summary["cause"].as_str().unwrap();
    let words = "The field \"Qualifer\" is not supported by Step Functions";
    assert!(cause.contains(words), "{cause}");
}

#[test]
fn what_a_lambda_endpoint_tells_of_a_call_reaches_the_state() {
    let (url, _) = server(|_| {
        let headers = "x-amz-executed-version: 7\r\nx-amzn-requestid: request-1\r\n";
        (200, headers, "{}".to_owned())
    });
    let mut definition = functions(&["f"]);
    definition["States"]["Call f 0"]["OutputPath"] = json!("$");
    let companion =
        json!({"backends": {"default": "local", "functions": {"f": {"endpoint": url}}}});
    let summary = Place::new(&definition, &companion).run(&["--allow", "lambda"]);
    let output = &summary["output"];
    assert_eq!(output["ExecutedVersion"], "7", "{summary}");
    assert_eq!(output["SdkResponseMetadata"]["RequestId"], "request-1");
    assert_eq!(
        output["SdkHttpMetadata"]["HttpHeaders"]["X-Amz-Executed-Version"],
        "7"
    );
}

#[test]
fn an_api_that_gives_a_request_back_tells_no_secret() {
    let (url, _) = server(|request| {
        if request.starts_with("POST /token") {
            let body = r#"{"access_token":"PLANTED-TOKEN","expires_in":3600}"#;
            return (200, "content-type: application/json\r\n", body.to_owned());
        }
        let status = if request.contains("/fails") { 400 } else { 200 };
        let headers = match request.contains("x-key") {
            true => "content-type: application/json\r\nx-echo: PLANTED-KEY \"1\"\r\n",
            false => "content-type: application/json\r\n",
        };
        (status, headers, json!({"request": request}).to_string())
    });
    let connections = [
        json!({"type": "BASIC", "username": "me", "password": "PLANTED-PASSWORD"}),
        json!({"type": "API_KEY", "name": "x-key", "value": "PLANTED-KEY \"1\""}),
        json!({"type": "OAUTH", "clientId": "me", "clientSecret": "PLANTED-SECRET", "endpoint": format!("{url}/token")}),
        json!({"type": "NONE", "query": {"q": "PLANTED &/é"}, "body": {"b": "PLANTED \"é"}}),
    ];
    let companion = json!({"backends": {"default": "local", "connections": "connections.json"}});
    for (connection, path) in connections
        .iter()
        .flat_map(|one| [(one, "/orders"), (one, "/fails")])
    {
        let place = Place::new(&http_task(&format!("{url}{path}")), &companion);
        let file = json!({"connections": {"shop": connection}});
        place.write("connections.json", &file.to_string());
        for format in ["json", "history"] {
            let output = place.stepwright(&[
                "run",
                "flow.asl.json",
                "--allow",
                "http",
                "--format",
                format,
            ]);
            let all = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(all.contains("••••"), "{all}");
            assert!(
                !all.contains("PLANTED") && !all.contains("bWU6UExBTlRFRC1QQVNTV09SRA"),
                "{all}"
            );
        }
    }
}

#[test]
fn a_connection_that_authorizes_nothing_fails_with_the_errors_of_connections() {
    let (url, _) = server(|request| {
        let status = if request.starts_with("POST /token") {
            401
        } else {
            200
        };
        (
            status,
            "content-type: application/json\r\n",
            "{}".to_owned(),
        )
    });
    let companion = json!({"backends": {"default": "local", "connections": "connections.json"}});
    let oauth = json!({"type": "OAUTH", "clientId": "me", "clientSecret": "s", "endpoint": format!("{url}/token")});
    let file = |connection: Value| Some(json!({"connections": connection}).to_string());
    for (text, error) in [
        (None, "ResourceNotFound"),
        (file(json!({"other": {"type": "NONE"}})), "ResourceNotFound"),
        (Some("{".to_owned()), "InvalidConnectionState"),
        (
            file(json!({"shop": {"type": "BASIC"}})),
            "InvalidConnectionState",
        ),
        (file(json!({"shop": oauth})), "InvalidConnectionState"),
    ] {
        let mut definition = http_task(&format!("{url}/orders"));
        let error = format!("Events.ConnectionResource.{error}");
        definition["States"]["Ask"]["Catch"] =
            json!([{"ErrorEquals": [error], "ResultPath": "$.caught", "Next": "Caught"}]);
        definition["States"]["Caught"] = json!({"Type": "Succeed"});
        let place = Place::new(&definition, &companion);
        if let Some(text) = &text {
            place.write("connections.json", text);
        }
        let summary = place.run(&["--allow", "http"]);
        assert_eq!(
            summary["output"]["caught"]["Error"], error,
            "{text:?}: {summary}"
        );
    }
    // A folder is no file that could be read.
    let place = Place::new(&http_task(&format!("{url}/orders")), &companion);
    place.write("connections.json/inside", "");
    let summary = place.run(&["--allow", "http"]);
    assert_eq!(summary["error"], "Events.ConnectionResource.AccessDenied");
}

#[test]
fn answers_that_no_state_can_hold_fail_as_step_functions_has_it() {
    let (url, _) = server(|request| match request.split(' ').nth(1).unwrap() {
        path if path.starts_with("/large") => {
            (200, "content-type: text/plain\r\n", "x".repeat(300_000))
        }
        path if path.starts_with("/image") => (200, "content-type: image/png\r\n", "x".to_owned()),
        _ => (
            200,
            "content-type: application/octet-stream\r\n",
            "x".to_owned(),
        ),
    });
    let companion = json!({"backends": {"default": "local", "connections": "connections.json"}});
    for (path, error) in [
        ("/large", "States.DataLimitExceeded"),
        ("/image", "States.Runtime"),
        ("/bytes", "States.Runtime"),
    ] {
        let place = Place::new(&http_task(&format!("{url}{path}")), &companion);
        place.write(
            "connections.json",
            r#"{"connections": {"shop": {"type": "NONE"}}}"#,
        );
        let summary = place.run(&["--allow", "http"]);
        assert_eq!(summary["error"], error, "{path}: {summary}");
    }
}

#[test]
fn a_long_log_ends_with_its_call() {
    if !has("node") {
        return;
    }
    let text = "exports.handler = async () => { for (let i = 0; i < 20000; i++) console.log(`line ${i} of many, many lines`); return 1; };";
    let function = json!({"handler": "index.handler", "folder": "f", "timeout": 30});
    let (_, calls) = twice("index.js", function, text);
    for (_, log) in &calls {
        assert!(log.starts_with("line 0 of many, many lines\n"), "{log}");
        assert!(
            log.ends_with("… 543354 bytes more\n"),
            "{}",
            &log[log.len() - 80..]
        );
    }
    assert_eq!(calls[1].0, "warm");
}

#[test]
fn functions_of_a_template_find_around_them_what_it_says() {
    if !has("node") {
        return;
    }
    let place = Place::new(&json!({}), &json!({}));
    let template = json!({
        "Transform": "AWS::Serverless-2016-10-31",
        "Globals": {"Function": {"Runtime": "nodejs20.x", "MemorySize": 512, "Environment": {"Variables": {"SHARED": "of all"}}}},
        "Resources": {
            "Pay": {"Type": "AWS::Serverless::Function", "Properties": {
                "CodeUri": "src/pay/", "Handler": "app.handler", "Environment": {"Variables": {"OWN": "its own"}}
            }},
            "Flow": {"Type": "AWS::Serverless::StateMachine", "Properties": {"Definition": {"StartAt": "Pay", "States": {"Pay": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": {"Fn::GetAtt": ["Pay", "Arn"]}, "Qualifier": "3"},
                "OutputPath": "$.Payload",
                "End": true
            }}}}}
        }
    });
    place.write("template.json", &template.to_string());
    place.write(
        "src/pay/app.js",
        "exports.handler = async (event, context) => [process.env.SHARED, process.env.OWN, context.memoryLimitInMB, \
         process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE, context.functionName, context.invokedFunctionArn];",
    );
    let output = place.stepwright(&with(&["run", "template.json", "--format", "json"], &ALLOW));
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:Pay";
    assert_eq!(
        summary["output"],
        json!(["of all", "its own", "512", "512", "Pay", arn]),
        "{summary}"
    );
}

/// Starts a run, waits until its function has written the number of its process, and sends a signal.
#[cfg(unix)]
fn interrupted(place: &Place, arguments: &[&str], signals: &[&str]) -> (Output, bool) {
    let child = Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(arguments)
        .current_dir(place.path())
        .env("XDG_CONFIG_HOME", place.path().join("config"))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let started = place.path().join("started");
    let number = || {
        let text = std::fs::read_to_string(&started).unwrap_or_default();
        text.ends_with('\n').then(|| text.trim().to_owned())
    };
    let began = std::time::Instant::now();
    while number().is_none() {
        assert!(
            began.elapsed().as_secs() < 30,
            "the function has not started"
        );
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    for signal in signals {
        let id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, id.as_str()])
                .status()
                .unwrap()
                .success()
        );
        std::thread::sleep(std::time::Duration::from_millis(300));
    }
    let output = child.wait_with_output().unwrap();
    let told = std::fs::read_to_string(format!("/proc/{}/stat", number().unwrap()));
    // Who has ended and was not asked after yet is a zombie.
    let gone = told.as_ref().map_or(true, |told| told.contains(") Z "));
    std::fs::remove_file(&started).unwrap();
    (output, gone)
}

#[cfg(unix)]
#[test]
fn nothing_is_left_running_when_a_run_or_a_test_is_broken_off() {
    let program = "sleep 300 & echo $! > started; wait";
    let companion = json!({
        "backends": {"default": "local", "functions": {"hang": {"command": ["sh", "-c", program], "timeout": 200}}},
        "scenarios": [
            {"name": "one", "backends": {"default": "local"}},
            {"name": "two", "backends": {"default": "local"}}
        ]
    });
    let place = Place::new(&functions(&["hang"]), &companion);
    let run = [
        "run",
        "flow.asl.json",
        "--allow",
        "command",
        "--format",
        "json",
    ];
    // Asked to stop, the run ends as stopped, and the function gets its time to end; asked again it gets none.
    let (output, gone) = interrupted(&place, &run, &["-INT", "-INT"]);
    assert!(gone, "{output:?}");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["status"], "ABORTED", "{summary}");
    assert_eq!(summary["calls"].as_array().unwrap().len(), 1, "{summary}");
    assert_eq!(summary["calls"][0]["error"], "broken off", "{summary}");
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("was ended"),
        "{output:?}"
    );
    let (output, gone) = interrupted(&place, &run, &["-TERM"]);
    assert!(gone, "{output:?}");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let test = ["test", "flow.asl.json", "--allow", "command"];
    let (output, gone) = interrupted(&place, &test, &["-INT", "-INT"]);
    assert!(gone, "{output:?}");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("in the scenario one"), "{said}");
}

#[test]
fn handlers_that_close_their_outputs_answer_nevertheless() {
    for (program, file, text) in [
        (
            "node",
            "index.js",
            "exports.handler = async () => { require('fs').closeSync(1); return 'told'; };",
        ),
        (
            "python3",
            "index.py",
            "import sys\ndef handler(event, context):\n    sys.stdout.close()\n    sys.stderr = None\n    return 'told'\n",
        ),
    ] {
        if !has(program) {
            continue;
        }
        let function = json!({"handler": "index.handler", "folder": "f", "timeout": 20});
        let companion = json!({"backends": {"functions": {"f": function}}});
        let place = Place::new(&functions(&["f", "f"]), &companion);
        place.write(&format!("f/{file}"), text);
        let summary = place.run(&ALLOW);
        // What node has closed once cannot be closed again; in Python only the object is closed.
        let first = &summary["calls"][0];
        assert_eq!(first["error"], Value::Null, "{summary}");
        assert_eq!(first["log"], Value::Null, "{summary}");
    }
}

#[test]
fn credentials_that_a_function_is_given_are_seen_nowhere() {
    let told = "echo $AWS_SESSION_TOKEN; echo $AWS_SESSION_TOKEN >&2; echo \"\\\"$AWS_SESSION_TOKEN\\\"\" >&3";
    let function =
        json!({"command": ["sh", "-c", told], "env": {"AWS_SESSION_TOKEN": "PLANTED/TOKEN+1="}});
    let companion = json!({"backends": {"functions": {"f": function}}});
    let place = Place::new(&functions(&["f"]), &companion);
    for format in ["json", "text", "history"] {
        let output = place.stepwright(&with(&["run", "flow.asl.json", "--format", format], &ALLOW));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains("••••") && !text.contains("PLANTED"), "{text}");
    }
}

#[test]
fn what_is_misspelt_beside_a_definition_is_said_with_its_line() {
    let place = Place::new(&functions(&["f"]), &json!({}));
    place.write(
        "flow.stepwright.json",
        "{\"stepwright\": 1, \"backends\": {\n  \"default\": \"mock\",\n  \"states\": {\"Cal f 0\": \"local\"}},\n\
         \"scenarios\": [{\"name\": \"a\",\n  \"backends\": {\"states\": {\"Call g 0\": \"aws\"}}}]}",
    );
    place.write(
        "stepwright.backends.json",
        "{\n  \"default\": \"locl\",\n  \"states\": {\"Quuxly\": \"aws\", \"Other\": \"aws\"},\n\
         \"functions\": {\"f\": {\"memroy\": 128}}}",
    );
    let other = r#"{"StartAt":"Other","States":{"Other":{"Type":"Pass","End":true}}}"#;
    place.write("other.asl.json", other);
    let wanted = [
        "flow.stepwright.json:3:14: backends/states/Cal f 0 chooses for a state that is not there; did you mean Call f 0?",
        "flow.stepwright.json:5:27: scenarios/0/backends/states/Call g 0 chooses for a state that is not there; did you mean Call f 0?",
        "stepwright.backends.json:2:3: default has to be \"mock\", \"local\", \"aws\" or a list of them, not \"locl\"",
        "stepwright.backends.json:3:14: states/Quuxly chooses for a state that is not there",
        "stepwright.backends.json:4:21: functions/f/memroy is not known",
    ];
    let run = place.stepwright(&["run", "flow.asl.json"]);
    let served = place.stepwright(&["serve", "flow.asl.json", "--scenario", "none"]);
    let test = place.stepwright(&["test", "flow.asl.json"]);
    for output in [&run, &served, &test] {
        let said = String::from_utf8_lossy(&output.stderr);
        for wanted in wanted {
            assert!(said.contains(wanted), "{wanted}\n{said}");
        }
        assert!(!said.contains("Other"), "{said}");
    }
    let check = place.stepwright(&["check", "flow.asl.json", "--format", "json"]);
    let found: Value = serde_json::from_slice(&check.stdout).unwrap();
    let found: Vec<String> = found
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["file"] != "flow.asl.json")
        .map(|one| {
            assert_eq!(one["severity"], "warning", "{one}");
            let file = one["file"].as_str().unwrap().trim_start_matches("./");
            format!(
                "{file}:{}:{}: {}",
                one["line"],
                one["column"],
                one["message"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(found, wanted);
}

#[test]
fn the_states_of_workflows_that_are_started_may_be_chosen_for() {
    let definition = json!({"StartAt": "Out", "States": {"Out": {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:inner"},
        "End": true
    }}});
    let place = Place::new(
        &definition,
        &json!({"backends": {"states": {"In": "local", "On": "local"}}}),
    );
    let inner = r#"{"StartAt":"In","States":{"In":{"Type":"Pass","End":true}}}"#;
    place.write("inner.asl.json", inner);
    let said = place.stepwright(&["run", "flow.asl.json"]).stderr;
    let said = String::from_utf8_lossy(&said);
    assert!(
        said.contains("states/On") && !said.contains("states/In "),
        "{said}"
    );
}

#[test]
fn retries_are_told_with_their_waits() {
    let mut definition = functions(&["f"]);
    let retry = json!([{"ErrorEquals": ["Runtime.ExitError"], "IntervalSeconds": 5, "MaxAttempts": 2, "BackoffRate": 3.0}]);
    definition["States"]["Call f 0"]["Retry"] = retry;
    let companion = json!({"backends": {"functions": {"f": {"command": ["sh", "-c", "exit 3"]}}}});
    let place = Place::new(&definition, &companion);
    let output = place.stepwright(&with(&["run", "flow.asl.json"], &ALLOW));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("retry 1 after 5000 ms: Runtime.ExitError"),
        "{text}"
    );
    assert!(
        text.contains("retry 2 after 15000 ms: Runtime.ExitError"),
        "{text}"
    );
    assert!(
        text.contains("Call f 0, retry 2, called the function f"),
        "{text}"
    );
}

#[test]
fn a_program_may_fail_with_an_error_of_its_own_and_must_write_text() {
    let mut definition = functions(&["f"]);
    definition["States"]["Call f 0"]["Catch"] =
        json!([{"ErrorEquals": ["OutOfStock"], "Next": "None left"}]);
    definition["States"]["None left"] = json!({"Type": "Pass", "End": true});
    let thrown = r#"echo '{"errorType":"OutOfStock","errorMessage":"none left"}' >&3; exit 4"#;
    let companion = json!({"backends": {"functions": {"f": {"command": ["sh", "-c", thrown]}}}});
    let summary = Place::new(&definition, &companion).run(&ALLOW);
    assert_eq!(
        summary["path"],
        json!(["Call f 0", "None left"]),
        "{summary}"
    );
    assert_eq!(summary["calls"][0]["error"], "OutOfStock");
    let bytes = r#"printf '"\377"' >&3"#;
    let companion = json!({"backends": {"functions": {"f": {"command": ["sh", "-c", bytes]}}}});
    let summary = Place::new(&functions(&["f"]), &companion).run(&ALLOW);
    assert_eq!(
        summary["error"], "Runtime.MalformedHandlerResponse",
        "{summary}"
    );
    let cause = summary["cause"].as_str().unwrap();
    assert!(
        cause.contains("UTF-8") && cause.contains("function f"),
        "{cause}"
    );
}

#[test]
fn code_that_does_not_load_says_where_and_typescript_what_to_do() {
    if !has("node") {
        return;
    }
    let place = |file: &str, text: &str| {
        let function = json!({"handler": "index.handler", "folder": "f"});
        let companion = json!({"backends": {"functions": {"f": function}}});
        let place = Place::new(&functions(&["f"]), &companion);
        place.write(&format!("f/{file}"), text);
        place.run(&ALLOW)
    };
    let summary = place("index.js", "\n\nexports.handler = async ( => 1;\n");
    assert_eq!(summary["error"], "Runtime.UserCodeSyntaxError", "{summary}");
    let log = summary["calls"][0]["log"].as_str().unwrap();
    assert!(log.contains("index.js:3"), "{log}");
    let summary = place(
        "index.ts",
        "enum A { B }\nexport const handler = async (): Promise<A> => A.B;\n",
    );
    assert!(!summary["error"].is_null(), "{summary}");
    if summary["error"] == "Runtime.ImportModuleError" {
        let cause = summary["cause"].as_str().unwrap();
        assert!(
            cause.contains("index.ts") && cause.contains("build the function"),
            "{cause}"
        );
    }
}

#[test]
fn a_call_that_waits_for_its_turn_says_so() {
    let definition = json!({"StartAt": "All", "States": {"All": {
        "Type": "Map",
        "ItemProcessor": functions(&["f"]),
        "End": true
    }}});
    let companion = json!({"backends": {"functions": {"f": {"command": ["sh", "-c", "sleep 0.5; echo 1 >&3"]}}}});
    let place = Place::new(&definition, &companion);
    let input = json!(vec![0; 33]).to_string();
    let summary = place.run(&with(&["--input", &input], &ALLOW));
    assert_eq!(summary["status"], "SUCCEEDED", "{summary}");
    let calls = summary["calls"].as_array().unwrap();
    let waited = |call: &&Value| {
        call["log"]
            .as_str()
            .is_some_and(|log| log.contains("for its turn"))
    };
    assert_eq!(
        (calls.len(), calls.iter().filter(waited).count()),
        (33, 1),
        "{summary}"
    );
}

#[test]
fn a_run_that_catches_what_nobody_has_agreed_to_does_not_hide_it() {
    let mut definition = functions(&["f"]);
    definition["States"]["Call f 0"]["Catch"] =
        json!([{"ErrorEquals": ["States.ALL"], "ResultPath": "$.x", "Next": "After"}]);
    definition["States"]["After"] = json!({"Type": "Pass", "Result": 1, "End": true});
    let companion =
        json!({"backends": {"default": "local", "functions": {"f": {"command": ["true"]}}}});
    let place = Place::new(&definition, &companion);
    let output = place.stepwright(&["run", "flow.asl.json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("note: No answer is given") && said.contains("--allow command"),
        "{said}"
    );
}

#[test]
fn a_misspelt_machine_of_a_template_is_said_with_its_line() {
    let place = Place::new(&functions(&["f"]), &json!({}));
    place.write(
        "template.yaml",
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Orders:\n    Type: AWS::Serverless::StateMachine\n    \
         Properties: {DefinitionUri: flow.asl.json}\n",
    );
    place.write(
        "template.stepwright.json",
        "{\"machines\": {\n  \"Ordres\": {\"backends\": {\"default\": \"local\"}}}}",
    );
    let wanted = "template.stepwright.json:2:3: machines/Ordres is no state machine of template.yaml; did you mean Orders?";
    let run = place.stepwright(&["run", "template.yaml"]);
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert_eq!(said.matches(wanted).count(), 1, "{said}");
    let check = place.stepwright(&["check", "template.yaml"]);
    let said = String::from_utf8_lossy(&check.stdout).into_owned();
    let code = "warning COMPANION_UNKNOWN_NAME: machines/Ordres";
    assert_eq!(said.matches(code).count(), 1, "{said}");
}

#[test]
fn what_lies_beside_the_workflows_agrees_to_nothing() {
    let companion = json!({"backends": {"default": "local", "functions": {"f": {"command": ["touch", "ran"]}}}});
    let place = Place::new(&functions(&["f"]), &companion);
    let here = place.path().canonicalize().unwrap();
    let agreed = json!({"folders": {here.to_str().unwrap(): {"command": "2026-01-01T00:00:00Z"}}});
    place.write("stepwright/consents.json", &agreed.to_string());
    place.write(".config/stepwright/consents.json", &agreed.to_string());
    // Neither a relative folder of settings nor a home without a name is one.
    for (config, home) in [(".", "/nowhere"), ("", "")] {
        let output = Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .args(["run", "flow.asl.json"])
            .current_dir(place.path())
            .env("XDG_CONFIG_HOME", config)
            .env("HOME", home)
            .env_remove("APPDATA")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("nobody has agreed"), "{output:?}");
    }
    assert!(!place.path().join("ran").exists());
}

#[test]
fn an_event_is_accepted_at_once_and_its_function_goes_on() {
    let mut definition = functions(&["f", "g"]);
    for name in ["Call f 0", "Call g 1"] {
        definition["States"][name]["Parameters"]["InvocationType"] = json!("Event");
        definition["States"][name]
            .as_object_mut()
            .unwrap()
            .remove("OutputPath");
        definition["States"][name]["ResultSelector"] = json!({"code.$": "$.StatusCode"});
    }
    let companion = json!({"backends": {"functions": {
        "f": {"command": ["sh", "-c", "sleep 1.5; touch done; echo finished; echo 1 >&3"]},
        "g": {"command": ["sh", "-c", "exit 3"]}
    }}});
    let place = Place::new(&definition, &companion);
    let summary = place.run(&ALLOW);
    assert_eq!(summary["output"], json!({"code": 202}), "{summary}");
    assert!(
        summary["duration_ms"].as_i64().unwrap() < 1_200,
        "{summary}"
    );
    assert!(place.path().join("done").exists(), "{summary}");
    let calls = summary["calls"].as_array().unwrap();
    assert_eq!(calls[0]["log"], "finished\n", "{summary}");
    let log = calls[1]["log"].as_str().unwrap();
    assert!(log.contains("Runtime.ExitError"), "{summary}");
}
