//! A definition as a Mermaid flowchart, for pages that draw those.

use std::fmt::Write;

use crate::asl::StateKind;
use crate::graph::Flow;
use crate::graph::FlowNode;
use crate::graph::NodeKey;
use crate::graph::NodeKind;

/// `flowchart TD` with a subgraph for each container.
pub fn mermaid(flow: &Flow) -> String {
    let mut out = String::from("flowchart TD\n");
    write_scope(flow, None, 1, &mut out);
    let number = |key: &NodeKey| flow.nodes.iter().position(|node| node.key == *key);
    for edge in &flow.edges {
        let (Some(from), Some(to)) = (number(&edge.key.from), number(&edge.key.to)) else {
            continue;
        };
        let arrow = if edge.key.kind.is_catch() {
            "-.->"
        } else {
            "-->"
        };
        let label = edge
            .label
            .as_ref()
            .map(|label| format!("|{}|", quoted(label)))
            .unwrap_or_default();
        let _ = writeln!(out, "  n{from} {arrow}{label} n{to}");
    }
    out
}

fn write_scope(flow: &Flow, container: Option<&NodeKey>, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    let inside = |node: &&FlowNode| node.container.as_ref() == container;
    for (number, node) in flow
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| inside(node))
    {
        let has_inside = flow
            .nodes
            .iter()
            .any(|other| other.container.as_ref() == Some(&node.key));
        let name = quoted(&node.name);
        if has_inside {
            let _ = writeln!(out, "{indent}subgraph n{number}[{name}]");
            write_scope(flow, Some(&node.key), depth + 1, out);
            let _ = writeln!(out, "{indent}end");
            continue;
        }
        let (open, close) = match node.kind {
            NodeKind::Start | NodeKind::End => ("((", "))"),
            NodeKind::State(StateKind::Choice) => ("{", "}"),
            NodeKind::State(StateKind::Succeed | StateKind::Fail) => ("([", "])"),
            NodeKind::State(_) | NodeKind::Unknown | NodeKind::EmptyBranch => ("[", "]"),
        };
        let _ = writeln!(out, "{indent}n{number}{open}{name}{close}");
    }
}

/// Mermaid reads entities inside quotes; `"` and `#` would end or begin one.
fn quoted(text: &str) -> String {
    let text = text
        .replace('#', "#35;")
        .replace('"', "#quot;")
        .replace('\n', " ");
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Format;
    use crate::syntax::parse;

    #[test]
    fn containers_are_subgraphs_and_names_are_quoted() {
        let text = r#"{"StartAt":"M","States":{"M":{"Type":"Map","ItemProcessor":{"StartAt":"Say \"hi\"",
            "States":{"Say \"hi\"":{"Type":"Pass","End":true}}},"Catch":[{"ErrorEquals":["States.ALL"],"Next":"F"}],
            "End":true},"F":{"Type":"Fail"}}}"#;
        let tree = parse(text, Format::Json).tree;
        let chart = mermaid(&crate::graph::flow(&tree, &crate::asl::read(&tree)));
        assert!(chart.contains("subgraph n"), "{chart}");
        assert!(chart.contains("[\"Say #quot;hi#quot;\"]"), "{chart}");
        assert!(chart.contains("-.->|\"States.ALL\"|"), "{chart}");
    }
}
