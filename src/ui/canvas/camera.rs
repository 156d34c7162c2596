//! The way from the drawing to the screen: zoom and place, and the moves between two of them.

use egui::Pos2;
use egui::Rect;
use egui::Vec2;
use egui::vec2;

use crate::geometry;

/// The smallest and largest zoom.
pub const ZOOM_RANGE: (f32, f32) = (0.02, 4.0);
/// Seconds a move of the camera or of the layout takes.
pub const MOVE_SECONDS: f64 = 0.18;
/// Below this zoom the first look shows the beginning instead of everything.
const READABLE: f32 = 0.75;
/// Where the start mark then lies below the upper edge.
const OPENING_TOP: f32 = 32.0;
/// Room kept free around a fitted drawing.
const FIT_MARGIN: f32 = 32.0;

/// Zoom and place: `screen = world * zoom + origin`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    pub zoom: f32,
    /// Where the drawing's origin lies, from the top left corner of the canvas.
    pub origin: Vec2,
}

/// A camera that may be on its way to another place.
#[derive(Clone, Debug, Default)]
pub struct Glide {
    pub camera: Camera,
    way: Option<(Camera, Camera, f64)>,
}

impl Default for Camera {
    fn default() -> Camera {
        Camera {
            zoom: 1.0,
            origin: Vec2::ZERO,
        }
    }
}

impl Camera {
    pub fn point(&self, canvas: Rect, point: geometry::Point) -> Pos2 {
        canvas.min + self.origin + vec2(point.x, point.y) * self.zoom
    }

    pub fn rect(&self, canvas: Rect, rect: geometry::Rect) -> Rect {
        Rect::from_min_size(
            self.point(canvas, rect.corner()),
            vec2(rect.width, rect.height) * self.zoom,
        )
    }

    pub fn world(&self, canvas: Rect, point: Pos2) -> geometry::Point {
        let at = (point - canvas.min - self.origin) / self.zoom;
        geometry::Point::new(at.x, at.y)
    }

    pub fn world_rect(&self, canvas: Rect, rect: Rect) -> geometry::Rect {
        geometry::Rect::between(self.world(canvas, rect.min), self.world(canvas, rect.max))
    }

    /// Zoomed by a factor with the point under the pointer kept where it is.
    #[must_use]
    pub fn zoomed(&self, canvas: Rect, at: Pos2, factor: f32) -> Camera {
        let (least, most) = ZOOM_RANGE;
        let zoom = (self.zoom * factor).clamp(least, most);
        let from_corner = at - canvas.min;
        let origin = from_corner - (from_corner - self.origin) * (zoom / self.zoom);
        Camera { zoom, origin }
    }

    /// The camera that shows a whole rectangle in `free`, a part of the canvas; never larger than `largest`.
    #[must_use]
    pub fn fitting(canvas: Rect, free: Rect, world: geometry::Rect, largest: f32) -> Camera {
        let room = (free.size() - Vec2::splat(2.0 * FIT_MARGIN)).max(vec2(40.0, 40.0));
        let (least, _) = ZOOM_RANGE;
        let zoom = (room.x / world.width.max(1.0))
            .min(room.y / world.height.max(1.0))
            .clamp(least, largest);
        Camera::centered(canvas, free.center(), world.center(), zoom)
    }

    /// The camera that shows a point of the drawing at a point of the screen.
    #[must_use]
    pub fn centered(canvas: Rect, at: Pos2, world: geometry::Point, zoom: f32) -> Camera {
        Camera {
            zoom,
            origin: (at - canvas.min) - vec2(world.x, world.y) * zoom,
        }
    }

    /// The first look at a drawing: all of it where that can be read, else its beginning with `start`
    /// at the top and in the middle.
    #[must_use]
    pub fn opening(
        canvas: Rect,
        free: Rect,
        world: geometry::Rect,
        start: Option<geometry::Point>,
    ) -> Camera {
        let fitting = Camera::fitting(canvas, free, world, 1.0);
        match start {
            Some(start) if fitting.zoom < READABLE => {
                let at = free.center_top() + vec2(0.0, OPENING_TOP);
                Camera::centered(canvas, at, start, READABLE)
            }
            _ => fitting,
        }
    }

