//! Patterns and replacements of `java.util.regex`.

use std::cell::OnceCell;
use std::cell::RefCell;
use std::rc::Rc;

use fancy_regex::Regex;
use fancy_regex::RegexBuilder;

/// Longer patterns are refused.
const LONGEST: usize = 10_000;
/// How much a pattern may go back before it is given up.
const BACKTRACKING: usize = 200_000;
/// Patterns a thread remembers, none of them longer than so many bytes: to compile one takes longer than most
/// templates, and a template asks for the same ones at every request.
const REMEMBERED: usize = 16;
const SHORT: usize = 200;

thread_local! {
    /// The last one used comes last.
    static RECENT: RefCell<Vec<(String, Rc<JavaPattern>)>> = const { RefCell::new(Vec::new()) };
}

pub struct JavaPattern {
    /// As `fancy_regex` writes it.
    pattern: String,
    regex: Regex,
    whole: OnceCell<Regex>,
}

#[derive(Debug)]
pub enum PatternError {
    Syntax(String),
    Replacement(String),
    TooLong,
}

impl JavaPattern {
    pub fn compile(source: &str) -> Result<JavaPattern, PatternError> {
        if source.len() > LONGEST {
            return Err(PatternError::TooLong);
        }
        let pattern = translated(source);
        Ok(JavaPattern {
            regex: build(&pattern)?,
            whole: OnceCell::new(),
            pattern,
        })
    }

    /// The pattern compiled, or as it was compiled lately on this thread.
    pub fn recent(source: &str) -> Result<Rc<JavaPattern>, PatternError> {
        let known = RECENT.with_borrow_mut(|recent| {
            let at = recent.iter().position(|(known, _)| known == source)?;
            let entry = recent.remove(at);
            let pattern = entry.1.clone();
            recent.push(entry);
            Some(pattern)
        });
        if let Some(pattern) = known {
            return Ok(pattern);
        }
        let pattern = Rc::new(JavaPattern::compile(source)?);
        if source.len() <= SHORT {
            RECENT.with_borrow_mut(|recent| {
                if recent.len() >= REMEMBERED {
                    recent.remove(0);
                }
                recent.push((source.to_owned(), pattern.clone()));
            });
        }
        Ok(pattern)
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> Result<bool, PatternError> {
        let whole = match self.whole.get() {
            Some(whole) => whole,
            None => {
                let whole = build(&format!("\\A(?:{})\\z", self.pattern))?;
                self.whole.get_or_init(|| whole)
            }
        };
        whole.is_match(text).map_err(|_| PatternError::TooLong)
    }

    pub fn replace(
        &self,
        text: &str,
        by: &str,
        times: usize,
        limit: usize,
    ) -> Result<String, PatternError> {
        let mut out = String::new();
        let mut copied = 0;
        for captures in self.regex.captures_iter(text).take(times) {
            let captures = captures.map_err(|_| PatternError::TooLong)?;
            let Some(found) = captures.get(0) else {
                continue;
            };
            out.push_str(text.get(copied..found.start()).unwrap_or_default());
            copied = found.end();
            let group = |number: usize| {
                (number < captures.len())
                    .then(|| captures.get(number).map_or("", |part| part.as_str()))
            };
            let named = |name: &str| captures.name(name).map(|part| part.as_str());
            insert(by, &group, &named, &mut out)?;
            if out.len() > limit {
                return Err(PatternError::TooLong);
            }
        }
        out.push_str(text.get(copied..).unwrap_or_default());
        Ok(out)
    }

    /// As `String.split`: without a limit empty parts at the end fall away.
    pub fn split(&self, text: &str, limit: i32) -> Result<Vec<String>, PatternError> {
        let most = usize::try_from(limit).ok().filter(|most| *most > 0);
        let mut parts = Vec::new();
        let mut copied = 0;
        for found in self.regex.find_iter(text) {
            let found = found.map_err(|_| PatternError::TooLong)?;
            if most.is_some_and(|most| parts.len() + 1 >= most) {
                break;
            }
            // Nothing comes before an empty match at the very beginning.
            if found.end() == 0 || found.start() == text.len() && found.start() == found.end() {
                continue;
            }
            parts.push(
                text.get(copied..found.start())
                    .unwrap_or_default()
                    .to_string(),
            );
            copied = found.end();
        }
        if parts.is_empty() && copied == 0 {
            return Ok(vec![text.to_string()]);
        }
        parts.push(text.get(copied..).unwrap_or_default().to_string());
        if limit == 0 {
            while parts.last().is_some_and(String::is_empty) {
                parts.pop();
            }
        }
        Ok(parts)
    }
}

fn build(pattern: &str) -> Result<Regex, PatternError> {
    RegexBuilder::new(pattern)
        .backtrack_limit(BACKTRACKING)
        .build()
        .map_err(|error| PatternError::Syntax(error.to_string().replace('\n', " ")))
}

/// Writes a replacement: `$1` and `${name}` are groups, a backslash protects what follows.
fn insert<'t>(
    by: &str,
    group: &dyn Fn(usize) -> Option<&'t str>,
    named: &dyn Fn(&str) -> Option<&'t str>,
    out: &mut String,
) -> Result<(), PatternError> {
    let wrong = |what: &str| Err(PatternError::Replacement(what.to_string()));
    let mut rest = by;
    while let Some(character) = rest.chars().next() {
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
        match character {
            '\\' => {
                let Some(literal) = rest.chars().next() else {
                    return wrong("a backslash ends the replacement");
                };
                out.push(literal);
                rest = rest.get(literal.len_utf8()..).unwrap_or_default();
            }
            '$' => {
                if let Some(inner) = rest.strip_prefix('{') {
                    let Some((name, tail)) = inner.split_once('}') else {
                        return wrong("\"${\" of the replacement is not closed");
                    };
                    out.push_str(named(name).unwrap_or_default());
                    rest = tail;
                    continue;
                }
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                let Some(mut number) = rest
                    .chars()
                    .next()
                    .and_then(|digit| digit.to_digit(10))
                    .map(|digit| digit as usize)
                else {
                    return wrong("\"$\" of the replacement names no group");
                };
                let mut used = 1;
                while used < digits {
                    let next = rest
                        .as_bytes()
                        .get(used)
                        .map(|byte| number * 10 + usize::from(byte - b'0'));
                    match next {
                        Some(next) if group(next).is_some() => number = next,
                        _ => break,
                    }
                    used += 1;
                }
                match group(number) {
                    Some(part) => out.push_str(part),
                    None => return wrong(&format!("there is no group {number}")),
                }
                rest = rest.get(used..).unwrap_or_default();
            }
            other => out.push(other),
        }
    }
    Ok(())
}

