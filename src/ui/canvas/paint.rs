//! Paints a scene: shapes with roles become egui's shapes in the colours of the theme.

use std::sync::Arc;

use egui::Color32;
use egui::CornerRadius;
use egui::FontFamily;
use egui::FontId;
use egui::Galley;
use egui::Mesh;
use egui::Painter;
use egui::Pos2;
use egui::Rect;
use egui::Shape as Mark;
use egui::StrokeKind;
use egui::TextFormat;
use egui::epaint::text::VariationCoords;
use egui::pos2;
use egui::text::LayoutJob;
use egui::text::TextWrapping;
use egui::vec2;

use crate::geometry::Point;
use crate::geometry::Polyline;
use crate::scene::Anchor;
use crate::scene::Corners;
use crate::scene::Detail;
use crate::scene::Paint;
use crate::scene::Scene;
use crate::scene::Shape;
use crate::scene::Stroke;
use crate::scene::Text;
use crate::ui::canvas::camera::Camera;
use crate::ui::theme::ICONS;
use crate::ui::theme::Skin;

/// Distance of the dots of the ground, in world units.
const DOTS: f32 = 24.0;
/// Seconds the travelling dot takes for an edge.
const TRAVEL_SECONDS: f64 = 1.2;

/// Paints scenes through a camera.
pub struct Brush<'a> {
    pub painter: &'a Painter,
    pub canvas: Rect,
    pub camera: Camera,
    pub skin: Skin,
    /// Seconds, for what moves by itself.
    pub now: f64,
    pub reduced_motion: bool,
    /// 0 to 1; below 1 while the picture is an old one.
    pub opacity: f32,
}

