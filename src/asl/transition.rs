//! The ways from a state to the next, as the definition writes them.

use std::sync::Arc;

use crate::syntax::NodeId;
use crate::syntax::Tree;
use crate::text::Span;

/// One way out of a state to a named one of the same scope.
#[derive(Clone, Debug)]
pub struct Transition {
    pub kind: TransitionKind,
    pub target: Arc<str>,
    /// The target's text as a value, quotes included.
    pub target_span: Span,
    /// The object that holds the target: the state, the Choice rule or the Catcher.
    pub holder: NodeId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TransitionKind {
    Next,
    /// The n-th rule of `Choices`.
    Choice(usize),
    Default,
    /// The n-th entry of `Catch`.
    Catch(usize),
}

/// The transitions of a state's object, in the order in which they are tried.
pub(crate) fn transitions(tree: &Tree, state: NodeId) -> Vec<Transition> {
    let mut found = Vec::new();
    let mut take = |holder: NodeId, field: &str, kind: TransitionKind| {
        if let Some(value) = tree.get(holder, field)
            && let Some(target) = tree.str(value)
        {
            found.push(Transition {
                kind,
                target: Arc::from(target),
                target_span: tree.span(value),
                holder,
            });
        }
    };
    if let Some(rules) = tree.get(state, "Choices") {
        for (index, rule) in tree.items(rules).iter().enumerate() {
            take(*rule, "Next", TransitionKind::Choice(index));
        }
    }
    take(state, "Default", TransitionKind::Default);
    take(state, "Next", TransitionKind::Next);
    if let Some(catchers) = tree.get(state, "Catch") {
        for (index, catcher) in tree.items(catchers).iter().enumerate() {
            take(*catcher, "Next", TransitionKind::Catch(index));
        }
    }
    found
}
