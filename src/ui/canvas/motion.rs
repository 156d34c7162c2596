//! Layout moves: nodes glide from where they were to where they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::geometry::Point;
use crate::geometry::Rect;
use crate::graph::Layout;
use crate::graph::NodeKey;
use crate::ui::canvas::camera::MOVE_SECONDS;
use crate::ui::canvas::camera::ease;

/// Larger layouts change at once.
const MOST_NODES: usize = 600;

/// The layout shown, which may be on its way from an older one.
#[derive(Clone, Debug, Default)]
pub struct Motion {
    shown: Option<Arc<Layout>>,
    from: BTreeMap<NodeKey, Rect>,
    since: f64,
}

impl Motion {
    /// Takes in the layout of this frame. Where it is another one than before, answers how far the
    /// node nearest to `anchor` has moved: the camera follows, so that this node stays where it is seen.
    pub fn follow(
        &mut self,
        layout: &Arc<Layout>,
        now: f64,
        at_once: bool,
        anchor: Point,
    ) -> Option<Point> {
        let same = self
            .shown
            .as_ref()
            .is_some_and(|shown| Arc::ptr_eq(shown, layout));
        if same {
            return None;
        }
        let shift = self
            .shown
            .as_ref()
            .and_then(|shown| shift(shown, layout, anchor));
        let still = at_once || layout.nodes.len() > MOST_NODES;
        self.from = match (&self.shown, still) {
            (Some(_), false) => self
                .current(now)
                .map(|current| rects(&current, shift.unwrap_or_default()))
                .unwrap_or_default(),
            _ => BTreeMap::new(),
        };
        self.since = now;
        self.shown = Some(layout.clone());
        shift
    }

    /// Forgets where things were: the next layout appears at once.
    pub fn reset(&mut self) {
        *self = Motion::default();
    }

    pub fn is_moving(&self, now: f64) -> bool {
        !self.from.is_empty() && now - self.since < MOVE_SECONDS
    }

    /// The layout as it is drawn now.
    pub fn current(&self, now: f64) -> Option<Arc<Layout>> {
        let shown = self.shown.as_ref()?;
        if !self.is_moving(now) {
            return Some(shown.clone());
        }
        let share = ease(((now - self.since) / MOVE_SECONDS) as f32);
        let mut layout = (**shown).clone();
        let mut shifts: BTreeMap<NodeKey, Point> = BTreeMap::new();
        for node in &mut layout.nodes {
            let Some(from) = self.from.get(&node.key) else {
                continue;
            };
            let goal = node.rect;
            node.rect = between(from, &goal, share);
            if let Some(header) = &mut node.header {
                *header = Rect::new(node.rect.x, node.rect.y, node.rect.width, header.height);
            }
            let shift = Point::new(
                node.rect.center().x - goal.center().x,
                node.rect.center().y - goal.center().y,
            );
            shifts.insert(node.key.clone(), shift);
        }
        for edge in &mut layout.edges {
            let shift = |key: &NodeKey| shifts.get(key).copied().unwrap_or_default();
            let (start, end) = (shift(&edge.from), shift(&edge.to));
            let last = edge.route.len().saturating_sub(1).max(1) as f32;
            for (index, point) in edge.route.iter_mut().enumerate() {
                *point = point.moved(start.toward(end, index as f32 / last));
            }
            edge.label_rect = edge.label_rect.map(|rect| rect.moved(end));
        }
        Some(Arc::new(layout))
    }
}

fn rects(layout: &Layout, shift: Point) -> BTreeMap<NodeKey, Rect> {
    layout
        .nodes
        .iter()
        .map(|node| (node.key.clone(), node.rect.moved(shift)))
        .collect()
}

/// How far the node nearest to a point has moved between two layouts that both have it.
fn shift(before: &Layout, after: &Layout, anchor: Point) -> Option<Point> {
    let now: BTreeMap<&NodeKey, &Rect> = after
        .nodes
        .iter()
        .map(|node| (&node.key, &node.rect))
        .collect();
    let kept = before.nodes.iter().filter(|node| node.header.is_none());
    kept.filter_map(|node| Some((node.rect, now.get(&node.key)?)))
        .min_by(|(a, _), (b, _)| a.distance(anchor).total_cmp(&b.distance(anchor)))
        .map(|(old, new)| Point::new(new.x - old.x, new.y - old.y))
}

fn between(from: &Rect, to: &Rect, share: f32) -> Rect {
    let mix = |a: f32, b: f32| a + (b - a) * share;
    Rect::new(
        mix(from.x, to.x),
        mix(from.y, to.y),
        mix(from.width, to.width),
        mix(from.height, to.height),
    )
}
