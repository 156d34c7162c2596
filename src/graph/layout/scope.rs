//! One scope: its connected parts are laid out by themselves and stand side by side, the one with the entry first.

use std::collections::BTreeSet;

use crate::geometry::Point;
use crate::geometry::Rect;
use crate::graph::layout::far::far_lanes;
use crate::graph::layout::layers::Layers;
use crate::graph::layout::order::orders;
use crate::graph::layout::place::place;
use crate::graph::layout::ports::ports;
use crate::graph::layout::rank::Graph;
use crate::graph::layout::rank::Link;
use crate::graph::layout::rank::Part;
use crate::graph::layout::rank::Ranks;
use crate::graph::layout::rank::rank;
use crate::graph::layout::route::Drawn;
use crate::graph::layout::route::route;
use crate::graph::layout::seed::Fails;
use crate::graph::layout::seed::Plan;
use crate::graph::layout::seed::seed;
use crate::graph::layout::seed::usually_left;
use crate::graph::layout::size;
use crate::graph::layout::table::Lists;
use crate::graph::layout::table::Table;

/// Up to this many items more than one first order is tried.
const FEW: usize = 600;
/// A crossing is as bad as a line so much longer.
const CROSSING: f32 = 1_000.0;
/// What a line is longer than the straight way weighs so much besides.
const DETOUR: f32 = 1.0;
/// So is a link at the other side than usual.
const ASTRAY: f32 = 700.0;
/// How much better another plan has to be.
const HARDLY: f32 = 0.97;
/// With more links beside the happy paths no single one is tried at the other side.
const SIDEWAYS: usize = 32;

/// A scope with places from its own corner on.
#[derive(Clone, Debug, Default)]
pub(super) struct Arranged {
    pub boxes: Vec<Rect>,
    pub routes: Vec<Vec<Point>>,
    pub labels: Vec<Option<Rect>>,
    pub back: Vec<bool>,
    pub main: Vec<bool>,
    /// From the corner to the lower right of everything.
    pub width: f32,
    pub height: f32,
}

/// Lays out the boxes of a scope, the one it begins with first. Places are whole numbers.
pub(super) fn arrange(parts: &[Part], links: &[Link]) -> Arranged {
    let mut whole = Arranged {
        boxes: vec![Rect::default(); parts.len()],
        routes: vec![Vec::new(); links.len()],
        labels: vec![None; links.len()],
        back: vec![false; links.len()],
        main: vec![false; links.len()],
        width: 0.0,
        height: 0.0,
    };
    for (nodes, edges) in components(parts, links) {
        whole.add(parts, links, &nodes, &edges);
    }
    whole
}

impl Arranged {
    fn add(&mut self, parts: &[Part], links: &[Link], nodes: &[usize], edges: &[usize]) {
        let mut local = vec![0; parts.len()];
        for (at, node) in nodes.iter().enumerate() {
            local.put(*node, at);
        }
        let graph = Graph::new(
            nodes.iter().map(|node| parts.at(*node)).collect(),
            edges
                .iter()
                .map(|edge| {
                    let link = links.at(*edge);
                    Link {
                        from: local.at(link.from),
                        to: local.at(link.to),
                        ..link
                    }
                })
                .collect(),
        );
        let ranks = rank(&graph);
        let drawn = draw(&graph, &ranks);
        let Some(bounds) = bounds(&graph, &drawn) else {
            return;
        };
        let left = if self.width > 0.0 {
            self.width + 2.0 * size::GAP
        } else {
            0.0
        };
        let by = Point::new(left - bounds.x.floor(), -bounds.y.floor());
        for (node, rect) in nodes.iter().zip(&drawn.boxes) {
            self.boxes.put(*node, rect.moved(by));
        }
        for (at, edge) in edges.iter().enumerate() {
            let route = drawn.routes.list(at).iter().map(|point| point.moved(by));
            if let Some(slot) = self.routes.get_mut(*edge) {
                *slot = route.collect();
            }
            self.labels
                .put(*edge, drawn.labels.at(at).map(|label| label.moved(by)));
            self.back.put(*edge, ranks.back.at(at));
            self.main.put(*edge, ranks.main.at(at));
        }
        self.width = (bounds.right() + by.x).ceil();
        self.height = self.height.max((bounds.bottom() + by.y).ceil());
    }
}

/// The usual first order, and those tried besides.
const PLANS: [(Fails, bool, bool); 6] = [
    (Fails::Mixed, true, false),
    (Fails::Mixed, true, true),
    (Fails::Mixed, false, false),
    (Fails::Right, true, false),
    (Fails::Right, true, true),
    (Fails::Left, true, false),
];

/// Draws by every plan and keeps the best drawing: short lines, few crossings. The usual plan wins where
/// another is hardly better, so that a small change seldom changes the plan.
fn draw(graph: &Graph, ranks: &Ranks) -> Drawn {
    let mut layers = Layers::new(graph, ranks);
    let several = layers.items.len() <= FEW;
    let mut search = Search {
        graph,
        ranks,
        best: None,
        seen: Vec::new(),
    };
    let plans = PLANS.iter().take(if several { PLANS.len() } else { 1 });
    for (fails, mirror, loops_outside) in plans.copied() {
        let plan = Plan {
            fails,
            mirror,
            loops_outside,
            flipped: BTreeSet::new(),
            loose: BTreeSet::new(),
        };
        search.look(&mut layers, &plan, several);
    }
    // Then one link after the other is put to the other side, as long as that helps.
    let sideways: Vec<usize> = (0..graph.links.len())
        .filter(|link| ranks.happy.at(graph.links.at(*link).from) != Some(*link))
        .collect();
    if several && sideways.len() <= SIDEWAYS {
        // Errors first: where alternatives stand matters more.
        let (catches, others): (Vec<usize>, Vec<usize>) = sideways
            .into_iter()
            .partition(|link| graph.links.at(*link).catch);
        for link in &catches {
            search.vary(&mut layers, |plan| toggle(&mut plan.loose, *link));
        }
        for link in catches.iter().chain(&others) {
            search.vary(&mut layers, |plan| toggle(&mut plan.flipped, *link));
        }
    }
    search.best.map(|best| best.drawn).unwrap_or_default()
}

