//! Heights and routes. Between two layers lies a band; a link that changes its x there runs on a level
//! of the band that no other link shares, everywhere else it runs straight down.

use crate::geometry::Point;
use crate::geometry::Rect;
use crate::graph::layout::bands::Bands;
use crate::graph::layout::bands::Way;
use crate::graph::layout::bands::far_ends;
use crate::graph::layout::bands::is_node;
use crate::graph::layout::layers::ItemKind;
use crate::graph::layout::layers::Layers;
use crate::graph::layout::ports::Port;
use crate::graph::layout::ports::Ports;
use crate::graph::layout::rank::Graph;
use crate::graph::layout::size;
use crate::graph::layout::table::Lists;
use crate::graph::layout::table::Table;

/// Boxes, routes and labels with their places; the x of the happy path is 0.
#[derive(Clone, Debug, Default)]
pub(super) struct Drawn {
    pub boxes: Vec<Rect>,
    /// In the direction of the link.
    pub routes: Vec<Vec<Point>>,
    pub labels: Vec<Option<Rect>>,
}

pub(super) fn route(
    graph: &Graph,
    layers: &Layers,
    back: &[bool],
    x: &[f32],
    ports: &Ports,
    lanes: &[f32],
) -> Drawn {
    let mut bands = Bands::of(graph, layers, x, ports);
    bands.add_far(graph, layers, x, ports, lanes);
    bands.find_levels();
    let rows = Rows::of(graph, layers, &bands);
    let mut drawn = Drawn {
        boxes: rows.boxes(graph, layers, x),
        routes: vec![Vec::new(); graph.links.len()],
        labels: vec![None; graph.links.len()],
    };
    for link in 0..graph.links.len() {
        let edge = graph.links.at(link);
        if edge.from == edge.to {
            own_loop(graph, layers, link, &mut drawn);
            continue;
        }
        if layers.far.at(link) {
            let points = rows.far(
                graph,
                layers,
                &bands,
                x,
                ports,
                lanes.at(link),
                link,
                &drawn.boxes,
            );
            if let Some(slot) = drawn.routes.get_mut(link) {
                *slot = simplified(points);
            }
            let label = match side_label(graph, layers, x, ports, link, &drawn.boxes) {
                Some(label) => Some(label),
                None => rows.label(graph, layers, &bands, x, link, &drawn.boxes),
            };
            drawn.labels.put(link, label);
            continue;
        }
        let mut points = rows.chain(layers, &bands, x, ports, link, &drawn.boxes, graph);
        if back.at(link) {
            points.reverse();
        }
        if let Some(slot) = drawn.routes.get_mut(link) {
            *slot = simplified(points);
        }
        let label = match side_label(graph, layers, x, ports, link, &drawn.boxes) {
            Some(label) => Some(label),
            None => rows.label(graph, layers, &bands, x, link, &drawn.boxes),
        };
        drawn.labels.put(link, label);
    }
    drawn
}

/// The layers' places from the top.
struct Rows {
    top: Vec<f32>,
    height: Vec<f32>,
    /// The height of the tallest card of a row; cards are centered within it, open containers begin with it.
    strip: Vec<f32>,
    bottom: f32,
}

impl Rows {
    fn of(graph: &Graph, layers: &Layers, bands: &Bands) -> Rows {
        let mut rows = Rows {
            top: Vec::new(),
            height: Vec::new(),
            strip: Vec::new(),
            bottom: 0.0,
        };
        let mut y = 0.0;
        for (layer, row) in layers.rows.iter().enumerate() {
            y += band_height(layers, bands, layer);
            let (mut height, mut strip) = (0.0f32, 0.0f32);
            for item in row {
                match layers.items.at(*item).kind {
                    ItemKind::Node(node) => {
                        let part = graph.parts.at(node);
                        height = height.max(part.size.height);
                        if !part.open {
                            strip = strip.max(part.size.height);
                        }
                    }
                    ItemKind::Label(link) => {
                        let label = graph.links.at(link).label.unwrap_or_default();
                        height = height.max(label.height);
                    }
                    ItemKind::Pass | ItemKind::Side(_) | ItemKind::Spine => {}
                }
            }
            rows.top.push(y);
            rows.height.push(height);
            rows.strip.push(strip);
            y += height;
        }
        rows.bottom = y;
        rows
    }

