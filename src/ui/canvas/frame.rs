//! One frame of the canvas: camera, scene, what answers, gestures, what floats above.

use std::collections::BTreeMap;

use egui::CursorIcon;
use egui::PointerButton;
use egui::Pos2;
use egui::Rect;
use egui::Response;
use egui::Role as A11y;
use egui::Sense;
use egui::StrokeKind;
use egui::Ui;
use egui::UiBuilder;
use egui::WidgetInfo;
use egui::vec2;

use crate::asl::StatePath;
use crate::editor::Place;
use crate::editor::Selection;
use crate::geometry;
use crate::graph::Layout;
use crate::graph::NodeKey;
use crate::scene;
use crate::scene::Icon;
use crate::scene::Marks;
use crate::scene::Role;
use crate::scene::Scene;
use crate::scene::SceneRequest;
use crate::scene::Slot;
use crate::scene::Status;
use crate::ui::canvas::CanvasModel;
use crate::ui::canvas::CanvasView;
use crate::ui::canvas::Hover;
use crate::ui::canvas::HoverOn;
use crate::ui::canvas::Wish;
use crate::ui::canvas::bars;
use crate::ui::canvas::bars::ZoomWish;
use crate::ui::canvas::camera::Camera;
use crate::ui::canvas::gesture;
use crate::ui::canvas::gesture::Drag;
use crate::ui::canvas::gesture::Dragged;
use crate::ui::canvas::gesture::Drop;
use crate::ui::canvas::gesture::Gesture;
use crate::ui::canvas::keys;
use crate::ui::canvas::keys::KeyWish;
use crate::ui::canvas::menu;
use crate::ui::canvas::minimap;
use crate::ui::canvas::paint::Brush;
use crate::ui::canvas::parts;
use crate::ui::canvas::parts::Found;
use crate::ui::canvas::slots;
use crate::ui::canvas::tip;
use crate::ui::canvas::tip::Tip;
use crate::ui::theme::Skin;

/// Seconds before a tooltip appears.
const TIP_DELAY: f64 = 0.5;
/// The zoom factor of one press of a zoom button.
const ZOOM_STEP: f32 = 1.25;
/// Zoom per point of wheel movement; a notch is about 50 points.
const WHEEL: f32 = 0.0028;
/// Nothing of the canvas narrower than this has a mini-map.
const MINIMAP_FROM: f32 = 520.0;
/// A fitted selection is not shown larger than this.
const LARGEST_FIT: f32 = 1.0;

/// Shows the canvas in all the room there is.
pub fn show_model(ui: &mut Ui, model: &CanvasModel, view: &mut CanvasView) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let whole = ui.available_rect_before_wrap();
    let footer = if model.run.is_some() {
        bars::FOOTER
    } else {
        0.0
    };
    let canvas = Rect::from_min_max(whole.min, whole.max - vec2(0.0, footer));
    ui.allocate_rect(whole, Sense::hover());
    let builder = UiBuilder::new().id_salt("canvas").max_rect(canvas);
    let mut inner = ui.new_child(builder);
    inner.set_clip_rect(canvas.intersect(ui.clip_rect()));
    let mut frame = Frame {
        canvas,
        now: inner.input(|input| input.time),
        model,
        view,
        wishes: &mut wishes,
    };
    frame.show(&mut inner);
    if footer > 0.0 {
        let legend = Rect::from_min_max(canvas.left_bottom(), whole.max);
        bars::footer(ui, legend, model);
    }
    wishes
}

struct Frame<'a> {
    canvas: Rect,
    now: f64,
    model: &'a CanvasModel<'a>,
    view: &'a mut CanvasView,
    wishes: &'a mut Vec<Wish>,
}

