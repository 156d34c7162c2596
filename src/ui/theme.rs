//! The look as egui wants it: fonts, colours, text roles, the style of egui's own widgets.
//!
//! The colours come from `scene::theme`; here they only become `Color32`.

use std::sync::Arc;

use egui::Color32;
use egui::Context;
use egui::CornerRadius;
use egui::FontFamily;
use egui::FontId;
use egui::Galley;
use egui::Rect;
use egui::Shadow;
use egui::Stroke;
use egui::TextFormat;
use egui::TextStyle;
use egui::epaint::text::VariationCoords;
use egui::text::LayoutJob;
use egui::text::TextWrapping;

use crate::scene::Color;
use crate::scene::ICON_FONT;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::scene::Theme;

/// The icon font's family.
pub const ICONS: &str = "icons";

/// The theme in force, with the colours as egui wants them. Free to copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skin {
    pub theme: Theme,
}

/// The text roles: size, weight and line height belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// 15 / 600: inspector name, dialog title.
    Title,
    /// 13 / 400.
    Body,
    /// 13 / 600.
    Strong,
    /// 12 / 500: tabs, form labels, small buttons, table heads.
    Label,
    /// 12 / 600: the current tab.
    LabelStrong,
    /// 12 / 400: help and second lines.
    Small,
    /// 11 / 500: chips, badges, key caps.
    Caption,
    /// 11 / 600: section heads.
    Head,
    /// 12 in the code font.
    Code,
    /// 12.5 in the code font, for the full editor.
    Editor,
}

impl Text {
    pub const fn size(self) -> f32 {
        match self {
            Text::Title => 15.0,
            Text::Body | Text::Strong => 13.0,
            Text::Label | Text::LabelStrong | Text::Small | Text::Code => 12.0,
            Text::Caption | Text::Head => 11.0,
            Text::Editor => 12.5,
        }
    }

    pub const fn weight(self) -> f32 {
        match self {
            Text::Title | Text::Strong | Text::LabelStrong | Text::Head => 600.0,
            Text::Label | Text::Caption => 500.0,
            Text::Body | Text::Small | Text::Code | Text::Editor => 400.0,
        }
    }

    pub const fn line(self) -> f32 {
        match self {
            Text::Caption | Text::Head => 16.0,
            _ => 20.0,
        }
    }

    pub const fn is_code(self) -> bool {
        matches!(self, Text::Code | Text::Editor)
    }

    pub fn font(self) -> FontId {
        let family = if self.is_code() {
            FontFamily::Monospace
        } else {
            FontFamily::Proportional
        };
        FontId::new(self.size(), family)
    }

    /// The role as egui's text format, with the line height of the role.
    pub fn format(self, color: Color32) -> TextFormat {
        TextFormat {
            font_id: self.font(),
            line_height: Some(self.line()),
            color,
            coords: self.coords(),
            ..TextFormat::default()
        }
    }

    fn coords(self) -> VariationCoords {
        if self.is_code() || self.weight() == 400.0 {
            VariationCoords::default()
        } else {
            VariationCoords::new([(b"wght", self.weight())])
        }
    }

    /// One line of text, cut with `…` at `width`.
    pub fn galley(self, ui: &egui::Ui, text: &str, color: Color32, width: f32) -> Arc<Galley> {
        let mut job = LayoutJob::single_section(text.to_owned(), self.format(color));
        job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
        ui.painter().layout_job(job)
    }

    /// Paints one line of text, vertically centred in `rect`, and returns its width.
    /// What does not fit is cut with `…`.
    pub fn paint(self, ui: &egui::Ui, rect: Rect, text: &str, color: Color32) -> f32 {
        let galley = self.galley(ui, text, color, rect.width());
        let size = galley.size();
        let at = egui::pos2(rect.left(), rect.center().y - size.y / 2.0);
        ui.painter().galley(at, galley, color);
        size.x
    }

    /// The width of one line of text, uncut.
    pub fn width(self, ui: &egui::Ui, text: &str) -> f32 {
        let color = Color32::PLACEHOLDER;
        self.galley(ui, text, color, f32::INFINITY).size().x
    }

