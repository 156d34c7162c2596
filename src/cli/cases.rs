//! `run --cases DIR`: every recorded case of a directory, one JSON line each, for comparing with AWS.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value as Json;
use serde_json::json;

use crate::asl::Diagnostic;
use crate::asl::Machine;
use crate::asl::MachineType;
use crate::asl::ServiceDiagnostic;
use crate::asl::service_diagnostics;
use crate::backends::Mocks;
use crate::cli::output::note;
use crate::cli::output::say;
use crate::engine::CompileOptions;
use crate::engine::Event;
use crate::engine::EventDetail;
use crate::engine::ExecutionKind;
use crate::engine::Simulation;
use crate::engine::Start;
use crate::engine::StoredObject;
use crate::engine::compile;
use crate::engine::simulate;
use crate::query::Value;
use crate::syntax::Format;

/// The account of recorded cases.
const ACCOUNT: &str = "111111111111";

/// Runs every case below a directory. Exit 0 when every case was run, 1 when one crashed, 2 without cases.
pub fn run_cases(directory: &Path) -> u8 {
    let mut files = Vec::new();
    collect(directory, &mut files);
    files.sort();
    if files.is_empty() {
        return crate::cli::fail(&format!(
            "there are no cases (*.json) in {}",
            directory.display()
        ));
    }
    let mut crashed = false;
    for file in files {
        let Ok(text) = std::fs::read_to_string(&file) else {
            continue;
        };
        let Ok(case) = serde_json::from_str::<Json>(&text) else {
            note(&format!("stepwright: {} is not JSON", file.display()));
            continue;
        };
        let Some(line) = run_case(&case) else {
            continue;
        };
        crashed |= line.get("crashed").is_some();
        say(&line.to_string());
    }
    u8::from(crashed)
}

/// Runs one case; nothing where the document is no case.
pub fn run_case(case: &Json) -> Option<Json> {
    let kind = case.get("kind")?.as_str()?.to_owned();
    let id = case.get("id")?.clone();
    let begun = Instant::now();
    let done = catch_unwind(AssertUnwindSafe(|| match kind.as_str() {
        "execution" => execution(case),
        "test_state" => crate::cli::test_state::test_state_case(case),
        "validation" => validation(case),
        "variable_references" => variable_references(case),
        other => json!({ "crashed": format!("cases of the kind {other} are unknown") }),
    }));
    let mut line = done.unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "panic".to_owned());
        json!({ "crashed": text })
    });
    let elapsed = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    if let Json::Object(members) = &mut line {
        members.insert("id".to_owned(), id);
        members.insert("kind".to_owned(), kind.into());
        members.insert("elapsed_us".to_owned(), elapsed.into());
    }
    Some(line)
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "json") {
            files.push(path);
        }
    }
}

/// The definition's text: kept as text where it is not JSON.
pub(crate) fn definition_text(case: &Json) -> String {
    match case.get("definition_text").and_then(Json::as_str) {
        Some(text) => text.to_owned(),
        None => case
            .get("definition")
            .map(Json::to_string)
            .unwrap_or_default(),
    }
}

pub(crate) fn options(case: &Json) -> CompileOptions {
    let kind = case.get("type").and_then(Json::as_str).unwrap_or_default();
    CompileOptions {
        name: "machine".to_owned(),
        kind: ExecutionKind::parse(kind).unwrap_or_default(),
        account: ACCOUNT.to_owned(),
        ..CompileOptions::default()
    }
}

fn execution(case: &Json) -> Json {
    let text = definition_text(case);
    let parse = crate::syntax::parse(&text, Format::Json);
    let machine = crate::asl::read(&parse.tree);
    let program = match compile(&parse.tree, &machine, &options(case)) {
        Ok(program) => Arc::new(program),
        Err(problems) => return json!({ "crashed": said(&problems) }),
    };
    let mut mocks = match Mocks::from_list(&Value::from(case.get("mocks").unwrap_or(&Json::Null))) {
        Ok(mocks) => mocks,
        Err(reason) => return json!({ "crashed": reason.to_string() }),
    };
    let start = Start {
        input: Value::from(case.get("input").unwrap_or(&Json::Null)),
        at: case
            .get("clock")
            .and_then(Json::as_str)
            .and_then(crate::engine::parse_moment)
            .unwrap_or(Start::default().at),
        objects: objects(case),
        tokens: tokens(case),
        missing_activities: missing_activities(case, &machine),
        ..Start::default()
    };
    let simulation = simulate(&program, start, &mut |call| mocks.answer(call));
    simulation_line(&simulation)
}

