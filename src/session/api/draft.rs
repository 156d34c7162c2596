//! The request that would be sent next: a form over a request, to and from what people keep of it.

use crate::gateway::Direction;
use crate::gateway::Request;
use crate::gateway::Required;
use crate::gateway::Route;
use crate::query::Value;
use crate::session::api::curl::CurlCommand;
use crate::session::api::curl::percent_decoded;
use crate::session::api::curl::percent_encoded;
use crate::session::api::place::path_fits;
use crate::session::api::place::path_parameters;
use crate::sidecar::SavedRequest;

/// The header by which a request chooses the scenario that answers the tasks.
pub const SCENARIO_HEADER: &str = "X-Stepwright-Scenario";

/// A request under construction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// In capitals.
    pub method: String,
    /// Without the stage; names in braces stand for the values of `parameters`.
    pub path: String,
    /// Values of the names in braces, in the order of the path.
    pub parameters: Vec<(String, String)>,
    pub query: Vec<Line>,
    pub headers: Vec<Line>,
    pub body: String,
    /// The scenario whose mocks answer the tasks; none lets the companion choose.
    pub scenario: Option<String>,
    /// The saved request it was taken from, by its place in the companion.
    pub saved: Option<usize>,
}

/// A name and a value that may be left out for once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub name: String,
    pub value: String,
    pub left_out: bool,
}

impl Line {
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Line {
        Line {
            name: name.into(),
            value: value.into(),
            left_out: false,
        }
    }

    fn is_sent(&self) -> bool {
        !self.left_out && !self.name.trim().is_empty()
    }
}

impl Draft {
    /// A request the route takes: its example, and what it requires to be filled in.
    pub fn of_route(route: &Route) -> Draft {
        let lines = |place: Direction| -> Vec<Line> {
            let parameters = route.parameters.iter();
            let wanted = parameters.filter(|parameter| parameter.place == place);
            wanted
                .map(|parameter| Line {
                    left_out: parameter.required == Required::No,
                    ..Line::new(&parameter.name, "")
                })
                .collect()
        };
        let mut draft = Draft {
            method: match route.method.as_str() {
                "ANY" => "GET".to_owned(),
                method => method.to_owned(),
            },
            path: route.path.clone(),
            query: lines(Direction::Querystring),
            headers: lines(Direction::Header),
            body: route.example.clone().unwrap_or_default(),
            ..Draft::default()
        };
        if draft.takes_body() && draft.body.is_empty() && !route.models.is_empty() {
            draft.body = "{}".to_owned();
        }
        if route.key_required && !draft.headers.iter().any(|line| is_name(line, "x-api-key")) {
            draft.headers.push(Line::new("x-api-key", ""));
        }
        draft.follow_path();
        draft
    }

    pub fn of_saved(saved: &SavedRequest, place: usize) -> Draft {
        let lines = |pairs: &[(String, String)]| {
            let lines = pairs.iter();
            lines.map(|(name, value)| Line::new(name, value)).collect()
        };
        let body = saved.body.clone().unwrap_or_default();
        let mut draft = Draft {
            method: saved.method.clone(),
            query: lines(&saved.query),
            headers: lines(&saved.headers),
            body: Value::parse(&body).map_or(body, |value| value.to_json_pretty()),
            scenario: saved.scenario.clone(),
            saved: Some(place),
            ..Draft::default()
        };
        draft.set_address(&saved.path);
        draft
    }

    /// From a `curl` command; the stage in front of the path is taken off where it is the API's.
    pub fn of_curl(command: &CurlCommand, stage: &str) -> Draft {
        let after_scheme = match command.url.split_once("://") {
            Some((_, rest)) => rest,
            None => &command.url,
        };
        let address = match after_scheme.find(['/', '?']) {
            Some(at) => after_scheme.get(at..).unwrap_or_default(),
            None => "/",
        };
        let address = address.split('#').next().unwrap_or_default();
        let prefix = format!("/{stage}");
        let inner = address
            .strip_prefix(&prefix)
            .filter(|rest| !stage.is_empty() && (rest.is_empty() || rest.starts_with(['/', '?'])));
        let mut draft = Draft {
            method: command.method.clone(),
            body: command.body.clone().unwrap_or_default(),
            ..Draft::default()
        };
        for (name, value) in &command.headers {
            if name.eq_ignore_ascii_case(SCENARIO_HEADER) {
                draft.scenario = Some(value.clone());
            } else {
                draft.headers.push(Line::new(name, value));
            }
        }
        draft.set_address(inner.unwrap_or(address));
        draft
    }

