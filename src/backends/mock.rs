//! Answers of tasks from a mock file: the list form, and `MockConfigFile.json` of Step Functions Local.

use std::collections::BTreeMap;
use std::path::Component;
use std::path::Path;
use std::sync::Arc;

use crate::asl::StatePath;
use crate::backends::bucket_objects;
use crate::engine::Answer;
use crate::engine::Call;
use crate::engine::Fault;
use crate::engine::Millis;
use crate::engine::Outcome;
use crate::engine::StoredObject;
use crate::query::Value;

/// How the text of a missing answer begins.
const UNANSWERED: &str = "No answer is given for the task ";

/// The answers of one execution. Each call takes one; a copy goes on from where the original stands.
#[derive(Clone, Debug, Default)]
pub struct Mocks {
    lists: BTreeMap<Arc<str>, List>,
    objects: Arc<Vec<StoredObject>>,
    /// Buckets that a folder stands for, by the path that the mock file gives it.
    folders: Vec<(String, String)>,
}

#[derive(Clone, Debug, Default)]
struct List {
    entries: Arc<Vec<Entry>>,
    /// The entries of each iteration, and under none those for any.
    places: Arc<BTreeMap<Option<usize>, Vec<usize>>>,
    /// How many of those have been taken, always the first ones.
    taken: BTreeMap<Option<usize>, usize>,
}

#[derive(Clone, Debug)]
struct Entry {
    reply: Reply,
    submitted: Option<Value>,
    after: Millis,
    iteration: Option<usize>,
    /// Answers all further calls too.
    repeat: bool,
}

#[derive(Clone, Debug)]
enum Reply {
    Return(Value),
    Throw(Fault),
    /// Never; a timeout of the state's own may end it.
    Pending,
}

/// Whether a cause tells that a mock file had no answer for a task.
pub fn is_unanswered(cause: &str) -> bool {
    cause.starts_with(UNANSWERED)
}

impl Mocks {
    /// Reads a mock file in either format. `machine` and `case` pick a test case of a `MockConfigFile.json`.
    ///
    /// # Errors
    /// One sentence on what is wrong, naming the state or case.
    pub fn read(file: &Value, machine: &str, case: Option<&str>) -> Result<Mocks, String> {
        if file.get("StateMachines").is_some() || file.get("MockedResponses").is_some() {
            return from_config(file, machine, case);
        }
        match case {
            Some(case) => Err(format!(
                "#{case} names a test case, and only a MockConfigFile.json has those"
            )),
            None => Mocks::from_list(file),
        }
    }

    /// Reads the list form: `{"<state name>": [{"return": …} | {"throw": …} | {"pending": true}]}`.
    ///
    /// # Errors
    /// One sentence that names the state and the entry.
    pub fn from_list(file: &Value) -> Result<Mocks, String> {
        let mut mocks = Mocks::default();
        if file.is_null() {
            return Ok(mocks);
        }
        let members = file
            .as_object()
            .ok_or("mocks must be an object of lists, one for each state")?;
        for (name, list) in members.iter() {
            if name.as_ref() == "$resources" {
                mocks.take_resources(list)?;
                continue;
            }
            let items = list
                .as_array()
                .ok_or_else(|| format!("the mocks of \"{name}\" must be a list"))?;
            let entries: Result<Vec<Entry>, String> = items
                .iter()
                .enumerate()
                .map(|(index, item)| {
                    entry(item).map_err(|reason| format!("mock {index} of \"{name}\" {reason}"))
                })
                .collect();
            mocks.insert(name, entries?);
        }
        Ok(mocks)
    }

    /// The objects that item readers see.
    pub fn objects(&self) -> &[StoredObject] {
        &self.objects
    }

