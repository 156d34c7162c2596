//! The canvas: the workflow drawn, moved about, and edited by hand.
//!
//! It reads a `CanvasModel`, keeps where one looks in a `CanvasView`, and answers with wishes.
//! What is drawn comes from `scene`; here it only gets colours, a camera and gestures.
//!
//! Never: edits a document, computes a layout, or names a colour.
//! Add a gesture to `gesture.rs`, what floats over the canvas to `bars.rs`, a key to `keys.rs`.

mod above;
mod adapt;
mod bars;
mod camera;
mod frame;
mod gesture;
mod hand;
mod keys;
mod menu;
mod minimap;
mod motion;
mod paint;
mod parts;
mod slots;
#[cfg(test)]
mod tests;
mod tip;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::StatePath;
use crate::editor::Command;
use crate::editor::Revision;
use crate::editor::Selection;
use crate::editor::StateTemplate;
use crate::graph::Flow;
use crate::graph::Layout;
use crate::graph::NodeKey;
use crate::scene::Face;
use crate::scene::Marks;
use crate::scene::RunPicture;

pub use adapt::show;
pub use camera::Camera;
pub use frame::show_model;

/// What the canvas shows. Nothing of it changes within a frame.
#[derive(Clone, Copy, Debug)]
pub struct CanvasModel<'a> {
    /// Another document has another camera.
    pub document: u64,
    /// The workflow's name, for the breadcrumb.
    pub title: &'a str,
    pub revision: &'a Revision,
    pub flow: &'a Flow,
    pub layout: &'a Arc<Layout>,
    pub faces: &'a BTreeMap<StatePath, Face>,
    pub run: Option<&'a RunPicture>,
    /// All but hover, focus and what is dragged, which the canvas knows itself.
    pub marks: &'a Marks,
    pub error_handling: bool,
    /// Why an older picture is shown.
    pub broken: Option<&'a str>,
    /// Counts the wishes to bring the selection into view.
    pub reveals: u64,
    pub reduced_motion: bool,
}

/// Where one looks and what one is doing; nothing of it belongs to a document.
#[derive(Debug, Default)]
pub struct CanvasView {
    glide: camera::Glide,
    motion: motion::Motion,
    document: Option<u64>,
    fitted: bool,
    reveals: u64,
    /// When something was last asked to be shown, in seconds.
    revealed_at: f64,
    /// The size of the canvas in the last frame.
    size: Option<egui::Vec2>,
    hovered: Option<Hover>,
    focused: Option<NodeKey>,
    /// The node that gets the keyboard in the next frame.
    focus_next: Option<NodeKey>,
    gesture: gesture::Gesture,
    insert_menu: Option<menu::InsertMenu>,
    minimap_corner: Option<usize>,
    derived: adapt::Derived,
}

/// What lies under the pointer, and since when.
#[derive(Clone, Debug, PartialEq)]
struct Hover {
    on: HoverOn,
    since: f64,
}

#[derive(Clone, Debug, PartialEq)]
enum HoverOn {
    Node(NodeKey),
    Edge(crate::graph::EdgeKey),
}

/// What a person wants; the window turns it into intents of the session.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    Select(Selection),
    ToggleSelected(StatePath),
    /// Shows the selected state in the inspector and puts the keyboard there.
    OpenInspector,
    ToggleCollapsed(StatePath),
    ToggleBreakpoint(StatePath),
    RunTo(StatePath),
    ShowErrorHandling(bool),
    Edit(Command),
    /// Starts renaming the selected state.
    Rename,
    Copy,
    Delete,
    Duplicate,
}

/// What is dragged from the palette onto the canvas.
#[derive(Clone, Debug, PartialEq)]
pub struct PaletteItem {
    /// "DynamoDB", "Choice".
    pub title: String,
    /// "PutItem", "branches on a condition".
    pub detail: String,
    pub family: crate::scene::Family,
    pub icon: crate::scene::Icon,
    pub template: StateTemplate,
}

impl CanvasView {
    /// Sets the zoom at once, with the middle kept.
    pub fn look(&mut self, zoom: f32) {
        let camera = self.glide.camera;
        let size = self.size.unwrap_or_default();
        let canvas = egui::Rect::from_min_size(egui::Pos2::ZERO, size);
        self.glide
            .jump(camera.zoomed(canvas, canvas.center(), zoom / camera.zoom));
    }
}
