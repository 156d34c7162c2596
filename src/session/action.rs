//! Everything a menu, the command palette or a shortcut offers, each in one place.

use crate::asl::StateKind;
use crate::session::DrawerTab;
use crate::session::ExportKind;
use crate::session::Run;
use crate::session::Session;
use crate::session::ThemeChoice;
use crate::session::ViewMode;

/// An entry of the menus and the command palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    New,
    OpenFile,
    OpenFolder,
    Save,
    SaveAs,
    SaveAll,
    CloseTab,
    Quit,
    Export(ExportKind),
    Undo,
    Redo,
    Copy,
    Cut,
    Delete,
    Duplicate,
    Rename,
    SelectAll,
    WrapInParallel,
    WrapInMap,
    Unwrap,
    /// Appends a state of this type behind the selected one.
    Append(StateKind),
    View(ViewMode),
    Theme(ThemeChoice),
    ToggleErrorHandling,
    /// Turns the drawer to this tab.
    Show(DrawerTab),
    Run,
    Debug,
    /// Runs, and waits for a person at every task that has no mock.
    RunByHand,
    /// Lets the execution that failed go on where it failed.
    Redrive,
    RunScenarios,
    /// Sends the request under construction to its API.
    SendRequest,
    Stop,
    Pause,
    Continue,
    StepOver,
    StepInto,
    StepOut,
    StepBack,
    RunToHere,
    ToggleBreakpoint,
    ClearRun,
    NextProblem,
    TemplateLab,
    /// Shows what may be done for real.
    Agreements,
    /// Ends the warm workers of functions: the next call of each starts cold.
    CoolFunctions,
}

impl Action {
    /// Every action, in the order of the menus.
    pub fn all() -> Vec<Action> {
        let mut all = vec![
            Action::New,
            Action::OpenFile,
            Action::OpenFolder,
            Action::Save,
            Action::SaveAs,
            Action::SaveAll,
            Action::CloseTab,
            Action::Quit,
        ];
        all.extend(ExportKind::ALL.map(Action::Export));
        all.extend([
            Action::Undo,
            Action::Redo,
            Action::Copy,
            Action::Cut,
            Action::Delete,
            Action::Duplicate,
            Action::Rename,
            Action::SelectAll,
            Action::WrapInParallel,
            Action::WrapInMap,
            Action::Unwrap,
        ]);
        all.extend(StateKind::ALL.map(Action::Append));
        all.extend([ViewMode::Design, ViewMode::Split, ViewMode::Code].map(Action::View));
        all.extend(
            [
                ThemeChoice::System,
                ThemeChoice::Light,
                ThemeChoice::Dark,
                ThemeChoice::HighContrast,
            ]
            .map(Action::Theme),
        );
        all.extend(DrawerTab::ALL.map(Action::Show));
        all.extend([
            Action::ToggleErrorHandling,
            Action::Run,
            Action::Debug,
            Action::RunByHand,
            Action::Redrive,
            Action::RunScenarios,
            Action::SendRequest,
            Action::Stop,
            Action::Pause,
            Action::Continue,
            Action::StepOver,
            Action::StepInto,
            Action::StepOut,
            Action::StepBack,
            Action::RunToHere,
            Action::ToggleBreakpoint,
            Action::ClearRun,
            Action::NextProblem,
            Action::TemplateLab,
            Action::Agreements,
            Action::CoolFunctions,
        ]);
        all
    }

    pub fn title(self) -> String {
        match self {
            Action::New => "New workflow".into(),
            Action::OpenFile => "Open…".into(),
            Action::OpenFolder => "Open folder…".into(),
            Action::Save => "Save".into(),
            Action::SaveAs => "Save as…".into(),
            Action::SaveAll => "Save all".into(),
            Action::CloseTab => "Close tab".into(),
            Action::Quit => "Quit".into(),
            Action::Export(kind) => kind.title().into(),
            Action::Undo => "Undo".into(),
            Action::Redo => "Redo".into(),
            Action::Copy => "Copy states".into(),
            Action::Cut => "Cut states".into(),
            Action::Delete => "Delete states".into(),
            Action::Duplicate => "Duplicate state".into(),
            Action::Rename => "Rename state".into(),
            Action::SelectAll => "Select all states".into(),
            Action::WrapInParallel => "Wrap in Parallel".into(),
            Action::WrapInMap => "Wrap in Map".into(),
            Action::Unwrap => "Unwrap".into(),
            Action::Append(kind) => format!("Append {kind}"),
            Action::View(ViewMode::Design) => "Design".into(),
            Action::View(ViewMode::Split) => "Split".into(),
            Action::View(ViewMode::Code) => "Code".into(),
            Action::Theme(ThemeChoice::System) => "Theme of the system".into(),
            Action::Theme(ThemeChoice::Light) => "Light theme".into(),
            Action::Theme(ThemeChoice::Dark) => "Dark theme".into(),
            Action::Theme(ThemeChoice::HighContrast) => "High contrast theme".into(),
            Action::ToggleErrorHandling => "Show error handling".into(),
            Action::Show(tab) => format!("Show {}", tab.title()),
            Action::Run => "Run".into(),
            Action::Debug => "Debug".into(),
            Action::RunByHand => "Run and answer by hand".into(),
            Action::Redrive => "Redrive from the failure".into(),
            Action::RunScenarios => "Run all scenarios".into(),
            Action::SendRequest => "Send request".into(),
            Action::Stop => "Stop".into(),
            Action::Pause => "Pause".into(),
            Action::Continue => "Continue".into(),
            Action::StepOver => "Step over".into(),
            Action::StepInto => "Step into".into(),
            Action::StepOut => "Step out".into(),
            Action::StepBack => "Step back".into(),
            Action::RunToHere => "Run to here".into(),
            Action::ToggleBreakpoint => "Toggle breakpoint".into(),
            Action::ClearRun => "Clear run".into(),
            Action::NextProblem => "Next problem".into(),
            Action::TemplateLab => "Template lab".into(),
            Action::Agreements => "Agreements…".into(),
            Action::CoolFunctions => "Let functions start cold".into(),
        }
    }

