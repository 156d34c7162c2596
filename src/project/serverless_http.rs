//! The `http` events of functions and state machines in `serverless.yml`, as resources of API Gateway.
//!
//! What is put together follows what the framework (3.x) and `serverless-step-functions` (3.x) deploy.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::project::Origin;
use crate::project::item::Item;
use crate::project::item::Shape;
use crate::project::serverless::Deployment;
use crate::project::serverless::normalized;
use crate::project::serverless_cors::note_preflight;
use crate::project::serverless_cors::origin_header;
use crate::project::serverless_cors::preflight;
use crate::project::serverless_keys;
use crate::project::serverless_templates::request_templates;
use crate::project::variables::Variables;

/// The API of the functions, and that of the state machines.
const FUNCTIONS: &str = "ApiGatewayRestApi";
const MACHINES: &str = "ApiGatewayRestApiStepFunctions";

/// What an event says.
pub(crate) struct Http {
    pub path: String,
    /// In capitals.
    pub method: String,
    pub settings: Arc<Item>,
    pub origin: Origin,
}

fn events(variables: &Variables<'_>, owner: &Item) -> Vec<Http> {
    let mut found = Vec::new();
    for event in owner
        .get("events")
        .map(|all| all.items())
        .unwrap_or_default()
    {
        if event.get("httpApi").is_some() {
            variables.shelf.problem(
                "PROJECT_UNSUPPORTED",
                "an event of the type httpApi is not supported; http is",
                event.origin.clone(),
            );
        }
        let Some(http) = event.get("http") else {
            continue;
        };
        let (method, path) = match http.as_text() {
            Some(text) => match text.trim().split_once(' ') {
                Some((method, path)) => (Some(method.to_owned()), Some(path.to_owned())),
                None => (None, None),
            },
            None => (http.get_scalar("method"), http.get_scalar("path")),
        };
        let (Some(method), Some(path)) = (method, path) else {
            variables.shelf.problem(
                "PROJECT_TEMPLATE",
                "an event of the type http needs a method and a path",
                http.origin.clone(),
            );
            continue;
        };
        found.push(Http {
            path: path.trim().trim_matches('/').to_owned(),
            method: method.to_ascii_uppercase(),
            settings: http.clone(),
            origin: http.origin.clone(),
        });
    }
    found
}

/// Adds the methods that start a state machine.
pub(crate) fn machine_events(
    variables: &Variables<'_>,
    out: &mut Deployment,
    machine: &str,
    settings: &Item,
) {
    let mut preflights = BTreeMap::new();
    for http in events(variables, settings) {
        let integration = start(&http, machine, out);
        method(out, MACHINES, &http, integration, answers(&http));
        validators(out, MACHINES, &http);
        note_preflight(&mut preflights, &http);
    }
    for (path, cors) in preflights {
        preflight(out, MACHINES, &path, &cors);
    }
}

/// Adds the methods that hand requests to functions.
pub(crate) fn function_events(
    variables: &Variables<'_>,
    out: &mut Deployment,
    functions: &[(Arc<str>, Arc<Item>)],
) {
    let mut preflights = BTreeMap::new();
    for (name, function) in functions {
        for http in events(variables, function) {
            let origin = &http.origin;
            let kind = http.settings.get_scalar("integration").unwrap_or_default();
            if !matches!(
                kind.to_ascii_lowercase().replace('_', "-").as_str(),
                "" | "lambda-proxy" | "aws-proxy"
            ) {
                variables.shelf.problem(
                    "PROJECT_UNSUPPORTED",
                    format!("the integration {kind} of {name} is not supported; lambda-proxy is"),
                    origin.clone(),
                );
                continue;
            }
            let text = |text: &str| Item::text(text, origin);
            let uri = format!(
                "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{}LambdaFunction.Arn}}/invocations",
                normalized(name)
            );
            let integration = Item::map(
                vec![
                    ("Type", text("AWS_PROXY")),
                    ("IntegrationHttpMethod", text("POST")),
                    ("Uri", Item::map(vec![("Fn::Sub", text(&uri))], origin)),
                ],
                origin,
            );
            method(out, FUNCTIONS, &http, integration, Vec::new());
            validators(out, FUNCTIONS, &http);
            note_preflight(&mut preflights, &http);
        }
    }
    for (path, cors) in preflights {
        preflight(out, FUNCTIONS, &path, &cors);
    }
}

