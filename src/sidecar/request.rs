//! Saved requests to the API in front of a workflow, and what they should be answered with.

use crate::query::Value;
use crate::sidecar::expectation::Difference;
use crate::sidecar::view::article;

/// One request of `"requests"`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SavedRequest {
    pub name: String,
    /// In capitals.
    pub method: String,
    /// Below the stage, for example `/orders/7`.
    pub path: String,
    pub headers: Vec<(String, String)>,
    /// Not encoded.
    pub query: Vec<(String, String)>,
    /// As it is sent: text stays text, other JSON is written out compactly.
    pub body: Option<String>,
    /// The scenario whose mocks answer the tasks.
    pub scenario: Option<String>,
    pub expect: Option<WantedResponse>,
}

/// What a saved request should be answered with. What is not named may be anything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WantedResponse {
    pub status: Option<u16>,
    /// JSON that the body, read as JSON, has to contain; or the whole body where it is text.
    pub body: Option<Value>,
    pub headers: Vec<(String, String)>,
}

impl SavedRequest {
    /// Reads one; the second part says what could not be understood.
    pub fn read(item: &Value, place: &str) -> (Option<SavedRequest>, Vec<String>) {
        let mut problems = Vec::new();
        let Some(members) = item.as_object() else {
            let problem = format!("{place} has to be an object, not {}", article(item));
            return (None, vec![problem]);
        };
        let mut request = SavedRequest {
            method: "GET".to_owned(),
            ..SavedRequest::default()
        };
        for (name, value) in members.iter() {
            let inner = format!("{place}/{name}");
            match name.as_ref() {
                "name" => request.name = text(value, &inner, &mut problems),
                "method" => request.method = text(value, &inner, &mut problems).to_uppercase(),
                "path" => request.path = text(value, &inner, &mut problems),
                "scenario" => request.scenario = Some(text(value, &inner, &mut problems)),
                "headers" => request.headers = pairs(value, &inner, &mut problems),
                "query" => request.query = pairs(value, &inner, &mut problems),
                "body" => request.body = Some(written(value)),
                "expect" => request.expect = Some(wanted(value, &inner, &mut problems)),
                "description" | "Comment" => {}
                _ => problems.push(format!("{inner} is not known")),
            }
        }
        if !request.path.starts_with('/') {
            problems.push(format!("{place} needs a path that begins with /"));
            return (None, problems);
        }
        if request.name.is_empty() {
            request.name = format!("{} {}", request.method, request.path);
        }
        (Some(request), problems)
    }
}

impl WantedResponse {
    /// Compares an answer with what is wanted. Names of headers are compared without regard to case.
    ///
    /// # Errors
    /// The first difference.
    pub fn judge(
        &self,
        status: u16,
        headers: &[(String, String)],
        body: &str,
    ) -> Result<(), Difference> {
        if let Some(wanted) = self.status
            && wanted != status
        {
            return Err(Difference(format!(
                "Expected status {wanted}, but it is {status}: {body}"
            )));
        }
        for (name, value) in &self.headers {
            let mut found = headers
                .iter()
                .filter(|(other, _)| other.eq_ignore_ascii_case(name));
            match found.next() {
                Some((_, found)) if found == value => {}
                Some((_, found)) => {
                    let words = format!("Expected the header {name}: {value}, but it is {found}");
                    return Err(Difference(words));
                }
                None => {
                    let words = format!("Expected the header {name}: {value}, but there is none");
                    return Err(Difference(words));
                }
            }
        }
        let fits = match &self.body {
            None => true,
            Some(Value::String(text)) => {
                body == text.as_ref()
                    || Value::parse(body).is_ok_and(|body| body == text.as_ref().into())
            }
            Some(part) => Value::parse(body).is_ok_and(|body| body.includes(part)),
        };
        if fits {
            return Ok(());
        }
        let wanted = self.body.as_ref().map(Value::to_json).unwrap_or_default();
        Err(Difference(format!(
            "Expected a body with {wanted}, but it is {body}"
        )))
    }
}

