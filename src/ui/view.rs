//! What the window remembers of itself: folding, scrolling, which tab is in front. Nothing of a workflow.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::asl::StatePath;
use crate::editor::Revision;
use crate::scene::Face;
use crate::scene::RunPicture;
use crate::scene::faces;
use crate::scene::run_picture;
use crate::session::Action;
use crate::session::DrawerTab;
use crate::session::Intent;
use crate::session::Run;
use crate::session::RunId;
use crate::session::Session;
use crate::session::TabId;
use crate::ui::canvas::CanvasView;
use crate::ui::code::CodeState;
use crate::ui::panels::api::ApiView;
use crate::ui::panels::drawer::DrawerView;
use crate::ui::panels::inspector::run::RunInspectorView;
use crate::ui::panels::lab::LabView;
use crate::ui::panels::run_search::ValueSearch;

/// Intents of a frame, applied in order after it.
pub type Outbox = Vec<Intent>;

/// The tabs of the left panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum LeftTab {
    #[default]
    Actions,
    Flow,
    Patterns,
    Outline,
    Files,
}

/// The tabs of the inspector while designing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DesignTab {
    #[default]
    Configuration,
    Data,
    Variables,
    Errors,
    Definition,
}

/// A window over the others that is not the session's business.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sheet {
    #[default]
    None,
    /// The input of the next run as text, and what is wrong with it.
    Input(String),
    /// The path typed where the system has no file dialogs.
    Path(String),
    Shortcuts,
    About,
}

/// The command palette while it is open.
#[derive(Clone, Debug, Default)]
pub struct PaletteState {
    pub words: String,
    pub chosen: usize,
    /// States only, for *go to*.
    pub states_only: bool,
    pub fresh: bool,
    pub values: ValueSearch,
}

/// Text typed into a form that has not become an edit yet.
#[derive(Clone, Debug)]
pub struct Pending {
    pub field: egui::Id,
    pub intent: Intent,
}

/// Everything the window remembers.
#[derive(Default)]
pub struct View {
    pub left: LeftTab,
    pub left_open: bool,
    /// The left panel is open beside the rail of a narrow window.
    pub rail_open: bool,
    pub search: String,
    pub inspector_open: bool,
    pub design: DesignTab,
    pub run: RunInspectorView,
    pub drawer_open: bool,
    pub canvas: CanvasView,
    pub code: BTreeMap<u64, CodeState>,
    /// The count of `Tab::reveal_text` last followed, by tab.
    pub followed: BTreeMap<u64, u64>,
    /// The state the code was last scrolled to, by tab.
    pub code_selected: BTreeMap<u64, StatePath>,
    pub palette: Option<PaletteState>,
    pub sheet: Sheet,
    /// Inputs of one's own that were used, the latest first.
    pub recent_inputs: Vec<String>,
    pub banner_hidden: Option<RunId>,
    /// Groups of lists that are open.
    pub open: BTreeSet<String>,
    /// The lists of the bottom drawer.
    pub lists: DrawerView,
    /// The workspace of the APIs.
    pub api: ApiView,
    /// Projects seen so far; one that is new and was asked for brings the list of files to the front.
    known_projects: usize,
    pub pending: Option<Pending>,
    /// The template lab.
    pub lab: LabView,
    /// The run that has brought the drawer to the front.
    presented: Option<RunId>,
    drawer: DrawerTab,
    faces: Option<(u64, Arc<BTreeMap<StatePath, Face>>)>,
    picture: Option<(RunId, PictureKey, Arc<RunPicture>)>,
    /// Reduced motion, from the settings of the system or the command line.
    pub still: bool,
}

/// Events of a run, and the states that wait for an answer.
type PictureKey = (usize, BTreeSet<StatePath>);

/// What is kept of the view between starts.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct ViewMemory {
    pub left: LeftTab,
    pub left_open: bool,
    pub inspector_open: bool,
    pub drawer_open: bool,
}

impl View {
    /// How the window looks at its first start.
    pub fn new() -> View {
        View {
            left_open: true,
            inspector_open: true,
            drawer_open: false,
            ..View::default()
        }
    }

    pub fn memory(&self) -> ViewMemory {
        ViewMemory {
            left: self.left,
            left_open: self.left_open,
            inspector_open: self.inspector_open,
            drawer_open: self.drawer_open,
        }
    }

    pub fn remember(&mut self, memory: ViewMemory) {
        self.left = memory.left;
        self.left_open = memory.left_open;
        self.inspector_open = memory.inspector_open;
        self.drawer_open = memory.drawer_open;
    }

    /// Opens the drawer for who asks for one of its tabs, though it may be the one it shows.
    pub fn heed(&mut self, intents: &[Intent]) {
        let asks = |intent: &Intent| matches!(intent, Intent::Perform(Action::Show(tab)) if *tab != DrawerTab::Api);
        self.drawer_open |= intents.iter().any(asks);
    }

    /// Opens the drawer when a run begins or the session turns to another list.
    pub fn notice(&mut self, session: &Session) {
        let run = session
            .active()
            .and_then(|tab| tab.run.as_ref())
            .map(|run| run.id);
        if run.is_some() && run != self.presented {
            self.drawer_open = true;
        }
        if session.drawer != self.drawer {
            // To the workspace and back, the drawer stays as it was.
            self.drawer_open |= session.drawer != DrawerTab::Api && self.drawer != DrawerTab::Api;
            self.drawer = session.drawer;
        }
        let asked_for = session.api.projects.iter().filter(|one| !one.by_itself);
        let projects = asked_for.count();
        if projects > self.known_projects {
            self.left = LeftTab::Files;
        }
        self.known_projects = projects;
        self.presented = run;
    }

    /// What the cards of a revision say; made once per revision.
    pub fn faces(&mut self, revision: &Arc<Revision>) -> Arc<BTreeMap<StatePath, Face>> {
        match &self.faces {
            Some((id, faces)) if *id == revision.id => faces.clone(),
            _ => {
                let faces = Arc::new(faces(&revision.tree, &revision.machine));
                self.faces = Some((revision.id, faces.clone()));
                faces
            }
        }
    }

    /// The run as cards and rows show it; made anew when events have come.
    pub fn picture(&mut self, run: &Run) -> Arc<RunPicture> {
        let key = (run.events.len(), run.waiting_states());
        match &self.picture {
            Some((id, known, picture)) if *id == run.id && *known == key => picture.clone(),
            _ => {
                let mut picture = run_picture(&run.trace);
                picture.mark_waiting(&key.1);
                let picture = Arc::new(picture);
                self.picture = Some((run.id, key, picture.clone()));
                picture
            }
        }
    }

    pub fn code(&mut self, tab: TabId) -> &mut CodeState {
        self.code.entry(tab.0).or_default()
    }

    /// Turns what was typed into an edit once its field has lost the keyboard.
    pub fn settle(&mut self, ctx: &egui::Context, out: &mut Outbox) {
        let over = self
            .pending
            .as_ref()
            .is_some_and(|pending| !ctx.memory(|memory| memory.has_focus(pending.field)));
        if over && let Some(pending) = self.pending.take() {
            out.push(pending.intent);
        }
    }
}
