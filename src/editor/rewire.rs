//! Ways between states: finding what leads to one, and letting it lead elsewhere.

use std::collections::BTreeSet;

use crate::asl::QueryLanguage;
use crate::asl::ScopeId;
use crate::asl::State;
use crate::asl::StateKind;
use crate::editor::Refusal;
use crate::editor::draft::Draft;
use crate::editor::fields::spot_in_state;
use crate::editor::place::Arrival;
use crate::editor::place::Beside;
use crate::editor::place::Landing;
use crate::editor::place::Onward;
use crate::editor::words::refusal;
use crate::syntax::Fragment;
use crate::syntax::NodeId;
use crate::syntax::Sheet;
use crate::syntax::Spot;
use crate::syntax::quote;
use crate::text::Span;
use crate::text::Splice;

/// Everything that leads to a state by its name: `StartAt` and the transitions of other states.
pub(crate) fn arrivals_to(draft: &Draft<'_>, scope: ScopeId, name: &str) -> Vec<Arrival> {
    let mut found = Vec::new();
    if let Some(scope) = draft.machine.scope(scope)
        && scope.start_at.as_deref() == Some(name)
        && let Some(span) = scope.start_at_span
    {
        found.push(Arrival::Target(span));
    }
    for state in draft.states_of(scope) {
        if state.name.as_ref() != name {
            let ways = state
                .transitions
                .iter()
                .filter(|way| way.target.as_ref() == name);
            found.extend(ways.map(|way| Arrival::Target(way.target_span)));
        }
    }
    found
}

/// The names of the states that the start of a scope leads to without taking some of the ways.
pub(crate) fn reachable<'a>(
    draft: &'a Draft<'_>,
    scope: ScopeId,
    without: &[Arrival],
) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let Some(found) = draft.machine.scope(scope) else {
        return reached;
    };
    let open = |span: Span| !without.contains(&Arrival::Target(span));
    let start = found.start_at.as_deref();
    let start = start.filter(|_| found.start_at_span.is_some_and(open));
    let mut waiting: Vec<&str> = start.into_iter().collect();
    while let Some(name) = waiting.pop() {
        let state = draft
            .machine
            .in_scope(scope, name)
            .and_then(|id| draft.machine.state(id));
        if let Some(state) = state
            && reached.insert(state.name.as_ref())
        {
            let ways = state.transitions.iter();
            waiting.extend(
                ways.filter(|way| open(way.target_span))
                    .map(|way| way.target.as_ref()),
            );
        }
    }
    reached
}

/// Lets everything that leads to a place lead to a state of this name.
pub(crate) fn arrive(
    draft: &Draft<'_>,
    landing: &Landing,
    name: &str,
) -> Result<Vec<Splice>, Refusal> {
    let sheet = draft.sheet();
    let mut splices = Vec::new();
    let gone = || refusal("Nothing can be put here", "The state before it is gone");
    for arrival in &landing.arrivals {
        match arrival {
            Arrival::Target(span) => splices.push(sheet.replace_string(*span, name)),
            Arrival::End(id) => {
                let state = draft.machine.state(*id).ok_or_else(gone)?;
                splices.extend(next_instead_of_end(&sheet, state.node, name));
            }
            Arrival::NewNext(id) => {
                let state = draft.machine.state(*id).ok_or_else(gone)?;
                splices.extend(sheet.insert_member(
                    state.node,
                    Spot::Last,
                    "Next",
                    &Fragment::string(name),
                ));
            }
            Arrival::NewDefault(id) => {
                let state = draft.machine.state(*id).ok_or_else(gone)?;
                let spot = spot_in_state(&draft.tree, state.node, state.kind, "Default");
                splices.extend(sheet.insert_member(
                    state.node,
                    spot,
                    "Default",
                    &Fragment::string(name),
                ));
            }
            Arrival::NewRule(id) => {
                let state = draft.machine.state(*id).ok_or_else(gone)?;
                splices.extend(new_rule(&sheet, state, name));
            }
            Arrival::StartAt => {
                let scope = draft.scope(landing.scope)?;
                splices.extend(match draft.tree.get(scope.node, "StartAt") {
                    Some(node) => sheet.replace_value(node, &Fragment::string(name)),
                    None => {
                        let before = draft
                            .tree
                            .members(scope.node)
                            .iter()
                            .position(|member| member.key.as_ref() == "States");
                        let spot = before.map_or(Spot::First, Spot::Before);
                        sheet.insert_member(scope.node, spot, "StartAt", &Fragment::string(name))
                    }
                });
            }
        }
    }
    Ok(splices)
}

