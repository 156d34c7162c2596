//! What is wrong with a definition, in a table: a fault in each row, and what is said about it.
//!
//! The faults are those that cfn-lint, asl-validator and the Amazon States Language service find, and
//! those that AWS refuses; the service's own words are kept where they are known.

use stepwright::asl::{self, MachineType, ServiceDiagnostic, Severity};
use stepwright::syntax::{self, Format};

/// A machine whose first state `A` has these fields, with states `B` and `F` behind it.
fn machine(language: &str, fields: &str) -> String {
    format!(
        r#"{{"StartAt": "A", "QueryLanguage": "{language}", "States": {{"A": {{{fields}}}, "Z": {{"Type": "Choice", "Choices": [{}], "Default": "F"}}, "B": {{"Type": "Succeed"}}, "F": {{"Type": "Fail"}}}}}}"#,
        match language {
            "JSONata" => r#"{"Condition": "{% true %}", "Next": "B"}"#,
            _ => r#"{"Variable": "$.a", "IsNull": true, "Next": "B"}"#,
        }
    )
}

/// Errors and warnings below the state `A`, each as `code pointer`.
fn told(text: &str) -> Vec<String> {
    let parse = syntax::parse(text, Format::Json);
    assert!(parse.errors.is_empty(), "{text}: {:?}", parse.errors);
    let machine = asl::read(&parse.tree);
    asl::lint(text, &parse.tree, &machine, &parse.errors)
        .iter()
        .filter(|one| one.severity != Severity::Info)
        .filter(|one| one.code != "MISSING_NEXT" && one.code != "UNREACHABLE_STATE")
        .map(|one| {
            let place = one
                .pointer
                .strip_prefix("/States/A")
                .unwrap_or(&one.pointer);
            let mark = match one.severity {
                Severity::Error => "",
                Severity::Warning | Severity::Info => "~",
            };
            format!("{mark}{} {place}", one.code)
        })
        .collect()
}

