//! The face of a state: what its card says and shows whatever happens to it.

use std::collections::BTreeMap;

use crate::asl::Machine;
use crate::asl::State;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::scene::icon::Icon;
use crate::scene::role::Family;
use crate::scene::service::service_face;
use crate::syntax::NodeKind;
use crate::syntax::Tree;

/// What a definition says about one state, as far as its card shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Face {
    pub name: String,
    pub kind: Option<StateKind>,
    /// The small first line: service and action, or the type.
    pub type_line: String,
    pub family: Family,
    pub icon: Icon,
    /// The most tries any Retrier adds.
    pub retries: Option<u64>,
    /// A chip in the header of a container: `max 5`.
    pub chip: Option<String>,
    pub comment: Option<String>,
    /// States inside, at any depth.
    pub inside: usize,
}

/// The faces of all states of a machine.
pub fn faces(tree: &Tree, machine: &Machine) -> BTreeMap<StatePath, Face> {
    machine
        .states
        .iter()
        .enumerate()
        .map(|(place, state)| {
            let behind = machine.states.get(place + 1..).unwrap_or_default();
            (state.path.clone(), face(tree, state, behind))
        })
        .collect()
}

/// The icon of a state type; of a Task without its service.
pub const fn kind_icon(kind: StateKind) -> Icon {
    match kind {
        StateKind::Task => Icon::FUNCTION,
        StateKind::Choice => Icon::ALT_ROUTE,
        StateKind::Parallel => Icon::VIEW_COLUMN,
        StateKind::Map => Icon::REPEAT,
        StateKind::Pass => Icon::EAST,
        StateKind::Wait => Icon::HOURGLASS_BOTTOM,
        StateKind::Succeed => Icon::CHECK_CIRCLE,
        StateKind::Fail => Icon::CANCEL,
    }
}

/// The family of a state type; of a Task without its service.
pub const fn kind_family(kind: StateKind) -> Family {
    match kind {
        StateKind::Task => Family::Compute,
        StateKind::Choice
        | StateKind::Parallel
        | StateKind::Map
        | StateKind::Pass
        | StateKind::Wait => Family::Flow,
        StateKind::Succeed => Family::Succeed,
        StateKind::Fail => Family::Fail,
    }
}

/// `behind`: the states that follow in the machine, first of all those inside this one.
fn face(tree: &Tree, state: &State, behind: &[State]) -> Face {
    let inside = behind
        .iter()
        .take_while(|other| other.path.is_inside(&state.path));
    let mut face = Face {
        name: state.name.to_string(),
        kind: state.kind,
        type_line: state
            .kind
            .map_or("Unknown type", StateKind::name)
            .to_owned(),
        family: state.kind.map_or(Family::Flow, kind_family),
        icon: state.kind.map_or(Icon::HELP, kind_icon),
        retries: retries(tree, state),
        chip: None,
        comment: state.comment.as_deref().map(str::to_owned),
        inside: match state.kind {
            Some(StateKind::Parallel | StateKind::Map) => inside.count(),
            _ => 0,
        },
    };
    match state.kind {
        Some(StateKind::Task) => {
            let service = service_face(state.resource.as_deref().unwrap_or_default());
            face.type_line = service.title;
            face.family = service.family;
            face.icon = service.icon;
        }
        Some(StateKind::Parallel) => {
            face.type_line = format!(
                "Parallel · {}",
                count(state.scopes.len(), "branch", "branches")
            );
        }
        Some(StateKind::Map) => dress_map(tree, state, &mut face),
        Some(StateKind::Wait) => {
            if let Some(time) = wait_time(tree, state) {
                face.type_line = format!("Wait · {time}");
            }
        }
        Some(StateKind::Choice | StateKind::Pass | StateKind::Succeed | StateKind::Fail) | None => {
        }
    }
    face
}

fn dress_map(tree: &Tree, state: &State, face: &mut Face) {
    let mode = ["ItemProcessor", "Iterator"].into_iter().find_map(|field| {
        let config = tree.get(tree.get(state.node, field)?, "ProcessorConfig")?;
        tree.get_str(config, "Mode")
    });
    let word = if mode == Some("DISTRIBUTED") {
        "Distributed map"
    } else {
        "Map"
    };
    let items = tree
        .get_str(state.node, "ItemsPath")
        .or_else(|| tree.get_str(state.node, "Items"));
    face.type_line = match items.map(bare_expression) {
        Some(items) if items != "$" => format!("{word} · for each in {items}"),
        _ if tree.get(state.node, "ItemReader").is_some() => format!("{word} · for each item read"),
        _ => format!("{word} · for each item"),
    };
    let limit = tree
        .get(state.node, "MaxConcurrency")
        .and_then(|node| whole_number(tree, node));
    face.chip = limit
        .filter(|limit| *limit > 0)
        .map(|limit| format!("max {limit}"));
}

fn wait_time(tree: &Tree, state: &State) -> Option<String> {
    if let Some(seconds) = tree.get(state.node, "Seconds") {
        return match tree.kind(seconds) {
            NodeKind::Number(_) => Some(format!("{} s", whole_number(tree, seconds)?)),
            _ => tree
                .str(seconds)
                .map(|text| bare_expression(text).to_owned()),
        };
    }
    ["SecondsPath", "TimestampPath", "Timestamp"]
        .into_iter()
        .find_map(|field| tree.get_str(state.node, field))
        .map(|text| bare_expression(text).to_owned())
}

fn retries(tree: &Tree, state: &State) -> Option<u64> {
    let retriers = tree.items(tree.get(state.node, "Retry")?);
    retriers
        .iter()
        .map(|retrier| match tree.get(*retrier, "MaxAttempts") {
            // Three by default (specification, "Retrying after error").
            None => 3,
            Some(number) => whole_number(tree, number).unwrap_or(3),
        })
        .max()
}

/// An expression without the marks that make it one.
fn bare_expression(text: &str) -> &str {
    text.strip_prefix("{%")
        .and_then(|rest| rest.strip_suffix("%}"))
        .unwrap_or(text)
        .trim()
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn whole_number(tree: &Tree, node: crate::syntax::NodeId) -> Option<u64> {
    match tree.kind(node) {
        NodeKind::Number(text) => text.parse().ok(),
        _ => None,
    }
}
