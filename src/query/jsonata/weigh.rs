//! The second pass over a tree: whatever makes a value goes through the account of `budget.rs`.
//!
//! A node is left as it is where the evaluator looks at its kind, and where its value is only looked
//! at and dropped.

use jsonata_core::ast::AstNode;
use jsonata_core::ast::BinaryOp;
use jsonata_core::ast::PathStep;
use jsonata_core::ast::Stage;
use jsonata_core::ast::StepId;
use jsonata_core::value::with_stack;

use crate::query::jsonata::guard::SMALL_JSON;
use crate::query::jsonata::guard::call;
use crate::query::jsonata::text::OURS;
use crate::query::jsonata::tree::children;

/// Names of functions that charge a value and hand it on; no expression can spell them.
pub const WEIGH: &str = "weigh container";
pub const WEIGH_NESTED: &str = "weigh nested containers";
pub const WEIGH_FRESH: &str = "weigh anything";
pub const WEIGH_RANGE: &str = "weigh range";
pub const WEIGH_PLACES: &str = "weigh positions";
pub const WEIGH_KEY: &str = "weigh key";
pub const WEIGH_TUPLE: &str = "weigh tuple";
pub const WEIGH_FRAME: &str = "weigh frame";

/// Functions whose result is a text or a container of its own.
const MAKERS: [&str; 45] = [
    "append",
    "base64decode",
    "base64encode",
    "clone",
    "decodeUrl",
    "decodeUrlComponent",
    "distinct",
    "each",
    "encodeUrl",
    "encodeUrlComponent",
    "error",
    "eval",
    "filter",
    "formatBase",
    "formatInteger",
    "formatNumber",
    "fromMillis",
    "hash",
    "join",
    "keys",
    "lookup",
    "lowercase",
    "map",
    "match",
    "merge",
    "now",
    "pad",
    "parse",
    "partition",
    "range",
    "reduce",
    "replace",
    "reverse",
    "shuffle",
    "sift",
    "single",
    "sort",
    "split",
    "spread",
    "string",
    "substring",
    "substringAfter",
    "substringBefore",
    "uppercase",
    "zip",
];

/// Functions that only look at their single argument.
const LOOKERS: [&str; 11] = [
    "average", "boolean", "count", "exists", "length", "max", "min", "not", "number", "sum", "type",
];

/// Sends everything the tree makes through the account.
pub fn weigh(node: &mut AstNode) {
    Weigher {
        parents: contains(node, &|node| matches!(node, AstNode::Parent(_))),
    }
    .weigh(node, Use::Kept);
}

/// What becomes of a node's value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// It can become part of something that stays.
    Kept,
    /// It is looked at and dropped.
    Seen,
}

fn wrap(node: &mut AstNode, function: &str) {
    let inner = std::mem::replace(node, AstNode::Null);
    *node = call(function, vec![inner]);
}

/// The second pass: everything made is weighed.
struct Weigher {
    /// `%` reads from the paths inside others, which must then stay paths.
    parents: bool,
}

impl Weigher {
    fn weigh(&self, node: &mut AstNode, usage: Use) {
        with_stack(|| self.weigh_node(node, usage));
    }

