//! ChangeType: another type for a state; what both types have stays.

use std::sync::Arc;

use serde_json::Value;

use crate::asl::State;
use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::asl::TransitionKind;
use crate::asl::schema;
use crate::editor::Refusal;
use crate::editor::StateTemplate;
use crate::editor::draft::Draft;
use crate::editor::fields::spot_in_state;
use crate::editor::names;
use crate::editor::plan::Outcome;
use crate::editor::rewire;
use crate::editor::words::refuse;
use crate::syntax::Fragment;
use crate::syntax::Spot;
use crate::text::Splice;

/// A Lambda function to be named by the person.
const A_FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:MyFunction";

pub(crate) fn change_type(
    draft: &mut Draft<'_>,
    path: &StatePath,
    to: StateKind,
) -> Result<Outcome, Refusal> {
    let state = draft.state(path)?.clone();
    let what = format!("{} cannot become a {to}", state.name);
    if state.kind == Some(to) {
        return refuse(what, format!("It is a {to} already"));
    }
    let holds_states = state
        .scopes
        .iter()
        .any(|scope| draft.states_of(*scope).next().is_some());
    if holds_states {
        return refuse(
            what,
            "Its states would be lost; unwrap it or delete them first",
        );
    }
    let target = onward_target(&state);
    if to == StateKind::Choice && target.is_none() {
        return refuse(
            what,
            "A Choice needs a state to lead to, and nothing follows here",
        );
    }
    draft.apply(first_step(draft, &state, to))?;

    let template = StateTemplate::new(to);
    let mut taken = names::taken(&draft.machine);
    let mut fields = template.build(state.query_language, &mut taken)?;
    match (to, &target) {
        (StateKind::Choice, Some(target)) => {
            let rule = rewire::rule_json(state.query_language, target);
            let rule = serde_json::from_str(&rule).unwrap_or_default();
            fields.insert("Choices".to_owned(), Value::Array(vec![rule]));
            fields.insert("Default".to_owned(), Value::from(target.as_ref()));
        }
        (kind, Some(target)) if kind.has_next() => {
            fields.insert("Next".to_owned(), Value::from(target.as_ref()));
        }
        (kind, None) if kind.has_next() => {
            fields.insert("End".to_owned(), Value::Bool(true));
        }
        _ => {}
    }
    let node = draft.state(path)?.node;
    let keeps_payload = ["Parameters", "Arguments"]
        .into_iter()
        .any(|name| draft.tree.get(node, name).is_some());
    if to == StateKind::Task && keeps_payload {
        // What was shaped for the next state becomes the payload of a function, which an ARN takes whole.
        fields.insert("Resource".to_owned(), Value::from(A_FUNCTION));
    }
    for (name, value) in fields {
        let node = draft.state(path)?.node;
        if draft.tree.get(node, &name).is_some() || already_said(draft, path, &name)? {
            continue;
        }
        let spot = match name.as_str() {
            "Next" | "End" => Spot::Last,
            _ => spot_in_state(&draft.tree, node, Some(to), &name),
        };
        let value = Fragment::Json(value.to_string());
        let splices = draft.sheet().insert_member(node, spot, &name, &value);
        draft.apply(splices)?;
    }
    Ok(Outcome::new(
        format!("Change {} to {to}", state.name),
        Some(path.clone()),
    ))
}

/// The new Type, and away with the fields only the old type has.
fn first_step(draft: &Draft<'_>, state: &State, to: StateKind) -> Vec<Splice> {
    let sheet = draft.sheet();
    let old = state.kind;
    let foreign = |name: &str| {
        name != "Type"
            && schema::field(schema::Place::State(to), name).is_none()
            && old.is_some_and(|old| schema::field(schema::Place::State(old), name).is_some())
    };
    let members = draft.tree.members(state.node).iter().enumerate();
    let indexes: Vec<usize> = members
        .filter(|(_, member)| foreign(&member.key))
        .map(|(index, _)| index)
        .collect();
    let mut splices = sheet.remove_parts(state.node, &indexes);
    let value = Fragment::string(to.name());
    match draft.tree.get(state.node, "Type") {
        Some(node) => splices.extend(sheet.replace_value(node, &value)),
        None => {
            splices.extend(sheet.insert_member(state.node, Spot::First, "Type", &value));
        }
    }
    splices
}

/// Where the state led by Next or Default, or by all of its rules.
fn onward_target(state: &State) -> Option<Arc<str>> {
    let main = state
        .transitions
        .iter()
        .find(|way| matches!(way.kind, TransitionKind::Next | TransitionKind::Default));
    let rule = || {
        let mut ways = state.transitions.iter();
        ways.find(|way| matches!(way.kind, TransitionKind::Choice(_)))
    };
    main.or_else(rule).map(|way| way.target.clone())
}

/// A default is not added where another field says the same thing.
fn already_said(draft: &Draft<'_>, path: &StatePath, name: &str) -> Result<bool, Refusal> {
    let node = draft.state(path)?.node;
    let others: &[&str] = match name {
        "Seconds" => &["SecondsPath", "Timestamp", "TimestampPath"],
        "Error" => &["ErrorPath"],
        "Cause" => &["CausePath"],
        "End" => &["Next"],
        "Next" => &["End"],
        _ => &[],
    };
    Ok(others
        .iter()
        .any(|other| draft.tree.get(node, other).is_some()))
}
