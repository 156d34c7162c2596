//! Copying: states as text that any editor takes, and that `Paste` reads back.

use crate::asl::State;
use crate::asl::StatePath;
use crate::editor::Revision;
use crate::editor::command::graft::first_of;
use crate::editor::draft::Draft;
use crate::syntax::Fragment;
use crate::syntax::Layout;
use crate::syntax::Manner;
use crate::syntax::quote;
use crate::syntax::render;

/// States as a small workflow in ASL. What lies inside a selected container comes with it;
/// states that do not exist are passed over. Empty where there are none.
pub fn copy(revision: &Revision, states: &[StatePath]) -> String {
    let draft = Draft::new(revision);
    let mut found: Vec<&State> = states
        .iter()
        .filter(|path| !states.iter().any(|other| path.is_inside(other)))
        .filter_map(|path| revision.machine.find(path))
        .collect();
    found.sort_by_key(|state| state.name_span.start);
    found.dedup_by_key(|state| state.name_span.start);
    if found.is_empty() {
        return String::new();
    }
    let indent = &revision.manner.style.indent;
    let mut manner = Manner {
        one_line: false,
        ..revision.manner.clone()
    };
    manner.style.newline = "\n";
    if revision.manner.one_line {
        manner.colon = ": ".to_owned();
    }
    let layout = Layout::Lines {
        lead: indent.repeat(2),
    };
    let members: Vec<String> = found
        .iter()
        .map(|state| {
            let fragment = match draft.verbatim(state) {
                Fragment::Verbatim { text, .. } if revision.manner.one_line => Fragment::Json(text),
                verbatim => verbatim,
            };
            let text = render(&fragment, &layout, &manner).replace("\r\n", "\n");
            let lead = indent.repeat(2);
            format!("\n{lead}{}{}{text}", quote(&state.name), manner.colon)
        })
        .collect();
    let entry = first_of(&found).unwrap_or_default();
    format!(
        "{{\n{indent}\"StartAt\"{colon}{},\n{indent}\"States\"{colon}{{{}\n{indent}}}\n}}\n",
        quote(&entry),
        members.join(","),
        colon = manner.colon,
    )
}
