//! How a window sees what is started from outside: executions as they begin and end, and one of them from within.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use tokio::sync::broadcast;
use tokio::sync::mpsc;

use crate::debugger::Control;
use crate::debugger::RunNews;
use crate::debugger::RunOrder;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::edge::now_millis;
use crate::driver::endpoint::ledger::Course;
use crate::driver::endpoint::ledger::Entry;
use crate::driver::endpoint::machine::MachineText;
use crate::driver::endpoint::machine::Prepared;
use crate::driver::endpoint::store::End;
use crate::engine::Ended;
use crate::engine::Event;
use crate::engine::Millis;
use crate::engine::Stage;

/// News that wait for a watcher; who falls behind misses some.
const QUEUE: usize = 1_024;

/// An execution that has begun, ended, or gone on after its end.
#[derive(Clone, Debug)]
pub struct ExecutionNews {
    pub arn: String,
    /// Of the machine, without version or alias.
    pub machine_arn: String,
    pub machine: String,
    pub name: String,
    /// As AWS writes it; `RUNNING` while it runs.
    pub status: String,
    pub started: Millis,
    pub stopped: Option<Millis>,
    /// JSON as it was sent; empty for executions of earlier servers.
    pub input: String,
}

/// One execution from within. What has happened and what comes make up the whole: nothing is told twice or missed.
#[derive(Debug)]
pub struct Attached {
    /// What it was started with.
    pub order: RunOrder,
    pub events: Arc<Vec<Event>>,
    pub stages: Arc<Vec<Stage>>,
    /// How it stands: its waiting tasks, the executions it has started, that it is paused or has ended.
    pub standing: Vec<RunNews>,
    /// What comes from now on. A watcher that does not read holds the execution up.
    pub news: mpsc::Receiver<RunNews>,
    /// Steps it, answers its tasks, stops it.
    pub controls: mpsc::Sender<Control>,
}

/// How executions from outside begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    AtOnce,
    /// Each waits before its first state until somebody lets it go on.
    Paused,
}

#[derive(Debug)]
pub(crate) struct Watch {
    news: broadcast::Sender<ExecutionNews>,
    paused: AtomicBool,
}

impl Default for Watch {
    fn default() -> Watch {
        Watch {
            news: broadcast::channel(QUEUE).0,
            paused: AtomicBool::new(false),
        }
    }
}

impl Watch {
    /// Whether anybody looks, so that executions are to be driven where they can be followed.
    pub(crate) fn is_watched(&self) -> bool {
        self.news.receiver_count() > 0
    }

    pub(crate) fn beginning(&self) -> Beginning {
        match self.is_watched() && self.paused.load(Ordering::Relaxed) {
            true => Beginning::Paused,
            false => Beginning::AtOnce,
        }
    }

    /// Tells that an execution has begun or ended.
    pub(crate) fn tell(&self, entry: &Entry) {
        if self.is_watched() {
            let _ = self.news.send(news_of(entry));
        }
    }

    /// The same of an Express execution, which is in no ledger.
    pub(crate) fn tell_express(&self, arn: &str, prepared: &Prepared, end: Option<&End>) {
        if !self.is_watched() {
            return;
        }
        let machine = &prepared.machine;
        let _ = self.news.send(ExecutionNews {
            arn: arn.to_owned(),
            machine_arn: machine.arn.to_string(),
            machine: machine.name.clone(),
            name: prepared.start.name.clone(),
            status: end.map_or("RUNNING", |end| end.status.as_str()).to_owned(),
            started: prepared.start.at,
            stopped: end.map(|end| end.at),
            input: prepared.start.input.to_json(),
        });
    }
}

impl Edge {
    /// The machines of files are these from now on, as after an edit; executions that run go on as they began.
    pub fn refresh(&self, machines: Vec<MachineText>) {
        self.catalog.refresh(&self.site, machines, now_millis());
    }

    /// The executions there are, the latest first.
    pub fn executions(&self) -> Vec<ExecutionNews> {
        let all = self.books.ledger.all();
        all.iter().map(|entry| news_of(entry)).collect()
    }

    /// Executions as they begin and end. While somebody holds the receiver, new ones can be attached to from their
    /// first state on.
    pub fn watch_executions(&self) -> broadcast::Receiver<ExecutionNews> {
        self.books.watch.news.subscribe()
    }

    /// How executions begin while they are watched; without a watcher they begin at once.
    pub fn begin_executions(&self, beginning: Beginning) {
        let paused = beginning == Beginning::Paused;
        self.books.watch.paused.store(paused, Ordering::Relaxed);
    }

    /// What has happened in an execution that has ended, and its end; none of one that goes on or is not known by its
    /// events any more.
    pub fn past(&self, arn: &str) -> Option<(Arc<Vec<Event>>, Ended)> {
        let entry = self.books.ledger.find(arn)?;
        let progress = entry.progress();
        match &progress.course {
            Course::Ended { ended, events, .. } => Some((events.clone(), ended.clone())),
            Course::Computing { .. }
            | Course::Driven(_)
            | Course::Waiting(_)
            | Course::Past { .. } => None,
        }
    }

