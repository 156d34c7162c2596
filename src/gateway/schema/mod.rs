//! JSON schema, draft 4, as API Gateway checks bodies: its order, its words, and where it stops looking.
//!
//! Never: follows a reference out of the document, or fails on a schema; what it cannot read it names and leaves out.
//! Add a keyword as a variant of `Keyword`, a format in `format.rs`.

mod check;
mod compile;
mod format;

pub(crate) use check::check;
pub(crate) use compile::compile;

use indexmap::IndexMap;

use crate::gateway::pattern::Pattern;
use crate::gateway::schema::format::Format;
use crate::query::Number;
use crate::query::Value;

/// The index of a node.
pub(crate) type NodeId = usize;

/// A schema with everything it refers to. References are edges, so it may go round in circles.
#[derive(Debug, Default)]
pub struct Schema {
    pub(crate) nodes: Vec<Node>,
    pub(crate) root: NodeId,
}

#[derive(Debug, Default)]
pub(crate) struct Node {
    /// In the order of their names, in which they are checked.
    pub keywords: Vec<Keyword>,
    pub properties: IndexMap<String, NodeId>,
    pub pattern_properties: Vec<(Pattern, NodeId)>,
    /// The schema of properties that no other one is for.
    pub other_properties: Option<NodeId>,
    pub items: Items,
}

#[derive(Debug, Default)]
pub(crate) enum Items {
    #[default]
    Any,
    All(NodeId),
    /// One each, and one for the rest.
    Each(Vec<NodeId>, Option<NodeId>),
}

#[derive(Debug)]
pub(crate) enum Keyword {
    /// Not more than so many elements.
    AdditionalItems(usize),
    /// No property but those the node knows.
    AdditionalProperties,
    AllOf(Vec<NodeId>),
    AnyOf(Vec<NodeId>),
    Dependencies(Vec<(String, Dependency)>),
    Enum(Vec<Value>),
    Format(Format),
    MaxItems(u64),
    MaxLength(u64),
    MaxProperties(u64),
    Maximum(Number, Bound),
    MinItems(u64),
    MinLength(u64),
    MinProperties(u64),
    Minimum(Number, Bound),
    MultipleOf(Number),
    Not(NodeId),
    OneOf(Vec<NodeId>),
    Pattern(Pattern),
    /// Sorted.
    Required(Vec<String>),
    /// Sorted by name, `number` with `integer`.
    Type(Vec<&'static str>),
    UniqueItems,
}

#[derive(Debug)]
pub(crate) enum Dependency {
    /// Sorted.
    Properties(Vec<String>),
    Schema(NodeId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    Inclusive,
    Exclusive,
}

impl Keyword {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Keyword::AdditionalItems(_) => "additionalItems",
            Keyword::AdditionalProperties => "additionalProperties",
            Keyword::AllOf(_) => "allOf",
            Keyword::AnyOf(_) => "anyOf",
            Keyword::Dependencies(_) => "dependencies",
            Keyword::Enum(_) => "enum",
            Keyword::Format(_) => "format",
            Keyword::MaxItems(_) => "maxItems",
            Keyword::MaxLength(_) => "maxLength",
            Keyword::MaxProperties(_) => "maxProperties",
            Keyword::Maximum(..) => "maximum",
            Keyword::MinItems(_) => "minItems",
            Keyword::MinLength(_) => "minLength",
            Keyword::MinProperties(_) => "minProperties",
            Keyword::Minimum(..) => "minimum",
            Keyword::MultipleOf(_) => "multipleOf",
            Keyword::Not(_) => "not",
            Keyword::OneOf(_) => "oneOf",
            Keyword::Pattern(_) => "pattern",
            Keyword::Required(_) => "required",
            Keyword::Type(_) => "type",
            Keyword::UniqueItems => "uniqueItems",
        }
    }
}
