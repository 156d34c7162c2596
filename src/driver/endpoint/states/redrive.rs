//! Redriving an execution that ended without success.

use std::sync::Arc;

use serde_json::json;

use crate::debugger::Control;
use crate::driver::endpoint::chronicle::seconds;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::edge::now_millis;
use crate::driver::endpoint::ledger::Course;
use crate::driver::endpoint::ledger::Entry;
use crate::driver::endpoint::ledger::Remains;
use crate::driver::endpoint::states::check::Request;
use crate::driver::endpoint::states::executions::Named;
use crate::driver::endpoint::states::trouble::Answer;
use crate::driver::endpoint::states::trouble::Refused;
use crate::driver::endpoint::store::Change;

/// Milliseconds after its end during which an execution can be redriven.
const REDRIVABLE: i64 = 14 * 86_400_000;

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
        redrivable(&entry).map_err(|reason| {
            let message = format!("Execution Not Redrivable: '{reason}'");
            Refused::model("ExecutionNotRedrivable", message)
        })?;
        let now = now_millis();
        let remains = {
            let mut progress = entry.progress();
            let Course::Ended { remains, .. } = &mut progress.course else {
                let message =
                    "Execution Not Redrivable: 'Execution is RUNNING and cannot be redriven'";
                return Err(Refused::model("ExecutionNotRedrivable", message));
            };
            let remains = std::mem::replace(remains, Remains::Nothing);
            progress.course = match &remains {
                Remains::Driven(run) => Course::Driven(run.clone()),
                Remains::Nothing | Remains::Performed(_) => Course::Computing { stop: None },
            };
            progress.redrives += 1;
            progress.redriven = Some(now);
            remains
        };
        let record = entry.record(None, Vec::new());
        let written = self.books.write(vec![Change::Execution(Box::new(record))]);
        written.await.map_err(Refused::internal)?;
        match remains {
            Remains::Performed(mut performance) => {
                self.books.watch.tell(&entry);
                performance.redrive(now);
                self.go_on(&entry, *performance).await;
            }
            Remains::Driven(run) => {
                // The run is there: it is held.
                let _ = run.controls.send(Control::Redrive).await;
            }
            Remains::Nothing => {}
        }
        Ok(json!({"redriveDate": seconds(now)}))
    }
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
        return Err("Execution redrive period has ended".to_owned());
    }
    match &entry.progress().course {
        Course::Ended {
            remains: Remains::Performed(performance),
            ..
        } => performance.can_redrive().map_err(|refusal| refusal.to_string()),
        Course::Ended {
            remains: Remains::Driven(_),
            ..
        } => Ok(()),
        Course::Ended {
            remains: Remains::Nothing,
            ..
        }
        | Course::Past { .. }
        | Course::Computing { .. }
        | Course::Driven(_)
        | Course::Waiting(_) => Err(
            "the memory of the server no longer has what it would go on from; start a new execution"
                .to_owned(),
        ),
    }
}
