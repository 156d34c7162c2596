//! The shapes of a node: card, terminal card, container, start and end mark, empty branch.

use crate::asl::Severity;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::geometry::Point;
use crate::geometry::Rect;
use crate::graph::NodeKey;
use crate::graph::PlacedNode;
use crate::scene::face::Face;
use crate::scene::icon::Icon;
use crate::scene::request::Detail;
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

const CARD_RADIUS: f32 = 8.0;
const CONTAINER_RADIUS: f32 = 12.0;
const HEADER: f32 = 44.0;
/// Width of what a chip holds besides its text.
const CHIP_PADDING: f32 = 16.0;
/// Average width of a letter of a chip's caption.
const CHIP_LETTER: f32 = 6.2;

/// The look of a card by what happened to it.
struct Dress {
    fill: Paint,
    stroke: Stroke,
    first_line: Role,
    name: Role,
    icon: Role,
    tile: Role,
    shadow: bool,
}

/// A node with everything that decides its look.
struct Card<'a> {
    request: &'a SceneRequest<'a>,
    rect: Rect,
    path: &'a StatePath,
    face: &'a Face,
    detail: Detail,
    run: Option<&'a StateRun>,
    /// A run is shown and did not come here.
    unreached: bool,
    /// A container that shows what lies in it.
    open: bool,
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
    if detail == Detail::Full {
        shapes.push(text(
            if end { "End" } else { "Start" },
            Point::new(center.x + 15.0, center.y + 4.0),
            Anchor::Start,
            11.0,
            500,
            Role::SecondText,
            60.0,
        ));
    }
    shapes
}

