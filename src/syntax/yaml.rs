//! YAML 1.2 with the core schema into the same tree. One document. A definition knows no anchors, and what its
//! tags give is a hole; a template keeps tags, anchors and all that stands under a tag.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use saphyr_parser::Event;
use saphyr_parser::Parser;
use saphyr_parser::ScalarStyle;
use saphyr_parser::Tag;

use crate::syntax::{Member, NodeId, NodeKind, Parse, SyntaxError, Tree, holes};
use crate::text::Span;

/// Deeper nesting than any definition has; what lies below is passed over.
const DEEPEST: usize = 512;
/// White space and line ends of YAML, which are fewer than those of Unicode.
const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// What the text is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Definition,
    Template,
}

pub fn parse(text: &str) -> Parse {
    read(text, Reading::Definition)
}

/// Reads a template: tags and aliases are kept beside the tree.
pub fn parse_template(text: &str) -> Parse {
    read(text, Reading::Template)
}

fn read(text: &str, reading: Reading) -> Parse {
    let stand_ins = StandIns::of(text);
    let masked = mask(text, stand_ins.as_ref());
    let mut reader = Reader {
        text,
        stand_ins,
        offsets: Offsets::new(text),
        tree: Tree::default(),
        errors: Vec::new(),
        open: Vec::new(),
        skipping: None,
        documents: 0,
        reading,
        anchors: BTreeMap::new(),
    };
    for event in Parser::new_from_str(&masked) {
        match event {
            Ok((event, span)) => {
                let span = reader.offsets.span(span.start.index(), span.end.index());
                if !reader.event(event, span) {
                    break;
                }
            }
            Err(error) => {
                let at = reader.offsets.at(error.marker().index());
                reader.error(Span::at(at), error.info());
                break;
            }
        }
    }
    let end = text.trim_end_matches(BLANKS).len();
    while !reader.open.is_empty() {
        reader.close(Span::at(end));
    }
    if reader.tree.root.is_none() && reader.errors.is_empty() {
        reader.error(Span::at(text.len()), "the file is empty");
    }
    Parse {
        tree: reader.tree,
        errors: reader.errors,
    }
}

struct Reader<'a> {
    text: &'a str,
    stand_ins: Option<StandIns>,
    offsets: Offsets,
    tree: Tree,
    errors: Vec<SyntaxError>,
    open: Vec<Open>,
    /// How many containers are open inside one that is passed over, it included.
    skipping: Option<usize>,
    documents: usize,
    reading: Reading,
    /// Where the anchors of a template stand, by the scanner's numbers.
    anchors: BTreeMap<usize, NodeId>,
}

/// A container whose end has not come yet.
struct Open {
    id: NodeId,
    kind: OpenKind,
}

enum OpenKind {
    Sequence(Vec<NodeId>),
    Mapping {
        members: Vec<Member>,
        /// The key whose value comes next.
        key: Option<(Arc<str>, Span)>,
    },
}

