//! The bands between the layers: where links change their x, each on a level of its own.

use std::collections::BTreeMap;

use crate::graph::layout::layers::ItemKind;
use crate::graph::layout::layers::Layers;
use crate::graph::layout::ports::Port;
use crate::graph::layout::ports::Ports;
use crate::graph::layout::rank::Graph;
use crate::graph::layout::size;
use crate::graph::layout::table::Lists;
use crate::graph::layout::table::Table;

/// A link's way through one band: from x to x, each at the band's top or bottom.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Way {
    pub from: f32,
    pub to: f32,
    pub turn: Turn,
    /// Its level, counted from the top.
    pub level: usize,
}

/// Through the band, or back out at the side it came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Turn {
    #[default]
    Through,
    Above,
    Below,
}

/// The bands: number n lies above layer n, the last one below the last layer.
pub(super) struct Bands {
    ways: Vec<Vec<Way>>,
    /// Of each band how many levels it has.
    pub levels: Vec<usize>,
    /// Of each link and band its way.
    found: BTreeMap<(usize, usize), usize>,
}

impl Bands {
    pub fn of(graph: &Graph, layers: &Layers, x: &[f32], ports: &Ports) -> Bands {
        let mut bands = Bands {
            ways: vec![Vec::new(); layers.rows.len() + 1],
            levels: vec![0; layers.rows.len() + 1],
            found: BTreeMap::new(),
        };
        for link in 0..graph.links.len() {
            let chain = layers.chains.list(link);
            let (upper, lower) = (ports.upper.at(link), ports.lower.at(link));
            let count = chain.len();
            for (at, (a, b)) in chain.iter().zip(chain.iter().skip(1)).enumerate() {
                let from = match upper {
                    Port::Level(place)
                        if at == 0 && !layers.far.at(link) && !bounces(layers, chain.first()) =>
                    {
                        place
                    }
                    _ => x.at(*a),
                };
                let to = match lower {
                    Port::Level(place) if at + 2 == count && is_node(layers, *b) => place,
                    _ => x.at(*b),
                };
                bands.add(layers.items.at(*b).layer, link, from, to, Turn::Through);
            }
            if let (Some(first), Port::Level(place)) = (chain.first(), upper)
                && bounces(layers, Some(first))
            {
                let band = layers.items.at(*first).layer;
                bands.add(band, link, x.at(*first), place, Turn::Below);
            }
            if let (Some(last), Port::Level(place)) = (chain.last(), lower)
                && !is_node(layers, *last)
                && !layers.far.at(link)
            {
                let band = layers.items.at(*last).layer + 1;
                bands.add(band, link, place, x.at(*last), Turn::Above);
            }
        }
        bands
    }

    /// Far links turn below the box they leave and above the box, or the label, they lead to.
    pub fn add_far(
        &mut self,
        graph: &Graph,
        layers: &Layers,
        x: &[f32],
        ports: &Ports,
        lanes: &[f32],
    ) {
        for link in (0..graph.links.len()).filter(|link| layers.far.at(*link)) {
            let (begin, end) = far_ends(graph, layers, x, ports, link);
            self.add(begin.0, link, begin.1, lanes.at(link), Turn::Through);
            self.add(end.0, link, lanes.at(link), end.1, Turn::Through);
        }
    }

    fn add(&mut self, band: usize, link: usize, from: f32, to: f32, turn: Turn) {
        if (from - to).abs() < 0.5 {
            return;
        }
        let at = self.ways.list(band).len();
        self.ways.add(
            band,
            Way {
                from,
                to,
                turn,
                level: 0,
            },
        );
        self.found.insert((link, band), at);
    }

    pub fn way(&self, link: usize, band: usize) -> Option<Way> {
        let at = self.found.get(&(link, band))?;
        self.ways.list(band).get(*at).copied()
    }

    /// Of two links side by side that turn the same way, the one further ahead turns first: so they
    /// never cross. Links that turn back lie outside, the inner within the outer.
    pub fn find_levels(&mut self) {
        for (band, ways) in self.ways.iter_mut().enumerate() {
            let mut order: Vec<usize> = (0..ways.len()).collect();
            order.sort_by(|a, b| {
                let (a, b) = (ways.at(*a), ways.at(*b));
                key(&a)
                    .0
                    .cmp(&key(&b).0)
                    .then(key(&a).1.total_cmp(&key(&b).1))
            });
            let mut done: Vec<Way> = Vec::new();
            for at in order {
                let mut way = ways.at(at);
                let meets = |other: &&Way| {
                    let gap = size::LEVEL_GAP;
                    way.from.min(way.to) < other.from.max(other.to) + gap
                        && other.from.min(other.to) < way.from.max(way.to) + gap
                };
                way.level = done
                    .iter()
                    .filter(meets)
                    .map(|other| other.level + 1)
                    .max()
                    .unwrap_or(0);
                done.push(way);
                ways.put(at, way);
            }
            let count = done.iter().map(|way| way.level + 1).max().unwrap_or(0);
            self.levels.put(band, count);
        }
    }
}

fn key(way: &Way) -> (u8, f32) {
    let width = (way.to - way.from).abs();
    match way.turn {
        Turn::Above => (0, width),
        Turn::Through if way.to > way.from => (1, -way.from),
        Turn::Through => (2, way.from),
        Turn::Below => (3, -width),
    }
}

/// The bands in which a far link turns, each with the x beside its lane's.
pub(super) fn far_ends(
    graph: &Graph,
    layers: &Layers,
    x: &[f32],
    ports: &Ports,
    link: usize,
) -> ((usize, f32), (usize, f32)) {
    let edge = graph.links.at(link);
    let source = layers.node_item.at(edge.from);
    let begin = match (ports.upper.at(link), layers.far_side.get(&link)) {
        (Port::Level(place), _) => place,
        (_, Some(side)) => x.at(*side),
        (_, None) => x.at(source),
    };
    let target = layers.node_item.at(edge.to);
    let end = match (layers.chains.list(link).first(), ports.lower.at(link)) {
        (Some(label), _) => (layers.items.at(*label).layer, x.at(*label)),
        (None, Port::Level(place)) => (layers.items.at(target).layer, place),
        (None, _) => (layers.items.at(target).layer, x.at(target)),
    };
    ((layers.items.at(source).layer + 1, begin), end)
}

pub(super) fn is_node(layers: &Layers, item: usize) -> bool {
    matches!(layers.items.at(item).kind, ItemKind::Node(_))
}

/// The top end of a loop: the link comes from below and enters its box from above.
fn bounces(layers: &Layers, first: Option<&usize>) -> bool {
    let Some(first) = first.copied() else {
        return false;
    };
    let step = layers.below.list(first).first();
    let link = step.and_then(|step| layers.steps.at(*step).link);
    let last = link.and_then(|link| layers.chains.list(link).last().copied());
    !is_node(layers, first) && last.is_some_and(|last| !is_node(layers, last))
}