impl Brush<'_> {
    /// The ground with its dots.
    pub fn ground(&self) {
        use crate::scene::Role;
        self.painter
            .rect_filled(self.canvas, 0.0, self.skin.color(Role::Canvas));
        let zoom = self.camera.zoom;
        if zoom < 0.5 {
            return;
        }
        let color = self.skin.color(Role::Dot);
        let step = DOTS * zoom;
        let first = |origin: f32| origin.rem_euclid(step);
        let (left, top) = (
            self.canvas.left() + first(self.camera.origin.x),
            self.canvas.top() + first(self.camera.origin.y),
        );
        let mut mesh = Mesh::default();
        let columns = (self.canvas.width() / step) as usize + 1;
        let rows = (self.canvas.height() / step) as usize + 1;
        let side = 1.6 * zoom.min(1.2);
        for row in 0..rows {
            for column in 0..columns {
                let center = pos2(left + column as f32 * step, top + row as f32 * step);
                mesh.add_colored_rect(Rect::from_center_size(center, vec2(side, side)), color);
            }
        }
        self.painter.add(mesh);
    }

    /// Paints everything; true where something moves by itself.
    pub fn scene(&self, scene: &Scene) -> bool {
        if Detail::at(self.camera.zoom) == Detail::Far {
            return self.far(scene);
        }
        let mut moving = false;
        for group in &scene.groups {
            for shape in &group.shapes {
                moving |= self.shape(shape);
            }
        }
        moving
    }

    /// Plain rectangles and lines go into one mesh; what has an outline or text is painted over it.
    fn far(&self, scene: &Scene) -> bool {
        let mut mesh = Mesh::default();
        let mut moving = false;
        for group in &scene.groups {
            for shape in &group.shapes {
                match shape {
                    Shape::Rect {
                        rect,
                        fill: Some(fill),
                        stroke: None,
                        ..
                    } => {
                        let rect = self.camera.rect(self.canvas, *rect);
                        mesh.add_colored_rect(rect, self.paint(*fill));
                    }
                    Shape::Line { points, stroke, .. } => self.thin_line(&mut mesh, points, stroke),
                    Shape::Rect { .. }
                    | Shape::Circle { .. }
                    | Shape::Polygon { .. }
                    | Shape::Traveler { .. }
                    | Shape::Text(_)
                    | Shape::Icon { .. } => {
                        self.painter.add(std::mem::take(&mut mesh));
                        moving |= self.shape(shape);
                    }
                }
            }
        }
        self.painter.add(mesh);
        moving
    }

    fn thin_line(&self, mesh: &mut Mesh, points: &[Point], stroke: &Stroke) {
        let half = (stroke.width * self.camera.zoom / 2.0).max(0.5);
        let color = self.fade(self.skin.color(stroke.role));
        for (from, to) in points.iter().zip(points.iter().skip(1)) {
            let rect = Rect::from_two_pos(self.point(*from), self.point(*to));
            mesh.add_colored_rect(rect.expand(half), color);
        }
    }

    fn point(&self, point: Point) -> Pos2 {
        self.camera.point(self.canvas, point)
    }

    fn fade(&self, color: Color32) -> Color32 {
        if self.opacity < 1.0 {
            color.gamma_multiply(self.opacity)
        } else {
            color
        }
    }

    fn paint(&self, paint: Paint) -> Color32 {
        let color = self.fade(self.skin.color(paint.role));
        if paint.opacity < 1.0 {
            color.gamma_multiply(paint.opacity)
        } else {
            color
        }
    }

    fn stroke(&self, stroke: &Stroke) -> egui::Stroke {
        // Lines neither vanish far away nor become bars near by.
        let width = stroke.width * self.camera.zoom.clamp(0.6, 1.6);
        egui::Stroke::new(
            (width + self.skin.theme.extra_stroke()).max(0.75),
            self.fade(self.skin.color(stroke.role)),
        )
    }

    /// Paints one shape; true where it moves by itself.
    pub fn shape(&self, shape: &Shape) -> bool {
        match shape {
            Shape::Rect {
                rect,
                corners,
                fill,
                stroke,
                shadow,
            } => {
                self.rect(*rect, *corners, *fill, stroke.as_ref(), *shadow);
                false
            }
            Shape::Circle {
                center,
                radius,
                fill,
                stroke,
            } => {
                let (center, radius) = (self.point(*center), radius * self.camera.zoom);
                if let Some(fill) = fill {
                    self.painter
                        .circle_filled(center, radius, self.paint(*fill));
                }
                if let Some(stroke) = stroke {
                    self.painter
                        .circle_stroke(center, radius, self.stroke(stroke));
                }
                false
            }
            Shape::Line {
                points,
                radius,
                stroke,
            } => {
                self.line(points, *radius, stroke);
                false
            }
            Shape::Polygon { points, fill } => {
                let points = points.iter().map(|point| self.point(*point)).collect();
                self.painter.add(Mark::convex_polygon(
                    points,
                    self.paint(*fill),
                    egui::Stroke::NONE,
                ));
                false
            }
            Shape::Traveler { points, role } => {
                let share = if self.reduced_motion {
                    0.5
                } else {
                    (self.now / TRAVEL_SECONDS).fract() as f32
                };
                let line = Polyline {
                    points: points.clone(),
                };
                if let Some(at) = line.at(share) {
                    let color = self.fade(self.skin.color(*role));
                    self.painter
                        .circle_filled(self.point(at), 4.0 * self.camera.zoom, color);
                }
                !self.reduced_motion
            }
            Shape::Text(text) => {
                self.text(text);
                false
            }
            Shape::Icon {
                icon,
                center,
                size,
                role,
                turning,
            } => {
                let turns = *turning && !self.reduced_motion;
                let angle = if turns {
                    (self.now * std::f64::consts::TAU % std::f64::consts::TAU) as f32
                } else {
                    0.0
                };
                let color = self.fade(self.skin.color(*role));
                self.icon(icon.glyph, self.point(*center), *size, color, angle);
                turns
            }
        }
    }

    fn rect(
        &self,
        rect: crate::geometry::Rect,
        corners: Corners,
        fill: Option<Paint>,
        stroke: Option<&Stroke>,
        shadow: bool,
    ) {
        let screen = self.camera.rect(self.canvas, rect);
        let radius = (corners.radius * self.camera.zoom).clamp(0.0, 255.0) as u8;
        let radius = if corners.top_only {
            CornerRadius {
                nw: radius,
                ne: radius,
                sw: 0,
                se: 0,
            }
        } else {
            CornerRadius::same(radius)
        };
        if shadow && self.camera.zoom >= 0.45 {
            self.painter
                .add(self.skin.shadow(1).as_shape(screen, radius));
        }
        if let Some(fill) = fill {
            self.painter.rect_filled(screen, radius, self.paint(fill));
        }
        let Some(stroke) = stroke else {
            return;
        };
        match stroke.dash {
            None => {
                self.painter
                    .rect_stroke(screen, radius, self.stroke(stroke), StrokeKind::Middle);
            }
            Some(dash) => {
                let outline = outline(screen, corners.radius * self.camera.zoom);
                self.dashes(&outline, stroke, dash);
            }
        }
    }

    fn line(&self, points: &[Point], radius: f32, stroke: &Stroke) {
        let points: Vec<Pos2> = points.iter().map(|point| self.point(*point)).collect();
        let path = rounded(&points, radius * self.camera.zoom);
        match stroke.dash {
            None => {
                self.painter.add(Mark::line(path, self.stroke(stroke)));
            }
            Some(dash) => self.dashes(&path, stroke, dash),
        }
    }

    fn dashes(&self, path: &[Pos2], stroke: &Stroke, (dash, gap): (f32, f32)) {
        let scale = self.camera.zoom.clamp(0.6, 1.6);
        self.painter.extend(Mark::dashed_line(
            path,
            self.stroke(stroke),
            dash * scale,
            gap * scale,
        ));
    }

    fn text(&self, text: &Text) {
        let color = self.fade(self.skin.color(text.role));
        let galley = galley(
            self.painter,
            &text.text,
            text.size * self.camera.zoom,
            text.weight,
            color,
            text.max_width * self.camera.zoom,
        );
        let at = self.point(text.at);
        let x = match text.anchor {
            Anchor::Start => at.x,
            Anchor::Middle => at.x - galley.size().x / 2.0,
            Anchor::End => at.x - galley.size().x,
        };
        self.painter
            .galley(pos2(x, at.y - baseline(&galley)), galley, color);
    }

    fn icon(&self, glyph: char, center: Pos2, size: f32, color: Color32, angle: f32) {
        let size = half_steps(size * self.camera.zoom);
        let font = FontId::new(size, FontFamily::Name(ICONS.into()));
        let galley = self.painter.layout_no_wrap(glyph.to_string(), font, color);
        let half = galley.size() / 2.0;
        if angle == 0.0 {
            self.painter.galley(center - half, galley, color);
        } else {
            let (sin, cos) = angle.sin_cos();
            let turned = vec2(half.x * cos - half.y * sin, half.x * sin + half.y * cos);
            let mut shape = egui::epaint::TextShape::new(center - turned, galley, color);
            shape.angle = angle;
            self.painter.add(shape);
        }
    }
}

