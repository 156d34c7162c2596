//! The flow graph: states as nodes, transitions as edges, scopes as what they lie in.
//!
//! The order of everything follows the transitions from `StartAt`, then the names, so two texts that
//! differ in the order of their keys only have the same flow.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use petgraph::graph::DiGraph;
use petgraph::graph::NodeIndex;
use petgraph::visit::Dfs;
use petgraph::visit::EdgeFiltered;

use crate::asl::Machine;
use crate::asl::ScopeId;
use crate::asl::State;
use crate::asl::StateId;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::asl::Transition;
use crate::asl::TransitionKind;
use crate::asl::labels::transition_labels;
use crate::graph::EdgeKey;
use crate::graph::EdgeKind;
use crate::graph::NodeKey;
use crate::graph::NodeKind;
use crate::graph::label;
use crate::syntax::Tree;

/// Nodes and edges of a machine, containers before what lies in them.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    pub nodes: Vec<FlowNode>,
    pub edges: Vec<FlowEdge>,
    /// The outermost scope first, scopes after the container they lie in.
    pub scopes: Vec<FlowScope>,
    /// Transitions to a state that is not there. They are not drawn.
    pub missing: Vec<MissingTarget>,
    index: BTreeMap<NodeKey, usize>,
    graph: DiGraph<usize, usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FlowNode {
    pub key: NodeKey,
    /// The state's name, or the caption of a mark.
    pub name: String,
    pub kind: NodeKind,
    /// The Parallel or Map the node lies in.
    pub container: Option<NodeKey>,
    /// The place of its scope in `Flow::scopes`.
    pub scope: usize,
}

/// All transitions between two states that are taken for the same reason: by rule, or after an error.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowEdge {
    pub key: EdgeKey,
    pub label: Option<String>,
    /// The transitions it stands for, in the order in which they are tried; none for the marks' edges.
    pub transitions: Vec<FlowTransition>,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FlowTransition {
    pub kind: TransitionKind,
    /// Short enough for a label.
    pub label: Option<String>,
    /// In full, for a tooltip.
    pub full: Option<String>,
}

/// A scope with its nodes in the order of the flow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlowScope {
    /// The Parallel or Map; none for the outermost scope.
    pub owner: Option<NodeKey>,
    /// Places in `Flow::nodes`, the one to begin with first.
    pub nodes: Vec<usize>,
}

/// A name that leads nowhere.
#[derive(Clone, Debug, PartialEq)]
pub struct MissingTarget {
    /// The state, the container whose scope has no such `StartAt`, or the start mark.
    pub from: NodeKey,
    pub kind: EdgeKind,
    /// Empty where the name itself is missing.
    pub target: String,
}

impl PartialEq for Flow {
    fn eq(&self, other: &Flow) -> bool {
        // The index and the graph follow from these.
        self.nodes == other.nodes
            && self.edges == other.edges
            && self.scopes == other.scopes
            && self.missing == other.missing
    }
}

impl FlowEdge {
    pub fn kind(&self) -> EdgeKind {
        self.key.kind
    }
}

/// Builds the flow of a machine. Total: a broken machine has a flow too.
pub fn flow(tree: &Tree, machine: &Machine) -> Flow {
    let mut flow = Flow::default();
    let order = ScopeOrders::of(machine);
    flow.add_nodes(machine, &order);
    for node in 0..flow.nodes.len() {
        flow.add_edges(tree, machine, node);
    }
    flow.connect_marks(machine, &order);
    flow.build_graph();
    flow
}

impl Flow {
    pub fn node(&self, key: &NodeKey) -> Option<&FlowNode> {
        self.index.get(key).and_then(|at| self.nodes.get(*at))
    }

    pub fn edge(&self, key: &EdgeKey) -> Option<&FlowEdge> {
        self.outgoing(&key.from).find(|edge| edge.key == *key)
    }

