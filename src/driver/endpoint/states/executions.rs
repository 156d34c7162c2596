//! Executions of Standard workflows: describe, list, stop, and the machine behind one.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use serde_json::json;

use crate::debugger::Control;
use crate::driver::endpoint::catalog::Found;
use crate::driver::endpoint::chronicle::ChildTold;
use crate::driver::endpoint::chronicle::Chronicle;
use crate::driver::endpoint::chronicle::MapRunTold;
use crate::driver::endpoint::chronicle::seconds;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::edge::now_millis;
use crate::driver::endpoint::ledger::Course;
use crate::driver::endpoint::ledger::Entry;
use crate::driver::endpoint::ledger::Stop;
use crate::driver::endpoint::ledger::map_runs;
use crate::driver::endpoint::states::arn::Arn;
use crate::driver::endpoint::states::check::Request;
use crate::driver::endpoint::states::machines::definition;
use crate::driver::endpoint::states::machines::put_settings;
use crate::driver::endpoint::states::machines::references;
use crate::driver::endpoint::states::page::Page;
use crate::driver::endpoint::states::redrive::child_redrivable;
use crate::driver::endpoint::states::trouble::Answer;
use crate::driver::endpoint::states::trouble::Refused;
use crate::driver::endpoint::states::trouble::put;
use crate::driver::endpoint::store::End;

/// What the ARN of an execution names.
pub(crate) enum Named {
    Own(Arc<Entry>),
    /// A child execution of a distributed Map.
    Child {
        entry: Arc<Entry>,
        run: Box<MapRunTold>,
        child: Box<ChildTold>,
    },
}

impl Edge {
    pub(crate) fn describe_execution(&self, request: Request<'_>) -> Answer {
        let data = match request.text("includedData") {
            Some("METADATA_ONLY") => Data::Left,
            Some(_) | None => Data::Included,
        };
        let entry = match self.execution(request.required("executionArn"))? {
            Named::Own(entry) => entry,
            Named::Child { entry, run, child } => {
                return Ok(describe_child(&entry, &run, &child, data));
            }
        };
        let (input, end) = self.data_of(&entry);
        let mut told = told_of(&entry);
        put_data(&mut told, &input, end.as_ref(), data);
        let header = entry.facts.trace_header.clone();
        put(&mut told, "traceHeader", header.map(Json::from));
        put_redrive(&mut told, "REDRIVABLE", self.redrivable(&entry));
        Ok(told)
    }

    pub(crate) fn list_executions(&self, request: Request<'_>) -> Answer {
        let machine = request.text("stateMachineArn");
        let of = format!(
            "ListExecutions {machine:?} {:?} {:?} {:?}",
            request.text("mapRunArn"),
            request.text("statusFilter"),
            request.text("redriveFilter")
        );
        let status = request.text("statusFilter");
        let fits = |one: &str| status.is_none_or(|status| status == one);
        let redriven = request.text("redriveFilter");
        let wanted =
            |redrives: i64| redriven.is_none_or(|word| (word == "REDRIVEN") == (redrives > 0));
        match (machine, request.text("mapRunArn")) {
            (Some(_), Some(_)) | (None, None) => {
                let message = "Exactly one of stateMachineArn and mapRunArn must be specified";
                Err(Refused::validation(message, None))
            }
            (None, Some(run)) => {
                let (entry, run) = self.map_run(run)?;
                let page = Page::of(request, &of)?;
                let children = run.children.iter().rev();
                // A child execution is replaced and not redriven itself.
                let children = children.filter(|child| fits(child.status()) && wanted(0));
                let children = children.map(|child| list_child(&entry, &run, child));
                page.answer("executions", children.collect())
            }
            (Some(text), None) => {
                let found = self.standard(text)?;
                let page = Page::of(request, &of)?;
                let entries = self.books.ledger.all();
                let entries = entries.iter().filter(|entry| belongs(entry, &found));
                let executions = entries.filter(|entry| {
                    let redrives = entry.progress().redrives;
                    wanted(redrives) && fits(&entry.status().0)
                });
                page.answer(
                    "executions",
                    executions.map(|entry| told_of(entry)).collect(),
                )
            }
        }
    }

    pub(crate) async fn stop_execution(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let text = request.required("executionArn");
        let stop = Stop {
            error: request.owned("error"),
            cause: request.owned("cause"),
        };
        let entry = match self.execution(text)? {
            Named::Own(entry) => entry,
            Named::Child { entry, .. } => return self.stop_child(text, &entry, stop).await,
        };
        self.stop_entry(&entry, stop).await;
        entry.until_ended().await;
        let (_, stopped) = entry.status();
        Ok(json!({"stopDate": seconds(stopped.unwrap_or_else(now_millis))}))
    }

