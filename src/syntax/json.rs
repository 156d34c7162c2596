//! JSON (RFC 8259) into a tree. Keeps going behind every error and never nests on the machine stack.

use std::sync::Arc;

use crate::text::Span;

use crate::syntax::{Member, NodeId, NodeKind, Parse, SyntaxError, Token, TokenKind, Tree, tokens};

/// Deeper nesting than any reader of JSON accepts; what lies below is passed over.
const DEEPEST: usize = 512;

pub fn parse(text: &str) -> Parse {
    let mut reader = Reader {
        text,
        tokens: tokens(text)
            .into_iter()
            .filter(|token| token.kind != TokenKind::Blank)
            .collect(),
        next: 0,
        tree: Tree::default(),
        errors: Vec::new(),
        open: Vec::new(),
    };
    reader.document();
    Parse {
        tree: reader.tree,
        errors: reader.errors,
    }
}

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
    tree: Tree,
    errors: Vec<SyntaxError>,
    open: Vec<Open>,
}

/// A container whose end has not come yet.
struct Open {
    id: NodeId,
    kind: OpenKind,
    /// A comma stands before the next part, or nothing does yet.
    separated: bool,
    last_comma: Option<Span>,
}

enum OpenKind {
    Array(Vec<NodeId>),
    Object(Vec<Member>),
}

