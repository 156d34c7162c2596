//! Reorder: rules, branches, Catchers and Retriers in another order, their bytes untouched.

use crate::asl::StatePath;
use crate::editor::Refusal;
use crate::editor::draft::Draft;
use crate::editor::plan::Outcome;
use crate::editor::words::refusal;
use crate::editor::words::refuse;
use crate::syntax::Pointer;
use crate::text::Splice;

pub(crate) fn reorder(
    draft: &mut Draft<'_>,
    path: &StatePath,
    field: &str,
    from: usize,
    to: usize,
) -> Result<Outcome, Refusal> {
    let state = draft.state(path)?;
    let name = field.strip_prefix('/').unwrap_or(field);
    let mut pointer = path.pointer();
    for token in Pointer::parse(field).tokens() {
        pointer = pointer.child(token.clone());
    }
    let what = || format!("{name} of {} cannot be reordered", state.name);
    let list = draft
        .tree
        .at(&pointer)
        .ok_or_else(|| refusal(what(), "There is no such list"))?;
    let spans: Vec<_> = draft
        .tree
        .items(list)
        .iter()
        .map(|item| draft.tree.span(*item))
        .collect();
    if from >= spans.len() || to >= spans.len() {
        return refuse(what(), format!("There are only {} items", spans.len()));
    }
    let mut order: Vec<usize> = (0..spans.len()).collect();
    let taken = order.remove(from);
    order.insert(to, taken);
    let splices = spans.iter().zip(&order).enumerate();
    let splices: Vec<Splice> = splices
        .filter(|(index, (_, source))| index != *source)
        .filter_map(|(_, (span, source))| {
            Some(Splice {
                span: *span,
                insert: spans.get(*source)?.of(&draft.text).to_owned(),
            })
        })
        .collect();
    let moved = moved_branches(draft, path, name, &order);
    let label = format!("Reorder {name} of {}", state.name);
    let select = state.path.clone();
    draft.finish(splices)?;
    Ok(Outcome {
        moved,
        ..Outcome::new(label, Some(select))
    })
}

/// States in branches have the branch's number in their path.
fn moved_branches(
    draft: &Draft<'_>,
    path: &StatePath,
    field: &str,
    order: &[usize],
) -> Vec<(StatePath, StatePath)> {
    if field != "Branches" {
        return Vec::new();
    }
    let prefix = format!("{path}/Branches/");
    let now = |state: &StatePath| {
        let rest = state.as_str().strip_prefix(&prefix)?;
        let (number, tail) = rest.split_once('/')?;
        let old: usize = number.parse().ok()?;
        let new = order.iter().position(|source| *source == old)?;
        (new != old).then(|| StatePath::new(&format!("{prefix}{new}/{tail}")))
    };
    draft
        .machine
        .states
        .iter()
        .filter_map(|state| Some((state.path.clone(), now(&state.path)?)))
        .collect()
}
