//! APIs for the shell: requests answered inside this program, an address for those from outside, load runs.

use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use tokio::sync::Mutex;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

use crate::asl::StatePath;
use crate::debugger::Clock;
use crate::debugger::RunNews;
use crate::driver::endpoint::Door;
use crate::driver::endpoint::Edge;
use crate::driver::endpoint::EdgeOptions;
use crate::driver::endpoint::Keep;
use crate::driver::endpoint::ListenOptions;
use crate::driver::endpoint::RequestRecord;
use crate::driver::endpoint::RequestRun;
use crate::driver::endpoint::Site;
use crate::driver::endpoint::SiteText;
use crate::driver::endpoint::listen;
use crate::gateway::Request;
use crate::project::Files;
use crate::project::Options;
use crate::session::Answered;
use crate::session::Arrival;
use crate::session::CurlCommand;
use crate::session::Draft;
use crate::session::Home;
use crate::session::ProjectId;
use crate::session::ProjectSource;
use crate::session::SentId;
use crate::sidecar::path_beside;
use crate::trace::NestedRun;
use crate::trace::TaskKey;
use crate::ui::shell::Post;
use crate::ui::shell::projects;

/// Where requests from outside are taken; another port where this one is taken.
const USUAL_PORT: u16 = 8080;

/// The edge of the project that was asked last. Another text of the project makes another edge.
#[derive(Clone, Default)]
pub struct Edges {
    last: Arc<Mutex<Option<(ProjectSource, Arc<Edge>)>>>,
}

impl Edges {
    /// The edge of a project as it is now.
    ///
    /// # Errors
    /// A sentence: the project cannot be read.
    pub async fn of(&self, source: ProjectSource) -> Result<Arc<Edge>, String> {
        let mut last = self.last.lock().await;
        if let Some((known, edge)) = &*last
            && *known == source
        {
            return Ok(edge.clone());
        }
        let edge = made(source.clone()).await?;
        *last = Some((source, edge.clone()));
        Ok(edge)
    }
}

async fn made(source: ProjectSource) -> Result<Arc<Edge>, String> {
    let made = tokio::task::spawn_blocking(move || edge_of(&source)).await;
    made.map_err(|_| "Reading the project ended unexpectedly".to_owned())?
}

fn edge_of(source: &ProjectSource) -> Result<Arc<Edge>, String> {
    let files = projects::files_of(source)?;
    let root = projects::root_of(source, &files)?;
    let project = crate::project::read(&root, &files, &Options::default());
    let folder = match &source.home {
        Home::Folder(folder) => folder.clone(),
        Home::Sample(_) => PathBuf::new(),
    };
    let text = SiteText::of_project(&project, &folder, &|_, definition| {
        let beside = path_beside(Path::new(&definition.file));
        let beside = beside.to_string_lossy().replace('\\', "/");
        files
            .text(&beside)
            .map_or_else(|_| String::new(), |text| text.to_string())
    });
    let options = EdgeOptions {
        clock: Clock::Virtual,
        seed: now_micros(),
    };
    Ok(Edge::new(Site::new(text), options))
}

/// Sends a request and follows it to its answer.
pub async fn send(edges: Edges, sent: SentId, source: ProjectSource, request: Request) -> Arrival {
    let result = match edges.of(source).await {
        Ok(edge) => {
            let answered = edge.answer(request, Keep::All).await;
            match answered.record {
                Some(record) => Ok(told(&record).await),
                None => Ok(Answered {
                    response: answered.response,
                    trace: Vec::new(),
                    runs: Vec::new(),
                    took: 0,
                }),
            }
        }
        Err(reason) => Err(reason),
    };
    Arrival::Answered { sent, result }
}

/// A record as the window shows it: the execution is run once more for its history, event for event the same.
async fn told(record: &RequestRecord) -> Answered {
    let mut runs = Vec::new();
    if let Some(run) = &record.run {
        runs.push(Arc::new(history(run).await));
    }
    Answered {
        response: record.response.clone(),
        trace: record.steps.clone(),
        runs,
        took: record.took,
    }
}

