//! Where a run stands when it begins to be driven: at its start, or at the end of what it has been through before.

use std::sync::Arc;
use std::sync::Mutex;

use crate::backends::Mocks;
use crate::backends::Outside;
use crate::backends::Real;
use crate::backends::Workflows;
use crate::debugger::Clock;
use crate::debugger::RunOrder;
use crate::engine::Execution;
use crate::engine::Journal;
use crate::engine::Millis;
use crate::engine::Outcome;
use crate::engine::Signal;
use crate::engine::Step;

/// A run between two steps.
#[derive(Debug)]
pub(crate) struct Standing {
    pub execution: Execution,
    pub outside: Outside,
    pub now: Millis,
    /// Events that whoever listens knows already.
    pub events: usize,
    /// Where everything that is fed to the execution is written down; none where nobody wants to know.
    pub journal: Option<Arc<Mutex<Journal>>>,
}

impl Standing {
    /// At the start.
    pub(crate) fn at_start(order: &RunOrder, mocks: Mocks, real: Arc<Real>) -> Standing {
        let mut start = order.start.clone();
        start.workers = order.hand.workers();
        start.objects.extend(mocks.objects().iter().cloned());
        Standing {
            now: start.at,
            execution: Execution::new(order.program.clone(), start),
            outside: outside(order, mocks, real),
            events: 0,
            journal: None,
        }
    }

    /// At the end of what a journal tells, and what that has brought. Mocks and names are used up as they were then; no call is
    /// made for real.
    pub(crate) fn replayed(
        order: &RunOrder,
        mocks: Mocks,
        real: Arc<Real>,
        journal: &Journal,
    ) -> (Standing, Step) {
        let program = order.program.clone();
        let mut standing = Standing::at_start(order, mocks, real);
        standing.outside = standing.outside.repeating();
        let mut brought = Step::default();
        for signal in journal.signals() {
            let now = standing.now.max(signal.now());
            standing.now = now;
            match &signal {
                Signal::Answer { call, outcome, .. } => {
                    standing.outside.advance(now);
                    if let Outcome::Succeeded(_) | Outcome::Failed(_) = outcome {
                        standing.outside.answered(*call);
                    }
                }
                Signal::Time { .. } => standing.outside.advance(now),
                Signal::Proceed { .. }
                | Signal::Redrive { .. }
                | Signal::Stop { .. }
                | Signal::ChangeMapRun { .. }
                | Signal::StopChild { .. }
                | Signal::MachineDeleted { .. }
                | Signal::EditInput { .. } => {}
            }
            standing
                .execution
                .advance_in(&program, signal, &mut brought);
            for demand in brought.demands.drain(..) {
                standing.outside.serve(demand, now, &program);
            }
        }
        standing.outside.go_on(standing.now);
        standing.events = brought.events.len();
        (standing, brought)
    }
}

fn outside(order: &RunOrder, mocks: Mocks, real: Arc<Real>) -> Outside {
    let neighbors = order.neighbors.clone();
    let workflows = Workflows::new(neighbors.texts, neighbors.folders, neighbors.params);
    let mut outside = Outside::new(mocks, workflows, order.hand, order.start.seed)
        .reaching(order.backends.clone(), real);
    if order.clock == Clock::Virtual {
        outside = outside.holding();
    }
    if order.start.stages {
        outside = outside.with_stages();
    }
    outside
}
