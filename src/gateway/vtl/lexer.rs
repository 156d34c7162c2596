//! Tokens of a template, with the lexical states of Velocity 1.7.
//!
//! What a character means depends on a stack of states: text, behind a `$`, in a directive, in the
//! parentheses of a method … The odd corners of the language (what `$x #set($y = 1)[` means) follow from it,
//! so the states are kept as they are there. Positions are bytes; a token always stands in one piece.

use crate::gateway::vtl::pattern::OPERATORS;
use crate::gateway::vtl::pattern::bracketed;
use crate::gateway::vtl::pattern::empty_index;
use crate::gateway::vtl::pattern::escaped_directive;
use crate::gateway::vtl::pattern::first_char;
use crate::gateway::vtl::pattern::identifier;
use crate::gateway::vtl::pattern::line_end;
use crate::gateway::vtl::pattern::number;
use crate::gateway::vtl::pattern::quoted;
use crate::gateway::vtl::pattern::reference_start;
use crate::gateway::vtl::pattern::set_directive;
use crate::gateway::vtl::pattern::with_line_end;
use crate::gateway::vtl::pattern::word;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    End,
    OpenIndex,
    CloseIndex,
    OpenList,
    CloseList,
    Comma,
    Range,
    Colon,
    OpenMap,
    CloseMap,
    OpenParenthesis,
    CloseParenthesis,
    CloseArguments,
    EscapedDirective,
    SetDirective,
    LineComment,
    DoubleEscape,
    Escape,
    Text,
    CommentEnd,
    TextBlock,
    Blank,
    SingleQuoted,
    DoubleQuoted,
    True,
    False,
    Minus,
    Plus,
    Times,
    Divide,
    Modulo,
    And,
    Or,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    Not,
    Assign,
    EndDirective,
    IfDirective,
    ElseIfDirective,
    ElseDirective,
    Integer,
    Float,
    Word,
    BracketedWord,
    Identifier,
    Dot,
    OpenCurly,
    CloseCurly,
    EmptyIndex,
}

/// A piece of the template.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub kind: Kind,
    /// Bytes; the start includes what was gathered in front, such as backslashes or a second `$`.
    pub start: usize,
    pub end: usize,
    /// What stands before the token and turned out to be no reference and no directive.
    pub loose: Option<(usize, usize)>,
}

/// Where no token begins.
#[derive(Clone, Debug)]
pub struct LexError {
    pub at: usize,
    pub found: Option<char>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Text,
    Reference,
    Member,
    Index,
    Arguments,
    BeforeDirective,
    Directive,
    TextBlock,
    BlockComment,
    LineComment,
}

/// What a match does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    Token(Kind),
    Dollar,
    TextBlockStart,
    BlockCommentStart,
    Hash,
    ReferenceTerminator,
    DirectiveTerminator,
    Skip,
    More,
}

#[derive(Clone, Copy, Debug)]
struct Saved {
    state: State,
    open: usize,
    closed: usize,
}

