//! Executions of Standard workflows: begun, changed while they stand still, and put away.

use std::sync::Arc;
use std::time::Duration;

use crate::debugger::Control;
use crate::driver::endpoint::carry::Carried;
use crate::driver::endpoint::carry::SHORT;
use crate::driver::endpoint::catalog::Found;
use crate::driver::endpoint::edge::Asked;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::edge::Slice;
use crate::driver::endpoint::edge::now_millis;
use crate::driver::endpoint::ledger::Course;
use crate::driver::endpoint::ledger::Entry;
use crate::driver::endpoint::ledger::NotEntered;
use crate::driver::endpoint::ledger::Stop;
use crate::driver::endpoint::machine::Prepared;
use crate::driver::endpoint::perform::Performance;
use crate::driver::endpoint::store::Facts;
use crate::driver::endpoint::store::Origin;
use crate::gateway::IntegrationResult;
use crate::gateway::Refusal;
use crate::gateway::StartCall;

impl Edge {
    /// A Standard execution, which is remembered: it is on the disk before this comes back.
    pub(crate) async fn enter(
        self: &Arc<Edge>,
        found: Found,
        prepared: Prepared,
        call: &StartCall,
        asked: Asked<'_>,
    ) -> Carried {
        let record = &found.machine.record;
        let arn = format!(
            "{}:{}",
            record.arn.replacen(":stateMachine:", ":execution:", 1),
            call.name
        );
        let (role, revision) = match found.published() {
            Some(version) => (&version.role, &version.revision),
            None => (&record.role, &record.revision),
        };
        let facts = Facts {
            arn: arn.clone(),
            machine_arn: record.arn.clone(),
            version_arn: found.version_arn(),
            alias_arn: found.alias_arn(),
            machine: record.name.clone(),
            name: call.name.clone(),
            role: role.clone(),
            revision: revision.clone(),
            input: call.input_text.clone(),
            trace_header: call.trace_header.clone(),
            started: prepared.start.at,
            origin: Some(Origin {
                seed: prepared.start.seed,
                scenario: asked.wanted(call).map(str::to_owned),
                variables: prepared.start.variables.clone(),
                missing_activities: prepared.start.missing_activities.clone(),
            }),
        };
        let entry = match self.books.ledger.enter(facts, found.served.clone()) {
            Ok(entry) => entry,
            Err(NotEntered::Same(known)) => {
                return Carried::of(IntegrationResult::Started {
                    execution_arn: known.facts.arn.clone(),
                    at: known.facts.started,
                });
            }
            Err(NotEntered::Taken) => {
                return Carried::of(IntegrationResult::Refused(Refusal::NameTaken));
            }
            Err(NotEntered::Full) => {
                return Carried::missing("too many executions run at once".to_owned());
            }
        };
        let mut notes = Vec::new();
        let mut ended = None;
        let written = match self.driven(&prepared) {
            None => {
                self.books.watch.tell(&entry);
                let mut performance = prepared.performance();
                if self.books.store.is_some() {
                    performance = performance.journaled();
                }
                if asked.slice == Slice::Whole || performance.run(SHORT) {
                    self.breathe(&mut performance);
                    notes = performance.unanswered().to_vec();
                    ended = performance.ended().cloned();
                    self.put_away(&entry, performance).await
                } else {
                    self.open(&entry, move |edge, entry| {
                        tokio::spawn(finish_later(edge, entry, performance));
                    })
                    .await
                }
            }
            Some(clock) => {
                let prepared = prepared.clone();
                self.open(&entry, move |edge, entry| {
                    let (books, real) = (&edge.books, &edge.real);
                    let arn = entry.facts.arn.clone();
                    let known = Some(entry.clone());
                    drop(edge.live.begin(books, real, &arn, &prepared, clock, known));
                    books.watch.tell(&entry);
                })
                .await
            }
        };
        if let Err(words) = written {
            self.books.ledger.remove(std::slice::from_ref(&arn));
            return Carried::missing(words);
        }
        Carried::started(arn, prepared, ended, notes)
    }