    fn weigh_node(&self, node: &mut AstNode, usage: Use) {
        match node {
            AstNode::Binary { op, lhs, rhs } => match op {
                BinaryOp::Concatenate => {
                    self.weigh(lhs, Use::Kept);
                    self.weigh(rhs, Use::Kept);
                    for side in [lhs, rhs] {
                        if !matches!(side.as_ref(), AstNode::String(_) | AstNode::Number(_)) {
                            wrap(side, SMALL_JSON);
                        }
                    }
                    wrap(node, WEIGH_FRESH);
                }
                BinaryOp::Range => {
                    self.weigh(lhs, Use::Seen);
                    self.weigh(rhs, Use::Seen);
                    wrap(node, WEIGH_RANGE);
                }
                BinaryOp::ColonEqual => self.weigh(rhs, Use::Kept),
                BinaryOp::ChainPipe => {
                    self.weigh(lhs, Use::Kept);
                    self.weigh_chained(rhs);
                    wrap(node, WEIGH_FRESH);
                }
                BinaryOp::Coalesce | BinaryOp::Default => {
                    self.weigh(lhs, Use::Kept);
                    self.weigh(rhs, usage);
                }
                BinaryOp::Add
                | BinaryOp::Subtract
                | BinaryOp::Multiply
                | BinaryOp::Divide
                | BinaryOp::Modulo
                | BinaryOp::Equal
                | BinaryOp::NotEqual
                | BinaryOp::LessThan
                | BinaryOp::LessThanOrEqual
                | BinaryOp::GreaterThan
                | BinaryOp::GreaterThanOrEqual
                | BinaryOp::And
                | BinaryOp::Or
                | BinaryOp::In
                | BinaryOp::FocusBind
                | BinaryOp::IndexBind => {
                    // While one side waits for the other it is kept after all, if the other can recurse.
                    let usage = if calls(rhs) { Use::Kept } else { Use::Seen };
                    self.weigh(lhs, usage);
                    self.weigh(rhs, Use::Seen);
                }
            },
            AstNode::Function { name, args, .. } => {
                let usage = if args.len() == 1 && LOOKERS.contains(&name.as_str()) {
                    Use::Seen
                } else {
                    Use::Kept
                };
                args.iter_mut().for_each(|arg| self.weigh(arg, usage));
                let own = name.strip_prefix(OURS).unwrap_or(name);
                if MAKERS.contains(&own)
                    && !args.iter().any(|arg| matches!(arg, AstNode::Placeholder))
                {
                    wrap(node, WEIGH_FRESH);
                }
            }
            AstNode::Call { procedure, args } => {
                self.weigh(procedure, Use::Kept);
                args.iter_mut().for_each(|arg| self.weigh(arg, Use::Kept));
            }
            AstNode::Lambda { body, .. } => {
                let frames = makes_functions(body);
                self.weigh(body, Use::Kept);
                if frames {
                    let inner = std::mem::replace(body.as_mut(), AstNode::Null);
                    **body = AstNode::Block(vec![call(WEIGH_FRAME, Vec::new()), inner]);
                }
            }
            AstNode::Array(items) | AstNode::ArrayGroup(items) => {
                let levels = self.weigh_items(items);
                wrap(node, if levels > 0 { WEIGH_NESTED } else { WEIGH });
                if let AstNode::Function { args, .. } = node
                    && levels > 0
                {
                    args.push(AstNode::number(levels as f64));
                }
            }
            AstNode::Object(pairs) => {
                for (key, value) in pairs {
                    self.weigh(key, Use::Seen);
                    self.weigh(value, Use::Kept);
                }
                wrap(node, WEIGH);
            }
            AstNode::ObjectTransform { input, pattern } => {
                self.weigh(input, Use::Seen);
                for (key, value) in pattern {
                    self.weigh(key, Use::Seen);
                    wrap(key, WEIGH_KEY);
                    self.weigh(value, Use::Kept);
                }
                wrap(node, WEIGH);
            }
            AstNode::Block(items) => {
                let count = items.len();
                for (index, item) in items.iter_mut().enumerate() {
                    self.weigh(item, if index + 1 == count { usage } else { Use::Seen });
                }
            }
            AstNode::Conditional {
                condition,
                then_branch,
                else_branch,
            } => {
                self.weigh(condition, Use::Seen);
                self.weigh(then_branch, usage);
                if let Some(branch) = else_branch {
                    self.weigh(branch, usage);
                }
            }
            AstNode::Path { steps } => {
                let trivial = steps.len() == 1 && steps.iter().all(|step| step.stages.is_empty());
                for (index, step) in steps.iter_mut().enumerate() {
                    self.weigh_step(step, index);
                }
                if usage == Use::Kept && !trivial {
                    wrap(node, WEIGH);
                }
            }
            AstNode::Sort { input, terms } => {
                self.weigh(input, Use::Seen);
                terms
                    .iter_mut()
                    .for_each(|(term, _)| self.weigh(term, Use::Seen));
                if usage == Use::Kept {
                    wrap(node, WEIGH);
                }
            }
            AstNode::Unary { operand, .. } => self.weigh(operand, Use::Seen),
            AstNode::FunctionApplication(inner) => self.weigh(inner, usage),
            AstNode::Transform {
                location,
                update,
                delete,
            } => {
                self.weigh(location, Use::Seen);
                self.weigh(update, Use::Kept);
                if let Some(delete) = delete {
                    self.weigh(delete, Use::Seen);
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

    /// What stands behind `~>` must stay a call, since a value is put before its arguments.
    fn weigh_chained(&self, node: &mut AstNode) {
        match node {
            AstNode::Function { args, .. } | AstNode::Call { args, .. } => {
                args.iter_mut().for_each(|arg| self.weigh(arg, Use::Kept));
            }
            AstNode::Path { steps } => {
                for (index, step) in steps.iter_mut().enumerate() {
                    if index == 0 {
                        self.weigh_chained(&mut step.node);
                    } else {
                        self.weigh_step(step, index);
                    }
                }
            }
            other => self.weigh(other, Use::Seen),
        }
    }

    /// Weighs what an array holds and says how many levels of arrays are written in it; these stay
    /// as they are, because the evaluator merges others.
    fn weigh_items(&self, items: &mut [AstNode]) -> usize {
        let mut levels = 0;
        for item in items {
            if let AstNode::Array(items) | AstNode::ArrayGroup(items) = item {
                levels = levels.max(1 + with_stack(|| self.weigh_items(items)));
            } else {
                self.weigh(item, Use::Kept);
            }
        }
        levels
    }

    /// A step keeps the kind of its node where the evaluator looks at that.
    fn weigh_step(&self, step: &mut PathStep, index: usize) {
        let tuples = step.focus.is_some() || step.index_var.is_some() || step.is_tuple;
        let wrapped = match &mut step.node {
            AstNode::Name(_) | AstNode::Parent(_) | AstNode::ParentVariable(_) => None,
            AstNode::Variable(name) if name.is_empty() => None,
            AstNode::Variable(_) | AstNode::Wildcard | AstNode::Descendant => Some(WEIGH),
            AstNode::Array(items) | AstNode::ArrayGroup(items) => {
                self.weigh_items(items);
                None
            }
            AstNode::FunctionApplication(inner) => {
                let usage = if step.inner_tuple || self.parents {
                    Use::Seen
                } else {
                    Use::Kept
                };
                self.weigh(inner, usage);
                None
            }
            // The path itself is weighed, and its brackets must still see what the call gave.
            AstNode::Function { .. } if index == 0 => {
                self.weigh_chained(&mut step.node);
                None
            }
            other if step.inner_tuple => {
                self.weigh(other, Use::Seen);
                None
            }
            AstNode::Sort { input, terms } => {
                self.weigh(input, Use::Seen);
                terms
                    .iter_mut()
                    .for_each(|(term, _)| self.weigh(term, Use::Seen));
                None
            }
            other => {
                self.weigh(other, Use::Seen);
                Some(WEIGH)
            }
        };
        if index == 0 && tuples {
            match &mut step.node {
                AstNode::Array(items) => items.iter_mut().for_each(|item| wrap(item, WEIGH_TUPLE)),
                AstNode::Variable(_) | AstNode::Name(_) => wrap(&mut step.node, WEIGH_TUPLE),
                _ => {}
            }
        }
        if index > 0 {
            if tuples
                && !step.inner_tuple
                && !matches!(step.node, AstNode::Sort { .. } | AstNode::Array(_))
            {
                wrap(&mut step.node, WEIGH_TUPLE);
            } else if let Some(function) = wrapped {
                wrap(&mut step.node, function);
            }
        }
        for stage in &mut step.stages {
            if let Stage::Filter(filter) = stage {
                self.weigh(filter, Use::Seen);
                if !is_condition(filter) {
                    wrap(filter, WEIGH_PLACES);
                }
            }
        }
        // The evaluator remembers by this what it compiled of the step.
        step.id = StepId::default();
    }
}

/// Whether evaluating the node can call a function of the expression.
fn calls(node: &AstNode) -> bool {
    contains(node, &|node| {
        matches!(node, AstNode::Function { .. } | AstNode::Call { .. })
    })
}

/// Whether a function's body makes functions, which keep what is around them.
fn makes_functions(node: &AstNode) -> bool {
    contains(node, &|node| {
        matches!(
            node,
            AstNode::Lambda { .. } | AstNode::Placeholder | AstNode::Transform { .. }
        )
    })
}

/// Whether a predicate gives no list of positions, which the evaluator searches once for each item.
fn is_condition(node: &AstNode) -> bool {
    match node {
        AstNode::Number(_) | AstNode::String(_) | AstNode::Boolean(_) => true,
        AstNode::Unary { .. } => true,
        AstNode::Binary { op, .. } => !matches!(
            op,
            BinaryOp::Range
                | BinaryOp::Coalesce
                | BinaryOp::Default
                | BinaryOp::ChainPipe
                | BinaryOp::ColonEqual
        ),
        AstNode::Function { name, .. } => {
            LOOKERS.contains(&name.as_str()) || name == "our contains"
        }
        _ => false,
    }
}

fn contains(node: &AstNode, wanted: &dyn Fn(&AstNode) -> bool) -> bool {
    let mut found = wanted(node);
    children(node, &mut |child| {
        found = found || with_stack(|| contains(child, wanted));
    });
    found
}
