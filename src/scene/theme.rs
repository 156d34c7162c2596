//! The one table from role to colour. No other file names a colour.

use crate::scene::role::CodeRole;
use crate::scene::role::Family;
use crate::scene::role::Role;
use crate::scene::role::Status;

/// sRGB with straight alpha, 0 to 255 each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Color {
    pub r: u8,
    pub g: u8,
    pub b: u8,
    pub a: u8,
}

/// One of the three looks; each role has a colour in each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Theme {
    #[default]
    Light,
    Dark,
    HighContrast,
}

/// The three values of a role: light, dark, high contrast.
type Row = [Color; 3];

impl Theme {
    pub const ALL: [Theme; 3] = [Theme::Light, Theme::Dark, Theme::HighContrast];

    pub const fn color(self, role: Role) -> Color {
        let [light, dark, high_contrast] = row(role);
        match self {
            Theme::Light => light,
            Theme::Dark => dark,
            Theme::HighContrast => high_contrast,
        }
    }

    /// The name used on the command line and in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Theme::Light => "light",
            Theme::Dark => "dark",
            Theme::HighContrast => "high-contrast",
        }
    }

    pub fn parse(text: &str) -> Option<Theme> {
        Theme::ALL.into_iter().find(|theme| theme.name() == text)
    }

    pub const fn is_dark(self) -> bool {
        !matches!(self, Theme::Light)
    }

    /// What every stroke grows by, in points.
    pub const fn extra_stroke(self) -> f32 {
        match self {
            Theme::Light | Theme::Dark => 0.0,
            Theme::HighContrast => 0.5,
        }
    }

    pub const fn has_shadows(self) -> bool {
        !matches!(self, Theme::HighContrast)
    }
}

impl Color {
    /// An opaque colour from `0xRRGGBB`.
    pub const fn hex(value: u32) -> Color {
        let [_, r, g, b] = value.to_be_bytes();
        Color { r, g, b, a: 255 }
    }

    /// The same colour at a part of its opacity, 0 to 1.
    #[must_use]
    pub const fn faded(self, part: f32) -> Color {
        Color {
            a: (self.a as f32 * part + 0.5) as u8,
            ..self
        }
    }

    /// `#RRGGBB`, without the alpha.
    pub fn to_hex(self) -> String {
        format!("#{:02X}{:02X}{:02X}", self.r, self.g, self.b)
    }

    /// The opacity, 0 to 1.
    pub fn opacity(self) -> f32 {
        f32::from(self.a) / 255.0
    }

    /// The contrast ratio of two opaque colours by WCAG 2.2, 1 to 21.
    pub fn contrast(self, other: Color) -> f64 {
        let (mine, theirs) = (self.luminance(), other.luminance());
        (mine.max(theirs) + 0.05) / (mine.min(theirs) + 0.05)
    }

    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.r) + 0.7152 * linear(self.g) + 0.0722 * linear(self.b)
    }
}

const fn row(role: Role) -> Row {
    match role {
        Role::Canvas => hex(0xF4F5F8, 0x101217, 0x000000),
        Role::Dot => hex(0xD5DAE2, 0x262A33, 0x303030),
        Role::Panel => hex(0xFCFCFD, 0x16181E, 0x000000),
        Role::Raised => hex(0xFFFFFF, 0x1E2129, 0x0B0B0D),
        Role::Sunken => hex(0xF1F3F6, 0x0F1115, 0x000000),
        Role::CodeGround => hex(0xF7F8FA, 0x111318, 0x000000),
        Role::Hover => hex(0xECEEF3, 0x252933, 0x26262C),
        Role::Press => hex(0xE1E5EB, 0x2E333E, 0x3A3A42),
        Role::Line => hex(0xE3E6EB, 0x272B34, 0x8C8C96),
        Role::Border => hex(0xC6CCD6, 0x3B414D, 0xC4C4CC),
        Role::Outline => hex(0x7E8797, 0x707988, 0xFFFFFF),
        Role::Text => hex(0x1A1E26, 0xE9EBEF, 0xFFFFFF),
        Role::SecondText => hex(0x474F5E, 0xB7BDC9, 0xF2F2F5),
        Role::WeakText => hex(0x5F6878, 0x8F97A6, 0xDCDCE2),
        Role::Accent => hex(0x5546D3, 0x9B8CFF, 0xC3BAFF),
        Role::AccentHover => hex(0x4335BC, 0xB0A4FF, 0xDAD4FF),
        Role::OnAccent => hex(0xFFFFFF, 0x15121F, 0x000000),
        Role::AccentFill => hex(0xECEAFB, 0x262244, 0x2B2566),
        Role::AccentLine => hex(0xB4ACEF, 0x5B50A8, 0xC3BAFF),
        Role::Edge => hex(0x838C9B, 0x646D7C, 0xC4C4CC),
        Role::EdgeTaken => hex(0x2B313C, 0xD5D9E0, 0xFFFFFF),
        Role::Ghost => hex(0xB9C0CB, 0x3A404B, 0x8C8C96),
        Role::Container => hex(0xFAFBFC, 0x14161C, 0x060607),
        Role::TooltipFill => hex(0x1F242E, 0x1F242E, 0x0B0B0D),
        Role::TooltipText => hex(0xF3F4F7, 0xF3F4F7, 0xFFFFFF),
        Role::TooltipSecondText => hex(0xC9CED8, 0xC9CED8, 0xF2F2F5),
        Role::TooltipLine => hex(0x1F242E, 0x3B414D, 0xFFFFFF),
        Role::Shadow => shadow(0.08, 0.35),
        Role::StrongShadow => shadow(0.16, 0.55),
        Role::StatusText(status) => status_text(status),
        Role::StatusFill(status) => status_fill(status),
        Role::StatusLine(status) => status_line(status),
        Role::KindIcon(family) => kind_icon(family),
        Role::KindTile(family) => kind_tile(family),
        Role::Code(code) => code_color(code),
    }
}

