//! Changes to a text that look as if its author had made them: splices in the style of the surroundings.
//!
//! Nothing that stands is printed again; only what is new is written, in the indentation, line
//! ends, colons and commas of the container it goes into.

use crate::syntax::NodeId;
use crate::syntax::NodeKind;
use crate::syntax::Tree;
use crate::syntax::manner::Fragment;
use crate::syntax::manner::Layout;
use crate::syntax::manner::Manner;
use crate::syntax::manner::render;
use crate::text::Span;
use crate::text::Splice;

/// A text with its tree and its manner of writing: what splices are planned on.
#[derive(Clone, Copy, Debug)]
pub struct Sheet<'a> {
    pub text: &'a str,
    pub tree: &'a Tree,
    pub manner: &'a Manner,
}

/// Where a new member or item goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    First,
    /// Behind the n-th part as it stands now.
    After(usize),
    /// Before the n-th part as it stands now.
    Before(usize),
    Last,
}

/// The JSON text of a string.
pub fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A string that takes the place of another scalar, quoted as that one was (YAML knows three ways).
pub fn requote(old: &str, new: &str) -> String {
    if old.starts_with('"') {
        quote(new)
    } else if old.starts_with('\'') {
        format!("'{}'", new.replace('\'', "''"))
    } else if is_plain(new) {
        new.to_owned()
    } else {
        quote(new)
    }
}

/// Can stand without quotes in YAML and still is a string.
fn is_plain(text: &str) -> bool {
    let tame =
        |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/' | '(' | ')');
    let word = text.to_ascii_lowercase();
    text.starts_with(|c: char| c.is_alphabetic())
        && !text.ends_with(' ')
        && text.chars().all(tame)
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&word.as_str())
}

