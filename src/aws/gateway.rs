//! `apigateway:invoke`: a request to somebody's own API, with a signature where it is asked for.

use crate::aws::headers;
use crate::aws::response::HttpResponse;
use crate::aws::rest;
use crate::aws::trouble;
use crate::engine::Fault;
use crate::query::Value;

/// A request to an API.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiRequest {
    pub method: String,
    /// Host, and scheme where the state gives one.
    pub endpoint: String,
    /// Encoded once, with the query string.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub signed: bool,
}

const FIELDS: &[&str] = &[
    "AllowNullValues",
    "ApiEndpoint",
    "AuthType",
    "Headers",
    "Method",
    "Path",
    "QueryParameters",
    "RequestBody",
    "Stage",
];

/// Reads the parameters of the integration (developer guide, "Call API Gateway REST APIs").
pub fn api_request(parameters: &Value) -> Result<ApiRequest, Fault> {
    let mut reasons: Vec<String> = Vec::new();
    let unknown = parameters
        .as_object()
        .into_iter()
        .flat_map(|all| all.keys());
    let unknown = unknown.filter(|key| !FIELDS.contains(&key.as_ref()));
    reasons.extend(
        unknown.map(|key| format!("The field \"{key}\" is not supported by Step Functions")),
    );
    let text = |field: &str| parameters.get(field).and_then(Value::as_str);
    for field in ["ApiEndpoint", "Method"] {
        if text(field).is_none() {
            reasons.push(format!("The field \"{field}\" is required but was missing"));
        }
    }
    let method = text("Method").unwrap_or_default();
    let known = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];
    if !method.is_empty() && !known.contains(&method) {
        reasons.push("The value of the field 'Method' has an invalid format".to_owned());
    }
    let auth = text("AuthType").unwrap_or("NO_AUTH");
    if !["NO_AUTH", "IAM_ROLE", "RESOURCE_POLICY"].contains(&auth) {
        reasons.push("The value of the field 'AuthType' has an invalid format".to_owned());
    }
    let mut lists = |field: &str| match lists(parameters.get(field)) {
        Some(pairs) => pairs,
        None => {
            reasons.push(format!(
                "The value of the field '{field}' has an invalid format"
            ));
            Vec::new()
        }
    };
    let headers = lists("Headers");
    let query = lists("QueryParameters");
    if !reasons.is_empty() {
        return Err(trouble::refused(parameters, &reasons));
    }
    let keeps_null = parameters.get("AllowNullValues").and_then(Value::as_bool) == Some(true);
    let body = parameters.get("RequestBody").map(|body| match keeps_null {
        true => body.clone(),
        false => without_null(body),
    });
    let body = body.filter(|body| !body.is_null() || keeps_null);
    let parts = [text("Stage"), text("Path")].into_iter().flatten();
    let parts = parts
        .map(|part| part.trim_matches('/'))
        .filter(|part| !part.is_empty());
    let path: Vec<String> = parts
        .flat_map(|part| part.split('/').map(rest::encode))
        .collect();
    let pairs = query.iter();
    let pairs = pairs.map(|(key, value)| format!("{}={}", rest::encode(key), rest::encode(value)));
    let pairs: Vec<String> = pairs.collect();
    let mark = if pairs.is_empty() { "" } else { "?" };
    let mut headers: Vec<(String, String)> = headers
        .into_iter()
        .map(|(name, value)| (name.to_lowercase(), value))
        .collect();
    if body.is_some() && !headers.iter().any(|(name, _)| name == "content-type") {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    Ok(ApiRequest {
        method: method.to_owned(),
        endpoint: text("ApiEndpoint")
            .unwrap_or_default()
            .trim_end_matches('/')
            .to_owned(),
        target: format!("/{}{mark}{}", path.join("/"), pairs.join("&")),
        headers,
        body: body
            .map(|body| body.to_json().into_bytes())
            .unwrap_or_default(),
        signed: auth != "NO_AUTH",
    })
}

