//! REST APIs of CloudFormation, put together from their resources into one document.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::project::Origin;
use crate::project::Written;
use crate::project::api::MOST_APIS;
use crate::project::api::Made;
use crate::project::api::is_of;
use crate::project::api_sam::key_scheme;
use crate::project::api_sam::parameter;
use crate::project::draft::Draft;
use crate::project::draft::method_key;
use crate::project::item::Item;
use crate::project::item::Shape;
use crate::project::names::made_up_id;
use crate::project::scope::Scope;
use crate::project::template::Resource;

/// Segments a path may have. Resources that are each other's parents would go on without end.
const LONGEST_PATH: usize = 64;

pub(crate) fn read(scope: &Scope<'_>, resources: &[Resource]) -> Vec<Made> {
    let apis = resources
        .iter()
        .filter(|resource| resource.kind.as_ref() == "AWS::ApiGateway::RestApi");
    apis.take(MOST_APIS + 1)
        .filter_map(|api| one(scope, resources, api))
        .collect()
}

fn one(scope: &Scope<'_>, resources: &[Resource], api: &Resource) -> Option<Made> {
    let origin = api.whole.origin.clone();
    if let Some(location) = api.properties.get("BodyS3Location") {
        scope.shelf.problem(
            "PROJECT_UNSUPPORTED",
            format!(
                "the document of {} lies in a bucket of S3 (BodyS3Location); use Body with AWS::Include",
                api.id
            ),
            location.origin.clone(),
        );
        return None;
    }
    let name = scope.member_text(&api.properties, "Name");
    let mut draft = match scope.member(&api.properties, "Body") {
        Some(body) => Draft::of(&body),
        None => {
            let title = name.clone().unwrap_or_else(|| api.id.to_string());
            Draft::empty(("openapi", "3.0.1"), &Item::text(&title, &origin), &origin)
        }
    };
    if let Some(types) = scope.member(&api.properties, "BinaryMediaTypes") {
        draft.set("x-amazon-apigateway-binary-media-types", types);
    }
    let id = made_up_id(&api.id);
    let own: Vec<&Resource> = resources
        .iter()
        .filter(|resource| is_of(scope, resource, &id))
        .collect();
    let of_kind = |kind: &'static str| own.iter().copied().filter(move |one| *one.kind == *kind);
    models(scope, &mut draft, of_kind("AWS::ApiGateway::Model"));
    validators(
        scope,
        &mut draft,
        of_kind("AWS::ApiGateway::RequestValidator"),
    );
    gateway_responses(
        scope,
        &mut draft,
        of_kind("AWS::ApiGateway::GatewayResponse"),
    );
    authorizers(scope, &mut draft, of_kind("AWS::ApiGateway::Authorizer"));
    let folders: BTreeMap<&str, (Option<String>, String)> = of_kind("AWS::ApiGateway::Resource")
        .map(|resource| {
            let text = |key: &str| scope.member_text(&resource.properties, key);
            let part = text("PathPart").unwrap_or_default();
            (resource.id.as_ref(), (text("ParentId"), part))
        })
        .collect();
    for method in of_kind("AWS::ApiGateway::Method") {
        let place = scope.member_text(&method.properties, "ResourceId");
        let Some(path) = path(&folders, &place.unwrap_or_default(), &format!("{id}root")) else {
            scope.problem(
                &format!("the ResourceId of {} leads to no path", method.id),
                &method.whole.origin,
            );
            continue;
        };
        let written = scope.member_text(&method.properties, "HttpMethod");
        let key = method_key(&written.unwrap_or_default());
        let operation = operation(scope, &mut draft, method, &path);
        if !draft.add(&path, &key, operation) {
            scope.problem(
                &format!("there are two methods {key} of {path}"),
                &method.whole.origin,
            );
        }
    }
    Some(Made {
        id: api.id.to_string(),
        name: name.unwrap_or_else(|| api.id.to_string()),
        stage: None,
        stage_variables: BTreeMap::new(),
        document: draft.finish(),
        usage_plan: None,
        origin,
    })
}

/// The path of a resource: its parts from the root down.
fn path(
    folders: &BTreeMap<&str, (Option<String>, String)>,
    place: &str,
    root: &str,
) -> Option<String> {
    let mut parts = Vec::new();
    let mut place = place.to_owned();
    while place != root {
        let (parent, part) = folders.get(place.as_str())?;
        parts.push(part.clone());
        if parts.len() > LONGEST_PATH {
            return None;
        }
        place = parent.clone()?;
    }
    parts.reverse();
    Some(format!("/{}", parts.join("/")))
}

