//! AWS services as far as a picture and a lint need them: names, groups, optimized actions.

use std::borrow::Cow;

use crate::asl::resource::Pattern;
use crate::asl::resource::ServiceGroup;
use crate::text::upper_first;

/// An integration made for Step Functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptimizedAction {
    /// As it is written in the address: `dynamodb`.
    pub service: &'static str,
    /// As it is written in the address: `putItem`.
    pub action: &'static str,
    pub sync: bool,
    pub wait_for_task_token: bool,
}

impl OptimizedAction {
    pub fn allows(&self, pattern: Pattern) -> bool {
        match pattern {
            Pattern::RequestResponse => true,
            Pattern::Sync => self.sync,
            Pattern::Sync2 => self.sync && self.service == "states",
            Pattern::WaitForTaskToken => self.wait_for_task_token,
        }
    }
}

/// Every optimized action, in the order of its service (developer guide, "Optimized integrations").
pub fn optimized_actions() -> impl Iterator<Item = &'static OptimizedAction> {
    OPTIMIZED.iter()
}

pub fn optimized(service: &str, action: &str) -> Option<&'static OptimizedAction> {
    optimized_actions().find(|entry| entry.service == service && entry.action == action)
}

/// The service as people write it: `dynamodb` is DynamoDB.
pub fn display_name(service: &str) -> Cow<'static, str> {
    match SERVICES.iter().find(|(name, _, _)| *name == service) {
        Some((_, display, _)) => Cow::Borrowed(display),
        None if service.len() <= 3 => Cow::Owned(service.to_uppercase()),
        None => Cow::Owned(upper_first(service)),
    }
}

pub fn group(service: &str) -> ServiceGroup {
    SERVICES
        .iter()
        .find(|(name, _, _)| *name == service)
        .map_or(ServiceGroup::Other, |(_, _, group)| *group)
}

/// The group a stand-in's name hints at: `${DynamoDbPutItem}`, `${NotifyTopicArn}`.
pub fn guess(name: &str) -> ServiceGroup {
    let words = words(name);
    let has = |word: &str| words.iter().any(|own| own == word);
    let joined = words.concat();
    if has("lambda") || has("function") || has("fn") {
        return ServiceGroup::Lambda;
    }
    if has("activity") {
        return ServiceGroup::Compute;
    }
    let named = SERVICES
        .iter()
        .filter(|(service, _, _)| {
            if service.len() > 4 {
                joined.contains(service)
            } else {
                has(service)
            }
        })
        .max_by_key(|(service, _, _)| service.len());
    match named {
        Some((_, _, group)) => *group,
        None if has("topic") => ServiceGroup::Topic,
        None if has("queue") => ServiceGroup::Queue,
        None if has("table") => ServiceGroup::Database,
        None if has("bucket") => ServiceGroup::Storage,
        None => ServiceGroup::Other,
    }
}

/// The words of a name in lower case: `DynamoDbPutItem` is dynamo, db, put, item.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut current = String::new();
    let mut chars = name.chars().peekable();
    let mut before_lower = false;
    while let Some(c) = chars.next() {
        if !c.is_alphanumeric() {
            words.push(std::mem::take(&mut current));
            before_lower = false;
            continue;
        }
        let next_lower = chars.peek().is_some_and(|next| next.is_lowercase());
        if c.is_uppercase() && (before_lower || next_lower) {
            words.push(std::mem::take(&mut current));
        }
        current.extend(c.to_lowercase());
        before_lower = !c.is_uppercase();
    }
    words.push(current);
    words.retain(|word| !word.is_empty());
    words
}

/// Rows of `service: action[+s][+t] …`: `+s` takes `.sync`, `+t` takes `.waitForTaskToken`.
macro_rules! optimized {
    ($($service:literal: $($action:literal $($flag:ident)*),+;)*) => {
        &[$($(OptimizedAction {
            service: $service,
            action: $action,
            sync: false $(|| stringify!($flag).len() == 4)*,
            wait_for_task_token: false $(|| stringify!($flag).len() == 5)*,
        }),+),*]
    };
}

const OPTIMIZED: &[OptimizedAction] = optimized! {
    "apigateway": "invoke" token;
    "athena": "startQueryExecution" sync, "stopQueryExecution", "getQueryExecution", "getQueryResults";
    "batch": "submitJob" sync;
    "bedrock": "invokeModel" token, "createModelCustomizationJob" sync token;
    "codebuild": "startBuild" sync, "stopBuild", "batchDeleteBuilds", "batchGetReports", "startBuildBatch" sync,
        "stopBuildBatch", "retryBuildBatch" sync, "deleteBuildBatch";
    "databrew": "startJobRun" sync;
    "dynamodb": "getItem", "putItem", "deleteItem", "updateItem";
    "ecs": "runTask" sync token;
    "eks": "call" token, "createCluster" sync token, "deleteCluster" sync token, "createFargateProfile" sync token,
        "deleteFargateProfile" sync token, "createNodegroup" sync token, "deleteNodegroup" sync token, "runJob" sync token;
    "elasticmapreduce": "createCluster" sync, "terminateCluster" sync, "addStep" sync, "cancelStep",
        "setClusterTerminationProtection", "modifyInstanceFleetByName", "modifyInstanceGroupByName";
    "emr-containers": "createVirtualCluster", "deleteVirtualCluster" sync, "startJobRun" sync;
    "emr-serverless": "createApplication" sync, "startApplication" sync, "stopApplication" sync, "deleteApplication" sync,
        "startJobRun" sync, "cancelJobRun" sync;
    "events": "putEvents" token;
    "glue": "startJobRun" sync;
    "http": "invoke";
    "lambda": "invoke" token;
    "mediaconvert": "createJob" sync;
    "s3": "getObject", "listObjectsV2", "putObject";
    "sagemaker": "createEndpoint", "createEndpointConfig", "createHyperParameterTuningJob" sync, "createLabelingJob" sync,
        "createModel", "createProcessingJob" sync, "createTrainingJob" sync, "createTransformJob" sync, "updateEndpoint";
    "sns": "publish" token;
    "sqs": "sendMessage" token;
    "states": "startExecution" sync token;
};

