//! The fuzz targets, fed a little: they compile, and hold on bytes of chance and on the samples.
//!
//! `fuzz/README.md` says how to let them run for real.

#[path = "../fuzz/src/definitions.rs"]
mod definitions;
#[path = "../fuzz/src/editing.rs"]
mod editing;
#[path = "../fuzz/src/expressions.rs"]
mod expressions;
#[path = "../fuzz/src/gateway.rs"]
mod gateway;
#[path = "../fuzz/src/growth.rs"]
mod growth;
#[path = "../fuzz/src/inputs.rs"]
mod inputs;
#[path = "../fuzz/src/jsonpath.rs"]
mod jsonpath;
#[path = "../fuzz/src/project.rs"]
mod project;
#[path = "../fuzz/src/syntax.rs"]
mod syntax;
#[path = "../fuzz/src/vtl.rs"]
mod vtl;

use stepwright::workspace::SAMPLES;

/// As many bytes of chance, the same ones every time.
fn noise(dice: &mut fastrand::Rng, length: usize) -> Vec<u8> {
    (0..length).map(|_| dice.u8(..)).collect()
}

fn feed(check: fn(&[u8]), times: usize, length: usize) {
    let mut dice = fastrand::Rng::with_seed(7);
    for _ in 0..times {
        let length = dice.usize(0..length);
        check(&noise(&mut dice, length));
    }
}

#[test]
fn grown_definitions_run_alike_every_time() {
    feed(definitions::check, 60, 1_500);
}

#[test]
fn grown_sessions_can_be_taken_back() {
    feed(editing::check, 20, 900);
}

#[test]
fn samples_are_read_and_edited_as_text() {
    let mut dice = fastrand::Rng::with_seed(7);
    for sample in SAMPLES {
        for text in [sample.definition, sample.sidecar] {
            let mut data = noise(&mut dice, 16);
            data.extend_from_slice(text.as_bytes());
            syntax::check(&data);
        }
    }
    let small = "a: 1\nb: [x, 'y']\nc:\n  - {\"d\": [null, 2.50]}\n";
    for _ in 0..200 {
        let mut data = noise(&mut dice, 16);
        data.extend_from_slice(small.as_bytes());
        syntax::check(&data);
        data.truncate(16);
        data.extend_from_slice(br#"{"a": 1, "b": ["x", {"a/b": null}], "a": {}}"#);
        syntax::check(&data);
    }
}

#[test]
fn paths_and_expressions_answer() {
    for path in [
        "$.a",
        "$..a",
        "$.b[?(@.a)].c",
        "$['b'][1:]",
        "$.order.items[*].n",
        "$.c.new[",
        "$.c.new",
    ] {
        jsonpath::check(path.as_bytes());
        jsonpath::check(format!("{path}\n[1]").as_bytes());
    }
    for text in [
        "$states.input.n + 1",
        "$v.list[0]",
        "$map($v.list, function($x){$x})",
        "(",
        "States.Format('{}', $.n)",
        "States.UUID(",
    ] {
        expressions::check(text.as_bytes());
    }
}

#[test]
fn documents_from_outside_give_a_value_or_an_error() {
    let documents = [
        r#"{"A": [{"return": 1}, {"throw": {"error": "E"}}]}"#,
        r#"{"stepwright": 1, "breakpoints": ["/States/A"], "scenarios": [{"name": "a", "mocks": {"A": []}}]}"#,
        r#"{"events": [{"timestamp": 1, "type": "TaskStateEntered", "id": 1, "previousEventId": 0, "stateEnteredEventDetails": {"name": "A", "input": "{}"}}]}"#,
        r#"{"kind": "validation", "id": "x", "definition": {"StartAt": "A", "States": {}}}"#,
        r#"{"rename": {"state": "A", "to": "Z"}}"#,
        "[",
        "",
    ];
    for way in 0..6u8 {
        for document in documents {
            let mut data = vec![way];
            data.extend_from_slice(document.as_bytes());
            inputs::check(&data);
        }
    }
}

#[test]
fn projects_are_read_whatever_stands_in_them() {
    let texts = [
        include_str!("data/project/sam/template.yaml"),
        include_str!("data/project/cloudformation/template.json"),
        include_str!("data/project/serverless/serverless.yml"),
        include_str!("data/project/cdk.out/manifest.json"),
        include_str!("data/project/openapi/shop.openapi.yaml"),
    ];
    let mut dice = fastrand::Rng::with_seed(7);
    for text in texts {
        for _ in 0..60 {
            let mut data = noise(&mut dice, 8);
            let mut bytes = text.as_bytes().to_vec();
            for _ in 0..dice.usize(0..6) {
                let at = dice.usize(0..bytes.len());
                let end = (at + dice.usize(0..40)).min(bytes.len());
                let from = dice.usize(0..bytes.len());
                let copied = bytes[from..(from + dice.usize(0..40)).min(bytes.len())].to_vec();
                bytes.splice(at..end, copied);
            }
            data.extend_from_slice(&bytes);
            project::check(&data);
        }
    }
}

#[test]
fn apis_answer_whatever_stands_in_their_documents() {
    let texts = [
        include_str!("data/project/openapi/shop.openapi.yaml"),
        include_str!("data/gateway/pets.openapi.yaml"),
        include_str!("data/project/cloudformation/template.json"),
    ];
    let mut dice = fastrand::Rng::with_seed(7);
    for text in texts {
        for _ in 0..80 {
            let mut data = noise(&mut dice, 48);
            let mut bytes = text.as_bytes().to_vec();
            for _ in 0..dice.usize(0..6) {
                let at = dice.usize(0..bytes.len());
                let end = (at + dice.usize(0..20)).min(bytes.len());
                let from = dice.usize(0..bytes.len());
                let copied = bytes[from..(from + dice.usize(0..20)).min(bytes.len())].to_vec();
                bytes.splice(at..end, copied);
            }
            data.extend_from_slice(&bytes);
            gateway::check(&data);
        }
    }
}

#[test]
fn templates_end() {
    for text in [
        "$input.json('$') $util.escapeJavaScript($input.body)",
        "#foreach($i in $list)$i#if($foreach.hasNext),#end#end",
        "#set($x = \"a $map.k\")$x.replaceAll('a', '$0$0')",
        "#macro(m $a)$a#m($a)#end#m(1)",
        "#if($x",
        "$x\0[1, 2]",
    ] {
        vtl::check(text.as_bytes());
    }
    feed(vtl::check, 300, 60);
}
