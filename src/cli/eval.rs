//! `stepwright eval`: one expression, or a batch of them as JSON lines.

use std::io::BufRead;
use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use clap::ValueEnum;

use crate::cli::eval_vtl::eval_template;
use crate::cli::eval_vtl::render_steps;
use crate::cli::fail;
use crate::cli::json_argument;
use crate::cli::output::note;
use crate::cli::output::say;
use crate::query::Chance;
use crate::query::Map;
use crate::query::Value;
use crate::query::intrinsics::Intrinsic;
use crate::query::jsonata::Bindings;
use crate::query::jsonata::Dialect;
use crate::query::jsonata::Expression;
use crate::query::jsonata::JsonataError;
use crate::query::jsonata::Outcome;
use crate::query::jsonpath::Path;
use crate::query::jsonpath::PathError;
use crate::query::jsonpath::Root;

/// What `eval` is asked.
#[derive(clap::Args, Debug, Clone)]
pub struct EvalArgs {
    /// The expression; JSONata without the {% %} around it. A VTL template may stand in a file, as @file
    #[arg(required_unless_present = "batch", conflicts_with = "batch")]
    pub expression: Option<String>,
    #[arg(long, value_enum, default_value_t = Language::Jsonata)]
    pub language: Language,
    /// The input as JSON or @file; without it the input is undefined
    #[arg(long, value_name = "JSON|@file")]
    pub input: Option<String>,
    /// Variables as a JSON object, names without `$`; the name `$` is the context object
    #[arg(long, value_name = "JSON|@file")]
    pub bindings: Option<String>,
    /// Answers each JSON line of standard input with a JSON line
    #[arg(long)]
    pub batch: bool,
    /// What a VTL template sees, an object of "method", "path", "headers", "query", "pathParameters", "body"
    /// (text or JSON), "context" and "stageVariables", each of them optional; "params" with "path",
    /// "querystring" and "header" as in a batch will do too
    #[arg(long, value_name = "JSON|@file")]
    pub request: Option<String>,
    /// Which of the two templates of an integration VTL is; the body of a response is what the integration answered
    #[arg(long, value_enum, default_value_t = Direction::Request)]
    pub direction: Direction,
}

/// The way a body goes through a mapping template.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Request,
    Response,
}

/// The languages of `eval`.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Jsonata,
    Jsonpath,
    Intrinsic,
    Vtl,
}

/// Evaluates and returns the exit code: 1 for an expression that is wrong or fails.
pub fn eval(arguments: &EvalArgs) -> u8 {
    if arguments.batch {
        return batch();
    }
    if arguments.language == Language::Vtl {
        return eval_template(arguments);
    }
    let json = |argument: &Option<String>| argument.as_deref().map(json_argument).transpose();
    let (input, bindings) = match (json(&arguments.input), json(&arguments.bindings)) {
        (Ok(input), Ok(bindings)) => (input, bindings),
        (Err(reason), _) | (_, Err(reason)) => return fail(&reason),
    };
    let question = Question {
        language: arguments.language,
        expression: arguments.expression.clone().unwrap_or_default(),
        input,
        bindings: bindings
            .and_then(|bindings| bindings.as_object().map(|members| members.as_ref().clone()))
            .unwrap_or_default(),
        time_ms: None,
        depth: None,
        steps: Vec::new(),
    };
    match question.answer() {
        Answer::Value(value) => {
            say(&value.to_json_pretty());
            0
        }
        Answer::Undefined => {
            note("undefined");
            0
        }
        Answer::Wrong(wrong) => {
            let place = wrong
                .position
                .map(|position| format!(" at position {position}"))
                .unwrap_or_default();
            note(&format!("{}: {}{place}", wrong.code, wrong.message));
            1
        }
        Answer::Crashed(reason) => fail(&reason),
        Answer::Rendered(_) => 0,
    }
}

/// Answers standard input line by line, each at once.
fn batch() -> u8 {
    let mut out = std::io::stdout().lock();
    for (number, line) in std::io::stdin().lock().split(b'\n').enumerate() {
        let line = match line {
            Ok(line) => line,
            Err(error) => return fail(&format!("cannot read standard input: {error}")),
        };
        let text = String::from_utf8_lossy(&line);
        if text.trim().is_empty() {
            continue;
        }
        let line = match Value::parse(&text) {
            Ok(line @ Value::Object(_)) => line,
            Ok(_) => {
                note(&format!("line {}: not a JSON object", number + 1));
                continue;
            }
            Err(error) => {
                note(&format!("line {}: {error}", number + 1));
                continue;
            }
        };
        let id = line.get("id").cloned().unwrap_or_default();
        let answer = match Question::from_line(&line) {
            Ok(question) => catch_unwind(AssertUnwindSafe(|| question.answer()))
                .unwrap_or_else(|_| Answer::Crashed("the evaluator panicked".to_string())),
            Err(message) => Answer::Wrong(Wrong::new("Usage", message)),
        };
        let answered = answer.line(id).to_json();
        if writeln!(out, "{answered}")
            .and_then(|()| out.flush())
            .is_err()
        {
            return 2;
        }
    }
    0
}

struct Question {
    language: Language,
    expression: String,
    input: Option<Value>,
    bindings: Map,
    time_ms: Option<u64>,
    depth: Option<usize>,
    /// Of VTL.
    steps: Vec<Value>,
}

