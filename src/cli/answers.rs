//! `--answers`: JSON lines that answer waiting tasks, each when its task waits.

use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::io::BufRead;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::cli::live::names;
use crate::cli::output::note;
use crate::debugger::Control;
use crate::engine::Fault;
use crate::engine::Millis;
use crate::engine::Outcome;
use crate::query::Value;
use crate::trace::TaskKey;
use crate::trace::WaitingTask;

/// Lines with their numbers, as they come.
pub type Lines = mpsc::Receiver<(usize, String)>;

/// The lines of a file, or of standard input for `-`. They are read as they are needed.
///
/// # Errors
/// A file that cannot be opened.
pub fn open_answers(file: &str) -> Result<Lines, String> {
    let reader: Box<dyn BufRead + Send> = if file == "-" {
        Box::new(std::io::BufReader::new(std::io::stdin()))
    } else {
        let opened = std::fs::File::open(file);
        let opened = opened.map_err(|error| format!("{file} cannot be read: {error}"))?;
        Box::new(std::io::BufReader::new(opened))
    };
    let (sender, lines) = mpsc::channel(16);
    // Standard input cannot be waited for in any other way; the thread ends with the process.
    std::thread::spawn(move || {
        for (index, line) in reader.lines().enumerate() {
            match line {
                Ok(line) => {
                    if sender.blocking_send((index + 1, line)).is_err() {
                        return;
                    }
                }
                Err(error) => {
                    return note(&format!("stepwright: answers, line {}: {error}", index + 1));
                }
            }
        }
    });
    Ok(lines)
}

/// Who answers: lines that were read and not used yet, and the tasks that wait.
pub struct Answering {
    lines: Lines,
    open: bool,
    queue: VecDeque<Line>,
    tasks: Vec<WaitingTask>,
    announced: BTreeSet<TaskKey>,
    answered: BTreeSet<TaskKey>,
    /// Timeouts were let go, because nobody will answer any more.
    released: bool,
}

/// One answer.
#[derive(Debug)]
struct Line {
    number: usize,
    target: Target,
    outcome: Outcome,
    after: Millis,
    worker: Option<Arc<str>>,
}

#[derive(Debug)]
enum Target {
    Token(String),
    /// A state by its name or path, of a workflow where it is named.
    State {
        state: String,
        workflow: Option<String>,
    },
}

impl Answering {
    pub fn new(lines: Lines) -> Answering {
        Answering {
            lines,
            open: true,
            queue: VecDeque::new(),
            tasks: Vec::new(),
            announced: BTreeSet::new(),
            answered: BTreeSet::new(),
            released: false,
        }
    }

    /// Whether a further line is wanted: none is read ahead while nothing waits.
    pub fn listens(&self) -> bool {
        self.open && !self.tasks.is_empty()
    }

    pub async fn line(&mut self) -> Option<(usize, String)> {
        self.lines.recv().await
    }

    /// Takes a line in, or notes that they have ended. Returns what the run is told.
    pub fn hear(&mut self, line: Option<(usize, String)>) -> Vec<Control> {
        match line {
            None => {
                self.open = false;
                self.release()
            }
            Some((_, text)) if text.trim().is_empty() => Vec::new(),
            Some((number, text)) => match Line::read(number, &text) {
                Ok(line) => {
                    self.queue.push_back(line);
                    self.apply()
                }
                Err(reason) => {
                    note(&format!("stepwright: answers, line {number}: {reason}"));
                    Vec::new()
                }
            },
        }
    }

    /// Other tasks wait now; new ones are announced on standard error.
    pub fn see(&mut self, tasks: Vec<WaitingTask>) -> Vec<Control> {
        self.tasks = tasks
            .into_iter()
            .filter(|task| !self.answered.contains(&task.key))
            .collect();
        for task in &self.tasks {
            if self.announced.insert(task.key.clone()) {
                note(&announcement(task).to_json());
            }
        }
        self.apply()
    }

    /// Nothing goes on until somebody answers.
    ///
    /// # Errors
    /// Nobody will: the lines have ended, and no timeout ends the waiting.
    pub fn rest(&mut self) -> Result<Vec<Control>, String> {
        let words = self.apply();
        if !words.is_empty() || self.open {
            return Ok(words);
        }
        if !self.released {
            return Ok(self.release());
        }
        Err(format!(
            "the answers have ended while the run waits for {}",
            names(&self.tasks)
        ))
    }

    /// The lines that were not used, as notes.
    pub fn unused(self) -> Vec<String> {
        let notes = self.queue.iter().map(|line| match &line.target {
            Target::Token(token) => format!(
                "answers, line {}: no task waited with the token {token}",
                line.number
            ),
            Target::State { state, .. } => {
                format!("answers, line {}: \"{state}\" did not wait", line.number)
            }
        });
        notes.collect()
    }

    fn release(&mut self) -> Vec<Control> {
        self.released = true;
        vec![Control::Release(None)]
    }

