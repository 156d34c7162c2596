//! HTTP tasks: `arn:aws:states:::http:invoke`.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html>

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use reqwest::Method;
use reqwest::Url;
use reqwest::header::HeaderMap;
use reqwest::header::HeaderName;
use reqwest::header::HeaderValue;
use serde_json::Value as Json;
use tokio::time::Instant;

use crate::backends::connections;
use crate::backends::connections::Authorization;
use crate::backends::connections::Connection;
use crate::backends::connections::Unconnected;
use crate::backends::secrets::Secret;
use crate::backends::secrets::Veil;
use crate::backends::web;
use crate::backends::web::BodyError;
use crate::engine::Fault;
use crate::query::Value;

/// How long a request may take.
const LONGEST: Duration = Duration::from_secs(60);

/// Bytes of a response body that reach the state.
const MOST: usize = 262_144;

/// Headers that Step Functions refuses in a task, besides those that begin with one of [`FORBIDDEN_BEGINS`].
/// `User-Agent` and `Range` are not among them: it sets them itself, whatever the task says.
const FORBIDDEN: [&str; 33] = [
    "a-im",
    "accept-charset",
    "accept-datetime",
    "accept-encoding",
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-md5",
    "date",
    "expect",
    "forwarded",
    "from",
    "host",
    "http2-settings",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "max-forwards",
    "origin",
    "pragma",
    "proxy-authorization",
    "referer",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "warning",
];

const FORBIDDEN_BEGINS: [&str; 3] = ["x-forwarded-", "x-amz-", "x-amzn-"];

/// Tokens of connections, by the address they come from and the client they belong to.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    known: Mutex<BTreeMap<(String, String), (Secret, Instant)>>,
}

/// Makes the request of an HTTP task.
///
/// # Errors
/// `States.Http.StatusCode.N` for an answer that is none of success, `States.Http.Socket` where none came,
/// `Events.ConnectionResource.*` where the connection authorizes nothing, and `States.Runtime` for a task that asks for
/// what cannot be sent.
pub(crate) async fn invoke(
    client: &reqwest::Client,
    payload: &Value,
    file: Option<&Path>,
    tokens: &Tokens,
) -> Result<Value, Fault> {
    let wanted = Wanted::read(payload).map_err(wrong)?;
    let connection = connections::find(file, &wanted.connection).map_err(|reason| {
        let cause = format!("The HTTP task cannot be authorized: {reason}");
        Fault::new(reason.error(), cause)
    })?;
    let mut veil = connection.veil();
    let mut refreshed = false;
    let result = loop {
        let sent = match send(client, &wanted, &connection, tokens, &mut veil).await {
            Ok(sent) => sent,
            Err(fault) => break Err(fault),
        };
        // A token may have been withdrawn before its time.
        if matches!(sent.status, 401 | 407) && !refreshed && tokens.forget(&connection) {
            refreshed = true;
            continue;
        }
        break sent.result(&veil);
    };
    result.map_err(|fault| Fault {
        cause: fault.cause.map(|cause| veil.hide(&cause).into()),
        ..fault
    })
}

/// What a task asks for.
#[derive(Debug)]
struct Wanted {
    url: Url,
    method: Method,
    headers: HeaderMap,
    body: Option<Value>,
    encoding: Encoding,
    connection: String,
}

/// `Transform` of a task: how the body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Json,
    Form(ListForm),
}

/// `RequestEncodingOptions.ArrayFormat`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ListForm {
    Indices,
    Repeat,
    Commas,
    Brackets,
    None,
}

