//! APIs of the Serverless Application Model: documents in a template, and those that events imply.
//!
//! What is generated is what the model's own transform generates (aws-sam-translator 1.x).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::project::Origin;
use crate::project::api::Made;
use crate::project::draft::Draft;
use crate::project::draft::allowed_methods;
use crate::project::draft::is_method;
use crate::project::draft::method_key;
use crate::project::draft::preflight;
use crate::project::globals;
use crate::project::item::Item;
use crate::project::item::Shape;
use crate::project::load;
use crate::project::names::made_up_id;
use crate::project::scope::Scope;
use crate::project::template::Resource;
use crate::project::template::texts;

/// The logical id of the API that events without one belong to.
const IMPLICIT: &str = "ServerlessRestApi";

/// An event of the type `Api`.
struct Event<'a> {
    name: Arc<str>,
    owner: &'a Resource,
    path: String,
    method: String,
    properties: Arc<Item>,
    origin: Origin,
}

pub(crate) fn read(scope: &Scope<'_>, resources: &[Resource], root: &Item) -> Vec<Made> {
    let mut events = events(scope, resources);
    let mut made = Vec::new();
    for resource in resources {
        if resource.kind.as_ref() == "AWS::Serverless::Api" {
            let own = events.remove(&made_up_id(&resource.id)).unwrap_or_default();
            made.extend(explicit(scope, resource, &own));
        }
    }
    if let Some(own) = events.remove(&made_up_id(IMPLICIT))
        && let Some(first) = own.first()
    {
        let origin = first.origin.clone();
        let properties = globals::with(
            root.get("Globals"),
            "AWS::Serverless::Api",
            &Item::map(Vec::new(), &origin),
        );
        let mut draft = empty(scope, &properties, &origin);
        generate(scope, &mut draft, &own);
        let settings = settings(scope, &properties);
        let name = settings.get_scalar("Name");
        made.push(Made {
            id: IMPLICIT.to_owned(),
            name: name.unwrap_or_else(|| scope.stack_name.clone()),
            stage: Some("Prod".to_owned()),
            stage_variables: texts(settings.get("Variables").map(Arc::as_ref)),
            document: complete(scope, draft, &settings, &origin),
            usage_plan: usage_plan(&settings),
            origin,
        });
    }
    for (_, own) in events {
        for event in own {
            scope.problem(
                "the RestApiId of this event names no API of the template",
                &event.origin,
            );
        }
    }
    made
}

/// The events of functions and state machines, by the id of their API.
fn events<'a>(scope: &Scope<'_>, resources: &'a [Resource]) -> BTreeMap<String, Vec<Event<'a>>> {
    let mut all: BTreeMap<String, Vec<Event<'a>>> = BTreeMap::new();
    for owner in resources {
        if !matches!(
            owner.kind.as_ref(),
            "AWS::Serverless::Function" | "AWS::Serverless::StateMachine"
        ) {
            continue;
        }
        let named = owner.properties.get("Events");
        for (name, event) in named.map(|all| all.members()).unwrap_or_default() {
            match event.get_text("Type") {
                Some("Api") => {}
                Some("HttpApi") => {
                    scope.shelf.problem(
                        "PROJECT_UNSUPPORTED",
                        format!(
                            "the event {name} of {} is of the type HttpApi, which is not supported; Api is",
                            owner.id
                        ),
                        event.origin.clone(),
                    );
                    continue;
                }
                Some(_) | None => continue,
            }
            let Some(properties) = event.get("Properties").and_then(|one| scope.resolve(one))
            else {
                continue;
            };
            let (Some(path), Some(method)) = (
                properties.get_scalar("Path"),
                properties.get_scalar("Method"),
            ) else {
                scope.problem(
                    "an event of the type Api needs Path and Method",
                    &event.origin,
                );
                continue;
            };
            let api = properties
                .get_scalar("RestApiId")
                .unwrap_or_else(|| made_up_id(IMPLICIT));
            all.entry(api).or_default().push(Event {
                name: name.clone(),
                owner,
                path,
                method: method_key(&method),
                properties,
                origin: event.origin.clone(),
            });
        }
    }
    all
}

