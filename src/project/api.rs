//! The APIs of a template, each as one document, with the keys and variables of its stage.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::project::ApiDocument;
use crate::project::Origin;
use crate::project::api_cfn;
use crate::project::api_sam;
use crate::project::item::Item;
use crate::project::names::made_up_id;
use crate::project::scope::Scope;
use crate::project::template::Resource;
use crate::project::template::Stack;
use crate::project::template::texts;
use crate::project::usage::Usage;

/// APIs that are read of one template.
pub(crate) const MOST_APIS: usize = 100;

/// What is known of an API before its stage and keys are looked up.
pub(crate) struct Made {
    pub id: String,
    pub name: String,
    pub stage: Option<String>,
    pub stage_variables: BTreeMap<String, String>,
    pub document: Arc<Item>,
    /// `Auth.UsagePlan` of the Serverless Application Model.
    pub usage_plan: Option<Arc<Item>>,
    pub origin: Origin,
}

/// All APIs: those of the Serverless Application Model, those its events imply, those of CloudFormation.
pub(crate) fn read(
    scope: &Scope<'_>,
    resources: &[Resource],
    stack: &Stack<'_>,
) -> Vec<ApiDocument> {
    let mut made = api_sam::read(scope, resources, &stack.root);
    made.extend(api_cfn::read(scope, resources));
    if let Some(first) = made.get(MOST_APIS) {
        let message = format!("more than {MOST_APIS} APIs are not read");
        scope.problem(&message, &first.origin);
        made.truncate(MOST_APIS);
    }
    for resource in resources {
        if let "AWS::Serverless::HttpApi" | "AWS::ApiGatewayV2::Api" = resource.kind.as_ref() {
            scope.shelf.problem(
                "PROJECT_UNSUPPORTED",
                format!(
                    "{} is an API of version 2 ({}), which is not supported; REST APIs are",
                    resource.id, resource.kind
                ),
                resource.whole.origin.clone(),
            );
        }
    }
    let usage = Usage::read(scope, resources, stack.given, &made);
    made.into_iter()
        .map(|made| finish(scope, resources, &usage, made))
        .collect()
}

fn finish(scope: &Scope<'_>, resources: &[Resource], usage: &Usage, made: Made) -> ApiDocument {
    let api = made_up_id(&made.id);
    let stage = stage_of(scope, resources, &api);
    let (named, mut variables) = stage.unwrap_or_default();
    variables.extend(made.stage_variables);
    let stage = made.stage.or(named).unwrap_or_default();
    ApiDocument {
        api_keys: usage.keys(&api, &stage),
        origins: made.document.origins(),
        document: made.document.json(),
        id: made.id,
        name: made.name,
        stage,
        stage_variables: variables,
        origin: made.origin,
    }
}

/// The stage that a resource of its own, or a deployment, gives an API.
fn stage_of(
    scope: &Scope<'_>,
    resources: &[Resource],
    api: &str,
) -> Option<(Option<String>, BTreeMap<String, String>)> {
    let of_kind = |kind: &str| {
        let kind = kind.to_owned();
        resources
            .iter()
            .find(move |resource| *resource.kind == *kind && is_of(scope, resource, api))
    };
    if let Some(stage) = of_kind("AWS::ApiGateway::Stage") {
        let variables = scope.member(&stage.properties, "Variables");
        return Some((
            scope.member_text(&stage.properties, "StageName"),
            texts(variables.as_deref()),
        ));
    }
    let deployment = of_kind("AWS::ApiGateway::Deployment")?;
    let described = scope.member(&deployment.properties, "StageDescription");
    let variables = described.and_then(|one| one.get("Variables").cloned());
    Some((
        scope.member_text(&deployment.properties, "StageName"),
        texts(variables.as_deref()),
    ))
}

/// Whether a resource belongs to an API.
pub(crate) fn is_of(scope: &Scope<'_>, resource: &Resource, api: &str) -> bool {
    let named = scope.member_text(&resource.properties, "RestApiId");
    named.as_deref() == Some(api)
}