    /// Reads the folders that stand for buckets; their paths are taken from `base`, the folder of the mock file.
    ///
    /// # Errors
    /// One sentence that names the bucket or the file. Folders outside `base` are refused.
    pub fn load_folders(&mut self, base: &Path) -> Result<(), String> {
        for (bucket, folder) in std::mem::take(&mut self.folders) {
            let inside = Path::new(&folder)
                .components()
                .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
            if !inside {
                return Err(format!(
                    "the folder \"{folder}\" of the bucket {bucket} must lie below that of the mock file"
                ));
            }
            let objects = bucket_objects(&bucket, &base.join(&folder))?;
            Arc::make_mut(&mut self.objects).extend(objects);
        }
        Ok(())
    }

    /// `"$resources": {"s3": [{"bucket", "key", "body"} | {"bucket", "folder"}]}`.
    fn take_resources(&mut self, resources: &Value) -> Result<(), String> {
        let Some(list) = resources.get("s3") else {
            return Ok(());
        };
        let list = list
            .as_array()
            .ok_or("\"$resources\": \"s3\" must be a list of objects with bucket, key and body")?;
        let objects = Arc::make_mut(&mut self.objects);
        for (index, object) in list.iter().enumerate() {
            let text = |name: &str| {
                object.get(name).and_then(Value::as_str).ok_or_else(|| {
                    format!("object {index} of \"s3\" in \"$resources\" needs \"{name}\", a string")
                })
            };
            if object.get("folder").is_some() {
                let folder = (text("bucket")?.to_owned(), text("folder")?.to_owned());
                self.folders.push(folder);
            } else {
                objects.push(StoredObject::new(
                    text("bucket")?,
                    text("key")?,
                    text("body")?,
                ));
            }
        }
        Ok(())
    }

    /// What a call is answered with; nothing where it never is.
    ///
    /// Lists are looked up by the state's path first, then by its name. Inside a Map an entry with
    /// the call's iteration is taken before the next one in order.
    pub fn answer(&mut self, call: &Call) -> Vec<Answer> {
        let entry = self
            .list_of(&call.state, &call.name)
            .and_then(|list| list.take(call.iteration));
        let Some(entry) = entry else {
            return vec![Answer {
                after: 0,
                outcome: Outcome::Failed(unanswered(call)),
            }];
        };
        let mut answers = Vec::new();
        if let Some(submitted) = entry.submitted {
            answers.push(Answer {
                after: 0,
                outcome: Outcome::Submitted(submitted),
            });
        }
        let outcome = match entry.reply {
            Reply::Return(value) => Outcome::Succeeded(value),
            Reply::Throw(fault) => Outcome::Failed(fault),
            Reply::Pending => return answers,
        };
        answers.push(Answer {
            after: entry.after,
            outcome,
        });
        answers
    }

    fn list_of(&mut self, path: &StatePath, name: &Arc<str>) -> Option<&mut List> {
        if self.lists.contains_key(path.as_str()) {
            return self.lists.get_mut(path.as_str());
        }
        self.lists.get_mut(name)
    }

    fn insert(&mut self, name: &str, entries: Vec<Entry>) {
        let mut places: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
        for (place, entry) in entries.iter().enumerate() {
            places.entry(entry.iteration).or_default().push(place);
        }
        self.lists.insert(
            Arc::from(name),
            List {
                entries: Arc::new(entries),
                places: Arc::new(places),
                taken: BTreeMap::new(),
            },
        );
    }
}

impl List {
    fn take(&mut self, iteration: Option<usize>) -> Option<Entry> {
        let mut found = iteration.and_then(|_| self.next_of(iteration));
        if found.is_none() {
            found = self.next_of(None);
        }
        if found.is_none() && iteration.is_none() {
            // Outside a Map the entries of iterations serve too, in the order of the list.
            let open =
                |iteration: &Option<usize>| self.open(*iteration).map(|place| (place, *iteration));
            let first = self.places.keys().filter_map(open).min();
            found = first.and_then(|(_, iteration)| self.next_of(iteration));
        }
        let Some(index) = found else {
            return self
                .entries
                .iter()
                .rev()
                .find(|entry| {
                    entry.repeat && (entry.iteration.is_none() || entry.iteration == iteration)
                })
                .cloned();
        };
        self.entries.get(index).cloned()
    }

