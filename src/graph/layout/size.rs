//! The sizes of what is laid out, in points at zoom 1. All even, so that centers lie on whole points.

use crate::asl::StateKind;
use crate::geometry::Size;
use crate::graph::NodeKind;

pub const CARD: Size = Size::new(210.0, 56.0);
/// Succeed and Fail.
pub const TERMINAL_CARD: Size = Size::new(168.0, 40.0);
/// The start and the end mark.
pub const MARK: Size = Size::new(16.0, 16.0);
/// Room for the caption at the right of a mark.
pub const MARK_CAPTION: f32 = 44.0;
pub const CONTAINER_HEADER: f32 = 44.0;
pub const CONTAINER_PADDING: f32 = 16.0;
/// Between a container's header and its first card.
pub const CONTAINER_TOP: f32 = 8.0;
/// Wide enough for a header's two lines, chip, status and button.
pub const CONTAINER_WIDTH: f32 = 320.0;
/// Between the branches of a Parallel, and between cards side by side.
pub const GAP: f32 = 16.0;
/// Between a card and the one below it where the edge between them is straight and without a label.
pub const ROW_GAP: f32 = 20.0;
pub const LABEL_HEIGHT: f32 = 20.0;
pub const LABEL_PADDING: f32 = 8.0;
/// Between a label and the card it leads to.
pub const LABEL_GAP: f32 = 10.0;
/// Between the places at which edges leave and enter a card.
pub const PORT_GAP: f32 = 28.0;
/// Between the horizontal parts of edges.
pub const LEVEL_GAP: f32 = 8.0;
/// Between edges that run side by side.
pub const LANE_GAP: f32 = 12.0;
/// Below a card, before the first horizontal part.
pub const LEVELS_BELOW: f32 = 12.0;
/// Above a card, after the last horizontal part: room for the arrow head.
pub const LEVELS_ABOVE: f32 = 14.0;

/// The size of a node that shows nothing inside.
pub const fn of(kind: NodeKind) -> Size {
    match kind {
        NodeKind::Start | NodeKind::End => MARK,
        NodeKind::State(StateKind::Succeed | StateKind::Fail) => TERMINAL_CARD,
        NodeKind::State(_) | NodeKind::Unknown | NodeKind::EmptyBranch => CARD,
    }
}
