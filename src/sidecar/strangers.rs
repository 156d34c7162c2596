//! Choices of backends for states that are not there: nothing would ever follow them.

use std::collections::BTreeSet;

use crate::asl::Machine;
use crate::asl::nearest::did_you_mean;
use crate::asl::resource;
use crate::sidecar::Backends;
use crate::sidecar::Sidecar;
use crate::sidecar::view::is_route;

/// The names and the paths of states: what a choice may be for.
#[derive(Clone, Debug, Default)]
pub struct KnownStates {
    words: BTreeSet<String>,
}

impl KnownStates {
    pub fn of(machine: &Machine) -> KnownStates {
        let mut known = KnownStates::default();
        known.add(machine);
        known
    }

    /// The states of one more workflow.
    pub fn add(&mut self, machine: &Machine) {
        for state in &machine.states {
            self.words.insert(state.path.name());
            self.words.insert(state.path.as_str().to_owned());
        }
    }
}

/// Whether a workflow starts others, whose states are chosen for with its own.
pub fn starts_others(machine: &Machine) -> bool {
    let resources = machine
        .states
        .iter()
        .filter_map(|state| state.resource.as_deref());
    let mut read = resources.map(resource::read);
    read.any(|resource| {
        let action = resource.action().unwrap_or_default();
        matches!(resource.service(), Some("states" | "sfn")) && action.starts_with("start")
    })
}

/// Reads the companion of a definition that is open: choices for states that are not there are among its problems. Where
/// it starts others, whose states are not known here, none is.
pub fn read_with(text: &str, machine: &Machine) -> Sidecar {
    let mut sidecar = crate::sidecar::read(text);
    if !starts_others(machine) {
        let strange = sidecar.strangers(&KnownStates::of(machine));
        sidecar.problems.extend(strange);
    }
    sidecar
}

impl Backends {
    /// Sentences on the states that are chosen for and not among the known ones; they begin with `place`.
    pub fn strangers(&self, known: &KnownStates, place: &str) -> Vec<String> {
        let names = self.states.keys();
        let strange = names.filter(|name| !known.words.contains(*name) && !is_route(name));
        let told = strange.map(|name| {
            let meant = did_you_mean(name, known.words.iter().map(String::as_str));
            format!("{place}{name} chooses for a state that is not there{meant}")
        });
        told.collect()
    }
}

impl Sidecar {
    /// Whether it chooses for single states.
    pub fn chooses(&self) -> bool {
        let scenarios = self.scenarios.iter().map(|scenario| &scenario.backends);
        let mut all = std::iter::once(&self.backends).chain(scenarios);
        all.any(|backends| !backends.states.is_empty())
    }

    /// Sentences on the states that the companion and its scenarios choose for and that are not among the known ones.
    pub fn strangers(&self, known: &KnownStates) -> Vec<String> {
        let own = self.backends.strangers(known, "backends/states/");
        let scenarios = self.scenarios.iter().enumerate();
        let scenarios = scenarios.flat_map(|(index, scenario)| {
            let place = format!("scenarios/{index}/backends/states/");
            scenario.backends.strangers(known, &place)
        });
        own.into_iter().chain(scenarios).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_state_is_named_with_what_was_meant() {
        let parse = crate::syntax::parse(
            r#"{"StartAt":"Charge","States":{"Charge":{"Type":"Parallel","End":true,"Branches":[
                {"StartAt":"In","States":{"In":{"Type":"Pass","End":true}}}]}}}"#,
            crate::syntax::Format::Json,
        );
        let known = KnownStates::of(&crate::asl::read(&parse.tree));
        let sidecar = crate::sidecar::read(
            r#"{"backends":{"states":{"Chagre":"local","Charge":"aws","In":"mock","GET /orders":"aws",
                                      "/States/Charge/Branches/0/States/In":"local"}},
                "scenarios":[{"name":"a","backends":{"states":{"Refund":"local"}}}]}"#,
        );
        let told = [
            "backends/states/Chagre chooses for a state that is not there; did you mean Charge?",
            "scenarios/0/backends/states/Refund chooses for a state that is not there",
        ];
        assert_eq!(sidecar.strangers(&known), told);
        assert!(sidecar.chooses() && !Sidecar::default().chooses());
    }
}
