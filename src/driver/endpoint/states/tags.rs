//! Tags of state machines and activities.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;
use serde_json::json;

use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::states::arn::Arn;
use crate::driver::endpoint::states::check::Request;
use crate::driver::endpoint::states::machines::unlabeled;
use crate::driver::endpoint::states::trouble::Answer;
use crate::driver::endpoint::states::trouble::Refused;
use crate::driver::endpoint::store::Change;

/// Tags of a resource.
const MOST: usize = 50;

type Tags = BTreeMap<String, String>;

impl Edge {
    pub(crate) async fn tag(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let arn = request.required("resourceArn");
        self.retag(arn, |tags| read_tags(request, arn, tags)).await
    }

    pub(crate) async fn untag(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let arn = request.required("resourceArn");
        let keys = request.get("tagKeys").and_then(Json::as_array);
        let keys: Vec<&str> = keys
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let change = |mut tags: Tags| {
            tags.retain(|key, _| !keys.contains(&key.as_str()));
            Ok(tags)
        };
        self.retag(arn, change).await
    }

    pub(crate) fn list_tags(&self, request: Request<'_>) -> Answer {
        let text = request.required("resourceArn");
        let tags = match Arn::read(text)?.resource {
            "stateMachine" => {
                let machine = self.catalog.machine(unlabeled(text)?);
                machine.map(|machine| machine.record.tags.clone())
            }
            "activity" => self.catalog.activity(text).map(|activity| activity.tags),
            _ => return Err(Arn::read(text)?.misplaced()),
        };
        let tags = tags.ok_or_else(|| Refused::no_resource(text))?;
        let tags: Vec<Json> = tags
            .into_iter()
            .map(|(key, value)| json!({"key": key, "value": value}))
            .collect();
        Ok(json!({"tags": tags}))
    }

    async fn retag(
        self: &Arc<Edge>,
        text: &str,
        change: impl FnOnce(Tags) -> Result<Tags, Refused>,
    ) -> Answer {
        let _editing = self.catalog.editing.lock().await;
        match Arn::read(text)?.resource {
            "stateMachine" => {
                let known = self.catalog.machine(unlabeled(text)?);
                let known = known.ok_or_else(|| Refused::no_resource(text))?;
                let mut record = known.record.clone();
                record.tags = change(record.tags)?;
                self.keep_machine(known.with(&self.site, record)).await?;
            }
            "activity" => {
                let known = self.catalog.activity(text);
                let mut record = known.ok_or_else(|| Refused::no_resource(text))?;
                record.tags = change(record.tags)?;
                let written = vec![Change::Activity(Box::new(record.clone()))];
                self.books.write(written).await.map_err(Refused::internal)?;
                self.catalog.set_activity(text, Some(record));
            }
            _ => return Err(Arn::read(text)?.misplaced()),
        }
        Ok(json!({}))
    }
}

/// The tags of a request, beside those there are.
///
/// # Errors
/// `TooManyTags`; `ValidationException` for a key that is AWS's own, and for signs that tags cannot have.
pub(crate) fn read_tags(request: Request<'_>, arn: &str, tags: Tags) -> Result<Tags, Refused> {
    let mut tags = tags;
    let list = request.get("tags").and_then(Json::as_array);
    for tag in list.into_iter().flatten() {
        let tag = Request(tag);
        let (key, value) = (tag.required("key"), tag.text("value").unwrap_or_default());
        if key
            .get(..4)
            .is_some_and(|head| head.eq_ignore_ascii_case("aws:"))
        {
            let message = format!("Tag keys that begin with aws: are reserved. Received: [{key}]");
            return Err(Refused::validation(message, None));
        }
        if let Some(text) = [key, value]
            .into_iter()
            .find(|text| !text.chars().all(is_taggable))
        {
            let message = format!(
                "Tags may only contain Unicode letters, digits, white space, or these symbols: _ . : / = + - @. \
                 Received: [{text}]"
            );
            return Err(Refused::validation(message, None));
        }
        tags.insert(key.to_owned(), value.to_owned());
    }
    match tags.len() > MOST {
        true => Err(Refused::too_many_tags(arn)),
        false => Ok(tags),
    }
}

fn is_taggable(sign: char) -> bool {
    sign.is_alphanumeric() || sign.is_whitespace() || "_.:/=+-@".contains(sign)
}
