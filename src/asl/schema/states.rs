//! Fields of states and of the objects that hold states.

use crate::asl::StateKind;
use crate::asl::schema::Field;
use crate::asl::schema::Holds::{
    Assignments, Flag, Json, JsonataTemplate, Number, OneOf, Part, Parts, Path, PathOrIntrinsic,
    PayloadTemplate, ReferencePath, Resource, StateName, States, Template, Text, Timestamp,
};
use crate::asl::schema::JsonType;
use crate::asl::schema::Place;
use crate::asl::schema::table;

const TASK: Place = Place::State(StateKind::Task);
const CHOICE: Place = Place::State(StateKind::Choice);
const PARALLEL: Place = Place::State(StateKind::Parallel);
const MAP: Place = Place::State(StateKind::Map);
const PASS: Place = Place::State(StateKind::Pass);
const WAIT: Place = Place::State(StateKind::Wait);
const SUCCEED: Place = Place::State(StateKind::Succeed);
const FAIL: Place = Place::State(StateKind::Fail);

const ALL: &[Place] = &[TASK, CHOICE, PARALLEL, MAP, PASS, WAIT, SUCCEED, FAIL];
const ALL_BUT_FAIL: &[Place] = &[TASK, CHOICE, PARALLEL, MAP, PASS, WAIT, SUCCEED];
const SCOPES: &[Place] = &[Place::Machine, Place::Branch, Place::ItemProcessor];
const GOES_ON: &[Place] = &[TASK, PARALLEL, MAP, PASS, WAIT];
const ASSIGNS: &[Place] = &[TASK, CHOICE, PARALLEL, MAP, PASS, WAIT];
const WORKS: &[Place] = &[TASK, PARALLEL, MAP];

const ANY: &[JsonType] = &[JsonType::Any];
const STRING: &[JsonType] = &[JsonType::String];
const STRING_OR_NULL: &[JsonType] = &[JsonType::String, JsonType::Null];
const INTEGER: &[JsonType] = &[JsonType::Integer];
const NUMBER: &[JsonType] = &[JsonType::Number];
const FLAG: &[JsonType] = &[JsonType::Boolean];
const OBJECT: &[JsonType] = &[JsonType::Object];
const ARRAY: &[JsonType] = &[JsonType::Array];

