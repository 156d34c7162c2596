//! The only file of the window that touches the outside: it carries out effects and collects arrivals.

mod edges;
mod guests;
pub mod memory;
mod projects;
mod runs;

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use crate::backends::Real;
use crate::debugger::Control;
use crate::debugger::RunNews;
use crate::debugger::RunOrder;
use crate::session::Arrival;
use crate::session::Effect;
use crate::session::FileContents;
use crate::session::LoadId;
use crate::session::ProjectId;
use crate::session::ProjectSource;
use crate::session::RunId;
use crate::session::SaveFailure;
use crate::session::SaveRequest;
use crate::session::SavedFile;
use crate::session::Session;
use crate::session::Stamp;
use crate::session::TabId;
use crate::session::TargetPurpose;
use crate::session::Trial;
use crate::sidecar::Consents;
use crate::workspace::OpenError;
use crate::workspace::SaveError;

/// Arrivals that wait for the window; beyond them runs are held back.
const WAITING: usize = 1024;
/// How often open files are looked at.
const WATCH_EVERY: Duration = Duration::from_millis(1_000);
/// A dialog that ends sooner than a person could has not been there at all.
const NOBODY_IS_THAT_FAST: Duration = Duration::from_millis(200);

/// Wakes the window; may be called from any thread.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// A choice of file under way.
pub type Choice = Pin<Box<dyn Future<Output = Option<PathBuf>> + Send>>;

/// The dialogs of the system, or a stand-in for them.
pub trait FileDialogs {
    fn choose_file(&self) -> Choice;
    fn choose_folder(&self) -> Choice;
    /// `name` is what the dialog suggests.
    fn choose_target(&self, name: &str) -> Choice;
}

/// What only the window itself can do.
#[derive(Debug, PartialEq, Eq)]
pub enum Deed {
    CopyText(String),
    Quit,
}

/// Carries out effects on a tokio runtime of its own.
pub struct Shell {
    runtime: Runtime,
    dialogs: Box<dyn FileDialogs>,
    post: Post,
    arrivals: mpsc::Receiver<Arrival>,
    runs: BTreeMap<RunId, mpsc::Sender<Control>>,
    edges: edges::Edges,
    /// Warm workers and connections of all runs.
    real: Arc<Real>,
    serving: ServingTask,
    endpoint: Option<guests::Guesthouse>,
    loading: Option<(LoadId, tokio::sync::watch::Sender<bool>)>,
    watched: tokio::sync::watch::Sender<Vec<PathBuf>>,
    /// Off in tests: nothing is remembered.
    remembers: bool,
}

/// What is behind the address, and the way to end it.
#[derive(Default)]
struct ServingTask {
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    task: Option<tokio::task::JoinHandle<()>>,
}

/// The way for workers to send an arrival.
#[derive(Clone)]
pub(crate) struct Post {
    sender: mpsc::Sender<Arrival>,
    wake: Wake,
}

