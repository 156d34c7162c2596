//! APIs for the shell: requests answered inside this program, an address for those from outside, load runs.

use std::collections::BTreeSet;
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
use tokio::sync::watch;

use crate::analyze::LoadReport;
use crate::asl::StatePath;
use crate::backends::Real;
use crate::debugger::Clock;
use crate::debugger::RunNews;
use crate::driver::LoadOrder;
use crate::driver::LoadTarget;
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
use crate::engine::Ended;
use crate::engine::Event;
use crate::engine::Stage;
use crate::gateway::Request;
use crate::project::Files;
use crate::project::Options;
use crate::project::Project;
use crate::session::Answered;
use crate::session::Arrival;
use crate::session::CurlCommand;
use crate::session::Draft;
use crate::session::Held;
use crate::session::Home;
use crate::session::LoadFigures;
use crate::session::LoadId;
use crate::session::LoadNews;
use crate::session::LoadPoint;
use crate::session::LoadStage;
use crate::session::LoadState;
use crate::session::ProjectId;
use crate::session::ProjectSource;
use crate::session::SentId;
use crate::sidecar::BackendPlan;
use crate::sidecar::Backends;
use crate::sidecar::Consent;
use crate::sidecar::Consents;
use crate::sidecar::NotAgreed;
use crate::sidecar::also_not_agreed;
use crate::sidecar::path_beside;
use crate::trace::NestedRun;
use crate::trace::TaskKey;
use crate::ui::shell::Post;
use crate::ui::shell::projects;

/// Where requests from outside are taken; another port where this one is taken.
const USUAL_PORT: u16 = 8080;

/// The edge of the project that was asked last. Another text of the project makes another edge.
#[derive(Clone)]
pub struct Edges {
    last: Arc<Mutex<Option<Made>>>,
    /// Warm workers and connections, which outlive an edge.
    real: Arc<Real>,
}

/// An edge and what it was made from.
struct Made {
    source: ProjectSource,
    said: FolderWord,
    edge: Arc<Edge>,
}

/// What a folder says of backends in its own file, and what is agreed to for it.
#[derive(Clone, Debug, Default, PartialEq)]
struct FolderWord {
    place: PathBuf,
    own: Backends,
    allowed: BTreeSet<Consent>,
}

impl FolderWord {
    fn of(home: &Home, consents: &Consents) -> FolderWord {
        match home {
            Home::Folder(folder) => {
                let place = crate::workspace::consent_folder(folder);
                FolderWord {
                    own: crate::workspace::folder_backends(&place).0,
                    allowed: consents.of(&place),
                    place,
                }
            }
            Home::Sample(_) => FolderWord::default(),
        }
    }

    /// With the functions of its project.
    fn plan(self, project: &Project) -> BackendPlan {
        if self.place.as_os_str().is_empty() {
            return BackendPlan::default();
        }
        let functions = crate::workspace::project_functions(project);
        let layers = [self.own, functions];
        BackendPlan {
            allowed: self.allowed,
            layers: layers.map(|layer| (self.place.clone(), layer)).into(),
            folder: self.place,
            ..BackendPlan::default()
        }
    }
}

impl Edges {
    pub fn new(real: Arc<Real>) -> Edges {
        Edges {
            last: Arc::default(),
            real,
        }
    }

    pub fn real(&self) -> Arc<Real> {
        self.real.clone()
    }

    /// The edge of a project as it is now.
    ///
    /// # Errors
    /// A sentence: the project cannot be read.
    pub async fn of(&self, source: ProjectSource, consents: Consents) -> Result<Arc<Edge>, String> {
        let mut last = self.last.lock().await;
        let known = last.take();
        let made = made(known, source, consents, self.real()).await?;
        let edge = made.edge.clone();
        *last = Some(made);
        Ok(edge)
    }
}

