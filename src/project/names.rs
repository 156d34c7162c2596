//! The names, ARNs and addresses that resources will have once they are deployed.
//!
//! The service makes names up where none is given; here the logical id stands for them, so that texts stay readable.

use crate::project::scope::Scope;

/// What is known of a type of resource.
struct Kind {
    name: &'static str,
    /// The property that names it.
    property: &'static str,
    /// What `Ref` gives.
    reference: Shown,
    /// The service in its ARN, and what stands before the name there.
    arn: Option<(&'static str, &'static str)>,
}

#[derive(Clone, Copy)]
enum Shown {
    Name,
    Arn,
    Url,
    /// An id the service makes up.
    Id,
}

/// Types whose references are known. Of others `Ref` gives the logical id, and attributes are unresolved.
const KINDS: &[Kind] = &[
    kind(
        "AWS::Serverless::StateMachine",
        "Name",
        Shown::Arn,
        "states",
        "stateMachine:",
    ),
    kind(
        "AWS::StepFunctions::StateMachine",
        "StateMachineName",
        Shown::Arn,
        "states",
        "stateMachine:",
    ),
    kind(
        "AWS::StepFunctions::Activity",
        "Name",
        Shown::Arn,
        "states",
        "activity:",
    ),
    kind(
        "AWS::Serverless::Function",
        "FunctionName",
        Shown::Name,
        "lambda",
        "function:",
    ),
    kind(
        "AWS::Lambda::Function",
        "FunctionName",
        Shown::Name,
        "lambda",
        "function:",
    ),
    kind(
        "AWS::Lambda::LayerVersion",
        "LayerName",
        Shown::Arn,
        "lambda",
        "layer:",
    ),
    kind(
        "AWS::Serverless::LayerVersion",
        "LayerName",
        Shown::Arn,
        "lambda",
        "layer:",
    ),
    kind(
        "AWS::DynamoDB::Table",
        "TableName",
        Shown::Name,
        "dynamodb",
        "table/",
    ),
    kind(
        "AWS::DynamoDB::GlobalTable",
        "TableName",
        Shown::Name,
        "dynamodb",
        "table/",
    ),
    kind(
        "AWS::Serverless::SimpleTable",
        "TableName",
        Shown::Name,
        "dynamodb",
        "table/",
    ),
    kind("AWS::SQS::Queue", "QueueName", Shown::Url, "sqs", ""),
    kind("AWS::SNS::Topic", "TopicName", Shown::Arn, "sns", ""),
    kind(
        "AWS::Events::EventBus",
        "Name",
        Shown::Name,
        "events",
        "event-bus/",
    ),
    kind("AWS::Events::Rule", "Name", Shown::Name, "events", "rule/"),
    kind(
        "AWS::Events::Connection",
        "Name",
        Shown::Name,
        "events",
        "connection/",
    ),
    kind(
        "AWS::Events::ApiDestination",
        "Name",
        Shown::Name,
        "events",
        "api-destination/",
    ),
    kind(
        "AWS::Logs::LogGroup",
        "LogGroupName",
        Shown::Name,
        "logs",
        "log-group:",
    ),
    kind(
        "AWS::Kinesis::Stream",
        "Name",
        Shown::Name,
        "kinesis",
        "stream/",
    ),
    kind(
        "AWS::KinesisFirehose::DeliveryStream",
        "DeliveryStreamName",
        Shown::Name,
        "firehose",
        "deliverystream/",
    ),
    kind(
        "AWS::ECS::Cluster",
        "ClusterName",
        Shown::Name,
        "ecs",
        "cluster/",
    ),
    kind(
        "AWS::ECS::TaskDefinition",
        "Family",
        Shown::Arn,
        "ecs",
        "task-definition/",
    ),
    kind(
        "AWS::Batch::JobQueue",
        "JobQueueName",
        Shown::Arn,
        "batch",
        "job-queue/",
    ),
    kind(
        "AWS::Batch::JobDefinition",
        "JobDefinitionName",
        Shown::Arn,
        "batch",
        "job-definition/",
    ),
    kind(
        "AWS::SecretsManager::Secret",
        "Name",
        Shown::Arn,
        "secretsmanager",
        "secret:",
    ),
    kind(
        "AWS::SSM::Parameter",
        "Name",
        Shown::Name,
        "ssm",
        "parameter/",
    ),
    kind(
        "AWS::CodeBuild::Project",
        "Name",
        Shown::Name,
        "codebuild",
        "project/",
    ),
    kind("AWS::Glue::Job", "Name", Shown::Name, "glue", "job/"),
    kind(
        "AWS::Glue::Crawler",
        "Name",
        Shown::Name,
        "glue",
        "crawler/",
    ),
    kind(
        "AWS::Athena::WorkGroup",
        "Name",
        Shown::Name,
        "athena",
        "workgroup/",
    ),
    kind(
        "AWS::Cognito::UserPool",
        "UserPoolName",
        Shown::Id,
        "cognito-idp",
        "userpool/",
    ),
    kind("AWS::KMS::Key", "KeyId", Shown::Id, "kms", "key/"),
    kind("AWS::IAM::Role", "RoleName", Shown::Name, "iam", "role/"),
    kind(
        "AWS::IAM::ManagedPolicy",
        "ManagedPolicyName",
        Shown::Arn,
        "iam",
        "policy/",
    ),
    kind("AWS::IAM::User", "UserName", Shown::Name, "iam", "user/"),
    kind("AWS::S3::Bucket", "BucketName", Shown::Name, "s3", ""),
    kind(
        "AWS::ApiGateway::Model",
        "Name",
        Shown::Name,
        "apigateway",
        "/models/",
    ),
    kind(
        "AWS::Serverless::Api",
        "Name",
        Shown::Id,
        "apigateway",
        "/restapis/",
    ),
    kind(
        "AWS::ApiGateway::RestApi",
        "Name",
        Shown::Id,
        "apigateway",
        "/restapis/",
    ),
];

