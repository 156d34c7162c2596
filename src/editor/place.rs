//! Places where a state can be put, and what putting one there means.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::ScopeId;
use crate::asl::ScopeSlot;
use crate::asl::State;
use crate::asl::StateId;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::asl::TransitionKind;
use crate::editor::Refusal;
use crate::editor::Revision;
use crate::editor::draft::Draft;
use crate::editor::rewire;
use crate::editor::words::ends;
use crate::editor::words::no_such_state;
use crate::editor::words::nothing_can_follow;
use crate::editor::words::refusal;
use crate::editor::words::refuse;
use crate::syntax::Fragment;
use crate::syntax::NodeId;
use crate::syntax::NodeKind;
use crate::syntax::Spot;
use crate::text::Span;
use crate::text::Splice;

/// A place for a new, moved or pasted state.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// On a transition; where `Next` is named and the state ends, on the way to the end.
    OnEdge(StatePath, TransitionKind),
    /// Between the start mark and the first state of a scope; none is the outermost scope.
    AtStart(Option<(StatePath, ScopeSlot)>),
    /// Before a state, whatever leads there.
    Before(StatePath),
    /// Behind a state: on its Next, on its way to the end, or on the Default of a Choice.
    After(StatePath),
    /// In a branch, or in what a Map repeats, that has no states.
    EmptyBranch(StatePath, ScopeSlot),
    /// In a workflow without states.
    EmptyMachine,
    /// As the target of a new rule of a Choice.
    NewRule(StatePath),
    /// As the only state of a new branch of a Parallel.
    NewBranch(StatePath),
}

/// What lies at a place.
#[derive(Clone, Debug)]
pub(crate) struct Landing {
    pub scope: ScopeId,
    pub beside: Beside,
    pub arrivals: Vec<Arrival>,
    pub onward: Onward,
}

/// Where the state is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    After(StateId),
    Before(StateId),
    Last,
}

/// Where the state leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Onward {
    To(Arc<str>),
    End,
}

/// What leads to the state from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// The text of a target.
    Target(Span),
    /// `"End": true` of a state.
    End(StateId),
    NewNext(StateId),
    NewDefault(StateId),
    NewRule(StateId),
    /// `StartAt` of the scope, which is missing or not text.
    StartAt,
}

/// All places of a machine, for showing them while something is dragged.
pub fn places(revision: &Revision) -> Vec<Place> {
    let draft = Draft::new(revision);
    let machine = &revision.machine;
    let mut found = Vec::new();
    for id in machine.scope_ids() {
        let Some(scope) = machine.scope(id) else {
            continue;
        };
        let owner = scope.owner.and_then(|(owner, slot)| {
            let container = machine.state(owner)?;
            Some((container.path.clone(), slot))
        });
        if !scope.states.is_empty() {
            found.push(Place::AtStart(owner));
        } else if let Some((container, slot)) = owner {
            found.push(Place::EmptyBranch(container, slot));
        } else {
            found.push(Place::EmptyMachine);
        }
    }
    if machine.scopes.is_empty() {
        found.push(Place::EmptyMachine);
    }
    let led_to = arrival_counts(&draft);
    for state in &machine.states {
        let edges = state.transitions.iter().map(|way| way.kind);
        found.extend(edges.map(|kind| Place::OnEdge(state.path.clone(), kind)));
        if !state.transitions.iter().any(|way| is_main(way.kind)) {
            found.push(Place::After(state.path.clone()));
        }
        if led_to
            .get(&(state.scope, state.name.as_ref()))
            .is_some_and(|count| *count > 1)
        {
            found.push(Place::Before(state.path.clone()));
        }
        match state.kind {
            Some(StateKind::Choice) => found.push(Place::NewRule(state.path.clone())),
            Some(StateKind::Parallel) => found.push(Place::NewBranch(state.path.clone())),
            Some(StateKind::Map) if state.scopes.is_empty() => {
                found.push(Place::EmptyBranch(
                    state.path.clone(),
                    ScopeSlot::ItemProcessor,
                ));
            }
            _ => {}
        }
    }
    found.retain(|place| check(&draft, place).is_ok());
    found
}

