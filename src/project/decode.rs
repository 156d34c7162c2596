//! Scalars of JSON and YAML, byte by byte: which bytes of the file make which bytes of the text.

use crate::syntax::Format;
use crate::text::Span;

/// A stretch of a text and the bytes of the file it comes from. Where both are equally long, they are the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// Bytes of the text.
    pub length: usize,
    pub host: Span,
    pub is_same: bool,
}

/// How what is put into a text is written in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// As it is, every line behind this indentation.
    Lines { indent: String },
    /// Inside double quotes.
    Double,
    /// Inside single quotes; a line break becomes a blank, which JSON does not tell apart outside its strings.
    Single,
    /// It cannot be changed in its place, for a reason that is a sentence part.
    Fixed(&'static str),
}

/// A text taken out of a scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    pub text: String,
    /// They make up the text, but for the line break of `ends_with_line`.
    pub stretches: Vec<Stretch>,
    pub coding: Coding,
    /// The text ends with a line break that belongs to what follows in the file as well, and stays there.
    pub ends_with_line: bool,
}

/// Takes the text out of the scalar at a span. `value` is the text its reader has found, which counts: where a way
/// of writing is not understood here, the text is there but cannot be changed in its place.
pub(crate) fn scalar(host: &str, format: Format, span: Span, value: &str) -> Decoded {
    let start = span.start + properties(span.of(host));
    let body = Span::new(start.min(span.end), span.end);
    let written = body.of(host);
    let decoded = match (written.chars().next(), format) {
        (Some('"'), _) => double(host, body),
        (Some('\''), Format::Yaml) => single(host, body),
        (Some('|'), Format::Yaml) => literal(host, body),
        (Some('>'), Format::Yaml) => {
            Err("a folded text (`>`) cannot be changed in its place; write it as `|`")
        }
        _ => Err("a text without quotes cannot be changed in its place; write it as `|`"),
    };
    match decoded {
        Ok(decoded) if decoded.text == value => decoded,
        Ok(_) => fixed(
            value,
            span,
            "this text is written in a way that cannot be changed in its place",
        ),
        Err(reason) => fixed(value, span, reason),
    }
}

fn fixed(value: &str, span: Span, reason: &'static str) -> Decoded {
    Decoded {
        text: value.to_owned(),
        stretches: vec![Stretch {
            length: value.len(),
            host: span,
            is_same: false,
        }],
        coding: Coding::Fixed(reason),
        ends_with_line: false,
    }
}

/// The length of a tag and an anchor before a value of YAML, with the blanks behind them.
pub(crate) fn properties(text: &str) -> usize {
    let mut rest = text;
    while rest.starts_with(['!', '&']) {
        let end = rest.find([' ', '\t', '\n', '\r']).unwrap_or(rest.len());
        rest = rest.get(end..).unwrap_or_default();
        rest = rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }
    text.len() - rest.len()
}

/// Collects stretches, joining neighbors that are the same bytes.
struct Collector<'a> {
    host: &'a str,
    text: String,
    stretches: Vec<Stretch>,
}

impl<'a> Collector<'a> {
    fn new(host: &'a str) -> Collector<'a> {
        Collector {
            host,
            text: String::new(),
            stretches: Vec::new(),
        }
    }

    fn same(&mut self, span: Span) {
        if span.is_empty() {
            return;
        }
        self.text.push_str(span.of(self.host));
        match self.stretches.last_mut() {
            Some(last) if last.is_same && last.host.end == span.start => {
                last.host.end = span.end;
                last.length += span.len();
            }
            _ => self.stretches.push(Stretch {
                length: span.len(),
                host: span,
                is_same: true,
            }),
        }
    }

    fn other(&mut self, text: &str, host: Span) {
        self.text.push_str(text);
        self.stretches.push(Stretch {
            length: text.len(),
            host,
            is_same: false,
        });
    }

    fn done(self, coding: Coding) -> Decoded {
        Decoded {
            text: self.text,
            stretches: self.stretches,
            coding,
            ends_with_line: false,
        }
    }
}

/// A text in double quotes, of JSON or on one line of YAML.
fn double(host: &str, body: Span) -> Result<Decoded, &'static str> {
    let mut out = Collector::new(host);
    let inside = Span::new(
        body.start + 1,
        body.end.saturating_sub(1).max(body.start + 1),
    );
    let text = inside.of(host);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let start = inside.start + at;
        match c {
            '\n' => return Err("a quoted text over several lines cannot be changed in its place"),
            '\\' => {
                let (end, decoded) =
                    escape(text, at).ok_or("this text has an escape that is not known")?;
                out.other(&decoded, Span::new(start, inside.start + end));
                while chars.peek().is_some_and(|(next, _)| *next < end) {
                    chars.next();
                }
            }
            c => out.same(Span::new(start, start + c.len_utf8())),
        }
    }
    Ok(out.done(Coding::Double))
}

