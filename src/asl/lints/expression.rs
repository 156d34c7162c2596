//! Every path, intrinsic call and JSONata expression of a definition, parsed once for all rules.

use crate::asl::QueryLanguage;
use crate::asl::StateId;
use crate::asl::lints::document::Document;
use crate::asl::lints::document::Object;
use crate::asl::lints::payload_template;
use crate::asl::schema::Field;
use crate::asl::schema::Holds;
use crate::asl::schema::Place;
use crate::query::intrinsics::Intrinsic;
use crate::query::intrinsics::IntrinsicSyntaxError;
use crate::query::jsonata::Expression;
use crate::query::jsonata::JsonataError;
use crate::query::jsonata_range;
use crate::query::jsonpath::Path;
use crate::query::jsonpath::PathError;
use crate::syntax::NodeId;
use crate::syntax::NodeKind;
use crate::text::Span;

/// A text of the definition that is evaluated.
pub(crate) struct Site {
    /// The innermost state around it.
    pub state: Option<StateId>,
    /// The kind of object whose field holds it.
    pub place: Place,
    pub field: &'static Field,
    /// The text.
    pub node: NodeId,
    /// The object in which the text is a member, and the member's name.
    pub holder: NodeId,
    pub key: String,
    pub parsed: Parsed,
}

pub(crate) enum Parsed {
    /// A path of a field, or of a member whose name ends in `.$`.
    Path(Result<Path, PathError>),
    Intrinsic(Result<Intrinsic, IntrinsicSyntaxError>),
    /// With the number of bytes before the expression inside the text.
    Jsonata(Result<Expression, JsonataError>, usize),
    /// Begins with `{%` and does not end with `%}`.
    Unclosed,
}

/// Finds and parses them, in no particular order.
pub(crate) fn collect(document: &Document<'_>) -> Vec<Site> {
    let mut sites = Vec::new();
    for (object, field, member) in document.fields() {
        if !field.is_in(object.language) {
            continue;
        }
        match object.language {
            QueryLanguage::JsonPath => {
                jsonpath(document, object, field, member.value, &mut sites);
            }
            QueryLanguage::Jsonata if takes_jsonata(field) => {
                jsonata(document, object, field, member.value, &mut sites);
            }
            QueryLanguage::Jsonata => {}
        }
    }
    sites
}

/// The field is evaluated as JSONata in a JSONata state.
pub(crate) fn takes_jsonata(field: &Field) -> bool {
    field.expression
        || matches!(
            field.holds,
            Holds::JsonataTemplate | Holds::Template | Holds::Assignments | Holds::Condition
        )
}

/// Where in the file a character of a text stands; the whole text where that cannot be said.
pub(crate) fn place(
    document: &Document<'_>,
    node: NodeId,
    character: usize,
    length: usize,
) -> Span {
    let whole = document.tree.content_span(node);
    let Some(text) = document.tree.str(node) else {
        return whole;
    };
    let source = whole.of(document.text);
    // How many bytes of the file each character takes; more than its own where it is escaped.
    let mut widths: Vec<usize> = Vec::new();
    let mut rest = source;
    for c in text.chars() {
        let width = if rest.starts_with(c) && c != '\\' {
            c.len_utf8()
        } else if rest.starts_with("\\u") {
            if c.len_utf16() == 2 { 12 } else { 6 }
        } else if rest.starts_with('\\') {
            2
        } else {
            return whole;
        };
        widths.push(width);
        let Some(next) = rest.get(width..) else {
            return whole;
        };
        rest = next;
    }
    let sum = |until: usize| widths.iter().take(until).sum::<usize>();
    let start = whole.start + sum(character);
    let end = (whole.start + sum(character + length.max(1))).min(whole.end);
    if start >= end {
        // Behind the last character: the last one is marked.
        let last = whole.start + sum(widths.len().saturating_sub(1));
        return Span::new(last.min(whole.end), whole.end);
    }
    Span::new(start, end)
}

fn jsonpath(
    document: &Document<'_>,
    object: &Object,
    field: &'static Field,
    value: NodeId,
    sites: &mut Vec<Site>,
) {
    let mut add = |node: NodeId, holder: NodeId, key: &str, parsed: Parsed| {
        sites.push(Site {
            state: object.state,
            place: object.place,
            field,
            node,
            holder,
            key: key.to_owned(),
            parsed,
        });
    };
    match field.holds {
        Holds::Path | Holds::ReferencePath => {
            if let Some(text) = open_text(document, value) {
                add(
                    value,
                    object.node,
                    field.name,
                    Parsed::Path(Path::parse(text)),
                );
            }
        }
        Holds::PathOrIntrinsic => {
            if let Some(text) = open_text(document, value) {
                add(value, object.node, field.name, path_or_intrinsic(text));
            }
        }
        _ if payload_template::is_template(field, QueryLanguage::JsonPath) => {
            for (holder, member) in payload_template::members(document, value) {
                if member.key.ends_with(".$")
                    && let Some(text) = open_text(document, member.value)
                {
                    add(member.value, holder, &member.key, path_or_intrinsic(text));
                }
            }
        }
        _ => {}
    }
}

fn path_or_intrinsic(text: &str) -> Parsed {
    if Intrinsic::looks_like(text) {
        Parsed::Intrinsic(Intrinsic::parse(text))
    } else {
        Parsed::Path(Path::parse(text))
    }
}

/// A text without placeholders.
fn open_text<'a>(document: &Document<'a>, node: NodeId) -> Option<&'a str> {
    document.tree.str(node).filter(|_| !document.is_open(node))
}

fn jsonata(
    document: &Document<'_>,
    object: &Object,
    field: &'static Field,
    value: NodeId,
    sites: &mut Vec<Site>,
) {
    let mut waiting = vec![(value, object.node, field.name.to_owned())];
    while let Some((node, holder, key)) = waiting.pop() {
        match document.tree.kind(node) {
            NodeKind::Object(members) => waiting.extend(
                members
                    .iter()
                    .map(|member| (member.value, node, member.key.to_string())),
            ),
            NodeKind::Array(items) => {
                waiting.extend(items.iter().map(|item| (*item, node, key.clone())));
            }
            NodeKind::String(text) if text.starts_with("{%") && !document.is_open(node) => {
                let inside = jsonata_range(text).and_then(|range| {
                    let start = range.start;
                    Some((text.get(range)?, start))
                });
                let parsed = match inside {
                    Some((inside, start)) => Parsed::Jsonata(Expression::parse(inside), start),
                    None => Parsed::Unclosed,
                };
                sites.push(Site {
                    state: object.state,
                    place: object.place,
                    field,
                    node,
                    holder,
                    key,
                    parsed,
                });
            }
            NodeKind::String(_)
            | NodeKind::Null
            | NodeKind::Bool(_)
            | NodeKind::Number(_)
            | NodeKind::Hole(_)
            | NodeKind::Missing => {}
        }
    }
}
