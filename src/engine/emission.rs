//! What an execution tells: events, stages; and what its fields see while they are evaluated.

use crate::engine::Event;
use crate::engine::EventDetail;
use crate::engine::Execution;
use crate::engine::Stage;
use crate::engine::StageKind;
use crate::engine::chance::Chance;
use crate::engine::environment::Environment;
use crate::engine::lanes::ThreadId;
use crate::engine::program::StateProgram;
use crate::query::Value;

impl Execution {
    /// Writes an event that the next one of the thread follows. Returns its id.
    pub(crate) fn emit(&mut self, id: ThreadId, state: &StateProgram, detail: EventDetail) -> u64 {
        let Some(previous) = self.threads.get(id).map(|thread| thread.last) else {
            return 0;
        };
        let event = self.write(id, previous, Some(state), detail);
        if let Some(thread) = self.threads.get_mut(id) {
            thread.last = event;
        }
        event
    }

    /// Writes an event that no other follows: `MapIterationSucceeded` and the like.
    pub(crate) fn emit_leaf(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        detail: EventDetail,
    ) -> u64 {
        let previous = self.threads.get(id).map_or(0, |thread| thread.last);
        self.write(id, previous, Some(state), detail)
    }

    pub(crate) fn write(
        &mut self,
        id: ThreadId,
        previous: u64,
        state: Option<&StateProgram>,
        detail: EventDetail,
    ) -> u64 {
        let Some(thread) = self.threads.get(id) else {
            return 0;
        };
        let (event, child) = match thread.child {
            None => {
                let event = self.next_event;
                self.next_event += 1;
                (event, None)
            }
            Some(number) => {
                let Some(child) = self.children.get_mut(number) else {
                    return previous;
                };
                let event = child.next_event;
                child.next_event += 1;
                (event, self.history.then(|| child.about.clone()))
            }
        };
        if self.history {
            self.out.events.push(Event {
                id: event,
                previous,
                at: self.now,
                lane: thread.lane.clone(),
                child,
                state: state.map(|state| state.path.clone()),
                detail,
            });
        }
        event
    }

    pub(crate) fn stage(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        kind: StageKind,
        value: &Value,
    ) {
        if !self.stages {
            return;
        }
        if let Some(thread) = self.threads.get(id) {
            self.out.stages.push(Stage {
                lane: thread.lane.clone(),
                state: state.path.clone(),
                entered: thread.visit.entered,
                kind,
                value: value.clone(),
            });
        }
    }

    /// What the fields of a thread's state see; `$` is `input`.
    pub(crate) fn environment<'a>(
        &'a self,
        id: ThreadId,
        state: &'a StateProgram,
        input: &'a Value,
        raw_input: &'a Value,
    ) -> Environment<'a> {
        Environment {
            threads: &self.threads,
            thread: id,
            state,
            fixed: self.fixed_of(id),
            context: self.context.as_ref(),
            input,
            raw_input,
            result: None,
            error_output: None,
            item: None,
            chance: &self.chance,
            now: self.now,
            context_cache: std::cell::OnceCell::new(),
            bindings: std::cell::OnceCell::new(),
        }
    }

    pub(crate) fn draw<T>(&self, draw: impl FnOnce(&mut Chance) -> T) -> T {
        let mut chance = self.chance.get();
        let drawn = draw(&mut chance);
        self.chance.set(chance);
        drawn
    }
}
