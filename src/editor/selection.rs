//! What is selected: one thing for the canvas, the outline, the text and the table of a run.

use crate::asl::StatePath;
use crate::asl::TransitionKind;

/// States, or one transition, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// In the order in which they were selected; the last one is the one the inspector shows.
    pub states: Vec<StatePath>,
    pub transition: Option<(StatePath, TransitionKind)>,
}

impl Selection {
    pub fn none() -> Selection {
        Selection::default()
    }

    pub fn state(path: StatePath) -> Selection {
        Selection {
            states: vec![path],
            transition: None,
        }
    }

    pub fn states(states: Vec<StatePath>) -> Selection {
        Selection {
            states,
            transition: None,
        }
    }

    pub fn transition(from: StatePath, kind: TransitionKind) -> Selection {
        Selection {
            states: Vec::new(),
            transition: Some((from, kind)),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.states.is_empty() && self.transition.is_none()
    }

    pub fn contains(&self, path: &StatePath) -> bool {
        self.states.contains(path)
    }

    /// Adds a state, or takes it away where it is selected already.
    pub fn toggle(&mut self, path: StatePath) {
        self.transition = None;
        match self.states.iter().position(|state| *state == path) {
            Some(index) => {
                self.states.remove(index);
            }
            None => self.states.push(path),
        }
    }

    /// The same things under their names after an edit (`Plan::moved`).
    #[must_use]
    pub fn follow(&self, moved: &[(StatePath, StatePath)]) -> Selection {
        let now = |path: &StatePath| {
            let hit = moved.iter().find(|(old, _)| old == path);
            hit.map_or_else(|| path.clone(), |(_, new)| new.clone())
        };
        Selection {
            states: self.states.iter().map(now).collect(),
            transition: self
                .transition
                .as_ref()
                .map(|(from, kind)| (now(from), *kind)),
        }
    }

    /// Without what a machine no longer has.
    #[must_use]
    pub fn within(mut self, machine: &crate::asl::Machine) -> Selection {
        self.states.retain(|path| machine.find(path).is_some());
        self.transition = self.transition.filter(|(from, kind)| {
            machine
                .find(from)
                .is_some_and(|state| state.transitions.iter().any(|way| way.kind == *kind))
        });
        self
    }
}