    /// Ends a child execution of a Map Run, which goes on without it.
    async fn stop_child(self: &Arc<Edge>, text: &str, entry: &Arc<Entry>, stop: Stop) -> Answer {
        let control = Control::StopChild {
            execution_arn: text.to_owned(),
            error: stop.error,
            cause: stop.cause,
        };
        self.reach(entry, control).await;
        for _ in 0..100 {
            if let Named::Child { child, .. } = self.execution(text)?
                && let Some(end) = child.end
            {
                return Ok(json!({"stopDate": seconds(end.at)}));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(json!({"stopDate": seconds(now_millis())}))
    }

    pub(crate) fn machine_of_execution(&self, request: Request<'_>) -> Answer {
        let (entry, run) = match self.execution(request.required("executionArn"))? {
            Named::Own(entry) => (entry, None),
            Named::Child { entry, run, .. } => (entry, Some(run)),
        };
        let facts = &entry.facts;
        let arn = facts.version_arn.as_ref().unwrap_or(&facts.machine_arn);
        let found = self.catalog.find(&self.site, arn, 0);
        let text = match &entry.machine {
            Some(machine) => Some(machine.text.to_string()),
            None => self.books.store.as_ref().and_then(|store| {
                let record = store.execution(&facts.arn)?;
                store.definition(&record.definition)
            }),
        };
        let text = match request.text("includedData") {
            Some("METADATA_ONLY") => Some("{}".to_owned()),
            Some(_) | None => text,
        };
        let version = found.as_ref().and_then(Found::published);
        let updated = match (version, &found) {
            (Some(version), _) => version.created,
            (None, Some(found)) => found.machine.record.updated,
            (None, None) => facts.started,
        };
        let mut told = json!({
            "stateMachineArn": facts.machine_arn,
            "name": facts.machine,
            "definition": text.or_else(|| found.as_ref().map(|found| definition(found, request))).unwrap_or_default(),
            "roleArn": facts.role,
            "updateDate": seconds(updated),
        });
        put(
            &mut told,
            "revisionId",
            facts.revision.clone().map(Json::from),
        );
        if let Some(found) = &found {
            let settings = version.map_or(&found.machine.record.settings, |one| &one.settings);
            put_settings(&mut told, settings);
            put(&mut told, "variableReferences", references(found, request));
        }
        if let Some(run) = run {
            let name = Arn::read(&run.arn)?.name().to_owned();
            let label = name.split_once('/').map(|(_, label)| Json::from(label));
            let machine = format!(
                "{}/{}",
                facts.machine_arn,
                label.as_ref().and_then(Json::as_str).unwrap_or_default()
            );
            put(&mut told, "stateMachineArn", Some(machine.into()));
            put(&mut told, "label", label);
            put(&mut told, "mapRunArn", Some(run.arn.into()));
        }
        Ok(told)
    }

    /// The execution of an ARN.
    ///
    /// # Errors
    /// `InvalidArn`, `ExecutionDoesNotExist`.
    pub(crate) fn execution(&self, text: &str) -> Result<Named, Refused> {
        let arn = Arn::of(text, "execution")?;
        if let Some(entry) = self.books.ledger.find(text) {
            return Ok(Named::Own(entry));
        }
        let outer = arn.name().split_once('/').map(|(machine, _)| machine);
        let entries = outer.into_iter().flat_map(|machine| {
            let all = self.books.ledger.all().into_iter();
            all.filter(move |entry| entry.facts.machine == machine && has_map_runs(entry))
        });
        for entry in entries {
            let chronicle = self.books.chronicle(&entry);
            if let Some((run, child)) = chronicle.child(text) {
                let (run, child) = (Box::new(run.clone()), Box::new(child.clone()));
                return Ok(Named::Child { entry, run, child });
            }
        }
        Err(Refused::no_execution(text))
    }

    /// What an execution has left behind; of a child execution its own part.
    pub(crate) fn told(&self, text: &str) -> Result<Chronicle, Refused> {
        Ok(match self.execution(text)? {
            Named::Own(entry) => self.books.chronicle(&entry),
            Named::Child { child, .. } => Chronicle {
                events: child.events,
                runs: Vec::new(),
            },
        })
    }

    fn data_of(&self, entry: &Entry) -> (String, Option<End>) {
        let past = matches!(entry.progress().course, Course::Past { .. });
        let store = self.books.store.as_ref().filter(|_| past);
        let record = store.and_then(|store| store.execution(&entry.facts.arn));
        match record {
            Some(record) => (record.facts.input, record.end),
            None => (entry.facts.input.clone(), entry.end()),
        }
    }

    fn standard(&self, text: &str) -> Result<Found, Refused> {
        Arn::of(text, "stateMachine")?;
        let found = self.catalog.find(&self.site, text, 0);
        let found = found.ok_or_else(|| Refused::no_machine(text))?;
        match found.machine.record.kind.as_str() {
            "EXPRESS" => {
                let words = "This operation is not supported by this type of state machine";
                Err(Refused::model("StateMachineTypeNotSupported", words))
            }
            _ => Ok(found),
        }
    }
}

fn belongs(entry: &Entry, found: &Found) -> bool {
    let facts = &entry.facts;
    facts.machine_arn == found.machine.record.arn
        && match (&found.alias_arn(), found.version_arn()) {
            (Some(alias), _) => facts.alias_arn.as_ref() == Some(alias),
            (None, Some(version)) => facts.version_arn == Some(version),
            (None, None) => true,
        }
}

pub(crate) fn has_map_runs(entry: &Entry) -> bool {
    match &entry.progress().course {
        Course::Past { map_runs, .. } => !map_runs.is_empty(),
        Course::Computing { .. } => false,
        Course::Driven(run) => !map_runs(&run.events()).is_empty(),
        Course::Waiting(performance) => !map_runs(performance.events()).is_empty(),
        Course::Ended { events, .. } => !map_runs(events).is_empty(),
    }
}

/// Whether an answer has what went in and what came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Data {
    Included,
    Left,
}

fn put_data(told: &mut Json, input: &str, end: Option<&End>, data: Data) {
    let with_data = data == Data::Included;
    let details = Some(json!({"included": with_data}));
    if with_data {
        put(told, "input", Some(input.into()));
    }
    put(told, "inputDetails", details.clone());
    let Some(end) = end else {
        return;
    };
    if let Some(output) = &end.output {
        if with_data {
            put(told, "output", Some(output.as_str().into()));
        }
        put(told, "outputDetails", details);
    }
    if with_data {
        put(told, "error", end.error.clone().map(Json::from));
        put(told, "cause", end.cause.clone().map(Json::from));
    }
}

/// What is told of an execution wherever it is told of.
fn told_of(entry: &Entry) -> Json {
    let facts = &entry.facts;
    let (status, stopped) = entry.status();
    let (redrives, redriven) = {
        let progress = entry.progress();
        (progress.redrives, progress.redriven)
    };
    let mut told = json!({
        "executionArn": facts.arn,
        "stateMachineArn": facts.machine_arn,
        "name": facts.name,
        "status": status,
        "startDate": seconds(facts.started),
        "redriveCount": redrives,
    });
    put(&mut told, "stopDate", stopped.map(seconds));
    put(&mut told, "redriveDate", redriven.map(seconds));
    let version = facts.version_arn.clone();
    put(&mut told, "stateMachineVersionArn", version.map(Json::from));
    let alias = facts.alias_arn.clone();
    put(&mut told, "stateMachineAliasArn", alias.map(Json::from));
    told
}

/// Whether it can be redriven, with the word for that, or why not.
fn put_redrive(told: &mut Json, word: &str, redrivable: Result<(), String>) {
    match redrivable {
        Ok(()) => put(told, "redriveStatus", Some(word.into())),
        Err(reason) => {
            put(told, "redriveStatus", Some("NOT_REDRIVABLE".into()));
            put(told, "redriveStatusReason", Some(reason.into()));
        }
    }
}

fn describe_child(entry: &Entry, run: &MapRunTold, child: &ChildTold, data: Data) -> Json {
    let mut told = list_child(entry, run, child);
    if let Some(members) = told.as_object_mut() {
        members.remove("itemCount");
    }
    put_data(&mut told, &child.input, child.end.as_ref(), data);
    let redrivable = child_redrivable(entry, run, child);
    put_redrive(&mut told, "REDRIVABLE_BY_MAP_RUN", redrivable);
    told
}

fn list_child(entry: &Entry, run: &MapRunTold, child: &ChildTold) -> Json {
    let label = run.arn.split_once('/').map(|(_, rest)| rest);
    let label = label
        .and_then(|rest| rest.split(':').next())
        .unwrap_or_default();
    let mut told = json!({
        "executionArn": child.arn,
        "stateMachineArn": format!("{}/{label}", entry.facts.machine_arn),
        "name": child.name,
        "status": child.status(),
        "startDate": seconds(child.started),
        "mapRunArn": run.arn,
        "itemCount": child.items,
        "redriveCount": 0,
    });
    let stopped = child.end.as_ref().map(|end| seconds(end.at));
    put(&mut told, "stopDate", stopped);
    told
}
