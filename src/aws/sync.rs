//! Jobs that `.sync` waits for: what tells how far one is, what its end means, and how it is called off.
//!
//! Names of members are those of the optimized integrations.

use crate::aws::operation::Operation;
use crate::aws::operation::Style;
use crate::engine::Fault;
use crate::query::Value;

/// The longest cause the service keeps, in characters.
const LONGEST_CAUSE: usize = 32_768;

/// A job that has begun.
#[derive(Clone, Debug)]
pub struct Job {
    rule: &'static Rule,
    submit: Operation,
    input: Value,
    submitted: Value,
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    Running,
    Succeeded(Value),
    Failed(Fault),
}

/// Where a parameter of the call that asks or stops comes from.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// The answer to the call that began the job.
    Answer(&'static str),
    /// The same, as the one item of a list.
    OneAnswer(&'static str),
    /// What the state gave to that call.
    Input(&'static str),
    Text(&'static str),
}

use Source::{Answer, Input, OneAnswer, Text};

type Parameters = &'static [(&'static str, Source)];

#[derive(Debug)]
struct Rule {
    service: &'static str,
    /// Actions the rule is for.
    actions: &'static [&'static str],
    ask: &'static str,
    parameters: Parameters,
    /// The job within the answer.
    job: &'static str,
    /// The name under which the state gets the job; empty where it gets it bare.
    wrap: &'static str,
    /// The status within the job.
    status: &'static str,
    good: &'static [&'static str],
    bad: &'static [&'static str],
    stop: Option<(&'static str, Parameters)>,
    /// It has ended well once it cannot be found.
    gone_is_good: bool,
}

const BASE: Rule = Rule {
    service: "",
    actions: &[],
    ask: "",
    parameters: &[],
    job: "",
    wrap: "",
    status: "",
    good: &[],
    bad: &[],
    stop: None,
    gone_is_good: false,
};

const CLUSTER: Parameters = &[("Name", Input("/Name"))];
const FARGATE: Parameters = &[
    ("ClusterName", Input("/ClusterName")),
    ("FargateProfileName", Input("/FargateProfileName")),
];
const NODES: Parameters = &[
    ("ClusterName", Input("/ClusterName")),
    ("NodegroupName", Input("/NodegroupName")),
];
const REASON: Source = Text("The execution of Step Functions was stopped");

