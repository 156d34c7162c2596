//! The first order of the layers: the happy path in the middle, error handling at its left,
//! alternatives at its right in the order in which they are tried, each part again built like that.

use std::collections::BTreeSet;

use crate::graph::layout::layers::ItemKind;
use crate::graph::layout::layers::Layers;
use crate::graph::layout::rank::Graph;
use crate::graph::layout::rank::Ranks;
use crate::graph::layout::table::Lists;
use crate::graph::layout::table::Table;

/// How the first order is made.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub fails: Fails,
    /// Parts at the left are built as the mirror image of those at the right.
    pub mirror: bool,
    /// Of the ways out of a box those that loop back lie outside.
    pub loops_outside: bool,
    /// Links that go to the other side than usual.
    pub flipped: BTreeSet<usize>,
    /// Links that leave at a side and stay near their box instead of right above what they lead to.
    pub loose: BTreeSet<usize>,
}

/// Where ways go that only lead to a Fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fails {
    /// To the left, but to the right of three or more ways, in their order.
    Mixed,
    Left,
    Right,
}

enum Turn {
    /// A chain that begins at a box, with all that hangs on it.
    /// In the left part a mirrored one: what it leads to besides lies at its left.
    Chain(usize, bool),
    Node(usize),
    Link(usize),
    Spine,
}

/// Fills the rows of the layers.
pub(super) fn seed(graph: &Graph, ranks: &Ranks, layers: &mut Layers, plan: &Plan) {
    layers.rows.iter_mut().for_each(Vec::clear);
    let mut seed = Seed {
        graph,
        ranks,
        plan,
        taken: vec![false; graph.parts.len()],
    };
    // The root first; then what nothing leads to, and what only such boxes lead to.
    let begins = |node: &usize| {
        graph
            .into
            .list(*node)
            .iter()
            .all(|link| ranks.back.at(*link))
    };
    let roots = (0..graph.parts.len()).filter(begins);
    let all = std::iter::once(ranks.root)
        .chain(roots)
        .chain(0..graph.parts.len());
    for root in all.collect::<Vec<usize>>() {
        let mut open = vec![Turn::Chain(root, false)];
        while let Some(turn) = open.pop() {
            match turn {
                Turn::Chain(node, mirrored) => {
                    open.extend(seed.chain(node, mirrored).into_iter().rev());
                }
                Turn::Node(node) => append(layers, layers.node_item.at(node)),
                Turn::Link(link) => {
                    let far = layers.far_side.get(&link).copied();
                    for item in far.into_iter().chain(layers.chains.list(link).to_vec()) {
                        if !matches!(layers.items.at(item).kind, ItemKind::Node(_)) {
                            append(layers, item);
                        }
                    }
                }
                Turn::Spine => {
                    for item in layers.spine.clone() {
                        append(layers, item);
                    }
                }
            }
        }
    }
}

fn append(layers: &mut Layers, item: usize) {
    let layer = layers.items.at(item).layer;
    layers.rows.add(layer, item);
}

struct Seed<'a> {
    graph: &'a Graph,
    ranks: &'a Ranks,
    plan: &'a Plan,
    taken: Vec<bool>,
}

impl Seed<'_> {
    fn chain(&mut self, root: usize, mirrored: bool) -> Vec<Turn> {
        let mut turns = Vec::new();
        if self.taken.at(root) {
            return turns;
        }
        let mut nodes = vec![root];
        let mut links = Vec::new();
        self.taken.put(root, true);
        let mut node = root;
        while let Some(link) = self.ranks.happy.at(node) {
            let next = self.graph.links.at(link).to;
            if self.taken.at(next) {
                break;
            }
            self.taken.put(next, true);
            links.push(link);
            nodes.push(next);
            node = next;
        }
        // Every box of the chain but the last goes on by its happy link.
        let on_chain =
            |from: usize, link: usize| from != node && self.ranks.happy.at(from) == Some(link);
        let hang = |turns: &mut Vec<Turn>, link: usize, mirrored: bool| {
            turns.push(Turn::Link(link));
            turns.push(Turn::Chain(self.graph.links.at(link).to, mirrored));
        };
        for node in &nodes {
            let side = self
                .ways(*node)
                .into_iter()
                .filter(|link| !on_chain(*node, *link));
            let (left, right): (Vec<usize>, Vec<usize>) =
                side.partition(|link| self.is_left(*link));
            left.into_iter()
                .for_each(|link| hang(&mut turns, link, self.plan.mirror));
            if mirrored {
                let forward = right
                    .into_iter()
                    .rev()
                    .filter(|link| !self.ranks.back.at(*link));
                forward.for_each(|link| hang(&mut turns, link, true));
            }
        }
        turns.extend(nodes.iter().map(|node| Turn::Node(*node)));
        turns.extend(links.iter().map(|link| Turn::Link(*link)));
        if root == self.ranks.root {
            turns.push(Turn::Spine);
        }
        for node in nodes.iter().rev() {
            for link in &self.ways(*node) {
                let here = !mirrored || self.ranks.back.at(*link);
                if here && !self.is_left(*link) && !on_chain(*node, *link) {
                    hang(&mut turns, *link, mirrored);
                }
            }
        }
        turns
    }

    /// The links out of a box, from the inner to the outer ones.
    fn ways(&self, node: usize) -> Vec<usize> {
        let mut ways = self.graph.out.list(node).to_vec();
        if self.plan.loops_outside {
            ways.sort_by_key(|link| self.loops(*link));
        }
        ways
    }

    /// The way a link begins leads back up in the end.
    fn loops(&self, link: usize) -> bool {
        let mut node = self.graph.links.at(link).to;
        // A chain is followed by its happy links, which never loop.
        while let Some(next) = self.ranks.happy.at(node) {
            node = self.graph.links.at(next).to;
        }
        let mut ways = self.graph.out.list(node).iter();
        ways.any(|way| self.ranks.back.at(*way))
    }

    fn is_left(&self, link: usize) -> bool {
        let usual = left_by(self.graph, self.ranks, link, self.plan.fails);
        usual != self.plan.flipped.contains(&link)
    }
}

/// Whether a link runs at the left of its box where nothing speaks against it.
pub(super) fn usually_left(graph: &Graph, ranks: &Ranks, link: usize) -> bool {
    left_by(graph, ranks, link, Fails::Mixed)
}

/// Errors go to the left: Catch, and the one of two ways that only leads to a Fail.
fn left_by(graph: &Graph, ranks: &Ranks, link: usize, fails: Fails) -> bool {
    let edge = graph.links.at(link);
    if ranks.back.at(link) || edge.from == edge.to {
        return false;
    }
    if edge.catch {
        return true;
    }
    let side = match fails {
        Fails::Mixed => graph.out.list(edge.from).len() <= 2,
        Fails::Left => true,
        Fails::Right => false,
    };
    side && ranks.good.at(edge.from) && !ranks.good.at(edge.to)
}
