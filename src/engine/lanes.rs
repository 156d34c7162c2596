//! The threads of an execution: one for the outermost scope, one for each open branch and iteration.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::CallId;
use crate::engine::Lane;
use crate::engine::Millis;
use crate::engine::guard::Entries;
use crate::engine::measure::Measure;
use crate::engine::program::StateIndex;
use crate::engine::timer::TimerKey;
use crate::engine::trouble::Trouble;
use crate::query::Value;

/// The number of a thread. Numbers of ended threads are used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ThreadId(pub u32);

/// All threads by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Threads {
    slots: Vec<Option<Box<Thread>>>,
    free: Vec<ThreadId>,
}

/// Where one branch or iteration stands.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    pub lane: Lane,
    pub parent: Option<Parent>,
    /// Inside a distributed Map: its events belong to child executions, not to this history.
    pub hidden: bool,
    /// The child execution of a distributed Map: it sees neither variables nor items around it.
    pub isolated: bool,
    /// The item an iteration works on, for `$$.Map.Item`.
    pub item: Option<Item>,
    /// Variables assigned in this scope.
    pub variables: Vec<(Arc<str>, Value)>,
    /// The latest event of this thread's chain.
    pub last: u64,
    /// States entered so far, to notice circles.
    pub entries: Entries,
    pub visit: Visit,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Parent {
    pub thread: ThreadId,
    pub index: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub index: usize,
    pub value: Value,
}

/// One stay in a state.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub state: StateIndex,
    pub input: Value,
    pub measure: Measure,
    /// Changed by hand before the state was entered.
    pub edited: bool,
    /// The event before `*StateEntered`.
    pub before: u64,
    /// Id of `*StateEntered`.
    pub entered: u64,
    pub entered_at: Millis,
    /// Retries so far, of all Retriers together.
    pub retries: u32,
    /// Retries so far, by Retrier.
    pub retries_by: Vec<u32>,
    pub token: Option<Arc<str>>,
    pub stand: Stand,
}

/// What a thread does or waits for.
#[derive(Clone, Debug)]
pub(crate) enum Stand {
    Enter,
    Work,
    /// The result is there, with the bound of its size.
    Exit(Value, Measure),
    Fault(Trouble),
    /// A Task waits for its answer.
    Call(OpenCall),
    /// A Wait state.
    Wait(TimerKey),
    /// A retry waits for its time.
    BackOff(TimerKey),
    /// A Map or Parallel waits for what runs inside.
    Container(Box<Container>),
}

#[derive(Clone, Debug)]
pub(crate) struct OpenCall {
    pub id: CallId,
    pub timeout: Option<TimerKey>,
    pub heartbeat: Option<(TimerKey, Millis)>,
    /// `ActivityStarted` has been written.
    pub started: bool,
}

impl OpenCall {
    /// When its timeout or its wait for a heartbeat is over, whichever comes first.
    pub fn deadline(&self) -> Option<Millis> {
        let heartbeat = self.heartbeat.map(|(key, _)| key);
        let keys = [self.timeout, heartbeat].into_iter().flatten();
        keys.map(|key| key.at).min()
    }
}

/// A Map or Parallel that has begun.
#[derive(Clone, Debug)]
pub(crate) struct Container {
    pub length: usize,
    /// The first branch or iteration that has not begun.
    pub next: usize,
    pub limit: usize,
    /// The open lanes by branch or iteration.
    pub running: BTreeMap<usize, ThreadId>,
    pub results: Vec<Option<Value>>,
    /// Of the results so far.
    pub bound: Measure,
    pub finished: usize,
    pub failed: usize,
    /// What every branch of a Parallel gets.
    pub input: Value,
    /// A bound of what a lane gets.
    pub measure: Measure,
    pub map: Option<MapRun>,
}

/// What a Map needs to begin its iterations.
#[derive(Clone, Debug)]
pub(crate) struct MapRun {
    pub items: Arc<Vec<Value>>,
    /// What the iterations get: the items, or what `ItemSelector` and `ItemBatcher` made of them.
    pub inputs: Arc<Vec<Value>>,
    pub distributed: bool,
    pub arn: Option<Arc<str>>,
    /// Items in each input, where they are batched.
    pub batches: Option<Arc<Vec<usize>>>,
    pub failed_items: usize,
    pub tolerated_count: Option<i64>,
    pub tolerated_percentage: Option<f64>,
}

impl Visit {
    pub fn new(state: StateIndex, input: Value, measure: Measure) -> Visit {
        Visit {
            state,
            input,
            measure,
            edited: false,
            before: 0,
            entered: 0,
            entered_at: 0,
            retries: 0,
            retries_by: Vec::new(),
            token: None,
            stand: Stand::Enter,
        }
    }
}

impl Threads {
    pub fn get(&self, id: ThreadId) -> Option<&Thread> {
        self.slots.get(id.0 as usize)?.as_deref()
    }

    pub fn get_mut(&mut self, id: ThreadId) -> Option<&mut Thread> {
        self.slots.get_mut(id.0 as usize)?.as_deref_mut()
    }

    pub fn insert(&mut self, thread: Thread) -> ThreadId {
        let boxed = Some(Box::new(thread));
        if let Some(id) = self.free.pop()
            && let Some(slot) = self.slots.get_mut(id.0 as usize)
        {
            *slot = boxed;
            return id;
        }
        self.slots.push(boxed);
        ThreadId(self.slots.len() as u32 - 1)
    }

    pub fn remove(&mut self, id: ThreadId) -> Option<Box<Thread>> {
        let thread = self.slots.get_mut(id.0 as usize)?.take()?;
        self.free.push(id);
        Some(thread)
    }

    pub fn iter(&self) -> impl Iterator<Item = (ThreadId, &Thread)> {
        self.slots
            .iter()
            .enumerate()
            .filter_map(|(index, slot)| Some((ThreadId(index as u32), slot.as_deref()?)))
    }

    /// The variable as a thread sees it: its own, else that of the scopes around it.
    pub fn variable(&self, id: ThreadId, name: &str) -> Option<&Value> {
        let mut current = self.get(id);
        while let Some(thread) = current {
            if let Some((_, value)) = thread
                .variables
                .iter()
                .find(|(known, _)| known.as_ref() == name)
            {
                return Some(value);
            }
            current = self.outer(thread);
        }
        None
    }

    /// The thread around, as far as a thread may look out.
    pub fn outer(&self, thread: &Thread) -> Option<&Thread> {
        let parent = thread.parent.filter(|_| !thread.isolated)?;
        self.get(parent.thread)
    }

    /// The innermost Map item around a thread.
    pub fn item(&self, id: ThreadId) -> Option<&Item> {
        let mut current = self.get(id);
        while let Some(thread) = current {
            if thread.item.is_some() {
                return thread.item.as_ref();
            }
            current = self.outer(thread);
        }
        None
    }
}

impl Thread {
    pub fn assign(&mut self, name: &Arc<str>, value: Value) {
        match self.variables.iter_mut().find(|(known, _)| known == name) {
            Some(entry) => entry.1 = value,
            None => self.variables.push((name.clone(), value)),
        }
    }
}
