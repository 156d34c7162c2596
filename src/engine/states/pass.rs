//! Pass and Succeed.

use crate::asl::QueryLanguage;
use crate::engine::Execution;
use crate::engine::StageKind;
use crate::engine::lanes::ThreadId;
use crate::engine::measure::Measure;
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
                if matches!(state.input_path, crate::engine::program::Selection::Path(_)) {
                    self.effective_input(id, state)?;
                }
                (result.clone(), *measure)
            }
            None => match state.language {
                QueryLanguage::JsonPath => self.payload(id, state)?,
                QueryLanguage::Jsonata => self.raw_input(id),
            },
        };
        if state.language == QueryLanguage::JsonPath {
            self.stage(id, state, StageKind::Result, &result);
        }
        self.conclude(id, result, measure);
        Ok(())
    }

    pub(crate) fn succeed(&mut self, id: ThreadId, state: &StateProgram) -> Result<(), Trouble> {
        let (_, effective, measure) = self.effective_input(id, state)?;
        self.conclude(id, effective, measure);
        Ok(())
    }
}
