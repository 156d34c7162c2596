//! Wrap: states of one scope into a new Parallel or Map that takes their place.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use serde_json::json;

use crate::asl::ScopeSlot;
use crate::asl::State;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::asl::TransitionKind;
use crate::editor::Place;
use crate::editor::Refusal;
use crate::editor::command::graft::Dangling;
use crate::editor::command::graft::Piece;
use crate::editor::command::graft::first_of;
use crate::editor::command::graft::graft;
use crate::editor::draft::Draft;
use crate::editor::names;
use crate::editor::place::Beside;
use crate::editor::place::Landing;
use crate::editor::place::Onward;
use crate::editor::place::id_of;
use crate::editor::place::landing;
use crate::editor::plan::Outcome;
use crate::editor::plan::container_kind;
use crate::editor::plan::some_states;
use crate::editor::rewire;
use crate::editor::words::refusal;
use crate::editor::words::refuse;
use crate::syntax::Fragment;

pub(crate) fn wrap(
    draft: &mut Draft<'_>,
    paths: &[StatePath],
    kind: StateKind,
) -> Result<Outcome, Refusal> {
    let kind = container_kind(kind)?;
    let what = || format!("{} cannot be wrapped", some_states(paths));
    let states = of_one_scope(draft, paths)?;
    let selected: BTreeSet<&str> = states.iter().map(|state| state.name.as_ref()).collect();
    let entry = entry_of(draft, &states, &selected).map_err(|why| refusal(what(), why))?;
    let onward = exit_of(&states, &selected).map_err(|why| refusal(what(), why))?;
    let name = names::unique(kind.name(), &mut names::taken(&draft.machine));
    let piece = Piece::of(draft, &states, Some(&entry.name));
    let scope = entry.scope;
    let old_prefix = draft.prefix(scope);
    let first = states.first().copied().unwrap_or(entry);

    // The container before its first state, with everything that led to the entry leading to it.
    let arrivals = rewire::arrivals_to(draft, scope, &entry.name);
    let inner: BTreeSet<_> = states
        .iter()
        .flat_map(|state| state.transitions.iter().map(|way| way.target_span.start))
        .collect();
    let arrivals = arrivals
        .into_iter()
        .filter(|arrival| match arrival {
            crate::editor::place::Arrival::Target(span) => !inner.contains(&span.start),
            _ => true,
        })
        .collect();
    let place = Landing {
        scope,
        beside: Beside::Before(id_of(draft, first)?),
        arrivals,
        onward: onward.clone(),
    };
    let doomed: Vec<StatePath> = states.iter().map(|state| state.path.clone()).collect();
    let catch = shared_catch(draft, &states, &selected).map_err(|why| refusal(what(), why))?;
    let container = Fragment::Json(container_json(kind, &onward, catch).to_string());
    let mut splices = rewire::arrive(draft, &place, &name)?;
    splices.extend(rewire::write(draft, &place, &[(name.clone(), container)])?);
    draft.apply(splices)?;

    let indexes: Vec<usize> = doomed
        .iter()
        .filter_map(|path| draft.member_index(draft.machine.find(path)?))
        .collect();
    let node = draft.scope(scope)?.states_node;
    let node = node.ok_or_else(|| refusal(what(), "There is no States object"))?;
    let splices = draft.sheet().remove_parts(node, &indexes);
    draft.apply(splices)?;

    let container = draft.path_in(scope, &name);
    let slot = match kind {
        StateKind::Map => ScopeSlot::ItemProcessor,
        _ => ScopeSlot::Branch(0),
    };
    let inside = landing(draft, &Place::EmptyBranch(container.clone(), slot))?;
    let grafted = graft(draft, &piece, &inside, None, Dangling::Mend)?;
    draft.finish(grafted.splices)?;
    let moved = grafted
        .paths
        .into_iter()
        .map(|(old, new)| (StatePath::new(&format!("{old_prefix}{old}")), new));
    Ok(Outcome {
        moved: moved.collect(),
        ..Outcome::new(
            format!("Wrap {} in {kind}", some_states(paths)),
            Some(container),
        )
    })
}

/// The states of paths in the order of the text, if they lie in one scope.
pub(crate) fn of_one_scope<'a>(
    draft: &'a Draft<'_>,
    paths: &[StatePath],
) -> Result<Vec<&'a State>, Refusal> {
    let mut states = Vec::new();
    for path in paths {
        states.push(draft.state(path)?);
    }
    let Some(first) = states.first() else {
        return refuse("Nothing is selected", "Select one or more states first");
    };
    if let Some(other) = states.iter().find(|state| state.scope != first.scope) {
        return refuse(
            format!(
                "{} and {} lie in different branches",
                first.name, other.name
            ),
            "The states have to lie in one branch",
        );
    }
    states.sort_by_key(|state| state.name_span.start);
    states.dedup_by_key(|state| state.name_span.start);
    Ok(states)
}

