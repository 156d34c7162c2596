//! Planning: what a command would change, or why it may not.

use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::editor::Command;
use crate::editor::Revision;
use crate::editor::Target;
use crate::editor::command::add_transition;
use crate::editor::command::change_type;
use crate::editor::command::delete;
use crate::editor::command::insert;
use crate::editor::command::paste;
use crate::editor::command::reconnect;
use crate::editor::command::relocate;
use crate::editor::command::rename;
use crate::editor::command::reorder;
use crate::editor::command::set;
use crate::editor::command::unwrap;
use crate::editor::command::wrap;
use crate::editor::draft::Draft;
use crate::editor::words::refuse;
use crate::sidecar;
use crate::syntax::Format;
use crate::text::LineIndex;
use crate::text::TextEdit;

/// What a command would change.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The change of the definition.
    pub edit: TextEdit,
    /// The change of the companion file, where it has to follow or is what is edited.
    pub sidecar_edit: Option<TextEdit>,
    /// States that have another path afterwards: old and new.
    pub moved: Vec<(StatePath, StatePath)>,
    /// What to select afterwards.
    pub select: Option<StatePath>,
    /// What it does, for the menu: "Insert Wait".
    pub label: String,
}

/// Why a command may not be carried out. Both are sentences without a full stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {why}")]
pub struct Refusal {
    /// "Nothing can follow Order placed"
    pub what: String,
    /// "A Succeed state ends the workflow"
    pub why: String,
}

/// What a command did to its draft, besides the text.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub moved: Vec<(StatePath, StatePath)>,
    pub gone: Vec<StatePath>,
    pub select: Option<StatePath>,
    pub label: String,
}

impl Outcome {
    pub(crate) fn new(label: impl Into<String>, select: Option<StatePath>) -> Outcome {
        Outcome {
            label: label.into(),
            select,
            ..Outcome::default()
        }
    }
}

/// Says what a command would change, without changing anything. Setting a field to the value it has
/// is a plan with an empty edit; any other command that would change nothing is refused.
pub fn plan(revision: &Revision, command: &Command) -> Result<Plan, Refusal> {
    match command {
        Command::Type(edit) => return text_plan(revision, edit, "Typing"),
        Command::ApplyFix(edit) => return text_plan(revision, edit, "Apply fix"),
        Command::SidecarSet { pointer, value } => {
            return sidecar_plan(revision, pointer, value.as_deref());
        }
        _ => {}
    }
    if revision.document.format != Format::Json && !is_plain_in_yaml(revision, command) {
        return refuse(
            "Editing YAML by drag and drop is not supported yet",
            "Edit the text instead",
        );
    }
    let mut draft = Draft::new(revision);
    let outcome = carry_out(&mut draft, command)?;
    let edit = draft.into_edit().trimmed(revision.text());
    let says_a_value = matches!(command, Command::Set { .. } | Command::SetMachine { .. });
    if edit.is_empty() && !says_a_value {
        return refuse("Nothing would change", "It is already so");
    }
    check_syntax(revision, &edit, &outcome)?;
    let sidecar_text = &revision.document.sidecar;
    let sidecar_edit = sidecar::follow(sidecar_text, &outcome.moved, &outcome.gone);
    Ok(Plan {
        edit,
        sidecar_edit: (!sidecar_edit.is_empty()).then_some(sidecar_edit),
        moved: outcome.moved,
        select: outcome.select,
        label: outcome.label,
    })
}

fn carry_out(draft: &mut Draft<'_>, command: &Command) -> Result<Outcome, Refusal> {
    match command {
        Command::Insert { state, at } => insert::insert(draft, state, at),
        Command::Move { state, at } => relocate::relocate(draft, state, at),
        Command::Delete { states } => delete::delete(draft, states),
        Command::Rename { state, to } => rename::rename(draft, state, to),
        Command::Reconnect {
            from,
            transition,
            to,
        } => reconnect::reconnect(draft, from, *transition, to),
        Command::AddTransition { from, way, to } => {
            add_transition::add_transition(draft, from, *way, to)
        }
        Command::RemoveTransition { from, transition } => {
            reconnect::remove_transition(draft, from, *transition)
        }
        Command::StartAt { state } => reconnect::start_at(draft, state),
        Command::Set {
            state,
            field,
            value,
        } => set::set(draft, state, field, value.as_deref()),
        Command::SetMachine { field, value } => set::set_machine(draft, field, value.as_deref()),
        Command::ChangeType { state, to } => change_type::change_type(draft, state, *to),
        Command::Duplicate { states } => paste::duplicate(draft, states),
        Command::Paste { text, at } => paste::paste(draft, text, at),
        Command::Wrap { states, container } => wrap::wrap(draft, states, *container),
        Command::Unwrap { state } => unwrap::unwrap(draft, state),
        Command::Reorder {
            state,
            field,
            from,
            to,
        } => reorder::reorder(draft, state, field, *from, *to),
        Command::Type(_) | Command::ApplyFix(_) | Command::SidecarSet { .. } => {
            refuse("Nothing would change", "This is planned elsewhere")
        }
    }
}