/// The longest time a definition may name, in seconds: about three years.
pub(crate) const LONGEST: f64 = 99_999_999.0;
/// In the order in which the service lists them.
pub(crate) const TYPES: &[&str] = &[
    "Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map",
];
const WAITS: &[&str] = &["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];

pub(crate) const ROWS: &[Field] = table! {
    "Comment", SCOPES, STRING, Text; "Says what this is for; nothing reads it at run time"
    "QueryLanguage", &[Place::Machine], STRING, OneOf(&["JSONPath", "JSONata"]);
        "The language in which states pick and shape data: JSONPath where nothing is said, or JSONata"
    "StartAt", SCOPES, STRING, StateName, required(); "The state that runs first"
    "States", SCOPES, OBJECT, States, required(); "The states by name"
    "Version", &[Place::Machine], STRING, OneOf(&["1.0"]), rare(); "The version of the Amazon States Language: always 1.0"
    "TimeoutSeconds", &[Place::Machine], INTEGER, Number(1.0, LONGEST);
        "How many seconds the whole execution may take before it is stopped as timed out"
    "ProcessorConfig", &[Place::ItemProcessor], OBJECT, Part(Place::ProcessorConfig);
        "Says whether the items are processed inside this execution or in executions of their own"

    "Type", ALL, STRING, OneOf(TYPES), required(); "What kind of state this is"
    "Comment", ALL, STRING, Text; "Says what this state is for; nothing reads it at run time"
    "QueryLanguage", ALL, STRING, OneOf(&["JSONPath", "JSONata"]), rare();
        "The language in which this state picks and shapes data, where it differs from the state machine's"

    "Resource", &[TASK], STRING, Resource, required(); "What the task calls: a Lambda function, an activity or a service action"
    "Choices", &[CHOICE], ARRAY, Parts(Place::ChoiceRule), required(); "The rules, tried from first to last; the first that holds decides where to go"
    "Default", &[CHOICE], STRING, StateName; "The state to go to when no rule holds"
    "Branches", &[PARALLEL], ARRAY, Parts(Place::Branch), required(); "The flows that run side by side, each with states of its own"
    "Seconds", &[WAIT], INTEGER, Number(0.0, LONGEST), expression(), one_of(WAITS), excludes(&["SecondsPath", "Timestamp", "TimestampPath"]);
        "How many seconds to wait"
    "Timestamp", &[WAIT], STRING, Timestamp, expression(), one_of(WAITS), excludes(&["Seconds", "SecondsPath", "TimestampPath"]);
        "The moment to wait for, such as 2025-03-14T01:59:00Z"
    "SecondsPath", &[WAIT], STRING, Path, jsonpath(), one_of(WAITS), excludes(&["Seconds", "Timestamp", "TimestampPath"]);
        "Where in the input the number of seconds to wait stands"
    "TimestampPath", &[WAIT], STRING, Path, jsonpath(), one_of(WAITS), excludes(&["Seconds", "SecondsPath", "Timestamp"]);
        "Where in the input the moment to wait for stands"
    "Error", &[FAIL], STRING, Text, expression(), excludes(&["ErrorPath"]); "The name of the error this execution fails with"
    "ErrorPath", &[FAIL], STRING, PathOrIntrinsic, jsonpath(), excludes(&["Error"]); "Where in the input the name of the error stands"
    "Cause", &[FAIL], STRING, Text, expression(), excludes(&["CausePath"]); "Tells people why this execution fails"
    "CausePath", &[FAIL], STRING, PathOrIntrinsic, jsonpath(), excludes(&["Cause"]); "Where in the input the text that tells why stands"

    "Items", &[MAP], &[JsonType::Array, JsonType::Object], JsonataTemplate, jsonata(), expression();
        "The list to go through: an array, or an expression that gives one"
    "ItemsPath", &[MAP], STRING, Path, jsonpath(); "Where in the input the list to go through stands"
    "ItemReader", &[MAP], OBJECT, Part(Place::ItemReader); "Reads the items from Amazon S3 instead of from the input; needs the DISTRIBUTED mode"
    "InputPath", ALL_BUT_FAIL, STRING_OR_NULL, Path, jsonpath(); "The part of the input this state works with; null gives it an empty object"
    "Arguments", &[TASK, PARALLEL], ANY, JsonataTemplate, jsonata(); "What is handed to the task or to every branch"
    "Parameters", &[TASK, PARALLEL, PASS], ANY, PayloadTemplate, jsonpath(); "Builds what this state works with; members whose names end in .$ are looked up"
    "Parameters", &[MAP], ANY, PayloadTemplate, jsonpath(), excludes(&["ItemSelector"]), replaced_by("ItemSelector"), rare();
        "Builds the input of every item; the older name of ItemSelector"
    "ItemSelector", &[MAP], ANY, Template, expression(), excludes(&["Parameters"]); "Builds the input of every item"
    "ItemBatcher", &[MAP], OBJECT, Part(Place::ItemBatcher); "Hands on several items at a time; needs the DISTRIBUTED mode"
    "ItemProcessor", &[MAP], OBJECT, Part(Place::ItemProcessor), one_of(&["ItemProcessor", "Iterator"]), excludes(&["Iterator"]);
        "The states that run for every item"
    "Iterator", &[MAP], OBJECT, Part(Place::ItemProcessor), one_of(&["ItemProcessor", "Iterator"]), excludes(&["ItemProcessor"]), replaced_by("ItemProcessor"), rare();
        "The states that run for every item; the older name of ItemProcessor"
    "MaxConcurrency", &[MAP], INTEGER, Number(0.0, LONGEST), expression(), excludes(&["MaxConcurrencyPath"]);
        "How many items run at the same time; 0 sets no limit"
    "MaxConcurrencyPath", &[MAP], STRING, Path, jsonpath(), excludes(&["MaxConcurrency"]), rare();
        "Where in the input the number of items that run at the same time stands"
    "ToleratedFailurePercentage", &[MAP], NUMBER, Number(0.0, 100.0), expression(), excludes(&["ToleratedFailurePercentagePath"]), rare();
        "How many percent of the items may fail before the whole Map fails"
    "ToleratedFailurePercentagePath", &[MAP], STRING, Path, jsonpath(), excludes(&["ToleratedFailurePercentage"]), rare();
        "Where in the input the tolerated percentage of failed items stands"
    "ToleratedFailureCount", &[MAP], INTEGER, Number(0.0, LONGEST), expression(), excludes(&["ToleratedFailureCountPath"]), rare();
        "How many items may fail before the whole Map fails"
    "ToleratedFailureCountPath", &[MAP], STRING, Path, jsonpath(), excludes(&["ToleratedFailureCount"]), rare();
        "Where in the input the tolerated number of failed items stands"
    "ResultWriter", &[MAP], OBJECT, Part(Place::ResultWriter), rare(); "Writes the results to Amazon S3; needs the DISTRIBUTED mode"
    "Label", &[MAP], STRING, Text, rare(); "Marks the executions of a distributed Map; at most 40 characters"
    "Credentials", &[TASK], OBJECT, Template, expression(), rare(); "The role to take on while calling, for resources of another account"
    "TimeoutSeconds", &[TASK], INTEGER, Number(1.0, LONGEST), expression(), excludes(&["TimeoutSecondsPath"]);
        "How many seconds the task may take before it fails with States.Timeout"
    "TimeoutSecondsPath", &[TASK], STRING, Path, jsonpath(), excludes(&["TimeoutSeconds"]), rare();
        "Where in the input the number of seconds the task may take stands"
    "HeartbeatSeconds", &[TASK], INTEGER, Number(1.0, LONGEST), expression(), excludes(&["HeartbeatSecondsPath"]);
        "How many seconds may pass between two signs of life of the task; shorter than its timeout"
    "HeartbeatSecondsPath", &[TASK], STRING, Path, jsonpath(), excludes(&["HeartbeatSeconds"]), rare();
        "Where in the input the number of seconds between two signs of life stands"
    "Result", &[PASS], ANY, Json, jsonpath(); "The result of this state, as it is written here"
    "ResultSelector", WORKS, ANY, PayloadTemplate, jsonpath(); "Reshapes the raw result before ResultPath puts it in place"
    "ResultPath", &[TASK, PARALLEL, MAP, PASS], STRING_OR_NULL, ReferencePath, jsonpath();
        "Where in the input the result is put; $ replaces the input, null drops the result"
    "OutputPath", ALL_BUT_FAIL, STRING_OR_NULL, Path, jsonpath(); "The part that is handed on as output; null hands on an empty object"
    "Output", ALL_BUT_FAIL, ANY, JsonataTemplate, jsonata(); "What is handed on as output"
    "Assign", ASSIGNS, OBJECT, Assignments; "Sets variables that later states can read"
    "Retry", WORKS, ARRAY, Parts(Place::Retrier); "Which errors to try again after, how often and how soon"
    "Catch", WORKS, ARRAY, Parts(Place::Catcher); "Where to go when the state fails"
    "Next", GOES_ON, STRING, StateName, one_of(&["Next", "End"]), excludes(&["End"]); "The state to go to next"
    "End", GOES_ON, FLAG, Flag, one_of(&["Next", "End"]), excludes(&["Next"]); "True where the flow ends with this state"
};
