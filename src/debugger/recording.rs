//! The moments of a run that can be gone back to.

use std::collections::VecDeque;

use crate::engine::Execution;

/// More moments than a person will step through; beyond them the oldest are forgotten.
const MOST: usize = 10_000;

/// What all moments together may weigh, some hundred bytes a unit. With thousands of open branches fewer are kept.
const MOST_WEIGHT: usize = 200_000;

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
    weight: usize,
}

impl<World> Default for Recording<World> {
    fn default() -> Recording<World> {
        Recording {
            checkpoints: VecDeque::new(),
            forgotten: 0,
            weight: 0,
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
            let last = self.checkpoints.pop_back();
            self.weight -= last.map_or(0, |last| last.execution.weight());
        }
        self.weight += checkpoint.execution.weight();
        self.checkpoints.push_back(checkpoint);
        while self.checkpoints.len() > 1
            && (self.checkpoints.len() > MOST || self.weight > MOST_WEIGHT)
        {
            let first = self.checkpoints.pop_front();
            self.weight -= first.map_or(0, |first| first.execution.weight());
            self.forgotten += 1;
        }
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
        let later = self.checkpoints.drain(index + 1..);
        self.weight -= later.map(|moment| moment.execution.weight()).sum::<usize>();
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::CompileOptions;
    use crate::engine::Signal;
    use crate::engine::Start;
    use crate::engine::compile;
    use crate::query::Value;

    #[test]
    fn with_many_branches_open_fewer_moments_are_kept() {
        let text = r#"{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{
            "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}}}}"#;
        let parse = crate::syntax::parse(text, crate::syntax::Format::Json);
        let machine = crate::asl::read(&parse.tree);
        let options = CompileOptions::default();
        let program = Arc::new(compile(&parse.tree, &machine, &options).unwrap());
        let items = vec![Value::from(1); 8_000];
        let start = Start::with_input(Value::array(items));
        let now = start.at;
        let mut execution = crate::engine::Execution::new(program, start);
        let mut recording = Recording::default();
        for events in 0..4_000 {
            execution.advance(Signal::Proceed { now });
            recording.keep(Checkpoint {
                execution: execution.checkpoint(),
                world: (),
                events,
                paused: false,
            });
        }
        assert!(recording.weight <= MOST_WEIGHT && recording.weight > MOST_WEIGHT / 2);
        assert!((500..3_000).contains(&recording.checkpoints.len()));
        let latest = recording.latest().unwrap();
        assert_eq!(latest, 3_999);
        let mut kept = recording.go_back(latest - 300).unwrap();
        assert_eq!(recording.latest(), Some(latest - 300));
        let weights = recording.checkpoints.iter();
        let weights: usize = weights.map(|moment| moment.execution.weight()).sum();
        assert_eq!(recording.weight, weights);
        for _ in 0..300 {
            kept.execution.advance(Signal::Proceed { now });
        }
        assert_eq!(kept.execution.open_lanes(), execution.open_lanes());
    }
}