impl Shell {
    /// Starts the runtime. Fails only where the system gives no threads.
    pub fn new(
        wake: Wake,
        dialogs: Box<dyn FileDialogs>,
        remembers: bool,
    ) -> std::io::Result<Shell> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .thread_name("stepwright-worker")
            .build()?;
        let (sender, arrivals) = mpsc::channel(WAITING);
        let post = Post { sender, wake };
        let real = Real::new();
        let (watched, files) = tokio::sync::watch::channel(Vec::new());
        runtime.spawn(watch(files, post.clone()));
        Ok(Shell {
            runtime,
            dialogs,
            post,
            arrivals,
            runs: BTreeMap::new(),
            edges: edges::Edges::new(real.clone()),
            real,
            serving: ServingTask::default(),
            endpoint: None,
            loading: None,
            watched,
            remembers,
        })
    }

    /// What has arrived since the last call, within a budget so that no frame is late.
    pub fn arrivals(&mut self, budget: Duration) -> Vec<Arrival> {
        let begun = Instant::now();
        let mut taken = Vec::new();
        while begun.elapsed() < budget {
            match self.arrivals.try_recv() {
                Ok(arrival) => taken.push(arrival),
                Err(_) => return taken,
            }
        }
        (self.post.wake)();
        taken
    }

    /// Carries out effects; returns what is left to the window.
    pub fn execute(&mut self, effects: Vec<Effect>, session: &Session) -> Vec<Deed> {
        effects
            .into_iter()
            .filter_map(|effect| self.execute_one(effect, session))
            .collect()
    }

    fn execute_one(&mut self, effect: Effect, session: &Session) -> Option<Deed> {
        match effect {
            Effect::ChooseFile => {
                let choice = self.dialogs.choose_file();
                self.choose(choice, Arrival::FileChosen, || Arrival::NoDialog {
                    target: None,
                });
            }
            Effect::ChooseFolder => {
                let choice = self.dialogs.choose_folder();
                self.choose(choice, Arrival::FileChosen, || Arrival::NoDialog {
                    target: None,
                });
            }
            Effect::ChooseTarget { tab, name, purpose } => {
                let choice = self.dialogs.choose_target(&name);
                let chosen = move |path| Arrival::TargetChosen { tab, path, purpose };
                self.choose(choice, chosen, move || no_target(tab, name, purpose));
            }
            Effect::Read { path } => self.work("Opening a file", move || read(path)),
            Effect::ReadSample { name } => {
                self.work("Opening a sample", move || read_sample(&name))
            }
            Effect::Save(request) => self.work("Saving", move || save(&request)),
            Effect::WriteExport { path, work } => self.work("Exporting", move || {
                let written = (work.0)().and_then(|bytes| {
                    crate::workspace::write_atomically(&path, &bytes)
                        .map_err(|error| error.to_string())
                });
                Arrival::Exported {
                    path,
                    result: written,
                }
            }),
            Effect::Watch(paths) => {
                self.watched.send_replace(paths);
            }
            Effect::StartRun { run, order, mocks } => self.start(run, *order, &mocks),
            Effect::Control { run, control } => {
                if let Some(door) = self.runs.get(&run) {
                    // A run that has ended and is gone needs no word any more.
                    let _ = door.try_send(control);
                }
            }
            Effect::Layout {
                tab,
                revision,
                request,
            } => self.work("The layout", move || Arrival::Layout {
                tab,
                revision,
                layout: Box::new(crate::graph::layout(&request)),
            }),
            Effect::Check { tab, revision } => self.work("Checking", move || Arrival::Checked {
                tab,
                revision: revision.id,
                diagnostics: revision.check(),
            }),
            Effect::TryScenarios { tab, trials } => self.try_scenarios(tab, trials),
            Effect::ReadFolder { folder } => {
                self.work("Reading a folder", move || projects::read_folder(folder));
            }
            Effect::ChangeFolder {
                folder,
                pointer,
                value,
            } => self.work("Changing a folder", move || {
                projects::change_folder(folder, &pointer, value.as_deref())
            }),
            Effect::CoolFunctions => self.real.cool_down(),
            Effect::ChangeConsents(change) => {
                if self.remembers {
                    self.look("Remembering", move || memory::change(&change));
                }
            }
            Effect::Remember => {
                if self.remembers {
                    let text = session.settings.to_json();
                    self.runtime
                        .spawn_blocking(move || crate::workspace::store_settings(&text));
                }
            }
            Effect::RenderTemplate(order) => {
                self.work("Rendering a template", move || Arrival::TemplateRendered {
                    number: order.number,
                    sight: Box::new(order.render()),
                });
            }
            Effect::ReadProject { project, source } => {
                self.work("Reading the project", move || {
                    projects::read_project(project, &source)
                });
            }
            Effect::FindProject { home, file } => self.look("Looking for an API", move || {
                projects::find_project(home, &file)
            }),
            Effect::SaveFile {
                project,
                file,
                path,
                text,
                expected,
            } => self.work("Saving", move || {
                projects::save_file(project, file, &path, text, expected.as_ref())
            }),
            Effect::SendRequest {
                sent,
                source,
                request,
            } => {
                let (edges, post) = (self.edges.clone(), self.post.clone());
                let consents = session.backends.consents.clone();
                self.runtime.spawn(async move {
                    post.send(edges::send(edges, sent, source, consents, *request).await)
                        .await;
                });
            }
            Effect::StartEndpoint {
                machines,
                begin_paused,
            } => self.start_endpoint(machines, begin_paused),
            Effect::RefreshEndpoint { machines } => self.refresh_endpoint(machines),
            Effect::BeginPaused(paused) => self.begin_paused(paused),
            Effect::StopEndpoint => self.endpoint = None,
            Effect::AttachGuest { run, arn, machine } => self.attach_guest(run, arn, machine),
            Effect::StartServing { project, source } => {
                let consents = session.backends.consents.clone();
                self.serve(project, source, consents);
            }
            Effect::StopServing => {
                // Dropping the sender ends it.
                self.serving.stop.take();
            }
            Effect::StartLoad {
                load,
                source,
                request,
                stages,
            } => {
                let (cancel, cancelled) = tokio::sync::watch::channel(false);
                self.loading = Some((load, cancel));
                let (edges, post) = (self.edges.clone(), self.post.clone());
                let order = edges::LoadWish {
                    load,
                    source,
                    consents: session.backends.consents.clone(),
                    request: *request,
                    stages,
                };
                self.runtime
                    .spawn(edges::load(edges, order, post, cancelled));
            }
            Effect::StopLoad(load) => {
                if let Some((running, cancel)) = &self.loading
                    && *running == load
                {
                    cancel.send_replace(true);
                }
            }
            Effect::CopyText(text) => return Some(Deed::CopyText(text)),
            Effect::Quit => return Some(Deed::Quit),
        }
        None
    }

    fn choose(
        &self,
        choice: Choice,
        chosen: impl FnOnce(PathBuf) -> Arrival + Send + 'static,
        nowhere: impl FnOnce() -> Arrival + Send + 'static,
    ) {
        let post = self.post.clone();
        self.runtime.spawn(async move {
            let begun = Instant::now();
            match choice.await {
                Some(path) => post.send(chosen(path)).await,
                None if begun.elapsed() < NOBODY_IS_THAT_FAST => post.send(nowhere()).await,
                None => {}
            }
        });
    }

    /// Work that takes longer than a frame, on a thread of its own. A panic arrives as `Lost`.
    fn work(&self, what: &'static str, work: impl FnOnce() -> Arrival + Send + 'static) {
        let post = self.post.clone();
        self.runtime.spawn(async move {
            let arrival =
                tokio::task::spawn_blocking(work)
                    .await
                    .unwrap_or_else(|_| Arrival::Lost {
                        what: what.to_owned(),
                    });
            post.send(arrival).await;
        });
    }

    /// Puts a project behind the address; what was there before leaves it first.
    fn serve(&mut self, project: ProjectId, source: ProjectSource, consents: Consents) {
        let (stop, stopped) = tokio::sync::oneshot::channel();
        self.serving.stop.replace(stop);
        let before = self.serving.task.take();
        let post = self.post.clone();
        let real = self.real.clone();
        self.serving.task = Some(self.runtime.spawn(async move {
            if let Some(before) = before {
                // However it ended, the address is free now.
                let _ = before.await;
            }
            edges::serve(project, source, consents, real, post, stopped).await;
        }));
    }

    /// Work that may find nothing to tell.
    fn look(&self, what: &'static str, look: impl FnOnce() -> Option<Arrival> + Send + 'static) {
        let post = self.post.clone();
        self.runtime.spawn(async move {
            let found = tokio::task::spawn_blocking(look).await;
            let arrival = found.unwrap_or_else(|_| {
                Some(Arrival::Lost {
                    what: what.to_owned(),
                })
            });
            if let Some(arrival) = arrival {
                post.send(arrival).await;
            }
        });
    }

    fn start(&mut self, run: RunId, order: RunOrder, mocks: &crate::query::Value) {
        let (controls, door) = mpsc::channel(64);
        // Earlier runs end when their controls are dropped; one document shows one run.
        self.runs.retain(|_, controls| !controls.is_closed());
        self.runs.insert(run, controls);
        let post = self.post.clone();
        let mocks = mocks.clone();
        let real = self.real.clone();
        self.runtime.spawn(async move {
            let mocks = match runs::read_mocks(&mocks, &order) {
                Ok(mocks) => mocks,
                Err(reason) => {
                    return post
                        .send(Arrival::Run {
                            run,
                            news: RunNews::Lost(reason),
                        })
                        .await;
                }
            };
            let (sender, mut news) = mpsc::channel(64);
            let driver = tokio::spawn(crate::driver::drive(order, mocks, real, door, sender));
            while let Some(news) = news.recv().await {
                post.send(Arrival::Run { run, news }).await;
            }
            if driver.await.is_err() {
                post.send(Arrival::Lost {
                    what: "The run".to_owned(),
                })
                .await;
            }
        });
    }

    /// Ends runs that no document shows any more.
    pub fn forget_runs(&mut self, session: &Session) {
        self.runs.retain(|run, _| {
            session
                .tabs
                .iter()
                .any(|tab| tab.run.as_ref().is_some_and(|shown| shown.id == *run))
        });
    }

    fn try_scenarios(&self, tab: TabId, trials: Vec<Trial>) {
        let post = self.post.clone();
        let real = self.real.clone();
        self.runtime.spawn(async move {
            for trial in trials {
                let scenario = trial.scenario;
                let arrival = runs::try_one(tab, trial, real.clone())
                    .await
                    .unwrap_or_else(|reason| Arrival::NoVerdict {
                        tab,
                        scenario,
                        reason,
                    });
                post.send(arrival).await;
            }
        });
    }
}