impl Wanted {
    fn read(payload: &Value) -> Result<Wanted, String> {
        let text = |name: &str| payload.get(name).and_then(Value::as_str);
        let address = text("ApiEndpoint").ok_or("needs ApiEndpoint, the address of the API")?;
        let mut url =
            Url::parse(address).map_err(|error| format!("has ApiEndpoint {address:?}: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!(
                "has ApiEndpoint {address:?}, which is no HTTP address"
            ));
        }
        let method =
            text("Method").ok_or("needs Method: GET, POST, PUT, DELETE, PATCH, OPTIONS or HEAD")?;
        let method = match method {
            "GET" | "POST" | "PUT" | "DELETE" | "PATCH" | "OPTIONS" | "HEAD" => {
                Method::from_bytes(method.as_bytes()).map_err(|error| error.to_string())?
            }
            other => return Err(format!("has the Method {other:?}, which is not known")),
        };
        let connection = [
            "/InvocationConfig/ConnectionArn",
            "/Authentication/ConnectionArn",
        ]
        .into_iter()
        .find_map(|pointer| payload.pointer(pointer)?.as_str())
        .ok_or("needs InvocationConfig.ConnectionArn, the connection that authorizes it")?;
        if let Some(query) = payload.get("QueryParameters") {
            let mut pairs = Vec::new();
            for (name, value) in members(query, "QueryParameters")? {
                match value.as_array() {
                    Some(items) => {
                        pairs.extend(items.iter().map(|item| (name.clone(), plain_text(item))));
                    }
                    None => pairs.push((name, plain_text(&value))),
                }
            }
            url.query_pairs_mut().extend_pairs(pairs);
        }
        let mut headers = HeaderMap::new();
        if let Some(given) = payload.get("Headers") {
            for (name, value) in members(given, "Headers")? {
                let lower = name.to_ascii_lowercase();
                let begins = |begin: &&str| lower.starts_with(*begin);
                if FORBIDDEN.contains(&lower.as_str()) || FORBIDDEN_BEGINS.iter().any(begins) {
                    return Err(format!(
                        "sets the header {name}, which Step Functions does not allow"
                    ));
                }
                put(&mut headers, &name, &plain_text(&value))?;
            }
        }
        let transform = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str);
        let encoding = match transform("/Transform/RequestBodyEncoding") {
            Some("URL_ENCODED") => Encoding::Form(
                match transform("/Transform/RequestEncodingOptions/ArrayFormat") {
                    None | Some("INDICES") => ListForm::Indices,
                    Some("REPEAT") => ListForm::Repeat,
                    Some("COMMAS") => ListForm::Commas,
                    Some("BRACKETS") => ListForm::Brackets,
                    Some("NONE") => ListForm::None,
                    Some(other) => {
                        return Err(format!("has the ArrayFormat {other:?}, which is not known"));
                    }
                },
            ),
            None | Some("NONE") => Encoding::Json,
            Some(other) => {
                return Err(format!(
                    "has the RequestBodyEncoding {other:?}, which is not known"
                ));
            }
        };
        Ok(Wanted {
            url,
            method,
            headers,
            body: payload.get("RequestBody").cloned(),
            encoding,
            connection: connection.to_owned(),
        })
    }
}

async fn send(
    client: &reqwest::Client,
    wanted: &Wanted,
    connection: &Connection,
    tokens: &Tokens,
    veil: &mut Veil,
) -> Result<Sent, Fault> {
    let mut url = wanted.url.clone();
    let mut headers = wanted.headers.clone();
    let usual = [
        ("user-agent", "Amazon|StepFunctions|HttpInvoke|us-east-1"),
        ("range", "bytes=0-262144"),
    ];
    for (name, value) in usual {
        put(&mut headers, name, value).map_err(wrong)?;
    }
    if !connection.query.is_empty() {
        let added = connection.query.iter();
        url.query_pairs_mut()
            .extend_pairs(added.map(|(name, value)| (name, value.reveal())));
    }
    for (name, value) in &connection.headers {
        put(&mut headers, name, value.reveal()).map_err(wrong)?;
    }
    match &connection.authorization {
        Authorization::Basic { username, password } => {
            let pair = format!("{username}:{}", password.reveal());
            let pair = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, pair);
            put(&mut headers, "authorization", &format!("Basic {pair}")).map_err(wrong)?;
        }
        Authorization::ApiKey { name, value } => {
            put(&mut headers, name, value.reveal()).map_err(wrong)?;
        }
        Authorization::OAuth { .. } => {
            let token = tokens.of(client, connection).await?;
            veil.add(&token);
            put(
                &mut headers,
                "authorization",
                &format!("Bearer {}", token.reveal()),
            )
            .map_err(wrong)?;
        }
        Authorization::None => {}
    }
    let (kind, body) = written(wanted, connection);
    if let Some(kind) = kind
        && !headers.contains_key("content-type")
    {
        put(&mut headers, "content-type", kind).map_err(wrong)?;
    }
    let mut request = client
        .request(wanted.method.clone(), url)
        .headers(headers)
        .timeout(LONGEST);
    if let Some(body) = body {
        request = request.body(body);
    }
    let response = request
        .send()
        .await
        .map_err(|error| socket(&web::reason(error)))?;
    let status = response.status();
    let mut headers: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (name, value) in response.headers() {
        let value = String::from_utf8_lossy(value.as_bytes());
        let values = headers.entry(name.as_str().to_owned()).or_default();
        values.push(Value::string(value.as_ref()));
    }
    let body = web::body(response, MOST).await.map_err(|error| match error {
        BodyError::TooLarge => Fault::new(
            "States.DataLimitExceeded",
            "The state/task 'http' returned a result with a size exceeding the maximum number of bytes service limit.",
        ),
        BodyError::Broken(words) => socket(&words),
    })?;
    Ok(Sent {
        status: status.as_u16(),
        reason: status.canonical_reason().unwrap_or_default(),
        headers,
        body,
    })
}

