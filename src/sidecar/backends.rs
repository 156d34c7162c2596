//! What answers which task, and what that needs: the member `backends` of a companion, of a scenario, and the file
//! `stepwright.backends.json` of a folder.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use crate::asl::StatePath;
use crate::query::Value;
use crate::sidecar::view::article;

/// The file that chooses for a whole folder.
pub const FOLDER_FILE: &str = "stepwright.backends.json";

/// What answers a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Backend {
    /// A list of answers; what everything is where nothing else is said.
    Mock,
    /// This machine: functions as commands or behind a local endpoint, services behind an endpoint on loopback.
    Local,
    /// The service itself, or the endpoint that stands for it.
    Aws,
}

/// A kind of thing that is done only once the person has agreed to it for a folder.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Consent {
    /// Programs are started: the functions of the folder.
    Command,
    /// Functions are called at an endpoint of the Lambda Invoke API.
    Lambda,
    /// HTTP tasks make their requests.
    Http,
    /// Services of AWS are called, or an endpoint that stands for them.
    Aws,
}

/// What one place says of backends. What is missing is said by the next place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Backends {
    /// For every task of which nothing else is said, the first to be asked first; empty where nothing is said.
    pub usual: Vec<Backend>,
    /// By the path of a state or its name.
    pub states: BTreeMap<String, Vec<Backend>>,
    /// By the function's name; `*` stands for every function.
    pub functions: BTreeMap<String, FunctionBackend>,
    pub aws: AwsSite,
    /// The file of connections of HTTP tasks, as it is written.
    pub connections: Option<String>,
}

/// How a function is called.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FunctionBackend {
    /// None where only its surroundings are said.
    pub run: Option<FunctionRun>,
    /// The folder in which it runs, as it is written.
    pub folder: Option<String>,
    pub environment: BTreeMap<String, String>,
    /// Seconds; Lambda takes 3 where nothing is said.
    pub timeout: Option<u32>,
    /// Megabytes, which are told to the function and no more; Lambda takes 128 where nothing is said.
    pub memory: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FunctionRun {
    /// Any program: the event on its standard input, the result on descriptor 3 or in a file.
    Command(Vec<String>),
    /// A handler of Node.js or Python, which stays warm.
    Handler {
        /// `index.handler`
        handler: String,
        /// `nodejs20.x`; told by the files where it is missing.
        runtime: Option<String>,
        /// Code that stands in the template itself.
        inline: Option<String>,
    },
    /// The base address of a Lambda Invoke API.
    Endpoint {
        url: String,
        /// The function's name there, where it is another one.
        name: Option<String>,
    },
}

/// Where services are called.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AwsSite {
    /// The base address of what stands for AWS; none for AWS itself.
    pub endpoint: Option<String>,
    pub region: Option<String>,
    /// A profile of the AWS tools' own files.
    pub profile: Option<String>,
}

/// Everything that is said of backends for one run, and what the person has agreed to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BackendPlan {
    /// What consent is given for.
    pub folder: PathBuf,
    /// What was said on the command line, before any place; of functions and single states it says nothing.
    pub forced: Backends,
    /// What each place says, with the folder its paths are taken from; the first counts most.
    pub layers: Vec<(PathBuf, Backends)>,
    pub allowed: BTreeSet<Consent>,
}

/// A function, ready to be called.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionPlan {
    pub name: String,
    pub run: FunctionRun,
    pub folder: PathBuf,
    pub environment: BTreeMap<String, String>,
    pub timeout: Option<u32>,
    pub memory: Option<u32>,
}

impl Backend {
    pub const ALL: [Backend; 3] = [Backend::Mock, Backend::Local, Backend::Aws];

    /// As it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Backend::Mock => "mock",
            Backend::Local => "local",
            Backend::Aws => "aws",
        }
    }

    pub fn parse(word: &str) -> Option<Backend> {
        Backend::ALL
            .into_iter()
            .find(|backend| backend.word() == word)
    }
}

impl Consent {
    pub const ALL: [Consent; 4] = [
        Consent::Command,
        Consent::Lambda,
        Consent::Http,
        Consent::Aws,
    ];

