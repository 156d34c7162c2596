//! Requests and answers as they would look on the wire, for people.

use crate::gateway::HttpCall;
use crate::gateway::Response;
use crate::gateway::inbound::Inbound;
use crate::gateway::integration::http;

/// Characters of a body that trace steps show.
const SHOWN: usize = 65_536;

/// A request as it would look on the wire.
pub(crate) fn request_as_http(inbound: &Inbound) -> String {
    let query: Vec<String> = inbound
        .query
        .iter()
        .map(|(key, value)| format!("{}={}", http::encode(key), http::encode(value)))
        .collect();
    let question = if query.is_empty() { "" } else { "?" };
    let mut lines = format!(
        "{} {}{question}{}\n",
        inbound.method,
        inbound.path,
        query.join("&")
    );
    head(&mut lines, &inbound.headers, &inbound.body);
    lines
}

pub(crate) fn call_as_http(call: &HttpCall) -> String {
    let mut lines = format!("{} {}\n", call.method, call.url);
    head(&mut lines, &call.headers, &call.body);
    lines
}

pub(crate) fn as_http(response: &Response) -> String {
    let mut lines = format!("{}\n", response.status);
    head(&mut lines, &response.headers, &response.body);
    lines
}

/// A body as text, cut where it is very long.
pub(crate) fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.into_owned(),
    }
}

fn head(lines: &mut String, headers: &[(String, String)], body: &[u8]) {
    for (name, value) in headers {
        lines.push_str(&format!("{name}: {value}\n"));
    }
    if !body.is_empty() {
        lines.push('\n');
        lines.push_str(&shown(body));
    }
}
