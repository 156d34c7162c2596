//! How a workflow can end without success: the error names that nothing in it catches.

use std::collections::BTreeSet;

use crate::asl::Machine;
use crate::asl::ScopeId;
use crate::asl::State;
use crate::asl::StateKind;
use crate::asl::resource;
use crate::asl::resource::Target;
use crate::asl::services;
use crate::syntax::NodeId;
use crate::syntax::Tree;

/// An error that comes out of a workflow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ending {
    pub name: ErrorName,
    /// The state it comes from.
    pub state: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ErrorName {
    /// A Fail state names it.
    Exact(String),
    /// A Task can fail with any error of what it calls: `DynamoDB`.
    Of(String),
    /// It is worked out while the workflow runs.
    Unknown,
}

/// Everything that can come out of the states that the workflow can reach.
pub(crate) fn endings(tree: &Tree, machine: &Machine) -> Vec<Ending> {
    let mut found = Vec::new();
    if let Some(root) = machine.scope_ids().next() {
        of_scope(tree, machine, root, &mut found, 0);
    }
    found.sort();
    found.dedup();
    found
}

/// How deep states may stand inside states.
const DEEPEST: usize = 64;

fn of_scope(tree: &Tree, machine: &Machine, scope: ScopeId, found: &mut Vec<Ending>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    for state in reached(machine, scope) {
        let mut inside = Vec::new();
        match state.kind {
            Some(StateKind::Fail) => inside.push(Ending {
                name: fail_name(tree, state),
                state: state.name.to_string(),
            }),
            Some(StateKind::Task) => inside.push(Ending {
                name: task_errors(state),
                state: state.name.to_string(),
            }),
            Some(
                StateKind::Map
                | StateKind::Parallel
                | StateKind::Pass
                | StateKind::Choice
                | StateKind::Wait
                | StateKind::Succeed,
            )
            | None => {
                for scope in &state.scopes {
                    of_scope(tree, machine, *scope, &mut inside, depth + 1);
                }
            }
        }
        let caught = catches(tree, state);
        found.extend(
            inside
                .into_iter()
                .filter(|ending| !is_caught(ending, &caught)),
        );
    }
}

/// The states of a scope that its start leads to.
pub(crate) fn reached(machine: &Machine, scope: ScopeId) -> Vec<&State> {
    let mut seen = BTreeSet::new();
    let mut list = Vec::new();
    let start = machine
        .scope(scope)
        .and_then(|scope| scope.start_at.clone());
    let mut waiting: Vec<_> = start
        .and_then(|name| machine.in_scope(scope, &name))
        .into_iter()
        .collect();
    while let Some(id) = waiting.pop() {
        if !seen.insert(id) {
            continue;
        }
        let Some(state) = machine.state(id) else {
            continue;
        };
        list.push(state);
        let next = state
            .transitions
            .iter()
            .filter_map(|way| machine.in_scope(scope, &way.target));
        waiting.extend(next);
    }
    list
}

fn fail_name(tree: &Tree, state: &State) -> ErrorName {
    match tree.get_str(state.node, "Error") {
        Some(name) if !name.contains("{%") && !name.contains("${") => {
            ErrorName::Exact(name.to_owned())
        }
        Some(_) => ErrorName::Unknown,
        None if tree.get(state.node, "ErrorPath").is_some() => ErrorName::Unknown,
        None => ErrorName::Exact(String::new()),
    }
}

fn task_errors(state: &State) -> ErrorName {
    let Some(text) = &state.resource else {
        return ErrorName::Unknown;
    };
    let resource = resource::read(text);
    ErrorName::Of(match &resource.target {
        Target::Lambda { .. } => "Lambda".to_owned(),
        Target::Activity { .. } => "the activity".to_owned(),
        Target::StandIn { name } => name.clone(),
        Target::Optimized { service, .. }
        | Target::Sdk { service, .. }
        | Target::Other { service, .. } => services::display_name(service).into_owned(),
    })
}

fn catches(tree: &Tree, state: &State) -> BTreeSet<String> {
    let catchers = tree
        .get(state.node, "Catch")
        .map(|list| tree.items(list))
        .unwrap_or_default();
    let names = |catcher: &NodeId| {
        let list = tree
            .get(*catcher, "ErrorEquals")
            .map(|list| tree.items(list))
            .unwrap_or_default();
        list.iter()
            .filter_map(|name| tree.str(*name))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    catchers.iter().flat_map(names).collect()
}

/// `States.TaskFailed` takes every error of a task but timeouts, which nobody expects to be told apart.
fn is_caught(ending: &Ending, caught: &BTreeSet<String>) -> bool {
    if caught.contains("States.ALL") {
        return true;
    }
    match &ending.name {
        ErrorName::Exact(name) => caught.contains(name),
        ErrorName::Of(_) => caught.contains("States.TaskFailed"),
        ErrorName::Unknown => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Format;

    fn names(text: &str) -> Vec<String> {
        let parse = crate::syntax::parse(text, Format::Json);
        let machine = crate::asl::read(&parse.tree);
        endings(&parse.tree, &machine)
            .into_iter()
            .map(|ending| match ending.name {
                ErrorName::Exact(name) => format!("{name} at {}", ending.state),
                ErrorName::Of(what) => format!("any of {what} at {}", ending.state),
                ErrorName::Unknown => format!("unknown at {}", ending.state),
            })
            .collect()
    }

    #[test]
    fn what_is_caught_does_not_come_out() {
        let text = r#"{"StartAt": "A", "States": {
            "A": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "Next": "B"},
            "B": {"Type": "Parallel", "Next": "Done", "Catch": [{"ErrorEquals": ["Bad"], "Next": "Fail"}], "Branches": [
                {"StartAt": "C", "States": {"C": {"Type": "Fail", "Error": "Bad"}}},
                {"StartAt": "D", "States": {"D": {"Type": "Fail", "ErrorPath": "$.x"}}}]},
            "Fail": {"Type": "Fail", "Error": "Worse"},
            "Never": {"Type": "Fail", "Error": "Never"},
            "Done": {"Type": "Succeed"}}}"#;
        assert_eq!(
            names(text),
            ["Worse at Fail", "any of DynamoDB at A", "unknown at D"]
        );
    }
}