#[rustfmt::skip]
static RULES: &[Rule] = &[
    Rule {
        service: "athena", actions: &["startQueryExecution"],
        ask: "getQueryExecution", parameters: &[("QueryExecutionId", Answer("/QueryExecutionId"))],
        job: "/QueryExecution", wrap: "QueryExecution", status: "/Status/State",
        good: &["SUCCEEDED"], bad: &["FAILED", "CANCELLED"],
        stop: Some(("stopQueryExecution", &[("QueryExecutionId", Answer("/QueryExecutionId"))])), ..BASE
    },
    Rule {
        service: "batch", actions: &["submitJob"],
        ask: "describeJobs", parameters: &[("Jobs", OneAnswer("/JobId"))],
        job: "/Jobs/0", status: "/Status", good: &["SUCCEEDED"], bad: &["FAILED"],
        stop: Some(("terminateJob", &[("JobId", Answer("/JobId")), ("Reason", REASON)])), ..BASE
    },
    Rule {
        service: "bedrock", actions: &["createModelCustomizationJob"],
        ask: "getModelCustomizationJob", parameters: &[("JobIdentifier", Answer("/JobArn"))],
        status: "/Status", good: &["Completed"], bad: &["Failed", "Stopped"],
        stop: Some(("stopModelCustomizationJob", &[("JobIdentifier", Answer("/JobArn"))])), ..BASE
    },
    Rule {
        service: "codebuild", actions: &["startBuild"],
        ask: "batchGetBuilds", parameters: &[("Ids", OneAnswer("/Build/Id"))],
        job: "/Builds/0", wrap: "Build", status: "/BuildStatus",
        good: &["SUCCEEDED"], bad: &["FAILED", "FAULT", "TIMED_OUT", "STOPPED"],
        stop: Some(("stopBuild", &[("Id", Answer("/Build/Id"))])), ..BASE
    },
    Rule {
        service: "codebuild", actions: &["startBuildBatch", "retryBuildBatch"],
        ask: "batchGetBuildBatches", parameters: &[("Ids", OneAnswer("/BuildBatch/Id"))],
        job: "/BuildBatches/0", wrap: "BuildBatch", status: "/BuildBatchStatus",
        good: &["SUCCEEDED"], bad: &["FAILED", "FAULT", "TIMED_OUT", "STOPPED"],
        stop: Some(("stopBuildBatch", &[("Id", Answer("/BuildBatch/Id"))])), ..BASE
    },
    Rule {
        service: "databrew", actions: &["startJobRun"],
        ask: "describeJobRun", parameters: &[("Name", Input("/Name")), ("RunId", Answer("/RunId"))],
        status: "/State", good: &["SUCCEEDED"], bad: &["FAILED", "TIMEOUT", "STOPPED"],
        stop: Some(("stopJobRun", &[("Name", Input("/Name")), ("RunId", Answer("/RunId"))])), ..BASE
    },
    Rule {
        service: "ecs", actions: &["runTask"],
        ask: "describeTasks", parameters: &[("Cluster", Input("/Cluster")), ("Tasks", OneAnswer("/Tasks/0/TaskArn"))],
        job: "/Tasks/0", status: "/LastStatus", good: &["STOPPED"],
        stop: Some(("stopTask", &[("Cluster", Input("/Cluster")), ("Task", Answer("/Tasks/0/TaskArn")), ("Reason", REASON)])), ..BASE
    },
    Rule {
        service: "eks", actions: &["createCluster"], ask: "describeCluster", parameters: CLUSTER,
        job: "/Cluster", wrap: "Cluster", status: "/Status", good: &["ACTIVE"], bad: &["FAILED", "DELETING"], ..BASE
    },
    Rule {
        service: "eks", actions: &["deleteCluster"], ask: "describeCluster", parameters: CLUSTER,
        job: "/Cluster", wrap: "Cluster", status: "/Status", bad: &["FAILED"], gone_is_good: true, ..BASE
    },
    Rule {
        service: "eks", actions: &["createFargateProfile"], ask: "describeFargateProfile", parameters: FARGATE,
        job: "/FargateProfile", wrap: "FargateProfile", status: "/Status", good: &["ACTIVE"],
        bad: &["CREATE_FAILED", "DELETING", "DELETE_FAILED"], ..BASE
    },
    Rule {
        service: "eks", actions: &["deleteFargateProfile"], ask: "describeFargateProfile", parameters: FARGATE,
        job: "/FargateProfile", wrap: "FargateProfile", status: "/Status", bad: &["DELETE_FAILED"], gone_is_good: true, ..BASE
    },
    Rule {
        service: "eks", actions: &["createNodegroup"], ask: "describeNodegroup", parameters: NODES,
        job: "/Nodegroup", wrap: "Nodegroup", status: "/Status", good: &["ACTIVE", "DEGRADED"],
        bad: &["CREATE_FAILED", "DELETING", "DELETE_FAILED"], ..BASE
    },
    Rule {
        service: "eks", actions: &["deleteNodegroup"], ask: "describeNodegroup", parameters: NODES,
        job: "/Nodegroup", wrap: "Nodegroup", status: "/Status", bad: &["DELETE_FAILED"], gone_is_good: true, ..BASE
    },
    Rule {
        service: "elasticmapreduce", actions: &["createCluster"],
        ask: "describeCluster", parameters: &[("ClusterId", Answer("/ClusterId"))],
        job: "/Cluster", wrap: "Cluster", status: "/Status/State", good: &["RUNNING", "WAITING", "TERMINATED"],
        bad: &["TERMINATED_WITH_ERRORS"],
        stop: Some(("terminateJobFlows", &[("JobFlowIds", OneAnswer("/ClusterId"))])), ..BASE
    },
    Rule {
        service: "elasticmapreduce", actions: &["terminateCluster"],
        ask: "describeCluster", parameters: &[("ClusterId", Input("/ClusterId"))],
        job: "/Cluster", wrap: "Cluster", status: "/Status/State", good: &["TERMINATED", "TERMINATED_WITH_ERRORS"], ..BASE
    },
    Rule {
        service: "elasticmapreduce", actions: &["addStep"],
        ask: "describeStep", parameters: &[("ClusterId", Input("/ClusterId")), ("StepId", Answer("/StepId"))],
        job: "/Step", wrap: "Step", status: "/Status/State", good: &["COMPLETED"], bad: &["CANCELLED", "FAILED", "INTERRUPTED"],
        stop: Some(("cancelSteps", &[("ClusterId", Input("/ClusterId")), ("StepIds", OneAnswer("/StepId"))])), ..BASE
    },
    Rule {
        service: "emr-containers", actions: &["startJobRun"],
        ask: "describeJobRun", parameters: &[("Id", Answer("/Id")), ("VirtualClusterId", Answer("/VirtualClusterId"))],
        job: "/JobRun", status: "/State", good: &["COMPLETED"], bad: &["FAILED", "CANCELLED"],
        stop: Some(("cancelJobRun", &[("Id", Answer("/Id")), ("VirtualClusterId", Answer("/VirtualClusterId"))])), ..BASE
    },
    Rule {
        service: "emr-containers", actions: &["deleteVirtualCluster"],
        ask: "describeVirtualCluster", parameters: &[("Id", Input("/Id"))],
        job: "/VirtualCluster", status: "/State", good: &["TERMINATED"], bad: &["ARRESTED"], gone_is_good: true, ..BASE
    },
    Rule {
        service: "emr-serverless", actions: &["createApplication"],
        ask: "getApplication", parameters: &[("ApplicationId", Answer("/ApplicationId"))],
        job: "/Application", wrap: "Application", status: "/State", good: &["CREATED", "STARTED"], bad: &["TERMINATED"], ..BASE
    },
    Rule {
        service: "emr-serverless", actions: &["startApplication"],
        ask: "getApplication", parameters: &[("ApplicationId", Input("/ApplicationId"))],
        job: "/Application", wrap: "Application", status: "/State", good: &["STARTED"], bad: &["TERMINATED", "STOPPED"], ..BASE
    },
    Rule {
        service: "emr-serverless", actions: &["stopApplication"],
        ask: "getApplication", parameters: &[("ApplicationId", Input("/ApplicationId"))],
        job: "/Application", wrap: "Application", status: "/State", good: &["STOPPED"], bad: &["TERMINATED"], ..BASE
    },
    Rule {
        service: "emr-serverless", actions: &["deleteApplication"],
        ask: "getApplication", parameters: &[("ApplicationId", Input("/ApplicationId"))],
        job: "/Application", wrap: "Application", status: "/State", good: &["TERMINATED"], gone_is_good: true, ..BASE
    },
    Rule {
        service: "emr-serverless", actions: &["startJobRun"],
        ask: "getJobRun", parameters: &[("ApplicationId", Answer("/ApplicationId")), ("JobRunId", Answer("/JobRunId"))],
        job: "/JobRun", wrap: "JobRun", status: "/State", good: &["SUCCESS"], bad: &["FAILED", "CANCELLED"],
        stop: Some(("cancelJobRun", &[("ApplicationId", Answer("/ApplicationId")), ("JobRunId", Answer("/JobRunId"))])), ..BASE
    },
    Rule {
        service: "emr-serverless", actions: &["cancelJobRun"],
        ask: "getJobRun", parameters: &[("ApplicationId", Input("/ApplicationId")), ("JobRunId", Input("/JobRunId"))],
        job: "/JobRun", wrap: "JobRun", status: "/State", good: &["CANCELLED", "SUCCESS", "FAILED"], ..BASE
    },
    Rule {
        service: "glue", actions: &["startJobRun"],
        ask: "getJobRun", parameters: &[("JobName", Input("/JobName")), ("RunId", Answer("/JobRunId"))],
        job: "/JobRun", status: "/JobRunState", good: &["SUCCEEDED"], bad: &["FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED"],
        stop: Some(("batchStopJobRun", &[("JobName", Input("/JobName")), ("JobRunIds", OneAnswer("/JobRunId"))])), ..BASE
    },
    Rule {
        service: "mediaconvert", actions: &["createJob"],
        ask: "getJob", parameters: &[("Id", Answer("/Job/Id"))],
        job: "/Job", wrap: "Job", status: "/Status", good: &["COMPLETE"], bad: &["ERROR", "CANCELED"],
        stop: Some(("cancelJob", &[("Id", Answer("/Job/Id"))])), ..BASE
    },
    Rule {
        service: "sagemaker", actions: &["createHyperParameterTuningJob"],
        ask: "describeHyperParameterTuningJob", parameters: &[("HyperParameterTuningJobName", Input("/HyperParameterTuningJobName"))],
        status: "/HyperParameterTuningJobStatus", good: &["Completed"], bad: &["Failed", "Stopped"],
        stop: Some(("stopHyperParameterTuningJob", &[("HyperParameterTuningJobName", Input("/HyperParameterTuningJobName"))])), ..BASE
    },
    Rule {
        service: "sagemaker", actions: &["createLabelingJob"],
        ask: "describeLabelingJob", parameters: &[("LabelingJobName", Input("/LabelingJobName"))],
        status: "/LabelingJobStatus", good: &["Completed"], bad: &["Failed", "Stopped"],
        stop: Some(("stopLabelingJob", &[("LabelingJobName", Input("/LabelingJobName"))])), ..BASE
    },
    Rule {
        service: "sagemaker", actions: &["createProcessingJob"],
        ask: "describeProcessingJob", parameters: &[("ProcessingJobName", Input("/ProcessingJobName"))],
        status: "/ProcessingJobStatus", good: &["Completed"], bad: &["Failed", "Stopped"],
        stop: Some(("stopProcessingJob", &[("ProcessingJobName", Input("/ProcessingJobName"))])), ..BASE
    },
    Rule {
        service: "sagemaker", actions: &["createTrainingJob"],
        ask: "describeTrainingJob", parameters: &[("TrainingJobName", Input("/TrainingJobName"))],
        status: "/TrainingJobStatus", good: &["Completed"], bad: &["Failed", "Stopped"],
        stop: Some(("stopTrainingJob", &[("TrainingJobName", Input("/TrainingJobName"))])), ..BASE
    },
    Rule {
        service: "sagemaker", actions: &["createTransformJob"],
        ask: "describeTransformJob", parameters: &[("TransformJobName", Input("/TransformJobName"))],
        status: "/TransformJobStatus", good: &["Completed"], bad: &["Failed", "Stopped"],
        stop: Some(("stopTransformJob", &[("TransformJobName", Input("/TransformJobName"))])), ..BASE
    },
    Rule {
        service: "states", actions: &["startExecution"],
        ask: "describeExecution", parameters: &[("ExecutionArn", Answer("/ExecutionArn"))],
        status: "/Status", good: &["SUCCEEDED"], bad: &["FAILED", "TIMED_OUT", "ABORTED"],
        stop: Some(("stopExecution", &[("ExecutionArn", Answer("/ExecutionArn"))])), ..BASE
    },
];

