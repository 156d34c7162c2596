//! Where links meet boxes: at the top and the bottom in the order of what they lead to, the straight one
//! in the middle; at the sides one above the other so that they do not cross.

use crate::graph::layout::layers::Item;
use crate::graph::layout::layers::ItemKind;
use crate::graph::layout::layers::Layers;
use crate::graph::layout::rank::Graph;
use crate::graph::layout::size;
use crate::graph::layout::table::Lists;
use crate::graph::layout::table::Table;

/// How a link meets the box at one of its ends.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Port {
    /// At the top or the bottom, at this x.
    #[default]
    None,
    Level(f32),
    /// At the left or right border, this far below the top of the box.
    Side {
        right: bool,
        down: f32,
    },
}

/// The ports of every link: at the top and at the bottom end of its chain.
pub(super) struct Ports {
    pub upper: Vec<Port>,
    pub lower: Vec<Port>,
}

/// A link's end at the top or bottom of a box, with the x it would like.
struct Wish {
    link: usize,
    place: f32,
    /// The other end is exactly there whatever else happens.
    sure: bool,
}

pub(super) fn ports(graph: &Graph, layers: &Layers, x: &[f32], lanes: &[f32]) -> Ports {
    let mut ports = Ports {
        upper: vec![Port::None; graph.links.len()],
        lower: vec![Port::None; graph.links.len()],
    };
    for node in 0..graph.parts.len() {
        ports.at_sides(graph, layers, x, node);
    }
    // The bottoms first, so that the tops can take over their places where that makes a line straight.
    for node in 0..graph.parts.len() {
        ports.at_levels(graph, layers, x, lanes, node, true);
    }
    for node in 0..graph.parts.len() {
        ports.at_levels(graph, layers, x, lanes, node, false);
    }
    ports
}

impl Ports {
    /// Sides first: a side that is blocked falls back to the top or bottom.
    fn at_sides(&mut self, graph: &Graph, layers: &Layers, x: &[f32], node: usize) {
        let part = graph.parts.at(node);
        let item = layers.node_item.at(node);
        let center = x.at(item);
        let row = layers.rows.list(layers.items.at(item).layer);
        let Some(own) = row.iter().position(|other| *other == item) else {
            return;
        };
        let mut left: Vec<End> = Vec::new();
        let mut right: Vec<End> = Vec::new();
        // From the box outwards, up to the first other box.
        let outwards_left = row.iter().take(own).rev();
        let outwards_right = row.iter().skip(own + 1);
        collect(layers, node, outwards_left, &mut left);
        collect(layers, node, outwards_right, &mut right);
        for (ends, is_right) in [(left, false), (right, true)] {
            // Links from above: the inner higher; links to below: the outer higher; so no two cross.
            let (up, mut down): (Vec<End>, Vec<End>) = ends.into_iter().partition(|end| end.up);
            down.reverse();
            let sorted: Vec<End> = up.into_iter().chain(down).collect();
            let label = |end: &End| {
                graph
                    .links
                    .at(end.link)
                    .label
                    .map_or(0.0, |size| size.height)
            };
            let above = sorted
                .iter()
                .filter(|end| end.up)
                .map(label)
                .fold(0.0, f32::max);
            let middle = (part.size.height / 2.0).min((above + size::LEVEL_GAP).max(40.0));
            let count = sorted.len() as f32;
            let gap = size::LANE_GAP.min((2.0 * middle - 8.0) / count.max(1.0));
            for (at, end) in sorted.iter().enumerate() {
                let reach = if is_right {
                    x.at(end.item) - center
                } else {
                    center - x.at(end.item)
                };
                if reach < part.size.width / 2.0 + 4.0 {
                    continue;
                }
                let port = Port::Side {
                    right: is_right,
                    down: middle + (at as f32 - (count - 1.0) / 2.0) * gap,
                };
                if end.first {
                    self.upper.put(end.link, port);
                } else {
                    self.lower.put(end.link, port);
                }
            }
        }
    }

    /// The ports at the bottom (`below`) or the top of a box.
    fn at_levels(
        &mut self,
        graph: &Graph,
        layers: &Layers,
        x: &[f32],
        lanes: &[f32],
        node: usize,
        below: bool,
    ) {
        let item = layers.node_item.at(node);
        let center = x.at(item);
        let half = graph.parts.at(node).size.width / 2.0;
        let mut wishes = Vec::new();
        let links = graph.out.list(node).iter().chain(graph.into.list(node));
        for link in links.copied() {
            let edge = graph.links.at(link);
            if edge.from == edge.to {
                continue;
            }
            let on_lane = layers.far.at(link)
                && if below {
                    edge.from == node && self.upper.at(link) == Port::None
                } else {
                    edge.to == node && layers.chains.list(link).is_empty()
                };
            if on_lane {
                wishes.push(Wish {
                    link,
                    place: lanes.at(link),
                    sure: false,
                });
            } else if let Some(wish) = self.wish(layers, x, item, link, below) {
                wishes.push(wish);
            }
        }
        wishes.sort_by(|a, b| a.place.total_cmp(&b.place).then(a.link.cmp(&b.link)));
        wishes.dedup_by_key(|wish| wish.link);
        for (wish, place) in wishes.iter().zip(spread(&wishes, center, half)) {
            let list = if below {
                &mut self.upper
            } else {
                &mut self.lower
            };
            let chain = layers.chains.list(wish.link);
            let at_upper_end = belongs(layers, chain.first().copied(), node);
            let at_lower_end = belongs(layers, chain.last().copied(), node);
            // A loop whose side is blocked leaves its lower box below and enters its upper box above.
            let turned = (below && !at_upper_end) || (!below && !at_lower_end);
            let list = if turned && !layers.far.at(wish.link) {
                if below {
                    &mut self.lower
                } else {
                    &mut self.upper
                }
            } else {
                list
            };
            list.put(wish.link, Port::Level(place));
        }
    }

