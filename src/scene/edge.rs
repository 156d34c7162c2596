//! The shapes of an edge: line, head, label chip, and how it looks before, in and after a run.

use crate::geometry::Point;
use crate::geometry::Polyline;
use crate::geometry::Rect;
use crate::graph::EdgeKind;
use crate::graph::NodeKey;
use crate::graph::PlacedEdge;
use crate::scene::request::Detail;
use crate::scene::request::RunPicture;
use crate::scene::request::SceneRequest;
use crate::scene::request::TakenEdge;
use crate::scene::role::Role;
use crate::scene::role::Status;
use crate::scene::shape::Anchor;
use crate::scene::shape::Corners;
use crate::scene::shape::Group;
use crate::scene::shape::Paint;
use crate::scene::shape::Shape;
use crate::scene::shape::Stroke;
use crate::scene::shape::Subject;
use crate::scene::shape::Text;

/// Edges are too fine to be seen below this zoom.
const NO_EDGES: f32 = 0.06;
/// Labels cannot be read below this zoom.
const NO_LABELS: f32 = 0.55;
const CORNER: f32 = 8.0;

/// How far a run went along an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Course {
    /// No run is shown.
    Rest,
    NotTaken,
    Taken,
    /// Taken, and its end is running.
    Running,
}

pub(crate) fn course(request: &SceneRequest, edge: &PlacedEdge) -> Course {
    let Some(run) = request.run else {
        return Course::Rest;
    };
    if !is_taken(run, edge) {
        return Course::NotTaken;
    }
    let reached = edge.to.state().map(|path| run.status(path));
    if run.running && reached == Some(Status::Running) {
        Course::Running
    } else {
        Course::Taken
    }
}

/// Shapes of an edge without its label; nothing where the zoom is too small.
pub(crate) fn edge_group(request: &SceneRequest, edge: &PlacedEdge) -> Group {
    let course = course(request, edge);
    let detail = Detail::at(request.zoom);
    let selected = request.marks.selected_edge.as_ref() == Some(&edge.key);
    let mut shapes = Vec::new();
    if request.zoom >= NO_EDGES {
        line(edge, course, detail, selected, request.zoom, &mut shapes);
    }
    Group {
        subject: Subject::Edge(edge.key.clone()),
        label: label(edge, course),
        rect: Polyline {
            points: edge.route.clone(),
        }
        .bounds()
        .unwrap_or_default(),
        shapes,
    }
}

/// The chip of an edge; none where it has none or cannot be read.
pub(crate) fn label_shapes(request: &SceneRequest, edge: &PlacedEdge) -> Vec<Shape> {
    let (Some(words), Some(rect)) = (&edge.label, edge.label_rect) else {
        return Vec::new();
    };
    if request.zoom < NO_LABELS {
        return Vec::new();
    }
    let course = course(request, edge);
    let caught = edge.kind.is_catch() && matches!(course, Course::Taken | Course::Running);
    let (fill, stroke, text) = if caught {
        (
            Role::StatusFill(Status::Caught),
            Role::StatusLine(Status::Caught),
            Role::StatusText(Status::Caught),
        )
    } else if course == Course::NotTaken {
        (Role::Canvas, Role::Border, Role::WeakText)
    } else {
        (Role::Panel, Role::Border, Role::SecondText)
    };
    vec![
        Shape::Rect {
            rect,
            corners: Corners::all(rect.height / 2.0),
            fill: Some(Paint::solid(fill)),
            stroke: Some(Stroke::solid(1.0, stroke)),
            shadow: false,
        },
        Shape::Text(Text {
            text: words.clone(),
            at: Point::new(rect.center().x, rect.center().y + 4.0),
            anchor: Anchor::Middle,
            size: 11.0,
            weight: if course == Course::Taken { 600 } else { 500 },
            role: text,
            max_width: rect.width - 8.0,
        }),
    ]
}