/// How many ways lead to each state.
fn arrival_counts<'a>(draft: &'a Draft<'_>) -> BTreeMap<(ScopeId, &'a str), usize> {
    let mut counts = BTreeMap::new();
    let machine = &draft.machine;
    let starts = machine.scope_ids().filter_map(|id| {
        let start = machine.scope(id)?.start_at.as_deref()?;
        Some((id, start))
    });
    let ways = machine.states.iter().flat_map(|state| {
        let ways = state.transitions.iter();
        ways.filter(|way| way.target != state.name)
            .map(|way| (state.scope, way.target.as_ref()))
    });
    for key in starts.chain(ways) {
        *counts.entry(key).or_default() += 1;
    }
    counts
}

/// Whether a place takes a new state of a kind: what `plan` would say, without planning it.
pub fn accepts(revision: &Revision, place: &Place, kind: StateKind) -> Result<(), Refusal> {
    let draft = Draft::new(revision);
    check(&draft, place)?;
    match landing(&draft, place) {
        Ok(landing) => check_left_behind(&draft, &landing, kind),
        // A branch that does not exist yet: nothing leads on from there.
        Err(_) => Ok(()),
    }
}

fn is_main(kind: TransitionKind) -> bool {
    matches!(kind, TransitionKind::Next | TransitionKind::Default)
}

/// Whether something may be put at a place at all.
fn check(draft: &Draft<'_>, place: &Place) -> Result<(), Refusal> {
    match place {
        Place::NewBranch(path) => parallel(draft, path).map(|_| ()),
        Place::EmptyBranch(path, slot) if scope_of(draft, path, *slot).is_none() => {
            missing_scope(draft, path, *slot).map(|_| ())
        }
        Place::EmptyMachine if draft.tree.root().is_none() => Ok(()),
        Place::EmptyMachine => {
            with_states(draft, ScopeId(0))?;
            landing(draft, place).map(|_| ())
        }
        _ => landing(draft, place).map(|_| ()),
    }
}

/// A kind that goes nowhere would cut off what the place leads to.
pub(crate) fn check_left_behind(
    draft: &Draft<'_>,
    landing: &Landing,
    kind: StateKind,
) -> Result<(), Refusal> {
    if !kind.is_terminal() {
        return Ok(());
    }
    match left_behind(draft, landing) {
        Some(name) => refuse(
            format!("{name} would be left behind"),
            ends(kind, landing.scope != ScopeId(0)),
        ),
        None => Ok(()),
    }
}

/// The state the place leads to, if no other way leads there from the start of the scope.
pub(crate) fn left_behind(draft: &Draft<'_>, landing: &Landing) -> Option<Arc<str>> {
    let Onward::To(name) = &landing.onward else {
        return None;
    };
    draft.machine.in_scope(landing.scope, name)?;
    let without = rewire::reachable(draft, landing.scope, &landing.arrivals);
    let lost = !without.contains(name.as_ref())
        && rewire::reachable(draft, landing.scope, &[]).contains(name.as_ref());
    lost.then(|| name.clone())
}

/// Makes the scope a place lies in, where it does not exist yet. Gives the place in it.
pub(crate) fn prepare(draft: &mut Draft<'_>, place: &Place) -> Result<Place, Refusal> {
    const EMPTY: &str = r#"{"StartAt":"","States":{}}"#;
    match place {
        Place::NewBranch(path) => {
            let (state, branches) = parallel(draft, path)?;
            let sheet = draft.sheet();
            let (splices, index) = match branches {
                Some(list) => (
                    sheet.insert_item(list, Spot::Last, &Fragment::json(EMPTY)),
                    draft.tree.items(list).len(),
                ),
                None => {
                    let list = Fragment::Json(format!("[{EMPTY}]"));
                    (sheet.set_member(state, "Branches", &list), 0)
                }
            };
            draft.apply(splices)?;
            Ok(Place::EmptyBranch(path.clone(), ScopeSlot::Branch(index)))
        }
        Place::EmptyBranch(path, slot) => {
            let splices = match scope_of(draft, path, *slot) {
                Some(scope) => with_states(draft, scope)?,
                None => {
                    let state = missing_scope(draft, path, *slot)?;
                    let sheet = draft.sheet();
                    match slot {
                        ScopeSlot::Branch(_) => sheet.set_member(
                            state,
                            "Branches",
                            &Fragment::Json(format!("[{EMPTY}]")),
                        ),
                        ScopeSlot::ItemProcessor | ScopeSlot::Iterator => {
                            let field = slot.to_string();
                            let field = field.trim_start_matches('/');
                            sheet.set_member(state, field, &Fragment::json(EMPTY))
                        }
                    }
                }
            };
            if !splices.is_empty() {
                draft.apply(splices)?;
            }
            Ok(place.clone())
        }
        Place::EmptyMachine => {
            let splices = match draft.tree.root() {
                None => {
                    let newline = draft.manner.style.newline;
                    let end = draft.text.len();
                    let text = crate::syntax::render(
                        &Fragment::json(EMPTY),
                        &crate::syntax::Layout::Lines {
                            lead: String::new(),
                        },
                        &draft.manner,
                    );
                    let start = if draft.manner.style.byte_order_mark {
                        3
                    } else {
                        0
                    };
                    vec![Splice {
                        span: Span::new(start, end),
                        insert: format!("{text}{newline}"),
                    }]
                }
                Some(_) => with_states(draft, ScopeId(0))?,
            };
            if !splices.is_empty() {
                draft.apply(splices)?;
            }
            Ok(place.clone())
        }
        _ => Ok(place.clone()),
    }
}

