//! From scopes to the whole drawing: containers from the inside out, then places from the outside in.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::asl::StateKind;
use crate::geometry::Point;
use crate::geometry::Rect;
use crate::geometry::Size;
use crate::graph::Flow;
use crate::graph::FlowNode;
use crate::graph::NodeKey;
use crate::graph::NodeKind;
use crate::graph::layout::Direction;
use crate::graph::layout::Layout;
use crate::graph::layout::LayoutRequest;
use crate::graph::layout::PlacedEdge;
use crate::graph::layout::PlacedNode;
use crate::graph::layout::rank::Link;
use crate::graph::layout::rank::Part;
use crate::graph::layout::scope::Arranged;
use crate::graph::layout::scope::arrange;
use crate::graph::layout::size;
use crate::graph::layout::table::Lists;
use crate::graph::layout::table::Table;

/// Lays out a flow. Total and without chance: equal requests have equal layouts.
pub fn layout(request: &LayoutRequest) -> Layout {
    let flow = request.flow.as_ref();
    let mut drawing = Drawing {
        request,
        flow,
        shown: shown(request),
        inner: BTreeMap::new(),
        sizes: flow.nodes.iter().map(|node| size::of(node.kind)).collect(),
        scopes: vec![Scope::default(); flow.scopes.len()],
        of_scope: vec![Vec::new(); flow.scopes.len()],
    };
    for (at, scope) in flow.scopes.iter().enumerate() {
        if let Some(owner) = &scope.owner {
            drawing.inner.entry(owner).or_default().push(at);
        }
    }
    for (at, edge) in flow.edges.iter().enumerate() {
        let scope = flow.nodes.get(edge.from).map_or(0, |node| node.scope);
        drawing.of_scope.add(scope, at);
    }
    for scope in (0..flow.scopes.len()).rev() {
        drawing.arrange(scope);
    }
    let mut layout = drawing.assemble();
    if request.direction == Direction::Down
        && flow.nodes.iter().all(|node| node.key.state().is_none())
    {
        make_room_for_a_card(&mut layout);
    }
    layout
}

/// A workflow without states keeps its marks apart, so that the place for its first state fits between.
fn make_room_for_a_card(layout: &mut Layout) {
    let room = Point::new(0.0, size::CARD.height + size::ROW_GAP);
    let end = layout
        .nodes
        .iter_mut()
        .filter(|node| node.key == NodeKey::End);
    end.for_each(|node| node.rect = node.rect.moved(room));
    // The place stands where the edge would run.
    layout.edges.clear();
    layout.bounds.height += room.y;
}

struct Drawing<'a> {
    request: &'a LayoutRequest,
    flow: &'a Flow,
    /// Of each node whether it is drawn.
    shown: Vec<bool>,
    /// Of each container its scopes, the collapsed and hidden ones included.
    inner: BTreeMap<&'a NodeKey, Vec<usize>>,
    sizes: Vec<Size>,
    scopes: Vec<Scope>,
    /// Of each scope its edges.
    of_scope: Vec<Vec<usize>>,
}

/// A scope's drawing with what its boxes and links stand for.
#[derive(Clone, Debug, Default)]
struct Scope {
    nodes: Vec<usize>,
    edges: Vec<usize>,
    arranged: Arranged,
}

