//! From tokens to the tree: directives with a name, those of the engine and calls of macros.

use std::sync::Arc;

use crate::gateway::vtl::ast::Block;
use crate::gateway::vtl::ast::Call;
use crate::gateway::vtl::ast::Expression;
use crate::gateway::vtl::ast::ExpressionKind;
use crate::gateway::vtl::ast::Foreach;
use crate::gateway::vtl::ast::Macro;
use crate::gateway::vtl::ast::Node;
use crate::gateway::vtl::cursor::ParseFailure;
use crate::gateway::vtl::cursor::Parser;
use crate::gateway::vtl::lexer::Kind;
use crate::gateway::vtl::lexer::Token;
use crate::text::Span;

/// The directives that have a name in the engine.
pub const DIRECTIVES: [&str; 9] = [
    "foreach", "include", "parse", "macro", "literal", "evaluate", "break", "define", "stop",
];

impl Parser<'_> {
    pub fn directive(&mut self, block: &mut Block) -> Result<(), ParseFailure> {
        let word = self.take()?;
        let image = self.image(word);
        let name: Arc<str> = Arc::from(match word.kind {
            Kind::BracketedWord => image.get(2..image.len() - 1).unwrap_or_default(),
            _ => image.get(1..).unwrap_or_default(),
        });
        let known = DIRECTIVES.contains(&name.as_ref());
        let has_block = matches!(name.as_ref(), "foreach" | "macro" | "literal" | "define")
            || !known && name.starts_with('@');
        self.lexer.enter_directive();
        if !self.lexer.parenthesis_follows() {
            if name.as_ref() == "macro" {
                return Err(self.failure(word, "#macro needs a name in parentheses".to_string()));
            }
            self.lexer.leave_directive();
            block.push(self.bare_directive(word, name, has_block));
            return Ok(());
        }
        self.blanks()?;
        self.require(Kind::OpenParenthesis, "\"(\"")?;
        let arguments = self.directive_arguments(&name, known, word)?;
        self.blanks()?;
        let close = self.require(
            Kind::CloseParenthesis,
            &format!("an argument or the \")\" of #{name}"),
        )?;
        let span = self.span(word.start, close.start + 1);
        if !has_block {
            block.push(self.line_directive(word, close, name, arguments, span)?);
            return Ok(());
        }
        let inner = self.block()?;
        let end = self.end_of_block(&format!("#{name}"))?;
        match name.as_ref() {
            "foreach" => block.push(self.foreach(span, arguments, inner)),
            "define" => {
                let named = match arguments.first() {
                    None => {
                        block.push(Node::Broken {
                            span,
                            reason: "#define needs the name of the block".to_string(),
                        });
                        return Ok(());
                    }
                    Some(Expression {
                        kind: ExpressionKind::Reference(reference),
                        ..
                    }) if reference.steps.is_empty() => Some(reference.root.clone()),
                    Some(_) => None,
                };
                block.push(Node::Define {
                    name: named,
                    body: Arc::new(inner),
                });
            }
            "macro" => self.define_macro(arguments, inner, word)?,
            "literal" => {
                let text = self.source.get(close.end..end.start).unwrap_or_default();
                let raw = Token {
                    kind: Kind::Text,
                    start: close.end,
                    end: end.start,
                    loose: None,
                };
                self.push_text(block, raw, text);
            }
            _ => {
                let call = self.call(word, end, name, arguments, Some(inner), span);
                block.push(call);
            }
        }
        Ok(())
    }

    /// A directive without parentheses.
    fn bare_directive(&self, word: Token, name: Arc<str>, has_block: bool) -> Node {
        let span = self.span(word.start, word.end);
        match name.as_ref() {
            "break" => Node::Break { span, scope: None },
            "stop" => Node::Stop,
            "evaluate" | "include" | "parse" | "foreach" | "define" | "literal" => Node::Broken {
                span,
                reason: format!("#{name} needs parentheses with its arguments"),
            },
            _ if has_block => Node::Broken {
                span,
                reason: format!("#{name} needs parentheses, even without arguments"),
            },
            _ => self.call(word, word, name, Vec::new(), None, span),
        }
    }

    fn line_directive(
        &self,
        word: Token,
        close: Token,
        name: Arc<str>,
        mut arguments: Vec<Expression>,
        span: Span,
    ) -> Result<Node, ParseFailure> {
        let count = arguments.len();
        Ok(match name.as_ref() {
            "break" => Node::Break {
                span,
                scope: (count > 0).then(|| arguments.swap_remove(0)),
            },
            "stop" => Node::Stop,
            "evaluate" if count != 1 => {
                return Err(self.failure(word, "#evaluate takes exactly one argument".to_string()));
            }
            "evaluate" => {
                let argument = arguments.swap_remove(0);
                match &argument.kind {
                    ExpressionKind::Text(_)
                    | ExpressionKind::Interpolated { .. }
                    | ExpressionKind::Reference(_) => Node::Evaluate { span, argument },
                    _ => {
                        return Err(
                            self.failure(word, "#evaluate takes a text or a reference".to_string())
                        );
                    }
                }
            }
            "include" | "parse" => Node::Broken {
                span,
                reason: format!(
                    "#{name} reads other files, which a mapping template does not have"
                ),
            },
            _ => self.call(word, close, name, arguments, None, span),
        })
    }

    fn call(
        &self,
        word: Token,
        last: Token,
        name: Arc<str>,
        arguments: Vec<Expression>,
        body: Option<Block>,
        span: Span,
    ) -> Node {
        let bare_word = arguments.iter().find_map(|argument| match &argument.kind {
            ExpressionKind::Word(word) => Some(word.clone()),
            _ => None,
        });
        let name = match name.strip_prefix('@') {
            Some(plain) if body.is_some() => Arc::from(plain),
            _ => name,
        };
        let source = self.source.get(word.start..last.end).unwrap_or_default();
        Node::Call(Arc::new(Call {
            span,
            name,
            arguments,
            body,
            source: Arc::from(format!("{}{source}", self.loose_text(word))),
            bare_word,
        }))
    }

    fn foreach(&self, span: Span, arguments: Vec<Expression>, inner: Block) -> Node {
        let count = arguments.len();
        let mut arguments = arguments.into_iter();
        let (Some(first), Some(_)) = (arguments.next(), arguments.next()) else {
            return Node::Broken {
                span,
                reason: "#foreach needs ($item in $list)".to_string(),
            };
        };
        // The engine takes the third part for the list and the fourth for the block, whatever they are.
        let name = match &first.kind {
            ExpressionKind::Reference(reference) => reference.root.clone(),
            _ => Arc::from("\""),
        };
        Node::Foreach(Foreach {
            span,
            name,
            list: arguments.next(),
            body: (count == 3).then_some(inner),
        })
    }

    fn define_macro(
        &mut self,
        arguments: Vec<Expression>,
        body: Block,
        word: Token,
    ) -> Result<(), ParseFailure> {
        let mut arguments = arguments.into_iter();
        let Some(Expression {
            kind: ExpressionKind::Word(name),
            ..
        }) = arguments.next()
        else {
            return Err(self.failure(word, "#macro needs a name".to_string()));
        };
        let mut parameters = Vec::new();
        for argument in arguments {
            match argument.kind {
                ExpressionKind::Reference(reference) if reference.steps.is_empty() => {
                    parameters.push(reference.root.clone());
                }
                _ => {
                    let message = format!("The parameters of #macro({name}) have to be references");
                    return Err(self.failure(word, message));
                }
            }
        }
        let defined = Macro { parameters, body };
        self.macros.insert(name, Arc::new(defined));
        Ok(())
    }

    /// Arguments of a directive, with blanks or commas between them.
    fn directive_arguments(
        &mut self,
        name: &str,
        known: bool,
        word: Token,
    ) -> Result<Vec<Expression>, ParseFailure> {
        let mut arguments = Vec::new();
        loop {
            let first = self.peek()?.kind;
            let goes_on = match first {
                Kind::Comma => true,
                Kind::Blank => {
                    let second = self.peek_at(1)?.kind;
                    second == Kind::Comma || starts_argument(second)
                }
                kind => starts_argument(kind),
            };
            if !goes_on {
                return Ok(arguments);
            }
            self.blanks()?;
            if self.peek()?.kind == Kind::Comma {
                self.take()?;
                self.blanks()?;
            }
            let token = self.peek()?;
            let argument = self.directive_argument()?;
            let bare = matches!(argument.kind, ExpressionKind::Word(_));
            let position = arguments.len();
            let first_of_macro = name == "macro" && position == 0;
            if first_of_macro && !bare {
                let message = "The first argument of #macro has to be a bare word".to_string();
                return Err(self.failure(word, message));
            }
            let allowed = first_of_macro || !known || name == "foreach" && position == 1;
            if bare && !allowed {
                let message = format!(
                    "#{name} does not take the bare word \"{}\"",
                    self.image(token)
                );
                return Err(self.failure(token, message));
            }
            arguments.push(argument);
        }
    }
}

fn starts_argument(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Identifier
            | Kind::OpenCurly
            | Kind::Word
            | Kind::SingleQuoted
            | Kind::DoubleQuoted
            | Kind::Integer
            | Kind::OpenList
            | Kind::Float
            | Kind::OpenMap
            | Kind::True
            | Kind::False
    )
}
