//! One entry of a mock list: what a call is answered with, and what can be wrong with it.

use std::sync::Arc;

use crate::engine::Answer;
use crate::engine::Fault;
use crate::engine::Millis;
use crate::engine::Outcome;
use crate::query::Value;

/// What is wrong with a mock file, as one sentence that names state, entry and field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct MockError {
    /// JSON pointer to what is wrong, from the root of the mocks.
    pub pointer: String,
    pub message: String,
}

impl MockError {
    pub(crate) fn at(tokens: &[&str], message: impl Into<String>) -> MockError {
        let pointer = tokens
            .iter()
            .map(|token| format!("/{}", token.replace('~', "~0").replace('/', "~1")))
            .collect();
        MockError {
            pointer,
            message: message.into(),
        }
    }

    /// The same, where what was read lies deeper in a file.
    #[must_use]
    pub fn below(self, pointer: &str) -> MockError {
        MockError {
            pointer: format!("{pointer}{}", self.pointer),
            ..self
        }
    }
}

/// One answer of a list.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub reply: Reply,
    pub submitted: Option<Value>,
    pub after: Millis,
    /// Heartbeats before the answer, counted from the call.
    pub heartbeats: Vec<Millis>,
    /// Who takes an activity's task, at once.
    pub worker: Option<Arc<str>>,
    pub iteration: Option<usize>,
    /// Answers all further calls too.
    pub repeat: bool,
    /// What the arguments of a call must contain; such entries are looked at first and are never used up.
    pub when: Option<Value>,
}

#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Return(Value),
    Throw(Fault),
    /// Never; a timeout of the state's own may end it.
    Pending,
}

/// The fields of an entry, in the order in which they are explained. `called_with` is what recordings
/// note of a call and `Comment` is for people; both change nothing.
const FIELDS: [&str; 13] = [
    "when",
    "return",
    "throw",
    "pending",
    "submitted",
    "after",
    "heartbeats",
    "worker",
    "iteration",
    "repeat",
    "via",
    "called_with",
    "Comment",
];

impl Entry {
    pub(crate) fn of(reply: Reply) -> Entry {
        Entry {
            reply,
            submitted: None,
            after: 0,
            heartbeats: Vec::new(),
            worker: None,
            iteration: None,
            repeat: false,
            when: None,
        }
    }

    /// Reads an entry of the list form. The error names the field, the words go behind the entry's place.
    pub(crate) fn read(item: &Value) -> Result<Entry, (&'static str, String)> {
        let members = item
            .as_object()
            .ok_or_else(|| ("", format!("must be an object, not {}", kind(item))))?;
        let known: Vec<&str> = members.keys().map(AsRef::as_ref).collect();
        let via = text(item, "via")?.unwrap_or_default();
        let reply = if via.ends_with("TimedOut") {
            Reply::Pending
        } else if let Some(value) = item.get("return") {
            Reply::Return(value.clone())
        } else if let Some(throw) = item.get("throw") {
            Reply::Throw(fault(throw, "error", "cause").map_err(|words| ("throw", words))?)
        } else if flag(item, "pending")? {
            Reply::Pending
        } else {
            let has = match known.as_slice() {
                [] => "nothing".to_owned(),
                some => some.join(", "),
            };
            let words = format!("needs \"return\", \"throw\" or \"pending\": true, but has {has}");
            return Err(("", words));
        };
        if item.get("return").is_some() && item.get("throw").is_some() {
            return Err(("throw", "has both \"return\" and \"throw\"".to_owned()));
        }
        if let Some(unknown) = known.iter().find(|name| !FIELDS.contains(name)) {
            let words = format!(
                "has the field \"{unknown}\"; known are {}",
                FIELDS.map(|name| name.to_owned()).join(", ")
            );
            return Err(("", words));
        }
        let heartbeats = heartbeats(item)?;
        let after = seconds(item, "after")?.unwrap_or_default();
        Ok(Entry {
            reply,
            submitted: item.get("submitted").cloned(),
            after,
            heartbeats,
            worker: text(item, "worker")?.map(Arc::from),
            iteration: index(item)?,
            repeat: flag(item, "repeat")?,
            when: when(item)?,
        })
    }

