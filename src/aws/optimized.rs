//! The integrations made for Step Functions: whose names their errors carry, which operation is behind an
//! action, and what becomes of its result.

use crate::asl::services;
use crate::aws::headers;
use crate::aws::operation::Operation;
use crate::aws::operation::Style;
use crate::aws::response::HttpResponse;
use crate::engine::Fault;
use crate::query::Map;
use crate::query::Value;

/// Names of one integrated service.
#[derive(Debug)]
pub(crate) struct Integration {
    /// As an address has it: `dynamodb`.
    pub service: &'static str,
    /// The service's key in the tables.
    pub key: &'static str,
    /// The part of an error name before the dot.
    pub prefix: &'static str,
    /// The exception of an error the model does not know.
    pub base: &'static str,
    /// The service's name in causes.
    pub name: &'static str,
}

const fn row(
    service: &'static str,
    key: &'static str,
    prefix: &'static str,
    base: &'static str,
    name: &'static str,
) -> Integration {
    Integration {
        service,
        key,
        prefix,
        base,
        name,
    }
}

#[rustfmt::skip]
static INTEGRATIONS: &[Integration] = &[
    row("athena", "athena", "Athena", "AmazonAthenaException", "AmazonAthena"),
    row("batch", "batch", "Batch", "AWSBatchException", "AWSBatch"),
    row("bedrock", "bedrock", "Bedrock", "BedrockException", "Bedrock"),
    row("codebuild", "codebuild", "CodeBuild", "AWSCodeBuildException", "AWSCodeBuild"),
    row("databrew", "databrew", "DataBrew", "AWSGlueDataBrewException", "AWSGlueDataBrew"),
    row("dynamodb", "dynamodb", "DynamoDB", "AmazonDynamoDBException", "AmazonDynamoDBv2"),
    row("ecs", "ecs", "ECS", "AmazonECSException", "AmazonECS"),
    row("eks", "eks", "EKS", "AmazonEKSException", "AmazonEKS"),
    row("elasticmapreduce", "emr", "ElasticMapReduce", "AmazonElasticMapReduceException", "AmazonElasticMapReduce"),
    row("emr-containers", "emrcontainers", "EMRContainers", "AmazonEMRContainersException", "AmazonEMRContainers"),
    row("emr-serverless", "emrserverless", "EMRServerless", "AWSEMRServerlessException", "AWSEMRServerless"),
    row("events", "eventbridge", "EventBridge", "AmazonEventBridgeException", "AmazonEventBridge"),
    row("glue", "glue", "Glue", "AWSGlueException", "AWSGlue"),
    row("lambda", "lambda", "Lambda", "AWSLambdaException", "AWSLambda"),
    row("mediaconvert", "mediaconvert", "MediaConvert", "AWSMediaConvertException", "AWSMediaConvert"),
    row("s3", "s3", "S3", "AmazonS3Exception", "Amazon S3"),
    row("sagemaker", "sagemaker", "SageMaker", "AmazonSageMakerException", "AmazonSageMaker"),
    row("sns", "sns", "SNS", "AmazonSNSException", "AmazonSNS"),
    row("sqs", "sqs", "SQS", "AmazonSQSException", "AmazonSQS"),
    row("states", "sfn", "StepFunctions", "AWSStepFunctionsException", "AWSStepFunctions"),
];

/// The integration and its action; none where the guide has no such action.
/// The API Gateway and HTTP integrations are none of a service API and not among them.
pub(crate) fn find(service: &str, action: &str) -> Option<(&'static Integration, &'static str)> {
    let known = services::optimized(service, action)?;
    let integration = INTEGRATIONS.iter().find(|row| row.service == service)?;
    Some((integration, known.action))
}

/// The operation behind an action; none of an action that speaks to something else than a service API.
pub(crate) fn operation(integration: &Integration, action: &'static str) -> Option<&'static str> {
    match (integration.service, action) {
        ("elasticmapreduce", "createCluster") => Some("runJobFlow"),
        ("elasticmapreduce", "terminateCluster") => Some("terminateJobFlows"),
        ("elasticmapreduce", "addStep") => Some("addJobFlowSteps"),
        ("elasticmapreduce", "cancelStep") => Some("cancelSteps"),
        ("elasticmapreduce", "setClusterTerminationProtection") => Some("setTerminationProtection"),
        // They look the name up first.
        ("elasticmapreduce", "modifyInstanceFleetByName" | "modifyInstanceGroupByName") => None,
        // They speak to a cluster.
        ("eks", "call" | "runJob") => None,
        _ => Some(action),
    }
}

/// The table an action's operation is in.
pub(crate) fn model_key(integration: &Integration, action: &str) -> &'static str {
    match action {
        "invokeModel" => "bedrockruntime",
        _ => integration.key,
    }
}

/// Text members in which a state may write JSON.
pub(crate) fn free_members(operation: &Operation) -> &'static [&'static str] {
    match (operation.style, operation.service.key, operation.line.name) {
        (Style::Optimized, "sns", "Publish") => &["Message"],
        (Style::Optimized, "sqs", "SendMessage") => &["MessageBody"],
        (Style::Optimized, "eventbridge", "PutEvents") => &["Detail"],
        (_, "sfn", "StartExecution" | "StartSyncExecution") => &["input"],
        (_, "sfn", "SendTaskSuccess") => &["output"],
        _ => &[],
    }
}

