//! Nodes with spans. A node is found by its number, its pointer, or an offset into the text.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::text::Span;

use crate::syntax::Pointer;

/// The notation a text is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    Json,
    /// One document of YAML 1.2, core schema.
    Yaml,
}

impl Format {
    /// The format a file's name tells; none where it tells nothing.
    pub fn of_path(name: &str) -> Option<Format> {
        let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
        match ending.as_str() {
            "json" => Some(Format::Json),
            "yaml" | "yml" => Some(Format::Yaml),
            _ => None,
        }
    }

    /// The format a text looks like: JSON opens with a brace or bracket, or holds nothing yet.
    pub fn of_text(text: &str) -> Format {
        let body = text.trim_start_matches('\u{feff}').trim_start();
        match body.chars().next() {
            None | Some('{' | '[' | '"') => Format::Json,
            Some('/') => Format::Json,
            Some(_) => Format::Yaml,
        }
    }

    /// The format by the name, or else by the text.
    pub fn of(name: &str, text: &str) -> Format {
        Format::of_path(name).unwrap_or_else(|| Format::of_text(text))
    }
}

/// A definition's file name without its ending: `order.asl.json` is the machine `order`.
pub fn file_stem(name: &str) -> &str {
    [
        ".asl.json",
        ".asl.yaml",
        ".asl.yml",
        ".json",
        ".yaml",
        ".yml",
    ]
    .into_iter()
    .find_map(|ending| name.strip_suffix(ending))
    .unwrap_or(name)
}

/// What reading a text gives: the tree, and what is wrong with the text.
#[derive(Clone, Debug)]
pub struct Parse {
    pub tree: Tree,
    pub errors: Vec<SyntaxError>,
}

/// Something the notation does not allow. The tree goes on behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub span: Span,
    /// What is wrong, as a sentence part: "a comma is missing".
    pub message: String,
}

/// The number of a node within its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

#[derive(Clone, Debug)]
pub struct Node {
    pub kind: NodeKind,
    /// The value's own bytes, quotes and brackets included.
    pub span: Span,
    pub parent: Option<NodeId>,
}

#[derive(Clone, Debug)]
pub enum NodeKind {
    Null,
    Bool(bool),
    /// The number as it is spelled.
    Number(Box<str>),
    /// The decoded text.
    String(Arc<str>),
    /// A `${Name}` placeholder that stands where a value should, outside any string.
    Hole(Box<str>),
    Array(Vec<NodeId>),
    Object(Vec<Member>),
    /// A value is missing or is not one; reading went on behind it.
    Missing,
}

/// A member of an object. Duplicates are kept; the last one counts.
#[derive(Clone, Debug)]
pub struct Member {
    pub key: Arc<str>,
    pub key_span: Span,
    pub value: NodeId,
}

/// A document's nodes. The root is absent only in an empty text.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    pub(crate) nodes: Vec<Node>,
    pub(crate) root: Option<NodeId>,
    /// Texts that stand without quotes, as YAML allows.
    pub(crate) unquoted: BTreeSet<NodeId>,
    /// Strings whose closing quote is missing.
    pub(crate) unclosed: BTreeSet<NodeId>,
    /// The tags of a template's nodes, without the exclamation mark.
    pub(crate) tags: BTreeMap<NodeId, Box<str>>,
    /// The aliases of a template: nodes of the kind `Missing`, and the nodes they stand for.
    pub(crate) aliases: BTreeMap<NodeId, NodeId>,
}

impl Member {
    /// From the key's first byte to the value's last.
    pub fn span(&self, tree: &Tree) -> Span {
        let end = tree.span(self.value).end.max(self.key_span.end);
        Span::new(self.key_span.start, end)
    }
}

impl Tree {
    pub fn root(&self) -> Option<NodeId> {
        self.root
    }

    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    pub fn span(&self, id: NodeId) -> Span {
        self.node(id).map(|node| node.span).unwrap_or_default()
    }

    pub fn kind(&self, id: NodeId) -> &NodeKind {
        self.node(id).map_or(&NodeKind::Missing, |node| &node.kind)
    }

