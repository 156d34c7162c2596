//! New states: what a state of each type has from the beginning, valid in both query languages.

use std::collections::BTreeSet;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::asl::QueryLanguage;
use crate::asl::StateKind;
use crate::editor::Refusal;
use crate::editor::names;
use crate::editor::words::refusal;
use crate::editor::words::refuse;
use crate::text::upper_first;

/// The optimized integration a Task calls when nothing else is said.
const LAMBDA: &str = "arn:aws:states:::lambda:invoke";

/// What to know of a state before it exists.
#[derive(Clone, Debug, PartialEq)]
pub struct StateTemplate {
    pub kind: StateKind,
    /// `Resource` of a Task; Lambda's `invoke` where none is given.
    pub resource: Option<String>,
    /// The name wished for; a number is added where it is taken.
    pub name: Option<String>,
    /// A JSON object of fields that are added to the defaults or replace them; `null` removes one.
    pub fields: Option<String>,
}

impl StateTemplate {
    pub fn new(kind: StateKind) -> StateTemplate {
        StateTemplate {
            kind,
            resource: None,
            name: None,
            fields: None,
        }
    }

    /// A Task that calls an integration.
    pub fn task(resource: &str) -> StateTemplate {
        StateTemplate {
            resource: Some(resource.to_owned()),
            ..StateTemplate::new(StateKind::Task)
        }
    }

    /// The name to wish for: the one given, or the type, or the action a Task calls.
    pub(crate) fn wish(&self) -> String {
        let action = self.resource.as_deref().and_then(action_name);
        self.name
            .clone()
            .or(action)
            .unwrap_or_else(|| self.kind.name().to_owned())
    }

    /// The fields of the state, all but its way onward. Names for inner states are taken from then on.
    pub(crate) fn build(
        &self,
        language: QueryLanguage,
        taken: &mut BTreeSet<String>,
    ) -> Result<Map<String, Value>, Refusal> {
        let mut fields = Map::new();
        fields.insert("Type".to_owned(), Value::from(self.kind.name()));
        let mut inner = |wish: &str| names::unique(wish, taken);
        let defaults = match self.kind {
            StateKind::Task => task(self.resource.as_deref().unwrap_or(LAMBDA), language),
            StateKind::Choice | StateKind::Pass | StateKind::Succeed => json!({}),
            StateKind::Wait => json!({"Seconds": 5}),
            StateKind::Fail => json!({"Error": "Failed", "Cause": "The workflow failed"}),
            StateKind::Parallel => {
                let branches: Vec<Value> = (0..2).map(|_| scope(&inner("Pass"), None)).collect();
                json!({ "Branches": branches })
            }
            StateKind::Map => json!({
                "ItemProcessor": scope(&inner("Pass"), Some(json!({"Mode": "INLINE"})))
            }),
        };
        if let Value::Object(members) = defaults {
            fields.extend(members);
        }
        self.add_given(&mut fields)?;
        Ok(fields)
    }

    fn add_given(&self, fields: &mut Map<String, Value>) -> Result<(), Refusal> {
        let Some(given) = &self.fields else {
            return Ok(());
        };
        let what = "The state cannot be made";
        match serde_json::from_str::<Value>(given) {
            Ok(Value::Object(members)) => {
                for (name, value) in members {
                    match (name.as_str(), value) {
                        ("Type" | "Next" | "End", _) => {}
                        // A Result may well be null; of a default, null is the way to say none.
                        (_, Value::Null) if fields.contains_key(&name) => {
                            fields.shift_remove(&name);
                        }
                        (_, value) => {
                            fields.insert(name, value);
                        }
                    }
                }
                Ok(())
            }
            Ok(_) => refuse(what, "Its fields have to be an object"),
            Err(error) => Err(refusal(what, format!("Its fields are not JSON: {error}"))),
        }
    }
}

/// A scope of one Pass.
fn scope(name: &str, config: Option<Value>) -> Value {
    let mut scope = Map::new();
    if let Some(config) = config {
        scope.insert("ProcessorConfig".to_owned(), config);
    }
    let states = json!({ name: {"Type": "Pass", "End": true} });
    scope.insert("StartAt".to_owned(), Value::from(name));
    scope.insert("States".to_owned(), states);
    Value::Object(scope)
}

fn task(resource: &str, language: QueryLanguage) -> Value {
    let lambda = resource.starts_with(LAMBDA);
    let waits = resource.ends_with(".waitForTaskToken");
    let mut fields = json!({ "Resource": resource });
    let more = match (language, lambda) {
        (QueryLanguage::JsonPath, true) => {
            let payload = if waits {
                json!({"FunctionName": "MyFunction", "Payload": {"input.$": "$", "token.$": "$$.Task.Token"}})
            } else {
                json!({"FunctionName": "MyFunction", "Payload.$": "$"})
            };
            let mut more = json!({ "Parameters": payload });
            if !waits {
                merge(&mut more, json!({"OutputPath": "$.Payload"}));
            }
            more
        }
        (QueryLanguage::Jsonata, true) => {
            let payload = if waits {
                json!({
                    "input": "{% $states.input %}",
                    "token": "{% $states.context.Task.Token %}"
                })
            } else {
                json!("{% $states.input %}")
            };
            let mut more = json!({
                "Arguments": {"FunctionName": "MyFunction", "Payload": payload}
            });
            if !waits {
                merge(&mut more, json!({"Output": "{% $states.result.Payload %}"}));
            }
            more
        }
        (QueryLanguage::JsonPath, false) if is_integration(resource) => json!({"Parameters": {}}),
        (QueryLanguage::Jsonata, false) if is_integration(resource) => json!({"Arguments": {}}),
        _ => json!({}),
    };
    merge(&mut fields, more);
    if lambda || resource.contains(":function:") {
        merge(&mut fields, json!({ "Retry": [lambda_retrier()] }));
    }
    fields
}

/// The Retrier the console gives every Lambda task.
fn lambda_retrier() -> Value {
    json!({
        "ErrorEquals": [
            "Lambda.ServiceException",
            "Lambda.AWSLambdaException",
            "Lambda.SdkClientException",
            "Lambda.TooManyRequestsException"
        ],
        "IntervalSeconds": 1,
        "MaxAttempts": 3,
        "BackoffRate": 2,
        "JitterStrategy": "FULL"
    })
}

fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

fn is_integration(resource: &str) -> bool {
    resource.contains(":states:::")
}

/// "GetItem" of `arn:aws:states:::aws-sdk:dynamodb:getItem`, "Lambda Invoke" of Lambda's.
fn action_name(resource: &str) -> Option<String> {
    let (_, call) = resource.split_once(":states:::")?;
    let call = call.split('.').next().unwrap_or(call);
    let mut parts = call.rsplit(':');
    let action = upper_first(parts.next()?);
    match parts.next() {
        Some("lambda") => Some(format!("Lambda {action}")),
        Some(_) => Some(action),
        None => None,
    }
    .filter(|name| !name.contains('$'))
}
