//! Map Runs and their child executions, told as `DescribeMapRun` and `ListExecutions` tell them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;
use serde_json::json;

use crate::engine::ChildExecution;
use crate::engine::Event;
use crate::engine::EventDetail;
use crate::engine::MapRunLimits;
use crate::engine::Millis;
use crate::engine::Status;
use crate::engine::timestamp;

/// One start of a distributed Map.
#[derive(Clone, Debug)]
pub struct MapRun {
    pub arn: Arc<str>,
    /// The child execution it was started in, if in one.
    pub within: Option<Arc<ChildExecution>>,
    pub started_at: Millis,
    pub stopped_at: Option<Millis>,
    /// None while it runs.
    pub status: Option<Status>,
    /// Not known of recorded runs.
    pub limits: Option<MapRunLimits>,
    /// The child executions by the item or batch they work on; one started again by a redrive replaces the first.
    pub children: BTreeMap<usize, ChildRun>,
    pub redrives: i64,
}

/// One child execution.
#[derive(Clone, Debug)]
pub struct ChildRun {
    pub about: Arc<ChildExecution>,
    pub started_at: Millis,
    pub stopped_at: Option<Millis>,
    /// None while it runs.
    pub status: Option<Status>,
}

impl MapRun {
    /// The answer of `DescribeMapRun`.
    pub fn describe(&self, execution_arn: &str) -> Json {
        let limits = self.limits.as_ref();
        let mut json = json!({
            "mapRunArn": self.arn.as_ref(),
            "executionArn": execution_arn,
            "status": status_name(self.status),
            "startDate": timestamp(self.started_at),
            "maxConcurrency": limits.map_or(0, |limits| limits.max_concurrency),
            "toleratedFailurePercentage": limits
                .and_then(|limits| limits.tolerated_failure_percentage)
                .unwrap_or_default(),
            "toleratedFailureCount": limits
                .and_then(|limits| limits.tolerated_failure_count)
                .unwrap_or_default(),
            "itemCounts": self.counts(limits.map(|limits| limits.items), |child| child.about.items),
            "executionCounts": self.counts(limits.map(|limits| limits.executions), |_| 1),
            "redriveCount": self.redrives,
        });
        if let (Some(stopped), Some(members)) = (self.stopped_at, json.as_object_mut()) {
            members.insert("stopDate".to_owned(), timestamp(stopped).into());
        }
        json
    }

    fn counts(&self, total: Option<usize>, weight: impl Fn(&ChildRun) -> usize) -> Json {
        let of = |status: Option<Status>| -> usize {
            self.children
                .values()
                .filter(|child| child.status == status)
                .map(&weight)
                .sum()
        };
        let writes = self.status.is_some()
            && self
                .limits
                .as_ref()
                .is_some_and(|limits| limits.writes_results);
        let written: usize = self
            .children
            .values()
            .filter(|child| writes && child.status.is_some())
            .map(&weight)
            .sum();
        let started: usize = self.children.values().map(&weight).sum();
        let total = total.unwrap_or(started);
        json!({
            "pending": total.saturating_sub(started),
            "running": of(None),
            "succeeded": of(Some(Status::Succeeded)),
            "failed": of(Some(Status::Failed)),
            "timedOut": of(Some(Status::TimedOut)),
            "aborted": of(Some(Status::Aborted)),
            "total": total,
            "resultsWritten": written,
            "failuresNotRedrivable": 0,
            "pendingRedrive": 0,
        })
    }

    pub(crate) fn start_child(&mut self, about: &Arc<ChildExecution>, at: Millis) {
        let child = ChildRun {
            about: about.clone(),
            started_at: at,
            stopped_at: None,
            status: None,
        };
        self.children.insert(about.index, child);
    }

    pub(crate) fn end_child(&mut self, about: &ChildExecution, status: Status, at: Millis) {
        if let Some(child) = self.children.get_mut(&about.index) {
            child.status = Some(status);
            child.stopped_at = Some(at);
        }
    }

    pub(crate) fn end(&mut self, status: Status, at: Millis) {
        self.status = Some(status);
        self.stopped_at = Some(at);
    }
}

impl ChildRun {
    /// The entry of `ListExecutions`.
    pub fn describe(&self) -> Json {
        let mut json = json!({
            "executionArn": self.about.arn.as_ref(),
            "mapRunArn": self.about.map_run_arn.as_ref(),
            "name": self.about.name.as_ref(),
            "status": status_name(self.status),
            "startDate": timestamp(self.started_at),
            "itemCount": self.about.items,
        });
        if let (Some(stopped), Some(members)) = (self.stopped_at, json.as_object_mut()) {
            members.insert("stopDate".to_owned(), timestamp(stopped).into());
        }
        json
    }
}

/// How an event ends the execution it belongs to, if it does.
pub(crate) fn end_of(event: &Event) -> Option<Status> {
    match &event.detail {
        EventDetail::ExecutionSucceeded { .. } => Some(Status::Succeeded),
        EventDetail::ExecutionFailed { .. } => Some(Status::Failed),
        EventDetail::ExecutionTimedOut { .. } => Some(Status::TimedOut),
        EventDetail::ExecutionAborted { .. } => Some(Status::Aborted),
        _ => None,
    }
}

fn status_name(status: Option<Status>) -> &'static str {
    status.map_or("RUNNING", Status::name)
}