    /// The members of an object; none of anything else.
    pub fn members(&self, id: NodeId) -> &[Member] {
        match self.kind(id) {
            NodeKind::Object(members) => members,
            _ => &[],
        }
    }

    /// The items of an array; none of anything else.
    pub fn items(&self, id: NodeId) -> &[NodeId] {
        match self.kind(id) {
            NodeKind::Array(items) => items,
            _ => &[],
        }
    }

    pub fn member(&self, id: NodeId, key: &str) -> Option<&Member> {
        self.members(id)
            .iter()
            .rev()
            .find(|member| member.key.as_ref() == key)
    }

    /// The value of an object's member.
    pub fn get(&self, id: NodeId, key: &str) -> Option<NodeId> {
        self.member(id, key).map(|member| member.value)
    }

    /// The decoded text of a string.
    pub fn str(&self, id: NodeId) -> Option<&str> {
        match self.kind(id) {
            NodeKind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text of an object's member, where it is a string.
    pub fn get_str(&self, id: NodeId, key: &str) -> Option<&str> {
        self.get(id, key).and_then(|value| self.str(value))
    }

    /// The tag of a template's node: `Sub` for `!Sub`. None in a definition, where tags make holes.
    pub fn tag(&self, id: NodeId) -> Option<&str> {
        self.tags.get(&id).map(Box::as_ref)
    }

    /// The node a template's alias stands for, which may be one it lies in.
    pub fn target(&self, id: NodeId) -> Option<NodeId> {
        self.aliases.get(&id).copied()
    }

    /// The span between a string's quotes; the whole span of anything else.
    pub fn content_span(&self, id: NodeId) -> Span {
        let span = self.span(id);
        if self.unclosed.contains(&id) {
            Span::new(span.start + 1, span.end)
        } else if self.str(id).is_some() && span.len() >= 2 && !self.unquoted.contains(&id) {
            Span::new(span.start + 1, span.end - 1)
        } else {
            span
        }
    }

    /// The node a pointer leads to.
    pub fn at(&self, pointer: &Pointer) -> Option<NodeId> {
        pointer
            .tokens()
            .iter()
            .try_fold(self.root?, |node, token| match self.kind(node) {
                NodeKind::Object(_) => self.get(node, token),
                NodeKind::Array(items) => items.get(token.parse::<usize>().ok()?).copied(),
                _ => None,
            })
    }

    /// The way from the root to a node.
    pub fn pointer(&self, id: NodeId) -> Pointer {
        let mut tokens = Vec::new();
        let mut current = id;
        while let Some(parent) = self.node(current).and_then(|node| node.parent) {
            tokens.push(match self.kind(parent) {
                NodeKind::Object(members) => members
                    .iter()
                    .find(|member| member.value == current)
                    .map(|member| member.key.to_string())
                    .unwrap_or_default(),
                NodeKind::Array(items) => items
                    .iter()
                    .position(|item| *item == current)
                    .unwrap_or_default()
                    .to_string(),
                _ => String::new(),
            });
            current = parent;
        }
        tokens.reverse();
        tokens.into_iter().collect()
    }

    /// The innermost node whose bytes hold an offset; keys belong to their object.
    pub fn node_at(&self, offset: usize) -> Option<NodeId> {
        let holds = |id: &NodeId| {
            let span = self.span(*id);
            span.start <= offset && offset <= span.end
        };
        let mut current = self.root.filter(holds)?;
        loop {
            let inner = match self.kind(current) {
                NodeKind::Object(members) => members.iter().map(|member| member.value).find(holds),
                NodeKind::Array(items) => items.iter().copied().find(holds),
                _ => None,
            };
            match inner {
                Some(child) => current = child,
                None => return Some(current),
            }
        }
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Every node in the order of the text, parents before children.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    pub(crate) fn push(&mut self, kind: NodeKind, span: Span, parent: Option<NodeId>) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(Node { kind, span, parent });
        id
    }
}

/// The `${Name}` placeholders inside a text, as spans relative to it.
pub fn holes(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find("${")) {
        let start = from + start;
        let Some(length) = text.get(start..).and_then(|rest| rest.find('}')) else {
            break;
        };
        found.push(Span::new(start, start + length + 1));
        from = start + length + 1;
    }
    found
}
