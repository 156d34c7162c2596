//! Task: scheduling a call, and what becomes of its answer.

use std::sync::Arc;

use crate::engine::Call;
use crate::engine::CallId;
use crate::engine::Demand;
use crate::engine::EventDetail;
use crate::engine::Execution;
use crate::engine::Fault;
use crate::engine::Outcome;
use crate::engine::StageKind;
use crate::engine::TaskEvent;
use crate::engine::Workers;
use crate::engine::lanes::Limit;
use crate::engine::lanes::OpenCall;
use crate::engine::lanes::Stand;
use crate::engine::lanes::ThreadId;
use crate::engine::measure::Measure;
use crate::engine::program::Service;
use crate::engine::program::StateProgram;
use crate::engine::program::TaskWork;
use crate::engine::program::Work;
use crate::engine::timer::Alarm;
use crate::engine::trouble::TIMEOUT;
use crate::engine::trouble::Trouble;
use crate::query::Value;

impl Execution {
    pub(crate) fn schedule(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        task: &TaskWork,
    ) -> Result<(), Trouble> {
        if task.service.has_token() {
            let token = self.next_token(state);
            if let Some(thread) = self.threads.get_mut(id) {
                thread.visit.token = Some(Arc::from(token));
            }
        }
        if self
            .missing_activities
            .iter()
            .any(|missing| *missing == *task.resource)
        {
            return Err(Trouble::runtime(format!(
                "The activity {} does not exist.",
                task.resource
            ))
            .at_field("/Resource"));
        }
        let (raw, effective, _) = self.effective_input(id, state)?;
        let environment = self.environment(id, state, &effective, &raw);
        let timeout = task.timeout.integer(&environment)?;
        let heartbeat = task.heartbeat.integer(&environment)?;
        let role = match &task.role {
            Some(template) => template
                .evaluate(&environment)?
                .as_str()
                .map(|role| -> Arc<str> { Arc::from(role) }),
            None => None,
        };
        let (payload, measure) = self.payload(id, state)?;
        measure
            .check(&payload)
            .map_err(|excess| Trouble::excess(excess, &state.name))?;
        check_format(&task.service, &payload)?;
        let call = CallId(self.next_call);
        self.next_call += 1;
        let scheduled = scheduled(self, task, payload.clone(), timeout, heartbeat, role);
        self.emit_task(id, state, call, scheduled);
        if let Some(started) = started(&task.service) {
            self.emit_task(id, state, call, started);
        }
        let iteration = self.threads.item(id).map(|item| item.index);
        let Some(thread) = self.threads.get_mut(id) else {
            return Ok(());
        };
        thread.visit.stand = Stand::Call(OpenCall {
            id: call,
            timeout: timeout.map(Limit::seconds),
            heartbeat: heartbeat.map(Limit::seconds),
            started: task.service != Service::Activity,
        });
        let demand = Call {
            id: call,
            state: state.path.clone(),
            name: state.name.clone(),
            lane: thread.lane.clone(),
            resource: task.resource.clone(),
            payload,
            attempt: thread.visit.retries,
            iteration,
            token: thread.visit.token.clone(),
        };
        if task.service != Service::Activity || self.workers == Workers::AtHand {
            self.begin_time(id);
        }
        self.calls.insert(call, id);
        self.out.demands.push(Demand::Call(demand));
        Ok(())
    }

    /// The limits of a call begin to count, unless they do already.
    fn begin_time(&mut self, id: ThreadId) {
        let now = self.now;
        let Some(thread) = self.threads.get_mut(id) else {
            return;
        };
        let Stand::Call(open) = &mut thread.visit.stand else {
            return;
        };
        let limits = [
            (&mut open.timeout, Alarm::Timeout(id)),
            (&mut open.heartbeat, Alarm::Heartbeat(id)),
        ];
        for (limit, alarm) in limits {
            if let Some(limit) = limit
                && limit.timer.is_none()
            {
                let at = now.saturating_add(limit.length);
                limit.timer = Some(self.timers.set(at, alarm));
            }
        }
    }

    fn next_token(&mut self, state: &StateProgram) -> String {
        let given = self
            .tokens
            .iter()
            .position(|(name, _)| *name == *state.name)
            .map(|index| self.tokens.remove(index).1);
        given.unwrap_or_else(|| {
            self.draw(|chance| format!("{}{}", chance.uuid(), chance.uuid()).replace('-', ""))
        })
    }

