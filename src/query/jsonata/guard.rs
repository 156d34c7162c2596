//! Changes to a parsed tree where the evaluator would differ from the reference, or could use memory
//! or time without bound.
//!
//! Two things happen. Calls that the evaluator cannot bound or cannot do right go to functions of
//! ours. And unless an expression is plain enough that its result is linear in its input
//! (`modest.rs`), whatever makes a value goes through the account of `budget.rs`.

use std::collections::BTreeSet;

use jsonata_core::ast::AstNode;
use jsonata_core::ast::BinaryOp;
use jsonata_core::ast::PathStep;
use jsonata_core::ast::Stage;
use jsonata_core::ast::StepId;
use jsonata_core::value::with_stack;

use crate::query::jsonata::modest::is_modest;
use crate::query::jsonata::pattern::Patterns;
use crate::query::jsonata::text::COMPUTED;
use crate::query::jsonata::text::MATCHES;
use crate::query::jsonata::text::OURS;
use crate::query::jsonata::text::PLAIN;
use crate::query::jsonata::text::SPLICE;
use crate::query::jsonata::tree::children;
use crate::query::jsonata::walk::each_child;

/// Names of functions that look at a value and hand it on; no expression can spell them.
pub const WEIGH: &str = "weigh container";
pub const WEIGH_NESTED: &str = "weigh nested containers";
pub const WEIGH_FRESH: &str = "weigh anything";
pub const WEIGH_RANGE: &str = "weigh range";
pub const WEIGH_PLACES: &str = "weigh positions";
pub const WEIGH_KEY: &str = "weigh key";
pub const WEIGH_TUPLE: &str = "weigh tuple";
pub const WEIGH_FRAME: &str = "weigh frame";
pub const SMALL_WIDTH: &str = "check width";
pub const SMALL_PICTURE: &str = "check picture";
pub const SMALL_JSON: &str = "check json";
pub const SMALL_TEXT: &str = "check text";
pub const NUMERAL: &str = "check numeral";
pub const TRIMMED: &str = "check blanks";

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

/// Rewrites the whole tree and names the functions of ours that it uses now.
pub fn rewrite(node: &mut AstNode, patterns: &mut Patterns) -> BTreeSet<String> {
    let modest = is_modest(node);
    let mut names = Names {
        scopes: vec![BTreeSet::new()],
        patterns,
        modest,
    };
    names.node(node);
    if !modest {
        Weigher {
            parents: contains(node, &|node| matches!(node, AstNode::Parent(_))),
        }
        .weigh(node, Use::Kept);
    }
    let mut ours = BTreeSet::new();
    collect(node, &mut ours);
    ours
}

fn collect(node: &AstNode, ours: &mut BTreeSet<String>) {
    if let AstNode::Function { name, .. } | AstNode::Variable(name) = node
        && name.contains(' ')
    {
        ours.insert(name.clone());
    }
    children(node, &mut |child| with_stack(|| collect(child, ours)));
}

/// The first pass: calls and patterns.
struct Names<'a> {
    scopes: Vec<BTreeSet<String>>,
    patterns: &'a mut Patterns,
    modest: bool,
}