    /// Joins an execution that is driven: one on the real clock, or one that began while somebody watched.
    pub fn attach(&self, arn: &str) -> Option<Attached> {
        if let Some(run) = self.live.find(arn) {
            return Some(run.attach());
        }
        let entry = self.books.ledger.find(arn)?;
        let progress = entry.progress();
        match &progress.course {
            Course::Driven(run) => Some(run.attach()),
            Course::Ended {
                remains: crate::driver::endpoint::ledger::Remains::Driven(run),
                ..
            } => Some(run.attach()),
            Course::Computing { .. }
            | Course::Waiting(_)
            | Course::Ended { .. }
            | Course::Past { .. } => None,
        }
    }
}

fn news_of(entry: &Entry) -> ExecutionNews {
    let (status, stopped) = entry.status();
    let facts = &entry.facts;
    ExecutionNews {
        arn: facts.arn.clone(),
        machine_arn: facts.machine_arn.clone(),
        machine: facts.machine.clone(),
        name: facts.name.clone(),
        status,
        started: facts.started,
        stopped,
        input: facts.input.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debugger::Clock;
    use crate::debugger::Pace;
    use crate::driver::endpoint::EdgeOptions;
    use crate::driver::endpoint::MachineText;
    use crate::driver::endpoint::Site;
    use crate::driver::endpoint::SiteText;
    use crate::engine::ExecutionKind;
    use crate::syntax::Format;
    use serde_json::Value as Json;

    const TEXT: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Fail"}}}"#;

    fn edge() -> Arc<Edge> {
        let machine = MachineText {
            id: "M".to_owned(),
            name: "M".to_owned(),
            arn: "arn:aws:states:us-east-1:123456789012:stateMachine:M".to_owned(),
            kind: ExecutionKind::Standard,
            text: Arc::from(TEXT),
            format: Format::Json,
            params: Default::default(),
            path: None,
            place: "M".to_owned(),
            companions: Vec::new(),
            backends: None,
        };
        let text = SiteText {
            machines: vec![machine],
            ..SiteText::default()
        };
        let options = EdgeOptions {
            clock: Clock::Virtual,
            seed: 1,
            real: Default::default(),
        };
        Edge::new(Site::new(text), options)
    }

    async fn start(edge: &Arc<Edge>, name: &str) -> String {
        let body = format!(
            r#"{{"stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:M", "name": "{name}"}}"#
        );
        let answer = edge.states("StartExecution", body.as_bytes()).await;
        let answer: Json = serde_json::from_slice(&answer.body).unwrap();
        answer["executionArn"].as_str().unwrap().to_owned()
    }

    async fn until(
        news: &mut mpsc::Receiver<RunNews>,
        wanted: fn(&RunNews) -> bool,
    ) -> Vec<RunNews> {
        let mut all = Vec::new();
        while let Some(piece) = news.recv().await {
            let found = wanted(&piece);
            all.push(piece);
            if found {
                break;
            }
        }
        all
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn an_execution_from_outside_is_stepped_by_whoever_watches() {
        let edge = edge();
        // Nobody watches: it is over at once, and nobody can join it.
        let alone = start(&edge, "alone").await;
        assert!(edge.attach(&alone).is_none());
        assert_eq!(edge.executions().first().unwrap().status, "FAILED");

        let mut watch = edge.watch_executions();
        edge.begin_executions(Beginning::Paused);
        let arn = start(&edge, "stepped").await;
        let begun = watch.recv().await.unwrap();
        assert_eq!(
            (begun.arn.as_str(), begun.status.as_str()),
            (arn.as_str(), "RUNNING")
        );
        let mut attached = edge.attach(&arn).unwrap();
        let paused = |piece: &RunNews| matches!(piece, RunNews::Paused(_));
        if !attached.standing.iter().any(paused) {
            until(&mut attached.news, |piece| {
                matches!(piece, RunNews::Paused(_))
            })
            .await;
        }
        let step = || attached.controls.send(Control::Go(Pace::Next));
        step().await.unwrap();
        let news = until(&mut attached.news, |piece| {
            matches!(piece, RunNews::Paused(_))
        })
        .await;
        let happened: usize = news
            .iter()
            .map(|piece| match piece {
                RunNews::Happened { events, .. } => events.len(),
                _ => 0,
            })
            .sum();
        assert!(happened >= 2, "{news:?}");
        // Another one joins in the middle and misses nothing.
        let second = edge.attach(&arn).unwrap();
        assert!(second.events.len() >= 3, "{:?}", second.events);
        assert!(second.standing.iter().any(paused));
        drop(second);
        attached
            .controls
            .send(Control::Go(Pace::Run))
            .await
            .unwrap();
        until(&mut attached.news, |piece| {
            matches!(piece, RunNews::Ended { .. })
        })
        .await;
        assert_eq!(watch.recv().await.unwrap().status, "FAILED");
        // After its end it can be taken back to where it was, and goes on from there.
        attached.controls.send(Control::BackTo(0)).await.unwrap();
        until(&mut attached.news, |piece| {
            matches!(piece, RunNews::Rewound { .. })
        })
        .await;
        assert_eq!(watch.recv().await.unwrap().status, "RUNNING");
        attached
            .controls
            .send(Control::Go(Pace::Run))
            .await
            .unwrap();
        assert_eq!(watch.recv().await.unwrap().status, "FAILED");
    }
}
