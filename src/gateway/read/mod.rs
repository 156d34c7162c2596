//! From an OpenAPI document to an [`Api`]; total, with what is wrong listed.

mod integration;
mod operation;
mod target;
mod walk;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::gateway::Api;
use crate::gateway::ApiKey;
use crate::gateway::GatewayResponse;
use crate::gateway::KeySource;
use crate::gateway::read::walk::Walk;
use crate::gateway::read::walk::below;
use crate::gateway::refusal;
use crate::project::ApiDocument;
use crate::project::Place;
use crate::query::Value;
use crate::query::hex_digest;

/// What a document does not say about its API.
#[derive(Clone, Debug, PartialEq)]
pub struct Surroundings {
    /// The name of the API; `info.title` where it is empty.
    pub name: String,
    /// Without slashes; empty where paths have no stage.
    pub stage: String,
    pub stage_variables: BTreeMap<String, String>,
    pub account: String,
    pub region: String,
    /// The keys of the project, those first that are let in.
    pub keys: Vec<ApiKey>,
}

impl Default for Surroundings {
    fn default() -> Surroundings {
        Surroundings {
            name: String::new(),
            stage: "dev".to_owned(),
            stage_variables: BTreeMap::new(),
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
            keys: Vec::new(),
        }
    }
}

impl Surroundings {
    /// What a project says about one of its APIs.
    pub fn of(document: &ApiDocument, place: &Place) -> Surroundings {
        let keys = document.api_keys.iter().filter(|key| key.enabled);
        Surroundings {
            name: document.name.clone(),
            stage: document.stage.clone(),
            stage_variables: document.stage_variables.clone(),
            account: place.account.clone(),
            region: place.region.clone(),
            keys: keys
                .filter_map(|key| {
                    Some(ApiKey {
                        value: key.value.clone()?,
                        name: key.name.clone(),
                        grant: key.grant.clone(),
                    })
                })
                .collect(),
        }
    }
}

/// The name of the stage where the parameter it comes from has no value, which is told by name when a project is read.
const UNNAMED_STAGE: &str = "dev";

/// A stage that requests can name.
fn stage_of(name: &str) -> &str {
    match name.contains("${") {
        true => UNNAMED_STAGE,
        false => name,
    }
}

/// Reads an OpenAPI 3 or Swagger 2 document whose intrinsic functions are resolved.
pub fn read(document: &Json, surroundings: Surroundings) -> Arc<Api> {
    let mut walk = Walk {
        document,
        problems: Vec::new(),
    };
    let title = document
        .pointer("/info/title")
        .and_then(Json::as_str)
        .unwrap_or("api");
    let name = match surroundings.name.is_empty() {
        true => title.to_owned(),
        false => surroundings.name,
    };
    let mut api = Api {
        id: id_of(&name),
        name,
        stage: stage_of(surroundings.stage.trim_matches('/')).to_owned(),
        stage_values: Value::object(
            surroundings
                .stage_variables
                .iter()
                .map(|(name, value)| (name, Value::string(value))),
        ),
        stage_variables: surroundings.stage_variables,
        account: surroundings.account,
        region: surroundings.region,
        routes: Vec::new(),
        gateway_responses: BTreeMap::new(),
        binary_media_types: texts(document, "x-amazon-apigateway-binary-media-types"),
        key_source: key_source(&mut walk),
        keys: surroundings.keys,
        problems: Vec::new(),
    };
    api.gateway_responses = gateway_responses(&mut walk);
    let root = walk.root();
    if document.get("openapi").is_none() && document.get("swagger").is_none() {
        walk.problem(
            "",
            "the document says neither openapi nor swagger, so API Gateway does not import it",
        );
    }
    if document.get("x-amazon-apigateway-cors").is_some() {
        walk.problem(
            "/x-amazon-apigateway-cors",
            "this configures HTTP APIs; a REST API answers OPTIONS by a method of its own",
        );
    }
    let mut routes = Vec::new();
    for (path, item) in walk.members_of(&root, "paths") {
        routes.extend(operation::read_path(&mut walk, &api, path, &item));
    }
    for problem in routes.iter().flat_map(template_problems) {
        walk.problems.push(problem);
    }
    api.routes = routes;
    api.problems = walk.problems;
    Arc::new(api)
}

/// Templates that cannot be parsed.
fn template_problems(route: &crate::gateway::Route) -> Vec<crate::gateway::Problem> {
    let integration = route.integration.as_ref();
    let requests = integration
        .into_iter()
        .flat_map(|integration| integration.request_templates.values());
    let responses = integration
        .into_iter()
        .flat_map(|integration| &integration.responses)
        .flat_map(|response| response.templates.values());
    requests
        .chain(responses)
        .filter_map(|source| source.problem())
        .collect()
}

/// Ten letters and digits that stay the same for a name.
fn id_of(name: &str) -> String {
    let digest = hex_digest(name, "SHA-256").unwrap_or_default();
    digest.chars().take(10).collect()
}

fn texts(document: &Json, key: &str) -> Vec<String> {
    let list = document.get(key).and_then(Json::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .map(str::to_owned)
        .collect()
}

fn key_source(walk: &mut Walk<'_>) -> KeySource {
    let key = "x-amazon-apigateway-api-key-source";
    let root = walk.root();
    match walk.text(&root, key).unwrap_or_default() {
        "" | "HEADER" => KeySource::Header,
        "AUTHORIZER" => {
            walk.problem(
                &below("", key),
                "no authorizer runs here, so keys are read from the header x-api-key instead",
            );
            KeySource::Authorizer
        }
        other => {
            walk.problem(
                &below("", key),
                format!("{other} is neither HEADER nor AUTHORIZER"),
            );
            KeySource::Header
        }
    }
}

fn gateway_responses(walk: &mut Walk<'_>) -> BTreeMap<String, GatewayResponse> {
    let root = walk.root();
    let mut responses = BTreeMap::new();
    for (name, spot) in walk.members_of(&root, "x-amazon-apigateway-gateway-responses") {
        if !refusal::is_type(name) {
            walk.problem(
                &spot.pointer,
                format!("{name} is no type of gateway response"),
            );
        }
        let response = GatewayResponse {
            status: walk.status(&spot, "statusCode"),
            parameters: integration::mappings(walk, &spot, "responseParameters"),
            templates: integration::templates(walk, &spot, "responseTemplates"),
            pointer: spot.pointer.clone(),
        };
        responses.insert(name.to_owned(), response);
    }
    responses
}
