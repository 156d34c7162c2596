//! Recorded calls of AWS services: what Step Functions accepted is accepted here, and a refusal is one there too.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use serde_json::Value as Json;
use stepwright::asl::resource;
use stepwright::asl::resource::Target;
use stepwright::aws;
use stepwright::query::Value;

fn cases(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => cases(&path, found),
            false => found.push(path),
        }
    }
}

/// The `Resource` of each state, by name.
fn resources(value: &Json, found: &mut Vec<(String, String)>) {
    if let Some(states) = value.get("States").and_then(Json::as_object) {
        for (name, state) in states {
            if let Some(resource) = state.get("Resource").and_then(Json::as_str) {
                found.push((name.clone(), resource.to_owned()));
            }
        }
    }
    match value {
        Json::Array(items) => items.iter().for_each(|item| resources(item, found)),
        Json::Object(members) => members.values().for_each(|item| resources(item, found)),
        _ => {}
    }
}

#[test]
fn recorded_parameters_are_accepted() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/asl/cases");
    let mut files = Vec::new();
    cases(&folder, &mut files);
    if files.is_empty() {
        println!("no recordings beside the repository, so none are checked");
        return;
    }
    let mut checked = 0;
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let case: Json = serde_json::from_str(&text).unwrap();
        let mut states = Vec::new();
        resources(&case["definition"], &mut states);
        for (name, address) in states {
            let resource = resource::read(&address);
            let called = matches!(
                resource.target,
                Target::Optimized { .. } | Target::Sdk { .. }
            );
            let answers = case["mocks"][&name].as_array().filter(|_| called);
            for answer in answers.into_iter().flatten() {
                let Some(parameters) = answer.get("called_with") else {
                    continue;
                };
                let parameters = Value::from(parameters);
                let refused = match &resource.target {
                    Target::Optimized { service, .. } if service == "apigateway" => {
                        aws::api_request(&parameters).err()
                    }
                    Target::Optimized { service, .. } if service == "http" => continue,
                    target => match aws::find(target) {
                        Ok(operation) => aws::build(&operation, &parameters, 1).err(),
                        Err(reason) => panic!("{address}: {reason}"),
                    },
                };
                checked += 1;
                if let Some(fault) = refused {
                    let file = file.file_name().unwrap().to_string_lossy().into_owned();
                    wrong.push(format!("{file} {name}: {:?}", fault.cause));
                }
            }
        }
    }
    println!("{checked} recorded calls");
    assert!(checked > 100, "{checked}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
