//! What events do to a visit and to its attempts.

use std::sync::Arc;

use crate::engine::Millis;
use crate::engine::TaskEvent;
use crate::query::Value;
use crate::trace::Attempt;
use crate::trace::AttemptStatus;
use crate::trace::Visit;
use crate::trace::VisitStatus;

pub(crate) fn apply_task(visit: &mut Visit, at: Millis, task: &TaskEvent) {
    match task {
        TaskEvent::LambdaScheduled { input, .. } | TaskEvent::ActivityScheduled { input, .. } => {
            begin_attempt(visit, at, Some(input.clone()));
        }
        TaskEvent::Scheduled { parameters, .. } => {
            begin_attempt(visit, at, Some(parameters.clone()))
        }
        TaskEvent::LambdaStarted
        | TaskEvent::ActivityStarted { .. }
        | TaskEvent::Started { .. } => {}
        TaskEvent::Submitted { output, .. } => {
            if let Some(attempt) = visit.attempts.last_mut() {
                attempt.submitted = Some(output.clone());
            }
        }
        TaskEvent::LambdaSucceeded { output }
        | TaskEvent::ActivitySucceeded { output }
        | TaskEvent::Succeeded { output, .. } => {
            if let Some(attempt) = visit.attempts.last_mut() {
                attempt.result = Some(output.clone());
            }
            end_attempt(visit, at, AttemptStatus::Succeeded, &None, &None);
        }
        TaskEvent::LambdaFailed { error, cause }
        | TaskEvent::ActivityFailed { error, cause }
        | TaskEvent::Failed { error, cause, .. } => fail(visit, at, error, cause),
        TaskEvent::LambdaTimedOut { error, cause }
        | TaskEvent::ActivityTimedOut { error, cause }
        | TaskEvent::TimedOut { error, cause, .. } => {
            fail(visit, at, error, cause);
            if let Some(attempt) = visit.attempts.last_mut() {
                attempt.status = AttemptStatus::TimedOut;
            }
        }
    }
}

pub(crate) fn begin_attempt(visit: &mut Visit, at: Millis, parameters: Option<Value>) {
    end_attempt(visit, at, AttemptStatus::Failed, &None, &None);
    visit.failing = false;
    visit.attempts.push(Attempt {
        status: AttemptStatus::Running,
        started_at: at,
        ended_at: None,
        parameters,
        submitted: None,
        result: None,
        error: None,
        cause: None,
    });
}

pub(crate) fn end_attempt(
    visit: &mut Visit,
    at: Millis,
    status: AttemptStatus,
    error: &Option<Arc<str>>,
    cause: &Option<Arc<str>>,
) {
    if let Some(attempt) = visit
        .attempts
        .last_mut()
        .filter(|attempt| attempt.ended_at.is_none())
    {
        attempt.status = status;
        attempt.ended_at = Some(at);
        attempt.error.clone_from(error);
        attempt.cause.clone_from(cause);
    }
}

pub(crate) fn fail(
    visit: &mut Visit,
    at: Millis,
    error: &Option<Arc<str>>,
    cause: &Option<Arc<str>>,
) {
    end_attempt(visit, at, AttemptStatus::Failed, error, cause);
    visit.failing = true;
    if error.is_some() || cause.is_some() {
        visit.error.clone_from(error);
        visit.cause.clone_from(cause);
    }
}

pub(crate) fn close(
    visit: &mut Visit,
    at: Millis,
    status: VisitStatus,
    error: &Option<Arc<str>>,
    cause: &Option<Arc<str>>,
) {
    let attempt = match status {
        VisitStatus::Failed | VisitStatus::Caught => AttemptStatus::Failed,
        VisitStatus::Running | VisitStatus::Succeeded => AttemptStatus::Succeeded,
        VisitStatus::Aborted => AttemptStatus::Aborted,
    };
    end_attempt(visit, at, attempt, error, cause);
    visit.status = status;
    visit.ended_at = Some(at);
    if error.is_some() || cause.is_some() {
        visit.error.clone_from(error);
        visit.cause.clone_from(cause);
    }
}
