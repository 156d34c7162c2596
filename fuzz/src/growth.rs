//! Definitions grown from bytes: all state types in both query languages, mostly valid, now and then a little broken.

use arbitrary::Unstructured;
use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

const NUMBERS: [i64; 8] = [1, 2, 3, 0, 5, 60, 99_999_999, i64::MAX];
const ODD: [&str; 8] = [
    "null",
    "-1",
    "1.5e300",
    "\"{% 1 + %}\"",
    "\"$.a[\"",
    "[]",
    "{\"x.$\":\"$..\"}",
    "\"\"",
];
const PATHS: [&str; 16] = [
    "$",
    "$.items",
    "$.n",
    "$.a",
    "$.items[0]",
    "$.missing",
    "$v",
    "$v.a",
    "$..a",
    "$.items[*]",
    "$.items[?(@.a > 1)]",
    "$$.Execution.Id",
    "$$.Map.Item.Value",
    "$$.Task.Token",
    "$.text",
    "$.items[-1:]",
];
const PLACES: [&str; 7] = [
    "$.r",
    "$.a.b",
    "$",
    "$.items[0]",
    "$.items[9]",
    "$.text.x",
    "$.items",
];
const EXPRESSIONS: [&str; 16] = [
    "{% $states.input %}",
    "{% $states.input.items %}",
    "{% $states.input.n %}",
    "{% $states.result %}",
    "{% $v %}",
    "{% $count($states.input.items) %}",
    "{% $states.input.n > 1 %}",
    "{% true %}",
    "{% $missing %}",
    "{% [1..3] %}",
    "{% $uuid() & $random() %}",
    "{% $states.errorOutput.Cause %}",
    "{% $states.context.State.Name %}",
    "{% $states.context.Map.Item %}",
    "{% ($x := 2; $x * $states.input.n) %}",
    "{% 'PT5S' %}",
];
const INTRINSICS: [&str; 8] = [
    "States.UUID()",
    "States.Format('{} {}', $.n, $.text)",
    "States.Array(1, $.a, 'x')",
    "States.MathRandom(1, 9)",
    "States.ArrayRange(1, 9, 2)",
    "States.StringToJson($.text)",
    "States.JsonMerge($, $.items[1], false)",
    "States.ArrayGetItem($.items, 7)",
];
const RESOURCES: [&str; 8] = [
    "arn:aws:states:::lambda:invoke",
    "arn:aws:lambda:eu-west-1:123456789012:function:f",
    "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "arn:aws:states:::states:startExecution.sync:2",
    "arn:aws:states:::aws-sdk:dynamodb:getItem",
    "arn:aws:states:eu-west-1:123456789012:activity:act",
    "arn:aws:states:::http:invoke",
    "${Function}",
];
const ERRORS: [&str; 7] = [
    "States.ALL",
    "States.TaskFailed",
    "States.Timeout",
    "Odd",
    "States.Runtime",
    "States.HeartbeatTimeout",
    "States.QueryEvaluationError",
];
const INPUTS: [&str; 6] = [
    r#"{"items":[1,{"a":2},"x"],"n":2,"text":"{\"a\":1}","a":{"b":[]},"at":"2026-01-01T00:00:05Z"}"#,
    "{}",
    "[1,2,3]",
    "null",
    "\"text\"",
    r#"{"items":{"k":1,"l":[2]},"n":0.5,"text":"","a":null}"#,
];

/// One of several; the first where the bytes are used up.
pub fn pick<'a, T>(dice: &mut Unstructured, from: &'a [T]) -> &'a T {
    let last = from.len().saturating_sub(1);
    let at = dice.int_in_range(0..=last).unwrap_or(0);
    &from[at]
}

pub struct Grower<'a, 'b> {
    pub dice: &'a mut Unstructured<'b>,
    /// Names given so far.
    pub names: Vec<String>,
    /// Breaks something now and then.
    odd: bool,
}

impl<'a, 'b> Grower<'a, 'b> {
    pub fn new(dice: &'a mut Unstructured<'b>) -> Grower<'a, 'b> {
        let odd = dice.ratio(1, 3).unwrap_or(false);
        Grower {
            dice,
            names: Vec::new(),
            odd,
        }
    }

