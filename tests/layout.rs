//! Layouts of the shared corpus and of generated machines: nothing overlaps, lines run around boxes,
//! the happy path is straight, and small changes move little.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;
use serde_json::json;
use stepwright::asl;
use stepwright::geometry::Point;
use stepwright::geometry::Rect;
use stepwright::graph;
use stepwright::graph::Direction;
use stepwright::graph::Layout;
use stepwright::graph::LayoutRequest;
use stepwright::graph::NodeKey;
use stepwright::graph::PlacedNode;
use stepwright::graph::average_width;
use stepwright::syntax;
use stepwright::syntax::Format;

#[test]
fn published_workflows_are_clean() {
    let (mut layouts, mut main, mut straight) = (0, 0, 0);
    for (file, _, text) in corpus() {
        let request = request_of(&file, &text);
        for request in variants(&request) {
            let layout = graph::layout(&request);
            assert_eq!(faults(&layout), Vec::<String>::new(), "{file}");
            layouts += 1;
            if request.direction == Direction::Down {
                for edge in layout.edges.iter().filter(|edge| edge.main) {
                    let center = |key: &NodeKey| layout.node(key).unwrap().rect.center().x;
                    main += 1;
                    straight += usize::from((center(&edge.from) - center(&edge.to)).abs() <= 1.0);
                }
            }
        }
    }
    println!("{layouts} layouts, {straight} of {main} edges of happy paths straight");
    assert!(straight * 100 >= main * 98);
}

#[test]
fn generated_machines_are_clean() {
    for (name, machine) in generated() {
        let request = request_of(&name, &machine.to_string());
        for request in variants(&request) {
            assert_eq!(
                faults(&graph::layout(&request)),
                Vec::<String>::new(),
                "{name}"
            );
        }
    }
}

#[test]
fn very_long_links_run_outside() {
    let request = request_of("far", &branchy(2_000).to_string());
    let layout = graph::layout(&request);
    let found = faults(&layout);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn equal_machines_have_equal_layouts_whatever_the_order_of_their_states() {
    let mut machines: Vec<(String, Value)> = generated();
    machines.extend(
        corpus()
            .into_iter()
            .filter_map(|(file, _, text)| Some((file, serde_json::from_str(&text).ok()?))),
    );
    for (name, machine) in machines {
        let one = graph::layout(&request_of(&name, &machine.to_string()));
        let other = graph::layout(&request_of(&name, &turned(&machine).to_string()));
        assert_eq!(one, other, "{name}");
    }
}

#[test]
fn an_inserted_state_leaves_the_others_in_their_order() {
    let (mut edits, mut kept, mut pairs) = (0, 0, 0);
    for (file, kind, text) in corpus() {
        let Ok(machine) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        if kind != "real" {
            continue;
        }
        let before = graph::layout(&request_of(&file, &text));
        for changed in insertions(&machine) {
            let after = graph::layout(&request_of(&file, &changed.to_string()));
            let (same, all) = order_kept(&before, &after);
            edits += 1;
            kept += same;
            pairs += all;
        }
    }
    println!("{edits} insertions, {kept} of {pairs} pairs side by side keep their order");
    assert!(kept * 100 >= pairs * 97);
}

#[test]
fn containers_close_and_catchers_hide() {
    let machine = json!({"StartAt": "M", "States": {
        "M": {"Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}},
              "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "H"}], "End": true},
        "H": {"Type": "Pass", "Next": "F"}, "F": {"Type": "Fail"}}});
    let mut request = request_of("map", &machine.to_string());
    let open = graph::layout(&request);
    let map = open
        .nodes
        .iter()
        .find(|node| node.header.is_some())
        .unwrap();
    assert_eq!((map.rect.width, map.rect.height), (320.0, 124.0));
    let path = map.key.state().unwrap().clone();
    request.collapsed.insert(path);
    request.hide_catch = true;
    let closed = graph::layout(&request);
    let kinds: Vec<String> = closed
        .nodes
        .iter()
        .map(|node| node.key.to_string())
        .collect();
    assert_eq!(kinds, ["start", "/States/M", "end"]);
    assert_eq!(closed.edges.len(), 2);
    assert!(closed.nodes.iter().all(|node| node.header.is_none()));
}

#[test]
fn the_sizes_are_those_of_the_design() {
    let machine = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "C"},
        "C": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": true, "Next": "S"}], "Default": "F"},
        "S": {"Type": "Succeed"}, "F": {"Type": "Fail"}}});
    let layout = graph::layout(&request_of("sizes", &machine.to_string()));
    let rect = |name: &str| {
        let key = format!("/States/{name}");
        let found = layout.nodes.iter().find(|node| node.key.to_string() == key);
        found.unwrap().rect
    };
    assert_eq!(rect("C").top() - rect("A").bottom(), 20.0);
    // The one of two ways that only fails stands at the left, level with the other.
    assert!(rect("F").right() < rect("S").left());
    assert_eq!(rect("F").center().y, rect("S").center().y);
    let label = |name: &str| {
        let edge = layout
            .edges
            .iter()
            .find(|edge| edge.label.as_deref() == Some(name));
        edge.unwrap().label_rect.unwrap()
    };
    assert_eq!(label("Default").height, 20.0);
    assert_eq!(rect("F").top() - label("Default").bottom(), 10.0);
    let ports: Vec<f32> = layout
        .edges
        .iter()
        .filter(|edge| edge.from.to_string() == "/States/C")
        .map(|edge| edge.route[0].x - rect("C").center().x)
        .collect();
    assert_eq!(ports, [0.0, -28.0]);
}