    /// The role as egui's rich text.
    pub fn rich(self, text: impl Into<String>) -> egui::RichText {
        let rich = egui::RichText::new(text)
            .font(self.font())
            .line_height(Some(self.line()));
        if self.is_code() || self.weight() == 400.0 {
            rich
        } else {
            rich.variation(b"wght", self.weight())
        }
    }
}

impl Skin {
    /// The theme now shown.
    pub fn of(ctx: &Context) -> Skin {
        ctx.data(|data| data.get_temp::<Skin>(skin_id()))
            .unwrap_or_default()
    }

    pub fn color(self, role: Role) -> Color32 {
        color(self.theme.color(role))
    }

    /// A stroke of the given width; thicker in high contrast.
    pub fn stroke(self, width: f32, role: Role) -> Stroke {
        Stroke::new(width + self.theme.extra_stroke(), self.color(role))
    }

    /// The shadow under what floats: 1 a card, 2 a bar, 4 a menu, 8 a window (look, section 3).
    pub fn shadow(self, height: i8) -> Shadow {
        let (blur, role) = match height {
            ..=1 => (2, Role::Shadow),
            2..=3 => (6, Role::Shadow),
            4..=7 => (12, Role::StrongShadow),
            8.. => (24, Role::StrongShadow),
        };
        if !self.theme.has_shadows() {
            return Shadow::NONE;
        }
        Shadow {
            offset: [0, height],
            blur,
            spread: 0,
            color: self.color(role),
        }
    }
}

/// A colour of the table as egui has it.
pub fn color(color: Color) -> Color32 {
    Color32::from_rgba_unmultiplied(color.r, color.g, color.b, color.a)
}

/// Installs Inter, Hack and the icons. Once, at the start.
pub fn install_fonts(ctx: &Context) {
    let mut fonts = egui::FontDefinitions::default();
    let inter = egui::FontData::from_static(ttf_inter::REGULAR);
    fonts.font_data.insert("inter".to_owned(), Arc::new(inter));
    let icons = egui::FontData::from_static(ICON_FONT);
    fonts.font_data.insert(ICONS.to_owned(), Arc::new(icons));
    let hack = fonts
        .families
        .get(&FontFamily::Monospace)
        .cloned()
        .unwrap_or_default();
    let mut proportional = vec!["inter".to_owned(), ICONS.to_owned()];
    proportional.extend(hack.iter().cloned());
    let mut monospace = hack.clone();
    monospace.push("inter".to_owned());
    monospace.push(ICONS.to_owned());
    fonts
        .families
        .insert(FontFamily::Proportional, proportional.clone());
    fonts.families.insert(FontFamily::Monospace, monospace);
    let mut icon_family = vec![ICONS.to_owned()];
    icon_family.extend(proportional);
    fonts
        .families
        .insert(FontFamily::Name(ICONS.into()), icon_family);
    ctx.set_fonts(fonts);
}

/// Puts a theme in force; cheap when it already is.
pub fn apply(ctx: &Context, theme: Theme, reduced_motion: bool) {
    let key = skin_id().with("applied");
    if ctx.data(|data| data.get_temp::<(Theme, bool)>(key)) == Some((theme, reduced_motion)) {
        return;
    }
    let skin = Skin { theme };
    let base = if theme.is_dark() {
        egui::Theme::Dark
    } else {
        egui::Theme::Light
    };
    ctx.set_style_of(base, style(skin, reduced_motion));
    ctx.set_theme(base);
    ctx.data_mut(|data| {
        data.insert_temp(skin_id(), skin);
        data.insert_temp(key, (theme, reduced_motion));
    });
}

/// Paints an icon centred at a point. `size` is 14 in chips, 16 in rows, 18 on buttons, 20 on cards.
pub fn paint_icon(ui: &egui::Ui, center: egui::Pos2, icon: Icon, size: f32, color: Color32) {
    let font = FontId::new(size, FontFamily::Name(ICONS.into()));
    let glyph = icon.glyph.to_string();
    ui.painter()
        .text(center, egui::Align2::CENTER_CENTER, glyph, font, color);
}

fn skin_id() -> egui::Id {
    egui::Id::unique("stepwright skin")
}