    /// Takes a path with a query apart; the query's lines come behind those that are there.
    pub fn set_address(&mut self, address: &str) {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        self.path = match path.starts_with('/') {
            true => path.to_owned(),
            false => format!("/{path}"),
        };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let text = |text: &str| percent_decoded(text, ' ');
            self.query.push(Line::new(text(name), text(value)));
        }
        self.follow_path();
    }

    /// Has a value for every name in braces of the path, and for no other.
    pub fn follow_path(&mut self) {
        let known = std::mem::take(&mut self.parameters);
        let names = path_parameters(&self.path).into_iter();
        let valued = names.map(|name| {
            let value = known.iter().find(|(other, _)| *other == name);
            let value = value.map(|(_, value)| value.clone());
            (name, value.unwrap_or_default())
        });
        self.parameters = valued.collect();
    }

    /// A body is sent with it, as far as the method goes.
    pub fn takes_body(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }

    /// What is wrong with the body as JSON, with line and column; none where it is JSON, empty, or of another type.
    pub fn body_problem(&self) -> Option<String> {
        if self.body.trim().is_empty() || !self.is_json() {
            return None;
        }
        Value::parse(&self.body)
            .err()
            .map(|error| error.to_string())
    }

    /// The names in braces that have no value yet.
    pub fn missing(&self) -> Option<&str> {
        let empty = self.parameters.iter().find(|(_, value)| value.is_empty());
        empty.map(|(name, _)| name.as_str())
    }

    fn is_json(&self) -> bool {
        let content = self
            .headers
            .iter()
            .find(|line| line.is_sent() && is_name(line, "content-type"));
        content.is_none_or(|line| line.value.to_ascii_lowercase().contains("json"))
    }

    /// Path and query as they stand on a request line, without the stage.
    pub fn address(&self) -> String {
        let mut address = self.path.clone();
        for (name, value) in &self.parameters {
            let greedy = format!("{{{name}+}}");
            let plain = format!("{{{name}}}");
            let parts = value.split('/').map(percent_encoded);
            let kept = parts.collect::<Vec<String>>().join("/");
            address = address.replace(&greedy, &kept);
            if !value.is_empty() {
                address = address.replace(&plain, &percent_encoded(value));
            }
        }
        let query = self.query.iter().filter(|line| line.is_sent());
        let pairs: Vec<String> = query
            .map(|line| {
                let name = percent_encoded(line.name.trim());
                format!("{name}={}", percent_encoded(&line.value))
            })
            .collect();
        if !pairs.is_empty() {
            let join = if address.contains('?') { '&' } else { '?' };
            address = format!("{address}{join}{}", pairs.join("&"));
        }
        address
    }

    fn sent_headers(&self) -> Vec<(String, String)> {
        let lines = self.headers.iter().filter(|line| line.is_sent());
        let mut headers: Vec<(String, String)> = lines
            .map(|line| (line.name.trim().to_owned(), line.value.clone()))
            .collect();
        let has_type = headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if self.sends_body() && !has_type {
            headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        if let Some(scenario) = &self.scenario {
            headers.push((SCENARIO_HEADER.to_owned(), scenario.clone()));
        }
        headers
    }

    fn sends_body(&self) -> bool {
        self.takes_body() && !self.body.trim().is_empty()
    }

    /// As the gateway takes it. The same seed gives the same ids.
    pub fn request(&self, stage: &str, seed: u64) -> Request {
        let mut request = Request::new(&self.method, self.target(stage));
        request.headers = self.sent_headers();
        if self.sends_body() {
            request.body = self.body.clone().into_bytes();
        }
        request.seed = seed;
        request
    }

    fn target(&self, stage: &str) -> String {
        match stage {
            "" => self.address(),
            stage => format!("/{stage}{}", self.address()),
        }
    }

    /// As a command that sends it to an address such as `http://127.0.0.1:8080`.
    pub fn curl(&self, server: &str, stage: &str) -> CurlCommand {
        CurlCommand {
            method: self.method.clone(),
            url: format!("{server}{}", self.target(stage)),
            headers: self.sent_headers(),
            body: self.sends_body().then(|| self.body.clone()),
            ignored: Vec::new(),
        }
    }

    /// As JSON text for the companion, with what it should be answered with.
    pub fn to_saved(&self, name: &str, status: Option<u16>) -> String {
        let mut members: Vec<(&str, Value)> = vec![
            ("name", Value::string(name)),
            ("method", Value::string(&self.method)),
        ];
        let mut path = self.path.clone();
        for (name, value) in &self.parameters {
            if !value.is_empty() {
                path = path.replace(&format!("{{{name}}}"), &percent_encoded(value));
            }
        }
        members.push(("path", Value::string(path)));
        for (member, lines) in [("query", &self.query), ("headers", &self.headers)] {
            let lines = lines.iter().filter(|line| line.is_sent());
            let pairs: Vec<(&str, Value)> = lines
                .map(|line| (line.name.trim(), Value::string(&line.value)))
                .collect();
            if !pairs.is_empty() {
                members.push((member, Value::object(pairs)));
            }
        }
        if self.sends_body() {
            let text = || Value::string(&self.body);
            let body = match self.is_json() {
                true => Value::parse(&self.body).unwrap_or_else(|_| text()),
                false => text(),
            };
            members.push(("body", body));
        }
        if let Some(scenario) = &self.scenario {
            members.push(("scenario", Value::string(scenario)));
        }
        if let Some(status) = status {
            let expect = Value::object([("status", Value::from(i64::from(status)))]);
            members.push(("expect", expect));
        }
        Value::object(members).to_json()
    }

    /// Whether it goes to this route.
    pub fn fits(&self, method: &str, path: &str) -> bool {
        method_fits(method, &self.method) && path_fits(path, &self.path)
    }
}

