//! What well-known service calls answer: the types of their fields, against which mocked results are checked.
//!
//! Only services with a row are checked; the full tables of all services come with the room that calls them.

use crate::query::Value;

/// The type of a field in a service's answer.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Text,
    Number,
    Flag,
    /// One of some words.
    Word(&'static [&'static str]),
    Object(&'static [(&'static str, Shape)]),
    List(&'static Shape),
    /// An object with names of the user's own.
    Names(&'static Shape),
    Any,
}

const ATTRIBUTE: Shape = Shape::Object(&[
    ("S", Shape::Text),
    ("N", Shape::Text),
    ("B", Shape::Text),
    ("BOOL", Shape::Flag),
    ("NULL", Shape::Flag),
]);

const ATTRIBUTES: Shape = Shape::Names(&ATTRIBUTE);

const CAPACITY: Shape = Shape::Object(&[
    ("TableName", Shape::Text),
    ("CapacityUnits", Shape::Number),
    ("ReadCapacityUnits", Shape::Number),
    ("WriteCapacityUnits", Shape::Number),
]);

const STORAGE: Shape = Shape::Word(&[
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "OUTPOSTS",
    "GLACIER_IR",
    "SNOW",
    "EXPRESS_ONEZONE",
    "FSX_OPENZFS",
]);

const ENCRYPTION: Shape = Shape::Word(&["AES256", "aws:fsx", "aws:kms", "aws:kms:dsse"]);

const WRITTEN_ITEM: &[(&str, Shape)] = &[
    ("Attributes", ATTRIBUTES),
    ("ConsumedCapacity", CAPACITY),
    (
        "ItemCollectionMetrics",
        Shape::Object(&[
            ("ItemCollectionKey", ATTRIBUTES),
            ("SizeEstimateRangeGB", Shape::List(&Shape::Number)),
        ]),
    ),
];

const FOUND_ITEMS: &[(&str, Shape)] = &[
    ("Items", Shape::List(&ATTRIBUTES)),
    ("Count", Shape::Number),
    ("ScannedCount", Shape::Number),
    ("LastEvaluatedKey", ATTRIBUTES),
    ("ConsumedCapacity", CAPACITY),
];

/// Service, action, fields of the answer.
type Row = (&'static str, &'static str, &'static [(&'static str, Shape)]);

const ANSWERS: &[Row] = &[
    (
        "s3",
        "getobject",
        &[
            ("Body", Shape::Any),
            ("AcceptRanges", Shape::Text),
            ("ContentLength", Shape::Number),
            ("ContentType", Shape::Text),
            ("ContentEncoding", Shape::Text),
            ("ETag", Shape::Text),
            ("LastModified", Shape::Text),
            ("DeleteMarker", Shape::Flag),
            ("VersionId", Shape::Text),
            ("PartsCount", Shape::Number),
            ("TagCount", Shape::Number),
            ("MissingMeta", Shape::Number),
            ("Metadata", Shape::Names(&Shape::Text)),
            ("StorageClass", STORAGE),
            ("ServerSideEncryption", ENCRYPTION),
        ],
    ),
    (
        "s3",
        "putobject",
        &[
            ("ETag", Shape::Text),
            ("Expiration", Shape::Text),
            ("VersionId", Shape::Text),
            ("Size", Shape::Number),
            ("BucketKeyEnabled", Shape::Flag),
            ("ServerSideEncryption", ENCRYPTION),
        ],
    ),
    (
        "kms",
        "encrypt",
        &[
            ("CiphertextBlob", Shape::Text),
            ("KeyId", Shape::Text),
            ("EncryptionAlgorithm", Shape::Text),
        ],
    ),
    (
        "kms",
        "decrypt",
        &[
            ("Plaintext", Shape::Text),
            ("KeyId", Shape::Text),
            ("EncryptionAlgorithm", Shape::Text),
        ],
    ),
    ("dynamodb", "putitem", WRITTEN_ITEM),
    ("dynamodb", "updateitem", WRITTEN_ITEM),
    ("dynamodb", "deleteitem", WRITTEN_ITEM),
    (
        "dynamodb",
        "getitem",
        &[("Item", ATTRIBUTES), ("ConsumedCapacity", CAPACITY)],
    ),
    ("dynamodb", "query", FOUND_ITEMS),
    ("dynamodb", "scan", FOUND_ITEMS),
    (
        "events",
        "putevents",
        &[
            ("FailedEntryCount", Shape::Number),
            (
                "Entries",
                Shape::List(&Shape::Object(&[
                    ("EventId", Shape::Text),
                    ("ErrorCode", Shape::Text),
                    ("ErrorMessage", Shape::Text),
                ])),
            ),
        ],
    ),
    (
        "states",
        "startexecution",
        &[("ExecutionArn", Shape::Text), ("StartDate", Shape::Text)],
    ),
    (
        "sfn",
        "startexecution",
        &[("ExecutionArn", Shape::Text), ("StartDate", Shape::Text)],
    ),
    (
        "sqs",
        "sendmessage",
        &[
            ("MessageId", Shape::Text),
            ("MD5OfMessageBody", Shape::Text),
            ("MD5OfMessageAttributes", Shape::Text),
            ("MD5OfMessageSystemAttributes", Shape::Text),
            ("SequenceNumber", Shape::Text),
        ],
    ),
    (
        "sns",
        "publish",
        &[("MessageId", Shape::Text), ("SequenceNumber", Shape::Text)],
    ),
    (
        "lambda",
        "invoke",
        &[
            ("ExecutedVersion", Shape::Text),
            ("FunctionError", Shape::Text),
            ("LogResult", Shape::Text),
            ("Payload", Shape::Any),
            ("StatusCode", Shape::Number),
        ],
    ),
    (
        "secretsmanager",
        "getsecretvalue",
        &[
            ("ARN", Shape::Text),
            ("Name", Shape::Text),
            ("VersionId", Shape::Text),
            ("SecretBinary", Shape::Text),
            ("SecretString", Shape::Text),
            ("VersionStages", Shape::List(&Shape::Text)),
            ("CreatedDate", Shape::Text),
        ],
    ),
];

