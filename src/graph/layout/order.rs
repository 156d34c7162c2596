//! The order within the layers: sweeps by barycenter and swaps of neighbors, kept only where they
//! take crossings away. What is already without crossings stays as it was seeded, so small edits move little.

use crate::graph::layout::layers::ItemKind;
use crate::graph::layout::layers::Layers;
use crate::graph::layout::table::Lists;
use crate::graph::layout::table::Table;

/// Sweeps tried at most, and how many of them may fail to help in a row.
const SWEEPS: usize = 24;
const PATIENCE: usize = 4;
/// With this many items only a few sweeps are worth their time.
const MANY: usize = 6_000;

/// Up to this many crossings more than the best an order is still worth a look at its drawing.
const SLACK: usize = 2;
/// Orders answered at most.
const ORDERS: usize = 6;

/// Rows of the layers, and how much in them crosses or stands in the way.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Order {
    pub cost: usize,
    pub rows: Vec<Vec<usize>>,
}

/// Good orders of the layers, the best first; one of them where there is too much to look at several.
pub(super) fn orders(layers: &mut Layers, several: bool) -> Vec<Order> {
    let mut positions = Positions::of(layers);
    let mut found = vec![Order {
        cost: positions.cost(layers),
        rows: layers.rows.clone(),
    }];
    let mut best = found.first().map_or(0, |order| order.cost);
    let (sweeps, patience) = if layers.items.len() > MANY {
        (2, 1)
    } else {
        (SWEEPS, PATIENCE)
    };
    let mut failed = 0;
    if best > 0 {
        // Swaps alone often do, and change least.
        positions.transpose(layers);
    }
    for sweep in 0..=sweeps {
        if best == 0 {
            break;
        }
        let cost = positions.cost(layers);
        if cost < best || (several && cost <= best + SLACK) {
            found.push(Order {
                cost,
                rows: layers.rows.clone(),
            });
        }
        failed = if cost < best { 0 } else { failed + 1 };
        best = best.min(cost);
        if failed > patience || sweep == sweeps {
            break;
        }
        if sweep % 2 == 0 {
            for layer in 1..layers.rows.len() {
                positions.sort(layers, layer, true);
            }
        } else {
            for layer in (0..layers.rows.len().saturating_sub(1)).rev() {
                positions.sort(layers, layer, false);
            }
        }
        positions.transpose(layers);
    }
    found.retain(|order| order.cost <= best + SLACK);
    found.sort_by_key(|order| order.cost);
    found.dedup();
    found.truncate(if several { ORDERS } else { 1 });
    for order in &mut found {
        layers.rows.clone_from(&order.rows);
        if positions.unblock(layers) {
            order.rows.clone_from(&layers.rows);
            order.cost = positions.cost(layers);
        }
    }
    found
}

/// The place of every item in its row.
struct Positions {
    place: Vec<usize>,
}

impl Positions {
    fn of(layers: &Layers) -> Positions {
        let mut positions = Positions {
            place: vec![0; layers.items.len()],
        };
        for layer in 0..layers.rows.len() {
            positions.number(layers, layer);
        }
        positions
    }

    fn number(&mut self, layers: &Layers, layer: usize) {
        for (place, item) in layers.rows.list(layer).iter().enumerate() {
            self.place.put(*item, place);
        }
    }

    /// Moves links that leave at a side right beside their box where another box or its links are between.
    fn unblock(&mut self, layers: &mut Layers) -> bool {
        let mut moved = false;
        for layer in 0..layers.rows.len() {
            self.number(layers, layer);
        }
        for layer in 0..layers.rows.len() {
            for _ in 0..3 {
                if !self.unblock_row(layers, layer) {
                    break;
                }
                moved = true;
            }
        }
        moved
    }

