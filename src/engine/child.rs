//! Child executions of a distributed Map: each has a name, a history and a Context Object of its own.

use std::sync::Arc;

use crate::engine::ChildExecution;
use crate::engine::EventDetail;
use crate::engine::Execution;
use crate::engine::ExecutionKind;
use crate::engine::Millis;
use crate::engine::Status;
use crate::engine::environment::Fixed;
use crate::engine::environment::child_context;
use crate::engine::environment::role_arn;
use crate::engine::execution::EXPRESS_LIMIT;
use crate::engine::guard::Standstill;
use crate::engine::lanes::ChildNumber;
use crate::engine::lanes::ThreadId;
use crate::engine::pages::Pages;
use crate::engine::pages::Share;
use crate::engine::timer::Alarm;
use crate::engine::timer::TimerKey;
use crate::engine::trouble::TIMEOUT;
use crate::engine::trouble::Trouble;
use crate::query::Value;

/// A child execution that runs.
#[derive(Clone, Debug)]
pub(crate) struct Child {
    pub about: Arc<ChildExecution>,
    pub kind: ExecutionKind,
    pub fixed: Fixed,
    pub root: ThreadId,
    pub next_event: u64,
    pub started_at: Millis,
    pub standstill: Standstill,
    timer: Option<TimerKey>,
}

/// All child executions by number; those that have ended leave an empty place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Children {
    places: Pages<Option<Arc<Child>>>,
}

/// What a child execution is started with.
pub(crate) struct ChildStart {
    pub map_run_arn: Arc<str>,
    /// The name of its state machine.
    pub machine: Arc<str>,
    pub kind: ExecutionKind,
    pub index: usize,
    pub items: usize,
}

/// A child execution that has ended.
#[derive(Debug)]
pub(crate) struct EndedChild {
    pub about: Arc<ChildExecution>,
    pub status: Status,
    pub output: Option<Value>,
    pub error: Option<Arc<str>>,
    pub cause: Option<Arc<str>>,
    pub started_at: Millis,
    pub stopped_at: Millis,
}

impl Execution {
    /// Starts the child execution whose outermost thread `root` is, and writes its first event.
    pub(crate) fn start_child(&mut self, root: ThreadId, start: ChildStart, input: Value) {
        let ChildStart {
            map_run_arn,
            machine,
            kind,
            index,
            items,
        } = start;
        let name = self.draw(|chance| chance.uuid());
        let arn = self.program.child_arn(&machine, kind, &name);
        let number = self.children.next_number();
        let about = Arc::new(ChildExecution {
            number: number.0,
            name: Arc::from(name),
            arn: Arc::from(arn),
            map_run_arn,
            index,
            items,
        });
        let fixed = child_context(&self.program, &machine, &about, kind, &input, self.now);
        let timer = (kind == ExecutionKind::Express).then(|| {
            let at = self.now.saturating_add(EXPRESS_LIMIT);
            self.timers.set(at, Alarm::Child(number))
        });
        self.children.add(Child {
            about,
            kind,
            fixed,
            root,
            next_event: 1,
            started_at: self.now,
            standstill: Standstill::at(self.now),
            timer,
        });
        if let Some(thread) = self.threads.get_mut(root) {
            thread.child = Some(number);
        }
        let role = Arc::from(role_arn(&self.program));
        self.write(root, 0, None, EventDetail::ExecutionStarted { input, role });
    }

