//! From the JSON of a schema to nodes. References stay inside the document.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::gateway::Problem;
use crate::gateway::pattern::Cover;
use crate::gateway::pattern::Pattern;
use crate::gateway::schema::Bound;
use crate::gateway::schema::Dependency;
use crate::gateway::schema::Items;
use crate::gateway::schema::Keyword;
use crate::gateway::schema::Node;
use crate::gateway::schema::NodeId;
use crate::gateway::schema::Schema;
use crate::gateway::schema::format::Format;
use crate::query::Number;
use crate::query::Value;

/// Nodes a schema may have.
const LARGEST: usize = 10_000;
/// How deep schemas may be nested, and how many references may follow each other.
const DEEPEST: usize = 100;

const TYPES: [&str; 7] = [
    "array", "boolean", "integer", "null", "number", "object", "string",
];

/// Compiles the schema at this pointer of the document.
pub(crate) fn compile(document: &Json, pointer: &str, problems: &mut Vec<Problem>) -> Schema {
    let mut compiler = Compiler {
        document,
        schema: Schema::default(),
        known: BTreeMap::new(),
        problems,
    };
    let root = compiler.node(pointer, 0);
    let mut schema = compiler.schema;
    schema.root = root;
    schema
}

struct Compiler<'a> {
    document: &'a Json,
    schema: Schema,
    known: BTreeMap<String, NodeId>,
    problems: &'a mut Vec<Problem>,
}

