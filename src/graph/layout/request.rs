//! What a layout depends on. Two equal requests have the same layout, so it is made again only when they differ.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::asl::StatePath;
use crate::geometry::Size;
use crate::graph::Flow;
use crate::graph::Measure;
use crate::graph::layout::size;

/// The way the happy path runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    #[default]
    Down,
    Right,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LayoutRequest {
    pub flow: Arc<Flow>,
    /// The chip of each edge of the flow, none where it has no label.
    pub labels: Vec<Option<Size>>,
    /// Containers drawn as one card.
    pub collapsed: BTreeSet<StatePath>,
    /// Leaves out Catch edges, and the states that only errors lead to.
    pub hide_catch: bool,
    pub direction: Direction,
}

impl LayoutRequest {
    /// Everything shown, downwards, with labels measured by `measure`.
    pub fn new(flow: impl Into<Arc<Flow>>, measure: &impl Measure) -> LayoutRequest {
        let flow = flow.into();
        let chip = |text: &String| {
            let width = measure.width(text) + 2.0 * size::LABEL_PADDING;
            Size::new((width / 2.0).ceil() * 2.0, size::LABEL_HEIGHT)
        };
        LayoutRequest {
            labels: flow
                .edges
                .iter()
                .map(|edge| edge.label.as_ref().map(chip))
                .collect(),
            flow,
            collapsed: BTreeSet::new(),
            hide_catch: false,
            direction: Direction::Down,
        }
    }
}