impl Reader<'_> {
    /// Takes one event; false where reading ends.
    fn event(&mut self, event: Event<'_>, span: Span) -> bool {
        if let Some(depth) = self.skipping {
            self.skip(&event, span, depth);
            return true;
        }
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.error(
                        span,
                        "a definition is one document, and a second one begins here",
                    );
                    return false;
                }
            }
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Scalar(text, style, anchor, tag) => {
                self.note_anchor(anchor);
                self.read_scalar(&text, style, tag.as_deref(), span)
            }
            Event::SequenceStart(anchor, tag) => {
                self.note_anchor(anchor);
                self.begin(span, tag.as_deref(), OpenKind::Sequence(Vec::new()));
            }
            Event::MappingStart(anchor, tag) => {
                let kind = OpenKind::Mapping {
                    members: Vec::new(),
                    key: None,
                };
                self.note_anchor(anchor);
                self.begin(span, tag.as_deref(), kind);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
        }
        true
    }

    /// The node that comes next has an anchor, where the number is not zero and it is not a key.
    fn note_anchor(&mut self, anchor: usize) {
        if anchor != 0 && !self.wants_key() {
            let next = NodeId(self.tree.nodes.len() as u32);
            self.anchors.insert(anchor, next);
        }
    }

    fn alias(&mut self, anchor: usize, span: Span) {
        let target = match self.reading {
            Reading::Definition => {
                Err("aliases of YAML are not supported here; write the value out")
            }
            Reading::Template if self.wants_key() => Err("the name of a field cannot be an alias"),
            Reading::Template => self
                .anchors
                .get(&anchor)
                .copied()
                .ok_or("the anchor of this alias is not the anchor of a value"),
        };
        let id = NodeId(self.tree.nodes.len() as u32);
        match target {
            Ok(target) => {
                self.tree.aliases.insert(id, target);
            }
            Err(message) => self.error(span, message),
        }
        self.scalar(NodeKind::Missing, span, false);
    }

    fn read_scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) {
        let text = unmask(text, self.stand_ins.as_ref());
        let plain = style == ScalarStyle::Plain;
        let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        let span = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.with_header(self.tight(span)),
            ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                self.tight(span)
            }
        };
        if self.wants_key() {
            if text == "<<" && plain && self.reading == Reading::Definition {
                self.error(
                    span,
                    "merge keys of YAML are not supported here; write the fields out",
                );
            }
            self.take_key(Arc::from(text.as_ref()), span);
            return;
        }
        let kind = match tag {
            Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => {
                NodeKind::String(Arc::from(text.as_ref()))
            }
            Some(tag) if tag.is_yaml_core_schema() => core_scalar(&text),
            Some(tag) if self.reading == Reading::Template => {
                let id = NodeId(self.tree.nodes.len() as u32);
                self.tree.tags.insert(id, Box::from(tag.suffix.as_str()));
                NodeKind::String(Arc::from(text.as_ref()))
            }
            // `!Sub` keeps its placeholders; what other tags give is known only when deployed.
            Some(tag) if tag.suffix == "Sub" => NodeKind::String(Arc::from(text.as_ref())),
            Some(_) => NodeKind::Hole(Box::from(text.as_ref())),
            None if plain => core_scalar(&text),
            None => NodeKind::String(Arc::from(text.as_ref())),
        };
        self.scalar(kind, span, quoted);
    }

    fn scalar(&mut self, kind: NodeKind, span: Span, quoted: bool) {
        if self.wants_key() {
            self.take_key(Arc::from(""), span);
            return;
        }
        let parent = self.open.last().map(|open| open.id);
        let unquoted = matches!(kind, NodeKind::String(_)) && !quoted;
        let id = self.tree.push(kind, span, parent);
        if unquoted {
            self.tree.unquoted.insert(id);
        }
        self.attach(id);
    }

    fn begin(&mut self, span: Span, tag: Option<&Tag>, kind: OpenKind) {
        if self.wants_key() {
            self.error(span, "the name of a field is a text");
            self.take_key(Arc::from(""), span);
            self.skipping = Some(1);
            return;
        }
        let parent = self.open.last().map(|open| open.id);
        let tag = tag.filter(|tag| !tag.is_yaml_core_schema());
        if let Some(tag) = tag.filter(|_| self.reading == Reading::Template) {
            let id = NodeId(self.tree.nodes.len() as u32);
            self.tree.tags.insert(id, Box::from(tag.suffix.as_str()));
        } else if let Some(tag) = tag {
            let id = self
                .tree
                .push(NodeKind::Hole(Box::from(tag.suffix.as_str())), span, parent);
            self.attach(id);
            self.skipping = Some(1);
            return;
        }
        let id = self.tree.push(NodeKind::Missing, span, parent);
        self.attach(id);
        if self.open.len() >= DEEPEST {
            self.error(span, "this is nested more than 512 levels deep");
            self.skipping = Some(1);
            return;
        }
        self.open.push(Open { id, kind });
    }

    fn skip(&mut self, event: &Event<'_>, span: Span, depth: usize) {
        let depth = match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => depth + 1,
            Event::SequenceEnd | Event::MappingEnd => depth - 1,
            _ => depth,
        };
        self.skipping = (depth > 0).then_some(depth);
        if depth == 0
            && let Some(last) = self.tree.nodes.last_mut()
            && matches!(last.kind, NodeKind::Hole(_) | NodeKind::Missing)
        {
            let end = self
                .text
                .get(..span.end)
                .map_or(span.end, |head| head.trim_end_matches(BLANKS).len());
            last.span.end = end.max(last.span.start);
        }
    }

    fn close(&mut self, span: Span) {
        let Some(open) = self.open.pop() else { return };
        let mut members_kind = match open.kind {
            OpenKind::Sequence(items) => NodeKind::Array(items),
            OpenKind::Mapping { mut members, key } => {
                if let Some((key, key_span)) = key {
                    let value =
                        self.tree
                            .push(NodeKind::Missing, Span::at(key_span.end), Some(open.id));
                    members.push(Member {
                        key,
                        key_span,
                        value,
                    });
                }
                NodeKind::Object(members)
            }
        };
        let last = match &members_kind {
            NodeKind::Array(items) => items.last().map(|item| self.tree.span(*item).end),
            NodeKind::Object(members) => members.last().map(|member| member.span(&self.tree).end),
            NodeKind::Null
            | NodeKind::Bool(_)
            | NodeKind::Number(_)
            | NodeKind::String(_)
            | NodeKind::Hole(_)
            | NodeKind::Missing => None,
        };
        if let Some(node) = self.tree.nodes.get_mut(open.id.0 as usize) {
            let first = self.text.get(node.span.start..).unwrap_or_default();
            let flow = first.starts_with(['{', '[']);
            let end = if flow {
                span.end.max(last.unwrap_or_default())
            } else {
                last.unwrap_or(node.span.end)
            };
            node.span.end = end.max(node.span.start);
            std::mem::swap(&mut node.kind, &mut members_kind);
        }
    }

    fn wants_key(&self) -> bool {
        matches!(
            self.open.last(),
            Some(Open {
                kind: OpenKind::Mapping { key: None, .. },
                ..
            })
        )
    }

    fn take_key(&mut self, name: Arc<str>, span: Span) {
        if let Some(Open {
            kind: OpenKind::Mapping { key, .. },
            ..
        }) = self.open.last_mut()
        {
            *key = Some((name, span));
        }
    }

    fn attach(&mut self, id: NodeId) {
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => {
                if self.tree.root.is_none() {
                    self.tree.root = Some(id);
                }
            }
            Some(OpenKind::Sequence(items)) => items.push(id),
            Some(OpenKind::Mapping { members, key }) => {
                if let Some((key, key_span)) = key.take() {
                    members.push(Member {
                        key,
                        key_span,
                        value: id,
                    });
                }
            }
        }
    }

    /// Without blanks and line ends behind it.
    fn tight(&self, span: Span) -> Span {
        let length = span.of(self.text).trim_end_matches(BLANKS).len();
        Span::new(span.start, span.start + length)
    }

    /// Together with the `|` or `>` before a block text.
    fn with_header(&self, span: Span) -> Span {
        let head = self.text.get(..span.start).unwrap_or_default().trim_end();
        let line = head.rfind('\n').map_or(0, |at| at + 1);
        let sign = head.get(line..).and_then(|last| last.rfind(['|', '>']));
        Span::new(sign.map_or(span.start, |at| line + at), span.end)
    }

    fn error(&mut self, span: Span, message: &str) {
        self.errors.push(SyntaxError {
            span,
            message: message.to_owned(),
        });
    }
}

