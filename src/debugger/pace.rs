//! Go or wait.

use std::collections::BTreeSet;

use crate::asl::StatePath;
use crate::engine::Lane;
use crate::engine::MapRunChange;
use crate::engine::Millis;
use crate::engine::Outcome;
use crate::engine::Signal;
use crate::query::Value;
use crate::trace::TaskKey;

/// How far a run goes before it pauses by itself. Breakpoints stop it at any pace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Until a breakpoint or the end.
    Run,
    /// To the next state anywhere: *step into*, *pause*, and how *Debug* starts.
    Next,
    /// To the next state of this branch or iteration, or further out: *step over*.
    Over(Lane),
    /// To the next state outside this branch or iteration: *step out*.
    Out(Lane),
    /// To this state: *run to here*.
    To(StatePath),
}

/// Why a run is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PauseReason {
    /// Before the first state of a debugged run.
    Start,
    Breakpoint,
    Step,
    /// A person went back to this moment.
    Rewound,
}

/// A run that waits before a state.
#[derive(Clone, Debug)]
pub struct Pause {
    pub reason: PauseReason,
    pub lane: Lane,
    pub state: StatePath,
    /// The raw input of the state that is about to run.
    pub input: Value,
    /// Workflow variables in reach.
    pub variables: Vec<(String, Value)>,
    pub now: Millis,
    /// The number of this pause's checkpoint; earlier ones can be gone back to.
    pub checkpoint: usize,
    /// Events so far.
    pub events: usize,
}

/// A person's word to a run.
#[derive(Clone, Debug)]
pub enum Control {
    Go(Pace),
    Stop,
    /// As `StopExecution` ends it.
    Abort {
        error: Option<String>,
        cause: Option<String>,
    },
    /// An execution that has ended without success goes on where it failed.
    Redrive,
    /// Other limits for a Map Run that is under way.
    ChangeMapRun {
        map_run_arn: String,
        change: MapRunChange,
    },
    /// As `StopExecution` ends a child execution of a distributed Map.
    StopChild {
        execution_arn: String,
        error: Option<String>,
        cause: Option<String>,
    },
    /// As `DeleteStateMachine` ends what runs: where it would enter another state.
    MachineDeleted,
    /// Back to the pause before this one.
    Back,
    /// Back to the moment of a checkpoint.
    BackTo(usize),
    /// Another input for the state the run is paused before.
    EditInput(Value),
    Breakpoints(BTreeSet<StatePath>),
    /// An answer to a waiting task, so many milliseconds from now.
    Answer {
        task: TaskKey,
        outcome: Outcome,
        after: Millis,
    },
    /// A waiting task's timeouts go on, though nobody answers; all tasks' where none is named.
    Release(Option<TaskKey>),
}

impl Control {
    /// What it feeds to an execution at a moment, where it does no more than that.
    pub fn signal(self, now: Millis) -> Option<Signal> {
        match self {
            Control::ChangeMapRun {
                map_run_arn,
                change,
            } => Some(Signal::ChangeMapRun {
                map_run_arn,
                change,
                now,
            }),
            Control::StopChild {
                execution_arn,
                error,
                cause,
            } => Some(Signal::StopChild {
                execution_arn,
                now,
                error,
                cause,
            }),
            Control::MachineDeleted => Some(Signal::MachineDeleted { now }),
            Control::Go(_)
            | Control::Stop
            | Control::Abort { .. }
            | Control::Redrive
            | Control::Back
            | Control::BackTo(_)
            | Control::EditInput(_)
            | Control::Breakpoints(_)
            | Control::Answer { .. }
            | Control::Release(_) => None,
        }
    }
}

impl Pace {
    /// Whether to wait before entering a state, and why.
    pub fn stops(
        &self,
        lane: &Lane,
        state: &StatePath,
        breakpoints: &BTreeSet<StatePath>,
    ) -> Option<PauseReason> {
        if breakpoints.contains(state) {
            return Some(PauseReason::Breakpoint);
        }
        let step = match self {
            Pace::Run => false,
            Pace::Next => true,
            Pace::Over(from) => from.0.starts_with(&lane.0),
            Pace::Out(from) => lane.0.len() < from.0.len() && from.0.starts_with(&lane.0),
            Pace::To(target) => state == target,
        };
        step.then_some(PauseReason::Step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::LaneStep;

    #[test]
    fn stepping_over_a_map_stops_behind_it_and_into_it_inside() {
        let outer = Lane::default();
        let map = StatePath::top("M");
        let inner = outer.inner(LaneStep {
            state: map.clone(),
            entered: 4,
            attempt: 0,
            index: 0,
        });
        let state = StatePath::top("X");
        let none = BTreeSet::new();
        assert!(
            Pace::Over(outer.clone())
                .stops(&inner, &state, &none)
                .is_none()
        );
        assert!(
            Pace::Over(inner.clone())
                .stops(&outer, &state, &none)
                .is_some()
        );
        assert!(Pace::Next.stops(&inner, &state, &none).is_some());
        assert!(
            Pace::Out(inner.clone())
                .stops(&inner, &state, &none)
                .is_none()
        );
        assert!(Pace::Out(inner).stops(&outer, &state, &none).is_some());
        let breakpoints = BTreeSet::from([state.clone()]);
        assert_eq!(
            Pace::Run.stops(&outer, &state, &breakpoints),
            Some(PauseReason::Breakpoint)
        );
    }
}
