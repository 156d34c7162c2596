//! Workflows of any size, the same each time: branchy, nested, half in JSONPath and half in JSONata.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// The sizes that are measured, in states.
pub const SIZES: [usize; 3] = [30, 300, 2_000];

/// The text of a machine with exactly this many states, those inside containers included.
///
/// Every fifth of the outermost states is a Choice, every seventh a Map of three states, every eleventh a
/// Parallel of two branches; Tasks retry, and every third of them catches into a state of its own.
/// It runs to its end with `{"n": 1, "items": [1, 2, 3]}` when every Task answers with an object.
pub fn machine(states: usize) -> String {
    let mut grown = Grown {
        left: states.saturating_sub(1),
        states: Map::new(),
    };
    let mut number = 0;
    let mut name = name_of(0);
    while grown.left > 0 {
        let next = name_of(number + 1);
        let state = grown.state(number, &next);
        grown.states.insert(name, state);
        number += 1;
        name = next;
    }
    grown.states.insert(name, json!({ "Type": "Succeed" }));
    let machine = json!({
        "Comment": format!("A workflow of {states} states"),
        "StartAt": name_of(0),
        "States": grown.states,
    });
    format!("{machine:#}\n")
}

/// A machine of about this many bytes.
#[allow(dead_code)]
pub fn machine_of_bytes(bytes: usize) -> String {
    let sample = machine(300).len().max(1);
    machine(300 * bytes / sample)
}

struct Grown {
    /// States still to be made, the last Succeed not counted.
    left: usize,
    states: Map<String, Value>,
}

fn name_of(number: usize) -> String {
    const DEEDS: [&str; 6] = ["Read", "Check", "Price", "Reserve", "Notify", "Record"];
    const THINGS: [&str; 5] = ["order", "customer", "invoice", "parcel", "stock"];
    let deed = DEEDS.get(number % DEEDS.len()).copied().unwrap_or_default();
    let thing = THINGS
        .get(number / 2 % THINGS.len())
        .copied()
        .unwrap_or_default();
    format!("{deed} {thing} {number}")
}

impl Grown {
    fn take(&mut self, count: usize) -> bool {
        let enough = self.left >= count;
        if enough {
            self.left -= count;
        }
        enough
    }

    fn state(&mut self, number: usize, next: &str) -> Value {
        let jsonata = number % 2 == 1;
        if number % 5 == 2 && self.take(2) {
            let aside = format!("Correct {number}");
            self.states.insert(aside.clone(), pass(jsonata, Some(next)));
            return choice(jsonata, &aside, next);
        }
        if number % 7 == 3 && self.take(4) {
            return map(number, jsonata, next);
        }
        if number % 11 == 4 && self.take(5) {
            return parallel(number, jsonata, next);
        }
        if number.is_multiple_of(3) && self.take(2) {
            let aside = format!("Recover {number}");
            self.states.insert(aside.clone(), pass(jsonata, Some(next)));
            let mut state = task(number, jsonata, Some(next));
            if let Value::Object(members) = &mut state {
                members.insert(
                    "Catch".into(),
                    json!([{ "ErrorEquals": ["States.ALL"], "Next": aside }]),
                );
            }
            return state;
        }
        self.take(1);
        if number % 4 == 1 {
            pass(jsonata, Some(next))
        } else {
            task(number, jsonata, Some(next))
        }
    }
}

fn language(jsonata: bool, kind: &str) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("Type".into(), kind.into());
    if jsonata {
        members.insert("QueryLanguage".into(), "JSONata".into());
    }
    members
}

fn onward(mut members: Map<String, Value>, next: Option<&str>) -> Value {
    match next {
        Some(next) => members.insert("Next".into(), next.into()),
        None => members.insert("End".into(), true.into()),
    };
    Value::Object(members)
}

fn pass(jsonata: bool, next: Option<&str>) -> Value {
    let mut members = language(jsonata, "Pass");
    if jsonata {
        members.insert(
            "Assign".into(),
            json!({ "seen": "{% $states.input.n + 1 %}" }),
        );
        members.insert(
            "Output".into(),
            "{% $merge([$states.input, {'n': $states.input.n + 1}]) %}".into(),
        );
    } else {
        members.insert(
            "Parameters".into(),
            json!({ "at.$": "$$.State.EnteredTime", "id.$": "States.Format('n-{}', $.n)" }),
        );
        members.insert("ResultPath".into(), "$.passed".into());
    }
    onward(members, next)
}