async fn history(run: &RequestRun) -> NestedRun {
    let prepared = &run.prepared;
    let mut order = prepared.order(Clock::Virtual);
    order.start.stages = true;
    let started_at = order.start.at;
    let (name, input) = (order.start.name.clone(), order.start.input.clone());
    let (_controls, door) = mpsc::channel(1);
    let (sender, mut news) = mpsc::channel(64);
    let driver = tokio::spawn(crate::driver::drive(
        order,
        prepared.mocks.clone(),
        door,
        sender,
    ));
    let mut events = Vec::new();
    let mut stages = Vec::new();
    let mut ended = run.ended.clone();
    while let Some(one) = news.recv().await {
        match one {
            RunNews::Happened {
                events: more,
                stages: passed,
            } => {
                events.extend(more);
                stages.extend(passed);
            }
            RunNews::Ended { ended: end, .. } => {
                ended = Some(*end);
                break;
            }
            RunNews::Waiting { .. } | RunNews::Lost(_) => break,
            RunNews::Paused(_)
            | RunNews::Resumed
            | RunNews::Rewound { .. }
            | RunNews::Redriven
            | RunNews::NotRedriven(_)
            | RunNews::Stored(_)
            | RunNews::Tasks(_)
            | RunNews::Nested(_) => {}
        }
    }
    driver.abort();
    NestedRun {
        key: TaskKey(Vec::new().into()),
        state: StatePath::new(""),
        lane: Default::default(),
        workflow: Arc::from(prepared.machine.name.as_str()),
        path: prepared.machine.path.clone(),
        text: prepared.machine.text.clone(),
        name: Arc::from(name),
        arn: Arc::from(run.arn.as_str()),
        input,
        started_at,
        events: Arc::new(events),
        stages: Arc::new(stages),
        ended,
    }
}

/// Puts a project behind an address and tells of every request, until the stop comes. It has an edge of its own, so
/// that requests of the window are not told as those of others.
pub async fn serve(
    project: ProjectId,
    source: ProjectSource,
    post: Post,
    stopped: tokio::sync::oneshot::Receiver<()>,
) {
    let edge = match made(source).await {
        Ok(edge) => edge,
        Err(reason) => {
            return post
                .send(Arrival::Serving {
                    project,
                    result: Err(reason),
                })
                .await;
        }
    };
    let at = |port| ListenOptions::at(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let listening = match listen(edge.clone(), Door::Api, at(USUAL_PORT)).await {
        Ok(listening) => Ok(listening),
        Err(_) => listen(edge.clone(), Door::Api, at(0)).await,
    };
    let listening = match listening {
        Ok(listening) => listening,
        Err(error) => {
            return post
                .send(Arrival::Serving {
                    project,
                    result: Err(error.to_string()),
                })
                .await;
        }
    };
    post.send(Arrival::Serving {
        project,
        result: Ok(format!("http://{}", listening.address)),
    })
    .await;
    tokio::select! {
        () = tell(&edge, project, &post) => {}
        _ = stopped => {}
    }
    listening.close().await;
    edge.stop().await;
}

async fn tell(edge: &Arc<Edge>, project: ProjectId, post: &Post) {
    let mut news = edge.subscribe();
    loop {
        match news.recv().await {
            Ok(record) => {
                let api = record.route.and_then(|(api, _)| edge.site().apis.get(api));
                let stage = api.map(|api| api.stage.clone()).unwrap_or_default();
                post.send(Arrival::Heard {
                    project,
                    api: api.map(|api| api.name.clone()).unwrap_or_default(),
                    draft: draft_of(&record.request, &stage),
                    answered: told(&record).await,
                })
                .await;
            }
            // More came than could be told; the rest is told.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

/// A request that came from outside, to be sent again.
fn draft_of(request: &Request, stage: &str) -> Draft {
    let own = ["host", "content-length", "connection", "accept-encoding"];
    let headers = request.headers.iter();
    let headers = headers.filter(|(name, _)| !own.contains(&name.to_ascii_lowercase().as_str()));
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let command = CurlCommand {
        method: request.method.clone(),
        url: request.target.clone(),
        headers: headers.cloned().collect(),
        body: (!body.is_empty()).then_some(body),
        ignored: Vec::new(),
    };
    Draft::of_curl(&command, stage)
}

fn now_micros() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since
        .ok()
        .and_then(|since| u64::try_from(since.as_micros()).ok())
        .unwrap_or_default()
}

/// A load run to be carried out.
pub struct LoadWish {
    pub load: crate::session::LoadId,
    pub source: ProjectSource,
    pub request: Request,
    pub stages: Vec<crate::session::LoadStage>,
}

pub async fn load(
    _edges: Edges,
    wish: LoadWish,
    post: Post,
    _cancel: tokio::sync::watch::Receiver<bool>,
) {
    let news =
        crate::session::LoadNews::Ended(crate::session::LoadState::Failed("no engine".to_owned()));
    post.send(Arrival::Load {
        load: wish.load,
        news,
    })
    .await;
}
