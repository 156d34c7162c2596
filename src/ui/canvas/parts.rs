//! What on the canvas answers to a pointer or a key: nodes, edges, their heads, breakpoints, folding.

use egui::Id;
use egui::Pos2;
use egui::Rect;
use egui::Response;
use egui::Role as A11y;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::vec2;

use crate::asl::StatePath;
use crate::editor::Place;
use crate::editor::Selection;
use crate::graph::EdgeKey;
use crate::graph::EdgeKind;
use crate::graph::Layout;
use crate::graph::NodeKey;
use crate::graph::PlacedEdge;
use crate::graph::PlacedNode;
use crate::scene::Detail;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Scene;
use crate::scene::Status;
use crate::scene::Subject;
use crate::ui::canvas::CanvasModel;
use crate::ui::canvas::CanvasView;
use crate::ui::canvas::HoverOn;
use crate::ui::canvas::Wish;
use crate::ui::canvas::gesture::Drag;
use crate::ui::canvas::gesture::Gesture;
use crate::ui::canvas::keys;
use crate::ui::canvas::menu;
use crate::ui::canvas::menu::InsertMenu;
use crate::ui::canvas::slots;
use crate::ui::theme::Skin;
use crate::ui::theme::paint_icon;

/// How near to a line, on the screen, the pointer means it.
const NEAR: f32 = 6.0;

/// What one frame of interaction has found.
#[derive(Default)]
pub struct Found {
    pub hovered: Option<HoverOn>,
    pub focused: Option<NodeKey>,
    /// A node took the click: the ground did not get it.
    pub taken: bool,
}

/// The place on which an edge takes a state.
pub fn place_of(edge: &PlacedEdge) -> Option<Place> {
    match (edge.kind.transition(), edge.kind, &edge.from) {
        (Some(kind), _, NodeKey::State(path)) => Some(Place::OnEdge(path.clone(), kind)),
        (None, EdgeKind::Start, _) => Some(Place::AtStart(None)),
        (None, EdgeKind::End, NodeKey::State(path)) => Some(Place::After(path.clone())),
        _ => None,
    }
}

/// The edge whose line runs near a point of the screen.
pub fn edge_at<'a>(
    model: &CanvasModel,
    view: &CanvasView,
    canvas: Rect,
    layout: &'a Layout,
    at: Pos2,
) -> Option<&'a PlacedEdge> {
    let camera = view.glide.camera;
    let point = camera.world(canvas, at);
    let reach = NEAR / camera.zoom;
    layout
        .edges
        .iter()
        .filter(|edge| model.error_handling || !edge.kind.is_catch())
        .filter_map(|edge| {
            let parts = edge.route.iter().zip(edge.route.iter().skip(1));
            let nearest = parts
                .map(|(from, to)| crate::geometry::Rect::between(*from, *to).distance(point))
                .min_by(f32::total_cmp)?;
            (nearest <= reach).then_some((nearest, edge))
        })
        .min_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, edge)| edge)
}

/// The innermost node that covers a point of the drawing.
pub fn node_at(layout: &Layout, point: crate::geometry::Point) -> Option<&PlacedNode> {
    layout
        .nodes
        .iter()
        .rev()
        .find(|node| node.rect.contains(point))
}

/// Lets nodes and edges of a drawn scene answer.
pub fn interact(
    ui: &mut Ui,
    canvas: Rect,
    model: &CanvasModel,
    view: &mut CanvasView,
    layout: &Layout,
    scene: &Scene,
    wishes: &mut Vec<Wish>,
) -> Found {
    let mut found = Found::default();
    let detail = Detail::at(view.glide.camera.zoom);
    if detail == Detail::Far {
        far(ui, canvas, view, layout, &mut found);
        return found;
    }
    for group in &scene.groups {
        match &group.subject {
            Subject::Node(key) => {
                if let Some(node) = layout.node(key) {
                    self::node(
                        ui,
                        canvas,
                        model,
                        view,
                        node,
                        &group.label,
                        wishes,
                        &mut found,
                    );
                }
            }
            Subject::Edge(key) if detail >= Detail::Title => {
                if let Some(edge) = layout.edge(key) {
                    self::edge(ui, canvas, view, edge, &group.label, wishes, &mut found);
                }
            }
            Subject::Label(key) => label(ui, canvas, view, key, group.rect, wishes, &mut found),
            Subject::Edge(_) | Subject::Slot(_) => {}
        }
    }
    found
}

