//! Places from left to right. Items that should stand exactly below each other form blocks, the happy
//! path's first; the other blocks stand as near to it as their neighbors allow, then move to what they
//! are connected with where there is room.

use std::collections::BTreeMap;

use crate::graph::layout::layers::ItemKind;
use crate::graph::layout::layers::Layers;
use crate::graph::layout::rank::Graph;
use crate::graph::layout::rank::Ranks;
use crate::graph::layout::seed::Plan;
use crate::graph::layout::size;
use crate::graph::layout::table::Lists;
use crate::graph::layout::table::Table;

/// Rounds of moving blocks to what they are connected with.
const ROUNDS: usize = 3;

/// Gives every item the x of its center line; the happy path's is 0.
pub(super) fn place(graph: &Graph, ranks: &Ranks, layers: &Layers, plan: &Plan) -> Vec<f32> {
    let blocks = Blocks::of(graph, ranks, layers, plan);
    let mut x = vec![0.0; blocks.count];
    let order = blocks.topological();
    let side = blocks.sides(&order);
    blocks.pack(&order, &side, &mut x);
    let wishes = Wishes::of(graph, layers, &blocks);
    for _ in 0..ROUNDS {
        blocks.relax(&order, &side, &wishes, &mut x);
    }
    blocks.block.iter().map(|block| x.at(*block)).collect()
}

struct Blocks {
    count: usize,
    /// Of each item its block.
    block: Vec<usize>,
    /// The happy path's.
    spine: usize,
    /// Of each block the blocks next to it and the least distance between the center lines.
    left: Vec<Vec<(usize, f32)>>,
    right: Vec<Vec<(usize, f32)>>,
}

impl Blocks {
    fn of(graph: &Graph, ranks: &Ranks, layers: &Layers, plan: &Plan) -> Blocks {
        let (up, down) = align(graph, ranks, layers, plan);
        let mut block = vec![usize::MAX; layers.items.len()];
        let mut count = 0;
        for item in 0..layers.items.len() {
            if up.at(item).is_some() {
                continue;
            }
            let mut next = Some(item);
            while let Some(item) = next {
                block.put(item, count);
                next = down.at(item);
            }
            count += 1;
        }
        let mut blocks = Blocks {
            count,
            spine: block.at(layers.node_item.at(ranks.root)),
            block,
            left: vec![Vec::new(); count],
            right: vec![Vec::new(); count],
        };
        let place = layers.places();
        for row in &layers.rows {
            for (a, b) in row.iter().zip(row.iter().skip(1)) {
                let inner = layers.inner(&place, *a, false) + layers.inner(&place, *b, true);
                let distance = distance(graph, layers, *a, *b) + inner;
                let (a, b) = (blocks.block.at(*a), blocks.block.at(*b));
                blocks.right.add(a, (b, distance));
                blocks.left.add(b, (a, distance));
            }
        }
        blocks
    }

    /// Every block after all that stand left of it.
    fn topological(&self) -> Vec<usize> {
        let mut waiting: Vec<usize> = self.left.iter().map(Vec::len).collect();
        let mut order: Vec<usize> = (0..self.count)
            .filter(|block| waiting.at(*block) == 0)
            .collect();
        let mut next = 0;
        while let Some(block) = order.get(next).copied() {
            next += 1;
            for (other, _) in self.right.list(block) {
                let left = waiting.at(*other).saturating_sub(1);
                waiting.put(*other, left);
                if left == 0 {
                    order.push(*other);
                }
            }
        }
        order
    }

    /// Which blocks stand right of the happy path; it has an item in every layer, so the rest stand left.
    fn sides(&self, order: &[usize]) -> Vec<bool> {
        let mut right = vec![false; self.count];
        for block in order.iter().copied() {
            if block == self.spine || right.at(block) {
                for (other, _) in self.right.list(block) {
                    right.put(*other, true);
                }
            }
        }
        right
    }

    fn pack(&self, order: &[usize], right: &[bool], x: &mut [f32]) {
        for block in order.iter().copied().filter(|block| right.at(*block)) {
            x.put(block, self.lowest(block, x));
        }
        let left = order.iter().rev().copied();
        for block in left.filter(|block| !right.at(*block) && *block != self.spine) {
            x.put(block, self.highest(block, x));
        }
    }

