//! Which mocks answer the tasks of an execution: those of a scenario, of the companion, or of a file that was named.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use crate::backends::MockError;
use crate::backends::Mocks;
use crate::query::Value;
use crate::sidecar::Backends;
use crate::sidecar::Sidecar;

/// The answers of one execution, and where they come from.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    pub mocks: Mocks,
    /// Variables that the scenario assigns before the first state.
    pub variables: Vec<(String, Value)>,
    pub scenario: Option<String>,
    /// What the scenario says of backends, with the folder its paths are taken from.
    pub backends: Option<(PathBuf, Backends)>,
    pub naming: Naming,
    /// One sentence without a full stop.
    pub words: String,
}

/// How mocks came to be chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// In so many words, by the request or the command line: they count before what answers all tasks for real.
    Named,
    #[default]
    Usual,
    /// The first scenario, for want of anything else: not where the command line lets something real answer.
    Guessed,
}

/// A mock file that was named, for all machines that are served.
#[derive(Clone, Debug)]
pub enum GivenMocks {
    /// `{"<state>": […]}`, and `"METHOD /path"` of routes.
    List(Mocks),
    /// A `MockConfigFile.json`, with the test case that counts where a request names none.
    Cases { file: Value, case: Option<String> },
    /// A companion: scenarios, mocks, and those of single machines.
    Companion(Box<Sidecar>),
}

impl Chosen {
    fn by_name(self) -> Chosen {
        Chosen {
            naming: Naming::Named,
            ..self
        }
    }
}

impl GivenMocks {
    /// Reads a mock file in any of its forms; folders that stand for buckets lie below `base`.
    ///
    /// # Errors
    /// One sentence on what is wrong.
    pub fn read(file: &Value, case: Option<&str>, base: &Path) -> Result<GivenMocks, MockError> {
        let object = |name: &str| matches!(file.get(name), Some(Value::Object(_)));
        if object("StateMachines") || object("MockedResponses") {
            return Ok(GivenMocks::Cases {
                file: file.clone(),
                case: case.map(str::to_owned),
            });
        }
        if file.get("stepwright").is_some() || object("machines") || object("mocks") {
            let sidecar = crate::sidecar::read(&file.to_json());
            if let Some(problem) = sidecar.problems.first() {
                return Err(wrong(problem));
            }
            return Ok(GivenMocks::Companion(Box::new(sidecar)));
        }
        if let Some(case) = case {
            let words =
                format!("#{case} names a test case, and only a MockConfigFile.json has those");
            return Err(wrong(&words));
        }
        let mut mocks = Mocks::from_list(file)?;
        mocks.load_folders(base)?;
        Ok(GivenMocks::List(mocks))
    }
}

fn wrong(words: &str) -> MockError {
    MockError {
        pointer: String::new(),
        message: words.to_owned(),
    }
}

/// What a companion, or a part of one, says about answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Saying<'a> {
    pub sidecar: &'a Sidecar,
    /// The folder below which folders for buckets lie.
    pub base: &'a Path,
    /// Where it was read, for messages.
    pub place: &'a str,
}

#[derive(Clone, Debug)]
struct Scenario {
    input: Value,
    variables: Vec<(String, Value)>,
    mocks: Result<Mocks, String>,
    backends: Option<(PathBuf, Backends)>,
}

/// Everything that can answer the tasks of one machine, read once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shelf {
    scenarios: Vec<(String, Scenario)>,
    /// Test cases of a mock file that was named.
    cases: BTreeMap<String, Result<Mocks, String>>,
    /// What counts where a request names nothing, before any scenario.
    given: Option<Usual>,
    /// What counts where nothing else fits.
    usual: Option<Usual>,
    /// Names the scenario for all requests that name none.
    standing: Option<String>,
}

#[derive(Clone, Debug)]
struct Usual {
    mocks: Result<Mocks, String>,
    naming: Naming,
    words: String,
}

