//! `layout`: where everything is drawn, as JSON.

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;

use crate::cli::Source;
use crate::cli::SourceArgs;
use crate::cli::fail;
use crate::cli::output::say;
use crate::geometry::Point;
use crate::geometry::Rect;
use crate::graph::Direction;
use crate::graph::Layout;
use crate::graph::LayoutRequest;
use crate::graph::NodeKey;
use crate::graph::PlacedEdge;
use crate::graph::PlacedNode;
use crate::graph::average_width;
use crate::graph::flow;

/// The arguments of `layout`.
#[derive(clap::Args, Debug, Clone)]
pub struct LayoutArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    #[arg(long, value_enum, default_value_t)]
    pub format: LayoutFormat,
    /// Add `layout_ms`: graph and layout, without reading and parsing the file
    #[arg(long)]
    pub timing: bool,
    /// The way the happy path runs
    #[arg(long, value_enum, default_value_t)]
    pub direction: LayoutDirection,
    /// Leave out Catch and the states that only errors lead to
    #[arg(long)]
    pub hide_catch: bool,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, Default)]
pub enum LayoutFormat {
    #[default]
    Json,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, Default)]
pub enum LayoutDirection {
    #[default]
    Down,
    Right,
}

/// Prints the layout of a definition.
pub fn layout(arguments: &LayoutArgs) -> u8 {
    let source = match Source::read(&arguments.source) {
        Ok(source) => source,
        Err(reason) => return fail(&reason),
    };
    let begin = Instant::now();
    let flow = Arc::new(flow(&source.parse.tree, &source.machine));
    let mut request = LayoutRequest::new(flow.clone(), &average_width);
    request.hide_catch = arguments.hide_catch;
    request.direction = match arguments.direction {
        LayoutDirection::Down => Direction::Down,
        LayoutDirection::Right => Direction::Right,
    };
    let layout = crate::graph::layout(&request);
    let elapsed = begin.elapsed();
    match arguments.format {
        LayoutFormat::Json => {
            let name = |key: &NodeKey| flow.node(key).map(|node| node.name.clone());
            let mut printed = printed(&source.name, &layout, &name);
            if let (true, Some(object)) = (arguments.timing, printed.as_object_mut()) {
                let milliseconds = (elapsed.as_secs_f64() * 1e6).round() / 1e3;
                object.insert("layout_ms".to_owned(), json!(milliseconds));
            }
            say(&printed.to_string());
        }
    }
    0
}

fn printed(machine: &str, layout: &Layout, name: &impl Fn(&NodeKey) -> Option<String>) -> Value {
    let has_start = layout.nodes.iter().any(|node| node.key == NodeKey::Start);
    let mut object = serde_json::Map::new();
    object.insert("name".to_owned(), json!(machine));
    if has_start {
        object.insert("start".to_owned(), json!(NodeKey::Start.to_string()));
    }
    let nodes = layout.nodes.iter().map(|one| node(one, name));
    object.insert("nodes".to_owned(), nodes.collect());
    object.insert("edges".to_owned(), layout.edges.iter().map(edge).collect());
    Value::Object(object)
}

fn node(node: &PlacedNode, name: &impl Fn(&NodeKey) -> Option<String>) -> Value {
    json!({
        "id": node.key.to_string(),
        "label": name(&node.key),
        "type": node.kind.name(),
        "x": node.rect.x, "y": node.rect.y, "w": node.rect.width, "h": node.rect.height,
        "parent": node.parent.as_ref().map(NodeKey::to_string),
    })
}

fn edge(edge: &PlacedEdge) -> Value {
    let points: Vec<Value> = edge.route.iter().copied().map(point).collect();
    let mut printed = json!({
        "id": edge.key.to_string(),
        "from": edge.from.to_string(),
        "to": edge.to.to_string(),
        "kind": edge.kind.name(),
        "points": points,
    });
    if let (Some(label), Some(object)) = (&edge.label, printed.as_object_mut()) {
        object.insert("label".to_owned(), json!(label));
        if let Some(rect) = edge.label_rect {
            object.insert("label_box".to_owned(), label_box(rect));
        }
    }
    printed
}

fn point(point: Point) -> Value {
    json!([point.x, point.y])
}

fn label_box(rect: Rect) -> Value {
    json!({"x": rect.x, "y": rect.y, "w": rect.width, "h": rect.height})
}
