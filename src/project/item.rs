//! Templates as plain values with origins: JSON and YAML alike, short tags spelled out, aliases and merge keys put in.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::project::Origin;
use crate::project::TextOrigin;
use crate::project::Writing;
use crate::project::Written;
use crate::syntax::NodeId;
use crate::syntax::NodeKind;
use crate::syntax::Tree;
use crate::text::Span;

/// Values that a file may hold once its aliases are put in. A small file of aliases can hold billions.
const MOST_VALUES: usize = 500_000;

/// Levels that are followed. No template comes near it, and whoever walks over a value needs stack for each.
pub(crate) const DEEPEST: usize = 120;

/// A value of a template.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub shape: Shape,
    pub origin: Origin,
    pub written: Written,
    /// Values in it, itself included.
    size: usize,
    /// Levels in it, its own included.
    depth: usize,
}

#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Null,
    Bool(bool),
    /// As it is spelled.
    Number(Arc<str>),
    Text(Arc<str>),
    List(Vec<Arc<Item>>),
    /// Names once each, in the order of the text.
    Map(Vec<(Arc<str>, Arc<Item>)>),
}

/// What is wrong with a file as a template, beside its notation.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub origin: Origin,
    pub message: String,
}

/// Reads a tree into values. What cannot be kept becomes null and a refusal.
pub(crate) fn items(tree: &Tree, file: &Arc<str>) -> (Option<Arc<Item>>, Vec<Refusal>) {
    let mut reader = Reader {
        tree,
        file,
        anchored: tree
            .ids()
            .filter_map(|id| Some((tree.target(id)?, None)))
            .collect(),
        open: BTreeSet::new(),
        refusals: Vec::new(),
        full: false,
    };
    let root = tree.root().map(|root| reader.item(root, 0));
    (root, reader.refusals)
}

struct Reader<'a> {
    tree: &'a Tree,
    file: &'a Arc<str>,
    /// The values that aliases stand for, once they have been read.
    anchored: BTreeMap<NodeId, Option<Arc<Item>>>,
    /// Anchored values that are being read.
    open: BTreeSet<NodeId>,
    refusals: Vec<Refusal>,
    full: bool,
}

impl Reader<'_> {
    fn item(&mut self, id: NodeId, level: usize) -> Arc<Item> {
        let origin = Origin::new(self.file, self.tree.span(id));
        if let Some(target) = self.tree.target(id) {
            return match self.anchored.get(&target) {
                Some(Some(item)) => item.clone(),
                Some(None) | None => {
                    self.refuse(origin.clone(), "this alias stands for a value it lies in");
                    Arc::new(Item::new(Shape::Null, origin))
                }
            };
        }
        let anchored = self.anchored.contains_key(&id);
        if anchored {
            self.open.insert(id);
        }
        let item = Arc::new(self.tagged(id, origin, level));
        if anchored {
            self.open.remove(&id);
            self.anchored.insert(id, Some(item.clone()));
        }
        item
    }

    fn tagged(&mut self, id: NodeId, origin: Origin, level: usize) -> Item {
        let plain = self.plain(id, origin.clone(), level);
        let Some(tag) = self.tree.tag(id) else {
            return plain;
        };
        let (name, plain) = match (tag, plain) {
            ("Ref", plain) => ("Ref".to_owned(), plain),
            ("Condition", plain) => ("Condition".to_owned(), plain),
            // `!GetAtt A.B.C` names the resource before the first dot.
            (
                "GetAtt",
                Item {
                    shape: Shape::Text(text),
                    origin,
                    ..
                },
            ) => {
                let (resource, attribute) = text.split_once('.').unwrap_or((&text, ""));
                let parts = [resource, attribute]
                    .map(|part| Arc::new(Item::new(Shape::Text(Arc::from(part)), origin.clone())));
                (
                    "Fn::GetAtt".to_owned(),
                    Item::new(Shape::List(parts.to_vec()), origin),
                )
            }
            (tag, plain) => (format!("Fn::{tag}"), plain),
        };
        Item::new(Shape::Map(vec![(Arc::from(name), Arc::new(plain))]), origin)
    }

    fn plain(&mut self, id: NodeId, origin: Origin, level: usize) -> Item {
        let is_deep = || {
            (level >= DEEPEST).then(|| format!("this is nested more than {DEEPEST} levels deep"))
        };
        let shape = match self.tree.kind(id) {
            NodeKind::Null | NodeKind::Missing => Shape::Null,
            NodeKind::Bool(flag) => Shape::Bool(*flag),
            NodeKind::Number(spelling) => Shape::Number(Arc::from(spelling.as_ref())),
            NodeKind::String(text) => Shape::Text(text.clone()),
            NodeKind::Hole(text) => Shape::Text(Arc::from(text.as_ref())),
            NodeKind::Array(items) => {
                if let Some(message) = is_deep() {
                    self.refuse(origin.clone(), &message);
                    Shape::Null
                } else {
                    Shape::List(
                        items
                            .iter()
                            .map(|item| self.item(*item, level + 1))
                            .collect(),
                    )
                }
            }
            NodeKind::Object(members) => {
                if let Some(message) = is_deep() {
                    self.refuse(origin.clone(), &message);
                    Shape::Null
                } else {
                    self.map(members, level)
                }
            }
        };
        let item = Item::new(shape, origin.clone());
        let problem = if item.size > MOST_VALUES && !self.full {
            self.full = true;
            Some(format!(
                "this holds more than {MOST_VALUES} values once its aliases are put in; write less with them"
            ))
        } else if item.depth > DEEPEST && level == 0 {
            Some(format!("aliases nest this more than {DEEPEST} levels deep"))
        } else {
            None
        };
        if let Some(message) = problem {
            self.refuse(origin.clone(), &message);
        }
        if item.size > MOST_VALUES || item.depth > DEEPEST {
            return Item::new(Shape::Null, origin);
        }
        item
    }

    /// What stands by itself counts before what is merged, of duplicates the last one counts.
    fn map(&mut self, members: &[crate::syntax::Member], level: usize) -> Shape {
        let mut own: Vec<(Arc<str>, Arc<Item>)> = Vec::with_capacity(members.len());
        let mut places: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        let mut merged = Vec::new();
        for member in members {
            let value = self.item(member.value, level + 1);
            if member.key.as_ref() == "<<" {
                match &value.shape {
                    Shape::List(items) => merged.extend(items.iter().cloned()),
                    _ => merged.push(value),
                }
                continue;
            }
            match places.get(&member.key) {
                Some(place) => {
                    if let Some(slot) = own.get_mut(*place) {
                        slot.1 = value;
                    }
                }
                None => {
                    places.insert(member.key.clone(), own.len());
                    own.push((member.key.clone(), value));
                }
            }
        }
        for (key, value) in merged.iter().flat_map(|item| item.members()) {
            if !places.contains_key(key) {
                places.insert(key.clone(), own.len());
                own.push((key.clone(), value.clone()));
            }
        }
        Shape::Map(own)
    }

    fn refuse(&mut self, origin: Origin, message: &str) {
        if self.refusals.len() < 20 {
            self.refusals.push(Refusal {
                origin,
                message: message.to_owned(),
            });
        }
    }
}

