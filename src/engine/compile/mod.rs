//! From a machine to a program: every field read once, everything wrong told at once.
//!
//! Never: decides what is good style; that is for the lints. Only what keeps a state from running is told here.
//! Add a field where its state type is read, in `state.rs`, `task.rs` or `map.rs`.

mod flow;
mod map;
mod source;
mod state;
mod template;

use std::sync::Arc;

use crate::asl::Diagnostic;
use crate::asl::Machine;
use crate::engine::CompileOptions;
use crate::engine::Program;
use crate::engine::compile::source::Source;
use crate::engine::program::StateIndex;
use crate::syntax::Tree;

/// Compiles a machine, or tells everything that keeps it from running, in the order of the text.
///
/// # Errors
/// Diagnostics of severity error: a missing `StartAt`, a target that does not exist, a path or
/// expression that cannot be parsed.
pub fn compile(
    tree: &Tree,
    machine: &Machine,
    options: &CompileOptions,
) -> Result<Program, Vec<Diagnostic>> {
    let mut source = Source::new(tree, machine, options);
    let states = machine
        .states
        .iter()
        .map(|state| state::compile(&mut source, state))
        .collect::<Vec<_>>();
    let scopes = machine
        .scopes
        .iter()
        .map(|scope| source.scope_start(scope))
        .collect::<Vec<_>>();
    if machine.scopes.is_empty() {
        source.report_root("NO_MACHINE", "The document holds no state machine");
    }
    let timeout_seconds = tree
        .root()
        .and_then(|root| source.value(root, "TimeoutSeconds"))
        .and_then(|value| value.as_i64());
    let mut problems = source.problems;
    if !problems.is_empty() {
        problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
        return Err(problems);
    }
    Ok(Program {
        name: Arc::from(options.name.as_str()),
        kind: options.kind,
        account: Arc::from(options.account.as_str()),
        region: Arc::from(options.region.as_str()),
        timeout_seconds,
        states: states.into_iter().flatten().collect(),
        scopes: scopes
            .into_iter()
            .map(|start| start.unwrap_or(StateIndex(0)))
            .collect(),
    })
}