fn line(
    edge: &PlacedEdge,
    course: Course,
    detail: Detail,
    selected: bool,
    zoom: f32,
    shapes: &mut Vec<Shape>,
) {
    let role = match course {
        _ if selected => Role::Accent,
        Course::Rest => Role::Edge,
        Course::NotTaken => Role::Ghost,
        Course::Taken | Course::Running => Role::EdgeTaken,
    };
    let taken = matches!(course, Course::Taken | Course::Running);
    let width = match (detail, taken || selected) {
        // One point on the screen.
        (Detail::Far, _) => 1.0 / zoom,
        (_, true) => 2.25,
        (_, false) => 1.5,
    };
    let stroke = if edge.kind.is_catch() && detail > Detail::Far {
        Stroke::dashed(width, role, 5.0, 4.0)
    } else {
        Stroke::solid(width, role)
    };
    let has_head = detail >= Detail::Title && edge.route.len() >= 2;
    let length = if taken { 9.0 } else { 8.0 };
    let points = if has_head {
        shortened(&edge.route, length - 1.0)
    } else {
        edge.route.clone()
    };
    let radius = if detail >= Detail::Full { CORNER } else { 0.0 };
    if course == Course::Running {
        shapes.push(Shape::Line {
            points: points.clone(),
            radius,
            stroke,
        });
        shapes.push(Shape::Traveler {
            points: points.clone(),
            role: Role::StatusLine(Status::Running),
        });
    } else {
        shapes.push(Shape::Line {
            points,
            radius,
            stroke,
        });
    }
    if has_head && let Some(points) = head(&edge.route, length, if taken { 9.0 } else { 8.0 }) {
        shapes.push(Shape::Polygon {
            points,
            fill: Paint::solid(role),
        });
    }
}

/// A triangle with its tip on the last point.
fn head(route: &[Point], length: f32, width: f32) -> Option<Vec<Point>> {
    let (tip, before) = last_two(route)?;
    let distance = tip.distance(before);
    if distance <= 0.0 {
        return None;
    }
    let (dx, dy) = ((tip.x - before.x) / distance, (tip.y - before.y) / distance);
    let base = Point::new(tip.x - dx * length, tip.y - dy * length);
    let half = width / 2.0;
    Some(vec![
        tip,
        Point::new(base.x - dy * half, base.y + dx * half),
        Point::new(base.x + dy * half, base.y - dx * half),
    ])
}

/// The route without its last bit, so that the line does not show beside the tip of the head.
fn shortened(route: &[Point], by: f32) -> Vec<Point> {
    let mut points = route.to_vec();
    if let Some((tip, before)) = last_two(route)
        && let Some(last) = points.last_mut()
    {
        let distance = tip.distance(before);
        if distance > by {
            *last = tip.toward(before, by / distance);
        }
    }
    points
}

/// The last point and the nearest one before it that differs.
fn last_two(route: &[Point]) -> Option<(Point, Point)> {
    let tip = route.last().copied()?;
    let before = route.iter().rev().copied().find(|point| *point != tip)?;
    Some((tip, before))
}

fn is_taken(run: &RunPicture, edge: &PlacedEdge) -> bool {
    match (&edge.from, &edge.to) {
        (NodeKey::State(from), NodeKey::State(to)) => run.taken.contains(&TakenEdge {
            from: Some(from.clone()),
            to: to.clone(),
            caught: edge.kind.is_catch(),
        }),
        (NodeKey::Start, NodeKey::State(to)) => run.states.contains_key(to),
        (NodeKey::State(from), NodeKey::End) => run.ends.contains(from),
        _ => false,
    }
}

fn label(edge: &PlacedEdge, course: Course) -> String {
    let end = |key: &NodeKey| match key {
        NodeKey::Start => "start".to_owned(),
        NodeKey::End => "end".to_owned(),
        NodeKey::State(path) => path.name(),
        NodeKey::EmptyBranch(path, _) => format!("empty branch of {}", path.name()),
    };
    let mut words = format!("{} to {}", end(&edge.from), end(&edge.to));
    match edge.kind {
        EdgeKind::Choice(_) => words.push_str(", when "),
        EdgeKind::Catch(_) => words.push_str(", on error "),
        EdgeKind::Default | EdgeKind::Next | EdgeKind::Start | EdgeKind::End => {}
    }
    match (&edge.label, edge.kind) {
        (Some(label), EdgeKind::Choice(_) | EdgeKind::Catch(_)) => words.push_str(label),
        (_, EdgeKind::Default) => words.push_str(", otherwise"),
        _ => {}
    }
    match course {
        Course::Taken => words.push_str(", taken"),
        Course::Running => words.push_str(", just taken"),
        Course::Rest | Course::NotTaken => {}
    }
    words
}

/// The bounds of what an edge draws, label included.
pub(crate) fn reach(edge: &PlacedEdge) -> Rect {
    let mut points = edge.route.iter();
    let mut rect = points
        .next()
        .map_or_else(Rect::default, |first| Rect::new(first.x, first.y, 0.0, 0.0));
    for point in points {
        rect = rect.union(&Rect::new(point.x, point.y, 0.0, 0.0));
    }
    edge.label_rect
        .map_or(rect, |label| rect.union(&label))
        .grown(6.0)
}
