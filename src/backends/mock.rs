//! Answers of tasks from a mock file: the list form, and `MockConfigFile.json` of Step Functions Local.

use std::collections::BTreeMap;
use std::path::Component;
use std::path::Path;
use std::sync::Arc;

use crate::asl::StatePath;
use crate::backends::bucket_objects;
use crate::backends::config;
use crate::backends::entry::Entry;
use crate::backends::entry::MockError;
use crate::backends::entry::kind;
use crate::backends::list::LeftOver;
use crate::backends::list::List;
use crate::backends::list::entries;
use crate::engine::Answer;
use crate::engine::Call;
use crate::engine::Fault;
use crate::engine::Outcome;
use crate::engine::StoredObject;
use crate::query::Value;
use crate::trace::UNANSWERED;

/// The answers of one execution. Each call takes one; a copy goes on from where the original stands.
#[derive(Clone, Debug, Default)]
pub struct Mocks {
    lists: BTreeMap<Arc<str>, List>,
    objects: Arc<Vec<StoredObject>>,
    /// Buckets that a folder stands for, by the path that the mock file gives it.
    folders: Vec<(String, String)>,
    nested: Arc<Nested>,
}

/// The answers of the executions that an execution starts.
#[derive(Debug, Default)]
struct Nested {
    /// `$nested`: by workflow, one for each execution in order; the last one for all further.
    lists: BTreeMap<String, Vec<Mocks>>,
    /// A `MockConfigFile.json` and the test case that was chosen in it.
    config: Option<(Value, String)>,
    /// Those of the execution around.
    outer: Option<Arc<Nested>>,
}

impl Mocks {
    /// Reads a mock file in either format. `machine` and `case` pick a test case of a `MockConfigFile.json`.
    ///
    /// # Errors
    /// One sentence on what is wrong, naming the state or case.
    pub fn read(file: &Value, machine: &str, case: Option<&str>) -> Result<Mocks, MockError> {
        if file.get("StateMachines").is_some() || file.get("MockedResponses").is_some() {
            return Mocks::from_config(file, machine, case);
        }
        match case {
            Some(case) => {
                let words =
                    format!("#{case} names a test case, and only a MockConfigFile.json has those");
                Err(MockError::at(&[], words))
            }
            None => Mocks::from_list(file),
        }
    }

    /// Reads the list form: `{"<state name>": [{"return": …} | {"throw": …} | {"pending": true}]}`.
    ///
    /// # Errors
    /// One sentence that names the state, the entry and the field.
    pub fn from_list(file: &Value) -> Result<Mocks, MockError> {
        let mut mocks = Mocks::default();
        if file.is_null() {
            return Ok(mocks);
        }
        let members = file.as_object().ok_or_else(|| {
            let words = "mocks must be an object of lists, one for each state";
            MockError::at(&[], words)
        })?;
        for (name, list) in members.iter() {
            match name.as_ref() {
                "$resources" => mocks.take_resources(list)?,
                "$nested" => {
                    let lists = nested(list)?;
                    mocks.nested = Arc::new(Nested {
                        lists,
                        ..Nested::default()
                    });
                }
                name => mocks.insert(name, entries(name, list)?),
            }
        }
        Ok(mocks)
    }