    /// The first entry of an iteration that has not been taken.
    fn open(&self, iteration: Option<usize>) -> Option<usize> {
        let taken = self.taken.get(&iteration).copied().unwrap_or_default();
        self.places.get(&iteration)?.get(taken).copied()
    }

    /// Takes that entry.
    fn next_of(&mut self, iteration: Option<usize>) -> Option<usize> {
        let place = self.open(iteration)?;
        *self.taken.entry(iteration).or_default() += 1;
        Some(place)
    }
}

fn unanswered(call: &Call) -> Fault {
    Fault::new(
        "States.TaskFailed",
        format!(
            "{UNANSWERED}\"{}\" ({}): add one to the mock file or the scenario, \
             or choose the local backend (not built yet), or AWS (not built yet)",
            call.name, call.resource
        ),
    )
}

fn entry(item: &Value) -> Result<Entry, String> {
    let members = item.as_object().ok_or("must be an object")?;
    let via = item.get("via").and_then(Value::as_str).unwrap_or_default();
    let reply = if via.ends_with("TimedOut") {
        Reply::Pending
    } else if let Some(value) = item.get("return") {
        Reply::Return(value.clone())
    } else if let Some(throw) = item.get("throw") {
        Reply::Throw(fault(throw, "error", "cause"))
    } else if item.get("pending").and_then(Value::as_bool) == Some(true) {
        Reply::Pending
    } else {
        let known: Vec<&str> = members.keys().map(AsRef::as_ref).collect();
        return Err(format!(
            "needs \"return\", \"throw\" or \"pending\": true, but has {}",
            if known.is_empty() {
                "nothing".to_owned()
            } else {
                known.join(", ")
            }
        ));
    };
    let seconds = item
        .get("after")
        .and_then(Value::as_f64)
        .unwrap_or_default();
    Ok(Entry {
        reply,
        submitted: item.get("submitted").cloned(),
        after: (seconds.max(0.0) * 1_000.0).round() as Millis,
        iteration: item
            .get("iteration")
            .and_then(Value::as_i64)
            .and_then(|index| usize::try_from(index).ok()),
        repeat: item.get("repeat").and_then(Value::as_bool) == Some(true),
    })
}

fn fault(throw: &Value, error: &str, cause: &str) -> Fault {
    let text = |name: &str| {
        throw
            .get(name)
            .and_then(Value::as_str)
            .map(|text| -> Arc<str> { Arc::from(text) })
    };
    Fault {
        error: text(error),
        cause: text(cause),
        origin: None,
    }
}