/// Adds the APIs that methods belong to, their stages, and the keys of the provider.
pub(crate) fn finish(out: &mut Deployment) {
    let origin = out.provider.origin.clone();
    let text = |text: &str| Item::text(text, &origin);
    if !out.has("AWS::ApiGateway::Method") {
        return;
    }
    let (service, stage) = (out.service.clone(), out.stage.clone());
    let used: Vec<&str> = [FUNCTIONS, MACHINES]
        .into_iter()
        .filter(|api| out.has_method_of(api))
        .collect();
    for api in used {
        let name = if api == FUNCTIONS {
            format!("{stage}-{service}")
        } else {
            format!("{stage}-{service}-stepfunctions")
        };
        let properties = Item::map(vec![("Name", text(&name))], &origin);
        out.push(api, "AWS::ApiGateway::RestApi", properties, &origin);
        let properties = Item::map(
            vec![
                ("RestApiId", reference(api, &origin)),
                ("StageName", text(&stage)),
            ],
            &origin,
        );
        let id = format!("{api}Deployment");
        out.push(&id, "AWS::ApiGateway::Deployment", properties, &origin);
        serverless_keys::add(out, api, &stage);
    }
}

pub(crate) fn reference(id: &str, origin: &Origin) -> Arc<Item> {
    Item::map(vec![("Ref", Item::text(id, origin))], origin)
}

/// Adds a method and the resources on the way to it.
fn method(
    out: &mut Deployment,
    api: &str,
    http: &Http,
    integration: Arc<Item>,
    responses: Vec<Arc<Item>>,
) {
    let origin = &http.origin;
    let text = |text: &str| Item::text(text, origin);
    let settings = &http.settings;
    let is_private = settings.get("private").is_some_and(|flag| flag.is_true());
    let mut properties = vec![
        ("RestApiId", reference(api, origin)),
        ("ResourceId", folder(out, api, &http.path, origin)),
        ("HttpMethod", text(&http.method)),
        (
            "ApiKeyRequired",
            Arc::new(Item::new(Shape::Bool(is_private), origin.clone())),
        ),
        ("Integration", integration),
    ];
    let authorizer = settings.get("authorizer");
    let named = authorizer.and_then(|one| one.scalar().or_else(|| one.get_scalar("type")));
    match named.as_deref() {
        Some(name) if name.eq_ignore_ascii_case("aws_iam") => {
            properties.push(("AuthorizationType", text("AWS_IAM")));
        }
        Some(_) => {
            let id = authorizer
                .and_then(|one| one.get_scalar("authorizerId"))
                .or_else(|| authorizer?.get_scalar("name"))
                .or_else(|| authorizer?.scalar())
                .unwrap_or_else(|| "authorizer".to_owned());
            properties.push(("AuthorizationType", text("CUSTOM")));
            properties.push(("AuthorizerId", text(&id)));
        }
        None => {}
    }
    if !responses.is_empty() {
        properties.push(("MethodResponses", Item::list(responses, origin)));
    }
    let request = settings.get("request");
    if let Some(schemas) = request.and_then(|request| request.get("schemas")) {
        let models = schemas
            .members()
            .iter()
            .map(|(media, _)| (media.clone(), text(&model_name(http, media))));
        let models = Item::new(Shape::Map(models.collect()), origin.clone());
        properties.push(("RequestModels", Arc::new(models)));
        properties.push(("RequestValidatorId", text(&format!("{api}Validator"))));
    }
    let parameters = request.and_then(|request| request.get("parameters"));
    let mut named: Vec<(Arc<str>, Arc<Item>)> = Vec::new();
    for (from, to) in [
        ("querystrings", "querystring"),
        ("headers", "header"),
        ("paths", "path"),
    ] {
        let entries = parameters
            .and_then(|all| all.get(from))
            .map(|all| all.members());
        for (name, value) in entries.unwrap_or_default() {
            let required = value
                .get("required")
                .cloned()
                .unwrap_or_else(|| value.clone());
            named.push((Arc::from(format!("method.request.{to}.{name}")), required));
        }
    }
    if !named.is_empty() {
        let named = Item::new(Shape::Map(named), origin.clone());
        properties.push(("RequestParameters", Arc::new(named)));
    }
    let id = format!("{api}Method{}{}", tag(&http.path), http.method);
    out.push(
        &id,
        "AWS::ApiGateway::Method",
        Item::map(properties, origin),
        origin,
    );
}

