//! Links too long to keep a column free in every layer they pass. Only very large drawings have them: they
//! run in lanes of their own at the left of everything.

use crate::graph::layout::layers::Layers;
use crate::graph::layout::rank::Graph;
use crate::graph::layout::rank::Ranks;
use crate::graph::layout::size;
use crate::graph::layout::table::Table;

/// This many items for long links are allowed whatever the drawing's size, and so many more for each box.
const ITEMS: usize = 20_000;
const ITEMS_PER_BOX: usize = 8;

/// Which links are too long: the longest ones, until the rest is few enough.
pub(super) fn far_links(graph: &Graph, ranks: &Ranks) -> Vec<bool> {
    let span = |link: usize| {
        let edge = graph.links.at(link);
        ranks.rank.at(edge.from).abs_diff(ranks.rank.at(edge.to))
    };
    let mut by_span: Vec<(usize, usize)> = (0..graph.links.len())
        .map(|link| (span(link), link))
        .collect();
    by_span.sort_unstable();
    let mut left = ITEMS + ITEMS_PER_BOX * graph.parts.len();
    let mut far = vec![false; graph.links.len()];
    for (span, link) in by_span {
        match left.checked_sub(span) {
            Some(rest) => left = rest,
            None => far.put(link, !ranks.main.at(link) && span > 1),
        }
    }
    far
}

/// The x of each such link's lane: the later it begins the nearer, lanes used again where they are free.
pub(super) fn far_lanes(graph: &Graph, layers: &Layers, x: &[f32]) -> Vec<f32> {
    let mut lanes = vec![0.0; graph.links.len()];
    let layer = |node: usize| layers.items.at(layers.node_item.at(node)).layer;
    let mut waiting: Vec<(usize, usize, usize)> = (0..graph.links.len())
        .filter(|link| layers.far.at(*link))
        .map(|link| {
            let edge = graph.links.at(link);
            let (from, to) = (layer(edge.from), layer(edge.to));
            (from.min(to), from.max(to), link)
        })
        .collect();
    waiting.sort_unstable();
    let leftmost = layers
        .items
        .iter()
        .zip(x)
        .map(|(item, x)| x - item.left)
        .fold(0.0, f32::min);
    // Of each lane the layer above which it is free.
    let mut free: Vec<usize> = Vec::new();
    for (first, last, link) in waiting.into_iter().rev() {
        let lane = free.iter().position(|top| last + 1 < *top);
        let lane = lane.unwrap_or(free.len());
        if lane == free.len() {
            free.push(first);
        } else {
            free.put(lane, first);
        }
        lanes.put(
            link,
            leftmost - 2.0 * size::GAP - lane as f32 * size::LANE_GAP,
        );
    }
    lanes
}
