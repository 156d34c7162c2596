//! Stable names of what is drawn. They outlive edits, so selection and animation can hold on to them.

use std::fmt;

use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::asl::TransitionKind;

/// The name of a node. Prints as `start`, `end`, the state's pointer, or the pointer of an empty branch.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NodeKey {
    /// Where the outermost scope begins.
    Start,
    State(StatePath),
    /// The n-th scope of a container that holds no state.
    EmptyBranch(StatePath, usize),
    /// Where the outermost scope ends.
    End,
}

/// What a node shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NodeKind {
    Start,
    End,
    State(StateKind),
    /// A state whose `Type` is missing or unknown.
    Unknown,
    EmptyBranch,
}

/// The name of an edge: its ends and the first of the transitions it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EdgeKey {
    pub from: NodeKey,
    pub to: NodeKey,
    pub kind: EdgeKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EdgeKind {
    /// From the start mark to `StartAt`.
    Start,
    /// The n-th rule of `Choices`.
    Choice(usize),
    Default,
    Next,
    /// The n-th entry of `Catch`.
    Catch(usize),
    /// From a state with `"End": true` or a `Succeed` to the end mark.
    End,
}

impl NodeKey {
    /// The state the node stands for or lies in; none for the marks.
    pub fn state(&self) -> Option<&StatePath> {
        match self {
            NodeKey::State(path) | NodeKey::EmptyBranch(path, _) => Some(path),
            NodeKey::Start | NodeKey::End => None,
        }
    }
}

impl NodeKind {
    /// The state's type, or what stands for it.
    pub const fn name(self) -> &'static str {
        match self {
            NodeKind::Start => "Start",
            NodeKind::End => "End",
            NodeKind::State(kind) => kind.name(),
            NodeKind::Unknown => "Unknown",
            NodeKind::EmptyBranch => "Empty",
        }
    }
}

impl EdgeKind {
    pub const fn name(self) -> &'static str {
        match self {
            EdgeKind::Start => "start",
            EdgeKind::Choice(_) => "choice",
            EdgeKind::Default => "default",
            EdgeKind::Next => "next",
            EdgeKind::Catch(_) => "catch",
            EdgeKind::End => "end",
        }
    }

    pub const fn is_catch(self) -> bool {
        matches!(self, EdgeKind::Catch(_))
    }

    /// The transition of the definition; none for the edges of the marks.
    pub const fn transition(self) -> Option<TransitionKind> {
        match self {
            EdgeKind::Choice(index) => Some(TransitionKind::Choice(index)),
            EdgeKind::Default => Some(TransitionKind::Default),
            EdgeKind::Next => Some(TransitionKind::Next),
            EdgeKind::Catch(index) => Some(TransitionKind::Catch(index)),
            EdgeKind::Start | EdgeKind::End => None,
        }
    }
}

impl From<TransitionKind> for EdgeKind {
    fn from(kind: TransitionKind) -> EdgeKind {
        match kind {
            TransitionKind::Next => EdgeKind::Next,
            TransitionKind::Choice(index) => EdgeKind::Choice(index),
            TransitionKind::Default => EdgeKind::Default,
            TransitionKind::Catch(index) => EdgeKind::Catch(index),
        }
    }
}

impl fmt::Display for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NodeKey::Start => f.write_str("start"),
            NodeKey::End => f.write_str("end"),
            NodeKey::State(path) => write!(f, "{path}"),
            NodeKey::EmptyBranch(path, index) => write!(f, "{path}/empty/{index}"),
        }
    }
}

impl fmt::Display for EdgeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EdgeKind::Choice(index) | EdgeKind::Catch(index) => {
                write!(f, "{}{index}", self.name())
            }
            EdgeKind::Start | EdgeKind::Default | EdgeKind::Next | EdgeKind::End => {
                f.write_str(self.name())
            }
        }
    }
}

impl fmt::Display for EdgeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {} ({})", self.from, self.to, self.kind)
    }
}