    fn emit_task(&mut self, id: ThreadId, state: &StateProgram, call: CallId, event: TaskEvent) {
        let event = Box::new(event);
        self.emit(id, state, EventDetail::Task { call, event });
    }

    /// A call was answered, or one phase of it.
    pub(crate) fn answer(&mut self, call: CallId, outcome: Outcome) {
        let program = self.program.clone();
        let Some(id) = self.calls.get(&call).copied() else {
            return;
        };
        let Some(thread) = self.threads.get(id) else {
            return;
        };
        let Some(state) = program.state(thread.visit.state) else {
            return;
        };
        let Work::Task(task) = &state.work else {
            return;
        };
        match outcome {
            Outcome::Submitted(output) => {
                if let Some(event) = submitted(&task.service, output) {
                    self.emit_task(id, state, call, event);
                }
                self.beat(id);
            }
            Outcome::Heartbeat => self.beat(id),
            Outcome::Started { worker } => {
                self.note_started(id, state, call, worker);
                self.beat(id);
            }
            Outcome::Succeeded(result) => {
                self.note_started(id, state, call, None);
                self.close_call(id);
                self.succeed_task(id, state, task, call, result);
            }
            Outcome::Failed(fault) => {
                self.note_started(id, state, call, None);
                self.close_call(id);
                self.fail_task(id, state, task, call, fault);
            }
        }
    }

    fn succeed_task(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        task: &TaskWork,
        call: CallId,
        result: Value,
    ) {
        let culprit = match &task.service {
            Service::Integration { resource_type, .. } => resource_type.clone(),
            Service::Lambda | Service::Activity => task.resource.clone(),
        };
        match Measure::of(&result).check(&result) {
            Ok(measure) => {
                let event = succeeded(&task.service, result.clone());
                self.emit_task(id, state, call, event);
                self.stage(id, state, StageKind::Result, &result);
                self.conclude(id, result, measure);
            }
            Err(excess) => {
                let trouble = Trouble::excess(excess, &culprit);
                self.fail_task(id, state, task, call, trouble.fault());
            }
        }
    }

    fn fail_task(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        task: &TaskWork,
        call: CallId,
        fault: Fault,
    ) {
        let event = failed(&task.service, &fault);
        self.emit_task(id, state, call, event);
        self.fall(id, state, Trouble::of_fault(fault));
    }

    /// A timeout or the wait for a heartbeat is over.
    pub(crate) fn time_out(&mut self, id: ThreadId, heartbeat: bool) {
        let program = self.program.clone();
        let Some(thread) = self.threads.get(id) else {
            return;
        };
        let Some(state) = program.state(thread.visit.state) else {
            return;
        };
        let (Work::Task(task), Stand::Call(open)) = (&state.work, &thread.visit.stand) else {
            return;
        };
        let call = open.id;
        self.note_started(id, state, call, None);
        self.close_call(id);
        self.out.demands.push(Demand::Cancel(call));
        let event = timed_out(&task.service);
        self.emit_task(id, state, call, event);
        if let Some(thread) = self.threads.get_mut(id) {
            let trouble = Trouble::timeout(heartbeat).in_state(state, Some(thread.visit.entered));
            thread.visit.stand = Stand::Fault(trouble);
            // Behind whatever else goes off at this moment: siblings time out before the first is dealt with.
            self.queue.push_back(id);
        }
    }

    /// An activity's worker took the task, whose time begins with that; at the latest it is known when it answers.
    fn note_started(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        call: CallId,
        worker: Option<Arc<str>>,
    ) {
        let Some(thread) = self.threads.get_mut(id) else {
            return;
        };
        let Stand::Call(open) = &mut thread.visit.stand else {
            return;
        };
        if !std::mem::replace(&mut open.started, true) {
            self.emit_task(id, state, call, TaskEvent::ActivityStarted { worker });
            self.begin_time(id);
        }
    }

    fn beat(&mut self, id: ThreadId) {
        let Some(thread) = self.threads.get_mut(id) else {
            return;
        };
        if let Stand::Call(open) = &mut thread.visit.stand
            && let Some(limit) = &mut open.heartbeat
            && let Some(key) = limit.timer
        {
            self.timers.clear(key);
            let at = self.now.saturating_add(limit.length);
            limit.timer = Some(self.timers.set(at, Alarm::Heartbeat(id)));
        }
    }

