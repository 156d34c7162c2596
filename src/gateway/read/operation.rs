//! Methods: parameters, models, validators, keys, responses.

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::gateway::Api;
use crate::gateway::BodyModel;
use crate::gateway::Checks;
use crate::gateway::Direction;
use crate::gateway::MethodResponse;
use crate::gateway::Parameter;
use crate::gateway::Required;
use crate::gateway::Route;
use crate::gateway::Validator;
use crate::gateway::read::integration;
use crate::gateway::read::walk::Spot;
use crate::gateway::read::walk::Walk;
use crate::gateway::read::walk::below;
use crate::gateway::schema;

const VALIDATORS: &str = "x-amazon-apigateway-request-validators";
const VALIDATOR: &str = "x-amazon-apigateway-request-validator";
const INTEGRATION: &str = "x-amazon-apigateway-integration";
const AUTHORIZER: &str = "x-amazon-apigateway-authorizer";
const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];
const ANY: &str = "x-amazon-apigateway-any-method";

/// Reads the methods of one path.
pub(crate) fn read_path<'a>(
    walk: &mut Walk<'a>,
    api: &Api,
    path: &str,
    item: &Spot<'a>,
) -> Vec<Route> {
    if !path.starts_with('/') {
        walk.problem(
            &item.pointer,
            format!("the path {path:?} does not begin with a slash"),
        );
        return Vec::new();
    }
    let shared = parameters(walk, item);
    let mut routes = Vec::new();
    for (key, operation) in walk.members(item) {
        let method = match key {
            ANY => "ANY".to_owned(),
            key if METHODS.contains(&key) => key.to_ascii_uppercase(),
            "parameters" | "summary" | "description" | "servers" | "$ref" => continue,
            key if key.starts_with("x-") => continue,
            key => {
                walk.problem(
                    &operation.pointer,
                    format!("API Gateway knows no method {key}"),
                );
                continue;
            }
        };
        routes.push(read_method(walk, api, path, method, &operation, &shared));
    }
    routes
}

fn read_method<'a>(
    walk: &mut Walk<'a>,
    api: &Api,
    path: &str,
    method: String,
    operation: &Spot<'a>,
    shared: &[(Parameter, Spot<'a>)],
) -> Route {
    let own = parameters(walk, operation);
    let mut all: Vec<(Parameter, Spot<'a>)> = own;
    for (parameter, spot) in shared {
        let same = |(other, _): &(Parameter, Spot<'a>)| {
            other.name == parameter.name && other.place == parameter.place
        };
        if !all.iter().any(same) {
            all.push((parameter.clone(), spot.clone()));
        }
    }
    let (models, example) = models(walk, operation);
    let method_responses = method_responses(walk, operation);
    let integration = match walk.member(operation, INTEGRATION) {
        Some(spot) => integration::read(walk, api, &spot, &method_responses),
        None => {
            walk.problem(
                &operation.pointer,
                format!("{method} {path} has no {INTEGRATION}, and an API with such a method is not deployed"),
            );
            None
        }
    };
    let (key_required, authorizer) = security(walk, operation);
    Route {
        segments: crate::gateway::route::segments(path),
        method,
        path: path.to_owned(),
        pointer: operation.pointer.clone(),
        summary: ["summary", "operationId"]
            .iter()
            .find_map(|key| operation.json.get(key).and_then(Json::as_str))
            .map(str::to_owned),
        operation_name: operation
            .json
            .get("operationId")
            .and_then(Json::as_str)
            .map(str::to_owned),
        parameters: all.into_iter().map(|(parameter, _)| parameter).collect(),
        validator: validator(walk, operation),
        models,
        key_required,
        authorizer,
        method_responses,
        integration,
        example,
    }
}

/// Parameters in path, query and headers; others are bodies, or ignored as the import ignores them.
fn parameters<'a>(walk: &mut Walk<'a>, spot: &Spot<'a>) -> Vec<(Parameter, Spot<'a>)> {
    let mut list = Vec::new();
    for parameter in listed(walk, spot, "parameters") {
        let place = match parameter.json.get("in").and_then(Json::as_str) {
            Some("path") => Direction::Path,
            Some("query") => Direction::Querystring,
            Some("header") => Direction::Header,
            Some(_) | None => continue,
        };
        let Some(name) = walk.text(&parameter, "name") else {
            walk.problem(&parameter.pointer, "a parameter needs a name");
            continue;
        };
        let required = parameter.json.get("required") == Some(&Json::Bool(true));
        let found = Parameter {
            name: name.to_owned(),
            place,
            required: if required {
                Required::Yes
            } else {
                Required::No
            },
        };
        list.push((found, parameter));
    }
    list
}

/// The elements of an array, resolved.
fn listed<'a>(walk: &mut Walk<'a>, spot: &Spot<'a>, key: &str) -> Vec<Spot<'a>> {
    let Some(Json::Array(items)) = spot.json.get(key) else {
        return Vec::new();
    };
    let place = below(&spot.pointer, key);
    let mut list = Vec::with_capacity(items.len());
    for (index, json) in items.iter().enumerate() {
        let item = Spot {
            json,
            pointer: format!("{place}/{index}"),
        };
        list.extend(walk.resolve(item));
    }
    list
}

/// Models of bodies by content type, and an example of one.
fn models<'a>(
    walk: &mut Walk<'a>,
    operation: &Spot<'a>,
) -> (IndexMap<String, BodyModel>, Option<String>) {
    let mut models = IndexMap::new();
    let mut example = None;
    // Swagger 2: one parameter is the body, for the content types the method consumes.
    for parameter in listed(walk, operation, "parameters") {
        if parameter.json.get("in").and_then(Json::as_str) != Some("body") {
            continue;
        }
        if parameter.json.get("schema").is_none() {
            continue;
        }
        let consumes = operation
            .json
            .get("consumes")
            .or_else(|| walk.document.get("consumes"));
        let mut kinds: Vec<&str> = consumes
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        if kinds.is_empty() {
            kinds.push("application/json");
        }
        for kind in kinds {
            let model = model(walk, &parameter);
            models.insert(kind.to_owned(), model);
        }
    }
    if let Some(body) = walk.member(operation, "requestBody") {
        for (kind, media) in walk.members_of(&body, "content") {
            if example.is_none() {
                example = example_of(walk, &media);
            }
            if media.json.get("schema").is_some() {
                let model = model(walk, &media);
                models.insert(kind.to_owned(), model);
            }
        }
    }
    (models, example)
}

