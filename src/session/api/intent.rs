//! What a person wants of the API workspace and of the list of projects.

use std::path::PathBuf;

use crate::project::Origin;
use crate::session::api::Draft;
use crate::session::api::LoadStage;
use crate::session::api::ProjectId;
use crate::session::api::RouteKey;
use crate::session::api::SentId;
use crate::text::TextEdit;

/// A wish about projects and their APIs.
#[derive(Clone, Debug)]
pub enum ApiIntent {
    /// Asks for a folder and opens it.
    ChooseFolder,
    OpenFolder(PathBuf),
    CloseProject(ProjectId),
    /// Reads a project again from disk.
    Reload(ProjectId),

    /// Makes a request for this route the one under construction, and shows the workspace.
    ChooseRoute(RouteKey),
    /// Makes a saved request the one under construction.
    ChooseSaved {
        project: ProjectId,
        request: usize,
    },
    /// The request under construction, as it is now.
    SetDraft(Draft),
    Send,
    /// Sends a saved request as it is kept.
    SendSaved {
        project: ProjectId,
        request: usize,
    },
    /// Sends every saved request of the route.
    SendAll,
    /// Sends the request under construction with the mocks of this scenario.
    SendScenario(String),

    /// Shows what came of a request.
    Show(SentId),
    /// Puts a request sent before under construction again.
    Reuse(SentId),
    ClearHistory,
    ShowStep(usize),
    /// Writes the templates that were changed in the lab into their files.
    KeepTemplates,
    /// Shows the execution that a step has started on the canvas of its workflow.
    OpenRun {
        sent: SentId,
        step: usize,
    },

    /// Keeps the request under construction under a name; with the status it was answered with, if wished.
    SaveRequest {
        name: String,
        status: Option<u16>,
    },
    /// Puts the request under construction in the place of the saved one it came from.
    UpdateSaved,
    RemoveSaved {
        project: ProjectId,
        request: usize,
    },
    CopyCurl,
    ImportCurl(String),

    StartServing(ProjectId),
    StopServing,
    CopyAddress,

    StartLoad(Vec<LoadStage>),
    StopLoad,

    /// Opens the definition of a machine, by its logical id.
    OpenMachine {
        project: ProjectId,
        machine: String,
    },
    /// Shows a place of a file of the project.
    OpenPlace {
        project: ProjectId,
        origin: Origin,
    },
    ClosePlace,
    /// Typing in the file that is shown.
    TypeSource(TextEdit),
    /// Says what a parameter is, in the companion; none takes it away.
    SetParameter {
        project: ProjectId,
        name: String,
        value: Option<String>,
    },
    /// Mends a finding by its own fix.
    FixFinding {
        project: ProjectId,
        finding: usize,
    },
    /// Saves a file although another program has changed it.
    SaveAnyway {
        project: ProjectId,
        file: String,
    },
}
