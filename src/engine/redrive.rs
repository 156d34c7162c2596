//! Redrive: an unsuccessful Standard execution goes on where it failed (AWS guide, "Restarting state machine
//! executions with redrive").
//!
//! States that were left are not run again. What was entered and not left is begun again within its visit: tasks
//! are scheduled anew with no retries counted, inline Maps and Parallels go on with the branches and iterations
//! that did not succeed, Map Runs start their unsuccessful child executions again from the beginning.

use std::sync::Arc;

use crate::engine::EventDetail;
use crate::engine::Execution;
use crate::engine::ExecutionKind;
use crate::engine::Status;
use crate::engine::guard::HISTORY_LIMIT;
use crate::engine::lanes::Container;
use crate::engine::lanes::Running;
use crate::engine::lanes::Stand;
use crate::engine::lanes::ThreadId;
use crate::query::Value;

/// Why an execution cannot be redriven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedriveRefusal {
    #[error("Executions of Express workflows cannot be redriven; start a new one")]
    Express,
    #[error("Execution is RUNNING and cannot be redriven")]
    Running,
    #[error("Execution is SUCCEEDED and cannot be redriven")]
    Succeeded,
    #[error("Execution history event limit exceeded")]
    HistoryFull,
}

impl RedriveRefusal {
    /// Whether an execution can be redriven whose last event has this id.
    ///
    /// # Errors
    /// Its history is full.
    pub fn of_history(last: u64) -> Result<(), RedriveRefusal> {
        match last + 1 >= HISTORY_LIMIT {
            true => Err(RedriveRefusal::HistoryFull),
            false => Ok(()),
        }
    }
}

impl Execution {
    /// Whether `Signal::Redrive` would do something, or why not.
    ///
    /// # Errors
    /// As [`RedriveRefusal`] tells.
    pub fn can_redrive(&self) -> Result<(), RedriveRefusal> {
        if self.program.kind == ExecutionKind::Express {
            return Err(RedriveRefusal::Express);
        }
        match self.ended().map(|ended| ended.status) {
            None => Err(RedriveRefusal::Running),
            Some(Status::Succeeded) => Err(RedriveRefusal::Succeeded),
            Some(Status::Failed | Status::TimedOut | Status::Aborted) => {
                RedriveRefusal::of_history(self.next_event - 1)
            }
        }
    }

    /// How often it was redriven.
    pub fn redrives(&self) -> i64 {
        self.redrives
    }

    pub(crate) fn redrive(&mut self) {
        if self.can_redrive().is_err() {
            return;
        }
        if let Some(wreck) = self.wreck.take() {
            self.threads = Arc::unwrap_or_clone(wreck);
        }
        self.reopen();
        self.redrives += 1;
        if let Value::Object(members) = &mut self.fixed.execution {
            Arc::make_mut(members).insert(Arc::from("RedriveCount"), Value::from(self.redrives));
        }
        let previous = self.next_event - 1;
        let redriven = self.write(
            self.root,
            previous,
            None,
            EventDetail::ExecutionRedriven {
                redrive_count: self.redrives,
            },
        );
        let threads: Vec<(ThreadId, bool)> = self
            .threads
            .iter()
            .map(|(id, thread)| (id, thread.child.is_some()))
            .collect();
        for (id, in_child) in threads {
            if in_child {
                self.threads.remove(id);
            } else {
                self.go_on(id, redriven);
            }
        }
    }

    /// Lets a thread go on from where it stood when the execution ended.
    fn go_on(&mut self, id: ThreadId, redriven: u64) {
        let program = self.program.clone();
        let Some(thread) = self.threads.get_mut(id) else {
            return;
        };
        thread.last = redriven;
        let visit = &mut thread.visit;
        let stand = match visit.remains.take() {
            Some(container) => Stand::Container(container),
            None => std::mem::replace(&mut visit.stand, Stand::Work),
        };
        match stand {
            Stand::Enter | Stand::Exit(..) => {
                visit.stand = stand;
                self.queue.push_back(id);
            }
            Stand::Container(mut container) => {
                let run = container
                    .map
                    .as_mut()
                    .and_then(|map| map.distributed.as_mut());
                let Some(run) = run else {
                    visit.stand = Stand::Container(container);
                    return;
                };
                run.restart();
                let detail = EventDetail::MapRunRedriven {
                    map_run_arn: run.arn.clone(),
                    redrive_count: run.redrives,
                };
                container.restart();
                visit.stand = Stand::Container(container);
                let Some(state) = program.state(visit.state) else {
                    return;
                };
                self.emit(id, state, detail);
                self.begin_lanes(id, state);
                self.close_if_done(id, state);
            }
            Stand::Work | Stand::Fault(_) | Stand::Call(_) | Stand::Wait(_) | Stand::BackOff(_) => {
                visit.retries = 0;
                visit.retries_by.clear();
                visit.stand = Stand::Work;
                self.queue.push_back(id);
            }
        }
    }

    /// Keeps the threads as they stand before what is still open around a failure is aborted.
    pub(crate) fn keep_wreck(&mut self, id: ThreadId) {
        let own = self
            .threads
            .get(id)
            .is_some_and(|thread| thread.child.is_none());
        if own && self.program.kind == ExecutionKind::Standard && self.wreck.is_none() {
            self.wreck = Some(Arc::new(self.threads.clone()));
        }
    }
}

impl Container {
    /// Forgets the lanes that did not succeed, so that they begin again.
    fn restart(&mut self) {
        self.running = Running::default();
        self.next = 0;
        self.finished = self.results.iter().flatten().count();
    }
}
