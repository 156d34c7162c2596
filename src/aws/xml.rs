//! XML of the REST-XML protocol in both directions, and of the query and EC2 protocols' answers.

use roxmltree::Document;
use roxmltree::Node;

use crate::aws::json;
use crate::aws::model::Kind;
use crate::aws::model::Member;
use crate::aws::model::Model;
use crate::aws::naming;
use crate::aws::operation::Style;
use crate::aws::wire::StructureOf;
use crate::aws::wire::Wire;
use crate::query::Value;

/// An element and everything in it; the namespace is that of the outermost element.
pub(crate) fn write(name: &str, namespace: Option<&str>, structure: &StructureOf) -> String {
    let mut out = String::new();
    write_structure(name, namespace.map(|uri| (uri, None)), structure, &mut out);
    out
}

fn write_structure(
    name: &str,
    namespace: Option<(&str, Option<&str>)>,
    structure: &StructureOf,
    out: &mut String,
) {
    out.push('<');
    out.push_str(name);
    match namespace {
        Some((uri, None)) => out.push_str(&format!(" xmlns=\"{}\"", escape(uri))),
        Some((uri, Some(prefix))) => out.push_str(&format!(" xmlns:{prefix}=\"{}\"", escape(uri))),
        None => {}
    }
    for (member, wire) in &structure.members {
        if member.traits.has('a') {
            let text = escape(&wire.text("iso8601"));
            out.push_str(&format!(" {}=\"{text}\"", member.wire_name()));
        }
    }
    out.push('>');
    for (member, wire) in &structure.members {
        if !member.traits.has('a') && !member.is_outside_body() {
            write_wire(member.wire_name(), member, wire, out);
        }
    }
    close(name, out);
}

fn write_wire(name: &str, member: &Member, wire: &Wire, out: &mut String) {
    match wire {
        Wire::Structure(structure) => {
            let own = member
                .traits
                .get('x')
                .map(|uri| (uri, member.traits.get('y')));
            let own = own.or(structure.namespace.map(|uri| (uri, None)));
            write_structure(name, own, structure, out);
        }
        Wire::List(list) => {
            if !list.flattened {
                out.push_str(&format!("<{name}>"));
            }
            let item_name = match list.flattened {
                true => name,
                false => list.item.traits.get('n').unwrap_or("member"),
            };
            for item in &list.items {
                write_wire(item_name, &list.item, item, out);
            }
            if !list.flattened {
                close(name, out);
            }
        }
        Wire::Map(map) => {
            let entry = if map.flattened { name } else { "entry" };
            if !map.flattened {
                out.push_str(&format!("<{name}>"));
            }
            for (key, value) in &map.entries {
                let key_name = map.key.traits.get('n').unwrap_or("key");
                out.push_str(&format!(
                    "<{entry}><{key_name}>{}</{key_name}>",
                    escape(key)
                ));
                let value_name = map.value.traits.get('n').unwrap_or("value");
                write_wire(value_name, &map.value, value, out);
                close(entry, out);
            }
            if !map.flattened {
                close(name, out);
            }
        }
        Wire::Text(_)
        | Wire::Bool(_)
        | Wire::Number(_)
        | Wire::Blob(_)
        | Wire::Time(_, _)
        | Wire::Document(_) => {
            out.push_str(&format!("<{name}>{}", escape(&wire.text("iso8601"))));
            close(name, out);
        }
    }
}

fn close(name: &str, out: &mut String) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            '\n' => out.push_str("&#xA;"),
            c => out.push(c),
        }
    }
    out
}

/// Elements nest no deeper than this, as in JSON.
const DEEPEST: usize = 128;

/// Reads a document; none where it is not one, or nests too deeply.
pub(crate) fn parse(text: &str) -> Option<Document<'_>> {
    let document = Document::parse(text.trim_start_matches('\u{feff}')).ok()?;
    let too_deep = |node: Node<'_, '_>| node.ancestors().nth(DEEPEST).is_some();
    let deep = document.descendants().any(too_deep);
    (!deep).then_some(document)
}

/// An answer of the query protocol as its service writes it in JSON: elements are members, lists of `member` are
/// arrays, everything else is text, and an error has no envelope of its own. None where it is no XML.
pub fn as_json(text: &str) -> Option<Value> {
    let document = parse(text)?;
    let root = document.root_element();
    let value = value_of(root);
    match root.tag_name().name() {
        "ErrorResponse" => Some(value),
        name => Some(Value::object([(name, value)])),
    }
}

fn value_of(node: Node<'_, '_>) -> Value {
    let mut found: Vec<(String, Vec<Value>)> = Vec::new();
    for child in node.children().filter(Node::is_element) {
        let (name, value) = (child.tag_name().name(), value_of(child));
        match found.iter_mut().find(|(own, _)| own == name) {
            Some((_, values)) => values.push(value),
            None => found.push((name.to_owned(), vec![value])),
        }
    }
    if found.is_empty() {
        return node.text().map_or(Value::Null, Value::from);
    }
    if let [(name, values)] = found.as_slice()
        && name == "member"
    {
        return Value::array(values.clone());
    }
    Value::object(found.into_iter().map(|(name, mut values)| {
        let value = match values.len() {
            1 => values.pop().unwrap_or_default(),
            _ => Value::array(values),
        };
        (name, value)
    }))
}

