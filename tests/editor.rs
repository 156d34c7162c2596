//! Cases of every command: what it changes, and when it is refused.

use std::sync::Arc;

use stepwright::editor::CommandError;
use stepwright::editor::Document;
use stepwright::editor::Plan;
use stepwright::editor::Revision;
use stepwright::editor::plan;
use stepwright::editor::read_command;
use stepwright::editor::write_command;
use stepwright::syntax::Format;

const ORDER: &str = r#"{
  "StartAt": "A",
  "States": {
    "A": {
      "Type": "Pass",
      "Next": "B"
    },
    "B": {
      "Type": "Task",
      "Resource": "arn:aws:states:::sqs:sendMessage",
      "Catch": [
        {
          "ErrorEquals": ["States.ALL"],
          "Next": "Failed"
        }
      ],
      "Next": "Choose"
    },
    "Choose": {
      "Type": "Choice",
      "Choices": [
        {
          "Variable": "$.x",
          "IsPresent": true,
          "Next": "P"
        },
        {
          "Variable": "$.y",
          "IsPresent": true,
          "Next": "Failed"
        }
      ],
      "Default": "Done"
    },
    "P": {
      "Type": "Parallel",
      "Branches": [
        {
          "StartAt": "In",
          "States": {
            "In": {
              "Type": "Pass",
              "End": true
            }
          }
        }
      ],
      "Next": "Done"
    },
    "Done": {
      "Type": "Succeed"
    },
    "Failed": {
      "Type": "Fail"
    }
  }
}
"#;

fn revision(text: &str) -> Arc<Revision> {
    let document = Document {
        name: "case".to_owned(),
        format: Format::Json,
        text: Arc::from(text),
        sidecar: Arc::from(""),
    };
    Revision::new(1, document)
}

fn planned(text: &str, command: &str) -> Result<Plan, String> {
    let revision = revision(text);
    let json = serde_json::from_str(command).unwrap();
    let command = read_command(&revision, &json).map_err(|error| error.to_string())?;
    let again = read_command(&revision, &write_command(&command)).unwrap();
    assert_eq!(again, command);
    plan(&revision, &command).map_err(|refusal| refusal.to_string())
}

/// The text after a command; it reparses clean and every state is reachable by the machine reader.
fn edited(text: &str, command: &str) -> String {
    let plan = planned(text, command).unwrap_or_else(|why| panic!("{command}: {why}"));
    let after = plan.edit.apply(text);
    let errors = stepwright::syntax::parse(&after, Format::Json).errors;
    assert!(errors.is_empty(), "{command}: {errors:?}\n{after}");
    if let Some(path) = &plan.select {
        let now = revision(&after);
        assert!(now.machine.find(path).is_some(), "{command} selects {path}");
    }
    for (_, new) in &plan.moved {
        assert!(
            revision(&after).machine.find(new).is_some(),
            "{command} moves to {new}"
        );
    }
    after
}

fn refused(text: &str, command: &str) -> String {
    match planned(text, command) {
        Ok(plan) => panic!("{command} is not refused:\n{}", plan.edit.apply(text)),
        Err(why) => why,
    }
}

/// The lines that differ, `-` and `+`, in the order of the text.
fn difference(before: &str, after: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (
        before.split_inclusive('\n').collect(),
        after.split_inclusive('\n').collect(),
    );
    let mut table = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            table[i][j] = if a[i] == b[j] {
                table[i + 1][j + 1] + 1
            } else {
                table[i + 1][j].max(table[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, String::new());
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            (i, j) = (i + 1, j + 1);
        } else if i < a.len() && (j == b.len() || table[i + 1][j] >= table[i][j + 1]) {
            out.push_str(&format!("-{}\n", a[i].trim_end_matches('\n')));
            i += 1;
        } else {
            out.push_str(&format!("+{}\n", b[j].trim_end_matches('\n')));
            j += 1;
        }
    }
    out
}

