//! The cards of a state at each level of detail, and the container.

use crate::asl::StateKind;
use crate::geometry::Point;
use crate::geometry::Rect;
use crate::query::Value;
use crate::scene::brief::brief;
use crate::scene::icon::Icon;
use crate::scene::node::CARD_RADIUS;
use crate::scene::node::CONTAINER_RADIUS;
use crate::scene::node::Card;
use crate::scene::node::Dress;
use crate::scene::node::HEADER;
use crate::scene::node::text;
use crate::scene::node::with_icon;
use crate::scene::request::Detail;
use crate::scene::request::StateRun;
use crate::scene::role::Role;
use crate::scene::role::Status;
use crate::scene::shape::Anchor;
use crate::scene::shape::Corners;
use crate::scene::shape::Paint;
use crate::scene::shape::Shape;

impl Card<'_> {
    pub(crate) fn ground(&self, dress: &Dress, radius: f32) -> Shape {
        Shape::Rect {
            rect: self.rect,
            corners: Corners::all(radius),
            fill: Some(dress.fill),
            stroke: Some(dress.stroke),
            shadow: dress.shadow,
        }
    }

    pub(crate) fn tile(
        &self,
        shapes: &mut Vec<Shape>,
        dress: &Dress,
        at: Point,
        side: f32,
        icon: f32,
    ) {
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
    pub(crate) fn first_line(&self) -> (String, u16) {
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

    pub(crate) fn full_card(&self, shapes: &mut Vec<Shape>) {
        let dress = self.dress();
        let Rect { x, y, width, .. } = self.rect;
        shapes.push(self.ground(&dress, CARD_RADIUS));
        self.tile(shapes, &dress, Point::new(x + 10.0, y + 12.0), 32.0, 20.0);
        let data = self.run.filter(|_| self.detail == Detail::Near).map(data);
        // Three lines are closer together than two.
        let (first, second) = if data.is_some() {
            (16.0, 31.0)
        } else {
            (22.0, 41.0)
        };
        let used = self.corner(shapes, Point::new(x + width - 10.0, y + first - 5.0));
        let (line, weight) = self.first_line();
        shapes.push(text(
            &line,
            Point::new(x + 50.0, y + first),
            Anchor::Start,
            11.5,
            weight,
            dress.first_line,
            width - 56.0 - used,
        ));
        shapes.push(text(
            &self.face.name,
            Point::new(x + 50.0, y + second),
            Anchor::Start,
            13.0,
            600,
            dress.name,
            width - 56.0,
        ));
        if let Some(data) = data {
            shapes.push(text(
                &data,
                Point::new(x + 50.0, y + 46.0),
                Anchor::Start,
                // Eleven on the screen where it begins to be shown.
                8.0,
                400,
                Role::SecondText,
                width - 56.0,
            ));
        }
    }

    pub(crate) fn terminal_card(&self, shapes: &mut Vec<Shape>) {
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

    pub(crate) fn title_card(&self, shapes: &mut Vec<Shape>) {
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
            Point::new(x + 12.0, middle - side / 2.0),
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
            Point::new(x + side + 20.0, middle + size * 0.36),
            Anchor::Start,
            size,
            600,
            dress.name,
            width - side - 28.0 - used,
        ));
    }

    pub(crate) fn icon_card(&self, shapes: &mut Vec<Shape>) {
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

    pub(crate) fn far_mark(&self) -> Shape {
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

    pub(crate) fn far_container(&self, shapes: &mut Vec<Shape>) {
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

    pub(crate) fn container(&self, shapes: &mut Vec<Shape>) {
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
}

/// Input and output of a visit in one line.
fn data(run: &StateRun) -> String {
    let side = |value: &Option<Value>| {
        value
            .as_ref()
            .map_or("…".to_owned(), |value| brief(value, 16))
    };
    format!("{} → {}", side(&run.input), side(&run.output))
}
