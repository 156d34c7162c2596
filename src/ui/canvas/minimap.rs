//! The mini-map: everything small, and where one is.

use egui::CornerRadius;
use egui::Mesh;
use egui::Rect;
use egui::Response;
use egui::Role as A11y;
use egui::Sense;
use egui::StrokeKind;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::geometry;
use crate::graph::Layout;
use crate::graph::NodeKey;
use crate::scene::Family;
use crate::scene::Role;
use crate::scene::Status;
use crate::ui::canvas::CanvasModel;
use crate::ui::canvas::camera::Camera;
use crate::ui::theme::Skin;

pub const SIZE: egui::Vec2 = vec2(176.0, 128.0);
const GAP: f32 = 16.0;
const INSET: f32 = 8.0;

/// Its place in the n-th corner: bottom right, bottom left, top right, top left.
pub fn rect_in(canvas: Rect, corner: usize) -> Rect {
    let x = match corner {
        0 | 2 => canvas.right() - SIZE.x - GAP,
        _ => canvas.left() + GAP,
    };
    let y = match corner {
        0 | 1 => canvas.bottom() - SIZE.y - GAP,
        _ => canvas.top() + 64.0,
    };
    Rect::from_min_size(pos2(x, y), SIZE)
}

/// The corner that hides the fewest cards; the one it is in is kept where that costs nothing.
pub fn place(canvas: Rect, camera: &Camera, layout: &Layout, kept: Option<usize>) -> usize {
    let hidden = |rect: Rect| {
        let world = camera.world_rect(canvas, rect.expand(6.0));
        let cards = layout.nodes.iter().filter(|node| node.header.is_none());
        cards.filter(|node| node.rect.overlaps(&world)).count()
    };
    (0..4)
        .min_by_key(|corner| {
            let hides = hidden(rect_in(canvas, *corner));
            (hides, Some(*corner) != kept, *corner)
        })
        .unwrap_or_default()
}

/// Paints the mini-map. The answer is the point of the drawing a person wants to see.
pub fn show(
    ui: &mut Ui,
    rect: Rect,
    canvas: Rect,
    camera: &Camera,
    model: &CanvasModel,
    layout: &Layout,
) -> Option<geometry::Point> {
    let skin = Skin::of(ui.ctx());
    let response = ui.interact(rect, ui.scope_id().with("minimap"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(A11y::Image, true, "Mini-map"));
    let radius = CornerRadius::same(8);
    let painter = ui.painter();
    painter.add(skin.shadow(2).as_shape(rect, radius));
    painter.rect(
        rect,
        radius,
        skin.color(Role::Raised),
        skin.stroke(1.0, Role::Border),
        StrokeKind::Inside,
    );
    let inner = rect.shrink(INSET);
    let bounds = layout.bounds;
    let scale = (inner.width() / bounds.width.max(1.0))
        .min(inner.height() / bounds.height.max(1.0))
        .min(0.25);
    let small = Camera::centered(inner, inner.center(), bounds.center(), scale);
    let mut mesh = Mesh::default();
    let mut containers = Vec::new();
    for node in &layout.nodes {
        let at = small.rect(inner, node.rect);
        if node.header.is_some() {
            containers.push(at);
        } else if let NodeKey::State(path) = &node.key {
            let at = at.expand2(vec2(0.0, (1.5 - at.height()).max(0.0) / 2.0));
            let (role, opacity) = tint(model, path);
            mesh.add_colored_rect(at, skin.color(role).gamma_multiply(opacity));
        }
    }
    for container in containers {
        painter.rect_stroke(
            container,
            CornerRadius::same(2),
            skin.stroke(1.0, Role::Border),
            StrokeKind::Middle,
        );
    }
    painter.add(mesh);
    let shown = camera.world_rect(canvas, canvas);
    let view = small.rect(inner, shown).intersect(rect.shrink(3.0));
    painter.rect(
        view,
        CornerRadius::same(3),
        skin.color(Role::Accent).gamma_multiply(0.08),
        skin.stroke(1.25, Role::Accent),
        StrokeKind::Inside,
    );
    wanted(&response).map(|at| {
        let point = small.world(inner, at);
        geometry::Point::new(
            point
                .x
                .clamp(bounds.left(), bounds.right().max(bounds.left())),
            point
                .y
                .clamp(bounds.top(), bounds.bottom().max(bounds.top())),
        )
    })
}

fn wanted(response: &Response) -> Option<egui::Pos2> {
    let pressed = response.dragged() || response.clicked() || response.is_pointer_button_down_on();
    response.interact_pointer_pos().filter(|_| pressed)
}

/// The colour of a card and how much of it.
fn tint(model: &CanvasModel, path: &crate::asl::StatePath) -> (Role, f32) {
    if model.marks.matches.contains(path) {
        return (Role::StatusLine(Status::Paused), 1.0);
    }
    match model.run {
        Some(run) => match run.status(path) {
            Status::NotReached => (Role::Ghost, 1.0),
            status => (Role::StatusLine(status), 1.0),
        },
        None => match model.faces.get(path).map(|face| face.family) {
            Some(Family::Succeed) => (Role::StatusLine(Status::Succeeded), 1.0),
            Some(Family::Fail) => (Role::StatusLine(Status::Failed), 1.0),
            Some(family) => (Role::KindIcon(family), 0.62),
            None => (Role::Ghost, 1.0),
        },
    }
}