    /// Moved as little as needed to bring a rectangle into `free`.
    #[must_use]
    pub fn revealing(&self, canvas: Rect, free: Rect, world: geometry::Rect) -> Camera {
        let shown = self.rect(canvas, world);
        let free = free.shrink(FIT_MARGIN);
        let shift = |low: f32, high: f32, least: f32, most: f32| {
            if high - low > most - least {
                (least + most) / 2.0 - (low + high) / 2.0
            } else if low < least {
                least - low
            } else if high > most {
                most - high
            } else {
                0.0
            }
        };
        let way = vec2(
            shift(shown.left(), shown.right(), free.left(), free.right()),
            shift(shown.top(), shown.bottom(), free.top(), free.bottom()),
        );
        Camera {
            zoom: self.zoom,
            origin: self.origin + way,
        }
    }

    fn toward(&self, other: &Camera, share: f32) -> Camera {
        // Zoom runs evenly on a logarithmic scale.
        let zoom = self.zoom * (other.zoom / self.zoom).powf(share);
        let straight = if (other.zoom - self.zoom).abs() < 1e-4 {
            share
        } else {
            (zoom - self.zoom) / (other.zoom - self.zoom)
        };
        Camera {
            zoom,
            origin: self.origin + (other.origin - self.origin) * straight,
        }
    }
}

impl Glide {
    /// Goes there within 180 ms, or at once.
    pub fn go(&mut self, to: Camera, now: f64, at_once: bool) {
        if at_once {
            self.jump(to);
        } else if to != self.camera {
            self.way = Some((self.camera, to, now));
        }
    }

    pub fn jump(&mut self, to: Camera) {
        self.camera = to;
        self.way = None;
    }

    /// Moved by hand, at once.
    pub fn pan(&mut self, by: Vec2) {
        let camera = self.camera;
        self.jump(Camera {
            origin: camera.origin + by,
            ..camera
        });
    }

    /// Moved with what it shows, without ending a move under way.
    pub fn shift(&mut self, by: Vec2) {
        self.camera.origin += by;
        if let Some((from, to, _)) = &mut self.way {
            from.origin += by;
            to.origin += by;
        }
    }

    /// Where it goes, or stands.
    pub fn target(&self) -> Camera {
        self.way.map_or(self.camera, |(_, to, _)| to)
    }

    /// Moves on; true while under way.
    pub fn advance(&mut self, now: f64) -> bool {
        let Some((from, to, since)) = self.way else {
            return false;
        };
        let share = ((now - since) / MOVE_SECONDS) as f32;
        if share >= 1.0 {
            self.jump(to);
            return false;
        }
        self.camera = from.toward(&to, ease(share));
        true
    }
}

/// Slow at both ends; 0 to 1.
pub fn ease(share: f32) -> f32 {
    let share = share.clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::pos2;

    const CANVAS: Rect = Rect {
        min: pos2(100.0, 50.0),
        max: pos2(900.0, 650.0),
    };

    #[test]
    fn zooming_keeps_the_point_under_the_pointer() {
        let camera = Camera {
            zoom: 0.8,
            origin: vec2(30.0, -20.0),
        };
        let pointer = pos2(400.0, 300.0);
        let before = camera.world(CANVAS, pointer);
        let after = camera.zoomed(CANVAS, pointer, 1.7).world(CANVAS, pointer);
        assert!((before.x - after.x).abs() < 0.01 && (before.y - after.y).abs() < 0.01);
    }

    #[test]
    fn a_fitted_drawing_is_whole_and_a_revealed_one_moves_little() {
        let world = geometry::Rect::new(0.0, 0.0, 3000.0, 500.0);
        let camera = Camera::fitting(CANVAS, CANVAS, world, 1.0);
        assert!(CANVAS.contains_rect(camera.rect(CANVAS, world)));
        let still = camera.revealing(CANVAS, CANVAS, world.grown(-10.0));
        assert!((still.origin - camera.origin).length() < 0.01);
        let away = geometry::Rect::new(9000.0, 0.0, 210.0, 56.0);
        let moved = camera.revealing(CANVAS, CANVAS, away);
        assert!(CANVAS.contains_rect(moved.rect(CANVAS, away)));
    }
}
