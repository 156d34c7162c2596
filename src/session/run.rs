//! A run as the window shows it, and what is asked of it.

use crate::analyze::Reason;
use crate::analyze::reason;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::debugger::Pause;
use crate::editor::Revision;
use crate::engine::Ended;
use crate::engine::Event;
use crate::engine::EventDetail;
use crate::engine::Lane;
use crate::engine::Stage;
use crate::engine::Status;
use crate::query::Value;
use crate::session::RunId;
use crate::trace::CallRecord;
use crate::trace::NestedRun;
use crate::trace::Trace;
use crate::trace::Visit;
use crate::trace::WaitingTask;
use crate::trace::is_unanswered;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A run as it is shown: live, paused or over.
#[derive(Debug)]
pub struct Run {
    pub id: RunId,
    /// The revision that runs; later edits do not touch it.
    pub revision: Arc<Revision>,
    /// It is a Standard execution, and somebody drives it.
    pub(crate) redrivable: bool,
    pub events: Vec<Event>,
    pub stages: Vec<Stage>,
    pub trace: Trace,
    pub paused: Option<Pause>,
    pub ended: Option<Ended>,
    /// Why it failed, in plain words.
    pub reason: Option<Reason>,
    /// Nothing goes on until one of the waiting tasks is answered.
    pub waiting: bool,
    /// The tasks that wait for an answer nobody has promised, those of nested runs included.
    pub tasks: Vec<WaitingTask>,
    /// Executions that states have started, in the order in which they were told.
    pub nested: Vec<Arc<NestedRun>>,
    /// What a person should know at the end: mocks left over, workflows that are missing.
    pub notes: Vec<String>,
    /// Calls that were made for real, in the order in which they began; those before going back, too.
    pub calls: Vec<CallRecord>,
    /// Started by *Debug*.
    pub debugging: bool,
    pub scenario: Option<usize>,
    /// What differs from the scenario's expectation.
    pub difference: Option<String>,
    /// Workflow variables at the end.
    pub variables: Vec<(String, Value)>,
    pub selected_visit: Option<usize>,
    pub selected_attempt: Option<usize>,
}

impl Run {
    /// It is over without success and can go on where it failed.
    pub fn can_redrive(&self) -> bool {
        let failed = self
            .ended
            .as_ref()
            .is_some_and(|ended| ended.status != Status::Succeeded);
        failed && self.redrivable
    }

    /// Goes back to its first events. The calls for real after them, which stay made.
    pub(crate) fn rewind(&mut self, events: usize) -> Vec<CallRecord> {
        let nested = std::mem::take(&mut self.nested);
        let before = self.calls_in_sight(&nested);
        self.events.truncate(events);
        self.trace = Trace::of(&self.events);
        let entered: BTreeSet<(&Lane, u64)> = self
            .events
            .iter()
            .filter(|event| matches!(event.detail, EventDetail::StateEntered { .. }))
            .map(|event| (&event.lane, event.id))
            .collect();
        self.stages
            .retain(|stage| entered.contains(&(&stage.lane, stage.entered)));
        self.ended = None;
        self.reason = None;
        self.difference = None;
        self.paused = None;
        self.waiting = false;
        self.tasks.clear();
        self.notes.clear();
        let left = self.calls_in_sight(&nested);
        before
            .into_iter()
            .filter(|call| !left.iter().any(|left| left.number == call.number))
            .collect()
    }

    /// The calls for real that belong to its visits; those of nested runs to the visits that have started these.
    fn calls_in_sight(&self, nested: &[Arc<NestedRun>]) -> Vec<CallRecord> {
        let in_sight = |call: &&CallRecord| {
            let Some(first) = call.key.0.first().filter(|_| call.key.depth() > 0) else {
                return self.trace.visits_of(&call.state).any(|visit| {
                    let mut attempts = visit.attempts.iter();
                    visit.lane == call.lane
                        && attempts.any(|attempt| attempt.started_at == call.began)
                });
            };
            let started = nested
                .iter()
                .find(|nested| nested.key.0.as_ref() == [*first]);
            started.is_some_and(|started| {
                let mut visits = self.trace.visits_of(&started.state);
                visits.any(|visit| visit.lane == started.lane && visit.entered_at <= call.began)
            })
        };
        self.calls.iter().filter(in_sight).cloned().collect()
    }

    /// It goes on after its end.
    pub(crate) fn reopen(&mut self) {
        self.ended = None;
        self.reason = None;
        self.difference = None;
        self.selected_visit = None;
        self.notes.clear();
    }

    pub(crate) fn new(id: RunId, revision: Arc<Revision>) -> Run {
        Run {
            id,
            revision,
            redrivable: false,
            events: Vec::new(),
            stages: Vec::new(),
            trace: Trace::default(),
            paused: None,
            ended: None,
            reason: None,
            waiting: false,
            tasks: Vec::new(),
            nested: Vec::new(),
            notes: Vec::new(),
            calls: Vec::new(),
            debugging: false,
            scenario: None,
            difference: None,
            variables: Vec::new(),
            selected_visit: None,
            selected_attempt: None,
        }
    }

