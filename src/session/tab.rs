//! One open document: its revision, what is selected, its run.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::asl::StatePath;
use crate::editor::History;
use crate::editor::Revision;
use crate::editor::Selection;
use crate::session::InsetPlace;
use crate::session::Picture;
use crate::session::Run;
use crate::session::Stamp;
use crate::session::TabId;
use crate::session::Verdict;
use crate::session::ViewMode;
use crate::sidecar::Scenario;
use crate::sidecar::Sidecar;

/// An open document and all that belongs to it.
#[derive(Debug)]
pub struct Tab {
    pub id: TabId,
    /// Where it is saved; none for a new document or a sample.
    pub path: Option<PathBuf>,
    /// The bundled sample it is, by its folder name.
    pub sample: Option<String>,
    /// Where it stands inside a file of a project; then it has no path of its own.
    pub inset: Option<InsetPlace>,
    /// The file name, or what stands for it.
    pub title: String,
    pub revision: Arc<Revision>,
    pub sidecar: Sidecar,
    pub history: History,
    pub selection: Selection,
    pub picture: Picture,
    pub collapsed: BTreeSet<StatePath>,
    pub show_error_handling: bool,
    pub view: ViewMode,
    pub input: InputChoice,
    /// The text of the input a run would get.
    pub input_text: String,
    pub run: Option<Run>,
    /// The latest verdict on each scenario, by its place in the sidecar.
    pub verdicts: BTreeMap<usize, Verdict>,
    /// Scenarios being run for their verdict.
    pub trying: BTreeSet<usize>,
    /// Counts the wishes to bring the selection into view; the canvas follows when it changes.
    pub reveals: u64,
    /// Counts the wishes to rename the selected state; the canvas or inspector follows when it changes.
    pub renaming: u64,
    /// A place of the text to bring into view, counted like `reveals`.
    pub reveal_text: (u64, usize),
    pub(crate) stamp: Option<Stamp>,
    pub(crate) saved_text: Arc<str>,
    pub(crate) saved_sidecar: Arc<str>,
    /// A check of this document is under way; only then are its diagnostics another text's.
    pub(crate) checking: bool,
    /// The file is being written.
    pub saving: bool,
}

/// What a run would be started with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputChoice {
    /// The n-th scenario of the sidecar: its input and its mocks.
    Scenario(usize),
    /// The input text alone.
    #[default]
    Custom,
}

impl InputChoice {
    /// The number of the scenario, where it is one.
    pub fn scenario(self) -> Option<usize> {
        match self {
            InputChoice::Scenario(index) => Some(index),
            InputChoice::Custom => None,
        }
    }
}

impl Tab {
    pub fn is_modified(&self) -> bool {
        self.revision.document.text != self.saved_text || self.is_sidecar_modified()
    }

    pub(crate) fn is_sidecar_modified(&self) -> bool {
        self.revision.document.sidecar != self.saved_sidecar
    }

    /// Brings the state a run failed in into view and selects it; false where there is none.
    pub(crate) fn show_failure(&mut self) -> bool {
        let Some(run) = &mut self.run else {
            return false;
        };
        let failed = run.trace.failed_visit;
        let Some(visit) = failed.and_then(|index| run.trace.visit(index)) else {
            return false;
        };
        self.selection = Selection::state(visit.state.clone());
        self.reveals += 1;
        run.selected_visit = failed;
        true
    }

    /// The text of the definition.
    pub fn text(&self) -> &Arc<str> {
        &self.revision.document.text
    }

    /// The scenario a run would take its mocks from.
    pub fn scenario(&self) -> Option<&Scenario> {
        self.sidecar.scenarios.get(self.input.scenario()?)
    }

    /// What the input chooser shows.
    pub fn input_title(&self) -> String {
        match self.scenario() {
            Some(scenario) => scenario.name.clone(),
            None => "Own input".to_owned(),
        }
    }

    /// The one selected state, or the last of several.
    pub fn selected(&self) -> Option<&StatePath> {
        self.selection.states.last()
    }

    pub fn breakpoints(&self) -> BTreeSet<StatePath> {
        self.sidecar.breakpoints.iter().cloned().collect()
    }
}
