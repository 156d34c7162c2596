//! What `stepwright run` prints of a run: as text, as one JSON document, as a history.

use crate::cli::Source;
use crate::cli::fault_place::FaultPlace;
use crate::cli::live::RunOutcome;
use crate::cli::output::say;
use crate::cli::output::write_pieces;
use crate::cli::run::FormatArg;
use crate::engine::Status;
use crate::query::Value;
use crate::trace::BROKEN_OFF;
use crate::trace::CallRecord;
use crate::trace::ChildRun;
use crate::trace::NestedRun;
use crate::trace::Trace;
use crate::trace::WorkerStart;

/// Prints a run in the format asked for; `child` is the child execution whose history is wanted. The exit code:
/// 1 for a run that ended without success.
pub fn print(format: FormatArg, outcome: &RunOutcome, source: &Source, child: Option<&str>) -> u8 {
    let fault = outcome
        .ended
        .as_ref()
        .and_then(|ended| FaultPlace::of(source, ended));
    match format {
        FormatArg::History => write_pieces(crate::engine::history_pieces(&outcome.events, child)),
        FormatArg::Json => {
            let trace = Trace::of(&outcome.events);
            say(&summary_json(outcome, &trace, fault.as_ref()).to_json_pretty());
        }
        FormatArg::Text => print_text(outcome, &Trace::of(&outcome.events), fault.as_ref()),
    }
    match &outcome.ended {
        Some(ended) if ended.status == Status::Succeeded => 0,
        Some(_) => 1,
        None => 0,
    }
}

fn summary_json(outcome: &RunOutcome, trace: &Trace, fault: Option<&FaultPlace>) -> Value {
    let mut members: Vec<(&str, Value)> = Vec::new();
    match &outcome.ended {
        Some(ended) => {
            members.push(("status", ended.status.name().into()));
            members.extend(ended.output.clone().map(|output| ("output", output)));
            members.extend(ended.error.as_deref().map(|error| ("error", error.into())));
            members.extend(ended.cause.as_deref().map(|cause| ("cause", cause.into())));
            members.extend(fault.map(|fault| ("fault", fault.to_json())));
        }
        None => members.push(("status", "PAUSED".into())),
    }
    if let Some(pause) = &outcome.paused {
        members.push(("pausedBefore", pause.state.as_str().into()));
        members.push(("input", pause.input.clone()));
    }
    let start = trace.started_at.unwrap_or_default();
    let path = trace.path().iter().map(Value::string).collect();
    let variables = match &outcome.paused {
        Some(pause) => &pause.variables,
        None => &outcome.variables,
    };
    members.push(("path", Value::array(path)));
    members.push((
        "transitions",
        Value::from(trace.own_visits().count() as i64),
    ));
    members.push(("startDate", crate::engine::timestamp(start).into()));
    members.push(("stopDate", crate::engine::timestamp(trace.latest).into()));
    members.push(("duration_ms", Value::from(trace.latest - start)));
    members.push((
        "variables",
        Value::object(variables.iter().map(|(name, value)| (name, value.clone()))),
    ));
    if !trace.map_runs.is_empty() {
        members.push(("mapRuns", map_runs(outcome, trace)));
    }
    if !outcome.nested.is_empty() {
        let nested = outcome.nested.iter().map(|run| nested_json(run)).collect();
        members.push(("nested", Value::array(nested)));
    }
    if !outcome.calls.is_empty() {
        let calls = outcome.calls.iter().map(call_json).collect();
        members.push(("calls", Value::array(calls)));
    }
    Value::object(members)
}

/// A call that was made for real.
fn call_json(call: &CallRecord) -> Value {
    let mut members = vec![
        ("state", Value::from(call.state.as_str())),
        ("attempt", Value::from(i64::from(call.attempt))),
        ("backend", Value::from(call.backend)),
        ("target", Value::string(&call.target)),
        ("startDate", crate::engine::timestamp(call.began).into()),
    ];
    let millis = |millis: f64| Value::from(millis.round() as i64);
    members.extend(call.took.map(|took| ("took_ms", millis(took))));
    match call.start {
        Some(WorkerStart::Cold { init }) => {
            members.push(("start", Value::from("cold")));
            members.push(("init_ms", millis(init)));
        }
        Some(WorkerStart::Warm) => members.push(("start", Value::from("warm"))),
        None => {}
    }
    members.extend(call.error.as_deref().map(|error| ("error", error.into())));
    let instead = call.instead.as_deref();
    members.extend(instead.map(|instead| ("instead", instead.into())));
    if !call.log.is_empty() {
        members.push(("log", Value::from(call.log.as_ref())));
    }
    Value::object(members)
}

