//! Scenarios and their verdicts.

use crate::analyze::Coverage;
use crate::analyze::coverage;
use crate::debugger::Pace;
use crate::debugger::summarize;
use crate::engine::Ended;
use crate::engine::Event;
use crate::session::Effect;
use crate::session::Session;
use crate::session::Tab;
use crate::session::TabId;
use crate::session::Trial;
use crate::session::Waiting;
use crate::trace::Trace;

/// What came of a scenario.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The revision that was run.
    pub revision: u64,
    pub ended: Ended,
    pub trace: Trace,
    /// What differs from the expectation, in plain words; none when it holds.
    pub difference: Option<String>,
    /// What a person should know besides: mocks left over, workflows that are missing.
    pub notes: Vec<String>,
}

impl Session {
    /// Runs scenarios of the active document for their verdicts.
    pub(crate) fn try_scenarios(&mut self, which: Vec<usize>, at: u64) -> Vec<Effect> {
        let Some(id) = self.active_id() else {
            return Vec::new();
        };
        let mut trials = Vec::new();
        for scenario in which.iter().copied() {
            let Some(tab) = self.tab(id) else {
                return Vec::new();
            };
            match self.order(tab, Some(scenario), Pace::Run, at) {
                Ok((mut order, mocks)) => {
                    order.breakpoints.clear();
                    order.tempo = 0;
                    trials.push(Trial {
                        scenario,
                        order: Box::new(order),
                        mocks,
                    });
                }
                Err(problem) => {
                    self.tell_error(problem);
                    return Vec::new();
                }
            }
        }
        let plans = trials.iter().map(|trial| trial.order.backends.as_ref());
        if self.asks_first(id, plans, Waiting::Scenarios { tab: id, which }) {
            return Vec::new();
        }
        let Some(tab) = self.tab_mut(id) else {
            return Vec::new();
        };
        tab.trying = trials.iter().map(|trial| trial.scenario).collect();
        vec![Effect::TryScenarios {
            tab: tab.id,
            trials,
        }]
    }

    pub(crate) fn take_verdict(
        &mut self,
        id: TabId,
        scenario: usize,
        ended: Ended,
        events: &[Event],
        notes: Vec<String>,
    ) {
        let Some(tab) = self.tab_mut(id) else { return };
        tab.trying.remove(&scenario);
        let trace = Trace::of(events);
        let summary = summarize(&ended, &trace);
        let difference = tab
            .sidecar
            .scenarios
            .get(scenario)
            .and_then(|scenario| scenario.expect.judge(&summary).err())
            .map(|difference| difference.to_string());
        tab.verdicts.insert(
            scenario,
            Verdict {
                revision: tab.revision.id,
                ended,
                trace,
                difference,
                notes,
            },
        );
    }
}

impl Tab {
    /// What the scenarios tried so far have touched of the definition.
    pub fn coverage(&self) -> Option<Coverage> {
        if self.verdicts.is_empty() {
            return None;
        }
        let traces: Vec<Trace> = self
            .verdicts
            .values()
            .map(|verdict| verdict.trace.clone())
            .collect();
        Some(coverage(
            &self.revision.tree,
            &self.revision.machine,
            &traces,
        ))
    }
}
