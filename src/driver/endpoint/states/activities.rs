//! Activities, and the answers of workers: by the token of an activity task or of a `.waitForTaskToken` task.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::debugger::Control;
use crate::driver::endpoint::chronicle::seconds;
use crate::driver::endpoint::desk::Task;
use crate::driver::endpoint::desk::Token;
use crate::driver::endpoint::desk::Work;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::edge::now_millis;
use crate::driver::endpoint::states::arn::Arn;
use crate::driver::endpoint::states::arn::check_name;
use crate::driver::endpoint::states::check::Request;
use crate::driver::endpoint::states::machines::encryption;
use crate::driver::endpoint::states::machines::same_encryption;
use crate::driver::endpoint::states::page::Page;
use crate::driver::endpoint::states::tags::read_tags;
use crate::driver::endpoint::states::trouble::Answer;
use crate::driver::endpoint::states::trouble::Refused;
use crate::driver::endpoint::states::trouble::put;
use crate::driver::endpoint::store::ActivityRecord;
use crate::driver::endpoint::store::Change;
use crate::engine::Fault;
use crate::engine::Outcome;
use crate::query::Value;

/// How long a worker waits for a task.
const POLL: Duration = Duration::from_secs(60);

/// Activities of an account.
const MOST: usize = 10_000;

impl Edge {
    pub(crate) async fn create_activity(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let name = request.required("name");
        check_name(name)?;
        let arn = self.arn_of("activity", name);
        let tags = read_tags(request, &arn, BTreeMap::new())?;
        let encryption = encryption(request)?;
        let _editing = self.catalog.editing.lock().await;
        if let Some(known) = self.catalog.activity(&arn) {
            if !same_encryption(known.encryption.as_ref(), encryption.as_ref()) {
                let message = format!("Activity Already Exists: '{arn}'");
                return Err(Refused::model("ActivityAlreadyExists", message));
            }
            return Ok(json!({"activityArn": arn, "creationDate": seconds(known.created)}));
        }
        if self.catalog.activities().len() >= MOST {
            let message = "Activity Limit Exceeded";
            return Err(Refused::model("ActivityLimitExceeded", message));
        }
        let record = ActivityRecord {
            arn: arn.clone(),
            name: name.to_owned(),
            created: now_millis(),
            tags,
            encryption,
        };
        let change = Change::Activity(Box::new(record.clone()));
        let written = self.books.write(vec![change]).await;
        written.map_err(Refused::internal)?;
        let answer = json!({"activityArn": arn, "creationDate": seconds(record.created)});
        self.catalog.set_activity(&arn, Some(record));
        Ok(answer)
    }

    pub(crate) async fn delete_activity(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let arn = Arn::of(request.required("activityArn"), "activity")?.text;
        let _editing = self.catalog.editing.lock().await;
        let written = self.books.write(vec![Change::NoActivity(arn.to_owned())]);
        written.await.map_err(Refused::internal)?;
        self.catalog.set_activity(arn, None);
        Ok(json!({}))
    }

    pub(crate) fn describe_activity(&self, request: Request<'_>) -> Answer {
        let activity = self.activity(request)?;
        let mut told = json!({
            "activityArn": activity.arn,
            "name": activity.name,
            "creationDate": seconds(activity.created),
        });
        put(&mut told, "encryptionConfiguration", activity.encryption);
        Ok(told)
    }

    pub(crate) fn list_activities(&self, request: Request<'_>) -> Answer {
        let page = Page::of(request, "ListActivities")?;
        let activities = self.catalog.activities();
        let activities = activities.iter().map(|activity| {
            json!({
                "activityArn": activity.arn,
                "name": activity.name,
                "creationDate": seconds(activity.created),
            })
        });
        page.answer("activities", activities.collect())
    }

    pub(crate) async fn activity_task(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let activity = self.activity(request)?;
        let worker = request.text("workerName").map(Arc::from);
        let (token, task) = match self.books.desk.work(&activity.arn, POLL).await {
            Work::Task(token, task) => (token, task),
            Work::Nothing => return Ok(json!({})),
            Work::TooManyWorkers => {
                let message = "Activity Worker Limit Exceeded";
                return Err(Refused::model("ActivityWorkerLimitExceeded", message));
            }
        };
        let input = task.payload.to_json();
        // From here on the task is the worker's, even where the worker has just hung up.
        let edge = self.clone();
        let told = tokio::spawn(async move { edge.tell(task, Outcome::Started { worker }).await });
        told.await
            .map_err(|_| Refused::internal("handing out the task broke off"))?;
        Ok(json!({"taskToken": token.as_ref(), "input": input}))
    }

    pub(crate) async fn send_success(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let output = request.required("output");
        let output = Value::parse(output).map_err(|error| {
            Refused::model("InvalidOutput", format!("Invalid Output: '{error}'"))
        })?;
        let task = self.task(request, Last::Yes).await?;
        self.tell(task, Outcome::Succeeded(output)).await;
        Ok(json!({}))
    }

    pub(crate) async fn send_failure(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let fault = Fault {
            error: request.text("error").map(Arc::from),
            cause: request.text("cause").map(Arc::from),
            origin: None,
        };
        let task = self.task(request, Last::Yes).await?;
        self.tell(task, Outcome::Failed(fault)).await;
        Ok(json!({}))
    }

    pub(crate) async fn send_heartbeat(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let task = self.task(request, Last::No).await?;
        self.tell(task, Outcome::Heartbeat).await;
        Ok(json!({}))
    }

    fn activity(&self, request: Request<'_>) -> Result<ActivityRecord, Refused> {
        let arn = Arn::of(request.required("activityArn"), "activity")?.text;
        let activity = self.catalog.activity(arn);
        activity.ok_or_else(|| Refused::no_activity(arn))
    }

    /// The task of a token that waits.
    async fn task(&self, request: Request<'_>, last: Last) -> Result<Task, Refused> {
        let token = request.required("taskToken");
        let is_token = token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_token {
            return Err(Refused::token("Invalid token"));
        }
        // A token may have left in a message a moment before its task is told to be waiting.
        for _ in 0..10 {
            let found = match last {
                Last::Yes => self.books.desk.take(token),
                Last::No => self.books.desk.find(token),
            };
            match found {
                Token::Waits(task) => return Ok(task),
                Token::Over => {
                    let message = "Task Timed Out: 'Provided task does not exist anymore'";
                    return Err(Refused::model("TaskTimedOut", message));
                }
                Token::Unknown => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
        let message = "Task Does Not Exist: 'Provided task does not exist'";
        Err(Refused::model("TaskDoesNotExist", message))
    }

    /// Tells an execution what has come of one of its tasks.
    async fn tell(self: &Arc<Edge>, task: Task, outcome: Outcome) {
        let Task { entry, key, .. } = task;
        let control = Control::Answer {
            task: key,
            outcome,
            after: 0,
        };
        self.reach(&entry, control).await;
    }
}

/// Whether an answer is the last one that a task takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    Yes,
    No,
}
