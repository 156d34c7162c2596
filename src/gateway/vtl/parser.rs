//! From tokens to the tree: statements and directives. What a statement is follows the grammar of Velocity 1.7.

use std::sync::Arc;

use crate::gateway::vtl::ast::Block;
use crate::gateway::vtl::ast::Branch;
use crate::gateway::vtl::ast::Macros;
use crate::gateway::vtl::ast::Node;
use crate::gateway::vtl::cursor::Mark;
use crate::gateway::vtl::cursor::ParseFailure;
use crate::gateway::vtl::cursor::Parser;
use crate::gateway::vtl::directive::DIRECTIVES;
use crate::gateway::vtl::lexer::Kind;
use crate::gateway::vtl::lexer::Token;
use crate::gateway::vtl::origin::Origin;

/// What a text says.
#[derive(Debug, Default)]
pub struct Parsed {
    pub block: Block,
    pub macros: Macros,
}

/// Reads a text. `origin` says where its bytes stand in the template, `depth` how deep it is nested already.
pub fn parse(source: &str, origin: &Origin, depth: usize) -> Result<Parsed, ParseFailure> {
    let mut parser = Parser::new(source, origin, depth, None);
    let result = parser.whole();
    result.map(|block| Parsed {
        block,
        macros: parser.macros,
    })
}

/// The tokens up to where the text stops being a template.
pub fn marks(source: &str) -> (Vec<Mark>, Option<ParseFailure>) {
    let origin = Origin::default();
    let mut parser = Parser::new(source, &origin, 0, Some(Vec::new()));
    let failure = parser.everything().err();
    (parser.marks.unwrap_or_default(), failure)
}

