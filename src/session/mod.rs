//! The whole application without a screen: open documents, runs, dialogs; intents in, effects out.
//!
//! Windows read it and hand in intents; what happens outside arrives as `Arrival`s. Both carry the
//! time, so nothing here asks a clock.
//!
//! Never: draws, touches a file, waits, or names a toolkit.
//! Add a wish as a variant of `Intent`, an entry of menus and palette as a variant of `Action`,
//! a deed outside as a variant of `Effect`.

mod action;
mod actions;
mod api;
mod backends;
mod edits;
mod effect;
mod endpoint;
mod exports;
mod files;
mod intent;
mod kinds;
mod lab;
mod nested;
mod picture;
mod run;
mod runs;
mod scenarios;
mod settings;
mod shell_words;
mod state;
mod tab;

pub use action::Action;
pub use api::{
    Answered, ApiDesk, ApiIntent, CurlCommand, Draft, Finding, Home, InsetPlace, LabTemplates,
    Line, LoadFigures, LoadId, LoadNews, LoadPoint, LoadRun, LoadStage, LoadState, OpenProject,
    Outcome, OutcomeRow, OutcomeSource, ProjectContents, ProjectId, ProjectSource, RouteKey,
    SCENARIO_HEADER, Sent, SentId, Serving, SourcePlace, Why, checked_stages, parse_curl,
    path_fits, path_parameters, scenarios_of, status_words, to_curl,
};
pub use backends::{Asking, BackendDesk, BackendPlace, FolderSaid, FunctionSetting, Held, Waiting};
pub use effect::{
    Arrival, Effect, FileContents, SaveFailure, SaveRequest, Stamp, TargetPurpose, Trial, Work,
};
pub use endpoint::{Endpoint, EndpointIntent, EndpointState, Guest, GuestRun, HostedMachine};
pub use files::SavedFile;
pub use intent::Intent;
pub use kinds::{
    Dialog, DialogAnswer, DrawerTab, ExportKind, RunId, StepKind, TabId, ThemeChoice, Toast,
    ToastKind, ViewMode,
};
pub use lab::{
    AnswerFrom, EXAMPLES, FieldProblem, Ink, Lab, LabAnswer, LabExample, LabField, LabIntent,
    LabLoad, LabOrder, LabRequest, LabSide, LabTemplate, Live, Meaning, Offer, Override, Piece,
    RowKind, Seen, Sight, SightLoop, SightRow, Standing, Taken, Trouble, Wish, ink,
};
pub use picture::Picture;
pub use run::Run;
pub use scenarios::Verdict;
pub use settings::Settings;
pub use state::Session;
pub use tab::{InputChoice, Tab};
