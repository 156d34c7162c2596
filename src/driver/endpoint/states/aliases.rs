//! Aliases of state machines: names for one version, or for two that share the starts.

use std::sync::Arc;

use serde_json::Value as Json;
use serde_json::json;

use crate::driver::endpoint::catalog::Registered;
use crate::driver::endpoint::chronicle::seconds;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::edge::now_millis;
use crate::driver::endpoint::states::arn::Arn;
use crate::driver::endpoint::states::check::Request;
use crate::driver::endpoint::states::page::Page;
use crate::driver::endpoint::states::trouble::Answer;
use crate::driver::endpoint::states::trouble::Refused;
use crate::driver::endpoint::states::trouble::put;
use crate::driver::endpoint::states::versions::version_of;
use crate::driver::endpoint::store::AliasRecord;
use crate::driver::endpoint::store::RouteRecord;

/// Aliases of a machine.
const MOST: usize = 100;

impl Edge {
    pub(crate) async fn create_alias(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let name = request.required("name");
        let _editing = self.catalog.editing.lock().await;
        let (known, routes) = self.routes(request)?;
        let mut record = known.record.clone();
        let arn = format!("{}:{name}", record.arn);
        let description = request.owned("description");
        if let Some(alias) = record.aliases.get(name) {
            if alias.routes == routes && alias.description == description {
                return Ok(
                    json!({"stateMachineAliasArn": arn, "creationDate": seconds(alias.created)}),
                );
            }
            let message = "Failed to create alias because an alias with the same name and a different routing \
                           configuration already exists.";
            return Err(Refused::model("ConflictException", message));
        }
        if record.aliases.len() >= MOST {
            let message = format!("a state machine may have {MOST} aliases at most");
            return Err(Refused::model("ServiceQuotaExceededException", message));
        }
        let now = now_millis();
        let alias = AliasRecord {
            description,
            routes,
            created: now,
            updated: now,
        };
        record.aliases.insert(name.to_owned(), alias);
        self.keep_machine(known.with(&self.site, record)).await?;
        Ok(json!({"stateMachineAliasArn": arn, "creationDate": seconds(now)}))
    }

    pub(crate) async fn update_alias(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let text = request.required("stateMachineAliasArn");
        let _editing = self.catalog.editing.lock().await;
        let (known, name) = self.alias_of(text)?;
        if request.get("description").is_none() && request.get("routingConfiguration").is_none() {
            let message = "Either the description or the routingConfiguration must be specified";
            let reason = Some("MISSING_REQUIRED_PARAMETER");
            return Err(Refused::validation(message, reason));
        }
        let routes = match request.get("routingConfiguration") {
            None => None,
            Some(_) => {
                let (machine, routes) = self.routes(request)?;
                if machine.record.arn != known.record.arn {
                    return Err(invalid(
                        "Routing configuration must contain versions of the state machine of the alias.",
                    ));
                }
                Some(routes)
            }
        };
        let mut record = known.record.clone();
        let now = now_millis();
        if let Some(alias) = record.aliases.get_mut(&name) {
            alias.routes = routes.unwrap_or(std::mem::take(&mut alias.routes));
            alias.description = request.owned("description").or(alias.description.take());
            alias.updated = now;
        }
        self.keep_machine(known.with(&self.site, record)).await?;
        Ok(json!({"updateDate": seconds(now)}))
    }

    pub(crate) fn describe_alias(&self, request: Request<'_>) -> Answer {
        let text = request.required("stateMachineAliasArn");
        let (known, name) = self.alias_of(text)?;
        let Some(alias) = known.record.aliases.get(&name) else {
            return Err(Refused::no_resource(text));
        };
        let routes: Vec<Json> = alias
            .routes
            .iter()
            .map(|route| {
                let version = format!("{}:{}", known.record.arn, route.version);
                json!({"stateMachineVersionArn": version, "weight": route.weight})
            })
            .collect();
        let mut told = json!({
            "stateMachineAliasArn": text,
            "name": name,
            "routingConfiguration": routes,
            "creationDate": seconds(alias.created),
            "updateDate": seconds(alias.updated),
        });
        let description = alias.description.clone().map(Json::from);
        put(&mut told, "description", description);
        Ok(told)
    }

