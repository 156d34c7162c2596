//! The canvas by hand and by keyboard, found by its labels.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::Key;
use egui::Modifiers;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::editor::Command;
use crate::editor::Document;
use crate::editor::Place;
use crate::editor::Revision;
use crate::editor::Selection;
use crate::editor::StateTemplate;
use crate::graph::Flow;
use crate::graph::Layout;
use crate::graph::LayoutRequest;
use crate::scene;
use crate::scene::Face;
use crate::scene::Marks;
use crate::scene::Theme;
use crate::scene::fixture;
use crate::ui::canvas::CanvasModel;
use crate::ui::canvas::CanvasView;
use crate::ui::canvas::PaletteItem;
use crate::ui::canvas::Wish;
use crate::ui::canvas::show_model;
use crate::ui::theme;

struct Stage {
    revision: Arc<Revision>,
    flow: Arc<Flow>,
    layout: Arc<Layout>,
    faces: BTreeMap<StatePath, Face>,
    marks: Marks,
    view: CanvasView,
    wishes: Vec<Wish>,
    fonts: bool,
}

impl Stage {
    fn new(text: &str) -> Stage {
        let document = Document {
            text: text.into(),
            ..Document::default()
        };
        let revision = Revision::new(1, document);
        let flow = Arc::new(crate::graph::flow(&revision.tree, &revision.machine));
        let request = LayoutRequest::new(flow.clone(), &crate::graph::average_width);
        Stage {
            layout: Arc::new(crate::graph::layout(&request)),
            faces: scene::faces(&revision.tree, &revision.machine),
            revision,
            flow,
            marks: Marks::default(),
            view: CanvasView::default(),
            wishes: Vec::new(),
            fonts: false,
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui) {
        if !self.fonts {
            theme::install_fonts(ui.ctx());
            self.fonts = true;
        }
        theme::apply(ui.ctx(), Theme::Light, true);
        let item = PaletteItem {
            title: "Wait".to_owned(),
            detail: String::new(),
            family: scene::Family::Flow,
            icon: scene::Icon::HOURGLASS_BOTTOM,
            template: StateTemplate::new(StateKind::Wait),
        };
        let id = egui::Id::unique("test palette");
        ui.dnd_drag_source(id, item, |ui| ui.label("Palette"));
        let model = CanvasModel {
            document: 1,
            title: "Fixture",
            revision: &self.revision,
            flow: &self.flow,
            layout: &self.layout,
            faces: &self.faces,
            run: None,
            marks: &self.marks,
            error_handling: true,
            broken: None,
            reveals: 0,
            reduced_motion: true,
        };
        let wishes = show_model(ui, &model, &mut self.view);
        for wish in &wishes {
            if let Wish::Select(selection) = wish {
                self.marks.selected = selection.states.iter().cloned().collect();
            }
        }
        self.wishes.extend(wishes);
    }
}

fn harness(text: &str) -> Harness<'static, Stage> {
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1100.0, 900.0))
        .with_step_dt(1.0 / 60.0)
        .build_ui_state(|ui, stage: &mut Stage| stage.ui(ui), Stage::new(text));
    harness.run_steps(3);
    harness
}

fn path(name: &str) -> StatePath {
    fixture::path(name)
}

#[test]
fn every_state_and_every_edge_has_a_name() {
    let harness = harness(fixture::DEFINITION);
    let stage = harness.state();
    for face in stage.faces.values() {
        let kind = face.kind.unwrap().name();
        harness.get_by_label(&format!("{}, {kind}", face.name));
    }
    harness.get_by_label("Validate order to Reserve inventory");
    harness.get_by_label_contains("on error States.ALL");
}

#[test]
fn a_click_selects_and_a_double_click_opens_the_inspector() {
    let mut harness = harness(fixture::DEFINITION);
    harness.get_by_label("Validate order, Task").click();
    harness.run_steps(3);
    let select = Wish::Select(Selection::state(path("Validate order")));
    assert_eq!(harness.state().wishes, [select]);
    assert!(harness.get_by_label("Validate order, Task").is_focused());
}

#[test]
fn arrows_walk_along_the_edges_and_enter_opens_the_inspector() {
    let mut harness = harness(fixture::DEFINITION);
    harness.get_by_label("Validate order, Task").click();
    harness.run_steps(3);
    harness.key_press(Key::ArrowDown);
    harness.run_steps(3);
    harness.key_press(Key::ArrowUp);
    harness.run_steps(3);
    harness.key_press(Key::ArrowUp);
    harness.run_steps(3);
    let node = harness.get_by_label("Customer present?, Choice");
    assert!(node.is_focused());
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    let wishes = &harness.state().wishes;
    let last = Wish::Select(Selection::state(path("Customer present?")));
    assert_eq!(wishes.iter().rev().nth(1), Some(&last));
    assert_eq!(wishes.last(), Some(&Wish::OpenInspector));
}

