//! The calls of an execution that are made for real: sent, taken in when they arrive, called off.

use std::sync::Arc;

use crate::backends::around::Around;
use crate::backends::around::is_final;
use crate::backends::flight::Flight;
use crate::backends::flight::Ticket;
use crate::backends::nested::Shared;
use crate::engine::CallId;
use crate::engine::Fault;
use crate::engine::Millis;
use crate::engine::Outcome;
use crate::trace::Hand;

/// A call that is made for real.
#[derive(Clone, Debug)]
pub(crate) struct Out {
    ticket: Ticket,
    flight: Arc<Flight>,
    /// Outcomes that have arrived here.
    known: usize,
}

impl Around {
    /// Makes a call for real.
    pub(crate) fn send(&mut self, ticket: Ticket, now: Millis, shared: &Shared) {
        let Some(reach) = shared.reach.as_ref().filter(|_| !shared.repeats) else {
            return;
        };
        let flight = reach.begin(&ticket, now);
        let out = Out {
            ticket,
            flight,
            known: 0,
        };
        self.out.insert(out.ticket.call.id, out);
    }

    /// Nobody waits for a call any more.
    pub(crate) fn call_off(&mut self, call: CallId) {
        if let Some(out) = self.out.remove(&call) {
            out.flight.break_off();
        }
    }

    /// Makes the calls again that were broken off.
    pub(crate) fn call_again(&mut self, now: Millis, shared: &Shared) {
        let broken = self.out.values().filter(|out| out.flight.is_broken());
        let broken: Vec<Ticket> = broken.map(|out| out.ticket.clone()).collect();
        for ticket in broken {
            self.send(ticket, now, shared);
        }
        for child in &mut self.children {
            child.around.call_again(now, shared);
        }
    }

    /// Whether calls are out, here or further in.
    pub(crate) fn is_out(&self) -> bool {
        !self.out.is_empty() || self.children.iter().any(|child| child.around.is_out())
    }

    /// Takes in what has come of the calls that are out.
    pub(crate) fn land(&mut self, now: Millis, shared: &Shared) {
        for (call, mut out) in std::mem::take(&mut self.out) {
            let seen = out.flight.look(out.known);
            out.known += seen.outcomes.len();
            let answered = seen.outcomes.iter().any(is_final);
            for outcome in seen.outcomes {
                self.give(call, outcome, now);
            }
            match (answered, seen.over) {
                // An event is answered at once, and its function goes on by itself.
                (true, _) => {}
                (false, true) => self.wait(out.ticket.call, now, shared.hand != Hand::Nobody),
                // Nobody has called it off: it broke off by itself.
                (false, false) if out.flight.is_broken() => {
                    let words = format!("The call of the {} broke off", out.ticket.route.target);
                    let fault = Fault::new("States.Runtime", words);
                    self.give(call, Outcome::Failed(fault), now);
                }
                (false, false) => {
                    self.out.insert(call, out);
                }
            }
        }
    }
}
