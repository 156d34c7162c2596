//! Distributed Map: what it reads, how it batches, what its child executions know, tolerate, tell and write.

mod common;

use serde_json::Value as Json;
use serde_json::json;
use stepwright::engine::Event;
use stepwright::engine::ExecutionKind;
use stepwright::engine::Simulation;
use stepwright::engine::Start;
use stepwright::engine::Status;
use stepwright::engine::StoredObject;
use stepwright::query::Value;
use stepwright::trace::Trace;

use common::LAMBDA;
use common::ended;
use common::error;
use common::one;
use common::output;
use common::run_as;
use common::run_with;
use common::types;

/// A distributed Map whose child executions hand on their input, with further fields.
fn map(fields: Json) -> Json {
    map_of(
        json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}),
        fields,
    )
}

fn map_of(mut processor: Json, fields: Json) -> Json {
    if processor.get("ProcessorConfig").is_none() {
        processor["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
    }
    let mut state = json!({"Type": "Map", "ItemProcessor": processor, "End": true});
    for (name, value) in fields.as_object().unwrap() {
        state[name] = value.clone();
    }
    one(state)
}

fn with_objects(definition: &Json, objects: &[(&str, &str)]) -> Simulation {
    let objects = objects
        .iter()
        .map(|(key, body)| StoredObject::new("b", *key, *body))
        .collect();
    let start = Start {
        objects,
        ..Start::default()
    };
    run_as(ExecutionKind::Standard, definition, &json!({}), start)
}

fn reader(config: Json, key: &str) -> Json {
    json!({"ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": config,
        "Parameters": {"Bucket": "b", "Key": key}}})
}

fn children(simulation: &Simulation) -> Vec<Vec<&Event>> {
    let mut histories: Vec<Vec<&Event>> = Vec::new();
    for event in &simulation.events {
        if let Some(child) = &event.child {
            let number = child.number as usize;
            histories.resize(histories.len().max(number), Vec::new());
            histories[number - 1].push(event);
        }
    }
    histories
}

