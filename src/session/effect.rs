//! What the session wants done outside, and what comes back.

use std::path::PathBuf;
use std::sync::Arc;

use crate::asl::Diagnostic;
use crate::debugger::Control;
use crate::debugger::RunNews;
use crate::debugger::RunOrder;
use crate::editor::Revision;
use crate::engine::Ended;
use crate::engine::Event;
use crate::gateway::Request;
use crate::graph::Layout;
use crate::graph::LayoutRequest;
use crate::query::Value;
use crate::session::Answered;
use crate::session::Draft;
use crate::session::ExportKind;
use crate::session::FolderSaid;
use crate::session::Guest;
use crate::session::GuestRun;
use crate::session::Held;
use crate::session::Home;
use crate::session::HostedMachine;
use crate::session::LabOrder;
use crate::session::LoadId;
use crate::session::LoadNews;
use crate::session::LoadStage;
use crate::session::ProjectContents;
use crate::session::ProjectId;
use crate::session::ProjectSource;
use crate::session::RunId;
use crate::session::SavedFile;
use crate::session::SentId;
use crate::session::Sight;
use crate::session::TabId;
use crate::sidecar::ConsentChange;
use crate::sidecar::Consents;
use crate::sidecar::NotAgreed;

/// A deed outside the session. The shell carries it out and answers with an `Arrival` where one is named.
#[derive(Debug)]
pub enum Effect {
    /// Answered by `Arrival::FileChosen` or nothing.
    ChooseFile,
    /// Answered by `Arrival::FileChosen` with a folder, or nothing.
    ChooseFolder,
    /// Answered by `Arrival::TargetChosen` or nothing.
    ChooseTarget {
        tab: TabId,
        name: String,
        purpose: TargetPurpose,
    },
    /// Answered by `Arrival::FileRead`, or by `Arrival::IsProject` where it is no definition.
    Read {
        path: PathBuf,
    },
    /// Reads a bundled sample; answered by `Arrival::FileRead`.
    ReadSample {
        name: String,
    },
    /// Writes atomically, unless the file is no longer the one that was read. Answered by `Arrival::Saved`.
    Save(SaveRequest),
    /// Writes an export. Answered by `Arrival::Exported`.
    WriteExport {
        path: PathBuf,
        work: Work,
    },
    /// Notices changes of these files from now on, and of no others.
    Watch(Vec<PathBuf>),
    /// Starts a run; `mocks` in the list form of the command line. Answered by `Arrival::Run` again and again.
    StartRun {
        run: RunId,
        order: Box<RunOrder>,
        mocks: Value,
    },
    Control {
        run: RunId,
        control: Control,
    },
    /// Answered by `Arrival::Layout`.
    Layout {
        tab: TabId,
        revision: u64,
        request: Box<LayoutRequest>,
    },
    /// Checks a revision too large for a frame. Answered by `Arrival::Checked`.
    Check {
        tab: TabId,
        revision: Arc<Revision>,
    },
    /// Runs scenarios on the virtual clock; answered by one `Arrival::Verdict` each.
    TryScenarios {
        tab: TabId,
        trials: Vec<Trial>,
    },
    /// Renders a template too large for a frame. Answered by `Arrival::TemplateRendered`.
    RenderTemplate(Box<LabOrder>),
    /// Reads a project with its APIs. Answered by `Arrival::ProjectRead`.
    ReadProject {
        project: ProjectId,
        source: ProjectSource,
    },
    /// Looks for an API beside a definition. Answered by `Arrival::ProjectFound` or nothing.
    FindProject {
        home: Home,
        /// The definition's file name.
        file: String,
    },
    /// Writes a file of a project atomically, unless it is no longer the one that was read.
    /// Answered by `Arrival::FileSaved`.
    SaveFile {
        project: ProjectId,
        file: String,
        path: PathBuf,
        text: Arc<str>,
        expected: Option<Stamp>,
    },
    /// Sends a request to the API of a project, inside this program. Answered by `Arrival::Answered`, or by
    /// `Arrival::NotAgreed` where it would do something that nobody has agreed to.
    SendRequest {
        sent: SentId,
        source: ProjectSource,
        request: Box<Request>,
    },
    /// Lets requests from outside in, on this machine only; a project that is served already is served as it is now.
    /// Answered by `Arrival::Serving`, and by `Arrival::Heard` for each request; by `Arrival::NotAgreed` once one was
    /// refused for what it would do outside.
    StartServing {
        project: ProjectId,
        source: ProjectSource,
    },
    StopServing,
    /// Puts load on a route. Answered by `Arrival::Load` again and again, or by `Arrival::NotAgreed`.
    StartLoad {
        load: LoadId,
        source: ProjectSource,
        request: Box<Request>,
        stages: Vec<LoadStage>,
    },
    StopLoad(LoadId),
    CopyText(String),
    /// Reads what a folder says of backends. Answered by `Arrival::FolderRead`.
    ReadFolder {
        folder: PathBuf,
    },
    /// Accepts executions of these machines from outside, on this machine only. Answered by `Arrival::Endpoint`, and by
    /// `Arrival::Guest` for each execution that begins or ends.
    StartEndpoint {
        machines: Vec<HostedMachine>,
        begin_paused: bool,
    },
    /// The machines are these from now on.
    RefreshEndpoint {
        machines: Vec<HostedMachine>,
    },
    BeginPaused(bool),
    StopEndpoint,
    /// Joins an execution from outside. Answered by `Arrival::GuestAttached`, then as a run of the window is.
    AttachGuest {
        run: RunId,
        arn: String,
        machine: String,
    },
    /// Sets or removes a member of what a folder says of backends. Answered by `Arrival::FolderRead`.
    ChangeFolder {
        folder: PathBuf,
        /// A JSON pointer into its file.
        pointer: String,
        /// JSON; none removes.
        value: Option<String>,
    },
    /// Ends the warm workers of functions.
    CoolFunctions,
    /// Remembers what was agreed to or taken back. Answered by `Arrival::Consents` or nothing.
    ChangeConsents(ConsentChange),
    /// Remembers settings and the open files.
    Remember,
    Quit,
}