    fn boxes(&self, graph: &Graph, layers: &Layers, x: &[f32]) -> Vec<Rect> {
        let mut boxes = Vec::with_capacity(graph.parts.len());
        for (node, part) in graph.parts.iter().enumerate() {
            let item = layers.node_item.at(node);
            let layer = layers.items.at(item).layer;
            let offset = if part.open {
                0.0
            } else {
                ((self.strip.at(layer) - part.size.height) / 2.0).max(0.0)
            };
            boxes.push(Rect::new(
                x.at(item) - part.size.width / 2.0,
                self.top.at(layer) + offset,
                part.size.width,
                part.size.height,
            ));
        }
        boxes
    }

    /// The y of a way's level in its band.
    fn level(&self, layers: &Layers, bands: &Bands, band: usize, way: Way) -> f32 {
        let down = way.level as f32 * size::LEVEL_GAP;
        let Some(above) = band.checked_sub(1) else {
            let height = bands.levels.at(band) as f32 * size::LEVEL_GAP;
            return self.top.at(0) - size::LEVELS_ABOVE - height + size::LEVEL_GAP + down;
        };
        let first = if layers.labels.at(above) {
            size::LEVEL_GAP
        } else {
            size::LEVELS_BELOW
        };
        self.top.at(above) + self.height.at(above) + first + down
    }

    /// From the top of the chain to its bottom.
    #[allow(clippy::too_many_arguments)]
    fn chain(
        &self,
        layers: &Layers,
        bands: &Bands,
        x: &[f32],
        ports: &Ports,
        link: usize,
        boxes: &[Rect],
        graph: &Graph,
    ) -> Vec<Point> {
        let chain = layers.chains.list(link);
        let edge = graph.links.at(link);
        let (Some(first), Some(last)) = (chain.first().copied(), chain.last().copied()) else {
            return Vec::new();
        };
        let is_back = !is_node(layers, last);
        let (upper, lower) = if is_back {
            (edge.to, edge.from)
        } else {
            (edge.from, edge.to)
        };
        let (upper, lower) = (boxes.at(upper), boxes.at(lower));
        let mut points = Vec::new();
        match ports.upper.at(link) {
            Port::Side { right, down } => {
                points.push(at_side(upper, right, down));
                points.push(Point::new(x.at(first), upper.top() + down));
            }
            Port::Level(place) if is_back => {
                let band = layers.items.at(first).layer;
                points.push(Point::new(place, upper.top()));
                self.turn(layers, bands, link, band, &mut points);
                if let [.., a, b] = points.as_mut_slice() {
                    std::mem::swap(&mut a.x, &mut b.x);
                }
            }
            Port::Level(place) => points.push(Point::new(place, upper.bottom())),
            Port::None => points.push(Point::new(x.at(first), upper.bottom())),
        }
        for item in chain.iter().skip(1) {
            self.turn(
                layers,
                bands,
                link,
                layers.items.at(*item).layer,
                &mut points,
            );
        }
        match ports.lower.at(link) {
            Port::Side { right, down } => {
                points.push(Point::new(x.at(last), lower.top() + down));
                points.push(at_side(lower, right, down));
            }
            Port::Level(place) if is_back => {
                let band = layers.items.at(last).layer + 1;
                let from = points.len();
                self.turn(layers, bands, link, band, &mut points);
                if let Some([a, b]) = points.get_mut(from..) {
                    std::mem::swap(&mut a.x, &mut b.x);
                }
                points.push(Point::new(place, lower.bottom()));
            }
            Port::Level(place) => points.push(Point::new(place, lower.top())),
            Port::None => points.push(Point::new(x.at(last), lower.top())),
        }
        points
    }

