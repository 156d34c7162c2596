//! Credentials are found where AWS tools keep them, sign what is sent, and are told to nobody.
//!
//! The environment of a process cannot be changed safely, so that a test starts this program once more with
//! another one, and searches everything that came out of it.

use std::fs;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use stepwright::asl::StatePath;
use stepwright::backends::SdkClient;
use stepwright::backends::SdkSettings;
use stepwright::engine::Call;
use stepwright::engine::CallId;
use stepwright::engine::Lane;
use stepwright::query::Value;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

const SECRET: &str = "PLANTEDsecretPLANTEDsecretPLANTEDsecret00";
const TOKEN: &str = "PLANTEDtokenPLANTEDtoken";

/// Answers one request with an error and returns its head.
fn listen() -> (u16, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut text = String::new();
        let mut buffer = [0; 4096];
        while !text.contains("\r\n\r\n") {
            let read = stream.read(&mut buffer).unwrap();
            text.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
        let body = r#"{"__type":"UnrecognizedClientException","message":"no"}"#;
        let head = format!(
            "HTTP/1.1 400 Bad Request\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + body).as_bytes()).unwrap();
        text
    });
    (port, heard)
}

fn call() -> Call {
    Call {
        id: CallId(1),
        state: StatePath::top("T"),
        name: Arc::from("T"),
        lane: Lane::default(),
        resource: Arc::from("arn:aws:states:::aws-sdk:dynamodb:listTables"),
        payload: Value::object::<&str>([]),
        attempt: 0,
        iteration: None,
        token: None,
    }
}

/// What the second program does: nothing, unless it is told to.
#[test]
fn inner() {
    let Some(profile) = std::env::var_os("STEPWRIGHT_TEST_PROFILE") else {
        return;
    };
    let profile = profile.into_string().unwrap();
    let (port, heard) = listen();
    let settings = SdkSettings {
        endpoint: Some(format!("http://127.0.0.1:{port}")),
        profile: Some(profile).filter(|profile| !profile.is_empty()),
        ..SdkSettings::default()
    };
    let client = SdkClient::new(settings).unwrap();
    let (sender, _receiver) = mpsc::channel(4);
    let outcome = Runtime::new()
        .unwrap()
        .block_on(client.call(&call(), &sender));
    println!("{client:?}\n{client:#?}\n{outcome:?}");
    let failed_before = matches!(&outcome, Some(stepwright::engine::Outcome::Failed(fault))
        if fault.error.as_deref().is_some_and(|error| error.ends_with("SdkClientException")));
    if !failed_before {
        let head = heard.join().unwrap();
        assert!(!head.contains(SECRET), "a secret was sent");
        let line = head.lines().find(|line| line.starts_with("authorization"));
        println!("sent {}", line.unwrap());
    }
}

/// Runs the second program with these files and this profile; everything it printed.
fn told(config: &str, credentials: &str, profile: &str, environment: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "inner", "--nocapture"])
        .env("AWS_CONFIG_FILE", path("config", config))
        .env(
            "AWS_SHARED_CREDENTIALS_FILE",
            path("credentials", credentials),
        )
        .env("HOME", folder.path())
        .env("RUST_LOG", "trace")
        .env("STEPWRIGHT_TEST_PROFILE", profile);
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
    ] {
        command.env_remove(name);
    }
    let output = command.envs(environment.iter().copied()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    assert!(
        !text.contains(SECRET) && !text.contains(TOKEN),
        "a secret came out: {text}"
    );
    text
}

#[test]
fn a_profile_signs_and_keeps_its_secret() {
    let credentials = format!(
        "[own]\naws_access_key_id = AKIDOWN\naws_secret_access_key = {SECRET}\naws_session_token = {TOKEN}\n"
    );
    let text = told(
        "[profile own]\nregion = eu-west-3\n",
        &credentials,
        "own",
        &[],
    );
    assert!(text.contains("Credential=AKIDOWN/"), "{text}");
    assert!(text.contains("/eu-west-3/dynamodb/aws4_request"), "{text}");
    assert!(text.contains("DynamoDb.DynamoDbException"), "{text}");
}

#[test]
fn a_profile_goes_before_the_environment_and_the_environment_before_a_stand_in() {
    let credentials =
        format!("[own]\naws_access_key_id = AKIDOWN\naws_secret_access_key = {SECRET}\n");
    let environment = [
        ("AWS_ACCESS_KEY_ID", "AKIDENV"),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
    ];
    assert!(told("", &credentials, "own", &environment).contains("Credential=AKIDOWN/"));
    assert!(told("", &credentials, "", &environment).contains("Credential=AKIDENV/"));
    assert!(told("", "", "", &[]).contains("Credential=test/"));
}

#[cfg(unix)]
#[test]
fn a_process_may_hand_credentials_out() {
    let json = format!(r#"{{"Version":1,"AccessKeyId":"AKIDPROC","SecretAccessKey":"{SECRET}"}}"#);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials.json");
    fs::write(&file, json).unwrap();
    let config = format!("[profile p]\ncredential_process = cat {}\n", file.display());
    assert!(told(&config, "", "p", &[]).contains("Credential=AKIDPROC/"));
}

#[test]
fn a_profile_without_credentials_is_named() {
    let text = told("", "", "nobody", &[]);
    assert!(text.contains("DynamoDb.SdkClientException"), "{text}");
    assert!(
        text.contains("the profile \\\"nobody\\\" gives no credentials"),
        "{text}"
    );
    let sso = "[profile s]\nsso_session = x\nsso_account_id = 123456789012\nsso_role_name = r\n\
               [sso-session x]\nsso_region = us-east-1\nsso_start_url = https://example.invalid/start\n";
    let text = told(sso, "", "s", &[]);
    assert!(text.contains("aws sso login"), "{text}");
    let broken = format!("[profile b]\ncredential_process = echo {SECRET}\n");
    let text = told(&broken, "", "b", &[]);
    assert!(
        text.contains("the profile \\\"b\\\" gives no credentials"),
        "{text}"
    );
}