/// From far away there are too many nodes for a widget each; clicks are found by place.
fn far(ui: &Ui, canvas: Rect, view: &CanvasView, layout: &Layout, found: &mut Found) {
    let pointer = ui.input(|input| input.pointer.hover_pos());
    if let Some(at) = pointer.filter(|at| canvas.contains(*at)) {
        let point = view.glide.camera.world(canvas, at);
        found.hovered = node_at(layout, point).map(|node| HoverOn::Node(node.key.clone()));
    }
}

pub fn node_id(ui: &Ui, key: &NodeKey) -> Id {
    ui.scope_id().with(("node", key))
}

#[allow(clippy::too_many_arguments)]
fn node(
    ui: &mut Ui,
    canvas: Rect,
    model: &CanvasModel,
    view: &mut CanvasView,
    node: &PlacedNode,
    label: &str,
    wishes: &mut Vec<Wish>,
    found: &mut Found,
) {
    let camera = view.glide.camera;
    // An open container answers by its header; its inside is ground.
    let rect = camera
        .rect(canvas, node.header.unwrap_or(node.rect))
        .intersect(canvas);
    if !rect.is_positive() {
        return;
    }
    let id = node_id(ui, &node.key);
    let path = match &node.key {
        NodeKey::State(path) => Some(path),
        NodeKey::Start | NodeKey::End | NodeKey::EmptyBranch(..) => None,
    };
    let sense = if path.is_some() {
        Sense::click_and_drag()
    } else {
        Sense::click()
    };
    let response = ui.interact(rect, id, sense);
    let selected = path.is_some_and(|path| model.marks.selected.contains(path));
    response.widget_info(|| WidgetInfo::selected(A11y::Button, true, selected, label));
    if view.focus_next.as_ref() == Some(&node.key) {
        view.focus_next = None;
        response.request_focus();
    }
    if response.has_focus() {
        found.focused = Some(node.key.clone());
        keys::keep_arrows(ui, id);
    }
    if response.hovered() {
        found.hovered = Some(HoverOn::Node(node.key.clone()));
    }
    match (path, &node.key) {
        (Some(path), _) => state(ui, canvas, model, view, &response, path, wishes, found),
        (None, NodeKey::EmptyBranch(path, index)) if response.clicked() => {
            found.taken = true;
            if let Some(place) = empty_place(model, path, *index) {
                open_insert(ui, view, rect.center_bottom(), place);
            }
        }
        (None, NodeKey::Start) if response.clicked() => {
            found.taken = true;
            wishes.push(Wish::Select(Selection::none()));
        }
        (None, _) => found.taken |= response.clicked(),
    }
    if let Some(path) = path {
        if node.header.is_some() || model.marks.collapsed.contains(path) {
            fold_button(ui, rect, camera.zoom, path, wishes, found);
        }
        breakpoint(ui, rect, camera.zoom, model, &response, path, wishes, found);
    }
}

#[allow(clippy::too_many_arguments)]
fn state(
    ui: &mut Ui,
    canvas: Rect,
    model: &CanvasModel,
    view: &mut CanvasView,
    response: &Response,
    path: &StatePath,
    wishes: &mut Vec<Wish>,
    found: &mut Found,
) {
    let key = NodeKey::State(path.clone());
    if response.clicked() {
        found.taken = true;
        let (extend, enter) = ui.input(|input| {
            let modifiers = input.modifiers;
            (
                modifiers.shift || modifiers.command,
                input.key_pressed(egui::Key::Enter),
            )
        });
        if let Some(answer) = crate::ui::canvas::gesture::connection(model, &view.gesture, &key) {
            view.gesture = Gesture::None;
            wishes.extend(answer);
        } else if extend {
            wishes.push(Wish::ToggleSelected(path.clone()));
        } else {
            wishes.push(Wish::Select(Selection::state(path.clone())));
        }
        if enter {
            wishes.push(Wish::OpenInspector);
        }
        response.request_focus();
    }
    if response.double_clicked() {
        wishes.push(Wish::OpenInspector);
    }
    if response.drag_started_by(egui::PointerButton::Primary)
        && matches!(view.gesture, Gesture::None)
        && let Some(drag) = Drag::of_card(model, path)
    {
        view.gesture = Gesture::Drag(Box::new(drag));
    }
    if response.dragged_by(egui::PointerButton::Middle) {
        view.glide.pan(response.drag_delta());
    }
    let menu_opens = response.secondary_clicked();
    if menu_opens && !model.marks.selected.contains(path) {
        wishes.push(Wish::Select(Selection::state(path.clone())));
    }
    response.context_menu(|ui| menu::state_menu(ui, model, path, wishes));
    let _ = canvas;
}

