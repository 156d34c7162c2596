//! Where everything is drawn. Containers are laid out from the inside out, each scope by itself:
//! happy path and ranks, order within the ranks, places from left to right, then right-angled routes.

mod assemble;
mod bands;
mod far;
mod layers;
mod order;
mod place;
mod ports;
mod rank;
mod request;
mod route;
mod scope;
mod seed;
pub mod size;
mod table;

use crate::geometry::Point;
use crate::geometry::Rect;
use crate::graph::EdgeKey;
use crate::graph::EdgeKind;
use crate::graph::NodeKey;
use crate::graph::NodeKind;

pub use assemble::layout;
pub use request::{Direction, LayoutRequest};

/// Nodes (containers before what lies in them) and edges with their places.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    pub nodes: Vec<PlacedNode>,
    pub edges: Vec<PlacedEdge>,
    /// Around all nodes, routes, labels and captions; its corner is the origin.
    pub bounds: Rect,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PlacedNode {
    pub key: NodeKey,
    pub kind: NodeKind,
    pub rect: Rect,
    pub parent: Option<NodeKey>,
    /// The header of an open container; none for anything else, a collapsed container included.
    pub header: Option<Rect>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PlacedEdge {
    pub key: EdgeKey,
    pub kind: EdgeKind,
    pub from: NodeKey,
    pub to: NodeKey,
    pub label: Option<String>,
    pub label_rect: Option<Rect>,
    /// From border to border, horizontal and vertical parts only.
    pub route: Vec<Point>,
    /// Runs against the direction of the flow: a loop.
    pub back: bool,
    /// On the happy path of its scope.
    pub main: bool,
}

impl Layout {
    pub fn node(&self, key: &NodeKey) -> Option<&PlacedNode> {
        self.nodes.iter().find(|node| node.key == *key)
    }

    pub fn edge(&self, key: &EdgeKey) -> Option<&PlacedEdge> {
        self.edges.iter().find(|edge| edge.key == *key)
    }
}