fn simulation_line(simulation: &Simulation) -> Json {
    let mut line = serde_json::Map::new();
    match &simulation.ended {
        Some(ended) => {
            line.insert("status".to_owned(), ended.status.name().into());
            if let Some(output) = &ended.output {
                line.insert("output".to_owned(), output.into());
            }
            if let Some(error) = &ended.error {
                line.insert("error".to_owned(), error.as_ref().into());
            }
            if let Some(cause) = &ended.cause {
                line.insert("cause".to_owned(), cause.as_ref().into());
            }
        }
        None => {
            line.insert("status".to_owned(), "RUNNING".into());
        }
    }
    let own = || {
        simulation
            .events
            .iter()
            .filter(|event| event.child.is_none())
    };
    let path: Vec<Json> = own()
        .filter_map(|event| match &event.detail {
            EventDetail::StateEntered { name, .. } => Some(name.as_ref().into()),
            _ => None,
        })
        .collect();
    line.insert("path".to_owned(), Json::Array(path));
    let history = own().map(Event::flattened).collect();
    line.insert("history".to_owned(), Json::Array(history));
    Json::Object(line)
}

fn objects(case: &Json) -> Vec<StoredObject> {
    let text = |object: &Json, name: &str| {
        object
            .get(name)
            .and_then(Json::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    case.get("resources")
        .and_then(|resources| resources.get("s3"))
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .map(|object| {
            StoredObject::new(
                text(object, "bucket"),
                text(object, "key"),
                text(object, "body"),
            )
        })
        .collect()
}

/// The tokens AWS gave out, read off what the tasks were called with.
fn tokens(case: &Json) -> Vec<(String, String)> {
    let mocks = case.get("mocks").and_then(Json::as_object);
    let mut found = Vec::new();
    for (name, calls) in mocks.into_iter().flatten() {
        let Some(state) = case
            .get("definition")
            .and_then(|root| find_state(root, name))
        else {
            continue;
        };
        let template = state.get("Parameters").or_else(|| state.get("Arguments"));
        for call in calls.as_array().into_iter().flatten() {
            let token = template
                .zip(call.get("called_with"))
                .and_then(|(template, sent)| find_token(template, sent));
            found.extend(token.map(|token| (name.clone(), token)));
        }
    }
    found
}

fn find_state<'a>(json: &'a Json, name: &str) -> Option<&'a Json> {
    match json {
        Json::Object(members) => {
            let own = members.get("States").and_then(|states| states.get(name));
            own.or_else(|| members.values().find_map(|inner| find_state(inner, name)))
        }
        Json::Array(items) => items.iter().find_map(|inner| find_state(inner, name)),
        _ => None,
    }
}

/// The text that came out where the template has the token.
fn find_token(template: &Json, sent: &Json) -> Option<String> {
    template.as_object()?.iter().find_map(|(key, value)| {
        let sent = sent.get(key.strip_suffix(".$").unwrap_or(key))?;
        match value.as_str() {
            Some("$$.Task.Token" | "{% $states.context.Task.Token %}") => sent
                .as_str()
                .filter(|token| !token.contains('⟪'))
                .map(str::to_owned),
            Some(_) => None,
            None => find_token(value, sent),
        }
    })
}

/// Activities without any answer are those that had been deleted.
fn missing_activities(case: &Json, machine: &Machine) -> Vec<String> {
    machine
        .states
        .iter()
        .filter(|state| {
            case.get("mocks")
                .and_then(|mocks| mocks.get(state.name.as_ref()))
                .is_none()
        })
        .filter_map(|state| state.resource.as_deref())
        .filter(|resource| resource.contains(":activity:"))
        .map(str::to_owned)
        .collect()
}

fn said(problems: &[Diagnostic]) -> String {
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| {
            format!(
                "{} at {}: {}",
                problem.code, problem.pointer, problem.message
            )
        })
        .collect();
    lines.join("; ")
}

fn validation(case: &Json) -> Json {
    let machine_type = case
        .get("type")
        .and_then(Json::as_str)
        .and_then(MachineType::parse);
    let said = service_diagnostics(&definition_text(case), machine_type.unwrap_or_default());
    let mut answer = json!({ "accepted": said.is_empty() });
    let Some(members) = answer.as_object_mut() else {
        return answer;
    };
    if case.get("operation").and_then(Json::as_str) == Some("validate") {
        let diagnostics: Vec<Json> = said
            .iter()
            .map(|one| {
                let mut entry =
                    json!({ "severity": "ERROR", "code": one.code, "message": one.message });
                if let (Some(entry), Some(location)) = (entry.as_object_mut(), &one.location) {
                    entry.insert("location".to_owned(), json!(location));
                }
                entry
            })
            .collect();
        members.insert("diagnostics".to_owned(), Json::Array(diagnostics));
    } else if let Some(first) = said.first() {
        members.insert("code".to_owned(), json!("InvalidDefinition"));
        members.insert(
            "message".to_owned(),
            json!(ServiceDiagnostic::refusal(&said)),
        );
        members.insert("location".to_owned(), json!(first.location));
    }
    answer
}

fn variable_references(case: &Json) -> Json {
    let text = definition_text(case);
    let parse = crate::syntax::parse(&text, Format::Json);
    let machine = crate::asl::read(&parse.tree);
    match compile(&parse.tree, &machine, &options(case)) {
        Ok(program) => {
            let references: serde_json::Map<String, Json> = program
                .variable_references()
                .into_iter()
                .map(|(state, names)| (state, names.into()))
                .collect();
            json!({ "variable_references": references })
        }
        Err(problems) => json!({ "crashed": said(&problems) }),
    }
}
