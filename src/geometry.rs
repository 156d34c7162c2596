//! Points, sizes and rectangles in the drawing's own units (points at zoom 1), y growing downwards.
//!
//! Never: knows what is drawn, or rounds a value on its own.
//! Add a shape here only when two rooms need it.

/// A place, or the way from one place to another.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

/// Width and height, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    pub width: f32,
    pub height: f32,
}

/// A rectangle by its top left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

/// A line through points; two points at least to be seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Polyline {
    pub points: Vec<Point>,
}

impl Point {
    pub const fn new(x: f32, y: f32) -> Point {
        Point { x, y }
    }

    pub fn distance(self, other: Point) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The point moved by a way.
    #[must_use]
    pub fn moved(self, by: Point) -> Point {
        Point::new(self.x + by.x, self.y + by.y)
    }

    /// x and y exchanged.
    #[must_use]
    pub const fn transposed(self) -> Point {
        Point::new(self.y, self.x)
    }

    /// The point a share `t` (0 to 1) of the way to another.
    #[must_use]
    pub fn toward(self, other: Point, t: f32) -> Point {
        Point::new(
            self.x + (other.x - self.x) * t,
            self.y + (other.y - self.y) * t,
        )
    }
}

impl Size {
    pub const fn new(width: f32, height: f32) -> Size {
        Size { width, height }
    }

    #[must_use]
    pub const fn transposed(self) -> Size {
        Size::new(self.height, self.width)
    }
}

impl Rect {
    pub const fn new(x: f32, y: f32, width: f32, height: f32) -> Rect {
        Rect {
            x,
            y,
            width,
            height,
        }
    }

    pub const fn from_size(corner: Point, size: Size) -> Rect {
        Rect::new(corner.x, corner.y, size.width, size.height)
    }

    pub fn centered(center: Point, size: Size) -> Rect {
        Rect::new(
            center.x - size.width / 2.0,
            center.y - size.height / 2.0,
            size.width,
            size.height,
        )
    }

    /// The smallest rectangle with both points in it, whatever their order.
    pub fn between(a: Point, b: Point) -> Rect {
        let (x, y) = (a.x.min(b.x), a.y.min(b.y));
        Rect::new(x, y, a.x.max(b.x) - x, a.y.max(b.y) - y)
    }

    pub fn left(&self) -> f32 {
        self.x
    }

    pub fn top(&self) -> f32 {
        self.y
    }

    pub fn right(&self) -> f32 {
        self.x + self.width
    }

    pub fn bottom(&self) -> f32 {
        self.y + self.height
    }

    pub fn corner(&self) -> Point {
        Point::new(self.x, self.y)
    }

    pub fn center(&self) -> Point {
        Point::new(self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    pub const fn size(&self) -> Size {
        Size::new(self.width, self.height)
    }

    pub fn is_empty(&self) -> bool {
        self.width <= 0.0 || self.height <= 0.0
    }

    /// The point lies inside or on the border.
    pub fn contains(&self, point: Point) -> bool {
        self.left() <= point.x
            && point.x <= self.right()
            && self.top() <= point.y
            && point.y <= self.bottom()
    }

    /// The other rectangle lies wholly inside, borders may touch.
    pub fn holds(&self, other: &Rect) -> bool {
        self.left() <= other.left()
            && other.right() <= self.right()
            && self.top() <= other.top()
            && other.bottom() <= self.bottom()
    }

    /// Both share more than a border.
    pub fn overlaps(&self, other: &Rect) -> bool {
        self.left() < other.right()
            && other.left() < self.right()
            && self.top() < other.bottom()
            && other.top() < self.bottom()
    }

    /// The smallest rectangle around both.
    #[must_use]
    pub fn union(&self, other: &Rect) -> Rect {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Rect::new(
            x,
            y,
            self.right().max(other.right()) - x,
            self.bottom().max(other.bottom()) - y,
        )
    }

    /// Grown by `by` on every side; shrunk where it is negative.
    #[must_use]
    pub fn grown(&self, by: f32) -> Rect {
        Rect::new(
            self.x - by,
            self.y - by,
            (self.width + 2.0 * by).max(0.0),
            (self.height + 2.0 * by).max(0.0),
        )
    }

    #[must_use]
    pub fn moved(&self, by: Point) -> Rect {
        Rect::new(self.x + by.x, self.y + by.y, self.width, self.height)
    }

    #[must_use]
    pub const fn transposed(&self) -> Rect {
        Rect::new(self.y, self.x, self.height, self.width)
    }

    /// Distance of a point from the rectangle; 0 inside.
    pub fn distance(&self, point: Point) -> f32 {
        let dx = (self.left() - point.x).max(point.x - self.right()).max(0.0);
        let dy = (self.top() - point.y).max(point.y - self.bottom()).max(0.0);
        dx.hypot(dy)
    }
}

impl Polyline {
    pub fn length(&self) -> f32 {
        self.segments().map(|(a, b)| a.distance(b)).sum()
    }

    pub fn segments(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        self.points
            .iter()
            .copied()
            .zip(self.points.iter().copied().skip(1))
    }

    /// The point a share `t` (0 to 1) along the line; none without points.
    pub fn at(&self, t: f32) -> Option<Point> {
        let mut left = self.length() * t.clamp(0.0, 1.0);
        for (a, b) in self.segments() {
            let part = a.distance(b);
            if left <= part && part > 0.0 {
                return Some(a.toward(b, left / part));
            }
            left -= part;
        }
        self.points.last().copied()
    }

    /// Distance of a point from the line; none without points.
    pub fn distance(&self, point: Point) -> Option<f32> {
        let single = self.points.first().map(|first| first.distance(point));
        let nearest = self
            .segments()
            .map(|(a, b)| {
                let (dx, dy) = (b.x - a.x, b.y - a.y);
                let square = dx * dx + dy * dy;
                let share = if square > 0.0 {
                    (((point.x - a.x) * dx + (point.y - a.y) * dy) / square).clamp(0.0, 1.0)
                } else {
                    0.0
                };
                a.toward(b, share).distance(point)
            })
            .min_by(f32::total_cmp);
        nearest.or(single)
    }

    pub fn bounds(&self) -> Option<Rect> {
        let around = |point: &Point| Rect::new(point.x, point.y, 0.0, 0.0);
        self.points
            .iter()
            .map(around)
            .reduce(|all, next| all.union(&next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles_touching_do_not_overlap() {
        let a = Rect::new(0.0, 0.0, 10.0, 10.0);
        let b = Rect::new(10.0, 0.0, 10.0, 10.0);
        assert!(!a.overlaps(&b) && a.grown(1.0).overlaps(&b));
        assert_eq!(a.union(&b), Rect::new(0.0, 0.0, 20.0, 10.0));
        assert_eq!(a.distance(Point::new(13.0, 14.0)), 5.0);
        assert!(a.union(&b).holds(&b));
    }

    #[test]
    fn a_line_is_walked_and_measured() {
        let line = Polyline {
            points: vec![
                Point::new(0.0, 0.0),
                Point::new(10.0, 0.0),
                Point::new(10.0, 10.0),
            ],
        };
        assert_eq!(line.length(), 20.0);
        assert_eq!(line.at(0.75), Some(Point::new(10.0, 5.0)));
        assert_eq!(line.distance(Point::new(4.0, 3.0)), Some(3.0));
        assert_eq!(line.bounds(), Some(Rect::new(0.0, 0.0, 10.0, 10.0)));
        assert_eq!(Polyline::default().at(0.5), None);
    }
}