    pub(crate) fn list_aliases(&self, request: Request<'_>) -> Answer {
        let text = request.required("stateMachineArn");
        let arn = Arn::of(text, "stateMachine")?;
        let (base, qualifier) = arn.qualified();
        let machine = self.catalog.machine(base);
        let machine = machine.ok_or_else(|| Refused::no_machine(text))?;
        let version: Option<u64> = qualifier.and_then(|number| number.parse().ok());
        if qualifier.is_some()
            && version.is_none_or(|number| !machine.record.versions.contains_key(&number))
        {
            return Err(Refused::no_resource(text));
        }
        let page = Page::of(request, &format!("ListStateMachineAliases {text}"))?;
        let aliases = machine.record.aliases.iter().filter(|(_, alias)| {
            let mut routes = alias.routes.iter();
            version.is_none_or(|version| routes.any(|route| route.version == version))
        });
        let aliases = aliases.map(|(name, alias)| {
            json!({
                "stateMachineAliasArn": format!("{base}:{name}"),
                "creationDate": seconds(alias.created),
            })
        });
        page.answer("stateMachineAliases", aliases.collect())
    }

    pub(crate) async fn delete_alias(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let text = request.required("stateMachineAliasArn");
        let _editing = self.catalog.editing.lock().await;
        let (machine, name) = alias_in(text)?;
        // The service deletes what is not there.
        if let Some(known) = self.catalog.machine(machine) {
            let mut record = known.record.clone();
            if record.aliases.remove(name).is_some() {
                self.keep_machine(known.with(&self.site, record)).await?;
            }
        }
        Ok(json!({}))
    }

    fn alias_of(&self, text: &str) -> Result<(Arc<Registered>, String), Refused> {
        let (base, name) = alias_in(text)?;
        let machine = self.catalog.machine(base);
        let machine = machine.filter(|machine| machine.record.aliases.contains_key(name));
        let machine = machine.ok_or_else(|| Refused::no_referenced(text))?;
        Ok((machine, name.to_owned()))
    }

    /// The routing configuration of a request, and the machine it belongs to.
    fn routes(&self, request: Request<'_>) -> Result<(Arc<Registered>, Vec<RouteRecord>), Refused> {
        let list = request.get("routingConfiguration").and_then(Json::as_array);
        let list: Vec<Request<'_>> = list.into_iter().flatten().map(Request).collect();
        let arns: Vec<&str> = list
            .iter()
            .map(|one| one.required("stateMachineVersionArn"))
            .collect();
        let received = arns.join(", ");
        let mut named: Vec<(&str, u64)> = Vec::new();
        for text in &arns {
            Arn::of(text, "stateMachine")?;
            let version = version_of(text).map_err(|_| {
                invalid(&format!(
                    "Routing configuration must contain state machine version ARNs. Received: [{received}]"
                ))
            })?;
            if named.contains(&version) {
                return Err(invalid(&format!(
                    "Routing configuration must contain distinct state machine version ARNs. Received: [{received}]"
                )));
            }
            named.push(version);
        }
        let weights: Vec<u64> = list
            .iter()
            .map(|one| one.whole("weight").unwrap_or_default())
            .map(|weight| u64::try_from(weight).unwrap_or_default())
            .collect();
        if weights.iter().sum::<u64>() != 100 {
            return Err(invalid(&format!(
                "Sum of routing configuration weights must equal 100. Received: {weights:?}"
            )));
        }
        let first = named.first().map_or("", |(arn, _)| arn);
        if named.iter().any(|(arn, _)| *arn != first) {
            return Err(invalid(&format!(
                "Routing configuration must contain versions of one state machine. Received: [{received}]"
            )));
        }
        let machine = self.catalog.machine(first);
        let missing = named.iter().zip(&arns).find(|((_, version), _)| {
            let known = machine.as_ref();
            !known.is_some_and(|machine| machine.record.versions.contains_key(version))
        });
        match (machine, missing) {
            (Some(machine), None) => {
                machine.record.check_alive()?;
                let routes = named.into_iter().zip(weights);
                let route = |((_, version), weight)| RouteRecord { version, weight };
                Ok((machine, routes.map(route).collect()))
            }
            (_, missing) => Err(Refused::no_referenced(missing.map_or("", |(_, text)| text))),
        }
    }
}

/// The machine and the name in the ARN of an alias.
fn alias_in(text: &str) -> Result<(&str, &str), Refused> {
    match Arn::of(text, "stateMachine")?.qualified() {
        (base, Some(name)) if name.parse::<u64>().is_err() => Ok((base, name)),
        (_, _) => {
            let message = format!("'{text}' is not the ARN of a state machine alias");
            Err(Refused::validation(message, None))
        }
    }
}

fn invalid(message: &str) -> Refused {
    Refused::validation(message, Some("INVALID_ROUTING_CONFIGURATION"))
}
