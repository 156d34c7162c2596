//! Redriving an execution that ended without success.

use std::sync::Arc;

use serde_json::json;

use crate::debugger::Control;
use crate::driver::endpoint::books::redrivable_history;
use crate::driver::endpoint::chronicle::ChildTold;
use crate::driver::endpoint::chronicle::MapRunTold;
use crate::driver::endpoint::chronicle::seconds;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::edge::now_millis;
use crate::driver::endpoint::ledger::Course;
use crate::driver::endpoint::ledger::Entry;
use crate::driver::endpoint::ledger::Remains;
use crate::driver::endpoint::perform::Performance;
use crate::driver::endpoint::states::check::Request;
use crate::driver::endpoint::states::executions::Named;
use crate::driver::endpoint::states::trouble::Answer;
use crate::driver::endpoint::states::trouble::Refused;
use crate::driver::endpoint::store::Change;
use crate::driver::endpoint::store::Kept;
use crate::driver::endpoint::store::SERVER_ENDED;
use crate::engine::Millis;

/// Milliseconds during which a client token stands for the redrive it came with.
const TOKEN: Millis = 15 * 60_000;

/// Client tokens that are remembered of an execution.
const TOKENS: usize = 10;

/// Milliseconds after its end during which an execution can be redriven.
const REDRIVABLE: Millis = 14 * 86_400_000;

impl Edge {
    pub(crate) async fn redrive_execution(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let text = request.required("executionArn");
        let entry = match self.execution(text)? {
            Named::Own(entry) => entry,
            Named::Child { .. } => {
                let message = "a child execution is redriven with its Map Run: redrive the execution around it";
                return Err(Refused::validation(message, None));
            }
        };
        let token = request.owned("clientToken");
        if let Some(at) = token
            .as_deref()
            .and_then(|token| redriven_with(&entry, token))
        {
            return Ok(json!({"redriveDate": seconds(at)}));
        }
        self.redrivable(&entry).map_err(refused)?;
        let entry = self.revived(entry).await.map_err(refused)?;
        redrivable(&entry).map_err(refused)?;
        let edge = self.clone();
        // It is done as a whole, even where whoever asked for it hangs up meanwhile.
        let work = tokio::spawn(async move { edge.redrive(&entry, token).await });
        let broke_off = |_| Err(Refused::internal("the redrive broke off".to_owned()));
        let now = work.await.unwrap_or_else(broke_off)?;
        Ok(json!({"redriveDate": seconds(now)}))
    }

    /// Whether an execution can be redriven.
    ///
    /// # Errors
    /// Why not, as [`redrivable`] has it, or because of its machine.
    pub(crate) fn redrivable(&self, entry: &Entry) -> Result<(), String> {
        let machine = self.catalog.machine(&entry.facts.machine_arn);
        if machine.is_some_and(|machine| machine.record.deleting) {
            return Err("State Machine is being deleted".to_owned());
        }
        redrivable(entry)
    }

    /// Lets an execution go on that has what it goes on from; tells the moment.
    async fn redrive(
        self: &Arc<Edge>,
        entry: &Arc<Entry>,
        token: Option<String>,
    ) -> Result<Millis, Refused> {
        let now = now_millis();
        let (ended, events, remains, before) = {
            let mut progress = entry.progress();
            let next = match &progress.course {
                Course::Ended {
                    remains: Remains::Driven(run),
                    ..
                } => Course::Driven(run.clone()),
                Course::Ended { .. } => Course::Computing { stop: None },
                Course::Computing { .. }
                | Course::Driven(_)
                | Course::Waiting(_)
                | Course::Past { .. } => return Err(refused(running())),
            };
            let Course::Ended {
                ended,
                events,
                remains,
            } = std::mem::replace(&mut progress.course, next)
            else {
                return Err(refused(running()));
            };
            let before = (progress.redrives, progress.redriven);
            progress.redrives += 1;
            progress.redriven = Some(now);
            (ended, events, remains, before)
        };
        let record = entry.record(None, Vec::new());
        let written = self.books.write(vec![Change::Execution(Box::new(record))]);
        if let Err(words) = written.await {
            let mut progress = entry.progress();
            (progress.redrives, progress.redriven) = before;
            progress.course = Course::Ended {
                ended,
                events,
                remains,
            };
            return Err(Refused::internal(words));
        }
        if let Some(token) = token {
            let tokens = &mut entry.progress().redrive_tokens;
            tokens.push_front((token, now));
            tokens.truncate(TOKENS);
        }
        self.books.watch.tell(entry);
        match remains {
            Remains::Performed(performance) => self.perform_again(entry, *performance, now).await,
            Remains::Revived(revived) => match revived.driven {
                Some(_) => self.live.begin_again(&self.books, entry, *revived, now),
                None => {
                    let performance = Performance::of(*revived);
                    self.perform_again(entry, performance, now).await;
                }
            },
            Remains::Driven(run) => {
                // The run is there: it is held.
                let _ = run.controls.send(Control::Redrive).await;
            }
            Remains::Nothing => {}
        }
        Ok(now)
    }

