//! What ends an execution that would never end by itself.

use crate::engine::Execution;
use crate::engine::ExecutionKind;
use crate::engine::Millis;
use crate::engine::lanes::ThreadId;
use crate::engine::trouble::Trouble;

/// Events a Standard execution may have (quota "Execution history").
pub(crate) const HISTORY_LIMIT: u64 = 25_000;

/// States an Express execution may enter without its clock moving while its history is kept: each adds two
/// events to it. The service needs some milliseconds for a state, so it would have met its five minutes
/// long before; here a Map over 100,000 items still fits.
const STANDSTILL_LIMIT: u64 = 400_000;

/// The same where nobody keeps the history and memory does not grow: some seconds of computing.
const UNRECORDED_STANDSTILL_LIMIT: u64 = 4_000_000;

/// States entered since the clock moved last, and when that was.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standstill {
    since: Millis,
    states: u64,
}

impl Standstill {
    pub fn at(now: Millis) -> Standstill {
        Standstill {
            since: now,
            states: 0,
        }
    }

    fn count(&mut self, now: Millis) -> u64 {
        if self.since != now {
            *self = Standstill::at(now);
        }
        self.states += 1;
        self.states
    }
}

impl Execution {
    /// Counts a state that is entered, and tells where its execution, or child execution, turns in circles.
    pub(crate) fn count_entry(&mut self, id: ThreadId) -> Result<(), Trouble> {
        let now = self.now;
        let child = self.threads.get(id).and_then(|thread| thread.child);
        let child = child.and_then(|number| self.children.get_mut(number));
        let states = match child {
            None => self.standstill.count(now),
            Some(child) => {
                if child.kind == ExecutionKind::Standard && child.next_event >= HISTORY_LIMIT {
                    return Err(history_full());
                }
                child.standstill.count(now)
            }
        };
        let limit = match self.history {
            true => STANDSTILL_LIMIT,
            false => UNRECORDED_STANDSTILL_LIMIT,
        };
        if states > limit {
            return Err(Trouble::runtime(endless(limit)));
        }
        Ok(())
    }

    /// Ends an execution whose history is full.
    pub(crate) fn guard(&mut self) {
        if self.program.kind == ExecutionKind::Standard
            && self.next_event >= HISTORY_LIMIT
            && self.ended().is_none()
        {
            self.end_failed(history_full());
        }
    }
}

fn history_full() -> Trouble {
    Trouble::runtime(format!(
        "The execution reached the maximum number of history events ({HISTORY_LIMIT})."
    ))
}

fn endless(limit: u64) -> String {
    format!(
        "More than {limit} states were entered without any time passing; this looks like an endless loop."
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::CompileOptions;
    use crate::engine::Ended;
    use crate::engine::Program;
    use crate::engine::Start;
    use crate::engine::compile;
    use crate::engine::simulate;
    use crate::query::Value;

    fn program(definition: &str, kind: ExecutionKind) -> Arc<Program> {
        let parse = crate::syntax::parse(definition, crate::syntax::Format::Json);
        let options = CompileOptions {
            kind,
            ..CompileOptions::default()
        };
        let machine = crate::asl::read(&parse.tree);
        Arc::new(compile(&parse.tree, &machine, &options).unwrap())
    }

    fn end(definition: &str, kind: ExecutionKind, input: &str) -> (Ended, usize) {
        let start = Start::with_input(Value::parse(input).unwrap());
        end_from(program(definition, kind), start)
    }

    fn end_from(program: Arc<Program>, start: Start) -> (Ended, usize) {
        let run = simulate(&program, start, &mut |_| Vec::new());
        (run.ended.unwrap(), run.events.len())
    }

    const LOOP: &str = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"A"}}}"#;

    #[test]
    fn a_standard_loop_ends_with_its_history_full() {
        let (ended, events) = end(LOOP, ExecutionKind::Standard, "{}");
        assert!(ended.cause.unwrap().contains("25000"));
        assert_eq!(events, 25_000);
    }

    #[test]
    fn an_express_loop_that_takes_no_time_is_named() {
        let (ended, events) = end(LOOP, ExecutionKind::Express, "{}");
        assert!(ended.cause.unwrap().contains("endless loop"));
        assert!((800_000..800_010).contains(&events));
    }

    #[test]
    fn a_million_states_without_a_history_are_no_endless_loop() {
        let text = r#"{"StartAt":"A","States":{
            "A":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericGreaterThan":500000,"Next":"C"}],"Default":"B"},
            "B":{"Type":"Pass","Parameters":{"n.$":"States.MathAdd($.n, 1)"},"Next":"A"},
            "C":{"Type":"Succeed"}}}"#;
        for (definition, input) in [(text, r#"{"n":1}"#), (LOOP, "{}")] {
            let program = program(definition, ExecutionKind::Express);
            let start = Start {
                history: false,
                ..Start::with_input(Value::parse(input).unwrap())
            };
            let (ended, events) = end_from(program, start);
            assert_eq!(ended.cause.is_some(), definition == LOOP);
            assert_eq!(events, 0);
        }
    }

    #[test]
    fn an_express_loop_that_waits_ends_after_five_minutes() {
        let text = r#"{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":1,"Next":"A"}}}"#;
        let (ended, _) = end(text, ExecutionKind::Express, "{}");
        assert_eq!(ended.status, crate::engine::Status::TimedOut);
        assert_eq!(ended.at - Start::default().at, 300_000);
    }

    #[test]
    fn a_variable_that_doubles_meets_its_limit() {
        let text = r#"{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass",
            "Assign":{"x":"{% $exists($x) ? $append($x,$x) : [1,2] %}"},"Next":"A"}}}"#;
        let (ended, events) = end(text, ExecutionKind::Express, "{}");
        assert_eq!(ended.error.as_deref(), Some("States.DataLimitExceeded"));
        assert!(events < 100);
    }
}
