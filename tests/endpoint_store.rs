//! What the Step Functions endpoint keeps: through a clean end, through kill -9, and under a thousand starts at once.

#[path = "common/server.rs"]
mod server;

use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;

use server::Server;
use server::ask;

const ROLE: &str = "arn:aws:iam::123456789012:role/any";

/// The largest memory so far, in kB.
fn memory(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id()));
    let status = status.unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    kilobytes.unwrap_or_default()
}

fn arn(name: &str) -> String {
    format!("arn:aws:states:us-east-1:123456789012:stateMachine:{name}")
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("work")).unwrap();
    write_work(folder.path(), "three tasks");
    std::fs::write(
        folder.path().join("mocks.json"),
        json!({"A": [{"return": {"a": 1}}], "B": [{"return": {"b": 2}}], "C": [{"return": {"c": 3}}]}).to_string(),
    )
    .unwrap();
    folder
}

/// A machine with a Wait of two seconds and three tasks.
fn write_work(folder: &Path, comment: &str) {
    let task = |next: Option<&str>| {
        let mut task = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "f", "Payload.$": "$"}});
        match next {
            Some(next) => task["Next"] = json!(next),
            None => task["End"] = json!(true),
        }
        task
    };
    let text = json!({"Comment": comment, "StartAt": "A", "States": {
        "A": task(Some("Pause")), "Pause": {"Type": "Wait", "Seconds": 2, "Next": "B"},
        "B": task(Some("C")), "C": task(None),
    }});
    std::fs::write(folder.join("work/busy.asl.json"), text.to_string()).unwrap();
}

fn at<'a>(store: &'a str, mocks: &'a str) -> Vec<&'a str> {
    // A quick machine starts more than are kept by default.
    let keep = ["--keep-executions", "1000000"];
    let mut more = vec!["--store", store, "--clock", "real", "--mocks", mocks];
    more.extend(keep);
    more
}

fn path(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}

#[test]
fn a_thousand_executions_at_once_are_all_there() {
    const COUNT: usize = 1_000;
    const CLIENTS: usize = 50;
    let folder = folder();
    let (store, mocks) = (path(&folder, "store.redb"), path(&folder, "mocks.json"));
    let server = Server::start(folder.path(), &at(&store, &mocks));
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (next, address) = (next.clone(), server.address.clone());
            std::thread::spawn(move || {
                let mut took = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= COUNT {
                        return took;
                    }
                    let since = Instant::now();
                    let body =
                        json!({"stateMachineArn": arn("busy"), "name": format!("n{number}")});
                    let answer = ask(&address, "StartExecution", &body).unwrap();
                    assert!(answer["executionArn"].is_string(), "{answer}");
                    took.push(since.elapsed());
                }
            })
        })
        .collect();
    let mut took: Vec<Duration> = clients
        .into_iter()
        .flat_map(|client| client.join().unwrap())
        .collect();
    let started = begun.elapsed();
    took.sort();
    let running = |status: &str| {
        let mut count = 0;
        let mut token = Value::Null;
        loop {
            let body = json!({"stateMachineArn": arn("busy"), "statusFilter": status, "maxResults": 1000,
                "nextToken": token});
            let page = server.ask("ListExecutions", &body);
            count += page["executions"].as_array().unwrap().len();
            token = page["nextToken"].clone();
            if token.is_null() {
                return count;
            }
        }
    };
    while running("SUCCEEDED") < COUNT && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(50));
    }
    let ended = begun.elapsed();
    println!(
        "{COUNT} executions from {CLIENTS} clients: started in {:.2} s (each p50 {:.1} ms, p95 {:.1} ms, max {:.1} ms), \
         all ended after {:.2} s, {} kB at most",
        started.as_secs_f64(),
        millis(took[COUNT / 2]),
        millis(took[COUNT * 95 / 100]),
        millis(took[COUNT - 1]),
        ended.as_secs_f64(),
        memory(&server),
    );
    assert_eq!(running("SUCCEEDED"), COUNT);
    let one =
        json!({"executionArn": format!("{}:n7", arn("busy").replace("stateMachine", "execution"))});
    let history = server.ask("GetExecutionHistory", &one);
    let events = history["events"].as_array().unwrap();
    let seconds = |index: usize| events[index]["timestamp"].as_f64().unwrap();
    assert!(
        seconds(events.len() - 1) - seconds(0) >= 2.0,
        "the wait was real"
    );
    server.interrupt();
    let server = Server::start(folder.path(), &at(&store, &mocks));
    assert_eq!(server.ask("GetExecutionHistory", &one), history);
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

