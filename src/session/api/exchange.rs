//! Requests that were sent or heard, and what came of each.

use std::sync::Arc;

use crate::gateway::Micros;
use crate::gateway::Response;
use crate::gateway::StepKind;
use crate::gateway::TraceStep;
use crate::gateway::Verdict;
use crate::session::api::draft::Draft;
use crate::session::api::place::RouteKey;
use crate::session::api::place::SentId;
use crate::sidecar::SavedRequest;
use crate::trace::NestedRun;

/// A request and, once it is there, its answer.
#[derive(Clone, Debug)]
pub struct Sent {
    pub id: SentId,
    /// The API it went to, with the route it was meant for or has found.
    pub route: RouteKey,
    /// What was sent, to be sent again.
    pub draft: Draft,
    /// It came from outside, through the address that is served.
    pub from_outside: bool,
    /// In milliseconds since 1970.
    pub at: u64,
    pub outcome: Outcome,
}

/// What came of a request.
#[derive(Clone, Debug)]
pub enum Outcome {
    Waiting,
    Answered(Arc<Answered>),
    /// There was no answer at all; a sentence.
    Lost(String),
}

/// An answer and the way to it.
#[derive(Clone, Debug)]
pub struct Answered {
    pub response: Response,
    pub trace: Vec<TraceStep>,
    /// The executions it started, in order.
    pub runs: Vec<Arc<NestedRun>>,
    pub took: Micros,
}

/// Why an answer is what it is: a title, and sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// "Why 400"
    pub title: String,
    pub words: Vec<String>,
    /// The step of the trace that decided.
    pub step: usize,
}

impl Sent {
    pub fn answered(&self) -> Option<&Arc<Answered>> {
        match &self.outcome {
            Outcome::Answered(answered) => Some(answered),
            Outcome::Waiting | Outcome::Lost(_) => None,
        }
    }

    pub fn status(&self) -> Option<u16> {
        self.answered().map(|answered| answered.response.status)
    }
}

impl Answered {
    /// The step that tells most about the answer: the first that failed, else the first that is doubtful, else
    /// the one that chose the status, else the last.
    pub fn telling_step(&self) -> usize {
        let place = |wanted: Verdict| self.trace.iter().position(|step| step.verdict == wanted);
        let chooses = |step: &TraceStep| {
            self.response.status >= 400
                && matches!(
                    step.kind,
                    StepKind::ResponseTemplate | StepKind::GatewayResponse
                )
        };
        place(Verdict::Failed)
            .or_else(|| place(Verdict::Doubtful))
            .or_else(|| self.trace.iter().rposition(chooses))
            .unwrap_or(self.trace.len().saturating_sub(1))
    }

    /// Why the answer is no plain success; none where it is one.
    pub fn why(&self) -> Option<Why> {
        let status = self.response.status;
        let step = self.telling_step();
        let telling = self.trace.get(step)?;
        let doubtful = matches!(telling.verdict, Verdict::Failed | Verdict::Doubtful);
        if status < 400 && !doubtful {
            return None;
        }
        let mut words: Vec<String> = telling.words.iter().take(3).cloned().collect();
        // Where a template has turned a failed execution into an answer, both are part of the reason.
        let decided = self
            .trace
            .iter()
            .rfind(|other| matches!(other.kind, StepKind::ResponseTemplate))
            .filter(|other| !std::ptr::eq(*other, telling) && status >= 400);
        words.extend(decided.and_then(|other| other.words.first().cloned()));
        if words.is_empty() {
            words.push(format!("{} answered so", telling.kind.title()));
        }
        Some(Why {
            title: format!("Why {status}"),
            words,
            step,
        })
    }

    /// The execution that a step of the trace has started.
    pub fn run_of(&self, step: &TraceStep) -> Option<&Arc<NestedRun>> {
        if step.kind != StepKind::Integration {
            return None;
        }
        let arn = step.execution.as_deref();
        let exact = self.runs.iter().find(|run| Some(&*run.arn) == arn);
        exact.or_else(|| self.runs.first().filter(|_| arn.is_some()))
    }

    /// Compares with what is wanted of a saved request; none where it holds or nothing is wanted.
    pub fn difference(&self, saved: &SavedRequest) -> Option<String> {
        let wanted = saved.expect.as_ref()?;
        let body = self.response.text();
        let judged = wanted.judge(self.response.status, &self.response.headers, &body);
        judged.err().map(|difference| difference.to_string())
    }
}

/// "Bad request": what a status means, as RFC 9110 names it.
pub fn status_words(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No content",
        301 => "Moved permanently",
        302 => "Found",
        304 => "Not modified",
        400 => "Bad request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not found",
        405 => "Method not allowed",
        409 => "Conflict",
        413 => "Content too large",
        415 => "Unsupported media type",
        422 => "Unprocessable content",
        429 => "Too many requests",
        500 => "Internal server error",
        501 => "Not implemented",
        502 => "Bad gateway",
        503 => "Service unavailable",
        504 => "Gateway timeout",
        _ => match status / 100 {
            1 => "Informational",
            2 => "Success",
            3 => "Redirection",
            4 => "Client error",
            _ => "Server error",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(kind: StepKind, verdict: Verdict, words: &str) -> TraceStep {
        TraceStep {
            kind,
            verdict,
            at: 0,
            took: 0,
            input: None,
            output: None,
            words: vec![words.to_owned()],
            pointer: None,
            execution: None,
            inspection: None,
        }
    }

    fn answered(status: u16, trace: Vec<TraceStep>) -> Answered {
        Answered {
            response: Response {
                status,
                headers: Vec::new(),
                body: Vec::new(),
            },
            trace,
            runs: Vec::new(),
            took: 1,
        }
    }

    #[test]
    fn the_reason_comes_from_the_step_that_decided() {
        let passed = |kind| step(kind, Verdict::Passed, "fine");
        let good = answered(
            200,
            vec![passed(StepKind::Received), passed(StepKind::Answer)],
        );
        assert_eq!((good.why(), good.telling_step()), (None, 1));
        let template = step(
            StepKind::ResponseTemplate,
            Verdict::Passed,
            "line 2 set 400",
        );
        let changed = answered(
            400,
            vec![
                passed(StepKind::Received),
                template.clone(),
                passed(StepKind::Answer),
            ],
        );
        let why = changed.why().unwrap();
        assert_eq!((why.title.as_str(), why.step), ("Why 400", 1));
        assert_eq!(why.words, ["line 2 set 400"]);
        let failed = step(
            StepKind::Integration,
            Verdict::Failed,
            "the execution failed",
        );
        let both = answered(500, vec![passed(StepKind::Received), failed, template]);
        assert_eq!(
            both.why().unwrap().words,
            ["the execution failed", "line 2 set 400"]
        );
        let doubtful = step(
            StepKind::ResponseTemplate,
            Verdict::Doubtful,
            "printed as Java text",
        );
        assert_eq!(
            answered(200, vec![doubtful]).why().unwrap().title,
            "Why 200"
        );
    }
}
