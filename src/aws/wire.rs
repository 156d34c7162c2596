//! Parameters that have been checked against the model, on their way to one of the protocols.

use std::sync::Arc;

use crate::aws::model::Member;
use crate::engine::Millis;
use crate::engine::moment_text;
use crate::query::Number;
use crate::query::Value;

/// A checked parameter. Nothing in it is `null`: members without a value are left out.
#[derive(Clone, Debug)]
pub(crate) enum Wire {
    Text(Arc<str>),
    Bool(bool),
    Number(Number),
    Blob(Vec<u8>),
    /// A moment and the format the model asks for.
    Time(Millis, Option<&'static str>),
    List(ListOf),
    Map(MapOf),
    Structure(StructureOf),
    /// Free JSON.
    Document(Value),
}

#[derive(Clone, Debug)]
pub(crate) struct ListOf {
    pub item: Member,
    pub flattened: bool,
    pub items: Vec<Wire>,
}

#[derive(Clone, Debug)]
pub(crate) struct MapOf {
    pub key: Member,
    pub value: Member,
    pub flattened: bool,
    pub entries: Vec<(Arc<str>, Wire)>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct StructureOf {
    /// Where the shape itself has one: its location name and its namespace.
    pub root: Option<&'static str>,
    pub namespace: Option<&'static str>,
    pub members: Vec<(Member, Wire)>,
}

impl Wire {
    /// A scalar as text, as headers, paths and queries write it.
    pub(crate) fn text(&self, default_time: &str) -> String {
        match self {
            Wire::Text(text) => text.to_string(),
            Wire::Bool(flag) => flag.to_string(),
            Wire::Number(number) => Value::Number(*number).to_json(),
            Wire::Blob(bytes) => base64(bytes),
            Wire::Time(at, format) => time_text(*at, format.unwrap_or(default_time)),
            Wire::Document(value) => value.to_json(),
            Wire::List(list) => {
                let items: Vec<String> = list
                    .items
                    .iter()
                    .map(|item| item.text(default_time))
                    .collect();
                items.join(",")
            }
            Wire::Map(_) | Wire::Structure(_) => String::new(),
        }
    }
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// A moment in a format of the models: `iso8601`, `rfc822` or `unixTimestamp`.
pub(crate) fn time_text(at: Millis, format: &str) -> String {
    match format {
        "rfc822" => http_date(at),
        "unixTimestamp" => {
            let (seconds, millis) = (at.div_euclid(1000), at.rem_euclid(1000));
            match millis {
                0 => seconds.to_string(),
                _ => format!("{seconds}.{millis:03}")
                    .trim_end_matches('0')
                    .to_owned(),
            }
        }
        _ => {
            let text = moment_text(at);
            text.strip_suffix(".000Z")
                .map_or_else(|| text.clone(), |whole| format!("{whole}Z"))
        }
    }
}

/// A moment as HTTP headers have it.
pub(crate) fn http_date(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at)
        .map(|moment| moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
        .unwrap_or_default()
}
