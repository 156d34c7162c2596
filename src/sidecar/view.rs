//! The typed view: what a companion file says, as far as it can be understood.

use std::collections::BTreeMap;

use crate::asl::MachineType;
use crate::asl::StatePath;
use crate::query::Map;
use crate::query::Value;
use crate::sidecar::Backends;
use crate::sidecar::Expectation;
use crate::sidecar::SavedRequest;
use crate::syntax::Format;

/// What a companion file says. What is missing or wrong is left out; `problems` names the wrong.
#[derive(Clone, Debug, Default)]
pub struct Sidecar {
    /// Standard where nothing else is said.
    pub kind: MachineType,
    /// Values of `${Name}` placeholders.
    pub params: BTreeMap<String, String>,
    pub breakpoints: Vec<StatePath>,
    pub scenarios: Vec<Scenario>,
    /// Answers of tasks where no scenario was chosen, and under `METHOD /path` those of a route that calls a service
    /// itself; null where there are none.
    pub mocks: Value,
    /// What answers tasks instead of mocks.
    pub backends: Backends,
    /// Requests to the API in front, kept for people and tests.
    pub requests: Vec<SavedRequest>,
    /// In the companion of a template: what it says of each machine, by logical id or name.
    pub machines: BTreeMap<String, Sidecar>,
    /// What could not be understood, as sentences without a full stop.
    pub problems: Vec<String>,
}

/// An input, the answers of the tasks, and what should come of it.
#[derive(Clone, Debug, Default)]
pub struct Scenario {
    pub name: String,
    /// One sentence.
    pub description: String,
    pub input: Value,
    /// An object of lists by state name, as `run --mocks` takes it; null where there are none.
    pub mocks: Value,
    /// What answers tasks in this scenario alone.
    pub backends: Backends,
    /// Variables assigned before the first state; null where there are none.
    pub variables: Value,
    pub expect: Expectation,
}

impl Sidecar {
    pub fn scenario(&self, name: &str) -> Option<&Scenario> {
        self.scenarios.iter().find(|scenario| scenario.name == name)
    }

    /// The mocks of an execution for which no scenario was chosen: those of the file, else those of the first
    /// scenario, else null.
    pub fn usual_mocks(&self) -> &Value {
        const NONE: &Value = &Value::Null;
        if self.answers_tasks() {
            return &self.mocks;
        }
        let first = self.scenarios.first();
        first.map_or(NONE, |scenario| &scenario.mocks)
    }

    /// Whether `mocks` says anything of tasks, not only of routes.
    pub fn answers_tasks(&self) -> bool {
        let names = self
            .mocks
            .as_object()
            .into_iter()
            .flat_map(|mocks| mocks.keys());
        names.into_iter().any(|name| !is_route(name))
    }
}

/// The kind of machine a companion file names, without reading the rest; none where it names none.
pub fn machine_type(text: &str) -> Option<MachineType> {
    let parse = crate::syntax::parse(text, Format::Json);
    let root = parse.tree.root()?;
    MachineType::parse(parse.tree.get_str(root, "type")?)
}

/// Reads a companion file. Never fails; an empty text is an empty companion.
pub fn read(text: &str) -> Sidecar {
    let mut sidecar = Sidecar::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return sidecar;
    }
    let root = match Value::parse(text) {
        Ok(root) => root,
        Err(error) => {
            let parse = crate::syntax::parse(text, Format::Json);
            let index = crate::text::LineIndex::new(text);
            sidecar.problems.push(match parse.errors.first() {
                Some(first) => format!(
                    "Line {}: {}",
                    index.locate(text, first.span.start).line,
                    first.message
                ),
                None => error.to_string(),
            });
            return sidecar;
        }
    };
    let Some(members) = root.as_object() else {
        let problem = format!("The file holds {} instead of an object", article(&root));
        sidecar.problems.push(problem);
        return sidecar;
    };
    if let Some(version) = members.get("stepwright")
        && version.as_i64() != Some(1)
    {
        sidecar.problems.push(format!(
            "The file is of version {}; this program knows version 1",
            version.to_json()
        ));
    }
    sidecar.read_members(members);
    if let Some(machines) = members.get("machines") {
        sidecar.read_machines(machines);
    }
    sidecar
}