#[test]
fn json_json_lines_and_csv_are_read() {
    let rows = json!([{"n": "1"}, {"n": "2"}]);
    let cases = [
        (json!({"InputType": "JSON"}), r#"[{"n":"1"},{"n":"2"}]"#),
        (
            json!({"InputType": "JSON", "ItemsPointer": "/in/list"}),
            r#"{"in":{"list":[{"n":"1"},{"n":"2"}]}}"#,
        ),
        (
            json!({"InputType": "JSONL"}),
            "{\"n\":\"1\"}\n\n{\"n\":\"2\"}\n",
        ),
        (
            json!({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}),
            "n\n1\n2\n",
        ),
        (
            json!({"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["n"]}),
            "1\r\n\"2\"\r\n",
        ),
        (
            json!({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "CSVDelimiter": "TAB", "MaxItems": 2}),
            "n\tm\n1\n2\n3\n",
        ),
    ];
    for (config, body) in cases {
        let simulation = with_objects(&map(reader(config.clone(), "k")), &[("k", body)]);
        let read = output(&simulation);
        let names: Vec<&Json> = read
            .as_array()
            .unwrap()
            .iter()
            .map(|row| &row["n"])
            .collect();
        let expected: Vec<&Json> = rows
            .as_array()
            .unwrap()
            .iter()
            .map(|row| &row["n"])
            .collect();
        assert_eq!(names, expected, "{config}");
    }
}

#[test]
fn listings_name_objects_or_load_them() {
    let list = |config: Json| {
        map(
            json!({"ItemReader": {"Resource": "arn:aws:states:::s3:listObjectsV2", "ReaderConfig": config,
            "Parameters": {"Bucket": "b", "Prefix": "in/"}}}),
        )
    };
    let objects = [
        ("in/2.json", "[3]"),
        ("in/1.json", "[1,2]"),
        ("out/1.json", "[9]"),
    ];
    let listed = output(&with_objects(&list(json!({})), &objects));
    assert_eq!(listed[0]["Key"], "in/1.json");
    assert_eq!(listed[1]["Size"], 3);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    // As `md5sum` prints it.
    assert_eq!(listed[1]["Etag"], "\"f2577a6fc29b900fe7d4c6321346be48\"");
    let loads = list(json!({"InputType": "JSON", "Transformation": "LOAD_AND_FLATTEN"}));
    assert_eq!(output(&with_objects(&loads, &objects)), json!([1, 2, 3]));
}

#[test]
fn manifests_lead_to_the_objects_they_name() {
    let inventory = r#"{"destinationBucket":"arn:aws:s3:::b","fileFormat":"CSV","fileSchema":"Bucket, Key, Size",
        "files":[{"key":"data/1.csv"},{"key":"data/2.csv"}]}"#;
    let objects = [
        ("manifest.json", inventory),
        ("data/1.csv", "\"b\",\"x\",\"1\"\n"),
        ("data/2.csv", "\"b\",\"y\",\"2\"\n"),
        ("athena.csv", "s3://b/data/3.jsonl\ns3://b/data/4.jsonl\n"),
        ("data/3.jsonl", "{\"n\":3}\n"),
        ("data/4.jsonl", "{\"n\":4}\n{\"n\":5}\n"),
    ];
    let simulation = with_objects(
        &map(reader(
            json!({"InputType": "MANIFEST", "ManifestType": "S3_INVENTORY"}),
            "manifest.json",
        )),
        &objects,
    );
    assert_eq!(
        output(&simulation),
        json!([{"Bucket": "b", "Key": "x", "Size": "1"}, {"Bucket": "b", "Key": "y", "Size": "2"}])
    );
    let simulation = with_objects(
        &map(reader(
            json!({"InputType": "JSONL", "ManifestType": "ATHENA_DATA"}),
            "athena.csv",
        )),
        &objects,
    );
    assert_eq!(output(&simulation), json!([{"n": 3}, {"n": 4}, {"n": 5}]));
}

#[test]
fn a_reader_that_fails_says_why_and_fails_the_map_run() {
    let cases = [
        (
            reader(json!({"InputType": "JSON"}), "none"),
            "does not exist",
        ),
        (
            reader(json!({"InputType": "JSON"}), "object"),
            "non-iterable",
        ),
        (
            reader(
                json!({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}),
                "twice",
            ),
            "duplicates",
        ),
        (
            reader(json!({"InputType": "PARQUET"}), "object"),
            "PARQUET is not supported",
        ),
        (
            reader(json!({"InputType": "MANIFEST"}), "object"),
            "fileSchema",
        ),
    ];
    for (fields, word) in cases {
        let simulation = with_objects(&map(fields), &[("object", "{}"), ("twice", "a,a\n1,2\n")]);
        let (name, cause) = error(&simulation);
        assert_eq!(name, "States.ItemReaderFailed");
        assert!(cause.contains(word), "{cause}");
        assert_eq!(
            types(&simulation)[3..],
            [
                "MapRunStarted",
                "MapRunFailed",
                "MapStateFailed",
                "ExecutionFailed"
            ]
        );
    }
}

#[test]
fn batches_keep_to_items_and_bytes() {
    let batch = |batcher: Json| {
        let simulation = run_with(
            &map(json!({"ItemBatcher": batcher, "ItemsPath": "$.items"})),
            &json!({}),
            json!({"items": ["aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"], "most": 1}),
        );
        output(&simulation)
    };
    let lengths = |output: &Json| -> Vec<usize> {
        let batches = output.as_array().unwrap();
        batches
            .iter()
            .map(|one| one["Items"].as_array().unwrap().len())
            .collect()
    };
    assert_eq!(lengths(&batch(json!({"MaxItemsPerBatch": 2}))), [2, 1]);
    assert_eq!(
        lengths(&batch(json!({"MaxItemsPerBatchPath": "$.most"}))),
        [1, 1, 1]
    );
    assert_eq!(
        lengths(&batch(json!({"MaxInputBytesPerBatch": 60}))),
        [2, 1]
    );
    let shared = batch(json!({"MaxItemsPerBatch": 3, "BatchInput": {"m.$": "$.most"}}));
    assert_eq!(shared[0]["BatchInput"], json!({"m": 1}));
}

#[test]
fn child_executions_have_histories_names_and_contexts_of_their_own() {
    let processor = json!({"StartAt": "T", "States": {
        "T": {"Type": "Task", "Resource": LAMBDA, "Parameters": {"FunctionName": "f", "Payload.$": "$"},
            "ResultPath": null, "Next": "P"},
        "P": {"Type": "Pass", "Parameters": {"id.$": "$$.Execution.Id", "name.$": "$$.Execution.Name",
            "in.$": "$$.Execution.Input", "machine.$": "$$.StateMachine.Name"}, "End": true}}});
    let definition = map_of(
        processor,
        json!({"Label": "L", "ItemSelector": {"v.$": "$$.Map.Item.Value", "from.$": "$$.Map.Item.Source"}}),
    );
    let answers = json!({"T": [{"return": 1, "repeat": true}]});
    let simulation = run_with(&definition, &answers, json!([7, 8]));
    let histories = children(&simulation);
    assert_eq!(histories.len(), 2);
    for (index, history) in histories.iter().enumerate() {
        let types: Vec<String> = history.iter().map(|event| event.type_name()).collect();
        assert_eq!(
            types,
            [
                "ExecutionStarted",
                "TaskStateEntered",
                "TaskScheduled",
                "TaskStarted",
                "TaskSucceeded",
                "TaskStateExited",
                "PassStateEntered",
                "PassStateExited",
                "ExecutionSucceeded"
            ]
        );
        let ids: Vec<(u64, u64)> = history
            .iter()
            .map(|event| (event.id, event.previous))
            .collect();
        assert_eq!(
            ids,
            [
                (1, 0),
                (2, 0),
                (3, 2),
                (4, 3),
                (5, 4),
                (6, 5),
                (7, 6),
                (8, 7),
                (9, 8)
            ]
        );
        let told = &output(&simulation)[index];
        let child = history[0].child.as_ref().unwrap();
        assert_eq!(told["id"], json!(child.arn.as_ref()));
        assert_eq!(told["name"], json!(child.name.as_ref()));
        assert_eq!(told["machine"], "machine/L");
        assert_eq!(told["in"], json!({"v": 7 + index, "from": "STATE_DATA"}));
        assert!(child.arn.contains(":execution:machine/L:"), "{}", child.arn);
    }
    assert_eq!(
        types(&simulation),
        [
            "ExecutionStarted",
            "MapStateEntered",
            "MapStateStarted",
            "MapRunStarted",
            "MapRunSucceeded",
            "MapStateSucceeded",
            "MapStateExited",
            "ExecutionSucceeded"
        ]
    );
}

#[test]
fn a_map_run_can_be_described() {
    let processor = json!({"StartAt": "C", "States": {
        "C": {"Type": "Choice", "Choices": [{"Variable": "$.Items[0]", "NumericEquals": 3, "Next": "F"}], "Default": "W"},
        "W": {"Type": "Wait", "Seconds": 5, "End": true},
        "F": {"Type": "Fail", "Error": "E"}}});
    let definition = map_of(
        processor,
        json!({"ItemBatcher": {"MaxItemsPerBatch": 2}, "ToleratedFailurePercentage": 50, "MaxConcurrency": 1}),
    );
    let simulation = run_with(&definition, &json!({}), json!([1, 2, 3, 4, 5]));
    assert_eq!(ended(&simulation).status, Status::Succeeded);
    let trace = Trace::of(&simulation.events);
    let [run] = trace.map_runs.as_slice() else {
        panic!("one Map Run");
    };
    let described = run.describe("arn");
    assert_eq!(described["status"], "SUCCEEDED");
    assert_eq!(described["maxConcurrency"], 1);
    assert_eq!(described["toleratedFailurePercentage"], 50.0);
    let counts = |kind: &str| {
        let counts = &described[kind];
        [&counts["total"], &counts["succeeded"], &counts["failed"]]
            .map(|count| count.as_u64().unwrap())
    };
    assert_eq!(counts("itemCounts"), [5, 3, 2]);
    assert_eq!(counts("executionCounts"), [3, 2, 1]);
    assert_eq!(ended(&simulation).at - Start::default().at, 10_000);
    // What is told of the execution itself leaves the child executions out.
    assert_eq!(trace.path(), ["A"]);
}

#[test]
fn failures_are_told_in_full_among_the_results() {
    let processor = json!({"StartAt": "C", "States": {
        "C": {"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "F"}], "Default": "P"},
        "P": {"Type": "Pass", "End": true},
        "F": {"Type": "Fail", "Error": "E", "Cause": "c"}}});
    let simulation = run_with(
        &map_of(processor.clone(), json!({"ToleratedFailureCount": 1})),
        &json!({}),
        json!([1, 2, 3]),
    );
    let result = output(&simulation);
    assert_eq!([&result[0], &result[2]], [&json!(1), &json!(3)]);
    assert_eq!(
        [
            &result[1]["Status"],
            &result[1]["Error"],
            &result[1]["Input"]
        ],
        ["FAILED", "E", "2"]
    );
    // A second failure is one more than tolerated.
    let twice = run_with(
        &map_of(processor.clone(), json!({"ToleratedFailureCount": 1})),
        &json!({}),
        json!([2, 1, 2]),
    );
    assert!(types(&twice).contains(&"MapRunFailed".to_owned()));
    let beyond = run_with(&map_of(processor, json!({})), &json!({}), json!([1, 2, 3]));
    assert_eq!(
        error(&beyond),
        (
            "States.ExceedToleratedFailureThreshold".to_owned(),
            "The specified tolerated failure threshold was exceeded".to_owned()
        )
    );
    let trace = Trace::of(&beyond.events);
    assert_eq!(trace.map_runs[0].status, Some(Status::Failed));
    let failed = trace.visit(trace.failed_visit.unwrap()).unwrap();
    assert_eq!(failed.name, "F");
}

#[test]
fn writers_shape_results_and_write_them() {
    let write = |config: Json| {
        let mut writer = json!({"Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": "out", "Prefix": "p/"}});
        if !config.is_null() {
            writer["WriterConfig"] = config;
        }
        let processor = json!({"StartAt": "C", "States": {
            "C": {"Type": "Choice", "Choices": [{"Variable": "$[0]", "NumericEquals": 2, "Next": "F"}], "Default": "P"},
            "P": {"Type": "Pass", "End": true},
            "F": {"Type": "Fail", "Error": "E", "Cause": "c"}}});
        let definition = map_of(
            processor,
            json!({"ResultWriter": writer, "ToleratedFailureCount": 1}),
        );
        run_with(&definition, &json!({}), json!([[1], [2], [3, 4]]))
    };
    let body = |simulation: &Simulation, ending: &str| -> String {
        let stored = simulation
            .stored
            .iter()
            .find(|object| object.key.ends_with(ending));
        stored
            .unwrap_or_else(|| panic!("{ending}"))
            .body
            .to_string()
    };
    let json_of = |simulation: &Simulation, ending: &str| -> Json {
        serde_json::from_str(&body(simulation, ending)).unwrap()
    };

    let whole = write(Json::Null);
    let details = output(&whole);
    let key = details["ResultWriterDetails"]["Key"].as_str().unwrap();
    assert!(
        key.starts_with("p/") && key.ends_with("/manifest.json"),
        "{key}"
    );
    assert_eq!(details["ResultWriterDetails"]["Bucket"], "out");
    let manifest = json_of(&whole, "manifest.json");
    assert_eq!(manifest["DestinationBucket"], "out");
    assert_eq!(manifest["MapRunArn"], details["MapRunArn"]);
    assert_eq!(manifest["ResultFiles"]["PENDING"], json!([]));
    let size = manifest["ResultFiles"]["SUCCEEDED"][0]["Size"]
        .as_u64()
        .unwrap();
    assert_eq!(size as usize, body(&whole, "SUCCEEDED_0.json").len());
    let succeeded = json_of(&whole, "SUCCEEDED_0.json");
    assert_eq!(succeeded[1]["Output"], "[3,4]");
    assert_eq!(succeeded[1]["Status"], "SUCCEEDED");
    let failed = json_of(&whole, "FAILED_0.json");
    assert_eq!(
        [
            &failed[0]["Error"],
            &failed[0]["Cause"],
            &failed[0]["Input"]
        ],
        ["E", "c", "[2]"]
    );

    let compact = write(json!({"Transformation": "COMPACT", "OutputType": "JSON"}));
    assert_eq!(json_of(&compact, "SUCCEEDED_0.json"), json!([[1], [3, 4]]));
    let flat = write(json!({"Transformation": "FLATTEN", "OutputType": "JSONL"}));
    assert_eq!(body(&flat, "SUCCEEDED_0.jsonl"), "1\n3\n4\n");

    let shaped = map(
        json!({"ResultWriter": {"WriterConfig": {"Transformation": "FLATTEN", "OutputType": "JSON"}}}),
    );
    let shaped = run_with(&shaped, &json!({}), json!([[1, 2], 3, [4]]));
    assert_eq!(output(&shaped), json!([1, 2, 3, 4]));
    assert!(shaped.stored.is_empty());
}

#[test]
fn what_one_map_writes_the_next_one_reads() {
    let mut first = map(
        json!({"ResultWriter": {"Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": "out"}, "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSON"}}}),
    );
    first["States"]["A"].as_object_mut().unwrap().remove("End");
    first["States"]["A"]["Next"] = json!("B");
    first["States"]["B"] = map(
        json!({"ItemReader": {"Resource": "arn:aws:states:::s3:listObjectsV2",
        "Parameters": {"Bucket.$": "$.ResultWriterDetails.Bucket"}}}),
    )["States"]["A"]
        .clone();
    let simulation = run_with(&first, &json!({}), json!([1]));
    let keys: Vec<String> = output(&simulation)
        .as_array()
        .unwrap()
        .iter()
        .map(|object| {
            object["Key"]
                .as_str()
                .unwrap()
                .rsplit('/')
                .next()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(keys, ["SUCCEEDED_0.json", "manifest.json"]);
}

#[test]
fn a_map_run_that_fails_still_writes_and_names_what_is_pending() {
    let processor = json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}});
    let definition = map_of(
        processor,
        json!({"MaxConcurrency": 1, "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": "out"}}}),
    );
    let simulation = run_with(&definition, &json!({}), json!([1, 2, 3]));
    assert_eq!(ended(&simulation).status, Status::Failed);
    let pending = simulation
        .stored
        .iter()
        .find(|object| object.key.ends_with("PENDING_0.json"))
        .unwrap();
    let pending: Json = serde_json::from_str(&pending.body).unwrap();
    assert_eq!([&pending[0]["Input"], &pending[1]["Input"]], ["2", "3"]);
}