fn explicit(scope: &Scope<'_>, resource: &Resource, events: &[Event<'_>]) -> Option<Made> {
    let properties = &resource.properties;
    let origin = resource.whole.origin.clone();
    let settings = settings(scope, properties);
    let draft = if let Some(body) = scope.member(properties, "DefinitionBody") {
        Draft::of(&body)
    } else if let Some(uri) = scope.member(properties, "DefinitionUri") {
        let Some(written) = uri.scalar().filter(|uri| !uri.starts_with("s3://")) else {
            scope.shelf.problem(
                "PROJECT_UNSUPPORTED",
                format!(
                    "the document of {} lies in a bucket of S3; name a file inside the project's folder",
                    resource.id
                ),
                uri.origin.clone(),
            );
            return None;
        };
        let document = load::beside(scope.shelf, &uri.origin.file, &written, &uri.origin)?;
        Draft::of(&*scope.resolve(&document)?)
    } else {
        let mut draft = empty(scope, properties, &origin);
        generate(scope, &mut draft, events);
        draft
    };
    let title = draft
        .rest
        .get("info")
        .and_then(|info| info.get_scalar("title"));
    Some(Made {
        id: resource.id.to_string(),
        name: settings
            .get_scalar("Name")
            .or(title)
            .unwrap_or_else(|| resource.id.to_string()),
        stage: settings.get_scalar("StageName"),
        stage_variables: texts(settings.get("Variables").map(Arc::as_ref)),
        document: complete(scope, draft, &settings, &origin),
        usage_plan: usage_plan(&settings),
        origin,
    })
}

/// The properties beside the document itself, worked out.
fn settings(scope: &Scope<'_>, properties: &Item) -> Arc<Item> {
    let rest = properties.members().iter();
    let rest = rest.filter(|(key, _)| !matches!(key.as_ref(), "DefinitionBody" | "DefinitionUri"));
    let item = Item::new(
        Shape::Map(rest.cloned().collect()),
        properties.origin.clone(),
    );
    scope
        .resolve(&Arc::new(item))
        .unwrap_or_else(|| Item::map(Vec::new(), &properties.origin))
}

fn usage_plan(settings: &Item) -> Option<Arc<Item>> {
    settings.get("Auth")?.get("UsagePlan").cloned()
}

fn empty(scope: &Scope<'_>, properties: &Item, origin: &Origin) -> Draft {
    let title = scope
        .member_text(properties, "Name")
        .unwrap_or_else(|| scope.stack_name.clone());
    let wanted = scope.member_text(properties, "OpenApiVersion");
    let version = match &wanted {
        Some(version) if version.starts_with('3') => ("openapi", version.as_str()),
        Some(_) | None => ("swagger", "2.0"),
    };
    Draft::empty(version, &Item::text(&title, origin), origin)
}

/// Adds an operation for each event.
fn generate(scope: &Scope<'_>, draft: &mut Draft, events: &[Event<'_>]) {
    for event in events {
        let is_machine = event.owner.kind.as_ref() == "AWS::Serverless::StateMachine";
        let operation = if is_machine {
            start_execution(scope, event)
        } else {
            invoke(scope, event)
        };
        let operation = described(draft, event, operation);
        if !draft.add(&event.path, &event.method, operation) {
            let message = format!(
                "there are two events for {} {}",
                event.method.to_ascii_uppercase(),
                event.path
            );
            scope.problem(&message, &event.origin);
        }
    }
}