/// A scenario to be run for its verdict.
#[derive(Clone, Debug)]
pub struct Trial {
    pub scenario: usize,
    pub order: Box<RunOrder>,
    pub mocks: Value,
}

/// Bytes to be made away from the window.
pub struct Work(pub Box<dyn FnOnce() -> Result<Vec<u8>, String> + Send>);

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Work")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetPurpose {
    SaveAs,
    Export(ExportKind),
}

#[derive(Clone, Debug)]
pub struct SaveRequest {
    pub tab: TabId,
    pub path: PathBuf,
    pub text: Arc<str>,
    /// The companion file, where it has changed.
    pub sidecar: Option<(PathBuf, Arc<str>)>,
    /// What the file was when it was read; none for a new place.
    pub expected: Option<Stamp>,
}

/// What a file was at a moment, to notice that it has changed since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp(pub String);

/// What comes from outside. The only way in besides intents.
#[derive(Debug)]
pub enum Arrival {
    FileChosen(PathBuf),
    TargetChosen {
        tab: TabId,
        path: PathBuf,
        purpose: TargetPurpose,
    },
    FileRead {
        path: PathBuf,
        result: Result<FileContents, String>,
    },
    Saved {
        tab: TabId,
        path: PathBuf,
        result: Result<SavedFile, SaveFailure>,
    },
    Exported {
        path: PathBuf,
        result: Result<(), String>,
    },
    ChangedOnDisk {
        path: PathBuf,
    },
    Run {
        run: RunId,
        news: RunNews,
    },
    Layout {
        tab: TabId,
        revision: u64,
        layout: Box<Layout>,
    },
    /// What there is to say about a revision.
    Checked {
        tab: TabId,
        revision: u64,
        diagnostics: Vec<Diagnostic>,
    },
    Verdict {
        tab: TabId,
        scenario: usize,
        ended: Ended,
        events: Vec<Event>,
        notes: Vec<String>,
    },
    /// The rendering of the order with this number.
    TemplateRendered {
        number: u64,
        sight: Box<Sight>,
    },
    /// A scenario came to no end, and why.
    NoVerdict {
        tab: TabId,
        scenario: usize,
        reason: String,
    },
    /// The system has no file dialogs; a path has to be typed. `target` where something is to be written.
    NoDialog {
        target: Option<(TabId, String, TargetPurpose)>,
    },
    /// Something of an API would act outside, and nobody has agreed to that.
    NotAgreed {
        held: Held,
        folder: PathBuf,
        wanted: NotAgreed,
    },
    /// What is agreed to by now.
    Consents(Consents),
    /// What a folder says of backends.
    FolderRead {
        folder: PathBuf,
        said: FolderSaid,
    },
    /// What was opened is a folder or what surrounds workflows; `root` is the file to begin with, empty for a folder.
    IsProject {
        path: PathBuf,
        root: String,
    },
    ProjectRead {
        project: ProjectId,
        result: Result<ProjectContents, String>,
    },
    ProjectFound {
        home: Home,
        root: String,
        contents: ProjectContents,
    },
    FileSaved {
        project: ProjectId,
        file: String,
        result: Result<(Stamp, Arc<str>), SaveFailure>,
    },
    Answered {
        sent: SentId,
        result: Result<Answered, String>,
    },
    /// The address, or why there is none.
    Serving {
        project: ProjectId,
        result: Result<String, String>,
    },
    /// A request from outside.
    Heard {
        project: ProjectId,
        /// The id of the API.
        api: String,
        draft: Draft,
        answered: Answered,
    },
    Load {
        load: LoadId,
        news: LoadNews,
    },
    /// Files dropped on the window.
    Dropped(Vec<PathBuf>),
    /// The address at which executions are accepted, or why there is none.
    Endpoint {
        result: Result<String, String>,
    },
    /// An execution from outside has begun or ended.
    Guest(Guest),
    GuestAttached(Box<GuestRun>),
    /// Something could not be done: one sentence.
    Failed {
        what: String,
    },
    /// A worker ended unexpectedly.
    Lost {
        what: String,
    },
}

#[derive(Clone, Debug)]
pub struct FileContents {
    pub text: String,
    pub sidecar: Option<String>,
    pub stamp: Stamp,
    /// The bundled sample's name, where it is one.
    pub sample: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveFailure {
    /// Someone else has changed the file since it was read.
    Changed,
    Failed(String),
}