    fn lowest(&self, block: usize, x: &[f32]) -> f32 {
        let bounds = self.left.list(block).iter();
        bounds
            .map(|(other, distance)| x.at(*other) + distance)
            .fold(f32::NEG_INFINITY, f32::max)
    }

    fn highest(&self, block: usize, x: &[f32]) -> f32 {
        let bounds = self.right.list(block).iter();
        bounds
            .map(|(other, distance)| x.at(*other) - distance)
            .fold(f32::INFINITY, f32::min)
    }

    /// Moves blocks to the middle of what they are connected with, the outer ones first.
    fn relax(&self, order: &[usize], right: &[bool], wishes: &Wishes, x: &mut [f32]) {
        let mut turn = |block: usize| {
            if let Some(wish) = wishes.of_block(block, &self.block, x) {
                let (low, high) = (self.lowest(block, x), self.highest(block, x));
                if low <= high {
                    x.put(block, wish.round().clamp(low, high));
                }
            }
        };
        for block in order.iter().rev().copied() {
            if right.at(block) {
                turn(block);
            }
        }
        for block in order.iter().copied() {
            if !right.at(block) && block != self.spine {
                turn(block);
            }
        }
    }
}

/// Where each block's connections lead: the other item, and the distance wanted from it.
struct Wishes {
    of_blocks: Vec<Vec<(usize, f32)>>,
}

impl Wishes {
    fn of(graph: &Graph, layers: &Layers, blocks: &Blocks) -> Wishes {
        let mut of_blocks = vec![Vec::new(); blocks.count];
        for step in layers.steps.iter().filter(|step| step.link.is_some()) {
            let (upper, lower) = (blocks.block.at(step.upper), blocks.block.at(step.lower));
            if upper != lower {
                of_blocks.add(upper, (step.lower, 0.0));
                of_blocks.add(lower, (step.upper, 0.0));
            }
        }
        for (node, sides) in layers.sides.iter().enumerate() {
            let item = layers.node_item.at(node);
            let reach = graph.parts.at(node).size.width / 2.0 + size::GAP;
            let row = layers.rows.list(layers.items.at(item).layer);
            for side in sides {
                let block = blocks.block.at(*side);
                if block != blocks.block.at(item) {
                    let left = row
                        .iter()
                        .find(|other| **other == item || *other == side)
                        .is_some_and(|first| first == side);
                    let shape = layers.items.at(*side);
                    let reach = reach + shape.left + shape.inner;
                    of_blocks.add(block, (item, if left { -reach } else { reach }));
                }
            }
        }
        Wishes { of_blocks }
    }

    fn of_block(&self, block: usize, blocks: &[usize], x: &[f32]) -> Option<f32> {
        let mut places: Vec<f32> = self
            .of_blocks
            .list(block)
            .iter()
            .map(|(item, shift)| x.at(blocks.at(*item)) + shift)
            .collect();
        places.sort_by(f32::total_cmp);
        let middle = places.len() / 2;
        match places.len() {
            0 => None,
            count if count % 2 == 1 => Some(places.at(middle)),
            _ => Some((places.at(middle - 1) + places.at(middle)) / 2.0),
        }
    }
}

type Partners = Vec<Option<usize>>;

