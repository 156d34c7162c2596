//! Keys, dragging and dropping: from what a hand does to a wish.

use egui::CursorIcon;
use egui::Pos2;
use egui::Rect;
use egui::Response;
use egui::StrokeKind;
use egui::Ui;
use egui::vec2;

use crate::asl::StatePath;
use crate::editor::Place;
use crate::editor::Selection;
use crate::graph::Layout;
use crate::graph::NodeKey;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::ui::canvas::Wish;
use crate::ui::canvas::bars::ZoomWish;
use crate::ui::canvas::gesture;
use crate::ui::canvas::gesture::Drag;
use crate::ui::canvas::gesture::Dragged;
use crate::ui::canvas::gesture::Drop;
use crate::ui::canvas::gesture::Gesture;
use crate::ui::canvas::keys;
use crate::ui::canvas::keys::KeyWish;
use crate::ui::canvas::parts;
use crate::ui::canvas::tip::Tip;
use crate::ui::theme::Skin;

use crate::ui::canvas::frame::Frame;

impl Frame<'_> {
    pub(crate) fn keys(&mut self, ui: &Ui, layout: &Layout) {
        let typing = ui.ctx().egui_wants_keyboard_input() && self.view.focused.is_none();
        let near = self.view.focused.is_some() || ui.rect_contains_pointer(self.canvas);
        let selected = self.model.marks.selected.iter().next();
        let selected = selected.map(|path| NodeKey::State(path.clone()));
        let current = self.view.focused.clone().or(selected);
        let here = near && !typing && self.view.insert_menu.is_none();
        let local = || {
            here.then(|| keys::wish(ui, layout, current.as_ref()))
                .flatten()
        };
        let Some(wish) = keys::zoom(ui).or_else(local) else {
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

    pub(crate) fn open_at(&mut self, ui: &Ui, layout: &Layout, path: &StatePath, place: Place) {
        if let Some(node) = layout.node(&NodeKey::State(path.clone())) {
            let rect = self.view.glide.camera.rect(self.canvas, node.rect);
            parts::open_insert(ui, self.view, rect.center_bottom() + vec2(8.0, 4.0), place);
        }
    }

    /// A palette entry dragged over the canvas looks for its place.
    pub(crate) fn take_payload(&mut self, ui: &Ui) {
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

    pub(crate) fn drop_at(&self, pointer: Option<Pos2>) -> Drop {
        let (Gesture::Drag(drag), Some(pointer)) = (&self.view.gesture, pointer) else {
            return Drop::Nowhere;
        };
        let point = self.view.glide.camera.world(self.canvas, pointer);
        drag.at(self.model, point)
    }

    /// The state under the pointer that does not take what is dragged, and why.
    pub(crate) fn refusal_at(
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

    /// Ends what the hand was doing when it lets go.
    pub(crate) fn end_gesture(
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

    pub(crate) fn lasso(&mut self, layout: &Layout, on_screen: Rect) {
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

    /// Lines and rectangles that follow the pointer.
    pub(crate) fn loose_ends(&self, ui: &Ui, layout: &Layout, pointer: Option<Pos2>) {
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
}
