//! `MISSING_PARAMETER`: an optimized integration lacks what the service cannot do without.

use crate::asl::QueryLanguage;
use crate::asl::StateKind;
use crate::asl::lints::document::Document;
use crate::asl::lints::document::has_hole;
use crate::asl::lints::document::listed;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::resource;
use crate::asl::resource::Resource;
use crate::asl::resource::Target;
use crate::asl::schema::Place;

/// Service, action, and what has to be there (developer guide, the page of each integration).
const NEEDED: &[(&str, &str, &[&str])] = &[
    ("apigateway", "invoke", &["ApiEndpoint", "Method"]),
    ("athena", "startQueryExecution", &["QueryString"]),
    ("athena", "getQueryExecution", &["QueryExecutionId"]),
    ("athena", "getQueryResults", &["QueryExecutionId"]),
    (
        "batch",
        "submitJob",
        &["JobName", "JobQueue", "JobDefinition"],
    ),
    ("bedrock", "invokeModel", &["ModelId"]),
    ("codebuild", "startBuild", &["ProjectName"]),
    ("dynamodb", "getItem", &["TableName", "Key"]),
    ("dynamodb", "putItem", &["TableName", "Item"]),
    ("dynamodb", "deleteItem", &["TableName", "Key"]),
    ("dynamodb", "updateItem", &["TableName", "Key"]),
    ("ecs", "runTask", &["TaskDefinition"]),
    ("events", "putEvents", &["Entries"]),
    ("glue", "startJobRun", &["JobName"]),
    ("http", "invoke", &["ApiEndpoint", "Method"]),
    ("lambda", "invoke", &["FunctionName"]),
    ("sns", "publish", &["Message"]),
    ("sqs", "sendMessage", &["QueueUrl", "MessageBody"]),
    ("states", "startExecution", &["StateMachineArn"]),
];

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for object in &document.objects {
        let field = match object.language {
            QueryLanguage::JsonPath => "Parameters",
            QueryLanguage::Jsonata => "Arguments",
        };
        let (Place::State(StateKind::Task), Some(text), Some(member)) = (
            object.place,
            document.tree.get_str(object.node, "Resource"),
            document.tree.member(object.node, field),
        ) else {
            continue;
        };
        let given = document.tree.members(member.value);
        // Without an object of parameters the whole input is handed on, whatever it holds.
        if !document.is_object(member.value) || given.iter().any(|own| has_hole(&own.key)) {
            continue;
        }
        let missing: Vec<&str> = needed(&resource::read(text))
            .iter()
            .copied()
            .filter(|name| {
                !given
                    .iter()
                    .any(|own| own.key.strip_suffix(".$").unwrap_or(&own.key) == *name)
            })
            .collect();
        let Some(first) = missing.first() else {
            continue;
        };
        findings.push(
            Finding::error(
                document,
                "MISSING_PARAMETER",
                member.value,
                format!(
                    "{} needs {}",
                    resource::read(text).display_name(),
                    listed(&missing, "and")
                ),
            )
            .at(member.key_span)
            .service(
                SCHEMA,
                format!("The field '{first}' is required but was missing"),
            ),
        );
    }
}

fn needed(resource: &Resource) -> &'static [&'static str] {
    let Target::Optimized { service, action } = &resource.target else {
        return &[];
    };
    NEEDED
        .iter()
        .find(|(own, doing, _)| own == service && doing == action)
        .map_or(&[], |(_, _, names)| names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::lints::tests::check;
    use crate::asl::services;

    #[test]
    fn the_table_names_integrations_that_exist() {
        for (service, action, _) in NEEDED {
            assert!(
                services::optimized(service, action).is_some(),
                "{service}:{action}"
            );
        }
    }

    #[test]
    fn what_a_service_cannot_do_without() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": true,
  "Parameters": {"MessageBody.$": "$"}}}}
//^^^^^^^^^^^^ error MISSING_PARAMETER: SQS: SendMessage needs QueueUrl"#,
        );
    }
}