/// `States` of a scope that lacks it.
fn with_states(draft: &Draft<'_>, scope: ScopeId) -> Result<Vec<Splice>, Refusal> {
    let scope = draft.scope(scope)?;
    let is_object = |node: NodeId| matches!(draft.tree.kind(node), NodeKind::Object(_));
    if !is_object(scope.node) {
        return refuse(
            "Nothing can be put here",
            "The definition is not an object; mend the text first",
        );
    }
    let sheet = draft.sheet();
    Ok(match scope.states_node {
        Some(states) if is_object(states) => Vec::new(),
        Some(states) => sheet.replace_value(states, &Fragment::json("{}")),
        None => sheet.insert_member(scope.node, Spot::Last, "States", &Fragment::json("{}")),
    })
}

/// Says what lies at a place; the scope has to exist (`prepare`).
pub(crate) fn landing(draft: &Draft<'_>, place: &Place) -> Result<Landing, Refusal> {
    match place {
        Place::OnEdge(path, kind) => on_edge(draft, draft.state(path)?, *kind),
        Place::After(path) => {
            let state = draft.state(path)?;
            match state.kind {
                Some(StateKind::Choice) => on_edge(draft, state, TransitionKind::Default),
                _ => on_edge(draft, state, TransitionKind::Next),
            }
        }
        Place::Before(path) => {
            let state = draft.state(path)?;
            Ok(Landing {
                scope: state.scope,
                beside: Beside::Before(id_of(draft, state)?),
                arrivals: rewire::arrivals_to(draft, state.scope, &state.name),
                onward: Onward::To(state.name.clone()),
            })
        }
        Place::AtStart(owner) => {
            let scope = match owner {
                None => ScopeId(0),
                Some((path, slot)) => {
                    scope_of(draft, path, *slot).ok_or_else(|| no_such_branch(path))?
                }
            };
            at_start(draft, scope)
        }
        Place::EmptyMachine => empty(draft, ScopeId(0)),
        Place::EmptyBranch(path, slot) => {
            let scope = scope_of(draft, path, *slot).ok_or_else(|| no_such_branch(path))?;
            empty(draft, scope)
        }
        Place::NewRule(path) => {
            let state = draft.state(path)?;
            if state.kind != Some(StateKind::Choice) {
                return refuse(
                    format!("{} takes no rules", state.name),
                    "Only a Choice has rules",
                );
            }
            let id = id_of(draft, state)?;
            Ok(Landing {
                scope: state.scope,
                beside: Beside::After(id),
                arrivals: vec![Arrival::NewRule(id)],
                onward: Onward::End,
            })
        }
        Place::NewBranch(path) => Err(no_such_branch(path)),
    }
}

fn on_edge(draft: &Draft<'_>, state: &State, kind: TransitionKind) -> Result<Landing, Refusal> {
    let id = id_of(draft, state)?;
    let way = state.transitions.iter().find(|way| way.kind == kind);
    let terminal = state.kind.is_some_and(StateKind::is_terminal);
    let (arrival, onward) = match (way, kind) {
        _ if terminal => return Err(nothing_can_follow(state)),
        (Some(way), _) => (
            Arrival::Target(way.target_span),
            Onward::To(way.target.clone()),
        ),
        (None, TransitionKind::Next) if state.kind.is_none_or(StateKind::has_next) => {
            let has_end = draft.tree.get(state.node, "End").is_some();
            let has_next = draft.tree.get(state.node, "Next").is_some();
            if has_next {
                return refuse(
                    format!("Nothing can follow {}", state.name),
                    "Its Next is not text; mend it first",
                );
            }
            let arrival = if has_end {
                Arrival::End(id)
            } else {
                Arrival::NewNext(id)
            };
            (arrival, Onward::End)
        }
        (None, TransitionKind::Default) if state.kind == Some(StateKind::Choice) => {
            (Arrival::NewDefault(id), Onward::End)
        }
        (None, _) => return Err(nothing_can_follow(state)),
    };
    Ok(Landing {
        scope: state.scope,
        beside: Beside::After(id),
        arrivals: vec![arrival],
        onward,
    })
}