    /// The edges that leave a node, in the order in which they are tried.
    pub fn outgoing(&self, key: &NodeKey) -> impl Iterator<Item = &FlowEdge> {
        self.directed(key, petgraph::Direction::Outgoing)
    }

    pub fn incoming(&self, key: &NodeKey) -> impl Iterator<Item = &FlowEdge> {
        self.directed(key, petgraph::Direction::Incoming)
    }

    /// The edge that a transition of the definition is part of.
    pub fn edge_of(&self, state: &StatePath, kind: TransitionKind) -> Option<&FlowEdge> {
        self.outgoing(&NodeKey::State(state.clone()))
            .find(|edge| edge.transitions.iter().any(|one| one.kind == kind))
    }

    /// The nodes that can be reached from the beginning of their own scope, with or without Catch.
    pub fn reachable(&self, with_catch: bool) -> BTreeSet<&NodeKey> {
        let allowed = EdgeFiltered::from_fn(&self.graph, |edge| {
            with_catch
                || !self
                    .edges
                    .get(*edge.weight())
                    .is_some_and(|edge| edge.kind().is_catch())
        });
        let mut found = BTreeSet::new();
        for scope in &self.scopes {
            let Some(entry) = scope.nodes.first() else {
                continue;
            };
            let mut walk = Dfs::new(&allowed, NodeIndex::new(*entry));
            while let Some(node) = walk.next(&allowed) {
                found.extend(self.nodes.get(node.index()).map(|node| &node.key));
            }
        }
        found
    }

    fn directed(
        &self,
        key: &NodeKey,
        direction: petgraph::Direction,
    ) -> impl Iterator<Item = &FlowEdge> {
        let mut places: Vec<usize> = match self.index.get(key) {
            Some(at) => self
                .graph
                .edges_directed(NodeIndex::new(*at), direction)
                .map(|edge| *edge.weight())
                .collect(),
            None => Vec::new(),
        };
        places.sort_unstable();
        places.into_iter().filter_map(|at| self.edges.get(at))
    }

    fn add_node(&mut self, node: FlowNode) {
        let at = self.nodes.len();
        self.index.insert(node.key.clone(), at);
        if let Some(scope) = self.scopes.get_mut(node.scope) {
            scope.nodes.push(at);
        }
        self.nodes.push(node);
    }

    fn add_nodes(&mut self, machine: &Machine, order: &ScopeOrders) {
        self.scopes.push(FlowScope::default());
        self.add_node(FlowNode {
            key: NodeKey::Start,
            name: "Start".to_owned(),
            kind: NodeKind::Start,
            container: None,
            scope: 0,
        });
        // A stack of what is still to be added, so that nesting costs no call depth.
        let mut open: Vec<Step> = vec![Step::Scope(ScopeId(0), 0)];
        while let Some(step) = open.pop() {
            match step {
                Step::Scope(scope, place) => {
                    let states = order.states(scope);
                    open.extend(states.iter().rev().map(|id| Step::State(*id, place)));
                }
                Step::State(id, place) => {
                    let Some(state) = machine.state(id) else {
                        continue;
                    };
                    self.add_state(machine, state, place, &mut open);
                }
            }
        }
    }

    fn add_state(&mut self, machine: &Machine, state: &State, place: usize, open: &mut Vec<Step>) {
        let key = NodeKey::State(state.path.clone());
        self.add_node(FlowNode {
            key: key.clone(),
            name: state.name.to_string(),
            kind: state.kind.map_or(NodeKind::Unknown, NodeKind::State),
            container: self.scopes.get(place).and_then(|scope| scope.owner.clone()),
            scope: place,
        });
        let holds_states = state.kind.is_some_and(StateKind::is_container);
        if !holds_states && state.kind.is_some() {
            return;
        }
        let mut inner = Vec::new();
        for (index, scope) in state.scopes.iter().enumerate() {
            let inner_place = self.add_scope(&key);
            let empty = machine
                .scope(*scope)
                .is_none_or(|scope| scope.states.is_empty());
            if empty {
                self.add_empty(&state.path, index, inner_place);
            } else {
                inner.push(Step::Scope(*scope, inner_place));
            }
        }
        if holds_states && state.scopes.is_empty() {
            let inner_place = self.add_scope(&key);
            self.add_empty(&state.path, 0, inner_place);
        }
        open.extend(inner.into_iter().rev());
    }

