//! The moments of a run that can be gone back to.

use std::collections::VecDeque;

use crate::engine::Execution;

/// More moments than a person will step through; beyond them the oldest are forgotten.
const MOST: usize = 10_000;

/// A copy of a run before it entered a state. Copies are cheap: payloads are shared.
#[derive(Clone, Debug)]
pub struct Checkpoint<World> {
    pub execution: Execution,
    /// What the driver needs besides to go on from here: mocks used up, answers under way.
    pub world: World,
    /// Events before this moment.
    pub events: usize,
    /// A person saw this moment: the run was paused here.
    pub paused: bool,
}

/// The checkpoints of a run in order.
#[derive(Clone, Debug)]
pub struct Recording<World> {
    checkpoints: VecDeque<Checkpoint<World>>,
    forgotten: usize,
}

impl<World> Default for Recording<World> {
    fn default() -> Recording<World> {
        Recording {
            checkpoints: VecDeque::new(),
            forgotten: 0,
        }
    }
}

impl<World: Clone> Recording<World> {
    /// Keeps a moment and returns its number. A moment with the same events replaces the last one.
    pub fn keep(&mut self, checkpoint: Checkpoint<World>) -> usize {
        if self
            .checkpoints
            .back()
            .is_some_and(|last| last.events == checkpoint.events)
        {
            self.checkpoints.pop_back();
        }
        if self.checkpoints.len() >= MOST {
            self.checkpoints.pop_front();
            self.forgotten += 1;
        }
        self.checkpoints.push_back(checkpoint);
        self.forgotten + self.checkpoints.len() - 1
    }

    /// Marks the last moment as one a person saw.
    pub fn mark_paused(&mut self) {
        if let Some(last) = self.checkpoints.back_mut() {
            last.paused = true;
        }
    }

    /// The number of the latest pause before a moment; the first moment where there was none.
    pub fn pause_before(&self, number: usize) -> Option<usize> {
        let before = number.checked_sub(self.forgotten)?;
        let earlier = self.checkpoints.iter().take(before);
        let paused = earlier
            .enumerate()
            .filter(|(_, checkpoint)| checkpoint.paused)
            .map(|(index, _)| index)
            .last();
        let first = (before > 0).then_some(0);
        paused.or(first).map(|index| index + self.forgotten)
    }

    /// A copy of a moment; everything after it is forgotten.
    pub fn go_back(&mut self, number: usize) -> Option<Checkpoint<World>> {
        let index = number.checked_sub(self.forgotten)?;
        let checkpoint = self.checkpoints.get(index)?.clone();
        self.checkpoints.truncate(index + 1);
        Some(checkpoint)
    }

    /// Whether the latest moment is the one after so many events.
    pub fn is_at(&self, events: usize) -> bool {
        self.checkpoints
            .back()
            .is_some_and(|last| last.events == events)
    }

    /// The number of the latest moment.
    pub fn latest(&self) -> Option<usize> {
        (self.forgotten + self.checkpoints.len()).checked_sub(1)
    }
}
