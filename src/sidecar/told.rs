//! Where in its text stands what is said of a companion or of the file of a folder.

use crate::syntax::Format;
use crate::syntax::NodeId;
use crate::syntax::Pointer;
use crate::syntax::Tree;
use crate::text::LineIndex;
use crate::text::Span;

/// What a sentence speaks of. Such sentences begin with the way to it, as in `backends/states/Pay has to be …`; as much
/// of the way counts as is there. `part` is where in the text begins what they speak of, a JSON pointer.
pub fn span_told(text: &str, part: &str, sentence: &str) -> Span {
    let parse = crate::syntax::parse(text, Format::Json);
    if let Some(error) = parse.errors.first() {
        return error.span;
    }
    let tree = parse.tree;
    let Some(mut node) = tree.at(&Pointer::parse(part)) else {
        return Span::default();
    };
    let mut span = Span::at(tree.span(node).start);
    let mut rest = sentence;
    while let Some((place, value, after)) = step(&tree, node, rest) {
        (span, node) = (place, value);
        match after.strip_prefix('/').or(after.strip_prefix(": ")) {
            Some(further) => rest = further,
            None => break,
        }
    }
    span
}

/// The same with the file's name, the line and the column before it: `FILE:LINE:COLUMN: …`.
pub fn located(file: &str, text: &str, part: &str, sentence: &str) -> String {
    let span = span_told(text, part, sentence);
    let place = LineIndex::new(text).locate(text, span.start);
    format!("{file}:{}:{}: {sentence}", place.line, place.column)
}

/// The part of a node that a text begins with, and what follows then. A name may hold anything, so the longest counts.
fn step<'a>(tree: &Tree, node: NodeId, text: &'a str) -> Option<(Span, NodeId, &'a str)> {
    let ends = |after: &&str| after.is_empty() || after.starts_with(['/', ' ', ':']);
    let members = tree.members(node).iter().filter_map(|member| {
        let after = text.strip_prefix(member.key.as_ref()).filter(ends)?;
        Some((member.key_span, member.value, after))
    });
    let items = tree.items(node).iter().enumerate();
    let items = items.filter_map(|(index, item)| {
        let after = text.strip_prefix(&index.to_string()).filter(ends)?;
        Some((tree.span(*item), *item, after))
    });
    members.chain(items).min_by_key(|(_, _, after)| after.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_found_where_it_speaks_of() {
        let text = r#"{"backends": {"states": {"Pay it/now": "x", "Pay": "y", "/States/A": 1}},
 "scenarios": [{"name": "a"}, {"name": "b", "expect": {"odd": 1}}],
 "machines": {"M": {"type": "odd"}}}"#;
        for (sentence, part, found) in [
            ("backends/states/Pay has to be", "", "\"Pay\""),
            ("backends/states/Pay it/now has to be", "", "\"Pay it/now\""),
            ("backends/states//States/A has to be", "", "\"/States/A\""),
            ("backends/states/Gone is not", "", "\"states\""),
            ("scenarios/1/expect/odd is not known", "", "\"odd\""),
            ("scenarios/0 has no name", "", "{\"name\": \"a\"}"),
            ("machines/M: type has to be", "", "\"type\""),
            ("type has to be", "/machines/M", "\"type\""),
            ("Two scenarios are called a", "", ""),
        ] {
            let span = span_told(text, part, sentence);
            assert_eq!(text.get(span.start..span.end), Some(found), "{sentence}");
        }
        let told = located("f.json", text, "", "scenarios/1/expect/odd is not known");
        assert_eq!(told, "f.json:2:56: scenarios/1/expect/odd is not known");
        let broken = located("f.json", "{\n \"a\" 1}", "", "it is broken");
        assert!(broken.starts_with("f.json:2:"), "{broken}");
    }
}