impl Item {
    /// Of members with one name the first counts.
    pub fn new(mut shape: Shape, origin: Origin) -> Item {
        if let Shape::Map(members) = &mut shape {
            let mut seen = BTreeSet::new();
            members.retain(|(name, _)| seen.insert(name.clone()));
        }
        let (size, depth) = match &shape {
            Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) => (1, 1),
            Shape::List(items) => sum(items.iter()),
            Shape::Map(members) => sum(members.iter().map(|(_, value)| value)),
        };
        Item {
            shape,
            origin,
            written: Written::Literally,
            size,
            depth,
        }
    }

    pub fn text(text: &str, origin: &Origin) -> Arc<Item> {
        let item = Item::new(Shape::Text(Arc::from(text)), origin.clone());
        Arc::new(item.written(Written::Otherwise))
    }

    pub fn number(number: u32, origin: &Origin) -> Arc<Item> {
        let shape = Shape::Number(Arc::from(number.to_string()));
        Arc::new(Item::new(shape, origin.clone()))
    }

    pub fn map(members: Vec<(&str, Arc<Item>)>, origin: &Origin) -> Arc<Item> {
        let members = members.into_iter();
        let members = members.map(|(key, value)| (Arc::from(key), value));
        Arc::new(Item::new(Shape::Map(members.collect()), origin.clone()))
    }

    pub fn list(items: Vec<Arc<Item>>, origin: &Origin) -> Arc<Item> {
        Arc::new(Item::new(Shape::List(items), origin.clone()))
    }

    /// A value of JSON, all of which comes from one place.
    pub fn of_json(value: &Value, origin: &Origin) -> Arc<Item> {
        let shape = match value {
            Value::Null => Shape::Null,
            Value::Bool(flag) => Shape::Bool(*flag),
            Value::Number(number) => Shape::Number(Arc::from(number.to_string())),
            Value::String(text) => return Item::text(text, origin),
            Value::Array(items) => Shape::List(
                items
                    .iter()
                    .map(|item| Item::of_json(item, origin))
                    .collect(),
            ),
            Value::Object(members) => Shape::Map(
                members
                    .iter()
                    .map(|(key, value)| (Arc::from(key.as_str()), Item::of_json(value, origin)))
                    .collect(),
            ),
        };
        Arc::new(Item::new(shape, origin.clone()).written(Written::Otherwise))
    }

    #[must_use]
    pub fn written(mut self, written: Written) -> Item {
        self.written = written;
        self
    }

    /// The members of a map; none of anything else.
    pub fn members(&self) -> &[(Arc<str>, Arc<Item>)] {
        match &self.shape {
            Shape::Map(members) => members,
            Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) | Shape::List(_) => {
                &[]
            }
        }
    }

    pub fn items(&self) -> &[Arc<Item>] {
        match &self.shape {
            Shape::List(items) => items,
            Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) | Shape::Map(_) => &[],
        }
    }

    pub fn get(&self, key: &str) -> Option<&Arc<Item>> {
        let found = self.members().iter().find(|(name, _)| name.as_ref() == key);
        found.map(|(_, value)| value)
    }

    pub fn as_text(&self) -> Option<&str> {
        match &self.shape {
            Shape::Text(text) => Some(text),
            Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::List(_) | Shape::Map(_) => {
                None
            }
        }
    }

    pub fn get_text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_text()
    }

    /// A text, number or truth value as text, which is what templates make of them.
    pub fn scalar(&self) -> Option<String> {
        match &self.shape {
            Shape::Text(text) => Some(text.to_string()),
            Shape::Number(spelling) => Some(spelling.to_string()),
            Shape::Bool(flag) => Some(flag.to_string()),
            Shape::Null | Shape::List(_) | Shape::Map(_) => None,
        }
    }

    pub fn get_scalar(&self, key: &str) -> Option<String> {
        self.get(key)?.scalar()
    }

    /// True for `true` and for the text "true", as the service takes it.
    pub fn is_true(&self) -> bool {
        match &self.shape {
            Shape::Bool(flag) => *flag,
            Shape::Text(text) => text.eq_ignore_ascii_case("true"),
            Shape::Null | Shape::Number(_) | Shape::List(_) | Shape::Map(_) => false,
        }
    }

    /// A map with one more member, in the place of one of that name.
    #[must_use]
    pub fn with(&self, key: &str, value: Arc<Item>) -> Arc<Item> {
        let mut members = self.members().to_vec();
        match members.iter_mut().find(|(name, _)| name.as_ref() == key) {
            Some(member) => member.1 = value,
            None => members.push((Arc::from(key), value)),
        }
        Arc::new(Item::new(Shape::Map(members), self.origin.clone()))
    }

    /// A map in which a member that is missing is taken from another one.
    #[must_use]
    pub fn or(&self, other: &Item) -> Arc<Item> {
        let mut members = self.members().to_vec();
        let own: BTreeSet<&Arc<str>> = self.members().iter().map(|(key, _)| key).collect();
        let more = other.members().iter();
        members.extend(more.filter(|(key, _)| !own.contains(key)).cloned());
        Arc::new(Item::new(Shape::Map(members), self.origin.clone()))
    }

    pub fn json(&self) -> Value {
        match &self.shape {
            Shape::Null => Value::Null,
            Shape::Bool(flag) => Value::Bool(*flag),
            Shape::Number(spelling) => {
                serde_json::from_str(spelling).unwrap_or_else(|_| Value::from(spelling.as_ref()))
            }
            Shape::Text(text) => Value::from(text.as_ref()),
            Shape::List(items) => Value::Array(items.iter().map(|item| item.json()).collect()),
            Shape::Map(members) => Value::Object(
                members
                    .iter()
                    .map(|(key, value)| (key.to_string(), value.json()))
                    .collect(),
            ),
        }
    }

    /// Where the scalars in it come from, by their JSON pointers.
    pub fn origins(&self) -> BTreeMap<String, TextOrigin> {
        let mut origins = BTreeMap::new();
        self.collect_origins(&mut String::new(), &mut origins);
        origins
    }

    fn collect_origins(&self, pointer: &mut String, origins: &mut BTreeMap<String, TextOrigin>) {
        let length = pointer.len();
        match &self.shape {
            Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) => {
                let origin = TextOrigin {
                    origin: self.origin.clone(),
                    written: self.written,
                };
                origins.insert(pointer.clone(), origin);
            }
            Shape::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    pointer.push_str(&format!("/{index}"));
                    item.collect_origins(pointer, origins);
                    pointer.truncate(length);
                }
            }
            Shape::Map(members) => {
                for (key, value) in members {
                    pointer.push('/');
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                    value.collect_origins(pointer, origins);
                    pointer.truncate(length);
                }
            }
        }
    }
}

/// The value at a span: the innermost one that can be written so.
pub(crate) fn value_at(item: &Arc<Item>, span: Span, writing: Writing) -> Option<Arc<Item>> {
    let inner = match &item.shape {
        Shape::Null | Shape::Bool(_) | Shape::Number(_) | Shape::Text(_) => None,
        Shape::List(items) => items.iter().find_map(|item| value_at(item, span, writing)),
        Shape::Map(members) => members
            .iter()
            .find_map(|(_, value)| value_at(value, span, writing)),
    };
    let fits = || match writing {
        Writing::Object => matches!(item.shape, Shape::Map(_)),
        Writing::Text => matches!(item.shape, Shape::Text(_)),
        Writing::Pieces => matches!(item.shape, Shape::List(_)),
    };
    inner.or_else(|| (item.origin.span == span && fits()).then(|| item.clone()))
}

/// Size and depth of a container.
fn sum<'a>(items: impl Iterator<Item = &'a Arc<Item>>) -> (usize, usize) {
    items.fold((1, 1), |(size, depth): (usize, usize), item| {
        (
            size.saturating_add(item.size),
            depth.max(item.depth.saturating_add(1)),
        )
    })
}