const fn kind(
    name: &'static str,
    property: &'static str,
    reference: Shown,
    service: &'static str,
    before: &'static str,
) -> Kind {
    Kind {
        name,
        property,
        reference,
        arn: Some((service, before)),
    }
}

fn kind_of(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// The property by which a resource of a type is named.
pub(crate) fn name_property(kind: &str) -> Option<&'static str> {
    kind_of(kind).map(|kind| kind.property)
}

/// What `Ref` gives for a resource; none where there is no such resource.
pub(crate) fn reference(scope: &Scope<'_>, id: &str) -> Option<String> {
    let id = scope.aliases.get(id).map_or(id, String::as_str);
    let Some((kind, resource)) = scope.resources.get(id) else {
        return generated(scope, id, None);
    };
    let Some(known) = kind_of(kind) else {
        return Some(match kind.as_ref() {
            "AWS::Lambda::Alias" | "AWS::Lambda::Version" => qualified(scope, id)?,
            "AWS::StepFunctions::StateMachineVersion" | "AWS::StepFunctions::StateMachineAlias" => {
                let properties = resource.get("Properties")?;
                let machine = scope.member_text(properties, "StateMachineRevisionId");
                let named = scope.member_text(properties, "StateMachineArn");
                let name = scope.member_text(properties, "Name");
                let before = named.or(machine)?;
                format!("{before}:{}", name.unwrap_or_else(|| "1".to_owned()))
            }
            "AWS::ApiGateway::Stage" => scope
                .member_text(resource.get("Properties")?, "StageName")
                .unwrap_or_else(|| id.to_owned()),
            _ => id.to_owned(),
        });
    };
    Some(match known.reference {
        Shown::Name => shown_name(scope, kind, id),
        Shown::Arn => arn(scope, known, id)?,
        Shown::Url => queue_url(scope, &scope.name_of(id)),
        Shown::Id => made_up_id(id),
    })
}

/// What `Fn::GetAtt` gives; none where the attribute is not known before the resource is deployed.
pub(crate) fn attribute(scope: &Scope<'_>, id: &str, attribute: &str) -> Option<String> {
    let id = scope.aliases.get(id).map_or(id, String::as_str);
    if let Some(output) = attribute.strip_prefix("Outputs.") {
        return scope.nested.get(id)?.get(output).cloned();
    }
    let Some((kind, _)) = scope.resources.get(id) else {
        return generated(scope, id, Some(attribute));
    };
    if let ("AWS::ApiGateway::ApiKey", "APIKeyId") | ("AWS::ApiGateway::UsagePlan", "Id") =
        (kind.as_ref(), attribute)
    {
        return Some(id.to_owned());
    }
    let known = kind_of(kind)?;
    match (kind.as_ref(), attribute) {
        (_, "Arn") => arn(scope, known, id),
        ("AWS::SNS::Topic", "TopicArn") => arn(scope, known, id),
        ("AWS::SQS::Queue", "QueueUrl") => Some(queue_url(scope, &scope.name_of(id))),
        (
            "AWS::Serverless::StateMachine"
            | "AWS::StepFunctions::StateMachine"
            | "AWS::StepFunctions::Activity"
            | "AWS::Events::EventBus",
            "Name",
        )
        | ("AWS::SNS::Topic", "TopicName")
        | ("AWS::SQS::Queue", "QueueName") => Some(scope.name_of(id)),
        ("AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable", "StreamArn") => {
            let table = arn(scope, known, id)?;
            Some(format!("{table}/stream/2026-01-01T00:00:00.000"))
        }
        ("AWS::S3::Bucket", "DomainName") => {
            Some(format!("{}.s3.amazonaws.com", shown_name(scope, kind, id)))
        }
        ("AWS::S3::Bucket", "RegionalDomainName") => Some(format!(
            "{}.s3.{}.amazonaws.com",
            shown_name(scope, kind, id),
            scope.place.region
        )),
        ("AWS::Serverless::Api" | "AWS::ApiGateway::RestApi", "RootResourceId") => {
            Some(format!("{}root", made_up_id(id)))
        }
        ("AWS::Serverless::Api" | "AWS::ApiGateway::RestApi", "RestApiId") => Some(made_up_id(id)),
        _ => None,
    }
}