/// Writes states into the scope of a place.
pub(crate) fn write(
    draft: &Draft<'_>,
    landing: &Landing,
    states: &[(String, Fragment)],
) -> Result<Vec<Splice>, Refusal> {
    let scope = draft.scope(landing.scope)?;
    let node = scope
        .states_node
        .ok_or_else(|| refusal("Nothing can be put here", "There is no States object"))?;
    let index = |id| {
        let state = draft.machine.state(id)?;
        draft.member_index(state)
    };
    let spot = match landing.beside {
        Beside::After(id) => index(id).map_or(Spot::Last, Spot::After),
        Beside::Before(id) => index(id).map_or(Spot::First, Spot::Before),
        Beside::Last => Spot::Last,
    };
    Ok(draft.sheet().insert_members(node, spot, states))
}

/// A rule that applies to no input until its author says to which.
pub(crate) fn rule_json(language: QueryLanguage, target: &str) -> String {
    let target = quote(target);
    match language {
        QueryLanguage::JsonPath => {
            format!(r#"{{"Variable":"$.value","IsPresent":true,"Next":{target}}}"#)
        }
        QueryLanguage::Jsonata => {
            format!(r#"{{"Condition":"{{% $exists($states.input.value) %}}","Next":{target}}}"#)
        }
    }
}

pub(crate) fn new_rule(sheet: &Sheet<'_>, state: &State, target: &str) -> Vec<Splice> {
    let rule = rule_json(state.query_language, target);
    new_item(sheet, state, "Choices", &rule)
}

/// One more item of a list of a state, which is made where it is missing.
pub(crate) fn new_item(sheet: &Sheet<'_>, state: &State, field: &str, json: &str) -> Vec<Splice> {
    let list = sheet.tree.get(state.node, field);
    match list.filter(|node| matches!(sheet.tree.kind(*node), crate::syntax::NodeKind::Array(_))) {
        Some(list) => sheet.insert_item(list, Spot::Last, &Fragment::json(json)),
        None => {
            let value = Fragment::Json(format!("[{json}]"));
            match list {
                Some(_) => sheet.set_member(state.node, field, &value),
                None => {
                    let spot = spot_in_state(sheet.tree, state.node, state.kind, field);
                    sheet.insert_member(state.node, spot, field, &value)
                }
            }
        }
    }
}

/// `"Next": "Name"` where `"End": true` stands; the bytes between stay.
pub(crate) fn next_instead_of_end(sheet: &Sheet<'_>, state: NodeId, name: &str) -> Vec<Splice> {
    swap(sheet, state, "End", "Next", &quote(name))
}

/// `"End": true` where `Next` stands.
pub(crate) fn end_instead_of_next(sheet: &Sheet<'_>, state: NodeId) -> Vec<Splice> {
    swap(sheet, state, "Next", "End", "true")
}

fn swap(sheet: &Sheet<'_>, state: NodeId, old: &str, new: &str, value: &str) -> Vec<Splice> {
    match sheet.tree.member(state, old) {
        Some(member) => vec![
            sheet.rename_key(member.key_span, new),
            Splice {
                span: sheet.tree.span(member.value),
                insert: value.to_owned(),
            },
        ],
        None => sheet.insert_member(state, Spot::Last, new, &Fragment::json(value)),
    }
}

/// Lets a state that goes on by `Next` or `End` lead onward.
pub(crate) fn lead_onward(sheet: &Sheet<'_>, state: NodeId, onward: &Onward) -> Vec<Splice> {
    let next = sheet.tree.get(state, "Next");
    match (onward, next) {
        (Onward::To(name), Some(next)) if sheet.tree.str(next).is_some() => {
            vec![sheet.replace_string(sheet.tree.span(next), name)]
        }
        (Onward::To(name), Some(next)) => sheet.replace_value(next, &Fragment::string(name)),
        (Onward::To(name), None) => next_instead_of_end(sheet, state, name),
        (Onward::End, Some(_)) => end_instead_of_next(sheet, state),
        (Onward::End, None) => match sheet.tree.get(state, "End") {
            Some(_) => Vec::new(),
            None => sheet.insert_member(state, Spot::Last, "End", &Fragment::json("true")),
        },
    }
}

/// Goes on by `Next` or `End`: by its kind, or because it says so.
pub(crate) fn goes_on(state: &State) -> bool {
    state.kind.is_none_or(StateKind::has_next)
}
