//! `UNKNOWN_RESOURCE`, `RESOURCE_PATTERN`, `LAMBDA_ADDRESS`, `NOT_AN_ADDRESS`, `NO_TASK_TOKEN`:
//! what a Task calls has to exist.

use crate::asl::Severity;
use crate::asl::StateKind;
use crate::asl::lints::document::Document;
use crate::asl::lints::document::Object;
use crate::asl::lints::document::has_hole;
use crate::asl::lints::document::listed;
use crate::asl::lints::document::quoted;
use crate::asl::lints::finding::Finding;
use crate::asl::lints::finding::SCHEMA;
use crate::asl::nearest::nearest;
use crate::asl::resource;
use crate::asl::resource::Pattern;
use crate::asl::resource::Resource;
use crate::asl::resource::Target;
use crate::asl::schema::Holds;
use crate::asl::schema::Place;
use crate::asl::services;
use crate::syntax::NodeId;

pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for (object, field, member) in document.fields() {
        if field.holds != Holds::Resource {
            continue;
        }
        let Some(text) = document.tree.str(member.value) else {
            continue;
        };
        let read = resource::read(text);
        match &read.target {
            Target::Optimized { service, action } if !has_hole(service) && !has_hole(action) => {
                optimized(document, object, member.value, text, &read, findings);
            }
            Target::Sdk { service, action } if !has_hole(service) && !has_hole(action) => {
                sdk(document, member.value, text, &read, findings);
            }
            Target::Lambda { .. } if !read.takes_pattern() => findings.push(
                no_pattern(document, member.value, text, "The address of a function", read.pattern)
                    .hint("arn:aws:states:::lambda:invoke takes .waitForTaskToken, with the function as FunctionName"),
            ),
            Target::Lambda {
                function,
                qualifier,
            } => lambda(document, member.value, function, qualifier.as_deref(), findings),
            Target::StandIn { .. } if !has_hole(text) && !could_stand_in(text) => findings.push(
                Finding::error(
                    document,
                    "NOT_AN_ADDRESS",
                    member.value,
                    format!("{} is no ARN", quoted(text)),
                )
                .hint("Write an ARN such as arn:aws:states:::lambda:invoke, or a placeholder such as ${FunctionArn}")
                .service(SCHEMA, "Value is not a valid resource ARN"),
            ),
            Target::StandIn { .. } if !has_hole(text) => findings.push(
                Finding::warning(
                    document,
                    "NOT_AN_ADDRESS",
                    member.value,
                    format!("{} is not an address AWS knows", quoted(text)),
                )
                .hint("Write an ARN such as arn:aws:states:::lambda:invoke, or a placeholder such as ${FunctionArn}"),
            ),
            // The specification's own examples call other services; AWS has nothing there to call.
            Target::Other { .. } if !has_hole(text) => findings.push(
                Finding::warning(
                    document,
                    "UNKNOWN_RESOURCE",
                    member.value,
                    format!("A Task cannot call {}", quoted(text)),
                )
                .hint("It calls Lambda functions, activities, and actions such as arn:aws:states:::sqs:sendMessage"),
            ),
            Target::Optimized { .. }
            | Target::Sdk { .. }
            | Target::StandIn { .. }
            | Target::Activity { .. }
            | Target::Other { .. } => {}
        }
        if read.pattern == Pattern::WaitForTaskToken {
            token(document, object, member.value, findings);
        }
    }
}

/// A bare word, as it stands where the ARN is put in later.
fn could_stand_in(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "-_.:/<>".contains(c);
    !text.is_empty() && text.chars().all(plain)
}

fn not_recognized(text: &str) -> String {
    format!(
        "The resource provided {text} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region."
    )
}

fn optimized(
    document: &Document<'_>,
    object: &Object,
    node: NodeId,
    text: &str,
    read: &Resource,
    findings: &mut Vec<Finding>,
) {
    let (service, action) = (
        read.service().unwrap_or_default(),
        read.action().unwrap_or_default(),
    );
    let in_map = matches!(object.place, Place::ItemReader | Place::ResultWriter);
    let known = read.optimized().filter(|_| in_map || service != "s3");
    let Some(known) = known else {
        let of_service: Vec<&str> = services::optimized_actions()
            .filter(|entry| entry.service == service && (in_map || service != "s3"))
            .map(|entry| entry.action)
            .collect();
        let message = format!("Step Functions has no integration {service}:{action}");
        let severity = if of_service.is_empty() && service != "s3" {
            Severity::Warning
        } else {
            Severity::Error
        };
        let span = document.tree.span(node);
        let mut finding = Finding::new(document, "UNKNOWN_RESOURCE", severity, node, span, message)
            .service(SCHEMA, not_recognized(text));
        if !of_service.is_empty() {
            finding = finding.hint(format!("It has {}", listed(&of_service, "and")));
        }
        if !action.is_empty() {
            finding = finding.hint(format!(
                "Every action of AWS can be called as arn:aws:states:::aws-sdk:{}:{action}",
                sdk_name(service)
            ));
        }
        findings.push(match nearest(action, of_service) {
            Some(near) => finding.fix(
                format!("Change to {service}:{near}"),
                document.respell(span, &text.replacen(action, near, 1)),
            ),
            None => finding,
        });
        return;
    };
    if !known.allows(read.pattern) {
        let what = format!("{service}:{action}");
        findings.push(no_pattern(document, node, text, &what, read.pattern));
    }
}

