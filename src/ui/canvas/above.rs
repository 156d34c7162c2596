//! What lies over the drawing: bars, mini-map, menus, tooltips and the card that is dragged.

use std::collections::BTreeMap;

use egui::Pos2;
use egui::Rect;
use egui::Ui;
use egui::vec2;

use crate::asl::StatePath;
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
use crate::ui::canvas::HoverOn;
use crate::ui::canvas::Wish;
use crate::ui::canvas::bars;
use crate::ui::canvas::bars::ZoomWish;
use crate::ui::canvas::camera::Camera;
use crate::ui::canvas::gesture::Drag;
use crate::ui::canvas::gesture::Dragged;
use crate::ui::canvas::gesture::Drop;
use crate::ui::canvas::gesture::Gesture;
use crate::ui::canvas::menu;
use crate::ui::canvas::minimap;
use crate::ui::canvas::paint::Brush;
use crate::ui::canvas::slots;
use crate::ui::canvas::tip;
use crate::ui::canvas::tip::Tip;
use crate::ui::theme::Skin;

use crate::ui::canvas::frame::Frame;
use crate::ui::canvas::frame::LARGEST_FIT;

/// Seconds before a tooltip appears.
const TIP_DELAY: f64 = 0.5;
/// Nothing of the canvas narrower than this has a mini-map.
const MINIMAP_FROM: f32 = 520.0;

impl Frame<'_> {
    /// What floats over the drawing; true where the pointer is over one of them.
    pub(crate) fn bars(&mut self, ui: &mut Ui, layout: &Layout) -> bool {
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
            // It never moves under a pressed pointer: a drag of it would mean another place.
            let held = ui.input(|input| input.pointer.any_down());
            let kept = self.view.minimap_corner;
            let corner = match kept.filter(|_| held || dragging) {
                Some(corner) => corner,
                None => minimap::place(canvas, &camera, layout, kept),
            };
            self.view.minimap_corner = Some(corner);
            let rect = minimap::rect_in(canvas, corner);
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

    pub(crate) fn has_error_handling(&self) -> bool {
        let mut edges = self.model.flow.edges.iter();
        !self.model.error_handling || edges.any(|edge| edge.kind().is_catch())
    }

    /// The containers that fill the canvas and whose headers are out of sight.
    pub(crate) fn containers_around(&self, layout: &Layout) -> Vec<StatePath> {
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

    pub(crate) fn menus(&mut self, ui: &mut Ui) {
        if let Some(mut menu) = self.view.insert_menu.take()
            && menu::insert_menu(ui, self.model, &mut menu, self.wishes)
        {
            self.view.insert_menu = Some(menu);
        }
    }

    pub(crate) fn tips(
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
        // Right of the ghost, else below it.
        let beside = [pointer + vec2(236.0, 14.0), pointer + vec2(12.0, 82.0)];
        if let Some((_, tip)) = refusal {
            let at = if matches!(self.view.gesture, Gesture::Drag(_)) {
                beside
            } else {
                [pointer + vec2(16.0, 14.0); 2]
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
                tip::paint(ui.ctx(), self.canvas, [pointer + vec2(14.0, 20.0); 2], &tip);
            }
        }
    }

    pub(crate) fn tip_of(&self, on: &HoverOn, scene: &Scene) -> Option<Tip> {
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
    pub(crate) fn ghost(&self, ui: &Ui, pointer: Pos2, drag: &Drag) {
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
