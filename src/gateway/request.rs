//! What comes in and what goes out, as bytes and text.

use crate::gateway::integration::http::encode;
use crate::sidecar::SavedRequest;

/// Microseconds since 1970.
pub type Micros = i64;

/// A request as it arrived, nothing decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// In upper case: `POST`.
    pub method: String,
    /// Path and query as they stood on the request line, percent signs included, with the stage:
    /// `/dev/api-keys?limit=5`.
    pub target: String,
    /// In the order in which they arrived, names as they were written.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The address of whoever asks, without a port.
    pub source_ip: String,
    /// Where the ids of this request come from: the same seed gives the same ids.
    pub seed: u64,
}

/// An answer as it leaves.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// 100 to 599.
    pub status: u16,
    /// In the order in which they leave; without `Content-Length` and `Date`, which belong to the connection.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// A request with nothing but method and target, from the machine itself.
    pub fn new(method: impl Into<String>, target: impl Into<String>) -> Request {
        Request {
            method: method.into(),
            target: target.into(),
            headers: Vec::new(),
            body: Vec::new(),
            source_ip: "127.0.0.1".to_owned(),
            seed: 1,
        }
    }

    /// A saved request to an API with this stage. A body without a `Content-Type` goes as JSON.
    pub fn of_saved(saved: &SavedRequest, stage: &str) -> Request {
        let stage = match stage {
            "" => String::new(),
            stage => format!("/{stage}"),
        };
        let query: Vec<String> = saved
            .query
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let target = format!("{stage}{}{mark}{}", saved.path, query.join("&"));
        let mut request = Request::new(saved.method.as_str(), target);
        request.headers.clone_from(&saved.headers);
        match &saved.body {
            None => request,
            Some(body) if request.header("Content-Type").is_none() => request.with_json(body),
            Some(body) => {
                request.body = body.clone().into_bytes();
                request
            }
        }
    }

    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Request {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With this JSON text as body and `Content-Type: application/json`.
    #[must_use]
    pub fn with_json(mut self, body: impl Into<String>) -> Request {
        self.body = body.into().into_bytes();
        self.with_header("Content-Type", "application/json")
    }

    /// The first header of this name, letter case ignored.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

impl Response {
    /// The first header of this name, letter case ignored.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The body as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}
