//! The stations of data on its way through a state: each field that changes it, how far it came.

use std::collections::BTreeMap;

use crate::asl::QueryLanguage;
use crate::asl::StateKind;
use crate::engine::StageKind;
use crate::query::Value;
use crate::trace::AttemptStatus;
use crate::trace::Visit;
use crate::trace::VisitStatus;
use crate::ui::panels::inspector::run::Shown;

/// How data stands at a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Done,
    /// The state came to its end here.
    Failed,
    /// It did not come so far.
    Open,
}

/// A field that changes the data of a state, and what it made of it.
#[derive(Clone, Debug)]
pub struct Station {
    pub label: &'static str,
    pub standing: Standing,
    pub value: Option<Value>,
}

/// Where the value of a station comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Input,
    Stage(StageKind),
    Output,
}

/// A station as the language has it: label, the fields that make it, whether it is there without them.
type Plan = (&'static str, Source, &'static [&'static str], bool);

const JSON_PATH: &[Plan] = &[
    ("Input", Source::Input, &[], true),
    (
        "InputPath",
        Source::Stage(StageKind::AfterInputPath),
        &["InputPath"],
        true,
    ),
    (
        "ItemReader",
        Source::Stage(StageKind::AfterItemsPointer),
        &["ItemReader"],
        false,
    ),
    (
        "ItemsPath",
        Source::Stage(StageKind::AfterItemsPath),
        &["ItemsPath"],
        false,
    ),
    (
        "ItemSelector",
        Source::Stage(StageKind::AfterItemSelector),
        &["ItemSelector"],
        false,
    ),
    (
        "ItemBatcher",
        Source::Stage(StageKind::AfterItemBatcher),
        &["ItemBatcher"],
        false,
    ),
    (
        "Parameters",
        Source::Stage(StageKind::AfterParameters),
        &["Parameters"],
        false,
    ),
    (
        "Result",
        Source::Stage(StageKind::Result),
        &["Result"],
        true,
    ),
    (
        "ResultSelector",
        Source::Stage(StageKind::AfterResultSelector),
        &["ResultSelector"],
        false,
    ),
    (
        "ResultPath",
        Source::Stage(StageKind::AfterResultPath),
        &["ResultPath"],
        true,
    ),
    ("Output", Source::Output, &["OutputPath"], true),
];

const JSONATA: &[Plan] = &[
    ("Input", Source::Input, &[], true),
    (
        "ItemReader",
        Source::Stage(StageKind::AfterItemsPointer),
        &["ItemReader"],
        false,
    ),
    (
        "Items",
        Source::Stage(StageKind::AfterItemsPath),
        &["Items"],
        false,
    ),
    (
        "ItemSelector",
        Source::Stage(StageKind::AfterItemSelector),
        &["ItemSelector"],
        false,
    ),
    (
        "ItemBatcher",
        Source::Stage(StageKind::AfterItemBatcher),
        &["ItemBatcher"],
        false,
    ),
    (
        "Arguments",
        Source::Stage(StageKind::AfterArguments),
        &["Arguments"],
        false,
    ),
    ("Result", Source::Stage(StageKind::Result), &[], true),
    ("Output", Source::Output, &["Output"], true),
];

/// The stations of a visit in order, those the state has.
pub(crate) fn stations(shown: Shown<'_>, visit: &Visit) -> Vec<Station> {
    let language = shown
        .state
        .map(|state| state.query_language)
        .unwrap_or_default();
    let plans = match language {
        QueryLanguage::JsonPath => JSON_PATH,
        QueryLanguage::Jsonata => JSONATA,
    };
    let has = |field: &str| {
        let tree = &shown.run.revision.tree;
        shown
            .state
            .is_some_and(|state| tree.get(state.node, field).is_some())
    };
    let passed = passed(shown, visit);
    let answers = matches!(
        visit.kind,
        StateKind::Task | StateKind::Map | StateKind::Parallel
    );
    let mut stations: Vec<(Station, &'static [&'static str])> = Vec::new();
    for (label, source, fields, usual) in plans.iter().copied() {
        let value = match source {
            Source::Input => Some(visit.input.clone()),
            Source::Output => visit.output.clone(),
            Source::Stage(kind) => passed.get(&kind).map(|value| (*value).clone()),
        };
        let plain = matches!(source, Source::Input | Source::Output);
        let wanted =
            value.is_some() || fields.iter().any(|field| has(field)) || usual && (answers || plain);
        if wanted {
            let standing = if value.is_some() {
                Standing::Done
            } else {
                Standing::Open
            };
            stations.push((
                Station {
                    label,
                    standing,
                    value,
                },
                fields,
            ));
        }
    }
    if !visit.assigned.is_empty() || has("Assign") {
        let done = visit.output.is_some();
        let members = visit
            .assigned
            .iter()
            .map(|(name, value)| (name.as_ref(), value.clone()));
        let station = Station {
            label: "Assign",
            standing: if done { Standing::Done } else { Standing::Open },
            value: done.then(|| Value::object(members)),
        };
        stations.push((station, &["Assign"]));
    }
    if matches!(visit.status, VisitStatus::Failed | VisitStatus::Caught) {
        mark_failure(shown, visit, &mut stations);
    }
    stations.into_iter().map(|(station, _)| station).collect()
}

/// The values of a visit between its fields, each after the latest try.
fn passed<'a>(shown: Shown<'a>, visit: &Visit) -> BTreeMap<StageKind, &'a Value> {
    let stages = shown.run.stages.iter();
    stages
        .filter(|stage| stage.entered == visit.entered_event && stage.lane == visit.lane)
        .map(|stage| (stage.kind, &stage.value))
        .collect()
}

fn mark_failure(
    shown: Shown<'_>,
    visit: &Visit,
    stations: &mut [(Station, &'static [&'static str])],
) {
    let called = visit.attempts.last().is_some_and(|attempt| {
        matches!(
            attempt.status,
            AttemptStatus::Failed | AttemptStatus::TimedOut
        )
    });
    let place = blamed_field(shown, visit)
        .and_then(|field| {
            stations
                .iter()
                .position(|(_, fields)| fields.contains(&field.as_str()))
        })
        .or_else(|| {
            let result = stations
                .iter()
                .position(|(station, _)| station.label == "Result");
            result.filter(|_| called)
        })
        .or_else(|| {
            stations
                .iter()
                .position(|(station, _)| station.standing == Standing::Open)
        });
    let Some(place) = place else {
        return;
    };
    for (index, (station, _)) in stations.iter_mut().enumerate().skip(place) {
        let caught = visit.output.is_some() && matches!(station.label, "Output" | "Assign");
        if index == place && !caught {
            station.standing = Standing::Failed;
            station.value = None;
        } else if !caught {
            station.standing = Standing::Open;
        }
    }
}

/// The field of the state the run failed of, by its name.
fn blamed_field(shown: Shown<'_>, visit: &Visit) -> Option<String> {
    if shown.run.trace.failed_visit != Some(visit.index) {
        return None;
    }
    let origin = shown.run.ended.as_ref()?.fault.as_ref()?.origin.as_ref()?;
    if origin.state != visit.state {
        return None;
    }
    origin.field.split('/').nth(1).map(str::to_owned)
}