fn models<'a>(scope: &Scope<'_>, draft: &mut Draft, models: impl Iterator<Item = &'a Resource>) {
    let schemas = models.filter_map(|model| {
        let name = scope.name_of(&model.id);
        let schema = scope.member(&model.properties, "Schema")?;
        // A schema may be text of JSON.
        let schema = match schema.as_text() {
            Some(text) => {
                let value = serde_json::from_str(text).unwrap_or_default();
                Item::of_json(&value, &schema.origin)
            }
            None => schema,
        };
        Some((Arc::from(name), linked(&schema)))
    });
    draft.add_schemas(schemas.collect());
}

/// A schema whose references to other models of the API lead to those of the document.
fn linked(schema: &Arc<Item>) -> Arc<Item> {
    let shape = match &schema.shape {
        Shape::List(items) => Shape::List(items.iter().map(linked).collect()),
        Shape::Map(members) => Shape::Map(
            members
                .iter()
                .map(|(key, value)| match value.as_text() {
                    Some(text) if key.as_ref() == "$ref" && text.contains("/models/") => {
                        let model = text.rsplit('/').next().unwrap_or_default();
                        let link = format!("#/components/schemas/{model}");
                        (key.clone(), Item::text(&link, &value.origin))
                    }
                    Some(_) | None => (key.clone(), linked(value)),
                })
                .collect(),
        ),
        Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) => return schema.clone(),
    };
    Arc::new(Item::new(shape, schema.origin.clone()).written(Written::Otherwise))
}

fn validators<'a>(
    scope: &Scope<'_>,
    draft: &mut Draft,
    validators: impl Iterator<Item = &'a Resource>,
) {
    let members = validators.map(|validator| {
        let origin = &validator.whole.origin;
        let flag = |key: &str| {
            let holds = scope
                .member(&validator.properties, key)
                .is_some_and(|flag| flag.is_true());
            Arc::new(Item::new(Shape::Bool(holds), origin.clone()))
        };
        let value = Item::map(
            vec![
                ("validateRequestBody", flag("ValidateRequestBody")),
                (
                    "validateRequestParameters",
                    flag("ValidateRequestParameters"),
                ),
            ],
            origin,
        );
        // Methods name a validator by its id, which is its logical id here.
        (validator.id.clone(), value)
    });
    draft.extend("x-amazon-apigateway-request-validators", members.collect());
}

fn gateway_responses<'a>(
    scope: &Scope<'_>,
    draft: &mut Draft,
    responses: impl Iterator<Item = &'a Resource>,
) {
    let members = responses.filter_map(|response| {
        let properties = &response.properties;
        let kind = scope.member_text(properties, "ResponseType")?;
        let mut members = Vec::new();
        for (from, to) in [
            ("StatusCode", "statusCode"),
            ("ResponseParameters", "responseParameters"),
            ("ResponseTemplates", "responseTemplates"),
        ] {
            members.extend(scope.member(properties, from).map(|value| (to, value)));
        }
        Some((Arc::from(kind), Item::map(members, &response.whole.origin)))
    });
    draft.extend("x-amazon-apigateway-gateway-responses", members.collect());
}

fn authorizers<'a>(
    scope: &Scope<'_>,
    draft: &mut Draft,
    authorizers: impl Iterator<Item = &'a Resource>,
) {
    let schemes = authorizers.map(|authorizer| {
        let origin = &authorizer.whole.origin;
        let member = |key: &str| scope.member(&authorizer.properties, key);
        let kind = member("Type").and_then(|kind| kind.scalar());
        let source = member("IdentitySource").and_then(|source| source.scalar());
        let header = source
            .as_deref()
            .and_then(|source| source.rsplit('.').next());
        let mut inner = Vec::new();
        for (from, to) in [
            ("Type", "type"),
            ("AuthorizerUri", "authorizerUri"),
            ("AuthorizerCredentials", "authorizerCredentials"),
            (
                "AuthorizerResultTtlInSeconds",
                "authorizerResultTtlInSeconds",
            ),
            ("IdentitySource", "identitySource"),
            (
                "IdentityValidationExpression",
                "identityValidationExpression",
            ),
            ("ProviderARNs", "providerARNs"),
        ] {
            inner.extend(member(from).map(|value| (to, value)));
        }
        let shown = match kind.as_deref() {
            Some("COGNITO_USER_POOLS") => "cognito_user_pools",
            Some(_) | None => "custom",
        };
        let scheme = Item::map(
            vec![
                ("type", Item::text("apiKey", origin)),
                (
                    "name",
                    Item::text(header.unwrap_or("Authorization"), origin),
                ),
                ("in", Item::text("header", origin)),
                ("x-amazon-apigateway-authtype", Item::text(shown, origin)),
                ("x-amazon-apigateway-authorizer", Item::map(inner, origin)),
            ],
            origin,
        );
        (authorizer.id.clone(), scheme)
    });
    draft.add_schemes(schemes.collect());
}