    fn add_scope(&mut self, owner: &NodeKey) -> usize {
        self.scopes.push(FlowScope {
            owner: Some(owner.clone()),
            nodes: Vec::new(),
        });
        self.scopes.len() - 1
    }

    fn add_empty(&mut self, path: &StatePath, index: usize, place: usize) {
        self.add_node(FlowNode {
            key: NodeKey::EmptyBranch(path.clone(), index),
            name: String::new(),
            kind: NodeKind::EmptyBranch,
            container: Some(NodeKey::State(path.clone())),
            scope: place,
        });
    }

    fn add_edges(&mut self, tree: &Tree, machine: &Machine, from: usize) {
        let Some(NodeKey::State(path)) = self.nodes.get(from).map(|node| node.key.clone()) else {
            return;
        };
        let Some(state) = machine.find(&path) else {
            return;
        };
        // Grouped by target and reason, in the order in which they are tried.
        let mut groups: Vec<(usize, bool, Vec<FlowTransition>)> = Vec::new();
        let labels = transition_labels(tree, state);
        for (transition, label) in state.transitions.iter().zip(labels) {
            if !is_drawn(state, transition) {
                continue;
            }
            let target = machine
                .in_scope(state.scope, &transition.target)
                .and_then(|id| machine.state(id))
                .and_then(|target| self.index.get(&NodeKey::State(target.path.clone())));
            let Some(to) = target.copied() else {
                self.missing.push(MissingTarget {
                    from: NodeKey::State(path.clone()),
                    kind: transition.kind.into(),
                    target: transition.target.to_string(),
                });
                continue;
            };
            let label = label.filter(|label| !label.short.is_empty());
            let one = FlowTransition {
                kind: transition.kind,
                label: label.as_ref().map(|label| label.short.clone()),
                full: label.map(|label| label.full),
            };
            let catches = matches!(transition.kind, TransitionKind::Catch(_));
            let group = groups
                .iter_mut()
                .find(|(other, reason, _)| *other == to && *reason == catches);
            match group {
                Some((_, _, list)) => list.push(one),
                None => groups.push((to, catches, vec![one])),
            }
        }
        for (to, _, list) in groups {
            if let Some(first) = list.first() {
                let kind = EdgeKind::from(first.kind);
                self.add_edge(from, to, kind, label::combined(&list), list);
            }
        }
    }

    fn add_edge(
        &mut self,
        from: usize,
        to: usize,
        kind: EdgeKind,
        label: Option<String>,
        transitions: Vec<FlowTransition>,
    ) {
        let (Some(source), Some(target)) = (self.nodes.get(from), self.nodes.get(to)) else {
            return;
        };
        self.edges.push(FlowEdge {
            key: EdgeKey {
                from: source.key.clone(),
                to: target.key.clone(),
                kind,
            },
            label,
            transitions,
            from,
            to,
        });
    }

