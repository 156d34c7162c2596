//! The canvas by keyboard: arrows walk from state to state, letters edit, Ctrl and digits zoom.

use egui::EventFilter;
use egui::Key;
use egui::Modifiers;
use egui::Ui;

use crate::asl::StatePath;
use crate::geometry::Point;
use crate::graph::Layout;
use crate::graph::NodeKey;

/// What a key asks of the canvas.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyWish {
    Walk(NodeKey),
    Append(StatePath),
    InsertBefore(StatePath),
    Connect(StatePath),
    ZoomFull,
    ZoomFit,
    ZoomToSelection,
    ZoomIn,
    ZoomOut,
    Cancel,
}

/// While a node has the keyboard, arrows are the canvas's own.
pub fn keep_arrows(ui: &Ui, id: egui::Id) {
    ui.memory_mut(|memory| {
        memory.set_focus_lock_filter(
            id,
            EventFilter {
                tab: false,
                horizontal_arrows: true,
                vertical_arrows: true,
                escape: false,
            },
        );
    });
}

/// Keys that work wherever the pointer and the keyboard are.
pub fn zoom(ui: &Ui) -> Option<KeyWish> {
    let zooms = [
        (Key::Num0, KeyWish::ZoomFull),
        (Key::Num1, KeyWish::ZoomFit),
        (Key::Num2, KeyWish::ZoomToSelection),
        (Key::Plus, KeyWish::ZoomIn),
        (Key::Equals, KeyWish::ZoomIn),
        (Key::Minus, KeyWish::ZoomOut),
    ];
    zooms
        .into_iter()
        .find(|(key, _)| ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, *key)))
        .map(|(_, wish)| wish)
}

/// Keys that work while the pointer is over the canvas or one of its nodes has the keyboard.
/// Nothing is taken while someone types into a field.
pub fn wish(ui: &Ui, layout: &Layout, current: Option<&NodeKey>) -> Option<KeyWish> {
    let plain = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if plain(Key::Escape) {
        return Some(KeyWish::Cancel);
    }
    let current = current?;
    let ways = [
        (Key::ArrowDown, Point::new(0.0, 1.0)),
        (Key::ArrowUp, Point::new(0.0, -1.0)),
        (Key::ArrowLeft, Point::new(-1.0, 0.0)),
        (Key::ArrowRight, Point::new(1.0, 0.0)),
    ];
    for (key, way) in ways {
        if plain(key) {
            return neighbor(layout, current, way).map(KeyWish::Walk);
        }
    }
    let NodeKey::State(path) = current else {
        return None;
    };
    if plain(Key::A) {
        return Some(KeyWish::Append(path.clone()));
    }
    if plain(Key::I) {
        return Some(KeyWish::InsertBefore(path.clone()));
    }
    if plain(Key::C) {
        return Some(KeyWish::Connect(path.clone()));
    }
    None
}

/// The state an arrow leads to: along an edge where one goes that way, else the nearest that way.
pub fn neighbor(layout: &Layout, from: &NodeKey, way: Point) -> Option<NodeKey> {
    let start = layout.node(from)?.rect.center();
    let joined = |key: &NodeKey| {
        layout.edges.iter().any(|edge| {
            (edge.from == *from && edge.to == *key) || (edge.to == *from && edge.from == *key)
        })
    };
    let cost = |key: &NodeKey, center: Point| {
        let (dx, dy) = (center.x - start.x, center.y - start.y);
        let along = dx * way.x + dy * way.y;
        let across = (dx * way.y).abs() + (dy * way.x).abs();
        let share = if joined(key) { 0.25 } else { 1.0 };
        (along > 4.0).then_some((along + 2.0 * across) * share)
    };
    layout
        .nodes
        .iter()
        .filter(|node| node.key != *from && matches!(node.key, NodeKey::State(_)))
        .filter_map(|node| Some((cost(&node.key, node.rect.center())?, &node.key)))
        .min_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, key)| key.clone())
}
