//! From tokens to the tree: references, expressions and texts with references in them.

use std::sync::Arc;

use crate::gateway::vtl::ast::Expression;
use crate::gateway::vtl::ast::ExpressionKind;
use crate::gateway::vtl::ast::Operator;
use crate::gateway::vtl::ast::Reference;
use crate::gateway::vtl::ast::Step;
use crate::gateway::vtl::cursor::ParseFailure;
use crate::gateway::vtl::cursor::Parser;
use crate::gateway::vtl::lexer::Kind;
use crate::gateway::vtl::lexer::Token;
use crate::gateway::vtl::origin::Origin;
use crate::gateway::vtl::parser::parse;
use crate::text::Span;

/// The ranks of the operators, the weakest first.
const RANKS: usize = 6;

impl Parser<'_> {
    /// `$x`, `${x}`, with everything that hangs on it.
    pub fn reference(&mut self) -> Result<Reference, ParseFailure> {
        let first = self.take()?;
        let formal = first.kind == Kind::OpenCurly;
        let name = if formal {
            self.require(Kind::Identifier, "the name of the reference")?
        } else {
            first
        };
        let mut last = name;
        let mut steps = Vec::new();
        self.indexes(&mut steps, &mut last)?;
        while self.peek()?.kind == Kind::Dot && self.peek_at(1)?.kind == Kind::Identifier {
            self.take()?;
            let member = self.take()?;
            last = member;
            let word: Arc<str> = Arc::from(self.image(member));
            if self.peek()?.kind == Kind::OpenParenthesis {
                let (arguments, close) = self.method_arguments()?;
                last = close;
                steps.push(Step::Method {
                    span: self.span(member.start, close.end),
                    name: word,
                    arguments,
                });
            } else {
                steps.push(Step::Member {
                    span: self.span(member.start, member.end),
                    name: word,
                });
            }
            self.indexes(&mut steps, &mut last)?;
        }
        if formal {
            last = self.require(Kind::CloseCurly, "the \"}\" of the reference")?;
        }
        Ok(self.rooted(first, name, last, steps))
    }

    /// Takes the characters gathered before the name apart: backslashes, other `$`, the `!`.
    fn rooted(&self, first: Token, name: Token, last: Token, steps: Vec<Step>) -> Reference {
        let image = self.image(first);
        let whole = self.source.get(first.start..last.end).unwrap_or_default();
        let span = self.span(first.start, last.end);
        let runt = |text: String| Reference {
            span,
            root: Arc::from(text),
            steps: Vec::new(),
            quiet: false,
            escaped: false,
            slashes: Arc::from(""),
            before: Arc::from(""),
            source: Arc::from(""),
            runt: true,
        };
        if image.contains("\\!") {
            let dollar = image.find('$').unwrap_or_default();
            let (front, tail) = image.split_at(dollar + 1);
            return runt(format!("{front}{}", tail.get(1..).unwrap_or_default()));
        }
        let slashes = image.len() - image.trim_start_matches('\\').len();
        let bare = image.get(slashes..).unwrap_or_default();
        let Some(dollar) = bare.rfind('$') else {
            return runt(bare.to_string());
        };
        let escaped = !slashes.is_multiple_of(2);
        let quiet = bare
            .get(dollar + 1..)
            .is_some_and(|tail| tail.starts_with('!'));
        let (more, own) = bare.split_at(dollar);
        let name_image = self.image(name);
        let root = if first.kind == Kind::OpenCurly {
            name_image
        } else {
            own.trim_start_matches(['$', '!'])
        };
        let source = whole.get(slashes + dollar..).unwrap_or_default();
        Reference {
            span,
            root: Arc::from(root),
            steps,
            quiet,
            escaped,
            slashes: Arc::from("\\".repeat(slashes / 2)),
            before: Arc::from(more),
            source: Arc::from(source),
            runt: false,
        }
    }

    fn indexes(&mut self, steps: &mut Vec<Step>, last: &mut Token) -> Result<(), ParseFailure> {
        while self.peek()?.kind == Kind::OpenIndex {
            let open = self.take()?;
            self.blanks()?;
            let token = self.peek()?;
            let index = match token.kind {
                Kind::SingleQuoted
                | Kind::DoubleQuoted
                | Kind::Integer
                | Kind::True
                | Kind::False
                | Kind::Identifier
                | Kind::OpenCurly => self.deeper(|parser| parser.operand())?,
                _ => return Err(self.unexpected(token, "an index was expected")),
            };
            self.blanks()?;
            *last = self.require(Kind::CloseIndex, "the \"]\" of the index")?;
            steps.push(Step::Index {
                span: self.span(open.start, last.end),
                index,
            });
        }
        Ok(())
    }

    fn method_arguments(&mut self) -> Result<(Vec<Expression>, Token), ParseFailure> {
        self.deeper(|parser| {
            parser.take()?;
            let mut arguments = Vec::new();
            if parser.peek()?.kind != Kind::CloseArguments {
                arguments.push(parser.parameter()?);
                while parser.peek()?.kind == Kind::Comma {
                    parser.take()?;
                    arguments.push(parser.parameter()?);
                }
            }
            let close = parser.require(
                Kind::CloseArguments,
                "\",\" or the \")\" behind the arguments",
            )?;
            Ok((arguments, close))
        })
    }

    /// A value with blanks around it.
    fn parameter(&mut self) -> Result<Expression, ParseFailure> {
        self.blanks()?;
        let value = self.operand()?;
        self.blanks()?;
        Ok(value)
    }

    /// The argument of a directive.
    pub fn directive_argument(&mut self) -> Result<Expression, ParseFailure> {
        let token = self.peek()?;
        if token.kind == Kind::Word {
            self.take()?;
            return Ok(Expression {
                span: self.span(token.start, token.end),
                kind: ExpressionKind::Word(Arc::from(self.image(token))),
            });
        }
        self.operand()
    }

    /// What stands between the parentheses of `#if` and behind the `=` of `#set`.
    pub fn expression(&mut self) -> Result<Expression, ParseFailure> {
        self.deeper(|parser| parser.ranked(0))
    }

    fn ranked(&mut self, rank: usize) -> Result<Expression, ParseFailure> {
        if rank == RANKS {
            return self.unary();
        }
        let start = self.peek()?.start;
        let first = self.ranked(rank + 1)?;
        let mut rest = Vec::new();
        let mut end = first.span.end;
        while let Some(operator) = operator(self.peek()?.kind, rank) {
            self.take()?;
            let operand = self.ranked(rank + 1)?;
            end = operand.span.end;
            rest.push((operator, operand));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        let stop = self.peek()?.start;
        let source = self.source.get(start..stop).unwrap_or_default();
        Ok(Expression {
            span: Span::new(first.span.start, end),
            kind: ExpressionKind::Chain {
                first: Box::new(first),
                rest,
                source: Arc::from(source.trim()),
            },
        })
    }

    fn unary(&mut self) -> Result<Expression, ParseFailure> {
        let next = self.peek()?;
        let negated = next.kind == Kind::Not
            || next.kind == Kind::Blank && self.peek_at(1)?.kind == Kind::Not;
        if !negated {
            return self.primary();
        }
        self.blanks()?;
        let not = self.take()?;
        let inner = self.deeper(|parser| parser.unary())?;
        Ok(Expression {
            span: Span::new(self.span(not.start, not.end).start, inner.span.end),
            kind: ExpressionKind::Not(Box::new(inner)),
        })
    }

    fn primary(&mut self) -> Result<Expression, ParseFailure> {
        self.blanks()?;
        let value = if self.peek()?.kind == Kind::OpenParenthesis {
            self.take()?;
            let inner = self.expression()?;
            self.require(Kind::CloseParenthesis, "an operator or \")\"")?;
            inner
        } else {
            self.operand()?
        };
        self.blanks()?;
        Ok(value)
    }

    /// A literal or a reference.
    fn operand(&mut self) -> Result<Expression, ParseFailure> {
        let token = self.peek()?;
        let kind = match token.kind {
            Kind::Identifier | Kind::OpenCurly => {
                let reference = self.reference()?;
                return Ok(Expression {
                    span: reference.span,
                    kind: ExpressionKind::Reference(reference),
                });
            }
            Kind::SingleQuoted | Kind::DoubleQuoted => {
                self.take()?;
                self.quoted(token)?
            }
            Kind::Integer => {
                self.take()?;
                match self.image(token).parse() {
                    Ok(integer) => ExpressionKind::Integer(integer),
                    Err(_) => {
                        let message = "Whole numbers of more than 38 digits are not supported";
                        return Err(self.failure(token, message.to_string()));
                    }
                }
            }
            Kind::Float => {
                self.take()?;
                ExpressionKind::Float(self.image(token).parse().unwrap_or_default())
            }
            Kind::True | Kind::False => {
                self.take()?;
                ExpressionKind::Bool(token.kind == Kind::True)
            }
            Kind::OpenList => return self.deeper(|parser| parser.list(token)),
            Kind::OpenMap => return self.deeper(|parser| parser.map(token)),
            _ => return Err(self.unexpected(token, "a value was expected")),
        };
        Ok(Expression {
            span: self.span(token.start, token.end),
            kind,
        })
    }

    /// `[1, 2]` or `[1..2]`
    fn list(&mut self, open: Token) -> Result<Expression, ParseFailure> {
        self.take()?;
        let mut items = Vec::new();
        if self.peek()?.kind != Kind::CloseList {
            self.blanks()?;
            let bound = |kind| matches!(kind, Kind::Integer | Kind::Identifier | Kind::OpenCurly);
            let may_be_range = bound(self.peek()?.kind);
            items.push(self.parameter()?);
            if may_be_range && self.peek()?.kind == Kind::Range {
                self.take()?;
                self.blanks()?;
                let token = self.peek()?;
                if !bound(token.kind) {
                    let wanted = "a range ends with a whole number or a reference";
                    return Err(self.unexpected(token, wanted));
                }
                let to = self.parameter()?;
                let close = self.require(Kind::CloseList, "the \"]\" of the range")?;
                let from = items.swap_remove(0);
                return Ok(Expression {
                    span: self.span(open.start, close.end),
                    kind: ExpressionKind::Range(Box::new(from), Box::new(to)),
                });
            }
            while self.peek()?.kind == Kind::Comma {
                self.take()?;
                items.push(self.parameter()?);
            }
        }
        let close = self.require(Kind::CloseList, "\",\" or the \"]\" of the list")?;
        Ok(Expression {
            span: self.span(open.start, close.end),
            kind: ExpressionKind::List(items),
        })
    }

    fn map(&mut self, open: Token) -> Result<Expression, ParseFailure> {
        self.take()?;
        let mut members = Vec::new();
        let closes = |kind| matches!(kind, Kind::CloseMap | Kind::CloseCurly);
        let next = self.peek()?.kind;
        if next == Kind::Blank && closes(self.peek_at(1)?.kind) {
            self.take()?;
        } else if !closes(next) {
            loop {
                let key = self.parameter()?;
                self.require(Kind::Colon, "\":\" behind the key")?;
                members.push((key, self.parameter()?));
                if self.peek()?.kind != Kind::Comma {
                    break;
                }
                self.take()?;
            }
        }
        let token = self.peek()?;
        if !closes(token.kind) {
            return Err(self.unexpected(token, "\",\" or the \"}\" of the map was expected"));
        }
        let close = self.take()?;
        Ok(Expression {
            span: self.span(open.start, close.end),
            kind: ExpressionKind::Map(members),
        })
    }

    /// A quoted text: doubled quotes are single ones, and between double quotes a text is a small template.
    fn quoted(&mut self, token: Token) -> Result<ExpressionKind, ParseFailure> {
        let image = self.image(token);
        let double = token.kind == Kind::DoubleQuoted;
        let inner = image.get(1..image.len() - 1).unwrap_or_default();
        let (mut text, pieces) = unquoted(inner, double, token.start + 1);
        if !(double && image.contains(['$', '#'])) {
            return Ok(ExpressionKind::Text(Arc::from(text)));
        }
        // The grammar needs a character behind a reference; it is dropped from what comes out.
        let padded = !image.contains("##");
        if padded {
            text.push(' ');
        }
        let origin = Origin::within(self.origin, pieces, token.end - 1);
        let parsed = self.deeper(|parser| parse(&text, &origin, parser.depth))?;
        self.macros.extend(parsed.macros);
        Ok(ExpressionKind::Interpolated {
            block: parsed.block,
            padded,
        })
    }
}