impl Sheet<'_> {
    /// Gives a member a value: replaced where it stands, else added behind the last one.
    pub fn set_member(&self, object: NodeId, key: &str, value: &Fragment) -> Vec<Splice> {
        match self.tree.get(object, key) {
            Some(old) => self.replace_value(old, value),
            None => self.insert_member(object, Spot::Last, key, value),
        }
    }

    pub fn insert_member(
        &self,
        object: NodeId,
        spot: Spot,
        key: &str,
        value: &Fragment,
    ) -> Vec<Splice> {
        self.insert_members(object, spot, &[(key.to_owned(), value.clone())])
    }

    /// Adds members to an object, in the order given.
    pub fn insert_members(
        &self,
        object: NodeId,
        spot: Spot,
        members: &[(String, Fragment)],
    ) -> Vec<Splice> {
        let place = self.place(object, spot);
        let parts = members.iter().map(|(key, value)| {
            let layout = self.layout_for(object, &place, value);
            let value = render(value, &layout, self.manner);
            format!("{}{}{value}", quote(key), self.colon(object))
        });
        self.insert_parts(object, &place, &parts.collect::<Vec<_>>())
    }

    pub fn insert_item(&self, array: NodeId, spot: Spot, value: &Fragment) -> Vec<Splice> {
        let place = self.place(array, spot);
        let layout = self.layout_for(array, &place, value);
        self.insert_parts(array, &place, &[render(value, &layout, self.manner)])
    }

    /// Takes a member away, with the comma that goes with it. Of duplicates all go.
    pub fn remove_member(&self, object: NodeId, key: &str) -> Vec<Splice> {
        let members = self.tree.members(object).iter().enumerate();
        let indexes: Vec<usize> = members
            .filter(|(_, member)| member.key.as_ref() == key)
            .map(|(index, _)| index)
            .collect();
        self.remove_parts(object, &indexes)
    }

    pub fn remove_item(&self, array: NodeId, index: usize) -> Vec<Splice> {
        self.remove_parts(array, &[index])
    }

    /// Takes members or items away by their ascending numbers.
    pub fn remove_parts(&self, container: NodeId, indexes: &[usize]) -> Vec<Splice> {
        let parts = self.parts(container);
        let mut splices = Vec::new();
        let mut rest = indexes.iter().copied().peekable();
        while let Some(first) = rest.next() {
            let mut last = first;
            while rest.next_if_eq(&(last + 1)).is_some() {
                last += 1;
            }
            let (Some(head), Some(tail)) = (parts.get(first), parts.get(last)) else {
                continue;
            };
            let before = first.checked_sub(1).and_then(|index| parts.get(index));
            // What separates it from the part before goes with it, so that this undoes an insertion.
            let span = match (before, parts.get(last + 1)) {
                (Some(previous), _) => Span::new(previous.end, tail.end),
                (None, Some(next)) => Span::new(head.start, next.start),
                (None, None) => self.inside(container),
            };
            splices.push(Splice {
                span,
                insert: String::new(),
            });
        }
        splices
    }

    /// Another name for a member; its value and place stay.
    pub fn rename_key(&self, key_span: Span, name: &str) -> Splice {
        Splice {
            span: key_span,
            insert: requote(key_span.of(self.text), name),
        }
    }

    /// Another text for a string.
    pub fn replace_string(&self, span: Span, text: &str) -> Splice {
        Splice {
            span,
            insert: requote(span.of(self.text), text),
        }
    }

    /// Another value. Where both are containers with the same members, only what differs changes.
    pub fn replace_value(&self, node: NodeId, value: &Fragment) -> Vec<Splice> {
        if let Fragment::Json(json) = value {
            let new = crate::syntax::parse(json, crate::syntax::Format::Json);
            if new.errors.is_empty()
                && let Some(root) = new.tree.root()
            {
                return self.merge(node, json, &new.tree, root);
            }
        }
        self.replace_whole(node, value)
    }

    fn replace_whole(&self, node: NodeId, value: &Fragment) -> Vec<Splice> {
        let layout = self.layout_of(node, value);
        vec![Splice {
            span: self.tree.span(node),
            insert: render(value, &layout, self.manner),
        }]
    }

    /// Recursion ends with the depth of the tree, which reading bounds.
    fn merge(&self, old: NodeId, json: &str, new_tree: &Tree, new: NodeId) -> Vec<Splice> {
        let whole = || {
            let text = new_tree.span(new).of(json).to_owned();
            self.replace_whole(old, &Fragment::Json(text))
        };
        match (self.tree.kind(old), new_tree.kind(new)) {
            (NodeKind::Object(old_members), NodeKind::Object(new_members))
                if !old_members.is_empty() && !new_members.is_empty() =>
            {
                let keys = |members: &[crate::syntax::Member]| -> Vec<String> {
                    members
                        .iter()
                        .map(|member| member.key.to_string())
                        .collect()
                };
                let (old_keys, new_keys) = (keys(old_members), keys(new_members));
                let Some(change) = difference(&old_keys, &new_keys) else {
                    return whole();
                };
                let mut splices = Vec::new();
                for (a, b) in &change.kept {
                    if let (Some(a), Some(b)) = (old_members.get(*a), new_members.get(*b)) {
                        splices.extend(self.merge(a.value, json, new_tree, b.value));
                    }
                }
                splices.extend(self.remove_parts(old, &change.removed));
                for (spot, added) in change.added {
                    let members = added.iter().filter_map(|index| new_members.get(*index));
                    let members: Vec<(String, Fragment)> = members
                        .map(|member| {
                            let text = new_tree.span(member.value).of(json).to_owned();
                            (member.key.to_string(), Fragment::Json(text))
                        })
                        .collect();
                    splices.extend(self.insert_members(old, spot, &members));
                }
                splices
            }
            (NodeKind::Array(old_items), NodeKind::Array(new_items))
                if old_items.len() == new_items.len() && !old_items.is_empty() =>
            {
                let pairs = old_items.iter().zip(new_items);
                pairs
                    .flat_map(|(a, b)| self.merge(*a, json, new_tree, *b))
                    .collect()
            }
            _ if self.tree.span(old).of(self.text) == new_tree.span(new).of(json) => Vec::new(),
            _ => whole(),
        }
    }

    /// The spans of a container's members or items.
    pub fn parts(&self, container: NodeId) -> Vec<Span> {
        match self.tree.kind(container) {
            NodeKind::Object(members) => members
                .iter()
                .map(|member| member.span(self.tree))
                .collect(),
            NodeKind::Array(items) => items.iter().map(|item| self.tree.span(*item)).collect(),
            _ => Vec::new(),
        }
    }

    /// Has a line end between its opening sign and its first part.
    pub fn is_multi_line(&self, container: NodeId) -> bool {
        let span = self.tree.span(container);
        self.parts(container).first().is_some_and(|first| {
            Span::new(span.start, first.start)
                .of(self.text)
                .contains('\n')
        })
    }

    /// The blanks at the beginning of the line in which an offset lies.
    pub fn lead(&self, offset: usize) -> &str {
        let before = self.text.get(..offset).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.get(start..).unwrap_or_default();
        let line = line.strip_prefix('\u{feff}').unwrap_or(line);
        let body = line.trim_start_matches([' ', '\t']);
        line.get(..line.len() - body.len()).unwrap_or_default()
    }

    /// What lies between a container's signs.
    fn inside(&self, container: NodeId) -> Span {
        let span = self.tree.span(container);
        let closed = span.len() >= 2 && span.of(self.text).ends_with(['}', ']']);
        Span::new(
            (span.start + 1).min(span.end),
            if closed { span.end - 1 } else { span.end },
        )
    }

    fn place(&self, container: NodeId, spot: Spot) -> Place {
        let parts = self.parts(container);
        let Some(end) = parts.len().checked_sub(1) else {
            return Place::Empty;
        };
        match spot {
            Spot::First | Spot::Before(0) => Place::Before(0),
            Spot::Before(index) if index <= end => Place::After(index - 1),
            Spot::After(index) if index <= end => Place::After(index),
            Spot::Before(_) | Spot::After(_) | Spot::Last => Place::After(end),
        }
    }

    fn insert_parts(&self, container: NodeId, place: &Place, new: &[String]) -> Vec<Splice> {
        let parts = self.parts(container);
        let splice = match place {
            Place::After(index) => {
                let joiner = self.joiner(container, *index);
                let insert = new.iter().map(|part| format!("{joiner}{part}")).collect();
                let at = parts.get(*index).map(|part| part.end).unwrap_or_default();
                Splice {
                    span: Span::at(at),
                    insert,
                }
            }
            Place::Before(index) => {
                let joiner = self.joiner(container, *index);
                let insert = new.iter().map(|part| format!("{part}{joiner}")).collect();
                let at = parts.get(*index).map(|part| part.start).unwrap_or_default();
                Splice {
                    span: Span::at(at),
                    insert,
                }
            }
            Place::Empty => self.fill(container, new),
        };
        vec![splice]
    }

    /// The first parts of an empty container.
    fn fill(&self, container: NodeId, new: &[String]) -> Splice {
        let inside = self.inside(container);
        let is_object = matches!(self.tree.kind(container), NodeKind::Object(_));
        let blank = inside.of(self.text).trim().is_empty();
        let insert = match self.layout_inside(container) {
            Layout::Lines { lead } => {
                let newline = self.manner.style.newline;
                let outer = self.lead(self.tree.span(container).start);
                let body = new.join(&format!(",{newline}{lead}"));
                format!("{newline}{lead}{body}{newline}{outer}")
            }
            Layout::OneLine => {
                let pad = if is_object { &self.manner.pad } else { "" };
                let body = new.join(&format!(",{}", self.manner.comma_space));
                format!("{pad}{body}{pad}")
            }
        };
        Splice {
            // What is not blank there is a comment: it stays, behind the new parts.
            span: if blank {
                inside
            } else {
                Span::at(inside.start)
            },
            insert,
        }
    }

    /// What stands between two parts near the n-th: comma, line end and indentation.
    fn joiner(&self, container: NodeId, index: usize) -> String {
        let parts = self.parts(container);
        let between = |index: usize| {
            let (a, b) = (parts.get(index)?, parts.get(index + 1)?);
            let text = Span::new(a.end, b.start).of(self.text);
            let plain = text.matches(',').count() == 1
                && text.chars().all(|c| c == ',' || c.is_ascii_whitespace());
            plain.then(|| text.to_owned())
        };
        let near = between(index).or_else(|| index.checked_sub(1).and_then(between));
        if let Some(text) = near {
            // Empty lines between groups are not repeated.
            let Some((head, _)) = text
                .split_once('\n')
                .filter(|_| text.matches('\n').count() > 1)
            else {
                return text;
            };
            let tail = text.rsplit_once('\n').map_or("", |(_, tail)| tail);
            if head.contains(',') {
                return format!("{head}\n{tail}");
            }
        }
        match self.layout_inside(container) {
            Layout::Lines { lead } => format!(",{}{lead}", self.manner.style.newline),
            Layout::OneLine => format!(",{}", self.manner.comma_space),
        }
    }

    fn colon(&self, object: NodeId) -> String {
        let near = self.tree.members(object).first().and_then(|member| {
            let between = Span::new(member.key_span.end, self.tree.span(member.value).start);
            let text = between.of(self.text);
            let plain = text.trim() == ":" && !text.contains('\n') && text.len() <= 3;
            plain.then(|| text.to_owned())
        });
        near.unwrap_or_else(|| self.manner.colon.clone())
    }

    /// How the parts of a container are laid out, and with which indentation.
    fn layout_inside(&self, container: NodeId) -> Layout {
        let span = self.tree.span(container);
        if let Some(first) = self.parts(container).first() {
            return if self.is_multi_line(container) {
                Layout::Lines {
                    lead: self.lead(first.start).to_owned(),
                }
            } else {
                Layout::OneLine
            };
        }
        let parent = self.tree.node(container).and_then(|node| node.parent);
        let lines = match parent {
            Some(parent) => self.is_multi_line(parent),
            None => !self.manner.one_line,
        };
        if lines {
            Layout::Lines {
                lead: format!("{}{}", self.lead(span.start), self.manner.style.indent),
            }
        } else {
            Layout::OneLine
        }
    }

    /// How the value of a new part is written: like its neighbors of the same sort.
    fn layout_for(&self, container: NodeId, place: &Place, value: &Fragment) -> Layout {
        let inside = self.layout_inside(container);
        let Layout::Lines { lead } = inside else {
            return Layout::OneLine;
        };
        let values: Vec<NodeId> = match self.tree.kind(container) {
            NodeKind::Object(members) => members.iter().map(|member| member.value).collect(),
            NodeKind::Array(items) => items.clone(),
            _ => Vec::new(),
        };
        let near = match place {
            Place::After(index) | Place::Before(index) => values.get(*index).copied(),
            Place::Empty => None,
        };
        let wants_object = value.text().trim_start().starts_with('{');
        let alike = |id: &NodeId| match self.tree.kind(*id) {
            NodeKind::Object(members) => wants_object && !members.is_empty(),
            NodeKind::Array(items) => !wants_object && !items.is_empty(),
            _ => false,
        };
        match near.into_iter().chain(values).find(alike) {
            // Another kind of thing may be short in a file whose states are not.
            Some(sibling) if !self.is_multi_line(sibling) && self.is_state_like(container) => {
                Layout::OneLine
            }
            _ => Layout::Lines { lead },
        }
    }

    /// All non-empty containers in it are alike enough for one to be the model of the next.
    fn is_state_like(&self, container: NodeId) -> bool {
        let short = |id: NodeId| !self.parts(id).is_empty() && !self.is_multi_line(id);
        let long = |id: NodeId| !self.parts(id).is_empty() && self.is_multi_line(id);
        let values: Vec<NodeId> = match self.tree.kind(container) {
            NodeKind::Object(members) => members.iter().map(|member| member.value).collect(),
            NodeKind::Array(items) => items.clone(),
            _ => Vec::new(),
        };
        values.iter().filter(|id| short(**id)).count()
            > values.iter().filter(|id| long(**id)).count()
    }

    /// How a value that takes the place of another is written.
    fn layout_of(&self, node: NodeId, value: &Fragment) -> Layout {
        let start = self.tree.span(node).start;
        let lines = Layout::Lines {
            lead: self.lead(start).to_owned(),
        };
        if !self.parts(node).is_empty() {
            return if self.is_multi_line(node) {
                lines
            } else {
                Layout::OneLine
            };
        }
        let parent = self.tree.node(node).and_then(|node| node.parent);
        match parent {
            None if self.manner.one_line => Layout::OneLine,
            None => lines,
            Some(parent) if !self.is_multi_line(parent) => Layout::OneLine,
            Some(parent) => {
                let values = self.parts(parent);
                let index = values
                    .iter()
                    .position(|part| part.end == self.tree.span(node).end);
                self.layout_for(parent, &Place::After(index.unwrap_or_default()), value)
            }
        }
    }
}