/// An edge; the one that is known where it was made from the same.
async fn made(
    known: Option<Made>,
    source: ProjectSource,
    consents: Consents,
    real: Arc<Real>,
) -> Result<Made, String> {
    let make = move || {
        let said = FolderWord::of(&source.home, &consents);
        if let Some(known) = known
            && known.source == source
            && known.said == said
        {
            return Ok(known);
        }
        Ok(Made {
            edge: edge_of(&source, said.clone(), real)?,
            source,
            said,
        })
    };
    let made = tokio::task::spawn_blocking(make).await;
    made.map_err(|_| "Reading the project ended unexpectedly".to_owned())?
}

fn edge_of(source: &ProjectSource, said: FolderWord, real: Arc<Real>) -> Result<Arc<Edge>, String> {
    let files = projects::files_of(source)?;
    let root = projects::root_of(source, &files)?;
    let project = crate::project::read(&root, &files, &Options::default());
    let folder = match &source.home {
        Home::Folder(folder) => folder.clone(),
        Home::Sample(_) => PathBuf::new(),
    };
    let mut text = SiteText::of_project(&project, &folder, &|_, definition| {
        let beside = path_beside(Path::new(&definition.file));
        let beside = beside.to_string_lossy().replace('\\', "/");
        files
            .text(&beside)
            .map_or_else(|_| String::new(), |text| text.to_string())
    });
    text.backends = said.plan(&project);
    let options = EdgeOptions {
        clock: Clock::Virtual,
        seed: now_micros(),
        real,
    };
    Ok(Edge::new(Site::new(text), options))
}

