//! Everything outside a run: what answers its tasks, when, and the executions it has started.

use std::sync::Arc;

use crate::asl::StatePath;
use crate::backends::Mocks;
use crate::backends::Real;
use crate::backends::Workflows;
use crate::backends::around::Around;
use crate::backends::flight::Reach;
use crate::backends::nested::Sent;
use crate::backends::nested::Shared;
use crate::backends::service::Request;
use crate::engine::CallId;
use crate::engine::Demand;
use crate::engine::Execution;
use crate::engine::Millis;
use crate::engine::Outcome;
use crate::engine::Program;
use crate::query::Value;
use crate::sidecar::Backend;
use crate::sidecar::BackendPlan;
use crate::trace::CallRecord;
use crate::trace::Hand;
use crate::trace::NestedRun;
use crate::trace::TaskKey;
use crate::trace::WaitingTask;

/// The outside of a run. A copy goes on from where the original stands.
#[derive(Clone, Debug)]
pub struct Outside {
    around: Around,
    shared: Shared,
}

impl Outside {
    /// `seed` gives names and ids of the executions that are started.
    pub fn new(mocks: Mocks, workflows: Workflows, hand: Hand, seed: u64) -> Outside {
        Outside {
            around: Around::new(TaskKey::default(), mocks),
            shared: Shared::new(workflows, hand, seed),
        }
    }

    /// Lets the clock stand still at timeouts of tasks that wait for a hand, as only a virtual one can.
    #[must_use]
    pub fn holding(mut self) -> Outside {
        self.shared.holds = true;
        self
    }

    /// Keeps the data between the fields of states of started executions too.
    #[must_use]
    pub fn with_stages(mut self) -> Outside {
        self.shared.stages = true;
        self
    }

    /// Makes calls for real, as the plan has it; that needs a tokio runtime around.
    #[must_use]
    pub fn reaching(mut self, plan: Arc<BackendPlan>, real: Arc<Real>) -> Outside {
        self.shared.reach = plan.is_real().then(|| Reach::new(plan, real));
        self
    }

    /// Makes no call for real until [`Outside::go_on`]: what is served meanwhile has happened already.
    #[must_use]
    pub fn repeating(mut self) -> Outside {
        self.shared.repeats = true;
        self
    }

    /// A call was answered when this happened: nothing more comes of it.
    pub fn answered(&mut self, call: CallId) {
        self.around.forget(call);
    }

    /// What has happened already is over; this is `now`. The executions that it had started are no more, but their
    /// names are taken.
    pub fn go_on(&mut self, now: Millis) {
        self.around.end_inside(now, &mut self.shared);
        self.shared.repeats = false;
        self.shared.stir(now);
    }

    /// Whether calls are out, whose answers take real time.
    pub fn is_out(&self) -> bool {
        self.around.is_out()
    }

    /// Returns when something has come of a call that is out; never where none can be.
    pub fn news(&self) -> impl Future<Output = ()> + Send + use<> {
        let reach = self.shared.reach.clone();
        async move {
            match reach {
                Some(reach) => reach.news().await,
                None => std::future::pending().await,
            }
        }
    }

    /// What calls made for real have told since the last time: when they begin, and when they are over.
    pub fn take_records(&self) -> Vec<CallRecord> {
        let reach = self.shared.reach.as_ref();
        reach.map(Reach::take_records).unwrap_or_default()
    }

    /// Makes the calls again that were out at this moment and have been broken off since.
    pub fn call_again(&mut self, now: Millis) {
        self.around.call_again(now, &self.shared);
    }

    /// Makes the next copies cheap.
    pub fn share(&mut self) {
        self.around.share();
    }

    /// Serves what the run wants.
    pub fn serve(&mut self, demand: Demand, now: Millis, program: &Program) {
        self.around.serve(demand, now, program, &mut self.shared);
        self.settle(now);
    }

    /// Brings the started executions up to a moment.
    pub fn advance(&mut self, now: Millis) {
        self.around.advance(now, &mut self.shared);
        self.settle(now);
    }

    /// The next answer to the run's own calls that has arrived.
    pub fn take(&mut self, now: Millis) -> Option<(CallId, Outcome)> {
        self.around.take(now)
    }