    #[allow(clippy::too_many_arguments)]
    fn far(
        &self,
        graph: &Graph,
        layers: &Layers,
        bands: &Bands,
        x: &[f32],
        ports: &Ports,
        lane: f32,
        link: usize,
        boxes: &[Rect],
    ) -> Vec<Point> {
        let edge = graph.links.at(link);
        let (from, to) = (boxes.at(edge.from), boxes.at(edge.to));
        let (begin, end) = far_ends(graph, layers, x, ports, link);
        let mut points = Vec::new();
        match ports.upper.at(link) {
            Port::Side { right, down } => {
                points.push(at_side(from, right, down));
                points.push(Point::new(begin.1, from.top() + down));
            }
            Port::Level(_) | Port::None => points.push(Point::new(begin.1, from.bottom())),
        }
        self.turn(layers, bands, link, begin.0, &mut points);
        points.push(Point::new(lane, points.last().map_or(0.0, |last| last.y)));
        self.turn(layers, bands, link, end.0, &mut points);
        let chain = layers.chains.list(link);
        if let [_, target] = chain {
            let band = layers.items.at(*target).layer;
            self.turn(layers, bands, link, band, &mut points);
        }
        let last = points.last().map_or(end.1, |last| last.x);
        points.push(Point::new(last, to.top()));
        points
    }

    fn turn(
        &self,
        layers: &Layers,
        bands: &Bands,
        link: usize,
        band: usize,
        points: &mut Vec<Point>,
    ) {
        if let Some(way) = bands.way(link, band) {
            let y = self.level(layers, bands, band, way);
            points.push(Point::new(way.from, y));
            points.push(Point::new(way.to, y));
        }
    }

    fn label(
        &self,
        graph: &Graph,
        layers: &Layers,
        bands: &Bands,
        x: &[f32],
        link: usize,
        boxes: &[Rect],
    ) -> Option<Rect> {
        let size = graph.links.at(link).label?;
        let chain = layers.chains.list(link);
        let is_label = |item: &usize| layers.items.at(*item).kind == ItemKind::Label(link);
        let at = chain.iter().position(is_label)?;
        let item = chain.at(at);
        let layer = layers.items.at(item).layer;
        let mut y = self.top.at(layer) + self.height.at(layer) - size.height;
        if let Some(ItemKind::Node(node)) =
            chain.get(at + 1).map(|next| layers.items.at(*next).kind)
            && bands.levels.at(layer + 1) == 0
        {
            y += boxes.at(node).top() - self.top.at(layer + 1);
        }
        Some(Rect::new(
            x.at(item) - size.width / 2.0,
            y,
            size.width,
            size.height,
        ))
    }
}

