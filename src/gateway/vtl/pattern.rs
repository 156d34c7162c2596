//! What the words of a template look like: how many bytes of a text match, 0 where it does not.

use crate::gateway::vtl::lexer::Kind;

/// The operators of an expression; the longest match counts.
pub const OPERATORS: [(&str, Kind); 24] = [
    ("-", Kind::Minus),
    ("+", Kind::Plus),
    ("*", Kind::Times),
    ("/", Kind::Divide),
    ("%", Kind::Modulo),
    ("&&", Kind::And),
    ("and", Kind::And),
    ("||", Kind::Or),
    ("or", Kind::Or),
    ("<", Kind::Less),
    ("lt", Kind::Less),
    ("<=", Kind::LessOrEqual),
    ("le", Kind::LessOrEqual),
    (">", Kind::Greater),
    ("gt", Kind::Greater),
    (">=", Kind::GreaterOrEqual),
    ("ge", Kind::GreaterOrEqual),
    ("==", Kind::Equal),
    ("eq", Kind::Equal),
    ("!=", Kind::NotEqual),
    ("ne", Kind::NotEqual),
    ("!", Kind::Not),
    ("not", Kind::Not),
    ("=", Kind::Assign),
];

/// How long the first character is.
pub fn first_char(rest: &str) -> usize {
    rest.chars().next().map_or(0, char::len_utf8)
}

/// How long the line end is that the text begins with.
pub fn line_end(rest: &str) -> usize {
    match rest.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

/// A match and the blanks and the line end behind it, if there are only blanks before the line end.
pub fn with_line_end(rest: &str, length: usize) -> usize {
    if length == 0 {
        return 0;
    }
    let after = rest.get(length..).unwrap_or_default();
    let line = after.trim_start_matches([' ', '\t']);
    match line_end(line) {
        0 => length,
        end => length + after.len() - line.len() + end,
    }
}

/// A directive's name, which may begin with a letter or one of `also`.
pub fn word(rest: &str, also: &str) -> usize {
    let first = |c: char| c.is_ascii_alphabetic() || also.contains(c);
    if !rest.starts_with(first) {
        return 0;
    }
    rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '@'))
        .unwrap_or(rest.len())
}

/// A directive's name in braces.
pub fn bracketed(rest: &str) -> usize {
    let inner = rest.strip_prefix('{').unwrap_or_default();
    match word(inner, "_") {
        0 => 0,
        length
            if inner
                .get(length..)
                .is_some_and(|after| after.starts_with('}')) =>
        {
            length + 2
        }
        _ => 0,
    }
}

/// The name of a reference or of a member; hyphens belong to it.
pub fn identifier(rest: &str) -> usize {
    if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return 0;
    }
    rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
        .unwrap_or(rest.len())
}

/// Backslashes and the `$`, with the `!` behind it if there is one.
pub fn reference_start(rest: &str, slashes: usize) -> usize {
    let Some(after) = rest.get(slashes..).and_then(|rest| rest.strip_prefix('$')) else {
        return 0;
    };
    let more = after.find(|c| c != '\\').unwrap_or(after.len());
    match after.get(more..) {
        Some(tail) if tail.starts_with('!') => slashes + 1 + more + 1,
        _ => slashes + 1,
    }
}

/// A `$` before a bracket or a dot, which is no reference.
pub fn empty_index(rest: &str) -> usize {
    ["$[", "$![", "$\\![", "$."]
        .iter()
        .find(|word| rest.starts_with(**word))
        .map_or(0, |word| word.len())
}

/// `\#word`, with an even number of backslashes before it.
pub fn escaped_directive(rest: &str, slashes: usize) -> usize {
    if slashes.is_multiple_of(2) {
        return 0;
    }
    let Some(after) = rest.get(slashes..).and_then(|rest| rest.strip_prefix('#')) else {
        return 0;
    };
    match word(after, "_@").max(bracketed(after)) {
        0 => 0,
        length => slashes + 1 + length,
    }
}

/// The beginning of an assignment, with the blanks before it.
pub fn set_directive(rest: &str) -> usize {
    let line = rest.trim_start_matches([' ', '\t']);
    let Some(after) = line
        .strip_prefix("#set")
        .or_else(|| line.strip_prefix("#{set}"))
    else {
        return 0;
    };
    match after.trim_start_matches(' ').strip_prefix('(') {
        Some(tail) => rest.len() - tail.len(),
        None => 0,
    }
}

/// How long an integer (with the two dots behind it) and how long a number with a fraction would be.
pub fn number(rest: &str) -> (usize, usize) {
    let bytes = rest.as_bytes();
    let digits = |from: usize| {
        bytes
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let is = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
    let exponent = |at: usize| {
        if !(is(at, b'e') || is(at, b'E')) {
            return 0;
        }
        let sign = usize::from(is(at + 1, b'+') || is(at + 1, b'-'));
        match digits(at + 1 + sign) {
            0 => 0,
            count => 1 + sign + count,
        }
    };
    let sign = usize::from(is(0, b'-'));
    let whole = digits(sign);
    let integer = match whole {
        0 => 0,
        count
            if rest
                .get(sign + count..)
                .is_some_and(|tail| tail.starts_with("..")) =>
        {
            sign + count + 2
        }
        count => sign + count,
    };
    let end = sign + whole;
    let float = if is(end, b'.') {
        let fraction = digits(end + 1);
        if whole == 0 && fraction == 0 {
            0
        } else {
            let end = end + 1 + fraction;
            end + exponent(end)
        }
    } else if whole > 0 && exponent(end) > 0 {
        end + exponent(end)
    } else {
        0
    };
    (integer, float)
}

/// The longest quoted text: a quote ends it unless it is doubled; where nothing ends it later on,
/// a doubled one does after all. A backslash protects nothing.
pub fn quoted(rest: &str, quote: u8) -> usize {
    let bytes = rest.as_bytes();
    if bytes.first() != Some(&quote) {
        return 0;
    }
    let mut end = 0;
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        if *byte == quote {
            end = at + 1;
            if bytes.get(at + 1) != Some(&quote) {
                return end;
            }
            at += 1;
        }
        at += 1;
    }
    end
}
