//! The published pair of mapping templates renders what Velocity 1.7 renders of it.
//!
//! The expected texts were written by Debian's `velocity` (1.7), with `$input` and `$util` as API Gateway has them and
//! escapeJavaScript from commons-lang 2.6.

#[path = "common/seeds.rs"]
mod seeds;

use std::io::Write;
use std::process::Command;
use std::process::Stdio;

use serde_json::Value as Json;
use serde_json::json;

const MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:my";

/// Renders templates, one batch line for each.
fn render(lines: &[Json]) -> Vec<Json> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(["eval", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn line(phase: &str, template: &str, body: &Json, headers: &Json) -> Json {
    json!({"id": phase, "language": "vtl",
        "steps": [{"phase": phase, "template": template, "body": body, "params": {"header": headers}}]})
}

#[test]
fn the_request_template_puts_body_and_headers_into_the_input() {
    let Some((request, _)) = seeds::published_pair(MACHINE) else {
        return;
    };
    let cases = [
        (
            r#"{"name":"gopher"}"#,
            json!({"x-correlation-id": "c0ffee-0001"}),
            r#"{\"body\":{\"name\":\"gopher\"},\"correlationId\":\"c0ffee-0001\",\"x-correlation-id\": \"c0ffee-0001\"}"#,
        ),
        (
            r#"{"name":"gopher"}"#,
            json!({"x-correlation-id": " c0ffee-0001 "}),
            r#"{\"body\":{\"name\":\"gopher\"},\"correlationId\":\"c0ffee-0001\",\"x-correlation-id\": \" c0ffee-0001 \"}"#,
        ),
        // The apostrophe and the slash are escaped as JavaScript has it, which JSON does not know of the first.
        (
            r#"{"name":"it's"}"#,
            json!({"x-correlation-id": "a/b"}),
            r#"{\"body\":{\"name\":\"it\'s\"},\"correlationId\":\"a\/b\",\"x-correlation-id\": \"a\\\/b\"}"#,
        ),
    ];
    let lines: Vec<Json> = cases
        .iter()
        .map(|(body, headers, _)| line("request", &request, &json!(body), headers))
        .collect();
    for (answer, (body, headers, input)) in render(&lines).iter().zip(&cases) {
        let expected =
            format!("\n{{\n\"input\":\"{input}\",\n\"stateMachineArn\": \"{MACHINE}:live\"\n}}");
        assert_eq!(answer["value"], expected.as_str(), "{body} {headers}");
    }
}

#[test]
fn the_response_template_takes_status_and_body_from_the_output() {
    let Some((_, response)) = seeds::published_pair(MACHINE) else {
        return;
    };
    let succeeded = |output: Json| json!({"status": "SUCCEEDED", "output": output.to_string()});
    let cases = [
        (
            succeeded(json!({"httpStatus": 404, "body": "{\"message\":\"gone\"}"})),
            "{\"message\":\"gone\"}\n",
            404,
        ),
        (succeeded(json!({"body": "fine"})), "fine\n", 200),
        // An object is printed as Java prints a map, which is no JSON.
        (
            succeeded(json!({"httpStatus": 200, "body": {"a": [1, {"b": "x"}], "m": "no"}})),
            "{a=[1, {b=x}], m=no}\n",
            200,
        ),
        // Where Velocity prints a reference that is not defined as it is written, API Gateway prints nothing.
        (
            json!({"status": "FAILED", "error": "E", "cause": "c"}),
            "\n",
            500,
        ),
    ];
    let lines: Vec<Json> = cases
        .iter()
        .map(|(body, _, _)| line("response", &response, &json!(body.to_string()), &json!({})))
        .collect();
    for (answer, (body, text, status)) in render(&lines).iter().zip(&cases) {
        assert_eq!(answer["value"], *text, "{body}: {answer}");
        assert_eq!(answer["status"], *status, "{body}: {answer}");
    }
}