    /// When the next answer arrives, a timer of the run goes off, or a started execution can go on.
    pub fn next(&self, execution: &Execution) -> Option<Millis> {
        let timer = self.timer(execution);
        let outside = self.around.next(&self.shared);
        timer.into_iter().chain(outside).min()
    }

    /// When a started execution can go on.
    pub fn next_inside(&self) -> Option<Millis> {
        self.around.next_inside(&self.shared)
    }

    /// When the run's next timer goes off, unless it is held.
    pub fn timer(&self, execution: &Execution) -> Option<Millis> {
        self.around.timer(execution, &self.shared)
    }

    /// The tasks that wait, those of started executions included.
    pub fn waiting(&self) -> Vec<WaitingTask> {
        let mut all = Vec::new();
        self.around.list_waiting(None, &mut all);
        all
    }

    /// Answers a waiting task by hand; false where it does not wait.
    pub fn answer(&mut self, task: &TaskKey, outcome: Outcome, at: Millis) -> bool {
        let Some(call) = task.call() else {
            return false;
        };
        match self.around.of(&task.0) {
            Some(around) if around.is_waiting(call) => {
                around.give(call, outcome, at);
                true
            }
            Some(_) | None => false,
        }
    }

    /// Lets the timeouts of a waiting task go on.
    pub fn release(&mut self, task: &TaskKey) {
        if let Some((call, around)) = task.call().zip(self.around.of(&task.0)) {
            around.release(call);
        }
    }

    /// Nobody will answer by hand any more: all timeouts go on.
    pub fn release_all(&mut self) {
        self.shared.holds = false;
    }

    /// Stops every started execution.
    pub fn stop(&mut self, now: Millis, cause: &str) {
        self.around.stop(now, cause, &mut self.shared);
    }

    /// The started executions that have ended, in the order of their ends.
    pub fn ended(&self) -> &[Arc<NestedRun>] {
        &self.shared.ended
    }

    /// The started executions that still run.
    pub fn running(&self) -> Vec<Arc<NestedRun>> {
        let mut all = Vec::new();
        self.around.list_running(&mut all);
        all
    }

    /// What a person should know at the end: mocks left over, workflows that are missing.
    pub fn notes(&self) -> Vec<String> {
        let left = self.around.mocks.left_over();
        // What something else is to answer has nothing left over.
        let mocked = |state: &str| match &self.shared.reach {
            Some(reach) => reach
                .plan
                .of(&StatePath::top(state), state)
                .contains(&Backend::Mock),
            None => true,
        };
        let own = left.iter().filter(|left| mocked(&left.state));
        let own = own.map(ToString::to_string);
        let running = self.running();
        let running = running.iter().map(|run| {
            format!(
                "the nested workflow \"{}\", started by \"{}\", still runs",
                run.workflow,
                run.state.name()
            )
        });
        let notes = self.shared.notes.iter().cloned();
        notes.chain(own).chain(running).collect()
    }

    /// Carries out the requests of states to answer other states' tasks.
    fn settle(&mut self, now: Millis) {
        for sent in std::mem::take(&mut self.shared.sent) {
            let reply = self.deliver(&sent, now);
            if let Some(around) = self.around.of(&sent.from.0) {
                around.give(sent.call.id, reply, now);
            }
        }
    }

    fn deliver(&mut self, sent: &Sent, now: Millis) -> Outcome {
        let id = self.shared.uuid();
        let refuse = |code: &str, message: &str| {
            let request = Request::Send(sent.sending);
            Outcome::Failed(request.refusal(code, message, &id))
        };
        let outcome = match sent.outcome() {
            Ok(outcome) => outcome,
            Err((code, message)) => return refuse(code, &message),
        };
        match self.around.with_token(sent.token()) {
            Some(task) => {
                self.answer(&task, outcome, now);
                Outcome::Succeeded(Value::object::<&str>([]))
            }
            None if is_token(sent.token()) => refuse(
                "TaskTimedOut",
                "Task Timed Out: 'Provided task does not exist anymore'",
            ),
            None => refuse("InvalidToken", "Invalid Token: 'Invalid token'"),
        }
    }
}

/// Whether a text has the form of the tokens that tasks are given.
fn is_token(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