/// Levels of an answer that are looked at.
const NESTING: usize = 32;

/// Checks a mocked result. The error is one sentence part: "Field 'X' must be a string".
pub(crate) fn check(resource: &str, result: &Value) -> Result<(), String> {
    let Some((service, action)) = service_and_action(resource) else {
        return Ok(());
    };
    let Some((_, _, fields)) = ANSWERS
        .iter()
        .find(|(known, name, _)| *known == service && *name == action)
    else {
        return Ok(());
    };
    match result.as_object() {
        None => Err("Mock result must be a JSON object".to_owned()),
        Some(_) => check_fields(fields, result, NESTING),
    }
}

fn service_and_action(resource: &str) -> Option<(String, String)> {
    let rest = resource.strip_prefix("arn:aws:states:::")?;
    let rest = rest.strip_prefix("aws-sdk:").unwrap_or(rest);
    let (service, action) = rest.split_once(':')?;
    if action.contains(".sync") {
        return None;
    }
    let action = action.split('.').next()?;
    Some((service.to_lowercase(), action.to_lowercase()))
}

fn check_fields(fields: &[(&str, Shape)], value: &Value, depth: usize) -> Result<(), String> {
    for (name, shape) in fields {
        if let Some(member) = value.get(name) {
            check_field(name, *shape, member, depth)?;
        }
    }
    Ok(())
}

fn check_field(name: &str, shape: Shape, value: &Value, depth: usize) -> Result<(), String> {
    let wrong = |wanted: &str| Err(format!("Field '{name}' must be {wanted}"));
    if depth == 0 {
        return Ok(());
    }
    match shape {
        Shape::Any => Ok(()),
        Shape::Text if value.as_str().is_none() => wrong("a string"),
        Shape::Number if value.as_number().is_none() => wrong("a number"),
        Shape::Flag if value.as_bool().is_none() => wrong("a boolean"),
        Shape::Text | Shape::Number | Shape::Flag => Ok(()),
        Shape::Word(words) => match value.as_str() {
            None => wrong("a string"),
            Some(word) if words.contains(&word) => Ok(()),
            Some(_) => Err(format!("Field '{name}' is not an expected value")),
        },
        Shape::Object(fields) => match value.as_object() {
            None => wrong("an object"),
            Some(_) => check_fields(fields, value, depth - 1),
        },
        Shape::List(inner) => match value.as_array() {
            None => wrong("an array"),
            Some(items) => items
                .iter()
                .try_for_each(|item| check_field(name, *inner, item, depth - 1)),
        },
        Shape::Names(inner) => match value.as_object() {
            None => wrong("an object"),
            Some(members) => members
                .iter()
                .try_for_each(|(key, member)| check_field(key, *inner, member, depth - 1)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_checked_at_any_depth() {
        let check_text = |resource: &str, json: &str| {
            check(
                &format!("arn:aws:states:::{resource}"),
                &Value::parse(json).unwrap(),
            )
        };
        assert_eq!(
            check_text(
                "events:putEvents",
                r#"{"Entries":[{"EventId":"a"},{"EventId":1}]}"#
            ),
            Err("Field 'EventId' must be a string".to_owned())
        );
        assert_eq!(
            check_text("aws-sdk:s3:getObject", r#"{"StorageClass":"Papyrus"}"#),
            Err("Field 'StorageClass' is not an expected value".to_owned())
        );
        assert_eq!(check_text("aws-sdk:s3:getObject", r#"{"other":1}"#), Ok(()));
        assert_eq!(check_text("unheard:of", "1"), Ok(()));
    }
}