impl Names<'_> {
    fn node(&mut self, node: &mut AstNode) {
        with_stack(|| self.visit(node));
    }

    fn bind(&mut self, name: &str) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_string());
        }
    }

    fn scoped(&mut self, names: impl IntoIterator<Item = String>, node: &mut AstNode) {
        self.scopes.push(names.into_iter().collect());
        each_child(node, &mut |child| self.node(child));
        self.scopes.pop();
    }

    fn free(&self, name: &str) -> bool {
        !self.scopes.iter().any(|scope| scope.contains(name))
    }

    fn visit(&mut self, node: &mut AstNode) {
        match node {
            AstNode::Block(_) => return self.scoped([], node),
            AstNode::Lambda { params, .. } => {
                let params = params.clone();
                return self.scoped(params, node);
            }
            AstNode::Binary {
                op: BinaryOp::ColonEqual,
                lhs,
                rhs,
            } => {
                if let AstNode::Variable(name) = lhs.as_ref() {
                    let name = name.clone();
                    if matches!(rhs.as_ref(), AstNode::Lambda { .. }) {
                        self.bind(&name);
                    }
                    self.node(rhs);
                    self.bind(&name);
                    return;
                }
            }
            AstNode::Binary {
                op: BinaryOp::ChainPipe,
                lhs,
                rhs,
            } => {
                if let AstNode::Function {
                    name,
                    args,
                    is_builtin: true,
                } = rhs.as_mut()
                    && self.free(name)
                    && is_replaced(name)
                    && !args.iter().any(|arg| matches!(arg, AstNode::Placeholder))
                {
                    let mut all = vec![std::mem::replace(lhs.as_mut(), AstNode::Null)];
                    all.append(args);
                    *node = call(name, all);
                    return self.visit(node);
                }
            }
            AstNode::Path { steps } => {
                for step in steps {
                    for name in step.focus.iter().chain(&step.index_var) {
                        self.bind(name);
                    }
                }
            }
            AstNode::Regex { pattern, flags } => *pattern = self.patterns.add(pattern, flags),
            _ => {}
        }
        each_child(node, &mut |child| self.node(child));
        match node {
            AstNode::Variable(name)
                if self.free(name) && matches!(name.as_str(), "join" | "distinct") =>
            {
                *name = format!("{OURS}{name}");
            }
            AstNode::Variable(name) if self.free(name) => {
                let params: Vec<String> = match name.as_str() {
                    "replace" => vec![0, 1, 2, 3],
                    "match" | "split" | "pad" | "fromMillis" => vec![0, 1, 2],
                    "contains" | "formatInteger" => vec![0, 1],
                    _ => return,
                }
                .into_iter()
                .map(|index| format!("parameter {index}"))
                .collect();
                let args = params.iter().map(AstNode::variable).collect();
                *node = AstNode::Lambda {
                    body: Box::new(self.replaced(std::mem::take(name), args)),
                    params,
                    signature: None,
                    thunk: false,
                };
            }
            AstNode::Function {
                name,
                args,
                is_builtin: true,
            } if self.free(name) => {
                let args = std::mem::take(args);
                let name = std::mem::take(name);
                *node = self.replaced(name, args);
            }
            _ => {}
        }
    }

    /// The call that stands for a call of a built-in function.
    fn replaced(&self, name: String, mut args: Vec<AstNode>) -> AstNode {
        let partial = args.iter().any(|arg| matches!(arg, AstNode::Placeholder));
        let check_all = |args: Vec<AstNode>, check: &str| -> Vec<AstNode> {
            args.into_iter()
                .map(|arg| match arg {
                    AstNode::Placeholder | AstNode::Lambda { .. } => arg,
                    arg => call(check, vec![arg]),
                })
                .collect()
        };
        match name.as_str() {
            // The evaluator leaves blanks in the URL as they are.
            "encodeUrl" => {
                let call_it = call(&name, args);
                call(
                    "replace",
                    vec![call_it, AstNode::string(" "), AstNode::string("%20")],
                )
            }
            "pad" => call(&name, check_all(args, SMALL_WIDTH)),
            "now" | "fromMillis" | "toMillis" | "formatNumber" | "parseInteger" => {
                call(&name, check_all(args, SMALL_PICTURE))
            }
            "number" => call(&name, check_all(args, TRIMMED)),
            "string" if !self.modest => call(&name, check_all(args, SMALL_JSON)),
            "formatInteger" if !partial => {
                let roman = match args.get(1) {
                    Some(AstNode::String(picture)) => picture.contains(['i', 'I']),
                    _ => true,
                };
                if roman && let Some(number) = args.first_mut() {
                    let inner = std::mem::replace(number, AstNode::Null);
                    *number = call(NUMERAL, vec![inner]);
                }
                call(&name, check_all(args, SMALL_PICTURE))
            }
            "distinct" | "join" => call(&format!("{OURS}{name}"), args),
            "contains" | "split"
                if self.modest
                    && matches!(args.get(1), Some(AstNode::String(_)))
                    && args.len() == 2 =>
            {
                call(&name, args)
            }
            "contains" | "match" | "replace" | "split" if args.len() <= 4 => {
                let mut params = Vec::new();
                for arg in &mut args {
                    if matches!(arg, AstNode::Placeholder) {
                        let param = format!("parameter {}", params.len());
                        *arg = AstNode::variable(&param);
                        params.push(param);
                    }
                }
                let body = text_call(&name, args);
                if params.is_empty() {
                    return body;
                }
                // What is left open of a call is a function of that.
                AstNode::Lambda {
                    params,
                    body: Box::new(body),
                    signature: None,
                    thunk: false,
                }
            }
            "contains" | "match" | "replace" | "split" => call(&name, check_all(args, SMALL_TEXT)),
            _ => call(&name, args),
        }
    }
}

