//! Published versions of state machines.

use std::sync::Arc;

use serde_json::json;

use crate::driver::endpoint::chronicle::seconds;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::states::arn::Arn;
use crate::driver::endpoint::states::check::Request;
use crate::driver::endpoint::states::machines::plain;
use crate::driver::endpoint::states::machines::publish;
use crate::driver::endpoint::states::machines::unlabeled;
use crate::driver::endpoint::states::page::Page;
use crate::driver::endpoint::states::trouble::Answer;
use crate::driver::endpoint::states::trouble::Refused;

/// Versions of a machine.
const MOST: usize = 1_000;

impl Edge {
    pub(crate) async fn publish_version(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let arn = unlabeled(request.required("stateMachineArn"))?;
        let _editing = self.catalog.editing.lock().await;
        let known = self.catalog.machine(arn);
        let known = known.ok_or_else(|| Refused::no_machine(arn))?;
        known.record.check_alive()?;
        if let Some(wanted) = request.text("revisionId") {
            let current = known.record.revision.as_deref().unwrap_or("INITIAL");
            if wanted != current {
                let message = format!(
                    "Failed to publish the State Machine version for revision {wanted}. The current State Machine \
                     revision is {current}."
                );
                return Err(Refused::model("ConflictException", message));
            }
        }
        if known.record.versions.len() >= MOST {
            let message = format!("a state machine may have {MOST} versions at most");
            return Err(Refused::model("ServiceQuotaExceededException", message));
        }
        let mut machine = known.with(&self.site, known.record.clone());
        let version = publish(&mut machine, request.owned("description"));
        let number = version
            .rsplit(':')
            .next()
            .and_then(|text| text.parse().ok());
        let created = number
            .and_then(|number: u64| machine.record.versions.get(&number))
            .map_or(0, |version| version.created);
        self.keep_machine(machine).await?;
        Ok(json!({"creationDate": seconds(created), "stateMachineVersionArn": version}))
    }

    pub(crate) fn list_versions(&self, request: Request<'_>) -> Answer {
        let arn = plain(request.required("stateMachineArn"))?;
        let page = Page::of(request, &format!("ListStateMachineVersions {arn}"))?;
        // The service has an empty list for a machine that is not there.
        let machine = self.catalog.machine(arn);
        let versions = machine.iter().flat_map(|machine| {
            let versions = machine.record.versions.iter().rev();
            versions.map(|(number, version)| {
                json!({
                    "stateMachineVersionArn": format!("{arn}:{number}"),
                    "creationDate": seconds(version.created),
                })
            })
        });
        page.answer("stateMachineVersions", versions.collect())
    }

    pub(crate) async fn delete_version(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let text = request.required("stateMachineVersionArn");
        let (arn, number) = version_of(text)?;
        let _editing = self.catalog.editing.lock().await;
        let Some(known) = self.catalog.machine(arn) else {
            return Ok(json!({}));
        };
        let mut record = known.record.clone();
        let mut aliases = record.aliases.iter();
        let used =
            aliases.find(|(_, alias)| alias.routes.iter().any(|route| route.version == number));
        if let Some((alias, _)) = used {
            let message = format!(
                "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this \
                 version: [{alias}]"
            );
            return Err(Refused::model("ConflictException", message));
        }
        if record.versions.remove(&number).is_some() {
            self.keep_machine(known.with(&self.site, record)).await?;
        }
        Ok(json!({}))
    }
}

/// The machine and the number in the ARN of a version.
///
/// # Errors
/// `InvalidArn`, or `ValidationException` where there is no number.
pub(crate) fn version_of(text: &str) -> Result<(&str, u64), Refused> {
    let arn = Arn::of(text, "stateMachine")?;
    let (base, qualifier) = arn.qualified();
    match qualifier.and_then(|number| number.parse().ok()) {
        Some(number) => Ok((base, number)),
        None => Err(Refused::validation(
            format!("'{text}' is not the ARN of a state machine version"),
            None,
        )),
    }
}