/// Sends a request and follows it to its answer.
pub async fn send(
    edges: Edges,
    sent: SentId,
    source: ProjectSource,
    consents: Consents,
    request: Request,
) -> Arrival {
    let result = match edges.of(source, consents).await {
        Ok(edge) => {
            let wanted = edge.not_agreed(&request);
            if !wanted.is_empty() {
                let folder = edge.site().consent_folder().to_owned();
                return Arrival::NotAgreed {
                    held: Held::Request(sent),
                    folder,
                    wanted,
                };
            }
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
        let run = match run.prepared.backends.is_real() {
            // What was called for real is not called again to be shown.
            true => nested(
                run,
                run.events.clone().unwrap_or_default(),
                Arc::default(),
                run.ended.clone(),
            ),
            false => history(run).await,
        };
        runs.push(Arc::new(run));
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
    let (_controls, door) = mpsc::channel(1);
    let (sender, mut news) = mpsc::channel(64);
    let driver = tokio::spawn(crate::driver::drive(
        order,
        prepared.mocks.clone(),
        Real::new(),
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
            | RunNews::Called(_)
            | RunNews::Stored(_)
            | RunNews::Tasks(_)
            | RunNews::Nested(_) => {}
        }
    }
    driver.abort();
    nested(run, Arc::new(events), Arc::new(stages), ended)
}

fn nested(
    run: &RequestRun,
    events: Arc<Vec<Event>>,
    stages: Arc<Vec<Stage>>,
    ended: Option<Ended>,
) -> NestedRun {
    let prepared = &run.prepared;
    NestedRun {
        key: TaskKey(Vec::new().into()),
        state: StatePath::new(""),
        lane: Default::default(),
        workflow: Arc::from(prepared.machine.name.as_str()),
        path: prepared.machine.path.clone(),
        text: prepared.machine.text.clone(),
        name: Arc::from(prepared.start.name.as_str()),
        arn: Arc::from(run.arn.as_str()),
        input: prepared.start.input.clone(),
        started_at: prepared.start.at,
        events,
        stages,
        ended,
    }
}

/// Puts a project behind an address and tells of every request, until the stop comes. It has an edge of its own, so
/// that requests of the window are not told as those of others.
pub async fn serve(
    project: ProjectId,
    source: ProjectSource,
    consents: Consents,
    real: Arc<Real>,
    post: Post,
    stopped: tokio::sync::oneshot::Receiver<()>,
) {
    let edge = match made(None, source, consents, real).await {
        Ok(made) => made.edge,
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
    let mut asked = NotAgreed::new();
    loop {
        match news.recv().await {
            Ok(record) => {
                // Each thing is asked about once; another edition of the project asks again.
                let wanted = edge.not_agreed(&record.request);
                if also_not_agreed(&mut asked, wanted.clone()) {
                    post.send(Arrival::NotAgreed {
                        held: Held::Served,
                        folder: edge.site().consent_folder().to_owned(),
                        wanted,
                    })
                    .await;
                }
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
    pub load: LoadId,
    pub source: ProjectSource,
    pub consents: Consents,
    pub request: Request,
    pub stages: Vec<LoadStage>,
}

/// Puts load on the edge of a project, without a socket between, and tells how it goes.
pub async fn load(edges: Edges, wish: LoadWish, post: Post, cancelled: watch::Receiver<bool>) {
    let load = wish.load;
    let edge = match edges.of(wish.source, wish.consents).await {
        Ok(edge) => edge,
        Err(reason) => {
            let news = LoadNews::Ended(LoadState::Failed(reason));
            return post.send(Arrival::Load { load, news }).await;
        }
    };
    let wanted = edge.not_agreed(&wish.request);
    if !wanted.is_empty() {
        let arrival = Arrival::NotAgreed {
            held: Held::Load(load),
            folder: edge.site().consent_folder().to_owned(),
            wanted,
        };
        return post.send(arrival).await;
    }
    let stages = wish.stages.iter().map(|stage| crate::driver::LoadStage {
        seconds: f64::from(stage.seconds),
        users: stage.users as usize,
    });
    let order = LoadOrder {
        target: LoadTarget::Edge(edge),
        request: wish.request,
        stages: stages.collect(),
    };
    let (progress, mut told) = mpsc::channel(4);
    let was_cancelled = cancelled.clone();
    let run = tokio::spawn(crate::driver::load(order, progress, cancelled));
    let mut sent = 0;
    while let Some(piece) = told.recv().await {
        let users = u32::try_from(piece.users).unwrap_or(u32::MAX);
        // The last column still grows.
        let whole = piece.so_far.course.len().saturating_sub(1);
        let news = news_of(&piece.so_far, users, sent, whole);
        sent = sent.max(whole);
        post.send(Arrival::Load { load, news }).await;
    }
    let state = match run.await {
        Ok(report) => {
            let news = news_of(&report, 0, sent, report.course.len());
            post.send(Arrival::Load { load, news }).await;
            if *was_cancelled.borrow() {
                LoadState::Cancelled
            } else {
                LoadState::Done
            }
        }
        Err(_) => LoadState::Failed("The load run ended unexpectedly".to_owned()),
    };
    let news = LoadNews::Ended(state);
    post.send(Arrival::Load { load, news }).await;
}

/// What a report says, with the columns of its course from `first` to before `end`.
fn news_of(report: &LoadReport, users: u32, first: usize, end: usize) -> LoadNews {
    // Milliseconds and seconds, as microseconds and milliseconds.
    let thousandths = |value: f64| (value * 1_000.0).round() as u64;
    let ends = report.course.iter().skip(1).map(|column| column.at);
    let ends = ends.chain([report.seconds]);
    let columns = report.course.iter().zip(ends);
    let points = columns.skip(first).take(end.saturating_sub(first));
    LoadNews::Progress {
        figures: LoadFigures {
            elapsed_millis: thousandths(report.seconds),
            users,
            requests: report.requests,
            failures: report.failures,
            average: thousandths(report.average),
            median: thousandths(report.median),
            p90: thousandths(report.p90),
            p95: thousandths(report.p95),
            max: thousandths(report.max),
            per_second: report.per_second,
        },
        points: points
            .map(|(column, end)| LoadPoint {
                at_millis: thousandths(end),
                users,
                requests: column.requests,
                failures: column.failures,
                median: thousandths(column.median),
                p95: thousandths(column.p95),
            })
            .collect(),
    }
}