    /// Writes that an execution has started and then begins it, even where whoever asked for it hangs up meanwhile.
    async fn open(
        self: &Arc<Edge>,
        entry: &Arc<Entry>,
        begin: impl FnOnce(Arc<Edge>, Arc<Entry>) + Send + 'static,
    ) -> Result<(), String> {
        let (edge, entry) = (self.clone(), entry.clone());
        let work = tokio::spawn(async move {
            edge.books.open(&entry).await?;
            begin(edge.clone(), entry);
            Ok(())
        });
        work.await
            .unwrap_or_else(|_| Err("starting the execution broke off".to_owned()))
    }

    /// Ends an execution from outside; false where it has ended already.
    pub(crate) async fn stop_entry(self: &Arc<Edge>, entry: &Arc<Entry>, stop: Stop) -> bool {
        let mut performance = {
            let course = &mut entry.progress().course;
            match course {
                Course::Ended { .. } | Course::Past { .. } => return false,
                Course::Driven(run) => {
                    let Stop { error, cause } = stop;
                    // One that has so much to hear already will end in any case.
                    let _ = run.controls.try_send(Control::Abort { error, cause });
                    return true;
                }
                Course::Computing { stop: wanted } => {
                    *wanted = Some(stop);
                    return true;
                }
                Course::Waiting(_) => {
                    match std::mem::replace(course, Course::Computing { stop: None }) {
                        Course::Waiting(performance) => performance,
                        Course::Computing { .. }
                        | Course::Driven(_)
                        | Course::Ended { .. }
                        | Course::Past { .. } => return false,
                    }
                }
            }
        };
        performance.stop(now_millis(), stop.error, stop.cause);
        // That the disk is full is told to whoever starts the next one.
        let _ = self.put_away(entry, *performance).await;
        true
    }

    /// Says something to an execution, wherever it stands: to the task that drives it, or where it waits; while it is
    /// computed that is waited for. One that has ended need not know.
    pub(crate) async fn reach(self: &Arc<Edge>, entry: &Arc<Entry>, control: Control) {
        loop {
            let run = match &entry.progress().course {
                Course::Driven(run) => Some(run.clone()),
                Course::Waiting(_) | Course::Computing { .. } => None,
                Course::Ended { .. } | Course::Past { .. } => return,
            };
            if let Some(run) = run {
                // One that ends meanwhile need not know either.
                let _ = run.controls.send(control).await;
                return;
            }
            if self.nudge(entry, &control).await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Says something to an execution that stands still on the virtual clock, and lets it go on; false where it does not
    /// stand.
    async fn nudge(self: &Arc<Edge>, entry: &Arc<Entry>, control: &Control) -> bool {
        let mut performance = {
            let course = &mut entry.progress().course;
            if !matches!(course, Course::Waiting(_)) {
                return false;
            }
            match std::mem::replace(course, Course::Computing { stop: None }) {
                Course::Waiting(performance) => *performance,
                Course::Computing { .. }
                | Course::Driven(_)
                | Course::Ended { .. }
                | Course::Past { .. } => return false,
            }
        };
        performance.obey(control.clone(), now_millis());
        self.go_on(entry, performance).await;
        true
    }

    /// Lets a performance go on to its end or to where it stands still again.
    pub(crate) async fn go_on(self: &Arc<Edge>, entry: &Arc<Entry>, performance: Performance) {
        if let Some(performance) = self.run(performance, Slice::Short).await {
            // That the disk is full is told to whoever starts the next one.
            let _ = self.put_away(entry, performance).await;
        }
    }

    /// Puts away what came of a performance, even where whoever asked for it hangs up meanwhile.
    async fn put_away(&self, entry: &Arc<Entry>, performance: Performance) -> Result<(), String> {
        if self.books.store.is_none() {
            return self.books.settle(entry, performance).await;
        }
        let (books, entry) = (self.books.clone(), entry.clone());
        let work = tokio::spawn(async move { books.settle(&entry, performance).await });
        work.await
            .unwrap_or_else(|_| Err("storing the execution broke off".to_owned()))
    }
}

async fn finish_later(edge: Arc<Edge>, entry: Arc<Entry>, performance: Performance) {
    edge.go_on(&entry, performance).await;
}