impl Compiler<'_> {
    fn trouble(&mut self, pointer: &str, message: impl Into<String>) {
        self.problems.push(Problem {
            pointer: pointer.to_owned(),
            message: message.into(),
            place: None,
        });
    }

    /// The node of the schema at a pointer; one that allows everything where it cannot be read.
    fn node(&mut self, pointer: &str, depth: usize) -> NodeId {
        let mut pointer = pointer.to_owned();
        for _ in 0..DEEPEST {
            let Some(reference) = self
                .document
                .pointer(&pointer)
                .and_then(|json| json.get("$ref"))
            else {
                return self.plain(&pointer, depth);
            };
            let target = reference.as_str().and_then(|text| text.strip_prefix('#'));
            match target {
                Some(target) if self.document.pointer(target).is_some() => {
                    pointer = target.to_owned();
                }
                _ => {
                    let words = format!("the reference {reference} leads nowhere in this document");
                    self.trouble(&format!("{pointer}/$ref"), words);
                    return self.insert(&pointer);
                }
            }
        }
        self.trouble(
            &pointer,
            "the references of this schema go round in a circle",
        );
        self.insert(&pointer)
    }

    fn insert(&mut self, pointer: &str) -> NodeId {
        let id = self.schema.nodes.len();
        self.schema.nodes.push(Node::default());
        self.known.insert(pointer.to_owned(), id);
        id
    }

    fn plain(&mut self, pointer: &str, depth: usize) -> NodeId {
        if let Some(id) = self.known.get(pointer) {
            return *id;
        }
        let id = self.insert(pointer);
        if depth > DEEPEST || self.schema.nodes.len() > LARGEST {
            self.trouble(
                pointer,
                "the schema is too large or too deeply nested to be checked",
            );
            return id;
        }
        let document = self.document;
        match document.pointer(pointer) {
            Some(Json::Object(members)) => {
                let node = self.read(members, pointer, depth);
                if let Some(place) = self.schema.nodes.get_mut(id) {
                    *place = node;
                }
            }
            Some(_) | None => self.trouble(pointer, "a schema must be an object"),
        }
        id
    }

    fn read(&mut self, json: &serde_json::Map<String, Json>, pointer: &str, depth: usize) -> Node {
        let mut node = Node::default();
        let below = depth + 1;
        let at = |name: &str| format!("{pointer}/{name}");
        let exclusive = |name: &str| match json.get(name) {
            Some(Json::Bool(true)) => Bound::Exclusive,
            Some(_) | None => Bound::Inclusive,
        };
        let mut keywords = Vec::new();
        if let Some(types) = json.get("type") {
            keywords.extend(self.types(types, json.get("nullable"), &at("type")));
        }
        for (name, value) in json {
            let place = at(name);
            let keyword = match name.as_str() {
                "allOf" => Some(Keyword::AllOf(self.each(value, &place, below))),
                "anyOf" => Some(Keyword::AnyOf(self.each(value, &place, below))),
                "oneOf" => Some(Keyword::OneOf(self.each(value, &place, below))),
                "not" => Some(Keyword::Not(self.node(&place, below))),
                "enum" => value.as_array().map(|values| {
                    let mut values: Vec<Value> = values.iter().map(Value::from).collect();
                    if json.get("nullable") == Some(&Json::Bool(true))
                        && !values.iter().any(Value::is_null)
                    {
                        values.push(Value::Null);
                    }
                    Keyword::Enum(values)
                }),
                "format" => value.as_str().and_then(Format::named).map(Keyword::Format),
                "maxItems" => value.as_u64().map(Keyword::MaxItems),
                "minItems" => value.as_u64().map(Keyword::MinItems),
                "maxLength" => value.as_u64().map(Keyword::MaxLength),
                "minLength" => value.as_u64().map(Keyword::MinLength),
                "maxProperties" => value.as_u64().map(Keyword::MaxProperties),
                "minProperties" => value.as_u64().map(Keyword::MinProperties),
                "maximum" => {
                    number(value).map(|most| Keyword::Maximum(most, exclusive("exclusiveMaximum")))
                }
                "minimum" => number(value)
                    .map(|least| Keyword::Minimum(least, exclusive("exclusiveMinimum"))),
                "multipleOf" => number(value)
                    .filter(|by| by.as_f64() > 0.0)
                    .map(Keyword::MultipleOf),
                "pattern" => value
                    .as_str()
                    .and_then(|text| self.pattern(text, &place).map(Keyword::Pattern)),
                "required" => value.as_array().map(|names| {
                    let mut names: Vec<String> = names
                        .iter()
                        .filter_map(Json::as_str)
                        .map(str::to_owned)
                        .collect();
                    names.sort();
                    names.dedup();
                    Keyword::Required(names)
                }),
                "uniqueItems" => (value == &Json::Bool(true)).then_some(Keyword::UniqueItems),
                "additionalProperties" => match value {
                    Json::Bool(false) => Some(Keyword::AdditionalProperties),
                    Json::Object(_) => {
                        node.other_properties = Some(self.node(&place, below));
                        None
                    }
                    _ => None,
                },
                "properties" => {
                    for key in value
                        .as_object()
                        .into_iter()
                        .flat_map(serde_json::Map::keys)
                    {
                        let id = self.node(&format!("{place}/{}", escaped(key)), below);
                        node.properties.insert(key.clone(), id);
                    }
                    None
                }
                "patternProperties" => {
                    for key in value
                        .as_object()
                        .into_iter()
                        .flat_map(serde_json::Map::keys)
                    {
                        let place = format!("{place}/{}", escaped(key));
                        if let Some(pattern) = self.pattern(key, &place) {
                            let id = self.node(&place, below);
                            node.pattern_properties.push((pattern, id));
                        }
                    }
                    None
                }
                "items" => {
                    let others = json.get("additionalItems");
                    match value {
                        Json::Array(list) => {
                            if others == Some(&Json::Bool(false)) {
                                keywords.push(Keyword::AdditionalItems(list.len()));
                            }
                            let each = self.each(value, &place, below);
                            let rest = others
                                .is_some_and(Json::is_object)
                                .then(|| self.node(&at("additionalItems"), below));
                            node.items = Items::Each(each, rest);
                        }
                        _ => node.items = Items::All(self.node(&place, below)),
                    }
                    None
                }
                "dependencies" => value.as_object().map(|members| {
                    let list = members.iter().map(|(key, value)| {
                        let dependency = match value {
                            Json::Array(names) => {
                                let mut names: Vec<String> = names
                                    .iter()
                                    .filter_map(Json::as_str)
                                    .map(str::to_owned)
                                    .collect();
                                names.sort();
                                Dependency::Properties(names)
                            }
                            _ => Dependency::Schema(
                                self.node(&format!("{place}/{}", escaped(key)), below),
                            ),
                        };
                        (key.clone(), dependency)
                    });
                    Keyword::Dependencies(list.collect())
                }),
                _ => None,
            };
            keywords.extend(keyword);
        }
        keywords.sort_by_key(Keyword::name);
        node.keywords = keywords;
        node
    }

    fn each(&mut self, value: &Json, place: &str, depth: usize) -> Vec<NodeId> {
        let count = value.as_array().map_or(0, Vec::len);
        (0..count)
            .map(|index| self.node(&format!("{place}/{index}"), depth))
            .collect()
    }

    fn pattern(&mut self, text: &str, place: &str) -> Option<Pattern> {
        match Pattern::new(text, Cover::Part) {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                self.trouble(
                    place,
                    format!("the pattern {text:?} is not checked: {error}"),
                );
                None
            }
        }
    }

    fn types(&mut self, value: &Json, nullable: Option<&Json>, place: &str) -> Option<Keyword> {
        let names: Vec<&str> = match value {
            Json::String(name) => vec![name],
            Json::Array(names) => names.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        };
        let mut types = Vec::new();
        for name in names {
            match TYPES.iter().find(|known| **known == name) {
                Some(known) => types.push(*known),
                None => self.trouble(place, format!("{name} is no type of JSON schema")),
            }
        }
        if types.is_empty() {
            return None;
        }
        if types.contains(&"number") {
            types.push("integer");
        }
        if nullable == Some(&Json::Bool(true)) {
            types.push("null");
        }
        types.sort_unstable();
        types.dedup();
        Some(Keyword::Type(types))
    }
}

fn number(value: &Json) -> Option<Number> {
    Value::from(value).as_number()
}

/// A key as a token of a JSON pointer.
pub(crate) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