    /// As it is written, in `--allow` too.
    pub const fn word(self) -> &'static str {
        match self {
            Consent::Command => "command",
            Consent::Lambda => "lambda",
            Consent::Http => "http",
            Consent::Aws => "aws",
        }
    }

    /// What is agreed to, as the rest of "Stepwright may …".
    pub const fn meaning(self) -> &'static str {
        match self {
            Consent::Command => "run the functions of this folder as programs on this machine",
            Consent::Lambda => "call functions at the Lambda endpoints that its files name",
            Consent::Http => "make the requests of its HTTP tasks",
            Consent::Aws => "call AWS services, or the endpoint that stands for them",
        }
    }

    pub fn parse(word: &str) -> Option<Consent> {
        Consent::ALL
            .into_iter()
            .find(|consent| consent.word() == word)
    }
}

impl Backends {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Backends::default()
    }

    /// What is said of one state alone.
    pub fn of(&self, path: &StatePath, name: &str) -> Option<&[Backend]> {
        let own = self.states.get(path.as_str());
        own.or_else(|| self.states.get(name)).map(Vec::as_slice)
    }

    /// Reads a file of a folder. Sentences on what could not be understood begin with the way to it.
    pub fn parse(text: &str) -> (Backends, Vec<String>) {
        match Value::parse(text.strip_prefix('\u{feff}').unwrap_or(text)) {
            Ok(value) => Backends::read(&value, ""),
            Err(error) => (Backends::default(), vec![error.to_string()]),
        }
    }

    /// The text of a file of a folder in which what a JSON pointer names is set or (without a value) removed; every
    /// other byte stays as it is, and an empty text becomes a tidy file.
    ///
    /// # Errors
    /// One sentence: the text is no JSON, or not what the pointer leads through.
    pub fn change(text: &str, pointer: &str, value: Option<&str>) -> Result<String, String> {
        let text = match text.trim().is_empty() {
            true => "{\n}\n",
            false => text,
        };
        // What is not understood is not written into.
        Value::parse(text.strip_prefix('\u{feff}').unwrap_or(text))
            .map_err(|error| error.to_string())?;
        let edit = crate::sidecar::set(text, pointer, value)?;
        Ok(edit.apply(text))
    }

    /// Reads a `backends` member. Sentences on what could not be understood begin with `place`, which is empty for a whole
    /// file.
    pub fn read(value: &Value, place: &str) -> (Backends, Vec<String>) {
        let mut reading = Reading::default();
        let mut backends = Backends::default();
        if let Some(members) = reading.object(value, place) {
            for (name, value) in members {
                let place = within(place, name);
                match name {
                    "default" => backends.usual = reading.chain(value, &place),
                    "states" => {
                        for (state, value) in reading.object(value, &place).unwrap_or_default() {
                            let chain = reading.chain(value, &within(&place, state));
                            if !chain.is_empty() {
                                backends.states.insert(state.to_owned(), chain);
                            }
                        }
                    }
                    "functions" => {
                        for (name, value) in reading.object(value, &place).unwrap_or_default() {
                            let function = reading.function(value, &within(&place, name));
                            backends.functions.insert(name.to_owned(), function);
                        }
                    }
                    "aws" => backends.aws = reading.aws(value, &place),
                    "connections" => backends.connections = reading.text(value, &place),
                    _ => reading.unknown(&place),
                }
            }
        }
        (backends, reading.problems)
    }
}

impl BackendPlan {
    /// Whether anything but mocks can answer.
    pub fn is_real(&self) -> bool {
        let real = |chain: &Vec<Backend>| chain.iter().any(|backend| *backend != Backend::Mock);
        let forced = &self.forced.usual;
        real(forced)
            || self.layers.iter().any(|(_, layer)| {
                let usual = forced.is_empty() && real(&layer.usual);
                usual || layer.states.values().any(real)
            })
    }

    /// What answers a state, the first to be asked first: what any place says of it alone counts before what holds for
    /// all.
    pub fn of(&self, path: &StatePath, name: &str) -> &[Backend] {
        let mut layers = self.layers.iter();
        let own = layers.find_map(|(_, layer)| layer.of(path, name));
        own.unwrap_or_else(|| self.usual())
    }