/// Whether a chained call must become a plain one to be replaced.
fn is_replaced(name: &str) -> bool {
    matches!(
        name,
        "contains"
            | "distinct"
            | "encodeUrl"
            | "formatInteger"
            | "formatNumber"
            | "fromMillis"
            | "join"
            | "match"
            | "number"
            | "pad"
            | "parseInteger"
            | "replace"
            | "split"
            | "string"
            | "toMillis"
    )
}

fn call(name: &str, args: Vec<AstNode>) -> AstNode {
    AstNode::Function {
        name: name.to_string(),
        args,
        is_builtin: true,
    }
}

fn context() -> AstNode {
    AstNode::variable("")
}

/// A call of ours where no argument is a function, else one of the evaluator's.
fn text_call(name: &str, args: Vec<AstNode>) -> AstNode {
    let ours = format!("{OURS}{name}");
    let with_context = |args: &[AstNode]| -> Vec<AstNode> {
        std::iter::once(context())
            .chain(args.iter().cloned())
            .collect()
    };
    let last = if name == "replace" { 3 } else { 2 };
    let plain = |arg: &AstNode| matches!(arg, AstNode::String(_) | AstNode::Regex { .. });
    // Where the text comes from does not matter, and neither does a limit.
    if args.iter().take(last).skip(1).all(plain) && (args.len() >= last || args.iter().all(plain)) {
        return call(&ours, with_context(&args));
    }
    let name_of = |index: usize| format!("argument {index}");
    let mut block: Vec<AstNode> = Vec::new();
    let mut names: Vec<AstNode> = Vec::new();
    for (index, arg) in args.into_iter().enumerate() {
        if matches!(
            arg,
            AstNode::String(_) | AstNode::Regex { .. } | AstNode::Number(_)
        ) {
            names.push(arg);
            continue;
        }
        block.push(AstNode::Binary {
            op: BinaryOp::ColonEqual,
            lhs: Box::new(AstNode::variable(name_of(index))),
            rhs: Box::new(arg),
        });
        names.push(AstNode::variable(name_of(index)));
    }
    let mut otherwise = call(
        name,
        names
            .iter()
            .map(|arg| call(SMALL_TEXT, vec![arg.clone()]))
            .collect(),
    );
    if name == "replace"
        && let Some((pattern, function, text, limit)) = match names.as_slice() {
            [pattern, function] => Some((pattern, function, context(), None)),
            [text, pattern, function] => Some((pattern, function, text.clone(), None)),
            [text, pattern, function, limit] => {
                Some((pattern, function, text.clone(), Some(limit.clone())))
            }
            _ => None,
        }
        && let AstNode::Variable(callee) = function
    {
        let mut sought = vec![context(), text, pattern.clone()];
        sought.extend(limit);
        let computed = AstNode::Path {
            steps: vec![
                PathStep::new(call(MATCHES, sought.clone())),
                PathStep::new(AstNode::Object(vec![(
                    AstNode::string("v"),
                    call(callee, vec![context()]),
                )])),
            ],
        };
        sought.push(computed);
        otherwise = AstNode::Conditional {
            condition: Box::new(call(COMPUTED, vec![pattern.clone(), function.clone()])),
            then_branch: Box::new(call(SPLICE, sought)),
            else_branch: Some(Box::new(otherwise)),
        };
    }
    block.push(AstNode::Conditional {
        condition: Box::new(call(PLAIN, names.clone())),
        then_branch: Box::new(call(&ours, with_context(&names))),
        else_branch: Some(Box::new(otherwise)),
    });
    AstNode::Block(block)
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
