//! How long a workflow can take, as far as its definition says: waits, retries and timeouts on its longest way.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::asl::Machine;
use crate::asl::ScopeId;
use crate::asl::State;
use crate::asl::StateId;
use crate::asl::StateKind;
use crate::syntax::NodeId;
use crate::syntax::Tree;

/// Seconds, and what they come from, the longest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Longest {
    pub seconds: f64,
    pub parts: Vec<(f64, String)>,
}

/// How deep states may stand inside states.
const DEEPEST: usize = 64;

/// The longest way from the start to an end; ways that go round are counted once.
pub(crate) fn longest(tree: &Tree, machine: &Machine) -> Longest {
    let Some(root) = machine.scope_ids().next() else {
        return Longest::default();
    };
    let mut longest = of_scope(tree, machine, root, 0);
    longest
        .parts
        .sort_by(|(left, _), (right, _)| right.total_cmp(left));
    longest
}

fn of_scope(tree: &Tree, machine: &Machine, scope: ScopeId, depth: usize) -> Longest {
    if depth > DEEPEST {
        return Longest::default();
    }
    let start = machine
        .scope(scope)
        .and_then(|scope| scope.start_at.clone());
    let Some(start) = start.and_then(|name| machine.in_scope(scope, &name)) else {
        return Longest::default();
    };
    let order = finished_first(machine, scope, start);
    let mut known: BTreeMap<StateId, Longest> = BTreeMap::new();
    for id in order {
        let Some(state) = machine.state(id) else {
            continue;
        };
        let next = state
            .transitions
            .iter()
            .filter_map(|way| machine.in_scope(scope, &way.target))
            .filter_map(|id| known.get(&id))
            .max_by(|left, right| left.seconds.total_cmp(&right.seconds));
        let mut sum = next.cloned().unwrap_or_default();
        let own = of_state(tree, machine, state, depth);
        sum.seconds += own.seconds;
        sum.parts.extend(own.parts);
        known.insert(id, sum);
    }
    known.remove(&start).unwrap_or_default()
}

/// States in such an order that those a state leads to come before it, circles aside.
fn finished_first(machine: &Machine, scope: ScopeId, start: StateId) -> Vec<StateId> {
    enum Task {
        Enter(StateId),
        Leave(StateId),
    }
    let mut seen = BTreeSet::new();
    let mut order = Vec::new();
    let mut tasks = vec![Task::Enter(start)];
    while let Some(task) = tasks.pop() {
        match task {
            Task::Leave(id) => order.push(id),
            Task::Enter(id) => {
                if !seen.insert(id) {
                    continue;
                }
                tasks.push(Task::Leave(id));
                let Some(state) = machine.state(id) else {
                    continue;
                };
                let next = state
                    .transitions
                    .iter()
                    .filter_map(|way| machine.in_scope(scope, &way.target));
                tasks.extend(next.map(Task::Enter));
            }
        }
    }
    order
}

fn of_state(tree: &Tree, machine: &Machine, state: &State, depth: usize) -> Longest {
    let mut own = Longest::default();
    let mut add = |seconds: f64, words: String| {
        if seconds > 0.0 && seconds.is_finite() {
            own.seconds += seconds;
            own.parts.push((seconds, words));
        }
    };
    let field = |name: &str| number(tree, state.node, name);
    match state.kind {
        Some(StateKind::Wait) => {
            if let Some(seconds) = field("Seconds") {
                add(seconds, format!("{} waits {seconds} s", state.name));
            }
        }
        Some(StateKind::Task) => {
            if let Some(seconds) = field("TimeoutSeconds") {
                add(seconds, format!("{} may take {seconds} s", state.name));
            }
        }
        Some(
            StateKind::Map
            | StateKind::Parallel
            | StateKind::Pass
            | StateKind::Choice
            | StateKind::Succeed
            | StateKind::Fail,
        )
        | None => {}
    }
    for seconds in retries(tree, state) {
        let rounded = (seconds * 10.0).round() / 10.0;
        add(
            seconds,
            format!("the retries of {} wait {rounded} s", state.name),
        );
    }
    let inner = state
        .scopes
        .iter()
        .map(|scope| of_scope(tree, machine, *scope, depth + 1))
        .max_by(|left, right| left.seconds.total_cmp(&right.seconds));
    if let Some(inner) = inner {
        own.seconds += inner.seconds;
        own.parts.extend(inner.parts);
    }
    own
}

/// The seconds that each Retrier waits in all.
fn retries(tree: &Tree, state: &State) -> Vec<f64> {
    let list = tree
        .get(state.node, "Retry")
        .map(|list| tree.items(list))
        .unwrap_or_default();
    list.iter()
        .map(|retrier| {
            let field = |name: &str, usual: f64| number(tree, *retrier, name).unwrap_or(usual);
            let attempts = field("MaxAttempts", 3.0).clamp(0.0, 1_000.0) as u32;
            let (rate, most) = (
                field("BackoffRate", 2.0),
                field("MaxDelaySeconds", f64::MAX),
            );
            let mut delay = field("IntervalSeconds", 1.0);
            let mut sum = 0.0;
            for _ in 0..attempts {
                sum += delay.min(most);
                delay *= rate;
            }
            sum
        })
        .collect()
}

fn number(tree: &Tree, node: NodeId, field: &str) -> Option<f64> {
    let value = tree.get(node, field)?;
    match tree.kind(value) {
        crate::syntax::NodeKind::Number(text) => text.parse().ok(),
        _ => None,
    }
}