/// Step Functions Local's format: test cases name responses, responses list answers by call.
fn from_config(file: &Value, machine: &str, case: Option<&str>) -> Result<Mocks, String> {
    let names = |value: Option<&Value>| -> Vec<String> {
        value
            .and_then(Value::as_object)
            .map(|members| members.keys().map(|name| name.to_string()).collect())
            .unwrap_or_default()
    };
    let machines = file.get("StateMachines");
    let found = machines
        .and_then(|machines| machines.get(machine))
        .ok_or_else(|| {
            format!(
                "the mock file has no state machine \"{machine}\"; it has: {}",
                names(machines).join(", ")
            )
        })?;
    let cases = found.get("TestCases");
    let known = names(cases);
    let case = match (case, known.as_slice()) {
        (Some(case), _) => case,
        (None, [only]) => only.as_str(),
        (None, _) => {
            return Err(format!(
                "name a test case with #CASE; there are: {}",
                known.join(", ")
            ));
        }
    };
    let chosen = cases
        .and_then(|cases| cases.get(case))
        .and_then(Value::as_object)
        .ok_or_else(|| {
            format!(
                "there is no test case \"{case}\"; there are: {}",
                known.join(", ")
            )
        })?;
    let mut mocks = Mocks::default();
    for (state, response) in chosen.iter() {
        let response_name = response
            .as_str()
            .ok_or_else(|| format!("test case \"{case}\": \"{state}\" must name a response"))?;
        let response = file
            .get("MockedResponses")
            .and_then(|responses| responses.get(response_name))
            .and_then(Value::as_object)
            .ok_or_else(|| format!("there is no mocked response \"{response_name}\""))?;
        let mut entries = Vec::new();
        for (range, answer) in response.iter() {
            let count = calls(range, entries.len())
                .map_err(|reason| format!("mocked response \"{response_name}\": {reason}"))?;
            let reply = if let Some(value) = answer.get("Return") {
                Reply::Return(value.clone())
            } else if let Some(throw) = answer.get("Throw") {
                Reply::Throw(fault(throw, "Error", "Cause"))
            } else {
                return Err(format!(
                    "mocked response \"{response_name}\": {range} needs Return or Throw"
                ));
            };
            for _ in 0..count {
                entries.push(Entry {
                    reply: reply.clone(),
                    submitted: None,
                    after: 0,
                    iteration: None,
                    repeat: false,
                });
            }
        }
        mocks.insert(state, entries);
    }
    if let Some(resources) = file.get("$resources") {
        mocks.take_resources(resources)?;
    }
    Ok(mocks)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CallId;
    use crate::engine::Lane;

    fn call(name: &str, iteration: Option<usize>) -> Call {
        Call {
            id: CallId(1),
            state: StatePath::top(name),
            name: Arc::from(name),
            lane: Lane::default(),
            resource: Arc::from("arn:aws:states:::lambda:invoke"),
            payload: Value::Null,
            attempt: 0,
            iteration,
            token: None,
        }
    }

    fn outcomes(mocks: &mut Mocks, iteration: Option<usize>) -> Vec<Outcome> {
        mocks
            .answer(&call("A", iteration))
            .into_iter()
            .map(|answer| answer.outcome)
            .collect()
    }

    #[test]
    fn entries_are_taken_by_iteration_then_in_order() {
        let file = Value::parse(
            r#"{"A":[{"return":1,"iteration":1},{"return":0,"iteration":0},{"return":9,"repeat":true}]}"#,
        )
        .unwrap();
        let mut mocks = Mocks::read(&file, "m", None).unwrap();
        assert_eq!(
            outcomes(&mut mocks, Some(0)),
            [Outcome::Succeeded(0.into())]
        );
        assert_eq!(
            outcomes(&mut mocks, Some(1)),
            [Outcome::Succeeded(1.into())]
        );
        for _ in 0..3 {
            assert_eq!(
                outcomes(&mut mocks, Some(2)),
                [Outcome::Succeeded(9.into())]
            );
        }
    }

    #[test]
    fn a_missing_answer_names_the_state_and_the_ways() {
        let Some(Outcome::Failed(fault)) = outcomes(&mut Mocks::default(), None).pop() else {
            panic!("answered");
        };
        let cause = fault.cause.unwrap();
        assert!(is_unanswered(&cause) && cause.contains("\"A\""), "{cause}");
    }

    #[test]
    fn configuration_files_unfold_their_ranges() {
        let file = Value::parse(
            r#"{"StateMachines":{"m":{"TestCases":{"T":{"A":"R"}}}},
                "MockedResponses":{"R":{"0-1":{"Throw":{"Error":"E","Cause":"c"}},"2":{"Return":5}}}}"#,
        )
        .unwrap();
        let mut mocks = Mocks::read(&file, "m", Some("T")).unwrap();
        let failed = [Outcome::Failed(Fault::new("E", "c"))];
        assert_eq!(outcomes(&mut mocks, None), failed);
        assert_eq!(outcomes(&mut mocks, None), failed);
        assert_eq!(outcomes(&mut mocks, None), [Outcome::Succeeded(5.into())]);
        assert!(
            Mocks::read(&file, "x", Some("T"))
                .unwrap_err()
                .contains("it has: m")
        );
        assert!(
            Mocks::read(&file, "m", Some("U"))
                .unwrap_err()
                .contains("there are: T")
        );
    }
}
