//! What every rule reads: the text, the tree, the machine, and the objects that have fields.

use std::collections::BTreeMap;

use crate::asl::Machine;
use crate::asl::MachineType;
use crate::asl::QueryLanguage;
use crate::asl::State;
use crate::asl::StateId;
use crate::asl::lints::expression::Site;
use crate::asl::lints::expression::collect;
use crate::asl::schema;
use crate::asl::schema::Field;
use crate::asl::schema::Holds;
use crate::asl::schema::Place;
use crate::syntax::Member;
use crate::syntax::NodeId;
use crate::syntax::NodeKind;
use crate::syntax::SyntaxError;
use crate::syntax::Tree;
use crate::text::Span;
use crate::text::Splice;
use crate::text::TextEdit;

pub(crate) struct Document<'a> {
    pub text: &'a str,
    pub tree: &'a Tree,
    pub machine: &'a Machine,
    pub errors: &'a [SyntaxError],
    pub machine_type: Option<MachineType>,
    /// In the order in which they were found: what holds others comes before them.
    pub objects: Vec<Object>,
    /// Everything that is evaluated.
    pub sites: Vec<Site>,
}

/// An object with fields of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object {
    pub place: Place,
    pub node: NodeId,
    pub language: QueryLanguage,
    /// The innermost state it belongs to; none for the outermost object.
    pub state: Option<StateId>,
}