#[test]
fn express_children_end_after_five_minutes() {
    let processor = json!({"StartAt": "W", "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "States": {"W": {"Type": "Wait", "SecondsPath": "$", "End": true}}});
    let definition = map_of(processor, json!({"ToleratedFailureCount": 1}));
    let simulation = run_with(&definition, &json!({}), json!([10, 301]));
    assert_eq!(ended(&simulation).at - Start::default().at, 300_000);
    let result = output(&simulation);
    assert_eq!(
        [&result[1]["Status"], &result[1]["Error"]],
        ["TIMED_OUT", "States.Timeout"]
    );
    assert!(
        children(&simulation)[0][0]
            .child
            .as_ref()
            .unwrap()
            .arn
            .contains(":express:")
    );
}

#[test]
fn thousands_of_children_run_at_a_time() {
    let processor =
        json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": true}}});
    let items: Vec<usize> = (0..5_000).collect();
    let all = run_with(
        &map_of(processor.clone(), json!({})),
        &json!({}),
        json!(items),
    );
    assert_eq!(ended(&all).at - Start::default().at, 60_000);
    let limited = run_with(
        &map_of(processor, json!({"MaxConcurrency": 1_000})),
        &json!({}),
        json!(items),
    );
    assert_eq!(ended(&limited).at - Start::default().at, 300_000);
    assert_eq!(output(&limited)[4_999], 4_999);
}

#[test]
fn a_child_that_fills_its_history_fails_alone() {
    let processor = json!({"StartAt": "C", "States": {
        "C": {"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 1, "Next": "L"}], "Default": "P"},
        "L": {"Type": "Wait", "Seconds": 1, "Next": "L"},
        "P": {"Type": "Pass", "End": true}}});
    let definition = map_of(processor, json!({"ToleratedFailureCount": 1}));
    let simulation = run_with(&definition, &json!({}), json!([1, 2]));
    let result = output(&simulation);
    assert!(result[0]["Cause"].as_str().unwrap().contains("25000"));
    assert_eq!(result[1], 2);
}

#[test]
fn children_see_no_variables_from_outside() {
    let mut definition = map_of(
        json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "Parameters": {"v.$": "$v"}, "End": true}}}),
        json!({}),
    );
    definition["States"]["S"] = json!({"Type": "Pass", "Assign": {"v": 1}, "Next": "A"});
    definition["StartAt"] = json!("S");
    let start = Start::with_input(Value::from(&json!([1])));
    let simulation = run_as(ExecutionKind::Standard, &definition, &json!({}), start);
    assert_eq!(
        error(&simulation).0,
        "States.ExceedToleratedFailureThreshold"
    );
}