/// Which item stands exactly above and below which: every item has one partner each way at most, and
/// no two pairs between the same layers cross.
fn align(graph: &Graph, ranks: &Ranks, layers: &Layers, plan: &Plan) -> (Partners, Partners) {
    let mut place = vec![0usize; layers.items.len()];
    let mut middle = vec![0usize; layers.rows.len()];
    for (layer, row) in layers.rows.iter().enumerate() {
        for (at, item) in row.iter().enumerate() {
            place.put(*item, at);
        }
        let on_spine = |item: &usize| is_main(ranks, layers, *item);
        middle.put(layer, row.iter().position(on_spine).unwrap_or_default());
    }
    let mut steps: Vec<(u8, usize, usize, usize)> = layers
        .steps
        .iter()
        .enumerate()
        .map(|(at, step)| {
            let layer = layers.items.at(step.upper).layer;
            let (urgency, span) = match step.link {
                None => (0, 0),
                Some(link) => (
                    urgency(graph, ranks, layers, at, link),
                    layers.chains.list(link).len(),
                ),
            };
            let off = place.at(step.upper).abs_diff(middle.at(layer));
            (urgency, span, off, at)
        })
        .collect();
    steps.sort_unstable();
    let mut up = vec![None; layers.items.len()];
    let mut down = vec![None; layers.items.len()];
    let mut pairs: Vec<BTreeMap<usize, usize>> = vec![BTreeMap::new(); layers.rows.len()];
    for (_, _, _, at) in steps {
        let step = layers.steps.at(at);
        let is_loose = step.link.is_some_and(|link| plan.loose.contains(&link))
            && matches!(layers.items.at(step.upper).kind, ItemKind::Side(_));
        if is_loose || down.at(step.upper).is_some() || up.at(step.lower).is_some() {
            continue;
        }
        let Some(pairs) = pairs.get_mut(layers.items.at(step.upper).layer) else {
            continue;
        };
        let (upper, lower) = (place.at(step.upper), place.at(step.lower));
        let before = pairs.range(..upper).next_back();
        let after = pairs.range(upper + 1..).next();
        if before.is_some_and(|(_, other)| *other > lower)
            || after.is_some_and(|(_, other)| *other < lower)
        {
            continue;
        }
        pairs.insert(upper, lower);
        down.put(step.upper, Some(step.lower));
        up.put(step.lower, Some(step.upper));
    }
    (up, down)
}

fn is_main(ranks: &Ranks, layers: &Layers, item: usize) -> bool {
    let connected = layers
        .above
        .list(item)
        .iter()
        .chain(layers.below.list(item));
    layers.items.at(item).kind == ItemKind::Spine
        || layers.node_item.at(ranks.root) == item
        || connected
            .map(|step| layers.steps.at(*step))
            .any(|step| step.link.is_some_and(|link| ranks.main.at(link)))
}

/// 0 is most urgent: the happy path, the inside of long links, each box's own chain, the rest.
fn urgency(graph: &Graph, ranks: &Ranks, layers: &Layers, step: usize, link: usize) -> u8 {
    if ranks.main.at(link) {
        return 0;
    }
    let step = layers.steps.at(step);
    let is_node = |item: usize| matches!(layers.items.at(item).kind, ItemKind::Node(_));
    if !is_node(step.upper) && !is_node(step.lower) {
        return 1;
    }
    let edge = graph.links.at(link);
    if ranks.happy.at(edge.from) == Some(link) {
        return 2;
    }
    3
}

/// The least distance between the center lines of neighbors.
fn distance(graph: &Graph, layers: &Layers, a: usize, b: usize) -> f32 {
    let (left, right) = (layers.items.at(a), layers.items.at(b));
    let gap = match (left.kind, right.kind) {
        (ItemKind::Spine, _) | (_, ItemKind::Spine) => size::GAP / 2.0,
        (ItemKind::Node(_), _) | (_, ItemKind::Node(_)) => size::GAP,
        (ItemKind::Label(_), _) | (_, ItemKind::Label(_)) => size::LEVEL_GAP,
        (ItemKind::Pass | ItemKind::Side(_), ItemKind::Pass | ItemKind::Side(_)) => {
            if meet(graph, layers, a, b) {
                size::PORT_GAP
            } else {
                size::LANE_GAP
            }
        }
    };
    left.right + right.left + gap
}

/// Both run to one box at which they can stay as far apart as its ports.
fn meet(graph: &Graph, layers: &Layers, a: usize, b: usize) -> bool {
    let target = |item: usize| {
        let link = layers.steps.at(*layers.below.list(item).first()?).link?;
        let ends_on_top = layers
            .chains
            .list(link)
            .last()
            .is_some_and(|last| matches!(layers.items.at(*last).kind, ItemKind::Node(_)));
        ends_on_top.then_some(graph.links.at(link).to)
    };
    target(a).is_some_and(|to| target(b) == Some(to) && graph.into.list(to).len() <= 4)
}
