//! AddTransition: a new way out of a state.

use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::editor::Refusal;
use crate::editor::Way;
use crate::editor::command::reconnect::target_of;
use crate::editor::draft::Draft;
use crate::editor::fields::spot_in_state;
use crate::editor::place::Onward;
use crate::editor::plan::Outcome;
use crate::editor::rewire;
use crate::editor::words::kind_name;
use crate::editor::words::nothing_can_follow;
use crate::editor::words::refuse;
use crate::syntax::Fragment;
use crate::syntax::quote;

pub(crate) fn add_transition(
    draft: &mut Draft<'_>,
    from: &StatePath,
    way: Way,
    to: &StatePath,
) -> Result<Outcome, Refusal> {
    let state = draft.state(from)?;
    let target = target_of(draft, state, to)?;
    let sheet = draft.sheet();
    let is_choice = state.kind == Some(StateKind::Choice);
    let splices = match way {
        Way::Next => {
            if !rewire::goes_on(state) {
                return Err(nothing_can_follow(state));
            }
            let onward = Onward::To(target.as_str().into());
            rewire::lead_onward(&sheet, state.node, &onward)
        }
        Way::Rule | Way::Default if !is_choice => {
            return refuse(
                format!("{} takes no rules", state.name),
                "Only a Choice has rules and a Default",
            );
        }
        Way::Rule => rewire::new_rule(&sheet, state, &target),
        Way::Default => match draft.tree.get(state.node, "Default") {
            Some(node) => sheet.replace_value(node, &Fragment::string(&target)),
            None => {
                let spot = spot_in_state(&draft.tree, state.node, state.kind, "Default");
                sheet.insert_member(state.node, spot, "Default", &Fragment::string(&target))
            }
        },
        Way::Catch => {
            let catches = matches!(
                state.kind,
                Some(StateKind::Task | StateKind::Parallel | StateKind::Map)
            );
            if !catches {
                return refuse(
                    format!("{} cannot catch errors", state.name),
                    format!(
                        "Task, Parallel and Map can; this is a {} state",
                        kind_name(state.kind)
                    ),
                );
            }
            let catcher = format!(
                r#"{{"ErrorEquals":["States.ALL"],"Next":{}}}"#,
                quote(&target)
            );
            rewire::new_item(&sheet, state, "Catch", &catcher)
        }
    };
    let label = format!("Connect {} to {target}", state.name);
    let select = state.path.clone();
    draft.finish(splices)?;
    Ok(Outcome::new(label, Some(select)))
}
