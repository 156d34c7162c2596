//! The API of Step Functions for the machines of a site: AWS JSON 1.0, every action of the service model.
//!
//! Never: decides what a definition means, or waits for anything but the disk and the tasks workers ask for.
//! Add an action as a row in `model.rs`, a line in the match below and a method in the file of its family.

mod activities;
mod aliases;
mod arn;
mod check;
mod delete;
mod executions;
mod history;
mod machines;
mod map_runs;
mod model;
mod page;
mod redrive;
mod start;
mod tags;
mod test_state;
mod trouble;
mod validate;
mod versions;

use std::sync::Arc;

use serde_json::Value as Json;
use serde_json::json;

use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::states::check::Request;
use crate::driver::endpoint::states::check::check;
use crate::driver::endpoint::states::model::ACTIONS;
use crate::driver::endpoint::states::trouble::Answer;
use crate::driver::endpoint::states::trouble::Refused;
use crate::driver::endpoint::states::trouble::answered;
use crate::gateway::HttpAnswer;
use crate::gateway::Synchrony;
use crate::query::Chance;

impl Edge {
    /// Answers one action: `StartExecution`, `DescribeExecution`, …; the body is its JSON.
    pub(crate) async fn states(self: &Arc<Edge>, action: &str, body: &[u8]) -> HttpAnswer {
        let mut chance = Chance::seeded(self.next_seed());
        let id = chance.uuid();
        let request = match read(action, body) {
            Ok(request) => request,
            Err(refused) => return answered(Err(refused), &id),
        };
        let synchrony = match action {
            "StartExecution" => Some(Synchrony::Asynchronous),
            "StartSyncExecution" => Some(Synchrony::Synchronous),
            _ => None,
        };
        match synchrony {
            Some(synchrony) => {
                let text = String::from_utf8_lossy(body);
                self.start_from(&text, Request(&request), synchrony, &mut chance)
                    .await
            }
            None => answered(self.act(action, Request(&request)).await, &id),
        }
    }

    async fn act(self: &Arc<Edge>, action: &str, request: Request<'_>) -> Answer {
        match action {
            "CreateActivity" => self.create_activity(request).await,
            "CreateStateMachine" => self.create_machine(request).await,
            "CreateStateMachineAlias" => self.create_alias(request).await,
            "DeleteActivity" => self.delete_activity(request).await,
            "DeleteStateMachine" => self.delete_machine(request).await,
            "DeleteStateMachineAlias" => self.delete_alias(request).await,
            "DeleteStateMachineVersion" => self.delete_version(request).await,
            "DescribeActivity" => self.describe_activity(request),
            "DescribeExecution" => self.describe_execution(request),
            "DescribeMapRun" => self.describe_map_run(request),
            "DescribeStateMachine" => self.describe_machine(request),
            "DescribeStateMachineAlias" => self.describe_alias(request),
            "DescribeStateMachineForExecution" => self.machine_of_execution(request),
            "GetActivityTask" => self.activity_task(request).await,
            "GetExecutionHistory" => self.history(request),
            "ListActivities" => self.list_activities(request),
            "ListExecutions" => self.list_executions(request),
            "ListMapRuns" => self.list_map_runs(request),
            "ListStateMachineAliases" => self.list_aliases(request),
            "ListStateMachineVersions" => self.list_versions(request),
            "ListStateMachines" => self.list_machines(request),
            "ListTagsForResource" => self.list_tags(request),
            "PublishStateMachineVersion" => self.publish_version(request).await,
            "RedriveExecution" => self.redrive_execution(request).await,
            "SendTaskFailure" => self.send_failure(request).await,
            "SendTaskHeartbeat" => self.send_heartbeat(request).await,
            "SendTaskSuccess" => self.send_success(request).await,
            "StopExecution" => self.stop_execution(request).await,
            "TagResource" => self.tag(request).await,
            "TestState" => self.test_state(request).await,
            "UntagResource" => self.untag(request).await,
            "UpdateMapRun" => self.update_map_run(request).await,
            "UpdateStateMachine" => self.update_machine(request).await,
            "UpdateStateMachineAlias" => self.update_alias(request).await,
            "ValidateStateMachineDefinition" => validate::validate(request),
            other => Err(unknown(other)),
        }
    }
}

/// The JSON of a request, held against the model.
fn read(action: &str, body: &[u8]) -> Result<Json, Refused> {
    let Some(model) = ACTIONS.iter().find(|one| one.name == action) else {
        return Err(unknown(action));
    };
    let text = std::str::from_utf8(body)
        .map_err(|_| Refused::serialization("the request is not UTF-8"))?
        .trim();
    let request = match text {
        "" => json!({}),
        text => serde_json::from_str(text)
            .map_err(|error| Refused::serialization(format!("the request is no JSON: {error}")))?,
    };
    if !request.is_object() {
        return Err(Refused::serialization(
            "the request has to be a JSON object",
        ));
    }
    check(model.members, &request)?;
    Ok(request)
}

fn unknown(action: &str) -> Refused {
    Refused::unknown_operation(match action {
        "" => "ask by POST, with an action in the header X-Amz-Target: AWSStepFunctions.ACTION"
            .to_owned(),
        action => format!("{action} is no action of Step Functions"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(action: &str, body: &[u8]) -> String {
        match read(action, body) {
            Ok(request) => request.to_string(),
            Err(refused) => String::from_utf8(answered(Err(refused), "id").body).unwrap(),
        }
    }

    #[test]
    fn a_request_that_is_none_is_refused_by_name() {
        assert_eq!(said("ListStateMachines", b""), "{}");
        assert!(said("ListStateMachines", b"{").contains("#SerializationException"));
        assert!(said("ListStateMachines", b"[]").contains("#SerializationException"));
        assert!(said("ListStateMachines", b"\xff").contains("#SerializationException"));
        assert!(said("PaintMachine", b"{}").contains("#UnknownOperationException"));
        assert!(said("", b"{}").contains("X-Amz-Target"));
        assert!(said("DescribeExecution", b"{}").contains("Member must not be null"));
    }
}
