//! A session of commands over a small workflow: planned, applied, drawn, and all of it taken back.

use std::collections::BTreeSet;
use std::sync::Arc;

use arbitrary::Unstructured;
use serde_json::Value as Json;
use stepwright::asl::StateKind;
use stepwright::asl::StatePath;
use stepwright::asl::TransitionKind;
use stepwright::editor::Command;
use stepwright::editor::Document;
use stepwright::editor::History;
use stepwright::editor::Place;
use stepwright::editor::Revision;
use stepwright::editor::Selection;
use stepwright::editor::Snapshot;
use stepwright::editor::StateTemplate;
use stepwright::editor::Step;
use stepwright::editor::Target;
use stepwright::editor::Way;
use stepwright::editor::accepts;
use stepwright::editor::copy;
use stepwright::editor::places;
use stepwright::editor::plan;
use stepwright::editor::read_command;
use stepwright::editor::write_command;
use stepwright::export;
use stepwright::geometry::Rect;
use stepwright::graph::Direction;
use stepwright::graph::LayoutRequest;
use stepwright::graph::average_width;
use stepwright::graph::flow;
use stepwright::graph::layout;
use stepwright::scene;
use stepwright::scene::Marks;
use stepwright::scene::SceneRequest;
use stepwright::sidecar;
use stepwright::syntax::Format;
use stepwright::text::Span;
use stepwright::text::TextEdit;

use crate::growth::Grower;
use crate::growth::pick;

const FIELDS: [&str; 9] = [
    "/Comment",
    "/Parameters/a/b",
    "/Catch/0/ErrorEquals/-",
    "/Retry",
    "/Type",
    "/Next",
    "",
    "/ItemProcessor/StartAt",
    "/Choices/0",
];
const VALUES: [Option<&str>; 7] = [
    Some("1"),
    Some("\"x\""),
    None,
    Some("{\"x\":[1,{\"y\":2}]}"),
    Some("[]"),
    Some("not json"),
    Some("null"),
];

pub fn check(data: &[u8]) {
    let mut dice = Unstructured::new(data);
    let mut grower = Grower::new(&mut dice);
    let definition = grower.definition();
    let mut name = grower.name();
    let companion = r#"{"breakpoints": ["/States/S0"], "scenarios": [{"name": "a", "mocks": {"S0": [], "S1": []}, "expect": {"path": ["S0"]}}]}"#;
    let format = if dice.ratio(1, 6).unwrap_or(false) {
        Format::Yaml
    } else {
        Format::Json
    };
    let mut text = written(&definition, format, &mut dice);
    for _ in 0..dice.int_in_range(0..=2u8).unwrap_or(0) / 2 {
        text = typed(&text, &mut dice).apply(&text);
    }
    let document = |text: &str, sidecar: &str| Document {
        name: "random".to_owned(),
        format,
        text: Arc::from(text),
        sidecar: Arc::from(sidecar),
    };
    let mut revision = Revision::new(0, document(&text, companion));
    let first = revision.document.clone();
    let mut history = History::default();
    draw(&revision, &mut dice);
    for number in 1..12u64 {
        if dice.is_empty() {
            break;
        }
        name.push('\'');
        let command = command(&revision, &mut dice, &name);
        let json = write_command(&command);
        let _ = read_command(&revision, &json);
        let Ok(plan) = plan(&revision, &command) else {
            continue;
        };
        let before = revision.document.clone();
        assert!(plan.edit.fits(&before.text));
        let text = plan.edit.apply(&before.text);
        let companion = match &plan.sidecar_edit {
            Some(edit) => {
                assert!(edit.fits(&before.sidecar));
                edit.apply(&before.sidecar)
            }
            None => before.sidecar.to_string(),
        };
        let next = Revision::new(number, document(&text, &companion));
        let told = || format!("{json}\n{}\n→\n{text}", before.text);
        if !matches!(command, Command::Type(_)) {
            assert!(
                next.syntax_errors.len() <= revision.syntax_errors.len(),
                "{:?} {}",
                next.syntax_errors,
                told()
            );
            for (old, new) in &plan.moved {
                assert!(revision.machine.find(old).is_some(), "{old} {}", told());
                assert!(next.machine.find(new).is_some(), "{new} {}", told());
            }
            if let Some(path) = &plan.select {
                assert!(next.machine.find(path).is_some(), "{path} {}", told());
            }
        }
        if sidecar::read(&before.sidecar).problems.is_empty()
            && plan.sidecar_edit.is_some()
            && !matches!(command, Command::SidecarSet { .. })
        {
            assert!(sidecar::read(&companion).problems.is_empty(), "{companion}");
        }
        let snapshot = |document: &Document| Snapshot {
            text: document.text.clone(),
            sidecar: document.sidecar.clone(),
            selection: Selection::none(),
        };
        let step = Step {
            label: plan.label,
            before: snapshot(&before),
            after: snapshot(&next.document),
        };
        match &command {
            Command::Type(edit) => history.record_typing(step, edit, number * 300),
            _ => history.record(step),
        }
        revision = next;
        draw(&revision, &mut dice);
    }
    let last = revision.document.clone();
    let mut now = last.clone();
    while let Some(step) = history.undo() {
        assert_eq!(
            (&step.after.text, &step.after.sidecar),
            (&now.text, &now.sidecar)
        );
        now = document(&step.before.text, &step.before.sidecar);
    }
    assert_eq!((&now.text, &now.sidecar), (&first.text, &first.sidecar));
    while let Some(step) = history.redo() {
        now = document(&step.after.text, &step.after.sidecar);
    }
    assert_eq!((&now.text, &now.sidecar), (&last.text, &last.sidecar));
}

