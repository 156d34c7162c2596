//! A definition as YAML 1.2 (core schema), keys in the order of the text.

use crate::syntax::NodeId;
use crate::syntax::NodeKind;
use crate::syntax::Tree;

/// The tree as block-style YAML. Strings stay strings: what would read as another type is quoted.
pub fn yaml(tree: &Tree) -> String {
    let mut out = String::new();
    if let Some(root) = tree.root() {
        write_value(tree, root, 0, Lead::Top, &mut out);
    }
    out
}

/// What stands before a value on its line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    Top,
    Key,
    Dash,
}

fn write_value(tree: &Tree, node: NodeId, depth: usize, lead: Lead, out: &mut String) {
    match tree.kind(node) {
        NodeKind::Object(members) if !members.is_empty() => {
            if lead == Lead::Key {
                out.push('\n');
            }
            for (index, member) in members.iter().enumerate() {
                if !(lead == Lead::Dash && index == 0) {
                    indent(depth, out);
                }
                out.push_str(&scalar(&member.key));
                out.push(':');
                write_member(tree, member.value, depth, out);
            }
        }
        NodeKind::Array(items) if !items.is_empty() => {
            if lead == Lead::Key {
                out.push('\n');
            }
            for (index, item) in items.iter().enumerate() {
                if !(lead == Lead::Dash && index == 0) {
                    indent(depth, out);
                }
                out.push_str("- ");
                write_value(tree, *item, depth + 1, Lead::Dash, out);
            }
        }
        kind => {
            if lead == Lead::Key {
                out.push(' ');
            }
            write_scalar(kind, depth, out);
        }
    }
}

fn write_member(tree: &Tree, value: NodeId, depth: usize, out: &mut String) {
    write_value(tree, value, depth + 1, Lead::Key, out);
}

fn write_scalar(kind: &NodeKind, depth: usize, out: &mut String) {
    match kind {
        NodeKind::Null | NodeKind::Missing => out.push_str("null"),
        NodeKind::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        NodeKind::Number(number) => out.push_str(number),
        NodeKind::String(text) if is_block(text) => {
            out.push_str(if text.ends_with('\n') { "|\n" } else { "|-\n" });
            for line in text.lines() {
                if !line.is_empty() {
                    indent(depth.max(1), out);
                    out.push_str(line);
                }
                out.push('\n');
            }
            return;
        }
        NodeKind::String(text) => out.push_str(&scalar(text)),
        NodeKind::Hole(name) => {
            out.push_str("${");
            out.push_str(name);
            out.push('}');
        }
        NodeKind::Array(_) => out.push_str("[]"),
        NodeKind::Object(_) => out.push_str("{}"),
    }
    out.push('\n');
}

fn indent(depth: usize, out: &mut String) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

/// Several lines of ordinary text read best as a literal block.
fn is_block(text: &str) -> bool {
    text.trim_end_matches('\n').contains('\n')
        && !text.ends_with("\n\n")
        && !text.starts_with([' ', '\n', '\t'])
        && text.chars().all(|c| c == '\n' || !c.is_control())
}

/// A string on one line: plain where it reads back as the same string, quoted otherwise.
fn scalar(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else {
        serde_json::to_string(text).unwrap_or_default()
    }
}

fn is_plain(text: &str) -> bool {
    let reserved = [
        "true", "false", "null", "yes", "no", "on", "off", "y", "n", "~", ".nan", ".inf", "-.inf",
        "+.inf",
    ];
    let starts_well = text.starts_with(|c: char| c.is_alphabetic() || "_/$".contains(c));
    // A text that begins like a number or a date would be read as one; letters, slashes and paths would not.
    starts_well
        && !text.starts_with("${")
        && !reserved.contains(&text.to_lowercase().as_str())
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' '])
        && text
            .chars()
            .all(|c| !c.is_control() && !"\u{2028}\u{2029}\u{feff}".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Format;
    use crate::syntax::parse;

    #[test]
    fn strings_stay_strings_and_order_is_kept() {
        let text = r#"{"Version":"2012-10-17","StartAt":"A","States":{"A":{"Type":"Pass",
            "Result":{"yes":"no","n":1.50,"list":[["a"],{"b":"x: y","c":[]}],"text":"one\ntwo"},"End":true}}}"#;
        let expected = "Version: \"2012-10-17\"\nStartAt: A\nStates:\n  A:\n    Type: Pass\n    Result:\n      \
                        \"yes\": \"no\"\n      \"n\": 1.50\n      list:\n        - - a\n        - b: \"x: y\"\n          \
                        c: []\n      text: |-\n        one\n        two\n    End: true\n";
        assert_eq!(yaml(&parse(text, Format::Json).tree), expected);
    }
}