/// The one state by which the selection is entered.
fn entry_of<'a>(
    draft: &Draft<'_>,
    states: &[&'a State],
    selected: &BTreeSet<&str>,
) -> Result<&'a State, String> {
    let first = states.first().ok_or("Nothing is selected")?;
    let scope = draft.machine.scope(first.scope);
    let start = scope.and_then(|scope| scope.start_at.clone());
    let mut entered: BTreeSet<Arc<str>> = start
        .into_iter()
        .filter(|name| selected.contains(name.as_ref()))
        .collect();
    for state in draft.states_of(first.scope) {
        if !selected.contains(state.name.as_ref()) {
            let ways = state.transitions.iter().map(|way| way.target.clone());
            entered.extend(ways.filter(|name| selected.contains(name.as_ref())));
        }
    }
    let mut entered = entered.into_iter();
    let name = match (entered.next(), entered.next()) {
        (Some(one), Some(other)) => {
            return Err(format!("{one} and {other} are both entered from outside"));
        }
        (Some(one), None) => one.to_string(),
        (None, _) => first_of(states).unwrap_or_default(),
    };
    let found = states.iter().find(|state| state.name.as_ref() == name);
    let found = found.copied().ok_or("Nothing is selected")?;
    match unreached(states, found) {
        Some(name) => Err(format!(
            "{name} does not follow {}; only states that are connected can be wrapped",
            found.name
        )),
        None => Ok(found),
    }
}

/// A state that the entry does not lead to within the selection.
fn unreached(states: &[&State], entry: &State) -> Option<Arc<str>> {
    let mut reached = BTreeSet::from([entry.name.clone()]);
    let mut open = vec![entry];
    while let Some(state) = open.pop() {
        for way in &state.transitions {
            let next = states.iter().find(|other| other.name == way.target);
            if let Some(next) = next
                && reached.insert(next.name.clone())
            {
                open.push(next);
            }
        }
    }
    let missing = states.iter().find(|state| !reached.contains(&state.name));
    missing.map(|state| state.name.clone())
}

/// Where the selection leads, if that is one place.
fn exit_of(states: &[&State], selected: &BTreeSet<&str>) -> Result<Onward, String> {
    let mut targets: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut ends = false;
    let mut succeeds = None;
    for state in states {
        let next = state
            .transitions
            .iter()
            .find(|way| way.kind == TransitionKind::Next);
        match next {
            Some(way) if !selected.contains(way.target.as_ref()) => {
                targets.insert(way.target.clone());
            }
            Some(_) => {}
            None if state.kind == Some(StateKind::Succeed) => succeeds = Some(&state.name),
            None => ends |= rewire::goes_on(state),
        }
    }
    let mut targets = targets.into_iter();
    match (targets.next(), targets.next()) {
        (Some(one), Some(other)) => Err(format!("They lead to {one} and to {other}")),
        (Some(target), None) => match (ends, succeeds) {
            (true, _) => Err(format!("They lead to {target} and to the end")),
            (false, Some(name)) => Err(format!(
                "{name} ends the workflow; inside it would only end the branch"
            )),
            (false, None) => Ok(Onward::To(target)),
        },
        (None, _) => Ok(Onward::End),
    }
}

/// The Catchers that lead out, which only the container can have from then on: every state that can
/// catch has to have the same ones, else the container would catch for states that did not.
fn shared_catch(
    draft: &Draft<'_>,
    states: &[&State],
    selected: &BTreeSet<&str>,
) -> Result<Vec<Value>, String> {
    let catching = states.iter().filter(|state| {
        matches!(
            state.kind,
            Some(StateKind::Task | StateKind::Parallel | StateKind::Map)
        )
    });
    let mut shared: Option<(Arc<str>, Vec<Value>)> = None;
    for state in catching {
        let outside: Vec<Value> = state
            .transitions
            .iter()
            .filter(|way| matches!(way.kind, TransitionKind::Catch(_)))
            .filter(|way| !selected.contains(way.target.as_ref()))
            .filter_map(|way| {
                let text = draft.tree.span(way.holder).of(&draft.text);
                serde_json::from_str(text).ok()
            })
            .collect();
        match &shared {
            None => shared = Some((state.name.clone(), outside)),
            Some((other, catch)) if *catch != outside => {
                return Err(format!(
                    "{other} and {} catch errors differently, and outside it the container would catch for both",
                    state.name
                ));
            }
            Some(_) => {}
        }
    }
    Ok(shared.map(|(_, catch)| catch).unwrap_or_default())
}

fn container_json(kind: StateKind, onward: &Onward, catch: Vec<Value>) -> Value {
    let empty = json!({"StartAt": "", "States": {}});
    let mut state = match kind {
        StateKind::Map => json!({
            "Type": "Map",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "", "States": {}
            }
        }),
        _ => json!({"Type": "Parallel", "Branches": [empty]}),
    };
    if let Some(fields) = state.as_object_mut() {
        if !catch.is_empty() {
            fields.insert("Catch".to_owned(), Value::Array(catch));
        }
        match onward {
            Onward::To(target) => fields.insert("Next".to_owned(), json!(target.as_ref())),
            Onward::End => fields.insert("End".to_owned(), json!(true)),
        };
    }
    state
}