    /// Ends the child execution of a thread: its last event, and what the Map Run keeps of it.
    ///
    /// What is still open inside it is for the caller to forget; it writes no more events.
    pub(crate) fn end_child(&mut self, root: ThreadId, end: ChildEnd) -> Option<EndedChild> {
        let thread = self.threads.get(root)?;
        let number = thread.child?;
        let last = thread.last;
        let (status, detail) = match &end {
            ChildEnd::Succeeded(output) => (
                Status::Succeeded,
                EventDetail::ExecutionSucceeded {
                    output: output.clone(),
                },
            ),
            ChildEnd::Failed { error, cause } => {
                let (error, cause) = (error.clone(), cause.clone());
                (
                    Status::Failed,
                    EventDetail::ExecutionFailed { error, cause },
                )
            }
            ChildEnd::TimedOut => {
                let (error, cause) = (Some(Arc::from(TIMEOUT)), None);
                (
                    Status::TimedOut,
                    EventDetail::ExecutionTimedOut { error, cause },
                )
            }
            ChildEnd::Aborted { error, cause } => {
                let (error, cause) = (error.clone(), cause.clone());
                (
                    Status::Aborted,
                    EventDetail::ExecutionAborted { error, cause },
                )
            }
        };
        self.write(root, last, None, detail);
        let child = self.children.remove(number)?;
        if let Some(timer) = child.timer {
            self.timers.clear(timer);
        }
        let (output, error, cause) = match end {
            ChildEnd::Succeeded(output) => (Some(output), None, None),
            ChildEnd::Failed { error, cause } | ChildEnd::Aborted { error, cause } => {
                (None, error, cause)
            }
            ChildEnd::TimedOut => (None, Some(Arc::from(TIMEOUT)), None),
        };
        Some(EndedChild {
            about: child.about.clone(),
            status,
            output,
            error,
            cause,
            started_at: child.started_at,
            stopped_at: self.now,
        })
    }

    /// An Express child execution has met its five minutes.
    pub(crate) fn time_out_child(&mut self, number: ChildNumber) {
        let Some(root) = self.children.get(number).map(|child| child.root) else {
            return;
        };
        self.fail_child(root, ChildEnd::TimedOut);
    }

    /// Somebody ends a child execution by its ARN; one that has ended is left as it is.
    pub(crate) fn stop_child(&mut self, arn: &str, error: Option<String>, cause: Option<String>) {
        let Some(root) = self.children.root_of(arn) else {
            return;
        };
        let (error, cause) = (error.map(Arc::from), cause.map(Arc::from));
        self.fail_child(root, ChildEnd::Aborted { error, cause });
    }

    /// What the Context Object tells of the execution a thread belongs to.
    pub(crate) fn fixed_of(&self, id: ThreadId) -> &Fixed {
        self.threads
            .get(id)
            .and_then(|thread| self.children.get(thread.child?))
            .map_or(&self.fixed, |child| &child.fixed)
    }
}

impl Children {
    /// The number the next child execution gets.
    fn next_number(&self) -> ChildNumber {
        ChildNumber(u32::try_from(self.places.len() + 1).unwrap_or(u32::MAX))
    }

    fn add(&mut self, child: Child) {
        self.places.push(Some(Arc::new(child)));
    }

    pub fn get(&self, number: ChildNumber) -> Option<&Child> {
        self.places.get(place(number))?.as_deref()
    }

    pub fn get_mut(&mut self, number: ChildNumber) -> Option<&mut Child> {
        let child = self.places.get_mut(place(number))?.as_mut()?;
        Some(Arc::make_mut(child))
    }

    fn remove(&mut self, number: ChildNumber) -> Option<Arc<Child>> {
        self.places.get_mut(place(number))?.take()
    }

    /// The outermost thread of one that runs.
    fn root_of(&self, arn: &str) -> Option<ThreadId> {
        let mut running = self.places.iter().flatten();
        let child = running.find(|child| child.about.arn.as_ref() == arn);
        child.map(|child| child.root)
    }

    /// Child executions started so far.
    pub fn places(&self) -> usize {
        self.places.len()
    }

    /// The outermost threads of those that run, in the order started.
    pub fn roots(&self) -> Vec<ThreadId> {
        self.places
            .iter()
            .flatten()
            .map(|child| child.root)
            .collect()
    }
}

/// Where the child execution of a number lies: they are counted from one.
fn place(number: ChildNumber) -> usize {
    (number.0 as usize).wrapping_sub(1)
}

impl Share for Children {
    fn share(&mut self) {
        self.places.share();
    }
}

impl Share for Arc<Child> {}

impl Share for Arc<EndedChild> {}

/// How a child execution ends.
pub(crate) enum ChildEnd {
    Succeeded(Value),
    Failed {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
    TimedOut,
    Aborted {
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    },
}

impl ChildEnd {
    /// With what was around it.
    pub const ABORTED: ChildEnd = ChildEnd::Aborted {
        error: None,
        cause: None,
    };
}

impl From<&Trouble> for ChildEnd {
    fn from(trouble: &Trouble) -> ChildEnd {
        ChildEnd::Failed {
            error: trouble.error.clone(),
            cause: trouble.cause.clone(),
        }
    }
}