/// The text of the first element of this name, wherever it stands.
pub(crate) fn text_of(document: &Document<'_>, name: &str) -> Option<String> {
    let mut all = document.descendants();
    let found = all.find(|node| node.is_element() && node.tag_name().name() == name)?;
    Some(found.text().unwrap_or_default().to_owned())
}

/// The child of this name.
pub(crate) fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    children(node, name).next()
}

fn children<'a, 'input>(
    node: Node<'a, 'input>,
    name: &str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    let local = name.rsplit(':').next().unwrap_or(name).to_owned();
    node.children()
        .filter(move |child| child.is_element() && child.tag_name().name() == local)
}

/// The members of a structure that stand in an element.
pub(crate) fn read_members(
    model: &'static Model,
    members: &[Member],
    node: Node<'_, '_>,
    style: Style,
) -> Vec<(String, Value)> {
    let inside = members.iter().filter(|member| !member.is_outside_body());
    let found = inside.filter_map(|member| {
        let name = naming::member(member.name, style);
        let value = read_member(model, member, node, style)?;
        Some((name, value))
    });
    found.collect()
}

fn read_member(
    model: &'static Model,
    member: &Member,
    node: Node<'_, '_>,
    style: Style,
) -> Option<Value> {
    let name = member.wire_name();
    if member.traits.has('a') {
        let local = name.rsplit(':').next().unwrap_or(name);
        let mut attributes = node.attributes();
        return attributes
            .find(|attribute| attribute.name() == local)
            .map(|attribute| Value::from(attribute.value()));
    }
    let shape = model.shape(member.shape);
    let flattened = shape.traits.has('f') || member.traits.has('f');
    match &shape.kind {
        Kind::List(item) if flattened => {
            // EC2 and S3 give the list's name, query services the item's.
            let mut items: Vec<Node<'_, '_>> = children(node, name).collect();
            if items.is_empty() {
                items = children(node, item.traits.get('n').unwrap_or(name)).collect();
            }
            let items = items.into_iter().map(|node| read(model, item, node, style));
            let items: Vec<Value> = items.collect();
            (!items.is_empty()).then(|| Value::array(items))
        }
        Kind::Map(key, value) if flattened => {
            let entries: Vec<(String, Value)> = children(node, name)
                .filter_map(|entry| read_entry(model, key, value, entry, style))
                .collect();
            (!entries.is_empty()).then(|| Value::object(entries))
        }
        _ => Some(read(model, member, child(node, name)?, style)),
    }
}

/// The value of an element.
pub(crate) fn read(
    model: &'static Model,
    member: &Member,
    node: Node<'_, '_>,
    style: Style,
) -> Value {
    let shape = model.shape(member.shape);
    let text = || node.text().unwrap_or_default();
    match &shape.kind {
        Kind::Structure(members) => {
            let mut found = read_members(model, members, node, style);
            found.sort_by(|one, other| one.0.cmp(&other.0));
            Value::object(found)
        }
        Kind::List(item) => {
            let elements = node.children().filter(Node::is_element);
            Value::array(
                elements
                    .map(|node| read(model, item, node, style))
                    .collect(),
            )
        }
        Kind::Map(key, value) => {
            let elements = node.children().filter(Node::is_element);
            let entries = elements.filter_map(|entry| read_entry(model, key, value, entry, style));
            Value::object(entries.collect::<Vec<_>>())
        }
        Kind::Bool => Value::Bool(text().eq_ignore_ascii_case("true")),
        Kind::Integer => text()
            .trim()
            .parse::<i64>()
            .map_or_else(|_| Value::from(text()), Value::from),
        Kind::Float => text()
            .trim()
            .parse::<f64>()
            .map_or_else(|_| Value::from(text()), Value::from),
        Kind::Blob => Value::from(json::text_of_base64(text())),
        Kind::Time => json::moment(&Value::from(text()))
            .map_or_else(|| Value::from(text()), |at| json::time(at, style)),
        Kind::Text => Value::from(text()),
    }
}

fn read_entry(
    model: &'static Model,
    key: &Member,
    value: &Member,
    entry: Node<'_, '_>,
    style: Style,
) -> Option<(String, Value)> {
    let name = child(entry, key.traits.get('n').unwrap_or("key"))?;
    let found = child(entry, value.traits.get('n').unwrap_or("value"))?;
    Some((
        name.text().unwrap_or_default().to_owned(),
        read(model, value, found, style),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_in_xml_is_told_in_json() {
        let json = |text: &str| as_json(text).map(|value| value.to_json());
        let listed = "<ListTopicsResponse xmlns=\"u\"><ListTopicsResult><Topics><member><TopicArn>a</TopicArn></member>\
            </Topics></ListTopicsResult></ListTopicsResponse>";
        let expected =
            r#"{"ListTopicsResponse":{"ListTopicsResult":{"Topics":[{"TopicArn":"a"}]}}}"#;
        assert_eq!(json(listed).as_deref(), Some(expected));
        let failed = "<ErrorResponse><Error><Type>Sender</Type><Code>NotFound</Code></Error><RequestId/></ErrorResponse>";
        let expected = r#"{"Error":{"Type":"Sender","Code":"NotFound"},"RequestId":null}"#;
        assert_eq!(json(failed).as_deref(), Some(expected));
        assert_eq!(json("{}"), None);
    }
}