fn empty_place(model: &CanvasModel, path: &StatePath, index: usize) -> Option<Place> {
    let state = model.revision.machine.find(path)?;
    let scope = state
        .scopes
        .get(index)
        .and_then(|id| model.revision.machine.scope(*id));
    let slot = scope
        .and_then(|scope| scope.owner)
        .map(|(_, slot)| slot)
        .unwrap_or(match state.kind {
            Some(crate::asl::StateKind::Map) => crate::asl::ScopeSlot::ItemProcessor,
            _ => crate::asl::ScopeSlot::Branch(index),
        });
    Some(Place::EmptyBranch(path.clone(), slot))
}

/// The button at the right end of a container's header.
fn fold_button(
    ui: &mut Ui,
    header: Rect,
    zoom: f32,
    path: &StatePath,
    wishes: &mut Vec<Wish>,
    found: &mut Found,
) {
    if zoom < 0.45 {
        return;
    }
    let center = egui::pos2(header.right() - 16.0 * zoom, header.center().y);
    let rect = Rect::from_center_size(center, vec2(24.0, 28.0) * zoom.min(1.2));
    let response = ui.interact(rect, ui.scope_id().with(("fold", path)), Sense::click());
    let name = format!("Collapse or expand {}", path.name());
    response.widget_info(|| WidgetInfo::labeled(A11y::Button, true, &name));
    if response.hovered() {
        let skin = Skin::of(ui.ctx());
        ui.painter().rect_stroke(
            rect,
            4.0,
            skin.stroke(1.0, Role::Outline),
            egui::StrokeKind::Inside,
        );
    }
    if response.clicked() {
        found.taken = true;
        wishes.push(Wish::ToggleCollapsed(path.clone()));
    }
}

/// The spot on a card's left edge where a breakpoint is set; shown pale while the pointer is near.
#[allow(clippy::too_many_arguments)]
fn breakpoint(
    ui: &mut Ui,
    rect: Rect,
    zoom: f32,
    model: &CanvasModel,
    card: &Response,
    path: &StatePath,
    wishes: &mut Vec<Wish>,
    found: &mut Found,
) {
    let radius = (9.0 * zoom).clamp(6.0, 12.0);
    // The disc does not reach the tile, however small the card.
    let center = rect.left_center() - vec2((radius - 9.0 * zoom).max(0.0), 0.0);
    let set = model.marks.breakpoints.contains(path);
    let near = ui
        .input(|input| input.pointer.hover_pos())
        .is_some_and(|at| (at - center).length() < 28.0);
    let worth = set || near || card.has_focus() || card.context_menu_opened();
    if !worth {
        return;
    }
    let spot = Rect::from_center_size(center, vec2(20.0, 20.0));
    let response = ui.interact(
        spot,
        ui.scope_id().with(("breakpoint", path)),
        Sense::click(),
    );
    let name = format!(
        "{} breakpoint at {}",
        if set { "Remove" } else { "Set" },
        path.name()
    );
    response.widget_info(|| WidgetInfo::selected(A11y::Button, true, set, &name));
    if response.clicked() {
        found.taken = true;
        wishes.push(Wish::ToggleBreakpoint(path.clone()));
    }
    if near && !set {
        let skin = Skin::of(ui.ctx());
        let painter = ui.painter();
        let line = skin.color(Role::StatusLine(Status::Paused));
        painter.circle(
            center,
            radius,
            skin.color(Role::Canvas),
            egui::Stroke::new(1.0, line.gamma_multiply(0.6)),
        );
        let color = skin.color(Role::StatusText(Status::Paused));
        paint_icon(
            ui,
            center,
            Icon::PAUSE,
            radius * 1.5,
            color.gamma_multiply(0.6),
        );
    }
}