/// Whether a route's method takes this one.
pub fn method_fits(route: &str, method: &str) -> bool {
    route == "ANY" || route == method
}

fn is_name(line: &Line, name: &str) -> bool {
    line.name.trim().eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::api::curl::parse_curl;

    #[test]
    fn parameters_follow_the_path_and_are_encoded() {
        let mut draft = Draft {
            method: "GET".into(),
            ..Draft::default()
        };
        draft.set_address("/keys/{name}?limit=5&q=a%20b");
        assert_eq!(draft.missing(), Some("name"));
        draft.parameters[0].1 = "go pher/1".into();
        assert_eq!(draft.address(), "/keys/go%20pher%2F1?limit=5&q=a%20b");
        draft.query[0].left_out = true;
        let request = draft.request("dev", 1);
        assert_eq!(request.target, "/dev/keys/go%20pher%2F1?q=a%20b");
        assert!(request.body.is_empty() && request.headers.is_empty());
        draft.path = "/keys".into();
        draft.follow_path();
        assert!(draft.parameters.is_empty());
    }

    #[test]
    fn a_body_is_sent_as_json_unless_a_header_says_otherwise() {
        let mut draft = Draft {
            method: "POST".into(),
            path: "/orders".into(),
            body: "{\"a\": }".into(),
            scenario: Some("Sold out".into()),
            ..Draft::default()
        };
        assert!(draft.body_problem().is_some());
        let request = draft.request("", 1);
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.header(SCENARIO_HEADER), Some("Sold out"));
        draft.headers.push(Line::new("content-type", "text/plain"));
        assert_eq!(draft.body_problem(), None);
        assert_eq!(draft.request("", 1).headers.len(), 2);
    }

    #[test]
    fn curl_commands_become_drafts_and_back() {
        let command = parse_curl("curl -X PUT 'http://127.0.0.1:8080/prod/keys/a%20b?x=1' -H 'x-api-key: k' -H 'X-Stepwright-Scenario: Happy' --json '{\"a\":1}'").unwrap();
        let draft = Draft::of_curl(&command, "prod");
        assert_eq!(
            (draft.method.as_str(), draft.path.as_str()),
            ("PUT", "/keys/a%20b")
        );
        assert_eq!(draft.scenario.as_deref(), Some("Happy"));
        assert_eq!(draft.query, [Line::new("x", "1")]);
        let again = draft.curl("http://127.0.0.1:8080", "prod");
        assert_eq!(again.url, command.url);
        assert_eq!(Draft::of_curl(&again, "prod"), draft);
        assert_eq!(Draft::of_curl(&command, "dev").path, "/prod/keys/a%20b");
        assert!(draft.fits("PUT", "/keys/{name}") && !draft.fits("GET", "/keys/{name}"));
    }

    #[test]
    fn what_is_saved_is_read_again() {
        let draft = Draft {
            method: "POST".into(),
            path: "/orders".into(),
            query: vec![Line::new("dry", "true")],
            headers: vec![Line::new("x-correlation-id", "7")],
            body: "{\n  \"order\": 1\n}".into(),
            scenario: Some("Happy".into()),
            ..Draft::default()
        };
        let text = draft.to_saved("One order", Some(201));
        let (saved, problems) = SavedRequest::read(&Value::parse(&text).unwrap(), "requests/0");
        assert!(problems.is_empty(), "{problems:?}");
        let saved = saved.unwrap();
        assert_eq!(saved.expect.as_ref().unwrap().status, Some(201));
        let again = Draft::of_saved(&saved, 3);
        assert_eq!(again.saved, Some(3));
        assert_eq!(
            Draft {
                saved: None,
                ..again
            },
            draft
        );
    }
}
