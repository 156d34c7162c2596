//! Small changes to a parsed tree where the evaluator would differ from the reference, or could
//! use memory without bound.

use jsonata_core::ast::AstNode;
use jsonata_core::ast::Stage;
use jsonata_core::value::with_stack;

use crate::query::jsonata::function::PAD_WIDTH;

/// Rewrites calls and patterns everywhere in the tree.
pub fn rewrite(node: &mut AstNode) {
    with_stack(|| {
        each_child(node, &mut rewrite);
        match node {
            // The evaluator leaves blanks in the URL as they are.
            AstNode::Function {
                name,
                args,
                is_builtin: true,
            } if name == "encodeUrl" => {
                let call = AstNode::Function {
                    name: name.clone(),
                    args: std::mem::take(args),
                    is_builtin: true,
                };
                *name = "replace".to_string();
                *args = vec![call, AstNode::string(" "), AstNode::string("%20")];
            }
            AstNode::Function {
                name,
                args,
                is_builtin: true,
            } if name == "pad" => {
                for arg in args.iter_mut() {
                    if !matches!(arg, AstNode::Placeholder | AstNode::String(_)) {
                        let inner = std::mem::replace(arg, AstNode::Null);
                        *arg = AstNode::Function {
                            name: PAD_WIDTH.to_string(),
                            args: vec![inner],
                            is_builtin: true,
                        };
                    }
                }
            }
            AstNode::Regex { pattern, .. } => *pattern = ascii_classes(pattern),
            _ => {}
        }
    });
}

/// Names what a pattern asks for that the regular expressions here do not have.
pub fn unsupported_pattern(pattern: &str) -> Option<&'static str> {
    let mut chars = pattern.chars().peekable();
    let mut class = false;
    while let Some(char) = chars.next() {
        match char {
            '\\' => match chars.next() {
                Some('1'..='9' | 'k') if !class => return Some("A back-reference"),
                _ => {}
            },
            '[' => class = true,
            ']' => class = false,
            '(' if !class => {
                let ahead: String = chars.clone().take(3).collect();
                if ["?=", "?!", "?<=", "?<!"]
                    .iter()
                    .any(|look| ahead.starts_with(look))
                {
                    return Some("Look-around");
                }
            }
            _ => {}
        }
    }
    None
}

/// `\d`, `\w` and `\b` mean ASCII in JavaScript.
fn ascii_classes(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    let mut class = false;
    while let Some(char) = chars.next() {
        match char {
            '\\' => match chars.next() {
                Some('d') => out.push_str("[0-9]"),
                Some('D') => out.push_str("[^0-9]"),
                Some('w') => out.push_str("[A-Za-z0-9_]"),
                Some('W') => out.push_str("[^A-Za-z0-9_]"),
                Some('b') if !class => out.push_str("(?-u:\\b)"),
                Some(other) => {
                    out.push('\\');
                    out.push(other);
                }
                None => out.push('\\'),
            },
            // JavaScript has no classes inside classes.
            '[' if class => out.push_str("\\["),
            '[' => {
                class = true;
                out.push(char);
            }
            ']' => {
                class = false;
                out.push(char);
            }
            '&' | '~' if class => {
                out.push('\\');
                out.push(char);
            }
            _ => out.push(char),
        }
    }
    out
}

/// Calls `visit` for each direct child.
pub fn each_child(node: &mut AstNode, visit: &mut dyn FnMut(&mut AstNode)) {
    match node {
        AstNode::Path { steps } => {
            for step in steps {
                visit(&mut step.node);
                for stage in &mut step.stages {
                    if let Stage::Filter(filter) = stage {
                        visit(filter);
                    }
                }
            }
        }
        AstNode::Binary { lhs, rhs, .. } => {
            visit(lhs);
            visit(rhs);
        }
        AstNode::Unary { operand, .. } => visit(operand),
        AstNode::Function { args, .. } => args.iter_mut().for_each(visit),
        AstNode::Call { procedure, args } => {
            visit(procedure);
            args.iter_mut().for_each(visit);
        }
        AstNode::Lambda { body, .. } => visit(body),
        AstNode::Array(items) | AstNode::ArrayGroup(items) | AstNode::Block(items) => {
            items.iter_mut().for_each(visit);
        }
        AstNode::Object(pairs) => {
            for (key, value) in pairs {
                visit(key);
                visit(value);
            }
        }
        AstNode::ObjectTransform { input, pattern } => {
            visit(input);
            for (key, value) in pattern {
                visit(key);
                visit(value);
            }
        }
        AstNode::Conditional {
            condition,
            then_branch,
            else_branch,
        } => {
            visit(condition);
            visit(then_branch);
            if let Some(branch) = else_branch {
                visit(branch);
            }
        }
        AstNode::FunctionApplication(inner) => visit(inner),
        AstNode::Sort { input, terms } => {
            visit(input);
            terms.iter_mut().for_each(|(term, _)| visit(term));
        }
        AstNode::Transform {
            location,
            update,
            delete,
        } => {
            visit(location);
            visit(update);
            if let Some(delete) = delete {
                visit(delete);
            }
        }
        AstNode::String(_)
        | AstNode::Name(_)
        | AstNode::Number(_)
        | AstNode::Boolean(_)
        | AstNode::Null
        | AstNode::Undefined
        | AstNode::Placeholder
        | AstNode::Regex { .. }
        | AstNode::Variable(_)
        | AstNode::ParentVariable(_)
        | AstNode::Wildcard
        | AstNode::Descendant
        | AstNode::Parent(_) => {}
    }
}