    fn from_config(file: &Value, machine: &str, case: Option<&str>) -> Result<Mocks, MockError> {
        let case = config::lists(file, machine, case)?;
        let mut mocks = Mocks::default();
        for (state, entries) in case.lists {
            mocks.insert(&state, entries);
        }
        if let Some(resources) = file.get("$resources") {
            mocks.take_resources(resources)?;
        }
        mocks.nested = Arc::new(Nested {
            config: Some((file.clone(), case.name)),
            ..Nested::default()
        });
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
    pub fn load_folders(&mut self, base: &Path) -> Result<(), MockError> {
        for (bucket, folder) in std::mem::take(&mut self.folders) {
            let refused = |words: String| MockError::at(&["$resources", "s3"], words);
            let inside = Path::new(&folder)
                .components()
                .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
            if !inside {
                return Err(refused(format!(
                    "the folder \"{folder}\" of the bucket {bucket} must lie below that of the mock file"
                )));
            }
            let objects = bucket_objects(&bucket, &base.join(&folder)).map_err(refused)?;
            Arc::make_mut(&mut self.objects).extend(objects);
        }
        Ok(())
    }

    /// `"$resources": {"s3": [{"bucket", "key", "body"} | {"bucket", "folder"}]}`.
    fn take_resources(&mut self, resources: &Value) -> Result<(), MockError> {
        let Some(list) = resources.get("s3") else {
            return Ok(());
        };
        let list = list.as_array().ok_or_else(|| {
            let words = format!(
                "\"s3\" must be a list of objects with bucket, key and body, not {}",
                kind(list)
            );
            MockError::at(&["$resources", "s3"], words)
        })?;
        let objects = Arc::make_mut(&mut self.objects);
        for (index, object) in list.iter().enumerate() {
            let text = |name: &str| {
                object.get(name).and_then(Value::as_str).ok_or_else(|| {
                    let words = format!("object {index} of \"s3\" needs \"{name}\", a string");
                    MockError::at(&["$resources", "s3", &index.to_string()], words)
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

    /// What a call is answered with; nothing where it never is, a failure where no mock is left.
    ///
    /// Lists are looked up by the state's path first, then by its name. Inside a Map an entry with
    /// the call's iteration is taken before the next one in order.
    pub fn answer(&mut self, call: &Call) -> Vec<Answer> {
        self.take(call).unwrap_or_else(|| {
            vec![Answer {
                after: 0,
                outcome: Outcome::Failed(self.unanswered(call)),
            }]
        })
    }

    /// What a call is answered with, as `answer` tells it; none where no mock is left for it.
    pub fn take(&mut self, call: &Call) -> Option<Vec<Answer>> {
        let list = self.list_of(&call.state, &call.name)?;
        list.take(call.iteration, &call.payload).map(Entry::answers)
    }

    /// What a call that belongs to no state is answered with: the list stands under `name` (a route's `GET /orders`).
    /// None where there is no entry left for it.
    pub fn take_named(&mut self, name: &str, payload: &Value) -> Option<Vec<Answer>> {
        let list = self.lists.get_mut(name)?;
        list.take(None, payload).map(Entry::answers)
    }

    /// Whether there is a list under a name.
    pub fn has(&self, name: &str) -> bool {
        self.lists.contains_key(name)
    }

    /// Whether there is a list for a state, used up or not.
    pub fn knows(&self, path: &StatePath, name: &str) -> bool {
        self.lists.contains_key(path.as_str()) || self.lists.contains_key(name)
    }

    /// The failure of a call that nothing answers.
    pub fn unanswered(&self, call: &Call) -> Fault {
        let list = self
            .lists
            .get(call.state.as_str())
            .or_else(|| self.lists.get(&call.name));
        let used_up = list.map(|list| {
            let iteration = call
                .iteration
                .map(|index| format!(", in iteration {index}"))
                .unwrap_or_default();
            format!(
                "; this is call {}{iteration}, and it has {}",
                list.calls(),
                list.counts()
            )
        });
        // The resource of most calls is only how a function is called.
        let function = call.payload.get("FunctionName").and_then(Value::as_str);
        let function = function.map(|name| format!(", the function {name}"));
        Fault::new(
            "States.TaskFailed",
            format!(
                "{UNANSWERED}\"{name}\" ({}{}){}: add \"{name}\": [{{\"return\": ...}}] to \"mocks\" of the companion \
                 file, of the scenario or of the mock file, or let the local backend or AWS answer it (\"backends\" of the \
                 companion file, or --backend)",
                call.resource,
                function.unwrap_or_default(),
                used_up.unwrap_or_default(),
                name = call.name,
            ),
        )
    }

    /// The entries no call has taken, by state. Those that repeat are there for whoever comes.
    pub fn left_over(&self) -> Vec<LeftOver> {
        let lists = self.lists.iter().map(|(state, list)| LeftOver {
            state: state.to_string(),
            calls: list.calls(),
            entries: list.left_over(),
        });
        lists.filter(|left| !left.entries.is_empty()).collect()
    }

    /// The answers for the n-th execution of a workflow that this execution starts, counted from 0;
    /// none where nothing is said of that workflow. What they say nothing of is looked up here.
    ///
    /// # Errors
    /// What is wrong with the test case of that workflow.
    pub fn for_nested(&self, workflow: &str, nth: usize) -> Option<Result<Mocks, MockError>> {
        let mut current = Some(&self.nested);
        while let Some(nested) = current {
            if let Some(lists) = nested.lists.get(workflow) {
                return lists.get(nth).or(lists.last()).cloned().map(Ok);
            }
            if let Some((file, case)) = &nested.config
                && config::has_case(file, workflow, case)
            {
                return Some(Mocks::from_config(file, workflow, Some(case)));
            }
            current = nested.outer.as_ref();
        }
        None
    }

    /// These answers inside an execution that has others: what they lack is looked up there.
    #[must_use]
    pub fn inside(mut self, outer: &Mocks) -> Mocks {
        if self.objects.is_empty() {
            self.objects = outer.objects.clone();
        }
        self.nested = Arc::new(Nested {
            lists: self.nested.lists.clone(),
            config: self.nested.config.clone(),
            outer: Some(outer.nested.clone()),
        });
        self
    }

    fn list_of(&mut self, path: &StatePath, name: &Arc<str>) -> Option<&mut List> {
        if self.lists.contains_key(path.as_str()) {
            return self.lists.get_mut(path.as_str());
        }
        self.lists.get_mut(name)
    }

    fn insert(&mut self, name: &str, entries: Vec<Entry>) {
        self.lists.insert(Arc::from(name), List::new(entries));
    }
}

/// `$nested`: for each workflow its mocks, or a list of them, one for each execution.
fn nested(value: &Value) -> Result<BTreeMap<String, Vec<Mocks>>, MockError> {
    let members = value.as_object().ok_or_else(|| {
        let words = "\"$nested\" must be an object of mocks, one for each workflow";
        MockError::at(&["$nested"], words)
    })?;
    let mut found = BTreeMap::new();
    for (workflow, mocks) in members.iter() {
        let one = |mocks: &Value, place: &[&str]| {
            Mocks::from_list(mocks).map_err(|error| {
                let message = format!("nested \"{workflow}\": {}", error.message);
                MockError { message, ..error }.below(&MockError::at(place, "").pointer)
            })
        };
        let lists = match mocks.as_array() {
            Some(items) => items
                .iter()
                .enumerate()
                .map(|(index, mocks)| one(mocks, &["$nested", workflow, &index.to_string()]))
                .collect::<Result<Vec<Mocks>, MockError>>()?,
            None => vec![one(mocks, &["$nested", workflow])?],
        };
        found.insert(workflow.to_string(), lists);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CallId;
    use crate::engine::Lane;
    use crate::trace::is_unanswered;

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
                .message
                .contains("it has: m")
        );
        assert!(
            Mocks::read(&file, "m", Some("U"))
                .unwrap_err()
                .message
                .contains("there are: T")
        );
    }

    #[test]
    fn heartbeats_and_the_worker_come_before_the_answer() {
        let file = Value::parse(
            r#"{"A":[{"return":1,"after":50,"heartbeats":[20,40.5],"worker":"w-1","submitted":{}}]}"#,
        )
        .unwrap();
        let mut mocks = Mocks::from_list(&file).unwrap();
        let answers = mocks.answer(&call("A", None));
        let times: Vec<i64> = answers.iter().map(|answer| answer.after).collect();
        assert_eq!(times, [0, 0, 20_000, 40_500, 50_000]);
        let worker = Some(Arc::from("w-1"));
        assert_eq!(answers[0].outcome, Outcome::Started { worker });
        assert_eq!(answers[3].outcome, Outcome::Heartbeat);
        assert_eq!(answers[4].outcome, Outcome::Succeeded(1.into()));
    }

    #[test]
    fn what_is_malformed_is_named_with_its_place() {
        let cases = [
            (r#"{"A":{}}"#, "/A", "the mocks of \"A\" must be a list"),
            (
                r#"{"A":[{"return":1},{}]}"#,
                "/A/1",
                "mock 1 of \"A\": needs",
            ),
            (
                r#"{"A":[{"return":1,"after":"5"}]}"#,
                "/A/0/after",
                "mock 0 of \"A\": \"after\" must be seconds",
            ),
            (
                r#"{"A":[{"return":1,"heartbeats":[1,-1]}]}"#,
                "/A/0/heartbeats",
                "not with -1",
            ),
            (
                r#"{"A":[{"throw":"E"}]}"#,
                "/A/0/throw",
                "must be an object",
            ),
            (
                r#"{"A":[{"return":1,"repeats":true}]}"#,
                "/A/0",
                "the field \"repeats\"",
            ),
            (
                r#"{"$nested":{"c":[{"B":[{}]}]}}"#,
                "/$nested/c/0/B/0",
                "nested \"c\": mock 0 of \"B\"",
            ),
        ];
        for (text, pointer, words) in cases {
            let error = Mocks::from_list(&Value::parse(text).unwrap()).unwrap_err();
            assert_eq!(error.pointer, pointer, "{text}");
            assert!(error.message.contains(words), "{}", error.message);
        }
    }

    #[test]
    fn what_is_left_over_or_used_up_is_counted() {
        let file = Value::parse(
            r#"{"A":[{"return":1},{"return":2},{"return":3}],"B":[{"return":1}],"C":[{"return":1,"repeat":true}]}"#,
        )
        .unwrap();
        let mut mocks = Mocks::from_list(&file).unwrap();
        mocks.answer(&call("A", None));
        let said: Vec<String> = mocks.left_over().iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "\"A\" was called 1 time: mocks 1, 2 are left over",
                "\"B\" was never called: mock 0 is left over"
            ]
        );
        mocks.answer(&call("B", None));
        let Some(Outcome::Failed(fault)) = mocks
            .answer(&call("B", None))
            .pop()
            .map(|answer| answer.outcome)
        else {
            panic!("answered");
        };
        let cause = fault.cause.unwrap();
        assert!(
            cause.contains("this is call 2, and it has 1 mock"),
            "{cause}"
        );
    }

    #[test]
    fn nested_answers_are_found_by_workflow_from_the_inside_out() {
        let read = |text: &str| Mocks::from_list(&Value::parse(text).unwrap()).unwrap();
        let outer = read(
            r#"{"$nested":{"c":[{"A":[{"return":0}]},{"A":[{"return":1}]}],"d":{"A":[{"return":9}]}}}"#,
        );
        let value = |mocks: Option<Result<Mocks, MockError>>| {
            let mut mocks = mocks.unwrap().unwrap();
            outcomes(&mut mocks, None).pop().unwrap()
        };
        assert_eq!(
            value(outer.for_nested("c", 0)),
            Outcome::Succeeded(0.into())
        );
        assert_eq!(
            value(outer.for_nested("c", 5)),
            Outcome::Succeeded(1.into())
        );
        let inner = read(r#"{"$nested":{"c":{"A":[{"return":7}]}}}"#).inside(&outer);
        assert_eq!(
            value(inner.for_nested("c", 0)),
            Outcome::Succeeded(7.into())
        );
        assert_eq!(
            value(inner.for_nested("d", 0)),
            Outcome::Succeeded(9.into())
        );
        assert!(inner.for_nested("e", 0).is_none());
    }
}