/// The label of a link that leaves at a side: right after the turn, upwards for a loop.
fn side_label(
    graph: &Graph,
    layers: &Layers,
    x: &[f32],
    ports: &Ports,
    link: usize,
    boxes: &[Rect],
) -> Option<Rect> {
    let edge = graph.links.at(link);
    let size = edge.label?;
    let rect = boxes.at(edge.from);
    let far = layers.far_side.get(&link).map(std::slice::from_ref);
    let chain = far.unwrap_or_else(|| layers.chains.list(link));
    let is_side = |item: &&usize| matches!(layers.items.at(**item).kind, ItemKind::Side(_));
    let down = |port: Port| match port {
        Port::Side { down, .. } => down,
        Port::None | Port::Level(_) => rect.height / 2.0,
    };
    let (lowest, highest) = (
        rect.bottom() + size::LEVEL_GAP,
        rect.top() - size::LEVEL_GAP,
    );
    if let (Some(side), Port::Side { right, down }) =
        (chain.first().filter(is_side), ports.upper.at(link))
        && layers.items.at(*side).inner > 0.0
    {
        let center = rect.top() + down;
        let beside = size::GAP + size.width / 2.0;
        let x = if layers.beside(*side) {
            if right {
                rect.right() + beside
            } else {
                rect.left() - beside
            }
        } else {
            let back = size::LEVEL_GAP + size.width / 2.0;
            x.at(*side) + if right { -back } else { back }
        };
        return Some(Rect::centered(Point::new(x, center), size));
    }
    let (item, y) = if let Some(last) = chain.last().filter(|item| is_side(item) && far.is_none()) {
        let turn = rect.top() + down(ports.lower.at(link));
        (*last, (turn - size::LEVEL_GAP - size.height).max(highest))
    } else {
        let first = chain.first().filter(is_side)?;
        let turn = rect.top() + down(ports.upper.at(link));
        (*first, (turn + size::LEVEL_GAP).min(lowest - size.height))
    };
    Some(Rect::new(
        x.at(item) - size.width / 2.0,
        y,
        size.width,
        size.height,
    ))
}

fn at_side(rect: Rect, right: bool, down: f32) -> Point {
    let x = if right { rect.right() } else { rect.left() };
    Point::new(x, rect.top() + down)
}

fn band_height(layers: &Layers, bands: &Bands, layer: usize) -> f32 {
    let levels = bands.levels.at(layer);
    let Some(above) = layer.checked_sub(1) else {
        return 0.0;
    };
    let after_label = layers.labels.at(above);
    let before_label = layers.labels.at(layer);
    if levels == 0 {
        return if after_label || before_label {
            size::LABEL_GAP
        } else {
            size::ROW_GAP
        };
    }
    let first = if after_label {
        size::LEVEL_GAP
    } else {
        size::LEVELS_BELOW
    };
    let last = if before_label {
        size::LEVEL_GAP
    } else {
        size::LEVELS_ABOVE
    };
    first + (levels - 1) as f32 * size::LEVEL_GAP + last
}

/// A loop from a box to itself: out at its right and in again above.
fn own_loop(graph: &Graph, layers: &Layers, link: usize, drawn: &mut Drawn) {
    let edge = graph.links.at(link);
    let rect = drawn.boxes.at(edge.from);
    let mut outer = rect.right();
    let mut turn = 0.0f32;
    let mut reach = 6.0f32;
    for other in layers
        .own
        .iter()
        .filter(|other| graph.links.at(**other).from == edge.from)
    {
        let width = graph
            .links
            .at(*other)
            .label
            .map_or(0.0, |label| label.width);
        turn = outer + size::GAP + width.max(size::LANE_GAP) / 2.0;
        reach = (reach + 6.0).min(rect.height / 2.0 - 2.0);
        if *other == link {
            break;
        }
        outer += crate::graph::layout::layers::own_loop_width(width);
    }
    let middle = rect.top() + (rect.height / 2.0).min(28.0);
    let route = vec![
        Point::new(rect.right(), middle + reach),
        Point::new(turn, middle + reach),
        Point::new(turn, middle - reach),
        Point::new(rect.right(), middle - reach),
    ];
    if let Some(slot) = drawn.routes.get_mut(link) {
        *slot = route;
    }
    let label = edge
        .label
        .map(|size| Rect::centered(Point::new(turn, middle), size));
    drawn.labels.put(link, label);
}

/// Without points that lie on the line between their neighbors.
fn simplified(points: Vec<Point>) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::with_capacity(points.len());
    for point in points {
        if kept.last().is_some_and(|last| last.distance(point) < 0.01) {
            continue;
        }
        if let [.., before, last] = kept.as_slice() {
            let straight_down = before.x == last.x && last.x == point.x;
            let straight_across = before.y == last.y && last.y == point.y;
            if straight_down || straight_across {
                kept.pop();
            }
        }
        kept.push(point);
    }
    kept
}