/// The `+` of an edge and, where the pointer is, the handle at its head.
fn edge(
    ui: &mut Ui,
    canvas: Rect,
    view: &mut CanvasView,
    edge: &PlacedEdge,
    label: &str,
    wishes: &mut Vec<Wish>,
    found: &mut Found,
) {
    let camera = view.glide.camera;
    let Some(middle) = slots::middle(edge) else {
        return;
    };
    let center = camera.point(canvas, middle);
    if !canvas.contains(center) {
        return;
    }
    let rect = Rect::from_center_size(center, vec2(18.0, 18.0));
    let response = ui.interact(
        rect,
        ui.scope_id().with(("edge", &edge.key)),
        Sense::click(),
    );
    response.widget_info(|| WidgetInfo::labeled(A11y::Button, true, label));
    let near =
        view.hovered.as_ref().map(|hover| &hover.on) == Some(&HoverOn::Edge(edge.key.clone()));
    if response.hovered() {
        found.hovered = Some(HoverOn::Edge(edge.key.clone()));
    }
    let idle = matches!(view.gesture, Gesture::None);
    if idle && (near || response.hovered() || response.has_focus()) {
        plus(ui, center, response.hovered() || response.has_focus());
    }
    if response.clicked() {
        found.taken = true;
        match place_of(edge) {
            Some(place) => open_insert(ui, view, center + vec2(12.0, 8.0), place),
            None => select_edge(&edge.key, wishes),
        }
    }
    head(ui, canvas, view, edge, center, found);
}

fn plus(ui: &Ui, center: Pos2, hot: bool) {
    let skin = Skin::of(ui.ctx());
    let (fill, icon) = if hot {
        (Role::Accent, Role::OnAccent)
    } else {
        (Role::Raised, Role::Accent)
    };
    ui.painter().circle(
        center,
        9.0,
        skin.color(fill),
        skin.stroke(1.25, Role::Accent),
    );
    paint_icon(ui, center, Icon::ADD, 14.0, skin.color(icon));
}

/// The head of an edge can be dragged to another state.
fn head(
    ui: &Ui,
    canvas: Rect,
    view: &mut CanvasView,
    edge: &PlacedEdge,
    middle: Pos2,
    found: &mut Found,
) {
    let (Some(kind), NodeKey::State(from)) = (edge.kind.transition(), &edge.from) else {
        return;
    };
    let Some(tip) = edge.route.last() else {
        return;
    };
    let tip = view.glide.camera.point(canvas, *tip);
    // Where the line is short, its + comes first.
    let room = (tip - middle).length() - 9.0;
    let rect =
        Rect::from_center_size(tip, vec2(14.0, 14.0)).with_min_y(tip.y - room.clamp(3.0, 10.0));
    let dragging = matches!(
        &view.gesture,
        Gesture::Reconnect { from: moved, transition } if moved == from && *transition == kind
    );
    let near = ui
        .input(|input| input.pointer.hover_pos())
        .is_some_and(|at| rect.expand(4.0).contains(at));
    if !near && !dragging {
        return;
    }
    let response = ui.interact(rect, ui.scope_id().with(("head", &edge.key)), Sense::drag());
    if response.hovered() && matches!(view.gesture, Gesture::None) {
        found.hovered = Some(HoverOn::Edge(edge.key.clone()));
        ui.set_cursor_icon(egui::CursorIcon::Grab);
        let skin = Skin::of(ui.ctx());
        ui.painter()
            .circle_stroke(tip - vec2(0.0, 3.0), 8.0, skin.stroke(1.25, Role::Accent));
    }
    if response.drag_started() {
        view.gesture = Gesture::Reconnect {
            from: from.clone(),
            transition: kind,
        };
    }
}

fn label(
    ui: &Ui,
    canvas: Rect,
    view: &CanvasView,
    key: &EdgeKey,
    rect: crate::geometry::Rect,
    wishes: &mut Vec<Wish>,
    found: &mut Found,
) {
    let rect = view.glide.camera.rect(canvas, rect).intersect(canvas);
    if !rect.is_positive() {
        return;
    }
    // The edge itself is what a screen reader hears of; the chip only takes clicks.
    let response = ui.interact(rect, ui.scope_id().with(("chip", key)), Sense::CLICK);
    if response.hovered() {
        found.hovered = Some(HoverOn::Edge(key.clone()));
    }
    if response.clicked() {
        found.taken = true;
        select_edge(key, wishes);
    }
}

pub fn select_edge(key: &EdgeKey, wishes: &mut Vec<Wish>) {
    if let (NodeKey::State(from), Some(kind)) = (&key.from, key.kind.transition()) {
        wishes.push(Wish::Select(Selection::transition(from.clone(), kind)));
    }
}

pub fn open_insert(ui: &Ui, view: &mut CanvasView, at: Pos2, place: Place) {
    view.insert_menu = Some(InsertMenu {
        at,
        place,
        fresh: true,
    });
    ui.ctx().request_repaint();
}