const fn status_text(status: Status) -> Row {
    match status {
        Status::Succeeded => hex(0x17713F, 0x56C790, 0x62E8A2),
        Status::Failed => hex(0xB8212B, 0xFF8185, 0xFFA3A6),
        Status::Running => hex(0x0A62B8, 0x6BB5FF, 0x8CC8FF),
        Status::Caught => hex(0x9A4A00, 0xFFA559, 0xFFBE85),
        Status::Aborted => hex(0x555E6C, 0xA5ADBA, 0xD0D0D8),
        Status::Paused => hex(0x725500, 0xF3CE57, 0xFFE27A),
        Status::NotReached => row(Role::WeakText),
    }
}

const fn status_fill(status: Status) -> Row {
    match status {
        Status::Succeeded => hex(0xE6F5EC, 0x13271E, 0x00210F),
        Status::Failed => hex(0xFDEBEC, 0x371A1E, 0x3A0005),
        Status::Running => hex(0xE6F1FC, 0x11263D, 0x001D3A),
        Status::Caught => hex(0xFFF0E0, 0x33210F, 0x331800),
        Status::Aborted => hex(0xECEEF1, 0x23272F, 0x1C1C20),
        Status::Paused => hex(0xFFF6D6, 0x2F2810, 0x2B2300),
        Status::NotReached => row(Role::Canvas),
    }
}

const fn status_line(status: Status) -> Row {
    match status {
        Status::Succeeded => hex(0x2F9960, 0x3A9C6C, 0x62E8A2),
        Status::Failed => hex(0xD8343E, 0xE5484D, 0xFF7F84),
        Status::Running => hex(0x2C82D8, 0x3E8FDF, 0x8CC8FF),
        Status::Caught => hex(0xCF6F10, 0xDB8636, 0xFFA64D),
        Status::Aborted => hex(0x7F8897, 0x6E7786, 0xD0D0D8),
        Status::Paused => hex(0x836700, 0xD5AB2F, 0xFFD94A),
        Status::NotReached => row(Role::Border),
    }
}

const fn kind_icon(family: Family) -> Row {
    match family {
        Family::Flow => hex(0x474F5E, 0xB7BDC9, 0xFFFFFF),
        Family::Compute => hex(0x0B6B64, 0x5FCDC0, 0x7BEBDD),
        Family::Data => hex(0x2F55A8, 0x93B4F8, 0xB5CCFF),
        Family::Messaging => hex(0x94317A, 0xE492CC, 0xFFB3E6),
        Family::Http => hex(0x6E5320, 0xD6B57C, 0xFFD98A),
        Family::Succeed => status_text(Status::Succeeded),
        Family::Fail => status_text(Status::Failed),
    }
}

const fn kind_tile(family: Family) -> Row {
    match family {
        Family::Flow => hex(0xEBEDF1, 0x2A2E38, 0x2A2A30),
        Family::Compute => hex(0xDFF2F0, 0x143331, 0x003530),
        Family::Data => hex(0xE4EBF9, 0x1B2944, 0x0A1F52),
        Family::Messaging => hex(0xF7E6F2, 0x381F32, 0x44103A),
        Family::Http => hex(0xF1EBE0, 0x322A1B, 0x362600),
        Family::Succeed => status_fill(Status::Succeeded),
        Family::Fail => status_fill(Status::Failed),
    }
}

