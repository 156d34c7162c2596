//! What a scenario expects of a run, and in which respect a run differs from it.

use crate::query::Value;
use crate::sidecar::view::article;

/// What should come of a run. What is not named may be anything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expectation {
    /// `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `ABORTED`.
    pub status: Option<String>,
    /// The whole output.
    pub output: Option<Value>,
    /// A part of the output: objects by member, lists element by element.
    pub output_includes: Option<Value>,
    pub error: Option<String>,
    pub cause: Option<String>,
    /// The names of all states in the order in which they were entered.
    pub path: Option<Vec<String>>,
    /// States that have to be entered.
    pub visits: Vec<String>,
    /// States that must not be entered.
    pub avoids: Vec<String>,
}

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub struct RunSummary {
    pub status: String,
    pub output: Option<Value>,
    pub error: Option<String>,
    pub cause: Option<String>,
    pub path: Vec<String>,
}

/// The first respect in which a run differs: a sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Difference(pub String);

impl Expectation {
    /// Reads the `expect` of a scenario; the second part says what could not be understood.
    pub fn read(value: &Value, place: &str) -> (Expectation, Vec<String>) {
        let mut expectation = Expectation::default();
        let mut problems = Vec::new();
        let Some(members) = value.as_object() else {
            if !value.is_null() {
                problems.push(format!(
                    "{place} has to be an object, not {}",
                    article(value)
                ));
            }
            return (expectation, problems);
        };
        for (name, value) in members.iter() {
            let mut text = || {
                if value.as_str().is_none() {
                    problems.push(format!(
                        "{place}/{name} has to be text, not {}",
                        article(value)
                    ));
                }
                value.as_str().map(str::to_owned)
            };
            match name.as_ref() {
                "status" => expectation.status = text(),
                "error" => expectation.error = text(),
                "cause" => expectation.cause = text(),
                "output" => expectation.output = Some(value.clone()),
                "outputIncludes" => expectation.output_includes = Some(value.clone()),
                "path" | "visits" | "avoids" => {
                    let names: Option<Vec<String>> = value.as_array().and_then(|items| {
                        let names = items.iter().map(|item| item.as_str().map(str::to_owned));
                        names.collect()
                    });
                    match (names, name.as_ref()) {
                        (Some(names), "path") => expectation.path = Some(names),
                        (Some(names), "visits") => expectation.visits = names,
                        (Some(names), _) => expectation.avoids = names,
                        (None, _) => {
                            problems
                                .push(format!("{place}/{name} has to be a list of state names"));
                        }
                    }
                }
                _ => problems.push(format!("{place}/{name} is not known")),
            }
        }
        let known = ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"];
        if let Some(status) = &expectation.status
            && !known.contains(&status.as_str())
        {
            problems.push(format!(
                "{place}/status has to be one of {}",
                known.join(", ")
            ));
        }
        (expectation, problems)
    }

    /// Compares a run with what is expected.
    pub fn judge(&self, run: &RunSummary) -> Result<(), Difference> {
        self.judge_status(run)?;
        self.judge_text("error", self.error.as_deref(), run.error.as_deref())?;
        self.judge_text("cause", self.cause.as_deref(), run.cause.as_deref())?;
        self.judge_output(run)?;
        self.judge_path(run)
    }

    fn judge_status(&self, run: &RunSummary) -> Result<(), Difference> {
        match &self.status {
            Some(status) if *status != run.status => {
                let mut message = format!("Expected {status}, but the run {}", ended(&run.status));
                if let Some(error) = &run.error {
                    message.push_str(&format!(" with {error}"));
                }
                if let Some(cause) = run.cause.as_ref().filter(|cause| !cause.is_empty()) {
                    message.push_str(&format!(": {}", short(cause)));
                }
                Err(Difference(message))
            }
            _ => Ok(()),
        }
    }

    fn judge_text(
        &self,
        what: &str,
        expected: Option<&str>,
        found: Option<&str>,
    ) -> Result<(), Difference> {
        match (expected, found) {
            (None, _) => Ok(()),
            (Some(expected), Some(found)) if expected == found => Ok(()),
            (Some(expected), Some(found)) => Err(Difference(format!(
                "Expected the {what} {}, but it is {}",
                short(expected),
                short(found)
            ))),
            (Some(expected), None) => Err(Difference(format!(
                "Expected the {what} {}, but there is none",
                short(expected)
            ))),
        }
    }

    fn judge_output(&self, run: &RunSummary) -> Result<(), Difference> {
        let pairs = [
            (&self.output, Extent::Whole),
            (&self.output_includes, Extent::Part),
        ];
        for (expected, extent) in pairs {
            let Some(expected) = expected else { continue };
            let Some(found) = &run.output else {
                return Err(Difference(
                    "Expected an output, but there is none".to_owned(),
                ));
            };
            if let Some(difference) = compare(expected, found, extent, "$", 0) {
                return Err(Difference(difference));
            }
        }
        Ok(())
    }

