//! JSON of the AWS JSON and REST-JSON protocols, in both directions.

use std::fmt::Write;

use crate::aws::model::Kind;
use crate::aws::model::Member;
use crate::aws::model::Model;
use crate::aws::naming;
use crate::aws::operation::Style;
use crate::aws::wire::MapOf;
use crate::aws::wire::StructureOf;
use crate::aws::wire::Wire;
use crate::aws::wire::base64;
use crate::aws::wire::time_text;
use crate::engine::Millis;
use crate::engine::moment_text;
use crate::engine::parse_moment;
use crate::query::Value;

/// The members that travel in the body, as an object.
pub(crate) fn write(structure: &StructureOf) -> String {
    let mut out = String::new();
    write_structure(structure, &mut out);
    out
}

fn write_structure(structure: &StructureOf, out: &mut String) {
    let inside = structure
        .members
        .iter()
        .filter(|(member, _)| !member.is_outside_body());
    out.push('{');
    for (index, (member, wire)) in inside.enumerate() {
        if index > 0 {
            out.push(',');
        }
        push_text(member.wire_name(), out);
        out.push(':');
        match wire {
            // JSON inside a text.
            Wire::Document(value) if member.traits.has('j') => push_text(&value.to_json(), out),
            _ => write_wire(wire, out),
        }
    }
    out.push('}');
}

fn write_wire(wire: &Wire, out: &mut String) {
    match wire {
        Wire::Text(text) => push_text(text, out),
        Wire::Bool(_) | Wire::Number(_) | Wire::Document(_) => out.push_str(&wire.text("")),
        Wire::Blob(bytes) => push_text(&base64(bytes), out),
        Wire::Time(at, format) => match format.unwrap_or("unixTimestamp") {
            "unixTimestamp" => out.push_str(&time_text(*at, "unixTimestamp")),
            format => push_text(&time_text(*at, format), out),
        },
        Wire::List(list) => {
            out.push('[');
            for (index, item) in list.items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_wire(item, out);
            }
            out.push(']');
        }
        Wire::Map(MapOf { entries, .. }) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                push_text(key, out);
                out.push(':');
                write_wire(value, out);
            }
            out.push('}');
        }
        Wire::Structure(structure) => write_structure(structure, out),
    }
}

fn push_text(text: &str, out: &mut String) {
    // Writing to a `String` does not fail.
    let _ = write!(out, "{}", Value::from(text).to_json());
}

/// A value of the body in the words of Step Functions.
pub(crate) fn read(model: &'static Model, member: &Member, value: &Value, style: Style) -> Value {
    let shape = model.shape(member.shape);
    match (&shape.kind, value) {
        (Kind::Structure(_), _) if shape.traits.has('d') => value.clone(),
        (Kind::Structure(members), Value::Object(object)) => {
            let found = members.iter().filter_map(|member| {
                let value = object
                    .get(member.wire_name())
                    .filter(|value| !value.is_null())?;
                let name = naming::member(member.name, style);
                Some((name, read(model, member, value, style)))
            });
            let mut found: Vec<(String, Value)> = found.collect();
            found.sort_by(|one, other| one.0.cmp(&other.0));
            Value::object(found)
        }
        (Kind::List(item), Value::Array(items)) => Value::array(
            items
                .iter()
                .map(|value| read(model, item, value, style))
                .collect(),
        ),
        (Kind::Map(_, item), Value::Object(object)) => Value::object(
            object
                .iter()
                .map(|(key, value)| (key.as_ref(), read(model, item, value, style))),
        ),
        (Kind::Blob, Value::String(text)) => Value::from(text_of_base64(text)),
        (Kind::Time, _) => moment(value).map_or_else(|| value.clone(), |at| time(at, style)),
        _ => value.clone(),
    }
}

/// The bytes behind base64 as text; text that is no base64 stays.
pub(crate) fn text_of_base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .map_or_else(
            |_| text.to_owned(),
            |bytes| String::from_utf8_lossy(&bytes).into_owned(),
        )
}

/// A moment as the integration shows it: a text of ISO 8601, or milliseconds in the optimized ones.
pub(crate) fn time(at: Millis, style: Style) -> Value {
    match style {
        Style::Sdk => {
            let text = moment_text(at);
            Value::from(
                text.strip_suffix(".000Z")
                    .map_or_else(|| text.clone(), |whole| format!("{whole}Z")),
            )
        }
        Style::Optimized => Value::from(at),
    }
}

/// A moment in any of the formats services answer with.
pub(crate) fn moment(value: &Value) -> Option<Millis> {
    match value {
        Value::String(text) => parse_moment(text).or_else(|| {
            let zoned = jiff::fmt::rfc2822::parse(text).ok();
            zoned
                .map(|zoned| zoned.timestamp().as_millisecond())
                .or_else(|| text.parse::<f64>().ok().map(millis))
        }),
        other => other.as_f64().map(millis),
    }
}

fn millis(seconds: f64) -> Millis {
    (seconds * 1000.0).round() as Millis
}