    fn close_call(&mut self, id: ThreadId) {
        let Some(thread) = self.threads.get_mut(id) else {
            return;
        };
        if let Stand::Call(open) = &thread.visit.stand {
            open.timers().for_each(|key| self.timers.clear(key));
            self.calls.remove(&open.id);
        }
    }
}

/// What the API Gateway integration refuses before it calls: headers and query parameters that are no lists.
fn check_format(service: &Service, payload: &Value) -> Result<(), Trouble> {
    let Service::Integration { resource_type, .. } = service else {
        return Ok(());
    };
    if resource_type.as_ref() != "apigateway" {
        return Ok(());
    }
    for field in ["Headers", "QueryParameters"] {
        let fits = |value: &Value| {
            value
                .as_object()
                .is_some_and(|members| members.values().all(|list| list.as_array().is_some()))
        };
        if payload.get(field).is_some_and(|value| !fits(value)) {
            return Err(Trouble::runtime(format!(
                "The Parameters '{}' could not be used to start the Task: [The value of the field '{field}' has an invalid format]",
                payload.to_json()
            ))
            .at_field(format!("/Parameters/{field}")));
        }
    }
    Ok(())
}

fn scheduled(
    execution: &Execution,
    task: &TaskWork,
    payload: Value,
    timeout_seconds: Option<i64>,
    heartbeat_seconds: Option<i64>,
    role: Option<Arc<str>>,
) -> TaskEvent {
    match &task.service {
        Service::Lambda => TaskEvent::LambdaScheduled {
            resource: task.resource.clone(),
            input: payload,
            timeout_seconds,
            role,
        },
        Service::Activity => TaskEvent::ActivityScheduled {
            resource: task.resource.clone(),
            input: payload,
            timeout_seconds,
            heartbeat_seconds,
        },
        Service::Integration {
            resource_type,
            resource,
        } => TaskEvent::Scheduled {
            resource_type: resource_type.clone(),
            resource: resource.clone(),
            parameters: payload,
            region: execution.program.region.clone(),
            timeout_seconds,
            heartbeat_seconds,
            role,
        },
    }
}

fn started(service: &Service) -> Option<TaskEvent> {
    match service {
        Service::Lambda => Some(TaskEvent::LambdaStarted),
        Service::Activity => None,
        Service::Integration {
            resource_type,
            resource,
        } => Some(TaskEvent::Started {
            resource_type: resource_type.clone(),
            resource: resource.clone(),
        }),
    }
}

fn submitted(service: &Service, output: Value) -> Option<TaskEvent> {
    match service {
        Service::Lambda | Service::Activity => None,
        Service::Integration {
            resource_type,
            resource,
        } => Some(TaskEvent::Submitted {
            resource_type: resource_type.clone(),
            resource: resource.clone(),
            output,
        }),
    }
}

fn succeeded(service: &Service, output: Value) -> TaskEvent {
    match service {
        Service::Lambda => TaskEvent::LambdaSucceeded { output },
        Service::Activity => TaskEvent::ActivitySucceeded { output },
        Service::Integration {
            resource_type,
            resource,
        } => TaskEvent::Succeeded {
            resource_type: resource_type.clone(),
            resource: resource.clone(),
            output,
        },
    }
}

fn failed(service: &Service, fault: &Fault) -> TaskEvent {
    let (error, cause) = (fault.error.clone(), fault.cause.clone());
    match service {
        Service::Lambda => TaskEvent::LambdaFailed { error, cause },
        Service::Activity => TaskEvent::ActivityFailed { error, cause },
        Service::Integration {
            resource_type,
            resource,
        } => TaskEvent::Failed {
            resource_type: resource_type.clone(),
            resource: resource.clone(),
            error,
            cause,
        },
    }
}

fn timed_out(service: &Service) -> TaskEvent {
    let (error, cause) = (Some(Arc::from(TIMEOUT)), None);
    match service {
        Service::Lambda => TaskEvent::LambdaTimedOut { error, cause },
        Service::Activity => TaskEvent::ActivityTimedOut { error, cause },
        Service::Integration {
            resource_type,
            resource,
        } => TaskEvent::TimedOut {
            resource_type: resource_type.clone(),
            resource: resource.clone(),
            error,
            cause,
        },
    }
}
