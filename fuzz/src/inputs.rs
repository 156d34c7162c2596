//! Documents from outside, any bytes at all: each gives a value or an error in words.

use serde_json::Value as Json;
use stepwright::asl;
use stepwright::backends::Mocks;
use stepwright::cli;
use stepwright::editor::Document;
use stepwright::editor::Revision;
use stepwright::editor::plan;
use stepwright::editor::read_command;
use stepwright::engine::parse_moment;
use stepwright::query::Value;
use stepwright::session::Settings;
use stepwright::sidecar;
use stepwright::syntax::Format;
use stepwright::syntax::parse;
use stepwright::trace;

/// The machine that histories and commands are about.
const DEFINITION: &str = r#"{"StartAt":"A","States":{
    "A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Next":"P","Catch":[{"ErrorEquals":["States.ALL"],"Next":"F"}]},
    "P":{"Type":"Parallel","Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}],"Next":"M"},
    "M":{"Type":"Map","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Wait","Seconds":1,"End":true}}},"Next":"C"},
    "C":{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"A"}],"Default":"F"},
    "F":{"Type":"Fail"}}}"#;

/// The first byte chooses who reads the rest.
pub fn check(data: &[u8]) {
    let Some((way, rest)) = data.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(rest);
    let value = Value::parse(&text);
    if let Ok(value) = &value {
        assert_eq!(Value::parse(&value.to_json()).ok().as_ref(), Some(value));
        assert_eq!(value.json_len(), value.to_json().len());
    }
    match way % 6 {
        0 => {
            if let Ok(file) = value {
                let _ = Mocks::from_list(&file);
                let _ = Mocks::read(&file, "M", None);
                let _ = Mocks::read(&file, "M", Some("C"));
            }
        }
        1 => check_sidecar(&text),
        2 => {
            let tree = parse(DEFINITION, Format::Json).tree;
            if let Ok(history) = value
                && let Ok(events) = trace::import(&history, &asl::read(&tree))
            {
                trace::Trace::of(&events);
            }
        }
        3 => {
            if let Ok(case) = serde_json::from_str::<Json>(&text) {
                cli::run_case(&case);
            }
        }
        4 => {
            if let Ok(command) = serde_json::from_str::<Json>(&text) {
                let document = Document {
                    name: "m".to_owned(),
                    format: Format::Json,
                    text: DEFINITION.into(),
                    sidecar: "".into(),
                };
                let revision = Revision::new(0, document);
                if let Ok(command) = read_command(&revision, &command) {
                    let _ = plan(&revision, &command);
                }
            }
        }
        _ => {
            Settings::read(&Settings::read(&text).to_json());
            parse_moment(&text);
        }
    }
}

fn check_sidecar(text: &str) {
    let read = sidecar::read(text);
    sidecar::machine_type(text);
    for scenario in &read.scenarios {
        let _ = Mocks::from_list(&scenario.mocks);
    }
    let paths = [asl::StatePath::top("A"), asl::StatePath::top("B / ~")];
    let [old, new] = &paths;
    let moved = sidecar::follow(text, &[(old.clone(), new.clone())], &[]);
    assert!(moved.fits(text));
    if read.problems.is_empty() {
        let after = moved.apply(text);
        assert!(
            sidecar::read(&after).problems.is_empty(),
            "{text}\n→\n{after}"
        );
    }
    for (pointer, value) in [
        ("/breakpoints/-", Some("\"/States/A\"")),
        ("/params/x", Some("1")),
        ("/scenarios/0", None),
    ] {
        if let Ok(edit) = sidecar::set(text, pointer, value) {
            assert!(edit.fits(text));
            let after = edit.apply(text);
            if parse(text, Format::Json).errors.is_empty() {
                assert!(
                    parse(&after, Format::Json).errors.is_empty(),
                    "{text}\n→\n{after}"
                );
            }
        }
    }
}
