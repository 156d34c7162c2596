//! What the README shows is run: every `stepwright` line of its code blocks that needs no file of the reader's.

use std::path::PathBuf;
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn stepwright(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap()
}

/// The command lines of the README's code blocks, without their explanations.
fn shown() -> Vec<String> {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = readme.split("```").skip(1).step_by(2);
    let lines = blocks
        .flat_map(str::lines)
        .filter(|line| line.starts_with("stepwright "));
    lines
        .map(|line| line.split("    ").next().unwrap_or(line).trim().to_owned())
        .collect()
}

#[test]
fn every_verb_shown_exists_and_explains_itself() {
    let shown = shown();
    assert!(shown.len() >= 6, "{shown:?}");
    for line in &shown {
        let verb = line.split_whitespace().nth(1).unwrap();
        let output = stepwright(&["help", verb]);
        assert!(output.status.success(), "stepwright help {verb}");
    }
}

#[test]
fn the_commands_shown_for_the_samples_work() {
    let order = "sample-workflows/order-processing/order-processing.asl.json";
    for (arguments, code) in [
        (
            vec![
                "run",
                order,
                "--scenario",
                "Two items, Stripe",
                "--format",
                "json",
            ],
            0,
        ),
        (
            vec![
                "run",
                order,
                "--scenario",
                "Card declined",
                "--format",
                "history",
            ],
            1,
        ),
        (vec!["check", order], 0),
        (vec!["test", "sample-workflows"], 0),
        (vec!["layout", order, "--format", "json"], 0),
        (vec!["export", order, "--to", "asl-yaml"], 0),
        (vec!["export", order, "--to", "mermaid"], 0),
        (
            vec![
                "edit",
                order,
                "--apply",
                r#"[{"rename":{"state":"Order placed","to":"Done"}}]"#,
                "--diff",
            ],
            0,
        ),
        (
            vec![
                "eval",
                "--language",
                "jsonata",
                "$sum(items.price)",
                "--input",
                r#"{"items":[{"price":1},{"price":2}]}"#,
            ],
            0,
        ),
        (vec!["serve", "sample-workflows"], 2),
        (vec!["forecast", order], 2),
    ] {
        let output = stepwright(&arguments);
        let words = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(code),
            "stepwright {}: {words}",
            arguments.join(" ")
        );
    }
}

#[test]
fn an_empty_list_of_edits_copies_the_file() {
    let order = "sample-workflows/order-processing/order-processing.asl.json";
    let output = stepwright(&["edit", order, "--apply", "[]"]);
    assert_eq!(output.stdout, std::fs::read(root().join(order)).unwrap());
}

#[test]
fn what_is_not_built_says_so_by_name() {
    let output = stepwright(&["replay", "history.json", "file.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("`stepwright replay` is not built yet")
    );
}

#[test]
fn pictures_named_in_the_readme_are_there() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for name in readme
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
    {
        if name.ends_with(".png") {
            assert!(root().join(name).is_file(), "{name}");
        }
    }
}
