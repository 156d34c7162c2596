//! The APIs in front of workflows: open projects, the request under construction, what came of the others.
//!
//! Never: sends, listens or reads a file; that is asked for by effects.
//! Add a wish as a variant of `ApiIntent`, and what it does in the file of its subject.

mod companion;
mod curl;
mod desk;
mod draft;
mod exchange;
mod files;
mod inset;
mod intent;
mod load;
mod machines;
mod outcomes;
mod place;
mod project;
mod sending;
mod serving;
mod templates;

pub use curl::{CurlCommand, parse_curl, to_curl};
pub use desk::ApiDesk;
pub use draft::{Draft, Line, SCENARIO_HEADER};
pub use exchange::{Answered, Outcome, Sent, Why, status_words};
pub(crate) use files::file_of;
pub(crate) use inset::HostEdit;
pub use inset::InsetPlace;
pub use intent::ApiIntent;
pub use load::{
    LoadFigures, LoadId, LoadNews, LoadPoint, LoadRun, LoadStage, LoadState, checked_stages,
};
pub(crate) use machines::RunToShow;
pub use outcomes::{OutcomeRow, OutcomeSource, scenarios_of};
pub use place::{
    Home, ProjectId, ProjectSource, RouteKey, SentId, SourcePlace, path_fits, path_parameters,
};
pub use project::{Finding, OpenProject, ProjectContents};
pub use serving::Serving;
pub use templates::LabTemplates;
