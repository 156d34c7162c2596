//! ResultWriter: what a Map Run hands on, and the files it writes (AWS guide, "ResultWriter (Map)").

use std::sync::Arc;

use crate::engine::Demand;
use crate::engine::Execution;
use crate::engine::Program;
use crate::engine::Status;
use crate::engine::StoredObject;
use crate::engine::child::EndedChild;
use crate::engine::history::moment_text;
use crate::engine::lanes::DistributedRun;
use crate::engine::lanes::MapRun;
use crate::engine::lanes::Stand;
use crate::engine::lanes::ThreadId;
use crate::engine::pages::Pages;
use crate::engine::program::StateProgram;
use crate::engine::program::Transformation;
use crate::engine::program::Work;
use crate::engine::program::WriterWork;
use crate::engine::trouble::Trouble;
use crate::query::Value;

const WRITER_FAILED: &str = "States.ResultWriterFailed";

impl Execution {
    /// Writes the results of a Map Run, failed or not, and gives what the state then hands on in their place;
    /// nothing where the state has no writer with a resource.
    pub(crate) fn write_results(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
    ) -> Result<Option<Value>, Trouble> {
        let Some(writer) = writer_of(state) else {
            return Ok(None);
        };
        let (Some(resource), Some(arguments)) = (&writer.resource, &writer.arguments) else {
            return Ok(None);
        };
        if !resource.ends_with(":s3:putObject") {
            return Err(Trouble::named(
                WRITER_FAILED,
                format!("The result writer '{resource}' is not supported by this executor"),
            ));
        }
        let (raw, effective, _) = self.effective_input(id, state)?;
        let environment = self.environment(id, state, &effective, &raw);
        let target = arguments.evaluate(&environment)?;
        let text = |name: &str| target.get(name).and_then(Value::as_str);
        let bucket = text("Bucket")
            .filter(|bucket| !bucket.is_empty())
            .ok_or_else(|| {
                Trouble::named(WRITER_FAILED, "The result writer has no Bucket to write to")
            })?;
        let Some((map, run)) = self.map_run(id) else {
            return Ok(None);
        };
        let number = run.arn.rsplit(':').next().unwrap_or_default();
        let folder = match text("Prefix").unwrap_or_default().trim_end_matches('/') {
            "" => number.to_owned(),
            prefix => format!("{prefix}/{number}"),
        };
        let written = files(&self.program, map, run, writer, bucket, &folder);
        let details = Value::object([
            ("MapRunArn", Value::String(run.arn.clone())),
            (
                "ResultWriterDetails",
                Value::object([
                    ("Bucket", Value::from(bucket)),
                    ("Key", Value::from(format!("{folder}/manifest.json"))),
                ]),
            ),
        ]);
        for object in &written {
            self.out.demands.push(Demand::Store(object.clone()));
        }
        let objects = Arc::make_mut(&mut self.objects);
        objects.retain(|old| {
            written
                .iter()
                .all(|new| (&new.bucket, &new.key) != (&old.bucket, &old.key))
        });
        objects.extend(written);
        Ok(Some(details))
    }

    /// The results as the state hands them on itself.
    pub(crate) fn shape_results(
        &self,
        id: ThreadId,
        state: &StateProgram,
        results: Pages<Option<Value>>,
    ) -> Value {
        let shape = writer_of(state).and_then(|writer| writer.transformation);
        let Some((map, run)) = self.map_run(id) else {
            return Value::array(results.iter().flatten().cloned().collect());
        };
        if shape.is_none() && results.iter().all(Option::is_some) {
            return Value::array(results.iter().flatten().cloned().collect());
        }
        let ended = run.ended.iter().flatten().map(AsRef::as_ref);
        Value::array(shaped(
            &self.program,
            map,
            run,
            ended,
            shape.unwrap_or(Transformation::Compact),
        ))
    }

    fn map_run(&self, id: ThreadId) -> Option<(&MapRun, &DistributedRun)> {
        match &self.threads.get(id)?.visit.stand {
            Stand::Container(container) => {
                let map = container.map.as_ref()?;
                Some((map, map.distributed.as_ref()?))
            }
            _ => None,
        }
    }
}

fn writer_of(state: &StateProgram) -> Option<&WriterWork> {
    match &state.work {
        Work::Map(map) => map.distributed.as_ref()?.writer.as_ref(),
        _ => None,
    }
}

