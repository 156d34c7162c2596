//! From a trace to what the canvas shows of it.

use crate::asl::StatePath;
use crate::scene::request::RunPicture;
use crate::scene::request::StateRun;
use crate::scene::request::TakenEdge;
use crate::scene::role::Status;
use crate::trace::Trace;
use crate::trace::VisitStatus;

/// The run as the canvas shows it: one status and one line per state, and the ways taken.
pub fn run_picture(trace: &Trace) -> RunPicture {
    let states = trace.visited().filter_map(|state| {
        let status = visit_status(trace.status_of(state)?);
        let words = format!("{} · {}", status.word(), detail(trace, state, status)?);
        let visit = trace.telling_visit(state);
        let run = StateRun {
            status,
            words,
            input: visit.map(|visit| visit.input.clone()),
            output: visit.and_then(|visit| visit.output.clone()),
        };
        Some((state.clone(), run))
    });
    RunPicture {
        states: states.collect(),
        taken: trace
            .passages
            .iter()
            .map(|passage| TakenEdge {
                from: passage.from.clone(),
                to: passage.to.clone(),
                caught: passage.caught,
            })
            .collect(),
        ends: trace
            .scope_ends
            .iter()
            .filter(|state| state.container().is_none())
            .cloned()
            .collect(),
        running: !trace.ended,
    }
}

impl RunPicture {
    /// Lets the cards of states say that a task waits there for somebody.
    pub fn mark_waiting<'a>(&mut self, states: impl IntoIterator<Item = &'a StatePath>) {
        for state in states {
            if let Some(card) = self.states.get_mut(state) {
                card.words = "Waits for an answer".to_owned();
            }
        }
    }
}

pub const fn visit_status(status: VisitStatus) -> Status {
    match status {
        VisitStatus::Running => Status::Running,
        VisitStatus::Succeeded => Status::Succeeded,
        VisitStatus::Failed => Status::Failed,
        VisitStatus::Caught => Status::Caught,
        VisitStatus::Aborted => Status::Aborted,
    }
}

/// Milliseconds in words: `0 ms`, `142 ms`, `1.46 s`, `2 min 4 s`, `3 h 5 min`.
pub fn duration_words(milliseconds: i64) -> String {
    match milliseconds.max(0) {
        short @ 0..=999 => format!("{short} ms"),
        seconds @ 1_000..=59_999 => {
            let text = format!("{:.2}", seconds as f64 / 1000.0);
            format!("{} s", text.trim_end_matches('0').trim_end_matches('.'))
        }
        minutes @ 60_000..=3_599_999 => {
            format!("{} min {} s", minutes / 60_000, minutes % 60_000 / 1000)
        }
        hours => format!("{} h {} min", hours / 3_600_000, hours % 3_600_000 / 60_000),
    }
}

/// One visit shows its duration; several show how many of them are of the status.
fn detail(trace: &Trace, state: &StatePath, status: Status) -> Option<String> {
    let visits: Vec<_> = trace.visits_of(state).collect();
    match visits.as_slice() {
        [] => None,
        [only] => Some(duration_words(only.duration(trace.latest))),
        several => {
            let alike = several
                .iter()
                .filter(|visit| visit_status(visit.status) == status)
                .count();
            Some(format!("{alike} of {}", several.len()))
        }
    }
}