/// Reads tokens one after the other; the parser turns some of its switches.
pub struct Lexer<'a> {
    text: &'a str,
    position: usize,
    state: State,
    stack: Vec<Saved>,
    open: usize,
    closed: usize,
    in_comment: bool,
    in_set: bool,
    /// Where the backslashes end that were met last.
    slashes_end: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Lexer<'a> {
        Lexer {
            text,
            position: 0,
            state: State::Text,
            stack: Vec::new(),
            open: 0,
            closed: 0,
            in_comment: false,
            in_set: false,
            slashes_end: 0,
        }
    }

    /// The parser saw a directive's name; arguments may follow.
    pub fn enter_directive(&mut self) {
        self.state = State::Directive;
    }

    /// The directive had no arguments.
    pub fn leave_directive(&mut self) {
        self.pop();
    }

    /// The parser is behind the closing parenthesis of a `#set`.
    pub fn leave_set(&mut self) {
        self.in_set = false;
    }

    /// Whether a parenthesis follows, blanks aside.
    pub fn parenthesis_follows(&self) -> bool {
        self.rest()
            .trim_start_matches([' ', '\t', '\n', '\r'])
            .starts_with('(')
    }

    /// The next token; `Kind::End` at the end, and again whenever asked after it.
    pub fn next_token(&mut self) -> Result<Token, LexError> {
        let mut loose = None;
        let mut start = self.position;
        let mut gathering = false;
        loop {
            if self.position >= self.text.len() {
                if gathering {
                    return Err(LexError {
                        at: self.position,
                        found: None,
                    });
                }
                return Ok(Token {
                    kind: Kind::End,
                    start,
                    end: start,
                    loose,
                });
            }
            if self.slashes_end <= self.position {
                let rest = self.rest();
                let count = rest.find(|c| c != '\\').unwrap_or(rest.len());
                self.slashes_end = self.position + count;
            }
            let Some((length, rule)) = self.longest() else {
                return Err(LexError {
                    at: self.position,
                    found: self.rest().chars().next(),
                });
            };
            self.position += length;
            match rule {
                Rule::Token(kind) => {
                    let token_end = self.act(kind, self.position);
                    return Ok(Token {
                        kind,
                        // A dot forgets what was gathered before it.
                        start: if kind == Kind::Dot {
                            token_end - 1
                        } else {
                            start
                        },
                        end: token_end,
                        loose,
                    });
                }
                Rule::Dollar => {
                    gathering = true;
                    if !self.in_comment {
                        if self.state == State::Reference {
                            self.pop();
                        }
                        self.push(State::Reference);
                    }
                }
                Rule::Hash => {
                    gathering = true;
                    if !self.in_comment {
                        if matches!(self.state, State::Reference | State::Member) {
                            self.pop();
                        }
                        self.push(State::BeforeDirective);
                    }
                }
                Rule::TextBlockStart => {
                    gathering = true;
                    if !self.in_comment {
                        self.in_comment = true;
                        self.push(State::TextBlock);
                    }
                }
                Rule::BlockCommentStart => {
                    gathering = true;
                    if !self.in_comment {
                        self.in_comment = true;
                        self.push(State::BlockComment);
                    }
                }
                Rule::More => gathering = true,
                Rule::Skip => {
                    gathering = false;
                    start = self.position;
                }
                Rule::ReferenceTerminator | Rule::DirectiveTerminator => {
                    self.position -= length;
                    let (from, _) = loose.unwrap_or((start, start));
                    loose = Some((from, self.position));
                    self.pop();
                    gathering = false;
                    start = self.position;
                }
            }
        }
    }

    /// What a token does to the state; returns where its text ends.
    fn act(&mut self, kind: Kind, end: usize) -> usize {
        match kind {
            Kind::OpenIndex => self.push(State::Index),
            Kind::CloseIndex | Kind::CloseCurly => self.pop(),
            Kind::OpenParenthesis => {
                self.open += 1;
                if self.state == State::Member {
                    self.state = State::Arguments;
                }
            }
            Kind::CloseParenthesis => self.close_parenthesis(),
            Kind::CloseArguments => self.state = State::Reference,
            Kind::SetDirective if !self.in_comment => {
                self.push(State::Directive);
                self.in_set = true;
                self.open += 1;
            }
            Kind::LineComment if !self.in_comment => {
                if self.state == State::Reference {
                    self.pop();
                }
                self.in_comment = true;
                self.push(State::LineComment);
            }
            Kind::CommentEnd | Kind::TextBlock => {
                self.in_comment = false;
                self.pop();
            }
            Kind::SingleQuoted | Kind::DoubleQuoted
                if self.state == State::Directive && !self.in_set && self.open == 0 =>
            {
                self.pop();
            }
            Kind::EndDirective | Kind::ElseDirective => self.pop(),
            Kind::IfDirective | Kind::ElseIfDirective => self.state = State::Directive,
            Kind::Integer => {
                let dots = self.before(end).ends_with("..");
                if dots {
                    self.position -= 2;
                }
                if self.open == 0
                    && !self.in_set
                    && !matches!(self.state, State::Arguments | State::Index)
                {
                    self.pop();
                }
                return self.position;
            }
            Kind::Float if self.open == 0 && !self.in_set && self.state != State::Arguments => {
                self.pop();
            }
            Kind::Dot => {
                self.position -= 1;
                self.state = State::Member;
                return self.position;
            }
            _ => {}
        }
        end
    }

    /// Drops to the state that has an open parenthesis.
    fn close_parenthesis(&mut self) {
        if self.in_comment {
            return;
        }
        loop {
            if self.open > 0 {
                if self.open == self.closed + 1 {
                    self.pop();
                } else {
                    self.closed += 1;
                }
                return;
            }
            if self.stack.is_empty() {
                self.pop();
                return;
            }
            self.pop();
        }
    }

    fn push(&mut self, state: State) {
        self.stack.push(Saved {
            state: self.state,
            open: self.open,
            closed: self.closed,
        });
        self.open = 0;
        self.state = state;
    }

    fn pop(&mut self) {
        match self.stack.pop() {
            Some(saved) => {
                self.state = saved.state;
                self.open = saved.open;
                self.closed = saved.closed;
            }
            None => {
                self.open = 0;
                self.state = State::Text;
            }
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.position..).unwrap_or_default()
    }

    fn before(&self, end: usize) -> &'a str {
        self.text.get(..end).unwrap_or_default()
    }

    /// The longest match of the state; of equally long ones the first.
    fn longest(&self) -> Option<(usize, Rule)> {
        use State::*;
        let rest = self.rest();
        let mut best: Option<(usize, Rule)> = None;
        let mut offer = |length: usize, rule: Rule| {
            if length > 0 && best.is_none_or(|(known, _)| length > known) {
                best = Some((length, rule));
            }
        };
        let state = self.state;
        let slashes = self.slashes_end.saturating_sub(self.position);
        let token = Rule::Token;
        let starts = |word: &str| {
            if rest.starts_with(word) {
                word.len()
            } else {
                0
            }
        };
        if matches!(state, Reference | Member) {
            offer(starts("["), token(Kind::OpenIndex));
        }
        if state == Index {
            offer(starts("]"), token(Kind::CloseIndex));
        }
        if matches!(state, Directive | Arguments) {
            offer(starts("["), token(Kind::OpenList));
            offer(starts("]"), token(Kind::CloseList));
            offer(starts(","), token(Kind::Comma));
            offer(starts(".."), token(Kind::Range));
            offer(starts(":"), token(Kind::Colon));
            offer(starts("{"), token(Kind::OpenMap));
            offer(starts("}"), token(Kind::CloseMap));
        }
        if matches!(state, Directive | Member) {
            offer(starts("("), token(Kind::OpenParenthesis));
        }
        if state == Directive {
            offer(
                with_line_end(rest, starts(")")),
                token(Kind::CloseParenthesis),
            );
        }
        if state == Arguments {
            offer(starts(")"), token(Kind::CloseArguments));
        }
        if state == Text {
            offer(
                escaped_directive(rest, slashes),
                token(Kind::EscapedDirective),
            );
        }
        if matches!(state, Text | Reference | Member | Arguments) {
            offer(set_directive(rest), token(Kind::SetDirective));
        }
        offer(reference_start(rest, slashes), Rule::Dollar);
        if state != TextBlock {
            offer(starts("#[["), Rule::TextBlockStart);
            offer(starts("#*"), Rule::BlockCommentStart);
        }
        offer(starts("#"), Rule::Hash);
        if !matches!(state, TextBlock | BlockComment | LineComment) {
            offer(starts("##"), token(Kind::LineComment));
        }
        match state {
            Text => {
                offer(starts("\\\\"), token(Kind::DoubleEscape));
                offer(starts("\\"), token(Kind::Escape));
                let plain = rest.find(['$', '#', '\\']).unwrap_or(rest.len());
                offer(plain, token(Kind::Text));
                offer(empty_index(rest), token(Kind::EmptyIndex));
            }
            LineComment => {
                offer(line_end(rest), token(Kind::CommentEnd));
                offer(first_char(rest), Rule::Skip);
            }
            BlockComment => {
                offer(starts("*#"), token(Kind::CommentEnd));
                offer(first_char(rest), Rule::Skip);
            }
            TextBlock => {
                offer(starts("]]#"), token(Kind::TextBlock));
                offer(first_char(rest), Rule::More);
            }
            Reference | Member | Index | Arguments | BeforeDirective | Directive => {
                self.offer_inside(rest, &mut offer);
            }
        }
        best
    }

    fn offer_inside(&self, rest: &str, offer: &mut impl FnMut(usize, Rule)) {
        use State::*;
        let state = self.state;
        let token = Rule::Token;
        let starts = |word: &str| {
            if rest.starts_with(word) {
                word.len()
            } else {
                0
            }
        };
        if matches!(state, Directive | Arguments | Index) {
            let blanks = rest
                .find(|c| !matches!(c, ' ' | '\t' | '\n' | '\r'))
                .unwrap_or(rest.len());
            offer(blanks, token(Kind::Blank));
            offer(quoted(rest, b'"'), token(Kind::DoubleQuoted));
            offer(quoted(rest, b'\''), token(Kind::SingleQuoted));
        }
        if state != BeforeDirective {
            offer(starts("true"), token(Kind::True));
            offer(starts("false"), token(Kind::False));
        }
        if state == Directive {
            for (word, kind) in OPERATORS {
                offer(starts(word), token(kind));
            }
        }
        if state == BeforeDirective {
            for word in ["end", "{end}"] {
                offer(with_line_end(rest, starts(word)), token(Kind::EndDirective));
            }
            for word in ["if", "{if}"] {
                offer(starts(word), token(Kind::IfDirective));
            }
            for word in ["elseif", "{elseif}"] {
                offer(starts(word), token(Kind::ElseIfDirective));
            }
            for word in ["else", "{else}"] {
                offer(
                    with_line_end(rest, starts(word)),
                    token(Kind::ElseDirective),
                );
            }
        }
        if matches!(state, BeforeDirective | Directive | Arguments | Index) {
            let (integer, float) = number(rest);
            offer(integer, token(Kind::Integer));
            offer(float, token(Kind::Float));
        }
        if matches!(state, BeforeDirective | Directive) {
            offer(word(rest, "_@"), token(Kind::Word));
            offer(bracketed(rest), token(Kind::BracketedWord));
        }
        if matches!(state, Reference | Member | Arguments) {
            let name = identifier(rest);
            offer(name, token(Kind::Identifier));
            let mut after = rest.chars();
            let member =
                after.next() == Some('.') && after.next().is_some_and(|c| c.is_ascii_alphabetic());
            offer(if member { 2 } else { 0 }, token(Kind::Dot));
        }
        if matches!(state, Reference | Member) {
            offer(starts("{"), token(Kind::OpenCurly));
            offer(starts("}"), token(Kind::CloseCurly));
            offer(first_char(rest), Rule::ReferenceTerminator);
            if state == Reference {
                offer(empty_index(rest), token(Kind::EmptyIndex));
            }
        }
        if state == BeforeDirective {
            offer(first_char(rest), Rule::DirectiveTerminator);
        }
    }
}