/// What came back.
struct Sent {
    status: u16,
    reason: &'static str,
    headers: BTreeMap<String, Vec<Value>>,
    body: Vec<u8>,
}

/// Kinds of content that no task can read.
const UNREADABLE: [&str; 4] = ["application/octet-stream", "image/", "video/", "audio/"];

impl Sent {
    fn result(self, veil: &Veil) -> Result<Value, Fault> {
        if !(200..300).contains(&self.status) {
            let cause = match self.body.is_empty() {
                true => self.reason.to_owned(),
                false => String::from_utf8_lossy(&self.body).into_owned(),
            };
            return Err(Fault::new(
                format!("States.Http.StatusCode.{}", self.status),
                cause,
            ));
        }
        let kinds = self.headers.get("content-type");
        let kind = kinds.and_then(|values| values.first()?.as_str());
        let kind = kind.unwrap_or_default().to_ascii_lowercase();
        let body = String::from_utf8(self.body).ok();
        let readable = !UNREADABLE.iter().any(|begin| kind.starts_with(begin));
        let Some(body) = body.filter(|_| readable) else {
            let kind = if kind.is_empty() { "of no kind" } else { &kind };
            return Err(Fault::new(
                "States.Runtime",
                format!(
                    "The response of the HTTP task is no text that a state can hold: its content is {kind}"
                ),
            ));
        };
        // What an API sends back of a secret must not reach the history.
        let body = veil.hide(&body);
        let body = match kind.contains("json") {
            true => Value::parse(&body).unwrap_or_else(|_| Value::string(&body)),
            false => Value::string(&body),
        };
        let headers = self.headers.into_iter().map(|(name, values)| {
            let values = values.iter().filter_map(Value::as_str);
            let values = values.map(|value| Value::string(veil.hide(value)));
            (name, Value::array(values.collect()))
        });
        Ok(Value::object([
            ("Headers", Value::object(headers)),
            ("ResponseBody", body),
            ("StatusCode", Value::from(i64::from(self.status))),
            ("StatusText", Value::string(self.reason)),
        ]))
    }
}

/// The body with what the connection adds, and its kind.
fn written(wanted: &Wanted, connection: &Connection) -> (Option<&'static str>, Option<String>) {
    let mut body = wanted.body.clone();
    if !connection.body.is_empty() && body.as_ref().is_none_or(|body| body.as_object().is_some()) {
        let own = body.as_ref().and_then(Value::as_object);
        let own = own.into_iter().flat_map(|members| members.iter());
        let own = own.map(|(name, value)| (name.to_string(), value.clone()));
        let added = connection.body.iter();
        let added = added.map(|(name, value)| (name.clone(), Value::string(value.reveal())));
        body = Some(Value::object(own.chain(added)));
    }
    let Some(body) = body else {
        return (None, None);
    };
    match wanted.encoding {
        Encoding::Form(form) => {
            let mut pairs = Vec::new();
            for (name, value) in body
                .as_object()
                .into_iter()
                .flat_map(|members| members.iter())
            {
                flatten(name, value, form, &mut pairs);
            }
            let mut text = form_urlencoded(&pairs);
            if body.as_object().is_none() {
                text = plain_text(&body);
            }
            (Some("application/x-www-form-urlencoded"), Some(text))
        }
        Encoding::Json => match body.as_str() {
            Some(text) => (Some("text/plain"), Some(text.to_owned())),
            None => (Some("application/json"), Some(body.to_json())),
        },
    }
}