fn choice(jsonata: bool, aside: &str, next: &str) -> Value {
    let mut members = language(jsonata, "Choice");
    let rules = if jsonata {
        json!([
            { "Condition": "{% $states.input.n < 0 and $exists($states.input.items) %}", "Next": aside },
            { "Condition": "{% $count($states.input.items) > 99 %}", "Next": next },
        ])
    } else {
        json!([
            { "And": [
                { "Variable": "$.n", "NumericLessThan": 0 },
                { "Variable": "$.items[0]", "IsPresent": true },
              ], "Next": aside },
            { "Variable": "$.n", "NumericGreaterThan": 1_000_000, "Next": next },
        ])
    };
    members.insert("Choices".into(), rules);
    members.insert("Default".into(), next.into());
    Value::Object(members)
}

fn task(number: usize, jsonata: bool, next: Option<&str>) -> Value {
    let mut members = language(jsonata, "Task");
    let resource = match number % 3 {
        0 => "arn:aws:states:::lambda:invoke",
        1 => "arn:aws:states:::sqs:sendMessage",
        _ => "arn:aws:states:::aws-sdk:dynamodb:getItem",
    };
    members.insert("Resource".into(), resource.into());
    let argument = |expression: &str| match number % 3 {
        0 => json!({ "FunctionName": "prices", "Payload": expression }),
        1 => {
            json!({ "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/q", "MessageBody": expression })
        }
        _ => json!({ "TableName": "orders", "Key": { "id": { "S": expression } } }),
    };
    if jsonata {
        members.insert(
            "Arguments".into(),
            argument(
                "{% $string($sum($states.input.items) * 1.19) & '-' & $string($states.input.n) %}",
            ),
        );
        members.insert(
            "Output".into(),
            "{% $merge([$states.input, {'answer': $states.result}]) %}".into(),
        );
    } else {
        let mut arguments = argument("");
        rename_expression(&mut arguments);
        members.insert("Parameters".into(), arguments);
        members.insert("ResultSelector".into(), json!({ "answer.$": "$" }));
        members.insert("ResultPath".into(), "$.result".into());
    }
    members.insert(
        "Retry".into(),
        json!([{ "ErrorEquals": ["States.Timeout", "States.TaskFailed"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2.0 }]),
    );
    members.insert("TimeoutSeconds".into(), 60.into());
    onward(members, next)
}

/// Puts a path where an expression was left open.
fn rename_expression(value: &mut Value) {
    let Value::Object(members) = value else {
        return;
    };
    let open: Vec<String> = members
        .iter()
        .filter(|(_, value)| value.as_str() == Some(""))
        .map(|(key, _)| key.clone())
        .collect();
    for key in open {
        members.shift_remove(&key);
        members.insert(format!("{key}.$"), "States.JsonToString($.items)".into());
    }
    members.values_mut().for_each(rename_expression);
}

/// Three states inside.
fn map(number: usize, jsonata: bool, next: &str) -> Value {
    let mut members = language(jsonata, "Map");
    let (items, kept) = if jsonata {
        ("Items", ("Output", "{% $states.input %}"))
    } else {
        ("ItemsPath", ("ResultPath", "$.mapped"))
    };
    let path = if jsonata {
        "{% $states.input.items %}"
    } else {
        "$.items"
    };
    members.insert(items.into(), path.into());
    members.insert("MaxConcurrency".into(), 4.into());
    let [first, second, third] = ["Weigh", "Pack", "Label"].map(|deed| format!("{deed} {number}"));
    let mut states = Map::new();
    let item = json!({ "Type": "Pass", "Parameters": { "n.$": "$" }, "Next": second });
    states.insert(first.clone(), item);
    states.insert(
        second,
        json!({ "Type": "Pass", "Result": 1, "ResultPath": "$.packed", "Next": third }),
    );
    states.insert(
        third,
        json!({ "Type": "Pass", "OutputPath": "$.n", "End": true }),
    );
    members.insert(
        "ItemProcessor".into(),
        json!({ "ProcessorConfig": { "Mode": "INLINE" }, "StartAt": first, "States": states }),
    );
    members.insert(kept.0.into(), kept.1.into());
    onward(members, Some(next))
}

/// Four states inside.
fn parallel(number: usize, jsonata: bool, next: &str) -> Value {
    let mut members = language(jsonata, "Parallel");
    let branch = |side: &str| {
        let [first, second] = ["Store", "Tell"].map(|deed| format!("{deed} {side} {number}"));
        let mut states = Map::new();
        states.insert(first.clone(), pass(false, Some(&second)));
        states.insert(second, pass(jsonata, None));
        json!({ "StartAt": first, "States": states })
    };
    members.insert("Branches".into(), json!([branch("left"), branch("right")]));
    if jsonata {
        members.insert("Output".into(), "{% $states.input %}".into());
    } else {
        members.insert("ResultPath".into(), Value::Null);
    }
    onward(members, Some(next))
}