/// A part of a logical id for a path.
pub(crate) fn tag(path: &str) -> String {
    let parts = path.split('/').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let inner = part.trim_matches(['{', '}', '+']);
            let kind = if part.starts_with('{') { "Var" } else { "" };
            format!("{}{kind}", normalized(inner))
        })
        .collect()
}

/// The resource of a path; those on the way to it are added.
pub(crate) fn folder(out: &mut Deployment, api: &str, path: &str, origin: &Origin) -> Arc<Item> {
    let root = Item::list(
        vec![
            Item::text(api, origin),
            Item::text("RootResourceId", origin),
        ],
        origin,
    );
    let mut parent = Item::map(vec![("Fn::GetAtt", root)], origin);
    let mut so_far = String::new();
    for part in path.split('/').filter(|part| !part.is_empty()).take(60) {
        so_far = format!("{so_far}/{part}");
        let id = format!("{api}Resource{}", tag(&so_far));
        if !out.has_id(&id) {
            let properties = Item::map(
                vec![
                    ("RestApiId", reference(api, origin)),
                    ("ParentId", parent),
                    ("PathPart", Item::text(part, origin)),
                ],
                origin,
            );
            out.push(&id, "AWS::ApiGateway::Resource", properties, origin);
        }
        parent = reference(&id, origin);
    }
    parent
}

/// The integration that starts a state machine, as the plugin deploys it.
fn start(http: &Http, machine: &str, out: &Deployment) -> Arc<Item> {
    let origin = &http.origin;
    let text = |text: &str| Item::text(text, origin);
    let settings = &http.settings;
    let action = settings.get_scalar("action");
    let uri = format!(
        "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:states:action/{}",
        action.as_deref().unwrap_or("StartExecution")
    );
    let behavior = if action.is_some() {
        "WHEN_NO_TEMPLATES"
    } else {
        "NEVER"
    };
    let mut members = vec![
        ("IntegrationHttpMethod", text("POST")),
        ("Type", text("AWS")),
        ("Uri", Item::map(vec![("Fn::Sub", text(&uri))], origin)),
        ("PassthroughBehavior", text(behavior)),
        (
            "RequestTemplates",
            request_templates(settings, machine, action.is_some(), origin),
        ),
        ("IntegrationResponses", responses(http)),
    ];
    let timeout = settings.get("timeoutInMillis").or_else(|| {
        let gateway = out.provider.get("apiGateway")?;
        gateway.get("timeoutInMillis")
    });
    members.extend(timeout.map(|timeout| ("TimeoutInMillis", timeout.clone())));
    Item::map(members, origin)
}

