//! The order in which fields are written: where a new one goes among those that stand.

use crate::asl::StateKind;
use crate::asl::schema;
use crate::syntax::NodeId;
use crate::syntax::Spot;
use crate::syntax::Tree;

/// Where a new field of a state goes: behind the last one that is written before it.
pub(crate) fn spot_in_state(
    tree: &Tree,
    state: NodeId,
    kind: Option<StateKind>,
    field: &str,
) -> Spot {
    let place = schema::Place::State(kind.unwrap_or(StateKind::Pass));
    spot(tree, state, field, &|name| rank_in(place, name))
}

/// Where a new field of the machine goes.
pub(crate) fn spot_in_machine(tree: &Tree, root: NodeId, field: &str) -> Spot {
    spot(tree, root, field, &|name| {
        rank_in(schema::Place::Machine, name)
    })
}

fn spot(tree: &Tree, object: NodeId, field: &str, rank: &dyn Fn(&str) -> usize) -> Spot {
    let own = rank(field);
    let before = tree
        .members(object)
        .iter()
        .rposition(|member| rank(&member.key) <= own);
    match before {
        Some(index) => Spot::After(index),
        None => Spot::First,
    }
}

/// `Type` comes first, the way onwards and the states last, unknown fields before these.
fn rank_in(place: schema::Place, name: &str) -> usize {
    match name {
        "Type" => 0,
        "QueryLanguage" => 1,
        "Comment" => 2,
        "Next" | "End" | "StartAt" => 1_001,
        "States" => 1_002,
        "Choices" => 800,
        "Default" => 801,
        _ => schema::fields(place)
            .position(|field| field.name == name)
            .map_or(900, |position| position + 10),
    }
}