    fn wish(
        &self,
        layers: &Layers,
        x: &[f32],
        item: usize,
        link: usize,
        below: bool,
    ) -> Option<Wish> {
        let chain = layers.chains.list(link);
        let (first, last) = (chain.first().copied()?, chain.last().copied()?);
        let ItemKind::Node(node) = layers.items.at(item).kind else {
            return None;
        };
        let blocked_upper = self.upper.at(link) == Port::None;
        let blocked_lower = self.lower.at(link) == Port::None;
        let is_side = |end: usize| layers.items.at(end).kind == ItemKind::Side(node);
        let is_back = matches!(layers.items.at(last).kind, ItemKind::Side(_));
        let other = if below {
            if first == item || (is_side(first) && blocked_upper && !is_back) {
                chain.get(1).copied()?
            } else if is_side(last) && blocked_lower {
                last
            } else {
                return None;
            }
        } else if last == item {
            chain.get(chain.len().checked_sub(2)?).copied()?
        } else if is_side(first) && is_back && blocked_upper {
            first
        } else {
            return None;
        };
        let is_node = matches!(layers.items.at(other).kind, ItemKind::Node(_));
        let place = match self.upper.at(link) {
            Port::Level(place) if is_node && !below => place,
            _ => x.at(other),
        };
        let alone = !is_node || !below || layers.above.list(other).len() == 1;
        let same_layer = layers.items.at(other).layer == layers.items.at(item).layer;
        Some(Wish {
            link,
            place,
            sure: alone && !same_layer,
        })
    }
}

#[derive(Clone, Copy, Debug)]
struct End {
    link: usize,
    item: usize,
    /// The link runs upwards from this box's side.
    up: bool,
    /// It is the top end of the link's chain.
    first: bool,
}

fn belongs(layers: &Layers, item: Option<usize>, node: usize) -> bool {
    item.is_some_and(|item| {
        matches!(layers.items.at(item).kind, ItemKind::Node(other) | ItemKind::Side(other) if other == node)
    })
}

fn collect<'a>(
    layers: &Layers,
    node: usize,
    row: impl Iterator<Item = &'a usize>,
    ends: &mut Vec<End>,
) {
    for item in row {
        match layers.items.at(*item) {
            Item {
                kind: ItemKind::Node(_),
                ..
            } => break,
            Item {
                kind: ItemKind::Side(owner),
                ..
            } => {
                if owner != node {
                    // Another box's: its way to that box would meet this one's.
                    break;
                }
                let above = layers.above.list(*item).first();
                let below = layers.below.list(*item).first();
                let step = above.or(below).map(|step| layers.steps.at(*step));
                let far = layers.far_link.get(item);
                if let Some(link) = step.and_then(|step| step.link) {
                    ends.push(End {
                        link,
                        item: *item,
                        up: above.is_some(),
                        first: below.is_some(),
                    });
                } else if let Some(link) = far {
                    ends.push(End {
                        link: *link,
                        item: *item,
                        up: false,
                        first: true,
                    });
                }
            }
            _ => {}
        }
    }
}

/// Places for ports in order: the straight one in the middle, the others beside it or, where the box is
/// wide enough, right above or below what they lead to.
fn spread(wishes: &[Wish], center: f32, half: f32) -> Vec<f32> {
    let count = wishes.len();
    let reach = (half - size::LANE_GAP).max(0.0);
    let middle = wishes
        .iter()
        .position(|wish| (wish.place - center).abs() < 0.5);
    let fits = |place: f32| (place - center).abs() <= reach;
    if count == 1 {
        let straight = wishes.iter().find(|wish| wish.sure && fits(wish.place));
        return vec![straight.map_or(center, |wish| wish.place)];
    }
    let anchor = match middle {
        Some(at) => at as f32,
        None => (count as f32 - 1.0) / 2.0,
    };
    let outer = anchor.max(count as f32 - 1.0 - anchor).max(1.0);
    let gap = size::PORT_GAP.min(reach / outer);
    let mut places: Vec<f32> = (0..count)
        .map(|at| center + (at as f32 - anchor) * gap)
        .collect();
    // Straight lines where the neighbors' ports leave room for them.
    for round in 0..2 {
        for step in 0..count {
            let at = if round == 0 { step } else { count - 1 - step };
            let Some(wish) = wishes.get(at) else { continue };
            if !wish.sure || !fits(wish.place) || middle == Some(at) {
                continue;
            }
            let low = at
                .checked_sub(1)
                .map_or(center - reach, |before| places.at(before) + size::LANE_GAP);
            let high = if at + 1 < count {
                places.at(at + 1) - size::LANE_GAP
            } else {
                center + reach
            };
            if low <= wish.place && wish.place <= high {
                places.put(at, wish.place);
            }
        }
    }
    places
}