fn wanted(value: &Value, place: &str, problems: &mut Vec<String>) -> WantedResponse {
    let mut wanted = WantedResponse::default();
    let Some(members) = value.as_object() else {
        problems.push(format!(
            "{place} has to be an object, not {}",
            article(value)
        ));
        return wanted;
    };
    for (name, value) in members.iter() {
        let inner = format!("{place}/{name}");
        match name.as_ref() {
            "status" => {
                let status = value.as_i64().and_then(|status| u16::try_from(status).ok());
                wanted.status = status.filter(|status| (100..=599).contains(status));
                if wanted.status.is_none() {
                    let found = value.to_json();
                    problems.push(format!(
                        "{inner} has to be a number from 100 to 599, not {found}"
                    ));
                }
            }
            "body" => wanted.body = Some(value.clone()),
            "headers" => wanted.headers = pairs(value, &inner, problems),
            _ => problems.push(format!("{inner} is not known")),
        }
    }
    wanted
}

fn text(value: &Value, place: &str, problems: &mut Vec<String>) -> String {
    if value.as_str().is_none() {
        problems.push(format!("{place} has to be text, not {}", article(value)));
    }
    value.as_str().unwrap_or_default().to_owned()
}

/// An object of texts; a list gives its name several values.
fn pairs(value: &Value, place: &str, problems: &mut Vec<String>) -> Vec<(String, String)> {
    let Some(members) = value.as_object() else {
        problems.push(format!(
            "{place} has to be an object, not {}",
            article(value)
        ));
        return Vec::new();
    };
    let mut pairs = Vec::new();
    for (name, value) in members.iter() {
        match value {
            Value::Array(items) => {
                pairs.extend(items.iter().map(|item| (name.to_string(), written(item))));
            }
            one => pairs.push((name.to_string(), written(one))),
        }
    }
    pairs
}

fn written(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_json(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<SavedRequest>, Vec<String>) {
        SavedRequest::read(&Value::parse(text).unwrap(), "requests/0")
    }

    #[test]
    fn a_request_is_read_with_what_it_wants() {
        let (request, problems) = read(
            r#"{"name":"Add","method":"post","path":"/keys","headers":{"X-A":"1"},"query":{"t":["a",2]},
            "body":{"name":"Zoë"},"scenario":"ok","expect":{"status":201,"body":{"a":1},"headers":{"X-B":"2"}}}"#,
        );
        assert!(problems.is_empty(), "{problems:?}");
        let request = request.unwrap();
        assert_eq!(request.method, "POST");
        assert_eq!(request.body.as_deref(), Some(r#"{"name":"Zoë"}"#));
        let query = [("t", "a"), ("t", "2")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(request.query, query);
        let expect = request.expect.unwrap();
        let headers = [("x-b".to_owned(), "2".to_owned())];
        assert_eq!(expect.judge(201, &headers, r#"{"a":1,"b":2}"#), Ok(()));
        let told = |status: u16, headers: &[(String, String)], body: &str| {
            expect.judge(status, headers, body).unwrap_err().0
        };
        assert!(told(200, &headers, "{}").starts_with("Expected status 201, but it is 200"));
        assert!(told(201, &[], "{}").contains("but there is none"));
        assert!(told(201, &headers, "{}").contains(r#"with {"a":1}"#));
    }

    #[test]
    fn what_is_wrong_with_a_request_is_named() {
        let cases = [
            ("1", "requests/0 has to be an object, not a number"),
            (
                r#"{"path":"orders"}"#,
                "requests/0 needs a path that begins with /",
            ),
            (
                r#"{"path":"/","verb":"GET"}"#,
                "requests/0/verb is not known",
            ),
            (
                r#"{"path":"/","expect":{"status":"200"}}"#,
                "requests/0/expect/status has to be a number from 100 to 599, not \"200\"",
            ),
        ];
        for (text, words) in cases {
            assert_eq!(read(text).1, [words], "{text}");
        }
    }
}
