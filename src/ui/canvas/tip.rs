//! The dark tooltip of the canvas: a title, a line, sometimes an icon before them.

use egui::Context;
use egui::CornerRadius;
use egui::Id;
use egui::LayerId;
use egui::Order;
use egui::Pos2;
use egui::Rect;
use egui::StrokeKind;
use egui::pos2;
use egui::vec2;

use crate::scene::Icon;
use crate::scene::Role;
use crate::ui::canvas::paint::galley;
use crate::ui::theme::ICONS;
use crate::ui::theme::Skin;

/// The widest a tooltip gets.
const WIDTH: f32 = 360.0;

/// What a tooltip says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tip {
    pub icon: Option<(Icon, Role)>,
    pub title: String,
    pub line: String,
}

/// Paints a tooltip with its top left corner at the first of two points where it fits, moved so that it
/// stays inside.
pub fn paint(ctx: &Context, inside: Rect, [first, second]: [Pos2; 2], tip: &Tip) {
    let skin = Skin::of(ctx);
    let painter = ctx.layer_painter(LayerId::new(Order::Tooltip, Id::unique("canvas tip")));
    let room = WIDTH - 24.0;
    let title = galley(
        &painter,
        &tip.title,
        13.0,
        600,
        skin.color(Role::TooltipText),
        room,
    );
    let line = (!tip.line.is_empty()).then(|| {
        let color = skin.color(Role::TooltipSecondText);
        let font = egui::FontId::proportional(12.0);
        painter.layout(tip.line.clone(), font, color, room)
    });
    let indent = if tip.icon.is_some() { 24.0 } else { 0.0 };
    let below = line.as_ref().map_or(egui::Vec2::ZERO, |line| line.size());
    let size = vec2(
        title.size().x.max(below.x) + indent + 24.0,
        title.size().y + below.y + if line.is_some() { 3.0 } else { 0.0 } + 16.0,
    );
    let at = if first.x + size.x <= inside.right() {
        first
    } else {
        second
    };
    let corner = pos2(
        at.x.min(inside.right() - size.x - 4.0)
            .max(inside.left() + 4.0),
        at.y.min(inside.bottom() - size.y - 4.0)
            .max(inside.top() + 4.0),
    );
    let rect = Rect::from_min_size(corner, size);
    let radius = CornerRadius::same(6);
    painter.add(skin.shadow(4).as_shape(rect, radius));
    painter.rect(
        rect,
        radius,
        skin.color(Role::TooltipFill),
        skin.stroke(1.0, Role::TooltipLine),
        StrokeKind::Inside,
    );
    let start = rect.min + vec2(12.0, 8.0);
    if let Some((icon, role)) = tip.icon {
        let font = egui::FontId::new(16.0, egui::FontFamily::Name(ICONS.into()));
        painter.text(
            start + vec2(8.0, title.size().y / 2.0),
            egui::Align2::CENTER_CENTER,
            icon.glyph,
            font,
            skin.color(role),
        );
    }
    let text = start + vec2(indent, 0.0);
    let next = text + vec2(0.0, title.size().y + 3.0);
    painter.galley(text, title, skin.color(Role::TooltipText));
    if let Some(line) = line {
        painter.galley(next, line, skin.color(Role::TooltipSecondText));
    }
}