fn model<'a>(walk: &mut Walk<'a>, holder: &Spot<'a>) -> BodyModel {
    let pointer = below(&holder.pointer, "schema");
    let name = walk
        .document
        .pointer(&pointer)
        .and_then(|schema| schema.get("$ref"))
        .and_then(Json::as_str)
        .and_then(|reference| reference.rsplit('/').next())
        .map(str::to_owned);
    let mut problems = Vec::new();
    let schema = schema::compile(walk.document, &pointer, &mut problems);
    for problem in problems {
        walk.problem_at(&problem.pointer, problem.message, problem.place);
    }
    BodyModel {
        name,
        pointer,
        schema,
    }
}

fn example_of<'a>(walk: &mut Walk<'a>, media: &Spot<'a>) -> Option<String> {
    if let Some(example) = media.json.get("example") {
        return Some(plain(example));
    }
    let examples = walk.members_of(media, "examples");
    if let Some(value) = examples
        .first()
        .and_then(|(_, example)| example.json.get("value"))
    {
        return Some(plain(value));
    }
    let schema = walk.member(media, "schema")?;
    if let Some(example) = schema.json.get("example") {
        return Some(plain(example));
    }
    // An object whose properties each have an example.
    let mut members = serde_json::Map::new();
    for (key, property) in walk.members_of(&schema, "properties") {
        if let Some(example) = property.json.get("example") {
            members.insert(key.to_owned(), example.clone());
        }
    }
    (!members.is_empty()).then(|| Json::Object(members).to_string())
}

fn plain(example: &Json) -> String {
    match example {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn validator<'a>(walk: &mut Walk<'a>, operation: &Spot<'a>) -> Option<Validator> {
    let root = walk.root();
    let (name, place) = match walk.text(operation, VALIDATOR) {
        Some(name) => (name, below(&operation.pointer, VALIDATOR)),
        None => (walk.text(&root, VALIDATOR)?, below("", VALIDATOR)),
    };
    let all = walk.member(&root, VALIDATORS);
    let Some(validator) = all.as_ref().and_then(|all| all.json.get(name)) else {
        walk.problem(
            &place,
            format!("{VALIDATORS} has no validator {name:?}, so nothing is validated"),
        );
        return None;
    };
    let says = |key: &str| matches!(validator.get(key), Some(Json::Bool(true)));
    let checks = match (
        says("validateRequestParameters"),
        says("validateRequestBody"),
    ) {
        (true, true) => Checks::Both,
        (true, false) => Checks::Parameters,
        (false, true) => Checks::Body,
        (false, false) => Checks::Nothing,
    };
    Some(Validator {
        name: name.to_owned(),
        checks,
    })
}

fn method_responses<'a>(
    walk: &mut Walk<'a>,
    operation: &Spot<'a>,
) -> IndexMap<String, MethodResponse> {
    let mut responses = IndexMap::new();
    for (status, response) in walk.members_of(operation, "responses") {
        let headers = walk.members_of(&response, "headers");
        responses.insert(
            status.to_owned(),
            MethodResponse {
                headers: headers
                    .into_iter()
                    .map(|(name, _)| name.to_owned())
                    .collect(),
            },
        );
    }
    responses
}

/// Whether an API key is asked for, and the name of what else is asked for, which nobody checks here.
fn security<'a>(walk: &mut Walk<'a>, operation: &Spot<'a>) -> (bool, Option<String>) {
    let root = walk.root();
    let (requirements, place) = match operation.json.get("security") {
        Some(own) => (Some(own), operation.pointer.clone()),
        None => (walk.document.get("security"), String::new()),
    };
    let mut key_required = false;
    let mut authorizer = None;
    let components = walk.member(&root, "components");
    let schemes = match &components {
        Some(components) => walk.members_of(components, "securitySchemes"),
        None => walk.members_of(&root, "securityDefinitions"),
    };
    let names = requirements
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_object)
        .flat_map(serde_json::Map::keys);
    for name in names {
        let Some((_, scheme)) = schemes.iter().find(|(known, _)| known == name) else {
            walk.problem(
                &below(&place, "security"),
                format!("there is no security scheme {name}"),
            );
            continue;
        };
        let kind = scheme.json.get("type").and_then(Json::as_str);
        let special = scheme
            .json
            .get("x-amazon-apigateway-authtype")
            .or_else(|| scheme.json.get(AUTHORIZER));
        if kind == Some("apiKey") && special.is_none() {
            key_required = true;
        } else {
            authorizer = Some(name.clone());
            walk.problem(
                &scheme.pointer,
                format!("{name} is not checked here: requests go on as if it had let them pass"),
            );
        }
    }
    if operation
        .json
        .pointer("/x-amazon-apigateway-auth/type")
        .and_then(Json::as_str)
        == Some("AWS_IAM")
    {
        authorizer = Some("AWS_IAM".to_owned());
        walk.problem(
            &below(&operation.pointer, "x-amazon-apigateway-auth"),
            "signatures are not checked here: requests go on as if they were allowed",
        );
    }
    (key_required, authorizer)
}