    fn unblock_row(&mut self, layers: &mut Layers, layer: usize) -> bool {
        let row = layers.rows.list(layer).to_vec();
        let blocked = |side: &usize| match layers.items.at(*side).kind {
            ItemKind::Side(node) => {
                let (a, b) = (
                    self.place.at(layers.node_item.at(node)),
                    self.place.at(*side),
                );
                row.get(a.min(b) + 1..a.max(b))
                    .unwrap_or_default()
                    .iter()
                    .any(|item| match layers.items.at(*item).kind {
                        ItemKind::Node(_) => true,
                        ItemKind::Side(other) => other != node,
                        ItemKind::Pass | ItemKind::Label(_) | ItemKind::Spine => false,
                    })
            }
            _ => false,
        };
        let moved: Vec<usize> = row.iter().copied().filter(|item| blocked(item)).collect();
        if moved.is_empty() {
            return false;
        }
        let mut kept: Vec<usize> = row
            .into_iter()
            .filter(|item| !moved.contains(item))
            .collect();
        let own = |side: usize| match layers.items.at(side).kind {
            ItemKind::Side(node) => layers.node_item.at(node),
            _ => side,
        };
        let is_left = |side: usize| self.place.at(side) < self.place.at(own(side));
        let left = moved.iter().filter(|side| is_left(**side));
        let right = moved.iter().rev().filter(|side| !is_left(**side));
        for side in left.chain(right) {
            let at = kept.iter().position(|item| *item == own(*side));
            let at = at.unwrap_or_default() + usize::from(!is_left(*side));
            kept.insert(at.min(kept.len()), *side);
        }
        if let Some(slot) = layers.rows.get_mut(layer) {
            *slot = kept;
        }
        self.number(layers, layer);
        true
    }

    fn cost(&self, layers: &Layers) -> usize {
        let crossings: usize = (0..layers.rows.len())
            .map(|layer| self.crossings(layers, layer))
            .sum();
        let sides: usize = layers
            .sides
            .iter()
            .enumerate()
            .flat_map(|(node, sides)| sides.iter().map(move |side| (node, *side)))
            .map(|(node, side)| self.between(layers, layers.node_item.at(node), side))
            .sum();
        crossings + sides
    }

    /// Crossings between a layer and the one below it, counted with a Fenwick tree.
    fn crossings(&self, layers: &Layers, layer: usize) -> usize {
        let below = layers.rows.list(layer + 1).len();
        let mut ends: Vec<(usize, usize)> = layers
            .rows
            .list(layer)
            .iter()
            .flat_map(|item| layers.below.list(*item))
            .map(|step| layers.steps.at(*step))
            .filter(|step| step.link.is_some())
            .map(|step| (self.place.at(step.upper), self.place.at(step.lower)))
            .collect();
        ends.sort_unstable();
        let mut tree = vec![0usize; below + 1];
        let mut crossings = 0;
        for (seen, (_, lower)) in ends.iter().enumerate() {
            let mut not_right = 0;
            let mut at = lower + 1;
            while at > 0 {
                not_right += tree.at(at);
                at &= at - 1;
            }
            crossings += seen - not_right;
            let mut at = lower + 1;
            while at <= below {
                let count = tree.at(at);
                tree.put(at, count + 1);
                at += at & at.wrapping_neg();
            }
        }
        crossings
    }

    /// What stands between a box and a link at its side.
    fn between(&self, layers: &Layers, node: usize, side: usize) -> usize {
        let (a, b) = (self.place.at(node), self.place.at(side));
        let row = layers.rows.list(layers.items.at(node).layer);
        row.get(a.min(b) + 1..a.max(b))
            .unwrap_or_default()
            .iter()
            .filter(|item| !self.same_side(layers, side, **item))
            .map(|item| weight(layers, *item))
            .sum()
    }

    fn same_side(&self, layers: &Layers, a: usize, b: usize) -> bool {
        matches!((layers.items.at(a).kind, layers.items.at(b).kind), (ItemKind::Side(x), ItemKind::Side(y)) if x == y)
    }

    /// Sorts a row by the mean place of what its items are connected with above, or below.
    fn sort(&mut self, layers: &mut Layers, layer: usize, from_above: bool) {
        let row = layers.rows.list(layer).to_vec();
        let mut keys: Vec<(f32, usize)> = Vec::with_capacity(row.len());
        for item in &row {
            let steps = if from_above {
                layers.above.list(*item)
            } else {
                layers.below.list(*item)
            };
            let mut sum = 0.0;
            for step in steps {
                let step = layers.steps.at(*step);
                let other = if from_above { step.upper } else { step.lower };
                sum += self.place.at(other) as f32;
            }
            let key = if steps.is_empty() {
                f32::NAN
            } else {
                sum / steps.len() as f32
            };
            keys.push((key, *item));
        }
        self.fill_keys(layers, &mut keys);
        keys.sort_by(|a, b| a.0.total_cmp(&b.0));
        if let Some(slot) = layers.rows.get_mut(layer) {
            *slot = keys.into_iter().map(|(_, item)| item).collect();
        }
        self.number(layers, layer);
    }