use ServiceGroup::{
    Analytics, Compute, Containers, Database, Events, Http, Lambda, MachineLearning, Queue,
    Security, StepFunctions, Storage, Topic,
};

/// The name in an address, the name for people, the group.
#[rustfmt::skip]
const SERVICES: &[(&str, &str, ServiceGroup)] = &[
    ("accessanalyzer", "Access Analyzer", Security), ("acm", "Certificate Manager", Security), ("apigateway", "API Gateway", Http),
    ("apigatewayv2", "API Gateway", Http), ("athena", "Athena", Analytics), ("autoscaling", "Auto Scaling", Compute), ("batch", "Batch", Containers),
    ("bedrock", "Bedrock", MachineLearning), ("bedrockagent", "Bedrock Agents", MachineLearning), ("bedrockagentruntime", "Bedrock Agents", MachineLearning),
    ("bedrockruntime", "Bedrock", MachineLearning), ("cloudformation", "CloudFormation", ServiceGroup::Other), ("cloudtrail", "CloudTrail", Security),
    ("cloudwatch", "CloudWatch", Analytics), ("cloudwatchlogs", "CloudWatch Logs", Analytics), ("codebuild", "CodeBuild", Compute),
    ("codedeploy", "CodeDeploy", Compute), ("codepipeline", "CodePipeline", Compute), ("cognitoidentityprovider", "Cognito", Security),
    ("comprehend", "Comprehend", MachineLearning), ("config", "Config", Security), ("databrew", "DataBrew", Analytics), ("docdb", "DocumentDB", Database),
    ("dynamodb", "DynamoDB", Database), ("ec2", "EC2", Compute), ("ecr", "ECR", Containers), ("ecs", "ECS", Containers), ("efs", "EFS", Storage),
    ("eks", "EKS", Containers), ("elasticache", "ElastiCache", Database), ("elasticmapreduce", "EMR", Analytics), ("emr", "EMR", Analytics),
    ("emr-containers", "EMR on EKS", Analytics), ("emrcontainers", "EMR on EKS", Analytics), ("emr-serverless", "EMR Serverless", Analytics),
    ("emrserverless", "EMR Serverless", Analytics), ("eventbridge", "EventBridge", Events), ("events", "EventBridge", Events), ("firehose", "Data Firehose", Analytics),
    ("glacier", "S3 Glacier", Storage), ("glue", "Glue", Analytics), ("guardduty", "GuardDuty", Security), ("http", "HTTP", Http), ("iam", "IAM", Security),
    ("kinesis", "Kinesis", Analytics), ("kms", "KMS", Security), ("lambda", "Lambda", Lambda), ("lexruntimev2", "Lex", MachineLearning), ("mediaconvert", "MediaConvert", ServiceGroup::Other),
    ("mq", "MQ", Queue), ("neptune", "Neptune", Database), ("opensearch", "OpenSearch", Analytics), ("organizations", "Organizations", Security),
    ("pipes", "EventBridge Pipes", Events), ("polly", "Polly", MachineLearning), ("rds", "RDS", Database), ("rdsdata", "RDS Data", Database),
    ("redshift", "Redshift", Database), ("redshiftdata", "Redshift Data", Database), ("rekognition", "Rekognition", MachineLearning), ("s3", "S3", Storage),
    ("s3control", "S3 Control", Storage), ("sagemaker", "SageMaker", MachineLearning), ("sagemakerruntime", "SageMaker", MachineLearning), ("scheduler", "EventBridge Scheduler", Events),
    ("secretsmanager", "Secrets Manager", Security), ("securityhub", "Security Hub", Security), ("ses", "SES", Topic), ("sesv2", "SES", Topic), ("sfn", "Step Functions", StepFunctions),
    ("sns", "SNS", Topic), ("sqs", "SQS", Queue), ("ssm", "Systems Manager", ServiceGroup::Other), ("states", "Step Functions", StepFunctions), ("sts", "STS", Security), ("swf", "SWF", StepFunctions),
    ("textract", "Textract", MachineLearning), ("timestreamquery", "Timestream", Database), ("timestreamwrite", "Timestream", Database), ("transcribe", "Transcribe", MachineLearning),
    ("translate", "Translate", MachineLearning), ("wafv2", "WAF", Security),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_of_the_table_mean_what_they_say() {
        let ecs = optimized("ecs", "runTask").unwrap();
        assert!(ecs.sync && ecs.wait_for_task_token);
        let batch = optimized("batch", "submitJob").unwrap();
        assert!(batch.sync && !batch.wait_for_task_token);
        assert!(
            !optimized("dynamodb", "getItem")
                .unwrap()
                .allows(Pattern::Sync)
        );
        assert!(
            optimized("states", "startExecution")
                .unwrap()
                .allows(Pattern::Sync2)
        );
    }

    #[test]
    fn names_fall_into_words() {
        assert_eq!(words("DynamoDbPutItem"), ["dynamo", "db", "put", "item"]);
        assert_eq!(
            words("SNSTopicPublishAction"),
            ["sns", "topic", "publish", "action"]
        );
        assert_eq!(guess("SNSTopicPublishAction"), ServiceGroup::Topic);
        assert_eq!(guess("data_generation_function"), ServiceGroup::Lambda);
        assert_eq!(guess("Whatever"), ServiceGroup::Other);
    }
}