struct Search<'a> {
    graph: &'a Graph,
    ranks: &'a Ranks,
    best: Option<Best>,
    /// Orders looked at before.
    seen: Vec<(Vec<Vec<usize>>, BTreeSet<usize>)>,
}

struct Best {
    cost: f32,
    plan: Plan,
    drawn: Drawn,
}

fn toggle(set: &mut BTreeSet<usize>, link: usize) {
    if !set.remove(&link) {
        set.insert(link);
    }
}

impl Search<'_> {
    fn vary(&mut self, layers: &mut Layers, change: impl Fn(&mut Plan)) {
        if let Some(best) = &self.best {
            let mut plan = best.plan.clone();
            change(&mut plan);
            self.look(layers, &plan, true);
        }
    }

    /// Links of the happy path's boxes that run at the other side than usual; errors count twice.
    fn astray(&self, layers: &Layers, x: &[f32]) -> usize {
        let side = |link: &usize| {
            let edge = self.graph.links.at(*link);
            let chain = layers.chains.list(*link);
            let back = self.ranks.back.at(*link);
            let own = x.at(layers.node_item.at(edge.from));
            let next = match (back, edge.catch) {
                (true, _) => chain.last(),
                (false, true) => chain.first(),
                (false, false) => chain.get(1),
            };
            let left = next.is_some_and(|item| x.at(*item) < own);
            // A loop may run at either side.
            own == 0.0 && !back && left != usually_left(self.graph, self.ranks, *link)
        };
        let happy = |link: &usize| {
            let edge = self.graph.links.at(*link);
            self.ranks.happy.at(edge.from) == Some(*link) || edge.from == edge.to
        };
        (0..self.graph.links.len())
            .filter(|link| !happy(link))
            .filter(side)
            .map(|link| {
                if self.graph.links.at(link).catch {
                    2
                } else {
                    1
                }
            })
            .sum()
    }

    fn look(&mut self, layers: &mut Layers, plan: &Plan, several: bool) {
        seed(self.graph, self.ranks, layers, plan);
        for order in orders(layers, several) {
            let looked_at = (order.rows, plan.loose.clone());
            if self.seen.contains(&looked_at) {
                continue;
            }
            layers.rows.clone_from(&looked_at.0);
            self.seen.push(looked_at);
            let x = place(self.graph, self.ranks, layers, plan);
            let lanes = far_lanes(self.graph, layers, &x);
            let ports = ports(self.graph, layers, &x, &lanes);
            let drawn = route(self.graph, layers, &self.ranks.back, &x, &ports, &lanes);
            let astray = self.astray(layers, &x) as f32 * ASTRAY;
            let cost = length(&drawn) + order.cost as f32 * CROSSING + astray;
            if self
                .best
                .as_ref()
                .is_none_or(|best| cost < best.cost * HARDLY)
            {
                self.best = Some(Best {
                    cost,
                    plan: plan.clone(),
                    drawn,
                });
            }
        }
    }
}

/// How long the lines are; what they are longer than the straight way counts twice.
fn length(drawn: &Drawn) -> f32 {
    let cost = |route: &Vec<Point>| -> f32 {
        let pairs = route.iter().zip(route.iter().skip(1));
        let length: f32 = pairs.map(|(a, b)| a.distance(*b)).sum();
        let straight = route
            .first()
            .zip(route.last())
            .map_or(0.0, |(first, last)| first.distance(*last));
        length + DETOUR * (length - straight)
    };
    drawn.routes.iter().map(cost).sum()
}

fn bounds(graph: &Graph, drawn: &Drawn) -> Option<Rect> {
    let boxes = drawn
        .boxes
        .iter()
        .zip(&graph.parts)
        .map(|(rect, part)| Rect::new(rect.x, rect.y, rect.width + part.caption, rect.height));
    let points = drawn
        .routes
        .iter()
        .flatten()
        .map(|point| Rect::new(point.x, point.y, 0.0, 0.0));
    let labels = drawn.labels.iter().flatten().copied();
    boxes
        .chain(points)
        .chain(labels)
        .reduce(|all, next| all.union(&next))
}

/// The connected parts: their boxes and links, each in the order of the scope.
fn components(parts: &[Part], links: &[Link]) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut near = vec![Vec::new(); parts.len()];
    for link in links {
        near.add(link.from, link.to);
        near.add(link.to, link.from);
    }
    let mut part_of = vec![usize::MAX; parts.len()];
    let mut found: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    for root in 0..parts.len() {
        if part_of.at(root) != usize::MAX {
            continue;
        }
        let mut open = vec![root];
        part_of.put(root, found.len());
        while let Some(node) = open.pop() {
            for other in near.list(node) {
                if part_of.at(*other) == usize::MAX {
                    part_of.put(*other, found.len());
                    open.push(*other);
                }
            }
        }
        found.push((Vec::new(), Vec::new()));
    }
    for (node, part) in part_of.iter().enumerate() {
        if let Some((nodes, _)) = found.get_mut(*part) {
            nodes.push(node);
        }
    }
    for (at, link) in links.iter().enumerate() {
        if let Some((_, edges)) = found.get_mut(part_of.at(link.from)) {
            edges.push(at);
        }
    }
    found
}
