//! The tasks that somebody outside answers: by token, and activities by their queues.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::driver::endpoint::ledger::Entry;
use crate::query::Value;
use crate::trace::TaskKey;
use crate::trace::WaitingTask;

/// Tokens of tasks that are over which are remembered.
const MOST_SPENT: usize = 100_000;

/// Workers that may wait for tasks of one activity.
const MOST_WORKERS: usize = 1_000;

#[derive(Debug, Default)]
pub(crate) struct Desk {
    book: Mutex<Book>,
    /// A task has come to some queue.
    news: Notify,
    closed: AtomicBool,
}

#[derive(Debug, Default)]
struct Book {
    tasks: BTreeMap<Arc<str>, Task>,
    /// The tokens of each execution that waits.
    by_execution: BTreeMap<String, BTreeSet<Arc<str>>>,
    /// Tokens of activity tasks that no worker has taken, by the ARN of the activity.
    queues: BTreeMap<String, VecDeque<Arc<str>>>,
    workers: BTreeMap<String, usize>,
    spent: BTreeSet<Arc<str>>,
    spent_order: VecDeque<Arc<str>>,
}

/// A task that waits.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub entry: Arc<Entry>,
    pub key: TaskKey,
    pub payload: Value,
}

/// What is known of a token.
#[derive(Debug)]
pub(crate) enum Token {
    Waits(Task),
    /// Its task was answered, has timed out, or its execution has ended.
    Over,
    /// No task here was ever given it.
    Unknown,
}

/// What came of asking for work.
#[derive(Debug)]
pub(crate) enum Work {
    Task(Arc<str>, Task),
    Nothing,
    TooManyWorkers,
}

impl Desk {
    /// Says which tasks of an execution wait now.
    pub(crate) fn update(&self, entry: &Arc<Entry>, waiting: Vec<WaitingTask>) {
        let mut book = self.lock();
        let arn = entry.facts.arn.as_str();
        let mut known = book.by_execution.remove(arn).unwrap_or_default();
        if known.is_empty() && waiting.is_empty() {
            return;
        }
        let mut tokens = BTreeSet::new();
        let mut queued = false;
        for task in waiting {
            let Some(token) = task.token else {
                continue;
            };
            tokens.insert(token.clone());
            if known.remove(&token) || book.spent.contains(&token) {
                continue;
            }
            if task.resource.contains(":activity:") {
                let queue = book.queues.entry(task.resource.to_string()).or_default();
                queue.push_back(token.clone());
                queued = true;
            }
            let task = Task {
                entry: entry.clone(),
                key: task.key,
                payload: task.payload,
            };
            book.tasks.insert(token, task);
        }
        for gone in known {
            book.spend(gone);
        }
        if !tokens.is_empty() {
            book.by_execution.insert(arn.to_owned(), tokens);
        }
        drop(book);
        if queued {
            self.news.notify_waiters();
        }
    }

    pub(crate) fn find(&self, token: &str) -> Token {
        let book = self.lock();
        match book.tasks.get(token) {
            Some(task) => Token::Waits(task.clone()),
            None if book.spent.contains(token) => Token::Over,
            None => Token::Unknown,
        }
    }

    /// The task of a token, which is answered from now on.
    pub(crate) fn take(&self, token: &str) -> Token {
        let found = self.find(token);
        if matches!(found, Token::Waits(_)) {
            self.lock().spend(Arc::from(token));
        }
        found
    }

    /// Waits for a task of an activity, for as long as the worker does.
    pub(crate) async fn work(&self, activity: &str, patience: Duration) -> Work {
        let until = Instant::now() + patience;
        let Some(_seat) = Seat::take(self, activity) else {
            return Work::TooManyWorkers;
        };
        loop {
            let news = self.news.notified();
            if let Some((token, task)) = self.next(activity) {
                return Work::Task(token, task);
            }
            let closed = self.closed.load(Ordering::Relaxed);
            if closed || tokio::time::timeout_at(until, news).await.is_err() {
                return Work::Nothing;
            }
        }
    }

    /// Lets nobody wait any longer, so that the server can end.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        self.news.notify_waiters();
    }

    fn next(&self, activity: &str) -> Option<(Arc<str>, Task)> {
        let mut book = self.lock();
        let Book { queues, tasks, .. } = &mut *book;
        let queue = queues.get_mut(activity)?;
        while let Some(token) = queue.pop_front() {
            if let Some(task) = tasks.get(&token) {
                return Some((token, task.clone()));
            }
        }
        queues.remove(activity);
        None
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn spend(&mut self, token: Arc<str>) {
        self.tasks.remove(&token);
        if self.spent.insert(token.clone()) {
            self.spent_order.push_back(token);
        }
        if self.spent_order.len() > MOST_SPENT
            && let Some(oldest) = self.spent_order.pop_front()
        {
            self.spent.remove(&oldest);
        }
    }
}

/// The place of a worker that waits.
struct Seat<'a> {
    desk: &'a Desk,
    activity: &'a str,
}

impl<'a> Seat<'a> {
    fn take(desk: &'a Desk, activity: &'a str) -> Option<Seat<'a>> {
        let mut book = desk.lock();
        let count = book.workers.entry(activity.to_owned()).or_default();
        if *count >= MOST_WORKERS {
            return None;
        }
        *count += 1;
        Some(Seat { desk, activity })
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut book = self.desk.lock();
        if let Some(count) = book.workers.get_mut(self.activity) {
            *count -= 1;
            if *count == 0 {
                book.workers.remove(self.activity);
            }
        }
    }
}
