//! The shapes of a node: card, terminal card, container, start and end mark, empty branch.

use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::geometry::Point;
use crate::geometry::Rect;
use crate::graph::EdgeKind;
use crate::graph::NodeKey;
use crate::graph::PlacedNode;
use crate::scene::face::Face;
use crate::scene::icon::Icon;
use crate::scene::request::Detail;
use crate::scene::request::Outside;
use crate::scene::request::SceneRequest;
use crate::scene::request::StateRun;
use crate::scene::role::Family;
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
use crate::scene::status::status_icon;

pub(crate) const CARD_RADIUS: f32 = 8.0;
pub(crate) const CONTAINER_RADIUS: f32 = 12.0;
pub(crate) const HEADER: f32 = 44.0;
/// The look of a card by what happened to it.
pub(crate) struct Dress {
    pub fill: Paint,
    pub stroke: Stroke,
    pub first_line: Role,
    pub name: Role,
    pub icon: Role,
    pub tile: Role,
    pub shadow: bool,
}

/// A node with everything that decides its look.
pub(crate) struct Card<'a> {
    pub request: &'a SceneRequest<'a>,
    pub rect: Rect,
    pub path: &'a StatePath,
    pub face: &'a Face,
    pub detail: Detail,
    pub run: Option<&'a StateRun>,
    /// A run is shown and did not come here.
    pub unreached: bool,
    /// A container that shows what lies in it.
    pub open: bool,
}

/// The shapes and words of a placed node.
pub(crate) fn node_group(request: &SceneRequest, node: &PlacedNode) -> Group {
    let detail = Detail::at(request.zoom);
    let (label, shapes) = match &node.key {
        NodeKey::Start => ("Start".to_owned(), mark(request, node.rect, false, detail)),
        NodeKey::End => ("End".to_owned(), mark(request, node.rect, true, detail)),
        NodeKey::EmptyBranch(path, _) => (
            format!("Empty branch of {}, drop a state here", path.name()),
            empty_branch(node.rect, "Drop a state here", detail),
        ),
        NodeKey::State(path) => match request.faces.get(path) {
            None => (path.name(), Vec::new()),
            Some(face) => {
                let card = Card {
                    request,
                    rect: node.rect,
                    path,
                    face,
                    detail,
                    run: request.run.and_then(|run| run.states.get(path)),
                    unreached: request
                        .run
                        .is_some_and(|run| !run.states.contains_key(path)),
                    open: node.header.is_some(),
                };
                (card.label(), card.shapes())
            }
        },
    };
    Group {
        subject: Subject::Node(node.key.clone()),
        label,
        rect: node.rect,
        shapes,
    }
}

/// The dashed card of a place without a state, with words in it.
pub fn placeholder(rect: Rect, words: &str) -> Vec<Shape> {
    empty_branch(rect, words, Detail::Full)
}

fn empty_branch(rect: Rect, words: &str, detail: Detail) -> Vec<Shape> {
    let mut shapes = vec![Shape::Rect {
        rect,
        corners: Corners::all(CARD_RADIUS),
        fill: None,
        stroke: Some(Stroke::dashed(1.0, Role::Outline, 5.0, 4.0)),
        shadow: false,
    }];
    if detail >= Detail::Title {
        shapes.push(text(
            words,
            Point::new(rect.center().x, rect.center().y + 4.5),
            Anchor::Middle,
            12.0,
            500,
            Role::WeakText,
            rect.width - 16.0,
        ));
    }
    shapes
}

fn mark(request: &SceneRequest, rect: Rect, end: bool, detail: Detail) -> Vec<Shape> {
    let center = Point::new(rect.left() + rect.height / 2.0, rect.center().y);
    let center = if rect.width <= rect.height * 1.5 {
        rect.center()
    } else {
        center
    };
    let reached = request.run.is_some_and(|run| !end || !run.ends.is_empty());
    let role = match (request.run.is_some(), reached) {
        (_, true) => Role::EdgeTaken,
        (true, false) => Role::Ghost,
        (false, false) => Role::Edge,
    };
    let mut shapes = vec![Shape::Circle {
        center,
        radius: 8.0,
        fill: Some(Paint::solid(Role::Canvas)),
        stroke: Some(Stroke::solid(1.5, role)),
    }];
    if end {
        shapes.push(Shape::Circle {
            center,
            radius: 4.0,
            fill: Some(Paint::solid(role)),
            stroke: None,
        });
    }
    if detail >= Detail::Full {
        // Where the first edge leaves to the right, the caption makes room.
        let (at, anchor) = if !end && starts_sideways(request) {
            (Point::new(center.x, center.y - 14.0), Anchor::Middle)
        } else {
            (Point::new(center.x + 15.0, center.y + 4.0), Anchor::Start)
        };
        shapes.push(text(
            if end { "End" } else { "Start" },
            at,
            anchor,
            11.0,
            500,
            Role::SecondText,
            60.0,
        ));
    }
    shapes
}

fn starts_sideways(request: &SceneRequest) -> bool {
    let edge = request
        .layout
        .edges
        .iter()
        .find(|edge| edge.kind == EdgeKind::Start);
    edge.and_then(|edge| edge.route.first().zip(edge.route.get(1)))
        .is_some_and(|(from, to)| to.x > from.x)
}

