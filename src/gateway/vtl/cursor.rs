//! The tokens of a text as the parser asks for them, and what it says of those that do not fit.

use std::collections::VecDeque;

use crate::gateway::vtl::ast::Macros;
use crate::gateway::vtl::lexer::Kind;
use crate::gateway::vtl::lexer::Lexer;
use crate::gateway::vtl::lexer::Token;
use crate::gateway::vtl::origin::Origin;
use crate::gateway::vtl::tokens::describe;
use crate::text::Span;

/// How deep blocks, brackets and texts within texts may nest.
pub const NESTING: usize = 60;

/// Why a text is no template, and where.
#[derive(Clone, Debug)]
pub struct ParseFailure {
    pub span: Span,
    pub message: String,
}

/// A token as the parser understood it.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    pub kind: Kind,
    pub span: Span,
}

/// Reads a template; its productions stand in `parser.rs`, `directive.rs` and `expression.rs`.
pub struct Parser<'a> {
    pub source: &'a str,
    pub origin: &'a Origin,
    pub depth: usize,
    pub macros: Macros,
    pub lexer: Lexer<'a>,
    ahead: VecDeque<Token>,
    pub marks: Option<Vec<Mark>>,
}

impl<'a> Parser<'a> {
    pub fn new(
        source: &'a str,
        origin: &'a Origin,
        depth: usize,
        marks: Option<Vec<Mark>>,
    ) -> Parser<'a> {
        Parser {
            source,
            origin,
            depth,
            macros: Macros::new(),
            lexer: Lexer::new(source),
            ahead: VecDeque::new(),
            marks,
        }
    }

    /// Guards against nesting that would not fit the stack.
    pub fn deeper<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, ParseFailure>,
    ) -> Result<T, ParseFailure> {
        if self.depth >= NESTING {
            let token = self.peek()?;
            return Err(self.failure(
                token,
                format!("The template nests deeper than {NESTING} levels"),
            ));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    pub fn peek(&mut self) -> Result<Token, ParseFailure> {
        self.peek_at(0)
    }

    pub fn peek_at(&mut self, index: usize) -> Result<Token, ParseFailure> {
        while self.ahead.len() <= index {
            match self.lexer.next_token() {
                Ok(token) => self.ahead.push_back(token),
                Err(error) => {
                    let length = error.found.map_or(0, char::len_utf8);
                    let message = match error.found {
                        Some(found) => format!("Nothing in a template begins with {found:?} here"),
                        None => "The template ends within a directive, a comment or a reference"
                            .to_string(),
                    };
                    return Err(ParseFailure {
                        span: self.span(error.at, error.at + length),
                        message,
                    });
                }
            }
        }
        match self.ahead.get(index) {
            Some(token) => Ok(*token),
            None => Err(ParseFailure {
                span: self.span(self.source.len(), self.source.len()),
                message: "The template ends too early".to_string(),
            }),
        }
    }

    pub fn take(&mut self) -> Result<Token, ParseFailure> {
        let token = self.peek()?;
        self.ahead.pop_front();
        let span = self.span(token.start, token.end);
        if let Some(marks) = &mut self.marks {
            marks.push(Mark {
                kind: token.kind,
                span,
            });
        }
        Ok(token)
    }

    pub fn blanks(&mut self) -> Result<(), ParseFailure> {
        if self.peek()?.kind == Kind::Blank {
            self.take()?;
        }
        Ok(())
    }

    pub fn require(&mut self, kind: Kind, wanted: &str) -> Result<Token, ParseFailure> {
        let token = self.peek()?;
        if token.kind == kind {
            self.take()
        } else {
            Err(self.unexpected(token, &format!("{wanted} was expected")))
        }
    }

    pub fn image(&self, token: Token) -> &'a str {
        self.source.get(token.start..token.end).unwrap_or_default()
    }

    pub fn span(&self, start: usize, end: usize) -> Span {
        self.origin.span(start, end)
    }

    pub fn failure(&self, token: Token, message: String) -> ParseFailure {
        ParseFailure {
            span: self.span(token.start, token.end),
            message,
        }
    }

    pub fn unexpected(&self, token: Token, wanted: &str) -> ParseFailure {
        let found = describe(token.kind, self.image(token));
        self.failure(token, format!("{found} does not fit here: {wanted}"))
    }
}