/// What the state gets; an answer of 400 and above is the fault `ApiGateway.STATUS`.
pub fn api_result(response: &HttpResponse) -> Result<Value, Fault> {
    let text = String::from_utf8_lossy(&response.body).into_owned();
    if response.status >= 400 {
        return Err(Fault::new(format!("ApiGateway.{}", response.status), text));
    }
    let mut all: Vec<(String, Vec<Value>)> = Vec::new();
    for (name, value) in &response.headers {
        let name = headers::spelled(name);
        match all.iter_mut().find(|(own, _)| *own == name) {
            Some((_, values)) => values.push(Value::from(value.as_str())),
            None => all.push((name, vec![Value::from(value.as_str())])),
        }
    }
    all.sort_by_key(|(name, _)| name.to_lowercase());
    let all = all
        .into_iter()
        .map(|(name, values)| (name, Value::array(values)));
    let mut members = vec![("Headers", Value::object(all))];
    if !text.is_empty() {
        let body = Value::parse(&text).unwrap_or_else(|_| Value::from(text.as_str()));
        members.push(("ResponseBody", body));
    }
    members.push(("StatusCode", Value::from(i64::from(response.status))));
    members.push(("StatusText", Value::from(status_text(response.status))));
    Ok(Value::object(members))
}

/// A map of lists of text as pairs; none where it is something else.
fn lists(value: Option<&Value>) -> Option<Vec<(String, String)>> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return Some(Vec::new());
    };
    let mut pairs = Vec::new();
    for (name, values) in value.as_object()?.iter() {
        for value in values.as_array()?.iter() {
            let text = value
                .as_str()
                .map_or_else(|| value.to_json(), str::to_owned);
            pairs.push((name.to_string(), text));
        }
    }
    Some(pairs)
}

fn without_null(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::object(
            members
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key.as_ref(), without_null(value))),
        ),
        Value::Array(items) => Value::array(items.iter().map(without_null).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn status_text(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        203 => "Non-Authoritative Information",
        204 => "No Content",
        205 => "Reset Content",
        206 => "Partial Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_become_a_request() {
        let parameters = r#"{"ApiEndpoint":"x.execute-api.us-east-1.amazonaws.com","Method":"POST","Stage":"dev",
            "Path":"/a b/c","QueryParameters":{"q":["1","2"]},"Headers":{"X-Own":["v"]},
            "RequestBody":{"a":null,"b":"HelloWorld"},"AuthType":"IAM_ROLE"}"#;
        let request = api_request(&Value::parse(parameters).unwrap()).unwrap();
        assert_eq!(request.target, "/dev/a%20b/c?q=1&q=2");
        assert_eq!(request.body, br#"{"b":"HelloWorld"}"#);
        assert!(request.signed);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            request.headers,
            [pair("x-own", "v"), pair("content-type", "application/json")]
        );
        let text = r#"{"ApiEndpoint":"h","Method":"POST","RequestBody":"HelloWorld"}"#;
        let request = api_request(&Value::parse(text).unwrap()).unwrap();
        assert_eq!(request.body, br#""HelloWorld""#);
        let wrong = r#"{"Method":"FLY","Headers":{"a":"b"},"Body":1}"#;
        let fault = api_request(&Value::parse(wrong).unwrap()).unwrap_err();
        let cause = fault.cause.unwrap();
        for part in [
            "The field \"Body\" is not supported by Step Functions",
            "The field \"ApiEndpoint\" is required but was missing",
            "The value of the field 'Headers' has an invalid format",
        ] {
            assert!(cause.contains(part), "{cause}");
        }
    }

    #[test]
    fn answers_become_results_and_faults() {
        let mut response = HttpResponse {
            status: 200,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: b"\"HelloWorld\"".to_vec(),
        };
        assert_eq!(
            api_result(&response).unwrap().to_json(),
            r#"{"Headers":{"Content-Type":["application/json"]},"ResponseBody":"HelloWorld","StatusCode":200,"StatusText":"OK"}"#
        );
        response.status = 403;
        response.body = br#"{"message":"Missing Authentication Token"}"#.to_vec();
        let fault = api_result(&response).unwrap_err();
        assert_eq!(fault.error.as_deref(), Some("ApiGateway.403"));
        assert_eq!(
            fault.cause.as_deref(),
            Some(r#"{"message":"Missing Authentication Token"}"#)
        );
    }
}
