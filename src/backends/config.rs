//! `MockConfigFile.json` of Step Functions Local: test cases name responses, responses list answers by call.

use crate::backends::entry::Entry;
use crate::backends::entry::MockError;
use crate::backends::entry::Reply;
use crate::backends::entry::fault;
use crate::query::Value;

/// A test case by its name, with the lists of its states.
pub(crate) struct TestCase {
    pub name: String,
    pub lists: Vec<(String, Vec<Entry>)>,
}

/// The lists of one test case, by state.
///
/// # Errors
/// A machine, a case or a response that is not there, a range that is none, an answer without an answer.
pub(crate) fn lists(
    file: &Value,
    machine: &str,
    case: Option<&str>,
) -> Result<TestCase, MockError> {
    let machines = file.get("StateMachines");
    let found = machines
        .and_then(|machines| machines.get(machine))
        .ok_or_else(|| {
            let known = names(machines).join(", ");
            let words =
                format!("the mock file has no state machine \"{machine}\"; it has: {known}");
            MockError::at(&["StateMachines"], words)
        })?;
    let cases = found.get("TestCases");
    let known = names(cases);
    let case = match (case, known.as_slice()) {
        (Some(case), _) => case.to_owned(),
        (None, [only]) => only.clone(),
        (None, _) => {
            let words = format!(
                "name a test case with #CASE; there are: {}",
                known.join(", ")
            );
            return Err(MockError::at(&["StateMachines", machine], words));
        }
    };
    let place = ["StateMachines", machine, "TestCases", &case];
    let chosen = cases
        .and_then(|cases| cases.get(&case))
        .and_then(Value::as_object)
        .ok_or_else(|| {
            let known = known.join(", ");
            let words = format!("there is no test case \"{case}\"; there are: {known}");
            MockError::at(&["StateMachines", machine, "TestCases"], words)
        })?;
    let mut lists = Vec::new();
    for (state, response) in chosen.iter() {
        let at = |words: String| {
            let [a, b, c, d] = place;
            MockError::at(&[a, b, c, d, state], words)
        };
        let name = response.as_str().ok_or_else(|| {
            at(format!(
                "test case \"{case}\": \"{state}\" must name a response"
            ))
        })?;
        let members = file
            .get("MockedResponses")
            .and_then(|responses| responses.get(name))
            .and_then(Value::as_object)
            .ok_or_else(|| {
                at(format!(
                    "there is no mocked response \"{name}\", which test case \"{case}\" names for \"{state}\""
                ))
            })?;
        let mut entries = Vec::new();
        for (range, answer) in members.iter() {
            let wrong = |reason: String| {
                let words = format!("mocked response \"{name}\": {reason}");
                MockError::at(&["MockedResponses", name, range], words)
            };
            let count = calls(range, entries.len()).map_err(wrong)?;
            let reply = if let Some(value) = answer.get("Return") {
                Reply::Return(value.clone())
            } else if let Some(throw) = answer.get("Throw") {
                let fault = fault(throw, "Error", "Cause");
                Reply::Throw(fault.map_err(|reason| wrong(format!("{range}: {reason}")))?)
            } else {
                return Err(wrong(format!("{range} needs Return or Throw")));
            };
            entries.extend(std::iter::repeat_n(Entry::of(reply), count));
        }
        lists.push((state.to_string(), entries));
    }
    Ok(TestCase { name: case, lists })
}

/// Whether a file knows a test case of a machine.
pub(crate) fn has_case(file: &Value, machine: &str, case: &str) -> bool {
    file.get("StateMachines")
        .and_then(|machines| machines.get(machine))
        .and_then(|machine| machine.get("TestCases"))
        .is_some_and(|cases| cases.get(case).is_some())
}

fn names(value: Option<&Value>) -> Vec<String> {
    value
        .and_then(Value::as_object)
        .map(|members| members.keys().map(|name| name.to_string()).collect())
        .unwrap_or_default()
}

/// The most calls one range may stand for.
const MOST_CALLS: usize = 100_000;

/// How many calls `"3"` or `"1-2"` stands for; ranges follow each other from 0.
fn calls(range: &str, from: usize) -> Result<usize, String> {
    let wrong = || format!("\"{range}\" must be a number or a range such as \"1-2\"");
    let (first, last) = match range.split_once('-') {
        Some((first, last)) => (first, last),
        None => (range, range),
    };
    let first: usize = first.trim().parse().map_err(|_| wrong())?;
    let last: usize = last.trim().parse().map_err(|_| wrong())?;
    if first != from {
        return Err(format!(
            "\"{range}\" must begin with {from}: ranges follow each other from 0"
        ));
    }
    if last < first || last - first >= MOST_CALLS {
        return Err(wrong());
    }
    Ok(last - first + 1)
}
