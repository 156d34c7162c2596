//! What sits on a card: chips and icons at the end of its first line, breakpoint, problem.

use crate::asl::Severity;
use crate::geometry::Point;
use crate::geometry::Rect;
use crate::scene::icon::Icon;
use crate::scene::node::Card;
use crate::scene::node::HEADER;
use crate::scene::node::text;
use crate::scene::node::with_icon;
use crate::scene::request::Outside;
use crate::scene::role::Role;
use crate::scene::role::Status;
use crate::scene::shape::Anchor;
use crate::scene::shape::Corners;
use crate::scene::shape::Paint;
use crate::scene::shape::Shape;
use crate::scene::shape::Stroke;

/// Width of what a chip holds besides its text.
const CHIP_PADDING: f32 = 16.0;
/// Average width of a letter of a chip's caption.
const CHIP_LETTER: f32 = 6.2;

impl Card<'_> {
    /// What stands at the right end of the first line, from the right; answers the width it takes.
    pub(crate) fn corner(&self, shapes: &mut Vec<Shape>, right_middle: Point) -> f32 {
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
            if let Some(outside) = marks.real.get(self.path) {
                let (icon, words) = match outside {
                    Outside::Local => (Icon::TERMINAL, "local"),
                    Outside::Aws => (Icon::CLOUD, "AWS"),
                };
                right -= chip(shapes, Point::new(right, y), Some(icon), words);
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
        let used = right_middle.x - right;
        // Words keep their distance from what follows them.
        if used > 0.0 { used + 4.0 } else { 0.0 }
    }

    pub(crate) fn badges(&self, shapes: &mut Vec<Shape>) {
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
    pub(crate) fn badge_line(&self) -> f32 {
        if self.open {
            self.rect.top() + HEADER / 2.0
        } else {
            self.rect.center().y
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
