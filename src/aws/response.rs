//! From what came over the wire to the value the state gets, or to the fault.

use crate::aws::json;
use crate::aws::model::Kind;
use crate::aws::model::Member;
use crate::aws::model::Protocol;
use crate::aws::naming;
use crate::aws::operation::Operation;
use crate::aws::optimized;
use crate::aws::rest;
use crate::aws::trouble;
use crate::aws::trouble::ServiceError;
use crate::aws::xml;
use crate::engine::Fault;
use crate::query::Value;

/// A response as the client received it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HttpResponse {
    pub status: u16,
    /// In the order of the wire; names in any case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl HttpResponse {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter();
        all.find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The id the service gave the request; empty where it gave none.
    pub fn request_id(&self) -> &str {
        ["x-amzn-requestid", "x-amz-request-id", "x-amz-requestid"]
            .iter()
            .find_map(|name| self.header(name))
            .unwrap_or_default()
    }

    /// Whether what was asked for is not there.
    pub fn says_gone(&self, operation: &Operation) -> bool {
        let error = error(operation, self, &self.text());
        (400..500).contains(&self.status)
            && (error.code.contains("NotFound") || error.code.contains("DoesNotExist"))
    }

    /// Whether a question may be asked again: the service is busy or has stumbled.
    pub fn is_passing_trouble(&self) -> bool {
        let busy = ["Throttl", "TooManyRequests"];
        self.status >= 500
            || self.status == 429
            || (self.status == 400 && busy.iter().any(|word| self.text().contains(word)))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Reads the answer to an operation.
pub fn read(operation: &Operation, response: &HttpResponse) -> Result<Value, Fault> {
    let text = response.text();
    let is_error = !(200..300).contains(&response.status)
        // Some operations of S3 fail after they have answered that all is well.
        || (operation.model.protocol == Protocol::RestXml && is_late_error(&text));
    if is_error {
        return Err(error(operation, response, &text).fault(operation));
    }
    let result = output(operation, response, &text)?;
    optimized::result(operation, result, response)
}

fn is_late_error(text: &str) -> bool {
    let start = text.trim_start();
    let start = start.split_once("?>").map_or(start, |(_, rest)| rest);
    start.trim_start().starts_with("<Error>")
}

fn output(operation: &Operation, response: &HttpResponse, text: &str) -> Result<Value, Fault> {
    let model = operation.model;
    let style = operation.style;
    let Some(shape) = operation.line.output else {
        return Ok(Value::object::<&str>([]));
    };
    let members = model.members(Some(shape));
    let unreadable = || {
        let message = format!(
            "The answer of {} {} cannot be read: {}",
            operation.service.id,
            operation.line.name,
            text.chars().take(200).collect::<String>()
        );
        trouble::client_fault(operation, &message)
    };
    let mut found = Vec::new();
    let mut last = None;
    let payload = model.shape(shape).traits.get('p');
    let is_rest = matches!(model.protocol, Protocol::RestJson | Protocol::RestXml);
    if is_rest {
        found = rest::read_outside(model, &members, response, style);
    }
    match (model.protocol, payload.filter(|_| is_rest)) {
        (_, Some(payload)) => {
            let member = members.iter().find(|member| member.name == payload);
            if let Some(member) = member {
                let name = naming::member(member.name, style);
                match model.shape(member.shape).kind {
                    Kind::Blob | Kind::Text => last = Some((name, Value::from(text))),
                    _ if text.trim().is_empty() => {}
                    _ if model.protocol == Protocol::RestXml => {
                        let document = xml::parse(text).ok_or_else(unreadable)?;
                        let value = xml::read(model, member, document.root_element(), style);
                        found.push((name, value));
                    }
                    _ => {
                        let value = Value::parse(text).map_err(|_| unreadable())?;
                        found.push((name, json::read(model, member, &value, style)));
                    }
                }
            }
        }
        (Protocol::Json | Protocol::RestJson | Protocol::Cbor, None) => {
            if !text.trim().is_empty() {
                let value = Value::parse(text).map_err(|_| unreadable())?;
                found.extend(json_members(operation, &members, &value));
            }
        }
        (Protocol::RestXml | Protocol::Query | Protocol::Ec2, None) => {
            if !text.trim().is_empty() && members.iter().any(|member| !member.is_outside_body()) {
                let document = xml::parse(text).ok_or_else(unreadable)?;
                let root = document.root_element();
                let node = match operation.line.traits.get('w') {
                    Some(wrapper) => xml::child(root, wrapper),
                    None => Some(root),
                };
                if let Some(node) = node {
                    let read = xml::read_members(model, &members, node, style);
                    // The bucket's place is the text of the outermost element itself.
                    let is_place = operation.line.name == "GetBucketLocation" && read.is_empty();
                    found.extend(read);
                    if is_place {
                        let place = root.text().unwrap_or_default();
                        found.push(("LocationConstraint".to_owned(), Value::from(place)));
                    }
                }
            }
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found.extend(last);
    Ok(Value::object(found))
}

fn json_members(operation: &Operation, members: &[Member], value: &Value) -> Vec<(String, Value)> {
    let inside = members.iter().filter(|member| !member.is_outside_body());
    let found = inside.filter_map(|member| {
        let own = value.get(member.wire_name()).filter(|own| !own.is_null())?;
        let name = naming::member(member.name, operation.style);
        Some((
            name,
            json::read(operation.model, member, own, operation.style),
        ))
    });
    found.collect()
}

/// The error in a response.
fn error(operation: &Operation, response: &HttpResponse, text: &str) -> ServiceError {
    let mut error = ServiceError {
        status: response.status,
        request_id: response.request_id().to_owned(),
        ..ServiceError::default()
    };
    match operation.model.protocol {
        Protocol::Json | Protocol::RestJson | Protocol::Cbor => {
            let body = Value::parse(text).unwrap_or_default();
            let member = |names: &[&str]| {
                let found = names.iter().find_map(|name| body.get(name));
                found.and_then(Value::as_str).map(str::to_owned)
            };
            let code = response.header("x-amzn-errortype").map(str::to_owned);
            let code = code.or_else(|| member(&["__type", "code", "Code"]));
            error.code = bare(&code.unwrap_or_default()).to_owned();
            let message = member(&["message", "Message", "errorMessage"]);
            error.message = message.unwrap_or_else(|| match body.is_null() {
                true => text.chars().take(1_000).collect(),
                false => String::new(),
            });
        }
        Protocol::RestXml | Protocol::Query | Protocol::Ec2 => {
            if let Some(document) = xml::parse(text) {
                let find = |name: &str| xml::text_of(&document, name);
                error.code = find("Code").unwrap_or_default();
                error.message = find("Message").unwrap_or_default();
                let id = find("RequestId").or_else(|| find("RequestID"));
                if let Some(id) = id.filter(|_| error.request_id.is_empty()) {
                    error.request_id = id;
                }
                error.extended_id = find("HostId");
            } else {
                error.message = text.chars().take(1_000).collect();
            }
            if let Some(id) = response.header("x-amz-id-2") {
                error.extended_id = Some(id.to_owned());
            }
            error.extended_id = error
                .extended_id
                .take()
                .filter(|_| operation.model.signing_name == "s3");
        }
    }
    // A HEAD request is answered without a body.
    if error.code.is_empty() && response.status == 404 {
        error.code = match operation.line.name {
            "HeadObject" => "NoSuchKey".to_owned(),
            "HeadBucket" => "NoSuchBucket".to_owned(),
            _ => String::new(),
        };
    }
    if error.message.is_empty() {
        error.message = match error.code.is_empty() {
            true => "null".to_owned(),
            false => error.code.clone(),
        };
    }
    error
}

/// `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException:http://…` is its middle.
fn bare(code: &str) -> &str {
    let code = code.rsplit_once('#').map_or(code, |(_, name)| name);
    code.split([':', ',']).next().unwrap_or(code).trim()
}
