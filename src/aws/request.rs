//! From an operation and the parameters of a state to the request that goes over the wire, not signed yet.

use crate::aws::check;
use crate::aws::json;
use crate::aws::model::Protocol;
use crate::aws::operation::Operation;
use crate::aws::optimized;
use crate::aws::query;
use crate::aws::rest;
use crate::aws::trouble;
use crate::aws::wire::StructureOf;
use crate::aws::wire::Wire;
use crate::aws::wire::base64;
use crate::aws::xml;
use crate::engine::Fault;
use crate::query::Value;

/// A request without host and signature.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpRequest {
    pub method: String,
    /// Encoded once; signatures of every service but S3 encode it again.
    pub path: String,
    /// Not encoded yet.
    pub query: Vec<(String, String)>,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// What AWS expects in front of its own hosts: `sync-`. Other endpoints know nothing of it.
    pub host_prefix: Option<String>,
    /// Some operations are called without a signature.
    pub signed: bool,
}

impl HttpRequest {
    /// Path and query string, encoded.
    pub fn target(&self) -> String {
        let pairs = self
            .query
            .iter()
            .map(|(key, value)| format!("{}={}", rest::encode(key), rest::encode(value)));
        let pairs: Vec<String> = pairs.collect();
        match pairs.is_empty() {
            true => self.path.clone(),
            false => format!("{}?{}", self.path, pairs.join("&")),
        }
    }
}

/// Builds the request, or says what is wrong with the parameters. The seed is where tokens against repeated
/// requests come from.
pub fn build(operation: &Operation, parameters: &Value, seed: u64) -> Result<HttpRequest, Fault> {
    let given = optimized::parameters(operation, parameters);
    let input = check::check(operation, &given, seed)?;
    if let Some(label) = rest::missing_label(operation, &input) {
        let reason = format!("The field \"{label}\" is required but was missing");
        return Err(trouble::refused(parameters, &[reason]));
    }
    let model = operation.model;
    let mut request = HttpRequest {
        method: operation.line.method.to_owned(),
        path: operation.line.uri.to_owned(),
        query: Vec::new(),
        headers: Vec::new(),
        body: Vec::new(),
        host_prefix: host_prefix(operation, &input),
        signed: !operation.line.traits.has('u'),
    };
    let content = |text: &str| ("content-type".to_owned(), text.to_owned());
    match model.protocol {
        Protocol::Json => {
            let target = format!("{}.{}", model.target_prefix, operation.line.name);
            request.headers.push(("x-amz-target".to_owned(), target));
            let kind = format!("application/x-amz-json-{}", model.json_version);
            request.headers.push(content(&kind));
            request.body = json::write(&input).into_bytes();
        }
        Protocol::Query | Protocol::Ec2 => {
            let kind = "application/x-www-form-urlencoded; charset=utf-8";
            request.headers.push(content(kind));
            request.body = query::write(operation, &input).into_bytes();
        }
        // The tables have no operation to find for it.
        Protocol::Cbor => {}
        Protocol::RestJson | Protocol::RestXml => {
            let (path, query) = rest::path_and_query(operation, &input);
            request.path = path;
            request.query = query;
            request.headers = rest::headers(&input);
            if let Some((kind, body)) = body(operation, &input) {
                if !request
                    .headers
                    .iter()
                    .any(|(name, _)| name == "content-type")
                {
                    request.headers.push(content(&kind));
                }
                request.body = body;
            }
        }
    }
    if operation.line.traits.has('m') && !has_checksum(&request) {
        use md5::Digest as _;
        let sum = base64(&md5::Md5::digest(&request.body));
        request.headers.push(("content-md5".to_owned(), sum));
    }
    if model.signing_name == "s3" && request.method != "GET" && request.method != "HEAD" {
        let length = request.body.len().to_string();
        request.headers.retain(|(name, _)| name != "content-length");
        request.headers.push(("content-length".to_owned(), length));
    }
    Ok(request)
}

fn has_checksum(request: &HttpRequest) -> bool {
    request.headers.iter().any(|(name, _)| {
        name == "content-md5"
            || (name.starts_with("x-amz-checksum-") && name != "x-amz-checksum-algorithm")
    })
}

/// What goes into the body of a REST request, and its type.
fn body(operation: &Operation, input: &StructureOf) -> Option<(String, Vec<u8>)> {
    let model = operation.model;
    let is_xml = model.protocol == Protocol::RestXml;
    let own = match is_xml {
        true => "application/xml".to_owned(),
        false => "application/json".to_owned(),
    };
    let shape = operation.line.input.map(|shape| model.shape(shape))?;
    if let Some(payload) = shape.traits.get('p') {
        let (member, wire) = input
            .members
            .iter()
            .find(|(member, _)| member.name == payload)?;
        return Some(match wire {
            Wire::Blob(bytes) => ("application/octet-stream".to_owned(), bytes.clone()),
            Wire::Structure(structure) if is_xml => {
                let name = member.traits.get('n').or(structure.root);
                let namespace = member.traits.get('x').or(structure.namespace);
                let text = xml::write(name.unwrap_or(member.name), namespace, structure);
                (own, text.into_bytes())
            }
            Wire::Structure(structure) => (own, json::write(structure).into_bytes()),
            Wire::Document(value) => (own, value.to_json().into_bytes()),
            other => ("text/plain".to_owned(), other.text("iso8601").into_bytes()),
        });
    }
    let members = model.members(operation.line.input);
    if members.iter().all(|member| member.is_outside_body()) {
        return None;
    }
    let name = operation.line.traits.get('n').or(input.root);
    match (is_xml, name) {
        (false, _) => Some((own, json::write(input).into_bytes())),
        (true, Some(name)) => {
            let namespace = operation.line.traits.get('x').or(input.namespace);
            Some((
                own,
                xml::write(name, namespace.or(model.namespace), input).into_bytes(),
            ))
        }
        (true, None) => None,
    }
}

fn host_prefix(operation: &Operation, input: &StructureOf) -> Option<String> {
    let template = operation.line.traits.get('h')?;
    let labels = input
        .members
        .iter()
        .filter(|(member, _)| member.traits.has('l'));
    Some(labels.fold(template.to_owned(), |text, (member, wire)| {
        text.replace(&format!("{{{}}}", member.name), &wire.text("iso8601"))
    }))
}
