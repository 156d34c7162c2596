//! Runs an execution on a virtual clock from its start to its end, in slices that one can stop between.

use std::sync::Arc;

use crate::backends::Mocks;
use crate::backends::Outside;
use crate::backends::Workflows;
use crate::debugger::Control;
use crate::driver::endpoint::revive::Revived;
use crate::driver::standing::Standing;
use crate::engine::Ended;
use crate::engine::Event;
use crate::engine::Execution;
use crate::engine::Journal;
use crate::engine::Millis;
use crate::engine::Outcome;
use crate::engine::Program;
use crate::engine::Signal;
use crate::engine::Start;
use crate::engine::Step;
use crate::trace::Hand;
use crate::trace::NestedRun;
use crate::trace::WaitingTask;
use crate::trace::is_unanswered;

/// Sentences about calls without an answer that are kept.
pub(crate) const MOST_WORDS: usize = 16;

/// What became of an execution.
#[derive(Clone, Debug)]
pub struct Performed {
    /// As it stands at the end.
    pub execution: Execution,
    /// None where it waits for an answer that nobody gives.
    pub ended: Option<Ended>,
    /// Empty where `Start::history` is off.
    pub events: Vec<Event>,
    /// Executions that it has started.
    pub nested: Vec<Arc<NestedRun>>,
    /// Calls that nothing answered, each as a sentence.
    pub unanswered: Vec<String>,
    /// What a person should know: mocks left over, workflows that are missing.
    pub notes: Vec<String>,
}

/// An execution under way.
#[derive(Clone, Debug)]
pub(crate) struct Performance {
    execution: Execution,
    outside: Outside,
    now: Millis,
    step: Step,
    unanswered: Vec<String>,
    /// What the execution has been fed with; none where nobody wants to know.
    journal: Option<Journal>,
}

/// What is to be done next.
enum Move {
    Signal(Signal),
    /// Only an execution further in has moved: look again.
    Again,
    /// It waits for an answer that nobody gives.
    Nothing,
}

impl Performance {
    pub(crate) fn new(
        program: &Arc<Program>,
        mut start: Start,
        mocks: Mocks,
        workflows: Workflows,
        hand: Hand,
    ) -> Performance {
        start.objects.extend(mocks.objects().iter().cloned());
        start.workers = hand.workers();
        let now = start.at;
        Performance {
            outside: Outside::new(mocks, workflows, hand, start.seed).holding(),
            execution: Execution::new(program.clone(), start),
            now,
            step: Step::default(),
            unanswered: Vec::new(),
            journal: None,
        }
    }

    /// The performance of an execution that was brought back to its end.
    pub(crate) fn of(revived: Revived) -> Performance {
        let Standing {
            execution,
            outside,
            now,
            ..
        } = revived.standing;
        Performance {
            execution,
            outside,
            now,
            step: revived.brought,
            unanswered: Vec::new(),
            journal: Some(revived.journal),
        }
    }

    /// Writes down what the execution is fed with.
    #[must_use]
    pub(crate) fn journaled(mut self) -> Performance {
        self.journal.get_or_insert_default();
        self
    }

    pub(crate) fn journal(&self) -> Option<&Journal> {
        self.journal.as_ref()
    }

    /// Does at most so many micro-steps; true once nothing is left to do.
    pub(crate) fn run(&mut self, steps: usize) -> bool {
        let program = self.execution.program().clone();
        for _ in 0..steps {
            if self.execution.ended().is_some() {
                self.outlive();
                return true;
            }
            let signal = match self.next_move() {
                Move::Signal(signal) => signal,
                Move::Again => continue,
                Move::Nothing => return true,
            };
            self.feed(&program, signal);
        }
        false
    }

    fn next_move(&mut self) -> Move {
        if self.execution.ready().is_some() {
            return Move::Signal(Signal::Proceed { now: self.now });
        }
        let Some(next) = self.outside.next(&self.execution) else {
            return Move::Nothing;
        };
        self.now = self.now.max(next);
        let now = self.now;
        self.outside.advance(now);
        if let Some((call, outcome)) = self.outside.take(now) {
            self.notice(&outcome);
            return Move::Signal(Signal::Answer { call, outcome, now });
        }
        match self.outside.timer(&self.execution) {
            Some(timer) if timer <= now => Move::Signal(Signal::Time { now }),
            Some(_) | None => Move::Again,
        }
    }

    /// Keeps in mind that a call had no answer, which a catcher may hide.
    fn notice(&mut self, outcome: &Outcome) {
        if let Outcome::Failed(fault) = outcome
            && let Some(cause) = fault.cause.as_deref()
            && is_unanswered(cause)
            && self.unanswered.len() < MOST_WORDS
        {
            self.unanswered.push(cause.to_owned());
        }
    }

    /// Executions that nobody waits for go on after the run has ended.
    fn outlive(&mut self) {
        let mut now = self.now;
        while let Some(next) = self.outside.next_inside() {
            now = now.max(next);
            self.outside.advance(now);
        }
    }

    /// Ends it from outside, as `StopExecution` does.
    pub(crate) fn stop(&mut self, now: Millis, error: Option<String>, cause: Option<String>) {
        self.now = self.now.max(now);
        let now = self.now;
        let said = cause.clone().unwrap_or_default();
        self.signal(Signal::Stop { now, error, cause });
        self.outside.stop(now, &said);
    }

    /// The tasks that wait for an answer from outside.
    pub(crate) fn waiting(&self) -> Vec<WaitingTask> {
        self.outside.waiting()
    }

    /// Lets it go on where it failed, if it can.
    pub(crate) fn redrive(&mut self, now: Millis) {
        self.now = self.now.max(now);
        self.signal(Signal::Redrive { now: self.now });
    }

    /// Takes in a word from outside, at the moment at which everything stands still; what somebody ends has ended `now`.
    pub(crate) fn obey(&mut self, control: Control, now: Millis) {
        if let Control::StopChild { .. } = control {
            self.now = self.now.max(now);
        }
        match control {
            Control::Answer {
                task,
                outcome,
                after,
            } => {
                let at = self.now.saturating_add(after);
                // A task that no longer waits needs no answer.
                let _ = self.outside.answer(&task, outcome, at);
            }
            control => {
                if let Some(signal) = control.signal(self.now) {
                    self.signal(signal);
                }
            }
        }
    }

    fn signal(&mut self, signal: Signal) {
        let program = self.execution.program().clone();
        self.feed(&program, signal);
    }

    fn feed(&mut self, program: &Program, signal: Signal) {
        if let Some(journal) = &mut self.journal {
            journal.note(&signal);
        }
        self.execution.advance_in(program, signal, &mut self.step);
        for demand in self.step.demands.drain(..) {
            self.outside.serve(demand, self.now, program);
        }
    }

    pub(crate) fn ended(&self) -> Option<&Ended> {
        self.execution.ended()
    }

    pub(crate) fn now(&self) -> Millis {
        self.now
    }

    pub(crate) fn events(&self) -> &[Event] {
        &self.step.events
    }

    pub(crate) fn unanswered(&self) -> &[String] {
        &self.unanswered
    }

    pub(crate) fn finish(self) -> Performed {
        let mut nested = self.outside.ended().to_vec();
        nested.extend(self.outside.running());
        Performed {
            ended: self.execution.ended().cloned(),
            events: self.step.events,
            nested,
            unanswered: self.unanswered,
            notes: self.outside.notes(),
            execution: self.execution,
        }
    }
}