fn request_of(name: &str, text: &str) -> LayoutRequest {
    let tree = syntax::parse(text, Format::of(name, text)).tree;
    LayoutRequest::new(graph::flow(&tree, &asl::read(&tree)), &average_width)
}

fn variants(request: &LayoutRequest) -> Vec<LayoutRequest> {
    let mut right = request.clone();
    right.direction = Direction::Right;
    let mut hidden = request.clone();
    hidden.hide_catch = true;
    vec![request.clone(), right, hidden]
}

/// File name, kind and text of the shared definitions; nothing where they are absent.
fn corpus() -> Vec<(String, String, String)> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = ["../shared/corpus", "../../shared/corpus"]
        .iter()
        .map(|path| here.join(path))
        .find(|path| path.is_dir());
    let Some(folder) = folder else {
        println!("shared/corpus is absent: its layouts are not checked");
        return Vec::new();
    };
    let read = |path: PathBuf| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    let index: Value = serde_json::from_str(&read(folder.join("index.json"))).unwrap();
    let files = index["files"].as_array().unwrap().iter();
    files
        .map(|entry| {
            let text = |field: &str| entry[field].as_str().unwrap_or_default().to_owned();
            (text("file"), text("kind"))
        })
        .map(|(file, kind)| (file.clone(), kind, read(folder.join(file))))
        .collect()
}

fn ancestors<'a>(
    parents: &BTreeMap<&'a NodeKey, &'a PlacedNode>,
    key: &'a NodeKey,
) -> Vec<&'a NodeKey> {
    let mut found = Vec::new();
    let mut next = parents.get(key).and_then(|node| node.parent.as_ref());
    while let Some(parent) = next {
        found.push(parent);
        next = parents.get(parent).and_then(|node| node.parent.as_ref());
    }
    found
}