/// The bundled samples: name and what each shows.
pub fn samples() -> Vec<(String, String)> {
    crate::workspace::SAMPLES
        .iter()
        .map(|sample| (sample.name.to_owned(), sample.about.to_owned()))
        .collect()
}

impl Post {
    pub(crate) async fn send(&self, arrival: Arrival) {
        // The window may be gone already; then nobody needs it.
        if self.sender.send(arrival).await.is_ok() {
            (self.wake)();
        }
    }
}

async fn watch(files: tokio::sync::watch::Receiver<Vec<PathBuf>>, post: Post) {
    let mut watcher = crate::workspace::Watcher::default();
    let mut files = files;
    loop {
        if files.has_changed().unwrap_or(false) {
            let paths = files.borrow_and_update().clone();
            watcher.watch(paths);
        }
        for path in watcher.changed() {
            post.send(Arrival::ChangedOnDisk { path }).await;
        }
        tokio::select! {
            () = tokio::time::sleep(WATCH_EVERY) => {}
            changed = files.changed() => {
                if changed.is_err() {
                    return;
                }
                let paths = files.borrow_and_update().clone();
                watcher.watch(paths);
            }
        }
    }
}

fn no_target(tab: TabId, name: String, purpose: TargetPurpose) -> Arrival {
    Arrival::NoDialog {
        target: Some((tab, name, purpose)),
    }
}

