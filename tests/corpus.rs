//! Checks every definition of the shared corpus and of the recorded executions, where they are present.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;
use stepwright::asl::{self, Diagnostic, MachineType, Severity};
use stepwright::syntax::{self, Format};

/// Verdicts of other validators that are not followed, with the reason.
const NOT_FOLLOWED: &[(&str, &str)] = &[
    (
        "aslval--invalid-jsonata-surround-syntax-no-spaces.asl.json",
        "{%10%} is an expression: nothing asks for blanks inside the signs",
    ),
    (
        "aslval--invalid-json-surround-syntax-extra-spaces.asl.json",
        "blanks inside {% %} belong to the expression",
    ),
    (
        "aslval--valid-task-credentials.asl.json",
        "the service refuses Credentials without RoleArn",
    ),
    (
        "statelint--task-with-credentials.asl.json",
        "the service refuses Credentials without RoleArn",
    ),
];

#[test]
fn validators_agree() {
    let Some(folder) = shared("corpus") else {
        return;
    };
    let index = json(&folder.join("index.json"));
    let (mut asked, mut agreed) = (0, 0);
    let mut unexplained = Vec::new();
    for entry in index["files"].as_array().unwrap() {
        let Some(expect) = entry["expect"].as_str() else {
            continue;
        };
        let file = entry["file"].as_str().unwrap();
        let found = errors(&lint(file, &read(&folder.join(file)), None));
        asked += 1;
        if (expect == "valid") == found.is_empty() {
            agreed += 1;
        } else {
            let reason = NOT_FOLLOWED.iter().find(|(name, _)| *name == file);
            if reason.is_none() {
                unexplained.push(file.to_owned());
            }
            let reason = reason.map_or("", |(_, reason)| reason);
            println!("{file}: expected {expect}, found {found:?} {reason}");
        }
    }
    println!("validator fixtures: {agreed} of {asked} agree");
    assert!(agreed * 100 >= asked * 95);
    assert!(unexplained.is_empty(), "not listed: {unexplained:?}");
}

#[test]
fn published_workflows_have_no_errors() {
    let Some(folder) = shared("corpus") else {
        return;
    };
    let index = json(&folder.join("index.json"));
    let (mut files, mut wrong) = (0, 0);
    for entry in index["files"].as_array().unwrap() {
        let file = entry["file"].as_str().unwrap();
        let diagnostics = lint(file, &read(&folder.join(file)), None);
        if !matches!(
            entry["kind"].as_str(),
            Some("real" | "template" | "example")
        ) {
            continue;
        }
        files += 1;
        let found = errors(&diagnostics);
        if !found.is_empty() {
            wrong += 1;
            println!("{file}: {found:?}");
        }
    }
    println!("published workflows with errors: {wrong} of {files}");
    assert_eq!(wrong, 0);
}

#[test]
fn what_the_service_accepted_has_no_errors() {
    let Some(folder) = shared("conformance/asl/cases/execution") else {
        return;
    };
    let (mut cases, mut alarms) = (0, 0);
    for file in files(&folder) {
        let case = json(&file);
        let text = case["definition"].to_string();
        let machine_type = case["type"].as_str().and_then(MachineType::parse);
        let found = errors(&lint("", &text, machine_type));
        cases += 1;
        if !found.is_empty() {
            alarms += 1;
            println!("{}: {found:?}", case["id"]);
        }
    }
    println!("false alarms on accepted definitions: {alarms} of {cases}");
    assert_eq!(alarms, 0);
}

#[test]
fn refusals_are_the_service_s_own() {
    let Some(folder) = shared("conformance/asl/cases/validation") else {
        return;
    };
    let (mut cases, mut same) = (0, 0);
    for file in files(&folder) {
        let case = json(&file);
        let text = match case["definition_text"].as_str() {
            Some(text) => text.to_owned(),
            None => case["definition"].to_string(),
        };
        let machine_type = case["type"].as_str().and_then(MachineType::parse);
        let said = asl::service_diagnostics(&text, machine_type.unwrap_or_default());
        cases += 1;
        let ok = if let Some(expected) = case["expect"]["diagnostics"].as_array() {
            expected.len() == said.len()
                && expected.iter().zip(&said).all(|(expected, said)| {
                    expected["code"] == said.code
                        && expected["message"] == said.message.as_str()
                        && expected["location"].as_str() == said.location.as_deref()
                })
        } else {
            let expected = case["expect"]["message"].as_str().unwrap_or_default();
            said.first().is_some_and(|said| {
                let place = said.location.as_deref().unwrap_or_default();
                expected.ends_with(&format!("'{}: {} at {place}'", said.code, said.message))
            })
        };
        if ok {
            same += 1;
        } else {
            println!("{}: expected {}, said {said:?}", case["id"], case["expect"]);
        }
    }
    println!("refusals in the service's words: {same} of {cases}");
    assert_eq!(same, cases);
}

#[test]
fn variables_are_listed_as_the_service_does() {
    let Some(folder) = shared("conformance/asl/cases/variable_references") else {
        return;
    };
    let (mut cases, mut same) = (0, 0);
    for file in files(&folder) {
        let case = json(&file);
        let text = case["definition"].to_string();
        let tree = syntax::parse(&text, Format::Json).tree;
        let found = asl::variable_references(&text, &tree, &asl::read(&tree));
        let expected: BTreeMap<String, BTreeSet<String>> =
            serde_json::from_value(case["expect"]["variable_references"].clone()).unwrap();
        cases += 1;
        if found == expected {
            same += 1;
        } else {
            println!("{}: expected {expected:?}, found {found:?}", case["id"]);
        }
    }
    println!("variable references: {same} of {cases}");
    assert!(same * 100 >= cases * 95);
}

fn lint(name: &str, text: &str, machine_type: Option<MachineType>) -> Vec<Diagnostic> {
    let parse = syntax::parse(text, Format::of(name, text));
    let machine = asl::read(&parse.tree);
    asl::lint_as(text, &parse.tree, &machine, &parse.errors, machine_type)
}

fn errors(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| {
            format!(
                "{} {} {}",
                diagnostic.code, diagnostic.pointer, diagnostic.message
            )
        })
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|ending| ending == "json") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&read(path)).unwrap()
}

/// The shared data beside the package, or beside its parent; says so where it is absent.
fn shared(part: &str) -> Option<PathBuf> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = ["../shared", "../../shared"]
        .into_iter()
        .map(|way| package.join(way).join(part))
        .find(|path| path.exists());
    if found.is_none() {
        println!("the shared folder {part} is absent: nothing was compared");
    }
    found
}
