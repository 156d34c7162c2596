//! Visits what a template is made of.

use crate::gateway::vtl::ast::Expression;
use crate::gateway::vtl::ast::ExpressionKind;
use crate::gateway::vtl::ast::Node;
use crate::gateway::vtl::ast::Reference;
use crate::gateway::vtl::ast::Step;

/// Something a reader of a template may want to know of.
pub enum Visit<'a> {
    /// A reference that is read.
    Read(&'a Reference),
    /// A reference that is assigned to.
    Assigned(&'a Reference),
    /// A name that `#foreach` or `#define` gives.
    Named(&'a str),
}

pub fn walk<'a>(block: &'a [Node], visit: &mut dyn FnMut(Visit<'a>)) {
    for node in block {
        match node {
            Node::Text { .. } | Node::Stop | Node::Broken { .. } => {}
            Node::Reference(reference) => read(reference, visit),
            Node::Set { target, value, .. } => {
                expression(value, visit);
                visit(Visit::Assigned(target));
                steps(target, visit);
            }
            Node::If {
                branches,
                otherwise,
            } => {
                for branch in branches {
                    expression(&branch.condition, visit);
                    walk(&branch.block, visit);
                }
                if let Some(block) = otherwise {
                    walk(block, visit);
                }
            }
            Node::Foreach(foreach) => {
                visit(Visit::Named(&foreach.name));
                if let Some(list) = &foreach.list {
                    expression(list, visit);
                }
                if let Some(body) = &foreach.body {
                    walk(body, visit);
                }
            }
            Node::Define { name, body } => {
                if let Some(name) = name {
                    visit(Visit::Named(name));
                }
                walk(body, visit);
            }
            Node::Call(call) => {
                for argument in &call.arguments {
                    expression(argument, visit);
                }
                if let Some(body) = &call.body {
                    walk(body, visit);
                }
            }
            Node::Break { scope, .. } => {
                if let Some(scope) = scope {
                    expression(scope, visit);
                }
            }
            Node::Evaluate { argument, .. } => expression(argument, visit),
        }
    }
}

fn read<'a>(reference: &'a Reference, visit: &mut dyn FnMut(Visit<'a>)) {
    if reference.runt {
        return;
    }
    visit(Visit::Read(reference));
    steps(reference, visit);
}

fn steps<'a>(reference: &'a Reference, visit: &mut dyn FnMut(Visit<'a>)) {
    for step in &reference.steps {
        match step {
            Step::Member { .. } => {}
            Step::Method { arguments, .. } => {
                for argument in arguments {
                    expression(argument, visit);
                }
            }
            Step::Index { index, .. } => expression(index, visit),
        }
    }
}

fn expression<'a>(value: &'a Expression, visit: &mut dyn FnMut(Visit<'a>)) {
    match &value.kind {
        ExpressionKind::Text(_)
        | ExpressionKind::Integer(_)
        | ExpressionKind::Float(_)
        | ExpressionKind::Bool(_)
        | ExpressionKind::Word(_) => {}
        ExpressionKind::Interpolated { block, .. } => walk(block, visit),
        ExpressionKind::List(items) => items.iter().for_each(|item| expression(item, visit)),
        ExpressionKind::Map(members) => {
            for (key, value) in members {
                expression(key, visit);
                expression(value, visit);
            }
        }
        ExpressionKind::Range(from, to) => {
            expression(from, visit);
            expression(to, visit);
        }
        ExpressionKind::Reference(reference) => read(reference, visit),
        ExpressionKind::Not(inner) => expression(inner, visit),
        ExpressionKind::Chain { first, rest, .. } => {
            expression(first, visit);
            rest.iter()
                .for_each(|(_, operand)| expression(operand, visit));
        }
    }
}
