//! One scope: its connected parts are laid out by themselves and stand side by side, the one with the entry first.

use crate::geometry::Point;
use crate::geometry::Rect;
use crate::graph::layout::layers::Layers;
use crate::graph::layout::order::order;
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
use crate::graph::layout::size;
use crate::graph::layout::table::Lists;
use crate::graph::layout::table::Table;

/// Up to this many items more than one first order is tried.
const FEW: usize = 3_000;

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
        let mut layers = Layers::new(&graph, &ranks);
        arrange_rows(&graph, &ranks, &mut layers);
        let x = place(&graph, &ranks, &layers);
        let ports = ports(&graph, &layers, &x);
        let drawn = route(&graph, &layers, &ranks.back, &x, &ports);
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

/// The usual first order, and those tried where it leaves crossings.
const PLANS: [Plan; 6] = [
    plan(Fails::Mixed, true, false),
    plan(Fails::Mixed, true, true),
    plan(Fails::Mixed, false, false),
    plan(Fails::Right, true, false),
    plan(Fails::Right, true, true),
    plan(Fails::Left, true, false),
];

const fn plan(fails: Fails, mirror: bool, loops_outside: bool) -> Plan {
    Plan {
        fails,
        mirror,
        loops_outside,
    }
}

fn arrange_rows(graph: &Graph, ranks: &Ranks, layers: &mut Layers) {
    let mut best: Option<(usize, Vec<Vec<usize>>)> = None;
    for plan in PLANS {
        seed(graph, ranks, layers, plan);
        let cost = order(layers);
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, layers.rows.clone()));
        }
        if cost == 0 || layers.items.len() > FEW {
            break;
        }
    }
    if let Some((_, rows)) = best {
        layers.rows = rows;
    }
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