const fn code_color(code: CodeRole) -> Row {
    match code {
        CodeRole::Key => hex(0x2F47A8, 0xA9B6FF, 0xC5CEFF),
        CodeRole::String => hex(0x0A6A5F, 0x7BD3C6, 0x93EBDD),
        CodeRole::Number => hex(0x95480A, 0xF0B376, 0xFFCB94),
        CodeRole::Keyword => hex(0x8035A0, 0xDBA4EE, 0xF0C6FF),
        CodeRole::Expression => hex(0x9A2F73, 0xEE9ACB, 0xFFB8E2),
        CodeRole::Punctuation => row(Role::WeakText),
    }
}

const fn hex(light: u32, dark: u32, high_contrast: u32) -> Row {
    [
        Color::hex(light),
        Color::hex(dark),
        Color::hex(high_contrast),
    ]
}

const fn shadow(light: f32, dark: f32) -> Row {
    [
        Color::hex(0x161C2D).faded(light),
        Color::hex(0x000000).faded(dark),
        Color::hex(0x000000).faded(0.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUSES: [Status; 6] = [
        Status::Succeeded,
        Status::Failed,
        Status::Running,
        Status::Caught,
        Status::Aborted,
        Status::Paused,
    ];

    /// Every foreground against every ground it is used on, in every theme.
    fn at_least(limit: f64, foregrounds: &[Role], grounds: &[Role]) {
        for theme in Theme::ALL {
            for foreground in foregrounds {
                for ground in grounds {
                    let ratio = theme.color(*foreground).contrast(theme.color(*ground));
                    assert!(
                        ratio >= limit,
                        "{foreground:?} on {ground:?} in {theme:?}: {ratio:.2} < {limit}"
                    );
                }
            }
        }
    }

    #[test]
    fn text_can_be_read_on_every_surface() {
        let surfaces = [
            Role::Canvas,
            Role::Panel,
            Role::Raised,
            Role::Sunken,
            Role::CodeGround,
            Role::Container,
            Role::Hover,
            Role::AccentFill,
        ];
        at_least(
            4.5,
            &[Role::Text, Role::SecondText, Role::WeakText],
            &surfaces,
        );
        let around = [
            Role::Panel,
            Role::Raised,
            Role::Hover,
            Role::AccentFill,
            Role::Canvas,
        ];
        at_least(4.5, &[Role::Accent], &around);
        at_least(4.5, &[Role::OnAccent], &[Role::Accent, Role::AccentHover]);
        at_least(
            4.5,
            &[Role::TooltipText, Role::TooltipSecondText],
            &[Role::TooltipFill],
        );
    }

    #[test]
    fn status_kind_and_code_colours_can_be_read() {
        for status in STATUSES {
            let grounds = [
                Role::StatusFill(status),
                Role::Panel,
                Role::Raised,
                Role::AccentFill,
            ];
            at_least(4.5, &[Role::StatusText(status)], &grounds);
            at_least(4.5, &[Role::Text], &[Role::StatusFill(status)]);
        }
        for family in Family::ALL {
            at_least(4.5, &[Role::KindIcon(family)], &[Role::KindTile(family)]);
        }
        for code in CodeRole::ALL {
            let grounds = [
                Role::CodeGround,
                Role::Raised,
                Role::AccentFill,
                Role::StatusFill(Status::Caught),
            ];
            at_least(4.5, &[Role::Code(code)], &grounds);
        }
    }

    #[test]
    fn graphics_stand_out_from_their_ground() {
        for status in STATUSES {
            at_least(
                3.0,
                &[Role::StatusLine(status)],
                &[Role::Canvas, Role::Panel],
            );
        }
        at_least(3.0, &[Role::Edge, Role::EdgeTaken], &[Role::Canvas]);
        at_least(3.0, &[Role::Outline], &[Role::Raised]);
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let ratio = Color::hex(0x000000).contrast(Color::hex(0xFFFFFF));
        assert!((ratio - 21.0).abs() < 1e-9);
        assert_eq!(Color::hex(0x5546D3).to_hex(), "#5546D3");
    }

    /// Colours spelled out anywhere else would escape the table.
    #[test]
    fn no_other_file_names_a_colour() {
        fn scan(folder: &std::path::Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    scan(&path, found);
                } else if path.extension().is_some_and(|ending| ending == "rs")
                    && !path.ends_with("scene/theme.rs")
                {
                    let text = std::fs::read_to_string(&path).unwrap();
                    let spelled = ["from_rgb(", "from_gray(", "Color32::from_black_alpha("];
                    let named = ["RED", "GREEN", "BLUE", "WHITE", "BLACK", "GRAY", "YELLOW"];
                    let raw = spelled.iter().any(|words| text.contains(words))
                        || named
                            .iter()
                            .any(|name| text.contains(&format!("Color32::{name}")));
                    if raw {
                        found.push(path.display().to_string());
                    }
                }
            }
        }
        let mut found = Vec::new();
        let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        scan(&source, &mut found);
        assert_eq!(found, Vec::<String>::new());
    }
}
