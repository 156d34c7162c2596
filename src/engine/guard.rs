//! What ends an execution that would never end by itself.

use crate::engine::Execution;
use crate::engine::ExecutionKind;
use crate::engine::Millis;
use crate::engine::lanes::ThreadId;
use crate::engine::trouble::Trouble;

/// Events a Standard execution may have (quota "Execution history").
pub(crate) const HISTORY_LIMIT: u64 = 25_000;

/// States an execution may enter without its clock moving, where no history limit ends it.
const STANDSTILL_LIMIT: u64 = 250_000;

/// States one branch may enter one after the other without its clock moving. The service needs some
/// milliseconds for each, so an Express workflow would have met its five minutes long before.
const LANE_STANDSTILL_LIMIT: u64 = 50_000;

/// Micro-steps an execution may do without writing an event: child executions of a distributed Map write none here.
const QUIET_LIMIT: u64 = 20_000_000;

/// What one branch has entered so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Entries {
    at: Millis,
    at_once: u64,
}

impl Execution {
    /// Counts a state that is entered, and tells where its branch turns in circles.
    pub(crate) fn count_entry(&mut self, id: ThreadId) -> Result<(), Trouble> {
        let now = self.now;
        let Some(thread) = self.threads.get_mut(id) else {
            return Ok(());
        };
        let child = thread.child;
        let entries = &mut thread.entries;
        if entries.at != now {
            entries.at = now;
            entries.at_once = 0;
        }
        entries.at_once += 1;
        let at_once = entries.at_once;
        let child = child.and_then(|number| self.children.get(&number));
        if child.is_some_and(|child| {
            child.kind == ExecutionKind::Standard && child.next_event >= HISTORY_LIMIT
        }) {
            return Err(history_full());
        }
        if at_once > LANE_STANDSTILL_LIMIT {
            return Err(Trouble::runtime(endless(LANE_STANDSTILL_LIMIT)));
        }
        Ok(())
    }

    /// Ends an execution that has grown beyond its limits.
    pub(crate) fn guard(&mut self) {
        if self.ended().is_some() {
            return;
        }
        if self.standstill.0 != self.now {
            self.standstill = (self.now, self.transitions());
        }
        self.quiet = match self.quiet {
            (steps, event) if event == self.next_event => (steps + 1, event),
            _ => (0, self.next_event),
        };
        if self.quiet.0 > QUIET_LIMIT {
            self.end_failed(Trouble::runtime(format!(
                "More than {QUIET_LIMIT} steps were done inside child executions; this looks like an endless loop."
            )));
        } else if self.program.kind == ExecutionKind::Standard && self.next_event >= HISTORY_LIMIT {
            self.end_failed(history_full());
        } else if self.transitions() - self.standstill.1 > STANDSTILL_LIMIT {
            self.end_failed(Trouble::runtime(endless(STANDSTILL_LIMIT)));
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
    use crate::engine::Start;
    use crate::engine::compile;
    use crate::engine::simulate;
    use crate::query::Value;

    fn end(definition: &str, kind: ExecutionKind, input: &str) -> (Ended, usize) {
        let parse = crate::syntax::parse(definition, crate::syntax::Format::Json);
        let options = CompileOptions {
            kind,
            ..CompileOptions::default()
        };
        let machine = crate::asl::read(&parse.tree);
        let program = compile(&parse.tree, &machine, &options).unwrap();
        let start = Start {
            input: Value::parse(input).unwrap(),
            ..Start::default()
        };
        let run = simulate(&Arc::new(program), start, &mut |_| Vec::new());
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
        assert!(events < 110_000);
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