    /// The shortcut as `Ctrl+Shift+S`; on a Mac the window shows ⌘ for Ctrl.
    pub const fn shortcut(self) -> Option<&'static str> {
        Some(match self {
            Action::New => "Ctrl+N",
            Action::OpenFile => "Ctrl+O",
            Action::OpenFolder => "Ctrl+Shift+O",
            Action::SendRequest => "Ctrl+Enter",
            Action::Save => "Ctrl+S",
            Action::SaveAs => "Ctrl+Shift+S",
            Action::CloseTab => "Ctrl+W",
            Action::Quit => "Ctrl+Q",
            Action::Undo => "Ctrl+Z",
            Action::Redo => "Ctrl+Shift+Z",
            Action::Copy => "Ctrl+C",
            Action::Cut => "Ctrl+X",
            Action::Delete => "Delete",
            Action::Duplicate => "Ctrl+D",
            Action::Rename => "F2",
            Action::SelectAll => "Ctrl+A",
            Action::Run => "F5",
            Action::Debug => "Ctrl+F5",
            Action::Stop => "Shift+F5",
            Action::Pause => "F6",
            Action::Continue => "F8",
            Action::StepOver => "F10",
            Action::StepInto => "F11",
            Action::StepOut => "Shift+F11",
            Action::StepBack => "Shift+F10",
            Action::RunToHere => "Ctrl+F10",
            Action::ToggleBreakpoint => "F9",
            Action::NextProblem => "F4",
            Action::SaveAll
            | Action::Export(_)
            | Action::WrapInParallel
            | Action::WrapInMap
            | Action::Unwrap
            | Action::Append(_)
            | Action::View(_)
            | Action::Theme(_)
            | Action::ToggleErrorHandling
            | Action::Show(_)
            | Action::RunByHand
            | Action::Redrive
            | Action::RunScenarios
            | Action::TemplateLab
            | Action::Agreements
            | Action::CoolFunctions
            | Action::ClearRun => return None,
        })
    }

    /// Whether it can be done right now.
    pub fn is_available(self, session: &Session) -> bool {
        if self == Action::CloseTab && session.lab_in_front() {
            return true;
        }
        let tab = session.active();
        let run = tab.and_then(|tab| tab.run.as_ref());
        let live = run.is_some_and(|run| run.ended.is_none());
        let paused = run.is_some_and(|run| run.paused.is_some());
        let waiting = run.is_some_and(|run| run.waiting);
        let selected = tab.map_or(0, |tab| tab.selection.states.len());
        match self {
            Action::New
            | Action::OpenFile
            | Action::OpenFolder
            | Action::Quit
            | Action::TemplateLab
            | Action::Agreements
            | Action::CoolFunctions
            | Action::Show(_)
            | Action::Theme(_) => true,
            Action::SendRequest => session.api.route.is_some(),
            Action::SaveAll => {
                session.tabs.iter().any(|tab| tab.is_modified())
                    || session.api.projects.iter().any(|one| one.is_modified())
            }
            Action::Save => tab.is_some() || session.project_in_front().is_some(),
            Action::SaveAs
            | Action::CloseTab
            | Action::Export(_)
            | Action::View(_)
            | Action::ToggleErrorHandling
            | Action::SelectAll
            | Action::Append(_) => tab.is_some(),
            Action::Undo => session.undo_label().is_some(),
            Action::Redo => session.redo_label().is_some(),
            Action::Copy
            | Action::Cut
            | Action::Delete
            | Action::WrapInParallel
            | Action::WrapInMap => selected > 0,
            Action::Duplicate | Action::Rename | Action::Unwrap | Action::ToggleBreakpoint => {
                selected == 1
            }
            Action::Run | Action::Debug | Action::RunByHand => tab.is_some() && !live,
            Action::Redrive => run.is_some_and(Run::can_redrive),
            Action::RunScenarios => tab.is_some_and(|tab| !tab.sidecar.scenarios.is_empty()),
            Action::Stop => live,
            Action::Pause => live && !paused,
            Action::Continue | Action::StepOver | Action::StepInto | Action::StepOut => paused,
            Action::StepBack => paused || waiting,
            Action::RunToHere => selected == 1 && (paused || !live),
            Action::ClearRun => run.is_some() && !live,
            Action::NextProblem => tab.is_some_and(|tab| !tab.revision.diagnostics.is_empty()),
        }
    }
}