    fn connect_marks(&mut self, machine: &Machine, order: &ScopeOrders) {
        let ends: Vec<usize> = (0..self.nodes.len())
            .filter(|at| self.ends_the_machine(machine, *at))
            .collect();
        let empty = order.states(ScopeId(0)).is_empty();
        if empty || !ends.is_empty() {
            self.add_node(FlowNode {
                key: NodeKey::End,
                name: "End".to_owned(),
                kind: NodeKind::End,
                container: None,
                scope: 0,
            });
        }
        let end = self.nodes.len() - 1;
        for from in ends {
            self.add_edge(from, end, EdgeKind::End, None, Vec::new());
        }
        if empty {
            self.add_edge(0, end, EdgeKind::Start, None, Vec::new());
        }
        for (scope, start) in &order.starts {
            let owner = machine.scope(*scope).and_then(|scope| scope.owner);
            match (owner, start) {
                (None, Ok(id)) => {
                    let first = machine
                        .state(*id)
                        .and_then(|state| self.index.get(&NodeKey::State(state.path.clone())));
                    if let Some(first) = first.copied() {
                        self.add_edge(0, first, EdgeKind::Start, None, Vec::new());
                    }
                }
                (Some(_), Ok(_)) => {}
                (owner, Err(target)) => {
                    let container = owner
                        .and_then(|(id, _)| machine.state(id))
                        .map(|state| NodeKey::State(state.path.clone()));
                    self.missing.push(MissingTarget {
                        from: container.unwrap_or(NodeKey::Start),
                        kind: EdgeKind::Start,
                        target: target.clone(),
                    });
                }
            }
        }
    }

    fn ends_the_machine(&self, machine: &Machine, at: usize) -> bool {
        let Some(node) = self.nodes.get(at).filter(|node| node.scope == 0) else {
            return false;
        };
        let state = node.key.state().and_then(|path| machine.find(path));
        state.is_some_and(|state| match state.kind {
            Some(StateKind::Succeed) => true,
            Some(StateKind::Fail | StateKind::Choice) => false,
            Some(_) | None => state.end,
        })
    }

    fn build_graph(&mut self) {
        self.edges.sort_by_key(|edge| edge.from);
        let mut graph = DiGraph::with_capacity(self.nodes.len(), self.edges.len());
        for at in 0..self.nodes.len() {
            graph.add_node(at);
        }
        for (at, edge) in self.edges.iter().enumerate() {
            graph.add_edge(NodeIndex::new(edge.from), NodeIndex::new(edge.to), at);
        }
        self.graph = graph;
    }
}

enum Step {
    Scope(ScopeId, usize),
    State(StateId, usize),
}

/// The states of every scope in the order of the flow, and where each scope begins.
struct ScopeOrders {
    orders: BTreeMap<ScopeId, Vec<StateId>>,
    /// The first state, or the name that leads nowhere; no entry for a scope without states.
    starts: Vec<(ScopeId, Result<StateId, String>)>,
}

impl ScopeOrders {
    fn of(machine: &Machine) -> ScopeOrders {
        let mut found = ScopeOrders {
            orders: BTreeMap::new(),
            starts: Vec::new(),
        };
        for id in machine.scope_ids() {
            let Some(scope) = machine.scope(id) else {
                continue;
            };
            if scope.states.is_empty() {
                continue;
            }
            let name = scope.start_at.as_deref().unwrap_or_default();
            let start = machine.in_scope(id, name);
            let mut seeds = scope.states.clone();
            seeds.sort_by_key(|id| machine.state(*id).map(|state| state.name.clone()));
            found
                .orders
                .insert(id, depth_first(machine, id, start, &seeds));
            found
                .starts
                .push((id, start.ok_or_else(|| name.to_owned())));
        }
        found
    }

    fn states(&self, scope: ScopeId) -> &[StateId] {
        self.orders
            .get(&scope)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }
}

fn depth_first(
    machine: &Machine,
    scope: ScopeId,
    start: Option<StateId>,
    seeds: &[StateId],
) -> Vec<StateId> {
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    for seed in start.iter().chain(seeds) {
        let mut open = vec![*seed];
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            order.push(id);
            let Some(state) = machine.state(id) else {
                continue;
            };
            let drawn = state.transitions.iter().filter(|one| is_drawn(state, one));
            let targets = drawn.filter_map(|one| machine.in_scope(scope, &one.target));
            let before = open.len();
            open.extend(targets);
            if let Some(added) = open.get_mut(before..) {
                added.reverse();
            }
        }
    }
    order
}