/// One file for each fate, and the manifest that names them.
fn files(
    program: &Program,
    map: &MapRun,
    run: &DistributedRun,
    writer: &WriterWork,
    bucket: &str,
    folder: &str,
) -> Vec<StoredObject> {
    let shape = writer.transformation.unwrap_or(Transformation::Whole);
    let ended = || run.ended.iter().flatten().map(AsRef::as_ref);
    let well = ended().filter(|child: &&EndedChild| child.status == Status::Succeeded);
    let badly = ended().filter(|child: &&EndedChild| child.status != Status::Succeeded);
    let pending = run
        .ended
        .iter()
        .enumerate()
        .filter(|(_, ended)| ended.is_none())
        .filter_map(|(index, _)| map.inputs.get(index))
        .map(|input| pending(program, run, input))
        .collect();
    let fates: [(&str, Vec<Value>); 3] = [
        ("FAILED", shaped(program, map, run, badly, shape)),
        ("PENDING", pending),
        ("SUCCEEDED", shaped(program, map, run, well, shape)),
    ];
    let mut objects = Vec::new();
    let mut listed = Vec::new();
    for (fate, entries) in fates {
        if entries.is_empty() {
            listed.push((fate, Value::array(Vec::new())));
            continue;
        }
        let (ending, body) = if writer.lines {
            let lines: Vec<String> = entries.iter().map(Value::to_json).collect();
            ("jsonl", lines.join("\n") + "\n")
        } else {
            ("json", Value::array(entries).to_json())
        };
        let key = format!("{folder}/{fate}_0.{ending}");
        let file = Value::object([
            ("Key", Value::from(key.as_str())),
            ("Size", Value::from(body.len() as i64)),
        ]);
        listed.push((fate, Value::array(vec![file])));
        objects.push(StoredObject::new(bucket, key, body));
    }
    let manifest = Value::object([
        ("DestinationBucket", Value::from(bucket)),
        ("MapRunArn", Value::String(run.arn.clone())),
        ("ResultFiles", Value::object(listed)),
    ]);
    let key = format!("{folder}/manifest.json");
    objects.push(StoredObject::new(bucket, key, manifest.to_json()));
    objects
}

/// What is told of each child execution; of those that did not succeed always everything.
fn shaped<'a>(
    program: &Program,
    map: &MapRun,
    run: &DistributedRun,
    children: impl Iterator<Item = &'a EndedChild>,
    shape: Transformation,
) -> Vec<Value> {
    let mut entries = Vec::new();
    for child in children {
        match (&child.output, shape) {
            (Some(output), Transformation::Compact) => entries.push(output.clone()),
            (Some(Value::Array(items)), Transformation::Flatten) => {
                entries.extend(items.iter().cloned());
            }
            (Some(output), Transformation::Flatten) => entries.push(output.clone()),
            (Some(_), Transformation::Whole) | (None, _) => {
                entries.push(whole(program, map, run, child));
            }
        }
    }
    entries
}

/// Everything known about a child execution, as `DescribeExecution` names it.
fn whole(program: &Program, map: &MapRun, run: &DistributedRun, child: &EndedChild) -> Value {
    let included = || Value::object([("Included", Value::Bool(true))]);
    let text = |text: &Arc<str>| Value::String(text.clone());
    let input = map.inputs.get(child.about.index).map(Value::to_json);
    let mut members: Vec<(&str, Value)> = Vec::new();
    members.extend(child.cause.as_ref().map(|cause| ("Cause", text(cause))));
    members.extend(child.error.as_ref().map(|error| ("Error", text(error))));
    members.push(("ExecutionArn", text(&child.about.arn)));
    members.push(("Input", Value::from(input.unwrap_or_default())));
    members.push(("InputDetails", included()));
    members.push(("Name", text(&child.about.name)));
    if let Some(output) = &child.output {
        members.push(("Output", Value::from(output.to_json())));
        members.push(("OutputDetails", included()));
    }
    members.push(("RedriveCount", Value::from(run.redrives)));
    if child.status == Status::Succeeded {
        members.push(("RedriveStatus", "NOT_REDRIVABLE".into()));
        members.push((
            "RedriveStatusReason",
            "Execution is SUCCEEDED and cannot be redriven".into(),
        ));
    } else {
        members.push(("RedriveStatus", "REDRIVABLE_BY_MAP_RUN".into()));
    }
    members.push(("StartDate", moment_text(child.started_at).into()));
    members.push((
        "StateMachineArn",
        program.arn("stateMachine", &run.machine).into(),
    ));
    members.push(("Status", child.status.name().into()));
    members.push(("StopDate", moment_text(child.stopped_at).into()));
    Value::object(members)
}

/// An item or batch whose child execution was never started.
fn pending(program: &Program, run: &DistributedRun, input: &Value) -> Value {
    Value::object([
        ("Input", Value::from(input.to_json())),
        (
            "InputDetails",
            Value::object([("Included", Value::Bool(true))]),
        ),
        (
            "StateMachineArn",
            program.arn("stateMachine", &run.machine).into(),
        ),
        ("Status", "PENDING".into()),
    ])
}