    pub fn definition(&mut self) -> Json {
        let jsonata = self.one_in(2);
        let mut machine = self.machine(2, jsonata);
        if jsonata {
            machine["QueryLanguage"] = json!("JSONata");
        }
        if self.one_in(4) {
            machine["TimeoutSeconds"] = self.number();
        }
        machine
    }

    pub fn input(&mut self) -> &'static str {
        let input: &&'static str = pick(self.dice, &INPUTS);
        input
    }

    /// A mock file for the states named so far.
    pub fn mocks(&mut self) -> Json {
        let mut lists = Map::new();
        for name in self.names.clone() {
            let count = self.below(3);
            let entries: Vec<Json> = (0..count).map(|_| self.mock()).collect();
            lists.insert(name, Json::Array(entries));
        }
        let body = *pick(
            self.dice,
            &[
                "[1,{\"a\":2}]",
                "a,b\n1,2\n3,4\n",
                "{\"a\":1}\n{\"a\":2}",
                "{\"x\":[1,2]}",
                "",
            ],
        );
        lists.insert(
            "$resources".to_owned(),
            json!({"s3": [{"bucket": "b", "key": "k", "body": body}]}),
        );
        Json::Object(lists)
    }

    fn mock(&mut self) -> Json {
        let mut entry = match self.below(4) {
            0 => json!({"throw": {"error": *pick(self.dice, &ERRORS), "cause": "because"}}),
            1 => json!({"pending": true}),
            _ => json!({"return": {"Payload": {"a": 1}, "items": [1, 2]}}),
        };
        if self.one_in(3) {
            entry["after"] = json!(*pick(self.dice, &[0.5, 0.0, 2.0, 61.0]));
        }
        if self.one_in(4) {
            entry["repeat"] = json!(true);
        }
        if self.one_in(4) {
            entry["submitted"] = json!({"id": 7});
        }
        if self.one_in(5) {
            entry["iteration"] = json!(self.below(3));
        }
        entry
    }

    fn below(&mut self, end: usize) -> usize {
        self.dice.int_in_range(0..=end - 1).unwrap_or(0)
    }

    fn one_in(&mut self, times: u8) -> bool {
        self.dice.ratio(1, times).unwrap_or(false)
    }

    fn number(&mut self) -> Json {
        json!(*pick(self.dice, &NUMBERS))
    }

    pub fn name(&mut self) -> String {
        if self.odd && self.one_in(8) && !self.names.is_empty() {
            return pick(self.dice, &self.names).clone();
        }
        let tail = *pick(self.dice, &["", "", " / x", " ~1", " \"q\"", " ü", ".$"]);
        let name = format!("S{}{tail}", self.names.len());
        self.names.push(name.clone());
        name
    }

    fn machine(&mut self, depth: usize, jsonata: bool) -> Json {
        let count = 1 + self.below(4);
        let names: Vec<String> = (0..count).map(|_| self.name()).collect();
        let mut states = Map::new();
        for (index, name) in names.iter().enumerate() {
            let state = self.state(&names, index, depth, jsonata);
            states.insert(name.clone(), state);
        }
        json!({"StartAt": names[0], "States": states})
    }

    fn target(&mut self, names: &[String]) -> Json {
        if self.odd && self.one_in(12) {
            return json!("Nowhere");
        }
        json!(pick(self.dice, names))
    }

    fn state(&mut self, names: &[String], index: usize, depth: usize, jsonata: bool) -> Json {
        let switched = !jsonata && self.one_in(6);
        let jsonata = jsonata || switched;
        let mut state = match self.below(if depth == 0 { 8 } else { 11 }) {
            0 | 1 => self.pass(jsonata),
            2 | 3 => self.task(jsonata),
            4 => self.wait(jsonata),
            5 => self.choice(names, jsonata),
            6 => json!({"Type": "Succeed"}),
            7 => self.fail(jsonata),
            8 => {
                let branches: Vec<Json> = (0..1 + self.below(3))
                    .map(|_| self.machine(depth - 1, jsonata))
                    .collect();
                json!({"Type": "Parallel", "Branches": branches})
            }
            _ => self.map(depth, jsonata),
        };
        if switched {
            state["QueryLanguage"] = json!("JSONata");
        }
        let kind = state["Type"].as_str().unwrap_or_default().to_owned();
        if matches!(kind.as_str(), "Task" | "Parallel" | "Map") {
            self.handle_errors(&mut state, names, jsonata);
        }
        self.data(&mut state, &kind, jsonata);
        if !matches!(kind.as_str(), "Choice" | "Succeed" | "Fail") {
            match names.get(index + 1) {
                Some(next) if !self.one_in(6) => state["Next"] = json!(next),
                Some(_) | None if self.one_in(6) => state["Next"] = self.target(names),
                Some(_) | None => state["End"] = json!(true),
            }
        }
        if self.odd && self.one_in(10) {
            let keys: Vec<String> = state
                .as_object()
                .into_iter()
                .flat_map(Map::keys)
                .cloned()
                .collect();
            let key = pick(self.dice, &keys).clone();
            let odd = *pick(self.dice, &ODD);
            state[key] = serde_json::from_str(odd).unwrap_or_default();
        }
        state
    }

    fn pass(&mut self, jsonata: bool) -> Json {
        let mut state = json!({"Type": "Pass"});
        if !jsonata && self.one_in(2) {
            state["Result"] = json!({"a": [1, {"b": "c"}], "n": 7});
        }
        state
    }

    fn task(&mut self, jsonata: bool) -> Json {
        let mut state = json!({"Type": "Task", "Resource": *pick(self.dice, &RESOURCES)});
        for (field, path) in [
            ("TimeoutSeconds", "TimeoutSecondsPath"),
            ("HeartbeatSeconds", "HeartbeatSecondsPath"),
        ] {
            if self.one_in(3) {
                self.quantity(&mut state, field, path, jsonata);
            }
        }
        if self.one_in(8) {
            state["Credentials"] = json!({"RoleArn": "arn:aws:iam::123456789012:role/r"});
        }
        state
    }

    fn quantity(&mut self, state: &mut Json, field: &str, path: &str, jsonata: bool) {
        match (self.one_in(2), jsonata) {
            (true, false) => state[path] = json!(*pick(self.dice, &PATHS)),
            (true, true) => state[field] = json!(*pick(self.dice, &EXPRESSIONS)),
            (false, _) => state[field] = self.number(),
        }
    }

    fn wait(&mut self, jsonata: bool) -> Json {
        let mut state = json!({"Type": "Wait"});
        match (self.below(4), jsonata) {
            (0, _) => {
                state["Timestamp"] = json!(*pick(
                    self.dice,
                    &[
                        "2026-01-01T00:00:05Z",
                        "9999-12-31T23:59:59Z",
                        "0001-01-01T00:00:00Z"
                    ]
                ))
            }
            (1, true) => state["Timestamp"] = json!(*pick(self.dice, &EXPRESSIONS)),
            (1, false) => {
                state["TimestampPath"] = json!(*pick(self.dice, &["$.at", "$.text", "$.n"]))
            }
            _ => self.quantity(&mut state, "Seconds", "SecondsPath", jsonata),
        }
        state
    }

    fn fail(&mut self, jsonata: bool) -> Json {
        let mut state = json!({"Type": "Fail"});
        for (field, path) in [("Error", "ErrorPath"), ("Cause", "CausePath")] {
            match (self.below(3), jsonata) {
                (0, _) => state[field] = json!("Odd"),
                (1, true) => state[field] = json!(*pick(self.dice, &EXPRESSIONS)),
                (1, false) => {
                    state[path] = json!(*pick(
                        self.dice,
                        &["$.text", "$.n", "States.Format('{}', $.n)"]
                    ))
                }
                _ => {}
            }
        }
        state
    }

    fn choice(&mut self, names: &[String], jsonata: bool) -> Json {
        let mut state = json!({"Type": "Choice"});
        let rules: Vec<Json> = (0..1 + self.below(3))
            .map(|_| {
                let mut rule = match jsonata {
                    true => json!({"Condition": *pick(self.dice, &EXPRESSIONS)}),
                    false => self.rule(2),
                };
                rule["Next"] = self.target(names);
                self.assign(&mut rule, jsonata);
                rule
            })
            .collect();
        state["Choices"] = Json::Array(rules);
        if !self.one_in(3) {
            state["Default"] = self.target(names);
        }
        state
    }

    fn rule(&mut self, depth: usize) -> Json {
        if depth > 0 && self.one_in(4) {
            let inner = self.rule(depth - 1);
            return match self.below(3) {
                0 => json!({"Not": inner}),
                1 => json!({"And": [inner, self.rule(depth - 1)]}),
                _ => json!({"Or": [inner, self.rule(depth - 1)]}),
            };
        }
        let variable = *pick(self.dice, &PATHS);
        let (operator, value) = match self.below(9) {
            0 => ("IsPresent", json!(true)),
            1 => ("NumericGreaterThan", self.number()),
            2 => (
                "StringMatches",
                json!(*pick(self.dice, &["*", "a*\\*", "\\\\*b*"])),
            ),
            3 => ("IsNull", json!(false)),
            4 => ("StringLessThanPath", json!(*pick(self.dice, &PATHS))),
            5 => ("TimestampLessThanEquals", json!("2026-01-01T00:00:00Z")),
            6 => ("BooleanEqualsPath", json!(*pick(self.dice, &PATHS))),
            7 => ("NumericEqualsPath", json!(*pick(self.dice, &PATHS))),
            _ => ("IsTimestamp", json!(true)),
        };
        json!({"Variable": variable, operator: value})
    }

    fn map(&mut self, depth: usize, jsonata: bool) -> Json {
        let mut processor = self.machine(depth - 1, jsonata);
        let distributed = self.one_in(3);
        if distributed {
            processor["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED", "ExecutionType": *pick(self.dice, &["STANDARD", "EXPRESS"])});
        }
        let field = if !jsonata && !distributed && self.one_in(6) {
            "Iterator"
        } else {
            "ItemProcessor"
        };
        let mut state = json!({"Type": "Map", field: processor});
        if self.one_in(2) {
            match jsonata {
                true => {
                    state["Items"] = json!(*pick(
                        self.dice,
                        &[
                            "{% $states.input.items %}",
                            "{% [1..4] %}",
                            "{% $states.input %}"
                        ]
                    ))
                }
                false => state["ItemsPath"] = json!(*pick(self.dice, &["$.items", "$", "$v"])),
            }
        }
        if self.one_in(3) {
            self.quantity(&mut state, "MaxConcurrency", "MaxConcurrencyPath", jsonata);
        }
        if self.one_in(3) {
            state["ItemSelector"] = match jsonata {
                true => {
                    json!({"i": "{% $states.context.Map.Item.Index %}", "v": *pick(self.dice, &EXPRESSIONS)})
                }
                false => json!({"i.$": "$$.Map.Item.Value", "v.$": *pick(self.dice, &PATHS)}),
            };
        }
        if distributed {
            self.distributed(&mut state, jsonata);
        }
        state
    }

    fn distributed(&mut self, state: &mut Json, jsonata: bool) {
        let arguments = if jsonata { "Arguments" } else { "Parameters" };
        if self.one_in(2) {
            let kind = *pick(self.dice, &["JSON", "CSV", "JSONL", "MANIFEST"]);
            let mut reader = json!({
                "Resource": *pick(self.dice, &["arn:aws:states:::s3:getObject", "arn:aws:states:::s3:listObjectsV2"]),
                "ReaderConfig": {"InputType": kind}, arguments: {"Bucket": "b", "Key": *pick(self.dice, &["k", "none"])},
            });
            if kind == "CSV" {
                reader["ReaderConfig"]["CSVHeaderLocation"] = json!("FIRST_ROW");
            }
            if self.one_in(3) {
                reader["ReaderConfig"]["MaxItems"] = self.number();
            }
            if self.one_in(4) {
                reader["ReaderConfig"]["ItemsPointer"] =
                    json!(*pick(self.dice, &["/x", "", "/x/0", "x"]));
            }
            state["ItemReader"] = reader;
        }
        if self.one_in(3) {
            let mut batcher = json!({});
            let field = *pick(self.dice, &["MaxItemsPerBatch", "MaxInputBytesPerBatch"]);
            batcher[field] = self.number();
            if self.one_in(2) {
                batcher["BatchInput"] = json!({"fixed": 1});
            }
            state["ItemBatcher"] = batcher;
        }
        if self.one_in(3) {
            self.quantity(
                state,
                "ToleratedFailurePercentage",
                "ToleratedFailurePercentagePath",
                jsonata,
            );
        }
        if self.one_in(3) {
            self.quantity(
                state,
                "ToleratedFailureCount",
                "ToleratedFailureCountPath",
                jsonata,
            );
        }
        if self.one_in(3) {
            state["ResultWriter"] = json!({"Resource": "arn:aws:states:::s3:putObject", arguments: {"Bucket": "b", "Prefix": "p"}});
        }
        if self.one_in(4) {
            state["Label"] = json!("label");
        }
    }

    fn handle_errors(&mut self, state: &mut Json, names: &[String], jsonata: bool) {
        if self.one_in(3) {
            let retriers: Vec<Json> = (0..1 + self.below(2))
                .map(|_| {
                    let mut retrier = json!({"ErrorEquals": [*pick(self.dice, &ERRORS)]});
                    for field in ["IntervalSeconds", "MaxAttempts", "MaxDelaySeconds"] {
                        if self.one_in(3) {
                            retrier[field] = self.number();
                        }
                    }
                    if self.one_in(3) {
                        retrier["BackoffRate"] = json!(*pick(self.dice, &[1.0, 2.5, 1e308]));
                    }
                    if self.one_in(3) {
                        retrier["JitterStrategy"] = json!(*pick(self.dice, &["FULL", "NONE"]));
                    }
                    retrier
                })
                .collect();
            state["Retry"] = Json::Array(retriers);
        }
        if self.one_in(3) {
            let catchers: Vec<Json> = (0..1 + self.below(2))
                .map(|_| {
                    let mut catcher = json!({"ErrorEquals": [*pick(self.dice, &ERRORS)], "Next": self.target(names)});
                    match (self.one_in(3), jsonata) {
                        (true, true) => catcher["Output"] = json!(*pick(self.dice, &EXPRESSIONS)),
                        (true, false) => catcher["ResultPath"] = json!(*pick(self.dice, &PLACES)),
                        (false, _) => {}
                    }
                    self.assign(&mut catcher, jsonata);
                    catcher
                })
                .collect();
            state["Catch"] = Json::Array(catchers);
        }
    }

    fn assign(&mut self, holder: &mut Json, jsonata: bool) {
        if self.one_in(4) {
            holder["Assign"] = match jsonata {
                true => {
                    json!({"v": *pick(self.dice, &EXPRESSIONS), "w": {"deep": [*pick(self.dice, &EXPRESSIONS)]}})
                }
                false => {
                    json!({"v.$": *pick(self.dice, &PATHS), "w": {"deep.$": *pick(self.dice, &INTRINSICS)}})
                }
            };
        }
    }

    fn template(&mut self, depth: usize, jsonata: bool) -> Json {
        let mut members = json!({"fixed": [1, "x"]});
        for index in 0..self.below(3) {
            match (self.below(4), jsonata) {
                (0, _) if depth > 0 => {
                    members[format!("k{index}")] = self.template(depth - 1, jsonata)
                }
                (_, true) => members[format!("k{index}")] = json!(*pick(self.dice, &EXPRESSIONS)),
                (1, false) => members[format!("k{index}.$")] = json!(*pick(self.dice, &INTRINSICS)),
                (_, false) => members[format!("k{index}.$")] = json!(*pick(self.dice, &PATHS)),
            }
        }
        members
    }

    /// The fields that shape the data of a state of a kind.
    fn data(&mut self, state: &mut Json, kind: &str, jsonata: bool) {
        let works = matches!(kind, "Task" | "Parallel" | "Map");
        if kind != "Succeed" && kind != "Fail" {
            self.assign(state, jsonata);
        }
        if jsonata {
            if kind != "Fail" && self.one_in(3) {
                state["Output"] = match self.one_in(2) {
                    true => json!(*pick(self.dice, &EXPRESSIONS)),
                    false => self.template(1, true),
                };
            }
            if matches!(kind, "Task" | "Parallel") && self.one_in(2) {
                state["Arguments"] = self.template(1, true);
            }
            return;
        }
        if kind != "Fail" {
            for field in ["InputPath", "OutputPath"] {
                if self.one_in(6) {
                    state[field] = json!(*pick(
                        self.dice,
                        &[Some("$"), Some("$.a"), None, Some("$.items"), Some("$$")]
                    ));
                }
            }
        }
        if (works || kind == "Pass") && self.one_in(3) {
            state["ResultPath"] = match self.one_in(5) {
                true => Json::Null,
                false => json!(*pick(self.dice, &PLACES)),
            };
        }
        if matches!(kind, "Task" | "Parallel" | "Pass") && self.one_in(2) {
            state["Parameters"] = self.template(1, false);
        }
        if works && self.one_in(4) {
            state["ResultSelector"] = self.template(1, false);
        }
    }
}
