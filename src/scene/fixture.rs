//! A small workflow placed by hand, for the tests of the scene and of the exports.

use crate::asl::Machine;
use crate::asl::StatePath;
use crate::geometry::Point;
use crate::geometry::Rect;
use crate::graph::EdgeKey;
use crate::graph::EdgeKind;
use crate::graph::Layout;
use crate::graph::NodeKey;
use crate::graph::NodeKind;
use crate::graph::PlacedEdge;
use crate::graph::PlacedNode;
use crate::syntax::Format;
use crate::syntax::Tree;

pub(crate) const DEFINITION: &str = r#"{"StartAt":"Customer present?","States":{
"Customer present?":{"Type":"Choice","Choices":[{"Not":{"Variable":"$.customer","IsPresent":true},"Next":"Invalid order"}],"Default":"Validate order"},
"Invalid order":{"Type":"Fail"},
"Validate order":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Comment":"Checks","Retry":[{"ErrorEquals":["States.ALL"]}],"Next":"Reserve inventory"},
"Reserve inventory":{"Type":"Map","ItemsPath":"$.order.items","MaxConcurrency":5,"ItemProcessor":{"StartAt":"Reserve item","States":{"Reserve item":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","End":true}}},
 "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Release everything that was reserved before"}],"Next":"Order placed"},
"Release everything that was reserved before":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Next":"Invalid order"},
"Order placed":{"Type":"Succeed"}}}"#;

pub(crate) fn machine() -> (Tree, Machine) {
    let tree = crate::syntax::parse(DEFINITION, Format::Json).tree;
    let machine = crate::asl::read(&tree);
    (tree, machine)
}

pub(crate) fn layout() -> Layout {
    let (_, machine) = machine();
    let key = |name: &str| match machine.by_name(name) {
        Some(state) => NodeKey::State(state.path.clone()),
        None if name == "Start" => NodeKey::Start,
        None => NodeKey::End,
    };
    let node = |name: &str, x: f32, y: f32, width: f32, height: f32| {
        let kind = machine.by_name(name).and_then(|state| state.kind);
        let rect = Rect::new(x, y, width, height);
        PlacedNode {
            key: key(name),
            kind: match (kind, name) {
                (Some(kind), _) => NodeKind::State(kind),
                (None, "Start") => NodeKind::Start,
                (None, _) => NodeKind::End,
            },
            rect,
            parent: machine
                .by_name(name)
                .and_then(|state| state.path.container())
                .map(NodeKey::State),
            header: (name == "Reserve inventory").then(|| Rect::new(x, y, width, 44.0)),
        }
    };
    let edge = |from: &str,
                to: &str,
                kind: EdgeKind,
                label: Option<(&str, Rect)>,
                route: &[(f32, f32)]| {
        PlacedEdge {
            key: EdgeKey {
                from: key(from),
                to: key(to),
                kind,
            },
            kind,
            from: key(from),
            to: key(to),
            label: label.map(|(words, _)| words.to_owned()),
            label_rect: label.map(|(_, rect)| rect),
            route: route.iter().map(|(x, y)| Point::new(*x, *y)).collect(),
            back: false,
            main: true,
        }
    };
    Layout {
        nodes: vec![
            node("Start", 397.0, 0.0, 16.0, 16.0),
            node("Customer present?", 300.0, 40.0, 210.0, 56.0),
            node("Invalid order", 21.0, 150.0, 168.0, 40.0),
            node("Validate order", 300.0, 150.0, 210.0, 56.0),
            node("Reserve inventory", 245.0, 230.0, 320.0, 124.0),
            node("Reserve item", 300.0, 282.0, 210.0, 56.0),
            node(
                "Release everything that was reserved before",
                0.0,
                400.0,
                210.0,
                56.0,
            ),
            node("Order placed", 321.0, 400.0, 168.0, 40.0),
            node("End", 397.0, 464.0, 16.0, 16.0),
        ],
        edges: vec![
            edge(
                "Start",
                "Customer present?",
                EdgeKind::Start,
                None,
                &[(405.0, 16.0), (405.0, 40.0)],
            ),
            edge(
                "Customer present?",
                "Invalid order",
                EdgeKind::Choice(0),
                Some((
                    "not ($.customer is present)",
                    Rect::new(20.0, 120.0, 170.0, 20.0),
                )),
                &[
                    (377.0, 96.0),
                    (377.0, 108.0),
                    (105.0, 108.0),
                    (105.0, 150.0),
                ],
            ),
            edge(
                "Customer present?",
                "Validate order",
                EdgeKind::Default,
                Some(("Default", Rect::new(376.0, 120.0, 58.0, 20.0))),
                &[(405.0, 96.0), (405.0, 150.0)],
            ),
            edge(
                "Validate order",
                "Reserve inventory",
                EdgeKind::Next,
                None,
                &[(405.0, 206.0), (405.0, 230.0)],
            ),
            edge(
                "Reserve inventory",
                "Release everything that was reserved before",
                EdgeKind::Catch(0),
                Some(("States.ALL", Rect::new(66.0, 370.0, 78.0, 20.0))),
                &[(245.0, 280.0), (105.0, 280.0), (105.0, 400.0)],
            ),
            edge(
                "Reserve inventory",
                "Order placed",
                EdgeKind::Next,
                None,
                &[(405.0, 354.0), (405.0, 400.0)],
            ),
            edge(
                "Order placed",
                "End",
                EdgeKind::End,
                None,
                &[(405.0, 440.0), (405.0, 464.0)],
            ),
        ],
        bounds: Rect::new(0.0, 0.0, 565.0, 480.0),
    }
}

pub(crate) fn path(name: &str) -> StatePath {
    let (_, machine) = machine();
    machine
        .by_name(name)
        .map_or_else(|| StatePath::top(name), |state| state.path.clone())
}