    /// Answers with every line whose task waits, in the order of the lines.
    fn apply(&mut self) -> Vec<Control> {
        let mut words = Vec::new();
        let mut rest = VecDeque::new();
        for line in std::mem::take(&mut self.queue) {
            let fits = |task: &WaitingTask| line.target.is(task);
            let Some(index) = self.tasks.iter().position(fits) else {
                rest.push_back(line);
                continue;
            };
            let Some(task) = self.tasks.get(index).map(|task| task.key.clone()) else {
                continue;
            };
            if line.outcome != Outcome::Heartbeat {
                self.tasks.remove(index);
                self.answered.insert(task.clone());
            }
            let answer = |outcome: Outcome| Control::Answer {
                task: task.clone(),
                outcome,
                after: line.after,
            };
            words.extend(line.worker.map(|worker| {
                let worker = Some(worker);
                answer(Outcome::Started { worker })
            }));
            words.push(answer(line.outcome));
        }
        self.queue = rest;
        words
    }
}

impl Target {
    fn is(&self, task: &WaitingTask) -> bool {
        match self {
            Target::Token(token) => task.token.as_deref() == Some(token),
            Target::State { state, workflow } => {
                let named = *state == *task.name || *state == task.state.as_str();
                named && workflow.is_none() | (*workflow == task.workflow)
            }
        }
    }
}

impl Line {
    /// Reads `{"sendTaskSuccess": {"taskToken" | "state", "output"}}` and its relatives.
    fn read(number: usize, text: &str) -> Result<Line, String> {
        let value = Value::parse(text).map_err(|error| format!("is no JSON: {error}"))?;
        let verbs = ["sendTaskSuccess", "sendTaskFailure", "sendTaskHeartbeat"];
        let members = value.as_object();
        let entry = members
            .filter(|members| members.len() == 1)
            .and_then(|members| members.iter().next())
            .filter(|(verb, _)| verbs.contains(&verb.as_ref()))
            .ok_or_else(|| format!("must be an object with one of {}", verbs.join(", ")))?;
        let (verb, body) = entry;
        let text = |field: &str| match body.get(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("\"{field}\" of {verb} must be text")),
        };
        let target = match (text("taskToken")?, text("state")?) {
            (Some(token), _) => Target::Token(token.to_string()),
            (None, Some(state)) => Target::State {
                state: state.to_string(),
                workflow: text("workflow")?.map(|name| name.to_string()),
            },
            (None, None) => return Err(format!("{verb} needs \"taskToken\" or \"state\"")),
        };
        let outcome = match verb.as_ref() {
            "sendTaskSuccess" => {
                let output = body.get("output");
                let output = output.ok_or("sendTaskSuccess needs \"output\", any JSON value")?;
                Outcome::Succeeded(output.clone())
            }
            "sendTaskFailure" => Outcome::Failed(Fault {
                error: text("error")?,
                cause: text("cause")?,
                origin: None,
            }),
            _ => Outcome::Heartbeat,
        };
        let after = match body.get("after") {
            None => 0,
            Some(after) => {
                let seconds = after.as_f64().filter(|seconds| *seconds >= 0.0);
                let seconds = seconds.ok_or("\"after\" must be seconds from 0")?;
                (seconds * 1_000.0).round() as Millis
            }
        };
        Ok(Line {
            number,
            target,
            outcome,
            after,
            worker: text("worker")?,
        })
    }
}

/// `{"waiting": {"state", "taskToken"?, "resource", "input", "workflow"?}}`
fn announcement(task: &WaitingTask) -> Value {
    let mut members = vec![("state", Value::String(task.name.clone()))];
    members.extend(
        task.token
            .as_ref()
            .map(|token| ("taskToken", Value::String(token.clone()))),
    );
    members.push(("resource", Value::String(task.resource.clone())));
    members.push(("input", task.payload.clone()));
    members.extend(
        task.workflow
            .as_deref()
            .map(|name| ("workflow", Value::from(name))),
    );
    Value::object([("waiting", Value::object(members))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_or_refused_in_words() {
        let line = Line::read(
            1,
            r#"{"sendTaskFailure":{"state":"A","error":"E","after":1.5}}"#,
        )
        .unwrap();
        assert_eq!(line.after, 1_500);
        assert!(matches!(line.outcome, Outcome::Failed(fault) if fault.cause.is_none()));
        let cases = [
            ("x", "is no JSON"),
            ("{}", "must be an object with one of sendTaskSuccess"),
            (
                r#"{"sendTaskSuccess":{"output":1}}"#,
                "needs \"taskToken\" or \"state\"",
            ),
            (r#"{"sendTaskSuccess":{"state":"A"}}"#, "needs \"output\""),
            (
                r#"{"sendTaskHeartbeat":{"state":"A","after":-1}}"#,
                "\"after\" must be",
            ),
        ];
        for (text, words) in cases {
            let reason = Line::read(1, text).unwrap_err();
            assert!(reason.contains(words), "{text}: {reason}");
        }
    }
}
