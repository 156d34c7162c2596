//! What a scene is made of: shapes in world coordinates, grouped by what they stand for.

use crate::geometry::Point;
use crate::geometry::Rect;
use crate::graph::EdgeKey;
use crate::graph::NodeKey;
use crate::scene::icon::Icon;
use crate::scene::role::Role;

/// Everything to draw, in drawing order.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    pub groups: Vec<Group>,
    /// What the whole layout covers, drawn or not.
    pub bounds: Rect,
}

/// The shapes of one thing, with the words that stand for them.
#[derive(Clone, Debug)]
pub struct Group {
    pub subject: Subject,
    /// Read aloud and found by tests: `Reserve item, Task, failed`.
    pub label: String,
    /// Where a pointer means this thing.
    pub rect: Rect,
    pub shapes: Vec<Shape>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    Node(NodeKey),
    Edge(EdgeKey),
    /// The chip of an edge, drawn over cards.
    Label(EdgeKey),
    /// The n-th drop slot of the request.
    Slot(usize),
}

/// World units are points at zoom 1.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Rect {
        rect: Rect,
        corners: Corners,
        fill: Option<Paint>,
        stroke: Option<Stroke>,
        shadow: bool,
    },
    Circle {
        center: Point,
        radius: f32,
        fill: Option<Paint>,
        stroke: Option<Stroke>,
    },
    /// A polyline whose corners are rounded by `radius`.
    Line {
        points: Vec<Point>,
        radius: f32,
        stroke: Stroke,
    },
    /// A filled polygon, convex.
    Polygon {
        points: Vec<Point>,
        fill: Paint,
    },
    /// A dot that travels along the line, once in 1.2 seconds; drawn at its middle where nothing moves.
    Traveler {
        points: Vec<Point>,
        role: Role,
    },
    Text(Text),
    Icon {
        icon: Icon,
        center: Point,
        size: f32,
        role: Role,
        /// Turns where motion is wanted.
        turning: bool,
    },
}

/// One line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    pub text: String,
    /// On the baseline: at the start, middle or end of the text, as `anchor` says.
    pub at: Point,
    pub anchor: Anchor,
    pub size: f32,
    /// 400 to 700.
    pub weight: u16,
    pub role: Role,
    /// Cut with `…` beyond this.
    pub max_width: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Corners {
    pub radius: f32,
    /// The lower corners are square.
    pub top_only: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paint {
    pub role: Role,
    /// 0 to 1.
    pub opacity: f32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    pub width: f32,
    pub role: Role,
    /// Lengths of dash and gap.
    pub dash: Option<(f32, f32)>,
}

impl Paint {
    pub const fn solid(role: Role) -> Paint {
        Paint { role, opacity: 1.0 }
    }

    pub const fn faded(role: Role, opacity: f32) -> Paint {
        Paint { role, opacity }
    }
}

impl Stroke {
    pub const fn solid(width: f32, role: Role) -> Stroke {
        Stroke {
            width,
            role,
            dash: None,
        }
    }

    pub const fn dashed(width: f32, role: Role, dash: f32, gap: f32) -> Stroke {
        Stroke {
            width,
            role,
            dash: Some((dash, gap)),
        }
    }
}

impl Corners {
    pub const fn all(radius: f32) -> Corners {
        Corners {
            radius,
            top_only: false,
        }
    }

    pub const fn top(radius: f32) -> Corners {
        Corners {
            radius,
            top_only: true,
        }
    }
}
