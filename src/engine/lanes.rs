//! The threads of an execution: one for the outermost scope, one for each open branch and iteration.

use std::sync::Arc;

use crate::engine::CallId;
use crate::engine::Lane;
use crate::engine::Millis;
use crate::engine::Status;
use crate::engine::child::EndedChild;
use crate::engine::measure::Measure;
use crate::engine::pages::Pages;
use crate::engine::pages::Share;
use crate::engine::program::StateIndex;
use crate::engine::timer::TimerKey;
use crate::engine::trouble::Trouble;
use crate::query::Value;

/// The number of a thread. Places of ended threads are used again, numbers are not: an old number leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ThreadId {
    slot: u32,
    generation: u32,
}

/// The number of a child execution within its execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ChildNumber(pub u32);

/// All threads by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Threads {
    slots: Pages<Slot>,
    /// The free place that was left last; each names the one before.
    free: Option<u32>,
}

#[derive(Clone, Debug)]
struct Slot {
    /// Threads that have ended here.
    generation: u32,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Own(Box<Thread>),
    /// Other copies of the execution hold this thread too.
    Shared(Arc<Thread>),
    Free(Option<u32>),
}

/// Where one branch or iteration stands.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    pub lane: Lane,
    pub parent: Option<Parent>,
    /// The child execution of a distributed Map in whose history its events are written.
    pub child: Option<ChildNumber>,
    /// The outermost thread of a child execution: it sees neither variables nor items around it.
    pub isolated: bool,
    /// The item an iteration works on, for `$$.Map.Item`.
    pub item: Option<Item>,
    /// Variables assigned in this scope.
    pub variables: Vec<(Arc<str>, Value)>,
    /// The latest event of this thread's chain.
    pub last: u64,
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
    /// Where the items of a distributed Map come from, for `$$.Map.Item.Source`.
    pub source: Option<Arc<str>>,
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
    /// The Map Run that failed in this visit, for a redrive.
    pub remains: Option<Box<Container>>,
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
    pub timeout: Option<Limit>,
    pub heartbeat: Option<Limit>,
    /// `ActivityStarted` has been written.
    pub started: bool,
}

/// How long a call may take, or be silent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub length: Millis,
    /// None as long as no worker has taken the task.
    pub timer: Option<TimerKey>,
}

impl OpenCall {
    /// When its timeout or its wait for a heartbeat is over, whichever comes first.
    pub fn deadline(&self) -> Option<Millis> {
        self.timers().map(|key| key.at).min()
    }

    /// Those that run.
    pub fn timers(&self) -> impl Iterator<Item = TimerKey> + use<> {
        let limits = [self.timeout, self.heartbeat].into_iter().flatten();
        limits.filter_map(|limit| limit.timer)
    }
}

impl Limit {
    pub fn seconds(seconds: i64) -> Limit {
        Limit {
            length: seconds.saturating_mul(1_000),
            timer: None,
        }
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
    pub running: Running,
    pub results: Pages<Option<Value>>,
    /// Of the results so far.
    pub bound: Measure,
    pub finished: usize,
    /// What every branch of a Parallel gets.
    pub input: Value,
    /// A bound of what a lane gets.
    pub measure: Measure,
    pub map: Option<MapRun>,
}

/// The open lanes of a container by branch or iteration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Running {
    lanes: Pages<Option<ThreadId>>,
    count: usize,
}

/// What a Map needs to begin its iterations.
#[derive(Clone, Debug)]
pub(crate) struct MapRun {
    pub items: Arc<Vec<Value>>,
    /// What the iterations get: the items, or what `ItemSelector` and `ItemBatcher` made of them.
    pub inputs: Arc<Vec<Value>>,
    /// Present where the iterations are child executions.
    pub distributed: Option<DistributedRun>,
}

/// What a Map Run keeps beside the lanes of its child executions.
#[derive(Clone, Debug)]
pub(crate) struct DistributedRun {
    pub arn: Arc<str>,
    /// The name the child executions give their state machine: that of the machine and the label.
    pub machine: Arc<str>,
    /// Items in each input, where they are batched.
    pub batches: Option<Arc<Vec<usize>>>,
    pub failed_items: usize,
    pub tolerated_count: Option<i64>,
    pub tolerated_percentage: Option<f64>,
    /// The child executions that have ended, by item or batch.
    pub ended: Pages<Option<Arc<EndedChild>>>,
    pub redrives: i64,
}