impl<'a> Document<'a> {
    pub(crate) fn new(
        text: &'a str,
        tree: &'a Tree,
        machine: &'a Machine,
        errors: &'a [SyntaxError],
        machine_type: Option<MachineType>,
    ) -> Document<'a> {
        let mut document = Document {
            text,
            tree,
            machine,
            errors,
            machine_type,
            objects: Vec::new(),
            sites: Vec::new(),
        };
        document.collect();
        document.sites = collect(&document);
        document
    }

    /// The members of an object that the table knows, with their rows.
    pub(crate) fn fields_of<'d>(
        &'d self,
        object: &'d Object,
    ) -> impl Iterator<Item = (&'static Field, &'a Member)> + 'd {
        self.tree
            .members(object.node)
            .iter()
            .filter_map(|member| Some((schema::field(object.place, &member.key)?, member)))
    }

    /// Every member that the table knows, with the object it stands in.
    pub(crate) fn fields(
        &self,
    ) -> impl Iterator<Item = (&Object, &'static Field, &'a Member)> + '_ {
        self.objects.iter().flat_map(|object| {
            self.fields_of(object)
                .map(move |(field, member)| (object, field, member))
        })
    }

    pub(crate) fn is_object(&self, node: NodeId) -> bool {
        matches!(self.tree.kind(node), NodeKind::Object(_))
    }

    /// A value that stands for any other: a placeholder, a text with one inside, or what cannot be read.
    pub(crate) fn is_open(&self, node: NodeId) -> bool {
        match self.tree.kind(node) {
            NodeKind::Hole(_) | NodeKind::Missing => true,
            NodeKind::String(text) => has_hole(text),
            NodeKind::Null
            | NodeKind::Bool(_)
            | NodeKind::Number(_)
            | NodeKind::Array(_)
            | NodeKind::Object(_) => false,
        }
    }

    pub(crate) fn number(&self, node: NodeId) -> Option<f64> {
        match self.tree.kind(node) {
            NodeKind::Number(spelling) => spelling.parse().ok(),
            _ => None,
        }
    }

    /// Where to mark an object as a whole: the name it stands under, or its first sign.
    pub(crate) fn head_span(&self, node: NodeId) -> Span {
        let key = self
            .tree
            .node(node)
            .and_then(|own| own.parent)
            .and_then(|parent| {
                self.tree
                    .members(parent)
                    .iter()
                    .find(|member| member.value == node)
            })
            .map(|member| member.key_span);
        key.unwrap_or_else(|| {
            let span = self.tree.span(node);
            let first = span.of(self.text).chars().next();
            Span::new(span.start, span.start + first.map_or(0, char::len_utf8))
        })
    }

    /// The service's way of writing where a node is: `/States/A/Choices[0]/Next`.
    pub(crate) fn location(&self, node: NodeId) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut current = node;
        while let Some(parent) = self.tree.node(current).and_then(|own| own.parent) {
            match self.tree.kind(parent) {
                NodeKind::Array(items) => {
                    let index = items.iter().position(|item| *item == current);
                    parts.push(format!("[{}]", index.unwrap_or_default()));
                }
                _ => {
                    let members = self.tree.members(parent);
                    let member = members.iter().find(|member| member.value == current);
                    let key = member.map(|member| member.key.as_ref()).unwrap_or_default();
                    parts.push(format!("/{key}"));
                }
            }
            current = parent;
        }
        if parts.is_empty() {
            return "/".to_owned();
        }
        parts.reverse();
        parts.concat()
    }

    pub(crate) fn state(&self, object: &Object) -> Option<&'a State> {
        object.state.and_then(|id| self.machine.state(id))
    }

    /// A name or text in the spelling of what stands at a span: quoted the same way.
    pub(crate) fn spell_like(&self, span: Span, words: &str) -> String {
        let quoted = || serde_json::to_string(words).unwrap_or_default();
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '.');
        match span.of(self.text).chars().next() {
            Some('\'') => format!("'{}'", words.replace('\'', "''")),
            Some('"') => quoted(),
            _ if !words.is_empty() && words.chars().all(plain) => words.to_owned(),
            _ => quoted(),
        }
    }

    /// Replaces what stands at a span by other words in the same spelling.
    pub(crate) fn respell(&self, span: Span, words: &str) -> TextEdit {
        TextEdit::replace(span, self.spell_like(span, words))
    }

    /// Removes a member of an object together with one of its commas; JSON only.
    pub(crate) fn remove_member(&self, object: NodeId, key: &str) -> Option<TextEdit> {
        let members = self.tree.members(object);
        let index = members
            .iter()
            .position(|member| member.key.as_ref() == key)?;
        let own = members.get(index)?;
        let before = index.checked_sub(1).and_then(|at| members.get(at));
        let span = match (before, members.get(index + 1)) {
            (Some(before), _) => Span::new(self.tree.span(before.value).end, self.end_of(own)),
            (None, Some(after)) => Span::new(own.key_span.start, after.key_span.start),
            (None, None) => Span::new(own.key_span.start, self.end_of(own)),
        };
        self.is_json(object).then(|| {
            TextEdit::new(vec![Splice {
                span,
                insert: String::new(),
            }])
            .unwrap_or_default()
        })
    }

    /// Adds a member behind the last one of an object that has one, laid out like it; JSON only.
    pub(crate) fn add_member(&self, object: NodeId, key: &str, value: &str) -> Option<TextEdit> {
        let last = self.tree.members(object).last()?;
        let line_start = self
            .text
            .get(..last.key_span.start)
            .and_then(|head| head.rfind('\n'))
            .map_or(0, |at| at + 1);
        let lead = Span::new(line_start, last.key_span.start).of(self.text);
        let gap = if lead.chars().all(char::is_whitespace) && line_start > 0 {
            let newline = if self.text.get(..line_start)?.ends_with("\r\n") {
                "\r\n"
            } else {
                "\n"
            };
            format!("{newline}{lead}")
        } else {
            " ".to_owned()
        };
        self.is_json(object).then(|| {
            TextEdit::replace(
                Span::at(self.end_of(last)),
                format!(",{gap}\"{key}\": {value}"),
            )
        })
    }

    fn is_json(&self, object: NodeId) -> bool {
        self.tree.span(object).of(self.text).starts_with('{') && self.errors.is_empty()
    }

    fn end_of(&self, member: &Member) -> usize {
        member.span(self.tree).end
    }

    fn collect(&mut self) {
        let Some(root) = self.tree.root().filter(|root| self.is_object(*root)) else {
            return;
        };
        let ids: BTreeMap<NodeId, StateId> = self
            .machine
            .ids()
            .filter_map(|id| Some((self.machine.state(id)?.node, id)))
            .collect();
        let language = self
            .tree
            .get_str(root, "QueryLanguage")
            .and_then(QueryLanguage::written)
            .unwrap_or_default();
        let mut waiting = vec![Object {
            place: Place::Machine,
            node: root,
            language,
            state: None,
        }];
        while let Some(object) = waiting.pop() {
            self.objects.push(object);
            let inner_language = match object.place {
                Place::State(_) => language,
                _ => object.language,
            };
            for (field, member) in self.fields_of(&object) {
                let inner = |place, node| Object {
                    place,
                    node,
                    language: match place {
                        Place::Branch | Place::ItemProcessor => inner_language,
                        _ => object.language,
                    },
                    state: object.state,
                };
                match field.holds {
                    Holds::Part(place) if self.is_object(member.value) => {
                        waiting.push(inner(place, member.value));
                    }
                    Holds::Parts(place) => {
                        let items = self.tree.items(member.value).iter().copied();
                        let objects = items.filter(|item| self.is_object(*item));
                        waiting.extend(objects.map(|item| inner(place, item)));
                    }
                    Holds::States => {
                        for member in self.tree.members(member.value) {
                            let state = ids.get(&member.value).copied();
                            let known = state.and_then(|id| self.machine.state(id));
                            if let Some((kind, known)) = known.and_then(|s| Some((s.kind?, s))) {
                                waiting.push(Object {
                                    place: Place::State(kind),
                                    node: member.value,
                                    language: known.query_language,
                                    state,
                                });
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Holds a `${…}` placeholder.
pub(crate) fn has_hole(text: &str) -> bool {
    text.contains("${")
}

/// `A`, `A and B`, `A, B and C`.
pub(crate) fn listed(words: &[&str], last: &str) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [head @ .., end] => format!("{} {last} {end}", head.join(", ")),
    }
}

/// A name in quotes for people, cut where it is very long.
pub(crate) fn quoted(name: &str) -> String {
    let short: String = name.chars().take(60).collect();
    let more = if short.len() < name.len() { "…" } else { "" };
    format!("“{short}{more}”")
}
