//! Bodies of bytes: which content types are bytes, and what `contentHandling` makes of them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::gateway::ContentHandling;

/// Whether a content type is among the API's binary ones.
pub(crate) fn is_binary(types: &[String], content_type: &str) -> bool {
    let plain = content_type
        .split([';', ','])
        .next()
        .unwrap_or_default()
        .trim();
    types.iter().any(|kind| {
        kind == "*/*"
            || kind.eq_ignore_ascii_case(plain)
            || kind.strip_suffix("/*").is_some_and(|family| {
                plain
                    .split('/')
                    .next()
                    .is_some_and(|first| first.eq_ignore_ascii_case(family))
            })
    })
}

/// A request's body for the integration.
///
/// # Errors
/// A text that should become bytes is not Base64.
pub(crate) fn inward(
    types: &[String],
    content_type: &str,
    handling: Option<ContentHandling>,
    body: &[u8],
) -> Result<Vec<u8>, ()> {
    match (is_binary(types, content_type), handling) {
        (true, Some(ContentHandling::ConvertToText)) => Ok(STANDARD.encode(body).into_bytes()),
        (false, Some(ContentHandling::ConvertToBinary)) => STANDARD.decode(body).map_err(|_| ()),
        (true, Some(ContentHandling::ConvertToBinary) | None)
        | (false, Some(ContentHandling::ConvertToText) | None) => Ok(body.to_vec()),
    }
}

/// An integration's body for the client, who accepts bytes or does not.
///
/// # Errors
/// A text that should become bytes is not Base64.
pub(crate) fn outward(
    types: &[String],
    content_type: &str,
    accept: &str,
    handling: Option<ContentHandling>,
    body: Vec<u8>,
) -> Result<Vec<u8>, ()> {
    let bytes_wanted = match handling {
        Some(ContentHandling::ConvertToBinary) => true,
        Some(ContentHandling::ConvertToText) => false,
        None => is_binary(types, accept),
    };
    match (is_binary(types, content_type), bytes_wanted) {
        (true, false) => Ok(STANDARD.encode(&body).into_bytes()),
        (false, true) => STANDARD.decode(&body).map_err(|_| ()),
        (true, true) | (false, false) => Ok(body),
    }
}