impl Drawing<'_> {
    fn is_open(&self, node: &FlowNode) -> bool {
        let collapsed = node
            .key
            .state()
            .is_some_and(|path| self.request.collapsed.contains(path));
        !collapsed && self.inner.contains_key(&node.key)
    }

    fn turned(&self, size: Size) -> Size {
        match self.request.direction {
            Direction::Down => size,
            Direction::Right => size.transposed(),
        }
    }

    fn turned_point(&self, point: Point) -> Point {
        match self.request.direction {
            Direction::Down => point,
            Direction::Right => point.transposed(),
        }
    }

    fn turned_rect(&self, rect: Rect) -> Rect {
        match self.request.direction {
            Direction::Down => rect,
            Direction::Right => rect.transposed(),
        }
    }

    fn arrange(&mut self, scope: usize) {
        let Some(flow_scope) = self.flow.scopes.get(scope) else {
            return;
        };
        let nodes: Vec<usize> = flow_scope
            .nodes
            .iter()
            .copied()
            .filter(|node| self.shown.at(*node))
            .collect();
        let place: BTreeMap<usize, usize> = nodes.iter().copied().zip(0..).collect();
        let mut parts = Vec::with_capacity(nodes.len());
        for at in &nodes {
            let Some(node) = self.flow.nodes.get(*at) else {
                continue;
            };
            let open = self.is_open(node);
            if open {
                let size = self.container_size(node);
                self.sizes.put(*at, size);
            }
            let mark = matches!(node.kind, NodeKind::Start | NodeKind::End);
            parts.push(Part {
                size: self.turned(self.sizes.at(*at)),
                caption: match self.request.direction {
                    Direction::Down if mark => size::MARK_CAPTION,
                    Direction::Down | Direction::Right => 0.0,
                },
                open,
                fails: node.kind == NodeKind::State(StateKind::Fail),
            });
        }
        let mut edges = Vec::new();
        let mut links = Vec::new();
        for at in self.of_scope.list(scope) {
            let Some(edge) = self.flow.edges.get(*at) else {
                continue;
            };
            let ends = (place.get(&edge.from), place.get(&edge.to));
            let (Some(from), Some(to)) = ends else {
                continue;
            };
            if self.request.hide_catch && edge.kind().is_catch() {
                continue;
            }
            edges.push(*at);
            links.push(Link {
                from: *from,
                to: *to,
                catch: edge.kind().is_catch(),
                label: self.request.labels.at(*at).map(|label| self.turned(label)),
            });
        }
        // A mark that leads nowhere stands above what it should lead to.
        let leads = links.iter().any(|link| link.from == 0);
        if scope == 0 && !leads && parts.len() > 1 {
            links.push(Link {
                from: 0,
                to: 1,
                ..Link::default()
            });
        }
        let arranged = arrange(&parts, &links);
        if let Some(slot) = self.scopes.get_mut(scope) {
            *slot = Scope {
                nodes,
                edges,
                arranged,
            };
        }
    }

    fn inner_sizes(&self, node: &FlowNode) -> Vec<(usize, Size)> {
        let scopes = self.inner.get(&node.key).map(Vec::as_slice);
        scopes
            .unwrap_or_default()
            .iter()
            .filter_map(|at| {
                let arranged = &self.scopes.get(*at)?.arranged;
                Some((*at, Size::new(arranged.width, arranged.height)))
            })
            .filter(|(_, size)| size.width > 0.0)
            .collect()
    }

    /// The size of what lies in a container, in the direction in which it is laid out.
    fn content(&self, node: &FlowNode) -> Size {
        let inner = self.inner_sizes(node);
        let gaps = inner.len().saturating_sub(1) as f32 * size::GAP;
        Size::new(
            inner.iter().map(|(_, size)| size.width).sum::<f32>() + gaps,
            inner
                .iter()
                .map(|(_, size)| size.height)
                .fold(0.0, f32::max),
        )
    }

    fn container_size(&self, node: &FlowNode) -> Size {
        let content = self.turned(self.content(node));
        let width = (content.width + 2.0 * size::CONTAINER_PADDING).max(size::CONTAINER_WIDTH);
        let top = size::CONTAINER_HEADER + size::CONTAINER_TOP;
        let height = top + content.height + size::CONTAINER_PADDING;
        Size::new((width / 2.0).ceil() * 2.0, (height / 2.0).ceil() * 2.0)
    }

    fn assemble(&self) -> Layout {
        let mut corners = vec![Point::default(); self.flow.scopes.len()];
        let mut layout = Layout::default();
        let mut rects: Vec<Option<Rect>> = vec![None; self.flow.nodes.len()];
        for (at, scope) in self.scopes.iter().enumerate() {
            let corner = corners.at(at);
            for (node, rect) in scope.nodes.iter().zip(&scope.arranged.boxes) {
                let rect = self.turned_rect(*rect).moved(corner);
                rects.put(*node, Some(rect));
                if let Some(node) = self.flow.nodes.get(*node).filter(|node| self.is_open(node)) {
                    self.place_inner(node, rect, &mut corners);
                }
            }
        }
        for (node, rect) in self.flow.nodes.iter().zip(&rects) {
            let Some(rect) = *rect else { continue };
            let header = Rect::new(rect.x, rect.y, rect.width, size::CONTAINER_HEADER);
            layout.nodes.push(PlacedNode {
                key: node.key.clone(),
                kind: node.kind,
                rect,
                parent: node.container.clone(),
                header: self.is_open(node).then_some(header),
            });
        }
        for (at, scope) in self.scopes.iter().enumerate() {
            self.place_edges(scope, corners.at(at), &mut layout);
        }
        if let Some(outermost) = self.scopes.first() {
            let arranged = &outermost.arranged;
            let size = self.turned(Size::new(arranged.width, arranged.height));
            layout.bounds = Rect::from_size(Point::default(), size);
        }
        layout
    }

    fn place_inner(&self, node: &FlowNode, rect: Rect, corners: &mut [Point]) {
        let content = self.turned(self.content(node));
        let top = size::CONTAINER_HEADER + size::CONTAINER_TOP;
        let mut corner = Point::new(
            rect.x + ((rect.width - content.width) / 2.0).floor(),
            rect.y + top,
        );
        for (scope, size) in self.inner_sizes(node) {
            corners.put(scope, corner);
            match self.request.direction {
                Direction::Down => corner.x += size.width + size::GAP,
                Direction::Right => corner.y += size.width + size::GAP,
            }
        }
    }

    fn place_edges(&self, scope: &Scope, corner: Point, layout: &mut Layout) {
        for (place, at) in scope.edges.iter().enumerate() {
            let Some(edge) = self.flow.edges.get(*at) else {
                continue;
            };
            let route = scope.arranged.routes.list(place).iter();
            let label = scope.arranged.labels.at(place);
            layout.edges.push(PlacedEdge {
                key: edge.key.clone(),
                kind: edge.kind(),
                from: edge.key.from.clone(),
                to: edge.key.to.clone(),
                label: edge.label.clone(),
                label_rect: label.map(|rect| self.turned_rect(rect).moved(corner)),
                route: route
                    .map(|point| self.turned_point(*point).moved(corner))
                    .collect(),
                back: scope.arranged.back.at(place),
                main: scope.arranged.main.at(place),
            });
        }
    }
}

/// Which nodes are drawn: not those in a collapsed or hidden container, nor those only errors lead to
/// where Catch is hidden.
fn shown(request: &LayoutRequest) -> Vec<bool> {
    let flow = request.flow.as_ref();
    let hidden: BTreeSet<&NodeKey> = if request.hide_catch {
        let without = flow.reachable(false);
        let with = flow.reachable(true);
        with.difference(&without).copied().collect()
    } else {
        BTreeSet::new()
    };
    let mut gone: BTreeSet<&NodeKey> = BTreeSet::new();
    let mut shown = Vec::with_capacity(flow.nodes.len());
    for node in &flow.nodes {
        // Containers come before what lies in them.
        let in_gone = node.container.as_ref().is_some_and(|container| {
            gone.contains(container)
                || container
                    .state()
                    .is_some_and(|path| request.collapsed.contains(path))
        });
        let is_shown = !in_gone && !hidden.contains(&node.key);
        if !is_shown {
            gone.insert(&node.key);
        }
        shown.push(is_shown);
    }
    shown
}
