//! Unwrap: what a container holds into the container's own scope, in its place.

use std::collections::BTreeSet;

use crate::asl::State;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::asl::TransitionKind;
use crate::editor::Refusal;
use crate::editor::command::graft::Dangling;
use crate::editor::command::graft::Piece;
use crate::editor::command::graft::graft;
use crate::editor::draft::Draft;
use crate::editor::names;
use crate::editor::place::Beside;
use crate::editor::place::Landing;
use crate::editor::place::Onward;
use crate::editor::place::id_of;
use crate::editor::plan::Outcome;
use crate::editor::rewire;
use crate::editor::words::refusal;
use crate::editor::words::refuse;

pub(crate) fn unwrap(draft: &mut Draft<'_>, path: &StatePath) -> Result<Outcome, Refusal> {
    let state = draft.state(path)?;
    let name = state.name.to_string();
    let scope = state.scope;
    let what = format!("{name} cannot be unwrapped");
    let inner = match (
        state.kind.is_some_and(StateKind::is_container),
        state.scopes.as_slice(),
    ) {
        (false, _) => return refuse(what, "Only Parallel and Map hold states"),
        (true, [inner]) => *inner,
        (true, []) => return refuse(what, "It holds no states"),
        (true, more) => {
            return refuse(
                what,
                format!(
                    "It has {} branches; only one can take its place",
                    more.len()
                ),
            );
        }
    };
    for field in ["Catch", "Retry"] {
        if draft.tree.get(state.node, field).is_some() {
            return refuse(what, format!("Its {field} would be lost; remove it first"));
        }
    }
    let entry = draft.scope(inner)?.start_at.clone();
    // A container that led to itself leads to its first state from then on.
    let onward = match onward_of(state) {
        Onward::To(target) if target == state.name => entry.clone().map_or(Onward::End, Onward::To),
        onward => onward,
    };
    let states: Vec<&State> = draft.states_of(inner).collect();
    let succeeds = states
        .iter()
        .find(|state| state.kind == Some(StateKind::Succeed));
    if let (Onward::To(_), Some(succeed)) = (&onward, succeeds) {
        return refuse(
            what,
            format!(
                "{} ends its branch; outside it would end the workflow",
                succeed.name
            ),
        );
    }
    let piece = Piece::of(draft, &states, entry.as_deref());
    let place = Landing {
        scope,
        beside: Beside::After(id_of(draft, state)?),
        arrivals: rewire::arrivals_to(draft, scope, &name),
        onward,
    };
    let within: BTreeSet<&str> = draft
        .machine
        .states
        .iter()
        .filter(|other| other.path == *path || other.path.is_inside(path))
        .map(|other| other.name.as_ref())
        .collect();
    let mut taken = names::taken(&draft.machine);
    taken.retain(|name| !within.contains(name.as_str()));
    let inner_prefix = draft.prefix(inner);
    let grafted = graft(draft, &piece, &place, Some(taken), Dangling::Refuse)?;
    // A state inside may have the container's own name: the container is found by its place.
    let index = draft.member_index(state);
    let node = draft.scope(scope)?.states_node;
    draft.apply(grafted.splices)?;
    let index = index.zip(draft.scope(scope)?.states_node.or(node));
    let (index, node) = index.ok_or_else(|| refusal(what, "It is gone"))?;
    let splices = draft.sheet().remove_parts(node, &[index]);
    draft.finish(splices)?;
    let moved = grafted
        .paths
        .into_iter()
        .map(|(old, new)| (StatePath::new(&format!("{inner_prefix}{old}")), new));
    Ok(Outcome {
        moved: moved.collect(),
        gone: vec![path.clone()],
        ..Outcome::new(format!("Unwrap {name}"), Some(grafted.entry))
    })
}

fn onward_of(state: &State) -> Onward {
    let next = state
        .transitions
        .iter()
        .find(|way| way.kind == TransitionKind::Next);
    next.map_or(Onward::End, |way| Onward::To(way.target.clone()))
}