#[track_caller]
fn check(text: &str, command: &str, expected: &str) {
    assert_eq!(
        difference(text, &edited(text, command)),
        expected,
        "{command}"
    );
}

#[test]
fn insert_on_an_edge_changes_one_line_and_adds_the_state() {
    check(
        ORDER,
        r#"{"insert":{"type":"Wait","on":{"from":"A","to":"B"}}}"#,
        "+      \"Next\": \"Wait\"\n+    },\n+    \"Wait\": {\n+      \"Type\": \"Wait\",\n+      \"Seconds\": 5,\n",
    );
}

#[test]
fn insert_keeps_the_manner_of_the_file() {
    let wait = r#"{"insert":{"type":"Wait","on":{"from":"A","to":"B"}}}"#;
    let windows = ORDER.replace('\n', "\r\n");
    assert_eq!(
        edited(&windows, wait),
        edited(ORDER, wait).replace('\n', "\r\n")
    );
    let tabs = ORDER.replace("  ", "\t");
    assert_eq!(edited(&tabs, wait), edited(ORDER, wait).replace("  ", "\t"));
    let marked = format!("\u{feff}{ORDER}");
    assert_eq!(
        edited(&marked, wait),
        format!("\u{feff}{}", edited(ORDER, wait))
    );
    assert_eq!(
        edited(
            r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Succeed"}}}"#,
            wait
        ),
        r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"Wait"},"Wait":{"Type":"Wait","Seconds":5,"Next":"B"},"B":{"Type":"Succeed"}}}"#
    );
    check(
        "{ \"StartAt\": \"A\",\n  \"States\": {\n    \"A\": { \"Type\": \"Pass\", \"Next\": \"B\" },\n    \"B\": { \"Type\": \"Succeed\" } } }\n",
        wait,
        "-    \"A\": { \"Type\": \"Pass\", \"Next\": \"B\" },\n+    \"A\": { \"Type\": \"Pass\", \"Next\": \"Wait\" },\n+    \"Wait\": { \"Type\": \"Wait\", \"Seconds\": 5, \"Next\": \"B\" },\n",
    );
    check(
        "{\n  \"StartAt\": \"A\"\n, \"States\":\n  {\n    \"A\": { \"Type\": \"Pass\", \"Next\": \"B\" }\n  , \"B\": { \"Type\": \"Succeed\" }\n  }\n}\n",
        wait,
        "-    \"A\": { \"Type\": \"Pass\", \"Next\": \"B\" }\n+    \"A\": { \"Type\": \"Pass\", \"Next\": \"Wait\" }\n+  , \"Wait\": { \"Type\": \"Wait\", \"Seconds\": 5, \"Next\": \"B\" }\n",
    );
}