/// What the transform makes of a state machine's event: an asynchronous start, whatever the type of the machine.
fn start_execution(scope: &Scope<'_>, event: &Event<'_>) -> Arc<Item> {
    let origin = &event.origin;
    let text = |text: &str| Item::text(text, origin);
    let machine = scope.place.machine_arn(&scope.name_of(&event.owner.id));
    let unescaped = event.properties.get("UnescapeMappingTemplate");
    let template = if unescaped.is_some_and(|flag| flag.is_true()) {
        format!(
            "{{\"input\": \"$util.escapeJavaScript($input.json('$')).replaceAll(\"\\\\'\",\"'\")\", \"stateMachineArn\": \"{machine}\"}}"
        )
    } else {
        format!(
            "{{\"input\": \"$util.escapeJavaScript($input.json('$'))\", \"stateMachineArn\": \"{machine}\"}}"
        )
    };
    let uri = format!(
        "arn:{}:apigateway:{}:states:action/StartExecution",
        scope.place.partition, scope.place.region
    );
    let role = format!(
        "arn:{}:iam::{}:role/{}{}Role",
        scope.place.partition, scope.place.account, event.owner.id, event.name
    );
    let answer = |status: &str| Item::map(vec![("statusCode", text(status))], origin);
    let integration = Item::map(
        vec![
            ("type", text("aws")),
            ("httpMethod", text("POST")),
            ("uri", text(&uri)),
            ("credentials", text(&role)),
            (
                "responses",
                Item::map(vec![("200", answer("200")), ("400", answer("400"))], origin),
            ),
            (
                "requestTemplates",
                Item::map(vec![("application/json", text(&template))], origin),
            ),
        ],
        origin,
    );
    let described = |words: &str| Item::map(vec![("description", text(words))], origin);
    Item::map(
        vec![
            (
                "responses",
                Item::map(
                    vec![("200", described("OK")), ("400", described("Bad Request"))],
                    origin,
                ),
            ),
            ("x-amazon-apigateway-integration", integration),
        ],
        origin,
    )
}

/// A proxy before a function.
fn invoke(scope: &Scope<'_>, event: &Event<'_>) -> Arc<Item> {
    let origin = &event.origin;
    let name = scope.name_of(&event.owner.id);
    let function = scope.place.arn("lambda", &format!("function:{name}"));
    proxy(scope, &function, origin)
}

/// An operation that hands the whole request to a function.
pub(crate) fn proxy(scope: &Scope<'_>, function: &str, origin: &Origin) -> Arc<Item> {
    let text = |text: &str| Item::text(text, origin);
    let uri = format!(
        "arn:{}:apigateway:{}:lambda:path/2015-03-31/functions/{function}/invocations",
        scope.place.partition, scope.place.region
    );
    let integration = Item::map(
        vec![
            ("type", text("aws_proxy")),
            ("httpMethod", text("POST")),
            ("uri", text(&uri)),
        ],
        origin,
    );
    Item::map(
        vec![
            ("responses", Item::map(Vec::new(), origin)),
            ("x-amazon-apigateway-integration", integration),
        ],
        origin,
    )
}

/// An operation with the parameters, the model and the key its event asks for.
fn described(draft: &mut Draft, event: &Event<'_>, operation: Arc<Item>) -> Arc<Item> {
    let mut operation = operation;
    let origin = &event.origin;
    let mut parameters: Vec<Arc<Item>> = Vec::new();
    let wanted = event.properties.get("RequestParameters");
    for entry in wanted.map(|all| all.items()).unwrap_or_default() {
        let (name, required) = match (entry.as_text(), entry.members()) {
            (Some(name), _) => (name.to_owned(), false),
            (None, [(name, how)]) => (
                name.to_string(),
                how.get("Required").is_some_and(|flag| flag.is_true()),
            ),
            (None, _) => continue,
        };
        let required = required || name.starts_with("method.request.path.");
        parameters.extend(parameter(&name, required, draft.is_openapi(), origin));
    }
    if let Some(model) = event.properties.get("RequestModel") {
        let name = model.get_scalar("Model").unwrap_or_default().to_lowercase();
        let required = model.get("Required").is_some_and(|flag| flag.is_true());
        let (body, in_body) = body(&name, required, draft.is_openapi(), origin);
        match body {
            Some(body) => operation = operation.with("requestBody", body),
            None => parameters.extend(in_body),
        }
        let asks = |key: &str| model.get(key).is_some_and(|flag| flag.is_true());
        if model.get("ValidateBody").is_some() || model.get("ValidateParameters").is_some() {
            let (body, parameters) = (asks("ValidateBody"), asks("ValidateParameters"));
            let name = match (body, parameters) {
                (true, true) => "body-and-params",
                (true, false) => "body-only",
                (false, true) => "params-only",
                (false, false) => "no-validation",
            };
            let flag = |holds: bool| Arc::new(Item::new(Shape::Bool(holds), origin.clone()));
            let validator = Item::map(
                vec![
                    ("validateRequestBody", flag(body)),
                    ("validateRequestParameters", flag(parameters)),
                ],
                origin,
            );
            draft.extend(
                "x-amazon-apigateway-request-validators",
                vec![(Arc::from(name), validator)],
            );
            operation = operation.with(
                "x-amazon-apigateway-request-validator",
                Item::text(name, origin),
            );
        }
    }
    if !parameters.is_empty() {
        operation = operation.with("parameters", Item::list(parameters, origin));
    }
    let key = event
        .properties
        .get("Auth")
        .and_then(|auth| auth.get("ApiKeyRequired"));
    match key {
        Some(flag) if flag.is_true() => {
            draft.add_schemes(vec![(Arc::from("api_key"), key_scheme(origin))]);
            operation.with("security", key_security(origin))
        }
        // What the API asks for by default is not asked for here.
        Some(_) => operation.with("security", Item::list(Vec::new(), origin)),
        None => operation,
    }
}