fn operation(scope: &Scope<'_>, draft: &mut Draft, method: &Resource, path: &str) -> Arc<Item> {
    let origin = &method.whole.origin;
    let member = |key: &str| scope.member(&method.properties, key);
    let mut members: Vec<(&str, Arc<Item>)> = Vec::new();
    members.extend(member("OperationName").map(|name| ("operationId", name)));
    let parameters = parameters(member("RequestParameters"), path, origin);
    if !parameters.is_empty() {
        members.push(("parameters", Item::list(parameters, origin)));
    }
    if let Some(models) = member("RequestModels") {
        let content = content(&models, draft);
        members.push(("requestBody", Item::map(vec![("content", content)], origin)));
    }
    let responses = member("MethodResponses");
    let responses = responses.map(|all| method_responses(&all, draft));
    let responses = responses.unwrap_or_else(|| Item::map(Vec::new(), origin));
    members.push(("responses", responses));
    if let Some(validator) = member("RequestValidatorId") {
        members.push(("x-amazon-apigateway-request-validator", validator));
    }
    let security = security(scope, draft, method);
    if !security.is_empty() {
        members.push(("security", Item::list(security, origin)));
    }
    match member("Integration") {
        Some(written) => {
            members.push(("x-amazon-apigateway-integration", integration(&written)));
        }
        None => scope.problem(&format!("{} has no Integration", method.id), origin),
    }
    Item::map(members, origin)
}

/// Parameters by name; those of the path are there whether they are mentioned or not.
fn parameters(written: Option<Arc<Item>>, path: &str, origin: &Origin) -> Vec<Arc<Item>> {
    let mut found: BTreeMap<String, bool> = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            let name = name.trim_end_matches('+');
            (format!("method.request.path.{name}"), true)
        })
        .collect();
    for (name, value) in written.iter().flat_map(|all| all.members()) {
        let required = match &value.shape {
            Shape::Map(_) => value.get("Required").is_some_and(|flag| flag.is_true()),
            Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) | Shape::List(_) => {
                value.is_true()
            }
        };
        found.insert(name.to_string(), required);
    }
    found
        .iter()
        .filter_map(|(name, required)| parameter(name, *required, true, origin))
        .collect()
}

/// Models by media type.
fn content(models: &Arc<Item>, draft: &Draft) -> Arc<Item> {
    let place = if draft.is_openapi() {
        "#/components/schemas"
    } else {
        "#/definitions"
    };
    let media = models.members().iter().map(|(media, model)| {
        let name = model.scalar().unwrap_or_default();
        let schema = match name.as_str() {
            // Models every API has from the start, which say nothing.
            "Empty" | "Error" => Item::map(Vec::new(), &model.origin),
            _ => {
                let link = Item::text(&format!("{place}/{name}"), &model.origin);
                Item::map(vec![("$ref", link)], &model.origin)
            }
        };
        (
            media.clone(),
            Item::map(vec![("schema", schema)], &model.origin),
        )
    });
    Arc::new(Item::new(
        Shape::Map(media.collect()),
        models.origin.clone(),
    ))
}

