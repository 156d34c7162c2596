//! A definition as JSON, keys in the order of the text, numbers as they are spelled.

use crate::syntax::NodeId;
use crate::syntax::NodeKind;
use crate::syntax::Tree;

/// The tree as JSON indented by two spaces, with a final newline.
pub fn json(tree: &Tree) -> String {
    let mut out = String::new();
    if let Some(root) = tree.root() {
        write(tree, root, 1, &mut out);
        out.push('\n');
    }
    out
}

/// Nesting is bounded by the parser.
fn write(tree: &Tree, node: NodeId, depth: usize, out: &mut String) {
    match tree.kind(node) {
        NodeKind::Null | NodeKind::Missing => out.push_str("null"),
        NodeKind::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        NodeKind::Number(number) => out.push_str(number),
        NodeKind::String(text) => out.push_str(&quoted(text)),
        NodeKind::Hole(name) => {
            out.push_str("${");
            out.push_str(name);
            out.push('}');
        }
        NodeKind::Array(items) if items.is_empty() => out.push_str("[]"),
        NodeKind::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                next_line(index, depth, out);
                write(tree, *item, depth + 1, out);
            }
            last_line(depth, out);
            out.push(']');
        }
        NodeKind::Object(members) if members.is_empty() => out.push_str("{}"),
        NodeKind::Object(members) => {
            out.push('{');
            for (index, member) in members.iter().enumerate() {
                next_line(index, depth, out);
                out.push_str(&quoted(&member.key));
                out.push_str(": ");
                write(tree, member.value, depth + 1, out);
            }
            last_line(depth, out);
            out.push('}');
        }
    }
}

fn next_line(index: usize, depth: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}

fn last_line(depth: usize, out: &mut String) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth.saturating_sub(1)));
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}
