//! What a scene is made from: immutable facts, handed in.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::asl::Severity;
use crate::asl::StatePath;
use crate::geometry::Rect;
use crate::graph::EdgeKey;
use crate::graph::Layout;
use crate::graph::NodeKey;
use crate::query::Value;
use crate::scene::face::Face;
use crate::scene::role::Status;

/// Everything a scene is made from.
#[derive(Clone, Copy, Debug)]
pub struct SceneRequest<'a> {
    pub layout: &'a Layout,
    pub faces: &'a BTreeMap<StatePath, Face>,
    pub run: Option<&'a RunPicture>,
    pub marks: &'a Marks,
    /// Places to drop on, shown while something is dragged.
    pub slots: &'a [Slot],
    /// Screen points per world unit.
    pub zoom: f32,
    /// The part to draw, in world units; all where none.
    pub visible: Option<Rect>,
    /// Edges of Catchers are drawn.
    pub error_handling: bool,
}

/// How much of a card is drawn at a zoom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Below 0.25: rectangles.
    Far,
    /// From 0.25: rectangles with an icon.
    Mark,
    /// From 0.45: names.
    Title,
    /// From 0.7: everything.
    Full,
    /// From 1.4: in a run, also input and output.
    Near,
}

/// What answers a state for real.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// This machine.
    Local,
    Aws,
}

/// What people have marked or the program found, by state.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    pub selected: BTreeSet<StatePath>,
    pub selected_edge: Option<EdgeKey>,
    pub hovered: Option<NodeKey>,
    /// The keyboard is here.
    pub focused: Option<NodeKey>,
    pub breakpoints: BTreeSet<StatePath>,
    /// The run stands at the breakpoint of this state.
    pub hit: Option<StatePath>,
    /// The worst severity of a state's problems.
    pub problems: BTreeMap<StatePath, Severity>,
    /// States that a mock answers.
    pub mocked: BTreeSet<StatePath>,
    /// States that something outside answers.
    pub real: BTreeMap<StatePath, Outside>,
    pub matches: BTreeSet<StatePath>,
    pub current_match: Option<StatePath>,
    /// States whose input was changed by hand.
    pub edited: BTreeSet<StatePath>,
    /// Containers drawn as one card.
    pub collapsed: BTreeSet<StatePath>,
    /// What is dragged cannot go to this state.
    pub refused: Option<StatePath>,
}

/// A run as the canvas shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunPicture {
    /// States without an entry were not reached.
    pub states: BTreeMap<StatePath, StateRun>,
    pub taken: BTreeSet<TakenEdge>,
    /// States with which the outermost scope ended.
    pub ends: BTreeSet<StatePath>,
    /// The run goes on.
    pub running: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct StateRun {
    pub status: Status,
    /// The whole first line: `Failed · 2 ms`.
    pub words: String,
    /// What the visit that stands for all took in and gave out.
    pub input: Option<Value>,
    pub output: Option<Value>,
}

/// A way a run took between two states of a scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TakenEdge {
    /// None where the scope began.
    pub from: Option<StatePath>,
    pub to: StatePath,
    /// By a Catcher.
    pub caught: bool,
}

/// A place to drop on.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    pub rect: Rect,
    /// Under the pointer.
    pub hot: bool,
    /// What dropping here does, in words.
    pub label: String,
}

impl Detail {
    pub fn at(zoom: f32) -> Detail {
        if zoom < 0.25 {
            Detail::Far
        } else if zoom < 0.45 {
            Detail::Mark
        } else if zoom < 0.7 {
            Detail::Title
        } else if zoom < 1.4 {
            Detail::Full
        } else {
            Detail::Near
        }
    }
}

impl RunPicture {
    pub fn status(&self, state: &StatePath) -> Status {
        self.states
            .get(state)
            .map_or(Status::NotReached, |run| run.status)
    }
}