fn method_responses(all: &Arc<Item>, draft: &Draft) -> Arc<Item> {
    let responses = all.items().iter().filter_map(|response| {
        let origin = &response.origin;
        let status = response.get_scalar("StatusCode")?;
        let mut members = vec![("description", Item::text("", origin))];
        let headers = response.get("ResponseParameters").map(|all| all.members());
        let headers = headers.unwrap_or_default().iter().filter_map(|(name, _)| {
            let name = name.strip_prefix("method.response.header.")?;
            let kind = Item::map(vec![("type", Item::text("string", origin))], origin);
            let header = if draft.is_openapi() {
                Item::map(vec![("schema", kind)], origin)
            } else {
                kind
            };
            Some((Arc::from(name), header))
        });
        let headers: Vec<(Arc<str>, Arc<Item>)> = headers.collect();
        if !headers.is_empty() {
            let headers = Item::new(Shape::Map(headers), origin.clone());
            members.push(("headers", Arc::new(headers)));
        }
        if let Some(models) = response.get("ResponseModels") {
            members.push(("content", content(models, draft)));
        }
        Some((Arc::from(status), Item::map(members, origin)))
    });
    Arc::new(Item::new(
        Shape::Map(responses.collect()),
        all.origin.clone(),
    ))
}

fn security(scope: &Scope<'_>, draft: &mut Draft, method: &Resource) -> Vec<Arc<Item>> {
    let origin = &method.whole.origin;
    let mut names: Vec<String> = Vec::new();
    let kind = scope.member_text(&method.properties, "AuthorizationType");
    match kind.as_deref() {
        Some("AWS_IAM") => {
            let text = |text: &str| Item::text(text, origin);
            let scheme = Item::map(
                vec![
                    ("type", text("apiKey")),
                    ("name", text("Authorization")),
                    ("in", text("header")),
                    ("x-amazon-apigateway-authtype", text("awsSigv4")),
                ],
                origin,
            );
            draft.add_schemes(vec![(Arc::from("sigv4"), scheme)]);
            names.push("sigv4".to_owned());
        }
        Some("CUSTOM" | "COGNITO_USER_POOLS") => {
            names.extend(scope.member_text(&method.properties, "AuthorizerId"));
        }
        Some(_) | None => {}
    }
    let key = scope.member(&method.properties, "ApiKeyRequired");
    if key.is_some_and(|flag| flag.is_true()) {
        draft.add_schemes(vec![(Arc::from("api_key"), key_scheme(origin))]);
        names.push("api_key".to_owned());
    }
    if names.is_empty() {
        return Vec::new();
    }
    // One entry: all of them are asked for.
    let entry = names.iter();
    let entry = entry.map(|name| (name.as_str(), Item::list(Vec::new(), origin)));
    vec![Item::map(entry.collect(), origin)]
}

/// An integration as the extension of OpenAPI writes it.
fn integration(written: &Arc<Item>) -> Arc<Item> {
    let origin = &written.origin;
    let mut members: Vec<(&str, Arc<Item>)> = Vec::new();
    for (from, to) in [
        ("Uri", "uri"),
        ("Credentials", "credentials"),
        ("IntegrationHttpMethod", "httpMethod"),
        ("RequestTemplates", "requestTemplates"),
        ("RequestParameters", "requestParameters"),
        ("TimeoutInMillis", "timeoutInMillis"),
        ("ContentHandling", "contentHandling"),
        ("CacheNamespace", "cacheNamespace"),
        ("CacheKeyParameters", "cacheKeyParameters"),
        ("ConnectionId", "connectionId"),
        ("ConnectionType", "connectionType"),
    ] {
        members.extend(written.get(from).map(|value| (to, value.clone())));
    }
    for (from, to) in [
        ("Type", "type"),
        ("PassthroughBehavior", "passthroughBehavior"),
    ] {
        if let Some(value) = written.get(from) {
            let small = value.scalar().unwrap_or_default().to_ascii_lowercase();
            members.push((to, Item::text(&small, &value.origin)));
        }
    }
    let responses = written.get("IntegrationResponses").map(|all| all.items());
    let responses = responses.unwrap_or_default().iter().map(|response| {
        let pattern = response
            .get_scalar("SelectionPattern")
            .filter(|pattern| !pattern.is_empty())
            .unwrap_or_else(|| "default".to_owned());
        let mut members = Vec::new();
        for (from, to) in [
            ("StatusCode", "statusCode"),
            ("ResponseTemplates", "responseTemplates"),
            ("ResponseParameters", "responseParameters"),
            ("ContentHandling", "contentHandling"),
        ] {
            members.extend(response.get(from).map(|value| (to, value.clone())));
        }
        (Arc::from(pattern), Item::map(members, &response.origin))
    });
    let responses: Vec<(Arc<str>, Arc<Item>)> = responses.collect();
    if !responses.is_empty() {
        let responses = Item::new(Shape::Map(responses), origin.clone());
        members.push(("responses", Arc::new(responses)));
    }
    Item::map(members, origin)
}