/// The text between the quotes, and at which of its bytes which byte of the source stands.
fn unquoted(inner: &str, double: bool, start: usize) -> (String, Vec<(usize, usize)>) {
    let quote = if double { '"' } else { '\'' };
    let mut out = String::with_capacity(inner.len());
    let mut pieces = vec![(0, start)];
    let mut rest = inner;
    while let Some(character) = rest.chars().next() {
        let unit = if double { unicode_escape(rest) } else { None };
        let (taken, put) = match unit {
            Some(escaped) => (6, escaped),
            None if character == quote => (2, quote),
            None => (character.len_utf8(), character),
        };
        out.push(put);
        rest = rest.get(taken.min(rest.len())..).unwrap_or_default();
        if taken != put.len_utf8() {
            pieces.push((out.len(), start + inner.len() - rest.len()));
        }
    }
    (out, pieces)
}

/// `\u0041`
fn unicode_escape(rest: &str) -> Option<char> {
    let digits = rest.strip_prefix("\\u")?.get(..4)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16)
        .ok()
        .map(|code| char::from_u32(code).unwrap_or('?'))
}

fn operator(kind: Kind, rank: usize) -> Option<Operator> {
    let (own, operator) = match kind {
        Kind::Or => (0, Operator::Or),
        Kind::And => (1, Operator::And),
        Kind::Equal => (2, Operator::Equal),
        Kind::NotEqual => (2, Operator::NotEqual),
        Kind::Less => (3, Operator::Less),
        Kind::LessOrEqual => (3, Operator::LessOrEqual),
        Kind::Greater => (3, Operator::Greater),
        Kind::GreaterOrEqual => (3, Operator::GreaterOrEqual),
        Kind::Plus => (4, Operator::Plus),
        Kind::Minus => (4, Operator::Minus),
        Kind::Times => (5, Operator::Times),
        Kind::Divide => (5, Operator::Divide),
        Kind::Modulo => (5, Operator::Modulo),
        _ => return None,
    };
    (own == rank).then_some(operator)
}
