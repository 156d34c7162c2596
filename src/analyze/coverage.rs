//! What a set of runs has touched of a definition, and what none has.

use std::collections::BTreeSet;

use crate::asl::Machine;
use crate::asl::StatePath;
use crate::asl::TransitionKind;
use crate::syntax::Tree;
use crate::trace::Trace;

/// Taken and existing, of one kind of thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub taken: usize,
    pub existing: usize,
}

/// How much of a definition some runs took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    pub states: Tally,
    /// Ways from state to state, by whatever field.
    pub transitions: Tally,
    pub choice_rules: Tally,
    pub catchers: Tally,
    pub retriers: Tally,
    /// The states no run entered, in the order of the text.
    pub missed: Vec<StatePath>,
}

/// Counts over several runs of one definition. Rules or catchers of a state that lead to the same
/// target count as taken together, since a history does not tell them apart.
pub fn coverage(tree: &Tree, machine: &Machine, traces: &[Trace]) -> Coverage {
    let mut total = Coverage::default();
    let visited: BTreeSet<&StatePath> = traces.iter().flat_map(Trace::visited).collect();
    for state in &machine.states {
        total.states.count(visited.contains(&state.path));
        if !visited.contains(&state.path) {
            total.missed.push(state.path.clone());
        }
        for transition in &state.transitions {
            let target = state.path.sibling(&transition.target);
            let caught = matches!(transition.kind, TransitionKind::Catch(_));
            let taken = traces
                .iter()
                .flat_map(|trace| &trace.passages)
                .any(|passage| {
                    passage.from.as_ref() == Some(&state.path)
                        && passage.to == target
                        && passage.caught == caught
                });
            total.transitions.count(taken);
            match transition.kind {
                TransitionKind::Choice(_) => total.choice_rules.count(taken),
                TransitionKind::Catch(_) => total.catchers.count(taken),
                TransitionKind::Next | TransitionKind::Default => {}
            }
        }
        let retriers = tree
            .get(state.node, "Retry")
            .map_or(0, |retry| tree.items(retry).len());
        let retried = traces
            .iter()
            .flat_map(|trace| trace.visits_of(&state.path))
            .any(|visit| visit.retries() > 0);
        for _ in 0..retriers {
            total.retriers.count(retried);
        }
    }
    total
}

impl Tally {
    fn count(&mut self, taken: bool) {
        self.existing += 1;
        self.taken += usize::from(taken);
    }

    /// Percent, a hundred where there is nothing to take.
    pub fn percent(self) -> usize {
        (self.taken * 100).checked_div(self.existing).unwrap_or(100)
    }
}