/// What comes of the answers of the service.
fn responses(http: &Http) -> Arc<Item> {
    let origin = &http.origin;
    let text = |text: &str| Item::text(text, origin);
    let allowed = origin_header(http);
    let response = |status: Arc<Item>,
                    pattern: &str,
                    parameters: Vec<(Arc<str>, Arc<Item>)>,
                    templates: Option<&Arc<Item>>| {
        let mut parameters = parameters;
        parameters.extend(allowed.clone().map(|value| {
            (
                Arc::from("method.response.header.Access-Control-Allow-Origin"),
                value,
            )
        }));
        let mut members = vec![
            ("StatusCode", status),
            ("SelectionPattern", text(pattern)),
            (
                "ResponseParameters",
                Arc::new(Item::new(Shape::Map(parameters), origin.clone())),
            ),
        ];
        let filled = templates.filter(|templates| !templates.members().is_empty());
        members.extend(filled.map(|templates| ("ResponseTemplates", templates.clone())));
        Item::map(members, origin)
    };
    let list = match http.settings.get("responses") {
        Some(all) => all
            .members()
            .iter()
            .map(|(key, value)| {
                let status = value.get("statusCode").cloned();
                let pattern = value.get_scalar("selectionPattern");
                let parameters = value.get("responseParameters").map(|one| one.members());
                response(
                    status.unwrap_or_else(|| text(key)),
                    pattern.as_deref().unwrap_or(key),
                    parameters.unwrap_or_default().to_vec(),
                    value.get("responseTemplates"),
                )
            })
            .collect(),
        None => {
            let said = http.settings.get("response");
            let headers = said.and_then(|said| said.get("headers"));
            let headers = headers.map(|all| all.members()).unwrap_or_default().iter();
            let headers = headers.map(|(name, value)| {
                (
                    Arc::from(format!("method.response.header.{name}")),
                    value.clone(),
                )
            });
            let template = said.and_then(|said| said.get("template"));
            vec![
                response(text("200"), "", headers.collect(), template),
                response(text("400"), "400", Vec::new(), None),
            ]
        }
    };
    Item::list(list, origin)
}

/// The answers a method declares: with the headers of its response, and the origin that is allowed.
fn answers(http: &Http) -> Vec<Arc<Item>> {
    let origin = &http.origin;
    let said = http.settings.get("response");
    let headers = said.and_then(|said| said.get("headers"));
    let declared = |names: Vec<String>| {
        let mut names = names;
        if origin_header(http).is_some() {
            names.push("Access-Control-Allow-Origin".to_owned());
        }
        let flag = Arc::new(Item::new(Shape::Bool(true), origin.clone()));
        let members = names.into_iter().map(|name| {
            (
                Arc::from(format!("method.response.header.{name}")),
                flag.clone(),
            )
        });
        Arc::new(Item::new(Shape::Map(members.collect()), origin.clone()))
    };
    let answer = |status: &str, names: Vec<String>| {
        Item::map(
            vec![
                ("StatusCode", Item::text(status, origin)),
                ("ResponseParameters", declared(names)),
            ],
            origin,
        )
    };
    let names = headers.map(|all| all.members()).unwrap_or_default().iter();
    let names = names.map(|(name, _)| name.to_string()).collect();
    vec![answer("200", names), answer("400", Vec::new())]
}

/// Adds the models and the validator a method asks for.
fn validators(out: &mut Deployment, api: &str, http: &Http) {
    let origin = &http.origin;
    let request = http.settings.get("request");
    let Some(schemas) = request.and_then(|request| request.get("schemas")).cloned() else {
        return;
    };
    for (media, schema) in schemas.members() {
        let shared = schema.scalar().and_then(|name| {
            let gateway = out.provider.get("apiGateway")?;
            gateway.get("request")?.get("schemas")?.get(&name).cloned()
        });
        let schema = shared.unwrap_or_else(|| schema.clone());
        let schema = schema.get("schema").unwrap_or(&schema).clone();
        let properties = Item::map(
            vec![
                ("RestApiId", reference(api, origin)),
                ("Schema", schema),
                ("Name", Item::text(&model_name(http, media), origin)),
            ],
            origin,
        );
        let id = format!("{api}{}", model_name(http, media));
        out.push(&id, "AWS::ApiGateway::Model", properties, origin);
    }
    let id = format!("{api}Validator");
    if !out.has_id(&id) {
        let flag = Arc::new(Item::new(Shape::Bool(true), origin.clone()));
        let properties = Item::map(
            vec![
                ("RestApiId", reference(api, origin)),
                ("ValidateRequestBody", flag.clone()),
                ("ValidateRequestParameters", flag),
            ],
            origin,
        );
        out.push(&id, "AWS::ApiGateway::RequestValidator", properties, origin);
    }
}

fn model_name(http: &Http, media: &str) -> String {
    let media: String = media.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{}{}{media}Model", tag(&http.path), http.method)
}
