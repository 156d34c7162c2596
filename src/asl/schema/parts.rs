//! Fields of what states hold: Retriers, Catchers and the parts of a Map.

use crate::asl::schema::Field;
use crate::asl::schema::Holds::{
    Assignments, ErrorNames, JsonataTemplate, Number, OneOf, Part, Path, PayloadTemplate,
    ReferencePath, Resource, StateName, Template, Text,
};
use crate::asl::schema::JsonType;
use crate::asl::schema::Place;
use crate::asl::schema::states::LONGEST;
use crate::asl::schema::table;

const RETRIER: &[Place] = &[Place::Retrier];
const CATCHER: &[Place] = &[Place::Catcher];
const PROCESSOR: &[Place] = &[Place::ProcessorConfig];
const READER: &[Place] = &[Place::ReaderConfig];
const WRITER: &[Place] = &[Place::WriterConfig];
const BATCHER: &[Place] = &[Place::ItemBatcher];
const STORES: &[Place] = &[Place::ItemReader, Place::ResultWriter];

const ANY: &[JsonType] = &[JsonType::Any];
const STRING: &[JsonType] = &[JsonType::String];
const STRING_OR_NULL: &[JsonType] = &[JsonType::String, JsonType::Null];
const INTEGER: &[JsonType] = &[JsonType::Integer];
const NUMBER: &[JsonType] = &[JsonType::Number];
const OBJECT: &[JsonType] = &[JsonType::Object];
const ARRAY: &[JsonType] = &[JsonType::Array];

pub(crate) const ROWS: &[Field] = table! {
    "ErrorEquals", RETRIER, ARRAY, ErrorNames, required(); "The errors after which to try again; States.ALL stands for any"
    "IntervalSeconds", RETRIER, INTEGER, Number(1.0, LONGEST); "How many seconds to wait before the first retry; 1 where nothing is said"
    "MaxAttempts", RETRIER, INTEGER, Number(0.0, LONGEST); "How often to try again at most; 3 where nothing is said, 0 for never"
    "BackoffRate", RETRIER, NUMBER, Number(1.0, f64::MAX); "The factor by which each wait is longer than the last; 2 where nothing is said"
    "MaxDelaySeconds", RETRIER, INTEGER, Number(1.0, 31_622_400.0), rare(); "The longest wait between two attempts, in seconds"
    "JitterStrategy", RETRIER, STRING, OneOf(&["NONE", "FULL"]), rare(); "FULL spreads the waits at random so that many executions do not retry at once"
    "Comment", RETRIER, STRING, Text, rare(); "Says what this Retrier is for; nothing reads it at run time"

    "ErrorEquals", CATCHER, ARRAY, ErrorNames, required(); "The errors this Catcher takes; States.ALL stands for any"
    "Next", CATCHER, STRING, StateName, required(); "The state to go to after such an error"
    "ResultPath", CATCHER, STRING_OR_NULL, ReferencePath, jsonpath(); "Where in the input the error is put; $ replaces the input, null drops the error"
    "Output", CATCHER, ANY, JsonataTemplate, jsonata(); "What is handed on after such an error"
    "Assign", CATCHER, OBJECT, Assignments; "Sets variables after such an error"
    "Comment", CATCHER, STRING, Text, rare(); "Says what this Catcher is for; nothing reads it at run time"

    "Mode", PROCESSOR, STRING, OneOf(&["INLINE", "DISTRIBUTED"]); "INLINE processes the items inside this execution, DISTRIBUTED in executions of their own"
    "ExecutionType", PROCESSOR, STRING, OneOf(&["STANDARD", "EXPRESS"]); "The type of the executions of a distributed Map"

    "Resource", STORES, STRING, Resource, required(); "The Amazon S3 action that is called"
    "Parameters", STORES, ANY, PayloadTemplate, jsonpath(); "The bucket and key, where paths are looked up in the state's input"
    "Arguments", STORES, ANY, JsonataTemplate, jsonata(); "The bucket and key, or an expression that gives them"
    "ReaderConfig", &[Place::ItemReader], OBJECT, Part(Place::ReaderConfig); "How the data is read"
    "WriterConfig", &[Place::ResultWriter], OBJECT, Part(Place::WriterConfig), rare(); "How the results are written"

    "InputType", READER, STRING, OneOf(&["CSV", "JSON", "JSONL", "MANIFEST", "PARQUET"]); "The format of the data"
    "Transformation", READER, STRING, OneOf(&["NONE", "LOAD_AND_FLATTEN"]), rare(); "LOAD_AND_FLATTEN reads the listed objects too and goes through what they hold"
    "ManifestType", READER, STRING, OneOf(&["ATHENA_DATA", "S3_INVENTORY"]), rare(); "What wrote the manifest"
    "CSVHeaderLocation", READER, STRING, OneOf(&["FIRST_ROW", "GIVEN"]); "Whether the column names stand in the first row or in CSVHeaders"
    "CSVHeaders", READER, ARRAY, Text; "The names of the columns"
    "CSVDelimiter", READER, STRING, OneOf(&["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"]), rare(); "The sign between two columns; COMMA where nothing is said"
    "MaxItems", READER, INTEGER, Number(0.0, LONGEST), expression(), excludes(&["MaxItemsPath"]); "How many items are read at most"
    "MaxItemsPath", READER, STRING, Path, jsonpath(), excludes(&["MaxItems"]), rare(); "Where in the input the greatest number of items to read stands"
    "ItemsPointer", READER, STRING, Text, rare(); "The JSON pointer to the array inside the data"

    "BatchInput", BATCHER, ANY, Template, expression(); "Data that is added to every batch"
    "MaxItemsPerBatch", BATCHER, INTEGER, Number(1.0, LONGEST), expression(), excludes(&["MaxItemsPerBatchPath"]); "How many items a batch holds at most"
    "MaxItemsPerBatchPath", BATCHER, STRING, Path, jsonpath(), excludes(&["MaxItemsPerBatch"]), rare(); "Where in the input the greatest number of items of a batch stands"
    "MaxInputBytesPerBatch", BATCHER, INTEGER, Number(1.0, 262_144.0), expression(), excludes(&["MaxInputBytesPerBatchPath"]), rare(); "How many bytes a batch holds at most; no more than 262144"
    "MaxInputBytesPerBatchPath", BATCHER, STRING, Path, jsonpath(), excludes(&["MaxInputBytesPerBatch"]), rare(); "Where in the input the greatest size of a batch stands"

    "OutputType", WRITER, STRING, OneOf(&["JSON", "JSONL"]); "The format in which the results are written"
    "Transformation", WRITER, STRING, OneOf(&["NONE", "COMPACT", "FLATTEN"]), rare(); "How much of each execution's data is written beside its output"
};