#[test]
fn insert_takes_over_the_end_the_start_and_the_default() {
    check(
        r#"{
  "StartAt": "A",
  "States": {
    "A": {
      "Type": "Pass",
      "End": true
    }
  }
}"#,
        r#"{"insert":{"type":"Pass","after":"A"}}"#,
        "+      \"Next\": \"Pass\"\n+    },\n+    \"Pass\": {\n+      \"Type\": \"Pass\",\n",
    );
    let start = edited(ORDER, r#"{"insert":{"type":"Pass","start":true}}"#);
    assert!(start.contains("\"StartAt\": \"Pass\""));
    assert!(start.contains(
        "\"States\": {\n    \"Pass\": {\n      \"Type\": \"Pass\",\n      \"Next\": \"A\"\n    },\n"
    ));
    let default = edited(ORDER, r#"{"insert":{"type":"Pass","after":"Choose"}}"#);
    assert!(default.contains("\"Default\": \"Pass\""));
    let before = edited(ORDER, r#"{"insert":{"type":"Pass","before":"Done"}}"#);
    assert_eq!(before.matches("\": \"Done\"").count(), 1);
    assert_eq!(
        before
            .matches("\": \"Pass\",\n      \"Next\": \"Done\"")
            .count(),
        1
    );
}

#[test]
fn insert_fills_empty_places() {
    for text in [
        "",
        "{}",
        "{\n}\n",
        r#"{"StartAt":"","States":{}}"#,
        "\u{feff}",
    ] {
        let after = edited(text, r#"{"insert":{"type":"Pass"}}"#);
        let machine = &revision(&after).machine;
        assert_eq!(
            machine.root().unwrap().start_at.as_deref(),
            Some("Pass"),
            "{after}"
        );
        assert_eq!(machine.states.len(), 1);
    }
    assert_eq!(
        edited("", r#"{"insert":{"type":"Pass"}}"#),
        "{\n  \"StartAt\": \"Pass\",\n  \"States\": {\n    \"Pass\": {\n      \"Type\": \"Pass\",\n      \"End\": true\n    }\n  }\n}\n"
    );
    let branch = edited(ORDER, r#"{"insert":{"type":"Wait","branch":"P"}}"#);
    assert!(branch.contains(
        "        },\n        {\n          \"StartAt\": \"Wait\",\n          \"States\": {\n            \"Wait\": {\n              \"Type\": \"Wait\",\n"
    ), "{branch}");
    let emptied = edited(ORDER, r#"{"delete":{"states":["In"]}}"#);
    let filled = edited(
        &emptied,
        r#"{"insert":{"type":"Pass","into":{"state":"P","branch":0}}}"#,
    );
    assert_eq!(filled, ORDER.replace("\"In\"", "\"Pass\""));
}

#[test]
fn every_type_is_inserted_with_defaults_that_are_valid() {
    for language in ["JSONPath", "JSONata"] {
        for kind in stepwright::asl::StateKind::ALL {
            let text = format!(
                r#"{{"QueryLanguage":"{language}","StartAt":"A","States":{{"A":{{"Type":"Pass","End":true}}}}}}"#
            );
            let after = edited(
                &text,
                &format!(r#"{{"insert":{{"type":"{kind}","after":"A"}}}}"#),
            );
            let revision = revision(&after);
            let errors: Vec<_> = revision
                .diagnostics
                .iter()
                .filter(|found| found.severity == stepwright::asl::Severity::Error)
                .collect();
            assert!(errors.is_empty(), "{after}: {errors:?}");
            for state in &revision.machine.states {
                for way in &state.transitions {
                    assert!(
                        revision
                            .machine
                            .in_scope(state.scope, &way.target)
                            .is_some()
                    );
                }
            }
        }
    }
}

#[test]
fn insert_is_refused_where_nothing_can_follow() {
    assert_eq!(
        refused(ORDER, r#"{"insert":{"type":"Wait","after":"Done"}}"#),
        "Nothing can follow Done: A Succeed state ends the workflow"
    );
    assert_eq!(
        refused(
            ORDER,
            r#"{"insert":{"type":"Fail","on":{"from":"A","to":"B"}}}"#
        ),
        "B would be left behind: A Fail state ends the workflow"
    );
    assert_eq!(
        refused(ORDER, r#"{"insert":{"type":"Wait","rule":"A"}}"#),
        "A takes no rules: Only a Choice has rules"
    );
    assert_eq!(
        refused(
            ORDER,
            r#"{"insert":{"type":"Wait","on":{"from":"A","to":"P"}}}"#
        ),
        "A does not lead to P: There is no such transition"
    );
    assert_eq!(
        refused(ORDER, r#"{"insert":{"type":"Wait","after":"Nowhere"}}"#),
        "There is no state Nowhere: The workflow has no state of that name"
    );
    // Another way leads to Done, so a Fail may take this one.
    edited(
        ORDER,
        r#"{"insert":{"type":"Fail","on":{"from":"P","to":"Done"}}}"#,
    );
}

#[test]
fn delete_closes_the_gap() {
    check(
        ORDER,
        r#"{"delete":{"states":["A"]}}"#,
        "-  \"StartAt\": \"A\",\n+  \"StartAt\": \"B\",\n-    \"A\": {\n-      \"Type\": \"Pass\",\n-      \"Next\": \"B\"\n-    },\n",
    );
    let without_choice = edited(ORDER, r#"{"delete":{"states":["Choose"]}}"#);
    assert!(without_choice.contains("\"Next\": \"Done\"\n    },\n    \"P\""));
    // A Fail goes with the rule and the Catcher that led to it.
    check(
        ORDER,
        r#"{"delete":{"states":["Failed"]}}"#,
        "-      \"Catch\": [\n-        {\n-          \"ErrorEquals\": [\"States.ALL\"],\n-          \"Next\": \"Failed\"\n-        }\n-      ],\n-        },\n-        {\n-          \"Variable\": \"$.y\",\n-          \"IsPresent\": true,\n-          \"Next\": \"Failed\"\n-    },\n-    \"Failed\": {\n-      \"Type\": \"Fail\"\n",
    );
    check(
        ORDER,
        r#"{"delete":{"states":["Done","Failed","Choose","P"]}}"#,
        &difference(
            ORDER,
            "{\n  \"StartAt\": \"A\",\n  \"States\": {\n    \"A\": {\n      \"Type\": \"Pass\",\n      \"Next\": \"B\"\n    },\n    \"B\": {\n      \"Type\": \"Task\",\n      \"Resource\": \"arn:aws:states:::sqs:sendMessage\",\n      \"End\": true\n    }\n  }\n}\n",
        ),
    );
}

#[test]
fn delete_is_refused_where_a_rule_would_be_lost() {
    let text = r#"{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Next":"X"}],"Default":"Y"},"X":{"Type":"Fail"},"Y":{"Type":"Succeed"}}}"#;
    assert_eq!(
        refused(text, r#"{"delete":{"states":["X"]}}"#),
        "C would be left without a rule: A Choice needs at least one; delete C too, or let its rules lead elsewhere first"
    );
    let text = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"C"},"C":{"Type":"Choice","Choices":[{"Next":"X"},{"Next":"Y"}]},"X":{"Type":"Fail"},"Y":{"Type":"Succeed"}}}"#;
    assert_eq!(
        refused(text, r#"{"delete":{"states":["C"]}}"#),
        "C cannot go: It has no Default, so nothing says which of its rules A would follow"
    );
}

#[test]
fn rename_follows_every_reference() {
    let after = edited(
        ORDER,
        r#"{"rename":{"state":"Failed","to":"Sorry \"you\""}}"#,
    );
    assert_eq!(after, ORDER.replace("\"Failed\"", "\"Sorry \\\"you\\\"\""));
    let plan = planned(ORDER, r#"{"rename":{"state":"P","to":"Q/1"}}"#).unwrap();
    let moved: Vec<String> = plan.moved.iter().map(|(a, b)| format!("{a} {b}")).collect();
    assert_eq!(
        moved,
        [
            "/States/P /States/Q~11",
            "/States/P/Branches/0/States/In /States/Q~11/Branches/0/States/In"
        ]
    );
    assert_eq!(
        refused(ORDER, r#"{"rename":{"state":"A","to":"In"}}"#),
        "A state cannot be called “In”: Another state of this workflow has that name"
    );
    assert!(refused(ORDER, r#"{"rename":{"state":"A","to":" "}}"#).contains("empty"));
}

#[test]
fn rename_takes_the_companion_along() {
    let document = Document {
        name: "case".to_owned(),
        format: Format::Json,
        text: Arc::from(ORDER),
        sidecar: Arc::from(
            r#"{"breakpoints":["/States/P/Branches/0/States/In"],"scenarios":[{"mocks":{"P":[]}}]}"#,
        ),
    };
    let revision = Revision::new(1, document.clone());
    let json = serde_json::from_str(r#"{"rename":{"state":"P","to":"Q"}}"#).unwrap();
    let plan = plan(&revision, &read_command(&revision, &json).unwrap()).unwrap();
    assert_eq!(
        plan.sidecar_edit.unwrap().apply(&document.sidecar),
        r#"{"breakpoints":["/States/Q/Branches/0/States/In"],"scenarios":[{"mocks":{"Q":[]}}]}"#
    );
}

#[test]
fn move_keeps_the_bytes_of_the_state() {
    let text = ORDER.replace(
        "\"Type\": \"Pass\",\n      \"Next\"",
        "\"Type\":   \"Pass\",\n\n      \"Next\"",
    );
    let after = edited(
        &text,
        r#"{"move":{"state":"A","on":{"from":"B","to":"Choose"}}}"#,
    );
    assert!(after.contains("\"StartAt\": \"B\""));
    assert!(after.contains("\"A\": {\n      \"Type\":   \"Pass\",\n\n      \"Next\": \"Choose\"\n    },\n    \"Choose\""));
    let inside = edited(&text, r#"{"move":{"state":"A","after":"In"}}"#);
    assert!(inside.contains(
        "            },\n            \"A\": {\n              \"Type\":   \"Pass\",\n\n              \"End\": true\n            }\n"
    ), "{inside}");
    assert_eq!(
        refused(ORDER, r#"{"move":{"state":"B","after":"In"}}"#),
        "B cannot go there alone: A Catcher of B leads to Failed, which is not there"
    );
    assert_eq!(
        refused(ORDER, r#"{"move":{"state":"P","after":"In"}}"#),
        "P cannot go there: A state cannot be put inside itself"
    );
    assert_eq!(
        refused(ORDER, r#"{"move":{"state":"A","start":true}}"#),
        "Nothing would change: It is already so"
    );
}

#[test]
fn move_back_restores_the_text() {
    let there = edited(
        ORDER,
        r#"{"move":{"state":"A","on":{"from":"B","to":"Choose"}}}"#,
    );
    let back = edited(&there, r#"{"move":{"state":"A","start":true}}"#);
    assert_eq!(back, ORDER);
}

#[test]
fn ways_are_connected_and_taken_away() {
    check(
        ORDER,
        r#"{"reconnect":{"from":"A","to":"P"}}"#,
        "-      \"Next\": \"B\"\n+      \"Next\": \"P\"\n",
    );
    check(
        ORDER,
        r#"{"reconnect":{"from":"A","to":null}}"#,
        "-      \"Next\": \"B\"\n+      \"End\": true\n",
    );
    check(
        ORDER,
        r#"{"reconnect":{"from":"Choose","transition":"Choices/1","to":"Done"}}"#,
        "-          \"Next\": \"Failed\"\n+          \"Next\": \"Done\"\n",
    );
    assert_eq!(
        refused(ORDER, r#"{"reconnect":{"from":"A","to":"In"}}"#),
        "A cannot lead to In: A transition stays in its branch; the other state lies in another one"
    );
    check(
        ORDER,
        r#"{"connect":{"from":"Choose","to":"A"}}"#,
        "+        },\n+        {\n+          \"Variable\": \"$.value\",\n+          \"IsPresent\": true,\n+          \"Next\": \"A\"\n",
    );
    check(
        ORDER,
        r#"{"connect":{"from":"P","to":"Failed","by":"Catch"}}"#,
        "+      \"Catch\": [\n+        {\n+          \"ErrorEquals\": [\"States.ALL\"],\n+          \"Next\": \"Failed\"\n+        }\n+      ],\n",
    );
    check(
        ORDER,
        r#"{"disconnect":{"from":"Choose","transition":"Default"}}"#,
        "-      ],\n-      \"Default\": \"Done\"\n+      ]\n",
    );
    check(
        ORDER,
        r#"{"startAt":{"state":"B"}}"#,
        "-  \"StartAt\": \"A\",\n+  \"StartAt\": \"B\",\n",
    );
}

#[test]
fn fields_are_set_where_they_belong() {
    check(
        ORDER,
        r#"{"set":{"state":"A","field":"/Comment","value":"hi"}}"#,
        "+      \"Comment\": \"hi\",\n",
    );
    check(
        ORDER,
        r#"{"set":{"state":"B","field":"/Catch/0/ErrorEquals/-","value":"E"}}"#,
        "-          \"ErrorEquals\": [\"States.ALL\"],\n+          \"ErrorEquals\": [\"States.ALL\", \"E\"],\n",
    );
    check(
        ORDER,
        r#"{"set":{"state":"A","field":"/Parameters/a/b","value":1}}"#,
        "+      \"Parameters\": {\n+        \"a\": {\n+          \"b\": 1\n+        }\n+      },\n",
    );
    check(
        ORDER,
        r#"{"set":{"state":"Choose","field":"/Choices/0","value":{"Variable":"$.x","IsPresent":false,"Next":"P"}}}"#,
        "-          \"IsPresent\": true,\n+          \"IsPresent\": false,\n",
    );
    check(
        ORDER,
        r#"{"set":{"field":"/Comment","value":"whole"}}"#,
        "+  \"Comment\": \"whole\",\n",
    );
    check(
        ORDER,
        r#"{"set":{"field":"/TimeoutSeconds","value":30}}"#,
        "+  \"TimeoutSeconds\": 30,\n",
    );
    assert!(refused(ORDER, r#"{"set":{"state":"A","field":"/Nothing"}}"#).contains("no Nothing"));
    let set = edited(
        ORDER,
        r#"{"set":{"state":"A","field":"/Comment","value":"hi"}}"#,
    );
    assert_eq!(
        edited(&set, r#"{"set":{"state":"A","field":"/Comment"}}"#),
        ORDER
    );
}

#[test]
fn a_type_changes_and_shared_fields_stay() {
    check(
        ORDER,
        r#"{"changeType":{"state":"A","to":"Wait"}}"#,
        "-      \"Type\": \"Pass\",\n+      \"Type\": \"Wait\",\n+      \"Seconds\": 5,\n",
    );
    check(
        ORDER,
        r#"{"changeType":{"state":"Done","to":"Pass"}}"#,
        "-      \"Type\": \"Succeed\"\n+      \"Type\": \"Pass\",\n+      \"End\": true\n",
    );
    let choice = edited(ORDER, r#"{"changeType":{"state":"A","to":"Choice"}}"#);
    assert!(choice.contains("\"Default\": \"B\""));
    let pass = edited(ORDER, r#"{"changeType":{"state":"Choose","to":"Pass"}}"#);
    assert!(
        pass.contains("\"Choose\": {\n      \"Type\": \"Pass\",\n      \"Next\": \"Done\"\n    }")
    );
    assert!(refused(ORDER, r#"{"changeType":{"state":"P","to":"Pass"}}"#).contains("lost"));
    assert!(refused(ORDER, r#"{"changeType":{"state":"Done","to":"Choice"}}"#).contains("lead to"));
}

#[test]
fn copies_get_names_of_their_own() {
    let after = edited(ORDER, r#"{"duplicate":{"states":["P"]}}"#);
    assert!(after.contains("\"Next\": \"P (2)\""));
    assert!(after.contains("\"StartAt\": \"In (2)\""));
    assert!(after.contains("\"In (2)\": {"));
    let revision = revision(ORDER);
    let paths: Vec<_> = ["B", "Failed"]
        .iter()
        .map(|name| revision.machine.by_name(name).unwrap().path.clone())
        .collect();
    let copied = stepwright::editor::copy(&revision, &paths);
    assert!(
        copied.starts_with(
            "{\n  \"StartAt\": \"B\",\n  \"States\": {\n    \"B\": {\n      \"Type\": \"Task\","
        ),
        "{copied}"
    );
    let paste = serde_json::json!({"paste": {"text": copied, "after": "In"}}).to_string();
    let pasted = edited(ORDER, &paste);
    assert!(pasted.contains("\"Next\": \"B (2)\""), "{pasted}");
    assert!(
        pasted.contains("                  \"Next\": \"Failed (2)\""),
        "{pasted}"
    );
    let state = r#"{"paste":{"text":"\"X\": {\"Type\": \"Pass\", \"End\": true},","on":{"from":"A","to":"B"}}}"#;
    assert!(edited(ORDER, state).contains("\"X\": {\"Type\": \"Pass\", \"Next\": \"B\"}"));
    assert!(
        refused(ORDER, r#"{"paste":{"text":"hello","after":"A"}}"#).contains("nothing to paste")
    );
}

#[test]
fn wrap_and_unwrap_are_inverse() {
    let wrapped = edited(ORDER, r#"{"wrap":{"states":["A"],"in":"Map"}}"#);
    assert!(wrapped.contains("\"StartAt\": \"Map\""));
    assert!(
        wrapped.contains("\"A\": {\n            \"Type\": \"Pass\",\n            \"End\": true"),
        "{wrapped}"
    );
    assert_eq!(edited(&wrapped, r#"{"unwrap":{"state":"Map"}}"#), ORDER);
    let text = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"C"},"C":{"Type":"Succeed"}}}"#;
    let wrapped = edited(text, r#"{"wrap":{"states":["A","B"],"in":"Parallel"}}"#);
    assert_eq!(
        wrapped,
        r#"{"StartAt":"Parallel","States":{"Parallel":{"Type":"Parallel","Branches":[{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","End":true}}}],"Next":"C"},"C":{"Type":"Succeed"}}}"#
    );
    assert_eq!(edited(&wrapped, r#"{"unwrap":{"state":"Parallel"}}"#), text);
    // What leads out of a Catch becomes the container's.
    let wrapped = edited(ORDER, r#"{"wrap":{"states":["B"],"in":"Map"}}"#);
    assert!(
        wrapped.contains("sendMessage\",\n            \"End\": true"),
        "{wrapped}"
    );
    assert!(wrapped.contains("      \"Catch\": [\n        {\n          \"ErrorEquals\": [\"States.ALL\"],\n          \"Next\": \"Failed\"\n        }\n      ],\n      \"Next\": \"Choose\""), "{wrapped}");
    assert!(
        refused(ORDER, r#"{"wrap":{"states":["A","In"],"in":"Map"}}"#)
            .contains("different branches")
    );
    assert!(
        refused(ORDER, r#"{"wrap":{"states":["A","P"],"in":"Map"}}"#)
            .contains("entered from outside")
    );
    assert!(
        refused(ORDER, r#"{"wrap":{"states":["A"],"in":"Pass"}}"#)
            .contains("Only Parallel and Map")
    );
}

#[test]
fn rules_are_reordered() {
    let after = edited(
        ORDER,
        r#"{"reorder":{"state":"Choose","field":"/Choices","from":0,"to":1}}"#,
    );
    let machine = &revision(&after).machine;
    let targets: Vec<&str> = machine
        .by_name("Choose")
        .unwrap()
        .transitions
        .iter()
        .map(|way| way.target.as_ref())
        .collect();
    assert_eq!(targets, ["Failed", "P", "Done"]);
    assert!(
        refused(
            ORDER,
            r#"{"reorder":{"state":"Choose","field":"/Choices","from":0,"to":9}}"#
        )
        .contains("only 2")
    );
}

#[test]
fn what_is_not_a_command_is_said_so() {
    let revision = revision(ORDER);
    for json in [
        r#"1"#,
        r#"{"fly":{}}"#,
        r#"{"rename":{"state":"A"}}"#,
        r#"{"insert":{"type":"Wait"}}"#,
    ] {
        let json = serde_json::from_str(json).unwrap();
        assert!(matches!(
            read_command(&revision, &json),
            Err(CommandError::Malformed(_))
        ));
    }
}

#[test]
fn every_place_shown_takes_a_state() {
    let revision = revision(ORDER);
    let places = stepwright::editor::places(&revision);
    assert_eq!(places.len(), 14, "{places:?}");
    for place in places {
        let command = stepwright::editor::Command::Insert {
            state: stepwright::editor::StateTemplate::new(stepwright::asl::StateKind::Pass),
            at: place.clone(),
        };
        assert!(plan(&revision, &command).is_ok(), "{place:?}");
    }
}

#[test]
fn a_broken_text_is_not_made_worse() {
    let broken = ORDER.replacen("\"Next\": \"B\"\n", "\"Next\": \"B\",\n", 1);
    let after = planned(&broken, r#"{"rename":{"state":"P","to":"Q"}}"#)
        .unwrap()
        .edit
        .apply(&broken);
    assert_eq!(after, broken.replace("\"P\"", "\"Q\""));
}

const YAML: &str = "# orders\nStartAt: A\nStates:\n  A:\n    Type: Pass   # first\n    Next: 'B b'\n  'B b':\n    Type: Wait\n    Seconds: 5\n    Next: C\n  C: {Type: Succeed}\n";

fn planned_in_yaml(command: &str) -> Result<String, String> {
    let document = Document {
        name: "case".to_owned(),
        format: Format::Yaml,
        text: Arc::from(YAML),
        sidecar: Arc::from(""),
    };
    let revision = Revision::new(1, document);
    let json = serde_json::from_str(command).unwrap();
    let command = read_command(&revision, &json).map_err(|error| error.to_string())?;
    let plan = plan(&revision, &command).map_err(|refusal| refusal.to_string())?;
    let after = plan.edit.apply(YAML);
    assert!(
        stepwright::syntax::parse(&after, Format::Yaml)
            .errors
            .is_empty()
    );
    Ok(after)
}

#[test]
fn scalars_of_yaml_are_edited_and_the_rest_is_refused_by_name() {
    let after = |command: &str| planned_in_yaml(command).unwrap();
    assert_eq!(
        after(r#"{"rename":{"state":"B b","to":"Wait's"}}"#),
        YAML.replace("'B b'", "'Wait''s'")
    );
    assert_eq!(
        after(r#"{"rename":{"state":"C","to":"yes: no"}}"#),
        YAML.replace("Next: C", "Next: \"yes: no\"")
            .replace("C: {", "\"yes: no\": {")
    );
    assert_eq!(
        after(r#"{"set":{"state":"B b","field":"/Seconds","value":7}}"#),
        YAML.replace("Seconds: 5", "Seconds: 7")
    );
    assert_eq!(
        after(r#"{"reconnect":{"from":"A","to":"C"}}"#),
        YAML.replace("Next: 'B b'", "Next: 'C'")
    );
    assert_eq!(
        after(r#"{"startAt":{"state":"B b"}}"#),
        YAML.replace("StartAt: A", "StartAt: B b")
    );
    for command in [
        r#"{"insert":{"type":"Wait","after":"A"}}"#,
        r#"{"delete":{"states":["A"]}}"#,
        r#"{"reconnect":{"from":"A","to":null}}"#,
        r#"{"set":{"state":"A","field":"/Comment"}}"#,
        r#"{"set":{"state":"A","field":"/Parameters","value":{"a":1}}}"#,
    ] {
        assert_eq!(
            planned_in_yaml(command).unwrap_err(),
            "Editing YAML by drag and drop is not supported yet: Edit the text instead"
        );
    }
    assert!(
        planned_in_yaml(r#"{"set":{"state":"A","field":"/Comment","value":"x"}}"#)
            .unwrap_err()
            .contains("in YAML is not supported yet")
    );
}

#[test]
fn a_text_that_is_no_object_has_no_places() {
    for text in ["[]", "3", "\"x\"", "[{\"States\": {}}]"] {
        let revision = revision(text);
        assert!(stepwright::editor::places(&revision).is_empty(), "{text}");
        assert!(refused(text, r#"{"insert":{"type":"Pass"}}"#).contains("not an object"));
    }
}