impl Job {
    /// Whether what a call begins can be waited for.
    pub fn can_be_waited_for(submit: &Operation) -> bool {
        rule_of(submit).is_some()
    }

    /// The job a call has begun; none where it cannot be waited for.
    pub fn begun(submit: &Operation, input: &Value, submitted: &Value) -> Option<Job> {
        Some(Job {
            rule: rule_of(submit)?,
            submit: *submit,
            input: input.clone(),
            submitted: submitted.clone(),
        })
    }

    /// What tells how far the job is.
    pub fn ask(&self) -> Result<(Operation, Value), Fault> {
        self.call(self.rule.ask, self.rule.parameters)
    }

    /// What calls the job off; none where nothing can.
    pub fn stop(&self) -> Option<(Operation, Value)> {
        let (name, parameters) = self.rule.stop?;
        self.call(name, parameters).ok()
    }

    fn call(&self, name: &str, parameters: Parameters) -> Result<(Operation, Value), Fault> {
        let operation = self.submit.sibling(name)?;
        let one = |value: Value| Value::array(vec![value]);
        let filled = parameters.iter().filter_map(|(name, from)| {
            let value = match from {
                Answer(at) => self.submitted.pointer(at).cloned(),
                OneAnswer(at) => self.submitted.pointer(at).cloned().map(one),
                Input(at) => self.input.pointer(at).cloned(),
                Text(text) => Some(Value::from(*text)),
            };
            Some((*name, value?))
        });
        let operation = Operation {
            style: Style::Optimized,
            ..operation
        };
        Ok((operation, Value::object(filled.collect::<Vec<_>>())))
    }

