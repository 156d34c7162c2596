//! The commands: everything that can be done to a document. Each is carried out in the file of its name.

pub(crate) mod add_transition;
pub(crate) mod change_type;
pub(crate) mod delete;
pub(crate) mod graft;
pub(crate) mod insert;
pub(crate) mod paste;
pub(crate) mod reconnect;
pub(crate) mod relocate;
pub(crate) mod rename;
pub(crate) mod reorder;
pub(crate) mod set;
pub(crate) mod unwrap;
pub(crate) mod wrap;

use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::asl::TransitionKind;
use crate::editor::Place;
use crate::editor::StateTemplate;
use crate::text::TextEdit;

/// Something to be done to a document. States are named by their paths in the revision it is planned on.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// A new state at a place; it takes over where its predecessor led.
    Insert { state: StateTemplate, at: Place },
    /// A state to another place; its neighbors close up.
    Move { state: StatePath, at: Place },
    /// States away; their neighbors close up.
    Delete { states: Vec<StatePath> },
    /// Another name; everything that refers to the state follows.
    Rename { state: StatePath, to: String },
    /// A transition that exists to another state of its scope, or to the end.
    Reconnect {
        from: StatePath,
        transition: TransitionKind,
        to: Target,
    },
    /// A new way out of a state.
    AddTransition {
        from: StatePath,
        way: Way,
        to: StatePath,
    },
    /// A transition away: a rule, a Catcher, the Default; instead of Next the state ends.
    RemoveTransition {
        from: StatePath,
        transition: TransitionKind,
    },
    /// Makes a state the first of its scope.
    StartAt { state: StatePath },
    /// A field of a state by JSON pointer; no value removes it.
    Set {
        state: StatePath,
        field: String,
        /// JSON text.
        value: Option<String>,
    },
    /// A field of the machine by JSON pointer; no value removes it.
    SetMachine {
        field: String,
        /// JSON text.
        value: Option<String>,
    },
    /// Another `Type`; fields that both types have stay.
    ChangeType { state: StatePath, to: StateKind },
    /// A copy behind each of the states.
    Duplicate { states: Vec<StatePath> },
    /// States as text, as `copy` gives them, to a place.
    Paste { text: String, at: Place },
    /// States of one scope into a new container.
    Wrap {
        states: Vec<StatePath>,
        /// Parallel or Map.
        container: StateKind,
    },
    /// What a container holds into the scope of the container.
    Unwrap { state: StatePath },
    /// One item of a list of a state (`/Choices`, `/Branches`, `/Catch`, `/Retry`) to another place in it.
    Reorder {
        state: StatePath,
        field: String,
        from: usize,
        /// Where the item stands afterwards.
        to: usize,
    },
    /// Typing in the text pane.
    Type(TextEdit),
    /// A value in the companion file by JSON pointer; no value removes it.
    SidecarSet {
        pointer: String,
        /// JSON text.
        value: Option<String>,
    },
    /// A diagnostic's fix.
    ApplyFix(TextEdit),
}

/// Where a transition leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    State(StatePath),
    /// The end of the scope: `"End": true`.
    End,
}

/// The sorts of transition that can be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Next,
    /// One more rule of a Choice.
    Rule,
    Default,
    /// One more Catcher for `States.ALL`.
    Catch,
}
