//! What stands behind a method: from a finished request to a call, and from what came of it to an HTTP answer.
//!
//! Never: carries a call out.
//! Add a kind of integration as a file that builds its call and reads its result.

pub(crate) mod http;
pub(crate) mod lambda;
pub(crate) mod lambda_proxy;
pub(crate) mod service;
pub(crate) mod states;

use crate::gateway::HttpAnswer;

/// An integration's request once mapped and rendered.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Outbound {
    pub headers: Vec<(String, String)>,
    pub path: Vec<(String, String)>,
    pub query: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Outbound {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .rev()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Sets a field, replacing those of its name.
    pub(crate) fn set(fields: &mut Vec<(String, String)>, name: &str, value: String) {
        fields.retain(|(key, _)| key != name);
        fields.push((name.to_owned(), value));
    }
}

/// An answer with a JSON body.
pub(crate) fn json_answer(status: u16, kind: &str, body: String, request_id: &str) -> HttpAnswer {
    HttpAnswer {
        status,
        headers: vec![
            ("x-amzn-RequestId".to_owned(), request_id.to_owned()),
            ("Content-Type".to_owned(), kind.to_owned()),
        ],
        body: body.into_bytes(),
    }
}