fn check(language: &str, rows: &[(&str, &[&str])]) {
    let mut wrong = Vec::new();
    for (fields, expected) in rows {
        let found = told(&machine(language, &format!(r#"{fields}, "Next": "Z""#)));
        if found != *expected {
            wrong.push(format!(
                "{fields}\n  expected {expected:?}\n  told     {found:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn paths_that_name_one_place() {
    check(
        "JSONPath",
        &[
            (r#""Type": "Wait", "SecondsPath": "$.a""#, &[]),
            (
                r#""Type": "Wait", "SecondsPath": "$v.a[0]""#,
                &["~UNDEFINED_VARIABLE /SecondsPath"],
            ),
            (
                r#""Type": "Wait", "SecondsPath": "$$.Execution.StartTime""#,
                &[],
            ),
            (
                r#""Type": "Wait", "SecondsPath": "$.a[*]""#,
                &["INVALID_REFERENCE_PATH /SecondsPath"],
            ),
            (
                r#""Type": "Wait", "TimestampPath": "$..a""#,
                &["INVALID_REFERENCE_PATH /TimestampPath"],
            ),
            (
                r#""Type": "Wait", "SecondsPath": "$.a.length()""#,
                &["INVALID_REFERENCE_PATH /SecondsPath"],
            ),
            (
                r#""Type": "Wait", "SecondsPath": "$.a[""#,
                &["~INVALID_PATH /SecondsPath"],
            ),
            (
                r#""Type": "Wait", "SecondsPath": "a""#,
                &["INVALID_PATH /SecondsPath"],
            ),
            (
                r#""Type": "Pass", "InputPath": "$.a[*]", "OutputPath": "$..b""#,
                &[],
            ),
            (
                r#""Type": "Pass", "ResultPath": "$.a[0:2]""#,
                &["INVALID_REFERENCE_PATH /ResultPath"],
            ),
            (
                r#""Type": "Pass", "ResultPath": "$v""#,
                &["INVALID_REFERENCE_PATH /ResultPath"],
            ),
            (
                r#""Type": "Map", "ItemsPath": "$.a[?(@.b)]", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Succeed"}}}"#,
                &["INVALID_REFERENCE_PATH /ItemsPath"],
            ),
        ],
    );
}

#[test]
fn choice_rules() {
    let rule = |rule: &str| {
        let text = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Choice", "Choices": [{rule}], "Default": "B"}}, "B": {{"Type": "Succeed"}}}}}}"#
        );
        told(&text)
    };
    for (text, expected) in [
        (
            r#"{"Variable": "$.a", "StringEqualsPath": "$.b[*]", "Next": "B"}"#,
            "INVALID_REFERENCE_PATH /Choices/0/StringEqualsPath",
        ),
        (
            r#"{"Variable": "$..a", "IsNull": true, "Next": "B"}"#,
            "INVALID_REFERENCE_PATH /Choices/0/Variable",
        ),
        (
            r#"{"Variable": "States.UUID()", "IsNull": true, "Next": "B"}"#,
            "INVALID_PATH /Choices/0/Variable",
        ),
        (
            r#"{"Variable": "$.a", "NumericEquals": "1", "Next": "B"}"#,
            "WRONG_TYPE /Choices/0/NumericEquals",
        ),
        (
            r#"{"Variable": "$.a", "BooleanLessThan": true, "Next": "B"}"#,
            "RULE_OPERATOR /Choices/0",
        ),
        (
            r#"{"Variable": "$.a", "IsNull": true, "IsString": true, "Next": "B"}"#,
            "RULE_OPERATOR /Choices/0/IsString",
        ),
        (r#"{"And": [], "Next": "B"}"#, "EMPTY_LIST /Choices/0/And"),
        (
            r#"{"Not": {"Variable": "$.a", "IsNull": true, "Next": "B"}, "Next": "B"}"#,
            "UNKNOWN_FIELD /Choices/0/Not/Next",
        ),
        (
            r#"{"Condition": "{% true %}", "Next": "B"}"#,
            "WRONG_QUERY_LANGUAGE /Choices/0/Condition",
        ),
    ] {
        let found = rule(text);
        assert!(found.iter().any(|one| one == expected), "{text}: {found:?}");
    }
}

#[test]
fn templates_and_intrinsic_functions() {
    check(
        "JSONPath",
        &[
            (
                r#""Type": "Pass", "Parameters": "a""#,
                &["~TEMPLATE_OBJECT /Parameters"],
            ),
            (r#""Type": "Pass", "Parameters": [{"a.$": "$.b"}]"#, &[]),
            (
                r#""Type": "Pass", "Parameters": {"a.$": "$.b["}"#,
                &["~INVALID_PATH /Parameters/a.$"],
            ),
            (
                r#""Type": "Pass", "Parameters": {"a.$": "States.Formatt('{}', $.b)"}"#,
                &["INVALID_INTRINSIC /Parameters/a.$"],
            ),
            (
                r#""Type": "Pass", "Parameters": {"a.$": "States.MathAdd(1)"}"#,
                &["INVALID_INTRINSIC /Parameters/a.$"],
            ),
            (
                r#""Type": "Pass", "Parameters": {"a.$": "States.Format('\\n', $.b)"}"#,
                &["INVALID_INTRINSIC /Parameters/a.$"],
            ),
            (
                r#""Type": "Pass", "Result": {"a.$": "$.b"}"#,
                &["~STATIC_RESULT /Result/a.$"],
            ),
            (r#""Type": "Pass", "Result": {"a": "$.b"}"#, &[]),
        ],
    );
    let fail = |field: &str| {
        told(&format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Fail", {field}}}}}}}"#
        ))
    };
    assert_eq!(fail(r#""ErrorPath": "States.UUID()""#), [""; 0]);
    assert_eq!(
        fail(r#""CausePath": "States.ArrayRange(1, 2, 3)""#),
        ["INVALID_INTRINSIC /CausePath"]
    );
    assert_eq!(fail(r#""Error": """#), ["~EMPTY_ERROR /Error"]);
    assert_eq!(
        fail(r#""Error": "a", "ErrorPath": "$.a""#),
        ["EXCLUDED_FIELDS /ErrorPath"]
    );
}

#[test]
fn expressions_of_jsonata() {
    let task = r#""Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:listBuckets""#;
    let with = |field: &str| format!("{task}, {field}");
    let rows: [(String, &[&str]); 14] = [
        (
            with(r#""Output": "{% phone %}""#),
            &["JSONATA_CONTEXT /Output"],
        ),
        (
            with(r#""Output": {"a": ["{% $.phone %}"]}"#),
            &["JSONATA_CONTEXT /Output/a/0"],
        ),
        (
            with(r#""Output": "{% $$ %}""#),
            &["JSONATA_CONTEXT /Output"],
        ),
        (with(r#""Output": "{% $states.input.a[b = 1].c %}""#), &[]),
        (with(r#""Output": "{% $states.result %}""#), &[]),
        (
            with(r#""Arguments": "{% $states.result %}""#),
            &["JSONATA_STATES /Arguments"],
        ),
        (
            with(r#""Output": "{% $states.errorOutput %}""#),
            &["JSONATA_STATES /Output"],
        ),
        (
            with(
                r#""Catch": [{"ErrorEquals": ["States.ALL"], "Next": "F", "Output": "{% $states.errorOutput %}"}]"#,
            ),
            &[],
        ),
        (
            with(
                r#""Catch": [{"ErrorEquals": ["States.ALL"], "Next": "F", "Output": "{% $states.result %}"}]"#,
            ),
            &["JSONATA_STATES /Catch/0/Output"],
        ),
        (
            with(r#""Output": "{% $states.inputt %}""#),
            &["~JSONATA_STATES /Output"],
        ),
        (
            with(r#""Output": "{% 1 + %}""#),
            &["JSONATA_SYNTAX /Output"],
        ),
        (with(r#""Output": "1 %}""#), &["~JSONATA_SIGNS /Output"]),
        (
            with(r#""Output": "a {% 1 %} b""#),
            &["~JSONATA_SIGNS /Output"],
        ),
        (
            with(r#""TimeoutSeconds": " {% 1 %}""#),
            &[
                "~JSONATA_SIGNS /TimeoutSeconds",
                "WRONG_TYPE /TimeoutSeconds",
            ],
        ),
    ];
    let rows: Vec<(&str, &[&str])> = rows.iter().map(|(a, b)| (a.as_str(), *b)).collect();
    check("JSONata", &rows);
    check(
        "JSONata",
        &[
            (
                r#""Type": "Task", "Resource": "later", "Arguments": "a""#,
                &["~NOT_AN_ADDRESS /Resource", "~TEMPLATE_OBJECT /Arguments"],
            ),
            (
                r#""Type": "Pass", "Output": "{% $states.result %}""#,
                &["~JSONATA_STATES /Output"],
            ),
            (
                r#""Type": "Pass", "InputPath": "$""#,
                &["WRONG_QUERY_LANGUAGE /InputPath"],
            ),
            (
                r#""Type": "Pass", "Assign": {"states": 1}"#,
                &["VARIABLE_NAME /Assign/states"],
            ),
            (
                r#""Type": "Pass", "Assign": {"a b": 1}"#,
                &["VARIABLE_NAME /Assign/a b"],
            ),
            (
                r#""Type": "Pass", "Output": "{% $v %}", "Assign": {"v": 1}"#,
                &["~UNDEFINED_VARIABLE /Output"],
            ),
        ],
    );
}

#[test]
fn parts_of_a_map() {
    let map = |mode: &str, more: &str| {
        format!(
            r#""Type": "Map", {more}"ItemProcessor": {{{mode}"StartAt": "I", "States": {{"I": {{"Type": "Succeed"}}}}}}"#
        )
    };
    let distributed =
        r#""ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "#;
    let reader = |config: &str| {
        let more = format!(
            r#""ItemReader": {{"Resource": "arn:aws:states:::s3:getObject", "Parameters": {{"Bucket": "b", "Key": "k"}}, "ReaderConfig": {{{config}}}}}, "#
        );
        map(distributed, &more)
    };
    let rows: [(String, &[&str]); 8] = [
        (
            reader(r#""InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a"]"#),
            &[],
        ),
        (
            reader(r#""InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", 1]"#),
            &["WRONG_TYPE /ItemReader/ReaderConfig/CSVHeaders/1"],
        ),
        (
            reader(r#""InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": []"#),
            &["EMPTY_LIST /ItemReader/ReaderConfig/CSVHeaders"],
        ),
        (
            reader(r#""InputType": "CSV""#),
            &["CSV_HEADERS /ItemReader/ReaderConfig"],
        ),
        (
            reader(r#""InputType": "JSON", "CSVHeaderLocation": "FIRST_ROW""#),
            &["CSV_HEADERS /ItemReader/ReaderConfig/CSVHeaderLocation"],
        ),
        (
            map(r#""ProcessorConfig": {"Mode": "DISTRIBUTED"}, "#, ""),
            &["EXECUTION_TYPE /ItemProcessor/ProcessorConfig"],
        ),
        (
            map(
                r#""ProcessorConfig": {"Mode": "INLINE", "ExecutionType": "EXPRESS"}, "#,
                "",
            ),
            &["EXECUTION_TYPE /ItemProcessor/ProcessorConfig/ExecutionType"],
        ),
        (
            map("", r#""MaxConcurrency": -1, "#),
            &["OUT_OF_RANGE /MaxConcurrency"],
        ),
    ];
    let rows: Vec<(&str, &[&str])> = rows.iter().map(|(a, b)| (a.as_str(), *b)).collect();
    check("JSONPath", &rows);
}

#[test]
fn tasks_retries_and_names() {
    let task = r#""Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:listBuckets""#;
    let with = |field: &str| format!("{task}, {field}");
    let rows: [(String, &[&str]); 10] = [
        (
            r#""Type": "Task", "Resource": "arn:aws:s3:::bucket""#.to_owned(),
            &["~UNKNOWN_RESOURCE /Resource"],
        ),
        (with(r#""Retry": [{"ErrorEquals": ["States.ALL"], "BackoffRate": 0.5}]"#), &["OUT_OF_RANGE /Retry/0/BackoffRate"]),
        (with(r#""Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 0}]"#), &["~OUT_OF_RANGE /Retry/0/IntervalSeconds"]),
        (
            with(r#""Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["a"]}]"#),
            &["STATES_ALL /Retry/0/ErrorEquals/0"],
        ),
        (with(r#""Retry": [{"ErrorEquals": ["a", "States.ALL"]}]"#), &["STATES_ALL /Retry/0/ErrorEquals/1"]),
        (with(r#""TimeoutSeconds": 5, "HeartbeatSeconds": 5"#), &["HEARTBEAT_TOO_LONG /HeartbeatSeconds"]),
        (with(r#""TimeoutSeconds": 5, "TimeoutSecondsPath": "$.a""#), &["EXCLUDED_FIELDS /TimeoutSecondsPath"]),
        (r#""Type": "Task", "Resource": "{% $f %}""#.to_owned(), &["NOT_AN_ADDRESS /Resource"]),
        (r#""Type": "Task", "Resource": "later""#.to_owned(), &["~NOT_AN_ADDRESS /Resource"]),
        (
            r#""Type": "Task", "Resource": "arn:aws:states:us-east-1:111111111111:activity:a", "Credentials": {"RoleArn": "r"}"#.to_owned(),
            &["ACTIVITY_ROLE /Credentials"],
        ),
    ];
    let rows: Vec<(&str, &[&str])> = rows.iter().map(|(a, b)| (a.as_str(), *b)).collect();
    check("JSONPath", &rows);
    assert_eq!(
        told("{\"StartAt\": \"a\\nb\", \"States\": {\"a\\nb\": {\"Type\": \"Succeed\"}}}").len(),
        1
    );
}

#[test]
fn variables_of_inner_and_outer_states() {
    let text = |mode: &str| {
        format!(
            r#"{{"StartAt": "A", "QueryLanguage": "JSONata", "States": {{"A": {{"Type": "Map", "Items": [1], "Assign": {{"x": 1}}, "End": true,
            "ItemProcessor": {{{mode}"StartAt": "I", "States": {{"I": {{"Type": "Pass", "Assign": {{"x": 2}}, "End": true}}}}}}}}}}}}"#
        )
    };
    assert_eq!(
        told(&text("")),
        ["~SHADOWED_VARIABLE /ItemProcessor/States/I/Assign/x"]
    );
    let apart = r#""ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "#;
    assert_eq!(told(&text(apart)), [""; 0]);
}

/// What the service answers, each as `code message @ location`.
fn answered(text: &str, kind: MachineType) -> Vec<String> {
    asl::service_diagnostics(text, kind)
        .iter()
        .map(|one| {
            let place = one.location.as_deref().unwrap_or("nowhere");
            format!("{} {} @ {place}", one.code, one.message)
        })
        .collect()
}

/// Answers of the service that people reported word by word.
#[test]
fn the_service_in_its_own_words() {
    const LAMBDA: &str = r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke""#;
    let one = |state: &str| format!(r#"{{"StartAt": "X", "States": {{"X": {{{state}}}}}}}"#);
    let jsonata = |state: &str| {
        format!(r#"{{"QueryLanguage": "JSONata", "StartAt": "X", "States": {{"X": {{{state}}}}}}}"#)
    };
    let schema =
        |message: &str, place: &str| format!("SCHEMA_VALIDATION_FAILED {message} @ {place}");
    let target =
        |message: &str, place: &str| format!("MISSING_TRANSITION_TARGET {message} @ {place}");
    let loop_of_two = r#""A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}"#;
    let no_end = "MISSING_END_STATE Workflow has no terminal state @ nowhere".to_owned();
    let rows: Vec<(String, Vec<String>)> = vec![
        (
            r#"{"StartAt": "pass1", "States": {"pass1": {"Type": "Pass", "Next": "pass3"}, "pass2": {"Type": "Pass", "End": true}}}"#.to_owned(),
            vec![
                target("Missing 'Next' target: pass3", "/States/pass1/Next"),
                target("State \"pass2\" is not reachable.", "/States/pass2"),
            ],
        ),
        (
            r#"{"StartAt": "Not sure", "States": {"Pass One": {"Type": "Pass", "Next": "S"}, "S": {"Type": "Succeed"}}}"#.to_owned(),
            vec![
                target("Missing 'Next' target: Not sure", "/StartAt"),
                target("State \"Pass One\" is not reachable.", "/States/Pass One"),
                target("State \"S\" is not reachable.", "/States/S"),
            ],
        ),
        (format!(r#"{{"StartAt": "A", "States": {{{loop_of_two}}}}}"#), vec![no_end.clone()]),
        (
            format!(r#"{{"StartAt": "A", "States": {{{loop_of_two}, "U": {{"Type": "Pass", "Next": "A"}}}}}}"#),
            vec![no_end.clone()],
        ),
        (
            format!(r#"{{"StartAt": "A", "States": {{{loop_of_two}, "C": {{"Type": "Pass", "End": true}}}}}}"#),
            vec![target("State \"C\" is not reachable.", "/States/C")],
        ),
        (
            one(r#""Type": "Pass", "Next": "NOPE""#),
            vec![target("Missing 'Next' target: NOPE", "/States/X/Next"), no_end],
        ),
        (
            one(&format!(r#""Type": "Map", "End": true, "ItemProcessor": {{"StartAt": "A", "States": {{{loop_of_two}}}}}"#)),
            vec![],
        ),
        (
            r#"{"StartAt": "C", "States": {"C": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": true, "Next": "Z"}], "Default": "Ghost"}, "Z": {"Type": "Succeed"}}}"#.to_owned(),
            vec![target("Missing 'Next' target: Ghost", "/States/C/Default")],
        ),
        (one(r#""Type": "Pass", "TimeoutSeconds": 5, "End": true"#), vec![schema("Field 'TimeoutSeconds' is not supported", "/States/X")]),
        (one(r#""Type": "Wait", "Seconds": 10000000000000000, "End": true"#), vec![schema("Maximum value is 99999999", "/States/X/Seconds")]),
        (one(r#""Type": "Wait", "Seconds": -1, "End": true"#), vec![schema("Minimum value is 0", "/States/X/Seconds")]),
        (one(r#""Type": "Wait", "Seconds": "1", "End": true"#), vec![schema("Expected value of type Integer", "/States/X/Seconds")]),
        (
            one(r#""Type": "Wait", "Seconds": 1, "Timestamp": "2030-01-01T00:00:00Z", "End": true"#),
            vec![schema("There should only be one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp]", "/States/X")],
        ),
        (one(r#""Type": "Pass", "Next": "X", "End": true"#), vec![schema("There should only be one of the following fields: [Next, End]", "/States/X")]),
        (one(r#""Type": "Pass""#), vec![schema("This object should have only one of the following fields: [Next, End]", "/States/X")]),
        (
            one(r#""Type": "Map", "End": true"#),
            vec![schema("This object should have only one of the following fields: [ItemProcessor, Iterator]", "/States/X")],
        ),
        (one(r#""Type": "Pass", "OutputPath": "Test", "End": true"#), vec![schema("Value must be a valid JSONPath.", "/States/X/OutputPath")]),
        (one(r#""Type": "Pass", "ResultPath": "$.a[*]", "End": true"#), vec![schema("Value is not a Reference Path", "/States/X/ResultPath")]),
        (
            r#"{"StartAt": "C", "States": {"C": {"Type": "Choice", "Choices": [{"Variable": "Test", "StringMatches": "Test"}], "Default": "S"}, "S": {"Type": "Succeed"}}}"#.to_owned(),
            vec![
                schema("These fields are required: [Next]", "/States/C/Choices[0]"),
                schema("Value is not a Reference Path: Reference path didn't start with '$'", "/States/C/Choices[0]/Variable"),
            ],
        ),
        (
            one(r#""Type": "Task", "Resource": "", "End": true"#),
            vec![schema("Value is not a valid resource ARN", "/States/X/Resource")],
        ),
        (
            one(&format!(r#"{LAMBDA}, "Retry": [{{"ErrorEquals": ["States.ALL", "a"]}}], "End": true"#)),
            vec![schema("States.ALL must appear alone and at end of list", "/States/X/Retry[0]/ErrorEquals")],
        ),
        (
            one(&format!(r#"{LAMBDA}, "Retry": [{{"ErrorEquals": []}}], "End": true"#)),
            vec![schema("Value cannot be empty", "/States/X/Retry[0]/ErrorEquals")],
        ),
        (
            one(&format!(r#"{LAMBDA}, "Retry": [{{"ErrorEquals": ["a"], "JitterStrategy": "SOME"}}], "End": true"#)),
            vec![schema("Value should be one of the following: [NONE, FULL]", "/States/X/Retry[0]/JitterStrategy")],
        ),
        (
            one(&format!(r#"{LAMBDA}, "Arguments": {{"FunctionName": "f"}}, "End": true"#)),
            vec![schema("The QueryLanguage is set to 'JSONPath', but field 'Arguments' is only supported for the 'JSONata' QueryLanguage", "/States/X")],
        ),
        (
            jsonata(r#""Type": "Pass", "QueryLanguage": "JSONPath", "Output": 1, "End": true"#),
            vec![schema("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", "/States/X")],
        ),
        (
            one(r#""Type": "Nothing", "End": true"#),
            vec![schema("The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]", "/States/X/Type")],
        ),
        (
            one(r#""Type": "Pass", "QueryLanguage": "jsonata", "Output": "{% 1 %}", "End": true"#),
            vec![schema("Value should be one of the following: [JSONPath, JSONata]", "/States/X/QueryLanguage")],
        ),
        (
            r#"{"QueryLanguage": 5, "StartAt": "X", "States": {"X": {"Type": "Succeed"}}}"#.to_owned(),
            vec![schema("Expected value of type [STRING]", "/QueryLanguage")],
        ),
        (
            jsonata(r#""Type": "Pass", "Output": {"a": {"b": ["{% phone %}"]}}, "End": true"#),
            vec!["UNSUPPORTED_JSONATA_EXPRESSION Reference to 'phone' at the top level is not supported. @ /States/X/Output/a/b[0]".to_owned()],
        ),
        (
            jsonata(r#""Type": "Pass", "Output": "{% $$ %}", "End": true"#),
            vec!["UNSUPPORTED_JSONATA_EXPRESSION Reference to '$$' is not supported. @ /States/X/Output".to_owned()],
        ),
        (
            jsonata(r#""Type": "Pass", "Output": "{% $states.errorOutput %}", "End": true"#),
            vec!["UNSUPPORTED_JSONATA_EXPRESSION Field '$states.errorOutput' does not exist. @ /States/X/Output".to_owned()],
        ),
        (
            jsonata(r#""Type": "Pass", "Output": "{% 1 + %}", "End": true"#),
            vec!["INVALID_JSONATA_EXPRESSION Unexpected end of expression @ /States/X/Output".to_owned()],
        ),
        (
            jsonata(r#""Type": "Pass", "Output": "{% \"unterminated %}", "End": true"#),
            vec!["INVALID_JSONATA_EXPRESSION String literal must be terminated by a matching quote @ /States/X/Output".to_owned()],
        ),
        (
            jsonata(r#""Type": "Pass", "Output": "{% 1", "End": true"#),
            vec![schema("JSONata string must start with {% and end with %}", "/States/X/Output")],
        ),
        (
            jsonata(r#""Type": "Pass", "Assign": {"states": 1, "a-b": 1}, "End": true"#),
            vec![
                "RESERVED_VARIABLE_NAME Cannot assign to reserved variable '$states'. @ /States/X/Assign/states".to_owned(),
                "INVALID_VARIABLE_NAME Invalid variable name 'a-b': the variable name contains invalid characters. @ /States/X/Assign/a-b".to_owned(),
            ],
        ),
    ];
    let mut wrong = Vec::new();
    for (text, expected) in rows {
        let found = answered(&text, MachineType::Standard);
        if found != expected {
            wrong.push(format!(
                "{text}\n  expected {expected:#?}\n  answered {found:#?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn an_express_workflow_has_no_distributed_map() {
    let text = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "P", "States": {"P": {"Type": "Succeed"}}}}}}"#;
    assert_eq!(answered(text, MachineType::Standard), [""; 0]);
    assert_eq!(
        answered(text, MachineType::Express),
        [
            "SCHEMA_VALIDATION_FAILED The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines @ /States/M/ItemProcessor/ProcessorConfig"
        ]
    );
}

#[test]
fn a_refusal_names_every_fault() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}"#;
    let said = asl::service_diagnostics(text, MachineType::Standard);
    assert_eq!(
        ServiceDiagnostic::refusal(&said),
        "Invalid State Machine Definition: 'MISSING_END_STATE: Workflow has no terminal state at null'"
    );
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "C"}, "B": {"Type": "Succeed"}}}"#;
    let said = asl::service_diagnostics(text, MachineType::Standard);
    assert_eq!(
        ServiceDiagnostic::refusal(&said),
        "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: C at /States/A/Next, MISSING_TRANSITION_TARGET: State \"B\" is not reachable. at /States/B'"
    );
}