fn at_start(draft: &Draft<'_>, scope: ScopeId) -> Result<Landing, Refusal> {
    let found = draft.scope(scope)?;
    let first = found
        .start_at
        .as_ref()
        .and_then(|name| draft.machine.in_scope(scope, name));
    let Some(written_first) = found.states.first() else {
        return empty(draft, scope);
    };
    let Some(first) = first else {
        return refuse(
            "Nothing can be put at the start",
            "StartAt names no state; mend it first",
        );
    };
    let name = draft.machine.state(first).map(|state| state.name.clone());
    Ok(Landing {
        scope,
        beside: Beside::Before(if first == *written_first {
            first
        } else {
            *written_first
        }),
        arrivals: vec![start_arrival(draft, scope)?],
        onward: name.map_or(Onward::End, Onward::To),
    })
}

fn empty(draft: &Draft<'_>, scope: ScopeId) -> Result<Landing, Refusal> {
    let found = draft.scope(scope)?;
    if !found.states.is_empty() {
        return refuse(
            "This is not empty",
            "There are states already; drop on one of their edges",
        );
    }
    Ok(Landing {
        scope,
        beside: Beside::Last,
        arrivals: vec![start_arrival(draft, scope)?],
        onward: Onward::End,
    })
}

fn start_arrival(draft: &Draft<'_>, scope: ScopeId) -> Result<Arrival, Refusal> {
    let found = draft.scope(scope)?;
    Ok(match (&found.start_at, found.start_at_span) {
        (Some(_), Some(span)) => Arrival::Target(span),
        _ => Arrival::StartAt,
    })
}

pub(crate) fn id_of(draft: &Draft<'_>, state: &State) -> Result<StateId, Refusal> {
    draft
        .machine
        .id_of(&state.path)
        .ok_or_else(|| no_such_state(&state.path))
}

/// The scope in a slot of a container.
pub(crate) fn scope_of(
    draft: &Draft<'_>,
    container: &StatePath,
    slot: ScopeSlot,
) -> Option<ScopeId> {
    let state = draft.machine.find(container)?;
    let fits = |id: &&ScopeId| {
        let owner = draft.machine.scope(**id).and_then(|scope| scope.owner);
        owner.is_some_and(|(_, found)| found == slot)
    };
    state.scopes.iter().find(fits).copied()
}

fn no_such_branch(path: &StatePath) -> Refusal {
    refusal(
        format!("{} has no such branch", path.name()),
        "It may have been removed meanwhile",
    )
}

/// The object of a Parallel and its list of branches.
fn parallel(draft: &Draft<'_>, path: &StatePath) -> Result<(NodeId, Option<NodeId>), Refusal> {
    let state = draft.state(path)?;
    if state.kind != Some(StateKind::Parallel) {
        return refuse(
            format!("{} takes no branches", state.name),
            "Only a Parallel has branches",
        );
    }
    let list = draft.tree.get(state.node, "Branches");
    let list = list.filter(|node| matches!(draft.tree.kind(*node), NodeKind::Array(_)));
    Ok((state.node, list))
}

/// The object of a container that lacks the scope of a slot, where that can be made.
fn missing_scope(draft: &Draft<'_>, path: &StatePath, slot: ScopeSlot) -> Result<NodeId, Refusal> {
    let state = draft.state(path)?;
    let fits = match slot {
        ScopeSlot::Branch(index) => state.kind == Some(StateKind::Parallel) && index == 0,
        ScopeSlot::ItemProcessor | ScopeSlot::Iterator => state.kind == Some(StateKind::Map),
    };
    if fits && state.scopes.is_empty() {
        Ok(state.node)
    } else {
        Err(no_such_branch(path))
    }
}
