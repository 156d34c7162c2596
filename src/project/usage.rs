//! The API keys of a template and its usage plans: which key may call which stage, and how often.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use crate::project::ApiKey;
use crate::project::KeyGrant;
use crate::project::Quota;
use crate::project::QuotaPeriod;
use crate::project::Throttle;
use crate::project::UsagePlan;
use crate::project::api::Made;
use crate::project::item::Item;
use crate::project::names::made_up_id;
use crate::project::params::Given;
use crate::project::scope::Scope;
use crate::project::template::Resource;

/// What an account allows in a region, where a plan leaves one of the two out.
const ACCOUNT: Throttle = Throttle {
    rate: 10_000.0,
    burst: 5_000,
};

/// All keys and plans of a template.
pub(crate) struct Usage {
    plans: Vec<Planned>,
    keys: Vec<Known>,
}

struct Planned {
    /// Without limits of single methods, which belong to a stage.
    plan: UsagePlan,
    stages: Vec<Stage>,
    /// Ids of the keys in it.
    keys: Vec<String>,
}

struct Known {
    key: ApiKey,
    /// The stages that it names itself, which only counts where there are no plans.
    stages: Vec<Stage>,
}

struct Stage {
    api: String,
    /// None for all stages of the API.
    name: Option<String>,
    methods: BTreeMap<String, Throttle>,
}

impl Usage {
    pub(crate) fn read(
        scope: &Scope<'_>,
        resources: &[Resource],
        given: &Given,
        apis: &[Made],
    ) -> Usage {
        let of_kind = |kind: &'static str| resources.iter().filter(move |one| *one.kind == *kind);
        let mut usage = Usage {
            plans: of_kind("AWS::ApiGateway::UsagePlan")
                .map(|resource| planned(scope, resource))
                .collect(),
            keys: of_kind("AWS::ApiGateway::ApiKey")
                .map(|resource| known(scope, resource, given))
                .collect(),
        };
        for made in apis {
            if let Some(wanted) = &made.usage_plan {
                usage.generate(scope, given, made, wanted);
            }
        }
        for link in of_kind("AWS::ApiGateway::UsagePlanKey") {
            let plan = scope.member_text(&link.properties, "UsagePlanId");
            let mut plans = usage.plans.iter_mut();
            if let Some(planned) = plans.find(|one| Some(&one.plan.id) == plan.as_ref()) {
                let key = scope.member_text(&link.properties, "KeyId");
                planned.keys.extend(key);
            }
        }
        usage
    }

    /// The keys for a stage, those first that are let in.
    pub(crate) fn keys(&self, api: &str, stage: &str) -> Vec<ApiKey> {
        let grant = |known: &Known| {
            if self.plans.is_empty() {
                let named = known.stages.iter().any(|one| one.is(api, stage));
                return named.then_some(KeyGrant::Unlimited);
            }
            let plan = self.plan(&known.key.id, api, stage);
            Some(plan.map_or(KeyGrant::NoPlan, |plan| KeyGrant::Plan(Arc::new(plan))))
        };
        let keys = self.keys.iter().filter_map(|known| {
            Some(ApiKey {
                grant: grant(known)?,
                ..known.key.clone()
            })
        });
        let mut keys: Vec<ApiKey> = keys.collect();
        keys.sort_by_key(|key| key.grant == KeyGrant::NoPlan);
        keys
    }

    fn plan(&self, key: &str, api: &str, stage: &str) -> Option<UsagePlan> {
        let mut plans = self.plans.iter();
        plans.find_map(|planned| {
            let stage = planned.stages.iter().find(|one| one.is(api, stage))?;
            planned.keys.iter().any(|id| id == key).then(|| UsagePlan {
                methods: stage.methods.clone(),
                ..planned.plan.clone()
            })
        })
    }

    /// Plan and key that the Serverless Application Model adds for `Auth.UsagePlan`.
    fn generate(&mut self, scope: &Scope<'_>, given: &Given, api: &Made, wanted: &Item) {
        let owner = match wanted.get_scalar("CreateUsagePlan").as_deref() {
            Some("PER_API") => api.id.as_str(),
            Some("SHARED") => "Serverless",
            Some("NONE") => return,
            Some(_) | None => {
                let message = "UsagePlan needs CreateUsagePlan: PER_API, SHARED or NONE";
                return scope.problem(message, &wanted.origin);
            }
        };
        let (plan, key) = (format!("{owner}UsagePlan"), format!("{owner}ApiKey"));
        let stage = Stage {
            api: made_up_id(&api.id),
            name: None,
            methods: BTreeMap::new(),
        };
        if let Some(shared) = self.plans.iter_mut().find(|one| one.plan.id == plan) {
            shared.stages.push(stage);
            return;
        }
        self.plans.push(Planned {
            plan: limits(scope, wanted, &plan),
            stages: vec![stage],
            keys: vec![key.clone()],
        });
        self.keys.push(Known {
            key: ApiKey {
                value: given.value(&format!("apiKey.{key}")),
                name: key.clone(),
                id: key,
                enabled: true,
                grant: KeyGrant::NoPlan,
            },
            stages: Vec::new(),
        });
    }
}

