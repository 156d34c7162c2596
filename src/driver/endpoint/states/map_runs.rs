//! Map Runs: the runs of distributed Maps, with their counts and their limits.

use std::sync::Arc;

use serde_json::Value as Json;
use serde_json::json;

use crate::debugger::Control;
use crate::driver::endpoint::chronicle::Counts;
use crate::driver::endpoint::chronicle::MapRunTold;
use crate::driver::endpoint::chronicle::seconds;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::ledger::Entry;
use crate::driver::endpoint::states::arn::Arn;
use crate::driver::endpoint::states::check::Request;
use crate::driver::endpoint::states::executions::Named;
use crate::driver::endpoint::states::executions::has_map_runs;
use crate::driver::endpoint::states::page::Page;
use crate::driver::endpoint::states::redrive::map_run_redrivable;
use crate::driver::endpoint::states::trouble::Answer;
use crate::driver::endpoint::states::trouble::Refused;
use crate::driver::endpoint::states::trouble::put;
use crate::engine::MapRunChange;

impl Edge {
    pub(crate) fn list_map_runs(&self, request: Request<'_>) -> Answer {
        let text = request.required("executionArn");
        let entry = match self.execution(text)? {
            Named::Own(entry) => Some(entry),
            Named::Child { .. } => None,
        };
        let page = Page::of(request, &format!("ListMapRuns {text}"))?;
        let runs = self.told(text)?.runs;
        let machine = entry.map(|entry| entry.facts.machine_arn.clone());
        let runs = runs.iter().rev().map(|run| {
            let mut told = json!({
                "executionArn": text,
                "mapRunArn": run.arn,
                "stateMachineArn": format!("{}/{}", machine.as_deref().unwrap_or_default(), label(&run.arn)),
                "startDate": seconds(run.started),
            });
            put(&mut told, "stopDate", run.stopped.map(seconds));
            told
        });
        page.answer("mapRuns", runs.collect())
    }

    pub(crate) fn describe_map_run(&self, request: Request<'_>) -> Answer {
        let (entry, run) = self.map_run(request.required("mapRunArn"))?;
        let refusal = map_run_redrivable(&entry, &run).err();
        let (executions, items) = run.counts(refusal.as_deref());
        let mut told = json!({
            "mapRunArn": run.arn,
            "executionArn": entry.facts.arn,
            "status": run.status,
            "startDate": seconds(run.started),
            "maxConcurrency": run.max_concurrency,
            "toleratedFailurePercentage": run.tolerated_percentage,
            "toleratedFailureCount": run.tolerated_count,
            "itemCounts": counts(&items),
            "executionCounts": counts(&executions),
            "redriveCount": run.redrives,
        });
        put(&mut told, "stopDate", run.stopped.map(seconds));
        put(&mut told, "redriveDate", run.redriven.map(seconds));
        Ok(told)
    }

    pub(crate) async fn update_map_run(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let text = request.required("mapRunArn");
        let (entry, run) = self.map_run(text)?;
        if run.stopped.is_some() {
            let message = format!("'{text}' has ended and cannot be updated");
            let reason = Some("CANNOT_UPDATE_COMPLETED_MAP_RUN");
            return Err(Refused::validation(message, reason));
        }
        let percentage = request.get("toleratedFailurePercentage");
        let concurrency = request.whole("maxConcurrency");
        let change = MapRunChange {
            max_concurrency: concurrency.and_then(|count| usize::try_from(count).ok()),
            tolerated_failure_count: request.whole("toleratedFailureCount"),
            tolerated_failure_percentage: percentage.and_then(Json::as_f64),
        };
        {
            let mut progress = entry.progress();
            let known = progress.changes.entry(text.to_owned()).or_default();
            *known = MapRunChange {
                max_concurrency: change.max_concurrency.or(known.max_concurrency),
                tolerated_failure_count: change
                    .tolerated_failure_count
                    .or(known.tolerated_failure_count),
                tolerated_failure_percentage: change
                    .tolerated_failure_percentage
                    .or(known.tolerated_failure_percentage),
            };
        }
        let control = Control::ChangeMapRun {
            map_run_arn: text.to_owned(),
            change,
        };
        self.reach(&entry, control).await;
        Ok(json!({}))
    }

    /// The Map Run of an ARN and the execution it belongs to.
    ///
    /// # Errors
    /// `InvalidArn`, `ResourceNotFound`.
    pub(crate) fn map_run(&self, text: &str) -> Result<(Arc<Entry>, MapRunTold), Refused> {
        let arn = Arn::of(text, "mapRun")?;
        let machine = arn.name().split('/').next().unwrap_or_default();
        for entry in self.books.ledger.all() {
            if entry.facts.machine != machine || !has_map_runs(&entry) {
                continue;
            }
            let chronicle = self.books.chronicle(&entry);
            if let Some(run) = chronicle.run(text) {
                let mut run = run.clone();
                if let Some(change) = entry.progress().changes.get(text) {
                    run.max_concurrency = change.max_concurrency.unwrap_or(run.max_concurrency);
                    run.tolerated_count = change
                        .tolerated_failure_count
                        .unwrap_or(run.tolerated_count);
                    run.tolerated_percentage = change
                        .tolerated_failure_percentage
                        .unwrap_or(run.tolerated_percentage);
                }
                return Ok((entry, run));
            }
        }
        Err(Refused::no_resource(text))
    }
}

fn label(run: &str) -> &str {
    let rest = run.split_once('/').map_or("", |(_, rest)| rest);
    rest.split(':').next().unwrap_or_default()
}

fn counts(counts: &Counts) -> Json {
    json!({
        "pending": counts.pending,
        "running": counts.running,
        "succeeded": counts.succeeded,
        "failed": counts.failed,
        "timedOut": counts.timed_out,
        "aborted": counts.aborted,
        "total": counts.total,
        "resultsWritten": counts.written,
        "failuresNotRedrivable": counts.not_redrivable,
        "pendingRedrive": counts.pending_redrive,
    })
}
