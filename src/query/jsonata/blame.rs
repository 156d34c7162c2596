//! Which call or operator an error came from, found by evaluating once more with marks in the tree.
//!
//! The evaluator's errors name neither; the reference's texts need the function's name, the
//! operator, and the values beside it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use jsonata_core::ast::AstNode;
use jsonata_core::ast::BinaryOp;
use jsonata_core::ast::Stage;
use jsonata_core::value::JValue;
use jsonata_core::value::with_stack;

use crate::query::jsonata::text::MATCHES;
use crate::query::jsonata::text::OURS;
use crate::query::jsonata::text::SPLICE;
use crate::query::jsonata::token::Kind;
use crate::query::jsonata::token::tokens;
use crate::query::jsonata::walk::each_child;

/// The function that leaves a mark; no expression can spell the name.
pub const MARK: &str = "leave mark";

/// What was running when an error came up.
#[derive(Debug)]
pub struct Blame {
    /// The function's name without `$`, or the operator.
    pub name: String,
    /// Where it is written, in characters.
    pub position: Option<usize>,
    /// What stood on both sides of the operator.
    pub sides: [JValue; 2],
}

/// The marks left so far: the last one, and the values its operator met.
pub type Marks = Rc<RefCell<(usize, [JValue; 2])>>;

/// A tree that leaves marks, and what each mark stands for.
pub struct Marked {
    pub tree: AstNode,
    places: Vec<Place>,
}

/// The name and how many of that name come before it in the text.
struct Place {
    name: String,
    before: usize,
}

/// No marks yet.
pub fn marks() -> Marks {
    Rc::new(RefCell::new((0, [JValue::Undefined, JValue::Undefined])))
}

/// Marks every call, where `calls` says so, or else every operator that needs numbers or an order.
pub fn marked(tree: &AstNode, calls: bool) -> Marked {
    let mut marker = Marker {
        calls,
        places: Vec::new(),
        counts: BTreeMap::new(),
    };
    let mut tree = tree.clone();
    marker.node(&mut tree);
    Marked {
        tree,
        places: marker.places,
    }
}

/// The function behind [`MARK`].
pub fn leave(marks: &Marks, arguments: &[JValue]) -> JValue {
    let whole = |index: usize| {
        arguments
            .get(index)
            .and_then(JValue::as_f64)
            .map_or(0, |number| number as usize)
    };
    let value = arguments.get(2).cloned().unwrap_or(JValue::Undefined);
    let mut marks = marks.borrow_mut();
    marks.0 = whole(0);
    if let Some(side) = marks.1.get_mut(whole(1)) {
        *side = value.clone();
    }
    value
}

/// What the last mark stands for.
pub fn blame(marked: &Marked, marks: &Marks, text: &str) -> Option<Blame> {
    let marks = marks.borrow();
    let place = marked.places.get(marks.0.checked_sub(1)?)?;
    let position = tokens(text)
        .iter()
        .filter(|token| match token.kind {
            Kind::Variable => token.text.strip_prefix('$') == Some(place.name.as_str()),
            _ => token.text == place.name,
        })
        .nth(place.before)
        .map(|token| token.start);
    Some(Blame {
        name: place.name.clone(),
        position,
        sides: marks.1.clone(),
    })
}

struct Marker {
    calls: bool,
    places: Vec<Place>,
    counts: BTreeMap<String, usize>,
}

impl Marker {
    fn node(&mut self, node: &mut AstNode) {
        with_stack(|| self.visit(node));
    }

    /// A new place; marks count from 1.
    fn place(&mut self, name: &str) -> usize {
        let count = self.counts.entry(name.to_string()).or_default();
        self.places.push(Place {
            name: name.to_string(),
            before: *count,
        });
        *count += 1;
        self.places.len()
    }

    /// The place before, of the same name, once more.
    fn again(&mut self, name: &str) -> usize {
        if let Some(count) = self.counts.get_mut(name) {
            *count = count.saturating_sub(1);
        }
        self.place(name)
    }

    fn visit(&mut self, node: &mut AstNode) {
        match node {
            AstNode::Binary { op, lhs, rhs } if !self.calls && spelled(*op).is_some() => {
                let name = spelled(*op).unwrap_or_default();
                self.node(lhs);
                let mark = self.place(name);
                self.node(rhs);
                wrap(lhs, mark, 0);
                wrap(rhs, mark, 1);
            }
            AstNode::Function {
                name,
                args,
                is_builtin: true,
            } if self.calls && is_written(name) => {
                let mark = match written(name) {
                    // One of the calls that stand for the same call in the text as the one before.
                    (name, Standing::Again) => self.again(name),
                    (name, Standing::First) => self.place(name),
                };
                args.iter_mut().for_each(|argument| self.node(argument));
                let last = args.iter_mut().rev().find(|argument| {
                    !matches!(argument, AstNode::Placeholder | AstNode::Lambda { .. })
                });
                match last {
                    Some(argument) => wrap(argument, mark, 0),
                    None => {
                        let call = std::mem::replace(node, AstNode::Null);
                        *node = AstNode::Block(vec![call_mark(mark, 0, AstNode::Null), call]);
                    }
                }
            }
            AstNode::Path { steps } => {
                for step in steps {
                    self.node(&mut step.node);
                    for stage in &mut step.stages {
                        if let Stage::Filter(filter) = stage {
                            self.node(filter);
                        }
                    }
                }
            }
            _ => each_child(node, &mut |child| self.node(child)),
        }
    }
}

/// Whether a call stands for one in the text; the others are our own checks.
fn is_written(name: &str) -> bool {
    matches!(name, MATCHES | SPLICE) || !name.strip_prefix(OURS).unwrap_or(name).contains(' ')
}

/// Whether a call is the first that stands for one in the text.
enum Standing {
    First,
    Again,
}

/// The name in the text; see `guard.rs` for the calls that become several.
fn written(name: &str) -> (&str, Standing) {
    match name {
        MATCHES | SPLICE => ("replace", Standing::Again),
        "contains" | "match" | "replace" | "split" => (name, Standing::Again),
        _ => (name.strip_prefix(OURS).unwrap_or(name), Standing::First),
    }
}

fn wrap(node: &mut AstNode, mark: usize, side: usize) {
    let inner = std::mem::replace(node, AstNode::Null);
    *node = call_mark(mark, side, inner);
}

fn call_mark(mark: usize, side: usize, value: AstNode) -> AstNode {
    AstNode::Function {
        name: MARK.to_string(),
        args: vec![
            AstNode::number(mark as f64),
            AstNode::number(side as f64),
            value,
        ],
        is_builtin: true,
    }
}

fn spelled(operator: BinaryOp) -> Option<&'static str> {
    Some(match operator {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Modulo => "%",
        BinaryOp::LessThan => "<",
        BinaryOp::LessThanOrEqual => "<=",
        BinaryOp::GreaterThan => ">",
        BinaryOp::GreaterThanOrEqual => ">=",
        BinaryOp::Range => "..",
        BinaryOp::ChainPipe => "~>",
        _ => return None,
    })
}