/// Parameters of the integration as its operation takes them.
pub(crate) fn parameters(operation: &Operation, given: &Value) -> Value {
    let Some(integration) = operation.integration else {
        return given.clone();
    };
    let renames: &[(&str, &str, Shape)] = match (integration.service, operation.action) {
        ("elasticmapreduce", "terminateCluster") => &[("ClusterId", "JobFlowIds", Shape::List)],
        ("elasticmapreduce", "addStep") => &[
            ("ClusterId", "JobFlowId", Shape::Same),
            ("Step", "Steps", Shape::List),
        ],
        ("elasticmapreduce", "cancelStep") => &[("StepId", "StepIds", Shape::List)],
        ("elasticmapreduce", "setClusterTerminationProtection") => {
            &[("ClusterId", "JobFlowIds", Shape::List)]
        }
        _ => return given.clone(),
    };
    let Some(object) = given.as_object() else {
        return given.clone();
    };
    Value::object(object.iter().map(|(key, value)| {
        match renames.iter().find(|(from, _, _)| key.as_ref() == *from) {
            Some((_, to, Shape::Same)) => (*to, value.clone()),
            Some((_, to, Shape::List)) => (*to, Value::array(vec![value.clone()])),
            None => (key.as_ref(), value.clone()),
        }
    }))
}

enum Shape {
    Same,
    List,
}

/// What the state gets of a result, or the fault it means to this integration.
pub(crate) fn result(
    operation: &Operation,
    result: Value,
    response: &HttpResponse,
) -> Result<Value, Fault> {
    let Some(integration) = operation.integration else {
        return Ok(result);
    };
    let mut members: Vec<(String, Value)> = Vec::new();
    let all = result.as_object();
    let get = |key: &str| result.get(key).cloned().unwrap_or_default();
    match (integration.service, operation.action) {
        ("lambda", "invoke") => {
            let payload = get("Payload");
            let text = payload.as_str().unwrap_or_default();
            let parsed = match text.is_empty() {
                true => Value::Null,
                false => Value::parse(text).unwrap_or_else(|_| payload.clone()),
            };
            if result.get("FunctionError").is_some() {
                let kind = parsed.get("errorType").and_then(Value::as_str);
                return Err(Fault::new(kind.unwrap_or("Lambda.Unknown"), text));
            }
            members.extend(copy(all, &["ExecutedVersion", "LogResult", "StatusCode"]));
            members.push(("Payload".to_owned(), parsed));
        }
        ("bedrock", "invokeModel") => {
            let body = get("Body");
            let parsed = body.as_str().and_then(|text| Value::parse(text).ok());
            members.extend(copy(all, &["ContentType"]));
            members.push(("Body".to_owned(), parsed.unwrap_or(body)));
            return Ok(sorted(members));
        }
        ("events", "putEvents") if get("FailedEntryCount").as_i64() != Some(0) => {
            return Err(Fault::new("EventBridge.FailedEntry", result.to_json()));
        }
        // A run without a task has not begun.
        ("ecs", "runTask") if !is_empty(&get("Failures")) && is_empty(&get("Tasks")) => {
            return Err(Fault::new("AmazonECS.Unknown", result.to_json()));
        }
        ("elasticmapreduce", "createCluster") => {
            members.push(("ClusterArn".to_owned(), get("ClusterArn")));
            members.push(("ClusterId".to_owned(), get("JobFlowId")));
        }
        ("elasticmapreduce", "addStep") => {
            let step = result.pointer("/StepIds/0").cloned();
            members.push(("StepId".to_owned(), step.unwrap_or_default()));
        }
        ("elasticmapreduce", "cancelStep") => {
            let step = result.pointer("/CancelStepsInfoList/0").cloned();
            members.push(("CancelStepsInfo".to_owned(), step.unwrap_or_default()));
        }
        _ => members.extend(
            all.into_iter()
                .flat_map(|all| all.iter())
                .map(|(key, value)| (key.to_string(), value.clone())),
        ),
    }
    let metadata = headers::sdk_http_metadata(response.status, &response.headers);
    members.push(("SdkHttpMetadata".to_owned(), metadata));
    let id = Value::object([("RequestId", Value::from(response.request_id()))]);
    members.push(("SdkResponseMetadata".to_owned(), id));
    Ok(sorted(members))
}

fn copy(all: Option<&std::sync::Arc<Map>>, keys: &[&str]) -> Vec<(String, Value)> {
    let found = keys.iter().filter_map(|key| {
        let value = all?.get(key)?;
        Some(((*key).to_owned(), value.clone()))
    });
    found.collect()
}

fn sorted(mut members: Vec<(String, Value)>) -> Value {
    members.sort_by(|one, other| one.0.cmp(&other.0));
    Value::object(members)
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_none_or(|items| items.is_empty())
}