fn written(definition: &Json, format: Format, dice: &mut Unstructured) -> String {
    let pretty = serde_json::to_string_pretty(definition).unwrap_or_default();
    if format == Format::Yaml {
        return export::yaml(&stepwright::syntax::parse(&pretty, Format::Json).tree);
    }
    match dice.int_in_range(0..=3u8).unwrap_or(0) {
        0 => definition.to_string(),
        1 => pretty,
        2 => pretty.replace('\n', "\r\n"),
        _ => format!("\u{feff}{}\n", pretty.replace("  ", "\t")),
    }
}

fn typed(text: &str, dice: &mut Unstructured) -> TextEdit {
    let border = |at: usize| {
        (at..=text.len())
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(text.len())
    };
    let start = border(dice.int_in_range(0..=text.len()).unwrap_or(0));
    let end = border((start + dice.int_in_range(0..=3usize).unwrap_or(0)).min(text.len()));
    let insert = *pick(dice, &["", "{", "}", ",", "\"", " // note\n", "${x}", "é"]);
    TextEdit::replace(Span::new(start, end), insert)
}

fn command(revision: &Revision, dice: &mut Unstructured, name: &str) -> Command {
    let states = &revision.machine.states;
    let some = |dice: &mut Unstructured| match states.is_empty() {
        true => StatePath::top("None"),
        false => pick(dice, states).path.clone(),
    };
    let state = some(dice);
    let other = some(dice);
    let kind = *pick(dice, &StateKind::ALL);
    let mut all = places(revision);
    all.push(Place::EmptyMachine);
    all.push(Place::NewBranch(other.clone()));
    let at = pick(dice, &all).clone();
    let ways = revision
        .machine
        .find(&state)
        .map(|state| state.transitions.as_slice())
        .unwrap_or_default();
    let transition = match ways.is_empty() {
        true => TransitionKind::Choice(3),
        false => pick(dice, ways).kind,
    };
    let field = (*pick(dice, &FIELDS)).to_owned();
    let value = pick(dice, &VALUES).map(str::to_owned);
    match dice.int_in_range(0..=21u8).unwrap_or(0) {
        0 | 1 => Command::Insert {
            state: StateTemplate::new(kind),
            at,
        },
        2 | 3 => {
            let _ = accepts(revision, &at, kind);
            Command::Move { state, at }
        }
        4 => Command::Delete {
            states: vec![state, other],
        },
        5 => Command::Rename {
            state,
            to: name.to_owned(),
        },
        6 => Command::Reconnect {
            from: state,
            transition,
            to: if dice.arbitrary().unwrap_or(true) {
                Target::State(other)
            } else {
                Target::End
            },
        },
        7 => Command::AddTransition {
            from: state,
            way: *pick(dice, &[Way::Next, Way::Rule, Way::Default, Way::Catch]),
            to: other,
        },
        8 => Command::RemoveTransition {
            from: state,
            transition,
        },
        9 => Command::StartAt { state },
        10 | 11 => Command::Set {
            state,
            field,
            value,
        },
        12 => Command::SetMachine { field, value },
        13 => Command::ChangeType { state, to: kind },
        14 => Command::Duplicate {
            states: vec![state, other],
        },
        15 => Command::Paste {
            text: copy(revision, &[state, other]),
            at,
        },
        16 => Command::Wrap {
            states: vec![state, other],
            container: *pick(
                dice,
                &[StateKind::Map, StateKind::Parallel, StateKind::Pass],
            ),
        },
        17 => Command::Unwrap { state },
        18 => Command::Reorder {
            state,
            field: (*pick(
                dice,
                &["/Choices", "/Branches", "/Catch", "/Retry", "/None"],
            ))
            .to_owned(),
            from: dice.int_in_range(0..=3usize).unwrap_or(0),
            to: dice.int_in_range(0..=3usize).unwrap_or(0),
        },
        19 => Command::SidecarSet {
            pointer: (*pick(dice, &["/breakpoints/-", "/scenarios/0/input", "", "/type"]))
                .to_owned(),
            value,
        },
        20 => {
            let fixes: Vec<&TextEdit> = revision
                .diagnostics
                .iter()
                .filter_map(|found| Some(&found.fix.as_ref()?.edit))
                .collect();
            match fixes.is_empty() {
                true => Command::Type(typed(revision.text(), dice)),
                false => Command::ApplyFix((*pick(dice, &fixes)).clone()),
            }
        }
        _ => Command::Type(typed(revision.text(), dice)),
    }
}