/// The escape at a backslash: where it ends, and what it stands for.
fn escape(text: &str, at: usize) -> Option<(usize, String)> {
    let sign = text.get(at + 1..)?.chars().next()?;
    let plain = |c: char| Some((at + 1 + sign.len_utf8(), c.to_string()));
    let digits = |from: usize, count: usize| -> Option<u32> {
        u32::from_str_radix(text.get(from..from + count)?, 16).ok()
    };
    match sign {
        'n' => plain('\n'),
        't' | '\t' => plain('\t'),
        'r' => plain('\r'),
        'b' => plain('\u{8}'),
        'f' => plain('\u{c}'),
        '0' => plain('\0'),
        'a' => plain('\u{7}'),
        'v' => plain('\u{b}'),
        'e' => plain('\u{1b}'),
        ' ' | '"' | '/' | '\\' => plain(sign),
        'N' => plain('\u{85}'),
        '_' => plain('\u{a0}'),
        'L' => plain('\u{2028}'),
        'P' => plain('\u{2029}'),
        'x' => Some((at + 4, char::from_u32(digits(at + 2, 2)?)?.to_string())),
        'U' => Some((at + 10, char::from_u32(digits(at + 2, 8)?)?.to_string())),
        'u' => {
            let first = digits(at + 2, 4)?;
            let is_high = (0xD800..0xDC00).contains(&first);
            if is_high && text.get(at + 6..at + 8) == Some("\\u") {
                let second = digits(at + 8, 4)?;
                let low = second.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
                let code = 0x10000 + ((first - 0xD800) << 10) + low;
                return Some((at + 12, char::from_u32(code)?.to_string()));
            }
            Some((at + 6, char::from_u32(first)?.to_string()))
        }
        _ => None,
    }
}

/// A text in single quotes on one line of YAML.
fn single(host: &str, body: Span) -> Result<Decoded, &'static str> {
    let mut out = Collector::new(host);
    let inside = Span::new(
        body.start + 1,
        body.end.saturating_sub(1).max(body.start + 1),
    );
    let text = inside.of(host);
    if text.contains('\n') {
        return Err("a quoted text over several lines cannot be changed in its place");
    }
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("''")) {
        let at = from + at;
        out.same(Span::new(inside.start + from, inside.start + at));
        out.other("'", Span::new(inside.start + at, inside.start + at + 2));
        from = at + 2;
    }
    out.same(Span::new(inside.start + from, inside.end));
    Ok(out.done(Coding::Single))
}

/// A literal block of YAML (YAML 1.2.2 section 8.1).
fn literal(host: &str, body: Span) -> Result<Decoded, &'static str> {
    let written = body.of(host);
    let (header, _) = written.split_once('\n').unwrap_or((written, ""));
    let signs = header.get(1..).unwrap_or_default();
    let signs = signs.split('#').next().unwrap_or_default().trim();
    let chomping = signs.chars().find(|c| matches!(c, '-' | '+'));
    if chomping == Some('+') {
        return Err(
            "a block that keeps the line breaks behind it (`|+`) cannot be changed in its place",
        );
    }
    let first = body.start + header.len() + 1;
    let lines = host.get(first..body.end).unwrap_or_default();
    let lead = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let filled = lines.lines().find(|line| !line.trim().is_empty());
    let indent = match signs.chars().find_map(|c| c.to_digit(10)) {
        // The number counts from the indentation of the surrounding collection.
        Some(_) => {
            return Err(
                "a block with its indentation in its header cannot be changed in its place",
            );
        }
        None => filled.map(lead).unwrap_or_default(),
    };
    if indent == 0 {
        return Err("this block cannot be changed in its place");
    }
    let mut out = Collector::new(host);
    let mut at = first;
    let end = body.end;
    while at < end {
        let line = host.get(at..end).unwrap_or_default();
        let length = line.find('\n').map_or(line.len(), |newline| newline + 1);
        let line = host.get(at..at + length).unwrap_or_default();
        let content = line.trim_end_matches(['\n', '\r']);
        let skipped = lead(content).min(indent);
        out.same(Span::new(at + skipped, at + content.len()));
        if line.ends_with('\n') {
            line_end(&mut out, at + content.len(), at + length);
        }
        at += length;
    }
    // The span ends behind the last visible character; its line break belongs to the text unless it is stripped.
    let ends_with_line =
        chomping.is_none() && host.get(end..).is_some_and(|rest| rest.contains('\n'));
    let mut decoded = out.done(Coding::Lines {
        indent: " ".repeat(indent),
    });
    if ends_with_line {
        decoded.text.push('\n');
        decoded.ends_with_line = true;
    }
    Ok(decoded)
}

/// A line break, which YAML reads as one sign however it is written.
fn line_end(out: &mut Collector<'_>, start: usize, end: usize) {
    if end - start == 1 {
        out.same(Span::new(start, end));
    } else {
        out.other("\n", Span::new(start, end));
    }
}

/// What is put into a text, as the file has to hold it.
pub(crate) fn encode(coding: &Coding, text: &str, newline: &str, ends: Ends) -> String {
    match coding {
        Coding::Double => {
            let quoted = crate::syntax::quote(text);
            let inside = quoted
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'));
            inside.unwrap_or_default().to_owned()
        }
        Coding::Single => text
            .replace("\r\n", " ")
            .replace(['\n', '\r'], " ")
            .replace('\'', "''"),
        Coding::Lines { indent } => lines(text, indent, newline, ends),
        Coding::Fixed(_) => String::new(),
    }
}

/// What stands on both sides of the place where something is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    /// Bytes of the indentation that are not there before it.
    pub lacks: usize,
    /// Something visible follows, and no indentation of its own before it.
    pub has_rest: bool,
}

fn lines(text: &str, indent: &str, newline: &str, ends: Ends) -> String {
    let mut out = String::with_capacity(text.len());
    let all: Vec<&str> = text.split('\n').collect();
    let last = all.len().saturating_sub(1);
    for (index, line) in all.iter().enumerate() {
        let line = if index < last {
            line.trim_end_matches('\r')
        } else {
            line
        };
        if index > 0 {
            out.push_str(newline);
        }
        let lead = match index {
            0 => indent.get(indent.len().saturating_sub(ends.lacks)..),
            _ => Some(indent),
        };
        if !line.is_empty() || index == last && ends.has_rest {
            out.push_str(lead.unwrap_or_default());
        }
        out.push_str(line);
    }
    out
}
