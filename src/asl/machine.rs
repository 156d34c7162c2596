//! The machine: scopes and states found in a tree, however broken the rest of it is.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::asl::QueryLanguage;
use crate::asl::ScopeSlot;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::asl::Transition;
use crate::asl::transition::transitions;
use crate::syntax::NodeId;
use crate::syntax::NodeKind;
use crate::syntax::Tree;
use crate::text::Span;

/// The number of a scope within its machine; 0 is the outermost one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeId(pub u32);

/// The number of a state within its machine, in the order of the text, containers before their states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StateId(pub u32);

/// A definition's scopes and states. Nodes refer to the tree it was read from.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    pub scopes: Vec<Scope>,
    pub states: Vec<State>,
    by_path: IndexMap<StatePath, StateId>,
}

/// An object with `StartAt` and `States`: the machine itself, a branch, or what a Map repeats.
#[derive(Clone, Debug)]
pub struct Scope {
    pub node: NodeId,
    /// The container and the place in it; none for the outermost scope.
    pub owner: Option<(StateId, ScopeSlot)>,
    pub start_at: Option<Arc<str>>,
    /// The value of `StartAt`, quotes included.
    pub start_at_span: Option<Span>,
    /// The object behind `States`.
    pub states_node: Option<NodeId>,
    /// In the order of the text; of states with one name only the last.
    pub states: Vec<StateId>,
    by_name: IndexMap<Arc<str>, StateId>,
}

#[derive(Clone, Debug)]
pub struct State {
    pub path: StatePath,
    pub name: Arc<str>,
    /// The key with its quotes.
    pub name_span: Span,
    /// The state's object.
    pub node: NodeId,
    /// None where `Type` is missing or unknown.
    pub kind: Option<StateKind>,
    pub scope: ScopeId,
    pub query_language: QueryLanguage,
    pub transitions: Vec<Transition>,
    /// `"End": true`.
    pub end: bool,
    /// The scopes inside, in order: branches, or the one a Map repeats.
    pub scopes: Vec<ScopeId>,
    pub comment: Option<Arc<str>>,
    /// `Resource` of a Task.
    pub resource: Option<Arc<str>>,
}

/// Finds the machine in a tree. Total: what is not a state is left to the lints.
pub fn read(tree: &Tree) -> Machine {
    let mut machine = Machine::default();
    if let Some(root) = tree.root() {
        let language = language_of(tree, root).unwrap_or_default();
        machine.read_scope(tree, root, None, "", language);
    }
    machine
}

impl Machine {
    pub fn state(&self, id: StateId) -> Option<&State> {
        self.states.get(id.0 as usize)
    }

    pub fn scope(&self, id: ScopeId) -> Option<&Scope> {
        self.scopes.get(id.0 as usize)
    }

    pub fn root(&self) -> Option<&Scope> {
        self.scopes.first()
    }

    pub fn find(&self, path: &StatePath) -> Option<&State> {
        self.by_path.get(path).and_then(|id| self.state(*id))
    }

    pub fn id_of(&self, path: &StatePath) -> Option<StateId> {
        self.by_path.get(path).copied()
    }

    /// The state of a scope that has a name.
    pub fn in_scope(&self, scope: ScopeId, name: &str) -> Option<StateId> {
        self.scope(scope)?.by_name.get(name).copied()
    }

    /// The first state anywhere in the machine that has a name.
    pub fn by_name(&self, name: &str) -> Option<&State> {
        self.states.iter().find(|state| state.name.as_ref() == name)
    }

    pub fn ids(&self) -> impl Iterator<Item = StateId> + use<> {
        (0..self.states.len() as u32).map(StateId)
    }

    pub fn scope_ids(&self) -> impl Iterator<Item = ScopeId> + use<> {
        (0..self.scopes.len() as u32).map(ScopeId)
    }

    /// The innermost state whose key or object holds an offset of the text.
    pub fn state_at(&self, tree: &Tree, offset: usize) -> Option<&State> {
        self.states
            .iter()
            .filter(|state| {
                let span = Span::new(state.name_span.start, tree.span(state.node).end);
                span.start <= offset && offset <= span.end
            })
            .min_by_key(|state| tree.span(state.node).len())
    }

    fn read_scope(
        &mut self,
        tree: &Tree,
        node: NodeId,
        owner: Option<(StateId, ScopeSlot)>,
        prefix: &str,
        language: QueryLanguage,
    ) -> ScopeId {
        let id = ScopeId(self.scopes.len() as u32);
        let start_at = tree.get(node, "StartAt");
        let states_node = tree.get(node, "States");
        self.scopes.push(Scope {
            node,
            owner,
            start_at: start_at.and_then(|value| tree.str(value)).map(Arc::from),
            start_at_span: start_at.map(|value| tree.span(value)),
            states_node,
            states: Vec::new(),
            by_name: IndexMap::new(),
        });
        let mut members: IndexMap<&str, (Span, NodeId)> = IndexMap::new();
        for member in states_node
            .map(|states| tree.members(states))
            .unwrap_or_default()
        {
            if matches!(tree.kind(member.value), NodeKind::Object(_)) {
                members.insert(&member.key, (member.key_span, member.value));
            }
        }
        for (name, (name_span, state)) in members {
            let child = self.read_state(tree, id, prefix, name, name_span, state, language);
            if let Some(scope) = self.scopes.get_mut(id.0 as usize) {
                scope.states.push(child);
                scope.by_name.insert(Arc::from(name), child);
            }
        }
        id
    }

