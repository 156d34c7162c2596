//! The tokens of a template, for coloring it, and their names in error messages.

use crate::gateway::vtl::cursor::Mark;
use crate::gateway::vtl::lexer::Kind;
use crate::gateway::vtl::parser::marks;
use crate::text::Span;

/// What a piece of a template is to the eye.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HighlightKind {
    Text,
    Comment,
    /// `#if`, `#set`, `#end`, a macro …
    Directive,
    /// The `$name` a reference begins with, with its braces.
    Reference,
    Member,
    Method,
    Quoted,
    Number,
    /// `true`, `false`, `in`
    Keyword,
    Operator,
    /// Brackets, commas, dots.
    Punctuation,
    /// Backslashes, and text between `#[[` and `]]#`.
    Escape,
    /// What does not fit where it stands.
    Error,
}

/// One colored piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub span: Span,
    pub kind: HighlightKind,
}

/// The pieces of a template in order, without gaps, also of one that is not valid: behind a mistake
/// reading goes on with the next line.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut offset = 0;
    while offset < text.len() {
        let rest = text.get(offset..).unwrap_or_default();
        let (marks, failure) = marks(rest);
        let mut end = 0;
        for (index, mark) in marks.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|index| marks.get(index));
            let kind = highlight(*mark, before, marks.get(index + 1), rest);
            fill(
                &mut out,
                offset + end,
                offset + mark.span.start,
                rest,
                offset,
            );
            push(
                &mut out,
                offset + mark.span.start,
                offset + mark.span.end,
                kind,
            );
            end = end.max(mark.span.end);
        }
        let Some(failure) = failure else {
            fill(&mut out, offset + end, text.len(), rest, offset);
            return out;
        };
        let wrong = failure.span.start.max(end);
        fill(&mut out, offset + end, offset + wrong, rest, offset);
        let line = rest.get(wrong..).and_then(|tail| tail.find('\n'));
        let stop = line.map_or(text.len(), |at| offset + wrong + at + 1);
        push(&mut out, offset + wrong, stop, HighlightKind::Error);
        offset = stop;
    }
    out
}

/// What no token covers: comments, and characters that began nothing.
fn fill(out: &mut Vec<Token>, start: usize, end: usize, rest: &str, offset: usize) {
    let gap = start
        .checked_sub(offset)
        .zip(end.checked_sub(offset))
        .and_then(|(start, end)| rest.get(start..end))
        .unwrap_or_default();
    let kind = if gap.starts_with(['$', '#']) && gap.len() < 3 {
        HighlightKind::Text
    } else {
        HighlightKind::Comment
    };
    push(out, start, end, kind);
}

fn push(out: &mut Vec<Token>, start: usize, end: usize, kind: HighlightKind) {
    if start >= end {
        return;
    }
    if let Some(last) = out.last_mut()
        && last.kind == kind
        && last.span.end == start
        && matches!(kind, HighlightKind::Text | HighlightKind::Comment)
    {
        last.span.end = end;
        return;
    }
    out.push(Token {
        span: Span::new(start, end),
        kind,
    });
}

fn highlight(mark: Mark, before: Option<&Mark>, after: Option<&Mark>, text: &str) -> HighlightKind {
    let image = mark.span.of(text);
    let before = before.map(|mark| mark.kind);
    match mark.kind {
        Kind::End | Kind::Text | Kind::Blank | Kind::EmptyIndex => HighlightKind::Text,
        Kind::LineComment | Kind::CommentEnd => HighlightKind::Comment,
        Kind::SetDirective
        | Kind::EndDirective
        | Kind::IfDirective
        | Kind::ElseIfDirective
        | Kind::ElseDirective
        | Kind::BracketedWord => HighlightKind::Directive,
        Kind::Word if image.contains('#') => HighlightKind::Directive,
        Kind::Word | Kind::True | Kind::False => HighlightKind::Keyword,
        Kind::EscapedDirective | Kind::DoubleEscape | Kind::Escape | Kind::TextBlock => {
            HighlightKind::Escape
        }
        Kind::SingleQuoted | Kind::DoubleQuoted => HighlightKind::Quoted,
        Kind::Integer | Kind::Float => HighlightKind::Number,
        Kind::Identifier if before == Some(Kind::Dot) => {
            let called = after.is_some_and(|mark| mark.kind == Kind::OpenParenthesis);
            if called {
                HighlightKind::Method
            } else {
                HighlightKind::Member
            }
        }
        Kind::Identifier => HighlightKind::Reference,
        Kind::OpenCurly if image.contains('$') => HighlightKind::Reference,
        Kind::Minus
        | Kind::Plus
        | Kind::Times
        | Kind::Divide
        | Kind::Modulo
        | Kind::And
        | Kind::Or
        | Kind::Less
        | Kind::LessOrEqual
        | Kind::Greater
        | Kind::GreaterOrEqual
        | Kind::Equal
        | Kind::NotEqual
        | Kind::Not
        | Kind::Assign => HighlightKind::Operator,
        Kind::OpenIndex
        | Kind::CloseIndex
        | Kind::OpenList
        | Kind::CloseList
        | Kind::Comma
        | Kind::Range
        | Kind::Colon
        | Kind::OpenMap
        | Kind::CloseMap
        | Kind::OpenParenthesis
        | Kind::CloseParenthesis
        | Kind::CloseArguments
        | Kind::Dot
        | Kind::OpenCurly
        | Kind::CloseCurly => HighlightKind::Punctuation,
    }
}

/// A token in words.
pub fn describe(kind: Kind, image: &str) -> String {
    match kind {
        Kind::End => "The end of the template".to_string(),
        Kind::Blank => "A blank".to_string(),
        _ => {
            let short: String = image.trim().chars().take(40).collect();
            format!("\"{short}\"")
        }
    }
}