/// A parameter of a method from its name in API Gateway, `method.request.querystring.page`.
pub(crate) fn parameter(
    name: &str,
    required: bool,
    is_openapi: bool,
    origin: &Origin,
) -> Option<Arc<Item>> {
    let (place, name) = name.strip_prefix("method.request.")?.split_once('.')?;
    let place = match place {
        "querystring" => "query",
        "header" | "path" => place,
        _ => return None,
    };
    let text = |text: &str| Item::text(text, origin);
    let flag = Arc::new(Item::new(Shape::Bool(required), origin.clone()));
    let kind = Item::map(vec![("type", text("string"))], origin);
    let mut members = vec![
        ("name", text(name)),
        ("in", text(place)),
        ("required", flag),
    ];
    if is_openapi {
        members.push(("schema", kind));
    } else {
        members.push(("type", text("string")));
    }
    Some(Item::map(members, origin))
}

/// The body of a method after a model: a member of its own in OpenAPI 3, a parameter in Swagger 2.
fn body(
    model: &str,
    required: bool,
    is_openapi: bool,
    origin: &Origin,
) -> (Option<Arc<Item>>, Option<Arc<Item>>) {
    let text = |text: &str| Item::text(text, origin);
    let flag = Arc::new(Item::new(Shape::Bool(required), origin.clone()));
    let place = if is_openapi {
        "#/components/schemas"
    } else {
        "#/definitions"
    };
    let schema = Item::map(vec![("$ref", text(&format!("{place}/{model}")))], origin);
    if is_openapi {
        let media = Item::map(vec![("schema", schema)], origin);
        let content = Item::map(vec![("application/json", media)], origin);
        let body = Item::map(vec![("content", content), ("required", flag)], origin);
        (Some(body), None)
    } else {
        let parameter = Item::map(
            vec![
                ("in", text("body")),
                ("name", text(model)),
                ("schema", schema),
                ("required", flag),
            ],
            origin,
        );
        (None, Some(parameter))
    }
}

pub(crate) fn key_scheme(origin: &Origin) -> Arc<Item> {
    let text = |text: &str| Item::text(text, origin);
    Item::map(
        vec![
            ("type", text("apiKey")),
            ("name", text("x-api-key")),
            ("in", text("header")),
        ],
        origin,
    )
}

pub(crate) fn key_security(origin: &Origin) -> Arc<Item> {
    let entry = Item::map(vec![("api_key", Item::list(Vec::new(), origin))], origin);
    Item::list(vec![entry], origin)
}

/// What the properties of the API add to its document.
fn complete(scope: &Scope<'_>, mut draft: Draft, settings: &Item, origin: &Origin) -> Arc<Item> {
    if let Some(models) = settings.get("Models") {
        let models = models.members().iter();
        let models = models.map(|(name, schema)| (Arc::from(name.to_lowercase()), schema.clone()));
        draft.add_schemas(models.collect());
    }
    if let Some(responses) = settings.get("GatewayResponses") {
        let responses = responses.members().iter();
        let responses = responses.map(|(name, one)| (name.clone(), gateway_response(one)));
        draft.extend("x-amazon-apigateway-gateway-responses", responses.collect());
    }
    if let Some(types) = settings.get("BinaryMediaTypes") {
        // A slash stands as `~1` in this property.
        let types = types.items().iter().filter_map(|one| one.scalar());
        let types = types.map(|one| Item::text(&one.replace("~1", "/"), &types_origin(settings)));
        draft.set(
            "x-amazon-apigateway-binary-media-types",
            Item::list(types.collect(), origin),
        );
    }
    authorize(scope, &mut draft, settings, origin);
    if let Some(cors) = settings.get("Cors") {
        share(&mut draft, cors);
    }
    draft.finish()
}