    async fn perform_again(
        self: &Arc<Edge>,
        entry: &Arc<Entry>,
        mut performance: Performance,
        now: Millis,
    ) {
        performance.redrive(now);
        self.go_on(entry, performance).await;
    }
}

/// The moment of the redrive that was asked for with a client token.
fn redriven_with(entry: &Entry, token: &str) -> Option<Millis> {
    let progress = entry.progress();
    let mut tokens = progress.redrive_tokens.iter();
    let (_, at) = tokens.find(|(known, _)| known == token)?;
    (now_millis() - at <= TOKEN).then_some(*at)
}

/// Whether an execution can be redriven.
///
/// # Errors
/// Why not, as the service says it.
pub(crate) fn redrivable(entry: &Entry) -> Result<(), String> {
    let (status, stopped) = entry.status();
    if matches!(status.as_str(), "RUNNING" | "SUCCEEDED") {
        return Err(format!("Execution is {status} and cannot be redriven"));
    }
    if stopped.is_some_and(|at| now_millis() - at > REDRIVABLE) {
        return Err("Execution redrivable period exceeded".to_owned());
    }
    let progress = entry.progress();
    let (end, remains) = match &progress.course {
        Course::Ended {
            events, remains, ..
        } => {
            redrivable_history(events).map_err(|refusal| refusal.to_string())?;
            (None, Some(remains))
        }
        Course::Past { end, .. } => (Some(end), None),
        Course::Computing { .. } | Course::Driven(_) | Course::Waiting(_) => return Err(running()),
    };
    match (remains, &progress.kept) {
        (Some(Remains::Performed(_) | Remains::Driven(_) | Remains::Revived(_)), _)
        | (None, Kept::Journal) => Ok(()),
        (_, Kept::Refused(reason)) => Err(reason.clone()),
        (_, Kept::Nothing | Kept::Journal)
            if end.is_some_and(|end| end.error.as_deref() == Some(SERVER_ENDED)) =>
        {
            Err(format!(
                "the execution ended with its server ({SERVER_ENDED}), and how far it had come is not known; start a new \
                 execution"
            ))
        }
        (_, Kept::Nothing | Kept::Journal) => Err(
            "the store has its history but not what it would go on from, for an earlier version of Stepwright ended it; \
             start a new execution"
                .to_owned(),
        ),
    }
}

/// Whether a redrive of the execution around it starts the unsuccessful child executions of a Map Run again.
///
/// # Errors
/// Why not.
pub(crate) fn map_run_redrivable(entry: &Entry, run: &MapRunTold) -> Result<(), String> {
    if run.status == "SUCCEEDED" {
        return Err("Map Run is SUCCEEDED and cannot be redriven".to_owned());
    }
    if run.left {
        return Err("the state of the Map Run was left, so it is not redriven".to_owned());
    }
    match entry.is_running() {
        true => Ok(()),
        false => redrivable(entry),
    }
}

/// Whether its Map Run can start a child execution again.
///
/// # Errors
/// Why not.
pub(crate) fn child_redrivable(
    entry: &Entry,
    run: &MapRunTold,
    child: &ChildTold,
) -> Result<(), String> {
    let status = child.status();
    if !child.is_unsuccessful() {
        return Err(format!("Execution is {status} and cannot be redriven"));
    }
    if run.is_replaced(child) {
        let words = "a redrive of the Map Run has started another execution in place of this one";
        return Err(words.to_owned());
    }
    map_run_redrivable(entry, run)
}

fn refused(reason: String) -> Refused {
    let message = format!("Execution Not Redrivable: '{reason}'");
    Refused::model("ExecutionNotRedrivable", message)
}

fn running() -> String {
    "Execution is RUNNING and cannot be redriven".to_owned()
}