impl Shelf {
    /// The answers of a machine: what was named counts before the companions, which count in their order.
    pub(crate) fn new(
        names: [&str; 2],
        given: Option<&GivenMocks>,
        sayings: &[Saying<'_>],
        standing: Option<&str>,
    ) -> Shelf {
        let mut shelf = Shelf {
            standing: standing.map(str::to_owned),
            ..Shelf::default()
        };
        match given {
            Some(GivenMocks::List(mocks)) => {
                shelf.given = Some(Usual {
                    mocks: Ok(mocks.clone()),
                    naming: Naming::Usual,
                    words: "the mocks are those of --mocks".to_owned(),
                });
            }
            Some(GivenMocks::Cases { file, case }) => {
                shelf.take_cases(names, file, case.as_deref())
            }
            Some(GivenMocks::Companion(_)) | None => {}
        }
        for saying in sayings {
            shelf.take(*saying);
        }
        if shelf.usual.is_none() {
            let first = shelf.scenarios.first();
            shelf.usual = first.map(|(name, scenario)| Usual {
                mocks: scenario.mocks.clone(),
                naming: Naming::Guessed,
                words: format!("the mocks are those of the first scenario, \"{name}\""),
            });
        }
        shelf
    }

    fn take_cases(&mut self, names: [&str; 2], file: &Value, case: Option<&str>) {
        let machines = file.get("StateMachines");
        let found = names
            .into_iter()
            .find(|name| machines.is_some_and(|machines| machines.get(name).is_some()));
        let Some(name) = found else {
            let words = format!(
                "the file of --mocks has no state machine \"{}\"",
                names.first().copied().unwrap_or_default()
            );
            self.given = Some(Usual {
                mocks: Ok(Mocks::default()),
                naming: Naming::Usual,
                words,
            });
            return;
        };
        let cases = machines
            .and_then(|machines| machines.get(name))
            .and_then(|machine| machine.get("TestCases"))
            .and_then(Value::as_object);
        for case in cases.into_iter().flat_map(|cases| cases.keys()) {
            let mocks = Mocks::read(file, name, Some(case)).map_err(|error| error.to_string());
            self.cases.insert(case.to_string(), mocks);
        }
        let chosen = case.or(match self.cases.len() {
            1 => self.cases.keys().next().map(String::as_str),
            _ => None,
        });
        let chosen = chosen.and_then(|case| self.cases.get_key_value(case));
        let known: Vec<&str> = self.cases.keys().map(String::as_str).collect();
        self.given = Some(match chosen {
            Some((case, mocks)) => Usual {
                mocks: mocks.clone(),
                naming: Naming::Usual,
                words: format!("the mocks are those of the test case \"{case}\""),
            },
            None => Usual {
                mocks: Ok(Mocks::default()),
                naming: Naming::Usual,
                words: format!(
                    "no test case of \"{name}\" was chosen; there are: {}",
                    known.join(", ")
                ),
            },
        });
    }

    fn take(&mut self, saying: Saying<'_>) {
        let Saying {
            sidecar,
            base,
            place,
        } = saying;
        let read = |mocks: &Value, pointer: &str| read_mocks(mocks, base, place, pointer);
        for (index, scenario) in sidecar.scenarios.iter().enumerate() {
            let variables = scenario.variables.as_object();
            let variables = variables.into_iter().flat_map(|members| members.iter());
            let prepared = Scenario {
                input: scenario.input.clone(),
                variables: variables
                    .map(|(name, value)| (name.to_string(), value.clone()))
                    .collect(),
                mocks: read(&scenario.mocks, &format!("/scenarios/{index}/mocks")),
                backends: Some((base.to_owned(), scenario.backends.clone()))
                    .filter(|(_, backends)| !backends.is_empty()),
            };
            self.scenarios.push((scenario.name.clone(), prepared));
        }
        if self.usual.is_none() && sidecar.answers_tasks() {
            self.usual = Some(Usual {
                mocks: read(&sidecar.mocks, "/mocks"),
                naming: Naming::Usual,
                words: format!("the mocks are those of {place}"),
            });
        }
    }

    /// The answers of an execution with this input. `wanted` is the scenario, or the test case, that the request names.
    ///
    /// # Errors
    /// There is no scenario of that name, or its mocks cannot be read: one sentence.
    pub(crate) fn choose(&self, wanted: Option<&str>, input: &Value) -> Result<Chosen, String> {
        if let Some(name) = wanted {
            let chosen = self
                .named(name)
                .unwrap_or_else(|| Err(self.unknown(name)))?;
            return Ok(chosen.by_name());
        }
        if let Some(chosen) = self.standing.as_deref().and_then(|name| self.named(name)) {
            return chosen.map(Chosen::by_name);
        }
        if let Some(usual) = &self.given {
            return usual.chosen().map(Chosen::by_name);
        }
        let same = self
            .scenarios
            .iter()
            .find(|(_, scenario)| scenario.input == *input);
        if let Some((name, scenario)) = same {
            let words =
                format!("the mocks are those of the scenario \"{name}\", which has this input");
            return scenario.chosen(name, words);
        }
        match &self.usual {
            Some(usual) => usual.chosen(),
            None => Ok(Chosen {
                words: "there are no mocks for this workflow".to_owned(),
                ..Chosen::default()
            }),
        }
    }

    fn named(&self, name: &str) -> Option<Result<Chosen, String>> {
        if let Some(mocks) = self.cases.get(name) {
            let chosen = mocks.clone().map(|mocks| Chosen {
                mocks,
                scenario: Some(name.to_owned()),
                words: format!("the mocks are those of the test case \"{name}\""),
                ..Chosen::default()
            });
            return Some(chosen);
        }
        let scenarios = self.scenarios.iter();
        let (_, scenario) = scenarios.clone().find(|(other, _)| other == name)?;
        let words = format!("the mocks are those of the scenario \"{name}\"");
        Some(scenario.chosen(name, words))
    }

    pub(crate) fn unknown(&self, name: &str) -> String {
        let scenarios = self.scenarios.iter().map(|(name, _)| name.as_str());
        let known: Vec<&str> = self
            .cases
            .keys()
            .map(String::as_str)
            .chain(scenarios)
            .collect();
        match known.as_slice() {
            [] => format!("there is no scenario \"{name}\" for this workflow, nor any other"),
            known => format!(
                "there is no scenario \"{name}\" for this workflow; there are: {}",
                known.join(", ")
            ),
        }
    }

    /// The mocks that a request may name, by name.
    pub(crate) fn mocks_named(&self, name: &str) -> Option<&Mocks> {
        let scenarios = self.scenarios.iter();
        let found = scenarios
            .filter(|(other, _)| other == name)
            .find_map(|(_, scenario)| scenario.mocks.as_ref().ok());
        found.or_else(|| self.cases.get(name)?.as_ref().ok())
    }

    /// The input of the first scenario.
    pub(crate) fn first_input(&self) -> Option<&Value> {
        self.scenarios.first().map(|(_, scenario)| &scenario.input)
    }

    pub(crate) fn scenario_names(&self) -> Vec<String> {
        let scenarios = self.scenarios.iter().map(|(name, _)| name.clone());
        self.cases.keys().cloned().chain(scenarios).collect()
    }

    /// What of the mocks cannot be read.
    pub(crate) fn problems(&self) -> Vec<String> {
        let scenarios = self.scenarios.iter().map(|(_, scenario)| &scenario.mocks);
        let usual = self.usual.iter().map(|usual| &usual.mocks);
        let all = scenarios.chain(self.cases.values()).chain(usual);
        let mut problems: Vec<String> = all.filter_map(|mocks| mocks.clone().err()).collect();
        problems.dedup();
        problems
    }
}

impl Usual {
    fn chosen(&self) -> Result<Chosen, String> {
        self.mocks.clone().map(|mocks| Chosen {
            mocks,
            naming: self.naming,
            words: self.words.clone(),
            ..Chosen::default()
        })
    }
}

impl Scenario {
    fn chosen(&self, name: &str, words: String) -> Result<Chosen, String> {
        Ok(Chosen {
            mocks: self.mocks.clone()?,
            variables: self.variables.clone(),
            scenario: Some(name.to_owned()),
            backends: self.backends.clone(),
            naming: Naming::Usual,
            words,
        })
    }
}

/// Reads mocks of a companion; what is wrong is said with its place.
pub(crate) fn read_mocks(
    mocks: &Value,
    base: &Path,
    place: &str,
    pointer: &str,
) -> Result<Mocks, String> {
    let read =
        Mocks::from_list(mocks).and_then(|mut mocks| mocks.load_folders(base).map(|()| mocks));
    read.map_err(|error| {
        let pointer = format!("{pointer}{}", error.pointer);
        format!("{place}: {error} at {pointer}")
    })
}