    /// Items without a connection on that side follow their box, or else their neighbor at the left.
    fn fill_keys(&self, layers: &Layers, keys: &mut [(f32, usize)]) {
        let mut last = -1.0;
        for at in 0..keys.len() {
            let (key, item) = keys.at(at);
            if !key.is_nan() {
                last = key;
            } else if !matches!(layers.items.at(item).kind, ItemKind::Side(_)) {
                keys.put(at, (last, item));
            }
        }
        let node_keys: std::collections::BTreeMap<usize, f32> = keys
            .iter()
            .filter_map(|(key, item)| match layers.items.at(*item).kind {
                ItemKind::Node(node) => Some((node, *key)),
                _ => None,
            })
            .collect();
        for entry in keys.iter_mut() {
            if let (true, ItemKind::Side(node)) = (entry.0.is_nan(), layers.items.at(entry.1).kind)
            {
                let own = self.place.at(layers.node_item.at(node));
                let shift = if self.place.at(entry.1) < own {
                    -0.01
                } else {
                    0.01
                };
                entry.0 = node_keys.get(&node).copied().unwrap_or_default() + shift;
            }
        }
    }

    /// Swaps neighbors as long as that takes crossings away.
    fn transpose(&mut self, layers: &mut Layers) {
        for _ in 0..8 {
            let mut swapped = false;
            for layer in 0..layers.rows.len() {
                for at in 1..layers.rows.list(layer).len() {
                    let row = layers.rows.list(layer);
                    let (a, b) = (row.at(at - 1), row.at(at));
                    if self.swap_gain(layers, a, b) > 0 {
                        if let Some(row) = layers.rows.get_mut(layer) {
                            row.swap(at - 1, at);
                        }
                        self.place.put(a, at);
                        self.place.put(b, at - 1);
                        swapped = true;
                    }
                }
            }
            if !swapped {
                break;
            }
        }
    }

    /// How much less `b a` costs than `a b`.
    fn swap_gain(&self, layers: &Layers, a: usize, b: usize) -> isize {
        let mut gain = 0;
        for (from_above, lists) in [(true, &layers.above), (false, &layers.below)] {
            let first = self.ends(layers, lists.list(a), from_above);
            let second = self.ends(layers, lists.list(b), from_above);
            gain += inversions(&first, &second) - inversions(&second, &first);
        }
        gain + self.side_gain(layers, a, b, 1) + self.side_gain(layers, b, a, -1)
    }

    fn ends(&self, layers: &Layers, steps: &[usize], from_above: bool) -> Vec<usize> {
        let mut ends: Vec<usize> = steps
            .iter()
            .map(|step| layers.steps.at(*step))
            .filter(|step| step.link.is_some())
            .map(|step| {
                self.place
                    .at(if from_above { step.upper } else { step.lower })
            })
            .collect();
        ends.sort_unstable();
        ends
    }

    /// What moving an item past its neighbor spares its sides: `way` 1 to the right, -1 to the left.
    fn side_gain(&self, layers: &Layers, item: usize, past: usize, way: isize) -> isize {
        let partners: Vec<usize> = match layers.items.at(item).kind {
            ItemKind::Node(node) => layers.sides.list(node).to_vec(),
            ItemKind::Side(node) if !self.same_side(layers, item, past) => {
                vec![layers.node_item.at(node)]
            }
            _ => Vec::new(),
        };
        partners
            .into_iter()
            .filter(|partner| *partner != past)
            .map(|partner| {
                let right = self.place.at(partner) > self.place.at(item);
                let cost = weight(layers, past) as isize;
                if right == (way > 0) { cost } else { -cost }
            })
            .sum()
    }
}

/// A box in the way costs more than a line.
fn weight(layers: &Layers, item: usize) -> usize {
    match layers.items.at(item).kind {
        ItemKind::Node(_) => 3,
        ItemKind::Spine => 0,
        ItemKind::Pass | ItemKind::Label(_) | ItemKind::Side(_) => 1,
    }
}

/// Pairs in which the one of `first` lies beyond the one of `second`; both sorted.
fn inversions(first: &[usize], second: &[usize]) -> isize {
    let mut count = 0;
    let mut passed = 0;
    for end in first {
        while second.get(passed).is_some_and(|other| other < end) {
            passed += 1;
        }
        count += passed;
    }
    count as isize
}