/// A state leaves by the transitions its type has; one of an unknown type by whatever it names.
fn is_drawn(state: &State, transition: &Transition) -> bool {
    let Some(kind) = state.kind else {
        return true;
    };
    match transition.kind {
        TransitionKind::Next => kind.has_next(),
        TransitionKind::Choice(_) | TransitionKind::Default => kind == StateKind::Choice,
        TransitionKind::Catch(_) => kind.has_next(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Format;
    use crate::syntax::parse;

    fn read(text: &str) -> Flow {
        let tree = parse(text, Format::Json).tree;
        flow(&tree, &crate::asl::read(&tree))
    }

    fn edges(flow: &Flow) -> Vec<String> {
        flow.edges.iter().map(|edge| edge.key.to_string()).collect()
    }

    #[test]
    fn parallel_transitions_become_one_edge() {
        let flow = read(
            r#"{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[
            {"Variable":"$.a","NumericEquals":1,"Next":"F"},{"Variable":"$.a","NumericEquals":2,"Next":"F"},
            {"Variable":"$.a","NumericEquals":3,"Next":"S"}],"Default":"Nowhere"},
            "F":{"Type":"Fail"},"S":{"Type":"Succeed"}}}"#,
        );
        assert_eq!(
            edges(&flow),
            [
                "start -> /States/C (start)",
                "/States/C -> /States/F (choice0)",
                "/States/C -> /States/S (choice2)",
                "/States/S -> end (end)",
            ]
        );
        let first = flow.edges.get(1).unwrap();
        assert_eq!(first.label.as_deref(), Some("2 rules"));
        assert_eq!(first.transitions.len(), 2);
        assert_eq!(flow.missing.len(), 1);
        assert_eq!(flow.missing[0].target, "Nowhere");
    }

    #[test]
    fn the_order_of_keys_does_not_matter() {
        let a = read(
            r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","End":true},"X":{"Type":"Pass","End":true}}}"#,
        );
        let b = read(
            r#"{"States":{"X":{"End":true,"Type":"Pass"},"B":{"Type":"Pass","End":true},"A":{"Next":"B","Type":"Pass"}},"StartAt":"A"}"#,
        );
        assert_eq!(a, b);
        assert!(
            !a.reachable(true)
                .contains(&NodeKey::State(StatePath::top("X")))
        );
    }

    #[test]
    fn nothing_and_broken_machines_have_a_flow() {
        assert_eq!(edges(&read("")), ["start -> end (start)"]);
        assert_eq!(edges(&read("[1")), ["start -> end (start)"]);
        let flow = read(
            r#"{"States":{"P":{"Type":"Parallel","Branches":[{}],"End":true},"Q":{"Type":"Odd","Next":"Q"}}}"#,
        );
        assert_eq!(flow.missing.len(), 1);
        assert_eq!(
            edges(&flow),
            ["/States/P -> end (end)", "/States/Q -> /States/Q (next)"]
        );
        assert!(
            flow.node(&NodeKey::EmptyBranch(StatePath::top("P"), 0))
                .is_some()
        );
    }

    #[test]
    fn handlers_are_reached_by_catch_only() {
        let flow = read(
            r#"{"StartAt":"A","States":{"A":{"Type":"Task","Catch":[{"ErrorEquals":["States.ALL"],"Next":"H"}],"End":true},"H":{"Type":"Fail"}}}"#,
        );
        let handler = NodeKey::State(StatePath::top("H"));
        assert!(flow.reachable(true).contains(&handler));
        assert!(!flow.reachable(false).contains(&handler));
        let edge = flow
            .edge_of(&StatePath::top("A"), TransitionKind::Catch(0))
            .unwrap();
        assert_eq!(edge.label.as_deref(), Some("States.ALL"));
    }
}