/// Ids of APIs are ten small letters and digits; here they are made of the logical id.
pub(crate) fn made_up_id(id: &str) -> String {
    id.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn arn(scope: &Scope<'_>, kind: &Kind, id: &str) -> Option<String> {
    let (service, before) = kind.arn?;
    let name = shown_name(scope, kind.name, id);
    let partition = &scope.place.partition;
    Some(match service {
        "s3" => format!("arn:{partition}:s3:::{name}"),
        "iam" => format!(
            "arn:{partition}:iam::{}:{before}{name}",
            scope.place.account
        ),
        "apigateway" => format!(
            "arn:{partition}:apigateway:{}::{before}{}",
            scope.place.region,
            made_up_id(id)
        ),
        "logs" => scope.place.arn(service, &format!("{before}{name}:*")),
        "lambda" if before == "layer:" => scope.place.arn(service, &format!("{before}{name}:1")),
        "ecs" if before == "task-definition/" => {
            scope.place.arn(service, &format!("{before}{name}:1"))
        }
        "batch" if before == "job-definition/" => {
            scope.place.arn(service, &format!("{before}{name}:1"))
        }
        "kms" => scope
            .place
            .arn(service, &format!("{before}{}", made_up_id(id))),
        _ => scope.place.arn(service, &format!("{before}{name}")),
    })
}

/// Buckets have no capitals in their names.
fn shown_name(scope: &Scope<'_>, kind: &str, id: &str) -> String {
    let name = scope.name_of(id);
    if kind == "AWS::S3::Bucket" && name == id {
        name.to_ascii_lowercase()
    } else {
        name
    }
}

fn queue_url(scope: &Scope<'_>, name: &str) -> String {
    let region = &scope.place.region;
    let account = &scope.place.account;
    format!("https://sqs.{region}.amazonaws.com/{account}/{name}")
}

/// The ARN of a version or an alias of a function.
fn qualified(scope: &Scope<'_>, id: &str) -> Option<String> {
    let (kind, resource) = scope.resources.get(id)?;
    let properties = resource.get("Properties")?;
    let function = scope.member_text(properties, "FunctionName")?;
    let arn = if function.starts_with("arn:") {
        function
    } else {
        scope.place.arn("lambda", &format!("function:{function}"))
    };
    let qualifier = match kind.as_ref() {
        "AWS::Lambda::Alias" => scope.member_text(properties, "Name")?,
        _ => "1".to_owned(),
    };
    Some(format!("{arn}:{qualifier}"))
}

/// Resources that the Serverless Application Model generates and templates refer to: `FunctionRole`,
/// `MachineRole`, `Function.Version`, `Function.Alias`, `Api.Stage`, `ServerlessRestApi`.
fn generated(scope: &Scope<'_>, id: &str, attribute: Option<&str>) -> Option<String> {
    if id == "ServerlessRestApi" {
        return match attribute {
            None => Some(made_up_id(id)),
            Some("RootResourceId") => Some(format!("{}root", made_up_id(id))),
            Some(_) => None,
        };
    }
    if id == "ServerlessRestApiProdStage" {
        return attribute.is_none().then(|| "Prod".to_owned());
    }
    // `Ref` to `Function.Version` comes here with the dot in its name.
    if let Some((owner, what)) = id.split_once('.') {
        let (kind, resource) = scope.resources.get(owner)?;
        let properties = resource.get("Properties")?;
        return match (kind.as_ref(), what) {
            ("AWS::Serverless::Function", "Version" | "Alias") => {
                let arn = arn(scope, kind_of(kind)?, owner)?;
                let alias = scope.member_text(properties, "AutoPublishAlias")?;
                let qualifier = if what == "Alias" {
                    alias
                } else {
                    "1".to_owned()
                };
                Some(format!("{arn}:{qualifier}"))
            }
            ("AWS::Serverless::Api", "Stage") => scope.member_text(properties, "StageName"),
            _ => None,
        };
    }
    if let Some(owner) = id.strip_suffix("UsagePlan").or(id.strip_suffix("ApiKey")) {
        let has_plan = owner == "Serverless"
            || matches!(scope.resources.get(owner), Some((kind, _)) if kind.as_ref() == "AWS::Serverless::Api");
        return has_plan.then(|| id.to_owned());
    }
    let owner = id.strip_suffix("Role")?;
    let (kind, _) = scope.resources.get(owner)?;
    let has_role = matches!(
        kind.as_ref(),
        "AWS::Serverless::Function" | "AWS::Serverless::StateMachine"
    );
    match attribute {
        None => has_role.then(|| id.to_owned()),
        Some("Arn") if has_role => Some(format!(
            "arn:{}:iam::{}:role/{id}",
            scope.place.partition, scope.place.account
        )),
        Some(_) => None,
    }
}