    /// What answers tasks of which nothing else is said, the first to be asked first.
    pub fn usual(&self) -> &[Backend] {
        const MOCK: &[Backend] = &[Backend::Mock];
        let layers = self.layers.iter().map(|(_, layer)| layer);
        let usual = std::iter::once(&self.forced).chain(layers);
        let mut usual = usual.map(|layer| layer.usual.as_slice());
        usual.find(|usual| !usual.is_empty()).unwrap_or(MOCK)
    }

    /// Lets mocks that were named in so many words answer before what the command line chose for all states.
    pub fn mocks_first(&mut self) {
        if !self.forced.usual.is_empty() && !self.forced.usual.contains(&Backend::Mock) {
            self.forced.usual.insert(0, Backend::Mock);
        }
    }

    /// How a function is called; none where no place says so.
    pub fn function(&self, name: &str) -> Option<FunctionPlan> {
        let told = |wanted: &str| {
            let wanted = wanted.to_owned();
            self.layers
                .iter()
                .filter_map(move |(folder, layer)| Some((folder, layer.functions.get(&wanted)?)))
        };
        let all: Vec<(&PathBuf, &FunctionBackend)> = told(name).chain(told("*")).collect();
        let (base, first) = all.iter().find(|(_, function)| function.run.is_some())?;
        let mut environment = BTreeMap::new();
        for (_, function) in all.iter().rev() {
            environment.extend(function.environment.clone());
        }
        let folder = first.folder.as_ref().map(|folder| base.join(folder));
        Some(FunctionPlan {
            name: name.to_owned(),
            run: first.run.clone()?,
            folder: folder.unwrap_or_else(|| (*base).clone()),
            environment,
            timeout: all.iter().find_map(|(_, function)| function.timeout),
            memory: all.iter().find_map(|(_, function)| function.memory),
        })
    }

    /// Where services are called, from what all places say.
    pub fn aws(&self) -> AwsSite {
        let all = || {
            let places = self.layers.iter().map(|(_, layer)| &layer.aws);
            std::iter::once(&self.forced.aws).chain(places)
        };
        AwsSite {
            endpoint: all().find_map(|site| site.endpoint.clone()),
            region: all().find_map(|site| site.region.clone()),
            profile: all().find_map(|site| site.profile.clone()),
        }
    }

    /// The file of connections.
    pub fn connections(&self) -> Option<PathBuf> {
        self.layers
            .iter()
            .find_map(|(folder, layer)| Some(folder.join(Path::new(layer.connections.as_ref()?))))
    }
}

#[derive(Default)]
struct Reading {
    problems: Vec<String>,
}

impl Reading {
    fn wrong(&mut self, place: &str, expected: &str, found: &Value) {
        let place = match place.is_empty() {
            true => "the file",
            false => place,
        };
        self.problems.push(format!(
            "{place} has to be {expected}, not {}",
            article(found)
        ));
    }

    fn unknown(&mut self, place: &str) {
        self.problems.push(format!("{place} is not known"));
    }