#[test]
fn a_state_from_the_palette_lands_on_the_edge_it_is_dropped_on() {
    let mut harness = harness(fixture::DEFINITION);
    let from = harness.get_by_label("Palette").rect().center();
    let edge = harness.get_by_label("Validate order to Reserve inventory");
    let to = edge.rect().center();
    harness.drag_at(from);
    harness.run_steps(2);
    harness.hover_at(to + egui::vec2(30.0, 60.0));
    harness.run_steps(2);
    harness.drop_at(to);
    harness.run_steps(2);
    let wish = Wish::Edit(Command::Insert {
        state: StateTemplate::new(StateKind::Wait),
        at: Place::OnEdge(path("Validate order"), crate::asl::TransitionKind::Next),
    });
    assert_eq!(harness.state().wishes, [wish]);
}

#[test]
fn a_card_is_moved_by_dragging_and_stays_where_nothing_takes_it() {
    let mut harness = harness(fixture::DEFINITION);
    let from = harness.get_by_label("Validate order, Task").rect().center();
    let to = harness
        .get_by_label("Reserve inventory to Order placed")
        .rect()
        .center();
    harness.drag_at(from);
    harness.run_steps(2);
    harness.hover_at(to + egui::vec2(0.0, 20.0));
    harness.run_steps(2);
    harness.drop_at(to);
    harness.run_steps(2);
    let wish = Wish::Edit(Command::Move {
        state: path("Validate order"),
        at: Place::OnEdge(path("Reserve inventory"), crate::asl::TransitionKind::Next),
    });
    assert_eq!(harness.state().wishes, [wish]);
}

#[test]
fn containers_fold_and_error_handling_hides() {
    let mut harness = harness(fixture::DEFINITION);
    harness
        .get_by_label("Collapse or expand Reserve inventory")
        .click();
    harness.run_steps(3);
    harness.get_by_label("Error handling").click();
    harness.run_steps(3);
    let wishes = &harness.state().wishes;
    assert!(wishes.contains(&Wish::ToggleCollapsed(path("Reserve inventory"))));
    assert!(wishes.contains(&Wish::ShowErrorHandling(false)));
}

#[test]
fn the_plus_of_an_edge_offers_states() {
    let mut harness = harness(fixture::DEFINITION);
    harness
        .get_by_label("Validate order to Reserve inventory")
        .click();
    harness.run_steps(3);
    harness.get_by_label("Choice").click();
    harness.run_steps(3);
    let wishes = &harness.state().wishes;
    assert!(matches!(
        wishes.last(),
        Some(Wish::Edit(Command::Insert { state, .. })) if state.kind == StateKind::Choice
    ));
}

#[test]
fn zoom_keys_and_an_empty_workflow_do_no_harm() {
    let mut harness = harness(r#"{"StartAt":"","States":{}}"#);
    for key in [Key::Num0, Key::Num1, Key::Num2, Key::Plus, Key::Minus] {
        harness.key_press_modifiers(Modifiers::COMMAND, key);
        harness.run_steps(2);
    }
    assert_eq!(harness.state().wishes, []);
}

#[test]
fn the_minimap_stays_in_its_corner_while_it_is_dragged() {
    let mut harness = harness(fixture::DEFINITION);
    harness.state_mut().view.look(1.5);
    harness.run_steps(3);
    let before = harness.get_by_label("Mini-map").rect();
    harness.drag_at(before.center());
    harness.run_steps(2);
    let corners = [
        before.left_top(),
        before.right_top(),
        before.right_bottom(),
        before.left_bottom(),
    ];
    for corner in corners {
        for part in [0.4, 0.8] {
            harness.hover_at(before.center().lerp(corner, part));
            harness.run_steps(2);
            assert_eq!(harness.get_by_label("Mini-map").rect(), before);
        }
    }
    harness.drop_at(before.max);
    harness.run_steps(3);
    // However far the drag went, a part of the drawing is still in sight.
    let stage = harness.state();
    let view = stage.view.glide.camera.world_rect(
        egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1100.0, 900.0)),
        egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1100.0, 900.0)),
    );
    assert!(view.overlaps(&stage.layout.bounds), "{view:?}");
}

#[test]
fn zoom_keys_work_without_the_pointer_on_the_canvas() {
    let mut harness = harness(fixture::DEFINITION);
    harness.state_mut().view.look(1.7);
    harness.run_steps(2);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num0);
    harness.run_steps(3);
    let zoom = harness.state().view.glide.camera.zoom;
    assert!((zoom - 1.0).abs() < 1e-4, "{zoom}");
}
