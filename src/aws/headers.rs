//! Headers of a response as the optimized integrations show them.

use crate::query::Value;
use crate::text::upper_first;

/// Spellings of the services; HTTP itself does not care for case, and the client has lowered it.
const SPELLED: &[&str] = &[
    "x-amzn-RequestId",
    "x-amz-request-id",
    "x-amz-id-2",
    "x-amz-crc32",
    "x-amz-apigw-id",
    "x-amzn-Remapped-Content-Length",
    "X-Amz-Executed-Version",
    "X-Amz-Function-Error",
    "X-Amz-Log-Result",
    "X-Amzn-Trace-Id",
    "X-Amz-Cf-Id",
    "X-Amz-Cf-Pop",
];

/// A header's name as services write it: `Content-Type`, `x-amzn-RequestId`.
pub(crate) fn spelled(name: &str) -> String {
    if let Some(known) = SPELLED
        .iter()
        .find(|known| known.eq_ignore_ascii_case(name))
    {
        return (*known).to_owned();
    }
    match name {
        _ if name.starts_with("x-amz") => name.to_owned(),
        "connection" => "connection".to_owned(),
        _ => {
            let words = name.split('-').map(upper_first);
            words.collect::<Vec<_>>().join("-")
        }
    }
}

/// `SdkHttpMetadata`: every header with all its values, then once more with the last of them.
pub fn sdk_http_metadata(status: u16, headers: &[(String, String)]) -> Value {
    let mut all: Vec<(String, Vec<Value>)> = Vec::new();
    for (name, value) in headers {
        let name = spelled(name);
        let value = Value::from(value.as_str());
        match all.iter_mut().find(|(own, _)| *own == name) {
            Some((_, values)) => values.push(value),
            None => all.push((name, vec![value])),
        }
    }
    let mut single: Vec<(String, Value)> = all
        .iter()
        .map(|(name, values)| (name.clone(), values.last().cloned().unwrap_or_default()))
        .collect();
    single.sort_by_key(|(name, _)| name.to_lowercase());
    let all = all
        .into_iter()
        .map(|(name, values)| (name, Value::array(values)));
    Value::object([
        ("AllHttpHeaders", Value::object(all)),
        ("HttpHeaders", Value::object(single)),
        ("HttpStatusCode", Value::from(i64::from(status))),
    ])
}