/// What is wrong with a layout, in words.
fn faults(layout: &Layout) -> Vec<String> {
    let mut faults = Vec::new();
    let by_key: BTreeMap<&NodeKey, &PlacedNode> =
        layout.nodes.iter().map(|node| (&node.key, node)).collect();
    let above: BTreeMap<&NodeKey, Vec<&NodeKey>> = layout
        .nodes
        .iter()
        .map(|node| (&node.key, ancestors(&by_key, &node.key)))
        .collect();
    let inside = |a: &NodeKey, b: &NodeKey| above[a].contains(&b);
    let has_inner = |node: &PlacedNode| node.header.is_some();
    for (at, a) in layout.nodes.iter().enumerate() {
        if let Some(parent) = a.parent.as_ref().and_then(|key| by_key.get(key))
            && !parent.rect.holds(&a.rect)
        {
            faults.push(format!("{} sticks out", a.key));
        }
        if !layout.bounds.grown(0.5).holds(&a.rect) {
            faults.push(format!("{} lies out of bounds", a.key));
        }
        for b in &layout.nodes[at + 1..] {
            if a.rect.overlaps(&b.rect) && !inside(&a.key, &b.key) && !inside(&b.key, &a.key) {
                faults.push(format!("{} overlaps {}", a.key, b.key));
            }
        }
    }
    for edge in &layout.edges {
        let (from, to) = (by_key[&edge.from].rect, by_key[&edge.to].rect);
        let ends = (edge.route.first().copied(), edge.route.last().copied());
        let (Some(first), Some(last)) = ends else {
            faults.push(format!("{} has no route", edge.key));
            continue;
        };
        for (point, rect) in [(first, from), (last, to)] {
            if !rect.grown(0.5).contains(point) || rect.grown(-0.5).contains(point) {
                faults.push(format!("{} ends off the border", edge.key));
            }
        }
        for pair in edge.route.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            if a.x != b.x && a.y != b.y {
                faults.push(format!("{} runs askew", edge.key));
            }
            for node in &layout.nodes {
                let own = node.key == edge.from || node.key == edge.to;
                if !own
                    && runs_through(a, b, &node.rect.grown(-2.0))
                    && !inside(&edge.from, &node.key)
                    && !inside(&edge.to, &node.key)
                {
                    faults.push(format!("{} runs through {}", edge.key, node.key));
                }
            }
        }
        if edge.label.is_some() != edge.label_rect.is_some() {
            faults.push(format!("{} lacks its label", edge.key));
        }
        let Some(label) = edge.label_rect else {
            continue;
        };
        for node in &layout.nodes {
            let around = has_inner(node) && inside(&edge.from, &node.key);
            if !around && label.grown(-1.0).overlaps(&node.rect) {
                faults.push(format!("the label of {} covers {}", edge.key, node.key));
            }
        }
    }
    let mut labels: Vec<(&graph::PlacedEdge, Rect)> = layout
        .edges
        .iter()
        .filter_map(|edge| Some((edge, edge.label_rect?)))
        .collect();
    labels.sort_by(|a, b| a.1.y.total_cmp(&b.1.y));
    for (at, (a, rect)) in labels.iter().enumerate() {
        let near = labels[at + 1..]
            .iter()
            .take_while(|(_, other)| other.y < rect.bottom());
        for (b, other) in near {
            if rect.grown(-1.0).overlaps(other) {
                faults.push(format!("the labels of {} and {} overlap", a.key, b.key));
            }
        }
    }
    faults
}

/// Of a horizontal or vertical line.
fn runs_through(a: Point, b: Point, rect: &Rect) -> bool {
    let line = Rect::between(a, b);
    line.left() < rect.right()
        && rect.left() < line.right().max(line.left() + 0.01)
        && line.top() < rect.bottom()
        && rect.top() < line.bottom().max(line.top() + 0.01)
}

/// Pairs of siblings that stand side by side in both, and how many of them in the same order.
fn order_kept(before: &Layout, after: &Layout) -> (usize, usize) {
    let later: BTreeMap<&NodeKey, Rect> = after
        .nodes
        .iter()
        .map(|node| (&node.key, node.rect))
        .collect();
    let beside = |a: &Rect, b: &Rect| a.top() < b.bottom() && b.top() < a.bottom();
    let (mut kept, mut all) = (0, 0);
    for (at, a) in before.nodes.iter().enumerate() {
        for b in before.nodes[at + 1..]
            .iter()
            .filter(|b| b.parent == a.parent)
        {
            let (Some(c), Some(d)) = (later.get(&a.key), later.get(&b.key)) else {
                continue;
            };
            if beside(&a.rect, &b.rect) && beside(c, d) {
                all += 1;
                kept += usize::from((a.rect.x < b.rect.x) == (c.x < d.x));
            }
        }
    }
    (kept, all)
}

