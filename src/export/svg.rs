//! A scene as SVG: text stays text, icons are outlines, the definition lies in the metadata.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::export::font::Fonts;
use crate::geometry::Point;
use crate::geometry::Rect;
use crate::scene::Anchor;
use crate::scene::Corners;
use crate::scene::Icon;
use crate::scene::Paint;
use crate::scene::Role;
use crate::scene::Scene;
use crate::scene::Shape;
use crate::scene::Stroke;
use crate::scene::Subject;
use crate::scene::Text;
use crate::scene::Theme;

/// Space around the drawing.
const MARGIN: f32 = 24.0;
const FONTS: &str = "Inter, 'Inter V', 'Inter Variable', system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif";

/// What a picture carries besides its shapes.
#[derive(Clone, Debug)]
pub struct Picture<'a> {
    pub title: &'a str,
    /// The definition's text, kept word for word in the metadata.
    pub definition: &'a str,
    pub theme: Theme,
    /// Picture points per world unit.
    pub scale: f32,
}

/// The scene as the text of an SVG file.
pub fn svg(scene: &Scene, picture: &Picture) -> String {
    let bounds = scene.bounds.grown(MARGIN);
    let mut writer = Writer {
        out: String::new(),
        theme: picture.theme,
        fonts: Fonts::new(),
    };
    writer.open(&bounds, picture);
    writer.icons(scene);
    writer.ground(&bounds);
    for group in &scene.groups {
        let class = match group.subject {
            Subject::Node(_) => "node",
            Subject::Edge(_) => "edge",
            Subject::Label(_) => "label",
            Subject::Slot(_) => "slot",
        };
        let _ = writeln!(
            writer.out,
            "<g class=\"{class}\" role=\"img\" aria-label=\"{}\">",
            escaped(&group.label)
        );
        for shape in &group.shapes {
            writer.shape(shape);
        }
        writer.out.push_str("</g>\n");
    }
    writer.out.push_str("</svg>\n");
    writer.out
}

struct Writer {
    out: String,
    theme: Theme,
    fonts: Fonts,
}

impl Writer {
    fn open(&mut self, bounds: &Rect, picture: &Picture) {
        let (width, height) = (bounds.width * picture.scale, bounds.height * picture.scale);
        let _ = writeln!(
            self.out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"{} {} {} {}\" font-family=\"{FONTS}\" role=\"group\">",
            number(width),
            number(height),
            number(bounds.x),
            number(bounds.y),
            number(bounds.width),
            number(bounds.height),
        );
        let _ = writeln!(self.out, "<title>{}</title>", escaped(picture.title));
        let _ = writeln!(
            self.out,
            "<metadata><definition xmlns=\"urn:stepwright:definition\">{}</definition></metadata>",
            escaped(picture.definition)
        );
    }

    fn icons(&mut self, scene: &Scene) {
        let used: BTreeMap<&str, Icon> = scene
            .groups
            .iter()
            .flat_map(|group| &group.shapes)
            .filter_map(|shape| match shape {
                Shape::Icon { icon, .. } => Some((icon.name, *icon)),
                _ => None,
            })
            .collect();
        if used.is_empty() {
            return;
        }
        self.out.push_str("<defs>\n");
        for icon in used.values() {
            if let Some(path) = self.fonts.icon_path(*icon) {
                let _ = writeln!(self.out, "<path id=\"icon-{}\" d=\"{path}\"/>", icon.name);
            }
        }
        self.out.push_str("</defs>\n");
    }