/// A plain scalar by the core schema (YAML 1.2.2 section 10.3.2). Infinity and NaN stay texts.
fn core_scalar(text: &str) -> NodeKind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return NodeKind::Null,
        "true" | "True" | "TRUE" => return NodeKind::Bool(true),
        "false" | "False" | "FALSE" => return NodeKind::Bool(false),
        _ => {}
    }
    match number(text) {
        Some(spelling) => NodeKind::Number(Box::from(spelling.as_ref())),
        None => NodeKind::String(Arc::from(text)),
    }
}

/// The spelling of a number as JSON takes it; the text's own where JSON takes that.
fn number(text: &str) -> Option<Cow<'_, str>> {
    let radix = |digits: &str, radix| u64::from_str_radix(digits, radix).ok();
    let based = text
        .strip_prefix("0o")
        .and_then(|digits| radix(digits, 8))
        .or_else(|| text.strip_prefix("0x").and_then(|digits| radix(digits, 16)));
    if let Some(value) = based {
        return Some(Cow::Owned(value.to_string()));
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (unsigned.get(..at)?, unsigned.get(at + 1..)),
        None => (unsigned, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let some_digits = !whole.is_empty() || fraction.is_some_and(|part| !part.is_empty());
    let exponent_ok = exponent.is_none_or(|part| {
        let part = part.strip_prefix(['-', '+']).unwrap_or(part);
        !part.is_empty() && digits(part)
    });
    if !(some_digits && digits(whole) && fraction.is_none_or(digits) && exponent_ok) {
        return None;
    }
    let as_json = !text.starts_with('+')
        && !whole.is_empty()
        && (whole.len() == 1 || !whole.starts_with('0'))
        && fraction.is_none_or(|part| !part.is_empty());
    if as_json {
        return Some(Cow::Borrowed(text));
    }
    let mut spelling = String::new();
    if text.starts_with('-') {
        spelling.push('-');
    }
    let whole = whole.trim_start_matches('0');
    spelling.push_str(if whole.is_empty() { "0" } else { whole });
    if let Some(fraction) = fraction.filter(|part| !part.is_empty()) {
        spelling.push('.');
        spelling.push_str(fraction);
    }
    if let Some(exponent) = exponent {
        spelling.push('e');
        spelling.push_str(exponent);
    }
    Some(Cow::Owned(spelling))
}

/// Characters for the braces of a placeholder while the scanner reads, which would take those for a mapping.
struct StandIns {
    open: char,
    close: char,
}

impl StandIns {
    /// Two characters for private use that the text neither holds nor spells as an escape; none where it has no placeholder.
    fn of(text: &str) -> Option<StandIns> {
        if holes(text).is_empty() {
            return None;
        }
        let lower = text.to_ascii_lowercase();
        let is_free =
            |c: &char| !lower.contains(*c) && !lower.contains(&format!("{:x}", u32::from(*c)));
        let mut free = ('\u{E000}'..='\u{F8FF}').filter(is_free);
        Some(StandIns {
            open: free.next()?,
            close: free.next()?,
        })
    }
}

fn mask<'a>(text: &'a str, stand_ins: Option<&StandIns>) -> Cow<'a, str> {
    let Some(stand_ins) = stand_ins else {
        return Cow::Borrowed(text);
    };
    let found = holes(text);
    let mut masked = String::with_capacity(text.len() + found.len() * 4);
    let mut done = 0;
    for hole in found {
        let inside = Span::new(hole.start + 2, hole.end.saturating_sub(1)).of(text);
        // `${` that is closed on another line, or holds a mapping, is no placeholder.
        if inside.contains(['\n', '{', '"', '\'']) || hole.start < done {
            continue;
        }
        masked.push_str(text.get(done..hole.start).unwrap_or_default());
        masked.push('$');
        masked.push(stand_ins.open);
        masked.push_str(inside);
        masked.push(stand_ins.close);
        done = hole.end;
    }
    masked.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(masked)
}

