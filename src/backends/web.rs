//! The one HTTP client: for services, functions and APIs, and for those who fetch credentials.

use std::net::IpAddr;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpClient;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::http::HttpConnectorFuture;
use aws_smithy_runtime_api::client::http::HttpConnectorSettings;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

/// Nobody waits longer for a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// The longest a function may take, and some more.
const LONGEST: Duration = Duration::from_secs(16 * 60);

/// A client without redirects, cookies and proxies. It belongs to the runtime it is first used in, and keeps
/// its connections.
pub(crate) fn client() -> Result<reqwest::Client, reqwest::Error> {
    // The second and every later call finds the provider in place, which is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT)
        .timeout(LONGEST)
        .user_agent(concat!("stepwright/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// What went wrong on the way, in words; without the address, which may hold a secret.
pub(crate) fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        source = inner.source();
    }
    text
}

/// Whether an address is one of this machine.
pub(crate) fn is_loopback(url: &str) -> bool {
    let url = reqwest::Url::parse(url).ok();
    let host = url
        .as_ref()
        .and_then(|url| url.host_str())
        .unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost"
        || bare.ends_with(".localhost")
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Why the body of an answer cannot be had.
#[derive(Debug)]
pub(crate) enum BodyError {
    TooLarge,
    /// It breaks off: why.
    Broken(String),
}

impl std::fmt::Display for BodyError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BodyError::TooLarge => out.write_str("the answer is too large"),
            BodyError::Broken(words) => out.write_str(words),
        }
    }
}

/// Reads the body of an answer.
///
/// # Errors
/// It breaks off, or has more bytes than `most`.
pub(crate) async fn body(
    mut response: reqwest::Response,
    most: usize,
) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > most => return Err(BodyError::TooLarge),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(BodyError::Broken(reason(error))),
        }
    }
}

/// The client as those who fetch credentials take it.
#[derive(Clone, Debug)]
pub(crate) struct Fetcher(pub reqwest::Client);

impl HttpClient for Fetcher {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Fetcher {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move { fetch(&client, request).await })
    }
}

async fn fetch(
    client: &reqwest::Client,
    request: HttpRequest,
) -> Result<HttpResponse, ConnectorError> {
    let user = |error: reqwest::Error| ConnectorError::user(error.without_url().into());
    let method = request.method().parse::<reqwest::Method>();
    let method = method.map_err(|error| ConnectorError::user(error.into()))?;
    let mut builder = client.request(method, request.uri());
    for (name, value) in request.headers() {
        builder = builder.header(name, value);
    }
    let body = request.body().bytes().map(<[u8]>::to_vec);
    let built = builder
        .body(body.unwrap_or_default())
        .build()
        .map_err(user)?;
    let outside = |error: reqwest::Error| match error.is_timeout() {
        true => ConnectorError::timeout(error.without_url().into()),
        false => ConnectorError::io(error.without_url().into()),
    };
    let response = client.execute(built).await.map_err(outside)?;
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let bytes = response.bytes().await.map_err(outside)?;
    let status = status
        .try_into()
        .map_err(|error| ConnectorError::other(Box::new(error), None))?;
    let mut answer = HttpResponse::new(status, SdkBody::from(bytes.to_vec()));
    for (name, value) in &headers {
        if let Ok(value) = value.to_str() {
            answer
                .headers_mut()
                .append(name.as_str().to_owned(), value.to_owned());
        }
    }
    Ok(answer)
}