impl Parser<'_> {
    fn whole(&mut self) -> Result<Block, ParseFailure> {
        let block = self.block()?;
        let token = self.peek()?;
        if token.kind != Kind::End {
            return Err(self.unexpected(token, "nothing opened it"));
        }
        Ok(block)
    }

    /// As above, with no mind to what belongs together.
    fn everything(&mut self) -> Result<(), ParseFailure> {
        loop {
            self.block()?;
            match self.take()?.kind {
                Kind::End => return Ok(()),
                Kind::ElseIfDirective => {
                    self.blanks()?;
                    self.require(Kind::OpenParenthesis, "\"(\"")?;
                    self.expression()?;
                    self.require(Kind::CloseParenthesis, "\")\"")?;
                }
                _ => {}
            }
        }
    }

    /// Statements up to what belongs to the statement around them.
    pub fn block(&mut self) -> Result<Block, ParseFailure> {
        self.deeper(|parser| {
            let mut block = Block::new();
            loop {
                let token = parser.peek()?;
                match token.kind {
                    Kind::End
                    | Kind::EndDirective
                    | Kind::ElseDirective
                    | Kind::ElseIfDirective => break Ok(block),
                    _ => parser.statement(token, &mut block)?,
                }
            }
        })
    }

    fn statement(&mut self, token: Token, block: &mut Block) -> Result<(), ParseFailure> {
        match token.kind {
            Kind::IfDirective => block.push(self.if_statement()?),
            Kind::Identifier => block.push(Node::Reference(self.reference()?)),
            Kind::OpenCurly if self.peek_at(1)?.kind == Kind::Identifier => {
                block.push(Node::Reference(self.reference()?));
            }
            Kind::LineComment => {
                self.take()?;
                if self.peek()?.kind == Kind::CommentEnd {
                    self.take()?;
                }
            }
            Kind::CommentEnd => {
                self.take()?;
            }
            Kind::TextBlock => {
                self.take()?;
                let image = self.image(token);
                let inner = image
                    .get(3..image.len().saturating_sub(3))
                    .unwrap_or_default();
                self.push_text(block, token, inner);
            }
            Kind::SetDirective => block.push(self.set_statement()?),
            Kind::EscapedDirective => {
                self.take()?;
                let text = self.escaped_directive(token);
                self.push_text(block, token, &text);
            }
            Kind::DoubleEscape => self.escapes(block)?,
            Kind::Word | Kind::BracketedWord => self.directive(block)?,
            Kind::Text
            | Kind::Dot
            | Kind::CloseParenthesis
            | Kind::OpenParenthesis
            | Kind::Integer
            | Kind::Float
            | Kind::SingleQuoted
            | Kind::DoubleQuoted
            | Kind::Escape
            | Kind::OpenCurly
            | Kind::CloseCurly
            | Kind::EmptyIndex => {
                self.take()?;
                let loose = self.loose_text(token);
                let text = format!("{loose}{}", self.image(token));
                self.push_text(block, token, &text);
            }
            _ => return Err(self.unexpected(token, "text or a directive was expected")),
        }
        Ok(())
    }

    pub fn push_text(&self, block: &mut Block, token: Token, text: &str) {
        let start = token.loose.map_or(token.start, |(start, _)| start);
        block.push(Node::Text {
            span: self.span(start, token.end),
            text: Arc::from(text),
        });
    }

    /// What is left of characters that turned out to start nothing.
    pub fn loose_text(&self, token: Token) -> String {
        let Some((start, end)) = token.loose else {
            return String::new();
        };
        let loose = self.source.get(start..end).unwrap_or_default();
        let mut out = String::new();
        let mut slashes = 0;
        for character in loose.chars() {
            match character {
                '\\' => slashes += 1,
                '$' => {
                    out.extend(std::iter::repeat_n('\\', slashes));
                    out.push('$');
                    slashes = 0;
                }
                '#' => {
                    out.push('#');
                    slashes = 0;
                }
                _ => slashes = 0,
            }
        }
        out
    }

    fn escaped_directive(&self, token: Token) -> String {
        let image = self.image(token);
        let last = image.rfind('\\').unwrap_or_default();
        let directive = image.get(last + 1..).unwrap_or_default();
        let name = directive.trim_start_matches('#');
        let name = name
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
            .unwrap_or(name);
        let known = DIRECTIVES.contains(&name)
            || ["if", "end", "set", "else", "elseif"].contains(&name)
            || self.macros.contains_key(name);
        if known {
            format!("{}{directive}", image.get(..last / 2).unwrap_or_default())
        } else {
            image.to_string()
        }
    }

    /// Pairs of backslashes: one each before a directive, themselves before anything else.
    fn escapes(&mut self, block: &mut Block) -> Result<(), ParseFailure> {
        let first = self.take()?;
        let mut last = first;
        let mut count = 1;
        while self.peek()?.kind == Kind::DoubleEscape {
            last = self.take()?;
            count += 1;
        }
        let unit = self.escape_unit()?;
        let all = Token {
            end: last.end,
            loose: None,
            ..first
        };
        self.push_text(block, all, &unit.repeat(count));
        Ok(())
    }

    fn escape_unit(&mut self) -> Result<&'static str, ParseFailure> {
        let next = self.peek()?;
        let name = self.image(next).trim_start_matches('#');
        let directive = match next.kind {
            Kind::IfDirective
            | Kind::ElseDirective
            | Kind::ElseIfDirective
            | Kind::EndDirective => true,
            _ => DIRECTIVES.contains(&name),
        };
        Ok(if directive { "\\" } else { "\\\\" })
    }

    fn if_statement(&mut self) -> Result<Node, ParseFailure> {
        let mut branches = vec![self.branch()?];
        while self.peek()?.kind == Kind::ElseIfDirective {
            branches.push(self.branch()?);
        }
        let mut otherwise = None;
        if self.peek()?.kind == Kind::ElseDirective {
            self.take()?;
            otherwise = Some(self.block()?);
        }
        self.end_of_block("#if")?;
        Ok(Node::If {
            branches,
            otherwise,
        })
    }

    fn branch(&mut self) -> Result<Branch, ParseFailure> {
        let start = self.take()?;
        self.blanks()?;
        self.require(Kind::OpenParenthesis, "\"(\" and a condition")?;
        let condition = self.expression()?;
        let end = self.require(Kind::CloseParenthesis, "\")\" behind the condition")?;
        let block = self.block()?;
        Ok(Branch {
            span: self.span(start.start, end.start + 1),
            condition,
            block,
        })
    }

    pub fn end_of_block(&mut self, what: &str) -> Result<Token, ParseFailure> {
        self.require(Kind::EndDirective, &format!("the #end of {what}"))
    }

    fn set_statement(&mut self) -> Result<Node, ParseFailure> {
        let start = self.take()?;
        self.blanks()?;
        let next = self.peek()?;
        if !matches!(next.kind, Kind::Identifier | Kind::OpenCurly) {
            return Err(self.unexpected(next, "#set needs a reference to assign to"));
        }
        let target = self.reference()?;
        self.blanks()?;
        self.require(Kind::Assign, "\"=\" behind the reference of #set")?;
        let value = self.expression()?;
        let end = self.require(Kind::CloseParenthesis, "an operator or the \")\" of #set")?;
        self.lexer.leave_set();
        let image = self.image(start);
        let blanks = image.len() - image.trim_start_matches([' ', '\t']).len();
        Ok(Node::Set {
            span: self.span(start.start + blanks, end.start + 1),
            target,
            value,
        })
    }
}
