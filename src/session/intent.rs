//! What a person wants: everything a window may ask of the session.

use std::path::PathBuf;

use crate::asl::StatePath;
use crate::editor::Command;
use crate::editor::Selection;
use crate::engine::Outcome;
use crate::session::Action;
use crate::session::ApiIntent;
use crate::session::BackendPlace;
use crate::session::DialogAnswer;
use crate::session::DrawerTab;
use crate::session::EndpointIntent;
use crate::session::ExportKind;
use crate::session::FunctionSetting;
use crate::session::LabIntent;
use crate::session::StepKind;
use crate::session::TabId;
use crate::session::ThemeChoice;
use crate::session::ViewMode;
use crate::sidecar::Backend;
use crate::sidecar::Consent;
use crate::trace::TaskKey;

/// A wish handed in by a window, a shortcut or a test. Applied after the frame, in order.
#[derive(Clone, Debug)]
pub enum Intent {
    /// A menu, palette or shortcut entry.
    Perform(Action),
    Open(PathBuf),
    /// A bundled sample by its folder name.
    OpenSample(String),
    SelectTab(TabId),
    CloseTab(TabId),
    /// The answer to the dialog that is shown.
    Answer(DialogAnswer),
    /// The path typed in place of a file dialog.
    PathTyped(PathBuf),
    DismissToast(u64),

    /// An edit of the active document; refused ones give a toast with the reason.
    Edit(Command),
    /// Pastes ASL text that came from the clipboard.
    Paste(String),

    /// Makes this the selection; nothing clears it.
    Select(Selection),
    /// Adds to the selection, or takes away what is in it.
    ToggleSelected(StatePath),
    /// Selects a state and asks the canvas to bring it into view.
    Reveal(StatePath),
    /// Selects what lies at an offset of the text, and brings it into view in the code.
    RevealText(usize),
    SetView(ViewMode),
    SetDrawer(DrawerTab),
    SetTheme(ThemeChoice),
    ShowErrorHandling(bool),
    ToggleCollapsed(StatePath),

    /// The input to run with, as text; not tied to a scenario.
    SetInput(String),
    /// The n-th scenario's input, mocks and expectation.
    ChooseScenario(usize),
    Step(StepKind),
    RunTo(StatePath),
    ToggleBreakpoint(StatePath),
    /// Replaces the input of the state at which the run is paused.
    EditPendingInput(String),
    /// Shows this visit of the run in the inspector and on the canvas.
    SelectVisit(usize),
    /// Shows the n-th attempt of the selected visit.
    SelectAttempt(usize),
    /// Back to the pause at the n-th checkpoint.
    GoBackTo(usize),
    /// Chooses at one place what answers a state, or without one all tasks; none for what is said elsewhere.
    ChooseBackend {
        place: BackendPlace,
        state: Option<StatePath>,
        choice: Option<Backend>,
    },
    /// Says how a function is called here.
    SetFunction {
        name: String,
        setting: FunctionSetting,
    },
    /// A wish about executions from outside.
    Endpoint(EndpointIntent),
    /// Takes an agreement back.
    Withdraw {
        folder: PathBuf,
        kind: Consent,
    },
    /// Answers a waiting task by hand.
    AnswerTask {
        task: TaskKey,
        outcome: Outcome,
    },
    /// Lets the timeouts of a waiting task go on, though nobody answers.
    ReleaseTask(TaskKey),
    /// Opens the workflow of a nested run and shows that run there.
    OpenNested(TaskKey),
    /// Runs one scenario for its verdict, without showing the run.
    TryScenario(usize),
    Export(ExportKind),
    /// Mends the n-th problem of the list by its own fix.
    FixProblem(usize),
    /// Mends what made the run fail by the fix its explanation offers.
    FixFailure,
    /// Whatever is done in the template lab.
    Lab(LabIntent),
    /// A wish about projects and their APIs.
    Api(ApiIntent),
}
