//! From facts to shapes: what is visible, in drawing order.

use crate::geometry::Point;
use crate::geometry::Rect;
use crate::graph::PlacedEdge;
use crate::scene::edge;
use crate::scene::edge::Course;
use crate::scene::node;
use crate::scene::request::Detail;
use crate::scene::request::SceneRequest;
use crate::scene::request::Slot;
use crate::scene::role::Role;
use crate::scene::shape::Anchor;
use crate::scene::shape::Corners;
use crate::scene::shape::Group;
use crate::scene::shape::Paint;
use crate::scene::shape::Scene;
use crate::scene::shape::Shape;
use crate::scene::shape::Stroke;
use crate::scene::shape::Subject;
use crate::scene::shape::Text;

/// How far rings, badges and shadows reach beyond a node.
const MARGIN: f32 = 16.0;

/// The scene of a request: containers, edges at rest, edges taken, cards, labels, slots.
/// What lies outside the visible part is left out before anything is made of it.
pub fn build(request: &SceneRequest) -> Scene {
    let visible = |rect: Rect| {
        request
            .visible
            .is_none_or(|visible| visible.overlaps(&rect.grown(MARGIN / request.zoom.max(0.05))))
    };
    let mut groups = Vec::new();
    let nodes = || {
        request
            .layout
            .nodes
            .iter()
            .filter(|node| visible(node.rect))
    };
    for node in nodes().filter(|node| node.header.is_some()) {
        groups.push(node::node_group(request, node));
    }
    let mut edges: Vec<(&PlacedEdge, Course)> = request
        .layout
        .edges
        .iter()
        .filter(|edge| request.error_handling || !edge.kind.is_catch())
        .filter(|edge| visible(edge::reach(edge)))
        .map(|edge| (edge, edge::course(request, edge)))
        .collect();
    edges.sort_by_key(|(_, course)| match course {
        Course::Rest | Course::NotTaken => 0,
        Course::Taken => 1,
        Course::Running => 2,
    });
    groups.extend(
        edges
            .iter()
            .map(|(edge, _)| edge::edge_group(request, edge)),
    );
    for node in nodes().filter(|node| node.header.is_none()) {
        groups.push(node::node_group(request, node));
    }
    for (edge, _) in &edges {
        let shapes = edge::label_shapes(request, edge);
        if let (false, Some(rect)) = (shapes.is_empty(), edge.label_rect) {
            groups.push(Group {
                subject: Subject::Label(edge.key.clone()),
                label: edge.label.clone().unwrap_or_default(),
                rect,
                shapes,
            });
        }
    }
    let slots = request.slots.iter().enumerate();
    groups.extend(
        slots
            .filter(|(_, slot)| visible(slot.rect))
            .map(|(index, slot)| slot_group(index, slot, Detail::at(request.zoom))),
    );
    Scene {
        groups,
        bounds: request.layout.bounds,
    }
}

fn slot_group(index: usize, slot: &Slot, detail: Detail) -> Group {
    let mut shapes = Vec::new();
    let radius = Corners::all(slot.rect.height.min(slot.rect.width) / 2.0);
    let plus = if slot.hot {
        shapes.push(Shape::Rect {
            rect: slot.rect.grown(2.0),
            corners: radius,
            fill: None,
            stroke: Some(Stroke::solid(4.0, Role::AccentLine)),
            shadow: false,
        });
        shapes.push(Shape::Rect {
            rect: slot.rect,
            corners: radius,
            fill: Some(Paint::solid(Role::Accent)),
            stroke: None,
            shadow: false,
        });
        Role::OnAccent
    } else {
        shapes.push(Shape::Rect {
            rect: slot.rect,
            corners: radius,
            fill: Some(Paint::solid(Role::AccentFill)),
            stroke: Some(Stroke::dashed(1.25, Role::Accent, 5.0, 4.0)),
            shadow: false,
        });
        Role::Accent
    };
    if detail >= Detail::Title {
        shapes.push(Shape::Text(Text {
            text: "+".to_owned(),
            at: Point::new(slot.rect.center().x, slot.rect.center().y + 4.8),
            anchor: Anchor::Middle,
            size: 14.0,
            weight: 500,
            role: plus,
            max_width: 20.0,
        }));
    }
    Group {
        subject: Subject::Slot(index),
        label: slot.label.clone(),
        rect: slot.rect,
        shapes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::LayoutRequest;
    use crate::graph::NodeKey;
    use crate::scene::Marks;
    use crate::scene::faces;
    use crate::scene::fixture;
    use crate::syntax::Format;
    use std::path::Path;

    fn scene_of(text: &str, zoom: f32, visible: Option<Rect>) -> (Scene, usize) {
        let tree = crate::syntax::parse(text, Format::Json).tree;
        let machine = crate::asl::read(&tree);
        let flow = crate::graph::flow(&tree, &machine);
        let layout = crate::graph::layout(&LayoutRequest::new(flow, &crate::graph::average_width));
        let scene = build(&SceneRequest {
            layout: &layout,
            faces: &faces(&tree, &machine),
            run: None,
            marks: &Marks::default(),
            slots: &[],
            zoom,
            visible,
            error_handling: true,
        });
        (scene, machine.states.len())
    }

    fn states(scene: &Scene) -> Vec<&Group> {
        let is_state = |group: &&Group| matches!(group.subject, Subject::Node(NodeKey::State(_)));
        scene.groups.iter().filter(is_state).collect()
    }

    #[test]
    fn every_state_of_every_sample_has_a_group_with_a_label() {
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-workflows");
        let folders = std::fs::read_dir(samples).unwrap();
        let mut seen = 0;
        for folder in folders
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir())
        {
            for file in std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path())
            {
                if !file.to_string_lossy().ends_with(".asl.json") {
                    continue;
                }
                let (scene, count) = scene_of(&std::fs::read_to_string(&file).unwrap(), 1.0, None);
                let drawn = states(&scene);
                assert_eq!(drawn.len(), count, "{}", file.display());
                for group in drawn {
                    assert!(group.label.contains(", ") && !group.shapes.is_empty());
                }
                seen += 1;
            }
        }
        assert!(seen > 0);
    }

    #[test]
    fn what_is_out_of_sight_is_left_out() {
        let (all, _) = scene_of(fixture::DEFINITION, 1.0, None);
        let (some, _) = scene_of(
            fixture::DEFINITION,
            1.0,
            Some(Rect::new(0.0, 0.0, 2000.0, 60.0)),
        );
        assert!(states(&some).len() < states(&all).len());
    }

    #[test]
    fn detail_falls_with_the_zoom() {
        let words = |zoom: f32| {
            let (scene, _) = scene_of(fixture::DEFINITION, zoom, None);
            let shapes = scene.groups.into_iter().flat_map(|group| group.shapes);
            shapes
                .filter(|shape| matches!(shape, Shape::Text(_)))
                .count()
        };
        assert!(words(1.0) > words(0.5) && words(0.5) > words(0.3));
    }
}
