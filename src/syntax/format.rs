//! A document of JSON laid out anew: names, their order, and the spelling of every text and number are kept.

use crate::syntax::NodeId;
use crate::syntax::NodeKind;
use crate::syntax::Tree;

/// Lists of plain values stay on one line up to this column.
const WIDTH: usize = 100;

/// The text with two blanks for each level, one member to a line, and an end of line at its end.
///
/// Only what stands between the values changes, so a text with syntax errors has to be refused before.
pub fn formatted(text: &str, tree: &Tree) -> String {
    let mut writer = Writer {
        text,
        tree,
        out: String::with_capacity(text.len() + text.len() / 4),
    };
    if let Some(root) = tree.root() {
        writer.value(root, 0);
    }
    writer.out.push('\n');
    writer.out
}

struct Writer<'a> {
    text: &'a str,
    tree: &'a Tree,
    out: String,
}

impl Writer<'_> {
    /// Nesting is bounded by what the reader takes.
    fn value(&mut self, node: NodeId, depth: usize) {
        match self.tree.kind(node) {
            NodeKind::Object(members) if !members.is_empty() => {
                self.out.push('{');
                for (index, member) in members.iter().enumerate() {
                    self.separate(index, depth + 1);
                    self.out.push_str(member.key_span.of(self.text));
                    self.out.push_str(": ");
                    self.value(member.value, depth + 1);
                }
                self.line(depth);
                self.out.push('}');
            }
            NodeKind::Array(items) if !items.is_empty() => match self.short(items) {
                Some(line) => self.out.push_str(&line),
                None => {
                    self.out.push('[');
                    for (index, item) in items.iter().enumerate() {
                        self.separate(index, depth + 1);
                        self.value(*item, depth + 1);
                    }
                    self.line(depth);
                    self.out.push(']');
                }
            },
            NodeKind::Object(_) => self.out.push_str("{}"),
            NodeKind::Array(_) => self.out.push_str("[]"),
            NodeKind::Null
            | NodeKind::Bool(_)
            | NodeKind::Number(_)
            | NodeKind::String(_)
            | NodeKind::Hole(_)
            | NodeKind::Missing => self.out.push_str(self.tree.span(node).of(self.text)),
        }
    }

    fn separate(&mut self, index: usize, depth: usize) {
        if index > 0 {
            self.out.push(',');
        }
        self.line(depth);
    }

    fn line(&mut self, depth: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("  ", depth));
    }

    /// A list of plain values on one line, where it fits behind what the line already holds.
    fn short(&self, items: &[NodeId]) -> Option<String> {
        let plain = |item: &NodeId| {
            !matches!(
                self.tree.kind(*item),
                NodeKind::Object(_) | NodeKind::Array(_)
            )
        };
        if !items.iter().all(plain) {
            return None;
        }
        let parts: Vec<&str> = items
            .iter()
            .map(|item| self.tree.span(*item).of(self.text))
            .collect();
        let line = format!("[{}]", parts.join(", "));
        let begun = self.out.rfind('\n').map_or(0, |at| at + 1);
        let column = self
            .out
            .get(begun..)
            .map_or(0, |begun| begun.chars().count());
        (column + line.chars().count() <= WIDTH).then_some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Format;
    use crate::syntax::parse;
    use proptest::prelude::*;

    fn check(text: &str, expected: &str) {
        let tree = parse(text, Format::Json).tree;
        let once = formatted(text, &tree);
        assert_eq!(once, expected);
        assert_eq!(formatted(&once, &parse(&once, Format::Json).tree), once);
    }

    #[test]
    fn spelling_and_order_stay() {
        check(
            "{\"b\":1.50,\"a\":[ 1,\n2 ],\"a\":\"\\u00e9\\/\", \"c\":{ }, \"d\":[{\"e\":${N}}]}",
            "{\n  \"b\": 1.50,\n  \"a\": [1, 2],\n  \"a\": \"\\u00e9\\/\",\n  \"c\": {},\n  \"d\": [\n    {\n      \"e\": ${N}\n    }\n  ]\n}\n",
        );
    }

    proptest! {
        #[test]
        fn only_what_stands_between_changes(text in "(\\[|\\]|[{}:, \n]|1|\"a\": ?|\"é\"){0,12}") {
            let parsed = parse(&text, Format::Json);
            if !parsed.errors.is_empty() {
                return Ok(());
            }
            let once = formatted(&text, &parsed.tree);
            let squeeze = |text: &str| {
                let tokens = crate::syntax::tokens(text).into_iter();
                tokens.filter(|token| token.kind != crate::syntax::TokenKind::Blank)
                    .map(|token| token.span.of(text)).collect::<String>()
            };
            prop_assert_eq!(squeeze(&once), squeeze(&text));
        }
    }
}
