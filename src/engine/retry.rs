//! Retriers and Catchers: which error they match, and how long a retry waits.

use std::sync::Arc;

use crate::asl::StateKind;
use crate::engine::chance::Chance;
use crate::engine::program::Placement;
use crate::engine::program::StateIndex;
use crate::engine::program::StateProgram;
use crate::engine::template::Assignment;
use crate::engine::template::Template;
use crate::engine::trouble::Class;
use crate::engine::trouble::Trouble;

pub(crate) const PARAMETER_PATH_FAILURE: &str = "States.ParameterPathFailure";

/// An entry of `Retry` (specification, "Retrying after error").
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Retrier {
    pub errors: Vec<Arc<str>>,
    pub interval_seconds: f64,
    pub max_attempts: u64,
    pub backoff_rate: f64,
    pub max_delay_seconds: Option<f64>,
    /// `JitterStrategy` FULL.
    pub full_jitter: bool,
}

/// An entry of `Catch`.
#[derive(Debug)]
pub(crate) struct Catcher {
    pub errors: Vec<Arc<str>>,
    pub next: StateIndex,
    pub result_path: Placement,
    pub assign: Vec<Assignment>,
    pub output: Option<Template>,
}

impl Default for Retrier {
    fn default() -> Retrier {
        Retrier {
            errors: Vec::new(),
            interval_seconds: 1.0,
            max_attempts: 3,
            backoff_rate: 2.0,
            max_delay_seconds: None,
            full_jitter: false,
        }
    }
}

impl Retrier {
    /// Milliseconds before the n-th retry, counted from zero.
    pub fn delay(&self, retries: u32, chance: &mut Chance) -> i64 {
        let exponent = i32::try_from(retries).unwrap_or(i32::MAX);
        let mut seconds = self.interval_seconds * self.backoff_rate.powi(exponent);
        if let Some(most) = self.max_delay_seconds {
            seconds = seconds.min(most);
        }
        if self.full_jitter {
            seconds *= chance.fraction();
        }
        // Delays beyond the quota of 31,622,400 s are cut to it.
        (seconds.clamp(0.0, 31_622_400.0) * 1_000.0).round() as i64
    }
}

/// Whether an `ErrorEquals` list of a state matches (specification, "Errors"; AWS guide, "Error names").
pub(crate) fn matches(errors: &[Arc<str>], trouble: &Trouble, state: &StateProgram) -> bool {
    let documented = documented_name(trouble, state);
    if documented.is_some_and(|name| errors.iter().any(|wanted| **wanted == *name)) {
        return true;
    }
    if trouble.class == Class::Runtime {
        return false;
    }
    let name = trouble.error.as_deref().unwrap_or_default();
    errors.iter().any(|wanted| match wanted.as_ref() {
        "States.ALL" => true,
        "States.TaskFailed" => name == "States.TaskFailed" || is_task_failure(trouble),
        "States.HeartbeatTimeout" => {
            name == "States.HeartbeatTimeout" || trouble.class == Class::Timeout { heartbeat: true }
        }
        "States.Timeout" => name == "States.Timeout" || name == "States.HeartbeatTimeout",
        wanted => wanted == name,
    })
}

/// The name the specification gives a failure that the service reports under another one. Recordings show the
/// error of the branch itself, and `States.Runtime`; a list that asks for the documented name means these too.
pub(crate) fn documented_name(trouble: &Trouble, state: &StateProgram) -> Option<&'static str> {
    let origin = trouble.origin.as_ref()?;
    let own = origin.state == state.path;
    if !own && state.kind == StateKind::Parallel && trouble.class != Class::Runtime {
        return Some("States.BranchFailed");
    }
    let path_failed = trouble.class == Class::Runtime && trouble.path_not_found;
    (own && path_failed && origin.field.starts_with("/Parameters"))
        .then_some(PARAMETER_PATH_FAILURE)
}

/// `States.TaskFailed` stands for every failure of a task but a timeout.
fn is_task_failure(trouble: &Trouble) -> bool {
    let name = trouble.error.as_deref().unwrap_or_default();
    trouble.class == Class::Named
        && (!name.starts_with("States.") || name.starts_with("States.Http."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_up_to_their_limit() {
        let retrier = Retrier {
            interval_seconds: 3.0,
            backoff_rate: 2.0,
            max_delay_seconds: Some(10.0),
            ..Retrier::default()
        };
        let mut chance = Chance::new(1);
        let delays: Vec<i64> = (0..4).map(|n| retrier.delay(n, &mut chance)).collect();
        assert_eq!(delays, [3_000, 6_000, 10_000, 10_000]);
    }
}
