//! Where the places that take a state lie on the canvas, and what dropping there says.

use crate::asl::StatePath;
use crate::asl::TransitionKind;
use crate::editor::Place;
use crate::editor::Revision;
use crate::geometry::Point;
use crate::geometry::Rect;
use crate::geometry::Size;
use crate::graph::EdgeKind;
use crate::graph::Flow;
use crate::graph::Layout;
use crate::graph::NodeKey;
use crate::graph::PlacedEdge;

const WIDE: Size = Size::new(96.0, 16.0);
const NARROW: Size = Size::new(72.0, 12.0);
const UPRIGHT: Size = Size::new(14.0, 56.0);
const HOT: Size = Size::new(216.0, 18.0);

/// A place and where it is shown.
#[derive(Clone, Debug)]
pub struct Spot {
    pub place: Place,
    pub rect: Rect,
}

/// The spots of places, without those that would lie on one another.
pub fn spots(places: &[Place], revision: &Revision, flow: &Flow, layout: &Layout) -> Vec<Spot> {
    let mut spots: Vec<Spot> = Vec::new();
    for place in places {
        let Some(rect) = rect_of(place, revision, flow, layout) else {
            continue;
        };
        if !spots.iter().any(|spot| spot.rect.overlaps(&rect)) {
            spots.push(Spot {
                place: place.clone(),
                rect,
            });
        }
    }
    spots
}

/// The spot nearest to a point, within a reach.
pub fn nearest(spots: &[Spot], at: Point, reach: f32) -> Option<usize> {
    spots
        .iter()
        .enumerate()
        .map(|(index, spot)| (index, spot.rect.distance(at)))
        .filter(|(_, distance)| *distance <= reach)
        .min_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(index, _)| index)
}

/// The rectangle of the spot under the pointer: wider than at rest, unless it is upright or a card.
pub fn hot_rect(rect: Rect) -> Rect {
    if rect.height <= WIDE.height {
        Rect::centered(rect.center(), HOT)
    } else {
        rect
    }
}

/// Where the `+` of an edge is: in the middle of its last free part.
pub fn middle(edge: &PlacedEdge) -> Option<Point> {
    let (from, to) = last_part(edge)?;
    let below = edge
        .label_rect
        .filter(|label| {
            let (left, right) = (from.x.min(to.x), from.x.max(to.x));
            label.left() <= right && left <= label.right() && label.bottom() <= to.y.max(from.y)
        })
        .map(|label| Point::new(to.x, label.bottom()));
    let start = match below {
        Some(below) if below.y < to.y && from.y < below.y => below,
        _ => from,
    };
    Some(start.toward(to, 0.42))
}

/// "ValidateOrder → Wait → Reserve inventory"
pub fn words(place: &Place, revision: &Revision, what: &str) -> String {
    let end = || "end".to_owned();
    match place {
        Place::OnEdge(path, kind) => {
            let to = revision
                .machine
                .find(path)
                .and_then(|state| state.transitions.iter().find(|way| way.kind == *kind))
                .map_or_else(end, |way| way.target.to_string());
            format!("{} → {what} → {to}", path.name())
        }
        Place::AtStart(owner) => match owner {
            None => format!("start → {what}"),
            Some((path, _)) => format!("first in {}: {what}", path.name()),
        },
        Place::Before(path) => format!("{what} → {}", path.name()),
        Place::After(path) => format!("{} → {what}", path.name()),
        Place::EmptyBranch(path, _) => format!("{what} in {}", path.name()),
        Place::EmptyMachine => format!("start → {what} → end"),
        Place::NewRule(path) => format!("new rule of {} → {what}", path.name()),
        Place::NewBranch(path) => format!("{what} in a new branch of {}", path.name()),
    }
}

