//! The eight state types, the two query languages and the two types of machine.

use std::fmt;

/// The value of a state's `Type` field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StateKind {
    Task,
    Choice,
    Parallel,
    Map,
    Pass,
    Wait,
    Succeed,
    Fail,
}

/// The value of a `QueryLanguage` field; JSONPath where none is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QueryLanguage {
    #[default]
    JsonPath,
    Jsonata,
}

/// How executions of a machine are kept: for a year with a full history, or for five minutes without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MachineType {
    #[default]
    Standard,
    Express,
}

impl MachineType {
    pub fn parse(text: &str) -> Option<MachineType> {
        match text {
            "STANDARD" => Some(MachineType::Standard),
            "EXPRESS" => Some(MachineType::Express),
            _ => None,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            MachineType::Standard => "STANDARD",
            MachineType::Express => "EXPRESS",
        }
    }
}

impl StateKind {
    pub const ALL: [StateKind; 8] = [
        StateKind::Task,
        StateKind::Choice,
        StateKind::Parallel,
        StateKind::Map,
        StateKind::Pass,
        StateKind::Wait,
        StateKind::Succeed,
        StateKind::Fail,
    ];

    pub fn parse(text: &str) -> Option<StateKind> {
        StateKind::ALL.into_iter().find(|kind| kind.name() == text)
    }

    pub const fn name(self) -> &'static str {
        match self {
            StateKind::Task => "Task",
            StateKind::Choice => "Choice",
            StateKind::Parallel => "Parallel",
            StateKind::Map => "Map",
            StateKind::Pass => "Pass",
            StateKind::Wait => "Wait",
            StateKind::Succeed => "Succeed",
            StateKind::Fail => "Fail",
        }
    }

    /// Ends its scope by its type: `Succeed` and `Fail`.
    pub const fn is_terminal(self) -> bool {
        matches!(self, StateKind::Succeed | StateKind::Fail)
    }

    /// Holds states of its own: `Parallel` and `Map`.
    pub const fn is_container(self) -> bool {
        matches!(self, StateKind::Parallel | StateKind::Map)
    }

    /// Goes on by `Next` or `End`: all but `Choice`, `Succeed` and `Fail`.
    pub const fn has_next(self) -> bool {
        !matches!(
            self,
            StateKind::Choice | StateKind::Succeed | StateKind::Fail
        )
    }
}

impl QueryLanguage {
    pub fn parse(text: &str) -> Option<QueryLanguage> {
        match text {
            "JSONPath" => Some(QueryLanguage::JsonPath),
            "JSONata" => Some(QueryLanguage::Jsonata),
            _ => None,
        }
    }

    /// The language a state with this value has on AWS: JSONPath only where it is written exactly so,
    /// JSONata for every other word; nothing where a placeholder decides.
    pub fn written(text: &str) -> Option<QueryLanguage> {
        match QueryLanguage::parse(text) {
            None if text.contains("${") => None,
            language => Some(language.unwrap_or(QueryLanguage::Jsonata)),
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            QueryLanguage::JsonPath => "JSONPath",
            QueryLanguage::Jsonata => "JSONata",
        }
    }
}

impl fmt::Display for StateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for QueryLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