impl Sidecar {
    fn wrong(&mut self, place: &str, expected: &str, found: &Value) {
        let problem = format!("{place} has to be {expected}, not {}", article(found));
        self.problems.push(problem);
    }

    fn read_members(&mut self, members: &Map) {
        if let Some(kind) = members.get("type") {
            match kind.as_str().and_then(MachineType::parse) {
                Some(kind) => self.kind = kind,
                None => self
                    .problems
                    .push("type has to be STANDARD or EXPRESS".to_owned()),
            }
        }
        if let Some(params) = members.get("params") {
            self.read_params(params);
        }
        if let Some(breakpoints) = members.get("breakpoints") {
            self.read_breakpoints(breakpoints);
        }
        match members.get("scenarios").map(|list| (list, list.as_array())) {
            Some((_, Some(items))) => {
                for (index, item) in items.iter().enumerate() {
                    self.read_scenario(index, item);
                }
            }
            Some((other, None)) => self.wrong("scenarios", "a list", other),
            None => {}
        }
        match members.get("mocks") {
            Some(mocks @ Value::Object(_)) => self.mocks = mocks.clone(),
            Some(other) => self.wrong("mocks", "an object", other),
            None => {}
        }
        if let Some(backends) = members.get("backends") {
            let (backends, problems) = Backends::read(backends, "backends");
            self.backends = backends;
            self.problems.extend(problems);
        }
        match members.get("requests").map(|list| (list, list.as_array())) {
            Some((_, Some(items))) => {
                for (index, item) in items.iter().enumerate() {
                    let place = format!("requests/{index}");
                    let (request, problems) = SavedRequest::read(item, &place);
                    self.requests.extend(request);
                    self.problems.extend(problems);
                }
            }
            Some((other, None)) => self.wrong("requests", "a list", other),
            None => {}
        }
    }

    /// `machines`: each is described as a companion of its own would, only without machines.
    fn read_machines(&mut self, machines: &Value) {
        let Some(list) = machines.as_object() else {
            return self.wrong("machines", "an object", machines);
        };
        for (name, item) in list.iter() {
            let place = format!("machines/{name}");
            let Some(members) = item.as_object() else {
                self.wrong(&place, "an object", item);
                continue;
            };
            let mut machine = Sidecar::default();
            machine.read_members(members);
            let problems = std::mem::take(&mut machine.problems);
            let placed = problems.iter().map(|problem| format!("{place}: {problem}"));
            self.problems.extend(placed);
            self.machines.insert(name.to_string(), machine);
        }
    }

    fn read_params(&mut self, params: &Value) {
        let Some(members) = params.as_object() else {
            return self.wrong("params", "an object", params);
        };
        for (name, value) in members.iter() {
            let text = value
                .as_str()
                .map_or_else(|| value.to_json(), str::to_owned);
            self.params.insert(name.to_string(), text);
        }
    }

    fn read_breakpoints(&mut self, breakpoints: &Value) {
        let Some(items) = breakpoints.as_array() else {
            return self.wrong("breakpoints", "a list", breakpoints);
        };
        for item in items.iter() {
            match item.as_str() {
                Some(path) if path.starts_with('/') => {
                    self.breakpoints.push(StatePath::new(path));
                }
                Some(name) => self.breakpoints.push(StatePath::top(name)),
                None => self.wrong("a breakpoint", "the path of a state", item),
            }
        }
    }