    fn ground(&mut self, bounds: &Rect) {
        let _ = writeln!(
            self.out,
            "<rect {} fill=\"{}\"/>",
            place(bounds),
            self.theme.color(Role::Canvas).to_hex()
        );
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Rect {
                rect,
                corners,
                fill,
                stroke,
                shadow,
            } => {
                if *shadow && self.theme.has_shadows() {
                    self.shadow(rect, *corners);
                }
                self.rect(rect, *corners, *fill, *stroke);
            }
            Shape::Circle {
                center,
                radius,
                fill,
                stroke,
            } => {
                let _ = writeln!(
                    self.out,
                    "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}{}/>",
                    number(center.x),
                    number(center.y),
                    number(*radius),
                    self.fill(*fill),
                    self.stroke(*stroke),
                );
            }
            Shape::Line {
                points,
                radius,
                stroke,
            } => {
                let _ = writeln!(
                    self.out,
                    "<path d=\"{}\" fill=\"none\"{}/>",
                    rounded(points, *radius),
                    self.stroke(Some(*stroke)),
                );
            }
            Shape::Polygon { points, fill } => {
                let _ = writeln!(
                    self.out,
                    "<path d=\"{}Z\"{}/>",
                    rounded(points, 0.0),
                    self.fill(Some(*fill)),
                );
            }
            Shape::Traveler { points, role } => self.traveler(points, *role),
            Shape::Text(text) => self.text(text),
            Shape::Icon {
                icon,
                center,
                size,
                role,
                ..
            } => {
                let _ = writeln!(
                    self.out,
                    "<use href=\"#icon-{}\" transform=\"translate({} {}) scale({})\" fill=\"{}\"/>",
                    icon.name,
                    number(center.x - size / 2.0),
                    number(center.y - size / 2.0),
                    fine_number(size / 960.0),
                    self.theme.color(*role).to_hex(),
                );
            }
        }
    }

    fn rect(&mut self, rect: &Rect, corners: Corners, fill: Option<Paint>, stroke: Option<Stroke>) {
        let (fill, stroke) = (self.fill(fill), self.stroke(stroke));
        if corners.top_only {
            let Rect {
                x,
                y,
                width: w,
                height: h,
            } = *rect;
            let r = corners.radius;
            let _ = writeln!(
                self.out,
                "<path d=\"M{} {}v{}a{r} {r} 0 0 1 {r} -{r}h{}a{r} {r} 0 0 1 {r} {r}v{}Z\"{fill}{stroke}/>",
                number(x),
                number(y + h),
                number(r - h),
                number(w - 2.0 * r),
                number(h - r),
            );
        } else {
            let _ = writeln!(
                self.out,
                "<rect {} rx=\"{}\"{fill}{stroke}/>",
                place(rect),
                number(corners.radius),
            );
        }
    }

    /// Two pale layers stand for a blurred shadow; filters are not drawn alike everywhere.
    fn shadow(&mut self, rect: &Rect, corners: Corners) {
        let color = self.theme.color(Role::Shadow);
        for (grown, part) in [(1.0_f32, 0.4_f32), (0.0, 0.6)] {
            let layer = rect.grown(grown).moved(Point::new(0.0, 1.0));
            let _ = writeln!(
                self.out,
                "<rect {} rx=\"{}\" fill=\"{}\" fill-opacity=\"{}\"/>",
                place(&layer),
                number(corners.radius + grown),
                color.to_hex(),
                number(color.opacity() * part),
            );
        }
    }

    fn traveler(&mut self, points: &[Point], role: Role) {
        let line = crate::geometry::Polyline {
            points: points.to_vec(),
        };
        if let Some(middle) = line.at(0.5) {
            let _ = writeln!(
                self.out,
                "<circle cx=\"{}\" cy=\"{}\" r=\"4\" fill=\"{}\"/>",
                number(middle.x),
                number(middle.y),
                self.theme.color(role).to_hex(),
            );
        }
    }

    fn text(&mut self, text: &Text) {
        let words = self
            .fonts
            .cut(&text.text, text.size, text.weight, text.max_width);
        let anchor = match text.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let whole = if words == text.text {
            String::new()
        } else {
            format!("<title>{}</title>", escaped(&text.text))
        };
        let _ = writeln!(
            self.out,
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\" font-weight=\"{}\" fill=\"{}\"{anchor} xml:space=\"preserve\">{whole}{}</text>",
            number(text.at.x),
            number(text.at.y),
            number(text.size),
            text.weight,
            self.theme.color(text.role).to_hex(),
            escaped(&words),
        );
    }

    fn fill(&self, paint: Option<Paint>) -> String {
        match paint {
            None => " fill=\"none\"".to_owned(),
            Some(paint) => {
                let color = self.theme.color(paint.role);
                let opacity = paint.opacity * color.opacity();
                if opacity < 1.0 {
                    format!(
                        " fill=\"{}\" fill-opacity=\"{}\"",
                        color.to_hex(),
                        number(opacity)
                    )
                } else {
                    format!(" fill=\"{}\"", color.to_hex())
                }
            }
        }
    }

    fn stroke(&self, stroke: Option<Stroke>) -> String {
        let Some(stroke) = stroke else {
            return String::new();
        };
        let mut text = format!(
            " stroke=\"{}\" stroke-width=\"{}\"",
            self.theme.color(stroke.role).to_hex(),
            number(stroke.width + self.theme.extra_stroke())
        );
        if let Some((dash, gap)) = stroke.dash {
            let _ = write!(
                text,
                " stroke-dasharray=\"{} {}\"",
                number(dash),
                number(gap)
            );
        }
        text
    }
}

/// Path data of a polyline with rounded corners.
fn rounded(points: &[Point], radius: f32) -> String {
    let mut data = String::new();
    let Some(first) = points.first() else {
        return data;
    };
    let _ = write!(data, "M{} {}", number(first.x), number(first.y));
    for (index, corner) in points.iter().enumerate().skip(1) {
        let (Some(before), Some(after)) = (points.get(index - 1), points.get(index + 1)) else {
            let _ = write!(data, "L{} {}", number(corner.x), number(corner.y));
            continue;
        };
        let (back, ahead) = (corner.distance(*before), corner.distance(*after));
        let r = radius.min(back / 2.0).min(ahead / 2.0);
        if r < 0.5 {
            let _ = write!(data, "L{} {}", number(corner.x), number(corner.y));
            continue;
        }
        let (start, end) = (
            corner.toward(*before, r / back),
            corner.toward(*after, r / ahead),
        );
        let _ = write!(
            data,
            "L{} {}Q{} {} {} {}",
            number(start.x),
            number(start.y),
            number(corner.x),
            number(corner.y),
            number(end.x),
            number(end.y)
        );
    }
    data
}

fn place(rect: &Rect) -> String {
    format!(
        "x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
        number(rect.x),
        number(rect.y),
        number(rect.width),
        number(rect.height)
    )
}

/// At most two decimals.
fn number(value: f32) -> String {
    let value = (value * 100.0).round() / 100.0;
    // No minus before zero.
    format!("{}", if value == 0.0 { 0.0 } else { value })
}

fn fine_number(value: f32) -> String {
    format!("{}", (value * 100_000.0).round() / 100_000.0)
}

/// Text as XML content or attribute; control characters that XML cannot hold are shown as `\u{FFFD}`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(letter),
            control if control < ' ' || matches!(control, '\u{FFFE}' | '\u{FFFF}') => {
                out.push('\u{FFFD}');
            }
            other => out.push(other),
        }
    }
    out
}