/// An execution that a state has started.
fn nested_json(run: &NestedRun) -> Value {
    let trace = Trace::of(&run.events);
    let mut members = vec![
        ("state", Value::from(run.state.as_str())),
        ("workflow", Value::String(run.workflow.clone())),
        ("name", Value::String(run.name.clone())),
        ("executionArn", Value::String(run.arn.clone())),
        ("status", Value::from(run.status())),
    ];
    if let Some(ended) = &run.ended {
        members.extend(ended.output.clone().map(|output| ("output", output)));
        members.extend(ended.error.as_deref().map(|error| ("error", error.into())));
        members.extend(ended.cause.as_deref().map(|cause| ("cause", cause.into())));
    }
    let path = trace.path().iter().map(Value::string).collect();
    members.push(("path", Value::array(path)));
    Value::object(members)
}

/// Each Map Run as `DescribeMapRun` tells it, with its child executions as `ListExecutions` does.
fn map_runs(outcome: &RunOutcome, trace: &Trace) -> Value {
    let runs = trace.map_runs.iter().map(|run| {
        let within = run.within.as_ref().map(|child| child.arn.as_ref());
        let mut described = run.describe(within.unwrap_or(&outcome.arn));
        let children = run.children.values().map(ChildRun::describe).collect();
        if let Some(members) = described.as_object_mut() {
            members.insert("executions".to_owned(), serde_json::Value::Array(children));
        }
        Value::from(&described)
    });
    Value::array(runs.collect())
}

fn print_text(outcome: &RunOutcome, trace: &Trace, fault: Option<&FaultPlace>) {
    print_visits(trace, trace.started_at.unwrap_or_default());
    for run in &outcome.nested {
        let (state, depth) = (run.state.name(), run.key.depth());
        let inside = if depth > 0 {
            " of a nested workflow"
        } else {
            ""
        };
        say(&format!(
            "\n{} {}, started by {state}{inside}: {}",
            run.workflow,
            run.name,
            run.status()
        ));
        let start = trace.started_at.unwrap_or(run.started_at);
        print_visits(&Trace::of(&run.events), start);
    }
    if !outcome.nested.is_empty() {
        say("");
    }
    print_calls(&outcome.calls);
    if let Some(pause) = &outcome.paused {
        say(&format!(
            "paused before {} with the input {}",
            pause.state.name(),
            pause.input.to_json()
        ));
    }
    print_end(outcome, fault);
}

fn print_visits(trace: &Trace, start: i64) {
    for visit in &trace.visits {
        let indent = "  ".repeat(visit.lane.0.len());
        let place = visit
            .lane_index()
            .map(|index| format!(" #{index}"))
            .unwrap_or_default();
        let retries = match visit.retries() {
            0 => String::new(),
            1 => ", 1 retry".to_owned(),
            count => format!(", {count} retries"),
        };
        say(&format!(
            "{:>8}  {indent}{}{place}: {} in {} ms{retries}",
            format!("+{} ms", visit.entered_at - start),
            visit.name,
            visit.status.word(),
            visit.duration(trace.latest),
        ));
        for (retry, (failed, again)) in visit.tries().enumerate() {
            say(&format!(
                "          {indent}  retry {} after {} ms: {}",
                retry + 1,
                again.started_at - failed.ended_at.unwrap_or(failed.started_at),
                failed.error.as_deref().unwrap_or("no error given")
            ));
        }
        if let Some(error) = visit
            .error
            .as_ref()
            .filter(|_| visit.status != crate::trace::VisitStatus::Succeeded)
        {
            say(&format!(
                "          {indent}  {error}: {}",
                visit.cause.as_deref().unwrap_or("no cause given")
            ));
        }
    }
}

/// What was called for real, with what functions wrote.
fn print_calls(calls: &[CallRecord]) {
    for call in calls {
        let retry = match call.attempt {
            0 => String::new(),
            retry => format!(", retry {retry},"),
        };
        let error = call.error.as_deref().filter(|error| *error != BROKEN_OFF);
        let error = error.map(|error| format!(": {error}"));
        say(&format!(
            "{}: {}{retry} called the {} ({}){}",
            call.backend,
            call.name,
            call.target,
            call.timing(),
            error.unwrap_or_default()
        ));
        if let Some(instead) = &call.instead {
            say(&format!("       because {instead}"));
        }
        for line in call.log.lines() {
            say(&format!("       | {line}"));
        }
    }
}

fn print_end(outcome: &RunOutcome, fault: Option<&FaultPlace>) {
    if let Some(ended) = &outcome.ended {
        say(ended.status.name());
        if let Some(output) = &ended.output {
            say(&output.to_json_pretty());
        }
        if let Some(error) = &ended.error {
            say(&format!(
                "{error}: {}",
                ended.cause.as_deref().unwrap_or("no cause given")
            ));
        }
        if let Some(fault) = fault {
            say(&fault.to_string());
        }
    }
}