fn no_pattern(
    document: &Document<'_>,
    node: NodeId,
    text: &str,
    what: &str,
    pattern: Pattern,
) -> Finding {
    let message = format!("{what} does not take {}", pattern.suffix());
    Finding::error(document, "RESOURCE_PATTERN", node, message)
        .service(SCHEMA, not_recognized(text))
}

fn sdk(
    document: &Document<'_>,
    node: NodeId,
    text: &str,
    read: &Resource,
    findings: &mut Vec<Finding>,
) {
    let (service, action) = (
        read.service().unwrap_or_default(),
        read.action().unwrap_or_default(),
    );
    if !read.takes_pattern() {
        findings.push(no_pattern(
            document,
            node,
            text,
            "An SDK integration",
            read.pattern,
        ));
        return;
    }
    let message = if service.is_empty() || action.is_empty() {
        "An SDK integration names a service and an action, such as aws-sdk:s3:getObject".to_owned()
    } else if action.starts_with(char::is_uppercase) || service.contains(char::is_uppercase) {
        format!(
            "{service}:{action} is written with a small first letter and the service in small letters"
        )
    } else {
        return;
    };
    findings.push(
        Finding::error(document, "UNKNOWN_RESOURCE", node, message)
            .service(SCHEMA, not_recognized(text)),
    );
}

/// The name of a service in `aws-sdk` addresses, where it differs.
fn sdk_name(service: &str) -> &str {
    match service {
        "events" => "eventbridge",
        "states" => "sfn",
        "elasticmapreduce" => "emr",
        "emr-containers" => "emrcontainers",
        "emr-serverless" => "emrserverless",
        other => other,
    }
}

fn lambda(
    document: &Document<'_>,
    node: NodeId,
    function: &str,
    qualifier: Option<&str>,
    findings: &mut Vec<Finding>,
) {
    let plain = |text: &str| {
        !text.is_empty()
            && (has_hole(text)
                || text
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '<' | '>' | ':')))
    };
    let message = if !plain(function) {
        format!("{} is not the name of a function", quoted(function))
    } else if qualifier.is_some_and(|q| q != "$LATEST" && !plain(q)) {
        let qualifier = qualifier.unwrap_or_default();
        format!(
            "{} behind the name is neither a version nor an alias",
            quoted(qualifier)
        )
    } else {
        return;
    };
    findings.push(Finding::error(document, "LAMBDA_ADDRESS", node, message));
}

fn token(document: &Document<'_>, object: &Object, node: NodeId, findings: &mut Vec<Finding>) {
    let state = document.tree.span(object.node).of(document.text);
    let handed_on = state.contains("Task.Token")
        || state.contains("\"$$\"")
        || state.contains("$states.context ")
        || state.contains("$states.context}");
    if object.place == Place::State(StateKind::Task) && !handed_on && !has_hole(state) {
        findings.push(
            Finding::warning(
                document,
                "NO_TASK_TOKEN",
                node,
                "Nobody gets the task token, so nobody can answer",
            )
            .hint("Hand on $$.Task.Token, in JSONata $states.context.Task.Token"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::asl::lints::tests::check;
    use crate::asl::lints::tests::fixed;

    #[test]
    fn addresses_have_to_exist() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Next": "B",
  "Resource": "arn:aws:states:::dynamodb:query"}, "B": {"Type": "Task", "Next": "C",
//            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error UNKNOWN_RESOURCE: Step Functions has no integration dynamodb:query
  "Resource": "arn:aws:states:::dynamodb:putItem.sync"}, "C": {"Type": "Task", "Next": "D",
//            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error RESOURCE_PATTERN: dynamodb:putItem does not take .sync
  "Resource": "arn:aws:lambda:us-east-1:1:function:f:"}, "D": {"Type": "Task", "Next": "E",
//            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error LAMBDA_ADDRESS: “” behind the name is neither a version nor an alias
  "Resource": "tbd"}, "E": {"Type": "Task", "End": true,
//            ^^^^^ warning NOT_AN_ADDRESS: “tbd” is not an address AWS knows
  "Resource": "arn:aws:states:::aws-sdk:s3:GetObject"}}}
//            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error UNKNOWN_RESOURCE: s3:GetObject is written with a small first letter and the service in small letters"#,
        );
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Next": "B", "Parameters": {"TableName": "t", "Item": {}, "T.$": "$$.Task.Token"},
  "Resource": "arn:aws:states:::dynamodb:putItem.waitForTaskToken"}, "B": {"Type": "Task", "Next": "C",
//            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error RESOURCE_PATTERN: dynamodb:putItem does not take .waitForTaskToken
  "Resource": "arn:aws:states:::aws-sdk:ecs:runTask.sync"}, "C": {"Type": "Task", "Next": "D",
//            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error RESOURCE_PATTERN: An SDK integration does not take .sync
  "Resource": "arn:aws:lambda:us-east-1:1:function:f.sync"}, "D": {"Type": "Task", "Next": "E",
//            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error RESOURCE_PATTERN: The address of a function does not take .sync
  "Resource": "arn:aws:states:us-east-1:1:activity:pack.sync"}, "E": {"Type": "Task", "End": true,
  "Resource": "arn:aws:states:::eks:runJob.sync"}}}"#,
        );
        assert_eq!(
            fixed(
                r#"{"StartAt":"A","States":{"A":{"Type":"Task","End":true,"Resource":"arn:aws:states:::sqs:sendMesage"}}}"#
            ),
            r#"{"StartAt":"A","States":{"A":{"Type":"Task","End":true,"Resource":"arn:aws:states:::sqs:sendMessage"}}}"#
        );
    }
}