    fn judge_path(&self, run: &RunSummary) -> Result<(), Difference> {
        if let Some(path) = &self.path {
            let same = path
                .iter()
                .zip(&run.path)
                .take_while(|(a, b)| a == b)
                .count();
            let expected = path.get(same);
            let found = run.path.get(same);
            let before = match same.checked_sub(1).and_then(|index| path.get(index)) {
                Some(name) => format!("after {name}"),
                None => "first".to_owned(),
            };
            match (expected, found) {
                (Some(expected), Some(found)) => {
                    return Err(Difference(format!(
                        "Expected {expected} {before}, but {found} was entered"
                    )));
                }
                (Some(expected), None) => {
                    return Err(Difference(format!(
                        "Expected {expected} {before}, but the run was over"
                    )));
                }
                (None, Some(found)) => {
                    return Err(Difference(format!(
                        "Expected the end {before}, but {found} was entered"
                    )));
                }
                (None, None) => {}
            }
        }
        if let Some(name) = self.visits.iter().find(|name| !run.path.contains(name)) {
            return Err(Difference(format!("{name} was not entered")));
        }
        if let Some(name) = self.avoids.iter().find(|name| run.path.contains(name)) {
            return Err(Difference(format!("{name} was entered")));
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    /// Objects may have more members than expected.
    Part,
}

/// Deeper values are compared as a whole.
const DEEPEST: usize = 100;

/// The first difference, in words with the place as a JSONPath.
fn compare(
    expected: &Value,
    found: &Value,
    extent: Extent,
    place: &str,
    depth: usize,
) -> Option<String> {
    if depth > DEEPEST {
        return (expected != found).then(|| format!("{place} differs"));
    }
    match (expected, found) {
        (Value::Object(wanted), Value::Object(present)) => {
            for (name, value) in wanted.iter() {
                let inner = member_path(place, name);
                let Some(other) = present.get(name) else {
                    return Some(format!("{inner} is missing in the output"));
                };
                if let Some(difference) = compare(value, other, extent, &inner, depth + 1) {
                    return Some(difference);
                }
            }
            let surplus = present.keys().find(|name| !wanted.contains_key(name));
            surplus
                .filter(|_| extent == Extent::Whole)
                .map(|name| format!("{} is not expected", member_path(place, name)))
        }
        (Value::Array(wanted), Value::Array(present)) => {
            for (index, value) in wanted.iter().enumerate() {
                let inner = format!("{place}[{index}]");
                let Some(other) = present.get(index) else {
                    return Some(format!("{inner} is missing in the output"));
                };
                if let Some(difference) = compare(value, other, extent, &inner, depth + 1) {
                    return Some(difference);
                }
            }
            (present.len() > wanted.len()).then(|| {
                format!(
                    "{place} has {} elements, expected {}",
                    present.len(),
                    wanted.len()
                )
            })
        }
        _ if expected == found => None,
        _ => Some(format!(
            "{place} is {}, expected {}",
            short(&found.to_json()),
            short(&expected.to_json())
        )),
    }
}

fn member_path(place: &str, name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if plain {
        format!("{place}.{name}")
    } else {
        format!("{place}['{}']", name.replace('\'', "\\'"))
    }
}

fn ended(status: &str) -> String {
    match status {
        "SUCCEEDED" => "succeeded".to_owned(),
        "FAILED" => "failed".to_owned(),
        "TIMED_OUT" => "timed out".to_owned(),
        "ABORTED" => "was aborted".to_owned(),
        other => format!("is {other}"),
    }
}

/// A text that fits a line.
fn short(text: &str) -> String {
    const LONGEST: usize = 160;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let head: String = text.chars().take(LONGEST).collect();
    format!("{head}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(expect: &str, run: RunSummary) -> String {
        let (expectation, problems) = Expectation::read(&Value::parse(expect).unwrap(), "expect");
        assert!(problems.is_empty(), "{problems:?}");
        match expectation.judge(&run) {
            Ok(()) => "ok".to_owned(),
            Err(difference) => difference.to_string(),
        }
    }

    fn run(output: &str) -> RunSummary {
        RunSummary {
            status: "SUCCEEDED".to_owned(),
            output: Some(Value::parse(output).unwrap()),
            path: vec!["A".to_owned(), "B".to_owned()],
            ..RunSummary::default()
        }
    }

    #[test]
    fn outputs_are_compared_whole_or_in_part() {
        let cases = [
            (r#"{"output":{"a":1.0}}"#, "ok"),
            (r#"{"output":{}}"#, "$.a is not expected"),
            (r#"{"outputIncludes":{}}"#, "ok"),
            (r#"{"output":{"a":2}}"#, "$.a is 1, expected 2"),
            (
                r#"{"outputIncludes":{"b c":2}}"#,
                "$['b c'] is missing in the output",
            ),
            (
                r#"{"status":"FAILED"}"#,
                "Expected FAILED, but the run succeeded",
            ),
            (
                r#"{"error":"E"}"#,
                "Expected the error E, but there is none",
            ),
        ];
        for (expect, words) in cases {
            assert_eq!(judge(expect, run(r#"{"a":1}"#)), words, "{expect}");
        }
        assert_eq!(
            judge(
                r#"{"outputIncludes":[{"x":1}]}"#,
                run(r#"[{"x":1,"y":2},3]"#)
            ),
            "$ has 2 elements, expected 1"
        );
    }

    #[test]
    fn paths_are_compared_in_order() {
        let cases = [
            (r#"{"path":["A","B"]}"#, "ok"),
            (
                r#"{"path":["A"]}"#,
                "Expected the end after A, but B was entered",
            ),
            (r#"{"path":["C"]}"#, "Expected C first, but A was entered"),
            (
                r#"{"path":["A","B","C"]}"#,
                "Expected C after B, but the run was over",
            ),
            (r#"{"visits":["B"],"avoids":["C"]}"#, "ok"),
            (r#"{"visits":["C"]}"#, "C was not entered"),
            (r#"{"avoids":["B"]}"#, "B was entered"),
        ];
        for (expect, words) in cases {
            assert_eq!(judge(expect, run("1")), words, "{expect}");
        }
    }
}
