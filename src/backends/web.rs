//! The one HTTP client of all backends: it speaks TLS, follows no redirects, and keeps away from proxies on this machine.

use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Duration;

/// Bytes of an answer that are read.
pub(crate) const MOST: usize = 6 * 1_024 * 1_024;

/// The client for an address.
///
/// # Errors
/// TLS cannot be set up on this machine: one sentence.
pub(crate) fn client(url: &reqwest::Url) -> Result<reqwest::Client, String> {
    static NEAR: OnceLock<Result<reqwest::Client, String>> = OnceLock::new();
    static FAR: OnceLock<Result<reqwest::Client, String>> = OnceLock::new();
    let built = match is_loopback(url) {
        true => NEAR.get_or_init(|| build(builder().no_proxy())),
        false => FAR.get_or_init(|| build(builder())),
    };
    built.clone()
}

/// Whether an address is one of this machine.
pub(crate) fn is_loopback(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost"
        || bare.ends_with(".localhost")
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Reads the body of an answer.
///
/// # Errors
/// It breaks off, or is too long: one sentence.
pub(crate) async fn body(mut response: reqwest::Response, most: usize) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > most => {
                return Err(format!("the answer has more than {most} bytes"));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(plain(error)),
        }
    }
}

/// What went wrong, without the address: it may hold a secret among its parameters.
pub(crate) fn plain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        let more = inner.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        source = inner.source();
    }
    words
}

fn builder() -> reqwest::ClientBuilder {
    // Somebody else may have chosen the provider first; any will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(10))
}

fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, String> {
    builder.build().map_err(plain)
}