impl Card<'_> {
    fn label(&self) -> String {
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
        label
    }

    fn shapes(&self) -> Vec<Shape> {
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
            (Detail::Title | Detail::Full, true) => self.container(&mut shapes),
            (Detail::Full, false) if self.is_terminal() => self.terminal_card(&mut shapes),
            (Detail::Full, false) => self.full_card(&mut shapes),
        }
        if self.detail >= Detail::Title {
            self.badges(&mut shapes);
        }
        self.rings(&mut shapes, radius);
        shapes
    }

    fn is_terminal(&self) -> bool {
        self.face.kind.is_some_and(StateKind::is_terminal)
    }

    fn status(&self) -> Option<Status> {
        self.run
            .map(|run| run.status)
            .or(self.unreached.then_some(Status::NotReached))
    }

    fn dress(&self) -> Dress {
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

    fn ground(&self, dress: &Dress, radius: f32) -> Shape {
        Shape::Rect {
            rect: self.rect,
            corners: Corners::all(radius),
            fill: Some(dress.fill),
            stroke: Some(dress.stroke),
            shadow: dress.shadow,
        }
    }

    fn tile(&self, shapes: &mut Vec<Shape>, dress: &Dress, at: Point, side: f32, icon: f32) {
        let rect = Rect::new(at.x, at.y, side, side);
        shapes.push(Shape::Rect {
            rect,
            corners: Corners::all(6.0),
            fill: Some(Paint::solid(dress.tile)),
            stroke: None,
            shadow: false,
        });
        shapes.push(Shape::Icon {
            icon: self.face.icon,
            center: rect.center(),
            size: icon,
            role: dress.icon,
            turning: false,
        });
    }

    /// The words of the small first line and whether they are a status.
    fn first_line(&self) -> (String, u16) {
        match self.run {
            Some(run) if !run.words.is_empty() => (run.words.clone(), 600),
            Some(run) => (run.status.word().to_owned(), 600),
            None => {
                let line = if self.request.marks.collapsed.contains(self.path) {
                    let kind = self.face.kind.map_or("", StateKind::name);
                    let plural = if self.face.inside == 1 { "" } else { "s" };
                    format!("{kind} · {} state{plural}", self.face.inside)
                } else {
                    self.face.type_line.clone()
                };
                (line, 450)
            }
        }
    }

    fn full_card(&self, shapes: &mut Vec<Shape>) {
        let dress = self.dress();
        let Rect { x, y, width, .. } = self.rect;
        shapes.push(self.ground(&dress, CARD_RADIUS));
        self.tile(shapes, &dress, Point::new(x + 10.0, y + 12.0), 32.0, 20.0);
        let used = self.corner(shapes, Point::new(x + width - 10.0, y + 17.0));
        let (line, weight) = self.first_line();
        shapes.push(text(
            &line,
            Point::new(x + 50.0, y + 22.0),
            Anchor::Start,
            11.5,
            weight,
            dress.first_line,
            width - 56.0 - used,
        ));
        shapes.push(text(
            &self.face.name,
            Point::new(x + 50.0, y + 41.0),
            Anchor::Start,
            13.0,
            600,
            dress.name,
            width - 56.0,
        ));
    }

    fn terminal_card(&self, shapes: &mut Vec<Shape>) {
        let dress = self.dress();
        let Rect { x, y, width, .. } = self.rect;
        let middle = self.rect.center().y;
        shapes.push(self.ground(&dress, CARD_RADIUS));
        self.tile(
            shapes,
            &dress,
            Point::new(x + 8.0, middle - 12.0),
            24.0,
            16.0,
        );
        let used = self.corner(shapes, Point::new(x + width - 8.0, middle));
        shapes.push(text(
            &self.face.name,
            Point::new(x + 40.0, y + self.rect.height / 2.0 + 4.7),
            Anchor::Start,
            13.0,
            600,
            dress.name,
            width - 46.0 - used,
        ));
    }

    fn title_card(&self, shapes: &mut Vec<Shape>) {
        let dress = self.dress();
        let Rect { x, width, .. } = self.rect;
        let middle = self.rect.center().y;
        let size = (11.0 / self.request.zoom).max(13.0);
        shapes.push(self.ground(&dress, CARD_RADIUS));
        let (side, icon) = if self.is_terminal() {
            (24.0, 16.0)
        } else {
            (28.0, 20.0)
        };
        self.tile(
            shapes,
            &dress,
            Point::new(x + 8.0, middle - side / 2.0),
            side,
            icon,
        );
        let mut used = 0.0;
        if let Some((status, icon)) = self.status().and_then(with_icon) {
            used = 26.0;
            shapes.push(Shape::Icon {
                icon,
                center: Point::new(x + width - 18.0, middle),
                size: 22.0,
                role: Role::StatusText(status),
                turning: status == Status::Running,
            });
        }
        shapes.push(text(
            &self.face.name,
            Point::new(x + side + 16.0, middle + size * 0.36),
            Anchor::Start,
            size,
            600,
            dress.name,
            width - side - 24.0 - used,
        ));
    }

    fn icon_card(&self, shapes: &mut Vec<Shape>) {
        let dress = self.dress();
        shapes.push(self.ground(&dress, CARD_RADIUS));
        let (icon, role, turning) = match self.status().and_then(with_icon) {
            Some((status, icon)) => (icon, Role::StatusText(status), status == Status::Running),
            None => (self.face.icon, dress.icon, false),
        };
        shapes.push(Shape::Icon {
            icon,
            center: self.rect.center(),
            size: 32.0,
            role,
            turning,
        });
    }

    fn far_mark(&self) -> Shape {
        let fill = match self.status() {
            Some(Status::NotReached) => Paint::solid(Role::Ghost),
            Some(status) => Paint::solid(Role::StatusLine(status)),
            None => Paint::faded(Role::KindIcon(self.face.family), 0.62),
        };
        Shape::Rect {
            rect: self.rect,
            corners: Corners::all(6.0),
            fill: Some(fill),
            stroke: None,
            shadow: false,
        }
    }

    fn far_container(&self, shapes: &mut Vec<Shape>) {
        let dress = self.dress();
        let fill = match self.status() {
            None | Some(Status::NotReached) => Paint::solid(Role::Container),
            Some(status) => Paint::solid(Role::StatusFill(status)),
        };
        shapes.push(Shape::Rect {
            rect: self.rect,
            corners: Corners::all(CONTAINER_RADIUS),
            fill: Some(fill),
            stroke: Some(dress.stroke),
            shadow: false,
        });
        // Twelve on screen, where header and width hold it.
        let size = 12.0 / self.request.zoom;
        let room = self.rect.width - size;
        let wanted = self.face.name.chars().count() as f32 * size * 0.58;
        if size <= HEADER * 1.4 && (wanted <= room || self.detail == Detail::Mark) {
            shapes.push(text(
                &self.face.name,
                Point::new(
                    self.rect.x + size * 0.6,
                    self.rect.y + (HEADER + size * 0.72) / 2.0,
                ),
                Anchor::Start,
                size,
                600,
                dress.name,
                room,
            ));
        }
    }

    fn container(&self, shapes: &mut Vec<Shape>) {
        let dress = self.dress();
        let Rect { x, y, width, .. } = self.rect;
        let inside = match self.status() {
            Some(Status::NotReached) => Role::Canvas,
            _ => Role::Container,
        };
        shapes.push(Shape::Rect {
            rect: self.rect,
            corners: Corners::all(CONTAINER_RADIUS),
            fill: Some(Paint::solid(inside)),
            stroke: None,
            shadow: dress.shadow,
        });
        if self
            .status()
            .is_some_and(|status| status != Status::NotReached)
        {
            shapes.push(Shape::Rect {
                rect: Rect::new(x, y, width, HEADER),
                corners: Corners::top(CONTAINER_RADIUS),
                fill: Some(dress.fill),
                stroke: None,
                shadow: false,
            });
        }
        shapes.push(Shape::Rect {
            rect: self.rect,
            corners: Corners::all(CONTAINER_RADIUS),
            fill: None,
            stroke: Some(dress.stroke),
            shadow: false,
        });
        self.tile(shapes, &dress, Point::new(x + 12.0, y + 10.0), 24.0, 16.0);
        shapes.push(Shape::Icon {
            icon: Icon::UNFOLD_LESS,
            center: Point::new(x + width - 16.0, y + 22.0),
            size: 16.0,
            role: dress.first_line,
            turning: false,
        });
        let used = 24.0 + self.corner(shapes, Point::new(x + width - 28.0, y + 22.0));
        let room = width - 54.0 - used;
        if self.detail == Detail::Title {
            let size = (11.0 / self.request.zoom).max(13.0);
            shapes.push(text(
                &self.face.name,
                Point::new(x + 46.0, y + 22.0 + size * 0.36),
                Anchor::Start,
                size,
                600,
                dress.name,
                room,
            ));
            return;
        }
        let (line, weight) = self.first_line();
        shapes.push(text(
            &line,
            Point::new(x + 46.0, y + 19.0),
            Anchor::Start,
            11.5,
            weight,
            dress.first_line,
            room,
        ));
        shapes.push(text(
            &self.face.name,
            Point::new(x + 46.0, y + 35.0),
            Anchor::Start,
            13.0,
            600,
            dress.name,
            room,
        ));
    }

    /// What stands at the right end of the first line, from the right; answers the width it takes.
    fn corner(&self, shapes: &mut Vec<Shape>, right_middle: Point) -> f32 {
        let mut right = right_middle.x;
        let y = right_middle.y;
        let mut icons: Vec<(Icon, Role)> = Vec::new();
        if let Some((status, icon)) = self.status().and_then(with_icon) {
            shapes.push(Shape::Icon {
                icon,
                center: Point::new(right - 8.5, y),
                size: 17.0,
                role: Role::StatusText(status),
                turning: status == Status::Running,
            });
            right -= 17.0 + 4.0;
        }
        let marks = &self.request.marks;
        if !self.unreached {
            if self.request.run.is_none() && !self.is_terminal() {
                if let Some(retries) = self.face.retries {
                    right -= chip(
                        shapes,
                        Point::new(right, y),
                        Some(Icon::REPLAY),
                        &retries.to_string(),
                    );
                }
                if let Some(words) = &self.face.chip
                    && self.open
                {
                    right -= chip(shapes, Point::new(right, y), None, words);
                }
            }
            if marks.edited.contains(self.path) {
                icons.push((Icon::EDIT, Role::StatusText(Status::Paused)));
            }
            if marks.mocked.contains(self.path) {
                icons.push((Icon::THEATER_COMEDY, Role::SecondText));
            }
            // The tooltip has the comment; its icon must not cut the first line short.
            let alone = icons.is_empty() && right == right_middle.x;
            if self.face.comment.is_some() && alone && !self.is_terminal() {
                icons.push((Icon::COMMENT, Role::WeakText));
            }
        }
        let hidden = icons.len().saturating_sub(2);
        for (icon, role) in icons.iter().take(2) {
            shapes.push(Shape::Icon {
                icon: *icon,
                center: Point::new(right - 7.0, y),
                size: 14.0,
                role: *role,
                turning: false,
            });
            right -= 14.0 + 4.0;
        }
        if hidden > 0 {
            shapes.push(text(
                &format!("+{hidden}"),
                Point::new(right, y + 4.0),
                Anchor::End,
                11.0,
                500,
                Role::SecondText,
                24.0,
            ));
            right -= 20.0;
        }
        right_middle.x - right
    }

    fn badges(&self, shapes: &mut Vec<Shape>) {
        let marks = &self.request.marks;
        if marks.breakpoints.contains(self.path) {
            let hit = marks.hit.as_ref() == Some(self.path);
            let center = Point::new(self.rect.left(), self.badge_line());
            let line = Role::StatusLine(Status::Paused);
            shapes.push(Shape::Circle {
                center,
                radius: 9.0,
                fill: Some(Paint::solid(if hit { line } else { Role::Canvas })),
                stroke: Some(Stroke::solid(1.5, line)),
            });
            shapes.push(Shape::Icon {
                icon: Icon::PAUSE,
                center,
                size: 14.0,
                role: if hit {
                    Role::Canvas
                } else {
                    Role::StatusText(Status::Paused)
                },
                turning: false,
            });
        }
        if let Some(severity) = marks.problems.get(self.path)
            && !self.unreached
        {
            let status = match severity {
                Severity::Error => Status::Failed,
                Severity::Warning => Status::Caught,
                Severity::Info => Status::Running,
            };
            let center = Point::new(self.rect.right(), self.rect.top());
            shapes.push(Shape::Circle {
                center,
                radius: 9.0,
                fill: Some(Paint::solid(Role::StatusLine(status))),
                stroke: Some(Stroke::solid(2.0, Role::Canvas)),
            });
            shapes.push(text(
                "!",
                Point::new(center.x, center.y + 4.2),
                Anchor::Middle,
                12.0,
                700,
                Role::Canvas,
                12.0,
            ));
        }
    }

    /// The height at which the breakpoint sits on the left edge.
    fn badge_line(&self) -> f32 {
        if self.open {
            self.rect.top() + HEADER / 2.0
        } else {
            self.rect.center().y
        }
    }

    fn rings(&self, shapes: &mut Vec<Shape>, radius: f32) {
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

/// A chip whose right end is at a point; answers its width with the gap beside it.
fn chip(shapes: &mut Vec<Shape>, right_middle: Point, icon: Option<Icon>, words: &str) -> f32 {
    let letters = words.chars().count() as f32 * CHIP_LETTER;
    let icon_width = if icon.is_some() { 13.0 } else { 0.0 };
    let width = match icon {
        Some(_) => (letters + icon_width + 15.0).max(34.0),
        None => letters + CHIP_PADDING,
    };
    let rect = Rect::new(right_middle.x - width, right_middle.y - 9.0, width, 18.0);
    shapes.push(Shape::Rect {
        rect,
        corners: Corners::all(9.0),
        fill: Some(Paint::solid(Role::Panel)),
        stroke: Some(Stroke::solid(1.0, Role::Border)),
        shadow: false,
    });
    if let Some(icon) = icon {
        shapes.push(Shape::Icon {
            icon,
            center: Point::new(rect.left() + 12.0, right_middle.y),
            size: 14.0,
            role: Role::SecondText,
            turning: false,
        });
    }
    let middle =
        (rect.left() + icon_width + rect.right()) / 2.0 + if icon.is_some() { 1.0 } else { 0.0 };
    shapes.push(text(
        words,
        Point::new(middle, right_middle.y + 4.0),
        Anchor::Middle,
        11.0,
        500,
        Role::SecondText,
        width,
    ));
    width + 6.0
}

fn with_icon(status: Status) -> Option<(Status, Icon)> {
    status_icon(status).map(|icon| (status, icon))
}

fn text(
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