/// Commands that only put one scalar for another, which is as simple in YAML as in JSON.
fn is_plain_in_yaml(revision: &Revision, command: &Command) -> bool {
    match command {
        Command::Rename { .. } => true,
        Command::Reconnect {
            from,
            transition,
            to: Target::State(_),
        } => revision
            .machine
            .find(from)
            .is_some_and(|state| state.transitions.iter().any(|way| way.kind == *transition)),
        Command::StartAt { state } => revision
            .machine
            .find(state)
            .and_then(|state| revision.machine.scope(state.scope))
            .is_some_and(|scope| scope.start_at.is_some()),
        Command::Set { value, .. } | Command::SetMachine { value, .. } => value
            .as_ref()
            .is_some_and(|value| !value.trim_start().starts_with(['{', '['])),
        _ => false,
    }
}

fn text_plan(revision: &Revision, edit: &TextEdit, label: &str) -> Result<Plan, Refusal> {
    if !edit.fits(revision.text()) {
        return refuse(
            "The change does not fit the text",
            "The text has changed since it was prepared",
        );
    }
    Ok(Plan {
        edit: edit.clone(),
        sidecar_edit: None,
        moved: Vec::new(),
        select: None,
        label: label.to_owned(),
    })
}

fn sidecar_plan(revision: &Revision, pointer: &str, value: Option<&str>) -> Result<Plan, Refusal> {
    let edit = sidecar::set(&revision.document.sidecar, pointer, value)
        .or_else(|why| refuse("The companion file cannot be changed", why))?;
    let label = match pointer.split('/').nth(1) {
        Some("breakpoints") => "Change breakpoints",
        Some("scenarios") => "Change scenarios",
        _ => "Change settings",
    };
    Ok(Plan {
        edit: TextEdit::default(),
        sidecar_edit: Some(edit),
        moved: Vec::new(),
        select: None,
        label: label.to_owned(),
    })
}

/// A text that is broken already may hide what a splice lands in; it must not get worse, and what the
/// command made must be found in it.
fn check_syntax(revision: &Revision, edit: &TextEdit, outcome: &Outcome) -> Result<(), Refusal> {
    let Some(first) = revision.syntax_errors.first() else {
        return Ok(());
    };
    if revision.tree.root().is_none() {
        return Ok(());
    }
    let after = edit.apply(revision.text());
    let parse = crate::syntax::parse(&after, revision.document.format);
    if parse.errors.len() <= revision.syntax_errors.len() {
        let machine = crate::asl::read(&parse.tree);
        let made = outcome.moved.iter().map(|(_, new)| new);
        if made
            .chain(&outcome.select)
            .all(|path| machine.find(path).is_some())
        {
            return Ok(());
        }
    }
    let text = revision.text();
    let line = LineIndex::new(text).locate(text, first.span.start).line;
    refuse(
        "The text has to be mended first",
        format!("Line {line}: {}", first.message),
    )
}

/// "Wait" or "3 states"
pub(crate) fn some_states(states: &[StatePath]) -> String {
    match states {
        [only] => only.name(),
        _ => format!("{} states", states.len()),
    }
}

/// A kind that holds states, for a container command.
pub(crate) fn container_kind(kind: StateKind) -> Result<StateKind, Refusal> {
    if kind.is_container() {
        Ok(kind)
    } else {
        refuse(
            format!("States cannot be wrapped in a {kind}"),
            "Only Parallel and Map hold states",
        )
    }
}