fn types_origin(settings: &Item) -> Origin {
    settings
        .get("BinaryMediaTypes")
        .map_or_else(|| settings.origin.clone(), |types| types.origin.clone())
}

/// A gateway response as OpenAPI has it.
fn gateway_response(item: &Arc<Item>) -> Arc<Item> {
    let origin = &item.origin;
    let mut parameters: Vec<(Arc<str>, Arc<Item>)> = Vec::new();
    let written = item.get("ResponseParameters");
    for (place, prefix) in [
        ("Headers", "gatewayresponse.header."),
        ("Paths", "gatewayresponse.path."),
        ("QueryStrings", "gatewayresponse.querystring."),
    ] {
        let members = written.and_then(|one| one.get(place));
        for (name, value) in members.map(|all| all.members()).unwrap_or_default() {
            parameters.push((Arc::from(format!("{prefix}{name}")), value.clone()));
        }
    }
    let mut members = Vec::new();
    if let Some(status) = item.get("StatusCode") {
        members.push(("statusCode", status.clone()));
    }
    if !parameters.is_empty() {
        let parameters = Item::new(Shape::Map(parameters), origin.clone());
        members.push(("responseParameters", Arc::new(parameters)));
    }
    if let Some(templates) = item.get("ResponseTemplates") {
        members.push(("responseTemplates", templates.clone()));
    }
    Item::map(members, origin)
}

/// Keys and authorizers that all methods ask for.
fn authorize(scope: &Scope<'_>, draft: &mut Draft, settings: &Item, origin: &Origin) {
    let Some(auth) = settings.get("Auth") else {
        return;
    };
    for name in ["DefaultAuthorizer", "Authorizers", "ResourcePolicy"] {
        if let Some(value) = auth.get(name) {
            scope.shelf.problem(
                "PROJECT_UNSUPPORTED",
                format!("Auth.{name} is not checked locally; every caller is let in"),
                value.origin.clone(),
            );
        }
    }
    if !auth
        .get("ApiKeyRequired")
        .is_some_and(|flag| flag.is_true())
    {
        return;
    }
    draft.add_schemes(vec![(Arc::from("api_key"), key_scheme(origin))]);
    for members in draft.paths.values_mut() {
        for (method, operation) in members.iter_mut() {
            if is_method(method)
                && method.as_ref() != "options"
                && operation.get("security").is_none()
            {
                *operation = operation.with("security", key_security(origin));
            }
        }
    }
}

/// Adds an OPTIONS method to every path that has none.
fn share(draft: &mut Draft, cors: &Arc<Item>) {
    let is_openapi = draft.is_openapi();
    let given = |key: &str| match cors.scalar() {
        Some(all) => (key == "AllowOrigin").then_some(all),
        None => cors.get_scalar(key),
    };
    for members in draft.paths.values_mut() {
        if members.contains_key("options") {
            continue;
        }
        let mut headers: Vec<(&str, String)> = Vec::new();
        let mut add = |name: &'static str, value: Option<String>| {
            headers.extend(value.map(|value| (name, value)));
        };
        add("Access-Control-Allow-Origin", given("AllowOrigin"));
        add("Access-Control-Allow-Headers", given("AllowHeaders"));
        let methods = given("AllowMethods")
            .unwrap_or_else(|| allowed_methods(members.keys().map(Arc::as_ref)));
        add("Access-Control-Allow-Methods", Some(methods));
        add("Access-Control-Max-Age", given("MaxAge"));
        let credentials = cors
            .get("AllowCredentials")
            .is_some_and(|flag| flag.is_true());
        add(
            "Access-Control-Allow-Credentials",
            credentials.then(|| "'true'".to_owned()),
        );
        let operation = preflight(&headers, is_openapi, &cors.origin);
        members.insert(Arc::from("options"), operation);
    }
}
