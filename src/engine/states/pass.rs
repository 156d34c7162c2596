//! Pass and Succeed.

use crate::asl::QueryLanguage;
use crate::engine::Execution;
use crate::engine::StageKind;
use crate::engine::lanes::ThreadId;
use crate::engine::measure::Measure;
use crate::engine::passage::select;
use crate::engine::program::Selection;
use crate::engine::program::StateProgram;
use crate::engine::trouble::Trouble;
use crate::query::Value;

impl Execution {
    pub(crate) fn pass(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        fixed: Option<&(Value, Measure)>,
    ) -> Result<(), Trouble> {
        let (result, measure) = match fixed {
            Some((result, measure)) => {
                self.check_input_path(id, state)?;
                if state.language == QueryLanguage::JsonPath {
                    self.stage(id, state, StageKind::Result, result);
                }
                (result.clone(), *measure)
            }
            None => match state.language {
                QueryLanguage::JsonPath => self.payload(id, state)?,
                QueryLanguage::Jsonata => self.raw_input(id),
            },
        };
        self.exit(id, state, result, measure)
    }

    /// A fixed result hides the input, but a path into it still has to lead somewhere.
    fn check_input_path(&mut self, id: ThreadId, state: &StateProgram) -> Result<(), Trouble> {
        if let Selection::Path(_) = &state.input_path {
            let (raw, _) = self.raw_input(id);
            let environment = self.environment(id, state, &raw, &raw);
            select(&state.input_path, "InputPath", &environment)?;
        }
        Ok(())
    }

    pub(crate) fn succeed(&mut self, id: ThreadId, state: &StateProgram) -> Result<(), Trouble> {
        self.stage_input(id, state)?;
        let seen = self.seen_input(id, state)?;
        let measure = seen.measure;
        let effective = seen.into_effective();
        self.exit(id, state, effective, measure)
    }
}
