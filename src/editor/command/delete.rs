//! Delete: states away, and what led to them leads to what they led to.

use std::collections::BTreeSet;

use crate::asl::ScopeId;
use crate::asl::State;
use crate::asl::StateId;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::asl::TransitionKind;
use crate::editor::Refusal;
use crate::editor::draft::Draft;
use crate::editor::place::Onward;
use crate::editor::plan::Outcome;
use crate::editor::plan::some_states;
use crate::editor::rewire;
use crate::editor::words::refuse;
use crate::text::Splice;

pub(crate) fn delete(draft: &mut Draft<'_>, states: &[StatePath]) -> Result<Outcome, Refusal> {
    if states.is_empty() {
        return refuse("Nothing to delete", "No state is selected");
    }
    let outermost: Vec<StatePath> = states
        .iter()
        .filter(|path| !states.iter().any(|other| path.is_inside(other)))
        .cloned()
        .collect();
    let mut ids = BTreeSet::new();
    for path in &outermost {
        draft.state(path)?;
        ids.extend(draft.machine.id_of(path));
    }
    let splices = detach(draft, &ids, LooseEnds::Remove)?;
    let select = outermost
        .first()
        .and_then(|path| survivor(draft, path, &ids));
    draft.finish(splices)?;
    Ok(Outcome {
        gone: outermost,
        ..Outcome::new(format!("Delete {}", some_states(states)), select)
    })
}

/// What happens to rules, Catchers and Defaults whose target goes without leading on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum LooseEnds {
    /// They go with it.
    Remove,
    /// Then it may not go.
    Refuse,
}

/// Takes states of any scopes away and closes the gaps.
pub(crate) fn detach(
    draft: &Draft<'_>,
    ids: &BTreeSet<StateId>,
    loose_ends: LooseEnds,
) -> Result<Vec<Splice>, Refusal> {
    let mut splices = Vec::new();
    let touched: BTreeSet<ScopeId> = ids
        .iter()
        .filter_map(|id| draft.machine.state(*id))
        .map(|state| state.scope)
        .collect();
    for scope in touched {
        splices.extend(detach_in(draft, scope, ids, loose_ends)?);
    }
    Ok(splices)
}

fn detach_in(
    draft: &Draft<'_>,
    scope: ScopeId,
    ids: &BTreeSet<StateId>,
    loose_ends: LooseEnds,
) -> Result<Vec<Splice>, Refusal> {
    let sheet = draft.sheet();
    let mut splices = Vec::new();
    let found = draft.scope(scope)?;
    let target = |name: &str| {
        let id = draft.machine.in_scope(scope, name)?;
        ids.contains(&id).then_some(id)
    };
    for id in &found.states {
        let Some(state) = draft.machine.state(*id).filter(|_| !ids.contains(id)) else {
            continue;
        };
        let mut loose = Vec::new();
        for way in &state.transitions {
            let Some(gone) = target(&way.target) else {
                continue;
            };
            match successor(draft, scope, gone, ids, state)? {
                Onward::To(name) if name == state.name && way.kind == TransitionKind::Next => {
                    loose.push(way.kind);
                }
                Onward::To(name) => splices.push(sheet.replace_string(way.target_span, &name)),
                Onward::End => loose.push(way.kind),
            }
        }
        splices.extend(close(draft, state, &loose, loose_ends)?);
    }
    if let Some(start) = &found.start_at
        && let Some(gone) = target(start)
        && let Some(span) = found.start_at_span
    {
        let first = start_after(draft, scope, gone, ids).unwrap_or_default();
        splices.push(sheet.replace_string(span, &first));
    }
    if let Some(node) = found.states_node {
        let indexes: BTreeSet<usize> = found
            .states
            .iter()
            .filter(|id| ids.contains(id))
            .filter_map(|id| draft.member_index(draft.machine.state(*id)?))
            .collect();
        let indexes: Vec<usize> = indexes.into_iter().collect();
        splices.extend(sheet.remove_parts(node, &indexes));
    }
    Ok(splices)
}

