//! A run from its start to its end, with a person who answers by lines and may break it off.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::backends::Mocks;
use crate::backends::Real;
use crate::backends::is_unanswered;
use crate::cli::answers::Answering;
use crate::cli::answers::Lines;
use crate::cli::output::note;
use crate::cli::signals::Asked;
use crate::cli::signals::Signals;
use crate::debugger::Control;
use crate::debugger::Pause;
use crate::debugger::RunNews;
use crate::debugger::RunOrder;
use crate::engine::Ended;
use crate::engine::Event;
use crate::engine::Status;
use crate::engine::StoredObject;
use crate::query::Value;
use crate::trace::BROKEN_OFF;
use crate::trace::CallRecord;
use crate::trace::NestedRun;
use crate::trace::Trace;
use crate::trace::WaitingTask;

/// How long functions may go on after the end of a run.
const PATIENCE: Duration = Duration::from_secs(5);

/// What came of a run.
#[derive(Default)]
pub struct RunOutcome {
    pub events: Vec<Event>,
    pub ended: Option<Ended>,
    pub paused: Option<Pause>,
    pub variables: Vec<(String, Value)>,
    /// The execution's ARN.
    pub arn: String,
    /// What result writers wrote.
    pub stored: Vec<StoredObject>,
    /// Executions its states have started, in the order of their ends.
    pub nested: Vec<Arc<NestedRun>>,
    /// Calls that were made for real, in the order in which they began.
    pub calls: Vec<CallRecord>,
    /// What a person should know: mocks left over, workflows that are missing, lines not used.
    pub notes: Vec<String>,
    /// Why it was ended before its time; it has no end then where it was not waited for.
    pub broken_off: Option<String>,
}

/// Who sits before a run.
#[derive(Default)]
pub struct Person {
    pub answers: Option<Lines>,
    /// Ctrl-C stops the run instead of the process, and SIGTERM ends it with everything it has started.
    pub interrupts: bool,
    /// How often an execution that did not succeed is redriven.
    pub redrives: u32,
}

/// Drives a run to its end or to its first breakpoint.
pub fn drive(order: RunOrder, mocks: Mocks, person: Person) -> Result<RunOutcome, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no run can be started: {error}"))?;
    runtime.block_on(watch(order, mocks, person))
}

/// What reaches the one who watches.
enum Heard {
    News(Option<RunNews>),
    Line(Option<(usize, String)>),
    Asked(Asked),
}

async fn watch(order: RunOrder, mocks: Mocks, person: Person) -> Result<RunOutcome, String> {
    let (controls, door) = mpsc::channel(64);
    let (sender, mut news) = mpsc::channel(64);
    let arn = order.program.execution_arn(&order.start.name);
    let driver = tokio::spawn(crate::driver::drive(
        order,
        mocks,
        Real::new(),
        door,
        sender,
    ));
    let mut outcome = RunOutcome {
        arn,
        ..RunOutcome::default()
    };
    let mut answering = person.answers.map(Answering::new);
    let mut signals = person.interrupts.then(Signals::hear).transpose()?;
    let mut interrupted = false;
    let mut redrives = person.redrives;
    let mut waits = String::new();
    loop {
        let heard = tokio::select! {
            biased;
            asked = next_asked(&mut signals) => Heard::Asked(asked),
            piece = news.recv() => Heard::News(piece),
            line = next_line(&mut answering) => Heard::Line(line),
        };
        let mut words = Vec::new();
        match heard {
            Heard::Asked(asked) if interrupted || asked == Asked::End => {
                driver.abort();
                outcome.broken_off = Some("the run was broken off".to_owned());
                return Ok(outcome);
            }
            Heard::Asked(_) => {
                note("stepwright: stopping the run; once more ends at once");
                interrupted = true;
                outcome.broken_off = Some("the run was stopped".to_owned());
                words.push(Control::Stop);
            }
            Heard::Line(line) => {
                if let Some(answering) = &mut answering {
                    words = answering.hear(line);
                }
            }
            Heard::News(None) => return Err("the run ended unexpectedly".to_owned()),
            Heard::News(Some(piece)) => match piece {
                RunNews::Happened { events, .. } => outcome.events.extend(events),
                RunNews::Called(record) => note_call(&mut outcome.calls, *record),
                RunNews::Nested(runs) => note_nested(&mut outcome.nested, runs),
                RunNews::Tasks(tasks) => match &mut answering {
                    Some(answering) => words = answering.see(tasks),
                    None => waits = names(&tasks),
                },
                RunNews::Waiting { .. } => match &mut answering {
                    Some(answering) => match answering.rest() {
                        Ok(more) => words = more,
                        Err(reason) => {
                            outcome.broken_off = Some(reason);
                            words.push(Control::Stop);
                        }
                    },
                    None if interrupted => {}
                    None => {
                        driver.abort();
                        return Err(format!(
                            "the run waits for an answer that no mock gives: {waits}; \
                             add it to the mocks, or answer with --answers"
                        ));
                    }
                },
                RunNews::Paused(pause) => {
                    outcome.paused = Some(*pause);
                    break;
                }
                RunNews::Ended {
                    ended,
                    variables,
                    notes,
                } => {
                    let failed = ended.status != Status::Succeeded;
                    outcome.ended = Some(*ended);
                    outcome.variables = variables;
                    outcome.notes = notes;
                    if !failed || redrives == 0 || interrupted {
                        break;
                    }
                    redrives -= 1;
                    words.push(Control::Redrive);
                }
                RunNews::Lost(reason) => return Err(reason),
                RunNews::Redriven => outcome.ended = None,
                RunNews::NotRedriven(refusal) => {
                    outcome.notes.push(refusal.to_string());
                    break;
                }
                RunNews::Stored(object) => outcome.stored.push(*object),
                RunNews::Resumed | RunNews::Rewound { .. } => {}
            },
        }
        for word in words {
            // A run that has just ended needs no word any more.
            let _ = controls.send(word).await;
        }
    }
    settle(&mut outcome, &mut news, &mut signals).await;
    driver.abort();
    let unanswered = unanswered(&outcome);
    outcome.notes.extend(unanswered);
    outcome
        .notes
        .extend(answering.into_iter().flat_map(Answering::unused));
    Ok(outcome)
}