fn rect_of(place: &Place, revision: &Revision, flow: &Flow, layout: &Layout) -> Option<Rect> {
    match place {
        Place::OnEdge(path, kind) => on_edge(edge_of(flow, layout, path, *kind)?),
        Place::AtStart(None) => {
            let edge = layout
                .edges
                .iter()
                .find(|edge| edge.kind == EdgeKind::Start)?;
            on_edge(edge)
        }
        Place::AtStart(Some((container, slot))) => {
            let state = revision.machine.find(container)?;
            let scope = state.scopes.iter().find_map(|id| {
                let scope = revision.machine.scope(*id)?;
                (scope.owner.map(|(_, found)| found) == Some(*slot)).then_some((*id, scope))
            });
            let (id, scope) = scope?;
            let first = revision.machine.in_scope(id, scope.start_at.as_deref()?)?;
            let first = revision.machine.state(first)?;
            Some(above(node(layout, &first.path)?))
        }
        Place::Before(path) => Some(above(node(layout, path)?)),
        Place::After(path) => {
            let key = NodeKey::State(path.clone());
            let edge = layout.edges.iter().find(|edge| {
                edge.from == key && matches!(edge.kind, EdgeKind::End | EdgeKind::Next)
            });
            match edge {
                Some(edge) => on_edge(edge),
                None => {
                    let rect = node(layout, path)?;
                    let center = Point::new(rect.center().x, rect.bottom() + 6.0);
                    Some(Rect::centered(center, NARROW))
                }
            }
        }
        Place::EmptyBranch(path, slot) => {
            let state = revision.machine.find(path)?;
            let index = state
                .scopes
                .iter()
                .position(|id| {
                    let scope = revision.machine.scope(*id);
                    scope.and_then(|scope| scope.owner).map(|(_, found)| found) == Some(*slot)
                })
                .unwrap_or_default();
            let key = NodeKey::EmptyBranch(path.clone(), index);
            layout.node(&key).map(|node| node.rect)
        }
        Place::EmptyMachine => {
            let start = layout.node(&NodeKey::Start).map(|node| node.rect);
            let center = start.map_or(layout.bounds.center(), |rect| rect.center());
            let center = Point::new(center.x, center.y + 64.0);
            Some(Rect::centered(center, crate::graph::size::CARD))
        }
        Place::NewRule(path) => {
            let from = NodeKey::State(path.clone());
            let targets = layout
                .edges
                .iter()
                .filter(|edge| edge.from == from)
                .filter_map(|edge| layout.node(&edge.to))
                .map(|node| node.rect);
            let right_most = targets.max_by(|a, b| a.right().total_cmp(&b.right()));
            let beside = right_most.or_else(|| node(layout, path))?;
            let gap = 1.0 + UPRIGHT.width / 2.0;
            let center = Point::new(beside.right() + gap, beside.center().y);
            Some(Rect::centered(center, UPRIGHT))
        }
        Place::NewBranch(path) => {
            let rect = node(layout, path)?;
            let center = Point::new(rect.right() - 8.0, rect.center().y + 22.0);
            Some(Rect::centered(center, UPRIGHT))
        }
    }
}

fn on_edge(edge: &PlacedEdge) -> Option<Rect> {
    let (from, to) = last_part(edge)?;
    let center = middle(edge)?;
    let room = from.distance(to);
    let size = if room >= 44.0 && edge.label_rect.is_none() {
        WIDE
    } else {
        NARROW
    };
    Some(Rect::centered(center, size))
}

/// The last straight part of an edge that is long enough to hold something.
fn last_part(edge: &PlacedEdge) -> Option<(Point, Point)> {
    let parts = edge.route.iter().zip(edge.route.iter().skip(1));
    parts
        .map(|(from, to)| (*from, *to))
        .rfind(|(from, to)| from.distance(*to) > 8.0)
        .or_else(|| edge.route.first().copied().zip(edge.route.last().copied()))
}

fn above(rect: Rect) -> Rect {
    Rect::centered(Point::new(rect.center().x, rect.top() - 5.0), NARROW)
}

fn node(layout: &Layout, path: &StatePath) -> Option<Rect> {
    let key = NodeKey::State(path.clone());
    layout.node(&key).map(|node| node.rect)
}

/// The drawn edge that stands for a transition.
pub fn edge_of<'a>(
    flow: &Flow,
    layout: &'a Layout,
    from: &StatePath,
    kind: TransitionKind,
) -> Option<&'a PlacedEdge> {
    layout.edge(&flow.edge_of(from, kind)?.key)
}