impl Reader<'_> {
    fn document(&mut self) {
        self.skip_comments();
        if self.peek().is_none() {
            self.error(Span::at(self.text.len()), "the file is empty");
            return;
        }
        let root = self.value(None);
        self.tree.root = Some(root);
        while !self.open.is_empty() {
            self.part();
        }
        self.skip_comments();
        if let Some(token) = self.peek() {
            let rest = Span::new(token.span.start, self.end_of_text().max(token.span.end));
            self.error(rest, "nothing may follow the end of the document");
        }
    }

    /// Where the last token that says something ends.
    fn end_of_text(&self) -> usize {
        self.tokens.last().map_or(0, |token| token.span.end)
    }

    /// Reads one member or item of the innermost open container, or its end.
    fn part(&mut self) {
        self.skip_comments();
        let Some(token) = self.peek() else {
            self.error(
                Span::at(self.text.len()),
                match self.open.last().map(|open| &open.kind) {
                    Some(OpenKind::Array(_)) => "the file ends before a ]",
                    _ => "the file ends before a }",
                },
            );
            while !self.open.is_empty() {
                self.close(self.end_of_text());
            }
            return;
        };
        let in_object = matches!(
            self.open.last(),
            Some(Open {
                kind: OpenKind::Object(_),
                ..
            })
        );
        match token.kind {
            TokenKind::CloseBrace | TokenKind::CloseBracket => self.end(token, in_object),
            TokenKind::Comma => {
                self.next += 1;
                let Some(open) = self.open.last_mut() else {
                    return;
                };
                let doubled = open.separated;
                open.separated = true;
                open.last_comma = Some(token.span);
                if doubled {
                    self.error(token.span, "there is nothing before this comma");
                }
            }
            _ => {
                self.need_comma(token);
                if in_object {
                    self.member(token);
                } else {
                    let id = self.value(self.open.last().map(|open| open.id));
                    self.attach_item(id);
                }
            }
        }
    }

    fn end(&mut self, token: Token, in_object: bool) {
        let fits = in_object == (token.kind == TokenKind::CloseBrace);
        if !fits {
            let other = if in_object {
                OtherEnd::Bracket
            } else {
                OtherEnd::Brace
            };
            let outer_wants_it = self.open.iter().rev().skip(1).any(|open| {
                matches!(
                    (&open.kind, &other),
                    (OpenKind::Array(_), OtherEnd::Bracket)
                        | (OpenKind::Object(_), OtherEnd::Brace)
                )
            });
            self.error(
                token.span,
                if in_object {
                    "a } is missing before this ]"
                } else {
                    "a ] is missing before this }"
                },
            );
            if outer_wants_it {
                self.close(token.span.start);
            } else {
                self.next += 1;
            }
            return;
        }
        if let Some(Open {
            separated: true,
            last_comma: Some(comma),
            ..
        }) = self.open.last()
        {
            let comma = *comma;
            self.error(comma, "the last one takes no comma");
        }
        self.next += 1;
        self.close(token.span.end);
    }

    fn need_comma(&mut self, token: Token) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        let missing = !open.separated;
        open.separated = false;
        if missing {
            let before = self
                .next
                .checked_sub(1)
                .and_then(|index| self.tokens.get(index))
                .map_or(token.span.start, |previous| previous.span.end);
            self.error(Span::new(before, before), "a comma is missing");
        }
    }

    fn member(&mut self, token: Token) {
        let parent = self.open.last().map(|open| open.id);
        let (key, key_span) = match token.kind {
            TokenKind::String | TokenKind::OpenString => {
                self.next += 1;
                (self.string(token), token.span)
            }
            TokenKind::Colon => {
                self.error(token.span, "a name is missing before this colon");
                (Arc::from(""), Span::at(token.span.start))
            }
            _ => {
                self.next += 1;
                self.error(token.span, "a name in double quotes is expected here");
                if token.kind == TokenKind::OpenBrace || token.kind == TokenKind::OpenBracket {
                    self.next -= 1;
                    let stray = self.value(parent);
                    self.attach_member(Arc::from(""), Span::at(token.span.start), stray);
                    return;
                }
                (Arc::from(token.span.of(self.text)), token.span)
            }
        };
        self.skip_comments();
        match self.peek() {
            Some(colon) if colon.kind == TokenKind::Colon => {
                self.next += 1;
                self.skip_comments();
                let id = match self.peek() {
                    Some(token) if self.starts_value(token) => self.value(parent),
                    _ => {
                        self.error(colon.span, "a value is missing after this colon");
                        self.tree
                            .push(NodeKind::Missing, Span::at(colon.span.end), parent)
                    }
                };
                self.attach_member(key, key_span, id);
            }
            _ => {
                self.error(Span::at(key_span.end), "a colon and a value are missing");
                let id = self
                    .tree
                    .push(NodeKind::Missing, Span::at(key_span.end), parent);
                self.attach_member(key, key_span, id);
            }
        }
    }

    fn starts_value(&self, token: Token) -> bool {
        !matches!(
            token.kind,
            TokenKind::Comma | TokenKind::CloseBrace | TokenKind::CloseBracket | TokenKind::Colon
        )
    }

    /// Reads a scalar whole; of a container only the opening sign, the parts come by `part`.
    fn value(&mut self, parent: Option<NodeId>) -> NodeId {
        let Some(token) = self.peek() else {
            return self
                .tree
                .push(NodeKind::Missing, Span::at(self.text.len()), parent);
        };
        self.next += 1;
        let word = token.span.of(self.text);
        let kind = match token.kind {
            TokenKind::OpenBrace | TokenKind::OpenBracket if self.open.len() >= DEEPEST => {
                self.error(token.span, "this is nested more than 512 levels deep");
                return self.pass_over(token, parent);
            }
            TokenKind::OpenBrace => return self.begin(token, parent, OpenKind::Object(Vec::new())),
            TokenKind::OpenBracket => {
                return self.begin(token, parent, OpenKind::Array(Vec::new()));
            }
            TokenKind::String | TokenKind::OpenString => NodeKind::String(self.string(token)),
            TokenKind::Number => NodeKind::Number(Box::from(word)),
            TokenKind::True => NodeKind::Bool(true),
            TokenKind::False => NodeKind::Bool(false),
            TokenKind::Null => NodeKind::Null,
            TokenKind::Hole => {
                NodeKind::Hole(Box::from(word.get(2..word.len() - 1).unwrap_or_default()))
            }
            TokenKind::CloseBrace
            | TokenKind::CloseBracket
            | TokenKind::Colon
            | TokenKind::Comma
            | TokenKind::Blank
            | TokenKind::Comment
            | TokenKind::Unknown => {
                self.error(token.span, &format!("{word} is not a value"));
                NodeKind::Missing
            }
        };
        let id = self.tree.push(kind, token.span, parent);
        if token.kind == TokenKind::OpenString {
            self.tree.unclosed.insert(id);
        }
        id
    }

    fn begin(&mut self, token: Token, parent: Option<NodeId>, kind: OpenKind) -> NodeId {
        let id = self.tree.push(NodeKind::Missing, token.span, parent);
        self.open.push(Open {
            id,
            kind,
            separated: true,
            last_comma: None,
        });
        id
    }

    fn close(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        if let Some(node) = self.tree.nodes.get_mut(open.id.0 as usize) {
            node.span.end = end.max(node.span.end);
            node.kind = match open.kind {
                OpenKind::Array(items) => NodeKind::Array(items),
                OpenKind::Object(members) => NodeKind::Object(members),
            };
        }
    }

    /// Skips a container that lies too deep, to the end that matches.
    fn pass_over(&mut self, first: Token, parent: Option<NodeId>) -> NodeId {
        let mut depth = 1usize;
        let mut end = first.span.end;
        while let Some(token) = self.peek() {
            end = token.span.end;
            self.next += 1;
            match token.kind {
                TokenKind::OpenBrace | TokenKind::OpenBracket => depth += 1,
                TokenKind::CloseBrace | TokenKind::CloseBracket => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        self.tree
            .push(NodeKind::Missing, Span::new(first.span.start, end), parent)
    }

    fn attach_item(&mut self, id: NodeId) {
        self.container_of(id, |kind| {
            if let OpenKind::Array(items) = kind {
                items.push(id);
            }
        });
    }

    fn attach_member(&mut self, key: Arc<str>, key_span: Span, value: NodeId) {
        self.container_of(value, |kind| {
            if let OpenKind::Object(members) = kind {
                members.push(Member {
                    key,
                    key_span,
                    value,
                });
            }
        });
    }

    /// The container that was innermost before `id` itself may have been opened.
    fn container_of(&mut self, id: NodeId, change: impl FnOnce(&mut OpenKind)) {
        if let Some(open) = self.open.iter_mut().rev().find(|open| open.id != id) {
            change(&mut open.kind);
        }
    }

    fn string(&mut self, token: Token) -> Arc<str> {
        let raw = token.span.of(self.text);
        if token.kind == TokenKind::OpenString {
            self.error(token.span, "the closing quote is missing");
            return decode(raw.get(1..).unwrap_or_default()).0;
        }
        let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
        let (decoded, wrong) = decode(inner);
        if let Some((offset, message)) = wrong {
            let at = token.span.start + 1 + offset;
            let behind = inner.get(offset..).unwrap_or_default();
            let length = if behind.starts_with('\\') { 2 } else { 1 };
            let wrong: usize = behind.chars().take(length).map(char::len_utf8).sum();
            self.error(Span::new(at, at + wrong), message);
        }
        decoded
    }

    fn skip_comments(&mut self) {
        while let Some(token) = self.peek()
            && token.kind == TokenKind::Comment
        {
            self.next += 1;
            self.error(token.span, "JSON has no comments; use a Comment field");
        }
    }

    fn peek(&self) -> Option<Token> {
        self.tokens.get(self.next).copied()
    }

    fn error(&mut self, span: Span, message: &str) {
        self.errors.push(SyntaxError {
            span,
            message: message.to_owned(),
        });
    }
}

enum OtherEnd {
    Brace,
    Bracket,
}

/// Resolves the escapes of a string's inside; the first wrong one is named with its offset.
fn decode(inner: &str) -> (Arc<str>, Option<(usize, &'static str)>) {
    if !inner.contains('\\') {
        let control = inner.char_indices().find(|(_, c)| (*c as u32) < 0x20);
        let wrong = control.map(|(at, _)| (at, "control characters in a string need an escape"));
        return (Arc::from(inner), wrong);
    }
    let mut text = String::with_capacity(inner.len());
    let mut wrong = None;
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next().map(|(_, c)| c) {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some(c @ ('"' | '\\' | '/')) => text.push(c),
            Some('u') => match unicode_escape(inner, at) {
                Some((c, length)) => {
                    text.push(c);
                    for _ in 2..length {
                        chars.next();
                    }
                }
                None => {
                    wrong.get_or_insert((at, "\\u needs four hexadecimal digits"));
                    text.push('\u{fffd}');
                }
            },
            Some(c) => {
                wrong.get_or_insert((at, "JSON does not know this escape"));
                text.push('\\');
                text.push(c);
            }
            None => text.push('\\'),
        }
    }
    (Arc::from(text), wrong)
}

/// `\uXXXX` at an offset, or a pair of surrogates; its character and length in bytes.
fn unicode_escape(inner: &str, at: usize) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = inner.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        digits
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
            .then(|| u32::from_str_radix(digits, 16).ok())
            .flatten()
    };
    let first = unit(at)?;
    if (0xd800..0xdc00).contains(&first)
        && let Some(second) = unit(at + 6)
        && (0xdc00..0xe000).contains(&second)
    {
        let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return char::from_u32(code).map(|c| (c, 12));
    }
    Some((char::from_u32(first).unwrap_or('\u{fffd}'), 6))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Format, Pointer};
    use proptest::prelude::*;

    fn messages(text: &str) -> Vec<String> {
        parse(text)
            .errors
            .into_iter()
            .map(|error| error.message)
            .collect()
    }

    #[test]
    fn a_clean_text_has_no_errors_and_finds_by_pointer() {
        let text = r#"{"a": [1, {"b": "x\ny \ud83d\ude00"}], "a": 2, "h": ${Name}}"#;
        let parse = parse(text);
        assert!(parse.errors.is_empty(), "{:?}", parse.errors);
        let root = parse.tree.root().unwrap();
        assert_eq!(parse.tree.members(root).len(), 3);
        let second = parse.tree.at(&Pointer::parse("/a")).unwrap();
        assert_eq!(parse.tree.span(second).of(text), "2");
        let hole = parse.tree.get(root, "h").unwrap();
        assert!(matches!(parse.tree.kind(hole), NodeKind::Hole(name) if name.as_ref() == "Name"));
    }

    #[test]
    fn spans_end_between_characters() {
        for text in [
            "\"\u{1}\u{fffd}\"",
            "\"\\\u{fffd}\"",
            "[\"\u{fffd}\u{fffd}",
            "[\"",
        ] {
            let parse = parse(text);
            for error in &parse.errors {
                assert!(text.get(error.span.range()).is_some(), "{text:?} {error:?}");
            }
            for id in parse.tree.ids() {
                let content = parse.tree.content_span(id);
                assert!(text.get(content.range()).is_some(), "{text:?} {content:?}");
            }
        }
    }

    #[test]
    fn a_container_encloses_signs_that_only_unicode_takes_for_blanks() {
        let tree = parse("{\"a\": u\u{c}").tree;
        let root = tree.root().unwrap();
        let value = tree.get(root, "a").unwrap();
        assert!(tree.span(root).encloses(tree.span(value)));
    }

    #[test]
    fn a_placeholder_keeps_all_signs_inside_its_braces() {
        let tree = parse("${${a}").tree;
        let root = tree.root().unwrap();
        assert!(matches!(tree.kind(root), NodeKind::Hole(name) if name.as_ref() == "${a"));
    }

    #[test]
    fn what_is_wrong_is_named_and_the_rest_is_read() {
        let text = "{\"a\": 1\n \"b\": , \"c\": [1,,2,], \"d\": \"open\n, e: 3}";
        let found = messages(text);
        for expected in [
            "a comma is missing",
            "a value is missing after this colon",
            "there is nothing before this comma",
            "the last one takes no comma",
            "the closing quote is missing",
            "a name in double quotes is expected here",
        ] {
            assert!(
                found.iter().any(|message| message == expected),
                "{expected}: {found:?}"
            );
        }
        let tree = parse(text).tree;
        assert!(tree.at(&Pointer::parse("/c/1")).is_some());
        assert!(tree.at(&Pointer::parse("/e")).is_some());
    }

    #[test]
    fn deep_nesting_is_refused_without_harm() {
        let text = "[".repeat(100_000);
        assert!(
            messages(&text)
                .iter()
                .any(|message| message.contains("512"))
        );
    }

    #[test]
    fn a_backslash_does_not_carry_a_text_over_the_end_of_its_line() {
        let text = "{\"\\\n";
        let parse = crate::syntax::parse(text, Format::Json);
        for id in parse.tree.ids() {
            assert!(parse.tree.span(id).end <= 3);
        }
    }

    proptest! {
        #[test]
        fn tokens_put_together_are_the_text(text in "\\PC*|[\\[\\]{}:,\"a1\\\\ \n$/*]*") {
            let joined: String = tokens(&text).iter().map(|token| token.span.of(&text)).collect();
            prop_assert_eq!(joined, text);
        }

        #[test]
        fn any_text_gives_a_tree_whose_spans_nest(text in "[\\[\\]{}:,\"a1\\\\ \n$/*é]*") {
            let parse = crate::syntax::parse(&text, Format::Json);
            for id in parse.tree.ids() {
                let node = parse.tree.node(id).unwrap();
                prop_assert!(text.get(node.span.range()).is_some());
                if let Some(parent) = node.parent {
                    prop_assert!(parse.tree.span(parent).encloses(node.span));
                }
            }
        }
    }
}
