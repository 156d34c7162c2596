//! The layers: ranks of boxes, and between them rows of labels. A link becomes a chain of items,
//! one in every layer it passes, so nothing else can stand where it runs or where its label is.

use std::collections::BTreeMap;

use crate::graph::layout::far::far_links;
use crate::graph::layout::rank::Graph;
use crate::graph::layout::rank::Ranks;
use crate::graph::layout::size;
use crate::graph::layout::table::Lists;
use crate::graph::layout::table::Table;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ItemKind {
    Node(usize),
    /// A link passes.
    #[default]
    Pass,
    /// A link passes with its label on it.
    Label(usize),
    /// A link begins or ends at the side of a box of the same layer, where its label may be too.
    Side(usize),
    /// Keeps the column of the happy path free above and below it.
    Spine,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Item {
    pub kind: ItemKind,
    pub layer: usize,
    /// How far it reaches from its center line.
    pub left: f32,
    pub right: f32,
    /// Room kept towards the box it belongs to, for a label on the way there.
    pub inner: f32,
}

/// Two items of neighboring layers that a link, or the happy path's column, connects.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Step {
    pub upper: usize,
    pub lower: usize,
    /// None for the column of the happy path.
    pub link: Option<usize>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Layers {
    pub items: Vec<Item>,
    /// Of each layer the items from left to right; filled by the ordering.
    pub rows: Vec<Vec<usize>>,
    /// Whether a layer holds labels.
    pub labels: Vec<bool>,
    /// Of each box its item.
    pub node_item: Vec<usize>,
    /// Of each link its items from top to bottom, the boxes it meets at top or bottom included.
    pub chains: Vec<Vec<usize>>,
    pub steps: Vec<Step>,
    /// Of each item its steps to the layer above and to the one below.
    pub above: Vec<Vec<usize>>,
    pub below: Vec<Vec<usize>>,
    /// Of each box the items at its sides.
    pub sides: Vec<Vec<usize>>,
    /// Column items of the happy path above and below its boxes.
    pub spine: Vec<usize>,
    /// Loops from a box to itself.
    pub own: Vec<usize>,
    /// Of each link whether it runs outside the layers; its chain then begins just above the box it leads to.
    pub far: Vec<bool>,
    /// Where such a link leaves at the side of its box.
    pub far_side: BTreeMap<usize, usize>,
    /// The other way round: the link of such an item.
    pub far_link: BTreeMap<usize, usize>,
}

impl Layers {
    pub fn new(graph: &Graph, ranks: &Ranks) -> Layers {
        let mut layers = Layers {
            far: far_links(graph, ranks),
            ..Layers::default()
        };
        let gaps: Vec<Option<usize>> = (0..graph.links.len())
            .map(|link| label_gap(graph, ranks, link, layers.far.at(link)))
            .collect();
        let mut wanted = vec![false; ranks.count];
        for gap in gaps.iter().flatten() {
            wanted.put(*gap, true);
        }
        let mut node_layer = Vec::new();
        let mut label_layer = Vec::new();
        for rank in 0..ranks.count {
            node_layer.push(layers.labels.len());
            layers.labels.push(false);
            label_layer.push(layers.labels.len());
            if wanted.at(rank) {
                layers.labels.push(true);
            }
        }
        layers.rows = vec![Vec::new(); layers.labels.len()];
        layers.add_nodes(graph, ranks, &node_layer);
        layers.chains = vec![Vec::new(); graph.links.len()];
        for (link, gap) in gaps.iter().enumerate() {
            let label = gap.map(|gap| label_layer.at(gap));
            layers.add_chain(graph, ranks, link, label);
        }
        layers.add_spine(graph, ranks);
        layers
    }

    /// Of each item its place in its row.
    pub fn places(&self) -> Vec<usize> {
        let mut places = vec![0; self.items.len()];
        for row in &self.rows {
            for (place, item) in row.iter().enumerate() {
                places.put(*item, place);
            }
        }
        places
    }

    /// The room an item keeps at its left, or else at its right, towards its box.
    pub fn inner(&self, places: &[usize], item: usize, at_left: bool) -> f32 {
        match self.items.at(item).kind {
            ItemKind::Side(node) => {
                let own = places.at(self.node_item.at(node));
                if (own < places.at(item)) == at_left {
                    self.items.at(item).inner
                } else {
                    0.0
                }
            }
            ItemKind::Node(_) | ItemKind::Pass | ItemKind::Label(_) | ItemKind::Spine => 0.0,
        }
    }

    /// Nothing stands between an item at a side and its box.
    pub fn beside(&self, side: usize) -> bool {
        let ItemKind::Side(node) = self.items.at(side).kind else {
            return false;
        };
        let own = self.node_item.at(node);
        let row = self.rows.list(self.items.at(own).layer);
        row.iter()
            .zip(row.iter().skip(1))
            .any(|(a, b)| (*a == own && *b == side) || (*a == side && *b == own))
    }

    fn push(&mut self, kind: ItemKind, layer: usize, left: f32, right: f32) -> usize {
        self.items.push(Item {
            kind,
            layer,
            left,
            right,
            inner: 0.0,
        });
        self.above.push(Vec::new());
        self.below.push(Vec::new());
        self.items.len() - 1
    }

    pub fn connect(&mut self, upper: usize, lower: usize, link: Option<usize>) {
        let step = self.steps.len();
        self.steps.push(Step { upper, lower, link });
        self.below.add(upper, step);
        self.above.add(lower, step);
    }

    fn add_nodes(&mut self, graph: &Graph, ranks: &Ranks, node_layer: &[usize]) {
        self.sides = vec![Vec::new(); graph.parts.len()];
        for (node, part) in graph.parts.iter().enumerate() {
            let half = part.size.width / 2.0;
            let mut right = half + part.caption;
            for link in graph.out.list(node) {
                let edge = graph.links.at(*link);
                if edge.to == node {
                    right += own_loop_width(edge.label.map_or(0.0, |label| label.width));
                }
            }
            // Cards of all widths stand in columns.
            let column = if part.caption > 0.0 {
                half
            } else {
                half.max(size::CARD.width / 2.0)
            };
            let item = self.push(
                ItemKind::Node(node),
                node_layer.at(ranks.rank.at(node)),
                column,
                right.max(column),
            );
            self.node_item.push(item);
        }
    }

    fn add_chain(&mut self, graph: &Graph, ranks: &Ranks, link: usize, label: Option<usize>) {
        let edge = graph.links.at(link);
        if edge.from == edge.to {
            self.own.push(link);
            return;
        }
        if self.far.at(link) {
            self.add_far(graph, ranks, link, label);
            return;
        }
        let back = ranks.back.at(link);
        let (upper, lower) = if back {
            (edge.to, edge.from)
        } else {
            (edge.from, edge.to)
        };
        // What leaves at a side has its label right there, beside the box.
        let half = edge.label.map_or(0.0, |label| label.width / 2.0);
        let first = if !back && edge.catch && lies_across(graph, ranks, link) {
            let side = self.add_side(upper, 0.0);
            if let Some(item) = self.items.get_mut(side) {
                item.inner = 2.0 * half + 2.0 * size::LEVEL_GAP;
            }
            side
        } else if back || edge.catch {
            self.add_side(upper, if back { 0.0 } else { half })
        } else {
            self.node_item.at(upper)
        };
        let last = if back {
            self.add_side(lower, half)
        } else {
            self.node_item.at(lower)
        };
        let mut chain = vec![first];
        for layer in self.items.at(first).layer + 1..self.items.at(last).layer {
            let item = match edge.label {
                Some(size) if label == Some(layer) => {
                    let half = size.width / 2.0;
                    self.push(ItemKind::Label(link), layer, half, half)
                }
                _ => self.push(ItemKind::Pass, layer, 0.0, 0.0),
            };
            chain.push(item);
        }
        chain.push(last);
        for (upper, lower) in chain.iter().zip(chain.iter().skip(1)) {
            self.connect(*upper, *lower, Some(link));
        }
        if let Some(slot) = self.chains.get_mut(link) {
            *slot = chain;
        }
    }

    fn add_far(&mut self, graph: &Graph, ranks: &Ranks, link: usize, label: Option<usize>) {
        let edge = graph.links.at(link);
        let half = edge.label.map_or(0.0, |label| label.width / 2.0);
        if edge.catch || ranks.back.at(link) {
            let side = self.add_side(edge.from, half);
            self.far_side.insert(link, side);
            self.far_link.insert(side, link);
        } else if let Some(layer) = label {
            let item = self.push(ItemKind::Label(link), layer, half, half);
            let target = self.node_item.at(edge.to);
            self.connect(item, target, Some(link));
            if let Some(slot) = self.chains.get_mut(link) {
                *slot = vec![item, target];
            }
        }
    }

    fn add_side(&mut self, node: usize, half: f32) -> usize {
        let layer = self.items.at(self.node_item.at(node)).layer;
        let item = self.push(ItemKind::Side(node), layer, half, half);
        self.sides.add(node, item);
        item
    }

    fn add_spine(&mut self, graph: &Graph, ranks: &Ranks) {
        let mut last = ranks.root;
        while let Some(link) = ranks.happy.at(last) {
            last = graph.links.at(link).to;
        }
        let (first, last) = (self.node_item.at(ranks.root), self.node_item.at(last));
        let mut before = None;
        for layer in 0..self.items.at(first).layer {
            let item = self.push(ItemKind::Spine, layer, 0.0, 0.0);
            self.spine.push(item);
            if let Some(before) = before {
                self.connect(before, item, None);
            }
            before = Some(item);
        }
        if let Some(before) = before {
            self.connect(before, first, None);
        }
        let mut before = last;
        for layer in self.items.at(last).layer + 1..self.rows.len() {
            let item = self.push(ItemKind::Spine, layer, 0.0, 0.0);
            self.spine.push(item);
            self.connect(before, item, None);
            before = item;
        }
    }
}

/// Whether a Catch has its label on the way to the side instead of on the way down: so many of them, and
/// long ones, run close together.
fn lies_across(graph: &Graph, ranks: &Ranks, link: usize) -> bool {
    let edge = graph.links.at(link);
    let at_side = |other: &usize| {
        let other_edge = graph.links.at(*other);
        let own_end = other_edge.from == edge.from || ranks.back.at(*other);
        own_end && (other_edge.catch || ranks.back.at(*other))
    };
    let around = graph.out.list(edge.from).iter();
    let sides = around.chain(graph.into.list(edge.from)).copied();
    let caught = graph.into.list(edge.to).iter();
    edge.label
        .is_some_and(|label| label.height <= size::LABEL_HEIGHT)
        && sides.filter(at_side).count() == 1
        && (caught.filter(|other| graph.links.at(**other).catch).count() > 1
            || ranks.rank.at(edge.to) > ranks.rank.at(edge.from) + 1)
}

/// The room a loop from a box to itself takes at its right.
pub(super) fn own_loop_width(label: f32) -> f32 {
    size::GAP + label.max(size::LANE_GAP)
}

/// The rank below which a link's label stands in a row of its own: just above the box it leads to. Of several
/// long links to one box each has it just below the box it leaves, where it does not keep them apart.
fn label_gap(graph: &Graph, ranks: &Ranks, link: usize, far: bool) -> Option<usize> {
    let edge = graph.links.at(link);
    edge.label?;
    if edge.catch || ranks.back.at(link) {
        return None;
    }
    let (from, to) = (ranks.rank.at(edge.from), ranks.rank.at(edge.to));
    let labelled = |other: &&usize| {
        let other_edge = graph.links.at(**other);
        other_edge.label.is_some() && !other_edge.catch && !ranks.back.at(**other)
    };
    if !far && to > from + 1 && graph.into.list(edge.to).iter().filter(labelled).count() > 1 {
        Some(from)
    } else {
        to.checked_sub(1)
    }
}