/// Waits a while for functions that go on though nobody waits for them any more, as they would in Lambda: ended in the
/// middle of their work they could leave it half done. Those that take longer end with the process, and a note says so.
async fn settle(
    outcome: &mut RunOutcome,
    news: &mut mpsc::Receiver<RunNews>,
    signals: &mut Option<Signals>,
) {
    let mut patience = std::pin::pin!(tokio::time::sleep(PATIENCE));
    while outcome.calls.iter().any(|call| call.took.is_none()) {
        tokio::select! {
            biased;
            _ = next_asked(signals) => break,
            piece = news.recv() => match piece {
                Some(RunNews::Called(record)) => note_call(&mut outcome.calls, *record),
                Some(_) => {}
                None => break,
            },
            () = &mut patience => break,
        }
    }
    for call in &mut outcome.calls {
        if call.took.is_some() {
            continue;
        }
        call.error = Some(Arc::from(BROKEN_OFF));
        let note = format!(
            "the {} was still at work for \"{}\" when the run was over, and was ended",
            call.target, call.name
        );
        outcome.notes.push(note);
    }
}

/// Why tasks had no answer where the workflow dealt with that as with any failure: a run that succeeds must not hide it.
fn unanswered(outcome: &RunOutcome) -> BTreeSet<String> {
    let ended = outcome.ended.as_ref();
    if ended.is_none_or(|ended| ended.status != Status::Succeeded) {
        return BTreeSet::new();
    }
    let nested = outcome.nested.iter().map(|run| run.events.as_slice());
    let all = std::iter::once(outcome.events.as_slice()).chain(nested);
    let visits = all.flat_map(|events| Trace::of(events).visits);
    let causes = visits.filter_map(|visit| visit.cause);
    causes
        .filter(|cause| is_unanswered(cause))
        .map(|cause| cause.to_string())
        .collect()
}

async fn next_line(answering: &mut Option<Answering>) -> Option<(usize, String)> {
    match answering {
        Some(answering) if answering.listens() => answering.line().await,
        Some(_) | None => std::future::pending().await,
    }
}

/// Nothing ever where the process is to end of it.
async fn next_asked(signals: &mut Option<Signals>) -> Asked {
    match signals {
        Some(signals) => signals.next().await,
        None => std::future::pending().await,
    }
}

/// `"Ask" (arn:…), "Pack" (arn:…)`
pub(crate) fn names(tasks: &[WaitingTask]) -> String {
    let names: Vec<String> = tasks
        .iter()
        .map(|task| format!("\"{}\" ({})", task.name, task.resource))
        .collect();
    names.join(", ")
}

/// A call that is known is replaced by what it has become.
fn note_call(known: &mut Vec<CallRecord>, record: CallRecord) {
    match known.iter_mut().find(|known| known.number == record.number) {
        Some(known) => *known = record,
        None => known.push(record),
    }
}

/// Runs that are known are replaced by what they have become.
fn note_nested(known: &mut Vec<Arc<NestedRun>>, runs: Vec<Arc<NestedRun>>) {
    for run in runs {
        match known.iter_mut().find(|known| known.key == run.key) {
            Some(known) => *known = run,
            None => known.push(run),
        }
    }
}
