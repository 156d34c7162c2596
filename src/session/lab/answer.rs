//! Answers of the integration that come from executions of the active document.

use crate::engine::Ended;
use crate::engine::Millis;
use crate::query::Value;
use crate::session::Action;
use crate::session::Effect;
use crate::session::Intent;
use crate::session::Session;
use crate::session::Tab;
use crate::session::lab::AnswerFrom;
use crate::session::lab::Awaited;
use crate::session::lab::LabSide;
use crate::session::lab::Meaning;
use crate::trace::Trace;

impl Session {
    /// The result of the active document's last execution becomes the answer.
    pub(crate) fn use_execution(&mut self) {
        match self.active().and_then(execution_answer) {
            Some((body, from)) => self.lab.answered(body, from),
            None => self.tell_error("No execution has ended in the open workflow; press Run first"),
        }
    }

    pub(crate) fn use_scenario(&mut self, index: usize, at: u64) -> Vec<Effect> {
        let Some(tab) = self.active_id() else {
            return Vec::new();
        };
        let effects = self.try_scenarios(vec![index], at);
        if !effects.is_empty() {
            self.lab.awaited = Some(Awaited::Scenario(tab, index));
        }
        effects
    }

    /// An execution has ended, perhaps the one the lab waits for.
    pub(crate) fn lab_awaited(&mut self, which: Awaited) -> Vec<Effect> {
        if self.lab.awaited != Some(which) {
            return Vec::new();
        }
        self.lab.awaited = None;
        let answer = match which {
            Awaited::Scenario(tab, index) => self.tab(tab).and_then(|tab| {
                let verdict = tab.verdicts.get(&index)?;
                let name = tab.sidecar.scenarios.get(index)?.name.clone();
                let body = sync_answer(tab, &verdict.trace, &verdict.ended);
                Some((body, AnswerFrom::Scenario(name)))
            }),
            Awaited::Run(run) => self.tab_of_run(run).and_then(|tab| execution_answer(tab)),
        };
        if let Some((body, from)) = answer {
            self.lab.answered(body, from);
        }
        self.render_lab()
    }

    /// Runs the active document with the input of the request that the template makes; the result becomes the answer.
    pub(crate) fn run_with_template(&mut self, at: u64) -> Vec<Effect> {
        let input = match (&self.lab.sight.meaning, self.lab.side) {
            (Meaning::Json(request), LabSide::Request) => request
                .get("input")
                .and_then(Value::as_str)
                .map(str::to_owned),
            (Meaning::Json(_) | Meaning::Nothing | Meaning::Broken { .. } | Meaning::Text, _) => {
                None
            }
        };
        let Some(input) = input else {
            self.tell_error("The template makes no request with an input");
            return Vec::new();
        };
        if self.active().is_none() {
            self.tell_error("Open the workflow first");
            return Vec::new();
        }
        let text = Value::parse(&input).map_or(input, |value| value.to_json_pretty());
        let mut effects = self.handle(Intent::SetInput(text), at);
        effects.extend(self.handle(Intent::Perform(Action::Run), at));
        let run = self.active().and_then(|tab| tab.run.as_ref());
        self.lab.awaited = run
            .filter(|run| run.is_live())
            .map(|run| Awaited::Run(run.id));
        effects
    }
}

/// The answer `StartSyncExecution` would give for the execution of a document that ended last.
fn execution_answer(tab: &Tab) -> Option<(String, AnswerFrom)> {
    let run = tab.run.as_ref()?;
    let ended = run.ended.as_ref()?;
    Some((
        sync_answer(tab, &run.trace, ended),
        AnswerFrom::Execution(tab.title.clone()),
    ))
}

/// The body that `StartSyncExecution` answers with (AWS Step Functions API reference): times in seconds, input and
/// output as texts, and status 200 even where the execution failed.
fn sync_answer(tab: &Tab, trace: &Trace, ended: &Ended) -> String {
    let machine = &tab.revision.document.name;
    let started = trace.started_at.unwrap_or(ended.at);
    let place = "us-east-1:123456789012";
    let text = |text: &Value| Value::string(text.to_json());
    let included = Value::object([("included", Value::Bool(true))]);
    let billed = ((ended.at - started).max(0) + 99) / 100 * 100;
    let mut members = vec![
        (
            "billingDetails",
            Value::object([
                ("billedDurationInMilliseconds", Value::from(billed)),
                ("billedMemoryUsedInMB", Value::from(64)),
            ]),
        ),
        (
            "executionArn",
            Value::string(format!(
                "arn:aws:states:{place}:express:{machine}:local:local"
            )),
        ),
        ("input", text(trace.input.as_ref().unwrap_or(&Value::Null))),
        ("inputDetails", included.clone()),
        ("name", Value::string("local")),
        ("startDate", seconds(started)),
        (
            "stateMachineArn",
            Value::string(format!("arn:aws:states:{place}:stateMachine:{machine}")),
        ),
        ("status", Value::string(ended.status.name())),
        ("stopDate", seconds(ended.at)),
    ];
    if let Some(output) = &ended.output {
        members.push(("output", text(output)));
        members.push(("outputDetails", included));
    }
    if let Some(error) = &ended.error {
        members.push(("error", Value::string(error)));
    }
    if let Some(cause) = &ended.cause {
        members.push(("cause", Value::string(cause)));
    }
    Value::object(members).to_json_pretty()
}

/// Milliseconds as seconds with three digits behind the point, as the service writes its times.
fn seconds(at: Millis) -> Value {
    let text = format!("{}.{:03}", at.div_euclid(1000), at.rem_euclid(1000));
    Value::parse(&text).unwrap_or(Value::Null)
}
