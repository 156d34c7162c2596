//! The happy path, the loops, and the rank of every box: its row from the top.
//!
//! The happy path is the longest chain from the entry over transitions that are neither Catch nor loops
//! and from which a terminal other than Fail can be reached; of equal ones the one listed first.

use crate::geometry::Size;
use crate::graph::layout::table::Lists;
use crate::graph::layout::table::Table;

/// A box of one scope.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Part {
    pub size: Size,
    /// Room needed at its right besides its size.
    pub caption: f32,
    /// Shows states inside, so it may be much taller than its neighbors.
    pub open: bool,
    pub fails: bool,
}

/// A way from one box to another.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Link {
    pub from: usize,
    pub to: usize,
    pub catch: bool,
    pub label: Option<Size>,
}

/// The boxes of a scope, or a connected part of them, with the entry first.
#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    pub parts: Vec<Part>,
    pub links: Vec<Link>,
    /// Links leaving each box, in the order in which they are tried.
    pub out: Vec<Vec<usize>>,
    pub into: Vec<Vec<usize>>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Ranks {
    /// Links that close a loop.
    pub back: Vec<bool>,
    /// The link by which each box goes on along its own longest chain.
    pub happy: Vec<Option<usize>>,
    /// A terminal that is not a Fail can be reached.
    pub good: Vec<bool>,
    /// The box the happy path begins at.
    pub root: usize,
    /// The links of the happy path.
    pub main: Vec<bool>,
    pub rank: Vec<usize>,
    /// Number of ranks.
    pub count: usize,
}

impl Graph {
    pub fn new(parts: Vec<Part>, links: Vec<Link>) -> Graph {
        let mut out = vec![Vec::new(); parts.len()];
        let mut into = vec![Vec::new(); parts.len()];
        for (at, link) in links.iter().enumerate() {
            out.add(link.from, at);
            into.add(link.to, at);
        }
        Graph {
            parts,
            links,
            out,
            into,
        }
    }
}

/// Finds loops, the happy path and the ranks.
pub(super) fn rank(graph: &Graph) -> Ranks {
    let mut ranks = Ranks {
        back: back_links(graph),
        ..Ranks::default()
    };
    let order = topological(graph, &ranks.back);
    let lengths = ranks.find_chains(graph, &order);
    ranks.find_root(graph, &lengths);
    ranks.find_main(graph);
    ranks.find_ranks(graph, &order);
    ranks
}

impl Ranks {
    /// Longest chains to a good end; returns how long they are.
    fn find_chains(&mut self, graph: &Graph, order: &[usize]) -> Vec<usize> {
        let count = graph.parts.len();
        self.happy = vec![None; count];
        self.good = vec![true; count];
        let mut length = vec![1; count];
        for node in order.iter().rev().copied() {
            if graph.parts.at(node).fails {
                self.good.put(node, false);
                continue;
            }
            let mut best: Option<(bool, usize, usize)> = None;
            for link in graph.out.list(node).iter().copied() {
                let edge = graph.links.at(link);
                if edge.catch || self.back.at(link) {
                    continue;
                }
                let candidate = (self.good.at(edge.to), length.at(edge.to) + 1);
                if best.is_none_or(|(good, long, _)| candidate > (good, long)) {
                    best = Some((candidate.0, candidate.1, link));
                }
            }
            if let Some((good, long, link)) = best {
                self.good.put(node, good);
                length.put(node, long);
                self.happy.put(node, Some(link));
            }
        }
        length
    }

    fn find_root(&mut self, graph: &Graph, lengths: &[usize]) {
        let begins = |node: &usize| {
            graph
                .into
                .list(*node)
                .iter()
                .all(|link| self.back.at(*link))
        };
        let entry = 0;
        if begins(&entry) {
            self.root = entry;
            return;
        }
        // Only in a part that the entry of the scope does not lead to.
        self.root = (0..graph.parts.len())
            .filter(begins)
            .max_by_key(|node| {
                (
                    self.good.at(*node),
                    lengths.at(*node),
                    std::cmp::Reverse(*node),
                )
            })
            .unwrap_or(entry);
    }

    fn find_main(&mut self, graph: &Graph) {
        self.main = vec![false; graph.links.len()];
        let mut node = self.root;
        while let Some(link) = self.happy.at(node) {
            self.main.put(link, true);
            node = graph.links.at(link).to;
        }
    }

    fn find_ranks(&mut self, graph: &Graph, order: &[usize]) {
        let mut rank = vec![0usize; graph.parts.len()];
        for node in order.iter().copied() {
            for link in graph.out.list(node).iter().copied() {
                if !self.back.at(link) {
                    let to = graph.links.at(link).to;
                    let below = rank.at(to).max(rank.at(node) + 1);
                    rank.put(to, below);
                }
            }
        }
        // What nothing leads to stands just above what it leads to.
        for node in order.iter().rev().copied() {
            let forward = |link: &&usize| !self.back.at(**link);
            if node != self.root && !graph.into.list(node).iter().any(|link| forward(&link)) {
                let below = graph
                    .out
                    .list(node)
                    .iter()
                    .filter(forward)
                    .map(|link| rank.at(graph.links.at(*link).to))
                    .min();
                rank.put(node, below.unwrap_or(1).saturating_sub(1));
            }
        }
        self.count = rank.iter().max().map_or(0, |last| last + 1);
        self.rank = rank;
    }
}

/// Links to a box that is still open in a depth-first walk from the entry, in the order of the links.
fn back_links(graph: &Graph) -> Vec<bool> {
    let mut back = vec![false; graph.links.len()];
    let mut state = vec![0u8; graph.parts.len()];
    for root in 0..graph.parts.len() {
        if state.at(root) != 0 {
            continue;
        }
        state.put(root, 1);
        let mut open = vec![(root, 0usize)];
        while let Some((node, next)) = open.pop() {
            let Some(link) = graph.out.list(node).get(next).copied() else {
                state.put(node, 2);
                continue;
            };
            open.push((node, next + 1));
            let to = graph.links.at(link).to;
            match state.at(to) {
                0 => {
                    state.put(to, 1);
                    open.push((to, 0));
                }
                1 => back.put(link, true),
                _ => {}
            }
        }
    }
    back
}

/// Every box after all that lead to it, loops left out.
fn topological(graph: &Graph, back: &[bool]) -> Vec<usize> {
    let forward = |links: &[usize]| links.iter().filter(|link| !back.at(**link)).count();
    let mut waiting: Vec<usize> = graph.into.iter().map(|links| forward(links)).collect();
    let mut order: Vec<usize> = (0..graph.parts.len())
        .filter(|node| waiting.at(*node) == 0)
        .collect();
    let mut next = 0;
    while let Some(node) = order.get(next).copied() {
        next += 1;
        for link in graph.out.list(node).iter().filter(|link| !back.at(**link)) {
            let to = graph.links.at(*link).to;
            let left = waiting.at(to).saturating_sub(1);
            waiting.put(to, left);
            if left == 0 {
                order.push(to);
            }
        }
    }
    order
}