fn read(path: PathBuf) -> Arrival {
    let opened = crate::workspace::open(&path);
    let project = match &opened {
        Ok(opened) => projects::as_project(&path, Some(&opened.text)),
        Err(OpenError::Folder { .. }) => projects::as_project(&path, None),
        Err(_) => None,
    };
    if let Some(project) = project {
        return project;
    }
    let result = opened
        .map(|opened| FileContents {
            text: opened.text,
            sidecar: opened.sidecar,
            stamp: Stamp(opened.stamp),
            sample: None,
        })
        .map_err(|error: OpenError| error.to_string());
    Arrival::FileRead { path, result }
}

fn read_sample(name: &str) -> Arrival {
    let result = crate::workspace::sample(name)
        .map(|sample| FileContents {
            text: sample.definition.to_owned(),
            sidecar: Some(sample.sidecar.to_owned()),
            stamp: Stamp(String::new()),
            sample: Some(sample.name.to_owned()),
        })
        .ok_or_else(|| format!("There is no sample {name}"));
    Arrival::FileRead {
        path: PathBuf::from(format!("{name}.asl.json")),
        result,
    }
}

fn save(request: &SaveRequest) -> Arrival {
    let expected = request.expected.as_ref().map(|stamp| stamp.0.as_str());
    let written =
        crate::workspace::save(&request.path, &request.text, expected).and_then(|stamp| {
            if let Some((path, text)) = &request.sidecar {
                crate::workspace::write_atomically(path, text.as_bytes())?;
            }
            Ok(stamp)
        });
    let result = match written {
        Ok(stamp) => Ok(SavedFile {
            stamp: Stamp(stamp),
            text: request.text.clone(),
            sidecar: request.sidecar.as_ref().map(|(_, text)| text.clone()),
        }),
        Err(SaveError::Changed(_)) => Err(SaveFailure::Changed),
        Err(error @ SaveError::Unwritable { .. }) => Err(SaveFailure::Failed(error.to_string())),
    };
    Arrival::Saved {
        tab: request.tab,
        path: request.path.clone(),
        result,
    }
}

/// The dialogs of the desktop, through rfd.
pub struct SystemDialogs;

impl FileDialogs for SystemDialogs {
    fn choose_file(&self) -> Choice {
        let dialog = rfd::AsyncFileDialog::new()
            .set_title("Open a workflow, a template or an API document")
            .add_filter("Workflows and templates", &["json", "yaml", "yml"])
            .add_filter("All files", &["*"]);
        Box::pin(async move { dialog.pick_file().await.map(|file| file.path().to_owned()) })
    }

    fn choose_folder(&self) -> Choice {
        let dialog = rfd::AsyncFileDialog::new().set_title("Open a project's folder");
        Box::pin(async move {
            dialog
                .pick_folder()
                .await
                .map(|folder| folder.path().to_owned())
        })
    }

    fn choose_target(&self, name: &str) -> Choice {
        let dialog = rfd::AsyncFileDialog::new()
            .set_title("Save")
            .set_file_name(name);
        Box::pin(async move { dialog.save_file().await.map(|file| file.path().to_owned()) })
    }
}