/// What Java writes differently: classes are ASCII, `\Q…\E` quotes, `\<` is nothing special.
fn translated(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(character) = rest.chars().next() {
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
        if character != '\\' {
            out.push(character);
            continue;
        }
        let Some(escaped) = rest.chars().next() else {
            out.push('\\');
            break;
        };
        if let Some(quoted) = rest.strip_prefix('Q') {
            let (literal, tail) = quoted.split_once("\\E").unwrap_or((quoted, ""));
            out.push_str(&fancy_regex::escape(literal));
            rest = tail;
            continue;
        }
        if let Some((class, tail)) = posix(rest) {
            out.push_str(class);
            rest = tail;
            continue;
        }
        rest = rest.get(escaped.len_utf8()..).unwrap_or_default();
        match escaped {
            'd' => out.push_str("[0-9]"),
            'D' => out.push_str("[^0-9]"),
            'w' => out.push_str("[A-Za-z0-9_]"),
            'W' => out.push_str("[^A-Za-z0-9_]"),
            's' => out.push_str("[ \\t\\n\\x0B\\f\\r]"),
            'S' => out.push_str("[^ \\t\\n\\x0B\\f\\r]"),
            'h' => {
                out.push_str("[ \\t\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{202F}\\x{205F}\\x{3000}]")
            }
            '<' | '>' => out.push(escaped),
            'e' => out.push_str("\\x1B"),
            other => {
                out.push('\\');
                out.push(other);
            }
        }
    }
    out
}

/// `\p{Alpha}` and the like, which mean ASCII in Java.
fn posix(rest: &str) -> Option<(&'static str, &str)> {
    const CLASSES: [(&str, &str); 11] = [
        ("p{Lower}", "[a-z]"),
        ("p{Upper}", "[A-Z]"),
        ("p{ASCII}", "[\\x00-\\x7F]"),
        ("p{Alpha}", "[A-Za-z]"),
        ("p{Digit}", "[0-9]"),
        ("p{Alnum}", "[A-Za-z0-9]"),
        ("p{Punct}", "[!-/:-@\\[-`{-~]"),
        ("p{Blank}", "[ \\t]"),
        ("p{Cntrl}", "[\\x00-\\x1F\\x7F]"),
        ("p{XDigit}", "[0-9A-Fa-f]"),
        ("p{Space}", "[ \\t\\n\\x0B\\f\\r]"),
    ];
    CLASSES
        .iter()
        .find_map(|(name, class)| rest.strip_prefix(name).map(|tail| (*class, tail)))
}
