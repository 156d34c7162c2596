//! Parallel: every branch with the same input.

use crate::engine::EventDetail;
use crate::engine::Execution;
use crate::engine::lanes::Container;
use crate::engine::lanes::ThreadId;
use crate::engine::program::ScopeIndex;
use crate::engine::program::StateProgram;
use crate::engine::trouble::Trouble;

impl Execution {
    pub(crate) fn begin_parallel(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        branches: &[ScopeIndex],
    ) -> Result<(), Trouble> {
        let (payload, measure) = self.payload(id, state)?;
        self.emit(id, state, EventDetail::ParallelStateStarted);
        let container = Container::new(branches.len(), 0, payload, measure);
        self.open(id, state, container);
        Ok(())
    }
}
