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
use crate::engine::Signal;
use crate::engine::Stage;
use crate::engine::Start;
use crate::engine::Step;

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
    let mut now = start.at;
    let mut execution = Execution::new(program.clone(), start);
    let mut due = Due::default();
    let mut step = Step::default();
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
        execution.advance_in(program, signal, &mut step);
        for demand in step.demands.drain(..) {
            match demand {
                Demand::Call(call) => {
                    for (place, Answer { after, outcome }) in answer(&call).into_iter().enumerate()
                    {
                        due.insert(now.saturating_add(after), call.id, place, outcome);
                    }
                }
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
    }
}
