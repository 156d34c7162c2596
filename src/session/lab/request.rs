//! The two things a template is rendered against: the caller's request, and the integration's answer.

use crate::query::Value;
use crate::syntax::Format;
use crate::text::LineIndex;
use crate::text::Span;

/// A caller's request as it is typed. Lists stand as lines `name: value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabRequest {
    /// In upper case.
    pub method: String,
    /// The path of the resource with its parameters in braces: `/orders/{id}`.
    pub path: String,
    pub path_parameters: String,
    pub query: String,
    pub headers: String,
    pub body: String,
    /// Members of `$context` beside those that follow from the rest, as a JSON object.
    pub context: String,
    pub stage_variables: String,
}

/// What the integration answers, as it is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabAnswer {
    /// The HTTP status of the integration: three digits.
    pub status: String,
    pub body: String,
    pub from: AnswerFrom,
}

/// Where an answer comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerFrom {
    Typed,
    Example,
    /// The execution that ended last in the workflow of this title.
    Execution(String),
    /// A scenario, executed with its mocks.
    Scenario(String),
    /// A request that was sent.
    Trace,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// A sentence without a full stop.
    pub message: String,
    /// Where in the field's text.
    pub span: Option<Span>,
}

/// A part of the request or of the answer, to say where something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LabField {
    PathParameters,
    Query,
    Headers,
    Body,
    Context,
    StageVariables,
    AnswerStatus,
    AnswerBody,
}

impl LabField {
    pub const ALL: [LabField; 8] = [
        LabField::PathParameters,
        LabField::Query,
        LabField::Headers,
        LabField::Body,
        LabField::Context,
        LabField::StageVariables,
        LabField::AnswerStatus,
        LabField::AnswerBody,
    ];

    /// The heading of the field.
    pub const fn title(self) -> &'static str {
        match self {
            LabField::PathParameters => "Path parameters",
            LabField::Query => "Query",
            LabField::Headers => "Headers",
            LabField::Body => "Body",
            LabField::Context => "Context",
            LabField::StageVariables => "Stage variables",
            LabField::AnswerStatus => "Status",
            LabField::AnswerBody => "Answer",
        }
    }

    /// What an empty field shows.
    pub const fn hint(self) -> &'static str {
        match self {
            LabField::PathParameters => "id: 42",
            LabField::Query => "limit: 10",
            LabField::Headers => "content-type: application/json",
            LabField::Body => "{}",
            LabField::Context => "{\"authorizer\": {\"claims\": {}}}",
            LabField::StageVariables => "table: orders",
            LabField::AnswerStatus => "200",
            LabField::AnswerBody => "{}",
        }
    }
}

impl LabRequest {
    /// Where the text of a field is kept; none for those of the answer.
    pub const fn text(&self, field: LabField) -> Option<&String> {
        match field {
            LabField::PathParameters => Some(&self.path_parameters),
            LabField::Query => Some(&self.query),
            LabField::Headers => Some(&self.headers),
            LabField::Body => Some(&self.body),
            LabField::Context => Some(&self.context),
            LabField::StageVariables => Some(&self.stage_variables),
            LabField::AnswerStatus | LabField::AnswerBody => None,
        }
    }

    /// As [`LabRequest::text`], to be written to.
    pub const fn text_mut(&mut self, field: LabField) -> Option<&mut String> {
        match field {
            LabField::PathParameters => Some(&mut self.path_parameters),
            LabField::Query => Some(&mut self.query),
            LabField::Headers => Some(&mut self.headers),
            LabField::Body => Some(&mut self.body),
            LabField::Context => Some(&mut self.context),
            LabField::StageVariables => Some(&mut self.stage_variables),
            LabField::AnswerStatus | LabField::AnswerBody => None,
        }
    }

    /// What is wrong with a field. A body need not be JSON, but is hardly ever meant to be anything else.
    pub fn problem(&self, field: LabField) -> Option<FieldProblem> {
        let text = self.text(field)?;
        match field {
            LabField::PathParameters
            | LabField::Query
            | LabField::Headers
            | LabField::StageVariables => pairs(text).err().map(FieldProblem::of),
            LabField::Body => json_problem(text),
            LabField::Context => match json_problem(text) {
                Some(problem) => Some(problem),
                None if text.trim().is_empty() || text.trim_start().starts_with('{') => None,
                None => Some(FieldProblem::of(
                    "A JSON object is needed here, such as {\"stage\": \"dev\"}".to_owned(),
                )),
            },
            LabField::AnswerStatus | LabField::AnswerBody => None,
        }
    }
}

impl LabAnswer {
    /// The status as a number from 100 to 599.
    pub fn status_code(&self) -> Option<u16> {
        self.status
            .trim()
            .parse()
            .ok()
            .filter(|status| (100..=599).contains(status))
    }

    /// What is wrong with a field of the answer.
    pub fn problem(&self, field: LabField) -> Option<FieldProblem> {
        match field {
            LabField::AnswerStatus if self.status_code().is_none() => Some(FieldProblem::of(
                "A status from 100 to 599 is needed here".to_owned(),
            )),
            LabField::AnswerBody => json_problem(&self.body),
            LabField::AnswerStatus
            | LabField::PathParameters
            | LabField::Query
            | LabField::Headers
            | LabField::Body
            | LabField::Context
            | LabField::StageVariables => None,
        }
    }
}

impl FieldProblem {
    fn of(message: String) -> FieldProblem {
        FieldProblem {
            message,
            span: None,
        }
    }
}

/// Lines `name: value` or `name=value` as pairs, in their order; empty lines count for nothing.
///
/// # Errors
/// A sentence that names the line without a name.
pub fn pairs(text: &str) -> Result<Vec<(String, String)>, String> {
    let lines = text.lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            let cut = line.find([':', '=']);
            let (name, value) = match cut {
                Some(at) => (
                    line.get(..at).unwrap_or_default(),
                    line.get(at + 1..).unwrap_or_default(),
                ),
                None => return Err(format!("Line {}: write name: value", index + 1)),
            };
            if name.trim().is_empty() {
                return Err(format!("Line {}: a name is missing", index + 1));
            }
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        })
        .collect()
}

/// What is wrong with a text as JSON, with its place; nothing where it is empty.
pub fn json_problem(text: &str) -> Option<FieldProblem> {
    if text.trim().is_empty() || Value::parse(text).is_ok() {
        return None;
    }
    let parse = crate::syntax::parse(text, Format::Json);
    let Some(error) = parse.errors.first() else {
        return Some(FieldProblem::of("This is not JSON".to_owned()));
    };
    let place = LineIndex::new(text).locate(text, error.span.start);
    let message = format!(
        "Line {}, column {}: {}",
        place.line, place.column, error.message
    );
    let span = Some(error.span);
    Some(FieldProblem { message, span })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_pairs() {
        let read = pairs("a: 1\n\nx-b = two: three ").unwrap();
        assert_eq!(
            read,
            [
                ("a".into(), "1".into()),
                ("x-b".into(), "two: three".into())
            ]
        );
        assert_eq!(pairs("a: 1\nb").unwrap_err(), "Line 2: write name: value");
        assert_eq!(pairs(": 1").unwrap_err(), "Line 1: a name is missing");
    }

    #[test]
    fn json_that_is_none_names_its_place() {
        assert_eq!(json_problem(""), None);
        assert_eq!(json_problem("{\"a\": 1}"), None);
        let problem = json_problem("{\n  \"a\": }\n").unwrap();
        assert!(problem.message.starts_with("Line 2, column"), "{problem:?}");
    }
}