fn unmask<'a>(text: &'a str, stand_ins: Option<&StandIns>) -> Cow<'a, str> {
    match stand_ins {
        Some(StandIns { open, close }) if text.contains([*open, *close]) => {
            Cow::Owned(text.replace(*open, "{").replace(*close, "}"))
        }
        Some(_) | None => Cow::Borrowed(text),
    }
}

/// Byte offsets of characters, which is what the scanner counts.
struct Offsets {
    /// The byte at which each character begins; none for a text of ASCII.
    starts: Option<Vec<usize>>,
    length: usize,
}

impl Offsets {
    fn new(text: &str) -> Offsets {
        Offsets {
            starts: (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect()),
            length: text.len(),
        }
    }

    fn at(&self, character: usize) -> usize {
        match &self.starts {
            None => character.min(self.length),
            Some(starts) => starts.get(character).copied().unwrap_or(self.length),
        }
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let start = self.at(start);
        Span::new(start, self.at(end).max(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> String {
        let parse = parse(text);
        let mut out = String::new();
        for id in parse.tree.ids() {
            let node = parse.tree.node(id).unwrap();
            let kind = match &node.kind {
                NodeKind::String(text) => format!("str {text:?}"),
                NodeKind::Number(spelling) => format!("number {spelling}"),
                NodeKind::Bool(flag) => format!("{flag}"),
                NodeKind::Null => "null".to_owned(),
                NodeKind::Hole(name) => format!("hole {name}"),
                NodeKind::Missing => "missing".to_owned(),
                NodeKind::Array(items) => format!("array {}", items.len()),
                NodeKind::Object(members) => {
                    let keys: Vec<&str> = members.iter().map(|m| m.key_span.of(text)).collect();
                    format!("object {}", keys.join(" "))
                }
            };
            out.push_str(&format!(
                "{} {kind} <{}>\n",
                parse.tree.pointer(id),
                node.span.of(text).replace('\n', "⏎")
            ));
        }
        for error in &parse.errors {
            out.push_str(&format!(
                "error at {}: {}\n",
                error.span.start, error.message
            ));
        }
        out
    }

    #[test]
    fn a_block_document_has_spans() {
        assert_eq!(
            shown(
                "# é\nStartAt: A\nStates:\n  \"A\":\n    Seconds: 007\n    On: [1.50, ~, ${X}]\n    Text: |-\n      {% 1\n       + 1 %}\n    End: true # done\nVersion: 2012-10-17\n"
            ),
            " object StartAt States Version <StartAt: A⏎States:⏎  \"A\":⏎    Seconds: 007⏎    On: [1.50, ~, ${X}]⏎    Text: |-⏎      {% 1⏎       + 1 %}⏎    End: true # done⏎Version: 2012-10-17>\n\
             /StartAt str \"A\" <A>\n\
             /States object \"A\" <\"A\":⏎    Seconds: 007⏎    On: [1.50, ~, ${X}]⏎    Text: |-⏎      {% 1⏎       + 1 %}⏎    End: true>\n\
             /States/A object Seconds On Text End <Seconds: 007⏎    On: [1.50, ~, ${X}]⏎    Text: |-⏎      {% 1⏎       + 1 %}⏎    End: true>\n\
             /States/A/Seconds number 7 <007>\n\
             /States/A/On array 3 <[1.50, ~, ${X}]>\n\
             /States/A/On/0 number 1.50 <1.50>\n\
             /States/A/On/1 null <~>\n\
             /States/A/On/2 str \"${X}\" <${X}>\n\
             /States/A/Text str \"{% 1\\n + 1 %}\" <|-⏎      {% 1⏎       + 1 %}>\n\
             /States/A/End true <true>\n\
             /Version str \"2012-10-17\" <2012-10-17>\n"
        );
    }

    #[test]
    fn tags_anchors_and_broken_texts() {
        assert_eq!(
            shown("A: !Sub \"arn:${X}\"\nB: !GetAtt F.Arn\nC: !Join [a, [b]]\nD: !!str 5\n"),
            " object A B C D <A: !Sub \"arn:${X}\"⏎B: !GetAtt F.Arn⏎C: !Join [a, [b]]⏎D: !!str 5>\n\
             /A str \"arn:${X}\" <!Sub \"arn:${X}\">\n\
             /B hole F.Arn <!GetAtt F.Arn>\n\
             /C hole Join <!Join [a, [b]]>\n\
             /D str \"5\" <!!str 5>\n"
        );
        assert!(shown("A: &x 1\nB: *x\n").contains("aliases of YAML are not supported"));
        assert!(shown("A: {<<: {}}\n").contains("merge keys"));
        assert!(shown("A: [1\nB: 2").contains("error at"));
        assert!(shown("---\na: 1\n---\nb: 2\n").contains("a second one begins"));
        assert_eq!(shown(" \n"), "error at 2: the file is empty\n");
        assert!(shown(&"[".repeat(2000)).contains("error at"));
    }

    #[test]
    fn a_template_keeps_tags_and_aliases() {
        let text = "A: &x !Join ['', [!Ref B, !GetAtt F.Arn, !Sub '${C}']]\nB: {<<: *x}\nC: !If [a]\nD: !Sub\n  - |-\n    x\n  - {}\n";
        let parse = parse_template(text);
        assert!(parse.errors.is_empty(), "{:?}", parse.errors);
        let tree = &parse.tree;
        let at = |pointer: &str| tree.at(&crate::syntax::Pointer::parse(pointer)).unwrap();
        assert_eq!(tree.tag(at("/A")), Some("Join"));
        assert_eq!(tree.tag(at("/A/1/1")), Some("GetAtt"));
        assert_eq!(tree.str(at("/A/1/1")), Some("F.Arn"));
        assert_eq!(tree.str(at("/A/1/2")), Some("${C}"));
        assert_eq!(tree.target(at("/B/<<")), Some(at("/A")));
        assert_eq!(tree.str(at("/D/0")), Some("x"));
        assert_eq!(tree.tag(at("/D")), Some("Sub"));
        assert!(!parse_template("A: *x\n").errors.is_empty());
    }

    #[test]
    fn contents_of_plain_texts_are_whole() {
        let parse = parse("A: plain\nB: 'quoted'\n");
        let root = parse.tree.root().unwrap();
        let content = |key| parse.tree.content_span(parse.tree.get(root, key).unwrap());
        assert_eq!(content("A"), Span::new(3, 8));
        assert_eq!(content("B"), Span::new(13, 19));
    }

    #[test]
    fn a_container_encloses_what_is_missing_in_it() {
        for text in ["  \"a\": b,\n c d\n   ! \"e\": f", "{\"a\": {\"b\": 1}   "] {
            let tree = parse(text).tree;
            for id in tree.ids() {
                if let Some(parent) = tree.node(id).and_then(|node| node.parent) {
                    let (outer, inner) = (tree.span(parent), tree.span(id));
                    assert!(outer.encloses(inner), "{inner:?} in {outer:?}");
                }
            }
        }
    }

    #[test]
    fn white_space_of_unicode_belongs_to_a_text() {
        for text in ["\u{b}", "a: \u{a0}x\u{a0}"] {
            let tree = parse(text).tree;
            let last = tree.ids().last().unwrap();
            assert_eq!(tree.str(last), Some(tree.span(last).of(text)));
        }
    }

    #[test]
    fn characters_for_private_use_stay_what_they_are() {
        for text in [
            "a: x\u{e000}y\u{e001}",
            "a: x\u{e000}y\u{e001}\nb: ${c}",
            "a: \"x\\ue000y\\uE001\"\nb: ${c}",
        ] {
            let parse = parse(text);
            let value = parse.tree.get_str(parse.tree.root().unwrap(), "a");
            assert_eq!(value, Some("x\u{e000}y\u{e001}"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_a_tree(text in "(?s)([a-z:\\-?&*!|>'\"%@`{}\\[\\], #\n~é$0-9.<]|: |\n  |- ){0,60}") {
            let parse = parse(&text);
            for id in parse.tree.ids() {
                let span = parse.tree.span(id);
                prop_assert!(text.get(span.range()).is_some());
            }
        }
    }
}
