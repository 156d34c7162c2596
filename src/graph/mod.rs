//! The flow graph of a definition and its layout, both pure functions.
//!
//! Rooms used: geometry, asl (and the tree it points into, for the labels).
//! Never: leaks an index of the graph library, decides a color, or depends on the order of the keys in the text.
//! Add a kind of node or edge in `key.rs` and `flow.rs`, a step of the layout as a file in `layout/`.

mod flow;
mod key;
mod label;
mod layout;
mod measure;

pub use flow::{Flow, FlowEdge, FlowNode, FlowScope, FlowTransition, MissingTarget, flow};
pub use key::{EdgeKey, EdgeKind, NodeKey, NodeKind};
pub use layout::{Direction, Layout, LayoutRequest, PlacedEdge, PlacedNode, layout, size};
pub use measure::{Measure, average_width};