    fn read_scenario(&mut self, index: usize, item: &Value) {
        let place = format!("scenarios/{index}");
        let Some(members) = item.as_object() else {
            return self.wrong(&place, "an object", item);
        };
        let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
        let any = |name: &str| members.get(name).cloned().unwrap_or_default();
        let name = text("name").filter(|name| !name.is_empty());
        if name.is_none() {
            self.problems.push(format!("{place} has no name"));
        }
        let name = name.unwrap_or_else(|| format!("Scenario {}", index + 1));
        if self.scenario(&name).is_some() {
            self.problems
                .push(format!("Two scenarios are called {name}"));
        }
        let mocks = any("mocks");
        if !mocks.is_null() && mocks.as_object().is_none() {
            self.wrong(&format!("{place}/mocks"), "an object", &mocks);
        }
        let variables = any("variables");
        if !variables.is_null() && variables.as_object().is_none() {
            self.wrong(&format!("{place}/variables"), "an object", &variables);
        }
        let backends = members.get("backends");
        let (backends, problems) = backends
            .map(|backends| Backends::read(backends, &format!("{place}/backends")))
            .unwrap_or_default();
        self.problems.extend(problems);
        let (expect, problems) = Expectation::read(&any("expect"), &format!("{place}/expect"));
        self.problems.extend(problems);
        self.scenarios.push(Scenario {
            name,
            description: text("description").unwrap_or_default(),
            input: members
                .get("input")
                .cloned()
                .unwrap_or_else(|| Value::object::<&str>([])),
            mocks,
            backends,
            variables,
            expect,
        });
    }
}

/// Whether a key of `mocks` is that of a route: `GET /orders/{id}`.
pub(crate) fn is_route(name: &str) -> bool {
    let parts = name.split_once(' ');
    parts.is_some_and(|(method, path)| {
        let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
        is_method && path.starts_with('/')
    })
}

/// "a number", "an object"
pub(crate) fn article(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::String(_) => "text".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_file_is_understood() {
        let sidecar = read(
            r#"{"stepwright":1,"type":"EXPRESS","params":{"Table":"orders","Limit":5},
            "breakpoints":["/States/A"],"scenarios":[{"name":"ok","description":"All goes well",
            "input":{"a":1},"mocks":{"A":[{"return":1}]},"expect":{"status":"SUCCEEDED","path":["A"]}}]}"#,
        );
        assert!(sidecar.problems.is_empty(), "{:?}", sidecar.problems);
        assert_eq!(sidecar.kind, MachineType::Express);
        assert_eq!(sidecar.params.get("Limit").map(String::as_str), Some("5"));
        assert_eq!(sidecar.breakpoints, [StatePath::top("A")]);
        let scenario = sidecar.scenario("ok").unwrap();
        assert_eq!(scenario.expect.status.as_deref(), Some("SUCCEEDED"));
        assert_eq!(scenario.expect.path.as_deref(), Some(&["A".to_owned()][..]));
    }

    #[test]
    fn the_companion_of_a_template_describes_its_machines() {
        let sidecar = read(
            r#"{"params":{"Stage":"dev"},"mocks":{"GET /orders":[{"return":{}}]},
            "machines":{"Add":{"type":"EXPRESS","scenarios":[{"name":"ok","mocks":{"A":[]}}]},
            "Drop":{"mocks":{"B":[]},"scenarios":[{"name":"ok","mocks":{"C":[]}},{}]},"Bad":1}}"#,
        );
        let mocks = |machine: &str| sidecar.machines[machine].usual_mocks().to_json();
        assert_eq!(mocks("Add"), r#"{"A":[]}"#);
        assert_eq!(mocks("Drop"), r#"{"B":[]}"#);
        assert_eq!(sidecar.machines["Add"].kind, MachineType::Express);
        assert_eq!(
            sidecar.problems,
            [
                "machines/Drop: scenarios/1 has no name",
                "machines/Bad has to be an object, not a number"
            ]
        );
        assert!(read("").usual_mocks().is_null());
    }

    #[test]
    fn what_is_wrong_is_named_and_the_rest_is_read() {
        let sidecar = read(r#"{"type":"FAST","breakpoints":[1,"/States/A"],"scenarios":[{},2]}"#);
        assert_eq!(sidecar.breakpoints.len(), 1);
        assert_eq!(sidecar.scenarios.len(), 1);
        assert_eq!(
            sidecar.problems,
            [
                "type has to be STANDARD or EXPRESS",
                "a breakpoint has to be the path of a state, not a number",
                "scenarios/0 has no name",
                "scenarios/1 has to be an object, not a number",
            ]
        );
        assert_eq!(
            read("{\"scenarios\": [\n").problems,
            ["Line 2: the file ends before a ]"]
        );
        assert!(read("").problems.is_empty());
        assert_eq!(read("[]").problems.len(), 1);
    }
}