impl Frame<'_> {
    fn show(&mut self, ui: &mut Ui) {
        let ground = ui.interact(
            self.canvas,
            ui.scope_id().with("ground"),
            Sense::click_and_drag(),
        );
        ground.widget_info(|| WidgetInfo::labeled(A11y::Canvas, true, "Workflow canvas"));
        self.follow();
        self.zoom(ui);
        let gliding = self.view.glide.advance(self.now);
        let layout = self
            .view
            .motion
            .current(self.now)
            .unwrap_or_else(|| self.model.layout.clone());
        self.keys(ui, &layout);
        self.take_payload(ui);
        let pointer = ui
            .input(|input| input.pointer.latest_pos())
            .filter(|at| self.canvas.contains(*at));
        let drop = self.drop_at(pointer);
        let refusal = self.refusal_at(pointer, &layout, &drop);
        let scene = self.scene(&layout, &drop, refusal.as_ref());
        let skin = Skin::of(ui.ctx());
        let painter = ui.painter().clone();
        let brush = Brush {
            painter: &painter,
            canvas: self.canvas,
            camera: self.view.glide.camera,
            skin,
            now: self.now,
            reduced_motion: self.model.reduced_motion,
            opacity: if self.model.broken.is_some() {
                0.5
            } else {
                1.0
            },
        };
        brush.ground();
        if self.model.faces.is_empty() {
            self.empty(&brush, &layout);
        }
        let moving = brush.scene(&scene);
        let found = parts::interact(
            ui,
            self.canvas,
            self.model,
            self.view,
            &layout,
            &scene,
            self.wishes,
        );
        self.ground(ui, &ground, &layout, &found);
        self.note_hover(ui, &ground, &layout, found);
        self.loose_ends(ui, &layout, pointer);
        let over_bar = self.bars(ui, &layout);
        self.end_gesture(ui, &ground, &layout, pointer, &drop);
        self.menus(ui);
        self.tips(ui, pointer, &scene, &drop, refusal, over_bar);
        if moving || gliding || self.view.motion.is_moving(self.now) {
            ui.ctx().request_repaint();
        }
    }

    /// Takes in what has changed since the last frame: document, layout, wishes to see something.
    fn follow(&mut self) {
        let free = self.free();
        let (model, view) = (self.model, &mut *self.view);
        if view.document != Some(model.document) {
            view.document = Some(model.document);
            view.motion.reset();
            view.fitted = false;
            view.gesture = Gesture::None;
            view.insert_menu = None;
            view.hovered = None;
            view.reveals = model.reveals;
        }
        view.motion
            .follow(model.layout, self.now, model.reduced_motion);
        if !view.fitted && !model.layout.nodes.is_empty() && self.canvas.is_positive() {
            view.fitted = true;
            view.glide.jump(Camera::fitting(
                self.canvas,
                free,
                model.layout.bounds,
                LARGEST_FIT,
            ));
        }
        if view.reveals != model.reveals {
            view.reveals = model.reveals;
            if let Some(rect) = self.selection_rect() {
                self.reveal(rect);
            }
        }
    }

    /// The part of the canvas no bar lies over.
    fn free(&self) -> Rect {
        let mut free = self.canvas;
        free.min.y += if self.model.broken.is_some() {
            32.0
        } else {
            0.0
        };
        free
    }

    fn reveal(&mut self, rect: geometry::Rect) {
        let free = self.free().with_min_y(self.free().top() + 40.0);
        let target = self.view.glide.target();
        // What is too small to be read is not revealed.
        let camera = if target.zoom < 0.45 {
            Camera::centered(self.canvas, free.center(), rect.center(), 0.8)
        } else {
            target.revealing(self.canvas, free, rect)
        };
        self.view
            .glide
            .go(camera, self.now, self.model.reduced_motion);
    }

    fn selection_rect(&self) -> Option<geometry::Rect> {
        let nodes = self.model.layout.nodes.iter().filter(|node| {
            matches!(&node.key, NodeKey::State(path) if self.model.marks.selected.contains(path))
        });
        nodes
            .map(|node| node.rect)
            .reduce(|all, next| all.union(&next))
    }

    fn zoom(&mut self, ui: &Ui) {
        if !ui.rect_contains_pointer(self.canvas) || self.view.insert_menu.is_some() {
            return;
        }
        let Some(pointer) = ui.input(|input| input.pointer.hover_pos()) else {
            return;
        };
        let (pinch, scroll) = ui.input(|input| (input.zoom_delta(), input.smooth_scroll_delta()));
        let factor = pinch * (scroll.y * WHEEL).exp();
        if (factor - 1.0).abs() > 1e-4 {
            let camera = self.view.glide.camera.zoomed(self.canvas, pointer, factor);
            self.view.glide.jump(camera);
        }
        if scroll.x != 0.0 {
            self.view.glide.pan(vec2(scroll.x, 0.0));
        }
    }

    fn go(&mut self, wish: ZoomWish) {
        let (canvas, free) = (self.canvas, self.free());
        let now = self.view.glide.target();
        let camera = match wish {
            ZoomWish::In => now.zoomed(canvas, free.center(), ZOOM_STEP),
            ZoomWish::Out => now.zoomed(canvas, free.center(), 1.0 / ZOOM_STEP),
            ZoomWish::Full => now.zoomed(canvas, free.center(), 1.0 / now.zoom),
            ZoomWish::Fit => Camera::fitting(canvas, free, self.model.layout.bounds, LARGEST_FIT),
            ZoomWish::ToSelection => match self.selection_rect() {
                Some(rect) => Camera::fitting(canvas, free, rect.grown(40.0), LARGEST_FIT),
                None => Camera::fitting(canvas, free, self.model.layout.bounds, LARGEST_FIT),
            },
        };
        self.view
            .glide
            .go(camera, self.now, self.model.reduced_motion);
    }

    fn keys(&mut self, ui: &Ui, layout: &Layout) {
        let typing = ui.ctx().egui_wants_keyboard_input() && self.view.focused.is_none();
        let near = self.view.focused.is_some() || ui.rect_contains_pointer(self.canvas);
        if typing || !near || self.view.insert_menu.is_some() {
            return;
        }
        let selected = self.model.marks.selected.iter().next();
        let selected = selected.map(|path| NodeKey::State(path.clone()));
        let current = self.view.focused.clone().or(selected);
        let Some(wish) = keys::wish(ui, layout, current.as_ref()) else {
            return;
        };
        match wish {
            KeyWish::Walk(key) => {
                if let NodeKey::State(path) = &key {
                    self.wishes
                        .push(Wish::Select(Selection::state(path.clone())));
                }
                if let Some(node) = layout.node(&key) {
                    self.reveal(node.header.unwrap_or(node.rect));
                }
                self.view.focus_next = Some(key);
            }
            KeyWish::Append(path) => self.open_at(ui, layout, &path, Place::After(path.clone())),
            KeyWish::InsertBefore(path) => {
                self.open_at(ui, layout, &path, Place::Before(path.clone()));
            }
            KeyWish::Connect(path) => self.view.gesture = Gesture::Connect { from: path },
            KeyWish::ZoomFull => self.go(ZoomWish::Full),
            KeyWish::ZoomFit => self.go(ZoomWish::Fit),
            KeyWish::ZoomToSelection => self.go(ZoomWish::ToSelection),
            KeyWish::ZoomIn => self.go(ZoomWish::In),
            KeyWish::ZoomOut => self.go(ZoomWish::Out),
            KeyWish::Cancel => {
                self.view.gesture = Gesture::None;
                egui::DragAndDrop::clear_payload(ui.ctx());
            }
        }
    }

    fn open_at(&mut self, ui: &Ui, layout: &Layout, path: &StatePath, place: Place) {
        if let Some(node) = layout.node(&NodeKey::State(path.clone())) {
            let rect = self.view.glide.camera.rect(self.canvas, node.rect);
            parts::open_insert(ui, self.view, rect.center_bottom() + vec2(8.0, 4.0), place);
        }
    }

    /// A palette entry dragged over the canvas looks for its place.
    fn take_payload(&mut self, ui: &Ui) {
        let item = gesture::dragged_item(ui.ctx());
        let dragging_new = matches!(&self.view.gesture, Gesture::Drag(drag) if matches!(drag.what, Dragged::New(_)));
        match item {
            Some(item) if !dragging_new => {
                self.view.gesture = Gesture::Drag(Box::new(Drag::of_item(self.model, &item)));
            }
            None if dragging_new => self.view.gesture = Gesture::None,
            _ => {}
        }
    }

    fn drop_at(&self, pointer: Option<Pos2>) -> Drop {
        let (Gesture::Drag(drag), Some(pointer)) = (&self.view.gesture, pointer) else {
            return Drop::Nowhere;
        };
        let point = self.view.glide.camera.world(self.canvas, pointer);
        drag.at(self.model, point)
    }

    /// The state under the pointer that does not take what is dragged, and why.
    fn refusal_at(
        &self,
        pointer: Option<Pos2>,
        layout: &Layout,
        drop: &Drop,
    ) -> Option<(StatePath, Tip)> {
        let tip = |refusal: &crate::editor::Refusal| Tip {
            icon: Some((Icon::BLOCK, Role::StatusLine(Status::Failed))),
            title: refusal.what.clone(),
            line: refusal.why.clone(),
        };
        if let Drop::Refused { state, refusal } = drop {
            return Some((state.clone(), tip(refusal)));
        }
        let point = self.view.glide.camera.world(self.canvas, pointer?);
        let node = parts::node_at(layout, point)?;
        let answer = gesture::connection(self.model, &self.view.gesture, &node.key)?;
        Some((node.key.state()?.clone(), tip(&answer.err()?)))
    }

    fn scene(&self, layout: &Layout, drop: &Drop, refusal: Option<&(StatePath, Tip)>) -> Scene {
        let mut marks: Marks = self.model.marks.clone();
        if let Some(Hover {
            on: HoverOn::Node(key),
            ..
        }) = &self.view.hovered
        {
            marks.hovered = Some(key.clone());
        }
        marks.focused.clone_from(&self.view.focused);
        marks.refused = refusal.map(|(state, _)| state.clone());
        let slots = self.slots(drop);
        scene::build(&SceneRequest {
            layout,
            faces: self.model.faces,
            run: self.model.run,
            marks: &marks,
            slots: &slots,
            zoom: self.view.glide.camera.zoom,
            visible: Some(self.view.glide.camera.world_rect(self.canvas, self.canvas)),
            error_handling: self.model.error_handling,
        })
    }

    fn slots(&self, drop: &Drop) -> Vec<Slot> {
        let Gesture::Drag(drag) = &self.view.gesture else {
            return Vec::new();
        };
        let hot = match drop {
            Drop::Spot(index) => Some(*index),
            Drop::Refused { .. } | Drop::Nowhere => None,
        };
        let spots = drag.spots.iter().enumerate();
        spots
            .map(|(index, spot)| Slot {
                rect: if hot == Some(index) {
                    slots::hot_rect(spot.rect)
                } else {
                    spot.rect
                },
                hot: hot == Some(index),
                label: slots::words(&spot.place, self.model.revision, &drag.title),
            })
            .collect()
    }

    /// The dashed card of an empty workflow.
    fn empty(&self, brush: &Brush, layout: &Layout) {
        let start = layout.node(&NodeKey::Start).map(|node| node.rect.center());
        let center = start.unwrap_or_else(|| {
            self.view
                .glide
                .camera
                .world(self.canvas, self.canvas.center())
        });
        let center = geometry::Point::new(center.x, center.y + 64.0);
        let card = geometry::Rect::centered(center, crate::graph::size::CARD);
        for shape in scene::placeholder(card, "Drag a state here, or press A") {
            brush.shape(&shape);
        }
    }

    fn ground(&mut self, ui: &Ui, ground: &Response, layout: &Layout, found: &Found) {
        let shift = ui.input(|input| input.modifiers.shift);
        if ground.drag_started() && matches!(self.view.gesture, Gesture::None) {
            let from = ground.interact_pointer_pos();
            self.view.gesture = match from {
                Some(from) if shift && ground.dragged_by(PointerButton::Primary) => {
                    Gesture::Lasso { from }
                }
                _ => Gesture::Pan,
            };
        }
        if matches!(self.view.gesture, Gesture::Pan) {
            self.view.glide.pan(ground.drag_delta());
            ui.set_cursor_icon(CursorIcon::Grabbing);
        }
        if !ground.clicked() || found.taken {
            return;
        }
        ui.memory_mut(|memory| {
            if let Some(focused) = memory.focused() {
                memory.surrender_focus(focused);
            }
        });
        if matches!(self.view.gesture, Gesture::Connect { .. }) {
            self.view.gesture = Gesture::None;
            return;
        }
        let Some(at) = ground.interact_pointer_pos() else {
            return;
        };
        if let Some(edge) = parts::edge_at(self.model, self.view, self.canvas, layout, at) {
            parts::select_edge(&edge.key, self.wishes);
            return;
        }
        let point = self.view.glide.camera.world(self.canvas, at);
        let node = parts::node_at(layout, point).and_then(|node| node.key.state());
        match node {
            Some(path) if shift => self.wishes.push(Wish::ToggleSelected(path.clone())),
            Some(path) => self
                .wishes
                .push(Wish::Select(Selection::state(path.clone()))),
            None => self.wishes.push(Wish::Select(Selection::none())),
        }
    }

    fn note_hover(&mut self, ui: &Ui, ground: &Response, layout: &Layout, found: Found) {
        self.view.focused = found.focused;
        let mut on = found.hovered;
        if on.is_none()
            && matches!(self.view.gesture, Gesture::None)
            && let Some(at) = ground.hover_pos()
        {
            on = parts::edge_at(self.model, self.view, self.canvas, layout, at)
                .map(|edge| HoverOn::Edge(edge.key.clone()));
        }
        let before = self.view.hovered.as_ref().map(|hover| &hover.on);
        if before != on.as_ref() {
            self.view.hovered = on.map(|on| Hover {
                on,
                since: self.now,
            });
            ui.ctx().request_repaint();
        }
    }

    /// Lines and rectangles that follow the pointer.
    fn loose_ends(&self, ui: &Ui, layout: &Layout, pointer: Option<Pos2>) {
        let skin = Skin::of(ui.ctx());
        let Some(pointer) = pointer else {
            return;
        };
        match &self.view.gesture {
            Gesture::Lasso { from } => {
                ui.painter().rect(
                    Rect::from_two_pos(*from, pointer),
                    2.0,
                    skin.color(Role::Accent).gamma_multiply(0.08),
                    skin.stroke(1.25, Role::Accent),
                    StrokeKind::Inside,
                );
            }
            Gesture::Reconnect { from, .. } | Gesture::Connect { from } => {
                if let Some(node) = layout.node(&NodeKey::State(from.clone())) {
                    let rect = self.view.glide.camera.rect(self.canvas, node.rect);
                    let stroke = skin.stroke(2.0, Role::Accent);
                    ui.painter()
                        .line_segment([rect.center_bottom(), pointer], stroke);
                    ui.painter()
                        .circle_filled(pointer, 4.0, skin.color(Role::Accent));
                }
            }
            Gesture::None | Gesture::Pan | Gesture::Drag(_) => {}
        }
    }

    /// What floats over the drawing; true where the pointer is over one of them.
    fn bars(&mut self, ui: &mut Ui, layout: &Layout) -> bool {
        let canvas = self.free();
        if let Some(words) = self.model.broken {
            bars::broken_strip(ui, self.canvas, words);
        }
        let mut left = 16.0;
        if self.has_error_handling() {
            let filter = bars::filters(ui, canvas, self.model.error_handling);
            if let Some(show) = filter {
                self.wishes.push(Wish::ShowErrorHandling(show));
            }
            left += 160.0;
        }
        let inside = self.containers_around(layout);
        match bars::breadcrumb(ui, canvas, left, self.model.title, &inside) {
            Some(Some(path)) => {
                self.wishes
                    .push(Wish::Select(Selection::state(path.clone())));
                if let Some(node) = layout.node(&NodeKey::State(path)) {
                    let camera = Camera::fitting(self.canvas, canvas, node.rect, LARGEST_FIT);
                    self.view
                        .glide
                        .go(camera, self.now, self.model.reduced_motion);
                }
            }
            Some(None) => self.go(ZoomWish::Fit),
            None => {}
        }
        if let Some(wish) = bars::zoom_bar(ui, canvas, self.view.glide.target().zoom) {
            self.go(wish);
        }
        let pointer = ui.input(|input| input.pointer.hover_pos());
        let mut over = pointer.is_some_and(|at| at.y < canvas.top() + 48.0);
        let dragging = matches!(self.view.gesture, Gesture::Drag(_));
        if canvas.width() >= MINIMAP_FROM && canvas.height() >= 300.0 && !layout.nodes.is_empty() {
            let camera = self.view.glide.camera;
            let (corner, rect) = minimap::place(canvas, &camera, layout, self.view.minimap_corner);
            if !dragging {
                self.view.minimap_corner = Some(corner);
            }
            over |= pointer.is_some_and(|at| rect.contains(at));
            let wanted = minimap::show(ui, rect, self.canvas, &camera, self.model, layout);
            if let Some(point) = wanted {
                let camera =
                    Camera::centered(self.canvas, self.canvas.center(), point, camera.zoom);
                self.view.glide.jump(camera);
            }
        }
        over
    }

    fn has_error_handling(&self) -> bool {
        let mut edges = self.model.flow.edges.iter();
        !self.model.error_handling || edges.any(|edge| edge.kind().is_catch())
    }

    /// The containers that fill the canvas and whose headers are out of sight.
    fn containers_around(&self, layout: &Layout) -> Vec<StatePath> {
        let shown = self.view.glide.camera.world_rect(self.canvas, self.canvas);
        let around = layout.nodes.iter().filter(|node| {
            node.header
                .is_some_and(|header| header.bottom() < shown.top())
                && node.rect.contains(shown.center())
        });
        around
            .filter_map(|node| node.key.state().cloned())
            .collect()
    }

    /// Ends what the hand was doing when it lets go.
    fn end_gesture(
        &mut self,
        ui: &Ui,
        ground: &Response,
        layout: &Layout,
        pointer: Option<Pos2>,
        drop: &Drop,
    ) {
        let released = ui.input(|input| input.pointer.any_released());
        if matches!(self.view.gesture, Gesture::Connect { .. }) {
            return;
        }
        if matches!(self.view.gesture, Gesture::Drag(_)) {
            ui.set_cursor_icon(match drop {
                Drop::Spot(_) => CursorIcon::Copy,
                Drop::Refused { .. } => CursorIcon::NoDrop,
                Drop::Nowhere => CursorIcon::Grabbing,
            });
        }
        if !released {
            return;
        }
        match std::mem::take(&mut self.view.gesture) {
            Gesture::None | Gesture::Pan | Gesture::Connect { .. } => {}
            Gesture::Lasso { from } => {
                let to = pointer.or(ground.interact_pointer_pos()).unwrap_or(from);
                self.lasso(layout, Rect::from_two_pos(from, to));
            }
            Gesture::Drag(drag) => {
                if matches!(drag.what, Dragged::New(_)) {
                    egui::DragAndDrop::clear_payload(ui.ctx());
                }
                if let Drop::Spot(index) = drop
                    && let Some(spot) = drag.spots.get(*index)
                {
                    self.wishes.push(Wish::Edit(drag.command(&spot.place)));
                }
            }
            gesture @ Gesture::Reconnect { .. } => {
                let target = pointer
                    .map(|at| self.view.glide.camera.world(self.canvas, at))
                    .and_then(|point| parts::node_at(layout, point));
                let answer =
                    target.and_then(|node| gesture::connection(self.model, &gesture, &node.key));
                self.wishes.extend(answer.and_then(Result::ok));
            }
        }
    }

    fn lasso(&mut self, layout: &Layout, on_screen: Rect) {
        let world = self.view.glide.camera.world_rect(self.canvas, on_screen);
        let caught = layout.nodes.iter().filter(|node| match node.header {
            Some(_) => world.holds(&node.rect),
            None => world.overlaps(&node.rect),
        });
        let states: Vec<StatePath> = caught
            .filter_map(|node| match &node.key {
                NodeKey::State(path) => Some(path.clone()),
                NodeKey::Start | NodeKey::End | NodeKey::EmptyBranch(..) => None,
            })
            .collect();
        self.wishes.push(Wish::Select(Selection::states(states)));
    }

    fn menus(&mut self, ui: &mut Ui) {
        if let Some(mut menu) = self.view.insert_menu.take()
            && menu::insert_menu(ui, self.model, &mut menu, self.wishes)
        {
            self.view.insert_menu = Some(menu);
        }
    }

    fn tips(
        &self,
        ui: &Ui,
        pointer: Option<Pos2>,
        scene: &Scene,
        drop: &Drop,
        refusal: Option<(StatePath, Tip)>,
        over_bar: bool,
    ) {
        let Some(pointer) = pointer else {
            return;
        };
        if let Gesture::Drag(drag) = &self.view.gesture {
            self.ghost(ui, pointer, drag);
        }
        let beside = pointer + vec2(236.0, 14.0);
        if let Some((_, tip)) = refusal {
            let at = if matches!(self.view.gesture, Gesture::Drag(_)) {
                beside
            } else {
                pointer + vec2(16.0, 14.0)
            };
            tip::paint(ui.ctx(), self.canvas, at, &tip);
            return;
        }
        if let (Gesture::Drag(drag), Drop::Spot(index)) = (&self.view.gesture, drop)
            && let Some(spot) = drag.spots.get(*index)
        {
            let tip = Tip {
                icon: Some((Icon::ADD_CIRCLE, Role::AccentLine)),
                title: match drag.what {
                    Dragged::New(_) => "Insert here".to_owned(),
                    Dragged::Card(_) => "Move here".to_owned(),
                },
                line: slots::words(&spot.place, self.model.revision, &drag.title),
            };
            tip::paint(ui.ctx(), self.canvas, beside, &tip);
            return;
        }
        let idle = matches!(self.view.gesture, Gesture::None)
            && self.view.insert_menu.is_none()
            && !over_bar
            && !egui::Popup::is_any_open(ui.ctx());
        if let (true, Some(hover)) = (idle, &self.view.hovered) {
            let wait = TIP_DELAY - (self.now - hover.since);
            if wait > 0.0 {
                ui.ctx()
                    .request_repaint_after(std::time::Duration::from_secs_f64(wait));
            } else if let Some(tip) = self.tip_of(&hover.on, scene) {
                tip::paint(ui.ctx(), self.canvas, pointer + vec2(14.0, 20.0), &tip);
            }
        }
    }

    fn tip_of(&self, on: &HoverOn, scene: &Scene) -> Option<Tip> {
        match on {
            HoverOn::Node(NodeKey::State(path)) => {
                let face = self.model.faces.get(path)?;
                let mut lines = vec![face.type_line.clone()];
                if let Some(run) = self.model.run {
                    let words = run.states.get(path).map(|state| state.words.clone());
                    lines.insert(0, words.unwrap_or_else(|| "Not reached".to_owned()));
                }
                if let Some(retries) = face.retries {
                    lines.push(format!("Tries up to {retries} times more"));
                }
                lines.extend(face.comment.clone());
                Some(Tip {
                    icon: None,
                    title: face.name.clone(),
                    line: lines.join("\n"),
                })
            }
            HoverOn::Edge(key) => {
                let edge = self.model.flow.edge(key)?;
                let group = scene.groups.iter().find(
                    |group| matches!(&group.subject, scene::Subject::Edge(found) if found == key),
                )?;
                let ways: Vec<String> = edge
                    .transitions
                    .iter()
                    .filter_map(|way| way.label.clone())
                    .collect();
                let short = |words: &String| words.chars().count() <= 28;
                if ways.iter().all(short) {
                    return None;
                }
                let title = group.label.split(',').next().unwrap_or_default();
                Some(Tip {
                    icon: None,
                    title: title.to_owned(),
                    line: ways.join("\n"),
                })
            }
            HoverOn::Node(NodeKey::Start | NodeKey::End | NodeKey::EmptyBranch(..)) => None,
        }
    }

    /// The card that is dragged, beside the pointer.
    fn ghost(&self, ui: &Ui, pointer: Pos2, drag: &Drag) {
        let path = StatePath::top(&drag.title);
        let kind = match &drag.what {
            Dragged::New(template) => Some(template.kind),
            Dragged::Card(path) => self.model.faces.get(path).and_then(|face| face.kind),
        };
        let face = scene::Face {
            name: drag.title.clone(),
            kind,
            type_line: drag.type_line.clone(),
            family: drag.family,
            icon: drag.icon,
            retries: None,
            chip: None,
            comment: None,
            inside: 0,
        };
        let faces = BTreeMap::from([(path.clone(), face)]);
        let node_kind = kind.map_or(crate::graph::NodeKind::Unknown, |kind| {
            crate::graph::NodeKind::State(kind)
        });
        let size = crate::graph::size::of(node_kind);
        let rect = geometry::Rect::from_size(geometry::Point::new(0.0, 0.0), size);
        let layout = Layout {
            nodes: vec![crate::graph::PlacedNode {
                key: NodeKey::State(path.clone()),
                kind: node_kind,
                rect,
                parent: None,
                header: None,
            }],
            edges: Vec::new(),
            bounds: rect,
        };
        let marks = Marks {
            selected: [path].into(),
            ..Marks::default()
        };
        let scene = scene::build(&SceneRequest {
            layout: &layout,
            faces: &faces,
            run: None,
            marks: &marks,
            slots: &[],
            zoom: 1.0,
            visible: None,
            error_handling: true,
        });
        let layer = egui::LayerId::new(egui::Order::Tooltip, egui::Id::unique("canvas ghost"));
        let painter = ui.ctx().layer_painter(layer);
        let skin = Skin::of(ui.ctx());
        let corner = pointer + vec2(12.0, 14.0);
        let card = Rect::from_min_size(corner, vec2(size.width, size.height));
        painter.add(skin.shadow(4).as_shape(card, 8.0));
        let brush = Brush {
            painter: &painter,
            canvas: self.canvas,
            camera: Camera {
                zoom: 1.0,
                origin: corner - self.canvas.min,
            },
            skin,
            now: self.now,
            reduced_motion: true,
            opacity: 1.0,
        };
        brush.scene(&scene);
    }
}
