//! JSONata and JSONPath against the recorded cases of `shared/conformance`, where that folder exists.
//!
//! Prints how many are right and fails below the committed floors.

use std::path::Path;
use std::path::PathBuf;

use serde_json::Value as Json;
use stepwright::query::Value;
use stepwright::query::jsonata::Bindings;
use stepwright::query::jsonata::Dialect;
use stepwright::query::jsonata::Expression;
use stepwright::query::jsonata::JsonataError;
use stepwright::query::jsonata::Outcome;
use stepwright::query::jsonpath;

/// Of 1,280 cases; time limits leave room for a slow machine.
const JSONATA_FLOOR: usize = 1_278;
/// Of 69 probes.
const JSONPATH_FLOOR: usize = 69;

fn conformance(folder: &str) -> Option<PathBuf> {
    let found = ["../shared", "../../shared"]
        .iter()
        .map(|shared| {
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join(shared)
                .join("conformance")
                .join(folder)
        })
        .find(|path| path.is_dir());
    if found.is_none() {
        println!("shared/conformance/{folder} is not here: nothing was checked");
    }
    found
}

fn read(path: &Path) -> Json {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    files.sort();
    files
}

fn same(expected: &Json, got: &Json) -> bool {
    match (expected, got) {
        (Json::Number(a), Json::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            (a - b).abs() <= 1e-15 * a.abs().max(b.abs())
        }
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}

fn same_set(expected: &Json, got: &Json) -> bool {
    let (Json::Array(expected), Json::Array(got)) = (expected, got) else {
        return same(expected, got);
    };
    let mut left = got.clone();
    expected.iter().all(|item| {
        let place = left.iter().position(|other| same(item, other));
        place.map(|place| left.remove(place)).is_some()
    }) && left.is_empty()
}

fn evaluate(case: &Json, data: Option<&Json>) -> Result<Outcome, JsonataError> {
    let expression = Expression::parse(case["expr"].as_str().unwrap())?;
    let mut bindings = Bindings::new(1);
    bindings.dialect = Dialect::Full;
    bindings.limits.time_ms = case["timelimit"].as_u64().or(Some(20_000));
    bindings.limits.depth = case["depth"].as_u64().map(|depth| depth as usize);
    if let Some(data) = data {
        bindings.set_input(Value::from(data));
    }
    for (name, value) in case["bindings"].as_object().into_iter().flatten() {
        bindings.bind(name, Value::from(value));
    }
    expression.evaluate(&bindings)
}

fn jsonata_right(case: &Json, data: Option<&Json>) -> Result<(), String> {
    let result = evaluate(case, data);
    let wanted = case.get("error").or_else(|| case.get("code").map(|_| case));
    match (wanted, result) {
        (Some(wanted), Err(error)) => {
            let code = wanted["code"].as_str().unwrap_or_default();
            let limits = ["U1001", "D1011", "D1012"];
            let limited = case.get("timelimit").or(case.get("depth")).is_some()
                && limits.contains(&code)
                && limits.contains(&error.code.as_str());
            let message = wanted.get("message").and_then(Json::as_str);
            if (code != error.code && !limited)
                || message.is_some_and(|message| message != error.message)
            {
                return Err(format!("expected {code} {message:?}, got {error}"));
            }
            Ok(())
        }
        (None, Ok(Outcome::Undefined)) if case.get("undefinedResult").is_some() => Ok(()),
        (None, Ok(Outcome::Value(value))) => {
            let got = Json::from(&value);
            let right = match case.get("result") {
                Some(expected) if case.get("unordered").is_some() => same_set(expected, &got),
                Some(expected) => same(expected, &got),
                None => false,
            };
            right.then_some(()).ok_or_else(|| format!("got {got}"))
        }
        (_, result) => Err(format!("got {result:?}")),
    }
}

#[test]
fn jsonata() {
    let Some(folder) = conformance("jsonata") else {
        return;
    };
    let (mut cases, mut right) = (0, 0);
    for file in files(&folder.join("groups")) {
        let group = read(&file);
        for case in group["cases"].as_array().unwrap() {
            let dataset = case
                .get("dataset")
                .and_then(Json::as_str)
                .map(|name| read(&folder.join("datasets").join(format!("{name}.json"))));
            cases += 1;
            match jsonata_right(case, dataset.as_ref().or(case.get("data"))) {
                Ok(()) => right += 1,
                Err(difference) => println!("{}: {}: {difference}", case["id"], case["expr"]),
            }
        }
    }
    println!("jsonata: {right} of {cases} cases");
    assert!(right >= JSONATA_FLOOR, "{right} of {cases}");
}

#[test]
fn jsonpath() {
    let Some(folder) = conformance("jsonpath") else {
        return;
    };
    let (mut probes, mut right, mut words) = (0, 0, 0);
    for file in files(&folder) {
        let group = read(&file);
        let document = Value::from(&group["data"]);
        for probe in group["probes"].as_array().unwrap() {
            probes += 1;
            let result = jsonpath::Path::parse(probe["path"].as_str().unwrap())
                .and_then(|path| path.read(&document));
            let refused = probe.get("compile");
            let failed = probe.get("err");
            let definite = probe["definite"] == true;
            let good = match (&result, refused.or(failed)) {
                (Err(error), Some(text)) if refused.is_some() || definite => {
                    let text = text[0].as_str().unwrap_or_default();
                    let text = text.split_once(": ").map_or(text, |(_, text)| text);
                    let text = text
                        .split(" according to the JsonProvider")
                        .next()
                        .unwrap_or_default();
                    words += usize::from(error.to_string().contains(text));
                    (error.code() == "InvalidPath") == refused.is_some()
                }
                (Ok(value), Some(_)) => {
                    !definite && refused.is_none() && Json::from(value) == Json::Array(Vec::new())
                }
                (Ok(value), None) => same(&probe["ok"], &Json::from(value)),
                (Err(_), _) => false,
            };
            right += usize::from(good);
            if !good {
                println!("{}: got {result:?}", probe["path"]);
            }
        }
    }
    println!("jsonpath: {right} of {probes} probes, {words} errors in Jayway's words");
    assert!(right >= JSONPATH_FLOOR, "{right} of {probes}");
}
