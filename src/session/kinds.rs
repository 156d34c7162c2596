//! The small closed lists the session speaks in.

/// The number of an open document, never used again within a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TabId(pub u64);

/// The number of a run, never used again within a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(pub u64);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ViewMode {
    #[default]
    Design,
    Split,
    Code,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ThemeChoice {
    #[default]
    System,
    Light,
    Dark,
    HighContrast,
}

/// The tabs of the bottom drawer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum DrawerTab {
    #[default]
    Run,
    Events,
    Problems,
    Scenarios,
    /// Executions from outside.
    Endpoint,
    /// The workspace of the APIs, which takes the middle of the window.
    Api,
}

impl DrawerTab {
    pub const ALL: [DrawerTab; 6] = [
        DrawerTab::Run,
        DrawerTab::Events,
        DrawerTab::Problems,
        DrawerTab::Scenarios,
        DrawerTab::Endpoint,
        DrawerTab::Api,
    ];

    /// As the tab is called.
    pub const fn title(self) -> &'static str {
        match self {
            DrawerTab::Run => "Run",
            DrawerTab::Events => "Events",
            DrawerTab::Problems => "Problems",
            DrawerTab::Scenarios => "Scenarios",
            DrawerTab::Endpoint => "Endpoint",
            DrawerTab::Api => "API",
        }
    }
}

/// How far a paused run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// To the next state of this scope or one further out.
    Over,
    /// To the next state anywhere.
    Into,
    /// Until the container around this state is left.
    Out,
    /// Back to the pause before this one.
    Back,
    /// Until a breakpoint or the end.
    Continue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportKind {
    AslJson,
    AslYaml,
    Mermaid,
    Svg,
    Png,
}

/// A question only the person can answer. One is shown at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// The document has changes that closing would lose.
    Unsaved { tab: TabId, quitting: bool },
    /// The system has no file dialogs: the path is typed. `target` where something is to be written.
    TypePath {
        target: Option<(TabId, crate::session::TargetPurpose)>,
        suggestion: String,
    },
    /// The file was changed by someone else while there are changes here.
    ChangedOnDisk { tab: TabId },
    /// The files of a project have changes that closing would lose.
    UnsavedProject {
        project: crate::session::ProjectId,
        quitting: bool,
    },
    /// A run would do something outside that nobody has agreed to yet.
    Consent(crate::session::Asking),
    /// What was agreed to, to be withdrawn.
    Agreements,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialogAnswer {
    /// Save and go on.
    Save,
    /// Go on without saving.
    Discard,
    /// Take what is on disk.
    Reload,
    /// Keep what is here.
    KeepMine,
    /// Yes, it may be done for real.
    Agree,
    Cancel,
}

/// A short message over the drawer.
#[derive(Clone, Debug)]
pub struct Toast {
    pub id: u64,
    pub kind: ToastKind,
    pub text: String,
    /// What to do about it, with the words of its button.
    pub action: Option<(String, crate::session::Intent)>,
    /// When it appeared, in milliseconds since 1970.
    pub at: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToastKind {
    Done,
    /// Stays until dismissed.
    Error,
    Info,
}

impl ExportKind {
    pub const ALL: [ExportKind; 5] = [
        ExportKind::AslJson,
        ExportKind::AslYaml,
        ExportKind::Svg,
        ExportKind::Png,
        ExportKind::Mermaid,
    ];

    /// The file ending, with the dot.
    pub const fn ending(self) -> &'static str {
        match self {
            ExportKind::AslJson => ".asl.json",
            ExportKind::AslYaml => ".asl.yaml",
            ExportKind::Mermaid => ".mmd",
            ExportKind::Svg => ".svg",
            ExportKind::Png => ".png",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            ExportKind::AslJson => "Definition as JSON…",
            ExportKind::AslYaml => "Definition as YAML…",
            ExportKind::Mermaid => "Mermaid flowchart…",
            ExportKind::Svg => "Picture as SVG…",
            ExportKind::Png => "Picture as PNG…",
        }
    }
}