    /// The state of this run that a waiting task belongs to: its own, or the one that started the
    /// workflow in which it waits.
    pub fn state_of(&self, task: &WaitingTask) -> Option<StatePath> {
        if task.key.depth() == 0 {
            return Some(task.state.clone());
        }
        let first = task.key.0.first()?;
        let started = |nested: &&Arc<NestedRun>| nested.key.0.as_ref() == [*first];
        let nested = self.nested.iter().find(started)?;
        Some(nested.state.clone())
    }

    /// The visit in which a task waits, or the one that started the workflow in which it does.
    pub fn visit_of(&self, task: &WaitingTask) -> Option<&Visit> {
        let state = self.state_of(task)?;
        let own = task.key.depth() == 0;
        let waits = |visit: &&Visit| visit.is_open() && (!own || visit.lane == task.lane);
        self.trace.visits_of(&state).rfind(waits)
    }

    /// "Ask #2" in an iteration of a Map, "Ask in child" in a nested workflow.
    pub fn task_title(&self, task: &WaitingTask) -> String {
        if let Some(workflow) = &task.workflow {
            return format!("{} in {workflow}", task.name);
        }
        let container = task.state.container();
        let kind = container.and_then(|path| self.revision.machine.find(&path)?.kind);
        let step = task.lane.0.last().filter(|_| kind == Some(StateKind::Map));
        match step {
            Some(step) => format!("{} #{}", task.name, step.index),
            None => task.name.to_string(),
        }
    }

    /// Keeps what is known of a call that is made for real.
    pub(crate) fn note_call(&mut self, record: CallRecord) {
        match self
            .calls
            .iter_mut()
            .find(|call| call.number == record.number)
        {
            Some(known) => *known = record,
            None => self.calls.push(record),
        }
    }

    /// The calls for real that an attempt of a visit made; after going back the latest one counts.
    pub fn call_of(&self, visit: &Visit, attempt: usize) -> Option<&CallRecord> {
        let began = visit.attempts.get(attempt)?.started_at;
        let mut latest = self.calls.iter().rev();
        latest.find(|call| {
            let here = call.state == visit.state && call.lane == visit.lane;
            here && call.key.depth() == 0 && call.began == began
        })
    }

    /// The states in which tasks wait, or whose workflows hold one that does.
    pub fn waiting_states(&self) -> BTreeSet<StatePath> {
        self.tasks
            .iter()
            .filter_map(|task| self.state_of(task))
            .collect()
    }

    /// It failed because nothing answers a task, so a person could.
    pub fn lacks_answer(&self) -> bool {
        let cause = self.ended.as_ref().and_then(|ended| ended.cause.as_deref());
        cause.is_some_and(is_unanswered)
    }

    /// How it ended, and why in plain words.
    pub(crate) fn take_end(&mut self, ended: Ended) {
        self.paused = None;
        self.waiting = false;
        self.tasks.clear();
        self.reason = reason(
            &self.revision.tree,
            &self.revision.machine,
            &self.trace,
            &ended,
        );
        self.ended = Some(ended);
    }

    /// The visit the inspector shows.
    pub fn shown_visit(&self) -> Option<&Visit> {
        self.trace.visit(self.selected_visit?)
    }

    /// Ended, and not as failed, timed out or aborted.
    pub fn has_succeeded(&self) -> bool {
        self.ended
            .as_ref()
            .is_some_and(|ended| ended.status == Status::Succeeded)
    }

    pub fn is_live(&self) -> bool {
        self.ended.is_none()
    }

    /// Milliseconds from its start to its latest event.
    pub fn duration(&self) -> i64 {
        self.trace
            .started_at
            .map_or(0, |start| self.trace.latest - start)
    }

    pub(crate) fn follow_selection(&mut self, path: &StatePath) {
        // Before the state it waits at, what is about to happen is shown, not an earlier visit.
        if self
            .paused
            .as_ref()
            .is_some_and(|pause| pause.state == *path)
        {
            self.selected_visit = None;
            self.selected_attempt = None;
            return;
        }
        let shown = self.shown_visit().is_some_and(|visit| visit.state == *path);
        if !shown {
            self.selected_visit = self.trace.telling_visit(path).map(|visit| visit.index);
            self.selected_attempt = None;
        }
    }
}

/// Says which calls going back has left made.
pub(crate) fn not_undone(calls: &[CallRecord]) -> Option<String> {
    let (first, others) = calls.split_first()?;
    let others = match others.len() {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    Some(format!(
        "Going back does not undo what was called for real: {}{others}",
        first.target
    ))
}