    /// What an answer tells. `output` says whether texts that hold JSON become that.
    pub fn progress(&self, answer: &Value, output: Output) -> Progress {
        let rule = self.rule;
        let Some(job) = answer.pointer(rule.job) else {
            return Progress::Running;
        };
        let job = without_metadata(job);
        let status = job.pointer(rule.status).and_then(Value::as_str);
        let status = status.unwrap_or_default();
        if rule.bad.contains(&status) || is_broken_task(rule, &job, status) {
            return Progress::Failed(self.failure(&job));
        }
        if rule.good.contains(&status) {
            return Progress::Succeeded(self.end(&job, output));
        }
        Progress::Running
    }

    /// What it means that the job cannot be found any more.
    pub fn gone(&self) -> Option<Progress> {
        self.rule
            .gone_is_good
            .then(|| Progress::Succeeded(without_metadata(&self.submitted)))
    }

    fn end(&self, job: &Value, output: Output) -> Value {
        let mut job = job.clone();
        if output == Output::Json {
            for field in ["Input", "Output"] {
                let text = job.get(field).and_then(Value::as_str);
                if let Some(value) = text.and_then(|text| Value::parse(text).ok()) {
                    job = with(&job, field, value);
                }
            }
        }
        if self.rule.wrap.is_empty() {
            return job;
        }
        let mut members = vec![(self.rule.wrap, job)];
        // Later states name the cluster by the id they were given when it was asked for.
        for id in ["ClusterArn", "ClusterId"] {
            members.extend(self.submitted.get(id).map(|value| (id, value.clone())));
        }
        Value::object(members)
    }