/// Flow, layout and scene, with something selected and something collapsed.
fn draw(revision: &Revision, dice: &mut Unstructured) {
    let flow = Arc::new(flow(&revision.tree, &revision.machine));
    export::mermaid(&flow);
    let mut request = LayoutRequest::new(flow, &average_width);
    let mut marks = Marks::default();
    if !revision.machine.states.is_empty() {
        let path = pick(dice, &revision.machine.states).path.clone();
        if dice.arbitrary().unwrap_or(false) {
            request.collapsed = BTreeSet::from([path.clone()]);
        }
        marks.collapsed.clone_from(&request.collapsed);
        marks.selected.insert(path);
    }
    request.hide_catch = dice.arbitrary().unwrap_or(false);
    request.direction = *pick(dice, &[Direction::Down, Direction::Right]);
    let layout = layout(&request);
    let finite = |rect: &Rect| {
        [rect.x, rect.y, rect.width, rect.height]
            .iter()
            .all(|length| length.is_finite())
    };
    assert!(finite(&layout.bounds));
    assert!(layout.nodes.iter().all(|node| finite(&node.rect)));
    for edge in &layout.edges {
        assert!(
            edge.route
                .iter()
                .all(|point| point.x.is_finite() && point.y.is_finite())
        );
    }
    let faces = scene::faces(&revision.tree, &revision.machine);
    for zoom in [0.2, 0.5, 1.0, 2.0] {
        scene::build(&SceneRequest {
            layout: &layout,
            faces: &faces,
            run: None,
            marks: &marks,
            slots: &[],
            zoom,
            visible: None,
            error_handling: !request.hide_catch,
        });
    }
}