#[test]
fn kill_9_loses_no_acknowledged_start() {
    let folder = folder();
    let (store, mocks) = (path(&folder, "store.redb"), path(&folder, "mocks.json"));
    let mut known: Vec<String> = Vec::new();
    for round in 0..3 {
        let server = Server::start(folder.path(), &at(&store, &mocks));
        let over = Arc::new(AtomicBool::new(false));
        let acknowledged = Arc::new(Mutex::new(Vec::new()));
        let clients: Vec<_> = (0..8)
            .map(|client| {
                let (over, address) = (over.clone(), server.address.clone());
                let acknowledged = acknowledged.clone();
                std::thread::spawn(move || {
                    for number in 0.. {
                        let name = format!("r{round}-{client}-{number}");
                        let body = json!({"stateMachineArn": arn("busy"), "name": name});
                        match ask(&address, "StartExecution", &body) {
                            Ok(answer) => {
                                let arn = answer["executionArn"].as_str().unwrap().to_owned();
                                acknowledged.lock().unwrap().push(arn);
                            }
                            // It was killed in the middle of this one.
                            Err(_) => return,
                        }
                        if over.load(Ordering::Relaxed) {
                            return;
                        }
                    }
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(2_500));
        server.kill();
        over.store(true, Ordering::Relaxed);
        for client in clients {
            client.join().unwrap();
        }
        known.extend(acknowledged.lock().unwrap().drain(..));
    }
    let server = Server::start(folder.path(), &at(&store, &mocks));
    let (mut aborted, mut succeeded) = (0, 0);
    for arn in &known {
        let told = server.ask("DescribeExecution", &json!({"executionArn": arn}));
        match told["status"].as_str() {
            Some("SUCCEEDED") => succeeded += 1,
            Some("ABORTED") => {
                aborted += 1;
                assert_eq!(told["error"], "Stepwright.ServerEnded", "{told}");
                assert!(told["cause"].as_str().unwrap().contains("server"), "{told}");
            }
            other => panic!("{arn} is {other:?}: {told}"),
        }
    }
    println!(
        "{} acknowledged starts before three kills: {succeeded} had succeeded, {aborted} are aborted, none is lost",
        known.len()
    );
    assert!(aborted > 0 && succeeded > 0, "{aborted} {succeeded}");
    let lost = known.iter().rev().find(|arn| {
        let told = server.ask("DescribeExecution", &json!({"executionArn": arn}));
        told["status"] == "ABORTED"
    });
    let history = server.ask(
        "GetExecutionHistory",
        &json!({"executionArn": lost.unwrap()}),
    );
    let types: Vec<&str> = history["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["ExecutionStarted", "ExecutionAborted"]);
    let redriven = server.ask("RedriveExecution", &json!({"executionArn": lost.unwrap()}));
    assert!(
        redriven["__type"]
            .as_str()
            .unwrap()
            .ends_with("ExecutionNotRedrivable"),
        "{redriven}"
    );
}

#[test]
fn definitions_outlive_the_server_and_a_changed_file_counts_again() {
    let folder = folder();
    let store = path(&folder, "store.redb");
    let more = ["--store", store.as_str()];
    let definition =
        json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": 1, "End": true}}})
            .to_string();
    let second = definition.replace('1', "2");
    let server = Server::start(folder.path(), &more);
    let made = server.ask(
        "CreateStateMachine",
        &json!({"name": "made", "definition": definition, "roleArn": ROLE, "publish": true,
            "tags": [{"key": "k", "value": "v"}]}),
    );
    let version = made["stateMachineVersionArn"].clone();
    assert_eq!(version, json!(format!("{}:1", arn("made"))), "{made}");
    let alias = json!({"name": "live", "routingConfiguration": [{"stateMachineVersionArn": version, "weight": 100}]});
    assert!(server.ask("CreateStateMachineAlias", &alias)["creationDate"].is_number());
    server.ask("CreateActivity", &json!({"name": "work"}));
    for machine in ["made", "busy"] {
        let update = json!({"stateMachineArn": arn(machine), "definition": second});
        assert!(server.ask("UpdateStateMachine", &update)["updateDate"].is_number());
    }
    server.ask(
        "StartExecution",
        &json!({"stateMachineArn": format!("{}:live", arn("made")), "name": "e"}),
    );
    server.kill();
    let file = folder.path().join("work/busy.asl.json");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("three tasks"), "the file is the user's");

    let server = Server::start(folder.path(), &more);
    let described = |name: &str| {
        server.ask(
            "DescribeStateMachine",
            &json!({"stateMachineArn": arn(name)}),
        )
    };
    assert_eq!(described("made")["definition"], json!(second));
    assert_eq!(described("busy")["definition"], json!(second));
    let tags = server.ask("ListTagsForResource", &json!({"resourceArn": arn("made")}));
    assert_eq!(tags["tags"], json!([{"key": "k", "value": "v"}]));
    let execution = format!("{}:e", arn("made").replace("stateMachine", "execution"));
    let told = server.ask("DescribeExecution", &json!({"executionArn": execution}));
    assert_eq!(
        (&told["status"], &told["output"]),
        (&json!("SUCCEEDED"), &json!("1"))
    );
    assert_eq!(
        told["stateMachineAliasArn"],
        json!(format!("{}:live", arn("made")))
    );
    let behind = server.ask(
        "DescribeStateMachineForExecution",
        &json!({"executionArn": execution}),
    );
    assert_eq!(behind["definition"], json!(definition));
    let again = json!({"stateMachineArn": format!("{}:live", arn("made")), "name": "e"});
    let again = server.ask("StartExecution", &again);
    assert!(
        again["__type"]
            .as_str()
            .unwrap()
            .ends_with("ExecutionAlreadyExists"),
        "{again}"
    );
    assert_eq!(
        server.ask("ListActivities", &json!({}))["activities"][0]["name"],
        "work"
    );
    server.ask(
        "DeleteStateMachine",
        &json!({"stateMachineArn": arn("made")}),
    );
    let gone = server.ask("DescribeExecution", &json!({"executionArn": execution}));
    assert!(
        gone["__type"]
            .as_str()
            .unwrap()
            .ends_with("ExecutionDoesNotExist"),
        "{gone}"
    );
    server.kill();

    write_work(folder.path(), "changed by hand");
    let server = Server::start(folder.path(), &more);
    let described = server.ask(
        "DescribeStateMachine",
        &json!({"stateMachineArn": arn("busy")}),
    );
    assert!(
        described["definition"]
            .as_str()
            .unwrap()
            .contains("changed by hand")
    );
    let gone = server.ask(
        "DescribeStateMachine",
        &json!({"stateMachineArn": arn("made")}),
    );
    assert!(
        gone["__type"]
            .as_str()
            .unwrap()
            .ends_with("StateMachineDoesNotExist"),
        "{gone}"
    );
}

#[test]
fn only_as_many_executions_are_kept_as_are_asked_for() {
    let folder = folder();
    let (store, mocks) = (path(&folder, "store.redb"), path(&folder, "mocks.json"));
    let more = [
        "--store",
        store.as_str(),
        "--mocks",
        mocks.as_str(),
        "--keep-executions",
        "5",
    ];
    let server = Server::start(folder.path(), &more);
    for number in 0..12 {
        let body = json!({"stateMachineArn": arn("busy"), "name": format!("n{number}")});
        assert!(server.ask("StartExecution", &body)["executionArn"].is_string());
    }
    server.interrupt();
    let server = Server::start(folder.path(), &more);
    let listed = server.ask("ListExecutions", &json!({"stateMachineArn": arn("busy")}));
    let names: Vec<&str> = listed["executions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|execution| execution["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["n11", "n10", "n9", "n8", "n7"]);
}

#[test]
fn a_file_that_is_no_store_is_left_alone_and_two_servers_do_not_share_one() {
    let folder = folder();
    let foreign = folder.path().join("foreign.db");
    std::fs::write(&foreign, "SQLite format 3\0 and more").unwrap();
    let refused = Server::try_start(folder.path(), &["--store", &path(&folder, "foreign.db")]);
    let words = refused.err().unwrap();
    assert!(
        words.starts_with("Some(2)") && words.contains("no store that can be used"),
        "{words}"
    );
    assert_eq!(
        std::fs::read(&foreign).unwrap(),
        b"SQLite format 3\0 and more"
    );

    let store = path(&folder, "store.redb");
    let server = Server::start(folder.path(), &["--store", &store]);
    let second = Server::try_start(folder.path(), &["--store", &store]);
    let words = second.err().unwrap();
    assert!(
        words.starts_with("Some(2)") && words.contains("another server uses the store"),
        "{words}"
    );
    for number in 0..20 {
        let name = format!("m{number}");
        let definition = json!({"StartAt": "P", "States": {"P": {"Type": "Succeed"}}}).to_string();
        let body = json!({"name": name, "definition": definition, "roleArn": ROLE});
        server.ask("CreateStateMachine", &body);
    }
    server.interrupt();

    // A page in the middle is damaged: a clear word, or what can be read, but never a crash or another file.
    let mut bytes = std::fs::read(&store).unwrap();
    let length = bytes.len();
    for byte in &mut bytes[4_096..length] {
        *byte ^= 0x5a;
    }
    std::fs::write(&store, &bytes).unwrap();
    let damaged = Server::try_start(folder.path(), &["--store", &store]);
    let words = damaged.err().unwrap();
    assert!(
        words.starts_with("Some(2)") && words.contains("no store that can be used"),
        "{words}"
    );
    assert_eq!(std::fs::read(&store).unwrap(), bytes);
}