    fn object<'a>(&mut self, value: &'a Value, place: &str) -> Option<Vec<(&'a str, &'a Value)>> {
        match value.as_object() {
            Some(members) => Some(
                members
                    .iter()
                    .map(|(name, value)| (name.as_ref(), value))
                    .collect(),
            ),
            None => {
                self.wrong(place, "an object", value);
                None
            }
        }
    }

    fn text(&mut self, value: &Value, place: &str) -> Option<String> {
        let text = value.as_str().filter(|text| !text.is_empty());
        if text.is_none() {
            self.wrong(place, "a text that is not empty", value);
        }
        text.map(str::to_owned)
    }

    fn texts(&mut self, value: &Value, place: &str) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        for (name, value) in self.object(value, place).unwrap_or_default() {
            match value {
                Value::Array(_) | Value::Object(_) | Value::Null => {
                    self.wrong(&within(place, name), "a text", value);
                }
                Value::String(_) | Value::Number(_) | Value::Bool(_) => {
                    let text = value
                        .as_str()
                        .map_or_else(|| value.to_json(), str::to_owned);
                    texts.insert(name.to_owned(), text);
                }
            }
        }
        texts
    }

    /// One word, or a list of them.
    fn chain(&mut self, value: &Value, place: &str) -> Vec<Backend> {
        let single = [value.clone()];
        let words = value.as_array().map_or(&single[..], |items| items);
        let mut chain = Vec::new();
        for word in words {
            match word.as_str().and_then(Backend::parse) {
                Some(backend) if !chain.contains(&backend) => chain.push(backend),
                Some(_) => {}
                None => self.problems.push(format!(
                    "{place} has to be \"mock\", \"local\", \"aws\" or a list of them, not {}",
                    word.to_json()
                )),
            }
        }
        chain
    }

    fn function(&mut self, value: &Value, place: &str) -> FunctionBackend {
        let mut function = FunctionBackend::default();
        let mut handler = None;
        let mut runtime = None;
        let mut url = None;
        let mut other_name = None;
        for (name, value) in self.object(value, place).unwrap_or_default() {
            let place = within(place, name);
            match name {
                "command" => {
                    let words = value
                        .as_array()
                        .map(|items| items.iter().map(Value::as_str));
                    let words: Option<Vec<String>> =
                        words.and_then(|words| words.map(|word| word.map(str::to_owned)).collect());
                    match words.filter(|words| !words.is_empty()) {
                        Some(words) => function.run = Some(FunctionRun::Command(words)),
                        None => self.wrong(&place, "a list of texts, the program first", value),
                    }
                }
                "handler" => handler = self.text(value, &place),
                "runtime" => runtime = self.text(value, &place),
                "endpoint" => url = self.address(value, &place),
                "name" => other_name = self.text(value, &place),
                "folder" => function.folder = self.text(value, &place),
                "env" => function.environment = self.texts(value, &place),
                "timeout" => {
                    let seconds = value
                        .as_i64()
                        .and_then(|seconds| u32::try_from(seconds).ok());
                    function.timeout = seconds.filter(|seconds| (1..=900).contains(seconds));
                    if function.timeout.is_none() {
                        self.wrong(&place, "a whole number of seconds from 1 to 900", value);
                    }
                }
                "memory" => {
                    let megabytes = value.as_i64().and_then(|size| u32::try_from(size).ok());
                    function.memory = megabytes.filter(|size| (128..=10_240).contains(size));
                    if function.memory.is_none() {
                        self.wrong(
                            &place,
                            "a whole number of megabytes from 128 to 10240",
                            value,
                        );
                    }
                }
                _ => self.unknown(&place),
            }
        }
        let ways = [function.run.is_some(), handler.is_some(), url.is_some()];
        if ways.into_iter().filter(|way| *way).count() > 1 {
            self.problems.push(format!(
                "{place} names more than one of command, handler and endpoint"
            ));
        }
        let alone = [
            ("runtime", runtime.is_some() && handler.is_none(), "handler"),
            ("name", other_name.is_some() && url.is_none(), "endpoint"),
        ];
        for (name, _, other) in alone.iter().filter(|(_, alone, _)| *alone) {
            self.problems.push(format!(
                "{} says nothing without \"{other}\"",
                within(place, name)
            ));
        }
        if let Some(handler) = handler {
            function.run = Some(FunctionRun::Handler {
                handler,
                runtime,
                inline: None,
            });
        }
        if let Some(url) = url {
            function.run = Some(FunctionRun::Endpoint {
                url,
                name: other_name,
            });
        }
        function
    }

    fn aws(&mut self, value: &Value, place: &str) -> AwsSite {
        let mut site = AwsSite::default();
        for (name, value) in self.object(value, place).unwrap_or_default() {
            let place = within(place, name);
            match name {
                "endpoint" => site.endpoint = self.address(value, &place),
                "region" => site.region = self.text(value, &place),
                "profile" => site.profile = self.text(value, &place),
                _ => self.unknown(&place),
            }
        }
        site
    }

    fn address(&mut self, value: &Value, place: &str) -> Option<String> {
        let text = value.as_str().unwrap_or_default();
        let is_address = text.starts_with("http://") || text.starts_with("https://");
        if !is_address {
            self.wrong(
                place,
                "an address that begins with http:// or https://",
                value,
            );
        }
        is_address.then(|| text.trim_end_matches('/').to_owned())
    }
}

