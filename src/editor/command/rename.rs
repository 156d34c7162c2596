//! Rename: another name for a state, and for everything that refers to it.

use std::collections::BTreeMap;

use crate::asl::Machine;
use crate::asl::StatePath;
use crate::editor::Refusal;
use crate::editor::draft::Draft;
use crate::editor::names;
use crate::editor::plan::Outcome;
use crate::editor::words::refuse;
use crate::syntax::Sheet;
use crate::text::Splice;

pub(crate) fn rename(
    draft: &mut Draft<'_>,
    path: &StatePath,
    to: &str,
) -> Result<Outcome, Refusal> {
    let state = draft.state(path)?;
    let name = state.name.to_string();
    if name == to {
        return refuse(
            "Nothing would change",
            format!("The state is called {to} already"),
        );
    }
    names::check(to, &names::taken(&draft.machine))?;
    let wishes = BTreeMap::from([(path.clone(), to.to_owned())]);
    let splices = rename_splices(&draft.sheet(), &draft.machine, &wishes);
    let new = path.sibling(to);
    let moved = draft
        .machine
        .states
        .iter()
        .filter(|state| state.path == *path || state.path.is_inside(path))
        .map(|state| {
            let rest = state.path.as_str().get(path.as_str().len()..);
            let now = format!("{new}{}", rest.unwrap_or_default());
            (state.path.clone(), StatePath::new(&now))
        })
        .collect();
    draft.finish(splices)?;
    Ok(Outcome {
        moved,
        ..Outcome::new(format!("Rename {name} to {to}"), Some(new))
    })
}

/// Gives states other names, all at once, with the references of their scopes.
pub(crate) fn rename_splices(
    sheet: &Sheet<'_>,
    machine: &Machine,
    wishes: &BTreeMap<StatePath, String>,
) -> Vec<Splice> {
    let mut splices = Vec::new();
    for id in machine.scope_ids() {
        let Some(scope) = machine.scope(id) else {
            continue;
        };
        let wish = |name: &str| {
            let state = machine.state(machine.in_scope(id, name)?)?;
            wishes.get(&state.path)
        };
        if let Some(start) = &scope.start_at
            && let (Some(new), Some(span)) = (wish(start), scope.start_at_span)
        {
            splices.push(sheet.replace_string(span, new));
        }
        for state in scope.states.iter().filter_map(|id| machine.state(*id)) {
            if let Some(new) = wishes.get(&state.path) {
                splices.push(sheet.rename_key(state.name_span, new));
            }
            for way in &state.transitions {
                if let Some(new) = wish(&way.target) {
                    splices.push(sheet.replace_string(way.target_span, new));
                }
            }
        }
    }
    splices
}
