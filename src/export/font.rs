//! The fonts of a picture: widths of texts and outlines of icons.

use skrifa::FontRef;
use skrifa::MetadataProvider;
use skrifa::instance::Size;
use skrifa::outline::DrawSettings;
use skrifa::outline::OutlinePen;

use crate::scene::ICON_FONT;
use crate::scene::Icon;

/// Inter with a weight axis, as the window uses it.
pub const TEXT_FONT: &[u8] = ttf_inter::REGULAR;

/// Units to the em of the icon font.
const ICON_EM: f32 = 960.0;

/// Reads the two fonts once for a whole picture.
pub struct Fonts {
    text: Option<FontRef<'static>>,
    icons: Option<FontRef<'static>>,
}

impl Fonts {
    pub fn new() -> Fonts {
        Fonts {
            text: FontRef::new(TEXT_FONT).ok(),
            icons: FontRef::new(ICON_FONT).ok(),
        }
    }

    /// The width of a text at a size and weight. A letter the font lacks counts as one em.
    pub fn width(&self, text: &str, size: f32, weight: u16) -> f32 {
        let Some(font) = &self.text else {
            return text.chars().count() as f32 * size * 0.6;
        };
        let location = font.axes().location([("wght", f32::from(weight))]);
        let metrics = font.glyph_metrics(Size::new(size), &location);
        let letters = font.charmap();
        text.chars()
            .map(|letter| {
                letters
                    .map(letter)
                    .and_then(|glyph| metrics.advance_width(glyph))
                    .unwrap_or(size)
            })
            .sum()
    }

    /// The text cut with `…` so that it is no wider than `room`.
    pub fn cut(&self, text: &str, size: f32, weight: u16, room: f32) -> String {
        if self.width(text, size, weight) <= room {
            return text.to_owned();
        }
        let room = room - self.width("…", size, weight);
        let mut used = 0.0;
        let kept: String = text
            .chars()
            .take_while(|letter| {
                used += self.width(letter.encode_utf8(&mut [0; 4]), size, weight);
                used <= room
            })
            .collect();
        format!("{}…", kept.trim_end())
    }

    /// The outline of an icon as SVG path data in a square of 960 units, y down.
    pub fn icon_path(&self, icon: Icon) -> Option<String> {
        let font = self.icons.as_ref()?;
        let glyph = font.charmap().map(icon.glyph)?;
        let outline = font.outline_glyphs().get(glyph)?;
        let mut pen = PathData(String::new());
        let location = skrifa::instance::LocationRef::default();
        outline
            .draw(DrawSettings::unhinted(Size::unscaled(), location), &mut pen)
            .ok()?;
        Some(pen.0)
    }
}

impl Default for Fonts {
    fn default() -> Fonts {
        Fonts::new()
    }
}

struct PathData(String);

impl PathData {
    fn push(&mut self, command: char, points: &[(f32, f32)]) {
        self.0.push(command);
        for (index, (x, y)) in points.iter().enumerate() {
            if index > 0 {
                self.0.push(' ');
            }
            self.0
                .push_str(&format!("{} {}", x.round(), (ICON_EM - y).round()));
        }
    }
}

impl OutlinePen for PathData {
    fn move_to(&mut self, x: f32, y: f32) {
        self.push('M', &[(x, y)]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.push('L', &[(x, y)]);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.push('Q', &[(cx, cy), (x, y)]);
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.push('C', &[(ax, ay), (bx, by), (x, y)]);
    }

    fn close(&mut self) {
        self.0.push('Z');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_has_an_outline_and_texts_have_widths() {
        let fonts = Fonts::new();
        for icon in Icon::ALL {
            assert!(
                fonts.icon_path(*icon).is_some_and(|path| path.len() > 8),
                "{}",
                icon.name
            );
        }
        let regular = fonts.width("Reserve inventory", 13.0, 400);
        let bold = fonts.width("Reserve inventory", 13.0, 600);
        assert!(
            bold > regular && (90.0..140.0).contains(&bold),
            "{regular} {bold}"
        );
        let cut = fonts.cut("Reserve inventory", 13.0, 600, 60.0);
        assert!(cut.ends_with('…') && fonts.width(&cut, 13.0, 600) <= 60.0);
    }
}
