//! What a template is made of, as lints look at it: what it reads, prints, assigns and asks.

use crate::gateway::vtl::Template;
use crate::gateway::vtl::ast::Branch;
use crate::gateway::vtl::ast::Expression;
use crate::gateway::vtl::ast::ExpressionKind;
use crate::gateway::vtl::ast::Node;
use crate::gateway::vtl::ast::Reference;
use crate::gateway::vtl::ast::Step;

/// Parts of a template in the order of the text.
#[derive(Default)]
pub(crate) struct Parts<'a> {
    pub reads: Vec<Read<'a>>,
    /// References that are printed, the outermost ones of the output.
    pub printed: Vec<&'a Reference>,
    pub assigned: Vec<(&'a Reference, &'a Expression)>,
    pub asked: Vec<Asked<'a>>,
}

/// A reference that is read.
pub(crate) struct Read<'a> {
    pub reference: &'a Reference,
    /// How many texts it stands in, each inside the other: `"… $x …"` is one.
    pub quoted: usize,
}

/// An `#if` with all its branches.
pub(crate) struct Asked<'a> {
    pub branches: &'a [Branch],
    pub otherwise: Option<&'a [Node]>,
}

/// Takes a template apart.
pub(crate) fn parts(template: &Template) -> Parts<'_> {
    let mut parts = Parts::default();
    parts.block(template.block(), 0);
    parts
}

impl<'a> Parts<'a> {
    fn block(&mut self, block: &'a [Node], quoted: usize) {
        for node in block {
            match node {
                Node::Text { .. } | Node::Stop | Node::Broken { .. } => {}
                Node::Reference(reference) => {
                    if quoted == 0 && !reference.runt {
                        self.printed.push(reference);
                    }
                    self.read(reference, quoted);
                }
                Node::Set { target, value, .. } => {
                    self.expression(value, quoted);
                    self.assigned.push((target, value));
                }
                Node::If {
                    branches,
                    otherwise,
                } => {
                    self.asked.push(Asked {
                        branches,
                        otherwise: otherwise.as_deref(),
                    });
                    for branch in branches {
                        self.expression(&branch.condition, quoted);
                        self.block(&branch.block, quoted);
                    }
                    self.block(otherwise.as_deref().unwrap_or_default(), quoted);
                }
                Node::Foreach(foreach) => {
                    if let Some(list) = &foreach.list {
                        self.expression(list, quoted);
                    }
                    self.block(foreach.body.as_deref().unwrap_or_default(), quoted);
                }
                Node::Define { body, .. } => self.block(body, quoted),
                Node::Call(call) => {
                    for argument in &call.arguments {
                        self.expression(argument, quoted);
                    }
                    self.block(call.body.as_deref().unwrap_or_default(), quoted);
                }
                Node::Break { .. } => {}
                Node::Evaluate { argument, .. } => self.expression(argument, quoted),
            }
        }
    }

    fn read(&mut self, reference: &'a Reference, quoted: usize) {
        if reference.runt {
            return;
        }
        self.reads.push(Read { reference, quoted });
        for step in &reference.steps {
            match step {
                Step::Member { .. } => {}
                Step::Method { arguments, .. } => {
                    for argument in arguments {
                        self.expression(argument, quoted);
                    }
                }
                Step::Index { index, .. } => self.expression(index, quoted),
            }
        }
    }

    fn expression(&mut self, expression: &'a Expression, quoted: usize) {
        match &expression.kind {
            ExpressionKind::Text(_)
            | ExpressionKind::Integer(_)
            | ExpressionKind::Float(_)
            | ExpressionKind::Bool(_)
            | ExpressionKind::Word(_) => {}
            ExpressionKind::Interpolated { block, .. } => self.block(block, quoted + 1),
            ExpressionKind::List(items) => {
                for item in items {
                    self.expression(item, quoted);
                }
            }
            ExpressionKind::Map(members) => {
                for (key, value) in members {
                    self.expression(key, quoted);
                    self.expression(value, quoted);
                }
            }
            ExpressionKind::Range(from, to) => {
                self.expression(from, quoted);
                self.expression(to, quoted);
            }
            ExpressionKind::Reference(reference) => self.read(reference, quoted),
            ExpressionKind::Not(inner) => self.expression(inner, quoted),
            ExpressionKind::Chain { first, rest, .. } => {
                self.expression(first, quoted);
                for (_, operand) in rest {
                    self.expression(operand, quoted);
                }
            }
        }
    }
}

/// The text of a literal.
pub(crate) fn literal(expression: &Expression) -> Option<&str> {
    match &expression.kind {
        ExpressionKind::Text(text) => Some(text),
        _ => None,
    }
}

/// The only reference of an expression: `$x`, or a text of nothing but `"$x"`.
pub(crate) fn only_reference(expression: &Expression) -> Option<&Reference> {
    match &expression.kind {
        ExpressionKind::Reference(reference) => Some(reference),
        ExpressionKind::Interpolated { block, .. } => {
            let mut references = block.iter().filter_map(|node| match node {
                Node::Reference(reference) => Some(Some(reference)),
                Node::Text { text, .. } if text.trim().is_empty() => None,
                _ => Some(None),
            });
            match (references.next(), references.next()) {
                (Some(found), None) => found,
                _ => None,
            }
        }
        _ => None,
    }
}

/// The JSON path of `$input.path('…')` or `$input.json('…')`, and what follows.
pub(crate) fn input_path<'a>(
    reference: &'a Reference,
    method: &str,
) -> Option<(&'a str, &'a [Step])> {
    if reference.root.as_ref() != "input" {
        return None;
    }
    let (first, rest) = reference.steps.split_first()?;
    match first {
        Step::Method {
            name, arguments, ..
        } if name.as_ref() == method => Some((literal(arguments.first()?)?, rest)),
        _ => None,
    }
}

/// Where a branch can be added to an `#if` that begins at `start`: before its `#else`, or its `#end`.
pub(crate) fn before_else(text: &str, start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut place = start;
    while let Some(found) = text.get(place..)?.find('#') {
        let hash = place + found;
        let rest = text.get(hash + 1..)?;
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let end = rest
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        match (rest.get(..end)?, depth) {
            ("else" | "end", 1) => return Some(hash),
            ("if" | "foreach" | "define" | "macro", _) => depth += 1,
            ("end", _) => depth = depth.checked_sub(1)?,
            _ => {}
        }
        place = hash + 1;
    }
    None
}