/// `a[b]=…`, and lists in the form that is asked for.
fn flatten(name: &str, value: &Value, form: ListForm, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (inner, value) in members.iter() {
                flatten(&format!("{name}[{inner}]"), value, form, pairs);
            }
        }
        Value::Array(items) if form == ListForm::Commas => {
            let texts: Vec<String> = items.iter().map(plain_text).collect();
            pairs.push((name.to_owned(), texts.join(",")));
        }
        Value::Array(items) if form == ListForm::None => {
            let list = Value::Array(items.clone());
            pairs.push((name.to_owned(), list.to_json()));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let name = match form {
                    ListForm::Indices => format!("{name}[{index}]"),
                    ListForm::Brackets => format!("{name}[]"),
                    ListForm::Repeat | ListForm::Commas | ListForm::None => name.to_owned(),
                };
                flatten(&name, item, form, pairs);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            pairs.push((name.to_owned(), plain_text(value)));
        }
    }
}

fn form_urlencoded(pairs: &[(String, String)]) -> String {
    let Ok(mut url) = Url::parse("http://localhost/") else {
        return String::new();
    };
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

impl Tokens {
    /// A token that still holds; a new one where there is none.
    async fn of(&self, client: &reqwest::Client, connection: &Connection) -> Result<Secret, Fault> {
        let Some(key) = key_of(connection) else {
            return Ok(Secret::default());
        };
        let known = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(&key).cloned()
        };
        if let Some((token, until)) = known
            && until > Instant::now()
        {
            return Ok(token);
        }
        let (token, seconds) = fetch(client, connection).await?;
        let until = Instant::now() + Duration::from_secs(seconds.saturating_sub(30));
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(key, (token.clone(), until));
        Ok(token)
    }

    /// False where there was none.
    fn forget(&self, connection: &Connection) -> bool {
        let Some(key) = key_of(connection) else {
            return false;
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(&key).is_some()
    }
}

fn key_of(connection: &Connection) -> Option<(String, String)> {
    match &connection.authorization {
        Authorization::OAuth {
            client_id,
            endpoint,
            ..
        } => Some((endpoint.clone(), client_id.clone())),
        Authorization::Basic { .. } | Authorization::ApiKey { .. } | Authorization::None => None,
    }
}

/// Fetches a token by the client's credentials, and for how many seconds it holds.
async fn fetch(client: &reqwest::Client, connection: &Connection) -> Result<(Secret, u64), Fault> {
    let Authorization::OAuth {
        client_id,
        client_secret,
        endpoint,
        method,
        headers,
        query,
        body,
    } = &connection.authorization
    else {
        return Ok((Secret::default(), 0));
    };
    // EventBridge takes the authorization from a connection that it cannot refresh the token of.
    let refused = |words: String| {
        let name = &connection.name;
        let words = format!("No token came for the connection {name}: {words}");
        let reason = Unconnected::Invalid(words);
        Fault::new(reason.error(), reason.to_string())
    };
    let mut url = Url::parse(endpoint).map_err(|error| refused(error.to_string()))?;
    if !query.is_empty() {
        let pairs = query.iter().map(|(name, value)| (name, value.reveal()));
        url.query_pairs_mut().extend_pairs(pairs);
    }
    let mut form = vec![
        ("grant_type".to_owned(), "client_credentials".to_owned()),
        ("client_id".to_owned(), client_id.clone()),
        (
            "client_secret".to_owned(),
            client_secret.reveal().to_owned(),
        ),
    ];
    let added = body.iter();
    form.extend(added.map(|(name, value)| (name.clone(), value.reveal().to_owned())));
    let mut all = HeaderMap::new();
    for (name, value) in headers {
        put(&mut all, name, value.reveal()).map_err(&refused)?;
    }
    let method =
        Method::from_bytes(method.as_bytes()).map_err(|error| refused(error.to_string()))?;
    let response = client
        .request(method, url)
        .headers(all)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form_urlencoded(&form))
        .timeout(LONGEST)
        .send()
        .await
        .map_err(|error| refused(web::reason(error)))?;
    let status = response.status();
    let text = web::body(response, MOST).await;
    let text = text.map_err(|error| refused(error.to_string()))?;
    if !status.is_success() {
        return Err(refused(format!(
            "its endpoint answered with status {}",
            status.as_u16()
        )));
    }
    let answer: Json = serde_json::from_slice(&text)
        .map_err(|_| refused("its endpoint answered with something that is not JSON".to_owned()))?;
    let token = answer.get("access_token").and_then(Json::as_str);
    let token = token.ok_or_else(|| refused("the answer holds no access_token".to_owned()))?;
    let seconds = answer.get("expires_in").and_then(Json::as_u64);
    Ok((Secret::new(token), seconds.unwrap_or(300)))
}

