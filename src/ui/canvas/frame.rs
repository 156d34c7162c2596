//! One frame of the canvas: camera, scene, what answers, gestures, what floats above.

use egui::CursorIcon;
use egui::PointerButton;
use egui::Rect;
use egui::Response;
use egui::Role as A11y;
use egui::Sense;
use egui::Ui;
use egui::UiBuilder;
use egui::WidgetInfo;
use egui::vec2;

use crate::asl::StatePath;
use crate::editor::Selection;
use crate::geometry;
use crate::graph::Layout;
use crate::graph::NodeKey;
use crate::scene;
use crate::scene::Marks;
use crate::scene::Scene;
use crate::scene::SceneRequest;
use crate::scene::Slot;
use crate::ui::canvas::CanvasModel;
use crate::ui::canvas::CanvasView;
use crate::ui::canvas::Hover;
use crate::ui::canvas::HoverOn;
use crate::ui::canvas::Wish;
use crate::ui::canvas::bars;
use crate::ui::canvas::bars::ZoomWish;
use crate::ui::canvas::camera::Camera;
use crate::ui::canvas::gesture::Drop;
use crate::ui::canvas::gesture::Gesture;
use crate::ui::canvas::paint::Brush;
use crate::ui::canvas::parts;
use crate::ui::canvas::parts::Found;
use crate::ui::canvas::slots;
use crate::ui::canvas::tip::Tip;
use crate::ui::theme::Skin;

/// The zoom factor of one press of a zoom button.
const ZOOM_STEP: f32 = 1.25;
/// Zoom per point of wheel movement; a notch is about 50 points.
const WHEEL: f32 = 0.0028;
/// For so long a canvas that changes its size keeps in view what was asked for.
const REVEAL_SECONDS: f64 = 1.5;
/// A fitted selection is not shown larger than this.
pub(crate) const LARGEST_FIT: f32 = 1.0;

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

pub(crate) struct Frame<'a> {
    pub canvas: Rect,
    pub now: f64,
    pub model: &'a CanvasModel<'a>,
    pub view: &'a mut CanvasView,
    pub wishes: &'a mut Vec<Wish>,
}

impl Frame<'_> {
    pub(crate) fn show(&mut self, ui: &mut Ui) {
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
    pub(crate) fn follow(&mut self) {
        let free = self.free();
        let (model, view) = (self.model, &mut *self.view);
        if view.document != Some(model.document) {
            view.document = Some(model.document);
            view.motion.reset();
            view.fitted = false;
            view.gesture = Gesture::None;
            view.insert_menu = None;
            view.hovered = None;
            view.size = None;
            view.revealed_at = f64::NEG_INFINITY;
            view.reveals = model.reveals;
        }
        let anchor = view.glide.camera.world(self.canvas, self.canvas.center());
        let shift = view
            .motion
            .follow(model.layout, self.now, model.reduced_motion, anchor);
        if let Some(shift) = shift {
            view.glide
                .shift(-vec2(shift.x, shift.y) * view.glide.camera.zoom);
        }
        if !view.fitted && !model.layout.nodes.is_empty() && self.canvas.is_positive() {
            view.fitted = true;
            let start = model.layout.node(&NodeKey::Start);
            view.glide.jump(Camera::opening(
                self.canvas,
                free,
                model.layout.bounds,
                start.map(|node| node.rect.center()),
            ));
        }
        let resized = view
            .size
            .replace(self.canvas.size())
            .filter(|size| *size != self.canvas.size());
        if let Some(size) = resized {
            // What was in the middle stays there.
            view.glide.shift((self.canvas.size() - size) / 2.0);
        }
        let wanted = view.reveals != model.reveals;
        if wanted {
            view.reveals = model.reveals;
            view.revealed_at = self.now;
        }
        // A banner or drawer that opens with it makes the canvas smaller: look again.
        let still_wanted = resized.is_some() && self.now - view.revealed_at < REVEAL_SECONDS;
        if (wanted || still_wanted)
            && let Some(rect) = self.selection_rect()
        {
            self.reveal(rect);
        }
    }

    /// The part of the canvas no bar lies over.
    pub(crate) fn free(&self) -> Rect {
        let mut free = self.canvas;
        free.min.y += if self.model.broken.is_some() {
            32.0
        } else {
            0.0
        };
        free
    }

    pub(crate) fn reveal(&mut self, rect: geometry::Rect) {
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

    pub(crate) fn selection_rect(&self) -> Option<geometry::Rect> {
        let nodes = self.model.layout.nodes.iter().filter(|node| {
            matches!(&node.key, NodeKey::State(path) if self.model.marks.selected.contains(path))
        });
        nodes
            .map(|node| node.rect)
            .reduce(|all, next| all.union(&next))
    }

    pub(crate) fn zoom(&mut self, ui: &Ui) {
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

    pub(crate) fn go(&mut self, wish: ZoomWish) {
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

    pub(crate) fn scene(
        &self,
        layout: &Layout,
        drop: &Drop,
        refusal: Option<&(StatePath, Tip)>,
    ) -> Scene {
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

    pub(crate) fn slots(&self, drop: &Drop) -> Vec<Slot> {
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
    pub(crate) fn empty(&self, brush: &Brush, layout: &Layout) {
        let start = layout.node(&NodeKey::Start).map(|node| node.rect.center());
        let center = start.unwrap_or_else(|| {
            self.view
                .glide
                .camera
                .world(self.canvas, self.canvas.center())
        });
        let end = layout.node(&NodeKey::End).map(|node| node.rect.center());
        let middle = end.map_or(center.y + 64.0, |end| (center.y + end.y) / 2.0);
        let center = geometry::Point::new(center.x, middle);
        let card = geometry::Rect::centered(center, crate::graph::size::CARD);
        for shape in scene::placeholder(card, "Drag a state here, or press A") {
            brush.shape(&shape);
        }
    }

    pub(crate) fn ground(&mut self, ui: &Ui, ground: &Response, layout: &Layout, found: &Found) {
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

    pub(crate) fn note_hover(&mut self, ui: &Ui, ground: &Response, layout: &Layout, found: Found) {
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
}