    fn failure(&self, job: &Value) -> Fault {
        let cause: String = job.to_json().chars().take(LONGEST_CAUSE).collect();
        Fault::new("States.TaskFailed", cause)
    }
}

fn rule_of(submit: &Operation) -> Option<&'static Rule> {
    let service = submit.integration?.service;
    RULES
        .iter()
        .find(|rule| rule.service == service && rule.actions.contains(&submit.action))
}

/// Whether texts of the result that hold JSON stay texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// `.sync`
    Text,
    /// `.sync:2`
    Json,
}

/// A task of ECS has stopped, but not all of its containers have ended well.
fn is_broken_task(rule: &Rule, job: &Value, status: &str) -> bool {
    if rule.service != "ecs" || status != "STOPPED" {
        return false;
    }
    let containers = job.get("Containers").and_then(Value::as_array);
    containers.is_none_or(|containers| {
        containers
            .iter()
            .any(|container| container.get("ExitCode").and_then(Value::as_i64) != Some(0))
    })
}

/// What was asked for, without what came along with the answer to the question.
fn without_metadata(value: &Value) -> Value {
    match value.as_object() {
        Some(members) => Value::object(
            members
                .iter()
                .filter(|(key, _)| {
                    !["SdkHttpMetadata", "SdkResponseMetadata"].contains(&key.as_ref())
                })
                .map(|(key, value)| (key.as_ref(), value.clone())),
        ),
        None => value.clone(),
    }
}

fn with(value: &Value, field: &str, new: Value) -> Value {
    let members = value
        .as_object()
        .into_iter()
        .flat_map(|members| members.iter());
    Value::object(members.map(|(key, old)| {
        let value = if key.as_ref() == field {
            new.clone()
        } else {
            old.clone()
        };
        (key.as_ref(), value)
    }))
}

#[cfg(test)]
mod tests {
    use crate::asl::resource::Target;
    use crate::asl::services;
    use crate::aws::archive;
    use crate::aws::model::Kind;
    use crate::aws::operation;
    use crate::aws::optimized;

    use super::*;
    use crate::text::upper_first;

    fn value(text: &str) -> Value {
        Value::parse(text).unwrap()
    }

    fn job(service: &str, action: &str, input: &str, submitted: &str) -> Job {
        let target = Target::Optimized {
            service: service.to_owned(),
            action: action.to_owned(),
        };
        let submit = operation::find(&target).unwrap();
        Job::begun(&submit, &value(input), &value(submitted)).unwrap()
    }

    /// A pointer leads somewhere in a shape; numbers are items.
    fn leads(model: &'static crate::aws::model::Model, shape: usize, pointer: &str) -> bool {
        let mut at = shape;
        for step in pointer.split('/').skip(1) {
            at = match model.shape(at).kind {
                Kind::List(item) if step.parse::<usize>().is_ok() => item.shape,
                Kind::Structure(members) => {
                    let mut found = members.iter();
                    match found.find(|member| upper_first(member.name) == step) {
                        Some(member) => member.shape,
                        None => return false,
                    }
                }
                _ => return false,
            };
        }
        true
    }

