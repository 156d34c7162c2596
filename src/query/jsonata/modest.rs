//! Which expressions need no account: those whose result is linear in what they read.
//!
//! Such an expression has no functions of its own, no variables, no ranges, no joins, and inside a
//! step, a filter or a grouping it reads only from the item at hand, or looks a single thing up.
//! They are most of what definitions hold, and the evaluator runs them fastest as they are.

use jsonata_core::ast::AstNode;
use jsonata_core::ast::BinaryOp;
use jsonata_core::ast::PathStep;
use jsonata_core::ast::Stage;
use jsonata_core::value::with_stack;

/// Functions that give something small, or a part of what they are given.
const SMALL: [&str; 24] = [
    "abs",
    "average",
    "boolean",
    "ceil",
    "contains",
    "count",
    "exists",
    "floor",
    "keys",
    "length",
    "lowercase",
    "max",
    "millis",
    "min",
    "not",
    "number",
    "power",
    "round",
    "sqrt",
    "sum",
    "trim",
    "type",
    "uppercase",
    "uuid",
];
/// Functions whose argument may come from anywhere, since nothing of it stays.
const LOOKERS: [&str; 9] = [
    "average", "boolean", "count", "exists", "length", "max", "min", "not", "sum",
];

/// Whether an expression needs no account.
pub fn is_modest(node: &AstNode) -> bool {
    modest(node, Place::Once)
}

/// How often a node is evaluated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Once,
    PerItem,
}

fn modest(node: &AstNode, place: Place) -> bool {
    with_stack(|| match node {
        AstNode::String(_)
        | AstNode::Number(_)
        | AstNode::Boolean(_)
        | AstNode::Null
        | AstNode::Undefined
        | AstNode::Name(_) => true,
        AstNode::Variable(name) => place == Place::Once || name.is_empty(),
        AstNode::Path { steps } => path(steps, place),
        AstNode::Array(items) | AstNode::ArrayGroup(items) => {
            items.iter().all(|item| modest(item, place))
        }
        AstNode::Object(pairs) => pairs
            .iter()
            .all(|(key, value)| modest(key, place) && modest(value, place)),
        AstNode::ObjectTransform { input, pattern } => {
            place == Place::Once
                && modest(input, place)
                && pattern.iter().all(|(key, value)| {
                    modest(key, Place::PerItem) && modest(value, Place::PerItem)
                })
        }
        AstNode::Block(items) => match items.as_slice() {
            [item] => modest(item, place),
            _ => false,
        },
        AstNode::Conditional {
            condition,
            then_branch,
            else_branch,
        } => {
            seen(condition, place)
                && modest(then_branch, place)
                && else_branch
                    .as_deref()
                    .is_none_or(|branch| modest(branch, place))
        }
        AstNode::Unary { operand, .. } => seen(operand, place),
        AstNode::Binary { op, lhs, rhs } => match op {
            BinaryOp::Concatenate => texty(lhs, place) && texty(rhs, place),
            BinaryOp::Coalesce | BinaryOp::Default => modest(lhs, place) && modest(rhs, place),
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
            | BinaryOp::In => seen(lhs, place) && seen(rhs, place),
            BinaryOp::Range
            | BinaryOp::ColonEqual
            | BinaryOp::FocusBind
            | BinaryOp::IndexBind
            | BinaryOp::ChainPipe => false,
        },
        AstNode::Function {
            name,
            args,
            is_builtin: true,
        } => match (name.as_str(), args.as_slice()) {
            ("lookup", [object, key]) => absolute(object) && seen(key, place),
            (name, [arg]) if LOOKERS.contains(&name) => seen(arg, place),
            (name, args) => SMALL.contains(&name) && args.iter().all(|arg| modest(arg, place)),
        },
        AstNode::Function { .. }
        | AstNode::Placeholder
        | AstNode::Regex { .. }
        | AstNode::ParentVariable(_)
        | AstNode::Call { .. }
        | AstNode::Lambda { .. }
        | AstNode::Wildcard
        | AstNode::Descendant
        | AstNode::Parent(_)
        | AstNode::FunctionApplication(_)
        | AstNode::Sort { .. }
        | AstNode::Transform { .. } => false,
    })
}

fn path(steps: &[PathStep], place: Place) -> bool {
    let last = steps.len().saturating_sub(1);
    steps.iter().enumerate().all(|(index, step)| {
        let plain = step.focus.is_none()
            && step.index_var.is_none()
            && step.ancestor_label.is_none()
            && !step.is_tuple
            && !step.inner_tuple;
        let node = match &step.node {
            AstNode::Name(_) => true,
            AstNode::Wildcard => index == last,
            AstNode::Variable(name) if index > 0 => name.is_empty() && step.stages.is_empty(),
            node if index == 0 => modest(node, place),
            node => index == last && modest(node, Place::PerItem),
        };
        // One filter picks items; a second one could pick the same ones again and again.
        plain
            && node
            && step.stages.len() <= 1
            && step.stages.iter().all(|stage| match stage {
                Stage::Filter(filter) => match filter.as_ref() {
                    AstNode::Array(_) | AstNode::Variable(_) => false,
                    filter => modest(filter, Place::PerItem),
                },
                Stage::KeepArray => true,
                Stage::Index(_) => false,
            })
    })
}

/// Whether a value that is only looked at is modest: it may also come from elsewhere.
fn seen(node: &AstNode, place: Place) -> bool {
    absolute(node) || modest(node, place)
}

/// A variable, or a path of names from one.
fn absolute(node: &AstNode) -> bool {
    match node {
        AstNode::Variable(_) => true,
        AstNode::Path { steps } => steps.iter().enumerate().all(|(index, step)| {
            let node = match &step.node {
                AstNode::Variable(_) => index == 0,
                AstNode::Name(_) => true,
                _ => false,
            };
            node && step.stages.is_empty() && !step.is_tuple && step.ancestor_label.is_none()
        }),
        _ => false,
    }
}

/// Whether a side of `&` is a text, a number or a plain path.
fn texty(node: &AstNode, place: Place) -> bool {
    match node {
        AstNode::String(_) | AstNode::Number(_) | AstNode::Boolean(_) | AstNode::Name(_) => true,
        AstNode::Variable(name) => place == Place::Once || name.is_empty(),
        AstNode::Path { steps } => {
            steps.iter().all(|step| {
                matches!(step.node, AstNode::Name(_) | AstNode::Variable(_))
                    && step.stages.is_empty()
            }) && path(steps, place)
        }
        AstNode::Binary {
            op: BinaryOp::Concatenate,
            lhs,
            rhs,
        } => with_stack(|| texty(lhs, place) && texty(rhs, place)),
        AstNode::Function { name, .. } => name != "lookup" && modest(node, place),
        _ => false,
    }
}
