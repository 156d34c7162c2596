//! The API keys and usage plans of the provider in `serverless.yml`, as resources of API Gateway.
//!
//! The framework (3.x) puts all keys into one plan, or, where plans have names, each into the plan it stands under.

use std::sync::Arc;

use crate::project::Origin;
use crate::project::item::Item;
use crate::project::serverless::Deployment;
use crate::project::serverless::normalized;
use crate::project::serverless_http::reference;

/// Adds the plans and keys of an API's stage.
pub(crate) fn add(out: &mut Deployment, api: &str, stage: &str) {
    let keys = setting(out, "apiKeys");
    let plans = setting(out, "usagePlan");
    if let Some(list) = plans.as_ref().filter(|plans| !plans.items().is_empty()) {
        for (name, limits) in list.items().iter().flat_map(|entry| entry.members()) {
            let id = format!("{api}UsagePlan{}", normalized(name));
            plan(out, api, stage, &id, limits);
        }
    } else if let Some(limits) = plans.as_ref().or(keys.as_ref()) {
        plan(out, api, stage, &format!("{api}UsagePlan"), limits);
    }
    let mut number = 0;
    for entry in keys.iter().flat_map(|keys| keys.items()) {
        let under = entry
            .members()
            .iter()
            .find(|(_, list)| !list.items().is_empty());
        let (name, own) = match under {
            Some((name, list)) => (normalized(name), list.items()),
            None => (String::new(), std::slice::from_ref(entry)),
        };
        for one in own {
            number += 1;
            key(out, api, number, &format!("{api}UsagePlan{name}"), one);
        }
    }
}

fn setting(out: &Deployment, name: &str) -> Option<Arc<Item>> {
    let gateway = out.provider.get("apiGateway");
    gateway
        .and_then(|gateway| gateway.get(name))
        .or_else(|| out.provider.get(name))
        .cloned()
}

/// A plan with what `limits` says of it, in the framework's words.
fn plan(out: &mut Deployment, api: &str, stage: &str, id: &str, limits: &Item) {
    let origin = &limits.origin;
    let stages = Item::map(
        vec![
            ("ApiId", reference(api, origin)),
            ("Stage", Item::text(stage, origin)),
        ],
        origin,
    );
    let translated = |part: &str, names: &[(&str, &'static str)]| {
        let part = limits.get(part)?;
        let members = names
            .iter()
            .filter_map(|(from, to)| Some((*to, part.get(from)?.clone())));
        Some(Item::map(members.collect(), &part.origin))
    };
    let mut properties = vec![("ApiStages", Item::list(vec![stages], origin))];
    let throttle = [("burstLimit", "BurstLimit"), ("rateLimit", "RateLimit")];
    properties.extend(translated("throttle", &throttle).map(|item| ("Throttle", item)));
    let quota = [
        ("limit", "Limit"),
        ("offset", "Offset"),
        ("period", "Period"),
    ];
    properties.extend(translated("quota", &quota).map(|item| ("Quota", item)));
    let properties = Item::map(properties, origin);
    out.push(id, "AWS::ApiGateway::UsagePlan", properties, origin);
}

/// A key and the link to its plan.
fn key(out: &mut Deployment, api: &str, number: usize, plan: &str, key: &Item) {
    let origin: &Origin = &key.origin;
    let name = key.scalar().or_else(|| key.get_scalar("name"));
    let name = name.unwrap_or_else(|| format!("key{number}"));
    let mut properties = vec![("Name", Item::text(&name, origin))];
    properties.extend(key.get("value").map(|value| ("Value", value.clone())));
    properties.extend(key.get("enabled").map(|value| ("Enabled", value.clone())));
    let id = format!("{api}ApiKey{number}");
    out.push(
        &id,
        "AWS::ApiGateway::ApiKey",
        Item::map(properties, origin),
        origin,
    );
    let link = vec![
        ("KeyId", reference(&id, origin)),
        ("UsagePlanId", reference(plan, origin)),
        ("KeyType", Item::text("API_KEY", origin)),
    ];
    out.push(
        &format!("{id}PlanKey"),
        "AWS::ApiGateway::UsagePlanKey",
        Item::map(link, origin),
        origin,
    );
}