impl DistributedRun {
    /// Forgets the child executions that did not succeed, for a redrive.
    pub fn restart(&mut self) {
        self.redrives += 1;
        self.failed_items = 0;
        for index in 0..self.ended.len() {
            if let Some(slot) = self.ended.get_mut(index)
                && slot
                    .as_ref()
                    .is_some_and(|child| child.status != Status::Succeeded)
            {
                *slot = None;
            }
        }
    }

    /// How many items an input holds.
    pub fn items_of(&self, index: usize) -> usize {
        self.batches
            .as_ref()
            .and_then(|sizes| sizes.get(index).copied())
            .unwrap_or(1)
    }
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
            remains: None,
        }
    }
}

impl Threads {
    pub fn get(&self, id: ThreadId) -> Option<&Thread> {
        let slot = self.slots.get(id.slot as usize)?;
        slot.thread().filter(|_| slot.generation == id.generation)
    }

    pub fn get_mut(&mut self, id: ThreadId) -> Option<&mut Thread> {
        let slot = self.slots.get_mut(id.slot as usize)?;
        if slot.generation != id.generation {
            return None;
        }
        if let Content::Shared(thread) = &slot.content {
            slot.content = Content::Own(Box::new(thread.as_ref().clone()));
        }
        match &mut slot.content {
            Content::Own(thread) => Some(thread),
            Content::Shared(_) | Content::Free(_) => None,
        }
    }

    pub fn insert(&mut self, thread: Thread) -> ThreadId {
        let content = Content::Own(Box::new(thread));
        if let Some(place) = self.free
            && let Some(slot) = self.slots.get_mut(place as usize)
            && let Content::Free(next) = slot.content
        {
            self.free = next;
            slot.content = content;
            return ThreadId {
                slot: place,
                generation: slot.generation,
            };
        }
        let place = self.slots.len() as u32;
        self.slots.push(Slot {
            generation: 0,
            content,
        });
        ThreadId {
            slot: place,
            generation: 0,
        }
    }

    pub fn remove(&mut self, id: ThreadId) {
        if let Some(slot) = self.slots.get_mut(id.slot as usize)
            && slot.generation == id.generation
            && slot.thread().is_some()
        {
            slot.generation = slot.generation.wrapping_add(1);
            slot.content = Content::Free(self.free);
            self.free = Some(id.slot);
        }
    }

    /// Threads there have been at a time at most.
    pub fn places(&self) -> usize {
        self.slots.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = (ThreadId, &Thread)> {
        self.slots.iter().enumerate().filter_map(|(place, slot)| {
            let id = ThreadId {
                slot: place as u32,
                generation: slot.generation,
            };
            Some((id, slot.thread()?))
        })
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

impl Slot {
    fn thread(&self) -> Option<&Thread> {
        match &self.content {
            Content::Own(thread) => Some(thread),
            Content::Shared(thread) => Some(thread),
            Content::Free(_) => None,
        }
    }
}

impl Running {
    pub fn len(&self) -> usize {
        self.count
    }

    pub fn insert(&mut self, index: usize, lane: ThreadId) {
        while self.lanes.len() <= index {
            self.lanes.push(None);
        }
        if let Some(place) = self.lanes.get_mut(index)
            && place.replace(lane).is_none()
        {
            self.count += 1;
        }
    }

    pub fn remove(&mut self, index: &usize) {
        if let Some(place) = self.lanes.get_mut(*index)
            && place.take().is_some()
        {
            self.count -= 1;
        }
    }

    /// The lanes in the order of their branches or iterations.
    pub fn into_values(self) -> impl Iterator<Item = ThreadId> {
        let open: Vec<ThreadId> = self.lanes.iter().flatten().copied().collect();
        open.into_iter()
    }
}

impl Share for ThreadId {}

impl Share for Value {}

impl Share for Threads {
    fn share(&mut self) {
        self.slots.share();
    }
}

impl Share for Slot {
    fn share(&mut self) {
        let Content::Own(thread) = &mut self.content else {
            return;
        };
        if let Stand::Container(container) = &mut thread.visit.stand {
            container.running.lanes.share();
            container.results.share();
            if let Some(run) = container
                .map
                .as_mut()
                .and_then(|map| map.distributed.as_mut())
            {
                run.ended.share();
            }
        }
        self.content = match std::mem::replace(&mut self.content, Content::Free(None)) {
            Content::Own(thread) => Content::Shared(Arc::from(thread)),
            content @ (Content::Shared(_) | Content::Free(_)) => content,
        };
    }
}