impl Stage {
    fn is(&self, api: &str, stage: &str) -> bool {
        let fits = |name: &String| name == stage || stage.is_empty();
        self.api == api && self.name.as_ref().is_none_or(fits)
    }
}

fn planned(scope: &Scope<'_>, resource: &Resource) -> Planned {
    let properties = scope.resolve(&resource.properties);
    let properties = properties.as_deref().unwrap_or(&resource.properties);
    Planned {
        plan: limits(scope, properties, &resource.id),
        stages: stages(scope, properties, "ApiStages", ["ApiId", "Stage"]),
        keys: Vec::new(),
    }
}

fn known(scope: &Scope<'_>, resource: &Resource, given: &Given) -> Known {
    let properties = scope.resolve(&resource.properties);
    let properties = properties.as_deref().unwrap_or(&resource.properties);
    let name = properties.get_scalar("Name");
    let value = properties.get_scalar("Value");
    Known {
        key: ApiKey {
            id: resource.id.to_string(),
            name: name.unwrap_or_else(|| resource.id.to_string()),
            value: value.or_else(|| given.value(&format!("apiKey.{}", resource.id))),
            // The service takes a key that says nothing as disabled; templates that leave it out mean the opposite.
            enabled: properties
                .get("Enabled")
                .is_none_or(|enabled| enabled.is_true()),
            grant: KeyGrant::NoPlan,
        },
        stages: stages(scope, properties, "StageKeys", ["RestApiId", "StageName"]),
    }
}

fn stages(scope: &Scope<'_>, of: &Item, list: &str, names: [&str; 2]) -> Vec<Stage> {
    let [api, name] = names;
    let list = of.get(list).map(|list| list.items()).unwrap_or_default();
    let stages = list.iter().filter_map(|entry| {
        let methods = entry.get("Throttle").map(|all| all.members());
        let methods = methods.unwrap_or_default().iter();
        Some(Stage {
            api: entry.get_scalar(api)?,
            name: entry.get_scalar(name),
            methods: methods
                .filter_map(|(method, limits)| Some((method.to_string(), throttle(scope, limits)?)))
                .collect(),
        })
    });
    stages.collect()
}

/// What a plan allows, in the words of CloudFormation, which are those of the Serverless Application Model as well.
fn limits(scope: &Scope<'_>, of: &Item, id: &str) -> UsagePlan {
    let name = of.get_scalar("UsagePlanName");
    UsagePlan {
        id: id.to_owned(),
        name: name.unwrap_or_else(|| id.to_owned()),
        throttle: of.get("Throttle").and_then(|one| throttle(scope, one)),
        methods: BTreeMap::new(),
        quota: of.get("Quota").and_then(|one| quota(scope, one)),
    }
}

fn throttle(scope: &Scope<'_>, of: &Item) -> Option<Throttle> {
    let rate = number(scope, of, "RateLimit");
    let rate = rate.filter(|rate: &f64| rate.is_finite() && *rate >= 0.0);
    let burst = number(scope, of, "BurstLimit");
    if rate.is_none() && burst.is_none() {
        return None;
    }
    Some(Throttle {
        rate: rate.unwrap_or(ACCOUNT.rate),
        burst: burst.unwrap_or(ACCOUNT.burst),
    })
}

fn quota(scope: &Scope<'_>, of: &Item) -> Option<Quota> {
    let period = match of.get_scalar("Period").as_deref() {
        Some("DAY") => Some(QuotaPeriod::Day),
        Some("WEEK") => Some(QuotaPeriod::Week),
        Some("MONTH") => Some(QuotaPeriod::Month),
        Some(_) | None => None,
    };
    let limit = number(scope, of, "Limit");
    let (Some(limit), Some(period)) = (limit, period) else {
        let message = "a quota needs a Limit and a Period of DAY, WEEK or MONTH; it is left out";
        scope.problem(message, &of.origin);
        return None;
    };
    Some(Quota {
        limit,
        offset: number(scope, of, "Offset").unwrap_or_default(),
        period,
    })
}

fn number<T: FromStr>(scope: &Scope<'_>, of: &Item, key: &str) -> Option<T> {
    let item = of.get(key)?;
    let text = item.scalar().unwrap_or_default();
    let number = text.trim().parse().ok();
    if number.is_none() {
        let message = format!("{key} of a usage plan should be a number that is not negative");
        scope.problem(&message, &item.origin);
    }
    number
}
