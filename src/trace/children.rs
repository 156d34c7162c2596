//! The part of the fold that tells of Map Runs and their child executions.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::StateKind;
use crate::engine::ChildExecution;
use crate::engine::Event;
use crate::engine::EventDetail;
use crate::engine::Status;
use crate::trace::MapRun;
use crate::trace::Trace;
use crate::trace::VisitStatus;
use crate::trace::attempt::close;
use crate::trace::map_run::end_of;

impl Trace {
    /// The beginning and the end of a child execution; other events of it are like those of any other.
    pub(crate) fn apply_to_child(&mut self, child: &Arc<ChildExecution>, event: &Event) -> bool {
        let run = self
            .map_runs
            .iter_mut()
            .rfind(|run| run.arn == child.map_run_arn);
        if matches!(event.detail, EventDetail::ExecutionStarted { .. }) {
            if let Some(run) = run {
                run.start_child(child, event.at);
            }
            return true;
        }
        let Some(status) = end_of(event) else {
            return false;
        };
        if let Some(run) = run {
            run.end_child(child, status, event.at);
        }
        let inside: Vec<usize> = self
            .lanes_inside(&event.lane)
            .into_iter()
            .map(|(_, index)| index)
            .collect();
        match &event.detail {
            EventDetail::ExecutionFailed { error, cause }
            | EventDetail::ExecutionTimedOut { error, cause } => {
                self.fail_open(&inside, event.at, error, cause);
            }
            _ => {
                for index in inside {
                    if let Some(visit) = self.visits.get_mut(index).filter(|visit| visit.is_open())
                    {
                        let status = match visit.kind {
                            StateKind::Succeed => VisitStatus::Succeeded,
                            _ => VisitStatus::Aborted,
                        };
                        close(visit, event.at, status, &None, &None);
                    }
                }
                if status == Status::Succeeded {
                    self.note_scope_end(&event.lane);
                }
            }
        }
        true
    }

    pub(crate) fn note_map_run(&mut self, event: &Event) {
        let end = match &event.detail {
            EventDetail::MapRunStarted {
                map_run_arn,
                limits,
            } => {
                self.map_runs.push(MapRun {
                    arn: map_run_arn.clone(),
                    within: event.child.clone(),
                    started_at: event.at,
                    stopped_at: None,
                    status: None,
                    limits: limits.clone(),
                    children: BTreeMap::new(),
                    redrives: 0,
                });
                return;
            }
            EventDetail::MapRunRedriven {
                map_run_arn,
                redrive_count,
            } => {
                let run = self
                    .map_runs
                    .iter_mut()
                    .rfind(|run| run.arn == *map_run_arn);
                if let Some(run) = run {
                    run.redrives = *redrive_count;
                    run.status = None;
                    run.stopped_at = None;
                }
                return;
            }
            EventDetail::MapRunSucceeded => Status::Succeeded,
            EventDetail::MapRunFailed { .. } => Status::Failed,
            EventDetail::MapRunAborted => Status::Aborted,
            EventDetail::ExecutionAborted { .. } if event.child.is_none() => {
                for run in self.map_runs.iter_mut().filter(|run| run.status.is_none()) {
                    run.end(Status::Aborted, event.at);
                }
                return;
            }
            _ => return,
        };
        let run = self
            .map_runs
            .iter_mut()
            .rfind(|run| run.status.is_none() && run.within == event.child);
        if let Some(run) = run {
            run.end(end, event.at);
        }
    }
}