/// The machine with a Pass put into each of the first transitions of its outermost scope.
fn insertions(machine: &Value) -> Vec<Value> {
    let Some(states) = machine["States"].as_object() else {
        return Vec::new();
    };
    let with_next = states.iter().filter(|(_, state)| state["Next"].is_string());
    with_next
        .take(3)
        .map(|(name, state)| {
            let mut changed = machine.clone();
            changed["States"]["Inserted by a test"] =
                json!({"Type": "Pass", "Next": state["Next"]});
            changed["States"][name.as_str()]["Next"] = json!("Inserted by a test");
            changed
        })
        .collect()
}

/// The same with the states of every scope in reverse order.
fn turned(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(key, value)| match (key.as_str(), turned(value)) {
                    ("States", Value::Object(states)) => (
                        key.clone(),
                        Value::Object(states.into_iter().rev().collect()),
                    ),
                    (_, value) => (key.clone(), value),
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().map(turned).collect()),
        other => other.clone(),
    }
}

fn rule(index: usize, next: &str) -> Value {
    json!({"Variable": "$.value", "NumericEquals": index, "Next": next})
}

fn machine(states: Vec<(String, Value)>) -> Value {
    let first = states.first().map(|(name, _)| name.clone());
    let states: serde_json::Map<String, Value> = states.into_iter().collect();
    json!({"StartAt": first, "States": states})
}

/// A Choice every fifth state with a way ahead and a way back, and every third state with a Catch.
fn branchy(count: usize) -> Value {
    let mut states: Vec<(String, Value)> = Vec::new();
    for at in 0..count {
        let next = format!("S{}", at + 1);
        let state = if at + 1 == count {
            json!({"Type": "Succeed"})
        } else if at % 5 == 4 && at + 4 < count {
            let (ahead, back) = (format!("S{}", at + 3), format!("S{}", at - 3));
            json!({"Type": "Choice", "Choices": [rule(1, &ahead), rule(2, &back)], "Default": next})
        } else if at % 3 == 0 {
            json!({"Type": "Task", "Next": next, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]})
        } else {
            json!({"Type": "Task", "Next": next})
        };
        states.push((format!("S{at}"), state));
    }
    states.push(("Failed".to_owned(), json!({"Type": "Fail"})));
    machine(states)
}

/// Edges drawn by a fixed sequence of numbers.
fn tangled(count: usize) -> Value {
    let mut seed = 7u64;
    let mut draw = |below: usize| {
        seed = seed
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (seed >> 33) as usize % below
    };
    let states = (0..count).map(|at| {
        let rules: Vec<Value> = (0..3).map(|index| rule(index, &format!("S{}", draw(count)))).collect();
        let catch: Vec<Value> = (0..draw(3))
            .map(|index| json!({"ErrorEquals": [format!("E{index}")], "Next": format!("S{}", draw(count))}))
            .collect();
        let next = format!("S{}", (at + 1) % count);
        let state = match draw(3) {
            0 => json!({"Type": "Choice", "Choices": rules, "Default": next}),
            1 => json!({"Type": "Task", "Next": next, "Catch": catch}),
            _ => json!({"Type": "Pass", "Next": next}),
        };
        (format!("S{at}"), state)
    });
    machine(states.collect())
}

