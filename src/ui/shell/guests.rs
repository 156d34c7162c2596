//! The endpoint of the window for the shell: open documents behind the API of Step Functions, and what is started there.

use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::backends::Real;
use crate::debugger::Clock;
use crate::debugger::Control;
use crate::debugger::RunNews;
use crate::debugger::execution_kind;
use crate::driver::endpoint::Beginning;
use crate::driver::endpoint::Door;
use crate::driver::endpoint::Edge;
use crate::driver::endpoint::EdgeOptions;
use crate::driver::endpoint::ExecutionNews;
use crate::driver::endpoint::ListenOptions;
use crate::driver::endpoint::MachineText;
use crate::driver::endpoint::Site;
use crate::driver::endpoint::SiteText;
use crate::driver::endpoint::listen;
use crate::project::Place;
use crate::session::Arrival;
use crate::session::Guest;
use crate::session::GuestRun;
use crate::session::HostedMachine;
use crate::session::RunId;
use crate::ui::shell::Post;
use crate::ui::shell::Shell;

/// Where executions are accepted; another port where this one is taken.
const USUAL_PORT: u16 = 8083;

/// Where executions from outside are.
pub struct Guesthouse {
    edge: Arc<Edge>,
    /// Dropping it ends it.
    _stop: oneshot::Sender<()>,
}

impl Shell {
    pub(super) fn start_endpoint(&mut self, machines: Vec<HostedMachine>, begin_paused: bool) {
        let (stop, stopped) = oneshot::channel();
        let edge = edge_of(machines, self.real.clone());
        begin(&edge, begin_paused);
        let served = serve(edge.clone(), self.post.clone(), stopped);
        self.runtime.spawn(served);
        self.endpoint = Some(Guesthouse { edge, _stop: stop });
    }

    pub(super) fn refresh_endpoint(&self, machines: Vec<HostedMachine>) {
        if let Some(house) = &self.endpoint {
            let edge = house.edge.clone();
            self.runtime.spawn_blocking(move || {
                edge.refresh(machines.into_iter().map(machine_text).collect());
            });
        }
    }

    pub(super) fn begin_paused(&self, paused: bool) {
        if let Some(house) = &self.endpoint {
            begin(&house.edge, paused);
        }
    }

    pub(super) fn attach_guest(&mut self, run: RunId, arn: String, machine: String) {
        let house = self.endpoint.as_ref();
        let edge = house.map(|house| house.edge.clone());
        let post = self.post.clone();
        let controls = edge
            .as_ref()
            .and_then(|edge| attach(edge, run, &arn, machine.clone(), post, &self.runtime));
        match controls {
            Some(controls) => {
                self.runs.insert(run, controls);
            }
            None => self.work("Joining an execution", move || {
                let past = edge.and_then(|edge| past(&edge, run, &arn, machine));
                past.unwrap_or_else(|| Arrival::Failed {
                    what: format!("What happened in {arn} is not known any more"),
                })
            }),
        }
    }
}

/// An edge over the open documents, on the real clock as those outside know it.
fn edge_of(machines: Vec<HostedMachine>, real: Arc<Real>) -> Arc<Edge> {
    let folders = machines
        .iter()
        .filter_map(|machine| machine.path.as_deref()?.parent());
    let mut folders: Vec<_> = folders.map(Path::to_owned).collect();
    folders.sort();
    folders.dedup();
    let text = SiteText {
        folders,
        machines: machines.into_iter().map(machine_text).collect(),
        ..SiteText::default()
    };
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let seed = since.map_or(1, |since| {
        since.as_secs() ^ u64::from(since.subsec_nanos()) << 32
    });
    let options = EdgeOptions {
        clock: Clock::Real,
        seed,
        real,
    };
    Edge::new(Site::new(text), options)
}

/// A document as a machine.
fn machine_text(machine: HostedMachine) -> MachineText {
    MachineText {
        id: machine.name.clone(),
        arn: Place::default().machine_arn(&machine.name),
        kind: execution_kind(machine.kind),
        text: machine.text,
        format: machine.format,
        params: machine.params,
        place: machine.name.clone(),
        path: machine.path,
        companions: vec![crate::sidecar::read(&machine.companion)],
        backends: Some(machine.backends),
        name: machine.name,
    }
}

/// Listens and tells of executions until the stop comes.
async fn serve(edge: Arc<Edge>, post: Post, stopped: oneshot::Receiver<()>) {
    let at = |port| ListenOptions::at(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let listening = match listen(edge.clone(), Door::StepFunctions, at(USUAL_PORT)).await {
        Ok(listening) => Ok(listening),
        Err(_) => listen(edge.clone(), Door::StepFunctions, at(0)).await,
    };
    let listening = match listening {
        Ok(listening) => listening,
        Err(error) => {
            let result = Err(error.to_string());
            return post.send(Arrival::Endpoint { result }).await;
        }
    };
    let result = Ok(format!("http://{}", listening.address));
    post.send(Arrival::Endpoint { result }).await;
    tokio::select! {
        () = tell(&edge, &post) => {}
        _ = stopped => {}
    }
    listening.close().await;
    edge.stop().await;
}

/// Lets executions begin at once, or wait before their first state.
fn begin(edge: &Edge, paused: bool) {
    edge.begin_executions(match paused {
        true => Beginning::Paused,
        false => Beginning::AtOnce,
    });
}

async fn tell(edge: &Arc<Edge>, post: &Post) {
    let mut news = edge.watch_executions();
    loop {
        match news.recv().await {
            Ok(news) => post.send(Arrival::Guest(guest_of(news))).await,
            // More came than could be told; the rest is told.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

fn guest_of(news: ExecutionNews) -> Guest {
    Guest {
        arn: news.arn,
        machine: news.machine,
        name: news.name,
        status: news.status,
        started: news.started,
        stopped: news.stopped,
    }
}

/// An execution that has ended, to be looked at; nothing where it is not known by its events any more.
fn past(edge: &Arc<Edge>, run: RunId, arn: &str, machine: String) -> Option<Arrival> {
    let (events, ended) = edge.past(arn)?;
    let ended = RunNews::Ended {
        ended: Box::new(ended),
        variables: Vec::new(),
        notes: Vec::new(),
    };
    Some(Arrival::GuestAttached(Box::new(GuestRun {
        run,
        machine,
        text: None,
        events,
        stages: Arc::default(),
        standing: vec![ended],
    })))
}

/// Joins an execution; its controls, or nothing where it is no longer driven.
fn attach(
    edge: &Arc<Edge>,
    run: RunId,
    arn: &str,
    machine: String,
    post: Post,
    runtime: &tokio::runtime::Runtime,
) -> Option<mpsc::Sender<Control>> {
    let mut attached = edge.attach(arn)?;
    let text = attached.order.neighbors.texts.get(&machine);
    let text = text.map(|found| found.text.clone());
    let guest = GuestRun {
        run,
        machine,
        text,
        events: attached.events,
        stages: attached.stages,
        standing: attached.standing,
    };
    let controls = attached.controls.clone();
    runtime.spawn(async move {
        post.send(Arrival::GuestAttached(Box::new(guest))).await;
        while let Some(news) = attached.news.recv().await {
            post.send(Arrival::Run { run, news }).await;
        }
    });
    Some(controls)
}