fn within(place: &str, name: &str) -> String {
    match place.is_empty() {
        true => name.to_owned(),
        false => format!("{place}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Backends, Vec<String>) {
        Backends::read(&Value::parse(text).unwrap(), "backends")
    }

    #[test]
    fn everything_said_is_understood() {
        let (backends, problems) = read(
            r#"{"default":["mock","local"],"states":{"Charge":"aws"},
            "functions":{"charge":{"handler":"index.handler","folder":"f","env":{"A":1},"timeout":9,"memory":512},
                         "pack":{"command":["./pack","-v"]},"*":{"endpoint":"http://127.0.0.1:3001/"}},
            "aws":{"endpoint":"http://127.0.0.1:5000","region":"eu-west-1","profile":"dev"},
            "connections":"connections.json"}"#,
        );
        assert_eq!(problems, Vec::<String>::new());
        let plan = BackendPlan {
            folder: "/p".into(),
            layers: vec![("/p".into(), backends)],
            ..BackendPlan::default()
        };
        let of = |name: &str| plan.of(&StatePath::top(name), name).to_vec();
        assert_eq!(of("Charge"), [Backend::Aws]);
        assert_eq!(of("Other"), [Backend::Mock, Backend::Local]);
        let charge = plan.function("charge").unwrap();
        assert_eq!(charge.folder, PathBuf::from("/p/f"));
        assert_eq!(charge.environment["A"], "1");
        assert_eq!((charge.timeout, charge.memory), (Some(9), Some(512)));
        let other = plan.function("other").unwrap();
        let endpoint = FunctionRun::Endpoint {
            url: "http://127.0.0.1:3001".to_owned(),
            name: None,
        };
        assert_eq!(other.run, endpoint);
        assert_eq!(plan.aws().profile.as_deref(), Some("dev"));
        assert!(plan.is_real());
    }

    #[test]
    fn the_nearest_place_counts_and_the_flag_leaves_states_alone() {
        let scenario = read(r#"{"states":{"A":"mock"}}"#).0;
        let companion = read(
            r#"{"default":"local","states":{"B":"aws"},"functions":{"f":{"env":{"X":"near"}}}}"#,
        )
        .0;
        let folder = read(
            r#"{"default":"aws","functions":{"f":{"command":["f"],"env":{"X":"far","Y":"far"}}}}"#,
        )
        .0;
        let mut plan = BackendPlan {
            folder: "/p".into(),
            layers: vec![
                ("/p/w".into(), scenario),
                ("/p/w".into(), companion),
                ("/p".into(), folder),
            ],
            ..BackendPlan::default()
        };
        let of = |plan: &BackendPlan, name: &str| plan.of(&StatePath::top(name), name).to_vec();
        assert_eq!(of(&plan, "A"), [Backend::Mock]);
        assert_eq!(of(&plan, "B"), [Backend::Aws]);
        assert_eq!(of(&plan, "C"), [Backend::Local]);
        let f = plan.function("f").unwrap();
        assert_eq!(f.folder, PathBuf::from("/p"));
        assert_eq!(
            (f.environment["X"].as_str(), f.environment["Y"].as_str()),
            ("near", "far")
        );
        plan.forced.usual = vec![Backend::Aws];
        plan.mocks_first();
        assert_eq!(of(&plan, "B"), [Backend::Aws]);
        assert_eq!(of(&plan, "C"), [Backend::Mock, Backend::Aws]);
        assert_eq!(
            BackendPlan::default().of(&StatePath::top("A"), "A"),
            [Backend::Mock]
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let (_, problems) = read(
            r#"{"default":"cloud","states":[],"functions":{"f":{"command":"ls","endpoint":"x","timeout":0,"more":1},
               "g":{"runtime":"nodejs20.x"},"h":{"name":"h","command":["h"]}},"aws":{"key":1},"x":1}"#,
        );
        assert_eq!(problems.len(), 10, "{problems:?}");
        assert_eq!(
            problems[0],
            "backends/default has to be \"mock\", \"local\", \"aws\" or a list of them, not \"cloud\""
        );
    }
}