/// Where the way goes on behind a state that goes, passing over others that go too.
fn successor(
    draft: &Draft<'_>,
    scope: ScopeId,
    gone: StateId,
    ids: &BTreeSet<StateId>,
    asking: &State,
) -> Result<Onward, Refusal> {
    let mut ends = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut current = Some(gone);
    while let Some(id) = current.take().filter(|id| seen.insert(*id)) {
        let Some(state) = draft.machine.state(id) else {
            break;
        };
        let main = state
            .transitions
            .iter()
            .find(|way| matches!(way.kind, TransitionKind::Next | TransitionKind::Default));
        let targets: Vec<_> = match main {
            Some(way) => vec![way.target.clone()],
            None if state.kind == Some(StateKind::Choice) => {
                let rules = state.transitions.iter().map(|way| way.target.clone());
                let distinct: BTreeSet<_> = rules.collect();
                distinct.into_iter().collect()
            }
            None => Vec::new(),
        };
        match targets.as_slice() {
            [] => {}
            [only] => match draft.machine.in_scope(scope, only) {
                Some(next) if ids.contains(&next) => current = Some(next),
                _ => {
                    ends.insert(only.clone());
                }
            },
            many => {
                let stay = |name: &&std::sync::Arc<str>| {
                    let id = draft.machine.in_scope(scope, name);
                    id.is_none_or(|id| !ids.contains(&id))
                };
                let staying: Vec<_> = many.iter().filter(stay).collect();
                match staying.as_slice() {
                    [] => {}
                    [only] => {
                        ends.insert((*only).clone());
                    }
                    _ => {
                        return refuse(
                            format!("{} cannot go", state.name),
                            format!(
                                "It has no Default, so nothing says which of its rules {} would follow",
                                asking.name
                            ),
                        );
                    }
                }
            }
        }
    }
    Ok(ends.into_iter().next().map_or(Onward::End, Onward::To))
}

/// Ends the transitions of a state that lead nowhere any more.
pub(crate) fn close(
    draft: &Draft<'_>,
    state: &State,
    loose: &[TransitionKind],
    loose_ends: LooseEnds,
) -> Result<Vec<Splice>, Refusal> {
    let sheet = draft.sheet();
    let mut splices = Vec::new();
    let mut rules = Vec::new();
    let mut catchers = Vec::new();
    for kind in loose {
        match kind {
            TransitionKind::Next => splices.extend(rewire::end_instead_of_next(&sheet, state.node)),
            TransitionKind::Default => splices.extend(sheet.remove_member(state.node, "Default")),
            TransitionKind::Choice(index) => rules.push(*index),
            TransitionKind::Catch(index) => catchers.push(*index),
        }
    }
    let all_next = loose.iter().all(|kind| *kind == TransitionKind::Next);
    if loose_ends == LooseEnds::Refuse && !all_next {
        return refuse(
            format!("{} needs it where it is", state.name),
            "A rule, a Default or a Catcher leads there, and nothing follows",
        );
    }
    let list = |field: &str| draft.tree.get(state.node, field);
    if !rules.is_empty()
        && let Some(choices) = list("Choices")
    {
        if rules.len() >= draft.tree.items(choices).len() {
            return refuse(
                format!("{} would be left without a rule", state.name),
                format!(
                    "A Choice needs at least one; delete {} too, or let its rules lead elsewhere first",
                    state.name
                ),
            );
        }
        rules.sort_unstable();
        splices.extend(sheet.remove_parts(choices, &rules));
    }
    if !catchers.is_empty()
        && let Some(list) = list("Catch")
    {
        if catchers.len() >= draft.tree.items(list).len() {
            splices.extend(sheet.remove_member(state.node, "Catch"));
        } else {
            catchers.sort_unstable();
            splices.extend(sheet.remove_parts(list, &catchers));
        }
    }
    Ok(splices)
}

/// The state a scope starts at when its first one goes.
fn start_after(
    draft: &Draft<'_>,
    scope: ScopeId,
    gone: StateId,
    ids: &BTreeSet<StateId>,
) -> Option<String> {
    let asking = draft.machine.state(gone)?;
    let next = match successor(draft, scope, gone, ids, asking) {
        Ok(Onward::To(name)) => draft
            .machine
            .in_scope(scope, &name)
            .map(|_| name.to_string()),
        _ => None,
    };
    let remaining = || {
        let states = &draft.machine.scope(scope)?.states;
        let first = states.iter().find(|id| !ids.contains(id))?;
        draft
            .machine
            .state(*first)
            .map(|state| state.name.to_string())
    };
    next.or_else(remaining)
}

/// A neighbor to select afterwards: what led there, else what is left of the scope.
fn survivor(draft: &Draft<'_>, path: &StatePath, ids: &BTreeSet<StateId>) -> Option<StatePath> {
    let state = draft.machine.find(path)?;
    let stays = |other: &&State| {
        draft
            .machine
            .id_of(&other.path)
            .is_some_and(|id| !ids.contains(&id))
    };
    let leads = |other: &&State| other.transitions.iter().any(|way| way.target == state.name);
    let mut others = draft.states_of(state.scope).filter(stays);
    let found = draft.states_of(state.scope).filter(stays).find(leads);
    found
        .or_else(|| others.next())
        .map(|state| state.path.clone())
}
