//! Choice: the first rule that holds, else the default.

use crate::asl::QueryLanguage;
use crate::engine::Execution;
use crate::engine::choice::ChoiceRule;
use crate::engine::lanes::ThreadId;
use crate::engine::passage::Departure;
use crate::engine::passage::assign;
use crate::engine::passage::select;
use crate::engine::program::Next;
use crate::engine::program::StateIndex;
use crate::engine::program::StateProgram;
use crate::engine::trouble::Trouble;

impl Execution {
    pub(crate) fn choose(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        rules: &[ChoiceRule],
        default: Option<StateIndex>,
    ) -> Result<(), Trouble> {
        self.stage_input(id, state)?;
        let seen = self.seen_input(id, state)?;
        let environment = self.environment(id, state, seen.effective(), seen.raw);
        let mut chosen = None;
        for (index, rule) in rules.iter().enumerate() {
            if rule
                .test
                .holds(&environment)
                .map_err(|trouble| trouble.at_field(format!("/Choices/{index}")))?
            {
                chosen = Some(rule);
                break;
            }
        }
        let (next, assignments, output) = match (chosen, default) {
            (Some(rule), _) => (rule.next, &rule.assign, rule.output.as_ref()),
            (None, Some(default)) => (default, &state.assign, None),
            (None, None) => {
                return Err(self.no_choice_matched(id, state));
            }
        };
        let next = Next::State(next);
        let measure = seen.measure;
        let departure = match state.language {
            QueryLanguage::JsonPath => {
                let assigned = assign(assignments, &environment)?;
                let output = select(&state.output_path, "OutputPath", &environment)?;
                let measure = measure
                    .check(&output)
                    .map_err(|excess| Trouble::excess(excess, &state.name))?;
                Departure {
                    output,
                    measure,
                    assigned,
                    next,
                }
            }
            QueryLanguage::Jsonata => self.depart_jsonata(
                id,
                state,
                None,
                measure,
                output.or(state.output.as_ref()),
                assignments,
                next,
            )?,
        };
        self.leave(id, state, departure);
        Ok(())
    }

    fn no_choice_matched(&self, id: ThreadId, state: &StateProgram) -> Trouble {
        let entered = self
            .threads
            .get(id)
            .map_or(0, |thread| thread.visit.entered);
        Trouble::named(
            "States.NoChoiceMatched",
            format!(
                "An error occurred while executing the state '{}' (entered at the event id #{entered}). \
                 Failed to transition out of the state. The state does not point to a next state.",
                state.name
            ),
        )
        .at_field("/Choices")
    }
}
