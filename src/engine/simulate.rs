//! Running to the end on a virtual clock: waiting takes no time, answers come from a function.

use std::sync::Arc;

use crate::engine::Call;
use crate::engine::Demand;
use crate::engine::Due;
use crate::engine::Ended;
use crate::engine::Event;
use crate::engine::Execution;
use crate::engine::Millis;
use crate::engine::Outcome;
use crate::engine::Program;
use crate::engine::RedriveRefusal;
use crate::engine::Signal;
use crate::engine::Stage;
use crate::engine::Start;
use crate::engine::Step;
use crate::engine::StoredObject;

/// One thing a call is answered with, and how long after it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Milliseconds.
    pub after: Millis,
    pub outcome: Outcome,
}

/// A whole execution.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// As it stands at the end.
    pub execution: Execution,
    pub events: Vec<Event>,
    pub stages: Vec<Stage>,
    /// What result writers wrote.
    pub stored: Vec<StoredObject>,
    /// None where it waits for an answer that never comes.
    pub ended: Option<Ended>,
}

/// Runs a program to its end on a virtual clock that starts at `start.at`.
///
/// `answer` is asked once for each call, in the order of scheduling; no answers mean that the call
/// never ends. Answers that come at the same moment are taken in the order of their calls, and
/// before timers of that moment.
pub fn simulate(
    program: &Arc<Program>,
    start: Start,
    answer: &mut dyn FnMut(&Call) -> Vec<Answer>,
) -> Simulation {
    let execution = Execution::new(program.clone(), start);
    go_on(execution, Step::default(), Vec::new(), answer)
}

/// Redrives an unsuccessful execution at a later moment and runs it to its next end; events, stages and stored
/// objects are those of before and those that came after.
///
/// # Errors
/// Why it cannot be redriven.
pub fn simulate_redrive(
    before: Simulation,
    at: Millis,
    answer: &mut dyn FnMut(&Call) -> Vec<Answer>,
) -> Result<Simulation, RedriveRefusal> {
    let mut execution = before.execution;
    execution.can_redrive()?;
    let mut step = Step {
        events: before.events,
        stages: before.stages,
        demands: Vec::new(),
    };
    execution.advance_into(Signal::Redrive { now: at }, &mut step);
    Ok(go_on(execution, step, before.stored, answer))
}

fn go_on(
    mut execution: Execution,
    mut step: Step,
    mut stored: Vec<StoredObject>,
    answer: &mut dyn FnMut(&Call) -> Vec<Answer>,
) -> Simulation {
    let program = execution.program().clone();
    let mut now = execution.now();
    let mut due = Due::default();
    loop {
        let signal = if execution.ready().is_some() {
            Signal::Proceed { now }
        } else {
            match (due.next(), execution.next_timer()) {
                (Some(at), timer) if timer.is_none_or(|timer| at <= timer) => {
                    let Some((at, call, outcome)) = due.pop() else {
                        break;
                    };
                    now = now.max(at);
                    Signal::Answer { call, outcome, now }
                }
                (_, Some(timer)) => {
                    now = now.max(timer);
                    Signal::Time { now }
                }
                (_, None) => break,
            }
        };
        execution.advance_in(&program, signal, &mut step);
        for demand in step.demands.drain(..) {
            match demand {
                Demand::Call(call) => {
                    for (place, Answer { after, outcome }) in answer(&call).into_iter().enumerate()
                    {
                        due.insert(now.saturating_add(after), call.id, place, outcome);
                    }
                }
                Demand::Store(object) => stored.push(object),
                Demand::Cancel(call) => due.cancel(call),
            }
        }
        if execution.ended().is_some() {
            break;
        }
    }
    Simulation {
        ended: execution.ended().cloned(),
        execution,
        events: step.events,
        stages: step.stages,
        stored,
    }
}