fn members(value: &Value, field: &str) -> Result<Vec<(String, Value)>, String> {
    let members = value
        .as_object()
        .ok_or_else(|| format!("has {field}, which must be an object"))?;
    Ok(members
        .iter()
        .map(|(name, value)| (name.to_string(), value.clone()))
        .collect())
}

fn plain_text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_json(), str::to_owned)
}

fn put(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), String> {
    let key = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| format!("sets {name:?}, which is no name of a header"))?;
    let value = HeaderValue::from_str(value)
        .map_err(|_| format!("sets the header {name} to a text that headers cannot hold"))?;
    headers.insert(key, value);
    Ok(())
}

fn wrong(words: String) -> Fault {
    Fault::new("States.Runtime", format!("The HTTP task {words}"))
}

fn socket(words: &str) -> Fault {
    Fault::new("States.Http.Socket", words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(body: &str, list: ListForm) -> String {
        let body = Value::parse(body).unwrap();
        let mut pairs = Vec::new();
        for (name, value) in body.as_object().unwrap().iter() {
            flatten(name, value, list, &mut pairs);
        }
        form_urlencoded(&pairs)
    }

    #[test]
    fn lists_of_a_form_are_written_as_asked_for() {
        let body = r#"{"a":[1,"x y"],"o":{"b":true}}"#;
        assert_eq!(
            form(body, ListForm::Indices),
            "a%5B0%5D=1&a%5B1%5D=x+y&o%5Bb%5D=true"
        );
        assert_eq!(form(body, ListForm::Repeat), "a=1&a=x+y&o%5Bb%5D=true");
        assert_eq!(form(body, ListForm::Commas), "a=1%2Cx+y&o%5Bb%5D=true");
        assert_eq!(
            form(body, ListForm::Brackets),
            "a%5B%5D=1&a%5B%5D=x+y&o%5Bb%5D=true"
        );
        assert_eq!(
            form(body, ListForm::None),
            "a=%5B1%2C%22x+y%22%5D&o%5Bb%5D=true"
        );
    }

    #[test]
    fn a_task_that_cannot_be_sent_says_why() {
        let words = |payload: &str| Wanted::read(&Value::parse(payload).unwrap()).unwrap_err();
        assert!(words("{}").contains("ApiEndpoint"));
        let base = r#""ApiEndpoint":"https://x.example/a","Method":"GET""#;
        assert!(words(&format!("{{{base}}}")).contains("ConnectionArn"));
        let connected = format!(r#"{base},"InvocationConfig":{{"ConnectionArn":"c"}}"#);
        let words = words(&format!(r#"{{{connected},"Headers":{{"Host":"y"}}}}"#));
        assert!(words.contains("Host"), "{words}");
        let named = |name: &str| {
            let payload = format!(r#"{{{connected},"Headers":{{"{name}":"y"}}}}"#);
            Wanted::read(&Value::parse(&payload).unwrap()).err()
        };
        for name in [
            "If-Match",
            "Cache-Control",
            "Origin",
            "x-forwarded-for",
            "X-Amzn-Trace-Id",
        ] {
            assert!(
                named(name).is_some_and(|words| words.contains(name)),
                "{name}"
            );
        }
        for name in ["User-Agent", "Range", "Accept", "X-Api-Key"] {
            assert_eq!(named(name), None, "{name}");
        }
    }
}