impl Card<'_> {
    pub(crate) fn label(&self) -> String {
        let kind = self.face.kind.map_or("Unknown type", StateKind::name);
        let mut label = format!("{}, {kind}", self.face.name);
        if let Some(run) = self.request.run {
            label.push_str(", ");
            label.push_str(&run.status(self.path).word().to_lowercase());
        }
        let marks = &self.request.marks;
        if let Some(severity) = marks.problems.get(self.path) {
            label.push_str(", has a problem of severity ");
            label.push_str(severity.name());
        }
        if marks.breakpoints.contains(self.path) {
            label.push_str(", breakpoint");
        }
        match marks.real.get(self.path) {
            Some(Outside::Local) => label.push_str(", answered by this machine"),
            Some(Outside::Aws) => label.push_str(", answered by AWS"),
            None => {}
        }
        label
    }

    pub(crate) fn shapes(&self) -> Vec<Shape> {
        let mut shapes = Vec::new();
        let radius = if self.open {
            CONTAINER_RADIUS
        } else {
            CARD_RADIUS
        };
        match (self.detail, self.open) {
            (Detail::Far, false) => shapes.push(self.far_mark()),
            (Detail::Far | Detail::Mark, true) => self.far_container(&mut shapes),
            (Detail::Mark, false) => self.icon_card(&mut shapes),
            (Detail::Title, false) => self.title_card(&mut shapes),
            (Detail::Title | Detail::Full | Detail::Near, true) => self.container(&mut shapes),
            (Detail::Full | Detail::Near, false) if self.is_terminal() => {
                self.terminal_card(&mut shapes)
            }
            (Detail::Full | Detail::Near, false) => self.full_card(&mut shapes),
        }
        if self.detail >= Detail::Title {
            self.badges(&mut shapes);
        }
        self.rings(&mut shapes, radius);
        shapes
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.face.kind.is_some_and(StateKind::is_terminal)
    }

    pub(crate) fn status(&self) -> Option<Status> {
        self.run
            .map(|run| run.status)
            .or(self.unreached.then_some(Status::NotReached))
    }

    pub(crate) fn dress(&self) -> Dress {
        let (icon, tile) = (
            Role::KindIcon(self.face.family),
            Role::KindTile(self.face.family),
        );
        let hovered = self
            .request
            .marks
            .hovered
            .as_ref()
            .and_then(NodeKey::state)
            .is_some_and(|path| path == self.path);
        match self.status() {
            None => Dress {
                fill: Paint::solid(if self.open {
                    Role::Container
                } else {
                    Role::Raised
                }),
                stroke: Stroke::solid(1.0, if hovered { Role::Outline } else { Role::Border }),
                first_line: Role::SecondText,
                name: Role::Text,
                icon,
                tile,
                shadow: true,
            },
            Some(Status::NotReached) => Dress {
                fill: Paint::solid(Role::Canvas),
                stroke: Stroke::solid(1.0, if hovered { Role::Outline } else { Role::Border }),
                first_line: Role::WeakText,
                name: Role::WeakText,
                icon: Role::WeakText,
                tile: Role::KindTile(Family::Flow),
                shadow: false,
            },
            Some(status) => Dress {
                fill: Paint::solid(Role::StatusFill(status)),
                stroke: Stroke::solid(
                    match status {
                        Status::Failed | Status::Paused => 2.0,
                        Status::Succeeded
                        | Status::Running
                        | Status::Caught
                        | Status::Aborted
                        | Status::NotReached => 1.5,
                    },
                    Role::StatusLine(status),
                ),
                first_line: Role::StatusText(status),
                name: Role::Text,
                icon,
                tile,
                shadow: true,
            },
        }
    }

    pub(crate) fn rings(&self, shapes: &mut Vec<Shape>, radius: f32) {
        let marks = &self.request.marks;
        let focused = marks
            .focused
            .as_ref()
            .and_then(NodeKey::state)
            .is_some_and(|path| path == self.path);
        let stroke = if marks.refused.as_ref() == Some(self.path) {
            Some(Stroke::dashed(
                2.0,
                Role::StatusLine(Status::Failed),
                5.0,
                4.0,
            ))
        } else if marks.selected.contains(self.path)
            || marks.current_match.as_ref() == Some(self.path)
        {
            Some(Stroke::solid(2.0, Role::Accent))
        } else if marks.matches.contains(self.path) {
            Some(Stroke::solid(2.0, Role::StatusLine(Status::Paused)))
        } else if focused {
            Some(Stroke::dashed(2.0, Role::Accent, 4.0, 3.0))
        } else {
            None
        };
        // Rings keep their distance and width on the screen when far away.
        let scale = (1.0 / self.request.zoom).clamp(1.0, 6.0);
        if let Some(stroke) = stroke {
            shapes.push(Shape::Rect {
                rect: self.rect.grown(4.0 * scale),
                corners: Corners::all(radius + 4.0),
                fill: None,
                stroke: Some(stroke),
                shadow: false,
            });
        }
    }
}

pub(crate) fn with_icon(status: Status) -> Option<(Status, Icon)> {
    status_icon(status).map(|icon| (status, icon))
}

pub(crate) fn text(
    words: &str,
    at: Point,
    anchor: Anchor,
    size: f32,
    weight: u16,
    role: Role,
    max_width: f32,
) -> Shape {
    Shape::Text(Text {
        text: words.to_owned(),
        at,
        anchor,
        size,
        weight,
        role,
        max_width: max_width.max(0.0),
    })
}
