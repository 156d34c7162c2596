//! What an execution has left behind: its events as the API writes them, its Map Runs, and their child executions.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;
use serde_json::json;

use crate::asl::StatePath;
use crate::driver::endpoint::store::End;
use crate::driver::endpoint::store::ExecutionRecord;
use crate::driver::endpoint::store::Facts;
use crate::engine::ChildExecution;
use crate::engine::Event;
use crate::engine::EventDetail;
use crate::engine::Lane;
use crate::engine::MapRunLimits;
use crate::engine::Millis;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Chronicle {
    pub events: Vec<Json>,
    pub runs: Vec<MapRunTold>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MapRunTold {
    pub arn: String,
    pub started: Millis,
    pub stopped: Option<Millis>,
    /// `RUNNING` or how it ended.
    pub status: String,
    pub items: usize,
    pub executions: usize,
    pub max_concurrency: usize,
    pub tolerated_count: i64,
    pub tolerated_percentage: f64,
    pub writes_results: bool,
    pub redrives: i64,
    pub redriven: Option<Millis>,
    pub children: Vec<ChildTold>,
    /// Its state was left, or has begun another one: a redrive passes it by.
    #[serde(default)]
    pub left: bool,
    /// The state it belongs to, while events are folded.
    #[serde(skip)]
    place: Option<(Lane, StatePath)>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ChildTold {
    pub arn: String,
    pub name: String,
    /// Which item or batch it works on.
    pub index: usize,
    pub items: usize,
    pub started: Millis,
    pub input: String,
    pub end: Option<End>,
    pub events: Vec<Json>,
    /// The redrive of its Map Run that started it; 0 where it was none.
    #[serde(default)]
    pub redrive: i64,
}

/// How many of something are in which status.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub pending: usize,
    pub running: usize,
    pub succeeded: usize,
    pub failed: usize,
    pub timed_out: usize,
    pub aborted: usize,
    pub total: usize,
    pub written: usize,
    /// Of those without success, how many no redrive will start again.
    pub not_redrivable: usize,
    /// Without success, and to be started again by the redrive under way.
    pub pending_redrive: usize,
}

impl Chronicle {
    /// Folds the events of an execution and of its child executions.
    pub(crate) fn of(events: &[Event], role: &str) -> Chronicle {
        let mut chronicle = Chronicle::default();
        let mut places: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for event in events {
            let Some(told) = event_json(event, role) else {
                continue;
            };
            match &event.child {
                Some(child) => chronicle.take_child(event, child, told, &mut places),
                None => {
                    chronicle.take_own(event);
                    chronicle.events.push(told);
                }
            }
        }
        chronicle
    }

    /// What is known of an execution whose server ended: that it began, and that it was ended.
    pub(crate) fn of_lost(facts: &Facts, end: &End) -> Chronicle {
        let mut lost = Chronicle::default();
        let started = json!({
            "input": facts.input, "inputDetails": {"truncated": false}, "roleArn": facts.role,
        });
        lost.add(facts.started, "ExecutionStarted", started);
        lost.add_server_ended(end);
        lost
    }

    /// The same of one that had ended before and was redriven.
    pub(crate) fn lose(&mut self, record: &ExecutionRecord, end: &End) {
        let redriven = record.redriven.unwrap_or(end.at);
        let count = json!({"redriveCount": record.redrives});
        self.add(redriven, "ExecutionRedriven", count);
        self.add_server_ended(end);
    }

    fn add_server_ended(&mut self, end: &End) {
        let details = json!({"error": end.error, "cause": end.cause});
        self.add(end.at, "ExecutionAborted", details);
    }

    /// Adds an event of the execution as a whole.
    fn add(&mut self, at: Millis, kind: &str, details: Json) {
        let last = self.events.last().and_then(|event| event.get("id"));
        let last = last.and_then(Json::as_u64).unwrap_or_default();
        let mut event = json!({
            "timestamp": seconds(at), "type": kind, "id": last + 1, "previousEventId": last,
        });
        let name = kind.replacen('E', "e", 1) + "EventDetails";
        if let Some(members) = event.as_object_mut() {
            members.insert(name, details);
        }
        self.events.push(event);
    }

    pub(crate) fn child(&self, arn: &str) -> Option<(&MapRunTold, &ChildTold)> {
        self.runs.iter().find_map(|run| {
            let child = run.children.iter().find(|child| child.arn == arn)?;
            Some((run, child))
        })
    }

    pub(crate) fn run(&self, arn: &str) -> Option<&MapRunTold> {
        self.runs.iter().find(|run| run.arn == arn)
    }

    fn take_own(&mut self, event: &Event) {
        match &event.detail {
            EventDetail::MapRunStarted {
                map_run_arn,
                limits,
            } => {
                let limits = limits.clone().unwrap_or(MapRunLimits {
                    items: 0,
                    executions: 0,
                    max_concurrency: 0,
                    tolerated_failure_count: None,
                    tolerated_failure_percentage: None,
                    writes_results: false,
                });
                let place = place_of(event);
                for run in self.runs.iter_mut().filter(|run| run.place == place) {
                    run.left = true;
                }
                self.runs.push(MapRunTold {
                    arn: map_run_arn.to_string(),
                    started: event.at,
                    stopped: None,
                    status: "RUNNING".to_owned(),
                    items: limits.items,
                    executions: limits.executions,
                    max_concurrency: limits.max_concurrency,
                    tolerated_count: limits.tolerated_failure_count.unwrap_or_default(),
                    tolerated_percentage: limits.tolerated_failure_percentage.unwrap_or_default(),
                    writes_results: limits.writes_results,
                    redrives: 0,
                    redriven: None,
                    children: Vec::new(),
                    left: false,
                    place,
                });
            }
            EventDetail::MapRunRedriven {
                map_run_arn,
                redrive_count,
            } => {
                let runs = self.runs.iter_mut();
                for run in runs.filter(|run| run.arn == map_run_arn.as_ref()) {
                    run.status = "RUNNING".to_owned();
                    run.stopped = None;
                    run.redrives = *redrive_count;
                    run.redriven = Some(event.at);
                }
            }
            EventDetail::MapRunSucceeded => self.end_run(event, "SUCCEEDED"),
            EventDetail::MapRunFailed { .. } => self.end_run(event, "FAILED"),
            EventDetail::MapRunAborted => self.end_run(event, "ABORTED"),
            // What stops the whole execution stops its Map Runs without a word about them.
            EventDetail::ExecutionAborted { .. }
            | EventDetail::ExecutionTimedOut { .. }
            | EventDetail::ExecutionFailed { .. } => {
                for run in self.runs.iter_mut().filter(|run| run.stopped.is_none()) {
                    run.status = "ABORTED".to_owned();
                    run.stopped = Some(event.at);
                }
            }
            EventDetail::StateExited { .. } => {
                let place = place_of(event);
                for run in self.runs.iter_mut().filter(|run| run.place == place) {
                    run.left = true;
                }
            }
            EventDetail::ExecutionStarted { .. }
            | EventDetail::ExecutionSucceeded { .. }
            | EventDetail::ExecutionRedriven { .. }
            | EventDetail::StateEntered { .. }
            | EventDetail::Task { .. }
            | EventDetail::MapStateStarted { .. }
            | EventDetail::MapStateSucceeded
            | EventDetail::MapStateFailed { .. }
            | EventDetail::MapStateAborted
            | EventDetail::MapIterationStarted { .. }
            | EventDetail::MapIterationSucceeded { .. }
            | EventDetail::MapIterationFailed { .. }
            | EventDetail::MapIterationAborted { .. }
            | EventDetail::ParallelStateStarted
            | EventDetail::ParallelStateSucceeded
            | EventDetail::ParallelStateFailed { .. }
            | EventDetail::ParallelStateAborted
            | EventDetail::WaitStateAborted
            | EventDetail::TaskStateAborted
            | EventDetail::EvaluationFailed { .. }
            | EventDetail::InputEdited { .. } => {}
        }
    }

    /// The Map Run that ends is the one begun last in the same place.
    fn end_run(&mut self, event: &Event, status: &str) {
        let place = place_of(event);
        let open = self.runs.iter_mut().rev();
        let mut open = open.filter(|run| run.stopped.is_none() && run.place == place);
        if let Some(run) = open.next() {
            run.status = status.to_owned();
            run.stopped = Some(event.at);
        }
    }

    fn take_child(
        &mut self,
        event: &Event,
        about: &ChildExecution,
        told: Json,
        places: &mut BTreeMap<String, (usize, usize)>,
    ) {
        if let EventDetail::ExecutionStarted { input, .. } = &event.detail
            && let Some((index, run)) = self
                .runs
                .iter_mut()
                .enumerate()
                .find(|(_, run)| run.arn == about.map_run_arn.as_ref())
        {
            places.insert(about.arn.to_string(), (index, run.children.len()));
            run.children.push(ChildTold {
                arn: about.arn.to_string(),
                name: about.name.to_string(),
                index: about.index,
                items: about.items,
                started: event.at,
                input: input.to_json(),
                end: None,
                events: Vec::new(),
                redrive: run.redrives,
            });
        }
        let Some((run, place)) = places.get(about.arn.as_ref()).copied() else {
            return;
        };
        let run = self.runs.get_mut(run);
        let Some(child) = run.and_then(|run| run.children.get_mut(place)) else {
            return;
        };
        child.events.push(told);
        child.end = end_of(event).or(child.end.take());
    }
}

impl MapRunTold {
    /// Child executions by status, and the items they work on; those of a redrive count in place of the ones before.
    /// `refusal` is why those without success cannot be started again.
    pub(crate) fn counts(&self, refusal: Option<&str>) -> (Counts, Counts) {
        let mut latest: BTreeMap<usize, &ChildTold> = BTreeMap::new();
        for child in &self.children {
            latest.insert(child.index, child);
        }
        let mut executions = Counts {
            total: self.executions,
            ..Counts::default()
        };
        let mut items = Counts {
            total: self.items,
            ..Counts::default()
        };
        for child in latest.values() {
            for (counts, count) in [(&mut executions, 1), (&mut items, child.items)] {
                if self.waits(child) {
                    counts.pending_redrive += count;
                    continue;
                }
                counts.add(child.status(), count);
                if child.is_unsuccessful() && refusal.is_some() {
                    counts.not_redrivable += count;
                }
            }
        }
        executions.finish();
        items.finish();
        if self.writes_results && self.stopped.is_some() {
            executions.written = executions.total - executions.pending;
            items.written = items.total - items.pending;
        }
        (executions, items)
    }

    /// Whether another child execution has taken the place of one.
    pub(crate) fn is_replaced(&self, child: &ChildTold) -> bool {
        let mut others = self.children.iter();
        others.any(|other| other.index == child.index && other.redrive > child.redrive)
    }

    /// Whether a child execution, the latest in its place, is to be started again by the redrive under way.
    fn waits(&self, child: &ChildTold) -> bool {
        self.stopped.is_none() && child.redrive < self.redrives && child.is_unsuccessful()
    }
}

impl ChildTold {
    pub(crate) fn status(&self) -> &str {
        self.end
            .as_ref()
            .map_or("RUNNING", |end| end.status.as_str())
    }

    pub(crate) fn is_unsuccessful(&self) -> bool {
        matches!(self.status(), "FAILED" | "TIMED_OUT" | "ABORTED")
    }
}

impl Counts {
    fn add(&mut self, status: &str, count: usize) {
        match status {
            "SUCCEEDED" => self.succeeded += count,
            "FAILED" => self.failed += count,
            "TIMED_OUT" => self.timed_out += count,
            "ABORTED" => self.aborted += count,
            _ => self.running += count,
        }
    }

    fn finish(&mut self) {
        let ended = self.succeeded + self.failed + self.timed_out + self.aborted;
        let known = ended + self.running + self.pending_redrive;
        self.total = self.total.max(known);
        self.pending = self.total - known;
    }
}

/// An event as `GetExecutionHistory` tells it; none for what AWS does not know.
pub(crate) fn event_json(event: &Event, role: &str) -> Option<Json> {
    if matches!(event.detail, EventDetail::InputEdited { .. }) {
        return None;
    }
    let mut told = event.to_json();
    let members = told.as_object_mut()?;
    members.insert("timestamp".to_owned(), seconds(event.at));
    if let Some(Json::Object(details)) = members.get_mut("executionStartedEventDetails") {
        details.insert("roleArn".to_owned(), role.into());
    }
    Some(told)
}

/// The visit of a state that an event belongs to, but for which one in a loop.
fn place_of(event: &Event) -> Option<(Lane, StatePath)> {
    Some((event.lane.clone(), event.state.clone()?))
}

/// A moment as AWS JSON writes it: seconds since 1970.
pub(crate) fn seconds(at: Millis) -> Json {
    Json::from(at as f64 / 1_000.0)
}

fn end_of(event: &Event) -> Option<End> {
    let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(str::to_owned);
    let (status, output, error, cause) = match &event.detail {
        EventDetail::ExecutionSucceeded { output } => {
            ("SUCCEEDED", Some(output.to_json()), None, None)
        }
        EventDetail::ExecutionFailed { error, cause } => ("FAILED", None, text(error), text(cause)),
        EventDetail::ExecutionTimedOut { error, cause } => {
            ("TIMED_OUT", None, text(error), text(cause))
        }
        EventDetail::ExecutionAborted { error, cause } => {
            ("ABORTED", None, text(error), text(cause))
        }
        EventDetail::ExecutionStarted { .. }
        | EventDetail::ExecutionRedriven { .. }
        | EventDetail::StateEntered { .. }
        | EventDetail::StateExited { .. }
        | EventDetail::Task { .. }
        | EventDetail::MapStateStarted { .. }
        | EventDetail::MapStateSucceeded
        | EventDetail::MapStateFailed { .. }
        | EventDetail::MapStateAborted
        | EventDetail::MapIterationStarted { .. }
        | EventDetail::MapIterationSucceeded { .. }
        | EventDetail::MapIterationFailed { .. }
        | EventDetail::MapIterationAborted { .. }
        | EventDetail::MapRunStarted { .. }
        | EventDetail::MapRunRedriven { .. }
        | EventDetail::MapRunSucceeded
        | EventDetail::MapRunFailed { .. }
        | EventDetail::MapRunAborted
        | EventDetail::ParallelStateStarted
        | EventDetail::ParallelStateSucceeded
        | EventDetail::ParallelStateFailed { .. }
        | EventDetail::ParallelStateAborted
        | EventDetail::WaitStateAborted
        | EventDetail::TaskStateAborted
        | EventDetail::EvaluationFailed { .. }
        | EventDetail::InputEdited { .. } => return None,
    };
    Some(End {
        status: status.to_owned(),
        output,
        error,
        cause,
        at: event.at,
    })
}