fn style(skin: Skin, reduced_motion: bool) -> egui::Style {
    let mut style = egui::Style {
        visuals: if skin.theme.is_dark() {
            egui::Visuals::dark()
        } else {
            egui::Visuals::light()
        },
        ..egui::Style::default()
    };
    let visuals = &mut style.visuals;
    visuals.panel_fill = skin.color(Role::Panel);
    visuals.window_fill = skin.color(Role::Raised);
    visuals.extreme_bg_color = skin.color(Role::Sunken);
    visuals.text_edit_bg_color = Some(skin.color(Role::Raised));
    visuals.code_bg_color = skin.color(Role::CodeGround);
    visuals.faint_bg_color = skin.color(Role::Hover);
    let radius = CornerRadius::same(6);
    let look = |fill: Role, stroke: Role| egui::style::WidgetVisuals {
        bg_fill: skin.color(fill),
        weak_bg_fill: skin.color(fill),
        bg_stroke: skin.stroke(1.0, stroke),
        corner_radius: radius,
        fg_stroke: skin.stroke(1.0, Role::Text),
        expansion: 0.0,
    };
    visuals.widgets.noninteractive = look(Role::Panel, Role::Line);
    visuals.widgets.inactive = look(Role::Raised, Role::Border);
    visuals.widgets.hovered = look(Role::Hover, Role::Outline);
    visuals.widgets.active = look(Role::Press, Role::Accent);
    visuals.widgets.open = look(Role::Hover, Role::Outline);
    visuals.selection.bg_fill = skin.color(Role::AccentFill);
    visuals.selection.stroke = skin.stroke(1.0, Role::Accent);
    visuals.hyperlink_color = skin.color(Role::Accent);
    visuals.text_cursor.stroke = Stroke::new(1.5, skin.color(Role::Accent));
    visuals.weak_text_color = Some(skin.color(Role::WeakText));
    visuals.warn_fg_color = skin.color(Role::StatusText(Status::Caught));
    visuals.error_fg_color = skin.color(Role::StatusText(Status::Failed));
    visuals.override_text_color = None;
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(8);
    visuals.window_stroke = skin.stroke(1.0, Role::Border);
    visuals.window_shadow = skin.shadow(8);
    visuals.popup_shadow = skin.shadow(4);
    visuals.window_highlight_topmost = false;
    visuals.striped = false;
    visuals.indent_has_left_vline = false;
    visuals.collapsing_header_frame = false;
    visuals.slider_trailing_fill = true;
    visuals.handle_shape = egui::style::HandleShape::Circle;
    visuals.disabled_alpha = 0.4;
    let spacing = &mut style.spacing;
    spacing.item_spacing = egui::vec2(8.0, 4.0);
    spacing.button_padding = egui::vec2(12.0, 4.0);
    spacing.interact_size = egui::vec2(28.0, 28.0);
    spacing.window_margin = egui::Margin::same(16);
    spacing.menu_margin = egui::Margin::same(4);
    spacing.menu_spacing = 4.0;
    spacing.indent = 20.0;
    spacing.icon_width = 18.0;
    spacing.icon_width_inner = 10.0;
    spacing.icon_spacing = 8.0;
    spacing.tooltip_width = 360.0;
    spacing.combo_width = 120.0;
    spacing.scroll = egui::style::ScrollStyle {
        bar_width: 8.0,
        floating_width: 4.0,
        dormant_background_opacity: 0.0,
        active_background_opacity: 0.0,
        interact_background_opacity: 0.0,
        ..egui::style::ScrollStyle::floating()
    };
    style.text_styles = [
        (TextStyle::Heading, Text::Title.font()),
        (TextStyle::Body, Text::Body.font()),
        (TextStyle::Button, Text::Body.font()),
        (TextStyle::Small, Text::Caption.font()),
        (TextStyle::Monospace, Text::Code.font()),
        (TextStyle::Name("label".into()), Text::Label.font()),
        (TextStyle::Name("caption".into()), Text::Caption.font()),
    ]
    .into();
    style.interaction.tooltip_delay = 0.5;
    style.interaction.selectable_labels = false;
    style.animation_time = if reduced_motion { 0.0 } else { 0.12 };
    if reduced_motion {
        style.scroll_animation = egui::style::ScrollAnimation::none();
    }
    style
}
