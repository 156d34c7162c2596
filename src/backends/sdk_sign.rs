//! Signatures of requests (Signature Version 4).

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::PayloadChecksumKind;
use aws_sigv4::http_request::PercentEncodingMode;
use aws_sigv4::http_request::SignableBody;
use aws_sigv4::http_request::SignableRequest;
use aws_sigv4::http_request::SigningSettings;
use aws_sigv4::http_request::UriPathNormalizationMode;
use aws_sigv4::http_request::sign;
use aws_sigv4::sign::v4;

/// What a signature is made for.
pub(crate) struct Signed<'a> {
    pub method: &'a str,
    /// Scheme, host, path and query string.
    pub url: &'a str,
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
    /// The name and the region the signature is good for.
    pub service: &'a str,
    pub region: &'a str,
}

/// The headers that carry the signature, or why there is none.
pub(crate) fn headers(
    signed: &Signed<'_>,
    credentials: Credentials,
    now: SystemTime,
) -> Result<Vec<(String, String)>, String> {
    let mut settings = SigningSettings::default();
    if signed.service == "s3" {
        // The path is encoded once only, and the checksum of the body has a header of its own.
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    let identity = credentials.into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(signed.region)
        .name(signed.service)
        .time(now)
        .settings(settings)
        .build()
        .map_err(|error| error.to_string())?;
    let pairs = signed.headers.iter();
    let pairs = pairs.map(|(name, value)| (name.as_str(), value.as_str()));
    let body = SignableBody::Bytes(signed.body);
    let request = SignableRequest::new(signed.method, signed.url, pairs, body)
        .map_err(|error| error.to_string())?;
    let (instructions, _) = sign(request, &parameters.into())
        .map_err(|error| error.to_string())?
        .into_parts();
    let made = instructions.headers();
    Ok(made
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// The worked example of the S3 documentation, "GET Object".
    #[test]
    fn the_documented_request_to_s3_gets_its_signature() {
        let url = "https://examplebucket.s3.amazonaws.com/test.txt";
        let range = vec![("range".to_owned(), "bytes=0-9".to_owned())];
        let signed = Signed {
            method: "GET",
            url,
            headers: &range,
            body: b"",
            service: "s3",
            region: "us-east-1",
        };
        let credentials = Credentials::new(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            None,
            None,
            "test",
        );
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_369_353_600);
        let headers = headers(&signed, credentials, now).unwrap();
        let (_, authorization) = headers
            .iter()
            .find(|(name, _)| name == "authorization")
            .unwrap();
        assert!(
            authorization
                .ends_with("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
            "{authorization}"
        );
    }
}
