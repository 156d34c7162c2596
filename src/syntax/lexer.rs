//! Cuts JSON text into tokens. The tokens of a text, put together, are the text.

use crate::text::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    Colon,
    Comma,
    String,
    /// A string whose closing quote is missing; it ends with its line.
    OpenString,
    Number,
    True,
    False,
    Null,
    /// `${Name}` outside a string.
    Hole,
    /// White space and a byte order mark.
    Blank,
    /// `//` or `/* */`, which JSON does not allow.
    Comment,
    /// Anything else, up to the next blank or sign.
    Unknown,
}

/// The tokens of a text in order, without gaps.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some((kind, length)) = text.get(start..).and_then(next_token) {
        found.push(Token {
            kind,
            span: Span::new(start, start + length),
        });
        start += length;
    }
    found
}

/// The first token of a rest that is not empty, and its length in bytes.
fn next_token(rest: &str) -> Option<(TokenKind, usize)> {
    let first = rest.chars().next()?;
    let sign = |kind| Some((kind, first.len_utf8()));
    match first {
        '{' => sign(TokenKind::OpenBrace),
        '}' => sign(TokenKind::CloseBrace),
        '[' => sign(TokenKind::OpenBracket),
        ']' => sign(TokenKind::CloseBracket),
        ':' => sign(TokenKind::Colon),
        ',' => sign(TokenKind::Comma),
        '"' => Some(string(rest)),
        '$' if rest.starts_with("${") => Some(hole(rest)),
        '/' if rest.starts_with("//") => {
            Some((TokenKind::Comment, rest.find('\n').unwrap_or(rest.len())))
        }
        '/' if rest.starts_with("/*") => Some((
            TokenKind::Comment,
            rest.find("*/").map_or(rest.len(), |at| at + 2),
        )),
        _ if is_blank(first) => Some((
            TokenKind::Blank,
            rest.find(|c| !is_blank(c)).unwrap_or(rest.len()),
        )),
        _ => {
            let length = rest
                .find(|c: char| is_blank(c) || "{}[]:,\"".contains(c))
                .unwrap_or(rest.len())
                .max(first.len_utf8());
            let word = rest.get(..length).unwrap_or_default();
            Some((word_kind(word), length))
        }
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{feff}')
}

fn string(rest: &str) -> (TokenKind, usize) {
    let mut escaped = false;
    for (offset, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped && c != '\n' => escaped = false,
            '\\' => escaped = true,
            '"' => return (TokenKind::String, offset + 1),
            '\n' => return (TokenKind::OpenString, open_string_end(rest, offset)),
            _ => {}
        }
    }
    (TokenKind::OpenString, open_string_end(rest, rest.len()))
}

/// An open string gives back the signs at its end that most likely belong to what is around it.
fn open_string_end(rest: &str, line_end: usize) -> usize {
    let line = rest.get(..line_end).unwrap_or(rest);
    line.trim_end_matches(['\r', ' ', '\t', ',']).len().max(1)
}

fn hole(rest: &str) -> (TokenKind, usize) {
    let line_end = rest.find('\n').unwrap_or(rest.len());
    match rest.get(..line_end).and_then(|line| line.find('}')) {
        Some(at) => (TokenKind::Hole, at + 1),
        None => (TokenKind::Unknown, 2),
    }
}

fn word_kind(word: &str) -> TokenKind {
    match word {
        "true" => TokenKind::True,
        "false" => TokenKind::False,
        "null" => TokenKind::Null,
        _ if is_number(word) => TokenKind::Number,
        _ => TokenKind::Unknown,
    }
}

/// RFC 8259 section 6.
fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (unsigned.get(..at), unsigned.get(at + 1..)),
        None => (Some(unsigned), None),
    };
    let exponent_ok =
        exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)));
    let (whole, fraction) = match mantissa.and_then(|text| text.split_once('.')) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa.unwrap_or_default(), None),
    };
    exponent_ok
        && digits(whole)
        && (whole.len() == 1 || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
}