enum Answer {
    Value(Value),
    Undefined,
    Wrong(Wrong),
    Crashed(String),
    /// A template's output, with what it said about the answer.
    Rendered(Vec<(&'static str, Value)>),
}

/// What an error says.
pub struct Wrong {
    pub code: String,
    pub message: String,
    pub position: Option<usize>,
    pub token: Option<String>,
    /// Both from one.
    pub line_column: Option<(usize, usize)>,
}

impl Question {
    fn from_line(line: &Value) -> Result<Question, String> {
        let name = line
            .get("language")
            .and_then(Value::as_str)
            .unwrap_or("jsonata");
        let language = Language::from_str(name, true)?;
        let expression = match line.get("expr").and_then(Value::as_str) {
            Some(expression) => expression.to_string(),
            None if language == Language::Vtl => String::new(),
            None => return Err("The line has no \"expr\"".to_string()),
        };
        let limit = |name: &str| {
            line.get("limits")
                .and_then(|limits| limits.get(name))
                .and_then(Value::as_i64)
                .and_then(|limit| u64::try_from(limit).ok())
        };
        Ok(Question {
            language,
            expression,
            input: line.get("input").cloned(),
            bindings: line
                .get("bindings")
                .and_then(Value::as_object)
                .map(|members| members.as_ref().clone())
                .unwrap_or_default(),
            time_ms: limit("time_ms"),
            depth: limit("depth").and_then(|depth| usize::try_from(depth).ok()),
            steps: line
                .get("steps")
                .and_then(Value::as_array)
                .map(|steps| steps.as_ref().clone())
                .unwrap_or_default(),
        })
    }

    fn answer(&self) -> Answer {
        match self.language {
            Language::Jsonata => self.jsonata().unwrap_or_else(|error| {
                if error.is_crash() {
                    Answer::Crashed(error.message)
                } else {
                    Answer::Wrong(Wrong {
                        code: error.code,
                        message: error.message,
                        position: error.position,
                        token: error.token,
                        line_column: None,
                    })
                }
            }),
            Language::Jsonpath => self.jsonpath(),
            Language::Intrinsic => self.intrinsic(),
            Language::Vtl => match render_steps(&self.steps, &self.bindings) {
                Ok(rendered) => Answer::Rendered(rendered),
                Err(wrong) => Answer::Wrong(wrong),
            },
        }
    }

    fn jsonata(&self) -> Result<Answer, JsonataError> {
        let expression = Expression::parse(&self.expression)?;
        let mut bindings = Bindings::new(seed());
        bindings.dialect = Dialect::Full;
        bindings.limits.time_ms = self.time_ms.or(bindings.limits.time_ms);
        bindings.limits.depth = self.depth;
        if let Some(input) = &self.input {
            bindings.set_input(input.clone());
        }
        for (name, value) in &self.bindings {
            bindings.bind(name.as_ref(), value.clone());
        }
        Ok(match expression.evaluate(&bindings)? {
            Outcome::Value(value) => Answer::Value(value),
            Outcome::Undefined | Outcome::Function => Answer::Undefined,
        })
    }

    /// What a root stands for; an undefined input has nothing in it.
    fn resolve(&self, root: &Root) -> Option<Value> {
        match root {
            Root::Input => Some(self.input.clone().unwrap_or_default()),
            Root::Context => self.bindings.get("$").cloned(),
            Root::Variable(name) => self.bindings.get(name.as_ref()).cloned(),
        }
    }

    fn jsonpath(&self) -> Answer {
        let result =
            Path::parse(&self.expression).and_then(|path| match self.resolve(path.root()) {
                Some(document) => path.read(&document),
                None => Err(PathError::Invalid {
                    message: format!(
                    "Illegal character at position 1 expected '.' or '[' ({} is not among the bindings)",
                    path.root()
                ),
                    position: Some(0),
                }),
            });
        match result {
            Ok(value) => Answer::Value(value),
            Err(error) => {
                let mut wrong = Wrong::new(error.code(), error.to_string());
                if let PathError::Invalid { position, .. } = error {
                    wrong.position = position;
                }
                Answer::Wrong(wrong)
            }
        }
    }

    fn intrinsic(&self) -> Answer {
        let intrinsic = match Intrinsic::parse(&self.expression) {
            Ok(intrinsic) => intrinsic,
            Err(error) => {
                let mut wrong = Wrong::new("InvalidIntrinsic", error.message);
                wrong.position = Some(error.position);
                return Answer::Wrong(wrong);
            }
        };
        match intrinsic.evaluate(&|root| self.resolve(root), &mut Chance::seeded(seed())) {
            Ok(value) => Answer::Value(value),
            Err(error) => Answer::Wrong(Wrong::new(error.error, error.message)),
        }
    }
}

impl Answer {
    fn line(self, id: Value) -> Value {
        let (name, value) = match self {
            Answer::Value(value) => ("value", value),
            Answer::Undefined => ("undefined", Value::Bool(true)),
            Answer::Wrong(wrong) => ("error", wrong.object()),
            Answer::Crashed(text) => ("crashed", Value::from(text)),
            Answer::Rendered(members) => {
                return Value::object([("id", id)].into_iter().chain(members));
            }
        };
        Value::object([("id", id), (name, value)])
    }
}

impl Wrong {
    pub fn new(code: &str, message: String) -> Wrong {
        Wrong {
            code: code.to_string(),
            message,
            position: None,
            token: None,
            line_column: None,
        }
    }

    fn object(self) -> Value {
        let mut members = vec![
            ("code", Value::from(self.code)),
            ("message", Value::from(self.message)),
        ];
        members.extend(
            self.position
                .map(|position| ("position", Value::from(position as i64))),
        );
        members.extend(self.token.map(|token| ("token", Value::from(token))));
        if let Some((line, column)) = self.line_column {
            members.push(("line", Value::from(line as i64)));
            members.push(("column", Value::from(column as i64)));
        }
        Value::object(members)
    }
}

/// Chance for one evaluation, from the clock.
fn seed() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map(|time| time.as_nanos() as u64)
        .unwrap_or_default()
}
