//! The verb `edit`: bytes in, bytes out, and exit codes.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

const TEXT: &str = "\u{feff}{\r\n\t\"StartAt\": \"A\",\r\n\t\"States\": {\r\n\t\t\"A\": {\r\n\t\t\t\"Type\": \"Pass\",\r\n\t\t\t\"Next\": \"B\"\r\n\t\t},\r\n\t\t\"B\": {\r\n\t\t\t\"Type\": \"Succeed\"\r\n\t\t}\r\n\t}\r\n}";

fn stepwright(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stepwright"));
    command.args(arguments).output().unwrap()
}

fn file(folder: &Path) -> String {
    let path = folder.join("order.asl.json");
    std::fs::write(&path, TEXT).unwrap();
    path.to_string_lossy().into_owned()
}

#[test]
fn no_command_copies_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let output = stepwright(&["edit", &file(folder.path()), "--apply", "[]"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stdout, TEXT.as_bytes());
}

#[test]
fn commands_see_what_the_ones_before_them_left() {
    let folder = tempfile::tempdir().unwrap();
    let commands = r#"[{"rename":{"state":"A","to":"First"}},{"insert":{"type":"Wait","on":{"from":"First","to":"B"}}}]"#;
    let output = stepwright(&["edit", &file(folder.path()), "--apply", commands]);
    assert_eq!(output.status.code(), Some(0));
    let expected = TEXT.replace("\"A\"", "\"First\"").replace(
        "\"Next\": \"B\"\r\n\t\t},",
        "\"Next\": \"Wait\"\r\n\t\t},\r\n\t\t\"Wait\": {\r\n\t\t\t\"Type\": \"Wait\",\r\n\t\t\t\"Seconds\": 5,\r\n\t\t\t\"Next\": \"B\"\r\n\t\t},",
    );
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

#[test]
fn a_refusal_prints_nothing_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    let commands = r#"[{"delete":{"states":["A"]}},{"insert":{"type":"Wait","after":"B"}}]"#;
    for flags in [&[][..], &["--write"], &["--diff"]] {
        let mut arguments = vec!["edit", &path, "--apply", commands];
        arguments.extend(flags);
        let output = stepwright(&arguments);
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        let words = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            words,
            "stepwright: Nothing can follow B: A Succeed state ends the workflow\n"
        );
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), TEXT);
    for commands in ["nonsense", "[{\"fly\":{}}]", "3", "@absent.json"] {
        let output = stepwright(&["edit", &path, "--apply", commands]);
        assert_eq!(output.status.code(), Some(2), "{commands}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    }
}

#[test]
fn the_companion_follows_when_the_file_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    let companion = folder.path().join("order.stepwright.json");
    std::fs::write(
        &companion,
        "{ \"breakpoints\": [\"/States/A\"], \"mine\": 1 }",
    )
    .unwrap();
    let commands = r#"{"rename":{"state":"A","to":"First"}}"#;
    let output = stepwright(&["edit", &path, "--apply", commands, "--write"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.is_empty());
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        TEXT.replace("\"A\"", "\"First\"")
    );
    assert_eq!(
        std::fs::read_to_string(&companion).unwrap(),
        "{ \"breakpoints\": [\"/States/First\"], \"mine\": 1 }"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_diff_is_what_patch_understands() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path());
    let commands = r#"{"set":{"state":"A","field":"/Comment","value":"why"}}"#;
    let output = stepwright(&["edit", &path, "--apply", commands, "--diff"]);
    assert_eq!(output.status.code(), Some(0));
    let diff = String::from_utf8(output.stdout).unwrap();
    assert!(
        diff.starts_with(&format!("--- {path}\n+++ {path}\n@@ -3,6 +3,7 @@\n")),
        "{diff}"
    );
    assert_eq!(diff.matches("\n+").count(), 2, "{diff}");
    assert!(diff.contains("\n+\t\t\t\"Comment\": \"why\",\r\n"));
}

#[test]
fn standard_input_is_a_file_too() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(["edit", "-", "--apply", r#"[{"insert":{"type":"Pass"}}]"#])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"{}").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "{\n  \"StartAt\": \"Pass\",\n  \"States\": {\n    \"Pass\": {\n      \"Type\": \"Pass\",\n      \"End\": true\n    }\n  }\n}"
    );
    let output = stepwright(&["edit", "-", "--apply", "[]", "--write"]);
    assert_eq!(output.status.code(), Some(2));
}