/// One line of Inter at a size on the screen, cut with `…` at a width.
pub fn galley(
    painter: &Painter,
    text: &str,
    size: f32,
    weight: u16,
    color: Color32,
    width: f32,
) -> Arc<Galley> {
    let coords = if weight == 400 {
        VariationCoords::default()
    } else {
        VariationCoords::new([(b"wght", f32::from(weight))])
    };
    let format = TextFormat {
        font_id: FontId::new(half_steps(size), FontFamily::Proportional),
        color,
        coords,
        ..TextFormat::default()
    };
    let mut job = LayoutJob::single_section(text.to_owned(), format);
    // Rounding the size to half points must not cut what would just have fitted.
    job.wrap = TextWrapping::truncate_at_width((width * 1.04).max(1.0));
    painter.layout_job(job)
}

/// Sizes of glyphs come in half points, so that a zoom does not fill the font texture.
fn half_steps(size: f32) -> f32 {
    ((size * 2.0).round() / 2.0).max(1.0)
}

/// The distance from the top of a line to its baseline.
fn baseline(galley: &Galley) -> f32 {
    galley.rows.first().map_or(0.0, |row| {
        row.pos.y + row.row.glyphs.first().map_or(0.0, |glyph| glyph.pos.y)
    })
}

/// A polyline with its corners rounded.
fn rounded(points: &[Pos2], radius: f32) -> Vec<Pos2> {
    const STEPS: usize = 5;
    let mut path = Vec::with_capacity(points.len() * 3);
    for (index, corner) in points.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| points.get(before));
        let (Some(before), Some(after)) = (before, points.get(index + 1)) else {
            path.push(*corner);
            continue;
        };
        let (back, ahead) = (*before - *corner, *after - *corner);
        let reach = radius.min(back.length() / 2.0).min(ahead.length() / 2.0);
        if reach < 0.75 {
            path.push(*corner);
            continue;
        }
        let (start, end) = (
            *corner + back.normalized() * reach,
            *corner + ahead.normalized() * reach,
        );
        for step in 0..=STEPS {
            let t = step as f32 / STEPS as f32;
            path.push(start.lerp(*corner, t).lerp(corner.lerp(end, t), t));
        }
    }
    path
}

/// The closed outline of a rounded rectangle.
fn outline(rect: Rect, radius: f32) -> Vec<Pos2> {
    const STEPS: usize = 6;
    let radius = radius.min(rect.width() / 2.0).min(rect.height() / 2.0);
    let inner = rect.shrink(radius);
    let corners = [
        (inner.right_top(), -90.0_f32),
        (inner.right_bottom(), 0.0),
        (inner.left_bottom(), 90.0),
        (inner.left_top(), 180.0),
    ];
    let mut path = Vec::new();
    for (center, from) in corners {
        for step in 0..=STEPS {
            let angle = (from + 90.0 * step as f32 / STEPS as f32).to_radians();
            path.push(center + vec2(angle.cos(), angle.sin()) * radius);
        }
    }
    path.extend(path.first().copied());
    path
}