    /// What a call is answered with, in the order of time.
    pub(crate) fn answers(self) -> Vec<Answer> {
        let at = |after: Millis, outcome: Outcome| Answer { after, outcome };
        let mut answers = Vec::new();
        answers.extend(self.worker.map(|worker| {
            let worker = Some(worker);
            at(0, Outcome::Started { worker })
        }));
        let submitted = self.submitted.map(Outcome::Submitted);
        answers.extend(submitted.map(|outcome| at(0, outcome)));
        let beats = self.heartbeats.into_iter();
        answers.extend(beats.map(|after| at(after, Outcome::Heartbeat)));
        let last = match self.reply {
            Reply::Return(value) => Some(Outcome::Succeeded(value)),
            Reply::Throw(fault) => Some(Outcome::Failed(fault)),
            Reply::Pending => None,
        };
        answers.extend(last.map(|outcome| at(self.after, outcome)));
        answers
    }
}

/// Error and cause of a `throw`; either may be missing.
pub(crate) fn fault(throw: &Value, error: &str, cause: &str) -> Result<Fault, String> {
    if throw.as_object().is_none() {
        let words = format!(
            "\"throw\" must be an object with \"{error}\" and \"{cause}\", not {}",
            kind(throw)
        );
        return Err(words);
    }
    let text = |name: &str| match throw.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(format!(
            "\"{name}\" of \"throw\" must be text, not {}",
            kind(other)
        )),
    };
    Ok(Fault {
        error: text(error)?,
        cause: text(cause)?,
        origin: None,
    })
}

fn when(item: &Value) -> Result<Option<Value>, (&'static str, String)> {
    match item.get("when") {
        None => Ok(None),
        Some(part @ Value::Object(_)) => Ok(Some(part.clone())),
        Some(other) => {
            let found = kind(other);
            let words = format!(
                "\"when\" must be an object that the call's arguments contain, not {found}"
            );
            Err(("when", words))
        }
    }
}

fn heartbeats(item: &Value) -> Result<Vec<Millis>, (&'static str, String)> {
    let wrong = |found: String| {
        let words = format!(
            "\"heartbeats\" must be a list of seconds after the call, each above 0, not {found}"
        );
        ("heartbeats", words)
    };
    let Some(list) = item.get("heartbeats") else {
        return Ok(Vec::new());
    };
    let items = list
        .as_array()
        .ok_or_else(|| wrong(kind(list).to_owned()))?;
    items
        .iter()
        .map(|beat| {
            let seconds = beat.as_f64().filter(|seconds| *seconds > 0.0);
            seconds
                .map(millis)
                .ok_or_else(|| wrong(format!("with {}", beat.to_json())))
        })
        .collect()
}

fn seconds(item: &Value, field: &'static str) -> Result<Option<Millis>, (&'static str, String)> {
    match item.get(field) {
        None => Ok(None),
        Some(value) => match value.as_f64().filter(|seconds| *seconds >= 0.0) {
            Some(seconds) => Ok(Some(millis(seconds))),
            None => {
                let words = format!(
                    "\"{field}\" must be seconds from 0, not {}",
                    value.to_json()
                );
                Err((field, words))
            }
        },
    }
}

fn millis(seconds: f64) -> Millis {
    (seconds * 1_000.0).round() as Millis
}

fn index(item: &Value) -> Result<Option<usize>, (&'static str, String)> {
    match item.get("iteration") {
        None => Ok(None),
        Some(value) => {
            let index = value.as_i64().and_then(|index| usize::try_from(index).ok());
            index.map(Some).ok_or_else(|| {
                let found = value.to_json();
                let words = format!("\"iteration\" must be a whole number from 0, not {found}");
                ("iteration", words)
            })
        }
    }
}

fn flag(item: &Value, field: &'static str) -> Result<bool, (&'static str, String)> {
    match item.get(field) {
        None => Ok(false),
        Some(value) => value.as_bool().ok_or_else(|| {
            let words = format!("\"{field}\" must be true or false, not {}", value.to_json());
            (field, words)
        }),
    }
}

fn text<'a>(
    item: &'a Value,
    field: &'static str,
) -> Result<Option<&'a str>, (&'static str, String)> {
    match item.get(field) {
        None => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or_else(|| {
            let words = format!("\"{field}\" must be text, not {}", kind(value));
            (field, words)
        }),
    }
}

/// "a number", "an object"
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
