//! The tree of a template.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::text::Span;

/// What stands one after the other.
pub type Block = Vec<Node>;

/// The macros a text defines; of two with one name the later one counts, wherever it is called.
pub type Macros = IndexMap<Arc<str>, Arc<Macro>>;

#[derive(Debug)]
pub struct Macro {
    pub parameters: Vec<Arc<str>>,
    pub body: Block,
}

#[derive(Debug)]
pub enum Node {
    Text {
        span: Span,
        text: Arc<str>,
    },
    Reference(Reference),
    Set {
        span: Span,
        target: Reference,
        value: Expression,
    },
    If {
        branches: Vec<Branch>,
        otherwise: Option<Block>,
    },
    Foreach(Foreach),
    Define {
        name: Option<Arc<str>>,
        body: Arc<Block>,
    },
    Call(Arc<Call>),
    Break {
        span: Span,
        scope: Option<Expression>,
    },
    Stop,
    Evaluate {
        span: Span,
        argument: Expression,
    },
    /// A directive that is written in a way that fails only when it is reached.
    Broken {
        span: Span,
        reason: String,
    },
}

/// An `#if` or an `#elseif` with its block.
#[derive(Debug)]
pub struct Branch {
    pub span: Span,
    pub condition: Expression,
    pub block: Block,
}

#[derive(Debug)]
pub struct Foreach {
    pub span: Span,
    pub name: Arc<str>,
    /// Nothing where the directive names no list.
    pub list: Option<Expression>,
    pub body: Option<Block>,
}

/// `#name(…)`, which is a call once a macro of this name is known, and text before.
#[derive(Debug)]
pub struct Call {
    pub span: Span,
    pub name: Arc<str>,
    pub arguments: Vec<Expression>,
    pub body: Option<Block>,
    /// What the directive looks like, for when there is no such macro.
    pub source: Arc<str>,
    /// A bare word among the arguments, which a macro refuses.
    pub bare_word: Option<Arc<str>>,
}

/// `$root.step[step].step(…)`
#[derive(Debug)]
pub struct Reference {
    pub span: Span,
    pub root: Arc<str>,
    pub steps: Vec<Step>,
    pub quiet: bool,
    pub escaped: bool,
    /// Half of the backslashes before it.
    pub slashes: Arc<str>,
    /// Other `$` and `#` before it.
    pub before: Arc<str>,
    /// What is printed where the reference leads nowhere and is not quiet.
    pub source: Arc<str>,
    /// It only looks like a reference; this is what it prints.
    pub runt: bool,
}

#[derive(Debug)]
pub enum Step {
    Member {
        span: Span,
        name: Arc<str>,
    },
    Method {
        span: Span,
        name: Arc<str>,
        arguments: Vec<Expression>,
    },
    Index {
        span: Span,
        index: Expression,
    },
}

#[derive(Debug)]
pub struct Expression {
    pub span: Span,
    pub kind: ExpressionKind,
}

#[derive(Debug)]
pub enum ExpressionKind {
    Text(Arc<str>),
    /// A text with references or directives in it; the last character is dropped again
    /// where one was added to parse it.
    Interpolated {
        block: Block,
        padded: bool,
    },
    Integer(i128),
    Float(f64),
    Bool(bool),
    List(Vec<Expression>),
    Map(Vec<(Expression, Expression)>),
    Range(Box<Expression>, Box<Expression>),
    Reference(Reference),
    Not(Box<Expression>),
    /// Operators of one rank from left to right.
    Chain {
        first: Box<Expression>,
        rest: Vec<(Operator, Expression)>,
        source: Arc<str>,
    },
    /// A bare word as the argument of a directive.
    Word(Arc<str>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    Divide,
    Modulo,
}
