//! What each state type does between its input and its output; one file a type.

mod choice;
mod container;
pub(crate) mod distributed;
mod fail;
mod formats;
pub(crate) mod map;
mod parallel;
mod pass;
mod quantity;
mod reader;
mod task;
mod wait;
mod writer;

use crate::engine::Execution;
use crate::engine::lanes::ThreadId;
use crate::engine::program::StateProgram;
use crate::engine::program::Work;
use crate::engine::trouble::Trouble;

impl Execution {
    /// Begins a state's work, or begins it again after a back-off.
    pub(crate) fn work(&mut self, id: ThreadId, state: &StateProgram) -> Result<(), Trouble> {
        match &state.work {
            Work::Pass { result } => self.pass(id, state, result.as_ref()),
            Work::Task(task) => self.schedule(id, state, task),
            Work::Choice { rules, default } => self.choose(id, state, rules, *default),
            Work::Wait(wait) => self.wait(id, state, wait),
            Work::Succeed => self.succeed(id, state),
            Work::Fail { error, cause } => self.fail(id, state, error, cause),
            Work::Parallel { branches } => self.begin_parallel(id, state, branches),
            Work::Map(map) => self.begin_map(id, state, map),
        }
    }
}
