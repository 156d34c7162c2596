//! Set: a field of a state or of the machine.

use crate::asl::ScopeId;
use crate::asl::StatePath;
use crate::editor::Refusal;
use crate::editor::draft::Draft;
use crate::editor::fields::spot_in_machine;
use crate::editor::fields::spot_in_state;
use crate::editor::plan::Outcome;
use crate::editor::words::refusal;
use crate::editor::words::refuse;
use crate::syntax::Format;
use crate::syntax::Fragment;
use crate::syntax::NodeId;
use crate::syntax::NodeKind;
use crate::syntax::Pointer;
use crate::syntax::Spot;
use crate::syntax::requote;
use crate::text::Splice;

pub(crate) fn set(
    draft: &mut Draft<'_>,
    path: &StatePath,
    field: &str,
    value: Option<&str>,
) -> Result<Outcome, Refusal> {
    let state = draft.state(path)?;
    let kind = state.kind;
    let node = state.node;
    let spot = |name: &str| spot_in_state(&draft.tree, node, kind, name);
    let splices = splices(draft, node, field, value, &spot)?;
    let label = match value {
        Some(_) => format!("Change {} of {}", field_name(field), state.name),
        None => format!("Remove {} of {}", field_name(field), state.name),
    };
    let select = state.path.clone();
    draft.finish(splices)?;
    Ok(Outcome::new(label, Some(select)))
}

pub(crate) fn set_machine(
    draft: &mut Draft<'_>,
    field: &str,
    value: Option<&str>,
) -> Result<Outcome, Refusal> {
    if draft.tree.root().is_none() && draft.format() == Format::Json {
        crate::editor::place::prepare(draft, &crate::editor::Place::EmptyMachine)?;
    }
    let node = draft.scope(ScopeId(0))?.node;
    let spot = |name: &str| spot_in_machine(&draft.tree, node, name);
    let splices = splices(draft, node, field, value, &spot)?;
    let verb = if value.is_some() { "Change" } else { "Remove" };
    draft.finish(splices)?;
    Ok(Outcome::new(
        format!("{verb} {} of the workflow", field_name(field)),
        None,
    ))
}

fn splices(
    draft: &Draft<'_>,
    node: NodeId,
    field: &str,
    value: Option<&str>,
    spot: &dyn Fn(&str) -> Spot,
) -> Result<Vec<Splice>, Refusal> {
    let name = field_name(field);
    let what = || format!("{name} cannot be changed");
    let pointer = Pointer::parse(field);
    if pointer.tokens().is_empty() {
        return refuse("Nothing would change", "No field is named");
    }
    let fragment = value.map(Fragment::checked).transpose();
    let fragment = fragment.map_err(|why| refusal(what(), why))?;
    if draft.format() != Format::Json {
        return plain(draft, node, &pointer, fragment.as_ref());
    }
    draft
        .sheet()
        .set_at(node, pointer.tokens(), fragment.as_ref(), spot)
        .map_err(|why| refusal(what(), why))
}

/// In YAML only a scalar that stands may be replaced by another.
fn plain(
    draft: &Draft<'_>,
    node: NodeId,
    pointer: &Pointer,
    value: Option<&Fragment>,
) -> Result<Vec<Splice>, Refusal> {
    let below = |node: NodeId, token: &String| match draft.tree.kind(node) {
        NodeKind::Array(items) => items.get(token.parse::<usize>().ok()?).copied(),
        _ => draft.tree.get(node, token),
    };
    let old = pointer.tokens().iter().try_fold(node, below);
    let old = old.map(|node| (draft.tree.kind(node), draft.tree.span(node)));
    let one_line =
        |text: &str| !text.contains('\n') && !text.starts_with(['|', '>', '&', '*', '!']);
    match (old, value) {
        (
            Some((
                NodeKind::String(_) | NodeKind::Number(_) | NodeKind::Bool(_) | NodeKind::Null,
                span,
            )),
            Some(value),
        ) if !span.is_empty() && one_line(span.of(&draft.text)) => {
            let text = serde_json::from_str::<String>(value.text());
            let insert = match text {
                Ok(text) => requote(span.of(&draft.text), &text),
                Err(_) => value.text().to_owned(),
            };
            Ok(vec![Splice { span, insert }])
        }
        _ => refuse(
            "Adding, removing and restructuring fields in YAML is not supported yet",
            "Edit the text instead",
        ),
    }
}

/// "Comment" of `/Comment`, "Retry/0/MaxAttempts" of `/Retry/0/MaxAttempts`
fn field_name(field: &str) -> &str {
    field.strip_prefix('/').unwrap_or(field)
}