    /// Every optimized action with `.sync` has a rule, but those that speak to a cluster, and every name in a
    /// rule is one of the model.
    #[test]
    fn rules_fit_the_models() {
        for action in services::optimized_actions().filter(|action| action.sync) {
            let ruled = RULES.iter().any(|rule| {
                rule.service == action.service && rule.actions.contains(&action.action)
            });
            let (integration, name) = optimized::find(action.service, action.action).unwrap();
            let callable = optimized::operation(integration, name).is_some();
            assert_eq!(ruled, callable, "{}:{}", action.service, action.action);
        }
        for rule in RULES {
            let (integration, _) = optimized::find(rule.service, rule.actions[0]).unwrap();
            let model = archive::service(integration.key).unwrap().model().unwrap();
            let calls = [Some((rule.ask, rule.parameters)), rule.stop];
            for (name, parameters) in calls.into_iter().flatten() {
                let line = model.operation(name).expect(name);
                for (parameter, _) in parameters {
                    let pointer = format!("/{parameter}");
                    assert!(
                        leads(model, line.input.unwrap(), &pointer),
                        "{name}{pointer}"
                    );
                }
            }
            let output = model.operation(rule.ask).unwrap().output.unwrap();
            let status = format!("{}{}", rule.job, rule.status);
            assert!(leads(model, output, &status), "{} {status}", rule.ask);
        }
    }

    #[test]
    fn an_execution_is_waited_for() {
        let job = job("states", "startExecution", "{}", r#"{"ExecutionArn":"e"}"#);
        let (ask, parameters) = job.ask().unwrap();
        assert_eq!(ask.name(), "DescribeExecution");
        assert_eq!(parameters.to_json(), r#"{"ExecutionArn":"e"}"#);
        let answer = |status: &str| {
            value(&format!(
                r#"{{"Input":"{{}}","Output":"{{\"a\":1}}","Status":"{status}","SdkHttpMetadata":{{}},"SdkResponseMetadata":{{}}}}"#
            ))
        };
        assert_eq!(
            job.progress(&answer("RUNNING"), Output::Text),
            Progress::Running
        );
        assert_eq!(
            job.progress(&answer("SUCCEEDED"), Output::Text),
            Progress::Succeeded(value(
                r#"{"Input":"{}","Output":"{\"a\":1}","Status":"SUCCEEDED"}"#
            ))
        );
        assert_eq!(
            job.progress(&answer("SUCCEEDED"), Output::Json),
            Progress::Succeeded(value(
                r#"{"Input":{},"Output":{"a":1},"Status":"SUCCEEDED"}"#
            ))
        );
        let Progress::Failed(fault) = job.progress(&answer("ABORTED"), Output::Json) else {
            panic!()
        };
        assert_eq!(fault.error.as_deref(), Some("States.TaskFailed"));
        assert!(fault.cause.unwrap().contains(r#""Output":"{\"a\":1}""#));
        assert_eq!(job.stop().unwrap().0.name(), "StopExecution");
    }

    #[test]
    fn a_task_has_to_end_well_in_every_container() {
        let job = job(
            "ecs",
            "runTask",
            r#"{"Cluster":"c","TaskDefinition":"t"}"#,
            r#"{"Tasks":[{"TaskArn":"arn"}]}"#,
        );
        let (_, parameters) = job.ask().unwrap();
        assert_eq!(parameters.to_json(), r#"{"Cluster":"c","Tasks":["arn"]}"#);
        let answer = |code: &str| {
            value(&format!(
                r#"{{"Tasks":[{{"LastStatus":"STOPPED","Containers":[{{"ExitCode":0}},{{{code}}}]}}]}}"#
            ))
        };
        let end = |code: &str| job.progress(&answer(code), Output::Text);
        assert!(matches!(end(r#""ExitCode":0"#), Progress::Succeeded(_)));
        assert!(matches!(end(r#""ExitCode":1"#), Progress::Failed(_)));
        assert!(matches!(end(r#""Reason":"x""#), Progress::Failed(_)));
    }

    #[test]
    fn what_was_deleted_is_gone() {
        let job = job("eks", "deleteCluster", r#"{"Name":"c"}"#, "{}");
        assert!(matches!(job.gone(), Some(Progress::Succeeded(_))));
        let job = job_of_glue();
        assert_eq!(job.gone(), None);
        let (stop, parameters) = job.stop().unwrap();
        assert_eq!(stop.name(), "BatchStopJobRun");
        assert_eq!(parameters.to_json(), r#"{"JobName":"j","JobRunIds":["r"]}"#);
    }

    fn job_of_glue() -> Job {
        job(
            "glue",
            "startJobRun",
            r#"{"JobName":"j"}"#,
            r#"{"JobRunId":"r"}"#,
        )
    }
}
