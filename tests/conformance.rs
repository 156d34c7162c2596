//! The recorded cases of AWS Step Functions, where they are at hand: counts per category, and floors.
//!
//! Results are compared exactly, wildcards aside; of the history only totally ordered ones, event by
//! event. The finer judge is `tools/asl_compare.py` beside the cases.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use serde_json::Value as Json;
use stepwright::cli::run_case;

/// Percent of the cases of a kind whose result has to agree, and whose history has to.
const FLOORS: [(&str, usize, usize); 4] = [
    ("execution", 100, 98),
    ("test_state", 99, 100),
    ("validation", 100, 100),
    ("variable_references", 100, 100),
];

#[derive(Default)]
struct Count {
    cases: usize,
    results: usize,
    histories: usize,
    histories_right: usize,
}

fn cases_directory() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["../shared", "../../shared"]
        .iter()
        .map(|shared| root.join(shared).join("conformance/asl/cases"))
        .find(|directory| directory.is_dir())
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
    files.sort();
}

#[test]
fn recorded_cases_come_out_as_on_aws() {
    let Some(directory) = cases_directory() else {
        println!(
            "the recorded cases are not at hand (../shared/conformance/asl); nothing was compared"
        );
        return;
    };
    let mut files = Vec::new();
    collect(&directory, &mut files);
    let mut counts: BTreeMap<(String, String), Count> = BTreeMap::new();
    let mut crashed = Vec::new();
    for file in files {
        let case: Json = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let line = run_case(&case).expect("a case");
        if line.get("crashed").is_some() {
            crashed.push(format!("{}: {}", case["id"], line["crashed"]));
            continue;
        }
        let kind = case["kind"].as_str().unwrap().to_owned();
        let category = case["category"].as_str().unwrap().to_owned();
        let count = counts.entry((kind, category)).or_default();
        count.cases += 1;
        let right = result_agrees(&case, &line);
        count.results += usize::from(right);
        if let Some(agrees) = history_agrees(&case, &line) {
            count.histories += 1;
            count.histories_right += usize::from(right && agrees);
        }
    }
    assert!(crashed.is_empty(), "{}", crashed.join("\n"));
    let mut kinds: BTreeMap<&str, Count> = BTreeMap::new();
    for ((kind, category), count) in &counts {
        println!(
            "{kind:20} {category:28} {:4} of {:4} results, {:4} of {:4} histories",
            count.results, count.cases, count.histories_right, count.histories
        );
        let sum = kinds.entry(kind).or_default();
        sum.cases += count.cases;
        sum.results += count.results;
        sum.histories += count.histories;
        sum.histories_right += count.histories_right;
    }
    for (kind, results, histories) in FLOORS {
        let Some(count) = kinds.get(kind) else {
            continue;
        };
        assert!(
            count.results * 100 >= count.cases * results,
            "{kind}: {} of {} results agree, the floor is {results} %",
            count.results,
            count.cases
        );
        assert!(
            count.histories_right * 100 >= count.histories * histories,
            "{kind}: {} of {} histories agree, the floor is {histories} %",
            count.histories_right,
            count.histories
        );
    }
}

fn result_agrees(case: &Json, line: &Json) -> bool {
    let expected = &case["expect"];
    match case["kind"].as_str().unwrap() {
        "variable_references" => expected["variable_references"] == line["variable_references"],
        "validation" => {
            expected["accepted"] == line["accepted"] && expected.get("code") == line.get("code")
        }
        _ if expected.get("rejected").is_some() => {
            line.get("rejected").is_some() && expected["code"] == line["code"]
        }
        _ => {
            ["status", "output", "error", "nextState"]
                .iter()
                .all(|name| same(expected.get(name), line.get(name)))
                && cause_agrees(expected, line)
        }
    }
}

fn cause_agrees(expected: &Json, got: &Json) -> bool {
    if let Some(json) = expected.get("cause_json") {
        let parsed = got["cause"]
            .as_str()
            .and_then(|text| serde_json::from_str(text).ok());
        return same(Some(json), parsed.as_ref());
    }
    same(expected.get("cause"), got.get("cause"))
}

/// Nothing where the case has no history to compare one by one.
fn history_agrees(case: &Json, line: &Json) -> Option<bool> {
    let expected = &case["expect"];
    if let Some(data) = expected.get("inspection") {
        return Some(same(Some(data), line.get("inspection")));
    }
    if expected["history_order"] != "total" {
        return None;
    }
    let wanted = expected["history"].as_array()?;
    let got = line["history"].as_array()?;
    Some(wanted.len() == got.len() && wanted.iter().zip(got).all(|(a, b)| event_agrees(a, b)))
}

fn event_agrees(expected: &Json, got: &Json) -> bool {
    // AWS changed which event this one follows; both are right.
    let either = expected["type"] == "MapStateExited";
    let (Some(wanted), Some(found)) = (expected.as_object(), got.as_object()) else {
        return false;
    };
    wanted.iter().all(|(name, value)| match name.as_str() {
        "prev" if either => true,
        "cause_json" => cause_agrees(expected, got),
        name => same(Some(value), found.get(name)),
    }) && found.keys().all(|name| {
        wanted.contains_key(name) || name == "cause" && wanted.contains_key("cause_json")
    })
}

/// Equal, numbers by value, `⟪…⟫` matching any scalar or part of a text.
fn same(expected: Option<&Json>, got: Option<&Json>) -> bool {
    match (expected, got) {
        (None, None) => true,
        (Some(expected), Some(got)) => same_value(expected, got),
        _ => false,
    }
}

fn same_value(expected: &Json, got: &Json) -> bool {
    match (expected, got) {
        (Json::String(pattern), got) if pattern.contains('⟪') => match got {
            Json::String(text) => matches(pattern, text),
            Json::Array(_) | Json::Object(_) => false,
            _ => pattern.starts_with('⟪') && pattern.ends_with('⟫'),
        },
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| {
                    b.get(key).is_some_and(|other| same_value(value, other))
                        || key.contains('⟪')
                            && b.iter().any(|(other, found)| {
                                matches(key, other) && same_value(value, found)
                            })
                })
        }
        (a, b) => a == b,
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    let mut expression = String::from("(?s)^");
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('⟪') {
        expression.push_str(&regex::escape(before));
        expression.push_str(".+");
        rest = after.split_once('⟫').map_or("", |(_, after)| after);
    }
    expression.push_str(&regex::escape(rest));
    expression.push('$');
    regex::Regex::new(&expression).unwrap().is_match(text)
}