    #[allow(clippy::too_many_arguments)]
    fn read_state(
        &mut self,
        tree: &Tree,
        scope: ScopeId,
        prefix: &str,
        name: &str,
        name_span: Span,
        node: NodeId,
        inherited: QueryLanguage,
    ) -> StateId {
        let id = StateId(self.states.len() as u32);
        let path = StatePath::new(&format!(
            "{prefix}{}",
            crate::syntax::Pointer::root().child("States").child(name)
        ));
        let language = language_of(tree, node).unwrap_or(inherited);
        self.by_path.insert(path.clone(), id);
        self.states.push(State {
            path: path.clone(),
            name: Arc::from(name),
            name_span,
            node,
            kind: tree.get_str(node, "Type").and_then(StateKind::parse),
            scope,
            query_language: language,
            transitions: transitions(tree, node),
            end: tree
                .get(node, "End")
                .is_some_and(|value| matches!(tree.kind(value), NodeKind::Bool(true))),
            scopes: Vec::new(),
            comment: tree.get_str(node, "Comment").map(Arc::from),
            resource: tree.get_str(node, "Resource").map(Arc::from),
        });
        let inner: Vec<ScopeId> = inner_scopes(tree, node)
            .into_iter()
            .map(|(slot, scope_node)| {
                // A state's own QueryLanguage does not reach into its branches (specification, "QueryLanguage").
                let language = language_of(tree, scope_node).unwrap_or(self.default_language(tree));
                self.read_scope(
                    tree,
                    scope_node,
                    Some((id, slot)),
                    &format!("{path}{slot}"),
                    language,
                )
            })
            .collect();
        if let Some(state) = self.states.get_mut(id.0 as usize) {
            state.scopes = inner;
        }
        id
    }

    fn default_language(&self, tree: &Tree) -> QueryLanguage {
        tree.root()
            .and_then(|root| language_of(tree, root))
            .unwrap_or_default()
    }
}

fn language_of(tree: &Tree, node: NodeId) -> Option<QueryLanguage> {
    tree.get_str(node, "QueryLanguage")
        .and_then(QueryLanguage::written)
}

fn inner_scopes(tree: &Tree, state: NodeId) -> Vec<(ScopeSlot, NodeId)> {
    let is_object = |node: &NodeId| matches!(tree.kind(*node), NodeKind::Object(_));
    let branches = tree
        .get(state, "Branches")
        .map(|node| tree.items(node))
        .unwrap_or_default();
    let branches = branches
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, node)| is_object(node))
        .map(|(index, node)| (ScopeSlot::Branch(index), node));
    let processor = [
        ("ItemProcessor", ScopeSlot::ItemProcessor),
        ("Iterator", ScopeSlot::Iterator),
    ]
    .into_iter()
    .find_map(|(field, slot)| Some((slot, tree.get(state, field).filter(is_object)?)));
    branches.chain(processor).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::TransitionKind;
    use crate::syntax::Format;
    use crate::syntax::parse;

    #[test]
    fn finds_scopes_states_and_transitions() {
        let text = r#"{"StartAt":"A","QueryLanguage":"JSONata","States":{
            "A":{"Type":"Map","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}},
                 "Catch":[{"ErrorEquals":["States.ALL"],"Next":"F"}],"Next":"C"},
            "C":{"Type":"Choice","Choices":[{"Condition":"{% true %}","Next":"F"}],"Default":"S"},
            "S":{"Type":"Succeed"},"F":{"Type":"Fail"},"Odd":"text"}}"#;
        let tree = parse(text, Format::Json).tree;
        let machine = read(&tree);
        let names: Vec<&str> = machine
            .states
            .iter()
            .map(|state| state.name.as_ref())
            .collect();
        assert_eq!(names, ["A", "I", "C", "S", "F"]);
        let inner = machine.by_name("I").unwrap();
        assert_eq!(inner.path.as_str(), "/States/A/ItemProcessor/States/I");
        assert_eq!(inner.query_language, QueryLanguage::Jsonata);
        let kinds: Vec<TransitionKind> = machine
            .by_name("A")
            .unwrap()
            .transitions
            .iter()
            .map(|t| t.kind)
            .collect();
        assert_eq!(kinds, [TransitionKind::Next, TransitionKind::Catch(0)]);
        assert_eq!(
            machine
                .state_at(&tree, text.find("\"Pass\"").unwrap())
                .unwrap()
                .name
                .as_ref(),
            "I"
        );
    }
}