/// A spot that exists.
enum Place {
    Empty,
    After(usize),
    Before(usize),
}

struct Difference {
    kept: Vec<(usize, usize)>,
    removed: Vec<usize>,
    added: Vec<(Spot, Vec<usize>)>,
}

/// How one list of names becomes the other by only adding or only taking away; none by neither.
fn difference(old: &[String], new: &[String]) -> Option<Difference> {
    let position = |list: &[String], key: &String| list.iter().position(|other| other == key);
    let distinct = |list: &[String]| {
        let set: std::collections::BTreeSet<&String> = list.iter().collect();
        set.len() == list.len()
    };
    let kept: Vec<(usize, usize)> = old
        .iter()
        .enumerate()
        .filter_map(|(index, key)| Some((index, position(new, key)?)))
        .collect();
    let in_order = kept.iter().map(|(_, b)| *b).is_sorted();
    let removed: Vec<usize> = (0..old.len())
        .filter(|index| !kept.iter().any(|(a, _)| a == index))
        .collect();
    let mut added: Vec<(Spot, Vec<usize>)> = Vec::new();
    let mut after = Spot::First;
    for index in 0..new.len() {
        if let Some((a, _)) = kept.iter().find(|(_, b)| *b == index) {
            after = Spot::After(*a);
        } else if let Some((_, run)) = added.last_mut().filter(|(spot, _)| *spot == after) {
            run.push(index);
        } else {
            added.push((after, vec![index]));
        }
    }
    let possible = distinct(old)
        && distinct(new)
        && in_order
        && !kept.is_empty()
        && (removed.is_empty() || added.is_empty());
    possible.then_some(Difference {
        kept,
        removed,
        added,
    })
}
