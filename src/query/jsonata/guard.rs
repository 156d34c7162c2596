//! Changes to a parsed tree where the evaluator would differ from the reference, or could use memory
//! or time without bound.
//!
//! Two things happen. Calls that the evaluator cannot bound or cannot do right go to functions of
//! ours. And unless an expression is plain enough that its result is linear in its input
//! (`modest.rs`), whatever makes a value goes through the account of `budget.rs` (`weigh.rs`).

use std::collections::BTreeSet;

use jsonata_core::ast::AstNode;
use jsonata_core::ast::BinaryOp;
use jsonata_core::ast::PathStep;
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
use crate::query::jsonata::weigh::weigh;

/// Names of functions that look at a value and hand it on; no expression can spell them.
pub const SMALL_WIDTH: &str = "check width";
pub const SMALL_PICTURE: &str = "check picture";
pub const SMALL_JSON: &str = "check json";
pub const SMALL_TEXT: &str = "check text";
pub const NUMERAL: &str = "check numeral";
pub const TRIMMED: &str = "check blanks";

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
        weigh(node);
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

pub fn call(name: &str, args: Vec<AstNode>) -> AstNode {
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