fn nested(depth: usize) -> Value {
    let mut inner = machine(vec![(
        "Leaf".to_owned(),
        json!({"Type": "Pass", "End": true}),
    )]);
    for level in 0..depth {
        let map = json!({"Type": "Map", "ItemProcessor": inner, "End": true});
        inner = machine(vec![(format!("Level {level}"), map)]);
    }
    inner
}

fn generated() -> Vec<(String, Value)> {
    let pass = |next: &str| json!({"Type": "Pass", "Next": next});
    let end = || json!({"Type": "Pass", "End": true});
    let fan: Vec<Value> = (0..40).map(|at| rule(at, &format!("T{at}"))).collect();
    let mut fan_out = vec![(
        "C".to_owned(),
        json!({"Type": "Choice", "Choices": fan, "Default": "Z"}),
    )];
    fan_out.extend((0..40).map(|at| (format!("T{at}"), pass("Z"))));
    fan_out.push(("Z".to_owned(), json!({"Type": "Succeed"})));
    let complete = (0..12).map(|at| {
        let rules: Vec<Value> = (0..12)
            .filter(|to| *to != at)
            .map(|to| rule(to, &format!("S{to}")))
            .collect();
        (
            format!("S{at}"),
            json!({"Type": "Choice", "Choices": rules}),
        )
    });
    let branch = |at: usize| machine(vec![(format!("B{at}"), end())]);
    let named = |list: Vec<(&str, Value)>| {
        machine(
            list.into_iter()
                .map(|(name, state)| (name.to_owned(), state))
                .collect(),
        )
    };
    let machines = vec![
        ("nothing", json!(null)),
        ("no states", machine(Vec::new())),
        ("one", named(vec![("A", end())])),
        ("own loop", named(vec![("A", pass("A"))])),
        (
            "own loops",
            named(vec![
                (
                    "A",
                    json!({"Type": "Choice", "Choices": [rule(1, "A"), rule(2, "B")], "Default": "A"}),
                ),
                (
                    "B",
                    json!({"Type": "Task", "Next": "B", "Catch": [
                    {"ErrorEquals": ["X"], "Next": "B"}, {"ErrorEquals": ["Y"], "Next": "A"}]}),
                ),
            ]),
        ),
        (
            "two in a loop",
            named(vec![("A", pass("B")), ("B", pass("A"))]),
        ),
        (
            "parallel transitions",
            named(vec![
                (
                    "A",
                    json!({"Type": "Choice", "Choices": [rule(1, "B"), rule(2, "B")], "Default": "B"}),
                ),
                (
                    "B",
                    json!({"Type": "Task", "Next": "C", "Catch": [{"ErrorEquals": ["X"], "Next": "C"}]}),
                ),
                ("C", end()),
            ]),
        ),
        (
            "apart",
            named(vec![
                ("A", end()),
                ("B", end()),
                ("C", pass("D")),
                ("D", pass("C")),
                ("E", json!({})),
            ]),
        ),
        (
            "dangling",
            named(vec![
                ("A", pass("Nowhere")),
                ("B", json!({"Type": "Odd", "Next": "A"})),
            ]),
        ),
        ("fan-out", machine(fan_out)),
        ("complete", machine(complete.collect())),
        ("nested", nested(12)),
        (
            "containers",
            named(vec![
                (
                    "P",
                    json!({"Type": "Parallel", "Next": "Q", "Branches": (0..20).map(branch).collect::<Vec<_>>(),
                    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "R"}]}),
                ),
                (
                    "Q",
                    json!({"Type": "Parallel", "Next": "R", "Branches": [{}, {"StartAt": "x", "States": {}}]}),
                ),
                ("R", json!({"Type": "Map", "End": true})),
            ]),
        ),
        ("unicode", named(vec![("日本語", pass("é")), ("é", end())])),
        ("branchy 30", branchy(30)),
        ("branchy 300", branchy(300)),
        ("tangled 30", tangled(30)),
        ("tangled 100", tangled(100)),
    ];
    machines
        .into_iter()
        .map(|(name, machine)| (name.to_owned(), machine))
        .collect()
}
