//! The two doors: what comes over HTTP is handed to the edge, or to the API of Step Functions.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::Request as HttpRequest;
use axum::http::StatusCode;
use axum::http::header;

use crate::driver::endpoint::body::BodyTrouble;
use crate::driver::endpoint::body::Expects;
use crate::driver::endpoint::body::Larder;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::edge::Keep;
use crate::driver::endpoint::guard::Guests;
use crate::driver::endpoint::guard::Sender;
use crate::gateway::Request;
use crate::gateway::Response;
use crate::query::Value;

type Answer = axum::http::Response<Body>;

/// What stands behind an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// The routes of the APIs.
    Api,
    /// The API of Step Functions, AWS JSON 1.0.
    StepFunctions,
}

/// Both ends of the connection a request came by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    pub local: IpAddr,
    pub peer: IpAddr,
}

#[derive(Debug)]
struct Behind {
    edge: Arc<Edge>,
    guests: Guests,
    larder: Larder,
}

/// The service of a door. A body has to arrive within `patience`.
pub(crate) fn router(door: Door, edge: Arc<Edge>, guests: Guests, patience: Duration) -> Router {
    let behind = Arc::new(Behind {
        edge,
        guests,
        larder: Larder::new(patience),
    });
    match door {
        Door::Api => Router::new().fallback(api).with_state(behind),
        Door::StepFunctions => Router::new().fallback(step_functions).with_state(behind),
    }
}

async fn api(State(behind): State<Arc<Behind>>, request: HttpRequest<Body>) -> Answer {
    let (head, body) = request.into_parts();
    let ends = match behind.admit(&head) {
        Ok(ends) => ends,
        Err(words) => return told(StatusCode::FORBIDDEN, &words),
    };
    let target = head
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let headers = head.headers.iter();
    let headers = headers.map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    let mut request = Request {
        method: head.method.as_str().to_owned(),
        target: target.to_owned(),
        headers: headers.collect(),
        body: Vec::new(),
        source_ip: ends.peer.to_string(),
        seed: 0,
    };
    match behind.body(&head.headers, body).await {
        Ok(body) => request.body = body,
        // API Gateway has its own answer to this one.
        Err(BodyTrouble::TooLarge) => return answer(behind.edge.refuse_too_large(request)),
        Err(trouble) => return without_body(trouble),
    }
    answer(behind.edge.answer(request, Keep::WhatFits).await.response)
}

async fn step_functions(State(behind): State<Arc<Behind>>, request: HttpRequest<Body>) -> Answer {
    let (head, body) = request.into_parts();
    if let Err(words) = behind.admit(&head) {
        return told(StatusCode::FORBIDDEN, &words);
    }
    let body = match behind.body(&head.headers, body).await {
        Ok(body) => body,
        Err(trouble) => return without_body(trouble),
    };
    // The protocol knows POST alone: a HEAD or an OPTIONS must not do anything.
    let target = match head.method {
        Method::POST => text(&head.headers, &HeaderName::from_static("x-amz-target")),
        _ => None,
    };
    let target = target.unwrap_or_default();
    let action = target.strip_prefix("AWSStepFunctions.").unwrap_or(target);
    let answered = match action {
        // A worker that hangs up must not be given a task.
        "GetActivityTask" => behind.edge.states(action, &body).await,
        action => {
            let (edge, action) = (behind.edge.clone(), action.to_owned());
            let work = tokio::spawn(async move { edge.states(&action, &body).await });
            let Ok(answered) = work.await else {
                let words = "answering this request broke off inside Stepwright";
                return told(StatusCode::INTERNAL_SERVER_ERROR, words);
            };
            answered
        }
    };
    answer(Response {
        status: answered.status,
        headers: answered.headers,
        body: answered.body,
    })
}

impl Behind {
    fn admit(&self, head: &axum::http::request::Parts) -> Result<Ends, String> {
        let ends = head.extensions.get::<Ends>().copied();
        let ends = ends.ok_or("the request came by no connection")?;
        let authority = head.uri.authority().map(|authority| authority.as_str());
        let sender = Sender {
            host: authority.or(text(&head.headers, &header::HOST)),
            origin: text(&head.headers, &header::ORIGIN),
            referer: text(&head.headers, &header::REFERER),
            site: text(&head.headers, &HeaderName::from_static("sec-fetch-site")),
        };
        self.guests.admit(sender, ends.local).map(|()| ends)
    }

    async fn body(&self, headers: &HeaderMap, body: Body) -> Result<Vec<u8>, BodyTrouble> {
        let declared =
            text(headers, &header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
        let expects = match headers.contains_key(header::EXPECT) {
            true => Expects::Continue,
            false => Expects::Nothing,
        };
        if declared == Some(0) {
            return Ok(Vec::new());
        }
        self.larder.read(body, declared, expects).await
    }
}

/// The header's value; one that is not plain text counts as something that names nobody.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

fn answer(response: Response) -> Answer {
    let mut built = Answer::new(Body::from(response.body));
    *built.status_mut() =
        StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = built.headers_mut();
    headers.reserve(response.headers.len());
    for (name, value) in &response.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        let value = HeaderValue::from_bytes(value.as_bytes());
        // What cannot stand in a header is left out, as API Gateway does.
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    built
}

/// The answer to a request whose body did not come as it should.
fn without_body(trouble: BodyTrouble) -> Answer {
    let (status, words) = match trouble {
        BodyTrouble::TooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "the request is larger than 10 MB",
        ),
        BodyTrouble::TooSlow => (
            StatusCode::REQUEST_TIMEOUT,
            "the body did not arrive in time",
        ),
        BodyTrouble::Broken => (
            StatusCode::BAD_REQUEST,
            "the body cannot be read to its end",
        ),
    };
    told(status, words)
}

/// An answer of the endpoint's own, before anything was asked.
fn told(status: StatusCode, words: &str) -> Answer {
    let body = Value::object([("message", Value::string(words))]).to_json();
    answer(Response {
        status: status.as_u16(),
        headers: vec![
            ("Content-Type".to_owned(), "application/json".to_owned()),
            // What comes behind a request that was not read to its end is no request.
            ("Connection".to_owned(), "close".to_owned()),
        ],
        body: body.into_bytes(),
    })
}
